/* SPDX-License-Identifier: Apache-2.0 */
/* A folder as a printer: what the demo prints on. A document is there whole or not at all (written
 * beside, then renamed), and a mark under .jobs/ with the job's id, made last, is how a later life
 * finds out that it was printed. */

#include "printers/printers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/point.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "printers/layout.h"
#include "printers/pdf.h"
#include "printers/raster.h"
#include "printers/worker.h"

struct folder {
    struct tp_craft craft; /* first */
    int dir, marks;        /* descriptors of the folder and of .jobs in it */
    bool said_ready;
    struct tp_device device;
};

static struct folder *folder_of(struct tp_craft *craft)
{
    return (struct folder *)craft;
}

static void say(struct folder *folder, const struct bx_id *job, enum bx_job_state state,
                const char *text)
{
    struct bx_print_report report = {.state = state, .printer_ready = true};
    if (job)
        report.job = *job;
    BX_TEXT_COPY(report.say, text);
    tp_worker_report(folder->craft.worker, &report);
}

/* Letters, digits and hyphens of a number from the journal; nothing that is a path. */
static void name_make(const struct bx_paper *paper, char out[96])
{
    char number[BX_NUMBER_SIZE + 8], ticket[16], mark[40] = "";
    BX_TEXT_COPY(number, paper->number);
    for (char *at = number; *at; at++)
        if (!strchr("0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", *at))
            *at = '_';
    static const char *const names[] = {[BX_PAPER_RECEIPT] = "receipt",
                                        [BX_PAPER_TICKET] = "ticket",
                                        [BX_PAPER_REPORT] = "report",
                                        [BX_PAPER_SLIP] = "slip",
                                        [BX_PAPER_VOUCHER] = "voucher"};
    BX_TEXT_COPY(ticket, names[paper->kind]);
    if (!number[0]) /* a slip's entry has none */
        snprintf(number, sizeof(number), "%lld-%.8s", (long long)paper->till, paper->chain);
    if (paper->kind == BX_PAPER_TICKET)
        snprintf(ticket, sizeof(ticket), "%d", paper->ticket + 1);
    if (paper->copy > 0)
        snprintf(mark, sizeof(mark), "-copy%d", paper->copy);
    else if (paper->replaced)
        snprintf(mark, sizeof(mark), "-replaced-%.6s", paper->code.s + BX_CODE_LEN - 7);
    snprintf(out, 96, "%s-%s%s", number, ticket, mark);
}

