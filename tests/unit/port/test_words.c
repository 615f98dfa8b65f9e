/* SPDX-License-Identifier: Apache-2.0 */
/* Words that are stored are for ever. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/port/journal.h"

static void job_states(void **state)
{
    (void)state;
    static const char *const words[] = {
        [BX_JOB_NEW] = "new",
        [BX_JOB_SUBMITTING] = "submitting",
        [BX_JOB_SPOOLED] = "spooled",
        [BX_JOB_PRINTING] = "printing",
        [BX_JOB_CONFIRMED] = "confirmed",
        [BX_JOB_SENT] = "sent",
        [BX_JOB_UNSURE] = "unsure",
        [BX_JOB_FAILED_SAFE] = "failed-safe",
        [BX_JOB_CANCELLED] = "cancelled",
    };
    for (size_t i = 0; i < bx_countof(words); i++)
        assert_string_equal(bx_job_state_word((enum bx_job_state)i), words[i]);
}

static void documents(void **state)
{
    (void)state;
    assert_string_equal(bx_document_word(BX_DOC_PROGRAMME), "programme");
    assert_string_equal(bx_document_word(BX_DOC_STAFF), "staff");
    assert_string_equal(bx_document_word(BX_DOC_KEYS), "keys");
    assert_string_equal(bx_document_word(BX_DOC_MEMBERS), "members");
    assert_string_equal(bx_document_word(BX_DOC_ARRIVALS), "arrivals");
}

static void finishing_twice(void **state)
{
    (void)state;
    struct bx_journal_state held = {.lease_count = 1, .job_count = 1};
    held.leases = bx_new(struct bx_lease);
    held.jobs = bx_new(struct bx_print_job);
    bx_journal_state_finish(&held);
    assert_null(held.leases);
    assert_null(held.jobs);
    assert_int_equal(held.lease_count + held.job_count, 0);
    bx_journal_state_finish(&held);
    bx_journal_state_finish(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(job_states),
        cmocka_unit_test(documents),
        cmocka_unit_test(finishing_twice),
    };
    return cmocka_run_group_tests_name("port: words", tests, NULL, NULL);
}
