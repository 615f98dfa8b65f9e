/* SPDX-License-Identifier: Apache-2.0 */
/* boxtilld lease: what tills hold, and how a person ends it. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "main/bd_cmd.h"

#define USAGE                                             \
    "lease TILL | lease settle TILL POOL R USED CODE WHO" \
    " | lease write-off TILL POOL R WHO"

struct doing {
    struct bd_settling what;
    enum bd_settled settled;
    struct bx_buf out;
};

static int settle_run(struct bd_deed *deed, struct bd_store *store, struct bd_book *book,
                      const struct bd_turn *turn, struct bx_fault *fault)
{
    struct doing *doing = deed->arg;
    (void)store;
    return bd_book_lease_settle(book, turn, &doing->what, &doing->settled, fault);
}

static int write_off_run(struct bd_deed *deed, struct bd_store *store, struct bd_book *book,
                         const struct bd_turn *turn, struct bx_fault *fault)
{
    const struct doing *doing = deed->arg;
    (void)store;
    return bd_book_lease_write_off(book, turn, &doing->what, fault);
}

static int list_run(struct bd_deed *deed, struct bd_store *store, struct bd_book *book,
                    const struct bd_turn *turn, struct bx_fault *fault)
{
    struct doing *doing = deed->arg;
    (void)book;
    (void)turn;
    bx_buf_clear(&doing->out);
    return bd_book_leases(store, doing->what.till, &doing->out, fault);
}

static bool number_take(const char *text, int64_t *ret)
{
    return bx_text_number(text, strlen(text), INT32_MAX, ret) == 0;
}

static bool pool_take(const char *text, struct bx_slug *ret)
{
    size_t len = strlen(text);
    if (len == 0 || len >= sizeof(ret->s))
        return false;
    memcpy(ret->s, text, len + 1);
    return true;
}

static int list(const struct bd_config *config, struct doing *doing)
{
    struct bd_deed deed = {.run = list_run, .arg = doing};
    bx_buf_init(&doing->out, 0);
    int status = bd_deed_do(config, &deed, false);
    if (status == BD_EXIT_DONE)
        fputs(bx_buf_text(&doing->out), stdout);
    bx_buf_finish(&doing->out);
    return status;
}

static int settle(const struct bd_config *config, struct doing *doing)
{
    struct bd_deed deed = {.run = settle_run, .arg = doing};
    struct bx_fault fault = {0};
    int status = bd_deed_do(config, &deed, false);
    if (status != BD_EXIT_DONE || doing->settled == BD_SETTLED)
        return status;
    (void)bx_fault_say(&fault, BX_ERR_REFUSED,
                       doing->settled == BD_SETTLE_WRONG
                           ? "This is not the code of that till, pool, number and count."
                           : "The code is right, and its count contradicts what is known: the till "
                             "is under quarantine.");
    return bd_refuse(&fault);
}

int bd_cmd_lease(const struct bd_config *config, int argc, char **argv)
{
    struct doing doing = {0};
    struct bd_settling *what = &doing.what;
    if (argc == 1 && number_take(argv[0], &what->till))
        return list(config, &doing);
    bool settles = argc == 7 && strcmp(argv[0], "settle") == 0;
    bool writes = argc == 5 && strcmp(argv[0], "write-off") == 0;
    if ((!settles && !writes) || !number_take(argv[1], &what->till) ||
        !pool_take(argv[2], &what->pool) || !number_take(argv[3], &what->r) ||
        (settles && !number_take(argv[4], &what->used)) || !bd_who_take(argv[argc - 1], &what->who))
        return bd_usage(USAGE);
    what->code = settles ? argv[5] : NULL;
    if (settles)
        return settle(config, &doing);
    struct bd_deed deed = {.run = write_off_run, .arg = &doing};
    return bd_deed_do(config, &deed, false);
}
