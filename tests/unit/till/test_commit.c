/* SPDX-License-Identifier: Apache-2.0 */
/* Done, refused, unknown. */

#include "rig.h"

static void nothing_leaves_before_the_entry_is_stored(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_COMMIT] = true;
    rig_keys(rig, "2a\n\n");
    rig_wait(rig, 60000);
    assert_int_equal(rig->counts[BX_EFFECT_COMMIT], 1);
    assert_int_equal(rig->counts[BX_EFFECT_PRINT], 0);
    assert_int_equal(rig->counts[BX_EFFECT_SEND], 0);
    rig->hold[BX_EFFECT_COMMIT] = false;
    rig->hold[BX_EFFECT_NOTE] = true; /* "submitting" is not stored either */
    rig_release(rig, BX_EFFECT_COMMIT);
    assert_int_equal(rig->counts[BX_EFFECT_PRINT], 0);
    assert_true(rig->counts[BX_EFFECT_NOTE] > 0);
    rig->hold[BX_EFFECT_NOTE] = false;
    while (rig->counts[BX_EFFECT_PRINT] == 0)
        rig_release(rig, BX_EFFECT_NOTE); /* that of the leases, or that of the jobs */
    assert_int_equal(rig->counts[BX_EFFECT_PRINT], 3);
}

static void a_refusal_keeps_the_basket(void **state)
{
    struct rig *rig = *state;
    fake_journal_fail(rig->journal, FAKE_JOURNAL_REFUSE);
    rig_keys(rig, "2a\n\n");
    assert_int_equal(rig_view(rig)->persons, 2);
    assert_string_not_equal(rig_view(rig)->say, "");
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 0);
    assert_int_equal(rig->print_count, 0);
    fake_journal_fail(rig->journal, FAKE_JOURNAL_GOOD);
    rig_keys(rig, "\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
    assert_int_equal(rig_facts(rig).next_series, 2); /* the number was not used up */
}

static void unknown_and_not_there_keeps_the_basket(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_RESOLVE] = true;
    fake_journal_fail(rig->journal, FAKE_JOURNAL_LOST);
    rig_keys(rig, "2a\n\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_STOP);
    assert_true(rig_facts(rig).stopped);
    rig->hold[BX_EFFECT_RESOLVE] = false;
    fake_journal_fail(rig->journal, FAKE_JOURNAL_GOOD);
    rig_release(rig, BX_EFFECT_RESOLVE);
    assert_false(rig_facts(rig).stopped);
    assert_int_equal(rig_view(rig)->persons, 2);
    assert_int_equal(rig->print_count, 0);
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 0);
    rig_keys(rig, "\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
}

static void unknown_and_there_is_sold(void **state)
{
    struct rig *rig = *state;
    fake_journal_fail(rig->journal, FAKE_JOURNAL_KEPT);
    rig_keys(rig, "2a\n\n");
    assert_int_equal(rig->counts[BX_EFFECT_RESOLVE], 1);
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
    assert_int_equal(rig->print_count, 3);
    assert_int_equal(rig_lease(rig, "s1430")->used, 2);
    assert_int_equal(rig_view(rig)->persons, 0);
}

static void unknown_for_good_stops_selling(void **state)
{
    struct rig *rig = *state;
    fake_journal_fail(rig->journal, FAKE_JOURNAL_STUCK);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"2a\"}");
    assert_int_equal(rig->exit, 3);
    assert_true(rig_facts(rig).stopped);
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 2);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"1c\"}");
    assert_int_equal(rig->exit, 3);
    rig_wait(rig, 60000);
    assert_int_equal(rig->print_count, 0);
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 2);
    fake_journal_fail(rig->journal, FAKE_JOURNAL_GOOD);
    rig_wait(rig, 15000);
    assert_false(rig_facts(rig).stopped);
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
    assert_int_equal(rig_lease(rig, "s1430")->used, 2);
    assert_int_equal(rig->print_count, 3);
}

static void a_second_answer_is_dropped(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\n");
    int64_t dropped = rig_facts(rig).dropped;
    struct bx_event event = {.kind = BX_EVENT_STORED};
    event.of.stored.request = rig_last(rig, BX_EFFECT_COMMIT)->request;
    event.of.stored.outcome = BX_REFUSED;
    rig_event(rig, &event);
    assert_int_equal(rig_facts(rig).dropped, dropped + 1);
    assert_int_equal(rig_facts(rig).next_series, 2);
}

