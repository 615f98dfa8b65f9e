/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* boxtilld's commands. Each returns the exit status: 0 done, 1 refused (with a sentence on stderr),
 * 2 usage. While a server runs they work beside it: the store lets several processes write, one
 * after the other, and the server looks at each batch whether the programme is another. */

#include <stdbool.h>

#include "main/bd_config.h"
#include "server/store/sqlite.h"

enum { BD_EXIT_DONE = 0, BD_EXIT_REFUSED = 1, BD_EXIT_USAGE = 2 };

int bd_cmd_serve(const struct bd_config *config, bool lifeline);
int bd_cmd_init(const struct bd_config *config, int argc, char **argv);
int bd_cmd_import(const struct bd_config *config, int argc, char **argv);
int bd_cmd_enrol_code(const struct bd_config *config, int argc, char **argv);
int bd_cmd_user(const struct bd_config *config, int argc, char **argv);
int bd_cmd_audit(const struct bd_config *config, int argc, char **argv);
int bd_cmd_revoke(const struct bd_config *config, int argc, char **argv);
int bd_cmd_settle(const struct bd_config *config, int argc, char **argv);
int bd_cmd_reopen(const struct bd_config *config, int argc, char **argv);

/* The store of the configuration. */
struct bd_store *bd_store_open(const struct bd_config *config, enum bd_sqlite_mode mode,
                               struct bx_fault *fault);
/* Says FAULT on stderr; returns BD_EXIT_REFUSED. */
int bd_refuse(const struct bx_fault *fault);
