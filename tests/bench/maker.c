/* SPDX-License-Identifier: Apache-2.0 */
/* The sale is made by the same calls in the same order as the counter and the desk of the till make
 * it, so what is measured as "a sale" holds the price of its rules and of its bytes. */

#include "maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"

enum { QUANTITY = 2, PLACES = 100000000 };

static const char programme_text[] =
    "{\"v\":1,\"epoch\":1,\"version\":1,\"venue\":{\"id\":\"bench\",\"name\":\"Bench\",\"zone\":"
    "\"UTC\",\"offset\":0,\"currency\":\"EUR\",\"exponent\":2,\"cash_step\":1,\"tax_included\":"
    "true,"
    "\"quantity_usual\":10},\"events\":[{\"id\":\"permanent\",\"name\":\"Permanent collection\","
    "\"class\":\"main\"}],\"slots\":[{\"id\":\"permanent-1124-1430\",\"event\":\"permanent\","
    "\"pool\":\"permanent-1124-1430\",\"start\":1795527000000000,\"end\":1795528800000000,"
    "\"offset\":60,\"date\":\"2026-11-24\"}],\"products\":[{\"id\":\"adult\",\"name\":\"Adult\","
    "\"key\":\"a\",\"price\":2400,\"tax\":70000,\"places\":1,\"persons\":1,\"events\":["
    "\"permanent\"]}]}";

int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * BX_SECOND_NS + now.tv_nsec;
}

static bx_utc utc_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (bx_utc){now.tv_sec * BX_SECOND_US + now.tv_nsec / 1000};
}

_Noreturn void give_up(const char *what, const struct bx_fault *fault)
{
    fprintf(stderr, "bench: %s: %s (%s)\n", what, fault ? fault->say : "",
            fault ? fault->detail : "");
    exit(1);
}

/* --- taking up -------------------------------------------------------------------------------- */

static void documents_load(struct maker *maker)
{
    struct bx_fault fault = {0};
    struct bx_journal *journal = maker->journal;
    bx_buf_auto bytes;
    bx_buf_init(&bytes, 0);
    int err = journal->ops->document(journal, BX_DOC_PROGRAMME, &bytes, &fault);
    if (err == BX_ERR_MISSING)
        bx_buf_text_add(&bytes, programme_text);
    else if (err)
        give_up("programme", &fault);
    maker->programme = bx_programme_parse(bytes.data, bytes.len, &fault);
    if (!maker->programme)
        give_up("programme", &fault);
    bx_buf_clear(&bytes);
    if (journal->ops->document(journal, BX_DOC_KEYS, &bytes, &fault))
        return;
    maker->keys = bx_keys_parse(bytes.data, bytes.len, &fault);
    if (!maker->keys)
        give_up("keys", &fault);
}

static void enrol(struct maker *maker)
{
    struct bx_fault fault = {0};
    maker->identity = (struct bx_identity){.till = 2, .incarnation = 1, .issuer = 2};
    if (maker->journal->ops->enrol(maker->journal, &maker->identity, &fault))
        give_up("enrol", &fault);
    struct bx_lease lease = {
        .pool = maker->programme->slots[0].pool, .r = 1, .n = PLACES, .state = BX_LEASE_OPEN};
    struct bx_journal_notes notes = {.reoffer_above = -1, .leases = &lease, .lease_count = 1};
    if (maker->journal->ops->note(maker->journal, &notes, NULL, &fault))
        give_up("lease", &fault);
}

static const struct bx_slot *slot_of(const struct bx_programme *programme,
                                     const struct bx_slug *pool)
{
    for (size_t i = 0; i < programme->slot_count; i++)
        if (bx_slug_equal(&programme->slots[i].pool, pool))
            return &programme->slots[i];
    return NULL;
}

static void state_take(struct maker *maker, const struct bx_journal_state *state)
{
    maker->seq = state->next_seq;
    maker->series = state->next_number[BX_SERIES_SALE];
    maker->head = state->head;
    maker->shift = state->shift;
    maker->user = state->user;
    maker->leases = bx_alloc(state->lease_count + 1, sizeof(*maker->leases));
    maker->slots = bx_alloc(state->lease_count + 1, sizeof(const struct bx_slot *));
    for (size_t i = 0; i < state->lease_count; i++) {
        const struct bx_slot *slot = slot_of(maker->programme, &state->leases[i].pool);
        if (!slot || state->leases[i].state != BX_LEASE_OPEN)
            continue;
        maker->slots[maker->lease_count] = slot;
        maker->leases[maker->lease_count++] = state->leases[i];
    }
}

