/* SPDX-License-Identifier: Apache-2.0 */
/* Places for another till, and from one (domain/gift.h has the rule).
 *
 * Giving takes the places out of the lease in the entry's own transaction, and only what is on disk
 * gets a code. What is asked for is reserved meanwhile, like places in a payment, so that no sale
 * and no CLOSE comes between. Which places they are (used-before) is known when the entry's turn
 * comes. Taking needs an open lease, since places belong to one; the journal refuses an id that it
 * has, and with it a code that was typed before. */

#include "screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/domain/gift.h"
#include "command.h"
#include "leases.h"

enum { CODE_COLUMNS = 24, BLOCK = 5 };

static int may(const struct bx_till *till, struct bx_fault *fault)
{
    int err = bx_may_act(till, fault);
    if (!err && till->training)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Not in training.");
    if (!err && (!till->keys || !till->keys->has_pair))
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "The server has not told this till yet what codes are made with.");
    return err;
}

/* --- giving ----------------------------------------------------------------------------------- */

static int lease_check(struct bx_till *till, const struct bx_slug *pool,
                       const struct bx_lease **ret, struct bx_fault *fault)
{
    const struct bx_lease *row = bx_leases_find(till, pool);
    char name[BX_NAME_SIZE];
    if (row && bx_leases_is_frozen(till, pool))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "The server lost count of our places: call a supervisor.");
    if (!row || !bx_lease_is_live(till, row) || bx_slug_equal(&till->leases.settling, pool))
        return bx_fault_say(fault, BX_ERR_REFUSED, "This till has no open places of %s.",
                            bx_pool_text(till, pool, name));
    if (row->r > BX_GIFT_R_MAX || row->used + row->reserved > BX_GIFT_BEFORE_MAX)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Too much was sold of it for a code.");
    *ret = row;
    return 0;
}

static int give_fill(struct bx_till *till, struct bx_intent *intent, struct bx_fault *fault)
{
    const struct bx_lease *row;
    struct bx_gift gift;
    struct bx_entry_head head = {.kind = BX_KIND_GIVE, .till = till->till};
    int err = bx_gift_read(&head, intent->about, intent->n, &gift, fault);
    if (!err)
        err = lease_check(till, &gift.pool, &row, fault);
    if (err)
        return err;
    gift.r = row->r;
    gift.before = row->used;
    bx_gift_write(BX_KIND_GIVE, &gift, intent->about);
    return 0;
}

static void code_tell(struct bx_till *till, const struct bx_gift *gift, bx_origin origin)
{
    struct bx_command *command = &till->command;
    char code[BX_GIFT_SIZE], shown[BX_GIFT_SIZE + 2], name[BX_NAME_SIZE];
    bx_gift_code(till->keys->pair.b, gift, code);
    snprintf(shown, sizeof(shown), "%.5s-%.5s-%.5s", code, code + BLOCK, code + 2 * BLOCK);
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    bx_buf_format(&text,
                  bx_word("%" PRId64 " places of %s\nare till %" PRId64
                          "'s now, and this till's no more.\n\n"
                          "There, by Take places over, or by:"),
                  gift->places, bx_pool_text(till, &gift->pool, name), gift->to);
    bx_buf_format(&text, "\nboxtill allot take %s", shown);
    if (origin == 0) {
        bx_buf_text_add(&text, "\n");
        bx_text_open(till, bx_word("Places given away"), bx_buf_text(&text), NULL);
        return;
    }
    if (command->request != origin)
        return;
    struct bx_json_writer writer;
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "pool", gift->pool.s);
    bx_json_put_int(&writer, "to", gift->to);
    bx_json_put_int(&writer, "places", gift->places);
    bx_json_put_string(&writer, "code", code);
    bx_json_object_close(&writer);
    bx_buf_text_add(&command->human, bx_buf_text(&text));
}

static void give_after(struct bx_till *till, const struct bx_intent *intent,
                       const struct bx_entry_head *head, const struct bx_ref *ref,
                       const struct bx_fault *fault)
{
    struct bx_gift gift;
    struct bx_entry_head own = {.kind = BX_KIND_GIVE, .till = till->till};
    (void)head;
    (void)ref;
    if (bx_gift_read(&own, intent->about, intent->n, &gift, NULL))
        return;
    bx_leases_given(till, &gift, !fault);
    if (fault && intent->origin == 0)
        bx_counter_fault(till, fault);
    gift.epoch = till->link.epoch;
    if (!fault)
        code_tell(till, &gift, intent->origin);
}

