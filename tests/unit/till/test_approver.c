/* SPDX-License-Identifier: Apache-2.0 */
/* Who is named to a command as its approver: has to be there, and allows all of it. */

#include "rig.h"
#include "till/core.h"

#define REFUND(more)   "{\"verb\":\"refund\",\"note\":\"asked for\"," more "}"
#define EXCHANGE(more) "{\"verb\":\"exchange\",\"note\":\"too late\"," more "}"

static void command(struct rig *rig, const char *json, int exit)
{
    rig_command(rig, json);
    rig_wait(rig, 100);
    if (rig->exit != exit)
        fail_msg("%s: exit %d: %s", json, rig->exit, rig->text);
}

/* Whoever is named has to be there, also where nobody else is needed. */
static void a_named_approver_counts_for_a_supervisor_too(void **state)
{
    struct rig *rig = *state;
    command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}", 0);
    command(rig, "{\"verb\":\"login\",\"number\":8,\"pin\":\"1234\"}", 0);
    command(rig, REFUND("\"number\":\"1\",\"approver\":8,\"approver_pin\":\"1111\""), 1);
    assert_non_null(strstr(rig->text, "do not belong together"));
    assert_int_equal(rig_entries(rig, BX_KIND_LOGIN_FAILED), 1);
    command(rig, REFUND("\"number\":\"1\",\"approver\":7,\"approver_pin\":\"1234\""), 1);
    assert_non_null(strstr(rig->text, "not a supervisor's"));
    command(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"approver\":8,\"approver_pin\":\"1111\"}",
            1);
    assert_int_equal(rig_entries(rig, BX_KIND_LOGIN_FAILED), 2);
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 0);
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
    command(rig, REFUND("\"number\":\"1\",\"approver\":8,\"approver_pin\":\"1234\""), 0);
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 1);
}

/* Named once, the approver allows the reason and what goes back beyond the limit. */
static void an_exchange_beyond_the_limit_is_approved(void **state)
{
    struct rig *rig = *state;
    rig->till->programme->limits.refund_amount =
        (struct bx_limit){.at = 1000, .beyond = BX_BEYOND_ASK};
    command(rig, "{\"verb\":\"sell\",\"basket\":\"2a\"}", 0);
    command(rig, EXCHANGE("\"number\":\"1\",\"basket\":\"c\""), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_EXCHANGE), 0);
    command(rig,
            EXCHANGE("\"number\":\"1\",\"basket\":\"c\",\"approver\":8,"
                     "\"approver_pin\":\"1234\""),
            0);
    static struct bx_sale sale;
    struct bx_query query = {.kind = BX_QUERY_KIND, .entry_kind = BX_KIND_EXCHANGE, .limit = 1};
    size_t count;
    const struct bx_row *row = rig_read(rig, &query, &count);
    assert_int_equal(count, 1);
    assert_int_equal(bx_sale_decode(row->body, row->len, &sale, NULL), 0);
    assert_int_equal(sale.warrants[0].approver, 8);
}

/* Somebody who goes away meanwhile, and a PIN that another command compares. */
static void what_comes_to_nothing(void **state)
{
    struct rig *rig = *state;
    command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}", 0);
    rig->hold[BX_EFFECT_PIN] = true;
    rig_command(rig, REFUND("\"number\":\"1\",\"approver\":8,\"approver_pin\":\"1234\""));
    rig_command(rig, "{\"verb\":\"queue\"}"); /* one at a time */
    assert_int_equal(rig->exit, 1);
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 0);
    rig->hold[BX_EFFECT_PIN] = false;
    rig_release(rig, BX_EFFECT_PIN);
    rig_wait(rig, 100);
    assert_int_equal(rig->exit, 0);
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 1);
    /* what cannot be read stays so */
    command(rig, "{\"verb\":\"refund\",\"approver\":8,\"approver_pin\":\"1234\"}", 2);
}

int main(void)
{
#define SELLING(f) cmocka_unit_test_setup_teardown(f, rig_open_selling, rig_close)
    const struct CMUnitTest tests[] = {
        SELLING(a_named_approver_counts_for_a_supervisor_too),
        SELLING(an_exchange_beyond_the_limit_is_approved),
        SELLING(what_comes_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
