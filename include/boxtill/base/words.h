/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What is said to people, in their language. A sentence stands in the source in English and is
 * looked up when it is made, so that the same till speaks another language to the next cashier.
 * Names of members, words of entries and lines of the log are for machines and never come here.
 *
 * The catalogues are src/words/LANGUAGE.po; the build makes tables of them and refuses one whose
 * conversions (%s, %d) are not those of the English. A sentence without a translation stays
 * English. How numbers and dates are written stands at the head of each. */

#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"

/* The language of this thread from here on: "de"; anything unknown, "" and NULL are English. */
void bx_words_use(const char *language);
/* "en" or a catalogue's name. */
const char *bx_words_language(void);
/* What stands between the units and their parts in the thread's language: '.' or ','. */
char bx_words_mark(void);
/* How it writes a date: "Y-M-D", "D.M.Y". */
const char *bx_words_date_order(void);
/* NULL after the last; "en" is the first. */
const char *bx_words_known(size_t nth);

/* ENGLISH in the thread's language; lives for ever where ENGLISH does. */
const char *bx_word(const char *english) bx_format_arg(1);
/* ONE when N is 1, else MANY. */
const char *bx_words_of(int64_t n, const char *one, const char *many) bx_format_arg(2)
    bx_format_arg(3);
/* snprintf with the format looked up; a character that does not fit whole is left out. */
void bx_words_print(char *out, size_t size, const char *english, ...) bx_format(3, 4);

/* Marks a literal for the catalogues that is looked up later, out of a table. */
#define BX_WORD(english) english
