/* SPDX-License-Identifier: Apache-2.0 */
/* Calendar arithmetic on numbers. libc's calendar functions read the time zone of the process and
 * some of them keep their answer in a shared place; counting days needs neither. The year is
 * counted from March, so that the leap day is its last day and the months' lengths follow one
 * formula.
 *
 * Everything stays within 1970-01-01 to 9999-12-31, the range that the text forms can hold:
 * arithmetic that would leave it stops at its end. */

#include "boxtill/base/time.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/fault.h"
#include "boxtill/base/words.h"

#define LAST_DAY 2932896 /* 9999-12-31 */
#define DAY_US   (INT64_C(86400) * BX_SECOND_US)
#define LAST_US  ((LAST_DAY + 1) * DAY_US - 1)

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool date_is_real(int year, int month, int day)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] + (month == 2 && is_leap(year));
}

int32_t bx_date_days(struct bx_date date)
{
    int32_t year = date.year - (date.month <= 2);
    int32_t era = year / 400;
    int32_t of_era = year % 400;
    int32_t month = (date.month + 9) % 12; /* March is 0 */
    int32_t day = (153 * month + 2) / 5 + date.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day - 719468;
}

struct bx_date bx_date_from_days(int32_t days)
{
    days = days < 0 ? 0 : days > LAST_DAY ? LAST_DAY : days;
    int32_t z = days + 719468;
    int32_t era = z / 146097;
    int32_t of_era = z % 146097;
    int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int32_t month = (5 * of_year + 2) / 153; /* March is 0 */
    struct bx_date date = {.day = (uint8_t)(of_year - (153 * month + 2) / 5 + 1),
                           .month = (uint8_t)(month < 10 ? month + 3 : month - 9)};
    date.year = (int16_t)(year + era * 400 + (date.month <= 2));
    return date;
}

