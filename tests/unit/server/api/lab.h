/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A venue in memory with desk and writer, clocks in the test's hands, and a till that signs what it
 * asks and verifies what it is told. */

#include <stdbool.h>

#include "boxtill/base/json.h"
#include "server/api/api.h"
#include "server/api/writer.h"
#include "server/store/memory.h"

struct lab {
    struct bd_store *store;
    struct bd_policy policy;
    struct bd_api *api;
    struct bd_writer *writer;
    struct bd_metrics *metrics;
    struct bx_clock clock;
    struct bx_random random;
    int64_t now_us;
    uint64_t seeds;
};

/* What a till last heard. */
struct heard {
    int status;
    char code[32]; /* of a problem, "" */
    char etag[48], at[96];
    struct bx_buf body;
    int64_t epoch, commit;
    int retry_after;
};

struct till {
    struct lab *lab;
    struct bx_public_key public;
    struct bx_secret_key key;
    int64_t number, incarnation, seen_epoch, seen_commit;
    char challenge[68];
    const char *signed_body; /* sign this instead of what is sent; NULL: the truth */
    char if_none_match[48];
    struct heard heard;
};

/* cmocka's set-up and tear-down of a test: *state is the lab. */
int lab_open(void **state);
int lab_close(void **state);
struct bd_turn lab_turn(struct lab *lab);
/* A one-time code. */
void lab_code(struct lab *lab, char ret[9]);
/* Imports the sample with CAPACITY places in each slot. */
void lab_import(struct lab *lab, int capacity);
#define LAB_POOL "hall-20261124-1000"

void till_open(struct till *till, struct lab *lab, uint8_t seed);
void till_close(struct till *till);
/* Enrols under request ID; true for 200. */
bool till_enrol(struct till *till, const char *id, const char *code);
/* One exchange; signed once the till is enrolled. The status. */
int till_once(struct till *till, const char *method, const char *path, const char *body);
/* As above, and once more with the new challenge after a 425. */
int till_ask(struct till *till, const char *method, const char *path, const char *body);
/* Without a signature. */
int till_plain(struct till *till, const char *method, const char *path, const char *body);
/* Takes a signed request to the desk and leaves it where it is. */
struct bd_work *till_take(struct till *till, const char *method, const char *path,
                          const char *body);
