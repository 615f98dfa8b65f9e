/* SPDX-License-Identifier: Apache-2.0 */
/* What every printer keeps. test_printer fake|folder|escpos|pdf: the last two print on the CUPS
 * queues that tests/whole/cups_lab.py names in LAB_ESCPOS and LAB_PDF. */
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "sys/sys.h"
#include "fake_printer.h"
#include "printers/printers.h"
#include "../unit/printers/sample.h"

enum { PATIENCE_MS = 60000 }; /* how long nothing at all may come before a test gives up */

static const char *kind;
static char folder[PATH_MAX];

static struct bx_printer *printer_open(void)
{
    struct bx_fault fault = {0};
    struct tp_device device = tp_device_usual();
    struct bx_printer *printer = NULL;
    if (strcmp(kind, "fake") == 0) {
        printer = fake_printer_create();
    } else if (strcmp(kind, "folder") == 0) {
        printer = tp_folder_create(folder, &device, &fault);
    } else {
        struct tp_queue_config config = {.device = device,
                                         .clock = bx_sys_clock(),
                                         .timeout_ms = PATIENCE_MS,
                                         .lost_ms = PATIENCE_MS};
        const char *queue = getenv(strcmp(kind, "pdf") == 0 ? "LAB_PDF" : "LAB_ESCPOS");
        assert_non_null(queue);
        assert_int_equal(tp_language_parse(kind, &config.language, &fault), 0);
        BX_TEXT_COPY(config.queue, queue);
        printer = tp_spool_create(&config, &fault);
    }
    if (!printer)
        fail_msg("%s (%s)", fault.say, fault.detail);
    return printer;
}

static int setup(void **state)
{
    *state = printer_open();
    return 0;
}

static int teardown(void **state)
{
    struct bx_printer *printer = *state;
    printer->ops->destroy(printer);
    return 0;
}

static struct bx_print_job job_new(void)
{
    uint8_t random[32];
    struct bx_random *source = bx_sys_random();
    source->ops->seed(source, random);
    struct bx_clock *clock = bx_sys_clock();
    struct bx_print_job job = {.id = bx_id_make(clock->ops->utc(clock), random),
                               .seq = 412,
                               .sale = 412,
                               .kind = BX_JOB_TICKET,
                               .state = BX_JOB_SUBMITTING};
    return job;
}

static int submit(struct bx_printer *printer, const struct bx_print_job *job, int ticket)
{
    struct bx_ref proof = {.seq = job->seq};
    struct bx_fault fault = {0};
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, ticket);
    int err = printer->ops->submit(printer, &proof, job, paper, &fault);
    memset(paper, 0xa5, sizeof(*paper)); /* it was copied, or the rest will be strange */
    bx_free(paper);
    if (err != 0)
        assert_int_equal(fault.err, err);
    return err;
}

static bool is_end(enum bx_job_state state)
{
    return state >= BX_JOB_CONFIRMED;
}

static bool is_good(enum bx_job_state state)
{
    return state == BX_JOB_CONFIRMED || state == BX_JOB_SENT;
}

/* The next report, however it makes itself known. */
static struct bx_print_report report_next(struct bx_printer *printer)
{
    struct bx_print_report report;
    for (int waited = 0; waited < PATIENCE_MS; waited += 100) {
        if (printer->ops->report(printer, &report))
            return report;
        struct pollfd one = {.fd = printer->ops->fd(printer), .events = POLLIN};
        poll(&one, 1, 100);
    }
    fail_msg("no report");
    return report;
}

/* The end JOB comes to; on the way its state never goes back. */
static enum bx_job_state end_of(struct bx_printer *printer, const struct bx_print_job *job)
{
    enum bx_job_state last = BX_JOB_SUBMITTING;
    for (;;) {
        struct bx_print_report report = report_next(printer);
        if (!bx_id_equal(&report.job, &job->id))
            continue;
        assert_true(report.state >= last || is_end(report.state));
        last = report.state;
        if (is_end(last))
            return last;
    }
}

static void tells_how_it_is(void **state)
{
    struct bx_printer *printer = *state;
    struct bx_print_report report = report_next(printer);
    assert_true(bx_id_is_zero(&report.job));
    assert_true(report.printer_ready);
    assert_string_equal(report.say, "");
}

static void prints_a_ticket_and_a_receipt(void **state)
{
    struct bx_printer *printer = *state;
    for (int ticket = -1; ticket <= 0; ticket++) {
        struct bx_print_job job = job_new();
        assert_int_equal(submit(printer, &job, ticket), 0);
        assert_true(is_good(end_of(printer, &job)));
    }
}

