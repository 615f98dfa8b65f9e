/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken back, moved and printed again: never more than there is, and never twice. */

#include "rig.h"
#include "till/core.h"

static struct bx_sale sale;
static struct bx_entry_head head;

/* The newest entry of KIND, decoded into `head` and `sale`. */
static void newest(struct rig *rig, enum bx_kind kind)
{
    struct bx_query query = {.kind = BX_QUERY_KIND, .entry_kind = kind, .limit = 1};
    size_t count;
    const struct bx_row *row = rig_read(rig, &query, &count);
    assert_int_equal(count, 1);
    assert_int_equal(bx_sale_read(row->body, row->len, &head, &sale, NULL), 0);
}

static void command(struct rig *rig, const char *json, int exit)
{
    rig_command(rig, json);
    rig_wait(rig, 100);
    if (rig->exit != exit)
        fail_msg("%s: exit %d: %s", json, rig->exit, rig->text);
}

static void sell(struct rig *rig, const char *basket, const char *tenders)
{
    char json[200];
    snprintf(json, sizeof(json), "{\"verb\":\"sell\",\"basket\":\"%s\",\"tenders\":[%s]}", basket,
             tenders);
    command(rig, json, 0);
}

static int64_t tender(enum bx_tender_kind kind)
{
    int64_t sum = 0;
    for (int i = 0; i < sale.tender_count; i++)
        if (sale.tenders[i].kind == kind)
            sum += sale.tenders[i].amount.minor;
    return sum;
}

#define VOID(number) "{\"verb\":\"void\",\"number\":\"" number "\",\"note\":\"wrong button\"}"
#define REFUND(more) "{\"verb\":\"refund\",\"note\":\"asked for\"," more "}"

static void a_void_undoes_the_whole_sale(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2ac\n2000c5000\n");
    newest(rig, BX_KIND_SALE);
    struct bx_sale before = sale;
    int drawers = rig->counts[BX_EFFECT_DRAWER];
    command(rig, VOID("1"), 0);
    assert_non_null(strstr(rig->json, "2-V000001"));
    newest(rig, BX_KIND_VOID);
    assert_string_equal(head.number, "2-V000001");
    assert_true(bx_id_equal(&sale.of, &before.basket.id));
    assert_int_equal(bx_sale_due(&sale).minor, -before.totals.total.minor);
    assert_int_equal(sale.rounding.minor, -before.rounding.minor);
    assert_int_equal(sale.back_ticket_count, 3);
    assert_int_equal(sale.warrant_count, 1);
    assert_string_equal(sale.warrants[0].note, "wrong button");
    assert_int_equal(rig->counts[BX_EFFECT_DRAWER], drawers + 1);
    command(rig, VOID("1"), 1);
    command(rig, REFUND("\"number\":\"1\""), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_VOID), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 0);
}

static void a_void_wants_a_reason_and_somebody_who_may(void **state)
{
    struct rig *rig = *state;
    sell(rig, "a", "\"cash\"");
    command(rig, "{\"verb\":\"void\",\"number\":\"1\"}", 1);
    command(rig, "{\"verb\":\"logout\"}", 0);
    command(rig, VOID("1"), 1);
    command(rig, "{\"verb\":\"login\",\"number\":9,\"pin\":\"1234\"}", 0);
    command(rig, VOID("1"), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_VOID), 0);
}

static void unsent_sent_or_unsure_makes_no_difference(void **state)
{
    struct rig *rig = *state;
    rig->contact = BX_CONTACT_AGAIN; /* unsent, and nobody to ask */
    rig->prints = BX_JOB_UNSURE;
    sell(rig, "a", "\"cash\"");
    struct bx_id job = rig->job.id;
    assert_int_equal(fake_journal_job(rig->journal, &job), BX_JOB_UNSURE);
    command(rig, VOID("1"), 0);
    assert_int_equal(fake_journal_job(rig->journal, &job), BX_JOB_CANCELLED);
    rig->prints = BX_JOB_SENT;
    rig->contact = BX_CONTACT_GOOD;
    rig_wait(rig, 60000);
    sell(rig, "a", "\"cash\"");
    rig_wait(rig, 10000);
    assert_int_equal(rig_facts(rig).queued, 0);
    command(rig, VOID("2"), 0);
    assert_int_equal(rig_entries(rig, BX_KIND_VOID), 2);
}

