/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The two signatures of an exchange: ours under the request, the server's under its answer. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/crypto.h"
#include "boxtill/domain/wire.h"
#include "boxtill/net/http.h"

enum { BX_CHALLENGE_SIZE = 68, BX_STAMP_LINES = 5 };

/* The header lines that make a request this device's own. */
struct bx_stamp {
    char signature[129]; /* hex; "" for an unsigned request */
    char lines[BX_STAMP_LINES][192];
    size_t count;
};
/* FACTS is what is sent, to the byte. */
void bx_stamp_make(const struct bx_request_facts *facts, const struct bx_secret_key *key,
                   struct bx_stamp *ret);

/* What a verified answer says of the server. */
struct bx_standing {
    int64_t epoch, commit;
    char challenge[BX_CHALLENGE_SIZE];
};
/* 0, or BX_ERR_FORGED: not from SERVER, not to the request with this SIGNATURE, or changed on the
 * way. */
int bx_must bx_answer_verify(const struct bx_http_answer *answer,
                             const struct bx_public_key *server, const char *signature,
                             struct bx_standing *ret, struct bx_fault *fault);

/* The sentence of a problem document (RFC 9457), washed; "" when there is none. */
void bx_problem_say(const struct bx_http_answer *answer, char *out, size_t size);
