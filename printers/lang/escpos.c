/* SPDX-License-Identifier: Apache-2.0 */
/* Epson ESC/POS as the cheapest clone understands it: one code page for the whole document rather
 * than switches inside a line, GS v 0 rather than its modern replacement, images in pieces because
 * some printers crash on long ones. Names of commands are the reference's. */

#include "printers/lang/escpos.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "printers/qr.h"

enum { DLE = 0x10, ESC = 0x1b, GS = 0x1d, FS = 0x1c, LF = 0x0a };
enum { PAGE_WPC1252 = 16, PIECE_ROWS = 200, FEED_CUT = 3 };

/* U+0080 … U+009F of code page 1252; 0: not there. */
static const uint16_t page_high[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

/* U+0100 … U+017F without their marks; ? where no one letter stands for it. */
static const char latin_a[] =
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi??JjKk?LlLlLlLlLlNn"
    "NnNnn??OoOoOo??RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

static const struct {
    uint32_t from, to;
    char letter;
} likeness[] = {
    {0x0218, 0x0218, 'S'},  {0x0219, 0x0219, 's'}, {0x021a, 0x021a, 'T'}, {0x021b, 0x021b, 't'},
    {0x1e9e, 0x1e9e, 'S'},  {0x2000, 0x200a, ' '}, {0x202f, 0x202f, ' '}, {0x205f, 0x205f, ' '},
    {0x2010, 0x2012, '-'},  {0x2015, 0x2015, '-'}, {0x2212, 0x2212, '-'}, {0x201b, 0x201b, '\''},
    {0x2032, 0x2032, '\''}, {0x2033, 0x2033, '"'}, {0x2044, 0x2044, '/'}, {0x2715, 0x2716, 'x'},
};

static uint8_t page_byte(uint32_t c)
{
    if (c >= 0x20 && c < 0x7f)
        return (uint8_t)c;
    if (c == 0xa0)
        return ' ';
    if (c > 0xa0 && c <= 0xff)
        return (uint8_t)c;
    for (size_t i = 0; i < bx_countof(page_high); i++)
        if (page_high[i] == c && c != 0)
            return (uint8_t)(0x80 + i);
    if (c >= 0x100 && c <= 0x17f)
        return (uint8_t)latin_a[c - 0x100];
    for (size_t i = 0; i < bx_countof(likeness); i++)
        if (c >= likeness[i].from && c <= likeness[i].to)
            return (uint8_t)likeness[i].letter;
    return '?';
}

void tp_escpos_text(struct bx_buf *out, const char *text)
{
    size_t len = strlen(text), at = 0;
    while (at < len) {
        uint32_t c;
        at += bx_text_decode(text + at, len - at, &c);
        int columns = c < 0x20 || (c >= 0x7f && c < 0xa0) ? 0 : bx_text_char_columns(c);
        for (int i = 0; i < columns; i++)
            bx_buf_byte_add(out, page_byte(c));
    }
}

static void command(struct bx_buf *out, uint8_t lead, uint8_t name, uint8_t n)
{
    bx_buf_byte_add(out, lead);
    bx_buf_byte_add(out, name);
    bx_buf_byte_add(out, n);
}

/* ESC @ forgets what the job before left; FS . because firmware for Chinese markets reads pairs of
 * high bytes as ideographs otherwise. */
static void open_document(struct bx_buf *out)
{
    bx_buf_add(out, "\x1b@\x1c.", 4);
    command(out, ESC, 't', PAGE_WPC1252);
}

/* GS V 66: feed to the cutter, then cut, so nothing stays under the head. */
static void close_document(struct bx_buf *out)
{
    bx_buf_add(out, "\x1dV\x42", 3);
    bx_buf_byte_add(out, FEED_CUT);
}

static void line_put(struct bx_buf *out, const struct tp_receipt *receipt,
                     const struct tp_line *line)
{
    command(out, ESC, 'a', (uint8_t)line->align);
    if (line->rule) {
        for (int i = 0; i < receipt->columns; i++)
            bx_buf_byte_add(out, '-');
        bx_buf_byte_add(out, LF);
        return;
    }
    command(out, ESC, 'E', line->bold);
    command(out, GS, '!', line->big ? 0x11 : 0);
    tp_escpos_text(out, line->text);
    bx_buf_byte_add(out, LF);
    if (line->big)
        command(out, GS, '!', 0);
    if (line->bold)
        command(out, ESC, 'E', 0);
}

/* 50 ms on, 500 ms off, in units of 2 ms: what every drawer's solenoid bears. */
void tp_escpos_drawer(struct bx_buf *out, int drawer)
{
    command(out, ESC, 'p', drawer == 1 ? 0 : 1);
    bx_buf_byte_add(out, 25);
    bx_buf_byte_add(out, 250);
}

/* One dot more or less is not seen; a drawer that opens is. `last` runs on across rows. */
static uint8_t dot_byte(uint8_t last, uint8_t byte)
{
    if (last != DLE)
        return byte;
    switch (byte) {
    case 0x04: return 0x06; /* EOT */
    case 0x05: return 0x07; /* ENQ */
    case 0x14: return 0x15; /* DC4 */
    }
    return byte;
}

static void piece_put(struct bx_buf *out, const struct tp_bitmap *bitmap, int from, int rows)
{
    command(out, GS, 'v', '0');
    bx_buf_byte_add(out, 0);
    bx_buf_byte_add(out, (uint8_t)(bitmap->stride & 0xff));
    bx_buf_byte_add(out, (uint8_t)(bitmap->stride >> 8));
    bx_buf_byte_add(out, (uint8_t)(rows & 0xff));
    bx_buf_byte_add(out, (uint8_t)(rows >> 8));
    const uint8_t *bits = bitmap->bits + (size_t)from * bitmap->stride;
    size_t len = (size_t)rows * bitmap->stride;
    uint8_t last = 0;
    for (size_t i = 0; i < len; i++) {
        last = dot_byte(last, bits[i]);
        bx_buf_byte_add(out, last);
    }
}

void tp_escpos_bitmap(struct bx_buf *out, const struct tp_bitmap *bitmap)
{
    bx_assert(bitmap->stride <= 0xffff);
    open_document(out);
    command(out, ESC, 'a', 0);
    for (int y = 0; y < bitmap->height; y += PIECE_ROWS) {
        int rows = bitmap->height - y < PIECE_ROWS ? bitmap->height - y : PIECE_ROWS;
        piece_put(out, bitmap, y, rows);
    }
    close_document(out);
}

/* A signature's QR, four dots a module; it stands between lines of text, so no new document. */
static void code_put(struct bx_buf *out, const char *text)
{
    enum { DOTS = 4 };
    struct tp_qr qr;
    struct bx_fault none;
    if (tp_qr_text_make(text, &qr, &none))
        return;
    int side = (qr.modules + 2 * TP_QR_QUIET) * DOTS;
    struct tp_bitmap bitmap = {.width = side, .height = side, .stride = (size_t)(side + 7) / 8};
    bitmap.bits = bx_alloc((size_t)side, bitmap.stride);
    for (int y = TP_QR_QUIET * DOTS; y < side - TP_QR_QUIET * DOTS; y++)
        for (int x = TP_QR_QUIET * DOTS; x < side - TP_QR_QUIET * DOTS; x++)
            if (qr.dark[y / DOTS - TP_QR_QUIET][x / DOTS - TP_QR_QUIET])
                bitmap.bits[(size_t)y * bitmap.stride + (size_t)(x / 8)] |=
                    (uint8_t)(0x80 >> x % 8);
    command(out, ESC, 'a', TP_CENTRE);
    for (int y = 0; y < side; y += PIECE_ROWS)
        piece_put(out, &bitmap, y, side - y < PIECE_ROWS ? side - y : PIECE_ROWS);
    bx_free(bitmap.bits);
}

void tp_escpos_receipt(struct bx_buf *out, const struct tp_receipt *receipt)
{
    open_document(out);
    for (int i = 0; i < receipt->count; i++) {
        if (receipt->lines[i].code)
            code_put(out, receipt->lines[i].text);
        else
            line_put(out, receipt, &receipt->lines[i]);
    }
    close_document(out);
}
