/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "boxtill/base/fault.h"
#include "boxtill/base/words.h"

static void english_is_the_default(void **state)
{
    (void)state;
    bx_words_use(NULL);
    assert_string_equal(bx_words_language(), "en");
    assert_string_equal(bx_word("The basket is empty."), "The basket is empty.");
    bx_words_use("tlh");
    assert_string_equal(bx_words_language(), "en");
}

static void a_known_sentence_is_translated(void **state)
{
    (void)state;
    bx_words_use("de");
    assert_string_equal(bx_words_language(), "de");
    assert_string_equal(bx_word("The basket is empty."), "Der Warenkorb ist leer.");
    assert_string_equal(bx_word("nobody ever says this"), "nobody ever says this");
    assert_string_equal(bx_word(""), "");
    bx_words_use("en");
}

static void one_and_many(void **state)
{
    (void)state;
    char text[40];
    bx_words_use("de");
    snprintf(text, sizeof(text), bx_words_of(1, "%d person", "%d persons"), 1);
    assert_string_equal(text, "1 Person");
    snprintf(text, sizeof(text), bx_words_of(0, "%d person", "%d persons"), 0);
    assert_string_equal(text, "0 Personen");
    bx_words_use(NULL);
}

static void a_fault_speaks_it_too(void **state)
{
    (void)state;
    struct bx_fault fault;
    bx_words_use("de");
    (void)bx_fault_set(&fault, BX_ERR_REFUSED, "This sale is paid already.",
                       "The basket is empty.");
    assert_string_equal(fault.say, "Dieser Verkauf ist schon bezahlt.");
    assert_string_equal(fault.detail, "The basket is empty.");
    (void)bx_fault_say(&fault, BX_ERR_REFUSED, "%s needs a slot.", "Pay");
    assert_string_equal(fault.say, "Pay braucht eine Zeit.");
    bx_words_use(NULL);
}

static void cut_at_a_character(void **state)
{
    (void)state;
    char text[8];
    bx_words_use("de");
    bx_words_print(text, sizeof(text), "CHANGE %s", "\xc3\xa4");
    assert_string_equal(text, "R\xc3\x9c"
                              "CKGE");
    char tiny[3];
    bx_words_print(tiny, sizeof(tiny), "CHANGE %s", "");
    assert_string_equal(tiny, "R");
    bx_words_use(NULL);
}

static void *look(void *ret)
{
    *(const char **)ret = bx_words_language();
    return NULL;
}

static void a_thread_has_its_own(void **state)
{
    (void)state;
    pthread_t other;
    const char *said = NULL;
    bx_words_use("de");
    assert_int_equal(pthread_create(&other, NULL, look, &said), 0);
    pthread_join(other, NULL);
    assert_string_equal(said, "en");
    bx_words_use(NULL);
}

static void the_languages_are_listed(void **state)
{
    (void)state;
    size_t count = 0;
    for (; bx_words_known(count); count++) {
        bx_words_use(bx_words_known(count));
        assert_string_equal(bx_words_language(), bx_words_known(count));
    }
    assert_true(count >= 2);
    bx_words_use(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(english_is_the_default),
        cmocka_unit_test(a_known_sentence_is_translated),
        cmocka_unit_test(one_and_many),
        cmocka_unit_test(a_fault_speaks_it_too),
        cmocka_unit_test(cut_at_a_character),
        cmocka_unit_test(a_thread_has_its_own),
        cmocka_unit_test(the_languages_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
