/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's contract, run against every implementation: the same table of tests, once over a
 * file and once in memory. What is true of one must be true of the other, or one of them lies. */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "fake_journal.h"
#include "journal/journal.h"
#include "journal_world.h"

/* --- enrolment -------------------------------------------------------------------------------- */

static void an_empty_journal(void **state)
{
    struct world *world = *state;
    struct bx_journal_state now = world_load(world);
    assert_int_equal(now.till, 0);
    assert_int_equal(now.next_seq, 1);
    assert_int_equal(now.next_number[BX_SERIES_SALE], 1);
    assert_int_equal(now.next_shift, 1);
    assert_int_equal(now.last_sale.seq, 0);
    bx_journal_state_finish(&now);
    kit_sale(&world->kit, 1, NULL, 0, 0);
    world_refused(world, BX_ERR_REFUSED);
}

static void enrols_once(void **state)
{
    struct world *world = *state;
    struct bx_journal *journal = world->journal;
    struct bx_identity ours = {2, 1, 5}, other = {3, 1, 5}, bad = {0, 1, 5}, far = {2, 1, 1024};
    struct bx_fault fault;
    assert_int_equal(journal->ops->enrol(journal, &bad, &fault), BX_ERR_INPUT);
    assert_int_equal(journal->ops->enrol(journal, &far, &fault), BX_ERR_INPUT);
    assert_int_equal(journal->ops->enrol(journal, &ours, &fault), 0);
    assert_int_equal(journal->ops->enrol(journal, &ours, &fault), 0);
    assert_int_equal(journal->ops->enrol(journal, &other, &fault), BX_ERR_REFUSED);
    world_restart(world);
    struct bx_journal_state now = world_load(world);
    assert_int_equal(now.till, 2);
    assert_int_equal(now.incarnation, 1);
    assert_int_equal(now.issuer, 5);
    bx_journal_state_finish(&now);
}

/* --- commit ----------------------------------------------------------------------------------- */

static void a_sale_is_whole(void **state)
{
    struct world *world = *state;
    kit_start(&world->kit, 10);
    kit_sale(&world->kit, 2, "p", 1, 0);
    struct bx_ref first = kit_done(&world->kit);
    kit_sale(&world->kit, 1, NULL, 0, 0);
    struct bx_ref second = kit_done(&world->kit);
    world_restart(world);
    struct bx_journal_state now = world_load(world);
    assert_int_equal(now.next_seq, 4);
    assert_int_equal(now.next_number[BX_SERIES_SALE], 3);
    assert_int_equal(now.last_sale.seq, 3);
    assert_true(bx_id_equal(&now.last_sale.id, &second.id));
    assert_true(bx_hash_equal(&now.last_sale.hash, &second.hash));
    assert_true(bx_hash_equal(&now.head, &second.hash));
    assert_int_equal(now.queued, 3);
    assert_int_equal(now.attention, 0);
    assert_int_equal(now.job_count, 5);
    assert_int_equal(now.lease_count, 1);
    assert_int_equal(now.leases[0].used, 2);
    assert_int_equal(now.last_at.us, world->kit.commit.head.at.us);
    assert_int_equal(now.last_boot, world->kit.commit.head.boot);
    assert_string_equal(now.last_boot_id, world->kit.commit.boot_id);
    bx_journal_state_finish(&now);
    struct bx_query query = {.kind = BX_QUERY_ID, .id = first.id};
    struct rows rows = world_ask(world, &query);
    SEQS(&rows, 2);
    assert_string_equal(rows.last.head.number, "2-000001");
    assert_int_equal(rows.last.head.kind, BX_KIND_SALE);
    assert_int_equal(rows.last.head.user, 7);
    assert_false(rows.last.answered);
}

