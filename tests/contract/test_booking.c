/* SPDX-License-Identifier: Apache-2.0 */
/* What every booking port promises, whatever lies behind it.
 *   contract-booking fake MUSEUM | http MUSEUM BOXTILLD */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/domain/code.h"
#include "boxtill/domain/member.h"
#include "boxtill/domain/order.h"
#include "boxtill/domain/programme.h"
#include "boxtill/domain/staff.h"
#include "booking_world.h"

static const char *museum, *boxtilld;
static struct world *world;
static struct bx_slug pool; /* some pool of the museum */

static int set_up(void **state)
{
    (void)state;
    world = boxtilld ? world_http_create(boxtilld, museum) : world_fake_create(museum);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world = world->ops->destroy(world);
    return 0;
}

static struct bx_booking_answer answer_wait(int64_t request, enum bx_exchange exchange)
{
    struct bx_booking_answer answer;
    while (!world->booking->ops->answer(world->booking, &answer))
        world->ops->wait(world);
    assert_int_equal(answer.request, request);
    assert_int_equal(answer.exchange, exchange);
    if (answer.contact == BX_CONTACT_GOOD)
        assert_int_equal(answer.fault.err, 0);
    else
        assert_int_not_equal(answer.fault.err, 0);
    return answer;
}

static struct bx_booking_answer news(int64_t request)
{
    assert_int_equal(world->booking->ops->news(world->booking, request, NULL), 0);
    return answer_wait(request, BX_EXCHANGE_NEWS);
}

static struct bx_booking_answer document(enum bx_document which, int64_t have)
{
    assert_int_equal(world->booking->ops->document(world->booking, 5, which, have, NULL), 0);
    struct bx_booking_answer answer = answer_wait(5, BX_EXCHANGE_DOCUMENT);
    assert_int_equal(answer.document, which);
    return answer;
}

static int64_t leased(const struct bx_slug *of)
{
    struct bx_booking_answer answer = news(9);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    for (size_t i = 0; i < answer.news_count; i++)
        if (bx_slug_equal(&answer.news[i].pool, of))
            return answer.news[i].leased;
    fail();
    return -1;
}

static struct bx_allot_answer allot(struct bx_allot_message message)
{
    struct bx_id id = {{(uint8_t)message.verb, (uint8_t)message.r, (uint8_t)message.n}};
    struct bx_ref proof = {0};
    assert_int_equal(world->booking->ops->allot(world->booking, 6, &id, &proof, &message, 1, NULL),
                     0);
    struct bx_booking_answer answer = answer_wait(6, BX_EXCHANGE_ALLOT);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    assert_int_equal(answer.allot_count, 1);
    assert_int_equal(answer.allots[0].verb, message.verb);
    return answer.allots[0];
}

/* The pool of the last slot, which is not over. */
static void pool_choose(void)
{
    struct bx_booking_answer told = document(BX_DOC_PROGRAMME, 0);
    assert_int_equal(told.contact, BX_CONTACT_GOOD);
    bx_cleanup(bx_programme_destroy) struct bx_programme *programme =
        bx_programme_parse(told.bytes, told.len, NULL);
    assert_non_null(programme);
    assert_true(programme->slot_count > 0);
    pool = programme->slots[programme->slot_count - 1].pool;
}

/* Also when the server only says that nothing has changed. */
static void the_same_news_are_told_again(void **state)
{
    (void)state;
    struct bx_booking_answer answer = news(41);
    size_t count = answer.news_count;
    struct bx_pool_news last = answer.news[count - 1];
    for (int64_t request = 42; request < 45; request++) {
        answer = news(request);
        assert_int_equal(answer.contact, BX_CONTACT_GOOD);
        assert_int_equal(answer.news_count, count);
        assert_memory_equal(&answer.news[count - 1], &last, sizeof(last));
        assert_true(answer.news_at.us > 0);
    }
}

static void news_come_with_epoch_and_commit(void **state)
{
    (void)state;
    struct bx_booking_answer answer = news(41);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    assert_true(answer.epoch >= 1);
    assert_true(answer.commit >= 1);
    assert_true(answer.news_at.us > 0);
    assert_true(answer.news_count > 100);
    assert_true(answer.news[0].capacity > 0);
    assert_int_equal(answer.news[0].sold, 0);
    assert_false(world->booking->ops->answer(world->booking, &answer));
}

