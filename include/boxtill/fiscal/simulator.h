/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A fiscal device in software, for trying out and for tests: it counts, signs with a key of its
 * own and can be out of order. It proves nothing to an authority. Its calls sync a file, so a till
 * has it behind a worker (worker.h). */

#include "boxtill/port/clock.h"
#include "boxtill/port/fiscal.h"

struct bx_simulator_config {
    const char *path;   /* of its file: key, counters, the last signature; made when missing */
    const char *outage; /* of a file: while it is there the device is silent; NULL: never */
    bool silent;        /* it is silent all the time */
    struct bx_clock *clock;
};
/* Texts are copied. NULL with a fault. */
struct bx_fiscal *bx_fiscal_simulator_create(const struct bx_simulator_config *config,
                                             struct bx_fault *fault);

/* Does QR hold a signature of the device SERIAL names (its public key's first bytes, in hex) over
 * what stands before it? KEY gets the public key of FISCAL, whoever has it. */
struct bx_public_key bx_fiscal_simulator_key(const struct bx_fiscal *fiscal);
bool bx_fiscal_simulator_verify(const struct bx_public_key *key, const char *qr);
