/* SPDX-License-Identifier: Apache-2.0 */
/* The server's manners on a real socket: what it hands on, what it marks as ill, and that a client
 * who leaves takes nothing down. The server runs in a thread of its own; each test is a client. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "server/http/http.h"

enum { HELD_MAX = 64, CONNECTIONS = 40 };

static struct bd_http *http;
static bd_http_ticket held[HELD_MAX];
static int held_count;
static sem_t came;

enum { BULK = 256 << 10 };
static atomic_int bulk;    /* pieces to be told at the next wake-up */
static atomic_bool ending; /* and the last one */

static void stream_with(bd_http_ticket ticket)
{
    struct bd_answer answer;
    bd_answer_init(&answer);
    answer.kind = BD_BODY_EVENTS;
    struct bd_text *text = bd_text_create("begins\n", 7);
    bd_http_stream(http, ticket, 1, &answer, text);
    bd_text_release(text);
    bd_answer_finish(&answer);
    sem_post(&came);
}

static void streams_tell(void)
{
    static char bytes[BULK];
    memset(bytes, '.', sizeof(bytes));
    for (int i = atomic_exchange(&bulk, 0); i > 0; i--) {
        struct bd_text *text = bd_text_create(bytes, sizeof(bytes));
        bd_http_tell(http, text);
        bd_text_release(text);
    }
    if (!atomic_exchange(&ending, false))
        return;
    struct bd_text *text = bd_text_create("ends!\n", 6);
    bd_http_tell(http, text);
    bd_text_release(text);
}

static void answer_with(bd_http_ticket ticket, const struct bd_request *request)
{
    struct bd_answer answer;
    bd_answer_init(&answer);
    bx_buf_format(&answer.body, "%s %s [%.*s] ct=%s sig=%s ill=%s", request->method, request->path,
                  (int)request->len, request->body, request->content_type, request->signature,
                  request->ill ? request->ill : "no");
    answer.hang_up = request->ill != NULL;
    answer.epoch = 3;
    snprintf(answer.etag, sizeof(answer.etag), "3.1");
    if (strcmp(request->path, "/same") == 0)
        answer.status = 304;
    bd_http_answer(http, ticket, &answer);
    bd_answer_finish(&answer);
}

/* /later is answered at the next wake-up. */
static void request_came(void *arg, bd_http_ticket ticket, const struct bd_request *request)
{
    (void)arg;
    if (strcmp(request->path, "/stream") == 0) {
        stream_with(ticket);
        return;
    }
    if (strncmp(request->path, "/later", 6) != 0) {
        answer_with(ticket, request);
        return;
    }
    bx_assert(held_count < HELD_MAX);
    held[held_count++] = ticket;
    sem_post(&came);
}

static void woken(void *arg)
{
    (void)arg;
    static const struct bd_request later = {
        .method = "GET", .path = "/later", .content_type = "", .signature = "", .body = ""};
    for (int i = 0; i < held_count; i++)
        answer_with(held[i], &later);
    held_count = 0;
    streams_tell();
}

static void *serve(void *arg)
{
    (void)arg;
    bx_assert(bd_http_run(http) == 0);
    return NULL;
}

static pthread_t server;

static int start(void **state)
{
    (void)state;
    static const struct bd_http_ops ops = {.request = request_came, .woken = woken};
    struct bd_http_setup setup = {.listen = "127.0.0.1:0",
                                  .max_body = 1000,
                                  .connections = CONNECTIONS,
                                  .silence = 20,
                                  .patience = 1,
                                  .tick_ms = 20,
                                  .grace_ms = 20000,
                                  .ops = &ops};
    struct bx_fault fault;
    sem_init(&came, 0, 0);
    http = bd_http_create(&setup, &fault);
    return http && pthread_create(&server, NULL, serve, NULL) == 0 ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    bd_http_stop(http);
    pthread_join(server, NULL);
    http = bd_http_destroy(http);
    return 0;
}

