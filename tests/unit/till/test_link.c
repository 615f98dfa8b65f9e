/* SPDX-License-Identifier: Apache-2.0 */
/* The queue, and what counts as an answer. */

#include "rig.h"

static void another_entrys_answer_is_not_stored(void **state)
{
    static const enum rig_lie lies[] = {RIG_OTHER_SEQ, RIG_OTHER_ID, RIG_OTHER_HASH};
    struct rig *rig = *state;
    for (size_t i = 0; i < 3; i++) {
        rig->lie = lies[i];
        rig_keys(rig, "p\n\n");
        rig_wait(rig, 2000);
        assert_int_equal(rig_facts(rig).queued, 1 + (int64_t)i);
        struct bx_query query = {.kind = BX_QUERY_QUEUED, .limit = 10};
        size_t count;
        rig_read(rig, &query, &count);
        assert_true(count >= 1 + i);
    }
    assert_true(rig->counts[BX_EFFECT_SEND] > 0);
    rig->lie = RIG_TRUE;
    rig_wait(rig, 120000);
    assert_int_equal(rig_facts(rig).queued, 0);
}

static void an_answer_that_comes_twice_is_dropped(void **state)
{
    struct rig *rig = *state;
    rig->lie = RIG_TWICE;
    rig_keys(rig, "p\n\n");
    int64_t dropped = rig_facts(rig).dropped;
    rig_wait(rig, 10000);
    assert_int_equal(rig_facts(rig).queued, 0);
    assert_true(rig_facts(rig).dropped > dropped - 1);
    assert_true(rig_facts(rig).online);
}

static void loses_and_finds_the_server(void **state)
{
    struct rig *rig = *state;
    rig->contact = BX_CONTACT_AGAIN;
    rig_wait(rig, 20000);
    assert_false(rig_facts(rig).online);
    assert_int_equal(rig_entries(rig, BX_KIND_OFFLINE_START), 1);
    int sends = rig->counts[BX_EFFECT_SEND];
    int news = rig->counts[BX_EFFECT_NEWS];
    rig_keys(rig, "p\n\n");
    rig_wait(rig, 600000);
    assert_int_equal(rig->counts[BX_EFFECT_SEND], sends); /* only the probe goes out */
    int probes = rig->counts[BX_EFFECT_NEWS] - news;
    assert_true(probes >= 600 / 45 && probes < 600 / 20);
    assert_true(rig_facts(rig).queued >= 2);
    rig->contact = BX_CONTACT_GOOD;
    rig_wait(rig, 60000);
    assert_true(rig_facts(rig).online);
    assert_int_equal(rig_facts(rig).queued, 0);
    assert_int_equal(rig_entries(rig, BX_KIND_OFFLINE_START), 1);
    assert_int_equal(rig_entries(rig, BX_KIND_OFFLINE_END), 1);
}

static void silence_is_offline_too(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_NEWS] = true;
    rig->hold[BX_EFFECT_SEND] = rig->hold[BX_EFFECT_ALLOT] = rig->hold[BX_EFFECT_DOCUMENT] = true;
    rig_wait(rig, 20000);
    assert_false(rig_facts(rig).online);
    rig_release(rig, BX_EFFECT_NEWS); /* late, and still an answer */
    assert_true(rig_facts(rig).online);
}

static void offline_by_choice_sends_nothing(void **state)
{
    struct rig *rig = *state;
    rig_command(rig, "{\"verb\":\"offline\",\"on\":true}");
    rig_trace_clear(rig);
    rig_keys(rig, "p\n\n");
    rig_wait(rig, 300000);
    assert_int_equal(rig->counts[BX_EFFECT_NEWS] + rig->counts[BX_EFFECT_SEND] +
                         rig->counts[BX_EFFECT_ALLOT] + rig->counts[BX_EFFECT_DOCUMENT],
                     0);
    assert_true(rig_facts(rig).forced_offline);
    assert_int_equal(rig_facts(rig).queued, 2);
    struct bx_query query = {.kind = BX_QUERY_QUEUED, .limit = 10};
    size_t count;
    const struct bx_row *rows = rig_read(rig, &query, &count);
    char about[64];
    int64_t n;
    assert_int_equal(rows[0].head.kind, BX_KIND_OFFLINE_START);
    assert_int_equal(bx_note_decode(rows[0].body, rows[0].len, about, sizeof(about), &n, NULL), 0);
    assert_int_equal(n, 1);
    rig_command(rig, "{\"verb\":\"sync\"}");
    assert_int_equal(rig->exit, 4);
    rig_command(rig, "{\"verb\":\"offline\",\"on\":false}");
    rig_wait(rig, 5000);
    assert_int_equal(rig_facts(rig).queued, 0);
    assert_int_equal(rig_entries(rig, BX_KIND_OFFLINE_END), 1);
}

