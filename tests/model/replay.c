/* SPDX-License-Identifier: Apache-2.0 */
/* Plays a run of the model against the real code: replay FILE, a line an event, "WHAT TILL R
 * VALUE". Events are things that happen to till and server; what they make of it is their own
 * affair, and is told: "done" when the world moved as in the model, "refused" when not. After each
 * event the model's promises are checked on what is really there: tickets in the till's journal,
 * places in the server's pool. */

#include "world.h"

#include <inttypes.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/inside.h"

enum { EXPIRY_S = 3600, ASK_S = 240 };

struct counts {
    int64_t sold, held, leased, over, lacking;
};
struct step {
    char what[24];
    int till;
    int64_t r, value;
    struct counts counts; /* the pool's in the model, afterwards */
};

static const char *trace_path, *only;

/* A promise, by the name that run.py has for it. */
static void keep(const char *promise, bool kept)
{
    if (!kept && (!only || strcmp(only, promise) == 0))
        fail_msg("broken: %s", promise);
}

/* --- the till -----------------------------------------------------------------------------------
 */

static bool req(struct world *world, const struct step *step)
{
    return world_sends(world, BX_ALLOT_REQ, step->r, ASK_S) &&
           world_lease(world).state == BX_LEASE_WAITING;
}

static bool give_up(struct world *world, const struct step *step)
{
    world_announce(world, true);
    bool sent = world_sends(world, BX_ALLOT_CLOSE, step->r, ASK_S);
    bool done = sent && world_lease(world).state == BX_LEASE_CLOSING;
    world_announce(world, false);
    return done;
}

/* The answer WORD about STEP's number reaches the till while it waits for one to VERB about its
 * own.
 */
static bool take(struct world *world, const struct step *step, enum bx_allot_verb verb,
                 enum bx_allot_word word)
{
    size_t count = world->answered_count;
    const struct letter *answer;
    do
        answer = world_letter(world->answered, count, verb, step->r);
    while (answer && answer->answers[0].word != word &&
           (count = (size_t)(answer - world->answered)) > 0);
    if (!answer || answer->answers[0].word != word ||
        !world_sends(world, verb, world_lease(world).r, ASK_S))
        return false;
    world_answer(world, answer);
    return true;
}

static bool grant(struct world *world, const struct step *step)
{
    return take(world, step, BX_ALLOT_REQ, BX_ALLOT_GRANTED) &&
           world_lease(world).state == BX_LEASE_OPEN &&
           world_lease(world).n == step->value * WORLD_PLACES;
}

static bool acked(struct world *world, const struct step *step)
{
    return take(world, step, BX_ALLOT_CLOSE, BX_ALLOT_ACKED) &&
           world_lease(world).state == BX_LEASE_CLOSED;
}

static bool stale(struct world *world, const struct step *step)
{
    return take(world, step, BX_ALLOT_REQ, BX_ALLOT_STALE) &&
           world_lease(world).state == BX_LEASE_CLOSED;
}

static bool reserve(struct world *world, const struct step *step)
{
    (void)step;
    int64_t before = world_lease(world).reserved;
    /* what was left is in the basket still */
    rig_keys(world->rig, world->left ? "\n" : "a\n");
    world->left = false;
    return world_lease(world).reserved == before + WORLD_PLACES;
}

static bool sell(struct world *world, const struct step *step)
{
    int before = rig_entries(world->rig, BX_KIND_SALE);
    if (world_lease(world).reserved == 0)
        return false;
    rig_keys(world->rig, "\n");
    if (rig_entries(world->rig, BX_KIND_SALE) == before)
        return false;
    assert_true(world->sale_count < WORLD_SALES);
    world->sales[world->sale_count].r = step->r;
    world->sales[world->sale_count++].seq = rig_facts(world->rig).next_seq - 1;
    return true;
}

static bool leave(struct world *world, const struct step *step)
{
    (void)step;
    rig_keys(world->rig, "\033");
    world->left = true;
    return world_lease(world).reserved == 0;
}

/* Its time is over at the till. */
static bool close_by_expiry(struct world *world, const struct step *step)
{
    for (int i = 0; i < EXPIRY_S; i += 60) {
        world_silence(world);
        rig_wait(world->rig, INT64_C(60) * 1000);
    }
    return world_sends(world, BX_ALLOT_CLOSE, step->r, ASK_S) &&
           world_lease(world).state == BX_LEASE_CLOSING;
}

static bool learn(struct world *world, const struct step *step)
{
    (void)step;
    world->rig->epoch = world_mark(world).epoch;
    world_silence(world);
    return world_sends(world, BX_ALLOT_HELLO, world->rig->epoch, ASK_S);
}

static bool greeted(struct world *world, const struct step *step)
{
    (void)step;
    int64_t epoch = world->rig->epoch;
    const struct letter *answer =
        world_letter(world->answered, world->answered_count, BX_ALLOT_HELLO, epoch);
    if (!answer || !world_sends(world, BX_ALLOT_HELLO, epoch, ASK_S))
        return false;
    world_answer(world, answer);
    return true;
}

