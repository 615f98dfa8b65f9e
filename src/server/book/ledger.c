/* SPDX-License-Identifier: Apache-2.0 */
/* Vouchers. A balance is the sum of rows that each stand under a key of their own, for ever: the
 * same charge asked again finds its row and gets the same answer, and a reverse that comes before
 * its charge leaves a row that refuses it. A single-use voucher is used by one sale; the next one
 * is recorded with its money and becomes a task.
 *
 * What entries say (a sale paid by a charge, a refund that gives one back, a voucher sold) is
 * booked under keys made of the entry's id, so that nothing happens twice whatever is sent again.
 */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/question.h"
#include "boxtill/domain/voucher.h"
#include "server/book/act.h"
#include "server/book/desk.h"

/* --- stored value: rows ----------------------------------------------------------------------- */

/* Puts ROW and moves the balance by its amount. */
static int row_put(struct bd_store *store, struct bd_stored_row *stored, struct bd_ledger_row *row,
                   struct bx_fault *fault)
{
    stored->balance += row->amount;
    row->balance = stored->balance;
    BX_TEXT_COPY(row->code, stored->code);
    int err = bd_must(bd_insert(store, BD_LEDGER, row, fault), "ledger", fault);
    if (err == 0 && row->amount != 0)
        err = bd_must(bd_update(store, BD_STORED, stored, fault), "balance", fault);
    return err;
}

static struct bd_ledger_row row_of(const struct bd_asked *asked, enum bd_ledger_kind kind)
{
    return (struct bd_ledger_row){.id = asked->inquiry->id,
                                  .at = asked->turn->now.us,
                                  .kind = kind,
                                  .till = asked->device->till};
}

static void tell(const struct bd_ledger_row *row, struct bx_reply *reply)
{
    reply->approved = row->approved != 0;
    reply->balance.minor = row->balance;
    BX_TEXT_COPY(reply->say, row->say);
}

/* The row of this question's id, if it was answered before: 1, 0 or an error. */
static int answered(const struct bd_asked *asked, struct bx_reply *reply, struct bx_fault *fault)
{
    struct bd_ledger_row row = {.id = asked->inquiry->id};
    int err = bd_get(asked->store, BD_LEDGER, &row, fault);
    if (err != 0)
        return err == BD_NOT ? 0 : err;
    tell(&row, reply);
    return 1;
}

int bd_ask_charge(const struct bd_asked *asked, struct bx_reply *reply, struct bx_fault *fault)
{
    const struct bx_inquiry *inquiry = asked->inquiry;
    struct bd_ledger_row row = row_of(asked, BD_LEDGER_CHARGE);
    struct bd_stored_row stored = {.made_at = 0};
    int err = answered(asked, reply, fault);
    if (err != 0)
        return err < 0 ? err : 0;
    BX_TEXT_COPY(stored.code, inquiry->code);
    err = bd_get(asked->store, BD_STORED, &stored, fault);
    if (err < 0)
        return err;
    if (err == BD_NOT) {
        BX_TEXT_COPY(row.say, "This voucher is not known.");
    } else if (stored.balance < inquiry->amount.minor) {
        BX_TEXT_COPY(row.say, "There is not enough on this voucher.");
    } else {
        row.approved = 1;
        row.amount = -inquiry->amount.minor;
    }
    err = row_put(asked->store, &stored, &row, fault);
    if (err == 0)
        tell(&row, reply);
    return err;
}

/* Gives AMOUNT of CHARGE back under ROW's id, at most what was not given back before. */
static int give_back(struct bd_store *store, struct bd_ledger_row *charge,
                     struct bd_ledger_row *row, int64_t amount, struct bx_fault *fault)
{
    struct bd_stored_row stored = {.made_at = 0};
    int64_t left = -charge->amount - charge->given_back;
    BX_TEXT_COPY(stored.code, charge->code);
    int err = bd_must(bd_get(store, BD_STORED, &stored, fault), "balance", fault);
    row->charge = charge->id;
    row->approved = 1;
    row->amount = amount < left ? amount : left;
    charge->given_back += row->amount;
    if (err == 0)
        err = row_put(store, &stored, row, fault);
    return err != 0 ? err : bd_must(bd_update(store, BD_LEDGER, charge, fault), "charge", fault);
}

