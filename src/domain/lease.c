/* SPDX-License-Identifier: Apache-2.0 */
/* Lease messages as JSON. A message carries what its verb needs and nothing else, so that a decoder
 * can refuse, say, a CLOSE without its `used`, which read as 0 would give sold places back. */

#include "boxtill/domain/lease.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/money.h"
#include "digits.h"
#include "words.h"

enum { PLACES_MAX = 1000000000, TTL_MAX = 366 * 86400, BYTES_MAX = 256 << 10 };

static const char *const state_words[] = {
    [BX_LEASE_NONE] = "none",       [BX_LEASE_WAITING] = "waiting", [BX_LEASE_OPEN] = "open",
    [BX_LEASE_CLOSING] = "closing", [BX_LEASE_CLOSED] = "closed",
};

static const char *const verb_words[] = {
    [BX_ALLOT_REQ] = "req",
    [BX_ALLOT_GROW] = "grow",
    [BX_ALLOT_CLOSE] = "close",
    [BX_ALLOT_HELLO] = "hello",
};

static const char *const answer_words[] = {
    [BX_ALLOT_GRANTED] = "granted",
    [BX_ALLOT_ACKED] = "acked",
    [BX_ALLOT_STALE] = "stale",
    [BX_ALLOT_NONE] = "none",
    [BX_ALLOT_QUARANTINED] = "quarantined",
    [BX_ALLOT_SAY_HELLO] = "say-hello",
};

BX_WORDS_DEFINE(enum bx_lease_state, state_words, bx_lease_word, bx_lease_parse)
BX_WORDS_DEFINE(enum bx_allot_verb, verb_words, bx_allot_verb_text, bx_allot_verb_parse)
BX_WORDS_DEFINE(enum bx_allot_word, answer_words, bx_allot_word_text, bx_allot_word_parse)

static bool has_n(enum bx_allot_verb verb)
{
    return verb != BX_ALLOT_CLOSE;
}

static bool has_need(enum bx_allot_verb verb)
{
    return verb == BX_ALLOT_REQ || verb == BX_ALLOT_GROW;
}

static bool has_used(enum bx_allot_verb verb)
{
    return verb == BX_ALLOT_CLOSE || verb == BX_ALLOT_HELLO;
}

void bx_allot_messages_encode(const struct bx_id *id, const struct bx_allot_message *messages,
                              size_t count, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_id(&writer, "id", id);
    bx_json_array_open(&writer, "messages");
    for (size_t i = 0; i < count; i++) {
        const struct bx_allot_message *message = &messages[i];
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "verb", bx_allot_verb_text(message->verb));
        bx_json_put_string(&writer, "pool", message->pool.s);
        bx_json_put_int(&writer, "r", message->r);
        if (has_n(message->verb))
            bx_json_put_int(&writer, "n", message->n);
        if (has_need(message->verb) && message->need > 0)
            bx_json_put_int(&writer, "need", message->need);
        if (has_used(message->verb)) {
            bx_json_put_int(&writer, "used", message->used);
            bx_json_put_int(&writer, "seq", message->seq);
            bx_json_put_hex(&writer, "head", message->head.b, sizeof(message->head.b));
        }
        if (message->verb == BX_ALLOT_HELLO)
            bx_json_put_string(&writer, "state", bx_lease_word(message->state));
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
}

/* Only a HELLO may be about no pool: the one that begins it. */
static void pool_read(struct bx_json_reader *reader, bool may_be_none, struct bx_slug *ret)
{
    bx_json *value = bx_json_get(reader->object, "pool");
    if (!may_be_none || !bx_json_is_string(value) || bx_json_text(value)[0])
        bx_slug_read(reader, "pool", ret);
}

static void state_read(struct bx_json_reader *reader, enum bx_lease_state *ret)
{
    char word[17];
    bx_json_string(reader, "state", sizeof(word) - 1, word, sizeof(word));
    if (!reader->err && bx_lease_parse(word, ret))
        bx_json_fault(reader, "\"state\" is not known");
}

static void verb_read(struct bx_json_reader *reader, enum bx_allot_verb *ret)
{
    char word[17];
    bx_json_string(reader, "verb", sizeof(word) - 1, word, sizeof(word));
    if (!reader->err && bx_allot_verb_parse(word, ret))
        bx_json_fault(reader, "\"verb\" is not known");
}

static void message_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const req[] = {"verb", "pool", "r", "n", "need", NULL};
    static const char *const close[] = {"verb", "pool", "r", "used", "seq", "head", NULL};
    static const char *const hello[] = {"verb", "pool", "r",     "n", "used",
                                        "seq",  "head", "state", NULL};
    struct bx_allot_message *ret = (struct bx_allot_message *)arg + at;
    *ret = (struct bx_allot_message){0};
    verb_read(reader, &ret->verb);
    bool is_hello = ret->verb == BX_ALLOT_HELLO;
    pool_read(reader, is_hello, &ret->pool);
    ret->r = bx_json_int(reader, "r", bx_slug_is_none(&ret->pool) ? 0 : 1, BX_MONEY_MAX);
    if (has_n(ret->verb))
        ret->n = bx_json_int(reader, "n", 0, PLACES_MAX);
    if (has_need(ret->verb))
        ret->need = bx_json_int_or(reader, "need", 0, PLACES_MAX, 0);
    if (has_used(ret->verb)) {
        ret->used = bx_json_int(reader, "used", 0, PLACES_MAX);
        ret->seq = bx_json_int(reader, "seq", 0, BX_MONEY_MAX);
        bx_json_hex(reader, "head", ret->head.b, sizeof(ret->head.b));
    }
    if (is_hello)
        state_read(reader, &ret->state);
    bx_json_only(reader, is_hello ? hello : has_used(ret->verb) ? close : req);
}

