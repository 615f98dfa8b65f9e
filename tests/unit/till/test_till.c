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
    assert_true(commit < print && commit < send);
    assert_int_equal(rig_lease(rig, "s1430")->used, 2);
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sells_prints_and_sends_in_order, rig_open_selling,
                                        rig_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
