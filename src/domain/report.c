/* SPDX-License-Identifier: Apache-2.0 */
/* The body of shift-close, x-report and closing, version 2. After the head (entry.c):
 *
 *   "of":41                         the shift; of a closing 0
 *   "opened":µs,"closed":µs
 *   "period":""                     of a closing "2026-11-24", "2026-11" or "2026"
 *   "first_seq":1,"last_seq":412    entries of it
 *   "first":"2-000401","last":"2-000412"   numbers of its sales, "" without any
 *   "chain":"hex"                   hash of the entry before this one
 *   "entries":12,"confirmed":9      how many, and recorded by the server at that moment
 *   "parked":0,"unsent":3,"attention":0,"unsure":0,"unknown":0
 *   "signs":9,"late":1,"unsigned":0     by a fiscal device; not there when all three are 0
 *   "before":{"sales":…,"returns":…},"after":{…}       perpetual totals
 *   "drawers":[{"drawer":1,"expected":25700,"counted":25600,"first_count":25600,
 *     "was_counted":true,"pieces":[…],"next_float":20000,"deposit":5600,"bag":"",
 *     "warrant":{…}},…]             ascending
 *   "figures":[[what,name,count,amount],…]             figures.h */

#include "boxtill/domain/report.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "body.h"

enum { BAG_COLUMNS = 20 };

void bx_report_finish(struct bx_report *report)
{
    bx_figures_finish(&report->figures);
    *report = (struct bx_report){0};
}

/* --- writing ---------------------------------------------------------------------------------- */

static void text_put(struct bx_json_writer *writer, const char *name, const char *text,
                     size_t columns)
{
    char washed[BX_NAME_SIZE];
    bx_text_wash(text, strlen(text), columns, washed, sizeof(washed));
    bx_json_put_string(writer, name, washed);
}

static void perpetual_put(struct bx_json_writer *writer, const char *name,
                          const struct bx_perpetual *totals)
{
    bx_json_object_open(writer, name);
    bx_json_put_int(writer, "sales", totals->sales.minor);
    bx_json_put_int(writer, "returns", totals->returns.minor);
    bx_json_object_close(writer);
}

static void drawer_put(struct bx_json_writer *writer, const struct bx_drawer_close *drawer)
{
    bx_json_object_open(writer, NULL);
    bx_json_put_int(writer, "drawer", drawer->drawer);
    bx_json_put_int(writer, "expected", drawer->expected.minor);
    bx_json_put_int(writer, "counted", drawer->counted.minor);
    bx_json_put_int(writer, "first_count", drawer->first_count.minor);
    bx_json_put_bool(writer, "was_counted", drawer->was_counted);
    bx_pieces_put(writer, drawer->pieces, drawer->piece_count);
    bx_json_put_int(writer, "next_float", drawer->next_float.minor);
    bx_json_put_int(writer, "deposit", drawer->deposit.minor);
    text_put(writer, "bag", drawer->bag, BAG_COLUMNS);
    bx_warrant_put(writer, "warrant", &drawer->warrant);
    bx_json_object_close(writer);
}

static void signs_put(struct bx_json_writer *writer, const struct bx_report *report)
{
    if (report->signs == 0 && report->late == 0 && report->unsigned_count == 0)
        return;
    bx_json_put_int(writer, "signs", report->signs);
    bx_json_put_int(writer, "late", report->late);
    bx_json_put_int(writer, "unsigned", report->unsigned_count);
}

