/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"
#include "boxtill/domain/report.h"
#include "lossy_store.h"
#include "server/book/import.h"
#include "server/store/memory.h"
#include "server/store/postgres.h"
#include "server/store/sqlite.h"

static const char programme_json[] =
    "{\"venue\":{\"id\":\"museum\",\"name\":\"Sample Museum\",\"zone\":\"Europe/Berlin\","
    "\"currency\":\"EUR\"},\"events\":["
    "{\"id\":\"perm\",\"name\":\"Permanent\",\"slots\":[{\"dates\":[\"today\",\"today+1\"],"
    "\"from\":\"09:00\",\"to\":\"20:00\",\"every\":60,\"capacity\":250}]},"
    "{\"id\":\"special\",\"name\":\"Special\",\"class\":\"special\",\"slots\":[{\"dates\":["
    "\"today\",\"today+1\"],\"from\":\"09:00\",\"to\":\"20:00\",\"every\":60,\"capacity\":40}]},"
    "{\"id\":\"tour\",\"name\":\"Tour\",\"slots\":[{\"dates\":[\"today\"],\"from\":\"09:00\","
    "\"to\":\"20:00\",\"every\":60,\"capacity\":20}]}],\"products\":["
    "{\"id\":\"adult\",\"name\":\"Adult\",\"key\":\"a\",\"price\":2400,\"tax\":70000,"
    "\"events\":[\"perm\",\"special\",\"tour\"]},"
    "{\"id\":\"guide\",\"name\":\"Guide\",\"key\":\"t\",\"price\":600,\"tax\":70000,"
    "\"events\":[]}]}";

/* Berlin in winter. */
static int zone_fixed(void *arg, const char *zone, struct bx_date date, int minute, bx_utc *ret_at,
                      int *ret_offset_min)
{
    (void)arg;
    (void)zone;
    ret_at->us = ((int64_t)bx_date_days(date) * 1440 + minute - 60) * 60 * BX_SECOND_US;
    *ret_offset_min = 60;
    return 0;
}

static struct bd_store *store_open(struct venue *venue)
{
    struct bx_fault fault;
    const char *url = getenv("LAB_POSTGRES");
    if (url != NULL) {
        venue->kind = STORE_LOSSY;
        lossy_store_clear(url);
        struct bd_store *made = bd_store_postgres_open(url, BD_OPEN_CREATE, &fault);
        return made != NULL ? lossy_store_create(made, url) : NULL;
    }
    if (venue->kind == STORE_MEMORY)
        return bd_store_memory_create();
    BX_TEXT_COPY(venue->path, "/tmp/boxtill-book-XXXXXX");
    int fd = mkstemp(venue->path);
    assert_true(fd >= 0);
    close(fd);
    unlink(venue->path);
    return bd_store_sqlite_open(venue->path, BD_OPEN_CREATE, &fault);
}

struct venue *venue_create(enum store_kind kind)
{
    struct venue *venue = bx_new(struct venue);
    struct bx_fault fault = {0};
    struct bx_date today = {2026, 11, 24};
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    venue->kind = kind;
    venue->turn.now.us = NOON_US;
    venue->policy = (struct bd_policy){.share_percent = 25, .lease_ttl = 3600, .key_days = 3};
    venue->store = store_open(venue);
    assert_non_null(venue->store);
    venue_begin(venue);
    MUST(bd_book_init(venue->store, &venue->turn, &fault));
    venue->book = bd_book_create(venue->store, &venue->policy, &fault);
    assert_non_null(venue->book);
    struct bd_import *import bx_cleanup(bd_import_destroy) =
        bd_import_parse(programme_json, strlen(programme_json), today, zone_fixed, NULL, &faults);
    if (import == NULL)
        fail_msg("%s", bx_buf_text(&faults));
    MUST(bd_book_import(venue->book, &venue->turn, import, &fault));
    venue_end(venue);
    venue->programme = (struct bx_programme *)bx_steal(&import->programme);
    venue->programme->version = 1;
    return venue;
}

void venue_staff(struct venue *venue)
{
    const struct bx_user users[] = {
        {.number = CASHIER, .name = "Ana", .role = BX_ROLE_CASHIER, .pin_hash = "$argon2id$x"},
        {.number = MIA, .name = "Mia", .role = BX_ROLE_SUPERVISOR, .pin_hash = "$argon2id$x"}};
    for (size_t i = 0; i < bx_countof(users); i++) {
        venue_begin(venue);
        MUST(bd_book_user(venue->book, &venue->turn, &users[i], NULL));
        venue_end(venue);
    }
}

