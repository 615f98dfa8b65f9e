/* SPDX-License-Identifier: Apache-2.0 */
/* Baskets put aside.
 *
 * One that is parked goes to the server, so that every till of the venue may go on with it; until
 * the server has said that it keeps it, and for as long as there is no contact, it lies here, and
 * in the draft file, so that it outlives this program. A parked basket holds no places: it is a
 * wish again. The exception is one whose money is unknown: its places stay its own until the server
 * has cleared that up. */

#include "desk.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"

void bx_shelf_finish(struct bx_shelf *shelf)
{
    for (size_t i = 0; i < shelf->count; i++)
        bx_free(shelf->rows[i]);
    shelf->count = 0;
    shelf->resume = bx_free(shelf->resume);
}

static int find(const struct bx_shelf *shelf, const struct bx_id *basket)
{
    for (size_t i = 0; i < shelf->count; i++)
        if (bx_id_equal(&shelf->rows[i]->basket.id, basket))
            return (int)i;
    return -1;
}

/* The one that is being fetched may have to lie here, too. */
static bool is_full(const struct bx_shelf *shelf)
{
    return shelf->count + shelf->resuming >= BX_SHELF_MAX;
}

static void remove_at(struct bx_till *till, int at)
{
    struct bx_shelf *shelf = &till->shelf;
    bx_free(shelf->rows[at]);
    shelf->count--;
    memmove(&shelf->rows[at], &shelf->rows[at + 1],
            (shelf->count - (size_t)at) * sizeof(shelf->rows[0]));
    bx_draft_touch(till);
}

static struct bx_shelved *put(struct bx_till *till, const struct bx_desk *desk, const char *name)
{
    struct bx_shelf *shelf = &till->shelf;
    struct bx_shelved *row = bx_new(struct bx_shelved);
    row->basket = desk->basket;
    row->deal = desk->deal;
    bx_text_copy(row->name, sizeof(row->name), name);
    bx_assert(shelf->count < BX_SHELF_MAX);
    shelf->rows[shelf->count++] = row;
    return row;
}

/* "14:32 Ana" */
static void name_make(const struct bx_till *till, char out[BX_NAME_SIZE])
{
    const struct bx_user *user = bx_people_user(till);
    struct bx_date date;
    int minute;
    bx_utc_civil(till->turn.utc, bx_programme_offset(till->programme, till->turn.utc), &date,
                 &minute);
    snprintf(out, BX_NAME_SIZE, "%02d:%02d %.60s", minute / 60, minute % 60,
             user ? user->name : "");
}

/* --- parking ---------------------------------------------------------------------------------- */

static void parked(struct bx_till *till, const struct bx_id *about, const struct bx_reply *reply,
                   enum bx_contact contact, const struct bx_fault *fault)
{
    int at = find(&till->shelf, about);
    (void)contact;
    if (at < 0)
        return;
    till->shelf.rows[at]->sending = false;
    if (reply) {
        remove_at(till, at);
        bx_say(till, BX_TONE_GOOD, "Parked. Any till may go on with it: P.");
        return;
    }
    bx_till_log(till, "parked here only: %s", fault->say);
    bx_say(till, BX_TONE_WARN, "The server did not answer: parked at this till only. P goes on.");
}

static void send(struct bx_till *till, struct bx_shelved *row)
{
    struct bx_fault fault = {0};
    bx_buf_auto facts;
    bx_buf_init(&facts, 0);
    bx_deal_encode(&row->deal, "", &facts);
    /* Without its deal it would be another sale elsewhere: not paid before, not allowed. */
    if (facts.len >= BX_QUESTION_FACTS)
        return;
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    inquiry->id = bx_till_id(till);
    inquiry->basket = row->basket;
    BX_TEXT_COPY(inquiry->name, row->name);
    BX_TEXT_COPY(inquiry->facts, bx_buf_text(&facts));
    row->sending =
        bx_question_ask(till, BX_QUESTION_PARK, inquiry, &row->basket.id, parked, &fault) == 0;
    bx_free(inquiry);
}

