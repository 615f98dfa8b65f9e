/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands. */

#include "main/cmd_table.h"

#include <stdio.h>
#include <string.h>

/* How long a command without a till waits for the paper and the server before it ends; what is
 * left over is stored, and goes on with the next command or till. */
enum { LINGER_MS = 5000, SETTLE_MS = 3000, STORE_MS = 2000 };

#define SALE                                       \
    {                                              \
        NULL, "NUMBER|CODE", BX_ARG_SALE, "", true \
    }
#define TENDERS                                          \
    {                                                    \
        "tender", "PART", BX_ARG_TEXTS, "tenders", false \
    }
#define SLOT                                        \
    {                                               \
        "slot", "HH:MM", BX_ARG_TEXT, "slot", false \
    }
#define EVENT                                        \
    {                                                \
        "event", "NAME", BX_ARG_TEXT, "event", false \
    }
#define TICKETS                                         \
    {                                                   \
        "ticket", "N", BX_ARG_NUMBERS, "tickets", false \
    }
#define PIECES                                                  \
    {                                                           \
        "piece", "LINE:QUANTITY", BX_ARG_TEXTS, "pieces", false \
    }
#define AMOUNT                                            \
    {                                                     \
        "amount", "MINOR", BX_ARG_NUMBER, "amount", false \
    }
#define COINS                                                       \
    {                                                               \
        "pieces", "VALUE:COUNT,...", BX_ARG_PIECES, "pieces", false \
    }
#define DRAWER                                        \
    {                                                 \
        "drawer", "N", BX_ARG_NUMBER, "drawer", false \
    }
#define FORMAT                                                  \
    {                                                           \
        "format", "text|csv|json", BX_ARG_TEXT, "format", false \
    }

static const struct bx_arg sell_options[] = {
    SLOT, EVENT, TENDERS, {"resume", "ID", BX_ARG_TEXT, "resume", false}, {0}};
static const struct bx_arg find_options[] = {{"scope", "till|venue", BX_ARG_TEXT, "scope", false},
                                             {0}};
static const struct bx_arg arrivals_options[] = {{"all", NULL, BX_ARG_FLAG, "all", false}, {0}};
static const struct bx_arg refund_options[] = {TICKETS,
                                               PIECES,
                                               {"tender", "PART", BX_ARG_TEXT, "tender", false},
                                               {"visit", NULL, BX_ARG_FLAG, "visit", false},
                                               {"slot", "ID", BX_ARG_TEXT, "slot", false},
                                               {0}};
static const struct bx_arg exchange_options[] = {TICKETS, PIECES, SLOT, EVENT, TENDERS, {0}};
static const struct bx_arg move_options[] = {AMOUNT, {0}};
static const struct bx_arg dispute_options[] = {
    {"counted", "MINOR", BX_ARG_NUMBER, "counted", false}, {0}};
static const struct bx_arg invoice_options[] = {{"name", "TEXT", BX_ARG_TEXT, "name", true},
                                                {"street", "TEXT", BX_ARG_TEXT, "street", false},
                                                {"town", "TEXT", BX_ARG_TEXT, "town", false},
                                                {"tax-number", "TEXT", BX_ARG_TEXT, "tax", false},
                                                {0}};
static const struct bx_arg settle_options[] = {{"action", "WORD", BX_ARG_TEXT, "action", false},
                                               {0}};
static const struct bx_arg cash_options[] = {AMOUNT, COINS, DRAWER, {0}};
static const struct bx_arg drawer_options[] = {DRAWER, {0}};
static const struct bx_arg hand_over_options[] = {
    {"to", "NUMBER", BX_ARG_NUMBER, "to", true}, AMOUNT, COINS, DRAWER, {0}};
static const struct bx_arg close_options[] = {
    AMOUNT,
    COINS,
    {"first", "MINOR", BX_ARG_NUMBER, "first", false},
    {"next-float", "MINOR", BX_ARG_NUMBER, "next_float", false},
    {"bag", "TEXT", BX_ARG_TEXT, "bag", false},
    {"drawers", "DRAWER:MINOR[:FLOAT[:FIRST]],...", BX_ARG_DRAWERS, "drawers", false},
    {0}};

static const struct bx_arg format_options[] = {FORMAT, {0}};
static const struct bx_arg period_options[] = {{"from", "YYYY-MM-DD", BX_ARG_TEXT, "from", false},
                                               {"to", "YYYY-MM-DD", BX_ARG_TEXT, "to", false},
                                               FORMAT,
                                               {0}};

