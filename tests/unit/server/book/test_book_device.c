/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment, users, documents, availability. */
#include "fixture.h"

#include <string.h>

#include "boxtill/base/text.h"

#define PIN "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo"

static struct bx_public_key key_of(uint8_t n)
{
    struct bx_public_key public;
    struct bx_secret_key secret;
    uint8_t seed[32] = {n};
    bx_key_make(seed, &public, &secret);
    return public;
}

static int enrol(struct venue *venue, uint8_t id_byte, const char *code, uint8_t key,
                 struct bx_enrolment *ret)
{
    struct bx_id id = {{1, 2, 3, id_byte}};
    struct bx_public_key public = key_of(key);
    struct bx_fault fault;
    venue_begin(venue);
    int err = bd_book_enrol(venue->book, &venue->turn, &id, code, &public, ret, &fault);
    venue_end(venue);
    return err;
}

static void make_code(struct venue *venue, char code[9])
{
    venue_begin(venue);
    MUST(bd_book_enrol_code(venue->book, &venue->turn, "", code, NULL));
    venue_end(venue);
}

static void test_enrolment(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct bx_enrolment first, again, second;
    char code[9], other[9];
    make_code(venue, code);
    assert_int_equal(strlen(code), 8);
    make_code(venue, other);
    assert_string_not_equal(code, other);
    MUST(enrol(venue, 1, code, 1, &first));
    assert_int_equal(first.till, 1);
    assert_string_equal(first.venue, "Sample Museum");
    /* the answer got lost: the same again */
    MUST(enrol(venue, 1, code, 1, &again));
    assert_memory_equal(&first, &again, sizeof first);
    assert_int_equal(enrol(venue, 1, code, 2, &again), BX_ERR_CLASH);
    /* used up */
    assert_int_equal(enrol(venue, 2, code, 2, &again), BX_ERR_REFUSED);
    MUST(enrol(venue, 3, other, 3, &second));
    assert_int_equal(second.till, 2);
    assert_memory_not_equal(first.secret, second.secret, sizeof first.secret);
    struct bd_device device;
    MUST(bd_book_device(venue->store, 2, &device, NULL));
    struct bx_public_key wanted = key_of(3);
    assert_memory_equal(&device.key, &wanted, sizeof wanted);
    assert_int_equal(bd_book_device(venue->store, 3, &device, NULL), BX_ERR_MISSING);
    venue_destroy(venue);
}

static void wrong_end(const char code[9], char ret[9])
{
    memcpy(ret, code, 9);
    ret[7] = ret[7] == '0' ? '1' : '0';
}

/* Whoever knows nothing of a code cannot use it up. */
static void test_strangers_guesses_cost_no_code(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct bx_enrolment ret;
    char codes[20][9], wrong[9];
    for (int i = 0; i < 20; i++) {
        venue_tick(venue, 1);
        make_code(venue, codes[i]);
    }
    for (int i = 0; i < 50; i++)
        assert_int_equal(enrol(venue, 1, "NOTACODE", 1, &ret), BX_ERR_REFUSED);
    for (int i = 0; i < 3; i++) { /* a hand that slips at one code */
        wrong_end(codes[19], wrong);
        assert_int_equal(enrol(venue, 1, wrong, 1, &ret), BX_ERR_REFUSED);
    }
    assert_int_equal(enrol(venue, 1, codes[19], 1, &ret), BX_ERR_REFUSED);
    MUST(enrol(venue, 1, codes[0], 1, &ret));
    MUST(enrol(venue, 2, codes[18], 2, &ret));
    venue_destroy(venue);
}

static void test_codes_die(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct bx_enrolment ret;
    char code[9], wrong[9];
    make_code(venue, code);
    venue_tick(venue, 601);
    assert_int_equal(enrol(venue, 1, code, 1, &ret), BX_ERR_REFUSED);
    make_code(venue, code);
    for (int i = 0; i < 3; i++) {
        wrong_end(code, wrong);
        assert_int_equal(enrol(venue, 1, wrong, 1, &ret), BX_ERR_REFUSED);
    }
    assert_int_equal(enrol(venue, 1, code, 1, &ret), BX_ERR_REFUSED);
    make_code(venue, code);
    for (int i = 0; i < 2; i++)
        assert_int_equal(enrol(venue, 1, "far too long to be a code", 1, &ret), BX_ERR_REFUSED);
    MUST(enrol(venue, 1, code, 1, &ret));
    venue_destroy(venue);
}

