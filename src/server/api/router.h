/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Method and path to a route of openapi.yaml. */

#include <stddef.h>

#include "server/api/spec.h"

enum { BD_PARAM_SIZE = 64 };

enum bd_routing {
    BD_ROUTED,
    BD_NO_ROUTE, /* 404 */
    BD_NO_METHOD /* 405: the path is known, this method is not */
};

struct bd_routed {
    const struct bd_route *route;
    char param[BD_PARAM_SIZE]; /* the path's one parameter, percent-decoded; "" for none */
    char allow[40];            /* for BD_NO_METHOD: "GET, POST" */
};

/* PATH as sent; what follows a '?' is not looked at. A parameter that is empty, too long, badly
 * escaped or holds a NUL is no route. */
enum bd_routing bd_route_find(const char *method, const char *path, struct bd_routed *ret);
