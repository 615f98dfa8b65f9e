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
#include "boxtill/base/crypto.h"
#include "boxtill/base/fault.h"
#include "boxtill/base/rand.h"
#include "boxtill/base/text.h"

static char out[256];

/* Washes a literal into OUT; answers whether anything was lost. */
#define wash(text, columns) bx_text_wash((text), sizeof(text) - 1, (columns), out, sizeof(out))

static void clean_text_stays(void **state)
{
    (void)state;
    assert_false(wash("Zürich, 東京 & Ωmega €5", 80));
    assert_string_equal(out, "Zürich, 東京 & Ωmega €5");
    assert_false(wash("", 80));
    assert_string_equal(out, "");
    assert_false(wash("  a \t\r\n b\xC2\xA0\xE3\x80\x80"
                      "c  ",
                      80));
    assert_string_equal(out, "a b c");
}

static void what_drives_a_terminal_is_dropped(void **state)
{
    (void)state;
    assert_true(wash("a\x1B[31mb\x07", 80));
    assert_string_equal(out, "a[31mb");
    assert_true(wash("a\xC2\x9B"
                     "b",
                     80)); /* U+009B, CSI */
    assert_string_equal(out, "ab");
    assert_true(wash("x\xE2\x80\xAEtxt.exe", 80)); /* U+202E */
    assert_string_equal(out, "xtxt.exe");
    assert_true(wash("a\xE2\x80\x8B"
                     "b\xEF\xBB\xBF",
                     80)); /* U+200B, U+FEFF */
    assert_string_equal(out, "ab");
    assert_true(wash("a\xEE\x80\x80\xF4\x80\x80\x80", 80)); /* private use */
    assert_string_equal(out, "a");
    assert_true(wash("a\0b", 80));
    assert_string_equal(out, "ab");
    assert_true(wash("a \xE2\x80\x8B b", 80)); /* blanks around a dropped one join */
    assert_string_equal(out, "a b");
    assert_true(wash("\x01", 80));
    assert_string_equal(out, "");
}

static void broken_bytes_are_replaced(void **state)
{
    (void)state;
    assert_true(wash("a\xFF"
                     "b",
                     80));
    assert_string_equal(out, "a\xEF\xBF\xBD"
                             "b");
    assert_true(wash("\xC0\x80", 80)); /* overlong */
    assert_string_equal(out, "\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_true(wash("\xED\xA0\x80", 80)); /* a surrogate */
    assert_true(wash("\xE2\x82", 80));     /* half of € */
    assert_false(wash("\xEF\xBF\xBD", 80));
}

static void marks_do_not_pile_up(void **state)
{
    (void)state;
    assert_false(wash("e\xCC\x81\xCC\xA3x", 80));
    assert_true(wash("e\xCC\x81\xCC\xA3\xCC\x81\xCC\x81x\xCC\x81", 80));
    assert_string_equal(out, "e\xCC\x81\xCC\xA3x\xCC\x81");
    /* Hidden characters between them do not start a new count. */
    assert_true(wash("e\xCC\x81\xE2\x80\x8D\xCC\x81\xE2\x80\x8D\xCC\x81", 80));
    assert_string_equal(out, "e\xCC\x81\xCC\x81");
}

static void columns_and_bytes_cut(void **state)
{
    (void)state;
    assert_false(wash("12345", 5));
    assert_true(wash("123456", 5));
    assert_string_equal(out, "12345");
    assert_false(wash("12345   ", 5));
    assert_string_equal(out, "12345");
    assert_true(wash("1234 6", 5));
    assert_string_equal(out, "1234");
    assert_true(wash("1234東", 5));
    assert_string_equal(out, "1234");
    assert_false(wash("123東", 5));
    assert_false(wash("12345\xCC\x81", 5));
    char tiny[6];
    assert_true(bx_text_wash("ab€€", 8, 80, tiny, sizeof(tiny)));
    assert_string_equal(tiny, "ab€");
    assert_true(bx_text_wash("a", 1, 80, tiny, 1));
    assert_string_equal(tiny, "");
    assert_true(bx_text_wash("a", 1, 0, tiny, sizeof(tiny)));
}

static void washing_twice_changes_nothing(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        " ",    "\t",           "a",    "é",        "€", "東", "\xCC\x81", "\xE2\x80\x8B",
        "\xFF", "\xE2\x80\xAE", "\x1B", "\xC2\xA0", "😀"};
    struct bx_rand rand = {.seed = {3}};
    for (int i = 0; i < 4000; i++) {
        uint8_t bytes[64];
        bx_rand_draw(&rand, bytes, sizeof(bytes));
        char dirty[256] = "";
        size_t len = bytes[0] % 40;
        if (i % 2) {
            memcpy(dirty, bytes + 1, len);
        } else {
            size_t n = 0;
            for (size_t p = 0; p < len; p++) {
                const char *piece = pieces[bytes[1 + p] % bx_countof(pieces)];
                memcpy(dirty + n, piece, strlen(piece));
                n += strlen(piece);
            }
            len = n;
        }
        size_t columns = bytes[63] % 40;
        char once[64];
        char twice[64];
        bool lost = bx_text_wash(dirty, len, columns, once, sizeof(once));
        assert_true(bx_text_columns(once) <= columns);
        assert_false(bx_text_wash(once, strlen(once), columns, twice, sizeof(twice)));
        assert_string_equal(once, twice);
        assert_true(bx_text_is_washed(once, strlen(once)));
        bool same = strlen(once) == len && memcmp(once, dirty, len) == 0;
        assert_false(same && lost);
        char whole[256];
        bx_text_wash(dirty, len, 1000, whole, sizeof(whole));
        same = strlen(whole) == len && memcmp(whole, dirty, len) == 0;
        assert_int_equal(bx_text_is_washed(dirty, len), same);
    }
}

