/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the screen share among themselves. Nothing here is for the engine: that side of
 * the border is counter.h. */

#include "core.h"

/* --- counter.c: which screen, its input, its sentence ----------------------------------------- */

/* What is to be seen: STOP and LOGIN lie over whatever was open. */
enum bx_screen bx_counter_screen(const struct bx_till *till);
/* Opens SCREEN on top; one that is already below is gone back to. */
void bx_counter_open(struct bx_till *till, enum bx_screen screen);
/* One level back; false at the bottom. */
bool bx_counter_back(struct bx_till *till);
/* Down to SELL. */
void bx_counter_home(struct bx_till *till);
/* Says what a fault says. */
void bx_counter_fault(struct bx_till *till, const struct bx_fault *fault);
void bx_input_clear(struct bx_till *till);
/* Appends a printable character; at most COLUMNS characters. */
void bx_input_add(struct bx_till *till, int key, size_t columns);
/* Drops the last character; false when there was none. */
bool bx_input_drop(struct bx_till *till);
/* Is KEY something to write with? */
bool bx_key_is_text(int key);

/* --- act.c: from keys to what they do ----------------------------------------------------------
 */

/* A key that is one: no scan, no repeat. */
void bx_counter_press(struct bx_till *till, int key);
void bx_counter_act(struct bx_till *till, enum bx_action action);
/* Presses what was typed while the sale on SALE was read, when a form or a question is there now.
 */
void bx_counter_early(struct bx_till *till);
/* Are the keys of this screen text, so that nothing of them is a repeat or an action? */
bool bx_counter_is_writing(const struct bx_till *till, int key);

/* --- ask.c: questions --------------------------------------------------------------------------
 */

void bx_ask(struct bx_till *till, enum bx_ask ask, const char *yes, const char *title,
            const char *format, ...) bx_format(5, 6);
void bx_ask_key(struct bx_till *till, int key);
void bx_ask_drop(struct bx_till *till);

/* --- slots.c: which slot, and where there is room ----------------------------------------------
 */

const struct bx_slot *bx_slots_selected(const struct bx_till *till);
void bx_slots_select(struct bx_till *till, const struct bx_slot *slot);
/* The usual choice: the first of today's that has room, else the current one. */
void bx_slots_default(struct bx_till *till);
/* EVENT's slot that is running or comes next; past one that is about to end and has no place of
 * ours, for which no more are asked. NULL: none. */
const struct bx_slot *bx_slots_now(const struct bx_till *till, int event);
/* An ended slot is left for the one that runs. */
void bx_slots_follow(struct bx_till *till);
/* Places this till could get in SLOT: its own, and, in contact, what the venue has beside. */
int64_t bx_slots_room(const struct bx_till *till, const struct bx_slot *slot);
bool bx_slots_is_over(const struct bx_till *till, const struct bx_slot *slot);
/* What POOL is for, as a person says it: its day, time and event. Returns OUT. */
const char *bx_pool_text(const struct bx_till *till, const struct bx_slug *pool,
                         char out[BX_NAME_SIZE]);
void bx_slots_step(struct bx_till *till, int step);
/* The first slot of that day that is not over; nothing when there is none. */
void bx_slots_day_to(struct bx_till *till, struct bx_date date);
void bx_slots_day(struct bx_till *till, int step);
void bx_slots_event(struct bx_till *till);
/* N */
void bx_slots_next(struct bx_till *till);
/* The slot of the chosen day and event that begins at MINUTE after midnight; NULL none. */
const struct bx_slot *bx_slots_at(const struct bx_till *till, int minute);
#define BX_CLOCK_TEXT 6
const char *bx_slot_time(bx_utc at, int offset_min, char out[BX_CLOCK_TEXT]);
/* "" for DATE today, else "Wed 25"; with the month when LONG_FORM. */
void bx_day_text(const struct bx_till *till, struct bx_date date, bool long_form, char *out,
                 size_t size);

/* --- sell.c, pay.c, line.c, login.c, palette.c: the screens ------------------------------------
 */

void bx_sell_key(struct bx_till *till, int key);
/* Rings up (or takes away) on the chosen slot; ASKED: a large quantity was confirmed. */
void bx_sell_add(struct bx_till *till, const struct bx_product *product, int quantity, bool asked);
/* Takes back what the last key rang up; false when that was nothing. */
bool bx_sell_unring(struct bx_till *till);
/* The product that Fn stands for on this page; NULL none. */
const struct bx_product *bx_sell_product(const struct bx_till *till, size_t nth);
size_t bx_sell_products(const struct bx_till *till);
enum { BX_SELL_PAGE = 8 };
void bx_sell_pay(struct bx_till *till);
void bx_sell_clear(struct bx_till *till);

