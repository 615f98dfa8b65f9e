/* SPDX-License-Identifier: Apache-2.0 */
/* Custody: what a till sends is kept, raw, before anything is made of it. An entry whose hash and
 * place in the chain agree is the till's own word and is stored for ever; one that contradicts what
 * is held is kept aside with the reason and answered `conflict`, so that no answer ever blocks the
 * entries behind it. Booking comes after (booking.c), inside a savepoint of its own: whatever goes
 * wrong there costs the booking and never the custody.
 *
 * The answer is made from the stored row alone, so a repeated entry gets the same bytes again. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/inside.h"

struct batch {
    struct bd_book *book;
    const struct bd_turn *turn;
    struct bd_device_row device;
    struct bd_meta_row meta;
    bool meta_changed, sold;
    struct bx_buf *out;
};

struct arrived {
    struct bx_envelope envelope;
    const char *body;
    size_t len;
};

static void say_answer(const struct arrived *arrived, enum bx_entry_outcome outcome,
                       const char *task, const char *say, struct bx_buf *out)
{
    struct bx_entry_answer answer = {.seq = arrived->envelope.seq,
                                     .id = arrived->envelope.id,
                                     .hash = arrived->envelope.hash,
                                     .outcome = outcome};
    BX_TEXT_COPY(answer.task, task);
    BX_TEXT_COPY(answer.say, say);
    bx_entry_answer_encode(&answer, out);
}

/* --- conflicts ------------------------------------------------------------------------------ */

enum conflict {
    AGREES,
    OTHER_DEVICE,
    OTHER_HASH, /* the bytes do not give the hash */
    OTHER_BODY, /* the body names another entry than its envelope */
    OTHER_SEQ,  /* another entry is held under this seq */
    OTHER_ID,   /* another entry is held under this id */
    OTHER_CHAIN /* it does not stand on the entry before it, or the next not on it */
};

static const struct {
    const char *word, *say;
} conflicts[] = {
    [AGREES] = {"", ""},
    [OTHER_DEVICE] = {"device", "Another till's entry."},
    [OTHER_HASH] = {"hash", "The entry was changed on its way: its hash does not agree."},
    [OTHER_BODY] = {"body", "The entry and its envelope name different things."},
    [OTHER_SEQ] = {"seq", "Another entry is held under this number: the journal was forked."},
    [OTHER_ID] = {"id", "Another entry is held under this id."},
    [OTHER_CHAIN] = {"chain", "The entry does not follow the one before it."},
};

/* A second history of the same journal, as after an image was restored. */
static bool is_fork(enum conflict conflict)
{
    return conflict == OTHER_SEQ || conflict == OTHER_CHAIN;
}

static int put_aside(struct batch *batch, const struct arrived *arrived, enum conflict conflict,
                     struct bx_fault *fault)
{
    struct bd_store *store = batch->book->store;
    const struct bx_envelope *envelope = &arrived->envelope;
    struct bd_aside_row row = {.till = envelope->till,
                               .incarnation = envelope->incarnation,
                               .seq = envelope->seq,
                               .hash = envelope->hash,
                               .id = envelope->id,
                               .came_at = batch->turn->now.us,
                               .prev = envelope->prev,
                               .body = {arrived->body, arrived->len}};
    struct bd_task_row task = {.till = batch->device.till,
                               .incarnation = batch->device.incarnation,
                               .seq = envelope->seq,
                               .word = "conflict",
                               .at = batch->turn->now.us};
    BX_TEXT_COPY(row.why, conflicts[conflict].word);
    BX_TEXT_COPY(task.say, conflicts[conflict].say);
    int err = bd_insert(store, BD_ASIDE, &row, fault);
    if (err >= 0)
        err = bd_task(store, &task, fault);
    if (err == 0 && is_fork(conflict))
        err = bd_quarantine(store, batch->turn, &batch->device, envelope->seq,
                            conflicts[conflict].say, fault);
    if (err == 0)
        say_answer(arrived, BX_ENTRY_CONFLICT, row.why, task.say, batch->out);
    return err;
}

/* 0 when another entry of this id is held; BD_NOT. */
static int id_holder(struct bd_store *store, const struct bx_id *id, struct bx_fault *fault)
{
    struct bd_entry_row from = {.id = *id}, found;
    struct bd_scan scan = {.peek = true, .table = BD_ENTRY, .index = 1, .fixed = 1, .from = &from};
    return bd_first(store, &scan, &found, fault);
}

