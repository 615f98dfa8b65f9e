/* SPDX-License-Identifier: Apache-2.0 */
/* The commands: documents, sentences, exit statuses. */

#include "rig.h"

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"

/* Every answer is one JSON object. */
static void check_json(struct rig *rig)
{
    struct bx_fault fault = {0};
    struct bx_json_doc *doc = bx_json_parse(rig->json, strlen(rig->json), 1 << 20, &fault);
    if (!doc)
        fail_msg("%s in %s", fault.detail, rig->json);
    assert_true(bx_json_is_object(bx_json_root(doc)));
    bx_json_destroy(doc);
}

static void run(struct rig *rig, const char *json, int exit)
{
    int replies = rig->replies;
    rig_command(rig, json);
    assert_int_equal(rig->replies, replies + 1);
    if (rig->exit != exit)
        fail_msg("%s: %d: %s", json, rig->exit, rig->text);
    check_json(rig);
}

static void sells(void **state)
{
    struct rig *rig = *state;
    run(rig,
        "{\"verb\":\"sell\",\"basket\":\"2a1c\",\"slot\":\"15:00\",\"event\":\"perm\",\"tenders\":"
        "[\"cash:6000\"]}",
        0);
    assert_non_null(strstr(rig->json, "\"number\":\"2-000001\""));
    assert_non_null(strstr(rig->json, "\"total\":5701"));
    assert_non_null(strstr(rig->json, "\"rounding\":-1"));
    assert_non_null(strstr(rig->json, "\"received\":6000,\"change\":300"));
    assert_non_null(strstr(rig->json, "\"slot\":\"s1500\""));
    assert_non_null(strstr(rig->text, "change 3.00"));
    assert_int_equal(rig_lease(rig, "s1500")->used, 3);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"c\",\"event\":\"Guided tour\"}", 0);
    assert_int_equal(rig_lease(rig, "t1500")->used, 1);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"c\",\"slot\":\"t1500\"}", 0);
    assert_int_equal(rig_lease(rig, "t1500")->used, 2);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[\"card:AB 12\"]}", 0);
}

static void waits_for_places_and_then_sells(void **state)
{
    struct rig *rig = *state;
    run(rig, "{\"verb\":\"sell\",\"basket\":\"25a\",\"slot\":\"14:30\"}", 0);
    assert_int_equal(rig_lease(rig, "s1430")->used, 25);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"25a\",\"slot\":\"14:30\"}", 1);
    assert_int_equal(rig_lease(rig, "s1430")->used, 25);
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 0);
    /* another day, which nobody leased before */
    run(rig, "{\"verb\":\"sell\",\"basket\":\"30a\",\"slot\":\"2026-11-25 10:00\"}", 1);
    assert_non_null(strstr(rig->text, "no key"));
    assert_int_equal(rig_lease(rig, "w1000")->n, 30);
}

/* A day that was said counts, whether or not a time was: nothing is sold for another one. */
static void a_day_without_a_time_is_that_day(void **state)
{
    struct rig *rig = *state;
    run(rig, "{\"verb\":\"sell\",\"basket\":\"2026-11-25 2a\"}", 1);
    assert_non_null(strstr(rig->text, "no key"));
    assert_true(rig_lease(rig, "w1000")->n >= 2);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"2026-11-25 2a\",\"slot\":\"14:30\"}", 1);
    assert_non_null(strstr(rig->text, "no such time"));
    run(rig, "{\"verb\":\"sell\",\"basket\":\"2026-11-23 2a\"}", 1);
    assert_non_null(strstr(rig->text, "does not know that day"));
    run(rig, "{\"verb\":\"sell\",\"basket\":\"2026-11-24 2a\"}", 0);
    assert_int_equal(rig_lease(rig, "s1430")->used, 2);
}

