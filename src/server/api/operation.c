/* SPDX-License-Identifier: Apache-2.0 */
/* From bodies to values. The generated tables have said that the members are there and of their
 * kind; here stays what a schema cannot say: washed texts, codes that check, keys that can be
 * sealed to. */

#include "server/api/operation.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/api/validator.h"

struct bd_work *bd_work_create(void)
{
    struct bd_work *work = bx_new(struct bd_work);
    bd_answer_init(&work->answer);
    return work;
}

void bd_work_again(struct bd_work *work)
{
    bd_answer_finish(&work->answer);
    bd_answer_init(&work->answer);
}

void *bd_work_destroy(struct bd_work *work)
{
    if (!work)
        return NULL;
    bd_answer_finish(&work->answer);
    bx_free(work->input.messages);
    bx_free(work->input.scans);
    bx_free(work->input.hold);
    bx_free(work->input.order);
    bx_free(work->input.text);
    return bx_free(work);
}

bool bd_operation_writes(const struct bd_work *work)
{
    switch (work->route->operation) {
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
    case BD_OPERATION_CHECK_INS: return true;
    case BD_OPERATION_QUESTION: return bd_question_writes(work->input.question);
    case BD_OPERATION_PROGRAMME:
    case BD_OPERATION_STAFF:
    case BD_OPERATION_KEYS:
    case BD_OPERATION_MEMBERS:
    case BD_OPERATION_ARRIVALS:
    case BD_OPERATION_AVAILABILITY:
    case BD_OPERATION_STREAM:
    case BD_OPERATION_ORDER_READ:
    case BD_OPERATION_TICKET:
    case BD_OPERATION_OPENAPI:
    case BD_OPERATION_HEALTHZ:
    case BD_OPERATION_READYZ:
    case BD_OPERATION_METRICS: return false;
    }
    bx_unreachable();
}

int bd_fault_answer(struct bd_work *work, int err, const struct bx_fault *fault)
{
    enum bd_problem problem = BD_PROBLEM_STORE;
    if (err == BX_ERR_INPUT)
        problem = BD_PROBLEM_UNREADABLE;
    else if (err == BX_ERR_MISSING)
        problem = BD_PROBLEM_NOT_FOUND;
    else if (err == BX_ERR_CLASH)
        problem = BD_PROBLEM_ID_REUSED;
    else if (err == BX_ERR_REFUSED)
        problem = BD_PROBLEM_REFUSED;
    bd_problem_set(&work->answer, problem, fault->say, NULL);
    return err;
}

static void place_add(struct bx_slug *list, size_t *count, const struct bx_slug *id)
{
    for (size_t i = 0; i < *count; i++)
        if (bx_slug_equal(&list[i], id))
            return;
    if (*count < BD_PLACES_ASKED && !bx_slug_is_none(id))
        list[(*count)++] = *id;
}

void bd_input_places(const struct bd_input *input, struct bd_places_asked *ret)
{
    for (size_t i = 0; input->messages && i < input->count; i++)
        place_add(ret->pools, &ret->pool_count, &input->messages[i].pool);
    for (int i = 0; input->hold && i < input->hold->count; i++)
        place_add(ret->slots, &ret->slot_count, &input->hold->wants[i].slot);
    for (int i = 0; input->order && i < input->order->count; i++)
        place_add(ret->slots, &ret->slot_count, &input->order->wants[i].slot);
}

/* --- bodies ------------------------------------------------------------------------------- */

static void key_read(struct bx_json_reader *reader, struct bx_public_key *ret)
{
    uint8_t nothing = 0, sealed[1 + BX_SEAL_EXTRA];
    bx_json_hex(reader, "key", ret->b, sizeof(ret->b));
    if (!reader->err && bx_seal(ret, &nothing, 1, sealed) < 0)
        bx_json_fault(reader, "the key is none that can be sealed to");
}

static void enrol_read(struct bx_json_reader *reader, struct bd_input *input)
{
    bx_json_string(reader, "code", sizeof(input->enrol.code) - 1, input->enrol.code,
                   sizeof(input->enrol.code));
    key_read(reader, &input->enrol.key);
}

