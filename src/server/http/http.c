/* SPDX-License-Identifier: Apache-2.0 */
/* evhttp behind the door. Two of its habits shape this file. It frees a request when its client
 * leaves, also while an answer is being made elsewhere: so nobody outside holds the request, only a
 * ticket, and the connection's close callback empties the ticket's seat. And it believes the first
 * of several Content-Length headers where a proxy in front may believe the last, takes a coding it
 * does not know for no body at all, and never reads the body of a GET: so a request whose end two
 * readers could see in two places (RFC 9112, section 6.3) is marked ill before anyone looks at what
 * it says, and nothing after it is heard. */

#include "server/http/http.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/http/guests.h"
#include "server/http/listen.h"

enum { HEADER_MAX = 16 << 10, SEATS = 8192, SEAT_BITS = 16, FILES_OTHER = 64 };
/* Of a stream: bytes that may wait, seconds that nothing may be taken, bytes that a client who was
 * answered may send and nobody reads. */
enum { LAG_MAX = 1 << 20, LAG_SECONDS = 30, CHATTER_MAX = 4096 };

/* A request under way. */
struct seat {
    struct bd_http *http;
    struct evhttp_request *request; /* NULL: free, or the client has gone */
    uint64_t visit;                 /* counts up, so that a ticket is never good twice */
    bool taken;
    bool answered; /* the answer is on its way out */
    bool streams;  /* … and goes on: */
    uint16_t nth;  /* its place among the streams */
    int64_t who;   /* whose it is */
};

struct bd_text {
    size_t len;
    size_t holds;
    char bytes[];
};

struct bd_http {
    struct event_base *base;
    struct evhttp *server;
    struct evhttp_bound_socket *bound;
    struct bd_guests *guests;
    struct event *wake, *tick, *grace, *due;
    int grace_ms;
    int wake_pipe[2];
    atomic_bool stopping;
    bool leaving; /* the loop has taken notice of it */
    struct bd_http_ops ops;
    void *arg;
    struct seat *seats;
    uint16_t *free_seats;
    size_t free_count;
    uint16_t *streams; /* the seats that are streams */
    size_t stream_count;
    char address[BD_ADDRESS_SIZE];
};

/* --- seats -------------------------------------------------------------------------------- */

/* Whoever was heard is answered before the loop ends. */
static void leave_when_empty(struct bd_http *http)
{
    if (http->leaving && http->free_count == SEATS)
        event_base_loopexit(http->base, NULL);
}

/* The last one takes its place. */
static void stream_leave(struct seat *seat)
{
    struct bd_http *http = seat->http;
    uint16_t last = http->streams[--http->stream_count];
    http->streams[seat->nth] = last;
    http->seats[last].nth = seat->nth;
    seat->streams = false;
}

static void seat_free(struct seat *seat)
{
    struct bd_http *http = seat->http;
    if (seat->streams)
        stream_leave(seat);
    seat->request = NULL;
    seat->taken = false;
    http->free_seats[http->free_count++] = (uint16_t)(seat - http->seats);
    leave_when_empty(http);
}

static void client_gone(struct evhttp_connection *connection, void *arg)
{
    (void)connection;
    struct seat *seat = arg;
    /* A request whose answer has not ended is taken off its connection first, and is ours then. */
    if (!evhttp_request_get_connection(seat->request))
        evhttp_request_free(seat->request);
    seat->request = NULL;
    if (seat->answered)
        seat_free(seat);
}

static void answer_gone(struct evhttp_request *request, void *arg)
{
    struct seat *seat = arg;
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    evhttp_connection_set_closecb(connection, NULL, NULL);
    bd_guests_stir(seat->http->guests, connection);
    seat_free(seat);
}

static struct seat *seat_take(struct bd_http *http, struct evhttp_request *request)
{
    if (http->free_count == 0)
        return NULL;
    struct seat *seat = &http->seats[http->free_seats[--http->free_count]];
    seat->http = http;
    seat->request = request;
    seat->visit++;
    seat->taken = true;
    seat->answered = false;
    evhttp_connection_set_closecb(evhttp_request_get_connection(request), client_gone, seat);
    return seat;
}

static bd_http_ticket seat_ticket(const struct bd_http *http, const struct seat *seat)
{
    return (bd_http_ticket){seat->visit << SEAT_BITS | (uint64_t)(seat - http->seats)};
}

/* The seat of TICKET, whose request is answered now. */
static struct seat *seat_answer(struct bd_http *http, bd_http_ticket ticket)
{
    size_t index = (size_t)(ticket.n & ((1U << SEAT_BITS) - 1));
    bx_assert(index < SEATS);
    struct seat *seat = &http->seats[index];
    bx_assert(seat->taken && !seat->answered && seat->visit == ticket.n >> SEAT_BITS);
    seat->answered = true;
    return seat;
}

