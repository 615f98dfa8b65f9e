/* SPDX-License-Identifier: Apache-2.0 */
/* The booking port over HTTP. One exchange of each kind may be under way, so the kind itself names
 * the HTTP request; of questions there may be several, each in a slot of its own behind the kinds.
 * Whatever could have been made by somebody else on the line (a fault, a status without the
 * server's signature, a body that cannot be read) ends as AGAIN: the till repeats for ever, and
 * only a verified answer changes anything. */

#include "boxtill/booking/booking.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"

#include "sign.h"

enum {
    ASKED_MAX = 4, /* questions at once; with the others no more than BX_HTTP_AT_ONCE */
    SLOTS = BX_EXCHANGE_QUESTION + ASKED_MAX,
    URL_SIZE = 256,
    PATH_SIZE = 64,
    TIMEOUT_MS = 20000,
    RENEWALS = 2, /* of a stale challenge, before it is called a failure */
    RETRY_AFTER_MAX = 3600,
    ENTRIES_BYTES = 1 << 20,
    ALLOT_BYTES = 256 << 10,
    NEWS_BYTES = 1 << 20,
    DOCUMENT_BYTES = 32 << 20
};

struct exchange {
    bool busy;
    int64_t request;
    int renewals;
    size_t count; /* entries sent */
    enum bx_document document;
    enum bx_question question;
    bool conditional; /* with If-None-Match */
    int64_t have;
    char signature[129];
    struct bx_buf body;
};

/* The ETag of a document this process has fetched, and the version in it. */
struct known {
    char etag[48];
    int64_t version;
};

struct booking_http {
    struct bx_booking port; /* first */
    struct bx_http *http;
    char url[URL_SIZE];
    int64_t till, incarnation, timeout_ms;
    struct bx_secret_key key;
    struct bx_public_key server;
    int64_t seen_epoch, seen_commit;
    char challenge[BX_CHALLENGE_SIZE];
    struct exchange exchanges[SLOTS];
    struct known known[BX_DOCUMENTS];
    char news_etag[48]; /* of `news`, "" when they are not whole */
    size_t news_count;
    bx_utc news_at;
    /* what the last answer points to */
    struct bx_entry_answer entries[BX_BATCH_MAX];
    struct bx_allot_answer allots[BX_ALLOT_MAX];
    struct bx_pool_news news[BX_POOLS_MAX];
    struct bx_buf opened;
};

static const size_t answer_bytes[] = {
    [BX_EXCHANGE_ENTRIES] = ENTRIES_BYTES,
    [BX_EXCHANGE_ALLOT] = ALLOT_BYTES,
    [BX_EXCHANGE_NEWS] = NEWS_BYTES,
    [BX_EXCHANGE_DOCUMENT] = DOCUMENT_BYTES,
    [BX_EXCHANGE_QUESTION] = BX_QUESTION_ANSWER_BYTES,
};

static struct booking_http *of(struct bx_booking *booking)
{
    return (struct booking_http *)booking;
}

static enum bx_exchange kind_of(int slot)
{
    return slot < BX_EXCHANGE_QUESTION ? (enum bx_exchange)slot : BX_EXCHANGE_QUESTION;
}

static void path_of(enum bx_exchange kind, const struct exchange *exchange, char out[PATH_SIZE])
{
    static const char *const documents[BX_DOCUMENTS] = {[BX_DOC_PROGRAMME] = "/v1/programme",
                                                        [BX_DOC_STAFF] = "/v1/staff",
                                                        [BX_DOC_KEYS] = "/v1/keys",
                                                        [BX_DOC_MEMBERS] = "/v1/members",
                                                        [BX_DOC_ARRIVALS] = "/v1/arrivals"};
    static const char *const paths[] = {[BX_EXCHANGE_ENTRIES] = "/v1/entries",
                                        [BX_EXCHANGE_ALLOT] = "/v1/allotments",
                                        [BX_EXCHANGE_NEWS] = "/v1/availability"};
    if (kind == BX_EXCHANGE_QUESTION)
        snprintf(out, PATH_SIZE, "/v1/questions/%s", bx_question_word(exchange->question));
    else
        snprintf(out, PATH_SIZE, "%s",
                 kind == BX_EXCHANGE_DOCUMENT ? documents[exchange->document] : paths[kind]);
}

