/* SPDX-License-Identifier: Apache-2.0 */
/* Each thing that a Z tells is posted by itself, in the order of this file and of the figures, so
 * that a bookkeeper finds every line of the Z again and an export made twice is the same. What was
 * sold and how it was paid balance because the figures do; a movement of a drawer is two lines. */

#include "boxtill/domain/posting.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/ini.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"

static const char *const account_words[BX_POST_ACCOUNTS] = {
    [BX_POST_CASH] = "cash",         [BX_POST_CARD] = "card",
    [BX_POST_VOUCHER] = "voucher",   [BX_POST_STORED] = "stored",
    [BX_POST_ACCOUNT] = "account",   [BX_POST_PREPAID] = "prepaid",
    [BX_POST_DONATION] = "donation", [BX_POST_VOUCHER_SOLD] = "voucher_sold",
    [BX_POST_ROUNDING] = "rounding", [BX_POST_DIFFERENCE] = "difference",
    [BX_POST_FLOAT] = "float",       [BX_POST_PAID_IN] = "paid_in",
    [BX_POST_PAID_OUT] = "paid_out", [BX_POST_SAFE] = "safe",
    [BX_POST_DEPOSIT] = "deposit",
};
static const char *const list_words[BX_POST_LISTS] = {
    [BX_POST_REVENUE] = "revenue",
    [BX_POST_TAX] = "tax",
    [BX_POST_TAX_CODE] = "tax_code",
    [BX_POST_COST_CENTRE] = "cost_centre",
};

/* --- the plan --------------------------------------------------------------------------------- */

/* "RATE:VALUE" or "VALUE", between blanks. */
static int list_check(const char *value, struct bx_fault *fault)
{
    while (*value) {
        size_t len = strcspn(value, " ");
        const char *colon = memchr(value, ':', len);
        const char *text = colon ? colon + 1 : value;
        int64_t rate = 0;
        if ((colon && bx_text_number(value, (size_t)(colon - value), 1000000, &rate)) ||
            text == value + len || (size_t)(value + len - text) >= BX_POSTING_TEXT)
            return bx_fault_say(fault, BX_ERR_INPUT, "write RATE:VALUE, the rate in millionths");
        value += len;
        value += strspn(value, " ");
    }
    return 0;
}

int bx_posting_plan_read(const char *text, size_t len, struct bx_posting_plan *ret,
                         struct bx_fault *fault)
{
    struct bx_ini_key keys[BX_POST_ACCOUNTS + BX_POST_LISTS];
    memset(ret, 0, sizeof(*ret));
    for (int i = 0; i < BX_POST_ACCOUNTS; i++)
        keys[i] = (struct bx_ini_key){
            "posting", account_words[i], BX_INI_TEXT, ret->accounts[i], BX_POSTING_TEXT, 0, 0,
            NULL};
    for (int i = 0; i < BX_POST_LISTS; i++)
        keys[BX_POST_ACCOUNTS + i] = (struct bx_ini_key){
            "posting", list_words[i], BX_INI_TEXT, ret->lists[i], BX_POSTING_LIST, 0,
            0,         list_check};
    return bx_ini_parse("posting.conf", text, len, keys, BX_POST_ACCOUNTS + BX_POST_LISTS, fault);
}

/* What LIST says of RATE (the figures' name of it); "" nothing. */
static void list_find(const char *list, const char *rate, char out[BX_POSTING_TEXT])
{
    size_t rate_len = strlen(rate);
    out[0] = '\0';
    while (*list) {
        size_t len = strcspn(list, " ");
        const char *colon = memchr(list, ':', len);
        const char *text = colon ? colon + 1 : list;
        bool own = colon && (size_t)(colon - list) == rate_len && memcmp(list, rate, rate_len) == 0;
        if (own || !colon)
            snprintf(out, BX_POSTING_TEXT, "%.*s", (int)(list + len - text), text);
        if (own)
            return;
        list += len;
        list += strspn(list, " ");
    }
}

/* --- lines ------------------------------------------------------------------------------------ */

struct posting_making {
    const struct bx_posting_plan *plan;
    struct bx_posting *posting;
    struct bx_fault *fault;
    int err; /* the first that went wrong */
};

