/* SPDX-License-Identifier: Apache-2.0 */
/* Money apart from sales, version 2 of the bodies. After the head (entry.c):
 *
 * shift-open, float, paid-in, paid-out, drop, no-sale, count, hand-over go on with
 *   "drawer":1        1 to 9
 *   "amount":20000    what moved or was counted, not negative; of a no-sale 0
 *   "expected":0      count: what should have been there; else 0
 *   "pieces":[{"value":5000,"count":4},…]   descending; they add up to the amount; [] a sum
 *   "about":"uuid"    no-sale and count: the sale it is about; else, or of none, ""
 *   "to":0            hand-over: the number of who takes over; else 0
 *   "warrant":{"what":"paid-out","reason":"post","note":"stamps","approver":9}
 *
 * tender-correction goes on with
 *   "sale":"uuid","drawer":1,"from":"cash","to":"card","amount":2400,"reference":"","warrant":{…}
 *
 * tender-intent and tender-result go on with
 *   "basket":"uuid"   the sale to be
 *   "attempt":"uuid"  the intent's id, which is the key it is asked under
 *   "tender":"stored","amount":2400,"reference":"BS1…"
 *   "state":"asked"   of an intent; of a result approved, declined, unknown or reversed
 *   "say":""          what the other side, or the person, said
 *
 * invoice goes on with "sale":"uuid","person":"uuid". */

#include "boxtill/domain/cash.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "body.h"
#include "words.h"

enum { REFERENCE_COLUMNS = 40 };

static const char *const attempt_words[] = {
    [BX_ATTEMPT_ASKED] = "asked",       [BX_ATTEMPT_APPROVED] = "approved",
    [BX_ATTEMPT_DECLINED] = "declined", [BX_ATTEMPT_UNKNOWN] = "unknown",
    [BX_ATTEMPT_REVERSED] = "reversed",
};

BX_WORDS_DEFINE(enum bx_attempt_state, attempt_words, bx_attempt_word, bx_attempt_parse)

/* --- what the writers and readers share ------------------------------------------------------ */

static void body_begin(struct bx_json_writer *writer, const struct bx_entry_head *head,
                       struct bx_buf *out)
{
    bx_json_write(writer, out);
    bx_json_object_open(writer, NULL);
    bx_head_put(writer, 2, head);
}

static int body_end(struct bx_json_writer *writer, const struct bx_buf *out)
{
    bx_json_object_close(writer);
    return out->full ? BX_ERR_FULL : 0;
}

/* Opens BODY and reads the head of one of SHAPE. */
static int body_read(struct bx_body *state, const char *body, size_t len, enum bx_shape shape,
                     const char *what, struct bx_entry_head *ret, struct bx_fault *fault)
{
    int err = bx_body_open(state, body, len, what, fault);
    if (err || (err = bx_head_read(state, ret)))
        return err;
    if (bx_kind_shape(ret->kind) != shape || state->v != 2)
        bx_json_fault(&state->root, "a %s is no %s", bx_kind_word(ret->kind), what);
    return state->root.err;
}

static void text_put(struct bx_json_writer *writer, const char *name, const char *text,
                     size_t columns)
{
    char washed[BX_NAME_SIZE];
    bx_text_wash(text, strlen(text), columns, washed, sizeof(washed));
    bx_json_put_string(writer, name, washed);
}

static void tender_read(struct bx_json_reader *root, const char *name, enum bx_tender_kind *ret)
{
    char word[17];
    bx_json_string(root, name, sizeof(word) - 1, word, sizeof(word));
    if (!root->err && bx_tender_parse(word, ret))
        bx_json_fault(root, "\"%s\" is not known", name);
}

/* --- cash ------------------------------------------------------------------------------------ */

