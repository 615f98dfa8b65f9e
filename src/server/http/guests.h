/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The connections that are open, so that there can be too many of them, and too slow ones. The
 * library closes a connection that is silent; one that sends a byte now and then it would keep for
 * ever. Time is counted in calls of bd_guests_tend(). The loop's thread. */

#include <stddef.h>

struct bd_guests;
struct event_base;
struct evhttp;
struct evhttp_bound_socket;
struct evhttp_connection;

/* At most MAX connections at once; the next waits to be accepted. PATIENCE: so many ticks a
 * connection may take for a request, or have none under way. */
struct bd_guests *bd_guests_create(struct event_base *base, size_t max, int patience);
/* After evhttp_free. */
void *bd_guests_destroy(struct bd_guests *guests);
/* From now on SERVER's connections are these, and BOUND the door they come by. */
void bd_guests_receive(struct bd_guests *guests, struct evhttp *server,
                       struct evhttp_bound_socket *bound);
/* The door is no more. */
void bd_guests_shut(struct bd_guests *guests);
/* A request came by CONNECTION, or was answered. */
void bd_guests_stir(struct bd_guests *guests, struct evhttp_connection *connection);
/* CONNECTION has no deadline any more: it is told things as they come. */
void bd_guests_stay(struct bd_guests *guests, struct evhttp_connection *connection);
/* A tick: forgets those that have gone, hangs up on the slow, opens the door when there is room. */
void bd_guests_tend(struct bd_guests *guests);
