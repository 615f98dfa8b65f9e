/* SPDX-License-Identifier: Apache-2.0 */
/* Look-up and check-in. */
#include "fixture.h"

#include <string.h>

static struct bx_id scan_id(int n)
{
    struct bx_id id = {{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, (uint8_t)n}};
    return id;
}

/* Answers into OUT what the scan N of CODE at the venue's time heard. */
static void scan(struct venue *venue, int n, const struct bx_code *code, const char *gate,
                 struct bx_buf *out)
{
    struct bd_gate_scan fact = {scan_id(n), *code, gate, venue->turn.now};
    bx_buf_clear(out);
    venue_begin(venue);
    MUST(bd_book_check_in(venue->book, &venue->turn, &fact, out, NULL));
    venue_end(venue);
}

static void assert_holds(const struct bx_buf *out, const char *part)
{
    if (strstr(bx_buf_text(out), part) == NULL)
        fail_msg("no %s in %s", part, bx_buf_text(out));
}

static void check(enum store_kind kind)
{
    struct venue *venue = venue_create(kind);
    struct till *till = till_create(venue);
    struct bx_code new, other;
    bx_buf_auto out, again;
    bx_buf_init(&out, 0);
    bx_buf_init(&again, 0);
    struct entry *sale = till_sell(venue, till, POOL_A, 0, 0, 3);
    const struct bx_code *code = &sale->sale.tickets[0].code;
    scan(venue, 1, code, "north", &out);
    assert_holds(&out, "\"verdict\":\"refuse\",\"why\":\"unknown\"");
    till_send_one(venue, till, sale);

    scan(venue, 2, code, "north", &out);
    assert_holds(&out, "\"verdict\":\"admit\",\"why\":\"\",\"persons\":1,\"first_at\":0");
    venue_tick(venue, 60);
    scan(venue, 3, code, "south", &again);
    assert_holds(&again, "\"why\":\"used\"");
    assert_holds(&again, "\"first_gate\":\"north\"");
    /* the first scan hears again what it heard */
    scan(venue, 2, code, "south", &again);
    assert_string_equal(bx_buf_text(&again), bx_buf_text(&out));
    scan(venue, 1, code, "north", &again);
    assert_holds(&again, "\"why\":\"unknown\"");
    /* another ticket under the same id is a mistake */
    struct bd_gate_scan mistake = {scan_id(2), sale->sale.tickets[1].code, "north",
                                   venue->turn.now};
    venue_begin(venue);
    assert_int_equal(bd_book_check_in(venue->book, &venue->turn, &mistake, &again, NULL),
                     BX_ERR_CLASH);
    venue_end(venue);

    till_send_one(venue, till,
                  till_replace(venue, till, sale, 1, &sale->sale.tickets[1].code, &new));
    scan(venue, 4, &sale->sale.tickets[1].code, "north", &out);
    assert_holds(&out, "\"why\":\"replaced\"");
    scan(venue, 5, &new, "north", &out);
    assert_holds(&out, "\"verdict\":\"admit\"");
    /* who is inside does not get in again with a new code */
    till_send_one(venue, till, till_replace(venue, till, sale, 0, code, &other));
    scan(venue, 6, &other, "north", &out);
    assert_holds(&out, "\"why\":\"used\"");

    /* another day: from midnight at the venue, not in Greenwich */
    venue->turn.now.us = NOON_US + (10 * 3600 + 3599) * BX_SECOND_US;
    struct entry *late = till_sell(venue, till, POOL_A, 0, 0, 2);
    till_send_one(venue, till, late);
    venue->turn.now.us = NOON_US + (10 * 3600 + 3599) * BX_SECOND_US;
    scan(venue, 7, &late->sale.tickets[0].code, "north", &out);
    assert_holds(&out, "\"verdict\":\"admit\"");
    venue->turn.now.us = NOON_US + 11 * 3600 * BX_SECOND_US;
    scan(venue, 8, &late->sale.tickets[1].code, "north", &out);
    assert_holds(&out, "\"why\":\"wrong-day\"");
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

static void test_memory(void **state)
{
    (void)state;
    check(STORE_MEMORY);
}

static void test_sqlite(void **state)
{
    (void)state;
    check(STORE_SQLITE);
}

/* One code in two sales: both are kept, a person is told, one gets in. */
static void test_a_clash(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *a = till_create(venue), *b = till_create(venue);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    struct entry *first = till_sell(venue, a, POOL_A, 0, 0, 1);
    const struct bx_code *code = &first->sale.tickets[0].code;
    venue->next_code = *code;
    struct entry *second = till_sell(venue, b, POOL_A, 0, 0, 1);
    till_send_one(venue, a, first);
    assert_int_equal(till_send_one(venue, b, second), BX_ENTRY_RECORDED_TASK);
    assert_int_equal(count_tasks(venue, "clash"), 1);
    assert_pool(venue, POOL_A, 2, 0, 0);
    scan(venue, 1, code, "north", &out);
    assert_holds(&out, "\"verdict\":\"admit\"");
    scan(venue, 2, code, "south", &out);
    assert_holds(&out, "\"verdict\":\"refuse\"");
    assert_audit(venue);
    till_destroy(a);
    till_destroy(b);
    venue_destroy(venue);
}

/* A code that has let somebody in lets in nobody else, whatever another till sells or replaces with
 * it afterwards: also under an id that sorts before. */
static void used_before_the_clash(enum store_kind kind)
{
    struct venue *venue = venue_create(kind);
    struct till *a = till_create(venue), *b = till_create(venue);
    struct bx_code other;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    struct entry *early = till_sell(venue, b, POOL_A, 0, 0, 1);
    const struct bx_code *code = &early->sale.tickets[0].code;
    venue->next_code = *code;
    struct entry *sale = till_sell(venue, a, POOL_A, 0, 0, 1);
    till_send_one(venue, a, sale);
    scan(venue, 1, code, "north", &out);
    assert_holds(&out, "\"verdict\":\"admit\"");
    till_send_one(venue, b, early);
    scan(venue, 2, code, "south", &out);
    assert_holds(&out, "\"why\":\"used\"");
    /* the one that let in is replaced: the other is no way in either */
    till_send_one(venue, a, till_replace(venue, a, sale, 0, code, &other));
    scan(venue, 3, code, "south", &out);
    assert_holds(&out, "\"verdict\":\"refuse\"");
    /* nor is an unused ticket that is replaced by the used code */
    struct entry *third = till_sell(venue, b, POOL_A, 0, 0, 1);
    till_send_one(venue, b, third);
    venue->next_code = *code;
    till_send_one(venue, b, till_replace(venue, b, third, 0, &third->sale.tickets[0].code, &other));
    scan(venue, 4, code, "south", &out);
    assert_holds(&out, "\"verdict\":\"refuse\"");
    assert_audit(venue);
    till_destroy(a);
    till_destroy(b);
    venue_destroy(venue);
}

static void test_used_before_the_clash(void **state)
{
    (void)state;
    used_before_the_clash(STORE_MEMORY);
    used_before_the_clash(STORE_SQLITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_sqlite),
        cmocka_unit_test(test_a_clash),
        cmocka_unit_test(test_used_before_the_clash),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
