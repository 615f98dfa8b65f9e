/* SPDX-License-Identifier: Apache-2.0 */
/* Reports over days, by command and by keys: a choice of rows of the Zs and of the open shift. */

#include "rig.h"

#include "boxtill/base/text.h"
#include "till/screens.h"

#define SHIFT(rest)  "{\"verb\":\"shift\",\"act\":" rest "}"
#define REPORT(rest) "{\"verb\":\"report\",\"what\":" rest "}"
#define DAY_MS       INT64_C(86400000)

static void good(struct rig *rig, const char *json)
{
    rig_command(rig, json);
    if (rig->exit != 0)
        fail_msg("%s: %d %s", json, rig->exit, rig->text);
}

static void bad(struct rig *rig, int exit, const char *json, const char *say)
{
    rig_command(rig, json);
    assert_int_equal(rig->exit, exit);
    if (!strstr(rig->text, say))
        fail_msg("%s does not say %s", rig->text, say);
}

static void holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no %s in %s", part, text);
}

/* Two shifts today (one closed), one tomorrow. */
static void sell_days(struct rig *rig)
{
    good(rig, "{\"verb\":\"sell\",\"basket\":\"2a1p\",\"slot\":\"14:30\"}");
    good(rig, SHIFT("\"close\",\"amount\":5300"));
    good(rig, SHIFT("\"open\",\"amount\":0"));
    good(rig, "{\"verb\":\"sell\",\"basket\":\"1p\",\"tenders\":[\"card\"]}");
}

static void by_product(void **state)
{
    struct rig *rig = *state;
    sell_days(rig);
    good(rig, REPORT("\"types\""));
    holds(rig->json, "\"name\":\"adult\",\"label\":\"Adult\",\"count\":2,\"amount\":4800");
    holds(rig->json, "\"name\":\"poster\",\"label\":\"Poster\",\"count\":2,\"amount\":1000");
    holds(rig->text, "48.00");
    good(rig, REPORT("\"types\",\"format\":\"csv\""));
    holds(rig->text, "what,name,label,count,amount\r\n");
    holds(rig->text, "product,\"adult\",\"Adult\",2,48.00\r\n");
}

static void by_all_else(void **state)
{
    struct rig *rig = *state;
    sell_days(rig);
    good(rig, REPORT("\"tenders\""));
    holds(rig->json, "\"name\":\"cash\",\"label\":\"cash\",\"count\":1,\"amount\":5300");
    good(rig, REPORT("\"cashiers\""));
    holds(rig->json, "\"label\":\"Ana\",\"count\":2,\"amount\":5800");
    good(rig, REPORT("\"hours\""));
    holds(rig->json, "2026-11-24 14:00");
    good(rig, REPORT("\"slots\""));
    holds(rig->json, "\"label\":\"2026-11-24 14:30\",\"count\":2,\"amount\":4800");
    good(rig, REPORT("\"events\""));
    holds(rig->json, "Permanent collection");
    bad(rig, 1, REPORT("\"cash\""), "supervisors and auditors");
    good(rig, REPORT("\"day\""));
    holds(rig->json, "\"what\":\"sale\",\"name\":\"\",\"label\":\"Sales\",\"count\":2");
    good(rig, REPORT("\"bookings\""));
    holds(rig->json, "\"rows\":[]");
    holds(rig->text, "Nothing here");
}

static void corrections_for_each_thousand(void **state)
{
    struct rig *rig = *state;
    good(rig, "{\"verb\":\"sell\",\"basket\":\"1p\"}");
    good(rig, "{\"verb\":\"sell\",\"basket\":\"1p\"}");
    good(rig, "{\"verb\":\"void\",\"number\":\"2-000002\",\"note\":\"wrong\"}");
    good(rig, REPORT("\"corrections\""));
    holds(rig->json, "\"label\":\"Ana\",\"count\":1,\"amount\":500,\"per_1000\":500");
}

static void over_days(void **state)
{
    struct rig *rig = *state;
    sell_days(rig);
    good(rig, SHIFT("\"close\",\"amount\":0"));
    rig_pass(rig, DAY_MS);
    good(rig, SHIFT("\"open\",\"amount\":0"));
    good(rig, "{\"verb\":\"sell\",\"basket\":\"3p\"}");
    good(rig, REPORT("\"types\""));
    holds(rig->json, "\"count\":3,\"amount\":1500}]");
    good(rig, REPORT("\"types\",\"from\":\"2026-11-24\",\"to\":\"2026-11-25\""));
    holds(rig->json, "\"name\":\"poster\",\"label\":\"Poster\",\"count\":5");
    good(rig, REPORT("\"types\",\"from\":\"2026-11-20\",\"to\":\"2026-11-24\""));
    holds(rig->json, "\"name\":\"poster\",\"label\":\"Poster\",\"count\":2");
    good(rig, REPORT("\"types\",\"to\":\"2026-11-23\""));
    holds(rig->json, "\"rows\":[]");
    bad(rig, 2, REPORT("\"types\",\"from\":\"yesterday\""), "a day is written like");
    bad(rig, 2, REPORT("\"types\",\"from\":\"2026-13-1\""), "a day is written like");
}

