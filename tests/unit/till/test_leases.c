/* SPDX-License-Identifier: Apache-2.0 */
/* Places: asked for with a stored number, used only when stored, given back only by CLOSE. */

#include "rig.h"

static void asks_for_the_day_after_storing_it(void **state)
{
    struct rig *rig = *state;
    rig->contact = BX_CONTACT_GOOD;
    rig_trace_clear(rig);
    rig->hold[BX_EFFECT_ALLOT] = true;
    rig_wait(rig, 5000);
    assert_int_equal(rig->counts[BX_EFFECT_ALLOT], 1); /* HELLO comes first */
    assert_int_equal(rig_last(rig, BX_EFFECT_ALLOT)->of.allot.messages[0].verb, BX_ALLOT_HELLO);
    rig_release(rig, BX_EFFECT_ALLOT);
    const struct bx_effect *effect = rig_last(rig, BX_EFFECT_ALLOT);
    assert_int_equal(effect->of.allot.count, 3); /* not tomorrow */
    assert_int_equal(effect->of.allot.messages[0].verb, BX_ALLOT_REQ);
    assert_string_equal(effect->of.allot.messages[0].pool.s, "s1430");
    assert_int_equal(effect->of.allot.messages[0].r, 1);
    assert_int_equal(effect->of.allot.messages[0].n, 0);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_WAITING);
    const char *note = strrchr(rig->trace, 'N');
    const char *allot = strrchr(rig->trace, 'A');
    assert_true(note && allot && note < allot);
    rig->hold[BX_EFFECT_NOTE] = true;
    rig_release(rig, BX_EFFECT_ALLOT); /* granted, and not on disk yet */
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_WAITING);
    assert_int_equal(rig_lease(rig, "s1430")->n, 0);
    rig_release(rig, BX_EFFECT_NOTE);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_OPEN);
    assert_int_equal(rig_lease(rig, "s1430")->n, 10);
    assert_null(rig_lease(rig, "w1000"));
}

static void without_a_stored_number_nothing_is_sent(void **state)
{
    struct rig *rig = *state;
    rig->contact = BX_CONTACT_GOOD;
    rig->note = BX_REFUSED;
    rig_wait(rig, 60000);
    assert_int_equal(rig->counts[BX_EFFECT_ALLOT], 0);
    rig->note = BX_DONE;
    rig_wait(rig, 60000);
    assert_int_equal(rig_lease(rig, "s1430")->n, 10);
}

static void a_grant_for_another_number_is_nothing(void **state)
{
    struct rig *rig = *state;
    rig->contact = BX_CONTACT_GOOD;
    rig->lie = RIG_OTHER_R;
    rig_wait(rig, 60000);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_WAITING);
    assert_int_equal(rig_lease(rig, "s1430")->n, 0);
    rig->lie = RIG_UNASKED;
    rig_wait(rig, 120000);
    assert_int_equal(rig_lease(rig, "s1430")->n, 10);
    assert_null(rig_lease(rig, "w1000"));
    assert_true(rig_facts(rig).dropped > 0);
}

static void a_grant_that_comes_twice_counts_once(void **state)
{
    struct rig *rig = *state;
    rig->contact = BX_CONTACT_GOOD;
    rig->lie = RIG_TWICE;
    rig_wait(rig, 60000);
    assert_int_equal(rig_lease(rig, "s1430")->n, 10);
    assert_int_equal(rig_lease(rig, "s1430")->r, 1);
}

static void refills_at_a_third(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "6a\n\n");
    rig_wait(rig, 10000);
    assert_int_equal(rig_lease(rig, "s1430")->n, 10);
    rig_keys(rig, "a\n\n");
    rig_wait(rig, 10000);
    /* seven at once: 28 in two hours, and half as much again, but there are 40 */
    assert_int_equal(rig->asked_count, 1);
    assert_int_equal(rig->asked[0].n, 7 + 42);
    assert_int_equal(rig->asked[0].need, 0);
    assert_int_equal(rig_lease(rig, "s1430")->n, 40);
    assert_int_equal(rig_lease(rig, "s1430")->used, 7);
    assert_int_equal(rig_lease(rig, "s1430")->r, 1);
}

