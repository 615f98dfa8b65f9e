/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of the command line, over till.sock or in the same process. A command is one JSON
 * object; its answer is one reply with an exit status (0 done, 1 refused, 2 usage, 3 unknown,
 * 4 offline and not allowed offline), a JSON document and a text for people. A refusal's document
 * is {"error":"refused","say":"…"}, its text the sentence. Amounts are minor units.
 *
 *   {"verb":"login","number":7,"pin":"1234"}     {"user":7,"name":"Ana","shift":41}
 *   {"verb":"logout"}  {"verb":"lock"}           {"user":0} or the locked user's
 *   {"verb":"sell","basket":"2a1c","slot":"14:30","event":"perm","tenders":["cash:6000"]}
 *       basket: the screen's grammar (grammar.h: "2a1c 14:30 member:F-1042 discount:press"), or
 *       "resume" the id of a parked one; slot: "14:30", "2026-11-25 14:30" or an id (default: the
 *       one running or next); event: id or name (default: the first); tenders: "cash",
 *       "cash:AMOUNT", "card", "card:REFERENCE", "card:20.00", "voucher:CODE", "account:ID",
 *       "prepaid" (default: cash, exact; for an order that is paid: prepaid)
 *       {"number":"2-000412","id":"…","seq":412,"hash":"hex","currency":"EUR","exponent":2,
 *        "total":5700,"rounding":0,"received":6000,"change":300,"offline":false,
 *        "tenders":[{"kind":"cash","amount":5700,"reference":""}],
 *        "lines":[{"product":"adult","quantity":2,"price":2400,"off":0,"amount":4800,"why":""}],
 *        "tickets":[{"code":"B1…","product":"adult","slot":"…","date":"2026-11-24"}]}
 *   {"verb":"park","name":"Mrs Grey"}    the basket on the screen: {"basket":"id"}
 *   {"verb":"parked"}    {"baskets":[{"basket","name","till","here","shared","waits",
 *       "total"}],"venue":true}
 *   {"verb":"arrivals","text":"lincoln","all":false}
 *       {"orders":[{"ref","kind","name","note","date","minute","persons","prepaid","account",
 *        "state":"expected|collected|cancelled"}]}
 *   {"verb":"queue"}
 *       {"queued":7,"attention":1,"online":true,"entries":[{"seq":9,"kind":"sale","number":"2-000003",
 *        "id":"…","at":µs,"state":"queued|waiting|attention","task":"","say":""}]}
 *   {"verb":"sync","once":true}     {"queued":0,"attention":0}; 4 when the server does not answer
 *   {"verb":"allot"}
 *       {"leases":[{"pool":"…","r":1,"n":20,"used":3,"reserved":0,"free":17,"state":"open"}]}
 *   {"verb":"allot","act":"settle","pool":"…"}
 *       {"till":2,"pool":"…","r":1,"n":20,"used":3,"code":"K7QF29XMPD"}: closes it for good
 *   {"verb":"allot","act":"give","pool":"…","to":3,"places":4}
 *       {"pool":"…","to":3,"places":4,"code":"08G0K…"}: they are till 3's from now on
 *   {"verb":"allot","act":"take","code":"08G0K…"}     {"pool":"…","from":2,"places":4}
 *   {"verb":"find","text":""} {"sales":[{"number","id","seq","at","kind","till","total",
 *       "tickets","state"}]}
 *       text: empty (the last ones), a number of any series, a ticket code, or words that stand in
 *       it: "14:32 57.00", a card's reference; with "scope":"venue" the server finds, by number,
 *       code or an order's name, and there is no seq, kind, tickets and state
 *   {"verb":"show","number":"2-000412"} or {"verb":"show","code":"B1…"}
 *       {"entry":{the body},"hash":"hex","state":"…","task":"","say":"","about":[{bodies}]}
 *   {"verb":"reprint","number":"2-000412","ticket":1}       ticket 0: the receipt
 *       {"ticket":1,"code":"B1…","copy":1}
 *   {"verb":"replace","number":"2-000412","ticket":1,"reason":"lost"}
 *       {"ticket":1,"code":"B1…","old":"B1…"}; "code" in place of number and ticket for both
 *   {"verb":"shift","act":"open","amount":20000} or "pieces":[[2000,5],[1000,10]]; "drawer"
 *   {"verb":"shift","act":"in|out|drop|float|count|no-sale","amount":2000}
 *   {"verb":"shift","act":"hand-over","to":8,"amount":0}   each {"kind","number","id","seq","hash"}
 *   {"verb":"shift","act":"x"}      the report
 *   {"verb":"shift","act":"close","amount":25700,"next_float":20000,"bag":"7"} or "drawers":[{…}]
 *       the Z report; 1 when the count differs: once more with what is counted then, and "first"
 *       with what it was before where no till runs that remembers it
 *   {"verb":"report","what":"z","n":3}   a Z again, with what is confirmed of it now; "x" the
 *       figures so far; {"what":"closing","period":"2026-11-24|2026-11|2026"}; "format":"csv"
 *   {"verb":"report","what":"day|types|slots|events|hours|channels|tenders|cashiers|
 *       discounts|corrections|cash|bookings","from":"2026-11-24","to":"2026-11-30"}
 *       {"report","from","to","currency","exponent",
 *        "rows":[{"what","name","label","count","amount"}]}
 *   {"verb":"posting","n":3,"plan":"[posting]\ncash = 1600\n…"}   a Z for the bookkeeping
 *   {"verb":"person","act":"list|erase|retain","id":"…"}   what is known of persons
 *   {"verb":"training","on":true}
 *       all that wants it: "reason", "note", "approver", "approver_pin"
 *   {"verb":"void","number":"2-000412","reason":"mistake"}
 *   {"verb":"refund","number":"2-000412","tickets":[1,2],"pieces":["3:1"],"tender":"cash"}
 *       tickets, pieces (LINE:QUANTITY): some; neither: all that is left; tender: as it was paid;
 *       "code" in place of the number: that ticket; "visit":true: it did not take place
 *       {"number":"2-R000001","id","seq","hash","of":"2-000412","currency","exponent","total":-4800,
 *        "rounding","offline","tenders":[{"tender":"cash","amount":-4800,"reference":""}],
 *        "tickets":[1,2]}
 *   {"verb":"refund","slot":"2026-11-24-1430"}    all this till sold for it: a visit cancelled
 *       {"refunded":12,"failed":0,"cash":4800,"total":9600}
 *   {"verb":"exchange", what comes back as for refund, what is taken as for sell}   as for sell
 *   {"verb":"tender","number":"2-000412","from":"cash","to":"card:4711","amount":2400}
 *   {"verb":"dispute","number":"2-000412","counted":12345}   without it: opens the drawer
 *   {"verb":"invoice","number":"2-000412","name":"Ann Lee","street":"","town":"","tax":""}
 *   {"verb":"settle","seq":9,"reason":"seen","note":"called Ann"}
 *   {"verb":"offline","on":true}    {"forced":true}
 *   {"verb":"status"}               {"till","user","name","locked","shift","link","queued",…} */

#include "core.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"
#include "screens.h"

enum { COMMAND_BYTES = 16384, ANSWER_BYTES = 8 << 20 };

/* --- the one under way ------------------------------------------------------------------------ */

void bx_command_finish(struct bx_command *command)
{
    bx_free(command->said);
    if (command->desk)
        bx_desk_finish(command->desk);
    bx_free(command->desk);
    bx_case_destroy(command->sale);
    bx_free(command->correcting);
    bx_free(command->plan);
    bx_buf_finish(&command->json);
    bx_buf_finish(&command->human);
    bx_command_warrant_finish(&command->warrant);
    bx_wipe(command, sizeof(*command));
}

static void close_all(struct bx_till *till)
{
    if (till->command.desk)
        bx_desk_pay_close(till, till->command.desk);
    bx_command_finish(&till->command);
}

static void reply(struct bx_till *till, bx_origin to, int exit, const char *json, const char *text)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_REPLY);
    effect->of.reply.command = to;
    effect->of.reply.exit = exit;
    effect->of.reply.json = bx_effects_hold(till->out, json, strlen(json));
    effect->of.reply.text = bx_effects_hold(till->out, text, strlen(text));
}

