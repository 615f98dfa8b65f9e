/* SPDX-License-Identifier: Apache-2.0 */
/* Dates on paper name the day of the week: visitors check that first. */

#include "printers/when.h"

#include <stdio.h>

#include "boxtill/base/words.h"

static const char *const days[] = {BX_WORD("Mon"), BX_WORD("Tue"), BX_WORD("Wed"), BX_WORD("Thu"),
                                   BX_WORD("Fri"), BX_WORD("Sat"), BX_WORD("Sun")};
static const char *const months[] = {
    BX_WORD("Jan"), BX_WORD("Feb"), BX_WORD("Mar"), BX_WORD("Apr"), BX_WORD("May"), BX_WORD("Jun"),
    BX_WORD("Jul"), BX_WORD("Aug"), BX_WORD("Sep"), BX_WORD("Oct"), BX_WORD("Nov"), BX_WORD("Dec")};

static const char *month_word(struct bx_date date)
{
    return date.month >= 1 && date.month <= 12 ? bx_word(months[date.month - 1]) : "?";
}

static const char *time_format(bx_utc at, int offset_min, char out[TP_WHEN_SIZE])
{
    struct bx_date date;
    int minute;
    bx_utc_civil(at, offset_min, &date, &minute);
    snprintf(out, TP_WHEN_SIZE, "%02d:%02d", minute / 60, minute % 60);
    return out;
}

const char *tp_when_date(struct bx_date date, char out[TP_WHEN_SIZE])
{
    snprintf(out, TP_WHEN_SIZE, "%s %d %s %d", bx_word(days[bx_date_weekday(date)]), date.day,
             month_word(date), date.year);
    return out;
}

const char *tp_when_window(bx_utc start, bx_utc end, int offset_min, char out[TP_WHEN_SIZE])
{
    char from[TP_WHEN_SIZE], to[TP_WHEN_SIZE];
    time_format(start, offset_min, from);
    if (end.us <= start.us)
        snprintf(out, TP_WHEN_SIZE, "%.8s", from);
    else
        snprintf(out, TP_WHEN_SIZE, "%.8s\u2013%.8s", from, time_format(end, offset_min, to));
    return out;
}

const char *tp_when_stamp(bx_utc at, int offset_min, char out[TP_WHEN_SIZE])
{
    struct bx_date date;
    int minute;
    bx_utc_civil(at, offset_min, &date, &minute);
    snprintf(out, TP_WHEN_SIZE, "%d %s %d %02d:%02d", date.day, month_word(date), date.year,
             minute / 60, minute % 60);
    return out;
}