/* --- requests ----------------------------------------------------------------------------- */

static const char *method_text(enum evhttp_cmd_type type)
{
    switch (type) {
    case EVHTTP_REQ_GET: return "GET";
    case EVHTTP_REQ_POST: return "POST";
    case EVHTTP_REQ_HEAD: return "HEAD";
    case EVHTTP_REQ_PUT: return "PUT";
    case EVHTTP_REQ_DELETE: return "DELETE";
    case EVHTTP_REQ_OPTIONS: return "OPTIONS";
    case EVHTTP_REQ_PATCH: return "PATCH";
    case EVHTTP_REQ_TRACE:
    case EVHTTP_REQ_CONNECT: return "?";
    }
    return "?";
}

/* What is told of where the body ends. */
struct framing {
    int lengths, encodings;
    bool is_empty; /* the length is nought */
    bool is_odd; /* a length that is no number, a coding that is not "chunked", a name that is none
                  */
};

static void framing_add(struct framing *framing, const struct evkeyval *header)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const char *value = header->value;
    size_t len = strlen(value);
    if (!header->key[0] || header->key[strspn(header->key, token)])
        framing->is_odd = true;
    if (strcasecmp(header->key, "Content-Length") == 0) {
        framing->lengths++;
        framing->is_empty = strcmp(value, "0") == 0;
        framing->is_odd |= len == 0 || len > 18 || strspn(value, "0123456789") != len;
    } else if (strcasecmp(header->key, "Transfer-Encoding") == 0) {
        framing->encodings++;
        framing->is_odd |= strcasecmp(value, "chunked") != 0;
    }
}

static const char *framing_illness(const struct framing *framing, const char *method)
{
    if (framing->lengths > 1)
        return "Content-Length stands twice";
    if (framing->encodings > 1 || (framing->lengths && framing->encodings))
        return "the length of the body is told in two ways";
    if (framing->is_odd)
        return "a header's name, the length or the coding of the body is not understood";
    bool reads =
        strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
    if (!reads && (framing->encodings || (framing->lengths && !framing->is_empty)))
        return "this method has no body";
    return NULL;
}

/* Reads the fields that matter; each at most once. */
static void headers_read(const struct evkeyvalq *headers, struct bd_request *ret)
{
    struct {
        const char *name;
        const char **into;
        int seen;
    } fields[] = {
        {"Content-Type", &ret->content_type, 0},   {"If-None-Match", &ret->if_none_match, 0},
        {"Boxtill-Device", &ret->device, 0},       {"Boxtill-Incarnation", &ret->incarnation, 0},
        {"Boxtill-Challenge", &ret->challenge, 0}, {"Boxtill-Seen", &ret->seen, 0},
        {"Boxtill-Signature", &ret->signature, 0}, {"Boxtill-Mac", &ret->mac, 0},
    };
    for (size_t i = 0; i < bx_countof(fields); i++)
        *fields[i].into = "";
    struct framing framing = {0};
    const struct evkeyval *header;
    TAILQ_FOREACH(header, headers, next)
    {
        framing_add(&framing, header);
        if (strcasecmp(header->key, "X-Forwarded-For") == 0 ||
            strcasecmp(header->key, "Forwarded") == 0)
            ret->handed_on = true;
        for (size_t i = 0; i < bx_countof(fields); i++) {
            if (strcasecmp(header->key, fields[i].name) != 0)
                continue;
            *fields[i].into = header->value;
            if (fields[i].seen++)
                ret->ill = "a header stands twice";
        }
    }
    const char *illness = framing_illness(&framing, ret->method);
    if (illness)
        ret->ill = illness;
}

static bool peer_is_nearby(struct evhttp_connection *connection)
{
    char *host = NULL;
    uint16_t port;
    evhttp_connection_get_peer(connection, &host, &port);
    return host && (strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
                    strncmp(host, "::ffff:127.", 11) == 0);
}

static void request_came(struct evhttp_request *request, void *arg)
{
    struct bd_http *http = arg;
    struct seat *seat = atomic_load(&http->stopping) ? NULL : seat_take(http, request);
    if (!seat) {
        evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
        return;
    }
    bd_guests_stir(http->guests, evhttp_request_get_connection(request));
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    size_t len = evbuffer_get_length(input);
    const char *body = len ? (const char *)evbuffer_pullup(input, -1) : "";
    struct bd_request seen = {.method = method_text(evhttp_request_get_command(request)),
                              .path = evhttp_request_get_uri(request),
                              .body = body ? body : "",
                              .len = body ? len : 0,
                              .nearby = peer_is_nearby(evhttp_request_get_connection(request))};
    headers_read(evhttp_request_get_input_headers(request), &seen);
    http->ops.request(http->arg, seat_ticket(http, seat), &seen);
}