static int exit_of(enum bx_outcome outcome, const struct bx_fault *fault)
{
    if (outcome == BX_DONE)
        return 0;
    if (outcome == BX_UNKNOWN || fault->err == BX_ERR_UNKNOWN)
        return 3;
    if (fault->err == BX_ERR_OFFLINE)
        return 4;
    return 1;
}

static void reply_fault(struct bx_till *till, bx_origin to, int exit, const struct bx_fault *fault)
{
    struct bx_json_writer writer;
    bx_buf_auto json;
    bx_buf_init(&json, 0);
    bx_json_write(&writer, &json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "error", bx_err_word(fault->err));
    bx_json_put_string(&writer, "say", fault->say);
    bx_json_object_close(&writer);
    reply(till, to, exit, bx_buf_text(&json), fault->say);
}

void bx_command_refuse(struct bx_till *till, const struct bx_fault *fault)
{
    reply_fault(till, till->command.request, exit_of(BX_REFUSED, fault), fault);
    close_all(till);
}

void bx_command_usage(struct bx_till *till, const struct bx_fault *fault)
{
    reply_fault(till, till->command.request, 2, fault);
    close_all(till);
}

void bx_command_answer(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    reply(till, command->request, 0, bx_buf_text(&command->json), bx_buf_text(&command->human));
    close_all(till);
}