int bx_report_encode(const struct bx_entry_head *head, const struct bx_report *report,
                     struct bx_buf *out)
{
    bx_assert(bx_kind_shape(head->kind) == BX_SHAPE_REPORT);
    struct bx_json_writer writer;
    size_t from = out->len;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_head_put(&writer, 2, head);
    bx_json_put_int(&writer, "of", report->shift);
    bx_json_put_int(&writer, "opened", report->opened.us);
    bx_json_put_int(&writer, "closed", report->closed.us);
    bx_json_put_string(&writer, "period", report->period);
    bx_json_put_int(&writer, "first_seq", report->first_seq);
    bx_json_put_int(&writer, "last_seq", report->last_seq);
    bx_json_put_string(&writer, "first", report->first);
    bx_json_put_string(&writer, "last", report->last);
    bx_json_put_hex(&writer, "chain", report->chain.b, sizeof(report->chain.b));
    bx_json_put_int(&writer, "entries", report->entries);
    bx_json_put_int(&writer, "confirmed", report->confirmed);
    bx_json_put_int(&writer, "parked", report->parked);
    bx_json_put_int(&writer, "unsent", report->unsent);
    bx_json_put_int(&writer, "attention", report->attention);
    bx_json_put_int(&writer, "unsure", report->unsure);
    bx_json_put_int(&writer, "unknown", report->unknown);
    signs_put(&writer, report);
    perpetual_put(&writer, "before", &report->before);
    perpetual_put(&writer, "after", &report->after);
    bx_json_array_open(&writer, "drawers");
    for (int i = 0; i < report->drawer_count; i++)
        drawer_put(&writer, &report->drawers[i]);
    bx_json_array_close(&writer);
    bx_figures_put(&writer, "figures", &report->figures);
    bx_json_object_close(&writer);
    return out->full || out->len - from > BX_BODY_MAX ? BX_ERR_FULL : 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void perpetual_read(struct bx_json_reader *root, const char *name, struct bx_perpetual *ret)
{
    static const char *const names[] = {"sales", "returns", NULL};
    struct bx_json_reader reader;
    bx_json *object = bx_json_object(root, name);
    if (!object)
        return;
    bx_json_read(&reader, object, name, root->fault);
    ret->sales.minor = bx_json_int(&reader, "sales", 0, BX_MONEY_MAX);
    ret->returns.minor = bx_json_int(&reader, "returns", 0, BX_MONEY_MAX);
    bx_json_only(&reader, names);
    if (reader.err)
        root->err = reader.err;
}

static void drawer_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"drawer",      "expected", "counted",    "first_count",
                                        "was_counted", "pieces",   "next_float", "deposit",
                                        "bag",         "warrant",  NULL};
    struct bx_drawer_close *drawer = (struct bx_drawer_close *)arg + at;
    drawer->drawer = (int)bx_json_int(reader, "drawer", 1, BX_DRAWERS_MAX);
    drawer->expected.minor = bx_json_int(reader, "expected", -BX_MONEY_MAX, BX_MONEY_MAX);
    drawer->counted.minor = bx_json_int(reader, "counted", 0, BX_MONEY_MAX);
    drawer->first_count.minor = bx_json_int(reader, "first_count", 0, BX_MONEY_MAX);
    drawer->was_counted = bx_bool_read(reader, "was_counted");
    drawer->piece_count = bx_pieces_read(reader, drawer->counted, drawer->pieces);
    drawer->next_float.minor = bx_json_int(reader, "next_float", 0, BX_MONEY_MAX);
    drawer->deposit.minor = bx_json_int(reader, "deposit", -BX_MONEY_MAX, BX_MONEY_MAX);
    bx_json_string_or(reader, "bag", BAG_COLUMNS, drawer->bag, sizeof(drawer->bag), "");
    bx_warrant_member_read(reader, "warrant", &drawer->warrant);
    bx_json_only(reader, names);
    if (!reader->err && at > 0 && drawer->drawer <= drawer[-1].drawer)
        bx_json_fault(reader, "the drawers do not ascend");
}

/* A closing names its period and no shift; the others the other way round. */
static void period_check(struct bx_json_reader *root, const struct bx_entry_head *head,
                         const struct bx_report *report)
{
    static const char form[] = "0000-00-00";
    size_t len = strlen(report->period);
    bool closing = head->kind == BX_KIND_CLOSING;
    bool good = closing ? len == 4 || len == 7 || len == 10 : len == 0;
    for (size_t i = 0; i < len && good; i++)
        good = form[i] == '-' ? report->period[i] == '-'
                              : report->period[i] >= '0' && report->period[i] <= '9';
    if (!good)
        bx_json_fault(root, "\"period\" is not a day, a month or a year of a closing");
    if (report->shift != (closing ? 0 : head->shift))
        bx_json_fault(root, "a report is of the open shift, a closing of none");
}

static void facts_read(struct bx_json_reader *root, struct bx_report *report)
{
    report->shift = bx_json_int(root, "of", 0, BX_MONEY_MAX);
    report->opened.us = bx_json_int(root, "opened", 0, BX_MONEY_MAX);
    report->closed.us = bx_json_int(root, "closed", 0, BX_MONEY_MAX);
    bx_json_string_or(root, "period", 10, report->period, sizeof(report->period), "");
    report->first_seq = bx_json_int(root, "first_seq", 0, BX_MONEY_MAX);
    report->last_seq = bx_json_int(root, "last_seq", 0, BX_MONEY_MAX);
    bx_json_string_or(root, "first", BX_NUMBER_SIZE - 1, report->first, sizeof(report->first), "");
    bx_json_string_or(root, "last", BX_NUMBER_SIZE - 1, report->last, sizeof(report->last), "");
    bx_json_hex(root, "chain", report->chain.b, sizeof(report->chain.b));
    report->entries = bx_json_int(root, "entries", 0, BX_MONEY_MAX);
    report->confirmed = bx_json_int(root, "confirmed", 0, BX_MONEY_MAX);
    report->parked = bx_json_int(root, "parked", 0, BX_MONEY_MAX);
    report->unsent = bx_json_int(root, "unsent", 0, BX_MONEY_MAX);
    report->attention = bx_json_int(root, "attention", 0, BX_MONEY_MAX);
    report->unsure = bx_json_int(root, "unsure", 0, BX_MONEY_MAX);
    report->unknown = bx_json_int(root, "unknown", 0, BX_MONEY_MAX);
    report->signs = bx_json_int_or(root, "signs", 0, BX_MONEY_MAX, 0);
    report->late = bx_json_int_or(root, "late", 0, BX_MONEY_MAX, 0);
    report->unsigned_count = bx_json_int_or(root, "unsigned", 0, BX_MONEY_MAX, 0);
    perpetual_read(root, "before", &report->before);
    perpetual_read(root, "after", &report->after);
    bx_json *drawers = bx_json_array(root, "drawers", BX_DRAWERS_MAX);
    report->drawer_count = (int)bx_json_each(root, drawers, "drawer", drawer_read, report->drawers);
    bx_figures_read(root, "figures", &report->figures);
}

