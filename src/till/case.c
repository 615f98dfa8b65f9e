/* SPDX-License-Identifier: Apache-2.0 */
/* One sale and everything that became of it. Nothing about a sale is ever changed in the journal:
 * what is still there of it, which code is good and which tender holds its money now follow from
 * the entries that name it, read anew whenever somebody wants to correct it.
 *
 * What only the server knows (used at a gate, corrected at another till) is asked for beside; when
 * it does not answer soon the sale is looked at without it, and counts as seen offline. */

#include "core.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/domain/question.h"

enum { ASK_MS = 4000 };

void *bx_case_destroy(struct bx_case *one)
{
    if (!one)
        return NULL;
    bx_free((char *)(uintptr_t)one->row.body);
    bx_free(one->wish);
    return bx_free(one);
}

/* --- what later entries say ---------------------------------------------------------------------
 */

static struct bx_tender *tender_of(struct bx_sale *sale, enum bx_tender_kind kind)
{
    for (int i = sale->tender_count; i-- > 0;)
        if (sale->tenders[i].kind == kind)
            return &sale->tenders[i];
    return NULL;
}

static void tender_drop(struct bx_sale *sale, struct bx_tender *tender)
{
    size_t behind = (size_t)(&sale->tenders[--sale->tender_count] - tender);
    memmove(tender, tender + 1, behind * sizeof(*tender));
}

/* Takes AMOUNT out of the tenders of KIND, the last first. */
static void tender_less(struct bx_sale *sale, enum bx_tender_kind kind, int64_t amount)
{
    struct bx_tender *tender;
    while (amount != 0 && (tender = tender_of(sale, kind))) {
        int64_t own = tender->amount.minor;
        bool all = own >= 0 ? amount >= own : amount <= own;
        int64_t part = all ? own : amount;
        amount -= part;
        tender->amount.minor -= part;
        tender->received.minor -= part;
        if (all)
            tender_drop(sale, tender);
        if (part == 0)
            return;
    }
}

/* Cash comes last. False: there are as many tenders as can be, and none of that kind. */
static bool tender_more(struct bx_sale *sale, const struct bx_tender_change *change)
{
    struct bx_tender *tender = tender_of(sale, change->to);
    if (tender) {
        tender->amount.minor += change->amount.minor;
        tender->received.minor += change->amount.minor;
        return true;
    }
    if (sale->tender_count == BX_TENDERS_MAX)
        return false;
    int at = sale->tender_count++;
    while (change->to != BX_TENDER_CASH && at > 0 && sale->tenders[at - 1].kind == BX_TENDER_CASH) {
        sale->tenders[at] = sale->tenders[at - 1];
        at--;
    }
    sale->tenders[at] = (struct bx_tender){
        .kind = change->to, .amount = change->amount, .received = change->amount};
    BX_TEXT_COPY(sale->tenders[at].reference, change->reference);
    return true;
}

/* All of it or, where there is no room, nothing: the tenders go on adding up to the sale. */
static bool tender_move(struct bx_sale *sale, const struct bx_tender_change *change)
{
    struct bx_tender before[BX_TENDERS_MAX];
    int count = sale->tender_count;
    memcpy(before, sale->tenders, sizeof(before));
    tender_less(sale, change->from, change->amount.minor);
    if (tender_more(sale, change))
        return true;
    memcpy(sale->tenders, before, sizeof(before));
    sale->tender_count = count;
    return false;
}

bool bx_case_has_room(const struct bx_case *one, const struct bx_tender_change *change)
{
    struct bx_sale *sale = bx_new(struct bx_sale);
    *sale = one->sale;
    bool has = tender_move(sale, change);
    bx_free(sale);
    return has;
}

static int return_take(struct bx_case *one, const char *body, size_t len, struct bx_fault *fault)
{
    struct bx_sale *later = bx_new(struct bx_sale);
    int err = bx_sale_decode(body, len, later, fault);
    if (!err)
        err = bx_remains_take(&one->remains, later, fault);
    for (int i = 0; !err && i < later->tender_count; i++)
        one->given[later->tenders[i].kind].minor -= later->tenders[i].amount.minor;
    one->returns += !err;
    bx_free(later);
    return err;
}

static int paper_take(struct bx_case *one, enum bx_kind kind, const char *body, size_t len,
                      struct bx_fault *fault)
{
    struct bx_paper_entry paper;
    int err = bx_paper_decode(body, len, &paper, fault);
    if (err || paper.ticket < -1 || paper.ticket >= one->sale.ticket_count)
        return err;
    uint8_t *n = (kind == BX_KIND_REPRINT ? one->copies : one->replaced) + paper.ticket + 1;
    *n = *n < UINT8_MAX ? (uint8_t)(*n + 1) : *n;
    if (kind == BX_KIND_REPLACE && paper.ticket >= 0)
        one->codes[paper.ticket] = paper.code;
    return 0;
}

static int change_take(struct bx_case *one, const char *body, size_t len, struct bx_fault *fault)
{
    struct bx_tender_change change;
    int err = bx_tender_change_decode(body, len, &change, fault);
    if (err)
        return err;
    (void)tender_move(&one->sale, &change); /* it was asked before it was written */
    return 0;
}

