/* SPDX-License-Identifier: Apache-2.0 */
/* What version 2 of the programme document adds: the terms on which things are sold. */

#include "boxtill/domain/programme.h"

#include "words.h"

static const char *const line_kind_words[] = {
    [BX_LINE_VISIT] = "visit",
    [BX_LINE_ARTICLE] = "article",
    [BX_LINE_DONATION] = "donation",
    [BX_LINE_VOUCHER] = "voucher",
};

BX_WORDS_DEFINE(enum bx_line_kind, line_kind_words, bx_line_kind_word, bx_line_kind_parse)