void bx_pieces_put(struct bx_json_writer *writer, const struct bx_piece *pieces, int count)
{
    bx_json_array_open(writer, "pieces");
    for (int i = 0; i < count; i++) {
        bx_json_object_open(writer, NULL);
        bx_json_put_int(writer, "value", pieces[i].value);
        bx_json_put_int(writer, "count", pieces[i].count);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static void piece_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"value", "count", NULL};
    struct bx_piece *piece = (struct bx_piece *)arg + at;
    piece->value = bx_json_int(reader, "value", 1, BX_MONEY_MAX);
    piece->count = bx_json_int(reader, "count", 1, BX_MONEY_MAX);
    bx_json_only(reader, names);
    if (!reader->err && at > 0 && piece->value >= piece[-1].value)
        bx_json_fault(reader, "the values do not descend");
}

int bx_pieces_read(struct bx_json_reader *reader, bx_money amount, struct bx_piece *ret)
{
    bx_json *list = bx_json_array(reader, "pieces", BX_PIECES_MAX);
    int count = (int)bx_json_each(reader, list, "piece", piece_read, ret);
    bx_money sum = bx_money_of(0);
    bool fits = !reader->err;
    for (int i = 0; i < count && fits; i++) {
        bx_money part;
        fits = !bx_money_times(bx_money_of(ret[i].value), ret[i].count, &part) &&
               !bx_money_add(sum, part, &sum);
    }
    if (!reader->err && count > 0 && (!fits || sum.minor != amount.minor))
        bx_json_fault(reader, "the pieces do not add up to what was counted");
    return reader->err ? 0 : count;
}

int bx_cash_encode(const struct bx_entry_head *head, const struct bx_cash_entry *cash,
                   struct bx_buf *out)
{
    bx_assert(bx_kind_shape(head->kind) == BX_SHAPE_CASH);
    struct bx_json_writer writer;
    body_begin(&writer, head, out);
    bx_json_put_int(&writer, "drawer", cash->drawer);
    bx_json_put_int(&writer, "amount", cash->amount.minor);
    bx_json_put_int(&writer, "expected", cash->expected.minor);
    bx_pieces_put(&writer, cash->pieces, cash->piece_count);
    bx_id_put_or_empty(&writer, "about", &cash->about);
    bx_json_put_int(&writer, "to", cash->to);
    bx_warrant_put(&writer, "warrant", &cash->warrant);
    return body_end(&writer, out);
}

/* What only some kinds may name. */
static void cash_check(struct bx_json_reader *root, enum bx_kind kind,
                       const struct bx_cash_entry *cash)
{
    bool counts = kind == BX_KIND_COUNT;
    if (cash->expected.minor != 0 && !counts)
        bx_json_fault(root, "only a count names what was expected");
    if (!bx_id_is_zero(&cash->about) && !counts && kind != BX_KIND_NO_SALE)
        bx_json_fault(root, "a %s is about no sale", bx_kind_word(kind));
    if ((cash->to != 0) != (kind == BX_KIND_HAND_OVER))
        bx_json_fault(root, "a hand-over, and nothing else, names who takes over");
    if (cash->amount.minor != 0 && kind == BX_KIND_NO_SALE)
        bx_json_fault(root, "a no-sale moves no money");
}

int bx_cash_decode(const char *body, size_t len, struct bx_cash_entry *ret, struct bx_fault *fault)
{
    static const char *const names[] = {BX_HEAD_NAMES, "drawer", "amount",  "expected", "pieces",
                                        "about",       "to",     "warrant", NULL};
    bx_body_auto state;
    struct bx_entry_head head;
    int err = body_read(&state, body, len, BX_SHAPE_CASH, "movement of cash", &head, fault);
    if (err)
        return err;
    struct bx_json_reader *root = &state.root;
    struct bx_cash_entry cash = {0};
    cash.drawer = (int)bx_json_int(root, "drawer", 1, BX_DRAWERS_MAX);
    cash.amount.minor = bx_json_int(root, "amount", 0, BX_MONEY_MAX);
    cash.expected.minor = bx_json_int(root, "expected", -BX_MONEY_MAX, BX_MONEY_MAX);
    cash.piece_count = bx_pieces_read(root, cash.amount, cash.pieces);
    bx_id_read_or_empty(root, "about", &cash.about);
    cash.to = bx_json_int(root, "to", 0, BX_MONEY_MAX);
    bx_warrant_member_read(root, "warrant", &cash.warrant);
    bx_json_only(root, names);
    cash_check(root, head.kind, &cash);
    if (root->err)
        return root->err;
    bx_buf_auto spelled;
    bx_buf_init(&spelled, BX_BODY_MAX);
    err = bx_body_same(&state, bx_cash_encode(&head, &cash, &spelled), &spelled, body, len);
    if (!err)
        *ret = cash;
    return err;
}

