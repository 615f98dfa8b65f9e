/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* boxtilld's commands. Each returns the exit status: 0 done, 1 refused (with a sentence on stderr),
 * 2 usage. While a server runs they work beside it: the store lets several processes write, one
 * after the other, and the server looks at each batch whether the programme is another. */

#include <stdbool.h>

#include "main/bd_config.h"
#include "server/store/store.h"

enum { BD_EXIT_DONE = 0, BD_EXIT_REFUSED = 1, BD_EXIT_USAGE = 2 };

/* BEHIND_PROXY: any address may be listened on, and the proxy decides who sees the metrics. */
int bd_cmd_serve(const struct bd_config *config, bool behind_proxy, bool lifeline);
int bd_cmd_init(const struct bd_config *config, int argc, char **argv);
int bd_cmd_import(const struct bd_config *config, int argc, char **argv);
int bd_cmd_enrol_code(const struct bd_config *config, int argc, char **argv);
int bd_cmd_user(const struct bd_config *config, int argc, char **argv);
int bd_cmd_audit(const struct bd_config *config, int argc, char **argv);
int bd_cmd_backup(const struct bd_config *config, int argc, char **argv);
int bd_cmd_restore(const struct bd_config *config, int argc, char **argv);
int bd_cmd_revoke(const struct bd_config *config, int argc, char **argv);
int bd_cmd_members(const struct bd_config *config, int argc, char **argv);
int bd_cmd_orders(const struct bd_config *config, int argc, char **argv);
int bd_cmd_voucher(const struct bd_config *config, int argc, char **argv);
int bd_cmd_report(const struct bd_config *config, int argc, char **argv);
int bd_cmd_lease(const struct bd_config *config, int argc, char **argv);
int bd_cmd_settle(const struct bd_config *config, int argc, char **argv);
/* 1 when the ticket is refused, too. */
int bd_cmd_check_in(const struct bd_config *config, int argc, char **argv);
int bd_cmd_capacity(const struct bd_config *config, int argc, char **argv);
int bd_cmd_cancel(const struct bd_config *config, int argc, char **argv);
int bd_cmd_reopen(const struct bd_config *config, int argc, char **argv);

/* Keeps a second boxtilld from HOME: a descriptor to be kept open, or an error. */
int bx_must bd_home_lock(const struct bd_config *config, struct bx_fault *fault);
/* Counts everything in STORE twice: how many differences, told in OUT; or an error. */
int bx_must bd_store_audit(struct bd_store *store, struct bx_buf *out, struct bx_fault *fault);
enum { BD_AUDIT_MAX = 4 << 20 };
/* The store of the configuration. */
struct bd_store *bd_store_open(const struct bd_config *config, enum bd_open mode,
                               struct bx_fault *fault);
/* What a command does in one transaction, which may be lost and run again: RUN begins by forgetting
 * what it left in ARG. BOOK is NULL for a store that is no venue yet. */
struct bd_deed {
    int (*run)(struct bd_deed *deed, struct bd_store *store, struct bd_book *book,
               const struct bd_turn *turn, struct bx_fault *fault);
    void *arg;
};
/* Does it and commits; MAKE: the store is made. Returns the exit status. */
int bd_deed_do(const struct bd_config *config, struct bd_deed *deed, bool make);
/* This moment, and fresh randomness. */
struct bd_turn bd_turn_now(void);
/* WHO of a command line, the number of a user; whether they may is the book's to say. */
bool bd_who_take(const char *text, int64_t *ret);
/* Says how the command is used; returns BD_EXIT_USAGE. */
int bd_usage(const char *how);
/* Says FAULT on stderr; returns BD_EXIT_REFUSED. */
int bd_refuse(const struct bx_fault *fault);