/* The hash held for SEQ of the device; BD_NOT when it has not come. */
static int hash_at(const struct batch *batch, int64_t seq, struct bd_entry_row *ret,
                   struct bx_fault *fault)
{
    const struct bd_device_row *device = &batch->device;
    *ret =
        (struct bd_entry_row){.till = device->till, .incarnation = device->incarnation, .seq = seq};
    if (seq == 0)
        return device->incarnation == 1 ? 0 : BD_NOT;
    if (seq > device->highest)
        return BD_NOT;
    if (seq == device->mark) {
        ret->hash = device->head;
        return 0;
    }
    return bd_get(batch->book->store, BD_ENTRY, ret, fault);
}

/* Whether the entry stands on the one before it and the one after it on this; 0, 1 or an error. */
static int chain_breaks(const struct batch *batch, const struct bx_envelope *envelope,
                        struct bx_fault *fault)
{
    struct bd_entry_row held;
    int err = hash_at(batch, envelope->seq - 1, &held, fault);
    if (err < 0)
        return err;
    if (err == 0 && !bx_hash_equal(&held.hash, &envelope->prev))
        return 1;
    if (batch->device.highest <= envelope->seq)
        return 0;
    held = (struct bd_entry_row){
        .till = envelope->till, .incarnation = envelope->incarnation, .seq = envelope->seq + 1};
    err = bd_get(batch->book->store, BD_ENTRY, &held, fault);
    if (err != 0)
        return err == BD_NOT ? 0 : err;
    return !bx_hash_equal(&held.prev, &envelope->hash);
}

/* *RET says why it cannot be held. HEAD is read, unless its v or kind is unknown (kind -1). */
static int examine(const struct batch *batch, const struct arrived *arrived,
                   struct bx_entry_head *head, bool *ret_known, enum conflict *ret,
                   struct bx_fault *fault)
{
    const struct bx_envelope *envelope = &arrived->envelope;
    struct bx_fault spare;
    struct bx_hash hash = bx_entry_hash(&envelope->prev, envelope->till, envelope->incarnation,
                                        envelope->seq, arrived->body, arrived->len);
    *ret = AGREES;
    *ret_known = false;
    if (!bx_hash_equal(&hash, &envelope->hash)) {
        *ret = OTHER_HASH;
        return 0;
    }
    int err = bx_entry_head_decode(arrived->body, arrived->len, head, &spare);
    *ret_known = err == 0;
    if (err == 0 && (head->till != envelope->till || head->incarnation != envelope->incarnation ||
                     head->seq != envelope->seq || !bx_id_equal(&head->id, &envelope->id))) {
        *ret = OTHER_BODY;
        return 0;
    }
    err = id_holder(batch->book->store, &envelope->id, fault);
    if (err == 0)
        *ret = OTHER_ID;
    if (err != BD_NOT)
        return err;
    err = chain_breaks(batch, envelope, fault);
    if (err == 1)
        *ret = OTHER_CHAIN;
    return err < 0 ? err : 0;
}

/* --- custody -------------------------------------------------------------------------------- */

/* Books inside a savepoint; a failure costs only the booking. */
static int try_to_book(struct batch *batch, struct bd_entry_row *row, struct bx_fault *fault)
{
    struct bd_store *store = batch->book->store;
    struct bd_booked booked = {0};
    struct bx_fault why = {0};
    struct bd_device_row before = batch->device;
    int64_t arrivals = batch->meta.arrivals;
    int err = store->ops->mark(store, fault);
    if (err != 0)
        return err;
    err = bd_entry_book(batch->book, batch->turn, &batch->meta, &batch->device, row, &booked, &why);
    int left = store->ops->release(store, err == 0, fault);
    if (left != 0)
        return left;
    if (err != 0) {
        if (err == BX_ERR_IO || err == BX_ERR_FULL || err == BX_ERR_BUSY) {
            if (fault != NULL)
                *fault = why;
            return err;
        }
        batch->device = before;
        booked = (struct bd_booked){.state = BD_ENTRY_WAITS_FORMAT,
                                    .outcome = BX_ENTRY_WAITING,
                                    .task = "booking",
                                    .say = "Kept; it could not be booked yet."};
    }
    batch->meta_changed = batch->meta_changed || batch->meta.arrivals != arrivals;
    row->state = booked.state;
    row->outcome = booked.outcome;
    BX_TEXT_COPY(row->task, booked.task);
    BX_TEXT_COPY(row->say, booked.say);
    batch->sold = batch->sold || (booked.state == BD_ENTRY_BOOKED);
    return 0;
}

