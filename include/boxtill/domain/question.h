/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Questions a till asks the server and waits for: POST /v1/questions/WORD, signed like everything
 * else, idempotent by "id". Each has a JSON object as request and as answer; all of them are
 * written and read here, so that both ends use the same words. An answer that does not come is
 * unknown: the same question with the same id is asked again.
 *
 *   voucher   {"id","code"}
 *             {"state":"good|used|unknown|expired|stored","value","balance","until","say"}
 *   charge    {"id","code","amount"}
 *             {"approved","balance","say"}; the id is the tender-intent's: a ledger row under that
 *             key, once
 *   reverse   {"id","attempt","amount"}
 *             the same; a row of its own; also for a charge that never came: it is refused from
 *             then on. Not approved when a sale was paid with the charge: its return gives it back
 *   park      {"id","basket","name","facts","lines"}
 *             {}; lines as in the body of a sale, facts what the till likes to find again
 *   parked    {"id"}
 *             {"baskets":[{"basket","name","till","at","total"},…]}
 *   resume    {"id","basket"}
 *             {"yours","name","facts","lines"}: gone from the list then, one till gets it; the same
 *             id gets the same answer again. "yours" false: another till has it; the rest is empty
 *   sales     {"id","text"}
 *             {"sales":[{"id","number","at","total","till"},…]}: of the whole venue, newest first,
 *             by number, code or name of an order
 *   sale      {"id","sale"}
 *             {"entries":[body,…],"tickets":[…],"cut":true}: the sale and all that moved its money
 *             or tickets, or made an invoice of it (which names a buyer by a random id alone),
 *             verbatim, in the order booked, at most BX_TICKETS_MAX; its tickets as below. "cut"
 *             only when there is more that did not fit: then nobody may go by it
 *   tickets   {"id","sale"}
 *             {"tickets":[{"nth","code","state","used_at"},…]}: by index in the sale; the code that
 *             is good now; state good, used, or gone (taken back); used_at 0 when not used
 *   shift     {"id","shift"}
 *             {"confirmed","figures":[[what,name,count,amount],…]}: of this till's shift as the
 *             server has booked it
 *   days      {"id","from","to"} (dates)
 *             {"figures":[…]}: of the venue, all channels, with rows "channel". Of more than seven
 *             days hours are hours of the day ("T14"), and slots are left out */

#include "boxtill/domain/basket.h"
#include "boxtill/domain/figures.h"

enum bx_question {
    BX_QUESTION_VOUCHER,
    BX_QUESTION_CHARGE,
    BX_QUESTION_REVERSE,
    BX_QUESTION_PARK,
    BX_QUESTION_PARKED,
    BX_QUESTION_RESUME,
    BX_QUESTION_SALES,
    BX_QUESTION_SALE,
    BX_QUESTION_TICKETS,
    BX_QUESTION_SHIFT,
    BX_QUESTION_DAYS,
    BX_QUESTIONS
};
const char *bx_question_word(enum bx_question question);
int bx_must bx_question_parse(const char *word, enum bx_question *ret);

enum { BX_QUESTION_CODE = 160, BX_QUESTION_FACTS = 2000, BX_QUESTION_LIST = 50 };
enum { BX_QUESTION_BYTES = 256 << 10, BX_QUESTION_ANSWER_BYTES = 4 << 20 };

/* What is asked: the members that its question has. About 50 KB: on the heap. */
struct bx_inquiry {
    struct bx_id id;
    char code[BX_QUESTION_CODE];   /* voucher, charge: as read (voucher.h) */
    bx_money amount;               /* charge, reverse: more than 0 */
    struct bx_id attempt;          /* reverse: the charge's id */
    char name[BX_NAME_SIZE];       /* park: what it is called in the list */
    char facts[BX_QUESTION_FACTS]; /* park: washed text; "" */
    struct bx_basket basket;       /* park: all of it; resume: its id */
    char text[BX_NAME_SIZE];       /* sales */
    struct bx_id sale;             /* sale, tickets */
    int64_t shift;                 /* shift */
    struct bx_date from, to;       /* days: both in it */
};

/* Appends the JSON of INQUIRY. 0, or BX_ERR_FULL past BX_QUESTION_BYTES. */
int bx_must bx_inquiry_encode(enum bx_question question, const struct bx_inquiry *inquiry,
                              struct bx_buf *out);
int bx_must bx_inquiry_decode(enum bx_question question, const char *json, size_t len,
                              struct bx_inquiry *ret, struct bx_fault *fault);

enum bx_voucher_state {
    BX_VOUCHER_GOOD,
    BX_VOUCHER_USED,
    BX_VOUCHER_UNKNOWN,
    BX_VOUCHER_EXPIRED,
    BX_VOUCHER_STORED /* stored value: see balance */
};
const char *bx_voucher_state_word(enum bx_voucher_state state);
int bx_must bx_voucher_state_parse(const char *word, enum bx_voucher_state *ret);

struct bx_parked {
    struct bx_id basket;
    char name[BX_NAME_SIZE];
    int64_t till;
    bx_utc at;
    bx_money total;
};

struct bx_found_sale {
    struct bx_id id;
    char number[BX_NUMBER_SIZE];
    bx_utc at;
    bx_money total; /* negative: money went out */
    int64_t till;
};

enum bx_ticket_state { BX_TICKET_GOOD, BX_TICKET_USED, BX_TICKET_GONE };
const char *bx_ticket_state_word(enum bx_ticket_state state);
int bx_must bx_ticket_state_parse(const char *word, enum bx_ticket_state *ret);

struct bx_ticket_news {
    int nth; /* index in the sale's tickets */
    struct bx_code code;
    enum bx_ticket_state state;
    bx_utc used_at; /* 0: not used */
};

/* What is answered: the members that its question has. */
struct bx_reply {
    enum bx_voucher_state voucher;
    bx_money value, balance;
    struct bx_date until; /* year 0: none */
    bool approved;
    char say[BX_NAME_SIZE];
    bool yours;
    char name[BX_NAME_SIZE];
    char facts[BX_QUESTION_FACTS];
    struct bx_basket basket;
    int parked_count, sale_count, ticket_count;
    struct bx_parked parked[BX_QUESTION_LIST];
    struct bx_found_sale sales[BX_QUESTION_LIST];
    struct bx_ticket_news tickets[BX_TICKETS_MAX];
    struct bx_buf entries; /* bodies, each with a line feed after it */
    bool cut;              /* not all of them */
    int64_t confirmed;
    struct bx_figures figures;
};
struct bx_reply *bx_reply_create(void);
void *bx_reply_destroy(struct bx_reply *reply);
BX_CLEANUP_DEFINE(struct bx_reply, bx_reply_destroy)
/* The next body of reply->entries from *AT on (0 at first), without its line feed, or NULL. */
const char *bx_reply_entry(const struct bx_reply *reply, size_t *at, size_t *ret_len);

/* Appends the JSON. 0, or BX_ERR_FULL past BX_QUESTION_ANSWER_BYTES. */
int bx_must bx_reply_encode(enum bx_question question, const struct bx_reply *reply,
                            struct bx_buf *out);
/* RET from bx_reply_create(), not used before; on failure it may be half filled. */
int bx_must bx_reply_decode(enum bx_question question, const char *json, size_t len,
                            struct bx_reply *ret, struct bx_fault *fault);
