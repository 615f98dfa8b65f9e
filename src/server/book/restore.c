/* SPDX-License-Identifier: Apache-2.0 */
/* Restores. Every answer carries (epoch, commit), and devices show the highest they ever saw: a
 * server that is shown a higher one has forgotten something. It raises its epoch above it and gives
 * no places until every device has said HELLO and sent again what it had at that moment, because a
 * lease that was granted and closed after the backup is known only through its entries. Never by
 * time; a named person may open earlier. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "server/book/inside.h"
#include "server/book/online.h"

/* A device cannot push the epoch out of the numbers that JSON carries. */
#define MARK_MAX (INT64_C(1) << 40)

int bd_book_mark(struct bd_store *store, struct bd_mark *ret, struct bx_fault *fault)
{
    struct bd_meta_row meta;
    int err = bd_meta(store, &meta, fault);
    if (err == 0)
        *ret = (struct bd_mark){meta.epoch, meta.commit, meta.shut != 0};
    return err;
}

static int put_meta(struct bd_store *store, const struct bd_meta_row *meta, struct bx_fault *fault)
{
    return bd_must(bd_update(store, BD_META, meta, fault), "meta", fault);
}

/* The programme carries the epoch, so it is written once more: over itself, since a version counts
 * within its epoch, and a device that shows ever higher marks must not fill the disk. */
static int programme_again(struct bd_book *book, const struct bd_turn *turn,
                           struct bd_meta_row *meta, struct bx_fault *fault)
{
    const struct bx_programme *programme;
    int err = bd_programme(book, meta, 0, &programme, fault);
    if (err != 0 || programme == NULL)
        return err;
    struct bx_programme next = *programme;
    bx_buf_auto bytes;
    bx_buf_init(&bytes, BX_PROGRAMME_BYTES);
    next.epoch = meta->epoch;
    bx_programme_encode(&next, &bytes);
    if (bytes.full)
        return bx_fault_say(fault, BX_ERR_FULL, "The programme does not fit.");
    meta->programme_hash = bx_hash_of(bytes.data, bytes.len);
    struct bd_document_row row = {.kind = BD_DOC_PROGRAMME,
                                  .version = meta->programme,
                                  .at = turn->now.us,
                                  .bytes = {bytes.data, bytes.len}};
    return bd_must(bd_update(book->store, BD_DOCUMENT, &row, fault), "programme", fault);
}

int bd_epoch_raise(struct bd_book *book, const struct bd_turn *turn, struct bd_meta_row *meta,
                   int64_t epoch, struct bx_fault *fault)
{
    int64_t old = meta->epoch;
    meta->epoch = (epoch > old ? epoch : old) + 1;
    meta->shut = 1;
    int err = programme_again(book, turn, meta, fault);
    if (err == 0)
        err = bd_holds_end_all(book, fault);
    if (err == 0)
        err = put_meta(book->store, meta, fault);
    if (err == 0)
        err = bd_log(book->store, turn, "server", fault,
                     "restored: epoch %lld becomes %lld, slots are shut", (long long)old,
                     (long long)meta->epoch);
    if (err == 0)
        err = bd_reopen_when_all_said(book->store, meta, fault);
    return err;
}

int bd_book_seen(struct bd_book *book, const struct bd_turn *turn, int64_t epoch, int64_t commit,
                 struct bx_fault *fault)
{
    struct bd_meta_row meta;
    int err = bd_meta(book->store, &meta, fault);
    if (err != 0)
        return err;
    if (epoch < meta.epoch || (epoch == meta.epoch && commit <= meta.commit))
        return 0;
    if (epoch > MARK_MAX || commit > MARK_MAX)
        return bx_fault_say(fault, BX_ERR_INPUT, "No server of ours ever stood at that number.");
    err = book->store->ops->mark(book->store, fault);
    if (err != 0)
        return err;
    return bd_leave(book->store, bd_epoch_raise(book, turn, &meta, epoch, fault), fault);
}

int bd_book_restored(struct bd_book *book, const struct bd_turn *turn, struct bx_fault *fault)
{
    struct bd_meta_row meta;
    int err = bd_meta(book->store, &meta, fault);
    if (err == 0)
        err = book->store->ops->mark(book->store, fault);
    if (err != 0)
        return err;
    return bd_leave(book->store, bd_epoch_raise(book, turn, &meta, meta.epoch, fault), fault);
}

/* --- opening again -------------------------------------------------------------------------- */

/* A channel says no HELLO: only those who look at its payments know what it sold since the backup,
 * and one of them opens by name. */
static int silent(void *arg, const void *row)
{
    const struct bd_meta_row *meta = (const struct bd_meta_row *)arg;
    const struct bd_device_row *device = (const struct bd_device_row *)row;
    bool said = device->hello_epoch == meta->epoch && device->mark >= device->hello_seq;
    return device->revoked == 0 && !said;
}

int bd_reopen_when_all_said(struct bd_store *store, struct bd_meta_row *meta,
                            struct bx_fault *fault)
{
    if (meta->shut == 0)
        return 0;
    struct bd_scan scan = {.peek = true, .table = BD_DEVICE};
    int found = bd_scan(store, &scan, silent, meta, fault);
    if (found != 0)
        return found > 0 ? 0 : found;
    meta->shut = 0;
    return put_meta(store, meta, fault);
}

int bd_book_reopen(struct bd_book *book, const struct bd_turn *turn, int64_t who,
                   struct bx_fault *fault)
{
    struct bd_meta_row meta;
    int err = bd_answerable(book->store, who, fault);
    if (err == 0)
        err = bd_meta(book->store, &meta, fault);
    if (err != 0 || meta.shut == 0)
        return err;
    err = book->store->ops->mark(book->store, fault);
    if (err != 0)
        return err;
    meta.shut = 0;
    err = put_meta(book->store, &meta, fault);
    if (err == 0)
        err = bd_log_by(book->store, turn, who, fault, "slots opened again by hand");
    return bd_leave(book->store, err, fault);
}

/* --- the mark ------------------------------------------------------------------------------- */

int bd_mark_raise(struct bd_store *store, struct bd_device_row *device, int64_t seq,
                  const struct bx_hash *hash, struct bx_fault *fault)
{
    if (seq > device->highest)
        device->highest = seq;
    if (seq != device->mark + 1)
        return 0;
    device->mark = seq;
    device->head = *hash;
    while (device->highest > device->mark) {
        struct bd_entry_row next = {
            .till = device->till, .incarnation = device->incarnation, .seq = device->mark + 1};
        int err = bd_get(store, BD_ENTRY, &next, fault);
        if (err != 0)
            return err == BD_NOT ? 0 : err;
        device->mark = next.seq;
        device->head = next.hash;
    }
    return 0;
}
