/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/programme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"

/* Two events that share the letter a, one letter s for both, an untimed book. The tour's slot runs
 * long over two of the collection's, one of which is cancelled. */
static const char document[] =
    "{\"v\":1,\"epoch\":1,\"version\":7,"
    "\"venue\":{\"id\":\"museum\",\"name\":\"Sample Museum\",\"zone\":\"Europe/Berlin\","
    "\"offset\":60,\"currency\":\"EUR\",\"exponent\":2,\"cash_step\":5,\"tax_included\":true,"
    "\"quantity_usual\":10},"
    "\"events\":[{\"id\":\"permanent\",\"name\":\"Permanent collection\",\"class\":\"main\"},"
    "{\"id\":\"tour\",\"name\":\"F\xC3\xBChrung\",\"class\":\"tours\"}],"
    "\"slots\":["
    "{\"id\":\"p1\",\"event\":\"permanent\",\"pool\":\"p1\",\"start\":1000,\"end\":2000,"
    "\"offset\":60,\"date\":\"2026-11-24\"},"
    "{\"id\":\"t1\",\"event\":\"tour\",\"pool\":\"guide\",\"start\":1000,\"end\":4500,"
    "\"offset\":60,\"date\":\"2026-11-24\"},"
    "{\"id\":\"p2\",\"event\":\"permanent\",\"pool\":\"p2\",\"start\":2000,\"end\":3000,"
    "\"offset\":60,\"date\":\"2026-11-24\",\"cancelled\":true},"
    "{\"id\":\"a3\",\"event\":\"permanent\",\"pool\":\"p3\",\"start\":3000,\"end\":4000,"
    "\"offset\":-30,\"date\":\"2026-11-25\"},"
    "{\"id\":\"t2\",\"event\":\"tour\",\"pool\":\"guide\",\"start\":5000,\"end\":6000,"
    "\"offset\":60,\"date\":\"2026-11-25\"}],"
    "\"products\":["
    "{\"id\":\"adult\",\"name\":\"Adult\",\"key\":\"a\",\"price\":1200,\"tax\":70000,"
    "\"places\":1,\"persons\":1,\"events\":[\"permanent\"]},"
    "{\"id\":\"tour-adult\",\"name\":\"Adult, tour\",\"key\":\"a\",\"price\":1500,\"tax\":70000,"
    "\"places\":1,\"persons\":1,\"events\":[\"tour\"]},"
    "{\"id\":\"student\",\"name\":\"Student\",\"key\":\"s\",\"price\":0,\"tax\":0,"
    "\"places\":1,\"persons\":1,\"events\":[\"permanent\",\"tour\"]},"
    "{\"id\":\"book\",\"name\":\"Guide book\",\"key\":\"g\",\"price\":950,\"tax\":190000,"
    "\"places\":0,\"persons\":0,\"events\":[]},"
    "{\"id\":\"pass\",\"name\":\"Pass\",\"key\":\"p\",\"price\":4000,\"tax\":70000,"
    "\"places\":0,\"persons\":1,\"events\":[],\"class\":\"passes\"}]}";

#define bx_programme_auto struct bx_programme *bx_cleanup(bx_programme_destroy)

static struct bx_programme *sample(void)
{
    struct bx_fault fault = {0};
    struct bx_programme *programme = bx_programme_parse(document, strlen(document), &fault);
    if (programme == NULL)
        fail_msg("%s %s", fault.say, fault.detail);
    return programme;
}

static const struct bx_slot *slot(const struct bx_programme *programme, const char *id)
{
    struct bx_slug slug = {0};
    snprintf(slug.s, sizeof slug.s, "%s", id);
    return bx_programme_slot(programme, &slug);
}

