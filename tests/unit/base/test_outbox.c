/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>

#include "boxtill/base/outbox.h"

static bool wakes(struct bx_outbox *outbox, int wait_ms)
{
    struct pollfd one = {.fd = bx_outbox_fd(outbox), .events = POLLIN};
    return poll(&one, 1, wait_ms) == 1;
}

static void it_wakes_until_all_is_taken(void **state)
{
    (void)state;
    struct bx_outbox *outbox = bx_outbox_create(2, sizeof(int));
    int out = 0, one = 1, two = 2;
    assert_false(bx_outbox_take(outbox, &out));
    assert_false(wakes(outbox, 0));
    assert_true(fcntl(bx_outbox_fd(outbox), F_GETFD) & FD_CLOEXEC);
    for (int round = 0; round < 3; round++) {
        assert_true(bx_outbox_put(outbox, &one));
        assert_true(bx_outbox_put(outbox, &two));
        assert_false(bx_outbox_put(outbox, &one));
        assert_true(bx_outbox_take(outbox, &out));
        assert_int_equal(out, 1);
        assert_true(wakes(outbox, 0));
        assert_true(bx_outbox_take(outbox, &out));
        assert_int_equal(out, 2);
        assert_false(bx_outbox_take(outbox, &out));
        assert_false(wakes(outbox, 0));
    }
    assert_null(bx_outbox_destroy(outbox));
    assert_null(bx_outbox_destroy(NULL));
}

enum { MESSAGES = 20000, WAIT_MS = 30000 };

static void *sender(void *arg)
{
    for (int i = 0; i < MESSAGES;)
        i += bx_outbox_put(arg, &i);
    return NULL;
}

/* Asleep between messages: one whose wake-up were lost would never be taken. */
static void no_wake_up_is_lost(void **state)
{
    (void)state;
    struct bx_outbox *outbox = bx_outbox_create(4, sizeof(int));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, sender, outbox), 0);
    for (int next = 0; next < MESSAGES;) {
        int out;
        assert_true(wakes(outbox, WAIT_MS));
        while (bx_outbox_take(outbox, &out))
            assert_int_equal(out, next++);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(wakes(outbox, 0));
    bx_outbox_destroy(outbox);
}

static void without_a_descriptor_there_is_none(void **state)
{
    (void)state;
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct bx_outbox *outbox = bx_outbox_create(1, 1);
    int why = errno;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_null(outbox);
    assert_int_equal(why, EMFILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_wakes_until_all_is_taken),
        cmocka_unit_test(no_wake_up_is_lost),
        cmocka_unit_test(without_a_descriptor_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
