/* SPDX-License-Identifier: Apache-2.0 */
/* Making an archive. The journal is verified first and belongs to nobody else meanwhile, so what is
 * written is one moment of it; all files are filled in one walk, in pieces, and hashed on the way.
 */

#include "journal/archive.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "journal/manifest.h"
#include "journal/signs.h"

enum { README, ENTRIES, SIGNS, HEADS, LINES, TENDERS, SIGN_ROWS, FIGURES, PIECE = 1 << 16 };

const char *const bx_archive_names[BX_ARCHIVE_FILES] = {
    [README] = "README.txt",        [ENTRIES] = BX_ARCHIVE_ENTRIES, [SIGNS] = BX_ARCHIVE_SIGNS,
    [HEADS] = "entries.csv",        [LINES] = "lines.csv",          [TENDERS] = "tenders.csv",
    [SIGN_ROWS] = "signatures.csv", [FIGURES] = "figures.csv",
};

struct making {
    const struct bx_archive_sink *sink;
    struct bx_content_room *room;
    struct bx_manifest manifest;
    struct {
        struct bx_buf piece;
        struct bx_hasher hasher;
    } files[BX_ARCHIVE_FILES];
    struct bx_fault *fault;
};

/* --- files ------------------------------------------------------------------------------------ */

static int piece_write(struct making *making, int at, size_t least)
{
    struct bx_buf *piece = &making->files[at].piece;
    struct bx_archive_file *file = &making->manifest.files[at];
    if (piece->full)
        return bx_fault_set(making->fault, BX_ERR_FULL, "The archive cannot be written.", NULL);
    if (piece->len <= least)
        return 0;
    bx_hasher_add(&making->files[at].hasher, piece->data, piece->len);
    file->bytes += (int64_t)piece->len;
    int err =
        making->sink->add(making->sink->arg, file->name, piece->data, piece->len, making->fault);
    bx_buf_clear(piece);
    return err;
}

static int files_end(struct making *making)
{
    int err = 0;
    for (int i = 0; i < BX_ARCHIVE_FILES && err == 0; i++) {
        struct bx_archive_file *file = &making->manifest.files[i];
        err = piece_write(making, i, 0);
        bx_hasher_end(&making->files[i].hasher, file->hash.b);
        if (err == 0)
            err = making->sink->add(making->sink->arg, file->name, NULL, 0, making->fault);
    }
    return err;
}

/* A spreadsheet must not take text for a formula, nor a comma for the end of it. */
static void text_put(struct bx_buf *out, const char *text)
{
    bx_buf_text_add(out, out->len && out->data[out->len - 1] != '\n' ? ",\"" : "\"");
    if (text[0] && strchr("=+-@\t\r", text[0]))
        bx_buf_byte_add(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            bx_buf_byte_add(out, '"');
        bx_buf_byte_add(out, (uint8_t)*text);
    }
    bx_buf_byte_add(out, '"');
}

static void int_put(struct bx_buf *out, int64_t value)
{
    bx_buf_format(out, out->len && out->data[out->len - 1] != '\n' ? ",%" PRId64 : "%" PRId64,
                  value);
}

static void files_begin(struct making *making)
{
    for (int i = 0; i < BX_ARCHIVE_FILES; i++) {
        bx_buf_init(&making->files[i].piece, 0);
        bx_hasher_init(&making->files[i].hasher, sizeof(struct bx_hash), NULL, 0);
        BX_TEXT_COPY(making->manifest.files[i].name, bx_archive_names[i]);
    }
    making->manifest.file_count = BX_ARCHIVE_FILES;
    for (size_t i = 0; bx_archive_text[i]; i++) {
        bx_buf_text_add(&making->files[README].piece, bx_archive_text[i]);
        bx_buf_byte_add(&making->files[README].piece, '\n');
    }
    bx_buf_text_add(&making->files[HEADS].piece,
                    "seq,incarnation,id,kind,number,time,shift,user,answer\n");
    bx_buf_text_add(
        &making->files[LINES].piece,
        "seq,side,line,product,name,event,slot,date,quantity,persons,price,amount,tax\n");
    bx_buf_text_add(&making->files[TENDERS].piece,
                    "seq,tender,kind,amount,received,change,reference\n");
    bx_buf_text_add(&making->files[SIGN_ROWS].piece,
                    "seq,state,begun,ended,transaction,counter,device,qr\n");
    bx_buf_text_add(&making->files[FIGURES].piece, "shift,what,name,count,amount\n");
}

