/* SPDX-License-Identifier: Apache-2.0 */
/* A programme file's faults, each with its place and reason; nothing half imported; the sample. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "server/book/import.h"

#define VENUE \
    "\"venue\":{\"id\":\"museum\",\"name\":\"M\",\"zone\":\"Europe/Berlin\",\"currency\":\"EUR\"}"
#define EVENT(slots) "\"events\":[{\"id\":\"e\",\"name\":\"E\",\"slots\":[" slots "]}]"
#define SLOT \
    "{\"dates\":[\"today\"],\"from\":\"10:00\",\"to\":\"12:00\",\"every\":60,\"capacity\":9}"
#define PRODUCT \
    "{\"id\":\"p\",\"name\":\"P\",\"key\":\"a\",\"price\":100,\"tax\":0,\"events\":[\"e\"]}"
#define FILE_OF(slots, products) "{" VENUE "," EVENT(slots) ",\"products\":[" products "]}"

static const struct bx_date today = {2026, 3, 28};

/* Berlin, with the hour that is missing on 2026-03-29 and the one that comes twice on 2026-10-25,
 * told as the first. */
static int zone(void *arg, const char *name, struct bx_date date, int minute, bx_utc *ret_at,
                int *ret_offset_min)
{
    (void)arg;
    int64_t day = bx_date_days(date);
    int64_t sunday = bx_date_days((struct bx_date){2026, 3, 29});
    if (strcmp(name, "Europe/Berlin") != 0 || (day == sunday && minute / 60 == 2))
        return BX_ERR_MISSING;
    int64_t autumn = bx_date_days((struct bx_date){2026, 10, 25});
    *ret_offset_min = day < sunday || (day == sunday && minute < 120) ? 60 : 120;
    if (day > autumn || (day == autumn && minute >= 180))
        *ret_offset_min = 60;
    ret_at->us = (day * 1440 + minute - *ret_offset_min) * 60 * BX_SECOND_US;
    return 0;
}

static struct bd_import *parse(const char *text, struct bx_buf *faults)
{
    bx_buf_clear(faults);
    return bd_import_parse(text, strlen(text), today, zone, NULL, faults);
}

static void assert_fault(const char *text, const char *begins)
{
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    struct bd_import *import = parse(text, &faults);
    if (import != NULL || strncmp(bx_buf_text(&faults), begins, strlen(begins)) != 0)
        fail_msg("wanted %s, got %s", begins, bx_buf_text(&faults));
}

static void test_bad_files(void **state)
{
    (void)state;
    assert_fault("{", "file: JSON: ");
    assert_fault("[]", "programme: this is not an object");
    assert_fault("{" VENUE "," EVENT(SLOT) "}", "programme: \"products\" is missing");
    assert_fault("{" VENUE "," EVENT(SLOT) ",\"products\":[],\"extra\":1}", "programme: ");
    assert_fault("{\"venue\":{\"id\":\"m\",\"name\":\"M\",\"zone\":\"Mars/"
                 "Olympus\",\"currency\":\"EUR\"},\"events\":[],\"products\":[]}",
                 "venue: \"zone\" Mars/Olympus is not a time zone");
}

