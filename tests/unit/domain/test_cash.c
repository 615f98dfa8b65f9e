/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of money apart from sales, for ever: the bytes were made by another program (Python's
 * json). If these tests fail, the code is wrong and not the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/cash.h"
#include "boxtill/domain/figures.h"

static const char golden_open[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":500,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "4\",\"kind\":\"shift-open\",\"number\":\"\",\"at\":1795526525123456,\"boot\":864000000"
    "01,\"shift\":41,\"user\":7,\"drawer\":1,\"amount\":20000,\"expected\":0,\"pieces\":[{"
    "\"value\":5000,\"count\":2},{\"value\":2000,\"count\":3},{\"value\":1000,\"count\":4}]"
    ",\"about\":\"\",\"to\":0,\"warrant\":{\"what\":\"\",\"reason\":\"\",\"note\":\"\",\"ap"
    "prover\":0}}";
static const char golden_out[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":500,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "4\",\"kind\":\"paid-out\",\"number\":\"\",\"at\":1795526525123456,\"boot\":86400000001"
    ",\"shift\":41,\"user\":7,\"drawer\":2,\"amount\":450,\"expected\":0,\"pieces\":[],\"ab"
    "out\":\"\",\"to\":0,\"warrant\":{\"what\":\"paid-out\",\"reason\":\"postage\",\"note\""
    ":\"P\xC3\xA4"
    "ckchen\",\"approver\":9}}";
static const char golden_count[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":500,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "4\",\"kind\":\"count\",\"number\":\"\",\"at\":1795526525123456,\"boot\":86400000001,\""
    "shift\":41,\"user\":7,\"drawer\":1,\"amount\":25600,\"expected\":25700,\"pieces\":[{\""
    "value\":5000,\"count\":5},{\"value\":100,\"count\":6}],\"about\":\"019abcde-f012-7345-"
    "8678-9abcdef0aaaa\",\"to\":0,\"warrant\":{\"what\":\"count\",\"reason\":\"dispute\",\""
    "note\":\"\",\"approver\":0}}";
static const char golden_hand[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":500,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "4\",\"kind\":\"hand-over\",\"number\":\"\",\"at\":1795526525123456,\"boot\":8640000000"
    "1,\"shift\":41,\"user\":7,\"drawer\":1,\"amount\":0,\"expected\":0,\"pieces\":[],\"abo"
    "ut\":\"\",\"to\":8,\"warrant\":{\"what\":\"\",\"reason\":\"\",\"note\":\"\",\"approver"
    "\":0}}";
static const char golden_no_sale[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":500,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "4\",\"kind\":\"no-sale\",\"number\":\"\",\"at\":1795526525123456,\"boot\":86400000001,"
    "\"shift\":41,\"user\":7,\"drawer\":1,\"amount\":0,\"expected\":0,\"pieces\":[],\"about"
    "\":\"019abcde-f012-7345-8678-9abcdef0aaaa\",\"to\":0,\"warrant\":{\"what\":\"no-sale\""
    ",\"reason\":\"change\",\"note\":\"\",\"approver\":0}}";
static const char golden_change[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":500,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "4\",\"kind\":\"tender-correction\",\"number\":\"\",\"at\":1795526525123456,\"boot\":86"
    "400000001,\"shift\":41,\"user\":7,\"sale\":\"019abcde-f012-7345-8678-9abcdef0aaaa\",\""
    "drawer\":1,\"from\":\"cash\",\"to\":\"card\",\"amount\":2400,\"reference\":\"slip 0815"
    "\",\"warrant\":{\"what\":\"tender\",\"reason\":\"wrong-key\",\"note\":\"\",\"approver"
    "\":9}}";
static const char golden_intent[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":500,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "4\",\"kind\":\"tender-intent\",\"number\":\"\",\"at\":1795526525123456,\"boot\":864000"
    "00001,\"shift\":41,\"user\":7,\"basket\":\"019abcde-f012-7345-8678-9abcdef0aaaa\",\"at"
    "tempt\":\"019abcde-f012-7345-8678-9abcdef01234\",\"tender\":\"stored\",\"amount\":2400"
    ",\"reference\":\"BS1ABCDEFGHJKMNPQRST\",\"state\":\"asked\",\"say\":\"\"}";
static const char golden_result[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":500,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "4\",\"kind\":\"tender-result\",\"number\":\"\",\"at\":1795526525123456,\"boot\":864000"
    "00001,\"shift\":41,\"user\":7,\"basket\":\"019abcde-f012-7345-8678-9abcdef0aaaa\",\"at"
    "tempt\":\"019abcde-f012-7345-8678-9abcdef0bbbb\",\"tender\":\"stored\",\"amount\":2400"
    ",\"reference\":\"BS1ABCDEFGHJKMNPQRST\",\"state\":\"unknown\",\"say\":\"No answer.\"}";
static const char golden_invoice[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":500,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "4\",\"kind\":\"invoice\",\"number\":\"2-I000003\",\"at\":1795526525123456,\"boot\":864"
    "00000001,\"shift\":41,\"user\":7,\"sale\":\"019abcde-f012-7345-8678-9abcdef0aaaa\",\"p"
    "erson\":\"019abcde-f012-7345-8678-9abcdef0cccc\"}";
static const char *const goldens[] = {
    golden_open,   golden_out,    golden_count,  golden_hand,    golden_no_sale,
    golden_change, golden_intent, golden_result, golden_invoice,
};

static struct bx_content_room *room;

static int room_make(void **state)
{
    (void)state;
    room = bx_content_room_create();
    return 0;
}

static int room_drop(void **state)
{
    (void)state;
    room = bx_content_room_destroy(room);
    return 0;
}

static int read_body(const char *body, size_t len, struct bx_entry_head *head,
                     struct bx_content *content, struct bx_fault *fault)
{
    return bx_content_read(room, body, len, head, content, fault);
}

static void test_goldens(void **state)
{
    (void)state;
    for (size_t i = 0; i < bx_countof(goldens); i++) {
        struct bx_entry_head head;
        struct bx_content content;
        struct bx_fault fault;
        bx_buf_auto again;
        bx_buf_init(&again, 0);
        if (read_body(goldens[i], strlen(goldens[i]), &head, &content, &fault))
            fail_msg("%s (%s)", fault.say, goldens[i]);
        assert_int_equal(bx_content_write(&head, &content, &again), 0);
        assert_string_equal(bx_buf_text(&again), goldens[i]);
    }
}

static void test_what_they_say(void **state)
{
    (void)state;
    struct bx_entry_head head;
    struct bx_content content;
    assert_int_equal(read_body(golden_out, strlen(golden_out), &head, &content, NULL), 0);
    assert_int_equal(head.kind, BX_KIND_PAID_OUT);
    assert_null(content.sale);
    assert_int_equal(content.cash->drawer, 2);
    assert_int_equal(content.cash->amount.minor, 450);
    assert_string_equal(content.cash->warrant.reason.s, "postage");
    assert_int_equal(content.cash->warrant.approver, 9);
    assert_int_equal(read_body(golden_count, strlen(golden_count), &head, &content, NULL), 0);
    assert_int_equal(content.cash->piece_count, 2);
    assert_int_equal(content.cash->expected.minor, 25700);
    assert_false(bx_id_is_zero(&content.cash->about));
    assert_int_equal(read_body(golden_change, strlen(golden_change), &head, &content, NULL), 0);
    assert_int_equal(content.change->from, BX_TENDER_CASH);
    assert_int_equal(content.change->to, BX_TENDER_CARD);
    assert_int_equal(read_body(golden_result, strlen(golden_result), &head, &content, NULL), 0);
    assert_int_equal(content.attempt->state, BX_ATTEMPT_UNKNOWN);
    assert_string_equal(content.attempt->say, "No answer.");
}

/* FROM of BODY becomes TO: refused, with a sentence that has SAY in it. */
static void refused(const char *body, const char *from, const char *to, const char *say)
{
    struct bx_entry_head head;
    struct bx_content content;
    struct bx_fault fault = {0};
    bx_buf_auto changed;
    bx_buf_init(&changed, 0);
    const char *at = strstr(body, from);
    assert_non_null(at);
    bx_buf_add(&changed, body, (size_t)(at - body));
    bx_buf_text_add(&changed, to);
    bx_buf_text_add(&changed, at + strlen(from));
    if (!read_body(bx_buf_text(&changed), changed.len, &head, &content, &fault))
        fail_msg("%s was taken", bx_buf_text(&changed));
    if (!strstr(fault.say, say))
        fail_msg("%s: %s (%s)", to, fault.say, fault.detail);
}

static void test_refused(void **state)
{
    (void)state;
    refused(golden_open, "\"drawer\":1", "\"drawer\":0", "drawer");
    refused(golden_open, "\"drawer\":1", "\"drawer\":10", "drawer");
    refused(golden_open, "\"amount\":20000", "\"amount\":-1", "amount");
    refused(golden_open, "\"count\":3", "\"count\":4", "add up");
    refused(golden_open, "\"count\":3", "\"count\":9007199254740991", "add up");
    refused(golden_open, "\"value\":2000", "\"value\":5000", "descend");
    refused(golden_open, "\"expected\":0", "\"expected\":1", "expected");
    refused(golden_open, "\"about\":\"\"", "\"about\":\"019abcde-f012-7345-8678-9abcdef0aaaa\"",
            "about no sale");
    refused(golden_open, "\"to\":0", "\"to\":7", "hand-over");
    refused(golden_open, "\"v\":2", "\"v\":3", "newer version");
    refused(golden_out, "\"v\":2", "\"v\":1", "version 1");
    refused(golden_hand, "\"to\":8", "\"to\":0", "hand-over");
    refused(golden_no_sale, "\"amount\":0", "\"amount\":1", "no money");
    refused(golden_out, "\"kind\":\"paid-out\"", "\"kind\":\"paid-up\"", "newer version");
    refused(golden_out, "\"reason\":\"postage\"", "\"reason\":\"Postage\"", "reason");
    refused(golden_out, "\"approver\":9}", "\"approver\":9,\"x\":1}", "not known");
    refused(golden_change, "\"to\":\"card\"", "\"to\":\"cash\"", "moves nothing");
    refused(golden_change, "\"to\":\"card\"", "\"to\":\"cheque\"", "not known");
    refused(golden_change, "\"amount\":2400", "\"amount\":0", "moves nothing");
    refused(golden_intent, "\"state\":\"asked\"", "\"state\":\"approved\"", "cannot be");
    refused(golden_intent, "\"attempt\":\"019abcde-f012-7345-8678-9abcdef01234\"",
            "\"attempt\":\"019abcde-f012-7345-8678-9abcdef01235\"", "intent's id");
    refused(golden_result, "\"state\":\"unknown\"", "\"state\":\"asked\"", "cannot be");
    refused(golden_invoice, "\"person\":\"019", "\"person\":\"x19", "person");
    refused(golden_invoice, "\"sale\"", "\"sale\" ", "one way");
}

/* A drawer's movement of a refunded document is negative. */
static void test_change_may_be_negative(void **state)
{
    (void)state;
    struct bx_entry_head head;
    struct bx_content content;
    bx_buf_auto body;
    bx_buf_init(&body, 0);
    const char *at = strstr(golden_change, "2400");
    bx_buf_add(&body, golden_change, (size_t)(at - golden_change));
    bx_buf_text_add(&body, "-");
    bx_buf_text_add(&body, at);
    assert_int_equal(read_body(bx_buf_text(&body), body.len, &head, &content, NULL), 0);
    assert_int_equal(content.change->amount.minor, -2400);
}

/* Whatever one byte becomes, the body is refused or says something else: it is never the same entry
 * in another spelling. */
static void test_one_spelling(void **state)
{
    (void)state;
    static const char bytes[] = "0 x\"{}:,\\\xC3\x01-";
    for (size_t i = 0; i < bx_countof(goldens); i++) {
        size_t len = strlen(goldens[i]);
        char changed[1024];
        assert_true(len < sizeof(changed));
        for (size_t at = 0; at < len * (sizeof(bytes) - 1); at++) {
            struct bx_entry_head head;
            struct bx_content content;
            bx_buf_auto again;
            bx_buf_init(&again, 0);
            memcpy(changed, goldens[i], len);
            changed[at % len] = bytes[at / len];
            if (read_body(changed, len, &head, &content, NULL))
                continue;
            assert_int_equal(bx_content_write(&head, &content, &again), 0);
            assert_int_equal(again.len, len);
            assert_memory_equal(again.data, changed, len);
        }
    }
}

/* The first version's shift-open was a note of the float. */
static void test_old_shift_open(void **state)
{
    (void)state;
    static const char body[] =
        "{\"v\":1,\"till\":2,\"inc\":1,\"seq\":1,\"id\":\"019abcde-f012-7345-8678-9abcdef01234\","
        "\"kind\":\"shift-open\",\"number\":\"\",\"at\":1795526525123456,\"boot\":86400000001,"
        "\"shift\":41,\"user\":7,\"about\":\"\",\"n\":15000}";
    struct bx_entry_head head;
    struct bx_content content;
    struct bx_figures figures = {0};
    bx_buf_auto again;
    bx_buf_init(&again, 0);
    assert_int_equal(read_body(body, sizeof(body) - 1, &head, &content, NULL), 0);
    assert_null(content.cash);
    assert_int_equal(content.n, 15000);
    assert_int_equal(bx_content_write(&head, &content, &again), 0);
    assert_string_equal(bx_buf_text(&again), body);
    assert_true(bx_entry_begins_with(body, sizeof(body) - 1, &head));
    assert_int_equal(bx_figures_of(&figures, &head, &content), 0);
    assert_int_equal(bx_figures_get(&figures, "drawer", "1/float")->amount, 15000);
    bx_figures_finish(&figures);
}

/* The columns stand in a body of version 2, too. */
static void test_begins_with(void **state)
{
    (void)state;
    for (size_t i = 0; i < bx_countof(goldens); i++) {
        struct bx_entry_head head;
        assert_int_equal(bx_entry_head_decode(goldens[i], strlen(goldens[i]), &head, NULL), 0);
        assert_true(bx_entry_begins_with(goldens[i], strlen(goldens[i]), &head));
        head.seq++;
        assert_false(bx_entry_begins_with(goldens[i], strlen(goldens[i]), &head));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens),      cmocka_unit_test(test_what_they_say),
        cmocka_unit_test(test_refused),      cmocka_unit_test(test_change_may_be_negative),
        cmocka_unit_test(test_one_spelling), cmocka_unit_test(test_old_shift_open),
        cmocka_unit_test(test_begins_with),
    };
    return cmocka_run_group_tests(tests, room_make, room_drop);
}
