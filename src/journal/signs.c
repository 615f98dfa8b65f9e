/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of a fiscal device in an archive. They are no part of the chain, since they come after
 * their entries; the manifest's signature over the hash of their file holds them instead, and each
 * names its entry by seq, id and hash, so that none can be put to another document. */

#include "journal/signs.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"

enum { LINE_MAX_BYTES = 2048 };

static bool has_signature(enum bx_sign_state state)
{
    return state == BX_SIGN_SIGNED || state == BX_SIGN_LATE;
}

void bx_sign_export(const struct bx_row *row, struct bx_buf *out)
{
    const struct bx_sign *sign = &row->sign;
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "seq", row->head.seq);
    bx_json_put_id(&writer, "id", &row->head.id);
    bx_json_put_hex(&writer, "hash", row->hash.b, sizeof(row->hash.b));
    bx_json_put_string(&writer, "state", bx_sign_state_word(sign->state));
    if (has_signature(sign->state)) {
        bx_json_put_int(&writer, "begun", sign->begun.us);
        bx_json_put_int(&writer, "at", sign->at.us);
        bx_json_put_int(&writer, "transaction", sign->transaction);
        bx_json_put_int(&writer, "counter", sign->counter);
        bx_json_put_string(&writer, "device", sign->device);
        bx_json_put_string(&writer, "qr", sign->qr);
    }
    bx_json_object_close(&writer);
    bx_buf_byte_add(out, '\n');
}

void bx_signs_finish(struct bx_signs *signs)
{
    signs->documents = bx_free(signs->documents);
    signs->count = signs->room = 0;
}

void bx_signs_document(struct bx_signs *signs, const struct bx_envelope *envelope)
{
    if (signs->count == signs->room) {
        signs->room = signs->room ? 2 * signs->room : 256;
        signs->documents = bx_realloc(signs->documents, signs->room, sizeof(*signs->documents));
    }
    signs->documents[signs->count++] =
        (struct bx_signs_document){envelope->seq, envelope->id, envelope->hash};
}

struct line {
    struct bx_signs_document of;
    struct bx_sign sign;
};

static int line_read(const char *text, size_t len, struct line *ret, struct bx_fault *fault)
{
    char state[16];
    struct bx_json_reader root;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(text, len, LINE_MAX_BYTES, fault);
    if (!doc)
        return BX_ERR_INPUT;
    bx_json_read(&root, bx_json_root(doc), "signature", fault);
    ret->of.seq = bx_json_int(&root, "seq", 1, BX_MONEY_MAX);
    bx_json_id(&root, "id", &ret->of.id);
    bx_json_hex(&root, "hash", ret->of.hash.b, sizeof(ret->of.hash.b));
    bx_json_string(&root, "state", sizeof(state) - 1, state, sizeof(state));
    if (root.err || bx_sign_state_parse(state, &ret->sign.state))
        return BX_ERR_INPUT;
    if (!has_signature(ret->sign.state))
        return 0;
    struct bx_sign *sign = &ret->sign;
    sign->begun.us = bx_json_int(&root, "begun", 0, BX_MONEY_MAX);
    sign->at.us = bx_json_int(&root, "at", 0, BX_MONEY_MAX);
    sign->transaction = bx_json_int(&root, "transaction", 0, BX_MONEY_MAX);
    sign->counter = bx_json_int(&root, "counter", 0, BX_MONEY_MAX);
    bx_json_string(&root, "device", BX_SIGN_DEVICE - 1, sign->device, sizeof(sign->device));
    bx_json_string(&root, "qr", BX_SIGN_QR - 1, sign->qr, sizeof(sign->qr));
    return root.err;
}

/* The next document of that seq among those that are left. */
static bool is_document(struct bx_signs *signs, const struct bx_signs_document *of)
{
    while (signs->at < signs->count && signs->documents[signs->at].seq < of->seq)
        signs->at++;
    if (signs->at == signs->count || signs->documents[signs->at].seq != of->seq)
        return false;
    const struct bx_signs_document *found = &signs->documents[signs->at++];
    return bx_id_equal(&found->id, &of->id) && bx_hash_equal(&found->hash, &of->hash);
}

/* A device counts its signatures: none can stand for two documents. */
static bool is_next(struct bx_signs *signs, const struct bx_sign *sign)
{
    bool next = strcmp(signs->device, sign->device) != 0 || sign->counter > signs->counter;
    BX_TEXT_COPY(signs->device, sign->device);
    signs->counter = sign->counter;
    return next;
}

int bx_signs_take(struct bx_signs *signs, const char *text, size_t len, int64_t *ret_seq,
                  const char **ret_wrong)
{
    struct line line = {0};
    struct bx_fault fault;
    *ret_seq = 0;
    *ret_wrong = NULL;
    if (line_read(text, len, &line, &fault) || line.sign.state == BX_SIGN_NONE)
        *ret_wrong = "cannot be read";
    else if (!is_document(signs, &line.of))
        *ret_wrong = "is of another document";
    else if (has_signature(line.sign.state) && !is_next(signs, &line.sign))
        *ret_wrong = "has not a number of its own";
    *ret_seq = line.of.seq;
    if (*ret_wrong)
        return BX_ERR_CORRUPT;
    signs->counts[line.sign.state]++;
    if (line.sign.state == BX_SIGN_OPEN && signs->open_from == 0)
        signs->open_from = line.of.seq;
    return 0;
}
