/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/entry.h"
#include "boxtill/domain/price.h"
#include "samples.h"

/* Format 1, for ever: bytes and hash were made by another program (Python's json and hashlib). If
 * this test fails, the code is wrong and not the test. */
static const char golden[] =
    "{\"v\":1,\"till\":2,\"inc\":1,\"seq\":412,"
    "\"id\":\"019abcde-f012-7345-8678-9abcdef01234\",\"kind\":\"sale\","
    "\"number\":\"2-000412\",\"at\":1795526525123456,\"boot\":86400000001,\"shift\":41,"
    "\"user\":7,\"currency\":\"EUR\",\"exponent\":2,\"tax_included\":true,"
    "\"programme\":9,\"offline\":false,\"lines\":[{\"product\":\"adult\","
    "\"name\":\"Adult\",\"event\":\"perm\",\"event_name\":\"Permanent collection\","
    "\"slot\":\"perm-1430\",\"pool\":\"perm-1430\",\"class\":\"main\","
    "\"start\":1795527000000000,\"end\":1795527900000000,\"offset\":60,"
    "\"date\":\"2026-11-24\",\"price\":2400,\"tax\":70000,\"places\":1,\"persons\":1,"
    "\"quantity\":2},{\"product\":\"child\",\"name\":\"Child 6\xE2\x80\x93"
    "17 \\\"\xC3\x96ko\\\"\","
    "\"event\":\"perm\",\"event_name\":\"Permanent collection\",\"slot\":\"perm-1430\","
    "\"pool\":\"perm-1430\",\"class\":\"main\",\"start\":1795527000000000,"
    "\"end\":1795527900000000,\"offset\":60,\"date\":\"2026-11-24\",\"price\":903,"
    "\"tax\":70000,\"places\":1,\"persons\":1,\"quantity\":1},{\"product\":\"guide\","
    "\"name\":\"Guide\",\"event\":\"\",\"event_name\":\"\",\"slot\":\"\",\"pool\":\"\","
    "\"class\":\"\",\"start\":0,\"end\":0,\"offset\":0,\"date\":\"2026-11-24\",\"price\":600,"
    "\"tax\":190000,\"places\":0,\"persons\":0,\"quantity\":1}],\"total\":6303,"
    "\"taxes\":[{\"ppm\":70000,\"gross\":5703,\"net\":5330,\"tax\":373},{\"ppm\":190000,"
    "\"gross\":600,\"net\":504,\"tax\":96}],\"rounding\":2,\"tenders\":[{\"kind\":\"card\","
    "\"amount\":2000,\"received\":2000,\"change\":0,"
    "\"reference\":\"slip 0815\"},{\"kind\":\"cash\",\"amount\":4305,\"received\":5000,"
    "\"change\":695,\"reference\":\"\"}],\"uses\":[{\"pool\":\"perm-1430\",\"r\":3,"
    "\"before\":17,\"q\":3}],\"tickets\":[{\"code\":\"B1004081040G20818WQYR1QWYVH34\","
    "\"line\":0,\"nth\":1},{\"code\":\"B10040G2081040G269RQ02PA3122B\",\"line\":0,"
    "\"nth\":2},{\"code\":\"B10040R30C1G60R3FTZYB6KMGQHS4\",\"line\":1,\"nth\":1}]}";
static const char golden_hash[] =
    "fba00d5db77804018aef52644e1b8453e1934b560260322ee339b1ae19e5c6bd";

static void assert_encodes_to(const struct bx_entry_head *head, const struct bx_sale *sale,
                              const char *body, size_t len)
{
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    assert_int_equal(bx_sale_encode(head, sale, &out), 0);
    assert_int_equal(out.len, len);
    assert_memory_equal(out.data, body, len);
}

static void test_golden_body(void **state)
{
    (void)state;
    struct bx_sale sale;
    struct bx_entry_head head;
    struct bx_fault fault = {0};
    if (bx_sale_decode(golden, strlen(golden), &sale, &fault))
        fail_msg("%s", fault.say);
    assert_int_equal(bx_entry_head_decode(golden, strlen(golden), &head, &fault), 0);
    assert_int_equal(bx_sale_check(&sale, &fault), 0);
    assert_int_equal(head.till, 2);
    assert_int_equal(head.seq, 412);
    assert_string_equal(head.number, "2-000412");
    assert_int_equal(head.boot, INT64_C(86400000001000));
    assert_int_equal(head.shift, 41);
    assert_true(bx_id_equal(&sale.basket.id, &head.id));
    assert_int_equal(sale.basket.count, 3);
    assert_string_equal(sale.basket.lines[1].name, "Child 6\xE2\x80\x93"
                                                   "17 \"\xC3\x96ko\"");
    assert_int_equal(sale.totals.total.minor, 6303);
    assert_int_equal(sale.totals.persons, 3);
    assert_int_equal(sale.totals.tickets, 3);
    assert_int_equal(sale.rounding.minor, 2);
    assert_string_equal(sale.tenders[0].reference, "slip 0815");
    assert_int_equal(sale.tenders[1].change.minor, 695);
    assert_int_equal(sale.uses[0].before, 17);
    assert_string_equal(sale.tickets[2].code.s, "B10040R30C1G60R3FTZYB6KMGQHS4");
    assert_encodes_to(&head, &sale, golden, strlen(golden));
}

