/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The simulation: the real till core and the real server book in a world that belongs to one seed.
 * Network, clocks, disks, printers, cashiers and accidents are drawn from it, so a seed is a
 * history, the same byte for byte each time. After each step the promises are checked against
 * ghosts: a second account, kept by the simulation alone, of what was stored, said and printed. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/domain/voucher.h"
#include "boxtill/port/booking.h"
#include "boxtill/port/journal.h"
#include "boxtill/port/printer.h"
#include "boxtill/till/till.h"
#include "server/book/book.h"
#include "server/store/memory.h"

#include "ghost.h"
#include "terminal.h"

enum {
    SIM_EXCHANGES = BX_EXCHANGE_QUESTION + 4, /* one of each, and so many questions */
    SIM_SLOTS = 8,
    SIM_HOLDS = 16,
    SIM_USER = 7,
    SIM_VOUCHERS = 6
};
#define SIM_PIN  "4711"
#define SIM_HASH "$argon2id$v=19$m=19456,t=2,p=1$c2ltdWxhdGlvbg$c2ltdWxhdGlvbg"

struct sim;

/* --- world.c: chance, time, the trace, what was found ---------------------------------------- */

struct sim_rand {
    uint64_t state;
};
uint64_t sim_draw(struct sim_rand *rand);
int64_t sim_below(struct sim_rand *rand, int64_t below); /* 0 to below - 1 */
int64_t sim_between(struct sim_rand *rand, int64_t low, int64_t high);
bool sim_chance(struct sim_rand *rand, int per_mille);
void sim_seed(struct sim_rand *rand, uint8_t out[32]);

struct sim_message; /* an exchange on its way: net.c */

enum sim_kind {
    SIM_REQUEST, /* a request reaches the server */
    SIM_ANSWER,  /* an answer reaches its till */
    SIM_TIMEOUT, /* the till waits no longer for it */
    SIM_REPORT,  /* of a printer */
    SIM_SHEET,   /* paper comes out */
    SIM_PIN_DONE,
    SIM_CARD,      /* a card terminal says something */
    SIM_BOOT,      /* a till is started again */
    SIM_SERVER_UP, /* the server is */
    SIM_SWEEP      /* the server's own idle work */
};
struct sim_item {
    int64_t due; /* true time, ns */
    uint64_t order;
    enum sim_kind kind;
    int till;
    int64_t life, request;
    struct sim_message *message; /* owned */
    struct bx_print_report report;
    struct bx_card_answer card;
    size_t sheet;
    bool good;
};
/* Puts ITEM on the agenda, DELAY ns from now. */
void sim_later(struct sim *sim, int64_t delay, struct sim_item item);
/* Everything that is due up to UNTIL, in order; stops early when the history has failed. */
void sim_run(struct sim *sim, int64_t until);
/* Nobody runs for a while, as if every machine were asleep. */
void sim_skip(struct sim *sim, int64_t ns);
void sim_trace(struct sim *sim, const char *format, ...) bx_format(2, 3);
/* A promise is broken. The first one ends the history. */
void sim_broken(struct sim *sim, const char *promise, const char *format, ...) bx_format(3, 4);

/* --- paper.c: printers ----------------------------------------------------------------------- */

struct sim_sheet {
    struct bx_id job;
    enum bx_paper_word kind;
    enum bx_job_state state;
    int64_t seq;
    char code[BX_CODE_SIZE];
    int copy, ticket;
    bool out;       /* it lies on the counter */
    bool cancelled; /* before it came out */
};
struct sim_printer {
    struct sim_sheet *sheets;
    size_t count, room;
    int bad; /* per mille of jobs that go wrong */
};
void sim_print(struct sim *sim, int till, const struct bx_effect *effect);
void sim_print_ask(struct sim *sim, int till, const struct bx_effect *effect);
void sim_print_cancel(struct sim *sim, int till, const struct bx_effect *effect);
void sim_sheet_out(struct sim *sim, int till, size_t sheet);

/* --- machine.c, carry.c: a till ------------------------------------------------------------- */

enum sim_disk { SIM_DISK_GOOD, SIM_DISK_REFUSES, SIM_DISK_UNKNOWN, SIM_DISK_UNKNOWN_DONE };

