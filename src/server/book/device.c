/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: how a till becomes one of ours, and how it stops being one. Till numbers are never given
 * twice, so a number on a receipt names one till for ever. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/inside.h"

/* CODE_TRIED: so many characters must be right for a guess to be a try at a code. */
enum { CODE_SECONDS = 600, TRIES_MAX = 3, CODE_TRIED = 4 };

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

int bd_book_enrol_code(struct bd_book *book, const struct bd_turn *turn, const char *channel,
                       char ret[9], struct bx_fault *fault)
{
    struct bd_enrol_code_row row = {.expires_at = turn->now.us + CODE_SECONDS * BX_SECOND_US};
    struct bx_rand rand = {0};
    if ((channel[0] && !bx_slug_is_valid(channel)) || !BX_TEXT_COPY(row.channel, channel))
        return bx_fault_say(fault, BX_ERR_INPUT,
                            "A channel has a short name of a to z, like \"web\".");
    memcpy(rand.seed, turn->seed, sizeof rand.seed);
    int err;
    do {
        uint8_t random[8];
        bx_rand_draw(&rand, random, sizeof random);
        for (int i = 0; i < 8; i++)
            row.code[i] = crockford[random[i] & 31];
        err = bd_insert(book->store, BD_ENROL_CODE, &row, fault);
    } while (err == BD_NOT);
    if (err == 0)
        err = bd_log(book->store, turn, "operator", fault, "enrolment code made");
    if (err == 0)
        memcpy(ret, row.code, sizeof row.code);
    return err;
}

/* --- the code's tries ----------------------------------------------------------------------- */

struct codes {
    bx_utc now;
    const char *guess;
    size_t count;
    struct bd_enrol_code_row rows[16];
};

static int collect_live(void *arg, const void *row)
{
    struct codes *codes = (struct codes *)arg;
    const struct bd_enrol_code_row *code = (const struct bd_enrol_code_row *)row;
    if (strncmp(code->code, codes->guess, CODE_TRIED) == 0 && code->used == 0 &&
        code->tries < TRIES_MAX && code->expires_at > codes->now.us)
        codes->rows[codes->count++] = *code;
    return codes->count == bx_countof(codes->rows);
}

/* A wrong code is a try at those that it begins like: a hand that slipped, or somebody who saw a
 * part. Whoever guesses blindly hits none in a million, and must not use up what the operator has
 * just made. */
static int count_try(struct bd_store *store, const char *guess, bx_utc now, struct bx_fault *fault)
{
    struct codes codes = {.now = now, .guess = guess};
    struct bd_scan scan = {.table = BD_ENROL_CODE};
    int err = bd_scan(store, &scan, collect_live, &codes, fault);
    for (size_t i = 0; i < codes.count && err >= 0; i++) {
        codes.rows[i].tries++;
        err = bd_update(store, BD_ENROL_CODE, &codes.rows[i], fault);
    }
    return err < 0 ? err : 0;
}

/* 0 when CODE lives; it is used up then. *RET is its row. */
static int code_take(struct bd_store *store, const char *code, bx_utc now,
                     struct bd_enrol_code_row *ret, struct bx_fault *fault)
{
    struct bd_enrol_code_row row = {.used = 0};
    int err = BD_NOT;
    if (BX_TEXT_COPY(row.code, code))
        err = bd_get(store, BD_ENROL_CODE, &row, fault);
    *ret = row;
    if (err < 0)
        return err;
    if (err == 0 && row.used == 0 && row.tries < TRIES_MAX && row.expires_at > now.us) {
        row.used = 1;
        return bd_update(store, BD_ENROL_CODE, &row, fault);
    }
    err = count_try(store, code, now, fault);
    return err != 0 ? err
                    : bx_fault_say(fault, BX_ERR_REFUSED,
                                   "This code is wrong, used or too old. Ask for a new one "
                                   "(boxtilld enrol-code).");
}

/* --- enrolment ------------------------------------------------------------------------------ */

static void enrolment_of(const struct bd_meta_row *meta, const struct bd_device_row *device,
                         struct bx_enrolment *ret)
{
    struct bx_secret_key secret;
    *ret = (struct bx_enrolment){
        .till = device->till, .incarnation = device->incarnation, .issuer = (int)device->issuer};
    bx_key_make(meta->server_seed.b, &ret->server, &secret);
    bx_wipe(&secret, sizeof secret);
    memcpy(ret->secret, device->secret.b, sizeof ret->secret);
    BX_TEXT_COPY(ret->venue, meta->name);
}