static void what_does_not_continue_is_refused(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 10);
    kit_sale(kit, 1, NULL, 0, 0);
    struct bx_ref first = kit_done(kit);
    enum { SEQ, TILL, INCARNATION, PREV, SERIES, NUMBER, ID, BODY, UNNUMBERED, ALL };
    for (int i = 0; i < ALL; i++) {
        kit_sale(kit, 1, NULL, 0, 0);
        struct bx_commit *commit = &kit->commit;
        commit->head.seq += i == SEQ;
        commit->head.till += i == TILL;
        commit->head.incarnation += i == INCARNATION;
        commit->prev.b[3] ^= i == PREV;
        commit->number += i == SERIES;
        if (i == TILL)
            bx_number_format(commit->head.till, BX_SERIES_SALE, commit->number,
                             commit->head.number);
        if (i == SERIES)
            bx_number_format(KIT_TILL, BX_SERIES_SALE, commit->number, commit->head.number);
        if (i == NUMBER)
            bx_number_format(KIT_TILL, BX_SERIES_SALE, commit->number + 1, commit->head.number);
        if (i == ID)
            commit->head.id = kit->sale->basket.id = first.id;
        if (i != BODY)
            kit_spell(kit);
        else
            commit->head.user++;
        if (i == UNNUMBERED)
            commit->number = 0;
        world_refused(world, BX_ERR_CLASH);
    }
    kit_sale(kit, 1, NULL, 0, 0);
    kit_done(kit);
}

static void leases_are_guarded(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 3);
    kit_sale(kit, 4, "p", 1, 0);
    world_refused(world, BX_ERR_REFUSED); /* larger than what there is */
    kit_sale(kit, 1, "p", 2, 0);
    world_refused(world, BX_ERR_REFUSED); /* of a lease that is not there */
    kit_sale(kit, 1, "q", 1, 0);
    world_refused(world, BX_ERR_REFUSED);
    kit_sale(kit, 1, "p", 1, 1);
    world_refused(world, BX_ERR_CLASH); /* used-before is wrong */
    kit_sale(kit, 2, "p", 1, 0);
    kit_done(kit);
    kit_sale(kit, 2, "p", 1, 2);
    world_refused(world, BX_ERR_REFUSED);
    struct bx_lease lease = {
        .pool = kit_slug("p"), .r = 1, .n = 3, .used = 2, .state = BX_LEASE_CLOSING, .epoch = 1};
    kit_lease(kit, &lease);
    kit_sale(kit, 1, "p", 1, 2);
    world_refused(world, BX_ERR_REFUSED); /* closing */
    lease.state = BX_LEASE_OPEN;
    struct bx_journal_notes notes = {.leases = &lease, .lease_count = 1, .reoffer_above = -1};
    assert_int_equal(world_note(world, &notes), BX_ERR_CLASH); /* never opens again */
    lease.r = 2;
    lease.used = 0;
    kit_lease(kit, &lease);
    kit_sale(kit, 3, "p", 2, 0);
    kit_done(kit);
    lease.used = 2;
    assert_int_equal(world_note(world, &notes), BX_ERR_CLASH); /* used never falls */
    lease.used = 4;
    assert_int_equal(world_note(world, &notes), BX_ERR_CLASH); /* nor is it more than n */
    lease.r = 1;
    lease.used = 3;
    assert_int_equal(world_note(world, &notes), BX_ERR_CLASH); /* nor does r go back */
}

static void nothing_of_a_refused_sale_remains(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 10);
    kit_sale(kit, 2, "p", 1, 0);
    struct bx_code taken = kit->sale->tickets[1].code;
    kit_done(kit);
    kit_sale(kit, 2, "p", 1, 2);
    struct bx_code fresh = kit->sale->tickets[0].code;
    kit->sale->tickets[1].code = taken; /* fails after entry, lease and jobs were written */
    kit_spell(kit);
    world_refused(world, BX_ERR_CLASH);
    struct bx_query query = {.kind = BX_QUERY_CODE};
    BX_TEXT_COPY(query.text, fresh.s);
    struct rows rows = world_ask(world, &query);
    assert_int_equal(rows.count, 0);
    kit_sale(kit, 2, "p", 1, 2);
    kit_done(kit);
}

static void a_short_disk_stops_sales_only(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 10);
    world_room_set(world, BX_JOURNAL_LINE - 1);
    kit_sale(kit, 1, NULL, 0, 0);
    world_refused(world, BX_ERR_FULL);
    kit_note(kit, BX_KIND_LOGOUT, "", 0);
    kit_done(kit);
    struct bx_fault fault = {0};
    int more;
    while ((more = world->journal->ops->idle(world->journal, &fault)) > 0)
        ;
    assert_int_equal(more, BX_ERR_FULL);
    world_room_set(world, BX_JOURNAL_LINE);
    kit_sale(kit, 1, NULL, 0, 0);
    kit_done(kit);
    for (int i = 0; i < 100 && (more = world->journal->ops->idle(world->journal, &fault)); i++)
        assert_int_equal(more, 1);
    assert_int_equal(more, 0);
}

