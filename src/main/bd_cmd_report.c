/* SPDX-License-Identifier: Apache-2.0 */
/* What was booked, from the server's side: the figures of days or of one till's shift, as a table
 * or as JSON. Which rows there are: include/boxtill/domain/figures.h. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "main/bd_cmd.h"

/* A word of the command, and the rows it shows; NULL: all. */
static const struct {
    const char *word, *what;
} kinds[] = {{"day", NULL},           {"hours", "hour"},     {"products", "product"},
             {"channels", "channel"}, {"tenders", "tender"}, {"cashiers", "cashier"},
             {"slots", "slot"}};

struct report {
    const char *what;
    bool json, is_shift;
    int64_t till, shift, confirmed;
    const char *from, *to; /* NULL: today */
    struct bx_date first, last;
    int exponent;
    char currency[4];
    struct bx_figures figures;
};

static int days_fill(struct report *report, struct bx_date today, struct bx_fault *fault)
{
    report->first = report->last = today;
    if ((report->from && bx_date_parse(report->from, &report->first)) ||
        (report->to && bx_date_parse(report->to, &report->last)))
        return bx_fault_say(fault, BX_ERR_INPUT, "A day is written like 2026-11-24.");
    if (!report->from && bx_date_compare(report->last, report->first) < 0)
        report->first = report->last;
    return 0;
}

static int report_run(struct bd_deed *deed, struct bd_store *store, struct bd_book *book,
                      const struct bd_turn *turn, struct bx_fault *fault)
{
    struct report *report = deed->arg;
    const struct bx_programme *programme;
    struct bx_date today;
    bx_figures_clear(&report->figures); /* of a try that was lost */
    int err = bd_book_programme(book, turn, &programme, &today, fault);
    if (!err)
        err = days_fill(report, today, fault);
    if (err < 0)
        return err;
    report->exponent = programme ? programme->exponent : 2;
    BX_TEXT_COPY(report->currency, programme ? programme->currency : "");
    if (report->is_shift)
        return bd_book_shift(store, report->till, report->shift, &report->figures,
                             &report->confirmed, fault);
    return bd_book_days(store, report->first, report->last, &report->figures, fault);
}

static bool is_shown(const struct report *report, const struct bx_figure *row)
{
    return (!report->what || strcmp(report->what, row->what) == 0) &&
           (row->count != 0 || row->amount != 0);
}

static void text_print(const struct report *report)
{
    char amount[BX_MONEY_TEXT], first[BX_DATE_TEXT], last[BX_DATE_TEXT];
    if (report->is_shift)
        printf("till %lld, shift %lld: %lld entries booked, %s\n", (long long)report->till,
               (long long)report->shift, (long long)report->confirmed, report->currency);
    else
        printf("%s to %s, %s\n", bx_date_format(report->first, first),
               bx_date_format(report->last, last), report->currency);
    for (size_t i = 0; i < report->figures.count; i++) {
        const struct bx_figure *row = &report->figures.rows[i];
        if (is_shown(report, row))
            printf("%-20s %-40s %8lld %14s\n", row->what, row->name, (long long)row->count,
                   bx_money_format(bx_money_of(row->amount), report->exponent, amount));
    }
}

static void json_print(const struct report *report)
{
    char day[BX_DATE_TEXT];
    struct bx_json_writer writer;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_json_write(&writer, &out);
    bx_json_object_open(&writer, NULL);
    if (report->is_shift) {
        bx_json_put_int(&writer, "till", report->till);
        bx_json_put_int(&writer, "shift", report->shift);
        bx_json_put_int(&writer, "confirmed", report->confirmed);
    } else {
        bx_json_put_string(&writer, "from", bx_date_format(report->first, day));
        bx_json_put_string(&writer, "to", bx_date_format(report->last, day));
    }
    bx_json_put_string(&writer, "currency", report->currency);
    bx_json_put_int(&writer, "exponent", report->exponent);
    bx_json_array_open(&writer, "figures");
    for (size_t i = 0; i < report->figures.count; i++) {
        const struct bx_figure *row = &report->figures.rows[i];
        if (!is_shown(report, row))
            continue;
        bx_json_array_open(&writer, NULL);
        bx_json_put_string(&writer, NULL, row->what);
        bx_json_put_string(&writer, NULL, row->name);
        bx_json_put_int(&writer, NULL, row->count);
        bx_json_put_int(&writer, NULL, row->amount);
        bx_json_array_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
    puts(bx_buf_text(&out));
}

/* Options behind the words; false: not understood. */
static bool options_read(struct report *report, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        bool has_value = i + 1 < argc && !report->is_shift;
        if (strcmp(argv[i], "--json") == 0)
            report->json = true;
        else if (has_value && strcmp(argv[i], "--from") == 0)
            report->from = argv[++i];
        else if (has_value && strcmp(argv[i], "--to") == 0)
            report->to = argv[++i];
        else
            return false;
    }
    return true;
}

static bool words_read(struct report *report, int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[0], "shift") == 0) {
        report->is_shift = true;
        return bx_text_number(argv[1], strlen(argv[1]), INT32_MAX, &report->till) == 0 &&
               bx_text_number(argv[2], strlen(argv[2]), INT32_MAX, &report->shift) == 0 &&
               options_read(report, argc - 3, argv + 3);
    }
    for (size_t i = 0; argc >= 1 && i < bx_countof(kinds); i++) {
        if (strcmp(kinds[i].word, argv[0]) != 0)
            continue;
        report->what = kinds[i].what;
        return options_read(report, argc - 1, argv + 1);
    }
    return false;
}

int bd_cmd_report(const struct bd_config *config, int argc, char **argv)
{
    struct report report = {0};
    if (!words_read(&report, argc, argv))
        return bd_usage("report day|hours|products|channels|tenders|cashiers|slots [--from DATE] "
                        "[--to DATE] [--json] | report shift TILL N [--json]");
    struct bd_deed deed = {.run = report_run, .arg = &report};
    int status = bd_deed_do(config, &deed, false);
    if (status == BD_EXIT_DONE && report.json)
        json_print(&report);
    else if (status == BD_EXIT_DONE)
        text_print(&report);
    bx_figures_finish(&report.figures);
    return status;
}