int bx_case_take(struct bx_case *one, const char *body, size_t len, struct bx_fault *fault)
{
    struct bx_entry_head head;
    int err = bx_entry_head_decode(body, len, &head, fault);
    if (err || bx_id_equal(&head.id, &one->row.head.id))
        return err == BX_ERR_MISSING ? 0 : err;
    switch (bx_kind_shape(head.kind)) {
    case BX_SHAPE_SALE: return return_take(one, body, len, fault);
    case BX_SHAPE_PAPER: return paper_take(one, head.kind, body, len, fault);
    case BX_SHAPE_TENDER_CHANGE: return change_take(one, body, len, fault);
    case BX_SHAPE_INVOICE:
        one->invoices++;
        one->invoice_seq = head.seq;
        return 0;
    case BX_SHAPE_CASH:
    case BX_SHAPE_ATTEMPT:
    case BX_SHAPE_REPORT:
    case BX_SHAPE_NOTE: break;
    }
    return 0;
}

/* Forgets what later entries said: they are about to be read again. */
static int fresh(struct bx_case *one, struct bx_fault *fault)
{
    int err = bx_sale_decode(one->row.body, one->row.len, &one->sale, fault);
    if (err)
        return err;
    bx_remains_init(&one->remains, &one->sale);
    memset(one->copies, 0, sizeof(one->copies));
    memset(one->replaced, 0, sizeof(one->replaced));
    memset(one->given, 0, sizeof(one->given));
    one->returns = one->invoices = 0;
    for (int i = 0; i < one->sale.ticket_count; i++)
        one->codes[i] = one->sale.tickets[i].code;
    return 0;
}

/* --- making --------------------------------------------------------------------------------------
 */

static struct bx_case *create(const struct bx_row *row, struct bx_fault *fault)
{
    if (bx_kind_shape(row->head.kind) != BX_SHAPE_SALE) {
        bx_fault_say(fault, BX_ERR_MISSING, "This till has no such sale.");
        return NULL;
    }
    struct bx_case *one = bx_new(struct bx_case);
    one->row = *row;
    char *body = bx_alloc(row->len + 1, 1);
    memcpy(body, row->body, row->len);
    one->row.body = body;
    if (fresh(one, fault))
        return bx_case_destroy(one);
    return one;
}

struct bx_case *bx_case_create(const struct bx_row *row, struct bx_fault *fault)
{
    return create(row, fault);
}

struct bx_case *bx_case_foreign(const char *bodies, size_t len, struct bx_fault *fault)
{
    struct bx_case *one = NULL;
    int err = 0;
    while (len > 0 && !err) {
        const char *end = memchr(bodies, '\n', len);
        size_t size = end ? (size_t)(end - bodies) : len;
        struct bx_row row = {.body = bodies, .len = size};
        err = bx_entry_head_decode(bodies, size, &row.head, fault);
        if (!err && one)
            err = bx_case_take(one, bodies, size, fault);
        else if (!err && !(one = create(&row, fault)))
            return NULL;
        bodies += size + (end != NULL);
        len -= size + (end != NULL);
    }
    if (!one && !err)
        err = bx_fault_say(fault, BX_ERR_MISSING, "The server knows no such sale.");
    if (err)
        return bx_case_destroy(one);
    one->foreign = true;
    return one;
}

/* --- asking --------------------------------------------------------------------------------------
 */

static struct bx_case **slots(struct bx_till *till, size_t i)
{
    return i == 0 ? &till->counter.sale : i == 1 ? &till->command.sale : &till->sweep.sale;
}
enum { SLOTS = 3 };

struct bx_case *bx_case_of(struct bx_till *till, const struct bx_id *id)
{
    for (size_t i = 0; i < SLOTS; i++) {
        struct bx_case *one = *slots(till, i);
        if (one && bx_id_equal(&one->row.head.id, id))
            return one;
    }
    return NULL;
}

bool bx_case_is_ready(const struct bx_case *one)
{
    return one->read_request == 0 && bx_id_is_zero(&one->ask_id);
}

/* What other tills did about it, and which tickets were used at a gate. */
static int news_take(struct bx_till *till, struct bx_case *one, const struct bx_reply *reply,
                     struct bx_fault *fault)
{
    const char *bodies = bx_buf_text(&reply->entries);
    size_t len = reply->entries.len;
    one->cut = reply->cut;
    int err = one->foreign ? fresh(one, fault) : 0;
    while (len > 0 && !err) {
        struct bx_entry_head head;
        const char *end = memchr(bodies, '\n', len);
        size_t size = end ? (size_t)(end - bodies) : len;
        err = bx_entry_head_decode(bodies, size, &head, fault);
        if (!err && (one->foreign || head.till != till->till))
            err = bx_case_take(one, bodies, size, fault);
        bodies += size + (end != NULL);
        len -= size + (end != NULL);
    }
    for (int i = 0; i < reply->ticket_count; i++)
        if (reply->tickets[i].nth >= 0 && reply->tickets[i].nth < one->sale.ticket_count)
            one->used[reply->tickets[i].nth] = reply->tickets[i].state == BX_TICKET_USED;
    one->told = !err && !one->cut;
    return err;
}

