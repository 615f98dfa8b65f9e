/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* ESC/POS (Epson's command reference, the part that clones know): pure encoders, bytes appended to
 * OUT. No byte below 0x20 ever comes from a text, and no image holds a real-time command (DLE EOT,
 * DLE ENQ, DLE DC4), which printers obey even inside image data: DLE DC4 opens the drawer. */

#include "boxtill/base/buf.h"
#include "printers/raster.h"
#include "printers/receipt.h"

/* UTF-8 to code page WPC1252, as many bytes as TEXT has columns: what the page lacks becomes its
 * base letter or "?". */
void tp_escpos_text(struct bx_buf *out, const char *text);
/* ESC p: a pulse on pin 2 (drawer 1) or pin 5 (any other). */
void tp_escpos_drawer(struct bx_buf *out, int drawer);
/* A whole document each: reset at the front, feed and cut at the end. */
void tp_escpos_receipt(struct bx_buf *out, const struct tp_receipt *receipt);
void tp_escpos_bitmap(struct bx_buf *out, const struct tp_bitmap *bitmap);
