/* SPDX-License-Identifier: Apache-2.0 */
#include "scenes.h"

#include "boxtill/base/fault.h"
#include "boxtill/base/text.h"
#include "fake_journal.h"
#include "rig.h"
#include "till/core.h"

static void paper_out(struct rig *rig)
{
    rig->prints = BX_JOB_UNSURE;
}

static void paper_in(struct rig *rig)
{
    rig->prints = BX_JOB_CONFIRMED;
}

static void task_open(struct rig *rig)
{
    rig->outcome = BX_ENTRY_RECORDED_TASK;
    rig->task = "over";
}

static void offline(struct rig *rig)
{
    rig->outcome = BX_ENTRY_RECORDED;
    rig->task = NULL;
    rig->contact = BX_CONTACT_AGAIN;
    rig_wait(rig, 60000);
}

static void disk_stuck(struct rig *rig)
{
    fake_journal_fail(rig->journal, FAKE_JOURNAL_STUCK);
}

static void disk_good(struct rig *rig)
{
    fake_journal_fail(rig->journal, FAKE_JOURNAL_GOOD);
    rig_wait(rig, 60000);
}

static void damaged(struct rig *rig)
{
    struct bx_event event = {.kind = BX_EVENT_HOUSEKEEPING};
    bx_fault_say(&event.of.fault, BX_ERR_CORRUPT,
                 "The journal is damaged at entry %d: do not sell; call for help.", 3);
    rig_event(rig, &event);
}

/* --- another sitting, with a card terminal and a signing device beside the till ----------------
 */

static void again(struct rig *rig, bool rebooted)
{
    rig_restart(rig, rebooted);
    rig_wait(rig, 20000);
}

static void card_terminal(struct rig *rig)
{
    rig->config.card = true;
    rig->contact = BX_CONTACT_GOOD;
    again(rig, false);
}

static void card_says(struct rig *rig, enum bx_outcome outcome)
{
    assert_true(rig->till->attempts.count > 0);
    const struct bx_attempt *row = &rig->till->attempts.rows[0];
    struct bx_event event = {.kind = BX_EVENT_CARD};
    event.of.card = (struct bx_card_answer){.id = row->entry.attempt,
                                            .reversal = row->step == BX_STEP_REVERSE,
                                            .outcome = outcome,
                                            .reference = "****1234 000017",
                                            .say = "Card blocked"};
    rig_event(rig, &event);
    rig_wait(rig, 1000);
}

static void card_silent(struct rig *rig)
{
    card_says(rig, BX_UNKNOWN);
}

static void card_paid(struct rig *rig)
{
    card_says(rig, BX_DONE);
}

static void card_declined(struct rig *rig)
{
    card_says(rig, BX_REFUSED);
}

static void broken_off(struct rig *rig)
{
    again(rig, false);
}

static void switched_on(struct rig *rig)
{
    rig->contact = BX_CONTACT_AGAIN;
    again(rig, true);
}

static void stranger(struct rig *rig)
{
    rig->contact = BX_CONTACT_STRANGER;
    rig_wait(rig, 60000);
}

static void places_in_doubt(struct rig *rig)
{
    rig->contact = BX_CONTACT_GOOD;
    rig->doubt = true;
    rig->epoch++;
    rig_wait(rig, 60000);
}

static void places_settled(struct rig *rig)
{
    rig->doubt = false;
    rig_wait(rig, 120000);
}

static void places_late(struct rig *rig)
{
    rig->hold[BX_EFFECT_ALLOT] = true;
}

static void places_come(struct rig *rig)
{
    rig->hold[BX_EFFECT_ALLOT] = false;
    rig_release(rig, BX_EFFECT_ALLOT);
    rig_wait(rig, 1000);
}

static void pins_late(struct rig *rig)
{
    rig->hold[BX_EFFECT_PIN] = true;
}

static void pins_come(struct rig *rig)
{
    rig->hold[BX_EFFECT_PIN] = false;
    rig_release(rig, BX_EFFECT_PIN);
    rig_wait(rig, 1000);
}

