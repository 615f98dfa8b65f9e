/* SPDX-License-Identifier: Apache-2.0 */
/* A request as an enrolled device may send it: "METHOD PATH", a line feed, the body. It goes the
 * way of a real one: route, size, schema, values. Either it is refused with a problem that is JSON,
 * or what was read is within its limits; nothing is left behind. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "server/api/operation.h"
#include "server/api/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What comes after the reading is no part of this. */
int bd_reading_do(const struct bd_desk *desk, struct bd_work *work)
{
    (void)desk;
    (void)work;
    bx_unreachable();
}

int bd_writing_do(const struct bd_desk *desk, struct bd_work *work)
{
    return bd_reading_do(desk, work);
}

bool bd_question_writes(enum bx_question question)
{
    return question == BX_QUESTION_CHARGE;
}

static void problem_check(const struct bd_work *work)
{
    struct bx_fault fault;
    bx_assert(work->answer.status >= 400 && work->answer.status < 500);
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc = bx_json_parse(
        bx_buf_text(&work->answer.body), work->answer.body.len, work->answer.body.len, &fault);
    bx_assert(doc && bx_json_get(bx_json_root(doc), "code"));
}

static void input_check(const struct bd_work *work)
{
    const struct bd_input *input = &work->input;
    bx_assert(input->count <= 256);
    if (input->text)
        bx_assert(input->text[input->len] == '\0');
    if (input->hold)
        bx_assert(input->hold->count > 0 && input->hold->count <= BD_WANTS_MAX &&
                  memchr(input->hold->client, '\0', sizeof(input->hold->client)));
    if (input->order)
        bx_assert(input->order->count <= BD_WANTS_MAX &&
                  input->order->payment_count <= BD_PAYMENTS_MAX);
    for (size_t i = 0; input->scans && i < input->count; i++)
        bx_assert(memchr(input->scans[i].gate, '\0', sizeof(input->scans[i].gate)));
}

static void request_read(const struct bd_routed *routed, const char *body, size_t len)
{
    bx_cleanup(bd_work_destroy) struct bd_work *work = bd_work_create();
    work->route = routed->route;
    memcpy(work->param, routed->param, sizeof(work->param));
    if (len > routed->route->max_body)
        return;
    if (bd_operation_read(work, body, len))
        input_check(work);
    else
        problem_check(work);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const char *text = (const char *)data;
    const char *line_end = memchr(text, '\n', len);
    char method[8] = "", path[256] = "";
    if (!line_end)
        return 0;
    const char *blank = memchr(text, ' ', (size_t)(line_end - text));
    if (!blank || (size_t)(blank - text) >= sizeof(method) ||
        (size_t)(line_end - blank - 1) >= sizeof(path))
        return 0;
    memcpy(method, text, (size_t)(blank - text));
    memcpy(path, blank + 1, (size_t)(line_end - blank - 1));
    struct bd_routed routed;
    enum bd_routing routing = bd_route_find(method, path, &routed);
    bx_assert((routing == BD_ROUTED) == (routed.route != NULL));
    bx_assert((routing == BD_NO_METHOD) == (routed.allow[0] != '\0'));
    /* Of its own, so that a step beyond its end is seen. */
    size_t body_len = len - (size_t)(line_end + 1 - text);
    char *body = bx_alloc(body_len + 1, 1);
    memcpy(body, line_end + 1, body_len);
    if (routing == BD_ROUTED)
        request_read(&routed, body, body_len);
    bx_free(body);
    return 0;
}
