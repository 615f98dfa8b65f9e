/* SPDX-License-Identifier: Apache-2.0 */
/* What version 2 of the programme document says, and what it refuses. */
#include "boxtill/domain/terms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/entry.h"

static const char document[] =
    "{\"v\":2,\"epoch\":1,\"version\":7,"
    "\"venue\":{\"id\":\"museum\",\"name\":\"Museum\",\"zone\":\"Europe/Berlin\",\"offset\":60,"
    "\"currency\":\"EUR\",\"exponent\":2,\"cash_step\":5,\"tax_included\":true,"
    "\"quantity_usual\":10},"
    "\"events\":[{\"id\":\"perm\",\"name\":\"Permanent\",\"class\":\"main\"}],\"slots\":[],"
    "\"products\":["
    "{\"id\":\"adult\",\"name\":\"Adult\",\"key\":\"a\",\"price\":2400,\"tax\":70000,\"places\":1,"
    "\"persons\":1,\"events\":[\"perm\"]},"
    "{\"id\":\"child\",\"name\":\"Child\",\"key\":\"c\",\"price\":900,\"tax\":70000,\"places\":1,"
    "\"persons\":1,\"events\":[\"perm\"],\"proof\":\"friend\",\"group_from\":10},"
    "{\"id\":\"mug\",\"name\":\"Mug\",\"key\":\"m\",\"price\":990,\"tax\":190000,\"places\":0,"
    "\"persons\":0,\"events\":[],\"kind\":\"article\",\"code\":\"4006381333931\"},"
    "{\"id\":\"gift\",\"name\":\"Gift\",\"key\":\"d\",\"price\":500,\"tax\":0,\"places\":0,"
    "\"persons\":0,\"events\":[],\"kind\":\"donation\",\"open_price\":true}],"
    "\"rules\":["
    "{\"id\":\"g10\",\"name\":\"Group from 10\",\"kind\":\"group\","
    "\"parts\":[{\"product\":\"adult\"}],\"least\":10,\"price\":1800},"
    "{\"id\":\"fam\",\"name\":\"Family\",\"kind\":\"bundle\",\"parts\":[{\"product\":\"adult\","
    "\"pieces\":2},{\"product\":\"child\",\"pieces\":3}],\"price\":5500},"
    "{\"id\":\"friend\",\"name\":\"Friend\",\"kind\":\"member\","
    "\"parts\":[{\"product\":\"adult\"}],\"price\":0,\"proof\":\"friend\"},"
    "{\"id\":\"late\",\"name\":\"Evening\",\"kind\":\"time\",\"parts\":[{\"product\":\"adult\"}],"
    "\"permille\":250,\"from\":\"2026-11-01\",\"to\":\"2027-03-31\",\"weekdays\":16,"
    "\"minute_from\":1020,\"minute_to\":1200}],"
    "\"reasons\":["
    "{\"action\":\"discount\",\"id\":\"staff\",\"name\":\"Staff\",\"permille\":200,"
    "\"approve\":true},"
    "{\"action\":\"void\",\"id\":\"staff\",\"name\":\"Mistake\"}],"
    "\"accounts\":[{\"id\":\"school\",\"name\":\"School\"},"
    "{\"id\":\"late-payer\",\"name\":\"Late payer\",\"blocked\":true}],"
    "\"origins\":{\"every\":5,\"choices\":[{\"id\":\"web\",\"name\":\"Internet\"}]},"
    "\"coins\":[5000,200,1],"
    "\"facts\":[{\"name\":\"tax number\",\"text\":\"DE123\"}],"
    "\"limits\":{\"discount_permille\":{\"at\":200,\"beyond\":\"ask\"},"
    "\"offline_programme_minutes\":{\"at\":2880,\"beyond\":\"block\"},"
    "\"offline_tenders\":[\"cash\"],\"tenders\":[\"cash\",\"card\",\"prepaid\"]},"
    "\"round_up\":\"gift\"}";

#define programme_auto struct bx_programme *bx_cleanup(bx_programme_destroy)

static struct bx_programme *sample(void)
{
    struct bx_fault fault;
    struct bx_programme *programme = bx_programme_parse(document, strlen(document), &fault);
    if (programme == NULL)
        fail_msg("%s", fault.say);
    return programme;
}

