/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The manifest of an archive:
 *
 *   {"v":2,"what":"boxtill archive","till":2,"inc":1,"made":µs,"first":1,"last":9000,
 *    "entries":9000,"prev":"…","head":"…","numbers":[8000,12,…],"sales":…,"returns":…,
 *    "figures":[["cashier","7",3,5700],…],"before":null,"key":"…",
 *    "signs":{"open":0,"signed":8100,"late":3,"refused":0},
 *    "files":[{"name":"entries.jsonl","bytes":…,"hash":"…"},…]}
 *
 * numbers, sales, returns and figures are those after the last entry, everything before the first
 * counted in. Version 1 has no signs, and not their two files. before: the journal's anchor
 * (anchor.c) when it does not begin at entry 1. */

#include "journal/archive.h"
#include "journal/ledger.h"

enum { BX_ARCHIVE_FILES = 8, BX_MANIFEST_MAX = 16 << 20 };
#define BX_ARCHIVE_ENTRIES "entries.jsonl"
#define BX_ARCHIVE_SIGNS   "signatures.jsonl"
extern const char *const bx_archive_names[BX_ARCHIVE_FILES];
extern const char *const bx_archive_text[]; /* README.txt, line by line; NULL ends it */

struct bx_archive_file {
    char name[32];
    int64_t bytes;
    struct bx_hash hash;
};

struct bx_manifest {
    int64_t till, incarnation, first, last, entries;
    bx_utc made;
    struct bx_hash prev, head;
    int64_t numbers[BX_SERIES_COUNT], sales, returns;
    struct bx_figures figures;
    bool has_before;
    struct bx_anchor before;
    struct bx_public_key key;
    bool has_signs;
    int64_t signs[BX_SIGN_STATES];
    size_t file_count;
    struct bx_archive_file files[BX_ARCHIVE_FILES];
};
void bx_manifest_finish(struct bx_manifest *manifest);
/* BEFORE: the anchor's text, or nothing. */
int bx_must bx_manifest_encode(const struct bx_manifest *manifest, const struct bx_buf *before,
                               struct bx_buf *out);
int bx_must bx_manifest_decode(const char *text, size_t len, struct bx_manifest *ret,
                               struct bx_fault *fault);
void bx_manifest_sign(const struct bx_buf *text, const struct bx_secret_key *key,
                      struct bx_signature *ret);
bool bx_manifest_is_signed(const struct bx_buf *text, const struct bx_public_key *key,
                           const struct bx_signature *signature);
/* The entry `export` into the journal, as the next one. */
int bx_must bx_export_note(struct bx_journal *journal, const struct bx_archive_act *act,
                           const char *about, int64_t n, struct bx_ref *ret,
                           struct bx_fault *fault);
