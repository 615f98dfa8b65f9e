/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the programme share: programme.c reads the document and has its essay,
 * programme_terms.c reads and writes what version 2 added, programme_write.c writes the rest,
 * programme_find.c looks things up. */

#include "boxtill/base/json.h"
#include "boxtill/domain/programme.h"

#define BX_PRICE_MAX (BX_MONEY_MAX / 1000000)

/* Slots in order of id for the look-up by id; the longest slot bounds how far back one that still
 * runs can have begun. */
struct bx_programme_index {
    int64_t longest_us;
    const struct bx_slot *by_id[];
};

/* Is there anything that only version 2 can say? */
bool bx_terms_exist(const struct bx_programme *programme);
/* The members that version 2 adds to the document's root, and their names. */
#define BX_TERMS_NAMES \
    "rules", "reasons", "accounts", "origins", "coins", "facts", "limits", "round_up"
void bx_terms_read(struct bx_json_reader *root, struct bx_programme *programme);
void bx_terms_write(struct bx_json_writer *writer, const struct bx_programme *programme);
/* And those it adds to a product. */
#define BX_PRODUCT_TERMS_NAMES "kind", "open_price", "proof", "group_from", "code"
void bx_product_terms_read(struct bx_json_reader *reader, struct bx_product *product);
void bx_product_terms_write(struct bx_json_writer *writer, const struct bx_product *product);
