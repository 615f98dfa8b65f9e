/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A till on a stage: the real program from the core to the disk and the server, but keys come from
 * a script, what it shows is kept as text, its clock can be put forward, and its printer can be
 * told to fail. One thread. */

#include "boxtill/base/buf.h"
#include "main/home.h"
#include "main/session.h"
#include "ui/shown.h"
#include "ui/speak.h"

enum { BX_STAGE_KEYS = 512, BX_STAGE_SHEETS = 512 };

/* The machine's clocks, put forward together by so much. */
struct bx_stage_clock {
    struct bx_clock port;
    int64_t ahead_us;
    int64_t wrong_us; /* the wall clock alone: somebody set it */
};

enum bx_stage_mood {
    BX_MOOD_READY,
    BX_MOOD_OUT,    /* out of paper: what comes waits until it is ready again */
    BX_MOOD_JAM,    /* takes it, and nobody knows whether paper came out */
    BX_MOOD_REFUSES /* no byte left */
};

/* A sheet that came out, as text: one box or line of it on a line. */
struct bx_sheet_text {
    enum bx_paper_kind kind;
    int copy;
    char *text; /* owned */
};

struct bx_stage_printer {
    struct bx_printer port; /* first */
    struct bx_printer *inner;
    enum bx_stage_mood mood, said;
    bool told;
    struct { /* taken while it was out of paper */
        struct bx_ref proof;
        struct bx_print_job job;
        struct bx_paper *paper;
    } held[64];
    size_t held_count;
    struct bx_print_report reports[128];
    size_t report_first, report_count;
    struct bx_sheet_text sheets[BX_STAGE_SHEETS];
    size_t sheet_count;
    int drawers; /* how often a drawer was opened */
};

struct bx_stage {
    struct bx_home home;
    struct bx_settings settings;
    struct bx_stage_clock clock;
    struct bx_stage_printer printer;
    struct bx_session *session;
    int keys[BX_STAGE_KEYS];
    size_t key_first, key_count;
    int64_t pause_us; /* that goes by before each key */
    int rows, columns;
    struct bx_till_view *view;
    bool plain;           /* no screen: it speaks in lines */
    struct bx_buf screen; /* rows or lines, each ended by "\n" */
    struct ui_grid *grid; /* what was drawn last; NULL: nothing, or lines */
    struct ui_speech speech;
    int display; /* the customer's side of it; 0: nobody looks */
    struct bx_buf display_in, display_text;
    bool given; /* a key since the last draw: one at a time, as hands do */
};

/* HOME is a till's. 0 or a fault. */
int bx_must bx_stage_open(struct bx_stage *stage, const char *home, struct bx_fault *fault);
void bx_stage_close(struct bx_stage *stage);
/* The program ends; bx_stage_restart() starts it again. */
void bx_stage_end(struct bx_stage *stage);
/* The program ends and is started again; what the printer holds is lost with it. */
int bx_must bx_stage_restart(struct bx_stage *stage, struct bx_fault *fault);
/* One turn of at most MS; false when the till has ended. */
bool bx_stage_turn(struct bx_stage *stage, int ms);
/* No key waits and nothing is under way. */
bool bx_stage_is_idle(const struct bx_stage *stage);
/* WORD "out": the fiscal simulator falls silent; "ready": it speaks again. */
int bx_must bx_stage_fiscal(struct bx_stage *stage, const char *word, struct bx_fault *fault);
/* What the simulated card terminal does from now on: a word of boxtill/card/simulator.h. */
int bx_must bx_stage_card(struct bx_stage *stage, const char *word, struct bx_fault *fault);
bool bx_must bx_stage_key(struct bx_stage *stage, int key);

/* --- stage_printer.c ------------------------------------------------------------------------ */

void bx_stage_printer_open(struct bx_stage_printer *printer, struct bx_printer *taken_inner);
void bx_stage_printer_mood(struct bx_stage_printer *printer, enum bx_stage_mood mood);
void bx_stage_printer_finish(struct bx_stage_printer *printer);
