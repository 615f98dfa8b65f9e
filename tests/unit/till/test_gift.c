/* SPDX-License-Identifier: Apache-2.0 */
/* Places given to another till and taken from one: on disk first, by a code that counts once. */

#include "boxtill/domain/gift.h"
#include "rig.h"

static uint8_t pair[32];

static void code_for(struct rig *rig, const struct bx_gift *gift, char ret[BX_GIFT_SIZE])
{
    memset(pair, 9, sizeof(pair));
    struct bx_gift whole = *gift;
    whole.epoch = rig->epoch;
    bx_gift_code(pair, &whole, ret);
}

static void take(struct rig *rig, const char *code, int exit)
{
    char json[128];
    snprintf(json, sizeof(json), "{\"verb\":\"allot\",\"act\":\"take\",\"code\":\"%s\"}", code);
    rig_command(rig, json);
    if (rig->exit != exit)
        fail_msg("exit %d: %s", rig->exit, rig->text);
}

static void give(struct rig *rig, const char *pool, int to, int places, int exit)
{
    char json[128];
    snprintf(json, sizeof(json),
             "{\"verb\":\"allot\",\"act\":\"give\",\"pool\":\"%s\",\"to\":%d,\"places\":%d}", pool,
             to, places);
    rig_command(rig, json);
    if (rig->exit != exit)
        fail_msg("exit %d: %s", rig->exit, rig->text);
}

static void cut_off(struct rig *rig)
{
    rig->hold[BX_EFFECT_ALLOT] = rig->hold[BX_EFFECT_NEWS] = rig->hold[BX_EFFECT_SEND] = true;
}

static const struct bx_gift from_5 = {
    .from = 5, .to = 2, .pool = {"s1430"}, .r = 3, .before = 11, .places = 4};

static void given_places_are_gone(void **state)
{
    struct rig *rig = *state;
    rig_keys(rig, "2a\n\n");
    cut_off(rig);
    give(rig, "s1430", 5, 3, 0);
    char code[BX_GIFT_SIZE];
    const struct bx_gift gift = {
        .from = 2, .to = 5, .pool = {"s1430"}, .r = 1, .before = 2, .places = 3};
    code_for(rig, &gift, code);
    assert_non_null(strstr(rig->json, code));
    assert_int_equal(rig_lease(rig, "s1430")->used, 5);
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 0);
    assert_int_equal(rig_entries(rig, BX_KIND_GIVE), 1);
    rig_restart(rig, true);
    assert_int_equal(rig_lease(rig, "s1430")->used, 5);
    rig_command(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    give(rig, "s1430", 5, 6, 1); /* five are left */
    give(rig, "s1430", 2, 1, 1); /* to itself */
    give(rig, "w1000", 5, 1, 1); /* it has none of it */
    give(rig, "s1430", 5, 0, 2);
    give(rig, "s1430", 5, 128, 2);
    give(rig, "s1430", 1024, 1, 2);
    give(rig, "s1430", 5, 5, 0);
    assert_int_equal(rig_lease(rig, "s1430")->used, 10);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"a\"}");
    assert_int_not_equal(rig->exit, 0);
}

static void without_the_disk_there_is_no_code(void **state)
{
    struct rig *rig = *state;
    cut_off(rig);
    fake_journal_fail(rig->journal, FAKE_JOURNAL_REFUSE);
    give(rig, "s1430", 5, 3, 1);
    assert_null(strstr(rig->json, "code"));
    assert_int_equal(rig_lease(rig, "s1430")->used, 0);
    assert_int_equal(rig_lease(rig, "s1430")->reserved, 0);
}

static void taken_places_can_be_sold(void **state)
{
    struct rig *rig = *state;
    cut_off(rig);
    char code[BX_GIFT_SIZE], spaced[32];
    code_for(rig, &from_5, code);
    snprintf(spaced, sizeof(spaced), "%.5s-%.5s-%.5s", code, code + 5, code + 10);
    take(rig, spaced, 0);
    assert_int_equal(rig_lease(rig, "s1430")->n, 14);
    assert_int_equal(rig_lease(rig, "s1430")->taken, 4);
    take(rig, code, 1); /* once */
    rig_restart(rig, false);
    assert_int_equal(rig_lease(rig, "s1430")->n, 14);
    rig_command(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    take(rig, code, 1);
    assert_int_equal(rig_lease(rig, "s1430")->n, 14);
    assert_int_equal(rig_entries(rig, BX_KIND_TAKE), 1);
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"14a\"}");
    if (rig->exit != 0)
        fail_msg("exit %d: %s", rig->exit, rig->text);
    assert_int_equal(rig_lease(rig, "s1430")->used, 14);
    rig_command(rig, "{\"verb\":\"allot\",\"act\":\"settle\",\"pool\":\"s1430\"}");
    assert_int_equal(rig->exit, 1); /* the server does not know of them */
}