static int client(void)
{
    const char *port = strrchr(bd_http_address(http), ':') + 1;
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Reads until WANTED was seen or the server hangs up. */
static char *hear(int fd, const char *wanted)
{
    static char text[8192];
    size_t len = 0;
    text[0] = '\0';
    while (!strstr(text, wanted) && len < sizeof(text) - 1) {
        ssize_t n = recv(fd, text + len, sizeof(text) - 1 - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
        text[len] = '\0';
    }
    return text;
}

static void check(const char *request, const char *wanted)
{
    int fd = client();
    say(fd, request);
    const char *heard = hear(fd, wanted);
    if (!strstr(heard, wanted))
        print_error("asked: %s\nheard: %s\n", request, heard);
    assert_non_null(strstr(heard, wanted));
    close(fd);
}

static void hands_a_request_on(void **state)
{
    (void)state;
    check("GET /a?b=c%20d HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a?b=c%20d [] ct= sig= ill=no");
    check("POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: t/t\r\nBOXTILL-SIGNATURE: ff\r\n"
          "Content-Length: 3\r\n\r\nabc",
          "POST /a [abc] ct=t/t sig=ff ill=no");
    check("DELETE /a HTTP/1.1\r\nHost: x\r\n\r\n", "DELETE /a []");
    check("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
          "POST /a [abc]");
    check("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "Boxtill-Epoch: 3\r\n");
    check("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "ETag: \"3.1\"\r\n");
    check("GET /same HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 304 Not Modified\r\n");
    check("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n",
          "HTTP/1.1 100 Continue");
}

static void marks_what_could_be_two_requests(void **state)
{
    (void)state;
    check("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
          "ill=Content-Length stands twice");
    check("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
          "Connection: close");
    check("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
          "3\r\nabc\r\n0\r\n\r\n",
          "HTTP/1.1 400 Bad Request" /* the library sees to that itself */);
    check("GET /a HTTP/1.1\r\nHost: x\r\nBoxtill-Device: 1\r\nBoxtill-Device: 2\r\n\r\n",
          "ill=a header stands twice");
    check("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
          "is not understood");
    check("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
          "is not understood");
    check("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc", "is not understood");
    check("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
          "ill=this method has no body");
    check("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "ill=no");
}

static void refuses_what_is_too_large(void **state)
{
    (void)state;
    check("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", "HTTP/1.1 413");
    int fd = client();
    say(fd, "GET /a HTTP/1.1\r\n");
    char line[1024];
    memset(line, 'h', sizeof(line));
    memcpy(line, "h: ", 3);
    memcpy(line + sizeof(line) - 3, "\r\n", 3);
    for (int i = 0; i < 40; i++)
        if (send(fd, line, sizeof(line) - 1, MSG_NOSIGNAL) < 0)
            break;
    assert_null(strstr(hear(fd, "GET /a"), "GET /a"));
    close(fd);
}

static void survives_garbage(void **state)
{
    (void)state;
    static const char *const garbage[] = {"\r\n\r\n\r\n",
                                          "GET\r\n\r\n",
                                          "\xff\xfe\x80\r\n\r\n",
                                          "GET / HTTP/9.9\r\n\r\n",
                                          "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                                          "POST / HTTP/1.1\r\nContent-Length: 99x\r\n\r\n"};
    for (size_t i = 0; i < bx_countof(garbage); i++) {
        int fd = client();
        say(fd, garbage[i]);
        shutdown(fd, SHUT_WR);
        (void)hear(fd, "never said");
        close(fd);
    }
    check("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a []");
}

static void answers_later(void **state)
{
    (void)state;
    int fd = client();
    say(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    sem_wait(&came);
    bd_http_wake(http);
    assert_non_null(strstr(hear(fd, "/later"), "GET /later []"));
    /* and the connection lives on */
    say(fd, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_non_null(strstr(hear(fd, "/a []"), "GET /a []"));
    close(fd);
}

static void a_client_may_leave(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        int fd = client();
        say(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
        sem_wait(&came);
        if (i % 2) {
            struct linger now = {1, 0};
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
        }
        close(fd);
    }
    check("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a []");
    bd_http_wake(http);
    check("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a []");
    assert_int_equal(held_count, 0);
}

static void takes_pipelined_requests_in_order(void **state)
{
    (void)state;
    int fd = client();
    say(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    sem_wait(&came);
    say(fd, "GET /c HTTP/1.1\r\nHost: x\r\n\r\n");
    check("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a []");
    bd_http_wake(http);
    char *text = hear(fd, "GET /c []");
    char *later = strstr(text, "GET /later"), *b = strstr(text, "GET /b"),
         *c = strstr(text, "GET /c");
    assert_true(later && b && c && later < b && b < c);
    close(fd);
}

static int listener(const char *version)
{
    char request[64];
    int fd = client();
    snprintf(request, sizeof(request), "GET /stream HTTP/%s\r\nHost: x\r\n\r\n", version);
    say(fd, request);
    sem_wait(&came);
    assert_non_null(strstr(hear(fd, "begins\n"), "text/event-stream"));
    return fd;
}

/* So many bytes at least, or to the end; does the last piece come? */
static bool drain(int fd, size_t wanted)
{
    static char bytes[1 << 16];
    bool last = false;
    size_t got = 0;
    while (got < wanted) {
        ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
        if (n <= 0)
            break;
        got += (size_t)n;
        last = last || memchr(bytes, '!', (size_t)n);
    }
    return last;
}

static void a_stream_goes_on(void **state)
{
    (void)state;
    int fds[] = {listener("1.1"), listener("1.0"), listener("1.1")};
    struct linger now = {1, 0};
    setsockopt(fds[2], SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fds[2]); /* while the others are told */
    atomic_store(&bulk, 4);
    bd_http_wake(http);
    for (int i = 0; i < 2; i++)
        assert_false(drain(fds[i], 4 * BULK));
    atomic_store(&ending, true);
    bd_http_wake(http);
    for (int i = 0; i < 2; i++) {
        assert_non_null(strstr(hear(fds[i], "ends!\n"), "ends!\n"));
        close(fds[i]);
    }
}

/* Whoever does not read is hung up on; beside it another hears everything. */
static void who_does_not_listen_is_dropped(void **state)
{
    (void)state;
    int deaf = listener("1.1"), good = listener("1.1");
    for (int i = 0; i < 60; i++) { /* more than the system holds for it */
        atomic_store(&bulk, 1);
        bd_http_wake(http);
        (void)drain(good, BULK);
    }
    atomic_store(&ending, true);
    bd_http_wake(http);
    assert_non_null(strstr(hear(good, "ends!\n"), "ends!\n"));
    assert_false(drain(deaf, SIZE_MAX));
    close(deaf);
    close(good);
}

static void the_end_ends_streams(void **state)
{
    int fds[] = {listener("1.1"), listener("1.0"), listener("1.1")};
    bd_http_stop(http);
    pthread_join(server, NULL);
    for (size_t i = 0; i < bx_countof(fds); i++) {
        char byte[64];
        while (recv(fds[i], byte, sizeof(byte), 0) > 0)
            ;
        close(fds[i]);
    }
    http = bd_http_destroy(http);
    assert_int_equal(start(state), 0);
}

/* What was asked before the stop is answered, and sent to the last byte, before the loop ends. */
static void answers_before_it_ends(void **state)
{
    char request[] = "GET /later HTTP/1.1\r\nHost: x\r\n\r\n";
    int fds[5];
    for (size_t i = 0; i < bx_countof(fds); i++) {
        fds[i] = client();
        say(fds[i], request);
        sem_wait(&came);
    }
    bd_http_stop(http);
    bd_http_wake(http);
    pthread_join(server, NULL);
    for (size_t i = 0; i < bx_countof(fds); i++) {
        const char *heard = hear(fds[i], "/later []");
        assert_non_null(strstr(heard, "GET /later []"));
        assert_non_null(strstr(heard, "Connection: close"));
        close(fds[i]);
    }
    http = bd_http_destroy(http);
    assert_int_equal(start(state), 0);
}

static bool hears_within(int fd, int ms)
{
    struct pollfd line = {.fd = fd, .events = POLLIN};
    return poll(&line, 1, ms) > 0;
}

/* One more waits outside until somebody leaves. */
static void so_many_at_once(void **state)
{
    (void)state;
    static const char request[] = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    int fds[CONNECTIONS];
    for (size_t i = 0; i < bx_countof(fds); i++) {
        fds[i] = client();
        say(fds[i], request);
        assert_non_null(strstr(hear(fds[i], "GET /a []"), "GET /a []"));
    }
    int next = client();
    say(next, request);
    assert_false(hears_within(next, 300));
    close(fds[3]);
    assert_non_null(strstr(hear(next, "GET /a []"), "GET /a []"));
    close(next);
    for (size_t i = 0; i < bx_countof(fds); i++)
        if (i != 3)
            close(fds[i]);
}

/* Never silent, and never done. */
static void a_request_has_its_time(void **state)
{
    (void)state;
    int fd = client();
    say(fd, "GET /a HTTP/1.1\r\n");
    while (!hears_within(fd, 50)) {
        if (send(fd, "x", 1, MSG_NOSIGNAL) < 0)
            break;
    }
    char byte;
    assert_true(recv(fd, &byte, 1, 0) <= 0); /* hung up upon, without a word */
    close(fd);
    check("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a []");
}

static void tells_loopback_from_the_world(void **state)
{
    (void)state;
    assert_true(bd_http_is_loopback("127.0.0.1:80"));
    assert_true(bd_http_is_loopback("127.8.9.1:80"));
    assert_true(bd_http_is_loopback("[::1]:80"));
    assert_false(bd_http_is_loopback("0.0.0.0:80"));
    assert_false(bd_http_is_loopback("[::]:80"));
    assert_false(bd_http_is_loopback("192.0.2.1:80"));
    assert_false(bd_http_is_loopback("127.0.0.1"));
    assert_false(bd_http_is_loopback("localhost:80"));
    assert_false(bd_http_is_loopback("127.0.0.1:65536"));
    assert_true(bd_http_is_address("192.0.2.1:80") && bd_http_is_address("[::]:0"));
    assert_false(bd_http_is_address("nonsense") || bd_http_is_address("127.0.0.1"));
    struct bd_http_setup setup = {
        .listen = "nowhere", .connections = 1, .tick_ms = 1000, .ops = &(struct bd_http_ops){0}};
    struct bx_fault fault;
    assert_null(bd_http_create(&setup, &fault));
    assert_int_equal(fault.err, BX_ERR_INPUT);
    setup.listen = bd_http_address(http);
    assert_null(bd_http_create(&setup, &fault));
    assert_int_equal(fault.err, BX_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_a_request_on),
        cmocka_unit_test(marks_what_could_be_two_requests),
        cmocka_unit_test(refuses_what_is_too_large),
        cmocka_unit_test(survives_garbage),
        cmocka_unit_test(answers_later),
        cmocka_unit_test(a_client_may_leave),
        cmocka_unit_test(takes_pipelined_requests_in_order),
        cmocka_unit_test(a_stream_goes_on),
        cmocka_unit_test(who_does_not_listen_is_dropped),
        cmocka_unit_test(the_end_ends_streams),
        cmocka_unit_test(answers_before_it_ends),
        cmocka_unit_test(so_many_at_once),
        cmocka_unit_test(a_request_has_its_time),
        cmocka_unit_test(tells_loopback_from_the_world),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
