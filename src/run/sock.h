/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* till.sock: the door for every other command on the machine. JSON lines: a command of the till
 * (src/till/command.c) in, its reply out,
 *   {"done":true,"exit":0,"text":"…","json":{…}}
 * one at a time on a connection, any number after each other. A reply that takes longer has a blank
 * in front for each second of it. Beside the till's own commands:
 *   {"verb":"yield"}                 whoever only sends lets go of the journal
 *   {"verb":"display"}               no reply: from here on what the customer sees, a line of JSON
 *                                    each time it changes (src/till/display.c)
 *   {"verb":"entries","from":412}    a page of the journal: text is an envelope and a body line for
 *                                    each entry, json {"next":seq}, next 0 after the last */

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/fault.h"

struct bx_run;
struct bx_sock;

enum {
    BX_SOCK_CLIENTS = 8,
    BX_SOCK_WATCHERS = 3, /* of the clients */
    BX_SOCK_FDS = BX_SOCK_CLIENTS + 1,
    BX_SOCK_LINE = 16384,
    BX_SOCK_BEAT_MS = 1000
};

struct bx_sock *bx_sock_create(struct bx_run *run, const char *path, struct bx_fault *fault);
/* Sends what is ready as far as it goes, closes, removes the path. */
void *bx_sock_destroy(struct bx_sock *sock);

/* What the customer sees is another now: told to everyone who watches, and to who comes later. */
void bx_sock_show(struct bx_sock *sock, const char *json, size_t len);

/* Somebody waits for a reply, and is to hear every BX_SOCK_BEAT_MS that the loop turns. */
bool bx_sock_waits(const struct bx_sock *sock);
/* Fills at most BX_SOCK_FDS; returns how many. Then what became of them. */
size_t bx_sock_fds(struct bx_sock *sock, struct pollfd *fds);
void bx_sock_work(struct bx_sock *sock, const struct pollfd *fds, size_t count);

/* An address of PATH even where the folder's name is longer than a socket's may be: through FOLDER,
 * an open descriptor of the folder, that has to stay open during bind or connect. */
struct sockaddr_un;
int bx_must bx_sock_address(const char *path, int *ret_folder, struct sockaddr_un *ret,
                            struct bx_fault *fault);