int bx_shelf_park(struct bx_till *till, struct bx_desk *desk, const char *name,
                  struct bx_fault *fault)
{
    char own[BX_NAME_SIZE];
    int err = bx_desk_ready(till, desk, fault);
    if (!err)
        err = bx_may_act(till, fault);
    if (err)
        return err;
    if (desk->basket.count == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "The basket is empty.");
    if (desk->returns)
        return bx_fault_say(fault, BX_ERR_REFUSED, "An exchange cannot be parked.");
    if (!bx_id_is_zero(&desk->paid))
        return bx_fault_say(fault, BX_ERR_REFUSED, "It is paid by card: sell it, or empty it.");
    if (is_full(&till->shelf))
        return bx_fault_say(fault, BX_ERR_FULL, "%d baskets lie here already.", BX_SHELF_MAX);
    name_make(till, own);
    struct bx_shelved *row = put(till, desk, name[0] ? name : own);
    bx_desk_forget(till, desk);
    send(till, row);
    bx_draft_write(till);
    return 0;
}

/* Its places stay its own until the money is cleared up. */
static void wait_for(struct bx_till *till, struct bx_shelved *row, const struct bx_id *attempt)
{
    row->attempt = *attempt;
    for (int i = 0; i < row->use_count; i++)
        bx_leases_reserve(till, &row->uses[i].pool, row->uses[i].q);
}

int bx_shelf_leave(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault)
{
    const struct bx_attempt *attempt = bx_attempts_of(till, desk);
    char name[BX_NAME_SIZE];
    if (!desk->tendering || desk->committing || !attempt)
        return bx_fault_say(fault, BX_ERR_REFUSED, "There is nothing to leave for later.");
    if (desk->returns) { /* it stands at its sale; what was charged goes back by itself */
        bx_attempts_leave(till, desk);
        bx_desk_pay_close(till, desk);
        return 0;
    }
    if (is_full(&till->shelf))
        return bx_fault_say(fault, BX_ERR_FULL, "%d baskets lie here already.", BX_SHELF_MAX);
    name_make(till, name);
    struct bx_shelved *row = put(till, desk, name);
    struct bx_id id = attempt->entry.attempt;
    row->use_count = desk->sale.use_count;
    memcpy(row->uses, desk->sale.uses, sizeof(row->uses));
    bx_attempts_leave(till, desk);
    bx_desk_pay_close(till, desk);
    wait_for(till, row, &id); /* closing gave them back */
    bx_desk_forget(till, desk);
    bx_draft_write(till);
    return 0;
}

bool bx_shelf_holds(const struct bx_till *till, const struct bx_id *attempt)
{
    for (size_t i = 0; i < till->shelf.count; i++)
        if (bx_id_equal(&till->shelf.rows[i]->attempt, attempt))
            return true;
    return false;
}

bool bx_shelf_claim(struct bx_till *till, const struct bx_attempt *attempt)
{
    struct bx_desk *desk = &till->desk;
    char name[BX_NAME_SIZE];
    if (bx_shelf_holds(till, &attempt->entry.attempt))
        return true;
    if (desk->tendering || desk->basket.count == 0 || is_full(&till->shelf) ||
        !bx_id_equal(&desk->basket.id, &attempt->entry.basket))
        return false;
    name_make(till, name);
    struct bx_shelved *row = put(till, desk, name);
    row->use_count = bx_desk_uses(till, &row->deal, &row->basket, row->uses);
    wait_for(till, row, &attempt->entry.attempt);
    bx_desk_forget(till, desk);
    bx_draft_write(till);
    return true;
}

void bx_shelf_settled(struct bx_till *till, const struct bx_id *attempt)
{
    struct bx_shelf *shelf = &till->shelf;
    for (size_t i = 0; i < shelf->count; i++) {
        struct bx_shelved *row = shelf->rows[i];
        if (bx_id_is_zero(&row->attempt) || !bx_id_equal(&row->attempt, attempt))
            continue;
        for (int use = 0; use < row->use_count; use++)
            bx_leases_reserve(till, &row->uses[use].pool, -row->uses[use].q);
        row->use_count = 0;
        row->attempt = (struct bx_id){0};
        bx_draft_touch(till);
    }
}

/* --- going on --------------------------------------------------------------------------------- */

