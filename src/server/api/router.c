/* SPDX-License-Identifier: Apache-2.0 */
/* The table is a dozen rows, so it is walked; the first difference ends the look at a row. */

#include "server/api/router.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One path segment, decoded into out. */
static bool segment_decode(const char *text, size_t len, char out[BD_PARAM_SIZE])
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '%') {
            int high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
            int low = i + 2 < len ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0' || n + 1 >= BD_PARAM_SIZE)
            return false;
        out[n++] = c;
    }
    out[n] = '\0';
    return n > 0;
}

static bool path_fits(const char *template, const char *path, size_t len, char param[BD_PARAM_SIZE])
{
    const char *open = strchr(template, '{');
    if (!open)
        return strlen(template) == len && memcmp(template, path, len) == 0;
    const char *after = strchr(open, '}') + 1;
    size_t before_len = (size_t)(open - template), after_len = strlen(after);
    if (len <= before_len + after_len || memcmp(template, path, before_len) != 0 ||
        memcmp(after, path + len - after_len, after_len) != 0)
        return false;
    size_t segment = len - before_len - after_len;
    return !memchr(path + before_len, '/', segment) &&
           segment_decode(path + before_len, segment, param);
}

enum bd_routing bd_route_find(const char *method, const char *path, struct bd_routed *ret)
{
    *ret = (struct bd_routed){0};
    size_t len = strcspn(path, "?");
    for (size_t i = 0; i < bd_route_count; i++) {
        const struct bd_route *route = &bd_routes[i];
        char param[BD_PARAM_SIZE] = "";
        if (!path_fits(route->path, path, len, param))
            continue;
        if (strcmp(route->method, method) == 0) {
            ret->route = route;
            memcpy(ret->param, param, sizeof(param));
            return BD_ROUTED;
        }
        size_t used = strlen(ret->allow);
        snprintf(ret->allow + used, sizeof(ret->allow) - used, "%s%s", used ? ", " : "",
                 route->method);
    }
    return ret->allow[0] ? BD_NO_METHOD : BD_NO_ROUTE;
}