static struct bx_id id_make(struct maker *maker, bx_utc at)
{
    uint8_t random[10];
    bx_rand_draw(&maker->rand, random, sizeof(random));
    return bx_id_make(at, random);
}

static void shift_open(struct maker *maker, int64_t shift)
{
    struct bx_fault fault = {0};
    struct bx_ref ref;
    struct bx_cash_entry cash = {.drawer = 1, .amount = {10000}};
    struct bx_commit commit = {.head = {.till = maker->identity.till,
                                        .incarnation = maker->identity.incarnation,
                                        .seq = maker->seq,
                                        .kind = BX_KIND_SHIFT_OPEN,
                                        .at = utc_now(),
                                        .boot = now_ns(),
                                        .shift = shift},
                               .prev = maker->head,
                               .content.cash = &cash};
    commit.head.id = id_make(maker, commit.head.at);
    bx_buf_clear(&maker->body);
    if (bx_content_write(&commit.head, &commit.content, &maker->body))
        give_up("encode", NULL);
    commit.body = maker->body.data;
    commit.len = maker->body.len;
    if (maker->journal->ops->commit(maker->journal, &commit, &ref, &fault) != BX_DONE)
        give_up("shift-open", &fault);
    maker->seq++;
    maker->head = ref.hash;
    maker->shift = shift;
}

struct maker *maker_create(struct bx_journal *journal)
{
    struct bx_fault fault = {0};
    struct bx_journal_state state;
    struct maker *maker = bx_new(struct maker);
    maker->journal = journal;
    bx_buf_init(&maker->body, 0);
    int64_t seed = now_ns();
    memcpy(maker->rand.seed, &seed, sizeof(seed));
    documents_load(maker);
    if (journal->ops->load(journal, &state, &fault))
        give_up("load", &fault);
    maker->identity = (struct bx_identity){state.till, state.incarnation, state.issuer};
    if (!state.till) {
        bx_journal_state_finish(&state);
        enrol(maker);
        if (journal->ops->load(journal, &state, &fault))
            give_up("load", &fault);
    }
    state_take(maker, &state);
    bx_journal_state_finish(&state);
    if (!maker->shift)
        shift_open(maker, state.next_shift);
    return maker;
}

void maker_destroy(struct maker *maker)
{
    bx_programme_destroy(maker->programme);
    bx_keys_destroy(maker->keys);
    bx_buf_finish(&maker->body);
    bx_free(maker->leases);
    bx_free(maker->slots);
    bx_free(maker);
}

/* --- a sale ----------------------------------------------------------------------------------- */

static void ticket_add(struct maker *maker, const struct bx_line *line, int nth)
{
    static const struct bx_subkey own = {{7}};
    struct bx_sale *sale = &maker->sale;
    const struct bx_subkey *key =
        maker->keys ? bx_keys_find(maker->keys, line->date, &line->class) : &own;
    int epoch = maker->keys ? maker->keys->key_epoch : 0;
    uint8_t random[7];
    bx_rand_draw(&maker->rand, random, sizeof(random));
    sale->tickets[sale->ticket_count++] = (struct bx_ticket){
        bx_code_make(key ? key : &own, epoch, maker->identity.issuer, random), 0, nth};
}

/* The next lease with room; NULL: there is none. */
static struct bx_lease *lease_next(struct maker *maker, const struct bx_slot **ret)
{
    for (size_t i = 0; i < maker->lease_count; i++) {
        size_t at = (maker->lease_at + i) % maker->lease_count;
        if (maker->leases[at].used + QUANTITY > maker->leases[at].n)
            continue;
        maker->lease_at = at;
        *ret = maker->slots[at];
        return &maker->leases[at];
    }
    return NULL;
}

static void line_undate(struct bx_line *line)
{
    line->event = line->slot = line->pool = (struct bx_slug){""};
    line->event_name[0] = '\0';
    line->start = line->end = (bx_utc){0};
    line->offset_min = 0;
    line->places = 0;
}