static void listed(struct bx_till *till, const struct bx_id *about, const struct bx_reply *reply,
                   enum bx_contact contact, const struct bx_fault *fault)
{
    struct bx_shelf *shelf = &till->shelf;
    (void)about;
    (void)contact;
    (void)fault;
    if (!shelf->listing)
        return;
    shelf->listing = false;
    shelf->heard = reply != NULL;
    shelf->remote_count = reply ? (size_t)reply->parked_count : 0;
    if (reply)
        memcpy(shelf->remote, reply->parked, sizeof(shelf->remote));
    bx_shelf_show(till, shelf->list_origin);
}

void bx_shelf_list(struct bx_till *till, bx_origin origin)
{
    struct bx_shelf *shelf = &till->shelf;
    struct bx_fault fault = {0};
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    inquiry->id = bx_till_id(till);
    shelf->list_origin = origin;
    shelf->remote_count = 0;
    shelf->heard = false;
    shelf->listing =
        bx_question_ask(till, BX_QUESTION_PARKED, inquiry, &inquiry->id, listed, &fault) == 0;
    bx_free(inquiry);
    if (!shelf->listing)
        bx_shelf_show(till, origin);
}

/* BASKET and DEAL onto the desk, at today's prices. */
static void lay(struct bx_till *till, struct bx_desk *desk, const struct bx_basket *basket,
                const struct bx_deal *deal)
{
    desk->basket = *basket;
    desk->deal = *deal;
    bx_desk_refresh(till, desk);
    bx_desk_changed(till, desk);
}

static void resumed(struct bx_till *till, const struct bx_id *about, const struct bx_reply *reply,
                    enum bx_contact contact, const struct bx_fault *fault)
{
    struct bx_shelf *shelf = &till->shelf;
    struct bx_desk *desk = bx_desk_of(till, shelf->resume_origin);
    struct bx_fault own = *fault;
    struct bx_deal deal = {0};
    char name[BX_NAME_SIZE];
    (void)about;
    if (!shelf->resuming)
        return;
    shelf->resuming = false;
    /* Not answered: the same id is asked when it is tried again, so nothing is lost in between. */
    if (reply || contact == BX_CONTACT_REFUSED)
        shelf->resume = bx_free(shelf->resume);
    if (reply && !reply->yours) {
        bx_fault_say(&own, BX_ERR_REFUSED, "Another till has this basket now.");
    } else if (reply && reply->facts[0] &&
               bx_deal_decode(reply->facts, strlen(reply->facts), &deal, name, NULL)) {
        bx_fault_say(&own, BX_ERR_INPUT,
                     "This basket was parked by a newer till and cannot be read here. Ring it up "
                     "again.");
    } else if (reply && (!desk || desk->basket.count > 0 || !till->programme)) {
        struct bx_desk spare = {.origin = -1, .basket = reply->basket, .deal = deal};
        put(till, &spare, reply->name);
        bx_draft_touch(till);
        bx_fault_say(&own, BX_ERR_REFUSED, "The basket has come, and lies here now.");
    } else if (reply) {
        struct bx_basket basket = reply->basket;
        basket.id = bx_till_id(till);
        lay(till, desk, &basket, &deal);
        bx_shelf_resumed(till, shelf->resume_origin, reply->name);
        return;
    }
    bx_refused(till, shelf->resume_origin, &own);
}

static int resume_remote(struct bx_till *till, const struct bx_id *basket, struct bx_fault *fault)
{
    struct bx_shelf *shelf = &till->shelf;
    if (shelf->resuming)
        return bx_fault_say(fault, BX_ERR_BUSY, "A basket is being fetched: one moment.");
    if (is_full(shelf))
        return bx_fault_say(fault, BX_ERR_FULL, "%d baskets lie here already.", BX_SHELF_MAX);
    if (!shelf->resume || !bx_id_equal(&shelf->resume->basket.id, basket)) {
        bx_free(shelf->resume);
        shelf->resume = bx_new(struct bx_inquiry);
        shelf->resume->id = bx_till_id(till);
        shelf->resume->basket.id = *basket;
    }
    int err = bx_question_ask(till, BX_QUESTION_RESUME, shelf->resume, basket, resumed, fault);
    shelf->resuming = !err;
    return err;
}

