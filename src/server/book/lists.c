/* SPDX-License-Identifier: Apache-2.0 */
/* Two files that people, or another system, write. Days are "2026-11-30", "today" or "today+N" with
 * N to 3650; integers only; members not named here are faults.
 *
 *   {"orders":[{"ref":"W-20417","kind":"school","name":"Primary School East","note":"two
 * wheelchairs", "date":"today","time":"10:30","prepaid":0,"account":"city-schools",
 *               "group_ticket":true,"cancelled":false,
 *               "lines":[{"product":"pupil","event":"permanent","time":"10:30","quantity":50,
 *                         "price":500}]}]}
 *
 *   kind      group, school or web; note, prepaid (minor units), account, group_ticket and
 * cancelled may be absent time      civil; of the order by default that of its first timed line,
 * else 00:00 lines     1 to 12. A timed product names its event and time, on the order's day; or
 * "slot" with a slot's own name. price: one piece as agreed, minor units; by default the product's
 *
 *   {"members":[{"id":"m-1042","code":"F-1042","class":"friend","name":"Ida Berg",
 *                "until":"2027-03-31","guests":1,"blocked":""}]}
 *
 *   name, guests, blocked (why) may be absent */

#include "server/book/lists.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/basket.h"

enum { FAULTS_MAX = 100, LIST_BYTES = 16 << 20, DAY_MINUTES = 1440, DAYS_MAX = 3650 };
#define PRICE_MAX (BX_MONEY_MAX / 1000000)

struct parser {
    struct bx_date today;
    const struct bx_programme *programme;
    struct bx_buf *faults;
    int fault_count;
    struct bx_orders *orders;
    struct bx_members *members;
};

static void fault_tell(void *arg, const char *say)
{
    struct parser *parser = (struct parser *)arg;
    if (parser->fault_count++ < FAULTS_MAX)
        bx_buf_format(parser->faults, "%s\n", say);
}

/* One object whose faults are all told. */
static void read_object(struct parser *parser, bx_json *object, const char *where,
                        struct bx_json_reader *ret, struct bx_fault *fault)
{
    bx_json_read(ret, object, where, fault);
    if (ret->err != 0)
        fault_tell(parser, fault->say);
    ret->tell = fault_tell;
    ret->arg = parser;
}

static void read_date(struct parser *parser, struct bx_json_reader *reader, const char *name,
                      struct bx_date *ret)
{
    char text[24];
    int64_t days = 0;
    bx_json_string(reader, name, sizeof text - 1, text, sizeof text);
    if (text[0] == '\0')
        return;
    bool is_today = strncmp(text, "today", 5) == 0;
    bool good = is_today ? text[5] == '\0' ||
                               (text[5] == '+' &&
                                bx_text_number(text + 6, strlen(text + 6), DAYS_MAX, &days) == 0)
                         : bx_date_parse(text, ret) == 0;
    if (!good)
        bx_json_fault(reader, "\"%s\" must be a day like 2026-11-24 or today+7", name);
    else if (is_today)
        *ret = bx_date_plus(parser->today, (int)days);
}

/* "HH:MM" to minutes; -1 when absent. */
static int64_t read_time(struct bx_json_reader *reader)
{
    char text[8];
    bx_json_string_or(reader, "time", sizeof text - 1, text, sizeof text, "");
    if (text[0] == '\0')
        return -1;
    bool good = strlen(text) == 5 && text[2] == ':';
    for (int i = 0; i < 5 && good; i++)
        good = i == 2 || (text[i] >= '0' && text[i] <= '9');
    int64_t hour = (text[0] - '0') * 10 + text[1] - '0';
    int64_t minute = good ? (text[3] - '0') * 10 + text[4] - '0' : 60;
    if (good && hour < 24 && minute < 60)
        return hour * 60 + minute;
    bx_json_fault(reader, "\"time\" must be a time from 00:00 to 23:59");
    return -1;
}

/* --- orders --------------------------------------------------------------------------------- */

static int64_t minute_of(const struct bx_slot *slot)
{
    struct bx_date date;
    int minute;
    bx_utc_civil(slot->start, slot->offset_min, &date, &minute);
    return minute;
}

static const struct bx_slot *slot_at(const struct bx_programme *programme, const char *event,
                                     struct bx_date date, int64_t minute)
{
    for (size_t i = 0; i < programme->slot_count; i++) {
        const struct bx_slot *slot = &programme->slots[i];
        if (bx_date_compare(slot->date, date) == 0 && minute_of(slot) == minute &&
            strcmp(programme->events[slot->event].id.s, event) == 0)
            return slot;
    }
    return NULL;
}

