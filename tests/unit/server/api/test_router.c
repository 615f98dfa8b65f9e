/* SPDX-License-Identifier: Apache-2.0 */
/* Paths to routes, and problems to documents. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "server/api/problem.h"
#include "server/api/router.h"

static void finds_every_route(void **state)
{
    (void)state;
    for (size_t i = 0; i < bd_route_count; i++) {
        const struct bd_route *route = &bd_routes[i];
        const char *open = strchr(route->path, '{');
        const char *after = open ? strchr(open, '}') + 1 : "";
        int before = (int)(open ? open - route->path : (ptrdiff_t)strlen(route->path));
        char path[128], query[160];
        snprintf(path, sizeof(path), "%.*s%s%s", before, route->path, open ? "XYZ" : "", after);
        snprintf(query, sizeof(query), "%s?a=/b", path);
        struct bd_routed routed;
        assert_int_equal(bd_route_find(route->method, path, &routed), BD_ROUTED);
        assert_ptr_equal(routed.route, route);
        assert_string_equal(routed.param, open ? "XYZ" : "");
        assert_int_equal(bd_route_find(route->method, query, &routed), BD_ROUTED);
        assert_int_equal(bd_route_find("PATCH", path, &routed), BD_NO_METHOD);
        assert_string_equal(routed.allow, route->method);
    }
}

static void finds_nothing_else(void **state)
{
    (void)state;
    static const char *const paths[] = {"",
                                        "/",
                                        "/v1",
                                        "/v1/",
                                        "/v1/staff/",
                                        "//v1/staff",
                                        "/V1/staff",
                                        "/v1/tickets/",
                                        "/v1/tickets/a/b",
                                        "/v1/tickets/%zz",
                                        "/v1/tickets/%4",
                                        "/v1/tickets/%00",
                                        "*",
                                        "http://x/v1/staff"};
    struct bd_routed routed;
    for (size_t i = 0; i < bx_countof(paths); i++)
        assert_int_equal(bd_route_find("GET", paths[i], &routed), BD_NO_ROUTE);
    char longer[200] = "/v1/tickets/";
    memset(longer + strlen(longer), 'A', 80);
    assert_int_equal(bd_route_find("GET", longer, &routed), BD_NO_ROUTE);
}

static void decodes_the_parameter(void **state)
{
    (void)state;
    struct bd_routed routed;
    assert_int_equal(bd_route_find("GET", "/v1/tickets/B1%2A%2fz*", &routed), BD_ROUTED);
    assert_string_equal(routed.param, "B1*/z*");
}

static void problems_are_documents(void **state)
{
    (void)state;
    for (int problem = 0; problem <= BD_PROBLEM_STORE; problem++) {
        struct bd_answer answer;
        bd_answer_init(&answer);
        bx_buf_text_add(&answer.body, "half an answer");
        answer.etag[0] = 'x';
        bd_problem_set(&answer, (enum bd_problem)problem, "why \"so\"", "/a/0");
        struct bx_json_doc *doc = bx_json_parse(answer.body.data, answer.body.len, 4096, NULL);
        assert_non_null(doc);
        bx_json *root = bx_json_root(doc);
        assert_true(answer.status >= 400 && answer.status < 600);
        assert_int_equal(bx_json_integer(bx_json_get(root, "status")), answer.status);
        assert_string_equal(bx_json_text(bx_json_get(root, "code")),
                            bd_problem_code((enum bd_problem)problem));
        assert_string_equal(bx_json_text(bx_json_get(root, "detail")), "why \"so\"");
        assert_string_equal(bx_json_text(bx_json_get(root, "at")), "/a/0");
        assert_true(strlen(bx_json_text(bx_json_get(root, "title"))) > 10);
        assert_int_equal(answer.etag[0], 0);
        assert_int_equal(answer.retry_after, answer.status == 503);
        bx_json_destroy(doc);
        bd_answer_finish(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_route),
        cmocka_unit_test(finds_nothing_else),
        cmocka_unit_test(decodes_the_parameter),
        cmocka_unit_test(problems_are_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
