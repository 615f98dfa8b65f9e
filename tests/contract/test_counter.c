/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's contract for the whole counter: series of numbers, what is taken back, training,
 * shifts and their figures, persons. As test_journal.c, over a file and in memory alike. */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "journal_world.h"

/* --- the whole counter ------------------------------------------------------------------------ */

/* SALE of QUANTITY tickets, committed; the codes stay in kit->sale. */
static struct bx_ref sold(struct kit *kit, int quantity)
{
    kit_sale(kit, quantity, NULL, 0, 0);
    return kit_done(kit);
}

static void numbers_are_gapless_per_series(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    static const int first[] = {0}, second[] = {1};
    kit_start(kit, 10);
    struct bx_ref sale = sold(kit, 2), other = sold(kit, 1);
    kit_return(kit, BX_KIND_REFUND, &sale.id, 1, first);
    kit->commit.number++;
    bx_number_format(KIT_TILL, BX_SERIES_REFUND, kit->commit.number, kit->commit.head.number);
    kit_spell(kit);
    world_refused(world, BX_ERR_CLASH); /* a gap */
    kit_return(kit, BX_KIND_REFUND, &sale.id, 1, first);
    kit->commit.series = BX_SERIES_VOID;
    bx_number_format(KIT_TILL, BX_SERIES_VOID, 1, kit->commit.head.number);
    kit_spell(kit);
    world_refused(world, BX_ERR_CLASH); /* of another series */
    kit_return(kit, BX_KIND_REFUND, &sale.id, 1, first);
    kit_done(kit);
    kit_return(kit, BX_KIND_EXCHANGE, &sale.id, 1, second);
    kit_done(kit);
    kit_return(kit, BX_KIND_VOID, &other.id, 1, first);
    kit_done(kit);
    kit_invoice(kit, &sale.id);
    kit_done(kit);
    kit_sale(kit, 1, NULL, 0, 0);
    kit_train(kit);
    kit_done(kit);
    kit_note(kit, BX_KIND_LOGOUT, "", 0);
    kit->commit.number = 1;
    world_refused(world, BX_ERR_CLASH); /* a note has none */
    kit_close(kit);
    kit_done(kit);
    world_restart(world);
    struct bx_journal_state now = world_load(world);
    static const int64_t next[BX_SERIES_COUNT] = {3, 2, 2, 2, 2, 2, 2};
    assert_memory_equal(now.next_number, next, sizeof(next));
    bx_journal_state_finish(&now);
    static const char *const texts[] = {"2-R000001", "2-X000001", "2-V000001",
                                        "2-I000001", "2-T000001", "2-Z000001"};
    for (int i = 0; i < 6; i++) {
        struct bx_query query = {.kind = BX_QUERY_NUMBER};
        BX_TEXT_COPY(query.text, texts[i]);
        struct rows rows = world_ask(world, &query);
        assert_int_equal(rows.count, 1);
        assert_int_equal(rows.seqs[0], 4 + i);
    }
}

static void a_ticket_is_taken_back_once(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    static const int first[] = {0}, both[] = {0, 1}, none[] = {7};
    kit_start(kit, 10);
    struct bx_ref sale = sold(kit, 3);
    struct bx_code old = kit->sale->tickets[0].code;
    kit_replace(kit, &sale.id, 0, &old);
    struct bx_code fresh = kit->paper.code;
    kit_done(kit);
    kit_return(kit, BX_KIND_REFUND, &sale.id, 2, both);
    kit->sale->back_tickets[0] = 1; /* the same one twice is no body at all, so before it is one */
    world_refused(world, BX_ERR_CLASH);
    kit_return(kit, BX_KIND_REFUND, &sale.id, 1, none);
    world_refused(world, BX_ERR_CLASH);
    kit_return(kit, BX_KIND_REFUND, &sale.id, 1, first); /* the replaced one: its new code goes */
    struct bx_ref refund = kit_done(kit);
    kit_replace(kit, &sale.id, 0, &fresh);
    world_refused(world, BX_ERR_MISSING);
    kit_return(kit, BX_KIND_EXCHANGE, &sale.id, 1, first);
    world_refused(world, BX_ERR_CLASH);
    kit_return(kit, BX_KIND_REFUND, &sale.id, 2, both);
    world_refused(world, BX_ERR_CLASH); /* all or nothing: the other one stays */
    static const int second[] = {1};
    kit_return(kit, BX_KIND_EXCHANGE, &sale.id, 1, second);
    struct bx_ref exchange = kit_done(kit);
    kit_return(kit, BX_KIND_REFUND, &exchange.id, 1, first); /* what it sold can go back too */
    kit_done(kit);
    kit_return(kit, BX_KIND_REFUND, &exchange.id, 1, first);
    world_refused(world, BX_ERR_CLASH);
    kit_return(kit, BX_KIND_REFUND, &refund.id, 1, first);
    world_refused(world, BX_ERR_CLASH); /* a refund is not taken back */
    struct bx_query query = {.kind = BX_QUERY_ABOUT, .id = sale.id};
    struct rows rows = world_ask(world, &query);
    SEQS(&rows, 3, 4, 5);
    query = (struct bx_query){.kind = BX_QUERY_SALES};
    rows = world_ask(world, &query);
    SEQS(&rows, 6, 5, 4, 2);
    struct bx_id elsewhere = kit_id(kit);
    kit_return(kit, BX_KIND_REFUND, &elsewhere, 1, first); /* of another till: the server knows */
    kit_done(kit);
}

