/* SPDX-License-Identifier: Apache-2.0 */
#include "stub.h"

#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"

struct stub stub;

static struct bx_event_info events[] = {
    {{"perm"},    "Permanent collection", {"main"}},
    {{"special"}, "Special exhibition",   {"main"}}
};
static struct bx_slot slots[7];
static struct bx_product products[] = {
    {{"adult"},  "Adult",      'a', {2400}, 70000,  1, 1, 3, {""}},
    {{"child"},  "Child 6-17", 'c', {900},  70000,  1, 1, 3, {""}},
    {{"family"}, "Family 2+3", 'f', {5500}, 70000,  4, 5, 3, {""}},
    {{"book"},   "Book",       'b', {500},  190000, 0, 0, 0, {""}},
    {{"free"},   "Under 6",    'u', {0},    70000,  1, 1, 3, {""}},
    {{"g"},      "Group",      'g', {1800}, 70000,  1, 1, 1, {""}},
    {{"h"},      "Audio",      'h', {300},  70000,  0, 0, 0, {""}},
    {{"i"},      "Map",        'i', {200},  70000,  0, 0, 0, {""}},
    {{"j"},      "Pen",        'j', {100},  70000,  0, 0, 0, {""}},
};
static struct bx_programme programme = {.epoch = 1,
                                        .version = 1,
                                        .venue = {"museum"},
                                        .name = "Museum",
                                        .zone = "Europe/Berlin",
                                        .offset_min = 60,
                                        .currency = "EUR",
                                        .exponent = 2,
                                        .cash_step = 1,
                                        .tax_included = true,
                                        .quantity_usual = 30,
                                        .event_count = 2,
                                        .slot_count = 7,
                                        .product_count = bx_countof(products),
                                        .events = events,
                                        .slots = slots,
                                        .products = products};
static struct bx_user users[] = {
    {7, "Ana", BX_ROLE_CASHIER, ""},
    {8, "Ben", BX_ROLE_CASHIER, ""}
};
static struct bx_staff staff = {1, 1, 2, users};
static struct bx_effects *effects;
static struct bx_basket undo[100];

static void slot_make(int i, int event, int day, int hour, int minute)
{
    struct bx_slot *slot = &slots[i];
    char text[32];
    *slot = (struct bx_slot){
        .event = event, .offset_min = 60, .date = {2026, 11, (uint8_t)day}
    };
    snprintf(slot->id.s, sizeof(slot->id.s), "s%d", i);
    slot->pool = slot->id;
    snprintf(text, sizeof(text), "2026-11-%02dT%02d:%02d:00+01:00", day, hour, minute);
    assert_int_equal(bx_utc_parse(text, &slot->start), 0);
    slot->end.us = slot->start.us + 15 * 60 * BX_SECOND_US;
}

int stub_open(void **state)
{
    (void)state;
    memset(&stub, 0, sizeof(stub));
    slot_make(0, 0, 24, 14, 15);
    slot_make(1, 0, 24, 14, 30);
    slot_make(2, 0, 24, 14, 45);
    slot_make(3, 0, 24, 15, 0);
    slot_make(4, 1, 24, 15, 30);
    slot_make(5, 0, 25, 10, 0);
    slot_make(6, 0, 25, 10, 15);
    for (int i = 0; i < 7; i++)
        stub.free[i] = 20;
    effects = bx_effects_create();
    struct bx_till *till = stub.till = bx_new(struct bx_till);
    till->config = (struct bx_till_config){.enter = BX_ENTER_CASH, .days_ahead = 1};
    till->till = 2;
    till->shift = 41;
    till->next_series = 412;
    till->next_seq = 900;
    till->programme = &programme;
    till->staff = &staff;
    till->people.user = 7;
    till->desk.undo = undo;
    till->out = effects;
    till->link.enrolled = true;
    till->papers.printer_ready = true;
    till->turn.mono.ns = BX_SECOND_NS * 1000;
    assert_int_equal(bx_utc_parse("2026-11-24T14:32:00+01:00", &till->turn.utc), 0);
    bx_counter_init(till);
    bx_counter_start(till);
    stub_rows(NULL, 0);
    bx_counter_logged_in(till, NULL);
    stub_pass(2000);
    return 0;
}

