/* SPDX-License-Identifier: Apache-2.0 */
/* A journal that was purged does not begin at entry 1. Its anchor says what stood before: seq and
 * hash of the last entry that went, by which the first that stayed is chained; the numbers, the
 * perpetual totals and the figures up to there, with which everything goes on; and the hash of the
 * archive's manifest. The anchor's own hash stands in the entry `export` that was written with the
 * purge, so that the chain covers it: who changes the anchor changes an entry.
 *
 *   {"v":1,"till":2,"inc":1,"seq":9000,"head":"…","archive":"…","numbers":[8000,12,…],
 *    "next_shift":31,"user":0,"offline":false,"training":false,"sales":…,"returns":…,
 *    "lockouts":[[9,3,µs],…],"uses":[["p1430",3,17],…],"figures":[["cashier","7",3,5700],…]}
 *
 * numbers are the last of each series, in the order of enum bx_series; uses are the places that
 * sales took of each lease (pool, r, how many). */

#include "journal/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

void bx_anchor_finish(struct bx_anchor *anchor)
{
    bx_free(anchor->lockouts);
    bx_free(anchor->uses);
    bx_figures_finish(&anchor->figures);
    *anchor = (struct bx_anchor){0};
}

int bx_anchor_encode(const struct bx_anchor *anchor, struct bx_buf *out)
{
    struct bx_json_writer writer;
    const struct bx_meta *meta = &anchor->meta;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", 1);
    bx_json_put_int(&writer, "till", anchor->till);
    bx_json_put_int(&writer, "inc", anchor->incarnation);
    bx_json_put_int(&writer, "seq", anchor->seq);
    bx_json_put_hex(&writer, "head", anchor->head.b, sizeof(anchor->head.b));
    bx_json_put_hex(&writer, "archive", anchor->archive.b, sizeof(anchor->archive.b));
    bx_json_array_open(&writer, "numbers");
    for (int i = 0; i < BX_SERIES_COUNT; i++)
        bx_json_put_int(&writer, NULL, meta->numbers[i]);
    bx_json_array_close(&writer);
    bx_json_put_int(&writer, "next_shift", meta->next_shift);
    bx_json_put_int(&writer, "user", meta->user);
    bx_json_put_bool(&writer, "offline", meta->offline != 0);
    bx_json_put_bool(&writer, "training", meta->training != 0);
    bx_json_put_int(&writer, "sales", meta->sales);
    bx_json_put_int(&writer, "returns", meta->returns);
    bx_json_array_open(&writer, "lockouts");
    for (size_t i = 0; i < anchor->lockout_count; i++) {
        bx_json_array_open(&writer, NULL);
        bx_json_put_int(&writer, NULL, anchor->lockouts[i].user);
        bx_json_put_int(&writer, NULL, anchor->lockouts[i].failures);
        bx_json_put_int(&writer, NULL, anchor->lockouts[i].last.us);
        bx_json_array_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_array_open(&writer, "uses");
    for (size_t i = 0; i < anchor->use_count; i++) {
        bx_json_array_open(&writer, NULL);
        bx_json_put_string(&writer, NULL, anchor->uses[i].pool.s);
        bx_json_put_int(&writer, NULL, anchor->uses[i].r);
        bx_json_put_int(&writer, NULL, anchor->uses[i].q);
        bx_json_array_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_figures_put(&writer, "figures", &anchor->figures);
    bx_json_object_close(&writer);
    return out->full ? BX_ERR_FULL : 0;
}

static void numbers_read(struct bx_json_reader *root, struct bx_meta *meta)
{
    bx_json *list = bx_json_array(root, "numbers", BX_SERIES_COUNT);
    int i = 0;
    for (bx_json *item = bx_json_first(list); item && i < BX_SERIES_COUNT;
         item = bx_json_next(item))
        meta->numbers[i++] = bx_json_integer(item);
    if (i != BX_SERIES_COUNT)
        bx_json_fault(root, "\"numbers\" are not those of all series");
}

static void lockouts_read(struct bx_json_reader *root, struct bx_anchor *anchor)
{
    bx_json *list = bx_json_array(root, "lockouts", 100000);
    anchor->lockouts = bx_alloc(bx_json_count(list) + 1, sizeof(*anchor->lockouts));
    for (bx_json *item = bx_json_first(list); item; item = bx_json_next(item)) {
        bx_json *user = bx_json_first(item), *failures = bx_json_next(user);
        anchor->lockouts[anchor->lockout_count++] =
            (struct bx_lockout){bx_json_integer(user),
                                (int)bx_json_integer(failures),
                                {bx_json_integer(bx_json_next(failures))}};
    }
}

static void uses_read(struct bx_json_reader *root, struct bx_anchor *anchor)
{
    bx_json *list = bx_json_array(root, "uses", 100000);
    anchor->uses = bx_alloc(bx_json_count(list) + 1, sizeof(*anchor->uses));
    for (bx_json *item = bx_json_first(list); item; item = bx_json_next(item)) {
        bx_json *pool = bx_json_first(item), *r = bx_json_next(pool);
        struct bx_lease_use *use = &anchor->uses[anchor->use_count++];
        BX_TEXT_COPY(use->pool.s, bx_json_text(pool));
        use->r = bx_json_integer(r);
        use->q = bx_json_integer(bx_json_next(r));
    }
}

int bx_anchor_decode(const char *text, size_t len, struct bx_anchor *ret, struct bx_fault *fault)
{
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(text, len, BX_BUF_MAX, fault);
    if (!doc)
        return (int)fault->err;
    struct bx_json_reader root;
    struct bx_anchor anchor = {0};
    struct bx_meta *meta = &anchor.meta;
    bx_json_read(&root, bx_json_root(doc), "anchor", fault);
    if (bx_json_int(&root, "v", 1, BX_MONEY_MAX) != 1 && !root.err)
        bx_json_fault(&root, "\"v\" is of a newer Boxtill");
    anchor.till = bx_json_int(&root, "till", 1, 999999);
    anchor.incarnation = bx_json_int(&root, "inc", 1, 999999);
    anchor.seq = bx_json_int(&root, "seq", 1, BX_MONEY_MAX);
    bx_json_hex(&root, "head", anchor.head.b, sizeof(anchor.head.b));
    bx_json_hex(&root, "archive", anchor.archive.b, sizeof(anchor.archive.b));
    numbers_read(&root, meta);
    meta->next_shift = bx_json_int(&root, "next_shift", 1, BX_MONEY_MAX);
    meta->user = bx_json_int(&root, "user", 0, BX_MONEY_MAX);
    meta->offline = bx_json_bool_or(&root, "offline", false);
    meta->training = bx_json_bool_or(&root, "training", false);
    meta->sales = bx_json_int(&root, "sales", -BX_MONEY_MAX, BX_MONEY_MAX);
    meta->returns = bx_json_int(&root, "returns", -BX_MONEY_MAX, BX_MONEY_MAX);
    lockouts_read(&root, &anchor);
    uses_read(&root, &anchor);
    bx_figures_read(&root, "figures", &anchor.figures);
    if (root.err) {
        bx_anchor_finish(&anchor);
        return root.err;
    }
    *ret = anchor;
    return 0;
}

int bx_anchor_text(struct bx_ledger *ledger, struct bx_buf *out, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "SELECT text FROM anchor");
    int row = bx_stmt_step(stmt, fault);
    if (row <= 0)
        return row;
    size_t len;
    const char *text = bx_stmt_bytes(stmt, 0, &len);
    bx_buf_add(out, text, len);
    bx_stmt_reset(stmt);
    return 0;
}

static int damaged(struct bx_fault *fault, const char *what)
{
    return bx_fault_set(fault, BX_ERR_CORRUPT,
                        "The journal is damaged at its beginning: do not sell; call for help.",
                        "anchor: %s", what);
}

/* *RET_THERE is false when there is none. */
static int anchor_load(struct bx_ledger *ledger, struct bx_anchor *ret, bool *ret_there,
                       struct bx_fault *fault)
{
    struct bx_fault why = {0};
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    *ret_there = false;
    int err = bx_anchor_text(ledger, &text, fault);
    if (err || !text.len)
        return err;
    if (bx_anchor_decode(text.data, text.len, ret, &why))
        return damaged(fault, why.detail[0] ? why.detail : why.say);
    *ret_there = true;
    return 0;
}

int bx_anchor_point(struct bx_ledger *ledger, int64_t *ret_seq, struct bx_hash *ret_head,
                    struct bx_fault *fault)
{
    struct bx_anchor anchor = {0};
    bool there;
    int err = anchor_load(ledger, &anchor, &there, fault);
    if (err)
        return err;
    *ret_seq = ledger->anchor = anchor.seq;
    *ret_head = anchor.head;
    bx_anchor_finish(&anchor);
    return 0;
}

static int lockout_put(struct bx_ledger *ledger, const struct bx_lockout *lockout,
                       struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "INSERT INTO lockout VALUES(?1, ?2, ?3)");
    bx_stmt_bind_int(stmt, 1, lockout->user);
    bx_stmt_bind_int(stmt, 2, lockout->failures);
    bx_stmt_bind_int(stmt, 3, lockout->last.us);
    return bx_stmt_run(stmt, fault);
}

