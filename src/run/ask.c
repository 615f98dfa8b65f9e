/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of till.sock. It waits as long as the till works on the command: a sale that
 * prints, or a queue that empties, takes what it takes. A till that works says so with a blank
 * every second before its reply; one that is stopped says nothing, and is given up. */

#include "boxtill/run/run.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "boxtill/base/buf.h"
#include "boxtill/base/json.h"

#include "sock.h"

enum { REPLY_MAX = 64 << 20 };

static int line_open(const char *path, int silence_ms, int *ret, struct bx_fault *fault)
{
    struct sockaddr_un at;
    int folder = -1;
    int err = bx_sock_address(path, &folder, &at, fault);
    if (err)
        return err;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* Where many wait to be heard, connecting and sending wait as well. */
    const struct timeval limit = {silence_ms / 1000, silence_ms % 1000 * 1000};
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0 &&
        connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0) {
        close(folder);
        *ret = fd;
        return 0;
    }
    int why = errno;
    close(folder);
    if (fd >= 0)
        close(fd);
    return bx_fault_set(fault, why == ENOENT || why == ECONNREFUSED ? BX_ERR_MISSING : BX_ERR_IO,
                        "No till can be reached on this machine.", "%s: %s", path, strerror(why));
}

static int line_send(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = send(fd, bytes, len, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        bytes += put;
        len -= (size_t)put;
    }
    return 0;
}

/* 0, or -1 with the errno ETIME when nothing came for too long, and ECONNRESET when the other end
 * closed without having read all that was sent. */
static int line_receive(int fd, int silence_ms, struct bx_buf *out)
{
    char piece[65536];
    for (;;) {
        struct pollfd line = {.fd = fd, .events = POLLIN};
        int ready = poll(&line, 1, silence_ms);
        if (ready < 0 && errno == EINTR)
            continue;
        errno = ready == 0 ? ETIME : errno;
        if (ready <= 0)
            return -1;
        ssize_t got = recv(fd, piece, sizeof(piece), 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = 0; /* it was read, and the line ended */
        if (got <= 0)
            return -1;
        bx_buf_add(out, piece, (size_t)got);
        if (out->full)
            return -1;
        if (memchr(piece, '\n', (size_t)got))
            return 0;
    }
}

static int reply_give(const struct bx_buf *line, bx_reply_take take, void *arg,
                      struct bx_fault *fault)
{
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(bx_buf_text(line), line->len, REPLY_MAX, fault);
    if (!doc)
        return BX_ERR_UNKNOWN;
    bx_json *root = bx_json_root(doc);
    bx_json *exit = bx_json_get(root, "exit"), *text = bx_json_get(root, "text");
    bx_json *json = bx_json_get(root, "json");
    if (!bx_json_is_integer(exit) || !bx_json_is_string(text) || !bx_json_is_object(json))
        return bx_fault_set(fault, BX_ERR_UNKNOWN, "The till's reply cannot be read.", NULL);
    struct bx_json_writer writer;
    bx_buf_auto plain;
    bx_buf_init(&plain, REPLY_MAX);
    bx_json_write(&writer, &plain);
    bx_json_put_value(&writer, NULL, json);
    take(arg, (int)bx_json_integer(exit), bx_buf_text(&plain), bx_json_text(text));
    return 0;
}

int bx_run_call(const char *path, const char *json, size_t len, int silence_ms, int *ret_fd,
                struct bx_fault *fault)
{
    int fd = -1;
    int err = line_open(path, silence_ms, &fd, fault);
    if (err)
        return err;
    if (line_send(fd, json, len) == 0 && line_send(fd, "\n", 1) == 0) {
        *ret_fd = fd;
        return 0;
    }
    int why = errno;
    close(fd);
    return bx_fault_set(fault, BX_ERR_IO, "No till can be reached on this machine.", "%s: %s", path,
                        strerror(why));
}

int bx_run_ask(const char *path, const char *json, size_t len, int silence_ms, bx_reply_take take,
               void *arg, struct bx_fault *fault)
{
    int fd = -1;
    int err = line_open(path, silence_ms, &fd, fault);
    if (err)
        return err;
    bx_buf_auto line;
    bx_buf_init(&line, REPLY_MAX);
    bx_buf_add(&line, json, len);
    bx_buf_byte_add(&line, '\n');
    int bad = line_send(fd, bx_buf_text(&line), line.len);
    bx_buf_clear(&line);
    bad = bad ? bad : line_receive(fd, silence_ms, &line);
    bool silent = bad && errno == ETIME;
    bool unread = bad && (errno == ECONNRESET || errno == EPIPE);
    close(fd);
    if (silent)
        return bx_fault_set(fault, BX_ERR_UNKNOWN,
                            "The till on this machine does not answer: look before you repeat "
                            "this.",
                            "%d ms without a sign of life", silence_ms);
    if (unread)
        return bx_fault_set(fault, BX_ERR_MISSING, "No till can be reached on this machine.",
                            "%s closed before it had read anything", path);
    if (bad)
        return bx_fault_set(fault, BX_ERR_UNKNOWN,
                            "The till went away before it answered: look before you repeat this.",
                            NULL);
    return reply_give(&line, take, arg, fault);
}