/* The server has told of the sale, or (REPLY NULL) has not. */
static void asked(struct bx_till *till, const struct bx_id *about, const struct bx_reply *reply,
                  enum bx_contact contact, const struct bx_fault *why)
{
    struct bx_fault fault = {0};
    (void)why;
    for (size_t i = 0; i < SLOTS; i++) {
        struct bx_case *one = *slots(till, i);
        if (!one || !bx_id_equal(&one->ask_id, about))
            continue;
        one->ask_id = (struct bx_id){0};
        if (reply && news_take(till, one, reply, &fault))
            bx_till_log(till, "the server's word on %s: %s", one->row.head.number, fault.detail);
        else if (!reply && contact == BX_CONTACT_REFUSED)
            one->told = true; /* not booked there yet: nothing can have been used */
    }
}

static void ask(struct bx_till *till, struct bx_case *one)
{
    struct bx_fault fault = {0};
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    one->told = false;
    inquiry->id = one->ask_id = bx_till_id(till);
    inquiry->sale = one->row.head.id;
    one->ask_until = bx_mono_plus_ms(till->turn.mono, ASK_MS);
    if (bx_question_ask(till, BX_QUESTION_SALE, inquiry, &inquiry->id, asked, &fault))
        one->ask_id = (struct bx_id){0};
    bx_free(inquiry);
}

void bx_case_load(struct bx_till *till, struct bx_case *one)
{
    if (one->foreign) {
        ask(till, one);
        return;
    }
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = one->read_request = bx_till_request(till);
    effect->of.query =
        (struct bx_query){.kind = BX_QUERY_ABOUT, .limit = BX_ROWS_MAX, .id = one->row.head.id};
}

void bx_case_do(struct bx_till *till, struct bx_case *one, const struct bx_case_wish *wish)
{
    if (bx_case_is_ready(one) && one->read_at.ns == till->turn.mono.ns) {
        wish->go(till, one, wish);
        return;
    }
    bx_free(one->wish);
    one->wish = bx_new(struct bx_case_wish);
    *one->wish = *wish;
    if (bx_case_is_ready(one))
        bx_case_load(till, one);
}

bool bx_cases_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_fault fault = {0};
    struct bx_case *one = NULL;
    for (size_t i = 0; i < SLOTS && !one; i++)
        if (*slots(till, i) && (*slots(till, i))->read_request == event->of.rows.request)
            one = *slots(till, i);
    if (!one)
        return false;
    one->read_request = 0;
    int err = event->of.rows.fault.err ? event->of.rows.fault.err : fresh(one, &fault);
    for (size_t i = 0; i < event->of.rows.count && !err; i++)
        err = bx_case_take(one, event->of.rows.rows[i].body, event->of.rows.rows[i].len, &fault);
    if (err)
        bx_till_log(till, "what became of %s: %s", one->row.head.number, fault.detail);
    one->read_at = till->turn.mono;
    if (!err)
        ask(till, one);
    if (one == till->counter.sale)
        bx_items_case(till);
    return true;
}

void bx_cases_tick(struct bx_till *till)
{
    for (size_t i = 0; i < SLOTS; i++) {
        struct bx_case *one = *slots(till, i);
        if (one && one->wish && bx_case_is_ready(one)) {
            struct bx_case_wish *wish = bx_steal(&one->wish);
            wish->go(till, one, wish);
            bx_free(wish);
            continue;
        }
        if (one && !bx_id_is_zero(&one->ask_id) && bx_mono_is_due(till->turn.mono, one->ask_until))
            one->ask_id = (struct bx_id){0};
    }
}

void bx_cases_wake(const struct bx_till *till, bx_mono *wake)
{
    const struct bx_case *const all[] = {till->counter.sale, till->command.sale, till->sweep.sale};
    for (size_t i = 0; i < bx_countof(all); i++)
        if (all[i] && !bx_id_is_zero(&all[i]->ask_id))
            bx_mono_earlier(wake, all[i]->ask_until);
}

bool bx_cases_are_busy(const struct bx_till *till)
{
    const struct bx_case *const all[] = {till->counter.sale, till->command.sale, till->sweep.sale};
    for (size_t i = 0; i < bx_countof(all); i++)
        if (all[i] && !bx_case_is_ready(all[i]))
            return true;
    return false;
}

/* --- looking -------------------------------------------------------------------------------------
 */

bool bx_case_has(const struct bx_case *one, int ticket)
{
    return ticket >= 0 && ticket < one->sale.ticket_count && !one->remains.ticket_gone[ticket] &&
           !one->used[ticket];
}

int bx_case_left(const struct bx_case *one, int line)
{
    return one->sale.basket.lines[line].quantity - one->remains.gone[line];
}

bx_money bx_case_held(const struct bx_case *one, enum bx_tender_kind kind)
{
    int64_t held = -one->given[kind].minor;
    for (int i = 0; i < one->sale.tender_count; i++)
        if (one->sale.tenders[i].kind == kind)
            held += one->sale.tenders[i].amount.minor;
    return bx_money_of(held);
}
