/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at the till, and who may not be. */

#include "rig.h"

#define LOGIN(number, pin) "{\"verb\":\"login\",\"number\":" #number ",\"pin\":\"" pin "\"}"

static void a_login_opens_the_shift_once(void **state)
{
    struct rig *rig = *state;
    rig_command(rig, LOGIN(7, "1234"));
    assert_int_equal(rig->exit, 0);
    assert_int_equal(rig_facts(rig).user, 7);
    assert_int_equal(rig_facts(rig).shift, 1);
    rig_command(rig, LOGIN(8, "1234"));
    assert_int_equal(rig_facts(rig).user, 8);
    assert_int_equal(rig_entries(rig, BX_KIND_SHIFT_OPEN), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_LOGIN), 2);
    assert_int_equal(rig_entries(rig, BX_KIND_LOGOUT), 1);
    rig_restart(rig, true);
    assert_int_equal(rig_facts(rig).user, 8);
    assert_int_equal(rig_facts(rig).shift, 1);
}

static void on_the_screen_too(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "7\n");
    assert_true(rig_view(rig)->asks_pin);
    rig->hold[BX_EFFECT_PIN] = true;
    rig_keys(rig, "1234\n");
    assert_true(rig_view(rig)->checking);
    assert_int_equal(rig_facts(rig).user, 0);
    rig_release(rig, BX_EFFECT_PIN);
    assert_int_equal(rig_facts(rig).user, 7);
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_FORM);
    assert_int_equal(rig_facts(rig).shift, 0);
    rig_keys(rig, "20000\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_int_equal(rig_facts(rig).shift, 1);
    assert_string_equal(rig_view(rig)->cashier, "Ana");
}

static void nobody_is_in_before_it_is_on_disk(void **state)
{
    struct rig *rig = *state;
    fake_journal_fail(rig->journal, FAKE_JOURNAL_GOOD);
    rig->hold[BX_EFFECT_COMMIT] = true;
    rig_command(rig, LOGIN(7, "1234"));
    assert_int_equal(rig->exit, -1);
    assert_int_equal(rig_facts(rig).user, 0);
    rig->hold[BX_EFFECT_COMMIT] = false;
    rig_release(rig, BX_EFFECT_COMMIT);
    assert_int_equal(rig_facts(rig).user, 7);
}

static void five_wrong_pins_bar_the_number(void **state)
{
    struct rig *rig = *state;
    for (int i = 0; i < 5; i++) {
        rig_command(rig, LOGIN(7, "0000"));
        assert_int_equal(rig->exit, 1);
    }
    assert_int_equal(rig_entries(rig, BX_KIND_LOGIN_FAILED), 5);
    int pins = rig->counts[BX_EFFECT_PIN];
    rig_command(rig, LOGIN(7, "1234"));
    assert_int_equal(rig->exit, 1);
    assert_non_null(strstr(rig->text, "60 s"));
    assert_int_equal(rig->counts[BX_EFFECT_PIN], pins); /* not even compared */
    rig_command(rig, LOGIN(8, "1234"));
    assert_int_equal(rig->exit, 0); /* only that number */
    rig_wait(rig, 61000);
    rig_command(rig, LOGIN(7, "0000"));
    rig_command(rig, LOGIN(7, "1234"));
    assert_non_null(strstr(rig->text, "120 s"));
    rig_restart(rig, true); /* forgives nothing, and the time counts anew */
    rig_command(rig, LOGIN(7, "1234"));
    assert_int_equal(rig->exit, 1);
    assert_non_null(strstr(rig->text, "120 s"));
    rig->turn.utc.us += 86400 * BX_SECOND_US; /* the wall clock is no help */
    rig_command(rig, LOGIN(7, "1234"));
    assert_int_equal(rig->exit, 1);
    rig_wait(rig, 121000);
    rig_command(rig, LOGIN(7, "1234"));
    assert_int_equal(rig->exit, 0);
    rig_restart(rig, false); /* a good login clears the count */
    rig_command(rig, LOGIN(7, "0000"));
    rig_command(rig, LOGIN(7, "1234"));
    assert_int_equal(rig->exit, 0);
}

