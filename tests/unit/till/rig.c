/* SPDX-License-Identifier: Apache-2.0 */
/* Letters of the trace: C commit, R resolve, N note, r read, d draft, P print, a print-ask,
 * x print-cancel, S send, A allot, n news, D document, ? question,
 * o drawer, v display, s fiscal-start, F fiscal-finish, c fiscal-cancel, k fiscal-ask, K
 * card-start, w card-ask, z card-stop, W card-reverse, p pin, y reply, b bell, l log, q quit. */

#include "rig.h"

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

static const char letters[] = "CRNrdPaxSAnD?ovsFckKwzWpyblq";
static const char pin_hash[] = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                               "c29tZWhhc2hzb21laGFzaHNvbWVoYXNoc29tZWhhc2g";

struct bx_slug rig_slug(const char *text)
{
    struct bx_slug slug = {""};
    BX_TEXT_COPY(slug.s, text);
    return slug;
}

struct bx_slot rig_slot(int i, int event, int day, int minute)
{
    struct bx_slot slot = {.event = event, .offset_min = 60, .date = {2026, 11, (uint8_t)day}};
    char text[64];
    snprintf(slot.id.s, sizeof(slot.id.s), "s%d", i);
    slot.pool = slot.id;
    snprintf(text, sizeof(text), "2026-11-%02dT%02d:%02d:00+01:00", day, minute / 60, minute % 60);
    assert_int_equal(bx_utc_parse(text, &slot.start), 0);
    slot.end.us = slot.start.us + 15 * 60 * BX_SECOND_US;
    return slot;
}

struct bx_product rig_product(const char *name, char key, int64_t price, int places, uint32_t bits)
{
    struct bx_product product = {.key = key,
                                 .price = {price},
                                 .tax_ppm = 70000,
                                 .places = places,
                                 .persons = places,
                                 .events = bits};
    product.id.s[0] = key;
    BX_TEXT_COPY(product.name, name);
    return product;
}

/* --- documents ------------------------------------------------------------------------------- */

static struct bx_slot slot_make(const char *id, int event, const char *start, int day)
{
    struct bx_slot slot = {.id = rig_slug(id),
                           .pool = rig_slug(id),
                           .event = event,
                           .offset_min = 60,
                           .date = {2026, 11, (uint8_t)day}};
    assert_int_equal(bx_utc_parse(start, &slot.start), 0);
    slot.end = (bx_utc){slot.start.us + 1800 * BX_SECOND_US};
    return slot;
}

static void programme_write(struct bx_buf *out)
{
    struct bx_event_info events[] = {
        {.id = rig_slug("perm"), .name = "Permanent collection", .class = rig_slug("main")},
        {.id = rig_slug("tour"), .name = "Guided tour", .class = rig_slug("main")}};
    struct bx_slot slots[] = {slot_make("s1430", 0, "2026-11-24T14:30:00+01:00", 24),
                              slot_make("s1500", 0, "2026-11-24T15:00:00+01:00", 24),
                              slot_make("t1500", 1, "2026-11-24T15:00:00+01:00", 24),
                              slot_make("w1000", 0, "2026-11-25T10:00:00+01:00", 25)};
    struct bx_product products[] = {{.id = rig_slug("adult"),
                                     .name = "Adult",
                                     .key = 'a',
                                     .price = {2400},
                                     .tax_ppm = 70000,
                                     .places = 1,
                                     .persons = 1,
                                     .events = 1},
                                    {.id = rig_slug("child"),
                                     .name = "Child",
                                     .key = 'c',
                                     .price = {901},
                                     .tax_ppm = 70000,
                                     .places = 1,
                                     .persons = 1,
                                     .events = 3},
                                    {.id = rig_slug("family"),
                                     .name = "Family",
                                     .key = 'f',
                                     .price = {5500},
                                     .tax_ppm = 70000,
                                     .places = 4,
                                     .persons = 4,
                                     .events = 1},
                                    {.id = rig_slug("poster"),
                                     .name = "Poster",
                                     .key = 'p',
                                     .price = {500},
                                     .tax_ppm = 190000}};
    struct bx_programme programme = {.epoch = 1,
                                     .version = 9,
                                     .venue = rig_slug("sample"),
                                     .name = "Sample Museum",
                                     .zone = "Europe/Berlin",
                                     .offset_min = 60,
                                     .currency = "EUR",
                                     .exponent = 2,
                                     .cash_step = 5,
                                     .tax_included = true,
                                     .quantity_usual = 10,
                                     .event_count = 2,
                                     .slot_count = 4,
                                     .product_count = 4,
                                     .events = events,
                                     .slots = slots,
                                     .products = products};
    bx_programme_encode(&programme, out);
}

