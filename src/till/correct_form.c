/* SPDX-License-Identifier: Apache-2.0 */
/* The sale on SALE, corrected from the screen: what comes back, which tender it was, what the
 * drawer holds. Each form ends in the same call as the command of its name. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum { LIST_COLUMNS = 40 };

struct bx_case *bx_correct_case(struct bx_till *till, enum bx_action action)
{
    struct bx_case *one = till->counter.sale;
    if (till->counter.screen != BX_SCREEN_SALE || !one) {
        bx_say(till, BX_TONE_PLAIN, "Choose the sale first.");
        return NULL;
    }
    if (!bx_case_is_ready(one)) {
        till->counter.then = action;
        till->counter.early_count = 0;
        bx_say(till, BX_TONE_PLAIN, "What became of %s is being read: one moment.",
               one->row.head.number);
        return NULL;
    }
    return one;
}

static void tell(struct bx_till *till, int err, const struct bx_fault *fault)
{
    if (err)
        bx_counter_fault(till, fault);
}

void bx_correct_void(struct bx_till *till)
{
    struct bx_case *one = bx_correct_case(till, BX_ACTION_VOID);
    struct bx_fault fault = {0};
    if (!one)
        return;
    struct bx_taking taking = {.of = one->row.head.id, .kind = BX_KIND_VOID, .whole = true};
    tell(till, bx_return_ask(till, 0, one, &taking, &fault), &fault);
}

/* --- what comes back ----------------------------------------------------------------------------
 */

enum { BACK_WHAT, BACK_TICKETS, BACK_WAY, BACK_REFERENCE, BACK_VISIT, BACK_PIECES };
enum { WHAT_ALL, WHAT_ONE, WHAT_SOME };

struct back {
    enum bx_kind kind;
    int ticket; /* the chosen one; -1 */
    bool used;  /* some were used at a gate */
};

/* "1,3-5" into the tickets 1, 3, 4 and 5. */
static int list_read(const char *text, const struct bx_case *one, bool tickets[BX_TICKETS_MAX],
                     struct bx_fault *fault)
{
    while (*text) {
        size_t len = strcspn(text, ", ");
        size_t first = strcspn(text, "-, ");
        int64_t from = 0, to = 0;
        bool bad = bx_text_number(text, first, BX_TICKETS_MAX, &from) != 0;
        to = from;
        if (!bad && first < len)
            bad = bx_text_number(text + first + 1, len - first - 1, BX_TICKETS_MAX, &to) != 0;
        if (len > 0 && (bad || from < 1 || to < from || to > one->sale.ticket_count))
            return bx_fault_say(fault, BX_ERR_INPUT, "Tickets are 1 to %d, like 1,3-5.",
                                one->sale.ticket_count);
        for (int64_t i = from; len > 0 && i <= to; i++)
            tickets[i - 1] = true;
        text += len;
        text += *text != '\0';
    }
    return 0;
}

/* Lines that print no tickets come back by the piece. */
static bool by_piece(const struct bx_case *one, int line)
{
    return bx_slug_is_none(&one->sale.basket.lines[line].class) && bx_case_left(one, line) > 0;
}

static void back_show(struct bx_form *form)
{
    const struct bx_option *what = bx_field_option(&form->fields[BACK_WHAT]);
    const struct bx_option *way = bx_field_option(&form->fields[BACK_WAY]);
    const struct back *back = form->data;
    bool some = what && what->n == WHAT_SOME;
    form->fields[BACK_TICKETS].hidden = !some;
    for (size_t i = BACK_PIECES; i < form->count; i++)
        form->fields[i].hidden = !some;
    form->fields[BACK_WAY].hidden = back->kind == BX_KIND_EXCHANGE;
    form->fields[BACK_VISIT].hidden = back->kind == BX_KIND_EXCHANGE || !back->used;
    form->fields[BACK_REFERENCE].hidden =
        back->kind == BX_KIND_EXCHANGE || !way || way->n != BX_TENDER_CARD;
}

