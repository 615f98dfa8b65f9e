/* SPDX-License-Identifier: Apache-2.0 */
/* FIND, SALE, PAPER and QUEUE. */
#include "stub.h"

#include "boxtill/base/text.h"

static enum bx_screen screen(void)
{
    return stub_view()->screen;
}

/* Three sales; rows newest first, bodies kept. */
static struct bx_row rows[3];
static char *bodies[3];

static void sales_make(void)
{
    static const char *const sold[] = {"2a\n\n", "c\n5000\n", "2ab\nc"};
    for (int i = 0; i < 3; i++) {
        stub_keys(sold[i]);
        struct bx_row row = stub_row();
        bx_free(bodies[i]);
        bodies[i] = bx_strdup(row.body);
        row.body = bodies[i];
        rows[2 - i] = row;
    }
    assert_int_equal(stub.sales, 3);
}

static void job_add(int64_t sale, int ticket, enum bx_job_state state)
{
    struct bx_papers *papers = &stub.till->papers;
    papers->jobs = bx_realloc(papers->jobs, papers->count + 1, sizeof(*papers->jobs));
    papers->jobs[papers->count++] = (struct bx_print_job){
        .seq = sale,
        .sale = sale,
        .kind = ticket < 0 ? BX_JOB_RECEIPT : BX_JOB_TICKET,
        .ticket = ticket,
        .state = state,
    };
}

static void start_shows_the_last_sale(void **state)
{
    (void)state;
    sales_make();
    struct bx_row last = rows[0];
    bx_counter_finish(stub.till);
    bx_counter_init(stub.till);
    bx_counter_start(stub.till);
    assert_int_equal(stub_query()->kind, BX_QUERY_SALES);
    assert_int_equal(stub_query()->limit, 1);
    stub_rows(&last, 1);
    assert_string_equal(stub_view()->last_number, "2-000414");
    assert_string_equal(stub_view()->last_text, "53.00 of 53.00, 0.00");
    assert_int_equal(screen(), BX_SCREEN_SELL);
}

static void find_lists_the_last_sales(void **state)
{
    (void)state;
    sales_make();
    rows[1].answered = true;
    rows[1].answer.outcome = BX_ENTRY_RECORDED;
    rows[2].answered = true;
    rows[2].answer.outcome = BX_ENTRY_RECORDED_TASK;
    stub_keys("F");
    assert_int_equal(stub_query()->kind, BX_QUERY_SALES);
    stub_rows(rows, 3);
    const struct bx_till_view *v = stub_view();
    assert_int_equal(v->row_count, 3);
    assert_string_equal(v->rows[0].a, "2-000414");
    assert_non_null(strstr(v->rows[0].b, "2 Adult, 1 Book"));
    assert_string_equal(v->rows[0].c, "queued");
    assert_string_equal(v->rows[0].d, "53.00");
    assert_string_equal(v->rows[1].c, "sent");
    assert_string_equal(v->rows[2].c, "needs attention");
    assert_true(v->rows[0].selected);
    stub_key(BX_KEY_DOWN);
    assert_true(stub_view()->rows[1].selected);
}

static void find_narrows_by_what_is_typed(void **state)
{
    (void)state;
    sales_make();
    stub_keys("F");
    stub_rows(rows, 3);
    stub_keys("adult 48");
    assert_int_equal(stub_view()->row_count, 1);
    assert_string_equal(stub_view()->rows[0].a, "2-000412");
    stub_keys("\n");
    assert_int_equal(screen(), BX_SCREEN_SALE);
    assert_non_null(strstr(stub_view()->title, "2-000412"));
}

static void find_writes_capitals_after_the_first_character(void **state)
{
    (void)state;
    stub_keys("F");
    stub_rows(NULL, 0);
    stub_keys("aFRQL/:?");
    assert_int_equal(screen(), BX_SCREEN_FIND);
    assert_string_equal(stub_view()->input, "aFRQL/:?");
}

static void find_by_number(void **state)
{
    (void)state;
    sales_make();
    static const char *const typed[] = {"412\n", "2-412\n", "2-000412\n"};
    for (size_t i = 0; i < bx_countof(typed); i++) {
        stub_keys("F");
        stub_rows(NULL, 0);
        stub_keys(typed[i]);
        assert_int_equal(stub_query()->kind, BX_QUERY_NUMBER);
        assert_string_equal(stub_query()->text, "2-000412");
        stub_rows(&rows[2], 1);
        assert_int_equal(screen(), BX_SCREEN_SALE);
        stub_rows(NULL, 0);
        stub_keys("\033\033");
        assert_int_equal(screen(), BX_SCREEN_SELL);
    }
    stub_keys("F");
    stub_rows(NULL, 0);
    stub_keys("99\n");
    stub_rows(NULL, 0);
    assert_non_null(strstr(stub_view()->say, "2-000099"));
    assert_int_equal(screen(), BX_SCREEN_FIND);
}