static void test_bad_slots(void **state)
{
    (void)state;
    assert_fault(FILE_OF("{\"dates\":[\"tomorrow\"],\"from\":\"10:00\",\"to\":\"12:00\",\"every\":"
                         "60,\"capacity\":9}",
                         PRODUCT),
                 "events[0].slots[0].dates[0]: must be a day");
    assert_fault(FILE_OF("{\"dates\":[\"today\",\"2026-02-30\"],\"from\":\"10:00\",\"to\":\"12:"
                         "00\",\"every\":60,\"capacity\":9}",
                         PRODUCT),
                 "events[0].slots[0].dates[1]: must be a day");
    assert_fault(FILE_OF(SLOT ","
                              "{\"dates\":[\"today\"],\"from\":\"25:00\",\"to\":\"12:00\","
                              "\"every\":60,\"capacity\":9}",
                         PRODUCT),
                 "events[0].slots[1]: \"from\" must be a time");
    assert_fault(FILE_OF("{\"dates\":[\"today\"],\"from\":\"11:30\",\"to\":\"12:00\",\"every\":60,"
                         "\"capacity\":9}",
                         PRODUCT),
                 "events[0].slots[0]: no slot of 60 minutes fits");
    assert_fault(FILE_OF("{\"dates\":[\"today\"],\"from\":\"10:00\",\"to\":\"12:00\",\"every\":60,"
                         "\"capacity\":-1}",
                         PRODUCT),
                 "events[0].slots[0]: \"capacity\" is not a whole number");
    assert_fault(
        FILE_OF("{\"dates\":[],\"from\":\"10:00\",\"to\":\"12:00\",\"every\":60,\"capacity\":9}",
                PRODUCT),
        "events[0].slots[0]: \"dates\" must name a day");
    assert_fault(FILE_OF("{\"dates\":[\"today+1\"],\"from\":\"02:00\",\"to\":\"04:00\",\"every\":"
                         "60,\"capacity\":9}",
                         PRODUCT),
                 "events[0].slots[0]: 2026-03-29 02:00 does not exist in Europe/Berlin");
    assert_fault(FILE_OF("{\"dates\":[\"today\"],\"from\":\"10:00\",\"to\":\"12:00\",\"every\":60,"
                         "\"capacity\":9,\"pool\":\"a-name-that-is-too-long-to-be-one\"}",
                         PRODUCT),
                 "events[0].slots[0]: \"pool\" must have at most");
}

static void test_bad_products(void **state)
{
    (void)state;
    assert_fault(FILE_OF(SLOT, "{\"id\":\"p\",\"name\":\"P\",\"key\":\"a\",\"price\":100,\"tax\":0,"
                               "\"events\":[\"x\"]}"),
                 "products[0]: \"events\" names x");
    assert_fault(FILE_OF(SLOT, "{\"id\":\"p\",\"name\":\"P\",\"key\":\"A\",\"price\":100,\"tax\":0,"
                               "\"events\":[\"e\"]}"),
                 "products[0]: \"key\" must be a letter");
    assert_fault(FILE_OF(SLOT, PRODUCT "," PRODUCT), "product");
}

/* Every fault in one run. */
static void test_all_at_once(void **state)
{
    (void)state;
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    assert_null(parse(FILE_OF("{\"dates\":[\"x\",\"y\"],\"from\":\"10:00\",\"to\":\"12:00\","
                              "\"every\":60,\"capacity\":9},{}",
                              "{},{\"id\":\"p\"}"),
                      &faults));
    int lines = 0;
    for (size_t i = 0; i < faults.len; i++)
        lines += faults.data[i] == '\n';
    assert_int_equal(lines, 2 + 5 + 6 + 5);
}

static void assert_told(const struct bx_buf *faults, const char *line)
{
    if (strstr(bx_buf_text(faults), line) == NULL)
        fail_msg("not told: %s\nbut: %s", line, bx_buf_text(faults));
}

/* One fault hides no other, wherever it stands. */
static void test_none_is_hidden(void **state)
{
    (void)state;
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    assert_null(
        parse("{\"bogus\":1,\"odd\":2,\"venue\":{\"id\":\"m\",\"name\":\"M\",\"zone\":\"Mars\","
              "\"currency\":\"EURO\",\"extra\":1}," EVENT(
                  SLOT) ",\"products\":["
                        "{\"id\":\"p\",\"name\":\"P\",\"key\":\"a\",\"price\":-1,\"tax\":0,"
                        "\"events\":[]},"
                        "{\"id\":\"q\",\"name\":\"Q\",\"key\":\"a\",\"price\":-1,\"tax\":2000000,"
                        "\"events\":[\"e\"]}]}",
              &faults));
    assert_told(&faults, "programme: \"bogus\" is not known here\n");
    assert_told(&faults, "programme: \"odd\" is not known here\n");
    assert_told(&faults, "venue: \"zone\" Mars is not");
    assert_told(&faults, "venue: \"currency\" is longer");
    assert_told(&faults, "venue: \"extra\" is not known here\n");
    assert_told(&faults, "products[0]: \"price\"");
    assert_told(&faults, "products[1]: \"price\"");
    assert_told(&faults, "products[1]: \"tax\"");
    assert_told(&faults, "products[1]: \"key\" a is taken by p\n");
    assert_null(strstr(bx_buf_text(&faults), "does not exist")); /* no zone, no times */
}

