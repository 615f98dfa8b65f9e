/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures: stored before they are printed, late after an outage, and never in the way. */

#include "rig.h"

#include <stdlib.h>

static struct rig *rig;

static int open_signing(void **state)
{
    rig_open(state);
    rig = *state;
    rig->config.fiscal = true;
    rig_restart(rig, false);
    rig->contact = BX_CONTACT_GOOD;
    rig_command(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    assert_int_equal(rig->exit, 0);
    rig_wait(rig, 20000);
    rig_trace_clear(rig);
    return 0;
}

static struct bx_row last_sale(void)
{
    struct bx_query query = {.kind = BX_QUERY_SALES, .limit = 1};
    size_t count;
    const struct bx_row *row = rig_read(rig, &query, &count);
    assert_int_equal(count, 1);
    return *row;
}

static int64_t unsigned_count(void)
{
    struct bx_journal_state state = {0};
    assert_int_equal(rig->journal->ops->load(rig->journal, &state, NULL), 0);
    int64_t count = state.unsigned_count;
    bx_journal_state_finish(&state);
    return count;
}

static bool is_receipt(void)
{
    return rig->paper.kind == BX_PAPER_RECEIPT;
}

static void a_sale_is_signed_and_shown(void **state)
{
    (void)state;
    assert_int_equal(rig->document.kind, BX_KIND_SHIFT_OPEN);
    rig_keys(rig, "2a\n\n");
    assert_int_equal(rig->counts[BX_EFFECT_FISCAL_START], 1);
    assert_int_equal(rig->counts[BX_EFFECT_FISCAL_FINISH], 1);
    assert_int_equal(rig->counts[BX_EFFECT_FISCAL_CANCEL], 0);
    assert_int_equal(rig->document.kind, BX_KIND_SALE);
    assert_int_equal(rig->document.process, BX_PROCESS_RECEIPT);
    assert_int_equal(rig->document.total.minor, 4800);
    assert_int_equal(rig->document.tenders[BX_TENDER_CASH].minor, 4800);
    assert_int_equal(rig->document.rate_count, 1);
    assert_string_equal(rig->document.number, "2-000001");
    struct bx_row row = last_sale();
    assert_true(bx_id_equal(&row.head.id, &rig->document.id));
    assert_int_equal(row.sign.state, BX_SIGN_SIGNED);
    assert_string_equal(row.sign.qr, "QR OF THE RIG");
    assert_int_equal(rig->print_count, 3);
    assert_true(is_receipt());
    assert_string_equal(rig->paper.sign, "QR OF THE RIG");
    assert_non_null(strstr(rig->paper.sign_text, "Device RIG"));
    assert_int_equal(unsigned_count(), 0);
}

static void a_reprint_shows_it_too(void **state)
{
    (void)state;
    rig_keys(rig, "a\n\n");
    rig_keys(rig, "p\n\n");
    rig_command(rig, "{\"verb\":\"reprint\",\"number\":\"1\",\"ticket\":0}");
    assert_int_equal(rig->exit, 0);
    assert_true(is_receipt());
    assert_int_equal(rig->paper.copy, 1);
    assert_string_equal(rig->paper.sign, "QR OF THE RIG");
}

/* Tickets come at once; the receipt waits, and no longer than a few seconds. */
static void only_the_receipt_waits(void **state)
{
    (void)state;
    rig->hold[BX_EFFECT_FISCAL_FINISH] = true;
    rig_keys(rig, "2a\n\n");
    assert_int_equal(rig->print_count, 2);
    rig_wait(rig, 1000);
    assert_int_equal(rig->print_count, 2);
    rig_release(rig, BX_EFFECT_FISCAL_FINISH);
    assert_int_equal(rig->print_count, 3);
    assert_string_equal(rig->paper.sign, "QR OF THE RIG");
    assert_int_equal(last_sale().sign.state, BX_SIGN_SIGNED);
}

static void silence_is_an_outage(void **state)
{
    (void)state;
    rig->silent = true;
    rig_keys(rig, "2a\n\n");
    assert_int_equal(rig->print_count, 2);
    rig_wait(rig, 6000);
    assert_int_equal(rig->print_count, 3);
    assert_true(is_receipt());
    assert_string_equal(rig->paper.sign, "");
    assert_string_equal(rig->paper.sign_text, "Signing device out of order");
    assert_int_equal(rig_entries(rig, BX_KIND_SIGN_LOST), 1);
    rig_keys(rig, "\nQ");
    assert_non_null(strstr(rig_view(rig)->title, ", 1 not signed"));
    rig_keys(rig, "\033");
    rig_command(rig, "{\"verb\":\"status\"}");
    assert_non_null(strstr(rig->json, "\"signing\":false,\"unsigned\":1,\"signed\":1,\"late\":0"));
    rig_keys(rig, "2p\n\n"); /* nobody waits any more */
    assert_int_equal(rig->print_count, 4);
    assert_string_equal(rig->paper.sign_text, "Signing device out of order");
    assert_int_equal(unsigned_count(), 2);
    rig_wait(rig, 60000);
    assert_int_equal(rig_entries(rig, BX_KIND_SIGN_LOST), 1);
    rig->silent = false;
    rig_wait(rig, 15000);
    assert_int_equal(rig_entries(rig, BX_KIND_SIGN_BACK), 1);
    assert_int_equal(unsigned_count(), 0);
    assert_int_equal(last_sale().sign.state, BX_SIGN_LATE);
    rig_keys(rig, "p\n\n");
    assert_int_equal(last_sale().sign.state, BX_SIGN_SIGNED);
    assert_int_equal(rig->print_count, 5);
    rig_command(rig, "{\"verb\":\"reprint\",\"number\":\"1\",\"ticket\":0}");
    assert_string_equal(rig->paper.sign, "QR OF THE RIG");
    assert_non_null(strstr(rig->paper.sign_text, "signed late"));
}

static void a_device_that_says_it_is_out_is_not_waited_for(void **state)
{
    (void)state;
    rig->signs = BX_FISCAL_OUT;
    rig_keys(rig, "2a\n\n");
    assert_int_equal(rig->print_count, 3);
    assert_string_equal(rig->paper.sign_text, "Signing device out of order");
    assert_int_equal(rig_entries(rig, BX_KIND_SIGN_LOST), 1);
    rig_wait(rig, 25000); /* asked again, and out again */
    assert_true(rig->counts[BX_EFFECT_FISCAL_ASK] >= 2);
    assert_int_equal(rig_entries(rig, BX_KIND_SIGN_LOST), 1);
}

/* An answer that came after the till had given up is taken, and ends the outage. */
static void a_late_answer_ends_the_outage(void **state)
{
    (void)state;
    rig->hold[BX_EFFECT_FISCAL_FINISH] = true;
    rig_keys(rig, "p\n\n");
    rig_wait(rig, 6000);
    assert_int_equal(rig_entries(rig, BX_KIND_SIGN_LOST), 1);
    rig->hold[BX_EFFECT_FISCAL_FINISH] = false;
    rig_release(rig, BX_EFFECT_FISCAL_FINISH);
    assert_int_equal(rig_entries(rig, BX_KIND_SIGN_BACK), 1);
    assert_int_equal(last_sale().sign.state, BX_SIGN_LATE);
    assert_int_equal(rig->counts[BX_EFFECT_FISCAL_FINISH], 1);
    assert_int_equal(unsigned_count(), 0);
}

static void what_it_refuses_does_not_stop_the_others(void **state)
{
    (void)state;
    rig->signs = BX_FISCAL_REFUSED;
    rig_keys(rig, "p\n\n");
    assert_int_equal(last_sale().sign.state, BX_SIGN_REFUSED);
    assert_string_equal(rig->paper.sign_text, "Not signed: the signing device refused");
    rig->signs = BX_FISCAL_SIGNED;
    rig_keys(rig, "p\n\n");
    assert_int_equal(last_sale().sign.state, BX_SIGN_SIGNED);
    assert_int_equal(rig_entries(rig, BX_KIND_SIGN_LOST), 0);
}

static void a_payment_given_up_is_cancelled(void **state)
{
    (void)state;
    rig_keys(rig, "p\n\033");
    assert_int_equal(rig->counts[BX_EFFECT_FISCAL_START], 1);
    assert_int_equal(rig->counts[BX_EFFECT_FISCAL_CANCEL], 1);
    assert_int_equal(rig->counts[BX_EFFECT_FISCAL_FINISH], 0);
}

/* The till died with an entry on disk and no signature beside it. */
static void a_restart_signs_what_is_open_late(void **state)
{
    (void)state;
    rig->hold[BX_EFFECT_FISCAL_FINISH] = true;
    rig_keys(rig, "p\n\n");
    assert_int_equal(unsigned_count(), 1);
    rig->hold[BX_EFFECT_FISCAL_FINISH] = false;
    rig_restart(rig, false);
    rig_wait(rig, 1000);
    assert_int_equal(unsigned_count(), 0);
    assert_int_equal(last_sale().sign.state, BX_SIGN_LATE);
}

static void a_restart_in_an_outage_stays_in_it(void **state)
{
    (void)state;
    rig->silent = true;
    rig_keys(rig, "p\n\n");
    rig_wait(rig, 6000);
    rig_restart(rig, false);
    rig_wait(rig, 30000);
    assert_int_equal(rig_entries(rig, BX_KIND_SIGN_LOST), 1);
    assert_int_equal(unsigned_count(), 1);
    rig->silent = false;
    rig_wait(rig, 15000);
    assert_int_equal(rig_entries(rig, BX_KIND_SIGN_BACK), 1);
    assert_int_equal(unsigned_count(), 0);
}

/* A note that fails is written again. */
static void a_signature_that_was_not_stored_is_stored_later(void **state)
{
    (void)state;
    rig->hold[BX_EFFECT_FISCAL_FINISH] = true;
    rig_keys(rig, "p\n\n");
    rig->note = BX_REFUSED;
    rig_release(rig, BX_EFFECT_FISCAL_FINISH);
    assert_int_equal(unsigned_count(), 1);
    rig->note = BX_DONE;
    rig_wait(rig, 15000);
    assert_int_equal(unsigned_count(), 0);
    assert_int_equal(rig->counts[BX_EFFECT_FISCAL_FINISH], 1);
}

static void the_z_counts_them(void **state)
{
    (void)state;
    rig_keys(rig, "p\n\n");
    rig->silent = true;
    rig_keys(rig, "p\n\n");
    rig_wait(rig, 6000);
    rig->silent = false;
    rig_wait(rig, 15000);
    rig->signs = BX_FISCAL_REFUSED;
    rig_keys(rig, "p\n\n");
    rig_command(rig, "{\"verb\":\"shift\",\"act\":\"x\"}");
    assert_int_equal(rig->exit, 0);
    struct bx_query query = {.kind = BX_QUERY_KIND, .entry_kind = BX_KIND_X_REPORT, .limit = 1};
    size_t count;
    const struct bx_row *row = rig_read(rig, &query, &count);
    assert_int_equal(count, 1);
    struct bx_report report;
    assert_int_equal(bx_report_decode(row->body, row->len, &report, NULL), 0);
    assert_int_equal(report.signs, 2); /* the opening, the first sale */
    assert_int_equal(report.late, 1);
    assert_int_equal(report.unsigned_count, 1);
    bx_report_finish(&report);
}

static void without_a_device_nothing_is_signed(void **state)
{
    (void)state;
    rig->config.fiscal = false;
    rig_restart(rig, false);
    rig_command(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    rig_trace_clear(rig);
    rig_keys(rig, "p\n\n");
    assert_int_equal(rig->counts[BX_EFFECT_FISCAL_START], 0);
    assert_int_equal(rig->counts[BX_EFFECT_FISCAL_FINISH], 0);
    assert_int_equal(last_sale().sign.state, BX_SIGN_NONE);
    assert_string_equal(rig->paper.sign_text, "");
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, open_signing, rig_close)
    const struct CMUnitTest tests[] = {
        CASE(a_sale_is_signed_and_shown),
        CASE(a_reprint_shows_it_too),
        CASE(only_the_receipt_waits),
        CASE(silence_is_an_outage),
        CASE(a_device_that_says_it_is_out_is_not_waited_for),
        CASE(a_late_answer_ends_the_outage),
        CASE(what_it_refuses_does_not_stop_the_others),
        CASE(a_payment_given_up_is_cancelled),
        CASE(a_restart_signs_what_is_open_late),
        CASE(a_restart_in_an_outage_stays_in_it),
        CASE(a_signature_that_was_not_stored_is_stored_later),
        CASE(the_z_counts_them),
        CASE(without_a_device_nothing_is_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