static void its_descriptor_tells_the_truth(void **state)
{
    struct bx_printer *printer = *state;
    struct bx_print_job job = job_new();
    struct bx_print_report report;
    int fd = printer->ops->fd(printer);
    assert_int_equal(submit(printer, &job, 0), 0);
    end_of(printer, &job);
    while (printer->ops->report(printer, &report))
        ;
    struct pollfd one = {.fd = fd, .events = POLLIN};
    if (fd >= 0)
        assert_int_equal(poll(&one, 1, 0), 0);
    assert_int_equal(printer->ops->ask(printer, &job, NULL), 0);
    if (fd >= 0)
        assert_int_equal(poll(&one, 1, PATIENCE_MS), 1);
    assert_true(printer->ops->report(printer, &report));
}

static void remembers_a_job(void **state)
{
    struct bx_printer *printer = *state;
    struct bx_print_job job = job_new();
    assert_int_equal(submit(printer, &job, 1), 0);
    enum bx_job_state end = end_of(printer, &job);
    if (strcmp(kind, "fake") != 0) { /* a till that was started again */
        printer->ops->destroy(printer);
        *state = printer = printer_open();
    }
    assert_int_equal(printer->ops->ask(printer, &job, NULL), 0);
    assert_int_equal(end_of(printer, &job), end);
}

static void does_not_know_a_stranger(void **state)
{
    struct bx_printer *printer = *state;
    struct bx_print_job job = job_new();
    assert_int_equal(printer->ops->ask(printer, &job, NULL), 0);
    assert_int_equal(end_of(printer, &job), BX_JOB_UNSURE);
}

static void cancels_too_late(void **state)
{
    struct bx_printer *printer = *state;
    struct bx_print_job job = job_new();
    assert_int_equal(submit(printer, &job, 2), 0);
    enum bx_job_state end = end_of(printer, &job);
    assert_int_equal(printer->ops->cancel(printer, &job, NULL), 0);
    assert_int_equal(end_of(printer, &job), end);
}

static void assert_good(const struct bx_print_report *report)
{
    if (!is_good(report->state))
        fail_msg("a job ended in state %d: %s", (int)report->state, report->say);
}

/* More than its queue takes: busy is said, nothing is lost, each job ends once. (Fewer where each
 * takes a whole chain of filters.) */
static void finishes_each_job_once(void **state)
{
    enum { JOBS = 100 };
    struct bx_printer *printer = *state;
    struct bx_print_job jobs[JOBS];
    int ended = 0, ends[JOBS] = {0}, put = 0;
    int count = strcmp(kind, "pdf") == 0 ? 3 : JOBS;
    while (ended < count) {
        while (put < count) {
            jobs[put] = job_new();
            int err = submit(printer, &jobs[put], -1);
            if (err != 0) {
                assert_int_equal(err, BX_ERR_BUSY);
                break;
            }
            put++;
        }
        struct bx_print_report report = report_next(printer);
        for (int i = 0; i < put && is_end(report.state); i++) {
            if (bx_id_equal(&report.job, &jobs[i].id)) {
                assert_good(&report);
                assert_int_equal(ends[i]++, 0);
                ended++;
            }
        }
    }
}

static void can_be_left_at_any_time(void **state)
{
    for (int i = 0; i < 3; i++) {
        struct bx_printer *printer = printer_open();
        for (int n = 0; n < 5 * i; n++) {
            struct bx_print_job job = job_new();
            assert_int_equal(submit(printer, &job, 0), 0);
        }
        printer->ops->destroy(printer);
    }
    (void)state;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    kind = argv[1];
    char made[] = "/tmp/tp-folder-XXXXXX";
    if (!mkdtemp(made))
        return 2;
    snprintf(folder, sizeof(folder), "%s/out", made);
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(tells_how_it_is),
        WITH(prints_a_ticket_and_a_receipt),
        WITH(its_descriptor_tells_the_truth),
        WITH(remembers_a_job),
        WITH(does_not_know_a_stranger),
        WITH(cancels_too_late),
        WITH(finishes_each_job_once),
        cmocka_unit_test(can_be_left_at_any_time),
    };
    int failed = cmocka_run_group_tests_name(kind, tests, NULL, NULL);
    char remove[64];
    snprintf(remove, sizeof(remove), "rm -rf '%s'", made);
    return system(remove) == 0 ? failed : 1;
}
