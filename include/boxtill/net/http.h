/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A small HTTP client: start an exchange, sleep in bx_http_wait(), take its answer. Everything has
 * a limit from the start; no redirects, no proxy from the environment, no compression, no cookies;
 * TLS 1.2 at least, with the CA check always on and a pinned key beside it if wanted. Plain http
 * goes to loopback addresses only, checked at the socket, whatever the name resolves to.
 *
 * One thread. Requests are copied; an answer is borrowed until the next call that gives one. */

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/fault.h"

struct bx_http;

struct bx_http_config {
    const char *ca_file; /* PEM; NULL or "": the system's */
    const char *pin;     /* "sha256//…=" or two of them with ";" between; NULL or "": none */
};

enum { BX_HTTP_HEADERS_MAX = 16, BX_HTTP_AT_ONCE = 8 };

struct bx_http_request {
    const char *method; /* "GET" or "POST" */
    const char *url;
    const char *const *headers; /* "Name: value" */
    size_t header_count;        /* at most BX_HTTP_HEADERS_MAX */
    const void *body;           /* POST */
    size_t len;
    size_t answer_max;  /* bytes of the answer's body; more is a fault */
    int64_t timeout_ms; /* for all of it */
};

struct bx_http_answer {
    int64_t id;
    struct bx_fault fault; /* err 0: a whole HTTP answer came */
    int status;
    const char *head; /* header lines as they came, see bx_http_header() */
    size_t head_len;
    const char *body;
    size_t len;
};

/* NULL on failure. */
struct bx_http *bx_http_create(const struct bx_http_config *config, struct bx_fault *fault);
/* What is under way is dropped without an answer. */
void *bx_http_destroy(struct bx_http *http);
BX_CLEANUP_DEFINE(struct bx_http, bx_http_destroy)

/* Is URL one we would speak to: https, or http to loopback; no user, query or fragment? */
int bx_must bx_http_url_check(const char *url, struct bx_fault *fault);

/* ID names the answer; BX_ERR_BUSY when BX_HTTP_AT_ONCE are under way. */
int bx_must bx_http_start(struct bx_http *http, int64_t id, const struct bx_http_request *request,
                          struct bx_fault *fault);
/* The next answer; false when none is finished. */
bool bx_must bx_http_answer(struct bx_http *http, struct bx_http_answer *ret);
size_t bx_http_under_way(const struct bx_http *http);

/* Sleeps until there is something to do on the network or on one of FDS, at most MS milliseconds;
 * works on the exchanges, and fills every revents as poll() would. */
void bx_http_wait(struct bx_http *http, struct pollfd *fds, size_t count, int ms);

/* The value of the one header called NAME (any case) into out[size]; false when it is missing,
 * there twice, or does not fit. */
bool bx_http_header(const struct bx_http_answer *answer, const char *name, char *out, size_t size);