static void other_codes_are_refused(void **state)
{
    struct rig *rig = *state;
    struct bx_gift gift = from_5;
    char code[BX_GIFT_SIZE];
    cut_off(rig);
    take(rig, "", 2);
    take(rig, "08084", 1);
    take(rig, "08084-00000-00000", 1);
    gift.to = 3;
    code_for(rig, &gift, code);
    take(rig, code, 1);
    gift = from_5;
    gift.from = 2;
    gift.to = 5;
    code_for(rig, &gift, code);
    take(rig, code, 1); /* its own */
    gift = from_5;
    gift.pool = rig_slug("w1000");
    code_for(rig, &gift, code);
    take(rig, code, 1); /* no lease of it */
    rig->epoch++;
    code_for(rig, &from_5, code);
    rig->epoch--;
    take(rig, code, 1);
    assert_int_equal(rig_entries(rig, BX_KIND_TAKE), 0);
    assert_int_equal(rig_lease(rig, "s1430")->n, 10);
}

static void a_frozen_lease_neither_gives_nor_takes(void **state)
{
    struct rig *rig = *state;
    char code[BX_GIFT_SIZE];
    rig->doubt = true;
    rig_restart(rig, false);
    rig_command(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    rig_wait(rig, 20000);
    give(rig, "s1430", 5, 1, 1);
    code_for(rig, &from_5, code);
    take(rig, code, 1);
    assert_non_null(strstr(rig->text, "lost count"));
}

/* The server hears of them by the entry, and never by a message. */
static void no_message_counts_them(void **state)
{
    struct rig *rig = *state;
    char code[BX_GIFT_SIZE];
    code_for(rig, &from_5, code);
    take(rig, code, 0);
    rig->hold[BX_EFFECT_ALLOT] = true;
    rig_restart(rig, false);
    rig_wait(rig, 5000);
    const struct bx_effect *effect = rig_last(rig, BX_EFFECT_ALLOT);
    int seen = 0;
    for (size_t i = 0; i < effect->of.allot.count; i++) {
        const struct bx_allot_message *message = &effect->of.allot.messages[i];
        if (strcmp(message->pool.s, "s1430") != 0)
            continue;
        seen++;
        assert_int_equal(message->verb, BX_ALLOT_HELLO);
        assert_int_equal(message->n, 10);
    }
    assert_int_equal(seen, 1);
    rig->hold[BX_EFFECT_ALLOT] = false;
    rig_release(rig, BX_EFFECT_ALLOT);
    rig_command(rig, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}");
    rig_command(rig, "{\"verb\":\"sell\",\"basket\":\"12a\"}");
    assert_int_equal(rig->exit, 0);
    rig_wait(rig, 10000); /* refilled: the answer's n is without them */
    const struct bx_lease *lease = rig_lease(rig, "s1430");
    assert_int_equal(lease->taken, 4);
    assert_int_equal(lease->n, rig->leases[0].n + 4);
}

static void by_the_screen(void **state)
{
    struct rig *rig = *state;
    char code[BX_GIFT_SIZE];
    rig_keys(rig, ":give places\n");
    rig_keys(rig, "5\n3\n");
    assert_int_equal(rig_lease(rig, "s1430")->used, 3);
    assert_int_equal(rig_entries(rig, BX_KIND_GIVE), 1);
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_TEXT);
    rig_keys(rig, "\033:take places\n");
    code_for(rig, &from_5, code);
    rig_keys(rig, code);
    rig_keys(rig, "\n");
    assert_int_equal(rig_entries(rig, BX_KIND_TAKE), 1);
    assert_int_equal(rig_lease(rig, "s1430")->taken, 4);
}

#define SELLING(test) cmocka_unit_test_setup_teardown(test, rig_open_selling, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SELLING(given_places_are_gone),
        SELLING(without_the_disk_there_is_no_code),
        SELLING(taken_places_can_be_sold),
        SELLING(other_codes_are_refused),
        SELLING(a_frozen_lease_neither_gives_nor_takes),
        SELLING(no_message_counts_them),
        SELLING(by_the_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
