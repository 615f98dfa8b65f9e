/* SPDX-License-Identifier: Apache-2.0 */
/* One description of the tables serves the memory store's comparisons and SQLite's CREATE TABLE,
 * SELECT and INSERT alike: a column added here exists everywhere, and one that is missing in a
 * single implementation cannot happen. The venue's name is not in it: a store that may hold several
 * venues in one database puts it first in every key by itself. */

#include "server/store/schema.h"

#include <string.h>

#include "boxtill/base/alloc.h"

/* A member of ROW, the row type at hand. */
#define COLUMN(kind, member, since)                                             \
    {                                                                           \
#member, kind, offsetof(ROW, member), sizeof(((ROW *)0)->member), since \
    }
#define I(member) COLUMN(BD_INT, member, 1)
#define T(member) COLUMN(BD_TEXT, member, 1)
#define D(member) COLUMN(BD_ID, member, 1)
#define H(member) COLUMN(BD_HASH, member, 1)
#define B(member) COLUMN(BD_BLOB, member, 1)
/* Added to a table of format 1. */
#define I2(member) COLUMN(BD_INT, member, 2)
#define T2(member) COLUMN(BD_TEXT, member, 2)
#define D2(member) COLUMN(BD_ID, member, 2)
/* Of format 3. */
#define I3(member) COLUMN(BD_INT, member, 3)
#define T3(member) COLUMN(BD_TEXT, member, 3)

#define ROW struct bd_meta_row
static const struct bd_column meta_columns[] = {
    I(one),   I(epoch),    I(commit),     I(shut),    I(next_till),   I(programme),
    I(staff), I(waiting),  I(offset_min), H(master),  H(server_seed), H(programme_hash),
    T(name),  I2(members), I2(arrivals),  I2(figured)};
#undef ROW
#define ROW struct bd_device_row
static const struct bd_column device_columns[] = {
    I(till),       I(incarnation), I(issuer),       I(revoked),   I(enrolled_at), I(mark),
    I(highest),    I(quarantined), I(hello_epoch),  I(hello_seq), I(hello_want),  I(hello_got),
    I(settle_seq), D(enrolment),   H(key),          H(secret),    H(head),        T3(channel),
    I3(orders),    I3(refunds),    I3(wrong_codes), I3(leased_at)};
#undef ROW
#define ROW struct bd_user_row
static const struct bd_column user_columns[] = {I(number),   I(role),      T(name),
                                                T(pin_hash), T2(language), I3(gone_at)};
#undef ROW
#define ROW struct bd_enrol_code_row
static const struct bd_column enrol_code_columns[] = {T(code), I(expires_at), I(tries), I(used),
                                                      T3(channel)};
#undef ROW
#define ROW struct bd_document_row
static const struct bd_column document_columns[] = {I(kind), I(version), I(at), B(bytes)};
#undef ROW
#define ROW struct bd_pool_row
static const struct bd_column pool_columns[] = {
    T(id),      I(capacity), I(planned_over), I(sold),    I(held),    I(leased),    I(over),
    I(lacking), I(ends),     I(cancelled),    I3(starts), I3(wanted), I3(wanted_at)};
#undef ROW
#define ROW struct bd_lease_row
static const struct bd_column lease_columns[] = {
    I(till),     I(incarnation),  T(pool),   I(r),    I(state), I(expires), I(epoch),
    I(n),        I(used),         I(booked), I(high), I(part),  I(lacking), I(gaps),
    I(overlaps), I3(written_off), I3(taken)};
#undef ROW
#define ROW struct bd_entry_row
static const struct bd_column entry_columns[] = {
    I(till),    I(incarnation), I(seq),  D(id),   I(state), I(kind), I(at),
    I(came_at), I(outcome),     H(prev), H(hash), T(task),  T(say),  B(body)};
#undef ROW
#define ROW struct bd_aside_row
static const struct bd_column aside_columns[] = {I(till),    I(incarnation), I(seq), H(hash), D(id),
                                                 I(came_at), H(prev),        T(why), B(body)};
#undef ROW
#define ROW struct bd_order_row
static const struct bd_column orders_columns[] = {
    D(id),     I(till),     I(incarnation), I(seq),         I(at),       I(shift),
    I(user),   I(offline),  I(programme),   I(total),       I(rounding), I(persons),
    T(number), T(currency), I2(kind),       I2(back_total), D2(of),      D2(booking)};
