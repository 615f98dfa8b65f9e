/* SPDX-License-Identifier: Apache-2.0 */
/* A single-use voucher proves itself: what it is worth is signed, so a till without a line can take
 * it. That it was not taken elsewhere nobody can prove offline; the server finds the second sale.
 * Stored value has nothing to prove: its code is 80 random bits, and only the server knows what is
 * left. */

#include "boxtill/domain/voucher.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "digits.h"

enum { PREFIX = 3, FACTS = 17, SIGNED = 4 + FACTS, WHOLE = FACTS + 64, STORED_DIGITS = 16 };

/* "bxv1", then id, value and last day: what is signed. */
static void facts_write(const struct bx_voucher *voucher, uint8_t out[SIGNED])
{
    uint64_t value = (uint64_t)voucher->value.minor;
    uint32_t days = (uint32_t)bx_date_days(voucher->until);
    memcpy(out, "bxv1", 4);
    memcpy(out + 4, voucher->id, sizeof(voucher->id));
    for (int i = 0; i < 6; i++)
        out[12 + i] = (uint8_t)(value >> (40 - 8 * i));
    for (int i = 0; i < 3; i++)
        out[18 + i] = (uint8_t)(days >> (16 - 8 * i));
}

void bx_voucher_make(const struct bx_voucher *voucher, const struct bx_secret_key *key,
                     char out[BX_VOUCHER_SIZE])
{
    uint8_t facts[SIGNED], whole[WHOLE];
    struct bx_signature signature;
    facts_write(voucher, facts);
    bx_sign(key, facts, sizeof(facts), &signature);
    memcpy(whole, facts + 4, FACTS);
    memcpy(whole + FACTS, signature.b, sizeof(signature.b));
    memcpy(out, "BV1", PREFIX);
    bx_base32_write(whole, sizeof(whole), out + PREFIX);
}

static int mistyped(struct bx_fault *fault, const char *what)
{
    return bx_fault_set(fault, BX_ERR_INPUT, "Not a voucher: mistyped, or scanner keyboard layout.",
                        "%s", what);
}

/* TEXT squeezed to exactly LEN characters that begin with PREFIX_TEXT, look-alikes forgiven. */
static bool text_read(const char *text, size_t len, const char *prefix, size_t want, char *out)
{
    if (bx_squeeze(text, len, out, want + 1) != want || memcmp(out, prefix, PREFIX) != 0)
        return false;
    for (size_t i = PREFIX; i < want; i++)
        out[i] = bx_forgive(out[i]);
    return true;
}

int bx_voucher_read(const char *text, size_t len, const struct bx_public_key *key,
                    struct bx_voucher *ret, struct bx_fault *fault)
{
    char squeezed[BX_VOUCHER_SIZE];
    uint8_t whole[WHOLE], facts[SIGNED];
    struct bx_signature signature;
    struct bx_voucher voucher = {0};
    if (!text_read(text, len, "BV1", BX_VOUCHER_LEN, squeezed))
        return mistyped(fault, "length or prefix");
    if (bx_base32_read(squeezed + PREFIX, whole, sizeof(whole)))
        return mistyped(fault, "digits");
    memcpy(facts, "bxv1", 4);
    memcpy(facts + 4, whole, FACTS);
    memcpy(signature.b, whole + FACTS, sizeof(signature.b));
    if (!bx_verify(key, facts, sizeof(facts), &signature))
        return bx_fault_set(fault, BX_ERR_FORGED,
                            "This voucher is not genuine. Keep it and ask a supervisor.", NULL);
    memcpy(voucher.id, whole, sizeof(voucher.id));
    for (int i = 0; i < 6; i++)
        voucher.value.minor = voucher.value.minor << 8 | whole[8 + i];
    voucher.until = bx_date_from_days(
        (int32_t)((uint32_t)whole[14] << 16 | (uint32_t)whole[15] << 8 | whole[16]));
    *ret = voucher;
    return 0;
}

void bx_voucher_name(const struct bx_voucher *voucher, char out[17])
{
    bx_hex_format(voucher->id, sizeof(voucher->id), out);
}

void bx_stored_make(const uint8_t random[10], char out[BX_STORED_SIZE])
{
    memcpy(out, "BS1", PREFIX);
    bx_base32_write(random, 10, out + PREFIX);
    out[BX_STORED_LEN - 1] = bx_check_character(out, BX_STORED_LEN - 1);
    out[BX_STORED_LEN] = '\0';
}

int bx_stored_read(const char *text, size_t len, char ret[BX_STORED_SIZE], struct bx_fault *fault)
{
    char squeezed[BX_STORED_SIZE];
    uint8_t random[10];
    if (bx_squeeze(text, len, squeezed, sizeof(squeezed)) != BX_STORED_LEN ||
        memcmp(squeezed, "BS1", PREFIX) != 0)
        return mistyped(fault, "length or prefix");
    for (size_t i = PREFIX; i < PREFIX + STORED_DIGITS; i++)
        squeezed[i] = bx_forgive(squeezed[i]);
    if (bx_base32_read(squeezed + PREFIX, random, sizeof(random)))
        return mistyped(fault, "digits");
    if (bx_check_character(squeezed, BX_STORED_LEN - 1) != squeezed[BX_STORED_LEN - 1])
        return mistyped(fault, "check character");
    memcpy(ret, squeezed, sizeof(squeezed));
    return 0;
}
