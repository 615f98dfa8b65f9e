/* SPDX-License-Identifier: Apache-2.0 */
/* What the basket asks for: an amount, a discount, another price, a card, a supervisor's word for
 * one place more than there are, where the visitors come from. */

#include "screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum { SIZE_COLUMNS = 12, CODE_COLUMNS = 40, MEMBERS_SHOWN = 100 };
enum { MEMBER_TEXT, MEMBER_WHO };

/* A supervisor's word for what was refused to a cashier (desk->wants). */
static int supervisor_ask(struct bx_till *till, const char *title,
                          void (*done)(struct bx_till *till, bx_origin origin,
                                       const struct bx_warrant *warrant, const void *arg),
                          const void *arg, size_t size, struct bx_fault *fault)
{
    struct bx_warrant_ask ask = {
        .action = "allow", .need = BX_NEED_WORD, .done = done, .arg = arg, .size = size};
    BX_TEXT_COPY(ask.title, title);
    BX_TEXT_COPY(ask.text, fault->say);
    return bx_warrant_ask(till, &ask, fault);
}

static void reasons_add(const struct bx_till *till, struct bx_form *form, const char *action)
{
    struct bx_field *field = bx_form_choice(form, "Reason");
    for (size_t i = 0; i < till->programme->reason_count; i++) {
        const struct bx_reason *reason = &till->programme->reasons[i];
        if (strcmp(reason->action.s, action) == 0)
            bx_form_option(field, reason->id.s, reason->name, reason->permille);
    }
    field->hidden = field->option_count == 0;
}

static void reason_put(const struct bx_form *form, size_t at, struct bx_terms *terms)
{
    const struct bx_option *option = bx_field_option(&form->fields[at]);
    if (option)
        terms->warrant.reason = option->id;
}

/* --- discounts -------------------------------------------------------------------------------- */

/* "10%", "7.5%": permille; else an amount. */
static int size_read(const struct bx_till *till, const char *text, struct bx_terms *terms,
                     struct bx_fault *fault)
{
    size_t len = strlen(text);
    bx_money value;
    if (len > 1 && text[len - 1] == '%') {
        char number[SIZE_COLUMNS * 4 + 4];
        snprintf(number, sizeof(number), "%.*s%s", (int)len - 1, text,
                 strpbrk(text, ".,") ? "" : ".0");
        if (bx_money_parse(number, strlen(number), 2, &value) || value.minor % 10 != 0 ||
            value.minor > 10000)
            return bx_fault_say(fault, BX_ERR_INPUT, "%s is no discount: 10%% or 7.5%% is one.",
                                text);
        terms->permille = value.minor / 10;
        return 0;
    }
    if (bx_money_parse(text, len, till->programme->exponent, &terms->amount))
        return bx_fault_say(fault, BX_ERR_INPUT, "%s is no amount: 10%% or 2.50 is one.", text);
    return 0;
}

static void discount_fields(struct bx_till *till, struct bx_form *form)
{
    const struct bx_terms *terms = form->data;
    reasons_add(till, form, "discount");
    bx_form_text(form, "How much (10% or 2.50)", SIZE_COLUMNS, false);
    if (terms->line >= 0)
        bx_words_print(form->text, sizeof(form->text), "On %s",
                       till->desk.basket.lines[terms->line].name);
    else
        BX_TEXT_COPY(form->text, bx_word("On the whole basket"));
}

static int discount_check(struct bx_till *till, struct bx_form *form, size_t at,
                          struct bx_fault *fault)
{
    const struct bx_option *option = bx_field_option(&form->fields[0]);
    struct bx_terms terms = {0};
    if (at == 0)
        form->fields[1].hidden = option && option->n > 0;
    return at == 1 ? size_read(till, form->fields[1].text, &terms, fault) : 0;
}

static void discount_allowed(struct bx_till *till, bx_origin origin,
                             const struct bx_warrant *warrant, const void *arg)
{
    struct bx_terms terms = *(const struct bx_terms *)arg;
    struct bx_fault fault = {0};
    terms.warrant.approver = warrant->approver;
    if (bx_desk_discount(till, &till->desk, &terms, &fault))
        bx_refused(till, origin, &fault);
}

