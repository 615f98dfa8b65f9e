/* SPDX-License-Identifier: Apache-2.0 */
/* A list of things to do, each with its letter. What an auditor may not do is not shown to one. */

#include "screens.h"

static bool is_live(const struct bx_till *till, const struct bx_menu_row *row)
{
    const struct bx_user *user = bx_people_user(till);
    bool auditor = user && user->role == BX_ROLE_AUDITOR;
    return (row->looks || !auditor) && (!row->is_live || row->is_live(till));
}

const struct bx_menu_row *bx_menu_row(const struct bx_till *till, size_t nth)
{
    const struct bx_menu_kind *menu = till->counter.menu;
    for (size_t i = 0; menu && i < menu->count; i++)
        if (is_live(till, &menu->rows[i]) && nth-- == 0)
            return &menu->rows[i];
    return NULL;
}

void bx_menu_open(struct bx_till *till, const struct bx_menu_kind *kind)
{
    till->counter.menu = kind;
    bx_counter_open(till, BX_SCREEN_MENU);
}

void bx_menu_key(struct bx_till *till, int key)
{
    struct bx_counter *counter = &till->counter;
    const struct bx_menu_row *row = NULL;
    size_t count = 0;
    for (const struct bx_menu_row *one; (one = bx_menu_row(till, count)); count++)
        if (key == one->key)
            row = one;
    if (key == BX_KEY_UP)
        counter->selected -= counter->selected > 0;
    else if (key == BX_KEY_DOWN)
        counter->selected += counter->selected + 1 < count;
    else if (key == BX_KEY_ENTER)
        row = bx_menu_row(till, counter->selected);
    if (row)
        row->run(till);
}
