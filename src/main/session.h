/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A till put together and started: lock, journal, printer, server, core. With a screen it is the
 * till; without one it is what carries out a command when no till runs. */

#include <stdbool.h>
#include <stdint.h>

#include "boxtill/base/buf.h"
#include "boxtill/run/run.h"
#include "main/home.h"

struct bx_session;

/* A script in the place of the terminal and of the machine's clock (src/main/stage.c). */
struct bx_play {
    struct bx_clock *clock; /* NULL: the machine's, and nothing of this counts */
    bool (*key)(void *arg, int *ret);
    void (*draw)(void *arg, const struct bx_till *till);
    /* What stands before the printer; the one it is given belongs to it. */
    struct bx_printer *(*printer)(void *arg, struct bx_printer *taken);
    void *arg;
};

struct bx_session_options {
    bool screen;  /* takes the terminal */
    bool plain;   /* the screen as lines of text: needs no terminal */
    bool listens; /* serves till.sock */
    bool yields;  /* and lets go when a till starts */
    struct bx_play play;
};

/* NULL with BX_ERR_BUSY when another process owns the home. Signals that end a program end the
 * session's turns instead. */
struct bx_session *bx_session_open(const struct bx_home *home, const struct bx_settings *settings,
                                   const struct bx_session_options *options,
                                   struct bx_fault *fault);
void *bx_session_close(struct bx_session *session);
BX_CLEANUP_DEFINE(struct bx_session, bx_session_close)

/* As bx_run_turn(). */
bool bx_session_turn(struct bx_session *session, int ms);
/* Turns until nothing is under way, the session is over, or MS milliseconds went by. */
void bx_session_settle(struct bx_session *session, int64_t ms);
struct bx_run *bx_session_run(struct bx_session *session);
struct bx_journal *bx_session_journal(struct bx_session *session);
/* A signal asked for the end. */
bool bx_session_is_told(const struct bx_session *session);

/* What a command was answered. Texts are the struct's own. */
struct bx_said {
    bool come;
    int exit;
    char *json, *text;
};
void bx_said_finish(struct bx_said *said);
static inline void bx_said_finish_at(struct bx_said *said)
{
    bx_said_finish(said);
}
/* The document of a refusal, as the till itself writes it. */
void bx_said_refuse(const struct bx_fault *fault, struct bx_buf *out);
/* A bx_reply_take; ARG is a struct bx_said. */
void bx_said_take(void *arg, int exit, const char *json, const char *text);

/* Has a command carried out by the till that runs here, or by a session of its own; SHOW is called
 * with what was said as soon as it is known, and the session goes on for up to LINGER_MS with what
 * follows from it (printing, sending). Returns the exit status. */
typedef void (*bx_said_show)(void *arg, const struct bx_said *said);
int bx_command_do(const struct bx_home *home, const struct bx_settings *settings, const char *json,
                  size_t len, int64_t linger_ms, bx_said_show show, void *arg);
