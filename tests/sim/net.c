/* SPDX-License-Identifier: Apache-2.0 */
/* The line between a till and the server. Requests and answers are bytes, as they are on the wire;
 * each may be lost, come twice, come late (after the till has given up, or after it was started
 * anew), be garbled or cut. A garbled answer fails its signature, which stands here as "do not
 * use", so the core learns of it as the real adapter would tell it. A replayed answer is the worse
 * case that no signature should let through: a whole, good answer to an earlier question. The core
 * must not believe it either. */

#include <inttypes.h>
#include <string.h>

#include "sim.h"

#define TIMEOUT_NS (10 * BX_SECOND_NS)

static const char *const words[SIM_EXCHANGES] = {"entries", "allot", "news", "document",
                                                 "question"};

struct sim_message *sim_message_create(void)
{
    struct sim_message *message = bx_new(struct sim_message);
    bx_buf_init(&message->body, 0);
    bx_buf_init(&message->answer, 0);
    return message;
}

void *sim_message_destroy(struct sim_message *message)
{
    if (!message)
        return NULL;
    bx_buf_finish(&message->body);
    bx_buf_finish(&message->answer);
    return bx_free(message);
}

static struct sim_message *copy(const struct sim_message *message)
{
    struct sim_message *made = sim_message_create();
    struct bx_buf body = made->body, answer = made->answer;
    *made = *message;
    made->body = body;
    made->answer = answer;
    bx_buf_add(&made->body, bx_buf_text(&message->body), message->body.len);
    bx_buf_add(&made->answer, bx_buf_text(&message->answer), message->answer.len);
    return made;
}

static void keep(struct sim *sim, struct sim_message **kept, const struct sim_message *message)
{
    bool poorer = *kept && (*kept)->weight > message->weight;
    if (*kept && !sim_chance(&sim->rand, poorer ? 20 : 300))
        return;
    sim_message_destroy(*kept);
    *kept = copy(message);
}

/* Mostly a moment, sometimes long after everybody has forgotten. */
static int64_t delay(struct sim *sim, const struct sim_till *till)
{
    if (!sim->quiet && sim_chance(&sim->rand, till->late))
        return sim_between(&sim->rand, 1, sim_chance(&sim->rand, 200) ? 900 : 30) * BX_SECOND_NS;
    return sim_between(&sim->rand, 1, 80) * BX_MS_NS;
}

/* An old answer to the same till, whole and good, comes as the one to MESSAGE. */
static void replay(struct sim *sim, const struct sim_message *message, int64_t after)
{
    const struct sim_message *kept = sim->answers[message->till][message->exchange];
    struct sim_item item = {.kind = SIM_ANSWER, .till = message->till};
    if (!kept)
        return;
    item.message = copy(kept);
    item.message->life = message->life;
    item.message->request = message->request;
    sim_trace(sim, "an old answer comes as the one to till %d %s %" PRId64, message->till,
              words[message->exchange], message->request);
    sim_later(sim, after, item);
}

void sim_net_send(struct sim *sim, struct sim_message *taken)
{
    struct sim_till *till = &sim->tills[taken->till];
    struct sim_item item = {.till = taken->till, .life = taken->life, .request = taken->request};
    item.kind = SIM_TIMEOUT;
    item.sheet = (size_t)taken->slot;
    sim_later(sim, TIMEOUT_NS, item);
    item.kind = SIM_REQUEST;
    bool lost = !sim->quiet && (till->cut || sim_chance(&sim->rand, till->lost));
    sim_trace(sim, "till %d sends %s %" PRId64 "%s", taken->till, words[taken->exchange],
              taken->request, lost ? ", lost" : "");
    if (!sim->quiet && !till->cut && sim_chance(&sim->rand, till->doubled)) {
        item.message = copy(taken);
        sim_later(sim, delay(sim, till) + delay(sim, till), item);
    }
    keep(sim, &sim->requests[taken->till][taken->exchange], taken);
    if (lost && taken->exchange != BX_EXCHANGE_QUESTION && sim_chance(&sim->rand, till->replayed))
        replay(sim, taken, delay(sim, till));
    item.message = lost ? sim_message_destroy(taken) : taken;
    if (!lost)
        sim_later(sim, delay(sim, till), item);
}

void sim_net_again_all(struct sim *sim)
{
    for (int i = 0; i < SIM_TILLS * SIM_EXCHANGES; i++) {
        const struct sim_message *kept = sim->requests[i / SIM_EXCHANGES][i % SIM_EXCHANGES];
        struct sim_item item = {.kind = SIM_REQUEST, .till = i / SIM_EXCHANGES};
        if (!kept || !sim_chance(&sim->rand, 600))
            continue;
        item.message = copy(kept);
        sim_later(sim, sim_between(&sim->rand, 0, 30) * BX_SECOND_NS, item);
    }
}

