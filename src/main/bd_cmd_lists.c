/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that bring in lists, and that make vouchers. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/sys/file.h"
#include "main/bd_cmd.h"
#include "server/book/lists.h"

enum { LIST_MAX = 16 << 20, FAULTS_BYTES = 64 << 10 };

/* A file on its way into the book. */
struct list {
    const char *path;
    struct bx_buf text, faults;
};

static int told(const struct list *list, struct bx_fault *fault)
{
    fprintf(stderr, "%s", bx_buf_text(&list->faults));
    return bx_fault_say(fault, BX_ERR_INPUT, "%s is not imported.", list->path);
}

static int members_run(struct bd_deed *deed, struct bd_store *store, struct bd_book *book,
                       const struct bd_turn *turn, struct bx_fault *fault)
{
    struct list *list = deed->arg;
    const struct bx_programme *programme;
    struct bx_date today;
    (void)store;
    bx_buf_clear(&list->faults);
    int err = bd_book_programme(book, turn, &programme, &today, fault);
    if (err < 0)
        return err;
    bx_cleanup(bx_members_destroy) struct bx_members *members =
        bd_members_read(bx_buf_text(&list->text), list->text.len, today, &list->faults);
    return members ? bd_book_members(book, turn, members, fault) : told(list, fault);
}

static int orders_run(struct bd_deed *deed, struct bd_store *store, struct bd_book *book,
                      const struct bd_turn *turn, struct bx_fault *fault)
{
    struct list *list = deed->arg;
    const struct bx_programme *programme;
    struct bx_date today;
    (void)store;
    bx_buf_clear(&list->faults);
    int err = bd_book_programme(book, turn, &programme, &today, fault);
    if (err < 0)
        return err;
    if (!programme)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Orders need a programme: run boxtilld import.");
    bx_cleanup(bx_orders_destroy) struct bx_orders *orders =
        bd_orders_read(bx_buf_text(&list->text), list->text.len, today, programme, &list->faults);
    return orders ? bd_book_orders(book, turn, orders, fault) : told(list, fault);
}

static int list_do(const struct bd_config *config, struct bd_deed deed, const char *path)
{
    struct bx_fault fault = {0};
    struct list list = {.path = path};
    bx_buf_init(&list.text, LIST_MAX + 1);
    bx_buf_init(&list.faults, FAULTS_BYTES);
    deed.arg = &list;
    int status = bx_file_read(path, LIST_MAX, &list.text, &fault)
                     ? bd_refuse(&fault)
                     : bd_deed_do(config, &deed, false);
    bx_buf_finish(&list.text);
    bx_buf_finish(&list.faults);
    return status;
}

int bd_cmd_members(const struct bd_config *config, int argc, char **argv)
{
    return argc == 1 ? list_do(config, (struct bd_deed){.run = members_run}, argv[0])
                     : bd_usage("members FILE");
}

int bd_cmd_orders(const struct bd_config *config, int argc, char **argv)
{
    return argc == 1 ? list_do(config, (struct bd_deed){.run = orders_run}, argv[0])
                     : bd_usage("orders FILE");
}

/* --- vouchers ----------------------------------------------------------------------------- */

struct making {
    const char *value, *until; /* until NULL: stored value */
    int64_t count;
    struct bx_buf out;
};

/* On a command line 25 is 25.00, not 25 minor units as on a till's keys. */
static int value_read(const char *text, int exponent, bx_money *ret)
{
    char whole[40];
    bool has_point = strchr(text, '.') || exponent == 0;
    int len = snprintf(whole, sizeof(whole), "%s%s", text, has_point ? "" : ".0");
    return len < (int)sizeof(whole) ? bx_money_parse(whole, (size_t)len, exponent, ret)
                                    : BX_ERR_INPUT;
}

static int voucher_run(struct bd_deed *deed, struct bd_store *store, struct bd_book *book,
                       const struct bd_turn *turn, struct bx_fault *fault)
{
    struct making *making = deed->arg;
    const struct bx_programme *programme;
    struct bx_date today, until = {0};
    bx_money value;
    (void)store;
    bx_buf_clear(&making->out);
    int err = bd_book_programme(book, turn, &programme, &today, fault);
    if (err < 0)
        return err;
    if (!programme)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "Vouchers need a programme: run boxtilld import.");
    if (value_read(making->value, programme->exponent, &value))
        return bx_fault_say(fault, BX_ERR_INPUT, "A value is an amount of %s, like 25.",
                            programme->currency);
    if (!making->until)
        return bd_book_stored(book, turn, value, &making->out, fault);
    if (bx_date_parse(making->until, &until) || bx_date_compare(until, today) < 0)
        return bx_fault_say(fault, BX_ERR_INPUT, "The last day is one to come, like 2027-12-31.");
    return bd_book_vouchers(book, turn, value, until, (int)making->count, &making->out, fault);
}

int bd_cmd_voucher(const struct bd_config *config, int argc, char **argv)
{
    struct making making = {.count = 1};
    bool single = argc >= 3 && argc <= 4 && strcmp(argv[0], "single") == 0;
    bool stored = argc == 2 && strcmp(argv[0], "stored") == 0;
    if ((!single && !stored) ||
        (argc == 4 && bx_text_number(argv[3], strlen(argv[3]), BD_VOUCHERS_MAX, &making.count)))
        return bd_usage("voucher single VALUE DATE [N] | voucher stored VALUE");
    making.value = argv[1];
    making.until = single ? argv[2] : NULL;
    bx_buf_init(&making.out, 0);
    struct bd_deed deed = {.run = voucher_run, .arg = &making};
    int status = bd_deed_do(config, &deed, false);
    if (status == BD_EXIT_DONE)
        fputs(bx_buf_text(&making.out), stdout);
    bx_buf_finish(&making.out);
    return status;
}
