/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/fault.h"
#include "boxtill/base/time.h"
#include "boxtill/base/words.h"

/* Day by day from 1970 to 2200, against a calendar that only knows how to count on. */
static void every_day_goes_there_and_back(void **state)
{
    (void)state;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 1970;
    int month = 1;
    int day = 1;
    for (int32_t n = 0; year <= 2200; n++) {
        struct bx_date date = bx_date_from_days(n);
        assert_int_equal(date.year, year);
        assert_int_equal(date.month, month);
        assert_int_equal(date.day, day);
        assert_int_equal(bx_date_days(date), n);
        assert_int_equal(bx_date_weekday(date), (3 + n) % 7);
        char text[BX_DATE_TEXT];
        struct bx_date back;
        assert_int_equal(bx_date_parse(bx_date_format(date, text), &back), 0);
        assert_int_equal(bx_date_compare(date, back), 0);
        assert_true(bx_date_compare(date, bx_date_plus(date, 1)) < 0);
        assert_true(bx_date_compare(bx_date_plus(date, 40), date) > 0);
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        if (++day > lengths[month - 1] + (month == 2 && leap)) {
            day = 1;
            if (++month > 12) {
                month = 1;
                year++;
            }
        }
    }
}

static void known_days(void **state)
{
    (void)state;
    assert_int_equal(bx_date_days((struct bx_date){2026, 11, 24}), 20781);
    assert_int_equal(bx_date_weekday((struct bx_date){2026, 11, 24}), 1);
    assert_int_equal(bx_date_days((struct bx_date){9999, 12, 31}), 2932896);
    struct bx_date date = bx_date_from_days(2932896);
    assert_int_equal(date.year, 9999);
    assert_int_equal(bx_date_plus((struct bx_date){2024, 2, 28}, 1).day, 29);
    assert_int_equal(bx_date_plus((struct bx_date){2023, 2, 28}, 1).day, 1);
    assert_int_equal(bx_date_plus((struct bx_date){2026, 1, 1}, -1).year, 2025);
    /* The ends hold. */
    assert_int_equal(bx_date_plus((struct bx_date){9999, 12, 31}, 1).day, 31);
    assert_int_equal(bx_date_plus((struct bx_date){1970, 1, 1}, -1).day, 1);
    assert_int_equal(bx_date_plus((struct bx_date){2026, 1, 1}, INT32_MAX).year, 9999);
    assert_int_equal(bx_date_plus((struct bx_date){2026, 1, 1}, INT32_MIN).year, 1970);
}

static void dates_that_are_none(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "",           "2026-02-29", "2026-13-01", "2026-00-10",  "2026-01-00",  "2026-01-32",
        "1969-12-31", "2026-1-1",   "2026/01/01", "2026-01-01x", " 2026-01-01", "20260101",
        "2026-04-31", "2100-02-29", "-026-01-01", "2026-01-",    "2026"};
    struct bx_date date = {1, 2, 3};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(bx_date_parse(refused[i], &date), BX_ERR_INPUT);
    assert_int_equal(date.year, 1);
    assert_int_equal(bx_date_parse("2024-02-29", &date), 0);
    assert_int_equal(date.day, 29);
}

static int64_t parse(const char *text)
{
    bx_utc at = {-7};
    int err = bx_utc_parse(text, &at);
    assert_true(err == 0 || (err == BX_ERR_INPUT && at.us == -7));
    return at.us;
}