static void a_sale_is_voided_once(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    static const int first[] = {0};
    kit_start(kit, 10);
    struct bx_ref sale = sold(kit, 1);
    kit_return(kit, BX_KIND_VOID, &sale.id, 1, first);
    kit_done(kit);
    kit_return(kit, BX_KIND_VOID, &sale.id, 0, first);
    world_refused(world, BX_ERR_CLASH); /* also when it had no ticket */
    kit_return(kit, BX_KIND_REFUND, &sale.id, 0, first);
    world_refused(world, BX_ERR_CLASH);
}

static void what_names_a_sale_is_found(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 10);
    struct bx_ref sale = sold(kit, 1);
    struct bx_id nobody = kit_id(kit);
    kit_change(kit, &nobody, 100);
    world_refused(world, BX_ERR_MISSING);
    kit_invoice(kit, &nobody);
    world_refused(world, BX_ERR_MISSING);
    kit_change(kit, &sale.id, 100);
    kit_done(kit);
    kit_invoice(kit, &sale.id);
    kit_done(kit);
    kit_cash(kit, BX_KIND_COUNT, 5000, &sale.id);
    kit_done(kit);
    kit_cash(kit, BX_KIND_NO_SALE, 0, &sale.id);
    kit_done(kit);
    kit_cash(kit, BX_KIND_PAID_IN, 700, NULL);
    kit_done(kit);
    struct bx_query query = {.kind = BX_QUERY_ABOUT, .id = sale.id};
    struct rows rows = world_ask(world, &query);
    SEQS(&rows, 3, 4, 5, 6);
    query.from = 4;
    rows = world_ask(world, &query);
    SEQS(&rows, 5, 6);
}

static void training_stays_apart(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    static const int first[] = {0};
    kit_start(kit, 10);
    struct bx_ref real = sold(kit, 1);
    kit_note(kit, BX_KIND_TRAINING_ON, "", 0);
    kit_done(kit);
    struct bx_journal_state now = world_load(world);
    assert_true(now.training);
    bx_journal_state_finish(&now);
    kit_sale(kit, 1, "p", 1, 0);
    kit_train(kit);
    world_refused(world, BX_ERR_CLASH); /* takes places */
    kit_sale(kit, 1, NULL, 0, 0);
    kit->sale->training = true;
    kit_spell(kit);
    world_refused(world, BX_ERR_CLASH); /* under a real number */
    kit_sale(kit, 1, NULL, 0, 0);
    kit_train(kit);
    struct bx_ref play = kit_done(kit);
    kit_return(kit, BX_KIND_REFUND, &real.id, 1, first);
    kit_train(kit);
    world_refused(world, BX_ERR_CLASH);
    kit_return(kit, BX_KIND_REFUND, &play.id, 1, first);
    world_refused(world, BX_ERR_CLASH);
    kit_return(kit, BX_KIND_REFUND, &play.id, 1, first);
    kit_train(kit);
    kit_done(kit);
    kit_note(kit, BX_KIND_TRAINING_OFF, "", 0);
    kit_done(kit);
    world_restart(world);
    now = world_load(world);
    assert_false(now.training);
    assert_int_equal(now.perpetual.sales.minor, KIT_PRICE);
    assert_int_equal(now.perpetual.returns.minor, 0);
    assert_int_equal(bx_figures_get(&now.figures, "training", "")->count, 2);
    assert_int_equal(bx_figures_get(&now.figures, "sale", "")->count, 1);
    bx_journal_state_finish(&now);
}

