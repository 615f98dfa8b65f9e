/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An enum whose values are spelled by a table of words. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/fault.h"

/* Defines the pair for TYPE, whose values, from 0, stand in WORDS: WORD gives the word of a value,
 * PARSE the value of a word or BX_ERR_INPUT. */
#define BX_WORDS_DEFINE(type, words, word, parse)        \
    const char *word(type value)                         \
    {                                                    \
        bx_assert((size_t)value < bx_countof(words));    \
        return words[value];                             \
    }                                                    \
    int parse(const char *text, type *ret)               \
    {                                                    \
        for (size_t i = 0; i < bx_countof(words); i++) { \
            if (strcmp(words[i], text) != 0)             \
                continue;                                \
            *ret = (type)i;                              \
            return 0;                                    \
        }                                                \
        return BX_ERR_INPUT;                             \
    }