/* --- rows ------------------------------------------------------------------------------------- */

static void head_put(struct bx_buf *out, const struct bx_row *row)
{
    char id[BX_ID_TEXT], at[BX_UTC_TEXT];
    const struct bx_entry_head *head = &row->head;
    int_put(out, head->seq);
    int_put(out, head->incarnation);
    text_put(out, bx_id_format(&head->id, id));
    text_put(out, bx_kind_word(head->kind));
    text_put(out, head->number);
    text_put(out, bx_utc_format(head->at, at));
    int_put(out, head->shift);
    int_put(out, head->user);
    text_put(out, row->answered ? bx_entry_outcome_word(row->answer.outcome) : "");
    bx_buf_byte_add(out, '\n');
}

static void lines_put(struct bx_buf *out, int64_t seq, const char *side,
                      const struct bx_basket *basket)
{
    char date[BX_DATE_TEXT];
    for (int i = 0; i < basket->count; i++) {
        const struct bx_line *line = &basket->lines[i];
        bx_money amount = {0};
        if (bx_line_amount(line, &amount))
            amount.minor = 0;
        int_put(out, seq);
        text_put(out, side);
        int_put(out, i);
        text_put(out, line->product.s);
        text_put(out, line->name);
        text_put(out, line->event.s);
        text_put(out, line->slot.s);
        text_put(out, bx_date_format(line->date, date));
        int_put(out, line->quantity);
        int_put(out, (int64_t)line->persons * line->quantity);
        int_put(out, line->price.minor);
        int_put(out, amount.minor);
        int_put(out, line->tax_ppm);
        bx_buf_byte_add(out, '\n');
    }
}

static void tenders_put(struct bx_buf *out, int64_t seq, const struct bx_sale *sale)
{
    for (int i = 0; i < sale->tender_count; i++) {
        const struct bx_tender *tender = &sale->tenders[i];
        int_put(out, seq);
        int_put(out, i);
        text_put(out, bx_tender_word(tender->kind));
        int_put(out, tender->amount.minor);
        int_put(out, tender->received.minor);
        int_put(out, tender->change.minor);
        text_put(out, tender->reference);
        bx_buf_byte_add(out, '\n');
    }
}

static void sign_put(struct bx_buf *out, const struct bx_row *row)
{
    char begun[BX_UTC_TEXT] = "", at[BX_UTC_TEXT] = "";
    const struct bx_sign *sign = &row->sign;
    if (sign->at.us != 0) {
        bx_utc_format(sign->begun, begun);
        bx_utc_format(sign->at, at);
    }
    int_put(out, row->head.seq);
    text_put(out, bx_sign_state_word(sign->state));
    text_put(out, begun);
    text_put(out, at);
    int_put(out, sign->transaction);
    int_put(out, sign->counter);
    text_put(out, sign->device);
    text_put(out, sign->qr);
    bx_buf_byte_add(out, '\n');
}

static int row_put(void *arg, const struct bx_row *row)
{
    struct making *making = arg;
    struct bx_entry_head head;
    struct bx_content content;
    int err = bx_content_read(making->room, row->body, row->len, &head, &content, making->fault);
    if (err)
        return err;
    bx_row_export(row, &making->files[ENTRIES].piece);
    head_put(&making->files[HEADS].piece, row);
    if (content.sale) {
        lines_put(&making->files[LINES].piece, head.seq, "sold", &content.sale->basket);
        lines_put(&making->files[LINES].piece, head.seq, "back", &content.sale->back);
        tenders_put(&making->files[TENDERS].piece, head.seq, content.sale);
    }
    if (row->sign.state != BX_SIGN_NONE) {
        bx_sign_export(row, &making->files[SIGNS].piece);
        sign_put(&making->files[SIGN_ROWS].piece, row);
        making->manifest.signs[row->sign.state]++;
    }
    for (int i = 0; i < BX_ARCHIVE_FILES && err == 0; i++)
        err = piece_write(making, i, PIECE);
    return err;
}

