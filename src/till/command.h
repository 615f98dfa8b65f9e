/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What command.c and enquiry.c share: ways to end the command under way, and the verbs that only
 * look. Included by those two. */

#include "boxtill/base/json.h"
#include "core.h"

/* Sends what was written into the command's two buffers, and ends it. */
void bx_command_answer(struct bx_till *till);
void bx_command_refuse(struct bx_till *till, const struct bx_fault *fault);
/* The command was not well formed: exit status 2. */
void bx_command_usage(struct bx_till *till, const struct bx_fault *fault);
/* A READ whose rows come back to the command; borrowed until the queue is cleared. */
struct bx_effect *bx_command_read(struct bx_till *till, enum bx_query_kind kind, const char *text,
                                  int limit);
void bx_command_money(struct bx_buf *out, const char *before, bx_money amount, int exponent);
/* How to look for TEXT (a ticket code, a whole number or its count alone), as it is stored. */
enum bx_query_kind bx_command_search(const struct bx_till *till, const char *text, char out[48]);

void bx_enquire_queue(struct bx_till *till, struct bx_json_reader *reader);
void bx_enquire_find(struct bx_till *till, struct bx_json_reader *reader);
void bx_enquire_show(struct bx_till *till, struct bx_json_reader *reader);
void bx_enquire_allot(struct bx_till *till, struct bx_json_reader *reader);
void bx_enquire_status(struct bx_till *till, struct bx_json_reader *reader);
void bx_enquiry_rows(struct bx_till *till, const struct bx_row *rows, size_t count);