/* --- tender correction ----------------------------------------------------------------------- */

int bx_tender_change_encode(const struct bx_entry_head *head, const struct bx_tender_change *change,
                            struct bx_buf *out)
{
    bx_assert(head->kind == BX_KIND_TENDER_CORRECTION);
    struct bx_json_writer writer;
    body_begin(&writer, head, out);
    bx_json_put_id(&writer, "sale", &change->sale);
    bx_json_put_int(&writer, "drawer", change->drawer);
    bx_json_put_string(&writer, "from", bx_tender_word(change->from));
    bx_json_put_string(&writer, "to", bx_tender_word(change->to));
    bx_json_put_int(&writer, "amount", change->amount.minor);
    text_put(&writer, "reference", change->reference, REFERENCE_COLUMNS);
    bx_warrant_put(&writer, "warrant", &change->warrant);
    return body_end(&writer, out);
}

int bx_tender_change_decode(const char *body, size_t len, struct bx_tender_change *ret,
                            struct bx_fault *fault)
{
    static const char *const names[] = {BX_HEAD_NAMES, "sale",      "drawer",  "from", "to",
                                        "amount",      "reference", "warrant", NULL};
    bx_body_auto state;
    struct bx_entry_head head;
    int err =
        body_read(&state, body, len, BX_SHAPE_TENDER_CHANGE, "tender correction", &head, fault);
    if (err)
        return err;
    struct bx_json_reader *root = &state.root;
    struct bx_tender_change change = {0};
    bx_json_id(root, "sale", &change.sale);
    change.drawer = (int)bx_json_int(root, "drawer", 1, BX_DRAWERS_MAX);
    tender_read(root, "from", &change.from);
    tender_read(root, "to", &change.to);
    change.amount.minor = bx_json_int(root, "amount", -BX_MONEY_MAX, BX_MONEY_MAX);
    bx_json_string_or(root, "reference", REFERENCE_COLUMNS, change.reference,
                      sizeof(change.reference), "");
    bx_warrant_member_read(root, "warrant", &change.warrant);
    bx_json_only(root, names);
    if (change.amount.minor == 0 || change.from == change.to)
        bx_json_fault(root, "it moves nothing");
    if (root->err)
        return root->err;
    bx_buf_auto spelled;
    bx_buf_init(&spelled, BX_BODY_MAX);
    err = bx_body_same(&state, bx_tender_change_encode(&head, &change, &spelled), &spelled, body,
                       len);
    if (!err)
        *ret = change;
    return err;
}

/* --- attempts --------------------------------------------------------------------------------- */

int bx_attempt_encode(const struct bx_entry_head *head, const struct bx_attempt_entry *attempt,
                      struct bx_buf *out)
{
    bx_assert(bx_kind_shape(head->kind) == BX_SHAPE_ATTEMPT);
    struct bx_json_writer writer;
    body_begin(&writer, head, out);
    bx_json_put_id(&writer, "basket", &attempt->basket);
    bx_json_put_id(&writer, "attempt", &attempt->attempt);
    bx_json_put_string(&writer, "tender", bx_tender_word(attempt->kind));
    bx_json_put_int(&writer, "amount", attempt->amount.minor);
    text_put(&writer, "reference", attempt->reference, REFERENCE_COLUMNS);
    bx_json_put_string(&writer, "state", bx_attempt_word(attempt->state));
    text_put(&writer, "say", attempt->say, BX_NAME_COLUMNS);
    return body_end(&writer, out);
}

