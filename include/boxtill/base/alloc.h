/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Memory and the assertions that are never compiled out.
 *
 * Running out of memory aborts: the journal makes that recoverable, and whatever comes from
 * outside is bounded before it gets here. */

#include <stddef.h>

/* Zeroed memory for COUNT things of SIZE bytes; never NULL, aborts on overflow or exhaustion. */
void *bx_alloc(size_t count, size_t size);

/* Resizes HELD (may be NULL) to COUNT * SIZE bytes; what is added is not zeroed. */
void *bx_realloc(void *held, size_t count, size_t size);

/* A copy of TEXT, or NULL for NULL. */
char *bx_strdup(const char *text);

/* Accepts NULL, returns NULL. */
void *bx_free(void *held);

#define bx_new(type) ((type *)bx_alloc(1, sizeof(type)))

/* Takes the pointer out of *HELD and leaves NULL, so that its bx_cleanup() finds nothing. */
#define bx_steal(held) bx_steal_((void *)(held))
static inline void *bx_steal_(void *held)
{
    void **at = (void **)held;
    void *taken = *at;
    *at = NULL;
    return taken;
}

/* A mistake of ours. Prints what and where to stderr and aborts; always on. */
#define bx_assert(truth) ((truth) ? (void)0 : bx_assert_failed(#truth, __FILE__, __LINE__))
_Noreturn void bx_assert_failed(const char *truth, const char *file, int line);
#define bx_unreachable() bx_assert_failed("unreachable", __FILE__, __LINE__)

#define bx_countof(array) (sizeof(array) / sizeof((array)[0]))
