/* SPDX-License-Identifier: Apache-2.0 */
/* Each question has few members of its own, so both ends share two structs that have them all, and
 * a table of which question has which. An unknown member is refused: till and server are updated
 * apart, and a member that one of them does not understand could be the one that matters. */

#include "boxtill/domain/question.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "body.h"
#include "words.h"

enum { LINES_V = 2, FACTS_COLUMNS = BX_QUESTION_FACTS - 1 };

static const char *const question_words[] = {
    [BX_QUESTION_VOUCHER] = "voucher", [BX_QUESTION_CHARGE] = "charge",
    [BX_QUESTION_REVERSE] = "reverse", [BX_QUESTION_PARK] = "park",
    [BX_QUESTION_PARKED] = "parked",   [BX_QUESTION_RESUME] = "resume",
    [BX_QUESTION_SALES] = "sales",     [BX_QUESTION_SALE] = "sale",
    [BX_QUESTION_TICKETS] = "tickets", [BX_QUESTION_SHIFT] = "shift",
    [BX_QUESTION_DAYS] = "days",
};

BX_WORDS_DEFINE(enum bx_question, question_words, bx_question_word, bx_question_parse)

static const char *const voucher_words[] = {
    [BX_VOUCHER_GOOD] = "good",       [BX_VOUCHER_USED] = "used",
    [BX_VOUCHER_UNKNOWN] = "unknown", [BX_VOUCHER_EXPIRED] = "expired",
    [BX_VOUCHER_STORED] = "stored",
};

BX_WORDS_DEFINE(enum bx_voucher_state, voucher_words, bx_voucher_state_word, bx_voucher_state_parse)

static const char *const ticket_words[] = {
    [BX_TICKET_GOOD] = "good",
    [BX_TICKET_USED] = "used",
    [BX_TICKET_GONE] = "gone",
};

BX_WORDS_DEFINE(enum bx_ticket_state, ticket_words, bx_ticket_state_word, bx_ticket_state_parse)

/* --- what is asked ---------------------------------------------------------------------------- */

static void date_put(struct bx_json_writer *writer, const char *name, struct bx_date date)
{
    char text[BX_DATE_TEXT];
    bx_json_put_string(writer, name, date.year ? bx_date_format(date, text) : "");
}

static void text_put(struct bx_json_writer *writer, const char *name, const char *text,
                     size_t columns)
{
    char washed[BX_QUESTION_FACTS];
    bx_text_wash(text, strlen(text), columns, washed, sizeof(washed));
    bx_json_put_string(writer, name, washed);
}

int bx_inquiry_encode(enum bx_question question, const struct bx_inquiry *inquiry,
                      struct bx_buf *out)
{
    struct bx_json_writer writer;
    size_t from = out->len;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_id(&writer, "id", &inquiry->id);
    switch (question) {
    case BX_QUESTION_VOUCHER: text_put(&writer, "code", inquiry->code, BX_QUESTION_CODE - 1); break;
    case BX_QUESTION_CHARGE:
        text_put(&writer, "code", inquiry->code, BX_QUESTION_CODE - 1);
        bx_json_put_int(&writer, "amount", inquiry->amount.minor);
        break;
    case BX_QUESTION_REVERSE:
        bx_json_put_id(&writer, "attempt", &inquiry->attempt);
        bx_json_put_int(&writer, "amount", inquiry->amount.minor);
        break;
    case BX_QUESTION_PARK:
        bx_json_put_id(&writer, "basket", &inquiry->basket.id);
        text_put(&writer, "name", inquiry->name, BX_NAME_COLUMNS);
        text_put(&writer, "facts", inquiry->facts, FACTS_COLUMNS);
        bx_lines_put(&writer, LINES_V, "lines", &inquiry->basket);
        break;
    case BX_QUESTION_RESUME: bx_json_put_id(&writer, "basket", &inquiry->basket.id); break;
    case BX_QUESTION_SALES: text_put(&writer, "text", inquiry->text, BX_NAME_COLUMNS); break;
    case BX_QUESTION_SALE:
    case BX_QUESTION_TICKETS: bx_json_put_id(&writer, "sale", &inquiry->sale); break;
    case BX_QUESTION_SHIFT: bx_json_put_int(&writer, "shift", inquiry->shift); break;
    case BX_QUESTION_DAYS:
        date_put(&writer, "from", inquiry->from);
        date_put(&writer, "to", inquiry->to);
        break;
    case BX_QUESTION_PARKED: break;
    case BX_QUESTIONS: bx_unreachable();
    }
    bx_json_object_close(&writer);
    return out->full || out->len - from > BX_QUESTION_BYTES ? BX_ERR_FULL : 0;
}