void maker_ring(struct maker *maker)
{
    struct bx_sale *sale = &maker->sale;
    const struct bx_programme *programme = maker->programme;
    struct bx_fault fault = {0};
    const struct bx_slot *slot = &programme->slots[0];
    struct bx_lease *lease = lease_next(maker, &slot);
    sale->basket.count = sale->tender_count = sale->use_count = sale->ticket_count = 0;
    sale->rounding = (bx_money){0};
    const struct bx_product *product = bx_programme_by_key(programme, 'a', slot->event);
    if (!product ||
        bx_basket_add(&sale->basket, programme, product, slot, QUANTITY, slot->date, &fault))
        give_up("basket", &fault);
    struct bx_line *line = &sale->basket.lines[0];
    if (lease)
        sale->uses[sale->use_count++] = (struct bx_lease_use){
            .pool = lease->pool, .r = lease->r, .before = lease->used, .q = QUANTITY};
    else
        line_undate(line);
}

static void sale_fill(struct maker *maker)
{
    struct bx_sale *sale = &maker->sale;
    const struct bx_programme *programme = maker->programme;
    struct bx_fault fault = {0};
    bx_money left;
    int err = bx_basket_totals(&sale->basket, programme->tax_included, &sale->totals);
    if (err == 0)
        err = bx_tender_add(sale, programme->cash_step, BX_TENDER_CASH, sale->totals.total, NULL,
                            &left, &fault);
    for (int i = 0; i < QUANTITY; i++)
        ticket_add(maker, &sale->basket.lines[0], i + 1);
    if (err == 0)
        err = bx_sale_check(sale, &fault);
    if (err)
        give_up("sale", &fault);
}

static void job_add(struct maker *maker, enum bx_paper_word kind, int ticket)
{
    struct bx_commit *commit = &maker->commit;
    maker->jobs[commit->job_count++] = (struct bx_print_job){
        .id = id_make(maker, commit->head.at),
        .seq = commit->head.seq,
        .sale = commit->head.seq,
        .kind = kind,
        .ticket = ticket,
        .at = commit->head.at,
    };
}

void maker_make(struct maker *maker)
{
    struct bx_commit *commit = &maker->commit;
    struct bx_sale *sale = &maker->sale;
    bx_utc at = utc_now();
    *commit = (struct bx_commit){
        .head = {.till = maker->identity.till,
                 .incarnation = maker->identity.incarnation,
                 .seq = maker->seq,
                 .id = id_make(maker, at),
                 .kind = BX_KIND_SALE,
                 .at = at,
                 .boot = now_ns(),
                 .shift = maker->shift,
                 .user = maker->user},
        .prev = maker->head,
        .number = maker->series,
        .content.sale = sale,
        .jobs = maker->jobs,
    };
    bx_number_format(maker->identity.till, BX_SERIES_SALE, maker->series, commit->head.number);
    sale->tax_included = maker->programme->tax_included;
    sale->programme = maker->programme->version;
    sale->exponent = maker->programme->exponent;
    BX_TEXT_COPY(sale->currency, maker->programme->currency);
    sale->basket.id = commit->head.id;
    sale_fill(maker);
    for (int i = 0; i < QUANTITY; i++)
        job_add(maker, BX_JOB_TICKET, i);
    job_add(maker, BX_JOB_RECEIPT, -1);
    bx_buf_clear(&maker->body);
    if (bx_sale_encode(&commit->head, sale, &maker->body))
        give_up("encode", NULL);
    commit->body = maker->body.data;
    commit->len = maker->body.len;
}

void maker_stored(struct maker *maker, const struct bx_ref *ref)
{
    maker->seq++;
    maker->series++;
    maker->head = ref->hash;
    if (maker->sale.use_count)
        maker->leases[maker->lease_at].used += QUANTITY;
    maker->lease_at++;
}

void maker_sell(struct maker *maker)
{
    struct bx_fault fault = {0};
    struct bx_ref ref;
    maker_make(maker);
    if (maker->journal->ops->commit(maker->journal, &maker->commit, &ref, &fault) != BX_DONE)
        give_up("commit", &fault);
    maker_stored(maker, &ref);
}
