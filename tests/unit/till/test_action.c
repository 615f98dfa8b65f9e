/* SPDX-License-Identifier: Apache-2.0 */
/* The table of actions: no key twice on a screen, every hint with its help. */
#include "bench.h"

static bool has_key(const struct bx_action_row *row, int key)
{
    return key != 0 && (row->key == key || row->twin == key);
}

static void one_action_a_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < bx_action_count; i++)
        for (size_t j = i + 1; j < bx_action_count; j++) {
            const struct bx_action_row *a = &bx_action_rows[i];
            const struct bx_action_row *b = &bx_action_rows[j];
            bool clash = (a->screens & b->screens) && (has_key(a, b->key) || has_key(a, b->twin));
            if (clash)
                fail_msg("%s and %s share a key on a screen", a->name, b->name);
            assert_int_not_equal(a->action, b->action);
        }
}

static void hint_has_help(void **state)
{
    (void)state;
    for (size_t i = 0; i < bx_action_count; i++) {
        const struct bx_action_row *row = &bx_action_rows[i];
        assert_non_null(row->name);
        assert_non_null(row->help);
        assert_non_null(row->keys);
        assert_true(strlen(row->name) > 0 && strlen(row->help) > 10);
        assert_true(row->screens != 0);
        if (row->hint)
            assert_true(row->key != 0 && row->keys[0] != '\0');
    }
}

static void every_action_has_a_row(void **state)
{
    (void)state;
    for (int action = BX_ACTION_NONE + 1; action < BX_ACTIONS; action++)
        assert_non_null(bx_action_row((enum bx_action)action));
}

static void small_letters_sell(void **state)
{
    (void)state;
    for (int key = 'a'; key <= 'z'; key++)
        assert_int_equal(bx_action_of_key(BX_SCREEN_SELL, key), BX_ACTION_NONE);
    for (int key = '0'; key <= '9'; key++)
        for (int screen = 0; screen < BX_SCREENS; screen++)
            assert_int_equal(bx_action_of_key((enum bx_screen)screen, key), BX_ACTION_NONE);
}

/* Terminals eat F1, F10 and F11. */
static void function_keys_have_a_twin(void **state)
{
    (void)state;
    for (size_t i = 0; i < bx_action_count; i++) {
        const struct bx_action_row *row = &bx_action_rows[i];
        bool function = row->key >= BX_KEY_F1 && row->key <= BX_KEY_F12;
        bool twin = row->twin >= BX_KEY_F1 && row->twin <= BX_KEY_F12;
        if (function)
            assert_true(row->twin != 0 && !twin);
    }
}

static void esc_goes_back_everywhere(void **state)
{
    (void)state;
    for (int screen = 0; screen < BX_SCREENS; screen++)
        if (screen != BX_SCREEN_STOP)
            assert_int_equal(bx_action_of_key((enum bx_screen)screen, BX_KEY_ESC), BX_ACTION_BACK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_action_a_key),          cmocka_unit_test(hint_has_help),
        cmocka_unit_test(every_action_has_a_row),    cmocka_unit_test(small_letters_sell),
        cmocka_unit_test(function_keys_have_a_twin), cmocka_unit_test(esc_goes_back_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