static int give(struct bx_till *till, bx_origin origin, const struct bx_gift *wish,
                struct bx_fault *fault)
{
    const struct bx_lease *row;
    struct bx_gift gift = *wish;
    int err = may(till, fault);
    if (!err)
        err = lease_check(till, &gift.pool, &row, fault);
    if (err)
        return err;
    int64_t free = bx_leases_free(till, &gift.pool);
    if (gift.places > free)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This till has %" PRId64 " places of it.", free);
    if (gift.to == till->till)
        return bx_fault_say(fault, BX_ERR_INPUT, "That is this till itself.");
    gift.from = till->till;
    gift.r = row->r;
    gift.before = row->used;
    struct bx_intent intent = {.kind = BX_KIND_GIVE,
                               .origin = origin,
                               .n = gift.places,
                               .after = give_after,
                               .fill = give_fill};
    bx_gift_write(BX_KIND_GIVE, &gift, intent.about);
    bx_leases_reserve(till, &gift.pool, gift.places);
    bx_commit_push(till, &intent);
    return 0;
}

/* --- taking ----------------------------------------------------------------------------------- */

static int take_fill(struct bx_till *till, struct bx_intent *intent, struct bx_fault *fault)
{
    const struct bx_lease *row;
    struct bx_gift gift;
    struct bx_entry_head head = {.kind = BX_KIND_TAKE, .till = till->till};
    int err = bx_gift_read(&head, intent->about, intent->n, &gift, fault);
    if (!err)
        err = lease_check(till, &gift.pool, &row, fault);
    if (err)
        return err;
    gift.own_r = row->r;
    bx_gift_write(BX_KIND_TAKE, &gift, intent->about);
    return 0;
}

static void take_after(struct bx_till *till, const struct bx_intent *intent,
                       const struct bx_entry_head *head, const struct bx_ref *ref,
                       const struct bx_fault *fault)
{
    struct bx_gift gift;
    struct bx_command *command = &till->command;
    char name[BX_NAME_SIZE];
    (void)ref;
    if (fault && intent->origin == 0)
        bx_counter_fault(till, fault);
    if (fault || bx_gift_read(head, intent->about, intent->n, &gift, NULL))
        return;
    bx_leases_taken(till, &gift);
    if (intent->origin != 0 && command->request == intent->origin) {
        struct bx_json_writer writer;
        bx_json_write(&writer, &command->json);
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "pool", gift.pool.s);
        bx_json_put_int(&writer, "from", gift.from);
        bx_json_put_int(&writer, "places", gift.places);
        bx_json_object_close(&writer);
    }
    bx_told(till, intent->origin, BX_TONE_GOOD, "%" PRId64 " places of %s more, from till %" PRId64,
            gift.places, bx_pool_text(till, &gift.pool, name), gift.from);
}

/* Which of our pools the code is about. */
static int pool_find(struct bx_till *till, const char *code, struct bx_gift *gift,
                     struct bx_fault *fault)
{
    const struct bx_leases *leases = &till->leases;
    const struct bx_programme *programme = till->programme;
    const uint8_t *key = till->keys->pair.b;
    for (size_t i = 0; i < leases->count; i++) {
        gift->pool = leases->rows[i].pool;
        if (bx_gift_is(key, gift, code))
            return 0;
    }
    for (size_t i = 0; programme && i < programme->slot_count; i++) {
        gift->pool = programme->slots[i].pool;
        if (!bx_slug_is_none(&gift->pool) && bx_gift_is(key, gift, code))
            return 0; /* without a lease: that is said then */
    }
    return bx_fault_say(fault, BX_ERR_REFUSED,
                        "This code is not for this till, or mistyped: nothing was taken.");
}

