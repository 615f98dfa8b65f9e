/* SPDX-License-Identifier: Apache-2.0 */
/* The journal over a disk that fails: at every single operation, once and for good, and over a disk
 * that loses its power. What was said to be sold must be there afterwards, what was refused must
 * not, and of no sale may there be a half. A control run without sync must lose sales, or the cut
 * would prove nothing. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "fault_vfs.h"
#include "home.h"

enum { QUANTITY = 2, SALES = 12, CUTS = 300, CUT_SALES = 30 };

static struct home home;
static struct picture fresh; /* a journal that was just enrolled */

static int set_up(void **state)
{
    (void)state;
    struct kit kit;
    fault_vfs_init();
    home_make(&home);
    struct bx_journal *journal = home_open(&home);
    kit_init(&kit, journal);
    kit_start(&kit, 1000);
    kit_finish(&kit);
    bx_journal_destroy(journal);
    fresh = home_picture(&home);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bx_free(fresh.bytes);
    home_remove(&home);
    return 0;
}

static int64_t plenty(void *arg, const char *path)
{
    (void)arg;
    (void)path;
    return INT64_MAX;
}

static struct bx_journal *faulty_open(bool careless)
{
    struct bx_journal_options options = {.vfs = "fault", .careless = careless, .room = plenty};
    return home_open_with(&home, options);
}

/* What one run did, as the cashier was told. */
struct told {
    int64_t sold;    /* DONE, at once or after looking */
    int64_t unknown; /* stayed so: 0 or 1 */
    int looked, found;
};

static bool sell(struct kit *kit, struct told *told)
{
    struct bx_ref ref;
    struct bx_fault fault = {0};
    struct bx_journal *journal = kit->journal;
    kit_sale(kit, QUANTITY, "p", 1, told->sold * QUANTITY);
    enum bx_outcome outcome = kit_commit(kit, &ref, &fault);
    if (outcome == BX_UNKNOWN) {
        told->looked++;
        outcome = journal->ops->resolve(journal, &kit->commit.head.id, &ref, &fault);
        told->found += outcome == BX_DONE;
        if (outcome == BX_UNKNOWN) {
            told->unknown = 1;
            return false;
        }
        kit_take_up(kit);
    }
    told->sold += outcome == BX_DONE;
    return true;
}

/* A morning's work: sales, prints, answers, idle moments. */
static struct told work(struct bx_journal *journal, int sales)
{
    struct kit kit;
    struct told told = {0};
    struct bx_fault fault;
    kit_init(&kit, journal);
    for (int i = 0; i < sales && sell(&kit, &told); i++) {
        for (size_t k = 0; k < QUANTITY + 1; k++)
            kit.jobs[k].state = BX_JOB_SENT;
        struct bx_journal_notes notes = {
            .jobs = kit.jobs, .job_count = QUANTITY + 1, .reoffer_above = -1};
        if (journal->ops->note(journal, &notes, NULL, &fault))
            assert_int_not_equal(fault.say[0], 0);
        for (int k = 0; k < 6 && i % 2; k++)
            if (journal->ops->idle(journal, &fault) < 0)
                break;
    }
    kit_finish(&kit);
    return told;
}

/* What the file says once the disk is good again. */
static void assert_stored(const struct told *told, const char *what, int64_t at)
{
    struct bx_journal_report report;
    struct bx_journal_state state;
    struct bx_fault fault = {0};
    struct bx_journal *journal = home_open(&home);
    if (bx_journal_verify(journal, &report, &fault))
        fail_msg("%s at %lld: %s (%s)", what, (long long)at, fault.say, fault.detail);
    if (report.sales < told->sold || report.sales > told->sold + told->unknown)
        fail_msg("%s at %lld: %lld sold, %lld stored", what, (long long)at, (long long)told->sold,
                 (long long)report.sales);
    assert_int_equal(report.tickets, report.sales * QUANTITY);
    assert_int_equal(journal->ops->load(journal, &state, NULL), 0);
    assert_int_equal(state.leases[0].used, report.sales * QUANTITY);
    assert_int_equal(state.next_number[BX_SERIES_SALE], report.sales + 1);
    assert_int_equal(state.queued, report.sales + 1); /* and the shift-open */
    bx_journal_state_finish(&state);
    bx_journal_destroy(journal);
    assert_int_equal(home_int(&home, "SELECT count(*) FROM print_job"),
                     report.sales * (QUANTITY + 1));
}

static int64_t operations(void)
{
    home_put(&home, &fresh);
    struct bx_journal *journal = faulty_open(false);
    fault_vfs_plan(FAULT_NONE, 0, false);
    struct told told = work(journal, SALES);
    int64_t count = fault_vfs_count();
    bx_journal_destroy(journal);
    fault_vfs_forget();
    assert_int_equal(told.sold, SALES);
    assert_true(count > 50);
    return count;
}

static void every_operation_fails(enum fault_kind kind, bool all, const char *what)
{
    int64_t count = operations();
    int looked = 0, found = 0, unknown = 0;
    for (int64_t at = 1; at <= count; at++) {
        home_put(&home, &fresh);
        struct bx_journal *journal = faulty_open(false);
        fault_vfs_plan(kind, at, all);
        struct told told = work(journal, SALES);
        looked += told.looked;
        found += told.found;
        unknown += (int)told.unknown;
        /* A disk that failed once goes on to serve; what it then holds must survive a cut. */
        fault_vfs_plan(FAULT_POWER, 1, true);
        bx_journal_destroy(journal);
        const char *const names[] = {home_path(&home, ""), NULL};
        char log[96];
        snprintf(log, sizeof(log), "%s-wal", names[0]);
        const char *const both[] = {home.path, log, NULL};
        fault_vfs_crash(both, (uint64_t)at);
        assert_stored(&told, what, at);
    }
    print_message("%s: %lld places, %d unknown, %d of them found, %d stayed unknown\n", what,
                  (long long)count, looked, found, unknown);
    assert_true(looked > 0);
    if (kind == FAULT_IO && !all)
        assert_true(found > 0); /* the case for which COMMIT's error is no "no" */
}

