/* SPDX-License-Identifier: Apache-2.0 */
/* The view: finished words for everything on the screen. */
#include "bench.h"

#include "boxtill/base/text.h"

/* Time goes on, and nothing happens but that somebody looks. */
static void look_later(int seconds)
{
    bench_pass(seconds * 1000);
    bench.till->turn = bench.rig->turn;
}

static void first_line(void **state)
{
    (void)state;
    struct bx_event event = {.kind = BX_EVENT_PRINT};
    assert_string_equal(bench_view()->printer, "printer?");
    event.of.print.printer_ready = true;
    rig_event(bench.rig, &event);
    const struct bx_till_view *v = bench_view();
    assert_int_equal(v->till, 2);
    assert_int_equal(v->shift, 1);
    assert_string_equal(v->cashier, "Ana");
    assert_string_equal(v->clock, "Tue 24  14:32");
    assert_string_equal(v->printer, "printer ready");
    assert_int_equal(v->printer_tone, BX_TONE_GOOD);
    assert_string_equal(v->currency, "EUR");
}

static void link_in_words(void **state)
{
    (void)state;
    struct bx_link *link = &bench.till->link;
    link->forced = link->online = false;
    link->offline_since.ns = 0;
    assert_string_equal(bench_view()->link, "connecting");
    link->offline_since = bench.till->turn.mono;
    link->queued = 7;
    look_later(12 * 60);
    assert_string_equal(bench_view()->link, "offline 12 min");
    assert_int_equal(bench_view()->waiting, 7);
    link->online = true;
    assert_string_equal(bench_view()->link, "online");
    assert_int_equal(bench_view()->link_tone, BX_TONE_GOOD);
    link->forced = true;
    assert_string_equal(bench_view()->link, "offline by choice");
    link->stranger = true;
    assert_int_equal(bench_view()->link_tone, BX_TONE_BAD);
    link->enrolled = false;
    assert_string_equal(bench_view()->link, "not enrolled");
}

static void sell_screen(void **state)
{
    (void)state;
    bench_keys("2ac");
    const struct bx_till_view *v = bench_view();
    assert_string_equal(v->day, "Today");
    assert_string_equal(v->event, "Permanent collection");
    assert_int_equal(v->slot_count, 3); /* 14:15 is over */
    assert_string_equal(v->slots[0].time, "14:30");
    assert_true(v->slots[0].selected);
    assert_int_equal(v->slots[0].ours, 20);
    assert_int_equal(v->slots[0].left, 20);
    assert_int_equal(v->slots[0].capacity, 20);
    assert_int_equal(v->slots[0].taken, 0);
    assert_false(v->slots[0].full);
    assert_int_equal(v->product_count, 8);
    assert_int_equal(v->products[0].key, 'a');
    assert_int_equal(v->products[0].function, 2);
    assert_string_equal(v->products[0].price, "24.00");
    assert_int_equal(v->line_count, 2);
    assert_int_equal(v->lines[0].quantity, 2);
    assert_string_equal(v->lines[0].name, "Adult");
    assert_string_equal(v->lines[0].time, "14:30");
    assert_string_equal(v->lines[0].day, "");
    assert_string_equal(v->lines[0].event, "");
    assert_string_equal(v->lines[0].amount, "48.00");
    assert_int_equal(v->persons, 3);
    assert_string_equal(v->total, "57.00");
}

static void another_day_is_named(void **state)
{
    (void)state;
    bench_keys("Da");
    const struct bx_till_view *v = bench_view();
    assert_string_equal(v->day, "Wed 25 Nov");
    assert_int_equal(v->slot_count, 2);
    assert_string_equal(v->lines[0].day, "Wed 25");
    assert_string_equal(v->lines[0].time, "10:00");
}

static void pay_screen(void **state)
{
    (void)state;
    bench_keys("2ac\n");
    const struct bx_till_view *v = bench_view();
    assert_int_equal(v->screen, BX_SCREEN_PAY);
    assert_string_equal(v->due, "57.00");
    assert_string_equal(v->received, "");
    assert_string_equal(v->enter, "exact");
    assert_string_equal(v->quick[0], "60.00");
    assert_string_equal(v->quick[1], "70.00");
    assert_string_equal(v->quick[2], "100.00");
    bench_keys("6000");
    v = bench_view();
    assert_string_equal(v->input, "6000");
    assert_int_equal(v->cursor, 4);
    assert_string_equal(v->received, "60.00");
    assert_string_equal(v->change, "3.00");
    assert_string_equal(v->enter, "cash");
    bench_keys("\b\b");
    v = bench_view();
    assert_string_equal(v->received, "0.60");
    assert_string_equal(v->change, "");
    assert_string_equal(v->left, "56.40");
}