int bd_ask_reverse(const struct bd_asked *asked, struct bx_reply *reply, struct bx_fault *fault)
{
    struct bd_store *store = asked->store;
    struct bd_ledger_row row = row_of(asked, BD_LEDGER_REVERSE);
    struct bd_ledger_row charge = {.id = asked->inquiry->attempt};
    struct bd_stored_row none = {.balance = 0};
    if (bx_id_equal(&row.id, &charge.id))
        return bx_fault_say(fault, BX_ERR_INPUT, "A reverse has an id of its own.");
    int err = answered(asked, reply, fault);
    if (err != 0)
        return err < 0 ? err : 0;
    err = bd_get(store, BD_LEDGER, &charge, fault);
    if (err < 0)
        return err;
    row.approved = 1; /* whatever it was, it is not charged now */
    row.charge = asked->inquiry->attempt;
    if (err == 0 && charge.kind == BD_LEDGER_CHARGE && !bx_id_is_zero(&charge.sale)) {
        struct bd_stored_row stored = {.made_at = 0}; /* its entry says so when it comes back */
        BX_TEXT_COPY(stored.code, charge.code);
        BX_TEXT_COPY(row.say, "A sale was paid with this charge: take the sale back.");
        row.approved = 0;
        err = bd_must(bd_get(store, BD_STORED, &stored, fault), "balance", fault);
        if (err == 0)
            err = row_put(store, &stored, &row, fault);
    } else if (err == 0 && charge.kind == BD_LEDGER_CHARGE && charge.approved != 0) {
        err = give_back(store, &charge, &row, asked->inquiry->amount.minor, fault);
    } else {
        if (err == BD_NOT) { /* from now on it is refused */
            charge = row_of(asked, BD_LEDGER_CHARGE);
            charge.id = asked->inquiry->attempt;
            BX_TEXT_COPY(charge.say, "This charge was taken back before it came.");
            err = row_put(store, &none, &charge, fault);
        }
        if (err == 0)
            err = row_put(store, &none, &row, fault);
    }
    if (err == 0)
        tell(&row, reply);
    return err;
}

/* --- looking ---------------------------------------------------------------------------------- */

int bd_ask_voucher(const struct bd_asked *asked, struct bx_reply *reply, struct bx_fault *fault)
{
    const char *code = asked->inquiry->code;
    struct bd_stored_row stored = {.made_at = 0};
    struct bd_voucher_row row = {.value = 0};
    struct bd_meta_row meta;
    struct bx_public_key public;
    struct bx_secret_key secret;
    struct bx_voucher voucher;
    struct bx_fault spare;
    reply->voucher = BX_VOUCHER_UNKNOWN;
    int err = bd_meta(asked->store, &meta, fault);
    if (err != 0)
        return err;
    if (bx_stored_read(code, strlen(code), stored.code, &spare) == 0) {
        err = bd_get(asked->store, BD_STORED, &stored, fault);
        if (err == 0) {
            reply->voucher = BX_VOUCHER_STORED;
            reply->balance.minor = stored.balance;
        }
        return err < 0 ? err : 0;
    }
    bx_key_make(meta.server_seed.b, &public, &secret);
    bx_wipe(&secret, sizeof secret);
    if (bx_voucher_read(code, strlen(code), &public, &voucher, &spare) != 0)
        return 0;
    bx_voucher_name(&voucher, row.id);
    err = bd_get(asked->store, BD_VOUCHER, &row, fault);
    if (err < 0)
        return err;
    reply->value = voucher.value;
    reply->until = voucher.until;
    reply->voucher = BX_VOUCHER_GOOD;
    if (err == 0 && !bx_id_is_zero(&row.sale))
        reply->voucher = BX_VOUCHER_USED;
    else if (bx_date_compare(voucher.until, bd_today(&meta, asked->turn->now)) < 0)
        reply->voucher = BX_VOUCHER_EXPIRED;
    return 0;
}

/* --- what entries say ------------------------------------------------------------------------- */

static void voucher_off(struct bd_act *booking, const char *say)
{
    booking->off[BD_OFF_VOUCHER] = true;
    BX_TEXT_COPY(booking->why[BD_OFF_VOUCHER], say);
}

static const char never_issued[] = "A voucher of this sale was never issued here.";

