/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies are hashed, so a body that could be spelled in two ways would be two entries that say the
 * same. Every decoder therefore writes what it understood once more and compares: what is refused
 * by that alone (order, blanks, needless escapes, a missing member that has a default) needs no
 * rule of its own, and nothing can stand in a body that was not understood. */

#include "body.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

int bx_body_open(struct bx_body *state, const char *body, size_t len, const char *where,
                 struct bx_fault *fault)
{
    *state = (struct bx_body){.fault = fault};
    if (!fault)
        state->fault = &state->spare;
    state->doc = bx_json_parse(body, len, BX_BODY_MAX, state->fault);
    if (!state->doc)
        return state->fault->err;
    bx_json_read(&state->root, bx_json_root(state->doc), where, state->fault);
    return state->root.err;
}

void bx_body_close(struct bx_body *state)
{
    state->doc = bx_json_destroy(state->doc);
}

int bx_body_same(struct bx_body *state, int made, const struct bx_buf *spelled, const char *body,
                 size_t len)
{
    if (made == 0 && spelled->len == len && memcmp(spelled->data, body, len) == 0)
        return 0;
    size_t at = 0;
    while (at < len && at < spelled->len && spelled->data[at] == body[at])
        at++;
    bx_json_fault(&state->root, "it is not written the one way it may be, from byte %zu on", at);
    return state->root.err;
}

void bx_head_put(struct bx_json_writer *writer, int v, const struct bx_entry_head *head)
{
    bx_assert(v >= 1 && v <= BX_V_NEWEST);
    bx_json_put_int(writer, "v", v);
    bx_json_put_int(writer, "till", head->till);
    bx_json_put_int(writer, "inc", head->incarnation);
    bx_json_put_int(writer, "seq", head->seq);
    bx_json_put_id(writer, "id", &head->id);
    bx_json_put_string(writer, "kind", bx_kind_word(head->kind));
    bx_json_put_string(writer, "number", head->number);
    bx_json_put_int(writer, "at", head->at.us);
    bx_json_put_int(writer, "boot", head->boot / 1000);
    bx_json_put_int(writer, "shift", head->shift);
    bx_json_put_int(writer, "user", head->user);
}

bool bx_number_is(int64_t till, enum bx_series series, const char *text)
{
    const char *digits = strchr(text, '-');
    if (!digits)
        return false;
    digits += strcspn(digits, "0123456789");
    digits += strspn(digits, "0");
    int64_t n;
    if (bx_text_number(digits, strlen(digits), BX_MONEY_MAX, &n) || n < 1)
        return false;
    char again[BX_NUMBER_SIZE];
    bx_number_format(till, series, n, again);
    return strcmp(again, text) == 0;
}

/* "" or a number of TILL in some series. */
static bool is_number_of(int64_t till, const char *text)
{
    bool is = !text[0];
    for (enum bx_series series = 0; series < BX_SERIES_COUNT && !is; series++)
        is = bx_number_is(till, series, text);
    return is;
}

/* Notes are of version 1, whatever their kind. What the first version had (a sale, papers, a shift
 * opened by a note) is of either, all else of version 2. */
static bool has_v(enum bx_kind kind, int v)
{
    enum bx_shape shape = bx_kind_shape(kind);
    if (v == 1)
        return shape == BX_SHAPE_NOTE || shape == BX_SHAPE_PAPER || kind == BX_KIND_SALE ||
               kind == BX_KIND_SHIFT_OPEN;
    return shape != BX_SHAPE_NOTE;
}

