/* SPDX-License-Identifier: Apache-2.0 */
/* The server as a machine: the real book over the memory store, one transaction a request, an
 * answer only after COMMIT. It dies before or after its commit, is told nothing of its commit,
 * is busy, is restored from a backup, and has buyers on the web who hold places. */

#include <inttypes.h>
#include <string.h>

#include "sim.h"

struct bd_turn sim_server_turn(struct sim *sim)
{
    struct bd_turn turn = {.now = {sim->began.us + sim->now / 1000 + sim->server.skew}};
    sim_seed(&sim->rand, turn.seed);
    return turn;
}

void sim_server_finish(struct sim_server *server)
{
    bd_book_destroy(server->book);
    bd_store_destroy(server->store);
    bd_store_destroy(server->backup);
}

void sim_server_crash(struct sim *sim, const char *where)
{
    struct sim_item item = {.kind = SIM_SERVER_UP};
    if (!sim->server.book)
        return;
    sim->server.book = bd_book_destroy(sim->server.book);
    bd_store_memory_crash(sim->server.store);
    sim_trace(sim, "the server dies %s", where);
    sim_later(sim,
              sim_chance(&sim->rand, 700) ? sim_between(&sim->rand, 1, 30) * BX_SECOND_NS
                                          : sim_between(&sim->rand, 1, 30) * 60 * BX_SECOND_NS,
              item);
}

void sim_server_up(struct sim *sim)
{
    struct sim_server *server = &sim->server;
    struct bx_fault fault = {0};
    if (server->book)
        return;
    server->book = bd_book_create(server->store, &server->policy, &fault);
    bx_assert(server->book);
    sim_trace(sim, "the server is up");
}

/* --- backups -------------------------------------------------------------------------------- */

void sim_server_backup(struct sim *sim)
{
    struct sim_server *server = &sim->server;
    bd_store_destroy(server->backup);
    server->backup = bd_store_memory_copy(server->store);
    memcpy(server->backup_holds, server->holds, sizeof(server->holds));
    for (size_t i = 0; i < sim->ghost.code_count; i++)
        sim->ghost.codes[i].used_backup = sim->ghost.codes[i].used;
    sim_trace(sim, "the server is backed up");
}

/* Whoever restores a backup knows that no epoch up to now counts any more. */
static void tell_restored(struct sim *sim)
{
    struct sim_server *server = &sim->server;
    struct bd_turn turn = sim_server_turn(sim);
    struct bx_fault fault = {0};
    bx_assert(server->store->ops->begin(server->store, &fault) == 0);
    int err = bd_book_seen(server->book, &turn, server->top_epoch, INT64_C(1) << 39, &fault);
    bx_assert(err == 0);
    bx_assert(server->store->ops->end(server->store, true, &fault) == BX_DONE);
}

void sim_server_restore(struct sim *sim, bool told)
{
    struct sim_server *server = &sim->server;
    sim_server_crash(sim, "for good");
    bd_store_destroy(server->store);
    server->store = bd_store_memory_copy(server->backup);
    memcpy(server->holds, server->backup_holds, sizeof(server->holds));
    for (size_t i = 0; i < sim->ghost.code_count; i++)
        sim->ghost.codes[i].used = sim->ghost.codes[i].used_backup;
    server->checked = 0;
    sim_trace(sim, "the server is restored, %s", told ? "and knows" : "and nobody tells it");
    sim_server_up(sim);
    sim->ghost.restored = true;
    sim_net_again_all(sim);
    if (told)
        tell_restored(sim);
    else
        sim->ghost.unseen = true;
}

/* --- requests ------------------------------------------------------------------------------- */