static void rotate_read(struct bx_json_reader *reader, struct bd_input *input)
{
    key_read(reader, &input->rotate.key);
    bx_json_hex(reader, "proof", input->rotate.proof.b, sizeof(input->rotate.proof.b));
}

static void scan_read(bx_json *value, struct bd_scan_in *scan, struct bx_json_reader *outer)
{
    struct bx_json_reader reader;
    bx_json_read(&reader, value, "scan", outer->fault);
    char code[44];
    bx_json_id(&reader, "id", &scan->id);
    bx_json_string(&reader, "code", 40, code, sizeof(code));
    bx_json_string(&reader, "gate", 40, scan->gate, sizeof(scan->gate));
    scan->at = (bx_utc){bx_json_int(&reader, "at", 1, (INT64_C(1) << 53) - 1)};
    if (reader.err)
        outer->err = reader.err;
    else if (bx_code_read(code, strlen(code), &scan->code, NULL) < 0)
        scan->code = (struct bx_code){0};
}

static void check_ins_read(struct bx_json_reader *reader, struct bd_input *input)
{
    bx_json *scans = bx_json_array(reader, "scans", BD_SCANS_MAX);
    if (!scans)
        return;
    input->scans = bx_alloc(bx_json_count(scans), sizeof(*input->scans));
    for (bx_json *at = bx_json_first(scans); at && !reader->err; at = bx_json_next(at))
        scan_read(at, &input->scans[input->count++], reader);
}

static void allotments_read(const char *body, size_t len, struct bx_json_reader *reader,
                            struct bd_input *input)
{
    struct bx_id id;
    input->messages = bx_alloc(BX_ALLOT_MAX, sizeof(*input->messages));
    int err = bx_allot_messages_decode(body, len, &id, input->messages, BX_ALLOT_MAX, &input->count,
                                       reader->fault);
    if (err < 0)
        reader->err = err;
}

static void text_keep(struct bd_input *input, const char *body, size_t len)
{
    input->text = bx_alloc(len + 1, 1);
    memcpy(input->text, body, len);
    input->len = len;
}

/* Read by the book; those that leave nothing behind need no idempotency row. */
static void question_read(struct bd_work *work, const char *body, size_t len,
                          struct bx_json_reader *reader)
{
    if (bx_question_parse(work->param, &work->input.question) < 0) {
        bx_json_fault(reader, "there is no such question");
        return;
    }
    work->input.has_id = bd_question_writes(work->input.question);
    text_keep(&work->input, body, len);
}

static void want_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct bd_want *want = (struct bd_want *)arg + at;
    bx_slug_read(reader, "product", &want->product);
    bx_slug_read(reader, "slot", &want->slot);
    want->quantity = bx_json_int(reader, "quantity", 1, BX_QUANTITY_MAX);
}

static void hold_read(struct bx_json_reader *reader, struct bd_input *input)
{
    struct bd_hold_ask *ask = input->hold = bx_new(struct bd_hold_ask);
    ask->id = input->id;
    bx_json_string(reader, "client", sizeof(ask->client) - 4, ask->client, sizeof(ask->client));
    ask->seconds = bx_json_int_or(reader, "seconds", 1, 3600, 0);
    bx_json *lines = bx_json_array(reader, "lines", BD_WANTS_MAX);
    ask->count = (int)bx_json_each(reader, lines, "line", want_read, ask->wants);
}

static void payment_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct bd_payment *payment = (struct bd_payment *)arg + at;
    char kind[12];
    bx_json_string(reader, "kind", sizeof(kind) - 1, kind, sizeof(kind));
    payment->amount = bx_money_of(bx_json_int(reader, "amount", 0, BX_MONEY_MAX));
    bx_json_string(reader, "reference", 40, payment->reference, sizeof(payment->reference));
    if (!reader->err && bx_tender_parse(kind, &payment->kind) < 0)
        bx_json_fault(reader, "there is no such kind of payment");
}

