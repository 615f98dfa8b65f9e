/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The one table of actions. Keys, hint bar, palette and help all read it; nothing else knows which
 * key does what. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bx_screen {
    BX_SCREEN_LOGIN, /* also when locked: `locked` in the view */
    BX_SCREEN_SELL,
    BX_SCREEN_PAY,
    BX_SCREEN_CHANGE, /* after a commit, until the next key, which then acts on SELL */
    BX_SCREEN_LINES,  /* basket lines */
    BX_SCREEN_FIND,
    BX_SCREEN_SALE,  /* one sale from FIND */
    BX_SCREEN_PAPER, /* paper problem */
    BX_SCREEN_QUEUE,
    BX_SCREEN_PALETTE,
    BX_SCREEN_KEYS,
    BX_SCREEN_LINE, /* the expert's text line, `=` */
    BX_SCREEN_STOP, /* an unknown COMMIT: do not hand out */
    BX_SCREEN_FORM, /* fields that are asked for, over whatever was open */
    BX_SCREEN_MENU, /* things to do, each with its letter */
    BX_SCREEN_TEXT, /* a sheet to read */
    BX_SCREENS
};

enum bx_action {
    BX_ACTION_NONE,
    BX_ACTION_PAY,        /* Enter on SELL */
    BX_ACTION_CASH_EXACT, /* Enter on PAY */
    BX_ACTION_CARD,       /* c on PAY */
    BX_ACTION_NEXT_SLOT,  /* N */
    BX_ACTION_DAY,        /* D */
    BX_ACTION_EVENT,      /* E */
    BX_ACTION_FIND,       /* F, / */
    BX_ACTION_PAPER,      /* R */
    BX_ACTION_LINES,      /* B */
    BX_ACTION_QUEUE,      /* Q */
    BX_ACTION_LOCK,       /* L */
    BX_ACTION_UNDO,       /* U */
    BX_ACTION_REDO,       /* Y */
    BX_ACTION_PALETTE,    /* : */
    BX_ACTION_KEYS,       /* ? */
    BX_ACTION_LINE,       /* = */
    BX_ACTION_SYNC,       /* T on QUEUE: try now */
    BX_ACTION_OFFLINE,    /* O on QUEUE: forced offline on and off */
    BX_ACTION_SETTLE,     /* S on QUEUE: settle a "needs attention" with a reason */
    BX_ACTION_REPRINT,    /* t on PAPER: torn in hand */
    BX_ACTION_REPLACE,    /* g on PAPER: gone */
    BX_ACTION_IN_HAND,    /* y on PAPER: it is here */
    BX_ACTION_RECEIPT,    /* r on SALE, PAPER: the receipt again */
    BX_ACTION_CLEAR,      /* Delete on SELL: empty the basket (asks) */
    BX_ACTION_QUICK_1,    /* F2, q on PAY: the first quick amount in cash */
    BX_ACTION_QUICK_2,    /* F3, w */
    BX_ACTION_QUICK_3,    /* F4, e */
    BX_ACTION_DROP,       /* Delete, d on LINES: take the line out */
    BX_ACTION_CHOOSE,     /* Enter on FIND, PALETTE, LINE */
    BX_ACTION_SHIFT,      /* S */
    BX_ACTION_DRAWER,     /* O on SELL: open the drawer without a sale */
    BX_ACTION_SCOPE,      /* Tab on FIND: this till's sales, or the venue's */
    BX_ACTION_VOID,       /* v on SALE */
    BX_ACTION_REFUND,     /* f on SALE */
    BX_ACTION_EXCHANGE,   /* x on SALE */
    BX_ACTION_TENDER,     /* m on SALE: another tender than was keyed */
    BX_ACTION_SLOT_BACK,  /* palette: all that was sold for the chosen slot */
    BX_ACTION_BILL,       /* i on SALE: an invoice for it */
    BX_ACTION_DISPUTE,    /* d on SALE: about its change */
    BX_ACTION_LOGOUT,
    BX_ACTION_QUIT,
    BX_ACTION_BACK, /* Esc */
    /* selling */
    BX_ACTION_VOUCHER,    /* v on PAY */
    BX_ACTION_ACCOUNT,    /* a on PAY */
    BX_ACTION_INVOICE,    /* i on PAY */
    BX_ACTION_ROUND_UP,   /* o on PAY: a donation makes the sum round */
    BX_ACTION_LATER,      /* l on PAY: what is unknown stays so for now */
    BX_ACTION_DISCOUNT,   /* % on SELL and LINES */
    BX_ACTION_PRICE,      /* p on LINES */
    BX_ACTION_GROUP,      /* G on SELL and LINES: one ticket for all */
    BX_ACTION_LIST_PRICE, /* K: no automatic price for this basket */
    BX_ACTION_MEMBER,     /* M */
    BX_ACTION_PARK,       /* P */
    BX_ACTION_OVER,       /* X: what was sold out, by a supervisor */
    BX_ACTION_MOVE,       /* x on LINES: the line to the chosen slot */
    BX_ACTION_ARRIVALS,   /* A */
    /* the books; from the palette */
    BX_ACTION_REPORTS,
    BX_ACTION_CLOSINGS,
    BX_ACTION_POSTING,
    BX_ACTION_PERSONS,
    BX_ACTION_ARCHIVE,
    BX_ACTION_GIVE, /* palette: places to and from another till */
    BX_ACTION_TAKE,
    BX_ACTIONS
};

struct bx_action_row {
    enum bx_action action;
    uint32_t screens; /* bit per screen on which the key is live */
    int key, twin;    /* a character or BX_KEY_…; 0: none */
    const char *keys; /* as shown: "Enter", "N", "F, /" */
    const char *hint; /* for the hint bar: "next slot"; NULL: not shown there */
    const char *name; /* for the palette: "Next slot with room" */
    const char *help; /* one sentence */
    int rank;         /* order in the hint bar, small first */
    bool looks;       /* changes nothing: an auditor may */
};

extern const struct bx_action_row bx_action_rows[];
extern const size_t bx_action_count;

/* What KEY does on SCREEN; BX_ACTION_NONE when nothing. */
enum bx_action bx_action_of_key(enum bx_screen screen, int key);
const struct bx_action_row *bx_action_row(enum bx_action action);