static void ways_add(const struct bx_till *till, const struct bx_case *one, struct bx_field *field)
{
    bx_form_option(field, "", bx_word("as it was paid"), -1);
    bx_form_option(field, "", bx_word("in cash"), BX_TENDER_CASH);
    bx_form_option(field, "", bx_word("by card"), BX_TENDER_CARD);
    if (bx_case_held(one, BX_TENDER_ACCOUNT).minor > 0)
        bx_form_option(field, "", bx_word("on the bill"), BX_TENDER_ACCOUNT);
    (void)till;
}

static void back_fields(struct bx_till *till, struct bx_form *form)
{
    const struct back *back = form->data;
    const struct bx_case *one = till->counter.sale;
    char label[48];
    struct bx_field *what = bx_form_choice(form, bx_word("What comes back"));
    bx_form_option(what, "", bx_word("all that is left"), WHAT_ALL);
    if (back->ticket >= 0) {
        bx_words_print(label, sizeof(label), "ticket %d", back->ticket + 1);
        bx_form_option(what, "", label, WHAT_ONE);
    }
    bx_form_option(what, "", bx_word("some of it"), WHAT_SOME);
    bx_form_text(form, bx_word("Tickets, like 1,3-5"), LIST_COLUMNS, true);
    ways_add(till, one, bx_form_choice(form, bx_word("Give it back")));
    bx_form_text(form, bx_word("Card reference"), LIST_COLUMNS, true);
    struct bx_field *visit = bx_form_choice(form, bx_word("The visit"));
    bx_form_option(visit, "", bx_word("goes on, or was not begun"), 0);
    bx_form_option(visit, "", bx_word("did not take place (supervisor)"), 1);
    for (int i = 0; i < one->sale.basket.count && form->count < BX_FIELDS_MAX; i++) {
        if (!by_piece(one, i))
            continue;
        snprintf(label, sizeof(label), "%.40s", one->sale.basket.lines[i].name);
        bx_form_number(form, label, 0, bx_case_left(one, i))->optional = true;
    }
    back_show(form);
    bx_words_print(form->title, sizeof(form->title),
                   back->kind == BX_KIND_EXCHANGE ? "Exchange %s" : "Refund %s",
                   one->row.head.number);
}

static int back_check(struct bx_till *till, struct bx_form *form, size_t at, struct bx_fault *fault)
{
    bool tickets[BX_TICKETS_MAX];
    back_show(form);
    if (at != BACK_TICKETS)
        return 0;
    return list_read(form->fields[at].text, till->counter.sale, tickets, fault);
}

static int back_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    const struct back *back = form->data;
    struct bx_case *one = till->counter.sale;
    const struct bx_option *what = bx_field_option(&form->fields[BACK_WHAT]);
    const struct bx_option *way = bx_field_option(&form->fields[BACK_WAY]);
    const struct bx_option *visit = bx_field_option(&form->fields[BACK_VISIT]);
    struct bx_taking taking = {.of = one->row.head.id, .kind = back->kind};
    taking.whole = !what || what->n == WHAT_ALL;
    taking.visit = visit && visit->n == 1;
    taking.by = back->kind == BX_KIND_REFUND && way && way->n >= 0;
    if (taking.by)
        taking.tender = (enum bx_tender_kind)way->n;
    BX_TEXT_COPY(taking.reference, form->fields[BACK_REFERENCE].text);
    if (what && what->n == WHAT_ONE)
        taking.tickets[back->ticket] = true;
    if (what && what->n == WHAT_SOME) {
        int err = list_read(form->fields[BACK_TICKETS].text, one, taking.tickets, fault);
        if (err)
            return err;
        size_t field = BACK_PIECES;
        for (int i = 0; i < one->sale.basket.count && field < form->count; i++)
            if (by_piece(one, i))
                taking.quantities[i] = (int)form->fields[field++].n;
    }
    int err = bx_return_ask(till, 0, one, &taking, fault);
    return err ? err : BX_FORM_STAYS;
}