static void what_was_voided_is_printed_no_more(void **state)
{
    struct rig *rig = *state;
    rig->prints = BX_JOB_NEW; /* the first stays at the printer */
    sell(rig, "2a", "\"cash\"");
    struct bx_id job = rig->job.id;
    command(rig, VOID("1"), 0);
    rig_report(rig, &job, BX_JOB_CANCELLED, "");
    rig->prints = BX_JOB_SENT;
    rig_wait(rig, 30000);
    assert_int_equal(rig->paper.kind, BX_PAPER_RECEIPT); /* of the void */
    assert_string_equal(rig->paper.number, "2-V000001");
    assert_string_equal(rig->paper.title, "for 2-000001");
    assert_int_equal(rig->print_count, 2);
    command(rig, "{\"verb\":\"reprint\",\"number\":\"1\",\"ticket\":1}", 1);
    command(rig, "{\"verb\":\"replace\",\"number\":\"1\",\"ticket\":2}", 1);
}

static void a_split_tender_goes_back_as_it_came(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n2000c3000\n");
    command(rig, REFUND("\"number\":\"1\",\"tickets\":[1]"), 0);
    newest(rig, BX_KIND_REFUND);
    assert_int_equal(bx_sale_due(&sale).minor, -2400);
    assert_int_equal(tender(BX_TENDER_CASH), -2400);
    assert_int_equal(sale.back_ticket_count, 1);
    assert_int_equal(sale.back_tickets[0], 0);
    command(rig, REFUND("\"number\":\"1\""), 0);
    newest(rig, BX_KIND_REFUND);
    assert_int_equal(tender(BX_TENDER_CASH), -400);
    assert_int_equal(tender(BX_TENDER_CARD), -2000);
    assert_int_equal(sale.back_tickets[0], 1);
}

static void a_ticket_comes_back_once(void **state)
{
    struct rig *rig = *state;
    char json[160];
    sell(rig, "2a", "\"cash\"");
    newest(rig, BX_KIND_SALE);
    snprintf(json, sizeof(json), REFUND("\"code\":\"%s\""), sale.tickets[1].code.s);
    command(rig, json, 0);
    command(rig, json, 1);
    command(rig, REFUND("\"number\":\"1\",\"tickets\":[2]"), 1);
    command(rig, VOID("1"), 1); /* not whole any more */
    command(rig, REFUND("\"number\":\"1\",\"tickets\":[1]"), 0);
    command(rig, REFUND("\"number\":\"1\""), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 2);
}

static void a_replaced_ticket_is_worth_nothing(void **state)
{
    struct rig *rig = *state;
    char json[160];
    sell(rig, "a", "\"cash\"");
    newest(rig, BX_KIND_SALE);
    struct bx_code old = sale.tickets[0].code;
    command(rig, "{\"verb\":\"replace\",\"number\":\"1\",\"ticket\":1}", 0);
    snprintf(json, sizeof(json), REFUND("\"code\":\"%s\""), old.s);
    command(rig, json, 1);
    snprintf(json, sizeof(json), REFUND("\"code\":\"%s\""), rig->paper.code.s);
    command(rig, json, 0);
}

static void rounding_goes_back_with_it(void **state)
{
    struct rig *rig = *state;
    sell(rig, "3c", "\"cash\""); /* 27.03, paid 27.05 */
    for (int i = 1; i <= 3; i++) {
        char json[100];
        snprintf(json, sizeof(json), REFUND("\"number\":\"1\",\"tickets\":[%d]"), i);
        command(rig, json, 0);
        newest(rig, BX_KIND_REFUND);
        assert_int_equal(bx_sale_due(&sale).minor, -901);
        assert_int_equal(tender(BX_TENDER_CASH), -901 + sale.rounding.minor);
        assert_int_equal(tender(BX_TENDER_CASH) % 5, 0);
    }
    command(rig, REFUND("\"number\":\"1\""), 1);
}

static void pieces_come_back_by_the_piece(void **state)
{
    struct rig *rig = *state;
    sell(rig, "a4p", "\"cash\"");
    command(rig, REFUND("\"number\":\"1\",\"pieces\":[\"2:5\"]"), 1);
    command(rig, REFUND("\"number\":\"1\",\"pieces\":[\"2:3\"]"), 0);
    newest(rig, BX_KIND_REFUND);
    assert_int_equal(bx_sale_due(&sale).minor, -1500);
    assert_int_equal(sale.back_ticket_count, 0);
    command(rig, REFUND("\"number\":\"1\",\"pieces\":[\"2:2\"]"), 1);
    command(rig, REFUND("\"number\":\"1\""), 0);
    newest(rig, BX_KIND_REFUND);
    assert_int_equal(bx_sale_due(&sale).minor, -2900);
}