static void test_golden_hash(void **state)
{
    (void)state;
    char text[BX_HASH_TEXT];
    struct bx_hash prev = bx_hash_of("before", 6);
    struct bx_hash hash = bx_entry_hash(&prev, 2, 1, 412, golden, strlen(golden));
    assert_string_equal(bx_hash_format(&hash, text), golden_hash);
}

static void test_hash_covers_each_piece(void **state)
{
    (void)state;
    struct bx_hash zero = {{0}};
    struct bx_hash one = {{1}};
    const struct bx_hash all[] = {
        bx_entry_hash(&zero, 1, 1, 1, "{}", 2), bx_entry_hash(&one, 1, 1, 1, "{}", 2),
        bx_entry_hash(&zero, 2, 1, 1, "{}", 2), bx_entry_hash(&zero, 1, 2, 1, "{}", 2),
        bx_entry_hash(&zero, 1, 1, 2, "{}", 2), bx_entry_hash(&zero, 1, 1, 1, "{} ", 3),
    };
    for (size_t i = 0; i < bx_countof(all); i++)
        for (size_t j = 0; j < i; j++)
            assert_false(bx_hash_equal(&all[i], &all[j]));
}

static void test_random_round_trips(void **state)
{
    (void)state;
    static const int exponents[] = {0, 2, 3};
    static const int64_t steps[] = {1, 5, 10, 50, 100};
    struct bx_rand rand = sample_rand(7);
    for (int round = 0; round < 300; round++) {
        struct bx_sale sale;
        struct bx_sale back;
        struct bx_entry_head head;
        struct bx_entry_head head_back;
        struct bx_fault fault = {0};
        bx_buf_auto out;
        bx_buf_init(&out, BX_BODY_MAX);
        sample_sale(&rand, exponents[round % 3], steps[round % 5], &sale, &head);
        assert_int_equal(bx_sale_encode(&head, &sale, &out), 0);
        if (bx_sale_decode(out.data, out.len, &back, &fault) ||
            bx_entry_head_decode(out.data, out.len, &head_back, &fault))
            fail_msg("%s", fault.say);
        assert_int_equal(bx_sale_check(&back, &fault), 0);
        assert_int_equal(head_back.boot, head.boot);
        assert_string_equal(head_back.number, head.number);
        assert_encodes_to(&head_back, &back, out.data, out.len);
    }
}