static void a_stranger_waits_for_enrolment(void **state)
{
    struct rig *rig = *state;
    rig->contact = BX_CONTACT_STRANGER;
    rig_wait(rig, 10000);
    int news = rig->counts[BX_EFFECT_NEWS];
    rig_keys(rig, "p\n\n");
    rig_wait(rig, 30000);
    assert_int_equal(rig->counts[BX_EFFECT_NEWS], news);
    assert_true(rig_facts(rig).queued > 0);
    rig->contact = BX_CONTACT_GOOD;
    rig_command(rig, "{\"verb\":\"sync\"}");
    rig_wait(rig, 2000);
    assert_int_equal(rig->exit, 0);
    assert_int_equal(rig_facts(rig).queued, 0);
}

static void one_refused_entry_does_not_block_the_rest(void **state)
{
    struct rig *rig = *state;
    rig_command(rig, "{\"verb\":\"offline\",\"on\":true}");
    rig_keys(rig, "p\n\n");
    rig->refuse_seq = rig_facts(rig).next_seq - 1;
    for (int i = 0; i < 5; i++)
        rig_keys(rig, "p\n\n");
    rig_command(rig, "{\"verb\":\"offline\",\"on\":false}");
    rig_wait(rig, 15000);
    assert_int_equal(rig_facts(rig).queued, 1);
    rig->refuse_seq = 0;
    rig_wait(rig, 60000);
    assert_int_equal(rig_facts(rig).queued, 0);
}

static void what_waits_at_the_server_is_asked_for_again(void **state)
{
    struct rig *rig = *state;
    rig->outcome = BX_ENTRY_WAITING;
    rig_keys(rig, "p\n\n");
    rig_wait(rig, 10000);
    assert_int_equal(rig_facts(rig).queued, 1);
    int sends = rig->counts[BX_EFFECT_SEND];
    rig_wait(rig, 10000);
    assert_int_equal(rig->counts[BX_EFFECT_SEND], sends); /* not without a pause */
    rig->outcome = BX_ENTRY_RECORDED_TASK;
    rig_wait(rig, 60000);
    assert_int_equal(rig_facts(rig).queued, 0);
    assert_int_equal(rig_facts(rig).attention, 1);
}

static void answers_not_stored_are_no_answers(void **state)
{
    struct rig *rig = *state;
    rig->note = BX_REFUSED;
    rig_keys(rig, "p\n\n");
    rig_wait(rig, 5000);
    assert_int_equal(rig_facts(rig).queued, 1);
    rig->note = BX_DONE;
    rig_wait(rig, 60000);
    assert_int_equal(rig_facts(rig).queued, 0);
}

static void a_new_epoch_hears_everything_again(void **state)
{
    struct rig *rig = *state;
    for (int i = 0; i < 3; i++)
        rig_keys(rig, "p\n\n");
    rig_wait(rig, 5000);
    assert_int_equal(rig_facts(rig).queued, 0);
    int64_t last = rig_facts(rig).next_seq - 1;
    rig->hellos = 0;
    rig->sent_count = 0;
    rig->epoch = 2; /* restored, and it knows nothing of the last two */
    rig->commit = 0;
    rig->mark = last - 2;
    rig_wait(rig, 20000);
    assert_int_equal(rig->hellos, 1);
    assert_int_equal(rig->sent_count, 2);
    assert_int_equal(rig->sent[0], last - 1);
    assert_int_equal(rig->sent[1], last);
    assert_int_equal(rig_facts(rig).queued, 0);
    assert_int_equal(rig_facts(rig).epoch, 2);
    rig->epoch = 1; /* an answer from before */
    rig_keys(rig, "p\n\n");
    rig_wait(rig, 5000);
    assert_true(rig_facts(rig).queued >= 1);
    assert_int_equal(rig_facts(rig).epoch, 2);
}

