/* SPDX-License-Identifier: Apache-2.0 */
/* Automatic prices. A basket falls into visits (the lines of one slot; all untimed ones together),
 * and each is a puzzle of its own: its lines are joined into cells of the same goods, the rules
 * that hold become what the cells may be put into, and the solution becomes lines again.
 *
 * How a rule counts: a rule of time lowers what a piece costs by itself. A group's price is open to
 * all pieces of its products once there are enough of them; who pays less by himself pays that, and
 * counts all the same. A member's price is for one piece and one for each guest. A bundle's sets
 * cost what they cost, shared among their pieces as the list has them, so that each rate of tax
 * gets its part. A piece is in one of these at most.
 *
 * The cells are put in an order that the keys pressed have no part in, and are made from the list's
 * prices alone: so neither the order of ringing up nor doing it twice can change anything. */

#include "boxtill/domain/tariff.h"

#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "body.h"
#include "tariff_in.h"

__extension__ typedef __int128 wide;

/* A part of a cell at one price. RULE -1: none. */
struct portion {
    int cell, rule, pieces;
    int64_t price, off;
};
enum { PORTIONS_MAX = BX_CELLS_MAX * 4 };

struct tariff {
    const struct bx_programme *programme;
    const struct bx_tariff_facts *facts;
    int cell_count;
    struct bx_line cells[BX_CELLS_MAX]; /* at the list's price, all pieces */
    bool alone[BX_CELLS_MAX];           /* not ours: stays as it is */
    int portion_count;
    struct portion portions[PORTIONS_MAX];
    /* of the visit at hand */
    int here[BX_CELLS_MAX]; /* its cells */
    int base_rule[BX_CELLS_MAX];
    struct bx_puzzle puzzle;
    struct bx_solution solution;
};

static bool is_ours(const struct bx_line *line)
{
    return !line->fixed && !bx_line_is_outside(line) && !line->note[0];
}

static void at_the_list(struct bx_line *line)
{
    line->price = line->list;
    line->off = bx_money_of(0);
    memset(&line->why, 0, sizeof(line->why));
    memset(line->why_text, 0, sizeof(line->why_text));
}

static int cells_make(struct tariff *tariff, const struct bx_basket *basket)
{
    for (int i = 0; i < basket->count; i++) {
        struct bx_line line = basket->lines[i];
        bool ours = is_ours(&line);
        int at = ours ? 0 : tariff->cell_count;
        if (ours)
            at_the_list(&line);
        while (at < tariff->cell_count &&
               (tariff->alone[at] || !bx_line_joins(&tariff->cells[at], &line)))
            at++;
        if (at < tariff->cell_count) {
            tariff->cells[at].quantity += line.quantity;
            if (tariff->cells[at].quantity > BX_QUANTITY_MAX)
                return BX_ERR_FULL;
            continue;
        }
        tariff->cells[at] = line;
        tariff->alone[at] = !ours;
        tariff->cell_count++;
    }
    return 0;
}

/* --- which rules hold ------------------------------------------------------------------------- */

static bool holds(const struct tariff *tariff, const struct bx_rule *rule,
                  const struct bx_line *line)
{
    struct bx_date date = tariff->facts->today;
    int minute = tariff->facts->minute;
    if (!bx_slug_is_none(&line->slot))
        bx_utc_civil(line->start, line->offset_min, &date, &minute);
    if (rule->from.year != 0 &&
        (bx_date_compare(date, rule->from) < 0 || bx_date_compare(date, rule->to) > 0))
        return false;
    if (rule->weekdays != 0 && !(rule->weekdays >> bx_date_weekday(date) & 1))
        return false;
    if (rule->minute_to != 0 && (minute < rule->minute_from || minute >= rule->minute_to))
        return false;
    return rule->kind != BX_RULE_MEMBER ||
           (!bx_slug_is_none(&rule->proof) && bx_slug_equal(&rule->proof, &tariff->facts->proof));
}

static bool names(const struct bx_rule *rule, const struct bx_line *line)
{
    for (int i = 0; i < rule->part_count; i++)
        if (bx_slug_equal(&rule->parts[i].product, &line->product))
            return true;
    return false;
}

