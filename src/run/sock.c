/* SPDX-License-Identifier: Apache-2.0 */
/* The server's side of till.sock. A client that sends too much, or hangs up, costs its own
 * connection; a command already handed to the till runs to its end all the same, and only its reply
 * finds nobody. */

#include "sock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"

#include "loop.h"

enum { PATH_SIZE = 512, PAGE_BYTES = 256 << 10 };

struct client {
    int fd;          /* -1: free, unless a command is under way */
    bool waiting;    /* for the reply to its command */
    bool watching;   /* is told what the customer sees, and asks nothing more */
    bx_mono beat_at; /* while it waits: when it hears next that we live */
    struct bx_buf in, out;
};

struct bx_sock {
    struct bx_run *run;
    int listener;
    char path[PATH_SIZE];
    struct bx_buf shown; /* to the customer: a line of JSON */
    struct client clients[BX_SOCK_CLIENTS];
};

int bx_sock_address(const char *path, int *ret_folder, struct sockaddr_un *ret,
                    struct bx_fault *fault)
{
    char folder[PATH_SIZE];
    const char *slash = strrchr(path, '/');
    int len = slash ? (int)(slash - path) : 1;
    if ((size_t)len >= sizeof(folder))
        return bx_fault_say(fault, BX_ERR_INPUT, "The path %.60s… is too long.", path);
    snprintf(folder, sizeof(folder), "%.*s", len, slash ? path : ".");
    int fd = open(len > 0 ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return bx_fault_set(fault, errno == ENOENT ? BX_ERR_MISSING : BX_ERR_IO,
                            "The till's folder cannot be opened.", "%s: %s", folder,
                            strerror(errno));
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    int used = snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/%s", fd,
                        slash ? slash + 1 : path);
    if (used < 0 || (size_t)used >= sizeof(ret->sun_path)) {
        close(fd);
        return bx_fault_say(fault, BX_ERR_INPUT, "The path %.60s… is too long.", path);
    }
    *ret_folder = fd;
    return 0;
}

/* Made under a mask, so that nobody else can connect in the moment before a chmod. */
static int listener_bind(int fd, const struct sockaddr_un *at)
{
    mode_t before = umask(0177);
    int bad = bind(fd, (const struct sockaddr *)at, sizeof(*at));
    int why = errno;
    umask(before);
    errno = why;
    return bad ? bad : listen(fd, BX_SOCK_CLIENTS);
}

struct bx_sock *bx_sock_create(struct bx_run *run, const char *path, struct bx_fault *fault)
{
    struct sockaddr_un at;
    int folder = -1;
    if (strlen(path) >= PATH_SIZE || bx_sock_address(path, &folder, &at, fault))
        return NULL;
    struct bx_sock *sock = bx_new(struct bx_sock);
    sock->run = run;
    for (size_t i = 0; i < BX_SOCK_CLIENTS; i++) {
        sock->clients[i].fd = -1;
        bx_buf_init(&sock->clients[i].in, BX_SOCK_LINE + 1);
        bx_buf_init(&sock->clients[i].out, 0);
    }
    bx_buf_init(&sock->shown, 0);
    (void)unlink(path);
    sock->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (sock->listener < 0 || listener_bind(sock->listener, &at)) {
        bx_fault_set(fault, BX_ERR_IO, "Other commands cannot reach this till.", "%s: %s", path,
                     strerror(errno));
        close(folder);
        return bx_sock_destroy(sock);
    }
    close(folder);
    memcpy(sock->path, path, strlen(path) + 1);
    return sock;
}