void bx_command_cell(struct bx_buf *out, const char *text, size_t columns)
{
    size_t used = bx_text_columns(text);
    bx_buf_format(out, "%s%*s", text, used < columns ? (int)(columns - used) + 1 : 1, "");
}

void bx_command_money(struct bx_buf *out, const char *before, bx_money amount, int exponent)
{
    char text[BX_MONEY_TEXT];
    bx_buf_text_add(out, before);
    bx_buf_text_add(out, bx_money_format(amount, exponent, text));
}

struct bx_effect *bx_command_read(struct bx_till *till, enum bx_query_kind kind, const char *text,
                                  int limit)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->command.read_request = bx_till_request(till);
    effect->of.query = (struct bx_query){.kind = kind, .limit = limit};
    if (text)
        BX_TEXT_COPY(effect->of.query.text, text);
    return effect;
}

/* --- the door -----------------------------------------------------------------------------------
 */

/* One row a command; each family of them is a file of its own (command_sale.c …). */
static const struct bx_verb verbs[] = {
    {"login", BX_VERB_ANYBODY, bx_command_login, .done = bx_command_person_done},
    {"logout", BX_VERB_ANYBODY, bx_command_logout, .done = bx_command_person_done},
    {"lock", BX_VERB_ANYBODY, bx_command_lock},
    {"sell", BX_VERB_ACTS, bx_command_sell, .tick = bx_command_sell_tick},
    {"park", BX_VERB_ACTS, bx_command_park},
    {"parked", BX_VERB_LOOKS, bx_command_parked},
    {"arrivals", BX_VERB_LOOKS, bx_command_arrivals},
    {"offline", BX_VERB_ANYBODY, bx_command_offline},
    {"sync", BX_VERB_ANYBODY, bx_command_sync, .tick = bx_command_sync_look},
    {"reprint", BX_VERB_ACTS, bx_command_paper_ask, .rows = bx_command_paper_rows},
    {"replace", BX_VERB_ACTS, bx_command_paper_ask, .rows = bx_command_paper_rows},
    {"shift", BX_VERB_LOOKS, bx_command_shift},
    {"report", BX_VERB_LOOKS, bx_command_report, .rows = bx_command_report_rows},
    {"posting", BX_VERB_LOOKS, bx_command_posting, .rows = bx_command_posting_rows},
    {"person", BX_VERB_LOOKS, bx_command_known, .rows = bx_command_person_rows},
    {"training", BX_VERB_ACTS, bx_command_training},
    {"void", BX_VERB_ACTS, bx_command_void, bx_command_correct_rows, bx_command_correct_tick, NULL},
    {"refund", BX_VERB_ACTS, bx_command_refund, bx_command_correct_rows, bx_command_correct_tick,
     NULL},
    {"exchange", BX_VERB_ACTS, bx_command_exchange, bx_command_correct_rows,
     bx_command_correct_tick, NULL},
    {"tender", BX_VERB_ACTS, bx_command_tender, bx_command_correct_rows, bx_command_correct_tick,
     NULL},
    {"dispute", BX_VERB_ACTS, bx_command_dispute, bx_command_correct_rows, bx_command_correct_tick,
     NULL},
    {"invoice", BX_VERB_ACTS, bx_command_invoice, bx_command_correct_rows, bx_command_correct_tick,
     NULL},
    {"settle", BX_VERB_ACTS, bx_command_settle, bx_command_settle_rows, NULL, NULL},
    {"queue", BX_VERB_ANYBODY, bx_enquire_queue, .rows = bx_enquiry_rows},
    {"allot", BX_VERB_ANYBODY, bx_enquire_allot, .tick = bx_enquire_allot_look},
    {"find", BX_VERB_ANYBODY, bx_enquire_find, .rows = bx_enquire_find_rows},
    {"show", BX_VERB_ANYBODY, bx_enquire_show, .rows = bx_enquiry_rows},
    {"status", BX_VERB_ANYBODY, bx_enquire_status},
};