static int apply(struct bx_again *again, const struct bx_anchor *anchor, struct bx_fault *fault)
{
    struct bx_meta *meta = &again->meta;
    const struct bx_meta *then = &anchor->meta;
    memcpy(meta->numbers, then->numbers, sizeof(meta->numbers));
    meta->next_shift = then->next_shift;
    meta->user = then->user;
    meta->offline = then->offline;
    meta->training = then->training;
    meta->sales = then->sales;
    meta->returns = then->returns;
    meta->last_seq = meta->counted_to = anchor->seq;
    int err = bx_total_add(again->ledger, BX_SHIFT_PURGED, &anchor->figures, fault);
    for (size_t i = 0; i < anchor->lockout_count && err == 0; i++)
        err = lockout_put(again->ledger, &anchor->lockouts[i], fault);
    for (size_t i = 0; again->beside && i < anchor->use_count && err == 0; i++)
        err = bx_use_add(again->ledger, &anchor->uses[i], fault);
    return err;
}

int bx_anchor_apply(struct bx_again *again, struct bx_fault *fault)
{
    struct bx_anchor anchor = {0};
    bool there;
    int err = anchor_load(again->ledger, &anchor, &there, fault);
    if (err || !there)
        return err;
    again->ledger->anchor = anchor.seq;
    err = apply(again, &anchor, fault);
    bx_anchor_finish(&anchor);
    return err;
}

