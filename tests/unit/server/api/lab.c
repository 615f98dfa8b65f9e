/* SPDX-License-Identifier: Apache-2.0 */
/* The sample venue and the till of the desk's tests. */

#include "lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/import.h"

#define WALL_START (INT64_C(1795500000) * BX_SECOND_US) /* 2026-11-24 in the morning */

static struct lab *lab_of_clock(struct bx_clock *clock)
{
    return (struct lab *)((char *)clock - offsetof(struct lab, clock));
}

static bx_utc fake_utc(struct bx_clock *clock)
{
    return (bx_utc){WALL_START + lab_of_clock(clock)->now_us};
}

static bx_mono fake_mono(struct bx_clock *clock)
{
    return (bx_mono){lab_of_clock(clock)->now_us * 1000};
}

static void fake_seed(struct bx_random *random, uint8_t out[32])
{
    struct lab *lab = (struct lab *)((char *)random - offsetof(struct lab, random));
    memset(out, 0, 32);
    lab->seeds++;
    memcpy(out, &lab->seeds, sizeof(lab->seeds));
}

/* Civil time is UTC here. */
static int fake_zone(void *arg, const char *zone, struct bx_date date, int minute, bx_utc *ret_at,
                     int *ret_offset_min)
{
    (void)arg;
    (void)zone;
    *ret_at = (bx_utc){((int64_t)bx_date_days(date) * 1440 + minute) * 60 * BX_SECOND_US};
    *ret_offset_min = 0;
    return 0;
}

struct bd_turn lab_turn(struct lab *lab)
{
    struct bd_turn turn = {.now = fake_utc(&lab->clock)};
    fake_seed(&lab->random, turn.seed);
    return turn;
}

/* One transaction on the store by somebody who is not the writer. */
static struct bd_book *book_begin(struct lab *lab)
{
    struct bx_fault fault;
    assert_int_equal(lab->store->ops->begin(lab->store, &fault), 0);
    struct bd_book *book = bd_book_create(lab->store, &lab->policy, &fault);
    assert_non_null(book);
    return book;
}

static void book_end(struct lab *lab, struct bd_book *book)
{
    struct bx_fault fault;
    assert_int_equal(lab->store->ops->end(lab->store, true, &fault), BX_DONE);
    bd_book_destroy(book);
}

void lab_code(struct lab *lab, char ret[9])
{
    struct bx_fault fault;
    struct bd_turn turn = lab_turn(lab);
    struct bd_book *book = book_begin(lab);
    assert_int_equal(bd_book_enrol_code(book, &turn, "", ret, &fault), 0);
    book_end(lab, book);
}

void lab_import(struct lab *lab, int capacity)
{
    char text[1024];
    int len = snprintf(
        text, sizeof(text),
        "{\"venue\":{\"id\":\"museum\",\"name\":\"Sample Museum\",\"zone\":\"UTC\","
        "\"currency\":\"EUR\"},\"events\":[{\"id\":\"hall\",\"name\":\"Hall\",\"slots\":"
        "[{\"dates\":[\"2026-11-24\"],\"from\":\"10:00\",\"to\":\"12:00\",\"every\":60,"
        "\"capacity\":%d}]}],\"products\":[{\"id\":\"adult\",\"name\":\"Adult\",\"key\":\"a\","
        "\"price\":2400,\"tax\":70000,\"events\":[\"hall\"]}]}",
        capacity);
    struct bx_fault fault;
    bx_buf_auto faults;
    bx_buf_init(&faults, 4096);
    struct bd_import *import = bd_import_parse(text, (size_t)len, (struct bx_date){2026, 11, 24},
                                               fake_zone, NULL, &faults);
    if (!import)
        fail_msg("%s", bx_buf_text(&faults));
    struct bd_turn turn = lab_turn(lab);
    struct bd_book *book = book_begin(lab);
    assert_int_equal(bd_book_import(book, &turn, import, &fault), 0);
    book_end(lab, book);
    bd_import_destroy(import);
}

