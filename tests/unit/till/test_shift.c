/* SPDX-License-Identifier: Apache-2.0 */
/* Shifts and drawers, by keys and by command: what is opened, moved, counted and closed, what is
 * refused, and that nobody learns what should be in a drawer before counting it. */

#include "rig.h"

#include <stdlib.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "till/screens.h"

#define LOGIN(number) "{\"verb\":\"login\",\"number\":" #number ",\"pin\":\"1234\"}"
#define SHIFT(rest)   "{\"verb\":\"shift\",\"act\":" rest "}"
#define DAY_MS        INT64_C(86400000)

/* --- a venue with terms ------------------------------------------------------------------------
 */

static struct bx_reason reason_make(const char *action, const char *id, bool approve)
{
    struct bx_reason reason = {.action = rig_slug(action), .id = rig_slug(id), .approve = approve};
    BX_TEXT_COPY(reason.name, id);
    return reason;
}

/* Coins, reasons and limits come into the stored programme; the till starts again with them. */
static void terms_store(struct rig *rig)
{
    static const int64_t coins[] = {5000, 2000, 1000, 500, 200, 100, 50, 20, 10};
    struct bx_programme *programme = rig->till->programme;
    struct bx_reason *reasons = bx_alloc(5, sizeof(*reasons));
    bx_buf_auto json;
    bx_buf_init(&json, 0);
    reasons[0] = reason_make("paid-out", "flowers", false);
    reasons[1] = reason_make("paid-out", "wages", true);
    reasons[2] = reason_make("no-sale", "change", false);
    reasons[3] = reason_make("difference", "miscounted", false);
    reasons[4] = reason_make("difference", "unknown", false);
    programme->version++;
    bx_free(programme->reasons);
    programme->reasons = reasons;
    programme->reason_count = 5;
    programme->coin_count = bx_countof(coins);
    memcpy(programme->coins, coins, sizeof(coins));
    programme->limits.paid_out = (struct bx_limit){5000, BX_BEYOND_ASK};
    programme->limits.no_sales = (struct bx_limit){2, BX_BEYOND_BLOCK};
    programme->limits.drawer_cash = (struct bx_limit){30000, BX_BEYOND_WARN};
    programme->limits.difference_reason = (struct bx_limit){100, BX_BEYOND_ASK};
    programme->limits.difference_approve = (struct bx_limit){1000, BX_BEYOND_ASK};
    bx_programme_encode(programme, &json);
    struct bx_journal_notes notes = {.reoffer_above = -1,
                                     .has_document = true,
                                     .document = BX_DOC_PROGRAMME,
                                     .bytes = bx_buf_text(&json),
                                     .len = json.len};
    assert_int_equal(rig->journal->ops->note(rig->journal, &notes, NULL, NULL), 0);
    rig_restart(rig, false);
    assert_int_equal(rig->till->programme->reason_count, 5);
}

static int open_terms(void **state)
{
    rig_open_selling(state);
    terms_store(*state);
    rig_wait(*state, 10000);
    return 0;
}

static int open_closed(void **state)
{
    rig_open(state);
    terms_store(*state);
    return 0;
}

static void good(struct rig *rig, const char *json)
{
    rig_command(rig, json);
    if (rig->exit != 0)
        fail_msg("%s: %d %s", json, rig->exit, rig->text);
}

static void bad(struct rig *rig, int exit, const char *json, const char *say)
{
    rig_command(rig, json);
    assert_int_equal(rig->exit, exit);
    if (!strstr(rig->text, say))
        fail_msg("%s does not say %s", rig->text, say);
}

static int64_t in_drawer(struct rig *rig, int drawer)
{
    return bx_drawer_holds(rig->till, drawer).minor;
}

static void cash_last(struct rig *rig, enum bx_kind kind, struct bx_cash_entry *ret)
{
    size_t count;
    struct bx_query query = {.kind = BX_QUERY_KIND, .entry_kind = kind, .limit = 1};
    const struct bx_row *row = rig_read(rig, &query, &count);
    assert_int_equal(count, 1);
    assert_int_equal(bx_cash_decode(row->body, row->len, ret, NULL), 0);
}

static void report_last(struct rig *rig, enum bx_kind kind, struct bx_entry_head *head,
                        struct bx_report *ret)
{
    size_t count;
    struct bx_query query = {.kind = BX_QUERY_KIND, .entry_kind = kind, .limit = 1};
    const struct bx_row *row = rig_read(rig, &query, &count);
    assert_int_equal(count, 1);
    *head = row->head;
    assert_int_equal(bx_report_decode(row->body, row->len, ret, NULL), 0);
}

/* --- opening ------------------------------------------------------------------------------------
 */

