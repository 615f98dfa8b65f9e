/* SPDX-License-Identifier: Apache-2.0 */
/* The till as a person sees it: every amount, age and state in finished words, so that a screen has
 * nothing to decide but where to put them. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/domain/price.h"

/* News is asked for every few seconds; older than this its age is shown. */
enum { FRESH_SECONDS = 30 };

void bx_view_age(int64_t seconds, char *out, size_t size)
{
    long long s = seconds < 0 ? 0 : (long long)seconds;
    if (s < 60)
        bx_words_print(out, size, "%lld s", s);
    else if (s < 3600)
        bx_words_print(out, size, "%lld min", s / 60);
    else if (s < 2 * 86400LL)
        bx_words_print(out, size, "%lld h", s / 3600);
    else
        bx_words_print(out, size, "%lld days", s / 86400);
}

static int64_t seconds_since(const struct bx_till *till, bx_mono at)
{
    return (till->turn.mono.ns - at.ns) / BX_SECOND_NS;
}

/* --- the first line --------------------------------------------------------------------------- */

static void link_words(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_link *link = &till->link;
    char age[24];
    v->link_tone = BX_TONE_WARN;
    if (!link->enrolled) {
        BX_TEXT_COPY(v->link, bx_word("not enrolled"));
    } else if (link->stranger) {
        BX_TEXT_COPY(v->link, bx_word("server wants enrolment"));
        v->link_tone = BX_TONE_BAD;
    } else if (link->forced) {
        BX_TEXT_COPY(v->link, bx_word("offline by choice"));
    } else if (link->online) {
        BX_TEXT_COPY(v->link, bx_word("online"));
        v->link_tone = BX_TONE_GOOD;
    } else if (link->offline_since.ns != 0) {
        bx_view_age(bx_limits_seconds(till), age, sizeof(age));
        bx_words_print(v->link, sizeof(v->link), "offline %s", age);
    } else {
        BX_TEXT_COPY(v->link, bx_word("connecting"));
        v->link_tone = BX_TONE_PLAIN;
    }
    v->waiting = link->queued;
    v->attention = link->attention;
}

static void printer_words(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_papers *papers = &till->papers;
    int unsure = 0;
    for (size_t i = 0; i < papers->count; i++)
        unsure += papers->jobs[i].state == BX_JOB_UNSURE;
    if (unsure > 0) {
        bx_words_print(v->printer, sizeof(v->printer), "%d unsure: R", unsure);
        v->printer_tone = BX_TONE_BAD;
    } else if (till->config.fiscal && till->signing.lost && papers->printer_ready) {
        BX_TEXT_COPY(v->printer, bx_word("not signing"));
        v->printer_tone = BX_TONE_WARN;
    } else if (papers->printer_say[0]) {
        BX_TEXT_COPY(v->printer, bx_word(papers->printer_say));
        v->printer_tone = papers->printer_ready ? BX_TONE_PLAIN : BX_TONE_WARN;
    } else {
        BX_TEXT_COPY(v->printer, bx_word(papers->printer_ready ? "printer ready" : "printer?"));
        v->printer_tone = papers->printer_ready ? BX_TONE_GOOD : BX_TONE_WARN;
    }
}

static void clock_words(const struct bx_till *till, struct bx_till_view *v)
{
    int offset = bx_programme_offset(till->programme, till->turn.utc);
    char time[BX_CLOCK_TEXT];
    struct bx_date date;
    int minute;
    bx_utc_civil(till->turn.utc, offset, &date, &minute);
    snprintf(v->clock, sizeof(v->clock), "%s %d  %s", bx_day_name(date), date.day % 100,
             bx_slot_time(till->turn.utc, offset, time));
}

static void head_fill(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_user *user = till->staff ? bx_staff_user(till->staff, till->people.user) : NULL;
    v->till = till->till;
    v->shift = till->shift;
    v->locked = till->people.locked;
    if (user)
        BX_TEXT_COPY(v->cashier, user->name);
    link_words(till, v);
    printer_words(till, v);
    clock_words(till, v);
}