static void an_unknown_number_is_compared_as_well(void **state)
{
    struct rig *rig = *state;
    rig_command(rig, LOGIN(4711, "1234"));
    assert_int_equal(rig->exit, 1);
    assert_int_equal(rig->counts[BX_EFFECT_PIN], 1);
    const struct bx_effect *effect = rig_last(rig, BX_EFFECT_PIN);
    assert_int_equal(strncmp(effect->of.pin.hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
    assert_int_equal(rig_entries(rig, BX_KIND_LOGIN_FAILED), 1);
    assert_non_null(strstr(rig->text, "do not belong together"));
    struct bx_event event = {.kind = BX_EVENT_PIN};
    event.of.pin.request = effect->request; /* a late answer */
    event.of.pin.good = true;
    rig_event(rig, &event);
    assert_int_equal(rig_facts(rig).user, 0);
}

static void a_lock_keeps_the_basket_and_stops_selling(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2aL");
    assert_true(rig_view(rig)->locked);
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_LOGIN);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}");
    assert_int_equal(rig->exit, 1);
    rig_command(rig, LOGIN(7, "1234"));
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_int_equal(rig_view(rig)->persons, 2);
    assert_int_equal(rig_entries(rig, BX_KIND_LOGOUT), 0);
}

static void a_till_left_alone_locks_itself(void **state)
{
    struct rig *rig = *state;
    rig->config.lock_after = 90;
    rig_restart(rig, false);
    rig_keys(rig, "a");
    rig_wait(rig, 80000);
    assert_false(rig_view(rig)->locked);
    rig_wait(rig, 20000);
    assert_true(rig_view(rig)->locked);
}

static void a_logout_keeps_basket_and_queue(void **state)
{
    struct rig *rig = *state;
    rig_command(rig, "{\"verb\":\"offline\",\"on\":true}");
    rig_keys(rig, "p\n\n");
    rig_keys(rig, "2a");
    int64_t queued = rig_facts(rig).queued;
    rig_command(rig, "{\"verb\":\"logout\"}");
    assert_int_equal(rig->exit, 0);
    assert_int_equal(rig_facts(rig).user, 0);
    assert_int_equal(rig_facts(rig).queued, queued + 1);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}");
    assert_int_equal(rig->exit, 1);
    rig_restart(rig, true);
    assert_int_equal(rig_facts(rig).user, 0);
    rig_command(rig, LOGIN(8, "1234"));
    assert_int_equal(rig_view(rig)->persons, 2);
    rig_keys(rig, "\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 2);
}

static void a_locked_till_stays_locked(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2aL");
    const struct bx_effect *effect = rig_last(rig, BX_EFFECT_DRAFT);
    assert_true(effect && effect->of.draft.sync);
    rig_restart(rig, false);
    assert_true(rig_view(rig)->locked);
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_LOGIN);
    rig_keys(rig, "a\n\n");
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}");
    assert_int_equal(rig->exit, 1);
    assert_non_null(strstr(rig->text, "locked"));
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 0);
    rig_keys(rig, "1234\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_int_equal(rig_view(rig)->persons, 2);
    rig_restart(rig, false); /* a kill while somebody is at work */
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_int_equal(rig_view(rig)->persons, 2);
    rig_keys(rig, "\n\nL"); /* also with nothing in the basket */
    rig_restart(rig, false);
    assert_true(rig_view(rig)->locked);
    rig_keys(rig, "1234\n");
    assert_string_equal(rig->draft, "");
}

static void after_a_boot_it_is_locked(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a");
    rig_restart(rig, true);
    assert_true(rig_view(rig)->locked);
    assert_string_equal(rig_view(rig)->cashier, "Ana");
    assert_true(rig_view(rig)->asks_pin);
    rig_restart(rig, false); /* killed before anybody came */
    assert_true(rig_view(rig)->locked);
    rig_keys(rig, "1234\n");
    assert_int_equal(rig_view(rig)->persons, 2);
    rig_command(rig, "{\"verb\":\"logout\"}");
    rig_restart(rig, true);
    assert_false(rig_view(rig)->locked); /* nobody's till is not locked: it asks for a number */
    assert_false(rig_view(rig)->asks_pin);
}

#define SELLING(test) cmocka_unit_test_setup_teardown(test, rig_open_selling, rig_close)
#define FRESH(test)   cmocka_unit_test_setup_teardown(test, rig_open, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(a_login_opens_the_shift_once),
        FRESH(on_the_screen_too),
        FRESH(nobody_is_in_before_it_is_on_disk),
        FRESH(five_wrong_pins_bar_the_number),
        FRESH(an_unknown_number_is_compared_as_well),
        SELLING(a_lock_keeps_the_basket_and_stops_selling),
        SELLING(a_till_left_alone_locks_itself),
        SELLING(a_logout_keeps_basket_and_queue),
        SELLING(a_locked_till_stays_locked),
        SELLING(after_a_boot_it_is_locked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
