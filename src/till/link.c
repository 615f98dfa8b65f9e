/* SPDX-License-Identifier: Apache-2.0 */
/* Contact with the server: is it there, what does it know, what has it not heard yet.
 *
 * "Online" is earned by a verified answer and lost by three failures in a row or ten seconds
 * without one. While it is lost only the probe goes out, backing off; everything else waits for the
 * probe's answer. "Unsent" is what the journal says has no answer: the queue is read, sent and
 * answered in batches, and only an answer that names an entry by seq, id and hash is its answer.
 *
 * A batch that brought no usable answer is simply read again. What the server put into custody but
 * could not book yet is asked for again at each sweep. Nothing here can drop an entry. */

#include "core.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    NEWS_MS = 5000,
    DOCUMENTS_MS = 60000,
    SWEEP_MS = 30000,
    STRANGER_MS = 60000,
    SILENCE_MS = 10000,
    BACKOFF_FIRST_MS = 1000,
    BACKOFF_MAX_MS = 30000,
    FAILURES_MAX = 3,
    RETRY_AFTER_MAX_S = 300,
    ENVELOPE_BYTES = 400
};

/* MS, give or take a fifth: a hall full of tills must not ask in step. */
static bx_mono jittered(struct bx_till *till, int64_t ms)
{
    uint8_t dice;
    bx_rand_draw(&till->rand, &dice, 1);
    return bx_mono_plus_ms(till->turn.mono, ms * (205 + dice * 102 / 255) / 256);
}

static void *document_free(enum bx_document kind, void *document)
{
    switch (kind) {
    case BX_DOC_PROGRAMME: return bx_programme_destroy(document);
    case BX_DOC_STAFF: return bx_staff_destroy(document);
    case BX_DOC_KEYS: return bx_keys_destroy(document);
    case BX_DOC_MEMBERS: return bx_members_destroy(document);
    case BX_DOC_ARRIVALS: return bx_orders_destroy(document);
    case BX_DOCUMENTS: break;
    }
    bx_unreachable();
}

void bx_link_start(struct bx_till *till, const struct bx_event *event)
{
    struct bx_link *link = &till->link;
    const struct bx_journal_state *state = event->of.start.state;
    link->enrolled = event->of.start.enrolled;
    link->epoch = state->seen_epoch;
    link->commit = state->seen_commit;
    link->queued = state->queued;
    link->attention = state->attention;
    link->noted = state->offline;
    link->offline_since = link->last_good = till->turn.mono;
    link->next_news = link->next_documents = till->turn.mono;
    link->batch_limit = BX_BATCH_MAX;
    link->pending = true;
    link->mark = -1;
}

void bx_link_finish(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    link->news = bx_free(link->news);
    link->document_new = document_free(link->document_kind, link->document_new);
}

bool bx_link_is_up(const struct bx_till *till)
{
    const struct bx_link *link = &till->link;
    return link->enrolled && link->online && !link->forced && !link->stranger &&
           (link->next_try.ns == 0 || bx_mono_is_due(till->turn.mono, link->next_try));
}

/* --- online and offline ---------------------------------------------------------------------- */

static void lost(struct bx_till *till, const char *about, int64_t forced)
{
    struct bx_link *link = &till->link;
    link->online = false;
    if (link->noted)
        return;
    link->noted = true;
    link->offline_since = till->turn.mono;
    bx_commit_note(till, BX_KIND_OFFLINE_START, about, forced);
}

static void found(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    if (link->online || link->forced)
        return;
    link->online = true;
    link->pending = true;
    int64_t seconds = bx_limits_seconds(till);
    bx_limits_found(till);
    link->next_documents = till->turn.mono;
    bx_leases_kick(till);
    if (!link->noted)
        return;
    link->noted = false;
    bx_commit_note(till, BX_KIND_OFFLINE_END, "", seconds);
}