/* Nor do the terms hide one another. */
static void test_terms_are_told_at_once(void **state)
{
    (void)state;
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    assert_null(parse(
        "{" VENUE "," EVENT(
            SLOT) ",\"products\":[" PRODUCT "],"
                  "\"rules\":[{\"id\":\"r\",\"name\":\"R\",\"kind\":\"time\",\"parts\":[{"
                  "\"product\":\"q\"}],"
                  "\"price\":1,\"weekdays\":[\"mon\",\"someday\"]},7,"
                  "{\"id\":\"s\",\"name\":\"S\",\"kind\":\"group\",\"parts\":[{\"product\":\"p\"}],"
                  "\"price\":-1,\"least\":10,\"minute_from\":\"9:00\",\"minute_to\":\"24:01\"}],"
                  "\"reasons\":[{\"action\":\"void\",\"id\":\"x\",\"name\":\"X\",\"permille\":5}],"
                  "\"coins\":[5,10],\"limits\":{\"reprints\":{\"at\":2,\"beyond\":\"cry\"},\"odd\":"
                  "1},"
                  "\"round_up\":\"p\"}",
        &faults));
    assert_told(&faults, "rule, part 1: there is no product \"q\"\n");
    assert_told(&faults, "rule 1: \"weekdays\" must be of mon");
    assert_told(&faults, "rule 2: this is not an object\n");
    assert_told(&faults, "rule 3: \"price\"");
    assert_told(&faults, "rule 3: \"minute_from\" must be a time");
    assert_told(&faults, "rule 3: \"minute_to\" must be a time");
    assert_told(&faults, "reason 1: \"permille\" belongs to a discount\n");
    assert_told(&faults, "programme: \"coins\" must be values");
    assert_told(&faults, "reprints: \"beyond\" must be warn, ask or block\n");
    assert_told(&faults, "limits: \"odd\" is not known here\n");
    assert_told(&faults, "programme: \"round_up\" names no donation");
}

/* A person finds a line, not a byte. */
static void test_where_json_breaks(void **state)
{
    (void)state;
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    assert_null(parse("{\n  \"venue\": {\n    \"id\": museum\n  }\n}\n", &faults));
    assert_told(&faults, "line 3, column 11");
}

static void test_shared_pools(void **state)
{
    (void)state;
    static const char text[] =
        "{" VENUE ",\"events\":["
        "{\"id\":\"e\",\"name\":\"E\",\"slots\":[{\"dates\":[\"today\"],\"from\":\"10:00\",\"to\":"
        "\"12:00\",\"every\":60,\"capacity\":9,\"pool\":\"house\"}]},"
        "{\"id\":\"f\",\"name\":\"F\",\"slots\":[{\"dates\":[\"today\"],\"from\":\"10:00\",\"to\":"
        "\"13:00\",\"every\":60,\"length\":90,\"capacity\":9,\"pool\":\"house\"}]}],"
        "\"products\":[" PRODUCT "]}";
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    struct bd_import *import bx_cleanup(bd_import_destroy) = parse(text, &faults);
    if (import == NULL)
        fail_msg("%s", bx_buf_text(&faults));
    assert_int_equal(import->programme->slot_count, 4);
    assert_int_equal(import->pool_count, 2);
    assert_string_equal(import->pools[0].id.s, "house-20260328-1000");
    assert_int_equal(import->pools[0].ends.us,
                     import->programme->slots[0].start.us + 90 * 60 * BX_SECOND_US);
    /* another capacity for the same places */
    char other[sizeof text];
    memcpy(other, text, sizeof text);
    char *second = strstr(strstr(other, "\"length\""), "\"capacity\":9");
    second[strlen("\"capacity\":")] = '8';
    assert_null(parse(other, &faults));
    assert_non_null(strstr(bx_buf_text(&faults), "pool house-20260328-1000: "));
}

