/* SPDX-License-Identifier: Apache-2.0 */
/* Forms as such: long lists that typing narrows, scans, held keys, a lock in the middle. */

#include "rig.h"

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "till/screens.h"

#define SHIFT(rest) "{\"verb\":\"shift\",\"act\":" rest "}"

enum { REASONS = 25 };

/* So many reasons for paying out that they have no letters. */
static int open_long(void **state)
{
    rig_open_selling(state);
    struct rig *rig = *state;
    struct bx_programme *programme = rig->till->programme;
    bx_free(programme->reasons);
    programme->reasons = bx_alloc(REASONS, sizeof(*programme->reasons));
    programme->reason_count = REASONS;
    for (int i = 0; i < REASONS; i++) {
        struct bx_reason *reason = &programme->reasons[i];
        reason->action = rig_slug("paid-out");
        snprintf(reason->id.s, sizeof(reason->id.s), "r%d", i);
        snprintf(reason->name, sizeof(reason->name), i == 17 ? "Flowers" : "Reason %d", i);
    }
    rig_command(rig, SHIFT("\"float\",\"amount\":10000"));
    assert_int_equal(rig->exit, 0);
    return 0;
}

static void press(struct rig *rig, int key, int ms)
{
    struct bx_event event = {.kind = BX_EVENT_KEY, .of.key.key = key};
    rig_event(rig, &event);
    rig_pass(rig, ms);
}

static void typing_narrows_a_long_list(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "Sp500\n");
    assert_int_equal(rig_view(rig)->option_count, REASONS);
    assert_int_equal(rig_view(rig)->options[0].key, 0);
    rig_keys(rig, "flo");
    assert_int_equal(rig_view(rig)->option_count, 1);
    assert_string_equal(rig_view(rig)->options[0].name, "Flowers");
    rig_keys(rig, "x\n");
    assert_int_equal(rig_view(rig)->option_count, 0);
    assert_non_null(strstr(rig_view(rig)->say, "Choose one"));
    rig_keys(rig, "\b\n");
    assert_int_equal(rig_entries(rig, BX_KIND_PAID_OUT), 1);
    const struct bx_figure *cash = bx_figures_get(&rig->till->figures, "drawer", "1/out");
    assert_int_equal(cash->amount, -500);
}

static void arrows_choose(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "Sp500\n");
    press(rig, BX_KEY_DOWN, 400);
    press(rig, BX_KEY_DOWN, 400);
    press(rig, BX_KEY_UP, 400);
    assert_true(rig_view(rig)->options[1].selected);
    rig_keys(rig, "\n");
    assert_int_equal(rig_entries(rig, BX_KIND_PAID_OUT), 1);
}

/* Without reasons for it a difference wants a note; a scan goes into it, and presses nothing. */
static void a_scan_goes_into_a_text(void **state)
{
    struct rig *rig = *state;
    BX_TEXT_COPY(rig->till->config.scan_prefix, "~");
    rig_keys(rig, "Sc9000\n9000\n\n\ny");
    assert_string_equal(rig_view(rig)->fields[0].label, "Why");
    rig_keys(rig, "\n");
    assert_non_null(strstr(rig_view(rig)->say, "this is needed"));
    rig_pass(rig, 500);
    for (const char *key = "~BAG-4711"; *key; key++)
        press(rig, *key, 5);
    press(rig, BX_KEY_ENTER, 5);
    rig_wait(rig, 500);
    assert_int_equal(rig_facts(rig).shift, 0);
    size_t count;
    struct bx_query query = {.kind = BX_QUERY_KIND, .entry_kind = BX_KIND_SHIFT_CLOSE, .limit = 1};
    const struct bx_row *row = rig_read(rig, &query, &count);
    assert_int_equal(count, 1);
    assert_non_null(strstr(row->body, "BAG-4711"));
}

static void a_held_enter_runs_through_nothing(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "Si");
    press(rig, '5', 300);
    for (int i = 0; i < 20; i++)
        press(rig, BX_KEY_ENTER, 30);
    rig_wait(rig, 1000);
    assert_int_equal(rig_entries(rig, BX_KIND_PAID_IN), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 0);
}

static void a_lock_drops_the_form_and_keeps_the_basket(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "pSp500\n");
    rig_command(rig, "{\"verb\":\"lock\"}");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_LOGIN);
    rig_keys(rig, "1234\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_int_equal(rig_view(rig)->line_count, 1);
    assert_int_equal(rig_entries(rig, BX_KIND_PAID_OUT), 0);
}

/* The approver's PIN is still being compared when the cashier leaves: nothing happens then. */
static void leaving_forgets_the_approval(void **state)
{
    struct rig *rig = *state;
    rig->till->programme->limits.paid_out = (struct bx_limit){100, BX_BEYOND_ASK};
    rig_keys(rig, "Sp500\nflo\n8\n");
    rig->hold[BX_EFFECT_PIN] = true;
    rig_keys(rig, "1234\n");
    assert_true(rig_view(rig)->form_waits);
    rig_keys(rig, "\033");
    rig->hold[BX_EFFECT_PIN] = false;
    rig_release(rig, BX_EFFECT_PIN);
    rig_wait(rig, 1000);
    assert_int_equal(rig_entries(rig, BX_KIND_PAID_OUT), 0);
    assert_int_equal(rig_facts(rig).user, 7);
}

static void a_full_disk_is_told_on_the_screen(void **state)
{
    struct rig *rig = *state;
    fake_journal_fail(rig->journal, FAKE_JOURNAL_REFUSE);
    rig_keys(rig, "Si500\n");
    assert_int_equal(rig_entries(rig, BX_KIND_PAID_IN), 0);
    assert_true(rig_view(rig)->say[0] != '\0');
    assert_int_equal(bx_drawer_holds(rig->till, 1).minor, 10000);
    fake_journal_fail(rig->journal, FAKE_JOURNAL_REFUSE);
    rig_command(rig, SHIFT("\"in\",\"amount\":500"));
    assert_int_equal(rig->exit, 1);
}

static void lock_it(struct rig *rig)
{
    rig_keys(rig, "L");
}

/* The cashier whose deed it would be has locked the till while the supervisor's PIN was compared.
 */
static void a_word_that_comes_too_late(void **state)
{
    struct rig *rig = *state;
    rig->till->programme->reasons[3].approve = true;
    rig->before_pin = lock_it;
    rig_command(rig, SHIFT("\"out\",\"amount\":100,\"reason\":\"r3\",\"approver\":8,"
                           "\"approver_pin\":\"1234\""));
    assert_int_equal(rig->exit, 1);
    assert_non_null(strstr(rig->text, "The till is locked"));
    assert_int_equal(rig_entries(rig, BX_KIND_PAID_OUT), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(typing_narrows_a_long_list, open_long, rig_close),
        cmocka_unit_test_setup_teardown(arrows_choose, open_long, rig_close),
        cmocka_unit_test_setup_teardown(a_scan_goes_into_a_text, open_long, rig_close),
        cmocka_unit_test_setup_teardown(a_held_enter_runs_through_nothing, open_long, rig_close),
        cmocka_unit_test_setup_teardown(a_lock_drops_the_form_and_keeps_the_basket, open_long,
                                        rig_close),
        cmocka_unit_test_setup_teardown(leaving_forgets_the_approval, open_long, rig_close),
        cmocka_unit_test_setup_teardown(a_full_disk_is_told_on_the_screen, open_long, rig_close),
        cmocka_unit_test_setup_teardown(a_word_that_comes_too_late, open_long, rig_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