int bx_head_read(struct bx_body *state, struct bx_entry_head *ret)
{
    struct bx_json_reader *root = &state->root;
    int64_t v = bx_json_int(root, "v", 1, BX_MONEY_MAX);
    char word[41];
    bx_json_string(root, "kind", sizeof(word) - 1, word, sizeof(word));
    if (root->err)
        return root->err;
    struct bx_entry_head head = {0};
    if (v > BX_V_NEWEST || bx_kind_parse(word, &head.kind))
        return root->err = bx_fault_set(state->fault, BX_ERR_MISSING,
                                        "This entry was written by a newer version.",
                                        "entry of v %lld, kind %s", (long long)v, word);
    state->v = (int)v;
    if (!has_v(head.kind, state->v))
        bx_json_fault(root, "a %s is never of version %d", word, state->v);
    head.till = bx_json_int(root, "till", 1, BX_TILL_MAX);
    head.incarnation = bx_json_int(root, "inc", 1, BX_TILL_MAX);
    head.seq = bx_json_int(root, "seq", 1, BX_MONEY_MAX);
    bx_json_id(root, "id", &head.id);
    bx_json_string_or(root, "number", sizeof(head.number) - 1, head.number, sizeof(head.number),
                      "");
    if (!root->err && !is_number_of(head.till, head.number))
        bx_json_fault(root, "\"number\" is not one of till %lld", (long long)head.till);
    head.at.us = bx_json_int(root, "at", 0, BX_MONEY_MAX);
    head.boot = bx_json_int(root, "boot", 0, BX_MONEY_MAX) * 1000;
    head.shift = bx_json_int(root, "shift", 0, BX_MONEY_MAX);
    head.user = bx_json_int(root, "user", 0, BX_MONEY_MAX);
    if (!root->err)
        *ret = head;
    return root->err;
}

static void line_price_put(struct bx_json_writer *writer, const struct bx_line *line)
{
    bx_json_put_string(writer, "kind", bx_line_kind_word(line->kind));
    bx_json_put_int(writer, "list", line->list.minor);
    bx_json_put_int(writer, "off", line->off.minor);
    bx_json_put_string(writer, "why", line->why.s);
    bx_json_put_string(writer, "why_text", line->why_text);
    bx_json_put_bool(writer, "fixed", line->fixed);
    bx_json_put_bool(writer, "group", line->group);
    bx_json_put_string(writer, "note", line->note);
}

static void line_put(struct bx_json_writer *writer, int v, const struct bx_line *line)
{
    char date[BX_DATE_TEXT];
    bx_json_object_open(writer, NULL);
    bx_json_put_string(writer, "product", line->product.s);
    bx_json_put_string(writer, "name", line->name);
    bx_json_put_string(writer, "event", line->event.s);
    bx_json_put_string(writer, "event_name", line->event_name);
    bx_json_put_string(writer, "slot", line->slot.s);
    bx_json_put_string(writer, "pool", line->pool.s);
    bx_json_put_string(writer, "class", line->class.s);
    bx_json_put_int(writer, "start", line->start.us);
    bx_json_put_int(writer, "end", line->end.us);
    bx_json_put_int(writer, "offset", line->offset_min);
    bx_json_put_string(writer, "date", bx_date_format(line->date, date));
    bx_json_put_int(writer, "price", line->price.minor);
    bx_json_put_int(writer, "tax", line->tax_ppm);
    bx_json_put_int(writer, "places", line->places);
    bx_json_put_int(writer, "persons", line->persons);
    bx_json_put_int(writer, "quantity", line->quantity);
    if (v > 1)
        line_price_put(writer, line);
    bx_json_object_close(writer);
}

void bx_lines_put(struct bx_json_writer *writer, int v, const char *name,
                  const struct bx_basket *basket)
{
    bx_json_array_open(writer, name);
    for (int i = 0; i < basket->count; i++)
        line_put(writer, v, &basket->lines[i]);
    bx_json_array_close(writer);
}

/* Timed: event, its name, slot, pool and a window. Untimed: none of them. */
static void line_window_check(struct bx_json_reader *reader, const struct bx_line *line)
{
    bool timed = !bx_slug_is_none(&line->slot);
    if (bx_slug_is_none(&line->event) == timed || bx_slug_is_none(&line->pool) == timed ||
        (line->event_name[0] != '\0') != timed)
        bx_json_fault(reader, "event, slot and pool do not go together");
    if (timed ? line->start.us >= line->end.us
              : line->start.us != 0 || line->end.us != 0 || line->offset_min != 0)
        bx_json_fault(reader, "\"start\" and \"end\" are no window of time");
}

void bx_slug_read_or_empty(struct bx_json_reader *reader, const char *name, struct bx_slug *ret)
{
    *ret = (struct bx_slug){0};
    bx_json *value = bx_json_get(reader->object, name);
    if (!bx_json_is_string(value) || bx_json_text(value)[0])
        bx_slug_read(reader, name, ret);
}

