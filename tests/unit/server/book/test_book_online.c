/* SPDX-License-Identifier: Apache-2.0 */
/* Holds and orders of a channel: places kept, confirmed, given back, and of confirmation and expiry
 * exactly one. */

#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "server/book/import.h"
#include "server/book/online.h"

#define MINUTE (60 * BX_SECOND_US)

static struct venue *venue;
static struct bd_device web;
static struct bx_buf out;
static enum bd_no no;
static struct bx_fault fault;
static struct bd_asking asking;

static int set_up(void **state)
{
    (void)state;
    struct bx_enrolment enrolment;
    struct bx_public_key key;
    struct bx_secret_key secret;
    uint8_t seed[32] = {9};
    struct bx_id id = {{8}};
    char code[9];
    venue = venue_create(STORE_MEMORY);
    venue->policy.hold_seconds = 600;
    venue->policy.hold_places = 10;
    bd_book_destroy(venue->book);
    venue->book = bd_book_create(venue->store, &venue->policy, &fault);
    assert_non_null(venue->book);
    bx_key_make(seed, &key, &secret);
    venue_begin(venue);
    MUST(bd_book_enrol_code(venue->book, &venue->turn, "web", code, &fault));
    MUST(bd_book_enrol(venue->book, &venue->turn, &id, code, &key, &enrolment, &fault));
    MUST(bd_book_device(venue->store, enrolment.till, &web, &fault));
    venue_end(venue);
    assert_string_equal(web.channel, "web");
    bx_buf_init(&out, 0);
    asking = (struct bd_asking){venue->book, &venue->turn, &web, &no};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_audit(venue);
    venue_destroy(venue);
    bx_buf_finish(&out);
    return 0;
}

static struct bx_id id_of(uint8_t n)
{
    return (struct bx_id){{7, n}};
}

static void want(struct bd_want *ret, const char *product, const char *slot, int64_t quantity)
{
    BX_TEXT_COPY(ret->product.s, product);
    BX_TEXT_COPY(ret->slot.s, slot);
    ret->quantity = quantity;
}

/* Each in a transaction of its own, undone when it is refused, as the writer does. */
static int leave(int err)
{
    assert_int_equal(venue->store->ops->release(venue->store, err == 0, NULL), 0);
    venue_end(venue);
    return err;
}

static void enter(void)
{
    bx_buf_clear(&out);
    fault = (struct bx_fault){0};
    venue_tick(venue, 0);
    venue_begin(venue);
    assert_int_equal(venue->store->ops->mark(venue->store, NULL), 0);
}

static int hold(uint8_t n, const char *client, int64_t quantity)
{
    struct bd_hold_ask ask = {.id = id_of(n), .count = 1};
    BX_TEXT_COPY(ask.client, client);
    want(&ask.wants[0], "adult", POOL_B, quantity);
    enter();
    return leave(bd_book_hold(&asking, &ask, &out, &fault));
}

static int change(enum bd_hold_verb verb, uint8_t n)
{
    struct bx_id id = id_of(n);
    enter();
    return leave(bd_book_hold_change(&asking, verb, &id, &out, &fault));
}

/* HELD 0: without a hold. */
static int order(uint8_t n, uint8_t held, int64_t quantity, int64_t paid)
{
    struct bd_order_ask ask = {
        .id = id_of(n),
        .total = bx_money_of(paid),
        .payment_count = paid > 0,
        .payments = {{.kind = BX_TENDER_CARD, .amount = bx_money_of(paid), .reference = "pi-1"}}};
    if (held > 0) {
        ask.hold = id_of(held);
    } else {
        ask.count = 1;
        want(&ask.wants[0], "adult", POOL_B, quantity);
    }
    enter();
    int err = bd_book_order(&asking, &ask, &out, &fault);
    if (err == BX_ERR_INPUT)
        print_message("%s (%s)\n", fault.say, fault.detail);
    return leave(err);
}

