/* SPDX-License-Identifier: Apache-2.0 */
/* A struct that is copied into the initialiser of another keeps its bytes. It does not go without
 * saying: gcc 12 with -ftrivial-auto-var-init=zero clears the padding behind the flag below at the
 * wrong place, within the copy, and a product's id was cut short in a draft by that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct inner {
    uint8_t id[16];
    int count;
    struct {
        char text[40];
        int64_t n;
    } lines[2];
};
struct outer {
    struct inner inner;
    bool flag;
};

__attribute__((noinline)) static void look(const struct outer *outer)
{
    assert_string_equal(outer->inner.lines[0].text, "guide");
    assert_true(outer->flag);
}

__attribute__((noinline)) static void make(const struct inner *inner, bool flag)
{
    struct outer outer = {.inner = *inner, .flag = flag};
    look(&outer);
}

static void test_copy(void **state)
{
    static struct inner inner;
    (void)state;
    memcpy(inner.lines[0].text, "guide", 6);
    make(&inner, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_copy)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