/* DIGITS decimal digits at *AT, which moves on; -1 when there is something else. */
static int take_digits(const char **at, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    *at += digits;
    return value;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool take_date(const char **at, struct bx_date *ret)
{
    int year = take_digits(at, 4);
    if (year < 0 || !take_char(at, '-'))
        return false;
    int month = take_digits(at, 2);
    if (month < 0 || !take_char(at, '-'))
        return false;
    int day = take_digits(at, 2);
    if (!date_is_real(year, month, day))
        return false;
    *ret = (struct bx_date){.year = (int16_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
    return true;
}

/* "14:32" or, with SECONDS, "14:32:05"; in seconds. */
static int64_t take_clock(const char **at, bool seconds)
{
    int hour = take_digits(at, 2);
    if (hour < 0 || hour > 23 || !take_char(at, ':'))
        return -1;
    int minute = take_digits(at, 2);
    if (minute < 0 || minute > 59)
        return -1;
    if (!seconds)
        return hour * 3600 + minute * 60;
    if (!take_char(at, ':'))
        return -1;
    int second = take_digits(at, 2);
    if (second < 0 || second > 59)
        return -1;
    return hour * 3600 + minute * 60 + second;
}

/* What follows the seconds' point, one to six decimals, in microseconds; -1 when it is not that. */
static int64_t take_fraction(const char **at)
{
    int64_t us = 0;
    int digits = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        if (++digits > 6)
            return -1;
        us = us * 10 + (**at - '0');
    }
    if (digits == 0)
        return -1;
    for (; digits < 6; digits++)
        us *= 10;
    return us;
}

/* "Z" or "+02:00", in seconds east of UTC. */
static bool take_offset(const char **at, int64_t *ret)
{
    if (take_char(at, 'Z') || take_char(at, 'z')) {
        *ret = 0;
        return true;
    }
    int sign = **at == '+' ? 1 : **at == '-' ? -1 : 0;
    if (!sign)
        return false;
    (*at)++;
    int64_t offset = take_clock(at, false);
    *ret = sign * offset;
    return offset >= 0;
}

const char *bx_utc_format(bx_utc at, char out[BX_UTC_TEXT])
{
    int64_t us = at.us < 0 ? 0 : at.us > LAST_US ? LAST_US : at.us;
    struct bx_date date = bx_date_from_days((int32_t)(us / DAY_US));
    unsigned second = (unsigned)(us % DAY_US / BX_SECOND_US);
    char day[BX_DATE_TEXT];
    snprintf(out, BX_UTC_TEXT, "%sT%02u:%02u:%02u.%06uZ", bx_date_format(date, day), second / 3600,
             second / 60 % 60, second % 60, (unsigned)(us % BX_SECOND_US));
    return out;
}

int bx_utc_parse(const char *text, bx_utc *ret)
{
    const char *at = text;
    struct bx_date date;
    if (!take_date(&at, &date) || (!take_char(&at, 'T') && !take_char(&at, 't')))
        return BX_ERR_INPUT;
    int64_t second = take_clock(&at, true);
    if (second < 0)
        return BX_ERR_INPUT;
    int64_t fraction = take_char(&at, '.') ? take_fraction(&at) : 0;
    if (fraction < 0)
        return BX_ERR_INPUT;
    int64_t offset;
    if (!take_offset(&at, &offset) || *at)
        return BX_ERR_INPUT;
    int64_t us = bx_date_days(date) * DAY_US + (second - offset) * BX_SECOND_US + fraction;
    if (us < 0 || us > LAST_US)
        return BX_ERR_INPUT;
    ret->us = us;
    return 0;
}

const char *bx_date_format(struct bx_date date, char out[BX_DATE_TEXT])
{
    /* The remainders are for the compiler, which cannot know that a date is real. */
    snprintf(out, BX_DATE_TEXT, "%04u-%02u-%02u", (unsigned)date.year % 10000u, date.month % 100u,
             date.day % 100u);
    return out;
}

const char *bx_date_show(struct bx_date date, char out[BX_DATE_TEXT])
{
    size_t len = 0;
    for (const char *order = bx_words_date_order(); *order; order++) {
        char *at = out + len;
        size_t room = BX_DATE_TEXT - len;
        int wrote = *order == 'Y'   ? snprintf(at, room, "%04u", (unsigned)date.year % 10000u)
                    : *order == 'M' ? snprintf(at, room, "%02u", date.month % 100u)
                    : *order == 'D' ? snprintf(at, room, "%02u", date.day % 100u)
                                    : snprintf(at, room, "%c", *order);
        len += (size_t)wrote;
    }
    return out;
}

int bx_date_parse(const char *text, struct bx_date *ret)
{
    const char *at = text;
    struct bx_date date;
    if (!take_date(&at, &date) || *at)
        return BX_ERR_INPUT;
    *ret = date;
    return 0;
}

int bx_date_compare(struct bx_date a, struct bx_date b)
{
    int32_t left = a.year * 10000 + a.month * 100 + a.day;
    int32_t right = b.year * 10000 + b.month * 100 + b.day;
    return (left > right) - (left < right);
}

struct bx_date bx_date_plus(struct bx_date date, int days)
{
    int64_t sum = (int64_t)bx_date_days(date) + days;
    sum = sum < 0 ? 0 : sum > LAST_DAY ? LAST_DAY : sum;
    return bx_date_from_days((int32_t)sum);
}

int bx_date_weekday(struct bx_date date)
{
    /* 1970-01-01 was a Thursday. */
    return (bx_date_days(date) + 3) % 7;
}

void bx_utc_civil(bx_utc at, int offset_min, struct bx_date *ret_date, int *ret_minute)
{
    int64_t us = at.us < 0 ? 0 : at.us > LAST_US ? LAST_US : at.us;
    int64_t minute = us / (60 * BX_SECOND_US) + offset_min;
    minute = minute < 0 ? 0 : minute;
    int64_t day = minute / 1440;
    *ret_date = bx_date_from_days(day > LAST_DAY ? LAST_DAY : (int32_t)day);
    *ret_minute = (int)(minute - day * 1440);
}
