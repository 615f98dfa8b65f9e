/* SPDX-License-Identifier: Apache-2.0 */
/* What recurs. An element of an event's "timetable":
 *
 *   {"weekdays":["tue","wed"],"seasons":[{"from":"04-01","to":"10-31"}],
 *    "from":"10:00","to":"18:00","every":30,"capacity":50,"pool":"house",
 *    "exceptions":[{"date":"2026-12-24","from":"10:00","to":"14:00","every":30},
 *                  {"date":"2026-12-31","times":["10:00","11:30"],"length":45,"capacity":20},
 *                  {"date":"2027-01-01","closed":true}]}
 *
 *   weekdays    mon to sun; by default all
 *   seasons     1 to 20, first and last day, of one year ("2026-04-01") or of every year ("04-01",
 *               also over the year's end); by default always
 *   hours       as of slots: from, to, every and length, or times and length
 *   exceptions  at most 400 days with other hours, or closed, also on another weekday or out of
 *               season; capacity by default the element's
 *
 * Slots are made for the venue's horizon, from today on; an exception that is over or farther away
 * is only read. Closed days of the venue and of the event come before everything here. Ids depend
 * on the day and hour alone, so that importing again finds the same slots. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/terms.h"
#include "server/book/import_in.h"

enum { SEASONS_MAX = 20, ALL_WEEK = 127 };

/* Of one year: days since 1970; of every year: month * 100 + day. */
struct season {
    bool yearly;
    int32_t from, to;
};

struct table {
    struct bd_importing *parser;
    int event;
    const struct bd_days *closed;
    unsigned weekdays;
    int season_count;
    struct season seasons[SEASONS_MAX];
    struct bd_days apart; /* exceptions */
    struct bd_series usual, other;
};

static int32_t of_year(struct bx_date date)
{
    return date.month * 100 + date.day;
}

/* "04-01" in a year that has a 29th of February. */
static bool season_day(const char *text, bool *ret_yearly, int32_t *ret)
{
    char whole[20];
    struct bx_date date;
    *ret_yearly = strlen(text) == 5;
    snprintf(whole, sizeof whole, "%s%.12s", *ret_yearly ? "2024-" : "", text);
    if (strlen(text) > 10 || bx_date_parse(whole, &date) != 0)
        return false;
    *ret = *ret_yearly ? of_year(date) : bx_date_days(date);
    return true;
}

static void season_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"from", "to", NULL};
    struct table *table = (struct table *)arg;
    struct season *season = &table->seasons[at];
    char from[12], to[12];
    bool yearly = false;
    bx_json_string(reader, "from", 10, from, sizeof from);
    bx_json_string(reader, "to", 10, to, sizeof to);
    bx_json_only(reader, names);
    table->season_count++;
    if (from[0] == '\0' || to[0] == '\0')
        return;
    if (!season_day(from, &season->yearly, &season->from) ||
        !season_day(to, &yearly, &season->to) || yearly != season->yearly)
        bx_json_fault(reader, "\"from\" and \"to\" must both be days as 2026-04-01, or both as "
                              "04-01");
    else if (!yearly && season->from > season->to)
        bx_json_fault(reader, "\"to\" is before \"from\"");
}

static bool in_season(const struct table *table, struct bx_date date)
{
    bool found = table->season_count == 0;
    for (int i = 0; i < table->season_count && !found; i++) {
        const struct season *season = &table->seasons[i];
        int32_t day = season->yearly ? of_year(date) : bx_date_days(date);
        found = season->from <= season->to ? day >= season->from && day <= season->to
                                           : day >= season->from || day <= season->to;
    }
    return found;
}

static bool is_offered(const struct table *table, struct bx_date date)
{
    int ahead = bx_date_days(date) - bx_date_days(table->parser->today);
    return ahead >= 0 && ahead < table->parser->horizon && !bd_days_have(table->closed, date) &&
           !bd_days_have(&table->parser->closed, date);
}