static void takes_a_newer_programme_and_no_older_one(void **state)
{
    static char text[16384];
    struct rig *rig = *state;
    bx_buf_auto buf;
    bx_buf_init(&buf, 0);
    assert_int_equal(rig->journal->ops->document(rig->journal, BX_DOC_PROGRAMME, &buf, NULL), 0);
    assert_true(buf.len < sizeof(text));
    memcpy(text, buf.data, buf.len + 1);
    char *version = strstr(text, "\"version\":9");
    char *name = strstr(text, "Guided tour");
    assert_true(version && name);
    memcpy(name, "Guided TOUR", 11);
    version[10] = '8';
    rig->programme = text;
    rig_wait(rig, 90000);
    assert_null(rig->programme);
    bx_buf_clear(&buf);
    assert_int_equal(rig->journal->ops->document(rig->journal, BX_DOC_PROGRAMME, &buf, NULL), 0);
    assert_null(strstr(bx_buf_text(&buf), "TOUR"));
    memmove(version + 12, version + 11, strlen(version + 11) + 1);
    memcpy(version, "\"version\":10", 12);
    rig->programme = text;
    rig_wait(rig, 90000);
    bx_buf_clear(&buf);
    assert_int_equal(rig->journal->ops->document(rig->journal, BX_DOC_PROGRAMME, &buf, NULL), 0);
    assert_non_null(strstr(bx_buf_text(&buf), "TOUR"));
    rig->programme = "{\"v\":1";
    rig_wait(rig, 90000); /* garbage changes nothing */
    rig_keys(rig, "a\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 1);
}

/* A till that does not know the epoch yet is given all it has once more. */
static void the_same_programme_again_changes_nothing(void **state)
{
    struct rig *rig = *state;
    bx_buf_auto buf;
    bx_buf_init(&buf, 0);
    assert_int_equal(rig->journal->ops->document(rig->journal, BX_DOC_PROGRAMME, &buf, NULL), 0);
    rig_keys(rig, "2a3c");
    rig->programme = bx_buf_text(&buf);
    rig_wait(rig, 90000);
    assert_null(rig->programme);
    rig_keys(rig, "U");
    assert_int_equal(rig_view(rig)->persons, 2);
}

static void a_new_epoch_begins_with_the_programme(void **state)
{
    struct rig *rig = *state;
    rig->hold[BX_EFFECT_DOCUMENT] = true;
    while (rig->held_count == 0)
        rig_wait(rig, 1000);
    assert_int_equal(rig_last(rig, BX_EFFECT_DOCUMENT)->of.document.document, BX_DOC_PROGRAMME);
    rig->epoch = 2; /* the news says so while the programme is being asked for */
    rig_wait(rig, 6000);
    assert_int_equal(rig_facts(rig).epoch, 2);
    rig_release(rig, BX_EFFECT_DOCUMENT);
    rig_wait(rig, 1000);
    assert_int_equal(rig->counts[BX_EFFECT_DOCUMENT], 2);
    const struct bx_effect *effect = rig_last(rig, BX_EFFECT_DOCUMENT);
    assert_int_equal(effect->of.document.document, BX_DOC_PROGRAMME);
    assert_int_equal(effect->of.document.have, 0);
}

static void attention_is_counted_anew_after_a_restore(void **state)
{
    struct rig *rig = *state;
    rig->outcome = BX_ENTRY_RECORDED_TASK;
    rig_keys(rig, "p\n\np\n\n");
    rig_wait(rig, 5000);
    assert_int_equal(rig_facts(rig).attention, 2);
    rig->epoch = 2; /* it knows nothing of the second */
    rig->commit = 0;
    rig->mark = rig_facts(rig).next_seq - 2;
    rig_wait(rig, 20000);
    assert_int_equal(rig_facts(rig).attention, 2); /* not three */
    rig->epoch = 3;
    rig->outcome = BX_ENTRY_RECORDED; /* this time there is nothing wrong with it */
    rig_wait(rig, 20000);
    assert_int_equal(rig_facts(rig).attention, 1);
    assert_int_equal(rig_facts(rig).queued, 0);
}

#define SELLING(test) cmocka_unit_test_setup_teardown(test, rig_open_selling, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SELLING(another_entrys_answer_is_not_stored),
        SELLING(an_answer_that_comes_twice_is_dropped),
        SELLING(loses_and_finds_the_server),
        SELLING(silence_is_offline_too),
        SELLING(offline_by_choice_sends_nothing),
        SELLING(a_stranger_waits_for_enrolment),
        SELLING(one_refused_entry_does_not_block_the_rest),
        SELLING(what_waits_at_the_server_is_asked_for_again),
        SELLING(answers_not_stored_are_no_answers),
        SELLING(a_new_epoch_hears_everything_again),
        SELLING(takes_a_newer_programme_and_no_older_one),
        SELLING(the_same_programme_again_changes_nothing),
        SELLING(a_new_epoch_begins_with_the_programme),
        SELLING(attention_is_counted_anew_after_a_restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
