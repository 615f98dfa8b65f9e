/* SPDX-License-Identifier: Apache-2.0 */
/* Format 2 of a sale, a refund, a void and an exchange, for ever: the bytes were made by another
 * program (Python's json). If these tests fail, the code is wrong and not the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/entry.h"
#include "boxtill/domain/price.h"

static const char golden_sale[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":413,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "5\",\"kind\":\"sale\",\"number\":\"2-000412\",\"at\":1795526525123456,\"boot\":8640000"
    "0001,\"shift\":41,\"user\":7,\"currency\":\"EUR\",\"exponent\":2,\"tax_included\":true"
    ",\"programme\":9,\"offline\":false,\"training\":false,\"of\":\"\",\"order\":\"019abcde"
    "-f012-7345-8678-9abcdef0aaaa\",\"account\":\"school-5\",\"member\":\"friends\",\"origi"
    "n\":\"city\",\"persons_booked\":50,\"corrections\":3,\"drawer\":2,\"lines\":[{\"produc"
    "t\":\"pupil\",\"name\":\"Pupil\",\"event\":\"perm\",\"event_name\":\"Permanent collect"
    "ion\",\"slot\":\"perm-1430\",\"pool\":\"perm-1430\",\"class\":\"main\",\"start\":17955"
    "27000000000,\"end\":1795527900000000,\"offset\":60,\"date\":\"2026-11-24\",\"price\":5"
    "00,\"tax\":70000,\"places\":1,\"persons\":1,\"quantity\":43,\"kind\":\"visit\",\"list"
    "\":903,\"off\":0,\"why\":\"group\",\"why_text\":\"Group from 10\",\"fixed\":true,\"gro"
    "up\":true,\"note\":\"\"},{\"product\":\"adult\",\"name\":\"Adult\",\"event\":\"perm\","
    "\"event_name\":\"Permanent collection\",\"slot\":\"perm-1430\",\"pool\":\"perm-1430\","
    "\"class\":\"main\",\"start\":1795527000000000,\"end\":1795527900000000,\"offset\":60,"
    "\"date\":\"2026-11-24\",\"price\":2400,\"tax\":70000,\"places\":1,\"persons\":1,\"quan"
    "tity\":2,\"kind\":\"visit\",\"list\":2400,\"off\":480,\"why\":\"regular\",\"why_text\""
    ":\"Regular guest 10 %\",\"fixed\":false,\"group\":false,\"note\":\"\"},{\"product\":\""
    "gift\",\"name\":\"Voucher\",\"event\":\"\",\"event_name\":\"\",\"slot\":\"\",\"pool\":"
    "\"\",\"class\":\"\",\"start\":0,\"end\":0,\"offset\":0,\"date\":\"2026-11-24\",\"price"
    "\":5000,\"tax\":0,\"places\":0,\"persons\":0,\"quantity\":1,\"kind\":\"voucher\",\"lis"
    "t\":5000,\"off\":0,\"why\":\"\",\"why_text\":\"\",\"fixed\":true,\"group\":false,\"not"
    "e\":\"BS1 0001\"},{\"product\":\"donation\",\"name\":\"Donation \\\"roof\\\"\",\"event"
    "\":\"\",\"event_name\":\"\",\"slot\":\"\",\"pool\":\"\",\"class\":\"\",\"start\":0,\"e"
    "nd\":0,\"offset\":0,\"date\":\"2026-11-24\",\"price\":180,\"tax\":0,\"places\":0,\"per"
    "sons\":0,\"quantity\":1,\"kind\":\"donation\",\"list\":180,\"off\":0,\"why\":\"\",\"wh"
    "y_text\":\"\",\"fixed\":true,\"group\":false,\"note\":\"\"}],\"total\":31000,\"outside"
    "\":5180,\"taxes\":[{\"ppm\":70000,\"gross\":25820,\"net\":24131,\"tax\":1689}],\"back"
    "\":[],\"back_lines\":[],\"back_total\":0,\"back_outside\":0,\"back_taxes\":[],\"back_t"
    "ickets\":[],\"rounding\":0,\"tenders\":[{\"kind\":\"stored\",\"amount\":5000,\"receive"
    "d\":5000,\"change\":0,\"reference\":\"BS1ABCDEFGHJKMNPQRST\",\"attempt\":\"019abcde-f0"
    "12-7345-8678-9abcdef0bbbb\"},{\"kind\":\"voucher\",\"amount\":1000,\"received\":1000,"
    "\"change\":0,\"reference\":\"00112233445566aa\",\"attempt\":\"\"},{\"kind\":\"prepaid"
    "\",\"amount\":4000,\"received\":4000,\"change\":0,\"reference\":\"W-4711\",\"attempt\""
    ":\"\"},{\"kind\":\"account\",\"amount\":20000,\"received\":20000,\"change\":0,\"refere"
    "nce\":\"\",\"attempt\":\"\"},{\"kind\":\"cash\",\"amount\":1000,\"received\":2000,\"ch"
    "ange\":1000,\"reference\":\"\",\"attempt\":\"\"}],\"uses\":[{\"pool\":\"perm-1430\",\""
    "r\":3,\"before\":17,\"q\":2}],\"tickets\":[{\"code\":\"B1004081040G20818WQYR1QWYVH34\""
    ",\"line\":0,\"nth\":1},{\"code\":\"B10040G2081040G269RQ02PA3122B\",\"line\":1,\"nth\":"
    "1},{\"code\":\"B10040R30C1G60R3FTZYB6KMGQHS4\",\"line\":1,\"nth\":2}],\"warrants\":[{"
    "\"what\":\"discount\",\"reason\":\"regular\",\"note\":\"Frau \xC3"
    "\x96"
    "zil\",\"approver\":9},{\"what\":\"over\",\"reason\":\"\",\"note\":\"\",\"approver\":9}"
    "]}";
static const char golden_refund[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":413,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "5\",\"kind\":\"refund\",\"number\":\"2-R000001\",\"at\":1795526525123456,\"boot\":8640"
    "0000001,\"shift\":41,\"user\":7,\"currency\":\"EUR\",\"exponent\":2,\"tax_included\":t"
    "rue,\"programme\":9,\"offline\":false,\"training\":false,\"of\":\"019abcde-f012-7345-8"
    "678-9abcdef01234\",\"order\":\"\",\"account\":\"\",\"member\":\"\",\"origin\":\"\",\"p"
    "ersons_booked\":0,\"corrections\":0,\"drawer\":1,\"lines\":[],\"total\":0,\"outside\":"
    "0,\"taxes\":[],\"back\":[{\"product\":\"adult\",\"name\":\"Adult\",\"event\":\"perm\","
    "\"event_name\":\"Permanent collection\",\"slot\":\"perm-1430\",\"pool\":\"perm-1430\","
    "\"class\":\"main\",\"start\":1795527000000000,\"end\":1795527900000000,\"offset\":60,"
    "\"date\":\"2026-11-24\",\"price\":2400,\"tax\":70000,\"places\":1,\"persons\":1,\"quan"
    "tity\":1,\"kind\":\"visit\",\"list\":2400,\"off\":240,\"why\":\"regular\",\"why_text\""
    ":\"Regular guest 10 %\",\"fixed\":false,\"group\":false,\"note\":\"\"}],\"back_lines\""
    ":[0],\"back_total\":2160,\"back_outside\":0,\"back_taxes\":[{\"ppm\":70000,\"gross\":2"
    "160,\"net\":2019,\"tax\":141}],\"back_tickets\":[1],\"rounding\":0,\"tenders\":[{\"kin"
    "d\":\"card\",\"amount\":-2160,\"received\":-2160,\"change\":0,\"reference\":\"slip 081"
    "5\",\"attempt\":\"\"}],\"uses\":[],\"tickets\":[],\"warrants\":[{\"what\":\"refund\","
    "\"reason\":\"ill\",\"note\":\"\",\"approver\":0}]}";
static const char golden_void[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":413,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "5\",\"kind\":\"void\",\"number\":\"2-V000007\",\"at\":1795526525123456,\"boot\":864000"
    "00001,\"shift\":41,\"user\":7,\"currency\":\"EUR\",\"exponent\":2,\"tax_included\":tru"
    "e,\"programme\":9,\"offline\":false,\"training\":false,\"of\":\"019abcde-f012-7345-867"
    "8-9abcdef01234\",\"order\":\"\",\"account\":\"\",\"member\":\"\",\"origin\":\"\",\"per"
    "sons_booked\":0,\"corrections\":0,\"drawer\":1,\"lines\":[],\"total\":0,\"outside\":0,"
    "\"taxes\":[],\"back\":[{\"product\":\"adult\",\"name\":\"Adult\",\"event\":\"perm\",\""
    "event_name\":\"Permanent collection\",\"slot\":\"perm-1430\",\"pool\":\"perm-1430\",\""
    "class\":\"main\",\"start\":1795527000000000,\"end\":1795527900000000,\"offset\":60,\"d"
    "ate\":\"2026-11-24\",\"price\":2400,\"tax\":70000,\"places\":1,\"persons\":1,\"quantit"
    "y\":2,\"kind\":\"visit\",\"list\":2400,\"off\":0,\"why\":\"\",\"why_text\":\"\",\"fixe"
    "d\":false,\"group\":false,\"note\":\"\"}],\"back_lines\":[0],\"back_total\":4800,\"bac"
    "k_outside\":0,\"back_taxes\":[{\"ppm\":70000,\"gross\":4800,\"net\":4486,\"tax\":314}]"
    ",\"back_tickets\":[0,1],\"rounding\":0,\"tenders\":[{\"kind\":\"cash\",\"amount\":-480"
    "0,\"received\":-4800,\"change\":0,\"reference\":\"\",\"attempt\":\"\"}],\"uses\":[],\""
    "tickets\":[],\"warrants\":[{\"what\":\"void\",\"reason\":\"mistake\",\"note\":\"\",\"a"
    "pprover\":9}]}";
static const char golden_exchange[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":413,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "5\",\"kind\":\"exchange\",\"number\":\"2-X000002\",\"at\":1795526525123456,\"boot\":86"
    "400000001,\"shift\":41,\"user\":7,\"currency\":\"EUR\",\"exponent\":2,\"tax_included\""
    ":true,\"programme\":9,\"offline\":false,\"training\":false,\"of\":\"019abcde-f012-7345"
    "-8678-9abcdef01234\",\"order\":\"\",\"account\":\"\",\"member\":\"\",\"origin\":\"\","
    "\"persons_booked\":0,\"corrections\":0,\"drawer\":1,\"lines\":[{\"product\":\"adult\","
    "\"name\":\"Adult\",\"event\":\"perm\",\"event_name\":\"Permanent collection\",\"slot\""
    ":\"perm-1500\",\"pool\":\"perm-1500\",\"class\":\"main\",\"start\":1795528800000000,\""
    "end\":1795529700000000,\"offset\":60,\"date\":\"2026-11-24\",\"price\":2400,\"tax\":70"
    "000,\"places\":1,\"persons\":1,\"quantity\":1,\"kind\":\"visit\",\"list\":2400,\"off\""
    ":0,\"why\":\"\",\"why_text\":\"\",\"fixed\":false,\"group\":false,\"note\":\"\"}],\"to"
    "tal\":2400,\"outside\":0,\"taxes\":[{\"ppm\":70000,\"gross\":2400,\"net\":2243,\"tax\""
    ":157}],\"back\":[{\"product\":\"child\",\"name\":\"Child\",\"event\":\"perm\",\"event_"
    "name\":\"Permanent collection\",\"slot\":\"perm-1430\",\"pool\":\"perm-1430\",\"class"
    "\":\"main\",\"start\":1795527000000000,\"end\":1795527900000000,\"offset\":60,\"date\""
    ":\"2026-11-24\",\"price\":903,\"tax\":70000,\"places\":1,\"persons\":1,\"quantity\":1,"
    "\"kind\":\"visit\",\"list\":903,\"off\":0,\"why\":\"\",\"why_text\":\"\",\"fixed\":fal"
    "se,\"group\":false,\"note\":\"\"}],\"back_lines\":[1],\"back_total\":903,\"back_outsid"
    "e\":0,\"back_taxes\":[{\"ppm\":70000,\"gross\":903,\"net\":844,\"tax\":59}],\"back_tic"
    "kets\":[2],\"rounding\":3,\"tenders\":[{\"kind\":\"cash\",\"amount\":1500,\"received\""
    ":2000,\"change\":500,\"reference\":\"\",\"attempt\":\"\"}],\"uses\":[{\"pool\":\"perm-"
    "1500\",\"r\":1,\"before\":0,\"q\":1}],\"tickets\":[{\"code\":\"B1004081040G20818WQYR1Q"
    "WYVH34\",\"line\":0,\"nth\":1}],\"warrants\":[]}";

static const char *const goldens[] = {golden_sale, golden_refund, golden_void, golden_exchange};

static void test_goldens(void **state)
{
    (void)state;
    struct bx_sale *sale = bx_new(struct bx_sale);
    for (size_t i = 0; i < bx_countof(goldens); i++) {
        struct bx_entry_head head;
        struct bx_entry_head again;
        struct bx_fault fault = {0};
        if (bx_sale_read(goldens[i], strlen(goldens[i]), &head, sale, &fault) ||
            bx_sale_check(sale, &fault))
            fail_msg("%zu: %s %s", i, fault.say, fault.detail);
        bx_buf_auto out;
        bx_buf_init(&out, 0);
        assert_int_equal(bx_sale_encode(&head, sale, &out), 0);
        assert_string_equal(bx_buf_text(&out), goldens[i]);
        assert_int_equal(bx_entry_head_decode(goldens[i], strlen(goldens[i]), &again, &fault), 0);
        assert_true(bx_entry_begins_with(goldens[i], strlen(goldens[i]), &head));
        assert_string_equal(again.number, head.number);
    }
    bx_free(sale);
}

static void test_what_a_sale_says(void **state)
{
    (void)state;
    struct bx_sale *sale = bx_new(struct bx_sale);
    assert_int_equal(bx_sale_decode(golden_sale, strlen(golden_sale), sale, NULL), 0);
    assert_int_equal(sale->v, 2);
    assert_int_equal(sale->totals.persons, 45);
    assert_int_equal(sale->totals.tickets, 3);
    assert_int_equal(sale->totals.outside.minor, 5180);
    assert_int_equal(sale->drawer, 2);
    assert_int_equal(sale->persons_booked, 50);
    assert_true(sale->basket.lines[0].group);
    assert_int_equal(sale->basket.lines[1].off.minor, 480);
    assert_int_equal(sale->basket.lines[2].kind, BX_LINE_VOUCHER);
    assert_string_equal(sale->basket.lines[2].note, "BS1 0001");
    assert_int_equal(sale->warrants[0].approver, 9);
    assert_false(bx_id_is_zero(&sale->tenders[0].attempt));
    assert_int_equal(bx_sale_decode(golden_exchange, strlen(golden_exchange), sale, NULL), 0);
    assert_int_equal(bx_sale_due(sale).minor, 1497);
    assert_int_equal(bx_sale_left(sale).minor, 0);
    assert_int_equal(sale->back_tickets[0], 2);
    bx_free(sale);
}

/* BODY with its first FROM turned into TO. */
static int decode_with(const char *body, const char *from, const char *to)
{
    char changed[8192];
    struct bx_sale *sale = bx_new(struct bx_sale);
    const char *at = strstr(body, from);
    if (!at)
        fail_msg("%s is not there", from);
    int len = snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - body), body, to,
                       at + strlen(from));
    int err = bx_sale_decode(changed, (size_t)len, sale, NULL);
    bx_free(sale);
    return err;
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static const char *const swaps[][3] = {
        {golden_sale, "\"v\":2", "\"v\":1"},
        {golden_sale, "2-000412", "2-V000412"},
        {golden_sale, "\"training\":false", "\"training\":true"},
        {golden_sale, "\"training\":false,", ""},
        {golden_sale, "\"of\":\"\"", "\"of\":\"019abcde-f012-7345-8678-9abcdef01234\""},
        {golden_sale, "\"drawer\":2", "\"drawer\":0"},
        {golden_sale, "\"drawer\":2", "\"drawer\":10"},
        {golden_sale, "\"corrections\":3", "\"corrections\":-1"},
        {golden_sale, "\"kind\":\"voucher\"", "\"kind\":\"loan\""},
        {golden_sale, "\"outside\":5180,", ""},
        {golden_sale, "\"fixed\":true", "\"fixed\":1"},
        {golden_sale, "\"off\":480", "\"off\":-1"},
        {golden_sale, "\"account\":\"school-5\"", "\"account\":\"School\""},
        {golden_sale, "\"kind\":\"prepaid\"", "\"kind\":\"cheque\""},
        {golden_sale, "\"what\":\"discount\",", ""},
        {golden_sale, "\"kind\":\"sale\"", "\"kind\":\"exchange\""},
        {golden_sale, "\"back\":[]", "\"back\":[{}]"},
        {golden_refund, "\"kind\":\"refund\"", "\"kind\":\"void\""},
        {golden_refund, "\"of\":\"019abcde-f012-7345-8678-9abcdef01234\"", "\"of\":\"\""},
        {golden_refund, "\"back_tickets\":[1]", "\"back_tickets\":[-1]"},
        {golden_refund, "\"back_tickets\":[1]", "\"back_tickets\":[400]"},
        {golden_void, "\"back_tickets\":[0,1]", "\"back_tickets\":[1,0]"},
        {golden_void, "\"back_tickets\":[0,1]", "\"back_tickets\":[0,0]"},
        {golden_void, "\"back_lines\":[0]", "\"back_lines\":[]"},
        {golden_void, "\"back_lines\":[0]", "\"back_lines\":[40]"},
        {golden_void, "\"back_total\":4800", "\"back_total\":-4800"},
        {golden_exchange, "\"back_outside\":0,", ""},
    };
    for (size_t i = 0; i < bx_countof(swaps); i++)
        if (decode_with(swaps[i][0], swaps[i][1], swaps[i][2]) != BX_ERR_INPUT)
            fail_msg("taken: %s as %s", swaps[i][1], swaps[i][2]);
    assert_int_equal(decode_with(golden_sale, "\"v\":2", "\"v\":3"), BX_ERR_MISSING);
}

