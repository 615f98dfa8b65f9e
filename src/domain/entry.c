/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of the journal, format versions 1 and 2. These formats are for ever: a body written today
 * is read by every later version, so nothing below may change without a new v.
 *
 * A body is one JSON object without blanks, its members in exactly the order given here, every one
 * of them present, integers only (amounts in minor units, rates in ppm, times in microseconds).
 * Strings escape only ", \ and nothing else, as base/json writes them. It begins with the head:
 *
 *   "v":2             format version: notes and plain papers 1, all else 2 (a sale or shift-open
 *                     of 1 is from the first version)
 *   "till":2          1 to 999999
 *   "inc":1           incarnation of the till's journal, 1 to 999999
 *   "seq":412         1 and up, without gaps
 *   "id":"uuid"       the entry's id; of a sale: its basket's, which is the idempotency key
 *   "kind":"sale"     below
 *   "number":"2-000412"   of a document that has one (a sale), else ""
 *   "at":µs           wall clock
 *   "boot":µs         boot clock, so that a jump of the wall clock shows
 *   "shift":41        0: none
 *   "user":7          number of who did it; 0: nobody
 *
 * sale, void, refund and exchange go on with; what is marked 2 does not stand in a version 1, which
 * only a sale may be
 *   "currency":"EUR","exponent":2,"tax_included":true,
 *   "programme":9                     version of the programme it was priced from
 *   "offline":false                   no verified contact with the server at that moment
 * 2 "training":false
 * 2 "of":"uuid"                       the document that is corrected; of a sale ""
 * 2 "order":"uuid"                    a booking or web order that was collected, else ""
 * 2 "account":"school-5"              billed to, else ""
 * 2 "member":"friends"                class of the member whose entitlement was used, else ""
 * 2 "origin":"city"                   answer to "where from"; "" not asked
 * 2 "persons_booked":50               of the order; else 0
 * 2 "corrections":3                   pieces taken out again while the basket was open
 * 2 "drawer":1                        1 to 9
 *   "lines":[{"product":"adult","name":"Adult","event":"perm","event_name":"Permanent collection",
 *     "slot":"s1430","pool":"p1430","class":"main","start":µs,"end":µs,"offset":60,
 *     "date":"2026-11-24","price":2400,"tax":70000,"places":1,"persons":1,"quantity":2,
 * 2   "kind":"visit","list":2400,"off":480,"why":"regular","why_text":"Regular guest 10 %",
 * 2   "fixed":false,"group":false,"note":""},…]
 *       event, event_name, slot and pool are "", start, end and offset 0 for an untimed line;
 *       class is "" for a line that prints no ticket; tax is the rate in ppm; price, places and
 *       persons are of one piece; kind is visit, article, donation or voucher; list is the price of
 *       a piece before any rule or override, off what discounts took of the whole line, why the
 *       rule or reason of either; group: one ticket for all pieces
 *   "total":5700                      due before cash rounding, tax in it
 * 2 "outside":0                       of that donations and vouchers, which are in no rate
 *   "taxes":[{"ppm":70000,"gross":5700,"net":5327,"tax":373},…]        by rate, ascending
 * 2 "back":[…]                        what is taken back, as lines again; empty in a sale
 * 2 "back_lines":[0]                  of each its index in the lines of "of", ascending
 * 2 "back_total":0,"back_outside":0,"back_taxes":[…]
 * 2 "back_tickets":[0,2]              indexes into the tickets of "of", ascending
 *   "rounding":0                      cash rounding: total - back_total + rounding = sum of the
 *                                     amounts
 *   "tenders":[{"kind":"cash","amount":5700,"received":6000,"change":300,"reference":"",
 * 2   "attempt":"uuid"},…]            negative: money went out; attempt "" where nobody was asked
 *   "uses":[{"pool":"p1430","r":3,"before":17,"q":3},…]     places taken of lease r of the pool,
 *                                     of which `before` were used before
 *   "tickets":[{"code":"B1…","line":0,"nth":1},…]           by line, then nth
 * 2 "warrants":[{"what":"discount","reason":"regular","note":"","approver":9},…]
 *
 * reprint and replace go on with
 *   "sale":"uuid"     the sale's entry
 *   "ticket":0        index in its tickets; -1: the receipt (reprint only)
 *   "code":"B1…"      reprint: the ticket's code ("" for a receipt); replace: the new one
 *   "old":"B1…"       replace: the code that is refused from now on; reprint: ""
 *   "copy":1          reprint: 1 for the first copy; replace: 0
 *   "reason":"torn"   1 to 40 columns
 * 2 "approver":9      the supervisor who allowed it; a version 2 only when there was one
 *
 * entries about money that is no sale: cash.c; shift-close, x-report and closing: report.c
 *
 * every other kind goes on with "about":"…","n":0, where they mean
 *   print-answer      about: "hand" or "gone"; n: seq of the entry whose print was unsure
 *   shift-open        about: ""; n: the float
 *   login, logout     about: ""; n: 0
 *   login-failed      about: ""; n: the number that was typed
 *   offline-start     about: why; n: 1 when a person forced it, else 0
 *   offline-end       about: ""; n: seconds it lasted
 *   clock-jump        about: ""; n: microseconds, negative when the clock went back
 *   settle            about: what the person said; n: seq of the entry that is settled
 *   sign-lost         about: what the fiscal device said, or ""; n: documents without a signature
 *   sign-back         about: ""; n: documents that are signed late now
 *   give, take        about: which places, of whom and to whom (gift.h); n: how many */

