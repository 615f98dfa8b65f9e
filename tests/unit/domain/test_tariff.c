/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/tariff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"
#include "samples.h"

enum { RULES = 6 };
static const struct bx_date today = {2026, 11, 24}; /* a Tuesday */

/* The sample's programme with rules of its own. */
struct stage {
    struct sample sample;
    struct bx_rule rules[RULES];
    struct bx_tariff_facts facts;
    struct bx_basket basket;
};

static struct stage *stage(void)
{
    struct stage *made = bx_new(struct stage);
    sample_init(&made->sample);
    made->sample.programme.rules = made->rules;
    made->facts = (struct bx_tariff_facts){.minute = 870, .today = today};
    return made;
}

static struct bx_rule *rule(struct stage *stage, enum bx_rule_kind kind, int64_t price)
{
    struct bx_rule *made = &stage->rules[stage->sample.programme.rule_count++];
    *made = (struct bx_rule){.kind = kind, .price = {price}};
    snprintf(made->id.s, sizeof(made->id.s), "rule-%zu", stage->sample.programme.rule_count);
    snprintf(made->name, sizeof(made->name), "Rule %zu", stage->sample.programme.rule_count);
    if (kind == BX_RULE_MEMBER)
        BX_TEXT_COPY(made->proof.s, "friend");
    return made;
}

static void part(struct stage *stage, struct bx_rule *rule, int product, int pieces)
{
    rule->parts[rule->part_count].product = stage->sample.products[product].id;
    rule->parts[rule->part_count++].pieces = pieces;
}

static void ring(struct stage *stage, int product, int slot, int quantity)
{
    assert_int_equal(bx_basket_add(&stage->basket, &stage->sample.programme,
                                   &stage->sample.products[product], &stage->sample.slots[slot],
                                   quantity, today, NULL),
                     0);
}

static int64_t cost(const struct bx_basket *basket)
{
    int64_t sum = 0;
    for (int i = 0; i < basket->count; i++) {
        bx_money amount;
        assert_int_equal(bx_line_amount(&basket->lines[i], &amount), 0);
        sum += amount.minor;
    }
    return sum;
}

/* Prices the basket; says what it costs now, having looked that the rest is as it was. */
static int64_t priced(struct stage *stage)
{
    struct bx_basket *before = bx_new(struct bx_basket);
    struct bx_totals was, is;
    bx_money saved;
    *before = stage->basket;
    int64_t list = 0;
    assert_int_equal(bx_basket_totals(before, true, &was), 0);
    assert_int_equal(
        bx_tariff_apply(&stage->basket, &stage->sample.programme, &stage->facts, &saved, NULL), 0);
    assert_int_equal(bx_basket_totals(&stage->basket, true, &is), 0);
    assert_int_equal(was.persons, is.persons);
    assert_int_equal(was.tickets, is.tickets);
    for (int i = 0; i < SAMPLE_SLOTS; i++)
        assert_int_equal(bx_basket_places(before, &stage->sample.slots[i].pool),
                         bx_basket_places(&stage->basket, &stage->sample.slots[i].pool));
    for (int i = 0; i < stage->basket.count; i++) {
        const struct bx_line *line = &stage->basket.lines[i];
        bx_money amount;
        assert_int_equal(bx_line_amount(line, &amount), 0);
        assert_true(amount.minor >= 0 && amount.minor <= line->list.minor * line->quantity);
        assert_true(line->price.minor <= line->list.minor);
        /* In a bundle a piece may pay what it would have anyway, but nothing is cheaper unsaid. */
        if (bx_slug_is_none(&line->why))
            assert_int_equal(amount.minor, line->list.minor * line->quantity);
        list += line->list.minor * line->quantity;
    }
    assert_int_equal(list - cost(&stage->basket), saved.minor);
    *before = stage->basket;
    assert_int_equal(
        bx_tariff_apply(&stage->basket, &stage->sample.programme, &stage->facts, &saved, NULL), 0);
    assert_memory_equal(before, &stage->basket, sizeof(*before));
    bx_free(before);
    return cost(&stage->basket);
}

