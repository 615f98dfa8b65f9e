/* SPDX-License-Identifier: Apache-2.0 */
/* What a terminal promises in its simplest form: a list of ids and what became of each. */

#include "fake_card.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"

enum { IDS = 64, ANSWERS = 64 };

struct known {
    struct bx_id id;
    bool taken, open;
};
struct fake {
    struct bx_card port; /* first */
    enum fake_card_mood mood;
    struct known known[IDS];
    size_t count;
    struct bx_card_answer answers[ANSWERS];
    size_t first, waiting;
};

static struct fake *of(struct bx_card *card)
{
    return (struct fake *)card;
}

static struct known *find(struct fake *fake, const struct bx_id *id)
{
    for (size_t i = 0; i < fake->count; i++)
        if (bx_id_equal(&fake->known[i].id, id))
            return &fake->known[i];
    return NULL;
}

static struct known *add(struct fake *fake, const struct bx_id *id, bool taken)
{
    bx_assert(fake->count < IDS);
    fake->known[fake->count] = (struct known){.id = *id, .taken = taken};
    return &fake->known[fake->count++];
}

static int say(struct fake *fake, const struct bx_id *id, bool reversal, enum bx_outcome outcome)
{
    bx_assert(fake->waiting < ANSWERS);
    struct bx_card_answer *answer = &fake->answers[(fake->first + fake->waiting++) % ANSWERS];
    *answer = (struct bx_card_answer){.id = *id, .reversal = reversal, .outcome = outcome};
    if (outcome == BX_DONE && !reversal)
        snprintf(answer->reference, sizeof(answer->reference), "****1234 1");
    else if (outcome != BX_DONE)
        snprintf(answer->say, sizeof(answer->say), "as it was told");
    return 0;
}

static bool is_cut(const struct fake *fake)
{
    return fake->mood == FAKE_CARD_LOST || fake->mood == FAKE_CARD_BROKEN;
}

static int start(struct bx_card *card, const struct bx_ref *proof, const struct bx_id *id,
                 bx_money amount, const char *currency, struct bx_fault *fault)
{
    struct fake *fake = of(card);
    struct known *known = find(fake, id);
    (void)amount;
    bx_assert(proof->seq > 0 && currency[0]);
    for (size_t i = 0; i < fake->count; i++)
        if (fake->known[i].open)
            return bx_fault_say(fault, BX_ERR_BUSY, "Busy.");
    if (fake->mood == FAKE_CARD_SILENT)
        return 0;
    if (known && !is_cut(fake))
        return say(fake, id, false, known->taken ? BX_DONE : BX_REFUSED);
    if (!known && fake->mood != FAKE_CARD_BROKEN)
        known = add(fake, id, fake->mood == FAKE_CARD_APPROVES || fake->mood == FAKE_CARD_LOST);
    if (is_cut(fake))
        return say(fake, id, false, BX_UNKNOWN);
    known->open = fake->mood == FAKE_CARD_WAITS;
    return known->open ? 0 : say(fake, id, false, known->taken ? BX_DONE : BX_REFUSED);
}

static int ask(struct bx_card *card, const struct bx_id *id, struct bx_fault *fault)
{
    struct fake *fake = of(card);
    struct known *known = find(fake, id);
    (void)fault;
    if (fake->mood == FAKE_CARD_SILENT || (known && known->open))
        return 0;
    if (is_cut(fake))
        return say(fake, id, false, BX_UNKNOWN);
    if (!known)
        known = add(fake, id, false);
    return say(fake, id, false, known->taken ? BX_DONE : BX_REFUSED);
}

static int stop(struct bx_card *card, const struct bx_id *id, struct bx_fault *fault)
{
    struct known *known = find(of(card), id);
    if (known)
        known->open = false;
    return ask(card, id, fault);
}

static int reverse(struct bx_card *card, const struct bx_ref *proof, const struct bx_id *id,
                   bx_money amount, struct bx_fault *fault)
{
    struct fake *fake = of(card);
    struct known *known = find(fake, id);
    (void)amount;
    (void)fault;
    bx_assert(proof->seq > 0);
    if (fake->mood == FAKE_CARD_SILENT)
        return 0;
    if (is_cut(fake))
        return say(fake, id, true, BX_UNKNOWN);
    if (!known)
        known = add(fake, id, false);
    known->taken = false;
    return say(fake, id, true, BX_DONE);
}

static bool answer(struct bx_card *card, struct bx_card_answer *ret)
{
    struct fake *fake = of(card);
    if (fake->waiting == 0)
        return false;
    *ret = fake->answers[fake->first];
    fake->first = (fake->first + 1) % ANSWERS;
    fake->waiting--;
    return true;
}

static int fd(struct bx_card *card)
{
    (void)card;
    return -1;
}

static void *destroy(struct bx_card *card)
{
    return bx_free(of(card));
}

struct bx_card *fake_card_create(void)
{
    static const struct bx_card_ops ops = {.start = start,
                                           .ask = ask,
                                           .stop = stop,
                                           .reverse = reverse,
                                           .answer = answer,
                                           .fd = fd,
                                           .destroy = destroy};
    struct fake *fake = bx_new(struct fake);
    fake->port.ops = &ops;
    return &fake->port;
}

void fake_card_mood(struct bx_card *card, enum fake_card_mood mood)
{
    struct fake *fake = of(card);
    fake->mood = mood;
    for (size_t i = 0; i < fake->count; i++) {
        struct known *known = &fake->known[i];
        if (!known->open || mood == FAKE_CARD_WAITS || mood == FAKE_CARD_SILENT)
            continue;
        known->open = false;
        known->taken = mood == FAKE_CARD_APPROVES || mood == FAKE_CARD_LOST;
        say(fake, &known->id, false,
            is_cut(fake)   ? BX_UNKNOWN
            : known->taken ? BX_DONE
                           : BX_REFUSED);
    }
}
