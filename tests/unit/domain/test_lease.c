/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/lease.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "samples.h"

#define ID   "019abcde-f012-7345-8678-9abcdef01234"
#define HEX8 "0101010101010101"
#define HEX  HEX8 HEX8 HEX8 HEX8

static const char messages_text[] =
    "{\"id\":\"" ID "\",\"messages\":["
    "{\"verb\":\"hello\",\"pool\":\"\",\"r\":0,\"n\":0,\"used\":0,\"seq\":412,\"head\":\"" HEX
    "\",\"state\":\"none\"},"
    "{\"verb\":\"hello\",\"pool\":\"p1\",\"r\":3,\"n\":50,\"used\":12,\"seq\":412,\"head\":\"" HEX
    "\",\"state\":\"open\"},"
    "{\"verb\":\"req\",\"pool\":\"p2\",\"r\":1,\"n\":0},"
    "{\"verb\":\"grow\",\"pool\":\"p1\",\"r\":3,\"n\":60},"
    "{\"verb\":\"req\",\"pool\":\"p4\",\"r\":2,\"n\":9,\"need\":5},"
    "{\"verb\":\"close\",\"pool\":\"p3\",\"r\":2,\"used\":7,\"seq\":413,\"head\":\"" HEX "\"}]}";

static const char answers_text[] =
    "{\"epoch\":1,\"commit\":9,\"answers\":["
    "{\"verb\":\"hello\",\"word\":\"acked\",\"pool\":\"\",\"r\":0,\"n\":0,\"ttl\":0,\"left\":0,"
    "\"mark\":400},"
    "{\"verb\":\"req\",\"word\":\"granted\",\"pool\":\"p2\",\"r\":1,\"n\":40,\"ttl\":3600,"
    "\"left\":90,\"mark\":0},"
    "{\"verb\":\"grow\",\"word\":\"granted\",\"pool\":\"p1\",\"r\":2,\"n\":40,\"ttl\":3600,"
    "\"left\":90,\"mark\":0,\"recall\":true}]}";

static int messages_of(const char *text, struct bx_allot_message *ret, size_t max, size_t *count,
                       struct bx_id *id)
{
    return bx_allot_messages_decode(text, strlen(text), id, ret, max, count, NULL);
}

static void test_words(void **state)
{
    (void)state;
    for (int i = BX_LEASE_NONE; i <= BX_LEASE_CLOSED; i++) {
        enum bx_lease_state back;
        assert_int_equal(bx_lease_parse(bx_lease_word((enum bx_lease_state)i), &back), 0);
        assert_int_equal(back, i);
    }
    for (int i = BX_ALLOT_GRANTED; i <= BX_ALLOT_SAY_HELLO; i++) {
        enum bx_allot_word back;
        assert_int_equal(bx_allot_word_parse(bx_allot_word_text((enum bx_allot_word)i), &back), 0);
        assert_int_equal(back, i);
    }
    for (int i = BX_ALLOT_REQ; i <= BX_ALLOT_HELLO; i++) {
        enum bx_allot_verb back;
        assert_int_equal(bx_allot_verb_parse(bx_allot_verb_text((enum bx_allot_verb)i), &back), 0);
        assert_int_equal(back, i);
    }
    enum bx_lease_state back;
    assert_int_equal(bx_lease_parse("Open", &back), BX_ERR_INPUT);
}

static void test_messages(void **state)
{
    (void)state;
    struct bx_allot_message messages[6];
    struct bx_id id;
    size_t count = 0;
    assert_int_equal(messages_of(messages_text, messages, 6, &count, &id), 0);
    assert_int_equal(count, 6);
    assert_int_equal(messages[1].state, BX_LEASE_OPEN);
    assert_int_equal(messages[1].used, 12);
    assert_int_equal(messages[3].n, 60);
    assert_int_equal(messages[3].need, 0);
    assert_int_equal(messages[4].need, 5);
    assert_int_equal(messages[5].seq, 413);
    assert_int_equal(messages[5].head.b[31], 1);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_allot_messages_encode(&id, messages, count, &out);
    assert_string_equal(bx_buf_text(&out), messages_text);
    assert_int_equal(messages_of(messages_text, messages, 5, &count, &id), BX_ERR_INPUT);
}

static void test_answers(void **state)
{
    (void)state;
    struct bx_allot_answer answers[3];
    size_t count = 0;
    assert_int_equal(
        bx_allot_answers_decode(answers_text, strlen(answers_text), answers, 3, &count, NULL), 0);
    assert_int_equal(count, 3);
    assert_int_equal(answers[0].mark, 400);
    assert_int_equal(answers[1].word, BX_ALLOT_GRANTED);
    assert_int_equal(answers[1].ttl, 3600);
    assert_false(answers[1].recall);
    assert_true(answers[2].recall);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_allot_answers_encode(1, 9, answers, count, &out);
    assert_string_equal(bx_buf_text(&out), answers_text);
}

