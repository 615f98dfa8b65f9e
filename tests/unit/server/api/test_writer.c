/* SPDX-License-Identifier: Apache-2.0 */
/* The writer: one commit for many, each for itself; an id answers for ever; nothing is promised
 * that was not committed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "lab.h"

#define ID(n) "018f0000-0000-7000-8000-00000000000" #n

static void enrol(struct till *till, struct lab *lab, uint8_t seed)
{
    char code[9], id[40];
    till_open(till, lab, seed);
    lab_code(lab, code);
    snprintf(id, sizeof(id), "018f0000-0000-7000-8000-0000000001%02x", seed);
    assert_true(till_enrol(till, id, code));
}

/* A REQ number R for WANT places under request ID. */
static const char *req(char body[256], const char *id, int r, int want)
{
    snprintf(body, 256,
             "{\"id\":\"%s\",\"messages\":[{\"verb\":\"req\",\"pool\":\"" LAB_POOL
             "\",\"r\":%d,\"n\":%d}]}",
             id, r, want);
    return body;
}

static int64_t leased(struct till *till)
{
    assert_int_equal(till_ask(till, "GET", "/v1/availability", ""), 200);
    const char *pool = strstr(bx_buf_text(&till->heard.body), LAB_POOL);
    const char *figure = pool ? strstr(pool, "\"leased\":") : NULL;
    assert_non_null(figure);
    long long n = -1;
    assert_int_equal(sscanf(figure, "\"leased\":%lld", &n), 1);
    return n;
}

static void an_id_is_answered_once_and_for_ever(void **state)
{
    struct lab *lab = *state;
    struct till till, other;
    char body[256], first[512];
    enrol(&till, lab, 1);
    enrol(&other, lab, 2);
    assert_int_equal(till_ask(&till, "POST", "/v1/allotments", req(body, ID(1), 1, 7)), 200);
    snprintf(first, sizeof(first), "%s", bx_buf_text(&till.heard.body));
    assert_non_null(strstr(first, "granted"));
    assert_int_equal(leased(&till), 7);
    lab->now_us += 2 * 3600 * BX_SECOND_US;
    assert_int_equal(till_ask(&till, "POST", "/v1/allotments", req(body, ID(1), 1, 7)), 200);
    assert_string_equal(bx_buf_text(&till.heard.body), first);
    /* other body, other device, other call */
    assert_int_equal(till_ask(&till, "POST", "/v1/allotments", req(body, ID(1), 1, 8)), 422);
    assert_int_equal(till_ask(&other, "POST", "/v1/allotments", req(body, ID(1), 1, 7)), 422);
    assert_int_equal(till_ask(&till, "POST", "/v1/check-ins",
                              "{\"id\":\"" ID(1) "\",\"scans\":[{\"id\":\"" ID(
                                  2) "\",\"code\":\"B10040938NKRKAYDHZBPJQQ9TAH5E\",\"gate\":\"N\","
                                     "\"at\":1}]}"),
                     422);
    assert_int_equal(leased(&till), 7);
    till_close(&other);
    till_close(&till);
}

static struct bd_work *put(struct till *till, const char *body)
{
    struct bd_work *work = till_take(till, "POST", "/v1/allotments", body);
    assert_false(work->ready);
    assert_null(bd_writer_put(till->lab->writer, work));
    return work;
}

static void a_batch_is_one_commit_and_each_for_itself(void **state)
{
    struct lab *lab = *state;
    struct till till, other;
    char body[256];
    enrol(&till, lab, 1);
    enrol(&other, lab, 2);
    struct bd_mark before, after;
    assert_int_equal(bd_book_mark(lab->store, &before, NULL), 0);
    put(&till, req(body, ID(1), 1, 5));
    put(&till, req(body, ID(1), 1, 5));  /* twice in one batch: the second sees the first */
    put(&other, req(body, ID(1), 1, 5)); /* refused */
    put(&other, req(body, ID(2), 1, 6));
    bd_writer_turn(lab->writer);
    assert_int_equal(bd_book_mark(lab->store, &after, NULL), 0);
    assert_int_equal(after.commit, before.commit + 1);
    static const int wanted[] = {200, 200, 422, 200};
    char texts[2][512];
    for (size_t i = 0; i < bx_countof(wanted); i++) {
        struct bd_work *work = bd_writer_take(lab->writer);
        assert_non_null(work);
        assert_int_equal(work->answer.status, wanted[i]);
        assert_int_equal(work->mark.commit, after.commit);
        if (i < 2)
            snprintf(texts[i], sizeof(texts[i]), "%s", bx_buf_text(&work->answer.body));
        bd_work_destroy(work);
    }
    assert_string_equal(texts[0], texts[1]);
    assert_null(bd_writer_take(lab->writer));
    assert_int_equal(leased(&till), 11);
    till_close(&other);
    till_close(&till);
}

