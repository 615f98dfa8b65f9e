/* SPDX-License-Identifier: Apache-2.0 */
/* The customer's side. It is told finished amounts and names; the words around them are in the
 * display's own language, which need not be the cashier's. */

#include "ui/shown.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "ui/paint.h"

enum { SHOWN_MAX = 256 << 10 };

/* --- reading ---------------------------------------------------------------------------------- */

static enum ui_shown_state state_of(const char *word)
{
    static const char *const words[] = {
        [UI_SHOWN_IDLE] = "idle", [UI_SHOWN_BASKET] = "basket", [UI_SHOWN_PAY] = "pay", "change"};
    for (int i = UI_SHOWN_IDLE; i <= UI_SHOWN_CHANGE; i++)
        if (strcmp(words[i], word) == 0)
            return (enum ui_shown_state)i;
    return UI_SHOWN_IDLE;
}

/* It comes with a point, and is shown with the mark of the display's language. */
static void amount_read(struct bx_json_reader *reader, const char *name, char out[BX_MONEY_TEXT])
{
    bx_json_string_or(reader, name, BX_MONEY_TEXT - 1, out, BX_MONEY_TEXT, "");
    char *point = strchr(out, '.');
    if (point)
        *point = bx_words_mark();
}

static void line_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct ui_shown *shown = arg;
    struct ui_shown_line *line = &shown->lines[at];
    line->quantity = (int)bx_json_int(reader, "quantity", -9999, 9999);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, line->name, sizeof(line->name));
    amount_read(reader, "amount", line->amount);
}

int ui_shown_parse(const char *json, size_t len, struct ui_shown *ret, struct bx_fault *fault)
{
    struct bx_json_reader reader;
    struct bx_fault spare = {0};
    struct ui_shown shown = {.state = UI_SHOWN_IDLE};
    char state[16];
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(json, len, SHOWN_MAX, fault);
    if (!doc)
        return BX_ERR_INPUT;
    bx_json_read(&reader, bx_json_root(doc), "display", fault ? fault : &spare);
    bx_json_string(&reader, "state", 15, state, sizeof(state));
    shown.state = state_of(state);
    shown.training = bx_json_bool_or(&reader, "training", false);
    bx_json_string_or(&reader, "venue", BX_NAME_COLUMNS, shown.venue, sizeof(shown.venue), "");
    bx_json_string_or(&reader, "member", BX_NAME_COLUMNS, shown.member, sizeof(shown.member), "");
    bx_json_string_or(&reader, "currency", 3, shown.currency, sizeof(shown.currency), "");
    amount_read(&reader, "total", shown.total);
    amount_read(&reader, "left", shown.left);
    amount_read(&reader, "received", shown.received);
    amount_read(&reader, "change", shown.change);
    if (bx_json_get(bx_json_root(doc), "lines"))
        shown.line_count = (int)bx_json_each(&reader, bx_json_array(&reader, "lines", BX_LINES_MAX),
                                             "lines", line_read, &shown);
    if (reader.err)
        return reader.err;
    *ret = shown;
    return 0;
}

/* --- the screen ------------------------------------------------------------------------------- */

/* The amount that counts, as large as the window lets it be, with its word over it. */
static void figure(struct ui_grid *grid, int row, const char *what, const char *currency,
                   const char *amount)
{
    char text[80];
    int columns = ui_big_columns(amount), column = (grid->columns - columns) / 2;
    snprintf(text, sizeof(text), "%s %s", what, currency);
    ui_put_centre(grid, row, 0, grid->columns, UI_STRONG, text);
    if (columns <= grid->columns && row + 7 <= grid->rows)
        ui_big(grid, row + 2, column, UI_STRONG, amount);
    else
        ui_put_centre(grid, row + 1, 0, grid->columns, UI_STRONG, amount);
}

static void greeting(const struct ui_shown *shown, struct ui_grid *grid, const char *text)
{
    int middle = grid->rows / 2;
    ui_put_centre(grid, middle - 2, 0, grid->columns, UI_STRONG, shown->venue);
    ui_put_centre(grid, middle, 0, grid->columns, UI_PLAIN, text);
}

/* The newest lines, as many as fit above ROW. */
static void lines(const struct ui_shown *shown, struct ui_grid *grid, int row)
{
    int room = row - 1, first = shown->line_count > room ? shown->line_count - room : 0;
    int width = grid->columns - 4;
    char text[BX_NAME_SIZE + 16];
    for (int i = first; i < shown->line_count; i++) {
        const struct ui_shown_line *line = &shown->lines[i];
        int amount = (int)bx_text_columns(line->amount);
        snprintf(text, sizeof(text), "%3d  %s", line->quantity, line->name);
        ui_put(grid, 1 + i - first, 2, width - amount - 2, UI_PLAIN, text);
        ui_put_right(grid, 1 + i - first, grid->columns - 2 - amount, amount, UI_PLAIN,
                     line->amount);
    }
}