static void test_group(void **state)
{
    (void)state;
    struct stage *now = stage();
    struct bx_rule *group = rule(now, BX_RULE_GROUP, 1800);
    group->least = 10;
    part(now, group, 0, 0);
    part(now, group, 1, 0);
    ring(now, 0, 0, 8);
    ring(now, 1, 0, 1);
    assert_int_equal(priced(now), 8 * 2400 + 903);
    ring(now, 0, 1, 5); /* another time: no part of the group */
    assert_int_equal(priced(now), 13 * 2400 + 903);
    ring(now, 1, 0, 1); /* the tenth head; children pay less by themselves */
    assert_int_equal(priced(now), 8 * 1800 + 5 * 2400 + 2 * 903);
    assert_string_equal(now->basket.lines[0].why.s, "rule-1");
    assert_string_equal(now->basket.lines[0].why_text, "Rule 1");
    now->facts.declined = true;
    assert_int_equal(priced(now), 13 * 2400 + 2 * 903);
    bx_free(now);
}

static void test_bundle(void **state)
{
    (void)state;
    struct stage *now = stage();
    struct bx_rule *family = rule(now, BX_RULE_BUNDLE, 5501);
    part(now, family, 0, 2);
    part(now, family, 1, 3);
    ring(now, 1, 0, 3);
    ring(now, 0, 0, 1);
    assert_int_equal(priced(now), 3 * 903 + 2400);
    ring(now, 0, 0, 2);
    assert_int_equal(priced(now), 5501 + 2400);
    assert_int_equal(now->basket.count, 3); /* the third adult pays by himself */
    ring(now, 1, 0, 4);
    ring(now, 0, 0, 1);
    assert_int_equal(priced(now), 2 * 5501 + 903);
    ring(now, 0, 0, -4); /* joined again */
    assert_int_equal(priced(now), 7 * 903);
    assert_int_equal(now->basket.count, 1);
    bx_free(now);
}

static void test_member_and_time(void **state)
{
    (void)state;
    struct stage *now = stage();
    struct bx_rule *friend = rule(now, BX_RULE_MEMBER, 0);
    part(now, friend, 0, 0);
    part(now, friend, 1, 0);
    struct bx_rule *late = rule(now, BX_RULE_TIME, 0);
    late->permille = 250;
    late->weekdays = 1u << 1;
    late->minute_from = 0;
    late->minute_to = 1440;
    part(now, late, 0, 0);
    part(now, late, 4, 0);
    ring(now, 0, 0, 2);
    ring(now, 1, 0, 1);
    ring(now, 4, 0, 1);
    assert_int_equal(priced(now), 2 * 1800 + 903 + 450);
    BX_TEXT_COPY(now->facts.proof.s, "friend");
    assert_int_equal(priced(now), 1800 + 903 + 450);
    now->facts.guests = 1;
    assert_int_equal(priced(now), 903 + 450);
    now->facts.guests = 9;
    assert_int_equal(priced(now), 450);
    late->weekdays = 1u << 2;
    now->facts.guests = 0;
    assert_int_equal(priced(now), 2400 + 903 + 600);
    bx_free(now);
}

static void test_when(void **state)
{
    (void)state;
    struct stage *now = stage();
    struct bx_rule *rule_ = rule(now, BX_RULE_TIME, 100);
    part(now, rule_, 4, 0);
    ring(now, 4, 0, 1);
    rule_->minute_from = 870;
    rule_->minute_to = 871;
    assert_int_equal(priced(now), 100);
    now->facts.minute = 871;
    assert_int_equal(priced(now), 600);
    rule_->minute_from = rule_->minute_to = 0;
    rule_->from = rule_->to = today;
    assert_int_equal(priced(now), 100);
    now->facts.today.day = 25;
    assert_int_equal(priced(now), 600);
    /* A timed one goes by its slot, whatever the time is now: 14:30 there. */
    part(now, rule_, 0, 0);
    ring(now, 0, 0, 1);
    rule_->minute_from = 870;
    rule_->minute_to = 885;
    assert_int_equal(priced(now), 700);
    rule_->minute_from = 871;
    assert_int_equal(priced(now), 3000);
    bx_free(now);
}

