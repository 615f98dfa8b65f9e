/* SPDX-License-Identifier: Apache-2.0 */
/* The tables. entry is the truth and is only ever appended to; answer, lease, print_job and
 * document are the till's durable state beside it; ticket, about, total, lockout and the right half
 * of meta are projections that can be made again from the entries.
 *
 * "Unsent" is no flag: an entry is queued when no answer that counts stands beside it. So that this
 * costs nothing when history is long, meta.answered_to is the seq up to which every entry has an
 * answer row, and the partial index answer_queued holds the few of those that do not count. In the
 * same way answer_attention, print_job_open and sign_open are as long as what is open, not as
 * history. sign holds an entry that a fiscal device is to sign from its own transaction on.
 *
 * total holds the rows of bx_figures_of(), by shift; shift -1: of all shifts that were purged. A
 * sale is a dozen rows, a quarter of what it costs, and the till has them in memory: so they are
 * added up behind its back, up to meta.counted_to, in idle time and before anybody reads them.
 *
 * Sales are most of what there is, so the index by kind leaves them out: it costs a sale nothing.
 *
 * Words are stored, not numbers of enums: a file outlives the order of a list in a header. */

#include "journal/ledger.h"

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

/* The projections whose rows are made again; version 1. */
#define TICKET                                                                                     \
    "ticket("                                                                                      \
    " code TEXT PRIMARY KEY, sale INTEGER NOT NULL, nth INTEGER NOT NULL, valid INTEGER NOT NULL)" \
    " STRICT, WITHOUT ROWID;"
#define ABOUT                                                                                     \
    "about("                                                                                      \
    " about INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, PRIMARY KEY(about, seq))" \
    " STRICT, WITHOUT ROWID;"
#define TOTAL                                                                                  \
    "total("                                                                                   \
    " shift INTEGER NOT NULL, what TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL," \
    " amount INTEGER NOT NULL, PRIMARY KEY(shift, what, name)) STRICT, WITHOUT ROWID;"
/* vouchers taken here and not given back; sale: the entry that took it */
#define VOUCHER "voucher(name TEXT PRIMARY KEY, sale INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
/* money asked for that has no end yet: neither declined nor reversed, and in no document */
#define ASKED "asked(attempt BLOB PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
#define LOCKOUT \
    "lockout("  \
    " user INTEGER PRIMARY KEY, failures INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;"

#define NO_DELETE                                           \
    "CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry" \
    " BEGIN SELECT raise(ABORT, 'entries are never removed'); END;"

const char bx_ledger_no_delete[] = NO_DELETE;

