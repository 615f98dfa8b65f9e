/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The screen's half of the inside of a till: included by core.h, and by nothing else. */

#include "boxtill/till/till.h"
#include "boxtill/till/view.h"

/* --- counter.c, keys.c, lists.c, view.c: the screen --------------------------------------------
 */

struct bx_counter {
    enum bx_screen screen, back; /* back: where PALETTE, KEYS and lists return to */
    bx_mono opened;              /* when the screen opened, for held keys */
    bx_mono committed;
    int event;           /* index into the programme */
    struct bx_slug slot; /* selected */
    struct bx_date day;
    char input[64];
    size_t input_len;
    bool minus;
    size_t product_page;
    char say[200];
    enum bx_tone say_tone;
    /* lists */
    size_t selected, first;
    struct bx_row *rows; /* owned copies, bodies too */
    size_t row_count;
    int64_t read_request;
    struct bx_row *sale; /* the one open on SALE and PAPER, owned */
    /* a question on top */
    enum bx_action asking; /* what "yes" does; BX_ACTION_NONE: no question */
    char ask[64], ask_text[200];
    bool ask_input;
    int login_stage; /* 0 number, 1 PIN */
    int64_t login_number;
    bool caps;
    /* a burst that may be a scan */
    char burst[64];
    size_t burst_len;
    bx_mono burst_at;
    struct bx_counter_saved *saved; /* the counter and basket before it */
    /* the last sale, for the side of the screen */
    char last_number[BX_NUMBER_SIZE];
    bx_money last_total, last_received, last_change;
    int last_tickets;
};
void bx_counter_init(struct bx_till *till);
void bx_counter_finish(struct bx_till *till);
void bx_counter_start(struct bx_till *till); /* after START: draft, last sale, first screen */
void bx_counter_key(struct bx_till *till, int key);
void bx_counter_tick(struct bx_till *till);
void bx_counter_rows(struct bx_till *till, const struct bx_event *event);
/* The engine tells the counter what happened to what the screen asked for. */
void bx_counter_sold(struct bx_till *till, const struct bx_entry_head *head,
                     const struct bx_sale *sale);
void bx_counter_unsold(struct bx_till *till,
                       const struct bx_fault *fault); /* refused: basket stays */
void bx_counter_stopped(struct bx_till *till, bool stopped);
void bx_counter_logged_in(struct bx_till *till, const struct bx_fault *fault); /* NULL: welcome */
/* Locked, or logged out: back to the login screen. */
void bx_counter_left(struct bx_till *till);
void bx_counter_programme(
    struct bx_till *till); /* a new programme: keep the selection if it lives */
/* A sentence on the screen until the next key. */
void bx_say(struct bx_till *till, enum bx_tone tone, const char *format, ...) bx_format(3, 4);