static const struct bx_verb *verb_find(const char *word)
{
    for (size_t i = 0; i < bx_countof(verbs); i++)
        if (strcmp(verbs[i].word, word) == 0)
            return &verbs[i];
    return NULL;
}

/* What any command may bring along for a reason or an approval. */
static void warrant_read(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command_warrant *warrant = &till->command.warrant;
    bx_json_string_or(reader, "reason", BX_NAME_COLUMNS, warrant->reason, sizeof(warrant->reason),
                      "");
    bx_json_string_or(reader, "note", BX_NAME_COLUMNS, warrant->note, sizeof(warrant->note), "");
    warrant->approver = bx_json_int_or(reader, "approver", 0, 9999, 0);
    bx_json_string_or(reader, "approver_pin", 32, warrant->pin, sizeof(warrant->pin), "");
}

static int who_check(const struct bx_till *till, enum bx_verb_who who, struct bx_fault *fault)
{
    if (who == BX_VERB_ANYBODY)
        return 0;
    if (!bx_people_user(till))
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s: boxtill login first.",
                            till->people.locked ? bx_word("The till is locked")
                                                : bx_word("Nobody is logged in"));
    return who == BX_VERB_ACTS ? bx_may_act(till, fault) : 0;
}

/* JSON: what READER reads, to be read again when the approver's PIN was compared. */
static void take(struct bx_till *till, struct bx_json_reader *reader, const char *json, size_t len)
{
    const struct bx_verb *verb = till->command.row;
    const struct bx_command_warrant *brought = &till->command.warrant;
    struct bx_fault fault = {0};
    warrant_read(till, reader);
    bool named = verb->who != BX_VERB_ANYBODY && brought->approver != 0 && !brought->approved;
    if (reader->err)
        bx_command_usage(till, reader->fault);
    else if (who_check(till, verb->who, &fault) ||
             (named && bx_command_warrant_ask(till, json, len, &fault)))
        bx_command_refuse(till, &fault);
    else if (!named)
        verb->take(till, reader);
}