static void an_answer_that_never_comes_leaves_the_lease(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_ALLOT] = true;
    rig_keys(rig, "8a\n\n");
    rig_wait(rig, 20000);
    assert_int_equal(rig_lease(rig, "s1430")->n, 10);
    rig_keys(rig, "2a\n\n");
    assert_int_equal(rig_lease(rig, "s1430")->used, 10);
    rig->hold[BX_EFFECT_ALLOT] = false;
    rig_release(rig, BX_EFFECT_ALLOT); /* an old grant, with the used of now */
    assert_int_equal(rig_lease(rig, "s1430")->used, 10);
    assert_int_equal(rig_lease(rig, "s1430")->n, 40);
    rig_restart(rig, false);
    assert_int_equal(rig_lease(rig, "s1430")->used, 10);
    assert_int_equal(rig_lease(rig, "s1430")->n, 40);
}

static void closes_what_has_ended(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\n");
    rig_wait(rig, 29 * 60 * 1000);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_CLOSED); /* its number is kept */
    assert_int_equal(rig->pools[0].leased, 2);
    assert_int_equal(rig_lease(rig, "s1500")->state, BX_LEASE_OPEN);
}

static void close_is_stored_first_and_repeated(void **state)
{
    struct rig *rig = *state;
    rig->contact = BX_CONTACT_AGAIN;
    rig_wait(rig, 29 * 60 * 1000);
    rig->hold[BX_EFFECT_ALLOT] = true;
    rig->contact = BX_CONTACT_GOOD;
    rig_wait(rig, 60000);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_CLOSING);
    rig->contact = BX_CONTACT_AGAIN; /* the answer is lost */
    rig_release(rig, BX_EFFECT_ALLOT);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_CLOSING);
    rig_restart(rig, false);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_CLOSING);
    rig->hold[BX_EFFECT_ALLOT] = false;
    rig->contact = BX_CONTACT_GOOD;
    rig_wait(rig, 60000);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_CLOSED);
    assert_int_equal(rig->pools[0].leased, 0);
}

static void an_expired_lease_sells_nothing_and_is_asked_anew(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_ALLOT] = true;
    rig->hold[BX_EFFECT_NEWS] = true; /* cut off */
    rig_wait(rig, 60000);
    rig_keys(rig, "a\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_PAY);
    rig_wait(rig, 280000); /* the time that was granted is over: 300 s, less 2 % and 30 s */
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_OPEN);
    rig_keys(rig, "\033");
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}");
    assert_int_equal(rig->exit, 4);
    assert_non_null(strstr(rig->text, "0 places"));
    rig->hold[BX_EFFECT_ALLOT] = rig->hold[BX_EFFECT_NEWS] = false;
    rig_release(rig, BX_EFFECT_NEWS);
    while (rig->held_count > 0)
        rig_release(rig, BX_EFFECT_ALLOT);
    rig_wait(rig, 180000);
    assert_int_equal(rig_lease(rig, "s1430")->r, 2);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}");
    assert_int_equal(rig->exit, 0);
}

static int open_with_short_leases(void **state)
{
    rig_open(state);
    struct rig *rig = *state;
    rig->ttl = 300;
    rig->contact = BX_CONTACT_GOOD;
    rig_command(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    rig_wait(rig, 20000);
    return 0;
}

static void a_stale_number_is_given_up(void **state)
{
    struct rig *rig = *state;
    rig->contact = BX_CONTACT_GOOD;
    rig->mute = true;
    rig_wait(rig, 6000);
    rig->mute = false;
    rig_wait(rig, 60000);
    assert_true(rig_lease(rig, "s1430")->r > 1);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_OPEN);
}

static void nothing_to_give_is_asked_again_later(void **state)
{
    struct rig *rig = *state;
    rig->contact = BX_CONTACT_GOOD;
    rig->shy = true;
    rig_wait(rig, 20000);
    int asked = rig->counts[BX_EFFECT_ALLOT];
    rig_wait(rig, 30000);
    assert_int_equal(rig->counts[BX_EFFECT_ALLOT], asked);
    rig->shy = false;
    rig_wait(rig, 40000);
    assert_int_equal(rig_lease(rig, "s1430")->n, 10);
    assert_int_equal(rig_lease(rig, "s1430")->r, 1);
}

