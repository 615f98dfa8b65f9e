/* SPDX-License-Identifier: Apache-2.0 */
/* Places that one till gave another: whatever comes first, later, twice or never, a place is
 * counted once. Pool B: 40 places, ten to a till. */
#include "fixture.h"

#include <string.h>

#include "boxtill/domain/gift.h"
#include "server/book/inside.h"

static struct entry *write_gift(struct venue *venue, struct till *till, enum bx_kind kind,
                                const struct bx_gift *gift)
{
    char about[BX_ABOUT_MAX + 1];
    bx_gift_write(kind, gift, about);
    struct bx_id id = {{(uint8_t)(kind == BX_KIND_GIVE), 7}};
    id.b[14] = (uint8_t)till->device.till;
    id.b[15] = (uint8_t)(till->seq + 1);
    struct bx_entry_head head = {.till = till->device.till,
                                 .incarnation = till->device.incarnation,
                                 .seq = till->seq + 1,
                                 .id = id,
                                 .kind = kind,
                                 .at = venue->turn.now,
                                 .shift = 1,
                                 .user = 7};
    bx_buf_auto body;
    bx_buf_init(&body, 0);
    MUST(bx_note_encode(&head, about, gift->places, &body));
    return till_raw(venue, till, &id, (const char *)body.data, body.len);
}

/* Two tills with a lease each; A used 2, gave B 4 of its ten, used 1 more; B used 12 of 14. */
struct pair {
    struct venue *venue;
    struct till *a, *b;
    struct bx_gift gift;
    struct entry *sold_a, *give, *more_a, *take, *sold_b;
};

static struct pair pair_make(enum store_kind kind)
{
    struct pair pair = {.venue = venue_create(kind)};
    struct venue *venue = pair.venue;
    pair.a = till_create(venue);
    pair.b = till_create(venue);
    assert_int_equal(till_ask(venue, pair.a, BX_ALLOT_REQ, POOL_B, 1, 0, 0).n, 10);
    assert_int_equal(till_ask(venue, pair.b, BX_ALLOT_REQ, POOL_B, 1, 0, 0).n, 10);
    pair.gift = (struct bx_gift){.epoch = 1,
                                 .from = pair.a->device.till,
                                 .to = pair.b->device.till,
                                 .pool = {POOL_B},
                                 .r = 1,
                                 .before = 2,
                                 .places = 4,
                                 .own_r = 1};
    pair.sold_a = till_sell(venue, pair.a, POOL_B, 1, 0, 2);
    pair.give = write_gift(venue, pair.a, BX_KIND_GIVE, &pair.gift);
    pair.more_a = till_sell(venue, pair.a, POOL_B, 1, 6, 1);
    pair.take = write_gift(venue, pair.b, BX_KIND_TAKE, &pair.gift);
    pair.sold_b = till_sell(venue, pair.b, POOL_B, 1, 0, 12);
    return pair;
}

static void pair_end(struct pair *pair)
{
    till_destroy(pair->a);
    till_destroy(pair->b);
    venue_destroy(pair->venue);
}

enum step { SOLD_A, GIVE, MORE_A, CLOSE_A, TAKE, SOLD_B, CLOSE_B, STEPS };

/* A CLOSE is said until it is acknowledged, as a till does. */
static bool close_said(struct pair *pair, struct till *till, int64_t used, bool may_wait)
{
    enum bx_allot_word word = till_ask(pair->venue, till, BX_ALLOT_CLOSE, POOL_B, 1, 0, used).word;
    if (word == BX_ALLOT_NONE && may_wait)
        return false;
    assert_int_equal(word, BX_ALLOT_ACKED);
    return true;
}

static bool step_do(struct pair *pair, enum step step)
{
    struct entry *const entries[] = {[SOLD_A] = pair->sold_a,
                                     [GIVE] = pair->give,
                                     [MORE_A] = pair->more_a,
                                     [TAKE] = pair->take,
                                     [SOLD_B] = pair->sold_b};
    bool is_a = step == SOLD_A || step == GIVE || step == MORE_A;
    if (step == CLOSE_A)
        return close_said(pair, pair->a, 7, false);
    if (step == CLOSE_B)
        return close_said(pair, pair->b, 12, true);
    struct bx_entry_answer answer;
    MUST(till_send(pair->venue, is_a ? pair->a : pair->b, &entries[step], 1, &answer));
    assert_true(answer.outcome == BX_ENTRY_RECORDED || answer.outcome == BX_ENTRY_RECORDED_TASK);
    return true;
}