static void documents_can_be_read(void **state)
{
    (void)state;
    struct bx_booking_answer answer = document(BX_DOC_PROGRAMME, 0);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    assert_false(answer.unchanged);
    bx_cleanup(bx_programme_destroy) struct bx_programme *programme =
        bx_programme_parse(answer.bytes, answer.len, NULL);
    assert_non_null(programme);
    answer = document(BX_DOC_PROGRAMME, programme->version);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    assert_true(answer.unchanged);
    answer = document(BX_DOC_PROGRAMME, programme->version + 5);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    assert_false(answer.unchanged);
    answer = document(BX_DOC_STAFF, 0);
    bx_cleanup(bx_staff_destroy) struct bx_staff *staff =
        bx_staff_parse(answer.bytes, answer.len, NULL);
    assert_non_null(staff);
    answer = document(BX_DOC_KEYS, 0);
    bx_cleanup(bx_keys_destroy) struct bx_keys *keys =
        bx_keys_parse(answer.bytes, answer.len, NULL);
    assert_non_null(keys);
    assert_true(keys->count > 0);
    assert_true(keys->has_voucher);
    answer = document(BX_DOC_MEMBERS, 0);
    bx_cleanup(bx_members_destroy) struct bx_members *members =
        bx_members_parse(answer.bytes, answer.len, NULL);
    assert_non_null(members);
    answer = document(BX_DOC_MEMBERS, members->version);
    assert_true(answer.unchanged);
    answer = document(BX_DOC_ARRIVALS, 0);
    bx_cleanup(bx_orders_destroy) struct bx_orders *orders =
        bx_orders_parse(answer.bytes, answer.len, NULL);
    assert_non_null(orders);
    answer = document(BX_DOC_ARRIVALS, orders->version);
    assert_true(answer.unchanged);
}

/* --- questions ---------------------------------------------------------------------------- */

static struct bx_inquiry *inquiry_new(int id)
{
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    inquiry->id.b[0] = 3;
    inquiry->id.b[15] = (uint8_t)id;
    return inquiry;
}

static void ask(int64_t request, enum bx_question question, const struct bx_inquiry *inquiry)
{
    bx_buf_auto json;
    bx_buf_init(&json, 0);
    assert_int_equal(bx_inquiry_encode(question, inquiry, &json), 0);
    assert_int_equal(world->booking->ops->ask(world->booking, request, question, bx_buf_text(&json),
                                              json.len, NULL),
                     0);
}

static struct bx_reply *reply_wait(int64_t request, enum bx_question question)
{
    struct bx_booking_answer answer = answer_wait(request, BX_EXCHANGE_QUESTION);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    assert_int_equal(answer.question, question);
    assert_true(answer.epoch >= 1);
    struct bx_reply *reply = bx_reply_create();
    assert_int_equal(bx_reply_decode(question, answer.bytes, answer.len, reply, NULL), 0);
    return reply;
}

/* An extra of the museum. */
static void basket_fill(struct bx_basket *basket)
{
    struct bx_booking_answer told = document(BX_DOC_PROGRAMME, 0);
    bx_cleanup(bx_programme_destroy) struct bx_programme *programme =
        bx_programme_parse(told.bytes, told.len, NULL);
    const struct bx_slug guide = {"guide"};
    struct bx_fault fault = {0};
    assert_non_null(programme);
    basket->id.b[0] = 77;
    assert_int_equal(bx_basket_add(basket, programme, bx_programme_product(programme, &guide), NULL,
                                   2, (struct bx_date){2026, 11, 24}, &fault),
                     0);
}

static void a_question_asked_again_has_the_same_answer(void **state)
{
    (void)state;
    struct bx_inquiry *inquiry = inquiry_new(1);
    basket_fill(&inquiry->basket);
    memcpy(inquiry->name, "blue hat", sizeof("blue hat"));
    for (int64_t again = 0; again < 2; again++) {
        ask(20 + again, BX_QUESTION_PARK, inquiry);
        bx_reply_destroy(reply_wait(20 + again, BX_QUESTION_PARK));
    }
    inquiry->id.b[15] = 2;
    ask(22, BX_QUESTION_PARKED, inquiry);
    bx_cleanup(bx_reply_destroy) struct bx_reply *list = reply_wait(22, BX_QUESTION_PARKED);
    assert_int_equal(list->parked_count, 1);
    assert_string_equal(list->parked[0].name, "blue hat");
    for (int i = 0; i < 3; i++) { /* the third is another question, and too late */
        inquiry->id.b[15] = i < 2 ? 3 : 4;
        ask(23 + i, BX_QUESTION_RESUME, inquiry);
        bx_cleanup(bx_reply_destroy) struct bx_reply *reply =
            reply_wait(23 + i, BX_QUESTION_RESUME);
        assert_int_equal(reply->yours, i < 2);
        assert_int_equal(reply->basket.count, i < 2 ? 1 : 0);
    }
    bx_free(inquiry);
}