void bx_command_approved(struct bx_till *till)
{
    struct bx_command_warrant *brought = &till->command.warrant;
    struct bx_fault fault = {0};
    struct bx_json_reader reader;
    size_t len = brought->len;
    char *json = bx_steal(&brought->json);
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, COMMAND_BYTES, &fault);
    bx_assert(doc);
    bx_json_read(&reader, bx_json_root(doc), "command", &fault);
    take(till, &reader, json, len);
    bx_wipe(json, len);
    bx_free(json);
}

void bx_command_take(struct bx_till *till, int64_t request, const char *json, size_t len)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    struct bx_json_reader reader;
    char word[16];
    if (len > COMMAND_BYTES) {
        bx_fault_say(&fault, BX_ERR_INPUT,
                     "This command is too long. A basket is at most %d characters.",
                     BX_COMMAND_BASKET);
        reply_fault(till, request, 2, &fault);
        return;
    }
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, COMMAND_BYTES, &fault);
    if (!doc || !bx_json_is_object(bx_json_root(doc))) {
        if (doc)
            bx_fault_say(&fault, BX_ERR_INPUT, "A command is a JSON object.");
        reply_fault(till, request, 2, &fault);
        return;
    }
    bx_json_read(&reader, bx_json_root(doc), "command", &fault);
    bx_json_string(&reader, "verb", 15, word, sizeof(word));
    const struct bx_verb *verb = reader.err ? NULL : verb_find(word);
    if (!verb) {
        if (!reader.err)
            bx_fault_say(&fault, BX_ERR_INPUT, "There is no command %s.", word);
        reply_fault(till, request, 2, &fault);
        return;
    }
    if (command->request != 0 || request == 0) {
        bx_fault_say(&fault, BX_ERR_BUSY, "Another command is under way: try again.");
        reply_fault(till, request, 1, &fault);
        return;
    }
    command->request = request;
    command->row = verb;
    BX_TEXT_COPY(command->verb, word);
    bx_buf_init(&command->json, ANSWER_BYTES);
    bx_buf_init(&command->human, ANSWER_BYTES);
    take(till, &reader, json, len);
}

void bx_command_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_command *command = &till->command;
    command->read_request = 0;
    if (event->of.rows.fault.err)
        bx_command_refuse(till, &event->of.rows.fault);
    else if (command->row->rows)
        command->row->rows(till, event->of.rows.rows, event->of.rows.count);
}

/* What a command that wrote an entry answers unless it has words of its own. */
static void entry_put(struct bx_command *command, const struct bx_entry_head *head,
                      const struct bx_ref *ref)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "kind", bx_kind_word(head->kind));
    bx_json_put_string(&writer, "number", head->number);
    bx_json_put_id(&writer, "id", &head->id);
    bx_json_put_int(&writer, "seq", head->seq);
    bx_json_put_hex(&writer, "hash", ref->hash.b, sizeof(ref->hash.b));
    bx_json_object_close(&writer);
    bx_buf_format(&command->human, "%s%s%s%s: ", command->human.len > 0 ? "\n" : "",
                  bx_kind_name(head->kind), head->number[0] ? " " : "", head->number);
    bx_buf_format(&command->human, bx_word("entry %" PRId64), head->seq);
}

void bx_command_entry(struct bx_till *till, bx_origin origin, const struct bx_entry_head *head,
                      const struct bx_ref *ref)
{
    struct bx_command *command = &till->command;
    if (origin == 0 || command->request != origin)
        return;
    if (command->row->done)
        command->row->done(till, head, ref);
    else if (command->json.len == 0)
        entry_put(command, head, ref);
}

void bx_command_ended(struct bx_till *till, bx_origin origin, enum bx_outcome outcome,
                      const struct bx_fault *fault)
{
    struct bx_command *command = &till->command;
    if (origin == 0 || command->request != origin)
        return;
    if (outcome == BX_DONE) {
        bx_command_answer(till);
        return;
    }
    reply_fault(till, origin, exit_of(outcome, fault), fault);
    close_all(till);
}

void bx_command_tick(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    if (command->request != 0 && command->row->tick)
        command->row->tick(till);
}
