/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/import.h"
#include "server/store/memory.h"

/* --- set-up ----------------------------------------------------------------------------------- */

/* Berlin in winter. */
static int zone_fixed(void *arg, const char *zone, struct bx_date date, int minute, bx_utc *ret_at,
                      int *ret_offset_min)
{
    (void)arg;
    (void)zone;
    ret_at->us = ((int64_t)bx_date_days(date) * 1440 + minute - 60) * 60 * BX_SECOND_US;
    *ret_offset_min = 60;
    return 0;
}

static void import(struct world *world)
{
    struct venue *venue = world->venue;
    struct bx_date today = {2026, 11, 24};
    char json[1024];
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    snprintf(json, sizeof(json),
             "{\"venue\":{\"id\":\"museum\",\"name\":\"M\",\"zone\":\"Europe/Berlin\","
             "\"currency\":\"EUR\"},\"events\":[{\"id\":\"room\",\"name\":\"Room\",\"slots\":[{"
             "\"dates\":[\"today\"],\"from\":\"20:00\",\"to\":\"24:00\",\"every\":240,"
             "\"capacity\":%d}]}],\"products\":[{\"id\":\"adult\",\"name\":\"Adult\","
             "\"key\":\"a\",\"price\":2400,\"tax\":70000,\"places\":%d,\"events\":[\"room\"]}]}",
             (int)world->capacity * WORLD_PLACES, WORLD_PLACES);
    struct bd_import *import bx_cleanup(bd_import_destroy) =
        bd_import_parse(json, strlen(json), today, zone_fixed, NULL, &faults);
    if (!import)
        fail_msg("%s", bx_buf_text(&faults));
    venue_begin(venue);
    MUST(bd_book_import(venue->book, &venue->turn, import, NULL));
    venue_end(venue);
    bx_programme_destroy(venue->programme);
    venue->programme = (struct bx_programme *)bx_steal(&import->programme);
}

void world_announce(struct world *world, bool cancelled)
{
    static char json[16384];
    struct bx_programme *programme = world->venue->programme;
    bx_buf_auto bytes;
    bx_buf_init(&bytes, sizeof(json) - 1);
    programme->epoch = world->rig->epoch;
    programme->version = ++world->version;
    programme->slots[0].cancelled = cancelled;
    bx_programme_encode(programme, &bytes);
    snprintf(json, sizeof(json), "%s", bx_buf_text(&bytes));
    world->rig->programme = json;
    for (int i = 0; i < 200 && world->rig->programme; i++) {
        world_silence(world);
        rig_wait(world->rig, 1000);
    }
    assert_null(world->rig->programme);
}

/* The till has said its first HELLO and knows the programme; nothing is under way. */
static void begin(struct world *world)
{
    assert_true(world_sends(world, BX_ALLOT_HELLO, 1, 60));
    world_deliver(world, world_letter(world->sent, world->sent_count, BX_ALLOT_HELLO, 1));
    world_answer(world, &world->answered[world->answered_count - 1]);
    world->answered_count = 0;
}

