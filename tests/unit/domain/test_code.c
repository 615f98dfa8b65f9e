/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/rand.h"

static const char base36[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static const struct bx_subkey key = {.b = {1, 2, 3}};
static const struct bx_subkey other_key = {.b = {1, 2, 4}};

static struct bx_code random_code(struct bx_rand *rand)
{
    uint8_t random[10];
    bx_rand_draw(rand, random, sizeof random);
    return bx_code_make(&key, random[7] & 15, (random[8] << 8 | random[9]) & 1023, random);
}

static bool reads(const char *text)
{
    struct bx_code code;
    struct bx_fault fault = {0};
    if (bx_code_read(text, strlen(text), &code, &fault) == 0)
        return true;
    assert_int_equal(fault.err, BX_ERR_INPUT);
    assert_non_null(strstr(fault.say, "mistyped, or scanner keyboard layout"));
    return false;
}

/* The definition read from its end. ISO 7064's hybrid systems: P starts at M; S = P + character
 * modulo M; the next P is 2 * S modulo M + 1, where a zero S counts as M; the check character's own
 * S is 1. So from that 1 take away the character, halve modulo M + 1, and arrive at M. */
static bool check_holds_backwards(const char *code)
{
    enum { M = 36, HALF = 19 }; /* 2 * 19 = 38 = 1 mod 37 */
    int sum = 1;
    for (size_t j = strlen(code); j-- > 0;) {
        int value = (int)(strchr(base36, code[j]) - base36);
        int p = ((sum - value) % M + M) % M;
        p = p == 0 ? M : p;
        if (j == 0)
            return p == M;
        sum = p * HALF % (M + 1);
    }
    return false;
}

static void test_check_character_by_its_definition(void **state)
{
    (void)state;
    /* The example of the Global Release Identifier standard, which uses the same system. */
    assert_true(check_holds_backwards("A12425GABC1234002M"));
    assert_false(check_holds_backwards("A12425GABC1234002N"));
    struct bx_rand rand = {.seed = {7}};
    for (int i = 0; i < 2000; i++) {
        struct bx_code code = random_code(&rand);
        int holds = 0;
        assert_true(check_holds_backwards(code.s));
        for (size_t c = 0; c < 36; c++) {
            code.s[28] = base36[c];
            holds += check_holds_backwards(code.s);
            assert_int_equal(reads(code.s), check_holds_backwards(code.s));
        }
        assert_int_equal(holds, 1);
    }
}

static void test_every_single_error_is_found(void **state)
{
    (void)state;
    struct bx_rand rand = {.seed = {8}};
    for (int i = 0; i < 100; i++) {
        struct bx_code code = random_code(&rand);
        assert_true(reads(code.s));
        for (size_t at = 0; at < BX_CODE_LEN; at++) {
            char right = code.s[at];
            const char *alphabet = at >= 2 && at < 28 ? base32 : base36;
            for (const char *wrong = alphabet; *wrong != '\0'; wrong++) {
                code.s[at] = *wrong;
                assert_int_equal(reads(code.s), *wrong == right);
            }
            code.s[at] = right;
        }
    }
}

/* Not all of them by definition, but a scheme that missed many would be another scheme. */
static void test_most_swaps_are_found(void **state)
{
    (void)state;
    struct bx_rand rand = {.seed = {9}};
    int swaps = 0, missed = 0;
    for (int i = 0; i < 500; i++) {
        struct bx_code code = random_code(&rand);
        for (size_t at = 2; at < 27; at++) {
            char a = code.s[at], b = code.s[at + 1];
            if (a == b)
                continue;
            code.s[at] = b;
            code.s[at + 1] = a;
            swaps++;
            missed += reads(code.s);
            code.s[at] = a;
            code.s[at + 1] = b;
        }
    }
    assert_true(swaps > 10000);
    assert_true(missed * 100 < swaps);
}

/* A code whose character at AT (0-based) is WANTED. */
static struct bx_code code_with(struct bx_rand *rand, size_t at, char wanted)
{
    for (int i = 0; i < 5000; i++) {
        struct bx_code code = random_code(rand);
        if (code.s[at] == wanted)
            return code;
    }
    fail_msg("no code has %c at %zu", wanted, at);
    return (struct bx_code){0};
}

static void test_look_alikes_are_forgiven_inside(void **state)
{
    (void)state;
    static const char *const pairs[] = {"0O", "0o", "1I", "1i", "1L", "1l", "VU", "Vu"};
    struct bx_rand rand = {.seed = {10}};
    for (size_t at = 2; at < 28; at++)
        for (size_t i = 0; i < bx_countof(pairs); i++) {
            struct bx_code code, right = code_with(&rand, at, pairs[i][0]);
            char typed[BX_CODE_SIZE];
            memcpy(typed, right.s, sizeof typed);
            typed[at] = pairs[i][1];
            assert_int_equal(bx_code_read(typed, BX_CODE_LEN, &code, NULL), 0);
            assert_string_equal(code.s, right.s);
        }
}

static void test_look_alikes_are_not_forgiven_outside(void **state)
{
    (void)state;
    static const char *const pairs[] = {"0O", "O0", "1I", "1L", "I1", "L1", "VU", "UV"};
    struct bx_rand rand = {.seed = {11}};
    for (size_t i = 0; i < bx_countof(pairs); i++) {
        struct bx_code code = code_with(&rand, 28, pairs[i][0]);
        assert_true(reads(code.s));
        code.s[28] = pairs[i][1];
        assert_false(reads(code.s));
    }
    struct bx_code code = random_code(&rand);
    code.s[1] = 'I';
    assert_false(reads(code.s));
    code.s[1] = 'l';
    assert_false(reads(code.s));
}

static void test_case_blanks_and_hyphens(void **state)
{
    (void)state;
    struct bx_rand rand = {.seed = {12}};
    struct bx_code read, code = random_code(&rand);
    char typed[80];
    snprintf(typed, sizeof typed, " %.2s-%.7s %.7s-%.12s - %s  ", code.s, code.s + 2, code.s + 9,
             code.s + 16, code.s + 28);
    for (char *c = typed; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    assert_int_equal(bx_code_read(typed, strlen(typed), &read, NULL), 0);
    assert_string_equal(read.s, code.s);
    assert_true(bx_code_has_shape(typed, strlen(typed)));
}

static void test_refuses_other_things(void **state)
{
    (void)state;
    struct bx_rand rand = {.seed = {13}};
    struct bx_code code = random_code(&rand), untouched = {"old"};
    char text[40];
    assert_false(reads(""));
    assert_false(reads("B1"));
    snprintf(text, sizeof text, "%.28s", code.s);
    assert_false(reads(text));
    snprintf(text, sizeof text, "%s0", code.s);
    assert_false(reads(text));
    snprintf(text, sizeof text, "B2%s", code.s + 2);
    assert_false(reads(text));
    snprintf(text, sizeof text, "%.10s*%s", code.s, code.s + 11);
    assert_false(reads(text));
    snprintf(text, sizeof text, "%.28s*", code.s);
    assert_false(reads(text));
    memcpy(text, code.s, BX_CODE_SIZE);
    text[12] = '\0'; /* a NUL is a character like any other that is not in the alphabet */
    assert_int_equal(bx_code_read(text, BX_CODE_LEN, &untouched, NULL), BX_ERR_INPUT);
    text[12] = code.s[12];
    text[28] = '\0';
    assert_int_equal(bx_code_read(text, BX_CODE_LEN, &untouched, NULL), BX_ERR_INPUT);
    assert_string_equal(untouched.s, "old");
}

static void test_shape(void **state)
{
    (void)state;
    struct bx_rand rand = {.seed = {14}};
    struct bx_code code = random_code(&rand);
    assert_true(bx_code_has_shape(code.s, BX_CODE_LEN));
    code.s[28] = '*';
    assert_true(bx_code_has_shape(code.s, BX_CODE_LEN));
    assert_false(bx_code_has_shape(code.s, BX_CODE_LEN - 1));
    assert_false(bx_code_has_shape("2a1c", 4));
    code.s[0] = 'C';
    assert_false(bx_code_has_shape(code.s, BX_CODE_LEN));
}

static void test_split(void **state)
{
    (void)state;
    static const int epochs[] = {0, 1, 8, 15};
    static const int issuers[] = {0, 1, 2, 511, 512, 1023};
    static const char *const randoms[] = {
        "\0\0\0\0\0\0\0", "\xff\xff\xff\xff\xff\xff\xff", "\1\2\3\4\5\6\7", "\x80\0\0\0\0\0\0",
        "\0\0\0\0\0\0\1",
    };
    for (size_t e = 0; e < bx_countof(epochs); e++)
        for (size_t i = 0; i < bx_countof(issuers); i++)
            for (size_t r = 0; r < bx_countof(randoms); r++) {
                struct bx_code code =
                    bx_code_make(&key, epochs[e], issuers[i], (const uint8_t *)randoms[r]);
                struct bx_code_parts parts;
                assert_int_equal(strlen(code.s), BX_CODE_LEN);
                assert_true(reads(code.s));
                bx_code_split(&code, &parts);
                assert_int_equal(parts.epoch, epochs[e]);
                assert_int_equal(parts.issuer, issuers[i]);
                assert_memory_equal(parts.random, randoms[r], 7);
                assert_int_equal(parts.tag >> 60, 0);
                assert_true(bx_code_is_genuine(&code, &key));
                assert_false(bx_code_is_genuine(&code, &other_key));
            }
}

/* A code that reads well and proves nothing: any of its 130 bits turned, the check made good. */
static void test_forged(void **state)
{
    (void)state;
    struct bx_rand rand = {.seed = {15}};
    struct bx_code code = random_code(&rand);
    assert_true(bx_code_is_genuine(&code, &key));
    for (size_t bit = 0; bit < 130; bit++) {
        struct bx_code forged = code;
        size_t at = 2 + bit / 5, value = (size_t)(strchr(base32, code.s[at]) - base32);
        forged.s[at] = base32[value ^ (16u >> bit % 5)];
        for (size_t c = 0; c < 36 && !reads(forged.s); c++)
            forged.s[28] = base36[c];
        assert_true(reads(forged.s));
        assert_false(bx_code_is_genuine(&forged, &key));
    }
}

static void test_keys_differ_by_everything(void **state)
{
    (void)state;
    uint8_t master[32] = {42}, day[6][32];
    struct bx_date date = {2026, 11, 24}, next = {2026, 11, 25};
    struct bx_slug main_class = {"main"}, tours = {"tours"};
    struct bx_subkey two, three;
    bx_day_key(master, date, &main_class, day[0]);
    bx_day_key(master, next, &main_class, day[1]);
    bx_day_key(master, date, &tours, day[2]);
    master[31] = 1;
    bx_day_key(master, date, &main_class, day[3]);
    bx_issuer_key(day[0], 2, &two);
    bx_issuer_key(day[0], 3, &three);
    memcpy(day[4], two.b, 32);
    memcpy(day[5], three.b, 32);
    for (size_t a = 0; a < bx_countof(day); a++)
        for (size_t b = a + 1; b < bx_countof(day); b++)
            assert_memory_not_equal(day[a], day[b], 32);
}

/* Codes that are printed stay genuine in every later version: these characters are the format. */
static void test_pinned(void **state)
{
    (void)state;
    uint8_t master[32], day[32];
    for (size_t i = 0; i < sizeof master; i++)
        master[i] = (uint8_t)i;
    static const uint8_t random[7] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD};
    struct bx_subkey subkey;
    char hex[65];
    bx_day_key(master, (struct bx_date){2026, 11, 24}, &(struct bx_slug){"main"}, day);
    bx_issuer_key(day, 2, &subkey);
    assert_string_equal(bx_hex_format(day, 32, hex),
                        "82d809c00fa3c193cc85ec656693ef777bfee93e7450a6afd019f0016e285086");
    assert_string_equal(bx_hex_format(subkey.b, 32, hex),
                        "ede98a31e6a871bc814d6676c6b043e5575189cef034fae6a3740a7b0fd238a7");
    assert_string_equal(bx_code_make(&subkey, 0, 2, random).s, "B10040938NKRKAYDHZBPJQQ9TAH5E");
}

static const char document[] =
    "{\"v\":1,\"epoch\":1,\"version\":2,\"key_epoch\":3,\"issuer\":2,\"keys\":["
    "{\"date\":\"2026-11-24\",\"class\":\"main\",\"key\":"
    "\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"},"
    "{\"date\":\"2026-11-24\",\"class\":\"tours\",\"key\":"
    "\"ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"},"
    "{\"date\":\"2026-11-25\",\"class\":\"main\",\"key\":"
    "\"fe0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"}]}";