static void staff_write(struct bx_buf *out)
{
    struct bx_user users[] = {{.number = 7, .name = "Ana", .role = BX_ROLE_CASHIER},
                              {.number = 8, .name = "Ben", .role = BX_ROLE_SUPERVISOR},
                              {.number = 9, .name = "Eva", .role = BX_ROLE_AUDITOR}};
    for (size_t i = 0; i < bx_countof(users); i++)
        BX_TEXT_COPY(users[i].pin_hash, pin_hash);
    struct bx_staff staff = {.epoch = 1, .version = 3, .count = 3, .users = users};
    bx_staff_encode(&staff, out);
}

static void keys_write(struct bx_buf *out)
{
    struct bx_key_row rows[] = {{.date = {2026, 11, 24}, .class = rig_slug("main")}};
    memset(rows[0].key.b, 7, sizeof(rows[0].key.b));
    struct bx_keys keys = {
        .epoch = 1, .version = 2, .key_epoch = 3, .issuer = 2, .count = 1, .rows = rows};
    keys.has_pair = true;
    memset(keys.pair.b, 9, sizeof(keys.pair.b));
    bx_keys_encode(&keys, out);
}

static void document_store(struct rig *rig, enum bx_document document,
                           void (*write)(struct bx_buf *))
{
    bx_buf_auto buf;
    bx_buf_init(&buf, 0);
    write(&buf);
    struct bx_journal_notes notes = {.reoffer_above = -1,
                                     .has_document = true,
                                     .document = document,
                                     .bytes = bx_buf_text(&buf),
                                     .len = buf.len};
    assert_int_equal(rig->journal->ops->note(rig->journal, &notes, NULL, NULL), 0);
}

/* --- the server --------------------------------------------------------------------------------
 */

static struct rig_pool *pool_of(struct rig *rig, const struct bx_slug *id)
{
    for (size_t i = 0; i < rig->pool_count; i++)
        if (bx_slug_equal(&rig->pools[i].id, id))
            return &rig->pools[i];
    fail_msg("no pool %s", id->s);
    return NULL;
}

static struct rig_lease *lease_of(struct rig *rig, const struct bx_slug *pool)
{
    for (size_t i = 0; i < rig->lease_count; i++)
        if (bx_slug_equal(&rig->leases[i].pool, pool))
            return &rig->leases[i];
    struct rig_lease *lease = &rig->leases[rig->lease_count++];
    *lease = (struct rig_lease){.pool = *pool, .closed = true};
    return lease;
}

static int64_t give(struct rig *rig, struct rig_pool *pool, int64_t n)
{
    int64_t left = rig->shy ? 0 : pool->capacity - pool->leased;
    int64_t given = n < left ? n : left;
    pool->leased += given;
    return given;
}