static void failed(struct bx_till *till, int64_t retry_after)
{
    struct bx_link *link = &till->link;
    int64_t wait = BACKOFF_FIRST_MS;
    for (int i = 0; i < link->failures && wait < BACKOFF_MAX_MS; i++)
        wait *= 2;
    link->failures++;
    if (wait > BACKOFF_MAX_MS)
        wait = BACKOFF_MAX_MS;
    if (retry_after > RETRY_AFTER_MAX_S)
        retry_after = RETRY_AFTER_MAX_S;
    link->next_try = jittered(till, wait);
    if (retry_after > 0 &&
        bx_mono_plus_ms(till->turn.mono, retry_after * 1000).ns > link->next_try.ns)
        link->next_try = bx_mono_plus_ms(till->turn.mono, retry_after * 1000);
    link->next_news = link->next_try;
    if (link->failures >= FAILURES_MAX && !link->forced)
        lost(till, "no answer", 0);
}

/* A server with a higher epoch was restored: what it had answered before counts only as far as it
 * still knows it, and it must hear all our leases before it talks of places. Until its mark is
 * stored no note says that this epoch was seen: a till that dies before must learn it again. */
static void epoch_new(struct bx_till *till, int64_t epoch)
{
    struct bx_link *link = &till->link;
    bool first = link->epoch == 0;
    bx_till_log(till, "the server's epoch is %" PRId64 ", was %" PRId64, epoch, link->epoch);
    link->epoch = epoch;
    link->commit = 0;
    link->document_at = 0;
    link->document_again = link->document_request || link->document_note;
    link->next_documents = till->turn.mono;
    link->reoffer = !first;
    link->mark = -1;
    till->leases.hello = true;
    till->leases.said = (struct bx_slug){""};
    bx_leases_kick(till);
}

bool bx_link_contact(struct bx_till *till, const struct bx_booking_answer *answer)
{
    struct bx_link *link = &till->link;
    link->exchanges++;
    switch (answer->contact) {
    case BX_CONTACT_GOOD:
        if (answer->epoch < link->epoch) {
            bx_till_log(till, "an answer of epoch %" PRId64 " is ignored", answer->epoch);
            failed(till, 0);
            return false;
        }
        break;
    case BX_CONTACT_REFUSED: break;
    case BX_CONTACT_AGAIN: failed(till, answer->retry_after); return false;
    case BX_CONTACT_STRANGER:
        link->stranger = true;
        link->next_try = link->next_news = bx_mono_plus_ms(till->turn.mono, STRANGER_MS);
        bx_till_log(till, "the server does not know this till: %s", answer->fault.detail);
        lost(till, "not enrolled", 0);
        return false;
    }
    link->failures = 0;
    link->next_try = (bx_mono){0};
    link->stranger = false;
    link->last_good = till->turn.mono;
    if (answer->contact == BX_CONTACT_GOOD && answer->epoch > link->epoch)
        epoch_new(till, answer->epoch);
    if (answer->contact == BX_CONTACT_GOOD && answer->commit > link->commit)
        link->commit = answer->commit;
    found(till);
    return answer->contact == BX_CONTACT_GOOD;
}

void bx_link_kick(struct bx_till *till)
{
    till->link.pending = true;
}

void bx_link_try_now(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    link->failures = 0;
    link->stranger = false;
    link->pending = true;
    link->read_from = link->swept = 0;
    link->next_try = (bx_mono){0};
    link->next_news = link->next_documents = till->turn.mono;
    bx_leases_kick(till);
}

void bx_link_force(struct bx_till *till, bool offline)
{
    struct bx_link *link = &till->link;
    if (link->forced == offline)
        return;
    link->forced = offline;
    if (offline)
        lost(till, "by choice", 1);
    else
        bx_link_try_now(till);
}

/* Also within an epoch: a server that lost entries without noticing has a mark below what it once
 * answered. */
