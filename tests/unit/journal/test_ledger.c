/* SPDX-License-Identifier: Apache-2.0 */
/* What only the real journal promises: pragmas, triggers, a chain that shows every change,
 * summaries that can be made again, schemas that only go forward, the ballast, and one descriptor.
 */

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "home.h"
#include "journal/ledger.h"

static struct home home;
static int64_t room;

static int set_up(void **state)
{
    (void)state;
    room = INT64_MAX;
    home_make(&home);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    home_remove(&home);
    return 0;
}

static int64_t room_of(void *arg, const char *path)
{
    (void)arg;
    (void)path;
    return room;
}

static struct bx_ref refs[64];

static void answered(struct bx_journal *journal, int64_t seq, enum bx_entry_outcome outcome)
{
    struct bx_entry_answer answer = {
        .seq = seq, .id = refs[seq].id, .hash = refs[seq].hash, .outcome = outcome};
    struct bx_journal_notes notes = {.answers = &answer, .answer_count = 1, .reoffer_above = -1};
    assert_int_equal(journal->ops->note(journal, &notes, NULL, NULL), 0);
}

/* A journal with something of every kind; returns its last seq. */
static int64_t history(void)
{
    struct kit kit;
    struct bx_code code = {""};
    struct bx_journal *journal =
        home_open_with(&home, (struct bx_journal_options){.careless = true});
    kit_init(&kit, journal);
    kit_start(&kit, 100);
    static const enum bx_kind notes[] = {BX_KIND_LOGIN_FAILED, BX_KIND_LOGIN,
                                         BX_KIND_OFFLINE_START};
    for (size_t i = 0; i < bx_countof(notes); i++) {
        kit_note(&kit, notes[i], "", i == 0 ? 9 : 0);
        kit_done(&kit);
    }
    for (int i = 0; i < 4; i++) { /* 5 to 8 */
        kit_sale(&kit, 2, i % 2 ? NULL : "p", 1, i);
        code = kit.sale->tickets[0].code;
        refs[kit.seq] = kit_done(&kit);
    }
    kit_replace(&kit, &refs[8].id, 0, &code);
    code = kit.paper.code;
    kit_done(&kit);
    kit_reprint(&kit, &refs[8].id, &code);
    kit_done(&kit);
    answered(journal, 5, BX_ENTRY_RECORDED);
    answered(journal, 6, BX_ENTRY_RECORDED_TASK);
    kit_note(&kit, BX_KIND_SETTLE, "seen", 6);
    kit_done(&kit);
    kit_sale(&kit, 1, NULL, 0, 0);
    kit_done(&kit);
    int64_t last = kit.seq - 1;
    assert_int_equal(bx_ledger_count(bx_ledger_of(journal), 1, NULL), 1);
    kit_finish(&kit);
    bx_journal_destroy(journal);
    return last;
}

static int verify(struct bx_journal_report *report, struct bx_fault *fault)
{
    struct bx_journal *journal =
        home_open_with(&home, (struct bx_journal_options){.inspect = true});
    int err = bx_journal_verify(journal, report, fault);
    bx_journal_destroy(journal);
    return err;
}

/* --- the file --------------------------------------------------------------------------------- */

static void pragmas_hold(void **state)
{
    (void)state;
    static const char *const wanted[][2] = {
        {"locking_mode", "exclusive"},
        {"journal_mode", "wal"},
        {"synchronous", "2"},
        {"foreign_keys", "1"},
        {"trusted_schema", "0"},
        {"cell_size_check", "1"},
        {"mmap_size", "0"},
        {"wal_autocheckpoint", "0"},
    };
    struct bx_journal *journal = home_open(&home);
    struct bx_db *db = bx_ledger_of(journal)->db;
    for (size_t i = 0; i < bx_countof(wanted); i++) {
        char got[32];
        assert_int_equal(bx_db_pragma(db, wanted[i][0], got, sizeof(got), NULL), 0);
        assert_string_equal(got, wanted[i][1]);
    }
    assert_true(bx_db_is_defensive(db));
    assert_false(home_has(&home, "-shm"));
    struct bx_fault fault;
    assert_null(bx_journal_open(home.path, &fault)); /* nobody else meanwhile */
    assert_int_equal(fault.err, BX_ERR_BUSY);
    bx_journal_destroy(journal);
    history();
    journal = home_open(&home); /* one that is in WAL mode already */
    assert_false(home_has(&home, "-shm"));
    bx_journal_destroy(journal);
}

