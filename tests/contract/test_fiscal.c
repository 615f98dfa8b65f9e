/* SPDX-License-Identifier: Apache-2.0 */
/* What every fiscal device keeps. test_fiscal fake|simulator|worker, the
 * last being the simulator in a thread of its own. */
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
#include "boxtill/fiscal/simulator.h"
#include "boxtill/fiscal/worker.h"
#include "fake_fiscal.h"
#include "sys/sys.h"

static bool is_fake, is_worker;
static char folder[64], path[96], outage[96];

static struct bx_fiscal *device_open(void)
{
    struct bx_fault fault = {0};
    struct bx_simulator_config config = {.path = path, .outage = outage, .clock = bx_sys_clock()};
    struct bx_fiscal *fiscal =
        is_fake ? fake_fiscal_create() : bx_fiscal_simulator_create(&config, &fault);
    if (!fiscal)
        fail_msg("%s (%s)", fault.say, fault.detail);
    return is_worker ? bx_fiscal_worker_create(fiscal) : fiscal;
}

/* The till and the device were started anew; a fake has no file and goes on. */
static struct bx_fiscal *device_again(struct bx_fiscal *fiscal)
{
    if (is_fake)
        return fiscal;
    fiscal->ops->destroy(fiscal);
    return device_open();
}

/* What was asked before is over: a worker may not have begun it. */
static void quiet(const struct bx_fiscal *fiscal)
{
    for (int waited = 0; is_worker && bx_fiscal_worker_waiting(fiscal) > 0; waited++) {
        assert_true(waited < 60000);
        poll(NULL, 0, 1);
    }
}

static void silent(struct bx_fiscal *fiscal, bool is)
{
    quiet(fiscal);
    if (is_fake) {
        fake_fiscal_silent(fiscal, is);
    } else if (is) {
        FILE *file = fopen(outage, "w");
        assert_non_null(file);
        fclose(file);
    } else {
        unlink(outage);
    }
}

static int setup(void **state)
{
    unlink(path);
    unlink(outage);
    *state = device_open();
    return 0;
}

static int teardown(void **state)
{
    struct bx_fiscal *fiscal = *state;
    fiscal->ops->destroy(fiscal);
    return 0;
}

static struct bx_fiscal_document document_of(int64_t seq)
{
    struct bx_fiscal_document document = {.process = BX_PROCESS_RECEIPT,
                                          .kind = BX_KIND_SALE,
                                          .till = 2,
                                          .seq = seq,
                                          .user = 7,
                                          .at = {INT64_C(1795526525123456)},
                                          .currency = "EUR",
                                          .exponent = 2,
                                          .total = {4800},
                                          .rate_count = 1,
                                          .rates = {{70000, {4800}, {4486}, {314}}}};
    document.tenders[BX_TENDER_CASH] = bx_money_of(4800);
    snprintf(document.number, sizeof(document.number), "2-%06d", (int)seq);
    document.id.b[0] = 1;
    document.id.b[15] = (uint8_t)seq;
    return document;
}

static void finish(struct bx_fiscal *fiscal, const struct bx_fiscal_document *document)
{
    struct bx_ref proof = {.seq = document->seq, .id = document->id};
    struct bx_fiscal_document copy = *document;
    struct bx_fault fault = {0};
    assert_int_equal(fiscal->ops->finish(fiscal, &proof, &copy, &fault), 0);
    memset(&copy, 0xa5, sizeof(copy)); /* it was copied, or the rest will be strange */
}

static struct bx_fiscal_answer answer_of(struct bx_fiscal *fiscal)
{
    struct bx_fiscal_answer answer = {0};
    for (int waited = 0; waited < 60000; waited += 100) {
        if (fiscal->ops->answer(fiscal, &answer))
            return answer;
        struct pollfd one = {.fd = fiscal->ops->fd(fiscal), .events = POLLIN};
        poll(&one, 1, 100);
    }
    fail_msg("no answer");
    return answer;
}

static struct bx_sign signed_as(struct bx_fiscal *fiscal, int64_t seq)
{
    struct bx_fiscal_document document = document_of(seq);
    finish(fiscal, &document);
    struct bx_fiscal_answer answer = answer_of(fiscal);
    assert_int_equal(answer.outcome, BX_FISCAL_SIGNED);
    assert_true(bx_id_equal(&answer.id, &document.id));
    assert_true(answer.sign.qr[0] && answer.sign.device[0]);
    assert_true(answer.sign.begun.us <= answer.sign.at.us);
    return answer.sign;
}

static void signs_what_was_started(void **state)
{
    struct bx_fiscal *fiscal = *state;
    struct bx_fiscal_document document = document_of(1);
    struct bx_fiscal_answer none;
    assert_int_equal(fiscal->ops->start(fiscal, &document.id, BX_PROCESS_RECEIPT, NULL), 0);
    assert_false(fiscal->ops->answer(fiscal, &none));
    struct bx_sign sign = signed_as(fiscal, 1);
    assert_int_equal(sign.transaction, 1);
    assert_int_equal(sign.counter, 1);
}

static void signs_what_was_not_started(void **state)
{
    assert_int_equal(signed_as(*state, 1).counter, 1);
    assert_int_equal(signed_as(*state, 2).counter, 2);
}