static void several_questions_at_once(void **state)
{
    (void)state;
    static const enum bx_question questions[] = {BX_QUESTION_PARKED, BX_QUESTION_SALES,
                                                 BX_QUESTION_VOUCHER, BX_QUESTION_SHIFT};
    struct bx_inquiry *inquiry = inquiry_new(5);
    struct bx_booking_answer answer;
    struct bx_fault fault = {0};
    int64_t seen = 0;
    memcpy(inquiry->text, "nobody", sizeof("nobody"));
    memcpy(inquiry->code, "BS1NOTHING", sizeof("BS1NOTHING"));
    inquiry->shift = 1;
    for (int i = 0; i < 4; i++)
        ask(30 + i, questions[i], inquiry);
    assert_int_equal(
        world->booking->ops->ask(world->booking, 34, BX_QUESTION_PARKED, "{}", 2, &fault),
        BX_ERR_BUSY);
    assert_int_equal(world->booking->ops->news(world->booking, 40, &fault), 0);
    for (int left = 5; left > 0;) {
        if (!world->booking->ops->answer(world->booking, &answer)) {
            world->ops->wait(world);
            continue;
        }
        assert_int_equal(answer.contact, BX_CONTACT_GOOD);
        if (answer.exchange == BX_EXCHANGE_QUESTION)
            assert_int_equal(answer.question, questions[answer.request - 30]);
        seen += answer.request;
        left--;
    }
    assert_int_equal(seen, 30 + 31 + 32 + 33 + 40);
    bx_free(inquiry);
}

static void a_question_that_is_none_is_refused(void **state)
{
    (void)state;
    struct bx_inquiry *inquiry = inquiry_new(6);
    inquiry->sale.b[0] = 1; /* no such sale */
    ask(50, BX_QUESTION_SALE, inquiry);
    assert_int_equal(answer_wait(50, BX_EXCHANGE_QUESTION).contact, BX_CONTACT_REFUSED);
    static const char json[] = "{\"id\":\"00000000-0000-0000-0000-000000000001\"}";
    assert_int_equal(world->booking->ops->ask(world->booking, 51, BX_QUESTION_RESUME, json,
                                              sizeof(json) - 1, NULL),
                     0);
    assert_int_equal(answer_wait(51, BX_EXCHANGE_QUESTION).contact, BX_CONTACT_REFUSED);
    world->ops->cut(world, true);
    ask(52, BX_QUESTION_SALE, inquiry);
    assert_int_equal(answer_wait(52, BX_EXCHANGE_QUESTION).contact, BX_CONTACT_AGAIN);
    world->ops->cut(world, false);
    bx_free(inquiry);
}

static void one_of_a_kind_at_a_time(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    assert_int_equal(world->booking->ops->news(world->booking, 1, &fault), 0);
    assert_int_equal(world->booking->ops->news(world->booking, 2, &fault), BX_ERR_BUSY);
    assert_int_equal(world->booking->ops->document(world->booking, 3, BX_DOC_PROGRAMME, 0, &fault),
                     0);
    struct bx_booking_answer answer;
    int64_t seen = 0;
    for (int left = 2; left > 0;) {
        if (world->booking->ops->answer(world->booking, &answer)) {
            assert_int_equal(answer.contact, BX_CONTACT_GOOD);
            seen += answer.request;
            left--;
        } else
            world->ops->wait(world);
    }
    assert_int_equal(seen, 4);
}

static void leases_are_granted_grown_and_closed(void **state)
{
    (void)state;
    pool_choose();
    int64_t epoch = news(4).epoch;
    struct bx_allot_answer answer =
        allot((struct bx_allot_message){.verb = BX_ALLOT_HELLO, .r = epoch});
    assert_int_equal(answer.word, BX_ALLOT_ACKED);
    struct bx_allot_message ask = {.verb = BX_ALLOT_REQ, .pool = pool, .r = 1, .n = 5};
    answer = allot(ask);
    assert_int_equal(answer.word, BX_ALLOT_GRANTED);
    assert_int_equal(answer.r, 1);
    assert_int_equal(answer.n, 5);
    assert_true(answer.ttl > 0);
    assert_int_equal(leased(&pool), 5);
    /* The answer was lost: the same question, the same answer, no second lease. */
    answer = allot(ask);
    assert_int_equal(answer.word, BX_ALLOT_GRANTED);
    assert_int_equal(answer.n, 5);
    assert_int_equal(leased(&pool), 5);
    ask.verb = BX_ALLOT_GROW;
    ask.n = 8;
    answer = allot(ask);
    assert_int_equal(answer.word, BX_ALLOT_GRANTED);
    assert_int_equal(answer.n, 8);
    assert_int_equal(leased(&pool), 8);
    answer = allot((struct bx_allot_message){.verb = BX_ALLOT_CLOSE, .pool = pool, .r = 1});
    assert_int_equal(answer.word, BX_ALLOT_ACKED);
    assert_int_equal(leased(&pool), 0);
}

