/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a Z, for ever (its bytes are of another program, Python's json), what makes it wrong,
 * and how people and programs read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/domain/report.h"

static const char golden_report[] =
    "{\"v\":2,\"till\":2,\"inc\":1,\"seq\":500,\"id\":\"019abcde-f012-7345-8678-9abcdef0123"
    "4\",\"kind\":\"shift-close\",\"number\":\"2-Z000017\",\"at\":1795526525123456,\"boot\""
    ":86400000001,\"shift\":41,\"user\":7,\"of\":41,\"opened\":1795510000000000,\"closed\":"
    "1795526525123456,\"period\":\"\",\"first_seq\":401,\"last_seq\":499,\"first\":\"2-0004"
    "01\",\"last\":\"2-000403\",\"chain\":\"0123456789abcdef0123456789abcdef0123456789abcde"
    "f0123456789abcdef\",\"entries\":99,\"confirmed\":96,\"parked\":0,\"unsent\":3,\"attent"
    "ion\":1,\"unsure\":0,\"unknown\":0,\"before\":{\"sales\":100000,\"returns\":5000},\"af"
    "ter\":{\"sales\":118100,\"returns\":9800},\"drawers\":[{\"drawer\":1,\"expected\":1985"
    "0,\"counted\":19800,\"first_count\":18800,\"was_counted\":true,\"pieces\":[{\"value\":"
    "5000,\"count\":3},{\"value\":50,\"count\":96}],\"next_float\":10000,\"deposit\":9800,"
    "\"bag\":\"B-77\",\"warrant\":{\"what\":\"difference\",\"reason\":\"miscount\",\"note\""
    ":\"\",\"approver\":9}}],\"figures\":[[\"cashier\",\"7\",3,13300],[\"cashier-correction"
    "\",\"7\",2,4800],[\"count\",\"correction\",2,0],[\"count\",\"no-sale\",1,0],[\"count\""
    ",\"offline\",1,2400],[\"count\",\"reprint\",1,0],[\"discount\",\"group\",10,6000],[\"d"
    "rawer\",\"1/correction\",1,-2400],[\"drawer\",\"1/drop\",1,-5000],[\"drawer\",\"1/floa"
    "t\",2,20000],[\"drawer\",\"1/out\",1,-450],[\"drawer\",\"1/return\",1,-4800],[\"drawer"
    "\",\"1/sale\",2,12500],[\"event\",\"\",1,500],[\"event\",\"perm\",8,12800],[\"gross\","
    "\"190000\",0,500],[\"gross\",\"70000\",0,12800],[\"hour\",\"2026-11-24T14\",3,13300],["
    "\"net\",\"190000\",0,420],[\"net\",\"70000\",0,11963],[\"persons\",\"\",8,0],[\"produc"
    "t\",\"adult\",2,4800],[\"product\",\"audio\",1,500],[\"product\",\"pupil\",16,8000],["
    "\"return\",\"void\",1,4800],[\"rounding\",\"\",1,0],[\"sale\",\"\",3,18100],[\"slot\","
    "\"perm-1430\",8,12800],[\"tax\",\"190000\",0,80],[\"tax\",\"70000\",0,837],[\"tender\""
    ",\"card\",1,8000],[\"tender\",\"cash\",3,5300],[\"tender-change\",\"cash>card\",1,2400"
    "],[\"training\",\"\",2,4800],[\"warrant\",\"void\",1,0]]}";
static const char *name(void *arg, const char *what, const char *id)
{
    (void)arg;
    if (strcmp(what, "cashier") == 0)
        return "Ana";
    if (strcmp(what, "product") == 0 && strcmp(id, "adult") == 0)
        return "Adult";
    if (strcmp(what, "product") == 0 && strcmp(id, "pupil") == 0)
        return "=Pupil, \"class\" of a school that has quite a name";
    return NULL;
}

static const struct bx_report_names names = {
    .name = name, .currency = "EUR", .exponent = 2, .offset_min = 60};

static struct bx_entry_head head;
static struct bx_report report;

static int golden_read(void **state)
{
    (void)state;
    struct bx_fault fault;
    int err = bx_entry_head_decode(golden_report, strlen(golden_report), &head, &fault);
    if (!err)
        err = bx_report_decode(golden_report, strlen(golden_report), &report, &fault);
    if (err)
        print_error("%s\n", fault.say);
    return err;
}

static int golden_finish(void **state)
{
    (void)state;
    bx_report_finish(&report);
    return 0;
}

static void test_golden(void **state)
{
    (void)state;
    struct bx_fault fault;
    bx_buf_auto again;
    bx_buf_init(&again, 0);
    assert_int_equal(bx_report_encode(&head, &report, &again), 0);
    assert_string_equal(bx_buf_text(&again), golden_report);
    assert_int_equal(report.confirmed, 96);
    assert_int_equal(report.drawers[0].first_count.minor, 18800);
    assert_int_equal(bx_figures_get(&report.figures, "tender", "card")->amount, 8000);
    if (bx_report_check(&report, &fault))
        fail_msg("%s", fault.say);
}

static void refused(const char *from, const char *to, const char *say)
{
    struct bx_report changed = {0};
    struct bx_fault fault = {0};
    bx_buf_auto body;
    bx_buf_init(&body, 0);
    const char *at = strstr(golden_report, from);
    assert_non_null(at);
    bx_buf_add(&body, golden_report, (size_t)(at - golden_report));
    bx_buf_text_add(&body, to);
    bx_buf_text_add(&body, at + strlen(from));
    if (!bx_report_decode(bx_buf_text(&body), body.len, &changed, &fault))
        fail_msg("%s was taken", to);
    if (!strstr(fault.say, say))
        fail_msg("%s: %s", to, fault.say);
    assert_null(changed.figures.rows);
}

static void test_refused(void **state)
{
    (void)state;
    refused("\"period\":\"\"", "\"period\":\"2026-11\"", "period");
    refused("\"of\":41", "\"of\":40", "open shift");
    refused("shift-close", "closing", "period");
    refused("shift-close", "login", "version 2");
    refused("\"drawer\":1", "\"drawer\":0", "drawer");
    refused("\"bag\":\"B-77\"", "\"bag\":\"B-77 and more than twenty columns\"", "bag");
    refused("\"counted\":19800", "\"counted\":19801", "add up");
    refused("\"was_counted\":true", "\"was_counted\":1", "was_counted");
    refused("\"chain\":\"01", "\"chain\":\"0", "chain");
    refused("[\"cashier\",\"7\"", "[\"zashier\",\"7\"", "order");
    refused("\"sales\":118100", "\"sales\":-1", "sales");
    refused("\"returns\":5000}", "\"returns\":5000,\"x\":0}", "not known");
    refused("\"figures\"", "\"figures\":[],\"odd\"", "not known");
}

/* What a report says of itself must agree. */
static void test_check(void **state)
{
    (void)state;
    static const struct {
        const char *what, *name;
        const char *say;
    } rows[] = {
        {"sale", "", "perpetual"},     {"return", "void", "perpetual"},
        {"gross", "70000", "gross"},   {"net", "70000", "add up to gross"},
        {"tender", "card", "tenders"}, {"drawer", "1/sale", "drawer"},
    };
    for (size_t i = 0; i < bx_countof(rows); i++) {
        struct bx_fault fault = {0};
        assert_int_equal(bx_figures_add(&report.figures, rows[i].what, rows[i].name, 0, 1), 0);
        assert_int_equal(bx_report_check(&report, &fault), BX_ERR_INPUT);
        if (!strstr(fault.say, rows[i].say))
            fail_msg("%s: %s", rows[i].what, fault.say);
        assert_int_equal(bx_figures_add(&report.figures, rows[i].what, rows[i].name, 0, -1), 0);
    }
    struct bx_fault fault = {0};
    report.drawers[0].deposit.minor++;
    assert_int_equal(bx_report_check(&report, &fault), BX_ERR_INPUT);
    report.drawers[0].deposit.minor--;
    report.confirmed += 10;
    assert_int_equal(bx_report_check(&report, &fault), BX_ERR_INPUT);
    report.confirmed -= 10;
    assert_int_equal(bx_report_check(&report, &fault), 0);
}

/* As many rows as there may be still fit into a body. */
static void test_the_largest(void **state)
{
    (void)state;
    struct bx_report large = report;
    struct bx_entry_head at = head;
    bx_buf_auto body;
    bx_buf_init(&body, 0);
    large.figures = (struct bx_figures){0};
    large.drawer_count = BX_DRAWERS_MAX;
    for (int i = 0; i < BX_DRAWERS_MAX; i++) {
        large.drawers[i] = report.drawers[0];
        large.drawers[i].drawer = i + 1;
        large.drawers[i].piece_count = BX_PIECES_MAX;
        for (int k = 0; k < BX_PIECES_MAX; k++)
            large.drawers[i].pieces[k] = (struct bx_piece){50000 - k, 1000000};
    }
    for (int i = 0; i < BX_FIGURES_MAX; i++) {
        char id[64];
        snprintf(id, sizeof(id), "%047d", i);
        assert_int_equal(
            bx_figures_add(&large.figures, "nineteen-characters", id, BX_MONEY_MAX, -BX_MONEY_MAX),
            0);
    }
    assert_int_equal(bx_report_encode(&at, &large, &body), 0);
    assert_true(body.len <= BX_BODY_MAX);
    bx_figures_finish(&large.figures);
}

static const char golden_tabs[] = "Till\t2\n"
                                  "Shift\t41\n"
                                  "Currency\tEUR\n"
                                  "Opened\t2026-11-24 09:46\n"
                                  "Closed\t2026-11-24 14:22\n"
                                  "\n"
                                  "# Sales\n"
                                  "3 Sales\t181.00\n"
                                  "1 Voids\t-48.00\n"
                                  "0 Refunds\t0.00\n"
                                  "0 Exchanges, taken back\t0.00\n"
                                  "Total\t133.00\n"
                                  "1 Cash rounding\t0.00\n"
                                  "Persons\t8\n"
                                  "\n"
                                  "# Tax\n"
                                  "Gross 7 %\t128.00\n"
                                  "Net 7 %\t119.63\n"
                                  "Tax 7 %\t8.37\n"
                                  "Gross 19 %\t5.00\n"
                                  "Net 19 %\t4.20\n"
                                  "Tax 19 %\t0.80\n"
                                  "\n"
                                  "# Tenders\n"
                                  "1 Card\t80.00\n"
                                  "3 Cash\t53.00\n"
                                  "1 Corrected: Cash > Card\t24.00\n"
                                  "\n"
                                  "# Products\n"
                                  "2 Adult\t48.00\n"
                                  "1 audio\t5.00\n"
                                  "16 =Pupil, \"class\" of a school that has quite a name\t80.00\n"
                                  "\n"
                                  "# Cashiers\n"
                                  "3 Ana\t133.00\n"
                                  "\n"
                                  "# Corrections by cashier\n"
                                  "2 7\t48.00\n"
                                  "\n"
                                  "# Discounts\n"
                                  "10 group\t60.00\n"
                                  "\n"
                                  "# Drawer 1\n"
                                  "2 Float\t200.00\n"
                                  "2 Cash taken\t125.00\n"
                                  "1 Cash given back\t-48.00\n"
                                  "0 Paid in\t0.00\n"
                                  "1 Paid out\t-4.50\n"
                                  "1 Dropped to the safe\t-50.00\n"
                                  "1 Tender corrections\t-24.00\n"
                                  "Expected\t198.50\n"
                                  "3 50.00\t150.00\n"
                                  "96 0.50\t48.00\n"
                                  "First count\t188.00\n"
                                  "Counted\t198.00\n"
                                  "Difference\t-0.50\n"
                                  "Reason\tmiscount\n"
                                  "Approved by\t9\n"
                                  "Next float\t100.00\n"
                                  "Deposit\t98.00\n"
                                  "Bag\tB-77\n"
                                  "\n"
                                  "# Counters\n"
                                  "Lines corrected before payment\t2\n"
                                  "Reprints\t1\n"
                                  "Replacements\t0\n"
                                  "Drawer opened without a sale\t1\n"
                                  "10 Discounts\t60.00\n"
                                  "Approvals\t1\n"
                                  "2 Training, not counted\t48.00\n"
                                  "1 Offline sales\t24.00\n"
                                  "\n"
                                  "# Perpetual totals\n"
                                  "Sales before\t1000.00\n"
                                  "Sales after\t1181.00\n"
                                  "Returns before\t50.00\n"
                                  "Returns after\t98.00\n"
                                  "Net\t1083.00\n"
                                  "\n"
                                  "# Entries\n"
                                  "First sale\t2-000401\n"
                                  "Last sale\t2-000403\n"
                                  "Entries\t401 - 499\n"
                                  "Confirmed by the server\t96 of 99\n"
                                  "Not sent\t3\n"
                                  "Parked baskets\t0\n"
                                  "Needs attention\t1\n"
                                  "Prints unsure\t0\n"
                                  "Payments unknown\t0\n"
                                  "Chain\t0123456789abcdef\n";

static const char golden_32[] = "Z report 2-Z000017\n"
                                "Till                           2\n"
                                "Shift                         41\n"
                                "Currency                     EUR\n"
                                "Opened          2026-11-24 09:46\n"
                                "Closed          2026-11-24 14:22\n"
                                "\n"
                                "Sales\n"
                                "3 Sales                   181.00\n"
                                "1 Voids                   -48.00\n"
                                "0 Refunds                   0.00\n"
                                "0 Exchanges, taken back     0.00\n"
                                "Total                     133.00\n"
                                "1 Cash rounding             0.00\n"
                                "Persons                        8\n"
                                "\n"
                                "Tax\n"
                                "Gross 7 %                 128.00\n"
                                "Net 7 %                   119.63\n"
                                "Tax 7 %                     8.37\n"
                                "Gross 19 %                  5.00\n"
                                "Net 19 %                    4.20\n"
                                "Tax 19 %                    0.80\n"
                                "\n"
                                "Tenders\n"
                                "1 Card                     80.00\n"
                                "3 Cash                     53.00\n"
                                "1 Corrected: Cash > Card   24.00\n"
                                "\n"
                                "Products\n"
                                "2 Adult                    48.00\n"
                                "1 audio                     5.00\n"
                                "16 =Pupil, \"class\" of a sc 80.00\n"
                                "\n"
                                "Cashiers\n"
                                "3 Ana                     133.00\n"
                                "\n"
                                "Corrections by cashier\n"
                                "2 7                        48.00\n"
                                "\n"
                                "Discounts\n"
                                "10 group                   60.00\n"
                                "\n"
                                "Drawer 1\n"
                                "2 Float                   200.00\n"
                                "2 Cash taken              125.00\n"
                                "1 Cash given back         -48.00\n"
                                "0 Paid in                   0.00\n"
                                "1 Paid out                 -4.50\n"
                                "1 Dropped to the safe     -50.00\n"
                                "1 Tender corrections      -24.00\n"
                                "Expected                  198.50\n"
                                "3 50.00                   150.00\n"
                                "96 0.50                    48.00\n"
                                "First count               188.00\n"
                                "Counted                   198.00\n"
                                "Difference                 -0.50\n"
                                "Reason                  miscount\n"
                                "Approved by                    9\n"
                                "Next float                100.00\n"
                                "Deposit                    98.00\n"
                                "Bag                         B-77\n"
                                "\n"
                                "Counters\n"
                                "Lines corrected before payment 2\n"
                                "Reprints                       1\n"
                                "Replacements                   0\n"
                                "Drawer opened without a sale   1\n"
                                "10 Discounts               60.00\n"
                                "Approvals                      1\n"
                                "2 Training, not counted    48.00\n"
                                "1 Offline sales            24.00\n"
                                "\n"
                                "Perpetual totals\n"
                                "Sales before             1000.00\n"
                                "Sales after              1181.00\n"
                                "Returns before             50.00\n"
                                "Returns after              98.00\n"
                                "Net                      1083.00\n"
                                "\n"
                                "Entries\n"
                                "First sale              2-000401\n"
                                "Last sale               2-000403\n"
                                "Entries                401 - 499\n"
                                "Confirmed by the server 96 of 99\n"
                                "Not sent                       3\n"
                                "Parked baskets                 0\n"
                                "Needs attention                1\n"
                                "Prints unsure                  0\n"
                                "Payments unknown               0\n"
                                "Chain           0123456789abcdef\n";

static const char golden_csv[] =
    "what,name,label,count,amount\r\n"
    "report,\"kind\",\"shift-close\",,\r\n"
    "report,\"number\",\"2-Z000017\",,\r\n"
    "report,\"till\",\"\",2,\r\n"
    "report,\"shift\",\"\",41,\r\n"
    "report,\"period\",\"\",,\r\n"
    "report,\"currency\",\"EUR\",,\r\n"
    "report,\"opened\",\"2026-11-24T08:46:40.000000Z\",,\r\n"
    "report,\"closed\",\"2026-11-24T13:22:05.123456Z\",,\r\n"
    "report,\"first\",\"2-000401\",,\r\n"
    "report,\"last\",\"2-000403\",,\r\n"
    "report,\"chain\",\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",,\r\n"
    "report,\"first_seq\",\"\",401,\r\n"
    "report,\"last_seq\",\"\",499,\r\n"
    "report,\"entries\",\"\",99,\r\n"
    "report,\"confirmed\",\"\",96,\r\n"
    "report,\"parked\",\"\",0,\r\n"
    "report,\"unsent\",\"\",3,\r\n"
    "report,\"unsure\",\"\",0,\r\n"
    "report,\"unknown\",\"\",0,\r\n"
    "report,\"attention\",\"\",1,\r\n"
    "perpetual,\"sales_before\",\"\",,1000.00\r\n"
    "perpetual,\"returns_before\",\"\",,50.00\r\n"
    "perpetual,\"sales_after\",\"\",,1181.00\r\n"
    "perpetual,\"returns_after\",\"\",,98.00\r\n"
    "drawer-close,\"1/expected\",\"\",,198.50\r\n"
    "drawer-close,\"1/first_count\",\"\",,188.00\r\n"
    "drawer-close,\"1/counted\",\"\",,198.00\r\n"
    "drawer-close,\"1/difference\",\"\",,-0.50\r\n"
    "drawer-close,\"1/next_float\",\"\",,100.00\r\n"
    "drawer-close,\"1/deposit\",\"\",,98.00\r\n"
    "cashier,\"7\",\"Ana\",3,133.00\r\n"
    "cashier-correction,\"7\",\"\",2,48.00\r\n"
    "count,\"correction\",\"\",2,0.00\r\n"
    "count,\"no-sale\",\"\",1,0.00\r\n"
    "count,\"offline\",\"\",1,24.00\r\n"
    "count,\"reprint\",\"\",1,0.00\r\n"
    "discount,\"group\",\"\",10,60.00\r\n"
    "drawer,\"1/correction\",\"\",1,-24.00\r\n"
    "drawer,\"1/drop\",\"\",1,-50.00\r\n"
    "drawer,\"1/float\",\"\",2,200.00\r\n"
    "drawer,\"1/out\",\"\",1,-4.50\r\n"
    "drawer,\"1/return\",\"\",1,-48.00\r\n"
    "drawer,\"1/sale\",\"\",2,125.00\r\n"
    "event,\"\",\"\",1,5.00\r\n"
    "event,\"perm\",\"\",8,128.00\r\n"
    "gross,\"190000\",\"\",0,5.00\r\n"
    "gross,\"70000\",\"\",0,128.00\r\n"
    "hour,\"2026-11-24T14\",\"\",3,133.00\r\n"
    "net,\"190000\",\"\",0,4.20\r\n"
    "net,\"70000\",\"\",0,119.63\r\n"
    "persons,\"\",\"\",8,0.00\r\n"
    "product,\"adult\",\"Adult\",2,48.00\r\n"
    "product,\"audio\",\"\",1,5.00\r\n"
    "product,\"pupil\",\"'=Pupil, \"\"class\"\" of a school that has quite a name\",16,80.00\r\n"
    "return,\"void\",\"\",1,48.00\r\n"
    "rounding,\"\",\"\",1,0.00\r\n"
    "sale,\"\",\"\",3,181.00\r\n"
    "slot,\"perm-1430\",\"\",8,128.00\r\n"
    "tax,\"190000\",\"\",0,0.80\r\n"
    "tax,\"70000\",\"\",0,8.37\r\n"
    "tender,\"card\",\"\",1,80.00\r\n"
    "tender,\"cash\",\"\",3,53.00\r\n"
    "tender-change,\"cash>card\",\"\",1,24.00\r\n"
    "training,\"\",\"\",2,48.00\r\n"
    "warrant,\"void\",\"\",1,0.00\r\n";

static void text(int columns, struct bx_buf *out)
{
    bx_buf_init(out, 0);
    bx_report_text(&head, &report, &names, columns, out);
}

static void test_text(void **state)
{
    (void)state;
    bx_buf_auto tabs, narrow;
    text(0, &tabs);
    assert_string_equal(bx_buf_text(&tabs), golden_tabs);
    text(32, &narrow);
    assert_string_equal(bx_buf_text(&narrow), golden_32);
}

static int lines_of(const char *text_of)
{
    int lines = 0;
    for (; *text_of; text_of++)
        lines += *text_of == '\n';
    return lines;
}

/* On any paper the same lines, none too wide, and every value at the right edge. */
static void test_widths(void **state)
{
    (void)state;
    static const int widths[] = {32, 42, 44, 48, 60, 80};
    for (size_t i = 0; i < bx_countof(widths); i++) {
        bx_buf_auto out;
        text(widths[i], &out);
        assert_int_equal(lines_of(bx_buf_text(&out)), 1 + lines_of(golden_tabs));
        const char *wide = golden_tabs;
        const char *title = strchr(bx_buf_text(&out), '\n');
        for (const char *line = title + 1; *line; line = strchr(line, '\n') + 1) {
            char copy[256];
            size_t len = strcspn(line, "\n");
            assert_true(len < sizeof(copy));
            memcpy(copy, line, len);
            copy[len] = '\0';
            bool valued = memchr(wide, '\t', strcspn(wide, "\n")) != NULL;
            if (valued)
                assert_int_equal(bx_text_columns(copy), widths[i]);
            assert_true((int)bx_text_columns(copy) <= widths[i]);
            wide = strchr(wide, '\n') + 1;
        }
    }
}

static void test_language(void **state)
{
    (void)state;
    bx_buf_auto out;
    bx_words_use("de");
    text(48, &out);
    char period[BX_PERIOD_TEXT];
    assert_string_equal(bx_report_period("2026-11-24", period), "24.11.2026");
    assert_string_equal(bx_report_period("2026-11", period), "11.2026");
    assert_string_equal(bx_report_period("2026", period), "2026");
    bx_words_use("en");
    assert_string_equal(bx_report_period("2026-11-24", period), "2026-11-24");
    assert_string_equal(bx_report_period("2026-11", period), "2026-11");
    assert_non_null(strstr(bx_buf_text(&out), ",00\n"));
    assert_null(strstr(bx_buf_text(&out), ".00\n"));
    assert_non_null(strstr(bx_buf_text(&out), "Z-Bericht 2-Z000017\n"));
    assert_non_null(strstr(bx_buf_text(&out), "Fortlaufende Summen\n"));
    assert_null(strstr(bx_buf_text(&out), "Expected"));
}

static void test_without_names(void **state)
{
    (void)state;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_report_text(&head, &report, NULL, 48, &out);
    assert_non_null(strstr(bx_buf_text(&out), "2 adult "));
}

static void test_csv(void **state)
{
    (void)state;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_report_csv(&head, &report, &names, &out);
    assert_string_equal(bx_buf_text(&out), golden_csv);
    bx_buf_clear(&out);
    bx_words_use("de");
    bx_report_csv(&head, &report, &names, &out);
    bx_words_use(NULL);
    assert_string_equal(bx_buf_text(&out), golden_csv);
}

static void test_json(void **state)
{
    (void)state;
    struct bx_fault fault;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_report_json(&head, &report, &names, &out);
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(bx_buf_text(&out), out.len, BX_BODY_MAX, &fault);
    assert_non_null(doc);
    bx_json *root = bx_json_root(doc);
    assert_string_equal(bx_json_text(bx_json_get(root, "number")), "2-Z000017");
    assert_int_equal(bx_json_integer(bx_json_get(root, "confirmed")), 96);
    bx_json *drawer = bx_json_first(bx_json_get(root, "drawers"));
    assert_int_equal(bx_json_integer(bx_json_get(drawer, "difference")), -50);
    assert_int_equal(bx_json_count(bx_json_get(root, "figures")), report.figures.count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_check),    cmocka_unit_test(test_the_largest),
        cmocka_unit_test(test_text),     cmocka_unit_test(test_widths),
        cmocka_unit_test(test_language), cmocka_unit_test(test_without_names),
        cmocka_unit_test(test_csv),      cmocka_unit_test(test_json),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, golden_read, golden_finish);
}
