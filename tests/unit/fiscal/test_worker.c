/* SPDX-License-Identifier: Apache-2.0 */
/* A device that hangs, fails or is flooded, behind its worker: the till's thread never waits. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/fiscal/worker.h"

/* Each finish waits for a byte in the pipe: 's' signs, 'f' fails. */
struct gate {
    struct bx_fiscal fiscal; /* first */
    int pipe[2];
    atomic_int begun;
    bool has_answer;
    struct bx_fiscal_answer answer;
};

static struct gate gate;
static int destroyed;

static struct gate *of(struct bx_fiscal *fiscal)
{
    return (struct gate *)fiscal;
}

static int start(struct bx_fiscal *fiscal, const struct bx_id *id, enum bx_process process,
                 struct bx_fault *fault)
{
    (void)fiscal;
    (void)id;
    (void)process;
    return bx_fault_say(fault, BX_ERR_IO, "no process");
}

static int finish(struct bx_fiscal *fiscal, const struct bx_ref *proof,
                  const struct bx_fiscal_document *document, struct bx_fault *fault)
{
    struct gate *self = of(fiscal);
    char byte = 0;
    atomic_fetch_add(&self->begun, 1);
    assert_true(read(self->pipe[0], &byte, 1) == 1);
    if (byte == 'f')
        return bx_fault_say(fault, BX_ERR_IO, "no line");
    assert_int_equal(proof->seq, document->seq);
    self->has_answer = true;
    self->answer = (struct bx_fiscal_answer){.id = document->id, .outcome = BX_FISCAL_SIGNED};
    return 0;
}

static int cancel(struct bx_fiscal *fiscal, const struct bx_id *id, struct bx_fault *fault)
{
    (void)fiscal;
    (void)id;
    (void)fault;
    return 0;
}

static int ask(struct bx_fiscal *fiscal, struct bx_fault *fault)
{
    (void)fault;
    of(fiscal)->has_answer = true;
    of(fiscal)->answer = (struct bx_fiscal_answer){.outcome = BX_FISCAL_READY};
    return 0;
}

static bool answer(struct bx_fiscal *fiscal, struct bx_fiscal_answer *ret)
{
    struct gate *self = of(fiscal);
    bool has = self->has_answer;
    self->has_answer = false;
    if (has)
        *ret = self->answer;
    return has;
}

static int fd(struct bx_fiscal *fiscal)
{
    (void)fiscal;
    return -1;
}

static void *destroy(struct bx_fiscal *fiscal)
{
    (void)fiscal;
    destroyed++;
    return NULL;
}

static int set_up(void **state)
{
    static const struct bx_fiscal_ops ops = {.start = start,
                                             .finish = finish,
                                             .cancel = cancel,
                                             .ask = ask,
                                             .answer = answer,
                                             .fd = fd,
                                             .destroy = destroy};
    gate = (struct gate){.fiscal.ops = &ops};
    destroyed = 0;
    assert_int_equal(pipe(gate.pipe), 0);
    *state = bx_fiscal_worker_create(&gate.fiscal);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(gate.pipe[0]);
    close(gate.pipe[1]);
    return 0;
}

static void end(struct bx_fiscal *fiscal)
{
    assert_null(fiscal->ops->destroy(fiscal));
    assert_int_equal(destroyed, 1);
}

static int finish_of(struct bx_fiscal *fiscal, int64_t seq)
{
    struct bx_fault fault;
    struct bx_fiscal_document document = {.seq = seq, .id = {.b = {(uint8_t)seq}}};
    struct bx_ref proof = {.seq = seq, .id = document.id};
    return fiscal->ops->finish(fiscal, &proof, &document, &fault);
}

static void let(const char *bytes)
{
    assert_int_equal(write(gate.pipe[1], bytes, strlen(bytes)), strlen(bytes));
}

static struct bx_fiscal_answer answer_of(struct bx_fiscal *fiscal)
{
    struct bx_fiscal_answer said = {0};
    while (!fiscal->ops->answer(fiscal, &said)) {
        struct pollfd one = {.fd = fiscal->ops->fd(fiscal), .events = POLLIN};
        if (poll(&one, 1, 60000) != 1)
            fail_msg("no answer");
    }
    return said;
}

static void a_device_that_hangs_keeps_nobody_waiting(void **state)
{
    struct bx_fiscal *fiscal = *state;
    struct bx_fiscal_answer none;
    assert_int_equal(finish_of(fiscal, 1), 0); /* the test would stand here */
    assert_int_equal(fiscal->ops->ask(fiscal, NULL), 0);
    assert_false(fiscal->ops->answer(fiscal, &none));
    assert_int_equal(bx_fiscal_worker_waiting(fiscal), 2);
    let("s");
    struct bx_fiscal_answer said = answer_of(fiscal);
    assert_int_equal(said.outcome, BX_FISCAL_SIGNED);
    assert_int_equal(said.id.b[0], 1);
    assert_int_equal(answer_of(fiscal).outcome, BX_FISCAL_READY);
    end(fiscal);
}

static void what_fails_is_an_outage(void **state)
{
    struct bx_fiscal *fiscal = *state;
    struct bx_id id = {.b = {1}};
    assert_int_equal(fiscal->ops->start(fiscal, &id, BX_PROCESS_RECEIPT, NULL), 0); /* unmissed */
    assert_int_equal(finish_of(fiscal, 1), 0);
    let("f");
    struct bx_fiscal_answer said = answer_of(fiscal);
    assert_int_equal(said.outcome, BX_FISCAL_OUT);
    assert_true(bx_id_is_zero(&said.id));
    assert_string_equal(said.say, "no line");
    end(fiscal);
}

static void a_flood_is_busy(void **state)
{
    struct bx_fiscal *fiscal = *state;
    int taken = 0, err = 0;
    while (err == 0 && taken < 1000) {
        err = finish_of(fiscal, 1);
        taken += err == 0;
    }
    assert_int_equal(err, BX_ERR_BUSY);
    assert_int_equal(bx_fiscal_worker_waiting(fiscal), taken);
    let("ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss");
    for (int i = 0; i < taken; i++)
        assert_int_equal(answer_of(fiscal).outcome, BX_FISCAL_SIGNED);
    end(fiscal);
}

/* What it has not begun then is signed by the next start. */
static void an_end_waits_for_the_one_under_way(void **state)
{
    struct bx_fiscal *fiscal = *state;
    for (int seq = 1; seq <= 5; seq++)
        assert_int_equal(finish_of(fiscal, seq), 0);
    let("sssss");
    end(fiscal);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH(a_device_that_hangs_keeps_nobody_waiting),
        WITH(what_fails_is_an_outage),
        WITH(a_flood_is_busy),
        WITH(an_end_waits_for_the_one_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
