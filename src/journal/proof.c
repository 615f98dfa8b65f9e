/* SPDX-License-Identifier: Apache-2.0 */
/* An archive verified from its files alone. Nothing here knows SQLite or the till: only formats. */

#include "journal/archive.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "journal/manifest.h"
#include "journal/signs.h"

struct proof {
    const struct bx_manifest *manifest;
    struct bx_archive_found *found;
    struct bx_fault *fault;
    struct bx_hasher hasher; /* of the file at hand */
    int64_t bytes;
    /* entries.jsonl */
    bool is_entries, is_signs, has_envelope;
    struct bx_buf line;
    struct bx_envelope envelope;
    struct bx_content_room *room;
    struct bx_hash prev;
    int64_t next, numbers[BX_SERIES_COUNT], sales, returns;
    struct bx_figures figures, rows;
    struct bx_signs signs;
};

static int wrong(struct proof *proof, const char *what)
{
    proof->found->wrong = proof->next;
    bx_fault_say(proof->fault, BX_ERR_CORRUPT,
                 "This archive is not what was written: entry %" PRId64 " %s.", proof->next, what);
    return BX_ERR_CORRUPT;
}

static int damaged(struct bx_fault *fault, const char *what)
{
    bx_fault_say(fault, BX_ERR_CORRUPT, "This archive is not what was written: %s.", what);
    return BX_ERR_CORRUPT;
}

/* --- entries ---------------------------------------------------------------------------------- */

static bool is_chained(const struct proof *proof)
{
    const struct bx_envelope *envelope = &proof->envelope;
    struct bx_hash hash = bx_entry_hash(&proof->prev, envelope->till, envelope->incarnation,
                                        envelope->seq, bx_buf_text(&proof->line), proof->line.len);
    return envelope->seq == proof->next && envelope->till == proof->manifest->till &&
           bx_hash_equal(&envelope->prev, &proof->prev) && bx_hash_equal(&envelope->hash, &hash);
}

static int figures_add(struct proof *proof, const struct bx_entry_head *head,
                       const struct bx_content *content)
{
    bx_figures_clear(&proof->rows);
    if (bx_figures_of(&proof->rows, head, content) ||
        bx_figures_merge(&proof->figures, &proof->rows))
        return wrong(proof, "cannot be added up");
    proof->sales += bx_figures_sum(&proof->rows, "sale", NULL);
    proof->returns += bx_figures_sum(&proof->rows, "return", NULL);
    return 0;
}

static int body_take(struct proof *proof)
{
    struct bx_entry_head head;
    struct bx_content content;
    char number[BX_NUMBER_SIZE] = "";
    if (!is_chained(proof))
        return wrong(proof, "does not follow the one before it");
    int err = bx_content_read(proof->room, bx_buf_text(&proof->line), proof->line.len, &head,
                              &content, proof->fault);
    if (err == BX_ERR_MISSING)
        return err; /* of a newer Boxtill, and it says so */
    if (err || head.seq != proof->next || head.till != proof->envelope.till ||
        head.incarnation != proof->envelope.incarnation ||
        !bx_id_equal(&head.id, &proof->envelope.id))
        return wrong(proof, "cannot be read");
    enum bx_series series = bx_series_of(head.kind, content.sale && content.sale->training);
    if (series != BX_SERIES_NONE)
        bx_number_format(head.till, series, ++proof->numbers[series], number);
    if (strcmp(number, head.number) != 0)
        return wrong(proof, "has not the next number");
    if (bx_process_of(head.kind, content.sale && content.sale->training) != BX_PROCESS_NONE)
        bx_signs_document(&proof->signs, &proof->envelope);
    err = figures_add(proof, &head, &content);
    proof->prev = proof->envelope.hash;
    proof->next++;
    proof->found->entries++;
    return err;
}

static int sign_take(struct proof *proof)
{
    int64_t seq;
    const char *what;
    int err = bx_signs_take(&proof->signs, bx_buf_text(&proof->line), proof->line.len, &seq, &what);
    bx_buf_clear(&proof->line);
    if (err == 0)
        return 0;
    proof->found->wrong = seq;
    bx_fault_say(proof->fault, BX_ERR_CORRUPT,
                 "This archive is not what was written: the signature of entry %" PRId64 " %s.",
                 seq, what);
    return err;
}