static void entries_cannot_be_changed(void **state)
{
    (void)state;
    history();
    struct bx_journal *journal = home_open(&home);
    struct bx_db *db = bx_ledger_of(journal)->db;
    static const char *const tries[] = {
        "UPDATE entry SET user = 8 WHERE seq = 5",
        "UPDATE entry SET body = body WHERE seq = 5",
        "DELETE FROM entry WHERE seq = 12",
        "DELETE FROM entry",
        ("INSERT INTO entry SELECT 99, incarnation, x'00', kind, NULL, at, boot, shift, user, body,"
         " prev, hash FROM entry WHERE seq = 1"),
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 5",
    };
    for (size_t i = 0; i < bx_countof(tries); i++) {
        struct bx_fault fault = {0};
        assert_int_equal(bx_db_run(db, tries[i], &fault), BX_ERR_CLASH);
    }
    struct bx_journal_report report;
    assert_int_equal(bx_journal_verify(journal, &report, NULL), 0);
    bx_journal_destroy(journal);
}

static int descriptors(void)
{
    int count = 0;
    DIR *all = opendir("/proc/self/fd");
    assert_non_null(all);
    struct dirent *entry;
    while ((entry = readdir(all))) {
        char name[300], target[128] = "";
        snprintf(name, sizeof(name), "/proc/self/fd/%s", entry->d_name);
        if (readlink(name, target, sizeof(target) - 1) > 0)
            count += strcmp(target, home.path) == 0;
    }
    closedir(all);
    return count;
}

static void one_descriptor_only(void **state)
{
    (void)state;
    history();
    struct bx_journal *journal =
        home_open_with(&home, (struct bx_journal_options){.room = room_of});
    assert_int_equal(descriptors(), 1);
    struct kit kit;
    kit_init(&kit, journal);
    kit_sale(&kit, 1, NULL, 0, 0);
    kit_done(&kit);
    for (int i = 0; i < 60; i++)
        assert_true(journal->ops->idle(journal, NULL) >= 0);
    assert_int_equal(descriptors(), 1);
    kit_finish(&kit);
    bx_journal_destroy(journal);
    assert_int_equal(descriptors(), 0);
}

static void a_newer_schema_is_refused(void **state)
{
    (void)state;
    history();
    home_sql(&home, "PRAGMA user_version=99");
    struct bx_fault fault;
    assert_null(bx_journal_open(home.path, &fault));
    assert_int_equal(fault.err, BX_ERR_REFUSED);
    assert_non_null(strstr(fault.say, "newer"));
    assert_int_equal(home_int(&home, "SELECT count(*) FROM entry"), 12);
}