void bx_link_mark(struct bx_till *till, int64_t mark)
{
    if (till->link.reoffer || till->next_seq - 1 - mark > till->link.queued)
        till->link.mark = mark;
}

/* --- news ------------------------------------------------------------------------------------ */

static int news_order(const void *a, const void *b)
{
    const struct bx_pool_news *one = a;
    const struct bx_pool_news *two = b;
    return strcmp(one->pool.s, two->pool.s);
}

static void news_take(struct bx_till *till, const struct bx_booking_answer *answer)
{
    struct bx_link *link = &till->link;
    size_t count = answer->news_count < BX_POOLS_MAX ? answer->news_count : BX_POOLS_MAX;
    bx_free(link->news);
    link->news = bx_alloc(count + 1, sizeof(*link->news));
    if (count > 0)
        memcpy(link->news, answer->news, count * sizeof(*link->news));
    qsort(link->news, count, sizeof(*link->news), news_order);
    link->news_count = count;
    link->news_at = answer->news_at;
    link->news_mono = till->turn.mono;
    for (size_t i = 0; i < count; i++)
        if (link->news[i].recall > 0)
            bx_leases_recall(till, &link->news[i].pool, link->news[i].recall);
}

static struct bx_pool_news *news_of(const struct bx_till *till, const struct bx_slug *pool)
{
    struct bx_pool_news key = {.pool = *pool};
    if (till->link.news_count == 0)
        return NULL;
    return bsearch(&key, till->link.news, till->link.news_count, sizeof(key), news_order);
}

const struct bx_pool_news *bx_link_news(const struct bx_till *till, const struct bx_slug *pool)
{
    return news_of(till, pool);
}

void bx_link_left(struct bx_till *till, const struct bx_slug *pool, int64_t left)
{
    struct bx_pool_news *news = news_of(till, pool);
    if (news)
        news->leased = news->capacity - news->sold - news->held - left;
}

/* --- documents -------------------------------------------------------------------------------- */

struct version {
    int64_t epoch, version;
};

static struct version at_hand(const struct bx_till *till, enum bx_document kind)
{
    struct version none = {0};
    switch (kind) {
    case BX_DOC_PROGRAMME:
        return till->programme ? (struct version){till->programme->epoch, till->programme->version}
                               : none;
    case BX_DOC_STAFF:
        return till->staff ? (struct version){till->staff->epoch, till->staff->version} : none;
    case BX_DOC_KEYS:
        return till->keys ? (struct version){till->keys->epoch, till->keys->version} : none;
    case BX_DOC_MEMBERS:
        return till->members ? (struct version){till->members->epoch, till->members->version}
                             : none;
    case BX_DOC_ARRIVALS:
        return till->orders ? (struct version){till->orders->epoch, till->orders->version} : none;
    case BX_DOCUMENTS: break;
    }
    return none;
}

static void document_ask(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    struct version have = at_hand(till, (enum bx_document)link->document_at);
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_DOCUMENT);
    effect->request = link->document_request = bx_till_request(till);
    link->document_kind = (enum bx_document)link->document_at;
    link->document_again = false;
    effect->of.document.document = (enum bx_document)link->document_at;
    effect->of.document.have = have.epoch == link->epoch ? have.version : 0;
}

static void document_next(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    if (link->document_again || link->document_at != (int)link->document_kind)
        return; /* all of them begin anew: another epoch */
    if (++link->document_at < BX_DOCUMENTS)
        return;
    link->document_at = 0;
    link->next_documents = jittered(till, DOCUMENTS_MS);
}