void venue_destroy(struct venue *venue)
{
    bd_book_destroy(venue->book);
    bx_programme_destroy(venue->programme);
    bd_store_destroy(venue->store);
    if (venue->kind == STORE_SQLITE) {
        char side[80];
        unlink(venue->path);
        snprintf(side, sizeof side, "%s-wal", venue->path);
        unlink(side);
        snprintf(side, sizeof side, "%s-shm", venue->path);
        unlink(side);
    }
    bx_free(venue);
}

uint64_t venue_random(struct venue *venue, uint64_t below)
{
    uint64_t x = venue->random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (x ^ (x >> 31)) % below;
}

void venue_tick(struct venue *venue, int64_t seconds)
{
    venue->turn.now.us += seconds * BX_SECOND_US + 1;
    for (size_t i = 0; i < sizeof venue->turn.seed; i++)
        venue->turn.seed[i] = (uint8_t)venue_random(venue, 256);
}

void venue_begin(struct venue *venue)
{
    MUST(venue->store->ops->begin(venue->store, NULL));
}

void venue_end(struct venue *venue)
{
    assert_int_equal(venue->store->ops->end(venue->store, true, NULL), BX_DONE);
    venue_tick(venue, 0);
}

/* --- a till --------------------------------------------------------------------------------- */

static struct bx_id id_new(struct venue *venue)
{
    uint8_t random[10];
    for (size_t i = 0; i < sizeof random; i++)
        random[i] = (uint8_t)venue_random(venue, 256);
    return bx_id_make(venue->turn.now, random);
}

struct till *till_create(struct venue *venue)
{
    struct till *till = bx_new(struct till);
    struct bx_fault fault = {0};
    struct bx_enrolment enrolment;
    struct bx_public_key public;
    struct bx_id id = id_new(venue);
    uint8_t seed[32];
    char code[9];
    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)venue_random(venue, 256);
    bx_key_make(seed, &public, &till->key);
    venue_begin(venue);
    MUST(bd_book_enrol_code(venue->book, &venue->turn, "", code, &fault));
    venue_tick(venue, 0);
    MUST(bd_book_enrol(venue->book, &venue->turn, &id, code, &public, &enrolment, &fault));
    venue_end(venue);
    MUST(bd_book_device(venue->store, enrolment.till, &till->device, &fault));
    return till;
}

void till_destroy(struct till *till)
{
    for (int i = 0; i < till->count; i++) {
        bx_buf_finish(&till->entries[i]->body);
        bx_free(till->entries[i]);
    }
    bx_free(till);
}

static struct entry *entry_new(struct till *till, const struct bx_id *id)
{
    assert_true(till->count < (int)bx_countof(till->entries));
    struct entry *entry = bx_new(struct entry);
    bx_buf_init(&entry->body, 0);
    entry->envelope = (struct bx_envelope){.till = till->device.till,
                                           .incarnation = till->device.incarnation,
                                           .seq = ++till->seq,
                                           .id = *id,
                                           .prev = till->head};
    till->entries[till->count++] = entry;
    return entry;
}

static void entry_seal(struct till *till, struct entry *entry)
{
    const struct bx_envelope *envelope = &entry->envelope;
    entry->envelope.hash = bx_entry_hash(&envelope->prev, envelope->till, envelope->incarnation,
                                         envelope->seq, entry->body.data, entry->body.len);
    till->head = entry->envelope.hash;
}

static struct bx_entry_head head_of(const struct venue *venue, const struct entry *entry,
                                    enum bx_kind kind)
{
    return (struct bx_entry_head){.till = entry->envelope.till,
                                  .incarnation = entry->envelope.incarnation,
                                  .seq = entry->envelope.seq,
                                  .id = entry->envelope.id,
                                  .kind = kind,
                                  .at = venue->turn.now,
                                  .boot = 1000,
                                  .shift = 1,
                                  .user = 7};
}