static void the_till_is_remembered(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 10);
    kit->user = 0;
    for (int i = 0; i < 3; i++) {
        kit_note(kit, BX_KIND_LOGIN_FAILED, "", 9);
        kit_done(kit);
    }
    kit_note(kit, BX_KIND_LOGIN_FAILED, "", 7);
    kit_done(kit);
    kit->user = 7;
    kit_note(kit, BX_KIND_LOGIN, "", 0);
    kit_done(kit);
    kit_note(kit, BX_KIND_OFFLINE_START, "no answer", 0);
    kit_done(kit);
    world_restart(world);
    struct bx_journal_state now = world_load(world);
    assert_int_equal(now.user, 7);
    assert_int_equal(now.shift, 1);
    assert_int_equal(now.next_shift, 2);
    assert_true(now.offline);
    assert_int_equal(now.lockout_count, 1);
    assert_int_equal(now.lockouts[0].user, 9);
    assert_int_equal(now.lockouts[0].failures, 3);
    bx_journal_state_finish(&now);
    kit_note(kit, BX_KIND_OFFLINE_END, "", 3);
    kit_done(kit);
    kit_note(kit, BX_KIND_CLOCK_JUMP, "", -5000000);
    kit_done(kit);
    kit_note(kit, BX_KIND_LOGOUT, "", 0);
    kit_done(kit);
    now = world_load(world);
    assert_int_equal(now.user, 0);
    assert_false(now.offline);
    assert_int_equal(now.next_number[BX_SERIES_SALE], 1);
    bx_journal_state_finish(&now);
}

static int row_take(void *arg, const struct bx_row *row)
{
    *(struct bx_row *)arg = *row;
    return 0;
}

/* The first row that is unsigned after FROM, or the row at -FROM. */
static struct bx_row sign_row(struct world *world, int64_t from)
{
    struct bx_journal *journal = world->kit.journal;
    struct bx_row row = {0};
    struct bx_query query = {.kind = from < 0 ? BX_QUERY_FROM : BX_QUERY_UNSIGNED,
                             .from = from < 0 ? -from : from,
                             .limit = 1};
    assert_int_equal(journal->ops->read(journal, &query, row_take, &row, NULL), 0);
    return row;
}

static int sign_note(struct world *world, int64_t seq, enum bx_sign_state state, int64_t counter)
{
    struct bx_journal *journal = world->kit.journal;
    struct bx_sign_note sign = {.seq = seq,
                                .sign = {.state = state,
                                         .begun = {5},
                                         .at = {6},
                                         .transaction = 9,
                                         .counter = counter,
                                         .device = "D1",
                                         .qr = "BXF1;x"}};
    struct bx_journal_notes notes = {.reoffer_above = -1, .signs = &sign, .sign_count = 1};
    return journal->ops->note(journal, &notes, NULL, NULL);
}

static void signatures_are_open_until_they_are_said(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 10);
    kit_sale(kit, 1, NULL, 0, 0);
    kit->commit.sign = true;
    int64_t first = kit_done(kit).seq;
    kit_sale(kit, 1, NULL, 0, 0);
    kit->commit.sign = true;
    int64_t second = kit_done(kit).seq;
    kit_sale(kit, 1, NULL, 0, 0);
    int64_t never = kit_done(kit).seq;
    kit_note(kit, BX_KIND_SIGN_LOST, "no answer", 2);
    kit_done(kit);
    world_restart(world);
    struct bx_journal_state now = world_load(world);
    assert_int_equal(now.unsigned_count, 2);
    assert_int_equal(now.signs[BX_SIGN_OPEN], 2);
    assert_true(now.sign_lost);
    bx_journal_state_finish(&now);
    assert_int_equal(sign_row(world, 0).head.seq, first);
    assert_int_equal(sign_row(world, first).head.seq, second);
    assert_int_equal(sign_row(world, second).head.seq, 0);
    assert_int_equal(sign_row(world, -never).sign.state, BX_SIGN_NONE);
    assert_int_equal(sign_note(world, never, BX_SIGN_SIGNED, 1), BX_ERR_MISSING);
    assert_int_equal(sign_note(world, 99, BX_SIGN_SIGNED, 1), BX_ERR_MISSING);
    assert_int_equal(sign_note(world, first, BX_SIGN_LATE, 1), 0);
    assert_int_equal(sign_note(world, first, BX_SIGN_SIGNED, 7), 0); /* changes nothing */
    kit_note(kit, BX_KIND_SIGN_BACK, "", 2);
    kit_done(kit);
    world_restart(world);
    struct bx_row row = sign_row(world, -first);
    assert_int_equal(row.sign.state, BX_SIGN_LATE);
    assert_int_equal(row.sign.counter, 1);
    assert_int_equal(row.sign.transaction, 9);
    assert_int_equal(row.sign.begun.us, 5);
    assert_int_equal(row.sign.at.us, 6);
    assert_string_equal(row.sign.device, "D1");
    assert_string_equal(row.sign.qr, "BXF1;x");
    now = world_load(world);
    assert_int_equal(now.unsigned_count, 1);
    assert_int_equal(now.signs[BX_SIGN_OPEN], 1);
    assert_int_equal(now.signs[BX_SIGN_LATE], 1);
    assert_false(now.sign_lost);
    bx_journal_state_finish(&now);
}

