/* SPDX-License-Identifier: Apache-2.0 */
/* Days, hours and the slots they make. Civil time is the venue's: the one place where a clock that
 * goes forward takes an hour away, and one that goes back gives it twice. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "server/book/import_in.h"

/* --- words ---------------------------------------------------------------------------------- */

int bd_minute_of(const char *text)
{
    bool good = strlen(text) == 5 && text[2] == ':';
    for (int i = 0; i < 5 && good; i++)
        good = i == 2 || (text[i] >= '0' && text[i] <= '9');
    if (!good)
        return -1;
    int hour = (text[0] - '0') * 10 + text[1] - '0';
    int minute = (text[3] - '0') * 10 + text[4] - '0';
    return minute > 59 || hour * 60 + minute > BD_DAY_MINUTES ? -1 : hour * 60 + minute;
}

static void read_time(struct bx_json_reader *reader, const char *name, int *ret)
{
    char text[8];
    bx_json_string(reader, name, sizeof text - 1, text, sizeof text);
    if (text[0] == '\0')
        return;
    int minute = bd_minute_of(text);
    if (minute < 0)
        bx_json_fault(reader, "\"%s\" must be a time from 00:00 to 24:00", name);
    else
        *ret = minute;
}

bool bd_day_read(const struct bd_importing *parser, const char *text, struct bx_date *ret)
{
    int64_t days = 0;
    if (strncmp(text, "today", 5) != 0)
        return bx_date_parse(text, ret) == 0;
    if (text[5] == '+' && bx_text_number(text + 6, strlen(text + 6), 365, &days) != 0)
        return false;
    if (text[5] != '\0' && text[5] != '+')
        return false;
    *ret = bx_date_plus(parser->today, (int)days);
    return true;
}

void bd_days_read(const struct bd_importing *parser, struct bx_json_reader *reader,
                  const char *name, struct bd_days *ret)
{
    bx_json *list = NULL;
    if (bx_json_get(reader->object, name) != NULL)
        list = bx_json_array(reader, name, BD_DATES_MAX);
    for (bx_json *item = bx_json_first(list); item != NULL; item = bx_json_next(item)) {
        struct bx_date date;
        if (!bx_json_is_string(item) || !bd_day_read(parser, bx_json_text(item), &date))
            bx_json_fault(reader, "\"%s\" must be of days as 2026-11-30, today, or today+N", name);
        else
            ret->days[ret->count++] = bx_date_days(date);
    }
}

bool bd_days_have(const struct bd_days *days, struct bx_date date)
{
    int32_t day = bx_date_days(date);
    for (int i = 0; i < days->count; i++)
        if (days->days[i] == day)
            return true;
    return false;
}

void bd_stem_read(struct bx_json_reader *reader, const char *name, struct bx_slug *ret)
{
    bx_slug_read(reader, name, ret);
    if (strlen(ret->s) > BD_STEM_MAX)
        bx_json_fault(reader, "\"%s\" must have at most %d characters", name, BD_STEM_MAX);
}

/* --- hours ---------------------------------------------------------------------------------- */

static void times_read(struct bx_json_reader *reader, struct bd_series *ret)
{
    bx_json *list = bx_json_array(reader, "times", BD_DAY_MINUTES);
    int last = -1;
    for (bx_json *item = bx_json_first(list); item != NULL; item = bx_json_next(item)) {
        int minute = bx_json_is_string(item) ? bd_minute_of(bx_json_text(item)) : -1;
        if (minute <= last || minute == BD_DAY_MINUTES) {
            bx_json_fault(reader,
                          "\"times\" must be times from 00:00 to 23:59, the earliest first");
            return;
        }
        ret->times[ret->count++] = (int16_t)minute;
        last = minute;
    }
    if (list != NULL && ret->count == 0)
        bx_json_fault(reader, "\"times\" must name a time");
}