int lab_open(void **state)
{
    static const struct bx_clock_ops clock_ops = {.utc = fake_utc, .mono = fake_mono};
    static const struct bx_random_ops random_ops = {.seed = fake_seed};
    struct bx_fault fault;
    bx_crypto_init();
    struct lab *lab = bx_new(struct lab);
    lab->policy = (struct bd_policy){.share_percent = 30, .lease_ttl = 3600, .key_days = 2};
    lab->clock.ops = &clock_ops;
    lab->random.ops = &random_ops;
    lab->now_us = 5 * BX_SECOND_US;
    lab->store = bd_store_memory_create();
    struct bd_turn turn = lab_turn(lab);
    assert_int_equal(lab->store->ops->begin(lab->store, &fault), 0);
    assert_int_equal(bd_book_init(lab->store, &turn, &fault), 0);
    assert_int_equal(lab->store->ops->end(lab->store, true, &fault), BX_DONE);
    lab_import(lab, 100);
    lab->metrics = bd_metrics_create();
    struct bd_api_setup api = {.store = lab->store,
                               .policy = &lab->policy,
                               .clock = &lab->clock,
                               .random = &lab->random,
                               .metrics = lab->metrics};
    lab->api = bd_api_create(&api, &fault);
    struct bd_writer_setup writer = {.store = lab->store,
                                     .policy = &lab->policy,
                                     .clock = &lab->clock,
                                     .random = &lab->random,
                                     .metrics = lab->metrics};
    lab->writer = bd_writer_create(&writer, &fault);
    assert_true(lab->api && lab->writer);
    *state = lab;
    return 0;
}

int lab_close(void **state)
{
    struct lab *lab = *state;
    bd_writer_destroy(lab->writer);
    bd_api_destroy(lab->api);
    bd_metrics_destroy(lab->metrics);
    bd_store_destroy(lab->store);
    bx_free(lab);
    return 0;
}

/* --- the till ----------------------------------------------------------------------------- */

void till_open(struct till *till, struct lab *lab, uint8_t seed)
{
    uint8_t bytes[32] = {seed, 1};
    *till = (struct till){.lab = lab};
    bx_key_make(bytes, &till->public, &till->key);
    bx_buf_init(&till->heard.body, 0);
}

void till_close(struct till *till)
{
    bx_buf_finish(&till->heard.body);
}

static void answer_verify(const struct lab *lab, const struct bd_answer *answer,
                          const char *request_signature)
{
    struct bx_secret_key secret;
    struct bx_public_key public;
    struct bx_fault fault;
    assert_int_equal(bd_book_server_key(lab->store, &secret, &fault), 0);
    memcpy(public.b, secret.b + 32, 32);
    struct bx_answer_facts facts = {.status = answer->status,
                                    .body = answer->body.data,
                                    .len = answer->body.len,
                                    .epoch = answer->epoch,
                                    .commit = answer->commit,
                                    .challenge = answer->challenge,
                                    .request_signature = request_signature};
    bx_buf_auto text;
    bx_buf_init(&text, 4096);
    bx_answer_text(&facts, &text);
    struct bx_signature signature;
    assert_int_equal(bx_hex_parse(answer->signature, signature.b, sizeof(signature.b)), 0);
    assert_true(bx_verify(&public, text.data, text.len, &signature));
}

static void hear(struct till *till, const struct bd_work *work)
{
    struct heard *heard = &till->heard;
    const struct bd_answer *answer = &work->answer;
    heard->status = answer->status;
    heard->epoch = answer->epoch;
    heard->commit = answer->commit;
    heard->retry_after = answer->retry_after;
    (void)BX_TEXT_COPY(heard->etag, answer->etag);
    bx_buf_clear(&heard->body);
    bx_buf_add(&heard->body, answer->body.data, answer->body.len);
    heard->code[0] = heard->at[0] = '\0';
    (void)BX_TEXT_COPY(till->challenge, answer->challenge);
    if (answer->kind != BD_BODY_PROBLEM)
        return;
    struct bx_json_doc *doc = bx_json_parse(answer->body.data, answer->body.len, 4096, NULL);
    assert_non_null(doc);
    (void)BX_TEXT_COPY(heard->code, bx_json_text(bx_json_get(bx_json_root(doc), "code")));
    bx_json *at = bx_json_get(bx_json_root(doc), "at");
    if (at)
        (void)BX_TEXT_COPY(heard->at, bx_json_text(at));
    bx_json_destroy(doc);
}