static void allot_one(struct rig *rig, const struct bx_allot_message *message,
                      struct bx_allot_answer *ret)
{
    *ret = (struct bx_allot_answer){.verb = message->verb,
                                    .pool = message->pool,
                                    .r = message->r,
                                    .ttl = rig->ttl,
                                    .mark = rig->mark,
                                    .word = BX_ALLOT_ACKED};
    if (rig->doubt)
        ret->word = BX_ALLOT_QUARANTINED;
    if (rig->doubt || message->verb == BX_ALLOT_HELLO)
        return;
    struct rig_pool *pool = pool_of(rig, &message->pool);
    struct rig_lease *lease = lease_of(rig, &message->pool);
    ret->word = BX_ALLOT_NONE;
    if (rig->mute) {
        ret->word = BX_ALLOT_STALE;
    } else if (message->verb == BX_ALLOT_CLOSE) {
        pool->leased -= lease->closed ? 0 : lease->n - message->used;
        *lease = (struct rig_lease){
            .pool = lease->pool, .r = message->r, .used = message->used, .closed = true};
        ret->word = BX_ALLOT_ACKED;
    } else if (message->verb == BX_ALLOT_REQ && message->r > lease->r && lease->closed) {
        int64_t n = give(rig, pool, rig->share);
        if (n > 0)
            *lease = (struct rig_lease){.pool = lease->pool, .r = message->r, .n = n};
        ret->word = n > 0 ? BX_ALLOT_GRANTED : BX_ALLOT_NONE;
    } else if (message->r == lease->r && !lease->closed) {
        if (message->verb == BX_ALLOT_GROW && message->n > lease->n)
            lease->n += give(rig, pool, message->n - lease->n);
        ret->word = BX_ALLOT_GRANTED;
    }
    ret->n = lease->n;
    ret->left = pool->capacity - pool->leased;
    if (rig->lie == RIG_OTHER_R)
        ret->r++;
}

static void allot(struct rig *rig, const struct bx_effect *effect, struct bx_booking_answer *answer)
{
    static struct bx_allot_answer answers[BX_ALLOT_MAX + 8];
    rig->asked_count = effect->of.allot.count;
    for (size_t i = 0; i < effect->of.allot.count; i++) {
        rig->asked[i] = effect->of.allot.messages[i];
        if (rig->contact == BX_CONTACT_GOOD)
            allot_one(rig, &effect->of.allot.messages[i], &answers[i]);
        rig->hellos += rig->asked[i].verb == BX_ALLOT_HELLO && bx_slug_is_none(&rig->asked[i].pool);
    }
    answer->exchange = BX_EXCHANGE_ALLOT;
    answer->allots = answers;
    answer->allot_count = effect->of.allot.count;
    if (rig->lie == RIG_UNASKED)
        answers[answer->allot_count++] = (struct bx_allot_answer){.verb = BX_ALLOT_REQ,
                                                                  .pool = rig_slug("w1000"),
                                                                  .r = 1,
                                                                  .n = 99,
                                                                  .ttl = 9999,
                                                                  .word = BX_ALLOT_GRANTED};
}

static void entries(struct rig *rig, const struct bx_effect *effect,
                    struct bx_booking_answer *answer)
{
    static struct bx_entry_answer answers[BX_BATCH_MAX];
    answer->exchange = BX_EXCHANGE_ENTRIES;
    answer->entries = answers;
    answer->entry_count = effect->of.send.count;
    for (size_t i = 0; i < effect->of.send.count; i++) {
        const struct bx_ref *ref = &effect->of.send.refs[i];
        answers[i] = (struct bx_entry_answer){
            .seq = ref->seq, .id = ref->id, .hash = ref->hash, .outcome = rig->outcome};
        if (rig->task)
            BX_TEXT_COPY(answers[i].task, rig->task);
        if (rig->lie == RIG_OTHER_SEQ)
            answers[i].seq++;
        if (rig->lie == RIG_OTHER_ID)
            answers[i].id.b[3] ^= 1;
        if (rig->lie == RIG_OTHER_HASH)
            answers[i].hash.b[31] ^= 1;
        if (rig->sent_count < bx_countof(rig->sent))
            rig->sent[rig->sent_count++] = ref->seq;
        if (ref->seq == rig->refuse_seq && answer->contact == BX_CONTACT_GOOD)
            answer->contact = BX_CONTACT_REFUSED;
    }
}

