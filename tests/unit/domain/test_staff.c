/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/staff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"

static const char document[] =
    "{\"v\":1,\"epoch\":1,\"version\":3,\"users\":["
    "{\"number\":7,\"name\":\"Ana\",\"role\":\"cashier\",\"pin\":\"$argon2id$v=19$m=1\"},"
    "{\"number\":12,\"name\":\"Bj\xC3\xB6rn\",\"role\":\"supervisor\",\"language\":\"de\",\"pin\":"
    "\"$argon2id$b\"},"
    "{\"number\":9999,\"name\":\"Eve\",\"role\":\"auditor\",\"pin\":\"$argon2id$c\"}]}";

static void test_parse(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct bx_staff *staff bx_cleanup(bx_staff_destroy) =
        bx_staff_parse(document, strlen(document), &fault);
    assert_non_null(staff);
    assert_int_equal(staff->epoch, 1);
    assert_int_equal(staff->version, 3);
    assert_int_equal(staff->count, 3);
    const struct bx_user *user = bx_staff_user(staff, 12);
    assert_non_null(user);
    assert_string_equal(user->name, "Bj\xC3\xB6rn");
    assert_int_equal(user->role, BX_ROLE_SUPERVISOR);
    assert_string_equal(bx_staff_user(staff, 7)->pin_hash, "$argon2id$v=19$m=1");
    assert_string_equal(bx_staff_user(staff, 7)->language, "");
    assert_string_equal(bx_staff_user(staff, 12)->language, "de");
    assert_int_equal(bx_staff_user(staff, 9999)->role, BX_ROLE_AUDITOR);
    assert_null(bx_staff_user(staff, 8));
}

static void test_encode_gives_the_bytes_back(void **state)
{
    (void)state;
    struct bx_staff *staff bx_cleanup(bx_staff_destroy) =
        bx_staff_parse(document, strlen(document), NULL);
    assert_non_null(staff);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_staff_encode(staff, &out);
    assert_string_equal(bx_buf_text(&out), document);
}

/* The document with its first FROM turned into TO must be refused with SAID in the sentence. */
static void refused(const char *from, const char *to, const char *said)
{
    char changed[2048];
    struct bx_fault fault = {0};
    const char *at = strstr(document, from);
    assert_non_null(at);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - document), document, to,
             at + strlen(from));
    struct bx_staff *staff = bx_staff_parse(changed, strlen(changed), &fault);
    assert_null(staff);
    assert_int_equal(fault.err, BX_ERR_INPUT);
    if (strstr(fault.say, said) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", fault.say, said);
    assert_null(bx_staff_parse(changed, strlen(changed), NULL));
}

static void test_refuses(void **state)
{
    (void)state;
    refused("\"v\":1", "\"v\":2", "staff: \"v\"");
    refused("\"epoch\":1,", "", "staff: \"epoch\"");
    refused("\"epoch\":1", "\"epoch\":1,\"more\":1", "staff: \"more\"");
    refused("\"number\":7", "\"number\":0", "user 1: \"number\"");
    refused("\"number\":12", "\"number\":10000", "user 2: \"number\"");
    refused("\"number\":12", "\"number\":7", "user 2: the number 7 is taken");
    refused("\"name\":\"Ana\"", "\"name\":\"\"", "user 1: \"name\"");
    refused("\"auditor\"", "\"Auditor\"", "user 3: \"role\"");
    refused("\"auditor\"", "\"owner\"", "user 3: \"role\"");
    refused("$argon2id$b", "1234", "user 2: \"pin\"");
    refused("\"pin\":\"$argon2id$c\"", "\"pin\":\"$argon2id$c\",\"key\":\"x\"", "user 3: \"key\"");
    refused("{\"number\":7", "3,{\"number\":7", "user 1");
}

static void test_refuses_a_crowd(void **state)
{
    (void)state;
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    for (int count = BX_USERS_MAX; count <= BX_USERS_MAX + 1; count++) {
        bx_buf_clear(&text);
        bx_buf_text_add(&text, "{\"v\":1,\"epoch\":1,\"version\":1,\"users\":[");
        for (int i = 1; i <= count; i++)
            bx_buf_format(&text,
                          "%s{\"number\":%d,\"name\":\"N\",\"role\":\"cashier\",\"pin\":"
                          "\"$argon2id$x\"}",
                          i == 1 ? "" : ",", i);
        bx_buf_text_add(&text, "]}");
        struct bx_staff *staff bx_cleanup(bx_staff_destroy) =
            bx_staff_parse(bx_buf_text(&text), text.len, NULL);
        assert_int_equal(staff != NULL, count == BX_USERS_MAX);
    }
}

static void test_roles(void **state)
{
    (void)state;
    for (int i = BX_ROLE_CASHIER; i <= BX_ROLE_AUDITOR; i++) {
        enum bx_role role;
        assert_int_equal(bx_role_parse(bx_role_word((enum bx_role)i), &role), 0);
        assert_int_equal(role, i);
    }
    enum bx_role untouched = BX_ROLE_AUDITOR;
    assert_int_equal(bx_role_parse("", &untouched), BX_ERR_INPUT);
    assert_int_equal(untouched, BX_ROLE_AUDITOR);
}

static void test_destroy_takes_anything(void **state)
{
    (void)state;
    assert_null(bx_staff_destroy(NULL));
    assert_null(bx_staff_destroy(bx_new(struct bx_staff)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),   cmocka_unit_test(test_encode_gives_the_bytes_back),
        cmocka_unit_test(test_refuses), cmocka_unit_test(test_refuses_a_crowd),
        cmocka_unit_test(test_roles),   cmocka_unit_test(test_destroy_takes_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