int bx_allot_messages_decode(const char *json, size_t len, struct bx_id *ret_id,
                             struct bx_allot_message *ret, size_t max, size_t *ret_count,
                             struct bx_fault *fault)
{
    static const char *const names[] = {"id", "messages", NULL};
    struct bx_fault spare;
    struct bx_json_reader root;
    struct bx_id id;
    if (!fault)
        fault = &spare;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(json, len, BYTES_MAX, fault);
    if (!doc)
        return fault->err;
    bx_json_read(&root, bx_json_root(doc), "allotments", fault);
    bx_json_id(&root, "id", &id);
    bx_json *list = bx_json_array(&root, "messages", max);
    size_t count = bx_json_each(&root, list, "message", message_read, ret);
    bx_json_only(&root, names);
    if (root.err)
        return root.err;
    *ret_id = id;
    *ret_count = count;
    return 0;
}

void bx_allot_answers_encode(int64_t epoch, int64_t commit, const struct bx_allot_answer *answers,
                             size_t count, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "epoch", epoch);
    bx_json_put_int(&writer, "commit", commit);
    bx_json_array_open(&writer, "answers");
    for (size_t i = 0; i < count; i++) {
        const struct bx_allot_answer *answer = &answers[i];
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "verb", bx_allot_verb_text(answer->verb));
        bx_json_put_string(&writer, "word", bx_allot_word_text(answer->word));
        bx_json_put_string(&writer, "pool", answer->pool.s);
        bx_json_put_int(&writer, "r", answer->r);
        bx_json_put_int(&writer, "n", answer->n);
        bx_json_put_int(&writer, "ttl", answer->ttl);
        bx_json_put_int(&writer, "left", answer->left);
        bx_json_put_int(&writer, "mark", answer->mark);
        if (answer->recall)
            bx_json_put_bool(&writer, "recall", true);
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
}

static void answer_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"verb", "word", "pool", "r",      "n",
                                        "ttl",  "left", "mark", "recall", NULL};
    char word[17];
    struct bx_allot_answer *ret = (struct bx_allot_answer *)arg + at;
    *ret = (struct bx_allot_answer){0};
    verb_read(reader, &ret->verb);
    bx_json_string(reader, "word", sizeof(word) - 1, word, sizeof(word));
    if (!reader->err && bx_allot_word_parse(word, &ret->word))
        bx_json_fault(reader, "\"word\" is not known");
    pool_read(reader, ret->verb == BX_ALLOT_HELLO, &ret->pool);
    ret->r = bx_json_int(reader, "r", 0, BX_MONEY_MAX);
    ret->n = bx_json_int(reader, "n", 0, PLACES_MAX);
    ret->ttl = bx_json_int(reader, "ttl", 0, TTL_MAX);
    ret->left = bx_json_int(reader, "left", 0, PLACES_MAX);
    ret->mark = bx_json_int(reader, "mark", 0, BX_MONEY_MAX);
    ret->recall = bx_json_bool_or(reader, "recall", false);
    bx_json_only(reader, names);
}

int bx_allot_answers_decode(const char *json, size_t len, struct bx_allot_answer *ret, size_t max,
                            size_t *ret_count, struct bx_fault *fault)
{
    static const char *const names[] = {"epoch", "commit", "answers", NULL};
    struct bx_fault spare;
    struct bx_json_reader root;
    if (!fault)
        fault = &spare;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(json, len, BYTES_MAX, fault);
    if (!doc)
        return fault->err;
    bx_json_read(&root, bx_json_root(doc), "allotments", fault);
    bx_json_int(&root, "epoch", 1, BX_MONEY_MAX);
    bx_json_int(&root, "commit", 0, BX_MONEY_MAX);
    bx_json *list = bx_json_array(&root, "answers", max);
    size_t count = bx_json_each(&root, list, "answer", answer_read, ret);
    bx_json_only(&root, names);
    if (root.err)
        return root.err;
    *ret_count = count;
    return 0;
}

/* --- settlement codes --------------------------------------------------------------------------
 */

/* Fifty bits of the keyed hash over lines of their own kind, so that no other text can be one. */
void bx_settlement_code(const uint8_t secret[32], const struct bx_settlement *settlement,
                        char ret[BX_SETTLE_SIZE])
{
    char digits[BX_SETTLE_SIZE + 3];
    uint8_t mac[16];
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    bx_buf_format(&text, "bxs1\n%lld\n%lld\n%s\n%lld\n%lld\n", (long long)settlement->epoch,
                  (long long)settlement->incarnation, settlement->pool.s, (long long)settlement->r,
                  (long long)settlement->used);
    bx_mac(secret, 32, text.data, text.len, mac, sizeof(mac));
    bx_base32_write(mac, 7, digits);
    memcpy(ret, digits, BX_SETTLE_SIZE - 1);
    ret[BX_SETTLE_SIZE - 1] = '\0';
}

bool bx_settlement_is(const uint8_t secret[32], const struct bx_settlement *settlement,
                      const char *text)
{
    char code[BX_SETTLE_SIZE], typed[BX_SETTLE_SIZE + 1];
    size_t len = bx_squeeze(text, strlen(text), typed, sizeof(typed));
    if (len != BX_SETTLE_SIZE - 1)
        return false;
    for (size_t i = 0; i < len; i++)
        typed[i] = bx_forgive(typed[i]);
    bx_settlement_code(secret, settlement, code);
    return bx_bytes_equal(code, typed, len);
}