static void *document_parse(const struct bx_till *till, const struct bx_booking_answer *answer,
                            struct version *ret, struct bx_fault *fault)
{
    switch (answer->document) {
    case BX_DOC_PROGRAMME: {
        struct bx_programme *new = bx_programme_parse(answer->bytes, answer->len, fault);
        if (new)
            *ret = (struct version){new->epoch, new->version};
        return new;
    }
    case BX_DOC_STAFF: {
        struct bx_staff *new = bx_staff_parse(answer->bytes, answer->len, fault);
        if (new)
            *ret = (struct version){new->epoch, new->version};
        return new;
    }
    case BX_DOC_KEYS: {
        struct bx_keys *new = bx_keys_parse(answer->bytes, answer->len, fault);
        if (new &&new->issuer != till->issuer) {
            bx_fault_set(fault, BX_ERR_INPUT, "These keys are another till's.", "issuer %d",
                         new->issuer);
            return bx_keys_destroy(new);
        }
        if (new)
            *ret = (struct version){new->epoch, new->version};
        return new;
    }
    case BX_DOC_MEMBERS: {
        struct bx_members *new = bx_members_parse(answer->bytes, answer->len, fault);
        if (new)
            *ret = (struct version){new->epoch, new->version};
        return new;
    }
    case BX_DOC_ARRIVALS: {
        struct bx_orders *new = bx_orders_parse(answer->bytes, answer->len, fault);
        if (new)
            *ret = (struct version){new->epoch, new->version};
        return new;
    }
    case BX_DOCUMENTS: break;
    }
    bx_unreachable();
}

static void document_answer(struct bx_till *till, const struct bx_booking_answer *answer)
{
    struct bx_link *link = &till->link;
    struct bx_fault fault = {0};
    struct version new = {0};
    struct version old = at_hand(till, answer->document);
    if (answer->document != link->document_kind || answer->unchanged) {
        document_next(till);
        return;
    }
    void *document = document_parse(till, answer, &new, &fault);
    bool older = new.epoch < old.epoch || (new.epoch == old.epoch &&new.version < old.version);
    if (!document || older) {
        bx_till_log(till, "%s not taken: %s", bx_document_word(answer->document),
                    document ? "older than the one at hand" : fault.detail);
        if (document)
            document_free(answer->document, document);
        document_next(till);
        return;
    }
    /* Given once more because the server's epoch was not known when it was asked for. */
    if (new.epoch == old.epoch &&new.version == old.version) {
        document_free(answer->document, document);
        document_next(till);
        return;
    }
    link->document_new = document;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_NOTE);
    effect->request = link->document_note = bx_till_request(till);
    effect->of.note.reoffer_above = -1;
    effect->of.note.has_document = true;
    effect->of.note.document = answer->document;
    effect->of.note.bytes = bx_effects_hold(till->out, answer->bytes, answer->len);
    effect->of.note.len = answer->len;
}

static void document_adopt(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    void *new = bx_steal(&link->document_new);
    switch (link->document_kind) {
    case BX_DOC_PROGRAMME:
        bx_programme_destroy(till->programme);
        till->programme = new;
        bx_counter_programme(till);
        bx_desk_programme(till, &till->desk);
        if (till->command.desk)
            bx_desk_programme(till, till->command.desk);
        bx_leases_kick(till);
        break;
    case BX_DOC_STAFF:
        bx_staff_destroy(till->staff);
        till->staff = new;
        break;
    case BX_DOC_KEYS:
        bx_keys_destroy(till->keys);
        till->keys = new;
        break;
    case BX_DOC_MEMBERS:
        bx_members_destroy(till->members);
        till->members = new;
        break;
    case BX_DOC_ARRIVALS:
        bx_orders_destroy(till->orders);
        till->orders = new;
        break;
    case BX_DOCUMENTS: bx_unreachable();
    }
}

/* --- the queue -------------------------------------------------------------------------------- */

static void queue_read(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = link->queue_request = bx_till_request(till);
    effect->of.query = (struct bx_query){
        .kind = BX_QUERY_QUEUED, .from = link->read_from, .limit = (int)link->batch_limit};
    link->read_seq = till->next_seq;
}

/* Behind the last entry: what was passed over, because the server waits for something, is asked
 * for again later. */
