/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the programme share: programme.c reads the document and has its essay,
 * programme_terms.c reads and writes what version 2 added, programme_write.c writes the rest,
 * programme_find.c looks things up. */

#include "boxtill/base/json.h"
#include "boxtill/domain/programme.h"
#include "boxtill/domain/terms.h"

#define BX_PRICE_MAX (BX_MONEY_MAX / 1000000)

/* Slots in order of id for the look-up by id; the longest slot bounds how far back one that still
 * runs can have begun. */
struct bx_programme_index {
    int64_t longest_us;
    const struct bx_slot *by_id[];
};

/* The version that the document of PROGRAMME has (programme_write.c). */
int bx_programme_format(const struct bx_programme *programme);
