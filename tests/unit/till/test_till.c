/* SPDX-License-Identifier: Apache-2.0 */
/* The whole way of a sale, and what a till is when it starts again. */

#include "rig.h"

static void sells_prints_and_sends_in_order(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\n");
    struct bx_till_facts facts = rig_facts(rig);
    assert_int_equal(facts.next_series, 2);
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_CHANGE);
    assert_int_equal(rig->print_count, 3);
    rig_wait(rig, 2000);
    assert_int_equal(rig_facts(rig).queued, 0);
    const char *commit = strchr(rig->trace, 'C');
    const char *print = strchr(rig->trace, 'P');
    const char *send = strchr(rig->trace, 'S');
    assert_non_null(commit);
    assert_true(print && send && commit < print && commit < send);
    assert_int_equal(rig_lease(rig, "s1430")->used, 2);
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 0);
}

static void four_keys_for_two_adults(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
    assert_string_equal(rig_view(rig)->last_number, "2-000001");
    rig_keys(rig, "c\n\n"); /* the next key begins the next sale */
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 2);
}

static void the_basket_survives_a_kill(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a3p");
    rig_restart(rig, false);
    assert_int_equal(rig_view(rig)->line_count, 2);
    assert_int_equal(rig_view(rig)->persons, 2);
    rig_keys(rig, "\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
    assert_string_equal(rig->draft, "");
}

static void a_draft_of_what_was_sold_is_dropped(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a");
    assert_string_not_equal(rig->draft, "");
    rig->hold[BX_EFFECT_DRAFT] = true; /* killed before the file was removed */
    rig_keys(rig, "\n\n");
    rig->hold[BX_EFFECT_DRAFT] = false;
    rig_restart(rig, false);
    assert_int_equal(rig_view(rig)->line_count, 0);
    rig_wait(rig, 1000);
    assert_string_equal(rig->draft, "");
    assert_int_equal(rig_facts(rig).next_series, 2);
}

static void a_broken_draft_is_no_reason_to_stop(void **state)
{
    struct rig *rig = *state;
    memcpy(rig->draft, "{\"v\":1,", 8);
    rig->draft[7] = '\0';
    rig_restart(rig, false);
    assert_int_equal(rig_view(rig)->line_count, 0);
    rig_keys(rig, "a\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
}

static void goes_on_where_it_was(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\n");
    struct bx_till_facts before = rig_facts(rig);
    rig_restart(rig, true);
    struct bx_till_facts after = rig_facts(rig);
    assert_int_equal(after.next_seq, before.next_seq);
    assert_int_equal(after.next_series, 2);
    assert_true(bx_hash_equal(&after.head, &before.head));
    assert_int_equal(after.user, 7);
    rig_keys(rig, "1234\na\n\n");
    assert_int_equal(rig_facts(rig).next_series, 3);
    assert_int_equal(rig_lease(rig, "s1430")->used, 3);
}

static void is_idle_when_nothing_is_under_way(void **state)
{
    struct rig *rig = *state;
    rig_wait(rig, 5000);
    assert_true(bx_till_is_idle(rig->till));
    rig->hold[BX_EFFECT_COMMIT] = true;
    rig_keys(rig, "p\n\n");
    assert_false(bx_till_is_idle(rig->till));
    rig_release(rig, BX_EFFECT_COMMIT);
    rig_wait(rig, 5000);
    assert_true(bx_till_is_idle(rig->till));
}

static void before_the_start_nothing_happens(void **state)
{
    struct rig *rig = *state;
    struct bx_till *till = bx_till_create(&rig->config);
    struct bx_effects *effects = bx_effects_create();
    struct bx_event event = {.kind = BX_EVENT_KEY, .turn = rig->turn};
    event.of.key.key = 'a';
    bx_till_update(till, &event, effects);
    assert_int_equal(bx_effects_count(effects), 0);
    bx_effects_destroy(effects);
    bx_till_destroy(till);
}

static void a_till_that_is_not_enrolled_sells_nothing(void **state)
{
    struct rig *rig = *state;
    struct bx_journal_state empty = {
        .next_seq = 1, .next_number = {1, 1, 1, 1, 1, 1, 1}, .next_shift = 1};
    struct bx_event event = {.kind = BX_EVENT_START};
    rig->till = bx_till_destroy(rig->till);
    rig->till = bx_till_create(&rig->config);
    event.of.start.state = &empty;
    rig_event(rig, &event);
    rig_trace_clear(rig);
    rig_command(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    assert_int_equal(rig->exit, 1);
    assert_non_null(strstr(rig->text, "not enrolled"));
    rig_wait(rig, 60000);
    rig->turn.utc.us += 3600 * BX_SECOND_US;
    rig_keys(rig, "a\n\n");
    assert_int_equal(rig->counts[BX_EFFECT_COMMIT] + rig->counts[BX_EFFECT_NEWS], 0);
    rig_command(rig, "{\"verb\":\"status\"}");
    assert_int_equal(rig->exit, 0);
}

static void the_same_events_give_the_same_effects(void **state)
{
    struct rig *rig = *state;
    struct rig *twin;
    void *held;
    rig_keys(rig, "2a\n\n");
    rig_open_selling(&held);
    twin = held;
    rig_keys(twin, "2a\n\n");
    assert_string_equal(rig->trace, twin->trace);
    struct bx_till_facts one = rig_facts(rig);
    struct bx_till_facts two = rig_facts(twin);
    assert_true(bx_hash_equal(&one.head, &two.head));
    rig_close(&held);
}

#define SELLING(test) cmocka_unit_test_setup_teardown(test, rig_open_selling, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SELLING(sells_prints_and_sends_in_order),
        SELLING(four_keys_for_two_adults),
        SELLING(the_basket_survives_a_kill),
        SELLING(a_draft_of_what_was_sold_is_dropped),
        SELLING(a_broken_draft_is_no_reason_to_stop),
        SELLING(goes_on_where_it_was),
        SELLING(is_idle_when_nothing_is_under_way),
        SELLING(before_the_start_nothing_happens),
        SELLING(a_till_that_is_not_enrolled_sells_nothing),
        SELLING(the_same_events_give_the_same_effects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