static void says_hello_after_a_restart(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "3a\n\n");
    rig_wait(rig, 5000);
    rig->hellos = 0;
    rig->hold[BX_EFFECT_ALLOT] = true;
    rig_restart(rig, true);
    rig_command(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}");
    assert_int_equal(rig->exit, 0); /* the places are still ours */
    rig_wait(rig, 10000);
    const struct bx_effect *effect = rig_last(rig, BX_EFFECT_ALLOT);
    assert_int_equal(effect->of.allot.count, 4);
    assert_true(bx_slug_is_none(&effect->of.allot.messages[0].pool));
    assert_int_equal(effect->of.allot.messages[0].n, 3);
    assert_string_equal(effect->of.allot.messages[1].pool.s, "s1430");
    assert_int_equal(effect->of.allot.messages[1].n, 10);
    assert_int_equal(effect->of.allot.messages[1].used, 3); /* what came after is not in it */
    assert_int_equal(effect->of.allot.messages[1].state, BX_LEASE_OPEN);
    size_t sent = rig->sent_count;
    rig_wait(rig, 10000);
    assert_int_equal(rig->sent_count, sent); /* entries wait for it */
    rig->hold[BX_EFFECT_ALLOT] = false;
    rig_release(rig, BX_EFFECT_ALLOT);
    rig_wait(rig, 10000);
    assert_true(rig->sent_count > sent);
    assert_int_equal(rig->hellos, 1);
}

static void quarantine_ends_when_the_server_says_so(void **state)
{
    struct rig *rig = *state;
    rig->doubt = true;
    rig_keys(rig, "8a\n\n");
    rig_wait(rig, 10000);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}");
    assert_int_equal(rig->exit, 1);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}");
    assert_int_equal(rig->exit, 0); /* what needs no place is sold all the same */
    rig_wait(rig, 5000);
    assert_int_equal(rig_facts(rig).queued, 0);
    rig->doubt = false;
    rig_wait(rig, 70000);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}");
    assert_int_equal(rig->exit, 0);
}

static void a_wish_outlives_an_answer_that_knows_nothing_of_it(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "6a\n\n");
    rig->hold[BX_EFFECT_ALLOT] = true;
    rig_keys(rig, "a\n\n");
    rig_wait(rig, 10000);
    assert_int_equal(rig_lease(rig, "s1430")->n, 10); /* a refill is under way */
    int replies = rig->replies;
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"15a\"}");
    assert_int_equal(rig->replies, replies);
    rig->hold[BX_EFFECT_ALLOT] = false;
    rig_release(rig, BX_EFFECT_ALLOT);
    rig_wait(rig, 1000);
    assert_int_equal(rig->replies, replies + 1);
    assert_int_equal(rig->exit, 0);
    assert_int_equal(rig_lease(rig, "s1430")->used, 22);
}

static void a_recalled_lease_is_closed(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\n");
    rig->recall = true;
    rig_wait(rig, 10000);
    rig->recall = false;
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_CLOSED);
    assert_int_equal(rig_lease(rig, "s1500")->state, BX_LEASE_CLOSED);
    assert_int_equal(rig->pools[0].leased, 2);
    int asked = rig->counts[BX_EFFECT_ALLOT];
    rig_wait(rig, 300000); /* what came back is others' */
    assert_int_equal(rig->counts[BX_EFFECT_ALLOT], asked);
    rig_keys(rig, "3a"); /* but a basket gets what it needs, and no more */
    rig_wait(rig, 2000);
    assert_int_equal(rig->asked_count, 1);
    assert_int_equal(rig->asked[0].verb, BX_ALLOT_REQ);
    assert_int_equal(rig->asked[0].r, 2);
    assert_int_equal(rig->asked[0].n, 3);
    assert_int_equal(rig->asked[0].need, 3);
    rig_keys(rig, "\n\n");
    assert_int_equal(rig_lease(rig, "s1430")->used, 3);
    rig_wait(rig, 60000);
    rig_keys(rig, "6a\n\n");
    rig_wait(rig, 60000);
    assert_int_equal(rig_lease(rig, "s1430")->used, 9);
    assert_int_equal(rig_lease(rig, "s1430")->n, 10); /* what this server gave; not refilled */
    rig_wait(rig, 400000);
    assert_int_equal(rig_lease(rig, "s1500")->state, BX_LEASE_OPEN);
}

static void a_recall_waits_for_who_is_at_it(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a");
    rig->recall = true;
    rig_wait(rig, 60000);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_OPEN); /* somebody is ringing up */
    assert_int_equal(rig_lease(rig, "s1500")->state, BX_LEASE_CLOSED);
    rig_keys(rig, "\n");
    rig_wait(rig, 400000);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_OPEN); /* is paying */
    rig_keys(rig, "\n");
    rig_wait(rig, 10000);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_CLOSED);
    assert_int_equal(rig->pools[0].leased, 2);
}

static void a_basket_left_behind_keeps_nothing(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a");
    rig->recall = true;
    rig_wait(rig, 130000);
    rig->recall = false;
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_CLOSED);
    rig_keys(rig, "\n"); /* its places are asked for anew */
    rig_wait(rig, 2000);
    rig_keys(rig, "\n\n");
    assert_int_equal(rig_lease(rig, "s1430")->r, 2);
    assert_int_equal(rig_lease(rig, "s1430")->used, 2);
}