/* *RET, the row of an earlier enrolment of this id; BD_NOT. */
static int enrolled_before(struct bd_store *store, const struct bx_id *id,
                           struct bd_device_row *ret, struct bx_fault *fault)
{
    struct bd_device_row from = {.enrolment = *id};
    struct bd_scan scan = {.table = BD_DEVICE, .index = 1, .fixed = 1, .from = &from};
    return bd_first(store, &scan, ret, fault);
}

/* DEVICE has its enrolment, key and channel. */
static int device_add(struct bd_store *store, const struct bd_turn *turn, struct bd_meta_row *meta,
                      struct bd_device_row *device, struct bx_fault *fault)
{
    struct bx_rand rand = {0};
    if (meta->next_till >= BX_ISSUERS_MAX)
        return bx_fault_say(fault, BX_ERR_FULL, "There is no till number left.");
    device->till = device->issuer = meta->next_till;
    device->incarnation = 1;
    device->enrolled_at = turn->now.us;
    device->hello_epoch = meta->epoch;
    device->hello_want = -1;
    device->settle_seq = -1;
    memcpy(rand.seed, turn->seed, sizeof rand.seed);
    bx_rand_draw(&rand, device->secret.b, sizeof device->secret.b);
    meta->next_till++;
    int err = bd_must(bd_insert(store, BD_DEVICE, device, fault), "device", fault);
    if (err == 0)
        err = bd_must(bd_update(store, BD_META, meta, fault), "meta", fault);
    if (err == 0)
        err = bd_log(store, turn, "operator", fault, "till %lld enrolled", (long long)device->till);
    return err;
}

int bd_book_enrol(struct bd_book *book, const struct bd_turn *turn, const struct bx_id *id,
                  const char *code, const struct bx_public_key *key, struct bx_enrolment *ret,
                  struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_meta_row meta;
    struct bd_device_row device;
    int err = bd_meta(store, &meta, fault);
    if (err == 0)
        err = enrolled_before(store, id, &device, fault);
    if (err < 0)
        return err;
    if (err == 0) {
        if (!bx_bytes_equal(device.key.b, key->b, sizeof key->b))
            return bx_fault_say(fault, BX_ERR_CLASH, "This enrolment was another key's.");
        enrolment_of(&meta, &device, ret);
        return 0;
    }
    struct bd_enrol_code_row taken;
    err = code_take(store, code, turn->now, &taken, fault);
    if (err != 0)
        return err; /* without a savepoint: a wrong try stays counted */
    device = (struct bd_device_row){.enrolment = *id};
    memcpy(device.key.b, key->b, sizeof device.key.b);
    BX_TEXT_COPY(device.channel, taken.channel);
    err = device_add(store, turn, &meta, &device, fault);
    if (err == 0)
        enrolment_of(&meta, &device, ret);
    return err;
}

int bd_book_device(struct bd_store *store, int64_t till, struct bd_device *ret,
                   struct bx_fault *fault)
{
    struct bd_device_row row = {.till = till};
    int err = bd_get(store, BD_DEVICE, &row, fault);
    if (err != 0)
        return err == BD_NOT ? bx_fault_say(fault, BX_ERR_MISSING, "No such till is enrolled.")
                             : err;
    *ret = (struct bd_device){.till = row.till,
                              .incarnation = row.incarnation,
                              .issuer = (int)row.issuer,
                              .revoked = row.revoked != 0};
    BX_TEXT_COPY(ret->channel, row.channel);
    memcpy(ret->key.b, row.key.b, sizeof ret->key.b);
    memcpy(ret->secret, row.secret.b, sizeof ret->secret);
    return 0;
}

int bd_device_row(struct bd_store *store, const struct bd_device *device, struct bd_device_row *ret,
                  struct bx_fault *fault)
{
    *ret = (struct bd_device_row){.till = device->till};
    int err = bd_get(store, BD_DEVICE, ret, fault);
    if (err < 0)
        return err;
    if (err == BD_NOT || ret->revoked != 0 || ret->incarnation != device->incarnation)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This till is not (or no longer) enrolled.");
    return 0;
}

/* --- what a person decides ------------------------------------------------------------------ */

static int device_change(struct bd_book *book, const struct bd_device_row *row,
                         struct bx_fault *fault)
{
    struct bd_meta_row meta;
    int err = bd_must(bd_update(book->store, BD_DEVICE, row, fault), "device", fault);
    if (err == 0)
        err = bd_meta(book->store, &meta, fault);
    return err != 0 ? err : bd_reopen_when_all_said(book->store, &meta, fault);
}