static void a_jump_of_the_clock_is_an_entry(void **state)
{
    struct rig *rig = *state;
    rig->turn.utc.us += 3600 * BX_SECOND_US;
    rig_wait(rig, 1000);
    assert_int_equal(rig_entries(rig, BX_KIND_CLOCK_JUMP), 1);
    rig->turn.utc.us -= 3600 * BX_SECOND_US;
    rig_wait(rig, 1000);
    assert_int_equal(rig_entries(rig, BX_KIND_CLOCK_JUMP), 2);
    rig_wait(rig, 60000);
    assert_int_equal(rig_entries(rig, BX_KIND_CLOCK_JUMP), 2);
}

static void entries_made_at_once_follow_each_other(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_COMMIT] = true;
    rig->turn.utc.us += 60 * BX_SECOND_US;
    rig_wait(rig, 10);
    rig_command(rig, "{\"verb\":\"offline\",\"on\":true}");
    rig_command(rig, "{\"verb\":\"logout\"}");
    assert_int_equal(rig->counts[BX_EFFECT_COMMIT], 1);
    rig->hold[BX_EFFECT_COMMIT] = false;
    rig_release(rig, BX_EFFECT_COMMIT);
    assert_int_equal(rig_entries(rig, BX_KIND_CLOCK_JUMP), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_OFFLINE_START), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_LOGOUT), 1);
    assert_int_equal(rig->exit, 0);
}

static void a_sale_belongs_to_whoever_paid_it_in(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_COMMIT] = true;
    rig->turn.utc.us += 60 * BX_SECOND_US; /* a clock-jump entry stands before the sale */
    rig_wait(rig, 100);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}");
    rig_keys(rig, ":log out\n");
    assert_int_equal(rig_facts(rig).user, 0);
    rig->hold[BX_EFFECT_COMMIT] = false;
    rig_release(rig, BX_EFFECT_COMMIT);
    assert_int_equal(rig->exit, 0);
    struct bx_query query = {.kind = BX_QUERY_SALES, .limit = 1};
    size_t count;
    const struct bx_row *row = rig_read(rig, &query, &count);
    assert_int_equal(count, 1);
    assert_int_equal(row->head.user, 7);
}

static void a_damaged_journal_stops_selling(void **state)
{
    struct rig *rig = *state;
    struct bx_event event = {.kind = BX_EVENT_HOUSEKEEPING};
    rig_keys(rig, "a\n");
    bx_fault_say(&event.of.fault, BX_ERR_CORRUPT,
                 "The journal is damaged at entry 3: do not sell; call for help.");
    rig_event(rig, &event);
    assert_true(rig_facts(rig).stopped);
    rig_keys(rig, "\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 0);
    assert_non_null(strstr(rig_view(rig)->say, "entry 3: do not sell"));
    rig_keys(rig, "\033\033c2"); /* and the sentence comes back after each key */
    assert_non_null(strstr(rig_view(rig)->say, "entry 3: do not sell"));
    assert_int_equal(rig_view(rig)->say_tone, BX_TONE_BAD);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}");
    assert_int_equal(rig->exit, 1);
    assert_non_null(strstr(rig->text, "entry 3: do not sell"));
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 0);
}

static void a_short_disk_is_only_said(void **state)
{
    struct rig *rig = *state;
    struct bx_event event = {.kind = BX_EVENT_HOUSEKEEPING};
    bx_fault_say(&event.of.fault, BX_ERR_FULL, "The disk is nearly full.");
    rig_event(rig, &event);
    assert_string_equal(rig_view(rig)->say, "The disk is nearly full.");
    assert_false(rig_facts(rig).stopped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_leaves_before_the_entry_is_stored, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(a_refusal_keeps_the_basket, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(unknown_and_not_there_keeps_the_basket, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(unknown_and_there_is_sold, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(unknown_for_good_stops_selling, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(a_second_answer_is_dropped, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(a_jump_of_the_clock_is_an_entry, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(entries_made_at_once_follow_each_other, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(a_sale_belongs_to_whoever_paid_it_in, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(a_damaged_journal_stops_selling, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(a_short_disk_is_only_said, rig_open_selling, rig_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