#include "boxtill/domain/entry.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "body.h"
#include "words.h"

enum { HEAD_MAX = 400 };

static const char *const kind_words[BX_KINDS] = {
    [BX_KIND_SALE] = "sale",
    [BX_KIND_REPRINT] = "reprint",
    [BX_KIND_REPLACE] = "replace",
    [BX_KIND_PRINT_ANSWER] = "print-answer",
    [BX_KIND_SHIFT_OPEN] = "shift-open",
    [BX_KIND_LOGIN] = "login",
    [BX_KIND_LOGIN_FAILED] = "login-failed",
    [BX_KIND_LOGOUT] = "logout",
    [BX_KIND_OFFLINE_START] = "offline-start",
    [BX_KIND_OFFLINE_END] = "offline-end",
    [BX_KIND_CLOCK_JUMP] = "clock-jump",
    [BX_KIND_SETTLE] = "settle",
    [BX_KIND_VOID] = "void",
    [BX_KIND_REFUND] = "refund",
    [BX_KIND_EXCHANGE] = "exchange",
    [BX_KIND_TENDER_CORRECTION] = "tender-correction",
    [BX_KIND_TENDER_INTENT] = "tender-intent",
    [BX_KIND_TENDER_RESULT] = "tender-result",
    [BX_KIND_SHIFT_CLOSE] = "shift-close",
    [BX_KIND_X_REPORT] = "x-report",
    [BX_KIND_CLOSING] = "closing",
    [BX_KIND_FLOAT] = "float",
    [BX_KIND_PAID_IN] = "paid-in",
    [BX_KIND_PAID_OUT] = "paid-out",
    [BX_KIND_DROP] = "drop",
    [BX_KIND_COUNT] = "count",
    [BX_KIND_NO_SALE] = "no-sale",
    [BX_KIND_HAND_OVER] = "hand-over",
    [BX_KIND_TRAINING_ON] = "training-on",
    [BX_KIND_TRAINING_OFF] = "training-off",
    [BX_KIND_INVOICE] = "invoice",
    [BX_KIND_CONFIG] = "config",
    [BX_KIND_UPGRADE] = "upgrade",
    [BX_KIND_EXPORT] = "export",
    [BX_KIND_ERASE] = "erase",
    [BX_KIND_SIGN_LOST] = "sign-lost",
    [BX_KIND_SIGN_BACK] = "sign-back",
    [BX_KIND_GIVE] = "give",
    [BX_KIND_TAKE] = "take",
};

BX_WORDS_DEFINE(enum bx_kind, kind_words, bx_kind_word, bx_kind_parse)

