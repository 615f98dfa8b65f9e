/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The ticket code: what the QR holds. 29 characters: "B1", 26 of Crockford base32, one check
 * character (ISO 7064 mod 37,36 over the 28 before it, alphabet 0-9 A-Z).
 *
 * The 130 bits, most significant first: 4 key epoch, 10 issuer, 56 random, 60 tag. The tag is the
 * first 60 bits of BLAKE2b (digest size 16) over those 70 bits (as nine bytes, left aligned, the
 * last two bits zero), keyed with the issuer's subkey = BLAKE2b-256(key: day key, issuer as two
 * bytes big endian). day key = BLAKE2b-256(key: master, "day" ‖ date "YYYY-MM-DD" ‖ class). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/crypto.h"
#include "boxtill/base/fault.h"
#include "boxtill/base/time.h"
#include "boxtill/domain/slug.h"

#define BX_CODE_LEN  29
#define BX_CODE_SIZE 30
enum { BX_ISSUERS_MAX = 1024 };

struct bx_code {
    char s[BX_CODE_SIZE];
};

struct bx_code_parts {
    int epoch;  /* 0 to 15 */
    int issuer; /* 0 to 1023 */
    uint8_t random[7];
    uint64_t tag; /* 60 bits */
};

struct bx_subkey {
    uint8_t b[32];
};

void bx_day_key(const uint8_t master[32], struct bx_date date, const struct bx_slug *class,
                uint8_t ret[32]);
void bx_issuer_key(const uint8_t day_key[32], int issuer, struct bx_subkey *ret);

/* A new genuine code. */
struct bx_code bx_code_make(const struct bx_subkey *key, int epoch, int issuer,
                            const uint8_t random[7]);
/* Reads what was scanned or typed: upper-cases, forgives look-alikes (O→0, I and L→1, U→V) in
 * characters 3 to 28 only, checks length, prefix and check character. 0, or BX_ERR_INPUT with
 * "mistyped, or scanner keyboard layout". Blanks and hyphens between are dropped. */
int bx_must bx_code_read(const char *text, size_t len, struct bx_code *ret, struct bx_fault *fault);
/* The parts of a code that was read. */
void bx_code_split(const struct bx_code *code, struct bx_code_parts *ret);
bool bx_code_is_genuine(const struct bx_code *code, const struct bx_subkey *key);
/* Does TEXT have the shape of a code (length and prefix), so that a burst of keys is a scan? */
bool bx_code_has_shape(const char *text, size_t len);

/* The keys document (GET /v1/keys): this device's own subkeys for the days it may sell offline.
 * Sealed on its way. {"v":1,"epoch":1,"version":2,"key_epoch":0,"issuer":2,"keys":[{"date":
 * "2026-11-24","class":"main","key":"hex32"}],"voucher":"hex32","pair":"hex32"}. The last two, the
 * key that vouchers are signed with and the secret that all tills of the venue share (gift.h), are
 * absent where there is none. */
struct bx_key_row {
    struct bx_date date;
    struct bx_slug class;
    struct bx_subkey key;
};
enum { BX_KEYS_MAX = 2000 };
struct bx_keys {
    int64_t epoch, version;
    int key_epoch, issuer;
    size_t count;
    struct bx_key_row *rows;
    struct bx_public_key voucher; /* all zero: none */
    bool has_voucher;
    struct bx_hash pair;
    bool has_pair;
};
struct bx_keys *bx_keys_parse(const char *json, size_t len, struct bx_fault *fault);
void *bx_keys_destroy(struct bx_keys *keys);
BX_CLEANUP_DEFINE(struct bx_keys, bx_keys_destroy)
void bx_keys_encode(const struct bx_keys *keys, struct bx_buf *out);
/* NULL when the device has none for that day and class. */
const struct bx_subkey *bx_keys_find(const struct bx_keys *keys, struct bx_date date,
                                     const struct bx_slug *class);
