/* SPDX-License-Identifier: Apache-2.0 */
/* Between the port and the book stand only the codecs of boxtill/domain/wire.h, so that what the
 * till hears has gone through the same bytes as over HTTP. */

#include "fake_booking.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "server/store/store.h"

enum { ASKED_MAX = 4, SLOTS = BX_EXCHANGE_QUESTION + ASKED_MAX };

/* One exchange of each kind, and some questions: asked, done, not yet told. */
struct pending {
    bool busy;
    struct bx_booking_answer answer;
    struct bx_buf bytes;
};

struct fake {
    struct bx_booking port; /* first */
    struct fake_booking_setup setup;
    bool cut;
    int64_t seen_epoch, seen_commit;
    struct pending pending[SLOTS];
    struct bx_entry_answer entries[BX_BATCH_MAX];
    struct bx_allot_answer allots[BX_ALLOT_MAX];
    struct bx_pool_news news[BX_POOLS_MAX];
};

static struct fake *of(struct bx_booking *booking)
{
    return (struct fake *)booking;
}

/* What is asked of the book inside one transaction. */
struct asking {
    struct fake *fake;
    struct pending *pending;
    struct bd_turn turn;
    struct bd_device device;
    const void *sent;
    size_t len; /* bytes, or messages */
    enum bx_document document;
    int64_t have;
    enum bx_question question;
};
typedef int (*bx_asking)(struct asking *asking, struct bx_fault *fault);

static struct bd_turn turn_now(const struct fake *fake)
{
    struct bd_turn turn = {.now = fake->setup.clock->ops->utc(fake->setup.clock)};
    fake->setup.random->ops->seed(fake->setup.random, turn.seed);
    return turn;
}

static void failed(struct pending *pending, enum bx_contact contact)
{
    pending->answer.contact = contact;
    if (!pending->answer.fault.err)
        bx_fault_set(&pending->answer.fault, BX_ERR_OFFLINE, "The server cannot be reached.", NULL);
}

/* Asking the same again will not help: what HTTP says with 4xx. */
static bool is_final(int err)
{
    return err == BX_ERR_INPUT || err == BX_ERR_MISSING || err == BX_ERR_REFUSED ||
           err == BX_ERR_CLASH;
}

/* Transaction, device, work: as the server's writer does it. */
static void carry_out(struct asking *asking, bx_asking work)
{
    struct fake *fake = asking->fake;
    struct bd_store *store = fake->setup.store;
    struct bx_fault *fault = &asking->pending->answer.fault;
    struct bd_mark mark;
    asking->turn = turn_now(fake);
    if (fake->cut || store->ops->begin(store, fault)) {
        failed(asking->pending, BX_CONTACT_AGAIN);
        return;
    }
    int err =
        bd_book_seen(fake->setup.book, &asking->turn, fake->seen_epoch, fake->seen_commit, fault);
    int known = err ? err : bd_book_device(store, fake->setup.till, &asking->device, fault);
    bool stranger =
        !known && (asking->device.revoked || asking->device.incarnation != fake->setup.incarnation);
    if (!known && !stranger)
        err = work(asking, fault);
    bool good = !known && !stranger && !err;
    enum bx_outcome outcome = store->ops->end(store, good, fault);
    if (stranger || known == BX_ERR_MISSING)
        failed(asking->pending, BX_CONTACT_STRANGER);
    else if (!good || outcome != BX_DONE || bd_book_mark(store, &mark, fault))
        failed(asking->pending, is_final(err) ? BX_CONTACT_REFUSED : BX_CONTACT_AGAIN);
    else {
        asking->pending->answer.contact = BX_CONTACT_GOOD;
        asking->pending->answer.epoch = mark.epoch;
        asking->pending->answer.commit = mark.commit;
    }
}

static int begin(struct fake *fake, int slot, int64_t request, struct asking *ret,
                 struct bx_fault *fault)
{
    enum bx_exchange kind =
        slot < BX_EXCHANGE_QUESTION ? (enum bx_exchange)slot : BX_EXCHANGE_QUESTION;
    struct pending *pending = &fake->pending[slot];
    if (pending->busy)
        return bx_fault_set(fault, BX_ERR_BUSY, "The server is already being asked this.", NULL);
    pending->busy = true;
    pending->answer = (struct bx_booking_answer){.request = request, .exchange = kind};
    bx_buf_clear(&pending->bytes);
    *ret = (struct asking){.fake = fake, .pending = pending};
    return 0;
}

/* --- asking ------------------------------------------------------------------------------- */

static int entries_work(struct asking *asking, struct bx_fault *fault)
{
    struct pending *pending = asking->pending;
    int err = bd_book_entries(asking->fake->setup.book, &asking->turn, &asking->device,
                              asking->sent, asking->len, &pending->bytes, fault);
    pending->answer.entries = asking->fake->entries;
    return err ? err
               : bx_entry_answers_decode(bx_buf_text(&pending->bytes), pending->bytes.len,
                                         asking->fake->entries, BX_BATCH_MAX,
                                         &pending->answer.entry_count, fault);
}

static int ask_entries(struct bx_booking *booking, int64_t request,
                       const struct bx_outgoing *entries, size_t count, struct bx_fault *fault)
{
    struct asking asking;
    bx_buf_auto body;
    bx_buf_init(&body, 0);
    int err = begin(of(booking), BX_EXCHANGE_ENTRIES, request, &asking, fault);
    if (err)
        return err;
    for (size_t i = 0; i < count; i++) {
        bx_envelope_encode(&entries[i].envelope, &body);
        bx_buf_add(&body, entries[i].body, entries[i].len);
        bx_buf_byte_add(&body, '\n');
    }
    asking.sent = bx_buf_text(&body);
    asking.len = body.len;
    carry_out(&asking, entries_work);
    return 0;
}

