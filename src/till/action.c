/* SPDX-License-Identifier: Apache-2.0 */
/* The keymap as data. A letter that sells never stands here: products own the lower-case letters on
 * the sell screen. */

#include "boxtill/till/action.h"

#include "boxtill/base/alloc.h"
#include "boxtill/till/till.h"

#define ON(screen) (1u << BX_SCREEN_##screen)
#define DOCUMENTS  (ON(SALE) | ON(PAPER))
#define LISTS      (ON(FIND) | DOCUMENTS | ON(QUEUE) | ON(LINES))
#define AT_WORK    (ON(SELL) | ON(CHANGE) | LISTS)
#define EVERYWHERE ((1u << BX_SCREENS) - 1)
#define F(n)       (BX_KEY_F1 + (n)-1)

const struct bx_action_row bx_action_rows[] = {
    {BX_ACTION_PAY, ON(SELL), BX_KEY_ENTER, 0, "Enter", "pay", "Pay",
     "Reserves the basket's places and asks for the money.", 1},
    {BX_ACTION_CASH_EXACT, ON(PAY), BX_KEY_ENTER, 0, "Enter", "take", "Take the money",
     "Takes the amount typed in cash, or all that is due with the usual tender.", 1},
    {BX_ACTION_CARD, ON(PAY), 'c', 0, "c", "card", "Card",
     "The rest, or the amount typed, by card.", 2},
    {BX_ACTION_QUICK_1, ON(PAY), F(2), 'q', "F2, q", NULL, "First quick amount",
     "The smallest round amount above what is due, in cash.", 23},
    {BX_ACTION_QUICK_2, ON(PAY), F(3), 'w', "F3, w", NULL, "Second quick amount",
     "The next round amount, in cash.", 24},
    {BX_ACTION_QUICK_3, ON(PAY), F(4), 'e', "F4, e", NULL, "Third quick amount",
     "The largest of the round amounts, in cash.", 25},
    {BX_ACTION_VOUCHER, ON(PAY), 'v', 0, "v", "voucher", "Voucher",
     "Pays the rest, or the amount typed, with a voucher or stored value.", 3},
    {BX_ACTION_ACCOUNT, ON(PAY), 'a', 0, "a", "account", "To an account",
     "Bills the rest, or the amount typed, to a school's or an operator's account.", 5},
    {BX_ACTION_INVOICE, ON(PAY), 'i', 0, "i", "invoice", "Invoice",
     "Asks for the buyer's name after the payment; again takes it back.", 4},
    {BX_ACTION_ROUND_UP, ON(PAY), 'o', 0, "o", NULL, "Round up",
     "A donation that makes the sum round.", 26},
    {BX_ACTION_LATER, ON(PAY), 'l', 0, "l", NULL, "Leave for later",
     "Puts a payment aside whose voucher the server has not answered for; its places stay.", 27},
    {BX_ACTION_MEMBER, ON(SELL), 'M', 0, "M", NULL, "Member",
     "A member's card or pass goes with this sale: scan it, or type a name.", 11},
    {BX_ACTION_ARRIVALS, ON(SELL), 'A', 0, "A", NULL, "Arrivals",
     "Groups, schools and web orders of today: who came, pay, print.", 12},
    {BX_ACTION_PARK, ON(SELL), 'P', 0, "P", NULL, "Park, or go on",
     "Puts the basket aside for any till; with an empty one, lists what is parked.", 13},
    {BX_ACTION_LIST_PRICE, ON(SELL), 'K', 0, "K", NULL, "List prices",
     "Declines the automatic prices for this basket; again takes it back.", 14},
    {BX_ACTION_DISCOUNT, ON(SELL) | ON(LINES), '%', 0, "%", NULL, "Discount",
     "Takes something off the basket, or off the chosen line, with a reason.", 15},
    {BX_ACTION_GROUP, ON(SELL) | ON(LINES), 'G', 0, "G", NULL, "One ticket for all",
     "One ticket that admits a whole group, or single ones again.", 16},
    {BX_ACTION_OVER, ON(SELL), 'X', 0, "X", NULL, "Over capacity",
     "Rings up what was just sold out; a supervisor allows it.", 17},
    {BX_ACTION_PRICE, ON(LINES), 'p', 0, "p", "price", "Another price",
     "Another price for the chosen line; a supervisor allows it.", 3},
    {BX_ACTION_MOVE, ON(LINES), 'x', 0, "x", "move", "Move the line",
     "Moves the chosen line to the slot that is chosen on the home screen.", 4},
    {BX_ACTION_NEXT_SLOT, ON(SELL), 'N', 0, "N", "next slot", "Next slot with room",
     "Moves the basket, or the selection, to the next slot with room for all of it.", 2, true},
    {BX_ACTION_DAY, ON(SELL), 'D', 0, "D", "day", "Another day",
     "The next day the programme knows; after the last one today again.", 8, true},
    {BX_ACTION_EVENT, ON(SELL), 'E', 0, "E", "event", "Another event",
     "The next exhibition, tour or show.", 7, true},
    {BX_ACTION_FIND, AT_WORK, 'F', '/', "F, /", "find", "Find a sale",
     "The last sales; type or scan a number or a ticket code.", 3, true},
    {BX_ACTION_PAPER, AT_WORK, 'R', 0, "R", "paper", "Paper problem",
     "The last documents: torn, gone, or here after all.", 4, true},
    {BX_ACTION_LINES, ON(SELL), 'B', 0, "B", "lines", "Basket lines",
     "Look at the lines one by one and take one out.", 9, true},
    {BX_ACTION_DROP, ON(LINES), 'd', BX_KEY_DELETE, "d, Del", "take out", "Take the line out",
     "Takes the whole line out of the basket; U puts it back.", 1},
    {BX_ACTION_QUEUE, AT_WORK, 'Q', 0, "Q", "queue", "Queue to the server",
     "What the server has not confirmed yet, and what needs attention.", 6, true},
    {BX_ACTION_SHIFT, ON(SELL) | ON(CHANGE), 'S', 0, "S", "shift", "Shift and drawer",
     "Float, paid in and out, drop, count, hand over, X report, close.", 11, true},
    {BX_ACTION_DRAWER, ON(SELL) | ON(CHANGE), 'O', 0, "O", "drawer", "Open the drawer",
     "Opens the drawer without a sale, for a reason; it is counted.", 12},
    {BX_ACTION_LOCK, AT_WORK, 'L', 0, "L", "lock", "Lock or hand over",
     "Locks the till; the basket stays. Another cashier may log in.", 10, true},
    {BX_ACTION_UNDO, ON(SELL) | ON(LINES), 'U', 0, "U", "undo", "Undo",
     "Takes back the last change of the basket.", 5},
    {BX_ACTION_REDO, ON(SELL) | ON(LINES), 'Y', 0, "Y", NULL, "Redo", "Puts back what undo took.",
     20},
    {BX_ACTION_CLEAR, ON(SELL), BX_KEY_DELETE, 0, "Del", NULL, "Empty the basket",
     "Takes everything out, after a question.", 21},
    {BX_ACTION_SYNC, ON(QUEUE), 'T', 0, "T", "try now", "Try now",
     "Asks the server at once instead of waiting.", 1},
    {BX_ACTION_OFFLINE, ON(QUEUE), 'O', 0, "O", "offline on/off", "Offline by choice",
     "Stops asking the server until switched back; selling goes on from this till's places.", 2},
    {BX_ACTION_SETTLE, ON(QUEUE), 'S', 0, "S", "settle", "Settle",
     "Closes a sale that needs attention, with a reason.", 3},
    {BX_ACTION_REPRINT, DOCUMENTS, 't', 0, "t", "torn", "Print again (torn in hand)",
     "The same ticket with COPY on it; only when the old one is in your hand.", 1},
    {BX_ACTION_REPLACE, DOCUMENTS, 'g', 0, "g", "gone", "Replace (gone or unsure)",
     "A new code, after a question; the old one is refused at every gate.", 2},
    {BX_ACTION_IN_HAND, ON(PAPER), 'y', 0, "y", "it is here", "It is here",
     "The document came out after all: nothing more to do.", 3},
    {BX_ACTION_RECEIPT, DOCUMENTS, 'r', 0, "r", "receipt", "Receipt again",
     "Prints the sale's receipt again, marked as a copy.", 4},
    {BX_ACTION_SCOPE, ON(FIND), BX_KEY_TAB, 0, "Tab", "till/venue", "This till or the venue",
     "Finds among the sales of this till, or asks the server for those of all.", 2, true},
    {BX_ACTION_VOID, ON(SALE), 'v', 0, "v", "void", "Void the sale",
     "Undoes a sale of this shift as a whole; its tickets are refused from then on.", 5},
    {BX_ACTION_REFUND, ON(SALE), 'f', 0, "f", "refund", "Refund",
     "Takes all or some of it back and gives the money back, the way it was paid.", 6},
    {BX_ACTION_EXCHANGE, ON(SALE), 'x', 0, "x", "exchange", "Exchange",
     "Takes tickets back against others: another time or product, the difference paid.", 7},
    {BX_ACTION_TENDER, ON(SALE), 'm', 0, "m", "tender", "Correct the tender",
     "Cash was keyed and it was a card, or the other way; the tickets stay.", 8},
    {BX_ACTION_SLOT_BACK, ON(SELL), 0, 0, "", NULL, "Refund a whole time",
     "All that this till sold for the chosen time, when the visit did not take place.", 42},
    {BX_ACTION_GIVE, ON(SELL), 0, 0, "", NULL, "Give places away",
     "To another till, of the chosen time, by a code, when the server is away.", 43},
    {BX_ACTION_TAKE, ON(SELL), 0, 0, "", NULL, "Take places over",
     "By the code that another till shows for places it gives.", 44},
    {BX_ACTION_BILL, ON(SALE), 'i', 0, "i", "invoice", "Invoice for the sale",
     "One for each sale, to a buyer by name; it has a number of its own series.", 10},
    {BX_ACTION_DISPUTE, ON(SALE), 'd', 0, "d", "dispute", "Change in dispute",
     "Opens the drawer about this sale, or takes down what was counted in it.", 9},
    {BX_ACTION_CHOOSE, ON(FIND) | ON(QUEUE) | ON(PALETTE) | ON(LINE), BX_KEY_ENTER, 0, "Enter",
     "choose", "Choose", "Opens the sale or what can be done, does the action, or runs the line.",
     1, true},
    {BX_ACTION_PALETTE, AT_WORK | ON(PAY) | ON(LOGIN) | ON(STOP), ':', 0, ":", "all", "All actions",
     "A list of everything; type to narrow it down.", 30, true},
    {BX_ACTION_LINE, ON(SELL), '=', 0, "=", NULL, "Command line",
     "A whole sale as one line: =2a1c 14:30 cash 60.00", 22},
    {BX_ACTION_KEYS, AT_WORK | ON(PAY) | ON(LOGIN), '?', BX_KEY_F1, "?, F1", "keys", "Keys",
     "The keys of this screen.", 31, true},
    {BX_ACTION_REPORTS, AT_WORK, 0, 0, "", NULL, "Reports",
     "Today's figures, any days, closings, the bookkeeping's file, persons, the archive.", 38,
     true},
    {BX_ACTION_CLOSINGS, AT_WORK, 0, 0, "", NULL, "Closing of a day, month or year",
     "Shows one again, with what the server has confirmed of it.", 39, true},
    {BX_ACTION_POSTING, AT_WORK, 0, 0, "", NULL, "Posting file of a Z",
     "Writes the file for the bookkeeping, by the accounts of posting.conf.", 39, true},
    {BX_ACTION_PERSONS, AT_WORK, 0, 0, "", NULL, "Persons",
     "What is known of invoices' buyers; erases it on request.", 39, true},
    {BX_ACTION_ARCHIVE, AT_WORK, 0, 0, "", NULL, "Archive the journal",
     "Writes the whole journal into a folder, signed, to be kept elsewhere.", 39},
    {BX_ACTION_LOGOUT, AT_WORK, 0, 0, "", NULL, "Log out",
     "The basket and the queue stay; the next cashier logs in.", 40, true},
    {BX_ACTION_QUIT, EVERYWHERE, 0x03, 0, "Ctrl-C", NULL, "Leave Boxtill",
     "Ends the program, after a question; nothing is lost.", 41, true},
    {BX_ACTION_BACK, EVERYWHERE & ~ON(STOP), BX_KEY_ESC, 0, "Esc", "back", "Back", "One step back.",
     50, true},
};

const size_t bx_action_count = bx_countof(bx_action_rows);

enum bx_action bx_action_of_key(enum bx_screen screen, int key)
{
    if (key == 0)
        return BX_ACTION_NONE;
    for (size_t i = 0; i < bx_action_count; i++) {
        const struct bx_action_row *row = &bx_action_rows[i];
        if ((row->key == key || row->twin == key) && (row->screens >> screen & 1))
            return row->action;
    }
    return BX_ACTION_NONE;
}

const struct bx_action_row *bx_action_row(enum bx_action action)
{
    for (size_t i = 0; i < bx_action_count; i++)
        if (bx_action_rows[i].action == action)
            return &bx_action_rows[i];
    return NULL;
}
