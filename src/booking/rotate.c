/* SPDX-License-Identifier: Apache-2.0 */
/* Another key for this device. The new one is on disk before it is sent, so whatever is lost, one
 * of the two is good: asked by the old key first, and by the new one when the old is none any more,
 * since then the server has taken it and only its answer was lost. */

#include "boxtill/booking/booking.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"

#include "sign.h"

#define ROTATE_PATH "/v1/devices/rotate"

enum { ANSWER_BYTES = 16 << 10, TIMEOUT_MS = 20000, CHALLENGES = 3 };

struct rotation {
    const struct bx_booking_config *config;
    struct bx_http *http;
    char url[320];
    char challenge[BX_CHALLENGE_SIZE];
    struct bx_buf body;
    uint64_t nth; /* of the request */
};

static void body_make(struct rotation *rotation, const struct bx_id *id,
                      const struct bx_secret_key *next)
{
    struct bx_rotation_facts facts = {
        .device = rotation->config->till, .incarnation = rotation->config->incarnation, .id = *id};
    struct bx_signature proof;
    struct bx_json_writer writer;
    bx_buf_auto text;
    bx_buf_init(&text, 512);
    memcpy(facts.key.b, next->b + 32, sizeof(facts.key.b));
    bx_rotation_text(&facts, &text);
    bx_sign(next, text.data, text.len, &proof);
    bx_json_write(&writer, &rotation->body);
    bx_json_object_open(&writer, NULL);
    bx_json_put_id(&writer, "id", id);
    bx_json_put_hex(&writer, "key", facts.key.b, sizeof(facts.key.b));
    bx_json_put_hex(&writer, "proof", proof.b, sizeof(proof.b));
    bx_json_object_close(&writer);
}

/* One exchange, signed by KEY: the status of a verified answer, or an error. */
static int once(struct rotation *rotation, const struct bx_secret_key *key, char say[160],
                struct bx_fault *fault)
{
    const struct bx_booking_config *config = rotation->config;
    struct bx_request_facts facts = {.method = "POST",
                                     .path = ROTATE_PATH,
                                     .body = bx_buf_text(&rotation->body),
                                     .len = rotation->body.len,
                                     .device = config->till,
                                     .incarnation = config->incarnation,
                                     .challenge = rotation->challenge};
    const char *headers[BX_STAMP_LINES + 1] = {"Content-Type: application/json"};
    struct bx_stamp stamp;
    struct bx_standing standing;
    struct bx_http_answer answer;
    bx_stamp_make(&facts, key, &stamp);
    for (size_t i = 0; i < stamp.count; i++)
        headers[i + 1] = stamp.lines[i];
    struct bx_http_request request = {.method = "POST",
                                      .url = rotation->url,
                                      .headers = headers,
                                      .header_count = stamp.count + 1,
                                      .body = bx_buf_text(&rotation->body),
                                      .len = rotation->body.len,
                                      .answer_max = ANSWER_BYTES,
                                      .timeout_ms =
                                          config->timeout_ms > 0 ? config->timeout_ms : TIMEOUT_MS};
    int err = bx_http_start(rotation->http, ++rotation->nth, &request, fault);
    if (err)
        return err;
    while (!bx_http_answer(rotation->http, &answer))
        bx_http_wait(rotation->http, NULL, 0, 1000);
    if (answer.fault.err) {
        *fault = answer.fault;
        return fault->err;
    }
    err = bx_answer_verify(&answer, &config->server, stamp.signature, &standing, fault);
    if (err)
        return err;
    memcpy(rotation->challenge, standing.challenge, sizeof(standing.challenge));
    bx_problem_say(&answer, say, 160);
    return answer.status;
}

static int ask(struct rotation *rotation, const struct bx_secret_key *key, char say[160],
               struct bx_fault *fault)
{
    int status = 425;
    for (int i = 0; i < CHALLENGES && status == 425; i++)
        status = once(rotation, key, say, fault);
    return status;
}

int bx_booking_rotate(const struct bx_booking_config *config, const struct bx_id *id,
                      const struct bx_secret_key *next, struct bx_fault *fault)
{
    struct bx_http_config wanted = {.ca_file = config->ca_file, .pin = config->pin};
    struct rotation rotation = {.config = config};
    char say[160] = "";
    size_t len = strlen(config->url);
    int err = bx_http_url_check(config->url, fault);
    if (err)
        return err;
    while (len > 0 && config->url[len - 1] == '/')
        len--;
    if (len > 256)
        return bx_fault_say(fault, BX_ERR_INPUT, "The server's address is too long.");
    snprintf(rotation.url, sizeof(rotation.url), "%.*s" ROTATE_PATH, (int)len, config->url);
    bx_cleanup(bx_http_destroy) struct bx_http *http = bx_http_create(&wanted, fault);
    if (!http)
        return fault->err;
    rotation.http = http;
    bx_buf_init(&rotation.body, 4096);
    body_make(&rotation, id, next);
    int status = ask(&rotation, &config->key, say, fault);
    if (status == 401)
        status = ask(&rotation, next, say, fault);
    bx_buf_finish(&rotation.body);
    if (status < 0 || status == 200)
        return status == 200 ? 0 : status;
    bool final = status >= 400 && status < 500 && status != 425 && status != 429;
    return bx_fault_set(fault, final ? BX_ERR_REFUSED : BX_ERR_UNKNOWN,
                        say[0] ? say : "The server did not take the new key.", "answer %d", status);
}