static void a_login_asks_for_the_float(void **state)
{
    struct rig *rig = *state;
    struct bx_cash_entry cash;
    rig_keys(rig, "7\n1234\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_FORM);
    assert_string_equal(rig_view(rig)->title, "Open the shift");
    rig_keys(rig, "20000\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_int_equal(rig_facts(rig).shift, 1);
    cash_last(rig, BX_KIND_SHIFT_OPEN, &cash);
    assert_int_equal(cash.amount.minor, 20000);
    assert_int_equal(in_drawer(rig, 1), 20000);
    assert_int_equal(rig->counts[BX_EFFECT_DRAWER], 1);
}

static void a_float_by_coins(void **state)
{
    struct rig *rig = *state;
    struct bx_cash_entry cash;
    rig_keys(rig, "7\n1234\n");
    rig_keys(rig, "d2\n\n3\n\n\n\n\n\n5");
    assert_string_equal(rig_view(rig)->form_sum, "EUR 130.00");
    rig_keys(rig, "\n");
    cash_last(rig, BX_KIND_SHIFT_OPEN, &cash);
    assert_int_equal(cash.amount.minor, 13050);
    assert_int_equal(cash.piece_count, 3);
    assert_int_equal(cash.pieces[1].value, 1000);
    assert_int_equal(cash.pieces[1].count, 3);
}

static void a_wrong_amount_loses_nothing(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "7\n1234\n");
    rig_keys(rig, "1.2.3\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_FORM);
    assert_non_null(strstr(rig_view(rig)->say, "no amount"));
    assert_string_equal(rig_view(rig)->fields[0].value, "1.2.3");
    rig_keys(rig, "\033");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_int_equal(rig_facts(rig).shift, 0);
    assert_non_null(strstr(rig_view(rig)->say, "No shift is open"));
}

static void nothing_is_sold_without_a_shift(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "7\n1234\n\033p\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_non_null(strstr(rig_view(rig)->say, "No shift is open"));
    rig_keys(rig, "So");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_FORM);
    rig_keys(rig, "\n");
    assert_int_equal(rig_facts(rig).shift, 1);
    rig_keys(rig, "\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
}

static void a_script_opens_with_its_login(void **state)
{
    struct rig *rig = *state;
    good(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\",\"float\":15000}");
    assert_int_equal(in_drawer(rig, 1), 15000);
    bad(rig, 1, SHIFT("\"open\",\"amount\":1"), "is open already");
}

static void an_auditor_opens_nothing(void **state)
{
    struct rig *rig = *state;
    good(rig, LOGIN(9));
    assert_int_equal(rig_facts(rig).shift, 0);
    bad(rig, 1, SHIFT("\"open\",\"amount\":1"), "An auditor");
    rig_keys(rig, "S");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_MENU);
    assert_int_equal(rig_view(rig)->option_count, 1);
}

/* --- money in and out ---------------------------------------------------------------------------
 */

static void money_moves_by_keys(void **state)
{
    struct rig *rig = *state;
    struct bx_cash_entry cash;
    rig_keys(rig, "Sf10000\n");
    assert_int_equal(in_drawer(rig, 1), 10000);
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    rig_keys(rig, "Si500\n");
    assert_int_equal(in_drawer(rig, 1), 10500);
    rig_keys(rig, "Sp1250\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_FORM);
    assert_int_equal(rig_view(rig)->option_count, 2);
    rig_keys(rig, "a");
    assert_int_equal(in_drawer(rig, 1), 9250);
    cash_last(rig, BX_KIND_PAID_OUT, &cash);
    assert_string_equal(cash.warrant.reason.s, "flowers");
    assert_int_equal(cash.warrant.approver, 0);
    rig_keys(rig, "Sd2000\nsafe\n");
    assert_int_equal(in_drawer(rig, 1), 7250);
    assert_non_null(strstr(rig_view(rig)->say, "Drop to the safe: 20.00."));
    assert_int_equal(rig->counts[BX_EFFECT_DRAWER], 4);
    assert_int_equal(rig->paper.kind, BX_PAPER_SLIP);
    assert_non_null(strstr(rig->paper.text, "EUR 20.00"));
}

static void more_than_there_is_goes_nowhere(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "Sd1000\n");
    assert_null(strstr(rig_view(rig)->say, "in the drawer")); /* before a note says why */
    rig_keys(rig, "safe\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_non_null(strstr(rig_view(rig)->say, "So much cannot be in the drawer"));
    assert_int_equal(rig_entries(rig, BX_KIND_DROP), 0);
    bad(rig, 1, SHIFT("\"drop\",\"amount\":1000"), "A note is needed");
    bad(rig, 1, SHIFT("\"drop\",\"amount\":1000,\"note\":\"safe\""), "So much cannot be");
    bad(rig, 1, SHIFT("\"out\",\"amount\":1000000"), "A reason is needed");
    bad(rig, 1, SHIFT("\"in\",\"amount\":0"), "moves nothing");
    bad(rig, 2, SHIFT("\"in\",\"amount\":-5"), "amount");
    bad(rig, 2, SHIFT("\"burn\""), "cannot do that");
}

static void money_moves_by_command(void **state)
{
    struct rig *rig = *state;
    good(rig, SHIFT("\"float\",\"pieces\":[[5000,2],[100,3]]"));
    assert_int_equal(in_drawer(rig, 1), 10300);
    assert_non_null(strstr(rig->json, "\"kind\":\"float\""));
    bad(rig, 1, SHIFT("\"out\",\"amount\":100"), "A reason is needed: flowers, wages");
    bad(rig, 1, SHIFT("\"out\",\"amount\":100,\"reason\":\"beer\""), "A reason is needed");
    good(rig, SHIFT("\"out\",\"amount\":100,\"reason\":\"flowers\",\"note\":\"for Eva\""));
    assert_int_equal(in_drawer(rig, 1), 10200);
    bad(rig, 2, SHIFT("\"in\",\"pieces\":[[100,1],[500,1]]"), "largest value first");
}

/* --- approval ------------------------------------------------------------------------------------
 */

static void a_supervisor_allows_over_the_live_sale(void **state)
{
    struct rig *rig = *state;
    struct bx_cash_entry cash;
    good(rig, SHIFT("\"float\",\"amount\":50000"));
    rig_keys(rig, "pSp6000\na");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_FORM);
    assert_string_equal(rig_view(rig)->title, "Paid out");
    assert_string_equal(rig_view(rig)->form_text, "EUR 60.00");
    rig_keys(rig, "7\n");
    assert_non_null(strstr(rig_view(rig)->say, "Somebody else"));
    rig_keys(rig, "\b8\n9999\n");
    assert_non_null(strstr(rig_view(rig)->say, "do not belong together"));
    assert_string_equal(rig_view(rig)->fields[2].value, "");
    assert_int_equal(rig_entries(rig, BX_KIND_LOGIN_FAILED), 1);
    rig_keys(rig, "1234\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    cash_last(rig, BX_KIND_PAID_OUT, &cash);
    assert_int_equal(cash.warrant.approver, 8);
    assert_int_equal(rig_facts(rig).user, 7);
    assert_int_equal(rig_view(rig)->line_count, 1);
}

static void esc_goes_back_one_field_at_a_time(void **state)
{
    struct rig *rig = *state;
    good(rig, SHIFT("\"float\",\"amount\":50000"));
    rig_keys(rig, "Sp6000\na8\n12");
    assert_int_equal(rig_view(rig)->field_count, 3);
    rig_keys(rig, "\033");
    assert_true(rig_view(rig)->fields[1].selected);
    rig_keys(rig, "\033\033");
    assert_string_equal(rig_view(rig)->fields[0].value, "6000");
    assert_string_equal(rig_view(rig)->fields[0].label, "Amount");
    rig_keys(rig, "\033");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_MENU);
    assert_int_equal(rig_entries(rig, BX_KIND_PAID_OUT), 0);
}

static void a_reason_may_want_a_supervisor(void **state)
{
    struct rig *rig = *state;
    good(rig, SHIFT("\"float\",\"amount\":50000"));
    bad(rig, 1, SHIFT("\"out\",\"amount\":100,\"reason\":\"wages\""), "A supervisor has to allow");
    bad(rig, 1,
        SHIFT("\"out\",\"amount\":100,\"reason\":\"wages\",\"approver\":8,"
              "\"approver_pin\":\"0000\""),
        "do not belong together");
    bad(rig, 1,
        SHIFT("\"out\",\"amount\":100,\"reason\":\"wages\",\"approver\":9,"
              "\"approver_pin\":\"1234\""),
        "is not a supervisor's");
    good(rig, SHIFT("\"out\",\"amount\":100,\"reason\":\"wages\",\"approver\":8,"
                    "\"approver_pin\":\"1234\""));
    struct bx_cash_entry cash;
    cash_last(rig, BX_KIND_PAID_OUT, &cash);
    assert_int_equal(cash.warrant.approver, 8);
    assert_string_equal(cash.warrant.reason.s, "wages");
}

static void wrong_words_lock_the_supervisor_out(void **state)
{
    struct rig *rig = *state;
    good(rig, SHIFT("\"float\",\"amount\":50000"));
    for (int i = 0; i < 5; i++)
        rig_command(rig, SHIFT("\"out\",\"amount\":9000,\"reason\":\"flowers\",\"approver\":8,"
                               "\"approver_pin\":\"0000\""));
    bad(rig, 1,
        SHIFT("\"out\",\"amount\":9000,\"reason\":\"flowers\",\"approver\":8,"
              "\"approver_pin\":\"1234\""),
        "Too many wrong PINs");
    rig_restart(rig, false);
    bad(rig, 1,
        SHIFT("\"out\",\"amount\":9000,\"reason\":\"flowers\",\"approver\":8,"
              "\"approver_pin\":\"1234\""),
        "Too many wrong PINs");
}

static void a_supervisor_approves_alone(void **state)
{
    struct rig *rig = *state;
    struct bx_cash_entry cash;
    good(rig, LOGIN(8));
    good(rig, SHIFT("\"float\",\"amount\":50000"));
    good(rig, SHIFT("\"out\",\"amount\":9000,\"reason\":\"flowers\""));
    cash_last(rig, BX_KIND_PAID_OUT, &cash);
    assert_int_equal(cash.warrant.approver, 8);
}

static void the_drawer_opens_so_often(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "Oa");
    assert_int_equal(rig_entries(rig, BX_KIND_NO_SALE), 1);
    assert_int_equal(rig->counts[BX_EFFECT_DRAWER], 1);
    rig_keys(rig, "Oa");
    rig_keys(rig, "O");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_non_null(strstr(rig_view(rig)->say, "2 times"));
    bad(rig, 1, SHIFT("\"no-sale\",\"reason\":\"change\""), "2 times");
    assert_int_equal(rig_entries(rig, BX_KIND_NO_SALE), 2);
}

