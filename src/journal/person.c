/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of persons, apart from the entries. Each is sealed under a key of its own, which is
 * drawn here and stands beside it: an erasure takes both, and whatever copy of the sealed bytes is
 * left on the disk or in a backup made without this table's keys says nothing more. What is deleted
 * is also overwritten in the file (secure_delete), and the log that had it is emptied. */

#include "journal/ledger.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/alloc.h"

enum { SEED = 32 };

int bx_persons_secure(struct bx_ledger *ledger, const struct bx_journal_notes *notes,
                      struct bx_fault *fault)
{
    char is[16];
    bool wanted = notes->person_count || notes->persons_end.us;
    return wanted ? bx_db_pragma(ledger->db, "secure_delete=ON", is, sizeof(is), fault) : 0;
}

int bx_persons_gone(struct bx_ledger *ledger, struct bx_fault *fault)
{
    char is[16];
    int err = bx_db_checkpoint(ledger->db, true, fault);
    return err ? err : bx_db_pragma(ledger->db, "secure_delete=OFF", is, sizeof(is), fault);
}

static int erase(struct bx_ledger *ledger, const struct bx_id *id, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "DELETE FROM person WHERE id = ?1");
    bx_stmt_bind_bytes(stmt, 1, id->b, sizeof(id->b));
    return bx_stmt_run(stmt, fault);
}

int bx_person_put(struct bx_ledger *ledger, const struct bx_person_note *person,
                  struct bx_fault *fault)
{
    if (!person->bytes)
        return erase(ledger, &person->id, fault);
    if (person->len > BX_PERSON_MAX || bx_id_is_zero(&person->id))
        return bx_fault_set(fault, BX_ERR_INPUT, "This is too much about one person.", "%zu bytes",
                            person->len);
    uint8_t seed[SEED], sealed[BX_PERSON_MAX + BX_SEAL_EXTRA];
    struct bx_public_key to;
    struct bx_secret_key secret;
    bx_random_fill(seed, sizeof(seed));
    bx_key_make(seed, &to, &secret);
    int err = bx_seal(&to, person->bytes, person->len, sealed);
    if (err == 0) {
        struct bx_stmt *stmt = bx_db_stmt(
            ledger->db, "INSERT INTO person(id, sealed, key, until) VALUES(?1, ?2, ?3, ?4)"
                        " ON CONFLICT(id) DO UPDATE SET sealed = excluded.sealed,"
                        " key = excluded.key, until = excluded.until");
        bx_stmt_bind_bytes(stmt, 1, person->id.b, sizeof(person->id.b));
        bx_stmt_bind_bytes(stmt, 2, sealed, person->len + BX_SEAL_EXTRA);
        bx_stmt_bind_bytes(stmt, 3, seed, sizeof(seed));
        bx_stmt_bind_int(stmt, 4, person->until.us);
        err = bx_stmt_run(stmt, fault);
    }
    bx_wipe(seed, sizeof(seed));
    bx_wipe(&secret, sizeof(secret));
    return err;
}

int bx_persons_end(struct bx_ledger *ledger, bx_utc end, struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "DELETE FROM person WHERE until <> 0 AND until < ?1");
    bx_stmt_bind_int(stmt, 1, end.us);
    return bx_stmt_run(stmt, fault);
}

struct showing {
    bx_row_visit visit;
    void *arg;
};

static int person_show(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    const struct showing *showing = arg;
    struct bx_row row = {.head = {.seq = bx_stmt_int(stmt, 0), .at = {bx_stmt_int(stmt, 4)}}};
    uint8_t seed[SEED];
    char known[BX_PERSON_MAX + 1];
    struct bx_public_key to;
    struct bx_secret_key secret;
    size_t len;
    const void *sealed = bx_stmt_bytes(stmt, 2, &len);
    bool whole = bx_stmt_copy(stmt, 1, &row.head.id, sizeof(row.head.id)) &&
                 bx_stmt_copy(stmt, 3, seed, sizeof(seed)) && len >= BX_SEAL_EXTRA &&
                 len <= BX_PERSON_MAX + BX_SEAL_EXTRA;
    if (whole) {
        bx_key_make(seed, &to, &secret);
        whole = bx_unseal(&secret, sealed, len, (uint8_t *)known) == 0;
        bx_wipe(&secret, sizeof(secret));
    }
    bx_wipe(seed, sizeof(seed));
    if (!whole)
        return bx_fault_set(fault, BX_ERR_CORRUPT, "What is known of a person cannot be read.",
                            "person at %" PRId64, row.head.seq);
    row.body = known;
    row.len = len - BX_SEAL_EXTRA;
    known[row.len] = '\0';
    int result = showing->visit(showing->arg, &row);
    bx_wipe(known, sizeof(known));
    return result;
}

int bx_persons_read(struct bx_ledger *ledger, const struct bx_query *query, int limit,
                    bx_row_visit visit, void *arg, struct bx_fault *fault)
{
    struct showing showing = {visit, arg};
    struct bx_stmt *stmt;
    if (bx_id_is_zero(&query->id)) {
        stmt = bx_db_stmt(ledger->db, "SELECT place, id, sealed, key, until FROM person"
                                      " WHERE place > ?1 ORDER BY place LIMIT ?2");
        bx_stmt_bind_int(stmt, 1, query->from);
        bx_stmt_bind_int(stmt, 2, limit);
    } else {
        stmt = bx_db_stmt(ledger->db,
                          "SELECT place, id, sealed, key, until FROM person WHERE id = ?1");
        bx_stmt_bind_bytes(stmt, 1, query->id.b, sizeof(query->id.b));
    }
    return bx_stmt_each(stmt, person_show, &showing, fault);
}