const char *const bx_ledger_schema[] = {
    /* 1 */
    "CREATE TABLE entry("
    " seq INTEGER PRIMARY KEY, incarnation INTEGER NOT NULL, id BLOB NOT NULL UNIQUE,"
    " kind TEXT NOT NULL, number TEXT UNIQUE, at INTEGER NOT NULL, boot INTEGER NOT NULL,"
    " shift INTEGER NOT NULL, user INTEGER NOT NULL, body TEXT NOT NULL, prev BLOB NOT NULL,"
    " hash BLOB NOT NULL) STRICT;"
    "CREATE TRIGGER entry_append BEFORE INSERT ON entry"
    " WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, NEW.seq) FROM entry)"
    " BEGIN SELECT raise(ROLLBACK, 'entries are only appended'); END;"
    "CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry"
    " BEGIN SELECT raise(ABORT, 'entries are never changed'); END;" NO_DELETE
    /* standing: 0 queued (waiting, or counts no more), 1 recorded, 2 needs attention, 3 settled */
    "CREATE TABLE answer("
    " seq INTEGER PRIMARY KEY REFERENCES entry(seq), outcome TEXT NOT NULL, task TEXT NOT NULL,"
    " say TEXT NOT NULL, standing INTEGER NOT NULL) STRICT;"
    "CREATE INDEX answer_queued ON answer(seq) WHERE standing = 0;"
    "CREATE INDEX answer_attention ON answer(seq) WHERE standing = 2;"
    "CREATE TABLE lease("
    " pool TEXT PRIMARY KEY, r INTEGER NOT NULL, n INTEGER NOT NULL, used INTEGER NOT NULL,"
    " state TEXT NOT NULL, epoch INTEGER NOT NULL, expires INTEGER NOT NULL,"
    " CHECK(0 <= used AND used <= n)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE print_job("
    " id BLOB PRIMARY KEY, seq INTEGER NOT NULL REFERENCES entry(seq), sale INTEGER NOT NULL,"
    " kind TEXT NOT NULL, ticket INTEGER NOT NULL, copy INTEGER NOT NULL, state TEXT NOT NULL,"
    " at INTEGER NOT NULL, say TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX print_job_open ON print_job(seq)"
    " WHERE state <> 'confirmed' AND state <> 'sent' AND state <> 'cancelled';"
    "CREATE TABLE document(word TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    /* every code a ticket has, or had; sale: the entry; nth: its place among the sale's tickets */
    "CREATE TABLE " TICKET
    /* entry SEQ is about entry ABOUT */
    "CREATE TABLE " ABOUT "CREATE INDEX about_seq ON about(seq);"
    "CREATE TABLE " TOTAL "CREATE TABLE " LOCKOUT "CREATE TABLE meta("
    " one INTEGER PRIMARY KEY CHECK(one = 1),"
    " till INTEGER NOT NULL, incarnation INTEGER NOT NULL, issuer INTEGER NOT NULL,"
    " seen_epoch INTEGER NOT NULL, seen_commit INTEGER NOT NULL, turn INTEGER NOT NULL,"
    " answered_to INTEGER NOT NULL,"
    " series INTEGER NOT NULL, shift INTEGER NOT NULL, next_shift INTEGER NOT NULL,"
    " user INTEGER NOT NULL, offline INTEGER NOT NULL, last_sale INTEGER NOT NULL,"
    " last_seq INTEGER NOT NULL) STRICT;"
    "INSERT INTO meta VALUES(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);",
    /* 2: in which boot of the machine the last entry was made */
    "ALTER TABLE meta ADD COLUMN boot_id TEXT NOT NULL DEFAULT '';",
    /* 3: the whole counter. `series` stays the last number of the sales. */
    "ALTER TABLE meta ADD COLUMN voids INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE meta ADD COLUMN refunds INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE meta ADD COLUMN exchanges INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE meta ADD COLUMN zs INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE meta ADD COLUMN invoices INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE meta ADD COLUMN trainings INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE meta ADD COLUMN training INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE meta ADD COLUMN opened INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE meta ADD COLUMN shift_seq INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE meta ADD COLUMN sales INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE meta ADD COLUMN returns INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE meta ADD COLUMN made INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE meta ADD COLUMN counted_to INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX entry_rare ON entry(kind) WHERE kind <> 'sale';"
    "CREATE INDEX entry_opening ON entry(shift) WHERE kind = 'shift-open';"
    /* sealed under key, which goes with it */
    "CREATE TABLE person("
    " place INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL, key BLOB NOT NULL,"
    " until INTEGER NOT NULL) STRICT;"
    "CREATE INDEX person_until ON person(until) WHERE until <> 0;"
    "CREATE TABLE " VOUCHER
    /* what stood before the first entry, when there were entries before it (anchor.c) */
    "CREATE TABLE anchor("
    " one INTEGER PRIMARY KEY CHECK(one = 1), seq INTEGER NOT NULL, text TEXT NOT NULL) STRICT;",
    /* 4: signatures of a fiscal device. They go with their entries, once an archive has them. */
    "CREATE TABLE sign("
    " seq INTEGER PRIMARY KEY, state TEXT NOT NULL, begun INTEGER NOT NULL, at INTEGER NOT NULL,"
    " transact INTEGER NOT NULL, counter INTEGER NOT NULL, device TEXT NOT NULL,"
    " qr TEXT NOT NULL) STRICT;"
    "CREATE INDEX sign_open ON sign(seq) WHERE state = 'open';",
    /* 5: when the server was last heard */
    "ALTER TABLE meta ADD COLUMN contact INTEGER NOT NULL DEFAULT 0;",
    /* 6: what a restart has to clear up, however long ago it was asked */
    ("CREATE TABLE " ASKED),
    /* 7: of a lease's n, what other tills gave */
    "ALTER TABLE lease ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;",
};
const size_t bx_ledger_schema_count = bx_countof(bx_ledger_schema);

const char bx_ledger_beside[] =
    "CREATE TEMP TABLE " TICKET "CREATE TEMP TABLE " ABOUT "CREATE INDEX temp.about_seq ON"
    " about(seq); CREATE TEMP TABLE " TOTAL "CREATE TEMP TABLE " LOCKOUT
    "CREATE TEMP TABLE " VOUCHER "CREATE TEMP TABLE " ASKED
    "CREATE TEMP TABLE answer(seq INTEGER PRIMARY KEY, standing INTEGER NOT NULL) STRICT;"
    "INSERT INTO temp.answer SELECT seq, standing FROM main.answer WHERE standing >= 2;"
    "CREATE TEMP TABLE lease_use("
    " pool TEXT, r INTEGER, q INTEGER, PRIMARY KEY(pool, r)) WITHOUT ROWID;";

