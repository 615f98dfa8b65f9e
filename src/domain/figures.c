/* SPDX-License-Identifier: Apache-2.0 */
/* Rows are few (a shift has some dozens, a busy one some hundreds), looked at all the time and
 * merged in order, so they are one sorted array. Adding is all or nothing: a row that would leave
 * the limits of money leaves the others as they were. */

#include "boxtill/domain/figures.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

enum { ROWS_FIRST = 32 };

static int row_compare(const struct bx_figure *row, const char *what, const char *name)
{
    int order = strcmp(row->what, what);
    return order ? order : strcmp(row->name, name);
}

/* Where the row is, or where it would go. */
static size_t row_find(const struct bx_figures *figures, const char *what, const char *name,
                       bool *ret_there)
{
    size_t low = 0, high = figures->count;
    *ret_there = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = row_compare(&figures->rows[middle], what, name);
        if (order == 0) {
            *ret_there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void bx_figures_finish(struct bx_figures *figures)
{
    figures->rows = bx_free(figures->rows);
    figures->count = figures->cap = 0;
}

void bx_figures_clear(struct bx_figures *figures)
{
    figures->count = 0;
}

static bool is_within(int64_t value)
{
    return value >= -BX_MONEY_MAX && value <= BX_MONEY_MAX;
}

/* Both in ±BX_MONEY_MAX: the sum of two cannot overflow. */
static bool sums_fit(const struct bx_figure *row, int64_t count, int64_t amount)
{
    return is_within(count) && is_within(amount) && is_within(row->count + count) &&
           is_within(row->amount + amount);
}

int bx_figures_add(struct bx_figures *figures, const char *what, const char *name, int64_t count,
                   int64_t amount)
{
    static const struct bx_figure none = {0};
    bool there;
    bx_assert(strlen(what) < BX_FIGURE_WHAT && strlen(name) < sizeof(none.name));
    size_t at = row_find(figures, what, name, &there);
    if (!sums_fit(there ? &figures->rows[at] : &none, count, amount))
        return BX_ERR_FULL;
    if (!there && count == 0 && amount == 0)
        return 0;
    if (!there) {
        if (figures->count >= BX_FIGURES_MAX)
            return BX_ERR_FULL;
        if (figures->count == figures->cap) {
            figures->cap = figures->cap ? figures->cap * 2 : ROWS_FIRST;
            figures->rows = bx_realloc(figures->rows, figures->cap, sizeof(*figures->rows));
        }
        struct bx_figure *row = &figures->rows[at];
        memmove(row + 1, row, (figures->count - at) * sizeof(*row));
        *row = none;
        BX_TEXT_COPY(row->what, what);
        BX_TEXT_COPY(row->name, name);
        figures->count++;
    }
    figures->rows[at].count += count;
    figures->rows[at].amount += amount;
    return 0;
}

bool bx_figures_fit(const struct bx_figures *into, const struct bx_figures *from)
{
    size_t missing = 0;
    for (size_t i = 0; i < from->count; i++) {
        const struct bx_figure *row = &from->rows[i];
        const struct bx_figure *old = bx_figures_get(into, row->what, row->name);
        missing += old->what[0] == '\0';
        if (!sums_fit(old, row->count, row->amount))
            return false;
    }
    return into->count + missing <= BX_FIGURES_MAX;
}

int bx_figures_merge(struct bx_figures *into, const struct bx_figures *from)
{
    if (!bx_figures_fit(into, from))
        return BX_ERR_FULL;
    for (size_t i = 0; i < from->count; i++) {
        const struct bx_figure *row = &from->rows[i];
        int err = bx_figures_add(into, row->what, row->name, row->count, row->amount);
        bx_assert(err == 0);
    }
    return 0;
}

const struct bx_figure *bx_figures_get(const struct bx_figures *figures, const char *what,
                                       const char *name)
{
    static const struct bx_figure none = {0};
    bool there;
    size_t at = row_find(figures, what, name, &there);
    return there ? &figures->rows[at] : &none;
}

int64_t bx_figures_sum(const struct bx_figures *figures, const char *what, const char *prefix)
{
    int64_t sum = 0;
    bool there;
    size_t at = row_find(figures, what, prefix ? prefix : "", &there);
    for (; at < figures->count && strcmp(figures->rows[at].what, what) == 0; at++) {
        if (prefix && strncmp(figures->rows[at].name, prefix, strlen(prefix)) != 0)
            break;
        sum += figures->rows[at].amount;
        if (!is_within(sum)) /* of no honest rows */
            return sum < 0 ? -BX_MONEY_MAX : BX_MONEY_MAX;
    }
    return sum;
}

/* The next row from *AT on that says something. */
static const struct bx_figure *row_next(const struct bx_figures *figures, size_t *at)
{
    while (*at < figures->count && figures->rows[*at].count == 0 && figures->rows[*at].amount == 0)
        (*at)++;
    return *at < figures->count ? &figures->rows[(*at)++] : NULL;
}

const struct bx_figure *bx_figures_differ(const struct bx_figures *a, const struct bx_figures *b)
{
    size_t at_a = 0, at_b = 0;
    for (;;) {
        const struct bx_figure *row_a = row_next(a, &at_a), *row_b = row_next(b, &at_b);
        if (!row_a || !row_b)
            return row_a ? row_a : row_b;
        int order = row_compare(row_a, row_b->what, row_b->name);
        if (order != 0)
            return order < 0 ? row_a : row_b;
        if (row_a->count != row_b->count || row_a->amount != row_b->amount)
            return row_a;
    }
}

void bx_figures_put(struct bx_json_writer *writer, const char *name,
                    const struct bx_figures *figures)
{
    size_t at = 0;
    bx_json_array_open(writer, name);
    for (const struct bx_figure *row; (row = row_next(figures, &at)) != NULL;) {
        bx_json_array_open(writer, NULL);
        bx_json_put_string(writer, NULL, row->what);
        bx_json_put_string(writer, NULL, row->name);
        bx_json_put_int(writer, NULL, row->count);
        bx_json_put_int(writer, NULL, row->amount);
        bx_json_array_close(writer);
    }
    bx_json_array_close(writer);
}

/* Short text that no washing would change. */
static bool is_label(bx_json *value, size_t size)
{
    const char *text = bx_json_text(value);
    return bx_json_is_string(value) && strlen(text) < size && bx_text_is_washed(text, strlen(text));
}

void bx_figures_read(struct bx_json_reader *reader, const char *name, struct bx_figures *ret)
{
    bx_json *list = bx_json_array(reader, name, BX_FIGURES_MAX);
    for (bx_json *item = bx_json_first(list); item && !reader->err; item = bx_json_next(item)) {
        bx_json *what = bx_json_first(item), *row = bx_json_next(what), *count = bx_json_next(row),
                *amount = bx_json_next(count);
        struct bx_figure *last = ret->count ? &ret->rows[ret->count - 1] : NULL;
        if (!bx_json_is_array(item) || bx_json_count(item) != 4 ||
            !is_label(what, BX_FIGURE_WHAT) || !is_label(row, sizeof(last->name)) ||
            !bx_json_is_integer(count) || !bx_json_is_integer(amount)) {
            bx_json_fault(reader, "\"%s\" has a row that is none", name);
            return;
        }
        if (last && row_compare(last, bx_json_text(what), bx_json_text(row)) >= 0)
            bx_json_fault(reader, "\"%s\" is not in order", name);
        else if (bx_figures_add(ret, bx_json_text(what), bx_json_text(row), bx_json_integer(count),
                                bx_json_integer(amount)))
            bx_json_fault(reader, "\"%s\" has too many rows", name);
    }
}