static void instants_are_read(void **state)
{
    (void)state;
    assert_int_equal(parse("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(parse("2026-11-24T14:32:05.123456Z"), INT64_C(1795530725123456));
    assert_int_equal(parse("2026-11-24T14:32:05.1Z"), INT64_C(1795530725100000));
    assert_int_equal(parse("2026-11-24t14:32:05z"), INT64_C(1795530725000000));
    assert_int_equal(parse("2026-11-24T15:32:05+01:00"), INT64_C(1795530725000000));
    assert_int_equal(parse("2026-11-24T09:02:05-05:30"), INT64_C(1795530725000000));
    assert_int_equal(parse("9999-12-31T23:59:59.999999Z"), INT64_C(253402300799999999));
    static const char *const refused[] = {"",
                                          "2026-11-24",
                                          "2026-11-24T14:32Z",
                                          "2026-11-24T14:32:05",
                                          "2026-11-24 14:32:05Z",
                                          "2026-11-24T24:00:00Z",
                                          "2026-11-24T14:60:05Z",
                                          "2026-11-24T14:32:60Z",
                                          "2026-11-24T14:32:05.Z",
                                          "2026-11-24T14:32:05.1234567Z",
                                          "2026-11-24T14:32:05+0100",
                                          "2026-11-24T14:32:05+24:00",
                                          "2026-11-24T14:32:05Zx",
                                          "2026-02-30T14:32:05Z",
                                          "1970-01-01T00:00:00+01:00",
                                          "9999-12-31T23:59:59-01:00",
                                          "2026-11-24T14:32:05,5Z"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(parse(refused[i]), -7);
}

static void instants_are_written(void **state)
{
    (void)state;
    char out[BX_UTC_TEXT];
    assert_string_equal(bx_utc_format((bx_utc){0}, out), "1970-01-01T00:00:00.000000Z");
    assert_string_equal(bx_utc_format((bx_utc){INT64_C(1795530725123456)}, out),
                        "2026-11-24T14:32:05.123456Z");
    assert_string_equal(bx_utc_format((bx_utc){INT64_MAX}, out), "9999-12-31T23:59:59.999999Z");
    assert_string_equal(bx_utc_format((bx_utc){-1}, out), "1970-01-01T00:00:00.000000Z");
    for (int64_t us = 1; us < INT64_C(7000000000000000); us = us * 3 + 12345)
        assert_int_equal(parse(bx_utc_format((bx_utc){us}, out)), us);
}

static void civil_time_at_an_offset(void **state)
{
    (void)state;
    struct bx_date date;
    int minute;
    bx_utc at = {parse("2026-12-31T23:30:59.9Z")};
    bx_utc_civil(at, 0, &date, &minute);
    assert_int_equal(date.day, 31);
    assert_int_equal(minute, 23 * 60 + 30);
    bx_utc_civil(at, 60, &date, &minute);
    assert_int_equal(date.year, 2027);
    assert_int_equal(date.month, 1);
    assert_int_equal(date.day, 1);
    assert_int_equal(minute, 30);
    bx_utc_civil((bx_utc){parse("2026-03-01T00:10:00Z")}, -330, &date, &minute);
    assert_int_equal(date.month, 2);
    assert_int_equal(date.day, 28);
    assert_int_equal(minute, 18 * 60 + 40);
    bx_utc_civil((bx_utc){0}, -60, &date, &minute);
    assert_int_equal(date.year, 1970);
    assert_int_equal(minute, 0);
    bx_utc_civil((bx_utc){INT64_MAX}, 60, &date, &minute);
    assert_int_equal(date.year, 9999);
    assert_in_range(minute, 0, 1439);
}

static void a_date_as_the_language_has_it(void **state)
{
    (void)state;
    const struct bx_date date = {.year = 2026, .month = 3, .day = 1};
    char out[BX_DATE_TEXT];
    assert_string_equal(bx_date_show(date, out), "2026-03-01");
    bx_words_use("de");
    assert_string_equal(bx_date_show(date, out), "01.03.2026");
    assert_string_equal(bx_date_format(date, out), "2026-03-01");
    bx_words_use(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_goes_there_and_back), cmocka_unit_test(known_days),
        cmocka_unit_test(dates_that_are_none),           cmocka_unit_test(instants_are_read),
        cmocka_unit_test(instants_are_written),          cmocka_unit_test(civil_time_at_an_offset),
        cmocka_unit_test(a_date_as_the_language_has_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
