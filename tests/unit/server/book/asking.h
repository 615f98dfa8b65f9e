/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A question of a till to the book, through the bytes of both. */

#include "boxtill/domain/question.h"
#include "fixture.h"

/* What the book returned; REPLY is filled when that is 0. */
int till_question(struct venue *venue, const struct till *till, enum bx_question question,
                  const struct bx_inquiry *inquiry, struct bx_reply *reply);