static int device_known(struct bd_store *store, struct bd_device_row *row, struct bx_fault *fault)
{
    int err = bd_get(store, BD_DEVICE, row, fault);
    return err == BD_NOT
               ? bx_fault_say(fault, BX_ERR_MISSING, "There is no till %lld.", (long long)row->till)
               : err;
}

int bd_book_revoke(struct bd_book *book, const struct bd_turn *turn, int64_t till,
                   struct bx_fault *fault)
{
    struct bd_device_row row = {.till = till};
    int err = device_known(book->store, &row, fault);
    if (err != 0 || row.revoked != 0)
        return err;
    row.revoked = 1;
    err = book->store->ops->mark(book->store, fault);
    if (err != 0)
        return err;
    err = device_change(book, &row, fault);
    if (err == 0)
        err = bd_log(book->store, turn, "operator", fault, "till %lld revoked", (long long)till);
    return bd_leave(book->store, err, fault);
}

int bd_book_settle(struct bd_book *book, const struct bd_turn *turn, int64_t till, int64_t who,
                   struct bx_fault *fault)
{
    struct bd_device_row row = {.till = till};
    int err = bd_answerable(book->store, who, fault);
    if (err == 0)
        err = device_known(book->store, &row, fault);
    if (err != 0 || row.quarantined == 0)
        return err;
    row.quarantined = 0;
    err = book->store->ops->mark(book->store, fault);
    if (err != 0)
        return err;
    err = device_change(book, &row, fault);
    if (err == 0)
        err = bd_log_by(book->store, turn, who, fault, "till %lld out of quarantine",
                        (long long)till);
    return bd_leave(book->store, err, fault);
}

struct revoked {
    int64_t *tills;
    size_t count;
};

static int add_revoked(void *arg, const void *data)
{
    struct revoked *revoked = (struct revoked *)arg;
    const struct bd_device_row *row = (const struct bd_device_row *)data;
    if (row->revoked == 0)
        return 0;
    revoked->tills =
        (int64_t *)bx_realloc(revoked->tills, revoked->count + 1, sizeof *revoked->tills);
    revoked->tills[revoked->count++] = row->till;
    return 0;
}

int bd_book_revoked(struct bd_store *store, int64_t **ret, size_t *ret_count,
                    struct bx_fault *fault)
{
    struct revoked revoked = {0};
    struct bd_scan scan = {.peek = true, .table = BD_DEVICE};
    int err = bd_scan(store, &scan, add_revoked, &revoked, fault);
    if (err != 0) {
        bx_free(revoked.tills);
        return err;
    }
    *ret = revoked.tills;
    *ret_count = revoked.count;
    return 0;
}

/* --- a new key ------------------------------------------------------------------------------ */

static int has_key(void *arg, const void *row)
{
    const struct bx_public_key *key = (const struct bx_public_key *)arg;
    const struct bd_device_row *device = (const struct bd_device_row *)row;
    return bx_bytes_equal(device->key.b, key->b, sizeof key->b);
}

int bd_book_rotate(struct bd_book *book, const struct bd_turn *turn, const struct bd_device *device,
                   const struct bx_public_key *key, struct bx_fault *fault)
{
    struct bd_device_row row;
    struct bx_public_key wanted = *key;
    struct bd_scan scan = {.peek = true, .table = BD_DEVICE};
    int err = bd_device_row(book->store, device, &row, fault);
    if (err != 0)
        return err;
    /* Two at once, each by the old key: the second would take the till from the first. */
    if (!bx_bytes_equal(row.key.b, device->key.b, sizeof row.key.b))
        return bx_fault_say(fault, BX_ERR_REFUSED, "This device has another key by now.");
    int found = bd_scan(book->store, &scan, has_key, &wanted, fault);
    if (found != 0)
        return found < 0 ? found
                         : bx_fault_say(fault, BX_ERR_REFUSED, "A device has this key already.");
    memcpy(row.key.b, key->b, sizeof row.key.b);
    err = book->store->ops->mark(book->store, fault);
    if (err != 0)
        return err;
    err = device_change(book, &row, fault);
    if (err == 0)
        err = bd_log(book->store, turn, "device", fault, "till %lld has a new key",
                     (long long)row.till);
    return bd_leave(book->store, err, fault);
}