static void test_what_is_left_alone(void **state)
{
    (void)state;
    static const struct bx_slug why = {"regular"};
    struct stage *now = stage();
    struct bx_rule *cheap = rule(now, BX_RULE_TIME, 1);
    part(now, cheap, 0, 0);
    part(now, cheap, 4, 0);
    cheap->weekdays = 127;
    ring(now, 0, 0, 2);
    ring(now, 4, 0, 1);
    assert_int_equal(bx_basket_discount(&now->basket, 0, 500, bx_money_of(0), &why, "", NULL), 0);
    now->basket.lines[1].kind = BX_LINE_DONATION;
    struct bx_basket before = now->basket;
    bx_money saved;
    assert_int_equal(
        bx_tariff_apply(&now->basket, &now->sample.programme, &now->facts, &saved, NULL), 0);
    assert_int_equal(saved.minor, 0);
    assert_memory_equal(&before, &now->basket, sizeof(before));
    bx_free(now);
}

static void test_no_room_for_lines(void **state)
{
    (void)state;
    struct stage *now = stage();
    bx_money saved;
    struct bx_rule *friend = rule(now, BX_RULE_MEMBER, 0);
    part(now, friend, 0, 0);
    BX_TEXT_COPY(now->facts.proof.s, "friend");
    ring(now, 0, 0, 2);
    for (int i = 1; i < BX_LINES_MAX; i++) {
        now->basket.lines[i] = now->basket.lines[0];
        now->basket.lines[i].fixed = true;
        now->basket.count++;
    }
    struct bx_basket before = now->basket;
    struct bx_fault fault = {0};
    assert_int_equal(
        bx_tariff_apply(&now->basket, &now->sample.programme, &now->facts, &saved, &fault),
        BX_ERR_FULL);
    assert_non_null(strstr(fault.say, "at most 40 lines"));
    assert_memory_equal(&before, &now->basket, sizeof(before));
    bx_free(now);
}

/* --- against trying everything ---------------------------------------------------------------- */

/* Single pieces of one visit, and where each is put: -1 by itself, else a rule. */
struct trial {
    const struct stage *stage;
    int count;
    int product[12], into[12];
    int64_t best;
};

static bool is_of(const struct trial *trial, const struct bx_rule *rule, int product)
{
    for (int i = 0; i < rule->part_count; i++)
        if (bx_slug_equal(&rule->parts[i].product, &trial->stage->sample.products[product].id))
            return true;
    return false;
}

static int64_t by_rule(const struct bx_rule *rule, int64_t list)
{
    return rule->permille ? list - (list * rule->permille * 2 + 1000) / 2000 : rule->price.minor;
}

static int64_t by_itself(const struct trial *trial, int product)
{
    int64_t list = trial->stage->sample.products[product].price.minor;
    int64_t least = list;
    for (size_t i = 0; i < trial->stage->sample.programme.rule_count; i++) {
        const struct bx_rule *rule = &trial->stage->rules[i];
        if (rule->kind == BX_RULE_TIME && is_of(trial, rule, product) &&
            by_rule(rule, list) < least)
            least = by_rule(rule, list);
    }
    return least;
}

