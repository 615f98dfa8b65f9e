/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's door. Its multi interface does what one thread needs: several exchanges, one place to
 * sleep, and foreign descriptors beside its own. What is switched off matters as much as what is
 * used: each default that follows somebody else's wish (a redirect, a proxy in the environment, a
 * compressed bomb) would be a way round the checks on the address or on the size. */

#include "boxtill/net/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"

enum { HEAD_MAX = 16 << 10, CONNECT_MS = 5000, WAIT_FDS = 64 };

struct exchange {
    bool used, done;
    int64_t id;
    CURL *easy;
    struct curl_slist *headers;
    struct bx_buf sent, head, body;
    bool plain; /* http: loopback only */
    CURLcode result;
    char why[CURL_ERROR_SIZE];
};

struct bx_http {
    CURLM *multi;
    char ca_file[256], pin[256];
    struct exchange exchanges[BX_HTTP_AT_ONCE];
    struct exchange *given; /* its answer is borrowed */
};

static void library_start(void)
{
    bx_assert(curl_global_init(CURL_GLOBAL_DEFAULT) == 0);
}

struct bx_http *bx_http_create(const struct bx_http_config *config, struct bx_fault *fault)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, library_start);
    struct bx_http *http = bx_new(struct bx_http);
    int len = snprintf(http->ca_file, sizeof(http->ca_file), "%s",
                       config->ca_file ? config->ca_file : "");
    int pin_len = snprintf(http->pin, sizeof(http->pin), "%s", config->pin ? config->pin : "");
    if ((size_t)len >= sizeof(http->ca_file) || (size_t)pin_len >= sizeof(http->pin)) {
        bx_fault_say(fault, BX_ERR_INPUT, "The CA file's name or the server's pin is too long.");
        return bx_http_destroy(http);
    }
    http->multi = curl_multi_init();
    bx_assert(http->multi);
    return http;
}

static void exchange_end(struct bx_http *http, struct exchange *exchange)
{
    if (!exchange->used)
        return;
    curl_multi_remove_handle(http->multi, exchange->easy);
    curl_easy_cleanup(exchange->easy);
    curl_slist_free_all(exchange->headers);
    bx_buf_finish(&exchange->sent);
    bx_buf_finish(&exchange->head);
    bx_buf_finish(&exchange->body);
    *exchange = (struct exchange){0};
}

void *bx_http_destroy(struct bx_http *http)
{
    if (!http)
        return NULL;
    for (size_t i = 0; i < BX_HTTP_AT_ONCE; i++)
        exchange_end(http, &http->exchanges[i]);
    if (http->multi)
        curl_multi_cleanup(http->multi);
    return bx_free(http);
}

/* --- addresses ---------------------------------------------------------------------------- */

static bool is_loopback_name(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    char plain[64];
    if (strcasecmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &four) == 1)
        return (ntohl(four.s_addr) >> 24) == 127;
    size_t len = strlen(host);
    if (len < 3 || len - 2 >= sizeof(plain) || host[0] != '[' || host[len - 1] != ']')
        return false;
    memcpy(plain, host + 1, len - 2);
    plain[len - 2] = '\0';
    return inet_pton(AF_INET6, plain, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static bool is_loopback_address(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof(four));
        return (ntohl(four.sin_addr.s_addr) >> 24) == 127;
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, address, sizeof(six));
        return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
    }
    return false;
}

static bool url_has(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

/* BASE: the address alone, to which paths will be added. */
static int url_judge(CURLU *url, const char *text, bool base, struct bx_fault *fault)
{
    char *scheme = NULL, *host = NULL;
    int err = 0;
    if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        err = bx_fault_say(fault, BX_ERR_INPUT, "The server's address is not a URL: %.100s", text);
    else if (url_has(url, CURLUPART_USER) || url_has(url, CURLUPART_PASSWORD) ||
             (base && url_has(url, CURLUPART_QUERY)) || url_has(url, CURLUPART_FRAGMENT))
        err = bx_fault_say(fault, BX_ERR_INPUT,
                           "The server's address must hold no user, query or fragment.");
    else if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
        err = bx_fault_say(fault, BX_ERR_INPUT, "The server's address must begin with https://");
    else if (strcmp(scheme, "http") == 0 && !is_loopback_name(host))
        err = bx_fault_say(fault, BX_ERR_REFUSED,
                           "Plain http goes to this machine only: use https:// for %.80s", host);
    curl_free(scheme);
    curl_free(host);
    return err;
}

static int url_check(const char *url, bool base, struct bx_fault *fault)
{
    CURLU *parsed = curl_url();
    bx_assert(parsed);
    int err = url_judge(parsed, url, base, fault);
    curl_url_cleanup(parsed);
    return err;
}

int bx_http_url_check(const char *url, struct bx_fault *fault)
{
    return url_check(url, true, fault);
}

static curl_socket_t socket_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    const struct exchange *exchange = arg;
    (void)purpose;
    if (exchange->plain && !is_loopback_address(&address->addr))
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- one exchange ------------------------------------------------------------------------- */

static size_t head_take(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;
    size_t len = size * count;
    if (len >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
        bx_buf_clear(&exchange->head); /* what came before was an interim answer */
    bx_buf_add(&exchange->head, bytes, len);
    return exchange->head.full ? 0 : len;
}

static size_t body_take(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;
    bx_buf_add(&exchange->body, bytes, size * count);
    return exchange->body.full ? 0 : size * count;
}

static CURLcode limits_set(CURL *easy, const struct bx_http_request *request)
{
    CURLcode bad = CURLE_OK;
    long connect_ms = request->timeout_ms < CONNECT_MS ? (long)request->timeout_ms : CONNECT_MS;
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    bad = bad ? bad
              : curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->answer_max);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PROXY, "");
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, NULL);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    return bad;
}

