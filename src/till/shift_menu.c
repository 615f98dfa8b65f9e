/* SPDX-License-Identifier: Apache-2.0 */
/* S: everything about the shift and its drawers, as a list. */

#include "screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

/* --- the float ----------------------------------------------------------------------------------
 */

static bool is_open(const struct bx_till *till)
{
    return till->shift != 0;
}

static void float_fields(struct bx_till *till, struct bx_form *form)
{
    bx_money usual = is_open(till) ? (bx_money){0} : till->shifts.next_float[1];
    struct bx_field *amount = bx_form_amount(form, "Float in the drawer");
    amount->countable = till->programme && till->programme->coin_count > 0;
    amount->optional = true;
    if (amount->countable)
        BX_TEXT_COPY(amount->aside, bx_word("d: by coins and notes"));
    bx_form_coins(till, form);
    struct bx_field *first = &form->fields[0];
    if (usual.minor > 0)
        snprintf(first->text, sizeof(first->text), "%" PRId64, usual.minor);
    BX_TEXT_COPY(form->title, bx_word(is_open(till) ? "A drawer of your own" : "Open the shift"));
    bx_words_print(form->text, sizeof(form->text),
                   is_open(till) ? "Drawer %d is yours from now on."
                                 : "The shift opens with drawer %d.",
                   is_open(till) ? bx_drawer_free(till) : 1);
}

static void own_after(struct bx_till *till, const struct bx_intent *intent,
                      const struct bx_entry_head *head, const struct bx_ref *ref,
                      const struct bx_fault *fault)
{
    (void)head;
    if (fault && intent->origin == 0)
        bx_counter_fault(till, fault);
    if (fault)
        return;
    bx_drawer_open(till, ref, intent->cash->drawer, false);
    bx_told(till, intent->origin, BX_TONE_GOOD, "Drawer %d is yours.", intent->cash->drawer);
}

/* A drawer is somebody's by a hand-over; its float is an entry of its own. */
int bx_drawer_take(struct bx_till *till, bx_origin origin, const struct bx_cash_entry *cash,
                   struct bx_fault *fault)
{
    struct bx_cash_entry own = *cash;
    int err = bx_may_act(till, fault);
    if (err)
        return err;
    if (bx_till_drawer(till) != 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "You have drawer %d already.",
                            bx_till_drawer(till));
    own.drawer = bx_drawer_free(till);
    if (own.drawer == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Every drawer is somebody's.");
    struct bx_cash_entry given = {.drawer = own.drawer, .to = till->people.user};
    if (own.amount.minor > 0)
        bx_commit_cash(till, 0, BX_KIND_FLOAT, &own, NULL);
    bx_commit_cash(till, origin, BX_KIND_HAND_OVER, &given, own_after);
    return 0;
}

static int float_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    struct bx_cash_entry cash = {0};
    bx_form_cash(form, &form->fields[0], &cash);
    if (is_open(till))
        return bx_drawer_take(till, 0, &cash, fault);
    return bx_shift_open(till, 0, till->people.user, false, &cash, fault);
}

static const struct bx_form_kind float_form = {BX_WORD("Open the shift"), float_fields, NULL,
                                               float_done, NULL};

void bx_float_form(struct bx_till *till)
{
    struct bx_fault fault = {0};
    if (bx_may_act(till, &fault))
        bx_counter_fault(till, &fault);
    else
        bx_form_open(till, &float_form, NULL, 0);
}

/* --- training -----------------------------------------------------------------------------------
 */

static void training_after(struct bx_till *till, const struct bx_intent *intent,
                           const struct bx_entry_head *head, const struct bx_ref *ref,
                           const struct bx_fault *fault)
{
    (void)head;
    (void)ref;
    if (fault && intent->origin == 0)
        bx_counter_fault(till, fault);
    if (fault)
        return;
    if (intent->kind == BX_KIND_TRAINING_ON)
        bx_told(till, intent->origin, BX_TONE_WARN, "Training: nothing is sold for real.");
    else
        bx_told(till, intent->origin, BX_TONE_GOOD, "Training is over: sales are real again.");
}

static void training_done(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                          const void *arg)
{
    struct bx_intent intent = {.kind = till->training ? BX_KIND_TRAINING_OFF : BX_KIND_TRAINING_ON,
                               .origin = origin,
                               .n = warrant->approver,
                               .after = training_after};
    (void)arg;
    bx_commit_push(till, &intent);
}

