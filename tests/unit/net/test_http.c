/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/net/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "scripted_http.h"

enum { ANSWER_MAX = 4096 };

/* What the server says to every request; NULL: it hangs. */
static void says(void *arg, int fd, size_t nth, const struct scripted_request *request)
{
    (void)nth;
    (void)request;
    if (arg)
        scripted_write(fd, arg, strlen(arg));
    else
        scripted_hang(fd);
}

/* Asks once and gives the answer, which lives as long as HTTP. */
static struct bx_http_answer ask(struct bx_http *http, const char *url, int64_t timeout_ms)
{
    struct bx_http_answer answer = {0};
    struct bx_fault fault = {0};
    static const char *const headers[] = {"Boxtill-Device: 2", "Content-Type: application/json"};
    struct bx_http_request request = {.method = "POST",
                                      .url = url,
                                      .headers = headers,
                                      .header_count = 2,
                                      .body = "{\"a\":1}",
                                      .len = 7,
                                      .answer_max = ANSWER_MAX,
                                      .timeout_ms = timeout_ms};
    assert_int_equal(bx_http_start(http, 7, &request, &fault), 0);
    assert_int_equal(bx_http_under_way(http), 1);
    while (!bx_http_answer(http, &answer))
        bx_http_wait(http, NULL, 0, 1000);
    assert_int_equal(answer.id, 7);
    return answer;
}

struct set {
    struct scripted *server;
    struct bx_http *http;
    char url[64];
};

static struct set set_up(const char *reply)
{
    struct bx_http_config config = {0};
    struct bx_fault fault;
    struct set set = {.server = scripted_start(says, (void *)(uintptr_t)reply),
                      .http = bx_http_create(&config, &fault)};
    assert_non_null(set.http);
    snprintf(set.url, sizeof(set.url), "http://127.0.0.1:%d/v1/x?y=1", set.server->port);
    return set;
}

static void tear_down(struct set *set)
{
    bx_http_destroy(set->http);
    scripted_stop(set->server);
}

static void brings_status_headers_and_body(void **state)
{
    (void)state;
    char text[64];
    struct set set = set_up("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nBoxtill-Epoch: 4 "
                            "\r\nTwice: 1\r\ntwice: 2\r\nContent-Length: 5\r\n\r\nhello");
    struct bx_http_answer answer = ask(set.http, set.url, 5000);
    assert_int_equal(answer.fault.err, 0);
    assert_int_equal(answer.status, 201);
    assert_int_equal(answer.len, 5);
    assert_string_equal(answer.body, "hello");
    assert_true(bx_http_header(&answer, "boxtill-epoch", text, sizeof(text)));
    assert_string_equal(text, "4");
    assert_false(bx_http_header(&answer, "twice", text, sizeof(text)));
    assert_false(bx_http_header(&answer, "boxtill", text, sizeof(text)));
    assert_false(bx_http_header(&answer, "boxtill-epoch", text, 1));
    assert_int_equal(bx_http_under_way(set.http), 0);
    const struct scripted_request *request = &set.server->requests[0];
    assert_string_equal(request->method, "POST");
    assert_string_equal(request->path, "/v1/x?y=1");
    assert_string_equal(request->body, "{\"a\":1}");
    assert_string_equal(scripted_header(request, "Boxtill-Device", text, sizeof(text)), "2");
    assert_string_equal(scripted_header(request, "Expect", text, sizeof(text)), "");
    assert_string_equal(scripted_header(request, "Accept-Encoding", text, sizeof(text)), "");
    tear_down(&set);
}

static void calls_everything_else_a_fault(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        int err;
    } rows[] = {
        {"", BX_ERR_OFFLINE},
        {"garbage without a shape\r\n\r\n", BX_ERR_OFFLINE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nonly this", BX_ERR_OFFLINE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nx", BX_ERR_INPUT},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n", BX_ERR_OFFLINE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct set set = set_up(rows[i].reply);
        struct bx_http_answer answer = ask(set.http, set.url, 5000);
        assert_int_equal(answer.fault.err, rows[i].err);
        assert_true(answer.fault.say[0]);
        assert_int_equal(answer.status, 0);
        tear_down(&set);
    }
}