static void a_full_drawer_asks_for_a_drop(void **state)
{
    struct rig *rig = *state;
    good(rig, SHIFT("\"float\",\"amount\":30001"));
    assert_non_null(strstr(rig_view(rig)->say, "a drop is due"));
    good(rig, SHIFT("\"drop\",\"amount\":1000,\"note\":\"full\""));
    assert_null(strstr(rig_view(rig)->say, "a drop is due"));
}

/* --- hand over, count ---------------------------------------------------------------------------
 */

static void the_drawer_is_handed_over(void **state)
{
    struct rig *rig = *state;
    struct bx_cash_entry cash;
    rig_keys(rig, "Sh9\n");
    assert_non_null(strstr(rig_view(rig)->say, "takes no drawer"));
    rig_keys(rig, "\b8\n\n");
    cash_last(rig, BX_KIND_HAND_OVER, &cash);
    assert_int_equal(cash.to, 8);
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_LOGIN);
    assert_int_equal(rig_facts(rig).user, 0);
    rig_keys(rig, "8\n1234\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
}

static void a_spot_count_tells_a_cashier_nothing(void **state)
{
    struct rig *rig = *state;
    struct bx_cash_entry cash;
    good(rig, SHIFT("\"float\",\"amount\":1000"));
    good(rig, SHIFT("\"count\",\"amount\":900"));
    assert_null(strstr(rig->text, "difference"));
    cash_last(rig, BX_KIND_COUNT, &cash);
    assert_int_equal(cash.expected.minor, 1000);
    assert_int_equal(cash.amount.minor, 900);
    good(rig, LOGIN(8));
    good(rig, SHIFT("\"count\",\"amount\":900"));
    assert_non_null(strstr(rig->text, "difference is -1.00"));
}