static void sweep_end(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    if (link->read_seq == till->next_seq) {
        link->pending = false;
        link->queued = link->swept;
    }
    link->next_waiting = jittered(till, SWEEP_MS);
}

void bx_link_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_link *link = &till->link;
    size_t bytes = 0;
    link->queue_request = 0;
    if (event->of.rows.fault.err) {
        bx_till_log(till, "the queue cannot be read: %s", event->of.rows.fault.detail);
        link->pending = false;
        link->next_waiting = jittered(till, SWEEP_MS);
        return;
    }
    link->batch_count = 0;
    for (size_t i = 0; i < event->of.rows.count && i < link->batch_limit; i++) {
        const struct bx_row *row = &event->of.rows.rows[i];
        bytes += row->len + ENVELOPE_BYTES;
        if (i > 0 && bytes > BX_BATCH_BYTES)
            break;
        link->batch[link->batch_count++] =
            (struct bx_ref){.seq = row->head.seq, .id = row->head.id, .hash = row->hash};
    }
    if (link->batch_count == 0) {
        sweep_end(till);
        return;
    }
    if (!bx_link_is_up(till))
        return;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_SEND);
    effect->request = link->send_request = bx_till_request(till);
    effect->of.send.refs =
        bx_effects_hold(till->out, link->batch, link->batch_count * sizeof(link->batch[0]));
    effect->of.send.count = link->batch_count;
}

/* Does ANSWER name an entry that was sent, by all three? */
static bool is_echo(const struct bx_link *link, const struct bx_entry_answer *answer)
{
    for (size_t i = 0; i < link->batch_count; i++) {
        const struct bx_ref *ref = &link->batch[i];
        if (ref->seq == answer->seq)
            return bx_id_equal(&ref->id, &answer->id) && bx_hash_equal(&ref->hash, &answer->hash);
    }
    return false;
}

/* The server, verified, will not have this batch. Smaller ones find the entry it means, and that
 * one is passed over until the next sweep: those behind it go on. */
static void batch_refused(struct bx_till *till, const struct bx_booking_answer *answer)
{
    struct bx_link *link = &till->link;
    if (answer->contact != BX_CONTACT_REFUSED)
        return;
    bx_till_log(till, "%zu entries refused: %s", link->batch_count, answer->fault.detail);
    if (link->batch_count > 1) {
        link->batch_limit = link->batch_count / 2;
        return;
    }
    link->read_from = link->batch[0].seq;
    link->swept++;
}

/* An entry of the batch that has no answer is read again before those behind it are sent: they may
 * go on from it. What remains of the batch is what was answered before the first such entry. */
static void batch_trim(struct bx_link *link, const struct bx_entry_answer *answers, size_t count)
{
    size_t seen = 0, waiting = 0;
    while (seen < link->batch_count) {
        size_t at = 0;
        while (at < count && answers[at].seq != link->batch[seen].seq)
            at++;
        if (at == count)
            break;
        waiting += answers[at].outcome == BX_ENTRY_WAITING;
        seen++;
    }
    link->batch_count = seen;
    link->batch_waiting = (int64_t)waiting;
}

