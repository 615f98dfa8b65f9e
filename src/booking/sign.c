/* SPDX-License-Identifier: Apache-2.0 */
/* Signing and verifying over the texts of boxtill/domain/wire.h. An answer counts only when the
 * server's key signed its status, its body and its standing together with the signature of the one
 * request it answers: nothing that was recorded elsewhere or earlier fits. */

#include "sign.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/buf.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"

enum { PROBLEM_MAX = 8192, TEXT_MAX = 2048 };
#define NUMBER_MAX INT64_C(9007199254740991)

void bx_stamp_make(const struct bx_request_facts *facts, const struct bx_secret_key *key,
                   struct bx_stamp *ret)
{
    struct bx_signature signature;
    bx_buf_auto text;
    bx_buf_init(&text, TEXT_MAX);
    bx_request_text(facts, &text);
    bx_sign(key, bx_buf_text(&text), text.len, &signature);
    bx_hex_format(signature.b, sizeof(signature.b), ret->signature);
    size_t at = 0;
    snprintf(ret->lines[at++], sizeof(ret->lines[0]), "Boxtill-Device: %lld",
             (long long)facts->device);
    snprintf(ret->lines[at++], sizeof(ret->lines[0]), "Boxtill-Incarnation: %lld",
             (long long)facts->incarnation);
    snprintf(ret->lines[at++], sizeof(ret->lines[0]), "Boxtill-Seen: %lld.%lld",
             (long long)facts->seen_epoch, (long long)facts->seen_commit);
    snprintf(ret->lines[at++], sizeof(ret->lines[0]), "Boxtill-Signature: %s", ret->signature);
    if (facts->challenge[0])
        snprintf(ret->lines[at++], sizeof(ret->lines[0]), "Boxtill-Challenge: %s",
                 facts->challenge);
    ret->count = at;
}

static bool number_read(const struct bx_http_answer *answer, const char *name, int64_t *ret)
{
    char text[32];
    return bx_http_header(answer, name, text, sizeof(text)) &&
           bx_text_number(text, strlen(text), NUMBER_MAX, ret) == 0;
}

static bool is_hex(const char *text)
{
    return text[strspn(text, "0123456789abcdef")] == '\0';
}

int bx_answer_verify(const struct bx_http_answer *answer, const struct bx_public_key *server,
                     const char *signature, struct bx_standing *ret, struct bx_fault *fault)
{
    struct bx_standing standing;
    struct bx_signature theirs;
    char text[192];
    const char *why = NULL;
    if (!number_read(answer, "Boxtill-Epoch", &standing.epoch) ||
        !number_read(answer, "Boxtill-Commit", &standing.commit) ||
        !bx_http_header(answer, "Boxtill-Challenge", standing.challenge,
                        sizeof(standing.challenge)) ||
        !is_hex(standing.challenge))
        why = "its standing is missing or ill";
    else if (!bx_http_header(answer, "Boxtill-Signature", text, sizeof(text)) ||
             bx_hex_parse(text, theirs.b, sizeof(theirs.b)))
        why = "its signature is missing or ill";
    if (!why) {
        struct bx_answer_facts facts = {.status = answer->status,
                                        .body = answer->body,
                                        .len = answer->len,
                                        .epoch = standing.epoch,
                                        .commit = standing.commit,
                                        .challenge = standing.challenge,
                                        .request_signature = signature};
        bx_buf_auto signed_text;
        bx_buf_init(&signed_text, TEXT_MAX);
        bx_answer_text(&facts, &signed_text);
        if (!bx_verify(server, bx_buf_text(&signed_text), signed_text.len, &theirs))
            why = "its signature does not fit";
    }
    if (why)
        return bx_fault_set(fault, BX_ERR_FORGED,
                            "What answers is not the booking server this till knows.",
                            "answer %d of %zu bytes: %s", answer->status, answer->len, why);
    *ret = standing;
    return 0;
}

void bx_problem_say(const struct bx_http_answer *answer, char *out, size_t size)
{
    out[0] = '\0';
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(answer->body, answer->len, PROBLEM_MAX, NULL);
    bx_json *title = doc ? bx_json_get(bx_json_root(doc), "title") : NULL;
    if (!bx_json_is_string(title))
        return;
    const char *text = bx_json_text(title);
    bx_text_wash(text, strlen(text), size - 1, out, size);
}