void sim_net_answer(struct sim *sim, const struct sim_message *message)
{
    struct sim_till *till = &sim->tills[message->till];
    struct sim_message **kept = &sim->answers[message->till][message->exchange];
    bool lost = !sim->quiet && (till->cut || sim_chance(&sim->rand, till->lost));
    if (lost) {
        sim_trace(sim, "the answer to till %d %s %" PRId64 " is lost", message->till,
                  words[message->exchange], message->request);
        return;
    }
    int replayed = message->exchange == BX_EXCHANGE_ALLOT ? 2 * till->replayed : till->replayed;
    struct sim_item item = {.kind = SIM_ANSWER, .till = message->till};
    item.message = copy(message);
    if (!sim->quiet && sim_chance(&sim->rand, till->garbled)) {
        int64_t draw = sim_below(&sim->rand, 20);
        item.message->contact = draw == 0   ? BX_CONTACT_STRANGER
                                : draw == 1 ? BX_CONTACT_REFUSED
                                            : BX_CONTACT_AGAIN;
        sim_trace(sim, "the answer to till %d is garbled", message->till);
    } else if (*kept && message->exchange != BX_EXCHANGE_QUESTION && !sim->quiet &&
               sim_chance(&sim->rand, replayed)) {
        item.message = sim_message_destroy(item.message);
        replay(sim, message, delay(sim, till));
    }
    if (message->contact == BX_CONTACT_GOOD)
        keep(sim, kept, message);
    if (!item.message)
        return;
    sim_later(sim, delay(sim, till), item);
    if (!sim->quiet && sim_chance(&sim->rand, till->doubled)) {
        item.message = copy(message);
        sim_later(sim, delay(sim, till) + delay(sim, till), item);
    }
}

/* --- at the till --------------------------------------------------------------------------- */

/* As src/booking reads it; a body that cannot be read is no answer. */
struct reading {
    struct bx_booking_answer answer;
    struct bx_entry_answer entries[BX_BATCH_MAX];
    struct bx_allot_answer allots[BX_ALLOT_MAX];
    struct bx_pool_news news[SIM_POOLS];
};

static int read_answer(const struct sim_message *message, struct reading *reading)
{
    struct bx_booking_answer *answer = &reading->answer;
    const char *text = bx_buf_text(&message->answer);
    size_t len = message->answer.len;
    switch (message->exchange) {
    case BX_EXCHANGE_ENTRIES:
        answer->entries = reading->entries;
        return bx_entry_answers_decode(text, len, reading->entries, BX_BATCH_MAX,
                                       &answer->entry_count, &answer->fault);
    case BX_EXCHANGE_ALLOT:
        answer->allots = reading->allots;
        return bx_allot_answers_decode(text, len, reading->allots, BX_ALLOT_MAX,
                                       &answer->allot_count, &answer->fault);
    case BX_EXCHANGE_NEWS:
        answer->news = reading->news;
        return bx_availability_decode(text, len, &answer->news_at, reading->news, SIM_POOLS,
                                      &answer->news_count, &answer->fault);
    case BX_EXCHANGE_DOCUMENT:
        answer->document = message->document;
        answer->unchanged = message->unchanged;
        answer->bytes = text;
        answer->len = len;
        return 0;
    case BX_EXCHANGE_QUESTION:
        answer->question = message->question;
        answer->bytes = text;
        answer->len = len;
        return 0;
    }
    return 0;
}

static void tell(struct sim *sim, int till, int slot, struct bx_booking_answer *answer)
{
    struct bx_event event = {.kind = BX_EVENT_BOOKING};
    int64_t *flight = &sim->tills[till].flights[slot];
    if (*flight == answer->request)
        *flight = 0;
    event.of.booking = *answer;
    sim_till_event(sim, till, &event);
}

static enum bx_exchange exchange_of(int slot)
{
    return slot < BX_EXCHANGE_QUESTION ? (enum bx_exchange)slot : BX_EXCHANGE_QUESTION;
}

void sim_net_again(struct sim *sim, int till, int64_t request, int slot)
{
    struct bx_booking_answer answer = {
        .request = request, .exchange = exchange_of(slot), .contact = BX_CONTACT_AGAIN};
    bx_fault_set(&answer.fault, BX_ERR_OFFLINE, "The server does not answer.", NULL);
    tell(sim, till, slot, &answer);
}

void sim_net_timeout(struct sim *sim, const struct sim_item *item)
{
    const struct sim_till *till = &sim->tills[item->till];
    if (till->life != item->life || till->flights[item->sheet] != item->request)
        return;
    int slot = (int)item->sheet;
    sim_trace(sim, "till %d waits no longer for %s %" PRId64, item->till, words[exchange_of(slot)],
              item->request);
    sim_net_again(sim, item->till, item->request, slot);
}

void sim_net_deliver(struct sim *sim, const struct sim_message *message)
{
    const struct sim_till *till = &sim->tills[message->till];
    if (till->life != message->life || !till->core)
        return;
    struct reading *reading = bx_new(struct reading);
    reading->answer = (struct bx_booking_answer){.request = message->request,
                                                 .exchange = message->exchange,
                                                 .contact = message->contact,
                                                 .epoch = message->epoch,
                                                 .commit = message->commit,
                                                 .retry_after = message->retry_after};
    bool late = till->flights[message->slot] != message->request;
    sim_trace(sim, "till %d hears %s %" PRId64 " contact %d epoch %" PRId64 " commit %" PRId64 "%s",
              message->till, words[message->exchange], message->request, (int)message->contact,
              message->epoch, message->commit, late ? ", late" : "");
    if (message->contact == BX_CONTACT_GOOD && read_answer(message, reading) != 0)
        sim_broken(sim, "format", "an answer to %s cannot be read: %s", words[message->exchange],
                   reading->answer.fault.detail);
    if (message->contact != BX_CONTACT_GOOD)
        bx_fault_set(&reading->answer.fault, BX_ERR_OFFLINE, "The answer was of no use.", NULL);
    if (!sim->failed)
        tell(sim, message->till, message->slot, &reading->answer);
    bx_free(reading);
}
