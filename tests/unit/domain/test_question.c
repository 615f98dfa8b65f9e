/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/question.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "samples.h"

#define ID    "019abcde-f012-7345-8678-9abcdef01234"
#define OTHER "019abcde-f012-7345-8678-9abcdef0aaaa"
#define LINE                                                                                       \
    "{\"product\":\"adult\",\"name\":\"Adult\",\"event\":\"perm\",\"event_name\":\"Permanent\","   \
    "\"slot\":\"s1\",\"pool\":\"s1\",\"class\":\"main\",\"start\":1795527000000000,"               \
    "\"end\":1795527900000000,\"offset\":60,\"date\":\"2026-11-24\",\"price\":2400,\"tax\":70000," \
    "\"places\":1,\"persons\":1,\"quantity\":2,\"kind\":\"visit\",\"list\":2400,\"off\":0,"        \
    "\"why\":\"\",\"why_text\":\"\",\"fixed\":false,\"group\":false,\"note\":\"\"}"
#define TICKETS                                                                              \
    "\"tickets\":[{\"nth\":0,\"code\":\"B1004081040G20818WQYR1QWYVH34\",\"state\":\"used\"," \
    "\"used_at\":1795527000000000},{\"nth\":1,\"code\":\"B10040G2081040G269RQ02PA3122B\","   \
    "\"state\":\"gone\",\"used_at\":0}]"

static const struct {
    enum bx_question question;
    const char *asked, *answered;
} goldens[] = {
    {BX_QUESTION_VOUCHER, "{\"id\":\"" ID "\",\"code\":\"BS1X\"}",
     "{\"state\":\"stored\",\"value\":5000,\"balance\":1250,\"until\":\"2027-03-31\",\"say\":"
     "\"\"}"},
    {BX_QUESTION_VOUCHER, "{\"id\":\"" ID "\",\"code\":\"BV1X\"}",
     "{\"state\":\"unknown\",\"value\":0,\"balance\":0,\"until\":\"\",\"say\":\"Not ours\"}"},
    {BX_QUESTION_CHARGE, "{\"id\":\"" ID "\",\"code\":\"BS1X\",\"amount\":2400}",
     "{\"approved\":true,\"balance\":100,\"say\":\"\"}"},
    {BX_QUESTION_REVERSE, "{\"id\":\"" ID "\",\"attempt\":\"" OTHER "\",\"amount\":2400}",
     "{\"approved\":false,\"balance\":0,\"say\":\"No such charge\"}"},
    {BX_QUESTION_PARK,
     "{\"id\":\"" ID "\",\"basket\":\"" OTHER
     "\",\"name\":\"M\xC3\xBCller\",\"facts\":\"{\\\"member\\\":\\\"m-7\\\"}\",\"lines\":[" LINE
     "]}",
     "{}"},
    {BX_QUESTION_PARKED, "{\"id\":\"" ID "\"}",
     "{\"baskets\":[{\"basket\":\"" OTHER
     "\",\"name\":\"\",\"till\":3,\"at\":1795527000000000,\"total\":4800}]}"},
    {BX_QUESTION_RESUME, "{\"id\":\"" ID "\",\"basket\":\"" OTHER "\"}",
     "{\"yours\":true,\"name\":\"M\",\"facts\":\"\",\"lines\":[" LINE "]}"},
    {BX_QUESTION_RESUME, "{\"id\":\"" ID "\",\"basket\":\"" OTHER "\"}",
     "{\"yours\":false,\"name\":\"\",\"facts\":\"\",\"lines\":[]}"},
    {BX_QUESTION_SALES, "{\"id\":\"" ID "\",\"text\":\"2-000412\"}",
     "{\"sales\":[{\"id\":\"" OTHER
     "\",\"number\":\"2-R000412\",\"at\":1795527000000000,\"total\":-2400,\"till\":2}]}"},
    {BX_QUESTION_SALE, "{\"id\":\"" ID "\",\"sale\":\"" OTHER "\"}",
     "{\"entries\":[{\"v\":1,\"note\":\"a \\\"b\\\" \\\\ "
     "\xC3\xBC\"},{\"v\":2,\"n\":[1,-2]}]," TICKETS "}"},
    {BX_QUESTION_TICKETS, "{\"id\":\"" ID "\",\"sale\":\"" OTHER "\"}", "{" TICKETS "}"},
    {BX_QUESTION_SHIFT, "{\"id\":\"" ID "\",\"shift\":41}",
     "{\"confirmed\":9,\"figures\":[[\"sale\",\"\",3,1200],[\"tender\",\"cash\",3,1200]]}"},
    {BX_QUESTION_DAYS, "{\"id\":\"" ID "\",\"from\":\"2026-11-01\",\"to\":\"2026-11-24\"}",
     "{\"figures\":[]}"},
};