static void papers_find_their_sale(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 10);
    kit_sale(kit, 2, NULL, 0, 0);
    struct bx_code first = kit->sale->tickets[0].code, second = kit->sale->tickets[1].code;
    struct bx_ref sale = kit_done(kit);
    struct bx_id nobody = kit_id(kit);
    kit_reprint(kit, &nobody, &first);
    world_refused(world, BX_ERR_MISSING);
    kit_reprint(kit, &sale.id, &first);
    struct bx_ref reprint = kit_done(kit);
    kit_replace(kit, &sale.id, 0, &second);
    world_refused(world, BX_ERR_MISSING); /* another ticket's code */
    kit_replace(kit, &sale.id, 0, &first);
    struct bx_code fresh = kit->paper.code;
    kit_done(kit);
    kit_replace(kit, &sale.id, 0, &first);
    world_refused(world, BX_ERR_MISSING); /* a ticket leaves "valid" once */
    kit_note(kit, BX_KIND_PRINT_ANSWER, "hand", reprint.seq);
    kit_done(kit);
    kit_note(kit, BX_KIND_PRINT_ANSWER, "hand", 99);
    world_refused(world, BX_ERR_MISSING);

    struct bx_query query = {.kind = BX_QUERY_ABOUT, .id = sale.id};
    struct rows rows = world_ask(world, &query);
    SEQS(&rows, 3, 4, 5);
    query = (struct bx_query){.kind = BX_QUERY_CODE};
    const struct bx_code *const codes[] = {&first, &second, &fresh};
    for (size_t i = 0; i < bx_countof(codes); i++) {
        BX_TEXT_COPY(query.text, codes[i]->s);
        rows = world_ask(world, &query);
        SEQS(&rows, 2);
    }
}

/* --- answers ---------------------------------------------------------------------------------- */

/* The server has said "recorded" to everything. */
static void told_all(struct world *world)
{
    struct bx_query query = {.kind = BX_QUERY_QUEUED};
    for (struct rows rows = world_ask(world, &query); rows.count; rows = world_ask(world, &query)) {
        struct bx_ref ref = {rows.last.head.seq, rows.last.head.id, rows.last.hash};
        world_answered(world, &ref, BX_ENTRY_RECORDED);
    }
}

