/* SPDX-License-Identifier: Apache-2.0 */
/* The other ways to a till: lines in place of a screen, a mouse in place of keys, the customer who
 * looks from the other side; and what is done to its machine. */

#include "main/script_in.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/sys/file.h"
#include "ui/typed.h"

enum { FILE_BYTES = 16 << 20, CALL_MS = 1000, SHOWN_ROWS = 12, SHOWN_COLUMNS = 40 };

int bx_script_plain(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    script->now->plain = true;
    bx_script_settle(script);
    return 0;
}

static int given(struct bx_script *script, const int *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!bx_stage_key(script->now, keys[i]))
            return bx_script_fail(script, "too many keys");
    bx_script_settle(script);
    return 0;
}

/* A line, as somebody types it who hears the till; what counts as keys are its letters and Enter.
 */
int bx_script_line(struct bx_script *script, const char *const *words, size_t count)
{
    struct ui_typed typed = {.count = 0};
    (void)words;
    (void)count;
    if (!script->now->plain)
        return bx_script_fail(script, "lines are for a plain till");
    const char *text = bx_script_rest(script, 1);
    ui_typed_line(&script->now->speech, script->now->view, text, &typed);
    script->keys += (int64_t)bx_text_columns(text) + 1;
    return given(script, typed.keys, typed.count);
}

/* Where TEXT stands on the screen there is something to press. */
int bx_script_click(struct bx_script *script, const char *const *words, size_t count)
{
    const struct ui_grid *grid = script->now->grid;
    const char *text = bx_script_rest(script, 1);
    bx_buf_auto row;
    bx_buf_init(&row, 0);
    (void)words;
    (void)count;
    for (int i = 0; grid && i < grid->rows; i++) {
        bx_buf_clear(&row);
        ui_grid_row_text(grid, i, &row);
        char *at = strstr((char *)row.data, text);
        if (!at)
            continue;
        *at = '\0';
        const struct ui_hit *hit = ui_hit_at(grid, i, (int)bx_text_columns((char *)row.data));
        if (!hit)
            continue;
        int keys[UI_TYPED_KEYS];
        size_t n = 0;
        while (n < (size_t)hit->times && n + 1 < bx_countof(keys))
            keys[n++] = hit->key;
        if (hit->then != 0)
            keys[n++] = hit->then;
        script->keys++;
        return given(script, keys, n);
    }
    return bx_script_fail(script, "nothing to press");
}

/* wrong -2 h: the wall clock of this till's machine is set, and time goes on as before. */
int bx_script_wrong(struct bx_script *script, const char *const *words, size_t count)
{
    int64_t n;
    const char *number = words[1] + (words[1][0] == '-');
    if (count != 3 || bx_text_number(number, strlen(number), 100000, &n) ||
        (strcmp(words[2], "h") != 0 && strcmp(words[2], "min") != 0))
        return bx_script_fail(script, "wrong N h or min");
    n *= words[2][0] == 'h' ? 3600 : 60;
    script->now->clock.wrong_us += (words[1][0] == '-' ? -n : n) * BX_SECOND_US;
    bx_script_settle(script);
    return 0;
}

/* The till's program ends, until `restart`. */
int bx_script_end(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    bx_stage_end(script->now);
    return 0;
}

/* file NAME FROM: a file of this till's home. */
int bx_script_file(struct bx_script *script, const char *const *words, size_t count)
{
    struct bx_fault fault = {0};
    char path[BX_PATH_SIZE];
    bx_buf_auto bytes;
    bx_buf_init(&bytes, FILE_BYTES);
    if (count != 3 || strchr(words[1], '/'))
        return bx_script_fail(script, "file NAME FROM");
    bx_home_file(&script->now->home, words[1], path);
    if (bx_file_read(words[2], FILE_BYTES, &bytes, &fault) ||
        bx_file_write(path, bx_buf_text(&bytes), bytes.len, false, &fault))
        return bx_script_fail(script, "%s", fault.say);
    return 0;
}

/* --- the customer's side ---------------------------------------------------------------------- */

static void shown_paint(struct bx_stage *stage, const struct ui_shown *shown)
{
    char pole[UI_POLE_BYTES] = "";
    struct bx_buf *out = &stage->display_text;
    bx_cleanup(ui_grid_destroy) struct ui_grid *grid =
        ui_grid_create(SHOWN_ROWS, SHOWN_COLUMNS, true);
    ui_shown_paint(shown, grid);
    ui_shown_pole(shown, pole);
    bx_buf_clear(out);
    for (int row = 0; row < grid->rows; row++) {
        ui_grid_row_text(grid, row, out);
        bx_buf_byte_add(out, '\n');
    }
    for (int row = 0; row < UI_POLE_ROWS; row++)
        bx_buf_format(out, "%.*s\n", UI_POLE_COLUMNS, pole + 1 + row * UI_POLE_COLUMNS);
}

static void display_read(struct bx_stage *stage)
{
    struct bx_buf *in = &stage->display_in;
    const char *end;
    char piece[4096];
    ssize_t got;
    while ((got = recv(stage->display, piece, sizeof(piece), MSG_DONTWAIT)) > 0)
        bx_buf_add(in, piece, (size_t)got);
    while (in->len > 0 && (end = memchr(in->data, '\n', in->len))) {
        size_t len = (size_t)(end - (const char *)in->data);
        struct ui_shown *shown = bx_new(struct ui_shown);
        if (len > 0 && ui_shown_parse((const char *)in->data, len, shown, NULL) == 0)
            shown_paint(stage, shown);
        bx_free(shown);
        bx_buf_drop(in, len + 1);
    }
}

static bool is_displayed(struct bx_script *script)
{
    display_read(script->now);
    return strstr(bx_buf_text(&script->now->display_text), script->wanted) != NULL;
}

/* expect no display TEXT */
int bx_script_no_display(struct bx_script *script, const char *text)
{
    script->wanted = text;
    return is_displayed(script) ? bx_script_fail(script, "still on the display") : 0;
}

/* expect display TEXT: on the second screen, or in the two rows of a pole. */
int bx_script_display(struct bx_script *script, const char *const *words, size_t count)
{
    static const char watch[] = "{\"verb\":\"display\"}";
    struct bx_stage *stage = script->now;
    struct bx_fault fault = {0};
    char path[BX_PATH_SIZE];
    (void)words;
    (void)count;
    bx_home_file(&stage->home, "till.sock", path);
    if (stage->display <= 0 &&
        bx_run_call(path, watch, strlen(watch), CALL_MS, &stage->display, &fault))
        return bx_script_fail(script, "%s", fault.say);
    script->wanted = bx_script_rest(script, 2);
    if (bx_script_wait(script, is_displayed))
        return 0;
    fprintf(stderr, "--- the display\n%s", bx_buf_text(&stage->display_text));
    return bx_script_fail(script, "not on the display");
}
