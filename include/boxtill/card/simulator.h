/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A card terminal in software, for trying out and for tests. No money moves. It remembers every
 * attempt in its own file, so that it tells the truth about one after the till, or it, has died.
 *
 * What it does with what comes next is one word in a file of its own:
 *
 *   approve   takes the card (also when there is no such file)
 *   decline   refuses it
 *   wait      waits for the customer until the word is another, or somebody stops it
 *   silent    hears nothing and says nothing
 *   lost      takes the card, but the line breaks before it can say so; also to later questions
 *   broken    the line breaks before it has heard anything */

#include "boxtill/port/card.h"

struct bx_card_simulator_config {
    const char *path; /* of its memory; made when missing */
    const char *mood; /* of the file with the word */
};
/* Texts are copied. NULL with a fault. */
struct bx_card *bx_card_simulator_create(const struct bx_card_simulator_config *config,
                                         struct bx_fault *fault);

/* Is WORD one of them? */
bool bx_card_simulator_knows(const char *word);