static void above_the_limit_a_supervisor_is_asked(void **state)
{
    struct rig *rig = *state;
    rig->till->programme->limits.refund_amount =
        (struct bx_limit){.at = 5000, .beyond = BX_BEYOND_ASK};
    sell(rig, "3a", "\"cash\"");
    sell(rig, "3a", "\"cash\"");
    command(rig, REFUND("\"number\":\"1\""), 1);
    command(rig, REFUND("\"number\":\"1\",\"approver\":8,\"approver_pin\":\"1111\""), 1);
    command(rig, REFUND("\"number\":\"1\",\"approver\":9,\"approver_pin\":\"1234\""), 1);
    command(rig, REFUND("\"number\":\"1\",\"approver\":7,\"approver_pin\":\"1234\""), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 0);
    command(rig, REFUND("\"number\":\"1\",\"approver\":8,\"approver_pin\":\"1234\""), 0);
    newest(rig, BX_KIND_REFUND);
    assert_int_equal(sale.warrants[0].approver, 8);
    assert_int_equal(head.user, 7);
    /* a supervisor's own word is enough */
    command(rig, "{\"verb\":\"login\",\"number\":8,\"pin\":\"1234\"}", 0);
    command(rig, REFUND("\"number\":\"2\""), 0);
    newest(rig, BX_KIND_REFUND);
    assert_int_equal(sale.warrants[0].approver, 8);
    assert_int_equal(head.user, 8);
}

static void another_way_than_it_came_is_a_supervisors_word(void **state)
{
    struct rig *rig = *state;
    sell(rig, "a", "\"card:4711\"");
    command(rig, REFUND("\"number\":\"1\",\"tender\":\"cash\""), 1);
    command(rig,
            REFUND("\"number\":\"1\",\"tender\":\"cash\",\"approver\":8,"
                   "\"approver_pin\":\"1234\""),
            0);
    newest(rig, BX_KIND_REFUND);
    assert_int_equal(tender(BX_TENDER_CASH), -2400);
}

static void offline_cash_goes_back_up_to_a_limit(void **state)
{
    struct rig *rig = *state;
    rig->till->programme->limits.refund_offline =
        (struct bx_limit){.at = 3000, .beyond = BX_BEYOND_BLOCK};
    sell(rig, "2a", "\"cash\"");
    rig->contact = BX_CONTACT_AGAIN;
    rig_wait(rig, 60000);
    assert_false(rig_facts(rig).online);
    command(rig, REFUND("\"number\":\"1\""), 1);
    command(rig, REFUND("\"number\":\"1\",\"tickets\":[1]"), 0);
    command(rig, REFUND("\"number\":\"3-77\""), 4);
}

/* --- the server's word --------------------------------------------------------------------------
 */

static char answer_json[BX_BODY_MAX];

static void answered(struct rig *rig, const struct bx_effect *effect,
                     struct bx_booking_answer *answer)
{
    (void)rig;
    (void)effect;
    answer->bytes = answer_json;
    answer->len = strlen(answer_json);
}

static void a_used_ticket_comes_back_only_for_a_visit_that_was_none(void **state)
{
    struct rig *rig = *state;
    sell(rig, "2a", "\"cash\"");
    newest(rig, BX_KIND_SALE);
    snprintf(answer_json, sizeof(answer_json),
             "{\"entries\":[],\"tickets\":[{\"nth\":0,\"code\":\"%s\",\"state\":\"used\","
             "\"used_at\":1},{\"nth\":1,\"code\":\"%s\",\"state\":\"good\",\"used_at\":0}]}",
             sale.tickets[0].code.s, sale.tickets[1].code.s);
    rig->ask = answered;
    command(rig, REFUND("\"number\":\"1\""), 1);
    assert_non_null(strstr(rig->text, "used"));
    command(rig, REFUND("\"number\":\"1\",\"tickets\":[2]"), 0);
    command(rig, REFUND("\"number\":\"1\",\"visit\":true"), 1);
    command(rig,
            REFUND("\"number\":\"1\",\"visit\":true,\"approver\":8,"
                   "\"approver_pin\":\"1234\""),
            0);
    newest(rig, BX_KIND_REFUND);
    assert_string_equal(sale.warrants[0].what.s, "visit");
}

/* --- exchange -----------------------------------------------------------------------------------
 */

#define EXCHANGE(more) "{\"verb\":\"exchange\",\"note\":\"too late\"," more "}"

static void another_time_costs_nothing(void **state)
{
    struct rig *rig = *state;
    sell(rig, "2a", "\"cash\"");
    int64_t used = rig_lease(rig, "s1500")->used;
    command(rig, EXCHANGE("\"number\":\"1\",\"basket\":\"2a\",\"slot\":\"15:00\""), 0);
    newest(rig, BX_KIND_EXCHANGE);
    assert_string_equal(head.number, "2-X000001");
    assert_int_equal(bx_sale_due(&sale).minor, 0);
    assert_int_equal(sale.back_ticket_count, 2);
    assert_int_equal(sale.ticket_count, 2);
    assert_string_equal(sale.basket.lines[0].slot.s, "s1500");
    assert_int_equal(rig_lease(rig, "s1500")->used, used + 2);
    assert_int_equal(rig->paper.kind, BX_PAPER_RECEIPT);
    command(rig, EXCHANGE("\"number\":\"1\",\"basket\":\"a\""), 1);
    command(rig, VOID("X1"), 1);
    /* what was taken for it can come back itself */
    command(rig,
            REFUND("\"number\":\"X1\",\"tickets\":[1],\"approver\":8,"
                   "\"approver_pin\":\"1234\""),
            0);
    newest(rig, BX_KIND_REFUND);
    assert_int_equal(tender(BX_TENDER_CASH), -2400);
}