static int single_use(struct bd_act *booking, const struct bx_tender *tender,
                      struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_voucher_row row = {.value = 0};
    if (!BX_TEXT_COPY(row.id, tender->reference)) {
        voucher_off(booking, never_issued);
        return 0;
    }
    int there = bd_get(store, BD_VOUCHER, &row, fault);
    if (there < 0)
        return there;
    bool unused = bx_id_is_zero(&row.sale);
    if (tender->amount.minor < 0) { /* good again when all of it came back */
        if (unused || !bx_id_equal(&row.sale, &booking->sale->of)) {
            voucher_off(booking, "A voucher was given back that this sale had not used.");
            return 0;
        }
        row.given_back -= tender->amount.minor;
        if (row.given_back >= row.used_amount)
            row.sale = (struct bx_id){{0}};
    } else if (!unused) {
        voucher_off(booking, "A voucher of this sale was used before.");
        return 0;
    } else {
        if (there == 0 && row.value > 0 && tender->amount.minor > row.value)
            voucher_off(booking, "A voucher of this sale was taken for more than it is worth.");
        if (row.made_at == 0)
            voucher_off(booking, never_issued);
        row.sale = booking->head.id;
        row.used_amount = tender->amount.minor;
        row.given_back = 0;
        row.used_at = booking->head.at.us;
        row.used_till = booking->head.till;
    }
    return bd_must(there == BD_NOT ? bd_insert(store, BD_VOUCHER, &row, fault)
                                   : bd_update(store, BD_VOUCHER, &row, fault),
                   "voucher", fault);
}

/* A key of an entry's own row: its id with the row's number mixed in. */
static struct bx_id own_key(const struct bx_id *entry, const char *what, int n)
{
    struct bx_hasher hasher;
    struct bx_hash hash;
    struct bx_id id;
    bx_hasher_init(&hasher, sizeof hash.b, NULL, 0);
    bx_hasher_add_sized(&hasher, entry->b, sizeof entry->b);
    bx_hasher_add_sized(&hasher, what, strlen(what));
    bx_hasher_add_sized(&hasher, &n, sizeof n);
    bx_hasher_end(&hasher, hash.b);
    memcpy(id.b, hash.b, sizeof id.b);
    return id;
}

static struct bd_ledger_row own_row(const struct bd_act *booking, enum bd_ledger_kind kind,
                                    const char *what, int n)
{
    return (struct bd_ledger_row){.id = own_key(&booking->head.id, what, n),
                                  .at = booking->turn->now.us,
                                  .kind = kind,
                                  .approved = 1,
                                  .sale = booking->head.id,
                                  .till = booking->head.till};
}

/* Is ROW's id taken? 1, 0 or an error: an entry is booked once, so this is only a belt. */
static int is_booked(struct bd_store *store, const struct bd_ledger_row *row,
                     struct bx_fault *fault)
{
    struct bd_ledger_row held = {.id = row->id};
    int err = bd_get(store, BD_LEDGER, &held, fault);
    return err < 0 ? err : err == 0;
}

/* A charge that this sale says it was paid with and that is not here: a backup was restored that
 * did not know it, or the till makes it up. The balance goes by the sale, a person by the task. */
static int charge_again(struct bd_act *booking, const struct bx_tender *tender,
                        struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_stored_row stored = {.made_at = 0};
    struct bd_ledger_row row = {.id = tender->attempt,
                                .at = booking->turn->now.us,
                                .kind = BD_LEDGER_CHARGE,
                                .approved = 1,
                                .sale = booking->head.id,
                                .till = booking->head.till};
    bool named = !bx_id_is_zero(&tender->attempt) && BX_TEXT_COPY(stored.code, tender->reference);
    int err = named ? bd_get(store, BD_STORED, &stored, fault) : BD_NOT;
    voucher_off(booking, err == BD_NOT || stored.balance < tender->amount.minor
                             ? "A stored-value voucher was not charged with what the sale says."
                             : "A stored-value voucher's charge was not here: made by the sale.");
    if (err != 0)
        return err < 0 ? err : 0;
    row.amount = -(stored.balance < tender->amount.minor ? stored.balance : tender->amount.minor);
    return row_put(store, &stored, &row, fault);
}