static void exception_read(struct table *table, const char *where, bx_json *object)
{
    static const char *const names[] = {"date", "closed", "capacity", BD_HOURS_NAMES, NULL};
    struct bd_series *other = &table->other;
    struct bd_reading reading;
    struct bx_json_reader *reader = &reading.reader;
    struct bx_date date = {0};
    char text[16];
    bd_reading_begin(table->parser, object, where, &reading);
    bx_json_string(reader, "date", sizeof text - 1, text, sizeof text);
    if (text[0] != '\0' && !bd_day_read(table->parser, text, &date))
        bx_json_fault(reader, "\"date\" must be a day as 2026-11-30, today, or today+N");
    bool closed = bx_json_bool_or(reader, "closed", false);
    *other = (struct bd_series){
        .pool = table->usual.pool, .capacity = table->usual.capacity, .recurs = true};
    if (!closed)
        bd_hours_read(&reading, table->usual.length, other);
    else if (bx_json_count(object) > 2)
        bx_json_fault(reader, "a day that is closed has no hours");
    other->capacity = bx_json_int_or(reader, "capacity", 0, BD_CAPACITY_MAX, other->capacity);
    bx_json_only(reader, names);
    if (!bd_reading_is_good(&reading))
        return;
    if (bd_days_have(&table->apart, date))
        bx_json_fault(reader, "%s is there twice", text);
    table->apart.days[table->apart.count++] = bx_date_days(date);
    if (!closed && is_offered(table, date))
        bd_slots_add(table->parser, where, table->event, other, date);
}

static void exceptions_read(struct table *table, const char *where, bx_json *list)
{
    char place[BD_WHERE_SIZE + 32];
    size_t nth = 0;
    for (bx_json *item = bx_json_first(list); item != NULL; item = bx_json_next(item)) {
        snprintf(place, sizeof place, "%s.exceptions[%zu]", where, nth++);
        exception_read(table, place, item);
    }
}

static void days_add(const struct table *table, const char *where)
{
    for (int ahead = 0; ahead < table->parser->horizon; ahead++) {
        struct bx_date date = bx_date_plus(table->parser->today, ahead);
        if ((table->weekdays >> bx_date_weekday(date) & 1) != 0 && in_season(table, date) &&
            !bd_days_have(&table->apart, date) && is_offered(table, date))
            bd_slots_add(table->parser, where, table->event, &table->usual, date);
    }
}

static void table_read(struct table *table, const char *where, bx_json *object)
{
    static const char *const names[] = {"weekdays",   "seasons", BD_HOURS_NAMES, "capacity", "pool",
                                        "exceptions", NULL};
    struct bd_importing *parser = table->parser;
    struct bd_reading reading;
    struct bx_json_reader *reader = &reading.reader;
    bx_json *exceptions = NULL;
    bd_reading_begin(parser, object, where, &reading);
    table->weekdays = bx_json_get(object, "weekdays") != NULL ? bx_weekdays_read(reader) : ALL_WEEK;
    if (bx_json_get(object, "seasons") != NULL) {
        bx_json *seasons = bx_json_array(reader, "seasons", SEASONS_MAX);
        bx_json_each(reader, seasons, "season", season_read, table);
    }
    table->usual =
        (struct bd_series){.pool = parser->programme.events[table->event].id, .recurs = true};
    bd_hours_read(&reading, 0, &table->usual);
    table->usual.capacity = bx_json_int(reader, "capacity", 0, BD_CAPACITY_MAX);
    if (bx_json_get(object, "pool") != NULL)
        bd_stem_read(reader, "pool", &table->usual.pool);
    if (bx_json_get(object, "exceptions") != NULL)
        exceptions = bx_json_array(reader, "exceptions", BD_DATES_MAX);
    bx_json_only(reader, names);
    exceptions_read(table, where, exceptions);
    if (bd_reading_is_good(&reading))
        days_add(table, where);
}

void bd_timetable_read(struct bd_importing *parser, const char *where, int event,
                       const struct bd_days *closed, bx_json *object)
{
    struct table *table = bx_new(struct table);
    table->parser = parser;
    table->event = event;
    table->closed = closed;
    table_read(table, where, object);
    bx_free(table);
}