/* An intent is its own attempt and has no answer yet; a result names an intent and has one. */
static void attempt_check(struct bx_json_reader *root, const struct bx_entry_head *head,
                          const struct bx_attempt_entry *attempt)
{
    bool intent = head->kind == BX_KIND_TENDER_INTENT;
    if (intent != (attempt->state == BX_ATTEMPT_ASKED))
        bx_json_fault(root, "a %s cannot be \"%s\"", bx_kind_word(head->kind),
                      bx_attempt_word(attempt->state));
    if (intent != bx_id_equal(&head->id, &attempt->attempt))
        bx_json_fault(root, "\"attempt\" must be the intent's id");
}

int bx_attempt_decode(const char *body, size_t len, struct bx_attempt_entry *ret,
                      struct bx_fault *fault)
{
    static const char *const names[] = {BX_HEAD_NAMES, "basket", "attempt", "tender", "amount",
                                        "reference",   "state",  "say",     NULL};
    bx_body_auto state;
    struct bx_entry_head head;
    int err = body_read(&state, body, len, BX_SHAPE_ATTEMPT, "asking for money", &head, fault);
    if (err)
        return err;
    struct bx_json_reader *root = &state.root;
    struct bx_attempt_entry attempt = {0};
    char word[17];
    bx_json_id(root, "basket", &attempt.basket);
    bx_json_id(root, "attempt", &attempt.attempt);
    tender_read(root, "tender", &attempt.kind);
    attempt.amount.minor = bx_json_int(root, "amount", -BX_MONEY_MAX, BX_MONEY_MAX);
    bx_json_string_or(root, "reference", REFERENCE_COLUMNS, attempt.reference,
                      sizeof(attempt.reference), "");
    bx_json_string(root, "state", sizeof(word) - 1, word, sizeof(word));
    if (!root->err && bx_attempt_parse(word, &attempt.state))
        bx_json_fault(root, "\"state\" is not known");
    bx_json_string_or(root, "say", BX_NAME_COLUMNS, attempt.say, sizeof(attempt.say), "");
    bx_json_only(root, names);
    attempt_check(root, &head, &attempt);
    if (root->err)
        return root->err;
    bx_buf_auto spelled;
    bx_buf_init(&spelled, BX_BODY_MAX);
    err = bx_body_same(&state, bx_attempt_encode(&head, &attempt, &spelled), &spelled, body, len);
    if (!err)
        *ret = attempt;
    return err;
}

/* --- invoices --------------------------------------------------------------------------------- */

int bx_invoice_encode(const struct bx_entry_head *head, const struct bx_invoice_entry *invoice,
                      struct bx_buf *out)
{
    bx_assert(head->kind == BX_KIND_INVOICE);
    struct bx_json_writer writer;
    body_begin(&writer, head, out);
    bx_json_put_id(&writer, "sale", &invoice->sale);
    bx_json_put_id(&writer, "person", &invoice->person);
    return body_end(&writer, out);
}

int bx_invoice_decode(const char *body, size_t len, struct bx_invoice_entry *ret,
                      struct bx_fault *fault)
{
    static const char *const names[] = {BX_HEAD_NAMES, "sale", "person", NULL};
    bx_body_auto state;
    struct bx_entry_head head;
    int err = body_read(&state, body, len, BX_SHAPE_INVOICE, "invoice", &head, fault);
    if (err)
        return err;
    struct bx_json_reader *root = &state.root;
    struct bx_invoice_entry invoice = {0};
    bx_json_id(root, "sale", &invoice.sale);
    bx_json_id(root, "person", &invoice.person);
    bx_json_only(root, names);
    if (root->err)
        return root->err;
    bx_buf_auto spelled;
    bx_buf_init(&spelled, BX_BODY_MAX);
    err = bx_body_same(&state, bx_invoice_encode(&head, &invoice, &spelled), &spelled, body, len);
    if (!err)
        *ret = invoice;
    return err;
}