static int take(struct bx_till *till, bx_origin origin, const char *code, struct bx_fault *fault)
{
    const struct bx_lease *row;
    struct bx_gift gift = {.epoch = till->link.epoch, .to = till->till};
    int err = may(till, fault);
    if (!err && bx_gift_split(code, &gift))
        err = bx_fault_say(fault, BX_ERR_INPUT, "A code has 15 letters and digits.");
    if (!err && gift.from == till->till)
        err = bx_fault_say(fault, BX_ERR_REFUSED, "This code is this till's own.");
    if (!err)
        err = pool_find(till, code, &gift, fault);
    if (!err)
        err = lease_check(till, &gift.pool, &row, fault);
    if (err)
        return err;
    gift.own_r = row->r;
    struct bx_intent intent = {.kind = BX_KIND_TAKE,
                               .origin = origin,
                               .id = bx_gift_id(&gift),
                               .n = gift.places,
                               .after = take_after,
                               .fill = take_fill};
    bx_gift_write(BX_KIND_TAKE, &gift, intent.about);
    bx_commit_push(till, &intent);
    return 0;
}

/* --- by command ------------------------------------------------------------------------------- */

void bx_command_give_away(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_fault fault = {0};
    struct bx_gift gift = {0};
    bx_slug_read(reader, "pool", &gift.pool);
    gift.to = bx_json_int(reader, "to", 1, BX_GIFT_TILL_MAX);
    gift.places = bx_json_int(reader, "places", 1, BX_GIFT_PLACES_MAX);
    if (reader->err)
        bx_command_usage(till, reader->fault);
    else if (give(till, till->command.request, &gift, &fault))
        bx_command_refuse(till, &fault);
}

void bx_command_take_over(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_fault fault = {0};
    char code[CODE_COLUMNS + 1];
    bx_json_string(reader, "code", CODE_COLUMNS, code, sizeof(code));
    if (reader->err)
        bx_command_usage(till, reader->fault);
    else if (take(till, till->command.request, code, &fault))
        bx_command_refuse(till, &fault);
}

/* --- on the screen ---------------------------------------------------------------------------- */

static void give_fields(struct bx_till *till, struct bx_form *form)
{
    const struct bx_slug *pool = form->data;
    char name[BX_NAME_SIZE];
    bx_form_number(form, "To till", 1, BX_GIFT_TILL_MAX);
    bx_form_number(form, "Places", 1, BX_GIFT_PLACES_MAX);
    snprintf(form->text, sizeof(form->text), bx_word("%" PRId64 " places are this till's: %s"),
             bx_leases_free(till, pool), bx_pool_text(till, pool, name));
}

static int give_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    struct bx_gift gift = {.pool = *(const struct bx_slug *)form->data,
                           .to = form->fields[0].n,
                           .places = form->fields[1].n};
    int err = give(till, 0, &gift, fault);
    if (err)
        return err;
    bx_form_close(till, form);
    return BX_FORM_STAYS;
}

static const struct bx_form_kind give_form = {BX_WORD("Give places away"), give_fields, NULL,
                                              give_done, NULL};

void bx_gift_give(struct bx_till *till)
{
    const struct bx_slot *slot = bx_slots_selected(till);
    struct bx_fault fault = {0};
    const struct bx_lease *row;
    int err = slot ? may(till, &fault)
                   : bx_fault_say(&fault, BX_ERR_REFUSED, "Choose a time first: the arrows.");
    if (!err)
        err = lease_check(till, &slot->pool, &row, &fault);
    if (err)
        bx_counter_fault(till, &fault);
    else
        bx_form_open(till, &give_form, &slot->pool, sizeof(slot->pool));
}

static void take_fields(struct bx_till *till, struct bx_form *form)
{
    (void)till;
    bx_form_text(form, "The other till's code", CODE_COLUMNS, false);
}

static int take_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    int err = take(till, 0, form->fields[0].text, fault);
    if (err)
        return err;
    bx_form_close(till, form);
    return BX_FORM_STAYS;
}

static const struct bx_form_kind take_form = {BX_WORD("Take places over"), take_fields, NULL,
                                              take_done, NULL};

void bx_gift_take(struct bx_till *till)
{
    struct bx_fault fault = {0};
    if (may(till, &fault))
        bx_counter_fault(till, &fault);
    else
        bx_form_open(till, &take_form, NULL, 0);
}
