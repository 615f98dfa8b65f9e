/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The members document (GET /v1/members): members and passes that a till may recognise, online and
 * offline. Names are personal data: the document travels sealed, and no entry ever holds more of it
 * than the member's id. */

#include "boxtill/domain/programme.h"

struct bx_member {
    struct bx_slug id;
    char code[32];           /* what the card holds: 4 to 31 of A-Z 0-9 -, unique */
    struct bx_slug class;    /* "friend", "pass" …: what products and rules ask for as proof */
    char name[BX_NAME_SIZE]; /* "" */
    struct bx_date until;    /* last day */
    int guests;
    char blocked[BX_NAME_SIZE]; /* why; "" not blocked */
};
enum { BX_MEMBERS_MAX = 50000 };
struct bx_members {
    int64_t epoch, version;
    size_t count;
    struct bx_member *members; /* by code */
};
/* {"v":1,"epoch":1,"version":2,"members":[{"id":"m-1042","code":"F-1042","class":"friend","name":"…",
 *  "until":"2027-03-31","guests":1,"blocked":""}]} */
struct bx_members *bx_members_parse(const char *json, size_t len, struct bx_fault *fault);
void *bx_members_destroy(struct bx_members *members);
BX_CLEANUP_DEFINE(struct bx_members, bx_members_destroy)
void bx_members_encode(const struct bx_members *members, struct bx_buf *out);
/* By what the card holds, upper-cased first; NULL none. */
const struct bx_member *bx_members_find(const struct bx_members *members, const char *code);
/* 0, or BX_ERR_REFUSED: blocked or expired, and why. */
int bx_must bx_member_check(const struct bx_member *member, struct bx_date today,
                            struct bx_fault *fault);