/* A login, the smallest of entries. */
static void entry_make(int64_t seq, const struct bx_hash *prev, int64_t n, struct bx_buf *body,
                       struct bx_outgoing *ret)
{
    struct bx_entry_head head = {.till = world->till,
                                 .incarnation = world->incarnation,
                                 .seq = seq,
                                 .kind = BX_KIND_LOGIN,
                                 .at = {1764000000000000},
                                 .shift = 1,
                                 .user = 7};
    head.id.b[0] = 1;
    head.id.b[15] = (uint8_t)seq;
    bx_buf_clear(body);
    assert_int_equal(bx_note_encode(&head, "", n, body), 0);
    *ret = (struct bx_outgoing){.envelope = {.till = head.till,
                                             .incarnation = head.incarnation,
                                             .seq = seq,
                                             .id = head.id,
                                             .prev = *prev},
                                .body = bx_buf_text(body),
                                .len = body->len};
    ret->envelope.hash = bx_entry_hash(prev, head.till, head.incarnation, seq, ret->body, ret->len);
}

static struct bx_booking_answer entries(const struct bx_outgoing *outgoing, size_t count)
{
    assert_int_equal(world->booking->ops->entries(world->booking, 8, outgoing, count, NULL), 0);
    return answer_wait(8, BX_EXCHANGE_ENTRIES);
}

static void entries_are_recorded_once(void **state)
{
    (void)state;
    const struct bx_hash first = {{0}};
    struct bx_outgoing outgoing[2], other;
    bx_buf_auto one, two, three;
    bx_buf_init(&one, 0);
    bx_buf_init(&two, 0);
    bx_buf_init(&three, 0);
    entry_make(1, &first, 0, &one, &outgoing[0]);
    entry_make(2, &outgoing[0].envelope.hash, 0, &two, &outgoing[1]);
    for (int again = 0; again < 2; again++) {
        struct bx_booking_answer answer = entries(outgoing, 2);
        assert_int_equal(answer.contact, BX_CONTACT_GOOD);
        assert_int_equal(answer.entry_count, 2);
        for (size_t i = 0; i < 2; i++) {
            const struct bx_envelope *sent = &outgoing[i].envelope;
            assert_int_equal(answer.entries[i].seq, sent->seq);
            assert_true(bx_id_equal(&answer.entries[i].id, &sent->id));
            assert_true(bx_hash_equal(&answer.entries[i].hash, &sent->hash));
            assert_int_equal(answer.entries[i].outcome, BX_ENTRY_RECORDED);
        }
    }
    entry_make(2, &outgoing[0].envelope.hash, 1, &three, &other);
    struct bx_booking_answer answer = entries(&other, 1);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    assert_int_equal(answer.entries[0].outcome, BX_ENTRY_CONFLICT);
}

static void nobody_there_means_again(void **state)
{
    (void)state;
    assert_int_equal(news(1).contact, BX_CONTACT_GOOD);
    world->ops->cut(world, true);
    assert_int_equal(news(2).contact, BX_CONTACT_AGAIN);
    assert_int_equal(document(BX_DOC_STAFF, 0).contact, BX_CONTACT_AGAIN);
    world->ops->cut(world, false);
    assert_int_equal(news(3).contact, BX_CONTACT_GOOD);
}

static void a_revoked_till_is_a_stranger(void **state)
{
    (void)state;
    assert_int_equal(news(1).contact, BX_CONTACT_GOOD);
    world->ops->revoke(world);
    assert_int_equal(news(2).contact, BX_CONTACT_STRANGER);
    assert_int_equal(document(BX_DOC_KEYS, 0).contact, BX_CONTACT_STRANGER);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(news_come_with_epoch_and_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_news_are_told_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(documents_can_be_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_question_asked_again_has_the_same_answer, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(several_questions_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_question_that_is_none_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_of_a_kind_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leases_are_granted_grown_and_closed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(entries_are_recorded_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_there_means_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_revoked_till_is_a_stranger, set_up, tear_down),
    };
    if (argc < 3)
        return 2;
    museum = argv[2];
    boxtilld = argc > 3 ? argv[3] : NULL;
    bx_crypto_init();
    return cmocka_run_group_tests_name(argv[1], tests, NULL, NULL);
}
