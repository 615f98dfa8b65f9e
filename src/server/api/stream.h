/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Availability as it changes, for many who listen (server-sent events). The loop's thread, with the
 * desk's reading store.
 *
 *   event: snapshot | change
 *   id: EPOCH.COMMIT
 *   data: {"epoch":1,"commit":9,"at":µs,"pools":[{"pool":"…","capacity":250,"sold":9,"held":0,
 *     "leased":50}]}
 *   signature: hex Ed25519 by the server over the lines "bxe1", event, id and hex BLAKE2b-256 of
 *     the data, each ended by a line feed
 *
 * A snapshot has every pool, a change those that are new or not as they were told before: numbers,
 * never differences, so that one told twice does no harm. Pools that are over are in none. */

#include <stdbool.h>

#include "boxtill/port/clock.h"
#include "boxtill/base/buf.h"
#include "server/book/book.h"

struct bd_stream;
struct bd_stream_setup {
    struct bd_store *store;
    struct bx_clock *clock;
};
struct bd_stream *bd_stream_create(const struct bd_stream_setup *setup, struct bx_fault *fault);
void *bd_stream_destroy(struct bd_stream *stream);
BX_CLEANUP_DEFINE(struct bd_stream, bd_stream_destroy)

/* Looks at the store. True, with a change appended to OUT, when there is something to tell. */
bool bd_stream_look(struct bd_stream *stream, struct bx_buf *out);
/* A device that the last look found revoked and none before it did, else 0; one a call. */
int64_t bd_stream_revoked(struct bd_stream *stream);
/* Has the store been committed to since the last look, by whomever, or has much time gone by? */
bool bd_stream_is_old(struct bd_stream *stream);
/* Appends a snapshot as of the last look, after which what bd_stream_look tells is news. */
void bd_stream_snapshot(const struct bd_stream *stream, struct bx_buf *out);