/* A charge that this sale is paid with. */
static int charge_claim(struct bd_act *booking, const struct bx_tender *tender,
                        struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_ledger_row charge = {.id = tender->attempt};
    int err = bd_get(store, BD_LEDGER, &charge, fault);
    if (err < 0)
        return err;
    if (err == BD_NOT)
        return charge_again(booking, tender, fault);
    if (charge.approved == 0 || charge.given_back > 0 || charge.amount != -tender->amount.minor ||
        (!bx_id_is_zero(&charge.sale) && !bx_id_equal(&charge.sale, &booking->head.id))) {
        voucher_off(booking, "A stored-value voucher was not charged with what the sale says.");
        return 0;
    }
    charge.sale = booking->head.id;
    return bd_must(bd_update(store, BD_LEDGER, &charge, fault), "charge", fault);
}

struct claimed {
    struct bx_id sale;
    struct bd_ledger_row row;
    bool found;
};

static int match_sale(void *arg, const void *row)
{
    struct claimed *claimed = (struct claimed *)arg;
    const struct bd_ledger_row *ledger = (const struct bd_ledger_row *)row;
    if (ledger->kind != BD_LEDGER_CHARGE || !bx_id_equal(&ledger->sale, &claimed->sale))
        return 0;
    claimed->row = *ledger;
    claimed->found = true;
    return 1;
}

/* The charge that a return gives back: the one it names, else the sale's own by its code. */
static int charge_find(struct bd_act *booking, const struct bx_tender *tender, struct claimed *ret,
                       struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_ledger_row from = {.at = 0};
    struct bd_scan scan = {.table = BD_LEDGER, .index = 1, .fixed = 1, .from = &from};
    *ret = (struct claimed){.sale = booking->sale->of, .row = {.id = tender->attempt}};
    if (!bx_id_is_zero(&tender->attempt)) {
        int err = bd_get(store, BD_LEDGER, &ret->row, fault);
        ret->found = err == 0 && ret->row.kind == BD_LEDGER_CHARGE && ret->row.approved != 0;
        if (err < 0 || ret->found)
            return err;
    }
    if (!BX_TEXT_COPY(from.code, tender->reference))
        return 0;
    int err = bd_scan(store, &scan, match_sale, ret, fault);
    return err < 0 ? err : 0;
}

static int stored_credit(struct bd_act *booking, const struct bx_tender *tender, int n,
                         struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_ledger_row row = own_row(booking, BD_LEDGER_CREDIT, "tender", n);
    struct bd_stored_row stored = {.made_at = 0};
    struct claimed claimed;
    int err = is_booked(store, &row, fault);
    if (err != 0)
        return err < 0 ? err : 0;
    err = charge_find(booking, tender, &claimed, fault);
    if (err != 0)
        return err;
    if (claimed.found)
        return give_back(store, &claimed.row, &row, -tender->amount.minor, fault);
    if (BX_TEXT_COPY(stored.code, tender->reference))
        err = bd_get(store, BD_STORED, &stored, fault);
    if (err < 0)
        return err;
    if (err == BD_NOT || stored.made_at == 0) {
        voucher_off(booking, "The stored-value voucher that it gives back to is not known here.");
        return 0;
    }
    row.amount = -tender->amount.minor;
    return row_put(store, &stored, &row, fault);
}

/* A voucher's line sold: its code is worth that from now on. Taken back: worth so much less. */
static int line_worth(struct bd_act *booking, const struct bx_line *line, bool back, int n,
                      struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_ledger_row row =
        own_row(booking, back ? BD_LEDGER_TAKE : BD_LEDGER_ISSUE, back ? "back" : "line", n);
    struct bd_stored_row stored = {.made_at = booking->turn->now.us};
    struct bx_fault spare;
    bx_money worth;
    if (line->kind != BX_LINE_VOUCHER || bx_line_amount(line, &worth) != 0 ||
        bx_stored_read(line->note, strlen(line->note), stored.code, &spare) != 0)
        return 0;
    int err = is_booked(store, &row, fault);
    if (err != 0)
        return err < 0 ? err : 0;
    err = bd_get(store, BD_STORED, &stored, fault);
    if (err == BD_NOT) {
        stored.made_at = booking->turn->now.us;
        err = bd_must(bd_insert(store, BD_STORED, &stored, fault), "voucher", fault);
    }
    if (err != 0)
        return err;
    row.amount = back ? -worth.minor : worth.minor;
    if (stored.balance + row.amount < 0) { /* a balance is never negative */
        voucher_off(booking, "A voucher that was taken back had been used.");
        row.amount = -stored.balance;
    }
    return row_put(store, &stored, &row, fault);
}