/* The number of the pool's open lease, when the news call leases back. */
static int64_t recall_of(const struct rig *rig, const struct bx_slug *pool)
{
    for (size_t i = 0; rig->recall && i < rig->lease_count; i++)
        if (!rig->leases[i].closed && bx_slug_equal(&rig->leases[i].pool, pool))
            return rig->leases[i].r;
    return 0;
}

static void serve(struct rig *rig, const struct bx_effect *effect)
{
    static struct bx_pool_news news[RIG_POOLS];
    struct bx_event event = {.kind = BX_EVENT_BOOKING};
    struct bx_booking_answer *answer = &event.of.booking;
    answer->request = effect->request;
    answer->contact = rig->contact;
    if (effect->kind == BX_EFFECT_SEND) {
        entries(rig, effect, answer);
    } else if (effect->kind == BX_EFFECT_ALLOT) {
        allot(rig, effect, answer);
    } else if (effect->kind == BX_EFFECT_NEWS) {
        for (size_t i = 0; i < rig->pool_count; i++)
            news[i] = (struct bx_pool_news){.pool = rig->pools[i].id,
                                            .capacity = rig->pools[i].capacity,
                                            .leased = rig->pools[i].leased,
                                            .recall = recall_of(rig, &rig->pools[i].id)};
        answer->exchange = BX_EXCHANGE_NEWS;
        answer->news = news;
        answer->news_count = rig->pool_count;
    } else if (effect->kind == BX_EFFECT_ASK) {
        answer->exchange = BX_EXCHANGE_QUESTION;
        answer->question = effect->of.ask.question;
        if (answer->contact == BX_CONTACT_GOOD && rig->ask)
            rig->ask(rig, effect, answer);
        else if (answer->contact == BX_CONTACT_GOOD)
            answer->contact = BX_CONTACT_REFUSED;
    } else {
        answer->exchange = BX_EXCHANGE_DOCUMENT;
        answer->document = effect->of.document.document;
        answer->unchanged = !rig->programme || answer->document != BX_DOC_PROGRAMME;
        answer->bytes = rig->programme;
        answer->len = rig->programme ? strlen(rig->programme) : 0;
        if (!answer->unchanged)
            rig->programme = NULL;
    }
    if (answer->contact == BX_CONTACT_GOOD) {
        answer->epoch = rig->epoch;
        answer->commit = ++rig->commit;
    } else {
        event.of.booking = (struct bx_booking_answer){
            .request = effect->request, .exchange = answer->exchange, .contact = answer->contact};
    }
    rig_event(rig, &event);
    if (rig->lie == RIG_TWICE)
        rig_event(rig, &event);
}

/* --- the journal --------------------------------------------------------------------------------
 */

struct rows {
    struct bx_row *rows;
    size_t count;
};

static int row_keep(void *arg, const struct bx_row *row)
{
    struct rows *rows = arg;
    rows->rows = bx_realloc(rows->rows, rows->count + 1, sizeof(*rows->rows));
    rows->rows[rows->count] = *row;
    char *body = bx_alloc(row->len + 1, 1);
    memcpy(body, row->body, row->len);
    rows->rows[rows->count++].body = body;
    return 0;
}

static void rows_free(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        union {
            const char *kept;
            void *held;
        } body = {.kept = rows->rows[i].body};
        bx_free(body.held);
    }
    bx_free(rows->rows);
    *rows = (struct rows){0};
}

const struct bx_row *rig_read(struct rig *rig, const struct bx_query *query, size_t *ret_count)
{
    static struct rows kept;
    rows_free(&kept);
    assert_int_equal(rig->journal->ops->read(rig->journal, query, row_keep, &kept, NULL), 0);
    *ret_count = kept.count;
    return kept.rows;
}