static int allot(struct sim *sim, const struct bd_turn *turn, struct sim_message *message,
                 struct bx_fault *fault)
{
    struct {
        struct bx_allot_message messages[BX_ALLOT_MAX];
        struct bx_allot_answer answers[BX_ALLOT_MAX];
    } *allot = bx_alloc(1, sizeof(*allot));
    struct bx_id id;
    size_t count = 0;
    int err = bx_allot_messages_decode(bx_buf_text(&message->body), message->body.len, &id,
                                       allot->messages, BX_ALLOT_MAX, &count, fault);
    if (err == 0)
        err = bd_book_allot(sim->server.book, turn, &sim->tills[message->till].device,
                            allot->messages, count, allot->answers, fault);
    if (err == 0)
        bx_allot_answers_encode(1, 1, allot->answers, count, &message->answer);
    for (size_t i = 0; i < count && err == 0; i++) {
        message->weight +=
            allot->answers[i].verb == BX_ALLOT_REQ && allot->answers[i].word == BX_ALLOT_GRANTED;
        sim_trace(sim, "    to till %d %s %s r %" PRId64 ": %s n %" PRId64 " left %" PRId64,
                  message->till, bx_allot_verb_text(allot->messages[i].verb),
                  allot->messages[i].pool.s, allot->messages[i].r,
                  bx_allot_word_text(allot->answers[i].word), allot->answers[i].n,
                  allot->answers[i].left);
    }
    bx_free(allot);
    return err;
}

static int document(struct sim *sim, const struct bd_turn *turn, struct sim_message *message,
                    struct bx_fault *fault)
{
    struct bd_mark mark;
    int err = bd_book_mark(sim->server.store, &mark, fault);
    struct bd_wish wish = {&sim->server.policy, turn, &sim->tills[message->till].device,
                           message->document};
    if (err == 0)
        err =
            bd_book_document(sim->server.store, &wish, &message->version, &message->answer, fault);
    if (err == 0 && mark.epoch == message->seen_epoch && message->version == message->have) {
        message->unchanged = true;
        bx_buf_clear(&message->answer);
    }
    return err;
}

/* A question that is refused is answered so, and leaves nothing behind. */
static int question(struct sim *sim, const struct bd_turn *turn, struct sim_message *message,
                    struct bx_fault *fault)
{
    const struct bd_question question = {message->question, bx_buf_text(&message->body),
                                         message->body.len};
    int err = bd_book_ask(sim->server.store, turn, &sim->tills[message->till].device, &question,
                          &message->answer, fault);
    message->refused = err == BX_ERR_INPUT || err == BX_ERR_MISSING || err == BX_ERR_REFUSED ||
                       err == BX_ERR_CLASH;
    sim_trace(sim, "    to till %d %s: %s", message->till, bx_question_word(message->question),
              err == 0 ? "answered" : fault->say);
    return message->refused ? 0 : err;
}

static int work(struct sim *sim, struct sim_message *message, struct bx_fault *fault)
{
    struct sim_server *server = &sim->server;
    struct bd_turn turn = sim_server_turn(sim);
    bx_buf_clear(&message->answer);
    message->weight = 0;
    message->refused = false;
    int err = bd_book_seen(server->book, &turn, message->seen_epoch, message->seen_commit, fault);
    if (err != 0)
        return err;
    switch (message->exchange) {
    case BX_EXCHANGE_ENTRIES:
        return bd_book_entries(server->book, &turn, &sim->tills[message->till].device,
                               bx_buf_text(&message->body), message->body.len, &message->answer,
                               fault);
    case BX_EXCHANGE_ALLOT: return allot(sim, &turn, message, fault);
    case BX_EXCHANGE_NEWS:
        return bd_book_news(server->store,
                            &(struct bd_wish){.policy = &server->policy,
                                              .turn = &turn,
                                              .device = &sim->tills[message->till].device},
                            &message->answer, fault);
    case BX_EXCHANGE_DOCUMENT: return document(sim, &turn, message, fault);
    case BX_EXCHANGE_QUESTION: return question(sim, &turn, message, fault);
    }
    return BX_ERR_INPUT;
}