static void test_there_and_back(void **state)
{
    (void)state;
    programme_auto programme = sample();
    bx_buf_auto again;
    bx_buf_init(&again, 0);
    bx_programme_encode(programme, &again);
    assert_string_equal(bx_buf_text(&again), document);
}

static void test_what_it_says(void **state)
{
    (void)state;
    programme_auto programme = sample();
    struct bx_slug staff = {"staff"}, school = {"school"}, none = {"none"};
    assert_int_equal(programme->products[1].group_from, 10);
    assert_string_equal(programme->products[1].proof.s, "friend");
    assert_int_equal(programme->products[2].kind, BX_LINE_ARTICLE);
    assert_true(programme->products[3].open_price);
    assert_ptr_equal(bx_programme_article(programme, "4006381333931"), &programme->products[2]);
    assert_null(bx_programme_article(programme, ""));
    assert_int_equal(programme->rule_count, 4);
    assert_int_equal(programme->rules[1].parts[1].pieces, 3);
    assert_int_equal(programme->rules[3].permille, 250);
    assert_int_equal(programme->rules[3].weekdays, 16);
    assert_int_equal(bx_programme_reason(programme, "discount", &staff)->permille, 200);
    assert_string_equal(bx_programme_reason(programme, "void", &staff)->name, "Mistake");
    assert_null(bx_programme_reason(programme, "refund", &staff));
    assert_string_equal(bx_programme_account(programme, &school)->name, "School");
    assert_null(bx_programme_account(programme, &none));
    assert_true(programme->accounts[1].blocked);
    assert_int_equal(programme->origin_every, 5);
    assert_int_equal(programme->coin_count, 3);
    assert_string_equal(programme->facts[0].text, "DE123");
    assert_int_equal(programme->limits.discount_permille.beyond, BX_BEYOND_ASK);
    assert_int_equal(programme->limits.offline_programme_minutes.at, 2880);
    assert_int_equal(programme->limits.tenders,
                     1U << BX_TENDER_CASH | 1U << BX_TENDER_CARD | 1U << BX_TENDER_PREPAID);
    assert_string_equal(programme->round_up_product.s, "gift");
}

/* Each limit is told by its name from every other. */
static void test_limit_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < BX_LIMITS; i++) {
        bx_buf_auto text;
        bx_buf_init(&text, 0);
        const char *at = strstr(document, "\"discount_permille\":{");
        bx_buf_add(&text, document, (size_t)(at - document));
        bx_buf_format(&text, "\"%s\":{\"at\":77,\"beyond\":\"warn\"}},\"round_up\":\"gift\"}",
                      bx_limit_names[i].name);
        programme_auto changed = bx_programme_parse(bx_buf_text(&text), text.len, NULL);
        assert_non_null(changed);
        for (size_t k = 0; k < BX_LIMITS; k++)
            assert_int_equal(bx_limit_at(&changed->limits, k)->at, k == i ? 77 : 0);
    }
}

static void refused(const char *from, const char *to, const char *say)
{
    struct bx_fault fault = {0};
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    const char *at = strstr(document, from);
    assert_non_null(at);
    bx_buf_add(&text, document, (size_t)(at - document));
    bx_buf_text_add(&text, to);
    bx_buf_text_add(&text, at + strlen(from));
    programme_auto programme = bx_programme_parse(bx_buf_text(&text), text.len, &fault);
    if (programme != NULL)
        fail_msg("taken: %s", to);
    if (!strstr(fault.say, say))
        fail_msg("%s: %s", to, fault.say);
}

static void test_refuses_products(void **state)
{
    (void)state;
    refused("\"v\":2", "\"v\":1", "programme: \"v\"");
    refused("\"kind\":\"article\"", "\"kind\":\"thing\"", "product 3: \"kind\"");
    refused("4006381333931", "400638133393x", "product 3: \"code\"");
    refused("4006381333931", "4006381", "product 3: \"code\"");
    refused("\"price\":500,\"tax\":0", "\"price\":500,\"tax\":70000", "product 4: a donation");
    refused("\"group_from\":10", "\"group_from\":1000", "product 2: \"group_from\"");
    refused("\"proof\":\"friend\",\"group", "\"proof\":\"\",\"group", "product 2: \"proof\"");
    refused("\"persons\":0,\"events\":[],\"kind\":\"donation\"",
            "\"persons\":1,\"events\":[],\"kind\":\"donation\"", "product 4: a donation");
    refused("\"events\":[],\"kind\":\"donation\",\"open_price\":true}",
            "\"events\":[],\"kind\":\"donation\",\"code\":\"4006381333931\"}",
            "is taken by \"mug\"");
}

