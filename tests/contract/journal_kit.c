/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

#define MONDAY INT64_C(1795526525000000)

static void draw(struct kit *kit, uint8_t *out, size_t len)
{
    uint64_t n = ++kit->drawn;
    struct bx_hash hash = bx_hash_of(&n, sizeof(n));
    memcpy(out, hash.b, len);
}

struct bx_id kit_id(struct kit *kit)
{
    uint8_t random[10];
    draw(kit, random, sizeof(random));
    return bx_id_make((bx_utc){MONDAY + (int64_t)kit->drawn * 1000}, random);
}

static struct bx_code new_code(struct kit *kit)
{
    struct bx_subkey key = {{7}};
    uint8_t random[7];
    draw(kit, random, sizeof(random));
    return bx_code_make(&key, 0, KIT_ISSUER, random);
}

struct bx_slug kit_slug(const char *text)
{
    struct bx_slug slug = {""};
    BX_TEXT_COPY(slug.s, text);
    return slug;
}

void kit_init(struct kit *kit, struct bx_journal *journal)
{
    *kit = (struct kit){.journal = journal, .user = 7};
    kit->sale = bx_new(struct bx_sale);
    bx_buf_init(&kit->body, 0);
    kit_take_up(kit);
}

void kit_take_up(struct kit *kit)
{
    struct bx_journal_state state;
    struct bx_fault fault = {0};
    if (kit->journal->ops->load(kit->journal, &state, &fault))
        fail_msg("load: %s (%s)", fault.say, fault.detail);
    kit->seq = state.next_seq;
    memcpy(kit->numbers, state.next_number, sizeof(kit->numbers));
    kit->head = state.head;
    kit->shift = state.shift;
    kit->shift_seq = state.shift_seq;
    kit->perpetual = state.perpetual;
    bx_figures_clear(&kit->figures);
    assert_int_equal(bx_figures_merge(&kit->figures, &state.figures), 0);
    /* What was drawn before is never drawn again. */
    kit->drawn += (uint64_t)state.next_seq * 1000;
    bx_journal_state_finish(&state);
}

void kit_finish(struct kit *kit)
{
    bx_buf_finish(&kit->body);
    bx_figures_finish(&kit->figures);
    bx_report_finish(&kit->report);
    kit->sale = bx_free(kit->sale);
}

static void begin(struct kit *kit, enum bx_kind kind)
{
    kit->commit = (struct bx_commit){
        .head = {.till = KIT_TILL,
                 .incarnation = KIT_INCARNATION,
                 .seq = kit->seq,
                 .id = kit_id(kit),
                 .kind = kind,
                 .at = {MONDAY + kit->seq * BX_SECOND_US},
                 .boot = kit->seq * BX_SECOND_NS,
                 .shift = kit->shift,
                 .user = kit->user},
        .prev = kit->head,
        .boot_id = "0f8fad5b-d9cb-469f-a165-70867728950e",
    };
}

static void job_add(struct kit *kit, enum bx_paper_word kind, int ticket, int64_t sale)
{
    kit->jobs[kit->commit.job_count++] = (struct bx_print_job){
        .id = kit_id(kit),
        .seq = kit->seq,
        .sale = sale,
        .kind = kind,
        .ticket = ticket,
        .state = BX_JOB_NEW,
        .at = kit->commit.head.at,
    };
    kit->commit.jobs = kit->jobs;
}

void kit_spell(struct kit *kit)
{
    struct bx_commit *commit = &kit->commit;
    bx_buf_clear(&kit->body);
    assert_int_equal(bx_content_write(&commit->head, &commit->content, &kit->body), 0);
    commit->body = kit->body.data;
    commit->len = kit->body.len;
}

/* The next number of SERIES. */
static void number_take(struct kit *kit, enum bx_series series)
{
    kit->commit.series = series;
    kit->commit.number = kit->numbers[series];
    bx_number_format(KIT_TILL, series, kit->numbers[series], kit->commit.head.number);
}

static void line_add(struct kit *kit, int quantity, const char *pool)
{
    struct bx_line *line = &kit->sale->basket.lines[kit->sale->basket.count++];
    *line = (struct bx_line){.product = kit_slug("adult"),
                             .class = kit_slug("main"),
                             .date = {2026, 11, 24},
                             .price = {KIT_PRICE},
                             .tax_ppm = 70000,
                             .places = 1,
                             .persons = 1,
                             .quantity = quantity};
    BX_TEXT_COPY(line->name, "Adult");
    if (!pool)
        return;
    line->event = kit_slug("perm");
    line->slot = line->pool = kit_slug(pool);
    line->start.us = MONDAY;
    line->end.us = MONDAY + 900 * BX_SECOND_US;
    line->offset_min = 60;
    BX_TEXT_COPY(line->event_name, "Permanent collection");
}