/* In the order of the columns below. */
enum { META_FIELDS = 28 };

static void meta_fields(struct bx_meta *meta, int64_t *fields[META_FIELDS])
{
    int64_t *const list[] = {
        &meta->till,
        &meta->incarnation,
        &meta->issuer,
        &meta->seen_epoch,
        &meta->seen_commit,
        &meta->turn,
        &meta->answered_to,
        &meta->numbers[BX_SERIES_SALE],
        &meta->shift,
        &meta->next_shift,
        &meta->user,
        &meta->offline,
        &meta->last_sale,
        &meta->last_seq,
        &meta->numbers[BX_SERIES_VOID],
        &meta->numbers[BX_SERIES_REFUND],
        &meta->numbers[BX_SERIES_EXCHANGE],
        &meta->numbers[BX_SERIES_Z],
        &meta->numbers[BX_SERIES_INVOICE],
        &meta->numbers[BX_SERIES_TRAINING],
        &meta->training,
        &meta->opened,
        &meta->shift_seq,
        &meta->sales,
        &meta->returns,
        &meta->made,
        &meta->counted_to,
        &meta->contact,
    };
    _Static_assert(bx_countof(list) == META_FIELDS, "each column has its field");
    for (size_t i = 0; i < bx_countof(list); i++)
        fields[i] = list[i];
}

int bx_meta_load(struct bx_ledger *ledger, struct bx_meta *ret, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db,
        "SELECT till, incarnation, issuer, seen_epoch, seen_commit, turn, answered_to, series,"
        " shift, next_shift, user, offline, last_sale, last_seq, voids, refunds, exchanges, zs,"
        " invoices, trainings, training, opened, shift_seq, sales, returns, made,"
        " counted_to, contact, boot_id"
        " FROM meta");
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return row;
    if (row == 0)
        return bx_fault_set(fault, BX_ERR_CORRUPT, "The journal is damaged.", "meta is empty");
    int64_t *fields[META_FIELDS];
    meta_fields(ret, fields);
    for (int i = 0; i < META_FIELDS; i++)
        *fields[i] = bx_stmt_int(stmt, i);
    BX_TEXT_COPY(ret->boot_id, bx_stmt_text(stmt, META_FIELDS));
    bx_stmt_reset(stmt);
    return 0;
}

int bx_meta_store(struct bx_ledger *ledger, const struct bx_meta *meta, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db,
        "UPDATE meta SET till = ?1, incarnation = ?2, issuer = ?3, seen_epoch = ?4,"
        " seen_commit = ?5, turn = ?6, answered_to = ?7, series = ?8, shift = ?9, next_shift = ?10,"
        " user = ?11, offline = ?12, last_sale = ?13, last_seq = ?14, voids = ?15, refunds = ?16,"
        " exchanges = ?17, zs = ?18, invoices = ?19, trainings = ?20, training = ?21, opened = ?22,"
        " shift_seq = ?23, sales = ?24, returns = ?25, made = ?26, counted_to = ?27,"
        " contact = ?28, boot_id = ?29");
    struct bx_meta copy = *meta;
    int64_t *fields[META_FIELDS];
    meta_fields(&copy, fields);
    for (int i = 0; i < META_FIELDS; i++)
        bx_stmt_bind_int(stmt, i + 1, *fields[i]);
    bx_stmt_bind_text(stmt, META_FIELDS + 1, meta->boot_id);
    return bx_stmt_run(stmt, fault);
}

int bx_tail_load(struct bx_ledger *ledger, struct bx_tail *ret, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db, "SELECT seq, at, boot, id, hash FROM entry ORDER BY seq DESC LIMIT 1");
    *ret = (struct bx_tail){0};
    int row = bx_stmt_step(stmt, fault);
    if (row <= 0)
        return row;
    ret->seq = bx_stmt_int(stmt, 0);
    ret->at = bx_stmt_int(stmt, 1);
    ret->boot = bx_stmt_int(stmt, 2);
    bool whole = bx_stmt_copy(stmt, 3, &ret->id, sizeof(ret->id));
    whole = bx_stmt_copy(stmt, 4, &ret->hash, sizeof(ret->hash)) && whole;
    bx_stmt_reset(stmt);
    if (!whole)
        return bx_fault_set(fault, BX_ERR_CORRUPT, "The journal is damaged.",
                            "entry %lld: id or hash is cut", (long long)ret->seq);
    return 0;
}
