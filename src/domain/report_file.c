/* SPDX-License-Identifier: Apache-2.0 */
/* A report for programs: JSON with amounts in minor units, and CSV (RFC 4180) that a spreadsheet
 * opens: what, name, label, count, amount, one row per figure; facts of the report have the label
 * only. A label that begins as a formula does is quoted with an apostrophe. */

#include "boxtill/domain/report.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"

static const struct bx_report_names *names_or_none(const struct bx_report_names *names)
{
    static const struct bx_report_names none = {.currency = "", .exponent = 2};
    return names ? names : &none;
}

static const char *label_of(const struct bx_report_names *names, const struct bx_figure *row)
{
    const char *name = names->name ? names->name(names->arg, row->what, row->name) : NULL;
    return name ? name : "";
}

/* What both forms say of the report as numbers, by its member. */
struct fact {
    const char *name;
    int64_t value;
};
enum { FACTS = 11, SIGN_FACTS = 3 };

/* Returns how many; the last are about signatures, and left out where there are none. */
static size_t facts_of(const struct bx_report *report, struct fact ret[FACTS])
{
    const struct fact facts[FACTS] = {
        {"first_seq", report->first_seq},
        {"last_seq", report->last_seq},
        {"entries", report->entries},
        {"confirmed", report->confirmed},
        {"parked", report->parked},
        {"unsent", report->unsent},
        {"unsure", report->unsure},
        {"unknown", report->unknown},
        {"signs", report->signs},
        {"late", report->late},
        {"unsigned", report->unsigned_count},
    };
    memcpy(ret, facts, sizeof(facts));
    bool signs = report->signs || report->late || report->unsigned_count;
    return signs ? FACTS : FACTS - SIGN_FACTS;
}

/* --- CSV -------------------------------------------------------------------------------------- */

static void csv_text(struct bx_buf *out, const char *text)
{
    bx_buf_byte_add(out, '"');
    if (text[0] && strchr("=+-@", text[0]))
        bx_buf_byte_add(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            bx_buf_byte_add(out, '"');
        bx_buf_byte_add(out, (uint8_t)*text);
    }
    bx_buf_byte_add(out, '"');
}

static void csv_row(struct bx_buf *out, const char *what, const char *name, const char *label)
{
    bx_buf_format(out, "%s,", what);
    csv_text(out, name);
    bx_buf_byte_add(out, ',');
    csv_text(out, label);
}

static void csv_fact(struct bx_buf *out, const char *name, const char *text)
{
    csv_row(out, "report", name, text);
    bx_buf_text_add(out, ",,\r\n");
}

static void csv_count(struct bx_buf *out, const char *name, int64_t count)
{
    csv_row(out, "report", name, "");
    bx_buf_format(out, ",%lld,\r\n", (long long)count);
}

static void csv_money(struct bx_buf *out, const char *what, const char *name, int64_t minor,
                      int exponent)
{
    char text[BX_MONEY_TEXT];
    csv_row(out, what, name, "");
    bx_buf_format(out, ",,%s\r\n", bx_money_encode(bx_money_of(minor), exponent, text));
}

static void csv_drawer(struct bx_buf *out, const struct bx_drawer_close *drawer, int exponent)
{
    const struct {
        const char *name;
        int64_t minor;
    } parts[] = {
        {"expected", drawer->expected.minor},
        {"first_count", drawer->first_count.minor},
        {"counted", drawer->counted.minor},
        {"difference", drawer->counted.minor - drawer->expected.minor},
        {"next_float", drawer->next_float.minor},
        {"deposit", drawer->deposit.minor},
    };
    size_t count = drawer->was_counted ? bx_countof(parts) : 1;
    char name[32];
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "%d/%s", drawer->drawer, parts[i].name);
        csv_money(out, "drawer-close", name, parts[i].minor, exponent);
    }
}