static int figure_put(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    struct making *making = arg;
    struct bx_buf *out = &making->files[FIGURES].piece;
    int64_t count = bx_stmt_int(stmt, 3), amount = bx_stmt_int(stmt, 4);
    int_put(out, bx_stmt_int(stmt, 0));
    text_put(out, bx_stmt_text(stmt, 1));
    text_put(out, bx_stmt_text(stmt, 2));
    int_put(out, count);
    int_put(out, amount);
    bx_buf_byte_add(out, '\n');
    if (bx_figures_add(&making->manifest.figures, bx_stmt_text(stmt, 1), bx_stmt_text(stmt, 2),
                       count, amount))
        return bx_fault_set(fault, BX_ERR_FULL, "The figures are too large.", NULL);
    return piece_write(making, FIGURES, PIECE);
}

/* --- the whole -------------------------------------------------------------------------------- */

static int manifest_fill(struct bx_ledger *ledger, struct bx_manifest *manifest,
                         struct bx_fault *fault)
{
    struct bx_meta meta;
    struct bx_tail tail;
    int err = bx_meta_load(ledger, &meta, fault);
    if (err == 0)
        err = bx_tail_load(ledger, &tail, fault);
    if (err == 0)
        err = bx_anchor_point(ledger, &manifest->first, &manifest->prev, fault);
    if (err)
        return err;
    manifest->till = meta.till;
    manifest->incarnation = meta.incarnation;
    manifest->first++;
    manifest->last = tail.seq;
    manifest->entries = tail.seq - manifest->first + 1;
    manifest->head = tail.hash;
    memcpy(manifest->numbers, meta.numbers, sizeof(meta.numbers));
    manifest->sales = meta.sales;
    manifest->returns = meta.returns;
    return tail.seq ? 0
                    : bx_fault_set(fault, BX_ERR_REFUSED, "There is nothing to archive yet.", NULL);
}

static int manifest_write(struct bx_ledger *ledger, struct making *making,
                          const struct bx_secret_key *key, struct bx_hash *ret)
{
    struct bx_signature signature;
    char hex[2 * sizeof(signature.b) + 2];
    bx_buf_auto before, text;
    bx_buf_init(&before, 0);
    bx_buf_init(&text, BX_MANIFEST_MAX);
    int err = bx_anchor_text(ledger, &before, making->fault);
    if (err == 0 && bx_manifest_encode(&making->manifest, &before, &text))
        err = bx_fault_set(making->fault, BX_ERR_FULL, "The archive cannot be written.", NULL);
    if (err)
        return err;
    bx_manifest_sign(&text, key, &signature);
    bx_hex_format(signature.b, sizeof(signature.b), hex);
    hex[2 * sizeof(signature.b)] = '\n';
    *ret = bx_hash_of(text.data, text.len);
    const struct bx_archive_sink *sink = making->sink;
    const struct {
        const char *name, *bytes;
        size_t len;
    } parts[] = {{"manifest.json", text.data, text.len},
                 {"manifest.json", NULL, 0},
                 {"manifest.sig", hex, sizeof(hex) - 1},
                 {"manifest.sig", NULL, 0}};
    for (size_t i = 0; i < bx_countof(parts) && err == 0; i++)
        err = sink->add(sink->arg, parts[i].name, parts[i].bytes, parts[i].len, making->fault);
    return err;
}

static int make(struct bx_ledger *ledger, struct making *making, const struct bx_secret_key *key,
                struct bx_hash *ret)
{
    int err = manifest_fill(ledger, &making->manifest, making->fault);
    if (err)
        return err;
    files_begin(making);
    err = bx_rows_each(ledger, making->manifest.first, row_put, making, making->fault);
    if (err == 0)
        err = bx_stmt_each(bx_db_stmt(ledger->db, "SELECT shift, what, name, count, amount FROM"
                                                  " total ORDER BY shift, what, name"),
                           figure_put, making, making->fault);
    if (err == 0)
        err = files_end(making);
    return err ? err : manifest_write(ledger, making, key, ret);
}

