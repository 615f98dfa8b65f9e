/* SPDX-License-Identifier: Apache-2.0 */
/* The card terminal: what is asked of it, what it says, what a person says in its place. */

#include "shop.h"

#include "boxtill/base/text.h"

static int open_with(void **state)
{
    int err = shop_open(state);
    bench.till->config.card = bench.rig->config.card = true;
    return err;
}

static void says(const char *part)
{
    if (!strstr(bench_view()->say, part))
        fail_msg("\"%s\" is not in \"%s\"", part, bench_view()->say);
}

static int64_t reserved(void)
{
    struct bx_slug pool = {"s1"};
    return bx_leases_find(bench.till, &pool)->reserved;
}

static int started(void)
{
    return bench.rig->counts[BX_EFFECT_CARD_START];
}

static int asked(void)
{
    return bench.rig->counts[BX_EFFECT_CARD_ASK];
}

static void answer_of(const struct bx_id *id, bool reversal, enum bx_outcome outcome)
{
    struct bx_event event = {.kind = BX_EVENT_CARD};
    event.of.card = (struct bx_card_answer){.id = *id, .reversal = reversal, .outcome = outcome};
    BX_TEXT_COPY(event.of.card.reference, outcome == BX_DONE ? "****1234 000017" : "");
    BX_TEXT_COPY(event.of.card.say, outcome == BX_DONE ? "" : "as it was told");
    rig_event(bench.rig, &event);
    bench_wait(500);
}

static void answer(enum bx_outcome outcome)
{
    assert_true(bench.till->attempts.count > 0);
    struct bx_id id = bench.till->attempts.rows[0].entry.attempt;
    answer_of(&id, bench.till->attempts.rows[0].step == BX_STEP_REVERSE, outcome);
}

static void restart(void)
{
    rig_restart(bench.rig, false);
    bench.till = bench.rig->till;
    bench_wait(1000);
}

static void intent_comes_first(void **state)
{
    (void)state;
    rig_trace_clear(bench.rig);
    bench_keys("2a\nc");
    assert_int_equal(started(), 1);
    const char *commit = strchr(bench.rig->trace, 'C');
    assert_true(commit && commit < strchr(bench.rig->trace, 'K'));
    const struct bx_effect *effect = rig_last(bench.rig, BX_EFFECT_CARD_START);
    assert_int_equal(effect->of.card.amount.minor, 4800);
    assert_true(effect->of.card.proof.seq > 0);
    assert_true(bx_id_equal(&effect->of.card.id, &effect->of.card.proof.id));
    assert_int_equal(bench_sales(), 0);
    answer(BX_DONE);
    assert_int_equal(bench_sales(), 1);
    assert_string_equal(bench_sale()->tenders[0].reference, "****1234 000017");
    assert_true(bx_id_equal(&bench_sale()->tenders[0].attempt, &effect->of.card.id));
    assert_int_equal(bench.till->attempts.count, 0);
}

static void declined_leaves_nothing(void **state)
{
    (void)state;
    bench_keys("2a\nc");
    answer(BX_REFUSED);
    says("Declined: as it was told");
    assert_int_equal(bench_tenders(), 0);
    assert_int_equal(bench.till->attempts.count, 0);
    bench_keys("\n");
    assert_int_equal(bench_sales(), 1);
}

static void waiting_is_said_after_a_moment(void **state)
{
    (void)state;
    bench_keys("2a\n");
    bench_key('c');
    assert_string_equal(bench_view()->asking, "");
    bench_wait(400);
    assert_non_null(strstr(bench_view()->asking, "Waiting for the card terminal"));
    bench_key(BX_KEY_ESC);
    bench_wait(500);
    assert_int_equal(bench.rig->counts[BX_EFFECT_CARD_STOP], 1);
    assert_int_equal(bench_view()->screen, BX_SCREEN_PAY);
    answer(BX_REFUSED);
    assert_int_equal(bench.till->attempts.count, 0);
}

/* It is begun once, and only asked from then on. */
static void silence_becomes_unknown(void **state)
{
    (void)state;
    bench_keys("2a\nc");
    for (int i = 0; i < 13; i++)
        bench_wait(10000);
    assert_int_equal(bench_view()->screen, BX_SCREEN_MENU);
    assert_non_null(strstr(bench_view()->title, "48.00"));
    bench_keys("t");
    assert_int_equal(started(), 1);
    assert_true(asked() >= 1);
    answer(BX_DONE);
    assert_int_equal(bench_sales(), 1);
}

static void a_number_of_a_card_is_dropped(void **state)
{
    (void)state;
    struct bx_event event = {.kind = BX_EVENT_CARD};
    bench_keys("2a\nc");
    event.of.card.id = bench.till->attempts.rows[0].entry.attempt;
    event.of.card.outcome = BX_DONE;
    BX_TEXT_COPY(event.of.card.reference, "4111111111111111");
    rig_event(bench.rig, &event);
    assert_int_equal(bench_sales(), 1);
    assert_string_equal(bench_sale()->tenders[0].reference, "");
}

/* Late, doubled, of somebody else: counted and dropped. */
static void strange_answers_change_nothing(void **state)
{
    (void)state;
    bench_keys("2a\nc");
    struct bx_id id = bench.till->attempts.rows[0].entry.attempt, other = {{9}};
    int64_t dropped = bench.till->dropped;
    answer_of(&other, false, BX_DONE);
    answer_of(&id, true, BX_DONE);
    assert_int_equal(bench_sales(), 0);
    answer_of(&id, false, BX_DONE);
    answer_of(&id, false, BX_REFUSED);
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench.till->dropped, dropped + 3);
}

