/* SPDX-License-Identifier: Apache-2.0 */
/* Leases ended by hand: settlement codes and write-offs. Pool B: 40 places, ten to a till. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "server/book/inside.h"

static struct bd_device_row row_of(struct venue *venue, const struct till *till)
{
    struct bd_device_row row = {.till = till->device.till};
    MUST(bd_get(venue->store, BD_DEVICE, &row, NULL));
    return row;
}

/* The code as the till would show it. */
static void code_make(struct venue *venue, const struct till *till, int64_t epoch, int64_t r,
                      int64_t used, char ret[BX_SETTLE_SIZE])
{
    struct bd_device_row row = row_of(venue, till);
    struct bx_settlement facts = {epoch, till->device.incarnation, {POOL_B}, r, used};
    bx_settlement_code(row.secret.b, &facts, ret);
}

static enum bd_settled settle(struct venue *venue, const struct till *till, int64_t r, int64_t used,
                              const char *code)
{
    struct bd_settling what = {till->device.till, {POOL_B}, r, used, code, MIA};
    enum bd_settled settled = BD_SETTLE_WRONG;
    venue_begin(venue);
    MUST(bd_book_lease_settle(venue->book, &venue->turn, &what, &settled, NULL));
    venue_end(venue);
    venue_tick(venue, 1);
    assert_audit(venue);
    return settled;
}

static int write_off(struct venue *venue, const struct till *till, int64_t r)
{
    struct bd_settling what = {till->device.till, {POOL_B}, r, 0, NULL, MIA};
    venue_begin(venue);
    int err = bd_book_lease_write_off(venue->book, &venue->turn, &what, NULL);
    venue_end(venue);
    venue_tick(venue, 1);
    assert_audit(venue);
    return err;
}

static void assert_only_a_supervisor(struct venue *venue, const struct till *till)
{
    struct bd_settling what = {till->device.till, {POOL_B}, 1, 0, "0000000000", CASHIER};
    enum bd_settled settled;
    venue_begin(venue);
    assert_int_equal(bd_book_lease_write_off(venue->book, &venue->turn, &what, NULL),
                     BX_ERR_REFUSED);
    assert_int_equal(bd_book_lease_settle(venue->book, &venue->turn, &what, &settled, NULL),
                     BX_ERR_REFUSED);
    venue_end(venue);
    assert_int_equal(row_of(venue, till).wrong_codes, 0);
}

static int seen(void *arg, const void *row)
{
    const struct bd_log_row *log = (const struct bd_log_row *)row;
    const char **looks = (const char **)arg;
    if (strcmp(log->who, "8 Mia") == 0 && strstr(log->what, looks[0]))
        looks[1] = "found";
    return 0;
}

static void assert_logged(struct venue *venue, const char *text)
{
    const char *looks[2] = {text, NULL};
    struct bd_scan scan = {.table = BD_LOG};
    MUST(bd_scan(venue->store, &scan, seen, looks, NULL));
    if (!looks[1])
        fail_msg("no log row: %s", text);
}

static void a_code_is_the_tills_close(enum store_kind kind)
{
    struct venue *venue = venue_create(kind);
    venue_staff(venue);
    struct till *till = till_create(venue);
    char code[BX_SETTLE_SIZE], typed[16];
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 0, 0);
    struct entry *first = till_sell(venue, till, POOL_B, 1, 0, 3);
    struct entry *second = till_sell(venue, till, POOL_B, 1, 3, 1);
    till_send_one(venue, till, first);
    assert_pool(venue, POOL_B, 3, 7, 0);
    code_make(venue, till, 1, 1, 4, code);
    assert_int_equal(strlen(code), 10);
    /* other counts, another number, another epoch: not this code */
    assert_int_equal(settle(venue, till, 1, 3, code), BD_SETTLE_WRONG);
    assert_int_equal(settle(venue, till, 2, 4, code), BD_SETTLE_WRONG);
    assert_int_equal(settle(venue, till, 1, 4, "0123456789"), BD_SETTLE_WRONG);
    assert_int_equal(settle(venue, till, 1, 4, ""), BD_SETTLE_WRONG);
    assert_int_equal(row_of(venue, till).wrong_codes, 4);
    assert_logged(venue, "wrong settlement code");
    assert_pool(venue, POOL_B, 3, 7, 0);
    /* in small letters, with a hyphen */
    snprintf(typed, sizeof typed, "%.5s-%s", code, code + 5);
    for (char *at = typed; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
    assert_int_equal(settle(venue, till, 1, 4, typed), BD_SETTLED);
    assert_logged(venue, "settled with 4 used");
    assert_int_equal(row_of(venue, till).wrong_codes, 0);
    assert_pool(venue, POOL_B, 3, 1, 0);
    assert_int_equal(settle(venue, till, 1, 4, code), BD_SETTLED); /* twice is once */
    assert_pool(venue, POOL_B, 3, 1, 0);
    /* the till is back: its own CLOSE says the same, and what it sold comes */
    assert_int_equal(till_ask(venue, till, BX_ALLOT_CLOSE, POOL_B, 1, 0, 4).word, BX_ALLOT_ACKED);
    till_send_one(venue, till, second);
    assert_pool(venue, POOL_B, 4, 0, 0);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 2, 0, 0).n, 10);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

