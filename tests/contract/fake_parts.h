/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the fake journal share: its lists, and how they are searched. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "fake_journal.h"

struct entry {
    struct bx_entry_head head;
    struct bx_hash prev, hash;
    char *body;
    size_t len;
    int64_t about; /* seq of the entry it is about; 0 */
    bool has_answer, counts, settled, training;
    struct bx_entry_answer answer;
    struct bx_sign sign;
};

struct person {
    struct bx_id id;
    bx_utc until;
    size_t len;
    char bytes[BX_PERSON_MAX];
};

struct ticket {
    struct bx_code code;
    int64_t sale;
    int nth;
    bool valid;
};

struct fake {
    struct bx_journal port;
    struct bx_journal_state now; /* its arrays, counts and lockouts are not used; its figures are */
    struct entry *entries;
    struct ticket *tickets;
    struct bx_lease *leases;
    struct bx_print_job *jobs;
    struct person *persons; /* in order of place; zero id: erased */
    size_t entry_count, ticket_count, lease_count, job_count, person_count;
    char *documents[BX_DOCUMENTS];
    size_t document_lens[BX_DOCUMENTS];
    struct bx_lockout *lockouts;
    size_t lockout_count;
    enum fake_journal_fail fail;
    bool unsure;
    int64_t room, spoiled;
};

static inline struct fake *fake_of(struct bx_journal *journal)
{
    return (struct fake *)(void *)journal;
}

#define GROW(array, count)                                                              \
    do {                                                                                \
        if (((count) & ((count)-1)) == 0)                                               \
            (array) = bx_realloc((array), (count) ? 2 * (count) : 1, sizeof(*(array))); \
    } while (0)

static inline struct entry *entry_at(struct fake *fake, int64_t seq)
{
    return seq >= 1 && (size_t)seq <= fake->entry_count ? &fake->entries[seq - 1] : NULL;
}

static inline struct entry *entry_of(struct fake *fake, const struct bx_id *id)
{
    for (size_t i = 0; i < fake->entry_count; i++)
        if (bx_id_equal(&fake->entries[i].head.id, id))
            return &fake->entries[i];
    return NULL;
}

static inline struct ticket *ticket_of(struct fake *fake, const char *code)
{
    for (size_t i = 0; i < fake->ticket_count; i++)
        if (strcmp(fake->tickets[i].code.s, code) == 0)
            return &fake->tickets[i];
    return NULL;
}

static inline struct bx_lease *lease_of(struct fake *fake, const struct bx_slug *pool)
{
    for (size_t i = 0; i < fake->lease_count; i++)
        if (bx_slug_equal(&fake->leases[i].pool, pool))
            return &fake->leases[i];
    return NULL;
}

static inline struct bx_print_job *job_of(struct fake *fake, const struct bx_id *id)
{
    for (size_t i = 0; i < fake->job_count; i++)
        if (bx_id_equal(&fake->jobs[i].id, id))
            return &fake->jobs[i];
    return NULL;
}

/* What a check has seen to be there. */
static inline void *sure(void *there)
{
    bx_assert(there);
    return there;
}

/* The ticket NTH of a document as it is now; NULL when none is valid. */
static inline struct ticket *ticket_at(struct fake *fake, int64_t sale, int nth)
{
    for (size_t i = 0; i < fake->ticket_count; i++)
        if (fake->tickets[i].sale == sale && fake->tickets[i].nth == nth && fake->tickets[i].valid)
            return &fake->tickets[i];
    return NULL;
}

static inline int no(struct bx_fault *fault, enum bx_err err, const char *why)
{
    return bx_fault_set(fault, err, why, NULL);
}

/* check.c: 0 when COMMIT may be; the seq of the entry it is about (login-failed: the user). */
int fake_commit_check(struct fake *fake, const struct bx_commit *commit, int64_t *ret_about,
                      struct bx_fault *fault);