static void a_failed_commit_promises_nothing(void **state)
{
    struct lab *lab = *state;
    struct till till;
    char body[256];
    enrol(&till, lab, 1);
    static const struct {
        enum bx_outcome outcome;
        bool happens;
    } cases[] = {
        {BX_REFUSED, false},
        {BX_UNKNOWN, false},
        {BX_UNKNOWN, true},
    };
    for (int i = 0; i < 3; i++) {
        char id[40];
        snprintf(id, sizeof(id), "018f0000-0000-7000-8000-00000000001%d", i);
        int64_t had = leased(&till);
        assert_true(had == (i ? 1 : 0));
        snprintf(body, sizeof(body),
                 "{\"id\":\"%s\",\"messages\":[{\"verb\":\"%s\",\"pool\":\"" LAB_POOL
                 "\",\"r\":1,\"n\":1}]}",
                 id, i ? "grow" : "req");
        bd_store_memory_fail(lab->store, cases[i].outcome, cases[i].happens);
        assert_int_equal(till_ask(&till, "POST", "/v1/allotments", body), 503);
        assert_string_equal(till.heard.code, "store");
        assert_int_equal(till.heard.retry_after, 1);
        assert_int_equal(leased(&till), had);
        /* asked again, it is done, once */
        assert_int_equal(till_ask(&till, "POST", "/v1/allotments", body), 200);
        assert_int_equal(leased(&till), 1);
    }
    till_close(&till);
}

static void another_process_may_import(void **state)
{
    struct lab *lab = *state;
    struct till till;
    char body[256];
    enrol(&till, lab, 1);
    assert_int_equal(till_ask(&till, "POST", "/v1/allotments", req(body, ID(1), 1, 20)), 200);
    assert_int_equal(till_ask(&till, "GET", "/v1/programme", ""), 200);
    char before[48];
    snprintf(before, sizeof(before), "%s", till.heard.etag);
    lab_import(lab, 40);
    assert_int_equal(till_ask(&till, "GET", "/v1/programme", ""), 200);
    snprintf(body, sizeof(body),
             "{\"id\":\"" ID(2) "\",\"messages\":[{\"verb\":\"grow\",\"pool\":\"" LAB_POOL
                                "\",\"r\":1,\"n\":90}]}");
    assert_int_equal(till_ask(&till, "POST", "/v1/allotments", body), 200);
    assert_true(leased(&till) <= 40);
    till_close(&till);
}

static void a_device_that_saw_more_raises_the_epoch(void **state)
{
    struct lab *lab = *state;
    struct till till;
    enrol(&till, lab, 1);
    assert_int_equal(till_ask(&till, "GET", "/healthz", ""), 200);
    int64_t epoch = till.heard.epoch;
    till.seen_epoch = epoch;
    till.seen_commit = till.heard.commit;
    assert_int_equal(till_ask(&till, "GET", "/v1/availability", ""), 200);
    assert_int_equal(till.heard.epoch, epoch);
    till.seen_commit += 1000;
    assert_int_equal(till_ask(&till, "GET", "/v1/availability", ""), 200);
    assert_true(till.heard.epoch > epoch);
    assert_int_equal(till_plain(&till, "GET", "/healthz", ""), 200);
    assert_non_null(strstr(bx_buf_text(&till.heard.body), "\"shut\":true"));
    /* one who has no key cannot do that */
    epoch = till.heard.epoch;
    till.seen_epoch = 99;
    till.signed_body = "another";
    assert_int_equal(till_once(&till, "GET", "/v1/availability", ""), 401);
    assert_int_equal(till_plain(&till, "GET", "/healthz", ""), 200);
    assert_int_equal(till.heard.epoch, epoch);
    till_close(&till);
}

