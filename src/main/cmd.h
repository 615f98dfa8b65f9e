/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* boxtill's commands, by noun. Each takes what stands after its name and returns the exit status:
 * 0 done, 1 refused, 2 usage, 3 unknown outcome, 4 offline and not allowed offline. */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/base/json.h"
#include "main/home.h"
#include "main/session.h"

enum {
    BX_EXIT_DONE = 0,
    BX_EXIT_REFUSED = 1,
    BX_EXIT_USAGE = 2,
    BX_EXIT_UNKNOWN = 3,
    BX_EXIT_OFFLINE = 4
};

struct bx_place { /* where a command works */
    struct bx_home home;
    struct bx_settings settings;
};

typedef int (*bx_cmd)(const struct bx_place *place, int argc, char **argv);

int bx_cmd_till(const struct bx_place *place, int argc, char **argv);
int bx_cmd_login(const struct bx_place *place, int argc, char **argv);
int bx_cmd_sync(const struct bx_place *place, int argc, char **argv);
int bx_cmd_offline(const struct bx_place *place, int argc, char **argv);
int bx_cmd_journal(const struct bx_place *place, int argc, char **argv);
/* cmd_archive.c: a folder with all of the journal. BEFORE: a day; NULL: any. */
int bx_archive_export(const struct bx_place *place, const char *path, bool json);
int bx_archive_check(const struct bx_place *place, const char *path, bool json);
int bx_archive_purge(const struct bx_place *place, const char *path, const char *before, bool json);
int bx_cmd_posting(const struct bx_place *place, int argc, char **argv);
int bx_cmd_enrol(const struct bx_place *place, int argc, char **argv);
int bx_cmd_display(const struct bx_place *place, int argc, char **argv);
int bx_cmd_doctor(const struct bx_place *place, int argc, char **argv);
/* Makes its own places. */
int bx_cmd_demo(int argc, char **argv);

/* One line "Usage: boxtill …" on stderr; returns BX_EXIT_USAGE. */
int bx_usage(const char *rest);
/* The fault's sentence on stderr; returns the status that goes with it. */
int bx_refuse(const struct bx_fault *fault);
/* As above; with JSON, {"error":"refused","say":"…"} on stdout as well. */
int bx_refuse_as(const struct bx_fault *fault, bool json);

/* Reads the arguments of a simple command: --json, options of OPTIONS that take a value, and at
 * most `max` plain words. False after a usage line. */
enum { BX_ARGS_OPTIONS = 8, BX_ARGS_WORDS = 4, BX_ARGS_REPEATS = 4 };
struct bx_args {
    const char *usage;
    const char *options[BX_ARGS_OPTIONS]; /* "slot", …; ends with NULL */
    size_t min, max;
    bool json;
    size_t word_count;
    const char *words[BX_ARGS_WORDS];
    size_t counts[BX_ARGS_OPTIONS];
    const char *values[BX_ARGS_OPTIONS][BX_ARGS_REPEATS];
};
bool bx_args_read(struct bx_args *args, int argc, char **argv);

/* A PIN, typed unseen after PROMPT, a line of standard input, or the first line of FILE (NULL:
 * none). False after a sentence. PINs never stand on a command line, where every process could read
 * them. */
enum { BX_PIN_SIZE = 64 };
bool bx_pin_read(const char *file, const char *prompt, char out[BX_PIN_SIZE]);

/* Verifies the whole journal, whoever holds it; RET is filled as far as that came. */
struct bx_journal_found {
    int64_t count, last_seq;
    struct bx_hash head;
    bx_utc last_at;
};
int bx_must bx_journal_check(const struct bx_place *place, struct bx_journal_found *ret,
                             struct bx_fault *fault);

/* Shows what a command was answered, as JSON or for people; returns its exit status. */
int bx_cmd_tell(const struct bx_said *said, bool json);
/* Sends the command that was written to COMMAND and shows its reply. */
int bx_cmd_send(const struct bx_place *place, const struct bx_buf *command, bool json,
                int64_t linger_ms);
