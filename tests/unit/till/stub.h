/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A till whose engine is a stub: baskets, money and leases behave, and nothing else happens but
 * that it is counted. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "till/screens.h"

struct stub {
    struct bx_till *till;
    int64_t free[8]; /* by slot, in the programme's order */
    bool hold;       /* commits are not answered */
    int sales, tenders, reprints, replacements, in_hands, notes, logins, tries;
    int last_ticket;
    char last_text[64];
    struct bx_sale sale; /* the last one */
    struct bx_till_view view;
};
extern struct stub stub;

/* Logged in as Ana, 2026-11-24 14:32 at the venue, SELL. */
int stub_open(void **state);
int stub_close(void **state);
/* Lets MS pass and a TICK happen, step by step as the screen wants. */
void stub_wait(int ms);
/* Lets MS pass, nothing else. */
void stub_pass(int ms);
void stub_key(int key);
/* Keys 1.2 s apart; '\n' is Enter, '\b' Backspace, '\033' Esc. */
void stub_keys(const char *keys);
/* Keys MS apart, as a scanner or a fast hand. */
void stub_burst(const char *keys, int ms);
/* The view now. */
const struct bx_till_view *stub_view(void);
/* The last READ effect's request; asserts that one was asked for. */
const struct bx_query *stub_query(void);
/* Answers it. */
void stub_rows(const struct bx_row *rows, size_t count);
int stub_pieces(void);
struct bx_code stub_code(int n);
/* The body of the last sale as a row of the journal. */
struct bx_row stub_row(void);
