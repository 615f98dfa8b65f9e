/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A serial line that is only written to: pole displays. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/fault.h"

/* A speed a serial line can have: 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200. */
bool bx_serial_is_speed(int64_t baud);
/* 8 bits, no parity, one stop bit, no flow control; writes never wait. *RET_FD is the caller's. A
 * plain file or a pipe is taken as it is. */
int bx_must bx_serial_open(const char *path, int64_t baud, int *ret_fd, struct bx_fault *fault);
/* All of it or an error: what does not fit at once is lost, since a display shows the newest. */
int bx_must bx_serial_write(int fd, const void *bytes, size_t len, struct bx_fault *fault);
