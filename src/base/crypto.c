/* SPDX-License-Identifier: Apache-2.0 */
/* The door to libsodium. What stands here is choice, not cryptography: which primitive, which
 * size, which cost. Callers see our own types, so that a key cannot be passed where a signature
 * belongs and no other file depends on the library.
 *
 * Every function may be called from any thread once bx_crypto_init() has returned. */

#include "boxtill/base/crypto.h"

#include <string.h>

#include <sodium.h>

#include "boxtill/base/alloc.h"

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(((struct bx_hasher *)0)->state),
               "the hasher holds the library's state");
_Static_assert(_Alignof(struct bx_hasher) >= _Alignof(crypto_generichash_state),
               "the hasher is aligned as the library wants it");
_Static_assert(crypto_sign_PUBLICKEYBYTES == sizeof(struct bx_public_key), "public key");
_Static_assert(crypto_sign_SECRETKEYBYTES == sizeof(struct bx_secret_key), "secret key");
_Static_assert(crypto_sign_BYTES == sizeof(struct bx_signature), "signature");
_Static_assert(crypto_box_SEALBYTES == BX_SEAL_EXTRA, "seal");
_Static_assert(crypto_pwhash_STRBYTES == BX_PIN_HASH_TEXT, "pin hash");

#define PIN_OPS    2
#define PIN_MEMORY ((size_t)19 << 20)

void bx_crypto_init(void)
{
    int err = sodium_init();
    bx_assert(err >= 0);
}

static crypto_generichash_state *state_of(struct bx_hasher *hasher)
{
    return (crypto_generichash_state *)(void *)hasher->state;
}

void bx_hasher_init(struct bx_hasher *hasher, size_t size, const uint8_t *key, size_t key_len)
{
    bx_assert(size >= 16 && size <= 64);
    bx_assert(key_len <= 64 && (key || key_len == 0));
    hasher->size = size;
    int err = crypto_generichash_init(state_of(hasher), key, key_len, size);
    bx_assert(err == 0);
}

void bx_hasher_add(struct bx_hasher *hasher, const void *bytes, size_t len)
{
    if (!len)
        return;
    int err = crypto_generichash_update(state_of(hasher), bytes, len);
    bx_assert(err == 0);
}

void bx_hasher_add_sized(struct bx_hasher *hasher, const void *bytes, size_t len)
{
    uint8_t size[8];
    for (int i = 0; i < 8; i++)
        size[i] = (uint8_t)((uint64_t)len >> (56 - 8 * i));
    bx_hasher_add(hasher, size, sizeof(size));
    bx_hasher_add(hasher, bytes, len);
}

void bx_hasher_end(struct bx_hasher *hasher, uint8_t *out)
{
    int err = crypto_generichash_final(state_of(hasher), out, hasher->size);
    bx_assert(err == 0);
    sodium_memzero(hasher->state, sizeof(hasher->state));
}

struct bx_hash bx_hash_of(const void *bytes, size_t len)
{
    struct bx_hash hash;
    struct bx_hasher hasher;
    bx_hasher_init(&hasher, sizeof(hash.b), NULL, 0);
    bx_hasher_add(&hasher, bytes, len);
    bx_hasher_end(&hasher, hash.b);
    return hash;
}

void bx_mac(const uint8_t *key, size_t key_len, const void *bytes, size_t len, uint8_t *out,
            size_t size)
{
    struct bx_hasher hasher;
    bx_hasher_init(&hasher, size, key, key_len);
    bx_hasher_add(&hasher, bytes, len);
    bx_hasher_end(&hasher, out);
}

bool bx_hash_equal(const struct bx_hash *a, const struct bx_hash *b)
{
    return bx_bytes_equal(a->b, b->b, sizeof(a->b));
}

bool bx_bytes_equal(const void *a, const void *b, size_t len)
{
    return len == 0 || sodium_memcmp(a, b, len) == 0;
}

