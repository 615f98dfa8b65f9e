/* SPDX-License-Identifier: Apache-2.0 */
#include "scenes.h"

#include "boxtill/base/fault.h"
#include "fake_journal.h"
#include "rig.h"

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
    {"slot-back", HOME "\x7fy:whole\n"},
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
};
const size_t scene_count = sizeof(scenes) / sizeof(scenes[0]);