static void dearer_is_paid_and_cheaper_given_back(void **state)
{
    struct rig *rig = *state;
    sell(rig, "2c", "\"cash\"");
    command(rig,
            EXCHANGE("\"number\":\"1\",\"tickets\":[1],\"basket\":\"a\","
                     "\"tenders\":[\"cash:20.00\"]"),
            0);
    newest(rig, BX_KIND_EXCHANGE);
    assert_int_equal(bx_sale_due(&sale).minor, 2400 - 901);
    assert_int_equal(tender(BX_TENDER_CASH), 1500);
    assert_int_equal(sale.tenders[0].change.minor, 500);
    command(rig, EXCHANGE("\"number\":\"X1\",\"basket\":\"c\""), 0);
    newest(rig, BX_KIND_EXCHANGE);
    assert_int_equal(bx_sale_due(&sale).minor, 901 - 2400);
    assert_int_equal(tender(BX_TENDER_CASH), -1500);
    command(rig, REFUND("\"number\":\"1\""), 0);
    newest(rig, BX_KIND_REFUND);
    assert_int_equal(sale.back_ticket_count, 1);
}

static void the_screen_exchanges(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\nF\nxatoo late\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_int_equal(rig->view.line_count, 1);
    assert_int_equal(rig->view.lines[0].quantity, -2);
    assert_string_equal(rig->view.total, "-48.00");
    rig_keys(rig, "aa\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_PAY);
    rig_keys(rig, "\n");
    assert_int_equal(rig_entries(rig, BX_KIND_EXCHANGE), 1);
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_CHANGE);
    rig_keys(rig, "c\n\n"); /* the next one is a sale again */
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 2);
}

static void an_exchange_can_be_given_up(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\nF\nxatoo late\n");
    rig_keys(rig, "F\nxatoo late\n"); /* one at a time */
    rig_keys(rig, "\033\033\033\033\033\033");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    struct bx_event event = {.kind = BX_EVENT_KEY};
    event.of.key.key = BX_KEY_DELETE;
    rig_event(rig, &event);
    assert_int_equal(rig_view(rig)->line_count, 0);
    rig_keys(rig, "c\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_EXCHANGE), 0);
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 2);
}

/* Whether or not something was rung up for it already: it is said which one was not made. */
static void a_restart_breaks_an_exchange_off(void **state)
{
    struct rig *rig = *state;
    static const char wanted[] =
        "The exchange of 2-000001 was not made: begin it again from its sale.";
    rig_keys(rig, "2a\n\nF\nxatoo late\n");
    rig_wait(rig, 5000);
    rig_restart(rig, false);
    assert_string_equal(rig_view(rig)->say, wanted);
    rig_restart(rig, false); /* and nobody has seen it yet */
    assert_string_equal(rig_view(rig)->say, wanted);
    rig_keys(rig, "F\nxatoo late\na");
    rig_wait(rig, 5000);
    rig_restart(rig, false);
    assert_string_equal(rig_view(rig)->say, wanted);
    assert_int_equal(rig_view(rig)->line_count, 0);
    rig_keys(rig, "c\n\n");
    newest(rig, BX_KIND_SALE);
    assert_int_equal(sale.basket.count, 1);
    assert_int_equal(sale.warrant_count, 0);
}

/* --- tenders, change ----------------------------------------------------------------------------
 */

#define TENDER(more) "{\"verb\":\"tender\",\"number\":\"1\",\"note\":\"keyed wrong\"," more "}"

/* Paid in as many parts as a sale has: another kind finds no place, unless a whole part moves. */
static void a_seventh_part_is_refused(void **state)
{
    struct rig *rig = *state;
    sell(rig, "6a",
         "\"card:10.00\",\"card:20.00\",\"card:30.00\",\"card:20.00\",\"card:20.00\",\"card\"");
    command(rig, TENDER("\"from\":\"card\",\"to\":\"cash\",\"amount\":1000"), 1);
    assert_non_null(strstr(rig->text, "in as many parts as it can be"));
    assert_int_equal(rig_entries(rig, BX_KIND_TENDER_CORRECTION), 0);
    command(rig, TENDER("\"from\":\"card\",\"to\":\"cash\",\"amount\":4400"), 0);
    command(rig, TENDER("\"from\":\"card\",\"to\":\"cash\",\"amount\":1000"), 0);
    command(rig, VOID("1"), 0);
    newest(rig, BX_KIND_VOID);
    assert_int_equal(tender(BX_TENDER_CASH), -5400);
    assert_int_equal(tender(BX_TENDER_CARD), -9000);
}