static void later_keeps_the_places(void **state)
{
    (void)state;
    bench_keys("2a\nc");
    answer(BX_UNKNOWN);
    assert_int_equal(bench_view()->screen, BX_SCREEN_MENU);
    bench_keys("l");
    assert_int_equal(bench_view()->screen, BX_SCREEN_SELL);
    assert_int_equal(bench_pieces(), 0);
    assert_int_equal(reserved(), 2);
    restart();
    assert_int_equal(reserved(), 2);
    assert_int_equal(bench.till->attempts.count, 1);
    answer(BX_DONE);
    assert_int_equal(bench.till->attempts.count, 1); /* waits for its basket */
    restart();
    assert_int_equal(bench.till->attempts.count, 1);
    assert_int_equal(reserved(), 2);
    bench_keys("P");
    bench_wait(500);
    bench_keys("\n");
    bench_wait(500);
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->tenders[0].kind, BX_TENDER_CARD);
    assert_int_equal(bench.till->attempts.count, 0);
    assert_int_equal(bench.rig->counts[BX_EFFECT_CARD_REVERSE], 0);
}

/* The till died with the card at the terminal: it is asked, not begun. */
static void found_after_a_restart(void **state)
{
    (void)state;
    bench_keys("2a\nc");
    bench_wait(500);
    int before = started();
    restart();
    assert_int_equal(started(), before);
    assert_true(asked() >= 1);
    assert_int_equal(bench.till->shelf.count, 1);
    assert_int_equal(bench_pieces(), 0);
    assert_int_equal(reserved(), 2);
    answer(BX_REFUSED);
    assert_int_equal(reserved(), 0);
    assert_int_equal(bench.till->attempts.count, 0);
}

static void left_payment_gives_it_back(void **state)
{
    (void)state;
    bench_keys("2a\n1000c");
    answer(BX_DONE);
    assert_int_equal(bench_tenders(), 1);
    bench_key(BX_KEY_ESC);
    bench_wait(500);
    bench_keys("y");
    bench_wait(500);
    assert_int_equal(bench.rig->counts[BX_EFFECT_CARD_REVERSE], 1);
    answer(BX_UNKNOWN);
    bench_wait(3000);
    assert_int_equal(bench.rig->counts[BX_EFFECT_CARD_REVERSE], 2);
    answer(BX_DONE);
    assert_int_equal(bench.till->attempts.count, 0);
}

/* A restart while it goes back: the basket is as it was, unpaid, and the money goes on going back.
 */
static void going_back_outlives_a_restart(void **state)
{
    (void)state;
    bench_keys("2a\n1000c");
    answer(BX_DONE);
    bench_key(BX_KEY_ESC);
    bench_wait(500);
    bench_keys("y");
    bench_wait(500);
    answer(BX_UNKNOWN);
    restart();
    bench_wait(3000);
    assert_int_equal(bench.till->shelf.count, 0);
    assert_int_equal(bench_pieces(), 2);
    assert_int_equal(bench.till->attempts.count, 1);
    assert_true(bench.rig->counts[BX_EFFECT_CARD_REVERSE] >= 2);
    bench_keys("\n\n");
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->tender_count, 1);
    assert_int_equal(bench_sale()->tenders[0].kind, BX_TENDER_CASH);
    answer(BX_DONE);
    assert_int_equal(bench.till->attempts.count, 0);
}

static void settled_by_command(void **state)
{
    (void)state;
    char json[200];
    bench_keys("2a\nc");
    answer(BX_UNKNOWN);
    snprintf(json, sizeof(json),
             "{\"verb\":\"settle\",\"seq\":%d,\"action\":\"paid\",\"note\":\"slip 17\"}",
             (int)bench.till->attempts.rows[0].ref.seq);
    shop_command(json, 0);
    bench_wait(500);
    assert_int_equal(bench_sales(), 1);
    assert_non_null(strstr(bench.rig->json, "tender-result"));
    shop_command(json, 1);
}

static void command_is_told_that_nobody_knows(void **state)
{
    (void)state;
    rig_command(bench.rig, "{\"verb\":\"sell\",\"basket\":\"2a card\"}");
    answer(BX_UNKNOWN);
    assert_int_equal(bench.rig->exit, 3);
    assert_int_equal(bench.till->shelf.count, 1);
    assert_int_equal(reserved(), 2);
}

static void training_asks_nobody(void **state)
{
    (void)state;
    bench.till->training = true;
    bench_keys("2a\nc");
    assert_int_equal(started(), 0);
    bench.till->training = false;
}

int main(void)
{
#define card_test(f) cmocka_unit_test_setup_teardown(f, open_with, shop_close)
    const struct CMUnitTest tests[] = {
        card_test(intent_comes_first),
        card_test(declined_leaves_nothing),
        card_test(waiting_is_said_after_a_moment),
        card_test(silence_becomes_unknown),
        card_test(a_number_of_a_card_is_dropped),
        card_test(strange_answers_change_nothing),
        card_test(later_keeps_the_places),
        card_test(found_after_a_restart),
        card_test(left_payment_gives_it_back),
        card_test(going_back_outlives_a_restart),
        card_test(settled_by_command),
        card_test(command_is_told_that_nobody_knows),
        card_test(training_asks_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