/* What the pieces in rule R cost; -1: they may not be in it. */
static int64_t rule_cost(const struct trial *trial, int r)
{
    const struct bx_rule *rule = &trial->stage->rules[r];
    int pieces[SAMPLE_PRODUCTS] = {0};
    int count = 0;
    int64_t sum = 0;
    for (int i = 0; i < trial->count; i++) {
        int product = trial->product[i];
        if (trial->into[i] != r)
            continue;
        int64_t own = by_itself(trial, product);
        int64_t price = by_rule(rule, trial->stage->sample.products[product].price.minor);
        pieces[product]++;
        count++;
        sum += price < own ? price : own;
    }
    if (rule->kind == BX_RULE_GROUP)
        return count == 0 || count >= rule->least ? sum : -1;
    if (rule->kind == BX_RULE_MEMBER)
        return count == 0 ||
                       (trial->stage->facts.proof.s[0] && count <= 1 + trial->stage->facts.guests)
                   ? sum
                   : -1;
    int sets = -1;
    for (int i = 0; i < rule->part_count; i++)
        for (int p = 0; p < SAMPLE_PRODUCTS; p++) {
            if (!bx_slug_equal(&rule->parts[i].product, &trial->stage->sample.products[p].id))
                continue;
            if (pieces[p] % rule->parts[i].pieces ||
                (sets >= 0 && pieces[p] / rule->parts[i].pieces != sets))
                return -1;
            sets = pieces[p] / rule->parts[i].pieces;
        }
    return sets * rule->price.minor;
}

static void trial_cost(struct trial *trial)
{
    int64_t sum = 0;
    for (int i = 0; i < trial->count; i++)
        if (trial->into[i] < 0)
            sum += by_itself(trial, trial->product[i]);
    for (size_t r = 0; r < trial->stage->sample.programme.rule_count; r++) {
        if (trial->stage->rules[r].kind == BX_RULE_TIME)
            continue;
        int64_t part_cost = rule_cost(trial, (int)r);
        if (part_cost < 0)
            return;
        sum += part_cost;
    }
    if (sum < trial->best)
        trial->best = sum;
}

static void trial_go(struct trial *trial, int at)
{
    if (at == trial->count) {
        trial_cost(trial);
        return;
    }
    for (int r = -1; r < (int)trial->stage->sample.programme.rule_count; r++) {
        if (r >= 0 && (trial->stage->rules[r].kind == BX_RULE_TIME ||
                       !is_of(trial, &trial->stage->rules[r], trial->product[at])))
            continue;
        /* the same product in the same order of rules: all else is that again */
        if (at > 0 && trial->product[at] == trial->product[at - 1] && r < trial->into[at - 1])
            continue;
        trial->into[at] = r;
        trial_go(trial, at + 1);
    }
}

static void rules_draw(struct bx_rand *rand, struct stage *stage)
{
    int count = 1 + (int)sample_below(rand, 5);
    for (int i = 0; i < count; i++) {
        enum bx_rule_kind kind = (enum bx_rule_kind)sample_below(rand, 4);
        struct bx_rule *made = rule(stage, kind, sample_below(rand, 3000));
        if (kind == BX_RULE_GROUP)
            made->least = 2 + (int)sample_below(rand, 4);
        if (kind != BX_RULE_BUNDLE && sample_below(rand, 3) == 0) {
            made->price.minor = 0;
            made->permille = 1 + (int)sample_below(rand, 1000);
        }
        if (kind == BX_RULE_TIME)
            made->weekdays = 127;
        for (int p = 0; p < 3; p++)
            if (sample_below(rand, 2) || (p == 2 && made->part_count == 0))
                part(stage, made, p, kind == BX_RULE_BUNDLE ? 1 + (int)sample_below(rand, 2) : 0);
        if (kind == BX_RULE_BUNDLE)
            made->price.minor *= 1 + sample_below(rand, 3);
    }
    if (sample_below(rand, 2))
        BX_TEXT_COPY(stage->facts.proof.s, "friend");
    stage->facts.guests = (int)sample_below(rand, 3);
}

