/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that change something. Each leaves its answer; what to undo is said by the result, so
 * that a refusal which must be remembered (a wrong enrolment code) is. */

#include "boxtill/base/alloc.h"
#include "server/api/operation.h"

static void enrolment_put(const struct bx_enrolment *enrolment, const uint8_t *sealed,
                          struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "till", enrolment->till);
    bx_json_put_int(&writer, "incarnation", enrolment->incarnation);
    bx_json_put_int(&writer, "issuer", enrolment->issuer);
    bx_json_put_hex(&writer, "server", enrolment->server.b, sizeof(enrolment->server.b));
    bx_json_put_hex(&writer, "secret", sealed, sizeof(enrolment->secret) + BX_SEAL_EXTRA);
    bx_json_put_string(&writer, "venue", enrolment->venue);
    bx_json_object_close(&writer);
}

static int enrol_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_fault fault = {0};
    struct bx_enrolment enrolment = {0};
    const struct bd_enrol_in *in = &work->input.enrol;
    int err = bd_book_enrol(desk->book, &desk->turn, &work->input.id, in->code, &in->key,
                            &enrolment, &fault);
    if (err == BX_ERR_REFUSED || err == BX_ERR_MISSING) {
        bd_problem_set(&work->answer, BD_PROBLEM_CODE_REFUSED, fault.say, NULL);
        return 0;
    }
    uint8_t sealed[sizeof(enrolment.secret) + BX_SEAL_EXTRA];
    if (!err)
        err = bx_seal(&in->key, enrolment.secret, sizeof(enrolment.secret), sealed);
    if (!err)
        enrolment_put(&enrolment, sealed, &work->answer.body);
    bx_wipe(enrolment.secret, sizeof(enrolment.secret));
    return err < 0 ? bd_fault_answer(work, err, &fault) : 0;
}

/* The request was signed by the key that is given up; the new one shows that it is held. */
static bool rotation_is_proved(const struct bd_work *work)
{
    const struct bd_rotate_in *in = &work->input.rotate;
    const struct bx_rotation_facts facts = {.device = work->caller.device.till,
                                            .incarnation = work->caller.device.incarnation,
                                            .id = work->input.id,
                                            .key = in->key};
    bx_buf_auto text;
    bx_buf_init(&text, 512);
    bx_rotation_text(&facts, &text);
    return !text.full && bx_verify(&in->key, text.data, text.len, &in->proof);
}

static int rotate_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_fault fault = {0};
    const struct bd_device *device = &work->caller.device;
    if (!rotation_is_proved(work)) {
        bd_problem_set(&work->answer, BD_PROBLEM_INVALID, "the new key has not signed the proof",
                       "/proof");
        return 0;
    }
    int err = bd_book_rotate(desk->book, &desk->turn, device, &work->input.rotate.key, &fault);
    if (err < 0)
        return bd_fault_answer(work, err, &fault);
    struct bx_json_writer writer;
    bx_json_write(&writer, &work->answer.body);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "till", device->till);
    bx_json_put_int(&writer, "incarnation", device->incarnation);
    bx_json_put_hex(&writer, "key", work->input.rotate.key.b, sizeof(work->input.rotate.key.b));
    bx_json_object_close(&writer);
    return 0;
}

static int allotments_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_fault fault = {0};
    size_t count = work->input.count;
    struct bx_allot_answer *answers = bx_alloc(count, sizeof(*answers));
    int err = bd_book_allot(desk->book, &desk->turn, &work->caller.device, work->input.messages,
                            count, answers, &fault);
    if (!err) /* the commit to come is the next one */
        bx_allot_answers_encode(desk->mark.epoch, desk->mark.commit + 1, answers, count,
                                &work->answer.body);
    bx_free(answers);
    return err < 0 ? bd_fault_answer(work, err, &fault) : 0;
}

static int entries_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_fault fault = {0};
    work->answer.kind = BD_BODY_NDJSON;
    int err = bd_book_entries(desk->book, &desk->turn, &work->caller.device, work->input.text,
                              work->input.len, &work->answer.body, &fault);
    return err < 0 ? bd_fault_answer(work, err, &fault) : 0;
}

static void verdict_put(struct bx_json_writer *writer, const struct bd_scan_in *scan,
                        const char *verdict, const char *why)
{
    bx_json_object_open(writer, NULL);
    bx_json_put_id(writer, "id", &scan->id);
    bx_json_put_string(writer, "verdict", verdict);
    bx_json_put_string(writer, "why", why);
    bx_json_object_close(writer);
}

static int scan_do(const struct bd_desk *desk, const struct bd_scan_in *scan,
                   struct bx_json_writer *writer, struct bx_fault *fault)
{
    if (!scan->code.s[0]) {
        verdict_put(writer, scan, "mistyped", "mistyped, or scanner keyboard layout");
        return 0;
    }
    bx_buf_auto one;
    bx_buf_init(&one, 4096);
    struct bd_gate_scan fact = {scan->id, scan->code, scan->gate, scan->at};
    int err = bd_book_check_in(desk->book, &desk->turn, &fact, &one, fault);
    if (err == BX_ERR_CLASH)
        verdict_put(writer, scan, "clash", fault->say);
    else if (!err)
        bx_json_put_raw(writer, NULL, bx_buf_text(&one), one.len);
    return err == BX_ERR_CLASH ? 0 : err;
}

static int check_ins_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_fault fault = {0};
    struct bx_json_writer writer;
    int err = 0;
    bx_json_write(&writer, &work->answer.body);
    bx_json_object_open(&writer, NULL);
    bx_json_array_open(&writer, "answers");
    for (size_t i = 0; i < work->input.count && !err; i++)
        err = scan_do(desk, &work->input.scans[i], &writer, &fault);
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
    return err < 0 ? bd_fault_answer(work, err, &fault) : 0;
}

int bd_writing_do(const struct bd_desk *desk, struct bd_work *work)
{
    bx_assert(desk->book);
    switch (work->route->operation) {
    case BD_OPERATION_ENROL: return enrol_do(desk, work);
    case BD_OPERATION_ROTATE: return rotate_do(desk, work);
    case BD_OPERATION_ALLOTMENTS: return allotments_do(desk, work);
    case BD_OPERATION_ENTRIES: return entries_do(desk, work);
    case BD_OPERATION_CHECK_INS: return check_ins_do(desk, work);
    case BD_OPERATION_QUESTION: return bd_question_do(desk, work);
    case BD_OPERATION_HOLD:
    case BD_OPERATION_HOLD_EXTEND:
    case BD_OPERATION_HOLD_PAY:
    case BD_OPERATION_HOLD_RELEASE:
    case BD_OPERATION_ORDER:
    case BD_OPERATION_ORDER_CANCEL: return bd_ordering_do(desk, work);
    case BD_OPERATION_ORDER_READ:
    case BD_OPERATION_PROGRAMME:
    case BD_OPERATION_STAFF:
    case BD_OPERATION_KEYS:
    case BD_OPERATION_MEMBERS:
    case BD_OPERATION_ARRIVALS:
    case BD_OPERATION_AVAILABILITY:
    case BD_OPERATION_STREAM:
    case BD_OPERATION_TICKET:
    case BD_OPERATION_OPENAPI:
    case BD_OPERATION_HEALTHZ:
    case BD_OPERATION_READYZ:
    case BD_OPERATION_METRICS: break;
    }
    bx_unreachable();
}
