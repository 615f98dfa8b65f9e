/* SPDX-License-Identifier: Apache-2.0 */
/* What till and server say to each other about entries and places, and the exact text that each
 * signs. Both ends use these functions, so a signature can only fail because something was changed
 * on the way, never because two programs spell the same thing differently. */

#include "boxtill/domain/wire.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "words.h"

enum { LINE_MAX_BYTES = 2048, NEWS_BYTES = 1 << 20, PLACES_MAX = 1000000000, TILL_MAX = 999999 };

static const char *const outcome_words[] = {
    [BX_ENTRY_RECORDED] = "recorded",
    [BX_ENTRY_RECORDED_TASK] = "recorded-task",
    [BX_ENTRY_WAITING] = "waiting",
    [BX_ENTRY_CONFLICT] = "conflict",
};

void bx_envelope_encode(const struct bx_envelope *envelope, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "till", envelope->till);
    bx_json_put_int(&writer, "inc", envelope->incarnation);
    bx_json_put_int(&writer, "seq", envelope->seq);
    bx_json_put_id(&writer, "id", &envelope->id);
    bx_json_put_hex(&writer, "prev", envelope->prev.b, sizeof(envelope->prev.b));
    bx_json_put_hex(&writer, "hash", envelope->hash.b, sizeof(envelope->hash.b));
    bx_json_object_close(&writer);
    bx_buf_byte_add(out, '\n');
}

int bx_envelope_decode(const char *json, size_t len, struct bx_envelope *ret,
                       struct bx_fault *fault)
{
    static const char *const names[] = {"till", "inc", "seq", "id", "prev", "hash", NULL};
    struct bx_fault spare;
    struct bx_json_reader root;
    struct bx_envelope envelope;
    if (!fault)
        fault = &spare;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(json, len, LINE_MAX_BYTES, fault);
    if (!doc)
        return fault->err;
    bx_json_read(&root, bx_json_root(doc), "envelope", fault);
    envelope.till = bx_json_int(&root, "till", 1, TILL_MAX);
    envelope.incarnation = bx_json_int(&root, "inc", 1, TILL_MAX);
    envelope.seq = bx_json_int(&root, "seq", 1, BX_MONEY_MAX);
    bx_json_id(&root, "id", &envelope.id);
    bx_json_hex(&root, "prev", envelope.prev.b, sizeof(envelope.prev.b));
    bx_json_hex(&root, "hash", envelope.hash.b, sizeof(envelope.hash.b));
    bx_json_only(&root, names);
    if (!root.err)
        *ret = envelope;
    return root.err;
}

BX_WORDS_DEFINE(enum bx_entry_outcome, outcome_words, bx_entry_outcome_word, bx_entry_outcome_parse)

void bx_entry_answer_encode(const struct bx_entry_answer *answer, struct bx_buf *out)
{
    struct bx_json_writer writer;
    /* A sentence that was cut in the middle of a character must not cost the till its answer. */
    char say[sizeof(answer->say)];
    bx_text_wash(answer->say, strlen(answer->say), sizeof(say), say, sizeof(say));
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "seq", answer->seq);
    bx_json_put_id(&writer, "id", &answer->id);
    bx_json_put_hex(&writer, "hash", answer->hash.b, sizeof(answer->hash.b));
    bx_json_put_string(&writer, "outcome", bx_entry_outcome_word(answer->outcome));
    bx_json_put_string(&writer, "task", answer->task);
    bx_json_put_string(&writer, "say", say);
    bx_json_object_close(&writer);
    bx_buf_byte_add(out, '\n');
}

/* One line of an answer, without its "\n". */
static int answer_decode(const char *json, size_t len, struct bx_entry_answer *ret,
                         struct bx_fault *fault)
{
    static const char *const names[] = {"seq", "id", "hash", "outcome", "task", "say", NULL};
    struct bx_json_reader root;
    char word[17];
    *ret = (struct bx_entry_answer){0};
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(json, len, LINE_MAX_BYTES, fault);
    if (!doc)
        return fault->err;
    bx_json_read(&root, bx_json_root(doc), "answer", fault);
    ret->seq = bx_json_int(&root, "seq", 1, BX_MONEY_MAX);
    bx_json_id(&root, "id", &ret->id);
    bx_json_hex(&root, "hash", ret->hash.b, sizeof(ret->hash.b));
    bx_json_string(&root, "outcome", sizeof(word) - 1, word, sizeof(word));
    if (!root.err && bx_entry_outcome_parse(word, &ret->outcome))
        bx_json_fault(&root, "\"outcome\" is not known");
    bx_json_string_or(&root, "task", sizeof(ret->task) - 1, ret->task, sizeof(ret->task), "");
    bx_json_string_or(&root, "say", sizeof(ret->say) - 1, ret->say, sizeof(ret->say), "");
    bx_json_only(&root, names);
    return root.err;
}

int bx_entry_answers_decode(const char *text, size_t len, struct bx_entry_answer *ret, size_t max,
                            size_t *ret_count, struct bx_fault *fault)
{
    struct bx_fault spare;
    size_t count = 0;
    if (!fault)
        fault = &spare;
    for (size_t at = 0; at < len; count++) {
        const char *end = memchr(text + at, '\n', len - at);
        if (!end)
            return bx_fault_say(fault, BX_ERR_INPUT, "The server's answer breaks off in line %zu.",
                                count + 1);
        if (count == max)
            return bx_fault_say(fault, BX_ERR_INPUT,
                                "The server answers more than the %zu entries it was sent.", max);
        size_t line = (size_t)(end - (text + at));
        int err = answer_decode(text + at, line, &ret[count], fault);
        if (err)
            return err;
        at += line + 1;
    }
    *ret_count = count;
    return 0;
}

