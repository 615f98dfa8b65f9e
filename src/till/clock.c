/* SPDX-License-Identifier: Apache-2.0 */
/* Is the wall clock to be believed?
 *
 * No rule rests on it alone, but the day of a ticket and the slots that are over do. A machine that
 * was off may come back with any time at all, and one whose clock stands before the last entry is
 * wrong for certain. Then nothing is sold until a person has looked at date and time, or until a
 * verified answer of the server: with it the sales are dated by somebody who can tell. The doubt
 * stands in the draft file, since entries of this boot (the login) would make the next start
 * believe in it. Every jump is an entry, believed or not. */

#include "core.h"

#include <stdio.h>

/* The wall clock may drift against the boot clock by this much between two events. */
#define JUMP_US (2 * BX_SECOND_US)
/* And may stand before the last entry by this much without being doubted. */
#define BEHIND_US (60 * BX_SECOND_US)

static void jumped(struct bx_till *till, int64_t by_us)
{
    if (till->turn.utc.us < till->last_at.us - BEHIND_US)
        till->clock.doubt = true;
    if ((by_us > JUMP_US || by_us < -JUMP_US) && till->till != 0)
        bx_commit_note(till, BX_KIND_CLOCK_JUMP, "", by_us);
}

void bx_clock_start(struct bx_till *till, bool rebooted)
{
    int64_t since_us = till->turn.utc.us - till->last_at.us;
    if (till->last_at.us == 0)
        return;
    till->clock.doubt = till->clock.doubt || rebooted;
    if (!rebooted)
        jumped(till, since_us - (till->turn.mono.ns - till->last_boot) / 1000);
    else if (since_us < 0)
        jumped(till, since_us);
}

void bx_clock_turn(struct bx_till *till, const struct bx_turn *before)
{
    int64_t by_us =
        (till->turn.utc.us - before->utc.us) - (till->turn.mono.ns - before->mono.ns) / 1000;
    if (before->mono.ns != 0 && (by_us > JUMP_US || by_us < -JUMP_US))
        jumped(till, by_us);
}

void bx_clock_tick(struct bx_till *till)
{
    if (till->link.online)
        till->clock.doubt = false;
}

void bx_clock_confirm(struct bx_till *till)
{
    till->clock.doubt = false;
}

void bx_clock_text(const struct bx_till *till, char out[BX_CLOCK_DATE])
{
    struct bx_date date;
    int minute;
    bx_utc_civil(till->turn.utc, bx_programme_offset(till->programme, till->turn.utc), &date,
                 &minute);
    snprintf(out, BX_CLOCK_DATE, "%s %d %s %d, %02d:%02d", bx_day_name(date), date.day,
             bx_month_name(date), date.year, minute / 60 % 24, minute % 60);
}

int bx_clock_check(const struct bx_till *till, struct bx_fault *fault)
{
    char now[BX_CLOCK_DATE];
    if (!till->clock.doubt || till->link.online)
        return 0;
    bx_clock_text(till, now);
    return bx_fault_say(fault, BX_ERR_OFFLINE,
                        "Is it %s? Nothing is sold before that is confirmed on the till's screen, "
                        "or the server answers.",
                        now);
}