static int discount_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    struct bx_terms terms = {.line = ((const struct bx_terms *)form->data)->line};
    reason_put(form, 0, &terms);
    if (!form->fields[1].hidden) {
        int err = size_read(till, form->fields[1].text, &terms, fault);
        if (err)
            return err;
    }
    int err = bx_desk_discount(till, &till->desk, &terms, fault);
    if (!err || bx_slug_is_none(&till->desk.wants))
        return err;
    err = supervisor_ask(till, "Discount", discount_allowed, &terms, sizeof(terms), fault);
    return err ? err : BX_FORM_STAYS;
}

static const struct bx_form_kind discount_form = {BX_WORD("Discount"), discount_fields,
                                                  discount_check, discount_done, NULL};

static int line_of(const struct bx_till *till)
{
    const struct bx_counter *counter = &till->counter;
    bool chosen =
        counter->screen == BX_SCREEN_LINES && counter->selected < (size_t)till->desk.basket.count;
    return chosen ? (int)counter->selected : -1;
}

static bool is_empty(struct bx_till *till)
{
    if (till->desk.basket.count > 0)
        return false;
    bx_say(till, BX_TONE_PLAIN, "The basket is empty.");
    return true;
}

void bx_sell_discount(struct bx_till *till)
{
    struct bx_terms terms = {.line = line_of(till)};
    if (!is_empty(till))
        bx_form_open(till, &discount_form, &terms, sizeof(terms));
}

/* --- another price ---------------------------------------------------------------------------- */

static void price_fields(struct bx_till *till, struct bx_form *form)
{
    const struct bx_terms *terms = form->data;
    const struct bx_line *line = &till->desk.basket.lines[terms->line];
    char text[BX_MONEY_TEXT];
    reasons_add(till, form, "price");
    bx_form_amount(form, "Price of one");
    bx_words_print(form->text, sizeof(form->text), "%s, %s by the list", line->name,
                   bx_counter_money(till, line->list, text));
}

static void price_allowed(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                          const void *arg)
{
    struct bx_terms terms = *(const struct bx_terms *)arg;
    struct bx_fault fault = {0};
    terms.warrant.approver = warrant->approver;
    if (bx_desk_price(till, &till->desk, &terms, &fault))
        bx_refused(till, origin, &fault);
}

static int price_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    struct bx_terms terms = {.line = ((const struct bx_terms *)form->data)->line,
                             .amount = bx_money_of(form->fields[1].n)};
    reason_put(form, 0, &terms);
    int err = bx_desk_price(till, &till->desk, &terms, fault);
    if (!err || bx_slug_is_none(&till->desk.wants))
        return err;
    err = supervisor_ask(till, "Another price", price_allowed, &terms, sizeof(terms), fault);
    return err ? err : BX_FORM_STAYS;
}

static const struct bx_form_kind price_form = {BX_WORD("Another price"), price_fields, NULL,
                                               price_done, NULL};

void bx_sell_price(struct bx_till *till)
{
    struct bx_terms terms = {.line = line_of(till)};
    if (terms.line >= 0)
        bx_form_open(till, &price_form, &terms, sizeof(terms));
}

/* --- what has no price of its own ------------------------------------------------------------- */

static void open_fields(struct bx_till *till, struct bx_form *form)
{
    const struct bx_slug *id = form->data;
    const struct bx_product *product = bx_programme_product(till->programme, id);
    bx_form_amount(form, "Amount");
    if (product)
        BX_TEXT_COPY(form->title, product->name);
}

static int open_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    const struct bx_product *product = bx_programme_product(till->programme, form->data);
    if (!product)
        return bx_fault_say(fault, BX_ERR_MISSING, "That is not sold any more.");
    return bx_desk_add_open(till, &till->desk, product, bx_money_of(form->fields[0].n), fault);
}

static const struct bx_form_kind open_form = {BX_WORD("Amount"), open_fields, NULL, open_done,
                                              NULL};

void bx_sell_open_price(struct bx_till *till, const struct bx_product *product)
{
    struct bx_slug id = product->id;
    bx_form_open(till, &open_form, &id, sizeof(id));
}

/* --- cards ------------------------------------------------------------------------------------ */