static int file_write(int dir, const char *name, const struct bx_buf *bytes)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return BX_ERR_IO;
    size_t at = 0;
    while (at < bytes->len) {
        ssize_t n = write(fd, bytes->data + at, bytes->len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    return close(fd) == 0 && at == bytes->len ? 0 : BX_ERR_IO;
}

static int file_put(const struct folder *folder, const char *name, const char *ending,
                    const struct bx_buf *bytes)
{
    char whole[128], part[136];
    snprintf(whole, sizeof(whole), "%.96s.%s", name, ending);
    snprintf(part, sizeof(part), ".%s.part", whole);
    if (file_write(folder->dir, part, bytes) == 0 &&
        renameat(folder->dir, part, folder->dir, whole) == 0)
        return 0;
    unlinkat(folder->dir, part, 0);
    return BX_ERR_IO;
}

static int documents_make(const struct folder *folder, const struct bx_paper *paper,
                          struct bx_buf *pdf, struct bx_buf *png, struct bx_fault *fault)
{
    struct tp_layout *layout bx_cleanup(tp_layout_destroy) =
        tp_layout_create(paper, &folder->device, fault);
    if (!layout)
        return BX_ERR_INPUT;
    struct tp_bitmap *bitmap bx_cleanup(tp_bitmap_destroy) =
        tp_raster(layout, &folder->device, fault);
    if (!bitmap)
        return BX_ERR_INPUT;
    int err = tp_bitmap_png(bitmap, png, fault);
    return err == 0 ? tp_pdf(layout, pdf, fault) : err;
}

static void folder_submit(struct tp_craft *craft, const struct bx_print_job *job,
                          const struct bx_paper *paper)
{
    struct folder *folder = folder_of(craft);
    struct bx_fault fault = {0};
    bx_buf_auto pdf = {0};
    bx_buf_auto png = {0};
    char name[96], mark[BX_ID_TEXT];
    bx_point("print.submit");
    if (documents_make(folder, paper, &pdf, &png, &fault) != 0) {
        say(folder, &job->id, BX_JOB_FAILED_SAFE, fault.say);
        return;
    }
    name_make(paper, name);
    if (file_put(folder, name, "png", &png) != 0 || file_put(folder, name, "pdf", &pdf) != 0) {
        say(folder, &job->id, BX_JOB_FAILED_SAFE,
            BX_WORD("the printer's folder cannot be written"));
        return;
    }
    bx_point("print.submitted");
    say(folder, &job->id, BX_JOB_SPOOLED, "");
    struct bx_buf text = {.data = name, .len = strlen(name)};
    bool marked = file_write(folder->marks, bx_id_format(&job->id, mark), &text) == 0;
    bx_point("print.done");
    if (marked)
        say(folder, &job->id, BX_JOB_CONFIRMED, "");
    else
        say(folder, &job->id, BX_JOB_UNSURE, BX_WORD("the printer's folder cannot be written"));
}

static void folder_drawer(struct tp_craft *craft, int64_t seq, int drawer)
{
    char name[48], text[32];
    snprintf(name, sizeof(name), "drawer-%lld", (long long)seq);
    snprintf(text, sizeof(text), "drawer %d\n", drawer);
    struct bx_buf bytes = {.data = text, .len = strlen(text)};
    (void)file_put(folder_of(craft), name, "txt", &bytes);
}

static void folder_ask(struct tp_craft *craft, const struct bx_print_job *job)
{
    struct folder *folder = folder_of(craft);
    char mark[BX_ID_TEXT];
    if (faccessat(folder->marks, bx_id_format(&job->id, mark), F_OK, 0) == 0)
        say(folder, &job->id, BX_JOB_CONFIRMED, "");
    else
        say(folder, &job->id, BX_JOB_UNSURE, "the printer does not know this job; look for it");
}

/* Too late for anything it knows; what it does not know cannot come out any more. */
static void folder_cancel(struct tp_craft *craft, const struct bx_print_job *job)
{
    struct folder *folder = folder_of(craft);
    char mark[BX_ID_TEXT];
    if (faccessat(folder->marks, bx_id_format(&job->id, mark), F_OK, 0) == 0)
        say(folder, &job->id, BX_JOB_CONFIRMED, "it was printed already");
    else
        say(folder, &job->id, BX_JOB_CANCELLED, "");
}

static bool folder_ready(struct tp_craft *craft)
{
    (void)craft;
    return true;
}

static int folder_turn(struct tp_craft *craft)
{
    struct folder *folder = folder_of(craft);
    if (!folder->said_ready)
        say(folder, NULL, BX_JOB_NEW, "");
    folder->said_ready = true;
    return -1;
}

static void *folder_destroy(struct tp_craft *craft)
{
    struct folder *folder = folder_of(craft);
    if (folder->dir >= 0)
        close(folder->dir);
    if (folder->marks >= 0)
        close(folder->marks);
    return bx_free(folder);
}

static const struct tp_craft_ops folder_ops = {
    .ready = folder_ready,
    .submit = folder_submit,
    .ask = folder_ask,
    .cancel = folder_cancel,
    .drawer = folder_drawer,
    .turn = folder_turn,
    .destroy = folder_destroy,
};

struct bx_printer *tp_folder_create(const char *dir, const struct tp_device *device,
                                    struct bx_fault *fault)
{
    if (tp_device_check(device, fault) != 0)
        return NULL;
    struct folder *folder = bx_new(struct folder);
    folder->craft.ops = &folder_ops;
    folder->device = *device;
    folder->marks = -1;
    bool made = mkdir(dir, 0755) == 0 || errno == EEXIST;
    folder->dir = made ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder->dir >= 0 && (mkdirat(folder->dir, ".jobs", 0755) == 0 || errno == EEXIST))
        folder->marks = openat(folder->dir, ".jobs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->marks < 0) {
        bx_fault_set(fault, BX_ERR_IO, "The printer's folder cannot be made; look at its path.",
                     "%.150s: %s", dir, strerror(errno));
        folder_destroy(&folder->craft);
        return NULL;
    }
    return tp_worker_create(&folder->craft);
}
