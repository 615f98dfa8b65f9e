/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of every screen at every size; how each looks is the goldens' business. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "sample_view.h"
#include "boxtill/till/till.h"
#include "ui/ui.h"

static bool shows(const struct ui_grid *grid, const char *what)
{
    for (int row = 0; row < grid->rows; row++) {
        bx_buf_auto text = {0};
        ui_grid_row_text(grid, row, &text);
        if (strstr(bx_buf_text(&text), what))
            return true;
    }
    return false;
}

static void sell_shows_what_a_cashier_needs(void **state)
{
    (void)state;
    struct bx_till_view *view = test_malloc(sizeof(*view));
    sample_view(view);
    bx_cleanup(ui_grid_destroy) struct ui_grid *grid = ui_grid_create(24, 80, true);
    ui_paint(view, grid);
    static const char *const needed[] = {"Till 2  Ana  shift 41",
                                         "online  0 waiting",
                                         "printer ready",
                                         "Tue 24  14:32",
                                         "> 14:30",
                                         "20 yours",
                                         "~38",
                                         "full",
                                         "Adult",
                                         "48.00",
                                         "3 persons",
                                         "57.00",
                                         "2-000412",
                                         "24.00 of 30.00, 6.00",
                                         "Enter pay",
                                         "N next slot",
                                         "F, / find",
                                         "a F2 Adult",
                                         "Child 6-17   9.00",
                                         ": all",
                                         "?, F1 keys"};
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (!shows(grid, needed[i]))
            fail_msg("the sell screen does not show \"%s\"", needed[i]);
    test_free(view);
}

/* Every screen, every size, hostile data: painted without leaving the sheet (the sanitizers watch),
 * with the cursor on it and without a broken wide character. */
static void every_screen_fits_every_window(void **state)
{
    (void)state;
    static const int sizes[][2] = {{24, 80}, {30, 100}, {20, 60}, {19, 59},
                                   {1, 1},   {3, 200},  {60, 240}};
    struct bx_till_view *view = test_malloc(sizeof(*view));
    for (int screen = 0; screen < BX_SCREENS; screen++)
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            sample_view_hostile(view);
            view->screen = (enum bx_screen)screen;
            snprintf(view->ask, sizeof(view->ask), "%s", i % 2 ? "Empty the basket" : "");
            snprintf(view->ask_text, sizeof(view->ask_text), "%0150d", 7);
            bx_cleanup(ui_grid_destroy) struct ui_grid *grid =
                ui_grid_create(sizes[i][0], sizes[i][1], true);
            ui_paint(view, grid);
            assert_in_range(grid->cursor_row, 0, grid->rows - 1);
            assert_in_range(grid->cursor_column, 0, grid->columns - 1);
            for (int row = 0; row < grid->rows; row++)
                assert_int_not_equal(grid->cells[row * grid->columns].c, 0);
        }
    test_free(view);
}

static void a_small_window_still_shows_the_total(void **state)
{
    (void)state;
    struct bx_till_view *view = test_malloc(sizeof(*view));
    sample_view(view);
    snprintf(view->input, sizeof(view->input), "12");
    bx_cleanup(ui_grid_destroy) struct ui_grid *grid = ui_grid_create(19, 59, true);
    ui_paint(view, grid);
    assert_true(shows(grid, "window too small"));
    assert_true(shows(grid, "EUR 57.00"));
    assert_true(shows(grid, "12"));
    test_free(view);
}

static void a_large_window_shows_the_last_sales(void **state)
{
    (void)state;
    struct bx_till_view *view = test_malloc(sizeof(*view));
    sample_view(view);
    bx_cleanup(ui_grid_destroy) struct ui_grid *small = ui_grid_create(24, 80, true);
    ui_paint(view, small);
    assert_false(shows(small, "Last sales"));
    bx_cleanup(ui_grid_destroy) struct ui_grid *large = ui_grid_create(30, 100, true);
    ui_paint(view, large);
    assert_true(shows(large, "Last sales"));
    assert_true(shows(large, "2-000410       14:31"));
    test_free(view);
}

