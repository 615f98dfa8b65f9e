/* SPDX-License-Identifier: Apache-2.0 */
/* Written on bare sockets, so that it can break every rule of HTTP. */

#include "scripted_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"

struct host {
    struct scripted shown; /* first: what the test holds */
    int listener, stop[2];
    scripted_reply reply;
    void *arg;
    pthread_t thread;
};

const char *scripted_header(const struct scripted_request *request, const char *name, char *out,
                            size_t size)
{
    size_t len = strlen(name);
    out[0] = '\0';
    for (const char *line = request->head; line && *line;) {
        const char *end = strstr(line, "\r\n");
        if (!end)
            break;
        if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
            const char *from = line + len + 1 + strspn(line + len + 1, " ");
            snprintf(out, size, "%.*s", (int)(end - from), from);
        }
        line = end + 2;
    }
    return out;
}

void scripted_write(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t put = send(fd, at, len, MSG_NOSIGNAL);
        if (put <= 0)
            return;
        at += put;
        len -= (size_t)put;
    }
}

void scripted_hang(int fd)
{
    char byte;
    while (recv(fd, &byte, 1, 0) > 0)
        continue;
}

/* Reads one request; false when the client went before it was whole. */
static bool request_read(int fd, struct scripted_request *ret)
{
    bx_buf_auto all;
    bx_buf_init(&all, 0);
    size_t want = 0, head_end = 0;
    char piece[65536], text[32];
    while (head_end == 0 || all.len < want) {
        ssize_t got = recv(fd, piece, sizeof(piece), 0);
        if (got <= 0)
            return false;
        bx_buf_add(&all, piece, (size_t)got);
        const char *end = strstr(bx_buf_text(&all), "\r\n\r\n");
        if (head_end > 0 || !end)
            continue;
        head_end = (size_t)(end - all.data) + 4;
        const char *line = strstr(all.data, "\r\n") + 2;
        ret->head = bx_alloc(head_end, 1);
        memcpy(ret->head, line, (size_t)(end + 2 - line));
        sscanf(all.data, "%7s %255s", ret->method, ret->path);
        want = head_end + (size_t)atol(scripted_header(ret, "Content-Length", text, sizeof(text)));
    }
    ret->len = want - head_end;
    ret->body = bx_alloc(ret->len + 1, 1);
    memcpy(ret->body, all.data + head_end, ret->len);
    return true;
}

static void *serve(void *arg)
{
    struct host *host = arg;
    for (;;) {
        struct pollfd fds[2] = {{.fd = host->listener, .events = POLLIN},
                                {.fd = host->stop[0], .events = POLLIN}};
        poll(fds, 2, -1);
        if (fds[1].revents)
            return NULL;
        int fd = accept(host->listener, NULL, NULL);
        if (fd < 0)
            continue;
        struct scripted_request *request = &host->shown.requests[host->shown.count];
        if (host->shown.count < SCRIPTED_REQUESTS && request_read(fd, request)) {
            size_t nth = host->shown.count++;
            host->reply(host->arg, fd, nth, request);
        }
        close(fd);
    }
}

struct scripted *scripted_start(scripted_reply reply, void *arg)
{
    struct host *host = bx_new(struct host);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(at);
    host->reply = reply;
    host->arg = arg;
    host->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bx_assert(host->listener >= 0 && pipe(host->stop) == 0);
    bx_assert(bind(host->listener, (struct sockaddr *)&at, sizeof(at)) == 0);
    bx_assert(listen(host->listener, 16) == 0);
    bx_assert(getsockname(host->listener, (struct sockaddr *)&at, &len) == 0);
    host->shown.port = ntohs(at.sin_port);
    bx_assert(pthread_create(&host->thread, NULL, serve, host) == 0);
    return &host->shown;
}

void *scripted_stop(struct scripted *scripted)
{
    struct host *host = (struct host *)scripted;
    if (!host)
        return NULL;
    bx_assert(write(host->stop[1], "x", 1) == 1);
    pthread_join(host->thread, NULL);
    for (size_t i = 0; i < host->shown.count; i++) {
        bx_free(host->shown.requests[i].head);
        bx_free(host->shown.requests[i].body);
    }
    close(host->listener);
    close(host->stop[0]);
    close(host->stop[1]);
    return bx_free(host);
}