static void an_amount_moves_between_tenders(void **state)
{
    struct rig *rig = *state;
    sell(rig, "2a", "\"cash\"");
    command(rig, TENDER("\"from\":\"card\",\"to\":\"cash\""), 1);
    command(rig, TENDER("\"from\":\"cash\",\"to\":\"cash\""), 1);
    command(rig, TENDER("\"from\":\"cash\",\"to\":\"voucher\""), 1);
    command(rig, TENDER("\"from\":\"cash\",\"to\":\"card:5500005555555559\""), 1);
    command(rig, TENDER("\"from\":\"cash\",\"to\":\"card\",\"amount\":4801"), 1);
    command(rig, TENDER("\"from\":\"cash\",\"to\":\"card:4711\",\"amount\":2000"), 0);
    command(rig, TENDER("\"from\":\"cash\",\"to\":\"card\",\"amount\":2801"), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_TENDER_CORRECTION), 1);
    command(rig, VOID("1"), 0);
    newest(rig, BX_KIND_VOID);
    assert_int_equal(tender(BX_TENDER_CARD), -2000);
    assert_int_equal(tender(BX_TENDER_CASH), -2800);
}

/* What a later document gave back was settled by that one, and is corrected there. */
static void a_refund_of_it_is_no_tender_of_a_sale(void **state)
{
    struct rig *rig = *state;
    sell(rig, "2a", "\"cash\"");
    command(rig,
            "{\"verb\":\"exchange\",\"number\":\"1\",\"tickets\":[1],\"basket\":\"a\","
            "\"note\":\"n\",\"approver\":8,\"approver_pin\":\"1234\"}",
            0);
    command(rig,
            "{\"verb\":\"refund\",\"number\":\"X1\",\"note\":\"n\",\"approver\":8,"
            "\"approver_pin\":\"1234\"}",
            0);
    newest(rig, BX_KIND_REFUND);
    assert_int_equal(tender(BX_TENDER_CASH), -2400);
    command(rig,
            "{\"verb\":\"tender\",\"number\":\"X1\",\"from\":\"cash\",\"to\":\"card\","
            "\"note\":\"n\"}",
            1);
    assert_non_null(strstr(rig->text, "Nothing of 2-X000001"));
    command(rig,
            "{\"verb\":\"tender\",\"number\":\"R1\",\"from\":\"cash\",\"to\":\"card\","
            "\"note\":\"n\"}",
            0);
    assert_int_equal(rig_entries(rig, BX_KIND_TENDER_CORRECTION), 1);
}

static void change_in_dispute_is_counted(void **state)
{
    struct rig *rig = *state;
    sell(rig, "2a", "\"cash:100.00\"");
    int drawers = rig->counts[BX_EFFECT_DRAWER];
    command(rig, "{\"verb\":\"dispute\",\"number\":\"1\",\"note\":\"says a 50 is missing\"}", 0);
    assert_int_equal(rig->counts[BX_EFFECT_DRAWER], drawers + 1);
    command(rig, "{\"verb\":\"dispute\",\"number\":\"1\",\"counted\":5300}", 0);
    assert_int_equal(rig_entries(rig, BX_KIND_NO_SALE), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_COUNT), 1);
}

/* --- again --------------------------------------------------------------------------------------
 */

static void one_copy_more_than_the_limit_is_a_supervisors_word(void **state)
{
    struct rig *rig = *state;
    rig->till->programme->limits.reprints = (struct bx_limit){.at = 1, .beyond = BX_BEYOND_ASK};
    sell(rig, "a", "\"cash\"");
    command(rig, "{\"verb\":\"reprint\",\"number\":\"1\",\"ticket\":1}", 0);
    command(rig, "{\"verb\":\"reprint\",\"number\":\"1\",\"ticket\":1}", 1);
    command(rig,
            "{\"verb\":\"reprint\",\"number\":\"1\",\"ticket\":1,\"note\":\"jam\","
            "\"approver\":8,\"approver_pin\":\"1234\"}",
            0);
    assert_int_equal(rig->paper.copy, 2);
}