static void each_cashier_has_a_drawer(void **state)
{
    struct rig *rig = *state;
    rig->config.drawers = 2;
    rig_restart(rig, false);
    assert_int_equal(bx_till_drawer(rig->till), 1);
    rig_keys(rig, "L\0338\n1234\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_FORM);
    assert_string_equal(rig_view(rig)->title, "A drawer of your own");
    rig_keys(rig, "3000\n");
    assert_int_equal(bx_till_drawer(rig->till), 2);
    assert_int_equal(in_drawer(rig, 2), 3000);
    rig_restart(rig, false);
    assert_int_equal(bx_till_drawer(rig->till), 2);
    good(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}");
    assert_int_equal(in_drawer(rig, 2), 3500);
    assert_int_equal(in_drawer(rig, 1), 0);
    good(rig, LOGIN(7));
    assert_int_equal(bx_till_drawer(rig->till), 1);
    bad(rig, 1, SHIFT("\"drop\",\"amount\":1000,\"drawer\":2"), "another cashier's drawer");
    assert_int_equal(in_drawer(rig, 2), 3500);
}

/* --- closing -------------------------------------------------------------------------------------
 */

static void a_shift_is_closed_by_keys(void **state)
{
    struct rig *rig = *state;
    struct bx_entry_head head;
    struct bx_report report;
    good(rig, SHIFT("\"float\",\"amount\":20000"));
    good(rig, "{\"verb\":\"sell\",\"basket\":\"2p\"}");
    rig_keys(rig, "Sc");
    assert_string_equal(rig_view(rig)->title, "Close the shift: count the drawer");
    assert_non_null(strstr(rig_view(rig)->form_text, "0 parked"));
    rig_keys(rig, "4\n\n1\n\n\n\n\n\n\n"); /* 4 x 50, 1 x 10 */
    assert_string_equal(rig_view(rig)->form_text,
                        "Counted 210.00, expected 210.00, difference 0.00.");
    rig_keys(rig, "19900\n\03320000\nbag 7\n"); /* typing takes the place of what stood there */
    assert_string_equal(rig_view(rig)->ask, "Close the shift");
    assert_non_null(strstr(rig_view(rig)->ask_text, "Deposit 10.00"));
    rig_keys(rig, "y");
    assert_int_equal(rig_facts(rig).shift, 0);
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_TEXT);
    report_last(rig, BX_KIND_SHIFT_CLOSE, &head, &report);
    assert_string_equal(head.number, "2-Z000001");
    assert_int_equal(report.drawer_count, 1);
    assert_int_equal(report.drawers[0].counted.minor, 21000);
    assert_int_equal(report.drawers[0].deposit.minor, 1000);
    assert_string_equal(report.drawers[0].bag, "bag 7");
    assert_string_equal(report.first, "2-000001");
    assert_int_equal(report.after.sales.minor, 1000);
    bx_report_finish(&report);
    assert_int_equal(rig->paper.kind, BX_PAPER_REPORT);
    bad(rig, 1, "{\"verb\":\"sell\",\"basket\":\"p\"}", "No shift is open");
    bad(rig, 1, SHIFT("\"close\",\"amount\":0"), "No shift is open");
    rig_keys(rig, "\033So");
    assert_string_equal(rig_view(rig)->fields[0].value, "20000");
    rig_keys(rig, "\n");
    assert_int_equal(rig_facts(rig).shift, 2);
    assert_int_equal(in_drawer(rig, 1), 20000);
}

