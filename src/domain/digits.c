/* SPDX-License-Identifier: Apache-2.0 */
/* The check character finds every single wrong character and nearly every swap of neighbours. */

#include "digits.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/fault.h"

const char bx_base32[33] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char base36[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* P starts at M = 36; each character is added to it modulo M, where zero counts as M, and the sum
 * doubled modulo M + 1. The check character brings the last sum to 1. */
char bx_check_character(const char *text, size_t len)
{
    unsigned p = 36;
    for (size_t i = 0; i < len; i++) {
        const char *at = strchr(base36, text[i]);
        bx_assert(at != NULL && *at != '\0');
        unsigned sum = (p + (unsigned)(at - base36)) % 36;
        p = (sum == 0 ? 36 : sum) * 2 % 37;
    }
    return base36[(37 - p) % 36];
}

char bx_forgive(char c)
{
    switch (c) {
    case 'O': return '0';
    case 'I':
    case 'L': return '1';
    case 'U': return 'V';
    }
    return c;
}

size_t bx_squeeze(const char *text, size_t len, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == ' ' || c == '-')
            continue;
        if (n == size - 1)
            return size;
        out[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    out[n] = '\0';
    return n;
}

void bx_base32_write(const uint8_t *bytes, size_t len, char *out)
{
    size_t digits = (len * 8 + 4) / 5;
    for (size_t i = 0; i < digits; i++) {
        size_t bit = i * 5, at = bit / 8;
        unsigned pair = (unsigned)bytes[at] << 8 | (at + 1 < len ? bytes[at + 1] : 0U);
        out[i] = bx_base32[pair >> (11 - bit % 8) & 31];
    }
    out[digits] = '\0';
}

int bx_base32_read(const char *text, uint8_t *out, size_t len)
{
    size_t digits = (len * 8 + 4) / 5, n = 0;
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < digits; i++) {
        const char *at = text[i] != '\0' ? strchr(bx_base32, text[i]) : NULL;
        if (at == NULL)
            return BX_ERR_INPUT;
        held = (held << 5 | (unsigned)(at - bx_base32)) & 0xfff;
        bits += 5;
        if (bits >= 8 && n < len) {
            bits -= 8;
            out[n++] = (uint8_t)(held >> bits);
        }
    }
    return (held & ((1U << bits) - 1)) == 0 ? 0 : BX_ERR_INPUT;
}