/* sell_forms.c: on LINES they are about the chosen line, else about the basket */
void bx_sell_discount(struct bx_till *till);
void bx_sell_price(struct bx_till *till);
void bx_sell_open_price(struct bx_till *till, const struct bx_product *product);
void bx_sell_member(struct bx_till *till);
void bx_sell_member_said(struct bx_till *till);
/* PRODUCT needs a card: asks for it, then rings up QUANTITY. */
void bx_sell_proof(struct bx_till *till, const struct bx_product *product, int quantity);
/* What was sold out a moment ago, with a supervisor's word. */
void bx_sell_over(struct bx_till *till);
/* The question of origin, when it is this sale's turn. */
void bx_sell_origin(struct bx_till *till);
void bx_sell_decline(struct bx_till *till);
void bx_sell_group(struct bx_till *till);
/* The chosen line to the slot that is chosen on SELL. */
void bx_sell_line_move(struct bx_till *till);
/* arrivals_form.c */
void bx_arrivals_open(struct bx_till *till);
/* The list is open, where a scan chooses. */
bool bx_arrivals_are_listed(struct bx_till *till);
/* An order's code was scanned; false: it is none. */
bool bx_arrivals_scanned(struct bx_till *till, const char *text);
/* shelf_forms.c */
void bx_sell_park(struct bx_till *till);
void bx_lines_key(struct bx_till *till, int key);
void bx_lines_drop(struct bx_till *till);

void bx_pay_key(struct bx_till *till, int key);
void bx_pay_enter(struct bx_till *till);
void bx_pay_card(struct bx_till *till);
/* A card that was taken elsewhere, by its slip. */
void bx_pay_slip(struct bx_till *till, bx_money amount, const char *reference);
/* Cash of RECEIVED; asks first when that is more than anybody hands over, unless it was ASKED. */
void bx_pay_cash(struct bx_till *till, bx_money received, bool asked);
void bx_pay_quick(struct bx_till *till, int nth);
void bx_pay_by_voucher(struct bx_till *till);
void bx_pay_to_account(struct bx_till *till);
void bx_pay_invoice(struct bx_till *till);
/* What is unknown stays so, and the till is free. */
void bx_pay_later(struct bx_till *till);
/* An article, a member's card or an order was scanned; false: it is none of these. */
bool bx_sell_scanned(struct bx_till *till, const char *text);
/* Is TEXT the code of an article, a member or an order? */
bool bx_sell_knows(const struct bx_till *till, const char *text);
bool bx_sell_member_is_open(struct bx_till *till);
/* pay_forms.c. LIMIT: no more than that; NULL: all that is left. */
void bx_pay_voucher(struct bx_till *till, const bx_money *limit);
void bx_pay_account(struct bx_till *till, const bx_money *limit);
/* What would make the sum round; 0: nothing is offered. */
bx_money bx_pay_round_up(const struct bx_till *till);
void bx_pay_round(struct bx_till *till);
/* A voucher was scanned; false: it is none. */
bool bx_pay_scanned(struct bx_till *till, const char *text, size_t len);
void bx_pay_leave(struct bx_till *till, bool asked);
/* Takes a tender and says what is left. */
int bx_must bx_pay_tender(struct bx_till *till, enum bx_tender_kind kind, bx_money received,
                          const char *reference, struct bx_fault *fault);

void bx_line_key(struct bx_till *till, int key);
void bx_line_run(struct bx_till *till);

void bx_login_key(struct bx_till *till, int key);
void bx_login_open(struct bx_till *till);

void bx_palette_open(struct bx_till *till);
void bx_palette_key(struct bx_till *till, int key);
void bx_palette_run(struct bx_till *till);
/* Which screen PALETTE, KEYS and LINE lie over. */
enum bx_screen bx_palette_under(const struct bx_till *till);

/* --- lists.c, items.c: FIND, SALE, PAPER, QUEUE ------------------------------------------------
 */

void bx_lists_open(struct bx_till *till, enum bx_screen screen);
/* Reads what SCREEN shows again; nothing when it is no list. */
void bx_lists_load(struct bx_till *till, enum bx_screen screen);
void bx_lists_read(struct bx_till *till, enum bx_reading reading, enum bx_query_kind kind,
                   int64_t from, int limit, const char *text);
/* Reads the list again when what it depends on has changed. */
void bx_lists_follow(struct bx_till *till);
void bx_lists_key(struct bx_till *till, int key);
void bx_lists_choose(struct bx_till *till);
void bx_lists_document(struct bx_till *till, enum bx_action action);
void bx_lists_replace(struct bx_till *till, size_t item);
void bx_lists_forget(struct bx_till *till);
/* A code was scanned. */
void bx_lists_scanned(struct bx_till *till, const char *text, size_t len);