/* What a piece of LINE costs by RULE, which is no bundle. */
static int64_t price_by(const struct bx_rule *rule, const struct bx_line *line)
{
    bx_money off;
    if (rule->permille == 0)
        return rule->price.minor;
    if (bx_money_share(line->list, rule->permille, 1000, BX_ROUND_HALF_UP, &off))
        return line->list.minor;
    return line->list.minor - off.minor;
}

/* --- the puzzle of a visit -------------------------------------------------------------------- */

static const struct bx_line *cell_here(const struct tariff *tariff, int at)
{
    return &tariff->cells[tariff->here[at]];
}

/* What each piece costs by itself: the list's price, or that of the best rule of time. */
static void bases_make(struct tariff *tariff)
{
    struct bx_puzzle *puzzle = &tariff->puzzle;
    puzzle->offer_count = 1;
    for (int i = 0; i < puzzle->cell_count; i++) {
        const struct bx_line *cell = cell_here(tariff, i);
        puzzle->pieces[i] = cell->quantity;
        puzzle->offers[0].price[i] = cell->list.minor;
        tariff->base_rule[i] = -1;
        for (size_t r = 0; r < tariff->programme->rule_count && !tariff->facts->declined; r++) {
            const struct bx_rule *rule = &tariff->programme->rules[r];
            if (rule->kind != BX_RULE_TIME || !names(rule, cell) || !holds(tariff, rule, cell) ||
                price_by(rule, cell) >= puzzle->offers[0].price[i])
                continue;
            puzzle->offers[0].price[i] = price_by(rule, cell);
            tariff->base_rule[i] = (int)r;
        }
    }
}

/* A group's or a member's price, if anybody gains by it. */
static void offer_add(struct tariff *tariff, int r)
{
    const struct bx_rule *rule = &tariff->programme->rules[r];
    struct bx_puzzle *puzzle = &tariff->puzzle;
    bool group = rule->kind == BX_RULE_GROUP;
    if (puzzle->offer_count == BX_OFFERS_MAX)
        return;
    struct bx_offer *offer = &puzzle->offers[puzzle->offer_count];
    *offer = (struct bx_offer){.rule = r, .least = group ? rule->least : 0};
    offer->most = group ? 0 : 1 + tariff->facts->guests;
    bool gains = false;
    for (int i = 0; i < puzzle->cell_count; i++) {
        const struct bx_line *cell = cell_here(tariff, i);
        int64_t base = puzzle->offers[0].price[i];
        offer->price[i] = -1;
        if (!names(rule, cell) || !holds(tariff, rule, cell))
            continue;
        int64_t price = price_by(rule, cell);
        gains = gains || price < base;
        if (price < base)
            offer->price[i] = price;
        else if (group)
            offer->price[i] = base;
    }
    puzzle->offer_count += gains;
}

static void bundle_add(struct tariff *tariff, int r)
{
    const struct bx_rule *rule = &tariff->programme->rules[r];
    struct bx_puzzle *puzzle = &tariff->puzzle;
    if (puzzle->bundle_count == BX_BUNDLES_MAX)
        return;
    struct bx_bundle *bundle = &puzzle->bundles[puzzle->bundle_count];
    *bundle =
        (struct bx_bundle){.rule = r, .price = rule->price.minor, .part_count = rule->part_count};
    int64_t alone = 0;
    for (int part = 0; part < rule->part_count; part++) {
        int64_t dearest = 0;
        int there = 0;
        bundle->parts[part].pieces = rule->parts[part].pieces;
        for (int i = 0; i < puzzle->cell_count; i++) {
            const struct bx_line *cell = cell_here(tariff, i);
            if (!bx_slug_equal(&rule->parts[part].product, &cell->product) ||
                !holds(tariff, rule, cell))
                continue;
            bundle->parts[part].cells |= UINT64_C(1) << i;
            there += cell->quantity;
            if (puzzle->offers[0].price[i] > dearest)
                dearest = puzzle->offers[0].price[i];
        }
        if (there < rule->parts[part].pieces)
            return;
        alone += dearest * rule->parts[part].pieces;
    }
    puzzle->bundle_count += rule->price.minor < alone;
}