enum bx_shape bx_kind_shape(enum bx_kind kind)
{
    static const enum bx_shape shapes[BX_KINDS] = {
        [BX_KIND_SALE] = BX_SHAPE_SALE,
        [BX_KIND_REPRINT] = BX_SHAPE_PAPER,
        [BX_KIND_REPLACE] = BX_SHAPE_PAPER,
        [BX_KIND_PRINT_ANSWER] = BX_SHAPE_NOTE,
        [BX_KIND_SHIFT_OPEN] = BX_SHAPE_CASH,
        [BX_KIND_LOGIN] = BX_SHAPE_NOTE,
        [BX_KIND_LOGIN_FAILED] = BX_SHAPE_NOTE,
        [BX_KIND_LOGOUT] = BX_SHAPE_NOTE,
        [BX_KIND_OFFLINE_START] = BX_SHAPE_NOTE,
        [BX_KIND_OFFLINE_END] = BX_SHAPE_NOTE,
        [BX_KIND_CLOCK_JUMP] = BX_SHAPE_NOTE,
        [BX_KIND_SETTLE] = BX_SHAPE_NOTE,
        [BX_KIND_VOID] = BX_SHAPE_SALE,
        [BX_KIND_REFUND] = BX_SHAPE_SALE,
        [BX_KIND_EXCHANGE] = BX_SHAPE_SALE,
        [BX_KIND_TENDER_CORRECTION] = BX_SHAPE_TENDER_CHANGE,
        [BX_KIND_TENDER_INTENT] = BX_SHAPE_ATTEMPT,
        [BX_KIND_TENDER_RESULT] = BX_SHAPE_ATTEMPT,
        [BX_KIND_SHIFT_CLOSE] = BX_SHAPE_REPORT,
        [BX_KIND_X_REPORT] = BX_SHAPE_REPORT,
        [BX_KIND_CLOSING] = BX_SHAPE_REPORT,
        [BX_KIND_FLOAT] = BX_SHAPE_CASH,
        [BX_KIND_PAID_IN] = BX_SHAPE_CASH,
        [BX_KIND_PAID_OUT] = BX_SHAPE_CASH,
        [BX_KIND_DROP] = BX_SHAPE_CASH,
        [BX_KIND_COUNT] = BX_SHAPE_CASH,
        [BX_KIND_NO_SALE] = BX_SHAPE_CASH,
        [BX_KIND_HAND_OVER] = BX_SHAPE_CASH,
        [BX_KIND_TRAINING_ON] = BX_SHAPE_NOTE,
        [BX_KIND_TRAINING_OFF] = BX_SHAPE_NOTE,
        [BX_KIND_INVOICE] = BX_SHAPE_INVOICE,
        [BX_KIND_CONFIG] = BX_SHAPE_NOTE,
        [BX_KIND_UPGRADE] = BX_SHAPE_NOTE,
        [BX_KIND_EXPORT] = BX_SHAPE_NOTE,
        [BX_KIND_ERASE] = BX_SHAPE_NOTE,
        [BX_KIND_SIGN_LOST] = BX_SHAPE_NOTE,
        [BX_KIND_SIGN_BACK] = BX_SHAPE_NOTE,
        [BX_KIND_GIVE] = BX_SHAPE_NOTE,
        [BX_KIND_TAKE] = BX_SHAPE_NOTE,
    };
    return shapes[kind];
}

static bool is_note(enum bx_kind kind)
{
    enum bx_shape shape = bx_kind_shape(kind);
    return shape == BX_SHAPE_NOTE || kind == BX_KIND_SHIFT_OPEN;
}

static const char letters[BX_SERIES_COUNT][2] = {
    [BX_SERIES_SALE] = "",      [BX_SERIES_VOID] = "V", [BX_SERIES_REFUND] = "R",
    [BX_SERIES_EXCHANGE] = "X", [BX_SERIES_Z] = "Z",    [BX_SERIES_INVOICE] = "I",
    [BX_SERIES_TRAINING] = "T",
};

enum bx_series bx_series_of(enum bx_kind kind, bool training)
{
    static const struct {
        enum bx_kind kind;
        enum bx_series series;
    } of[] = {
        {BX_KIND_SALE, BX_SERIES_SALE},     {BX_KIND_VOID, BX_SERIES_VOID},
        {BX_KIND_REFUND, BX_SERIES_REFUND}, {BX_KIND_EXCHANGE, BX_SERIES_EXCHANGE},
        {BX_KIND_SHIFT_CLOSE, BX_SERIES_Z}, {BX_KIND_INVOICE, BX_SERIES_INVOICE},
    };
    for (size_t i = 0; i < bx_countof(of); i++)
        if (of[i].kind == kind)
            return training && of[i].series <= BX_SERIES_EXCHANGE ? BX_SERIES_TRAINING
                                                                  : of[i].series;
    return BX_SERIES_NONE;
}

void bx_number_format(int64_t till, enum bx_series series, int64_t n, char out[BX_NUMBER_SIZE])
{
    bx_assert(series < BX_SERIES_COUNT);
    int len = snprintf(out, BX_NUMBER_SIZE, "%lld-%s%06lld", (long long)till, letters[series],
                       (long long)n);
    bx_assert(len > 0 && len < BX_NUMBER_SIZE);
}

int bx_note_encode(const struct bx_entry_head *head, const char *about, int64_t n,
                   struct bx_buf *out)
{
    bx_assert(is_note(head->kind));
    char washed[BX_ABOUT_MAX + 1];
    bx_text_wash(about, strlen(about), BX_ABOUT_MAX, washed, sizeof(washed));
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_head_put(&writer, 1, head);
    bx_json_put_string(&writer, "about", washed);
    bx_json_put_int(&writer, "n", n);
    bx_json_object_close(&writer);
    return out->full ? BX_ERR_FULL : 0;
}

