/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "samples.h"

#define HEAD(kind)                                                                               \
    "{\"v\":1,\"till\":2,\"inc\":1,\"seq\":413,\"id\":\"019abcde-f012-7345-8678-9abcdef01235\"," \
    "\"kind\":\"" kind                                                                           \
    "\",\"number\":\"\",\"at\":1795526525123456,\"boot\":9,\"shift\":41,\"user\":7,"
#define SALE_ID "\"sale\":\"019abcde-f012-7345-8678-9abcdef01234\","
#define CODE_A  "B1004081040G20818WQYR1QWYVH34"
#define CODE_B  "B10040G2081040G269RQ02PA3122B"

/* Format 1, for ever: if these fail, the code is wrong and not the test. */
static const char golden_note[] = HEAD("print-answer") "\"about\":\"hand\",\"n\":412}";
static const char golden_reprint[] = HEAD("reprint") SALE_ID
    "\"ticket\":1,\"code\":\"" CODE_A "\",\"old\":\"\",\"copy\":2,\"reason\":\"torn\"}";
static const char golden_replace[] = HEAD("replace") SALE_ID
    "\"ticket\":0,\"code\":\"" CODE_B "\",\"old\":\"" CODE_A "\",\"copy\":0,\"reason\":\"unsure\"}";

static struct bx_entry_head head_of(enum bx_kind kind)
{
    struct bx_entry_head head = {.till = 2,
                                 .incarnation = 1,
                                 .seq = 413,
                                 .kind = kind,
                                 .at = {INT64_C(1795526525123456)},
                                 .boot = 9999,
                                 .shift = 41,
                                 .user = 7};
    assert_int_equal(bx_id_parse("019abcde-f012-7345-8678-9abcdef01235", &head.id), 0);
    return head;
}

/* BODY with its first FROM turned into TO, into out[2048]. */
static const char *with(const char *body, const char *from, const char *to, char out[2048])
{
    const char *at = strstr(body, from);
    assert_non_null(at);
    snprintf(out, 2048, "%.*s%s%s", (int)(at - body), body, to, at + strlen(from));
    return out;
}

