/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files that play a scenario share: script.c does, script_see.c looks. */

#include "main/script.h"

/* One line of a scenario, split at blanks; NULL behind the last word. Nonzero: it failed, and that
 * was told. */
typedef int (*bx_script_do)(struct bx_script *script, const char *const *words, size_t count);
struct bx_script_verb {
    const char *word;
    size_t least; /* words, the verb's own counted */
    bx_script_do run;
};

/* Tells the line and why; returns -1. */
int bx_script_fail(struct bx_script *script, const char *format, ...) bx_format(2, 3);
/* Turns all tills until IS says so; false when nothing comes of it. */
bool bx_script_wait(struct bx_script *script, bool (*is)(struct bx_script *script));
bool bx_script_is_idle(struct bx_script *script);
/* Everything pressed so far has been worked on. */
void bx_script_settle(struct bx_script *script);
/* The rest of the line after its first COUNT words, without quotes around it. */
const char *bx_script_rest(struct bx_script *script, int count);

int bx_script_expect(struct bx_script *script, const char *const *words, size_t count);
int bx_script_let(struct bx_script *script, const char *const *words, size_t count);

/* --- script_beside.c: without a screen, with a mouse, from the customer's side -------------- */

int bx_script_plain(struct bx_script *script, const char *const *words, size_t count);
int bx_script_line(struct bx_script *script, const char *const *words, size_t count);
int bx_script_click(struct bx_script *script, const char *const *words, size_t count);
int bx_script_wrong(struct bx_script *script, const char *const *words, size_t count);
int bx_script_end(struct bx_script *script, const char *const *words, size_t count);
int bx_script_file(struct bx_script *script, const char *const *words, size_t count);
int bx_script_display(struct bx_script *script, const char *const *words, size_t count);
int bx_script_no_display(struct bx_script *script, const char *text);