/* Clocks go forward in the night: slots keep their civil times. */
static void test_summer_time(void **state)
{
    (void)state;
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    struct bd_import *import bx_cleanup(bd_import_destroy) =
        parse(FILE_OF("{\"dates\":[\"today\",\"today+1\"],\"from\":\"23:00\",\"to\":\"24:00\","
                      "\"every\":60,\"capacity\":9}",
                      PRODUCT),
              &faults);
    assert_non_null(import);
    const struct bx_slot *slots = import->programme->slots;
    assert_int_equal(slots[0].offset_min, 60);
    assert_int_equal(slots[1].offset_min, 120);
    assert_int_equal(slots[1].start.us - slots[0].start.us, 23 * 3600 * BX_SECOND_US);
}

static struct bd_import *with_capacity(const char *capacity)
{
    char text[512];
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    snprintf(text, sizeof text,
             "{" VENUE ",\"events\":[{\"id\":\"special\",\"name\":\"S\",\"slots\":[{\"dates\":["
             "\"2026-11-24\"],\"from\":\"14:00\",\"to\":\"15:00\",\"every\":60,\"capacity\":%s}]}],"
             "\"products\":[]}",
             capacity);
    struct bd_import *import = parse(text, &faults);
    if (import == NULL)
        fail_msg("%s", bx_buf_text(&faults));
    return import;
}

/* The programme tells when the venue's clocks change, today's change included. */
static void test_changes_are_told(void **state)
{
    (void)state;
    static const struct {
        struct bx_date today;
        size_t count;
    } rows[] = {
        {{2026, 3, 27}, 2},
        {{2026, 3, 29}, 2},
        {{2026, 3, 30}, 1},
    };
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    for (size_t i = 0; i < bx_countof(rows); i++) {
        static const char text[] = FILE_OF(SLOT, PRODUCT);
        struct bd_import *import bx_cleanup(bd_import_destroy) =
            bd_import_parse(text, strlen(text), rows[i].today, zone, NULL, &faults);
        if (import == NULL)
            fail_msg("%s", bx_buf_text(&faults));
        assert_int_equal(import->programme->change_count, rows[i].count);
        bx_utc at;
        assert_int_equal(bx_utc_parse("2026-03-29T00:59:59Z", &at), 0);
        assert_int_equal(bx_programme_offset(import->programme, at), rows[i].count == 2 ? 60 : 120);
        at.us += BX_SECOND_US;
        assert_int_equal(bx_programme_offset(import->programme, at), 120);
    }
}

/* So does the server's own day, for which it hands out keys. */
static void test_the_day_follows_the_clock(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct bd_device device = {.till = 2, .incarnation = 1, .issuer = 2};
    struct bd_wish wish = {&venue->policy, &venue->turn, &device, BX_DOC_KEYS};
    struct bd_import *import bx_cleanup(bd_import_destroy) = with_capacity("40");
    int64_t version;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    import->programme->change_count = 1; /* to the other side of the world in an hour */
    import->programme->changes[0] =
        (struct bx_clock_change){{venue->turn.now.us + 3600 * BX_SECOND_US}, 780};
    venue_begin(venue);
    MUST(bd_book_import(venue->book, &venue->turn, import, NULL));
    venue_end(venue);
    venue_tick(venue, 3500);
    venue_begin(venue);
    MUST(bd_book_freeze(venue->book, &venue->turn, NULL));
    venue_end(venue);
    MUST(bd_book_document(venue->store, &wish, &version, &out, NULL));
    assert_non_null(strstr(bx_buf_text(&out), "2026-11-24"));
    venue_tick(venue, 200);
    venue_begin(venue);
    MUST(bd_book_freeze(venue->book, &venue->turn, NULL));
    venue_end(venue);
    bx_buf_clear(&out);
    MUST(bd_book_document(venue->store, &wish, &version, &out, NULL));
    assert_null(strstr(bx_buf_text(&out), "2026-11-24"));
    assert_non_null(strstr(bx_buf_text(&out), "2026-11-25"));
    venue_destroy(venue);
}

