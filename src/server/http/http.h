/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The HTTP/1.1 server: one thread, one loop, and the only place that knows libevent.
 *
 * Limits are kept here, before anybody reads: 16 KiB of header, a maximum of body, of connections,
 * seconds of silence, seconds for a request. A request that could be two (several Content-Length,
 * or one beside Transfer-Encoding) is marked ill. A client may leave at any moment; its ticket then
 * leads nowhere and an answer to it is dropped.
 *
 * Everything is called from the thread that runs bd_http_run, but for bd_http_wake and
 * bd_http_stop, which any thread may call. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/fault.h"
#include "server/http/message.h"

struct bd_http;

/* Names one request under way; never given out twice. */
typedef struct {
    uint64_t n;
} bd_http_ticket;

struct bd_http_ops {
    /* A request came. Answer it now or later, exactly once, with bd_http_answer. */
    void (*request)(void *arg, bd_http_ticket ticket, const struct bd_request *request);
    /* bd_http_wake was called, once or several times. */
    void (*woken)(void *arg);
    /* Every `tick_ms`. */
    void (*tick)(void *arg);
    /* The time of bd_http_after has come. */
    void (*due)(void *arg);
};

struct bd_http_setup {
    const char *listen; /* "127.0.0.1:8480", "[::1]:0"; port 0 takes a free one */
    size_t max_body;
    size_t connections; /* at once; the next waits */
    int silence;        /* seconds without a byte after which a connection is closed */
    int patience;       /* seconds that a request may take to come, or to be sent another */
    int tick_ms;        /* more than 0 */
    int grace_ms;       /* after bd_http_stop, for what was asked before */
    const struct bd_http_ops *ops;
    void *arg;
};

/* Listens at once. BX_ERR_IO with what is in the way; BX_ERR_INPUT for an address that is none. */
struct bd_http *bd_http_create(const struct bd_http_setup *setup, struct bx_fault *fault);
void *bd_http_destroy(struct bd_http *http);
BX_CLEANUP_DEFINE(struct bd_http, bd_http_destroy)

/* Host and port as bound. */
const char *bd_http_address(const struct bd_http *http);
/* Is it "host:port", in numbers? */
bool bd_http_is_address(const char *listen);
/* Is "host:port" on this machine only? An unreadable one is not. */
bool bd_http_is_loopback(const char *listen);

/* Serves until bd_http_stop, and until what was asked before is answered and sent or the time of
 * grace is over. 0 or BX_ERR_IO. */
int bx_must bd_http_run(struct bd_http *http);
/* No new connections and requests from now on. Safe in a signal handler. */
void bd_http_stop(struct bd_http *http);
/* Safe from any thread: `woken` will be called soon. */
void bd_http_wake(struct bd_http *http);

/* Bytes for many: held once, however many they are still on their way to. */
struct bd_text;
struct bd_text *bd_text_create(const void *bytes, size_t len);
/* The caller's hold on it ends. NULL allowed. */
void *bd_text_release(struct bd_text *text);

/* Instead of bd_http_answer: sends ANSWER, with TEXT as the beginning of its body, and keeps the
 * line open for bd_http_tell until the client leaves or does not listen. Both stay the caller's.
 * WHO is the caller's word for the client. False when the client has gone. */
bool bd_http_stream(struct bd_http *http, bd_http_ticket ticket, int64_t who,
                    const struct bd_answer *answer, struct bd_text *text);
/* Ends the answers that are kept so for WHO: nothing more is told there. */
void bd_http_stream_end(struct bd_http *http, int64_t who);
/* Sends TEXT to all who are kept so. Who has a megabyte before it still, or takes nothing for half
 * a minute, is hung up on. */
void bd_http_tell(struct bd_http *http, struct bd_text *text);
size_t bd_http_streams(const struct bd_http *http);
/* `due` will be called once, in so many milliseconds; the latest call counts. */
void bd_http_after(struct bd_http *http, int ms);

/* ANSWER stays the caller's. False when the client has gone. */
bool bd_http_answer(struct bd_http *http, bd_http_ticket ticket, const struct bd_answer *answer);