static const struct bx_slot *read_slot(struct parser *parser, struct bx_json_reader *reader,
                                       const struct bx_order *order)
{
    struct bx_slug id = {""}, event = {""};
    const struct bx_slot *slot = NULL;
    bx_slug_read_or_none(reader, "slot", &id);
    bx_slug_read_or_none(reader, "event", &event);
    int64_t minute = read_time(reader);
    if (!bx_slug_is_none(&id))
        slot = bx_programme_slot(parser->programme, &id);
    else if (!bx_slug_is_none(&event))
        slot =
            slot_at(parser->programme, event.s, order->date, minute < 0 ? order->minute : minute);
    else
        return NULL;
    if (slot == NULL)
        bx_json_fault(reader, "there is no such slot on that day");
    return slot;
}

static void read_line(struct parser *parser, bx_json *item, struct bx_order *order)
{
    static const char *const names[] = {"product",  "event", "time", "slot",
                                        "quantity", "price", NULL};
    struct bx_order_line *line = &order->lines[order->line_count++];
    struct bx_json_reader reader;
    struct bx_fault fault;
    char where[64];
    snprintf(where, sizeof where, "order %s, line %d", order->ref, order->line_count);
    read_object(parser, item, where, &reader, &fault);
    bx_json_only(&reader, names);
    bx_slug_read(&reader, "product", &line->product);
    const struct bx_product *product = bx_programme_product(parser->programme, &line->product);
    const struct bx_slot *slot = read_slot(parser, &reader, order);
    line->quantity = (int)bx_json_int(&reader, "quantity", 1, BX_QUANTITY_MAX);
    line->price.minor =
        bx_json_int_or(&reader, "price", 0, PRICE_MAX, product == NULL ? 0 : product->price.minor);
    if (product == NULL) {
        bx_json_fault(&reader, "there is no such product");
        return;
    }
    bool timed = product->events != 0;
    if (timed != (slot != NULL) || (timed && (product->events & (1U << slot->event)) == 0)) {
        bx_json_fault(&reader, timed ? "the product needs a slot of an event it is sold for"
                                     : "the product has no slots");
        return;
    }
    if (slot != NULL)
        line->slot = slot->id;
    if (slot != NULL && order->minute < 0)
        order->minute = minute_of(slot);
}

static void read_order(struct parser *parser, bx_json *item, size_t nth)
{
    static const char *const names[] = {"ref",          "kind",      "name",    "note",
                                        "date",         "time",      "prepaid", "account",
                                        "group_ticket", "cancelled", "lines",   NULL};
    struct bx_order *order = &parser->orders->orders[parser->orders->count++];
    struct bx_json_reader reader;
    struct bx_fault fault;
    char where[32], kind[16];
    snprintf(where, sizeof where, "order %zu", nth + 1);
    read_object(parser, item, where, &reader, &fault);
    bx_json_only(&reader, names);
    bx_json_string(&reader, "ref", sizeof order->ref - 1, order->ref, sizeof order->ref);
    bx_json_string(&reader, "kind", sizeof kind - 1, kind, sizeof kind);
    bx_json_string(&reader, "name", BX_NAME_COLUMNS, order->name, sizeof order->name);
    bx_json_string_or(&reader, "note", BX_NAME_COLUMNS, order->note, sizeof order->note, "");
    read_date(parser, &reader, "date", &order->date);
    order->minute = read_time(&reader);
    order->prepaid.minor = bx_json_int_or(&reader, "prepaid", 0, BX_MONEY_MAX, 0);
    bx_slug_read_or_none(&reader, "account", &order->account);
    order->group_ticket = bx_json_bool_or(&reader, "group_ticket", false);
    order->cancelled = bx_json_bool_or(&reader, "cancelled", false);
    bx_json *lines = bx_json_array(&reader, "lines", BX_ORDER_LINES_MAX);
    if (kind[0] != '\0' && bx_order_kind_parse(kind, &order->kind) != 0)
        bx_json_fault(&reader, "\"kind\" must be group, school or web");
    if (!bx_slug_is_none(&order->account) &&
        bx_programme_account(parser->programme, &order->account) == NULL)
        bx_json_fault(&reader, "there is no account %s", order->account.s);
    if (lines != NULL && bx_json_count(lines) == 0)
        bx_json_fault(&reader, "\"lines\" must name at least one product");
    for (bx_json *line = bx_json_first(lines); line != NULL; line = bx_json_next(line))
        read_line(parser, line, order);
    if (order->minute < 0)
        order->minute = 0;
    for (size_t i = 0; i + 1 < parser->orders->count; i++)
        if (order->ref[0] != '\0' && strcmp(parser->orders->orders[i].ref, order->ref) == 0)
            bx_json_fault(&reader, "another order has the ref %s too", order->ref);
}

