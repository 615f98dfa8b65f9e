/* SPDX-License-Identifier: Apache-2.0 */
/* Arrivals are shown as a list in the order in which they come, so they are kept so. Names of
 * buyers are personal: memory that held them is wiped. */

#include "boxtill/domain/order.h"

#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/crypto.h"
#include "boxtill/base/json.h"
#include "boxtill/domain/basket.h"
#include "body.h"
#include "words.h"

enum { ORDERS_BYTES = 16 << 20 };
#define PRICE_MAX (BX_MONEY_MAX / 1000000)

static const char *const kind_words[] = {
    [BX_ORDER_GROUP] = "group",
    [BX_ORDER_SCHOOL] = "school",
    [BX_ORDER_WEB] = "web",
};

BX_WORDS_DEFINE(enum bx_order_kind, kind_words, bx_order_kind_word, bx_order_kind_parse)

static int by_arrival(const void *left, const void *right)
{
    const struct bx_order *a = left, *b = right;
    int order = bx_date_compare(a->date, b->date);
    if (order != 0)
        return order;
    if (a->minute != b->minute)
        return a->minute < b->minute ? -1 : 1;
    return strcmp(a->ref, b->ref);
}

static void read_line(void *arg, struct bx_json_reader *reader, size_t nth)
{
    static const char *const names[] = {"product", "slot", "quantity", "price", NULL};
    struct bx_order_line *line = (struct bx_order_line *)arg + nth;
    bx_json_only(reader, names);
    bx_slug_read(reader, "product", &line->product);
    bx_slug_read_or_empty(reader, "slot", &line->slot);
    line->quantity = (int)bx_json_int(reader, "quantity", 1, BX_QUANTITY_MAX);
    line->price.minor = bx_json_int(reader, "price", 0, PRICE_MAX);
}

static void read_facts(struct bx_json_reader *reader, struct bx_order *order)
{
    char word[17], date[BX_DATE_TEXT];
    bx_json_id(reader, "id", &order->id);
    bx_json_string(reader, "ref", sizeof order->ref - 1, order->ref, sizeof order->ref);
    bx_json_string(reader, "kind", sizeof word - 1, word, sizeof word);
    bx_json_string_or(reader, "name", BX_NAME_COLUMNS, order->name, sizeof order->name, "");
    bx_json_string_or(reader, "note", BX_NAME_COLUMNS, order->note, sizeof order->note, "");
    bx_json_string(reader, "date", sizeof date - 1, date, sizeof date);
    order->minute = bx_json_int(reader, "minute", 0, 24 * 60 - 1);
    order->prepaid.minor = bx_json_int(reader, "prepaid", 0, BX_MONEY_MAX);
    bx_slug_read_or_empty(reader, "account", &order->account);
    if (reader->err != 0)
        return;
    if (bx_order_kind_parse(word, &order->kind) != 0)
        bx_json_fault(reader, "\"kind\" must be group, school or web");
    if (bx_date_parse(date, &order->date) != 0)
        bx_json_fault(reader, "\"date\" must be a day like 2026-11-24");
}

static void read_order(void *arg, struct bx_json_reader *reader, size_t nth)
{
    static const char *const names[] = {
        "id",      "ref",     "kind",         "name",      "note",      "date",  "minute",
        "prepaid", "account", "group_ticket", "collected", "cancelled", "lines", NULL};
    struct bx_order *order = (struct bx_order *)arg + nth;
    bx_json_only(reader, names);
    read_facts(reader, order);
    order->group_ticket = bx_bool_read(reader, "group_ticket");
    order->collected = bx_bool_read(reader, "collected");
    order->cancelled = bx_bool_read(reader, "cancelled");
    bx_json *lines = bx_json_array(reader, "lines", BX_ORDER_LINES_MAX);
    order->line_count = (int)bx_json_each(reader, lines, "order, line", read_line, order->lines);
}

static int read_orders(bx_json *root, struct bx_orders *orders, struct bx_fault *fault)
{
    static const char *const names[] = {"v", "epoch", "version", "orders", NULL};
    struct bx_json_reader reader;
    bx_json_read(&reader, root, "arrivals", fault);
    bx_json_int(&reader, "v", 1, 1);
    bx_json_only(&reader, names);
    orders->epoch = bx_json_int(&reader, "epoch", 0, BX_MONEY_MAX);
    orders->version = bx_json_int(&reader, "version", 0, BX_MONEY_MAX);
    bx_json *list = bx_json_array(&reader, "orders", BX_ORDERS_MAX);
    if (reader.err != 0)
        return reader.err;
    orders->count = bx_json_count(list);
    orders->orders = bx_alloc(orders->count + 1, sizeof *orders->orders);
    bx_json_each(&reader, list, "order", read_order, orders->orders);
    if (reader.err == 0)
        qsort(orders->orders, orders->count, sizeof *orders->orders, by_arrival);
    return reader.err;
}

struct bx_orders *bx_orders_parse(const char *json, size_t len, struct bx_fault *fault)
{
    struct bx_fault unheard;
    fault = fault != NULL ? fault : &unheard;
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, ORDERS_BYTES, fault);
    if (doc == NULL)
        return NULL;
    struct bx_orders *orders bx_cleanup(bx_orders_destroy) = bx_new(struct bx_orders);
    if (read_orders(bx_json_root(doc), orders, fault) != 0)
        return NULL;
    return bx_steal(&orders);
}

void *bx_orders_destroy(struct bx_orders *orders)
{
    if (orders == NULL)
        return NULL;
    if (orders->orders != NULL)
        bx_wipe(orders->orders, orders->count * sizeof *orders->orders);
    bx_free(orders->orders);
    return bx_free(orders);
}

static void write_order(struct bx_json_writer *writer, const struct bx_order *order)
{
    char date[BX_DATE_TEXT];
    bx_json_object_open(writer, NULL);
    bx_json_put_id(writer, "id", &order->id);
    bx_json_put_string(writer, "ref", order->ref);
    bx_json_put_string(writer, "kind", bx_order_kind_word(order->kind));
    bx_json_put_string(writer, "name", order->name);
    bx_json_put_string(writer, "note", order->note);
    bx_json_put_string(writer, "date", bx_date_format(order->date, date));
    bx_json_put_int(writer, "minute", order->minute);
    bx_json_put_int(writer, "prepaid", order->prepaid.minor);
    bx_json_put_string(writer, "account", order->account.s);
    bx_json_put_bool(writer, "group_ticket", order->group_ticket);
    bx_json_put_bool(writer, "collected", order->collected);
    bx_json_put_bool(writer, "cancelled", order->cancelled);
    bx_json_array_open(writer, "lines");
    for (int i = 0; i < order->line_count; i++) {
        const struct bx_order_line *line = &order->lines[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "product", line->product.s);
        bx_json_put_string(writer, "slot", line->slot.s);
        bx_json_put_int(writer, "quantity", line->quantity);
        bx_json_put_int(writer, "price", line->price.minor);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
    bx_json_object_close(writer);
}

void bx_orders_encode(const struct bx_orders *orders, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", 1);
    bx_json_put_int(&writer, "epoch", orders->epoch);
    bx_json_put_int(&writer, "version", orders->version);
    bx_json_array_open(&writer, "orders");
    for (size_t i = 0; i < orders->count; i++)
        write_order(&writer, &orders->orders[i]);
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
}

const struct bx_order *bx_orders_find(const struct bx_orders *orders, const struct bx_id *id)
{
    for (size_t i = 0; i < orders->count; i++)
        if (bx_id_equal(&orders->orders[i].id, id))
            return &orders->orders[i];
    return NULL;
}
