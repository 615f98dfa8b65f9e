/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Sale windows: through which channel something is sold, from when and until when. A channel is
 * named by its devices ("web", "kiosk"); tills are "counter". Without any window every channel
 * sells, until the slot is over; with some, only those that they name. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/json.h"
#include "boxtill/base/time.h"
#include "boxtill/domain/slug.h"

#define BX_COUNTER "counter"

enum { BX_WINDOWS_MAX = 6, BX_WINDOW_MINUTES = 400 * 1440 };

enum bx_bound_kind {
    BX_BOUND_NONE,
    BX_BOUND_MINUTES, /* after the slot's start; before it when negative */
    BX_BOUND_AT       /* microseconds UTC */
};
struct bx_bound {
    enum bx_bound_kind kind;
    int64_t value;
};

struct bx_window {
    struct bx_slug channel;
    struct bx_bound from, until; /* until is not in it */
};

struct bx_windows {
    int count; /* 0: no restriction */
    struct bx_window items[BX_WINDOWS_MAX];
};

enum bx_sells {
    BX_SELLS,
    BX_SELLS_LATER, /* from *ret_at on */
    BX_SELLS_NO_MORE,
    BX_SELLS_NEVER /* not through this channel */
};
/* At NOW, for a slot that begins at START (untimed: relative bounds do not count). */
enum bx_sells bx_windows_sell(const struct bx_windows *windows, const char *channel,
                              const bx_utc *start, bx_utc now, bx_utc *ret_at);

/* The member "channels" of a document:
 * [{"channel":"web","from":-1440,"until_at":1795527000000000}], each bound in minutes after the
 * slot's start or as a moment. */
void bx_windows_read(struct bx_json_reader *reader, struct bx_windows *ret);
void bx_windows_write(struct bx_json_writer *writer, const struct bx_windows *windows);
/* Is any bound in minutes of a start? */
bool bx_windows_are_relative(const struct bx_windows *windows);

struct bx_programme;
struct bx_product;
struct bx_slot;
/* May CHANNEL sell PRODUCT for SLOT (NULL: untimed) at NOW, by the product's windows and the
 * event's? 0, or BX_ERR_REFUSED with the sentence. */
int bx_must bx_programme_sells(const struct bx_programme *programme,
                               const struct bx_product *product, const struct bx_slot *slot,
                               const char *channel, bx_utc now, struct bx_fault *fault);