/* What the ghosts learn from an answer that is durable. */
static void said(struct sim *sim, const struct sim_message *message)
{
    if (message->exchange != BX_EXCHANGE_ENTRIES)
        return;
    struct bx_entry_answer *answers = bx_alloc(BX_BATCH_MAX, sizeof(*answers));
    struct bx_fault fault = {0};
    size_t count = 0;
    if (bx_entry_answers_decode(bx_buf_text(&message->answer), message->answer.len, answers,
                                BX_BATCH_MAX, &count, &fault) != 0)
        sim_broken(sim, "format", "an answer cannot be read: %s", fault.detail);
    for (size_t i = 0; i < count; i++)
        sim_ghost_said(sim, message->till, &answers[i]);
    bx_free(answers);
}

static void refuse(struct sim *sim, const struct sim_message *message)
{
    struct sim_till *till = &sim->tills[message->till];
    if (till->life == message->life && till->flights[message->slot] == message->request)
        sim_net_again(sim, message->till, message->request, message->slot);
}

/* Does the server die at this point of this transaction? */
static bool dies(struct sim *sim, const char *where)
{
    if (sim->quiet || !sim_chance(&sim->rand, sim->server.crash))
        return false;
    sim_server_crash(sim, where);
    return true;
}

static bool end(struct sim *sim, bool commit)
{
    struct bd_store *store = sim->server.store;
    struct bx_fault fault = {0};
    if (commit && !sim->quiet && sim_chance(&sim->rand, sim->server.crash))
        bd_store_memory_fail(store, BX_UNKNOWN, sim_chance(&sim->rand, 500));
    enum bx_outcome outcome = store->ops->end(store, commit, &fault);
    if (outcome == BX_DONE)
        return commit;
    sim_trace(sim, "the server does not know what became of its commit");
    sim->server.book = bd_book_destroy(sim->server.book);
    sim_server_up(sim);
    return false;
}

void sim_server_take(struct sim *sim, struct sim_message *message)
{
    struct sim_server *server = &sim->server;
    struct bd_store *store = server->store;
    struct bx_fault fault = {0};
    if (!server->book || (!sim->quiet && sim_chance(&sim->rand, server->busy))) {
        refuse(sim, message);
        return;
    }
    server->transactions++;
    bx_assert(store->ops->begin(store, &fault) == 0);
    int err = work(sim, message, &fault);
    if (err != 0)
        sim_broken(sim, "server", "a request of till %d fails: %s %s", message->till, fault.say,
                   fault.detail);
    if (dies(sim, "before its commit"))
        return;
    if (!end(sim, err == 0)) {
        refuse(sim, message);
        return;
    }
    said(sim, message);
    if (dies(sim, "before its answer"))
        return;
    struct bd_mark mark;
    bx_assert(bd_book_mark(store, &mark, &fault) == 0);
    if (mark.epoch > server->top_epoch)
        server->top_epoch = mark.epoch;
    message->contact = message->refused ? BX_CONTACT_REFUSED : BX_CONTACT_GOOD;
    message->epoch = mark.epoch;
    message->commit = mark.commit;
    sim_net_answer(sim, message);
}

void sim_server_sweep(struct sim *sim)
{
    struct sim_server *server = &sim->server;
    struct sim_item item = {.kind = SIM_SWEEP};
    struct bx_fault fault = {0};
    sim_later(sim, 20 * BX_SECOND_NS, item);
    if (!server->book)
        return;
    struct bd_turn turn = sim_server_turn(sim);
    bx_assert(server->store->ops->begin(server->store, &fault) == 0);
    int err = bd_book_freeze(server->book, &turn, &fault);
    if (err >= 0)
        err = bd_book_waiting(server->book, &turn, &fault);
    if (err < 0)
        sim_broken(sim, "server", "the server's idle work fails: %s %s", fault.say, fault.detail);
    end(sim, err >= 0);
}