static struct bx_code code_new(struct venue *venue, const struct till *till)
{
    struct bx_subkey key = {{1}};
    uint8_t random[7];
    struct bx_code forced = venue->next_code;
    venue->next_code.s[0] = '\0';
    if (forced.s[0] != '\0')
        return forced;
    for (size_t i = 0; i < sizeof random; i++)
        random[i] = (uint8_t)venue_random(venue, 256);
    return bx_code_make(&key, 0, till->device.issuer, random);
}

static void tickets_make(struct venue *venue, const struct till *till, struct bx_sale *sale)
{
    for (int i = 0; i < sale->basket.count; i++) {
        int count = sale->basket.lines[i].group ? 1 : sale->basket.lines[i].quantity;
        for (int nth = 1; nth <= count; nth++) {
            struct bx_ticket *ticket = &sale->tickets[sale->ticket_count++];
            *ticket = (struct bx_ticket){.code = code_new(venue, till), .line = i, .nth = nth};
        }
    }
}

struct entry *till_sell(struct venue *venue, struct till *till, const char *pool, int64_t r,
                        int64_t before, int quantity)
{
    struct bx_fault fault = {0};
    struct bx_id id = id_new(venue);
    struct entry *entry = entry_new(till, &id);
    struct bx_sale *sale = &entry->sale;
    struct bx_slug slug = {0}, adult = {"adult"};
    struct bx_entry_head head = head_of(venue, entry, BX_KIND_SALE);
    bx_money left;
    BX_TEXT_COPY(slug.s, pool); /* slots and pools are called the same here */
    const struct bx_slot *slot = bx_programme_slot(venue->programme, &slug);
    assert_non_null(slot);
    BX_TEXT_COPY(sale->currency, "EUR");
    sale->exponent = 2;
    sale->tax_included = true;
    sale->programme = 1;
    sale->basket.id = id;
    MUST(bx_basket_add(&sale->basket, venue->programme,
                       bx_programme_product(venue->programme, &adult), slot, quantity, slot->date,
                       &fault));
    MUST(bx_basket_totals(&sale->basket, true, &sale->totals));
    MUST(bx_tender_add(sale, 1, BX_TENDER_CASH, sale->totals.total, "", &left, &fault));
    if (r > 0)
        sale->uses[sale->use_count++] = (struct bx_lease_use){slug, r, before, quantity};
    tickets_make(venue, till, sale);
    bx_number_format(till->device.till, BX_SERIES_SALE, ++till->series, head.number);
    MUST(bx_sale_encode(&head, sale, &entry->body));
    entry_seal(till, entry);
    return entry;
}

struct entry *till_write(struct venue *venue, struct till *till, enum bx_kind kind,
                         struct bx_sale *sale)
{
    struct bx_id id = id_new(venue);
    struct entry *entry = entry_new(till, &id);
    struct bx_entry_head head = head_of(venue, entry, kind);
    sale->basket.id = id;
    entry->sale = *sale;
    bx_number_format(till->device.till, bx_series_of(kind, sale->training), ++till->series,
                     head.number);
    MUST(bx_sale_encode(&head, sale, &entry->body));
    entry_seal(till, entry);
    return entry;
}

static void sale_begin(struct bx_sale *ret)
{
    *ret = (struct bx_sale){.v = 2, .exponent = 2, .tax_included = true, .programme = 1};
    BX_TEXT_COPY(ret->currency, "EUR");
}

void sale_fill(struct venue *venue, const struct till *till, const char *pool, int quantity,
               struct bx_sale *ret)
{
    struct bx_fault fault = {0};
    struct bx_slug slug = {0}, adult = {"adult"};
    bx_money left;
    BX_TEXT_COPY(slug.s, pool);
    const struct bx_slot *slot = bx_programme_slot(venue->programme, &slug);
    assert_non_null(slot);
    sale_begin(ret);
    ret->basket.id = id_new(venue);
    MUST(bx_basket_add(&ret->basket, venue->programme,
                       bx_programme_product(venue->programme, &adult), slot, quantity, slot->date,
                       &fault));
    MUST(bx_basket_totals(&ret->basket, true, &ret->totals));
    MUST(bx_tender_add(ret, 1, BX_TENDER_CASH, ret->totals.total, "", &left, &fault));
    tickets_make(venue, till, ret);
}

