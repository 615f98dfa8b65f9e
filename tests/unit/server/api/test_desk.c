/* SPDX-License-Identifier: Apache-2.0 */
/* The desk without sockets: who is let in, what is refused and how, and that every answer, problems
 * too, is the server's own and belongs to one request (lab.c verifies each). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "lab.h"

#define ID(n) "018f0000-0000-7000-8000-00000000000" #n

static void expect(struct till *till, int status, const char *code)
{
    if (till->heard.status != status || strcmp(till->heard.code, code) != 0)
        fail_msg("%d %s instead of %d %s: %s", till->heard.status, till->heard.code, status, code,
                 bx_buf_text(&till->heard.body));
}

static void enrol(struct till *till, struct lab *lab, uint8_t seed)
{
    char code[9], id[40];
    till_open(till, lab, seed);
    lab_code(lab, code);
    snprintf(id, sizeof(id), "018f0000-0000-7000-8000-0000000001%02x", seed);
    assert_true(till_enrol(till, id, code));
}

static void enrolling(void **state)
{
    struct lab *lab = *state;
    struct till till;
    char code[9], first[1024];
    till_open(&till, lab, 1);
    lab_code(lab, code);
    assert_false(till_enrol(&till, ID(1), "ZZZZZZZZ"));
    expect(&till, 403, "code_refused");
    assert_true(till_enrol(&till, ID(1), code));
    snprintf(first, sizeof(first), "%s", bx_buf_text(&till.heard.body));
    assert_true(till.number > 0 && till.incarnation == 1);
    /* asked again, the same bytes; another key under the same id is another request */
    assert_true(till_enrol(&till, ID(1), code));
    assert_string_equal(bx_buf_text(&till.heard.body), first);
    struct till other;
    till_open(&other, lab, 2);
    assert_false(till_enrol(&other, ID(1), code));
    expect(&other, 422, "id_reused");
    assert_false(till_enrol(&other, ID(2), code));
    expect(&other, 403, "code_refused");
    till_close(&other);
    till_close(&till);
}

static void wrong_codes_are_counted(void **state)
{
    struct lab *lab = *state;
    struct till till;
    char code[9], wrong[9];
    till_open(&till, lab, 1);
    lab_code(lab, code);
    snprintf(wrong, sizeof(wrong), "%s", code);
    wrong[7] = wrong[7] == '0' ? '1' : '0';
    for (int i = 0; i < 3; i++)
        assert_false(till_enrol(&till, ID(1), wrong));
    bool let_in = till_enrol(&till, ID(1), code);
    /* Whatever the book counts against a code, a late one is over. */
    lab->now_us += 11 * 60 * BX_SECOND_US;
    if (!let_in)
        expect(&till, 403, "code_refused");
    assert_false(till_enrol(&till, ID(2), code));
    expect(&till, 403, "code_refused");
    till_close(&till);
}

static void challenges(void **state)
{
    struct lab *lab = *state;
    struct till till;
    enrol(&till, lab, 1);
    char given[68];
    snprintf(given, sizeof(given), "%s", till.challenge);
    assert_int_equal(till_once(&till, "GET", "/v1/programme", ""), 200);
    till.challenge[0] = '\0';
    till_once(&till, "GET", "/v1/programme", "");
    expect(&till, 425, "challenge");
    assert_int_equal(till_once(&till, "GET", "/v1/programme", ""), 200);
    lab->now_us += 600 * BX_SECOND_US; /* within the next ten minutes the old one is good */
    snprintf(till.challenge, sizeof(till.challenge), "%s", given);
    assert_int_equal(till_once(&till, "GET", "/v1/programme", ""), 200);
    lab->now_us += 600 * BX_SECOND_US;
    snprintf(till.challenge, sizeof(till.challenge), "%s", given);
    till_once(&till, "GET", "/v1/programme", "");
    expect(&till, 425, "challenge");
    /* one bit wrong, and one of another server's making */
    till.challenge[5] = till.challenge[5] == '0' ? '1' : '0';
    till_once(&till, "GET", "/v1/programme", "");
    expect(&till, 425, "challenge");
    memset(till.challenge, '0', 48);
    till_once(&till, "GET", "/v1/programme", "");
    expect(&till, 425, "challenge");
    till_close(&till);
}