/* --- what reaches the server ---------------------------------------------------------------------
 */

static bool got(struct world *world, enum bx_allot_verb verb, int64_t r)
{
    const struct letter *letter = world_letter(world->sent, world->sent_count, verb, r);
    if (!letter)
        return false;
    world_deliver(world, letter);
    return true;
}

static bool got_req(struct world *world, const struct step *step)
{
    return got(world, BX_ALLOT_REQ, step->r);
}

static bool got_close(struct world *world, const struct step *step)
{
    return got(world, BX_ALLOT_CLOSE, step->r);
}

/* A HELLO of the server's epoch that says USED. */
static const struct letter *hello_that_says(struct world *world, int64_t used)
{
    int64_t epoch = world_mark(world).epoch;
    for (size_t i = world->sent_count; i-- > 0;) {
        const struct letter *letter = &world->sent[i];
        if (letter->verb == BX_ALLOT_HELLO && letter->r == epoch &&
            (letter->count == 1 || letter->messages[1].used == used * WORLD_PLACES))
            return letter;
    }
    return NULL;
}

/* The model knows only of sales: what the till's journal has besides, up to SEQ and the first sale
 * that has not come, comes at once. */
static void others_come(struct world *world, int64_t seq)
{
    struct bd_device_row device = {.till = world->device->device.till};
    MUST(bd_get(world->venue->store, BD_DEVICE, &device, NULL));
    for (size_t i = 0; i < world->sale_count; i++)
        if (world->sales[i].seq > device.mark && world->sales[i].seq <= seq)
            seq = world->sales[i].seq - 1;
    if (seq > device.mark)
        world_send_entries(world, seq);
}

/* What a till has given up is counted as used, not as open. */
static bool got_hello(struct world *world, const struct step *step)
{
    const struct letter *hello = hello_that_says(world, step->value);
    if (!hello) { /* it is said once more, as things are by now */
        world_silence(world);
        world_sends(world, BX_ALLOT_HELLO, world->rig->epoch, ASK_S);
        hello = hello_that_says(world, step->value);
    }
    if (!hello)
        return false;
    world_deliver(world, hello);
    struct bd_lease_row row = world_row(world, step->r);
    if (hello->told_closing)
        keep("count", row.part + row.lacking == hello->messages[1].used - row.booked);
    others_come(world, hello->messages[0].seq);
    return true;
}

static bool got_entry(struct world *world, const struct step *step)
{
    int64_t nth = step->value;
    for (size_t i = 0; i < world->sale_count; i++) {
        if (world->sales[i].r != step->r || nth-- > 0)
            continue;
        world_send_entries(world, world->sales[i].seq);
        return true;
    }
    return false;
}

/* --- the server
 * ------------------------------------------------------------------------------------ */

static bool freeze(struct world *world, const struct step *step)
{
    struct venue *venue = world->venue;
    venue_tick(venue, venue->policy.lease_ttl + 1);
    venue_begin(venue);
    MUST(bd_book_freeze(venue->book, &venue->turn, NULL));
    venue_end(venue);
    return world_row(world, step->r).state == BD_LEASE_FROZEN;
}

static bool backup(struct world *world, const struct step *step)
{
    (void)step;
    world_backup(world);
    return true;
}

static bool restore(struct world *world, const struct step *step)
{
    (void)step;
    world_restore(world);
    world->alive = pool_of(world->venue, WORLD_POOL).held / WORLD_PLACES;
    return true;
}

/* Slots open again when both tills have said HELLO and sent what they had then. The other one has
 * nothing, and says so now. */
static bool reopen(struct world *world, const struct step *step)
{
    if (step->value == 0)
        return true;
    const struct letter *hello =
        world_letter(world->sent, world->sent_count, BX_ALLOT_HELLO, world_mark(world).epoch);
    if (hello)
        world_send_entries(world, hello->messages[0].seq);
    till_hello(world->venue, world->other, NULL, 0);
    venue_begin(world->venue); /* it wants no share */
    MUST(bd_book_revoke(world->venue->book, &world->venue->turn, world->other->device.till, NULL));
    venue_end(world->venue);
    return !world_mark(world).shut;
}

static void move(struct world *world, struct bd_move move)
{
    struct bd_store *store = world->venue->store;
    BX_TEXT_COPY(move.pool.s, WORLD_POOL);
    venue_begin(world->venue);
    MUST(store->ops->move(store, &move, NULL));
    venue_end(world->venue);
}

static bool hold(struct world *world, const struct step *step)
{
    (void)step;
    struct bd_pool_row pool = pool_of(world->venue, WORLD_POOL);
    if (world_mark(world).shut || bd_pool_free(&pool) < WORLD_PLACES)
        return false;
    move(world, (struct bd_move){.held = WORLD_PLACES});
    world->alive++;
    return true;
}

static bool confirm(struct world *world, const struct step *step)
{
    (void)step;
    if (world->alive == 0)
        return false;
    move(world, (struct bd_move){.held = -WORLD_PLACES, .sold = WORLD_PLACES});
    world->alive--;
    world->web++;
    return true;
}

