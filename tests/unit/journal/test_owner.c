/* SPDX-License-Identifier: Apache-2.0 */
/* Two processes, one lock: the second waits, is told who holds it, and gets it when the first lets
 * go, however it ends. */

#include "journal/owner.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct other {
    char folder[32], path[48];
    pid_t pid;
    int go; /* closing it lets the other end by itself */
};

static void child(const char *path, int ready, int go)
{
    char byte = 'x';
    struct bx_owner *owner = bx_owner_take(path, NULL);
    if (!owner || write(ready, &byte, 1) != 1)
        _exit(1);
    if (read(go, &byte, 1) < 0)
        _exit(2);
    bx_owner_release(owner);
    _exit(0);
}

static int set_up(void **state)
{
    static struct other other;
    int ready[2], go[2];
    char byte;
    snprintf(other.folder, sizeof(other.folder), "/tmp/bx-owner-XXXXXX");
    assert_non_null(mkdtemp(other.folder));
    snprintf(other.path, sizeof(other.path), "%s/till.lock", other.folder);
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(go), 0);
    other.pid = fork();
    assert_true(other.pid >= 0);
    if (other.pid == 0) {
        close(go[1]);
        child(other.path, ready[1], go[0]);
    }
    close(ready[1]);
    close(go[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    other.go = go[1];
    *state = &other;
    return 0;
}

static int end(struct other *other)
{
    int status = 0;
    if (other->go >= 0)
        close(other->go);
    other->go = -1;
    if (other->pid > 0)
        waitpid(other->pid, &status, 0);
    other->pid = 0;
    return status;
}

static int tear_down(void **state)
{
    struct other *other = *state;
    end(other);
    unlink(other->path);
    return rmdir(other->folder);
}

static void the_holder_is_named(void **state)
{
    struct other *other = *state;
    struct bx_fault fault = {0};
    char pid[16];
    assert_null(bx_owner_take(other->path, &fault));
    assert_int_equal(fault.err, BX_ERR_BUSY);
    snprintf(pid, sizeof(pid), "%ld", (long)other->pid);
    assert_non_null(strstr(fault.detail, pid));
    assert_int_equal(end(other), 0);
    struct bx_owner *owner = bx_owner_take(other->path, &fault);
    assert_non_null(owner);
    assert_null(bx_owner_take(other->path, &fault)); /* not even this process gets it twice */
    bx_owner_release(owner);
    owner = bx_owner_take(other->path, &fault);
    assert_non_null(owner);
    bx_owner_release(owner);
}

static void a_killed_holder_lets_go(void **state)
{
    struct other *other = *state;
    assert_int_equal(kill(other->pid, SIGKILL), 0);
    assert_true(WIFSIGNALED(end(other)));
    struct bx_owner *owner = bx_owner_take(other->path, NULL);
    assert_non_null(owner);
    bx_owner_release(owner);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(the_holder_is_named),
        CASE(a_killed_holder_lets_go),
    };
    return cmocka_run_group_tests_name("journal: owner", tests, NULL, NULL);
}