void kit_sale(struct kit *kit, int quantity, const char *pool, int64_t r, int64_t before)
{
    struct bx_sale *sale = kit->sale;
    begin(kit, BX_KIND_SALE);
    *sale = (struct bx_sale){.currency = "EUR", .exponent = 2, .tax_included = true};
    sale->programme = 9;
    sale->basket.id = kit->commit.head.id;
    line_add(kit, quantity, pool);
    assert_int_equal(bx_basket_totals(&sale->basket, true, &sale->totals), 0);
    sale->tenders[sale->tender_count++] = (struct bx_tender){
        .kind = BX_TENDER_CASH, .amount = sale->totals.total, .received = sale->totals.total};
    if (pool)
        sale->uses[sale->use_count++] =
            (struct bx_lease_use){.pool = kit_slug(pool), .r = r, .before = before, .q = quantity};
    for (int i = 0; i < quantity; i++) {
        sale->tickets[sale->ticket_count++] = (struct bx_ticket){new_code(kit), 0, i + 1};
        job_add(kit, BX_JOB_TICKET, i, kit->seq);
    }
    job_add(kit, BX_JOB_RECEIPT, -1, kit->seq);
    kit->commit.content.sale = sale;
    number_take(kit, BX_SERIES_SALE);
    kit_spell(kit);
}

void kit_train(struct kit *kit)
{
    kit->sale->training = true;
    number_take(kit, BX_SERIES_TRAINING);
    kit_spell(kit);
}

void kit_return(struct kit *kit, enum bx_kind kind, const struct bx_id *of, int count,
                const int *tickets)
{
    struct bx_sale *sale = kit->sale;
    kit_sale(kit, count, NULL, 0, 0);
    kit->commit.head.kind = kind;
    sale->v = 2;
    sale->of = *of;
    sale->back = sale->basket;
    sale->back_totals = sale->totals;
    sale->back_ticket_count = count;
    memcpy(sale->back_tickets, tickets, (size_t)count * sizeof(*tickets));
    sale->tender_count = 0;
    if (kind != BX_KIND_EXCHANGE) {
        sale->basket.count = 0;
        sale->ticket_count = 0;
        sale->totals = (struct bx_totals){0};
        bx_money out = {-sale->back_totals.total.minor};
        sale->tenders[sale->tender_count++] =
            (struct bx_tender){.kind = BX_TENDER_CASH, .amount = out, .received = out};
        kit->commit.job_count = 0;
    }
    number_take(kit, bx_series_of(kind, false));
    kit_spell(kit);
}

void kit_cash(struct kit *kit, enum bx_kind kind, int64_t amount, const struct bx_id *about)
{
    begin(kit, kind);
    kit->cash = (struct bx_cash_entry){.drawer = 1, .amount = {amount}};
    BX_TEXT_COPY(kit->cash.warrant.what.s, "cash");
    if (about)
        kit->cash.about = *about;
    kit->commit.content.cash = &kit->cash;
    kit_spell(kit);
}

void kit_open(struct kit *kit, int64_t amount)
{
    struct bx_journal_state state;
    assert_int_equal(kit->journal->ops->load(kit->journal, &state, NULL), 0);
    kit->shift = state.next_shift;
    bx_journal_state_finish(&state);
    kit_cash(kit, BX_KIND_SHIFT_OPEN, amount, NULL);
}

void kit_change(struct kit *kit, const struct bx_id *sale, int64_t amount)
{
    begin(kit, BX_KIND_TENDER_CORRECTION);
    kit->change = (struct bx_tender_change){
        .sale = *sale, .from = BX_TENDER_CASH, .to = BX_TENDER_CARD, .amount = {amount}};
    BX_TEXT_COPY(kit->change.warrant.what.s, "tender");
    kit->commit.content.change = &kit->change;
    kit_spell(kit);
}

void kit_attempt(struct kit *kit, enum bx_attempt_state state, const struct bx_id *id)
{
    begin(kit, state == BX_ATTEMPT_ASKED ? BX_KIND_TENDER_INTENT : BX_KIND_TENDER_RESULT);
    kit->attempt = (struct bx_attempt_entry){.basket = kit_id(kit),
                                             .attempt = id ? *id : kit->commit.head.id,
                                             .kind = BX_TENDER_CARD,
                                             .amount = {KIT_PRICE},
                                             .state = state};
    kit->commit.content.attempt = &kit->attempt;
    kit_spell(kit);
}

void kit_invoice(struct kit *kit, const struct bx_id *sale)
{
    begin(kit, BX_KIND_INVOICE);
    kit->invoice = (struct bx_invoice_entry){.sale = *sale, .person = kit_id(kit)};
    kit->commit.content.invoice = &kit->invoice;
    number_take(kit, BX_SERIES_INVOICE);
    kit_spell(kit);
}

