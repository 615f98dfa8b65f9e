/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "printers/layout.h"
#include "printers/printers.h"
#include "printers/qr.h"
#include "printers/raster.h"
#include "sample.h"

static int qr_of(const char *text)
{
    struct bx_code code = {{0}};
    struct tp_qr qr;
    struct bx_fault fault = {0};
    BX_TEXT_COPY(code.s, text);
    int err = tp_qr_make(&code, &qr, &fault);
    if (err != 0)
        assert_true(fault.say[0] != '\0');
    return err;
}

static void makes_version_two_or_nothing(void **state)
{
    (void)state;
    assert_int_equal(qr_of(SAMPLE_CODE), 0);
    assert_int_equal(qr_of("B1ZZZZZZZZZZZZZZZZZZZZZZZZZZ*"), 0);
    assert_int_equal(qr_of("B17K3M9QX2V5TR8HW4NJ6PDCAFE0"), BX_ERR_INPUT);
    assert_int_equal(qr_of("b17K3M9QX2V5TR8HW4NJ6PDCAFE0Z"), BX_ERR_INPUT);
    assert_int_equal(qr_of("BS1234567890ABCDEFGH"), 0); /* stored value */
    assert_int_equal(qr_of(""), BX_ERR_INPUT);
}

static const struct tp_box *qr_box(const struct tp_layout *layout)
{
    int i = 0;
    while (i < layout->count - 1 && layout->boxes[i].kind != TP_BOX_QR)
        i++;
    assert_int_equal(layout->boxes[i].kind, TP_BOX_QR);
    return &layout->boxes[i];
}

/* Finds the symbol as a reader would, by its corner, and holds every dot against the modules. */
static void modules_are_whole_dots(void **state)
{
    (void)state;
    static const struct tp_device devices[] = {
        {576, 203, 48}, {512, 180, 42}, {384, 203, 32}, {832, 300, 48}, {850, 300, 44}};
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, 0);
    for (size_t d = 0; d < bx_countof(devices); d++) {
        struct bx_fault fault = {0};
        struct tp_layout *layout = tp_layout_create(paper, &devices[d], &fault);
        assert_non_null(layout);
        struct tp_bitmap *bitmap = tp_raster(layout, &devices[d], &fault);
        assert_non_null(bitmap);
        const struct tp_box *box = qr_box(layout);
        int top = (int)((int64_t)box->y * devices[d].dpi / 25400), left = 0, module = 0;
        int end = top + (int)((int64_t)box->h * devices[d].dpi / 25400);
        while (left == 0 && ++top < end)
            for (int x = 0; x < bitmap->width && left == 0; x++)
                left = tp_bitmap_is_black(bitmap, x, top) ? x : 0;
        while (tp_bitmap_is_black(bitmap, left + module, top))
            module++;
        assert_int_equal(module % 7, 0); /* the finder pattern is seven modules wide */
        module /= 7;
        assert_true(module * 25400 >= 500 * devices[d].dpi);
        assert_true(module * TP_QR_SIDE <= bitmap->width);
        for (int y = -TP_QR_QUIET * module; y < (TP_QR_MODULES + TP_QR_QUIET) * module; y++) {
            for (int x = -TP_QR_QUIET * module; x < (TP_QR_MODULES + TP_QR_QUIET) * module; x++) {
                bool inside =
                    x >= 0 && y >= 0 && x < TP_QR_MODULES * module && y < TP_QR_MODULES * module;
                bool dark = inside && layout->qr.dark[y / module][x / module];
                assert_in_range(left + x, 0, bitmap->width - 1);
                assert_int_equal(tp_bitmap_is_black(bitmap, left + x, top + y), dark);
            }
        }
        tp_bitmap_destroy(bitmap);
        tp_layout_destroy(layout);
    }
    bx_free(paper);
}

static void boxes_stay_on_the_paper(void **state)
{
    (void)state;
    static const struct tp_device devices[] = {{576, 203, 48}, {384, 203, 32}};
    for (int kind = SAMPLE_PLAIN; kind <= SAMPLE_LONG; kind++) {
        for (int ticket = -1; ticket < 3; ticket++) {
            struct bx_paper *paper = sample_paper((enum sample_kind)kind, ticket);
            paper->copy = 2;
            paper->replaced = true;
            struct tp_layout *layout = tp_layout_create(paper, &devices[kind % 2], NULL);
            assert_non_null(layout);
            for (int i = 0; i < layout->count; i++) {
                const struct tp_box *box = &layout->boxes[i];
                assert_true(box->x >= 0 && box->y >= 0 && box->w > 0 && box->h > 0);
                assert_true(box->x + box->w <= layout->width);
                assert_true(box->y + box->h <= layout->height);
            }
            tp_layout_destroy(layout);
            bx_free(paper);
        }
    }
}

static bool says(const struct tp_layout *layout, const char *text)
{
    for (int i = 0; i < layout->count; i++)
        if (strcmp(layout->boxes[i].text, text) == 0)
            return true;
    return false;
}

static void a_ticket_says_what_it_is(void **state)
{
    (void)state;
    struct tp_device device = tp_device_usual();
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, 2);
    struct tp_layout *layout = tp_layout_create(paper, &device, NULL);
    static const char *const texts[] = {"Museum am Fluß",
                                        "Light on Water: Impressionists",
                                        "Tue 24 Nov 2026",
                                        "14:30–14:45",
                                        "Child 6–17",
                                        "EUR 9.00",
                                        "1 person",
                                        "ticket 3 of 3",
                                        "2-000412",
                                        "Till 2",
                                        "chain 3fa9c1d2",
                                        "24 Nov 2026 14:21",
                                        "B17K 3M9Q X2V5 TR8H W4NJ 3PDC AFE0 Z"};
    for (size_t i = 0; i < bx_countof(texts); i++)
        if (!says(layout, texts[i]))
            fail_msg("not there: %s", texts[i]);
    assert_false(says(layout, "COPY 1"));
    tp_layout_destroy(layout);
    paper->copy = 1;
    paper->replaced = true;
    layout = tp_layout_create(paper, &device, NULL);
    assert_true(says(layout, "COPY 1"));
    assert_true(says(layout, "REPLACES AN EARLIER TICKET"));
    tp_layout_destroy(layout);
    bx_free(paper);
}

static void refuses_what_cannot_be_printed(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct tp_device device = tp_device_usual();
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, 0);
    bx_buf_auto out = {0};
    paper->code.s[5] = 'x';
    assert_int_equal(tp_paper_bytes(paper, TP_ESCPOS, &device, &out, &fault), BX_ERR_INPUT);
    paper->ticket = 3;
    assert_int_equal(tp_paper_bytes(paper, TP_PDF, &device, &out, &fault), BX_ERR_INPUT);
    assert_int_equal(out.len, 0);
    bx_free(paper);
    static const struct tp_device odd[] = {
        {576, 100, 48}, {576, 203, 40}, {200, 203, 32}, {5000, 300, 48}, {300, 203, 32}};
    assert_int_equal(tp_device_check(&device, &fault), 0);
    for (size_t i = 0; i < bx_countof(odd); i++)
        assert_int_equal(tp_device_check(&odd[i], &fault), BX_ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_version_two_or_nothing),
        cmocka_unit_test(modules_are_whole_dots),
        cmocka_unit_test(boxes_stay_on_the_paper),
        cmocka_unit_test(a_ticket_says_what_it_is),
        cmocka_unit_test(refuses_what_cannot_be_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