static int line_take(struct proof *proof)
{
    int err = 0;
    if (proof->is_signs)
        return sign_take(proof);
    if (proof->has_envelope)
        err = body_take(proof);
    else if (bx_envelope_decode(bx_buf_text(&proof->line), proof->line.len, &proof->envelope,
                                proof->fault))
        err = wrong(proof, "has no envelope");
    proof->has_envelope = !proof->has_envelope;
    bx_buf_clear(&proof->line);
    return err;
}

static int lines_take(struct proof *proof, const char *bytes, size_t len)
{
    int err = 0;
    while (len > 0 && err == 0) {
        const char *end = memchr(bytes, '\n', len);
        size_t piece = end ? (size_t)(end - bytes) : len;
        bx_buf_add(&proof->line, bytes, piece);
        if (proof->line.full)
            return wrong(proof, "is too long");
        if (end)
            err = line_take(proof);
        piece += end != NULL;
        bytes += piece;
        len -= piece;
    }
    return err;
}

/* --- files ------------------------------------------------------------------------------------ */

static int bytes_take(void *arg, const char *bytes, size_t len)
{
    struct proof *proof = arg;
    bx_hasher_add(&proof->hasher, bytes, len);
    proof->bytes += (int64_t)len;
    return proof->is_entries || proof->is_signs ? lines_take(proof, bytes, len) : 0;
}

static int file_prove(struct proof *proof, const struct bx_archive_source *source,
                      const struct bx_archive_file *file)
{
    struct bx_hash hash;
    char what[80];
    bx_hasher_init(&proof->hasher, sizeof(hash), NULL, 0);
    proof->bytes = 0;
    proof->is_entries = strcmp(file->name, BX_ARCHIVE_ENTRIES) == 0;
    proof->is_signs = strcmp(file->name, BX_ARCHIVE_SIGNS) == 0;
    int err = source->each(source->arg, file->name, bytes_take, proof, proof->fault);
    bx_hasher_end(&proof->hasher, hash.b);
    if (err)
        return err;
    if (bx_hash_equal(&hash, &file->hash) && proof->bytes == file->bytes)
        return 0;
    BX_TEXT_COPY(what, file->name);
    bx_text_copy(what + strlen(what), sizeof(what) - strlen(what), " was changed");
    return damaged(proof->fault, what);
}

static int end_prove(const struct proof *proof)
{
    const struct bx_manifest *manifest = proof->manifest;
    struct bx_fault *fault = proof->fault;
    if (proof->next != manifest->last + 1 || proof->found->entries != manifest->entries ||
        proof->line.len || proof->has_envelope || !bx_hash_equal(&proof->prev, &manifest->head))
        return damaged(fault, "it does not end where its manifest says");
    if (memcmp(proof->numbers, manifest->numbers, sizeof(proof->numbers)) != 0)
        return damaged(fault, "the last numbers are others");
    if (proof->sales != manifest->sales || proof->returns != manifest->returns)
        return damaged(fault, "the perpetual totals are others");
    if (memcmp(proof->signs.counts, manifest->signs, sizeof(manifest->signs)) != 0)
        return damaged(fault, "the signatures are others");
    const struct bx_figure *row = bx_figures_differ(&proof->figures, &manifest->figures);
    if (!row)
        return 0;
    bx_fault_say(fault, BX_ERR_CORRUPT,
                 "This archive is not what was written: its sum of %s %s is another.", row->what,
                 row->name);
    return BX_ERR_CORRUPT;
}

static int begin(struct proof *proof)
{
    static const struct bx_hash nothing;
    const struct bx_manifest *manifest = proof->manifest;
    const struct bx_anchor *before = &manifest->before;
    bool fits = manifest->has_before
                    ? before->till == manifest->till && before->seq + 1 == manifest->first &&
                          bx_hash_equal(&before->head, &manifest->prev)
                    : manifest->first == 1 && bx_hash_equal(&manifest->prev, &nothing);
    if (!fits)
        return damaged(proof->fault, "it does not begin where its manifest says");
    proof->prev = manifest->prev;
    proof->next = manifest->first;
    memcpy(proof->numbers, before->meta.numbers, sizeof(proof->numbers));
    proof->sales = before->meta.sales;
    proof->returns = before->meta.returns;
    return bx_figures_merge(&proof->figures, &before->figures)
               ? damaged(proof->fault, "its figures are too large")
               : 0;
}

