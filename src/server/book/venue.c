/* SPDX-License-Identifier: Apache-2.0 */
/* The venue's set-up: its keys, people, programme and pools. Everything here is an operator's act,
 * whole or not at all, and stands in the audit log. */

#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/import.h"
#include "server/book/inside.h"

int bd_book_init(struct bd_store *store, const struct bd_turn *turn, struct bx_fault *fault)
{
    struct bd_meta_row meta = {.one = 1, .epoch = 1, .commit = 0, .next_till = 1, .figured = 1};
    struct bx_rand rand = {0};
    memcpy(rand.seed, turn->seed, sizeof rand.seed);
    bx_rand_draw(&rand, meta.master.b, sizeof meta.master.b);
    bx_rand_draw(&rand, meta.server_seed.b, sizeof meta.server_seed.b);
    BX_TEXT_COPY(meta.name, "Venue without a programme");
    int err = store->ops->mark(store, fault);
    if (err != 0)
        return err;
    err = bd_insert(store, BD_META, &meta, fault);
    if (err == BD_NOT)
        err = bx_fault_say(fault, BX_ERR_CLASH, "This store is a venue already.");
    if (err == 0)
        err = bd_log(store, turn, "operator", fault, "venue made");
    return bd_leave(store, err, fault);
}

int bd_book_server_key(struct bd_store *store, struct bx_secret_key *ret, struct bx_fault *fault)
{
    struct bd_meta_row meta;
    struct bx_public_key public;
    int err = bd_meta(store, &meta, fault);
    if (err == 0)
        bx_key_make(meta.server_seed.b, &public, ret);
    return err;
}

static int user_put(struct bd_book *book, const struct bd_turn *turn, struct bd_meta_row *meta,
                    const struct bx_user *user, struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_user_row row = {.number = user->number, .role = user->role};
    BX_TEXT_COPY(row.name, user->name);
    BX_TEXT_COPY(row.pin_hash, user->pin_hash);
    BX_TEXT_COPY(row.language, user->language);
    meta->staff++;
    int err = bd_insert(store, BD_USER, &row, fault);
    if (err == BD_NOT)
        err = bd_update(store, BD_USER, &row, fault);
    if (err == 0)
        err = bd_must(bd_update(store, BD_META, meta, fault), "meta", fault);
    return err != 0 ? err
                    : bd_log(store, turn, "operator", fault, "user %lld is %s",
                             (long long)user->number, bx_role_word(user->role));
}

int bd_book_user(struct bd_book *book, const struct bd_turn *turn, const struct bx_user *user,
                 struct bx_fault *fault)
{
    struct bd_meta_row meta;
    int err = bd_meta(book->store, &meta, fault);
    if (err != 0)
        return err;
    if (user->number < 1 || user->number > 9999 || user->name[0] == '\0' ||
        strncmp(user->pin_hash, "$argon2id$", 10) != 0)
        return bx_fault_say(fault, BX_ERR_INPUT,
                            "A user has a number from 1 to 9999, a name and a PIN.");
    err = book->store->ops->mark(book->store, fault);
    return err != 0 ? err : bd_leave(book->store, user_put(book, turn, &meta, user, fault), fault);
}

static int user_drop(struct bd_book *book, const struct bd_turn *turn, struct bd_meta_row *meta,
                     int64_t number, struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_user_row row = {.number = number};
    int err = bd_get(store, BD_USER, &row, fault);
    if (err == BD_NOT || (err == 0 && !row.pin_hash[0]))
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no user %lld.", (long long)number);
    row.pin_hash[0] = '\0';
    row.gone_at = turn->now.us;
    meta->staff++;
    if (err == 0)
        err = bd_must(bd_update(store, BD_USER, &row, fault), "user", fault);
    if (err == 0)
        err = bd_must(bd_update(store, BD_META, meta, fault), "meta", fault);
    return err != 0
               ? err
               : bd_log(store, turn, "operator", fault, "user %lld is gone", (long long)number);
}

