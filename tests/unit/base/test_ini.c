/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/ini.h"

static char host[16];
static int64_t port, low;
static bool tls;

static const struct bx_ini_key keys[] = {
    {"server", "host", BX_INI_TEXT, host, sizeof(host), 0, 0},
    {"server", "port", BX_INI_NUMBER, &port, 0, 1, 65535},
    {"server", "tls", BX_INI_BOOL, &tls, 0, 0, 0},
    {"till", "port", BX_INI_NUMBER, &low, 0, -10, 10},
};

static struct bx_fault fault;

static int parse(const char *text)
{
    snprintf(host, sizeof(host), "default");
    port = 443;
    low = 0;
    tls = true;
    memset(&fault, 0, sizeof(fault));
    return bx_ini_parse("till.conf", text, strlen(text), keys, bx_countof(keys), &fault);
}

static void values_arrive(void **state)
{
    (void)state;
    assert_int_equal(
        parse("# a comment\r\n; another\n\n  [server]\nhost = box#1; é\n\tport=8443\t\n"
              "tls = no\n[till]\r\nport = -7"),
        0);
    assert_string_equal(host, "box#1; é");
    assert_int_equal(port, 8443);
    assert_false(tls);
    assert_int_equal(low, -7);
    assert_int_equal(parse(""), 0);
    assert_string_equal(host, "default");
    assert_int_equal(parse("[server]\nhost =\n[till]\n[server]\ntls=on"), 0);
    assert_string_equal(host, "");
    assert_true(tls);
}

static void faults_name_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"[server]\nprot = 1", "line 2"},
        {"\n[server]\nport = 1\nport = 2", "line 4"},
        {"[server]\nport = 0", "port must be from 1 to 65535"},
        {"[server]\nport = 65536", "line 2"},
        {"[server]\nport = 99999999999999999999", "line 2"},
        {"[server]\nport = 08", "line 2"},
        {"[server]\nport = 8x", "8x"},
        {"[server]\nport =", "line 2"},
        {"[till]\nport = -11", "from -10 to 10"},
        {"[till]\nport = -", "line 2"},
        {"[server]\ntls = maybe", "tls must be yes or no"},
        {"[server]\nhost = 1234567890123456", "too long"},
        {"[server]\nhost = a\x01", "line 2"},
        {"[server]\nhost = a\xFF", "not allowed"},
        {"[server]\nhost", "line 2"},
        {"port = 1", "line 1"},
        {"port = 1", "before any [section]: port"},
        {"[sever]\n", "sever"},
        {"[server\nport = 1", "line 1"},
        {"[till]\nhost = x", "host"},
        {"[]\n", "line 1"},
        {"= 5", "line 1"},
    };
    for (size_t i = 0; i < bx_countof(cases); i++) {
        assert_int_equal(parse(cases[i].text), BX_ERR_INPUT);
        assert_int_equal(fault.err, BX_ERR_INPUT);
        assert_non_null(strstr(fault.say, "till.conf"));
        assert_non_null(strstr(fault.say, cases[i].said));
    }
}

static void bytes_and_size_are_bounded(void **state)
{
    (void)state;
    static char big[(64 << 10) + 1];
    memset(big, '\n', sizeof(big));
    assert_int_equal(bx_ini_parse("x", big, sizeof(big) - 1, keys, 4, NULL), 0);
    assert_int_equal(bx_ini_parse("x", big, sizeof(big), keys, 4, &fault), BX_ERR_INPUT);
    static const char nul[] = "[server]\nhost = a\0b\n";
    assert_int_equal(bx_ini_parse("x", nul, sizeof(nul) - 1, keys, 4, &fault), BX_ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_arrive),
        cmocka_unit_test(faults_name_file_and_line),
        cmocka_unit_test(bytes_and_size_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
