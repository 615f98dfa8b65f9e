/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogues are compiled in: a till that cannot find a file must not change its language, and
 * a translation must not be able to bring a format of its own. The language is the thread's, as
 * with uselocale(), because who speaks is known at the door of the till and not where a sentence is
 * made. */

#include "boxtill/base/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "words_table.h"

static _Thread_local const struct bx_words_table *spoken; /* NULL: English */

void bx_words_use(const char *language)
{
    spoken = NULL;
    for (size_t i = 0; language && i < bx_words_table_count; i++)
        if (strcmp(bx_words_tables[i].language, language) == 0)
            spoken = &bx_words_tables[i];
}

const char *bx_words_language(void)
{
    return spoken ? spoken->language : "en";
}

char bx_words_mark(void)
{
    return spoken ? spoken->mark : '.';
}

const char *bx_words_date_order(void)
{
    return spoken ? spoken->date : "Y-M-D";
}

const char *bx_words_known(size_t nth)
{
    if (nth == 0)
        return "en";
    return nth <= bx_words_table_count ? bx_words_tables[nth - 1].language : NULL;
}

const char *bx_word(const char *english)
{
    size_t low = 0;
    size_t high = spoken && english ? spoken->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(english, spoken->pairs[middle].english);
        if (order == 0)
            return spoken->pairs[middle].other;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return english;
}

const char *bx_words_of(int64_t n, const char *one, const char *many)
{
    return bx_word(n == 1 ? one : many);
}

void bx_words_print(char *out, size_t size, const char *english, ...)
{
    va_list args;
    va_start(args, english);
    int wanted = vsnprintf(out, size, bx_word(english), args);
    va_end(args);
    bx_text_mend(out, size, wanted);
}