int bx_note_decode(const char *body, size_t len, char *about, size_t size, int64_t *ret_n,
                   struct bx_fault *fault)
{
    static const char *const names[] = {BX_HEAD_NAMES, "about", "n", NULL};
    bx_body_auto state;
    struct bx_entry_head head;
    int err = bx_body_open(&state, body, len, "note", fault);
    if (err || (err = bx_head_read(&state, &head)))
        return err;
    struct bx_json_reader *root = &state.root;
    if (!is_note(head.kind))
        bx_json_fault(root, "a %s is no note", bx_kind_word(head.kind));
    char text[BX_ABOUT_MAX + 1];
    bx_json_string_or(root, "about", BX_ABOUT_MAX, text, sizeof(text), "");
    int64_t n = bx_json_int(root, "n", -BX_MONEY_MAX, BX_MONEY_MAX);
    bx_json_only(root, names);
    if (strlen(text) >= size)
        bx_json_fault(root, "\"about\" is longer than %zu bytes", size - 1);
    if (root->err)
        return root->err;
    bx_buf_auto spelled;
    bx_buf_init(&spelled, BX_BODY_MAX);
    err = bx_body_same(&state, bx_note_encode(&head, text, n, &spelled), &spelled, body, len);
    if (err)
        return err;
    bx_text_copy(about, size, text);
    *ret_n = n;
    return 0;
}

bool bx_entry_begins_with(const char *body, size_t len, const struct bx_entry_head *head)
{
    struct bx_json_writer writer;
    bx_buf_auto spelled;
    bx_buf_init(&spelled, BX_BODY_MAX);
    bx_json_write(&writer, &spelled);
    bx_json_object_open(&writer, NULL);
    bx_head_put(&writer, len > 5 && body[5] == '2' ? 2 : 1, head); /* {"v":2 */
    return len > spelled.len && body[spelled.len] == ',' && body[len - 1] == '}' &&
           memcmp(body, spelled.data, spelled.len) == 0;
}

/* The bytes of the head within BODY, if it begins as bodies do; 0 when it does not. */
static size_t head_len(const char *body, size_t len)
{
    static const char last[] = ",\"user\":";
    size_t most = len < HEAD_MAX ? len : HEAD_MAX, word = sizeof(last) - 1;
    for (size_t at = 0; at + word < most; at++) {
        if (body[at] != ',' || memcmp(body + at, last, word) != 0)
            continue;
        at += word;
        while (at < most && body[at] >= '0' && body[at] <= '9')
            at++;
        return at < most && body[at] == ',' ? at : 0;
    }
    return 0;
}

/* Reads the head alone, without a tree of all that follows it. False: read the whole body. */
static bool head_decode(const char *body, size_t len, struct bx_entry_head *ret)
{
    char text[HEAD_MAX + 1];
    size_t head = head_len(body, len);
    if (!head || bx_json_check(body, len, BX_BODY_MAX, NULL))
        return false;
    memcpy(text, body, head);
    text[head++] = '}';
    bx_body_auto state;
    return !bx_body_open(&state, text, head, "entry", NULL) && !bx_head_read(&state, ret) &&
           bx_entry_begins_with(body, len, ret);
}

int bx_entry_head_decode(const char *body, size_t len, struct bx_entry_head *ret,
                         struct bx_fault *fault)
{
    struct bx_entry_head head;
    if (head_decode(body, len, &head)) {
        *ret = head;
        return 0;
    }
    bx_body_auto state;
    int err = bx_body_open(&state, body, len, "entry", fault);
    return err ? err : bx_head_read(&state, ret);
}

static void number_add(struct bx_hasher *hasher, int64_t number)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
    bx_hasher_add_sized(hasher, bytes, sizeof(bytes));
}

struct bx_hash bx_entry_hash(const struct bx_hash *prev, int64_t till, int64_t incarnation,
                             int64_t seq, const char *body, size_t len)
{
    struct bx_hasher hasher;
    struct bx_hash hash;
    bx_hasher_init(&hasher, sizeof(hash.b), NULL, 0);
    bx_hasher_add(&hasher, "bx1", 3);
    bx_hasher_add_sized(&hasher, prev->b, sizeof(prev->b));
    number_add(&hasher, till);
    number_add(&hasher, incarnation);
    number_add(&hasher, seq);
    bx_hasher_add_sized(&hasher, body, len);
    bx_hasher_end(&hasher, hash.b);
    return hash;
}