int rig_entries(struct rig *rig, enum bx_kind kind)
{
    size_t count;
    int found = 0;
    struct bx_query query = {.kind = BX_QUERY_FROM, .from = 1, .limit = BX_ROWS_MAX};
    const struct bx_row *rows = rig_read(rig, &query, &count);
    for (size_t i = 0; i < count; i++)
        found += rows[i].head.kind == kind;
    return found;
}

static void read(struct rig *rig, const struct bx_effect *effect)
{
    struct rows rows = {0};
    struct bx_event event = {.kind = BX_EVENT_ROWS};
    rig->journal->ops->read(rig->journal, &effect->of.query, row_keep, &rows, &event.of.rows.fault);
    event.of.rows.request = effect->request;
    event.of.rows.rows = rows.rows;
    event.of.rows.count = rows.count;
    rig_event(rig, &event);
    rows_free(&rows);
}

static void store(struct rig *rig, const struct bx_effect *effect)
{
    struct bx_event event = {.kind = BX_EVENT_STORED};
    struct bx_ref *ref = &event.of.stored.ref;
    struct bx_fault *fault = &event.of.stored.fault;
    event.of.stored.request = effect->request;
    event.of.stored.outcome = rig->note;
    if (effect->kind == BX_EFFECT_COMMIT)
        event.of.stored.outcome =
            rig->journal->ops->commit(rig->journal, &effect->of.commit, ref, fault);
    else if (effect->kind == BX_EFFECT_RESOLVE)
        event.of.stored.outcome =
            rig->journal->ops->resolve(rig->journal, &effect->of.resolve, ref, fault);
    else if (rig->note == BX_DONE &&
             rig->journal->ops->note(rig->journal, &effect->of.note, ref, fault))
        event.of.stored.outcome = BX_REFUSED;
    rig_event(rig, &event);
}

/* --- everything else ----------------------------------------------------------------------------
 */

void rig_report(struct rig *rig, const struct bx_id *job, enum bx_job_state state, const char *say)
{
    struct bx_event event = {.kind = BX_EVENT_PRINT};
    event.of.print.job = *job;
    event.of.print.state = state;
    BX_TEXT_COPY(event.of.print.say, say);
    rig_event(rig, &event);
}

static void print(struct rig *rig, const struct bx_effect *effect)
{
    rig->print_count++;
    rig->job = effect->of.print.job;
    rig->paper = *effect->of.print.paper;
    assert_int_equal(fake_journal_job(rig->journal, &rig->job.id), BX_JOB_SUBMITTING);
    if (rig->prints != BX_JOB_NEW)
        rig_report(rig, &effect->of.print.job.id, rig->prints, "");
}

static void sign(struct rig *rig, const struct bx_effect *effect)
{
    struct bx_event event = {.kind = BX_EVENT_FISCAL};
    struct bx_fiscal_answer *answer = &event.of.fiscal;
    if (effect->kind == BX_EFFECT_FISCAL_FINISH) {
        rig->document = *effect->of.fiscal.document;
        answer->id = effect->of.fiscal.id;
        answer->sign = (struct bx_sign){.begun = rig->turn.utc,
                                        .at = rig->turn.utc,
                                        .transaction = ++rig->sign_count,
                                        .counter = rig->sign_count,
                                        .device = "RIG",
                                        .qr = "QR OF THE RIG"};
    }
    answer->outcome = rig->signs == BX_FISCAL_SIGNED && effect->kind == BX_EFFECT_FISCAL_ASK
                          ? BX_FISCAL_READY
                          : rig->signs;
    if (!rig->silent)
        rig_event(rig, &event);
}

static void pin(struct rig *rig, const struct bx_effect *effect)
{
    struct bx_event event = {.kind = BX_EVENT_PIN};
    event.of.pin.request = effect->request;
    event.of.pin.good =
        strcmp(effect->of.pin.hash, pin_hash) == 0 && strcmp(effect->of.pin.pin, "1234") == 0;
    if (rig->before_pin)
        rig->before_pin(rig);
    rig_event(rig, &event);
}