/* NUMBER stands in a list like "1,3-5" by itself, or in one of its ranges. */
static bool is_listed(const char *text, const struct bx_case *one, int ticket)
{
    bool tickets[BX_TICKETS_MAX] = {false};
    struct bx_fault fault;
    return list_read(text, one, tickets, &fault) == 0 && tickets[ticket];
}

static const struct bx_form_kind back_form = {"Refund", back_fields, back_check, back_done, NULL};

bool bx_correct_scanned(struct bx_till *till, const char *text, size_t len)
{
    struct bx_form *form = bx_form_top(till);
    const struct bx_case *one = till->counter.sale;
    struct bx_code code;
    struct bx_fault fault = {0};
    char list[sizeof(form->fields[0].text)];
    int ticket = 0;
    if (!form || form->kind != &back_form || !one || form->waiting || !bx_code_has_shape(text, len))
        return false;
    if (bx_code_read(text, len, &code, &fault)) {
        bx_counter_fault(till, &fault);
        return true;
    }
    while (ticket < one->sale.ticket_count && strcmp(one->codes[ticket].s, code.s) != 0)
        ticket++;
    if (ticket == one->sale.ticket_count) {
        bx_say(till, BX_TONE_WARN, "That ticket is none of this sale.");
        return true;
    }
    struct bx_field *what = &form->fields[BACK_WHAT];
    BX_TEXT_COPY(list,
                 form->at == BACK_TICKETS ? till->counter.input : form->fields[BACK_TICKETS].text);
    size_t used = strlen(list);
    if (!is_listed(list, one, ticket))
        snprintf(list + used, sizeof(list) - used, "%s%d", used > 0 ? "," : "", ticket + 1);
    what->n = (int64_t)what->option_count - 1; /* some of it */
    what->filled = true;
    back_show(form);
    bx_form_turn(till, form, BACK_TICKETS, list);
    return true;
}

static void back_open(struct bx_till *till, enum bx_kind kind)
{
    struct bx_case *one =
        bx_correct_case(till, kind == BX_KIND_REFUND ? BX_ACTION_REFUND : BX_ACTION_EXCHANGE);
    struct bx_fault fault = {0};
    if (!one)
        return;
    if (bx_return_check(till, one, kind, &fault) ||
        (kind == BX_KIND_EXCHANGE && bx_exchange_check(till, 0, &fault))) {
        bx_counter_fault(till, &fault);
        return;
    }
    const struct bx_item *item = bx_items_at(till, till->counter.selected);
    struct back back = {.kind = kind,
                        .ticket = item && bx_case_has(one, item->ticket) ? item->ticket : -1};
    for (int i = 0; i < one->sale.ticket_count; i++)
        back.used = back.used || one->used[i];
    bx_form_open(till, &back_form, &back, sizeof(back));
}

void bx_correct_refund(struct bx_till *till)
{
    back_open(till, BX_KIND_REFUND);
}

void bx_correct_exchange(struct bx_till *till)
{
    back_open(till, BX_KIND_EXCHANGE);
}

/* --- another tender -----------------------------------------------------------------------------
 */

enum { MOVE_FROM, MOVE_TO, MOVE_AMOUNT, MOVE_REFERENCE };

static void move_fields(struct bx_till *till, struct bx_form *form)
{
    static const enum bx_tender_kind kinds[] = {BX_TENDER_CASH, BX_TENDER_CARD, BX_TENDER_ACCOUNT};
    const struct bx_case *one = till->counter.sale;
    struct bx_field *from = bx_form_choice(form, bx_word("Keyed as"));
    for (size_t i = 0; i < bx_countof(kinds); i++)
        if (bx_case_held(one, kinds[i]).minor != 0)
            bx_form_option(from, "", bx_tender_name(kinds[i]), kinds[i]);
    struct bx_field *to = bx_form_choice(form, bx_word("It was"));
    for (size_t i = 0; i < bx_countof(kinds); i++)
        if (kinds[i] != BX_TENDER_ACCOUNT || !bx_slug_is_none(&one->sale.account))
            bx_form_option(to, "", bx_tender_name(kinds[i]), kinds[i]);
    struct bx_field *amount = bx_form_amount(form, bx_word("Amount (empty: all of it)"));
    amount->optional = true;
    bx_form_text(form, bx_word("Card reference"), LIST_COLUMNS, true);
    bx_words_print(form->title, sizeof(form->title), "Correct the tender of %s",
                   one->row.head.number);
}