static void test_venue_and_events(void **state)
{
    (void)state;
    bx_programme_auto programme = sample();
    assert_int_equal(programme->epoch, 1);
    assert_int_equal(programme->version, 7);
    assert_string_equal(programme->venue.s, "museum");
    assert_string_equal(programme->name, "Sample Museum");
    assert_string_equal(programme->zone, "Europe/Berlin");
    assert_int_equal(programme->offset_min, 60);
    assert_string_equal(programme->currency, "EUR");
    assert_int_equal(programme->exponent, 2);
    assert_int_equal(programme->cash_step, 5);
    assert_true(programme->tax_included);
    assert_int_equal(programme->quantity_usual, 10);
    assert_int_equal(programme->event_count, 2);
    assert_string_equal(programme->events[1].name, "F\xC3\xBChrung");
    assert_string_equal(programme->events[1].class.s, "tours");
}

static void test_slots_and_products(void **state)
{
    (void)state;
    bx_programme_auto programme = sample();
    assert_int_equal(programme->slot_count, 5);
    const struct bx_slot *third = slot(programme, "a3");
    assert_non_null(third);
    assert_string_equal(third->pool.s, "p3");
    assert_int_equal(third->event, 0);
    assert_int_equal(third->start.us, 3000);
    assert_int_equal(third->end.us, 4000);
    assert_int_equal(third->offset_min, -30);
    assert_int_equal(third->date.day, 25);
    assert_false(third->cancelled);
    assert_true(slot(programme, "p2")->cancelled);
    assert_null(slot(programme, "p4"));
    assert_null(slot(programme, ""));

    assert_int_equal(programme->product_count, 5);
    const struct bx_product *student =
        bx_programme_product(programme, &(struct bx_slug){"student"});
    assert_non_null(student);
    assert_int_equal(student->events, 3);
    assert_int_equal(student->key, 's');
    const struct bx_product *pass = bx_programme_product(programme, &(struct bx_slug){"pass"});
    assert_int_equal(pass->price.minor, 4000);
    assert_int_equal(pass->tax_ppm, 70000);
    assert_int_equal(pass->places, 0);
    assert_int_equal(pass->persons, 1);
    assert_string_equal(pass->class.s, "passes");
    assert_null(bx_programme_product(programme, &(struct bx_slug){"senior"}));
}

static void test_encode_gives_the_bytes_back(void **state)
{
    (void)state;
    bx_programme_auto programme = sample();
    bx_buf_auto out;
    bx_buf_init(&out, BX_PROGRAMME_BYTES);
    bx_programme_encode(programme, &out);
    assert_false(out.full);
    assert_string_equal(bx_buf_text(&out), document);
}

static struct bx_programme *with_changes(const char *changes)
{
    static char text[sizeof document + 200];
    const char *place = strstr(document, "\"currency\"");
    snprintf(text, sizeof text, "%.*s\"changes\":%s,%s", (int)(place - document), document, changes,
             place);
    return bx_programme_parse(text, strlen(text), &(struct bx_fault){0});
}

/* The clock at the venue follows its changes without a new programme. */
static void test_the_clock_changes(void **state)
{
    (void)state;
    static const char two[] = "[{\"at\":1000,\"offset\":120},{\"at\":2000,\"offset\":60}]";
    bx_programme_auto plain = sample();
    assert_int_equal(bx_programme_offset(plain, (bx_utc){5000}), 60);
    assert_int_equal(bx_programme_offset(NULL, (bx_utc){5000}), 0);
    bx_programme_auto programme = with_changes(two);
    assert_non_null(programme);
    assert_int_equal(bx_programme_offset(programme, (bx_utc){999}), 60);
    assert_int_equal(bx_programme_offset(programme, (bx_utc){1000}), 120);
    assert_int_equal(bx_programme_offset(programme, (bx_utc){1999}), 120);
    assert_int_equal(bx_programme_offset(programme, (bx_utc){2000}), 60);
    bx_buf_auto out;
    bx_buf_init(&out, BX_PROGRAMME_BYTES);
    bx_programme_encode(programme, &out);
    assert_non_null(strstr(bx_buf_text(&out), two));
    static const char *const bad[] = {
        "[{\"at\":2000,\"offset\":120},{\"at\":2000,\"offset\":60}]",
        "[{\"at\":1000}]",
        "{}",
        "[{\"at\":1000,\"offset\":1081}]",
        "[{\"at\":1000,\"offset\":60,\"x\":1}]",
        ("[{\"at\":1,\"offset\":0},{\"at\":2,\"offset\":0},{\"at\":3,\"offset\":0},"
         "{\"at\":4,\"offset\":0},{\"at\":5,\"offset\":0}]")};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_null(with_changes(bad[i]));
}

