/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment: the one exchange in which neither side knows the other yet. The code that a manager
 * read out is what ties them together; the server's key comes with the answer, is used to verify
 * that very answer, and is pinned by the caller from then on. */

#include "boxtill/booking/booking.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"

#include "sign.h"

enum { ANSWER_BYTES = 16 << 10, TIMEOUT_MS = 20000, SEALED = 32 + BX_SEAL_EXTRA };

static void body_make(const struct bx_id *id, const char *code, const struct bx_secret_key *key,
                      struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_id(&writer, "id", id);
    bx_json_put_string(&writer, "code", code);
    bx_json_put_hex(&writer, "key", key->b + 32, sizeof(struct bx_public_key));
    bx_json_object_close(&writer);
}

static int decode(const struct bx_http_answer *answer, const struct bx_secret_key *key,
                  struct bx_enrolment *ret, struct bx_fault *fault)
{
    struct bx_json_reader root;
    uint8_t sealed[SEALED];
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(answer->body, answer->len, ANSWER_BYTES, fault);
    if (!doc)
        return fault->err;
    bx_json_read(&root, bx_json_root(doc), "enrolment", fault);
    ret->till = bx_json_int(&root, "till", 1, 999999);
    ret->incarnation = bx_json_int(&root, "incarnation", 1, 999999);
    ret->issuer = (int)bx_json_int(&root, "issuer", 0, BX_ISSUERS_MAX - 1);
    bx_json_hex(&root, "server", ret->server.b, sizeof(ret->server.b));
    bx_json_hex(&root, "secret", sealed, sizeof(sealed));
    bx_json_string_or(&root, "venue", sizeof(ret->venue) - 1, ret->venue, sizeof(ret->venue), "");
    if (root.err)
        return root.err;
    if (bx_unseal(key, sealed, sizeof(sealed), ret->secret))
        return bx_fault_say(fault, BX_ERR_FORGED,
                            "The server's answer is not sealed to this till's key.");
    return 0;
}

static int conclude(const struct bx_http_answer *answer, const struct bx_secret_key *key,
                    struct bx_enrolment *ret, struct bx_fault *fault)
{
    struct bx_standing standing;
    struct bx_enrolment enrolment = {0};
    char say[160];
    if (answer->fault.err) {
        *fault = answer->fault;
        return fault->err;
    }
    if (answer->status != 200) {
        bool final = answer->status >= 400 && answer->status < 500 && answer->status != 425 &&
                     answer->status != 429;
        bx_problem_say(answer, say, sizeof(say));
        return bx_fault_set(fault, final ? BX_ERR_REFUSED : BX_ERR_UNKNOWN,
                            say[0] ? say : "The server did not enrol this till.", "answer %d",
                            answer->status);
    }
    int err = decode(answer, key, &enrolment, fault);
    if (!err)
        err = bx_answer_verify(answer, &enrolment.server, "", &standing, fault);
    if (!err)
        *ret = enrolment;
    return err;
}

int bx_booking_enrol(const struct bx_booking_config *config, const struct bx_id *id,
                     const char *code, struct bx_enrolment *ret, struct bx_fault *fault)
{
    static const char *const headers[] = {"Content-Type: application/json"};
    struct bx_fault spare;
    struct bx_http_answer answer;
    struct bx_http_config wanted = {.ca_file = config->ca_file, .pin = config->pin};
    char url[320];
    size_t len = strlen(config->url);
    if (!fault)
        fault = &spare;
    int err = bx_http_url_check(config->url, fault);
    if (err)
        return err;
    while (len > 0 && config->url[len - 1] == '/')
        len--;
    if (len > 256)
        return bx_fault_say(fault, BX_ERR_INPUT, "The server's address is too long.");
    snprintf(url, sizeof(url), "%.*s/v1/devices/enrol", (int)len, config->url);
    bx_cleanup(bx_http_destroy) struct bx_http *http = bx_http_create(&wanted, fault);
    if (!http)
        return fault->err;
    bx_buf_auto body;
    bx_buf_init(&body, 4096);
    body_make(id, code, &config->key, &body);
    struct bx_http_request request = {.method = "POST",
                                      .url = url,
                                      .headers = headers,
                                      .header_count = 1,
                                      .body = bx_buf_text(&body),
                                      .len = body.len,
                                      .answer_max = ANSWER_BYTES,
                                      .timeout_ms =
                                          config->timeout_ms > 0 ? config->timeout_ms : TIMEOUT_MS};
    err = bx_http_start(http, 1, &request, fault);
    if (err)
        return err;
    while (!bx_http_answer(http, &answer))
        bx_http_wait(http, NULL, 0, 1000);
    return conclude(&answer, &config->key, ret, fault);
}
