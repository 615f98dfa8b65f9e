/* SPDX-License-Identifier: Apache-2.0 */
/* The code has a fixed place for everything: 10 bits giver, 8 r, 12 used-before, 7 count, 38 hash.
 * What is in the open tells the taker which lease to name to the server; what it cannot know from
 * that (the pool) it finds by trying those it has, which costs a hash each. */

#include "boxtill/domain/gift.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/money.h"
#include "boxtill/base/text.h"
#include "digits.h"

enum { TILL_BITS = 10, R_BITS = 8, BEFORE_BITS = 12, PLACES_BITS = 7, MAC_BITS = 38 };
enum { BYTES = 10, DIGITS = BX_GIFT_SIZE - 1 };

static void bits_put(uint8_t *bytes, int *at, int count, uint64_t value)
{
    for (int i = count - 1; i >= 0; i--, ++*at)
        if (value >> i & 1)
            bytes[*at / 8] |= (uint8_t)(0x80 >> *at % 8);
}

static int64_t bits_get(const uint8_t *bytes, int *at, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; i++, ++*at)
        value = value << 1 | (uint64_t)(bytes[*at / 8] >> (7 - *at % 8) & 1);
    return (int64_t)value;
}

static void facts_add(struct bx_buf *text, const char *sort, const struct bx_gift *gift)
{
    bx_buf_init(text, 0);
    bx_buf_format(
        text,
        "%s\n%" PRId64 "\n%" PRId64 "\n%" PRId64 "\n%s\n%" PRId64 "\n%" PRId64 "\n%" PRId64 "\n",
        sort, gift->epoch, gift->from, gift->to, gift->pool.s, gift->r, gift->before, gift->places);
}

void bx_gift_code(const uint8_t key[32], const struct bx_gift *gift, char ret[BX_GIFT_SIZE])
{
    uint8_t mac[16], bytes[BYTES] = {0};
    char digits[DIGITS + 4];
    int at = 0;
    bx_buf_auto text;
    facts_add(&text, "bxg1", gift);
    bx_mac(key, 32, text.data, text.len, mac, sizeof(mac));
    uint64_t tag = 0;
    for (int i = 0; i < 5; i++)
        tag = tag << 8 | mac[i];
    bits_put(bytes, &at, TILL_BITS, (uint64_t)gift->from);
    bits_put(bytes, &at, R_BITS, (uint64_t)gift->r);
    bits_put(bytes, &at, BEFORE_BITS, (uint64_t)gift->before);
    bits_put(bytes, &at, PLACES_BITS, (uint64_t)gift->places);
    bits_put(bytes, &at, MAC_BITS, tag >> (40 - MAC_BITS));
    bx_base32_write(bytes, BYTES, digits);
    memcpy(ret, digits, DIGITS);
    ret[DIGITS] = '\0';
}

/* TEXT without what people put between, look-alikes forgiven. OUT: DIGITS + 2. */
static bool clean(const char *text, char *out)
{
    if (bx_squeeze(text, strlen(text), out, DIGITS + 2) != DIGITS)
        return false;
    for (int i = 0; i < DIGITS; i++)
        out[i] = bx_forgive(out[i]);
    return true;
}

int bx_gift_split(const char *text, struct bx_gift *ret)
{
    uint8_t bytes[BYTES];
    char typed[DIGITS + 2];
    int at = 0;
    if (!clean(text, typed))
        return BX_ERR_INPUT;
    typed[DIGITS] = bx_base32[0]; /* ten bytes are sixteen characters; the last says nothing */
    typed[DIGITS + 1] = '\0';
    if (bx_base32_read(typed, bytes, BYTES))
        return BX_ERR_INPUT;
    ret->from = bits_get(bytes, &at, TILL_BITS);
    ret->r = bits_get(bytes, &at, R_BITS);
    ret->before = bits_get(bytes, &at, BEFORE_BITS);
    ret->places = bits_get(bytes, &at, PLACES_BITS);
    return ret->from > 0 && ret->r > 0 && ret->places > 0 ? 0 : BX_ERR_INPUT;
}

bool bx_gift_is(const uint8_t key[32], const struct bx_gift *gift, const char *text)
{
    char code[BX_GIFT_SIZE], typed[DIGITS + 2];
    if (!clean(text, typed))
        return false;
    bx_gift_code(key, gift, code);
    return bx_bytes_equal(code, typed, DIGITS);
}

struct bx_id bx_gift_id(const struct bx_gift *gift)
{
    static const uint8_t nobody[32] = {0};
    struct bx_id id;
    bx_buf_auto text;
    facts_add(&text, "bxg1 take", gift);
    bx_mac(nobody, sizeof(nobody), text.data, text.len, id.b, sizeof(id.b));
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x80); /* version 8: made by a rule of one's own */
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

bool bx_gift_is_kind(enum bx_kind kind)
{
    return kind == BX_KIND_GIVE || kind == BX_KIND_TAKE;
}

void bx_gift_write(enum bx_kind kind, const struct bx_gift *gift, char *out)
{
    int len = snprintf(out, BX_ABOUT_MAX + 1, "%s %" PRId64 " %" PRId64 " %" PRId64, gift->pool.s,
                       gift->r, gift->before, kind == BX_KIND_GIVE ? gift->to : gift->from);
    if (kind == BX_KIND_TAKE)
        snprintf(out + len, (size_t)(BX_ABOUT_MAX + 1 - len), " %" PRId64, gift->own_r);
}

/* The next number of *TEXT, which moves on; -1: there is none. */
static int64_t number_next(const char **text)
{
    int64_t n = 0;
    const char *at = *text;
    if (*at++ != ' ' || *at < '0' || *at > '9')
        return -1;
    for (; *at >= '0' && *at <= '9'; at++) {
        n = n * 10 + (*at - '0');
        if (n > BX_MONEY_MAX)
            return -1;
    }
    *text = at;
    return n;
}

int bx_gift_read(const struct bx_entry_head *head, const char *about, int64_t n,
                 struct bx_gift *ret, struct bx_fault *fault)
{
    struct bx_gift gift = {.places = n};
    bool takes = head->kind == BX_KIND_TAKE;
    const char *space = strchr(about, ' ');
    size_t len = space ? (size_t)(space - about) : 0;
    int err = len == 0 || len >= sizeof(gift.pool.s) ? BX_ERR_INPUT : 0;
    if (!err) {
        memcpy(gift.pool.s, about, len);
        err = bx_slug_is_valid(gift.pool.s) ? 0 : BX_ERR_INPUT;
    }
    if (!err) {
        gift.r = number_next(&space);
        gift.before = number_next(&space);
        int64_t other = number_next(&space);
        gift.own_r = takes ? number_next(&space) : 0;
        gift.from = takes ? other : head->till;
        gift.to = takes ? head->till : other;
        bool good = gift.r > 0 && gift.before >= 0 && other > 0 && other != head->till &&
                    (!takes || gift.own_r > 0) && *space == '\0' && n > 0 &&
                    n <= BX_GIFT_PLACES_MAX;
        err = good ? 0 : BX_ERR_INPUT;
    }
    if (err)
        return bx_fault_set(fault, BX_ERR_INPUT, "This entry cannot be read.",
                            "entry %" PRId64 " names no places given", head->seq);
    *ret = gift;
    return 0;
}
