/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* "host:port" to a listening socket. Numeric addresses only: nothing here asks a name server. */

#include <stdbool.h>

#include "boxtill/base/fault.h"

#define BD_ADDRESS_SIZE 64

/* Returns the socket (non-blocking), or an error. BOUND gets the address as bound. */
int bx_must bd_listen(const char *listen, char bound[BD_ADDRESS_SIZE], struct bx_fault *fault);
bool bd_listen_is_address(const char *listen);
bool bd_listen_is_loopback(const char *listen);
