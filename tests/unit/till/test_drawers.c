/* SPDX-License-Identifier: Apache-2.0 */
/* Several drawers at one till: whose money is corrected where. */

#include "rig.h"

#include "till/screens.h"

#define LOGIN(number) "{\"verb\":\"login\",\"number\":" #number ",\"pin\":\"1234\"}"
#define SHIFT(rest)   "{\"verb\":\"shift\",\"act\":" rest "}"

static void good(struct rig *rig, const char *json)
{
    rig_command(rig, json);
    rig_wait(rig, 100);
    if (rig->exit != 0)
        fail_msg("%s: %d %s", json, rig->exit, rig->text);
}

static void bad(struct rig *rig, const char *json, const char *say)
{
    rig_command(rig, json);
    rig_wait(rig, 100);
    if (rig->exit != 1 || !strstr(rig->text, say))
        fail_msg("%s: %d %s", json, rig->exit, rig->text);
}

static int64_t in_drawer(struct rig *rig, int drawer)
{
    return bx_drawer_holds(rig->till, drawer).minor;
}

static void count_last(struct rig *rig, struct bx_cash_entry *ret)
{
    size_t count;
    struct bx_query query = {.kind = BX_QUERY_KIND, .entry_kind = BX_KIND_COUNT, .limit = 1};
    const struct bx_row *row = rig_read(rig, &query, &count);
    assert_int_equal(count, 1);
    assert_int_equal(bx_cash_decode(row->body, row->len, ret, NULL), 0);
}

#define ABOUT_1 "\"number\":\"1\",\"note\":\"n\""
#define BY_8    ",\"approver\":8,\"approver_pin\":\"1234\""

/* Which drawer money was keyed into, and not who says that it was keyed wrong. */
static void a_sale_is_corrected_in_its_own_drawer(void **state)
{
    struct rig *rig = *state;
    struct bx_cash_entry cash;
    rig->config.drawers = 2;
    rig_restart(rig, false);
    good(rig, LOGIN(8));
    bad(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}", "no drawer");
    good(rig, SHIFT("\"open\",\"amount\":3000"));
    good(rig, "{\"verb\":\"sell\",\"basket\":\"2p\"}");
    good(rig, LOGIN(7));
    bad(rig, "{\"verb\":\"tender\",\"from\":\"cash\",\"to\":\"card\"," ABOUT_1 "}", "supervisor");
    bad(rig, "{\"verb\":\"dispute\"," ABOUT_1 "}", "another cashier's drawer");
    bad(rig, "{\"verb\":\"dispute\",\"counted\":1," ABOUT_1 "}", "another cashier's drawer");
    good(rig, "{\"verb\":\"tender\",\"from\":\"cash\",\"to\":\"card\"," ABOUT_1 BY_8 "}");
    assert_int_equal(in_drawer(rig, 1), 0);
    assert_int_equal(in_drawer(rig, 2), 3000);
    good(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}");
    good(rig, LOGIN(8));
    good(rig, "{\"verb\":\"dispute\",\"counted\":400,\"number\":\"2\"}");
    count_last(rig, &cash);
    assert_int_equal(cash.drawer, 1);
    assert_int_equal(cash.expected.minor, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sale_is_corrected_in_its_own_drawer, rig_open_selling,
                                        rig_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
