/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies against the tables that the build made of openapi.yaml. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "server/api/validator.h"

#define ID  "\"id\":\"018f0000-0000-7000-8000-000000000001\""
#define KEY "\"key\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""

static const struct bd_schema *body_of(enum bd_operation operation)
{
    for (size_t i = 0; i < bd_route_count; i++)
        if (bd_routes[i].operation == operation)
            return bd_routes[i].body;
    return NULL;
}

/* WANTED NULL: must be good; else the pointer that must be named. */
static void check(enum bd_operation operation, const char *body, const char *wanted)
{
    struct bx_fault fault;
    struct bx_json_doc *doc = bx_json_parse(body, strlen(body), 65536, &fault);
    assert_non_null(doc);
    struct bd_finding finding;
    bool good = bd_validate(bx_json_root(doc), body_of(operation), &finding);
    if (good != !wanted || (wanted && strcmp(finding.at, wanted) != 0))
        fail_msg("%s: %s at \"%s\", wanted %s", body, good ? "good" : finding.what, finding.at,
                 wanted ? wanted : "good");
    assert_true(good || finding.what[0]);
    bx_json_destroy(doc);
}

static void enrolments(void **state)
{
    (void)state;
    enum bd_operation o = BD_OPERATION_ENROL;
    check(o, "{" ID ",\"code\":\"ABCD1234\"," KEY "}", NULL);
    check(o, "{" ID "," KEY "}", "/code");
    check(o, "{" ID ",\"code\":\"ABCD123\"," KEY "}", "/code");
    check(o, "{" ID ",\"code\":\"ABCD12345\"," KEY "}", "/code");
    check(o, "{" ID ",\"code\":\"ABCD 234\"," KEY "}", "/code");
    check(o, "{" ID ",\"code\":8," KEY "}", "/code");
    check(o, "{" ID ",\"code\":null," KEY "}", "/code");
    check(o, "{\"id\":\"018F0000-0000-7000-8000-000000000001\",\"code\":\"ABCD1234\"," KEY "}",
          "/id");
    check(o, "{\"id\":\"018f0000000070008000000000000001\",\"code\":\"ABCD1234\"," KEY "}", "/id");
    check(o, "{" ID ",\"code\":\"ABCD1234\"," KEY ",\"a~b/c\":1}", "/a~0b~1c");
    check(o, "[]", "");
    check(o, "7", "");
}

static void allotments(void **state)
{
    (void)state;
    enum bd_operation o = BD_OPERATION_ALLOTMENTS;
    check(o, "{" ID ",\"messages\":[{\"verb\":\"req\",\"pool\":\"a/b\",\"r\":1,\"n\":0}]}", NULL);
    check(o, "{" ID ",\"messages\":[]}", "/messages");
    check(o, "{" ID ",\"messages\":{}}", "/messages");
    check(o, "{" ID ",\"messages\":[{\"verb\":\"req\"},{\"verb\":\"sell\"}]}", "/messages/1/verb");
    check(o, "{" ID ",\"messages\":[{\"verb\":\"req\",\"r\":-1}]}", "/messages/0/r");
    check(o, "{" ID ",\"messages\":[{\"verb\":\"req\",\"r\":\"1\"}]}", "/messages/0/r");
    check(o, "{" ID ",\"messages\":[{\"verb\":\"req\",\"pool\":\"A\"}]}", "/messages/0/pool");
    check(o, "{" ID ",\"messages\":[{\"pool\":\"a\"}]}", "/messages/0/verb");
    check(o,
          "{" ID ",\"messages\":[{\"verb\":\"req\",\"pool\":"
          "\"a123456789012345678901234567890123456789\"}]}",
          "/messages/0/pool");
}

static void counts_items(void **state)
{
    (void)state;
    static char body[16384];
    for (int count = 256; count <= 257; count++) {
        size_t len = (size_t)snprintf(body, sizeof(body), "{" ID ",\"messages\":[");
        for (int i = 0; i < count; i++)
            len += (size_t)snprintf(body + len, sizeof(body) - len, "%s{\"verb\":\"hello\"}",
                                    i ? "," : "");
        snprintf(body + len, sizeof(body) - len, "]}");
        check(BD_OPERATION_ALLOTMENTS, body, count > 256 ? "/messages" : NULL);
    }
}

static void counts_characters_not_bytes(void **state)
{
    (void)state;
    /* 40 characters of two bytes each */
    char gate[81] = "";
    for (int i = 0; i < 80; i++)
        gate[i] = "\xc3\xa4"[i % 2];
    char body[400];
    for (int more = 0; more < 2; more++) {
        snprintf(body, sizeof(body),
                 "{" ID ",\"scans\":[{" ID ",\"code\":\"B1000000000000000000000000000\",\"gate\":"
                 "\"%s%s\",\"at\":1}]}",
                 gate, more ? "x" : "");
        check(BD_OPERATION_CHECK_INS, body, more ? "/scans/0/gate" : NULL);
    }
}

static void a_deep_pointer_is_cut(void **state)
{
    (void)state;
    char body[400] = "{" ID ",\"code\":\"ABCD1234\"," KEY ",\"";
    size_t len = strlen(body);
    memset(body + len, 'n', 200);
    snprintf(body + len + 200, sizeof(body) - len - 200, "\":1}");
    struct bx_json_doc *doc = bx_json_parse(body, strlen(body), 65536, NULL);
    struct bd_finding finding;
    assert_false(bd_validate(bx_json_root(doc), body_of(BD_OPERATION_ENROL), &finding));
    assert_true(strlen(finding.at) < sizeof(finding.at));
    bx_json_destroy(doc);
}

static void the_document_is_json(void **state)
{
    (void)state;
    assert_true(bd_openapi_json_len > 1000);
    assert_int_equal(bd_openapi_json[0], '{');
    assert_int_equal(bd_openapi_json[bd_openapi_json_len - 1], '}');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enrolments),
        cmocka_unit_test(allotments),
        cmocka_unit_test(counts_items),
        cmocka_unit_test(counts_characters_not_bytes),
        cmocka_unit_test(a_deep_pointer_is_cut),
        cmocka_unit_test(the_document_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
