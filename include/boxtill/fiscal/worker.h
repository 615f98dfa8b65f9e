/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A fiscal device behind a thread of its own. Devices sync files, talk over a serial line or wait
 * for a card; this port keeps its promise for any of them that every call returns at once, so an
 * adapter may simply block. What goes wrong in a call that has an answer is told as an outage.
 *
 * The adapter is created by the caller and touched by the worker alone from then on; its answers
 * must be there when its calls return, its clock must be good for another thread, and its calls
 * must come to an end by themselves, since ending waits for the one under way. */

#include <stddef.h>

#include "boxtill/port/fiscal.h"

/* Destroys the device with itself. */
struct bx_fiscal *bx_fiscal_worker_create(struct bx_fiscal *taken_device);
/* Calls that the device has not come to the end of. */
size_t bx_fiscal_worker_waiting(const struct bx_fiscal *fiscal);