void bx_purge_format(const struct bx_hash *archive, const char *anchor, size_t len,
                     char out[BX_PURGE_TEXT])
{
    char whole[BX_HASH_TEXT], own[33];
    struct bx_hash hash = bx_hash_of(anchor, len);
    bx_hash_format(archive, whole);
    bx_hex_format(hash.b, 16, own);
    int length = snprintf(out, BX_PURGE_TEXT, "purge %s %s", whole, own);
    bx_assert(length == BX_PURGE_TEXT - 1);
}

/* The entries `export`, newest first: the one that tells of this purge is among the first. */
struct proving {
    int64_t seq;
    char wanted[BX_PURGE_TEXT];
    bool found;
};

static int export_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    struct proving *proving = arg;
    char about[BX_ABOUT_MAX + 1];
    size_t len;
    int64_t n;
    const char *body = bx_stmt_bytes(stmt, 0, &len);
    int err = bx_note_decode(body, len, about, sizeof(about), &n, fault);
    if (err)
        return err;
    proving->found = n == proving->seq && strcmp(about, proving->wanted) == 0;
    return proving->found;
}

int bx_anchor_prove(struct bx_ledger *ledger, struct bx_fault *fault)
{
    struct bx_anchor anchor = {0};
    struct proving proving = {0};
    bx_buf_auto text;
    bool there;
    bx_buf_init(&text, 0);
    int err = anchor_load(ledger, &anchor, &there, fault);
    if (err || !there)
        return err;
    proving.seq = anchor.seq;
    err = bx_anchor_text(ledger, &text, fault);
    bx_purge_format(&anchor.archive, bx_buf_text(&text), text.len, proving.wanted);
    bx_anchor_finish(&anchor);
    if (err)
        return err;
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "SELECT body FROM entry WHERE kind = 'export' AND"
                                                  " kind <> 'sale' ORDER BY seq DESC");
    err = bx_stmt_each(stmt, export_take, &proving, fault);
    return err < 0 ? err : proving.found ? 0 : damaged(fault, "no entry names it");
}