#define TAMPER(body, change)                                                 \
    do {                                                                     \
        assert_int_equal(bx_sale_decode(body, strlen(body), sale, NULL), 0); \
        assert_int_equal(bx_sale_check(sale, NULL), 0);                      \
        change;                                                              \
        if (bx_sale_check(sale, NULL) != BX_ERR_INPUT)                       \
            fail_msg("taken: %s", #change);                                  \
    } while (0)

static void test_what_does_not_add_up(void **state)
{
    (void)state;
    struct bx_sale *sale = bx_new(struct bx_sale);
    TAMPER(golden_sale, sale->totals.outside.minor++);
    TAMPER(golden_sale, sale->basket.lines[1].off.minor = 4801);
    TAMPER(golden_sale, sale->basket.lines[3].kind = BX_LINE_ARTICLE);
    TAMPER(golden_sale, sale->basket.lines[0].group = false);
    TAMPER(golden_sale, sale->account.s[0] = '\0');
    TAMPER(golden_sale, sale->tenders[1].reference[0] = '\0');
    TAMPER(golden_sale, sale->tenders[1].attempt = sale->tenders[0].attempt);
    TAMPER(golden_sale, sale->tenders[1].amount.minor = -1000);
    TAMPER(golden_sale, (sale->warrant_count = 0, sale->order = (struct bx_id){0}));
    TAMPER(golden_sale, sale->uses[0].q = 46);
    TAMPER(golden_sale, sale->training = true);
    TAMPER(golden_sale, sale->warrants[1].what.s[0] = '\0');
    TAMPER(golden_sale, sale->drawer = 10);
    TAMPER(golden_refund, sale->of = (struct bx_id){0});
    TAMPER(golden_refund, sale->back_ticket_count = 0);
    TAMPER(golden_refund, sale->back_totals.total.minor++);
    TAMPER(golden_refund, sale->tenders[0].amount.minor = 2160);
    TAMPER(golden_refund, (sale->tenders[0].received.minor++, sale->tenders[0].change.minor--));
    TAMPER(golden_refund, sale->back_totals.rates[0].tax.minor += 1);
    TAMPER(golden_refund,
           (sale->back_totals.rates[0].tax.minor += 2, sale->back_totals.rates[0].net.minor -= 2));
    TAMPER(golden_void, sale->back_tickets[1] = 0);
    TAMPER(golden_void, sale->back.count = 0);
    TAMPER(golden_exchange, sale->rounding.minor = 0);
    TAMPER(golden_exchange, sale->use_count = 0);
    /* One minor unit of a rate may have gone to the other parts of what was taken back. */
    assert_int_equal(bx_sale_decode(golden_refund, strlen(golden_refund), sale, NULL), 0);
    sale->back_totals.rates[0].tax.minor += 1;
    sale->back_totals.rates[0].net.minor -= 1;
    assert_int_equal(bx_sale_check(sale, NULL), 0);
    bx_free(sale);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens),
        cmocka_unit_test(test_what_a_sale_says),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_what_does_not_add_up),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