static void test_kinds(void **state)
{
    (void)state;
    for (int i = 0; i < BX_KINDS; i++) {
        enum bx_kind kind = BX_KINDS;
        assert_int_equal(bx_kind_parse(bx_kind_word((enum bx_kind)i), &kind), 0);
        assert_int_equal(kind, i);
    }
    enum bx_kind kind;
    assert_int_equal(bx_kind_parse("Sale", &kind), BX_ERR_INPUT);
    assert_int_equal(bx_kind_parse("", &kind), BX_ERR_INPUT);
    for (int i = 0; i < BX_TENDER_KINDS; i++) {
        enum bx_tender_kind tender;
        assert_int_equal(bx_tender_parse(bx_tender_word((enum bx_tender_kind)i), &tender), 0);
        assert_int_equal(tender, i);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    char text[BX_NUMBER_SIZE];
    bx_number_format(2, BX_SERIES_SALE, 412, text);
    assert_string_equal(text, "2-000412");
    bx_number_format(1023, BX_SERIES_SALE, 12345678, text);
    assert_string_equal(text, "1023-12345678");
    bx_number_format(999999, BX_SERIES_SALE, INT64_C(9007199254740991), text);
    assert_string_equal(text, "999999-9007199254740991");
}

static void test_note(void **state)
{
    (void)state;
    struct bx_entry_head head = head_of(BX_KIND_PRINT_ANSWER);
    struct bx_entry_head back;
    char about[64];
    char changed[2048];
    int64_t n;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    assert_int_equal(bx_note_encode(&head, "hand", 412, &out), 0);
    assert_string_equal(bx_buf_text(&out), golden_note);
    assert_int_equal(bx_note_decode(out.data, out.len, about, sizeof(about), &n, NULL), 0);
    assert_string_equal(about, "hand");
    assert_int_equal(n, 412);
    assert_int_equal(bx_entry_head_decode(out.data, out.len, &back, NULL), 0);
    assert_int_equal(back.kind, BX_KIND_PRINT_ANSWER);
    assert_int_equal(back.boot, 9000);
    assert_int_equal(back.user, 7);
    static const char *const swaps[][2] = {
        {"\"about\":\"hand\",", ""},
        {"\"n\":412", "\"n\":9007199254740992"},
        {"\"n\":412", "\"m\":412"},
        {",\"n\":412", ""},
        {"hand", "ha\\u200bnd"},
        {"print-answer", "reprint"},
        {"\"user\":7,", ""},
        {"\"n\":412", "\"n\":412,\"o\":1"},
        {"\"about\":\"hand\"", "\"about\":null"},
    };
    for (size_t i = 0; i < bx_countof(swaps); i++) {
        with(golden_note, swaps[i][0], swaps[i][1], changed);
        if (bx_note_decode(changed, strlen(changed), about, sizeof(about), &n, NULL) !=
            BX_ERR_INPUT)
            fail_msg("taken: %s", changed);
    }
    assert_int_equal(bx_note_decode(golden_note, strlen(golden_note), about, 4, &n, NULL),
                     BX_ERR_INPUT);
}

static void test_note_is_washed(void **state)
{
    (void)state;
    struct bx_entry_head head = head_of(BX_KIND_SETTLE);
    char about[BX_ABOUT_MAX + 1];
    char text[400];
    int64_t n;
    for (int i = 0; i < 399; i++)
        text[i] = i % 2 ? '\x07' : '\xFF';
    text[399] = '\0';
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    assert_int_equal(bx_note_encode(&head, text, -BX_MONEY_MAX, &out), 0);
    assert_int_equal(bx_note_decode(out.data, out.len, about, sizeof(about), &n, NULL), 0);
    assert_int_equal(strlen(about), BX_ABOUT_MAX);
    assert_int_equal(n, -BX_MONEY_MAX);
}

static void test_random_notes(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(9);
    for (int round = 0; round < 300; round++) {
        enum bx_kind kind = (enum bx_kind)sample_below(&rand, BX_KINDS);
        if (bx_kind_shape(kind) != BX_SHAPE_NOTE && kind != BX_KIND_SHIFT_OPEN)
            continue;
        struct bx_entry_head head = head_of(kind);
        struct bx_entry_head back;
        char text[33] = "";
        char about[BX_ABOUT_MAX + 1];
        int64_t n = sample_below(&rand, BX_MONEY_MAX) - BX_MONEY_MAX / 2;
        int64_t n_back;
        bx_rand_draw(&rand, text, 32);
        head.seq = 1 + sample_below(&rand, BX_MONEY_MAX);
        bx_buf_auto out, again;
        bx_buf_init(&out, 0);
        bx_buf_init(&again, 0);
        assert_int_equal(bx_note_encode(&head, text, n, &out), 0);
        assert_int_equal(bx_note_decode(out.data, out.len, about, sizeof(about), &n_back, NULL), 0);
        assert_int_equal(bx_entry_head_decode(out.data, out.len, &back, NULL), 0);
        assert_int_equal(n, n_back);
        assert_int_equal(bx_note_encode(&back, about, n_back, &again), 0);
        assert_string_equal(bx_buf_text(&out), bx_buf_text(&again));
    }
}

static void test_papers(void **state)
{
    (void)state;
    static const struct {
        enum bx_kind kind;
        const char *body;
    } papers[] = {{BX_KIND_REPRINT, golden_reprint}, {BX_KIND_REPLACE, golden_replace}};
    for (size_t i = 0; i < bx_countof(papers); i++) {
        struct bx_paper_entry paper;
        struct bx_entry_head head = head_of(papers[i].kind);
        struct bx_fault fault = {0};
        if (bx_paper_decode(papers[i].body, strlen(papers[i].body), &paper, &fault))
            fail_msg("%s", fault.say);
        bx_buf_auto out;
        bx_buf_init(&out, 0);
        assert_int_equal(bx_paper_encode(&head, &paper, &out), 0);
        assert_string_equal(bx_buf_text(&out), papers[i].body);
    }
}

static void test_papers_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *body, *from, *to;
    } swaps[] = {
        {golden_reprint, "\"ticket\":1", "\"ticket\":-1"},
        {golden_reprint, "\"ticket\":1", "\"ticket\":400"},
        {golden_reprint, CODE_A, ""},
        {golden_reprint, "\"old\":\"\"", "\"old\":\"" CODE_B "\""},
        {golden_reprint, "\"copy\":2", "\"copy\":0"},
        {golden_reprint, "torn", ""},
        {golden_reprint, "\"kind\":\"reprint\"", "\"kind\":\"login\""},
        {golden_reprint, "\"kind\":\"reprint\"", "\"kind\":\"replace\""},
        {golden_replace, "\"ticket\":0", "\"ticket\":-1"},
        {golden_replace, CODE_A, ""},
        {golden_replace, CODE_B, CODE_A},
        {golden_replace, CODE_B, "B10040G2081040G269RQ02PA3122A"},
        {golden_replace, "\"copy\":0", "\"copy\":1"},
        {golden_replace, "\"copy\":0,", ""},
        {golden_replace, "unsure\"", "unsure\",\"who\":1"},
    };
    struct bx_paper_entry paper;
    char changed[2048];
    for (size_t i = 0; i < bx_countof(swaps); i++) {
        with(swaps[i].body, swaps[i].from, swaps[i].to, changed);
        if (bx_paper_decode(changed, strlen(changed), &paper, NULL) != BX_ERR_INPUT)
            fail_msg("taken: %s", changed);
    }
    static const char receipt[] = HEAD("reprint") SALE_ID
        "\"ticket\":-1,\"code\":\"\",\"old\":\"\",\"copy\":1,\"reason\":\"torn\"}";
    assert_int_equal(bx_paper_decode(receipt, strlen(receipt), &paper, NULL), 0);
    assert_int_equal(paper.ticket, -1);
}

static void test_the_future_is_missing_not_wrong(void **state)
{
    (void)state;
    struct bx_entry_head head;
    struct bx_fault fault = {0};
    char changed[2048];
    with(golden_note, "\"v\":1", "\"v\":3", changed);
    assert_int_equal(bx_entry_head_decode(changed, strlen(changed), &head, &fault), BX_ERR_MISSING);
    assert_non_null(strstr(fault.detail, "v 3"));
    with(golden_note, "print-answer", "levitation", changed);
    assert_int_equal(bx_entry_head_decode(changed, strlen(changed), &head, &fault), BX_ERR_MISSING);
    with(golden_note, "\"v\":1", "\"v\":0", changed);
    assert_int_equal(bx_entry_head_decode(changed, strlen(changed), &head, &fault), BX_ERR_INPUT);
    with(golden_note, "\"v\":1,", "", changed);
    assert_int_equal(bx_entry_head_decode(changed, strlen(changed), &head, &fault), BX_ERR_INPUT);
    assert_int_equal(bx_entry_head_decode("[]", 2, &head, NULL), BX_ERR_INPUT);
    assert_int_equal(bx_entry_head_decode("", 0, &head, NULL), BX_ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_note),
        cmocka_unit_test(test_note_is_washed),
        cmocka_unit_test(test_random_notes),
        cmocka_unit_test(test_papers),
        cmocka_unit_test(test_papers_are_checked),
        cmocka_unit_test(test_the_future_is_missing_not_wrong),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