static int allot_work(struct asking *asking, struct bx_fault *fault)
{
    asking->pending->answer.allots = asking->fake->allots;
    asking->pending->answer.allot_count = asking->len;
    return bd_book_allot(asking->fake->setup.book, &asking->turn, &asking->device, asking->sent,
                         asking->len, asking->fake->allots, fault);
}

static int ask_allot(struct bx_booking *booking, int64_t request, const struct bx_id *id,
                     const struct bx_ref *proof, const struct bx_allot_message *messages,
                     size_t count, struct bx_fault *fault)
{
    struct asking asking;
    (void)id;
    (void)proof;
    int err = begin(of(booking), BX_EXCHANGE_ALLOT, request, &asking, fault);
    if (err)
        return err;
    asking.sent = messages;
    asking.len = count;
    carry_out(&asking, allot_work);
    return 0;
}

static int news_work(struct asking *asking, struct bx_fault *fault)
{
    struct pending *pending = asking->pending;
    const struct bd_wish wish = {
        .policy = asking->fake->setup.policy, .turn = &asking->turn, .device = &asking->device};
    int err = bd_book_news(asking->fake->setup.store, &wish, &pending->bytes, fault);
    pending->answer.news = asking->fake->news;
    return err ? err
               : bx_availability_decode(bx_buf_text(&pending->bytes), pending->bytes.len,
                                        &pending->answer.news_at, asking->fake->news, BX_POOLS_MAX,
                                        &pending->answer.news_count, fault);
}

static int ask_news(struct bx_booking *booking, int64_t request, struct bx_fault *fault)
{
    struct asking asking;
    int err = begin(of(booking), BX_EXCHANGE_NEWS, request, &asking, fault);
    if (!err)
        carry_out(&asking, news_work);
    return err;
}

static int document_work(struct asking *asking, struct bx_fault *fault)
{
    struct pending *pending = asking->pending;
    int64_t version = 0;
    const struct bd_wish wish = {.policy = asking->fake->setup.policy,
                                 .turn = &asking->turn,
                                 .device = &asking->device,
                                 .document = asking->document};
    int err = bd_book_document(asking->fake->setup.store, &wish, &version, &pending->bytes, fault);
    pending->answer.unchanged = !err && asking->have > 0 && version == asking->have;
    if (!err && !pending->answer.unchanged) {
        pending->answer.bytes = bx_buf_text(&pending->bytes);
        pending->answer.len = pending->bytes.len;
    }
    return err;
}

static int ask_document(struct bx_booking *booking, int64_t request, enum bx_document document,
                        int64_t have, struct bx_fault *fault)
{
    struct asking asking;
    int err = begin(of(booking), BX_EXCHANGE_DOCUMENT, request, &asking, fault);
    if (err)
        return err;
    asking.document = document;
    asking.have = have;
    asking.pending->answer.document = document;
    carry_out(&asking, document_work);
    return 0;
}

static int question_work(struct asking *asking, struct bx_fault *fault)
{
    struct pending *pending = asking->pending;
    const struct bd_question question = {asking->question, asking->sent, asking->len};
    int err = bd_book_ask(asking->fake->setup.store, &asking->turn, &asking->device, &question,
                          &pending->bytes, fault);
    pending->answer.bytes = bx_buf_text(&pending->bytes);
    pending->answer.len = pending->bytes.len;
    return err;
}

static int ask_question(struct bx_booking *booking, int64_t request, enum bx_question question,
                        const char *json, size_t len, struct bx_fault *fault)
{
    struct fake *fake = of(booking);
    struct asking asking;
    int slot = BX_EXCHANGE_QUESTION;
    while (slot + 1 < SLOTS && fake->pending[slot].busy)
        slot++;
    int err = begin(fake, slot, request, &asking, fault);
    if (err)
        return err;
    asking.question = question;
    asking.sent = json;
    asking.len = len;
    asking.pending->answer.question = question;
    carry_out(&asking, question_work);
    return 0;
}

static void seen(struct bx_booking *booking, int64_t epoch, int64_t commit)
{
    struct fake *fake = of(booking);
    if (epoch < fake->seen_epoch || (epoch == fake->seen_epoch && commit <= fake->seen_commit))
        return;
    fake->seen_epoch = epoch;
    fake->seen_commit = commit;
}

static bool next_answer(struct bx_booking *booking, struct bx_booking_answer *ret)
{
    struct fake *fake = of(booking);
    for (int i = 0; i < SLOTS; i++) {
        if (!fake->pending[i].busy)
            continue;
        fake->pending[i].busy = false;
        *ret = fake->pending[i].answer;
        return true;
    }
    return false;
}

/* --- life --------------------------------------------------------------------------------- */

struct bx_booking *fake_booking_create(const struct fake_booking_setup *setup)
{
    static const struct bx_booking_ops ops = {.entries = ask_entries,
                                              .allot = ask_allot,
                                              .news = ask_news,
                                              .document = ask_document,
                                              .ask = ask_question,
                                              .seen = seen,
                                              .answer = next_answer};
    struct fake *fake = bx_new(struct fake);
    fake->port.ops = &ops;
    fake->setup = *setup;
    for (int i = 0; i < SLOTS; i++)
        bx_buf_init(&fake->pending[i].bytes, 0);
    return &fake->port;
}

void *fake_booking_destroy(struct bx_booking *booking)
{
    struct fake *fake = of(booking);
    for (int i = 0; fake && i < SLOTS; i++)
        bx_buf_finish(&fake->pending[i].bytes);
    return bx_free(fake);
}

void fake_booking_cut(struct bx_booking *booking, bool cut)
{
    of(booking)->cut = cut;
}
