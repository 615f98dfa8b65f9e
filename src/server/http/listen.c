/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and sockets, apart from the HTTP on them. */

#include "server/http/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boxtill/base/text.h"

enum { BACKLOG = 511 };

/* "127.0.0.1:0", "[::1]:8480". The last colon divides. */
static int address_split(const char *listen, char host[48], char port[8])
{
    const char *colon = strrchr(listen, ':');
    if (!colon)
        return BX_ERR_INPUT;
    const char *from = listen, *to = colon;
    if (*from == '[') {
        if (to == from + 1 || to[-1] != ']')
            return BX_ERR_INPUT;
        from++;
        to--;
    }
    int64_t number;
    size_t len = (size_t)(to - from);
    if (len == 0 || len >= 48 || bx_text_number(colon + 1, strlen(colon + 1), 65535, &number) < 0)
        return BX_ERR_INPUT;
    memcpy(host, from, len);
    host[len] = '\0';
    snprintf(port, 8, "%d", (int)number);
    return 0;
}

static struct addrinfo *address_find(const char *listen)
{
    char host[48], port[8];
    if (address_split(listen, host, port) < 0)
        return NULL;
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    return getaddrinfo(host, port, &hints, &found) == 0 ? found : NULL;
}

bool bd_listen_is_address(const char *listen)
{
    struct addrinfo *at = address_find(listen);
    if (at)
        freeaddrinfo(at);
    return at != NULL;
}

bool bd_listen_is_loopback(const char *listen)
{
    struct addrinfo *at = address_find(listen);
    if (!at)
        return false;
    bool is = false;
    if (at->ai_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, at->ai_addr, sizeof(v4));
        is = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    } else if (at->ai_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, at->ai_addr, sizeof(v6));
        is = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
    }
    freeaddrinfo(at);
    return is;
}

static int socket_open(const struct addrinfo *at)
{
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    int yes = 1;
    /* Connections inherit TCP_NODELAY. Without it the second piece of an answer waits until the
     * client has acknowledged the first, which it puts off for 40 ms. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) == 0 &&
        bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int kept = errno;
    close(fd);
    errno = kept;
    return -1;
}

static void bound_format(int fd, char bound[BD_ADDRESS_SIZE])
{
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);
    char host[48] = "", port[8] = "";
    if (getsockname(fd, (struct sockaddr *)&at, &len) == 0)
        (void)getnameinfo((struct sockaddr *)&at, len, host, sizeof(host), port, sizeof(port),
                          NI_NUMERICHOST | NI_NUMERICSERV);
    bool colons = strchr(host, ':') != NULL;
    snprintf(bound, BD_ADDRESS_SIZE, "%s%s%s:%s", colons ? "[" : "", host, colons ? "]" : "", port);
}

int bd_listen(const char *listen_at, char bound[BD_ADDRESS_SIZE], struct bx_fault *fault)
{
    struct addrinfo *at = address_find(listen_at);
    if (!at)
        return bx_fault_say(fault, BX_ERR_INPUT, "\"%s\" is no address to listen on.", listen_at);
    int fd = socket_open(at);
    int error = errno;
    freeaddrinfo(at);
    if (fd < 0)
        return bx_fault_set(fault, BX_ERR_IO, "The server cannot listen on its address.", "%s: %s",
                            listen_at, strerror(error));
    bound_format(fd, bound);
    return fd;
}