int bd_book_user_remove(struct bd_book *book, const struct bd_turn *turn, int64_t number,
                        struct bx_fault *fault)
{
    struct bd_meta_row meta;
    int err = bd_meta(book->store, &meta, fault);
    if (err == 0)
        err = book->store->ops->mark(book->store, fault);
    return err != 0 ? err
                    : bd_leave(book->store, user_drop(book, turn, &meta, number, fault), fault);
}

/* --- the programme -------------------------------------------------------------------------- */

/* Which entitlement classes there are: the keys document is made from them, without the programme.
 */
static void classes_of(const struct bx_programme *programme, struct bx_buf *out)
{
    struct bx_slug seen[BX_EVENTS_MAX + BX_PRODUCTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < programme->event_count + programme->product_count; i++) {
        const struct bx_slug *class = i < programme->event_count
                                          ? &programme->events[i].class
                                          : &programme->products[i - programme->event_count].class;
        bool known = bx_slug_is_none(class);
        for (size_t k = 0; k < count && !known; k++)
            known = bx_slug_equal(&seen[k], class);
        if (known)
            continue;
        seen[count++] = *class;
        bx_buf_format(out, "%s\n", class->s);
    }
}

int bd_programme_publish(struct bd_store *store, const struct bd_turn *turn,
                         struct bd_meta_row *meta, const struct bx_programme *programme,
                         struct bx_fault *fault)
{
    struct bx_programme next = *programme;
    bx_buf_auto bytes, classes;
    bx_buf_init(&bytes, BX_PROGRAMME_BYTES);
    bx_buf_init(&classes, 0);
    meta->programme++;
    meta->offset_min = bx_programme_offset(programme, turn->now);
    BX_TEXT_COPY(meta->name, programme->name);
    next.epoch = meta->epoch;
    next.version = meta->programme;
    bx_programme_encode(&next, &bytes);
    classes_of(programme, &classes);
    if (bytes.full)
        return bx_fault_say(fault, BX_ERR_INPUT, "The programme is larger than %d bytes.",
                            BX_PROGRAMME_BYTES);
    meta->programme_hash = bx_hash_of(bytes.data, bytes.len);
    struct bd_document_row row = {.kind = BD_DOC_PROGRAMME,
                                  .version = meta->programme,
                                  .at = turn->now.us,
                                  .bytes = {bytes.data, bytes.len}};
    int err = bd_must(bd_insert(store, BD_DOCUMENT, &row, fault), "programme", fault);
    if (err != 0)
        return err;
    row.kind = BD_DOC_CLASSES;
    row.bytes = (struct bd_blob){bx_buf_text(&classes), classes.len};
    return bd_must(bd_insert(store, BD_DOCUMENT, &row, fault), "classes", fault);
}

int bd_clock_follow(struct bd_book *book, const struct bd_turn *turn, struct bx_fault *fault)
{
    const struct bx_programme *programme;
    struct bd_meta_row meta;
    int err = bd_meta(book->store, &meta, fault);
    if (err == 0)
        err = bd_programme(book, &meta, 0, &programme, fault);
    if (err != 0 || programme == NULL ||
        meta.offset_min == bx_programme_offset(programme, turn->now))
        return err;
    meta.offset_min = bx_programme_offset(programme, turn->now);
    return bd_must(bd_update(book->store, BD_META, &meta, fault), "meta", fault);
}

/* --- pools ---------------------------------------------------------------------------------- */

static int pool_put(struct bd_store *store, const struct bd_import_pool *wanted,
                    struct bx_fault *fault)
{
    struct bd_pool_row pool = {.id = wanted->id};
    int err = bd_get(store, BD_POOL, &pool, fault);
    if (err < 0)
        return err;
    int64_t taken = pool.sold + pool.held + pool.leased;
    if (wanted->capacity < taken && wanted->capacity < pool.capacity)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "Pool %s: %lld of its places are sold, held or with tills, so its "
                            "capacity cannot become %lld.",
                            wanted->id.s, (long long)taken, (long long)wanted->capacity);
    pool.capacity = wanted->capacity;
    pool.planned_over = taken > wanted->capacity ? taken - wanted->capacity : 0;
    pool.ends = wanted->ends.us;
    pool.starts = wanted->starts.us;
    pool.cancelled = wanted->cancelled;
    return bd_must(err == BD_NOT ? bd_insert(store, BD_POOL, &pool, fault)
                                 : bd_update(store, BD_POOL, &pool, fault),
                   "pool", fault);
}