static CURLcode trust_set(CURL *easy, const struct bx_http *http)
{
    CURLcode bad = CURLE_OK;
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (http->ca_file[0])
        bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file);
    if (http->pin[0])
        bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, http->pin);
    return bad;
}

static CURLcode request_set(struct exchange *exchange, const struct bx_http_request *request)
{
    CURL *easy = exchange->easy;
    CURLcode bad = curl_easy_setopt(easy, CURLOPT_URL, request->url);
    if (strcmp(request->method, "POST") == 0) {
        curl_off_t len = (curl_off_t)exchange->sent.len;
        bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_POST, 1L);
        bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, len);
        bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_POSTFIELDS, bx_buf_text(&exchange->sent));
    }
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, head_take);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_take);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, socket_open);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->why);
    bad = bad ? bad : curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
    return bad;
}

static void header_append(struct exchange *exchange, const char *line)
{
    struct curl_slist *more = curl_slist_append(exchange->headers, line);
    bx_assert(more);
    exchange->headers = more;
}

static struct exchange *exchange_free(struct bx_http *http)
{
    for (size_t i = 0; i < BX_HTTP_AT_ONCE; i++)
        if (!http->exchanges[i].used)
            return &http->exchanges[i];
    return NULL;
}

/* A given answer's memory stays until the next one is given or its place is needed. */
static void given_drop(struct bx_http *http)
{
    if (http->given)
        exchange_end(http, http->given);
    http->given = NULL;
}

int bx_http_start(struct bx_http *http, int64_t id, const struct bx_http_request *request,
                  struct bx_fault *fault)
{
    bx_assert(request->header_count <= BX_HTTP_HEADERS_MAX && request->answer_max > 0);
    int err = url_check(request->url, false, fault);
    if (err)
        return err;
    struct exchange *exchange = exchange_free(http);
    if (!exchange)
        return bx_fault_set(fault, BX_ERR_BUSY, "The server is being asked too much at once.",
                            NULL);
    *exchange = (struct exchange){.used = true, .id = id, .easy = curl_easy_init()};
    bx_assert(exchange->easy);
    exchange->plain = strncasecmp(request->url, "http:", 5) == 0;
    bx_buf_init(&exchange->sent, request->len + 1);
    bx_buf_init(&exchange->head, HEAD_MAX);
    bx_buf_init(&exchange->body, request->answer_max);
    bx_buf_add(&exchange->sent, request->body, request->len);
    /* Without these curl waits for a "100 Continue", and names a form's content type. */
    header_append(exchange, "Expect:");
    header_append(exchange, "User-Agent: boxtill/" BX_VERSION);
    for (size_t i = 0; i < request->header_count; i++)
        header_append(exchange, request->headers[i]);
    CURLcode bad = request_set(exchange, request);
    bad = bad ? bad : limits_set(exchange->easy, request);
    bad = bad ? bad : trust_set(exchange->easy, http);
    if (bad || curl_multi_add_handle(http->multi, exchange->easy) != CURLM_OK) {
        exchange_end(http, exchange);
        return bx_fault_set(fault, BX_ERR_IO, "The network library refused its settings.",
                            "curl: %s", curl_easy_strerror(bad));
    }
    return 0;
}

/* --- answers ------------------------------------------------------------------------------ */