void kit_close(struct kit *kit)
{
    struct bx_report *report = &kit->report;
    begin(kit, BX_KIND_SHIFT_CLOSE);
    bx_report_finish(report);
    *report = (struct bx_report){.shift = kit->shift,
                                 .opened = {MONDAY},
                                 .closed = kit->commit.head.at,
                                 .first_seq = kit->shift_seq,
                                 .last_seq = kit->seq - 1,
                                 .entries = kit->seq - kit->shift_seq,
                                 .before = kit->perpetual,
                                 .after = kit->perpetual};
    report->before.sales.minor -= bx_figures_sum(&kit->figures, "sale", NULL);
    report->before.returns.minor -= bx_figures_sum(&kit->figures, "return", NULL);
    assert_int_equal(bx_figures_merge(&report->figures, &kit->figures), 0);
    kit->commit.content.report = report;
    number_take(kit, BX_SERIES_Z);
    kit_spell(kit);
}

void kit_note(struct kit *kit, enum bx_kind kind, const char *about, int64_t n)
{
    begin(kit, kind);
    bx_buf_clear(&kit->body);
    assert_int_equal(bx_note_encode(&kit->commit.head, about, n, &kit->body), 0);
    kit->commit.body = kit->body.data;
    kit->commit.len = kit->body.len;
}

void kit_reprint(struct kit *kit, const struct bx_id *sale, const struct bx_code *code)
{
    begin(kit, BX_KIND_REPRINT);
    kit->paper = (struct bx_paper_entry){.sale = *sale, .code = *code, .copy = 1};
    BX_TEXT_COPY(kit->paper.reason, "torn");
    kit->commit.content.paper = &kit->paper;
    kit_spell(kit);
}

void kit_replace(struct kit *kit, const struct bx_id *sale, int ticket, const struct bx_code *old)
{
    begin(kit, BX_KIND_REPLACE);
    kit->paper = (struct bx_paper_entry){
        .sale = *sale, .ticket = ticket, .code = new_code(kit), .old = *old};
    BX_TEXT_COPY(kit->paper.reason, "lost");
    kit->commit.content.paper = &kit->paper;
    kit_spell(kit);
}

static void went_on(struct kit *kit)
{
    const struct bx_commit *commit = &kit->commit;
    struct bx_figures rows = {0};
    assert_int_equal(bx_figures_of(&rows, &commit->head, &commit->content), 0);
    if (commit->head.kind == BX_KIND_SHIFT_OPEN) {
        kit->shift_seq = commit->head.seq;
        bx_figures_clear(&kit->figures);
    }
    assert_int_equal(bx_figures_merge(&kit->figures, &rows), 0);
    kit->perpetual.sales.minor += bx_figures_sum(&rows, "sale", NULL);
    kit->perpetual.returns.minor += bx_figures_sum(&rows, "return", NULL);
    bx_figures_finish(&rows);
    if (commit->head.kind == BX_KIND_SHIFT_CLOSE)
        kit->shift = 0;
}

enum bx_outcome kit_commit(struct kit *kit, struct bx_ref *ret, struct bx_fault *fault)
{
    enum bx_outcome outcome = kit->journal->ops->commit(kit->journal, &kit->commit, ret, fault);
    if (outcome != BX_DONE)
        return outcome;
    assert_true(ret->seq == kit->seq);
    kit->seq++;
    kit->head = ret->hash;
    if (kit->commit.number)
        kit->numbers[kit->commit.series]++;
    went_on(kit);
    return outcome;
}

struct bx_ref kit_done(struct kit *kit)
{
    struct bx_ref ref;
    struct bx_fault fault = {0};
    if (kit_commit(kit, &ref, &fault) != BX_DONE)
        fail_msg("commit: %s (%s)", fault.say, fault.detail);
    return ref;
}

void kit_lease(struct kit *kit, const struct bx_lease *lease)
{
    struct bx_journal_notes notes = {.leases = lease, .lease_count = 1, .reoffer_above = -1};
    struct bx_fault fault = {0};
    if (kit->journal->ops->note(kit->journal, &notes, NULL, &fault))
        fail_msg("note: %s (%s)", fault.say, fault.detail);
}

void kit_start(struct kit *kit, int64_t n)
{
    struct bx_identity identity = {KIT_TILL, KIT_INCARNATION, KIT_ISSUER};
    struct bx_fault fault = {0};
    if (kit->journal->ops->enrol(kit->journal, &identity, &fault))
        fail_msg("enrol: %s (%s)", fault.say, fault.detail);
    struct bx_lease lease = {
        .pool = kit_slug("p"), .r = 1, .n = n, .state = BX_LEASE_OPEN, .epoch = 1};
    kit_lease(kit, &lease);
    kit_open(kit, 0);
    kit_done(kit);
}