static void strangers(void **state)
{
    struct lab *lab = *state;
    struct till till, other;
    enrol(&till, lab, 1);
    enrol(&other, lab, 2);
    till_plain(&till, "GET", "/v1/staff", "");
    expect(&till, 401, "unsigned");
    till.signed_body = "{}";
    till_once(&till, "POST", "/v1/allotments", "{ }");
    expect(&till, 401, "signature");
    till.signed_body = NULL;
    till.number = other.number; /* somebody else's name, one's own key */
    till_once(&till, "GET", "/v1/staff", "");
    expect(&till, 401, "signature");
    till.number = 99;
    till_once(&till, "GET", "/v1/staff", "");
    expect(&till, 401, "device_unknown");
    other.incarnation = 2;
    till_once(&other, "GET", "/v1/staff", "");
    expect(&other, 403, "incarnation");
    till_close(&other);
    till_close(&till);
}

static void revoked_tills_hear_it(void **state)
{
    struct lab *lab = *state;
    struct till till;
    struct bx_fault fault;
    enrol(&till, lab, 1);
    struct bd_turn turn = lab_turn(lab);
    assert_int_equal(lab->store->ops->begin(lab->store, &fault), 0);
    struct bd_book *book = bd_book_create(lab->store, &lab->policy, &fault);
    assert_int_equal(bd_book_revoke(book, &turn, till.number, &fault), 0);
    assert_int_equal(lab->store->ops->end(lab->store, true, &fault), BX_DONE);
    bd_book_destroy(book);
    till_once(&till, "GET", "/v1/programme", "");
    expect(&till, 403, "revoked");
    till_close(&till);
}

static void requests_that_are_none(void **state)
{
    struct lab *lab = *state;
    struct till till;
    enrol(&till, lab, 1);
    till_plain(&till, "GET", "/nowhere", "");
    expect(&till, 404, "no_route");
    till_plain(&till, "DELETE", "/healthz", "");
    expect(&till, 405, "method");
    till_plain(&till, "GET", "/healthz", "body");
    expect(&till, 413, "too_large");
    till_plain(&till, "POST", "/v1/entries", "x");
    expect(&till, 415, "media_type");
    till_plain(&till, "POST", "/v1/devices/enrol", "{\"id\":");
    expect(&till, 400, "bad_json");
    till_plain(&till, "POST", "/v1/devices/enrol", "{}");
    expect(&till, 400, "invalid");
    assert_string_equal(till.heard.at, "/id");
    till_ask(&till, "POST", "/v1/allotments", "{\"id\":\"" ID(1) "\",\"messages\":[7]}");
    expect(&till, 400, "invalid");
    assert_string_equal(till.heard.at, "/messages/0");
    /* what the schema lets through and the decoder does not: a CLOSE without its used */
    till_ask(&till, "POST", "/v1/allotments",
             "{\"id\":\"" ID(1) "\",\"messages\":[{\"verb\":\"close\",\"pool\":\"a\",\"r\":1}]}");
    expect(&till, 400, "invalid");
    till_ask(&till, "POST", "/v1/entries", "no envelope\n");
    expect(&till, 400, "unreadable");
    till_close(&till);
}

static void ill_requests_are_hung_up_on(void **state)
{
    struct lab *lab = *state;
    struct bd_request request = {.method = "GET",
                                 .path = "/healthz",
                                 .content_type = "",
                                 .if_none_match = "",
                                 .device = "",
                                 .incarnation = "",
                                 .challenge = "",
                                 .seen = "",
                                 .signature = "zz",
                                 .mac = "",
                                 .body = "",
                                 .ill = "Content-Length stands twice"};
    struct bd_work *work = bd_api_take(lab->api, &request);
    assert_true(work->ready && work->answer.hang_up);
    assert_int_equal(work->answer.status, 400);
    assert_non_null(strstr(bx_buf_text(&work->answer.body), "bad_request"));
    assert_string_equal(work->request_signature, "");
    bd_work_destroy(work);
}

static void public_calls(void **state)
{
    struct lab *lab = *state;
    struct till till;
    till_open(&till, lab, 1);
    assert_int_equal(till_plain(&till, "GET", "/healthz", ""), 200);
    assert_non_null(strstr(bx_buf_text(&till.heard.body), "\"ok\":true"));
    assert_int_equal(till_plain(&till, "GET", "/v1/openapi.json", ""), 200);
    assert_int_equal(till.heard.body.len, bd_openapi_json_len);
    till_close(&till);
}