static void a_count_that_differs_is_made_again(void **state)
{
    struct rig *rig = *state;
    struct bx_entry_head head;
    struct bx_report report;
    good(rig, SHIFT("\"float\",\"amount\":20000"));
    bad(rig, 1, SHIFT("\"close\",\"amount\":15000"), "Count once more");
    assert_null(strstr(rig->text, "200"));
    bad(rig, 1, SHIFT("\"close\",\"amount\":19500"), "A reason is needed: miscounted");
    bad(rig, 1, SHIFT("\"close\",\"amount\":20000,\"reason\":\"miscounted\""),
        "Drawer 1 was counted twice, and 195.00 stands: close with that amount, or with none.");
    bad(rig, 1, SHIFT("\"close\",\"amount\":19500"), "A reason is needed: miscounted");
    good(rig, SHIFT("\"close\",\"amount\":19500,\"first\":15000,\"reason\":\"miscounted\","
                    "\"next_float\":10000"));
    report_last(rig, BX_KIND_SHIFT_CLOSE, &head, &report);
    assert_int_equal(report.drawers[0].first_count.minor, 15000);
    assert_int_equal(report.drawers[0].counted.minor, 19500);
    assert_int_equal(report.drawers[0].expected.minor, 20000);
    assert_int_equal(report.drawers[0].deposit.minor, 9500);
    assert_string_equal(report.drawers[0].warrant.reason.s, "miscounted");
    assert_int_equal(report.drawers[0].warrant.approver, 0);
    bx_report_finish(&report);
    assert_non_null(strstr(rig->json, "\"first_count\":15000"));
}

static void a_large_difference_wants_a_supervisor(void **state)
{
    struct rig *rig = *state;
    struct bx_entry_head head;
    struct bx_report report;
    good(rig, SHIFT("\"float\",\"amount\":20000"));
    rig_keys(rig, "Sc2\n\n\n\n\n\n\n\n\n");
    assert_non_null(strstr(rig_view(rig)->form_text, "Count once more"));
    rig_keys(rig, "2\n\n\n\n\n\n\n\n\n");
    assert_string_equal(rig_view(rig)->form_text,
                        "Counted 100.00, expected 200.00, difference -100.00.");
    rig_keys(rig, "\n\ny");
    assert_string_equal(rig_view(rig)->title, "The drawer differs");
    rig_keys(rig, "c8\n1234\n");
    assert_int_equal(rig_facts(rig).shift, 0);
    report_last(rig, BX_KIND_SHIFT_CLOSE, &head, &report);
    assert_int_equal(report.drawers[0].warrant.approver, 8);
    assert_string_equal(report.drawers[0].warrant.reason.s, "unknown");
    bx_report_finish(&report);
}