static void rules_add(struct tariff *tariff)
{
    for (size_t r = 0; r < tariff->programme->rule_count; r++) {
        enum bx_rule_kind kind = tariff->programme->rules[r].kind;
        if (kind == BX_RULE_BUNDLE)
            bundle_add(tariff, (int)r);
        else if (kind != BX_RULE_TIME)
            offer_add(tariff, (int)r);
    }
}

/* --- from the solution to lines --------------------------------------------------------------- */

static void portion_add(struct tariff *tariff, int cell, int rule, int pieces, int64_t price,
                        int64_t off)
{
    for (int i = 0; i < tariff->portion_count && off == 0; i++) {
        struct portion *same = &tariff->portions[i];
        if (same->cell != cell || same->rule != rule || same->price != price || same->off != 0)
            continue;
        same->pieces += pieces;
        return;
    }
    if (tariff->portion_count < PORTIONS_MAX)
        tariff->portions[tariff->portion_count] = (struct portion){cell, rule, pieces, price, off};
    tariff->portion_count++; /* one too many is found out later */
}

/* All sets of a bundle cost WHOLE: each cell's pieces their share of it as the list has them, what
 * is left over to those that lost most by rounding down. */
static void bundle_share(struct tariff *tariff, int at)
{
    const struct bx_puzzle *puzzle = &tariff->puzzle;
    const struct bx_solution *solution = &tariff->solution;
    int64_t whole = puzzle->bundles[at].price * solution->sets[at];
    int64_t left = whole;
    int64_t total = 0;
    int64_t share[BX_CELLS_MAX] = {0};
    int64_t lost[BX_CELLS_MAX] = {0};
    for (int i = 0; i < puzzle->cell_count; i++)
        total += cell_here(tariff, i)->list.minor * solution->bundled[i][at];
    for (int i = 0; i < puzzle->cell_count && total > 0; i++) {
        wide part = (wide)whole * cell_here(tariff, i)->list.minor * solution->bundled[i][at];
        share[i] = (int64_t)(part / total);
        lost[i] = (int64_t)(part % total);
        left -= share[i];
    }
    for (; left > 0 && total > 0; left--) {
        int most = 0;
        for (int i = 1; i < puzzle->cell_count; i++)
            if (lost[i] > lost[most])
                most = i;
        share[most]++;
        lost[most] = -1;
    }
    for (int i = 0; i < puzzle->cell_count; i++) {
        int pieces = solution->bundled[i][at];
        if (pieces == 0)
            continue;
        int64_t price = (share[i] + pieces - 1) / pieces;
        portion_add(tariff, tariff->here[i], puzzle->bundles[at].rule, pieces, price,
                    price * pieces - share[i]);
    }
}

static void portions_make(struct tariff *tariff)
{
    const struct bx_puzzle *puzzle = &tariff->puzzle;
    for (int at = 0; at < puzzle->bundle_count; at++)
        if (tariff->solution.sets[at] > 0)
            bundle_share(tariff, at);
    for (int i = 0; i < puzzle->cell_count; i++)
        for (int offer = puzzle->offer_count - 1; offer >= 0; offer--) {
            int pieces = tariff->solution.into[i][offer];
            int64_t price = puzzle->offers[offer].price[i];
            bool base = offer == 0 || price == puzzle->offers[0].price[i];
            if (pieces > 0)
                portion_add(tariff, tariff->here[i],
                            base ? tariff->base_rule[i] : puzzle->offers[offer].rule, pieces, price,
                            0);
        }
}

static int by_goods(const void *a, const void *b)
{
    const struct bx_line *one = *(const struct bx_line *const *)a;
    const struct bx_line *two = *(const struct bx_line *const *)b;
    int order = strcmp(one->product.s, two->product.s);
    if (order == 0 && one->list.minor != two->list.minor)
        order = one->list.minor < two->list.minor ? 1 : -1;
    if (order == 0)
        order = bx_date_compare(one->date, two->date);
    if (order == 0)
        order = one->group - two->group;
    return order != 0 ? order : one->tax_ppm - two->tax_ppm;
}

