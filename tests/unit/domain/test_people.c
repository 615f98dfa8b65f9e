/* SPDX-License-Identifier: Apache-2.0 */
/* The documents about people: members, and groups and orders that are expected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/domain/member.h"
#include "boxtill/domain/order.h"

static const char members_text[] =
    "{\"v\":1,\"epoch\":1,\"version\":2,\"members\":["
    "{\"id\":\"m-7\",\"code\":\"F-0007\",\"class\":\"friend\",\"name\":\"J. M\xC3\xBCller\","
    "\"until\":\"2027-03-31\",\"guests\":1,\"blocked\":\"\"},"
    "{\"id\":\"m-8\",\"code\":\"F-0008\",\"class\":\"friend\",\"name\":\"\","
    "\"until\":\"2026-11-24\",\"guests\":0,\"blocked\":\"card lost\"},"
    "{\"id\":\"p-1\",\"code\":\"P-0001\",\"class\":\"pass\",\"name\":\"\","
    "\"until\":\"2026-11-23\",\"guests\":0,\"blocked\":\"\"}]}";

static const char orders_text[] =
    "{\"v\":1,\"epoch\":1,\"version\":2,\"orders\":["
    "{\"id\":\"019abcde-f012-7345-8678-9abcdef01234\",\"ref\":\"W-20417\",\"kind\":\"web\","
    "\"name\":\"Okafor\",\"note\":\"\",\"date\":\"2026-11-24\",\"minute\":570,\"prepaid\":4800,"
    "\"account\":\"\",\"group_ticket\":false,\"collected\":true,\"cancelled\":false,"
    "\"lines\":[{\"product\":\"adult\",\"slot\":\"p-0930\",\"quantity\":2,\"price\":2400},"
    "{\"product\":\"audio\",\"slot\":\"\",\"quantity\":1,\"price\":500}]},"
    "{\"id\":\"019abcde-f012-7345-8678-9abcdef01235\",\"ref\":\"S-1\",\"kind\":\"school\","
    "\"name\":\"\",\"note\":\"two wheelchairs\",\"date\":\"2026-11-24\",\"minute\":630,"
    "\"prepaid\":0,\"account\":\"school-north\",\"group_ticket\":true,\"collected\":false,"
    "\"cancelled\":false,\"lines\":[{\"product\":\"pupil\",\"slot\":\"p-1030\",\"quantity\":50,"
    "\"price\":500}]}]}";

#define members_auto struct bx_members *bx_cleanup(bx_members_destroy)
#define orders_auto  struct bx_orders *bx_cleanup(bx_orders_destroy)

static void test_members(void **state)
{
    (void)state;
    struct bx_fault fault;
    bx_buf_auto again;
    bx_buf_init(&again, 0);
    members_auto members = bx_members_parse(members_text, strlen(members_text), &fault);
    if (members == NULL)
        fail_msg("%s", fault.say);
    bx_members_encode(members, &again);
    assert_string_equal(bx_buf_text(&again), members_text);
    const struct bx_member *member = bx_members_find(members, "f-0007");
    assert_non_null(member);
    assert_int_equal(member->guests, 1);
    assert_null(bx_members_find(members, "F-0009"));
    assert_null(bx_members_find(members, ""));
    assert_null(bx_members_find(members, "F-00070000000000000000000000000000000000000"));
}

static void test_may_they(void **state)
{
    (void)state;
    static const struct bx_date day = {2026, 11, 24}, last = {2027, 3, 31}, late = {2027, 4, 1};
    struct bx_fault fault = {0};
    members_auto members = bx_members_parse(members_text, strlen(members_text), NULL);
    const struct bx_member *member = bx_members_find(members, "F-0007");
    assert_int_equal(bx_member_check(member, day, &fault), 0);
    assert_int_equal(bx_member_check(member, last, &fault), 0);
    assert_int_equal(bx_member_check(member, late, &fault), BX_ERR_REFUSED);
    assert_string_equal(fault.say, "F-0007 expired on 2027-03-31.");
    assert_int_equal(bx_member_check(bx_members_find(members, "F-0008"), day, &fault),
                     BX_ERR_REFUSED);
    assert_string_equal(fault.say, "F-0008 is blocked: card lost.");
    assert_int_equal(bx_member_check(bx_members_find(members, "P-0001"), day, &fault),
                     BX_ERR_REFUSED);
}

static void test_orders(void **state)
{
    (void)state;
    struct bx_fault fault;
    struct bx_id id;
    bx_buf_auto again;
    bx_buf_init(&again, 0);
    orders_auto orders = bx_orders_parse(orders_text, strlen(orders_text), &fault);
    if (orders == NULL)
        fail_msg("%s", fault.say);
    bx_orders_encode(orders, &again);
    assert_string_equal(bx_buf_text(&again), orders_text);
    assert_int_equal(bx_id_parse("019abcde-f012-7345-8678-9abcdef01235", &id), 0);
    const struct bx_order *order = bx_orders_find(orders, &id);
    assert_non_null(order);
    assert_int_equal(order->kind, BX_ORDER_SCHOOL);
    assert_true(order->group_ticket);
    assert_string_equal(order->account.s, "school-north");
    assert_int_equal(order->lines[0].quantity, 50);
    id.b[0] ^= 1;
    assert_null(bx_orders_find(orders, &id));
}

/* FROM of TEXT becomes TO, at its first place. */
static void change(const char *text, const char *from, const char *to, struct bx_buf *out)
{
    const char *at = strstr(text, from);
    bx_buf_init(out, 0);
    assert_non_null(at);
    bx_buf_add(out, text, (size_t)(at - text));
    bx_buf_text_add(out, to);
    bx_buf_text_add(out, at + strlen(from));
}

