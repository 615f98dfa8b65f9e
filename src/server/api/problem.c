/* SPDX-License-Identifier: Apache-2.0 */
/* One table: what each problem is called, and what it says. */

#include "server/api/problem.h"

#include <stdio.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"

static const struct {
    int status;
    const char *code, *title;
} problems[] = {
    [BD_PROBLEM_BAD_REQUEST] = {400, "bad_request", "This is not one clean request."},
    [BD_PROBLEM_BAD_JSON] = {400, "bad_json", "The body is not JSON as this server reads it."},
    [BD_PROBLEM_INVALID] = {400, "invalid", "The body is not what this call takes."},
    [BD_PROBLEM_UNREADABLE] = {400, "unreadable", "The body cannot be read."},
    [BD_PROBLEM_MEDIA_TYPE] = {415, "media_type", "This call takes another content type."},
    [BD_PROBLEM_TOO_LARGE] = {413, "too_large", "The body is larger than this call takes."},
    [BD_PROBLEM_NO_ROUTE] = {404, "no_route", "There is nothing at this address."},
    [BD_PROBLEM_METHOD] = {405, "method", "This address does not take this method."},
    [BD_PROBLEM_NOT_FOUND] = {404, "not_found", "The server does not know this."},
    [BD_PROBLEM_ID_REUSED] = {422, "id_reused", "This id was used for another request."},
    [BD_PROBLEM_CHALLENGE] = {425, "challenge", "Ask again with the challenge of this answer."},
    [BD_PROBLEM_UNSIGNED] = {401, "unsigned", "This call must be signed by an enrolled device."},
    [BD_PROBLEM_SIGNATURE] = {401, "signature", "The signature is not this device's."},
    [BD_PROBLEM_DEVICE_UNKNOWN] = {401, "device_unknown", "No such device is enrolled."},
    [BD_PROBLEM_REVOKED] = {403, "revoked", "This device was revoked."},
    [BD_PROBLEM_INCARNATION] = {403, "incarnation", "This device's journal was moved elsewhere."},
    [BD_PROBLEM_CODE_REFUSED] = {403, "code_refused", "This enrolment code is wrong or over."},
    [BD_PROBLEM_FORBIDDEN] = {403, "forbidden", "This call is not for this caller."},
    [BD_PROBLEM_REFUSED] = {409, "refused", "The rules of booking do not allow this."},
    [BD_PROBLEM_SOLD_OUT] = {409, "sold_out", "So many places are not free."},
    [BD_PROBLEM_CLOSED] = {409, "closed", "This is not sold, or not now."},
    [BD_PROBLEM_LIMIT] = {409, "limit", "So much is not sold to one customer."},
    [BD_PROBLEM_PRICE] = {409, "price", "What was paid is not what it costs."},
    [BD_PROBLEM_STATE] = {409, "state", "It has come to its end before."},
    [BD_PROBLEM_BUSY] = {503, "busy", "The server is busy. Ask again in a moment."},
    [BD_PROBLEM_STORE] = {503, "store", "The server's store does not answer. Ask again."},
};

const char *bd_problem_code(enum bd_problem problem)
{
    bx_assert((size_t)problem < bx_countof(problems));
    return problems[problem].code;
}

void bd_problem_set(struct bd_answer *answer, enum bd_problem problem, const char *detail,
                    const char *at)
{
    bx_assert((size_t)problem < bx_countof(problems));
    answer->status = problems[problem].status;
    answer->kind = BD_BODY_PROBLEM;
    answer->etag[0] = '\0';
    if (answer->status == 503)
        answer->retry_after = 1;
    bx_buf_clear(&answer->body);
    char type[64];
    snprintf(type, sizeof(type), "urn:boxtill:problem:%s", problems[problem].code);
    struct bx_json_writer writer;
    bx_json_write(&writer, &answer->body);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "type", type);
    bx_json_put_string(&writer, "title", problems[problem].title);
    bx_json_put_int(&writer, "status", answer->status);
    bx_json_put_string(&writer, "code", problems[problem].code);
    if (detail && detail[0])
        bx_json_put_string(&writer, "detail", detail);
    if (at && at[0])
        bx_json_put_string(&writer, "at", at);
    bx_json_object_close(&writer);
}