struct bx_orders *bd_orders_read(const char *json, size_t len, struct bx_date today,
                                 const struct bx_programme *programme, struct bx_buf *faults)
{
    static const char *const names[] = {"orders", NULL};
    struct bx_orders *orders bx_cleanup(bx_orders_destroy) = bx_new(struct bx_orders);
    struct parser parser = {
        .today = today, .programme = programme, .faults = faults, .orders = orders};
    struct bx_json_reader reader;
    struct bx_fault fault;
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, LIST_BYTES, &fault);
    if (doc == NULL) {
        bx_buf_format(faults, "file: %s\n", fault.detail[0] != '\0' ? fault.detail : fault.say);
        return NULL;
    }
    read_object(&parser, bx_json_root(doc), "file", &reader, &fault);
    bx_json_only(&reader, names);
    bx_json *list = bx_json_array(&reader, "orders", BX_ORDERS_MAX);
    orders->orders = (struct bx_order *)bx_alloc(bx_json_count(list) + 1, sizeof *orders->orders);
    size_t nth = 0;
    for (bx_json *item = bx_json_first(list); item != NULL; item = bx_json_next(item))
        read_order(&parser, item, nth++);
    return parser.fault_count == 0 ? (struct bx_orders *)bx_steal(&orders) : NULL;
}

/* --- members -------------------------------------------------------------------------------- */

static void read_member(struct parser *parser, bx_json *item, size_t nth)
{
    static const char *const names[] = {"id",    "code",   "class",   "name",
                                        "until", "guests", "blocked", NULL};
    struct bx_member *member = &parser->members->members[parser->members->count++];
    struct bx_json_reader reader;
    struct bx_fault fault;
    char where[32];
    snprintf(where, sizeof where, "member %zu", nth + 1);
    read_object(parser, item, where, &reader, &fault);
    bx_json_only(&reader, names);
    bx_slug_read(&reader, "id", &member->id);
    bx_json_string(&reader, "code", sizeof member->code - 1, member->code, sizeof member->code);
    bx_slug_read(&reader, "class", &member->class);
    bx_json_string_or(&reader, "name", BX_NAME_COLUMNS, member->name, sizeof member->name, "");
    read_date(parser, &reader, "until", &member->until);
    member->guests = (int)bx_json_int_or(&reader, "guests", 0, 99, 0);
    bx_json_string_or(&reader, "blocked", BX_NAME_COLUMNS, member->blocked, sizeof member->blocked,
                      "");
}

/* Through the document's own writer and reader, so that it is what a till will accept. */
static struct bx_members *members_make(struct parser *parser)
{
    struct bx_fault fault;
    bx_buf_auto bytes;
    bx_buf_init(&bytes, LIST_BYTES);
    bx_members_encode(parser->members, &bytes);
    struct bx_members *made =
        bytes.full ? NULL : bx_members_parse(bx_buf_text(&bytes), bytes.len, &fault);
    if (bytes.full)
        fault_tell(parser, "file: so many members do not fit");
    else if (made == NULL)
        fault_tell(parser, fault.say);
    return made;
}

struct bx_members *bd_members_read(const char *json, size_t len, struct bx_date today,
                                   struct bx_buf *faults)
{
    static const char *const names[] = {"members", NULL};
    struct bx_members *members bx_cleanup(bx_members_destroy) = bx_new(struct bx_members);
    struct parser parser = {.today = today, .faults = faults, .members = members};
    struct bx_json_reader reader;
    struct bx_fault fault;
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, LIST_BYTES, &fault);
    if (doc == NULL) {
        bx_buf_format(faults, "file: %s\n", fault.detail[0] != '\0' ? fault.detail : fault.say);
        return NULL;
    }
    read_object(&parser, bx_json_root(doc), "file", &reader, &fault);
    bx_json_only(&reader, names);
    bx_json *list = bx_json_array(&reader, "members", BX_MEMBERS_MAX);
    members->members =
        (struct bx_member *)bx_alloc(bx_json_count(list) + 1, sizeof *members->members);
    size_t nth = 0;
    for (bx_json *item = bx_json_first(list); item != NULL; item = bx_json_next(item))
        read_member(&parser, item, nth++);
    return parser.fault_count == 0 ? members_make(&parser) : NULL;
}
