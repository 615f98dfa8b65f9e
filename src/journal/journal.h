/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The real journal (boxtill/port/journal.h): one SQLite file, one writer. Beside what the port asks
 * for, what `boxtill journal verify | show | export` needs.
 *
 * Next to journal.db lie journal.db-wal (SQLite's), journal.db.ballast (1 MB that is let go when
 * the disk is full, so that what was begun can be ended) and, for a moment, journal.db.new (a copy
 * on its way to becoming the journal). The owner lock is taken by the caller (owner.h). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/port/journal.h"

/* Selling stops below so much free space. */
#define BX_JOURNAL_LINE ((int64_t)50 << 20)

struct bx_journal_options {
    const char *path;
    const char *vfs; /* NULL: the system's */
    bool inspect;    /* open even when the last entries do not verify, and make no ballast */
    bool careless;   /* no sync at all: the control run that a power cut test needs */
    /* Free bytes where PATH lies, -1 when it cannot be told or written; NULL: ask the system. */
    int64_t (*room)(void *arg, const char *path);
    void *arg;
};

/* Opens, or makes an empty one. Brings the schema forward; a journal of a newer Boxtill is
 * BX_ERR_REFUSED. Verifies the last 1,000 entries: BX_ERR_CORRUPT names the first that is wrong. */
struct bx_journal *bx_journal_open(const char *path, struct bx_fault *fault);
struct bx_journal *bx_journal_open_with(const struct bx_journal_options *options,
                                        struct bx_fault *fault);
void *bx_journal_destroy(struct bx_journal *journal);
BX_CLEANUP_DEFINE(struct bx_journal, bx_journal_destroy)

struct bx_journal_report {
    int64_t entries, first, last; /* seq; 0 when empty */
    int64_t sales, tickets;
    int64_t wrong; /* the first entry that is not what was written; 0: none */
    struct bx_hash head;
};
/* Everything: the chain, every column against its body, every number, SQLite's own check, and the
 * projections against a rebuild. 0, or BX_ERR_CORRUPT with a sentence; the report is filled either
 * way as far as it came. */
int bx_must bx_journal_verify(struct bx_journal *journal, struct bx_journal_report *ret,
                              struct bx_fault *fault);
/* Makes the projections again from the entries. BX_ERR_CORRUPT when an entry cannot be read. */
int bx_must bx_journal_rebuild(struct bx_journal *journal, struct bx_fault *fault);

/* JSON lines as they are uploaded: an envelope, then the stored body, verbatim, for each entry from
 * seq FROM on. Nonzero from WRITE stops and is returned. */
typedef int (*bx_journal_write)(void *arg, const char *bytes, size_t len);
int bx_must bx_journal_export(struct bx_journal *journal, int64_t from, bx_journal_write write,
                              void *arg, struct bx_fault *fault);

/* The figures of one shift, or of all (0): the rows of bx_figures_of() (domain/figures.h). */
struct bx_total {
    char what[BX_FIGURE_WHAT], name[BX_SLUG_SIZE + 8];
    int64_t count, amount;
};
typedef int (*bx_total_visit)(void *arg, const struct bx_total *total);
int bx_must bx_journal_totals(struct bx_journal *journal, int64_t shift, bx_total_visit visit,
                              void *arg, struct bx_fault *fault);