static void test_refuses_rules(void **state)
{
    (void)state;
    refused("\"kind\":\"group\"", "\"kind\":\"crowd\"", "rule 1: \"kind\"");
    refused("\"least\":10,", "", "rule 1: \"least\"");
    refused("\"least\":10", "\"least\":1", "rule 1: \"least\"");
    refused("[{\"product\":\"adult\"}],\"least\"", "[],\"least\"", "rule 1: \"parts\"");
    refused("[{\"product\":\"adult\"}],\"least\"", "[{\"product\":\"adlut\"}],\"least\"",
            "no product \"adlut\"");
    refused("[{\"product\":\"adult\"}],\"least\"",
            "[{\"product\":\"adult\"},{\"product\":\"adult\"}],\"least\"", "twice");
    refused("[{\"product\":\"adult\"}],\"least\"",
            "[{\"product\":\"adult\",\"pieces\":2}],\"least\"", "\"pieces\" belongs");
    refused("\"pieces\":2", "\"pieces\":0", "\"pieces\"");
    refused("\"price\":5500", "\"permille\":100", "rule 2: \"permille\"");
    refused("\"price\":1800", "\"price\":1800,\"permille\":1", "rule 1: \"permille\"");
    refused("\"price\":1800", "\"price\":-1", "rule 1: \"price\"");
    refused(",\"proof\":\"friend\"},", "},", "rule 3: \"proof\"");
    refused("\"id\":\"fam\"", "\"id\":\"g10\"", "rule 2: the id");
    refused("2027-03-31", "2026-10-31", "rule 4: \"to\"");
    refused("\"to\":\"2027-03-31\",", "", "rule 4: \"to\"");
    refused("\"weekdays\":16", "\"weekdays\":128", "rule 4: \"weekdays\"");
    refused("\"weekdays\":16", "\"weekdays\":[\"fri\"]", "rule 4: \"weekdays\"");
    refused("\"minute_to\":1200", "\"minute_to\":1020", "rule 4: \"minute_to\"");
    refused(",\"from\":\"2026-11-01\",\"to\":\"2027-03-31\",\"weekdays\":16,"
            "\"minute_from\":1020,\"minute_to\":1200",
            "", "rule 4: a rule of time");
}

static void test_refuses_the_others(void **state)
{
    (void)state;
    refused("\"name\":\"Mistake\"", "\"name\":\"Mistake\",\"permille\":1",
            "reason 2: \"permille\"");
    refused("\"action\":\"void\"", "\"action\":\"discount\"", "reason 2: there is another");
    refused("\"id\":\"late-payer\"", "\"id\":\"school\"", "account 2: the id");
    refused("\"every\":5", "\"every\":-1", "origins: \"every\"");
    refused("[{\"id\":\"web\",\"name\":\"Internet\"}]", "[]", "origins: there are no choices");
    refused("[5000,200,1]", "[5000,200,200]", "programme: \"coins\"");
    refused("[5000,200,1]", "[5000,\"2\"]", "programme: \"coins\"");
    refused("[5000,200,1]", "[5000,0]", "programme: \"coins\"");
    refused("\"text\":\"DE123\"", "\"text\":\"\"", "fact 1: \"text\"");
    refused("\"at\":200", "\"at\":0", "discount_permille: \"at\"");
    refused("\"beyond\":\"ask\"", "\"beyond\":\"asks\"", "discount_permille: \"beyond\"");
    refused("[\"cash\"]", "[]", "limits: \"offline_tenders\"");
    refused("[\"cash\"]", "[\"gold\"]", "limits: \"offline_tenders\"");
    refused("\"limits\":{", "\"limits\":{\"odd\":1,", "limits: \"odd\"");
    refused("\"round_up\":\"gift\"", "\"round_up\":\"mug\"", "\"round_up\" names no donation");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_what_it_says),
        cmocka_unit_test(test_limit_names),    cmocka_unit_test(test_refuses_products),
        cmocka_unit_test(test_refuses_rules),  cmocka_unit_test(test_refuses_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
