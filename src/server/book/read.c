/* SPDX-License-Identifier: Apache-2.0 */
/* What is only read: documents and availability. Over any store, also a read-only one on another
 * thread, so nothing here needs the book. */

#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/inside.h"

/* --- documents ------------------------------------------------------------------------------ */

static int stored(struct bd_store *store, int64_t kind, int64_t version, struct bx_buf *out,
                  struct bx_fault *fault)
{
    struct bd_document_row row = {.kind = kind, .version = version};
    int err = bd_get(store, BD_DOCUMENT, &row, fault);
    if (err == BD_NOT)
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "There is no programme yet: run boxtilld import.");
    if (err == 0)
        bx_buf_add(out, row.bytes.data, row.bytes.len);
    return err;
}

static int collect_user(void *arg, const void *row)
{
    struct bx_staff *staff = (struct bx_staff *)arg;
    const struct bd_user_row *user = (const struct bd_user_row *)row;
    if (staff->count == BX_USERS_MAX)
        return 1;
    if (!user->pin_hash[0]) /* removed: the row stays for what was done under its number */
        return 0;
    struct bx_user *next = &staff->users[staff->count++];
    next->number = user->number;
    next->role = (enum bx_role)user->role;
    BX_TEXT_COPY(next->name, user->name);
    BX_TEXT_COPY(next->pin_hash, user->pin_hash);
    BX_TEXT_COPY(next->language, user->language);
    return 0;
}

static int staff_document(struct bd_store *store, const struct bd_meta_row *meta,
                          struct bx_buf *out, struct bx_fault *fault)
{
    struct bx_staff staff = {.epoch = meta->epoch, .version = meta->staff};
    struct bd_scan scan = {.table = BD_USER};
    staff.users = (struct bx_user *)bx_alloc(BX_USERS_MAX, sizeof *staff.users);
    int err = bd_scan(store, &scan, collect_user, &staff, fault);
    if (err >= 0)
        bx_staff_encode(&staff, out);
    bx_free(staff.users);
    return err < 0 ? err : 0;
}

/* Subkeys of one class for DAYS days from TODAY. */
static void class_keys(const struct bd_meta_row *meta, struct bx_keys *keys,
                       const struct bx_slug *class, struct bx_date today, int days)
{
    for (int day = 0; day < days && keys->count < BX_KEYS_MAX; day++) {
        struct bx_key_row *row = &keys->rows[keys->count++];
        uint8_t day_key[32];
        row->date = bx_date_plus(today, day);
        row->class = *class;
        bx_day_key(meta->master.b, row->date, class, day_key);
        bx_issuer_key(day_key, keys->issuer, &row->key);
        bx_wipe(day_key, sizeof day_key);
    }
}

/* The version rises with the day and with the programme, which is all that changes it. */
static int64_t keys_version(const struct bd_meta_row *meta, struct bx_date today)
{
    return (int64_t)bx_date_days(today) * 1000000 + meta->programme % 1000000;
}

static int keys_document(struct bd_store *store, const struct bd_meta_row *meta,
                         const struct bd_wish *wish, struct bx_date today, struct bx_buf *out,
                         struct bx_fault *fault)
{
    struct bx_keys keys = {.epoch = meta->epoch,
                           .version = keys_version(meta, today),
                           .issuer = wish->device->issuer,
                           .has_voucher = true};
    struct bx_secret_key secret;
    bx_key_make(meta->server_seed.b, &keys.voucher, &secret);
    keys.has_pair = wish->device->channel[0] == '\0';
    if (keys.has_pair)
        bx_mac(meta->master.b, sizeof meta->master.b, "bxpair1", 7, keys.pair.b,
               sizeof keys.pair.b);
    bx_wipe(&secret, sizeof secret);
    bx_buf_auto classes;
    bx_buf_init(&classes, 0);
    int err = stored(store, BD_DOC_CLASSES, meta->programme, &classes, fault);
    if (err != 0)
        return err;
    keys.rows = (struct bx_key_row *)bx_alloc(BX_KEYS_MAX, sizeof *keys.rows);
    const char *at = bx_buf_text(&classes);
    for (const char *end = strchr(at, '\n'); end != NULL; end = strchr(at, '\n')) {
        struct bx_slug class = {0};
        size_t len = (size_t)(end - at);
        memcpy(class.s, at, len < sizeof class.s ? len : sizeof class.s - 1);
        class_keys(meta, &keys, &class, today, wish->policy->key_days);
        at = end + 1;
    }
    bx_keys_encode(&keys, out);
    bx_wipe(keys.rows, BX_KEYS_MAX * sizeof *keys.rows);
    bx_free(keys.rows);
    return 0;
}

int bd_book_document(struct bd_store *store, const struct bd_wish *wish, int64_t *ret_version,
                     struct bx_buf *out, struct bx_fault *fault)
{
    struct bd_meta_row meta;
    int err = bd_meta(store, &meta, fault);
    if (err != 0)
        return err;
    struct bx_date today = bd_today(&meta, wish->turn->now);
    int64_t version = 0;
    switch (wish->document) {
    case BX_DOC_PROGRAMME:
        version = meta.programme;
        err = stored(store, BD_DOC_PROGRAMME, version, out, fault);
        break;
    case BX_DOC_STAFF:
        version = meta.staff;
        err = staff_document(store, &meta, out, fault);
        break;
    case BX_DOC_KEYS:
        version = keys_version(&meta, today);
        err = keys_document(store, &meta, wish, today, out, fault);
        break;
    case BX_DOC_MEMBERS:
        version = bd_members_version(&meta);
        err = bd_members_document(store, &meta, out, fault);
        break;
    case BX_DOC_ARRIVALS:
        version = bd_arrivals_version(&meta, today);
        err = bd_arrivals_document(store, &meta, today, out, fault);
        break;
    case BX_DOCUMENTS: bx_unreachable();
    }
    if (err == 0 && out->full)
        err = bx_fault_say(fault, BX_ERR_FULL, "The document does not fit.");
    if (err == 0)
        *ret_version = version;
    return err;
}

