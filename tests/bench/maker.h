/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A cashier without a screen: makes whole sales, as the core does, with the rules of src/domain,
 * and hands them to a journal. Sold are two adults for cash, with two tickets and a receipt to
 * print: of the till's own places when a lease of one of the programme's slots is open, else
 * undated. */

#include <stdbool.h>
#include <stdint.h>

#include "boxtill/base/buf.h"
#include "boxtill/base/rand.h"
#include "boxtill/domain/code.h"
#include "boxtill/domain/programme.h"
#include "boxtill/port/journal.h"

enum { MAKER_JOBS = 3 };

struct maker {
    struct bx_journal *journal;
    struct bx_programme *programme;
    struct bx_keys *keys; /* NULL: codes are made with a key of our own */
    struct bx_rand rand;
    struct bx_identity identity;
    int64_t seq, series, shift, user; /* of the next sale */
    struct bx_hash head;
    size_t lease_count, lease_at;
    struct bx_lease *leases;
    const struct bx_slot **slots; /* of each lease */
    /* What was made last. */
    struct bx_sale sale;
    struct bx_buf body;
    struct bx_print_job jobs[MAKER_JOBS];
    struct bx_commit commit;
};

/* Takes up where JOURNAL stands. A journal that belongs to no till yet becomes till 2's, with a
 * programme of one slot and a lease of 100,000,000 places. Ends the program when something is not
 * as it must be, as all of this does. */
struct maker *maker_create(struct bx_journal *journal);
void maker_destroy(struct maker *maker);
/* Rings up the next basket. */
void maker_ring(struct maker *maker);
/* Makes the sale of it, from the tender to the bytes of its body. */
void maker_make(struct maker *maker);
/* It is stored: REF. */
void maker_stored(struct maker *maker, const struct bx_ref *ref);
/* Makes it and commits it through the port. */
void maker_sell(struct maker *maker);

/* The boot clock. */
int64_t now_ns(void);
/* Ends the program: WHAT and the fault, on standard error. */
_Noreturn void give_up(const char *what, const struct bx_fault *fault);