static void stops_reading_what_is_too_long(void **state)
{
    (void)state;
    static char body[ANSWER_MAX * 2], head[32 << 10];
    size_t at = (size_t)snprintf(body, sizeof(body), "HTTP/1.1 200 OK\r\n\r\n");
    memset(body + at, 'x', ANSWER_MAX + 1);
    struct set set = set_up(body);
    assert_int_equal(ask(set.http, set.url, 5000).fault.err, BX_ERR_INPUT);
    tear_down(&set);
    at = (size_t)snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\n");
    while (at < sizeof(head) - 64)
        at += (size_t)snprintf(head + at, sizeof(head) - at, "X: a line of filling\r\n");
    set = set_up(head);
    assert_int_equal(ask(set.http, set.url, 5000).fault.err, BX_ERR_INPUT);
    tear_down(&set);
}

static void gives_up_on_the_slow(void **state)
{
    (void)state;
    struct set set = set_up(NULL);
    assert_int_equal(ask(set.http, set.url, 50).fault.err, BX_ERR_OFFLINE);
    tear_down(&set);
}

static void follows_no_redirect(void **state)
{
    (void)state;
    struct set set = set_up("HTTP/1.1 307 Go\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
    struct bx_http_answer answer = ask(set.http, set.url, 5000);
    assert_int_equal(answer.fault.err, 0);
    assert_int_equal(answer.status, 307);
    assert_int_equal(set.server->count, 1);
    tear_down(&set);
}

static void uses_no_proxy(void **state)
{
    (void)state;
    setenv("http_proxy", "http://127.0.0.1:9", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
    struct set set = set_up("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(ask(set.http, set.url, 5000).status, 200);
    tear_down(&set);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

static void nobody_there_is_offline(void **state)
{
    (void)state;
    struct set set = set_up("");
    /* The port of a server that has stopped. */
    struct set gone = set_up("");
    tear_down(&gone);
    assert_int_equal(ask(set.http, gone.url, 5000).fault.err, BX_ERR_OFFLINE);
    tear_down(&set);
}

static void speaks_plainly_to_loopback_only(void **state)
{
    (void)state;
    static const char *const good[] = {"http://localhost:1/", "http://127.9.9.9/",
                                       "http://[::1]:80/v1", "https://tickets.example.org",
                                       "https://tickets.example.org:8443/box"};
    static const char *const bad[] = {"http://tickets.example.org/",
                                      "http://128.0.0.1/",
                                      "http://127.0.0.1.example.org/",
                                      "http://[::2]/",
                                      "ftp://127.0.0.1/",
                                      "file:///etc/passwd",
                                      "https://me@example.org/",
                                      "https://example.org/?a=b",
                                      "https://example.org/#a",
                                      "",
                                      "nonsense",
                                      "http:///"};
    struct bx_fault fault;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_int_equal(bx_http_url_check(good[i], &fault), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_not_equal(bx_http_url_check(bad[i], &fault), 0);
}

static void wakes_for_somebody_elses_descriptor(void **state)
{
    (void)state;
    int ends[2];
    struct bx_http_config config = {0};
    struct bx_fault fault;
    bx_cleanup(bx_http_destroy) struct bx_http *http = bx_http_create(&config, &fault);
    assert_int_equal(pipe(ends), 0);
    struct pollfd fd = {.fd = ends[0], .events = POLLIN};
    bx_http_wait(http, &fd, 1, 1);
    assert_int_equal(fd.revents, 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    bx_http_wait(http, &fd, 1, 60000);
    assert_int_equal(fd.revents, POLLIN);
    assert_int_equal(read(ends[0], &fault, 1), 1);
    close(ends[1]);
    bx_http_wait(http, &fd, 1, 60000);
    assert_int_equal(fd.revents & POLLHUP, POLLHUP);
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brings_status_headers_and_body),
        cmocka_unit_test(calls_everything_else_a_fault),
        cmocka_unit_test(stops_reading_what_is_too_long),
        cmocka_unit_test(gives_up_on_the_slow),
        cmocka_unit_test(follows_no_redirect),
        cmocka_unit_test(uses_no_proxy),
        cmocka_unit_test(nobody_there_is_offline),
        cmocka_unit_test(speaks_plainly_to_loopback_only),
        cmocka_unit_test(wakes_for_somebody_elses_descriptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
