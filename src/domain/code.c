/* SPDX-License-Identifier: Apache-2.0 */
/* The ticket code is one opaque, unique id for every system that reads it, and a short proof for
 * those that hold a key: whoever has the day key of a class can tell in microseconds, and without a
 * network, a code that an issuer made from one that somebody invented.
 *
 * The 70 bits before the tag are fourteen bx_base32 digits and the tag is twelve, so neither shares
 * a digit with the other. The check character stands apart from both: it tells a mistyped code from
 * a forged one. It finds every single wrong character and nearly every swap of neighbours, and is
 * of ISO 7064's hybrid system mod 37,36, whose check character is one of the 36 that it checks.
 *
 * Look-alikes are forgiven where the alphabet has only one of each pair. The prefix and the check
 * character use the full alphabet, where O and 0 are different answers. */

#include "boxtill/domain/code.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/json.h"
#include "boxtill/base/money.h"
#include "digits.h"

enum {
    PREFIX = 2,
    HEAD_DIGITS = 14, /* 70 bits */
    TAG_DIGITS = 12,  /* 60 bits */
    CHECK_AT = PREFIX + HEAD_DIGITS + TAG_DIGITS,
    HEAD_BYTES = 9,
    RANDOM_BYTES = 7,
    EPOCHS = 16,
    KEYS_BYTES = 1 << 20
};

/* ---- keys ---- */

void bx_day_key(const uint8_t master[32], struct bx_date date, const struct bx_slug *class,
                uint8_t ret[32])
{
    char day[BX_DATE_TEXT];
    struct bx_hasher hasher;
    bx_date_format(date, day);
    bx_hasher_init(&hasher, 32, master, 32);
    bx_hasher_add(&hasher, "day", 3);
    bx_hasher_add(&hasher, day, strlen(day));
    bx_hasher_add(&hasher, class->s, strlen(class->s));
    bx_hasher_end(&hasher, ret);
    bx_wipe(&hasher, sizeof hasher);
}

void bx_issuer_key(const uint8_t day_key[32], int issuer, struct bx_subkey *ret)
{
    bx_assert(issuer >= 0 && issuer < BX_ISSUERS_MAX);
    uint8_t number[2] = {(uint8_t)(issuer >> 8), (uint8_t)issuer};
    bx_mac(day_key, 32, number, sizeof number, ret->b, sizeof ret->b);
}

/* ---- bits ---- */

/* The 70 bits, left aligned. */
static void pack_head(int epoch, int issuer, const uint8_t random[RANDOM_BYTES],
                      uint8_t ret[HEAD_BYTES])
{
    unsigned front = (unsigned)epoch << 10 | (unsigned)issuer; /* 14 bits: two short of two bytes */
    ret[0] = (uint8_t)(front >> 6);
    ret[1] = (uint8_t)(front << 2 | random[0] >> 6);
    for (size_t i = 0; i < RANDOM_BYTES; i++) {
        unsigned next = i + 1 < RANDOM_BYTES ? random[i + 1] : 0;
        ret[2 + i] = (uint8_t)(random[i] << 2 | next >> 6);
    }
}

/* The five bits from bit 5 * NTH on; what lies past the end is zero. */
static unsigned head_digit(const uint8_t head[HEAD_BYTES], size_t nth)
{
    size_t bit = nth * 5, at = bit / 8;
    unsigned pair = (unsigned)head[at] << 8 | (at + 1 < HEAD_BYTES ? head[at + 1] : 0);
    return pair >> (11 - bit % 8) & 31;
}

static uint64_t head_tag(const uint8_t head[HEAD_BYTES], const struct bx_subkey *key)
{
    uint8_t mac[16];
    uint64_t tag = 0;
    bx_mac(key->b, sizeof key->b, head, HEAD_BYTES, mac, sizeof mac);
    for (size_t i = 0; i < 8; i++)
        tag = tag << 8 | mac[i];
    return tag >> 4;
}

static uint64_t digit_value(char c)
{
    const char *at = c != '\0' ? strchr(bx_base32, c) : NULL;
    bx_assert(at != NULL);
    return (uint64_t)(at - bx_base32);
}

/* ---- codes ---- */

