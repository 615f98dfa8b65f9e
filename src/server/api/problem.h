/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Problem documents (RFC 9457): {"type":"urn:boxtill:problem:CODE","title":…,"status":…,"code":…}.
 * Codes are stable, programs rest on them; titles are for people and may change. */

#include "boxtill/base/fault.h"
#include "server/http/message.h"

enum bd_problem {
    BD_PROBLEM_BAD_REQUEST, /* not one clean HTTP request */
    BD_PROBLEM_BAD_JSON,
    BD_PROBLEM_INVALID,    /* JSON, but not as the document says */
    BD_PROBLEM_UNREADABLE, /* a body the rules cannot read */
    BD_PROBLEM_MEDIA_TYPE,
    BD_PROBLEM_TOO_LARGE,
    BD_PROBLEM_NO_ROUTE,
    BD_PROBLEM_METHOD,
    BD_PROBLEM_NOT_FOUND,
    BD_PROBLEM_ID_REUSED,
    BD_PROBLEM_CHALLENGE,
    BD_PROBLEM_UNSIGNED,
    BD_PROBLEM_SIGNATURE,
    BD_PROBLEM_DEVICE_UNKNOWN,
    BD_PROBLEM_REVOKED,
    BD_PROBLEM_INCARNATION,
    BD_PROBLEM_CODE_REFUSED,
    BD_PROBLEM_FORBIDDEN, /* not for this caller */
    BD_PROBLEM_REFUSED,
    BD_PROBLEM_SOLD_OUT,
    BD_PROBLEM_CLOSED,
    BD_PROBLEM_LIMIT,
    BD_PROBLEM_PRICE,
    BD_PROBLEM_STATE,
    BD_PROBLEM_BUSY,
    BD_PROBLEM_STORE /* nothing is promised: ask again */
};

/* Makes ANSWER this problem, whatever it was before. DETAIL and AT (a JSON pointer) may be NULL. */
void bd_problem_set(struct bd_answer *answer, enum bd_problem problem, const char *detail,
                    const char *at);
const char *bd_problem_code(enum bd_problem problem);
