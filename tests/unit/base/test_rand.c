/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/rand.h"

static void the_same_seed_gives_the_same_stream(void **state)
{
    (void)state;
    struct bx_rand one = {.seed = {9}};
    struct bx_rand two = one;
    uint8_t a[64];
    uint8_t b[64];
    for (size_t len = 0; len <= 64; len++) {
        bx_rand_draw(&one, a, len);
        bx_rand_draw(&two, b, len);
        assert_memory_equal(a, b, len);
    }
    assert_int_equal(one.drawn, 65);
    /* What was drawn before does not depend on how long the draws were. */
    two = (struct bx_rand){.seed = {9}, .drawn = 64};
    bx_rand_draw(&two, b, 64);
    assert_memory_equal(a, b, 64);
    bx_rand_draw(&two, b, 64);
    assert_memory_not_equal(a, b, 64);
    two = (struct bx_rand){.seed = {8}, .drawn = 64};
    bx_rand_draw(&two, b, 64);
    assert_memory_not_equal(a, b, 64);
}

static void the_stream_is_what_the_header_says(void **state)
{
    (void)state;
    struct bx_rand rand = {.seed = {1, 2, 3}, .drawn = 0x0102};
    uint8_t drawn[64];
    uint8_t expected[64];
    bx_rand_draw(&rand, drawn, sizeof(drawn));
    static const uint8_t message[11] = {'b', 'x', 'r', 0, 0, 0, 0, 0, 0, 1, 2};
    bx_mac(rand.seed, 32, message, sizeof(message), expected, sizeof(expected));
    assert_memory_equal(drawn, expected, 64);
}

int main(void)
{
    bx_crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_stream),
        cmocka_unit_test(the_stream_is_what_the_header_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