static void assert_never_over(struct pair *pair)
{
    struct bd_pool_row pool = pool_of(pair->venue, POOL_B);
    assert_true(pool.sold + pool.held + pool.leased <= pool.capacity);
    assert_int_equal(pool.over, 0);
    assert_int_equal(pool.lacking, 0);
    assert_audit(pair->venue);
}

/* Nobody else may be granted what one of the two still has, at any moment. */
static void assert_kept(struct pair *pair, const bool done[STEPS])
{
    struct bd_pool_row pool = pool_of(pair->venue, POOL_B);
    int64_t least = 15; /* what they have sold */
    if (!done[CLOSE_A])
        least += 3;
    if (!done[CLOSE_B])
        least += 2;
    assert_true(pool.sold + pool.leased >= least);
    assert_never_over(pair);
}

/* Every order of the seven in which each till's own entries come in theirs, each said twice. */
static int orders;
static void go_on(enum store_kind kind, enum step *order, int count)
{
    bool used[STEPS] = {false};
    for (int i = 0; i < count; i++)
        used[order[i]] = true;
    if (count < STEPS) {
        for (enum step next = 0; next < STEPS; next++) {
            bool before = (next == GIVE && !used[SOLD_A]) || (next == MORE_A && !used[GIVE]) ||
                          (next == SOLD_B && !used[TAKE]);
            if (used[next] || before)
                continue;
            order[count] = next;
            go_on(kind, order, count + 1);
        }
        return;
    }
    struct pair pair = pair_make(kind);
    bool done[STEPS] = {false};
    for (int i = 0; i < STEPS; i++) {
        done[order[i]] = step_do(&pair, order[i]);
        assert_kept(&pair, done);
        done[order[i]] = step_do(&pair, order[i]) || done[order[i]];
        assert_kept(&pair, done);
    }
    if (!done[CLOSE_B])
        assert_true(step_do(&pair, CLOSE_B));
    assert_pool(pair.venue, POOL_B, 15, 0, 0);
    assert_never_over(&pair);
    orders++;
    pair_end(&pair);
}

static void every_order(void **state)
{
    (void)state;
    enum step order[STEPS];
    orders = 0;
    go_on(STORE_MEMORY, order, 0);
    assert_int_equal(orders, 420);
}

struct looks {
    const char *word;
    int count;
};

static int task_seen(void *arg, const void *row)
{
    const struct bd_task_row *task = row;
    struct looks *looks = arg;
    looks->count += task->done == 0 && strcmp(task->word, looks->word) == 0;
    return 0;
}

static int open_tasks(struct venue *venue, const char *word)
{
    struct looks looks = {word, 0};
    struct bd_scan scan = {.table = BD_TASK};
    MUST(bd_scan(venue->store, &scan, task_seen, &looks, NULL));
    return looks.count;
}

static void never_given(enum store_kind kind)
{
    struct pair pair = pair_make(kind);
    step_do(&pair, TAKE);
    assert_int_equal(open_tasks(pair.venue, "gift-unsaid"), 1);
    assert_pool(pair.venue, POOL_B, 0, 20, 0); /* moved all the same, and counted once */
    step_do(&pair, SOLD_B);
    assert_pool(pair.venue, POOL_B, 12, 8, 0);
    assert_never_over(&pair);
    /* a day later */
    venue_tick(pair.venue, 86400);
    step_do(&pair, SOLD_A);
    assert_int_equal(open_tasks(pair.venue, "gift-unsaid"), 1);
    step_do(&pair, GIVE);
    assert_int_equal(open_tasks(pair.venue, "gift-unsaid"), 0);
    assert_int_equal(open_tasks(pair.venue, "gap"), 0);
    assert_pool(pair.venue, POOL_B, 14, 6, 0);
    assert_never_over(&pair);
    pair_end(&pair);
}

static void never_taken(enum store_kind kind)
{
    struct pair pair = pair_make(kind);
    step_do(&pair, SOLD_A);
    step_do(&pair, GIVE);
    step_do(&pair, MORE_A);
    step_do(&pair, CLOSE_A);
    assert_pool(pair.venue, POOL_B, 3, 10 + 4, 0); /* B's, and what lies between */
    assert_never_over(&pair);
    pair_end(&pair);
}

