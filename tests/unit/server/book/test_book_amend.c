/* SPDX-License-Identifier: Apache-2.0 */
/* Between two imports: capacity raised and lowered, slots cancelled; each with a line in the log,
 * and kept by the next import. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/import.h"

static int zone(void *arg, const char *name, struct bx_date date, int minute, bx_utc *ret_at,
                int *ret_offset_min)
{
    (void)arg;
    (void)name;
    ret_at->us = ((int64_t)bx_date_days(date) * 1440 + minute - 60) * 60 * BX_SECOND_US;
    *ret_offset_min = 60;
    return 0;
}

/* The special exhibition at 14:00, and a film that shares its places, of CAPACITY. */
static int import(struct venue *venue, int capacity, struct bx_fault *fault)
{
    static const char series[] = "\"slots\":[{\"dates\":[\"2026-11-24\"],\"from\":\"14:00\",\"to\":"
                                 "\"15:00\",\"every\":60,\"capacity\":%d,\"pool\":\"special\"}]";
    char slots[200], text[900];
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    snprintf(slots, sizeof slots, series, capacity);
    snprintf(
        text, sizeof text,
        "{\"venue\":{\"id\":\"museum\",\"name\":\"M\",\"zone\":\"Europe/Berlin\",\"currency\":"
        "\"EUR\"},\"events\":[{\"id\":\"special\",\"name\":\"S\",%s},{\"id\":\"film\",\"name\":"
        "\"F\",%s}],\"products\":[]}",
        slots, slots);
    struct bd_import *import bx_cleanup(bd_import_destroy) =
        bd_import_parse(text, strlen(text), (struct bx_date){2026, 11, 24}, zone, NULL, &faults);
    if (import == NULL)
        fail_msg("%s", bx_buf_text(&faults));
    venue_begin(venue);
    int err = bd_book_import(venue->book, &venue->turn, import, fault);
    venue_end(venue);
    return err;
}

static int capacity(struct venue *venue, const char *pool, int64_t n, bool override,
                    struct bx_fault *fault)
{
    struct bd_capacity_act act = {.capacity = n, .override = override, .who = MIA};
    BX_TEXT_COPY(act.pool.s, pool);
    venue_begin(venue);
    int err = bd_book_capacity(venue->book, &venue->turn, &act, fault);
    venue_end(venue);
    return err;
}

static int cancel(struct venue *venue, const char *slot, int64_t *ret_sold)
{
    struct bx_slug id = {0};
    BX_TEXT_COPY(id.s, slot);
    venue_begin(venue);
    int err = bd_book_cancel(venue->book, &venue->turn, &id, MIA, ret_sold, NULL);
    venue_end(venue);
    return err;
}

struct logged {
    const char *what;
    int count;
};

static int log_look(void *arg, const void *row)
{
    struct logged *logged = (struct logged *)arg;
    const struct bd_log_row *log = (const struct bd_log_row *)row;
    logged->count += strcmp(log->what, logged->what) == 0 && strcmp(log->who, "8 Mia") == 0;
    return 0;
}

static void assert_logged(struct venue *venue, const char *what)
{
    struct logged logged = {.what = what};
    struct bd_scan scan = {.table = BD_LOG};
    venue_begin(venue);
    MUST(bd_scan(venue->store, &scan, log_look, &logged, NULL));
    venue_end(venue);
    if (logged.count != 1)
        fail_msg("%d rows say: %s", logged.count, what);
}

static void test_capacity(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    venue_staff(venue);
    struct till *till = till_create(venue);
    struct bx_fault fault = {0};
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 0, 3));
    MUST(capacity(venue, POOL_B, 50, false, &fault));
    assert_logged(venue, "pool " POOL_B ": capacity 50, was 40");
    assert_int_equal(capacity(venue, POOL_B, 9, false, &fault), BX_ERR_REFUSED);
    assert_non_null(strstr(fault.say, "10 places"));
    MUST(capacity(venue, POOL_B, 10, false, &fault));
    assert_int_equal(till_ask(venue, till, BX_ALLOT_GROW, POOL_B, 1, 11, 0).n, 10);
    assert_int_equal(capacity(venue, "nothing", 9, false, &fault), BX_ERR_MISSING);
    assert_int_equal(capacity(venue, "special-20261124-0900", 9, false, &fault), BX_ERR_REFUSED);
    assert_int_equal(capacity(venue, POOL_B, -1, true, &fault), BX_ERR_INPUT);
    assert_int_equal(pool_of(venue, POOL_B).capacity, 10);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* What an override once let stand above the capacity lets no file go below what is taken now. */
static void test_an_old_override_lets_nothing_more(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    venue_staff(venue);
    struct till *till = till_create(venue);
    struct bx_fault fault = {0};
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    MUST(capacity(venue, POOL_B, 5, true, &fault));
    MUST(import(venue, 40, &fault));
    assert_int_equal(pool_of(venue, POOL_B).capacity, 5);
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 0, 4));
    till_ask(venue, till, BX_ALLOT_CLOSE, POOL_B, 1, 0, 4);
    assert_pool(venue, POOL_B, 4, 0, 0);
    assert_int_equal(import(venue, 3, &fault), BX_ERR_REFUSED);
    assert_non_null(strstr(fault.say, "4 of its places"));
    MUST(import(venue, 4, &fault));
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* Below what is taken: all of that stays good, and nothing that comes back goes out again. */
static void test_override(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    venue_staff(venue);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct bx_fault fault = {0};
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 0, 3));
    MUST(capacity(venue, POOL_B, 5, true, &fault));
    assert_logged(venue, "pool " POOL_B ": capacity 5, was 40, override");
    assert_pool(venue, POOL_B, 3, 7, 0);
    assert_int_equal(pool_of(venue, POOL_B).planned_over, 5);
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 3, 1));
    assert_pool(venue, POOL_B, 4, 6, 0); /* the lease is as good as before */
    till_ask(venue, till, BX_ALLOT_CLOSE, POOL_B, 1, 0, 4);
    assert_pool(venue, POOL_B, 4, 0, 0);
    till_send_one(venue, other, till_sell(venue, other, POOL_B, 0, 0, 2));
    assert_pool(venue, POOL_B, 5, 0, 1); /* one of two had room, not both */
    assert_audit(venue);
    till_destroy(other);
    till_destroy(till);
    venue_destroy(venue);
}

