/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The staff document (GET /v1/staff): who may log in at this device. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/fault.h"
#include "boxtill/domain/programme.h"

enum bx_role { BX_ROLE_CASHIER, BX_ROLE_SUPERVISOR, BX_ROLE_AUDITOR };
const char *bx_role_word(enum bx_role role);
int bx_must bx_role_parse(const char *word, enum bx_role *ret);

struct bx_user {
    int64_t number; /* 1 to 9999, what is typed at login */
    char name[BX_NAME_SIZE];
    enum bx_role role;
    char language[8]; /* "en", "de"; "" the till's */
    char pin_hash[BX_PIN_HASH_TEXT];
};

enum { BX_USERS_MAX = 500 };

struct bx_staff {
    int64_t epoch, version;
    size_t count;
    struct bx_user *users;
};

/* {"v":1,"epoch":1,"version":3,"users":[{"number":7,"name":"Ana","role":"cashier","language":"de",
 *  "pin":"$argon2id…"}]}; without "language" it is the till's */
struct bx_staff *bx_staff_parse(const char *json, size_t len, struct bx_fault *fault);
void *bx_staff_destroy(struct bx_staff *staff);
BX_CLEANUP_DEFINE(struct bx_staff, bx_staff_destroy)
void bx_staff_encode(const struct bx_staff *staff, struct bx_buf *out);
const struct bx_user *bx_staff_user(const struct bx_staff *staff, int64_t number);