static void one_error(void **state)
{
    (void)state;
    every_operation_fails(FAULT_IO, false, "one error");
}

static void errors_for_good(void **state)
{
    (void)state;
    every_operation_fails(FAULT_IO, true, "errors for good");
}

static void full_once(void **state)
{
    (void)state;
    every_operation_fails(FAULT_FULL, false, "full once");
}

static void full_for_good(void **state)
{
    (void)state;
    every_operation_fails(FAULT_FULL, true, "full for good");
}

static void a_full_disk_gets_the_ballast(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct bx_ref ref;
    struct kit kit;
    home_put(&home, &fresh);
    struct bx_journal *journal = faulty_open(false);
    kit_init(&kit, journal);
    assert_true(home_has(&home, ".ballast"));
    struct bx_lease lease = {.pool = kit_slug("q"), .r = 1, .state = BX_LEASE_WAITING};
    struct bx_journal_notes notes = {.leases = &lease, .lease_count = 1, .reoffer_above = -1};
    fault_vfs_plan(FAULT_FULL, 1, false);
    if (journal->ops->note(journal, &notes, NULL, &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_true(fault_vfs_struck());
    assert_false(home_has(&home, ".ballast"));
    for (int i = 0; i < 60; i++)
        assert_true(journal->ops->idle(journal, &fault) >= 0);
    assert_true(home_has(&home, ".ballast"));

    kit_note(&kit, BX_KIND_LOGOUT, "", 0);
    fault_vfs_plan(FAULT_FULL, 1, false);
    assert_int_equal(kit_commit(&kit, &ref, &fault), BX_UNKNOWN);
    assert_false(home_has(&home, ".ballast"));
    assert_int_equal(journal->ops->resolve(journal, &kit.commit.head.id, &ref, &fault), BX_REFUSED);
    kit_done(&kit);
    struct bx_journal_state now;
    assert_int_equal(journal->ops->load(journal, &now, NULL), 0);
    assert_int_equal(now.lease_count, 2);
    assert_int_equal(now.next_seq, 3);
    bx_journal_state_finish(&now);
    kit_finish(&kit);
    bx_journal_destroy(journal);
    fault_vfs_forget();
}

/* Cuts the power at a random operation; returns how many sales were told as sold and are gone. */
static int64_t cut(bool careless, int64_t count, uint64_t seed, bool *ret_broken)
{
    struct bx_journal_report report = {0};
    struct bx_fault fault = {0};
    char log[96];
    snprintf(log, sizeof(log), "%s-wal", home.path);
    const char *const names[] = {home.path, log, NULL};
    home_put(&home, &fresh);
    struct bx_journal *journal = faulty_open(careless);
    uint64_t spread = seed * UINT64_C(0x9E3779B97F4A7C15);
    fault_vfs_plan(FAULT_POWER, 1 + (int64_t)((spread >> 20) % (uint64_t)count), true);
    struct told told = work(journal, CUT_SALES);
    bx_journal_destroy(journal);
    fault_vfs_crash(names, seed);
    struct bx_journal_options options = {.path = home.path, .inspect = true, .room = plenty};
    journal = bx_journal_open_with(&options, &fault);
    *ret_broken = !journal || bx_journal_verify(journal, &report, &fault);
    bx_journal_destroy(journal);
    if (!*ret_broken && report.sales > told.sold + told.unknown)
        fail_msg("seed %llu: more stored than sold", (unsigned long long)seed);
    if (*ret_broken && !careless)
        fail_msg("seed %llu: %s (%s)", (unsigned long long)seed, fault.say, fault.detail);
    return told.sold > report.sales ? told.sold - report.sales : 0;
}

static int64_t cut_operations(bool careless)
{
    home_put(&home, &fresh);
    struct bx_journal *journal = faulty_open(careless);
    fault_vfs_plan(FAULT_NONE, 0, false);
    work(journal, CUT_SALES);
    int64_t count = fault_vfs_count();
    bx_journal_destroy(journal);
    fault_vfs_forget();
    return count;
}

static void power_cuts_lose_nothing(void **state)
{
    (void)state;
    int64_t count = cut_operations(false);
    bool broken;
    for (uint64_t seed = 1; seed <= CUTS; seed++)
        if (cut(false, count, seed, &broken) > 0)
            fail_msg("seed %llu: a sale was lost", (unsigned long long)seed);
}

static void without_sync_power_cuts_lose(void **state)
{
    (void)state;
    int64_t count = cut_operations(true), lost = 0;
    int losing = 0, damaged = 0;
    for (uint64_t seed = 1; seed <= CUTS / 3; seed++) {
        bool broken;
        int64_t gone = cut(true, count, seed, &broken);
        lost += gone;
        losing += gone > 0;
        damaged += broken;
    }
    print_message("control: %d of %d cuts lost %lld sales, %d left a damaged file\n", losing,
                  CUTS / 3, (long long)lost, damaged);
    assert_true(losing > CUTS / 10);
}

int main(void)
{
    bx_crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_error),
        cmocka_unit_test(errors_for_good),
        cmocka_unit_test(full_once),
        cmocka_unit_test(full_for_good),
        cmocka_unit_test(a_full_disk_gets_the_ballast),
        cmocka_unit_test(power_cuts_lose_nothing),
        cmocka_unit_test(without_sync_power_cuts_lose),
    };
    return cmocka_run_group_tests_name("journal: faults", tests, set_up, tear_down);
}