static void answers_move_the_queue(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    struct bx_ref refs[6];
    kit_start(kit, 10);
    told_all(world);
    for (int i = 1; i < 6; i++) {
        kit_sale(kit, 1, NULL, 0, 0);
        refs[i] = kit_done(kit);
    }
    struct bx_query queued = {.kind = BX_QUERY_QUEUED, .limit = 2};
    struct rows rows = world_ask(world, &queued);
    SEQS(&rows, 2, 3);
    queued.limit = 0;
    world_answered(world, &refs[4], BX_ENTRY_RECORDED); /* out of order */
    world_answered(world, &refs[1], BX_ENTRY_RECORDED);
    world_answered(world, &refs[2], BX_ENTRY_WAITING);
    world_answered(world, &refs[3], BX_ENTRY_RECORDED_TASK);
    rows = world_ask(world, &queued);
    SEQS(&rows, 3, 6);
    queued.from = 3;
    rows = world_ask(world, &queued);
    SEQS(&rows, 6);
    queued.from = 0;
    struct bx_query attention = {.kind = BX_QUERY_ATTENTION};
    rows = world_ask(world, &attention);
    SEQS(&rows, 4);
    assert_true(rows.last.answered);
    assert_int_equal(rows.last.answer.outcome, BX_ENTRY_RECORDED_TASK);
    world_restart(world);
    struct bx_journal_state now = world_load(world);
    assert_int_equal(now.queued, 2);
    assert_int_equal(now.attention, 1);
    bx_journal_state_finish(&now);

    world_answered(world, &refs[4], BX_ENTRY_WAITING); /* never backwards */
    world_answered(world, &refs[3], BX_ENTRY_RECORDED);
    rows = world_ask(world, &queued);
    SEQS(&rows, 3, 6);
    rows = world_ask(world, &attention);
    SEQS(&rows, 4);
    world_answered(world, &refs[2], BX_ENTRY_CONFLICT);
    rows = world_ask(world, &attention);
    SEQS(&rows, 3, 4);

    kit_note(kit, BX_KIND_SETTLE, "looked at", 4);
    kit_done(kit);
    rows = world_ask(world, &attention);
    SEQS(&rows, 3);
    struct bx_query conflict = {.kind = BX_QUERY_CONFLICT};
    rows = world_ask(world, &conflict);
    SEQS(&rows, 3);
    conflict.from = 3;
    assert_int_equal(world_ask(world, &conflict).count, 0);
    struct bx_query id = {.kind = BX_QUERY_ID, .id = refs[3].id};
    rows = world_ask(world, &id);
    assert_true(rows.last.settled);
    now = world_load(world);
    assert_int_equal(now.queued, 2); /* 5 and the settlement */
    assert_int_equal(now.attention, 1);
    bx_journal_state_finish(&now);
    kit_note(kit, BX_KIND_SETTLE, "nothing", 99);
    world_refused(world, BX_ERR_MISSING);

    kit_note(kit, BX_KIND_SETTLE, "and this one", 3);
    kit_done(kit);
    rows = world_ask(world, &attention);
    assert_int_equal(rows.count, 0);
    conflict.from = 0;
    rows = world_ask(world, &conflict);
    SEQS(&rows, 3);
}

static void an_answer_to_something_else_stores_nothing(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 10);
    told_all(world);
    struct bx_ref refs[2];
    for (int i = 0; i < 2; i++) {
        kit_sale(kit, 1, NULL, 0, 0);
        refs[i] = kit_done(kit);
    }
    for (int i = 0; i < 3; i++) {
        struct bx_entry_answer answers[2] = {world_answer_to(&refs[0], BX_ENTRY_RECORDED),
                                             world_answer_to(&refs[1], BX_ENTRY_RECORDED)};
        answers[1].seq += i == 0;
        answers[1].id.b[2] ^= i == 1;
        answers[1].hash.b[2] ^= i == 2;
        struct bx_journal_notes notes = {
            .answers = answers, .answer_count = 2, .seen_epoch = 9, .reoffer_above = -1};
        assert_int_equal(world_note(world, &notes), BX_ERR_CLASH);
    }
    struct bx_journal_state now = world_load(world);
    assert_int_equal(now.queued, 2);
    assert_int_equal(now.seen_epoch, 0);
    bx_journal_state_finish(&now);
}

static void a_restored_server_is_told_again(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    struct bx_ref refs[5];
    kit_start(kit, 10);
    told_all(world);
    for (int i = 1; i < 5; i++) {
        kit_sale(kit, 1, NULL, 0, 0);
        refs[i] = kit_done(kit);
        world_answered(world, &refs[i], i == 3 ? BX_ENTRY_RECORDED_TASK : BX_ENTRY_RECORDED);
    }
    struct bx_journal_notes notes = {.seen_epoch = 2, .seen_commit = 1, .reoffer_above = 3};
    assert_int_equal(world_note(world, &notes), 0);
    struct bx_query queued = {.kind = BX_QUERY_QUEUED};
    struct rows rows = world_ask(world, &queued);
    SEQS(&rows, 4, 5);
    assert_false(rows.last.answered);
    struct bx_journal_state now = world_load(world);
    assert_int_equal(now.queued, 2);
    assert_int_equal(now.attention, 0);
    bx_journal_state_finish(&now);
    world_answered(world, &refs[3], BX_ENTRY_RECORDED);
    world_answered(world, &refs[4], BX_ENTRY_WAITING);
    rows = world_ask(world, &queued);
    SEQS(&rows, 5);
    assert_true(rows.last.answered);
    now = world_load(world);
    assert_int_equal(now.queued, 1);
    assert_int_equal(now.attention, 0);
    bx_journal_state_finish(&now);
}

