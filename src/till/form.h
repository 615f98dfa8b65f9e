/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Forms, menus, sheets of text, and approval: what every flow over the counter is made of. Included
 * by core.h.
 *
 * How to add a flow. (1) What it does is a function that takes values and an origin (0 the screen,
 * else a command) and ends in bx_commit_push(), with `after` set to what follows. (2) Where it
 * needs a reason, a limit or a supervisor, that function is the `done` of a bx_warrant_ask. (3) On
 * the screen it is a bx_form_kind: `fields` adds the fields, `done` reads them and calls (1). (4)
 * As a command it is a row of bx_verbs (command.c) whose `take` reads the JSON and calls (1). (5)
 * An action (action.c, act.c) or a row of a menu opens the form. */

#include "boxtill/domain/cash.h"
#include "boxtill/domain/programme.h"

struct bx_till;

/* Who asked for something: 0 the screen, else the request number of a command. */
typedef int64_t bx_origin;

/* Tells ORIGIN that it will not be: on the screen the sentence, for a command its refusal. */
void bx_refused(struct bx_till *till, bx_origin origin, const struct bx_fault *fault);
/* A sentence for ORIGIN: on the screen, or a line of a command's text. */
void bx_told(struct bx_till *till, bx_origin origin, enum bx_tone tone, const char *format, ...)
    bx_format(4, 5);

/* --- form.c -------------------------------------------------------------------------------------
 */

enum bx_field_kind {
    BX_FIELD_AMOUNT, /* minor units by the counter's amount rule: n */
    BX_FIELD_NUMBER, /* whole, `least` to `most`: n */
    BX_FIELD_TEXT,   /* at most `columns`, washed: text */
    BX_FIELD_CHOICE, /* one of the choices: n is its index */
    BX_FIELD_PIN     /* shown as dots: text, wiped with the form */
};

struct bx_option { /* one of a CHOICE's */
    struct bx_slug id;
    char name[BX_NAME_SIZE];
    int64_t n; /* the flow's own */
};

struct bx_field {
    enum bx_field_kind kind;
    char label[48];
    bool optional; /* may be left empty: n 0 (CHOICE: -1), text "" */
    bool hidden;   /* not asked for, for now */
    bool filled;   /* something was given */
    char text[64]; /* as typed */
    int64_t n;
    int64_t least, most;
    size_t columns;
    int64_t piece;  /* NUMBER: so many coins or notes of this value; 0: just a number */
    bool countable; /* AMOUNT: `d` asks for its coins instead, in the fields after it */
    bool narrows;   /* CHOICE: typing narrows it down, however short it is; no letter takes one */
    char aside[64]; /* shown behind the value */
    size_t option_count;
    struct bx_option *options; /* owned */
};
enum { BX_FIELDS_MAX = 36 };

struct bx_form {
    const struct bx_form_kind *kind;
    struct bx_form *under; /* the form that it was opened over; stands as it was */
    char title[96];
    char text[200]; /* what it is about: "Refund EUR 24.00 to the card"; "" nothing */
    size_t count, at;
    struct bx_field fields[BX_FIELDS_MAX];
    bool fresh;      /* nothing was typed yet: the first digit takes the place of what is there */
    bool waiting;    /* for a PIN to be compared, or for an answer: takes no key but Esc */
    void *data;      /* what bx_form_open() was given, copied */
    size_t selected; /* in the choices that are shown */
};

struct bx_form_kind {
    const char *title;
    /* Adds the fields, and may set title and text. */
    void (*fields)(struct bx_till *till, struct bx_form *form);
    /* Field AT was taken: checks it, hides or shows others; not 0: the sentence, and it is asked
     * again. NULL: nothing to check. */
    int (*check)(struct bx_till *till, struct bx_form *form, size_t at, struct bx_fault *fault);
    /* All were taken. 0: the form closes (unless it was closed, or another opened over it);
     * BX_FORM_STAYS: it waits, or another form lies over it; an error: the sentence, it stays. */
    int (*done)(struct bx_till *till, struct bx_form *form, struct bx_fault *fault);
    void (*closed)(struct bx_till *till, struct bx_form *form); /* left by Esc; NULL */
};
enum { BX_FORM_STAYS = 1 };

/* Opens a form over whatever is there. DATA (of SIZE bytes, without pointers that are owned) is
 * copied and goes with the form. */
struct bx_form *bx_form_open(struct bx_till *till, const struct bx_form_kind *kind,
                             const void *data, size_t size);
/* Closes FORM and all that lie over it; with the last one the screen below is back, a menu that led
 * here is closed, too. */
void bx_form_close(struct bx_till *till, struct bx_form *form);
/* All of them, for good: nobody is at the till any more. */
void bx_form_forget(struct bx_till *till);
struct bx_form *bx_form_top(struct bx_till *till); /* NULL: none is open */

struct bx_field *bx_form_field(struct bx_form *form, enum bx_field_kind kind, const char *label);
struct bx_field *bx_form_amount(struct bx_form *form, const char *label);
struct bx_field *bx_form_number(struct bx_form *form, const char *label, int64_t least,
                                int64_t most);
struct bx_field *bx_form_text(struct bx_form *form, const char *label, size_t columns,
                              bool optional);