static void sweep(void)
{
    enter();
    assert_int_equal(leave(bd_book_freeze(venue->book, &venue->turn, &fault)), 0);
}

static void assert_places(int64_t sold, int64_t held)
{
    struct bd_pool_row pool = pool_of(venue, POOL_B);
    assert_int_equal(pool.sold, sold);
    assert_int_equal(pool.held, held);
    assert_int_equal(pool.over, 0);
}

static bool says(const char *part)
{
    return strstr(bx_buf_text(&out), part) != NULL;
}

static void test_hold_pay_confirm(void **state)
{
    (void)state;
    assert_int_equal(hold(1, "ann", 3), 0);
    assert_true(says("\"state\":\"open\""));
    assert_true(says("\"total\":7200"));
    assert_places(0, 3);
    assert_int_equal(change(BD_HOLD_PAY, 1), 0);
    assert_true(says("\"state\":\"paying\""));
    assert_int_equal(order(2, 1, 0, 7200), 0);
    assert_true(says("\"outcome\":\"confirmed\""));
    assert_true(says("\"code\":\"B1"));
    assert_places(3, 0);
    assert_int_equal(change(BD_HOLD_RELEASE, 1), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_STATE);
    assert_int_equal(order(3, 1, 0, 7200), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_STATE);
    assert_places(3, 0);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    struct bd_order_ask ask = {.id = id_of(50), .count = 1};
    assert_int_equal(hold(1, "ann", 11), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_LIMIT);
    assert_int_equal(hold(1, "ann", 6), 0);
    assert_int_equal(hold(2, "ann", 6), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_LIMIT);
    assert_int_equal(hold(1, "ben", 1), BX_ERR_CLASH);
    assert_int_equal(hold(2, "ben", 10), 0);
    assert_int_equal(hold(3, "cem", 10), 0);
    assert_int_equal(hold(4, "dan", 10), 0);
    assert_int_equal(hold(5, "eva", 5), BX_ERR_REFUSED); /* 40 places, 36 held */
    assert_int_equal(no, BD_NO_SOLD_OUT);
    assert_places(0, 36);
    assert_int_equal(order(6, 0, 5, 12000), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_SOLD_OUT);
    assert_int_equal(order(6, 0, 4, 9500), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_PRICE);
    assert_int_equal(order(6, 0, 4, 9600), 0);
    assert_int_equal(hold(7, "eva", 1), BX_ERR_REFUSED);
    assert_places(4, 36);
    want(&ask.wants[0], "adult", "perm-20261124-0900", 1); /* over since hours */
    enter();
    assert_int_equal(leave(bd_book_order(&asking, &ask, &out, &fault)), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_CLOSED);
    want(&ask.wants[0], "nothing", POOL_B, 1);
    enter();
    assert_int_equal(leave(bd_book_order(&asking, &ask, &out, &fault)), BX_ERR_MISSING);
}

static void test_expiry(void **state)
{
    (void)state;
    assert_int_equal(hold(1, "ann", 4), 0);
    assert_int_equal(hold(2, "ben", 5), 0);
    venue->turn.now.us += 9 * MINUTE;
    assert_int_equal(change(BD_HOLD_EXTEND, 1), 0);
    venue->turn.now.us += 2 * MINUTE;
    assert_int_equal(change(BD_HOLD_EXTEND, 2), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_STATE);
    sweep();
    assert_places(0, 4);
    venue->turn.now.us += 9 * MINUTE;
    sweep();
    assert_places(0, 0);
    assert_int_equal(hold(3, "eva", 1), 0);
    assert_int_equal(change(BD_HOLD_RELEASE, 3), 0);
    assert_true(says("\"state\":\"released\""));
    assert_places(0, 0);
}