static void epochs_only_rise(void **state)
{
    struct world *world = *state;
    static const int64_t steps[][4] = {
        {3, 7, 3, 7}, {3, 5, 3, 7}, {3, 9, 3, 9}, {2, 99, 3, 9}, {0, 0, 3, 9}, {4, 1, 4, 1},
    };
    kit_start(&world->kit, 1);
    for (size_t i = 0; i < bx_countof(steps); i++) {
        struct bx_journal_notes notes = {
            .seen_epoch = steps[i][0], .seen_commit = steps[i][1], .reoffer_above = -1};
        assert_int_equal(world_note(world, &notes), 0);
        struct bx_journal_state now = world_load(world);
        assert_int_equal(now.seen_epoch, steps[i][2]);
        assert_int_equal(now.seen_commit, steps[i][3]);
        bx_journal_state_finish(&now);
    }
}

/* It goes back when the clock does. */
static void the_last_contact_is_kept(void **state)
{
    struct world *world = *state;
    static const int64_t steps[][2] = {{0, 0}, {9000, 9000}, {0, 9000}, {8000, 8000}};
    kit_start(&world->kit, 1);
    for (size_t i = 0; i < bx_countof(steps); i++) {
        struct bx_journal_notes notes = {.contact = {steps[i][0]}, .reoffer_above = -1};
        assert_int_equal(world_note(world, &notes), 0);
        world_restart(world);
        struct bx_journal_state now = world_load(world);
        assert_int_equal(now.contact.us, steps[i][1]);
        bx_journal_state_finish(&now);
    }
}

/* --- jobs, documents, queries ----------------------------------------------------------------- */

static void jobs_are_carried_on(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 10);
    kit_sale(kit, 8, NULL, 0, 0);
    struct bx_print_job jobs[9];
    memcpy(jobs, kit->jobs, sizeof(jobs));
    struct bx_ref sale = kit_done(kit), proof = {0};
    for (int i = 0; i < 9; i++) {
        jobs[i].state = (enum bx_job_state)i;
        BX_TEXT_COPY(jobs[i].say, "paper jam");
    }
    struct bx_journal_notes notes = {.jobs = jobs, .job_count = 9, .reoffer_above = -1};
    assert_int_equal(world->journal->ops->note(world->journal, &notes, &proof, NULL), 0);
    assert_int_equal(proof.seq, sale.seq);
    assert_true(bx_hash_equal(&proof.hash, &sale.hash));
    world_restart(world);
    struct bx_journal_state now = world_load(world);
    assert_int_equal(now.job_count, 6);
    for (size_t i = 0; i < now.job_count; i++) {
        const struct bx_print_job *job = &now.jobs[i];
        assert_true(job->state != BX_JOB_CONFIRMED && job->state != BX_JOB_SENT &&
                    job->state != BX_JOB_CANCELLED);
        assert_true(bx_id_equal(&job->id, &jobs[job->state].id));
        assert_int_equal(job->ticket, jobs[job->state].ticket);
        assert_int_equal(job->kind, jobs[job->state].kind);
        assert_int_equal(job->sale, sale.seq);
        assert_string_equal(job->say, "paper jam");
    }
    bx_journal_state_finish(&now);
    jobs[1].id = kit_id(kit);
    jobs[0].state = BX_JOB_CANCELLED;
    assert_int_equal(world_note(world, &notes), BX_ERR_MISSING);
    now = world_load(world);
    assert_int_equal(now.job_count, 6); /* the first of the two was not changed either */
    bx_journal_state_finish(&now);
    kit_sale(kit, 1, NULL, 0, 0);
    kit->jobs[0].id = jobs[2].id;
    world_refused(world, BX_ERR_CLASH);
}

