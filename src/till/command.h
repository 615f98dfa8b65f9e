/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What command.c and the families of commands (command_sale.c, enquiry.c …) share: the table's row,
 * ways to end the command under way, and the verbs. Included by those. */

#include "boxtill/base/json.h"
#include "core.h"

enum bx_verb_who {
    BX_VERB_ANYBODY, /* also nobody */
    BX_VERB_LOOKS,   /* somebody is logged in, an auditor too */
    BX_VERB_ACTS     /* a cashier or supervisor is */
};

/* To add a command: a row in command.c, its functions in the file of its family, its JSON in the
 * text at the head of command.c. */
struct bx_verb {
    const char *word;
    enum bx_verb_who who;
    /* Reads its members and begins; ends, now or later, in bx_command_answer(), _refuse() or
     * _usage(), or in an entry whose intent has the command's request as origin. */
    void (*take)(struct bx_till *till, struct bx_json_reader *reader);
    /* What bx_command_read() asked for; NULL: asks for nothing. */
    void (*rows)(struct bx_till *till, const struct bx_row *rows, size_t count);
    void (*tick)(struct bx_till *till); /* at each event; NULL */
    /* Its entry is on disk: writes the answer's json and human, which then go out. NULL: kind,
     * number, id, seq and hash. */
    void (*done)(struct bx_till *till, const struct bx_entry_head *head, const struct bx_ref *ref);
};
enum { BX_COMMAND_BASKET = 200 }; /* characters */

/* Sends what was written into the command's two buffers, and ends it. */
void bx_command_answer(struct bx_till *till);
void bx_command_refuse(struct bx_till *till, const struct bx_fault *fault);
/* The command was not well formed: exit status 2. */
void bx_command_usage(struct bx_till *till, const struct bx_fault *fault);
/* A READ whose rows come back to the command; borrowed until the queue is cleared. */
struct bx_effect *bx_command_read(struct bx_till *till, enum bx_query_kind kind, const char *text,
                                  int limit);
/* TEXT, and spaces up to COLUMNS and one between it and the next. */
void bx_command_cell(struct bx_buf *out, const char *text, size_t columns);
void bx_command_money(struct bx_buf *out, const char *before, bx_money amount, int exponent);
/* The member "tenders" of an answer. */
void bx_command_tenders(struct bx_json_writer *writer, const struct bx_sale *sale);
/* How to look for TEXT (a ticket code, a whole number or its count alone), as it is stored. */
enum bx_query_kind bx_command_search(const struct bx_till *till, const char *text, char out[48]);

void bx_command_sell(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_sell_tick(struct bx_till *till);

void bx_command_arrivals(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_park(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_parked(struct bx_till *till, struct bx_json_reader *reader);

void bx_command_paper_ask(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_paper_rows(struct bx_till *till, const struct bx_row *rows, size_t count);

void bx_command_void(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_refund(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_exchange(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_tender(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_refund_slot(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_invoice(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_dispute(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_settle(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_settle_rows(struct bx_till *till, const struct bx_row *rows, size_t count);
void bx_command_correct_rows(struct bx_till *till, const struct bx_row *rows, size_t count);
void bx_command_correct_tick(struct bx_till *till);

void bx_command_login(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_logout(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_lock(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_offline(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_sync(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_sync_look(struct bx_till *till);
/* Who is logged in, as the answer. */
void bx_command_person(struct bx_till *till);
void bx_command_person_done(struct bx_till *till, const struct bx_entry_head *head,
                            const struct bx_ref *ref);

void bx_command_shift(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_report(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_report_rows(struct bx_till *till, const struct bx_row *rows, size_t count);
void bx_command_posting(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_posting_rows(struct bx_till *till, const struct bx_row *rows, size_t count);
void bx_command_known(struct bx_till *till, struct bx_json_reader *reader);
void bx_command_person_rows(struct bx_till *till, const struct bx_row *rows, size_t count);
void bx_command_training(struct bx_till *till, struct bx_json_reader *reader);

void bx_enquire_queue(struct bx_till *till, struct bx_json_reader *reader);
void bx_enquire_find(struct bx_till *till, struct bx_json_reader *reader);
void bx_enquire_find_rows(struct bx_till *till, const struct bx_row *rows, size_t count);
/* "queued", "recorded", "attention", "settled" or "waiting". */
const char *bx_command_state(const struct bx_row *row);
/* The same for people. */
const char *bx_command_state_name(const struct bx_row *row);
void bx_enquire_show(struct bx_till *till, struct bx_json_reader *reader);
void bx_enquire_allot(struct bx_till *till, struct bx_json_reader *reader);
void bx_enquire_allot_look(struct bx_till *till);
void bx_enquire_status(struct bx_till *till, struct bx_json_reader *reader);
void bx_enquiry_rows(struct bx_till *till, const struct bx_row *rows, size_t count);