/* The host's office: posting.conf as the rig has it, and files that nobody reads. */
static void office(struct rig *rig, const struct bx_effect *effect)
{
    struct bx_event event = {.kind = BX_EVENT_OFFICE};
    const struct bx_office_job *job = &effect->of.office;
    event.of.office.request = effect->request;
    snprintf(event.of.office.done.path, sizeof(event.of.office.done.path), "reports/%s", job->name);
    event.of.office.done.first = event.of.office.done.last = 1;
    if (job->act == BX_OFFICE_PLAN && !rig->plan)
        bx_fault_say(&event.of.office.fault, BX_ERR_MISSING,
                     "There is no posting.conf: it says which account each thing goes to.");
    event.of.office.done.bytes = rig->plan ? rig->plan : "";
    event.of.office.done.len = rig->plan ? strlen(rig->plan) : 0;
    rig_event(rig, &event);
}

static void answered(struct rig *rig, const struct bx_effect *effect)
{
    rig->replies++;
    rig->exit = effect->of.reply.exit;
    bx_free(rig->json);
    bx_free(rig->text);
    rig->json = bx_strdup(effect->of.reply.json);
    rig->text = bx_strdup(effect->of.reply.text);
}

static void carry_out(struct rig *rig, const struct bx_effect *effect)
{
    switch (effect->kind) {
    case BX_EFFECT_COMMIT:
    case BX_EFFECT_RESOLVE:
    case BX_EFFECT_NOTE: store(rig, effect); break;
    case BX_EFFECT_READ: read(rig, effect); break;
    case BX_EFFECT_DRAFT:
        assert_true(effect->of.draft.len < sizeof(rig->draft));
        if (effect->of.draft.len > 0)
            memcpy(rig->draft, effect->of.draft.json, effect->of.draft.len);
        rig->draft[effect->of.draft.len] = '\0';
        break;
    case BX_EFFECT_PRINT: print(rig, effect); break;
    case BX_EFFECT_PRINT_ASK: rig->ask_count++; break;
    case BX_EFFECT_PRINT_CANCEL: rig->cancel_count++; break;
    case BX_EFFECT_SEND:
    case BX_EFFECT_ALLOT:
    case BX_EFFECT_NEWS:
    case BX_EFFECT_DOCUMENT:
    case BX_EFFECT_ASK: serve(rig, effect); break;
    case BX_EFFECT_FISCAL_FINISH:
    case BX_EFFECT_FISCAL_ASK: sign(rig, effect); break;
    case BX_EFFECT_FISCAL_START:
    case BX_EFFECT_FISCAL_CANCEL:
    case BX_EFFECT_CARD_START:
    case BX_EFFECT_CARD_ASK:
    case BX_EFFECT_CARD_STOP:
    case BX_EFFECT_CARD_REVERSE: break;
    case BX_EFFECT_OFFICE: office(rig, effect); break;
    case BX_EFFECT_PIN: pin(rig, effect); break;
    case BX_EFFECT_REPLY: answered(rig, effect); break;
    case BX_EFFECT_DRAWER:
    case BX_EFFECT_DISPLAY:
    case BX_EFFECT_BELL:
    case BX_EFFECT_LOG:
    case BX_EFFECT_QUIT: break;
    }
}

/* Effects that were left stay in the queue, so the queue is never cleared while a rig lives. */
static void settle(struct rig *rig)
{
    static bool busy;
    if (busy)
        return;
    busy = true;
    while (rig->at < bx_effects_count(rig->effects)) {
        const struct bx_effect *effect = bx_effects_at(rig->effects, rig->at++);
        rig->counts[effect->kind]++;
        if (rig->trace_len + 1 < sizeof(rig->trace))
            rig->trace[rig->trace_len++] = letters[effect->kind];
        if (!rig->hold[effect->kind])
            carry_out(rig, effect);
        else if (rig->held_count < bx_countof(rig->held))
            rig->held[rig->held_count++] = rig->at - 1;
    }
    busy = false;
}