struct bx_code bx_code_make(const struct bx_subkey *key, int epoch, int issuer,
                            const uint8_t random[7])
{
    bx_assert(epoch >= 0 && epoch < EPOCHS && issuer >= 0 && issuer < BX_ISSUERS_MAX);
    struct bx_code code = {.s = "B1"};
    uint8_t head[HEAD_BYTES];
    pack_head(epoch, issuer, random, head);
    for (size_t i = 0; i < HEAD_DIGITS; i++)
        code.s[PREFIX + i] = bx_base32[head_digit(head, i)];
    uint64_t tag = head_tag(head, key);
    for (size_t i = 0; i < TAG_DIGITS; i++)
        code.s[PREFIX + HEAD_DIGITS + i] = bx_base32[tag >> (55 - 5 * i) & 31];
    code.s[CHECK_AT] = bx_check_character(code.s, CHECK_AT);
    return code;
}

int bx_code_read(const char *text, size_t len, struct bx_code *ret, struct bx_fault *fault)
{
    static const char say[] = "Not a ticket code: mistyped, or scanner keyboard layout.";
    struct bx_code code;
    size_t n = bx_squeeze(text, len, code.s, sizeof code.s);
    if (n != BX_CODE_LEN)
        return bx_fault_set(fault, BX_ERR_INPUT, say, "ticket code: %zu characters read", len);
    if (memcmp(code.s, "B1", PREFIX) != 0)
        return bx_fault_set(fault, BX_ERR_INPUT, say, "ticket code: it does not begin with B1");
    for (size_t i = PREFIX; i < CHECK_AT; i++) {
        code.s[i] = bx_forgive(code.s[i]);
        if (code.s[i] == '\0' || strchr(bx_base32, code.s[i]) == NULL)
            return bx_fault_set(fault, BX_ERR_INPUT, say,
                                "ticket code: character %zu is not of its alphabet", i + 1);
    }
    if (code.s[CHECK_AT] != bx_check_character(code.s, CHECK_AT))
        return bx_fault_set(fault, BX_ERR_INPUT, say, "ticket code: wrong check character");
    *ret = code;
    return 0;
}

void bx_code_split(const struct bx_code *code, struct bx_code_parts *ret)
{
    const char *digit = code->s + PREFIX;
    /* The first 14 bits end inside the third digit, whose last bit begins the random part. */
    uint64_t front =
        digit_value(digit[0]) << 10 | digit_value(digit[1]) << 5 | digit_value(digit[2]);
    uint64_t random = front & 1, tag = 0;
    for (size_t i = 3; i < HEAD_DIGITS; i++)
        random = random << 5 | digit_value(digit[i]);
    for (size_t i = 0; i < TAG_DIGITS; i++)
        tag = tag << 5 | digit_value(digit[HEAD_DIGITS + i]);
    ret->epoch = (int)(front >> 11);
    ret->issuer = (int)(front >> 1 & (BX_ISSUERS_MAX - 1));
    for (size_t i = 0; i < RANDOM_BYTES; i++)
        ret->random[i] = (uint8_t)(random >> (8 * (RANDOM_BYTES - 1 - i)));
    ret->tag = tag;
}

bool bx_code_is_genuine(const struct bx_code *code, const struct bx_subkey *key)
{
    struct bx_code_parts parts;
    uint8_t head[HEAD_BYTES];
    bx_code_split(code, &parts);
    pack_head(parts.epoch, parts.issuer, parts.random, head);
    uint64_t tag = head_tag(head, key);
    return bx_bytes_equal(&tag, &parts.tag, sizeof tag);
}

bool bx_code_has_shape(const char *text, size_t len)
{
    char squeezed[BX_CODE_SIZE];
    return bx_squeeze(text, len, squeezed, sizeof squeezed) == BX_CODE_LEN &&
           memcmp(squeezed, "B1", PREFIX) == 0;
}

/* ---- the keys document ---- */

static void read_key(void *arg, struct bx_json_reader *reader, size_t nth)
{
    static const char *const names[] = {"date", "class", "key", NULL};
    struct bx_keys *keys = arg;
    struct bx_key_row *row = &keys->rows[nth];
    char date[BX_DATE_TEXT];
    bx_json_only(reader, names);
    bx_json_string(reader, "date", sizeof date - 1, date, sizeof date);
    bx_slug_read(reader, "class", &row->class);
    bx_json_hex(reader, "key", row->key.b, sizeof row->key.b);
    if (reader->err != 0)
        return;
    if (bx_date_parse(date, &row->date) != 0) {
        bx_json_fault(reader, "\"date\" must be a day like 2026-11-24");
        return;
    }
    for (size_t i = 0; i < nth; i++)
        if (bx_date_compare(keys->rows[i].date, row->date) == 0 &&
            bx_slug_equal(&keys->rows[i].class, &row->class))
            bx_json_fault(reader, "there is a second key for \"%s\" on %s", row->class.s, date);
}

