/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/wire.h"

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

static const char envelope_text[] = "{\"till\":2,\"inc\":1,\"seq\":412,\"id\":\"" ID
                                    "\",\"prev\":\"" HEX "\",\"hash\":\"" HEX "\"}";
static const char answers_text[] = "{\"seq\":412,\"id\":\"" ID "\",\"hash\":\"" HEX
                                   "\",\"outcome\":\"recorded\",\"task\":\"\",\"say\":\"\"}\n"
                                   "{\"seq\":413,\"id\":\"" ID "\",\"hash\":\"" HEX
                                   "\",\"outcome\":\"recorded-task\",\"task\":\"price\","
                                   "\"say\":\"The price differs.\"}\n";
static const char news_text[] =
    "{\"epoch\":1,\"commit\":9,\"at\":1795526525123456,\"pools\":[{\"pool\":\"p1\",\"capacity\":"
    "250,"
    "\"sold\":9,\"held\":0,\"leased\":50},{\"pool\":\"p2\",\"capacity\":40,\"sold\":41,\"held\":1,"
    "\"leased\":0}]}";

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

static void test_envelope(void **state)
{
    (void)state;
    static const struct swap swaps[] = {
        {"\"till\":2", "\"till\":0"},   {"\"inc\":1,", ""},      {"\"seq\":412", "\"seq\":0"},
        {"\"seq\":412", "\"seq\":4e2"}, {ID, "019abcde"},        {HEX "\"}", HEX "\",\"x\":1}"},
        {HEX "\"}", HEX "\"}x"},        {HEX "\"}", HEX8 "\"}"},
    };
    struct bx_envelope envelope;
    char text[2048];
    assert_int_equal(bx_envelope_decode(envelope_text, strlen(envelope_text), &envelope, NULL), 0);
    assert_int_equal(envelope.seq, 412);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_envelope_encode(&envelope, &out);
    snprintf(text, sizeof(text), "%s\n", envelope_text);
    assert_string_equal(bx_buf_text(&out), text);
    for (size_t i = 0; i < bx_countof(swaps); i++) {
        with(envelope_text, &swaps[i], text);
        if (bx_envelope_decode(text, strlen(text), &envelope, NULL) != BX_ERR_INPUT)
            fail_msg("taken: %s", text);
    }
}

static void test_outcomes(void **state)
{
    (void)state;
    for (int i = BX_ENTRY_RECORDED; i <= BX_ENTRY_CONFLICT; i++) {
        enum bx_entry_outcome back;
        assert_int_equal(
            bx_entry_outcome_parse(bx_entry_outcome_word((enum bx_entry_outcome)i), &back), 0);
        assert_int_equal(back, i);
    }
}

static int answers_of(const char *text, size_t len, struct bx_entry_answer *ret, size_t max,
                      size_t *count)
{
    return bx_entry_answers_decode(text, len, ret, max, count, NULL);
}

