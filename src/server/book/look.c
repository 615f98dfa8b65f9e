/* SPDX-License-Identifier: Apache-2.0 */
/* Looking sales up for any till of the venue: by what stands on a receipt, on a ticket, or in the
 * list of arrivals. Bodies go out as they were sent, so that a till reads another's sale as its
 * own. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/act.h"
#include "server/book/desk.h"

struct search {
    struct bd_store *store;
    struct bx_reply *reply;
    struct bx_fault *fault;
    const char *asked;
    char text[BX_NAME_SIZE]; /* upper-case */
    int64_t first_day;       /* names are looked for from then on */
    struct bx_id found[BX_QUESTION_LIST];
    int count;
};

static void upper(const char *text, char out[BX_NAME_SIZE])
{
    size_t at = 0;
    for (; text[at] != '\0' && at + 1 < BX_NAME_SIZE; at++)
        out[at] = (char)toupper((unsigned char)text[at]);
    out[at] = '\0';
}

static void found(struct search *search, const struct bx_id *sale)
{
    for (int i = 0; i < search->count; i++)
        if (bx_id_equal(&search->found[i], sale))
            return;
    if (search->count < BX_QUESTION_LIST && !bx_id_is_zero(sale))
        search->found[search->count++] = *sale;
}

static int order_found(void *arg, const void *row)
{
    found((struct search *)arg, &((const struct bd_order_row *)row)->id);
    return 0;
}

static int by_number(struct search *search, const char *number)
{
    struct bd_order_row from = {.at = 0};
    struct bd_scan scan = {.table = BD_ORDER, .index = 1, .fixed = 1, .from = &from};
    if (!BX_TEXT_COPY(from.number, number))
        return 0;
    return bd_scan(search->store, &scan, order_found, search, search->fault);
}

enum { TILLS_MAX = 512 };
struct tills {
    int64_t numbers[TILLS_MAX];
    int count;
};

static int collect_till(void *arg, const void *row)
{
    struct tills *tills = (struct tills *)arg;
    tills->numbers[tills->count++] = ((const struct bd_device_row *)row)->till;
    return tills->count == TILLS_MAX;
}

/* "412": the sale of that number of each till. */
static int by_digits(struct search *search)
{
    struct tills tills = {.count = 0};
    struct bd_scan scan = {.table = BD_DEVICE};
    int64_t n;
    if (bx_text_number(search->text, strlen(search->text), INT32_MAX, &n) != 0)
        return 0;
    int err = bd_scan(search->store, &scan, collect_till, &tills, search->fault);
    err = err > 0 ? 0 : err;
    for (int i = 0; i < tills.count && err == 0; i++) {
        char number[BX_NUMBER_SIZE];
        bx_number_format(tills.numbers[i], BX_SERIES_SALE, n, number);
        err = by_number(search, number);
    }
    return err;
}

static int by_code(struct search *search)
{
    struct bx_code code;
    struct bd_ticket_row ticket;
    if (bx_code_read(search->text, strlen(search->text), &code, NULL) != 0)
        return 0;
    int err = bd_ticket_find(search->store, code.s, &ticket, search->fault);
    if (err == 0)
        found(search, &ticket.order);
    return err < 0 ? err : 0;
}

enum { NAMES_DAYS = 90 }; /* as long as names are kept (arrivals.c) */

static int booking_look(void *arg, const void *row)
{
    struct search *search = (struct search *)arg;
    const struct bd_booking_row *booking = (const struct bd_booking_row *)row;
    char name[BX_NAME_SIZE], ref[BX_NAME_SIZE];
    if (booking->date < search->first_day)
        return 1;
    if (booking->state != BD_BOOKING_COLLECTED)
        return 0;
    upper(booking->name, name);
    upper(booking->ref, ref);
    if (strcmp(ref, search->text) == 0 || strstr(name, search->text) != NULL)
        found(search, &booking->sale);
    return search->count == BX_QUESTION_LIST;
}

static int ref_found(void *arg, const void *row)
{
    found((struct search *)arg, &((const struct bd_booking_row *)row)->sale);
    return 1;
}

/* Of any age by its ref as written; by name, or a ref in other letters, from the newest down. */
static int by_order(struct search *search)
{
    struct bd_booking_row from = {.kind = 0};
    struct bd_scan exact = {.table = BD_BOOKING, .index = 1, .fixed = 1, .from = &from};
    struct bd_scan scan = {.table = BD_BOOKING, .index = 2, .down = true};
    int err = 0;
    if (BX_TEXT_COPY(from.ref, search->text))
        err = bd_scan(search->store, &exact, ref_found, search, search->fault);
    if (err >= 0 && BX_TEXT_COPY(from.ref, search->asked))
        err = bd_scan(search->store, &exact, ref_found, search, search->fault);
    if (err >= 0)
        err = bd_scan(search->store, &scan, booking_look, search, search->fault);
    return err < 0 ? err : 0;
}

static int sales_tell(struct search *search)
{
    struct bx_reply *reply = search->reply;
    for (int i = 0; i < search->count; i++) {
        struct bd_order_row order = {.id = search->found[i]};
        int err = bd_get(search->store, BD_ORDER, &order, search->fault);
        if (err < 0)
            return err;
        if (err == BD_NOT)
            continue;
        struct bx_found_sale sale = {.id = order.id,
                                     .at = {order.at},
                                     .total = {order.total - order.back_total},
                                     .till = order.till};
        BX_TEXT_COPY(sale.number, order.number);
        int at = reply->sale_count++;
        for (; at > 0 && reply->sales[at - 1].at.us < sale.at.us; at--)
            reply->sales[at] = reply->sales[at - 1];
        reply->sales[at] = sale;
    }
    return 0;
}