static void order_read(struct bx_json_reader *reader, struct bd_input *input)
{
    struct bd_order_ask *ask = input->order = bx_new(struct bd_order_ask);
    ask->id = input->id;
    bool held = bx_json_get(reader->object, "hold") != NULL;
    if (held == (bx_json_get(reader->object, "lines") != NULL))
        bx_json_fault(reader, "either the hold or the lines are named");
    if (held)
        bx_json_id(reader, "hold", &ask->hold);
    bx_json *lines = held ? NULL : bx_json_array(reader, "lines", BD_WANTS_MAX);
    ask->count = (int)bx_json_each(reader, lines, "line", want_read, ask->wants);
    ask->total = bx_money_of(bx_json_int(reader, "total", 0, BX_MONEY_MAX));
    bx_json *payments = bx_json_array(reader, "payments", BD_PAYMENTS_MAX);
    ask->payment_count =
        (int)bx_json_each(reader, payments, "payment", payment_read, ask->payments);
}

static void about_read(struct bd_work *work, struct bx_json_reader *reader)
{
    if (bx_id_parse(work->param, &work->input.about) < 0)
        bx_json_fault(reader, "the id in the path is none");
}

/* A JSON body that the schema lets through. */
static int json_input(struct bd_work *work, const char *body, size_t len, bx_json *root,
                      struct bx_fault *fault)
{
    struct bx_json_reader reader;
    bx_json_read(&reader, root, "the request", fault);
    bx_json_id(&reader, "id", &work->input.id);
    work->input.has_id = true;
    switch (work->route->operation) {
    case BD_OPERATION_ENROL: enrol_read(&reader, &work->input); break;
    case BD_OPERATION_ROTATE: rotate_read(&reader, &work->input); break;
    case BD_OPERATION_ALLOTMENTS: allotments_read(body, len, &reader, &work->input); break;
    case BD_OPERATION_CHECK_INS: check_ins_read(&reader, &work->input); break;
    case BD_OPERATION_QUESTION: question_read(work, body, len, &reader); break;
    case BD_OPERATION_HOLD: hold_read(&reader, &work->input); break;
    case BD_OPERATION_ORDER: order_read(&reader, &work->input); break;
    case BD_OPERATION_HOLD_EXTEND:
    case BD_OPERATION_HOLD_PAY:
    case BD_OPERATION_HOLD_RELEASE:
    case BD_OPERATION_ORDER_CANCEL: about_read(work, &reader); break;
    case BD_OPERATION_ORDER_READ:
    case BD_OPERATION_ENTRIES:
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
    case BD_OPERATION_METRICS: bx_unreachable();
    }
    return reader.err;
}

/* What an id is bound to: another operation, device or body under the same id is another request.
 */
static struct bx_hash fingerprint(const struct bd_work *work, const char *body, size_t len)
{
    struct bx_hasher hasher;
    struct bx_hash hash;
    int64_t till = work->known ? work->caller.device.till : 0;
    bx_hasher_init(&hasher, sizeof(hash.b), NULL, 0);
    bx_hasher_add_sized(&hasher, work->route->name, strlen(work->route->name));
    if (work->param[0]) /* each question, hold or order is an operation of its own */
        bx_hasher_add_sized(&hasher, work->param, strlen(work->param));
    bx_hasher_add_sized(&hasher, &till, sizeof(till));
    bx_hasher_add_sized(&hasher, body, len);
    bx_hasher_end(&hasher, hash.b);
    return hash;
}

bool bd_operation_read(struct bd_work *work, const char *body, size_t len)
{
    if (!work->route->body) {
        text_keep(&work->input, body, len);
        return true;
    }
    struct bx_fault fault = {0};
    struct bd_finding finding;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(body, len, work->route->max_body, &fault);
    if (!doc) {
        bd_problem_set(&work->answer, BD_PROBLEM_BAD_JSON, fault.say, NULL);
        return false;
    }
    if (!bd_validate(bx_json_root(doc), work->route->body, &finding)) {
        bd_problem_set(&work->answer, BD_PROBLEM_INVALID, finding.what, finding.at);
        return false;
    }
    if (json_input(work, body, len, bx_json_root(doc), &fault) < 0) {
        bd_problem_set(&work->answer, BD_PROBLEM_INVALID, fault.say, NULL);
        return false;
    }
    work->fingerprint = fingerprint(work, body, len);
    return true;
}

int bd_operation_do(const struct bd_desk *desk, struct bd_work *work)
{
    return bd_operation_writes(work) ? bd_writing_do(desk, work) : bd_reading_do(desk, work);
}