struct dropped {
    const struct bd_import *import;
    bx_utc now;
    struct bd_pool_row *rows;
    size_t count;
};

static int pool_against_id(const void *key, const void *element)
{
    const struct bx_slug *id = (const struct bx_slug *)key;
    const struct bd_import_pool *pool = (const struct bd_import_pool *)element;
    return strcmp(id->s, pool->id.s);
}

static int collect_dropped(void *arg, const void *row)
{
    struct dropped *dropped = (struct dropped *)arg;
    const struct bd_pool_row *pool = (const struct bd_pool_row *)row;
    if (pool->cancelled != 0 || pool->ends <= dropped->now.us)
        return 0;
    if (bsearch(&pool->id, dropped->import->pools, dropped->import->pool_count,
                sizeof *dropped->import->pools, pool_against_id) != NULL)
        return 0;
    dropped->rows =
        (struct bd_pool_row *)bx_realloc(dropped->rows, dropped->count + 1, sizeof *dropped->rows);
    dropped->rows[dropped->count++] = *pool;
    return 0;
}

/* A pool of the future that the programme no longer names gives no places any more. */
static int pools_drop(struct bd_store *store, const struct bd_turn *turn,
                      const struct bd_import *import, struct bx_fault *fault)
{
    struct dropped dropped = {.import = import, .now = turn->now};
    struct bd_scan scan = {.table = BD_POOL};
    int err = bd_scan(store, &scan, collect_dropped, &dropped, fault);
    for (size_t i = 0; i < dropped.count && err == 0; i++) {
        dropped.rows[i].cancelled = 1;
        err = bd_must(bd_update(store, BD_POOL, &dropped.rows[i], fault), "pool", fault);
    }
    bx_free(dropped.rows);
    return err;
}

/* What was sold keeps its meaning: amounts are counts of this currency's minor units, and every id
 * is one of this venue's. */
static int same_venue(struct bd_book *book, const struct bd_meta_row *meta,
                      const struct bx_programme *next, struct bx_fault *fault)
{
    const struct bx_programme *last;
    int err = bd_programme(book, meta, 0, &last, fault);
    if (err != 0 || last == NULL)
        return err;
    if (!bx_slug_equal(&last->venue, &next->venue))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "venue: \"id\" is %s here and cannot become %s: another venue needs a "
                            "home of its own.",
                            last->venue.s, next->venue.s);
    if (strcmp(last->currency, next->currency) != 0 || last->exponent != next->exponent)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "venue: the currency is %s with exponent %d here and cannot become %s "
                            "with exponent %d.",
                            last->currency, last->exponent, next->currency, next->exponent);
    return 0;
}

static int import_all(struct bd_book *book, const struct bd_turn *turn,
                      const struct bd_import *import, struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_amended amended;
    struct bd_meta_row meta;
    int err = bd_amend(store, import, &amended, fault);
    if (err == 0)
        err = bd_meta(store, &meta, fault);
    if (err == 0)
        err = same_venue(book, &meta, import->programme, fault);
    for (size_t i = 0; i < amended.pool_count && err == 0; i++)
        err = pool_put(store, &amended.pools[i], fault);
    if (err == 0)
        err = pools_drop(store, turn, import, fault);
    if (err == 0)
        err = bd_programme_publish(store, turn, &meta, &amended.programme, fault);
    bd_amended_finish(&amended);
    if (err == 0)
        err = bd_must(bd_update(store, BD_META, &meta, fault), "meta", fault);
    return err != 0 ? err
                    : bd_log(store, turn, "operator", fault, "programme %lld imported",
                             (long long)meta.programme);
}

int bd_book_import(struct bd_book *book, const struct bd_turn *turn, const struct bd_import *import,
                   struct bx_fault *fault)
{
    int err = book->store->ops->mark(book->store, fault);
    return err != 0 ? err : bd_leave(book->store, import_all(book, turn, import, fault), fault);
}
