/* SPDX-License-Identifier: Apache-2.0 */
/* Print jobs: once, in order, and never again blindly. */

#include "rig.h"

static struct bx_sale sale;

/* The last sale, decoded, and its row. */
static const struct bx_row *last_sale(struct rig *rig)
{
    struct bx_query query = {.kind = BX_QUERY_SALES, .limit = 1};
    size_t count;
    const struct bx_row *row = rig_read(rig, &query, &count);
    assert_int_equal(count, 1);
    assert_int_equal(bx_sale_decode(row->body, row->len, &sale, NULL), 0);
    return row;
}

static void one_job_at_a_time(void **state)
{
    struct rig *rig = *state;
    rig->prints = BX_JOB_NEW; /* says nothing */
    rig_keys(rig, "2a\n\n");
    assert_int_equal(rig->print_count, 1);
    assert_int_equal(rig->paper.ticket, 0);
    last_sale(rig);
    assert_string_equal(rig->paper.code.s, sale.tickets[0].code.s);
    assert_string_equal(rig->paper.venue, "Sample Museum");
    assert_string_equal(rig->paper.cashier, "Ana");
    struct bx_id first = rig->job.id;
    rig_report(rig, &first, BX_JOB_SPOOLED, "");
    assert_int_equal(rig->print_count, 2);
    assert_string_equal(rig->paper.code.s, sale.tickets[1].code.s);
    rig_report(rig, &first, BX_JOB_PRINTING, "");
    rig_report(rig, &first, BX_JOB_SPOOLED, ""); /* late */
    assert_int_equal(fake_journal_job(rig->journal, &first), BX_JOB_PRINTING);
    rig_report(rig, &first, BX_JOB_CONFIRMED, "");
    assert_int_equal(fake_journal_job(rig->journal, &first), BX_JOB_CONFIRMED);
    rig_report(rig, &first, BX_JOB_FAILED_SAFE, ""); /* nonsense */
    assert_int_equal(fake_journal_job(rig->journal, &first), BX_JOB_CONFIRMED);
    assert_int_equal(rig->print_count, 2);
}

static void only_what_never_left_is_tried_again(void **state)
{
    struct rig *rig = *state;
    rig->prints = BX_JOB_FAILED_SAFE;
    rig_keys(rig, "3p\n\n");
    assert_int_equal(rig->print_count, 1);
    struct bx_id job = rig->job.id;
    rig_wait(rig, 60000);
    int tries = rig->print_count;
    assert_true(tries >= 3 && tries < 10);
    rig->prints = BX_JOB_PRINTING;
    rig_wait(rig, 60000);
    assert_int_equal(rig->print_count, tries + 1);
    rig_report(rig, &job, BX_JOB_FAILED_SAFE, "out of paper"); /* paper moved: not safe */
    assert_int_equal(fake_journal_job(rig->journal, &job), BX_JOB_UNSURE);
    rig_wait(rig, 60000);
    assert_int_equal(rig->print_count, tries + 1);
}

static void unsure_is_asked_and_answered(void **state)
{
    struct rig *rig = *state;
    rig->prints = BX_JOB_UNSURE;
    rig_keys(rig, "3p\n\n");
    struct bx_id job = rig->job.id;
    assert_int_equal(rig->counts[BX_EFFECT_BELL], 1);
    rig_keys(rig, "Ry");
    assert_int_equal(rig_entries(rig, BX_KIND_PRINT_ANSWER), 1);
    assert_int_equal(fake_journal_job(rig->journal, &job), BX_JOB_CONFIRMED);
    assert_int_equal(rig->print_count, 1);
}

static void torn_is_the_same_code_as_a_copy(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\n");
    last_sale(rig);
    rig_command(rig, "{\"verb\":\"reprint\",\"number\":\"2-000001\",\"ticket\":2}");
    assert_int_equal(rig->exit, 0);
    assert_non_null(strstr(rig->json, "\"copy\":1"));
    assert_string_equal(rig->paper.code.s, sale.tickets[1].code.s);
    assert_int_equal(rig->paper.copy, 1);
    assert_false(rig->paper.replaced);
    rig_command(rig, "{\"verb\":\"reprint\",\"number\":\"1\",\"ticket\":2}");
    assert_int_equal(rig->paper.copy, 2);
    rig_command(rig, "{\"verb\":\"reprint\",\"number\":\"1\",\"ticket\":1}");
    assert_int_equal(rig->paper.copy, 1);
    rig_command(rig, "{\"verb\":\"reprint\",\"number\":\"1\",\"ticket\":0}");
    assert_int_equal(rig->paper.kind, BX_PAPER_RECEIPT);
    rig_command(rig, "{\"verb\":\"reprint\",\"number\":\"1\",\"ticket\":3}");
    assert_int_equal(rig->exit, 1);
    assert_int_equal(rig_entries(rig, BX_KIND_REPRINT), 4);
}