/* --- slots and products ----------------------------------------------------------------------- */

static void slot_fill(const struct bx_till *till, const struct bx_slot *slot,
                      struct bx_view_slot *s)
{
    const struct bx_pool_news *news = bx_link_news(till, &slot->pool);
    bx_slot_time(slot->start, slot->offset_min, s->time);
    s->ours = bx_leases_free(till, &slot->pool);
    s->left = -1;
    s->cancelled = slot->cancelled;
    s->over = bx_slots_is_over(till, slot);
    s->selected = bx_slug_equal(&slot->id, &till->counter.slot);
    s->asked = bx_leases_is_asked(till, &slot->pool);
    if (!news)
        return;
    /* What this till could still sell: its own and what nobody has. The news counts places sold
     * here as leased until their entries come, so the sum is never too large. */
    int64_t beside = news->capacity - news->sold - news->held - news->leased;
    s->left = s->ours + (beside > 0 ? beside : 0);
    s->capacity = news->capacity;
    s->taken = s->capacity > s->left ? s->capacity - s->left : 0;
    s->full = s->left == 0;
}

static void slots_fill(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_slot *selected = bx_slots_selected(till);
    const struct bx_slot *first = selected;
    int before = 0;
    if (!selected)
        return;
    for (const struct bx_slot *s = selected;
         s && bx_date_compare(s->date, selected->date) == 0 && before < BX_VIEW_SLOTS / 2;
         s = bx_programme_step(till->programme, s, -1), before++) {
        if (bx_slots_is_over(till, s) && s != selected)
            break;
        first = s;
    }
    for (const struct bx_slot *s = first;
         s && bx_date_compare(s->date, selected->date) == 0 && v->slot_count < BX_VIEW_SLOTS;
         s = bx_programme_step(till->programme, s, 1)) {
        if (s == selected)
            v->slot_selected = v->slot_count;
        slot_fill(till, s, &v->slots[v->slot_count++]);
    }
}

static void products_fill(const struct bx_till *till, struct bx_till_view *v)
{
    size_t count = bx_sell_products(till);
    v->product_pages = (count + BX_SELL_PAGE - 1) / BX_SELL_PAGE;
    v->product_page = till->counter.product_page;
    for (size_t i = 0; i < BX_SELL_PAGE; i++) {
        const struct bx_product *product = bx_sell_product(till, i);
        if (!product)
            return;
        struct bx_view_product *p = &v->products[v->product_count++];
        p->key = product->key;
        p->function = (int)i + 2;
        BX_TEXT_COPY(p->name, product->name);
        bx_counter_money(till, product->price, p->price);
    }
}

/* --- basket and money ------------------------------------------------------------------------- */

static void line_fill(const struct bx_till *till, const struct bx_line *line,
                      struct bx_view_line *l)
{
    bx_money amount = {0};
    l->quantity = line->quantity;
    BX_TEXT_COPY(l->name, line->name);
    if (!bx_line_amount(line, &amount))
        bx_counter_money(till, amount, l->amount);
    if (bx_slug_is_none(&line->slot))
        return;
    bx_slot_time(line->start, line->offset_min, l->time);
    bx_day_text(till, line->date, false, l->day, sizeof(l->day));
    if (!bx_slug_equal(&line->event, &till->counter.event_id))
        BX_TEXT_COPY(l->event, line->event_name);
    l->waiting = till->desk.waiting > 0 && bx_slug_equal(&line->pool, &till->desk.waiting_pool);
}

static void basket_fill(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_basket *basket = &till->desk.basket;
    struct bx_totals totals = {0};
    for (int i = 0; i < basket->count; i++)
        line_fill(till, &basket->lines[i], &v->lines[v->line_count++]);
    if (till->counter.screen == BX_SCREEN_LINES && till->counter.selected < v->line_count)
        v->lines[till->counter.selected].selected = true;
    if (!bx_basket_totals(basket, !till->programme || till->programme->tax_included, &totals)) {
        v->persons = totals.persons;
        bx_counter_money(till, totals.total, v->total);
    }
}