static int import_it(struct venue *venue, const char *capacity, struct bx_fault *fault)
{
    struct bd_import *import bx_cleanup(bd_import_destroy) = with_capacity(capacity);
    venue_begin(venue);
    int err = bd_book_import(venue->book, &venue->turn, import, fault);
    venue_end(venue);
    return err;
}

static void test_capacity_keeps_what_is_out(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct till *till = till_create(venue);
    struct bx_fault fault;
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 0, 3));
    assert_int_equal(import_it(venue, "9", &fault), BX_ERR_REFUSED);
    assert_non_null(strstr(fault.say, POOL_B));
    assert_int_equal(pool_of(venue, POOL_B).capacity, 40);
    MUST(import_it(venue, "10", &fault));
    assert_int_equal(pool_of(venue, POOL_B).capacity, 10);
    assert_pool(venue, POOL_B, 3, 7, 0);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_GROW, POOL_B, 1, 11, 0).n, 10);
    /* a slot that is no longer offered gives nothing */
    assert_int_equal(till_ask(venue, till, BX_ALLOT_REQ, POOL_C, 1, 5, 0).word, BX_ALLOT_NONE);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* A sale of a slot that has been cancelled since is a refund task. */
static void test_cancelled(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    struct entry *sale = till_sell(venue, till, POOL_B, 1, 0, 3);
    MUST(import_it(venue, "40,\"cancelled\":true", NULL));
    struct bx_entry_answer answer;
    MUST(till_send(venue, till, &sale, 1, &answer));
    assert_string_equal(answer.task, "cancelled");
    assert_int_equal(till_ask(venue, till, BX_ALLOT_GROW, POOL_B, 1, 20, 0).word, BX_ALLOT_NONE);
    assert_pool(venue, POOL_B, 3, 7, 0);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* What was sold keeps its meaning: the venue and its money stay what they are. */
static void test_same_venue(void **state)
{
    (void)state;
    static const char *const venues[] = {
        "\"id\":\"other\",\"currency\":\"EUR\"",
        "\"id\":\"museum\",\"currency\":\"CHF\"",
        "\"id\":\"museum\",\"currency\":\"EUR\",\"exponent\":0",
    };
    struct venue *venue = venue_create(STORE_MEMORY);
    for (size_t i = 0; i < 3; i++) {
        char text[400];
        struct bx_fault fault;
        bx_buf_auto faults;
        bx_buf_init(&faults, 0);
        snprintf(text, sizeof text,
                 "{\"venue\":{\"name\":\"M\",\"zone\":\"Europe/Berlin\",%s},"
                 "\"events\":[],\"products\":[]}",
                 venues[i]);
        struct bd_import *import bx_cleanup(bd_import_destroy) = parse(text, &faults);
        assert_non_null(import);
        venue_begin(venue);
        assert_int_equal(bd_book_import(venue->book, &venue->turn, import, &fault), BX_ERR_REFUSED);
        venue_end(venue);
        assert_non_null(strstr(fault.say, "cannot become"));
    }
    assert_int_equal(pool_of(venue, POOL_B).cancelled, 0);
    venue_destroy(venue);
}

static void test_the_sample(void **state)
{
    (void)state;
    bx_buf_auto text, faults;
    char piece[4096];
    bx_buf_init(&text, 0);
    bx_buf_init(&faults, 0);
    FILE *file = fopen(SAMPLE, "r");
    assert_non_null(file);
    for (size_t got = fread(piece, 1, sizeof piece, file); got > 0;
         got = fread(piece, 1, sizeof piece, file))
        bx_buf_add(&text, piece, got);
    fclose(file);
    struct bd_import *import bx_cleanup(bd_import_destroy) = parse(bx_buf_text(&text), &faults);
    if (import == NULL)
        fail_msg("%s", bx_buf_text(&faults));
    const struct bx_programme *programme = import->programme;
    assert_int_equal(programme->product_count, 17);
    assert_int_equal(programme->rule_count, 4);
    assert_int_equal(programme->rules[3].minute_from, 17 * 60);
    assert_int_equal(programme->origin_every, 0); /* nobody is asked until the venue wants it */
    assert_int_equal(programme->coins[0], 50000);
    assert_int_equal(programme->limits.discount_permille.at, 300);
    assert_int_equal(programme->limits.discount_permille.beyond, BX_BEYOND_ASK);
    assert_true(programme->round_up);
    assert_non_null(bx_programme_article(programme, "4006381333931"));
    assert_int_equal(import->programme->event_count, 3);
    assert_int_equal(import->programme->slot_count, 7 * (44 + 44 + 11));
}

/* --- timetables ------------------------------------------------------------------------------- */

#define VENUE_OF(more)                                                                     \
    "\"venue\":{\"id\":\"museum\",\"name\":\"M\",\"zone\":\"Europe/Berlin\",\"currency\":" \
    "\"EUR\"," more "}"
#define TABLE_OF(venue, event, table)                                                              \
    "{" VENUE_OF(venue) ",\"events\":[{\"id\":\"e\",\"name\":\"E\"," event "\"timetable\":[" table \
                        "]}],\"products\":[]}"

static struct bd_import *parse_on(const char *text, struct bx_date day)
{
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    struct bd_import *import = bd_import_parse(text, strlen(text), day, zone, NULL, &faults);
    if (import == NULL)
        fail_msg("%s", bx_buf_text(&faults));
    return import;
}

static int slots_on(const struct bd_import *import, struct bx_date date)
{
    int count = 0;
    for (size_t i = 0; i < import->programme->slot_count; i++)
        count += bx_date_compare(import->programme->slots[i].date, date) == 0;
    return count;
}

static const struct bx_slot *slot_of(const struct bd_import *import, const char *id)
{
    struct bx_slug slug = {0};
    snprintf(slug.s, sizeof slug.s, "%s", id);
    return bx_programme_slot(import->programme, &slug);
}

/* From Monday 2026-06-01 on. */
static void test_what_recurs(void **state)
{
    (void)state;
    static const char text[] = TABLE_OF(
        "\"horizon\":31,\"closed\":[\"2026-06-09\"]", "\"closed\":[\"2026-06-10\"],",
        "{\"weekdays\":[\"tue\",\"wed\",\"sun\"],\"seasons\":[{\"from\":\"2026-05-01\",\"to\":"
        "\"2026-06-17\"}],\"from\":\"10:00\",\"to\":\"12:00\",\"every\":30,\"capacity\":9,"
        "\"exceptions\":[{\"date\":\"2026-06-02\",\"times\":[\"11:00\",\"15:30\"],\"capacity\":5},"
        "{\"date\":\"2026-06-16\",\"closed\":true},"
        "{\"date\":\"2026-06-19\",\"from\":\"20:00\",\"to\":\"22:00\",\"every\":60},"
        "{\"date\":\"2026-05-30\",\"from\":\"20:00\",\"to\":\"22:00\",\"every\":60},"
        "{\"date\":\"2026-07-02\",\"from\":\"20:00\",\"to\":\"22:00\",\"every\":60}]},"
        "{\"weekdays\":[\"mon\"],\"seasons\":[{\"from\":\"06-15\",\"to\":\"01-31\"}],"
        "\"times\":[\"09:00\"],\"length\":60,\"capacity\":7}");
    struct bd_import *import bx_cleanup(bd_import_destroy) =
        parse_on(text, (struct bx_date){2026, 6, 1});
    static const int wanted[31] = {0, 2, 4, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 4, 1, 0,
                                   4, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0};
    int all = 0;
    for (int day = 0; day < 31; day++) {
        struct bx_date date = bx_date_plus((struct bx_date){2026, 6, 1}, day);
        if (slots_on(import, date) != wanted[day])
            fail_msg("day %d has %d slots", day + 1, slots_on(import, date));
        all += wanted[day];
    }
    assert_int_equal(import->programme->slot_count, all);
    assert_int_equal(import->pool_count, all);
    assert_non_null(slot_of(import, "e-20260602-1530"));
    assert_int_equal(import->pools[0].capacity, 5);
    assert_int_equal(import->notes.len, 0);
    /* again: the same, byte for byte */
    struct bd_import *again bx_cleanup(bd_import_destroy) =
        parse_on(text, (struct bx_date){2026, 6, 1});
    bx_buf_auto first, second;
    bx_buf_init(&first, 0);
    bx_buf_init(&second, 0);
    bx_programme_encode(import->programme, &first);
    bx_programme_encode(again->programme, &second);
    assert_string_equal(bx_buf_text(&first), bx_buf_text(&second));
}

/* The hour that clocks skip has no slot, and that is told; the hour that they repeat has two. */
static void test_nights_of_the_clock(void **state)
{
    (void)state;
    static const char text[] = TABLE_OF(
        "\"horizon\":2", "", "{\"from\":\"01:00\",\"to\":\"04:00\",\"every\":60,\"capacity\":9}");
    struct bd_import *spring bx_cleanup(bd_import_destroy) = parse_on(text, today);
    assert_int_equal(slots_on(spring, today), 3);
    assert_int_equal(slots_on(spring, bx_date_plus(today, 1)), 2);
    assert_string_equal(
        bx_buf_text(&spring->notes),
        "events[0].timetable[0]: 2026-03-29 02:00 does not exist in Europe/Berlin\n");
    struct bd_import *autumn bx_cleanup(bd_import_destroy) =
        parse_on(text, (struct bx_date){2026, 10, 25});
    assert_int_equal(autumn->notes.len, 0);
    assert_int_equal(slots_on(autumn, (struct bx_date){2026, 10, 25}), 4);
    assert_int_equal(slots_on(autumn, (struct bx_date){2026, 10, 26}), 3);
    const struct bx_slot *slots = autumn->programme->slots;
    for (int i = 0; i < 4; i++) /* one an hour, whatever clocks say */
        assert_int_equal(slots[i].start.us, slots[0].start.us + i * 3600 * BX_SECOND_US);
    const struct bx_slot *late = slot_of(autumn, "e-20261025-0200b");
    assert_non_null(late);
    assert_int_equal(late->offset_min, 60);
    assert_int_equal(late->start.us,
                     slot_of(autumn, "e-20261025-0200")->start.us + 3600 * BX_SECOND_US);
    assert_string_equal(late->pool.s, "e-20261025-0200b");
}

static void test_bad_timetables(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"times\":[\"10:00\",\"09:00\"],\"length\":5,\"capacity\":1}",
         "events[0].timetable[0]: \"times\" must be times"},
        {"{\"times\":[\"10:00\"],\"capacity\":1}", "events[0].timetable[0]: \"length\" is missing"},
        {"{\"times\":[\"10:00\"],\"length\":5,\"every\":5,\"capacity\":1}",
         "events[0].timetable[0]: \"times\" stand instead"},
        {"{\"times\":[\"10:00\"],\"length\":5,\"capacity\":1,\"week\":1}",
         "events[0].timetable[0]: \"week\" is not known here"},
        {"{\"times\":[\"10:00\"],\"length\":5,\"capacity\":1,\"weekdays\":[\"monday\"]}",
         "events[0].timetable[0]: \"weekdays\" must be of mon"},
        {"{\"times\":[\"10:00\"],\"length\":5,\"capacity\":1,\"seasons\":[{\"from\":\"04-01\","
         "\"to\":\"2026-05-01\"}]}",
         "season 1: \"from\" and \"to\" must both"},
        {"{\"times\":[\"10:00\"],\"length\":5,\"capacity\":1,\"exceptions\":[{\"date\":"
         "\"2026-13-01\",\"closed\":true}]}",
         "events[0].timetable[0].exceptions[0]: \"date\" must be a day"},
        {"{\"times\":[\"10:00\"],\"length\":5,\"capacity\":1,\"exceptions\":[{\"date\":\"today\","
         "\"closed\":true},{\"date\":\"today\",\"closed\":true}]}",
         "events[0].timetable[0].exceptions[1]: today is there twice"},
        {"{\"times\":[\"10:00\"],\"length\":5,\"capacity\":1,\"exceptions\":[{\"date\":\"today\","
         "\"closed\":true,\"every\":5}]}",
         "events[0].timetable[0].exceptions[0]: a day that is closed"},
    };
    for (size_t i = 0; i < bx_countof(rows); i++) {
        char text[700];
        snprintf(text, sizeof text, TABLE_OF("\"horizon\":2", "", "%s"), rows[i][0]);
        assert_fault(text, rows[i][1]);
    }
    assert_fault(TABLE_OF("\"horizon\":401", "", ""), "venue: \"horizon\"");
    assert_fault(TABLE_OF("\"closed\":[\"someday\"]", "", ""), "venue: \"closed\" must be of days");
}