void rig_event(struct rig *rig, struct bx_event *event)
{
    event->turn = rig->turn;
    rig->turns++;
    memcpy(event->turn.seed, &rig->turns, sizeof(rig->turns));
    bx_till_update(rig->till, event, rig->effects);
    settle(rig);
}

void rig_trace_clear(struct rig *rig)
{
    memset(rig->trace, 0, sizeof(rig->trace));
    memset(rig->counts, 0, sizeof(rig->counts));
    rig->trace_len = 0;
}

void rig_release(struct rig *rig, enum bx_effect_kind kind)
{
    for (size_t i = 0; i < rig->held_count; i++) {
        const struct bx_effect *effect = bx_effects_at(rig->effects, rig->held[i]);
        if (effect->kind != kind)
            continue;
        rig->held_count--;
        memmove(&rig->held[i], &rig->held[i + 1], (rig->held_count - i) * sizeof(rig->held[0]));
        carry_out(rig, effect);
        return;
    }
    fail_msg("nothing of kind %d was left", (int)kind);
}

const struct bx_effect *rig_last(struct rig *rig, enum bx_effect_kind kind)
{
    for (size_t i = bx_effects_count(rig->effects); i-- > 0;)
        if (bx_effects_at(rig->effects, i)->kind == kind)
            return bx_effects_at(rig->effects, i);
    return NULL;
}

void rig_pass(struct rig *rig, int64_t ms)
{
    rig->turn.mono.ns += ms * BX_MS_NS;
    rig->turn.utc.us += ms * 1000;
}

void rig_wait(struct rig *rig, int64_t ms)
{
    int64_t until = rig->turn.mono.ns + ms * BX_MS_NS;
    while (rig->turn.mono.ns < until) {
        int64_t wake = bx_till_wake(rig->till).ns;
        int64_t next = wake < until ? wake : until;
        int64_t step = (next - rig->turn.mono.ns + BX_MS_NS - 1) / BX_MS_NS;
        rig_pass(rig, step > 0 ? step : 1);
        struct bx_event event = {.kind = BX_EVENT_TICK};
        rig_event(rig, &event);
    }
}

void rig_keys(struct rig *rig, const char *keys)
{
    for (; *keys; keys++) {
        struct bx_event event = {.kind = BX_EVENT_KEY};
        event.of.key.key = *keys == '\n'     ? BX_KEY_ENTER
                           : *keys == '\033' ? BX_KEY_ESC
                           : *keys == '\b'   ? BX_KEY_BACKSPACE
                                             : *keys;
        rig_event(rig, &event);
        rig_wait(rig, 400);
    }
}

void rig_command(struct rig *rig, const char *json)
{
    struct bx_event event = {.kind = BX_EVENT_COMMAND};
    event.of.command.request = ++rig->request;
    event.of.command.json = json;
    event.of.command.len = strlen(json);
    rig->exit = -1;
    rig_event(rig, &event);
}

struct bx_till_facts rig_facts(struct rig *rig)
{
    struct bx_till_facts facts;
    bx_till_facts(rig->till, &facts);
    return facts;
}

const struct bx_lease *rig_lease(struct rig *rig, const char *pool)
{
    struct bx_till_facts facts = rig_facts(rig);
    for (size_t i = 0; i < facts.lease_count; i++)
        if (strcmp(facts.leases[i].pool.s, pool) == 0)
            return &facts.leases[i];
    return NULL;
}

const struct bx_till_view *rig_view(struct rig *rig)
{
    bx_till_view(rig->till, &rig->view);
    return &rig->view;
}

/* --- opening -------------------------------------------------------------------------------------
 */

