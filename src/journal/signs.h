/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* signatures.jsonl of an archive, a line for each entry that a fiscal device was to sign:
 *
 *   {"seq":412,"id":"…","hash":"…","state":"signed","begun":µs,"at":µs,"transaction":n,
 *    "counter":n,"device":"…","qr":"…"}
 *
 * hash: of the entry. state: signed, late (after an outage), open (not yet) or refused; the last
 * two have nothing behind it. In the order of seq, each at most once. */

#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/buf.h"
#include "boxtill/domain/fiscal.h"
#include "boxtill/port/journal.h"

/* ROW has a signature, or is to have one. */
void bx_sign_export(const struct bx_row *row, struct bx_buf *out);

struct bx_signs_document {
    int64_t seq;
    struct bx_id id;
    struct bx_hash hash;
};

/* Verifying: first all documents, then all lines. Zero is a good begin. */
struct bx_signs {
    struct bx_signs_document *documents;
    size_t count, room, at;
    char device[BX_SIGN_DEVICE];
    int64_t counter;
    int64_t counts[BX_SIGN_STATES];
    int64_t open_from; /* seq of the first whose signature is open; 0: none is */
};
void bx_signs_finish(struct bx_signs *signs);
void bx_signs_document(struct bx_signs *signs, const struct bx_envelope *envelope);
/* BX_ERR_CORRUPT with what is wrong, behind "the signature of entry N". */
int bx_must bx_signs_take(struct bx_signs *signs, const char *text, size_t len, int64_t *ret_seq,
                          const char **ret_wrong);