void bx_items_forget(struct bx_till *till);
void bx_items_rows_add(struct bx_till *till, const struct bx_row *rows, size_t count);
/* Makes the items of SCREEN from the rows, beginning with row FIRST. */
void bx_items_make(struct bx_till *till, enum bx_screen screen, size_t first);
void bx_items_sale_open(struct bx_till *till, const struct bx_row *row, const char *code);
/* TAKEN is shown on SALE. */
void bx_items_case_open(struct bx_till *till, struct bx_case *taken, const char *code);
/* QUEUE: money that was asked of somebody who has not answered. They have no row. */
void bx_items_attempts(struct bx_till *till);
/* What a list says of ROW; ROOM for its sale. */
void bx_item_describe(const struct bx_till *till, const struct bx_row *row, struct bx_sale *room,
                      struct bx_item *ret);
/* Every word of TEXT stands somewhere in the item: a time and an amount together find a sale. */
bool bx_item_matches(const struct bx_till *till, const struct bx_item *item, const char *text);
/* Items that pass the filter typed on FIND. */
size_t bx_items_count(const struct bx_till *till);
/* The NTH of them; NULL when there is none. */
const struct bx_item *bx_items_at(const struct bx_till *till, size_t nth);
const struct bx_row *bx_items_row(const struct bx_till *till, const struct bx_item *item);
const struct bx_print_job *bx_items_job(const struct bx_till *till, const struct bx_item *item);

/* Asks for field AT of FORM, the top one, with TEXT in it (form.c). */
void bx_form_turn(struct bx_till *till, struct bx_form *form, size_t at, const char *text);

/* --- form.c: for view_form.c --------------------------------------------------------------------
 */
/* Is PART in TEXT, whatever the case? */
bool bx_form_holds(const char *text, const char *part);
/* Are there so many options that typing narrows them down? */
bool bx_form_filters(const struct bx_field *field);
/* Index of the NTH option that is shown; -1 none. */
int bx_form_shown(const struct bx_till *till, const struct bx_field *field, size_t nth);
/* The letter that takes it; 0 none. */
char bx_form_letter(size_t nth);

/* --- view_form.c -------------------------------------------------------------------------------
 */
/* view_sell.c */
void bx_view_sell(const struct bx_till *till, struct bx_till_view *v);
void bx_view_form(const struct bx_till *till, struct bx_till_view *v);

/* The list of FIND, from the server: rows without bodies. */
void bx_items_found(struct bx_till *till, const struct bx_found_sale *sales, int count);

/* --- find.c: all tills' sales ------------------------------------------------------------------
 */

/* Asks for what is typed. */
void bx_find_venue(struct bx_till *till);
/* This till's sales, or the venue's. */
void bx_find_scope(struct bx_till *till);
/* Opens what the server has found. */
void bx_find_open(struct bx_till *till, const struct bx_row *row);
/* This till has nothing of that number or code: does the server? */
void bx_find_elsewhere(struct bx_till *till, const char *text);

/* --- attention.c: the tasks on QUEUE ------------------------------------------------------------
 */

/* What can be done about the chosen one. */
void bx_attention_open(struct bx_till *till);
/* It stays as it is, with a reason. */
void bx_attention_settle(struct bx_till *till);

/* --- correct_form.c: the sale on SALE ----------------------------------------------------------
 */

/* The sale on SALE, with all that became of it; NULL: none, or ACTION waits until that is read. */
struct bx_case *bx_correct_case(struct bx_till *till, enum bx_action action);
/* A ticket's code was scanned into the refund's or exchange's form; false: it is not open. */
bool bx_correct_scanned(struct bx_till *till, const char *text, size_t len);
void bx_correct_void(struct bx_till *till);
void bx_correct_refund(struct bx_till *till);
void bx_correct_exchange(struct bx_till *till);
void bx_correct_tender(struct bx_till *till);
void bx_correct_dispute(struct bx_till *till);
void bx_correct_invoice(struct bx_till *till);
/* Asks for the buyer when an invoice was wanted with the last sale. */
bool bx_invoice_due(struct bx_till *till);
/* gift.c: places of the chosen slot to another till, and from one. */
void bx_gift_give(struct bx_till *till);
void bx_gift_take(struct bx_till *till);
/* All that was sold for the chosen slot (sweep.c). */
void bx_correct_slot(struct bx_till *till);

/* --- view_lists.c ------------------------------------------------------------------------------
 */

void bx_view_lists(const struct bx_till *till, struct bx_till_view *v);
/* "12 s", "3 min", "2 h", "4 days". */
void bx_view_age(int64_t seconds, char *out, size_t size);