/* --- availability --------------------------------------------------------------------------- */

struct living {
    bx_utc now;
    size_t count, room;
    struct bd_pool_row *rows;
};

static int collect_living(void *arg, const void *row)
{
    struct living *living = (struct living *)arg;
    const struct bd_pool_row *pool = (const struct bd_pool_row *)row;
    if (pool->ends <= living->now.us)
        return 0;
    if (living->count == living->room) {
        living->room = living->room == 0 ? 256 : living->room * 2;
        living->rows =
            (struct bd_pool_row *)bx_realloc(living->rows, living->room, sizeof *living->rows);
    }
    living->rows[living->count++] = *pool;
    return 0;
}

static int by_end(const void *left, const void *right)
{
    const struct bd_pool_row *a = (const struct bd_pool_row *)left;
    const struct bd_pool_row *b = (const struct bd_pool_row *)right;
    if (a->ends != b->ends)
        return a->ends < b->ends ? -1 : 1;
    return strcmp(a->id.s, b->id.s);
}

/* The till's last lease on POOL, if it is to be given back. */
static int recall_look(struct bd_store *store, const struct bd_device *device,
                       const struct bx_slug *pool, int64_t *ret_r, struct bx_fault *fault)
{
    struct bd_lease_row lease = {
        .till = device->till, .incarnation = device->incarnation, .pool = *pool};
    int err = bd_lease_last(store, &lease, fault);
    if (err == 0 && lease.state == BD_LEASE_OPEN && bd_lease_whole(&lease) > lease.booked)
        *ret_r = lease.r;
    return err < 0 ? err : 0;
}

static int recalls_look(struct bd_store *store, const struct bd_wish *wish,
                        const struct living *living, struct bx_pool_news *news, size_t count,
                        struct bx_fault *fault)
{
    struct bd_share share;
    int err = bd_share_look(store, wish->policy, wish->turn->now, &share, fault);
    for (size_t i = 0; i < count && err == 0; i++)
        if (bd_share_recalls(&share, &living->rows[i]))
            err = recall_look(store, wish->device, &news[i].pool, &news[i].recall, fault);
    return err;
}

/* The pools that end soonest, as many as a till may be told of; *RET is theirs, in the order of
 * LIVING. */
static int pools_read(struct bd_store *store, struct living *living, struct bx_pool_news **ret,
                      size_t *ret_count, struct bx_fault *fault)
{
    struct bd_scan scan = {.table = BD_POOL};
    int err = bd_scan(store, &scan, collect_living, living, fault);
    if (err != 0)
        return err;
    if (living->count > 0)
        qsort(living->rows, living->count, sizeof *living->rows, by_end);
    size_t count = living->count < BX_POOLS_MAX ? living->count : BX_POOLS_MAX;
    struct bx_pool_news *news = (struct bx_pool_news *)bx_alloc(count + 1, sizeof *news);
    for (size_t i = 0; i < count; i++) {
        const struct bd_pool_row *pool = &living->rows[i];
        int64_t taken = pool->sold + pool->held + pool->leased; /* more after an override */
        news[i] = (struct bx_pool_news){.pool = pool->id,
                                        .capacity = pool->capacity > taken ? pool->capacity : taken,
                                        .sold = pool->sold,
                                        .held = pool->held,
                                        .leased = pool->leased};
    }
    *ret = news;
    *ret_count = count;
    return 0;
}

int bd_book_pools(struct bd_store *store, const struct bd_turn *turn, struct bx_pool_news **ret,
                  size_t *ret_count, struct bx_fault *fault)
{
    struct living living = {.now = turn->now};
    int err = pools_read(store, &living, ret, ret_count, fault);
    bx_free(living.rows);
    return err;
}

static int news_make(struct bd_store *store, const struct bd_wish *wish, struct living *living,
                     struct bx_buf *out, struct bx_fault *fault)
{
    struct bd_meta_row meta;
    struct bx_pool_news *news;
    size_t count;
    int err = bd_meta(store, &meta, fault);
    if (err == 0)
        err = pools_read(store, living, &news, &count, fault);
    if (err != 0)
        return err;
    if (wish->device)
        err = recalls_look(store, wish, living, news, count, fault);
    if (err == 0)
        bx_availability_encode(meta.epoch, meta.commit, wish->turn->now, news, count, out);
    bx_free(news);
    if (err == 0 && out->full)
        err = bx_fault_say(fault, BX_ERR_FULL, "The answer does not fit.");
    return err;
}

int bd_book_news(struct bd_store *store, const struct bd_wish *wish, struct bx_buf *out,
                 struct bx_fault *fault)
{
    struct living living = {.now = wish->turn->now};
    int err = news_make(store, wish, &living, out, fault);
    bx_free(living.rows);
    return err;
}

int bd_book_availability(struct bd_store *store, const struct bd_turn *turn, struct bx_buf *out,
                         struct bx_fault *fault)
{
    return bd_book_news(store, &(struct bd_wish){.turn = turn}, out, fault);
}