static void documents_are_kept(void **state)
{
    struct world *world = *state;
    struct bx_journal *journal = world->journal;
    kit_start(&world->kit, 1);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    assert_int_equal(journal->ops->document(journal, BX_DOC_STAFF, &out, NULL), BX_ERR_MISSING);
    static const char first[] = "{\"a\":1}", second[] = "x\0y";
    struct bx_journal_notes notes = {.reoffer_above = -1,
                                     .has_document = true,
                                     .document = BX_DOC_STAFF,
                                     .bytes = first,
                                     .len = sizeof(first) - 1};
    assert_int_equal(world_note(world, &notes), 0);
    notes.bytes = second;
    notes.len = 3;
    assert_int_equal(world_note(world, &notes), 0);
    world_restart(world);
    journal = world->journal;
    assert_int_equal(journal->ops->document(journal, BX_DOC_STAFF, &out, NULL), 0);
    assert_int_equal(out.len, 3);
    assert_memory_equal(out.data, second, 3);
    assert_int_equal(journal->ops->document(journal, BX_DOC_KEYS, &out, NULL), BX_ERR_MISSING);
}

static int stop_at_two(void *arg, const struct bx_row *row)
{
    int *seen = arg;
    (*seen)++;
    return row->head.seq == 2 ? 77 : 0;
}

static void vouchers_are_remembered(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    struct bx_query query = {.kind = BX_QUERY_TENDER, .text = "00112233445566ff"};
    kit_start(kit, 10);
    kit_sale(kit, 1, NULL, 0, 0);
    kit->sale->tenders[0].kind = BX_TENDER_VOUCHER;
    BX_TEXT_COPY(kit->sale->tenders[0].reference, query.text);
    kit_spell(kit);
    kit_done(kit);
    kit_sale(kit, 1, NULL, 0, 0);
    kit_done(kit);
    struct rows rows = world_ask(world, &query);
    SEQS(&rows, 2);
    BX_TEXT_COPY(query.text, "00112233445566fe");
    rows = world_ask(world, &query);
    assert_int_equal(rows.count, 0);
}

static void questions_are_answered(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 10);
    for (int i = 0; i < 3; i++) {
        kit_sale(kit, 1, NULL, 0, 0);
        kit_done(kit);
        kit_note(kit, BX_KIND_LOGOUT, "", 0);
        kit_done(kit);
    }
    struct bx_query query = {.kind = BX_QUERY_FROM, .from = 5};
    struct rows rows = world_ask(world, &query);
    SEQS(&rows, 5, 6, 7);
    query.limit = 1;
    rows = world_ask(world, &query);
    SEQS(&rows, 5);
    query = (struct bx_query){.kind = BX_QUERY_SALES, .limit = 2};
    rows = world_ask(world, &query);
    SEQS(&rows, 6, 4);
    query.from = 4;
    rows = world_ask(world, &query);
    SEQS(&rows, 2);
    query = (struct bx_query){.kind = BX_QUERY_NUMBER, .text = "2-000002"};
    rows = world_ask(world, &query);
    SEQS(&rows, 4);
    query = (struct bx_query){.kind = BX_QUERY_NUMBER, .text = ""};
    rows = world_ask(world, &query);
    assert_int_equal(rows.count, 0);
    query = (struct bx_query){.kind = BX_QUERY_ID, .id = kit_id(kit)};
    rows = world_ask(world, &query);
    assert_int_equal(rows.count, 0);
    int seen = 0;
    query = (struct bx_query){.kind = BX_QUERY_FROM};
    assert_int_equal(world->journal->ops->read(world->journal, &query, stop_at_two, &seen, NULL),
                     77);
    assert_int_equal(seen, 2);
}

static void resolving_without_a_doubt(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 10);
    kit_sale(kit, 1, NULL, 0, 0);
    struct bx_ref ref = kit_done(kit), found = {0};
    struct bx_id nobody = kit_id(kit);
    struct bx_fault fault;
    const struct bx_journal_ops *ops = world->journal->ops;
    assert_int_equal(ops->resolve(world->journal, &ref.id, &found, &fault), BX_DONE);
    assert_int_equal(found.seq, 2);
    assert_true(bx_hash_equal(&found.hash, &ref.hash));
    assert_int_equal(ops->resolve(world->journal, &nobody, &found, &fault), BX_REFUSED);
    kit_sale(kit, 1, NULL, 0, 0);
    kit_done(kit);
}