void ui_shown_paint(const struct ui_shown *shown, struct ui_grid *grid)
{
    int at = grid->rows > 16 ? grid->rows - 9 : grid->rows / 2;
    char text[80];
    if (shown->training)
        ui_put_right(grid, 0, 0, grid->columns, UI_WARN, bx_word("TRAINING"));
    if (shown->member[0])
        ui_put(grid, 0, 2, grid->columns - 12, UI_DIM, shown->member);
    switch (shown->state) {
    case UI_SHOWN_CLOSED: greeting(shown, grid, bx_word("One moment, please")); break;
    case UI_SHOWN_IDLE: greeting(shown, grid, bx_word("Welcome")); break;
    case UI_SHOWN_BASKET:
        lines(shown, grid, at - 1);
        figure(grid, at, bx_word("Total"), shown->currency, shown->total);
        break;
    case UI_SHOWN_PAY:
        lines(shown, grid, at - 1);
        figure(grid, at, bx_word(shown->left[0] == '-' ? "We give back" : "To pay"),
               shown->currency, shown->left[0] == '-' ? shown->left + 1 : shown->left);
        break;
    case UI_SHOWN_CHANGE:
        figure(grid, grid->rows / 2 - 5, bx_word("Your change"), shown->currency, shown->change);
        bx_words_print(text, sizeof(text), "Total %s   Received %s", shown->total, shown->received);
        ui_put_centre(grid, grid->rows / 2 + 4, 0, grid->columns, UI_PLAIN, text);
        ui_put_centre(grid, grid->rows / 2 + 6, 0, grid->columns, UI_STRONG,
                      bx_word("Thank you, enjoy your visit"));
        break;
    }
    ui_cursor(grid, grid->rows - 1, grid->columns - 1);
}

/* --- the pole --------------------------------------------------------------------------------- */

/* The letters a pole has; German ones are written out, others become what they are without their
 * mark, or a question mark. */
static const char *plain(uint32_t c)
{
    static const struct {
        uint32_t c;
        const char *text;
    } known[] = {{0xe4, "ae"}, {0xf6, "oe"},  {0xfc, "ue"},  {0xc4, "Ae"}, {0xd6, "Oe"},
                 {0xdc, "Ue"}, {0xdf, "ss"},  {0xe9, "e"},   {0xe8, "e"},  {0xea, "e"},
                 {0xe0, "a"},  {0xe1, "a"},   {0xe2, "a"},   {0xe7, "c"},  {0xf1, "n"},
                 {0xed, "i"},  {0xf3, "o"},   {0xf4, "o"},   {0xfa, "u"},  {0xe5, "a"},
                 {0xf8, "o"},  {0x2013, "-"}, {0x2019, "'"}, {0xb7, "."}};
    for (size_t i = 0; i < bx_countof(known); i++)
        if (known[i].c == c)
            return known[i].text;
    return "?";
}

static void row_put(char row[UI_POLE_COLUMNS], size_t at, size_t end, const char *text)
{
    size_t len = strlen(text), step;
    uint32_t c;
    for (size_t i = 0; at < end && (step = bx_text_decode(text + i, len - i, &c)) > 0; i += step) {
        if (bx_text_char_columns(c) == 0)
            continue;
        const char *letters = plain(c);
        if (c >= 0x20 && c < 0x7f)
            row[at++] = (char)c;
        else
            for (; *letters && at < end; letters++)
                row[at++] = *letters;
    }
}

/* A name at the left, an amount whole at the right. */
static void row_fill(char row[UI_POLE_COLUMNS], const char *left, const char *right)
{
    size_t len = strlen(right) < UI_POLE_COLUMNS ? strlen(right) : UI_POLE_COLUMNS;
    memset(row, ' ', UI_POLE_COLUMNS);
    row_put(row, 0, UI_POLE_COLUMNS - len - (len > 0 && len < UI_POLE_COLUMNS), left);
    row_put(row, UI_POLE_COLUMNS - len, UI_POLE_COLUMNS, right);
}

size_t ui_shown_pole(const struct ui_shown *shown, char out[UI_POLE_BYTES])
{
    char name[BX_NAME_SIZE + 16] = "";
    const struct ui_shown_line *line =
        shown->line_count > 0 ? &shown->lines[shown->line_count - 1] : NULL;
    char *upper = out + 1, *lower = out + 1 + UI_POLE_COLUMNS;
    bool out_of_drawer = shown->left[0] == '-';
    if (line)
        snprintf(name, sizeof(name), "%d %s", line->quantity, line->name);
    out[0] = '\f';
    switch (shown->state) {
    case UI_SHOWN_CLOSED:
        row_fill(upper, bx_word("One moment, please"), "");
        row_fill(lower, "", "");
        break;
    case UI_SHOWN_IDLE:
        row_fill(upper, shown->training ? bx_word("TRAINING") : shown->venue, "");
        row_fill(lower, bx_word("Welcome"), "");
        break;
    case UI_SHOWN_BASKET:
        row_fill(upper, name, line ? line->amount : "");
        row_fill(lower, bx_word("Total"), shown->total);
        break;
    case UI_SHOWN_PAY:
        row_fill(upper, bx_word("Total"), shown->total);
        row_fill(lower, bx_word(out_of_drawer ? "We give back" : "To pay"),
                 out_of_drawer ? shown->left + 1 : shown->left);
        break;
    case UI_SHOWN_CHANGE:
        if (shown->received[0] == '-')
            row_fill(upper, bx_word("We give back"), shown->received + 1);
        else
            row_fill(upper, bx_word("Your change"), shown->change);
        row_fill(lower, bx_word("Thank you"), "");
        break;
    }
    return 1 + UI_POLE_ROWS * UI_POLE_COLUMNS;
}
