/* SPDX-License-Identifier: Apache-2.0 */
/* FIND, SALE, PAPER and QUEUE. */
#include "bench.h"

#include "boxtill/base/text.h"

static enum bx_screen screen(void)
{
    return bench_view()->screen;
}

/* Two adults in cash, a child of 50.00, two adults and a book by card: numbers 1 to 3. */
static void sales_make(void)
{
    bench_keys("2a\n\n");
    bench_keys("c\n5000\n");
    bench_keys("2ab\nc");
    assert_int_equal(bench_sales(), 3);
}

/* Sends the queue; the server says OUTCOME of everything. */
static void server_back(enum bx_entry_outcome outcome)
{
    bench.rig->contact = BX_CONTACT_GOOD;
    bench.rig->outcome = outcome;
    bench_keys("QO\033");
    bench_wait(10000);
    assert_int_equal(bench_view()->waiting, 0);
}

static void last_paper(struct bx_paper_entry *ret)
{
    size_t count;
    struct bx_query query = {.kind = BX_QUERY_FROM, .from = bench.till->next_seq - 1, .limit = 1};
    const struct bx_row *rows = rig_read(bench.rig, &query, &count);
    assert_int_equal(count, 1);
    assert_int_equal(bx_paper_decode(rows[0].body, rows[0].len, ret, NULL), 0);
}

static void start_shows_the_last_sale(void **state)
{
    (void)state;
    sales_make();
    rig_restart(bench.rig, false);
    bench.till = bench.rig->till;
    assert_string_equal(bench_view()->last_number, "2-000003");
    assert_string_equal(bench_view()->last_text, "53.00 of 53.00, 0.00");
    assert_int_equal(bench_view()->last_count, 3);
    assert_string_equal(bench_view()->lasts[0].number, "2-000003");
    assert_string_equal(bench_view()->lasts[2].number, "2-000001");
    assert_int_not_equal(screen(), BX_SCREEN_CHANGE);
}

static void find_lists_the_last_sales(void **state)
{
    (void)state;
    sales_make();
    bench_keys("F");
    const struct bx_till_view *v = bench_view();
    assert_int_equal(v->row_count, 3);
    assert_string_equal(v->rows[0].a, "2-000003");
    assert_non_null(strstr(v->rows[0].b, "2 Adult, 1 Book"));
    assert_string_equal(v->rows[0].c, "queued");
    assert_string_equal(v->rows[0].d, "53.00");
    assert_true(v->rows[0].selected);
    bench_key(BX_KEY_DOWN);
    assert_true(bench_view()->rows[1].selected);
    bench_keys("\033");
    server_back(BX_ENTRY_RECORDED);
    bench_keys("F");
    assert_string_equal(bench_view()->rows[0].c, "sent");
}

static void find_narrows_by_what_is_typed(void **state)
{
    (void)state;
    sales_make();
    bench_keys("F");
    bench_keys("adult 48");
    assert_int_equal(bench_view()->row_count, 1);
    assert_string_equal(bench_view()->rows[0].a, "2-000001");
    bench_keys("\n");
    assert_int_equal(screen(), BX_SCREEN_SALE);
    assert_non_null(strstr(bench_view()->title, "2-000001"));
}

static void find_writes_capitals_after_the_first_character(void **state)
{
    (void)state;
    bench_keys("F");
    bench_keys("aFRQL/:?");
    assert_int_equal(screen(), BX_SCREEN_FIND);
    assert_string_equal(bench_view()->input, "aFRQL/:?");
}

static void find_by_number(void **state)
{
    (void)state;
    sales_make();
    static const char *const typed[] = {"1\n", "2-1\n", "2-000001\n"};
    for (size_t i = 0; i < bx_countof(typed); i++) {
        bench_keys("F");
        bench_keys(typed[i]);
        assert_int_equal(screen(), BX_SCREEN_SALE);
        assert_true(strncmp(bench_view()->title, "2-000001  Today", 15) == 0);
        bench_keys("\033\033");
        assert_int_equal(screen(), BX_SCREEN_SELL);
    }
    bench_keys("F");
    bench_keys("99\n");
    assert_non_null(strstr(bench_view()->say, "2-000099"));
    assert_int_equal(screen(), BX_SCREEN_FIND);
}