static void one_invoice_a_sale(void **state)
{
    struct rig *rig = *state;
    sell(rig, "2a", "\"cash\"");
    command(rig, "{\"verb\":\"invoice\",\"number\":\"1\"}", 2);
    command(rig, "{\"verb\":\"invoice\",\"number\":\"1\",\"name\":\"Ann Lee\"}", 0);
    assert_non_null(strstr(rig->json, "2-I000001"));
    command(rig, "{\"verb\":\"invoice\",\"number\":\"1\",\"name\":\"Ben Lee\"}", 1);
    assert_int_equal(rig_entries(rig, BX_KIND_INVOICE), 1);
    rig_wait(rig, 5000);
    assert_int_equal(rig->paper.kind, BX_PAPER_SLIP);
    assert_string_equal(rig->paper.number, "2-I000001");
    assert_non_null(strstr(rig->paper.text, "Ann Lee\n"));
    assert_non_null(strstr(rig->paper.text, "2-000001"));
    assert_non_null(strstr(rig->paper.text, "48.00"));
    struct bx_query query = {.kind = BX_QUERY_KIND, .entry_kind = BX_KIND_INVOICE, .limit = 1};
    struct bx_invoice_entry invoice;
    size_t count;
    const struct bx_row *row = rig_read(rig, &query, &count);
    assert_null(strstr(row->body, "Ann"));
    assert_int_equal(bx_invoice_decode(row->body, row->len, &invoice, NULL), 0);
    query = (struct bx_query){.kind = BX_QUERY_PERSON, .id = invoice.person, .limit = 1};
    row = rig_read(rig, &query, &count);
    assert_int_equal(count, 1);
    struct bx_buyer buyer;
    assert_int_equal(bx_buyer_read(row->body, row->len, &buyer, NULL), 0);
    assert_string_equal(buyer.name, "Ann Lee");
    rig_keys(rig, "c\n\nF\ni");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_FORM);
    rig_keys(rig, "Eve\n\n\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_INVOICE), 2);
    rig_keys(rig, "\033\033a\ni\n"); /* asked for with the sale */
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_CHANGE);
    rig_keys(rig, "\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_FORM);
    rig_keys(rig, "Zoe\n\n\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_INVOICE), 3);
}

static void a_cancelled_visit_goes_back_as_a_whole(void **state)
{
    struct rig *rig = *state;
    for (int i = 0; i < 40; i++)
        sell(rig, i % 2 ? "p" : "c", i % 2 ? "\"card\"" : "\"cash\"");
    command(rig, VOID("1"), 0);
    sell(rig, "2ap", "\"card\"");
    command(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"slot\":\"15:00\"}", 0);
    command(rig, "{\"verb\":\"refund\",\"slot\":\"s1430\",\"note\":\"fire\"}", 1);
    command(rig,
            "{\"verb\":\"refund\",\"slot\":\"s1430\",\"note\":\"fire\",\"approver\":8,"
            "\"approver_pin\":\"1234\"}",
            0);
    rig_wait(rig, 20000);
    assert_string_equal(rig->json, "{\"refunded\":20,\"failed\":0,\"cash\":17100,\"total\":21900}");
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 20);
    command(rig,
            "{\"verb\":\"refund\",\"slot\":\"s1430\",\"note\":\"fire\",\"approver\":8,"
            "\"approver_pin\":\"1234\"}",
            0);
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 20);
}

static void training_corrects_training(void **state)
{
    struct rig *rig = *state;
    sell(rig, "a", "\"cash\"");
    command(rig, "{\"verb\":\"training\",\"on\":true,\"note\":\"new\"}", 0);
    int drawers = rig->counts[BX_EFFECT_DRAWER];
    sell(rig, "a", "\"cash\"");
    command(rig, VOID("1"), 1);
    command(rig, VOID("T1"), 0);
    newest(rig, BX_KIND_VOID);
    assert_string_equal(head.number, "2-T000002");
    assert_true(sale.training);
    assert_int_equal(rig->counts[BX_EFFECT_DRAWER], drawers);
    command(rig, "{\"verb\":\"training\",\"on\":false}", 0);
    command(rig, VOID("1"), 0);
}

static void after_the_z_only_refunds_are_left(void **state)
{
    struct rig *rig = *state;
    sell(rig, "a", "\"cash\"");
    command(rig, "{\"verb\":\"shift\",\"act\":\"close\",\"amount\":2400,\"next_float\":0}", 0);
    command(rig, "{\"verb\":\"shift\",\"act\":\"open\",\"amount\":0}", 0);
    command(rig, VOID("1"), 1);
    assert_non_null(strstr(rig->text, "earlier shift"));
    command(rig, TENDER("\"from\":\"cash\",\"to\":\"card\""), 1);
    command(rig, "{\"verb\":\"dispute\",\"number\":\"1\",\"note\":\"50\"}", 1);
    command(rig, REFUND("\"number\":\"1\""), 0);
    assert_non_null(strstr(rig->text, "should hold less"));
}