static void fault_of(const struct exchange *exchange, struct bx_fault *fault)
{
    const char *why = exchange->why[0] ? exchange->why : curl_easy_strerror(exchange->result);
    if (exchange->body.full || exchange->head.full || exchange->result == CURLE_FILESIZE_EXCEEDED)
        bx_fault_set(fault, BX_ERR_INPUT, "The server's answer is too long.", "curl: %s", why);
    else if (exchange->result == CURLE_OPERATION_TIMEDOUT)
        bx_fault_set(fault, BX_ERR_OFFLINE, "The server takes too long to answer.", "curl: %s",
                     why);
    else if (exchange->result == CURLE_COULDNT_CONNECT ||
             exchange->result == CURLE_COULDNT_RESOLVE_HOST)
        bx_fault_set(fault, BX_ERR_OFFLINE, "The server cannot be reached.", "curl: %s", why);
    else if (exchange->result == CURLE_PEER_FAILED_VERIFICATION ||
             exchange->result == CURLE_SSL_CONNECT_ERROR ||
             exchange->result == CURLE_SSL_PINNEDPUBKEYNOTMATCH ||
             exchange->result == CURLE_SSL_CACERT_BADFILE)
        bx_fault_set(fault, BX_ERR_FORGED, "This is not the server it should be (its certificate).",
                     "curl: %s", why);
    else
        bx_fault_set(fault, BX_ERR_OFFLINE, "The line to the server was cut.", "curl: %s", why);
}

static void work(struct bx_http *http)
{
    int left = 0;
    (void)curl_multi_perform(http->multi, &left);
    for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left));) {
        char *arg = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &arg);
        struct exchange *exchange = (struct exchange *)(void *)arg;
        exchange->done = true;
        exchange->result = message->data.result;
    }
}

bool bx_http_answer(struct bx_http *http, struct bx_http_answer *ret)
{
    given_drop(http);
    for (size_t i = 0; i < BX_HTTP_AT_ONCE; i++) {
        struct exchange *exchange = &http->exchanges[i];
        long status = 0;
        if (!exchange->used || !exchange->done)
            continue;
        *ret = (struct bx_http_answer){.id = exchange->id};
        if (exchange->result == CURLE_OK)
            curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
        else
            fault_of(exchange, &ret->fault);
        ret->status = (int)status;
        ret->head = bx_buf_text(&exchange->head);
        ret->head_len = exchange->head.len;
        ret->body = bx_buf_text(&exchange->body);
        ret->len = exchange->body.len;
        http->given = exchange;
        return true;
    }
    return false;
}

size_t bx_http_under_way(const struct bx_http *http)
{
    size_t count = 0;
    for (size_t i = 0; i < BX_HTTP_AT_ONCE; i++)
        count += http->exchanges[i].used && &http->exchanges[i] != http->given;
    return count;
}

static bool any_done(const struct bx_http *http)
{
    for (size_t i = 0; i < BX_HTTP_AT_ONCE; i++)
        if (http->exchanges[i].done && &http->exchanges[i] != http->given)
            return true;
    return false;
}

void bx_http_wait(struct bx_http *http, struct pollfd *fds, size_t count, int ms)
{
    struct curl_waitfd extra[WAIT_FDS];
    bx_assert(count <= WAIT_FDS);
    for (size_t i = 0; i < count; i++) {
        int events = (fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                     (fds[i].events & POLLPRI ? CURL_WAIT_POLLPRI : 0) |
                     (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0);
        extra[i] = (struct curl_waitfd){.fd = fds[i].fd, .events = (short)events};
    }
    /* What was just started has not opened its socket yet. */
    work(http);
    (void)curl_multi_poll(http->multi, extra, (unsigned)count, any_done(http) ? 0 : ms, NULL);
    work(http);
    /* curl does not pass on POLLHUP, POLLERR and POLLNVAL, which say that somebody has gone. */
    if (count > 0 && poll(fds, count, 0) < 0)
        for (size_t i = 0; i < count; i++)
            fds[i].revents = 0;
}

bool bx_http_header(const struct bx_http_answer *answer, const char *name, char *out, size_t size)
{
    size_t name_len = strlen(name), found = 0;
    const char *end = answer->head + answer->head_len;
    for (const char *line = answer->head; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const char *next = stop ? stop + 1 : end;
        const char *from = line + name_len + 1;
        bool is_it = (size_t)(next - line) > name_len && line[name_len] == ':' &&
                     strncasecmp(line, name, name_len) == 0;
        line = next;
        if (!is_it)
            continue;
        while (from < next && (*from == ' ' || *from == '\t'))
            from++;
        while (next > from && strchr(" \t\r\n", next[-1]))
            next--;
        if (++found > 1 || (size_t)(next - from) >= size ||
            memchr(from, '\0', (size_t)(next - from)))
            return false;
        memcpy(out, from, (size_t)(next - from));
        out[next - from] = '\0';
    }
    return found == 1;
}