#undef ROW
#define ROW struct bd_order_line_row
static const struct bd_column order_line_columns[] = {
    D(order),    I(nth),   T(product),   T(event),  T(slot),    T(pool),
    I(quantity), I(price), I(tax_ppm),   I(places), I(persons), I(printed),
    I(date),     I2(off),  I2(returned), I2(kind),  I2(grouped)};
#undef ROW
#define ROW struct bd_ticket_row
static const struct bd_column ticket_columns[] = {
    D(order), I(nth),         I(generation), T(code),      I(state),       I(line),
    I(date),  I(persons),     I(places),     T(product),   T(event),       T(slot),
    T(pool),  T(replaced_by), I(used_at),    T(used_gate), D2(returned_by)};
#undef ROW
#define ROW struct bd_check_in_row
static const struct bd_column check_in_columns[] = {D(id),       T(code),      T(gate),    I(at),
                                                    I(came_at),  I(admitted),  I(persons), T(why),
                                                    I(first_at), T(first_gate)};
#undef ROW
#define ROW struct bd_task_row
static const struct bd_column task_columns[] = {I(till), I(incarnation), I(seq), T(word),
                                                I(at),   I(done),        T(say)};
#undef ROW
#define ROW struct bd_reply_row
static const struct bd_column reply_columns[] = {D(id), H(body), I(status), I(at), B(answer)};
#undef ROW
#define ROW struct bd_log_row
static const struct bd_column audit_log_columns[] = {D(id), I(at), T(who), T(what)};
#undef ROW
#define ROW struct bd_booking_row
static const struct bd_column booking_columns[] = {
    D(id),    T(ref),  I(kind),    I(date), I(minute), I(prepaid), I(grouped),
    I(state), D(sale), T(account), T(name), T(note),   I3(late)};
#undef ROW
#define ROW struct bd_booking_line_row
static const struct bd_column booking_line_columns[] = {
    D(booking), I(nth), T(product), T(slot), T(pool), I(quantity), I(price), I(held)};
#undef ROW
#define ROW struct bd_voucher_row
static const struct bd_column voucher_columns[] = {T(id),      I(value),       I(until),
                                                   I(made_at), I(used_amount), I(given_back),
                                                   I(used_at), I(used_till),   D(sale)};
#undef ROW
#define ROW struct bd_stored_row
static const struct bd_column stored_columns[] = {T(code), I(balance), I(made_at)};
#undef ROW
#define ROW struct bd_ledger_row
static const struct bd_column ledger_columns[] = {D(id),     T(code),     I(at),      I(kind),
                                                  I(amount), I(approved), I(balance), I(given_back),
                                                  D(charge), D(sale),     I(till),    T(say)};
#undef ROW
#define ROW struct bd_parked_row
static const struct bd_column parked_columns[] = {
    D(basket), I(gone), I(at), I(till), I(total), D(taken), I(taken_by), T(name), B(lines)};
#undef ROW
#define ROW struct bd_figure_row
static const struct bd_column figure_columns[] = {I(till), I(incarnation), I(shift), I(day),
                                                  T(what), T(name),        I(count), I(amount)};
#undef ROW
#define ROW struct bd_shift_row
static const struct bd_column shift_columns[] = {I(till),    I(incarnation), I(shift),   I(state),
                                                 I(entries), I(first_seq),   I(last_seq)};
#undef ROW
#define ROW struct bd_about_row
static const struct bd_column about_columns[] = {D(sale),        I(nth), I(till),
                                                 I(incarnation), I(seq), I(kind)};
#undef ROW

#define ROW struct bd_hold_row
static const struct bd_column hold_columns[] = {D(id),      I(till),   T(client), I(state), I(at),
                                                I(expires), I(places), D(order),  I(amount)};
#undef ROW
#define ROW struct bd_hold_line_row
static const struct bd_column hold_line_columns[] = {D(hold), I(nth),      T(product), T(slot),
                                                     T(pool), I(quantity), I(places),  I(limited)};
#undef ROW

#define ROW struct bd_amendment_row
static const struct bd_column amendment_columns[] = {T(id), I(kind), I(value), I(was), I(at)};
#undef ROW

#define ROW struct bd_gift_row
static const struct bd_column gift_columns[] = {
    I(till),  T(pool),     I(r),        I(before), I(places),
    I(taker), I(given_at), I(taken_at), I(part),   I(taker_incarnation),
    I(seq)};
#undef ROW

#define ROW struct bd_tally_row
static const struct bd_column tally_columns[] = {I(till), T(word), I(count)};
#undef ROW

