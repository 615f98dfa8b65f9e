/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Who is asking, and proof of who answers (boxtill/domain/wire.h has the strings that are signed).
 *
 * A challenge says "asked lately": a number of the server's own ten minutes and a MAC over it under
 * a key that lives as long as the process. So the server keeps no list, a request that was caught
 * on its way is worth nothing after twenty minutes, and a restart costs each device one 425. */

#include <stdbool.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/time.h"
#include "boxtill/domain/wire.h"
#include "server/api/problem.h"
#include "server/book/book.h"
#include "server/http/message.h"

struct bd_challenger {
    uint8_t key[32];
};
#define BD_CHALLENGE_TEXT 49
void bd_challenge_make(const struct bd_challenger *challenger, bx_mono now,
                       char out[BD_CHALLENGE_TEXT]);

/* What a signed request says of its sender. */
struct bd_caller {
    struct bd_device device;
    int64_t seen_epoch, seen_commit;
    char signature[129]; /* hex, as sent; a channel's MAC */
};

/* Devices as they were read a moment ago. What changes something is checked against these, without
 * a look into the store, when the writer is going to look. */
enum { BD_LATELY = 16 };
struct bd_lately {
    struct {
        struct bd_device device;
        bx_mono at;
    } read[BD_LATELY];
};

/* A device signs with its key, a channel (device.channel) with a MAC under its secret: both over
 * the same lines. 0 with *RET, or BX_ERR_REFUSED with the problem to answer. When the signature
 * verifies, RET's signature is set in either case. */
/* LATELY keeps what was read; STORE NULL: asks nobody but LATELY. */
int bx_must bd_caller_check(struct bd_store *store, const struct bd_challenger *challenger,
                            bx_mono now, const struct bd_request *request, struct bd_lately *lately,
                            struct bd_caller *ret, enum bd_problem *ret_problem);

/* Puts epoch, commit, the next challenge and the server's signature on ANSWER; it must not change
 * afterwards. REQUEST_SIGNATURE as sent, "" for an unsigned request. SECRET not NULL: a channel's,
 * and the answer gets a MAC. */
void bd_answer_sign(struct bd_answer *answer, const struct bx_secret_key *key,
                    const uint8_t *secret, const struct bd_mark *mark, const char *challenge,
                    const char *request_signature);
