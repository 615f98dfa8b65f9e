/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the machine gives behind the ports: its clocks, its randomness, and its time zones. The
 * clock and the randomness may be asked from any thread; they live as long as the program. */

#include "boxtill/base/time.h"
#include "boxtill/port/clock.h"
#include "boxtill/port/random.h"

struct bx_clock *bx_sys_clock(void);
struct bx_random *bx_sys_random(void);
/* For demonstrations: the wall clock of this process and of the children it starts from now on goes
 * on from AT (BOXTILL_CLOCK_AHEAD). Before there is a second thread. */
int bx_must bx_sys_clock_begin(bx_utc at);

/* The instant and the offset (minutes east of UTC) of a civil time in the IANA zone ZONE: a
 * bd_zone. MINUTE counts from midnight and may reach into the next day. A time that comes twice
 * (the hour a clock repeats) is the first of the two. BX_ERR_MISSING for a time that a clock skips
 * and for a zone this machine does not have. Changes the process's TZ while it works: one thread
 * only. */
int bx_must bx_sys_zone(void *unused, const char *zone, struct bx_date date, int minute,
                        bx_utc *ret_at, int *ret_offset_min);
/* The civil date in ZONE at that instant. Errors and threads as above. */
int bx_must bx_sys_zone_date(const char *zone, bx_utc at, struct bx_date *ret);