static void test_by_key(void **state)
{
    (void)state;
    bx_programme_auto programme = sample();
    assert_string_equal(bx_programme_by_key(programme, 'a', 0)->id.s, "adult");
    assert_string_equal(bx_programme_by_key(programme, 'a', 1)->id.s, "tour-adult");
    assert_string_equal(bx_programme_by_key(programme, 's', 1)->id.s, "student");
    assert_string_equal(bx_programme_by_key(programme, 'g', 0)->id.s, "book");
    assert_string_equal(bx_programme_by_key(programme, 'g', -1)->id.s, "book");
    assert_null(bx_programme_by_key(programme, 'a', -1));
    assert_null(bx_programme_by_key(programme, 's', 2));
    assert_null(bx_programme_by_key(programme, 'x', 0));
}

static const char *current(const struct bx_programme *programme, int event, int64_t now)
{
    const struct bx_slot *found = bx_programme_current(programme, event, (bx_utc){now});
    return found != NULL ? found->id.s : "none";
}

static void check_current(const struct bx_programme *programme)
{
    assert_string_equal(current(programme, 0, 0), "p1");
    assert_string_equal(current(programme, 0, 1999), "p1");
    assert_string_equal(current(programme, 0, 2000), "p2");
    assert_string_equal(current(programme, 0, 3999), "a3");
    assert_string_equal(current(programme, 0, 4000), "none");
    assert_string_equal(current(programme, 1, 4499), "t1");
    assert_string_equal(current(programme, 1, 4500), "t2");
    assert_string_equal(current(programme, 1, 6000), "none");
    assert_string_equal(current(programme, 2, 0), "none");
}

static void test_current(void **state)
{
    (void)state;
    bx_programme_auto programme = sample();
    check_current(programme);
}

static void test_step(void **state)
{
    (void)state;
    bx_programme_auto programme = sample();
    const struct bx_slot *first = slot(programme, "p1");
    assert_ptr_equal(bx_programme_step(programme, first, 1), slot(programme, "p2"));
    assert_ptr_equal(bx_programme_step(programme, first, 2), slot(programme, "a3"));
    assert_null(bx_programme_step(programme, first, 3));
    assert_null(bx_programme_step(programme, first, -1));
    assert_ptr_equal(bx_programme_step(programme, first, 0), first);
    assert_ptr_equal(bx_programme_step(programme, slot(programme, "a3"), -1),
                     slot(programme, "p2"));
    assert_ptr_equal(bx_programme_step(programme, slot(programme, "t2"), -1),
                     slot(programme, "t1"));
    assert_null(bx_programme_step(programme, slot(programme, "t2"), 1));
}

static void test_one_put_together_by_hand(void **state)
{
    (void)state;
    bx_programme_auto programme = sample();
    programme->index = bx_free(programme->index);
    check_current(programme);
    assert_string_equal(slot(programme, "t2")->id.s, "t2");
    assert_null(slot(programme, "t3"));
}

/* The document with its first FROM turned into TO. */
static struct bx_programme *changed(const char *from, const char *to, struct bx_fault *fault)
{
    char text[8192];
    const char *at = strstr(document, from);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - document), document, to, at + strlen(from));
    return bx_programme_parse(text, strlen(text), fault);
}