/* Everything that may go through the writer does, then the answer is signed, verified and heard. */
static int finish(struct till *till, struct bd_work *work, const char *signature)
{
    struct lab *lab = till->lab;
    if (!work->ready) {
        work = bd_writer_put(lab->writer, work);
        assert_null(work);
        bd_writer_turn(lab->writer);
        work = bd_writer_take(lab->writer);
        assert_non_null(work);
    }
    bd_api_sign(lab->api, work);
    answer_verify(lab, &work->answer, signature);
    hear(till, work);
    bd_work_destroy(work);
    return till->heard.status;
}

struct signed_request {
    struct bd_request request;
    char device[24], incarnation[24], seen[48], signature[129];
};

static void request_sign(const struct till *till, struct signed_request *ret, const char *method,
                         const char *path, const char *body)
{
    const char *said = till->signed_body ? till->signed_body : body;
    struct bx_request_facts facts = {.method = method,
                                     .path = path,
                                     .body = said,
                                     .len = strlen(said),
                                     .device = till->number,
                                     .incarnation = till->incarnation,
                                     .seen_epoch = till->seen_epoch,
                                     .seen_commit = till->seen_commit,
                                     .challenge = till->challenge};
    bx_buf_auto text;
    bx_buf_init(&text, 4096);
    bx_request_text(&facts, &text);
    struct bx_signature signature;
    bx_sign(&till->key, text.data, text.len, &signature);
    bx_hex_format(signature.b, sizeof(signature.b), ret->signature);
    snprintf(ret->device, sizeof(ret->device), "%lld", (long long)till->number);
    snprintf(ret->incarnation, sizeof(ret->incarnation), "%lld", (long long)till->incarnation);
    snprintf(ret->seen, sizeof(ret->seen), "%lld.%lld", (long long)till->seen_epoch,
             (long long)till->seen_commit);
    bool lines = strcmp(path, "/v1/entries") == 0;
    ret->request =
        (struct bd_request){.method = method,
                            .path = path,
                            .content_type = lines ? "application/x-ndjson" : "application/json",
                            .if_none_match = till->if_none_match,
                            .device = ret->device,
                            .incarnation = ret->incarnation,
                            .challenge = till->challenge,
                            .seen = ret->seen,
                            .signature = ret->signature,
                            .mac = "",
                            .body = body,
                            .len = strlen(body)};
}

struct bd_work *till_take(struct till *till, const char *method, const char *path, const char *body)
{
    struct signed_request signed_request;
    request_sign(till, &signed_request, method, path, body);
    return bd_api_take(till->lab->api, &signed_request.request);
}

int till_once(struct till *till, const char *method, const char *path, const char *body)
{
    struct signed_request signed_request;
    request_sign(till, &signed_request, method, path, body);
    return finish(till, bd_api_take(till->lab->api, &signed_request.request),
                  signed_request.signature);
}

int till_ask(struct till *till, const char *method, const char *path, const char *body)
{
    int status = till_once(till, method, path, body);
    return status == 425 ? till_once(till, method, path, body) : status;
}

int till_plain(struct till *till, const char *method, const char *path, const char *body)
{
    struct bd_request request = {.method = method,
                                 .path = path,
                                 .content_type = "application/json; charset=utf-8",
                                 .if_none_match = "",
                                 .device = "",
                                 .incarnation = "",
                                 .challenge = "",
                                 .seen = "",
                                 .signature = "",
                                 .mac = "",
                                 .body = body,
                                 .len = strlen(body)};
    return finish(till, bd_api_take(till->lab->api, &request), "");
}

bool till_enrol(struct till *till, const char *id, const char *code)
{
    char body[256], key[65];
    snprintf(body, sizeof(body), "{\"id\":\"%s\",\"code\":\"%s\",\"key\":\"%s\"}", id, code,
             bx_hex_format(till->public.b, sizeof(till->public.b), key));
    if (till_plain(till, "POST", "/v1/devices/enrol", body) != 200)
        return false;
    struct bx_json_doc *doc =
        bx_json_parse(till->heard.body.data, till->heard.body.len, 4096, NULL);
    assert_non_null(doc);
    till->number = bx_json_integer(bx_json_get(bx_json_root(doc), "till"));
    till->incarnation = bx_json_integer(bx_json_get(bx_json_root(doc), "incarnation"));
    bx_json_destroy(doc);
    return true;
}
