/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the till shows, as plain values: the only thing the screens know of it. Everything here is
 * washed text and finished wording of amounts; a screen only places it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/money.h"
#include "boxtill/domain/programme.h"
#include "boxtill/till/action.h"
#include "boxtill/till/till.h"

enum {
    BX_VIEW_SLOTS = 64,
    BX_VIEW_ROWS = 64,
    BX_VIEW_TENDERS = 6,
    BX_VIEW_PRODUCTS = 40,
    BX_VIEW_LASTS = 8,
    BX_VIEW_FIELDS = 36,
    BX_VIEW_OPTIONS = 40,
    BX_VIEW_SHEET = 64
};

enum bx_tone { BX_TONE_PLAIN, BX_TONE_GOOD, BX_TONE_WARN, BX_TONE_BAD };

struct bx_view_slot {
    char time[6];            /* "14:30" */
    int64_t capacity, taken; /* the venue's figures; capacity 0: not known yet */
    int64_t ours;            /* places this till can promise */
    int64_t left;            /* the venue's, -1 unknown */
    bool full, over, cancelled, selected;
    bool asked; /* a lease is on its way */
};

struct bx_view_product {
    char key;     /* letter */
    int function; /* 2 to 9 for F2 … F9, 0 none */
    char name[BX_NAME_SIZE];
    char price[BX_MONEY_TEXT];
};

struct bx_view_line {
    int quantity;
    char name[BX_NAME_SIZE];
    char time[6];             /* "" untimed */
    char day[12];             /* "" today, else "Wed 25" */
    char event[BX_NAME_SIZE]; /* "" when it is the event on the screen */
    char amount[BX_MONEY_TEXT];
    char why[BX_NAME_SIZE]; /* what made its price: "Family", "agreed"; "" the list */
    bool group;             /* one ticket for all */
    bool waiting;           /* its places are being asked for */
    bool selected;          /* on LINES */
};

struct bx_view_last {
    char number[BX_NUMBER_SIZE];
    char time[6];
    char total[BX_MONEY_TEXT];
};

struct bx_view_tender {
    char name[16];
    char amount[BX_MONEY_TEXT];
};

/* A row of FIND, SALE, PAPER or QUEUE. */
struct bx_view_row {
    char a[64];            /* first column: number, or document */
    char b[64];            /* second: what it is about */
    char c[64];            /* third: state in words */
    char d[BX_MONEY_TEXT]; /* amount, right */
    enum bx_tone tone;
    bool selected;
};

/* A field of a form. */
struct bx_view_field {
    char label[48];
    char value[BX_NAME_SIZE]; /* as typed, PIN as dots; a choice by name */
    char aside[64];
    char aside_key; /* the key that `aside` speaks of; 0 none */
    bool selected;  /* being asked for: the cursor is `cursor` columns into its value */
    bool secret;    /* a PIN */
};

/* A choice of a form's field, or a row of a menu. */
struct bx_view_option {
    char key; /* the letter that takes it; 0 none */
    char name[BX_NAME_SIZE];
    char help[96];
    bool selected;
};

struct bx_till_view {
    enum bx_screen screen;
    enum bx_screen
        under;   /* what PALETTE, KEYS, LINE and FORM lie over: whose keys they show; else screen */
    bool locked; /* LOGIN: the till is locked, its cashier is still at work */

    /* first line */
    int64_t till;
    char cashier[BX_NAME_SIZE];
    int64_t shift;
    char link[48]; /* "online", "offline 12 min", "offline by choice", "not enrolled", "connecting"
                    */
    enum bx_tone link_tone;
    int64_t waiting, attention;
    char printer[64]; /* "printer ready", "out of paper" */
    enum bx_tone printer_tone;
    char clock[20]; /* "Tue 24  14:32" */

    /* SELL */
    char day[16]; /* "Today", "Wed 25 Nov" */
    char event[BX_NAME_SIZE];
    size_t slot_count, slot_selected;
    struct bx_view_slot slots[BX_VIEW_SLOTS];
    char news_age[24]; /* "" fresh; "12 min old" */
    size_t product_count, product_page, product_pages;
    struct bx_view_product products[BX_VIEW_PRODUCTS];
    size_t line_count;
    struct bx_view_line lines[BX_LINES_MAX];
    int persons;
    char currency[4];
    char total[BX_MONEY_TEXT];
    char input[64]; /* pending digits, or the text being typed; PIN as dots */
    size_t cursor;  /* column within input */
    char last_number[BX_NUMBER_SIZE], last_text[96]; /* the last sale, with received and change */
    size_t last_count;                               /* the last sales, newest first */
    struct bx_view_last lasts[BX_VIEW_LASTS];

    /* PAY and CHANGE */
    char due[BX_MONEY_TEXT], received[BX_MONEY_TEXT], change[BX_MONEY_TEXT], left[BX_MONEY_TEXT];
    char cash_due[BX_MONEY_TEXT];                  /* what is left, in cash */
    char sold[BX_MONEY_TEXT], back[BX_MONEY_TEXT]; /* what an exchange sells and takes back; "" */
    char rounding[BX_MONEY_TEXT];                  /* "" none */
    size_t tender_count;
    struct bx_view_tender tenders[BX_VIEW_TENDERS];
    char quick[3][BX_MONEY_TEXT]; /* "" none */
    char enter[24];               /* what Enter takes: "exact", "card", "" nothing */
    char paper[64];               /* CHANGE: "printing 3 tickets" */

    bool give_back;               /* money goes out: `due` and `left` are negative */
    char round_up[BX_MONEY_TEXT]; /* a donation that makes the sum round; "" none */
    char asking[160];             /* what a voucher's payment waits for; "" nothing */

    /* SELL and PAY */
    char facts[200];  /* whose sale it is, and what it saves: "Ana, 7.00 less"; "" nothing */
    int error_column; /* LINE: where what failed begins, from 1; 0: nowhere in particular */
    bool training;
    size_t parked; /* baskets put aside at this till */

    /* lists */
    char list_title[64]; /* of the list that a form lies over */
    char title[64];
    size_t row_count, row_first, row_total; /* rows shown, index of the first, how many there are */
    struct bx_view_row rows[BX_VIEW_ROWS];

    /* PALETTE: indexes into bx_action_rows; KEYS: row_first is the first line to show */
    size_t palette_count, palette_selected;
    int palette[BX_ACTIONS];

    /* FORM, MENU (title and options), TEXT (title and sheet; row_first, row_total of its lines) */
    char form_text[200]; /* what it is about */
    char form_sum[64];   /* what was counted so far; "" nothing is counted */
    bool form_waits;     /* for an answer: takes no key but Esc */
    size_t field_count;
    struct bx_view_field fields[BX_VIEW_FIELDS];
    size_t option_count, option_more; /* shown, and how many more there are */
    struct bx_view_option options[BX_VIEW_OPTIONS];
    size_t sheet_count;
    char sheet[BX_VIEW_SHEET][BX_NAME_SIZE]; /* from row_first on */
    bool sheet_prints;                       /* p prints it */

    /* LOGIN */
    bool asks_pin;
    bool checking; /* the PIN is being compared */

    /* a sentence for the cashier, or "" */
    char say[200];
    enum bx_tone say_tone;

    /* a question over the screen, or "" in `ask` */
    char ask[64], ask_text[200];
    char ask_yes[24], ask_no[24]; /* "D delete", "Esc keep" */

    bool caps; /* CapsLock shows itself */
    bool busy; /* an answer is under way that the next key may depend on */
};

void bx_till_view(const struct bx_till *till, struct bx_till_view *ret);