static void what_moves_undoes_the_count(void **state)
{
    struct rig *rig = *state;
    good(rig, SHIFT("\"float\",\"amount\":20000"));
    bad(rig, 1, SHIFT("\"close\",\"amount\":1"), "Count once more");
    good(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}");
    bad(rig, 1, SHIFT("\"close\",\"amount\":1"), "Count once more");
    bad(rig, 1, SHIFT("\"close\""), "A reason is needed");
    good(rig, SHIFT("\"close\",\"amount\":20500"));
}

/* Paid while the Z was on its way to the disk: of no shift, so on no Z. */
static void nothing_is_sold_behind_a_z(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_COMMIT] = true;
    rig_command(rig, SHIFT("\"close\",\"amount\":0"));
    rig_wait(rig, 1000);
    rig_keys(rig, "p\n\n");
    rig->hold[BX_EFFECT_COMMIT] = false;
    rig_release(rig, BX_EFFECT_COMMIT);
    rig_wait(rig, 1000);
    assert_int_equal(rig_entries(rig, BX_KIND_SHIFT_CLOSE), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 0);
    assert_int_equal(rig_facts(rig).shift, 0);
}

/* Sums beyond what can be written would be a shift that no Z can end. */
static void no_amount_makes_a_z_impossible(void **state)
{
    struct rig *rig = *state;
    good(rig, SHIFT("\"float\",\"amount\":9007199254740991"));
    bad(rig, 1, SHIFT("\"float\",\"amount\":9007199254740991"), "more than can be added up");
    good(rig, SHIFT("\"close\",\"amount\":9007199254740991"));
    assert_int_equal(rig_entries(rig, BX_KIND_SHIFT_CLOSE), 1);
}

static void esc_keeps_what_was_counted(void **state)
{
    struct rig *rig = *state;
    good(rig, SHIFT("\"float\",\"amount\":5000"));
    rig_keys(rig, "Sc1\n\n\n\n\n\n\n\n\n");
    rig_keys(rig, "\033");
    assert_int_equal(rig_facts(rig).shift, 1);
    rig_keys(rig, "\033Sc");
    assert_string_equal(rig_view(rig)->form_text,
                        "Counted 50.00, expected 50.00, difference 0.00.");
    rig_keys(rig, "\n\n\033");
    assert_int_equal(rig_facts(rig).shift, 1);
}

static void two_drawers_are_both_counted(void **state)
{
    struct rig *rig = *state;
    rig->config.drawers = 2;
    rig_restart(rig, false);
    good(rig, SHIFT("\"float\",\"amount\":1000"));
    good(rig, LOGIN(8));
    bad(rig, 1, "{\"verb\":\"sell\",\"basket\":\"p\"}", "You have no drawer");
    good(rig, SHIFT("\"open\",\"amount\":2000"));
    bad(rig, 1, SHIFT("\"close\",\"drawers\":[{\"drawer\":2,\"amount\":2000}]"),
        "Drawer 1 is not counted");
    bad(rig, 1, SHIFT("\"close\",\"drawers\":[{\"drawer\":5,\"amount\":2000}]"), "was not used");
    good(rig, SHIFT("\"close\",\"drawers\":[{\"drawer\":1,\"amount\":1000,\"next_float\":500},"
                    "{\"drawer\":2,\"amount\":2000}]"));
    struct bx_entry_head head;
    struct bx_report report;
    report_last(rig, BX_KIND_SHIFT_CLOSE, &head, &report);
    assert_int_equal(report.drawer_count, 2);
    assert_int_equal(report.drawers[0].deposit.minor, 500);
    bx_report_finish(&report);
}

/* --- reports -------------------------------------------------------------------------------------
 */

static void an_x_changes_nothing(void **state)
{
    struct rig *rig = *state;
    good(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}");
    good(rig, SHIFT("\"x\""));
    assert_int_equal(rig_entries(rig, BX_KIND_X_REPORT), 1);
    assert_int_equal(in_drawer(rig, 1), 500);
    assert_null(strstr(rig->json, "\"expected\"")); /* a cashier counts blind */
    rig_keys(rig, "Sx");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_TEXT);
    assert_true(rig_view(rig)->sheet_count > 5);
    rig_keys(rig, "\033\033Sl");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_TEXT);
    assert_int_equal(rig_entries(rig, BX_KIND_X_REPORT), 2);
    good(rig, LOGIN(9));
    good(rig, SHIFT("\"x\""));
    assert_non_null(strstr(rig->json, "\"expected\":500"));
    assert_int_equal(rig_entries(rig, BX_KIND_X_REPORT), 2);
    assert_int_equal(rig_facts(rig).shift, 1);
    bad(rig, 1, SHIFT("\"in\",\"amount\":5"), "An auditor");
    bad(rig, 1, SHIFT("\"close\",\"amount\":0"), "An auditor");
}

