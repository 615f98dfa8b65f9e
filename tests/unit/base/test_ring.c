/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>

#include "boxtill/base/ring.h"

static void first_in_first_out_up_to_its_size(void **state)
{
    (void)state;
    struct bx_ring *ring = bx_ring_create(3, sizeof(int));
    int out;
    assert_false(bx_ring_take(ring, &out));
    int next = 0;
    int expected = 0;
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 3; i++, next++)
            assert_true(bx_ring_put(ring, &next));
        assert_false(bx_ring_put(ring, &next));
        for (int i = 0; i < 2; i++, expected++) {
            assert_true(bx_ring_take(ring, &out));
            assert_int_equal(out, expected);
        }
        assert_true(bx_ring_wait(ring, &out));
        assert_int_equal(out, expected++);
    }
    assert_false(bx_ring_take(ring, &out));
    assert_null(bx_ring_destroy(ring));
    assert_null(bx_ring_destroy(NULL));
}

static void closed_gives_what_is_left_and_no_more(void **state)
{
    (void)state;
    struct bx_ring *ring = bx_ring_create(2, sizeof(int));
    int out = 5;
    assert_true(bx_ring_put(ring, &out));
    bx_ring_close(ring);
    assert_false(bx_ring_put(ring, &out));
    out = 0;
    assert_true(bx_ring_wait(ring, &out));
    assert_int_equal(out, 5);
    assert_false(bx_ring_wait(ring, &out));
    assert_false(bx_ring_take(ring, &out));
    bx_ring_destroy(ring);
}

#define MESSAGES 20000

struct message {
    int64_t number, twice;
};

static void *produce(void *ring)
{
    for (int64_t i = 1; i <= MESSAGES; i++) {
        struct message message = {i, 2 * i};
        while (!bx_ring_put(ring, &message))
            (void)sched_yield();
    }
    bx_ring_close(ring);
    return NULL;
}

static void every_message_crosses_once(void **state)
{
    (void)state;
    struct bx_ring *ring = bx_ring_create(16, sizeof(struct message));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, produce, ring), 0);
    int64_t last = 0;
    struct message message;
    while (bx_ring_wait(ring, &message)) {
        assert_int_equal(message.number, last + 1);
        assert_int_equal(message.twice, 2 * message.number);
        last = message.number;
    }
    assert_int_equal(last, MESSAGES);
    assert_int_equal(pthread_join(thread, NULL), 0);
    bx_ring_destroy(ring);
}

static void *wait_for_end(void *ring)
{
    int out;
    return bx_ring_wait(ring, &out) ? ring : NULL;
}

static void closing_wakes_every_waiter(void **state)
{
    (void)state;
    struct bx_ring *ring = bx_ring_create(1, sizeof(int));
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, wait_for_end, ring), 0);
    bx_ring_close(ring);
    for (int i = 0; i < 3; i++) {
        void *result = ring;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_null(result);
    }
    bx_ring_destroy(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_in_first_out_up_to_its_size),
        cmocka_unit_test(closed_gives_what_is_left_and_no_more),
        cmocka_unit_test(every_message_crosses_once),
        cmocka_unit_test(closing_wakes_every_waiter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