struct wish { /* what is rung up when the card is good; quantity 0: nothing */
    struct bx_slug product;
    int quantity;
};

static void member_fields(struct bx_till *till, struct bx_form *form)
{
    const struct wish *wish = form->data;
    const struct bx_product *product = bx_programme_product(till->programme, &wish->product);
    bx_form_text(form, "Card or name", CODE_COLUMNS, till->desk.deal.member.s[0] != '\0');
    bx_form_choice(form, "Who")->hidden = true;
    if (product)
        bx_words_print(form->text, sizeof(form->text), "%s needs a card: scan it.", product->name);
    else if (till->desk.deal.member.s[0])
        bx_words_print(form->text, sizeof(form->text),
                       "%s is with this sale; empty takes the card away.",
                       till->desk.deal.member_name);
}

/* Who TEXT may mean: the card of that code alone, else all whose names hold it. */
static int member_find(const struct bx_till *till, const char *text, struct bx_field *field,
                       struct bx_fault *fault)
{
    const struct bx_members *members = till->members;
    const struct bx_member *one = members ? bx_members_find(members, text) : NULL;
    char name[BX_NAME_SIZE];
    bx_form_options_drop(field);
    if (one)
        bx_form_option(field, one->code, one->name, 0);
    for (size_t i = 0; !one && members && i < members->count; i++) {
        const struct bx_member *other = &members->members[i];
        if (!bx_form_holds(other->name, text))
            continue;
        if (field->option_count == MEMBERS_SHOWN)
            return bx_fault_say(fault, BX_ERR_REFUSED, "Many are called that: type more of it.");
        snprintf(name, sizeof(name), "%.40s  %s", other->name, other->code);
        bx_form_option(field, other->code, name, 0);
    }
    if (members && field->option_count == 0)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no card, and nobody, %.40s.", text);
    /* Nobody else is meant: there is nothing to choose. */
    field->n = field->option_count == 1 ? 0 : -1;
    return 0;
}

static int member_check(struct bx_till *till, struct bx_form *form, size_t at,
                        struct bx_fault *fault)
{
    struct bx_field *who = &form->fields[MEMBER_WHO];
    const char *text = form->fields[MEMBER_TEXT].text;
    int err = 0;
    if (at == MEMBER_TEXT && text[0] != '\0')
        err = member_find(till, text, who, fault);
    else if (at == MEMBER_TEXT)
        bx_form_options_drop(who);
    who->hidden = who->option_count < 2;
    return err;
}

static int member_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    struct wish wish = *(const struct wish *)form->data;
    const struct bx_option *who = bx_field_option(&form->fields[MEMBER_WHO]);
    const char *code = form->fields[MEMBER_TEXT].text;
    if (code[0] == '\0') {
        bx_desk_member_drop(till, &till->desk);
        return 0;
    }
    if (who)
        code = who->id.s; /* the card's: the list may be another by now */
    int err = bx_desk_member(till, &till->desk, code, fault);
    if (err)
        return err;
    bx_form_close(till, form);
    bx_sell_member_said(till);
    const struct bx_product *product = bx_programme_product(till->programme, &wish.product);
    if (product && wish.quantity > 0)
        bx_sell_add(till, product, wish.quantity, false);
    return BX_FORM_STAYS;
}

static const struct bx_form_kind member_form = {BX_WORD("Member"), member_fields, member_check,
                                                member_done, NULL};

void bx_sell_member_said(struct bx_till *till)
{
    const struct bx_deal *deal = &till->desk.deal;
    char saved[BX_MONEY_TEXT];
    if (till->desk.saved.minor > 0)
        bx_say(till, BX_TONE_GOOD, "%s: %s less.", deal->member_name,
               bx_counter_money(till, till->desk.saved, saved));
    else
        bx_say(till, BX_TONE_GOOD, "%s: good for %d.", deal->member_name, 1 + deal->guests);
}

void bx_sell_member(struct bx_till *till)
{
    struct wish wish = {.quantity = 0};
    if (till->programme)
        bx_form_open(till, &member_form, &wish, sizeof(wish));
}

bool bx_sell_member_is_open(struct bx_till *till)
{
    const struct bx_form *form = bx_form_top(till);
    return form && form->kind == &member_form;
}

