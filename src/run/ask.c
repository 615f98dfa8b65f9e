/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of till.sock. It waits as long as the till works on the command: a sale that
 * prints, or a queue that empties, takes what it takes. */

#include "boxtill/run/run.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "boxtill/base/buf.h"
#include "boxtill/base/json.h"

#include "sock.h"

enum { REPLY_MAX = 64 << 20 };

static int line_open(const char *path, int *ret, struct bx_fault *fault)
{
    struct sockaddr_un at;
    int folder = -1;
    int err = bx_sock_address(path, &folder, &at, fault);
    if (err)
        return err;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0) {
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

static int line_receive(int fd, struct bx_buf *out)
{
    char piece[65536];
    for (;;) {
        ssize_t got = recv(fd, piece, sizeof(piece), 0);
        if (got < 0 && errno == EINTR)
            continue;
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
    /* The last member, as the till wrote it; in the text before it each quotation mark is escaped,
     * so this is found nowhere else. */
    const char *json = strstr(bx_buf_text(line), ",\"json\":");
    if (!bx_json_is_integer(exit) || !bx_json_is_string(text) || !json)
        return bx_fault_set(fault, BX_ERR_UNKNOWN, "The till's reply cannot be read.", NULL);
    bx_buf_auto plain;
    bx_buf_init(&plain, REPLY_MAX);
    json += strlen(",\"json\":");
    size_t len = strlen(json);
    while (len > 0 && strchr("\r\n", json[len - 1]))
        len--;
    bx_buf_add(&plain, json, len > 0 ? len - 1 : 0);
    take(arg, (int)bx_json_integer(exit), bx_buf_text(&plain), bx_json_text(text));
    return 0;
}

int bx_run_ask(const char *path, const char *json, size_t len, bx_reply_take take, void *arg,
               struct bx_fault *fault)
{
    int fd = -1;
    int err = line_open(path, &fd, fault);
    if (err)
        return err;
    bx_buf_auto line;
    bx_buf_init(&line, REPLY_MAX);
    bx_buf_add(&line, json, len);
    bx_buf_byte_add(&line, '\n');
    int bad = line_send(fd, bx_buf_text(&line), line.len);
    bx_buf_clear(&line);
    bad = bad ? bad : line_receive(fd, &line);
    close(fd);
    if (bad)
        return bx_fault_set(fault, BX_ERR_UNKNOWN,
                            "The till went away before it answered: look before you repeat this.",
                            NULL);
    return reply_give(&line, take, arg, fault);
}