/* The levers of the fake have no counterpart over a file; there a faulty disk is needed. */
static void the_fake_fails_on_demand(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    struct bx_journal *journal = world->journal;
    struct bx_ref ref;
    struct bx_fault fault;
    kit_start(kit, 10);
    static const struct {
        enum fake_journal_fail fail;
        enum bx_outcome first, then;
    } list[] = {
        {FAKE_JOURNAL_LOST, BX_UNKNOWN, BX_REFUSED},
        {FAKE_JOURNAL_KEPT, BX_UNKNOWN, BX_DONE},
    };
    for (size_t i = 0; i < bx_countof(list); i++) {
        kit_sale(kit, 1, NULL, 0, 0);
        fake_journal_fail(journal, list[i].fail);
        assert_int_equal(kit_commit(kit, &ref, &fault), list[i].first);
        assert_int_equal(kit_commit(kit, &ref, &fault), BX_REFUSED);
        assert_int_equal(fault.err, BX_ERR_UNKNOWN);
        assert_int_equal(journal->ops->resolve(journal, &kit->commit.head.id, &ref, &fault),
                         list[i].then);
        kit_take_up(kit);
        assert_int_equal(kit->seq, list[i].then == BX_DONE ? 3 : 2);
    }
    assert_int_equal(fake_journal_job(journal, &kit->jobs[0].id), BX_JOB_NEW);
    kit_sale(kit, 1, NULL, 0, 0);
    fake_journal_fail(journal, FAKE_JOURNAL_STUCK);
    assert_int_equal(kit_commit(kit, &ref, &fault), BX_UNKNOWN);
    assert_int_equal(journal->ops->resolve(journal, &kit->commit.head.id, &ref, &fault),
                     BX_UNKNOWN);
    fake_journal_fail(journal, FAKE_JOURNAL_GOOD);
    assert_int_equal(journal->ops->resolve(journal, &kit->commit.head.id, &ref, &fault), BX_DONE);
    kit_take_up(kit);
    fake_journal_fail(journal, FAKE_JOURNAL_REFUSE);
    kit_sale(kit, 1, NULL, 0, 0);
    world_refused(world, BX_ERR_FULL);
    fake_journal_spoil(journal, 1);
    assert_int_equal(journal->ops->idle(journal, &fault), BX_ERR_CORRUPT);
}

#define TEST(name)                               \
    {                                            \
#name, name, NULL, world_tear_down, NULL \
    }

int main(void)
{
    bx_crypto_init();
    struct CMUnitTest contract[] = {
        TEST(an_empty_journal),
        TEST(enrols_once),
        TEST(a_sale_is_whole),
        TEST(what_does_not_continue_is_refused),
        TEST(leases_are_guarded),
        TEST(nothing_of_a_refused_sale_remains),
        TEST(a_short_disk_stops_sales_only),
        TEST(the_till_is_remembered),
        TEST(signatures_are_open_until_they_are_said),
        TEST(papers_find_their_sale),
        TEST(answers_move_the_queue),
        TEST(an_answer_to_something_else_stores_nothing),
        TEST(a_restored_server_is_told_again),
        TEST(epochs_only_rise),
        TEST(the_last_contact_is_kept),
        TEST(jobs_are_carried_on),
        TEST(documents_are_kept),
        TEST(vouchers_are_remembered),
        TEST(questions_are_answered),
        TEST(resolving_without_a_doubt),
    };
    struct CMUnitTest levers[] = {cmocka_unit_test_setup_teardown(
        the_fake_fails_on_demand, world_set_up_fake, world_tear_down)};
    static const struct {
        const char *name;
        CMFixtureFunction set_up;
    } all[] = {
        {"journal: a file", world_set_up_real},
        {"journal: the fake", world_set_up_fake},
    };
    int failed = cmocka_run_group_tests_name("journal: levers", levers, NULL, NULL);
    for (size_t i = 0; i < bx_countof(all); i++) {
        for (size_t k = 0; k < bx_countof(contract); k++)
            contract[k].setup_func = all[i].set_up;
        failed += cmocka_run_group_tests_name(all[i].name, contract, NULL, NULL);
    }
    return failed;
}
