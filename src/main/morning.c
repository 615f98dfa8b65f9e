/* SPDX-License-Identifier: Apache-2.0 */
/* A morning at the counter, played where there is no terminal: sales, an outage, the reconnect, a
 * torn and a lost ticket. The same till does it through the same commands; what is told here is
 * what it answered, and the last code is read back from the picture of the ticket. */

#include "main/demo.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boxtill/base/money.h"

static struct bx_json_doc *asked(struct bx_demo *demo, const char *const args[],
                                 struct bx_fault *fault)
{
    bx_buf_auto out = {0};
    if (bx_demo_till(demo, args, "", BX_EXIT_DONE, &out, fault))
        return NULL;
    return bx_json_parse(bx_buf_text(&out), out.len, BX_BUF_MAX, fault);
}

static int64_t number_of(const struct bx_json_doc *doc, const char *name)
{
    return bx_json_integer(bx_json_get(bx_json_root(doc), name));
}

static const char *text_of(const struct bx_json_doc *doc, const char *name)
{
    return bx_json_text(bx_json_get(bx_json_root(doc), name));
}

/* Sells LINE and says so; NUMBER (may be NULL) becomes the sale's. */
static int sell(struct bx_demo *demo, const char *line, const char *tender, char number[24],
                struct bx_fault *fault)
{
    char total[BX_MONEY_TEXT], change[BX_MONEY_TEXT];
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        asked(demo, (const char *const[]){"sell", line, "--tender", tender, "--json", NULL}, fault);
    if (!doc)
        return fault->err;
    int exponent = (int)number_of(doc, "exponent");
    bx_money_format(bx_money_of(number_of(doc, "total")), exponent, total);
    bx_money_format(bx_money_of(number_of(doc, "change")), exponent, change);
    size_t tickets = bx_json_count(bx_json_get(bx_json_root(doc), "tickets"));
    printf("  sold   %-10s %s  %s %s, change %s, %zu ticket%s\n", line, text_of(doc, "number"),
           text_of(doc, "currency"), total, change, tickets, tickets == 1 ? "" : "s");
    if (number)
        snprintf(number, 24, "%s", text_of(doc, "number"));
    return 0;
}

static int queue(struct bx_demo *demo, const char *command, int64_t *ret_waiting,
                 struct bx_fault *fault)
{
    bool once = strcmp(command, "sync") == 0;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        asked(demo,
              once ? (const char *const[]){"sync", "--once", "--json", NULL}
                   : (const char *const[]){"queue", "--json", NULL},
              fault);
    if (!doc)
        return fault->err;
    *ret_waiting = number_of(doc, "queued");
    printf("  queue  %lld waiting, %lld to look at\n", (long long)*ret_waiting,
           (long long)number_of(doc, "attention"));
    return 0;
}

/* The code in the QR of the printed ticket PATH, read by a program that is not ours. */
static int read_back(const char *path, char code[64], struct bx_fault *fault)
{
    const char *const argv[] = {"zbarimg",      "--nodbus",          "-q", "--raw",
                                "-S*.enable=0", "-Sqrcode.enable=1", path, NULL};
    bx_buf_auto out = {0};
    int status, err = bx_child_run(argv, NULL, "", &out, &status, fault);
    if (!err && (status != 0 || out.len == 0 || out.len >= 64))
        err = bx_fault_say(fault, BX_ERR_CORRUPT, "The QR in %.120s cannot be read.", path);
    if (err)
        return err;
    snprintf(code, 64, "%s", bx_buf_text(&out));
    code[strcspn(code, "\n")] = '\0';
    return 0;
}

static int outage(struct bx_demo *demo, struct bx_fault *fault)
{
    int64_t waiting;
    printf("The server goes away.\n");
    bx_child_stop(&demo->child);
    int err = sell(demo, "2a2c", "cash:10000", NULL, fault);
    if (!err)
        err = sell(demo, "1f", "card", NULL, fault);
    if (!err)
        err = sell(demo, "3s1k", "cash", NULL, fault);
    if (!err)
        err = queue(demo, "queue", &waiting, fault);
    if (err)
        return err;
    printf("It comes back.\n");
    err = bx_demo_server(demo, fault);
    if (!err)
        err = queue(demo, "sync", &waiting, fault);
    if (!err && waiting > 0)
        err = bx_fault_say(fault, BX_ERR_OFFLINE, "%lld entries are still waiting.",
                           (long long)waiting);
    return err;
}

/* The first ticket of NUMBER was torn, then lost: printed again, then replaced. */
static int paper(struct bx_demo *demo, const char *number, char code[64], struct bx_fault *fault)
{
    bx_cleanup(bx_json_destroy) struct bx_json_doc *torn =
        asked(demo, (const char *const[]){"reprint", number, "1", "--json", NULL}, fault);
    if (!torn)
        return fault->err;
    printf("  torn   %s ticket 1: printed again, COPY %lld\n", number,
           (long long)number_of(torn, "copy"));
    bx_cleanup(bx_json_destroy) struct bx_json_doc *lost =
        asked(demo, (const char *const[]){"replace", number, "2", "--json", NULL}, fault);
    if (!lost)
        return fault->err;
    printf("  lost   %s ticket 2: %s replaces %s\n", number, text_of(lost, "code"),
           text_of(lost, "old"));
    snprintf(code, 64, "%s", text_of(torn, "code"));
    return 0;
}

static int morning(struct bx_demo *demo, struct bx_fault *fault)
{
    char number[24], code[64], read[64], path[BX_PATH_SIZE + 64];

    printf("A morning at the sample museum; everything lies in %s\n", demo->home);
    int err = sell(demo, "2a", "cash", number, fault);
    if (!err)
        err = sell(demo, "2a1c", "cash:6000", NULL, fault);
    if (!err)
        err = outage(demo, fault);
    if (!err)
        err = paper(demo, number, code, fault);
    if (err)
        return err;
    snprintf(path, sizeof(path), "%s/%s-1.png", demo->prints, number);
    err = read_back(path, read, fault);
    if (err)
        return err;
    printf("A printed ticket: %s\n  its QR holds    %s\n  the journal has %s\n", path, read, code);
    return strcmp(read, code) == 0 ? 0 : bx_fault_say(fault, BX_ERR_CORRUPT, "The two differ.");
}

int bx_demo_morning(struct bx_demo *demo)
{
    struct bx_fault fault = {0};
    bx_buf_auto out = {0};
    int err = morning(demo, &fault);
    if (!err)
        err = bx_demo_till(demo, (const char *const[]){"journal", "verify", NULL}, "", BX_EXIT_DONE,
                           &out, &fault);
    if (err)
        return bx_refuse(&fault);
    printf("%s", bx_buf_text(&out));
    return BX_EXIT_DONE;
}