static void change_is_the_largest_thing(void **state)
{
    (void)state;
    struct bx_till_view *view = test_malloc(sizeof(*view));
    sample_view(view);
    view->screen = BX_SCREEN_CHANGE;
    snprintf(view->total, sizeof(view->total), "0.00"); /* the basket is empty again */
    snprintf(view->due, sizeof(view->due), "57.00");
    snprintf(view->change, sizeof(view->change), "3.00");
    bx_cleanup(ui_grid_destroy) struct ui_grid *grid = ui_grid_create(24, 80, false);
    ui_paint(view, grid);
    assert_true(shows(grid, "CHANGE 3.00"));
    assert_true(shows(grid, "Total 57.00"));
    assert_true(shows(grid, "######"));
    bx_buf_auto text = {0};
    ui_grid_row_text(grid, grid->cursor_row, &text);
    assert_non_null(strstr(bx_buf_text(&text), "CHANGE"));
    test_free(view);
}

/* The first cell of WHAT on the sheet, as a mouse would press it. */
static const struct ui_hit *pressed(const struct ui_grid *grid, const char *what)
{
    for (int row = 0; row < grid->rows; row++) {
        bx_buf_auto text = {0};
        ui_grid_row_text(grid, row, &text);
        const char *at = strstr(bx_buf_text(&text), what);
        if (at)
            return ui_hit_at(grid, row, (int)(at - bx_buf_text(&text)));
    }
    return NULL;
}

static void a_press_is_a_key(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int key, times;
    } presses[] = {{"a F2 Adult", 'a', 1},  {"Enter pay", BX_KEY_ENTER, 1},
                   {"N next slot", 'N', 1}, {": all", ':', 1},
                   {"14:00", BX_KEY_UP, 1}, {"15:15", BX_KEY_DOWN, 3},
                   {"online", 'Q', 1},      {"printer ready", 'R', 1}};
    struct bx_till_view *view = test_malloc(sizeof(*view));
    sample_view(view);
    bx_cleanup(ui_grid_destroy) struct ui_grid *grid = ui_grid_create(24, 80, false);
    ui_paint(view, grid);
    for (size_t i = 0; i < sizeof(presses) / sizeof(presses[0]); i++) {
        const struct ui_hit *hit = pressed(grid, presses[i].what);
        if (!hit || hit->key != presses[i].key || hit->times != presses[i].times)
            fail_msg("a press on \"%s\" is not its key", presses[i].what);
    }
    assert_null(ui_hit_at(grid, 20, 200));
    test_free(view);
}

static void a_question_covers_what_is_below(void **state)
{
    (void)state;
    struct bx_till_view *view = test_malloc(sizeof(*view));
    sample_view(view);
    snprintf(view->ask, sizeof(view->ask), "Leave");
    snprintf(view->ask_yes, sizeof(view->ask_yes), "y leave");
    snprintf(view->ask_no, sizeof(view->ask_no), "Esc no");
    bx_cleanup(ui_grid_destroy) struct ui_grid *grid = ui_grid_create(24, 80, false);
    ui_paint(view, grid);
    assert_int_equal(pressed(grid, "y leave")->key, 'y');
    assert_int_equal(pressed(grid, "Esc no")->key, BX_KEY_ESC);
    assert_null(pressed(grid, "a F2 Adult"));
    assert_null(pressed(grid, "Enter pay"));
    test_free(view);
}

static void a_pin_is_never_shown(void **state)
{
    (void)state;
    struct bx_till_view *view = test_malloc(sizeof(*view));
    sample_view(view);
    view->screen = BX_SCREEN_FORM;
    view->under = BX_SCREEN_SELL;
    view->field_count = 1;
    view->fields[0] = (struct bx_view_field){.selected = true, .secret = true};
    snprintf(view->fields[0].label, sizeof(view->fields[0].label), "PIN");
    snprintf(view->fields[0].value, sizeof(view->fields[0].value), "****");
    for (int rows = 10; rows < 40; rows += 14) {
        bx_cleanup(ui_grid_destroy) struct ui_grid *grid = ui_grid_create(rows, 80, false);
        ui_paint(view, grid);
        assert_true(shows(grid, "****"));
    }
    test_free(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sell_shows_what_a_cashier_needs),
        cmocka_unit_test(every_screen_fits_every_window),
        cmocka_unit_test(a_small_window_still_shows_the_total),
        cmocka_unit_test(a_large_window_shows_the_last_sales),
        cmocka_unit_test(change_is_the_largest_thing),
        cmocka_unit_test(a_press_is_a_key),
        cmocka_unit_test(a_question_covers_what_is_below),
        cmocka_unit_test(a_pin_is_never_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
