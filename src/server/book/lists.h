/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Orders and members as people write them (boxtilld orders FILE, boxtilld members FILE). Formats:
 * lists.c. */

#include "boxtill/base/buf.h"
#include "boxtill/domain/member.h"
#include "boxtill/domain/order.h"

/* Both: TODAY dates what the file says of "today"; every fault is a line "place: reason" in FAULTS
 * (at most 100); NULL when there is any. PROGRAMME: of slots and usual prices. The ids are zero. */
struct bx_orders *bd_orders_read(const char *json, size_t len, struct bx_date today,
                                 const struct bx_programme *programme, struct bx_buf *faults);
struct bx_members *bd_members_read(const char *json, size_t len, struct bx_date today,
                                   struct bx_buf *faults);
