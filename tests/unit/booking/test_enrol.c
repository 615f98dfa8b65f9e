/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/booking/booking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/buf.h"
#include "scripted_http.h"

enum trick { PLAIN, WRONG_CODE, NOT_ITS_KEY, NOT_OUR_SEAL, CRASHED, GARBAGE };

struct server {
    enum trick trick;
    struct bx_secret_key key;
    struct bx_public_key public, till;
};

static void body_make(const struct server *server, struct bx_buf *out)
{
    uint8_t sealed[32 + BX_SEAL_EXTRA];
    char secret[2 * sizeof(sealed) + 1], key[65];
    const struct bx_public_key *to =
        server->trick == NOT_OUR_SEAL ? &server->public : &server->till;
    assert_int_equal(bx_seal(to, "0123456789abcdef0123456789abcdef", 32, sealed), 0);
    bx_hex_format(sealed, sizeof(sealed), secret);
    bx_hex_format(server->public.b, 32, key);
    if (server->trick == NOT_ITS_KEY)
        bx_hex_format(server->till.b, 32, key);
    bx_buf_format(out,
                  "{\"till\":2,\"incarnation\":1,\"issuer\":5,\"server\":\"%s\",\"secret\":\"%s\","
                  "\"venue\":\"Sample Museum\"}",
                  key, secret);
}

static void serve(void *arg, int fd, size_t nth, const struct scripted_request *request)
{
    struct server *server = arg;
    struct bx_signature signature;
    char hex[129];
    int status = server->trick == WRONG_CODE ? 403 : server->trick == CRASHED ? 500 : 200;
    bx_buf_auto body, text, out;
    (void)nth;
    (void)request;
    bx_buf_init(&body, 0);
    bx_buf_init(&text, 0);
    bx_buf_init(&out, 0);
    if (server->trick == WRONG_CODE)
        bx_buf_text_add(&body, "{\"title\":\"This code is used.\"}");
    else if (server->trick == GARBAGE)
        bx_buf_text_add(&body, "<html>");
    else
        body_make(server, &body);
    struct bx_answer_facts facts = {.status = status,
                                    .body = bx_buf_text(&body),
                                    .len = body.len,
                                    .epoch = 1,
                                    .commit = 1,
                                    .challenge = "ab",
                                    .request_signature = ""};
    bx_answer_text(&facts, &text);
    bx_sign(&server->key, bx_buf_text(&text), text.len, &signature);
    bx_buf_format(&out,
                  "HTTP/1.1 %d Word\r\nContent-Length: %zu\r\nBoxtill-Epoch: 1\r\n"
                  "Boxtill-Commit: 1\r\nBoxtill-Challenge: ab\r\nBoxtill-Signature: %s\r\n\r\n%s",
                  status, body.len, bx_hex_format(signature.b, 64, hex), bx_buf_text(&body));
    scripted_write(fd, out.data, out.len);
}

static int enrol(enum trick trick, struct bx_enrolment *ret, struct bx_fault *fault, char *body,
                 size_t size)
{
    struct server server = {.trick = trick};
    struct bx_booking_config config = {.timeout_ms = 5000};
    struct bx_id id = {{1}};
    uint8_t seed[32] = {1};
    char url[64];
    bx_key_make(seed, &server.public, &server.key);
    seed[0] = 3;
    bx_key_make(seed, &server.till, &config.key);
    struct scripted *scripted = scripted_start(serve, &server);
    snprintf(url, sizeof(url), "http://localhost:%d", scripted->port);
    config.url = url;
    int err = bx_booking_enrol(&config, &id, "ABCD2345", ret, fault);
    snprintf(body, size, "%s %s", scripted->requests[0].path, scripted->requests[0].body);
    scripted_stop(scripted);
    return err;
}

static void a_good_code_makes_a_till(void **state)
{
    (void)state;
    struct bx_enrolment enrolment;
    struct bx_fault fault = {0};
    char body[512];
    assert_int_equal(enrol(PLAIN, &enrolment, &fault, body, sizeof(body)), 0);
    assert_int_equal(enrolment.till, 2);
    assert_int_equal(enrolment.incarnation, 1);
    assert_int_equal(enrolment.issuer, 5);
    assert_string_equal(enrolment.venue, "Sample Museum");
    assert_memory_equal(enrolment.secret, "0123456789abcdef0123456789abcdef", 32);
    assert_non_null(strstr(body, "/v1/devices/enrol {\"id\":\"01000000-0000-0000-0000-"
                                 "000000000000\",\"code\":\"ABCD2345\",\"key\":\""));
}

static void anything_else_does_not(void **state)
{
    (void)state;
    static const struct {
        enum trick trick;
        int err;
    } rows[] = {{WRONG_CODE, BX_ERR_REFUSED},
                {NOT_ITS_KEY, BX_ERR_FORGED},
                {NOT_OUR_SEAL, BX_ERR_FORGED},
                {CRASHED, BX_ERR_UNKNOWN},
                {GARBAGE, BX_ERR_INPUT}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bx_enrolment enrolment = {.till = -1};
        struct bx_fault fault = {0};
        char body[512];
        assert_int_equal(enrol(rows[i].trick, &enrolment, &fault, body, sizeof(body)), rows[i].err);
        assert_int_equal(enrolment.till, -1);
        if (rows[i].trick == WRONG_CODE)
            assert_string_equal(fault.say, "This code is used.");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_code_makes_a_till),
        cmocka_unit_test(anything_else_does_not),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
