/* SPDX-License-Identifier: Apache-2.0 */
/* Archives that stand alone, and what may be purged after one: a journal that was cut must say the
 * same of what is left, go on with the same numbers and totals, and show every change as before. */

#define _GNU_SOURCE /* memmem */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/point.h"
#include "boxtill/base/text.h"
#include "boxtill/sys/folder.h"
#include "home.h"
#include "journal/archive.h"
#include "journal/ledger.h"
#include "journal/manifest.h"
#include "journal/signs.h"

static struct home home;
static struct kit kit;
static struct bx_public_key public;
static struct bx_secret_key secret;
static char folder[64];
static int64_t drawn;
static struct bx_print_job job_of_second; /* of the second shift's sale */

static int set_up(void **state)
{
    (void)state;
    static const uint8_t seed[32] = {9};
    bx_key_make(seed, &public, &secret);
    home_make(&home);
    snprintf(folder, sizeof(folder), "%s/archive", home.folder);
    return 0;
}

static void folder_remove(void)
{
    char path[128];
    static const char *const names[] = {
        "README.txt",  "entries.jsonl",    "entries.csv",    "lines.csv",     "tenders.csv",
        "figures.csv", "signatures.jsonl", "signatures.csv", "manifest.json", "manifest.sig"};
    for (size_t i = 0; i < bx_countof(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove();
    home_remove(&home);
    return 0;
}

static void answered(struct bx_journal *journal, int64_t seq, enum bx_entry_outcome outcome)
{
    struct bx_stmt *stmt =
        bx_db_stmt(bx_ledger_of(journal)->db, "SELECT id, hash FROM entry WHERE seq = ?1");
    struct bx_entry_answer answer = {.seq = seq, .outcome = outcome};
    bx_stmt_bind_int(stmt, 1, seq);
    if (bx_stmt_step(stmt, NULL) != 1)
        return;
    assert_true(bx_stmt_copy(stmt, 0, &answer.id, sizeof(answer.id)));
    assert_true(bx_stmt_copy(stmt, 1, &answer.hash, sizeof(answer.hash)));
    bx_stmt_reset(stmt);
    struct bx_journal_notes notes = {.answers = &answer, .answer_count = 1, .reoffer_above = -1};
    assert_int_equal(journal->ops->note(journal, &notes, NULL, NULL), 0);
}

static void answer_all(struct bx_journal *journal, int64_t to)
{
    for (int64_t seq = 1; seq <= to; seq++)
        answered(journal, seq, BX_ENTRY_RECORDED);
}

static void jobs_done(void)
{
    for (size_t i = 0; i < kit.commit.job_count; i++)
        kit.jobs[i].state = BX_JOB_SENT;
    struct bx_journal_notes notes = {
        .jobs = kit.jobs, .job_count = kit.commit.job_count, .reoffer_above = -1};
    assert_int_equal(kit.journal->ops->note(kit.journal, &notes, NULL, NULL), 0);
}

/* What is committed from now on is to be signed. */
static bool signs;

static void signed_as(int64_t seq, enum bx_sign_state state, int64_t counter)
{
    struct bx_sign_note sign = {.seq = seq, .sign = {.state = state}};
    if (state != BX_SIGN_REFUSED) {
        sign.sign.begun.us = sign.sign.at.us = 1795526525000000 + counter;
        sign.sign.transaction = sign.sign.counter = counter;
        BX_TEXT_COPY(sign.sign.device, "DEVICE");
        snprintf(sign.sign.qr, sizeof(sign.sign.qr), "BXF1;DEVICE;%d;\"=x\"", (int)counter);
    }
    struct bx_journal_notes notes = {.signs = &sign, .sign_count = 1, .reoffer_above = -1};
    assert_int_equal(kit.journal->ops->note(kit.journal, &notes, NULL, NULL), 0);
}

static struct bx_ref sell(int quantity, const char *pool, int64_t before)
{
    kit_sale(&kit, quantity, pool, 1, before);
    kit.commit.sign = signs;
    struct bx_ref ref = kit_done(&kit);
    jobs_done();
    return ref;
}

/* Two shifts that are closed and one that is open; nothing is sent. Returns a sale of the first. */
static struct bx_ref history(struct bx_journal *journal)
{
    static const int first[] = {0};
    kit_init(&kit, journal);
    kit_start(&kit, 100); /* 1 */
    struct bx_ref old = sell(2, "p", 0);
    kit_return(&kit, BX_KIND_REFUND, &old.id, 1, first);
    kit_done(&kit);
    kit_note(&kit, BX_KIND_LOGIN_FAILED, "", 9);
    kit_done(&kit);
    kit_close(&kit);
    kit_done(&kit); /* 5 */
    kit_open(&kit, 100);
    kit_done(&kit);
    sell(1, "p", 2);
    job_of_second = kit.jobs[0];
    kit_close(&kit);
    kit_done(&kit); /* 8 */
    kit_open(&kit, 100);
    kit_done(&kit);
    sell(1, "p", 3);
    kit_sale(&kit, 1, NULL, 0, 0);
    kit_train(&kit);
    kit_done(&kit); /* 11 */
    jobs_done();
    kit_reprint(&kit, &old.id, &kit.sale->tickets[0].code); /* of a sale that will be gone */
    kit_done(&kit);
    return old;
}

static struct bx_archive_act act(void)
{
    return (struct bx_archive_act){.id = kit_id(&kit),
                                   .at = {kit.commit.head.at.us + ++drawn},
                                   .boot = 1000,
                                   .user = 7,
                                   .boot_id = "b"};
}

static int archive(struct bx_journal *journal, struct bx_archive_found *found,
                   struct bx_fault *fault)
{
    struct bx_folder files;
    struct bx_archive_act how = act();
    folder_remove();
    assert_int_equal(bx_folder_create(&files, folder, fault), 0);
    struct bx_archive_sink sink = {bx_folder_add, &files};
    int err = bx_archive_make(journal, &how, &secret, &sink, found, fault);
    bx_folder_finish(&files);
    kit_take_up(&kit);
    return err;
}

static int prove(const struct bx_public_key *key, struct bx_archive_found *found,
                 struct bx_fault *fault)
{
    struct bx_folder files;
    bx_folder_init(&files, folder);
    struct bx_archive_source source = {bx_folder_each, &files};
    return bx_archive_verify(&source, key, found, fault);
}

static int purge(struct bx_journal *journal, int64_t before, struct bx_purged *purged,
                 struct bx_fault *fault)
{
    struct bx_folder files;
    struct bx_archive_act how = act();
    bx_folder_init(&files, folder);
    struct bx_archive_source source = {bx_folder_each, &files};
    int err = bx_journal_purge(journal, &how, &source, &public, (bx_utc){before}, purged, fault);
    kit_take_up(&kit);
    return err;
}

static void assert_good(struct bx_journal *journal)
{
    struct bx_journal_report report;
    struct bx_fault fault = {0};
    if (bx_journal_verify(journal, &report, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
}

/* --- archives --------------------------------------------------------------------------------- */

static void an_archive_stands_alone(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct bx_archive_found made, found;
    struct bx_journal *journal = home_open(&home);
    history(journal);
    if (archive(journal, &made, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_int_equal(made.entries, 12);
    assert_good(journal);
    assert_int_equal(kit.seq, 14); /* the entry `export` */
    kit_finish(&kit);
    bx_journal_destroy(journal);
    if (prove(&public, &found, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_true(bx_hash_equal(&found.manifest, &made.manifest));
    assert_true(bx_hash_equal(&found.head, &made.head));
    assert_int_equal(found.first, 1);
    assert_int_equal(found.last, 12);
    assert_int_equal(found.entries, 12);
    assert_int_equal(found.perpetual.sales.minor, 4 * KIT_PRICE);
    assert_int_equal(found.perpetual.returns.minor, KIT_PRICE);
    assert_int_equal(prove(NULL, &found, &fault), 0);
    assert_memory_equal(&found.key, &public, sizeof(public));
    struct bx_public_key other = public;
    other.b[0] ^= 1;
    assert_int_equal(prove(&other, &found, &fault), BX_ERR_CORRUPT);
}

static bool file_has(const char *name, const char *text)
{
    char path[128];
    static char bytes[65536];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    return memmem(bytes, len, text, strlen(text)) != NULL;
}

static void file_flip(const char *name, long at)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, at < 0 ? SEEK_END : SEEK_SET), 0);
    int byte = fgetc(file);
    assert_true(byte >= 0);
    assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
    fputc(byte ^ 1, file);
    fclose(file);
}

static void every_change_of_an_archive_shows(void **state)
{
    (void)state;
    signs = true;
    static const struct {
        const char *name;
        long at;
    } list[] = {
        {"entries.jsonl", 3},     {"entries.jsonl", 1500}, {"entries.jsonl", -2},
        {"entries.csv", 90},      {"lines.csv", 100},      {"tenders.csv", -5},
        {"figures.csv", -3},      {"README.txt", 0},       {"signatures.jsonl", 20},
        {"signatures.jsonl", -5}, {"signatures.csv", -5},  {"manifest.json", 40},
        {"manifest.json", 900},   {"manifest.sig", 10},
    };
    struct bx_fault fault = {0};
    struct bx_archive_found found;
    struct bx_journal *journal = home_open(&home);
    history(journal);
    signs = false;
    signed_as(2, BX_SIGN_SIGNED, 1);
    assert_int_equal(archive(journal, &found, &fault), 0);
    for (size_t i = 0; i < bx_countof(list); i++) {
        file_flip(list[i].name, list[i].at);
        if (prove(&public, &found, &fault) != BX_ERR_CORRUPT)
            fail_msg("%s at %ld was not seen", list[i].name, list[i].at);
        file_flip(list[i].name, list[i].at);
    }
    assert_int_equal(prove(&public, &found, &fault), 0);
    char path[128];
    snprintf(path, sizeof(path), "%s/tenders.csv", folder);
    unlink(path);
    assert_int_equal(prove(&public, &found, &fault), BX_ERR_MISSING);
    kit_finish(&kit);
    bx_journal_destroy(journal);
}

/* --- signatures ------------------------------------------------------------------------------- */

/* A till with a fiscal device: sales 2, 7 and 10 are signed, late and refused. */
static void signed_history(struct bx_journal *journal)
{
    signs = true;
    history(journal);
    signs = false;
    signed_as(2, BX_SIGN_SIGNED, 1);
    signed_as(7, BX_SIGN_LATE, 2);
    signed_as(10, BX_SIGN_REFUSED, 0);
}

static void an_archive_has_the_signatures(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct bx_archive_found found;
    struct bx_journal *journal = home_open(&home);
    signed_history(journal);
    if (archive(journal, &found, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_int_equal(found.signs[BX_SIGN_LATE], 1);
    kit_finish(&kit);
    bx_journal_destroy(journal);
    if (prove(&public, &found, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_true(found.has_signs);
    assert_int_equal(found.signs[BX_SIGN_OPEN], 0);
    assert_int_equal(found.signs[BX_SIGN_SIGNED], 1);
    assert_int_equal(found.signs[BX_SIGN_LATE], 1);
    assert_int_equal(found.signs[BX_SIGN_REFUSED], 1);
    assert_int_equal(found.open_from, 0);
    assert_true(file_has("signatures.jsonl", "\"device\":\"DEVICE\",\"qr\":\"BXF1;DEVICE;2;"));
    assert_true(file_has("signatures.csv", "7,\"late\",\""));
    assert_true(file_has("signatures.csv", "10,\"refused\",\"\",\"\",0,0,\"\",\"\""));
}

static void cut(char *text, const char *from, const char *to)
{
    char *begin = strstr(text, from);
    assert_non_null(begin);
    char *end = strstr(begin, to);
    assert_non_null(end);
    end += strlen(to);
    memmove(begin, end, strlen(end) + 1);
}

static void file_write(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
}

/* Of a Boxtill that left signatures out: it verifies, and lets none of them go. */
static void an_older_archive_is_read(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct bx_archive_found found;
    struct bx_purged purged;
    static char text[65536];
    char path[128], hex[2 * sizeof(struct bx_signature) + 2];
    struct bx_signature signature;
    struct bx_journal *journal = home_open(&home);
    signed_history(journal);
    answer_all(journal, 20);
    assert_int_equal(archive(journal, &found, &fault), 0);
    snprintf(path, sizeof(path), "%s/manifest.json", folder);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    assert_int_equal(strncmp(text, "{\"v\":2,", 7), 0);
    text[5] = '1';
    cut(text, "\"signs\":{", "},");
    cut(text, "{\"name\":\"signatures.jsonl\"", "},");
    cut(text, "{\"name\":\"signatures.csv\"", "},");
    struct bx_buf whole = {0};
    bx_buf_init(&whole, 0);
    bx_buf_text_add(&whole, text);
    bx_manifest_sign(&whole, &secret, &signature);
    bx_buf_finish(&whole);
    bx_hex_format(signature.b, sizeof(signature.b), hex);
    hex[sizeof(hex) - 2] = '\n';
    hex[sizeof(hex) - 1] = '\0';
    file_write("manifest.json", text);
    file_write("manifest.sig", hex);
    if (prove(&public, &found, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_false(found.has_signs);
    assert_int_equal(found.entries, 12);
    assert_int_equal(purge(journal, 0, &purged, &fault), BX_ERR_REFUSED);
    kit_finish(&kit);
    bx_journal_destroy(journal);
    assert_int_equal(home_int(&home, "SELECT count(*) FROM sign"), 3);
}

/* What is wrong by itself, whatever a manifest says: told line by line. */
static void a_signature_is_of_its_entry(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"seq\":2,\"id\":\"%s\",\"hash\":\"%s\",\"state\":\"open\"}",
        "{\"seq\":2,\"id\":\"%s\",\"hash\":\"%s\",\"state\":\"none\"}",
        "{\"seq\":2,\"id\":\"%s\",\"hash\":\"%s\",\"state\":\"signed\"}",
        "{\"seq\":3,\"id\":\"%s\",\"hash\":\"%s\",\"state\":\"open\"}",
        "{\"seq\":2,\"id\":\"%.35s0\",\"hash\":\"%s\",\"state\":\"open\"}",
        "{\"seq\":2,\"id\":\"%s\",\"hash\":\"%.63sf\",\"state\":\"open\"}",
    };
    struct bx_envelope envelope = {.seq = 2, .id = {.b = {1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 9}}};
    char id[BX_ID_TEXT], hash[BX_HASH_TEXT], line[512];
    int64_t seq;
    const char *wrong;
    envelope.id.b[15] = 9;
    bx_id_format(&envelope.id, id);
    bx_hash_format(&envelope.hash, hash);
    for (size_t i = 0; i < bx_countof(lines); i++) {
        struct bx_signs list = {0};
        bx_signs_document(&list, &envelope);
        snprintf(line, sizeof(line), lines[i], id, hash);
        int err = bx_signs_take(&list, line, strlen(line), &seq, &wrong);
        if (err != (i == 0 ? 0 : BX_ERR_CORRUPT))
            fail_msg("%s: %d", line, err);
        if (i == 0) /* not twice */
            assert_int_equal(bx_signs_take(&list, line, strlen(line), &seq, &wrong),
                             BX_ERR_CORRUPT);
        bx_signs_finish(&list);
    }
}

/* --- purges ----------------------------------------------------------------------------------- */

/* Signed after the archive was made: the archive does not have it, so it must not go. */
static void a_signature_goes_only_when_archived(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct bx_archive_found found;
    struct bx_purged purged;
    struct bx_journal *journal = home_open(&home);
    signs = true;
    history(journal);
    signs = false;
    answer_all(journal, 20);
    signed_as(2, BX_SIGN_SIGNED, 1);
    assert_int_equal(archive(journal, &found, &fault), 0); /* 7 and 10 are open */
    signed_as(7, BX_SIGN_LATE, 2);
    signed_as(10, BX_SIGN_LATE, 3);
    if (purge(journal, 0, &purged, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_int_equal(purged.last, 5);
    assert_good(journal);
    assert_int_equal(purge(journal, 0, &purged, &fault), BX_ERR_REFUSED);
    assert_int_equal(archive(journal, &found, &fault), 0);
    assert_int_equal(prove(&public, &found, &fault), 0);
    assert_int_equal(found.signs[BX_SIGN_SIGNED], 0); /* in the archive before */
    assert_int_equal(found.signs[BX_SIGN_LATE], 2);
    if (purge(journal, 0, &purged, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_int_equal(purged.last, 8);
    assert_good(journal);
    kit_finish(&kit);
    bx_journal_destroy(journal);
    assert_int_equal(home_int(&home, "SELECT count(*) FROM sign"), 1);
    assert_int_equal(home_int(&home, "SELECT min(seq) FROM sign"), 10);
}

static void what_is_needed_is_never_purged(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct bx_archive_found found;
    struct bx_purged purged;
    struct bx_journal *journal = home_open(&home);
    history(journal);
    struct bx_print_job job = job_of_second;
    struct bx_journal_notes unsure = {.jobs = &job, .job_count = 1, .reoffer_above = -1};
    assert_int_equal(purge(journal, 0, &purged, &fault), BX_ERR_MISSING); /* no archive */
    assert_int_equal(archive(journal, &found, &fault), 0);
    assert_int_equal(purge(journal, 0, &purged, &fault), BX_ERR_REFUSED); /* nothing is sent */
    answer_all(journal, 7);
    file_flip("lines.csv", 100);
    assert_int_equal(purge(journal, 0, &purged, &fault), BX_ERR_CORRUPT);
    file_flip("lines.csv", 100);
    assert_int_equal(purge(journal, 1, &purged, &fault), BX_ERR_REFUSED); /* all is newer */
    assert_int_equal(home_has(&home, ".new"), 0);
    if (purge(journal, 0, &purged, &fault)) /* the first shift: the second is not sent whole */
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_int_equal(purged.first, 1);
    assert_int_equal(purged.last, 5);
    assert_good(journal);
    answer_all(journal, 6);
    answered(journal, 7, BX_ENTRY_RECORDED_TASK);
    answer_all(journal, 20);
    assert_int_equal(purge(journal, 0, &purged, &fault), BX_ERR_REFUSED); /* needs attention */
    kit_note(&kit, BX_KIND_SETTLE, "seen", 7);
    kit_done(&kit);
    job.state = BX_JOB_UNSURE;
    assert_int_equal(journal->ops->note(journal, &unsure, NULL, NULL), 0);
    assert_int_equal(purge(journal, 0, &purged, &fault), BX_ERR_REFUSED); /* in the hand? */
    job.state = BX_JOB_CONFIRMED;
    assert_int_equal(journal->ops->note(journal, &unsure, NULL, NULL), 0);
    if (purge(journal, 0, &purged, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_int_equal(purged.first, 6);
    assert_int_equal(purged.last, 8);
    assert_good(journal);
    kit_finish(&kit);
    bx_journal_destroy(journal);
}

static void another_journals_archive_is_refused(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct bx_archive_found found;
    struct bx_purged purged;
    struct bx_journal *journal = home_open(&home);
    history(journal);
    assert_int_equal(archive(journal, &found, &fault), 0);
    kit_finish(&kit);
    bx_journal_destroy(journal);
    home_remove_files(&home);
    journal = home_open(&home);
    kit_init(&kit, journal);
    kit.drawn = 77777;
    kit_start(&kit, 10);
    kit_close(&kit);
    kit_done(&kit);
    answer_all(journal, 9);
    assert_int_equal(purge(journal, 0, &purged, &fault), BX_ERR_REFUSED);
    kit_finish(&kit);
    bx_journal_destroy(journal);
}

static bool file_contains(const char *word)
{
    struct picture picture = home_picture(&home);
    bool found = memmem(picture.bytes, picture.len, word, strlen(word)) != NULL;
    bx_free(picture.bytes);
    return found;
}

static void assert_goes_on(struct bx_journal *journal, const struct bx_journal_state *before)
{
    struct bx_journal_state now;
    assert_int_equal(journal->ops->load(journal, &now, NULL), 0);
    assert_memory_equal(now.next_number, before->next_number, sizeof(now.next_number));
    assert_int_equal(now.perpetual.sales.minor, before->perpetual.sales.minor);
    assert_int_equal(now.perpetual.returns.minor, before->perpetual.returns.minor);
    assert_int_equal(now.shift, before->shift);
    assert_int_equal(now.next_shift, before->next_shift);
    assert_int_equal(now.lockout_count, before->lockout_count);
    assert_int_equal(now.lease_count, before->lease_count);
    assert_int_equal(now.leases[0].used, before->leases[0].used);
    assert_int_equal(now.next_seq, before->next_seq + 1);
    assert_null(bx_figures_differ(&now.figures, &before->figures));
    bx_journal_state_finish(&now);
}

static void a_purged_journal_goes_on(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct bx_archive_found found;
    struct bx_purged purged;
    struct bx_journal_state before;
    struct bx_journal_report report;
    char id[BX_ID_TEXT];
    struct bx_journal *journal = home_open(&home);
    struct bx_ref old = history(journal);
    bx_id_format(&old.id, id);
    struct bx_person_note person = {.id = kit_id(&kit), .bytes = "Ada", .len = 3};
    struct bx_journal_notes notes = {.persons = &person, .person_count = 1, .reoffer_above = -1};
    assert_int_equal(journal->ops->note(journal, &notes, NULL, NULL), 0);
    answer_all(journal, 20);
    assert_int_equal(archive(journal, &found, &fault), 0);
    assert_int_equal(journal->ops->load(journal, &before, NULL), 0);
    if (purge(journal, 0, &purged, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_int_equal(purged.last, 8);
    assert_int_equal(purged.entries, 8);
    assert_int_equal(purged.ref.seq, 14);
    assert_goes_on(journal, &before);
    bx_journal_state_finish(&before);
    assert_int_equal(bx_journal_verify(journal, &report, &fault), 0);
    assert_int_equal(report.first, 9);
    assert_int_equal(report.entries, 6);
    sell(1, "p", 4);
    assert_int_equal(bx_journal_rebuild(journal, &fault), 0);
    assert_good(journal);
    kit_close(&kit);
    kit_done(&kit);
    kit_open(&kit, 0);
    kit_done(&kit);
    answer_all(journal, 17);
    kit_finish(&kit);
    bx_journal_destroy(journal);
    /* The first sale's id stands in the reprint that stayed; its receipt's job does not. */
    assert_false(file_contains("\"kind\":\"refund\""));
    assert_true(file_contains(id));
    assert_int_equal(home_int(&home, "SELECT count(*) FROM entry WHERE seq < 9"), 0);

    journal = home_open(&home); /* and once more, over the anchor */
    kit_init(&kit, journal);
    if (archive(journal, &found, &fault) || prove(&public, &found, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_int_equal(found.first, 9);
    assert_int_equal(found.perpetual.sales.minor, 5 * KIT_PRICE);
    if (purge(journal, 0, &purged, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_int_equal(purged.first, 9);
    assert_good(journal);
    kit_finish(&kit);
    bx_journal_destroy(journal);
}

/* Killed in the middle, the journal is the old one or the new one, and a purge can follow. */
static void a_killed_purge_leaves_a_whole_journal(void **state)
{
    (void)state;
    static const struct {
        const char *wish;
        int64_t first;
    } list[] = {{"purge.told:1", 1}, {"purge.copied:1", 1}, {"journal.renamed:1", 9}};
    struct bx_fault fault = {0};
    struct bx_archive_found found;
    struct bx_purged purged;
    struct bx_journal *journal = home_open(&home);
    history(journal);
    answer_all(journal, 20);
    assert_int_equal(archive(journal, &found, &fault), 0);
    kit_finish(&kit);
    bx_journal_destroy(journal);
    struct picture good = home_picture(&home);
    for (size_t i = 0; i < bx_countof(list); i++) {
        int status;
        home_put(&home, &good);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            journal = home_open(&home);
            kit_init(&kit, journal);
            setenv("BOXTILL_KILL_AT", list[i].wish, 1);
            bx_point_init();
            _exit(purge(journal, 0, &purged, &fault) != 0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        struct bx_journal_report report;
        journal = home_open(&home);
        kit_init(&kit, journal);
        kit.drawn += 1000000;
        if (bx_journal_verify(journal, &report, &fault))
            fail_msg("%s: %s (%s)", list[i].wish, fault.say, fault.detail);
        assert_int_equal(report.first, list[i].first);
        assert_int_equal(report.last, 14);
        assert_int_equal(purge(journal, 0, &purged, &fault),
                         list[i].first == 1 ? 0 : BX_ERR_REFUSED);
        assert_good(journal);
        sell(1, "p", 4);
        kit_finish(&kit);
        bx_journal_destroy(journal);
    }
    bx_free(good.bytes);
}

static void a_changed_anchor_shows(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE anchor SET seq = seq",
        "DELETE FROM anchor",
        "UPDATE anchor SET text = replace(text, '\"sales\":', '\"sales\":1')",
        "UPDATE anchor SET text = replace(text, '\"next_shift\":', '\"next_shift\":1')",
        "UPDATE anchor SET text = replace(text, '\"seq\":8', '\"seq\":7')",
        "DELETE FROM entry WHERE seq = 9",
        "UPDATE entry SET prev = randomblob(32) WHERE seq = 9",
        "UPDATE total SET amount = amount + 1 WHERE shift = -1 AND what = 'sale'",
        "UPDATE meta SET sales = sales + 1",
    };
    struct bx_fault fault = {0};
    struct bx_archive_found found;
    struct bx_purged purged;
    struct bx_journal *journal = home_open(&home);
    history(journal);
    answer_all(journal, 20);
    assert_int_equal(archive(journal, &found, &fault), 0);
    assert_int_equal(purge(journal, 0, &purged, &fault), 0);
    kit_finish(&kit);
    bx_journal_destroy(journal);
    struct picture good = home_picture(&home);
    for (size_t i = 0; i < bx_countof(changes); i++) {
        struct bx_journal_report report;
        home_put(&home, &good);
        home_sql(&home, changes[i]);
        journal = bx_journal_open_with(
            &(struct bx_journal_options){.path = home.path, .inspect = true}, &fault);
        int err = journal ? bx_journal_verify(journal, &report, &fault) : (int)fault.err;
        bx_journal_destroy(journal);
        if (err != (i == 0 ? 0 : BX_ERR_CORRUPT))
            fail_msg("%s: %d", changes[i], err);
    }
    bx_free(good.bytes);
}

static void erased_persons_leave_no_bytes(void **state)
{
    (void)state;
    static const char name[] = "Augusta Ada King";
    struct bx_journal *journal = home_open(&home);
    kit_init(&kit, journal);
    kit_start(&kit, 1);
    struct bx_person_note person = {.id = kit_id(&kit), .bytes = name, .len = sizeof(name) - 1};
    struct bx_journal_notes notes = {.persons = &person, .person_count = 1, .reoffer_above = -1};
    assert_int_equal(journal->ops->note(journal, &notes, NULL, NULL), 0);
    bx_journal_destroy(journal);
    assert_false(file_contains(name)); /* sealed */
    assert_int_equal(home_int(&home, "SELECT count(*) FROM person"), 1);
    struct picture sealed = home_picture(&home);
    journal = home_open(&home);
    uint8_t key[32];
    struct bx_stmt *stmt = bx_db_stmt(bx_ledger_of(journal)->db, "SELECT key FROM person");
    assert_int_equal(bx_stmt_step(stmt, NULL), 1);
    assert_true(bx_stmt_copy(stmt, 0, key, sizeof(key)));
    bx_stmt_reset(stmt);
    person.bytes = NULL;
    assert_int_equal(journal->ops->note(journal, &notes, NULL, NULL), 0);
    assert_good(journal);
    kit_finish(&kit);
    bx_journal_destroy(journal);
    assert_non_null(memmem(sealed.bytes, sealed.len, key, sizeof(key)));
    bx_free(sealed.bytes);
    sealed = home_picture(&home);
    assert_null(memmem(sealed.bytes, sealed.len, key, sizeof(key))); /* nor is the key left */
    bx_free(sealed.bytes);
}

int main(void)
{
    bx_crypto_init();
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(an_archive_stands_alone),        CASE(every_change_of_an_archive_shows),
        CASE(an_archive_has_the_signatures),  CASE(an_older_archive_is_read),
        CASE(a_signature_is_of_its_entry),    CASE(a_signature_goes_only_when_archived),
        CASE(what_is_needed_is_never_purged), CASE(another_journals_archive_is_refused),
        CASE(a_purged_journal_goes_on),       CASE(a_killed_purge_leaves_a_whole_journal),
        CASE(a_changed_anchor_shows),         CASE(erased_persons_leave_no_bytes),
    };
    return cmocka_run_group_tests_name("journal: archive", tests, NULL, NULL);
}
