/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/base/point.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* How often a child passes "a.b" (after "a" and "a.bc") before it is killed; 9 when it is not. */
static int passes(const char *wish)
{
    int pipes[2], count = 0, status;
    char byte = 'x';
    assert_int_equal(pipe(pipes), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (wish ? setenv("BOXTILL_KILL_AT", wish, 1) : unsetenv("BOXTILL_KILL_AT"))
            _exit(1);
        bx_point_init();
        for (int i = 0; i < 9; i++) {
            bx_point("a");
            bx_point("a.bc");
            bx_point("a.b");
            if (write(pipes[1], &byte, 1) != 1)
                _exit(1);
        }
        _exit(0);
    }
    close(pipes[1]);
    while (read(pipes[0], &byte, 1) == 1)
        count++;
    close(pipes[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (count < 9)
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    else
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return count;
}

static void kills_where_it_was_told(void **state)
{
    (void)state;
    assert_int_equal(passes("a.b:1"), 0);
    assert_int_equal(passes("a.b"), 0);
    assert_int_equal(passes("a.b:4"), 3);
    assert_int_equal(passes("a.bc:2"), 1);
}

static void does_nothing_otherwise(void **state)
{
    (void)state;
    static const char *const wishes[] = {NULL, "", ":1", "b:1", "a.b:0", "a.b:x", "a.b:", "a.b:10"};
    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
        assert_int_equal(passes(wishes[i]), 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kills_where_it_was_told),
        cmocka_unit_test(does_nothing_otherwise),
    };
    return cmocka_run_group_tests_name("base: point", tests, NULL, NULL);
}