void rig_start(struct rig *rig)
{
    struct bx_journal_state state = {0};
    struct bx_event event = {.kind = BX_EVENT_START};
    struct bx_buf buf[BX_DOCUMENTS];
    assert_int_equal(rig->journal->ops->load(rig->journal, &state, NULL), 0);
    event.of.start.state = &state;
    event.of.start.enrolled = rig->enrolled;
    event.of.start.rebooted = rig->rebooted;
    event.of.start.draft = rig->draft;
    event.of.start.draft_len = strlen(rig->draft);
    for (int i = 0; i < BX_DOCUMENTS; i++) {
        bx_buf_init(&buf[i], 0);
        if (rig->journal->ops->document(rig->journal, (enum bx_document)i, &buf[i], NULL))
            continue;
        event.of.start.documents[i] = bx_buf_text(&buf[i]);
        event.of.start.document_lens[i] = buf[i].len;
    }
    rig->till = bx_till_create(&rig->config);
    rig_event(rig, &event);
    bx_journal_state_finish(&state);
    for (int i = 0; i < BX_DOCUMENTS; i++)
        bx_buf_finish(&buf[i]);
}

void rig_restart(struct rig *rig, bool rebooted)
{
    rig->till = bx_till_destroy(rig->till);
    rig->rebooted = rebooted;
    if (rebooted)
        rig->turn.mono.ns = BX_SECOND_NS * 20;
    bx_effects_clear(rig->effects);
    rig->at = rig->held_count = 0;
    rig_start(rig);
}

int rig_open(void **state)
{
    struct rig *rig = bx_new(struct rig);
    struct bx_identity identity = {.till = 2, .incarnation = 1, .issuer = 2};
    static const char *const pools[] = {"s1430", "s1500", "t1500", "w1000"};
    bx_crypto_init();
    rig->journal = fake_journal_create();
    rig->effects = bx_effects_create();
    rig->enrolled = true;
    rig->contact = BX_CONTACT_AGAIN;
    rig->epoch = 1;
    rig->share = 10;
    rig->ttl = 36000;
    rig->prints = BX_JOB_SENT;
    rig->note = BX_DONE;
    for (size_t i = 0; i < bx_countof(pools); i++)
        rig->pools[rig->pool_count++] =
            (struct rig_pool){.id = rig_slug(pools[i]), .capacity = i == 2 ? 12 : 40};
    bx_till_config_defaults(&rig->config);
    rig->config.secret[0] = 7;
    assert_int_equal(rig->journal->ops->enrol(rig->journal, &identity, NULL), 0);
    document_store(rig, BX_DOC_PROGRAMME, programme_write);
    document_store(rig, BX_DOC_STAFF, staff_write);
    document_store(rig, BX_DOC_KEYS, keys_write);
    rig->turn.mono.ns = BX_SECOND_NS * 1000;
    assert_int_equal(bx_utc_parse("2026-11-24T14:32:00+01:00", &rig->turn.utc), 0);
    rig_start(rig);
    *state = rig;
    return 0;
}

int rig_open_selling(void **state)
{
    rig_open(state);
    struct rig *rig = *state;
    rig->contact = BX_CONTACT_GOOD;
    rig_command(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    assert_int_equal(rig->exit, 0);
    rig_wait(rig, 20000);
    assert_true(rig_facts(rig).online);
    rig_trace_clear(rig);
    return 0;
}

int rig_close(void **state)
{
    struct rig *rig = *state;
    size_t count;
    struct bx_query query = {.kind = BX_QUERY_FROM, .from = INT64_MAX, .limit = 1};
    rig_read(rig, &query, &count); /* forgets what it kept */
    bx_till_destroy(rig->till);
    bx_effects_destroy(rig->effects);
    fake_journal_destroy(rig->journal);
    bx_free(rig->json);
    bx_free(rig->text);
    bx_free(rig);
    return 0;
}
