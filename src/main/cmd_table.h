/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The commands as a table: what stands on the command line, and which member of the till's command
 * it becomes. Most commands are a row and nothing else; the rules are the till's. The usage that
 * --help and the manual show is made from the row as well. */

#include "main/cmd.h"

enum bx_arg_kind {
    BX_ARG_NONE,
    BX_ARG_TEXT,
    BX_ARG_TEXTS, /* may be given several times: an array */
    BX_ARG_NUMBER,
    BX_ARG_NUMBERS,
    BX_ARG_FLAG,    /* takes no value: true */
    BX_ARG_SWITCH,  /* on or off */
    BX_ARG_SALE,    /* "number", or "code" when it is a ticket's */
    BX_ARG_TICKET,  /* a number, after a sale's number only */
    BX_ARG_CHOSEN,  /* the same, and after a number never left out */
    BX_ARG_PIECES,  /* 2000:5,1000:10 → [[2000,5],[1000,10]] */
    BX_ARG_DRAWERS, /* 1:25700:20000:25690,2:… → [{"drawer","amount","next_float","first"}] */
};

struct bx_arg {
    const char *name; /* of an option, without its hyphens; of a word unused */
    const char *show; /* in the usage: "NUMBER" */
    enum bx_arg_kind kind;
    const char *member;
    bool must;
};
enum { BX_ROW_WORDS = 4 };

struct bx_cmd_row {
    const char *name, *act; /* act: the second word, "in|out": one of them; NULL none */
    const char *what;       /* a line of help */
    bx_cmd run;             /* a command of its own kind, with its usage; NULL: by the table */
    const char *usage;      /* of such a one, behind the name */
    const char *member;     /* that takes the act: "act", "what" */
    struct bx_arg words[BX_ROW_WORDS];
    const struct bx_arg *options; /* ends with a kind of NONE; NULL none */
    bool warrants;                /* takes --reason, --note, --approver */
    int64_t linger_ms;            /* what follows from it is waited for so long, without a till */
};

/* The row of ARGV (from the command's name on); NULL: there is none. *ret_at: words it took. */
const struct bx_cmd_row *bx_cmd_row_find(int argc, char **argv, int *ret_at);
/* Is there a command of that name, whatever comes behind it? */
bool bx_cmd_is_known(const char *name);
/* Carries out a row of the table with what stands after its name and act. */
int bx_cmd_row_run(const struct bx_place *place, const struct bx_cmd_row *row, int argc,
                   char **argv);
/* Writes "sell LINE [--slot HH:MM] …". */
void bx_cmd_row_usage(const struct bx_cmd_row *row, struct bx_buf *out);
/* All usages of a command that is called NAME on stderr (NULL: of all, with what they do, on
 * stdout). */
void bx_cmd_usages(const char *name);