static void columns_of_characters(void **state)
{
    (void)state;
    assert_int_equal(bx_text_columns("abc"), 3);
    assert_int_equal(bx_text_columns("é東e\xCC\x81"), 4);
    static const struct {
        uint32_t c;
        int columns;
    } cases[] = {{'a', 1},     {0xE9, 1},   {0x300, 0},    {0x36F, 0},   {0x370, 1},  {0x200B, 0},
                 {0x4E00, 2},  {0xAC00, 2}, {0x1160, 0},   {0x3042, 2},  {0xFF21, 2}, {0xFF71, 1},
                 {0x1F600, 2}, {0x20AC, 1}, {0x20000, 2},  {0xE0100, 0}, {0x303F, 1}, {0x5D0, 1},
                 {0xFE0F, 0},  {0xFFFD, 1}, {0x10FFFF, 1}, {0x2500, 1}};
    for (size_t i = 0; i < bx_countof(cases); i++)
        assert_int_equal(bx_text_char_columns(cases[i].c), cases[i].columns);
}

static void every_character_goes_there_and_back(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        char bytes[4];
        uint32_t back;
        size_t n = bx_text_encode(c, bytes);
        assert_int_equal(bx_text_decode(bytes, n, &back), n);
        if (back != c)
            assert_true(back == 0xFFFD && c >= 0xD800 && c <= 0xDFFF);
        if (n > 1) {
            assert_int_equal(bx_text_decode(bytes, n - 1, &back), 1);
            assert_int_equal(back, 0xFFFD);
        }
    }
    uint32_t c;
    assert_int_equal(bx_text_decode("", 0, &c), 0);
    assert_int_equal(bx_text_decode("\xF4\x90\x80\x80", 4, &c), 1);
    assert_int_equal(c, 0xFFFD);
}

static void logs_are_plain_ascii(void **state)
{
    (void)state;
    bx_buf_auto buf;
    bx_buf_init(&buf, 0);
    static const char text[] = "a\n\x1B\xFF é€";
    bx_text_log(&buf, text, sizeof(text) - 1);
    assert_string_equal(bx_buf_text(&buf), "a\\x0a\\x1b\\xff \\u{e9}\\u{20ac}");
}

static void numbers(void **state)
{
    (void)state;
    int64_t n = -1;
    assert_int_equal(bx_text_number("0", 1, 10, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(bx_text_number("10", 2, 10, &n), 0);
    assert_int_equal(n, 10);
    assert_int_equal(bx_text_number("9223372036854775807", 19, INT64_MAX, &n), 0);
    assert_true(n == INT64_MAX);
    static const char *const refused[] = {"",
                                          "00",
                                          "01",
                                          "-1",
                                          "+1",
                                          " 1",
                                          "1 ",
                                          "1.0",
                                          "x",
                                          "11",
                                          "9223372036854775808",
                                          "99999999999999999999"};
    for (size_t i = 0; i < bx_countof(refused); i++)
        assert_int_equal(bx_text_number(refused[i], strlen(refused[i]), 10, &n), BX_ERR_INPUT);
    assert_int_equal(bx_text_number("9223372036854775808", 19, INT64_MAX, &n), BX_ERR_INPUT);
    assert_int_equal(bx_text_number("0", 1, -1, &n), BX_ERR_INPUT);
    assert_true(n == INT64_MAX);
}

static void copies_are_cut_between_characters(void **state)
{
    (void)state;
    char small[5];
    assert_true(BX_TEXT_COPY(small, "1234"));
    assert_string_equal(small, "1234");
    assert_false(BX_TEXT_COPY(small, "12345"));
    assert_string_equal(small, "1234");
    assert_false(BX_TEXT_COPY(small, "12€"));
    assert_string_equal(small, "12");
    assert_true(BX_TEXT_COPY(small, "1€"));
    assert_string_equal(small, "1€");
    assert_false(BX_TEXT_COPY(small, "1😀"));
    assert_string_equal(small, "1");
    assert_true(BX_TEXT_COPY(small, ""));
    assert_string_equal(small, "");
}

int main(void)
{
    bx_crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_text_stays),
        cmocka_unit_test(what_drives_a_terminal_is_dropped),
        cmocka_unit_test(broken_bytes_are_replaced),
        cmocka_unit_test(marks_do_not_pile_up),
        cmocka_unit_test(columns_and_bytes_cut),
        cmocka_unit_test(washing_twice_changes_nothing),
        cmocka_unit_test(columns_of_characters),
        cmocka_unit_test(every_character_goes_there_and_back),
        cmocka_unit_test(logs_are_plain_ascii),
        cmocka_unit_test(numbers),
        cmocka_unit_test(copies_are_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