static void client_flush(struct client *client)
{
    while (client->fd >= 0 && client->out.len > 0) {
        ssize_t put = send(client->fd, client->out.data, client->out.len, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return;
        bx_buf_drop(&client->out, (size_t)put);
    }
}

static void client_close(struct client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    client->watching = false;
    bx_buf_finish(&client->in);
    bx_buf_finish(&client->out);
    bx_buf_init(&client->in, BX_SOCK_LINE + 1);
    bx_buf_init(&client->out, 0);
}

void *bx_sock_destroy(struct bx_sock *sock)
{
    if (!sock)
        return NULL;
    for (size_t i = 0; i < BX_SOCK_CLIENTS; i++) {
        client_flush(&sock->clients[i]);
        client_close(&sock->clients[i]);
    }
    if (sock->listener >= 0)
        close(sock->listener);
    if (sock->path[0])
        (void)unlink(sock->path);
    bx_buf_finish(&sock->shown);
    return bx_free(sock);
}

/* --- commands ----------------------------------------------------------------------------- */

static void reply(void *arg, int exit, const char *json, const char *text)
{
    struct client *client = arg;
    struct bx_json_writer writer;
    client->waiting = false;
    if (client->fd < 0)
        return;
    bx_json_write(&writer, &client->out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_bool(&writer, "done", true);
    bx_json_put_int(&writer, "exit", exit);
    bx_json_put_string(&writer, "text", text ? text : "");
    json = json && json[0] ? json : "{}";
    bx_json_put_raw(&writer, "json", json, strlen(json));
    bx_json_object_close(&writer);
    bx_buf_byte_add(&client->out, '\n');
    client_flush(client);
}

struct page {
    struct bx_buf text;
    int64_t next;
};

static int page_add(void *arg, const struct bx_row *row)
{
    struct page *page = arg;
    struct bx_envelope envelope = {.till = row->head.till,
                                   .incarnation = row->head.incarnation,
                                   .seq = row->head.seq,
                                   .id = row->head.id,
                                   .prev = row->prev,
                                   .hash = row->hash};
    page->next = row->head.seq + 1;
    bx_envelope_encode(&envelope, &page->text);
    bx_buf_add(&page->text, row->body, row->len);
    bx_buf_byte_add(&page->text, '\n');
    return page->text.len > PAGE_BYTES;
}

static void entries_reply(struct bx_sock *sock, struct client *client, int64_t from)
{
    struct bx_journal *journal = sock->run->ports.journal;
    struct bx_query query = {.kind = BX_QUERY_FROM, .from = from, .limit = BX_ROWS_MAX};
    struct page page = {0};
    struct bx_fault fault = {0};
    char json[48];
    bx_buf_init(&page.text, 0);
    int err = journal->ops->read(journal, &query, page_add, &page, &fault);
    snprintf(json, sizeof(json), "{\"next\":%lld}", (long long)page.next);
    if (err < 0)
        reply(client, 1, "{}", fault.say);
    else
        reply(client, 0, json, bx_buf_text(&page.text));
    bx_buf_finish(&page.text);
}

static void yield_reply(struct bx_sock *sock, struct client *client)
{
    if (!sock->run->ports.yields) {
        reply(client, 1, "{}", "A till is at work here.");
        return;
    }
    reply(client, 0, "{}", "");
    bx_run_stop(sock->run);
}

/* One that does not read is let go: it can come back and is told the newest at once. */
static void shown_send(const struct bx_sock *sock, struct client *client)
{
    if (client->out.len > sock->shown.len + BX_SOCK_LINE) {
        client_close(client);
        return;
    }
    bx_buf_add(&client->out, sock->shown.data, sock->shown.len);
    client_flush(client);
}

static void display_begin(struct bx_sock *sock, struct client *client)
{
    int watchers = 0;
    for (size_t i = 0; i < BX_SOCK_CLIENTS; i++)
        watchers += sock->clients[i].watching;
    if (watchers >= BX_SOCK_WATCHERS) {
        reply(client, 1, "{}", "Too many displays watch this till.");
        return;
    }
    client->watching = true;
    shown_send(sock, client);
}

void bx_sock_show(struct bx_sock *sock, const char *json, size_t len)
{
    bx_buf_clear(&sock->shown);
    bx_buf_add(&sock->shown, json, len);
    bx_buf_byte_add(&sock->shown, '\n');
    for (size_t i = 0; i < BX_SOCK_CLIENTS; i++)
        if (sock->clients[i].watching && sock->clients[i].fd >= 0)
            shown_send(sock, &sock->clients[i]);
}

/* Nothing of the command has happened: whoever asked may ask again. */
static void busy_reply(struct bx_sock *sock, struct client *client)
{
    const char *say = sock->run->stopping ? "The till here is ending: try again."
                                          : "Too many commands wait at this till: try again.";
    struct bx_json_writer writer;
    bx_buf_auto json;
    bx_buf_init(&json, 0);
    bx_json_write(&writer, &json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "error", bx_err_word(BX_ERR_BUSY));
    bx_json_put_string(&writer, "say", say);
    bx_json_object_close(&writer);
    reply(client, 1, bx_buf_text(&json), say);
}

/* True when LINE was for this file and not for the till. */
static bool own_verb(struct bx_sock *sock, struct client *client, const char *line, size_t len)
{
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(line, len, BX_SOCK_LINE, NULL);
    bx_json *verb = doc ? bx_json_get(bx_json_root(doc), "verb") : NULL;
    if (!bx_json_is_string(verb))
        return false;
    if (strcmp(bx_json_text(verb), "yield") == 0) {
        yield_reply(sock, client);
        return true;
    }
    if (strcmp(bx_json_text(verb), "display") == 0) {
        display_begin(sock, client);
        return true;
    }
    if (strcmp(bx_json_text(verb), "entries") != 0)
        return false;
    bx_json *from = bx_json_get(bx_json_root(doc), "from");
    entries_reply(sock, client, bx_json_is_integer(from) ? bx_json_integer(from) : 1);
    return true;
}

static bx_mono beat_next(const struct bx_sock *sock)
{
    return (bx_mono){bx_run_now(sock->run).ns + BX_SOCK_BEAT_MS * BX_MS_NS};
}

/* A blank before the reply: JSON does not mind it, and whoever waits knows that the loop turns. */
static void beat(const struct bx_sock *sock, struct client *client)
{
    if (!client->waiting || client->fd < 0 || bx_run_now(sock->run).ns < client->beat_at.ns)
        return;
    client->beat_at = beat_next(sock);
    bx_buf_byte_add(&client->out, ' ');
    client_flush(client);
}

static void line_take(struct bx_sock *sock, struct client *client)
{
    const char *end = client->in.len > 0 ? memchr(client->in.data, '\n', client->in.len) : NULL;
    if (client->watching)
        bx_buf_clear(&client->in);
    if (!end || client->waiting || client->watching)
        return;
    size_t len = (size_t)(end - client->in.data);
    if (!own_verb(sock, client, client->in.data, len)) {
        client->waiting = true;
        client->beat_at = beat_next(sock);
        if (!bx_run_command(sock->run, client->in.data, len, reply, client))
            busy_reply(sock, client);
    }
    if (client->fd >= 0)
        bx_buf_drop(&client->in, len + 1);
}

/* --- the loop's side ---------------------------------------------------------------------- */

bool bx_sock_waits(const struct bx_sock *sock)
{
    for (size_t i = 0; i < BX_SOCK_CLIENTS; i++)
        if (sock->clients[i].waiting && sock->clients[i].fd >= 0)
            return true;
    return false;
}

size_t bx_sock_fds(struct bx_sock *sock, struct pollfd *fds)
{
    for (size_t i = 0; i < BX_SOCK_CLIENTS; i++) {
        const struct client *client = &sock->clients[i];
        /* One that waits is not read from: poll still tells when it has gone. */
        int events = (client->waiting ? 0 : POLLIN) | (client->out.len > 0 ? POLLOUT : 0);
        fds[i] = (struct pollfd){.fd = client->fd, .events = (short)events};
    }
    fds[BX_SOCK_CLIENTS] = (struct pollfd){.fd = sock->listener, .events = POLLIN};
    return BX_SOCK_FDS;
}

static void client_read(struct client *client)
{
    char piece[1024];
    ssize_t got = recv(client->fd, piece, sizeof(piece), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got > 0)
        bx_buf_add(&client->in, piece, (size_t)got);
    if (got <= 0 || client->in.full)
        client_close(client);
}

static void clients_accept(struct bx_sock *sock)
{
    for (size_t i = 0; i < BX_SOCK_CLIENTS; i++) {
        struct client *client = &sock->clients[i];
        if (client->fd >= 0 || client->waiting)
            continue;
        client->fd = accept(sock->listener, NULL, NULL);
        if (client->fd < 0)
            return;
        if (fcntl(client->fd, F_SETFD, FD_CLOEXEC) || fcntl(client->fd, F_SETFL, O_NONBLOCK))
            client_close(client);
    }
}

void bx_sock_work(struct bx_sock *sock, const struct pollfd *fds, size_t count)
{
    bx_assert(count == BX_SOCK_FDS);
    for (size_t i = 0; i < BX_SOCK_CLIENTS; i++) {
        struct client *client = &sock->clients[i];
        if (client->fd < 0 || client->fd != fds[i].fd)
            continue;
        if (fds[i].revents & (POLLERR | POLLHUP | POLLNVAL) && !(fds[i].revents & POLLIN)) {
            client_close(client);
            continue;
        }
        if (fds[i].revents & POLLOUT)
            client_flush(client);
        if (fds[i].revents & POLLIN)
            client_read(client);
        line_take(sock, client);
        beat(sock, client);
    }
    if (fds[BX_SOCK_CLIENTS].revents & POLLIN)
        clients_accept(sock);
}