int bd_vouchers_book(struct bd_act *booking, struct bx_fault *fault)
{
    const struct bx_sale *sale = booking->sale;
    int err = 0;
    for (int i = 0; i < sale->tender_count && err == 0; i++) {
        const struct bx_tender *tender = &sale->tenders[i];
        if (tender->kind == BX_TENDER_VOUCHER)
            err = single_use(booking, tender, fault);
        else if (tender->kind == BX_TENDER_STORED)
            err = tender->amount.minor < 0 ? stored_credit(booking, tender, i, fault)
                                           : charge_claim(booking, tender, fault);
    }
    for (int i = 0; i < sale->basket.count && err == 0; i++)
        err = line_worth(booking, &sale->basket.lines[i], false, i, fault);
    for (int i = 0; i < sale->back.count && err == 0; i++)
        err = line_worth(booking, &sale->back.lines[i], true, i, fault);
    return err;
}

/* --- made by the operator --------------------------------------------------------------------- */

static int single_make(struct bd_book *book, const struct bd_turn *turn, bx_money value,
                       struct bx_date until, int count, struct bx_buf *out, struct bx_fault *fault)
{
    struct bx_rand rand = {0};
    struct bx_secret_key key;
    memcpy(rand.seed, turn->seed, sizeof rand.seed);
    int err = bd_book_server_key(book->store, &key, fault);
    for (int i = 0; i < count && err == 0; i++) {
        struct bx_voucher voucher = {.value = value, .until = until};
        struct bd_voucher_row row = {
            .value = value.minor, .until = bx_date_days(until), .made_at = turn->now.us};
        char text[BX_VOUCHER_SIZE];
        bx_rand_draw(&rand, voucher.id, sizeof voucher.id);
        bx_voucher_name(&voucher, row.id);
        bx_voucher_make(&voucher, &key, text);
        bx_buf_format(out, "%s\n", text);
        err = bd_must(bd_insert(book->store, BD_VOUCHER, &row, fault), "voucher", fault);
    }
    bx_wipe(&key, sizeof key);
    return err != 0
               ? err
               : bd_log(book->store, turn, "operator", fault, "%d vouchers of %lld until %lld made",
                        count, (long long)value.minor, (long long)bx_date_days(until));
}

int bd_book_vouchers(struct bd_book *book, const struct bd_turn *turn, bx_money value,
                     struct bx_date until, int count, struct bx_buf *out, struct bx_fault *fault)
{
    if (value.minor <= 0 || count < 1 || count > BD_VOUCHERS_MAX)
        return bx_fault_say(fault, BX_ERR_INPUT,
                            "A voucher is worth something, and %d are made at once at most.",
                            BD_VOUCHERS_MAX);
    int err = book->store->ops->mark(book->store, fault);
    return err != 0 ? err
                    : bd_leave(book->store,
                               single_make(book, turn, value, until, count, out, fault), fault);
}

static int stored_make(struct bd_book *book, const struct bd_turn *turn, bx_money value,
                       struct bx_buf *out, struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_stored_row stored = {.made_at = turn->now.us};
    struct bd_ledger_row row = {
        .at = turn->now.us, .kind = BD_LEDGER_ISSUE, .amount = value.minor, .approved = 1};
    struct bx_rand rand = {0};
    uint8_t random[10];
    memcpy(rand.seed, turn->seed, sizeof rand.seed);
    bx_rand_draw(&rand, random, sizeof random);
    bx_stored_make(random, stored.code);
    bx_rand_draw(&rand, random, sizeof random);
    row.id = bx_id_make(turn->now, random);
    int err = bd_must(bd_insert(store, BD_STORED, &stored, fault), "voucher", fault);
    if (err == 0)
        err = row_put(store, &stored, &row, fault);
    bx_buf_format(out, "%s\n", stored.code);
    return err != 0 ? err
                    : bd_log(store, turn, "operator", fault, "stored-value voucher of %lld made",
                             (long long)value.minor);
}

int bd_book_stored(struct bd_book *book, const struct bd_turn *turn, bx_money value,
                   struct bx_buf *out, struct bx_fault *fault)
{
    if (value.minor <= 0)
        return bx_fault_say(fault, BX_ERR_INPUT, "A voucher is worth something.");
    int err = book->store->ops->mark(book->store, fault);
    return err != 0 ? err
                    : bd_leave(book->store, stored_make(book, turn, value, out, fault), fault);
}