static bool expire(struct world *world, const struct step *step)
{
    (void)step;
    if (world->alive == 0)
        return false;
    move(world, (struct bd_move){.held = -WORLD_PLACES});
    world->alive--;
    struct bd_pool_row pool = pool_of(world->venue, WORLD_POOL);
    int64_t room = pool.capacity - pool.sold - pool.held - pool.leased;
    int64_t fit = pool.over < room ? pool.over : room;
    if (fit > 0)
        move(world, (struct bd_move){.sold = fit, .over = -fit});
    return true;
}

/* What was paid for, and the backup knows as held or not at all. */
static bool reconcile(struct world *world, const struct step *step)
{
    (void)step;
    struct bd_pool_row pool = pool_of(world->venue, WORLD_POOL);
    if (pool.held > 0)
        move(world, (struct bd_move){.held = -WORLD_PLACES, .sold = WORLD_PLACES});
    else if (bd_pool_free(&pool) >= WORLD_PLACES)
        move(world, (struct bd_move){.sold = WORLD_PLACES});
    else
        move(world, (struct bd_move){.over = WORLD_PLACES});
    world->alive = pool_of(world->venue, WORLD_POOL).held / WORLD_PLACES;
    return true;
}

/* --- playing -------------------------------------------------------------------------------------
 */

static const struct {
    const char *what;
    bool (*play)(struct world *world, const struct step *step);
} events[] = {
    {"req", req},
    {"give-up", give_up},
    {"grant", grant},
    {"acked", acked},
    {"stale", stale},
    {"reserve", reserve},
    {"sell", sell},
    {"leave", leave},
    {"close", close_by_expiry},
    {"learn", learn},
    {"greeted", greeted},
    {"got-req", got_req},
    {"got-close", got_close},
    {"got-hello", got_hello},
    {"got-entry", got_entry},
    {"freeze", freeze},
    {"backup", backup},
    {"restore", restore},
    {"reopen", reopen},
    {"hold", hold},
    {"confirm", confirm},
    {"expire", expire},
    {"reconcile", reconcile},
};

static bool play(struct world *world, const struct step *step)
{
    for (size_t i = 0; i < bx_countof(events); i++)
        if (strcmp(events[i].what, step->what) == 0)
            return events[i].play(world, step);
    fail_msg("unknown event %s", step->what);
    return false;
}

static void check(struct world *world)
{
    struct bd_pool_row pool = pool_of(world->venue, WORLD_POOL);
    int64_t tickets = rig_entries(world->rig, BX_KIND_SALE) + world->web;
    struct bd_device_row device = {.till = world->device->device.till};
    MUST(bd_get(world->venue->store, BD_DEVICE, &device, NULL));
    int64_t places = tickets * WORLD_PLACES;
    keep("books", pool.sold + pool.held + pool.leased <= pool.capacity + pool.planned_over);
    keep("overbooked", tickets <= world->capacity);
    keep("uncounted",
         world_mark(world).shut || places <= pool.sold + pool.over + pool.leased + pool.lacking);
    keep("twice", pool.sold + pool.over <= places);
    keep("alarm", device.quarantined == BD_TRUSTED);
}

/* As long as everything was done that the model did, the book counts what the model counts. */
static void compare(struct world *world, const struct step *step)
{
    struct bd_pool_row pool = pool_of(world->venue, WORLD_POOL);
    const struct counts *model = &step->counts;
    bool same =
        pool.sold == model->sold * WORLD_PLACES && pool.held == model->held * WORLD_PLACES &&
        pool.leased == model->leased * WORLD_PLACES && pool.over == model->over * WORLD_PLACES &&
        pool.lacking == model->lacking * WORLD_PLACES;
    if (!same)
        fail_msg("broken: differs: sold %d held %d leased %d over %d lacking %d in the book",
                 (int)pool.sold, (int)pool.held, (int)pool.leased, (int)pool.over,
                 (int)pool.lacking);
}

static void replay(void **state)
{
    (void)state;
    struct step step;
    int capacity, in_step;
    FILE *file = fopen(trace_path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "capacity %d follow %d\n", &capacity, &in_step), 2);
    struct world *world = world_create(capacity);
    check(world);
    while (fscanf(file, "%23s %d %" SCNd64 " %" SCNd64, step.what, &step.till, &step.r,
                  &step.value) == 4 &&
           fscanf(file, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 "\n",
                  &step.counts.sold, &step.counts.held, &step.counts.leased, &step.counts.over,
                  &step.counts.lacking) == 5) {
        bool done = play(world, &step);
        printf("%s: %s %" PRId64 " %" PRId64 "\n", done ? "done" : "refused", step.what, step.r,
               step.value);
        fflush(stdout);
        check(world);
        in_step = in_step && done;
        if (in_step)
            compare(world, &step);
    }
    assert_true(feof(file));
    fclose(file);
    world_destroy(world);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(replay)};
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: replay TRACE [PROMISE]\n");
        return 2;
    }
    trace_path = argv[1];
    only = argc > 2 ? argv[2] : NULL;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
