/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The screen's half of the inside of a till: included by core.h, and by nothing else. */

#include "boxtill/till/till.h"
#include "boxtill/till/view.h"

/* --- counter.c and what screens.h lists: the screen -------------------------------------------
 */

/* A question over the screen. */
enum bx_ask {
    BX_ASK_NOTHING,
    BX_ASK_QUANTITY, /* more than the usual quantity: ask_slug, ask_n */
    BX_ASK_CLEAR,
    BX_ASK_LEAVE_PAY, /* part payments are given back */
    BX_ASK_RECEIVED,  /* more cash than anybody hands over: ask_n */
    BX_ASK_CLOCK,     /* date and time are right */
    BX_ASK_REPLACE,   /* ask_n: index of the item */
    BX_ASK_QUIT,
    BX_ASK_CLOSE, /* the shift */
    BX_ASKS
};

/* What the read under way is for. */
enum bx_reading {
    BX_READING_LAST,   /* after the start: the last sale */
    BX_READING_SALES,  /* FIND */
    BX_READING_MORE,   /* FIND: older ones */
    BX_READING_ONE,    /* FIND: a number or a code */
    BX_READING_PAPER,  /* PAPER: the last sales */
    BX_READING_UNSURE, /* PAPER: an older sale with an unsure document */
    BX_READING_ATTENTION,
    BX_READING_QUEUED /* QUEUE, after the above */
};

/* A line of a list: a sale, an entry, or a document of a sale. */
struct bx_item {
    size_t row; /* index into the rows it was made from */
    int ticket; /* documents: index in the sale, -1 the receipt */
    char a[64], b[64];
    char more[96]; /* FIND: what else it is found by: references, the order's name */
    bx_money amount;
    bool has_amount;
    struct bx_id attempt; /* QUEUE: money of which nobody knows; zero: none */
};

/* What stays in sight of a sale. */
struct bx_counter_last {
    char number[BX_NUMBER_SIZE];
    int64_t seq;
    bx_utc at;
    bx_money total, received, change;
    int tickets;
};

struct bx_counter {
    enum bx_screen screen;
    enum bx_screen under[BX_SCREENS]; /* where Esc leads, the last one first to return to */
    int depth;
    enum bx_screen base; /* what PALETTE, KEYS and LINE were opened over: STOP and LOGIN, too */
    bool stopped;        /* an unknown COMMIT: STOP lies over everything */
    bx_mono now;         /* of the key being handled: a held one keeps its own moment */
    bx_mono opened;      /* when the screen or the question opened, for held keys */
    bx_mono committed;
    int event; /* index into the programme */
    struct bx_slug event_id;
    struct bx_slug slot; /* selected */
    struct bx_date day;
    char input[64];
    size_t input_len;
    bool minus;
    size_t product_page;
    char say[200];
    enum bx_tone say_tone;
    /* what did not fit, until the next key: N finds it a place */
    struct bx_slug wish;
    int wish_quantity;
    /* what the last key rang up, to be taken back when it was none; quantity 0: nothing */
    struct bx_slug rung, rung_slot;
    int rung_quantity;
    /* lists */
    size_t selected, first;  /* among the items that pass the filter; first line of KEYS */
    size_t kept[BX_SCREENS]; /* `selected` of the screens under this one */
    struct bx_row *rows;     /* owned copies, bodies too */
    size_t row_count;
    struct bx_item *items;
    size_t item_count, item_cap;
    int64_t read_request;
    enum bx_reading reading;
    bx_money lapsed;           /* of vouchers in the payment that is open: told when it is over */
    int line_column;           /* LINE: where what failed begins, from 1; 0 nowhere */
    char wanted[48];           /* what BX_READING_ONE looks for */
    int64_t listed;            /* what the list depends on, when it was read */
    size_t queue_at;           /* QUEUE: the one that something is done about */
    char bill[BX_NUMBER_SIZE]; /* an invoice was asked for with this sale */
    enum bx_action then;       /* SALE: once all of it is read */
    int early[16];             /* and what was typed after it, for the form it opens */
    size_t early_count;
    bool venue;             /* FIND: all tills' sales, asked of the server */
    bool more;              /* FIND: there are older ones */
    char venue_text[64];    /* what the server was asked for */
    struct bx_id venue_ask; /* and the question under way; zero: none */
    struct bx_case *sale;   /* the one open on SALE, owned */
    int palette[BX_ACTIONS];
    size_t palette_count;
    /* forms, menus, sheets */
    struct bx_form *form; /* the one on top, owned; NULL none */
    const struct bx_menu_kind *menu;
    struct bx_sheet_text *sheet; /* owned */
    /* a question on top */
    enum bx_ask asking;
    char ask[64], ask_text[200], ask_yes[24];
    struct bx_slug ask_slug;
    int64_t ask_n;
    int login_stage; /* 0 number, 1 PIN */
    int64_t login_number;
    bool caps;
    /* the key before this one, to tell a held key from a pressed one */
    int last_key;
    bx_mono last_at;
    bool maybe_held;  /* the last press may have been the first repeat of the one before */
    bool held_bought; /* and changed the basket */
    int pending_key;  /* held back until it is known not to be a repeat; 0 none */
    bx_mono pending_at;
    /* a burst that may be a scan */
    int burst[160];                  /* a voucher has 133 characters */
    size_t burst_len, burst_applied; /* the first so many were applied at once */
    bx_mono burst_at;
    size_t digits; /* typed one after another as no hand does */
    bx_mono digit_at;
    char digit_text[24];            /* they themselves */
    int scan_quantity;              /* what was typed before them; 0: nothing */
    bx_mono scanned;                /* swallows the Enter a scanner adds */
    struct bx_counter_saved *saved; /* the counter and basket before it */
    /* the last sales, newest first, for the side of the screen */
    struct bx_counter_last last[BX_VIEW_LASTS];
    size_t last_count;
};
void bx_counter_init(struct bx_till *till);
void bx_counter_finish(struct bx_till *till);
void bx_counter_start(struct bx_till *till); /* after START: draft, last sale, first screen */
void bx_counter_key(struct bx_till *till, int key);
void bx_counter_tick(struct bx_till *till);
/* Makes *WAKE earlier when the screen wants a TICK before it. */
void bx_counter_wake(const struct bx_till *till, bx_mono *wake);
/* No key is held back. */
bool bx_counter_is_idle(const struct bx_till *till);
void bx_counter_rows(struct bx_till *till, const struct bx_event *event);
/* What stays in sight of a sale, from its entry. */
void bx_counter_last(struct bx_counter_last *ret, const struct bx_entry_head *head,
                     const struct bx_sale *sale);
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
const char *bx_counter_money(const struct bx_till *till, bx_money amount, char out[BX_MONEY_TEXT]);
/* QUANTITY of PRODUCT does not fit into SLOT: says what fits and what N does then. */
void bx_counter_short(struct bx_till *till, const struct bx_slot *slot,
                      const struct bx_product *product, int quantity);
/* Back to SELL: there is nothing left to pay or to look at. */
void bx_counter_fresh(struct bx_till *till);
/* pay.c: a part is paid, and the payment goes on: says what is left. */
void bx_pay_said(struct bx_till *till);
/* display.c: tells the customer's display when what it shows is another. */
void bx_display_tick(struct bx_till *till);
/* A sentence on the screen until the next key. */
void bx_say(struct bx_till *till, enum bx_tone tone, const char *format, ...) bx_format(3, 4);