static void signing_device(struct rig *rig)
{
    struct bx_event event = {.kind = BX_EVENT_PRINT};
    rig->config.fiscal = true;
    again(rig, false);
    event.of.print.printer_ready = true;
    rig_event(rig, &event);
}

static void signing_stops(struct rig *rig)
{
    rig->signs = BX_FISCAL_OUT;
}

static void signing_goes_on(struct rig *rig)
{
    rig->signs = BX_FISCAL_SIGNED;
    rig_wait(rig, 30000);
}

static void buyer(struct rig *rig)
{
    rig_command(rig, "{\"verb\":\"invoice\",\"number\":\"2-000005\",\"name\":\"Ann Lee\","
                     "\"street\":\"Elm 3\",\"town\":\"12345 Oak\",\"tax_number\":\"DE1\"}");
    assert_int_equal(rig->exit, 0);
}

static void printer_empty(struct rig *rig)
{
    struct bx_event event = {.kind = BX_EVENT_PRINT};
    BX_TEXT_COPY(event.of.print.say, "out of paper");
    rig_event(rig, &event);
}

/* The shift is closed, and it is the second day of the next year. */
static void new_year(struct rig *rig)
{
    static const char close[] =
        "{\"verb\":\"shift\",\"act\":\"close\",\"amount\":10000,\"next_float\":0,"
        "\"note\":\"counted twice\",\"approver\":8,\"approver_pin\":\"1234\"}";
    rig_command(rig, close);
    rig_command(rig, close); /* counted once more, the same */
    assert_int_equal(rig->exit, 0);
    rig->contact = BX_CONTACT_GOOD;
    rig_pass(rig, (int64_t)(30 + 7 + 2) * 86400 * 1000);
    again(rig, false);
}

static void bookkeeping(struct rig *rig)
{
    rig->plan = "[posting]\ncash = 1600\ncard = 1460\nvoucher = 3280\nstored = 3280\n"
                "account = 1400\nprepaid = 3272\ndonation = 8200\nvoucher_sold = 3280\n"
                "rounding = 4900\ndifference = 4905\nfloat = 1601\npaid_in = 1590\n"
                "paid_out = 1590\nsafe = 1610\ndeposit = 1360\nrevenue = 8100\n"
                "tax = 1776\ntax_code = 3\ncost_centre = 100\n";
}

static void sales_late(struct rig *rig)
{
    rig->hold[BX_EFFECT_COMMIT] = true;
}

/* Back to the home screen, from wherever. */
#define HOME "\033\033\033\033\033"

