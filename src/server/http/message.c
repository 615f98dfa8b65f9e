/* SPDX-License-Identifier: Apache-2.0 */
/* The two values' beginnings and ends. */

#include "server/http/message.h"

enum { ANSWER_MAX = 32 << 20 };

void bd_answer_init(struct bd_answer *answer)
{
    *answer = (struct bd_answer){.status = 200};
    bx_buf_init(&answer->body, ANSWER_MAX);
}

void bd_answer_finish(struct bd_answer *answer)
{
    bx_buf_finish(&answer->body);
}

const char *bd_body_kind_text(enum bd_body_kind kind)
{
    switch (kind) {
    case BD_BODY_JSON: return "application/json";
    case BD_BODY_PROBLEM: return "application/problem+json";
    case BD_BODY_NDJSON: return "application/x-ndjson";
    case BD_BODY_METRICS: return "text/plain; version=0.0.4; charset=utf-8";
    case BD_BODY_EVENTS: return "text/event-stream";
    }
    return "application/octet-stream";
}