/* A column is named by its place in the list above. */
static const struct bd_index device_indexes[] = {{"enrolment", 1, {13}, 1}};
static const struct bd_index lease_indexes[] = {{"expires", 2, {4, 5}, 1}};
static const struct bd_index entry_indexes[] = {{"id", 1, {3}, 1}, {"state", 1, {4}, 1}};
static const struct bd_index ticket_indexes[] = {{"code", 1, {3}, 1}};

static const struct bd_index orders_indexes[] = {{"number", 1, {12}, 2}, {"booking", 1, {17}, 3}};
static const struct bd_index booking_indexes[] = {{"ref", 1, {1}, 2}, {"date", 2, {3, 4}, 2}};
static const struct bd_index ledger_indexes[] = {{"code", 2, {1, 2}, 2}};
static const struct bd_index parked_indexes[] = {{"gone", 2, {1, 2}, 2}};
static const struct bd_index figure_indexes[] = {{"day", 1, {3}, 2}};
static const struct bd_index shift_indexes[] = {{"state", 1, {3}, 2}};
static const struct bd_index hold_indexes[] = {{"expires", 2, {3, 5}, 3},
                                               {"client", 3, {1, 2, 3}, 3}};

static const struct bd_index order_line_indexes[] = {{"slot", 2, {4, 2}, 3}};
static const struct bd_index hold_line_indexes[] = {{"limited", 3, {3, 2, 7}, 3}};

static const char pool_check[] = "sold >= 0 AND held >= 0 AND leased >= 0 AND \"over\" >= 0 AND "
                                 "sold + held + leased <= capacity + planned_over";

#define SHAPE_OF(format, text, row, list, keys, ...)                                               \
    {                                                                                              \
        .name = (text), .size = sizeof(struct row), .columns = (list),                             \
        .column_count = (int)bx_countof(list), .key_count = (keys), .since = (format), __VA_ARGS__ \
    }
#define SHAPE(...)  SHAPE_OF(1, __VA_ARGS__)
#define SHAPE2(...) SHAPE_OF(2, __VA_ARGS__)
#define SHAPE3(...) SHAPE_OF(3, __VA_ARGS__)

static const struct bd_shape shapes[BD_TABLES] = {
    [BD_META] = SHAPE("meta", bd_meta_row, meta_columns, 1, .rowid = false),
    [BD_DEVICE] = SHAPE("device", bd_device_row, device_columns, 1, .indexes = device_indexes,
                        .index_count = 1),
    [BD_USER] = SHAPE("user", bd_user_row, user_columns, 1, .rowid = false),
    [BD_ENROL_CODE] = SHAPE("enrol_code", bd_enrol_code_row, enrol_code_columns, 1, .rowid = false),
    [BD_DOCUMENT] = SHAPE("document", bd_document_row, document_columns, 2, .rowid = true),
    [BD_POOL] = SHAPE("pool", bd_pool_row, pool_columns, 1, .check = pool_check),
    [BD_LEASE] =
        SHAPE("lease", bd_lease_row, lease_columns, 4, .indexes = lease_indexes, .index_count = 1),
    [BD_ENTRY] = SHAPE("entry", bd_entry_row, entry_columns, 3, .rowid = true,
                       .indexes = entry_indexes, .index_count = 2),
    [BD_ASIDE] = SHAPE("aside", bd_aside_row, aside_columns, 4, .rowid = true),
    [BD_ORDER] = SHAPE("orders", bd_order_row, orders_columns, 1, .indexes = orders_indexes,
                       .index_count = 2),
    [BD_ORDER_LINE] = SHAPE("order_line", bd_order_line_row, order_line_columns, 2, .rowid = false,
                            .indexes = order_line_indexes, .index_count = 1),
    [BD_TICKET] = SHAPE("ticket", bd_ticket_row, ticket_columns, 3, .indexes = ticket_indexes,
                        .index_count = 1),
    [BD_CHECK_IN] = SHAPE("check_in", bd_check_in_row, check_in_columns, 1, .rowid = false),
    [BD_TASK] = SHAPE("task", bd_task_row, task_columns, 4, .rowid = false),
    [BD_REPLY] = SHAPE("reply", bd_reply_row, reply_columns, 1, .rowid = true),
    [BD_LOG] = SHAPE("audit_log", bd_log_row, audit_log_columns, 1, .rowid = false),
    [BD_BOOKING] = SHAPE2("booking", bd_booking_row, booking_columns, 1, .indexes = booking_indexes,
                          .index_count = 2),
    [BD_BOOKING_LINE] =
        SHAPE2("booking_line", bd_booking_line_row, booking_line_columns, 2, .rowid = false),
    [BD_VOUCHER] = SHAPE2("voucher", bd_voucher_row, voucher_columns, 1, .rowid = false),
    [BD_STORED] = SHAPE2("stored", bd_stored_row, stored_columns, 1, .rowid = false),
    [BD_LEDGER] = SHAPE2("ledger", bd_ledger_row, ledger_columns, 1, .indexes = ledger_indexes,
                         .index_count = 1),
    [BD_PARKED] = SHAPE2("parked", bd_parked_row, parked_columns, 1, .rowid = true,
                         .indexes = parked_indexes, .index_count = 1),
    [BD_FIGURE] = SHAPE2("figure", bd_figure_row, figure_columns, 6, .indexes = figure_indexes,
                         .index_count = 1),
    [BD_SHIFT] =
        SHAPE2("shift", bd_shift_row, shift_columns, 3, .indexes = shift_indexes, .index_count = 1),
    [BD_ABOUT] = SHAPE2("about", bd_about_row, about_columns, 2, .rowid = false),
    [BD_HOLD] =
        SHAPE3("hold", bd_hold_row, hold_columns, 1, .indexes = hold_indexes, .index_count = 2),
    [BD_HOLD_LINE] = SHAPE3("hold_line", bd_hold_line_row, hold_line_columns, 2, .rowid = false,
                            .indexes = hold_line_indexes, .index_count = 1),
    [BD_AMENDMENT] = SHAPE3("amendment", bd_amendment_row, amendment_columns, 2, .rowid = false),
    [BD_GIFT] = SHAPE3("gift", bd_gift_row, gift_columns, 4, .rowid = false),
    [BD_TALLY] = SHAPE3("tally", bd_tally_row, tally_columns, 2, .rowid = false),
};

