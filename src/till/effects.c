/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of effects. Effects are kept by pointer, so that one handed out stays where it is while
 * more are added, and whatever they point to is copied into the queue's own memory: the core may
 * change its mind about everything else before they are carried out. */

#include "core.h"

#include <string.h>

struct bx_effects {
    struct bx_effect **rows;
    size_t count, cap;
    void **held;
    size_t held_count, held_cap;
};

struct bx_effects *bx_effects_create(void)
{
    return bx_new(struct bx_effects);
}

void *bx_effects_destroy(struct bx_effects *effects)
{
    if (!effects)
        return NULL;
    bx_effects_clear(effects);
    bx_free(effects->rows);
    bx_free(effects->held);
    return bx_free(effects);
}

void bx_effects_clear(struct bx_effects *effects)
{
    for (size_t i = 0; i < effects->count; i++)
        bx_free(effects->rows[i]);
    for (size_t i = 0; i < effects->held_count; i++)
        bx_free(effects->held[i]);
    effects->count = effects->held_count = 0;
}

size_t bx_effects_count(const struct bx_effects *effects)
{
    return effects->count;
}

const struct bx_effect *bx_effects_at(const struct bx_effects *effects, size_t index)
{
    bx_assert(index < effects->count);
    return effects->rows[index];
}

/* Room for one more pointer in *ROWS. */
static void grow(void *rows, size_t count, size_t *cap)
{
    if (count < *cap)
        return;
    void **at = rows;
    *cap = *cap ? *cap * 2 : 16;
    *at = bx_realloc(*at, *cap, sizeof(void *));
}

struct bx_effect *bx_effects_add(struct bx_effects *effects, enum bx_effect_kind kind)
{
    grow(&effects->rows, effects->count, &effects->cap);
    struct bx_effect *effect = bx_new(struct bx_effect);
    effect->kind = kind;
    effects->rows[effects->count++] = effect;
    return effect;
}

void *bx_effects_hold(struct bx_effects *effects, const void *bytes, size_t len)
{
    grow(&effects->held, effects->held_count, &effects->held_cap);
    char *copy = bx_alloc(len + 1, 1);
    if (len > 0)
        memcpy(copy, bytes, len);
    effects->held[effects->held_count++] = copy;
    return copy;
}
