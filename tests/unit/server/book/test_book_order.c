/* SPDX-License-Identifier: Apache-2.0 */
/* Orders: places held from the import on, collected once, given back; the documents of arrivals and
 * members; the files people write. */
#include "fixture.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/price.h"
#include "server/book/lists.h"

static const struct bx_date today = {2026, 11, 24};

static int import(struct venue *venue, const char *json, struct bx_fault *fault)
{
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    struct bx_orders *orders bx_cleanup(bx_orders_destroy) =
        bd_orders_read(json, strlen(json), today, venue->programme, &faults);
    if (orders == NULL)
        fail_msg("%s", bx_buf_text(&faults));
    venue_begin(venue);
    int err = bd_book_orders(venue->book, &venue->turn, orders, fault);
    venue_end(venue);
    return err;
}

static void assert_held(struct venue *venue, const char *pool, int64_t held)
{
    assert_int_equal(pool_of(venue, pool).held, held);
}

static struct bx_orders *arrivals(struct venue *venue, const struct till *till)
{
    struct bd_wish wish = {&venue->policy, &venue->turn, &till->device, BX_DOC_ARRIVALS};
    struct bx_fault fault = {0};
    int64_t version;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    MUST(bd_book_document(venue->store, &wish, &version, &out, &fault));
    struct bx_orders *orders = bx_orders_parse(bx_buf_text(&out), out.len, &fault);
    if (orders == NULL)
        fail_msg("%s %s", fault.say, fault.detail);
    assert_int_equal(orders->version, version);
    return orders;
}

static const char school[] =
    "{\"orders\":[{\"ref\":\"S-1\",\"kind\":\"school\",\"name\":\"School East\",\"date\":\"today\","
    "\"group_ticket\":true,\"lines\":[{\"product\":\"adult\",\"event\":\"tour\",\"time\":\"14:00\","
    "\"quantity\":15,\"price\":500},{\"product\":\"guide\",\"quantity\":1}]}]}";

static struct entry *collect(struct venue *venue, struct till *till, const struct bx_id *order,
                             int quantity)
{
    struct bx_sale *sale = bx_new(struct bx_sale);
    sale_fill(venue, till, POOL_C, quantity, sale);
    sale->order = *order;
    struct entry *entry = till_write(venue, till, BX_KIND_SALE, sale);
    bx_free(sale);
    return entry;
}

static void check_collect(enum store_kind kind)
{
    struct venue *venue = venue_create(kind);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct bx_fault fault = {0};
    MUST(import(venue, school, &fault));
    assert_held(venue, POOL_C, 15);
    assert_audit(venue);
    struct bx_orders *orders bx_cleanup(bx_orders_destroy) = arrivals(venue, till);
    assert_int_equal(orders->count, 1);
    const struct bx_order order = orders->orders[0];
    assert_string_equal(order.ref, "S-1");
    assert_int_equal(order.minute, 14 * 60);
    assert_int_equal(order.line_count, 2);
    assert_int_equal(order.lines[0].price.minor, 500);
    assert_int_equal(order.lines[1].price.minor, 600);
    assert_false(order.collected);
    /* the same file again changes nothing */
    MUST(import(venue, school, &fault));
    assert_held(venue, POOL_C, 15);
    /* twelve came: the rest goes back */
    struct entry *sale = collect(venue, till, &order.id, 12);
    assert_int_equal(till_send_one(venue, till, sale), BX_ENTRY_RECORDED);
    assert_pool(venue, POOL_C, 12, 0, 0);
    assert_held(venue, POOL_C, 0);
    assert_audit(venue);
    struct bx_orders *later bx_cleanup(bx_orders_destroy) = arrivals(venue, till);
    assert_true(later->version > orders->version);
    assert_true(later->orders[0].collected);
    /* somebody else collected it offline */
    assert_int_equal(till_send_one(venue, other, collect(venue, other, &order.id, 3)),
                     BX_ENTRY_RECORDED_TASK);
    assert_int_equal(count_tasks(venue, "collected"), 1);
    assert_pool(venue, POOL_C, 15, 0, 0);
    /* a file that is older than that holds nothing */
    MUST(import(venue, school, &fault));
    assert_held(venue, POOL_C, 0);
    assert_audit(venue);
    /* taken back as a whole, it may be collected again */
    struct bx_sale *back = bx_new(struct bx_sale);
    int all[12];
    for (int i = 0; i < 12; i++)
        all[i] = i;
    back_fill(sale, all, 12, back);
    assert_int_equal(till_send_one(venue, till, till_write(venue, till, BX_KIND_VOID, back)),
                     BX_ENTRY_RECORDED);
    assert_pool(venue, POOL_C, 3, 0, 0);
    assert_held(venue, POOL_C, 15);
    assert_int_equal(till_send_one(venue, till, collect(venue, till, &order.id, 17)),
                     BX_ENTRY_RECORDED_TASK); /* two more than are held */
    assert_int_equal(count_tasks(venue, "over"), 2);
    assert_pool(venue, POOL_C, 20, 0, 0);
    assert_audit(venue);
    bx_free(back);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

static void an_order_is_collected_once(void **state)
{
    (void)state;
    check_collect(STORE_MEMORY);
    check_collect(STORE_SQLITE);
}

/* The store was restored to a day before the order came: a till has collected it, and sends that
 * again before the file of orders is imported anew. */
static void an_order_lost_and_imported_again_stays_collected(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY), *restored = venue_create(STORE_SQLITE);
    struct till *till = till_create(venue), *same = till_create(restored);
    MUST(import(venue, school, NULL));
    struct bx_orders *before bx_cleanup(bx_orders_destroy) = arrivals(venue, till);
    struct entry *sale = collect(restored, same, &before->orders[0].id, 12);
    assert_int_equal(till_send_one(restored, same, sale), BX_ENTRY_RECORDED_TASK);
    assert_int_equal(count_tasks(restored, "collected"), 1);
    MUST(import(restored, school, NULL));
    assert_held(restored, POOL_C, 0);
    struct bx_orders *after bx_cleanup(bx_orders_destroy) = arrivals(restored, same);
    assert_int_equal(after->count, 1);
    assert_true(bx_id_equal(&after->orders[0].id, &before->orders[0].id));
    assert_true(after->orders[0].collected);
    assert_string_equal(after->orders[0].name, "School East");
    MUST(import(restored, school, NULL));
    assert_held(restored, POOL_C, 0);
    assert_int_equal(
        till_send_one(restored, same, collect(restored, same, &before->orders[0].id, 3)),
        BX_ENTRY_RECORDED_TASK);
    assert_int_equal(count_tasks(restored, "collected"), 2);
    assert_audit(restored);
    till_destroy(till);
    till_destroy(same);
    venue_destroy(venue);
    venue_destroy(restored);
}