static void refuses_what_is_no_command(void **state)
{
    struct rig *rig = *state;
    run(rig, "", 2);
    run(rig, "[]", 2);
    run(rig, "{\"verb\":\"dance\"}", 2);
    run(rig, "{\"verb\":7}", 2);
    run(rig, "{\"verb\":\"sell\"}", 2);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[7]}", 2);
    run(rig, "{\"verb\":\"login\",\"number\":\"7\",\"pin\":\"1234\"}", 2);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"2A\"}", 1);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"2\"}", 1);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"2x\"}", 1);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"1000a\"}", 1);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"slot\":\"23:59\"}", 1);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"event\":\"opera\"}", 1);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[\"gold\"]}", 1);
    /* a tender that settles before another one: nothing is dropped without a word */
    run(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[\"card\",\"cash\"]}", 1);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[\"cash:6000\",\"cash\"]}", 1);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[\"cash:x\"]}", 1);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[\"card:4111111111111111\"]}", 1);
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 0);
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 0);
}

static void nobody_logged_in_sells_nothing(void **state)
{
    struct rig *rig = *state;
    rig_wait(rig, 1000);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}", 1);
    run(rig, "{\"verb\":\"logout\"}", 1);
    run(rig, "{\"verb\":\"status\"}", 0);
    assert_non_null(strstr(rig->json, "\"user\":0"));
}

static void one_at_a_time(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_COMMIT] = true;
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}");
    assert_int_equal(rig->exit, -1);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}", 1);
    assert_non_null(strstr(rig->text, "under way"));
    rig->hold[BX_EFFECT_COMMIT] = false;
    rig_release(rig, BX_EFFECT_COMMIT);
    assert_int_equal(rig->exit, 0);
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
}

static void lists_and_shows(void **state)
{
    struct rig *rig = *state;
    char json[128];
    run(rig, "{\"verb\":\"sell\",\"basket\":\"2a\"}", 0);
    struct bx_code code;
    BX_TEXT_COPY(code.s, rig->text + strlen(rig->text) - BX_CODE_LEN);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}", 0);
    rig_wait(rig, 2000);
    run(rig, "{\"verb\":\"find\"}", 0);
    assert_non_null(strstr(rig->json, "2-000002"));
    assert_true(strstr(rig->json, "2-000002") < strstr(rig->json, "2-000001"));
    run(rig, "{\"verb\":\"find\",\"text\":\"1\"}", 0);
    assert_null(strstr(rig->json, "2-000002"));
    snprintf(json, sizeof(json), "{\"verb\":\"show\",\"code\":\"%s\"}", code.s);
    run(rig, json, 0);
    assert_non_null(strstr(rig->json, "\"number\":\"2-000001\""));
    assert_non_null(strstr(rig->json, "\"state\":\"recorded\""));
    run(rig, "{\"verb\":\"reprint\",\"number\":\"2-000001\",\"ticket\":1}", 0);
    run(rig, "{\"verb\":\"show\",\"number\":\"2-000001\"}", 0);
    assert_non_null(strstr(rig->json, "\"kind\":\"reprint\""));
    run(rig, "{\"verb\":\"show\",\"number\":\"2-000099\"}", 1);
    run(rig, "{\"verb\":\"reprint\",\"number\":\"2-000099\"}", 1);
    run(rig, "{\"verb\":\"replace\",\"code\":\"B1nonsense\"}", 1);
    run(rig, "{\"verb\":\"allot\"}", 0);
    assert_non_null(strstr(rig->json, "\"pool\":\"s1430\",\"r\":1,\"n\":10,\"used\":2"));
    run(rig, "{\"verb\":\"status\"}", 0);
    assert_non_null(strstr(rig->json, "\"link\":\"online\""));
}