static void gone_is_a_new_code_for_good(void **state)
{
    struct rig *rig = *state;
    char json[128];
    rig_keys(rig, "2a\n\n");
    last_sale(rig);
    snprintf(json, sizeof(json), "{\"verb\":\"replace\",\"code\":\"%s\"}", sale.tickets[1].code.s);
    rig_command(rig, json);
    assert_int_equal(rig->exit, 0);
    struct bx_code new = rig->paper.code;
    assert_string_not_equal(new.s, sale.tickets[1].code.s);
    assert_true(rig->paper.replaced);
    assert_non_null(strstr(rig->json, sale.tickets[1].code.s));
    rig_command(rig, "{\"verb\":\"reprint\",\"number\":\"1\",\"ticket\":2}");
    assert_string_equal(rig->paper.code.s, new.s); /* never the old one again */
    assert_int_equal(rig->paper.copy, 1);
    snprintf(json, sizeof(json), "{\"verb\":\"replace\",\"code\":\"%s\"}", new.s);
    rig_command(rig, json);
    assert_int_equal(rig->exit, 0);
    assert_string_not_equal(rig->paper.code.s, new.s);
    assert_int_equal(rig_entries(rig, BX_KIND_REPLACE), 2);
}

static void a_replaced_ticket_is_not_printed_any_more(void **state)
{
    struct rig *rig = *state;
    rig->prints = BX_JOB_NEW;
    rig_keys(rig, "a\n\n");
    last_sale(rig);
    struct bx_id job = rig->job.id; /* the ticket; the receipt waits behind it */
    rig_report(rig, &job, BX_JOB_FAILED_SAFE, "out of paper");
    rig_command(rig, "{\"verb\":\"replace\",\"number\":\"1\",\"ticket\":1,\"reason\":\"unsure\"}");
    assert_int_equal(rig->exit, 0);
    assert_int_equal(fake_journal_job(rig->journal, &job), BX_JOB_CANCELLED);
    rig->prints = BX_JOB_SENT;
    rig_wait(rig, 60000);
    assert_false(bx_id_equal(&rig->job.id, &job));
}

static void after_a_restart_it_asks_and_does_not_print(void **state)
{
    struct rig *rig = *state;
    rig->prints = BX_JOB_NEW;
    rig_keys(rig, "3p\n\n");
    struct bx_id job = rig->job.id;
    rig_restart(rig, true);
    assert_int_equal(rig->ask_count, 1);
    rig_wait(rig, 60000);
    assert_int_equal(rig->print_count, 1);
    rig_report(rig, &job, BX_JOB_UNSURE, "nobody knows it");
    assert_int_equal(fake_journal_job(rig->journal, &job), BX_JOB_UNSURE);
    rig_wait(rig, 60000);
    assert_int_equal(rig->print_count, 1);
}

static void what_was_never_submitted_is_printed_after_a_restart(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_NOTE] = true;
    rig_keys(rig, "2a\n\n");
    assert_int_equal(rig->print_count, 0);
    rig->hold[BX_EFFECT_NOTE] = false;
    rig_restart(rig, false);
    rig_wait(rig, 1000);
    assert_int_equal(rig->ask_count, 0);
    assert_int_equal(rig->print_count, 3);
    last_sale(rig);
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
}

static void two_sales_in_a_row_print_their_own(void **state)
{
    struct rig *rig = *state;
    rig->prints = BX_JOB_NEW;
    rig_keys(rig, "a\n\n");
    rig_keys(rig, "c\n\n");
    last_sale(rig);
    struct bx_id job = rig->job.id;
    rig->prints = BX_JOB_SENT;
    rig_report(rig, &job, BX_JOB_SENT, "");
    assert_int_equal(rig->print_count, 4);
    assert_string_equal(rig->paper.number, "2-000002");
    assert_string_equal(rig->paper.sale.tickets[0].code.s, sale.tickets[0].code.s);
}

static void after_ten_minutes_it_is_cancelled(void **state)
{
    struct rig *rig = *state;
    rig->prints = BX_JOB_FAILED_SAFE;
    rig_keys(rig, "3p\n\n");
    struct bx_id job = rig->job.id;
    rig_wait(rig, 620000);
    assert_int_equal(fake_journal_job(rig->journal, &job), BX_JOB_CANCELLED);
    rig->prints = BX_JOB_SPOOLED;
    rig_keys(rig, "3p\n\n");
    job = rig->job.id;
    rig_wait(rig, 590000);
    assert_int_equal(rig->cancel_count, 0);
    rig_wait(rig, 60000);
    assert_int_equal(rig->cancel_count, 1);
    assert_int_equal(fake_journal_job(rig->journal, &job), BX_JOB_UNSURE);
}

static void a_report_about_nothing_is_dropped(void **state)
{
    struct rig *rig = *state;
    int64_t dropped = rig_facts(rig).dropped;
    struct bx_id job = {.b = {1}};
    rig_report(rig, &job, BX_JOB_CONFIRMED, "");
    assert_int_equal(rig_facts(rig).dropped, dropped + 1);
}

#define SELLING(test) cmocka_unit_test_setup_teardown(test, rig_open_selling, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SELLING(one_job_at_a_time),
        SELLING(only_what_never_left_is_tried_again),
        SELLING(unsure_is_asked_and_answered),
        SELLING(torn_is_the_same_code_as_a_copy),
        SELLING(gone_is_a_new_code_for_good),
        SELLING(a_replaced_ticket_is_not_printed_any_more),
        SELLING(after_a_restart_it_asks_and_does_not_print),
        SELLING(what_was_never_submitted_is_printed_after_a_restart),
        SELLING(two_sales_in_a_row_print_their_own),
        SELLING(after_ten_minutes_it_is_cancelled),
        SELLING(a_report_about_nothing_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