static void find_by_typed_code(void **state)
{
    (void)state;
    struct bx_code code = stub_code(1);
    stub_keys("F");
    stub_rows(NULL, 0);
    stub_keys(code.s); /* slowly: 1.2 s a key */
    assert_string_equal(stub_view()->input, code.s);
    stub_keys("\n");
    assert_int_equal(stub_query()->kind, BX_QUERY_CODE);
    assert_string_equal(stub_query()->text, code.s);
}

static void an_answer_to_an_older_read_is_nobodys(void **state)
{
    (void)state;
    sales_make();
    stub_keys("F");
    struct bx_event event = {.kind = BX_EVENT_ROWS};
    event.of.rows.request = stub.till->counter.read_request - 1;
    event.of.rows.rows = rows;
    event.of.rows.count = 3;
    bx_counter_rows(stub.till, &event);
    assert_int_equal(stub_view()->row_count, 0);
    stub_rows(rows, 1);
    assert_int_equal(stub_view()->row_count, 1);
}

static void a_read_that_fails_is_said(void **state)
{
    (void)state;
    stub_keys("F");
    struct bx_event event = {.kind = BX_EVENT_ROWS};
    event.of.rows.request = stub.till->counter.read_request;
    bx_fault_say(&event.of.rows.fault, BX_ERR_IO, "The disk does not answer.");
    bx_counter_rows(stub.till, &event);
    assert_string_equal(stub_view()->say, "The disk does not answer.");
}

static void sale_open(void)
{
    stub_keys("F");
    stub_rows(rows, 3);
    stub_keys("\n");
    assert_int_equal(stub_query()->kind, BX_QUERY_ABOUT);
    stub_rows(NULL, 0);
}

static void sale_prints_again(void **state)
{
    (void)state;
    sales_make();
    sale_open();
    const struct bx_till_view *v = stub_view();
    assert_int_equal(v->row_count, 3); /* receipt, two tickets; a book has none */
    assert_string_equal(v->rows[0].b, "Receipt");
    assert_string_equal(v->rows[1].b, "Ticket 1 of 2  14:30 Adult");
    stub_key(BX_KEY_DOWN);
    stub_key(BX_KEY_DOWN);
    stub_wait(1200);
    stub_keys("t");
    assert_int_equal(stub.reprints, 1);
    assert_int_equal(stub.last_ticket, 1);
    stub_keys("r");
    assert_int_equal(stub.reprints, 2);
    assert_int_equal(stub.last_ticket, -1);
}

static void replacing_asks(void **state)
{
    (void)state;
    sales_make();
    sale_open();
    stub_keys("g"); /* the receipt */
    assert_string_equal(stub_view()->ask, "");
    assert_string_not_equal(stub_view()->say, "");
    stub_key(BX_KEY_DOWN);
    stub_keys("g");
    assert_string_equal(stub_view()->ask, "Replace the ticket");
    stub_keys("g"); /* the key that asks does not confirm */
    stub_keys("\n");
    assert_int_equal(stub.replacements, 0);
    assert_string_equal(stub_view()->ask, "");
    stub_keys("gy");
    assert_int_equal(stub.replacements, 1);
    assert_int_equal(stub.last_ticket, 0);
    assert_string_equal(stub.last_text, "lost");
}

static void sale_shows_what_became_of_its_papers(void **state)
{
    (void)state;
    sales_make();
    stub_keys("F");
    stub_rows(rows, 3);
    stub_keys("\n");
    struct bx_entry_head head = rows[0].head;
    struct bx_paper_entry paper = {.sale = rows[0].head.id, .ticket = 1, .copy = 1};
    struct bx_buf body[2];
    struct bx_row about[2];
    paper.code = stub_code(1);
    for (int i = 0; i < 2; i++) {
        bx_buf_init(&body[i], BX_BODY_MAX);
        head.kind = i == 0 ? BX_KIND_REPRINT : BX_KIND_REPLACE;
        head.number[0] = '\0';
        head.seq++;
        BX_TEXT_COPY(paper.reason, i == 0 ? "torn" : "lost");
        if (i == 1) {
            paper.copy = 0;
            paper.old = stub_code(2);
        }
        assert_int_equal(bx_paper_encode(&head, &paper, &body[i]), 0);
        about[i] = (struct bx_row){.head = head, .body = bx_buf_text(&body[i]), .len = body[i].len};
    }
    stub_rows(about, 2);
    assert_non_null(strstr(stub_view()->rows[2].c, "replaced, 1 copy"));
    assert_null(strstr(stub_view()->rows[1].c, "replaced"));
    bx_buf_finish(&body[0]);
    bx_buf_finish(&body[1]);
}

static void paper_goes_to_what_is_unsure(void **state)
{
    (void)state;
    sales_make();
    int64_t seq = rows[1].head.seq;
    job_add(rows[0].head.seq, 0, BX_JOB_CONFIRMED);
    job_add(seq, 0, BX_JOB_UNSURE);
    assert_string_equal(stub_view()->printer, "1 unsure: R");
    stub_keys("R");
    stub_rows(rows, 3);
    const struct bx_till_view *v = stub_view();
    assert_int_equal(v->row_count, 3 + 2 + 3);
    assert_true(v->rows[4].selected);
    assert_string_equal(v->rows[4].a, "2-000413");
    assert_string_equal(v->rows[4].c, "unsure: is it here?");
    assert_string_equal(v->rows[1].c, "good");
    stub_keys("y");
    assert_int_equal(stub.in_hands, 1);
    stub_keys("gy");
    assert_int_equal(stub.replacements, 1);
    assert_string_equal(stub.last_text, "unsure");
    stub.till->papers.jobs = bx_free(stub.till->papers.jobs);
    stub.till->papers.count = 0;
}

