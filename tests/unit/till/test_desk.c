/* SPDX-License-Identifier: Apache-2.0 */
/* Baskets, places and paying. */

#include "rig.h"

static const char *say(struct rig *rig)
{
    return rig_view(rig)->say;
}

static void grows_a_lease_by_the_baskets_need(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_ALLOT] = true;
    rig_keys(rig, "9a5c");
    assert_int_equal(rig_view(rig)->line_count, 2);
    assert_true(rig_view(rig)->lines[1].waiting);
    rig_keys(rig, "\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL); /* not before the places are here */
    rig->hold[BX_EFFECT_ALLOT] = false;
    rig_release(rig, BX_EFFECT_ALLOT);
    assert_int_equal(rig->asked[0].verb, BX_ALLOT_GROW);
    assert_int_equal(rig->asked[0].n, 14);
    assert_false(rig_view(rig)->lines[1].waiting);
    rig_keys(rig, "\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
    assert_int_equal(rig_lease(rig, "s1430")->used, 14);
}

static void takes_back_what_the_server_has_not(void **state)
{
    struct rig *rig = *state;
    rig->shy = true;
    rig_keys(rig, "9a3c");
    assert_int_equal(rig_view(rig)->persons, 10);
    assert_non_null(strstr(say(rig), "N for the next slot, 15:00"));
    rig_keys(rig, "\n\n");
    assert_int_equal(rig_lease(rig, "s1430")->used, 10);
}

static void offline_it_says_how_many_are_its_own(void **state)
{
    struct rig *rig = *state;
    rig->contact = BX_CONTACT_AGAIN;
    rig_wait(rig, 30000);
    assert_false(rig_facts(rig).online);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"12a\",\"slot\":\"14:30\"}");
    assert_int_equal(rig->exit, 4);
    assert_non_null(strstr(rig->text, "10 places"));
    assert_non_null(strstr(rig->text, "14:30"));
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"10a\",\"slot\":\"14:30\"}");
    assert_int_equal(rig->exit, 0);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"1a\",\"slot\":\"14:30\"}");
    assert_non_null(strstr(rig->text, "0 places"));
}

static void an_open_payment_keeps_its_places(void **state)
{
    struct rig *rig = *state;
    rig->shy = true;
    rig_keys(rig, "9a\n");
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 9);
    rig_command(rig, "{\"verb\":\"lock\"}"); /* leaves paying: a locked till counts no money */
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 0);
    rig_command(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    rig_keys(rig, "\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_PAY);
    rig->contact = BX_CONTACT_AGAIN;
    rig_wait(rig, 30000);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"2a\",\"slot\":\"14:30\"}");
    assert_int_equal(rig->exit, 4);
    assert_non_null(strstr(rig->text, "1 place "));
    rig_keys(rig, "\033");
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 0);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"2a\",\"slot\":\"14:30\"}");
    assert_int_equal(rig->exit, 0);
}

static void part_payments_and_cash_rounding(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "c\n500\n");
    assert_string_equal(rig_view(rig)->left, "4.01");
    assert_string_equal(rig_view(rig)->due, "9.01");
    rig_keys(rig, "\n");
    struct bx_query query = {.kind = BX_QUERY_SALES, .limit = 1};
    size_t count;
    const struct bx_row *row = rig_read(rig, &query, &count);
    static struct bx_sale sale;
    assert_int_equal(count, 1);
    assert_int_equal(bx_sale_decode(row->body, row->len, &sale, NULL), 0);
    assert_int_equal(sale.tender_count, 2);
    assert_int_equal(sale.rounding.minor, -1);
    assert_int_equal(sale.tenders[1].amount.minor, 400);
}

static void a_card_after_cash_pays_the_rest(void **state)
{
    struct rig *rig = *state;
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[\"cash:500\",\"card:77\"]}");
    assert_int_equal(rig->exit, 0);
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[\"cash:500\"]}");
    assert_int_equal(rig->exit, 1);
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
    assert_non_null(strstr(rig->text, "19.00"));
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[\"card:77\"]}");
    assert_int_equal(rig->exit, 0);
}

static void undo_and_redo_walk_the_baskets(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a3c");
    assert_int_equal(rig_view(rig)->persons, 5);
    rig_keys(rig, "U");
    assert_int_equal(rig_view(rig)->persons, 2);
    rig_keys(rig, "U");
    assert_int_equal(rig_view(rig)->persons, 0);
    rig_keys(rig, "YY");
    assert_int_equal(rig_view(rig)->persons, 5);
    rig_keys(rig, "U4c");
    assert_int_equal(rig_view(rig)->persons, 6);
    rig_keys(rig, "Y"); /* what was undone is gone */
    assert_int_equal(rig_view(rig)->persons, 6);
}

