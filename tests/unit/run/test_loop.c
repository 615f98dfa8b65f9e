/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/base/crypto.h"
#include "stage.h"

static int set_up(void **state)
{
    *state = stage_create(true, false);
    return 0;
}

static int tear_down(void **state)
{
    stage_destroy(*state);
    return 0;
}

static void a_login_goes_through_worker_and_journal(void **state)
{
    struct stage *stage = *state;
    struct bx_till_facts facts;
    assert_int_equal(stage_command(stage, "{\"verb\":\"login\",\"number\":7,\"pin\":\"9999\"}"), 1);
    bx_till_facts(bx_run_till(stage->run), &facts);
    assert_int_equal(facts.user, 0);
    assert_int_equal(stage_command(stage, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}"), 0);
    bx_till_facts(bx_run_till(stage->run), &facts);
    assert_int_equal(facts.user, 7);
    assert_true(facts.next_seq > 2);
    assert_true(bx_run_is_idle(stage->run));
}

static void commands_wait_their_turn(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_command(stage, "{\"verb\":\"queue\"}"), 0);
    assert_non_null(strstr(stage_reply(), "\"queued\""));
    assert_int_equal(stage_command(stage, "no json"), 2);
    assert_int_equal(stage_command(stage, "{\"verb\":\"dance\"}"), 2);
    assert_int_equal(stage_command(stage, "{\"verb\":\"sell\",\"basket\":\"a\"}"), 1);
}

static void ignored(void *arg, int exit, const char *json, const char *text)
{
    (void)json;
    (void)text;
    *(int *)arg = exit;
}

static void too_many_commands_are_refused(void **state)
{
    struct stage *stage = *state;
    int exits[32], taken = 0;
    for (int i = 0; i < 32; i++) {
        exits[i] = -1;
        taken += bx_run_command(stage->run, "{\"verb\":\"queue\"}", 16, ignored, &exits[i]);
    }
    assert_in_range(taken, 4, 31);
    bx_run_turn(stage->run, 0);
    for (int i = 0; i < 32; i++)
        assert_int_equal(exits[i], i < taken ? 0 : -1);
}

static void a_signal_ends_it(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(write(stage->stop[1], "x", 1), 1);
    int turns = 0;
    while (bx_run_turn(stage->run, -1))
        assert_true(++turns < 1000);
    assert_false(bx_run_command(stage->run, "{}", 2, ignored, &turns));
}

static void a_terminal_that_went_ends_it(void **state)
{
    struct stage *stage = *state;
    stage->keys[0] = -1;
    stage->key_count = 1;
    int turns = 0;
    while (bx_run_turn(stage->run, -1))
        assert_true(++turns < 1000);
}

static void keys_reach_the_till_and_the_view_is_drawn(void **state)
{
    struct stage *stage = *state;
    struct bx_till_facts facts;
    static const int typed[] = {'7', BX_KEY_ENTER, '1', '2', '3', '4', BX_KEY_ENTER};
    int before = stage->draws;
    memcpy(stage->keys, typed, sizeof(typed));
    stage->key_count = sizeof(typed) / sizeof(typed[0]);
    stage->real_time = true;
    for (int i = 0; i < 200; i++) {
        bx_run_turn(stage->run, 50);
        bx_till_facts(bx_run_till(stage->run), &facts);
        if (facts.user == 7)
            break;
    }
    assert_int_equal(facts.user, 7);
    assert_true(stage->draws > before);
}

static void housekeeping_waits_for_quiet(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage->slices, 0);
    stage->keys[0] = '7';
    stage->key_count = 1;
    bx_run_turn(stage->run, 0);
    assert_int_equal(stage->slices, 0);
    for (int i = 0; i < 100 && stage->slices == 0; i++)
        bx_run_turn(stage->run, -1);
    assert_true(stage->slices > 0);
}

static void what_was_not_answered_is_said_so(void **state)
{
    struct stage *stage = *state;
    int exit = -1;
    assert_true(bx_run_command(stage->run, "{\"verb\":\"queue\"}", 16, ignored, &exit));
    bx_run_stop(stage->run);
    while (bx_run_turn(stage->run, -1))
        continue;
    assert_int_equal(exit, 1);
}

static bool is_locked(const struct stage *stage)
{
    struct bx_till_facts facts;
    bx_till_facts(bx_run_till(stage->run), &facts);
    assert_int_equal(facts.user, 7);
    return facts.locked;
}

static void a_boot_is_known_by_its_name(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_command(stage, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}"), 0);
    stage_restart(stage);
    assert_false(is_locked(stage));
    stage->now_ms += 1000000;
    stage->boot = "two"; /* up for longer than the first one was */
    stage_restart(stage);
    assert_true(is_locked(stage));
    assert_int_equal(stage_command(stage, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}"), 0);
    stage_restart(stage);
    assert_false(is_locked(stage));
    stage->boot = ""; /* a machine that does not say: by the clock */
    stage_restart(stage);
    assert_false(is_locked(stage));
    stage->now_ms = 5000;
    stage_restart(stage);
    assert_true(is_locked(stage));
}

static void a_lock_is_synced(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_command(stage, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}"), 0);
    assert_int_equal(stage->draft_syncs, 0);
    assert_int_equal(stage_command(stage, "{\"verb\":\"lock\"}"), 0);
    assert_int_equal(stage->draft_syncs, 1);
    assert_true(stage->draft_len > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_login_goes_through_worker_and_journal),
        TEST(commands_wait_their_turn),
        TEST(too_many_commands_are_refused),
        TEST(a_signal_ends_it),
        TEST(a_terminal_that_went_ends_it),
        TEST(keys_reach_the_till_and_the_view_is_drawn),
        TEST(housekeeping_waits_for_quiet),
        TEST(what_was_not_answered_is_said_so),
        TEST(a_boot_is_known_by_its_name),
        TEST(a_lock_is_synced),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