/* What a port of its own machine answers: brought when the turn's effects are carried out. */
struct sim_pending {
    struct sim_pending *next;
    struct bx_event event;
    struct bx_row *rows; /* with bodies in `bytes` */
    size_t count;
    struct bx_buf bytes;
};

struct sim_till {
    int index;
    struct bd_device device;
    /* what survives a crash */
    struct bx_journal *journal;
    struct bx_buf draft, draft_before;
    struct sim_printer printer;
    struct sim_terminal terminal;
    int64_t life;     /* how many there were */
    int64_t boot;     /* true time at which the boot clock was 0 */
    char boot_id[24]; /* the same as a name */
    int64_t skew;     /* µs by which the wall clock is off */
    /* what does not */
    struct bx_till *core; /* NULL: down */
    struct bx_effects *effects;
    struct sim_pending *first, *last;
    int64_t flights[SIM_EXCHANGES]; /* request under way; 0 none */
    int64_t command;                /* under way; 0 none */
    int exit;                       /* of the last one */
    int64_t rows_read;              /* of the journal */
    int64_t wake;                   /* true time of the next tick */
    /* accidents in store */
    int fuse; /* effects and answers until it crashes; -1 none */
    enum sim_disk disk;
    int resolves; /* how often the disk does not even say what became of it */
    /* the weather on its line, per mille */
    bool cut;
    int lost, doubled, late, garbled, replayed;
};
void sim_till_boot(struct sim *sim, int till);
void sim_till_finish(struct sim_till *till);
void sim_till_crash(struct sim *sim, int till, const char *where);
bx_utc sim_till_utc(const struct sim *sim, const struct sim_till *till);
/* Brings EVENT (its turn is filled in here) to the core and carries out what it wants, until
 * nothing of this machine's own is pending. */
void sim_till_event(struct sim *sim, int till, struct bx_event *event);
void sim_till_command(struct sim *sim, int till, const char *json);
void sim_till_key(struct sim *sim, int till, int key);
/* carry.c: 1 when the till has crashed on the way. */
int sim_carry(struct sim *sim, int till, const struct bx_effect *effect);
struct sim_pending *sim_pending_take(struct sim_till *till); /* NULL: nothing; yours */
void sim_pending_drop(struct sim_pending *taken);
/* One more step of the till's life: does it crash here? */
bool sim_fuse(struct sim *sim, int till, const char *where);

/* --- net.c ------------------------------------------------------------------------------------ */

struct sim_message {
    enum bx_exchange exchange;
    int till;
    int64_t life, request;
    int64_t seen_epoch, seen_commit;
    int slot; /* of the till's flights: the exchange, or one of the questions' */
    enum bx_document document;
    enum bx_question question;
    int64_t have;
    struct bx_buf body;
    /* the answer */
    enum bx_contact contact;
    int64_t epoch, commit, retry_after, version;
    bool unchanged, refused;
    int weight; /* new leases, parts of a HELLO in it: what is worth keeping for later */
    struct bx_buf answer;
};
struct sim_message *sim_message_create(void);
void *sim_message_destroy(struct sim_message *message);
/* A till sends MESSAGE; its fate is drawn here. */
void sim_net_send(struct sim *sim, struct sim_message *taken);
/* The server has answered MESSAGE: what becomes of the answer. */
void sim_net_answer(struct sim *sim, const struct sim_message *message);
/* Old requests reach the server once more: it was restored, and something had kept them. */
void sim_net_again_all(struct sim *sim);
void sim_net_deliver(struct sim *sim, const struct sim_message *message);
void sim_net_timeout(struct sim *sim, const struct sim_item *item);
void sim_net_again(struct sim *sim, int till, int64_t request, int slot);

/* --- venue.c, server.c ------------------------------------------------------------------------ */

