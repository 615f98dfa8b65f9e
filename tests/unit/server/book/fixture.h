/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A venue with a small programme, and tills that journal sales as a real one would, over either
 * store. Pools: "perm-20261124-1400" and on (250 places), "special-…" (40), "tour-…" (20), one slot
 * an hour from 09:00 to 20:00 on 2026-11-24 and 25; the clock stands at 13:00 on the 24th. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "boxtill/base/buf.h"
#include "boxtill/domain/entry.h"
#include "boxtill/domain/figures.h"
#include "server/book/book.h"
#include "server/store/store.h"

#define POOL_A  "perm-20261124-1400"
#define POOL_B  "special-20261124-1400"
#define POOL_C  "tour-20261124-1400"
#define NOON_US INT64_C(1795521600000000) /* 2026-11-24 13:00 in Berlin, 12:00 UTC */
#define MUST(x) assert_int_equal((x), 0)

/* With LAB_POSTGRES, the URL of a database that is ours to empty, all are the last: PostgreSQL
 * that loses transactions at random and runs them again. */
enum store_kind { STORE_MEMORY, STORE_SQLITE, STORE_LOSSY };

struct venue {
    enum store_kind kind;
    char path[64];
    struct bd_store *store;
    struct bd_book *book;
    struct bd_policy policy;
    struct bd_turn turn;
    struct bx_programme *programme;
    uint64_t random;
    struct bx_code next_code; /* of the next ticket, when set */
};

/* A journal in miniature. */
struct entry {
    struct bx_envelope envelope;
    struct bx_buf body;
    struct bx_sale sale;
};
struct till {
    struct bd_device device;
    struct bx_secret_key key;
    int64_t seq, series;
    struct bx_hash head;
    struct entry *entries[400];
    int count;
};

struct venue *venue_create(enum store_kind kind);
/* Puts MIA, a supervisor, and a cashier on the list, for what a person must answer for. */
enum { MIA = 8, CASHIER = 7 };
void venue_staff(struct venue *venue);
void venue_destroy(struct venue *venue);
/* Another seed for the next call, and SECONDS later. */
void venue_tick(struct venue *venue, int64_t seconds);
uint64_t venue_random(struct venue *venue, uint64_t below);
/* In a transaction of its own, which is committed. */
void venue_begin(struct venue *venue);
void venue_end(struct venue *venue);

struct till *till_create(struct venue *venue);
void till_destroy(struct till *till);
/* Journals a sale of QUANTITY adults for POOL under lease R, of which BEFORE were used before; r 0:
 * no lease. Returns the entry, borrowed. */
struct entry *till_sell(struct venue *venue, struct till *till, const char *pool, int64_t r,
                        int64_t before, int quantity);
struct entry *till_replace(struct venue *venue, struct till *till, const struct entry *sale,
                           int ticket, const struct bx_code *old, struct bx_code *ret_new);
/* Journals SALE, whose id is set, as a document of KIND; what the entry keeps is a copy. */
struct entry *till_write(struct venue *venue, struct till *till, enum bx_kind kind,
                         struct bx_sale *sale);
/* A sale of QUANTITY adults for POOL, paid in cash, not journalled. */
void sale_fill(struct venue *venue, const struct till *till, const char *pool, int quantity,
               struct bx_sale *ret);
/* Takes back COUNT of the tickets of OF's sale, paid back in cash; not journalled. */
void back_fill(const struct entry *of, const int tickets[], int count, struct bx_sale *ret);
/* The Z of the till's shift, with what its own entries come to. MORE is added to the sales. */
struct entry *till_close(struct venue *venue, struct till *till, int64_t more);
struct entry *till_note(struct venue *venue, struct till *till, enum bx_kind kind);
/* An entry with any body under the till's next seq. */
struct entry *till_raw(struct venue *venue, struct till *till, const struct bx_id *id,
                       const char *body, size_t len);

void batch_add(struct bx_buf *batch, const struct entry *entry);
/* Sends the entries; the answer to the last one in RET. Returns what the book returned. */
int till_send(struct venue *venue, const struct till *till, struct entry *const entries[],
              int count, struct bx_entry_answer *ret);
/* One entry, and its outcome. */
enum bx_entry_outcome till_send_one(struct venue *venue, const struct till *till,
                                    struct entry *entry);
/* One message and its answer. */
struct bx_allot_answer till_ask(struct venue *venue, const struct till *till,
                                enum bx_allot_verb verb, const char *pool, int64_t r, int64_t n,
                                int64_t used);
/* HELLO: its beginning, then LEASES as they are. */
struct bx_allot_answer till_hello(struct venue *venue, const struct till *till,
                                  const struct bx_allot_message *leases, int count);

struct bd_pool_row pool_of(struct venue *venue, const char *pool);
void assert_pool(struct venue *venue, const char *pool, int64_t sold, int64_t leased, int64_t over);
/* No difference, and the invariant of every pool. */
void assert_audit(struct venue *venue);
int count_tasks(struct venue *venue, const char *word);