static void tenders_fill(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_sale *sale = &till->desk.sale;
    for (int i = 0; i < sale->tender_count && i < BX_VIEW_TENDERS; i++) {
        struct bx_view_tender *t = &v->tenders[v->tender_count++];
        BX_TEXT_COPY(t->name, bx_tender_name(sale->tenders[i].kind));
        bx_counter_money(till, sale->tenders[i].amount, t->amount);
    }
}

/* Received, change and left as they will be if what is typed is taken. */
static void typed_fill(const struct bx_till *till, bx_money left, bx_money cash,
                       struct bx_till_view *v)
{
    const struct bx_counter *counter = &till->counter;
    int exponent = till->programme ? till->programme->exponent : 2;
    bx_money typed;
    if (counter->input_len == 0 ||
        bx_money_parse(counter->input, counter->input_len, exponent, &typed)) {
        if (till->desk.sale.tender_count > 0)
            bx_counter_money(till, left, v->left);
        return;
    }
    bx_counter_money(till, typed, v->received);
    if (typed.minor >= cash.minor)
        bx_counter_money(till, bx_money_of(typed.minor - cash.minor), v->change);
    else
        bx_counter_money(till, bx_money_of(left.minor - typed.minor), v->left);
}

static void pay_fill(const struct bx_till *till, struct bx_till_view *v)
{
    static const char *const enter[] = {[BX_ENTER_CASH] = BX_WORD("exact"),
                                        [BX_ENTER_CARD] = BX_WORD("card"),
                                        [BX_ENTER_NONE] = ""};
    bx_money left, cash, quick[3];
    if (!till->desk.tendering)
        return;
    bx_desk_left(till, &till->desk, &left, &cash);
    bx_money due = bx_sale_due(&till->desk.sale);
    bx_counter_money(till, due, v->due);
    bx_counter_money(till, cash, v->cash_due);
    if (due.minor != till->desk.sale.totals.total.minor) {
        bx_counter_money(till, till->desk.sale.totals.total, v->sold);
        bx_counter_money(till, bx_money_of(due.minor - till->desk.sale.totals.total.minor),
                         v->back);
    }
    if (cash.minor != left.minor)
        bx_counter_money(till, bx_money_of(cash.minor - left.minor), v->rounding);
    tenders_fill(till, v);
    if (left.minor > 0 && till->desk.deal.prepaid.minor >= left.minor &&
        till->counter.input_len == 0) {
        char text[BX_MONEY_TEXT];
        bx_words_print(v->facts, sizeof(v->facts), "%s paid before the visit: nothing is due",
                       bx_counter_money(till, till->desk.deal.prepaid, text));
        BX_TEXT_COPY(v->enter, bx_word("hand out"));
        return;
    }
    int count = bx_quick_cash(cash, till->programme ? till->programme->exponent : 2, quick);
    for (int i = 0; i < count; i++)
        bx_counter_money(till, quick[i], v->quick[i]);
    BX_TEXT_COPY(v->enter, till->counter.input_len > 0 ? bx_word("cash")
                                                       : bx_word(enter[till->config.enter]));
    if (!till->desk.committing)
        typed_fill(till, left, cash, v);
}

