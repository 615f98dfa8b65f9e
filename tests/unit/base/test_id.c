/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/fault.h"
#include "boxtill/base/id.h"

static void the_layout_of_version_seven(void **state)
{
    (void)state;
    /* RFC 9562, appendix A.6: 2022-02-22T14:22:22-05:00, rand_a CC3, rand_b 18C4DC0C0C07398F. */
    static const uint8_t random[10] = {0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F};
    char out[BX_ID_TEXT];
    struct bx_id id = bx_id_make((bx_utc){INT64_C(1645557742000) * 1000 + 999}, random);
    assert_string_equal(bx_id_format(&id, out), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    /* The random bits that version and variant stand on are not kept. */
    static const uint8_t ones[10] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    id = bx_id_make((bx_utc){0}, ones);
    assert_string_equal(bx_id_format(&id, out), "00000000-0000-7fff-bfff-ffffffffffff");
}

static void later_ids_sort_later(void **state)
{
    (void)state;
    static const uint8_t low[10] = {0};
    static const uint8_t high[10] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    struct bx_id before = bx_id_make((bx_utc){INT64_C(1795530725255000)}, high);
    struct bx_id after = bx_id_make((bx_utc){INT64_C(1795530725256000)}, low);
    assert_true(memcmp(&before, &after, sizeof(after)) < 0);
    assert_true(bx_id_equal(&after, &after));
    assert_false(bx_id_equal(&after, &before));
    assert_false(bx_id_is_zero(&after));
    assert_true(bx_id_is_zero(&(struct bx_id){0}));
}

static void text_in_both_cases(void **state)
{
    (void)state;
    struct bx_id lower;
    struct bx_id upper;
    assert_int_equal(bx_id_parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", &lower), 0);
    assert_int_equal(bx_id_parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", &upper), 0);
    assert_true(bx_id_equal(&lower, &upper));
    assert_int_equal(bx_id_parse("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", &lower), 0);
    static const char *const refused[] = {"",
                                          "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
                                          "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
                                          "017f22e279b07cc398c4dc0c0c07398f",
                                          "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
                                          "{17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
                                          "017f22e27-9b0-7cc3-98c4-dc0c0c07398f",
                                          " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f"};
    upper = lower;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(bx_id_parse(refused[i], &lower), BX_ERR_INPUT);
    assert_true(bx_id_equal(&lower, &upper));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_layout_of_version_seven),
        cmocka_unit_test(later_ids_sort_later),
        cmocka_unit_test(text_in_both_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