int bd_ask_sales(const struct bd_asked *asked, struct bx_reply *reply, struct bx_fault *fault)
{
    struct search search = {
        .store = asked->store, .reply = reply, .fault = fault, .asked = asked->inquiry->text};
    struct bd_meta_row meta;
    upper(asked->inquiry->text, search.text);
    if (search.text[0] == '\0')
        return 0;
    int err = bd_meta(asked->store, &meta, fault);
    if (err != 0)
        return err;
    search.first_day = bx_date_days(bd_today(&meta, asked->turn->now)) - NAMES_DAYS;
    err = by_number(&search, search.text);
    if (err == 0)
        err = by_digits(&search);
    if (err == 0)
        err = by_code(&search);
    if (err == 0)
        err = by_order(&search);
    return err != 0 ? err : sales_tell(&search);
}

/* --- one sale ------------------------------------------------------------------------------- */

enum { ENTRIES_BYTES = BX_QUESTION_ANSWER_BYTES - (256 << 10) }; /* tickets come after them */

static int body_add(const struct bd_asked *asked, const struct bd_place *place,
                    struct bx_reply *reply, struct bx_fault *fault)
{
    struct bd_entry_row entry = {
        .till = place->till, .incarnation = place->incarnation, .seq = place->seq};
    int err = bd_must(bd_get(asked->store, BD_ENTRY, &entry, fault), "entry", fault);
    if (err != 0)
        return err;
    if (reply->entries.len + entry.body.len >= ENTRIES_BYTES) {
        reply->cut = true;
        return 0;
    }
    bx_buf_add(&reply->entries, entry.body.data, entry.body.len);
    bx_buf_byte_add(&reply->entries, '\n');
    return 0;
}

enum { ABOUT_MAX = BX_TICKETS_MAX - 1 }; /* and the sale itself */
struct places {
    struct bd_place rows[ABOUT_MAX];
    int count;
    bool more;
};

/* What another till must know to correct a sale; drawers opened and notes are nobody else's. */
static bool is_needed(enum bx_kind kind)
{
    switch (bx_kind_shape(kind)) {
    case BX_SHAPE_SALE:
    case BX_SHAPE_PAPER:
    case BX_SHAPE_TENDER_CHANGE:
    case BX_SHAPE_INVOICE: return true;
    case BX_SHAPE_CASH:
    case BX_SHAPE_ATTEMPT:
    case BX_SHAPE_REPORT:
    case BX_SHAPE_NOTE: break;
    }
    return false;
}

static int collect_about(void *arg, const void *row)
{
    struct places *places = (struct places *)arg;
    const struct bd_about_row *about = (const struct bd_about_row *)row;
    if (!is_needed((enum bx_kind)about->kind))
        return 0;
    places->more = places->count == ABOUT_MAX;
    if (!places->more)
        places->rows[places->count++] =
            (struct bd_place){about->till, about->incarnation, about->seq};
    return places->more;
}

static int abouts_add(const struct bd_asked *asked, struct bx_reply *reply, struct bx_fault *fault)
{
    struct places *places = bx_new(struct places);
    struct bd_about_row from = {.sale = asked->inquiry->sale};
    struct bd_scan scan = {.table = BD_ABOUT, .fixed = 1, .from = &from};
    int err = bd_scan(asked->store, &scan, collect_about, places, fault);
    err = err > 0 ? 0 : err;
    reply->cut = places->more;
    for (int i = 0; i < places->count && err == 0; i++)
        err = body_add(asked, &places->rows[i], reply, fault);
    bx_free(places);
    return err;
}

int bd_ask_sale(const struct bd_asked *asked, struct bx_reply *reply, struct bx_fault *fault)
{
    struct bd_order_row order = {.id = asked->inquiry->sale};
    int err = bd_get(asked->store, BD_ORDER, &order, fault);
    if (err == BD_NOT)
        return bx_fault_say(fault, BX_ERR_MISSING, "The server does not know this sale yet.");
    const struct bd_place place = {order.till, order.incarnation, order.seq};
    if (err == 0)
        err = body_add(asked, &place, reply, fault);
    if (err == 0)
        err = abouts_add(asked, reply, fault);
    return err != 0 ? err : bd_ask_tickets(asked, reply, fault);
}

static int ticket_add(void *arg, const void *row)
{
    struct bx_reply *reply = (struct bx_reply *)arg;
    const struct bd_ticket_row *ticket = (const struct bd_ticket_row *)row;
    if (ticket->state == BD_TICKET_REPLACED) /* the one after it counts */
        return 0;
    if (reply->ticket_count == BX_TICKETS_MAX)
        return 1;
    struct bx_ticket_news *news = &reply->tickets[reply->ticket_count++];
    news->nth = (int)ticket->nth;
    news->state = ticket->state == BD_TICKET_RETURNED ? BX_TICKET_GONE
                  : ticket->used_at != 0              ? BX_TICKET_USED
                                                      : BX_TICKET_GOOD;
    news->used_at.us = ticket->used_at;
    BX_TEXT_COPY(news->code.s, ticket->code);
    return 0;
}

int bd_ask_tickets(const struct bd_asked *asked, struct bx_reply *reply, struct bx_fault *fault)
{
    struct bd_ticket_row from = {.order = asked->inquiry->sale};
    struct bd_scan scan = {.table = BD_TICKET, .fixed = 1, .from = &from};
    int err = bd_scan(asked->store, &scan, ticket_add, reply, fault);
    return err < 0 ? err : 0;
}