static int take_custody(struct batch *batch, const struct arrived *arrived,
                        const struct bx_entry_head *head, bool known, struct bx_fault *fault)
{
    struct bd_store *store = batch->book->store;
    const struct bx_envelope *envelope = &arrived->envelope;
    struct bd_entry_row row = {.till = envelope->till,
                               .incarnation = envelope->incarnation,
                               .seq = envelope->seq,
                               .id = envelope->id,
                               .state = BD_ENTRY_WAITS_FORMAT,
                               .kind = known ? (int64_t)head->kind : -1,
                               .at = known ? head->at.us : 0,
                               .came_at = batch->turn->now.us,
                               .outcome = BX_ENTRY_WAITING,
                               .prev = envelope->prev,
                               .hash = envelope->hash,
                               .task = "format",
                               .say = "Kept until this server knows its kind.",
                               .body = {arrived->body, arrived->len}};
    int err = known ? try_to_book(batch, &row, fault) : 0;
    if (err == 0)
        err = bd_fresh(store, BD_ENTRY, &row, fault);
    if (err == 0)
        err = bd_mark_raise(store, &batch->device, row.seq, &row.hash, fault);
    if (err != 0)
        return err;
    if (row.state == BD_ENTRY_WAITS_PARENT) {
        batch->meta.waiting++;
        batch->meta_changed = true;
    }
    say_answer(arrived, (enum bx_entry_outcome)row.outcome, row.task, row.say, batch->out);
    return 0;
}

static int receive(struct batch *batch, const struct arrived *arrived, struct bx_fault *fault)
{
    const struct bx_envelope *envelope = &arrived->envelope;
    if (envelope->till != batch->device.till || envelope->incarnation != batch->device.incarnation)
        return put_aside(batch, arrived, OTHER_DEVICE, fault);
    struct bd_entry_row held = {
        .till = envelope->till, .incarnation = envelope->incarnation, .seq = envelope->seq};
    int err = envelope->seq > batch->device.highest
                  ? BD_NOT
                  : bd_get(batch->book->store, BD_ENTRY, &held, fault);
    if (err < 0)
        return err;
    if (err == 0 && bx_hash_equal(&held.hash, &envelope->hash) &&
        bx_id_equal(&held.id, &envelope->id)) {
        say_answer(arrived, (enum bx_entry_outcome)held.outcome, held.task, held.say, batch->out);
        return 0;
    }
    struct bx_entry_head head;
    bool known;
    enum conflict conflict;
    if (err == 0)
        return put_aside(batch, arrived, OTHER_SEQ, fault);
    err = examine(batch, arrived, &head, &known, &conflict, fault);
    if (err != 0)
        return err;
    return conflict != AGREES ? put_aside(batch, arrived, conflict, fault)
                              : take_custody(batch, arrived, &head, known, fault);
}

/* --- the batch ------------------------------------------------------------------------------ */

/* The next line of TEXT without its end; false when there is none or it has no end. */
static bool next_line(const char **text, size_t *len, const char **ret_line, size_t *ret_len)
{
    const char *end = *len > 0 ? (const char *)memchr(*text, '\n', *len) : NULL;
    if (end == NULL)
        return false;
    *ret_line = *text;
    *ret_len = (size_t)(end - *text);
    *len -= *ret_len + 1;
    *text = end + 1;
    return true;
}

static int read_batch(const char *text, size_t len, struct arrived *ret, size_t *ret_count,
                      struct bx_fault *fault)
{
    size_t count = 0;
    if (len > BX_BATCH_BYTES)
        return bx_fault_say(fault, BX_ERR_INPUT, "A batch has at most %d bytes.", BX_BATCH_BYTES);
    while (len > 0) {
        const char *line;
        size_t line_len;
        if (count == BX_BATCH_MAX)
            return bx_fault_say(fault, BX_ERR_INPUT, "A batch has at most %d entries.",
                                BX_BATCH_MAX);
        if (!next_line(&text, &len, &line, &line_len))
            return bx_fault_say(fault, BX_ERR_INPUT, "The batch ends inside a line.");
        int err = bx_envelope_decode(line, line_len, &ret[count].envelope, fault);
        if (err != 0)
            return err;
        if (!next_line(&text, &len, &ret[count].body, &ret[count].len))
            return bx_fault_say(fault, BX_ERR_INPUT, "The batch ends inside an entry.");
        if (ret[count].len == 0 || ret[count].len > BX_BODY_MAX)
            return bx_fault_say(fault, BX_ERR_INPUT, "An entry has 1 to %d bytes.", BX_BODY_MAX);
        count++;
    }
    *ret_count = count;
    return 0;
}

/* What a batch brings about besides its entries. */
static int after_batch(struct batch *batch, struct bx_fault *fault)
{
    struct bd_store *store = batch->book->store;
    struct bd_device_row *device = &batch->device;
    int err = 0;
    if (device->settle_seq >= 0 && device->mark >= device->settle_seq)
        err = bd_lease_fade(store, device, fault);
    if (err == 0)
        err = bd_must(bd_update(store, BD_DEVICE, device, fault), "device", fault);
    if (err == 0 && batch->meta_changed)
        err = bd_must(bd_update(store, BD_META, &batch->meta, fault), "meta", fault);
    if (err == 0)
        err = bd_reopen_when_all_said(store, &batch->meta, fault);
    if (err == 0)
        err = bd_counts_put(store, &batch->book->counts, fault);
    if (err == 0 && batch->meta.waiting > 0 && batch->sold)
        err = bd_parents_came(batch->book, batch->turn, fault);
    return err != 0 || !batch->sold ? err : bd_shifts_compare(batch->book, batch->turn, fault);
}