static void find_by_typed_code(void **state)
{
    (void)state;
    struct bx_code code = bench_code(1);
    bench_keys("F");
    bench_keys(code.s); /* slowly: 1.2 s a key */
    assert_string_equal(bench_view()->input, code.s);
    bench_keys("\n");
    assert_int_equal(bench_query()->kind, BX_QUERY_CODE);
    assert_string_equal(bench_query()->text, code.s);
}

static void an_answer_to_an_older_read_is_nobodys(void **state)
{
    (void)state;
    sales_make();
    bench_hold_reads(true);
    bench_keys("F");
    struct bx_event event = {.kind = BX_EVENT_ROWS};
    struct bx_query query = {.kind = BX_QUERY_SALES, .limit = 3};
    int64_t dropped = rig_facts(bench.rig).dropped;
    size_t count;
    event.of.rows.rows = rig_read(bench.rig, &query, &count);
    event.of.rows.count = count;
    event.of.rows.request = bench.till->counter.read_request - 1;
    rig_event(bench.rig, &event);
    assert_int_equal(bench_view()->row_count, 0);
    assert_int_equal(rig_facts(bench.rig).dropped, dropped + 1);
    event.of.rows.request++;
    rig_event(bench.rig, &event);
    assert_int_equal(bench_view()->row_count, 3);
}

static void a_read_that_fails_is_said(void **state)
{
    (void)state;
    bench_hold_reads(true);
    bench_keys("F");
    struct bx_event event = {.kind = BX_EVENT_ROWS};
    event.of.rows.request = bench.till->counter.read_request;
    bx_fault_say(&event.of.rows.fault, BX_ERR_IO, "The disk does not answer.");
    rig_event(bench.rig, &event);
    assert_string_equal(bench_view()->say, "The disk does not answer.");
}

static void sale_open(void)
{
    bench_keys("F\n");
    assert_int_equal(screen(), BX_SCREEN_SALE);
    assert_int_equal(bench_query()->kind, BX_QUERY_ABOUT);
}

static void sale_prints_again(void **state)
{
    (void)state;
    struct bx_paper_entry paper;
    sales_make();
    sale_open();
    const struct bx_till_view *v = bench_view();
    assert_int_equal(v->row_count, 3); /* receipt, two tickets; a book has none */
    assert_string_equal(v->rows[0].b, "Receipt");
    assert_string_equal(v->rows[1].b, "Ticket 1 of 2  14:30 Adult");
    bench_key(BX_KEY_DOWN);
    bench_key(BX_KEY_DOWN);
    bench_wait(1200);
    bench_keys("t");
    assert_int_equal(bench_count(BX_KIND_REPRINT), 1);
    last_paper(&paper);
    assert_int_equal(paper.ticket, 1);
    assert_int_equal(paper.copy, 1);
    bench_keys("r");
    assert_int_equal(bench_count(BX_KIND_REPRINT), 2);
    last_paper(&paper);
    assert_int_equal(paper.ticket, -1);
}

static void replacing_asks(void **state)
{
    (void)state;
    struct bx_paper_entry paper;
    sales_make();
    sale_open();
    bench_keys("g"); /* the receipt */
    assert_string_equal(bench_view()->ask, "");
    assert_string_not_equal(bench_view()->say, "");
    bench_key(BX_KEY_DOWN);
    bench_keys("g");
    assert_string_equal(bench_view()->ask, "Replace the ticket");
    bench_keys("g"); /* the key that asks does not confirm */
    bench_keys("\n");
    assert_int_equal(bench_count(BX_KIND_REPLACE), 0);
    assert_string_equal(bench_view()->ask, "");
    bench_keys("gy");
    assert_int_equal(bench_count(BX_KIND_REPLACE), 1);
    last_paper(&paper);
    assert_int_equal(paper.ticket, 0);
    assert_string_equal(paper.reason, "lost");
}