/* --- answers ------------------------------------------------------------------------------ */

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } known[] = {{200, "OK"},           {304, "Not Modified"},       {400, "Bad Request"},
                 {401, "Unauthorized"}, {403, "Forbidden"},          {404, "Not Found"},
                 {409, "Conflict"},     {405, "Method Not Allowed"}, {413, "Content Too Large"},
                 {425, "Too Early"},    {415, "Unsupported Media"},  {422, "Unprocessable Content"},
                 {500, "Server Error"}, {503, "Service Unavailable"}};
    for (size_t i = 0; i < bx_countof(known); i++)
        if (known[i].status == status)
            return known[i].text;
    return "Unknown";
}

/* Only texts of our own making come here; evhttp refuses one with a line end. */
static void header_add(struct evhttp_request *request, const char *name, const char *value)
{
    if (value[0])
        (void)evhttp_add_header(evhttp_request_get_output_headers(request), name, value);
}

static void header_add_number(struct evhttp_request *request, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)value);
    header_add(request, name, text);
}

static void headers_write(struct evhttp_request *request, const struct bd_answer *answer)
{
    char etag[sizeof(answer->etag) + 2] = "";
    if (answer->etag[0])
        snprintf(etag, sizeof(etag), "\"%s\"", answer->etag);
    if (answer->status != 304)
        header_add(request, "Content-Type", bd_body_kind_text(answer->kind));
    header_add(request, "ETag", etag);
    header_add(request, "Allow", answer->allow);
    header_add(request, "Cache-Control", "no-store");
    header_add(request, "X-Content-Type-Options", "nosniff");
    if (answer->retry_after)
        header_add_number(request, "Retry-After", answer->retry_after);
    header_add_number(request, "Boxtill-Epoch", answer->epoch);
    header_add_number(request, "Boxtill-Commit", answer->commit);
    header_add(request, "Boxtill-Challenge", answer->challenge);
    header_add(request, answer->is_mac ? "Boxtill-Mac" : "Boxtill-Signature", answer->signature);
    if (answer->hang_up)
        header_add(request, "Connection", "close");
}

struct bd_text *bd_text_create(const void *bytes, size_t len)
{
    struct bd_text *text = bx_alloc(1, sizeof(*text) + len);
    text->len = len;
    text->holds = 1;
    memcpy(text->bytes, bytes, len);
    return text;
}

void *bd_text_release(struct bd_text *text)
{
    if (text && --text->holds == 0)
        bx_free(text);
    return NULL;
}

static void text_sent(const void *bytes, size_t len, void *arg)
{
    (void)bytes;
    (void)len;
    bd_text_release(arg);
}

static void stream_tell(const struct seat *seat, struct bd_text *text)
{
    struct evbuffer *piece = evbuffer_new();
    bx_assert(piece);
    text->holds++;
    bx_assert(evbuffer_add_reference(piece, text->bytes, text->len, text_sent, text) == 0);
    evhttp_send_reply_chunk(seat->request, piece);
    evbuffer_free(piece);
}

static void stream_enter(struct bd_http *http, struct seat *seat)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(seat->request);
    struct bufferevent *buffers = evhttp_connection_get_bufferevent(connection);
    const struct timeval patience = {LAG_SECONDS, 0};
    bufferevent_set_timeouts(buffers, NULL, &patience);
    bufferevent_setwatermark(buffers, EV_READ, 0, CHATTER_MAX);
    bd_guests_stay(http->guests, connection);
    seat->streams = true;
    seat->nth = (uint16_t)http->stream_count;
    http->streams[http->stream_count++] = (uint16_t)(seat - http->seats);
}

bool bd_http_stream(struct bd_http *http, bd_http_ticket ticket, int64_t who,
                    const struct bd_answer *answer, struct bd_text *text)
{
    struct seat *seat = seat_answer(http, ticket);
    if (!seat->request) {
        seat_free(seat);
        return false;
    }
    headers_write(seat->request, answer);
    header_add(seat->request, "X-Accel-Buffering", "no");
    header_add(seat->request, "Connection", "close");
    evhttp_request_set_on_complete_cb(seat->request, answer_gone, seat);
    seat->who = who;
    stream_enter(http, seat);
    evhttp_send_reply_start(seat->request, answer->status, status_text(answer->status));
    stream_tell(seat, text);
    return true;
}