/* Version 1 had one price and nothing that changed it. */
static void line_price_read(struct bx_json_reader *reader, int v, struct bx_line *line)
{
    char word[17];
    line->list = line->price;
    if (v == 1)
        return;
    bx_json_string(reader, "kind", sizeof(word) - 1, word, sizeof(word));
    if (!reader->err && bx_line_kind_parse(word, &line->kind))
        bx_json_fault(reader, "\"kind\" is not known");
    line->list.minor = bx_json_int(reader, "list", 0, BX_MONEY_MAX);
    line->off.minor = bx_json_int(reader, "off", 0, BX_MONEY_MAX);
    bx_slug_read_or_empty(reader, "why", &line->why);
    bx_json_string_or(reader, "why_text", BX_NAME_COLUMNS, line->why_text, sizeof(line->why_text),
                      "");
    line->fixed = bx_bool_read(reader, "fixed");
    line->group = bx_bool_read(reader, "group");
    bx_json_string_or(reader, "note", BX_NAME_COLUMNS, line->note, sizeof(line->note), "");
}

struct lines {
    int v;
    struct bx_line *into;
};

static void line_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    const struct lines *lines = arg;
    struct bx_line *line = &lines->into[at];
    /* Those of a line's price do not stand in version 1: they make it spelled another way. */
    static const char *const names[] = {"product",  "name",  "event", "event_name", "slot",
                                        "pool",     "class", "start", "end",        "offset",
                                        "date",     "price", "tax",   "places",     "persons",
                                        "quantity", "kind",  "list",  "off",        "why",
                                        "why_text", "fixed", "group", "note",       NULL};
    bx_slug_read(reader, "product", &line->product);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, line->name, sizeof(line->name));
    bx_slug_read_or_empty(reader, "event", &line->event);
    bx_json_string_or(reader, "event_name", BX_NAME_COLUMNS, line->event_name,
                      sizeof(line->event_name), "");
    bx_slug_read_or_empty(reader, "slot", &line->slot);
    bx_slug_read_or_empty(reader, "pool", &line->pool);
    bx_slug_read_or_empty(reader, "class", &line->class);
    line->start.us = bx_json_int(reader, "start", 0, BX_MONEY_MAX);
    line->end.us = bx_json_int(reader, "end", 0, BX_MONEY_MAX);
    line->offset_min = (int)bx_json_int(reader, "offset", -BX_OFFSET_MAX, BX_OFFSET_MAX);
    char date[BX_DATE_TEXT];
    bx_json_string(reader, "date", sizeof(date) - 1, date, sizeof(date));
    if (!reader->err && bx_date_parse(date, &line->date))
        bx_json_fault(reader, "\"date\" is not a date like 2026-11-24");
    line->price.minor = bx_json_int(reader, "price", 0, BX_MONEY_MAX);
    line->tax_ppm = (int)bx_json_int(reader, "tax", 0, BX_PPM_MAX);
    line->places = (int)bx_json_int(reader, "places", 0, BX_PIECE_MAX);
    line->persons = (int)bx_json_int(reader, "persons", 0, BX_PIECE_MAX);
    line->quantity = (int)bx_json_int(reader, "quantity", 1, BX_QUANTITY_MAX);
    line_price_read(reader, lines->v, line);
    bx_json_only(reader, names);
    line_window_check(reader, line);
}

void bx_lines_read(struct bx_json_reader *reader, int v, const char *name, struct bx_basket *ret)
{
    char what[48];
    struct lines lines = {v, ret->lines};
    snprintf(what, sizeof(what), "%.20s, %s", reader->where,
             strcmp(name, "lines") == 0 ? "line" : name);
    bx_json *list = bx_json_array(reader, name, BX_LINES_MAX);
    ret->count = (int)bx_json_each(reader, list, what, line_read, &lines);
}

void bx_code_read_or_empty(struct bx_json_reader *reader, const char *name, struct bx_code *ret)
{
    *ret = (struct bx_code){0};
    char text[BX_CODE_SIZE];
    bx_json_string_or(reader, name, BX_CODE_LEN, text, sizeof(text), "");
    if (reader->err || !text[0])
        return;
    struct bx_code code;
    if (bx_code_read(text, strlen(text), &code, NULL) || strcmp(code.s, text) != 0)
        bx_json_fault(reader, "\"%s\" is not a ticket code", name);
    else
        *ret = code;
}

bool bx_bool_read(struct bx_json_reader *reader, const char *name)
{
    if (!bx_json_get(reader->object, name))
        bx_json_fault(reader, "\"%s\" is missing", name);
    return bx_json_bool_or(reader, name, false);
}