/* "printing 3 tickets", "3 tickets printed", or what stands in the way. */
static void paper_words(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_counter *counter = &till->counter;
    int done = 0;
    int all = 0;
    bool stuck = false;
    for (size_t i = 0; i < till->papers.count; i++) {
        const struct bx_print_job *job = &till->papers.jobs[i];
        if (job->sale != counter->last[0].seq || job->ticket < 0)
            continue;
        all++;
        done += job->state == BX_JOB_CONFIRMED || job->state == BX_JOB_SENT;
        stuck = stuck || job->state == BX_JOB_UNSURE || job->state == BX_JOB_FAILED_SAFE;
    }
    int n = all > 0 ? all : counter->last[0].tickets;
    if (n == 0)
        BX_TEXT_COPY(v->paper, bx_word("no ticket to print"));
    else if (stuck)
        bx_words_print(v->paper, sizeof(v->paper), "%d of %d printed: look with R", done, n);
    else if (all > 0 && done == all)
        snprintf(v->paper, sizeof(v->paper),
                 bx_words_of(n, "%d ticket printed", "%d tickets printed"), n);
    else
        snprintf(v->paper, sizeof(v->paper),
                 bx_words_of(n, "printing %d ticket", "printing %d tickets"), n);
}

static void last_fill(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_counter *counter = &till->counter;
    char total[BX_MONEY_TEXT], received[BX_MONEY_TEXT], change[BX_MONEY_TEXT];
    for (size_t i = 0; i < counter->last_count; i++) {
        struct bx_view_last *last = &v->lasts[v->last_count++];
        BX_TEXT_COPY(last->number, counter->last[i].number);
        char time[BX_CLOCK_TEXT];
        int offset = bx_programme_offset(till->programme, counter->last[i].at);
        BX_TEXT_COPY(last->time, bx_slot_time(counter->last[i].at, offset, time));
        bx_counter_money(till, counter->last[i].total, last->total);
    }
    if (counter->last_count == 0)
        return;
    BX_TEXT_COPY(v->last_number, counter->last[0].number);
    bx_counter_money(till, counter->last[0].total, total);
    bx_counter_money(till, counter->last[0].received, received);
    bx_counter_money(till, counter->last[0].change, change);
    if (received[0] == '-')
        bx_words_print(v->last_text, sizeof(v->last_text), "%s given back", received + 1);
    else
        bx_words_print(v->last_text, sizeof(v->last_text), "%s of %s, %s", total, received, change);
    if (v->screen != BX_SCREEN_CHANGE)
        return;
    BX_TEXT_COPY(v->due, total);
    BX_TEXT_COPY(v->received, received);
    BX_TEXT_COPY(v->change, change);
    paper_words(till, v);
}

/* --- what is typed and said ------------------------------------------------------------------- */

static void input_fill(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_counter *counter = &till->counter;
    if (v->screen == BX_SCREEN_LOGIN && counter->login_stage == 1)
        memset(v->input, '*', counter->input_len);
    else
        snprintf(v->input, sizeof(v->input), "%s%.62s",
                 counter->minus && v->screen == BX_SCREEN_SELL ? "-" : "", counter->input);
    v->cursor = bx_text_columns(v->input);
}

/* What the shift or its drawer wants of whoever is at work. */
static void shift_words(const struct bx_till *till, struct bx_till_view *v)
{
    struct bx_fault fault = {0};
    char amount[BX_MONEY_TEXT];
    const struct bx_user *user = bx_people_user(till);
    if (!user || user->role == BX_ROLE_AUDITOR)
        return;
    if (bx_shift_check(till, &fault)) {
        BX_TEXT_COPY(v->say, fault.say);
        v->say_tone = BX_TONE_WARN;
    } else if (bx_drawer_is_full(till)) {
        bx_words_print(
            v->say, sizeof(v->say), "More than %s is in the drawer: a drop is due (S, d).",
            bx_counter_money(till, bx_money_of(till->programme->limits.drawer_cash.at), amount));
        v->say_tone = BX_TONE_WARN;
    }
}