void bx_wipe(void *bytes, size_t len)
{
    if (len)
        sodium_memzero(bytes, len);
}

const char *bx_hash_format(const struct bx_hash *hash, char out[BX_HASH_TEXT])
{
    return bx_hex_format(hash->b, sizeof(hash->b), out);
}

const char *bx_hex_format(const uint8_t *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
    return out;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int bx_hex_parse(const char *text, uint8_t *out, size_t len)
{
    /* All of it is looked at before any of it is written. */
    for (size_t i = 0; i < 2 * len; i++)
        if (digit_value(text[i]) < 0)
            return BX_ERR_INPUT;
    if (text[2 * len])
        return BX_ERR_INPUT;
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(digit_value(text[2 * i]) << 4 | digit_value(text[2 * i + 1]));
    return 0;
}

void bx_key_make(const uint8_t seed[32], struct bx_public_key *ret_public,
                 struct bx_secret_key *ret_secret)
{
    int err = crypto_sign_seed_keypair(ret_public->b, ret_secret->b, seed);
    bx_assert(err == 0);
}

void bx_sign(const struct bx_secret_key *key, const void *bytes, size_t len,
             struct bx_signature *ret)
{
    int err = crypto_sign_detached(ret->b, NULL, bytes, len, key->b);
    bx_assert(err == 0);
}

bool bx_verify(const struct bx_public_key *key, const void *bytes, size_t len,
               const struct bx_signature *signature)
{
    return crypto_sign_verify_detached(signature->b, bytes, len, key->b) == 0;
}

int bx_seal(const struct bx_public_key *to, const void *bytes, size_t len, uint8_t *out)
{
    uint8_t box_public[crypto_box_PUBLICKEYBYTES];
    if (crypto_sign_ed25519_pk_to_curve25519(box_public, to->b))
        return BX_ERR_INPUT;
    return crypto_box_seal(out, bytes, len, box_public) ? BX_ERR_INPUT : 0;
}

int bx_unseal(const struct bx_secret_key *key, const uint8_t *sealed, size_t len, uint8_t *out)
{
    if (len < BX_SEAL_EXTRA)
        return BX_ERR_INPUT;
    uint8_t box_public[crypto_box_PUBLICKEYBYTES];
    uint8_t box_secret[crypto_box_SECRETKEYBYTES];
    /* The second half of the secret key is the public one. */
    if (crypto_sign_ed25519_pk_to_curve25519(box_public, key->b + 32))
        return BX_ERR_INPUT;
    int err = crypto_sign_ed25519_sk_to_curve25519(box_secret, key->b);
    bx_assert(err == 0);
    err = crypto_box_seal_open(out, sealed, len, box_public, box_secret);
    bx_wipe(box_secret, sizeof(box_secret));
    return err ? BX_ERR_FORGED : 0;
}

int bx_pin_hash(const char *pin, char out[BX_PIN_HASH_TEXT])
{
    /* The only failure the library knows is that it did not get its memory. */
    if (crypto_pwhash_str_alg(out, pin, strlen(pin), PIN_OPS, PIN_MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13))
        return BX_ERR_FULL;
    return 0;
}

bool bx_pin_verify(const char *hash, const char *pin)
{
    /* The cost stands in the text, and the text comes from outside: one that asks for more memory
     * or time than ours is refused before any of it is spent. */
    static const char ours[] = "$argon2id$v=19$m=19456,t=2,p=1$";
    if (strlen(hash) >= BX_PIN_HASH_TEXT || strncmp(hash, ours, sizeof(ours) - 1) != 0)
        return false;
    char padded[BX_PIN_HASH_TEXT] = {0};
    memcpy(padded, hash, strlen(hash));
    return crypto_pwhash_str_verify(padded, pin, strlen(pin)) == 0;
}

void bx_random_fill(void *out, size_t len)
{
    randombytes_buf(out, len);
}
