/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_journal.h"
#include "journal/journal.h"

static int64_t room_of(void *arg, const char *path)
{
    (void)path;
    return ((struct world *)arg)->room;
}

static void open_real(struct world *world)
{
    struct bx_fault fault = {0};
    struct bx_journal_options options = {.path = world->path, .room = room_of, .arg = world};
    world->journal = bx_journal_open_with(&options, &fault);
    if (!world->journal)
        fail_msg("%s (%s)", fault.say, fault.detail);
}

static int set_up(void **state, bool fake)
{
    struct world *world = bx_new(struct world);
    world->fake = fake;
    world->room = INT64_MAX;
    if (fake) {
        world->journal = fake_journal_create();
    } else {
        snprintf(world->folder, sizeof(world->folder), "/tmp/bx-journal-XXXXXX");
        assert_non_null(mkdtemp(world->folder));
        snprintf(world->path, sizeof(world->path), "%s/journal.db", world->folder);
        open_real(world);
    }
    kit_init(&world->kit, world->journal);
    *state = world;
    return 0;
}

int world_set_up_fake(void **state)
{
    return set_up(state, true);
}

int world_set_up_real(void **state)
{
    return set_up(state, false);
}

int world_tear_down(void **state)
{
    static const char *const tails[] = {"", "-wal", "-shm", ".ballast", ".new"};
    struct world *world = *state;
    kit_finish(&world->kit);
    if (world->fake)
        fake_journal_destroy(world->journal);
    else
        bx_journal_destroy(world->journal);
    for (size_t i = 0; i < bx_countof(tails) && !world->fake; i++) {
        char name[80];
        snprintf(name, sizeof(name), "%s%s", world->path, tails[i]);
        unlink(name);
    }
    if (!world->fake)
        assert_int_equal(rmdir(world->folder), 0);
    bx_free(world);
    return 0;
}

void world_restart(struct world *world)
{
    if (!world->fake) {
        bx_journal_destroy(world->journal);
        open_real(world);
        world->kit.journal = world->journal;
    }
    kit_take_up(&world->kit);
}

void world_room_set(struct world *world, int64_t room)
{
    world->room = room;
    if (world->fake)
        fake_journal_room(world->journal, room);
}

struct bx_journal_state world_load(struct world *world)
{
    struct bx_journal_state state;
    assert_int_equal(world->journal->ops->load(world->journal, &state, NULL), 0);
    return state;
}

int world_note(struct world *world, const struct bx_journal_notes *notes)
{
    struct bx_fault fault = {0};
    int err = world->journal->ops->note(world->journal, notes, NULL, &fault);
    assert_true(err == (int)fault.err);
    return err;
}

static int row_keep(void *arg, const struct bx_row *row)
{
    struct rows *rows = arg;
    rows->seqs[rows->count++] = row->head.seq;
    rows->last = *row;
    struct bx_hash hash = bx_entry_hash(&row->prev, row->head.till, row->head.incarnation,
                                        row->head.seq, row->body, row->len);
    assert_true(bx_hash_equal(&hash, &row->hash));
    return 0;
}

struct rows world_ask(struct world *world, const struct bx_query *query)
{
    struct rows rows = {0};
    struct bx_fault fault = {0};
    if (world->journal->ops->read(world->journal, query, row_keep, &rows, &fault))
        fail_msg("read: %s (%s)", fault.say, fault.detail);
    return rows;
}

void world_seqs(const struct rows *rows, int count, const int64_t *seqs)
{
    assert_int_equal(rows->count, count);
    for (int i = 0; i < count; i++)
        assert_int_equal(rows->seqs[i], seqs[i]);
}

struct bx_entry_answer world_answer_to(const struct bx_ref *ref, enum bx_entry_outcome outcome)
{
    return (struct bx_entry_answer){
        .seq = ref->seq, .id = ref->id, .hash = ref->hash, .outcome = outcome};
}

void world_answered(struct world *world, const struct bx_ref *ref, enum bx_entry_outcome outcome)
{
    struct bx_entry_answer answer = world_answer_to(ref, outcome);
    struct bx_journal_notes notes = {.answers = &answer, .answer_count = 1, .reoffer_above = -1};
    assert_int_equal(world_note(world, &notes), 0);
}

void world_refused(struct world *world, enum bx_err err)
{
    struct bx_ref ref;
    struct bx_fault fault = {0};
    struct bx_journal_state before = world_load(world);
    assert_int_equal(kit_commit(&world->kit, &ref, &fault), BX_REFUSED);
    if (fault.err != err)
        fail_msg("wanted %s, got %s: %s (%s)", bx_err_word(err), bx_err_word(fault.err), fault.say,
                 fault.detail);
    assert_true(fault.say[0] != '\0');
    struct bx_journal_state after = world_load(world);
    assert_int_equal(before.next_seq, after.next_seq);
    assert_int_equal(before.next_number[BX_SERIES_SALE], after.next_number[BX_SERIES_SALE]);
    assert_int_equal(before.job_count, after.job_count);
    assert_true(bx_hash_equal(&before.head, &after.head));
    for (size_t i = 0; i < before.lease_count; i++)
        assert_int_equal(before.leases[i].used, after.leases[i].used);
    bx_journal_state_finish(&before);
    bx_journal_state_finish(&after);
}