/* Signs and starts what the exchange holds, for the first time or with a renewed challenge. */
static int attempt(struct booking_http *booking, int slot, struct bx_fault *fault)
{
    enum bx_exchange kind = kind_of(slot);
    struct exchange *exchange = &booking->exchanges[slot];
    bool post = kind != BX_EXCHANGE_NEWS && kind != BX_EXCHANGE_DOCUMENT;
    char path[PATH_SIZE];
    path_of(kind, exchange, path);
    /* The path as sent begins with that of the configured address, if it has one. */
    const char *host = strstr(booking->url, "://");
    const char *prefix = host ? strchr(host + 3, '/') : NULL;
    char url[URL_SIZE + 64], full[URL_SIZE + 64], match[80];
    snprintf(url, sizeof(url), "%s%s", booking->url, path);
    snprintf(full, sizeof(full), "%s%s", prefix ? prefix : "", path);
    struct bx_request_facts facts = {.method = post ? "POST" : "GET",
                                     .path = full,
                                     .body = bx_buf_text(&exchange->body),
                                     .len = exchange->body.len,
                                     .device = booking->till,
                                     .incarnation = booking->incarnation,
                                     .seen_epoch = booking->seen_epoch,
                                     .seen_commit = booking->seen_commit,
                                     .challenge = booking->challenge};
    struct bx_stamp stamp;
    const char *headers[BX_STAMP_LINES + 2];
    size_t count = 0;
    bx_stamp_make(&facts, &booking->key, &stamp);
    while (count < stamp.count) {
        headers[count] = stamp.lines[count];
        count++;
    }
    if (post)
        headers[count++] = kind == BX_EXCHANGE_ENTRIES ? "Content-Type: application/x-ndjson"
                                                       : "Content-Type: application/json";
    const struct known *known = &booking->known[exchange->document];
    const char *etag =
        kind == BX_EXCHANGE_NEWS ? booking->news_etag
        : kind == BX_EXCHANGE_DOCUMENT && exchange->have > 0 && known->version == exchange->have
            ? known->etag
            : "";
    exchange->conditional = etag[0] != '\0';
    if (exchange->conditional) {
        snprintf(match, sizeof(match), "If-None-Match: \"%s\"", etag);
        headers[count++] = match;
    }
    struct bx_http_request request = {.method = facts.method,
                                      .url = url,
                                      .headers = headers,
                                      .header_count = count,
                                      .body = facts.body,
                                      .len = facts.len,
                                      .answer_max = answer_bytes[kind],
                                      .timeout_ms = booking->timeout_ms};
    memcpy(exchange->signature, stamp.signature, sizeof(exchange->signature));
    int err = bx_http_start(booking->http, slot, &request, fault);
    exchange->busy = !err;
    return err;
}

static struct exchange *begin(struct booking_http *booking, int slot, int64_t request,
                              struct bx_fault *fault)
{
    struct exchange *exchange = &booking->exchanges[slot];
    if (exchange->busy) {
        bx_fault_set(fault, BX_ERR_BUSY, "The server is already being asked this.", NULL);
        return NULL;
    }
    exchange->request = request;
    exchange->renewals = 0;
    bx_buf_clear(&exchange->body);
    return exchange;
}

/* --- the port: asking --------------------------------------------------------------------- */

static int ask_entries(struct bx_booking *port, int64_t request, const struct bx_outgoing *entries,
                       size_t count, struct bx_fault *fault)
{
    struct booking_http *booking = of(port);
    struct exchange *exchange = begin(booking, BX_EXCHANGE_ENTRIES, request, fault);
    if (!exchange)
        return BX_ERR_BUSY;
    bx_assert(count <= BX_BATCH_MAX);
    exchange->count = 0;
    for (size_t i = 0; i < count; i++) {
        size_t before = exchange->body.len;
        bx_envelope_encode(&entries[i].envelope, &exchange->body);
        bx_buf_add(&exchange->body, entries[i].body, entries[i].len);
        bx_buf_byte_add(&exchange->body, '\n');
        /* What does not fit into this batch goes with the next. */
        if (exchange->body.full || exchange->body.len > BX_BATCH_BYTES) {
            exchange->body.len = before;
            exchange->body.full = false;
            break;
        }
        exchange->count++;
    }
    return attempt(booking, BX_EXCHANGE_ENTRIES, fault);
}