static void test_an_import_keeps_it(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    venue_staff(venue);
    MUST(capacity(venue, POOL_B, 30, false, NULL));
    MUST(import(venue, 40, NULL)); /* the file says what it said */
    assert_int_equal(pool_of(venue, POOL_B).capacity, 30);
    MUST(capacity(venue, POOL_B, 35, false, NULL));
    MUST(import(venue, 40, NULL));
    assert_int_equal(pool_of(venue, POOL_B).capacity, 35);
    MUST(import(venue, 20, NULL)); /* somebody decided anew */
    assert_int_equal(pool_of(venue, POOL_B).capacity, 20);
    MUST(import(venue, 40, NULL));
    assert_int_equal(pool_of(venue, POOL_B).capacity, 40);
    venue_destroy(venue);
}

/* A cancelled slot sells no more; what a till sold without knowing is a refund to be made. */
static void test_cancel(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    venue_staff(venue);
    struct till *till = till_create(venue);
    struct bx_entry_answer answer;
    int64_t sold = -1;
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 0, 2));
    struct entry *late = till_sell(venue, till, POOL_B, 1, 2, 3);
    MUST(cancel(venue, POOL_B, &sold)); /* the slot is called as its pool */
    assert_int_equal(sold, 2);
    assert_logged(venue, "slot " POOL_B " cancelled");
    assert_int_equal(cancel(venue, POOL_B, &sold), BX_ERR_REFUSED);
    assert_int_equal(cancel(venue, "special-20261124-0900", &sold), BX_ERR_REFUSED); /* over */
    assert_int_equal(cancel(venue, "nothing", &sold), BX_ERR_MISSING);
    MUST(till_send(venue, till, &late, 1, &answer));
    assert_string_equal(answer.task, "cancelled");
    assert_int_equal(count_tasks(venue, "cancelled"), 1);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_GROW, POOL_B, 1, 20, 0).word, BX_ALLOT_NONE);
    assert_int_equal(pool_of(venue, POOL_B).cancelled, 1);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* Two events on one pool: it ends with the last of them, and no import brings either back. */
static void test_cancelled_for_good(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    venue_staff(venue);
    int64_t sold;
    MUST(import(venue, 40, NULL));
    MUST(cancel(venue, POOL_B, &sold));
    assert_int_equal(pool_of(venue, POOL_B).cancelled, 0);
    MUST(import(venue, 40, NULL));
    assert_int_equal(cancel(venue, POOL_B, &sold), BX_ERR_REFUSED);
    assert_int_equal(pool_of(venue, POOL_B).cancelled, 0);
    MUST(cancel(venue, "film-20261124-1400", &sold));
    assert_int_equal(pool_of(venue, POOL_B).cancelled, 1);
    MUST(import(venue, 40, NULL));
    assert_int_equal(pool_of(venue, POOL_B).cancelled, 1);
    venue_destroy(venue);
}

/* Whoever is not on the list, or no supervisor, answers for nothing; and nothing is changed. */
static void test_who_may_answer(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    const struct bx_user others[] = {
        {.number = 4, .name = "Kim", .role = BX_ROLE_AUDITOR, .pin_hash = "$argon2id$x"},
        {.number = 5, .name = "Lea", .role = BX_ROLE_SUPERVISOR, .pin_hash = "$argon2id$x"}};
    const struct {
        int64_t who;
        int err;
    } tries[] = {{CASHIER, BX_ERR_REFUSED},
                 {4, BX_ERR_REFUSED},
                 {5, BX_ERR_MISSING},
                 {6, BX_ERR_MISSING},
                 {-MIA, BX_ERR_MISSING}};
    struct bx_slug slot = {POOL_B};
    int64_t sold;
    venue_staff(venue);
    venue_begin(venue);
    for (size_t i = 0; i < 2; i++)
        MUST(bd_book_user(venue->book, &venue->turn, &others[i], NULL));
    MUST(bd_book_user_remove(venue->book, &venue->turn, 5, NULL));
    for (size_t i = 0; i < bx_countof(tries); i++) {
        struct bd_capacity_act act = {slot, 50, true, tries[i].who};
        assert_int_equal(bd_book_capacity(venue->book, &venue->turn, &act, NULL), tries[i].err);
        assert_int_equal(
            bd_book_cancel(venue->book, &venue->turn, &slot, tries[i].who, &sold, NULL),
            tries[i].err);
    }
    venue_end(venue);
    assert_int_equal(pool_of(venue, POOL_B).capacity, 40);
    MUST(capacity(venue, POOL_B, 50, false, NULL));
    venue_destroy(venue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capacity),
        cmocka_unit_test(test_who_may_answer),
        cmocka_unit_test(test_override),
        cmocka_unit_test(test_an_old_override_lets_nothing_more),
        cmocka_unit_test(test_an_import_keeps_it),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_cancelled_for_good),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