int stub_close(void **state)
{
    (void)state;
    bx_counter_finish(stub.till);
    bx_effects_destroy(effects);
    bx_free(stub.till);
    return 0;
}

void stub_pass(int ms)
{
    stub.till->turn.mono.ns += ms * BX_MS_NS;
    stub.till->turn.utc.us += ms * 1000LL;
}

void stub_wait(int ms)
{
    bx_mono until = bx_mono_plus_ms(stub.till->turn.mono, ms);
    while (stub.till->turn.mono.ns < until.ns) {
        bx_mono wake = until;
        bx_counter_wake(stub.till, &wake);
        int step = (int)((wake.ns - stub.till->turn.mono.ns + BX_MS_NS - 1) / BX_MS_NS);
        stub_pass(step > 0 ? step : 1);
        bx_counter_tick(stub.till);
    }
}

int stub_pieces(void)
{
    int sum = 0;
    for (int i = 0; i < stub.till->desk.basket.count; i++)
        sum += stub.till->desk.basket.lines[i].quantity;
    return sum;
}

struct bx_code stub_code(int n)
{
    static const struct bx_subkey key = {
        {1, 2, 3}
    };
    uint8_t random[7] = {1, 2, 3, 4, 5, (uint8_t)(n >> 8), (uint8_t)n};
    return bx_code_make(&key, 0, 2, random);
}

/* A ticket for each piece that has a place. */
static void tickets_make(struct bx_sale *sale)
{
    for (int i = 0; i < sale->basket.count; i++)
        for (int n = 1; n <= sale->basket.lines[i].quantity && sale->basket.lines[i].places; n++)
            sale->tickets[sale->ticket_count++] =
                (struct bx_ticket){stub_code(100 + sale->ticket_count), i, n};
}

static void commit(void)
{
    struct bx_till *till = stub.till;
    struct bx_desk *desk = &till->desk;
    if (!desk->committing || stub.hold)
        return;
    struct bx_entry_head head = {.till = 2,
                                 .incarnation = 1,
                                 .seq = till->next_seq++,
                                 .kind = BX_KIND_SALE,
                                 .at = till->turn.utc,
                                 .shift = 41,
                                 .user = 7};
    bx_number_format(2, till->next_series++, head.number);
    stub.sales++;
    stub.sale = desk->sale;
    tickets_make(&stub.sale);
    desk->committing = desk->tendering = false;
    desk->basket = (struct bx_basket){0};
    desk->undo_at = desk->undo_count = 0;
    bx_counter_sold(till, &head, &stub.sale);
}

void stub_key(int key)
{
    bx_counter_key(stub.till, key);
    commit();
}

static int key_of(char c)
{
    switch (c) {
    case '\n': return BX_KEY_ENTER;
    case '\b': return BX_KEY_BACKSPACE;
    case '\033': return BX_KEY_ESC;
    }
    return (unsigned char)c;
}

void stub_keys(const char *keys)
{
    for (; *keys; keys++) {
        stub_key(key_of(*keys));
        stub_wait(1200);
        commit();
    }
}

void stub_burst(const char *keys, int ms)
{
    for (; *keys; keys++) {
        stub_key(key_of(*keys));
        stub_pass(ms);
    }
}

const struct bx_till_view *stub_view(void)
{
    bx_till_view(stub.till, &stub.view);
    return &stub.view;
}

const struct bx_query *stub_query(void)
{
    for (size_t i = bx_effects_count(effects); i > 0; i--) {
        const struct bx_effect *effect = bx_effects_at(effects, i - 1);
        if (effect->kind == BX_EFFECT_READ && effect->request == stub.till->counter.read_request)
            return &effect->of.query;
    }
    fail_msg("nothing is being read");
    return NULL;
}