const struct scene scenes[] = {
    {"login", ""},
    {"login-pin", "7\n12"},
    {"float", "34\n"},
    {"sell-empty", "10000\n"},
    {"sell-basket", "2ac"},
    {"sell-huge", "3i"},
    {"sell-long", "Ufbugh"},
    {"pending", "12"},
    {"refused", "N"},
    {"lines", "\bB\v"},
    {"price", "p"},
    {"price-typed", "a500"},
    {"price-approval", "\n"},
    {"price-pin", "8\n12"},
    {"price-taken", "34\n"},
    {"discount", HOME "%"},
    {"discount-much", "a12%"},
    {"discount-taken", "\n"},
    {"member", HOME "M"},
    {"member-known", "FRIEND-1\n"},
    {"member-late", HOME "MFRIEND-2\n"},
    {"origin-donation", HOME "d"},
    {"park", HOME "P"},
    {"parked-list", "School\nP"},
    {"parked-back", "\n"},
    {"many", HOME "95a"},
    {"keys", HOME "?"},
    {"palette", HOME ":"},
    {"palette-typed", "sal"},
    {"line", HOME "="},
    {"line-wrong", "nonsense\n"},
    {"pay", HOME "\n"},
    {"pay-voucher", "v"},
    {"pay-account", "\033a"},
    {"pay-invoice", "\033i"},
    {NULL, "i"},
    {"pay-part", "1000\n"},
    {"pay-typed", "30000"},
    {"pay-leave", "\b\b\b\b\b\033"},
    {"pay-left", "y"},
    {"pay-cash", "\n20000"},
    {"change", "\n"},
    {"sell-next", "s2a"},
    {"find", HOME "F"},
    {"find-nothing", "2-9"},
    {"sale", HOME "F\n"},
    {"void", "v"},
    {"refund", HOME "F\nf"},
    {"refund-some", "\v\n"},
    {"tender", HOME "F\nm"},
    {"exchange", HOME "F\nx"},
    {"exchange-basket", HOME "\x7fyF\nx\n\n"},
    {"exchange-pay", "a\n"},
    {"exchange-given", "\n"},
    {"arrivals", HOME "A"},
    {"arrivals-who", "\n"},
    {"arrivals-came", "10\n\n\n"},
    {"arrivals-pay", "\n"},
    {"invoice", HOME "F\ni"},
    {"dispute", HOME "F\nd"},
    {"paper", HOME "R"},
    {"replace", "\vg"},
    {NULL,
     HOME "\x7f"
          "y",
     .prepare = paper_out},
    {"unsure", "a\n\n"},
    {"unsure-paper", HOME "R"},
    {NULL, HOME, .prepare = paper_in},
    {NULL, "", .prepare = task_open},
    {NULL, "a\n\n"},
    {"attention", HOME "Q\n"},
    {"attention-settle", "a"},
    {"queue", HOME "Q", .prepare = offline},
    {"shift", HOME "\x7fyS"},
    {"x-report", "x"},
    {"paid-out", HOME "Sp"},
    {"paid-out-typed", "500\n"},
    {"coins", HOME "Sn"},
    {"no-sale", HOME "O"},
    {"close", HOME "Sc"},
    {"training", HOME "St"},
    {"training-on", "y\n"},
    {"origin", HOME "2a\n"},
    {"training-sale", "\n"},
    {NULL, HOME "\x7fySt"},
    {"training-off", "y\n"},
    {"received", HOME "a\n\n3000000\n"},
    {"clear", HOME "\x7f"},
    {"short", HOME "95ay"},
    {"over", "X"},
    {"slot-back", HOME "\x7fy", .action = BX_ACTION_SLOT_BACK},
    {"find-venue", HOME "F\t"},
    {"reports", HOME "Sr"},
    {"report-day", "a"},
    {"report-products", HOME "Srp"},
    {"report-slots", HOME "Srs"},
    {"report-hours", HOME "Srh"},
    {"report-tenders", HOME "Srt"},
    {"report-cashiers", HOME "Src"},
    {"report-discounts", HOME "Srd"},
    {"report-corrections", HOME "Srk"},
    {"report-cash", HOME "Srm"},
    {"report-bookings", HOME "Sro"},
    {"report-days", HOME "Srr"},
    {"report-days-as", "c\n\n"},
    {"report-days-file", "c"},
    {"closings-none", HOME "Srz"},
    {"persons-refused", HOME "Srn"},
    {"figures", HOME "Sl"},
    {"paid-in", HOME "Si"},
    {"drop", HOME "Sd"},
    {"change-in", HOME "Sf"},
    {"spot-count", HOME "Sk"},
    {"hand-over", HOME "Sh"},
    {"close-again", HOME "Sc\n\n\n\n\n\n"},
    {"close-rest", "\n\n\n\n\n\n"},
    {"close-sure", "\n\n"},
    {"close-why", "y"},
    {"close-word", "a"},
    {"z-report", "\n"},
    {"shift-over", HOME "S"},
    {"z-again", "z"},
    {"z-shown", "\n"},
    {NULL, HOME "L\0338\n1234\n"},
    {"posting", HOME "Srf"},
    {"posting-no-plan", "\na"},
    {"archive", HOME "Srj"},
    {"archive-done", "\n"},
    {NULL, HOME "L\0337\n1234\n"},
    {"shift-open", HOME "So"},
    {NULL, "\n", .prepare = disk_stuck},
    {"stop", HOME "a\n\n\n"},
    {NULL, "", .prepare = disk_good},
    {NULL, HOME, .prepare = damaged},
    {"damaged", "c"},
    {"leave", HOME "\003"},
    {"locked", HOME "L"},
    {NULL, "", .prepare = pins_late},
    {"pin-checked", "\0337\n1111\n"},
    {"pin-wrong", "", .prepare = pins_come},
    {"barred", "7\n1111\n7\n1111\n7\n1111\n7\n1111\n7\n1111\n7\n"},
    {NULL, "", .prepare = card_terminal},
    {NULL, "\0338\n1234\n"},
    {"papers-here", HOME "Ry\vy"},
    {"card-wait", HOME "2a\nc"},
    {"card-stop", "\033"},
    {"card-unknown", "", .prepare = card_silent},
    {"card-slip", "p"},
    {"card-unknown-pay", "\033"},
    {"card-menu-again", "\n"},
    {"card-later", "l"},
    {"card-queue", HOME "Q"},
    {"card-queue-menu", "\n"},
    {"card-found", HOME, .prepare = broken_off},
    {"card-charged", HOME, .prepare = card_paid},
    {"card-parked", "P"},
    {"card-sold", "\n"},
    {"card-back", HOME "F\nv\n"},
    {"card-back-unknown", "", .prepare = card_silent},
    {"card-back-menu", HOME "Q\n"},
    {"card-back-not", HOME, .prepare = card_declined},
    {NULL, "a\n1000c", .prepare = card_paid},
    {NULL, "\033y", .prepare = card_silent},
    {"card-reversal", HOME "Q"},
    {"card-reversal-menu", "\n"},
    {"card-by-hand", "g"},
    {"card-given-back", "in cash\n"},
    {"exchange-broken", HOME "\x7fyF\nx\n\n", .prepare = broken_off},
    {"proof", HOME "j"},
    {"proof-wrong", "NONE\n"},
    {"proof-shown", "\b\b\b\bFRIEND-1\n"},
    {NULL, HOME "\x7fy", .prepare = places_late},
    {"places-asked", "25a"},
    {"places-came", "", .prepare = places_come},
    {"give", HOME "\x7fy", .action = BX_ACTION_GIVE},
    {"given", "1\t3\n"},
    {"take", HOME, .action = BX_ACTION_TAKE},
    {"take-wrong", "0808-nonsense\n"},
    {"quarantine", HOME HOME "\x7fy", .prepare = places_in_doubt},
    {"quarantine-sell", "2a"},
    {NULL, HOME "\x7fy", .prepare = places_settled},
    {NULL, "", .prepare = signing_device},
    {NULL, HOME, .prepare = signing_stops},
    {"sign-lost", "2a\n\n"},
    {"sign-lost-sell", HOME},
    {"sign-lost-queue", "Q"},
    {"sign-back", HOME, .prepare = signing_goes_on},
    {"printer-empty", HOME, .prepare = printer_empty},
    {NULL, HOME, .prepare = buyer},
    {"persons", "Srn"},
    {"person-erase", "\n"},
    {"person-erased", "asked\n"},
    {"clock-doubt", HOME, .prepare = switched_on},
    {"clock-doubt-sell", "1234\n"},
    {"clock-doubt-asked", "a\n"},
    {"clock-doubt-no", "\n"},
    {"clock-confirmed", "\ny"},
    {"stranger", HOME "\x7fy", .prepare = stranger},
    {NULL, HOME "L\0339\n1234\n"},
    {"auditor", ""},
    {"auditor-sale", HOME "F\n"},
    {"auditor-shift", HOME "S"},
    {"auditor-sells", HOME "a"},
    {NULL, HOME "\x7fyL\0338\n1234\n", .prepare = new_year},
    {"new-year", HOME},
    {NULL, "So\n"},
    {"closings", HOME "Srz"},
    {"closings-typed", "11"},
    {"closing-shown", "\n"},
    {NULL, HOME, .prepare = bookkeeping},
    {"posting-shown", "Srf\na"},
    {NULL, HOME, .prepare = sales_late},
    {"sale-stored", "b\n\n"},
};
const size_t scene_count = sizeof(scenes) / sizeof(scenes[0]);