static int whole_prove(struct proof *proof, const struct bx_archive_source *source)
{
    int err = begin(proof);
    for (size_t i = 0; i < proof->manifest->file_count && err == 0; i++)
        err = file_prove(proof, source, &proof->manifest->files[i]);
    return err ? err : end_prove(proof);
}

static int small_take(void *arg, const char *bytes, size_t len)
{
    struct bx_buf *out = arg;
    bx_buf_add(out, bytes, len);
    return out->full ? BX_ERR_INPUT : 0;
}

static int small_read(const struct bx_archive_source *source, const char *name, size_t max,
                      struct bx_buf *out, struct bx_fault *fault)
{
    bx_buf_init(out, max);
    int err = source->each(source->arg, name, small_take, out, fault);
    return err == BX_ERR_INPUT ? damaged(fault, "a file is too long") : err;
}

static int signature_prove(const struct bx_archive_source *source, const struct bx_buf *text,
                           const struct bx_public_key *key, struct bx_fault *fault)
{
    bx_buf_auto hex;
    struct bx_signature signature;
    int err = small_read(source, "manifest.sig", 256, &hex, fault);
    if (err)
        return err;
    char word[2 * sizeof(signature.b) + 1] = "";
    bool whole = hex.len == sizeof(word) && hex.data[hex.len - 1] == '\n';
    if (whole)
        memcpy(word, hex.data, sizeof(word) - 1);
    if (!whole || bx_hex_parse(word, signature.b, sizeof(signature.b)) ||
        !bx_manifest_is_signed(text, key, &signature))
        return damaged(fault, "its signature is not the till's");
    return 0;
}

static int prove(const struct bx_archive_source *source, struct bx_manifest *manifest,
                 struct bx_archive_found *found, struct bx_fault *fault)
{
    struct proof *proof = bx_new(struct proof);
    proof->manifest = manifest;
    proof->found = found;
    proof->fault = fault;
    proof->room = bx_content_room_create();
    bx_buf_init(&proof->line, BX_BODY_MAX + 1);
    int err = whole_prove(proof, source);
    found->open_from = proof->signs.open_from;
    bx_buf_finish(&proof->line);
    bx_content_room_destroy(proof->room);
    bx_figures_finish(&proof->figures);
    bx_figures_finish(&proof->rows);
    bx_signs_finish(&proof->signs);
    bx_free(proof);
    return err;
}

int bx_archive_verify(const struct bx_archive_source *source, const struct bx_public_key *key,
                      struct bx_archive_found *ret, struct bx_fault *fault)
{
    struct bx_fault spare, why;
    struct bx_manifest manifest = {0};
    bx_buf_auto text;
    *ret = (struct bx_archive_found){0};
    if (!fault)
        fault = &spare;
    int err = small_read(source, "manifest.json", BX_MANIFEST_MAX, &text, fault);
    if (err)
        return err;
    if (bx_manifest_decode(bx_buf_text(&text), text.len, &manifest, &why))
        return damaged(fault, "its manifest cannot be read");
    ret->till = manifest.till;
    ret->incarnation = manifest.incarnation;
    ret->first = manifest.first;
    ret->last = manifest.last;
    ret->head = manifest.head;
    ret->manifest = bx_hash_of(text.data, text.len);
    ret->key = manifest.key;
    ret->made = manifest.made;
    ret->perpetual = (struct bx_perpetual){{manifest.sales}, {manifest.returns}};
    ret->has_signs = manifest.has_signs;
    memcpy(ret->signs, manifest.signs, sizeof(ret->signs));
    err = signature_prove(source, &text, key ? key : &manifest.key, fault);
    if (err == 0)
        err = prove(source, &manifest, ret, fault);
    bx_manifest_finish(&manifest);
    return err;
}
