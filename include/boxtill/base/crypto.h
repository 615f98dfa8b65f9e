/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The crypto door: BLAKE2b (RFC 7693), Ed25519 (RFC 8032), Argon2id (RFC 9106), sealed boxes.
 * Everything by libsodium, which only crypto.c includes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/fault.h"

struct bx_hash {
    uint8_t b[32];
};

/* Call once before anything else here; aborts when the library cannot start. */
void bx_crypto_init(void);

/* Hashing in pieces: BLAKE2b of SIZE (16 to 64) bytes, KEY may be NULL (then key_len 0). */
struct bx_hasher {
    _Alignas(64) uint8_t state[384];
    size_t size;
};
void bx_hasher_init(struct bx_hasher *hasher, size_t size, const uint8_t *key, size_t key_len);
void bx_hasher_add(struct bx_hasher *hasher, const void *bytes, size_t len);
/* Adds LEN as eight bytes, big endian, then the bytes: no two lists of pieces hash alike. */
void bx_hasher_add_sized(struct bx_hasher *hasher, const void *bytes, size_t len);
void bx_hasher_end(struct bx_hasher *hasher, uint8_t *out);

/* BLAKE2b-256 of one piece. */
struct bx_hash bx_hash_of(const void *bytes, size_t len);
/* Keyed BLAKE2b of SIZE (16 to 64) bytes in one call. */
void bx_mac(const uint8_t *key, size_t key_len, const void *bytes, size_t len, uint8_t *out,
            size_t size);
bool bx_hash_equal(const struct bx_hash *a, const struct bx_hash *b);
/* Constant time. */
bool bx_bytes_equal(const void *a, const void *b, size_t len);
void bx_wipe(void *bytes, size_t len);

#define BX_HASH_TEXT 65
const char *bx_hash_format(const struct bx_hash *hash, char out[BX_HASH_TEXT]);

/* Lower-case hex; out holds 2 * len + 1. Parsing wants exactly 2 * len lower-case digits. */
const char *bx_hex_format(const uint8_t *bytes, size_t len, char *out);
int bx_must bx_hex_parse(const char *text, uint8_t *out, size_t len);

/* Ed25519. The secret is libsodium's 64 bytes (seed ‖ public). */
struct bx_public_key {
    uint8_t b[32];
};
struct bx_secret_key {
    uint8_t b[64];
};
struct bx_signature {
    uint8_t b[64];
};
void bx_key_make(const uint8_t seed[32], struct bx_public_key *ret_public,
                 struct bx_secret_key *ret_secret);
void bx_sign(const struct bx_secret_key *key, const void *bytes, size_t len,
             struct bx_signature *ret);
bool bx_verify(const struct bx_public_key *key, const void *bytes, size_t len,
               const struct bx_signature *signature);

/* Sealed to the holder of an Ed25519 key (converted to X25519; anonymous sender). out holds
 * len + BX_SEAL_EXTRA. */
#define BX_SEAL_EXTRA 48
int bx_must bx_seal(const struct bx_public_key *to, const void *bytes, size_t len, uint8_t *out);
int bx_must bx_unseal(const struct bx_secret_key *key, const uint8_t *sealed, size_t len,
                      uint8_t *out);

/* Argon2id, 19 MiB, two passes; text form with its salt (at most 127 characters). Slow by design:
 * never on the thread that draws the screen. */
#define BX_PIN_HASH_TEXT 128
int bx_must bx_pin_hash(const char *pin, char out[BX_PIN_HASH_TEXT]);
bool bx_pin_verify(const char *hash, const char *pin);

/* Fresh random bytes from the system; behind the random port, and for keys. */
void bx_random_fill(void *out, size_t len);
