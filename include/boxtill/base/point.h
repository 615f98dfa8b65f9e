/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Named points at which a test may kill the process: BOXTILL_KILL_AT="commit.after:3" ends it with
 * SIGKILL the third time it passes there. Without that variable a point is one comparison. */

/* Reads the environment; call once at the start of main. */
void bx_point_init(void);
void bx_point(const char *name);