static void documents(void **state)
{
    struct lab *lab = *state;
    struct till till;
    enrol(&till, lab, 1);
    static const char *const paths[] = {"/v1/programme", "/v1/keys", "/v1/staff"};
    for (size_t i = 0; i < bx_countof(paths); i++) {
        till.if_none_match[0] = '\0';
        int status = till_ask(&till, "GET", paths[i], "");
        if (i == 2 && status == 404)
            continue; /* nobody works here yet */
        assert_int_equal(status, 200);
        snprintf(till.if_none_match, sizeof(till.if_none_match), "\"%.40s\"", till.heard.etag);
        assert_int_equal(till_ask(&till, "GET", paths[i], ""), 304);
        assert_int_equal(till.heard.body.len, 0);
        snprintf(till.if_none_match, sizeof(till.if_none_match), "\"0.1\"");
        assert_int_equal(till_ask(&till, "GET", paths[i], ""), 200);
    }
    till_close(&till);
}

static void keys_are_sealed_to_their_till(void **state)
{
    struct lab *lab = *state;
    struct till till, other;
    enrol(&till, lab, 1);
    enrol(&other, lab, 2);
    assert_int_equal(till_ask(&till, "GET", "/v1/keys", ""), 200);
    struct bx_json_doc *doc =
        bx_json_parse(till.heard.body.data, till.heard.body.len, 1 << 20, NULL);
    const char *hex = bx_json_text(bx_json_get(bx_json_root(doc), "sealed"));
    size_t len = strlen(hex) / 2;
    assert_true(len > BX_SEAL_EXTRA);
    uint8_t *sealed = bx_alloc(len, 1), *clear = bx_alloc(len, 1);
    assert_int_equal(bx_hex_parse(hex, sealed, len), 0);
    assert_true(bx_unseal(&other.key, sealed, len, clear) < 0);
    assert_int_equal(bx_unseal(&till.key, sealed, len, clear), 0);
    struct bx_keys *keys = bx_keys_parse((const char *)clear, len - BX_SEAL_EXTRA, NULL);
    assert_non_null(keys);
    assert_true(keys->count > 0);
    bx_keys_destroy(keys);
    bx_free(sealed);
    bx_free(clear);
    bx_json_destroy(doc);
    till_close(&other);
    till_close(&till);
}

static void tickets_and_scans(void **state)
{
    struct lab *lab = *state;
    struct till till;
    enrol(&till, lab, 1);
    till_ask(&till, "GET", "/v1/tickets/B10040938NKRKAYDHZBPJQQ9TAH5E", "");
    expect(&till, 404, "not_found");
    till_ask(&till, "GET", "/v1/tickets/B10040938NKRKAYDHZBPJQQ9TAH5F", "");
    expect(&till, 400, "unreadable");
    const char *scans = "{\"id\":\"" ID(
        1) "\",\"scans\":["
           "{\"id\":\"" ID(2) "\",\"code\":\"B10040938NKRKAYDHZBPJQQ9TAH5E\","
                              "\"gate\":\"North\",\"at\":1795500000000000},"
                              "{\"id\":\"" ID(3) "\",\"code\":\"B10040938NKRKAYDHZBPJQQ9TAH5F\","
                                                 "\"gate\":\"North\",\"at\":1795500000000000}]}";
    assert_int_equal(till_ask(&till, "POST", "/v1/check-ins", scans), 200);
    const char *text = bx_buf_text(&till.heard.body);
    const char *refuse = strstr(text, "\"verdict\":\"refuse\"");
    const char *mistyped = strstr(text, "\"verdict\":\"mistyped\"");
    assert_true(refuse && mistyped && refuse < mistyped);
    /* the same scan id with another code, in a new request */
    const char *again = "{\"id\":\"" ID(4) "\",\"scans\":[{\"id\":\"" ID(
        2) "\",\"code\":\"B10040938NKRKAYDHZBPJQQ9TAH5E\",\"gate\":\"South\","
           "\"at\":1795500000000000}]}";
    assert_int_equal(till_ask(&till, "POST", "/v1/check-ins", again), 200);
    assert_non_null(strstr(bx_buf_text(&till.heard.body), "\"verdict\":\"refuse\""));
    till_close(&till);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(enrolling, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(wrong_codes_are_counted, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(challenges, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(strangers, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(revoked_tills_hear_it, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(requests_that_are_none, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(ill_requests_are_hung_up_on, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(public_calls, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(documents, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(keys_are_sealed_to_their_till, lab_open, lab_close),
        cmocka_unit_test_setup_teardown(tickets_and_scans, lab_open, lab_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
