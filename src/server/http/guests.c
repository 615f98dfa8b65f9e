/* SPDX-License-Identifier: Apache-2.0 */
/* The library tells when a connection opens and asks for its buffers, but not when it closes. So
 * each one's buffers are held once more here: that a connection has gone is then seen by the
 * callbacks that its end has taken off them. Hanging up goes by shutting the socket down, which the
 * library takes for the client's doing; nothing of its own is freed behind its back. */

#include "server/http/guests.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "boxtill/base/alloc.h"

struct guest {
    struct bufferevent *buffers;
    int64_t since; /* the tick of its last stir */
};

struct bd_guests {
    struct event_base *base;
    struct evconnlistener *door; /* NULL: none (any more) */
    struct guest *guests;
    size_t count, max;
    int64_t now;
    int patience;
};

struct bd_guests *bd_guests_create(struct event_base *base, size_t max, int patience)
{
    struct bd_guests *guests = bx_new(struct bd_guests);
    guests->base = base;
    guests->max = max;
    guests->patience = patience;
    guests->guests = bx_alloc(max, sizeof(*guests->guests));
    return guests;
}

void *bd_guests_destroy(struct bd_guests *guests)
{
    if (!guests)
        return NULL;
    for (size_t i = 0; i < guests->count; i++)
        bufferevent_decref(guests->guests[i].buffers);
    bx_free(guests->guests);
    return bx_free(guests);
}

static bool has_gone(const struct guest *guest)
{
    bufferevent_data_cb read, write;
    bufferevent_event_cb event;
    void *arg;
    bufferevent_getcb(guest->buffers, &read, &write, &event, &arg);
    return !read && !write && !event;
}

static void farewell(struct bd_guests *guests)
{
    for (size_t i = 0; i < guests->count;) {
        if (has_gone(&guests->guests[i])) {
            bufferevent_decref(guests->guests[i].buffers);
            guests->guests[i] = guests->guests[--guests->count];
        } else
            i++;
    }
}

static struct bufferevent *arrive(struct event_base *base, void *arg)
{
    struct bd_guests *guests = arg;
    /* The newcomer may have the descriptor of one that has gone, whose buffers, held here, still
     * listen on it: with two on one descriptor the newcomer would never be heard. */
    farewell(guests);
    struct bufferevent *buffers = bufferevent_socket_new(base, -1, 0);
    if (!buffers || guests->count == guests->max)
        return buffers;
    bufferevent_incref(buffers);
    guests->guests[guests->count++] = (struct guest){buffers, guests->now};
    if (guests->count == guests->max && guests->door)
        evconnlistener_disable(guests->door);
    return buffers;
}

void bd_guests_receive(struct bd_guests *guests, struct evhttp *server,
                       struct evhttp_bound_socket *bound)
{
    guests->door = evhttp_bound_socket_get_listener(bound);
    evhttp_set_bevcb(server, arrive, guests);
}

void bd_guests_shut(struct bd_guests *guests)
{
    guests->door = NULL;
}

void bd_guests_stir(struct bd_guests *guests, struct evhttp_connection *connection)
{
    const struct bufferevent *buffers = evhttp_connection_get_bufferevent(connection);
    for (size_t i = 0; i < guests->count; i++)
        if (guests->guests[i].buffers == buffers)
            guests->guests[i].since = guests->now;
}

void bd_guests_stay(struct bd_guests *guests, struct evhttp_connection *connection)
{
    const struct bufferevent *buffers = evhttp_connection_get_bufferevent(connection);
    for (size_t i = 0; i < guests->count; i++)
        if (guests->guests[i].buffers == buffers)
            guests->guests[i].since = INT64_MAX;
}

void bd_guests_tend(struct bd_guests *guests)
{
    guests->now++;
    farewell(guests);
    for (size_t i = 0; i < guests->count; i++)
        if (guests->now - guests->guests[i].since > guests->patience)
            (void)shutdown(bufferevent_getfd(guests->guests[i].buffers), SHUT_RDWR);
    if (guests->count < guests->max && guests->door)
        evconnlistener_enable(guests->door);
}
