/* SPDX-License-Identifier: Apache-2.0 */
/* Sale windows: who may sell when, and their way through the document. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/domain/programme.h"

#define START  INT64_C(1795527000000000) /* 2026-11-24 14:30 in Berlin */
#define MINUTE (60 * BX_SECOND_US)

#define DOCUMENT(v, event, product)                                                               \
    "{\"v\":" v ",\"epoch\":1,\"version\":7,"                                                     \
    "\"venue\":{\"id\":\"museum\",\"name\":\"M\",\"zone\":\"Europe/Berlin\",\"offset\":60,"       \
    "\"currency\":\"EUR\",\"exponent\":2,\"cash_step\":5,\"tax_included\":true,"                  \
    "\"quantity_usual\":10},\"events\":[{\"id\":\"e\",\"name\":\"E\",\"class\":\"main\"" event    \
    "}],\"slots\":[{\"id\":\"s\",\"event\":\"e\",\"pool\":\"s\",\"start\":1795527000000000,"      \
    "\"end\":1795530600000000,\"offset\":60,\"date\":\"2026-11-24\"}],\"products\":["             \
    "{\"id\":\"adult\",\"name\":\"Adult\",\"key\":\"a\",\"price\":1200,\"tax\":70000,\"places\":" \
    "1,\"persons\":1,\"events\":[\"e\"]" product "},"                                             \
    "{\"id\":\"book\",\"name\":\"Book\",\"key\":\"g\",\"price\":950,\"tax\":190000,\"places\":0," \
    "\"persons\":0,\"events\":[]}]}"

#define EVENT   ",\"channels\":[{\"channel\":\"counter\",\"until\":15},{\"channel\":\"web\"}]"
#define PRODUCT ",\"channels\":[{\"channel\":\"web\",\"from_at\":1795000000000000,\"until\":-60}]"

static struct bx_programme *read_it(const char *text)
{
    struct bx_fault fault = {0};
    struct bx_programme *programme = bx_programme_parse(text, strlen(text), &fault);
    if (programme == NULL)
        fail_msg("%s %s", fault.say, fault.detail);
    return programme;
}

static void assert_says(const struct bx_programme *programme, const char *channel, int64_t at,
                        const char *said)
{
    struct bx_fault fault = {0};
    int err = bx_programme_sells(programme, &programme->products[0], &programme->slots[0], channel,
                                 (bx_utc){at}, &fault);
    assert_int_equal(err, said[0] ? BX_ERR_REFUSED : 0);
    assert_string_equal(fault.say, said);
}

static void test_of_an_event(void **state)
{
    (void)state;
    struct bx_programme *programme bx_cleanup(bx_programme_destroy) =
        read_it(DOCUMENT("3", EVENT, ""));
    assert_says(programme, "counter", 0, "");
    assert_says(programme, "counter", START + 15 * MINUTE - 1, "");
    assert_says(programme, "counter", START + 15 * MINUTE,
                "Adult is not sold here any more for this time.");
    assert_says(programme, "web", START + 59 * MINUTE, "");
    assert_says(programme, "kiosk", START, "Adult is not sold here.");
    struct bx_fault fault;
    assert_int_equal(bx_programme_sells(programme, &programme->products[1], NULL, "kiosk",
                                        (bx_utc){START}, &fault),
                     0);
}

/* Both the product's and the event's must allow it. */
static void test_of_both(void **state)
{
    (void)state;
    struct bx_programme *programme bx_cleanup(bx_programme_destroy) =
        read_it(DOCUMENT("3", EVENT, PRODUCT));
    assert_says(programme, "counter", START, "Adult is not sold here.");
    assert_says(programme, "web", INT64_C(1795000000000000) - 1,
                "Adult is sold here from 2026-11-18, 12:06.");
    assert_says(programme, "web", INT64_C(1795000000000000), "");
    assert_says(programme, "web", START - 60 * MINUTE - 1, "");
    assert_says(programme, "web", START - 60 * MINUTE,
                "Adult is not sold here any more for this time.");
}

static void test_none_is_no_restriction(void **state)
{
    (void)state;
    struct bx_programme *programme bx_cleanup(bx_programme_destroy) =
        read_it(DOCUMENT("1", "", ""));
    assert_says(programme, "counter", START, "");
    assert_says(programme, "anything", 0, "");
}

static void test_written_as_read(void **state)
{
    (void)state;
    static const char *const texts[] = {DOCUMENT("3", EVENT, PRODUCT), DOCUMENT("3", EVENT, ""),
                                        DOCUMENT("3", "", PRODUCT), DOCUMENT("1", "", ""),
                                        DOCUMENT("3", "", ",\"per_slot\":10")};
    for (size_t i = 0; i < bx_countof(texts); i++) {
        struct bx_programme *programme bx_cleanup(bx_programme_destroy) = read_it(texts[i]);
        bx_buf_auto out;
        bx_buf_init(&out, 0);
        bx_programme_encode(programme, &out);
        assert_string_equal(bx_buf_text(&out), texts[i]);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        DOCUMENT("1", EVENT, ""),
        DOCUMENT("2", EVENT, ""),
        DOCUMENT("3", "", ""),
        DOCUMENT("2", "", ",\"per_slot\":10"),
        DOCUMENT("3", "", ",\"per_slot\":0"),
        DOCUMENT("3", "",
                 "},{\"id\":\"pin\",\"name\":\"Pin\",\"key\":\"p\",\"price\":1,\"tax\":0,"
                 "\"places\":0,\"persons\":0,\"events\":[],\"per_slot\":1"),
        DOCUMENT("3", ",\"channels\":[]", ""),
        DOCUMENT("3", ",\"channels\":[{\"channel\":\"web\"},{\"channel\":\"web\"}]", ""),
        DOCUMENT("3", ",\"channels\":[{\"channel\":\"web\",\"from\":1,\"from_at\":1}]", ""),
        DOCUMENT("3", ",\"channels\":[{\"channel\":\"web\",\"until\":576001}]", ""),
        DOCUMENT("3", ",\"channels\":[{\"channel\":\"web\",\"till\":1}]", ""),
        DOCUMENT("3", "",
                 "},{\"id\":\"pin\",\"name\":\"Pin\",\"key\":\"p\",\"price\":1,\"tax\":0,"
                 "\"places\":0,\"persons\":0,\"events\":[],\"channels\":[{\"channel\":"
                 "\"web\",\"until\":5}]"),
    };
    for (size_t i = 0; i < bx_countof(texts); i++) {
        struct bx_fault fault;
        if (bx_programme_parse(texts[i], strlen(texts[i]), &fault) != NULL)
            fail_msg("taken: %s", texts[i]);
        assert_int_equal(fault.err, BX_ERR_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_an_event),
        cmocka_unit_test(test_of_both),
        cmocka_unit_test(test_none_is_no_restriction),
        cmocka_unit_test(test_written_as_read),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
