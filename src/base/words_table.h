/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What src/words/generate.py makes of the catalogues. */

#include <stddef.h>

struct bx_words_pair {
    const char *english, *other;
};

struct bx_words_table {
    const char *language;
    char mark;        /* of amounts */
    const char *date; /* its order: "D.M.Y" */
    size_t count;
    const struct bx_words_pair *pairs; /* by strcmp of `english` */
};

extern const struct bx_words_table bx_words_tables[];
extern const size_t bx_words_table_count;