void bd_http_tell(struct bd_http *http, struct bd_text *text)
{
    for (size_t i = 0; i < http->stream_count && !http->leaving; i++) {
        const struct seat *seat = &http->seats[http->streams[i]];
        struct bufferevent *buffers =
            evhttp_connection_get_bufferevent(evhttp_request_get_connection(seat->request));
        if (evbuffer_get_length(bufferevent_get_output(buffers)) > LAG_MAX)
            (void)shutdown(bufferevent_getfd(buffers), SHUT_RDWR);
        else
            stream_tell(seat, text);
    }
}

/* Out of the row first: what waits to be sent may keep the line a little longer. */
void bd_http_stream_end(struct bd_http *http, int64_t who)
{
    for (size_t i = http->stream_count; i-- > 0 && !http->leaving;) {
        struct seat *seat = &http->seats[http->streams[i]];
        if (seat->who != who)
            continue;
        stream_leave(seat);
        evhttp_send_reply_end(seat->request);
    }
}

size_t bd_http_streams(const struct bd_http *http)
{
    return http->stream_count;
}

bool bd_http_answer(struct bd_http *http, bd_http_ticket ticket, const struct bd_answer *answer)
{
    struct seat *seat = seat_answer(http, ticket);
    struct evhttp_request *request = seat->request;
    if (!request) {
        seat_free(seat);
        return false;
    }
    headers_write(request, answer);
    if (http->leaving && !answer->hang_up)
        header_add(request, "Connection", "close");
    evhttp_request_set_on_complete_cb(request, answer_gone, seat);
    struct evbuffer *body = evbuffer_new();
    bx_assert(body);
    bx_assert(evbuffer_add(body, bx_buf_text(&answer->body), answer->body.len) == 0);
    evhttp_send_reply(request, answer->status, status_text(answer->status), body);
    evbuffer_free(body);
    return true;
}

/* --- the loop ----------------------------------------------------------------------------- */

/* A full pipe is a wake-up already on its way. */
static void pipe_poke(struct bd_http *http)
{
    ssize_t written = write(http->wake_pipe[1], "", 1);
    (void)written;
}

void bd_http_wake(struct bd_http *http)
{
    pipe_poke(http);
}

void bd_http_stop(struct bd_http *http)
{
    int kept = errno;
    atomic_store(&http->stopping, true);
    pipe_poke(http);
    errno = kept;
}

static void grace_over(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct bd_http *http = arg;
    event_base_loopexit(http->base, NULL);
}

static void due(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct bd_http *http = arg;
    if (http->ops.due)
        http->ops.due(http->arg);
}

void bd_http_after(struct bd_http *http, int ms)
{
    const struct timeval wait = {ms / 1000, ms % 1000 * 1000};
    bx_assert(event_add(http->due, &wait) == 0);
}

/* Nobody new comes in; those inside have the time of grace. */
static void leave(struct bd_http *http)
{
    const struct timeval grace = {http->grace_ms / 1000, http->grace_ms % 1000 * 1000};
    http->leaving = true;
    bd_guests_shut(http->guests);
    evhttp_del_accept_socket(http->server, http->bound);
    http->bound = NULL;
    for (size_t i = http->stream_count; i-- > 0;) /* one that ends at once leaves the row */
        evhttp_send_reply_end(http->seats[http->streams[i]].request);
    if (event_add(http->grace, &grace) < 0)
        event_base_loopexit(http->base, NULL);
    leave_when_empty(http);
}

static void woken(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct bd_http *http = arg;
    char drain[256];
    while (read((int)fd, drain, sizeof(drain)) == (ssize_t)sizeof(drain))
        ;
    if (atomic_load(&http->stopping) && !http->leaving)
        leave(http);
    if (http->ops.woken)
        http->ops.woken(http->arg);
}

static void ticked(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct bd_http *http = arg;
    bd_guests_tend(http->guests);
    if (http->ops.tick)
        http->ops.tick(http->arg);
}

int bd_http_run(struct bd_http *http)
{
    return event_base_dispatch(http->base) < 0 ? BX_ERR_IO : 0;
}

const char *bd_http_address(const struct bd_http *http)
{
    return http->address;
}

bool bd_http_is_address(const char *listen)
{
    return bd_listen_is_address(listen);
}

bool bd_http_is_loopback(const char *listen)
{
    return bd_listen_is_loopback(listen);
}

/* --- life --------------------------------------------------------------------------------- */

