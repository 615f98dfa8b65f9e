/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the import share: import.c has the format and the whole, import_hours.c days,
 * hours and slots, timetable.c what recurs. */

#include "boxtill/base/json.h"
#include "server/book/book.h"
#include "server/book/import.h"

enum {
    BD_DATES_MAX = 400, /* of one list; and the most days of a horizon */
    BD_DAY_MINUTES = 1440,
    BD_STEM_MAX = BX_SLUG_SIZE - 1 - 14, /* leaves room for -YYYYMMDD-HHMM */
    BD_CHANNEL_SIZE = 16,                /* as devices have it */
    BD_WHERE_SIZE = 80
};

struct bd_days {
    int count;
    int32_t days[BD_DATES_MAX]; /* since 1970 */
};

struct bd_importing {
    struct bx_date today;
    bd_zone zone;
    void *zone_arg;
    struct bx_programme programme; /* arrays by bx_alloc, at their maximum */
    struct bd_import_pool *pools;
    size_t pool_count;
    int horizon;           /* days that a timetable makes slots for, today among them */
    struct bd_days closed; /* of the venue */
    struct bx_buf *faults;
    struct bx_buf notes;
    int fault_count;
};

/* The slots of some day. */
struct bd_series {
    struct bx_slug pool;
    int64_t capacity;
    bool cancelled;
    bool
        recurs; /* an hour that a clock skips is told and no fault; one that comes twice has both */
    int length; /* minutes */
    int count;
    int16_t times[BD_DAY_MINUTES];
};

/* One object of the file, all of whose faults are told. */
struct bd_reading {
    struct bx_json_reader reader;
    struct bx_fault fault;
    const struct bd_importing *parser;
    int before; /* faults told before it */
};
void bd_reading_begin(struct bd_importing *parser, bx_json *object, const char *where,
                      struct bd_reading *ret);
bool bd_reading_is_good(const struct bd_reading *reading);
void bd_import_fault(struct bd_importing *parser, const char *format, ...) bx_format(2, 3);
/* Nothing is wrong, but somebody should know. */
void bd_import_note(struct bd_importing *parser, const char *format, ...) bx_format(2, 3);

void bd_stem_read(struct bx_json_reader *reader, const char *name, struct bx_slug *ret);
/* "HH:MM" to minutes, up to 24:00; -1 when it is none. */
int bd_minute_of(const char *text);
/* "2026-11-30", "today", "today+7". */
bool bd_day_read(const struct bd_importing *parser, const char *text, struct bx_date *ret);
/* The list NAME of days, if there is one. */
void bd_days_read(const struct bd_importing *parser, struct bx_json_reader *reader,
                  const char *name, struct bd_days *ret);
bool bd_days_have(const struct bd_days *days, struct bx_date date);
/* "from", "to", "every" and "length", or "times" and "length" (by default LENGTH, unless 0). */
#define BD_HOURS_NAMES "from", "to", "every", "length", "times"
void bd_hours_read(struct bd_reading *reading, int length, struct bd_series *ret);
void bd_slots_add(struct bd_importing *parser, const char *where, int event,
                  const struct bd_series *series, struct bx_date date);

/* One element of an event's timetable. CLOSED: the event's own days. */
void bd_timetable_read(struct bd_importing *parser, const char *where, int event,
                       const struct bd_days *closed, bx_json *object);

/* The member "channels" of OUTER's object, if there is one. TIMED: bounds may count from a slot. */
void bd_windows_read(struct bd_importing *parser, const char *where, struct bx_json_reader *outer,
                     bool timed, struct bx_windows *ret);