bool bx_sell_knows(const struct bx_till *till, const char *text)
{
    return (till->programme && bx_programme_article(till->programme, text)) ||
           (till->members && bx_members_find(till->members, text)) ||
           bx_arrivals_find(till, text) != NULL;
}

bool bx_sell_scanned(struct bx_till *till, const char *text)
{
    struct bx_fault fault = {0};
    const struct bx_product *product =
        till->programme ? bx_programme_article(till->programme, text) : NULL;
    bool member = !product && till->members && bx_members_find(till->members, text);
    int quantity = till->counter.scan_quantity;
    if (!till->programme || !bx_sell_knows(till, text))
        return false;
    if (till->counter.screen != BX_SCREEN_SELL)
        bx_counter_home(till);
    bx_input_clear(till);
    if (!product && !member)
        return bx_arrivals_scanned(till, text);
    if (product)
        bx_sell_add(till, product, quantity > 0 ? quantity : 1, false);
    else if (bx_desk_member(till, &till->desk, text, &fault))
        bx_counter_fault(till, &fault);
    else
        bx_sell_member_said(till);
    return true;
}

void bx_sell_proof(struct bx_till *till, const struct bx_product *product, int quantity)
{
    struct wish wish = {.product = product->id, .quantity = quantity};
    bx_form_open(till, &member_form, &wish, sizeof(wish));
}

/* --- beyond capacity, and where from ---------------------------------------------------------- */

static void over_allowed(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                         const void *arg)
{
    const struct wish *wish = arg;
    struct bx_fault fault = {0};
    const struct bx_product *product = bx_programme_product(till->programme, &wish->product);
    struct bx_deal before = till->desk.deal;
    if (!product || bx_deal_allow(&till->desk.deal, warrant, &fault)) {
        bx_refused(till, origin, &fault);
        return;
    }
    bx_sell_add(till, product, wish->quantity, true);
    if (till->counter.rung_quantity == 0)
        till->desk.deal = before;
    else
        bx_say(till, BX_TONE_WARN, "Over capacity, allowed by %" PRId64 ".", warrant->approver);
}

void bx_sell_over(struct bx_till *till)
{
    const struct bx_counter *counter = &till->counter;
    struct wish wish = {.product = counter->wish, .quantity = counter->wish_quantity};
    struct bx_fault fault = {0};
    struct bx_warrant_ask ask = {.action = "over",
                                 .need = BX_NEED_SUPERVISOR,
                                 .done = over_allowed,
                                 .arg = &wish,
                                 .size = sizeof(wish)};
    if (wish.quantity == 0) {
        bx_say(till, BX_TONE_PLAIN, "Nothing was sold out just now.");
        return;
    }
    BX_TEXT_COPY(ask.title, bx_word("Over capacity"));
    bx_words_print(ask.text, sizeof(ask.text), "At most %d places beyond what this till has.",
                   BX_OVER_MAX);
    if (bx_warrant_ask(till, &ask, &fault))
        bx_counter_fault(till, &fault);
}

static void origin_fields(struct bx_till *till, struct bx_form *form)
{
    struct bx_field *field = bx_form_choice(form, "Where from");
    bx_form_option(field, "", bx_word("No answer"), 0);
    for (size_t i = 0; i < till->programme->origin_count; i++)
        bx_form_option(field, till->programme->origins[i].id.s, till->programme->origins[i].name,
                       0);
}

static int origin_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    const struct bx_option *option = bx_field_option(&form->fields[0]);
    (void)fault;
    if (option)
        till->desk.deal.origin = till->desk.sale.origin = option->id;
    return 0;
}

static const struct bx_form_kind origin_form = {BX_WORD("Where do you come from?"), origin_fields,
                                                NULL, origin_done, NULL};

void bx_sell_origin(struct bx_till *till)
{
    const struct bx_programme *programme = till->programme;
    struct bx_deal *deal = &till->desk.deal;
    if (programme->origin_every <= 0 || programme->origin_count == 0 || deal->origin_asked ||
        till->next_number[BX_SERIES_SALE] % programme->origin_every != 0)
        return;
    deal->origin_asked = true;
    bx_form_open(till, &origin_form, NULL, 0);
}