/* The golden body with its first FROM turned into TO. */
static int decode_with(const char *from, const char *to, struct bx_fault *fault)
{
    char changed[4096];
    struct bx_sale sale;
    const char *at = strstr(golden, from);
    assert_non_null(at);
    int len = snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - golden), golden, to,
                       at + strlen(from));
    return bx_sale_decode(changed, (size_t)len, &sale, fault);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static const char *const swaps[][2] = {
        {"\"till\":2", "\"till\":0"},
        {"\"till\":2", "\"till\":3"},
        {"\"till\":2", "\"till\":1000000"},
        {"\"inc\":1", "\"inc\":0"},
        {"\"seq\":412", "\"seq\":0"},
        {"019abcde", "019ABCDE"},
        {"\"kind\":\"sale\"", "\"kind\":\"login\""},
        {"\"kind\":\"sale\"", "\"kind\":7"},
        {"2-000412", "2-00412"},
        {"2-000412", "2-0000412"},
        {"2-000412", "2-000000"},
        {"2-000412", ""},
        {"\"at\":1795526525123456", "\"at\":-1"},
        {"\"shift\":41", "\"shift\":-1"},
        {"\"shift\":41", "\"shift\":041"},
        {"\"shift\":41", "\"shift\":\"41\""},
        {"EUR", "eur"},
        {"EUR", "EURO"},
        {"\"exponent\":2", "\"exponent\":1"},
        {"\"exponent\":2", "\"exponent\":4"},
        {"\"tax_included\":true", "\"tax_included\":1"},
        {"\"tax_included\":true,", ""},
        {"\"programme\":9,\"offline\":false", "\"offline\":false,\"programme\":9"},
        {"\"offline\":false,", ""},
        {"\"offline\":false", "\"offline\":null"},
        {"\"total\":6303", "\"total\":-6303"},
        {"\"total\":6303", "\"total\":9007199254740992"},
        {"\"total\":6303", "\"total\":6303,\"tip\":1"},
        {"\"ppm\":70000", "\"ppm\":1000001"},
        {"\"ppm\":70000,", ""},
        {"\"gross\":5703", "\"gross\":-1"},
        {"\"rounding\":2,", ""},
        {"\"rounding\":2", "\"rounding\":2.0"},
        {"\"kind\":\"card\"", "\"kind\":\"gold\""},
        {"\"received\":2000,", ""},
        {"\"change\":0", "\"change\":-1"},
        {"slip 0815", "slip  0815"},
        {"slip 0815", "01234567890123456789012345678901234567890"},
        {"\"reference\":\"slip 0815\"", "\"reference\":\"slip 0815\",\"pan\":\"\""},
        {"\"r\":3", "\"r\":0"},
        {"\"before\":17", "\"before\":-1"},
        {"\"q\":3", "\"q\":0"},
        {"B10040G2081040G269RQ02PA3122B", "B10040G2081040G269RQ02PA3122C"},
        {"B10040G2081040G269RQ02PA3122B", "b10040G2081040G269RQ02PA3122B"},
        {"B10040G2081040G269RQ02PA3122B", ""},
        {"\"nth\":2", "\"nth\":0"},
        {"\"line\":1", "\"line\":40"},
        {"\"v\":1", " \"v\":1"},
        {"Adult", "\\u0041dult"},
        {"\"tickets\":[", "\"tickets\":[[],"},
        {"\"uses\":[", "\"uses\":[],\"use\":["},
        {"]}", "]} "},
    };
    struct bx_fault fault = {0};
    assert_int_equal(decode_with("EUR", "CHF", &fault), 0);
    for (size_t i = 0; i < bx_countof(swaps); i++) {
        fault = (struct bx_fault){0};
        if (decode_with(swaps[i][0], swaps[i][1], &fault) != BX_ERR_INPUT)
            fail_msg("taken: %s as %s", swaps[i][0], swaps[i][1]);
        assert_string_not_equal(fault.say, "");
        assert_int_equal(decode_with(swaps[i][0], swaps[i][1], NULL), BX_ERR_INPUT);
    }
    assert_int_equal(decode_with("\"v\":1", "\"v\":3", NULL), BX_ERR_MISSING);
    assert_int_equal(decode_with("\"kind\":\"sale\"", "\"kind\":\"gift\"", NULL), BX_ERR_MISSING);
}

static void test_every_cut_is_refused(void **state)
{
    (void)state;
    struct bx_sale sale;
    for (size_t len = 0; len < strlen(golden); len++)
        assert_int_equal(bx_sale_decode(golden, len, &sale, NULL), BX_ERR_INPUT);
}

static void test_the_largest_sale_fits(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(8);
    static struct bx_sale sale;
    static struct bx_sale back;
    struct bx_entry_head head;
    sample_sale(&rand, 2, 1, &sale, &head);
    struct bx_line widest = sale.basket.lines[0];
    for (int i = 0; i < BX_NAME_COLUMNS; i++) {
        widest.name[i] = '"';
        widest.event_name[i] = '"';
    }
    widest.name[BX_NAME_COLUMNS] = widest.event_name[BX_NAME_COLUMNS] = '\0';
    widest.quantity = 10;
    sale.basket.count = BX_LINES_MAX;
    for (int i = 0; i < BX_LINES_MAX; i++) {
        sale.basket.lines[i] = widest;
        snprintf(sale.basket.lines[i].slot.s, BX_SLUG_SIZE, "slot-%034d", i);
        snprintf(sale.basket.lines[i].pool.s, BX_SLUG_SIZE, "pool-%034d", i % BX_USES_MAX);
        snprintf(sale.basket.lines[i].event.s, BX_SLUG_SIZE, "event-%033d", i);
        snprintf(sale.basket.lines[i].class.s, BX_SLUG_SIZE, "class-%033d", i);
        sale.basket.lines[i].start.us = 1;
        sale.basket.lines[i].end.us = BX_MONEY_MAX;
    }
    sample_sale_finish(&rand, &sale);
    assert_int_equal(sale.ticket_count, BX_TICKETS_MAX);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    assert_int_equal(bx_sale_encode(&head, &sale, &out), 0);
    assert_int_equal(bx_sale_decode(out.data, out.len, &back, NULL), 0);
    bx_buf_auto small;
    bx_buf_init(&small, out.len - 1);
    assert_int_equal(bx_sale_encode(&head, &sale, &small), BX_ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_body),
        cmocka_unit_test(test_golden_hash),
        cmocka_unit_test(test_hash_covers_each_piece),
        cmocka_unit_test(test_random_round_trips),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_the_largest_sale_fits),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
