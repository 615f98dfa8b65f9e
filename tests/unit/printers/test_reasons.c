/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "printers/reasons.h"

static void is_said(const char *reasons, const char *want, bool blocks)
{
    char say[TP_SAY_SIZE];
    bool blocked = tp_reasons_say(reasons, say);
    assert_string_equal(say, want);
    assert_int_equal(blocked, blocks);
}

static void strips_the_severity(void **state)
{
    (void)state;
    is_said("", "", false);
    is_said("none", "", false);
    is_said("media-empty", "out of paper", true);
    is_said("media-empty-warning", "out of paper", true);
    is_said("media-empty-error", "out of paper", true);
    is_said("media-low-report", "paper is running out", false);
    is_said("cutter-error", "the cutter is stuck", true);
}

static void says_the_worst(void **state)
{
    (void)state;
    is_said("media-low-warning cover-open-error", "cover open", true);
    is_said("strange-thing media-empty-error cover-open-error", "out of paper", true);
    is_said("cups-waiting-for-job-completed connecting-to-device", "", false);
}

static void repeats_what_it_does_not_know(void **state)
{
    (void)state;
    is_said("wiper-needed-warning other-thing", "wiper needed", false);
    is_said("\x1b[2J-\x07x-error", "  2J  x", false);
    char longest[300];
    memset(longest, 'a', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    char say[TP_SAY_SIZE];
    assert_false(tp_reasons_say(longest, say));
    assert_int_equal(strlen(say), TP_SAY_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strips_the_severity),
        cmocka_unit_test(says_the_worst),
        cmocka_unit_test(repeats_what_it_does_not_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