static int move_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    struct bx_case *one = till->counter.sale;
    const struct bx_option *from = bx_field_option(&form->fields[MOVE_FROM]);
    const struct bx_option *to = bx_field_option(&form->fields[MOVE_TO]);
    if (!from || !to)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Nothing of this sale can be corrected so.");
    struct bx_retender move = {.of = one->row.head.id,
                               .from = (enum bx_tender_kind)from->n,
                               .to = (enum bx_tender_kind)to->n,
                               .amount = bx_money_of(form->fields[MOVE_AMOUNT].n)};
    int64_t held = bx_case_held(one, move.from).minor;
    if (!form->fields[MOVE_AMOUNT].filled)
        move.amount = bx_money_of(held);
    else if (held < 0)
        move.amount = bx_money_of(-move.amount.minor);
    if (move.to == BX_TENDER_CARD)
        BX_TEXT_COPY(move.reference, form->fields[MOVE_REFERENCE].text);
    int err = bx_retender_ask(till, 0, one, &move, fault);
    return err ? err : BX_FORM_STAYS;
}

static const struct bx_form_kind move_form = {"Tender", move_fields, NULL, move_done, NULL};

void bx_correct_tender(struct bx_till *till)
{
    if (bx_correct_case(till, BX_ACTION_TENDER))
        bx_form_open(till, &move_form, NULL, 0);
}

/* --- change in dispute --------------------------------------------------------------------------
 */

enum { DISPUTE_WHAT, DISPUTE_SUM };

static void dispute_show(struct bx_form *form)
{
    const struct bx_option *what = bx_field_option(&form->fields[DISPUTE_WHAT]);
    form->fields[DISPUTE_SUM].hidden = !what || what->n == 0;
}

static void dispute_fields(struct bx_till *till, struct bx_form *form)
{
    struct bx_field *what = bx_form_choice(form, bx_word("The drawer"));
    bx_form_option(what, "", bx_word("open it about this sale"), 0);
    bx_form_option(what, "", bx_word("it was counted"), 1);
    struct bx_field *sum = bx_form_amount(form, bx_word("Counted"));
    sum->countable = true;
    bx_form_coins(till, form);
    dispute_show(form);
    bx_words_print(form->title, sizeof(form->title), "Change of %s in dispute",
                   till->counter.sale->row.head.number);
}

static int dispute_check(struct bx_till *till, struct bx_form *form, size_t at,
                         struct bx_fault *fault)
{
    (void)till;
    (void)fault;
    if (at == DISPUTE_WHAT)
        dispute_show(form);
    return 0;
}

static int dispute_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    const struct bx_option *what = bx_field_option(&form->fields[DISPUTE_WHAT]);
    struct bx_case *one = till->counter.sale;
    struct bx_cash_entry cash = {0};
    if (!what || what->n == 0) {
        int err = bx_dispute_open(till, 0, one, fault);
        return err ? err : BX_FORM_STAYS;
    }
    bx_form_cash(form, &form->fields[DISPUTE_SUM], &cash);
    return bx_dispute_count(till, 0, one, &cash, fault);
}

static const struct bx_form_kind dispute_form = {"Dispute", dispute_fields, dispute_check,
                                                 dispute_done, NULL};

void bx_correct_dispute(struct bx_till *till)
{
    if (bx_correct_case(till, BX_ACTION_DISPUTE))
        bx_form_open(till, &dispute_form, NULL, 0);
}