void bx_training_turn(struct bx_till *till, bx_origin origin)
{
    struct bx_fault fault = {0};
    struct bx_warrant_ask ask = {.origin = origin, .action = "training", .done = training_done};
    int err = 0;
    BX_TEXT_COPY(ask.title, bx_word(till->training ? "End the training" : "Begin a training"));
    if (till->desk.basket.count > 0 || till->desk.returns || till->desk.tendering ||
        till->desk.committing)
        err = bx_fault_say(&fault, BX_ERR_REFUSED,
                           "The basket is open: pay, park or empty it first.");
    if (!err)
        err = bx_warrant_ask(till, &ask, &fault);
    if (err)
        bx_refused(till, origin, &fault);
}

/* --- the menu -----------------------------------------------------------------------------------
 */

static void paid_in(struct bx_till *till)
{
    bx_move_form(till, BX_KIND_PAID_IN);
}

static void paid_out(struct bx_till *till)
{
    bx_move_form(till, BX_KIND_PAID_OUT);
}

static void drop(struct bx_till *till)
{
    bx_move_form(till, BX_KIND_DROP);
}

static void change_in(struct bx_till *till)
{
    bx_move_form(till, BX_KIND_FLOAT);
}

static void count(struct bx_till *till)
{
    bx_move_form(till, BX_KIND_COUNT);
}

static void hand_over(struct bx_till *till)
{
    bx_move_form(till, BX_KIND_HAND_OVER);
}

static void no_sale(struct bx_till *till)
{
    struct bx_fault fault = {0};
    bx_counter_back(till);
    if (bx_move(till, 0, &(struct bx_move){.kind = BX_KIND_NO_SALE}, &fault))
        bx_counter_fault(till, &fault);
}

static void look(struct bx_till *till)
{
    bx_report_x(till, 0, true);
}

static void x_report(struct bx_till *till)
{
    bx_report_x(till, 0, false);
}

static void training(struct bx_till *till)
{
    bx_counter_back(till);
    bx_training_turn(till, 0);
}

static bool wants_float(const struct bx_till *till)
{
    return !is_open(till) || bx_till_drawer(till) == 0;
}

static bool is_working(const struct bx_till *till)
{
    return is_open(till) && bx_till_drawer(till) != 0;
}

static const struct bx_menu_row rows[] = {
    {'r', BX_WORD("Reports"), BX_WORD("by product, slot, hour, tender, cashier"), bx_summary_menu,
     true, NULL},
    {'o', BX_WORD("Open"), BX_WORD("a shift, or a drawer of your own, with its float"),
     bx_float_form, false, wants_float},
    {'l', BX_WORD("Look"), BX_WORD("the figures of the shift so far"), look, true, is_open},
    {'x', BX_WORD("X report"), BX_WORD("the same on paper; changes nothing"), x_report, false,
     is_open},
    {'z', BX_WORD("Z report again"), BX_WORD("and what is confirmed of it now"), bx_report_z_form,
     true, bx_report_has_z},
    {'i', BX_WORD("Paid in"), BX_WORD("money that comes in without a sale"), paid_in, false,
     is_working},
    {'p', BX_WORD("Paid out"), BX_WORD("money that goes out for something"), paid_out, false,
     is_working},
    {'d', BX_WORD("Drop"), BX_WORD("money to the safe"), drop, false, is_working},
    {'f', BX_WORD("Float"), BX_WORD("more change into the drawer"), change_in, false, is_working},
    {'k', BX_WORD("Spot count"), BX_WORD("what is in the drawer now"), count, false, is_working},
    {'n', BX_WORD("No sale"), BX_WORD("opens the drawer, for a reason"), no_sale, false,
     is_working},
    {'h', BX_WORD("Hand over"), BX_WORD("the drawer to another cashier"), hand_over, false,
     is_working},
    {'c', BX_WORD("Close"), BX_WORD("count, then the Z report; it ends the shift"), bx_closing_form,
     false, is_open},
    {'t', BX_WORD("Training"), BX_WORD("on or off; sales in it are not real"), training, false,
     is_open},
};

static const struct bx_menu_kind menu = {BX_WORD("Shift and drawer"), rows, bx_countof(rows)};

void bx_shift_menu(struct bx_till *till)
{
    bx_menu_open(till, &menu);
}