static int pipe_open(int fds[2])
{
    if (pipe(fds) < 0) {
        fds[0] = fds[1] = -1;
        return BX_ERR_IO;
    }
    for (int i = 0; i < 2; i++)
        if (fcntl(fds[i], F_SETFL, O_NONBLOCK) < 0 || fcntl(fds[i], F_SETFD, FD_CLOEXEC) < 0)
            return BX_ERR_IO;
    return 0;
}

/* Room for CONNECTIONS sockets beside FILES_OTHER of our own, as far as the system grants it;
 * returns for how many there is. */
static size_t files_allow(size_t connections)
{
    struct rlimit limit;
    rlim_t wanted = connections + FILES_OTHER;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return connections;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < 2 * FILES_OTHER)
            return FILES_OTHER;
    }
    return limit.rlim_cur < wanted ? (size_t)limit.rlim_cur - FILES_OTHER : connections;
}

static int loop_make(struct bd_http *http, const struct bd_http_setup *setup)
{
    if (pipe_open(http->wake_pipe) < 0)
        return BX_ERR_IO;
    http->base = event_base_new();
    http->server = http->base ? evhttp_new(http->base) : NULL;
    if (!http->server)
        return BX_ERR_IO;
    http->wake = event_new(http->base, http->wake_pipe[0], EV_READ | EV_PERSIST, woken, http);
    http->tick = event_new(http->base, -1, EV_PERSIST, ticked, http);
    http->grace = event_new(http->base, -1, 0, grace_over, http);
    http->due = event_new(http->base, -1, 0, due, http);
    if (!http->wake || !http->tick || !http->grace || !http->due || event_add(http->wake, NULL) < 0)
        return BX_ERR_IO;
    http->guests = bd_guests_create(http->base, files_allow(setup->connections),
                                    setup->patience * 1000 / setup->tick_ms);
    struct timeval every = {setup->tick_ms / 1000, setup->tick_ms % 1000 * 1000};
    if (event_add(http->tick, &every) < 0)
        return BX_ERR_IO;
    evhttp_set_max_headers_size(http->server, HEADER_MAX);
    evhttp_set_max_body_size(http->server, (ssize_t)setup->max_body);
    evhttp_set_timeout(http->server, setup->silence);
    /* Every method gets as far as the router, which knows what to say of it. */
    evhttp_set_allowed_methods(http->server, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD |
                                                 EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
                                                 EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH);
    evhttp_set_gencb(http->server, request_came, http);
    return 0;
}

struct bd_http *bd_http_create(const struct bd_http_setup *setup, struct bx_fault *fault)
{
    struct bd_http *http = bx_new(struct bd_http);
    http->ops = *setup->ops;
    http->arg = setup->arg;
    http->grace_ms = setup->grace_ms;
    http->wake_pipe[0] = http->wake_pipe[1] = -1;
    http->seats = bx_alloc(SEATS, sizeof(*http->seats));
    http->free_seats = bx_alloc(SEATS, sizeof(*http->free_seats));
    http->streams = bx_alloc(SEATS, sizeof(*http->streams));
    for (size_t i = 0; i < SEATS; i++)
        http->free_seats[http->free_count++] = (uint16_t)(SEATS - 1 - i);
    /* A client that is gone is an error of write(), not the end of the server. */
    signal(SIGPIPE, SIG_IGN);
    if (loop_make(http, setup) < 0) {
        (void)bx_fault_set(fault, BX_ERR_IO, "The server's loop cannot be made.", NULL);
        return bd_http_destroy(http);
    }
    int fd = bd_listen(setup->listen, http->address, fault);
    if (fd < 0)
        return bd_http_destroy(http);
    http->bound = evhttp_accept_socket_with_handle(http->server, fd);
    if (!http->bound) {
        close(fd);
        (void)bx_fault_set(fault, BX_ERR_IO, "The server cannot accept connections.", NULL);
        return bd_http_destroy(http);
    }
    bd_guests_receive(http->guests, http->server, http->bound);
    return http;
}

void *bd_http_destroy(struct bd_http *http)
{
    if (!http)
        return NULL;
    if (http->server)
        evhttp_free(http->server);
    bd_guests_destroy(http->guests);
    if (http->wake)
        event_free(http->wake);
    if (http->tick)
        event_free(http->tick);
    if (http->grace)
        event_free(http->grace);
    if (http->due)
        event_free(http->due);
    if (http->base)
        event_base_free(http->base);
    for (int i = 0; i < 2; i++)
        if (http->wake_pipe[i] >= 0)
            close(http->wake_pipe[i]);
    bx_free(http->seats);
    bx_free(http->free_seats);
    bx_free(http->streams);
    return bx_free(http);
}