static void refused(const char *from, const char *to, const char *said)
{
    struct bx_fault fault = {0};
    assert_null(changed(from, to, &fault));
    assert_int_equal(fault.err, BX_ERR_INPUT);
    if (strstr(fault.say, said) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", fault.say, said);
    assert_null(changed(from, to, NULL));
}

static void accepted(const char *from, const char *to)
{
    struct bx_fault fault = {0};
    bx_programme_auto programme = changed(from, to, &fault);
    if (programme == NULL)
        fail_msg("%s -> %s: %s", from, to, fault.say);
}

static void test_refuses_document(void **state)
{
    (void)state;
    refused("\"v\":1", "\"v\":2", "programme: \"v\"");
    refused("\"v\":1,", "", "programme: \"v\"");
    refused("\"epoch\":1", "\"epoch\":-1", "programme: \"epoch\"");
    refused("\"version\":7", "\"version\":\"7\"", "programme: \"version\"");
    refused("\"version\":7", "\"version\":7,\"extra\":0", "programme: \"extra\"");
    refused("\"events\":[{", "\"event\":[{", "programme: \"event\"");
    struct bx_fault fault = {0};
    assert_null(bx_programme_parse("[]", 2, &fault));
    assert_null(bx_programme_parse("", 0, &fault));
    assert_null(bx_programme_parse("null", 4, &fault));
}

static void test_refuses_venue(void **state)
{
    (void)state;
    refused("\"museum\"", "\"Museum\"", "venue: \"id\"");
    refused("Sample Museum", "", "venue: \"name\"");
    refused("Sample Museum", "12345678901234567890123456789012345678901", "venue: \"name\"");
    refused("Sample Museum", "Sample\\u001b[2J", "venue: \"name\"");
    refused("Europe/Berlin", "Europe Berlin", "venue: \"zone\"");
    refused("\"offset\":60", "\"offset\":1081", "venue: \"offset\"");
    refused("EUR", "EU", "venue: \"currency\"");
    refused("EUR", "EUr", "venue: \"currency\"");
    refused("EUR", "\xE2\x82\xAC", "venue: \"currency\"");
    refused("\"exponent\":2", "\"exponent\":1", "venue: \"exponent\"");
    refused("\"exponent\":2", "\"exponent\":4", "venue: \"exponent\"");
    refused("\"cash_step\":5", "\"cash_step\":0", "venue: \"cash_step\"");
    refused("\"tax_included\":true", "\"tax_included\":1", "venue: \"tax_included\"");
    refused("\"tax_included\":true", "\"tax_included\":null", "venue: \"tax_included\"");
    refused("\"tax_included\":true,", "", "venue: \"tax_included\"");
    refused("\"quantity_usual\":10", "\"quantity_usual\":0", "venue: \"quantity_usual\"");
    refused("\"quantity_usual\":10", "\"quantity_usual\":10,\"logo\":\"x\"", "venue: \"logo\"");
    accepted("EUR", "JPY");
    accepted("\"exponent\":2", "\"exponent\":0");
    accepted("\"exponent\":2", "\"exponent\":3");
}

static void test_refuses_events_and_slots(void **state)
{
    (void)state;
    refused("{\"id\":\"tour\"", "{\"id\":\"permanent\"", "event 2: the id \"permanent\" is taken");
    refused("\"class\":\"tours\"", "\"class\":\"\"", "event 2: \"class\"");
    refused("\"class\":\"tours\"", "\"class\":\"tours\",\"x\":0", "event 2: \"x\"");
    refused("{\"id\":\"permanent\"", "7,{\"id\":\"permanent\"", "event 1");

    refused("\"event\":\"tour\"", "\"event\":\"tours\"", "slot 2: there is no event \"tours\"");
    refused("\"start\":3000,\"end\":4000", "\"start\":4000,\"end\":4000", "slot 4: \"a3\" ends");
    refused("\"start\":3000,\"end\":4000", "\"start\":4000,\"end\":3000", "slot 4: \"a3\" ends");
    refused("\"start\":3000", "\"start\":-1", "slot 4: \"start\"");
    accepted("\"end\":4000", "\"end\":9007199254740991");
    refused("2026-11-24", "2026-11-31", "slot 1: \"date\"");
    refused("2026-11-24", "today", "slot 1: \"date\"");
    refused("\"offset\":-30", "\"offset\":-1081", "slot 4: \"offset\"");
    refused("\"cancelled\":true", "\"cancelled\":0", "slot 3: \"cancelled\"");
    refused("\"cancelled\":true", "\"canceled\":true", "slot 3: \"canceled\"");
    refused("\"pool\":\"p2\"", "\"pool\":\"\"", "slot 3: \"pool\"");
    refused("\"id\":\"t2\"", "\"id\":\"p2\"", "two slots have the id \"p2\"");
}

static void test_refuses_products(void **state)
{
    (void)state;
    refused("\"id\":\"book\"", "\"id\":\"adult\"", "product 4: the id \"adult\" is taken");
    refused("\"key\":\"s\"", "\"key\":\"S\"", "product 3: \"key\"");
    refused("\"key\":\"s\"", "\"key\":\"st\"", "product 3: \"key\"");
    refused("\"key\":\"s\"", "\"key\":\"1\"", "product 3: \"key\"");
    refused("\"key\":\"s\"", "\"key\":\"a\"", "product 3: the key a of \"student\" is taken by");
    refused("\"key\":\"g\"", "\"key\":\"a\"", "product 4: the key a of \"book\" is taken by");
    refused("\"key\":\"p\"", "\"key\":\"g\"", "product 5: the key g of \"pass\" is taken by");
    refused("\"price\":1200", "\"price\":-1", "product 1: \"price\"");
    refused("\"price\":1200", "\"price\":9007199255", "product 1: \"price\"");
    accepted("\"price\":1200", "\"price\":9007199254");
    refused("\"tax\":190000", "\"tax\":1000001", "product 4: \"tax\"");
    accepted("\"tax\":190000", "\"tax\":1000000");
    refused("\"places\":1", "\"places\":100", "product 1: \"places\"");
    refused("\"persons\":1", "\"persons\":100", "product 1: \"persons\"");
    refused("[\"tour\"]", "[\"tours\"]", "product 2: \"events\" names an event that does not");
    refused("[\"tour\"]", "[0]", "product 2: \"events\"");
    refused("[\"tour\"]", "[\"tour\",\"tour\"]", "product 2: \"events\" names \"tour\" twice");
    refused("[\"tour\"]", "[\"tour\"],\"class\":\"x\"", "product 2: \"class\"");
    refused("[\"tour\"]", "[\"tour\"],\"vat\":0", "product 2: \"vat\"");
}

/* COUNT slots of one event, the last one first, every one half over its neighbour. */
static void crowd(struct bx_buf *text, int count)
{
    bx_buf_clear(text);
    bx_buf_add(text, document, (size_t)(strstr(document, "\"slots\":[") - document));
    bx_buf_text_add(text, "\"slots\":[");
    for (int i = count; i > 0; i--)
        bx_buf_format(text,
                      "%s{\"id\":\"s%d\",\"event\":\"permanent\",\"pool\":\"x\",\"start\":%d,"
                      "\"end\":%d,\"offset\":0,\"date\":\"2026-11-24\"}",
                      i == count ? "" : ",", i, i * 100, i * 100 + 150);
    bx_buf_text_add(text, "],\"products\":[]}");
}

static void test_many_slots(void **state)
{
    (void)state;
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    crowd(&text, BX_SLOTS_MAX);
    bx_programme_auto programme = bx_programme_parse(bx_buf_text(&text), text.len, NULL);
    assert_non_null(programme);
    assert_int_equal(programme->slot_count, BX_SLOTS_MAX);
    for (int i = 1; i <= BX_SLOTS_MAX; i++) {
        char id[16];
        snprintf(id, sizeof id, "s%d", i);
        const struct bx_slot *found = slot(programme, id);
        assert_ptr_equal(found, &programme->slots[i - 1]);
        assert_int_equal(found->start.us, i * 100);
        const struct bx_slot *now = bx_programme_current(programme, 0, (bx_utc){i * 100 + 60});
        assert_ptr_equal(now, found);
    }
    bx_buf_auto out;
    bx_buf_init(&out, BX_PROGRAMME_BYTES);
    bx_programme_encode(programme, &out);
    bx_programme_auto again = bx_programme_parse(bx_buf_text(&out), out.len, NULL);
    assert_non_null(again);
    bx_buf_auto twice;
    bx_buf_init(&twice, BX_PROGRAMME_BYTES);
    bx_programme_encode(again, &twice);
    assert_int_equal(out.len, twice.len);
    assert_memory_equal(out.data, twice.data, out.len);
}

static void test_refuses_a_crowd(void **state)
{
    (void)state;
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    crowd(&text, BX_SLOTS_MAX + 1);
    struct bx_fault fault = {0};
    assert_null(bx_programme_parse(bx_buf_text(&text), text.len, &fault));
    assert_non_null(strstr(fault.say, "programme: \"slots\""));
}

/* As many events as there are bits. */
static void test_every_event_bit(void **state)
{
    (void)state;
    for (int count = BX_EVENTS_MAX; count <= BX_EVENTS_MAX + 1; count++) {
        bx_buf_auto text;
        bx_buf_init(&text, 0);
        bx_buf_add(&text, document, (size_t)(strstr(document, "\"events\":[") - document));
        bx_buf_text_add(&text, "\"events\":[");
        for (int i = 0; i < count; i++)
            bx_buf_format(&text, "%s{\"id\":\"e%d\",\"name\":\"E\",\"class\":\"c\"}", i ? "," : "",
                          i);
        bx_buf_text_add(&text, "],\"slots\":[],\"products\":[{\"id\":\"x\",\"name\":\"X\",\"key\":"
                               "\"x\",\"price\":1,\"tax\":0,\"places\":1,\"persons\":1,\"events\":"
                               "[\"e31\"]}]}");
        bx_programme_auto programme = bx_programme_parse(bx_buf_text(&text), text.len, NULL);
        assert_int_equal(programme != NULL, count == BX_EVENTS_MAX);
        if (programme == NULL)
            continue;
        assert_int_equal(programme->products[0].events, UINT32_C(1) << 31);
        assert_non_null(bx_programme_by_key(programme, 'x', 31));
        assert_null(bx_programme_by_key(programme, 'x', 30));
    }
}

static void test_destroy_takes_anything(void **state)
{
    (void)state;
    assert_null(bx_programme_destroy(NULL));
    assert_null(bx_programme_destroy(bx_new(struct bx_programme)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_venue_and_events),
        cmocka_unit_test(test_slots_and_products),
        cmocka_unit_test(test_encode_gives_the_bytes_back),
        cmocka_unit_test(test_the_clock_changes),
        cmocka_unit_test(test_by_key),
        cmocka_unit_test(test_current),
        cmocka_unit_test(test_step),
        cmocka_unit_test(test_one_put_together_by_hand),
        cmocka_unit_test(test_refuses_document),
        cmocka_unit_test(test_refuses_venue),
        cmocka_unit_test(test_refuses_events_and_slots),
        cmocka_unit_test(test_refuses_products),
        cmocka_unit_test(test_many_slots),
        cmocka_unit_test(test_refuses_a_crowd),
        cmocka_unit_test(test_every_event_bit),
        cmocka_unit_test(test_destroy_takes_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
