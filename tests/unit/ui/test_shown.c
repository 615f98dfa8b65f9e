/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/words.h"
#include "ui/shown.h"

static struct ui_shown read(const char *json)
{
    struct ui_shown shown = {.state = UI_SHOWN_CLOSED};
    assert_int_equal(ui_shown_parse(json, strlen(json), &shown, NULL), 0);
    return shown;
}

static void pole_is(const struct ui_shown *shown, const char *upper, const char *lower)
{
    char out[UI_POLE_BYTES];
    assert_int_equal(ui_shown_pole(shown, out), 41);
    assert_int_equal(out[0], '\f');
    assert_memory_equal(out + 1, upper, UI_POLE_COLUMNS);
    assert_memory_equal(out + 21, lower, UI_POLE_COLUMNS);
}

static void states(void **state)
{
    (void)state;
    struct ui_shown shown = read("{\"state\":\"idle\",\"venue\":\"Sample Museum\"}");
    pole_is(&shown, "Sample Museum       ", "Welcome             ");
    shown = read("{\"state\":\"basket\",\"currency\":\"EUR\",\"lines\":[{\"quantity\":2,\"name\":"
                 "\"Erwachsene mit Kulturerm\xc3\xa4\xc3\x9figung\",\"amount\":\"1234.00\"}],"
                 "\"total\":\"1234.00\"}");
    pole_is(&shown, "2 Erwachsene 1234.00", "Total        1234.00");
    shown = read("{\"state\":\"pay\",\"total\":\"9.00\",\"left\":\"-3.00\"}");
    pole_is(&shown, "Total           9.00", "We give back    3.00");
    shown = read(
        "{\"state\":\"change\",\"total\":\"9.00\",\"received\":\"10.00\",\"change\":\"1.00\"}");
    pole_is(&shown, "Your change     1.00", "Thank you           ");
    shown = read(
        "{\"state\":\"change\",\"total\":\"-9.00\",\"received\":\"-9.00\",\"change\":\"0.00\"}");
    pole_is(&shown, "We give back    9.00", "Thank you           ");
    shown = (struct ui_shown){.state = UI_SHOWN_CLOSED};
    pole_is(&shown, "One moment, please  ", "                    ");
}

static void only_ascii_goes_out(void **state)
{
    (void)state;
    struct ui_shown shown = read("{\"state\":\"idle\",\"venue\":\"\xc3\x9c"
                                 "bersee \xe5\xa4\xa7"
                                 "e\xcc\x81 \xf0\x9f\x8e\xa7\"}");
    bx_words_use("de");
    pole_is(&shown, "Uebersee ?e ?       ", "Willkommen          ");
    bx_words_use(NULL);
}

static void amounts_are_the_displays_own(void **state)
{
    (void)state;
    bx_words_use("de");
    struct ui_shown shown =
        read("{\"state\":\"basket\",\"lines\":[{\"quantity\":2,\"name\":\"Adult\","
             "\"amount\":\"48.00\"}],\"total\":\"48.00\"}");
    pole_is(&shown, "2 Adult        48,00", "Summe          48,00");
    bx_words_use(NULL);
}

static void what_is_not_understood_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "[]",
        "{}",
        "{\"state\":5}",
        "{\"state\":\"basket\",\"lines\":[{\"quantity\":1}]}",
        "{\"state\":\"basket\",\"lines\":[{\"quantity\":1,\"name\":\"\\u001b[2J\"}]}",
        "{\"state\":\"pay\",\"total\":\"99999999999999999999999999999999999999999999999999\"}"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct ui_shown shown;
        assert_int_not_equal(ui_shown_parse(wrong[i], strlen(wrong[i]), &shown, NULL), 0);
    }
    struct ui_shown odd = read("{\"state\":\"a later one\",\"more\":true}");
    assert_int_equal(odd.state, UI_SHOWN_IDLE);
}

static void any_size_is_painted(void **state)
{
    (void)state;
    struct ui_shown shown =
        read("{\"state\":\"basket\",\"currency\":\"EUR\",\"training\":true,\"member\":\"Ana\","
             "\"lines\":["
             "{\"quantity\":2,\"name\":\"Adult\",\"amount\":\"48.00\"}],\"total\":\"48.00\"}");
    for (int rows = 1; rows < 40; rows += 3) {
        for (int columns = 1; columns < 130; columns += 7) {
            struct ui_grid *grid = ui_grid_create(rows, columns, true);
            for (shown.state = UI_SHOWN_CLOSED; shown.state <= UI_SHOWN_CHANGE; shown.state++)
                ui_shown_paint(&shown, grid);
            ui_grid_destroy(grid);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states),
        cmocka_unit_test(only_ascii_goes_out),
        cmocka_unit_test(what_is_not_understood_is_refused),
        cmocka_unit_test(amounts_are_the_displays_own),
        cmocka_unit_test(any_size_is_painted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
