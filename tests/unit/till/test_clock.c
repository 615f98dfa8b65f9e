/* SPDX-License-Identifier: Apache-2.0 */
/* When date and time are to be believed. */

#include "rig.h"

#define LOGIN "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}"
#define SELL  "{\"verb\":\"sell\",\"basket\":\"p\"}"

static void alone(struct rig *rig)
{
    rig->contact = BX_CONTACT_AGAIN;
    rig_wait(rig, 20000);
    assert_false(rig_facts(rig).online);
}

static int sell(struct rig *rig)
{
    rig_command(rig, SELL);
    return rig->exit;
}

static void after_a_boot_the_cashier_confirms_the_time(void **state)
{
    struct rig *rig = *state;
    alone(rig);
    rig_restart(rig, true);
    rig_keys(rig, "1234\na\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_non_null(strstr(rig_view(rig)->ask_text, "Tue 24 Nov 2026, 14:3"));
    rig_keys(rig, "\n"); /* No is what Enter says */
    assert_string_equal(rig_view(rig)->ask, "");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_non_null(strstr(rig_view(rig)->say, "not confirmed"));
    rig_keys(rig, "\n\033\n"); /* asks until it is */
    assert_string_not_equal(rig_view(rig)->ask, "");
    rig_keys(rig, "y");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_PAY);
    rig_keys(rig, "\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
    rig_keys(rig, "a\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 2);
    rig_restart(rig, false);
    rig_keys(rig, "a\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 3);
}

static void a_command_cannot_confirm_it(void **state)
{
    struct rig *rig = *state;
    alone(rig);
    rig_restart(rig, true);
    rig_command(rig, LOGIN);
    assert_int_equal(sell(rig), 4);
    assert_non_null(strstr(rig->text, "2026"));
    rig_restart(rig,
                false); /* a second start does not forget it, though the login is of this boot */
    assert_int_equal(rig_facts(rig).user, 7);
    assert_false(rig_facts(rig).locked);
    assert_int_equal(sell(rig), 4);
    rig->contact = BX_CONTACT_GOOD;
    rig_wait(rig, 60000);
    assert_int_equal(sell(rig), 0); /* the server has answered */
    alone(rig);
    assert_int_equal(sell(rig), 0);
    rig_restart(rig, false);
    assert_int_equal(sell(rig), 0);
}

static void a_clock_behind_the_last_entry_sells_nothing(void **state)
{
    struct rig *rig = *state;
    alone(rig);
    rig->turn.utc.us -= 30 * BX_SECOND_US;
    assert_int_equal(sell(rig), 0);
    rig->turn.utc.us -= 120 * BX_SECOND_US;
    assert_int_equal(sell(rig), 4);
    rig_keys(rig, "p\ny\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 2);
    assert_int_equal(rig_entries(rig, BX_KIND_CLOCK_JUMP), 2);
    rig->turn.utc.us += 7200 * BX_SECOND_US; /* ahead is flagged, and no reason to doubt */
    assert_int_equal(sell(rig), 0);
    rig->turn.utc.us -= 3600 * BX_SECOND_US;
    rig_restart(rig, false); /* while it was not running */
    assert_int_equal(sell(rig), 4);
    rig_restart(rig, false);
    assert_int_equal(sell(rig), 4);
}

static void in_contact_it_is_only_flagged(void **state)
{
    struct rig *rig = *state;
    rig->turn.utc.us -= 3600 * BX_SECOND_US;
    assert_int_equal(sell(rig), 0);
    assert_int_equal(rig_entries(rig, BX_KIND_CLOCK_JUMP), 1);
    rig_restart(rig, true);
    rig_command(rig, LOGIN);
    rig_wait(rig, 10000);
    assert_int_equal(sell(rig), 0);
    assert_string_equal(rig_view(rig)->ask, "");
}

#define SELLING(test) cmocka_unit_test_setup_teardown(test, rig_open_selling, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SELLING(after_a_boot_the_cashier_confirms_the_time),
        SELLING(a_command_cannot_confirm_it),
        SELLING(a_clock_behind_the_last_entry_sells_nothing),
        SELLING(in_contact_it_is_only_flagged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
