/* SPDX-License-Identifier: Apache-2.0 */
/* Single-use vouchers are used by one sale; a balance is the sum of its rows, and never negative.
 */
#include "asking.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/voucher.h"

struct answer {
    bool approved;
    int64_t balance;
    enum bx_voucher_state state;
};

static struct answer ask(struct venue *venue, const struct till *till, enum bx_question question,
                         const struct bx_inquiry *inquiry)
{
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
    MUST(till_question(venue, till, question, inquiry, reply));
    return (struct answer){reply->approved, reply->balance.minor, reply->voucher};
}

static struct answer charge(struct venue *venue, const struct till *till, int id, const char *code,
                            int64_t amount)
{
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    inquiry->id.b[15] = (uint8_t)id;
    inquiry->amount.minor = amount;
    BX_TEXT_COPY(inquiry->code, code);
    struct answer answer = ask(venue, till, BX_QUESTION_CHARGE, inquiry);
    bx_free(inquiry);
    return answer;
}

static struct answer reverse(struct venue *venue, const struct till *till, int id, int attempt,
                             int64_t amount)
{
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    inquiry->id.b[15] = (uint8_t)id;
    inquiry->attempt.b[15] = (uint8_t)attempt;
    inquiry->amount.minor = amount;
    struct answer answer = ask(venue, till, BX_QUESTION_REVERSE, inquiry);
    bx_free(inquiry);
    return answer;
}

static struct answer look(struct venue *venue, const struct till *till, const char *code)
{
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    inquiry->id.b[15] = 99;
    BX_TEXT_COPY(inquiry->code, code);
    struct answer answer = ask(venue, till, BX_QUESTION_VOUCHER, inquiry);
    bx_free(inquiry);
    return answer;
}

static void stored_create(struct venue *venue, int64_t value, char code[BX_STORED_SIZE])
{
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    venue_begin(venue);
    MUST(bd_book_stored(venue->book, &venue->turn, bx_money_of(value), &out, NULL));
    venue_end(venue);
    assert_int_equal(out.len, BX_STORED_LEN + 1);
    memcpy(code, bx_buf_text(&out), BX_STORED_LEN);
    code[BX_STORED_LEN] = '\0';
}

static void assert_answer(struct answer answer, bool approved, int64_t balance)
{
    assert_int_equal(answer.approved, approved);
    assert_int_equal(answer.balance, balance);
}