static int read_keys(bx_json *root, struct bx_keys *keys, struct bx_fault *fault)
{
    static const char *const names[] = {"v",    "epoch",   "version", "key_epoch", "issuer",
                                        "keys", "voucher", "pair",    NULL};
    struct bx_json_reader reader;
    bx_json_read(&reader, root, "keys", fault);
    bx_json_int(&reader, "v", 1, 1);
    bx_json_only(&reader, names);
    keys->epoch = bx_json_int(&reader, "epoch", 0, BX_MONEY_MAX);
    keys->version = bx_json_int(&reader, "version", 0, BX_MONEY_MAX);
    keys->key_epoch = (int)bx_json_int(&reader, "key_epoch", 0, EPOCHS - 1);
    keys->issuer = (int)bx_json_int(&reader, "issuer", 0, BX_ISSUERS_MAX - 1);
    bx_json *rows = bx_json_array(&reader, "keys", BX_KEYS_MAX);
    keys->has_voucher = bx_json_get(root, "voucher") != NULL;
    if (keys->has_voucher)
        bx_json_hex(&reader, "voucher", keys->voucher.b, sizeof keys->voucher.b);
    keys->has_pair = bx_json_get(root, "pair") != NULL;
    if (keys->has_pair)
        bx_json_hex(&reader, "pair", keys->pair.b, sizeof keys->pair.b);
    if (reader.err != 0)
        return reader.err;
    keys->count = bx_json_count(rows);
    keys->rows = bx_alloc(keys->count + 1, sizeof *keys->rows);
    bx_json_each(&reader, rows, "key", read_key, keys);
    return reader.err;
}

struct bx_keys *bx_keys_parse(const char *json, size_t len, struct bx_fault *fault)
{
    struct bx_fault unheard;
    fault = fault != NULL ? fault : &unheard;
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, KEYS_BYTES, fault);
    if (doc == NULL)
        return NULL;
    struct bx_keys *keys bx_cleanup(bx_keys_destroy) = bx_new(struct bx_keys);
    if (read_keys(bx_json_root(doc), keys, fault) != 0)
        return NULL;
    return bx_steal(&keys);
}

void *bx_keys_destroy(struct bx_keys *keys)
{
    if (keys == NULL)
        return NULL;
    if (keys->rows != NULL)
        bx_wipe(keys->rows, keys->count * sizeof *keys->rows);
    bx_free(keys->rows);
    bx_wipe(&keys->pair, sizeof keys->pair);
    return bx_free(keys);
}

void bx_keys_encode(const struct bx_keys *keys, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", 1);
    bx_json_put_int(&writer, "epoch", keys->epoch);
    bx_json_put_int(&writer, "version", keys->version);
    bx_json_put_int(&writer, "key_epoch", keys->key_epoch);
    bx_json_put_int(&writer, "issuer", keys->issuer);
    bx_json_array_open(&writer, "keys");
    for (size_t i = 0; i < keys->count; i++) {
        const struct bx_key_row *row = &keys->rows[i];
        char date[BX_DATE_TEXT];
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "date", bx_date_format(row->date, date));
        bx_json_put_string(&writer, "class", row->class.s);
        bx_json_put_hex(&writer, "key", row->key.b, sizeof row->key.b);
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    if (keys->has_voucher)
        bx_json_put_hex(&writer, "voucher", keys->voucher.b, sizeof keys->voucher.b);
    if (keys->has_pair)
        bx_json_put_hex(&writer, "pair", keys->pair.b, sizeof keys->pair.b);
    bx_json_object_close(&writer);
}

const struct bx_subkey *bx_keys_find(const struct bx_keys *keys, struct bx_date date,
                                     const struct bx_slug *class)
{
    for (size_t i = 0; i < keys->count; i++)
        if (bx_date_compare(keys->rows[i].date, date) == 0 &&
            bx_slug_equal(&keys->rows[i].class, class))
            return &keys->rows[i].key;
    return NULL;
}