struct bx_field *bx_form_choice(struct bx_form *form, const char *label);
void bx_form_option(struct bx_field *field, const char *id, const char *name, int64_t n);
/* Takes all options away again. */
void bx_form_options_drop(struct bx_field *field);
/* A field for each coin and note of the programme, optional; without coins there are none. */
void bx_form_coins(struct bx_till *till, struct bx_form *form);
/* What the fields with a piece come to. */
bx_money bx_form_sum(const struct bx_form *form);
/* Amount and pieces of an AMOUNT field that is countable, or of the coins alone (FIELD NULL). */
void bx_form_cash(const struct bx_form *form, const struct bx_field *field,
                  struct bx_cash_entry *ret);
/* The option that was taken; NULL none. */
const struct bx_option *bx_field_option(const struct bx_field *field);

void bx_form_key(struct bx_till *till, int key);
/* Esc: one field back; from the first it closes. */
void bx_form_back(struct bx_till *till);
/* A scan goes into a TEXT field that is being asked for; false: not wanted. */
bool bx_form_scanned(struct bx_till *till, const char *text);
/* The form waits no more: FAULT NULL: `done` again; else the sentence, and the field is asked. */
void bx_form_resume(struct bx_till *till, struct bx_form *form, const struct bx_fault *fault);

/* --- menu.c -------------------------------------------------------------------------------------
 */

struct bx_menu_row {
    char key; /* a lower-case letter, not b: a scan may begin with it */
    const char *name, *help;
    void (*run)(struct bx_till *till);
    bool looks;                                  /* an auditor may */
    bool (*is_live)(const struct bx_till *till); /* NULL: always */
};
struct bx_menu_kind {
    const char *title;
    const struct bx_menu_row *rows;
    size_t count;
    /* In place of the title: what it is about. NULL: the title says it. */
    void (*about)(const struct bx_till *till, char *out, size_t size);
};
void bx_menu_open(struct bx_till *till, const struct bx_menu_kind *kind);
void bx_menu_key(struct bx_till *till, int key);
/* The NTH row that is shown; NULL none. */
const struct bx_menu_row *bx_menu_row(const struct bx_till *till, size_t nth);

/* --- text.c: a sheet to read
 * -----------------------------------------------------------------------
 */

struct bx_sheet_text {
    char title[96];
    struct bx_buf text; /* lines */
    size_t lines;
    void (*print)(struct bx_till *till); /* p; NULL: cannot */
};
/* Shows TEXT, lines ending in \n; copied. */
void bx_text_open(struct bx_till *till, const char *title, const char *text,
                  void (*print)(struct bx_till *till));
void bx_text_key(struct bx_till *till, int key);
void bx_text_forget(struct bx_till *till);

/* --- warrant.c: reasons and approval ------------------------------------------------------------
 */

enum bx_need {
    BX_NEED_NOTHING,    /* only the programme's reasons for the action, if it has any */
    BX_NEED_REASON,     /* where it has none, a note */
    BX_NEED_SUPERVISOR, /* and a supervisor */
    BX_NEED_WORD        /* a supervisor, and nothing else: the reason was given already */
};

struct bx_warrant_ask {
    bx_origin origin;
    const char *action; /* static: "void", "paid-out" …: its reasons in the programme */
    char title[96];     /* "Void 2-000412" */
    char text[200];     /* what it comes to; "" */
    enum bx_need need;
    /* It may be done. ARG is valid during the call; on the screen every form is closed by then. */
    void (*done)(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                 const void *arg);
    const void *arg; /* copied; no pointers that are owned */
    size_t size;
};
/* Asks for what is needed, or calls `done` at once when that is nothing. A supervisor approves own
 * actions; for a cashier it is a box over the live sale. A command brings all of it along
 * ("reason", "note", "approver", "approver_pin"). 0: asked or done (a command may have been
 * answered by then); else refused, and ORIGIN not told yet. An auditor is always refused. */
int bx_must bx_warrant_ask(struct bx_till *till, const struct bx_warrant_ask *ask,
                           struct bx_fault *fault);
/* VALUE against LIMIT. SAY: the sentence about it, whatever follows. Raises *NEED, tells ORIGIN, or
 * refuses with it. */
int bx_must bx_limit_check(struct bx_till *till, bx_origin origin, const struct bx_limit *limit,
                           int64_t value, const char *say, enum bx_need *need,
                           struct bx_fault *fault);
/* The approver's PIN was compared: FAULT NULL: it was right. */
void bx_warrant_pin(struct bx_till *till, bx_origin origin, int64_t number,
                    const struct bx_fault *fault);
/* Whoever is logged in may change something; refuses with a sentence. */
int bx_must bx_may_act(const struct bx_till *till, struct bx_fault *fault);
/* Who allows what ORIGIN does without being asked: whoever a command named, else the supervisor at
 * work; 0: nobody. */
int64_t bx_warrant_approver(const struct bx_till *till, bx_origin origin);
/* What a command brought along. An approver who is named is compared before anything is done,
 * needed or not, and then allows all that this one command does. */
struct bx_command_warrant {
    char reason[BX_SLUG_SIZE];
    char note[BX_NAME_SIZE];
    int64_t approver;
    bool approved; /* the PIN was right */
    char pin[64];
    char *json; /* the command, as long as its approver's PIN is compared; owned */
    size_t len;
};
/* Compares the PIN of the approver of the command under way, then bx_command_approved(). */
int bx_must bx_command_warrant_ask(struct bx_till *till, const char *json, size_t len,
                                   struct bx_fault *fault);
void bx_command_warrant_finish(struct bx_command_warrant *warrant);
