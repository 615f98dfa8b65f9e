/* SPDX-License-Identifier: Apache-2.0 */
/* What every card terminal keeps. test_card fake|simulator */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/card/simulator.h"
#include "boxtill/domain/price.h"
#include "fake_card.h"

static bool is_fake;
static char folder[64], path[96], mood_path[96];

static struct bx_card *terminal_open(void)
{
    struct bx_fault fault = {0};
    struct bx_card_simulator_config config = {.path = path, .mood = mood_path};
    struct bx_card *card = is_fake ? fake_card_create() : bx_card_simulator_create(&config, &fault);
    if (!card)
        fail_msg("%s (%s)", fault.say, fault.detail);
    return card;
}

/* Till and terminal were started anew; a fake has no file and goes on. */
static struct bx_card *terminal_again(struct bx_card *card)
{
    if (is_fake)
        return card;
    card->ops->destroy(card);
    return terminal_open();
}

static void mood(struct bx_card *card, enum fake_card_mood is)
{
    static const char *const words[] = {"approve", "decline", "wait", "silent", "lost", "broken"};
    assert_true(bx_card_simulator_knows(words[is]));
    if (is_fake) {
        fake_card_mood(card, is);
        return;
    }
    FILE *file = fopen(mood_path, "w");
    assert_non_null(file);
    fprintf(file, "%s\n", words[is]);
    fclose(file);
}

static int setup(void **state)
{
    unlink(path);
    unlink(mood_path);
    *state = terminal_open();
    return 0;
}

static int teardown(void **state)
{
    struct bx_card *card = *state;
    card->ops->destroy(card);
    return 0;
}

static struct bx_id id_of(int n)
{
    struct bx_id id = {{1}};
    id.b[15] = (uint8_t)n;
    return id;
}

static void start(struct bx_card *card, int n, int64_t amount)
{
    struct bx_id id = id_of(n);
    struct bx_ref proof = {.seq = n, .id = id};
    assert_int_equal(card->ops->start(card, &proof, &id, bx_money_of(amount), "EUR", NULL), 0);
}

static void ask(struct bx_card *card, int n)
{
    struct bx_id id = id_of(n);
    assert_int_equal(card->ops->ask(card, &id, NULL), 0);
}

static void reverse(struct bx_card *card, int n)
{
    struct bx_id id = id_of(n);
    struct bx_ref proof = {.seq = n, .id = id};
    assert_int_equal(card->ops->reverse(card, &proof, &id, bx_money_of(100), NULL), 0);
}

static void says(struct bx_card *card, int n, enum bx_outcome outcome)
{
    struct bx_card_answer answer;
    struct bx_id id = id_of(n);
    assert_true(card->ops->answer(card, &answer));
    assert_true(bx_id_equal(&answer.id, &id));
    assert_int_equal(answer.outcome, outcome);
    assert_false(bx_looks_like_card_number(answer.reference));
    assert_int_equal(answer.reference[0] != '\0', outcome == BX_DONE && !answer.reversal);
    assert_int_equal(answer.say[0] != '\0', outcome != BX_DONE);
}

static void says_nothing(struct bx_card *card)
{
    struct bx_card_answer answer;
    assert_false(card->ops->answer(card, &answer));
}

static void takes_and_refuses(void **state)
{
    struct bx_card *card = *state;
    start(card, 1, 100);
    says(card, 1, BX_DONE);
    start(card, 2, -100);
    says(card, 2, BX_DONE);
    mood(card, FAKE_CARD_DECLINES);
    start(card, 3, 100);
    says(card, 3, BX_REFUSED);
    says_nothing(card);
}

/* However often, and whatever it would do now. */
static void an_id_has_one_end(void **state)
{
    struct bx_card *card = *state;
    start(card, 1, 100);
    says(card, 1, BX_DONE);
    mood(card, FAKE_CARD_DECLINES);
    start(card, 1, 100);
    says(card, 1, BX_DONE);
    start(card, 2, 100);
    says(card, 2, BX_REFUSED);
    mood(card, FAKE_CARD_APPROVES);
    card = *state = terminal_again(card);
    start(card, 2, 100);
    says(card, 2, BX_REFUSED);
    ask(card, 1);
    says(card, 1, BX_DONE);
}

static void a_lost_answer_is_told_later(void **state)
{
    struct bx_card *card = *state;
    mood(card, FAKE_CARD_LOST);
    start(card, 1, 100);
    says(card, 1, BX_UNKNOWN);
    ask(card, 1);
    says(card, 1, BX_UNKNOWN);
    card = *state = terminal_again(card);
    mood(card, FAKE_CARD_APPROVES);
    ask(card, 1);
    says(card, 1, BX_DONE);
}

/* Who was told "no" is not charged when the request comes late after all. */
static void never_heard_of_stays_no(void **state)
{
    struct bx_card *card = *state;
    mood(card, FAKE_CARD_BROKEN);
    start(card, 1, 100);
    says(card, 1, BX_UNKNOWN);
    mood(card, FAKE_CARD_APPROVES);
    ask(card, 1);
    says(card, 1, BX_REFUSED);
    start(card, 1, 100);
    says(card, 1, BX_REFUSED);
}

static void silence_says_nothing(void **state)
{
    struct bx_card *card = *state;
    mood(card, FAKE_CARD_SILENT);
    start(card, 1, 100);
    ask(card, 1);
    reverse(card, 1);
    says_nothing(card);
    mood(card, FAKE_CARD_APPROVES);
    says_nothing(card);
    ask(card, 1);
    says(card, 1, BX_REFUSED);
}

static void waits_for_the_customer(void **state)
{
    struct bx_card *card = *state;
    struct bx_id id = id_of(1), other = id_of(2);
    struct bx_ref proof = {.seq = 2, .id = other};
    struct bx_fault fault = {0};
    mood(card, FAKE_CARD_WAITS);
    start(card, 1, 100);
    ask(card, 1);
    says_nothing(card);
    assert_int_equal(card->ops->start(card, &proof, &other, bx_money_of(100), "EUR", &fault),
                     BX_ERR_BUSY);
    mood(card, FAKE_CARD_APPROVES);
    says(card, 1, BX_DONE);
    mood(card, FAKE_CARD_WAITS);
    start(card, 3, 100);
    id = id_of(3);
    assert_int_equal(card->ops->stop(card, &id, NULL), 0);
    says(card, 3, BX_REFUSED);
    mood(card, FAKE_CARD_APPROVES);
    says_nothing(card);
}

static void undoes_once_and_again(void **state)
{
    struct bx_card *card = *state;
    start(card, 1, 100);
    says(card, 1, BX_DONE);
    reverse(card, 1);
    says(card, 1, BX_DONE);
    reverse(card, 1);
    says(card, 1, BX_DONE);
    card = *state = terminal_again(card);
    ask(card, 1);
    says(card, 1, BX_REFUSED);
    reverse(card, 9); /* nothing was ever done */
    says(card, 9, BX_DONE);
    start(card, 9, 100);
    says(card, 9, BX_REFUSED);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    is_fake = strcmp(argv[1], "fake") == 0;
    snprintf(folder, sizeof(folder), "/tmp/boxtill-card-XXXXXX");
    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof(path), "%s/card.json", folder);
    snprintf(mood_path, sizeof(mood_path), "%s/mood", folder);
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(takes_and_refuses),           WITH(an_id_has_one_end),
        WITH(a_lost_answer_is_told_later), WITH(never_heard_of_stays_no),
        WITH(silence_says_nothing),        WITH(waits_for_the_customer),
        WITH(undoes_once_and_again),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    unlink(mood_path);
    rmdir(folder);
    return failed;
}
