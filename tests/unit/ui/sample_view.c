/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_view.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"

static void slot(struct bx_till_view *view, const char *time, int taken, int ours, int left)
{
    struct bx_view_slot *slot = &view->slots[view->slot_count++];
    BX_TEXT_COPY(slot->time, time);
    slot->capacity = 250;
    slot->taken = taken;
    slot->ours = ours;
    slot->left = left;
    slot->full = left == 0;
}

static void product(struct bx_till_view *view, char key, const char *name, const char *price)
{
    struct bx_view_product *product = &view->products[view->product_count];
    product->key = key;
    product->function = (int)++view->product_count + 1;
    BX_TEXT_COPY(product->name, name);
    BX_TEXT_COPY(product->price, price);
}

static void line(struct bx_till_view *view, int quantity, const char *name, const char *amount)
{
    struct bx_view_line *line = &view->lines[view->line_count++];
    line->quantity = quantity;
    BX_TEXT_COPY(line->name, name);
    BX_TEXT_COPY(line->time, "14:30");
    BX_TEXT_COPY(line->amount, amount);
}

void sample_view(struct bx_till_view *view)
{
    *view = (struct bx_till_view){.screen = BX_SCREEN_SELL, .till = 2, .shift = 41, .persons = 3};
    BX_TEXT_COPY(view->cashier, "Ana");
    BX_TEXT_COPY(view->link, "online");
    view->link_tone = BX_TONE_GOOD;
    BX_TEXT_COPY(view->printer, "printer ready");
    BX_TEXT_COPY(view->clock, "Tue 24  14:32");
    BX_TEXT_COPY(view->day, "Today");
    BX_TEXT_COPY(view->event, "Permanent collection");
    slot(view, "14:00", 250, 0, 0);
    slot(view, "14:30", 212, 20, 38);
    slot(view, "14:45", 138, 25, 112);
    slot(view, "15:00", 49, 25, 201);
    slot(view, "15:15", 0, 25, 250);
    view->slots[1].selected = true;
    view->slot_selected = 1;
    product(view, 'a', "Adult", "24.00");
    product(view, 'c', "Child 6-17", "9.00");
    product(view, 's', "Student", "12.00");
    product(view, 'u', "Under 6", "0.00");
    product(view, 'f', "Family 2+3", "55.00");
    product(view, 'k', "Audio guide", "5.00");
    product(view, 'g', "Group 10+", "18.00");
    product(view, 't', "Guide", "6.00");
    view->product_pages = 1;
    line(view, 2, "Adult", "48.00");
    line(view, 1, "Child 6-17", "9.00");
    BX_TEXT_COPY(view->currency, "EUR");
    BX_TEXT_COPY(view->total, "57.00");
    for (int i = 0; i < 3; i++) {
        struct bx_view_last *last = &view->lasts[view->last_count++];
        snprintf(last->number, sizeof(last->number), "2-%06d", 412 - i);
        BX_TEXT_COPY(last->time, "14:31");
        BX_TEXT_COPY(last->total, i == 0 ? "24.00" : "33.00");
    }
    BX_TEXT_COPY(view->last_number, "2-000412");
    BX_TEXT_COPY(view->last_text, "24.00 of 30.00, 6.00");
}

void sample_view_hostile(struct bx_till_view *view)
{
    sample_view(view);
    BX_TEXT_COPY(view->cashier, "Donaudampfschifffahrtsgesellschaftskapit\xc3\xa4n");
    BX_TEXT_COPY(view->event, "\xe5\xb8\xb8\xe8\xa8\xad\xe5\xb1\x95\xe7\xa4\xba\xe3\x83\xbb\xe7"
                              "\xbe\x8e\xe8\xa1\x93\xe9\xa4\xa8\xe5\xb8\xb8\xe8\xa8\xad\xe5\xb1"
                              "\x95\xe7\xa4\xba\xe5\xb8\xb8\xe8\xa8\xad\xe5\xb1\x95\xe7\xa4\xba");
    for (size_t i = 0; i < view->product_count; i++)
        BX_TEXT_COPY(view->products[i].name, "e\xcc\x81le\xcc\x80ve Erm\xc3\xa4\xc3\x9figungs"
                                             "berechtigtenjahreskarte");
    BX_TEXT_COPY(view->link, "offline 100 min, nobody answers at all");
    view->waiting = 123456;
    view->attention = 999;
    BX_TEXT_COPY(view->total, "9007199254740.99");
    for (int i = 0; i < 30; i++)
        line(view, 999, "\xe5\xb8\xb8\xe8\xa8\xad\xe5\xb1\x95\xe7\xa4\xba\xe5\xb8\xb8",
             "90071992.99");
}