/* "" is year 0, where that may be. */
static void date_read(struct bx_json_reader *reader, const char *name, bool may_lack,
                      struct bx_date *ret)
{
    char text[BX_DATE_TEXT];
    bx_json_string_or(reader, name, sizeof(text) - 1, text, sizeof(text), "");
    if (reader->err || (may_lack && !text[0]))
        return;
    if (bx_date_parse(text, ret))
        bx_json_fault(reader, "\"%s\" is not a date like 2026-11-24", name);
}

static void days_read(struct bx_json_reader *root, struct bx_inquiry *inquiry)
{
    date_read(root, "from", false, &inquiry->from);
    date_read(root, "to", false, &inquiry->to);
    if (!root->err && bx_date_compare(inquiry->from, inquiry->to) > 0)
        bx_json_fault(root, "\"to\" is before \"from\"");
}

static void inquiry_read(enum bx_question question, struct bx_json_reader *root,
                         struct bx_inquiry *inquiry)
{
    switch (question) {
    case BX_QUESTION_VOUCHER:
    case BX_QUESTION_CHARGE:
        bx_json_string(root, "code", BX_QUESTION_CODE - 1, inquiry->code, sizeof(inquiry->code));
        break;
    case BX_QUESTION_REVERSE: bx_json_id(root, "attempt", &inquiry->attempt); break;
    case BX_QUESTION_PARK:
        bx_json_id(root, "basket", &inquiry->basket.id);
        bx_json_string_or(root, "name", BX_NAME_COLUMNS, inquiry->name, sizeof(inquiry->name), "");
        bx_json_string_or(root, "facts", FACTS_COLUMNS, inquiry->facts, sizeof(inquiry->facts), "");
        bx_lines_read(root, LINES_V, "lines", &inquiry->basket);
        break;
    case BX_QUESTION_RESUME: bx_json_id(root, "basket", &inquiry->basket.id); break;
    case BX_QUESTION_SALES:
        bx_json_string(root, "text", BX_NAME_COLUMNS, inquiry->text, sizeof(inquiry->text));
        break;
    case BX_QUESTION_SALE:
    case BX_QUESTION_TICKETS: bx_json_id(root, "sale", &inquiry->sale); break;
    case BX_QUESTION_SHIFT: inquiry->shift = bx_json_int(root, "shift", 1, BX_MONEY_MAX); break;
    case BX_QUESTION_DAYS: days_read(root, inquiry); break;
    case BX_QUESTION_PARKED: break;
    case BX_QUESTIONS: bx_unreachable();
    }
    if (question == BX_QUESTION_CHARGE || question == BX_QUESTION_REVERSE)
        inquiry->amount.minor = bx_json_int(root, "amount", 1, BX_MONEY_MAX);
}

int bx_inquiry_decode(enum bx_question question, const char *json, size_t len,
                      struct bx_inquiry *ret, struct bx_fault *fault)
{
    static const char *const names[BX_QUESTIONS][6] = {
        [BX_QUESTION_VOUCHER] = {"id", "code"},
        [BX_QUESTION_CHARGE] = {"id", "code", "amount"},
        [BX_QUESTION_REVERSE] = {"id", "attempt", "amount"},
        [BX_QUESTION_PARK] = {"id", "basket", "name", "facts", "lines"},
        [BX_QUESTION_PARKED] = {"id"},
        [BX_QUESTION_RESUME] = {"id", "basket"},
        [BX_QUESTION_SALES] = {"id", "text"},
        [BX_QUESTION_SALE] = {"id", "sale"},
        [BX_QUESTION_TICKETS] = {"id", "sale"},
        [BX_QUESTION_SHIFT] = {"id", "shift"},
        [BX_QUESTION_DAYS] = {"id", "from", "to"},
    };
    bx_body_auto state;
    int err = bx_body_open(&state, json, len, bx_question_word(question), fault);
    if (err)
        return err;
    struct bx_json_reader *root = &state.root;
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    bx_json_id(root, "id", &inquiry->id);
    inquiry_read(question, root, inquiry);
    bx_json_only(root, names[question]);
    if (!root->err)
        *ret = *inquiry;
    bx_free(inquiry);
    return root->err;
}