static void figures_are_kept_and_compared(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    static const int first[] = {0};
    kit_start(kit, 10);
    struct bx_ref sale = sold(kit, 2);
    sold(kit, 1);
    kit_return(kit, BX_KIND_REFUND, &sale.id, 1, first);
    kit_done(kit);
    kit_cash(kit, BX_KIND_DROP, 1000, NULL);
    kit_done(kit);
    world_restart(world);
    struct bx_journal_state now = world_load(world);
    assert_int_equal(bx_figures_get(&now.figures, "sale", "")->count, 2);
    assert_int_equal(bx_figures_get(&now.figures, "sale", "")->amount, 3 * KIT_PRICE);
    assert_int_equal(bx_figures_sum(&now.figures, "return", NULL), KIT_PRICE);
    assert_int_equal(bx_figures_sum(&now.figures, "drawer", "1/"), 2 * KIT_PRICE - 1000);
    assert_int_equal(now.perpetual.sales.minor, 3 * KIT_PRICE);
    assert_int_equal(now.perpetual.returns.minor, KIT_PRICE);
    assert_int_equal(now.shift_seq, 1);
    assert_true(now.shift_opened.us > 0);
    bx_journal_state_finish(&now);

    kit_close(kit);
    assert_int_equal(bx_figures_add(&kit->report.figures, "tender", "cash", 0, 1), 0);
    kit_spell(kit);
    world_refused(world, BX_ERR_CLASH);
    kit_close(kit);
    kit->report.after.sales.minor++;
    kit_spell(kit);
    world_refused(world, BX_ERR_CLASH);
    kit_close(kit);
    kit->report.shift++;
    kit_spell(kit);
    world_refused(world, BX_ERR_CLASH);
    kit_close(kit);
    kit_done(kit);
    world_restart(world);
    now = world_load(world);
    assert_int_equal(now.shift, 0);
    assert_int_equal(now.next_shift, 2);
    assert_int_equal(now.shift_seq, 0);
    assert_int_equal(now.figures.count, 0);
    assert_int_equal(now.perpetual.sales.minor, 3 * KIT_PRICE);
    bx_journal_state_finish(&now);
}

static void nothing_goes_into_a_closed_shift(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 10);
    sold(kit, 1);
    kit_open(kit, 0);
    world_refused(world, BX_ERR_CLASH); /* one is open */
    kit->shift = 1;
    kit_close(kit);
    kit_done(kit);
    for (int64_t shift = 0; shift < 3; shift++) { /* none, the closed one, the next one */
        kit->shift = shift;
        kit_sale(kit, 1, NULL, 0, 0);
        world_refused(world, BX_ERR_CLASH);
        kit_cash(kit, BX_KIND_DROP, 100, NULL);
        world_refused(world, BX_ERR_CLASH);
        kit_close(kit);
        world_refused(world, BX_ERR_CLASH);
        if (shift == 0)
            continue;
        kit_note(kit, BX_KIND_LOGOUT, "", 0);
        world_refused(world, BX_ERR_CLASH);
    }
    kit->shift = 0;
    kit_note(kit, BX_KIND_LOGOUT, "", 0);
    kit_done(kit);
    kit_open(kit, 500);
    kit->commit.head.shift++;
    kit_spell(kit);
    world_refused(world, BX_ERR_CLASH);
    kit_open(kit, 500);
    kit_done(kit);
    sold(kit, 1);
    struct bx_query query = {.kind = BX_QUERY_SHIFT, .from = 1};
    struct rows rows = world_ask(world, &query);
    SEQS(&rows, 1, 2, 3);
    query.from = 2;
    rows = world_ask(world, &query);
    SEQS(&rows, 5, 6);
    query.after = 5;
    rows = world_ask(world, &query);
    SEQS(&rows, 6);
    query = (struct bx_query){.kind = BX_QUERY_KIND, .entry_kind = BX_KIND_SHIFT_OPEN};
    rows = world_ask(world, &query);
    SEQS(&rows, 5, 1);
    query.from = 5;
    rows = world_ask(world, &query);
    SEQS(&rows, 1);
    query = (struct bx_query){.kind = BX_QUERY_KIND, .entry_kind = BX_KIND_SALE, .limit = 1};
    rows = world_ask(world, &query);
    SEQS(&rows, 6);
}

/* --- persons ---------------------------------------------------------------------------------- */

static int text_take(void *arg, const struct bx_row *row)
{
    bx_buf_add(arg, row->body, row->len);
    bx_buf_format(arg, " %lld\n", (long long)row->head.at.us);
    return 0;
}