static void line_add(struct posting_making *making, const struct bx_posting_line *line,
                     int64_t debit)
{
    struct bx_posting *posting = making->posting;
    if (debit == 0 || making->err)
        return;
    if (!line->account[0]) {
        making->err = bx_fault_say(making->fault, BX_ERR_MISSING,
                                   "posting.conf has no account for %s.", line->what);
        return;
    }
    if (posting->count == BX_POSTING_LINES) {
        making->err = bx_fault_say(making->fault, BX_ERR_FULL, "A posting has at most %d lines.",
                                   BX_POSTING_LINES);
        return;
    }
    struct bx_posting_line *to = &posting->lines[posting->count++];
    *to = *line;
    to->debit = debit > 0 ? debit : 0;
    to->credit = debit < 0 ? -debit : 0;
}

static void account_add(struct posting_making *making, enum bx_posting_account account,
                        const char *what, int64_t debit)
{
    struct bx_posting_line line = {0};
    BX_TEXT_COPY(line.account, making->plan->accounts[account]);
    BX_TEXT_COPY(line.what, what);
    line_add(making, &line, debit);
}

static void rate_add(struct posting_making *making, enum bx_posting_list list, const char *rate,
                     int64_t credit)
{
    const struct bx_posting_plan *plan = making->plan;
    struct bx_posting_line line = {0};
    snprintf(line.what, sizeof(line.what), "%s %.20s", list_words[list], rate);
    list_find(plan->lists[list], rate, line.account);
    list_find(plan->lists[BX_POST_TAX_CODE], rate, line.tax_code);
    if (list == BX_POST_REVENUE)
        list_find(plan->lists[BX_POST_COST_CENTRE], rate, line.cost_centre);
    line_add(making, &line, -credit);
}

/* Two lines: AMOUNT into the drawer's cash, out of ACCOUNT. */
static void movement_add(struct posting_making *making, int drawer, enum bx_posting_account account,
                         int64_t amount)
{
    char what[48];
    snprintf(what, sizeof(what), "drawer %d %s", drawer, account_words[account]);
    account_add(making, BX_POST_CASH, what, amount);
    account_add(making, account, what, -amount);
}

static void tender_add(struct posting_making *making, const struct bx_figure *row)
{
    enum bx_tender_kind kind;
    char what[48];
    snprintf(what, sizeof(what), "tender %.30s", row->name);
    if (bx_tender_parse(row->name, &kind))
        making->err =
            bx_fault_say(making->fault, BX_ERR_MISSING, "There is no account for %s.", what);
    else
        account_add(making, (enum bx_posting_account)(BX_POST_CASH + (int)kind), what, row->amount);
}

static void outside_add(struct posting_making *making, const struct bx_figure *row)
{
    bool donation = strcmp(row->name, "donation") == 0;
    account_add(making, donation ? BX_POST_DONATION : BX_POST_VOUCHER_SOLD,
                donation ? "donation" : "voucher_sold", -row->amount);
}

static void drawer_add(struct posting_making *making, const struct bx_figure *row)
{
    static const struct {
        const char *name;
        enum bx_posting_account account;
    } moves[] = {{"/float", BX_POST_FLOAT},
                 {"/in", BX_POST_PAID_IN},
                 {"/out", BX_POST_PAID_OUT},
                 {"/drop", BX_POST_SAFE}};
    for (size_t i = 0; i < bx_countof(moves); i++)
        if (row->name[0] && strcmp(row->name + 1, moves[i].name) == 0)
            movement_add(making, row->name[0] - '0', moves[i].account, row->amount);
}

static void row_add(struct posting_making *making, const struct bx_figure *row)
{
    if (strcmp(row->what, "tender") == 0)
        tender_add(making, row);
    else if (strcmp(row->what, "net") == 0)
        rate_add(making, BX_POST_REVENUE, row->name, row->amount);
    else if (strcmp(row->what, "tax") == 0)
        rate_add(making, BX_POST_TAX, row->name, row->amount);
    else if (strcmp(row->what, "outside") == 0)
        outside_add(making, row);
    else if (strcmp(row->what, "rounding") == 0)
        account_add(making, BX_POST_ROUNDING, "rounding", -row->amount);
    else if (strcmp(row->what, "drawer") == 0)
        drawer_add(making, row);
}

/* What was counted leaves the drawer: to the bank, and as the next float. */
static void closing_add(struct posting_making *making, const struct bx_drawer_close *drawer)
{
    if (!drawer->was_counted)
        return;
    movement_add(making, drawer->drawer, BX_POST_DIFFERENCE,
                 drawer->counted.minor - drawer->expected.minor);
    movement_add(making, drawer->drawer, BX_POST_DEPOSIT, -drawer->deposit.minor);
    movement_add(making, drawer->drawer, BX_POST_FLOAT, -drawer->next_float.minor);
}

