/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/fault.h"
#include "boxtill/base/text.h"

static void a_fault_is_filled_and_answered(void **state)
{
    (void)state;
    struct bx_fault fault;
    memset(&fault, 'x', sizeof(fault));
    assert_int_equal(bx_fault_set(&fault, BX_ERR_FULL, "The disk is full.", "%d left", 7),
                     BX_ERR_FULL);
    assert_int_equal(fault.err, BX_ERR_FULL);
    assert_string_equal(fault.say, "The disk is full.");
    assert_string_equal(fault.detail, "7 left");
    assert_int_equal(bx_fault_set(&fault, BX_ERR_IO, "No.", NULL), BX_ERR_IO);
    assert_string_equal(fault.detail, "");
    assert_int_equal(bx_fault_say(&fault, BX_ERR_BUSY, "Till %d is busy.", 2), BX_ERR_BUSY);
    assert_string_equal(fault.say, "Till 2 is busy.");
    assert_string_equal(fault.detail, "");
    assert_int_equal(bx_fault_set(NULL, BX_ERR_IO, "No.", NULL), BX_ERR_IO);
    assert_int_equal(bx_fault_say(NULL, BX_ERR_IO, "No."), BX_ERR_IO);
}

static bool is_valid(const char *text)
{
    uint32_t c;
    size_t used = 0;
    for (size_t len = strlen(text), at = 0; at < len; at += used) {
        used = bx_text_decode(text + at, len - at, &c);
        if (c == 0xFFFD)
            return false;
    }
    return true;
}

static void long_sentences_are_cut_between_characters(void **state)
{
    (void)state;
    static const char *const units[] = {"x", "é", "€", "😀"};
    for (size_t u = 0; u < 4; u++) {
        for (int lead = 0; lead < 5; lead++) {
            char text[600] = "-----";
            text[lead] = '\0';
            while (strlen(text) < 500)
                memcpy(text + strlen(text), units[u], strlen(units[u]) + 1);
            struct bx_fault fault;
            (void)bx_fault_set(&fault, BX_ERR_IO, text, "%s", text);
            assert_true(is_valid(fault.say));
            assert_true(is_valid(fault.detail));
            assert_true(strlen(fault.say) > 199 - 4);
            assert_string_equal(fault.say, fault.detail);
            (void)bx_fault_say(&fault, BX_ERR_IO, "%s", text);
            assert_true(is_valid(fault.say));
        }
    }
}

static void a_text_that_just_fits_is_whole(void **state)
{
    (void)state;
    char text[201];
    memset(text, 'a', 197);
    memcpy(text + 197, "é", 3);
    struct bx_fault fault;
    (void)bx_fault_say(&fault, BX_ERR_IO, "%s", text);
    assert_string_equal(fault.say, text);
}

static void every_error_has_its_word(void **state)
{
    (void)state;
    for (int err = 0; err >= BX_ERR_UNKNOWN; err--) {
        assert_string_not_equal(bx_err_word((enum bx_err)err), "unnamed");
        for (int other = 0; other > err; other--)
            assert_string_not_equal(bx_err_word((enum bx_err)err), bx_err_word((enum bx_err)other));
    }
    assert_string_equal(bx_err_word(BX_ERR_REFUSED), "refused");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_is_filled_and_answered),
        cmocka_unit_test(long_sentences_are_cut_between_characters),
        cmocka_unit_test(a_text_that_just_fits_is_whole),
        cmocka_unit_test(every_error_has_its_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
