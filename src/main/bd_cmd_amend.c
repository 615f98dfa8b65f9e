/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that change what is offered between two imports. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "main/bd_cmd.h"

static bool slug_fill(struct bx_slug *ret, const char *text, const char *what,
                      struct bx_fault *fault)
{
    if (bx_slug_is_valid(text) && BX_TEXT_COPY(ret->s, text))
        return true;
    (void)bx_fault_say(fault, BX_ERR_INPUT, "%.60s is no id of a %s.", text, what);
    return false;
}

static int capacity_run(struct bd_deed *deed, struct bd_store *store, struct bd_book *book,
                        const struct bd_turn *turn, struct bx_fault *fault)
{
    (void)store;
    return bd_book_capacity(book, turn, deed->arg, fault);
}

int bd_cmd_capacity(const struct bd_config *config, int argc, char **argv)
{
    struct bx_fault fault = {0};
    struct bd_capacity_act act = {.override = argc == 4 && strcmp(argv[3], "--override") == 0};
    if ((argc != 3 && !act.override) || !bd_who_take(argv[2], &act.who) ||
        bx_text_number(argv[1], strlen(argv[1]), BD_CAPACITY_MAX, &act.capacity) < 0)
        return bd_usage(
            "capacity POOL N WHO [--override]   (the number of the supervisor who answers for it)");
    if (!slug_fill(&act.pool, argv[0], "pool", &fault))
        return bd_refuse(&fault);
    struct bd_deed deed = {.run = capacity_run, .arg = &act};
    return bd_deed_do(config, &deed, false);
}

struct cancelling {
    struct bx_slug slot;
    int64_t who;
    int64_t sold;
};

static int cancel_run(struct bd_deed *deed, struct bd_store *store, struct bd_book *book,
                      const struct bd_turn *turn, struct bx_fault *fault)
{
    struct cancelling *cancelling = deed->arg;
    (void)store;
    return bd_book_cancel(book, turn, &cancelling->slot, cancelling->who, &cancelling->sold, fault);
}

int bd_cmd_cancel(const struct bd_config *config, int argc, char **argv)
{
    struct bx_fault fault = {0};
    struct cancelling cancelling = {0};
    if (argc != 2 || !bd_who_take(argv[1], &cancelling.who))
        return bd_usage("cancel SLOT WHO   (the number of the supervisor who answers for it)");
    if (!slug_fill(&cancelling.slot, argv[0], "slot", &fault))
        return bd_refuse(&fault);
    struct bd_deed deed = {.run = cancel_run, .arg = &cancelling};
    int status = bd_deed_do(config, &deed, false);
    if (status == BD_EXIT_DONE)
        printf("%s is cancelled; %" PRId64 " places of its pool are sold.\n", cancelling.slot.s,
               cancelling.sold);
    return status;
}
