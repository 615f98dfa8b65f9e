/* SPDX-License-Identifier: Apache-2.0 */
/* Digits big enough for a cashier who looks at the drawer, not at the screen. Three by five cells,
 * drawn with full blocks, or # where there is nothing better. */

#include "ui/paint.h"

#include <string.h>

enum { ROWS = 5 };

static const struct {
    char c;
    uint8_t width;
    uint8_t rows[ROWS]; /* bits, leftmost highest of `width` */
} glyphs[] = {
    {'0', 3, {7, 5, 5, 5, 7}}, {'1', 3, {2, 6, 2, 2, 7}}, {'2', 3, {7, 1, 7, 4, 7}},
    {'3', 3, {7, 1, 7, 1, 7}}, {'4', 3, {5, 5, 7, 1, 1}}, {'5', 3, {7, 4, 7, 1, 7}},
    {'6', 3, {7, 4, 7, 5, 7}}, {'7', 3, {7, 1, 1, 1, 1}}, {'8', 3, {7, 5, 7, 5, 7}},
    {'9', 3, {7, 5, 7, 1, 7}}, {'.', 1, {0, 0, 0, 0, 1}}, {'-', 3, {0, 0, 7, 0, 0}},
    {',', 1, {0, 0, 0, 1, 1}},
};

static int glyph_of(char c)
{
    for (int i = 0; i < (int)(sizeof(glyphs) / sizeof(glyphs[0])); i++)
        if (glyphs[i].c == c)
            return i;
    return -1;
}

/* Each dot is two columns wide: terminal cells are about twice as high as they are wide. */
int ui_big_columns(const char *text)
{
    int columns = 0;
    for (; *text; text++) {
        int glyph = glyph_of(*text);
        if (glyph >= 0)
            columns += glyphs[glyph].width * 2 + 1;
    }
    return columns > 0 ? columns - 1 : 0;
}

static void draw(struct ui_grid *grid, int row, int column, enum ui_style style, int glyph)
{
    for (int y = 0; y < ROWS; y++)
        for (int x = 0; x < glyphs[glyph].width * 2; x++)
            if (glyphs[glyph].rows[y] >> (glyphs[glyph].width - 1 - x / 2) & 1)
                ui_glyph(grid, row + y, column + x, style, 0x2588, '#');
}

void ui_big(struct ui_grid *grid, int row, int column, enum ui_style style, const char *text)
{
    for (; *text; text++) {
        int glyph = glyph_of(*text);
        if (glyph < 0)
            continue;
        draw(grid, row, column, style, glyph);
        column += glyphs[glyph].width * 2 + 1;
    }
}