static void untimed_products_need_no_place(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "3p\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
    assert_int_equal(rig->print_count, 1); /* a receipt, no ticket */
    assert_int_equal(rig->paper.kind, BX_PAPER_RECEIPT);
}

static void a_day_without_a_key_is_not_sold(void **state)
{
    struct rig *rig = *state;
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"slot\":\"2026-11-25 10:00\"}");
    assert_int_equal(rig->exit, 1);
    assert_non_null(strstr(rig->text, "no key"));
}

static void an_ended_slot_is_not_sold(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "a");
    rig_wait(rig, 29 * 60 * 1000); /* the slot ends meanwhile */
    rig_keys(rig, "\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    assert_non_null(strstr(say(rig), "over"));
}

static void an_auditor_does_not_sell(void **state)
{
    struct rig *rig = *state;
    rig_command(rig, "{\"verb\":\"login\",\"number\":9,\"pin\":\"1234\"}");
    assert_int_equal(rig->exit, 0);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}");
    assert_int_equal(rig->exit, 1);
    assert_non_null(strstr(rig->text, "auditor"));
}

static void a_family_takes_its_places(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2f\n\n");
    assert_int_equal(rig_lease(rig, "s1430")->used, 8);
}

static void places_lost_before_paying_lead_to_the_next_slot(void **state)
{
    struct rig *rig = *state;
    rig->shy = true;
    rig_keys(rig, "9a");
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"5a\"}");
    assert_int_equal(rig->exit, 0);
    rig_keys(rig, "\n");
    assert_int_equal(rig_view(rig)->persons, 5); /* what is not ours is out */
    assert_non_null(strstr(say(rig), "N for the next slot, 15:00"));
    rig_keys(rig, "N");
    assert_int_equal(rig_view(rig)->persons, 9);
    assert_string_equal(rig_view(rig)->lines[0].time, "15:00");
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"20a\",\"slot\":\"14:30\"}");
    assert_int_equal(rig->exit, 1); /* a command has no N to press */
    assert_null(strstr(rig->text, "N "));
}

/* The programme says until when the counter sells: five minutes into the slot. */
static void sells_within_its_window(void **state)
{
    static const char channels[] = ",\"channels\":[{\"channel\":\"counter\",\"until\":5}]";
    struct rig *rig = *state;
    bx_buf_auto buf, text;
    bx_buf_init(&buf, 0);
    bx_buf_init(&text, 0);
    assert_int_equal(rig->journal->ops->document(rig->journal, BX_DOC_PROGRAMME, &buf, NULL), 0);
    const char *event =
        strstr(bx_buf_text(&buf), "\"class\":\"main\"") + strlen("\"class\":\"main\"");
    const char *version = strstr(bx_buf_text(&buf), "\"version\":9") + strlen("\"version\":9");
    bx_buf_text_add(&text, "{\"v\":3,\"epoch\":1,\"version\":10");
    bx_buf_add(&text, version, (size_t)(event - version));
    bx_buf_text_add(&text, channels);
    bx_buf_text_add(&text, event);
    rig->programme = bx_buf_text(&text);
    rig_wait(rig, 90000);
    assert_null(rig->programme);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"1a\",\"slot\":\"14:30\"}");
    assert_int_equal(rig->exit, 0);
    rig_wait(rig, 90000); /* 14:35 */
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"1a\",\"slot\":\"14:30\"}");
    assert_int_not_equal(rig->exit, 0);
    assert_non_null(strstr(rig->text, "Adult is not sold here any more for this time."));
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"1a\",\"slot\":\"15:00\"}");
    assert_int_equal(rig->exit, 0);
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(grows_a_lease_by_the_baskets_need, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(takes_back_what_the_server_has_not, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(offline_it_says_how_many_are_its_own, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(an_open_payment_keeps_its_places, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(part_payments_and_cash_rounding, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(a_card_after_cash_pays_the_rest, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(undo_and_redo_walk_the_baskets, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(untimed_products_need_no_place, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(a_day_without_a_key_is_not_sold, rig_open_selling,
                                        rig_close),
        cmocka_unit_test_setup_teardown(an_ended_slot_is_not_sold, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(sells_within_its_window, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(an_auditor_does_not_sell, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(a_family_takes_its_places, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(places_lost_before_paying_lead_to_the_next_slot,
                                        rig_open_selling, rig_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
