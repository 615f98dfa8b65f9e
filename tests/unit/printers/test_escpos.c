/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/text.h"
#include "printers/lang/escpos.h"
#include "sample.h"

static void text_is(const char *utf8, const char *bytes)
{
    bx_buf_auto out = {0};
    tp_escpos_text(&out, utf8);
    assert_string_equal(bx_buf_text(&out), bytes);
}

static void speaks_the_code_page(void **state)
{
    (void)state;
    text_is("Adult 6-17 ~", "Adult 6-17 ~");
    text_is("Fluß €5 – „Ah“", "Flu\xdf \x80"
                              "5 \x96 \x84"
                              "Ah\x93");
    text_is("Łódź Čapek Şişli Œuvre", "L\xf3"
                                      "dz Capek Sisli \x8cuvre");
    text_is("Ș ț − ‐", "S t - -");
    text_is("Žižek Šárka Ÿ", "\x8ei\x9e"
                             "ek \x8a\xe1rka \x9f");
}

static void keeps_the_columns(void **state)
{
    (void)state;
    text_is("水の", "????");   /* two cells each */
    text_is("e\u0301a", "ea"); /* a combining mark takes none */
    text_is("\u00a0x\u202f", " x ");
    text_is("Я", "?");
}

static void lets_no_control_by(void **state)
{
    (void)state;
    char all[2 * 256 + 1];
    size_t len = 0;
    for (int c = 1; c < 256; c++) { /* every byte, as a byte and as a character */
        all[len++] = (char)c;
        if (c >= 0x80)
            len += bx_text_encode((uint32_t)c, all + len);
    }
    all[len] = '\0';
    bx_buf_auto out = {0};
    tp_escpos_text(&out, all);
    assert_true(out.len > 95);
    for (size_t i = 0; i < out.len; i++) {
        uint8_t byte = (uint8_t)out.data[i];
        assert_true(byte >= 0x20 && byte != 0x7f);
        assert_true(byte != 0x81 && byte != 0x8d && byte != 0x8f && byte != 0x90 && byte != 0x9d);
    }
}

static void frames_a_receipt(void **state)
{
    (void)state;
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, -1);
    struct tp_receipt *receipt = tp_receipt_create(paper, 48);
    bx_buf_auto out = {0};
    tp_escpos_receipt(&out, receipt);
    assert_memory_equal(out.data, "\x1b@\x1c.\x1bt\x10", 7);
    assert_memory_equal(out.data + out.len - 4, "\x1dV\x42\x03", 4);
    assert_null(memchr(out.data, 0x10, 6));
    tp_receipt_destroy(receipt);
    bx_free(paper);
}

/* The images of OUT in order, their data joined; checks each header. */
static size_t pieces(const struct bx_buf *out, size_t stride, struct bx_buf *data)
{
    size_t count = 0;
    size_t at = 10; /* ESC @ FS . ESC t n ESC a n */
    while (memcmp(out->data + at, "\x1dv0\0", 4) == 0) {
        const uint8_t *head = (const uint8_t *)out->data + at;
        size_t rows = head[6] + 256u * head[7];
        assert_int_equal(head[4] + 256u * head[5], stride);
        assert_in_range(rows, 1, 200);
        bx_buf_add(data, head + 8, rows * stride);
        at += 8 + rows * stride;
        count++;
    }
    assert_int_equal(at, out->len - 4);
    return count;
}

static void cuts_an_image_into_pieces(void **state)
{
    (void)state;
    enum { STRIDE = 72, ROWS = 401 };
    static uint8_t bits[STRIDE * ROWS];
    memset(bits, 0xaa, sizeof(bits));
    struct tp_bitmap bitmap = {.width = 576, .height = ROWS, .stride = STRIDE, .bits = bits};
    bx_buf_auto out = {0};
    bx_buf_auto data = {0};
    tp_escpos_bitmap(&out, &bitmap);
    assert_int_equal(pieces(&out, STRIDE, &data), 3);
    assert_int_equal(data.len, sizeof(bits));
    assert_memory_equal(data.data, bits, sizeof(bits));
}

/* Printers obey DLE DC4 inside image data. Every pair is tried, on row borders too. */
static void keeps_real_time_commands_out(void **state)
{
    (void)state;
    enum { STRIDE = 3, ROWS = 200 };
    static uint8_t bits[STRIDE * ROWS];
    static const uint8_t second[] = {0x04, 0x05, 0x14, 0x10, 0x20};
    for (size_t i = 0; i < sizeof(bits); i++)
        bits[i] = i % 2 == 0 ? 0x10 : second[i / 2 % sizeof(second)];
    struct tp_bitmap bitmap = {.width = 24, .height = ROWS, .stride = STRIDE, .bits = bits};
    bx_buf_auto out = {0};
    bx_buf_auto data = {0};
    tp_escpos_bitmap(&out, &bitmap);
    assert_int_equal(pieces(&out, STRIDE, &data), 1);
    int changed = 0;
    for (size_t i = 0; i < sizeof(bits); i++) {
        uint8_t was = bits[i], is = (uint8_t)data.data[i];
        changed += was != is;
        if (was != is)
            assert_int_equal(__builtin_popcount((unsigned)(was ^ is)), 1); /* one dot */
    }
    assert_true(changed > 0);
    for (size_t i = 0; i + 1 < out.len; i++) {
        uint8_t next = (uint8_t)out.data[i + 1];
        assert_false(out.data[i] == 0x10 && (next == 0x14 || next == 0x04 || next == 0x05));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_the_code_page),      cmocka_unit_test(keeps_the_columns),
        cmocka_unit_test(lets_no_control_by),        cmocka_unit_test(frames_a_receipt),
        cmocka_unit_test(cuts_an_image_into_pieces), cmocka_unit_test(keeps_real_time_commands_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
