/* SPDX-License-Identifier: Apache-2.0 */
/* The members document is one row that each import writes over: what is no longer in the list is
 * nowhere any more. The document names its own epoch and version, so it is made anew when a restore
 * raised the epoch. */

#include "boxtill/base/alloc.h"
#include "server/book/inside.h"

enum { MEMBERS_BYTES = 16 << 20 };

int64_t bd_members_version(const struct bd_meta_row *meta)
{
    return meta->members + 1; /* 0 is a till's word for none */
}

static int import_all(struct bd_book *book, const struct bd_turn *turn,
                      const struct bx_members *members, struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_meta_row meta;
    bx_buf_auto bytes;
    bx_buf_init(&bytes, MEMBERS_BYTES);
    int err = bd_meta(store, &meta, fault);
    if (err != 0)
        return err;
    struct bx_members next = *members;
    next.epoch = meta.epoch;
    meta.members++;
    next.version = bd_members_version(&meta);
    bx_members_encode(&next, &bytes);
    if (bytes.full)
        return bx_fault_say(fault, BX_ERR_FULL, "The list of members is too long.");
    struct bd_document_row row = {
        .kind = BD_DOC_MEMBERS, .at = turn->now.us, .bytes = {bx_buf_text(&bytes), bytes.len}};
    err = bd_insert(store, BD_DOCUMENT, &row, fault);
    if (err == BD_NOT)
        err = bd_update(store, BD_DOCUMENT, &row, fault);
    if (err == 0)
        err = bd_must(bd_update(store, BD_META, &meta, fault), "meta", fault);
    return err != 0
               ? err
               : bd_log(store, turn, "operator", fault, "%zu members imported", members->count);
}

int bd_book_members(struct bd_book *book, const struct bd_turn *turn,
                    const struct bx_members *members, struct bx_fault *fault)
{
    int err = book->store->ops->mark(book->store, fault);
    return err != 0 ? err : bd_leave(book->store, import_all(book, turn, members, fault), fault);
}

int bd_members_document(struct bd_store *store, const struct bd_meta_row *meta, struct bx_buf *out,
                        struct bx_fault *fault)
{
    struct bd_document_row row = {.kind = BD_DOC_MEMBERS};
    const struct bx_members none = {.epoch = meta->epoch, .version = bd_members_version(meta)};
    int err = bd_get(store, BD_DOCUMENT, &row, fault);
    if (err == BD_NOT) {
        bx_members_encode(&none, out);
        return 0;
    }
    if (err != 0)
        return err;
    struct bx_members *members bx_cleanup(bx_members_destroy) =
        bx_members_parse((const char *)row.bytes.data, row.bytes.len, fault);
    if (members == NULL)
        return BX_ERR_CORRUPT;
    members->epoch = meta->epoch;
    bx_members_encode(members, out);
    return 0;
}
