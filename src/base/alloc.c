/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that asks the system for memory. A till that runs out of it cannot do anything
 * sensible any more, and code that pretends otherwise is code nobody ever runs: so it stops here,
 * and the journal picks up from what was committed. */

#include "boxtill/base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void give_up(size_t count, size_t size)
{
    fprintf(stderr, "boxtill: out of memory (%zu * %zu bytes)\n", count, size);
    abort();
}

void *bx_alloc(size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        give_up(count, size);
    /* calloc may answer NULL to a wish for nothing. */
    void *made = calloc(total ? total : 1, 1);
    if (!made)
        give_up(count, size);
    return made;
}

void *bx_realloc(void *held, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        give_up(count, size);
    void *made = realloc(held, total ? total : 1);
    if (!made)
        give_up(count, size);
    return made;
}

char *bx_strdup(const char *text)
{
    if (!text)
        return NULL;
    size_t size = strlen(text) + 1;
    char *copy = bx_alloc(size, 1);
    memcpy(copy, text, size);
    return copy;
}

void *bx_free(void *held)
{
    free(held);
    return NULL;
}

void bx_assert_failed(const char *truth, const char *file, int line)
{
    fprintf(stderr, "boxtill: %s:%d: not true: %s\n", file, line, truth);
    abort();
}
