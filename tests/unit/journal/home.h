/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A folder for one test's journal, and hands to touch the file behind the journal's back. */

#include <stdbool.h>
#include <stddef.h>

#include "journal_kit.h"
#include "journal/journal.h"

struct home {
    char folder[32], path[64];
};

void home_make(struct home *home);
/* Removes the folder; asserts that nothing lies in it that a journal does not know. */
void home_remove(struct home *home);
/* The journal and all beside it. */
void home_remove_files(const struct home *home);
/* "journal.db" + tail; static memory. */
const char *home_path(const struct home *home, const char *tail);
bool home_has(const struct home *home, const char *tail);

/* Asserts that it opens. */
struct bx_journal *home_open(const struct home *home);
struct bx_journal *home_open_with(const struct home *home, struct bx_journal_options options);
/* SQL over the closed file, with triggers and foreign keys out of the way. */
void home_sql(const struct home *home, const char *sql);
int64_t home_int(const struct home *home, const char *sql);

/* The closed journal's file, as it is; putting it back removes log and ballast. */
struct picture {
    void *bytes;
    size_t len;
};
struct picture home_picture(const struct home *home);
void home_put(const struct home *home, const struct picture *picture);
