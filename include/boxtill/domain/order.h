/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The arrivals document (GET /v1/arrivals): groups, schools and web orders expected today and in
 * the next days that are paid or collected at the counter. Their places are held at the server
 * until the sale that collects them (its `order`) is booked; what is not used of them goes back
 * then. */

#include "boxtill/domain/programme.h"

enum bx_order_kind { BX_ORDER_GROUP, BX_ORDER_SCHOOL, BX_ORDER_WEB };
const char *bx_order_kind_word(enum bx_order_kind kind);
int bx_must bx_order_kind_parse(const char *word, enum bx_order_kind *ret);

struct bx_order_line {
    struct bx_slug product, slot; /* slot: none when untimed */
    int quantity;
    bx_money price; /* agreed, one piece */
};
enum { BX_ORDER_LINES_MAX = 12, BX_ORDERS_MAX = 3000 };
struct bx_order {
    struct bx_id id;
    char ref[24]; /* what the visitor has: "W-20417"; unique */
    enum bx_order_kind kind;
    char name[BX_NAME_SIZE]; /* of the group or the buyer; personal: never in an entry */
    char note[BX_NAME_SIZE];
    struct bx_date date;
    int64_t minute;         /* civil, of the first slot; for the list */
    bx_money prepaid;       /* already paid, all of it or a part */
    struct bx_slug account; /* to be billed to; none */
    bool group_ticket;      /* one ticket for all */
    bool collected;         /* by whichever till, as far as the server knows */
    bool cancelled;
    int line_count;
    struct bx_order_line lines[BX_ORDER_LINES_MAX];
};
struct bx_orders {
    int64_t epoch, version;
    size_t count;
    struct bx_order *orders; /* by date, minute, ref */
};
/* {"v":1,"epoch":1,"version":2,"orders":[{"id":"uuid","ref":"W-20417","kind":"school","name":"…",
 *  "note":"","date":"2026-11-24","minute":630,"prepaid":0,"account":"","group_ticket":true,
 *  "collected":false,"cancelled":false,"lines":[{"product":"pupil","slot":"…","quantity":50,
 *  "price":500}]}]} */
struct bx_orders *bx_orders_parse(const char *json, size_t len, struct bx_fault *fault);
void *bx_orders_destroy(struct bx_orders *orders);
BX_CLEANUP_DEFINE(struct bx_orders, bx_orders_destroy)
void bx_orders_encode(const struct bx_orders *orders, struct bx_buf *out);
const struct bx_order *bx_orders_find(const struct bx_orders *orders, const struct bx_id *id);