#define SHIFT(word, options_, warrants_, text)                                                     \
    {                                                                                              \
        .name = "shift", .act = word, .member = "act", .options = options_, .warrants = warrants_, \
        .linger_ms = LINGER_MS, .what = text                                                       \
    }

static const struct bx_cmd_row rows[] = {
    {"login", .run = bx_cmd_login, .usage = "[NUMBER] [--float MINOR] [--pin-file FILE] [--json]",
     .what = "log a cashier in; the PIN is asked, or read from standard input"},
    {"logout", .what = "log out; basket and queue stay", .linger_ms = STORE_MS},
    {"sell", .words = {{NULL, "LINE", BX_ARG_TEXT, "basket", false}}, .options = sell_options,
     .warrants = true, .linger_ms = LINGER_MS,
     .what = "sell, 2a1c = two of key a, one of key c; or what was parked"},
    {"park", .words = {{NULL, "NAME", BX_ARG_TEXT, "name", false}}, .linger_ms = STORE_MS,
     .what = "put the basket on the screen aside"},
    {"parked", .linger_ms = SETTLE_MS, .what = "the baskets put aside, here and at other tills"},
    {"arrivals", .words = {{NULL, "TEXT", BX_ARG_TEXT, "text", false}}, .options = arrivals_options,
     .what = "who is expected: groups, schools, web orders"},
    {"find", .words = {{NULL, "TEXT", BX_ARG_TEXT, "text", false}}, .options = find_options,
     .linger_ms = SETTLE_MS,
     .what = "the last sales, or those with this number, ticket code or text"},
    {"show", .words = {SALE}, .what = "one sale, and what became of it"},
    {"reprint", .words = {SALE, {NULL, "TICKET", BX_ARG_TICKET, "ticket", false}}, .warrants = true,
     .linger_ms = LINGER_MS,
     .what = "torn in the hand: the same code again, marked COPY; ticket 0 is the receipt"},
    {"replace", .words = {SALE, {NULL, "TICKET", BX_ARG_CHOSEN, "ticket", false}}, .warrants = true,
     .linger_ms = LINGER_MS,
     .what = "gone or unsure: a new code, the old one is refused at the gate"},
    {"void", .words = {SALE}, .warrants = true, .linger_ms = LINGER_MS,
     .what = "take a whole sale of this shift back"},
    {"refund", .words = {{NULL, "NUMBER|CODE", BX_ARG_SALE, "", false}}, .options = refund_options,
     .warrants = true, .linger_ms = LINGER_MS,
     .what = "give back a sale, some of it, or all of a time that does not take place"},
    {"exchange", .words = {SALE, {NULL, "LINE", BX_ARG_TEXT, "basket", true}},
     .options = exchange_options, .warrants = true, .linger_ms = LINGER_MS,
     .what = "take back and sell in one document"},
    {"tender",
     .words = {SALE,
               {NULL, "FROM", BX_ARG_TEXT, "from", true},
               {NULL, "TO", BX_ARG_TEXT, "to", true}},
     .options = move_options, .warrants = true, .linger_ms = LINGER_MS,
     .what = "it was not paid so but otherwise: cash, card, account"},
    {"dispute", .words = {SALE}, .options = dispute_options, .warrants = true,
     .linger_ms = LINGER_MS, .what = "wrong change: open the drawer for this sale, then count it"},
    {"invoice", .words = {SALE}, .options = invoice_options, .linger_ms = LINGER_MS,
     .what = "an invoice for a sale, one, on request"},
    {"settle", .words = {{NULL, "SEQ", BX_ARG_NUMBER, "seq", true}}, .options = settle_options,
     .warrants = true, .linger_ms = LINGER_MS, .what = "close what needs attention"},
    SHIFT(
        "open|in|out|drop|float|count", cash_options, true,
        "a shift, or a drawer, with this float; money in, out, to the safe; more change; a count"),
    SHIFT("no-sale", drawer_options, true, "open the drawer"),
    SHIFT("hand-over", hand_over_options, true, "another cashier takes the drawer"),
    SHIFT("x", NULL, false, "the X report: the shift so far; changes nothing"),
    SHIFT("close", close_options, true, "count, and end the shift with its Z report"),
    {"report", .act = "z", .member = "what", .words = {{NULL, "N", BX_ARG_NUMBER, "n", false}},
     .options = format_options, .linger_ms = SETTLE_MS,
     .what = "a Z report again, and what the server has confirmed of it now"},
    {"report", .act = "x", .member = "what", .options = format_options,
     .what = "the figures of the shift so far"},
    {"report", .act = "closing", .member = "what",
     .words = {{NULL, "YYYY[-MM[-DD]]", BX_ARG_TEXT, "period", true}}, .options = format_options,
     .what = "the closing of a day, a month or a year"},
    {"report",
     .act = "day|types|slots|events|hours|channels|tenders|cashiers|discounts|corrections|cash|"
            "bookings",
     .member = "what", .options = period_options,
     .what = "over days: from the Z reports and the open shift; bookings of tomorrow"},
    {"report", .act = "posting", .run = bx_cmd_posting,
     .usage = "posting [N] [--format csv|json] [--json]",
     .what = "a Z report for the bookkeeping, by the accounts of posting.conf"},
    {"person", .act = "list", .member = "act",
     .what = "what is known of persons: buyers of invoices"},
    {"person", .act = "erase", .member = "act", .words = {{NULL, "ID", BX_ARG_TEXT, "id", true}},
     .warrants = true, .linger_ms = STORE_MS,
     .what = "forget a person; chain, numbers and totals stay"},
    {"person", .act = "retain", .member = "act", .linger_ms = STORE_MS,
     .what = "forget now whoever is past the time of keeping"},
    {"training", .words = {{NULL, "on|off", BX_ARG_SWITCH, "on", true}}, .linger_ms = STORE_MS,
     .what = "practise: own numbers, nothing counts"},
    {"queue", .linger_ms = SETTLE_MS, .what = "what the server has not acknowledged"},
    {"sync", .run = bx_cmd_sync, .usage = "[--once | --watch] [--json]",
     .what = "send what waits, once or for good"},
    {"allot", .act = "settle", .member = "act",
     .words = {{NULL, "POOL", BX_ARG_TEXT, "pool", true}}, .linger_ms = SETTLE_MS,
     .what = "close a lease without the server, and show the code that settles it there"},
    {"allot", .act = "give", .member = "act",
     .words = {{NULL, "POOL", BX_ARG_TEXT, "pool", true},
               {NULL, "TILL", BX_ARG_NUMBER, "to", true},
               {NULL, "COUNT", BX_ARG_NUMBER, "places", true}},
     .linger_ms = STORE_MS, .what = "give places to another till, and show the code for it"},
    {"allot", .act = "take", .member = "act", .words = {{NULL, "CODE", BX_ARG_TEXT, "code", true}},
     .linger_ms = STORE_MS, .what = "take the places that another till gives by a code"},
    {"allot", .linger_ms = SETTLE_MS, .what = "the places that are this till's own"},
    {"offline", .run = bx_cmd_offline, .usage = "on|off [--json]",
     .what = "send nothing by choice, or again"},
    {"journal", .run = bx_cmd_journal,
     .usage = "verify [--archive FOLDER] [--json] | show [FROM] | export [FROM] | "
              "export FOLDER [--json] | purge FOLDER [--before YYYY-MM-DD] [--json]",
     .what = "check, read or copy the journal"},
    {"enrol", .run = bx_cmd_enrol, .usage = "URL CODE [--json] | --new-key [--json]",
     .what = "make this till known to a booking server, or give it another key"},
    {"doctor", .run = bx_cmd_doctor, .usage = "[--scan] [--json]",
     .what = "look after disk, clock, server, keys, printer, journal"},
    {"display", .run = bx_cmd_display, .usage = "[--lines]",
     .what = "what the customer sees, on a second terminal or a pole; --lines: as text"},
};