static void check_ledger(enum store_kind kind)
{
    struct venue *venue = venue_create(kind);
    struct till *till = till_create(venue), *other = till_create(venue);
    char code[BX_STORED_SIZE];
    stored_create(venue, 5000, code);
    assert_int_equal(look(venue, till, code).state, BX_VOUCHER_STORED);
    assert_int_equal(look(venue, till, code).balance, 5000);
    assert_answer(charge(venue, till, 1, code, 3000), true, 2000);
    assert_answer(charge(venue, till, 1, code, 3000), true, 2000); /* asked again: once */
    assert_answer(charge(venue, other, 2, code, 2001), false, 2000);
    assert_answer(charge(venue, other, 2, code, 2001), false, 2000);
    assert_answer(reverse(venue, till, 3, 1, 3000), true, 5000);
    assert_answer(reverse(venue, till, 3, 1, 3000), true, 5000);
    assert_answer(reverse(venue, till, 4, 1, 3000), true, 5000); /* it has been given back */
    /* a reverse that overtakes its charge: the charge is refused for ever */
    assert_true(reverse(venue, till, 5, 6, 1000).approved);
    assert_false(charge(venue, till, 6, code, 1000).approved);
    assert_int_equal(look(venue, till, code).balance, 5000);
    /* one that would take itself back */
    struct bx_reply *none bx_cleanup(bx_reply_destroy) = bx_reply_create();
    struct bx_inquiry *self = bx_new(struct bx_inquiry);
    self->id.b[15] = self->attempt.b[15] = 8;
    self->amount.minor = 1000;
    assert_int_equal(till_question(venue, till, BX_QUESTION_REVERSE, self, none), BX_ERR_INPUT);
    bx_free(self);
    assert_answer(charge(venue, till, 7, "BS1NOTTHERE", 1), false, 0);
    assert_audit(venue);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

static void balances_are_rows(void **state)
{
    (void)state;
    check_ledger(STORE_MEMORY);
    check_ledger(STORE_SQLITE);
}

static void pay_with(struct bx_sale *sale, enum bx_tender_kind kind, const char *reference,
                     int attempt)
{
    struct bx_tender *tender = &sale->tenders[0];
    tender->kind = kind;
    tender->change.minor = 0;
    tender->received = tender->amount;
    tender->attempt.b[15] = (uint8_t)attempt;
    BX_TEXT_COPY(tender->reference, reference);
}

static void a_refund_gives_the_balance_back_once(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    char code[BX_STORED_SIZE];
    stored_create(venue, 5000, code);
    assert_true(charge(venue, till, 1, code, 4800).approved);
    sale_fill(venue, till, POOL_A, 2, sale);
    pay_with(sale, BX_TENDER_STORED, code, 1);
    struct entry *entry = till_write(venue, till, BX_KIND_SALE, sale);
    till_send_one(venue, till, entry);
    assert_int_equal(count_tasks(venue, "voucher"), 0);
    /* one of two, which names no attempt */
    back_fill(entry, (int[]){0}, 1, sale);
    pay_with(sale, BX_TENDER_STORED, code, 0);
    struct entry *refund = till_write(venue, till, BX_KIND_REFUND, sale);
    till_send_one(venue, till, refund);
    till_send_one(venue, till, refund);
    assert_int_equal(look(venue, till, code).balance, 2600);
    /* a charge that a sale was paid with comes back by an entry, or not at all */
    assert_answer(reverse(venue, till, 2, 1, 4800), false, 2600);
    assert_answer(reverse(venue, till, 2, 1, 4800), false, 2600);
    assert_int_equal(look(venue, till, code).balance, 2600);
    assert_int_equal(count_tasks(venue, "voucher"), 0);
    /* a sale that says it was charged, and was not */
    sale_fill(venue, till, POOL_A, 1, sale);
    pay_with(sale, BX_TENDER_STORED, code, 9);
    till_send_one(venue, till, till_write(venue, till, BX_KIND_SALE, sale));
    assert_int_equal(count_tasks(venue, "voucher"), 1);
    assert_audit(venue);
    bx_free(sale);
    till_destroy(till);
    venue_destroy(venue);
}

static void a_voucher_is_used_by_one_sale(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    struct bx_secret_key key;
    struct bx_public_key public;
    struct bx_voucher voucher;
    char text[BX_VOUCHER_SIZE], name[17];
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    venue_begin(venue);
    MUST(bd_book_vouchers(venue->book, &venue->turn, bx_money_of(2400),
                          (struct bx_date){2026, 12, 31}, 3, &out, NULL));
    venue_end(venue);
    assert_int_equal(out.len, 3 * (BX_VOUCHER_LEN + 1));
    memcpy(text, bx_buf_text(&out), BX_VOUCHER_LEN);
    text[BX_VOUCHER_LEN] = '\0';
    MUST(bd_book_server_key(venue->store, &key, NULL));
    memcpy(public.b, key.b + 32, sizeof public.b); /* libsodium keeps it behind the seed */
    MUST(bx_voucher_read(text, BX_VOUCHER_LEN, &public, &voucher, NULL));
    assert_int_equal(voucher.value.minor, 2400);
    bx_voucher_name(&voucher, name);
    assert_int_equal(look(venue, till, text).state, BX_VOUCHER_GOOD);
    sale_fill(venue, till, POOL_A, 1, sale);
    pay_with(sale, BX_TENDER_VOUCHER, name, 0);
    struct entry *first = till_write(venue, till, BX_KIND_SALE, sale);
    till_send_one(venue, till, first);
    assert_int_equal(count_tasks(venue, "voucher"), 0);
    assert_int_equal(look(venue, till, text).state, BX_VOUCHER_USED);
    sale_fill(venue, other, POOL_A, 1, sale);
    pay_with(sale, BX_TENDER_VOUCHER, name, 0);
    struct entry *second = till_write(venue, other, BX_KIND_SALE, sale);
    till_send_one(venue, other, second);
    assert_int_equal(count_tasks(venue, "voucher"), 1);
    /* the second, taken back, gives nothing back that the first has not */
    back_fill(second, (int[]){0}, 1, sale);
    pay_with(sale, BX_TENDER_VOUCHER, name, 0);
    till_send_one(venue, other, till_write(venue, other, BX_KIND_VOID, sale));
    assert_int_equal(look(venue, till, text).state, BX_VOUCHER_USED);
    assert_int_equal(count_tasks(venue, "voucher"), 2);
    /* the first, taken back: it is good again */
    back_fill(first, (int[]){0}, 1, sale);
    pay_with(sale, BX_TENDER_VOUCHER, name, 0);
    till_send_one(venue, till, till_write(venue, till, BX_KIND_VOID, sale));
    assert_int_equal(look(venue, till, text).state, BX_VOUCHER_GOOD);
    venue_tick(venue, 60 * 86400);
    assert_int_equal(look(venue, till, text).state, BX_VOUCHER_EXPIRED);
    text[40] = text[40] == '0' ? '1' : '0';
    assert_int_equal(look(venue, till, text).state, BX_VOUCHER_UNKNOWN);
    assert_audit(venue);
    bx_free(sale);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

static void a_voucher_is_used_once_in_a_sale_and_up_to_its_value(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    struct bx_voucher voucher;
    struct bx_secret_key key;
    struct bx_public_key public;
    char name[17];
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    venue_begin(venue);
    MUST(bd_book_vouchers(venue->book, &venue->turn, bx_money_of(2400),
                          (struct bx_date){2026, 12, 31}, 1, &out, NULL));
    venue_end(venue);
    MUST(bd_book_server_key(venue->store, &key, NULL));
    memcpy(public.b, key.b + 32, sizeof public.b);
    MUST(bx_voucher_read(bx_buf_text(&out), BX_VOUCHER_LEN, &public, &voucher, NULL));
    bx_voucher_name(&voucher, name);
    sale_fill(venue, till, POOL_A, 2, sale);
    pay_with(sale, BX_TENDER_VOUCHER, name, 0);
    sale->tenders[0].amount.minor = sale->tenders[0].received.minor = 2400;
    sale->tenders[sale->tender_count++] = sale->tenders[0];
    till_send_one(venue, till, till_write(venue, till, BX_KIND_SALE, sale));
    assert_int_equal(count_tasks(venue, "voucher"), 1);
    /* taken for more than it is worth */
    sale_fill(venue, till, POOL_A, 2, sale);
    pay_with(sale, BX_TENDER_VOUCHER, name, 0);
    sale->tenders[0].reference[0] ^= 1;
    struct bd_voucher_row row = {.value = 2400};
    BX_TEXT_COPY(row.id, sale->tenders[0].reference);
    venue_begin(venue);
    MUST(bd_insert(venue->store, BD_VOUCHER, &row, NULL));
    venue_end(venue);
    till_send_one(venue, till, till_write(venue, till, BX_KIND_SALE, sale));
    assert_int_equal(count_tasks(venue, "voucher"), 2);
    bx_free(sale);
    till_destroy(till);
    venue_destroy(venue);
}

static void a_voucher_that_was_never_issued_is_a_task(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    sale_fill(venue, till, POOL_A, 1, sale);
    pay_with(sale, BX_TENDER_VOUCHER, "00112233445566aa", 0);
    struct entry *first = till_write(venue, till, BX_KIND_SALE, sale);
    assert_int_equal(till_send_one(venue, till, first), BX_ENTRY_RECORDED_TASK);
    assert_int_equal(count_tasks(venue, "voucher"), 1);
    /* nor is it one because it was used and given back */
    back_fill(first, (int[]){0}, 1, sale);
    pay_with(sale, BX_TENDER_VOUCHER, "00112233445566aa", 0);
    till_send_one(venue, till, till_write(venue, till, BX_KIND_VOID, sale));
    assert_int_equal(count_tasks(venue, "voucher"), 1);
    sale_fill(venue, till, POOL_A, 1, sale);
    pay_with(sale, BX_TENDER_VOUCHER, "00112233445566aa", 0);
    till_send_one(venue, till, till_write(venue, till, BX_KIND_SALE, sale));
    assert_int_equal(count_tasks(venue, "voucher"), 2);
    /* what is no voucher's id at all */
    sale_fill(venue, till, POOL_A, 1, sale);
    pay_with(sale, BX_TENDER_VOUCHER, "something longer than an id", 0);
    till_send_one(venue, till, till_write(venue, till, BX_KIND_SALE, sale));
    assert_int_equal(count_tasks(venue, "voucher"), 3);
    assert_audit(venue);
    bx_free(sale);
    till_destroy(till);
    venue_destroy(venue);
}

/* A backup does not know the charges after it: the sales that they paid make them again, each as a
 * task, since nobody but the till says so. */
static void a_charge_that_was_lost_is_made_again_by_its_sale(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct till *till = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    char code[BX_STORED_SIZE];
    stored_create(venue, 5000, code);
    sale_fill(venue, till, POOL_A, 1, sale);
    pay_with(sale, BX_TENDER_STORED, code, 9);
    struct entry *entry = till_write(venue, till, BX_KIND_SALE, sale);
    assert_int_equal(till_send_one(venue, till, entry), BX_ENTRY_RECORDED_TASK);
    assert_int_equal(count_tasks(venue, "voucher"), 1);
    assert_int_equal(look(venue, till, code).balance, 2600);
    assert_answer(charge(venue, till, 9, code, 2400), true, 2600); /* asked again: once */
    /* it is the sale's: the same may not pay another one */
    sale_fill(venue, till, POOL_A, 1, sale);
    pay_with(sale, BX_TENDER_STORED, code, 9);
    till_send_one(venue, till, till_write(venue, till, BX_KIND_SALE, sale));
    assert_int_equal(count_tasks(venue, "voucher"), 2);
    assert_int_equal(look(venue, till, code).balance, 2600);
    /* never below nothing */
    sale_fill(venue, till, POOL_A, 2, sale);
    pay_with(sale, BX_TENDER_STORED, code, 10);
    till_send_one(venue, till, till_write(venue, till, BX_KIND_SALE, sale));
    assert_int_equal(count_tasks(venue, "voucher"), 3);
    assert_int_equal(look(venue, till, code).balance, 0);
    /* the first, taken back, gives back what it took */
    back_fill(entry, (int[]){0}, 1, sale);
    pay_with(sale, BX_TENDER_STORED, code, 9);
    till_send_one(venue, till, till_write(venue, till, BX_KIND_VOID, sale));
    assert_int_equal(look(venue, till, code).balance, 2400);
    assert_audit(venue);
    bx_free(sale);
    till_destroy(till);
    venue_destroy(venue);
}

static void a_voucher_sold_is_worth_what_was_paid(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    struct bx_line line;
    const uint8_t random[10] = {4, 2};
    char code[BX_STORED_SIZE];
    bx_stored_make(random, code);
    sale_fill(venue, till, POOL_A, 1, sale);
    line = sale->basket.lines[0];
    line.kind = BX_LINE_VOUCHER;
    line.event = line.slot = line.pool = line.class = (struct bx_slug){""};
    line.places = line.persons = line.offset_min = 0;
    line.event_name[0] = '\0';
    line.start = line.end = (bx_utc){0};
    BX_TEXT_COPY(line.note, code);
    sale->basket.lines[0] = line;
    sale->ticket_count = 0;
    MUST(bx_basket_totals(&sale->basket, true, &sale->totals));
    struct entry *entry = till_write(venue, till, BX_KIND_SALE, sale);
    till_send_one(venue, till, entry);
    assert_int_equal(look(venue, till, code).balance, 2400);
    assert_true(charge(venue, till, 1, code, 400).approved);
    /* taken back though 4.00 of it are gone: never below nothing */
    *sale = entry->sale;
    sale->of = entry->envelope.id;
    sale->back = sale->basket;
    sale->back_totals = sale->totals;
    sale->basket.count = 0;
    sale->totals = (struct bx_totals){.rate_count = 0};
    sale->tenders[0].amount.minor = sale->tenders[0].received.minor = -2400;
    till_send_one(venue, till, till_write(venue, till, BX_KIND_REFUND, sale));
    assert_int_equal(look(venue, till, code).balance, 0);
    assert_int_equal(count_tasks(venue, "voucher"), 1);
    assert_audit(venue);
    bx_free(sale);
    till_destroy(till);
    venue_destroy(venue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(balances_are_rows),
        cmocka_unit_test(a_refund_gives_the_balance_back_once),
        cmocka_unit_test(a_voucher_is_used_by_one_sale),
        cmocka_unit_test(a_voucher_is_used_once_in_a_sale_and_up_to_its_value),
        cmocka_unit_test(a_voucher_sold_is_worth_what_was_paid),
        cmocka_unit_test(a_voucher_that_was_never_issued_is_a_task),
        cmocka_unit_test(a_charge_that_was_lost_is_made_again_by_its_sale),
    };
    return cmocka_run_group_tests_name("book: vouchers", tests, NULL, NULL);
}