static void test_a_life_of_an_hour(void **state)
{
    (void)state;
    assert_int_equal(hold(1, "ann", 4), 0);
    for (int minutes = 0; minutes < 56; minutes += 8) {
        venue->turn.now.us += 8 * MINUTE;
        assert_int_equal(change(BD_HOLD_EXTEND, 1), 0);
        sweep();
        assert_places(0, 4);
    }
    venue->turn.now.us += 5 * MINUTE;
    sweep();
    assert_places(0, 0);
}

/* Money that comes after the expiry: the places again when there are some, else it goes back, once.
 */
static void test_money_after_the_expiry(void **state)
{
    (void)state;
    assert_int_equal(hold(1, "ann", 10), 0);
    assert_int_equal(hold(2, "ben", 10), 0);
    venue->turn.now.us += 11 * MINUTE;
    assert_int_equal(order(3, 1, 0, 24000), 0); /* not swept yet: it wins */
    assert_true(says("\"outcome\":\"confirmed\""));
    sweep();
    assert_places(10, 0);
    assert_int_equal(order(4, 2, 0, 24000), 0);
    assert_true(says("\"outcome\":\"confirmed\""));
    assert_places(20, 0);
    assert_int_equal(hold(5, "cem", 10), 0);
    venue->turn.now.us += 11 * MINUTE;
    sweep();
    assert_int_equal(hold(10, "dan", 9), 0);
    assert_int_equal(hold(11, "eva", 9), 0);
    assert_int_equal(hold(12, "fay", 1), 0);
    assert_int_equal(order(6, 5, 0, 24000), 0);
    assert_true(says("\"outcome\":\"refund\""));
    assert_true(says("\"amount\":24000"));
    assert_places(20, 19);
    assert_int_equal(order(7, 5, 0, 24000), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_STATE);
}

/* A hold of the backup may have been confirmed after it was made: its places are nobody's, until a
 * person who has looked at the payments opens again. */
static void test_a_restore_ends_holds(void **state)
{
    (void)state;
    assert_int_equal(hold(1, "ann", 3), 0);
    enter();
    assert_int_equal(leave(bd_book_restored(venue->book, &venue->turn, &fault)), 0);
    assert_places(0, 0);
    assert_int_equal(hold(2, "ben", 1), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_CLOSED);
    assert_int_equal(order(3, 1, 0, 7200), 0);
    assert_true(says("\"outcome\":\"refund\""));
    venue_staff(venue);
    enter();
    assert_int_equal(leave(bd_book_reopen(venue->book, &venue->turn, MIA, &fault)), 0);
    assert_int_equal(hold(4, "ben", 1), 0);
    assert_places(0, 1);
}

static void test_cancel(void **state)
{
    (void)state;
    struct bx_id id = id_of(1), back = id_of(2);
    assert_int_equal(order(1, 0, 3, 7200), 0);
    const char *code = strstr(bx_buf_text(&out), "\"code\":\"") + 8;
    struct bd_gate_scan scan = {.id = id_of(40), .gate = "door", .at = venue->turn.now};
    memcpy(scan.code.s, code, BX_CODE_LEN);
    assert_places(3, 0);
    enter();
    assert_int_equal(leave(bd_book_order_cancel(&asking, &id, &back, &out, &fault)), 0);
    assert_true(says("\"amount\":7200"));
    assert_places(0, 0);
    enter();
    assert_int_equal(leave(bd_book_check_in(venue->book, &venue->turn, &scan, &out, &fault)), 0);
    assert_true(says("\"verdict\":\"refuse\""));
    bx_buf_clear(&out);
    MUST(bd_book_order_read(venue->store, &web, &id, &out, &fault));
    assert_true(says("\"state\":\"returned\""));
    back = id_of(3);
    enter();
    assert_int_equal(leave(bd_book_order_cancel(&asking, &id, &back, &out, &fault)),
                     BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_STATE);
}

