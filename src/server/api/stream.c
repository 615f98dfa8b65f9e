/* SPDX-License-Identifier: Apache-2.0 */
/* One state is kept, the one that was told last; every look is compared with it, and whoever comes
 * new is given it. So a listener costs nothing here, and all of them share one text. */

#include "server/api/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "server/store/store.h"

enum { OLD_SECONDS = 60 };

/* What was told last, in order of the pools' names. */
struct told {
    struct bd_mark mark;
    bx_utc at;
    struct bx_pool_news *pools;
    size_t count;
    int64_t *revoked; /* devices, in order */
    size_t revoked_count;
};

struct bd_stream {
    struct bd_stream_setup setup;
    struct bx_secret_key key;
    struct told told;
    int64_t *gone; /* devices that were revoked, not said yet */
    size_t gone_count;
};

struct bd_stream *bd_stream_create(const struct bd_stream_setup *setup, struct bx_fault *fault)
{
    struct bd_stream *stream = bx_new(struct bd_stream);
    stream->setup = *setup;
    if (bd_book_server_key(setup->store, &stream->key, fault) < 0)
        return bd_stream_destroy(stream);
    return stream;
}

void *bd_stream_destroy(struct bd_stream *stream)
{
    if (!stream)
        return NULL;
    bx_free(stream->gone);
    bx_free(stream->told.revoked);
    bx_free(stream->told.pools);
    bx_wipe(stream, sizeof(*stream));
    return bx_free(stream);
}

static int by_name(const void *left, const void *right)
{
    const struct bx_pool_news *a = left, *b = right;
    return strcmp(a->pool.s, b->pool.s);
}

static int told_read(struct bd_stream *stream, struct told *ret)
{
    struct bd_store *store = stream->setup.store;
    struct bd_turn turn = {.now = stream->setup.clock->ops->utc(stream->setup.clock)};
    struct told told = {.at = turn.now};
    int err = store->ops->begin(store, NULL);
    if (err < 0)
        return err;
    err = bd_book_mark(store, &told.mark, NULL);
    if (!err)
        err = bd_book_revoked(store, &told.revoked, &told.revoked_count, NULL);
    if (!err)
        err = bd_book_pools(store, &turn, &told.pools, &told.count, NULL);
    (void)store->ops->end(store, false, NULL);
    if (err < 0) {
        bx_free(told.revoked);
        return err;
    }
    if (told.count > 0)
        qsort(told.pools, told.count, sizeof(*told.pools), by_name);
    *ret = told;
    return 0;
}

static void event_put(const struct bd_stream *stream, const char *event, const struct told *told,
                      struct bx_buf *out)
{
    char id[48], hex[65], text[200];
    bx_buf_auto data;
    bx_buf_init(&data, 0);
    bx_availability_encode(told->mark.epoch, told->mark.commit, told->at, told->pools, told->count,
                           &data);
    snprintf(id, sizeof(id), "%lld.%lld", (long long)told->mark.epoch,
             (long long)told->mark.commit);
    struct bx_hash hash = bx_hash_of(data.data, data.len);
    int len = snprintf(text, sizeof(text), "bxe1\n%s\n%s\n%s\n", event, id,
                       bx_hex_format(hash.b, sizeof(hash.b), hex));
    struct bx_signature signature;
    char signed_hex[2 * sizeof(signature.b) + 1];
    bx_sign(&stream->key, text, (size_t)len, &signature);
    bx_buf_format(out, "event: %s\nid: %s\ndata: ", event, id);
    bx_buf_add(out, data.data, data.len);
    bx_buf_format(out, "\nsignature: %s\n\n",
                  bx_hex_format(signature.b, sizeof(signature.b), signed_hex));
}

static bool is_same(const struct bx_pool_news *a, const struct bx_pool_news *b)
{
    return a->capacity == b->capacity && a->sold == b->sold && a->held == b->held &&
           a->leased == b->leased;
}

/* What of NOW is new or another than BEFORE. */
static void differences(const struct told *before, const struct told *now, struct told *ret)
{
    size_t at = 0;
    for (size_t i = 0; i < now->count; i++) {
        const struct bx_pool_news *pool = &now->pools[i];
        while (at < before->count && by_name(&before->pools[at], pool) < 0)
            at++;
        bool known = at < before->count && by_name(&before->pools[at], pool) == 0;
        if (!known || !is_same(&before->pools[at], pool))
            ret->pools[ret->count++] = *pool;
    }
}

/* Those revoked in NOW and not BEFORE; nobody is ever let in again. */
static void gone_add(struct bd_stream *stream, const struct told *before, const struct told *now)
{
    size_t at = 0;
    stream->gone = bx_realloc(stream->gone, stream->gone_count + now->revoked_count + 1,
                              sizeof(*stream->gone));
    for (size_t i = 0; i < now->revoked_count; i++) {
        while (at < before->revoked_count && before->revoked[at] < now->revoked[i])
            at++;
        if (at == before->revoked_count || before->revoked[at] != now->revoked[i])
            stream->gone[stream->gone_count++] = now->revoked[i];
    }
}

int64_t bd_stream_revoked(struct bd_stream *stream)
{
    return stream->gone_count > 0 ? stream->gone[--stream->gone_count] : 0;
}

bool bd_stream_look(struct bd_stream *stream, struct bx_buf *out)
{
    struct told now;
    if (told_read(stream, &now) < 0)
        return false; /* the next look will tell it */
    struct told change = {.mark = now.mark, .at = now.at};
    change.pools = bx_alloc(now.count + 1, sizeof(*change.pools));
    differences(&stream->told, &now, &change);
    if (change.count > 0)
        event_put(stream, "change", &change, out);
    bx_free(change.pools);
    gone_add(stream, &stream->told, &now);
    bx_free(stream->told.revoked);
    bx_free(stream->told.pools);
    stream->told = now;
    return change.count > 0;
}

bool bd_stream_is_old(struct bd_stream *stream)
{
    struct bd_store *store = stream->setup.store;
    struct bd_mark mark = stream->told.mark;
    int64_t now = stream->setup.clock->ops->utc(stream->setup.clock).us;
    int64_t age = now - stream->told.at.us;
    if (age < 0 || age > OLD_SECONDS * BX_SECOND_US)
        return true;
    if (store->ops->begin(store, NULL) < 0)
        return false;
    int err = bd_book_mark(store, &mark, NULL);
    (void)store->ops->end(store, false, NULL);
    return !err &&
           (mark.epoch != stream->told.mark.epoch || mark.commit != stream->told.mark.commit);
}

void bd_stream_snapshot(const struct bd_stream *stream, struct bx_buf *out)
{
    event_put(stream, "snapshot", &stream->told, out);
}