static void an_old_unsure_document_is_fetched(void **state)
{
    (void)state;
    sales_make();
    job_add(rows[2].head.seq, 1, BX_JOB_UNSURE);
    stub_keys("R");
    stub_rows(rows, 1);
    assert_int_equal(stub_query()->kind, BX_QUERY_FROM);
    assert_int_equal(stub_query()->from, rows[2].head.seq);
    stub_rows(&rows[2], 1);
    assert_int_equal(stub.till->counter.read_request, 0);
    assert_int_equal(stub_view()->row_count, 3 + 3);
    assert_true(stub_view()->rows[5].selected);
    stub.till->papers.jobs = bx_free(stub.till->papers.jobs);
    stub.till->papers.count = 0;
}

static void queue_shows_attention_first(void **state)
{
    (void)state;
    sales_make();
    stub.till->link.queued = 2;
    stub.till->link.attention = 1;
    stub.till->link.forced = true;
    rows[2].answered = true;
    rows[2].answer.outcome = BX_ENTRY_RECORDED_TASK;
    BX_TEXT_COPY(rows[2].answer.say, "The price had changed.");
    stub_keys("Q");
    assert_int_equal(stub_query()->kind, BX_QUERY_ATTENTION);
    stub_rows(&rows[2], 1);
    assert_int_equal(stub_query()->kind, BX_QUERY_QUEUED);
    stub_rows(rows, 2);
    const struct bx_till_view *v = stub_view();
    assert_int_equal(v->row_count, 3);
    assert_string_equal(v->title, "Queue: 2 waiting, 1 needs attention");
    assert_string_equal(v->rows[0].c, "needs attention: The price had changed.");
    assert_int_equal(v->rows[0].tone, BX_TONE_BAD);
    assert_non_null(strstr(v->rows[1].c, "offline by choice, "));
    assert_non_null(strstr(v->rows[1].c, " old"));
}

static void settling_wants_a_reason(void **state)
{
    (void)state;
    sales_make();
    rows[2].answered = true;
    rows[2].answer.outcome = BX_ENTRY_CONFLICT;
    stub_keys("Q");
    stub_rows(&rows[2], 1);
    stub_rows(rows, 2);
    stub_keys("S");
    assert_true(stub_view()->ask_input);
    stub_keys("\n"); /* no reason: no */
    assert_int_equal(stub.notes, 0);
    stub_keys("Scalled Anna\b\n");
    assert_int_equal(stub.notes, 1);
    assert_string_equal(stub.last_text, "called Ann");
    assert_int_equal(stub.last_ticket, rows[2].head.seq);
    stub_key(BX_KEY_DOWN);
    stub_keys("S"); /* queued only */
    assert_string_equal(stub_view()->ask, "");
}

static void queue_acts(void **state)
{
    (void)state;
    stub_keys("Q");
    stub_rows(NULL, 0);
    stub_rows(NULL, 0);
    stub_keys("T");
    assert_int_equal(stub.tries, 1);
    stub_keys("O");
    assert_true(stub.till->link.forced);
    assert_string_equal(stub_view()->link, "offline by choice");
    stub_keys("T");
    assert_int_equal(stub.tries, 1);
    stub_keys("O");
    assert_false(stub.till->link.forced);
}

static void queue_follows_the_server(void **state)
{
    (void)state;
    stub.till->link.queued = 3;
    stub_keys("Q");
    stub_rows(NULL, 0);
    stub_rows(NULL, 0);
    stub_wait(1000);
    assert_int_equal(stub.till->counter.read_request, 0);
    stub.till->link.queued = 0;
    stub_wait(1000);
    assert_int_equal(stub_query()->kind, BX_QUERY_ATTENTION);
}

static void long_lists_show_a_window(void **state)
{
    (void)state;
    static struct bx_row many[200];
    sales_make();
    for (int i = 0; i < 200; i++)
        many[i] = rows[0];
    stub_keys("F");
    stub_rows(many, 200);
    for (int i = 0; i < 150; i++)
        stub_key(BX_KEY_DOWN);
    const struct bx_till_view *v = stub_view();
    assert_int_equal(v->row_total, 200);
    assert_int_equal(v->row_count, BX_VIEW_ROWS);
    assert_true(v->rows[150 - v->row_first].selected);
    stub_key(BX_KEY_END);
    v = stub_view();
    assert_true(v->rows[BX_VIEW_ROWS - 1].selected);
}

#define list_test(name) cmocka_unit_test_setup_teardown(name, stub_open, stub_close)

static int bodies_free(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        bodies[i] = bx_free(bodies[i]);
    return 0;
}

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
    return cmocka_run_group_tests(tests, NULL, bodies_free);
}