static void entries_answer(struct bx_till *till, const struct bx_booking_answer *answer)
{
    struct bx_link *link = &till->link;
    struct bx_entry_answer *good = bx_alloc(BX_BATCH_MAX, sizeof(*good));
    size_t count = 0;
    link->batch_done = link->batch_attention = 0;
    for (size_t i = 0; i < answer->entry_count && count < BX_BATCH_MAX; i++) {
        const struct bx_entry_answer *entry = &answer->entries[i];
        bool twice = false;
        for (size_t j = 0; j < count; j++)
            twice = twice || good[j].seq == entry->seq;
        if (twice || !is_echo(link, entry)) {
            bx_till_log(till, "an answer to seq %" PRId64 " that names another entry is ignored",
                        entry->seq);
            continue;
        }
        good[count++] = *entry;
        link->batch_done += entry->outcome != BX_ENTRY_WAITING;
        link->batch_attention +=
            entry->outcome == BX_ENTRY_RECORDED_TASK || entry->outcome == BX_ENTRY_CONFLICT;
    }
    if (count == 0) {
        failed(till, 0);
    } else {
        struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_NOTE);
        effect->request = link->note_request = bx_till_request(till);
        effect->of.note.answers = bx_effects_hold(till->out, good, count * sizeof(*good));
        effect->of.note.answer_count = count;
        effect->of.note.seen_epoch = link->reoffer ? 0 : link->epoch;
        effect->of.note.seen_commit = link->commit;
        effect->of.note.reoffer_above = -1;
    }
    batch_trim(link, good, count);
    bx_free(good);
}

/* --- what needs attention --------------------------------------------------------------------- */

/* What is re-offered is answered anew, so what its old answer was counted for must go first; only
 * the journal still knows which those were. */
static void attention_read(struct bx_till *till, int64_t from)
{
    struct bx_link *link = &till->link;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = link->attention_request = bx_till_request(till);
    effect->of.query =
        (struct bx_query){.kind = BX_QUERY_ATTENTION, .from = from, .limit = BX_ROWS_MAX};
    if (from > 0)
        return;
    link->attention_sum = 0;
    link->attention_moved = false;
}

void bx_link_attention(struct bx_till *till, const struct bx_event *event)
{
    struct bx_link *link = &till->link;
    size_t count = event->of.rows.count;
    link->attention_request = 0;
    if (event->of.rows.fault.err) {
        bx_till_log(till, "attention cannot be counted: %s", event->of.rows.fault.detail);
        return;
    }
    link->attention_sum += (int64_t)count;
    if (count == BX_ROWS_MAX)
        attention_read(till, event->of.rows.rows[count - 1].head.seq);
    else if (link->attention_moved)
        attention_read(till, 0);
    else
        link->attention = link->attention_sum;
}

void bx_link_settled(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    link->attention -= link->attention > 0;
    link->attention_moved = true;
}

static void answers_stored(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    link->attention_moved = link->attention_moved || link->batch_attention > 0;
    link->queued -= link->batch_done;
    if (link->queued < 0)
        link->queued = 0;
    link->attention += link->batch_attention;
    link->swept += link->batch_waiting;
    if (link->batch_count > 0)
        link->read_from = link->batch[link->batch_count - 1].seq;
    link->batch_limit = link->batch_limit * 2 < BX_BATCH_MAX ? link->batch_limit * 2 : BX_BATCH_MAX;
}

/* --- answers ---------------------------------------------------------------------------------- */

static enum bx_exchange exchange_end(struct bx_link *link, int64_t request)
{
    if (request == link->send_request) {
        link->send_request = 0;
        return BX_EXCHANGE_ENTRIES;
    }
    if (request == link->news_request) {
        link->news_request = 0;
        return BX_EXCHANGE_NEWS;
    }
    link->document_request = 0;
    return BX_EXCHANGE_DOCUMENT;
}

void bx_link_answer(struct bx_till *till, const struct bx_booking_answer *answer)
{
    enum bx_exchange mine = exchange_end(&till->link, answer->request);
    bool usable = bx_link_contact(till, answer);
    if (usable && mine != answer->exchange) {
        bx_till_log(till, "an answer of another kind is ignored");
        failed(till, 0);
        return;
    }
    switch (mine) {
    case BX_EXCHANGE_ENTRIES:
        if (usable)
            entries_answer(till, answer);
        else
            batch_refused(till, answer);
        break;
    case BX_EXCHANGE_NEWS:
        if (usable)
            news_take(till, answer);
        break;
    case BX_EXCHANGE_DOCUMENT:
        if (usable)
            document_answer(till, answer);
        else if (answer->contact == BX_CONTACT_REFUSED)
            document_next(till);
        break;
    case BX_EXCHANGE_ALLOT:
    case BX_EXCHANGE_QUESTION: bx_unreachable();
    }
}

