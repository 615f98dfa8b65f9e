/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A card terminal in memory: it does with what comes next as it is told. */

#include "boxtill/port/card.h"

enum fake_card_mood {
    FAKE_CARD_APPROVES,
    FAKE_CARD_DECLINES,
    FAKE_CARD_WAITS,  /* for the customer */
    FAKE_CARD_SILENT, /* hears nothing, says nothing */
    FAKE_CARD_LOST,   /* takes it, and the line breaks */
    FAKE_CARD_BROKEN  /* the line breaks before */
};
struct bx_card *fake_card_create(void);
void fake_card_mood(struct bx_card *card, enum fake_card_mood mood);
