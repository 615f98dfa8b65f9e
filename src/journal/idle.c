/* SPDX-License-Identifier: Apache-2.0 */
/* Housekeeping in slices short enough that a key pressed in the middle of one is not felt: bring
 * the log home, remake the ballast, verify what the start left out. SQLite's own check of a table
 * cannot be cut into slices, so it waits until the till has been quiet for a while. */

#include "journal/ledger.h"

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

enum {
    SLICE = 256,      /* entries */
    LOG_PAGES = 256,  /* brought home even while sales go on */
    QUIET_LOG = 4,    /* slices without a write before a short log is brought home */
    QUIET_CHECK = 16, /* and before a table is checked */
};

static int verify_slice(struct bx_ledger *ledger, struct bx_fault *fault)
{
    int64_t to = ledger->verify_next + SLICE - 1;
    if (to > ledger->verify_end)
        to = ledger->verify_end;
    int err = bx_chain_verify(ledger, ledger->verify_next, to, &ledger->verify_prev, fault);
    /* What follows a wrong entry would be called wrong too: the first is the one to know. */
    ledger->verify_next = err ? ledger->verify_end + 1 : to + 1;
    return err;
}

static const char *const tables[] = {"meta",   "lease", "document", "lockout",   "total",
                                     "answer", "about", "ticket",   "print_job", "entry"};

static int check_slice(struct bx_ledger *ledger, struct bx_fault *fault)
{
    int err = bx_db_check(ledger->db, tables[ledger->check_next++], fault);
    if (err == BX_ERR_CORRUPT)
        BX_TEXT_COPY(fault->say, "The journal is damaged: do not sell; call for help.");
    return err;
}

/* 1: did something, or has something to wait for; 0: all done. */
static int slice(struct bx_ledger *ledger, struct bx_fault *fault)
{
    int64_t pages = bx_db_wal_pages(ledger->db);
    if (pages > LOG_PAGES || (pages > 0 && ledger->quiet >= QUIET_LOG)) {
        int err = bx_db_checkpoint(ledger->db, false, fault);
        if (err == BX_ERR_FULL)
            bx_ballast_drop(ledger);
        return err ? err : 1;
    }
    if (bx_ballast_make(ledger))
        return 1;
    if (ledger->verify_next <= ledger->verify_end) {
        int err = verify_slice(ledger, fault);
        if (err == BX_ERR_CORRUPT)
            ledger->corrupt = *fault;
        return err ? err : 1;
    }
    if (ledger->check_next < bx_countof(tables)) {
        int err = ledger->quiet >= QUIET_CHECK ? check_slice(ledger, fault) : 0;
        if (err == BX_ERR_CORRUPT)
            ledger->corrupt = *fault;
        return err ? err : 1;
    }
    return pages > 0;
}

int bx_ledger_idle(struct bx_journal *journal, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    struct bx_fault spare;
    struct bx_fault *told = fault ? fault : &spare;
    int err = bx_ledger_ready(ledger, told);
    if (err)
        return err;
    if (ledger->quiet < QUIET_CHECK)
        ledger->quiet++;
    int more = slice(ledger, told);
    if (more < 0)
        return more;
    if (ledger->corrupt.err) {
        *told = ledger->corrupt;
        return (int)told->err;
    }
    err = bx_disk_check(ledger, told);
    return err ? err : more;
}
