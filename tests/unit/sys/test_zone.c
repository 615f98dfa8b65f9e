/* SPDX-License-Identifier: Apache-2.0 */
/* Civil time, checked against instants worked out by hand from the rules of the zones. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "boxtill/base/fault.h"
#include "sys/sys.h"

static void check(const char *zone, const char *date_text, int minute, const char *utc, int offset)
{
    struct bx_date date;
    assert_int_equal(bx_date_parse(date_text, &date), 0);
    bx_utc at = {0}, wanted;
    int off = 0;
    assert_int_equal(bx_sys_zone(NULL, zone, date, minute, &at, &off), 0);
    assert_int_equal(bx_utc_parse(utc, &wanted), 0);
    assert_int_equal(at.us, wanted.us);
    assert_int_equal(off, offset);
}

static void civil_times(void **state)
{
    (void)state;
    check("Europe/Berlin", "2026-11-24", 14 * 60 + 30, "2026-11-24T13:30:00Z", 60);
    check("Europe/Berlin", "2026-07-01", 10 * 60, "2026-07-01T08:00:00Z", 120);
    check("America/New_York", "2026-11-24", 0, "2026-11-24T05:00:00Z", -300);
    check("Asia/Kolkata", "2026-11-24", 60, "2026-11-23T19:30:00Z", 330);
    check("UTC", "2026-11-24", 60, "2026-11-24T01:00:00Z", 0);
    check("Europe/Berlin", "2026-11-24", 25 * 60, "2026-11-25T00:00:00Z", 60);
}

static void clock_changes(void **state)
{
    (void)state;
    struct bx_date spring = {2026, 3, 29};
    bx_utc at;
    int offset;
    assert_int_equal(bx_sys_zone(NULL, "Europe/Berlin", spring, 2 * 60 + 30, &at, &offset),
                     BX_ERR_MISSING);
    check("Europe/Berlin", "2026-03-29", 3 * 60, "2026-03-29T01:00:00Z", 120);
    check("Europe/Berlin", "2026-10-25", 2 * 60 + 30, "2026-10-25T00:30:00Z", 120);
}

static void dates_of_instants(void **state)
{
    (void)state;
    bx_utc at;
    struct bx_date date;
    assert_int_equal(bx_utc_parse("2026-11-24T23:30:00Z", &at), 0);
    assert_int_equal(bx_sys_zone_date("Europe/Berlin", at, &date), 0);
    assert_int_equal(bx_date_compare(date, (struct bx_date){2026, 11, 25}), 0);
    assert_int_equal(bx_sys_zone_date("America/New_York", at, &date), 0);
    assert_int_equal(bx_date_compare(date, (struct bx_date){2026, 11, 24}), 0);
    assert_int_equal(bx_sys_zone_date("Nowhere/Else", at, &date), BX_ERR_MISSING);
}

static void unknown_zones(void **state)
{
    (void)state;
    static const char *const bad[] = {"Europe/Atlantis", "", "/etc/passwd", "../zoneinfo/UTC",
                                      "CET-1CEST"};
    struct bx_date day = {2026, 1, 1};
    bx_utc at;
    int offset;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(bx_sys_zone(NULL, bad[i], day, 0, &at, &offset), BX_ERR_MISSING);
}

static void environment_is_left_alone(void **state)
{
    (void)state;
    setenv("TZ", "Asia/Tokyo", 1);
    check("Europe/Berlin", "2026-11-24", 60, "2026-11-24T00:00:00Z", 60);
    assert_string_equal(getenv("TZ"), "Asia/Tokyo");
    unsetenv("TZ");
    check("Europe/Berlin", "2026-11-24", 60, "2026-11-24T00:00:00Z", 60);
    assert_null(getenv("TZ"));
}

static void clocks_run(void **state)
{
    (void)state;
    struct bx_clock *clock = bx_sys_clock();
    bx_mono first = clock->ops->mono(clock);
    bx_mono second = clock->ops->mono(clock);
    assert_true(first.ns > 0 && second.ns >= first.ns);
    assert_true(clock->ops->utc(clock).us > INT64_C(1700000000) * BX_SECOND_US);
    uint8_t a[32] = {0}, b[32] = {0};
    struct bx_random *random = bx_sys_random();
    random->ops->seed(random, a);
    random->ops->seed(random, b);
    assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(civil_times),
        cmocka_unit_test(clock_changes),
        cmocka_unit_test(dates_of_instants),
        cmocka_unit_test(unknown_zones),
        cmocka_unit_test(environment_is_left_alone),
        cmocka_unit_test(clocks_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
