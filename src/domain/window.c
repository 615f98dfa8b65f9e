/* SPDX-License-Identifier: Apache-2.0 */
/* Windows are in the programme, so that a till obeys them while nobody answers, and the server
 * looks at the same ones for whatever sells online. */

#include "boxtill/domain/window.h"

#include <string.h>

#include "boxtill/base/fault.h"
#include "boxtill/base/money.h"
#include "boxtill/base/words.h"
#include "boxtill/domain/programme.h"

/* False: there is no such bound, or none that counts. */
static bool bound_at(const struct bx_bound *bound, const bx_utc *start, bx_utc *ret)
{
    switch (bound->kind) {
    case BX_BOUND_NONE: return false;
    case BX_BOUND_MINUTES:
        if (start != NULL)
            ret->us = start->us + bound->value * 60 * BX_SECOND_US;
        return start != NULL;
    case BX_BOUND_AT: ret->us = bound->value; return true;
    }
    return false;
}

enum bx_sells bx_windows_sell(const struct bx_windows *windows, const char *channel,
                              const bx_utc *start, bx_utc now, bx_utc *ret_at)
{
    const struct bx_window *window = NULL;
    bx_utc at = {0};
    if (windows->count == 0)
        return BX_SELLS;
    for (int i = 0; i < windows->count && window == NULL; i++)
        if (strcmp(windows->items[i].channel.s, channel) == 0)
            window = &windows->items[i];
    if (window == NULL)
        return BX_SELLS_NEVER;
    if (bound_at(&window->until, start, &at) && now.us >= at.us)
        return BX_SELLS_NO_MORE;
    if (bound_at(&window->from, start, &at) && now.us < at.us) {
        *ret_at = at;
        return BX_SELLS_LATER;
    }
    return BX_SELLS;
}

bool bx_windows_are_relative(const struct bx_windows *windows)
{
    for (int i = 0; i < windows->count; i++)
        if (windows->items[i].from.kind == BX_BOUND_MINUTES ||
            windows->items[i].until.kind == BX_BOUND_MINUTES)
            return true;
    return false;
}

/* --- the document ----------------------------------------------------------------------------- */

static void bound_read(struct bx_json_reader *reader, const char *minutes, const char *moment,
                       struct bx_bound *ret)
{
    bool relative = bx_json_get(reader->object, minutes) != NULL;
    bool absolute = bx_json_get(reader->object, moment) != NULL;
    if (relative && absolute)
        bx_json_fault(reader, "\"%s\" and \"%s\" are one too many", minutes, moment);
    if (relative)
        *ret = (struct bx_bound){
            BX_BOUND_MINUTES, bx_json_int(reader, minutes, -BX_WINDOW_MINUTES, BX_WINDOW_MINUTES)};
    else if (absolute)
        *ret = (struct bx_bound){BX_BOUND_AT, bx_json_int(reader, moment, 0, BX_MONEY_MAX)};
}

static void window_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"channel", "from", "from_at", "until", "until_at", NULL};
    struct bx_windows *windows = arg;
    struct bx_window *window = &windows->items[at];
    bx_json_only(reader, names);
    bx_slug_read(reader, "channel", &window->channel);
    bound_read(reader, "from", "from_at", &window->from);
    bound_read(reader, "until", "until_at", &window->until);
    for (size_t i = 0; i < at; i++)
        if (bx_slug_equal(&windows->items[i].channel, &window->channel))
            bx_json_fault(reader, "\"%s\" is there twice", window->channel.s);
    windows->count++;
}

void bx_windows_read(struct bx_json_reader *reader, struct bx_windows *ret)
{
    if (reader->err != 0 || bx_json_get(reader->object, "channels") == NULL)
        return;
    bx_json *list = bx_json_array(reader, "channels", BX_WINDOWS_MAX);
    bx_json_each(reader, list, "channel", window_read, ret);
    if (list != NULL && bx_json_count(list) == 0)
        bx_json_fault(reader, "\"channels\" names no channel");
}

static void bound_write(struct bx_json_writer *writer, const char *minutes, const char *moment,
                        const struct bx_bound *bound)
{
    if (bound->kind != BX_BOUND_NONE)
        bx_json_put_int(writer, bound->kind == BX_BOUND_MINUTES ? minutes : moment, bound->value);
}

void bx_windows_write(struct bx_json_writer *writer, const struct bx_windows *windows)
{
    if (windows->count == 0)
        return;
    bx_json_array_open(writer, "channels");
    for (int i = 0; i < windows->count; i++) {
        const struct bx_window *window = &windows->items[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "channel", window->channel.s);
        bound_write(writer, "from", "from_at", &window->from);
        bound_write(writer, "until", "until_at", &window->until);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

/* --- selling ---------------------------------------------------------------------------------- */

static int later_say(const struct bx_programme *programme, const struct bx_product *product,
                     bx_utc at, struct bx_fault *fault)
{
    char text[BX_DATE_TEXT];
    struct bx_date date;
    int minute;
    bx_utc_civil(at, bx_programme_offset(programme, at), &date, &minute);
    return bx_fault_say(fault, BX_ERR_REFUSED, "%s is sold here from %s, %02d:%02d.", product->name,
                        bx_date_show(date, text), minute / 60, minute % 60);
}

static int sells(const struct bx_programme *programme, const struct bx_product *product,
                 const struct bx_windows *windows, const char *channel, const struct bx_slot *slot,
                 bx_utc now, struct bx_fault *fault)
{
    bx_utc at = {0};
    switch (bx_windows_sell(windows, channel, slot != NULL ? &slot->start : NULL, now, &at)) {
    case BX_SELLS: return 0;
    case BX_SELLS_LATER: return later_say(programme, product, at, fault);
    case BX_SELLS_NO_MORE:
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is not sold here any more for this time.",
                            product->name);
    case BX_SELLS_NEVER:
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is not sold here.", product->name);
    }
    return 0;
}

int bx_programme_sells(const struct bx_programme *programme, const struct bx_product *product,
                       const struct bx_slot *slot, const char *channel, bx_utc now,
                       struct bx_fault *fault)
{
    int err = sells(programme, product, &product->windows, channel, slot, now, fault);
    if (err != 0 || slot == NULL)
        return err;
    return sells(programme, product, &programme->events[slot->event].windows, channel, slot, now,
                 fault);
}