int bx_shelf_resume(struct bx_till *till, struct bx_desk *desk, const struct bx_id *basket,
                    struct bx_fault *fault)
{
    struct bx_shelf *shelf = &till->shelf;
    int err = bx_desk_ready(till, desk, fault);
    if (!err)
        err = bx_may_act(till, fault);
    if (err)
        return err;
    if (desk->basket.count > 0)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "There is a basket on the screen: sell it or park it first.");
    shelf->resume_origin = desk->origin;
    int at = find(shelf, basket);
    if (at < 0)
        return resume_remote(till, basket, fault);
    struct bx_shelved *row = shelf->rows[at];
    const struct bx_attempt *attempt = bx_attempts_find(till, &row->attempt);
    bool paid = attempt && attempt->step == BX_STEP_HELD;
    if (!bx_id_is_zero(&row->attempt) && !paid)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            attempt && attempt->entry.kind == BX_TENDER_CARD
                                ? "It is not known yet whether its card was charged: Q asks. Its "
                                  "places stay reserved until then."
                                : "The server has not said yet what became of its voucher. Its "
                                  "places stay reserved until then.");
    if (paid && desk->origin != 0)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "It is paid by card: go on with it on the till's screen.");
    if (row->sending)
        return bx_fault_say(fault, BX_ERR_BUSY, "It is on its way to the server: one moment.");
    char name[BX_NAME_SIZE];
    BX_TEXT_COPY(name, row->name);
    if (paid) {
        desk->paid = row->attempt;
        bx_shelf_settled(till, &desk->paid);
    }
    lay(till, desk, &row->basket, &row->deal);
    remove_at(till, at);
    bx_shelf_resumed(till, desk->origin, name);
    return 0;
}

/* --- as text ---------------------------------------------------------------------------------- */

void bx_shelf_encode(const struct bx_shelf *shelf, struct bx_buf *out)
{
    for (size_t i = 0; i < shelf->count; i++) {
        const struct bx_shelved *row = shelf->rows[i];
        struct bx_draft draft = {.basket = row->basket};
        char hex[BX_ID_TEXT] = "";
        bx_buf_text_add(out, "\n");
        bx_draft_encode(&draft, out);
        bx_buf_text_add(out, "\n");
        bx_deal_encode(&row->deal, row->name, out);
        bx_buf_text_add(out, "\n");
        if (!bx_id_is_zero(&row->attempt))
            bx_id_format(&row->attempt, hex);
        bx_buf_text_add(out, hex);
    }
}

void bx_shelf_take(struct bx_till *till, const struct bx_draft_line lines[3])
{
    struct bx_shelf *shelf = &till->shelf;
    struct bx_draft read;
    struct bx_fault fault = {0};
    char hex[BX_ID_TEXT] = "";
    if (shelf->count == BX_SHELF_MAX)
        return;
    struct bx_shelved *row = bx_new(struct bx_shelved);
    if (bx_draft_decode(lines[0].text, lines[0].len, &read, &fault) ||
        bx_deal_decode(lines[1].text, lines[1].len, &row->deal, row->name, &fault)) {
        bx_till_log(till, "a parked basket cannot be read: %s", fault.detail);
        bx_free(row);
        return;
    }
    row->basket = read.basket;
    if (lines[2].len == BX_ID_TEXT - 1) {
        memcpy(hex, lines[2].text, BX_ID_TEXT - 1);
        if (bx_id_parse(hex, &row->attempt))
            row->attempt = (struct bx_id){0};
    }
    shelf->rows[shelf->count++] = row;
}

void bx_shelf_start(struct bx_till *till)
{
    for (size_t i = 0; i < till->shelf.count; i++) {
        struct bx_shelved *row = till->shelf.rows[i];
        if (bx_id_is_zero(&row->attempt))
            continue;
        row->use_count = bx_desk_uses(till, &row->deal, &row->basket, row->uses);
        for (int use = 0; use < row->use_count; use++)
            bx_leases_reserve(till, &row->uses[use].pool, row->uses[use].q);
    }
}

void bx_shelf_looked(struct bx_till *till)
{
    for (size_t i = 0; i < till->shelf.count; i++) {
        struct bx_id attempt = till->shelf.rows[i]->attempt;
        if (!bx_id_is_zero(&attempt) && !bx_attempts_find(till, &attempt))
            bx_shelf_settled(till, &attempt);
    }
}