static void assert_known(struct world *world, const struct bx_id *id, const char *wanted)
{
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    struct bx_query query = {.kind = BX_QUERY_PERSON};
    if (id)
        query.id = *id;
    assert_int_equal(world->journal->ops->read(world->journal, &query, text_take, &text, NULL), 0);
    assert_string_equal(bx_buf_text(&text), wanted);
}

static void persons_are_kept_apart(void **state)
{
    struct world *world = *state;
    kit_start(&world->kit, 10);
    static char large[BX_PERSON_MAX + 1];
    struct bx_person_note persons[] = {
        {.id = kit_id(&world->kit), .bytes = "Ada", .len = 3, .until = {500}},
        {.id = kit_id(&world->kit), .bytes = "Ben", .len = 3},
        {.id = kit_id(&world->kit), .bytes = "Cy", .len = 2, .until = {900}},
    };
    struct bx_journal_notes notes = {.persons = persons, .person_count = 3, .reoffer_above = -1};
    assert_int_equal(world_note(world, &notes), 0);
    world_restart(world);
    assert_known(world, NULL, "Ada 500\nBen 0\nCy 900\n");
    assert_known(world, &persons[1].id, "Ben 0\n");
    persons[0].bytes = "Ada Byron";
    persons[0].len = 9;
    notes.person_count = 1;
    assert_int_equal(world_note(world, &notes), 0);
    assert_known(world, &persons[0].id, "Ada Byron 500\n");
    persons[1].bytes = large;
    persons[1].len = sizeof(large);
    notes.person_count = 2;
    assert_int_equal(world_note(world, &notes), BX_ERR_INPUT);
    notes.person_count = 0;
    notes.persons_end.us = 500;
    assert_int_equal(world_note(world, &notes), 0);
    assert_known(world, NULL, "Ada Byron 500\nBen 0\nCy 900\n");
    notes.persons_end.us = 501;
    assert_int_equal(world_note(world, &notes), 0);
    assert_known(world, NULL, "Ben 0\nCy 900\n");
    persons[1].bytes = NULL;
    notes =
        (struct bx_journal_notes){.persons = &persons[1], .person_count = 1, .reoffer_above = -1};
    assert_int_equal(world_note(world, &notes), 0);
    assert_int_equal(world_note(world, &notes), 0); /* is erased already */
    world_restart(world);
    assert_known(world, NULL, "Cy 900\n");
    assert_known(world, &persons[1].id, "");
    persons[0].until.us = world->kit.commit.head.at.us;
    notes.persons = &persons[0];
    assert_int_equal(world_note(world, &notes), 0);
    for (int i = 0; i < 20; i++)
        assert_true(world->journal->ops->idle(world->journal, NULL) >= 0);
    bx_buf_auto left;
    bx_buf_init(&left, 0);
    bx_buf_format(&left, "Ada Byron %lld\n", (long long)persons[0].until.us);
    assert_known(world, NULL, bx_buf_text(&left)); /* Cy's time is over, Ada's not yet */
    kit_note(&world->kit, BX_KIND_LOGOUT, "", 0);
    kit_done(&world->kit);
    for (int i = 0; i < 20; i++)
        assert_true(world->journal->ops->idle(world->journal, NULL) >= 0);
    assert_known(world, NULL, "");
}

static int row_take(void *arg, const struct bx_row *row)
{
    *(struct bx_row *)arg = *row;
    return 0;
}

/* The seqs behind BASE of what has no end yet, as digits of one number. */
static int64_t asked(struct world *world, int64_t base)
{
    struct bx_journal *journal = world->kit.journal;
    struct bx_query query = {.kind = BX_QUERY_ASKED, .limit = 1};
    struct bx_row row = {0};
    int64_t found = 0;
    while (journal->ops->read(journal, &query, row_take, &row, NULL) == 0 &&
           row.head.seq > query.from) {
        found = found * 10 + row.head.seq - base;
        query.from = row.head.seq;
    }
    return found;
}