/* --- a loss that nobody told us of ---------------------------------------------------------- */

struct asides {
    int64_t next, end; /* the first seq not put aside so far; where the gap ends */
};

static int aside_next(void *arg, const void *row)
{
    struct asides *asides = (struct asides *)arg;
    const struct bd_aside_row *aside = (const struct bd_aside_row *)row;
    /* what another till sent in its name says nothing of what it had an answer to */
    if (aside->seq == asides->next && strcmp(aside->why, conflicts[OTHER_DEVICE].word) != 0)
        asides->next++;
    return aside->seq >= asides->next; /* one is missing before it */
}

/* A till sends what has no answer, from the first on. If entries before the first of these are
 * neither held nor put aside, we have answered them once and forgotten them: a backup that nobody
 * told us of, and that no commit number showed, because ours has passed it since. It is the till's
 * word, as the mark that it shows (restore.c) is; a person learns which till gave it. 1, 0 or an
 * error. */
static int shows_a_loss(const struct batch *batch, const struct bx_envelope *first,
                        struct bx_fault *fault)
{
    const struct bd_device_row *device = &batch->device;
    if (first->till != device->till || first->incarnation != device->incarnation ||
        first->seq <= device->highest + 1 || device->quarantined != BD_TRUSTED ||
        device->hello_epoch != batch->meta.epoch)
        return 0;
    struct asides asides = {.next = device->highest + 1, .end = first->seq};
    struct bd_aside_row from = {
        .till = device->till, .incarnation = device->incarnation, .seq = asides.next};
    struct bd_scan scan = {
        .peek = true, .table = BD_ASIDE, .fixed = 2, .edge = BD_FROM, .from = &from};
    int err = bd_scan(batch->book->store, &scan, aside_next, &asides, fault);
    return err < 0 ? err : asides.next < asides.end;
}

static int loss_tell(struct batch *batch, const struct bx_envelope *first, struct bx_fault *fault)
{
    struct bd_store *store = batch->book->store;
    struct bd_task_row task = {.till = first->till,
                               .incarnation = first->incarnation,
                               .seq = first->seq,
                               .word = "loss",
                               .at = batch->turn->now.us};
    BX_TEXT_COPY(task.say, "Entries before this one were answered and are not here.");
    int err = bd_task(store, &task, fault);
    if (err == 0)
        err = bd_log(store, batch->turn, "server", fault,
                     "till %lld shows a loss: entries before its %lld are not here",
                     (long long)first->till, (long long)first->seq);
    return err != 0
               ? err
               : bd_epoch_raise(batch->book, batch->turn, &batch->meta, batch->meta.epoch, fault);
}

static int receive_all(struct batch *batch, const struct bd_device *device,
                       const struct arrived *arrived, size_t count, struct bx_fault *fault)
{
    struct bd_store *store = batch->book->store;
    bd_counts_clear(&batch->book->counts); /* of a batch that failed */
    int err = bd_meta(store, &batch->meta, fault);
    if (err == 0)
        err = bd_device_row(store, device, &batch->device, fault);
    if (err == 0 && count > 0)
        err = shows_a_loss(batch, &arrived[0].envelope, fault);
    if (err > 0)
        err = loss_tell(batch, &arrived[0].envelope, fault);
    for (size_t i = 0; i < count && err == 0; i++)
        err = receive(batch, &arrived[i], fault);
    if (err == 0 && batch->out->full)
        err = bx_fault_say(fault, BX_ERR_FULL, "The answers do not fit.");
    return err != 0 ? err : after_batch(batch, fault);
}

int bd_book_entries(struct bd_book *book, const struct bd_turn *turn,
                    const struct bd_device *device, const char *ndjson, size_t len,
                    struct bx_buf *out, struct bx_fault *fault)
{
    struct batch batch = {.book = book, .turn = turn, .out = out};
    struct arrived *arrived = (struct arrived *)bx_alloc(BX_BATCH_MAX, sizeof *arrived);
    size_t count = 0;
    int err = read_batch(ndjson, len, arrived, &count, fault);
    if (err == 0)
        err = book->store->ops->mark(book->store, fault);
    if (err == 0)
        err = bd_leave(book->store, receive_all(&batch, device, arrived, count, fault), fault);
    if (err != 0)
        bd_counts_clear(&book->counts);
    bx_free(arrived);
    return err;
}
