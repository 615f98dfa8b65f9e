/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"

static struct bx_fault fault;

static struct bx_json_doc *parse(const char *text)
{
    memset(&fault, 0, sizeof(fault));
    return bx_json_parse(text, strlen(text), 1 << 20, &fault);
}

static bool is_refused(const char *text, size_t len)
{
    memset(&fault, 0, sizeof(fault));
    struct bx_json_doc *doc = bx_json_parse(text, len, 1 << 20, &fault);
    bool refused = !doc && fault.err == BX_ERR_INPUT && fault.say[0] && fault.detail[0];
    bx_json_destroy(doc);
    return refused;
}

static void what_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}",
        "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}", "{1:1}", "{\"a\" 1}", "{\"a\":1]", "[1}",
        "{\"a\":1 \"b\":2}", "[1]x", "1 2", "{}{}", "null null", "1,", "//x\n1", "/**/1",
        /* numbers */
        "01", "-01", "00", "-0", "-", "+1", "1.0", "0.5", ".5", "1.", "1e3", "1E3", "1e400", "1e-1",
        "0x10", "1_000", "9007199254740992", "-9007199254740992", "99999999999999999999999999",
        "NaN", "Infinity", "-Infinity", "[-]", "1a",
        /* words */
        "tru", "True", "nul", "nulll", "truefalse", "undefined",
        /* strings */
        "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u0000\"", "\"\\ud800\"",
        "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"",
        "\"a\nb\"", "\"a\tb\"", "\"\x01\"", "\"\xFF\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"",
        "\"\xE2\x82\"", "\"\xF4\x90\x80\x80\"", "'a'", "\"\\", "\"\\u", "{\"\\u0000\":1}",
        /* what stands around */
        "\xEF\xBB\xBF{}", "\x0B{}", "\xC2\xA0{}", "{}\x01",
        /* names twice */
        "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "[[{\"b\":{\"\":1,\"\":1}}]]",
        "{\"x\":[{\"a\":1,\"b\":2,\"a\":null}]}"};
    for (size_t i = 0; i < bx_countof(texts); i++)
        if (!is_refused(texts[i], strlen(texts[i])))
            fail_msg("accepted: %s", texts[i]);
    /* A NUL is a byte like any other: not allowed. */
    assert_true(is_refused("1\0", 2));
    assert_true(is_refused("\0", 1));
    assert_true(is_refused("\"a\0b\"", 5));
    assert_true(is_refused("[1\0]", 4));
}

static void what_is_accepted(void **state)
{
    (void)state;
    static const char *const texts[] = {"{}",
                                        "[]",
                                        " \t\r\n{ \"a\" : [ ] , \"b\" : { } } \n",
                                        "0",
                                        "-1",
                                        "9007199254740991",
                                        "-9007199254740991",
                                        "true",
                                        "false",
                                        "null",
                                        "\"\"",
                                        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                                        "\"\\ud83d\\ude00\"",
                                        "\"é€😀\x7F\"",
                                        "{\"a\":1,\"A\":2}",
                                        "[[],[[]],{}]",
                                        "[0,0]"};
    for (size_t i = 0; i < bx_countof(texts); i++) {
        bx_cleanup(bx_json_destroy) struct bx_json_doc *doc = parse(texts[i]);
        if (!doc)
            fail_msg("refused: %s: %s", texts[i], fault.detail);
        assert_int_equal(fault.err, 0);
    }
}

/* DEPTH arrays around nothing. */
static size_t nest(char *out, int depth)
{
    memset(out, '[', (size_t)depth);
    memset(out + depth, ']', (size_t)depth);
    out[2 * depth] = '\0';
    return 2 * (size_t)depth;
}

static void limits_of_depth_and_size(void **state)
{
    (void)state;
    static char text[200001];
    struct bx_json_doc *doc = bx_json_parse(text, nest(text, 16), 1000, &fault);
    assert_non_null(doc);
    bx_json_destroy(doc);
    assert_true(is_refused(text, nest(text, 17)));
    assert_true(is_refused(text, nest(text, 100000)));
    memset(text, '{', 200000);
    assert_true(is_refused(text, 200000));
    doc = bx_json_parse("[1]", 3, 3, &fault);
    assert_non_null(doc);
    bx_json_destroy(doc);
    assert_null(bx_json_parse("[1]", 3, 2, &fault));
    /* Only LEN bytes are looked at. */
    doc = bx_json_parse("12x", 2, 10, &fault);
    assert_non_null(doc);
    assert_int_equal(bx_json_integer(bx_json_root(doc)), 12);
    bx_json_destroy(doc);
    doc = bx_json_parse("{\"a\":\"b\"}garbage", 9, 10, NULL);
    assert_non_null(doc);
    bx_json_destroy(doc);
}

static void many_members(void **state)
{
    (void)state;
    for (int twice = 0; twice < 2; twice++) {
        bx_buf_auto buf;
        bx_buf_init(&buf, 0);
        bx_buf_text_add(&buf, "{");
        for (int i = 0; i < 20000; i++)
            bx_buf_format(&buf, "\"k%d\":%d,", i, i);
        bx_buf_format(&buf, "\"k%d\":0}", twice ? 777 : 20000);
        struct bx_json_doc *doc = bx_json_parse(buf.data, buf.len, buf.len, &fault);
        assert_int_equal(doc == NULL, twice);
        if (doc)
            assert_int_equal(bx_json_count(bx_json_root(doc)), 20001);
        else
            assert_non_null(strstr(fault.detail, "k777"));
        bx_json_destroy(doc);
    }
}

static void walking(void **state)
{
    (void)state;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        parse("{\"a\":[1,-9007199254740991,2147483648],\"b\":\"x\\u00e9\\ud83d\\ude00\",\"c\":null,"
              "\"d\":true}");
    bx_json *root = bx_json_root(doc);
    assert_true(bx_json_is_object(root));
    assert_int_equal(bx_json_count(root), 4);
    bx_json *a = bx_json_get(root, "a");
    assert_true(bx_json_is_array(a));
    assert_null(bx_json_get(root, "A"));
    assert_null(bx_json_get(a, "a"));
    assert_null(bx_json_get(NULL, "a"));
    bx_json *one = bx_json_first(a);
    assert_true(bx_json_is_integer(one));
    assert_int_equal(bx_json_integer(one), 1);
    one = bx_json_next(one);
    assert_true(bx_json_integer(one) == INT64_C(-9007199254740991));
    one = bx_json_next(one);
    assert_true(bx_json_integer(one) == INT64_C(2147483648));
    assert_null(bx_json_next(one));
    bx_json *b = bx_json_next(a);
    assert_string_equal(bx_json_name(b), "b");
    assert_true(bx_json_is_string(b));
    assert_string_equal(bx_json_text(b), "xé😀");
    assert_true(bx_json_is_null(bx_json_get(root, "c")));
    assert_string_equal(bx_json_text(a), "");
    assert_int_equal(bx_json_integer(b), 0);
    assert_int_equal(bx_json_count(NULL), 0);
    assert_null(bx_json_first(NULL));
    assert_false(bx_json_is_integer(bx_json_get(root, "d")));
    assert_null(bx_json_destroy(NULL));
}

static void a_reader_reads(void **state)
{
    (void)state;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        parse("{\"n\":5,\"s\":\"Süd\",\"e\":\"\",\"z\":null,\"t\":true,\"h\":\"00ff\",\"l\":[1,2],"
              "\"o\":{},\"id\":\"017f22e2-79b0-7cc3-98c4-dc0c0c07398f\"}");
    struct bx_json_reader reader;
    bx_json_read(&reader, bx_json_root(doc), "product 3", &fault);
    assert_int_equal(bx_json_int(&reader, "n", 5, 5), 5);
    assert_int_equal(bx_json_int_or(&reader, "n", 0, 9, 7), 5);
    assert_int_equal(bx_json_int_or(&reader, "z", 0, 9, 7), 7);
    assert_int_equal(bx_json_int_or(&reader, "none", 0, 9, -7), -7);
    assert_true(bx_json_bool_or(&reader, "t", false));
    assert_true(bx_json_bool_or(&reader, "none", true));
    char text[8];
    bx_json_string(&reader, "s", 3, text, sizeof(text));
    assert_string_equal(text, "Süd");
    bx_json_string_or(&reader, "none", 3, text, sizeof(text), "or");
    assert_string_equal(text, "or");
    bx_json_string_or(&reader, "e", 3, text, sizeof(text), "or");
    assert_string_equal(text, "");
    struct bx_id id;
    bx_json_id(&reader, "id", &id);
    assert_int_equal(id.b[15], 0x8f);
    uint8_t bytes[2];
    bx_json_hex(&reader, "h", bytes, 2);
    assert_int_equal(bytes[1], 255);
    assert_int_equal(bx_json_count(bx_json_array(&reader, "l", 2)), 2);
    assert_non_null(bx_json_object(&reader, "o"));
    static const char *const names[] = {"n", "s", "e", "z", "t", "h", "l", "o", "id", NULL};
    bx_json_only(&reader, names);
    assert_int_equal(reader.err, 0);
}

enum call { INT, INT_OR, BOOL_OR, STRING, STRING_OR, ID, HEX, ARRAY, OBJECT, ONLY };

static void use(struct bx_json_reader *reader, enum call call)
{
    char text[6] = "junk";
    struct bx_id id = {{1}};
    uint8_t bytes[2] = {1, 1};
    static const char *const names[] = {"b", NULL};
    switch (call) {
    case INT: assert_int_equal(bx_json_int(reader, "a", 1, 5), 0); break;
    case INT_OR: assert_int_equal(bx_json_int_or(reader, "a", 1, 5, 3), 0); break;
    case BOOL_OR: assert_false(bx_json_bool_or(reader, "a", true)); break;
    case STRING: bx_json_string(reader, "a", 4, text, sizeof(text)); break;
    case STRING_OR: bx_json_string_or(reader, "a", 4, text, sizeof(text), "x"); break;
    case ID: bx_json_id(reader, "a", &id); break;
    case HEX: bx_json_hex(reader, "a", bytes, 2); break;
    case ARRAY: assert_null(bx_json_array(reader, "a", 2)); break;
    case OBJECT: assert_null(bx_json_object(reader, "a")); break;
    case ONLY: bx_json_only(reader, names); break;
    }
    assert_true(text[0] == '\0' || (call != STRING && call != STRING_OR));
    assert_true(bx_id_is_zero(&id) || call != ID);
}

static void a_reader_collects_the_first_fault(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum call call;
    } cases[] = {
        {"{}", INT},
        {"{\"a\":null}", INT},
        {"{\"a\":0}", INT},
        {"{\"a\":6}", INT},
        {"{\"a\":\"3\"}", INT},
        {"{\"a\":true}", INT},
        {"{\"a\":6}", INT_OR},
        {"{\"a\":[]}", INT_OR},
        {"{\"a\":1}", BOOL_OR},
        {"{}", STRING},
        {"{\"a\":\"\"}", STRING},
        {"{\"a\":5}", STRING},
        {"{\"a\":\"12345\"}", STRING},
        {"{\"a\":\"éééé\"}", STRING},
        {"{\"a\":\" x\"}", STRING},
        {"{\"a\":\"x\\u202e\"}", STRING},
        {"{\"a\":\"x\\n\"}", STRING},
        {"{\"a\":\"12345\"}", STRING_OR},
        {"{\"a\":1}", STRING_OR},
        {"{}", ID},
        {"{\"a\":\"12\"}", ID},
        {"{\"a\":1}", ID},
        {"{\"a\":\"0g00\"}", HEX},
        {"{\"a\":\"00FF\"}", HEX},
        {"{\"a\":\"00\"}", HEX},
        {"{\"a\":[1,2,3]}", ARRAY},
        {"{\"a\":{}}", ARRAY},
        {"{}", ARRAY},
        {"{\"a\":[]}", OBJECT},
        {"{}", OBJECT},
        {"{\"b\":1,\"a\":2}", ONLY},
        {"[]", ONLY},
    };
    for (size_t i = 0; i < bx_countof(cases); i++) {
        bx_cleanup(bx_json_destroy) struct bx_json_doc *doc = parse(cases[i].text);
        assert_non_null(doc);
        struct bx_json_reader reader;
        bx_json_read(&reader, bx_json_root(doc), "product 3", &fault);
        use(&reader, cases[i].call);
        if (reader.err != BX_ERR_INPUT)
            fail_msg("no fault for %s", cases[i].text);
        assert_int_equal(fault.err, BX_ERR_INPUT);
        assert_memory_equal(fault.say, "product 3: ", 11);
        struct bx_fault first = fault;
        for (int call = INT; call <= ONLY; call++)
            use(&reader, (enum call)call);
        bx_json_fault(&reader, "another");
        assert_string_equal(fault.say, first.say);
    }
}

static void a_fault_of_the_callers_own(void **state)
{
    (void)state;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc = parse("{}");
    struct bx_json_reader reader;
    bx_json_read(&reader, bx_json_root(doc), "slot 2", &fault);
    assert_int_equal(reader.err, 0);
    bx_json_fault(&reader, "ends %d minutes before it starts", 5);
    assert_int_equal(reader.err, BX_ERR_INPUT);
    assert_string_equal(fault.say, "slot 2: ends 5 minutes before it starts");
    bx_json_read(&reader, NULL, "nothing", &fault);
    assert_int_equal(reader.err, BX_ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(what_is_accepted),
        cmocka_unit_test(limits_of_depth_and_size),
        cmocka_unit_test(many_members),
        cmocka_unit_test(walking),
        cmocka_unit_test(a_reader_reads),
        cmocka_unit_test(a_reader_collects_the_first_fault),
        cmocka_unit_test(a_fault_of_the_callers_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