/* Orders stand in the figures beside the tills' sales, under their channel's number. */
static void test_figures(void **state)
{
    (void)state;
    struct bx_figures figures = {0};
    struct bx_date today = {2026, 11, 24};
    assert_int_equal(order(1, 0, 2, 4800), 0);
    MUST(bd_book_days(venue->store, today, today, &figures, &fault));
    const struct bx_figure *sales = bx_figures_get(&figures, "sale", "");
    assert_non_null(sales);
    assert_int_equal(sales->count, 1);
    assert_int_equal(sales->amount, 4800);
    bx_figures_finish(&figures);
}

/* --- what the programme says of the channel --------------------------------------------------- */

static int zone_winter(void *arg, const char *name, struct bx_date date, int minute, bx_utc *ret_at,
                       int *ret_offset_min)
{
    (void)arg;
    (void)name;
    ret_at->us = ((int64_t)bx_date_days(date) * 1440 + minute - 60) * 60 * BX_SECOND_US;
    *ret_offset_min = 60;
    return 0;
}

/* The special exhibition at 14:00, with MORE about its event. */
static void programme_of(const char *more, const char *product)
{
    char text[700];
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    snprintf(
        text, sizeof text,
        "{\"venue\":{\"id\":\"museum\",\"name\":\"M\",\"zone\":\"Europe/Berlin\",\"currency\":"
        "\"EUR\"},\"events\":[{\"id\":\"special\",\"name\":\"S\",\"slots\":[{\"dates\":["
        "\"2026-11-24\"],\"from\":\"14:00\",\"to\":\"15:00\",\"every\":60,\"capacity\":40}]%s}],"
        "\"products\":[{\"id\":\"adult\",\"name\":\"Adult\",\"key\":\"a\",\"price\":2400,"
        "\"tax\":70000,\"events\":[\"special\"]%s}]}",
        more, product);
    struct bd_import *import bx_cleanup(bd_import_destroy) = bd_import_parse(
        text, strlen(text), (struct bx_date){2026, 11, 24}, zone_winter, NULL, &faults);
    if (import == NULL)
        fail_msg("%s", bx_buf_text(&faults));
    venue_begin(venue);
    MUST(bd_book_import(venue->book, &venue->turn, import, NULL));
    venue_end(venue);
}

static void programme_with(const char *more)
{
    programme_of(more, "");
}

/* Until five past one, and it is one o'clock: what was held in time may be paid later. */
static void test_a_window_ends(void **state)
{
    (void)state;
    programme_with(",\"channels\":{\"web\":{\"until\":-55}}");
    assert_int_equal(hold(1, "ann", 2), 0);
    venue_tick(venue, 360);
    assert_int_equal(hold(2, "ben", 2), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_CLOSED);
    assert_int_equal(order(3, 0, 1, 2400), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_CLOSED);
    assert_int_equal(order(4, 1, 0, 4800), 0);
    assert_true(says("\"outcome\":\"confirmed\""));
    assert_places(2, 0);
}

static void test_a_window_begins(void **state)
{
    (void)state;
    programme_with(",\"channels\":{\"counter\":{},\"web\":{\"from\":\"2026-11-24 13:05\"}}");
    assert_int_equal(hold(1, "ann", 2), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_CLOSED);
    assert_non_null(strstr(fault.say, "from 2026-11-24, 13:05"));
    venue_tick(venue, 360);
    assert_int_equal(hold(1, "ann", 2), 0);
}

static void test_another_channels_event(void **state)
{
    (void)state;
    programme_with(",\"channels\":{\"counter\":{},\"kiosk\":{}}");
    assert_int_equal(hold(1, "ann", 2), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_CLOSED);
    assert_places(0, 0);
}