void bx_report_csv(const struct bx_entry_head *head, const struct bx_report *report,
                   const struct bx_report_names *given, struct bx_buf *out)
{
    const struct bx_report_names *names = names_or_none(given);
    int exponent = names->exponent;
    char text[BX_UTC_TEXT], chain[BX_HASH_TEXT];
    struct fact facts[FACTS];
    size_t fact_count = facts_of(report, facts);
    bx_buf_text_add(out, "what,name,label,count,amount\r\n");
    csv_fact(out, "kind", bx_kind_word(head->kind));
    csv_fact(out, "number", head->number);
    csv_count(out, "till", head->till);
    csv_count(out, "shift", report->shift);
    csv_fact(out, "period", report->period);
    csv_fact(out, "currency", names->currency);
    csv_fact(out, "opened", bx_utc_format(report->opened, text));
    csv_fact(out, "closed", bx_utc_format(report->closed, text));
    csv_fact(out, "first", report->first);
    csv_fact(out, "last", report->last);
    csv_fact(out, "chain", bx_hash_format(&report->chain, chain));
    for (size_t i = 0; i < fact_count; i++)
        csv_count(out, facts[i].name, facts[i].value);
    csv_count(out, "attention", report->attention);
    csv_money(out, "perpetual", "sales_before", report->before.sales.minor, exponent);
    csv_money(out, "perpetual", "returns_before", report->before.returns.minor, exponent);
    csv_money(out, "perpetual", "sales_after", report->after.sales.minor, exponent);
    csv_money(out, "perpetual", "returns_after", report->after.returns.minor, exponent);
    for (int i = 0; i < report->drawer_count; i++)
        csv_drawer(out, &report->drawers[i], exponent);
    for (size_t i = 0; i < report->figures.count; i++) {
        const struct bx_figure *row = &report->figures.rows[i];
        char amount[BX_MONEY_TEXT];
        csv_row(out, row->what, row->name, label_of(names, row));
        bx_buf_format(out, ",%lld,%s\r\n", (long long)row->count,
                      bx_money_encode(bx_money_of(row->amount), exponent, amount));
    }
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void json_perpetual(struct bx_json_writer *writer, const char *name,
                           const struct bx_perpetual *totals)
{
    bx_json_object_open(writer, name);
    bx_json_put_int(writer, "sales", totals->sales.minor);
    bx_json_put_int(writer, "returns", totals->returns.minor);
    bx_json_object_close(writer);
}

static void json_drawer(struct bx_json_writer *writer, const struct bx_drawer_close *drawer)
{
    bx_json_object_open(writer, NULL);
    bx_json_put_int(writer, "drawer", drawer->drawer);
    bx_json_put_int(writer, "expected", drawer->expected.minor);
    bx_json_put_bool(writer, "was_counted", drawer->was_counted);
    if (drawer->was_counted) {
        bx_json_put_int(writer, "first_count", drawer->first_count.minor);
        bx_json_put_int(writer, "counted", drawer->counted.minor);
        bx_json_put_int(writer, "difference", drawer->counted.minor - drawer->expected.minor);
        bx_json_put_int(writer, "next_float", drawer->next_float.minor);
        bx_json_put_int(writer, "deposit", drawer->deposit.minor);
        bx_json_put_string(writer, "bag", drawer->bag);
        bx_json_put_string(writer, "reason", drawer->warrant.reason.s);
        bx_json_put_string(writer, "note", drawer->warrant.note);
        bx_json_put_int(writer, "approver", drawer->warrant.approver);
    }
    bx_json_object_close(writer);
}

static void json_figures(struct bx_json_writer *writer, const struct bx_figures *figures,
                         const struct bx_report_names *names)
{
    bx_json_array_open(writer, "figures");
    for (size_t i = 0; i < figures->count; i++) {
        const struct bx_figure *row = &figures->rows[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "what", row->what);
        bx_json_put_string(writer, "name", row->name);
        bx_json_put_string(writer, "label", label_of(names, row));
        bx_json_put_int(writer, "count", row->count);
        bx_json_put_int(writer, "amount", row->amount);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

void bx_report_json(const struct bx_entry_head *head, const struct bx_report *report,
                    const struct bx_report_names *given, struct bx_buf *out)
{
    const struct bx_report_names *names = names_or_none(given);
    struct bx_json_writer writer;
    struct fact facts[FACTS];
    size_t fact_count = facts_of(report, facts);
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "kind", bx_kind_word(head->kind));
    bx_json_put_string(&writer, "number", head->number);
    bx_json_put_int(&writer, "till", head->till);
    bx_json_put_int(&writer, "seq", head->seq);
    bx_json_put_int(&writer, "user", head->user);
    bx_json_put_int(&writer, "shift", report->shift);
    bx_json_put_string(&writer, "period", report->period);
    bx_json_put_string(&writer, "currency", names->currency);
    bx_json_put_int(&writer, "exponent", names->exponent);
    bx_json_put_int(&writer, "opened", report->opened.us);
    bx_json_put_int(&writer, "closed", report->closed.us);
    bx_json_put_string(&writer, "first", report->first);
    bx_json_put_string(&writer, "last", report->last);
    bx_json_put_hex(&writer, "chain", report->chain.b, sizeof(report->chain.b));
    for (size_t i = 0; i < fact_count; i++)
        bx_json_put_int(&writer, facts[i].name, facts[i].value);
    bx_json_put_int(&writer, "attention", report->attention);
    json_perpetual(&writer, "before", &report->before);
    json_perpetual(&writer, "after", &report->after);
    bx_json_array_open(&writer, "drawers");
    for (int i = 0; i < report->drawer_count; i++)
        json_drawer(&writer, &report->drawers[i]);
    bx_json_array_close(&writer);
    json_figures(&writer, &report->figures, names);
    bx_json_object_close(&writer);
}
