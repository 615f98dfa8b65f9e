/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in a programme. Slots are many and are searched by halves; all else is short
 * and searched in order. */

#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "programme_in.h"

static int slot_against_id(const void *key, const void *element)
{
    const struct bx_slug *id = key;
    const struct bx_slot *const *slot = element;
    return strcmp(id->s, (*slot)->id.s);
}

int bx_programme_offset(const struct bx_programme *programme, bx_utc at)
{
    if (programme == NULL)
        return 0;
    int offset = programme->offset_min;
    for (size_t i = 0; i < programme->change_count && programme->changes[i].at.us <= at.us; i++)
        offset = programme->changes[i].offset_min;
    return offset;
}

const struct bx_slot *bx_programme_slot(const struct bx_programme *programme,
                                        const struct bx_slug *id)
{
    if (programme->index != NULL) {
        const struct bx_slot **found = bsearch(id, programme->index->by_id, programme->slot_count,
                                               sizeof *programme->index->by_id, slot_against_id);
        return found != NULL ? *found : NULL;
    }
    for (size_t i = 0; i < programme->slot_count; i++)
        if (bx_slug_equal(&programme->slots[i].id, id))
            return &programme->slots[i];
    return NULL;
}

const struct bx_product *bx_programme_product(const struct bx_programme *programme,
                                              const struct bx_slug *id)
{
    for (size_t i = 0; i < programme->product_count; i++)
        if (bx_slug_equal(&programme->products[i].id, id))
            return &programme->products[i];
    return NULL;
}

const struct bx_product *bx_programme_by_key(const struct bx_programme *programme, char key,
                                             int event)
{
    for (size_t i = 0; i < programme->product_count; i++) {
        const struct bx_product *product = &programme->products[i];
        bool sold = product->events == 0 ||
                    (event >= 0 && event < BX_EVENTS_MAX && (product->events >> event & 1) != 0);
        if (product->key == key && sold)
            return product;
    }
    return NULL;
}

/* The first slot that began so late that it may still run at NOW. */
static size_t first_candidate(const struct bx_programme *programme, bx_utc now)
{
    size_t low = 0, high = programme->index != NULL ? programme->slot_count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (programme->slots[middle].start.us + programme->index->longest_us <= now.us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct bx_slot *bx_programme_current(const struct bx_programme *programme, int event,
                                           bx_utc now)
{
    for (size_t i = first_candidate(programme, now); i < programme->slot_count; i++)
        if (programme->slots[i].event == event && programme->slots[i].end.us > now.us)
            return &programme->slots[i];
    return NULL;
}

const struct bx_slot *bx_programme_step(const struct bx_programme *programme,
                                        const struct bx_slot *slot, int step)
{
    bx_assert(slot >= programme->slots && slot < programme->slots + programme->slot_count);
    size_t at = (size_t)(slot - programme->slots);
    for (int left = step < 0 ? -step : step; left > 0;) {
        if (step < 0 ? at == 0 : at + 1 == programme->slot_count)
            return NULL;
        at = step < 0 ? at - 1 : at + 1;
        left -= programme->slots[at].event == slot->event;
    }
    return &programme->slots[at];
}

const struct bx_reason *bx_programme_reason(const struct bx_programme *programme,
                                            const char *action, const struct bx_slug *id)
{
    for (size_t i = 0; i < programme->reason_count; i++)
        if (strcmp(programme->reasons[i].action.s, action) == 0 &&
            bx_slug_equal(&programme->reasons[i].id, id))
            return &programme->reasons[i];
    return NULL;
}

const struct bx_account *bx_programme_account(const struct bx_programme *programme,
                                              const struct bx_slug *id)
{
    for (size_t i = 0; i < programme->account_count; i++)
        if (bx_slug_equal(&programme->accounts[i].id, id))
            return &programme->accounts[i];
    return NULL;
}

const struct bx_product *bx_programme_article(const struct bx_programme *programme,
                                              const char *code)
{
    for (size_t i = 0; i < programme->product_count && code[0] != '\0'; i++)
        if (strcmp(programme->products[i].code, code) == 0)
            return &programme->products[i];
    return NULL;
}