static void test_keys_document(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct bx_keys *keys bx_cleanup(bx_keys_destroy) =
        bx_keys_parse(document, strlen(document), &fault);
    assert_non_null(keys);
    assert_int_equal(keys->epoch, 1);
    assert_int_equal(keys->version, 2);
    assert_int_equal(keys->key_epoch, 3);
    assert_int_equal(keys->issuer, 2);
    assert_int_equal(keys->count, 3);
    struct bx_slug main_class = {"main"}, tours = {"tours"};
    struct bx_date first = {2026, 11, 24}, second = {2026, 11, 25};
    assert_int_equal(bx_keys_find(keys, first, &main_class)->b[0], 0);
    assert_int_equal(bx_keys_find(keys, first, &tours)->b[0], 0xff);
    assert_int_equal(bx_keys_find(keys, second, &main_class)->b[0], 0xfe);
    assert_null(bx_keys_find(keys, second, &tours));
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_keys_encode(keys, &out);
    assert_string_equal(bx_buf_text(&out), document);
}

static void refused(const char *from, const char *to, const char *said)
{
    char text[2048];
    struct bx_fault fault = {0};
    const char *at = strstr(document, from);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - document), document, to, at + strlen(from));
    struct bx_keys *keys = bx_keys_parse(text, strlen(text), &fault);
    assert_null(keys);
    if (strstr(fault.say, said) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", fault.say, said);
}

