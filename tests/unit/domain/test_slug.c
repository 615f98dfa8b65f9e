/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/slug.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"

static void test_valid(void **state)
{
    (void)state;
    static const char *const good[] = {"a",    "0",
                                       "main", "permanent:2026-11-24/14.30",
                                       "a_b",  "a23456789012345678901234567890123456789"};
    for (size_t i = 0; i < bx_countof(good); i++)
        assert_true(bx_slug_is_valid(good[i]));
}

static void test_invalid(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "-a",
                                      ".",
                                      "/a",
                                      "A",
                                      "a b",
                                      "a\n",
                                      "caf\xC3\xA9",
                                      "a,b",
                                      "a\"",
                                      "a234567890123456789012345678901234567890"};
    for (size_t i = 0; i < bx_countof(bad); i++)
        assert_false(bx_slug_is_valid(bad[i]));
}

static void test_equal(void **state)
{
    (void)state;
    struct bx_slug a = {"main"}, b = {"main"}, c = {"mains"}, none = {""};
    assert_true(bx_slug_equal(&a, &b));
    assert_false(bx_slug_equal(&a, &c));
    assert_true(bx_slug_is_none(&none));
    assert_false(bx_slug_is_none(&a));
}

/* Reads member "id" of JSON; returns the reader's err. */
static int read_id(const char *json, bool or_none, struct bx_slug *ret, struct bx_fault *fault)
{
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, strlen(json), 1000, fault);
    assert_non_null(doc);
    struct bx_json_reader reader;
    bx_json_read(&reader, bx_json_root(doc), "thing 1", fault);
    if (or_none)
        bx_slug_read_or_none(&reader, "id", ret);
    else
        bx_slug_read(&reader, "id", ret);
    return reader.err;
}

static void test_read(void **state)
{
    (void)state;
    struct bx_slug slug = {"old"};
    struct bx_fault fault = {0};
    assert_int_equal(read_id("{\"id\":\"adult\"}", false, &slug, &fault), 0);
    assert_string_equal(slug.s, "adult");
    assert_int_equal(read_id("{\"id\":\"child\"}", true, &slug, &fault), 0);
    assert_string_equal(slug.s, "child");
    assert_int_equal(read_id("{}", true, &slug, &fault), 0);
    assert_true(bx_slug_is_none(&slug));
}

static void test_read_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {"{\"id\":\"Adult\"}", "{\"id\":\"\"}", "{\"id\":7}",
                                      "{\"id\":null}"};
    for (size_t i = 0; i < bx_countof(bad); i++)
        for (int or_none = 0; or_none < 2; or_none++) {
            struct bx_slug slug = {"old"};
            struct bx_fault fault = {0};
            assert_int_equal(read_id(bad[i], or_none != 0, &slug, &fault), BX_ERR_INPUT);
            assert_true(bx_slug_is_none(&slug));
            assert_non_null(strstr(fault.say, "thing 1: \"id\" must be a short name"));
        }
    struct bx_slug slug = {"old"};
    struct bx_fault fault = {0};
    assert_int_equal(read_id("{}", false, &slug, &fault), BX_ERR_INPUT);
    assert_true(bx_slug_is_none(&slug));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),        cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_equal),        cmocka_unit_test(test_read),
        cmocka_unit_test(test_read_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
