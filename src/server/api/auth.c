/* SPDX-License-Identifier: Apache-2.0 */
/* The signature is looked at before the challenge and before the device's standing: only the
 * device itself learns that it was revoked or is late. */

#include "server/api/auth.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

#define BUCKET_NS (600 * BX_SECOND_NS)

enum { BUCKET_BYTES = 8, MAC_BYTES = 16, MAC_LONG = 32 };

static const int64_t number_max = (INT64_C(1) << 53) - 1;

static void challenge_of(const struct bd_challenger *challenger, uint64_t bucket,
                         char out[BD_CHALLENGE_TEXT])
{
    uint8_t bytes[BUCKET_BYTES + MAC_BYTES];
    for (int i = 0; i < BUCKET_BYTES; i++)
        bytes[i] = (uint8_t)(bucket >> (56 - 8 * i));
    bx_mac(challenger->key, sizeof(challenger->key), bytes, BUCKET_BYTES, bytes + BUCKET_BYTES,
           MAC_BYTES);
    bx_hex_format(bytes, sizeof(bytes), out);
}

void bd_challenge_make(const struct bd_challenger *challenger, bx_mono now,
                       char out[BD_CHALLENGE_TEXT])
{
    challenge_of(challenger, (uint64_t)(now.ns / BUCKET_NS), out);
}

static bool is_fresh(const struct bd_challenger *challenger, bx_mono now, const char *text)
{
    if (strlen(text) != BD_CHALLENGE_TEXT - 1)
        return false;
    uint64_t bucket = (uint64_t)(now.ns / BUCKET_NS);
    char wanted[BD_CHALLENGE_TEXT];
    challenge_of(challenger, bucket, wanted);
    if (bx_bytes_equal(wanted, text, sizeof(wanted)))
        return true;
    if (bucket == 0)
        return false;
    challenge_of(challenger, bucket - 1, wanted);
    return bx_bytes_equal(wanted, text, sizeof(wanted));
}

static int number_read(const char *text, int64_t *ret)
{
    return bx_text_number(text, strlen(text), number_max, ret);
}

/* "epoch.commit" */
static int seen_read(const char *text, struct bd_caller *caller)
{
    const char *dot = strchr(text, '.');
    if (!dot)
        return BX_ERR_INPUT;
    int err = bx_text_number(text, (size_t)(dot - text), number_max, &caller->seen_epoch);
    return err ? err : number_read(dot + 1, &caller->seen_commit);
}

/* Fills everything but the device's key; whether it is true is not asked yet. */
static int claims_read(const struct bd_request *request, struct bd_caller *caller,
                       int64_t *ret_device, int64_t *ret_incarnation, struct bx_signature *ret)
{
    if (number_read(request->device, ret_device) || *ret_device < 1 ||
        number_read(request->incarnation, ret_incarnation) || seen_read(request->seen, caller))
        return BX_ERR_INPUT;
    return request->mac[0] ? bx_hex_parse(request->mac, ret->b, MAC_LONG)
                           : bx_hex_parse(request->signature, ret->b, sizeof(ret->b));
}

static bool signature_holds(const struct bd_request *request, const struct bd_caller *caller,
                            int64_t incarnation, const struct bx_signature *signature)
{
    struct bx_request_facts facts = {.method = request->method,
                                     .path = request->path,
                                     .body = request->body,
                                     .len = request->len,
                                     .device = caller->device.till,
                                     .incarnation = incarnation,
                                     .seen_epoch = caller->seen_epoch,
                                     .seen_commit = caller->seen_commit,
                                     .challenge = request->challenge};
    bx_buf_auto text;
    bx_buf_init(&text, 64 << 10);
    bx_request_text(&facts, &text);
    if (text.full || (caller->device.channel[0] != '\0') != (request->mac[0] != '\0'))
        return false;
    if (!request->mac[0])
        return bx_verify(&caller->device.key, text.data, text.len, signature);
    uint8_t wanted[MAC_LONG];
    bx_mac(caller->device.secret, sizeof(caller->device.secret), text.data, text.len, wanted,
           sizeof(wanted));
    return bx_bytes_equal(wanted, signature->b, sizeof(wanted));
}

static int refuse(enum bd_problem problem, enum bd_problem *ret)
{
    *ret = problem;
    return BX_ERR_REFUSED;
}

/* A millisecond: a busy channel's requests come closer together than that. */
#define LATELY_NS 1000000

static int device_find(struct bd_store *store, struct bd_lately *lately, bx_mono now, int64_t till,
                       struct bd_device *ret)
{
    size_t at = (size_t)till % BD_LATELY;
    if (!store) {
        if (lately->read[at].device.till != till || now.ns - lately->read[at].at.ns > LATELY_NS)
            return BX_ERR_MISSING;
        *ret = lately->read[at].device;
        return 0;
    }
    int err = bd_book_device(store, till, ret, NULL);
    if (!err) {
        lately->read[at].device = *ret;
        lately->read[at].at = now;
    }
    return err;
}

int bd_caller_check(struct bd_store *store, const struct bd_challenger *challenger, bx_mono now,
                    const struct bd_request *request, struct bd_lately *lately,
                    struct bd_caller *ret, enum bd_problem *ret_problem)
{
    struct bd_caller caller = {0};
    struct bx_signature signature;
    int64_t till, incarnation;
    if (claims_read(request, &caller, &till, &incarnation, &signature) < 0)
        return refuse(BD_PROBLEM_UNSIGNED, ret_problem);
    int err = device_find(store, lately, now, till, &caller.device);
    if (err == BX_ERR_MISSING)
        return refuse(BD_PROBLEM_DEVICE_UNKNOWN, ret_problem);
    if (err < 0)
        return refuse(BD_PROBLEM_STORE, ret_problem);
    if (!signature_holds(request, &caller, incarnation, &signature))
        return refuse(BD_PROBLEM_SIGNATURE, ret_problem);
    BX_TEXT_COPY(caller.signature, request->mac[0] ? request->mac : request->signature);
    *ret = caller;
    if (caller.device.revoked)
        return refuse(BD_PROBLEM_REVOKED, ret_problem);
    if (caller.device.incarnation != incarnation)
        return refuse(BD_PROBLEM_INCARNATION, ret_problem);
    if (!is_fresh(challenger, now, request->challenge))
        return refuse(BD_PROBLEM_CHALLENGE, ret_problem);
    return 0;
}

void bd_answer_sign(struct bd_answer *answer, const struct bx_secret_key *key,
                    const uint8_t *secret, const struct bd_mark *mark, const char *challenge,
                    const char *request_signature)
{
    answer->epoch = mark->epoch;
    answer->commit = mark->commit;
    BX_TEXT_COPY(answer->challenge, challenge);
    struct bx_answer_facts facts = {.status = answer->status,
                                    .body = answer->body.data,
                                    .len = answer->body.len,
                                    .epoch = mark->epoch,
                                    .commit = mark->commit,
                                    .challenge = answer->challenge,
                                    .request_signature = request_signature};
    bx_buf_auto text;
    bx_buf_init(&text, 4096);
    bx_answer_text(&facts, &text);
    bx_assert(!text.full);
    struct bx_signature signature;
    answer->is_mac = secret != NULL;
    if (secret)
        bx_mac(secret, sizeof((struct bd_device){0}.secret), text.data, text.len, signature.b,
               MAC_LONG);
    else
        bx_sign(key, text.data, text.len, &signature);
    bx_hex_format(signature.b, secret ? MAC_LONG : sizeof(signature.b), answer->signature);
}