/* The same goods rung up in another order, some taken away and put back, cost the same. */
static void assert_any_order(struct bx_rand *rand, struct stage *now, int pieces[2][3])
{
    struct stage *other = bx_new(struct stage);
    *other = *now;
    other->sample.programme.rules = other->rules;
    other->sample.programme.products = other->sample.products;
    other->sample.programme.slots = other->sample.slots;
    other->sample.programme.events = other->sample.events;
    other->basket.count = 0;
    int left[2][3];
    memcpy(left, pieces, sizeof(left));
    for (int all = 0; all < 6;) {
        int slot = (int)sample_below(rand, 2);
        int p = (int)sample_below(rand, 3);
        if (left[slot][p] > 0) {
            ring(other, p, slot, 1);
            left[slot][p]--;
            if (sample_below(rand, 2))
                (void)priced(other);
        }
        all = 0;
        for (int i = 0; i < 6; i++)
            all += left[i / 3][i % 3] == 0;
    }
    (void)priced(other);
    assert_int_equal(other->basket.count, now->basket.count);
    for (int i = 0; i < now->basket.count; i++) {
        const struct bx_line *a = &now->basket.lines[i];
        bool found = false;
        for (int j = 0; j < other->basket.count && !found; j++) {
            const struct bx_line *b = &other->basket.lines[j];
            found = bx_slug_equal(&a->product, &b->product) && bx_slug_equal(&a->slot, &b->slot) &&
                    bx_slug_equal(&a->why, &b->why) && a->quantity == b->quantity &&
                    a->price.minor == b->price.minor && a->off.minor == b->off.minor;
        }
        assert_true(found);
    }
    bx_free(other);
}

/* Rings up a few of each for SLOT; says what they cost at best. */
static int64_t visit_draw(struct bx_rand *rand, struct stage *now, int slot, int pieces[3])
{
    struct trial trial = {.stage = now, .best = INT64_MAX};
    for (int p = 0; p < 3; p++) {
        pieces[p] = (int)sample_below(rand, slot ? 3 : 5);
        if (pieces[p])
            ring(now, p, slot, pieces[p]);
        for (int i = 0; i < pieces[p]; i++)
            trial.product[trial.count++] = p;
    }
    trial_go(&trial, 0);
    return trial.best;
}

static void test_cheapest_of_all(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(77);
    for (int round = 0; round < 1500; round++) {
        struct stage *now = stage();
        int pieces[2][3] = {{0}};
        for (int p = 0; p < 3; p++)
            now->sample.products[p].price.minor = sample_below(&rand, 3000);
        rules_draw(&rand, now);
        int64_t best = visit_draw(&rand, now, 0, pieces[0]);
        best += visit_draw(&rand, now, 1, pieces[1]);
        assert_int_equal(priced(now), best);
        assert_any_order(&rand, now, pieces);
        bx_free(now);
    }
}

/* A coach and a school at once: large, and still within the steps. */
static void test_a_large_basket(void **state)
{
    (void)state;
    struct stage *now = stage();
    struct bx_rule *family = rule(now, BX_RULE_BUNDLE, 5500);
    part(now, family, 0, 2);
    part(now, family, 1, 3);
    struct bx_rule *pair = rule(now, BX_RULE_BUNDLE, 4500);
    part(now, pair, 0, 2);
    struct bx_rule *group = rule(now, BX_RULE_GROUP, 2000);
    group->least = 20;
    part(now, group, 0, 0);
    struct bx_rule *friend = rule(now, BX_RULE_MEMBER, 1000);
    part(now, friend, 0, 0);
    BX_TEXT_COPY(now->facts.proof.s, "friend");
    ring(now, 0, 0, 60);
    ring(now, 1, 0, 43);
    /* A set saves 2 * 2000 + 3 * 903 - 5500 against the group's price: so many sets as go. */
    assert_int_equal(priced(now), 1000 + 14 * 5500 + 31 * 2000 + 903);
    bx_free(now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_group),
        cmocka_unit_test(test_bundle),
        cmocka_unit_test(test_member_and_time),
        cmocka_unit_test(test_when),
        cmocka_unit_test(test_what_is_left_alone),
        cmocka_unit_test(test_no_room_for_lines),
        cmocka_unit_test(test_cheapest_of_all),
        cmocka_unit_test(test_a_large_basket),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
