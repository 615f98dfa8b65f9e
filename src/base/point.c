/* SPDX-License-Identifier: Apache-2.0 */
/* A crash test is only worth something when it can say exactly where the crash was. SIGKILL and not
 * abort(): nothing may run after the point, no handler, no flush, no destructor. */

#include "boxtill/base/point.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boxtill/base/text.h"

static char armed_name[64]; /* "" while no point is armed */
static int64_t armed_left;

void bx_point_init(void)
{
    armed_name[0] = '\0';
    const char *wish = getenv("BOXTILL_KILL_AT");
    if (!wish)
        return;
    const char *colon = strrchr(wish, ':');
    size_t len = colon ? (size_t)(colon - wish) : strlen(wish);
    armed_left = 1;
    if (colon && bx_text_number(colon + 1, strlen(colon + 1), INT32_MAX, &armed_left))
        return;
    if (len == 0 || len >= sizeof(armed_name) || armed_left == 0)
        return;
    memcpy(armed_name, wish, len);
    armed_name[len] = '\0';
}

void bx_point(const char *name)
{
    if (!armed_name[0])
        return;
    if (strcmp(name, armed_name) == 0 && --armed_left == 0)
        raise(SIGKILL);
}
