/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The bench at a venue with everything: reasons and limits, accounts, members, orders, vouchers,
 * and a server that a test answers for. */

#include "bench.h"

/* bench_open(), and: products d donation (open price), v voucher (open price), m member (proof
 * "friend"), t ticketed untimed; reasons; accounts; a member F-1042 with one guest; orders W-1
 * (school, 50 pupils at 5.00 for s2, one ticket), W-2 (2 adults, prepaid in full). Ana's tenders:
 * all. Without contact, as the bench. */
int shop_open(void **state);
int shop_close(void **state);
/* Contact from now on, and the effects of getting it done. */
void shop_online(void);
void shop_offline(void);
/* The question that was asked last; fails when there is none unanswered. */
const struct bx_effect *shop_question(enum bx_question question);
/* Answers it: REPLY NULL: nobody did. */
void shop_answer(const struct bx_reply *reply);
/* A single-use voucher of that value, by its number. */
const char *shop_voucher(int64_t value, int n);
const char *shop_stored(int n);
void shop_command(const char *json, int exit);