static void test_goldens(void **state)
{
    (void)state;
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    for (size_t i = 0; i < bx_countof(goldens); i++) {
        enum bx_question question = goldens[i].question, parsed;
        struct bx_fault fault;
        struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
        bx_buf_auto asked, answered;
        bx_buf_init(&asked, 0);
        bx_buf_init(&answered, 0);
        if (bx_inquiry_decode(question, goldens[i].asked, strlen(goldens[i].asked), inquiry,
                              &fault))
            fail_msg("%s", fault.say);
        assert_int_equal(bx_inquiry_encode(question, inquiry, &asked), 0);
        assert_string_equal(bx_buf_text(&asked), goldens[i].asked);
        if (bx_reply_decode(question, goldens[i].answered, strlen(goldens[i].answered), reply,
                            &fault))
            fail_msg("%s", fault.say);
        assert_int_equal(bx_reply_encode(question, reply, &answered), 0);
        assert_string_equal(bx_buf_text(&answered), goldens[i].answered);
        assert_int_equal(bx_question_parse(bx_question_word(question), &parsed), 0);
        assert_int_equal(parsed, question);
    }
    bx_free(inquiry);
}

/* A sale's body comes out of an answer as it went in, to the byte: it is hashed. */
static void test_bodies_verbatim(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(11);
    struct bx_sale *sale = bx_new(struct bx_sale);
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create(),
                           *read bx_cleanup(bx_reply_destroy) = bx_reply_create();
    bx_buf_auto json;
    bx_buf_init(&json, 0);
    for (int i = 0; i < 5; i++) {
        struct bx_entry_head head;
        sample_sale(&rand, 2, 1, sale, &head);
        snprintf(sale->basket.lines[0].name, BX_NAME_SIZE, "\"\\ / \xE2\x82\xAC");
        assert_int_equal(bx_sale_encode(&head, sale, &reply->entries), 0);
        bx_buf_byte_add(&reply->entries, '\n');
    }
    assert_int_equal(bx_reply_encode(BX_QUESTION_SALE, reply, &json), 0);
    assert_int_equal(bx_reply_decode(BX_QUESTION_SALE, bx_buf_text(&json), json.len, read, NULL),
                     0);
    assert_string_equal(bx_buf_text(&read->entries), bx_buf_text(&reply->entries));
    size_t at = 0, len, count = 0;
    for (const char *body; (body = bx_reply_entry(read, &at, &len)) != NULL; count++)
        assert_int_equal(bx_sale_decode(body, len, sale, NULL), 0);
    assert_int_equal(count, 5);
    assert_false(read->cut);
    /* not all of it */
    struct bx_reply *part bx_cleanup(bx_reply_destroy) = bx_reply_create();
    reply->cut = true;
    bx_buf_clear(&json);
    assert_int_equal(bx_reply_encode(BX_QUESTION_SALE, reply, &json), 0);
    assert_int_equal(bx_reply_decode(BX_QUESTION_SALE, bx_buf_text(&json), json.len, part, NULL),
                     0);
    assert_true(part->cut);
    bx_free(sale);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        enum bx_question question;
        const char *json;
    } bad[] = {
        {BX_QUESTION_VOUCHER, "{\"id\":\"" ID "\"}"},
        {BX_QUESTION_VOUCHER, "{\"code\":\"X\"}"},
        {BX_QUESTION_VOUCHER, "{\"id\":\"" ID "\",\"code\":\"X\",\"amount\":1}"},
        {BX_QUESTION_CHARGE, "{\"id\":\"" ID "\",\"code\":\"X\",\"amount\":0}"},
        {BX_QUESTION_CHARGE, "{\"id\":\"" ID "\",\"code\":\"X\",\"amount\":-5}"},
        {BX_QUESTION_CHARGE, "{\"id\":\"" ID "\",\"code\":\"\\u0007\",\"amount\":5}"},
        {BX_QUESTION_REVERSE, "{\"id\":\"" ID "\",\"attempt\":\"x\",\"amount\":5}"},
        {BX_QUESTION_PARK,
         "{\"id\":\"" ID "\",\"basket\":\"" ID "\",\"name\":\"\",\"facts\":\"\"}"},
        {BX_QUESTION_RESUME, "{\"id\":\"" ID "\"}"},
        {BX_QUESTION_SALES, "{\"id\":\"" ID "\",\"text\":\"\"}"},
        {BX_QUESTION_SHIFT, "{\"id\":\"" ID "\",\"shift\":0}"},
        {BX_QUESTION_DAYS, "{\"id\":\"" ID "\",\"from\":\"2026-11-02\",\"to\":\"2026-11-01\"}"},
        {BX_QUESTION_DAYS, "{\"id\":\"" ID "\",\"from\":\"\",\"to\":\"2026-11-01\"}"},
        {BX_QUESTION_PARKED, "[]"},
        {BX_QUESTION_PARKED, "{\"id\":\"" ID "\"} "},
    };
    static const struct {
        enum bx_question question;
        const char *json;
    } wrong[] = {
        {BX_QUESTION_VOUCHER,
         "{\"state\":\"fine\",\"value\":0,\"balance\":0,\"until\":\"\",\"say\":\"\"}"},
        {BX_QUESTION_CHARGE, "{\"approved\":1,\"balance\":0,\"say\":\"\"}"},
        {BX_QUESTION_CHARGE, "{\"balance\":0,\"say\":\"\"}"},
        {BX_QUESTION_PARK, "{\"x\":1}"},
        {BX_QUESTION_PARKED, "{\"baskets\":[7]}"},
        {BX_QUESTION_RESUME, "{\"yours\":true,\"name\":\"\",\"facts\":\"\",\"lines\":[{}]}"},
        {BX_QUESTION_TICKETS,
         "{\"tickets\":[{\"nth\":400,\"code\":\"\",\"state\":\"good\",\"used_at\":0}]}"},
        {BX_QUESTION_TICKETS,
         "{\"tickets\":[{\"nth\":0,\"code\":\"\",\"state\":\"odd\",\"used_at\":0}]}"},
        {BX_QUESTION_SHIFT, "{\"confirmed\":9,\"figures\":[[1]]}"},
    };
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    for (size_t i = 0; i < bx_countof(bad); i++) {
        struct bx_fault fault = {0};
        size_t len = strlen(bad[i].json);
        if (bad[i].json[len - 1] == ' ') /* cut */
            len -= 2;
        if (!bx_inquiry_decode(bad[i].question, bad[i].json, len, inquiry, &fault))
            fail_msg("taken: %s", bad[i].json);
        assert_true(strlen(fault.say) > 10);
    }
    for (size_t i = 0; i < bx_countof(wrong); i++) {
        struct bx_fault fault = {0};
        struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
        if (!bx_reply_decode(wrong[i].question, wrong[i].json, strlen(wrong[i].json), reply,
                             &fault))
            fail_msg("taken: %s", wrong[i].json);
        assert_true(strlen(fault.say) > 10);
    }
    bx_free(inquiry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens),
        cmocka_unit_test(test_bodies_verbatim),
        cmocka_unit_test(test_refused),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