int bx_export_note(struct bx_journal *journal, const struct bx_archive_act *act, const char *about,
                   int64_t n, struct bx_ref *ret, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    struct bx_meta meta;
    struct bx_tail tail;
    bx_buf_auto body;
    bx_buf_init(&body, BX_BODY_MAX);
    int err = bx_meta_load(ledger, &meta, fault);
    if (err == 0)
        err = bx_tail_load(ledger, &tail, fault);
    if (err)
        return err;
    struct bx_commit commit = {
        .head = {.till = meta.till,
                 .incarnation = meta.incarnation,
                 .seq = tail.seq + 1,
                 .id = act->id,
                 .kind = BX_KIND_EXPORT,
                 .at = act->at,
                 .boot = act->boot,
                 .shift = meta.shift,
                 .user = act->user},
        .prev = tail.hash,
        .series = BX_SERIES_NONE,
        .content = {.about = about, .n = n},
        .boot_id = act->boot_id,
    };
    if (bx_note_encode(&commit.head, about, n, &body))
        return bx_fault_set(fault, BX_ERR_FULL, "The entry is too long.", NULL);
    commit.body = body.data;
    commit.len = body.len;
    enum bx_outcome outcome = bx_ledger_commit(journal, &commit, ret, fault);
    if (outcome == BX_UNKNOWN)
        outcome = bx_ledger_resolve(journal, &act->id, ret, fault);
    return outcome == BX_DONE ? 0 : (int)fault->err;
}

int bx_archive_write(struct bx_journal *journal, const struct bx_archive_act *act,
                     const struct bx_secret_key *key, const struct bx_archive_sink *sink,
                     struct bx_archive_found *ret, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    struct bx_journal_report report;
    int err = bx_ledger_ready(ledger, &fault);
    if (err == 0)
        err = bx_journal_verify(journal, &report, fault);
    if (err == 0)
        err = bx_ledger_count(ledger, 1, fault);
    if (err < 0)
        return err;
    struct making *making = bx_new(struct making);
    making->sink = sink;
    making->fault = fault;
    making->room = bx_content_room_create();
    making->manifest.made = act->at;
    memcpy(making->manifest.key.b, key->b + 32, sizeof(making->manifest.key.b)); /* seed ‖ public */
    const struct bx_manifest *manifest = &making->manifest;
    struct bx_archive_found found = {.made = act->at, .key = manifest->key};
    err = make(ledger, making, key, &found.manifest);
    found.till = manifest->till;
    found.incarnation = manifest->incarnation;
    found.first = manifest->first;
    found.last = manifest->last;
    found.entries = manifest->entries;
    found.head = manifest->head;
    found.perpetual = (struct bx_perpetual){{manifest->sales}, {manifest->returns}};
    found.has_signs = true;
    memcpy(found.signs, manifest->signs, sizeof(found.signs));
    for (int i = 0; i < BX_ARCHIVE_FILES; i++)
        bx_buf_finish(&making->files[i].piece);
    bx_content_room_destroy(making->room);
    bx_manifest_finish(&making->manifest);
    bx_free(making);
    if (err == 0)
        *ret = found;
    return err;
}

int bx_archive_make(struct bx_journal *journal, const struct bx_archive_act *act,
                    const struct bx_secret_key *key, const struct bx_archive_sink *sink,
                    struct bx_archive_found *ret, struct bx_fault *fault)
{
    char about[8 + BX_HASH_TEXT], hash[BX_HASH_TEXT];
    struct bx_archive_found found;
    struct bx_ref ref;
    int err = bx_archive_write(journal, act, key, sink, &found, fault);
    if (err)
        return err;
    snprintf(about, sizeof(about), "archive %s", bx_hash_format(&found.manifest, hash));
    err = bx_export_note(journal, act, about, found.last, &ref, fault);
    if (err == 0)
        *ret = found;
    return err;
}
