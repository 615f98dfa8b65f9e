/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in, views out: the terminal on one side, the painting on the other. */

#include "ui/ui.h"

#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "ui/plain.h"
#include "ui/term.h"

struct ui {
    struct ui_plain *plain; /* NULL: a screen */
    struct ui_grid *grid;   /* of the window's size */
    struct ui_hit pressed;  /* by mouse or finger: keys still to be given, `times` 0 none */
};

struct ui *ui_start(struct bx_fault *fault)
{
    if (ui_term_open(fault) < 0)
        return NULL;
    return bx_new(struct ui);
}

struct ui *ui_start_plain(struct bx_fault *fault)
{
    struct ui_plain *plain = ui_plain_start(fault);
    if (!plain)
        return NULL;
    struct ui *ui = bx_new(struct ui);
    ui->plain = plain;
    return ui;
}

void *ui_stop(struct ui *ui)
{
    if (!ui)
        return NULL;
    if (ui->plain)
        ui_plain_stop(ui->plain);
    else
        ui_term_close();
    ui_grid_destroy(ui->grid);
    return bx_free(ui);
}

int ui_fd(const struct ui *ui)
{
    return ui->plain ? ui_plain_fd(ui->plain) : STDIN_FILENO;
}

bool ui_is_gone(const struct ui *ui)
{
    return ui->plain && ui_plain_is_gone(ui->plain);
}

bool ui_key(struct ui *ui, int *ret_key)
{
    int key, row, column;
    if (ui->plain)
        return ui_plain_key(ui->plain, ret_key);
    while (ui->pressed.times == 0) {
        if (!ui_term_key(&key, &row, &column))
            return false;
        if (key != UI_KEY_POINT) {
            *ret_key = key;
            return true;
        }
        const struct ui_hit *hit = ui->grid ? ui_hit_at(ui->grid, row, column) : NULL;
        if (hit)
            ui->pressed = *hit;
    }
    *ret_key = ui->pressed.key;
    ui->pressed.times--;
    if (ui->pressed.times == 0 && ui->pressed.then != 0)
        ui->pressed = (struct ui_hit){.key = ui->pressed.then, .times = 1};
    return true;
}

void ui_resized(struct ui *ui)
{
    if (!ui->plain)
        ui_term_resize();
}

/* A sheet of the window's size, empty. */
static struct ui_grid *sheet(struct ui *ui)
{
    int rows, columns;
    ui_term_size(&rows, &columns);
    if (!ui->grid || ui->grid->rows != rows || ui->grid->columns != columns) {
        ui_grid_destroy(ui->grid);
        ui->grid = ui_grid_create(rows, columns, ui_term_is_utf8());
    }
    ui_grid_clear(ui->grid);
    return ui->grid;
}

void ui_draw(struct ui *ui, const struct bx_till_view *view)
{
    if (ui->plain) {
        ui_plain_draw(ui->plain, view);
        return;
    }
    ui_paint(view, sheet(ui));
    ui_term_show(ui->grid);
}

void ui_draw_shown(struct ui *ui, const struct ui_shown *shown)
{
    ui_shown_paint(shown, sheet(ui));
    ui_term_show(ui->grid);
}

void ui_bell(struct ui *ui)
{
    if (!ui->plain)
        ui_term_bell();
}