/* At most five for a slot, wherever they were sold; what comes back may be sold again. */
static void test_a_products_limit(void **state)
{
    (void)state;
    struct till *till = till_create(venue);
    struct bx_id cancelled = id_of(90), first = id_of(7);
    programme_of("", ",\"per_slot\":5");
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 4, 0);
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 0, 1));
    assert_int_equal(hold(1, "ann", 2), 0);
    assert_int_equal(hold(2, "ben", 3), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_SOLD_OUT);
    assert_int_equal(order(3, 0, 3, 7200), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_SOLD_OUT);
    assert_int_equal(order(7, 0, 2, 4800), 0);
    assert_int_equal(order(4, 1, 0, 4800), 0); /* of the hold: its pieces count once */
    assert_int_equal(hold(5, "eva", 1), BX_ERR_REFUSED);
    enter();
    assert_int_equal(leave(bd_book_order_cancel(&asking, &first, &cancelled, &out, &fault)), 0);
    assert_int_equal(hold(6, "eva", 3), BX_ERR_REFUSED);
    assert_int_equal(hold(6, "eva", 2), 0);
    assert_int_equal(hold(8, "fay", 1), BX_ERR_REFUSED);
    assert_int_equal(change(BD_HOLD_RELEASE, 6), 0);
    assert_int_equal(hold(9, "fay", 2), 0);
    venue_tick(venue, 700);
    sweep();
    assert_int_equal(hold(10, "gus", 2), 0); /* that one expired */
    assert_int_equal(count_tasks(venue, "limit"), 0);
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 1, 1)); /* the sixth */
    assert_int_equal(count_tasks(venue, "limit"), 1);
    assert_audit(venue);
    till_destroy(till);
}

static int order_of(uint8_t n, const char *product, int64_t quantity, int64_t paid)
{
    struct bd_order_ask ask = {
        .id = id_of(n),
        .count = 1,
        .total = bx_money_of(paid),
        .payment_count = 1,
        .payments = {{.kind = BX_TENDER_CARD, .amount = bx_money_of(paid), .reference = "pi-1"}}};
    want(&ask.wants[0], product, "", quantity);
    enter();
    return leave(bd_book_order(&asking, &ask, &out, &fault));
}

#define POSTER                                                                                     \
    "},{\"id\":\"poster\",\"name\":\"P\",\"key\":\"o\",\"price\":1200,\"tax\":190000,\"events\":[" \
    "]"

/* An article has no ticket that says it: its money goes back once all the same. */
static void test_an_articles_money_goes_back_once(void **state)
{
    (void)state;
    struct bx_id id = id_of(1);
    programme_of("", POSTER);
    assert_int_equal(order_of(1, "poster", 2, 2400), 0);
    for (uint8_t n = 2; n < 4; n++) {
        struct bx_id back = id_of(n);
        enter();
        int err = leave(bd_book_order_cancel(&asking, &id, &back, &out, &fault));
        assert_int_equal(err, n == 2 ? 0 : BX_ERR_REFUSED);
    }
    assert_int_equal(no, BD_NO_STATE);
}

/* An article at half its price until five past one: who held in time pays that. */
static void test_a_holds_price_stays(void **state)
{
    (void)state;
    struct bd_hold_ask ask = {.id = id_of(1), .client = "ann", .count = 1};
    programme_of("",
                 POSTER "}],\"rules\":[{\"id\":\"noon\",\"name\":\"N\",\"kind\":\"time\",\"parts\":"
                        "[{\"product\":\"poster\"}],\"permille\":500,\"minute_from\":\"12:00\","
                        "\"minute_to\":\"13:05\"");
    want(&ask.wants[0], "poster", "", 2);
    enter();
    assert_int_equal(leave(bd_book_hold(&asking, &ask, &out, &fault)), 0);
    assert_true(says("\"total\":1200"));
    venue_tick(venue, 360);
    assert_int_equal(order_of(2, "poster", 1, 600), BX_ERR_REFUSED);
    assert_int_equal(no, BD_NO_PRICE);
    assert_int_equal(order(3, 1, 0, 1200), 0);
    assert_true(says("\"outcome\":\"confirmed\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_hold_pay_confirm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_expiry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_life_of_an_hour, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_money_after_the_expiry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_restore_ends_holds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_figures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_articles_money_goes_back_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_holds_price_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_products_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_window_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_window_begins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_channels_event, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