static int ask_allot(struct bx_booking *port, int64_t request, const struct bx_id *id,
                     const struct bx_ref *proof, const struct bx_allot_message *messages,
                     size_t count, struct bx_fault *fault)
{
    struct booking_http *booking = of(port);
    struct exchange *exchange = begin(booking, BX_EXCHANGE_ALLOT, request, fault);
    (void)proof; /* asked for so that nobody can call this without one */
    if (!exchange)
        return BX_ERR_BUSY;
    bx_allot_messages_encode(id, messages, count, &exchange->body);
    return attempt(booking, BX_EXCHANGE_ALLOT, fault);
}

static int ask_news(struct bx_booking *port, int64_t request, struct bx_fault *fault)
{
    struct booking_http *booking = of(port);
    if (!begin(booking, BX_EXCHANGE_NEWS, request, fault))
        return BX_ERR_BUSY;
    return attempt(booking, BX_EXCHANGE_NEWS, fault);
}

static int ask_document(struct bx_booking *port, int64_t request, enum bx_document document,
                        int64_t have, struct bx_fault *fault)
{
    struct booking_http *booking = of(port);
    struct exchange *exchange = begin(booking, BX_EXCHANGE_DOCUMENT, request, fault);
    if (!exchange)
        return BX_ERR_BUSY;
    exchange->document = document;
    exchange->have = have;
    return attempt(booking, BX_EXCHANGE_DOCUMENT, fault);
}

static int ask_question(struct bx_booking *port, int64_t request, enum bx_question question,
                        const char *json, size_t len, struct bx_fault *fault)
{
    struct booking_http *booking = of(port);
    int slot = BX_EXCHANGE_QUESTION;
    while (slot + 1 < SLOTS && booking->exchanges[slot].busy)
        slot++;
    struct exchange *exchange = begin(booking, slot, request, fault);
    if (!exchange)
        return BX_ERR_BUSY;
    exchange->question = question;
    bx_buf_add(&exchange->body, json, len);
    return attempt(booking, slot, fault);
}

static void seen(struct bx_booking *port, int64_t epoch, int64_t commit)
{
    struct booking_http *booking = of(port);
    if (epoch < booking->seen_epoch ||
        (epoch == booking->seen_epoch && commit <= booking->seen_commit))
        return;
    booking->seen_epoch = epoch;
    booking->seen_commit = commit;
}

/* --- the port: answers -------------------------------------------------------------------- */

/* {"sealed":"hex"} opened into booking->opened. */
static int unseal(struct booking_http *booking, const struct bx_http_answer *answer,
                  struct bx_fault *fault)
{
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(answer->body, answer->len, DOCUMENT_BYTES, fault);
    bx_json *sealed = doc ? bx_json_get(bx_json_root(doc), "sealed") : NULL;
    size_t len = bx_json_is_string(sealed) ? strlen(bx_json_text(sealed)) / 2 : 0;
    if (len <= BX_SEAL_EXTRA)
        return bx_fault_set(fault, BX_ERR_INPUT,
                            "The server's document is not sealed as it should be.", NULL);
    uint8_t *closed = bx_alloc(len, 1), *open = bx_alloc(len, 1);
    int err = bx_hex_parse(bx_json_text(sealed), closed, len);
    if (!err)
        err = bx_unseal(&booking->key, closed, len, open);
    bx_buf_clear(&booking->opened);
    if (!err)
        bx_buf_add(&booking->opened, open, len - BX_SEAL_EXTRA);
    bx_wipe(open, len);
    bx_free(open);
    bx_free(closed);
    if (err)
        return bx_fault_set(fault, err, "A document of the server is not sealed to this till.",
                            NULL);
    return 0;
}