static void sale_shows_what_became_of_its_papers(void **state)
{
    (void)state;
    sales_make();
    sale_open();
    bench_key(BX_KEY_DOWN);
    bench_key(BX_KEY_DOWN);
    bench_wait(1200);
    bench_keys("tgy");
    bench_wait(6000);
    assert_non_null(strstr(bench_view()->rows[2].c, "replaced, 1 copy"));
    assert_null(strstr(bench_view()->rows[1].c, "replaced"));
}

static void paper_goes_to_what_is_unsure(void **state)
{
    (void)state;
    struct bx_paper_entry paper;
    bench_keys("2a\n\n");
    bench.rig->prints = BX_JOB_UNSURE;
    bench_keys("c\n\n");
    bench.rig->prints = BX_JOB_CONFIRMED;
    bench_keys("2ab\nc");
    assert_string_equal(bench_view()->printer, "2 unsure: R");
    bench_keys("R");
    const struct bx_till_view *v = bench_view();
    assert_int_equal(v->row_count, 3 + 2 + 3);
    assert_true(v->rows[3].selected);
    assert_string_equal(v->rows[3].a, "2-000002");
    assert_string_equal(v->rows[3].c, "unsure: is it here?");
    assert_string_equal(v->rows[1].c, "good");
    bench_keys("y");
    assert_int_equal(bench_count(BX_KIND_PRINT_ANSWER), 1);
    assert_string_equal(bench_view()->rows[3].c, "good");
    bench_key(BX_KEY_DOWN);
    bench_keys("gy");
    assert_int_equal(bench_count(BX_KIND_REPLACE), 1);
    last_paper(&paper);
    assert_string_equal(paper.reason, "unsure");
    assert_int_equal(paper.ticket, 0);
}

static void an_old_unsure_document_is_fetched(void **state)
{
    (void)state;
    bench.till->config.print_receipt = false;
    bench.rig->prints = BX_JOB_UNSURE;
    bench_keys("c\n\n");
    bench.rig->prints = BX_JOB_SENT;
    for (int i = 0; i < 9; i++)
        bench_keys("a\n\n");
    bench_keys("R");
    assert_int_equal(bench_query()->kind, BX_QUERY_FROM);
    const struct bx_till_view *v = bench_view();
    assert_int_equal(v->row_count, 8 * 2 + 2);
    assert_string_equal(v->rows[17].a, "2-000001");
    assert_true(v->rows[17].selected);
}

static void queue_shows_attention_first(void **state)
{
    (void)state;
    bench_keys("2a\n\n");
    server_back(BX_ENTRY_RECORDED_TASK);
    int64_t attention = bench_view()->attention;
    assert_true(attention > 0);
    bench_keys("QO\033");
    bench_keys("c\n\n");
    bench_keys("Q");
    const struct bx_till_view *v = bench_view();
    assert_int_equal(v->row_count, attention + v->waiting);
    assert_non_null(strstr(v->title, "need"));
    for (int i = 0; i < (int)v->row_count; i++) {
        bool first = i < attention;
        assert_int_equal(strncmp(v->rows[i].c, "needs attention", 15) == 0, first);
        assert_int_equal(v->rows[i].tone, first ? BX_TONE_BAD : BX_TONE_PLAIN);
        if (!first) {
            assert_non_null(strstr(v->rows[i].c, "old, offline by choice"));
        }
    }
}