/* Is WORD one of "in|out|drop"? */
static bool is_one_of(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = words; len > 0; at++) {
        size_t here = strcspn(at, "|");
        if (here == len && memcmp(at, word, len) == 0)
            return true;
        at += here;
        if (!*at)
            return false;
    }
    return false;
}

const struct bx_cmd_row *bx_cmd_row_find(int argc, char **argv, int *ret_at)
{
    for (size_t i = 0; argc > 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct bx_cmd_row *row = &rows[i];
        if (strcmp(argv[0], row->name) != 0)
            continue;
        if (row->act && (argc < 2 || !is_one_of(row->act, argv[1])))
            continue;
        *ret_at = row->act ? 2 : 1;
        return row;
    }
    return NULL;
}

bool bx_cmd_is_known(const char *name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(name, rows[i].name) == 0)
            return true;
    return false;
}

void bx_cmd_usages(const char *name)
{
    FILE *to = name ? stderr : stdout;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bx_buf_auto usage;
        bx_buf_init(&usage, 0);
        if (name && strcmp(name, rows[i].name) != 0)
            continue;
        bx_cmd_row_usage(&rows[i], &usage);
        if (name)
            fprintf(to, "Usage: boxtill %s\n", bx_buf_text(&usage));
        else
            fprintf(to, "boxtill %s\n        %s\n", bx_buf_text(&usage), rows[i].what);
    }
}
