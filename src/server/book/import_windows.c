/* SPDX-License-Identifier: Apache-2.0 */
/* Sale windows as people write them, in an event or a product:
 *
 *   "channels":{"counter":{"until":15},
 *               "web":{"from":"2026-11-01 10:00","until":-60},
 *               "kiosk":{}}
 *
 *   counter    the tills; any other name is that of devices (boxtilld enrol-code --channel)
 *   from       minutes after the slot's start, negative before it, or a civil day and time of the
 *              venue; by default always
 *   until      likewise, not in it; by default until the slot is over */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "server/book/import_in.h"

/* "2026-11-01 10:00". */
static bool moment_parse(const struct bd_importing *parser, const char *text, int64_t *ret_us)
{
    char day[BX_DATE_TEXT] = "";
    struct bx_date date;
    bx_utc at;
    int offset;
    if (strlen(text) != 16 || text[10] != ' ')
        return false;
    memcpy(day, text, 10);
    int minute = bd_minute_of(text + 11);
    if (bx_date_parse(day, &date) != 0 || minute < 0)
        return false;
    if (parser->programme.zone[0] == '\0')
        return true; /* told of the zone */
    if (parser->zone(parser->zone_arg, parser->programme.zone, date, minute, &at, &offset) != 0 ||
        at.us < 0)
        return false;
    *ret_us = at.us;
    return true;
}

static void bound_read(const struct bd_importing *parser, struct bx_json_reader *reader,
                       const char *name, bool timed, struct bx_bound *ret)
{
    bx_json *member = bx_json_get(reader->object, name);
    if (member == NULL)
        return;
    if (!bx_json_is_string(member)) {
        ret->kind = BX_BOUND_MINUTES;
        ret->value = bx_json_int(reader, name, -BX_WINDOW_MINUTES, BX_WINDOW_MINUTES);
        if (!timed)
            bx_json_fault(reader, "\"%s\" must be a day and time: it has no slot to count from",
                          name);
        return;
    }
    ret->kind = BX_BOUND_AT;
    if (!moment_parse(parser, bx_json_text(member), &ret->value))
        bx_json_fault(reader, "\"%s\" must be minutes, or a day and time as 2026-11-01 10:00",
                      name);
}

void bd_windows_read(struct bd_importing *parser, const char *where, struct bx_json_reader *outer,
                     bool timed, struct bx_windows *ret)
{
    static const char *const names[] = {"from", "until", NULL};
    bx_json *object = NULL;
    if (bx_json_get(outer->object, "channels") != NULL)
        object = bx_json_object(outer, "channels");
    if (object == NULL)
        return;
    if (bx_json_count(object) == 0 || bx_json_count(object) > BX_WINDOWS_MAX) {
        bx_json_fault(outer, "\"channels\" must name 1 to %d channels", BX_WINDOWS_MAX);
        return;
    }
    for (bx_json *item = bx_json_first(object); item != NULL; item = bx_json_next(item)) {
        struct bx_window *window = &ret->items[ret->count++];
        char place[BD_WHERE_SIZE + 64];
        struct bd_reading reading;
        if (strlen(bx_json_name(item)) >= BD_CHANNEL_SIZE ||
            !bx_slug_is_valid(bx_json_name(item))) {
            bx_json_fault(outer, "\"channels\": %.40s is no name of a channel", bx_json_name(item));
            continue;
        }
        BX_TEXT_COPY(window->channel.s, bx_json_name(item));
        snprintf(place, sizeof place, "%s.channels.%s", where, window->channel.s);
        bd_reading_begin(parser, item, place, &reading);
        bound_read(parser, &reading.reader, "from", timed, &window->from);
        bound_read(parser, &reading.reader, "until", timed, &window->until);
        bx_json_only(&reading.reader, names);
    }
}