void sim_server_import(struct sim *sim)
{
    struct bd_store *store = sim->server.store;
    struct bx_fault fault = {0};
    if (!sim->server.book)
        return;
    bx_assert(store->ops->begin(store, &fault) == 0);
    sim_venue_import(sim);
    bx_assert(store->ops->end(store, true, &fault) == BX_DONE);
    sim_trace(sim, "the programme is imported again");
}

/* Somebody shows a ticket at the gate. */
void sim_server_gate(struct sim *sim)
{
    struct sim_ghost *ghost = &sim->ghost;
    struct bd_store *store = sim->server.store;
    struct bx_fault fault = {0};
    if (!sim->server.book || ghost->code_count == 0)
        return;
    struct bd_turn turn = sim_server_turn(sim);
    struct sim_code *code = &ghost->codes[sim_below(&sim->rand, (int64_t)ghost->code_count)];
    struct bd_gate_scan scan = {.gate = "north", .at = turn.now};
    struct bx_buf out;
    bx_buf_init(&out, 0);
    memcpy(scan.code.s, code->code, sizeof(code->code));
    memcpy(scan.id.b, turn.seed, sizeof(scan.id.b));
    bx_assert(store->ops->begin(store, &fault) == 0);
    int err = bd_book_check_in(sim->server.book, &turn, &scan, &out, &fault);
    if (err != 0)
        sim_broken(sim, "server", "a scan fails: %s %s", fault.say, fault.detail);
    (void)end(sim, err == 0);
    struct bd_check_in_row row = {.id = scan.id}; /* nobody may know, but the store does */
    bool admits = bd_get(sim->server.store, BD_CHECK_IN, &row, &fault) == 0 && row.admitted != 0;
    sim_trace(sim, "the gate %s %s", admits ? "admits" : "refuses", code->code);
    if (admits && (code->training || code->used))
        sim_broken(sim, "codes", "the gate admits %s%s", code->code,
                   code->used ? " a second time" : ", which is of training");
    if (admits)
        sim_code_use(ghost, code);
    ghost->scanned = ghost->scanned || admits;
    bx_buf_finish(&out);
}

/* --- buyers on the web ----------------------------------------------------------------------
 */

static int move_held(struct sim *sim, int pool, int64_t q)
{
    struct bd_store *store = sim->server.store;
    struct bx_fault fault = {0};
    struct bd_move move = {.held = q};
    memcpy(move.pool.s, sim_pool_names[pool], strlen(sim_pool_names[pool]) + 1);
    bx_assert(store->ops->begin(store, &fault) == 0);
    int err = store->ops->move(store, &move, &fault);
    bx_assert(err >= 0);
    bx_assert(store->ops->end(store, true, &fault) == BX_DONE);
    sim_trace(sim, "the web takes %" PRId64 " of %s: %s", q, sim_pool_names[pool],
              err == 0 ? "done" : "none left");
    return err;
}

void sim_server_hold(struct sim *sim, int pool, int64_t q)
{
    struct bx_fault fault = {0};
    struct bd_mark mark;
    bx_assert(bd_book_mark(sim->server.store, &mark, &fault) == 0);
    for (int i = 0; i < SIM_HOLDS && sim->server.book && !mark.shut; i++) {
        struct sim_hold *hold = &sim->server.holds[i];
        if (hold->q != 0)
            continue;
        if (move_held(sim, pool, q) == 0)
            *hold = (struct sim_hold){pool, q};
        return;
    }
}

void sim_server_release(struct sim *sim)
{
    for (int i = 0; i < SIM_HOLDS && sim->server.book; i++) {
        struct sim_hold *hold = &sim->server.holds[i];
        if (hold->q == 0)
            continue;
        int err = move_held(sim, hold->pool, -hold->q);
        if (err != 0)
            sim_broken(sim, "server", "a hold cannot be released");
        hold->q = 0;
        return;
    }
}