static void a_closing_is_shown_again(void **state)
{
    struct rig *rig = *state;
    sell_days(rig);
    good(rig, SHIFT("\"close\",\"amount\":0"));
    bad(rig, 1, REPORT("\"closing\",\"period\":\"2026-11-24\""), "no closing of 2026-11-24");
    rig_pass(rig, DAY_MS);
    good(rig, SHIFT("\"open\",\"amount\":0"));
    good(rig, REPORT("\"closing\",\"period\":\"2026-11-24\""));
    holds(rig->json, "\"period\":\"2026-11-24\"");
    assert_int_equal(rig->paper.kind, BX_PAPER_REPORT);
    assert_int_equal(rig->paper.entry, BX_KIND_CLOSING);
    good(rig, REPORT("\"z\",\"n\":1,\"format\":\"csv\""));
    holds(rig->text, "2-Z000001");
}

static int64_t number_in(const char *json, const char *name)
{
    int64_t n = -1;
    const char *at = strstr(json, name);
    assert_non_null(at);
    at += strlen(name);
    assert_int_equal(bx_text_number(at, strspn(at, "0123456789"), 99999, &n), 0);
    return n;
}

/* Not what the server kept aside, whoever has looked at it since. */
static void a_conflict_is_not_confirmed(void **state)
{
    struct rig *rig = *state;
    char settle[120];
    rig_wait(rig, 20000);
    rig->outcome = BX_ENTRY_CONFLICT;
    good(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}");
    int64_t sale = number_in(rig->json, "\"seq\":");
    rig_wait(rig, 20000);
    rig->outcome = BX_ENTRY_RECORDED_TASK; /* which is recorded */
    good(rig, "{\"verb\":\"sell\",\"basket\":\"p\"}");
    rig_wait(rig, 20000);
    snprintf(settle, sizeof(settle),
             "{\"verb\":\"settle\",\"seq\":%lld,\"note\":\"seen\",\"approver\":8,"
             "\"approver_pin\":\"1234\"}",
             (long long)sale);
    good(rig, settle);
    rig_wait(rig, 20000);
    good(rig, SHIFT("\"close\",\"amount\":1000"));
    assert_int_equal(number_in(rig->json, "\"unsent\":"), 0);
    int64_t entries = number_in(rig->json, "\"entries\":");
    assert_int_equal(number_in(rig->json, "\"confirmed\":"), entries - 1);
    rig_wait(rig, 20000);
    good(rig, REPORT("\"z\""));
    assert_int_equal(number_in(rig->json, "\"confirmed\":"), entries - 1);
}

static void by_keys(void **state)
{
    struct rig *rig = *state;
    sell_days(rig);
    rig_keys(rig, "Srp");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_TEXT);
    holds(rig_view(rig)->title, "By product");
    holds(rig_view(rig)->sheet[0], "Adult");
    rig_keys(rig, "\033");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_MENU);
    rig_keys(rig, "h");
    holds(rig_view(rig)->title, "By hour");
    rig_keys(rig, "\033\033\033");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    rig_keys(rig, "Sz2\n");
    holds(rig_view(rig)->say, "A number from 1 to 1");
    rig_keys(rig, "\b1\n");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_TEXT);
    holds(rig_view(rig)->title, "Z report 2-Z000001");
    rig_keys(rig, "\033");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
}

static void an_auditor_reads_all(void **state)
{
    struct rig *rig = *state;
    sell_days(rig);
    good(rig, "{\"verb\":\"login\",\"number\":9,\"pin\":\"1234\"}");
    good(rig, REPORT("\"cashiers\""));
    good(rig, REPORT("\"cash\""));
    holds(rig->json, "1/sale");
    good(rig, REPORT("\"z\""));
    rig_keys(rig, "Srt");
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_TEXT);
    bad(rig, 1, "{\"verb\":\"sell\",\"basket\":\"p\"}", "An auditor");
    bad(rig, 1, "{\"verb\":\"training\",\"on\":true}", "An auditor");
    good(rig, "{\"verb\":\"logout\"}");
    bad(rig, 1, REPORT("\"cashiers\""), "Nobody is logged in");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(by_product, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(by_all_else, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(corrections_for_each_thousand, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(over_days, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(a_closing_is_shown_again, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(a_conflict_is_not_confirmed, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(by_keys, rig_open_selling, rig_close),
        cmocka_unit_test_setup_teardown(an_auditor_reads_all, rig_open_selling, rig_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
