/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/buf.h"

static void appending_keeps_a_nul_behind(void **state)
{
    (void)state;
    bx_buf_auto buf;
    bx_buf_init(&buf, 0);
    assert_string_equal(bx_buf_text(&buf), "");
    bx_buf_text_add(&buf, "one");
    bx_buf_byte_add(&buf, ' ');
    bx_buf_format(&buf, "%d-%s", 22, "three");
    bx_buf_add(&buf, "", 0);
    assert_string_equal(bx_buf_text(&buf), "one 22-three");
    assert_int_equal(buf.len, 12);
    bx_buf_drop(&buf, 4);
    assert_string_equal(bx_buf_text(&buf), "22-three");
    bx_buf_drop(&buf, 0);
    bx_buf_drop(&buf, buf.len);
    assert_string_equal(bx_buf_text(&buf), "");
    assert_false(buf.full);
}

static void growing_keeps_what_was_there(void **state)
{
    (void)state;
    bx_buf_auto buf;
    bx_buf_init(&buf, 0);
    for (int i = 0; i < 100000; i++)
        bx_buf_byte_add(&buf, (uint8_t)(i * 7));
    assert_int_equal(buf.len, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal((uint8_t)buf.data[i], (uint8_t)(i * 7));
}

static void full_is_sticky_and_changes_nothing(void **state)
{
    (void)state;
    bx_buf_auto buf;
    bx_buf_init(&buf, 10);
    bx_buf_text_add(&buf, "12345678");
    bx_buf_text_add(&buf, "9ab");
    assert_true(buf.full);
    assert_string_equal(bx_buf_text(&buf), "12345678");
    bx_buf_byte_add(&buf, '9');
    bx_buf_format(&buf, "%d", 9);
    assert_string_equal(bx_buf_text(&buf), "12345678");
    bx_buf_clear(&buf);
    assert_false(buf.full);
    bx_buf_text_add(&buf, "1234567890");
    assert_false(buf.full);
    assert_int_equal(buf.len, 10);
    bx_buf_byte_add(&buf, 'x');
    assert_true(buf.full);
}

static void format_counts_against_the_maximum(void **state)
{
    (void)state;
    bx_buf_auto buf;
    bx_buf_init(&buf, 5);
    bx_buf_format(&buf, "%s", "12345");
    assert_false(buf.full);
    bx_buf_clear(&buf);
    bx_buf_format(&buf, "%s", "123456");
    assert_true(buf.full);
    assert_int_equal(buf.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appending_keeps_a_nul_behind),
        cmocka_unit_test(growing_keeps_what_was_there),
        cmocka_unit_test(full_is_sticky_and_changes_nothing),
        cmocka_unit_test(format_counts_against_the_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