/* --- what is answered ------------------------------------------------------------------------- */

struct bx_reply *bx_reply_create(void)
{
    struct bx_reply *reply = bx_new(struct bx_reply);
    bx_buf_init(&reply->entries, BX_QUESTION_ANSWER_BYTES);
    return reply;
}

void *bx_reply_destroy(struct bx_reply *reply)
{
    if (reply == NULL)
        return NULL;
    bx_buf_finish(&reply->entries);
    bx_figures_finish(&reply->figures);
    return bx_free(reply);
}

const char *bx_reply_entry(const struct bx_reply *reply, size_t *at, size_t *ret_len)
{
    if (*at >= reply->entries.len)
        return NULL;
    const char *body = reply->entries.data + *at;
    const char *end = memchr(body, '\n', reply->entries.len - *at);
    bx_assert(end != NULL);
    *ret_len = (size_t)(end - body);
    *at += *ret_len + 1;
    return body;
}

static void voucher_put(struct bx_json_writer *writer, const struct bx_reply *reply)
{
    bx_json_put_string(writer, "state", bx_voucher_state_word(reply->voucher));
    bx_json_put_int(writer, "value", reply->value.minor);
    bx_json_put_int(writer, "balance", reply->balance.minor);
    date_put(writer, "until", reply->until);
    text_put(writer, "say", reply->say, BX_NAME_COLUMNS);
}

static void charge_put(struct bx_json_writer *writer, const struct bx_reply *reply)
{
    bx_json_put_bool(writer, "approved", reply->approved);
    bx_json_put_int(writer, "balance", reply->balance.minor);
    text_put(writer, "say", reply->say, BX_NAME_COLUMNS);
}