static void test_random_messages(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(10);
    for (int round = 0; round < 200; round++) {
        struct bx_allot_message messages[8] = {0};
        struct bx_allot_message back[8];
        struct bx_id id;
        struct bx_id id_back;
        size_t count = (size_t)sample_below(&rand, 9);
        bx_rand_draw(&rand, id.b, sizeof(id.b));
        for (size_t i = 0; i < count; i++) {
            struct bx_allot_message *message = &messages[i];
            message->verb = (enum bx_allot_verb)sample_below(&rand, 4);
            snprintf(message->pool.s, BX_SLUG_SIZE, "pool-%d", (int)sample_below(&rand, 99));
            message->r = 1 + sample_below(&rand, BX_MONEY_MAX);
            message->n = sample_below(&rand, 1000);
            if (message->verb == BX_ALLOT_REQ || message->verb == BX_ALLOT_GROW)
                message->need = sample_below(&rand, 3);
            message->used = sample_below(&rand, 1000);
            message->seq = sample_below(&rand, 1000000);
            message->state = (enum bx_lease_state)sample_below(&rand, 5);
            bx_rand_draw(&rand, message->head.b, sizeof(message->head.b));
        }
        bx_buf_auto out, again;
        bx_buf_init(&out, 0);
        bx_buf_init(&again, 0);
        bx_allot_messages_encode(&id, messages, count, &out);
        assert_int_equal(messages_of(bx_buf_text(&out), back, 8, &count, &id_back), 0);
        bx_allot_messages_encode(&id_back, back, count, &again);
        assert_string_equal(bx_buf_text(&out), bx_buf_text(&again));
    }
}

struct swap {
    const char *from, *to;
};

static const char *with(const char *text, const struct swap *swap, char out[2048])
{
    const char *at = strstr(text, swap->from);
    assert_non_null(at);
    snprintf(out, 2048, "%.*s%s%s", (int)(at - text), text, swap->to, at + strlen(swap->from));
    return out;
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static const struct swap messages_swaps[] = {
        {"\"verb\":\"hello\"", "\"verb\":\"hallo\""},
        {"\"verb\":\"grow\"", "\"verb\":\"close\""},
        {"\"verb\":\"grow\"", "\"verb\":\"hello\""},
        {"\"pool\":\"p2\"", "\"pool\":\"\""},
        {"\"pool\":\"p2\",", ""},
        {"\"pool\":\"p1\",\"r\":3", "\"pool\":\"p1\",\"r\":0"},
        {"\"n\":60", "\"n\":-1"},
        {"\"n\":60", "\"n\":1000000001"},
        {"\"n\":60", "\"n\":60,\"used\":1"},
        {"\"need\":5", "\"need\":-5"},
        {"\"seq\":413,", "\"seq\":413,\"need\":5,"},
        {"\"used\":7,", ""},
        {"\"seq\":413,", ""},
        {"\"state\":\"open\"", "\"state\":\"OPEN\""},
        {HEX8 HEX8 HEX8 HEX8, HEX8 HEX8 HEX8},
        {ID, "x"},
        {"\"id\":\"" ID "\",", ""},
        {"]}", "],\"more\":1}"},
        {"{\"verb\":\"req\"", "7,{\"verb\":\"req\""},
    };
    static const struct swap answers_swaps[] = {
        {"\"epoch\":1", "\"epoch\":0"},
        {"\"epoch\":1,", ""},
        {"\"commit\":9", "\"commit\":-9"},
        {"\"commit\":9", "\"commit\":\"9\""},
        {"\"word\":\"granted\"", "\"word\":\"given\""},
        {"\"n\":40", "\"n\":-40"},
        {"\"ttl\":3600", "\"ttl\":99999999"},
        {"\"left\":90,", ""},
        {"\"mark\":400", "\"mark\":400,\"x\":1"},
        {"\"recall\":true", "\"recall\":1"},
        {"\"pool\":\"p2\"", "\"pool\":\"\""},
    };
    struct bx_allot_message messages[8];
    struct bx_allot_answer answers[8];
    struct bx_id id;
    size_t count = 77;
    char text[2048];
    for (size_t i = 0; i < bx_countof(messages_swaps); i++)
        if (messages_of(with(messages_text, &messages_swaps[i], text), messages, 8, &count, &id) !=
            BX_ERR_INPUT)
            fail_msg("taken: %s", text);
    for (size_t i = 0; i < bx_countof(answers_swaps); i++) {
        with(answers_text, &answers_swaps[i], text);
        if (bx_allot_answers_decode(text, strlen(text), answers, 8, &count, NULL) != BX_ERR_INPUT)
            fail_msg("taken: %s", text);
    }
    assert_int_equal(count, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),           cmocka_unit_test(test_messages),
        cmocka_unit_test(test_answers),         cmocka_unit_test(test_random_messages),
        cmocka_unit_test(test_what_is_refused),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