static void the_queue_names_what_waits(void **state)
{
    struct rig *rig = *state;
    rig->outcome = BX_ENTRY_RECORDED_TASK;
    run(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}", 0);
    rig_wait(rig, 2000);
    run(rig, "{\"verb\":\"offline\",\"on\":true}", 0);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}", 0);
    run(rig, "{\"verb\":\"queue\"}", 0);
    assert_non_null(strstr(rig->json, "\"attention\":1"));
    assert_non_null(strstr(rig->json, "\"queued\":2"));
    const char *first = strstr(rig->json, "\"state\":\"attention\"");
    assert_non_null(first);
    assert_true(first < strstr(rig->json, "\"state\":\"queued\""));
    run(rig, "{\"verb\":\"sync\",\"once\":true}", 4);
    assert_non_null(strstr(rig->text, "2 still waiting"));
    run(rig, "{\"verb\":\"offline\",\"on\":false}", 0);
    rig->contact = BX_CONTACT_AGAIN;
    run(rig, "{\"verb\":\"sync\",\"once\":true}", 4);
    rig->contact = BX_CONTACT_GOOD;
    run(rig, "{\"verb\":\"sync\",\"once\":true}", 0);
    assert_non_null(strstr(rig->json, "\"queued\":0"));
}

static void told(struct rig *rig, const char *verb, const char *what)
{
    char json[64];
    snprintf(json, sizeof(json), "{\"verb\":\"%s\"}", verb);
    run(rig, json, 0);
    if (!strstr(rig->text, what))
        fail_msg("%s: no %s in %s", verb, what, rig->text);
}

/* What people read is in their language, what programs read is not. */
static void tables_are_in_the_cashiers_language(void **state)
{
    struct rig *rig = *state;
    BX_TEXT_COPY(rig->config.language, "de");
    rig_restart(rig, false);
    rig->contact = BX_CONTACT_GOOD;
    run(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}", 0);
    rig_wait(rig, 20000);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"2a\",\"tenders\":[\"cash:60,00\"]}", 0);
    assert_non_null(strstr(rig->text, "R\xc3\xbc\x63kgeld"));
    assert_non_null(strstr(rig->json, "\"total\":4800"));
    rig_wait(rig, 2000);
    told(rig, "find", "2-000001       2 Tickets  verbucht      48,00");
    assert_non_null(strstr(rig->json, "\"state\":\"recorded\""));
    told(rig, "allot", "offen            r 1  8 von 10 frei");
    told(rig, "status", "online, 0 warten, 0 zu kl\xc3\xa4ren");
    run(rig, "{\"verb\":\"offline\",\"on\":true}", 0);
    run(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}", 0);
    told(rig, "queue", "2 warten, 0 zu kl\xc3\xa4ren, offline\n");
    told(rig, "queue", "  Verkauf                  2-000002   wartet ");
    assert_non_null(strstr(rig->json, "\"kind\":\"sale\""));
}

static void too_long_is_said_in_words(void **state)
{
    struct rig *rig = *state;
    static char json[40000];
    snprintf(json, sizeof(json), "{\"verb\":\"sell\",\"basket\":\"%0*d\"}", 300, 0);
    rig_command(rig, json);
    assert_int_equal(rig->exit, 2);
    assert_string_equal(rig->text, "A basket is at most 200 characters.");
    snprintf(json, sizeof(json), "{\"verb\":\"sell\",\"basket\":\"%0*d\"}", 30000, 0);
    rig_command(rig, json);
    assert_int_equal(rig->exit, 2);
    assert_non_null(strstr(rig->text, "A basket is at most 200 characters."));
}

static void no_lease_is_said_in_words(void **state)
{
    struct rig *rig = *state;
    rig_command(rig, "{\"verb\":\"allot\"}");
    assert_int_equal(rig->exit, 0);
    assert_string_equal(rig->text, "No places are this till's own yet.");
}

#define SELLING(test) cmocka_unit_test_setup_teardown(test, rig_open_selling, rig_close)
#define FRESH(test)   cmocka_unit_test_setup_teardown(test, rig_open, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SELLING(sells),
        SELLING(waits_for_places_and_then_sells),
        SELLING(a_day_without_a_time_is_that_day),
        SELLING(refuses_what_is_no_command),
        FRESH(nobody_logged_in_sells_nothing),
        SELLING(one_at_a_time),
        SELLING(lists_and_shows),
        SELLING(the_queue_names_what_waits),
        SELLING(too_long_is_said_in_words),
        FRESH(tables_are_in_the_cashiers_language),
        FRESH(no_lease_is_said_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
