/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The terms of a programme (what version 2 of its document added), read on their own: by the
 * programme's reader, and by the import of a file that people wrote. */

#include "boxtill/base/json.h"
#include "boxtill/domain/programme.h"

/* Is there anything that only version 2 can say? */
bool bx_terms_exist(const struct bx_programme *programme);
/* The members that version 2 adds to the document's root, and their names. PEOPLE: as they write
 * it, weekdays as ["mon","fri"], minute_from and minute_to as "17:00". Allocates the lists, which
 * are PROGRAMME's. Its products stand already. */
#define BX_TERMS_NAMES \
    "rules", "reasons", "accounts", "origins", "coins", "facts", "limits", "round_up"
void bx_terms_read(struct bx_json_reader *root, struct bx_programme *programme, bool people);
void bx_terms_write(struct bx_json_writer *writer, const struct bx_programme *programme);
/* And those it adds to a product. */
#define BX_PRODUCT_TERMS_NAMES "kind", "open_price", "proof", "group_from", "code"
void bx_product_terms_read(struct bx_json_reader *reader, struct bx_product *product);
void bx_product_terms_write(struct bx_json_writer *writer, const struct bx_product *product);
/* The member "weekdays" as people write it, ["mon","fri"]: bit 0 Monday. */
unsigned bx_weekdays_read(struct bx_json_reader *reader);