static void money_is_asked_for_until_it_ends(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    struct bx_id ids[3];
    kit_start(kit, 10);
    int64_t base = kit->seq - 1;
    for (int i = 0; i < 3; i++) {
        kit_attempt(kit, BX_ATTEMPT_ASKED, NULL);
        ids[i] = kit->commit.head.id;
        assert_int_equal(kit_done(kit).seq, base + i + 1);
    }
    assert_int_equal(asked(world, base), 123);
    kit_attempt(kit, BX_ATTEMPT_APPROVED, &ids[0]);
    kit_done(kit);
    kit_attempt(kit, BX_ATTEMPT_DECLINED, &ids[1]);
    kit_done(kit);
    world_restart(world);
    assert_int_equal(asked(world, base), 13);
    kit_sale(kit, 1, NULL, 0, 0);
    kit->sale->tenders[0].kind = BX_TENDER_CARD;
    kit->sale->tenders[0].attempt = ids[0];
    kit_spell(kit);
    kit_done(kit);
    assert_int_equal(asked(world, base), 3);
    kit_attempt(kit, BX_ATTEMPT_APPROVED, &ids[2]);
    kit_done(kit);
    assert_int_equal(asked(world, base), 3);
    kit_attempt(kit, BX_ATTEMPT_REVERSED, &ids[2]);
    kit_done(kit);
    world_restart(world);
    assert_int_equal(asked(world, base), 0);
}

/* --- from till to till ------------------------------------------------------------------------ */

static void gift(struct kit *kit, enum bx_kind kind, const struct bx_id *id, const char *about,
                 int64_t n)
{
    kit_note(kit, kind, about, n);
    if (id)
        kit->commit.head.id = *id;
    bx_buf_clear(&kit->body);
    assert_int_equal(bx_note_encode(&kit->commit.head, about, n, &kit->body), 0);
    kit->commit.body = kit->body.data;
    kit->commit.len = kit->body.len;
    kit->commit.content.about = about;
    kit->commit.content.n = n;
}

/* Places go to another till and come from one in the entry's own transaction; a code once. */
static void places_go_from_till_to_till(void **state)
{
    struct world *world = *state;
    struct kit *kit = &world->kit;
    kit_start(kit, 3);
    gift(kit, BX_KIND_GIVE, NULL, "p 1 0 9", 4);
    world_refused(world, BX_ERR_REFUSED); /* larger than what there is */
    gift(kit, BX_KIND_GIVE, NULL, "p 1 1 9", 1);
    world_refused(world, BX_ERR_CLASH); /* used-before is wrong */
    gift(kit, BX_KIND_GIVE, NULL, "p 2 0 9", 1);
    world_refused(world, BX_ERR_REFUSED);
    gift(kit, BX_KIND_GIVE, NULL, "nothing", 1);
    world_refused(world, BX_ERR_INPUT);
    gift(kit, BX_KIND_GIVE, NULL, "p 1 0 9", 2);
    kit_done(kit);
    kit_sale(kit, 2, "p", 1, 2);
    world_refused(world, BX_ERR_REFUSED); /* one is left */
    gift(kit, BX_KIND_TAKE, NULL, "p 7 0 9 2", 2);
    world_refused(world, BX_ERR_REFUSED); /* of a lease that is not ours */
    gift(kit, BX_KIND_TAKE, NULL, "p 7 0 9 1", 2);
    struct bx_id id = kit->commit.head.id;
    kit_done(kit);
    struct bx_journal_state now = world_load(world);
    assert_int_equal(now.leases[0].n, 5);
    assert_int_equal(now.leases[0].taken, 2);
    assert_int_equal(now.leases[0].used, 2);
    bx_journal_state_finish(&now);
    gift(kit, BX_KIND_TAKE, &id, "p 7 0 9 1", 2);
    world_refused(world, BX_ERR_CLASH);
    kit_sale(kit, 3, "p", 1, 2);
    kit_done(kit);
}

#define TEST(name)                               \
    {                                            \
#name, name, NULL, world_tear_down, NULL \
    }

int main(void)
{
    bx_crypto_init();
    struct CMUnitTest contract[] = {
        TEST(numbers_are_gapless_per_series), TEST(a_ticket_is_taken_back_once),
        TEST(a_sale_is_voided_once),          TEST(what_names_a_sale_is_found),
        TEST(places_go_from_till_to_till),    TEST(training_stays_apart),
        TEST(figures_are_kept_and_compared),  TEST(nothing_goes_into_a_closed_shift),
        TEST(persons_are_kept_apart),         TEST(money_is_asked_for_until_it_ends),
    };
    static const struct {
        const char *name;
        CMFixtureFunction set_up;
    } all[] = {
        {"counter: a file", world_set_up_real},
        {"counter: the fake", world_set_up_fake},
    };
    int failed = 0;
    for (size_t i = 0; i < bx_countof(all); i++) {
        for (size_t k = 0; k < bx_countof(contract); k++)
            contract[k].setup_func = all[i].set_up;
        failed += cmocka_run_group_tests_name(all[i].name, contract, NULL, NULL);
    }
    return failed;
}
