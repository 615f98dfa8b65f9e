/* SPDX-License-Identifier: Apache-2.0 */
/* paper_dump FORMAT KIND TICKET COPY REPLACED DOTS DPI COLUMNS: a sample document on stdout, for
 * the independent readers. FORMAT pdf, png or escpos; KIND plain, hostile or long. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "printers/printers.h"
#include "sample.h"

static int dump(const char *format, const struct bx_paper *paper, const struct tp_device *device)
{
    struct bx_fault fault;
    bx_buf_auto out = {0};
    int err = strcmp(format, "pdf") == 0   ? tp_paper_pdf(paper, device, &out, &fault)
              : strcmp(format, "png") == 0 ? tp_paper_png(paper, device, &out, &fault)
                                           : tp_paper_bytes(paper, TP_ESCPOS, device, &out, &fault);
    if (err != 0) {
        fprintf(stderr, "%s (%s)\n", fault.say, fault.detail);
        return 1;
    }
    return fwrite(out.data, 1, out.len, stdout) == out.len ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc != 9)
        return 2;
    enum sample_kind kind = strcmp(argv[2], "hostile") == 0 ? SAMPLE_HOSTILE
                            : strcmp(argv[2], "long") == 0  ? SAMPLE_LONG
                                                            : SAMPLE_PLAIN;
    struct bx_paper *paper = sample_paper(kind, atoi(argv[3]));
    paper->copy = atoi(argv[4]);
    paper->replaced = atoi(argv[5]) != 0;
    struct tp_device device = {
        .dots = atoi(argv[6]), .dpi = atoi(argv[7]), .columns = atoi(argv[8])};
    int rc = dump(argv[1], paper, &device);
    bx_free(paper);
    return rc;
}