static const char *clock_at(int64_t us)
{
    bench.rig->turn.utc.us = us;
    look_later(0);
    return bench_view()->clock;
}

/* No new programme is needed for summer to begin. */
static void the_clock_follows_the_venue(void **state)
{
    (void)state;
    int64_t half_an_hour = 1800 * BX_SECOND_US;
    assert_string_equal(clock_at(BENCH_SUMMER_US - half_an_hour), "Sun 28  01:30");
    assert_string_equal(clock_at(BENCH_SUMMER_US), "Sun 28  03:00");
    /* and with it the day, on which untimed tickets are dated */
    assert_string_equal(clock_at(BENCH_SUMMER_US + 43 * half_an_hour), "Mon 29  00:30");
}

static void change_screen(void **state)
{
    (void)state;
    bench.rig->prints = BX_JOB_NEW; /* the printer has not said a word yet */
    bench_keys("2ac\n6000\n");
    const struct bx_till_view *v = bench_view();
    assert_int_equal(v->screen, BX_SCREEN_CHANGE);
    assert_string_equal(v->change, "3.00");
    assert_string_equal(v->received, "60.00");
    assert_string_equal(v->paper, "printing 3 tickets");
    assert_string_equal(v->last_text, "57.00 of 60.00, 3.00");
    bench.rig->prints = BX_JOB_SENT;
    rig_report(bench.rig, &bench.rig->job.id, BX_JOB_SENT, "");
    bench_wait(1000);
    assert_string_equal(bench_view()->paper, "3 tickets printed");
}

static void waiting_is_said(void **state)
{
    (void)state;
    bench_keys("2a");
    bench.till->desk.waiting = 22;
    bench.till->desk.waiting_pool = bench.till->desk.basket.lines[0].pool;
    assert_true(bench_view()->lines[0].waiting);
    assert_non_null(strstr(bench_view()->say, "22 more places"));
}

static void without_a_programme(void **state)
{
    (void)state;
    struct bx_till_config config;
    struct bx_till_view v;
    bx_till_config_defaults(&config);
    struct bx_till *till = bx_till_create(&config);
    bx_till_view(till, &v);
    assert_int_equal(v.screen, BX_SCREEN_LOGIN);
    assert_int_equal(v.slot_count, 0);
    assert_int_equal(v.product_count, 0);
    assert_string_equal(v.link, "not enrolled");
    assert_non_null(strstr(v.say, "not enrolled"));
    bx_till_destroy(till);
}

static void ages(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {{-5, "0 s"},   {59, "59 s"},     {60, "1 min"},     {3599, "59 min"},
                {3600, "1 h"}, {172799, "47 h"}, {172800, "2 days"}};
    char age[24];
    for (size_t i = 0; i < bx_countof(rows); i++) {
        bx_view_age(rows[i].seconds, age, sizeof(age));
        assert_string_equal(age, rows[i].text);
    }
    bench.till->link.news_mono = bench.till->turn.mono;
    assert_string_equal(bench_view()->news_age, "");
    look_later(12 * 60);
    assert_string_equal(bench_view()->news_age, "12 min old");
}

static void a_long_day_is_a_window(void **state)
{
    (void)state;
    static struct bx_slot many[200];
    struct bx_programme programme = *bench.till->programme;
    const struct bx_programme *before = bench.till->programme;
    struct bx_slot model = *bx_slots_selected(bench.till);
    for (int i = 0; i < 200; i++) {
        many[i] = model;
        snprintf(many[i].id.s, sizeof(many[i].id.s), "m%d", i);
        many[i].start.us += i * 60 * BX_SECOND_US;
        many[i].end.us += i * 60 * BX_SECOND_US;
    }
    programme.slots = many;
    programme.index = NULL;
    programme.slot_count = 200;
    bench.till->programme = &programme;
    bx_slots_select(bench.till, &many[150]);
    const struct bx_till_view *v = bench_view();
    assert_int_equal(v->slot_count, BX_VIEW_SLOTS);
    assert_true(v->slots[v->slot_selected].selected);
    assert_true(v->slot_selected > 10);
    bench.till->programme = (struct bx_programme *)(uintptr_t)before;
    bx_slots_default(bench.till);
}

#define view_test(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        view_test(first_line),
        view_test(link_in_words),
        view_test(sell_screen),
        view_test(another_day_is_named),
        view_test(pay_screen),
        view_test(change_screen),
        view_test(the_clock_follows_the_venue),
        view_test(waiting_is_said),
        view_test(without_a_programme),
        view_test(ages),
        view_test(a_long_day_is_a_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