/* What stands between the quotation marks, "" when there is none. */
static void etag_read(const struct bx_http_answer *answer, char etag[48])
{
    char text[64];
    etag[0] = '\0';
    if (!bx_http_header(answer, "ETag", text, sizeof(text)) || text[0] != '"')
        return;
    size_t len = strcspn(text + 1, "\"");
    if (len >= 48 || text[len + 1] != '"' || text[len + 2])
        return;
    memcpy(etag, text + 1, len);
    etag[len] = '\0';
}

static void known_keep(struct known *known, const struct bx_http_answer *answer)
{
    etag_read(answer, known->etag);
    const char *dot = strchr(known->etag, '.');
    known->version = 0;
    if (!dot || bx_text_number(dot + 1, strlen(dot + 1), INT64_MAX, &known->version))
        known->etag[0] = '\0';
}

static int decode_news(struct booking_http *booking, const struct bx_http_answer *answer,
                       struct bx_fault *fault)
{
    booking->news_etag[0] = '\0';
    int err = bx_availability_decode(answer->body, answer->len, &booking->news_at, booking->news,
                                     BX_POOLS_MAX, &booking->news_count, fault);
    if (!err)
        etag_read(answer, booking->news_etag);
    return err;
}

/* Those of the last answer, which also hold when the server only says that nothing changed. */
static void news_tell(const struct booking_http *booking, struct bx_booking_answer *ret)
{
    ret->news = booking->news;
    ret->news_count = booking->news_count;
    ret->news_at = booking->news_at;
}

static int decode_document(struct booking_http *booking, const struct exchange *exchange,
                           const struct bx_http_answer *answer, struct bx_booking_answer *ret)
{
    ret->document = exchange->document;
    ret->bytes = answer->body;
    ret->len = answer->len;
    if (exchange->document != BX_DOC_PROGRAMME) {
        int err = unseal(booking, answer, &ret->fault);
        if (err)
            return err;
        ret->bytes = bx_buf_text(&booking->opened);
        ret->len = booking->opened.len;
    }
    known_keep(&booking->known[exchange->document], answer);
    return 0;
}

static int decode(struct booking_http *booking, const struct exchange *exchange,
                  const struct bx_http_answer *answer, struct bx_booking_answer *ret)
{
    int err = 0;
    switch (ret->exchange) {
    case BX_EXCHANGE_ENTRIES:
        err = bx_entry_answers_decode(answer->body, answer->len, booking->entries, exchange->count,
                                      &ret->entry_count, &ret->fault);
        ret->entries = booking->entries;
        break;
    case BX_EXCHANGE_ALLOT:
        err = bx_allot_answers_decode(answer->body, answer->len, booking->allots, BX_ALLOT_MAX,
                                      &ret->allot_count, &ret->fault);
        ret->allots = booking->allots;
        break;
    case BX_EXCHANGE_NEWS:
        err = decode_news(booking, answer, &ret->fault);
        news_tell(booking, ret);
        break;
    case BX_EXCHANGE_DOCUMENT: err = decode_document(booking, exchange, answer, ret); break;
    case BX_EXCHANGE_QUESTION:
        ret->bytes = answer->body;
        ret->len = answer->len;
        break;
    }
    return err;
}

/* What a verified answer with a problem in it means. */
static enum bx_contact contact_of(const struct bx_http_answer *answer,
                                  struct bx_booking_answer *ret)
{
    char say[160], text[16];
    if (bx_http_header(answer, "Retry-After", text, sizeof(text)) &&
        bx_text_number(text, strlen(text), RETRY_AFTER_MAX, &ret->retry_after))
        ret->retry_after = 0;
    bx_problem_say(answer, say, sizeof(say));
    int status = answer->status;
    if (status == 401 || status == 403) {
        bx_fault_set(&ret->fault, BX_ERR_REFUSED,
                     "The server does not know this till any more: enrol it again.",
                     "answer %d: %s", status, say);
        return BX_CONTACT_STRANGER;
    }
    bool final = status >= 400 && status < 500 && status != 408 && status != 409 && status != 425 &&
                 status != 429;
    bx_fault_set(&ret->fault, final ? BX_ERR_REFUSED : BX_ERR_OFFLINE,
                 say[0] ? say : "The server cannot do this now.", "answer %d", status);
    return final ? BX_CONTACT_REFUSED : BX_CONTACT_AGAIN;
}

