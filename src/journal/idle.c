/* SPDX-License-Identifier: Apache-2.0 */
/* Housekeeping in slices short enough that a key pressed in the middle of one is not felt: bring
 * the log home, remake the ballast, verify what the start left out, count figures, erase the
 * persons whose time is over. SQLite's own check of a table
 * cannot be cut into slices, so it is not made here: `journal verify` and `doctor` make it. */

#include "journal/ledger.h"

enum {
    LOG_PAGES = 256, /* brought home even while sales go on */
    QUIET_LOG = 4, /* slices without a write before a short log is brought home, figures counted */
    COUNT_MOST = 64, /* entries whose figures wait even while sales go on */
};

static int verify_slice(struct bx_ledger *ledger, struct bx_fault *fault)
{
    struct bx_chain *rest = &ledger->rest;
    int err = bx_chain_verify(ledger, rest, fault);
    if (err == BX_ERR_CORRUPT)
        ledger->corrupt = *fault;
    if (err) /* what follows a wrong entry would be called wrong too: the first is the one to know
              */
        rest->next = rest->end + 1;
    return err ? err : 1;
}

/* Persons whose time is over: by the last entry's clock, for there is none here. */
static int persons_slice(struct bx_ledger *ledger, struct bx_fault *fault)
{
    int64_t at = 0;
    int err = bx_db_int(ledger->db,
                        "SELECT at FROM (SELECT at FROM entry ORDER BY seq DESC LIMIT 1)"
                        " WHERE EXISTS (SELECT 1 FROM person WHERE until <> 0 AND until < at)",
                        &at, fault);
    if (err || at <= 0)
        return err;
    struct bx_journal_notes notes = {.persons_end = {at}, .reoffer_above = -1};
    err = bx_ledger_note(&ledger->port, &notes, NULL, fault);
    return err ? err : 1;
}

/* 1: did something, or has something to wait for; 0: all done. */
static int slice(struct bx_ledger *ledger, struct bx_fault *fault)
{
    int counted = bx_ledger_count(ledger, ledger->quiet >= QUIET_LOG ? 1 : COUNT_MOST, fault);
    if (counted == BX_ERR_FULL)
        bx_ballast_drop(ledger);
    if (counted)
        return counted;
    int64_t pages = bx_db_wal_pages(ledger->db);
    if (pages > LOG_PAGES || (pages > 0 && ledger->quiet >= QUIET_LOG)) {
        int err = bx_db_checkpoint(ledger->db, false, fault);
        if (err == BX_ERR_FULL)
            bx_ballast_drop(ledger);
        return err ? err : 1;
    }
    if (bx_ballast_make(ledger))
        return 1;
    if (ledger->rest.next <= ledger->rest.end)
        return verify_slice(ledger, fault);
    int gone = persons_slice(ledger, fault);
    return gone ? gone : pages > 0;
}

int bx_ledger_idle(struct bx_journal *journal, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    int err = bx_ledger_ready(ledger, &fault);
    if (err)
        return err;
    if (ledger->quiet < QUIET_LOG)
        ledger->quiet++;
    int more = slice(ledger, fault);
    if (more < 0)
        return more;
    if (ledger->corrupt.err) {
        *fault = ledger->corrupt;
        return (int)fault->err;
    }
    err = bx_disk_check(ledger, fault);
    return err ? err : more;
}
