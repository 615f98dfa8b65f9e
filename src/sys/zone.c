/* SPDX-License-Identifier: Apache-2.0 */
/* Civil time to instants by the system's tz database. The C library only knows the zone of the
 * process, so TZ is set for a moment; whoever calls runs alone (an import). A zone the machine does
 * not have is silently UTC to the C library, so its file is looked for first. */

#include "sys/sys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/fault.h"

/* A name of the database and nothing else: no path upwards, no POSIX rule. */
static bool zone_is_known(const char *zone)
{
    if (!zone[0] || strlen(zone) > 60 || zone[0] == '/' || strstr(zone, ".."))
        return false;
    for (const char *at = zone; *at; at++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/", *at))
            return false;
    if (strcmp(zone, "UTC") == 0)
        return true;
    const char *root = getenv("TZDIR");
    char path[512];
    int len = snprintf(path, sizeof(path), "%s/%s", root ? root : "/usr/share/zoneinfo", zone);
    return len > 0 && (size_t)len < sizeof(path) && access(path, R_OK) == 0;
}

static bool same_civil(const struct tm *a, const struct tm *b)
{
    return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday &&
           a->tm_hour == b->tm_hour && a->tm_min == b->tm_min;
}

/* The first instant whose civil time is WANTED, trying both sides of a change of the clock. */
static bool civil_to_instant(const struct tm *wanted, time_t *ret_at, long *ret_offset)
{
    bool found = false;
    for (int dst = 1; dst >= 0; dst--) {
        struct tm asked = *wanted;
        asked.tm_isdst = dst;
        time_t at = mktime(&asked);
        struct tm back;
        if (at == (time_t)-1 || !localtime_r(&at, &back) || !same_civil(&back, wanted))
            continue;
        if (found && at >= *ret_at)
            continue;
        *ret_at = at;
        *ret_offset = back.tm_gmtoff;
        found = true;
    }
    return found;
}

/* Makes ZONE the process's for a moment; the TZ of before, for zone_leave, in *RET_KEPT. */
static int zone_enter(const char *zone, char **ret_kept)
{
    if (!zone_is_known(zone))
        return BX_ERR_MISSING;
    *ret_kept = bx_strdup(getenv("TZ"));
    bx_assert(setenv("TZ", zone, 1) == 0);
    tzset();
    return 0;
}

static void zone_leave(char *taken_kept)
{
    if (taken_kept)
        bx_assert(setenv("TZ", taken_kept, 1) == 0);
    else
        bx_assert(unsetenv("TZ") == 0);
    tzset();
    bx_free(taken_kept);
}

int bx_sys_zone(void *unused, const char *zone, struct bx_date date, int minute, bx_utc *ret_at,
                int *ret_offset_min)
{
    (void)unused;
    if (minute < 0 || minute > 2 * 24 * 60)
        return BX_ERR_INPUT;
    struct bx_date day = bx_date_plus(date, minute / (24 * 60));
    struct tm wanted = {.tm_year = day.year - 1900,
                        .tm_mon = day.month - 1,
                        .tm_mday = day.day,
                        .tm_hour = minute / 60 % 24,
                        .tm_min = minute % 60};
    char *kept;
    int err = zone_enter(zone, &kept);
    if (err < 0)
        return err;
    time_t at = 0;
    long offset = 0;
    bool found = civil_to_instant(&wanted, &at, &offset);
    zone_leave(kept);
    if (!found)
        return BX_ERR_MISSING;
    *ret_at = (bx_utc){(int64_t)at * BX_SECOND_US};
    *ret_offset_min = (int)(offset / 60);
    return 0;
}

int bx_sys_zone_date(const char *zone, bx_utc at, struct bx_date *ret)
{
    char *kept;
    int err = zone_enter(zone, &kept);
    if (err < 0)
        return err;
    time_t seconds = (time_t)(at.us / BX_SECOND_US);
    struct tm civil;
    bool good = localtime_r(&seconds, &civil) != NULL;
    zone_leave(kept);
    if (!good)
        return BX_ERR_MISSING;
    *ret = (struct bx_date){(int16_t)(civil.tm_year + 1900), (uint8_t)(civil.tm_mon + 1),
                            (uint8_t)civil.tm_mday};
    return 0;
}