static void marked(struct bx_till *till, bool done)
{
    struct bx_link *link = &till->link;
    int64_t above = till->next_seq - 1 - link->mark;
    link->marking = false;
    if (!done)
        return;
    link->reoffer = false;
    attention_read(till, 0);
    if (above > link->queued)
        link->queued = above;
    link->mark = -1;
    link->read_from = link->swept = 0;
    link->pending = true;
}

void bx_link_stored(struct bx_till *till, const struct bx_event *event)
{
    struct bx_link *link = &till->link;
    bool done = event->of.stored.outcome == BX_DONE;
    if (!done)
        bx_till_log(till, "what the server said is not stored: %s", event->of.stored.fault.detail);
    if (event->of.stored.request == link->document_note) {
        link->document_note = 0;
        if (done)
            document_adopt(till);
        link->document_new = document_free(link->document_kind, link->document_new);
        document_next(till);
        return;
    }
    link->note_request = 0;
    if (link->marking) {
        marked(till, done);
    } else if (done) {
        answers_stored(till);
    } else {
        link->pending = false;
        link->next_waiting = jittered(till, SWEEP_MS);
    }
}

/* --- what is due ------------------------------------------------------------------------------ */

static void news_ask(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_NEWS);
    effect->request = link->news_request = bx_till_request(till);
    link->next_news = jittered(till, NEWS_MS);
}

static void mark_store(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_NOTE);
    effect->request = link->note_request = bx_till_request(till);
    effect->of.note.seen_epoch = link->epoch;
    effect->of.note.seen_commit = link->commit;
    effect->of.note.reoffer_above = link->mark;
    link->marking = true;
}

/* Entries wait for HELLO: the server would book uses of a lease that it is just being told about,
 * and take the count in the HELLO for one that went back. */
static void queue_tick(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    if (link->queue_request || link->send_request || link->note_request || till->leases.hello)
        return;
    if (link->mark >= 0) {
        mark_store(till);
        return;
    }
    if (bx_mono_is_due(till->turn.mono, link->next_waiting)) {
        link->next_waiting = (bx_mono){0};
        link->read_from = link->swept = 0;
        link->pending = true;
    }
    if (link->pending)
        queue_read(till);
}

void bx_link_tick(struct bx_till *till)
{
    struct bx_link *link = &till->link;
    if (!link->enrolled || link->forced)
        return;
    if (link->online && till->turn.mono.ns > bx_mono_plus_ms(link->last_good, SILENCE_MS).ns &&
        (link->news_request || link->failures > 0))
        lost(till, "no answer", 0);
    if (link->next_try.ns != 0 && !bx_mono_is_due(till->turn.mono, link->next_try))
        return;
    if (!link->news_request && bx_mono_is_due(till->turn.mono, link->next_news))
        news_ask(till);
    if (!bx_link_is_up(till))
        return;
    if (!link->document_request && !link->document_note &&
        bx_mono_is_due(till->turn.mono, link->next_documents))
        document_ask(till);
    queue_tick(till);
}

void bx_link_wake(const struct bx_till *till, bx_mono *wake)
{
    const struct bx_link *link = &till->link;
    if (!link->enrolled || link->forced)
        return;
    if (link->next_try.ns > till->turn.mono.ns) {
        bx_mono_earlier(wake, link->next_try);
        return;
    }
    if (!link->news_request)
        bx_mono_earlier(wake, link->next_news);
    if (!link->online)
        return;
    if (!link->document_request && !link->document_note)
        bx_mono_earlier(wake, link->next_documents);
    if (!link->queue_request && !link->send_request && !link->note_request)
        bx_mono_earlier(wake, link->next_waiting);
}