static void a_full_queue_turns_away(void **state)
{
    struct lab *lab = *state;
    struct till till;
    char body[256];
    enrol(&till, lab, 1);
    for (int i = 0; i < BD_QUEUE_MAX; i++)
        assert_null(bd_writer_put(lab->writer, bd_work_create()));
    struct bd_work *work = till_take(&till, "POST", "/v1/allotments", req(body, ID(1), 1, 5));
    assert_ptr_equal(bd_writer_put(lab->writer, work), work);
    bd_api_turn_away(work, 1);
    assert_int_equal(work->answer.status, 503);
    assert_int_equal(work->answer.retry_after, 1);
    bd_work_destroy(work);
    for (int i = 0; i < BD_QUEUE_MAX / BD_BATCH_MAX; i++)
        bd_writer_turn(lab->writer);
    assert_int_equal(till_ask(&till, "POST", "/v1/allotments", req(body, ID(1), 1, 5)), 200);
    till_close(&till);
}

/* The store with a slow disk: each commit takes so long on the lab's clock. */
static struct lab *slow_lab;
static int64_t slow_us;
static const struct bd_store_ops *quick_ops;

static enum bx_outcome slow_end(struct bd_store *store, bool commit, struct bx_fault *fault)
{
    if (commit)
        slow_lab->now_us += slow_us;
    return quick_ops->end(store, commit, fault);
}

static void a_long_wait_turns_away(void **state)
{
    struct lab *lab = *state;
    struct till till;
    char body[256];
    enrol(&till, lab, 1);
    slow_lab = lab;
    slow_us = 300000;
    quick_ops = lab->store->ops;
    struct bd_store_ops slow = *quick_ops;
    slow.end = slow_end;
    lab->store->ops = &slow;
    for (int i = 0; i < 20; i++)
        assert_int_equal(till_ask(&till, "POST", "/v1/allotments", req(body, ID(1), 1, 5)), 200);
    lab->store->ops = quick_ops;
    /* one commit is still bearable, two are not */
    int taken = 0;
    struct bd_work *back = NULL;
    while (!back && taken < BD_QUEUE_MAX) {
        back = bd_writer_put(lab->writer, bd_work_create());
        taken += !back;
    }
    bd_work_destroy(back);
    assert_int_equal(taken, BD_BATCH_MAX);
    bd_writer_turn(lab->writer);
    till_close(&till);
}

/* A machine that slept through a commit: whoever comes when nobody waits is served, and what the
 * sleep did to the averages is soon forgotten. */
static void a_pause_does_not_shut_the_door(void **state)
{
    struct lab *lab = *state;
    struct till till;
    char body[256];
    enrol(&till, lab, 1);
    slow_lab = lab;
    slow_us = 120 * BX_SECOND_US;
    quick_ops = lab->store->ops;
    struct bd_store_ops slow = *quick_ops;
    slow.end = slow_end;
    lab->store->ops = &slow;
    assert_int_equal(till_ask(&till, "POST", "/v1/allotments", req(body, ID(1), 1, 5)), 200);
    lab->store->ops = quick_ops;
    for (int i = 0; i < 16; i++)
        assert_int_equal(till_ask(&till, "POST", "/v1/allotments", req(body, ID(1), 1, 5)), 200);
    assert_null(bd_writer_put(lab->writer, bd_work_create()));
    assert_null(bd_writer_put(lab->writer, bd_work_create()));
    bd_writer_turn(lab->writer);
    till_close(&till);
}

static void errands_leave_no_answer(void **state)
{
    struct lab *lab = *state;
    assert_null(bd_writer_put(lab->writer, bd_work_create()));
    bd_writer_turn(lab->writer);
    assert_null(bd_writer_take(lab->writer));
}

static void what_is_left_at_the_end_is_dropped(void **state)
{
    struct lab *lab = *state;
    struct till till;
    char body[256];
    struct bx_fault fault;
    enrol(&till, lab, 1);
    assert_int_equal(bd_writer_start(lab->writer, &fault), 0);
    bd_writer_stop(lab->writer);
    struct bd_work *work = till_take(&till, "POST", "/v1/allotments", req(body, ID(1), 1, 5));
    struct bd_work *back = bd_writer_put(lab->writer, work);
    assert_ptr_equal(back, work); /* a closed queue takes nothing */
    bd_work_destroy(work);
    till_close(&till);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_id_is_answered_once_and_for_ever, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(a_batch_is_one_commit_and_each_for_itself, lab_open,
                                        lab_close),
        cmocka_unit_test_setup_teardown(a_failed_commit_promises_nothing, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(another_process_may_import, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(a_device_that_saw_more_raises_the_epoch, lab_open,
                                        lab_close),
        cmocka_unit_test_setup_teardown(a_full_queue_turns_away, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(a_long_wait_turns_away, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(a_pause_does_not_shut_the_door, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(errands_leave_no_answer, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(what_is_left_at_the_end_is_dropped, lab_open, lab_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
