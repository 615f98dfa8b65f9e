/* SPDX-License-Identifier: Apache-2.0 */
/* The same museum in this process, on the store in memory. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/sys/file.h"
#include "booking_world.h"
#include "fake_booking.h"
#include "server/book/import.h"
#include "server/store/memory.h"
#include "sys/sys.h"

static const struct bd_policy policy = {.share_percent = 30, .lease_ttl = 14400, .key_days = 3};

struct fake_world {
    struct world shown; /* first */
    struct bd_store *store;
    struct bd_book *book;
};

static struct bd_turn now(void)
{
    struct bd_turn turn = {.now = bx_sys_clock()->ops->utc(bx_sys_clock())};
    bx_sys_random()->ops->seed(bx_sys_random(), turn.seed);
    return turn;
}

static void begin(struct fake_world *world)
{
    assert_int_equal(world->store->ops->begin(world->store, NULL), 0);
}

static void commit(struct fake_world *world)
{
    assert_int_equal(world->store->ops->end(world->store, true, NULL), BX_DONE);
}

static void wait_a_little(struct world *shown)
{
    (void)shown;
}

static void cut(struct world *shown, bool is_cut)
{
    fake_booking_cut(shown->booking, is_cut);
}

static void till_revoke(struct world *shown)
{
    struct fake_world *world = (struct fake_world *)shown;
    struct bd_turn turn = now();
    begin(world);
    assert_int_equal(bd_book_revoke(world->book, &turn, shown->till, NULL), 0);
    commit(world);
}

static void *destroy(struct world *shown)
{
    struct fake_world *world = (struct fake_world *)shown;
    fake_booking_destroy(shown->booking);
    bd_book_destroy(world->book);
    bd_store_destroy(world->store);
    return bx_free(world);
}

static void museum_import(struct fake_world *world, const char *museum)
{
    struct bd_turn turn = now();
    struct bx_fault fault = {0};
    struct bx_date today;
    int minute;
    bx_buf_auto text, faults;
    bx_buf_init(&text, 0);
    bx_buf_init(&faults, 0);
    bx_utc_civil(turn.now, 60, &today, &minute);
    assert_int_equal(bx_file_read(museum, 1 << 20, &text, &fault), 0);
    bx_cleanup(bd_import_destroy) struct bd_import *import =
        bd_import_parse(bx_buf_text(&text), text.len, today, bx_sys_zone, NULL, &faults);
    assert_non_null(import);
    begin(world);
    assert_int_equal(bd_book_import(world->book, &turn, import, &fault), 0);
    commit(world);
}

static void till_enrol(struct fake_world *world)
{
    struct bd_turn turn = now();
    struct bx_fault fault = {0};
    struct bx_enrolment enrolment;
    struct bx_public_key public_key;
    struct bx_secret_key key;
    struct bx_id id = {{1}};
    uint8_t seed[32] = {7};
    char code[9];
    bx_key_make(seed, &public_key, &key);
    begin(world);
    assert_int_equal(bd_book_enrol_code(world->book, &turn, "", code, &fault), 0);
    assert_int_equal(bd_book_enrol(world->book, &turn, &id, code, &public_key, &enrolment, &fault),
                     0);
    commit(world);
    world->shown.till = enrolment.till;
    world->shown.incarnation = enrolment.incarnation;
}

struct world *world_fake_create(const char *museum)
{
    static const struct world_ops ops = {wait_a_little, cut, till_revoke, destroy};
    struct fake_world *world = bx_new(struct fake_world);
    struct bd_turn turn = now();
    struct bx_fault fault = {0};
    world->shown.ops = &ops;
    world->store = bd_store_memory_create();
    begin(world);
    assert_int_equal(bd_book_init(world->store, &turn, &fault), 0);
    commit(world);
    begin(world);
    world->book = bd_book_create(world->store, &policy, &fault);
    commit(world);
    assert_non_null(world->book);
    museum_import(world, museum);
    till_enrol(world);
    struct fake_booking_setup setup = {.store = world->store,
                                       .book = world->book,
                                       .policy = &policy,
                                       .clock = bx_sys_clock(),
                                       .random = bx_sys_random(),
                                       .till = world->shown.till,
                                       .incarnation = world->shown.incarnation};
    world->shown.booking = fake_booking_create(&setup);
    return &world->shown;
}