void stub_rows(const struct bx_row *rows, size_t count)
{
    struct bx_event event = {.kind = BX_EVENT_ROWS};
    event.of.rows.request = stub.till->counter.read_request;
    event.of.rows.rows = rows;
    event.of.rows.count = count;
    assert_true(event.of.rows.request != 0);
    bx_counter_rows(stub.till, &event);
}

struct bx_row stub_row(void)
{
    static struct bx_buf body;
    struct bx_row row = {
        .head = {.till = 2, .incarnation = 1, .seq = stub.till->next_seq - 1}
    };
    bx_number_format(2, stub.till->next_series - 1, row.head.number);
    row.head.at = stub.till->turn.utc;
    row.head.kind = BX_KIND_SALE;
    row.head.id = stub.sale.basket.id;
    row.head.user = 7;
    row.head.shift = 41;
    bx_buf_finish(&body);
    bx_buf_init(&body, BX_BODY_MAX);
    assert_int_equal(bx_sale_encode(&row.head, &stub.sale, &body), 0);
    row.body = bx_buf_text(&body);
    row.len = body.len;
    return row;
}

/* --- the engine ------------------------------------------------------------------------------- */

static void keep(struct bx_desk *desk)
{
    undo[desk->undo_at++] = desk->basket;
    desk->undo_count = desk->undo_at;
}

static int take(struct bx_till *till, struct bx_desk *desk, const struct bx_basket *candidate,
                const struct bx_slug *pool, struct bx_fault *fault)
{
    if (pool && bx_basket_places(candidate, pool) > bx_leases_free(till, pool))
        return bx_fault_say(fault, BX_ERR_OFFLINE, "Offline: not enough.");
    keep(desk);
    desk->basket = *candidate;
    desk->basket.id.b[0] = 1;
    return 0;
}

int bx_desk_add(struct bx_till *till, struct bx_desk *desk, const struct bx_product *product,
                const struct bx_slot *slot, int quantity, struct bx_fault *fault)
{
    struct bx_basket candidate = desk->basket;
    int err = bx_basket_add(&candidate, till->programme, product, slot, quantity,
                            bx_till_today(till), fault);
    return err ? err : take(till, desk, &candidate, slot ? &slot->pool : NULL, fault);
}

int bx_desk_move(struct bx_till *till, struct bx_desk *desk, const struct bx_slot *slot,
                 struct bx_fault *fault)
{
    struct bx_basket candidate = desk->basket;
    int err = bx_basket_move(&candidate, till->programme, slot, fault);
    return err ? err : take(till, desk, &candidate, &slot->pool, fault);
}

void bx_desk_line_drop(struct bx_till *till, struct bx_desk *desk, int index)
{
    (void)till;
    keep(desk);
    bx_basket_line_drop(&desk->basket, index);
}

void bx_desk_clear(struct bx_till *till, struct bx_desk *desk)
{
    (void)till;
    keep(desk);
    desk->basket.count = 0;
}

bool bx_desk_undo(struct bx_till *till, struct bx_desk *desk)
{
    (void)till;
    if (desk->undo_at == 0)
        return false;
    desk->basket = undo[--desk->undo_at];
    return true;
}

bool bx_desk_redo(struct bx_till *till, struct bx_desk *desk)
{
    (void)till;
    (void)desk;
    return false;
}

int bx_desk_pay_open(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault)
{
    (void)fault;
    desk->sale = (struct bx_sale){.currency = "EUR",
                                  .exponent = 2,
                                  .tax_included = true,
                                  .programme = 1,
                                  .basket = desk->basket};
    assert_int_equal(bx_basket_totals(&desk->basket, true, &desk->sale.totals), 0);
    desk->tendering = true;
    (void)till;
    return 0;
}

void bx_desk_pay_close(struct bx_till *till, struct bx_desk *desk)
{
    (void)till;
    desk->tendering = false;
}