static void a_payment_given_up_takes_no_signature(void **state)
{
    struct bx_fiscal *fiscal = *state;
    struct bx_fiscal_document document = document_of(1);
    assert_int_equal(fiscal->ops->cancel(fiscal, &document.id, NULL), 0);
    assert_int_equal(fiscal->ops->start(fiscal, &document.id, BX_PROCESS_RECEIPT, NULL), 0);
    assert_int_equal(fiscal->ops->cancel(fiscal, &document.id, NULL), 0);
    struct bx_sign sign = signed_as(fiscal, 2);
    assert_int_equal(sign.counter, 1);
    assert_int_equal(sign.transaction, 2);
}

static void counters_never_repeat_after_a_restart(void **state)
{
    struct bx_fiscal *fiscal = *state;
    struct bx_sign first = signed_as(fiscal, 1);
    *state = fiscal = device_again(fiscal);
    struct bx_sign second = signed_as(fiscal, 2);
    assert_int_equal(second.counter, first.counter + 1);
    assert_true(second.transaction > first.transaction);
    assert_string_equal(second.device, first.device);
    assert_string_not_equal(second.qr, first.qr);
}

static void the_last_is_told_again(void **state)
{
    struct bx_fiscal *fiscal = *state;
    struct bx_sign first = signed_as(fiscal, 1);
    *state = fiscal = device_again(fiscal);
    struct bx_sign again = signed_as(fiscal, 1);
    assert_string_equal(again.qr, first.qr);
    assert_int_equal(again.counter, first.counter);
    assert_int_equal(again.transaction, first.transaction);
    assert_int_equal(again.at.us, first.at.us);
    assert_int_equal(signed_as(fiscal, 2).counter, first.counter + 1);
}

static void an_outage_is_silence(void **state)
{
    struct bx_fiscal *fiscal = *state;
    struct bx_fiscal_document document = document_of(1);
    struct bx_fiscal_answer none;
    silent(fiscal, true);
    assert_int_equal(fiscal->ops->start(fiscal, &document.id, BX_PROCESS_RECEIPT, NULL), 0);
    finish(fiscal, &document);
    assert_int_equal(fiscal->ops->ask(fiscal, NULL), 0);
    assert_false(fiscal->ops->answer(fiscal, &none));
    silent(fiscal, false);
    assert_false(fiscal->ops->answer(fiscal, &none));
    assert_int_equal(fiscal->ops->ask(fiscal, NULL), 0);
    struct bx_fiscal_answer ready = answer_of(fiscal);
    assert_int_equal(ready.outcome, BX_FISCAL_READY);
    assert_true(bx_id_is_zero(&ready.id));
    assert_int_equal(signed_as(fiscal, 1).counter, 1);
}

static void its_descriptor_tells_the_truth(void **state)
{
    struct bx_fiscal *fiscal = *state;
    struct bx_fiscal_document document = document_of(1);
    struct bx_fiscal_answer answer;
    struct pollfd one = {.fd = fiscal->ops->fd(fiscal), .events = POLLIN};
    finish(fiscal, &document);
    if (one.fd >= 0)
        assert_int_equal(poll(&one, 1, 60000), 1);
    while (fiscal->ops->answer(fiscal, &answer))
        continue;
    if (one.fd >= 0)
        assert_int_equal(poll(&one, 1, 0), 0);
}

static void its_signature_proves_the_receipt(void **state)
{
    struct bx_fiscal *fiscal = *state;
    if (is_fake || is_worker)
        return;
    struct bx_sign sign = signed_as(fiscal, 1);
    struct bx_public_key key = bx_fiscal_simulator_key(fiscal);
    assert_int_equal(strncmp(sign.qr, "BXF1;", 5), 0);
    assert_non_null(strstr(sign.qr, ";receipt;2-000001;1;1;"));
    assert_non_null(strstr(sign.qr, ";4800;EUR;"));
    assert_true(bx_fiscal_simulator_verify(&key, sign.qr));
    *strstr(sign.qr, ";4800;") = '.';
    assert_false(bx_fiscal_simulator_verify(&key, sign.qr));
}

static void what_it_refuses_is_told(void **state)
{
    struct bx_fiscal *fiscal = *state;
    if (!is_fake)
        return; /* it signs everything */
    struct bx_fiscal_document document = document_of(1);
    fake_fiscal_refuse(fiscal, true);
    finish(fiscal, &document);
    struct bx_fiscal_answer answer = answer_of(fiscal);
    assert_int_equal(answer.outcome, BX_FISCAL_REFUSED);
    assert_true(answer.say[0]);
    fake_fiscal_refuse(fiscal, false);
    assert_int_equal(signed_as(fiscal, 2).counter, 1);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    is_fake = strcmp(argv[1], "fake") == 0;
    is_worker = strcmp(argv[1], "worker") == 0;
    bx_crypto_init();
    snprintf(folder, sizeof(folder), "/tmp/boxtill-fiscal-XXXXXX");
    if (!mkdtemp(folder))
        return 2;
    snprintf(path, sizeof(path), "%s/device.json", folder);
    snprintf(outage, sizeof(outage), "%s/outage", folder);
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(signs_what_was_started),
        WITH(signs_what_was_not_started),
        WITH(a_payment_given_up_takes_no_signature),
        WITH(counters_never_repeat_after_a_restart),
        WITH(the_last_is_told_again),
        WITH(an_outage_is_silence),
        WITH(its_descriptor_tells_the_truth),
        WITH(its_signature_proves_the_receipt),
        WITH(what_it_refuses_is_told),
    };
    int failed = cmocka_run_group_tests_name(argv[1], tests, NULL, NULL);
    unlink(path);
    unlink(outage);
    rmdir(folder);
    return failed;
}
