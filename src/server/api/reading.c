/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that change nothing. Documents go out with "epoch.version" as their ETag, since a
 * version counts only within its epoch. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/api/operation.h"

enum { DOCUMENT_MAX = 16 << 20, NEWS_SECONDS = 600 };

/* If-None-Match: a list of quoted tags, perhaps weak; ours has nothing that needs escaping. */
static bool tag_is_at_hand(const char *if_none_match, const char *etag)
{
    char quoted[64];
    snprintf(quoted, sizeof(quoted), "\"%s\"", etag);
    return strstr(if_none_match, quoted) != NULL;
}

static int sealed_put(const struct bd_work *work, const struct bx_buf *clear, struct bx_buf *out)
{
    size_t len = clear->len + BX_SEAL_EXTRA;
    uint8_t *sealed = bx_alloc(len, 1);
    int err = bx_seal(&work->caller.device.key, clear->data, clear->len, sealed);
    if (!err) {
        struct bx_json_writer writer;
        bx_json_write(&writer, out);
        bx_json_object_open(&writer, NULL);
        bx_json_put_hex(&writer, "sealed", sealed, len);
        bx_json_object_close(&writer);
    }
    bx_free(sealed);
    return err;
}

static int document_do(const struct bd_desk *desk, struct bd_work *work, enum bx_document document,
                       bool sealed)
{
    struct bx_fault fault = {0};
    int64_t version = 0;
    bx_buf_auto clear;
    bx_buf_init(&clear, DOCUMENT_MAX);
    struct bd_wish wish = {desk->policy, &desk->turn, &work->caller.device, document};
    int err = bd_book_document(desk->store, &wish, &version, &clear, &fault);
    if (err < 0)
        return bd_fault_answer(work, err, &fault);
    snprintf(work->answer.etag, sizeof(work->answer.etag), "%lld.%lld", (long long)desk->mark.epoch,
             (long long)version);
    if (tag_is_at_hand(work->if_none_match, work->answer.etag))
        work->answer.status = 304;
    else if (!sealed)
        bx_buf_add(&work->answer.body, clear.data, clear.len);
    else
        err = sealed_put(work, &clear, &work->answer.body);
    if (clear.data)
        bx_wipe(clear.data, clear.len);
    return err < 0 ? bd_fault_answer(work, err, &fault) : 0;
}

static int ticket_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_fault fault = {0};
    struct bx_code code;
    int err = bx_code_read(work->param, strlen(work->param), &code, &fault);
    if (!err)
        err = bd_book_ticket(desk->store, &code, &work->answer.body, &fault);
    return err < 0 ? bd_fault_answer(work, err, &fault) : 0;
}

static int availability_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_fault fault = {0};
    /* Only a commit changes what is sold; time changes which pools are over. */
    snprintf(work->answer.etag, sizeof(work->answer.etag), "%lld.%lld.%lld",
             (long long)desk->mark.epoch, (long long)desk->mark.commit,
             (long long)(desk->turn.now.us / (NEWS_SECONDS * BX_SECOND_US)));
    if (tag_is_at_hand(work->if_none_match, work->answer.etag)) {
        work->answer.status = 304;
        return 0;
    }
    const struct bd_wish wish = {.policy = desk->policy,
                                 .turn = &desk->turn,
                                 .device = work->known ? &work->caller.device : NULL};
    int err = bd_book_news(desk->store, &wish, &work->answer.body, &fault);
    return err < 0 ? bd_fault_answer(work, err, &fault) : 0;
}

int bd_question_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_fault fault = {0};
    const struct bd_question question = {work->input.question, work->input.text, work->input.len};
    int err = bd_book_ask(desk->store, &desk->turn, &work->caller.device, &question,
                          &work->answer.body, &fault);
    return err < 0 ? bd_fault_answer(work, err, &fault) : 0;
}

static int healthz_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, &work->answer.body);
    bx_json_object_open(&writer, NULL);
    bx_json_put_bool(&writer, "ok", true);
    bx_json_put_int(&writer, "epoch", desk->mark.epoch);
    bx_json_put_int(&writer, "commit", desk->mark.commit);
    bx_json_put_bool(&writer, "shut", desk->mark.shut);
    bx_json_object_close(&writer);
    return 0;
}

static int readyz_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bd_readiness is = bd_metrics_readiness(desk->metrics, &desk->mark, desk->mono);
    bool ready = is.store && is.open && is.queue;
    struct bx_json_writer writer;
    work->answer.status = ready ? 200 : 503;
    bx_json_write(&writer, &work->answer.body);
    bx_json_object_open(&writer, NULL);
    bx_json_put_bool(&writer, "ready", ready);
    bx_json_put_bool(&writer, "store", is.store);
    bx_json_put_bool(&writer, "open", is.open);
    bx_json_put_bool(&writer, "queue", is.queue);
    bx_json_object_close(&writer);
    return 0;
}

static int metrics_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_fault fault = {0};
    struct bd_census census;
    if (!work->inside) {
        bd_problem_set(&work->answer, BD_PROBLEM_FORBIDDEN, NULL, NULL);
        return 0;
    }
    int err = bd_book_census(desk->store, &desk->turn, &census, &fault);
    if (err < 0)
        return bd_fault_answer(work, err, &fault);
    work->answer.kind = BD_BODY_METRICS;
    bd_metrics_write(desk->metrics, &desk->mark, &census, &work->answer.body);
    return 0;
}

int bd_reading_do(const struct bd_desk *desk, struct bd_work *work)
{
    switch (work->route->operation) {
    case BD_OPERATION_PROGRAMME: return document_do(desk, work, BX_DOC_PROGRAMME, false);
    case BD_OPERATION_STAFF: return document_do(desk, work, BX_DOC_STAFF, true);
    case BD_OPERATION_KEYS: return document_do(desk, work, BX_DOC_KEYS, true);
    case BD_OPERATION_MEMBERS: return document_do(desk, work, BX_DOC_MEMBERS, true);
    case BD_OPERATION_ARRIVALS: return document_do(desk, work, BX_DOC_ARRIVALS, true);
    case BD_OPERATION_QUESTION: return bd_question_do(desk, work);
    case BD_OPERATION_AVAILABILITY: return availability_do(desk, work);
    case BD_OPERATION_STREAM: /* a head; the service goes on */
        work->answer.kind = BD_BODY_EVENTS;
        return 0;
    case BD_OPERATION_TICKET: return ticket_do(desk, work);
    case BD_OPERATION_ORDER_READ: return bd_order_read_do(desk, work);
    case BD_OPERATION_OPENAPI:
        bx_buf_add(&work->answer.body, bd_openapi_json, bd_openapi_json_len);
        return 0;
    case BD_OPERATION_HEALTHZ: return healthz_do(desk, work);
    case BD_OPERATION_READYZ: return readyz_do(desk, work);
    case BD_OPERATION_METRICS: return metrics_do(desk, work);
    case BD_OPERATION_ENROL:
    case BD_OPERATION_ROTATE:
    case BD_OPERATION_ALLOTMENTS:
    case BD_OPERATION_ENTRIES:
    case BD_OPERATION_HOLD:
    case BD_OPERATION_HOLD_EXTEND:
    case BD_OPERATION_HOLD_PAY:
    case BD_OPERATION_HOLD_RELEASE:
    case BD_OPERATION_ORDER:
    case BD_OPERATION_ORDER_CANCEL:
    case BD_OPERATION_CHECK_INS: break;
    }
    bx_unreachable();
}
