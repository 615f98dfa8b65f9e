/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The archive of a journal: a folder of files that says what was sold without Boxtill, and proves
 * it. Documented in the folder itself (README.txt, from archive_text.c):
 *
 *   entries.jsonl   every entry, as it is uploaded: an envelope, then the stored body
 *   signatures.jsonl  what a fiscal device said of them
 *   entries.csv lines.csv tenders.csv signatures.csv figures.csv   the same for a spreadsheet
 *   manifest.json   hash of each file, first and last entry, chain head, numbers, totals
 *   manifest.sig    Ed25519 over it by the till's device key
 *
 * Where the files lie is the caller's: sink and source (boxtill/sys/folder.h fits both). */

#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/crypto.h"
#include "journal/journal.h"

struct bx_archive_sink {
    /* Appends to the file NAME; LEN 0: the file is whole and must be on disk. */
    int (*add)(void *arg, const char *name, const char *bytes, size_t len, struct bx_fault *fault);
    void *arg;
};
typedef int (*bx_archive_take)(void *arg, const char *bytes, size_t len);
struct bx_archive_source {
    /* All bytes of the file NAME, in pieces of any size. */
    int (*each)(void *arg, const char *name, bx_archive_take take, void *to,
                struct bx_fault *fault);
    void *arg;
};

/* Who does it, and when: for the entry `export`. */
struct bx_archive_act {
    struct bx_id id; /* of the entry */
    bx_utc at;
    int64_t boot, user;
    const char *boot_id;
};

struct bx_archive_found {
    int64_t till, incarnation, first, last, entries;
    struct bx_hash head;     /* of the last entry */
    struct bx_hash manifest; /* by which entries name this archive */
    struct bx_public_key key;
    bx_utc made;
    struct bx_perpetual perpetual;
    bool has_signs; /* false: of a Boxtill that left them out */
    int64_t signs[BX_SIGN_STATES];
    int64_t open_from; /* the first entry whose signature was still open; 0: none was */
    int64_t wrong;     /* seq of the first entry that is not what was written; 0: none */
};

/* Verifies the journal, writes all of it into SINK, signed with KEY, and then the entry `export`:
 * about "archive HASH", n: the last entry in it. */
int bx_must bx_archive_make(struct bx_journal *journal, const struct bx_archive_act *act,
                            const struct bx_secret_key *key, const struct bx_archive_sink *sink,
                            struct bx_archive_found *ret, struct bx_fault *fault);

/* The same without the entry: whoever owns the journal's next number writes it. */
int bx_must bx_archive_write(struct bx_journal *journal, const struct bx_archive_act *act,
                             const struct bx_secret_key *key, const struct bx_archive_sink *sink,
                             struct bx_archive_found *ret, struct bx_fault *fault);

/* Everything again from the files alone, on any machine: signature, the hash of each file, the
 * chain, each number, each total. KEY: the till's public key, NULL: the one that the archive names
 * (then the signature shows no more than that nothing was damaged). BX_ERR_CORRUPT with a sentence;
 * the answer is filled as far as it came. */
int bx_must bx_archive_verify(const struct bx_archive_source *source,
                              const struct bx_public_key *key, struct bx_archive_found *ret,
                              struct bx_fault *fault);

struct bx_purged {
    int64_t first, last, entries; /* what went */
    struct bx_ref ref;            /* the entry that tells of it */
};
/* Takes out of the journal what ARCHIVE has, up to the last closed shift that ended before BEFORE
 * (0: any), and writes a new file that begins with an anchor: numbers, perpetual totals and the sum
 * of all figures go on. Never goes: what the server has not recorded, what needs attention, what is
 * still to be printed or signed, or was when the archive was made, the open shift. The archive is
 * verified first, with KEY. BX_ERR_REFUSED when it does not cover what would go, or nothing would.
 * An error leaves the journal whole, at most with the entry `export` more ("purge ARCHIVE ANCHOR",
 * n: the last seq that goes). */
int bx_must bx_journal_purge(struct bx_journal *journal, const struct bx_archive_act *act,
                             const struct bx_archive_source *archive,
                             const struct bx_public_key *key, bx_utc before, struct bx_purged *ret,
                             struct bx_fault *fault);
