/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The parts of the program `bench`, one a word of its command line. Each prints what it measured as
 * lines "word number…", times in nanoseconds; run.py makes figures of them. */

#include <stddef.h>
#include <stdint.h>

/* fill FILE COUNT [printed|sent]: until the journal FILE holds COUNT entries. What was added waits
 * for the printer and the server, for the server only, or for nobody. */
int bench_fill(int argc, char **argv);
/* sale FOLDER ROUNDS SALES: sales, and between them their bytes appended to a file and synced. */
int bench_sale(int argc, char **argv);
/* growth SMALL BIG ROUNDS SALES: sales into two journals by turns. */
int bench_growth(int argc, char **argv);
/* batches FILE FOLDER: the queued entries of the journal FILE as they would be sent, over loopback
 * and onto disk at both ends, with nothing else done to them. */
int bench_batches(int argc, char **argv);

/* orders CLIENTS RATE WARM SECONDS PRODUCT SLOT PRICE: buyers of a place each, of the servers named
 * on standard input; RATE 0: each asks again when it is answered. "orders" and: answered in time,
 * that time, its latencies' median, p99 and most, and of the whole run: sold, turned away, refused,
 * false. */
int bench_orders(int argc, char **argv);
/* syncs FOLDER SECONDS CROWD: "bare" and "grouped", each with a count and its time. */
int bench_syncs(int argc, char **argv);

/* Sorts SAMPLES; the value that SHARE in 1000 of them do not exceed. */
int64_t bench_share(int64_t *samples, size_t count, int share);