void back_fill(const struct entry *of, const int tickets[], int count, struct bx_sale *ret)
{
    struct bx_fault fault = {0};
    bx_money left;
    sale_begin(ret);
    ret->of = of->envelope.id;
    for (int i = 0; i < count; i++) {
        const struct bx_line *line = &of->sale.basket.lines[of->sale.tickets[tickets[i]].line];
        struct bx_line *back = &ret->back.lines[0];
        int pieces = line->group ? line->quantity : 1;
        if (ret->back.count++ == 0)
            *back = *line;
        back->quantity = (i == 0 ? 0 : back->quantity) + pieces;
        ret->back.count = 1;
        ret->back_lines[0] = of->sale.tickets[tickets[i]].line;
        ret->back_tickets[ret->back_ticket_count++] = tickets[i];
    }
    MUST(bx_basket_totals(&ret->back, true, &ret->back_totals));
    MUST(bx_tender_add(ret, 1, BX_TENDER_CASH, bx_money_of(-ret->back_totals.total.minor), "",
                       &left, &fault));
}

struct entry *till_close(struct venue *venue, struct till *till, int64_t more)
{
    struct bx_report *report = bx_new(struct bx_report);
    struct bx_content_room *room = bx_content_room_create();
    for (int i = 0; i < till->count; i++) {
        struct bx_entry_head head;
        struct bx_content content;
        const struct bx_buf *body = &till->entries[i]->body;
        MUST(bx_content_read(room, bx_buf_text(body), body->len, &head, &content, NULL));
        MUST(bx_figures_of(&report->figures, &head, &content));
    }
    if (more != 0)
        MUST(bx_figures_add(&report->figures, "sale", "", 0, more));
    struct bx_id id = id_new(venue);
    struct entry *entry = entry_new(till, &id);
    struct bx_entry_head head = head_of(venue, entry, BX_KIND_SHIFT_CLOSE);
    bx_number_format(till->device.till, BX_SERIES_Z, 1, head.number);
    report->shift = 1;
    report->opened = report->closed = venue->turn.now;
    report->first_seq = 1;
    report->last_seq = till->seq - 1;
    report->entries = till->count - 1;
    MUST(bx_report_encode(&head, report, &entry->body));
    entry_seal(till, entry);
    bx_report_finish(report);
    bx_free(report);
    bx_content_room_destroy(room);
    return entry;
}

struct entry *till_replace(struct venue *venue, struct till *till, const struct entry *sale,
                           int ticket, const struct bx_code *old, struct bx_code *ret_new)
{
    struct bx_id id = id_new(venue);
    struct entry *entry = entry_new(till, &id);
    struct bx_paper_entry paper = {.sale = sale->envelope.id,
                                   .ticket = ticket,
                                   .code = code_new(venue, till),
                                   .old = *old,
                                   .reason = "lost"};
    struct bx_entry_head head = head_of(venue, entry, BX_KIND_REPLACE);
    MUST(bx_paper_encode(&head, &paper, &entry->body));
    entry_seal(till, entry);
    *ret_new = paper.code;
    return entry;
}

struct entry *till_note(struct venue *venue, struct till *till, enum bx_kind kind)
{
    struct bx_id id = id_new(venue);
    struct entry *entry = entry_new(till, &id);
    struct bx_entry_head head = head_of(venue, entry, kind);
    MUST(bx_note_encode(&head, "", 0, &entry->body));
    entry_seal(till, entry);
    return entry;
}

struct entry *till_raw(struct venue *venue, struct till *till, const struct bx_id *id,
                       const char *body, size_t len)
{
    (void)venue;
    struct entry *entry = entry_new(till, id);
    bx_buf_add(&entry->body, body, len);
    entry_seal(till, entry);
    return entry;
}

/* --- talking -------------------------------------------------------------------------------- */

void batch_add(struct bx_buf *batch, const struct entry *entry)
{
    bx_envelope_encode(&entry->envelope, batch);
    bx_buf_add(batch, entry->body.data, entry->body.len);
    bx_buf_byte_add(batch, '\n');
}