static void a_z_says_what_is_confirmed(void **state)
{
    struct rig *rig = *state;
    struct bx_entry_head head;
    struct bx_report report;
    rig_wait(rig, 20000);
    rig->contact = BX_CONTACT_AGAIN;
    good(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}");
    good(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}");
    rig_wait(rig, 5000);
    good(rig, SHIFT("\"close\",\"amount\":1000"));
    report_last(rig, BX_KIND_SHIFT_CLOSE, &head, &report);
    int64_t queued = report.unsent;
    assert_true(queued >= 2);
    assert_int_equal(report.confirmed, report.entries - queued);
    int64_t entries = report.entries;
    bx_report_finish(&report);
    good(rig, "{\"verb\":\"report\",\"what\":\"z\",\"n\":1}");
    assert_int_equal(strstr(rig->json, "\"confirmed\":") ? 1 : 0, 1);
    char wanted[40];
    snprintf(wanted, sizeof(wanted), "\"confirmed\":%lld", (long long)(entries - queued));
    assert_non_null(strstr(rig->json, wanted));
    rig->contact = BX_CONTACT_GOOD;
    good(rig, "{\"verb\":\"sync\",\"once\":true}");
    rig_wait(rig, 30000);
    good(rig, "{\"verb\":\"report\",\"what\":\"z\"}");
    snprintf(wanted, sizeof(wanted), "\"confirmed\":%lld", (long long)entries);
    assert_non_null(strstr(rig->json, wanted));
    bad(rig, 1, "{\"verb\":\"report\",\"what\":\"z\",\"n\":2}", "no such Z");
    bad(rig, 2, "{\"verb\":\"report\",\"what\":\"moon\"}", "no report moon");
}

/* --- days, months, years -------------------------------------------------------------------------
 */

static void shift_of(struct rig *rig, int pieces)
{
    char json[80];
    good(rig, SHIFT("\"open\",\"amount\":0"));
    snprintf(json, sizeof(json), "{\"verb\":\"sell\",\"basket\":\"%dp\",\"tenders\":[\"card\"]}",
             pieces);
    good(rig, json);
    good(rig, SHIFT("\"close\",\"amount\":0"));
}

static void what_ended_is_closed_at_the_next_opening(void **state)
{
    struct rig *rig = *state;
    struct bx_entry_head head;
    struct bx_report report;
    good(rig, LOGIN(7));
    good(rig, SHIFT("\"close\",\"amount\":0"));
    shift_of(rig, 2); /* 24 November, 2 shifts */
    assert_int_equal(rig_entries(rig, BX_KIND_CLOSING), 0);
    rig_pass(rig, 2 * DAY_MS); /* off for two days */
    shift_of(rig, 1);
    assert_int_equal(rig_entries(rig, BX_KIND_CLOSING), 1);
    report_last(rig, BX_KIND_CLOSING, &head, &report);
    assert_string_equal(report.period, "2026-11-24");
    assert_int_equal(report.after.sales.minor, 1000);
    assert_int_equal(head.shift, 0);
    bx_report_finish(&report);
    rig_pass(rig, 10 * DAY_MS); /* December */
    shift_of(rig, 3);
    assert_int_equal(rig_entries(rig, BX_KIND_CLOSING), 3);
    report_last(rig, BX_KIND_CLOSING, &head, &report);
    assert_string_equal(report.period, "2026-11");
    assert_int_equal(bx_figures_get(&report.figures, "sale", "")->amount, 1500);
    assert_int_equal(report.before.sales.minor, 0);
    bx_report_finish(&report);
    rig_pass(rig, 40 * DAY_MS); /* another year */
    good(rig, SHIFT("\"open\",\"amount\":0"));
    assert_int_equal(rig_entries(rig, BX_KIND_CLOSING), 6);
    report_last(rig, BX_KIND_CLOSING, &head, &report);
    assert_string_equal(report.period, "2026");
    assert_int_equal(report.after.sales.minor, 3000);
    assert_int_equal(bx_figures_get(&report.figures, "sale", "")->count, 3);
    bx_report_finish(&report);
}