/* Solves the visit of cell FIRST, and marks its cells as done. */
static void visit_solve(struct tariff *tariff, int first, bool done[BX_CELLS_MAX])
{
    const struct bx_line *lines[BX_CELLS_MAX];
    int count = 0;
    for (int i = first; i < tariff->cell_count; i++) {
        if (done[i] || tariff->alone[i] ||
            !bx_slug_equal(&tariff->cells[i].slot, &tariff->cells[first].slot))
            continue;
        lines[count++] = &tariff->cells[i];
        done[i] = true;
    }
    qsort(lines, (size_t)count, sizeof(lines[0]), by_goods);
    memset(&tariff->puzzle, 0, sizeof(tariff->puzzle));
    tariff->puzzle.cell_count = count;
    for (int i = 0; i < count; i++)
        tariff->here[i] = (int)(lines[i] - tariff->cells);
    bases_make(tariff);
    if (!tariff->facts->declined)
        rules_add(tariff);
    bx_puzzle_solve(&tariff->puzzle, &tariff->solution);
    portions_make(tariff);
}

static int line_write(const struct tariff *tariff, const struct portion *portion,
                      struct bx_basket *into, int64_t *saved)
{
    if (into->count == BX_LINES_MAX)
        return BX_ERR_FULL;
    struct bx_line *line = &into->lines[into->count++];
    *line = tariff->cells[portion->cell];
    line->quantity = portion->pieces;
    line->price.minor = portion->price;
    line->off.minor = portion->off;
    if (portion->rule >= 0) {
        const struct bx_rule *rule = &tariff->programme->rules[portion->rule];
        line->why = rule->id;
        BX_TEXT_COPY(line->why_text, rule->name);
    }
    *saved += (line->list.minor - line->price.minor) * line->quantity + line->off.minor;
    return 0;
}

/* The portions of CELL by RULE. */
static int portions_write(const struct tariff *tariff, int cell, int rule, struct bx_basket *into,
                          int64_t *saved)
{
    int err = 0;
    for (int i = 0; i < tariff->portion_count && !err; i++) {
        const struct portion *portion = &tariff->portions[i];
        if (portion->cell == cell && portion->rule == rule)
            err = line_write(tariff, portion, into, saved);
    }
    return err;
}

/* The cells where they stood, each in its portions: those of rules in their order, then the rest.
 */
static int lines_write(const struct tariff *tariff, struct bx_basket *into, int64_t *saved)
{
    int rules = (int)tariff->programme->rule_count;
    int err = 0;
    for (int cell = 0; cell < tariff->cell_count && !err; cell++) {
        if (tariff->alone[cell]) {
            if (into->count == BX_LINES_MAX)
                return BX_ERR_FULL;
            into->lines[into->count++] = tariff->cells[cell];
            continue;
        }
        for (int turn = 0; turn <= rules && !err; turn++)
            err = portions_write(tariff, cell, turn == rules ? -1 : turn, into, saved);
    }
    return err;
}

int bx_tariff_apply(struct bx_basket *basket, const struct bx_programme *programme,
                    const struct bx_tariff_facts *facts, bx_money *ret_saved,
                    struct bx_fault *fault)
{
    struct tariff *tariff = bx_new(struct tariff);
    struct bx_basket *priced = bx_new(struct bx_basket);
    bool done[BX_CELLS_MAX] = {false};
    int64_t saved = 0;
    tariff->programme = programme;
    tariff->facts = facts;
    priced->id = basket->id;
    int err = cells_make(tariff, basket);
    for (int i = 0; i < tariff->cell_count && !err; i++)
        if (!done[i] && !tariff->alone[i])
            visit_solve(tariff, i, done);
    if (!err && tariff->portion_count > PORTIONS_MAX)
        err = BX_ERR_FULL;
    if (!err)
        err = lines_write(tariff, priced, &saved);
    if (err) {
        bx_fault_say(fault, err, "A basket holds at most %d lines. Finish this sale first.",
                     BX_LINES_MAX);
    } else {
        *basket = *priced;
        *ret_saved = bx_money_of(saved);
    }
    bx_free(priced);
    bx_free(tariff);
    return err;
}