int till_send(struct venue *venue, const struct till *till, struct entry *const entries[],
              int count, struct bx_entry_answer *ret)
{
    struct bx_fault fault = {0};
    bx_buf_auto batch, out;
    bx_buf_init(&batch, 0);
    bx_buf_init(&out, 0);
    for (int i = 0; i < count; i++)
        batch_add(&batch, entries[i]);
    venue_begin(venue);
    int err = bd_book_entries(venue->book, &venue->turn, &till->device, bx_buf_text(&batch),
                              batch.len, &out, &fault);
    venue_end(venue);
    if (err != 0)
        return err;
    struct bx_entry_answer answers[BX_BATCH_MAX];
    size_t answered;
    MUST(bx_entry_answers_decode(out.data, out.len, answers, BX_BATCH_MAX, &answered, &fault));
    assert_int_equal(answered, count);
    for (int i = 0; i < count; i++) {
        assert_int_equal(answers[i].seq, entries[i]->envelope.seq);
        assert_true(bx_id_equal(&answers[i].id, &entries[i]->envelope.id));
        assert_true(bx_hash_equal(&answers[i].hash, &entries[i]->envelope.hash));
    }
    *ret = answers[answered - 1];
    return 0;
}

enum bx_entry_outcome till_send_one(struct venue *venue, const struct till *till,
                                    struct entry *entry)
{
    struct bx_entry_answer answer;
    MUST(till_send(venue, till, &entry, 1, &answer));
    return answer.outcome;
}

static struct bx_allot_answer ask(struct venue *venue, const struct till *till,
                                  const struct bx_allot_message *messages, int count)
{
    struct bx_fault fault = {0};
    struct bx_allot_answer answers[32];
    venue_begin(venue);
    int err = bd_book_allot(venue->book, &venue->turn, &till->device, messages, (size_t)count,
                            answers, &fault);
    venue_end(venue);
    if (err != 0)
        fail_msg("%s %s", fault.say, fault.detail);
    return answers[count - 1];
}

struct bx_allot_answer till_ask(struct venue *venue, const struct till *till,
                                enum bx_allot_verb verb, const char *pool, int64_t r, int64_t n,
                                int64_t used)
{
    struct bx_allot_message message = {
        .verb = verb, .r = r, .n = n, .used = used, .seq = till->seq, .head = till->head};
    if (verb == BX_ALLOT_GROW)
        message.need = n; /* a basket waits */
    BX_TEXT_COPY(message.pool.s, pool);
    return ask(venue, till, &message, 1);
}

struct bx_allot_answer till_hello(struct venue *venue, const struct till *till,
                                  const struct bx_allot_message *leases, int count)
{
    struct bd_mark mark;
    MUST(bd_book_mark(venue->store, &mark, NULL));
    struct bx_allot_message messages[32] = {{.verb = BX_ALLOT_HELLO,
                                             .r = mark.epoch,
                                             .n = count,
                                             .seq = till->seq,
                                             .head = till->head}};
    for (int i = 0; i < count; i++) {
        messages[i + 1] = leases[i];
        messages[i + 1].verb = BX_ALLOT_HELLO;
        messages[i + 1].seq = till->seq;
        messages[i + 1].head = till->head;
    }
    return ask(venue, till, messages, count + 1);
}

/* --- looking -------------------------------------------------------------------------------- */

struct bd_pool_row pool_of(struct venue *venue, const char *pool)
{
    struct bd_pool_row row = {.capacity = 0};
    BX_TEXT_COPY(row.id.s, pool);
    MUST(bd_get(venue->store, BD_POOL, &row, NULL));
    return row;
}

void assert_pool(struct venue *venue, const char *pool, int64_t sold, int64_t leased, int64_t over)
{
    struct bd_pool_row row = pool_of(venue, pool);
    assert_int_equal(row.sold, sold);
    assert_int_equal(row.leased, leased);
    assert_int_equal(row.over, over);
    assert_true(row.sold + row.held + row.leased <= row.capacity + row.planned_over);
}

void assert_audit(struct venue *venue)
{
    struct bx_fault fault = {0};
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    int found = bd_book_audit(venue->store, &out, &fault);
    if (found != 0)
        fail_msg("audit: %d %s %s\n%s", found, fault.say, fault.detail, bx_buf_text(&out));
}

struct wanted {
    const char *word;
    int count;
};

static int count_one(void *arg, const void *row)
{
    struct wanted *wanted = (struct wanted *)arg;
    wanted->count += strcmp(((const struct bd_task_row *)row)->word, wanted->word) == 0;
    return 0;
}

int count_tasks(struct venue *venue, const char *word)
{
    struct wanted wanted = {.word = word};
    struct bd_scan scan = {.table = BD_TASK};
    MUST(bd_scan(venue->store, &scan, count_one, &wanted, NULL));
    return wanted.count;
}