static void a_code_is_the_tills_close_memory(void **state)
{
    (void)state;
    a_code_is_the_tills_close(STORE_MEMORY);
}

static void a_code_is_the_tills_close_sqlite(void **state)
{
    (void)state;
    a_code_is_the_tills_close(STORE_SQLITE);
}

static void a_code_of_an_older_epoch_or_till_is_wrong(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    venue_staff(venue);
    struct till *till = till_create(venue), *other = till_create(venue);
    char code[BX_SETTLE_SIZE];
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 0, 0);
    till_ask(venue, other, BX_ALLOT_REQ, POOL_B, 1, 0, 0);
    code_make(venue, till, 2, 1, 0, code);
    assert_int_equal(settle(venue, till, 1, 0, code), BD_SETTLE_WRONG);
    code_make(venue, other, 1, 1, 0, code);
    assert_int_equal(settle(venue, till, 1, 0, code), BD_SETTLE_WRONG);
    assert_int_equal(settle(venue, other, 1, 0, code), BD_SETTLED);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

static void a_code_that_contradicts_is_a_fork(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    venue_staff(venue);
    struct till *till = till_create(venue);
    char code[BX_SETTLE_SIZE];
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 0, 0);
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 0, 3));
    code_make(venue, till, 1, 1, 2, code); /* three are booked */
    assert_int_equal(settle(venue, till, 1, 2, code), BD_SETTLE_FORKED);
    assert_pool(venue, POOL_B, 3, 7, 0);
    assert_int_equal(row_of(venue, till).quarantined, BD_QUARANTINED);
    till_destroy(till);
    venue_destroy(venue);
}

static void a_number_never_granted_is_remembered(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    venue_staff(venue);
    struct till *till = till_create(venue);
    char code[BX_SETTLE_SIZE];
    code_make(venue, till, 1, 1, 0, code); /* waiting, and nobody knows for what */
    assert_int_equal(settle(venue, till, 1, 0, code), BD_SETTLED);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 0, 0).word, BX_ALLOT_STALE);
    till_destroy(till);
    venue_destroy(venue);
}

static void a_write_off_frees_nothing(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    venue_staff(venue);
    struct till *till = till_create(venue);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 0, 0);
    struct entry *late = till_sell(venue, till, POOL_B, 1, 0, 4);
    assert_int_equal(write_off(venue, till, 2), BX_ERR_REFUSED);
    MUST(write_off(venue, till, 1));
    assert_logged(venue, "10 places as sold");
    assert_pool(venue, POOL_B, 0, 10, 0);
    assert_int_equal(write_off(venue, till, 1), BX_ERR_REFUSED);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    MUST(bd_book_leases(venue->store, till->device.till, &out, NULL));
    assert_string_equal(bx_buf_text(&out),
                        POOL_B " r 1 closed, written off, places 10 booked 0 kept 10\n");
    /* a late entry only reclassifies */
    till_send_one(venue, till, late);
    assert_pool(venue, POOL_B, 4, 6, 0);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_GROW, POOL_B, 1, 20, 0).word, BX_ALLOT_STALE);
    /* and when the till itself says how many it was, the rest is free */
    assert_int_equal(till_ask(venue, till, BX_ALLOT_CLOSE, POOL_B, 1, 0, 4).word, BX_ALLOT_ACKED);
    assert_pool(venue, POOL_B, 4, 0, 0);
    assert_int_equal(row_of(venue, till).quarantined, BD_TRUSTED);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_CLOSE, POOL_B, 1, 0, 5).word,
                     BX_ALLOT_QUARANTINED);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

static void a_till_that_comes_back_learns_of_its_write_off(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    venue_staff(venue);
    struct till *till = till_create(venue);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 0, 0);
    assert_only_a_supervisor(venue, till);
    MUST(write_off(venue, till, 1));
    struct bx_allot_message open = {
        .pool = {POOL_B}, .r = 1, .n = 10, .used = 2, .state = BX_LEASE_OPEN};
    assert_int_equal(till_hello(venue, till, &open, 1).word, BX_ALLOT_STALE);
    assert_int_equal(row_of(venue, till).quarantined, BD_TRUSTED);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_CLOSE, POOL_B, 1, 0, 2).word, BX_ALLOT_ACKED);
    assert_pool(venue, POOL_B, 0, 2, 0);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_the_tills_close_memory),
        cmocka_unit_test(a_code_is_the_tills_close_sqlite),
        cmocka_unit_test(a_code_of_an_older_epoch_or_till_is_wrong),
        cmocka_unit_test(a_code_that_contradicts_is_a_fork),
        cmocka_unit_test(a_number_never_granted_is_remembered),
        cmocka_unit_test(a_write_off_frees_nothing),
        cmocka_unit_test(a_till_that_comes_back_learns_of_its_write_off),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