/* Cash that goes out while no shift is open would be on no Z. */
static void nothing_comes_back_without_a_shift(void **state)
{
    struct rig *rig = *state;
    sell(rig, "a", "\"cash\"");
    command(rig, "{\"verb\":\"shift\",\"act\":\"close\",\"amount\":2400,\"next_float\":0}", 0);
    command(rig, REFUND("\"number\":\"1\""), 1);
    assert_non_null(strstr(rig->text, "No shift is open"));
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 0);
}

/* --- what the server has to say -----------------------------------------------------------------
 */

static void settled_as(struct rig *rig, const char *about)
{
    struct bx_query query = {.kind = BX_QUERY_KIND, .entry_kind = BX_KIND_SETTLE, .limit = 1};
    char text[BX_ABOUT_MAX + 1];
    int64_t n;
    size_t count;
    const struct bx_row *row = rig_read(rig, &query, &count);
    assert_int_equal(count, 1);
    assert_int_equal(bx_note_decode(row->body, row->len, text, sizeof(text), &n, NULL), 0);
    assert_string_equal(text, about);
}

static void task_of(struct rig *rig, const char *task)
{
    rig->outcome = BX_ENTRY_RECORDED_TASK;
    rig->task = task;
    sell(rig, "a", "\"cash\"");
    rig_wait(rig, 5000);
    rig->outcome = BX_ENTRY_RECORDED;
    rig->task = NULL;
    assert_int_equal(rig_view(rig)->attention, 1);
}

static void a_price_that_differs_is_accepted_with_a_reason(void **state)
{
    struct rig *rig = *state;
    task_of(rig, "price");
    rig_keys(rig, "Q\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_MENU);
    rig_keys(rig, "a\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SETTLE), 0);
    rig_keys(rig, "old list\n");
    settled_as(rig, "accept: old list");
    rig_wait(rig, 5000);
    assert_int_equal(rig_view(rig)->attention, 0);
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_QUEUE);
}

static void over_capacity_is_a_supervisors_word_or_money_back(void **state)
{
    struct rig *rig = *state;
    task_of(rig, "over");
    command(rig, "{\"verb\":\"queue\"}", 0);
    command(rig, "{\"verb\":\"settle\",\"seq\":4,\"note\":\"let in\"}", 1);
    rig_keys(rig, "Q\nr");
    rig_wait(rig, 500);
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_FORM);
    assert_string_equal(rig->view.title, "Refund 2-000001");
    rig_keys(rig, "aafull\n");
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 1);
    settled_as(rig, "2-R000001");
    rig_wait(rig, 5000);
    assert_int_equal(rig_view(rig)->attention, 0);
    task_of(rig, "over");
    struct bx_query query = {.kind = BX_QUERY_ATTENTION, .limit = 1};
    size_t count;
    int64_t seq = rig_read(rig, &query, &count)->head.seq;
    char json[160];
    snprintf(json, sizeof(json),
             "{\"verb\":\"settle\",\"seq\":%d,\"note\":\"let in\",\"approver\":8,"
             "\"approver_pin\":\"1234\"}",
             (int)seq);
    command(rig, json, 0);
    settled_as(rig, "accept by 8: let in");
    command(rig, json, 1);
}

/* --- found --------------------------------------------------------------------------------------
 */

static void any_number_amount_or_reference_finds_it(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\nc\n");
    sell(rig, "c", "\"card:88-4711\"");
    sell(rig, "3a", "\"cash\"");
    command(rig, VOID("3"), 0);
    command(rig, "{\"verb\":\"find\",\"text\":\"V1\"}", 0);
    assert_non_null(strstr(rig->json, "\"2-V000001\""));
    command(rig, "{\"verb\":\"find\",\"text\":\"14:32 9.01\"}", 0);
    assert_non_null(strstr(rig->json, "\"2-000002\""));
    assert_null(strstr(rig->json, "\"2-000001\""));
    command(rig, "{\"verb\":\"find\",\"text\":\"4711 adult\"}", 0);
    assert_null(strstr(rig->json, "2-0"));
    command(rig, "{\"verb\":\"find\",\"text\":\"4711\"}", 0);
    assert_non_null(strstr(rig->json, "\"2-000002\""));
    command(rig, "{\"verb\":\"find\",\"text\":\"4711\",\"scope\":\"venue\"}", 4);
    snprintf(answer_json, sizeof(answer_json),
             "{\"sales\":[{\"id\":\"%s\",\"number\":\"3-000009\",\"at\":1,\"total\":2400,"
             "\"till\":3}]}",
             "0192f3a4-5b6c-7d8e-9f00-112233445566");
    rig->ask = answered;
    command(rig, "{\"verb\":\"find\",\"text\":\"4711\",\"scope\":\"venue\"}", 0);
    assert_non_null(strstr(rig->json, "\"3-000009\""));
}