static void an_order_unknown_here_is_a_task(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    const struct bx_id order = {{7}};
    assert_int_equal(till_send_one(venue, till, collect(venue, till, &order, 2)),
                     BX_ENTRY_RECORDED_TASK);
    assert_int_equal(count_tasks(venue, "collected"), 1);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

static void all_of_a_file_or_nothing(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct bx_fault fault = {0};
    assert_int_equal(
        import(venue,
               "{\"orders\":[{\"ref\":\"S-2\",\"kind\":\"group\",\"name\":\"A\",\"date\":\"today\","
               "\"lines\":[{\"product\":\"adult\",\"slot\":\"" POOL_B "\",\"quantity\":30}]},"
               "{\"ref\":\"S-3\",\"kind\":\"web\",\"name\":\"B\",\"date\":\"today\","
               "\"lines\":[{\"product\":\"adult\",\"slot\":\"" POOL_B "\",\"quantity\":11}]}]}",
               &fault),
        BX_ERR_REFUSED);
    assert_non_null(strstr(fault.say, "S-3"));
    assert_non_null(strstr(fault.say, "1 places are missing"));
    assert_held(venue, POOL_B, 0);
    assert_audit(venue);
    venue_destroy(venue);
}

static void a_change_and_a_cancellation_move_what_is_held(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct bx_fault fault = {0};
    MUST(import(venue, school, &fault));
    MUST(import(venue,
                "{\"orders\":[{\"ref\":\"S-1\",\"kind\":\"school\",\"name\":\"East\","
                "\"date\":\"today\",\"lines\":[{\"product\":\"adult\",\"event\":\"perm\","
                "\"time\":\"14:00\",\"quantity\":20}]}]}",
                &fault));
    assert_held(venue, POOL_C, 0);
    assert_held(venue, POOL_A, 20);
    assert_audit(venue);
    MUST(import(venue,
                "{\"orders\":[{\"ref\":\"S-1\",\"kind\":\"school\",\"name\":\"East\","
                "\"date\":\"today\",\"cancelled\":true,\"lines\":[{\"product\":\"adult\","
                "\"event\":\"perm\",\"time\":\"14:00\",\"quantity\":20}]}]}",
                &fault));
    assert_held(venue, POOL_A, 0);
    assert_audit(venue);
    venue_destroy(venue);
}

static void every_fault_of_a_file_is_told(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    static const char json[] =
        "{\"orders\":[{\"ref\":\"X\",\"kind\":\"party\",\"name\":\"A\",\"date\":\"soon\","
        "\"account\":\"nobody\",\"lines\":[]},{\"ref\":\"X\",\"kind\":\"web\",\"name\":\"B\","
        "\"date\":\"today\",\"colour\":1,\"lines\":[{\"product\":\"elephant\",\"quantity\":1},"
        "{\"product\":\"adult\",\"quantity\":0},{\"product\":\"guide\",\"event\":\"perm\","
        "\"time\":\"14:00\",\"quantity\":1},{\"product\":\"adult\",\"event\":\"perm\","
        "\"time\":\"14:01\",\"quantity\":1}]}]}";
    static const char *const wanted[] = {"\"kind\" must be",
                                         "\"date\" must be",
                                         "no account nobody",
                                         "at least one",
                                         "another order has the ref",
                                         "colour",
                                         "no such product",
                                         "\"quantity\"",
                                         "has no slots",
                                         "no such slot on that"};
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    assert_null(bd_orders_read(json, strlen(json), today, venue->programme, &faults));
    for (size_t i = 0; i < bx_countof(wanted); i++)
        if (strstr(bx_buf_text(&faults), wanted[i]) == NULL)
            fail_msg("no %s in:\n%s", wanted[i], bx_buf_text(&faults));
    venue_destroy(venue);
}

static void members_are_the_whole_list(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct till *till = till_create(venue);
    static const char *const files[] = {
        "{\"members\":[{\"id\":\"m-1\",\"code\":\"F-1042\",\"class\":\"friend\",\"name\":\"Ida\","
        "\"until\":\"today+30\",\"guests\":1},{\"id\":\"m-2\",\"code\":\"F-0001\","
        "\"class\":\"pass\",\"until\":\"2027-01-01\",\"blocked\":\"lost\"}]}",
        "{\"members\":[{\"id\":\"m-1\",\"code\":\"F-1042\",\"class\":\"friend\","
        "\"until\":\"today\"}]}"};
    struct bd_wish wish = {&venue->policy, &venue->turn, &till->device, BX_DOC_MEMBERS};
    int64_t last = 0;
    for (int i = -1; i < 2; i++) {
        int64_t version;
        bx_buf_auto out, faults;
        bx_buf_init(&out, 0);
        bx_buf_init(&faults, 0);
        if (i >= 0) {
            struct bx_members *list bx_cleanup(bx_members_destroy) =
                bd_members_read(files[i], strlen(files[i]), today, &faults);
            if (list == NULL)
                fail_msg("%s", bx_buf_text(&faults));
            venue_begin(venue);
            MUST(bd_book_members(venue->book, &venue->turn, list, NULL));
            venue_end(venue);
        }
        MUST(bd_book_document(venue->store, &wish, &version, &out, NULL));
        struct bx_members *members bx_cleanup(bx_members_destroy) =
            bx_members_parse(bx_buf_text(&out), out.len, NULL);
        assert_non_null(members);
        assert_int_equal(members->count, i == 0 ? 2 : i == 1 ? 1 : 0);
        assert_int_equal(members->version, version);
        assert_true(version > last);
        assert_int_equal(bx_members_find(members, "F-0001") != NULL, i == 0);
        last = version;
    }
    till_destroy(till);
    venue_destroy(venue);
}

static void names_are_forgotten(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct till *till = till_create(venue);
    struct bx_fault fault = {0};
    MUST(import(venue, school, &fault));
    struct bx_orders *orders bx_cleanup(bx_orders_destroy) = arrivals(venue, till);
    struct bd_booking_row row = {.id = orders->orders[0].id};
    venue_tick(venue, 89 * 86400);
    for (int i = 0; i < 2; i++) {
        MUST(import(venue, "{\"orders\":[]}", &fault));
        MUST(bd_get(venue->store, BD_BOOKING, &row, NULL));
        assert_string_equal(row.name, i == 0 ? "School East" : "");
        assert_string_equal(row.ref, "S-1");
        venue_tick(venue, 3 * 86400);
    }
    till_destroy(till);
    venue_destroy(venue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_collected_once),
        cmocka_unit_test(an_order_unknown_here_is_a_task),
        cmocka_unit_test(an_order_lost_and_imported_again_stays_collected),
        cmocka_unit_test(all_of_a_file_or_nothing),
        cmocka_unit_test(a_change_and_a_cancellation_move_what_is_held),
        cmocka_unit_test(every_fault_of_a_file_is_told),
        cmocka_unit_test(names_are_forgotten),
        cmocka_unit_test(members_are_the_whole_list),
    };
    return cmocka_run_group_tests_name("book: orders", tests, NULL, NULL);
}