const struct bd_shape *bd_shape_of(enum bd_table table)
{
    bx_assert(table < BD_TABLES);
    return &shapes[table];
}

int bd_shape_order(const struct bd_shape *shape, int index, uint8_t ret[BD_ORDER_MAX])
{
    int count = 0;
    if (index > 0) {
        bx_assert(index <= shape->index_count);
        const struct bd_index *own = &shape->indexes[index - 1];
        for (int i = 0; i < own->count; i++)
            ret[count++] = own->columns[i];
    }
    for (int key = 0; key < shape->key_count; key++)
        ret[count++] = (uint8_t)key;
    return count;
}

static int compare_column(const struct bd_column *column, const void *a, const void *b)
{
    const char *left = (const char *)a + column->offset;
    const char *right = (const char *)b + column->offset;
    switch (column->kind) {
    case BD_INT: {
        int64_t x, y;
        memcpy(&x, left, sizeof x);
        memcpy(&y, right, sizeof y);
        return (x > y) - (x < y);
    }
    case BD_TEXT: return strcmp(left, right);
    case BD_ID:
    case BD_HASH: return memcmp(left, right, column->size);
    case BD_BLOB: break;
    }
    bx_unreachable(); /* blobs order nothing */
}

int bd_shape_compare(const struct bd_shape *shape, const uint8_t *order, int from, int to,
                     const void *a, const void *b)
{
    for (int i = from; i < to; i++) {
        int differs = compare_column(&shape->columns[order[i]], a, b);
        if (differs != 0)
            return differs;
    }
    return 0;
}

void *bd_row_copy(const struct bd_shape *shape, const void *row)
{
    size_t size = shape->size;
    for (int i = 0; i < shape->column_count; i++)
        if (shape->columns[i].kind == BD_BLOB)
            size += bd_blob_at(&shape->columns[i], row)->len;
    char *copy = (char *)bx_alloc(1, size);
    memcpy(copy, row, shape->size);
    char *rest = copy + shape->size;
    for (int i = 0; i < shape->column_count; i++) {
        if (shape->columns[i].kind != BD_BLOB)
            continue;
        struct bd_blob *blob = (struct bd_blob *)(void *)(copy + shape->columns[i].offset);
        if (blob->len > 0)
            memcpy(rest, blob->data, blob->len);
        blob->data = rest;
        rest += blob->len;
    }
    return copy;
}

int bd_store_raise(struct bd_store *store, struct bx_fault *fault)
{
    struct bd_meta_row meta = {.one = 1};
    int err = bd_get(store, BD_META, &meta, fault);
    if (err != 0)
        return err == BD_NOT ? 0 : err;
    meta.commit++;
    return bd_update(store, BD_META, &meta, fault);
}