int bx_desk_tender(struct bx_till *till, struct bx_desk *desk, enum bx_tender_kind kind,
                   bx_money received, const char *reference, struct bx_fault *fault)
{
    bx_money left;
    assert_true(desk->tendering && !desk->committing);
    int err = bx_tender_add(&desk->sale, till->programme->cash_step, kind, received, reference,
                            &left, fault);
    if (err)
        return err;
    stub.tenders++;
    desk->committing = left.minor == 0;
    return 0;
}

void bx_desk_left(const struct bx_till *till, const struct bx_desk *desk, bx_money *ret_left,
                  bx_money *ret_cash)
{
    *ret_left = bx_sale_left(&desk->sale);
    *ret_cash = bx_cash_due(*ret_left, till->programme->cash_step);
}

void bx_commit_note(struct bx_till *till, enum bx_kind kind, const char *about, int64_t n)
{
    (void)till;
    (void)kind;
    stub.notes++;
    stub.last_ticket = (int)n;
    BX_TEXT_COPY(stub.last_text, about);
}

int bx_papers_reprint(struct bx_till *till, bx_origin origin, const struct bx_row *sale, int ticket,
                      struct bx_fault *fault)
{
    (void)till;
    (void)origin;
    (void)fault;
    assert_non_null(sale->body);
    stub.reprints++;
    stub.last_ticket = ticket;
    return 0;
}

int bx_papers_replace(struct bx_till *till, bx_origin origin, const struct bx_row *sale, int ticket,
                      const char *reason, struct bx_fault *fault)
{
    (void)till;
    (void)origin;
    (void)fault;
    assert_non_null(sale->body);
    stub.replacements++;
    stub.last_ticket = ticket;
    BX_TEXT_COPY(stub.last_text, reason);
    return 0;
}

int bx_papers_in_hand(struct bx_till *till, bx_origin origin, const struct bx_print_job *job,
                      struct bx_fault *fault)
{
    (void)till;
    (void)origin;
    (void)job;
    (void)fault;
    stub.in_hands++;
    return 0;
}

int64_t bx_leases_free(const struct bx_till *till, const struct bx_slug *pool)
{
    (void)till;
    return stub.free[pool->s[1] - '0'];
}

bool bx_leases_is_asked(const struct bx_till *till, const struct bx_slug *pool)
{
    (void)till;
    (void)pool;
    return false;
}

bool bx_link_is_up(const struct bx_till *till)
{
    return till->link.online;
}

void bx_link_force(struct bx_till *till, bool offline)
{
    till->link.forced = offline;
}

void bx_link_try_now(struct bx_till *till)
{
    (void)till;
    stub.tries++;
}

const struct bx_pool_news *bx_link_news(const struct bx_till *till, const struct bx_slug *pool)
{
    (void)till;
    (void)pool;
    return NULL;
}

int bx_people_login(struct bx_till *till, bx_origin origin, int64_t number, const char *pin,
                    struct bx_fault *fault)
{
    (void)origin;
    stub.logins++;
    BX_TEXT_COPY(stub.last_text, pin);
    if (strcmp(pin, "1234") != 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Number and PIN do not belong together.");
    till->people.user = number;
    till->people.locked = false;
    bx_counter_logged_in(till, NULL);
    return 0;
}

void bx_people_lock(struct bx_till *till)
{
    till->people.locked = true;
    bx_counter_left(till);
}

void bx_people_logout(struct bx_till *till, bx_origin origin)
{
    (void)origin;
    till->people.user = 0;
    bx_counter_left(till);
}

const struct bx_user *bx_people_user(const struct bx_till *till)
{
    if (till->people.user == 0 || till->people.locked)
        return NULL;
    return bx_staff_user(till->staff, till->people.user);
}

int64_t bx_till_request(struct bx_till *till)
{
    return ++till->requests;
}

struct bx_date bx_till_today(const struct bx_till *till)
{
    struct bx_date date;
    int minute;
    bx_utc_civil(till->turn.utc, till->programme ? 60 : 0, &date, &minute);
    return date;
}

bx_mono bx_mono_plus_ms(bx_mono at, int64_t ms)
{
    return (bx_mono){at.ns + ms * BX_MS_NS};
}
