/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A till at work: its effects carried to the ports in order, what comes of them fed back as events,
 * one place to sleep. Knows ports only; whoever composes a program hands them in, together with
 * itself as the host of what belongs to a program (files, log, screen).
 *
 * One thread; the comparing of PINs has a worker inside. Everything handed in stays the caller's
 * and must outlive the run. */

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/fault.h"
#include "boxtill/port/booking.h"
#include "boxtill/port/card.h"
#include "boxtill/port/clock.h"
#include "boxtill/port/fiscal.h"
#include "boxtill/port/journal.h"
#include "boxtill/port/printer.h"
#include "boxtill/port/random.h"
#include "boxtill/till/till.h"

/* The program around the run. */
struct bx_host;
struct bx_host_ops {
    /* As poll(), and works on the network meanwhile. */
    void (*wait)(struct bx_host *host, struct pollfd *fds, size_t count, int ms);
    /* The draft file; LEN 0 removes it. SYNC: on disk when it returns. */
    int (*draft)(struct bx_host *host, const char *json, size_t len, bool sync,
                 struct bx_fault *fault);
    void (*log)(struct bx_host *host, const char *line);
    /* A file of the office, done when it returns; NULL: this program has no office. */
    int (*office)(struct bx_host *host, const struct bx_office_job *job, struct bx_office_done *ret,
                  struct bx_fault *fault);
    /* A screen's four; NULL without one. FD is readable when a key waits. KEY: 1 with the next key,
     * 0 when none waits, negative when nobody can type any more. DRAW after whatever may have
     * changed the view. */
    int (*fd)(struct bx_host *host);
    int (*key)(struct bx_host *host, int *ret);
    void (*draw)(struct bx_host *host, const struct bx_till *till);
    void (*bell)(struct bx_host *host);
};
struct bx_host {
    const struct bx_host_ops *ops;
};

struct bx_run_ports {
    struct bx_host *host;
    struct bx_clock *clock;
    struct bx_random *random;
    struct bx_journal *journal;
    struct bx_booking *booking; /* NULL: not enrolled */
    struct bx_printer *printer; /* NULL: none */
    struct bx_fiscal *fiscal;   /* NULL: none */
    struct bx_card *card;       /* NULL: none */
    int stop_fd;                /* readable: end soon; -1 none */
    bool yields;                /* ends when a {"verb":"yield"} comes over till.sock */
};

struct bx_run;

struct bx_run *bx_run_create(const struct bx_till_config *config, const struct bx_run_ports *ports);
/* Closes till.sock and removes it. */
void *bx_run_destroy(struct bx_run *run);
BX_CLEANUP_DEFINE(struct bx_run, bx_run_destroy)

/* Loads the journal's state and documents and starts the till. DRAFT: the draft file's content. */
int bx_must bx_run_start(struct bx_run *run, const char *draft, size_t draft_len,
                         struct bx_fault *fault);

/* Serves commands at PATH (till.sock, mode 0600). Only the owner of till.lock may: what is there is
 * taken to be left over from a till that died. */
int bx_must bx_run_listen(struct bx_run *run, const char *path, struct bx_fault *fault);

/* Puts a command (src/till/command.c) in the queue; TAKE gets its reply, once. JSON and TEXT
 * are borrowed during the call. False when too many wait. */
typedef void (*bx_reply_take)(void *arg, int exit, const char *json, const char *text);
bool bx_must bx_run_command(struct bx_run *run, const char *json, size_t len, bx_reply_take take,
                            void *arg);

/* One turn: sleeps until something happens, at most MS milliseconds (negative: as long as the till
 * allows), and works through all of it. False when the run is over. */
bool bx_run_turn(struct bx_run *run, int ms);
/* Ends: the draft is written, nothing new is begun. */
void bx_run_stop(struct bx_run *run);
const struct bx_till *bx_run_till(const struct bx_run *run);
/* No command waits and bx_till_is_idle(). */
bool bx_run_is_idle(const struct bx_run *run);

/* Connects to till.sock and sends one line, for whoever reads what follows himself. The descriptor
 * is the caller's. */
int bx_must bx_run_call(const char *path, const char *json, size_t len, int silence_ms, int *ret_fd,
                        struct bx_fault *fault);

/* The other end of till.sock: sends one command and waits for its reply, as long as the till gives
 * signs of life. BX_ERR_MISSING when nobody listens there, or whoever did closed without having
 * read the command; BX_ERR_UNKNOWN when the line broke after that, or nothing came for SILENCE_MS.
 */
enum { BX_RUN_SILENCE_MS = 10000 };
int bx_must bx_run_ask(const char *path, const char *json, size_t len, int silence_ms,
                       bx_reply_take take, void *arg, struct bx_fault *fault);
