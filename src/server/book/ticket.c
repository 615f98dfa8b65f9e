/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets: looked up by code, admitted once. A ticket leaves `valid` once; a scan is a fact with an
 * id, and its answer is made from its own stored row, so that a repeated scan hears what the first
 * one heard, even when the ticket has changed since. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "server/book/inside.h"

static const char *const state_words[] = {
    [BD_TICKET_VALID] = "valid",
    [BD_TICKET_USED] = "used",
    [BD_TICKET_REPLACED] = "replaced",
    [BD_TICKET_RETURNED] = "returned",
};

/* The first is kept unless it is replaced or taken back and another is not. One that was used ends
 * the search: its code has let somebody in. */
struct choice {
    struct bd_ticket_row *row;
    bool found;
};

static int choose(void *arg, const void *row)
{
    struct choice *choice = (struct choice *)arg;
    const struct bd_ticket_row *ticket = (const struct bd_ticket_row *)row;
    bool gone = ticket->used_at == 0 &&
                (ticket->state == BD_TICKET_REPLACED || ticket->state == BD_TICKET_RETURNED);
    if (choice->found && gone)
        return 0;
    *choice->row = *ticket;
    choice->found = true;
    return !gone;
}

const char *bd_ticket_word(enum bd_ticket_state state)
{
    return state_words[state];
}

int bd_ticket_find(struct bd_store *store, const char *code, struct bd_ticket_row *ret,
                   struct bx_fault *fault)
{
    struct choice choice = {.row = ret};
    struct bd_ticket_row from = {.nth = 0};
    struct bd_scan scan = {.table = BD_TICKET, .index = 1, .fixed = 1, .from = &from};
    BX_TEXT_COPY(from.code, code);
    int err = bd_scan(store, &scan, choose, &choice, fault);
    if (err < 0)
        return err;
    return choice.found ? 0 : BD_NOT;
}

void bd_use_inherit(struct bd_ticket_row *ticket, const struct bd_ticket_row *held)
{
    if (held->used_at == 0)
        return;
    ticket->state = BD_TICKET_USED;
    ticket->used_at = held->used_at;
    BX_TEXT_COPY(ticket->used_gate, held->used_gate);
}

static int missing(struct bx_fault *fault)
{
    return bx_fault_say(fault, BX_ERR_MISSING, "No ticket with this code is known here.");
}

int bd_book_ticket(struct bd_store *store, const struct bx_code *code, struct bx_buf *out,
                   struct bx_fault *fault)
{
    struct bd_ticket_row ticket;
    char date[BX_DATE_TEXT];
    int err = bd_ticket_find(store, code->s, &ticket, fault);
    if (err != 0)
        return err == BD_NOT ? missing(fault) : err;
    struct bd_order_row order = {.id = ticket.order};
    err = bd_must(bd_get(store, BD_ORDER, &order, fault), "ticket's order", fault);
    if (err != 0)
        return err;
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "code", ticket.code);
    bx_json_put_string(&writer, "state", state_words[ticket.state]);
    bx_json_put_string(&writer, "product", ticket.product.s);
    bx_json_put_string(&writer, "event", ticket.event.s);
    bx_json_put_string(&writer, "slot", ticket.slot.s);
    bx_json_put_string(&writer, "date",
                       bx_date_format(bx_date_from_days((int32_t)ticket.date), date));
    bx_json_put_int(&writer, "persons", ticket.persons);
    bx_json_put_id(&writer, "sale", &ticket.order);
    bx_json_put_string(&writer, "number", order.number);
    bx_json_put_string(&writer, "replaced_by", ticket.replaced_by);
    bx_json_put_int(&writer, "used_at", ticket.used_at);
    bx_json_put_string(&writer, "used_gate", ticket.used_gate);
    bx_json_object_close(&writer);
    return out->full ? bx_fault_say(fault, BX_ERR_FULL, "The answer does not fit.") : 0;
}

/* --- check-in ------------------------------------------------------------------------------- */

static int check_in_say(const struct bd_check_in_row *scan, struct bx_buf *out,
                        struct bx_fault *fault)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_id(&writer, "id", &scan->id);
    bx_json_put_string(&writer, "code", scan->code);
    bx_json_put_string(&writer, "verdict", scan->admitted != 0 ? "admit" : "refuse");
    bx_json_put_string(&writer, "why", scan->why);
    bx_json_put_int(&writer, "persons", scan->persons);
    bx_json_put_int(&writer, "first_at", scan->first_at);
    bx_json_put_string(&writer, "first_gate", scan->first_gate);
    bx_json_object_close(&writer);
    return out->full ? bx_fault_say(fault, BX_ERR_FULL, "The answer does not fit.") : 0;
}

/* What the ticket says to the scan; "" admits. */
static const char *refusal(const struct bd_meta_row *meta, const struct bd_ticket_row *ticket,
                           bool known, bx_utc at)
{
    if (!known)
        return "unknown";
    if (ticket->state == BD_TICKET_REPLACED)
        return "replaced";
    if (ticket->state == BD_TICKET_RETURNED)
        return "returned";
    if (ticket->state == BD_TICKET_USED)
        return "used";
    return ticket->date == bx_date_days(bd_today(meta, at)) ? "" : "wrong-day";
}

static int scan_once(struct bd_store *store, struct bd_check_in_row *scan, struct bx_fault *fault)
{
    struct bd_meta_row meta;
    struct bd_ticket_row ticket = {.nth = 0};
    int err = bd_meta(store, &meta, fault);
    if (err != 0)
        return err;
    int found = bd_ticket_find(store, scan->code, &ticket, fault);
    if (found < 0)
        return found;
    BX_TEXT_COPY(scan->why, refusal(&meta, &ticket, found == 0, (bx_utc){scan->at}));
    scan->admitted = scan->why[0] == '\0';
    scan->persons = found == 0 ? ticket.persons : 0;
    if (found == 0 && ticket.used_at != 0) {
        scan->first_at = ticket.used_at;
        BX_TEXT_COPY(scan->first_gate, ticket.used_gate);
    }
    if (scan->admitted != 0) {
        ticket.state = BD_TICKET_USED;
        ticket.used_at = scan->at;
        BX_TEXT_COPY(ticket.used_gate, scan->gate);
        err = bd_must(bd_update(store, BD_TICKET, &ticket, fault), "ticket", fault);
    }
    return err != 0 ? err : bd_must(bd_insert(store, BD_CHECK_IN, scan, fault), "scan", fault);
}

int bd_book_check_in(struct bd_book *book, const struct bd_turn *turn,
                     const struct bd_gate_scan *scan, struct bx_buf *out, struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_check_in_row row = {.id = scan->id};
    int err = bd_get(store, BD_CHECK_IN, &row, fault);
    if (err < 0)
        return err;
    if (err == 0) {
        if (strcmp(row.code, scan->code.s) != 0)
            return bx_fault_say(fault, BX_ERR_CLASH, "This scan was another ticket's.");
        return check_in_say(&row, out, fault);
    }
    row.at = scan->at.us;
    row.came_at = turn->now.us;
    BX_TEXT_COPY(row.code, scan->code.s);
    BX_TEXT_COPY(row.gate, scan->gate);
    err = store->ops->mark(store, fault);
    if (err == 0)
        err = bd_leave(store, scan_once(store, &row, fault), fault);
    return err != 0 ? err : check_in_say(&row, out, fault);
}
