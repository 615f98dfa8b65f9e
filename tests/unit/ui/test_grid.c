/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ui/grid.h"

static void row_is(const struct ui_grid *grid, int row, const char *expected)
{
    bx_buf_auto text = {0};
    ui_grid_row_text(grid, row, &text);
    assert_string_equal(bx_buf_text(&text), expected);
}

static void cuts_with_an_ellipsis(void **state)
{
    (void)state;
    bx_cleanup(ui_grid_destroy) struct ui_grid *grid = ui_grid_create(2, 8, true);
    assert_int_equal(ui_put(grid, 0, 1, 5, UI_PLAIN, "Student"), 5);
    row_is(grid, 0, " Stud\xe2\x80\xa6");
    assert_int_equal(ui_put(grid, 1, 6, 20, UI_PLAIN, "Adult"), 2);
    row_is(grid, 1, "      A\xe2\x80\xa6");
}

static void never_halves_a_wide_character(void **state)
{
    (void)state;
    bx_cleanup(ui_grid_destroy) struct ui_grid *grid = ui_grid_create(1, 6, true);
    ui_put(grid, 0, 0, 6, UI_PLAIN, "\xe5\xb8\xb8\xe8\xa8\xad\xe5\xb1\x95\xe7\xa4\xba");
    row_is(grid, 0, "\xe5\xb8\xb8\xe8\xa8\xad\xe2\x80\xa6");
    ui_put(grid, 0, 1, 1, UI_PLAIN, "x");
    row_is(grid, 0, " x\xe8\xa8\xad\xe2\x80\xa6");
}

static void keeps_marks_on_their_letter(void **state)
{
    (void)state;
    bx_cleanup(ui_grid_destroy) struct ui_grid *grid = ui_grid_create(1, 6, true);
    assert_int_equal(ui_put(grid, 0, 0, 6, UI_PLAIN, "e\xcc\x81x"), 2);
    row_is(grid, 0, "e\xcc\x81x");
    assert_int_equal(ui_put(grid, 0, 3, 3, UI_PLAIN, "\xcc\x81z"), 1);
}

static void speaks_ascii_where_it_must(void **state)
{
    (void)state;
    bx_cleanup(ui_grid_destroy) struct ui_grid *grid = ui_grid_create(2, 12, false);
    ui_put(grid, 0, 0, 12, UI_PLAIN, "caf\xc3\xa9 \xc2\xb7 \xe5\xb8\xb8");
    row_is(grid, 0, "caf? . ??");
    ui_rule(grid, 1, 0, 12, "Pay");
    row_is(grid, 1, "- Pay ------");
}

static void stays_inside(void **state)
{
    (void)state;
    bx_cleanup(ui_grid_destroy) struct ui_grid *grid = ui_grid_create(2, 4, true);
    ui_put(grid, 5, 0, 4, UI_PLAIN, "below");
    ui_put(grid, -1, 0, 4, UI_PLAIN, "above");
    ui_put(grid, 0, 9, 4, UI_PLAIN, "right");
    ui_fill(grid, 1, 2, 99, UI_PLAIN, 'x');
    ui_cursor(grid, 9, -3);
    row_is(grid, 0, "");
    row_is(grid, 1, "  xx");
    assert_int_equal(grid->cursor_row, 1);
    assert_int_equal(grid->cursor_column, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_with_an_ellipsis),
        cmocka_unit_test(never_halves_a_wide_character),
        cmocka_unit_test(keeps_marks_on_their_letter),
        cmocka_unit_test(speaks_ascii_where_it_must),
        cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