static void parked_put(struct bx_json_writer *writer, const struct bx_reply *reply)
{
    bx_json_array_open(writer, "baskets");
    for (int i = 0; i < reply->parked_count; i++) {
        const struct bx_parked *parked = &reply->parked[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_id(writer, "basket", &parked->basket);
        text_put(writer, "name", parked->name, BX_NAME_COLUMNS);
        bx_json_put_int(writer, "till", parked->till);
        bx_json_put_int(writer, "at", parked->at.us);
        bx_json_put_int(writer, "total", parked->total.minor);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static void sales_put(struct bx_json_writer *writer, const struct bx_reply *reply)
{
    bx_json_array_open(writer, "sales");
    for (int i = 0; i < reply->sale_count; i++) {
        const struct bx_found_sale *sale = &reply->sales[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_id(writer, "id", &sale->id);
        bx_json_put_string(writer, "number", sale->number);
        bx_json_put_int(writer, "at", sale->at.us);
        bx_json_put_int(writer, "total", sale->total.minor);
        bx_json_put_int(writer, "till", sale->till);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static void tickets_put(struct bx_json_writer *writer, const struct bx_reply *reply)
{
    bx_json_array_open(writer, "tickets");
    for (int i = 0; i < reply->ticket_count; i++) {
        const struct bx_ticket_news *ticket = &reply->tickets[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_int(writer, "nth", ticket->nth);
        bx_json_put_string(writer, "code", ticket->code.s);
        bx_json_put_string(writer, "state", bx_ticket_state_word(ticket->state));
        bx_json_put_int(writer, "used_at", ticket->used_at.us);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static void entries_put(struct bx_json_writer *writer, const struct bx_reply *reply)
{
    size_t at = 0, len;
    bx_json_array_open(writer, "entries");
    for (const char *body; (body = bx_reply_entry(reply, &at, &len)) != NULL;)
        bx_json_put_raw(writer, NULL, body, len);
    bx_json_array_close(writer);
}

static void resume_put(struct bx_json_writer *writer, const struct bx_reply *reply)
{
    bx_json_put_bool(writer, "yours", reply->yours);
    text_put(writer, "name", reply->name, BX_NAME_COLUMNS);
    text_put(writer, "facts", reply->facts, FACTS_COLUMNS);
    bx_lines_put(writer, LINES_V, "lines", &reply->basket);
}

int bx_reply_encode(enum bx_question question, const struct bx_reply *reply, struct bx_buf *out)
{
    struct bx_json_writer writer;
    size_t from = out->len;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    switch (question) {
    case BX_QUESTION_VOUCHER: voucher_put(&writer, reply); break;
    case BX_QUESTION_CHARGE:
    case BX_QUESTION_REVERSE: charge_put(&writer, reply); break;
    case BX_QUESTION_PARK: break;
    case BX_QUESTION_PARKED: parked_put(&writer, reply); break;
    case BX_QUESTION_RESUME: resume_put(&writer, reply); break;
    case BX_QUESTION_SALES: sales_put(&writer, reply); break;
    case BX_QUESTION_SALE:
        entries_put(&writer, reply);
        tickets_put(&writer, reply);
        if (reply->cut)
            bx_json_put_bool(&writer, "cut", true);
        break;
    case BX_QUESTION_TICKETS: tickets_put(&writer, reply); break;
    case BX_QUESTION_SHIFT:
        bx_json_put_int(&writer, "confirmed", reply->confirmed);
        bx_figures_put(&writer, "figures", &reply->figures);
        break;
    case BX_QUESTION_DAYS: bx_figures_put(&writer, "figures", &reply->figures); break;
    case BX_QUESTIONS: bx_unreachable();
    }
    bx_json_object_close(&writer);
    return out->full || out->len - from > BX_QUESTION_ANSWER_BYTES ? BX_ERR_FULL : 0;
}

static void voucher_read(struct bx_json_reader *root, struct bx_reply *reply)
{
    char word[17];
    bx_json_string(root, "state", sizeof(word) - 1, word, sizeof(word));
    if (!root->err && bx_voucher_state_parse(word, &reply->voucher))
        bx_json_fault(root, "\"state\" is not known");
    reply->value.minor = bx_json_int(root, "value", 0, BX_MONEY_MAX);
    reply->balance.minor = bx_json_int(root, "balance", 0, BX_MONEY_MAX);
    date_read(root, "until", true, &reply->until);
    bx_json_string_or(root, "say", BX_NAME_COLUMNS, reply->say, sizeof(reply->say), "");
}

static void charge_read(struct bx_json_reader *root, struct bx_reply *reply)
{
    reply->approved = bx_bool_read(root, "approved");
    reply->balance.minor = bx_json_int(root, "balance", 0, BX_MONEY_MAX);
    bx_json_string_or(root, "say", BX_NAME_COLUMNS, reply->say, sizeof(reply->say), "");
}

static void parked_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"basket", "name", "till", "at", "total", NULL};
    struct bx_parked *parked = &((struct bx_reply *)arg)->parked[at];
    bx_json_id(reader, "basket", &parked->basket);
    bx_json_string_or(reader, "name", BX_NAME_COLUMNS, parked->name, sizeof(parked->name), "");
    parked->till = bx_json_int(reader, "till", 1, BX_TILL_MAX);
    parked->at.us = bx_json_int(reader, "at", 0, BX_MONEY_MAX);
    parked->total.minor = bx_json_int(reader, "total", 0, BX_MONEY_MAX);
    bx_json_only(reader, names);
}

static void found_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"id", "number", "at", "total", "till", NULL};
    struct bx_found_sale *sale = &((struct bx_reply *)arg)->sales[at];
    bx_json_id(reader, "id", &sale->id);
    bx_json_string(reader, "number", sizeof(sale->number) - 1, sale->number, sizeof(sale->number));
    sale->at.us = bx_json_int(reader, "at", 0, BX_MONEY_MAX);
    sale->total.minor = bx_json_int(reader, "total", -BX_MONEY_MAX, BX_MONEY_MAX);
    sale->till = bx_json_int(reader, "till", 0, BX_TILL_MAX);
    bx_json_only(reader, names);
}

static void ticket_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"nth", "code", "state", "used_at", NULL};
    struct bx_ticket_news *ticket = &((struct bx_reply *)arg)->tickets[at];
    char word[17];
    ticket->nth = (int)bx_json_int(reader, "nth", 0, BX_TICKETS_MAX - 1);
    bx_code_read_or_empty(reader, "code", &ticket->code);
    bx_json_string(reader, "state", sizeof(word) - 1, word, sizeof(word));
    if (!reader->err && bx_ticket_state_parse(word, &ticket->state))
        bx_json_fault(reader, "\"state\" is not known");
    ticket->used_at.us = bx_json_int(reader, "used_at", 0, BX_MONEY_MAX);
    bx_json_only(reader, names);
}

static void tickets_read(struct bx_json_reader *root, struct bx_reply *reply)
{
    bx_json *list = bx_json_array(root, "tickets", BX_TICKETS_MAX);
    reply->ticket_count = (int)bx_json_each(root, list, "ticket", ticket_read, reply);
}

/* A body has one spelling, which is how whatever was read is written: its bytes come out again. */
static void entries_read(struct bx_json_reader *root, struct bx_reply *reply)
{
    bx_json *list = bx_json_array(root, "entries", BX_TICKETS_MAX);
    for (bx_json *item = bx_json_first(list); item; item = bx_json_next(item)) {
        struct bx_json_writer writer;
        bx_json_write(&writer, &reply->entries);
        bx_json_put_value(&writer, NULL, item);
        bx_buf_byte_add(&reply->entries, '\n');
    }
    if (reply->entries.full)
        bx_json_fault(root, "\"entries\" is too long");
}

static void reply_read(enum bx_question question, struct bx_json_reader *root,
                       struct bx_reply *reply)
{
    switch (question) {
    case BX_QUESTION_VOUCHER: voucher_read(root, reply); break;
    case BX_QUESTION_CHARGE:
    case BX_QUESTION_REVERSE: charge_read(root, reply); break;
    case BX_QUESTION_PARK: break;
    case BX_QUESTION_PARKED:
        reply->parked_count = (int)bx_json_each(
            root, bx_json_array(root, "baskets", BX_QUESTION_LIST), "basket", parked_read, reply);
        break;
    case BX_QUESTION_RESUME:
        reply->yours = bx_bool_read(root, "yours");
        bx_json_string_or(root, "name", BX_NAME_COLUMNS, reply->name, sizeof(reply->name), "");
        bx_json_string_or(root, "facts", FACTS_COLUMNS, reply->facts, sizeof(reply->facts), "");
        bx_lines_read(root, LINES_V, "lines", &reply->basket);
        break;
    case BX_QUESTION_SALES:
        reply->sale_count = (int)bx_json_each(root, bx_json_array(root, "sales", BX_QUESTION_LIST),
                                              "sale", found_read, reply);
        break;
    case BX_QUESTION_SALE:
        entries_read(root, reply);
        tickets_read(root, reply);
        reply->cut = bx_json_bool_or(root, "cut", false);
        break;
    case BX_QUESTION_TICKETS: tickets_read(root, reply); break;
    case BX_QUESTION_SHIFT:
        reply->confirmed = bx_json_int(root, "confirmed", 0, BX_MONEY_MAX);
        bx_figures_read(root, "figures", &reply->figures);
        break;
    case BX_QUESTION_DAYS: bx_figures_read(root, "figures", &reply->figures); break;
    case BX_QUESTIONS: bx_unreachable();
    }
}

int bx_reply_decode(enum bx_question question, const char *json, size_t len, struct bx_reply *ret,
                    struct bx_fault *fault)
{
    static const char *const names[BX_QUESTIONS][6] = {
        [BX_QUESTION_VOUCHER] = {"state", "value", "balance", "until", "say"},
        [BX_QUESTION_CHARGE] = {"approved", "balance", "say"},
        [BX_QUESTION_REVERSE] = {"approved", "balance", "say"},
        [BX_QUESTION_PARKED] = {"baskets"},
        [BX_QUESTION_RESUME] = {"yours", "name", "facts", "lines"},
        [BX_QUESTION_SALES] = {"sales"},
        [BX_QUESTION_SALE] = {"entries", "tickets", "cut"},
        [BX_QUESTION_TICKETS] = {"tickets"},
        [BX_QUESTION_SHIFT] = {"confirmed", "figures"},
        [BX_QUESTION_DAYS] = {"figures"},
    };
    struct bx_fault unheard;
    struct bx_json_reader root;
    fault = fault ? fault : &unheard;
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, BX_QUESTION_ANSWER_BYTES, fault);
    if (!doc)
        return fault->err;
    bx_json_read(&root, bx_json_root(doc), bx_question_word(question), fault);
    reply_read(question, &root, ret);
    bx_json_only(&root, names[question]);
    return root.err;
}