static void test_once_a_venue(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct bx_secret_key before, after;
    MUST(bd_book_server_key(venue->store, &before, NULL));
    venue_begin(venue);
    assert_int_equal(bd_book_init(venue->store, &venue->turn, NULL), BX_ERR_CLASH);
    venue_end(venue);
    MUST(bd_book_server_key(venue->store, &after, NULL));
    assert_memory_equal(&before, &after, sizeof before);
    venue_destroy(venue);
}

static void read_document(struct venue *venue, enum bx_document document, int64_t *ret_version,
                          struct bx_buf *out)
{
    struct bd_device device = {.till = 2, .incarnation = 1, .issuer = 2};
    struct bx_fault fault = {0};
    bx_buf_clear(out);
    struct bd_wish wish = {&venue->policy, &venue->turn, &device, document};
    MUST(bd_book_document(venue->store, &wish, ret_version, out, &fault));
}

static void test_documents(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct bx_user user = {.number = 7, .name = "Ana", .role = BX_ROLE_CASHIER, .pin_hash = PIN};
    struct bx_fault fault;
    int64_t version, later;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    venue_begin(venue);
    MUST(bd_book_user(venue->book, &venue->turn, &user, &fault));
    user.role = BX_ROLE_SUPERVISOR;
    MUST(bd_book_user(venue->book, &venue->turn, &user, &fault));
    user.number = 10000;
    assert_int_equal(bd_book_user(venue->book, &venue->turn, &user, &fault), BX_ERR_INPUT);
    user = (struct bx_user){.number = 9, .name = "Cem", .role = BX_ROLE_CASHIER, .pin_hash = PIN};
    MUST(bd_book_user(venue->book, &venue->turn, &user, &fault));
    MUST(bd_book_user_remove(venue->book, &venue->turn, 9, &fault));
    assert_int_equal(bd_book_user_remove(venue->book, &venue->turn, 9, &fault), BX_ERR_MISSING);
    assert_int_equal(bd_book_user_remove(venue->book, &venue->turn, 10, &fault), BX_ERR_MISSING);
    user = (struct bx_user){.number = 8, .name = "Ben", .pin_hash = "1234"};
    assert_int_equal(bd_book_user(venue->book, &venue->turn, &user, &fault), BX_ERR_INPUT);
    venue_end(venue);
    read_document(venue, BX_DOC_STAFF, &version, &out);
    assert_int_equal(version, 4);
    struct bx_staff *staff bx_cleanup(bx_staff_destroy) = bx_staff_parse(out.data, out.len, &fault);
    assert_non_null(staff);
    assert_int_equal(staff->count, 1);
    assert_int_equal(staff->users[0].role, BX_ROLE_SUPERVISOR);

    read_document(venue, BX_DOC_KEYS, &version, &out);
    struct bx_keys *keys bx_cleanup(bx_keys_destroy) = bx_keys_parse(out.data, out.len, &fault);
    assert_non_null(keys);
    assert_int_equal(keys->issuer, 2);
    assert_int_equal(keys->count, 6); /* two classes, three days */
    struct bx_date today = {2026, 11, 24};
    struct bx_slug special = {"special"}, other = {"other"};
    assert_non_null(bx_keys_find(keys, today, &special));
    assert_non_null(bx_keys_find(keys, bx_date_plus(today, 2), &special));
    assert_null(bx_keys_find(keys, bx_date_plus(today, 3), &special));
    assert_null(bx_keys_find(keys, today, &other));
    venue_tick(venue, 12 * 3600);
    read_document(venue, BX_DOC_KEYS, &later, &out);
    assert_true(later > version);

    read_document(venue, BX_DOC_PROGRAMME, &version, &out);
    assert_int_equal(version, 1);
    venue_destroy(venue);
}

static void test_availability(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct till *till = till_create(venue);
    struct bx_pool_news news[64];
    struct bx_fault fault;
    size_t count;
    bx_utc at;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 0, 4));
    MUST(bd_book_availability(venue->store, &venue->turn, &out, &fault));
    MUST(bx_availability_decode(out.data, out.len, &at, news, 64, &count, &fault));
    assert_int_equal(at.us, venue->turn.now.us);
    assert_int_equal(count, 3 * 7 + 2 * 11); /* what has not ended */
    bool seen = false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(news[i].pool.s, POOL_B) != 0)
            continue;
        seen = true;
        assert_int_equal(news[i].capacity, 40);
        assert_int_equal(news[i].sold, 4);
        assert_int_equal(news[i].leased, 6);
    }
    assert_true(seen);
    till_destroy(till);
    venue_destroy(venue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enrolment),    cmocka_unit_test(test_codes_die),
        cmocka_unit_test(test_once_a_venue), cmocka_unit_test(test_documents),
        cmocka_unit_test(test_availability), cmocka_unit_test(test_strangers_guesses_cost_no_code),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