/* --- sale windows ----------------------------------------------------------------------------- */

#define CHANNELS_OF(event, product)                                                          \
    "{" VENUE ",\"events\":[{\"id\":\"e\",\"name\":\"E\",\"slots\":[" SLOT "]" event         \
    "}],\"products\":[{\"id\":\"p\",\"name\":\"P\",\"key\":\"a\",\"price\":100,\"tax\":0,"   \
    "\"events\":[\"e\"]" product "},{\"id\":\"q\",\"name\":\"Q\",\"key\":\"q\",\"price\":1," \
    "\"tax\":0,\"events\":[]}]}"

static void test_windows(void **state)
{
    (void)state;
    struct bd_import *import bx_cleanup(bd_import_destroy) = parse_on(
        CHANNELS_OF(",\"channels\":{\"counter\":{\"until\":15},\"web\":{}}",
                    ",\"channels\":{\"web\":{\"from\":\"2026-03-28 09:30\",\"until\":-60}}"),
        today);
    const struct bx_windows *event = &import->programme->events[0].windows;
    const struct bx_windows *product = &import->programme->products[0].windows;
    bx_utc at;
    assert_int_equal(event->count, 2);
    assert_string_equal(event->items[0].channel.s, "counter");
    assert_int_equal(event->items[0].from.kind, BX_BOUND_NONE);
    assert_int_equal(event->items[0].until.kind, BX_BOUND_MINUTES);
    assert_int_equal(event->items[0].until.value, 15);
    assert_int_equal(event->items[1].until.kind, BX_BOUND_NONE);
    assert_int_equal(product->count, 1);
    assert_int_equal(bx_utc_parse("2026-03-28T09:30:00+01:00", &at), 0);
    assert_int_equal(product->items[0].from.kind, BX_BOUND_AT);
    assert_int_equal(product->items[0].from.value, at.us);
    assert_int_equal(product->items[0].until.value, -60);
    assert_fault(CHANNELS_OF(",\"channels\":{}", ""), "events[0]: \"channels\" must name");
    assert_fault(CHANNELS_OF(",\"channels\":{\"Web\":{}}", ""), "events[0]: \"channels\": Web is");
    assert_fault(CHANNELS_OF(",\"channels\":{\"web\":{\"till\":1}}", ""),
                 "events[0].channels.web: \"till\" is not known here");
    assert_fault(CHANNELS_OF("", ",\"channels\":{\"web\":{\"from\":\"tomorrow\"}}"),
                 "products[0].channels.web: \"from\" must be minutes, or a day");
    assert_fault(CHANNELS_OF("",
                             "},{\"id\":\"r\",\"name\":\"R\",\"key\":\"r\",\"price\":1,\"tax\":0,"
                             "\"events\":[],\"channels\":{\"web\":{\"until\":5}}"),
                 "products[1].channels.web: \"until\" must be a day and time");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_bad_slots),
        cmocka_unit_test(test_bad_products),
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_none_is_hidden),
        cmocka_unit_test(test_terms_are_told_at_once),
        cmocka_unit_test(test_where_json_breaks),
        cmocka_unit_test(test_shared_pools),
        cmocka_unit_test(test_summer_time),
        cmocka_unit_test(test_changes_are_told),
        cmocka_unit_test(test_the_day_follows_the_clock),
        cmocka_unit_test(test_capacity_keeps_what_is_out),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_same_venue),
        cmocka_unit_test(test_the_sample),
        cmocka_unit_test(test_what_recurs),
        cmocka_unit_test(test_nights_of_the_clock),
        cmocka_unit_test(test_bad_timetables),
        cmocka_unit_test(test_windows),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