struct world *world_create(int64_t capacity)
{
    struct world *world = bx_new(struct world);
    void *state;
    world->capacity = capacity;
    world->version = 100;
    world->venue = venue_create(STORE_MEMORY);
    struct venue *venue = world->venue;
    bd_book_destroy(venue->book);
    venue->policy.share_percent = venue->policy.counters_percent = 100;
    venue->book = bd_book_create(venue->store, &venue->policy, NULL);
    assert_non_null(venue->book);
    import(world);
    world->other = till_create(venue); /* the bench's till is number 2 */
    world->device = till_create(venue);
    assert_int_equal(world->device->device.till, 2);
    rig_open(&state);
    world->rig = state;
    world->rig->hold[BX_EFFECT_ALLOT] = world->rig->hold[BX_EFFECT_SEND] = true;
    world->rig->pool_count = 0;
    world->rig->contact = BX_CONTACT_GOOD;
    rig_command(world->rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    assert_int_equal(world->rig->exit, 0);
    world_announce(world, false);
    begin(world);
    return world;
}

void world_destroy(struct world *world)
{
    void *state = world->rig;
    rig_close(&state);
    till_destroy(world->device);
    till_destroy(world->other);
    bd_store_destroy(world->backup);
    venue_destroy(world->venue);
    bx_free(world);
}

/* --- the network ------------------------------------------------------------------------------ */

/* Whatever the till has put on the line is a letter from now on. */
static void collect(struct world *world)
{
    struct rig *rig = world->rig;
    for (size_t i = 0; i < rig->held_count; i++) {
        const struct bx_effect *effect = bx_effects_at(rig->effects, rig->held[i]);
        if (effect->kind != BX_EFFECT_ALLOT)
            continue;
        assert_true(world->sent_count < WORLD_LETTERS);
        assert_true(effect->of.allot.count <= WORLD_PARTS);
        struct letter *letter = &world->sent[world->sent_count++];
        const struct bx_allot_message *first = &effect->of.allot.messages[0];
        *letter = (struct letter){.verb = first->verb,
                                  .r = first->r,
                                  .epoch = rig_facts(rig).epoch,
                                  .count = effect->of.allot.count};
        memcpy(letter->messages, first, letter->count * sizeof(*first));
        letter->told_closing = letter->verb == BX_ALLOT_HELLO && letter->count > 1 &&
                               letter->messages[1].state == BX_LEASE_CLOSING;
        world->request = effect->request;
        rig->held_count--;
        memmove(&rig->held[i], &rig->held[i + 1], (rig->held_count - i) * sizeof(rig->held[0]));
        return; /* one exchange at a time */
    }
}

void world_silence(struct world *world)
{
    struct bx_event event = {.kind = BX_EVENT_BOOKING};
    collect(world);
    if (world->request == 0)
        return;
    event.of.booking = (struct bx_booking_answer){
        .request = world->request, .exchange = BX_EXCHANGE_ALLOT, .contact = BX_CONTACT_AGAIN};
    world->request = 0;
    rig_event(world->rig, &event);
}

bool world_sends(struct world *world, enum bx_allot_verb verb, int64_t r, int seconds)
{
    for (int i = 0; i <= seconds; i++) {
        collect(world);
        const struct letter *last = &world->sent[world->sent_count - 1];
        if (world->request != 0 && last->verb == verb && last->r == r)
            return true;
        world_silence(world);
        rig_wait(world->rig, 1000);
    }
    return false;
}

struct letter *world_letter(struct letter *letters, size_t count, enum bx_allot_verb verb,
                            int64_t r)
{
    while (count-- > 0)
        if (letters[count].verb == verb && letters[count].r == r)
            return &letters[count];
    return NULL;
}

/* Devices and the operator remember the highest mark. */
static void remember(struct world *world)
{
    struct bd_mark mark = world_mark(world);
    if (mark.epoch > world->highest.epoch ||
        (mark.epoch == world->highest.epoch && mark.commit > world->highest.commit))
        world->highest = mark;
}

void world_deliver(struct world *world, const struct letter *message)
{
    struct venue *venue = world->venue;
    assert_true(world->answered_count < WORLD_LETTERS);
    struct letter *answer = &world->answered[world->answered_count++];
    *answer = *message;
    for (size_t i = 0; i < answer->count; i++) {
        struct bx_allot_message *one = &answer->messages[i];
        one->need = 0;
        one->n = one->verb == BX_ALLOT_REQ ? 0 : one->n;
    }
    venue_begin(venue);
    MUST(bd_book_allot(venue->book, &venue->turn, &world->device->device, answer->messages,
                       answer->count, answer->answers, NULL));
    venue_end(venue);
    printf("  %s: %s\n", bx_allot_verb_text(message->verb),
           bx_allot_word_text(answer->answers[answer->count - 1].word));
    answer->epoch = world_mark(world).epoch;
    remember(world);
}

void world_answer(struct world *world, const struct letter *answer)
{
    struct bx_event event = {.kind = BX_EVENT_BOOKING};
    assert_true(world->request != 0);
    event.of.booking = (struct bx_booking_answer){.request = world->request,
                                                  .exchange = BX_EXCHANGE_ALLOT,
                                                  .contact = BX_CONTACT_GOOD,
                                                  .epoch = answer->epoch,
                                                  .commit = ++world->rig->commit,
                                                  .allots = answer->answers,
                                                  .allot_count = answer->count};
    world->request = 0;
    rig_event(world->rig, &event);
}

void world_send_entries(struct world *world, int64_t seq)
{
    struct venue *venue = world->venue;
    struct bx_query query = {.kind = BX_QUERY_FROM, .from = 1, .limit = BX_ROWS_MAX};
    bx_buf_auto batch, out;
    size_t count;
    bx_buf_init(&batch, 0);
    bx_buf_init(&out, 0);
    const struct bx_row *rows = rig_read(world->rig, &query, &count);
    for (size_t i = 0; i < count && rows[i].head.seq <= seq; i++) {
        struct bx_envelope envelope = {.till = rows[i].head.till,
                                       .incarnation = rows[i].head.incarnation,
                                       .seq = rows[i].head.seq,
                                       .id = rows[i].head.id,
                                       .prev = rows[i].prev,
                                       .hash = rows[i].hash};
        bx_envelope_encode(&envelope, &batch);
        bx_buf_add(&batch, rows[i].body, rows[i].len);
        bx_buf_byte_add(&batch, '\n');
    }
    venue_begin(venue);
    MUST(bd_book_entries(venue->book, &venue->turn, &world->device->device, bx_buf_text(&batch),
                         batch.len, &out, NULL));
    venue_end(venue);
    remember(world);
}

/* --- looking, and the server's disk ------------------------------------------------------------
 */

struct bx_lease world_lease(struct world *world)
{
    const struct bx_lease *lease = rig_lease(world->rig, WORLD_POOL);
    return lease ? *lease : (struct bx_lease){.state = BX_LEASE_NONE};
}

struct bd_lease_row world_row(struct world *world, int64_t r)
{
    const struct bd_device *device = &world->device->device;
    struct bd_lease_row row = {.till = device->till, .incarnation = device->incarnation, .r = r};
    BX_TEXT_COPY(row.pool.s, WORLD_POOL);
    if (bd_get(world->venue->store, BD_LEASE, &row, NULL) != 0)
        return (struct bd_lease_row){.state = -1};
    return row;
}

struct bd_mark world_mark(struct world *world)
{
    struct bd_mark mark;
    MUST(bd_book_mark(world->venue->store, &mark, NULL));
    return mark;
}

void world_backup(struct world *world)
{
    bd_store_destroy(world->backup);
    world->backup = bd_store_memory_copy(world->venue->store);
}

void world_restore(struct world *world)
{
    struct venue *venue = world->venue;
    bd_book_destroy(venue->book);
    bd_store_destroy(venue->store);
    venue->store = bx_steal(&world->backup);
    venue->book = bd_book_create(venue->store, &venue->policy, NULL);
    assert_non_null(venue->book);
    venue_begin(venue);
    MUST(bd_book_seen(venue->book, &venue->turn, world->highest.epoch, INT64_C(1) << 39, NULL));
    venue_end(venue);
}