static void a_recall_of_another_number_is_nothing(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_NEWS] = true;
    rig->recall = true;
    rig_wait(rig, 10000); /* under way, and old when it comes */
    rig->recall = false;
    rig_wait(rig, 1000);
    int64_t r = rig_lease(rig, "s1430")->r;
    rig->leases[0].r = 7;
    rig->recall = true;
    rig->hold[BX_EFFECT_NEWS] = false;
    rig_release(rig, BX_EFFECT_NEWS);
    rig->recall = false;
    rig->leases[0].r = r;
    rig_wait(rig, 10000);
    assert_int_equal(rig_lease(rig, rig->leases[0].pool.s)->state, BX_LEASE_OPEN);
    assert_int_equal(rig_lease(rig, rig->leases[1].pool.s)->state, BX_LEASE_CLOSED);
}

static void a_lease_is_settled_without_the_server(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\n");
    rig->hold[BX_EFFECT_ALLOT] = rig->hold[BX_EFFECT_NEWS] = true; /* cut off */
    rig->note = BX_REFUSED;
    rig_command(rig, "{\"verb\":\"allot\",\"act\":\"settle\",\"pool\":\"s1430\"}");
    assert_int_equal(rig->exit, 1); /* not on disk: no code */
    assert_null(strstr(rig->text, "boxtilld"));
    rig->note = BX_DONE;
    rig_trace_clear(rig);
    rig_command(rig, "{\"verb\":\"allot\",\"act\":\"settle\",\"pool\":\"s1430\"}");
    assert_int_equal(rig->exit, 0);
    assert_non_null(strchr(rig->trace, 'N'));
    struct bx_settlement facts = {rig->epoch, 1, {"s1430"}, 1, 2};
    char code[BX_SETTLE_SIZE];
    bx_settlement_code(rig->config.secret, &facts, code);
    assert_non_null(strstr(rig->json, code));
    assert_non_null(strstr(rig->json, "\"used\":2"));
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_CLOSING);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}");
    assert_int_not_equal(rig->exit, 0); /* it sells no more of it */
    rig_restart(rig, true);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_CLOSING);
    rig_command(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    rig_command(rig, "{\"verb\":\"allot\",\"act\":\"settle\",\"pool\":\"s1430\"}");
    assert_non_null(strstr(rig->json, code)); /* the same again */
    rig_command(rig, "{\"verb\":\"allot\",\"act\":\"settle\",\"pool\":\"w1000\"}");
    assert_int_equal(rig->exit, 1);
    rig_command(rig, "{\"verb\":\"allot\",\"act\":\"settle\"}");
    assert_int_equal(rig->exit, 2);
}

static void places_being_paid_for_are_not_settled(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n");
    rig_command(rig, "{\"verb\":\"allot\",\"act\":\"settle\",\"pool\":\"s1430\"}");
    assert_int_equal(rig->exit, 1);
    assert_int_equal(rig_lease(rig, "s1430")->state, BX_LEASE_OPEN);
}

#define SELLING(test) cmocka_unit_test_setup_teardown(test, rig_open_selling, rig_close)
#define FRESH(test)   cmocka_unit_test_setup_teardown(test, rig_open, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(asks_for_the_day_after_storing_it),
        FRESH(without_a_stored_number_nothing_is_sent),
        FRESH(a_grant_for_another_number_is_nothing),
        FRESH(a_grant_that_comes_twice_counts_once),
        SELLING(refills_at_a_third),
        SELLING(an_answer_that_never_comes_leaves_the_lease),
        SELLING(closes_what_has_ended),
        SELLING(close_is_stored_first_and_repeated),
        cmocka_unit_test_setup_teardown(an_expired_lease_sells_nothing_and_is_asked_anew,
                                        open_with_short_leases, rig_close),
        FRESH(a_stale_number_is_given_up),
        FRESH(nothing_to_give_is_asked_again_later),
        SELLING(a_recalled_lease_is_closed),
        SELLING(a_recall_waits_for_who_is_at_it),
        SELLING(a_basket_left_behind_keeps_nothing),
        SELLING(a_recall_of_another_number_is_nothing),
        SELLING(a_lease_is_settled_without_the_server),
        SELLING(places_being_paid_for_are_not_settled),
        SELLING(says_hello_after_a_restart),
        SELLING(quarantine_ends_when_the_server_says_so),
        SELLING(a_wish_outlives_an_answer_that_knows_nothing_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