static void test_order_of_arrival(void **state)
{
    (void)state;
    bx_buf_auto later;
    change(orders_text, "\"minute\":570", "\"minute\":631", &later);
    orders_auto orders = bx_orders_parse(bx_buf_text(&later), later.len, NULL);
    assert_non_null(orders);
    assert_string_equal(orders->orders[0].ref, "S-1");
    assert_string_equal(orders->orders[1].ref, "W-20417");
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *say;
    } members[] = {
        {"\"v\":1", "\"v\":2", "members: \"v\""},
        {"F-0007", "f-0007", "member 1: \"code\""},
        {"F-0007", "F-0008", "code F-0008"},
        {"F-0007", "F-7", "member 1: \"code\""},
        {"2027-03-31", "2027-02-30", "member 1: \"until\""},
        {"\"guests\":1", "\"guests\":-1", "member 1: \"guests\""},
        {"\"guests\":1", "\"guests\":1,\"age\":9", "member 1: \"age\""},
        {"J. M", "\\u001b[2J", "member 1: \"name\""},
        {"\"class\":\"friend\"", "\"class\":\"\"", "member 1: \"class\""},
    };
    static const struct {
        const char *from, *to, *say;
    } orders[] = {
        {"\"v\":1", "\"v\":2", "arrivals: \"v\""},
        {"\"web\"", "\"mail\"", "order 1: \"kind\""},
        {"9abcdef01234", "9abcdef0123", "order 1: \"id\""},
        {"\"minute\":570", "\"minute\":1440", "order 1: \"minute\""},
        {"\"prepaid\":4800", "\"prepaid\":-1", "order 1: \"prepaid\""},
        {"\"quantity\":2", "\"quantity\":0", "order, line 1: \"quantity\""},
        {"\"quantity\":2", "\"quantity\":1000", "order, line 1: \"quantity\""},
        {"\"collected\":true", "\"collected\":1", "order 1: \"collected\""},
        {"\"account\":\"\"", "\"account\":\"A B\"", "order 1: \"account\""},
        {"\"slot\":\"p-0930\",", "", "order, line 1: \"slot\""},
    };
    for (size_t i = 0; i < bx_countof(members); i++) {
        struct bx_fault fault = {0};
        bx_buf_auto text;
        change(members_text, members[i].from, members[i].to, &text);
        assert_null(bx_members_parse(bx_buf_text(&text), text.len, &fault));
        if (!strstr(fault.say, members[i].say))
            fail_msg("%s: %s", members[i].to, fault.say);
    }
    for (size_t i = 0; i < bx_countof(orders); i++) {
        struct bx_fault fault = {0};
        bx_buf_auto text;
        change(orders_text, orders[i].from, orders[i].to, &text);
        assert_null(bx_orders_parse(bx_buf_text(&text), text.len, &fault));
        if (!strstr(fault.say, orders[i].say))
            fail_msg("%s: %s", orders[i].to, fault.say);
    }
    assert_null(bx_members_parse("[]", 2, NULL));
    assert_null(bx_orders_parse("{", 1, NULL));
    assert_null(bx_members_destroy(NULL));
    assert_null(bx_orders_destroy(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members), cmocka_unit_test(test_may_they),
        cmocka_unit_test(test_orders),  cmocka_unit_test(test_order_of_arrival),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