static void dishonest(enum store_kind kind)
{
    struct pair pair = pair_make(kind);
    struct venue *venue = pair.venue;
    struct till *c = till_create(venue);
    assert_int_equal(till_ask(venue, c, BX_ALLOT_REQ, POOL_B, 1, 0, 0).n, 10);
    step_do(&pair, SOLD_A);
    step_do(&pair, GIVE);
    /* by another than it was given to */
    struct entry *stolen = write_gift(venue, c, BX_KIND_TAKE, &pair.gift);
    assert_int_equal(till_send_one(venue, c, stolen), BX_ENTRY_RECORDED_TASK);
    step_do(&pair, TAKE);
    assert_int_equal(count_tasks(venue, "gift"), 1);
    /* by the same till a second time, under another id */
    struct entry *twice = write_gift(venue, pair.b, BX_KIND_TAKE, &pair.gift);
    assert_int_equal(till_send_one(venue, pair.b, twice), BX_ENTRY_RECORDED_TASK);
    assert_pool(venue, POOL_B, 2, 28, 0);
    assert_never_over(&pair);
    till_destroy(c);
    pair_end(&pair);
}

/* A code made up: A has nothing left that it could have given. */
static void made_up(enum store_kind kind)
{
    struct pair pair = pair_make(kind);
    struct venue *venue = pair.venue;
    struct bx_gift gift = pair.gift;
    gift.r = 9;
    struct till *c = till_create(venue);
    assert_int_equal(till_ask(venue, c, BX_ALLOT_REQ, POOL_B, 1, 0, 0).n, 10);
    struct entry *entry = write_gift(venue, c, BX_KIND_TAKE, &gift);
    assert_int_equal(till_send_one(venue, c, entry), BX_ENTRY_RECORDED_TASK);
    assert_int_equal(count_tasks(venue, "gift"), 1);
    struct bd_pool_row pool = pool_of(venue, POOL_B);
    assert_true(pool.sold + pool.leased <= pool.capacity);
    assert_audit(venue);
    /* and of a till that there is not */
    gift.from = 99;
    entry = write_gift(venue, c, BX_KIND_TAKE, &gift);
    assert_int_equal(till_send_one(venue, c, entry), BX_ENTRY_RECORDED_TASK);
    assert_audit(venue);
    till_destroy(c);
    pair_end(&pair);
}

static void written_off(enum store_kind kind)
{
    for (int i = 0; i < 2; i++) {
        struct pair pair = pair_make(kind);
        struct venue *venue = pair.venue;
        venue_staff(venue);
        struct bd_settling what = {
            (i == 0 ? pair.a : pair.b)->device.till, {POOL_B}, 1, 0, NULL, MIA};
        venue_begin(venue);
        MUST(bd_book_lease_write_off(venue->book, &venue->turn, &what, NULL));
        venue_end(venue);
        venue_tick(venue, 1);
        step_do(&pair, TAKE);
        step_do(&pair, SOLD_B);
        assert_never_over(&pair);
        step_do(&pair, SOLD_A);
        step_do(&pair, GIVE);
        step_do(&pair, MORE_A);
        step_do(&pair, CLOSE_A);
        assert_true(step_do(&pair, CLOSE_B));
        assert_pool(venue, POOL_B, 15, 0, 0);
        assert_never_over(&pair);
        pair_end(&pair);
    }
}

#define TWICE(name)                         \
    static void name##_memory(void **state) \
    {                                       \
        (void)state;                        \
        name(STORE_MEMORY);                 \
    }                                       \
    static void name##_sqlite(void **state) \
    {                                       \
        (void)state;                        \
        name(STORE_SQLITE);                 \
    }
TWICE(never_given)
TWICE(never_taken)
TWICE(dishonest)
TWICE(made_up)
TWICE(written_off)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order),        cmocka_unit_test(never_given_memory),
        cmocka_unit_test(never_given_sqlite), cmocka_unit_test(never_taken_memory),
        cmocka_unit_test(never_taken_sqlite), cmocka_unit_test(dishonest_memory),
        cmocka_unit_test(dishonest_sqlite),   cmocka_unit_test(made_up_memory),
        cmocka_unit_test(made_up_sqlite),     cmocka_unit_test(written_off_memory),
        cmocka_unit_test(written_off_sqlite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