/* False: the exchange goes on with a renewed challenge, there is no answer yet. */
static bool conclude(struct booking_http *booking, const struct bx_http_answer *answer,
                     struct bx_booking_answer *ret)
{
    int slot = (int)answer->id;
    enum bx_exchange kind = kind_of(slot);
    struct exchange *exchange = &booking->exchanges[slot];
    struct bx_standing standing;
    *ret = (struct bx_booking_answer){.request = exchange->request,
                                      .exchange = kind,
                                      .contact = BX_CONTACT_AGAIN,
                                      .document = exchange->document,
                                      .question = exchange->question,
                                      .fault = answer->fault};
    exchange->busy = false;
    if (answer->fault.err ||
        bx_answer_verify(answer, &booking->server, exchange->signature, &standing, &ret->fault))
        return true;
    memcpy(booking->challenge, standing.challenge, sizeof(booking->challenge));
    if (answer->status == 425 && exchange->renewals < RENEWALS) {
        exchange->renewals++;
        return attempt(booking, slot, &ret->fault) != 0;
    }
    if (answer->status == 304 && exchange->conditional) {
        ret->unchanged = kind == BX_EXCHANGE_DOCUMENT;
        if (kind == BX_EXCHANGE_NEWS)
            news_tell(booking, ret);
    } else if (answer->status != 200) {
        ret->contact = contact_of(answer, ret);
        return true;
    } else if (decode(booking, exchange, answer, ret))
        return true;
    ret->contact = BX_CONTACT_GOOD;
    ret->fault = (struct bx_fault){0};
    ret->epoch = standing.epoch;
    ret->commit = standing.commit;
    return true;
}

static bool next_answer(struct bx_booking *port, struct bx_booking_answer *ret)
{
    struct booking_http *booking = of(port);
    struct bx_http_answer answer;
    while (bx_http_answer(booking->http, &answer))
        if (conclude(booking, &answer, ret))
            return true;
    return false;
}

/* --- life --------------------------------------------------------------------------------- */

struct bx_booking *bx_booking_http_create(const struct bx_booking_config *config,
                                          struct bx_fault *fault)
{
    static const struct bx_booking_ops ops = {.entries = ask_entries,
                                              .allot = ask_allot,
                                              .news = ask_news,
                                              .document = ask_document,
                                              .ask = ask_question,
                                              .seen = seen,
                                              .answer = next_answer};
    struct bx_http_config http = {.ca_file = config->ca_file, .pin = config->pin};
    size_t len = strlen(config->url);
    if (bx_http_url_check(config->url, fault))
        return NULL;
    if (len >= URL_SIZE) {
        bx_fault_say(fault, BX_ERR_INPUT, "The server's address is too long.");
        return NULL;
    }
    struct booking_http *booking = bx_new(struct booking_http);
    booking->port.ops = &ops;
    memcpy(booking->url, config->url, len + 1);
    while (len > 0 && booking->url[len - 1] == '/')
        booking->url[--len] = '\0';
    booking->till = config->till;
    booking->incarnation = config->incarnation;
    booking->timeout_ms = config->timeout_ms > 0 ? config->timeout_ms : TIMEOUT_MS;
    booking->key = config->key;
    booking->server = config->server;
    for (int i = 0; i < SLOTS; i++)
        bx_buf_init(&booking->exchanges[i].body, BX_BATCH_BYTES + BX_BODY_MAX + 4096);
    bx_buf_init(&booking->opened, DOCUMENT_BYTES);
    booking->http = bx_http_create(&http, fault);
    return booking->http ? &booking->port : bx_booking_http_destroy(&booking->port);
}

void *bx_booking_http_destroy(struct bx_booking *port)
{
    struct booking_http *booking = of(port);
    if (!booking)
        return NULL;
    bx_http_destroy(booking->http);
    for (int i = 0; i < SLOTS; i++)
        bx_buf_finish(&booking->exchanges[i].body);
    bx_buf_finish(&booking->opened);
    bx_wipe(&booking->key, sizeof(booking->key));
    return bx_free(booking);
}

void bx_booking_http_wait(struct bx_booking *port, struct pollfd *fds, size_t count, int ms)
{
    bx_http_wait(of(port)->http, fds, count, ms);
}
