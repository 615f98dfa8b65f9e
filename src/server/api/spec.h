/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What generate.py makes of openapi.yaml: the routes, what a body must look like, and the document
 * itself. Constant tables; nothing here is ever written by hand. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/api/operations.h" /* made by the build: enum bd_operation */

enum bd_schema_kind { BD_SCHEMA_OBJECT, BD_SCHEMA_ARRAY, BD_SCHEMA_STRING, BD_SCHEMA_INTEGER };

/* One piece of a pattern: MIN to MAX bytes of SET. Pieces are tried greedily, which the generator
 * proves to be enough: a piece of open length never shares a byte with the one after it. */
struct bd_piece {
    const char *set;
    int64_t min, max;
};

struct bd_member;
struct bd_schema {
    enum bd_schema_kind kind;
    int64_t min, max;             /* of an integer; characters of a string; items of an array */
    const struct bd_piece *piece; /* the whole string, in pieces; NULL: any */
    size_t piece_count;
    const char *const *words; /* the only strings allowed; NULL: any */
    size_t word_count;
    const struct bd_schema *items; /* of an array; NULL: any */
    const struct bd_member *members;
    size_t member_count;
    bool open; /* members beyond these are allowed */
};

struct bd_member {
    const char *name;
    const struct bd_schema *schema;
    bool required;
};

enum bd_auth { BD_AUTH_NONE, BD_AUTH_DEVICE, BD_AUTH_CHANNEL, BD_AUTH_EITHER };

struct bd_route {
    const char *method;
    const char *path; /* a template: "/v1/tickets/{code}" */
    enum bd_operation operation;
    const char *name; /* the operationId */
    enum bd_auth auth;
    size_t max_body;              /* bytes; 0: takes none */
    const char *content_type;     /* of the body, "" when it takes none */
    const struct bd_schema *body; /* of a JSON body, else NULL */
};

extern const struct bd_route bd_routes[];
extern const size_t bd_route_count;

/* The document as JSON, served at /v1/openapi.json. */
extern const unsigned char bd_openapi_json[];
extern const size_t bd_openapi_json_len;