struct sim_hold { /* places a buyer on the web is thinking about */
    int pool;
    int64_t q;
};
struct sim_server {
    struct bd_store *store, *backup;
    struct bd_book *book; /* NULL: down */
    struct bd_policy policy;
    struct sim_hold holds[SIM_HOLDS], backup_holds[SIM_HOLDS];
    int64_t skew;      /* µs */
    int64_t checked;   /* commit number of the last audit */
    int64_t top_epoch; /* the highest ever given out */
    int crash;         /* per mille of transactions at which it dies */
    int busy;          /* per mille of requests answered 503 */
    int64_t transactions, imports;
};
/* The programme once more, dearer; in a transaction of the caller's. */
void sim_venue_import(struct sim *sim);
extern const char *const sim_pool_names[SIM_POOLS];
extern const int64_t sim_pool_capacity[SIM_POOLS];
int sim_pool_index(const struct bx_slug *pool); /* -1: unknown */
struct bd_turn sim_server_turn(struct sim *sim);
void sim_server_take(struct sim *sim, struct sim_message *message);
void sim_server_crash(struct sim *sim, const char *where);
void sim_server_up(struct sim *sim);
void sim_server_finish(struct sim_server *server);
void sim_server_backup(struct sim *sim);
/* The backup takes the place of what was. TOLD: whoever did it tells the server. */
void sim_server_restore(struct sim *sim, bool told);
void sim_server_sweep(struct sim *sim);
void sim_server_gate(struct sim *sim);
void sim_server_hold(struct sim *sim, int pool, int64_t q); /* a buyer comes, or leaves */
void sim_server_release(struct sim *sim);
void sim_server_import(struct sim *sim);

/* --- people.c: what happens next -------------------------------------------------------------- */

void sim_people_begin(struct sim *sim);
void sim_people_step(struct sim *sim);
/* Good weather, everything up, until nothing moves any more. */
void sim_people_rest(struct sim *sim);

/* --- counter.c: corrections, shifts, the drawer ----------------------------------------------- */

void sim_counter_correct(struct sim *sim, int till);
void sim_counter_shift(struct sim *sim, int till);
void sim_counter_open(struct sim *sim, int till);
void sim_counter_close(struct sim *sim, int till, unsigned stands);
void sim_counter_train(struct sim *sim, int till);
void sim_counter_park(struct sim *sim, int till);

/* --- the whole ------------------------------------------------------------------------------ */

/* Faults that are planted at the borders the simulation owns. */
enum sim_plant {
    SIM_PLANT_NONE,
    SIM_PLANT_KEY_AT_SEND, /* an entry gets a new id each time it is sent */
    SIM_PLANT_EARLY_PRINT  /* tickets come out before the journal has the sale */
};
int sim_plant_parse(const char *word, enum sim_plant *ret);

struct sim_options {
    int64_t seed;
    int steps;
    bool trace;
    bool image; /* a till is put back to an image */
    bool day;   /* not a history of accidents, but sales from morning to night */
    bool plain; /* people sell and do little else: more of it, and more of what can go wrong then */
    int counters; /* per cent that are set aside for them; 0: all, and nothing is near its start */
    enum sim_plant plant;
};
struct sim {
    struct sim_options options;
    struct sim_rand rand;
    int64_t now; /* true time, ns since the history began */
    bx_utc began;
    struct sim_item *agenda; /* a heap */
    size_t agenda_count, agenda_room;
    uint64_t orders;
    struct sim_till tills[SIM_TILLS];
    struct sim_server server;
    struct sim_ghost ghost;
    struct bx_content_room *room; /* what an entry is read into */
    /* an old one of each kind, to come again at a bad moment */
    struct sim_message *requests[SIM_TILLS][SIM_EXCHANGES], *answers[SIM_TILLS][SIM_EXCHANGES];
    char parked[BX_ID_TEXT]; /* a basket that somebody put aside; "" */
    char vouchers[SIM_VOUCHERS][BX_VOUCHER_SIZE];
    int64_t commands;
    bool quiet, failed;
    bool image;      /* a till was put back: the ghosts' account of it is void */
    bool trust;      /* no till asks a card terminal */
    uint64_t digest; /* of the trace */
    uint64_t lines;
    char promise[48];
    char what[400];
};
/* SIM anew, a venue with its devices enrolled. CALM: quiet weather, and cards on trust. */
void sim_venue_open(struct sim *sim, const struct sim_options *options, bool calm);
/* One history. 0, or 1 when a promise was broken (*SIM says which). Finish it either way. */
int sim_history(struct sim *sim, const struct sim_options *options);
/* day.c: a shift of options->steps sales. As above. */
int sim_day(struct sim *sim, const struct sim_options *options);
int sim_image(struct sim *sim, const struct sim_options *options); /* image.c; as above */
void sim_finish(struct sim *sim);