void bd_hours_read(struct bd_reading *reading, int length, struct bd_series *ret)
{
    struct bx_json_reader *reader = &reading->reader;
    bx_json *object = reader->object;
    int from = 0, to = 0, every = 0;
    ret->count = 0;
    if (bx_json_get(object, "times") != NULL) {
        times_read(reader, ret);
        ret->length = (int)(length > 0 ? bx_json_int_or(reader, "length", 1, BD_DAY_MINUTES, length)
                                       : bx_json_int(reader, "length", 1, BD_DAY_MINUTES));
        if (bx_json_get(object, "from") != NULL || bx_json_get(object, "to") != NULL ||
            bx_json_get(object, "every") != NULL)
            bx_json_fault(reader, "\"times\" stand instead of \"from\", \"to\" and \"every\"");
        return;
    }
    read_time(reader, "from", &from);
    read_time(reader, "to", &to);
    every = (int)bx_json_int(reader, "every", 1, BD_DAY_MINUTES);
    ret->length = (int)bx_json_int_or(reader, "length", 1, BD_DAY_MINUTES, every);
    if (!bd_reading_is_good(reading))
        return;
    if (from + ret->length > to)
        bx_json_fault(reader, "no slot of %d minutes fits between \"from\" and \"to\"",
                      ret->length);
    for (int at = from; at + ret->length <= to; at += every)
        ret->times[ret->count++] = (int16_t)at;
}

/* --- slots ---------------------------------------------------------------------------------- */

static void stamp(struct bx_slug *ret, const struct bx_slug *stem, struct bx_date date, int minute,
                  bool again)
{
    char text[BX_SLUG_SIZE + 32];
    snprintf(text, sizeof text, "%s-%04d%02d%02d-%02d%02d%s", stem->s, date.year, date.month,
             date.day, minute / 60, minute % 60, again ? "b" : "");
    BX_TEXT_COPY(ret->s, text);
}

/* SLOT begins in an hour that comes twice, told as the first: moves it to the second. */
static bool moves_again(const struct bx_programme *programme, struct bx_slot *slot)
{
    int before = programme->offset_min;
    for (size_t i = 0; i < programme->change_count; i++) {
        const struct bx_clock_change *change = &programme->changes[i];
        bx_utc later = {slot->start.us + (before - change->offset_min) * 60 * BX_SECOND_US};
        if (slot->start.us < change->at.us && later.us >= change->at.us) {
            slot->start = later;
            slot->offset_min = change->offset_min;
            return true;
        }
        before = change->offset_min;
    }
    return false;
}

static void slot_put(struct bd_importing *parser, const char *where, const struct bd_series *series,
                     struct bx_slot *slot)
{
    struct bx_programme *programme = &parser->programme;
    if (programme->slot_count == BX_SLOTS_MAX) {
        bd_import_fault(parser, "%s: there are more than %d slots", where, BX_SLOTS_MAX);
        return;
    }
    /* A slot lasts as long as it lasts, also in the night when clocks change. */
    slot->end.us = slot->start.us + series->length * 60 * BX_SECOND_US;
    programme->slots[programme->slot_count++] = *slot;
    parser->pools[parser->pool_count++] = (struct bd_import_pool){
        slot->pool, series->capacity, slot->end, slot->cancelled, slot->start};
}

static void slot_add(struct bd_importing *parser, const char *where, int event,
                     const struct bd_series *series, struct bx_date date, int minute)
{
    struct bx_programme *programme = &parser->programme;
    const struct bx_slug *stem = &programme->events[event].id;
    struct bx_slot slot = {.event = event, .date = date, .cancelled = series->cancelled};
    char day[BX_DATE_TEXT];
    if (programme->zone[0] == '\0')
        return; /* told once, not for every slot */
    stamp(&slot.id, stem, date, minute, false);
    stamp(&slot.pool, &series->pool, date, minute, false);
    if (parser->zone(parser->zone_arg, programme->zone, date, minute, &slot.start,
                     &slot.offset_min) != 0) {
        void (*tell)(struct bd_importing *, const char *, ...) =
            series->recurs ? bd_import_note : bd_import_fault;
        tell(parser, "%s: %s %02d:%02d does not exist in %s", where, bx_date_format(date, day),
             minute / 60, minute % 60, programme->zone);
        return;
    }
    slot_put(parser, where, series, &slot);
    if (!series->recurs || !moves_again(programme, &slot))
        return;
    if (strlen(stem->s) == BD_STEM_MAX || strlen(series->pool.s) == BD_STEM_MAX) {
        bd_import_fault(parser, "%s: %s %02d:%02d comes twice, and its id is too long for a second",
                        where, bx_date_format(date, day), minute / 60, minute % 60);
        return;
    }
    stamp(&slot.id, stem, date, minute, true);
    stamp(&slot.pool, &series->pool, date, minute, true);
    slot_put(parser, where, series, &slot);
}

void bd_slots_add(struct bd_importing *parser, const char *where, int event,
                  const struct bd_series *series, struct bx_date date)
{
    for (int i = 0; i < series->count; i++)
        slot_add(parser, where, event, series, date, series->times[i]);
}
