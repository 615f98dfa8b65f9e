/* SPDX-License-Identifier: Apache-2.0 */
/* A process that is killed in the middle of a commit: before COMMIT the sale does not exist, after
 * it the sale is whole, and the next start knows which. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/point.h"
#include "home.h"

static struct home home;

static int64_t plenty(void *arg, const char *path)
{
    (void)arg;
    (void)path;
    return INT64_MAX;
}

static void sell(const char *wish)
{
    struct kit kit;
    struct bx_journal_options options = {.path = home.path, .room = plenty};
    struct bx_journal *journal = bx_journal_open_with(&options, NULL);
    if (!journal || setenv("BOXTILL_KILL_AT", wish, 1))
        _exit(1);
    bx_point_init();
    kit_init(&kit, journal);
    for (int i = 0; i < 5; i++) {
        kit_sale(&kit, 2, "p", 1, 2 * i);
        kit_done(&kit);
        if (journal->ops->idle(journal, NULL) < 0)
            _exit(1);
    }
    _exit(0);
}

static void killed_at_each_point(void **state)
{
    (void)state;
    static const struct {
        const char *wish;
        int64_t sales;
    } list[] = {
        {"commit.begin:1", 0},  {"commit.begin:3", 2}, {"commit.before:1", 0},
        {"commit.before:3", 2}, {"commit.after:1", 1}, {"commit.after:3", 3},
    };
    for (size_t i = 0; i < bx_countof(list); i++) {
        struct kit kit;
        struct bx_journal_report report;
        struct bx_fault fault = {0};
        home_make(&home);
        struct bx_journal *journal = home_open(&home);
        kit_init(&kit, journal);
        kit_start(&kit, 100);
        kit_finish(&kit);
        bx_journal_destroy(journal);
        int status;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            sell(list[i].wish);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        journal = home_open_with(&home, (struct bx_journal_options){.room = plenty});
        if (bx_journal_verify(journal, &report, &fault))
            fail_msg("%s: %s (%s)", list[i].wish, fault.say, fault.detail);
        assert_int_equal(report.sales, list[i].sales);
        struct bx_journal_state now;
        assert_int_equal(journal->ops->load(journal, &now, NULL), 0);
        assert_int_equal(now.last_sale.seq, list[i].sales ? list[i].sales + 1 : 0);
        assert_int_equal(now.job_count, 3 * list[i].sales);
        assert_int_equal(now.leases[0].used, 2 * list[i].sales);
        bx_journal_state_finish(&now);
        kit_init(&kit, journal); /* and it goes on */
        kit_sale(&kit, 2, "p", 1, 2 * list[i].sales);
        kit_done(&kit);
        kit_finish(&kit);
        bx_journal_destroy(journal);
        home_remove(&home);
    }
}

int main(void)
{
    bx_crypto_init();
    const struct CMUnitTest tests[] = {cmocka_unit_test(killed_at_each_point)};
    return cmocka_run_group_tests_name("journal: kill", tests, NULL, NULL);
}
