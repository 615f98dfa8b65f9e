/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A server on loopback that does to its clients what a test tells it: one connection a request,
 * each read whole, recorded, and then handed to the test's own function, which writes whatever
 * bytes it likes (or none) before the connection is closed. Runs in a thread of its own; requests
 * are read by the test after scripted_stop(), or between exchanges. */

#include <stdbool.h>
#include <stddef.h>

enum { SCRIPTED_REQUESTS = 16 };

struct scripted_request {
    char method[8], path[256];
    char *head; /* header lines */
    char *body;
    size_t len;
};

struct scripted {
    int port;
    size_t count; /* requests so far */
    struct scripted_request requests[SCRIPTED_REQUESTS];
};

/* NTH counts from 0. */
typedef void (*scripted_reply)(void *arg, int fd, size_t nth,
                               const struct scripted_request *request);

struct scripted *scripted_start(scripted_reply reply, void *arg);
void *scripted_stop(struct scripted *scripted);

/* The value of a header in out[size], "" when it is not there. */
const char *scripted_header(const struct scripted_request *request, const char *name, char *out,
                            size_t size);
void scripted_write(int fd, const void *bytes, size_t len);
/* Sleeps until the client has gone. */
void scripted_hang(int fd);
