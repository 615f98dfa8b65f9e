/* SPDX-License-Identifier: Apache-2.0 */
/* A sheet to read: a report, as its lines. */

#include "screens.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum { PAGE_LINES = 12 };

void bx_text_forget(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    if (counter->sheet)
        bx_buf_finish(&counter->sheet->text);
    counter->sheet = bx_free(counter->sheet);
}

void bx_text_open(struct bx_till *till, const char *title, const char *text,
                  void (*print)(struct bx_till *till))
{
    struct bx_sheet_text *sheet = bx_new(struct bx_sheet_text);
    BX_TEXT_COPY(sheet->title, bx_word(title));
    bx_buf_init(&sheet->text, 0);
    bx_buf_text_add(&sheet->text, text);
    for (const char *at = text; *at; at++)
        sheet->lines += *at == '\n' || at[1] == '\0';
    sheet->print = print;
    bx_text_forget(till);
    till->counter.sheet = sheet;
    bx_counter_open(till, BX_SCREEN_TEXT);
}

void bx_text_key(struct bx_till *till, int key)
{
    struct bx_counter *counter = &till->counter;
    const struct bx_sheet_text *sheet = counter->sheet;
    size_t last = sheet && sheet->lines > 0 ? sheet->lines - 1 : 0;
    size_t page = key == BX_KEY_PAGE_UP || key == BX_KEY_PAGE_DOWN ? PAGE_LINES : 1;
    if (key == BX_KEY_UP || key == BX_KEY_PAGE_UP)
        counter->first -= counter->first < page ? counter->first : page;
    else if (key == BX_KEY_DOWN || key == BX_KEY_PAGE_DOWN)
        counter->first = counter->first + page < last ? counter->first + page : last;
    else if (key == BX_KEY_HOME)
        counter->first = 0;
    else if (key == BX_KEY_END)
        counter->first = last > PAGE_LINES ? last - PAGE_LINES : 0;
    else if (key == BX_KEY_ENTER)
        bx_counter_back(till);
    else if (key == 'p' && sheet && sheet->print)
        sheet->print(till);
}
