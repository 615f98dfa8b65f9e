/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Vouchers. A single-use one is a text signed by the server, so that a till checks it without
 * asking and cannot make one: "BV1" and Crockford base32 of 8 bytes id, 6 bytes value (big endian
 * minor units), 3 bytes last day (days since 1970), 64 bytes Ed25519 signature over "bxv1" and the
 * 17 bytes before it: 133 characters in all. Used twice: the second sale gets a task; a till never
 * takes one twice itself. Stored value is "BS1", 16 characters, and one check character (as a
 * ticket code's); its balance lives on the server alone. */

#include "boxtill/base/crypto.h"
#include "boxtill/base/fault.h"
#include "boxtill/base/money.h"
#include "boxtill/base/time.h"

enum { BX_VOUCHER_LEN = 133, BX_VOUCHER_SIZE = 134, BX_STORED_LEN = 20, BX_STORED_SIZE = 21 };

struct bx_voucher {
    uint8_t id[8];
    bx_money value;
    struct bx_date until;
};
/* Makes the text (the server does). */
void bx_voucher_make(const struct bx_voucher *voucher, const struct bx_secret_key *key,
                     char out[BX_VOUCHER_SIZE]);
/* Reads and verifies; forgives look-alikes and case as ticket codes do. 0, BX_ERR_INPUT (mistyped)
 * or BX_ERR_FORGED. The last day is the caller's to look at. */
int bx_must bx_voucher_read(const char *text, size_t len, const struct bx_public_key *key,
                            struct bx_voucher *ret, struct bx_fault *fault);
/* Its id as text, 16 hex digits: what a tender's reference holds. */
void bx_voucher_name(const struct bx_voucher *voucher, char out[17]);
void bx_stored_make(const uint8_t random[10], char out[BX_STORED_SIZE]);
int bx_must bx_stored_read(const char *text, size_t len, char ret[BX_STORED_SIZE],
                           struct bx_fault *fault);
