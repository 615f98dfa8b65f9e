/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Plays a scenario (script.c) on stages in a demo's museum. */

#include "main/demo.h"
#include "main/stage.h"

enum { BX_SCRIPT_TILLS = 4, BX_SCRIPT_LINE = 1024, BX_SCRIPT_VALUES = 32 };

struct bx_script_value { /* of `let` */
    char name[32], text[1024];
};

struct bx_script {
    const char *path;
    struct bx_demo *demo;
    struct bx_stage *stages[BX_SCRIPT_TILLS]; /* NULL: not there yet */
    struct bx_stage *now;
    int line;
    char text[BX_SCRIPT_LINE];      /* as written */
    char line_text[BX_SCRIPT_LINE]; /* with its values */
    struct bx_script_value values[BX_SCRIPT_VALUES];
    size_t value_count;
    bool nobody;        /* the next till opens without a cashier */
    int64_t keys;       /* pressed since `count` */
    struct bx_buf said; /* by the last command */
    int exit;           /* its status */
    bool exit_open;     /* and nobody has looked at it yet */
    const char *wanted;
    int sheet_kind;
    int64_t sheets_wanted;
    size_t sheets_from;
    int drawers_from;
};

/* 0, or nonzero once the first line that failed has been told on stderr. */
int bx_script_play(struct bx_script *script);
/* Sets up the till of index AT with its cashier (demo.c) and opens it. */
int bx_must bx_script_till(struct bx_script *script, int at, struct bx_fault *fault);