static void recalls_put(struct bx_json_writer *writer, const struct bx_pool_news *pools,
                        size_t count)
{
    size_t at = 0;
    while (at < count && pools[at].recall == 0)
        at++;
    if (at == count)
        return;
    bx_json_array_open(writer, "recall");
    for (; at < count; at++) {
        if (pools[at].recall == 0)
            continue;
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "pool", pools[at].pool.s);
        bx_json_put_int(writer, "r", pools[at].recall);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

void bx_availability_encode(int64_t epoch, int64_t commit, bx_utc at,
                            const struct bx_pool_news *pools, size_t count, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "epoch", epoch);
    bx_json_put_int(&writer, "commit", commit);
    bx_json_put_int(&writer, "at", at.us);
    bx_json_array_open(&writer, "pools");
    for (size_t i = 0; i < count; i++) {
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "pool", pools[i].pool.s);
        bx_json_put_int(&writer, "capacity", pools[i].capacity);
        bx_json_put_int(&writer, "sold", pools[i].sold);
        bx_json_put_int(&writer, "held", pools[i].held);
        bx_json_put_int(&writer, "leased", pools[i].leased);
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    recalls_put(&writer, pools, count);
    bx_json_object_close(&writer);
}

static void news_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"pool", "capacity", "sold", "held", "leased", NULL};
    struct bx_pool_news *ret = (struct bx_pool_news *)arg + at;
    *ret = (struct bx_pool_news){0};
    bx_slug_read(reader, "pool", &ret->pool);
    ret->capacity = bx_json_int(reader, "capacity", 0, PLACES_MAX);
    ret->sold = bx_json_int(reader, "sold", 0, PLACES_MAX);
    ret->held = bx_json_int(reader, "held", 0, PLACES_MAX);
    ret->leased = bx_json_int(reader, "leased", 0, PLACES_MAX);
    bx_json_only(reader, names);
}

struct news {
    struct bx_pool_news *rows;
    size_t count, at;
};

/* In the order of the pools, so that one pass finds them all; one of a pool not named is nothing.
 */
static void recall_read(void *arg, struct bx_json_reader *reader, size_t nth)
{
    static const char *const names[] = {"pool", "r", NULL};
    struct news *news = arg;
    struct bx_slug pool = {""};
    (void)nth;
    bx_slug_read(reader, "pool", &pool);
    int64_t r = bx_json_int(reader, "r", 1, BX_MONEY_MAX);
    bx_json_only(reader, names);
    size_t at = news->at;
    while (at < news->count && !bx_slug_equal(&news->rows[at].pool, &pool))
        at++;
    if (reader->err || at == news->count)
        return;
    news->rows[at].recall = r;
    news->at = at + 1;
}

int bx_availability_decode(const char *json, size_t len, bx_utc *ret_at, struct bx_pool_news *ret,
                           size_t max, size_t *ret_count, struct bx_fault *fault)
{
    static const char *const names[] = {"epoch", "commit", "at", "pools", "recall", NULL};
    struct bx_fault spare;
    struct bx_json_reader root;
    if (!fault)
        fault = &spare;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(json, len, NEWS_BYTES, fault);
    if (!doc)
        return fault->err;
    bx_json_read(&root, bx_json_root(doc), "availability", fault);
    bx_json_int(&root, "epoch", 1, BX_MONEY_MAX);
    bx_json_int(&root, "commit", 0, BX_MONEY_MAX);
    bx_utc at = {bx_json_int(&root, "at", 0, BX_MONEY_MAX)};
    bx_json *list = bx_json_array(&root, "pools", max);
    size_t count = bx_json_each(&root, list, "pool", news_read, ret);
    struct news news = {ret, count, 0};
    if (!root.err && bx_json_get(root.object, "recall"))
        bx_json_each(&root, bx_json_array(&root, "recall", max), "recall", recall_read, &news);
    bx_json_only(&root, names);
    if (root.err)
        return root.err;
    *ret_at = at;
    *ret_count = count;
    return 0;
}

static void body_hash_add(const void *body, size_t len, struct bx_buf *out)
{
    char text[BX_HASH_TEXT];
    struct bx_hash hash = bx_hash_of(body, len);
    bx_buf_text_add(out, bx_hash_format(&hash, text));
    bx_buf_byte_add(out, '\n');
}

void bx_request_text(const struct bx_request_facts *facts, struct bx_buf *out)
{
    bx_buf_format(out, "bxq1\n%s\n%s\n", facts->method, facts->path);
    body_hash_add(facts->body, facts->len, out);
    bx_buf_format(out, "%lld\n%lld\n%lld.%lld\n%s\n", (long long)facts->device,
                  (long long)facts->incarnation, (long long)facts->seen_epoch,
                  (long long)facts->seen_commit, facts->challenge);
}

void bx_rotation_text(const struct bx_rotation_facts *facts, struct bx_buf *out)
{
    char id[BX_ID_TEXT], key[2 * sizeof(facts->key.b) + 1];
    bx_buf_format(out, "bxr1\n%lld\n%lld\n%s\n%s\n", (long long)facts->device,
                  (long long)facts->incarnation, bx_id_format(&facts->id, id),
                  bx_hex_format(facts->key.b, sizeof(facts->key.b), key));
}

void bx_answer_text(const struct bx_answer_facts *facts, struct bx_buf *out)
{
    bx_buf_format(out, "bxa1\n%d\n", facts->status);
    body_hash_add(facts->body, facts->len, out);
    bx_buf_format(out, "%lld\n%lld\n%s\n%s\n", (long long)facts->epoch, (long long)facts->commit,
                  facts->challenge, facts->request_signature);
}