/* --- from the screen ----------------------------------------------------------------------------
 */

static void the_screen_voids(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\nF\nv");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_FORM);
    assert_string_equal(rig->view.title, "Void 2-000001");
    rig_keys(rig, "\033");
    assert_int_equal(rig_entries(rig, BX_KIND_VOID), 0);
    rig_keys(rig, "vslip\n");
    assert_int_equal(rig_entries(rig, BX_KIND_VOID), 1);
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SALE);
    assert_string_equal(rig->view.say, "2-V000001: give back 48.00 in cash.");
    assert_string_equal(rig->view.rows[1].c, "taken back");
    rig_keys(rig, "v");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SALE);
}

static void the_screen_refunds_some(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "3a2p\n\nF\nf");
    assert_string_equal(rig_view(rig)->title, "Refund 2-000001");
    rig_keys(rig, "c1,3\na"); /* some of it; tickets 1 and 3; as it was paid */
    rig_keys(rig, "a");       /* the visit goes on */
    rig_keys(rig, "1\n");     /* one poster */
    rig_keys(rig, "ill\n");
    if (rig_entries(rig, BX_KIND_REFUND) != 1)
        fail_msg("screen %d, %s", (int)rig_view(rig)->screen, rig_view(rig)->say);
    newest(rig, BX_KIND_REFUND);
    assert_int_equal(bx_sale_due(&sale).minor, -5300);
    assert_int_equal(sale.back_ticket_count, 2);
    assert_int_equal(sale.back_tickets[1], 2);
}

static void the_screen_corrects_the_tender(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\nF\nm");
    rig_keys(rig, "ac\n4711\nkeyed wrong\n");
    if (rig_entries(rig, BX_KIND_TENDER_CORRECTION) != 1)
        fail_msg("screen %d, %s", (int)rig_view(rig)->screen, rig_view(rig)->say);
}

static void a_supervisor_allows_it_over_the_sale(void **state)
{
    struct rig *rig = *state;
    rig->till->programme->limits.refund_amount =
        (struct bx_limit){.at = 2000, .beyond = BX_BEYOND_ASK};
    rig_keys(rig, "a\n\nF\nf");
    rig_keys(rig, "aaill\n8\n1111\n");
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 0);
    rig_keys(rig, "1234\n");
    assert_int_equal(rig_entries(rig, BX_KIND_REFUND), 1);
    newest(rig, BX_KIND_REFUND);
    assert_int_equal(sale.warrants[0].approver, 8);
    assert_int_equal(head.user, 7);
}

#define SELLING(test) cmocka_unit_test_setup_teardown(test, rig_open_selling, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SELLING(a_void_undoes_the_whole_sale),
        SELLING(a_void_wants_a_reason_and_somebody_who_may),
        SELLING(unsent_sent_or_unsure_makes_no_difference),
        SELLING(what_was_voided_is_printed_no_more),
        SELLING(a_split_tender_goes_back_as_it_came),
        SELLING(a_ticket_comes_back_once),
        SELLING(a_replaced_ticket_is_worth_nothing),
        SELLING(rounding_goes_back_with_it),
        SELLING(pieces_come_back_by_the_piece),
        SELLING(above_the_limit_a_supervisor_is_asked),
        SELLING(another_way_than_it_came_is_a_supervisors_word),
        SELLING(offline_cash_goes_back_up_to_a_limit),
        SELLING(a_used_ticket_comes_back_only_for_a_visit_that_was_none),
        SELLING(another_time_costs_nothing),
        SELLING(dearer_is_paid_and_cheaper_given_back),
        SELLING(the_screen_exchanges),
        SELLING(an_exchange_can_be_given_up),
        SELLING(a_restart_breaks_an_exchange_off),
        SELLING(an_amount_moves_between_tenders),
        SELLING(a_refund_of_it_is_no_tender_of_a_sale),
        SELLING(a_seventh_part_is_refused),
        SELLING(change_in_dispute_is_counted),
        SELLING(training_corrects_training),
        SELLING(after_the_z_only_refunds_are_left),
        SELLING(nothing_comes_back_without_a_shift),
        SELLING(a_price_that_differs_is_accepted_with_a_reason),
        SELLING(over_capacity_is_a_supervisors_word_or_money_back),
        SELLING(any_number_amount_or_reference_finds_it),
        SELLING(one_invoice_a_sale),
        SELLING(a_cancelled_visit_goes_back_as_a_whole),
        SELLING(the_screen_voids),
        SELLING(the_screen_refunds_some),
        SELLING(the_screen_corrects_the_tender),
        SELLING(a_supervisor_allows_it_over_the_sale),
        SELLING(one_copy_more_than_the_limit_is_a_supervisors_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