int bx_posting_make(const struct bx_entry_head *head, const struct bx_report *report,
                    const struct bx_posting_plan *plan, struct bx_posting *ret,
                    struct bx_fault *fault)
{
    struct posting_making making = {.plan = plan, .posting = ret, .fault = fault};
    bx_money debit = {0}, credit = {0};
    if (head->kind != BX_KIND_SHIFT_CLOSE)
        return bx_fault_say(fault, BX_ERR_INPUT, "Only a Z report is posted.");
    memset(ret, 0, sizeof(*ret));
    for (size_t i = 0; i < report->figures.count && !making.err; i++)
        row_add(&making, &report->figures.rows[i]);
    for (int i = 0; i < report->drawer_count && !making.err; i++)
        closing_add(&making, &report->drawers[i]);
    for (size_t i = 0; i < ret->count && !making.err; i++)
        if (bx_money_add(debit, bx_money_of(ret->lines[i].debit), &debit) ||
            bx_money_add(credit, bx_money_of(ret->lines[i].credit), &credit))
            making.err =
                bx_fault_say(fault, BX_ERR_FULL, "The amounts of %s are too large.", head->number);
    if (!making.err && debit.minor != credit.minor)
        making.err =
            bx_fault_say(fault, BX_ERR_CORRUPT, "The figures of %s do not balance.", head->number);
    ret->sum = debit.minor;
    return making.err;
}

/* --- as a file -------------------------------------------------------------------------------- */

static void csv_text(struct bx_buf *out, const char *text)
{
    bx_buf_byte_add(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            bx_buf_byte_add(out, '"');
        bx_buf_byte_add(out, (uint8_t)*text);
    }
    bx_buf_text_add(out, "\",");
}

void bx_posting_csv(const struct bx_entry_head *head, const struct bx_report *report,
                    const struct bx_posting *posting, const char *currency, int exponent,
                    struct bx_buf *out)
{
    char at[BX_UTC_TEXT], debit[BX_MONEY_TEXT], credit[BX_MONEY_TEXT];
    bx_utc_format(report->closed, at);
    bx_buf_text_add(out, "number,closed,till,shift,line,account,cost_centre,tax_code,what,debit,"
                         "credit,currency\r\n");
    for (size_t i = 0; i < posting->count; i++) {
        const struct bx_posting_line *line = &posting->lines[i];
        bx_buf_format(out, "%s,%s,%lld,%lld,%zu,", head->number, at, (long long)head->till,
                      (long long)report->shift, i + 1);
        csv_text(out, line->account);
        csv_text(out, line->cost_centre);
        csv_text(out, line->tax_code);
        csv_text(out, line->what);
        bx_buf_format(out, "%s,%s,%s\r\n",
                      bx_money_encode(bx_money_of(line->debit), exponent, debit),
                      bx_money_encode(bx_money_of(line->credit), exponent, credit), currency);
    }
}

void bx_posting_json(const struct bx_entry_head *head, const struct bx_report *report,
                     const struct bx_posting *posting, const char *currency, int exponent,
                     struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "number", head->number);
    bx_json_put_id(&writer, "id", &head->id);
    bx_json_put_int(&writer, "till", head->till);
    bx_json_put_int(&writer, "shift", report->shift);
    bx_json_put_int(&writer, "opened", report->opened.us);
    bx_json_put_int(&writer, "closed", report->closed.us);
    bx_json_put_string(&writer, "currency", currency);
    bx_json_put_int(&writer, "exponent", exponent);
    bx_json_array_open(&writer, "lines");
    for (size_t i = 0; i < posting->count; i++) {
        const struct bx_posting_line *line = &posting->lines[i];
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "account", line->account);
        bx_json_put_string(&writer, "cost_centre", line->cost_centre);
        bx_json_put_string(&writer, "tax_code", line->tax_code);
        bx_json_put_string(&writer, "what", line->what);
        bx_json_put_int(&writer, "debit", line->debit);
        bx_json_put_int(&writer, "credit", line->credit);
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_put_int(&writer, "debit", posting->sum);
    bx_json_put_int(&writer, "credit", posting->sum);
    bx_json_object_close(&writer);
}