static void test_answers(void **state)
{
    (void)state;
    struct bx_entry_answer answers[3];
    size_t count = 77;
    size_t len = strlen(answers_text);
    assert_int_equal(answers_of(answers_text, len, answers, 2, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(answers[1].outcome, BX_ENTRY_RECORDED_TASK);
    assert_string_equal(answers[1].task, "price");
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_entry_answer_encode(&answers[0], &out);
    bx_entry_answer_encode(&answers[1], &out);
    assert_string_equal(bx_buf_text(&out), answers_text);
    assert_int_equal(answers_of("", 0, answers, 2, &count), 0);
    assert_int_equal(count, 0);
    assert_int_equal(answers_of(answers_text, len, answers, 1, &count), BX_ERR_INPUT);
    /* Whatever breaks off anywhere is refused, except between two lines. */
    size_t first = (size_t)(strchr(answers_text, '\n') - answers_text) + 1;
    for (size_t cut = 1; cut < len; cut++)
        assert_int_equal(answers_of(answers_text, cut, answers, 3, &count),
                         cut == first ? 0 : BX_ERR_INPUT);
}

static void test_answers_are_checked(void **state)
{
    (void)state;
    static const struct swap swaps[] = {
        {"\"seq\":412", "\"seq\":0"},
        {"\"seq\":412", "\"seq\":412,\"seq\":412"},
        {"\"outcome\":\"recorded\"", "\"outcome\":\"sent\""},
        {"\"outcome\":\"recorded\",", ""},
        {"\"hash\":\"" HEX8, "\"hash\":\""},
        {"\"say\":\"\"", "\"say\":\"\\u001b[2J\""},
        {"\"say\":\"\"", "\"say\":\"\",\"more\":1"},
        {"\"task\":\"\"", "\"task\":\"abcdefghijklmnopqrstuvwxyz\""},
        {"}\n", "}\n\n"},
        {"{\"seq\"", "[]\n{\"seq\""},
    };
    struct bx_entry_answer answers[3];
    size_t count;
    char text[2048];
    for (size_t i = 0; i < bx_countof(swaps); i++) {
        with(answers_text, &swaps[i], text);
        if (answers_of(text, strlen(text), answers, 3, &count) != BX_ERR_INPUT)
            fail_msg("taken: %s", text);
    }
}

static void test_a_cut_sentence_still_arrives(void **state)
{
    (void)state;
    struct bx_entry_answer answer = {.seq = 1, .outcome = BX_ENTRY_WAITING};
    struct bx_entry_answer back;
    size_t count;
    memset(answer.say, 'a', sizeof(answer.say) - 2);
    answer.say[sizeof(answer.say) - 2] = '\xC3';
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_entry_answer_encode(&answer, &out);
    assert_int_equal(answers_of(out.data, out.len, &back, 1, &count), 0);
    assert_int_equal(back.say[0], 'a');
}

static void test_availability(void **state)
{
    (void)state;
    static const struct swap swaps[] = {
        {"\"epoch\":1", "\"epoch\":0"},
        {"\"commit\":9,", ""},
        {"\"at\":1", "\"at\":-1"},
        {"\"sold\":9", "\"sold\":-9"},
        {"\"held\":0,", ""},
        {"\"leased\":50", "\"leased\":50,\"x\":1"},
        {"\"pool\":\"p1\"", "\"pool\":\"\""},
        {"]}", "],\"x\":1}"},
        {"\"pools\":[", "\"pools\":[null,"},
    };
    struct bx_pool_news pools[3];
    size_t count = 0;
    bx_utc at;
    char text[2048];
    size_t len = strlen(news_text);
    assert_int_equal(bx_availability_decode(news_text, len, &at, pools, 2, &count, NULL), 0);
    assert_int_equal(count, 2);
    assert_int_equal(at.us, INT64_C(1795526525123456));
    assert_int_equal(pools[1].sold, 41);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_availability_encode(1, 9, at, pools, count, &out);
    assert_string_equal(bx_buf_text(&out), news_text);
    assert_int_equal(bx_availability_decode(news_text, len, &at, pools, 1, &count, NULL),
                     BX_ERR_INPUT);
    for (size_t i = 0; i < bx_countof(swaps); i++) {
        with(news_text, &swaps[i], text);
        if (bx_availability_decode(text, strlen(text), &at, pools, 3, &count, NULL) != BX_ERR_INPUT)
            fail_msg("taken: %s", text);
    }
}

static void test_recall(void **state)
{
    (void)state;
    static const struct swap swaps[] = {
        {"\"r\":7", "\"r\":0"},
        {"\"r\":7", "\"r\":7,\"n\":1"},
        {"\"recall\":[", "\"recall\":[3,"},
        {"\"recall\":[", "\"recall\":7,\"more\":["},
    };
    struct bx_pool_news pools[3] = {
        {.pool = {"p1"}}, {.pool = {"p2"}, .recall = 7}, {.pool = {"p3"}}};
    struct bx_pool_news back[3];
    size_t count = 0;
    bx_utc at;
    char text[2048];
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_availability_encode(1, 9, (bx_utc){1}, pools, 3, &out);
    assert_non_null(strstr(bx_buf_text(&out), ",\"recall\":[{\"pool\":\"p2\",\"r\":7}]}"));
    assert_int_equal(bx_availability_decode(out.data, out.len, &at, back, 3, &count, NULL), 0);
    assert_memory_equal(pools, back, sizeof(pools));
    with(bx_buf_text(&out), &(struct swap){"\"pool\":\"p2\",\"r\"", "\"pool\":\"p9\",\"r\""}, text);
    assert_int_equal(bx_availability_decode(text, strlen(text), &at, back, 3, &count, NULL), 0);
    assert_int_equal(back[1].recall, 0); /* of a pool that is not named */
    for (size_t i = 0; i < bx_countof(swaps); i++) {
        with(bx_buf_text(&out), &swaps[i], text);
        if (bx_availability_decode(text, strlen(text), &at, back, 3, &count, NULL) != BX_ERR_INPUT)
            fail_msg("taken: %s", text);
    }
}

static void test_the_most_pools_fit(void **state)
{
    (void)state;
    struct bx_pool_news *pools = bx_alloc(BX_POOLS_MAX, sizeof(*pools));
    struct bx_pool_news *back = bx_alloc(BX_POOLS_MAX, sizeof(*back));
    size_t count = 0;
    bx_utc at;
    for (int i = 0; i < BX_POOLS_MAX; i++) {
        pools[i] = (struct bx_pool_news){{""},       1000000000, 1000000000,
                                         1000000000, 1000000000, INT64_C(9007199254740991)};
        snprintf(pools[i].pool.s, BX_SLUG_SIZE, "pool-%034d", i);
    }
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_availability_encode(1, 9, (bx_utc){1}, pools, BX_POOLS_MAX, &out);
    assert_int_equal(
        bx_availability_decode(out.data, out.len, &at, back, BX_POOLS_MAX, &count, NULL), 0);
    assert_int_equal(count, BX_POOLS_MAX);
    assert_memory_equal(pools, back, BX_POOLS_MAX * sizeof(*pools));
    bx_free(pools);
    bx_free(back);
}

/* BLAKE2b-256 of nothing and of "{}", by another program. */
#define HASH_NOTHING "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"
#define HASH_BRACES  "c09da522dac261c3d2566230bed10d2f3ef13f8e7654576c12e857e07f786098"

static void test_signed_texts(void **state)
{
    (void)state;
    const struct bx_request_facts request = {.method = "POST",
                                             .path = "/v1/entries?x=1",
                                             .body = "{}",
                                             .len = 2,
                                             .device = 2,
                                             .incarnation = 1,
                                             .seen_epoch = 3,
                                             .seen_commit = 99,
                                             .challenge = "abcd"};
    const struct bx_answer_facts answer = {.status = 200,
                                           .body = "",
                                           .epoch = 3,
                                           .commit = 100,
                                           .challenge = "ef01",
                                           .request_signature = "5151"};
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_request_text(&request, &out);
    assert_string_equal(bx_buf_text(&out),
                        "bxq1\nPOST\n/v1/entries?x=1\n" HASH_BRACES "\n2\n1\n3.99\nabcd\n");
    bx_buf_clear(&out);
    bx_answer_text(&answer, &out);
    assert_string_equal(bx_buf_text(&out), "bxa1\n200\n" HASH_NOTHING "\n3\n100\nef01\n5151\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_envelope),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_answers_are_checked),
        cmocka_unit_test(test_a_cut_sentence_still_arrives),
        cmocka_unit_test(test_availability),
        cmocka_unit_test(test_recall),
        cmocka_unit_test(test_the_most_pools_fit),
        cmocka_unit_test(test_signed_texts),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