static void test_keys_document_refuses(void **state)
{
    (void)state;
    refused("\"v\":1", "\"v\":0", "keys: \"v\"");
    refused("\"key_epoch\":3", "\"key_epoch\":16", "keys: \"key_epoch\"");
    refused("\"issuer\":2", "\"issuer\":1024", "keys: \"issuer\"");
    refused("\"issuer\":2", "\"issuer\":2,\"master\":\"\"", "keys: \"master\"");
    refused("\"2026-11-25\"", "\"2026-02-30\"", "key 3: \"date\"");
    refused("\"2026-11-25\"", "\"2026-11-24\"", "key 3: there is a second key for \"main\"");
    refused("\"tours\"", "\"Tours\"", "key 2: \"class\"");
    refused("1e1f\"", "1e1F\"", "key 1: \"key\"");
    refused("1e1f\"", "1e\"", "key 1: \"key\"");
    refused("{\"date\"", "[],{\"date\"", "key 1");
    assert_null(bx_keys_destroy(NULL));
    assert_null(bx_keys_destroy(bx_new(struct bx_keys)));
}

int main(void)
{
    bx_crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_character_by_its_definition),
        cmocka_unit_test(test_every_single_error_is_found),
        cmocka_unit_test(test_most_swaps_are_found),
        cmocka_unit_test(test_look_alikes_are_forgiven_inside),
        cmocka_unit_test(test_look_alikes_are_not_forgiven_outside),
        cmocka_unit_test(test_case_blanks_and_hyphens),
        cmocka_unit_test(test_refuses_other_things),
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_keys_differ_by_everything),
        cmocka_unit_test(test_pinned),
        cmocka_unit_test(test_keys_document),
        cmocka_unit_test(test_keys_document_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
