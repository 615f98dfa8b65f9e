/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The rig with a day of slots, one cashier at work and the server gone: what the tests of the
 * screen start from. Everything goes in as events; what the screen remembers is looked at from
 * inside. */

#include "rig.h"

#include "till/screens.h"

/* When the venue's clock goes from 02:00 to 03:00: 2027-03-28 01:00 UTC. */
#define BENCH_SUMMER_US INT64_C(1806195600000000)

struct bench {
    struct rig *rig;
    struct bx_till *till;
};
extern struct bench bench;

/* 2026-11-24 14:32 at the venue, SELL, Ana logged in, twenty places in each slot: s1 14:30, s2
 * 14:45, s3 15:00, s5 and s6 tomorrow at 10:00 and 10:15; s4 15:30 is another event's. Offline by
 * choice. */
int bench_open(void **state);
int bench_close(void **state);
/* The till's own places in slot I from now on. */
void bench_free(int slot, int64_t n);
/* The same programme with another version, as its JSON. */
const char *bench_programme(int64_t version);

void bench_pass(int ms);
/* With a TICK whenever the till wants one. */
void bench_wait(int ms);
void bench_key(int key);
/* Keys 1.2 s apart, too slow to be taken for held ones; '\n' is Enter, '\b' Backspace, '\033' Esc.
 */
void bench_keys(const char *keys);
/* Keys MS apart, as a scanner or a fast hand. */
void bench_burst(const char *keys, int ms);
const struct bx_till_view *bench_view(void);
int bench_pieces(void);

int bench_count(enum bx_kind kind);
int bench_sales(void);
/* Tenders taken in the payment that is open. */
int bench_tenders(void);
/* The last one, decoded; valid until the next call. */
const struct bx_sale *bench_sale(void);
/* The last READ that was asked for. */
const struct bx_query *bench_query(void);
/* Leaves READ effects, to be answered by hand; and back. */
void bench_hold_reads(bool hold);
void bench_rows(const struct bx_row *rows, size_t count);
struct bx_code bench_code(int n);