static void settling_wants_a_reason(void **state)
{
    (void)state;
    char about[BX_ABOUT_MAX + 1];
    int64_t n;
    size_t count;
    bench_keys("2a\n\n");
    server_back(BX_ENTRY_CONFLICT);
    int64_t attention = bench_view()->attention;
    bench_keys("QO");
    int64_t seq = bx_items_row(bench.till, bx_items_at(bench.till, 0))->head.seq;
    bench_keys("S");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("\n"); /* no reason: no */
    assert_int_equal(bench_count(BX_KIND_SETTLE), 0);
    bench_keys("called Anna\b\n8\n1234\n"); /* a conflict is a supervisor's */
    assert_int_equal(bench_count(BX_KIND_SETTLE), 1);
    struct bx_query query = {.kind = BX_QUERY_FROM, .from = bench.till->next_seq - 1, .limit = 1};
    const struct bx_row *row = rig_read(bench.rig, &query, &count);
    assert_int_equal(bx_note_decode(row->body, row->len, about, sizeof(about), &n, NULL), 0);
    assert_string_equal(about, "accept by 8: called Ann");
    assert_int_equal(n, seq);
    bench_wait(6000);
    assert_int_equal(bench_view()->attention, attention - 1);
    bench_key(BX_KEY_END);
    bench_keys("S"); /* queued only */
    assert_string_equal(bench_view()->ask, "");
}

static void queue_acts(void **state)
{
    (void)state;
    bench_keys("c\n\n");
    bench.rig->contact = BX_CONTACT_GOOD;
    bench_keys("QT");
    assert_string_equal(bench_view()->link, "offline by choice");
    assert_int_equal(bench.rig->counts[BX_EFFECT_SEND], 0);
    bench_keys("O");
    assert_int_not_equal(bench.rig->counts[BX_EFFECT_SEND], 0);
    assert_string_equal(bench_view()->link, "online");
    bench_keys("O");
    assert_string_equal(bench_view()->link, "offline by choice");
}

static void queue_follows_the_server(void **state)
{
    (void)state;
    bench_keys("c\n\n");
    bench_keys("Q");
    assert_true(bench_view()->row_count > 0);
    bench.rig->contact = BX_CONTACT_GOOD;
    bench_keys("O");
    bench_wait(15000);
    assert_int_equal(bench_view()->row_count, 0);
    assert_string_equal(bench_view()->title, "Queue: 0 waiting, 0 need attention");
}

static void long_lists_show_a_window(void **state)
{
    (void)state;
    static struct bx_row many[200];
    struct bx_query query = {.kind = BX_QUERY_SALES, .limit = 1};
    size_t count;
    sales_make();
    const struct bx_row *row = rig_read(bench.rig, &query, &count);
    for (int i = 0; i < 200; i++)
        many[i] = row[0];
    bench_hold_reads(true);
    bench_keys("F");
    bench_rows(many, 200);
    for (int i = 0; i < 150; i++)
        bench_key(BX_KEY_DOWN);
    const struct bx_till_view *v = bench_view();
    assert_int_equal(v->row_total, 200);
    assert_int_equal(v->row_count, BX_VIEW_ROWS);
    assert_true(v->rows[150 - v->row_first].selected);
    bench_key(BX_KEY_END);
    v = bench_view();
    assert_true(v->rows[BX_VIEW_ROWS - 1].selected);
}

#define list_test(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        list_test(start_shows_the_last_sale),
        list_test(find_lists_the_last_sales),
        list_test(find_narrows_by_what_is_typed),
        list_test(find_writes_capitals_after_the_first_character),
        list_test(find_by_number),
        list_test(find_by_typed_code),
        list_test(an_answer_to_an_older_read_is_nobodys),
        list_test(a_read_that_fails_is_said),
        list_test(sale_prints_again),
        list_test(replacing_asks),
        list_test(sale_shows_what_became_of_its_papers),
        list_test(paper_goes_to_what_is_unsure),
        list_test(an_old_unsure_document_is_fetched),
        list_test(queue_shows_attention_first),
        list_test(settling_wants_a_reason),
        list_test(queue_acts),
        list_test(queue_follows_the_server),
        list_test(long_lists_show_a_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