/* A file as the version before left it: its summaries are made again by today's code. */
static void an_older_file_is_brought_forward(void **state)
{
    (void)state;
    static const char back[] =
        "DROP INDEX entry_rare; DROP INDEX entry_opening; DROP TABLE person; DROP TABLE anchor;"
        "DROP TABLE voucher; DROP TABLE sign; DROP TABLE asked;"
        "ALTER TABLE lease DROP COLUMN taken;"
        "ALTER TABLE meta DROP COLUMN voids; ALTER TABLE meta DROP COLUMN refunds;"
        "ALTER TABLE meta DROP COLUMN exchanges; ALTER TABLE meta DROP COLUMN zs;"
        "ALTER TABLE meta DROP COLUMN invoices; ALTER TABLE meta DROP COLUMN trainings;"
        "ALTER TABLE meta DROP COLUMN training; ALTER TABLE meta DROP COLUMN opened;"
        "ALTER TABLE meta DROP COLUMN shift_seq; ALTER TABLE meta DROP COLUMN sales;"
        "ALTER TABLE meta DROP COLUMN returns; ALTER TABLE meta DROP COLUMN made;"
        "ALTER TABLE meta DROP COLUMN counted_to; ALTER TABLE meta DROP COLUMN contact;"
        "DELETE FROM total; INSERT INTO total VALUES(1, 'sales', 'EUR', 5, 100);"
        "PRAGMA user_version=2;";
    struct bx_journal_report report;
    struct bx_fault fault = {0};
    struct kit kit;
    history();
    home_sql(&home, back);
    struct bx_journal *journal = home_open(&home);
    if (bx_journal_verify(journal, &report, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    kit_init(&kit, journal);
    assert_int_equal(kit.perpetual.sales.minor, 9 * KIT_PRICE);
    assert_int_equal(kit.shift_seq, 1);
    kit_close(&kit);
    kit_done(&kit);
    kit_finish(&kit);
    bx_journal_destroy(journal);
}

static void the_ballast_comes_and_goes(void **state)
{
    (void)state;
    struct stat st;
    struct bx_fault fault;
    struct bx_journal_options options = {.room = room_of};
    struct bx_journal *journal = home_open_with(&home, options);
    assert_int_equal(stat(home_path(&home, ".ballast"), &st), 0);
    assert_int_equal(st.st_size, 1 << 20);
    assert_true(st.st_blocks * 512 >= 1 << 20); /* bytes, not a hole */
    assert_true(bx_ballast_drop(bx_ledger_of(journal)));
    assert_false(home_has(&home, ".ballast"));
    room = BX_JOURNAL_LINE; /* enough to sell, not enough for a reserve */
    for (int i = 0; i < 60; i++)
        assert_true(journal->ops->idle(journal, NULL) >= 0);
    assert_false(home_has(&home, ".ballast"));
    room = BX_JOURNAL_LINE + (2 << 20);
    assert_true(journal->ops->idle(journal, NULL) >= 0);
    assert_true(home_has(&home, ".ballast"));
    room = -1; /* read-only */
    assert_int_equal(journal->ops->idle(journal, &fault), BX_ERR_IO);
    bx_journal_destroy(journal);
}

static void the_log_comes_home_in_idle_time(void **state)
{
    (void)state;
    history();
    struct bx_journal *journal =
        home_open_with(&home, (struct bx_journal_options){.room = room_of});
    struct bx_db *db = bx_ledger_of(journal)->db;
    struct kit kit;
    kit_init(&kit, journal);
    kit_sale(&kit, 1, NULL, 0, 0);
    kit_done(&kit);
    assert_true(bx_db_wal_pages(db) > 0);
    assert_int_equal(journal->ops->idle(journal, NULL), 1); /* a sale may follow at once */
    assert_true(bx_db_wal_pages(db) > 0);
    int more, slices = 0;
    while ((more = journal->ops->idle(journal, NULL)) > 0 && slices < 200)
        slices++;
    assert_int_equal(more, 0);
    assert_true(bx_db_wal_pages(db) == 0);
    kit_finish(&kit);
    bx_journal_destroy(journal);
}

static bool plan_has(struct bx_db *db, const char *sql, const char *word)
{
    bool found = false;
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    bx_buf_format(&text, "EXPLAIN QUERY PLAN %s", sql);
    bx_cleanup(bx_stmt_destroy) struct bx_stmt *stmt = bx_db_prepare(db, bx_buf_text(&text), NULL);
    assert_non_null(stmt);
    while (bx_stmt_step(stmt, NULL) == 1)
        found = found || strstr(bx_stmt_text(stmt, 3), word);
    return found;
}

/* The indexes that leave sales out are found by the questions they are for. */
static void rare_kinds_are_found_by_index(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *word;
    } list[] = {
        {"SELECT seq FROM entry WHERE kind = ?3 AND kind <> 'sale' AND (?1 = 0 OR seq < ?1)"
         " ORDER BY seq DESC LIMIT ?2",
         "entry_rare"},
        {"SELECT min(seq) FROM entry WHERE kind = 'shift-open' AND shift = ?1", "entry_opening"},
        {"DELETE FROM person WHERE until <> 0 AND until < ?1", "person_until"},
    };
    struct bx_journal *journal = home_open(&home);
    for (size_t i = 0; i < bx_countof(list); i++) {
        assert_true(plan_has(bx_ledger_of(journal)->db, list[i].sql, list[i].word));
        assert_false(plan_has(bx_ledger_of(journal)->db, list[i].sql, "TEMP B-TREE"));
    }
    bx_journal_destroy(journal);
}

/* --- the chain -------------------------------------------------------------------------------- */

static void a_good_journal_verifies(void **state)
{
    (void)state;
    int64_t last = history();
    struct bx_journal_report report;
    struct bx_fault fault = {0};
    if (verify(&report, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_int_equal(report.entries, last);
    assert_int_equal(report.first, 1);
    assert_int_equal(report.last, last);
    assert_int_equal(report.sales, 5);
    assert_int_equal(report.tickets, 9);
    assert_int_equal(report.wrong, 0);
}

/* CHANGE with ROW for each @. */
static void change_make(const char *change, int64_t row, struct bx_buf *out)
{
    for (const char *at = change; *at; at++) {
        if (*at == '@')
            bx_buf_format(out, "%lld", (long long)row);
        else
            bx_buf_byte_add(out, (uint8_t)*at);
    }
}

static void every_change_shows(void **state)
{
    (void)state;
    /* @ is the row. The last of them is about two rows and does not fit the last one. */
    static const char *const changes[] = {
        "UPDATE entry SET body = replace(body, '\"user\":7', '\"user\":8') WHERE seq = @",
        "UPDATE entry SET body = body || ' ' WHERE seq = @",
        "UPDATE entry SET user = user + 1 WHERE seq = @",
        "UPDATE entry SET at = at + 1 WHERE seq = @",
        "UPDATE entry SET boot = boot + 1 WHERE seq = @",
        "UPDATE entry SET shift = shift + 1 WHERE seq = @",
        "UPDATE entry SET incarnation = 2 WHERE seq = @",
        "UPDATE entry SET number = '2-000077' WHERE seq = @",
        "UPDATE entry SET kind = 'clock-jump' WHERE seq = @",
        "UPDATE entry SET id = randomblob(16) WHERE seq = @",
        "UPDATE entry SET id = x'00' WHERE seq = @",
        "UPDATE entry SET hash = randomblob(32) WHERE seq = @",
        "UPDATE entry SET prev = randomblob(32) WHERE seq = @",
        "DELETE FROM entry WHERE seq = @",
        "DELETE FROM entry WHERE seq >= @",
        ("UPDATE entry SET seq = -1 WHERE seq = @; UPDATE entry SET seq = @ WHERE seq = @ + 1;"
         "UPDATE entry SET seq = @ + 1 WHERE seq = -1"),
    };
    int64_t last = history();
    struct picture good = home_picture(&home);
    for (size_t i = 0; i < bx_countof(changes); i++) {
        for (int64_t row = 1; row <= last - (i == bx_countof(changes) - 1); row++) {
            bx_buf_auto sql;
            bx_buf_init(&sql, 0);
            home_put(&home, &good);
            change_make(changes[i], row, &sql);
            home_sql(&home, bx_buf_text(&sql));
            struct bx_journal_report report;
            struct bx_fault fault = {0};
            int err = verify(&report, &fault);
            if (err != BX_ERR_CORRUPT || report.wrong != row)
                fail_msg("%s: %d, wrong %lld, %s", bx_buf_text(&sql), err, (long long)report.wrong,
                         fault.say);
            assert_null(bx_journal_open(home.path, &fault));
            assert_int_equal(fault.err, BX_ERR_CORRUPT);
        }
    }
    bx_free(good.bytes);
}

static const struct bx_journal_options careless = {.careless = true, .room = room_of};

static void long_history(int notes)
{
    struct kit kit;
    struct bx_journal *journal = home_open_with(&home, careless);
    kit_init(&kit, journal);
    kit_start(&kit, 1);
    for (int i = 0; i < notes; i++) {
        kit_note(&kit, BX_KIND_CLOCK_JUMP, "", i);
        kit_done(&kit);
    }
    kit_finish(&kit);
    bx_journal_destroy(journal);
}

/* Counted in entries, since a slice takes as long as what it reads. */
static void idle_slices_are_short(void **state)
{
    (void)state;
    enum { NOTES = 3000, SLICE_MOST = BX_CHAIN_WEIGHT / 1024 };
    long_history(NOTES);
    struct bx_journal *journal = home_open_with(&home, careless);
    const struct bx_chain *rest = &bx_ledger_of(journal)->rest;
    int64_t before = rest->next, slices = 0;
    assert_true(rest->end - rest->next > 2 * SLICE_MOST);
    for (; rest->next <= rest->end; before = rest->next) {
        assert_int_equal(journal->ops->idle(journal, NULL), 1);
        assert_true(rest->next - before <= SLICE_MOST);
        slices += rest->next > before;
        assert_true(slices > 0 || before == 1); /* bringing the log home comes first */
    }
    assert_true(slices >= (rest->end + SLICE_MOST - 1) / SLICE_MOST);
    assert_int_equal(journal->ops->idle(journal, NULL), 0); /* nothing whole comes behind */
    bx_journal_destroy(journal);
}

static void idle_time_finds_old_damage(void **state)
{
    (void)state;
    struct bx_journal *journal;
    long_history(1600);
    struct bx_fault fault = {0};
    int more = 1;
    journal = home_open_with(&home, careless);
    for (int i = 0; i < 200 && more > 0; i++)
        more = journal->ops->idle(journal, &fault);
    assert_int_equal(more, 0);
    bx_journal_destroy(journal);

    home_sql(&home, "UPDATE entry SET at = at + 1 WHERE seq = 555");
    journal = home_open_with(&home, careless); /* the last 1,000 are good */
    more = 1;
    for (int i = 0; i < 200 && more > 0; i++)
        more = journal->ops->idle(journal, &fault);
    assert_int_equal(more, BX_ERR_CORRUPT);
    assert_non_null(strstr(fault.say, "555"));
    assert_int_equal(journal->ops->idle(journal, &fault), BX_ERR_CORRUPT); /* and says so again */
    assert_non_null(strstr(fault.say, "555"));
    bx_journal_destroy(journal);
}

/* --- projections ------------------------------------------------------------------------------ */

static void summaries_can_be_made_again(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"UPDATE total SET amount = amount + 1 WHERE what = 'sale'", "total"},
        {"DELETE FROM total WHERE what = 'product'", "total"},
        {"DELETE FROM ticket WHERE nth = 1", "ticket"},
        {"UPDATE ticket SET valid = 1", "ticket"},
        {"DELETE FROM about", "about"},
        {"DELETE FROM lockout", "lockout"},
        {"UPDATE lockout SET failures = 0", "lockout"},
        {"UPDATE meta SET last_sale = 5", "meta"},
        {"UPDATE meta SET series = series + 1", "meta"},
        {"UPDATE meta SET user = 0, shift = 0", "meta"},
        {"UPDATE meta SET offline = 0", "meta"},
        {"UPDATE meta SET counted_to = 8", "total"},
        {"UPDATE meta SET sales = sales + 1", "meta"},
        {"UPDATE meta SET voids = 1", "meta"},
        {"UPDATE meta SET shift_seq = 0", "meta"},
        {"UPDATE meta SET training = 1", "meta"},
        {"UPDATE meta SET answered_to = 5", "meta"},
        {"UPDATE answer SET standing = 2 WHERE standing = 3", "answer"},
    };
    history();
    for (size_t i = 0; i < bx_countof(changes); i++) {
        struct bx_journal_report report;
        struct bx_fault fault = {0};
        home_sql(&home, changes[i][0]);
        assert_int_equal(verify(&report, &fault), BX_ERR_CORRUPT);
        assert_int_equal(report.wrong, 0); /* the chain is good */
        if (strncmp(fault.detail, changes[i][1], strlen(changes[i][1])) != 0)
            fail_msg("%s: %s", changes[i][0], fault.detail);
        struct bx_journal *journal = home_open(&home);
        assert_int_equal(bx_journal_rebuild(journal, &fault), 0);
        if (bx_journal_verify(journal, &report, &fault))
            fail_msg("%s: %s", changes[i][0], fault.detail);
        bx_journal_destroy(journal);
    }
}

static void used_places_agree_with_the_sales(void **state)
{
    (void)state;
    history();
    home_sql(&home, "UPDATE lease SET used = used + 1");
    struct bx_journal_report report;
    struct bx_fault fault = {0};
    assert_int_equal(verify(&report, &fault), BX_ERR_CORRUPT);
    assert_int_equal(strncmp(fault.detail, "lease", 5), 0);
}

struct sums {
    int64_t sales, amount, cash, persons;
};

static int sum(void *arg, const struct bx_total *total)
{
    struct sums *sums = arg;
    if (strcmp(total->what, "sale") == 0) {
        sums->sales += total->count;
        sums->amount += total->amount;
    }
    if (strcmp(total->what, "tender") == 0)
        sums->cash += total->amount;
    if (strcmp(total->what, "persons") == 0)
        sums->persons += total->count;
    return 0;
}

static void totals_are_the_sales(void **state)
{
    (void)state;
    history();
    struct bx_journal *journal = home_open(&home);
    struct sums all = {0}, none = {0};
    assert_int_equal(bx_journal_totals(journal, 0, sum, &all, NULL), 0);
    assert_int_equal(all.sales, 5);
    assert_int_equal(all.amount, 9 * KIT_PRICE);
    assert_int_equal(all.cash, 9 * KIT_PRICE);
    assert_int_equal(all.persons, 9);
    assert_int_equal(bx_journal_totals(journal, 2, sum, &none, NULL), 0);
    assert_int_equal(none.sales, 0);
    bx_journal_destroy(journal);
}

/* --- export ----------------------------------------------------------------------------------- */

static int append(void *arg, const char *bytes, size_t len)
{
    bx_buf_add(arg, bytes, len);
    return 0;
}

static void export_is_what_was_stored(void **state)
{
    (void)state;
    int64_t last = history(), count = 0;
    struct bx_journal *journal = home_open(&home);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    assert_int_equal(bx_journal_export(journal, 1, append, &out, NULL), 0);
    bx_journal_destroy(journal);
    struct bx_hash prev = {0};
    for (char *at = out.data; *at; count++) {
        char *body = strchr(at, '\n') + 1;
        char *end = strchr(body, '\n');
        struct bx_envelope envelope;
        assert_int_equal(bx_envelope_decode(at, (size_t)(body - 1 - at), &envelope, NULL), 0);
        assert_int_equal(envelope.seq, count + 1);
        struct bx_hash hash = bx_entry_hash(&prev, envelope.till, envelope.incarnation,
                                            envelope.seq, body, (size_t)(end - body));
        assert_true(bx_hash_equal(&hash, &envelope.hash));
        prev = hash;
        at = end + 1;
    }
    assert_int_equal(count, last);
}

int main(void)
{
    bx_crypto_init();
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(pragmas_hold),
        CASE(entries_cannot_be_changed),
        CASE(one_descriptor_only),
        CASE(a_newer_schema_is_refused),
        CASE(an_older_file_is_brought_forward),
        CASE(the_ballast_comes_and_goes),
        CASE(the_log_comes_home_in_idle_time),
        CASE(rare_kinds_are_found_by_index),
        CASE(a_good_journal_verifies),
        CASE(every_change_shows),
        CASE(idle_slices_are_short),
        CASE(idle_time_finds_old_damage),
        CASE(summaries_can_be_made_again),
        CASE(used_places_agree_with_the_sales),
        CASE(totals_are_the_sales),
        CASE(export_is_what_was_stored),
    };
    return cmocka_run_group_tests_name("journal: ledger", tests, NULL, NULL);
}