/* Fills REPORT, whose figures the caller finishes whatever comes of it. */
static int report_read(const char *body, size_t len, struct bx_report *report,
                       struct bx_fault *fault)
{
    static const char *const names[] = {
        BX_HEAD_NAMES, "of",     "opened",   "closed",  "period",    "first_seq", "last_seq",
        "first",       "last",   "chain",    "entries", "confirmed", "parked",    "unsent",
        "attention",   "unsure", "unknown",  "before",  "after",     "drawers",   "figures",
        "signs",       "late",   "unsigned", NULL};
    bx_body_auto state;
    struct bx_entry_head head;
    int err = bx_body_open(&state, body, len, "report", fault);
    if (err || (err = bx_head_read(&state, &head)))
        return err;
    struct bx_json_reader *root = &state.root;
    if (bx_kind_shape(head.kind) != BX_SHAPE_REPORT)
        bx_json_fault(root, "a %s is no report", bx_kind_word(head.kind));
    facts_read(root, report);
    bx_json_only(root, names);
    period_check(root, &head, report);
    if (root->err)
        return root->err;
    bx_buf_auto spelled;
    bx_buf_init(&spelled, BX_BODY_MAX);
    return bx_body_same(&state, bx_report_encode(&head, report, &spelled), &spelled, body, len);
}

int bx_report_decode(const char *body, size_t len, struct bx_report *ret, struct bx_fault *fault)
{
    struct bx_report report = {0};
    int err = report_read(body, len, &report, fault);
    if (err)
        bx_figures_finish(&report.figures);
    else
        *ret = report;
    return err;
}

/* --- does it agree with itself? --------------------------------------------------------------- */

static int bad(struct bx_fault *fault, const char *say)
{
    return bx_fault_set(fault, BX_ERR_INPUT, say, NULL);
}

static int drawer_check(const struct bx_report *report, const struct bx_drawer_close *drawer,
                        struct bx_fault *fault)
{
    char prefix[3] = {(char)('0' + drawer->drawer), '/', '\0'};
    if (bx_figures_sum(&report->figures, "drawer", prefix) != drawer->expected.minor)
        return bad(fault, "What a drawer should hold is not the sum of what moved in it.");
    if (!drawer->was_counted)
        return 0;
    if (drawer->counted.minor - drawer->next_float.minor != drawer->deposit.minor)
        return bad(fault, "The deposit is not what was counted less the next float.");
    return 0;
}

int bx_report_check(const struct bx_report *report, struct bx_fault *fault)
{
    const struct bx_figures *figures = &report->figures;
    int64_t sales = bx_figures_sum(figures, "sale", NULL),
            returns = bx_figures_sum(figures, "return", NULL);
    if (report->after.sales.minor - report->before.sales.minor != sales ||
        report->after.returns.minor - report->before.returns.minor != returns)
        return bad(fault, "The perpetual totals do not rise by what was sold and taken back.");
    if (bx_figures_sum(figures, "gross", NULL) + bx_figures_sum(figures, "outside", NULL) !=
        sales - returns)
        return bad(fault, "The taxes' gross is not what was sold less what was taken back.");
    if (bx_figures_sum(figures, "net", NULL) + bx_figures_sum(figures, "tax", NULL) !=
        bx_figures_sum(figures, "gross", NULL))
        return bad(fault, "Net and tax do not add up to gross.");
    if (bx_figures_sum(figures, "tender", NULL) !=
        sales - returns + bx_figures_sum(figures, "rounding", NULL))
        return bad(fault, "The tenders do not add up to what was sold less what was taken back.");
    if (report->first_seq > report->last_seq || report->confirmed > report->entries)
        return bad(fault, "The entries are counted wrong.");
    for (int i = 0; i < report->drawer_count; i++) {
        int err = drawer_check(report, &report->drawers[i], fault);
        if (err)
            return err;
    }
    return 0;
}
