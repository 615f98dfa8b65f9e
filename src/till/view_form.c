/* SPDX-License-Identifier: Apache-2.0 */
/* Forms, menus and sheets as a person sees them. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

static void value_fill(const struct bx_till *till, const struct bx_field *field, bool is_asked,
                       struct bx_view_field *v)
{
    const struct bx_option *option = bx_field_option(field);
    const char *text = is_asked ? till->counter.input : field->text;
    if (field->kind == BX_FIELD_PIN)
        memset(v->value, '*', strlen(text));
    else if (field->kind == BX_FIELD_CHOICE)
        BX_TEXT_COPY(v->value, is_asked ? text : option ? option->name : "");
    else if (field->kind == BX_FIELD_AMOUNT && !is_asked && field->filled)
        bx_counter_money(till, bx_money_of(field->n), v->value);
    else
        BX_TEXT_COPY(v->value, text);
}

static void aside_fill(const struct bx_till *till, const struct bx_field *field,
                       struct bx_view_field *v)
{
    bx_money worth;
    char text[BX_MONEY_TEXT];
    BX_TEXT_COPY(v->aside, field->aside);
    v->aside_key = field->countable ? 'd' : '\0';
    if (field->piece == 0 || field->n == 0 ||
        bx_money_times(bx_money_of(field->piece), field->n, &worth))
        return;
    snprintf(v->aside, sizeof(v->aside), "= %s", bx_counter_money(till, worth, text));
}

static void options_fill(const struct bx_till *till, const struct bx_form *form,
                         const struct bx_field *field, struct bx_till_view *v)
{
    size_t first = form->selected >= BX_VIEW_OPTIONS ? form->selected - BX_VIEW_OPTIONS + 1 : 0;
    int index;
    for (size_t i = first; (index = bx_form_shown(till, field, i)) >= 0; i++) {
        if (v->option_count == BX_VIEW_OPTIONS) {
            v->option_more++;
            continue;
        }
        struct bx_view_option *o = &v->options[v->option_count++];
        o->key = bx_form_filters(field) ? '\0' : bx_form_letter(i);
        BX_TEXT_COPY(o->name, field->options[index].name);
        o->selected = i == form->selected;
    }
}

static void form_fill(const struct bx_till *till, const struct bx_form *form,
                      struct bx_till_view *v)
{
    bool counts = false;
    char sum[BX_MONEY_TEXT];
    BX_TEXT_COPY(v->title, form->title);
    BX_TEXT_COPY(v->form_text, form->text);
    v->form_waits = form->waiting;
    for (size_t i = 0; i < form->count && v->field_count < BX_VIEW_FIELDS; i++) {
        const struct bx_field *field = &form->fields[i];
        if (field->hidden)
            continue;
        struct bx_view_field *f = &v->fields[v->field_count++];
        BX_TEXT_COPY(f->label, field->label);
        f->selected = i == form->at;
        f->secret = field->kind == BX_FIELD_PIN;
        value_fill(till, field, f->selected, f);
        aside_fill(till, field, f);
        counts = counts || field->piece != 0;
        if (!f->selected)
            continue;
        v->cursor = bx_text_columns(f->value);
        if (field->kind == BX_FIELD_CHOICE)
            options_fill(till, form, field, v);
    }
    if (counts)
        snprintf(v->form_sum, sizeof(v->form_sum), "%s %s", v->currency,
                 bx_counter_money(till, bx_form_sum(form), sum));
}

static void menu_fill(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_counter *counter = &till->counter;
    const struct bx_menu_row *row;
    BX_TEXT_COPY(v->title, counter->menu ? bx_word(counter->menu->title) : "");
    if (counter->menu && counter->menu->about)
        counter->menu->about(till, v->title, sizeof(v->title));
    for (size_t i = 0; i < BX_VIEW_OPTIONS && (row = bx_menu_row(till, i)); i++) {
        struct bx_view_option *o = &v->options[v->option_count++];
        o->key = row->key;
        BX_TEXT_COPY(o->name, bx_word(row->name));
        BX_TEXT_COPY(o->help, bx_word(row->help));
        o->selected = i == counter->selected;
    }
}

static void sheet_fill(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_counter *counter = &till->counter;
    const struct bx_sheet_text *sheet = counter->sheet;
    if (!sheet)
        return;
    BX_TEXT_COPY(v->title, sheet->title);
    v->row_first = counter->first;
    v->row_total = sheet->lines;
    v->sheet_prints = sheet->print != NULL;
    const char *at = bx_buf_text(&sheet->text);
    for (size_t i = 0; i < sheet->lines && v->sheet_count < BX_VIEW_SHEET; i++) {
        size_t len = strcspn(at, "\n");
        size_t keep = len - (len > 0 && at[len - 1] == '\r');
        char line[BX_NAME_SIZE * 2];
        snprintf(line, sizeof(line), "%.*s", (int)(keep < sizeof(line) ? keep : sizeof(line) - 1),
                 at);
        if (i >= counter->first)
            BX_TEXT_COPY(v->sheet[v->sheet_count++], line);
        at += len + (at[len] == '\n');
    }
}

void bx_view_form(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_counter *counter = &till->counter;
    /* What is typed stands in its field, as dots when it is a PIN. */
    if (v->screen == BX_SCREEN_FORM)
        v->input[0] = '\0';
    if (v->screen == BX_SCREEN_FORM && counter->form)
        form_fill(till, counter->form, v);
    else if (v->screen == BX_SCREEN_MENU)
        menu_fill(till, v);
    else if (v->screen == BX_SCREEN_TEXT)
        sheet_fill(till, v);
}