static void a_shift_over_midnight_is_of_its_first_day(void **state)
{
    struct rig *rig = *state;
    struct bx_entry_head head;
    struct bx_report report;
    good(rig, LOGIN(7));
    rig_pass(rig, 10 * 3600 * 1000); /* 00:32 */
    good(rig, "{\"verb\":\"sell\",\"basket\":\"p\",\"tenders\":[\"card\"]}");
    good(rig, SHIFT("\"close\",\"amount\":0"));
    shift_of(rig, 1); /* the 25th */
    report_last(rig, BX_KIND_CLOSING, &head, &report);
    assert_string_equal(report.period, "2026-11-24");
    assert_int_equal(bx_figures_get(&report.figures, "sale", "")->amount, 500);
    bx_report_finish(&report);
    rig_pass(rig, DAY_MS);
    good(rig, SHIFT("\"open\",\"amount\":0"));
    report_last(rig, BX_KIND_CLOSING, &head, &report);
    assert_string_equal(report.period, "2026-11-25");
    assert_int_equal(bx_figures_get(&report.figures, "sale", "")->amount, 500);
    bx_report_finish(&report);
}

static void a_clock_set_back_closes_nothing_twice(void **state)
{
    struct rig *rig = *state;
    good(rig, LOGIN(7));
    good(rig, SHIFT("\"close\",\"amount\":0"));
    rig_pass(rig, DAY_MS);
    shift_of(rig, 1);
    assert_int_equal(rig_entries(rig, BX_KIND_CLOSING), 1);
    rig->turn.utc.us -= 2 * DAY_MS * 1000;
    good(rig, SHIFT("\"open\",\"amount\":0"));
    assert_int_equal(rig_entries(rig, BX_KIND_CLOSING), 1);
}

/* --- training ------------------------------------------------------------------------------------
 */

static void training_is_switched_and_survives(void **state)
{
    struct rig *rig = *state;
    good(rig, "{\"verb\":\"training\",\"on\":true}");
    assert_true(rig->till->training);
    bad(rig, 1, "{\"verb\":\"training\",\"on\":true}", "already");
    bad(rig, 1, SHIFT("\"in\",\"amount\":5"), "stays shut");
    bad(rig, 1, SHIFT("\"close\",\"amount\":0"), "in training");
    rig_restart(rig, false);
    assert_true(rig->till->training);
    rig_keys(rig, "p");
    rig_keys(rig, "St");
    assert_non_null(strstr(rig_view(rig)->say, "The basket is open"));
    rig_keys(rig, "\bSt");
    assert_false(rig->till->training);
    assert_int_equal(rig_entries(rig, BX_KIND_TRAINING_OFF), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_login_asks_for_the_float, open_closed, rig_close),
        cmocka_unit_test_setup_teardown(a_float_by_coins, open_closed, rig_close),
        cmocka_unit_test_setup_teardown(a_wrong_amount_loses_nothing, open_closed, rig_close),
        cmocka_unit_test_setup_teardown(nothing_is_sold_without_a_shift, open_closed, rig_close),
        cmocka_unit_test_setup_teardown(a_script_opens_with_its_login, open_closed, rig_close),
        cmocka_unit_test_setup_teardown(an_auditor_opens_nothing, open_closed, rig_close),
        cmocka_unit_test_setup_teardown(money_moves_by_keys, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(more_than_there_is_goes_nowhere, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(money_moves_by_command, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(a_supervisor_allows_over_the_live_sale, open_terms,
                                        rig_close),
        cmocka_unit_test_setup_teardown(esc_goes_back_one_field_at_a_time, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(a_reason_may_want_a_supervisor, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(wrong_words_lock_the_supervisor_out, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(a_supervisor_approves_alone, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(the_drawer_opens_so_often, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(a_full_drawer_asks_for_a_drop, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(the_drawer_is_handed_over, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(a_spot_count_tells_a_cashier_nothing, open_terms,
                                        rig_close),
        cmocka_unit_test_setup_teardown(each_cashier_has_a_drawer, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(a_shift_is_closed_by_keys, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(a_count_that_differs_is_made_again, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(a_large_difference_wants_a_supervisor, open_terms,
                                        rig_close),
        cmocka_unit_test_setup_teardown(what_moves_undoes_the_count, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(nothing_is_sold_behind_a_z, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(no_amount_makes_a_z_impossible, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(esc_keeps_what_was_counted, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(two_drawers_are_both_counted, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(an_x_changes_nothing, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(a_z_says_what_is_confirmed, open_terms, rig_close),
        cmocka_unit_test_setup_teardown(what_ended_is_closed_at_the_next_opening, open_closed,
                                        rig_close),
        cmocka_unit_test_setup_teardown(a_shift_over_midnight_is_of_its_first_day, open_closed,
                                        rig_close),
        cmocka_unit_test_setup_teardown(a_clock_set_back_closes_nothing_twice, open_closed,
                                        rig_close),
        cmocka_unit_test_setup_teardown(training_is_switched_and_survives, open_terms, rig_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