static void say_fill(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_counter *counter = &till->counter;
    BX_TEXT_COPY(v->say, counter->say);
    v->say_tone = counter->say_tone;
    if (v->say[0])
        return;
    v->say_tone = BX_TONE_PLAIN;
    if (v->screen == BX_SCREEN_STOP) {
        BX_TEXT_COPY(v->say,
                     till->commits.stopped
                         ? bx_word("The disk cannot tell. Selling stays stopped; call for help.")
                         : bx_word("The disk did not confirm the sale; it is being looked for."));
        v->say_tone = BX_TONE_BAD;
    } else if (till->damage.err && v->screen != BX_SCREEN_LOGIN) {
        BX_TEXT_COPY(v->say, bx_word(till->damage.say));
        v->say_tone = BX_TONE_BAD;
    } else if (v->checking) {
        BX_TEXT_COPY(v->say, bx_word("The PIN is being checked."));
    } else if (till->desk.committing) {
        BX_TEXT_COPY(v->say, bx_word("The sale is being stored."));
    } else if (till->desk.waiting > 0 && v->screen == BX_SCREEN_SELL) {
        bx_words_print(v->say, sizeof(v->say),
                       "Asking the server for %d more places. Backspace takes the line out.",
                       till->desk.waiting);
    } else if (till->clock.doubt && v->screen == BX_SCREEN_SELL) {
        BX_TEXT_COPY(v->say, bx_word("Date and time are not confirmed yet: Enter asks."));
        v->say_tone = BX_TONE_WARN;
    } else if (!till->programme) {
        BX_TEXT_COPY(v->say, till->link.enrolled
                                 ? bx_word("No programme yet: it comes with the first contact.")
                                 : bx_word("This till is not enrolled: boxtill enrol URL CODE"));
        v->say_tone = BX_TONE_WARN;
    } else if (v->screen == BX_SCREEN_SELL) {
        shift_words(till, v);
    }
}

static void ask_fill(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_counter *counter = &till->counter;
    bool covered = v->screen == BX_SCREEN_LOGIN || v->screen == BX_SCREEN_STOP;
    if (!counter->asking || (covered && counter->asking != BX_ASK_QUIT))
        return;
    BX_TEXT_COPY(v->ask, counter->ask);
    BX_TEXT_COPY(v->ask_text, counter->ask_text);
    BX_TEXT_COPY(v->ask_yes, counter->ask_yes);
    BX_TEXT_COPY(v->ask_no, bx_word("Esc no"));
}

void bx_till_view(const struct bx_till *till, struct bx_till_view *ret)
{
    const struct bx_counter *counter = &till->counter;
    const struct bx_programme *programme = till->programme;
    char age[20];
    bx_words_use(bx_people_language(till));
    memset(ret, 0, sizeof(*ret));
    ret->screen = bx_counter_screen(till);
    ret->under = bx_palette_under(till);
    head_fill(till, ret);
    ret->asks_pin = counter->login_stage == 1;
    ret->checking = till->people.pin_request != 0;
    ret->caps = counter->caps;
    bx_day_text(till, counter->day, true, ret->day, sizeof(ret->day));
    BX_TEXT_COPY(ret->currency, programme ? programme->currency : "");
    if (programme && (size_t)counter->event < programme->event_count)
        BX_TEXT_COPY(ret->event, programme->events[counter->event].name);
    if (till->link.news_mono.ns != 0 && seconds_since(till, till->link.news_mono) > FRESH_SECONDS) {
        bx_view_age(seconds_since(till, till->link.news_mono), age, sizeof(age));
        bx_words_print(ret->news_age, sizeof(ret->news_age), "%s old", age);
    }
    slots_fill(till, ret);
    products_fill(till, ret);
    basket_fill(till, ret);
    if (ret->screen == BX_SCREEN_PAY || ret->under == BX_SCREEN_PAY)
        pay_fill(till, ret);
    last_fill(till, ret);
    input_fill(till, ret);
    say_fill(till, ret);
    ask_fill(till, ret);
    bx_view_lists(till, ret);
    bx_view_sell(till, ret);
    ret->busy = ret->checking || till->desk.committing || till->desk.waiting > 0 || ret->form_waits;
    bx_view_form(till, ret);
    ret->busy = ret->checking || till->desk.committing || till->desk.waiting > 0 || ret->form_waits;
}
