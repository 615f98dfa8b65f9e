/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/booking/booking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "scripted_http.h"

/* How the server misbehaves. */
enum trick {
    PLAIN,
    BAD_BODY,     /* signed, but not what it should be */
    CHANGED,      /* the body is not the one that was signed */
    OTHER_STATUS, /* the status is not the one that was signed */
    NO_SIGNATURE,
    OTHER_KEY,
    REPLAY, /* the answer to an earlier request, with its signature */
    CUT,
    STALE_ONCE, /* 425 to the first request */
    STALE_ALWAYS,
    STALE_FORGED /* 425 without a signature */
};

struct server {
    struct bx_secret_key key, other;
    struct bx_public_key public, other_public;
    struct bx_public_key till;
    enum trick trick;
    int status;
    const char *body, *extra;
    bool bad_request; /* a request did not verify */
    char first_signature[130];
};

static void head_check(struct server *server, const struct scripted_request *request,
                       char signature[130])
{
    char device[32], incarnation[32], seen[64], challenge[80];
    struct bx_signature theirs;
    long long epoch = 0, commit = 0;
    scripted_header(request, "Boxtill-Signature", signature, 130);
    scripted_header(request, "Boxtill-Device", device, sizeof(device));
    scripted_header(request, "Boxtill-Incarnation", incarnation, sizeof(incarnation));
    scripted_header(request, "Boxtill-Seen", seen, sizeof(seen));
    scripted_header(request, "Boxtill-Challenge", challenge, sizeof(challenge));
    sscanf(seen, "%lld.%lld", &epoch, &commit);
    struct bx_request_facts facts = {.method = request->method,
                                     .path = request->path,
                                     .body = request->body,
                                     .len = request->len,
                                     .device = 2,
                                     .incarnation = 3,
                                     .seen_epoch = epoch,
                                     .seen_commit = commit,
                                     .challenge = challenge};
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    bx_request_text(&facts, &text);
    if (strcmp(device, "2") != 0 || strcmp(incarnation, "3") != 0 ||
        bx_hex_parse(signature, theirs.b, sizeof(theirs.b)) ||
        !bx_verify(&server->till, bx_buf_text(&text), text.len, &theirs))
        server->bad_request = true;
}

static void answer_send(struct server *server, int fd, int status, const char *body,
                        const char *challenge, const char *request_signature)
{
    struct bx_signature signature;
    char hex[129];
    struct bx_answer_facts facts = {.status = status,
                                    .body = body,
                                    .len = strlen(body),
                                    .epoch = 4,
                                    .commit = 17,
                                    .challenge = challenge,
                                    .request_signature = request_signature};
    bx_buf_auto text, out;
    bx_buf_init(&text, 0);
    bx_buf_init(&out, 0);
    bx_answer_text(&facts, &text);
    bx_sign(server->trick == OTHER_KEY ? &server->other : &server->key, bx_buf_text(&text),
            text.len, &signature);
    bx_hex_format(signature.b, sizeof(signature.b), hex);
    bx_buf_format(&out, "HTTP/1.1 %d Word\r\n%sBoxtill-Epoch: 4\r\nBoxtill-Commit: 17\r\n",
                  server->trick == OTHER_STATUS ? 200 : status, server->extra ? server->extra : "");
    bx_buf_format(&out, "Boxtill-Challenge: %s\r\n", challenge);
    if (server->trick != NO_SIGNATURE && !(server->trick == STALE_FORGED && status == 425))
        bx_buf_format(&out, "Boxtill-Signature: %s\r\n", hex);
    if (status != 304)
        bx_buf_format(&out, "Content-Length: %zu\r\n", strlen(body));
    bx_buf_format(&out, "\r\n%s", body);
    if (server->trick == CHANGED)
        out.data[out.len - 2] ^= 1;
    scripted_write(fd, out.data, server->trick == CUT ? out.len - 3 : out.len);
}

static void serve(void *arg, int fd, size_t nth, const struct scripted_request *request)
{
    struct server *server = arg;
    char signature[130], challenge[80];
    head_check(server, request, signature);
    if (nth == 0)
        memcpy(server->first_signature, signature, sizeof(signature));
    scripted_header(request, "Boxtill-Challenge", challenge, sizeof(challenge));
    bool stale = server->trick == STALE_ALWAYS || server->trick == STALE_FORGED ||
                 (server->trick == STALE_ONCE && strcmp(challenge, "ab00") != 0);
    if (stale)
        answer_send(server, fd, 425, "{\"title\":\"stale\"}", "ab00", signature);
    else
        answer_send(server, fd, server->status, server->body, "ab01",
                    server->trick == REPLAY ? server->first_signature : signature);
}

struct set {
    struct server server;
    struct scripted *scripted;
    struct bx_booking *booking;
};

static void set_up(struct set *set, enum trick trick, int status, const char *body)
{
    struct bx_fault fault;
    struct bx_booking_config config = {.till = 2, .incarnation = 3, .timeout_ms = 5000};
    uint8_t seed[32] = {1};
    char url[64];
    *set = (struct set){.server = {.trick = trick, .status = status, .body = body}};
    bx_key_make(seed, &set->server.public, &set->server.key);
    seed[0] = 2;
    bx_key_make(seed, &set->server.other_public, &set->server.other);
    seed[0] = 3;
    bx_key_make(seed, &set->server.till, &config.key);
    config.server = set->server.public;
    set->scripted = scripted_start(serve, &set->server);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", set->scripted->port);
    config.url = url;
    set->booking = bx_booking_http_create(&config, &fault);
    assert_non_null(set->booking);
}

static void tear_down(struct set *set)
{
    bx_booking_http_destroy(set->booking);
    scripted_stop(set->scripted);
    assert_false(set->server.bad_request);
}

static struct bx_booking_answer answer_wait(struct set *set)
{
    struct bx_booking_answer answer;
    while (!set->booking->ops->answer(set->booking, &answer))
        bx_booking_http_wait(set->booking, NULL, 0, 1000);
    return answer;
}

static struct bx_booking_answer news_ask(struct set *set)
{
    struct bx_fault fault;
    assert_int_equal(set->booking->ops->news(set->booking, 77, &fault), 0);
    struct bx_booking_answer answer = answer_wait(set);
    assert_int_equal(answer.request, 77);
    assert_int_equal(answer.exchange, BX_EXCHANGE_NEWS);
    return answer;
}

static const char news[] =
    "{\"epoch\":4,\"commit\":17,\"at\":5,\"pools\":[{\"pool\":\"main/1430\",\"capacity\":250,"
    "\"sold\":9,\"held\":0,\"leased\":50}]}";

static void a_verified_answer_is_good(void **state)
{
    (void)state;
    struct set set;
    char text[80];
    set_up(&set, PLAIN, 200, news);
    set.booking->ops->seen(set.booking, 4, 12);
    set.booking->ops->seen(set.booking, 3, 99);
    struct bx_booking_answer answer = news_ask(&set);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    assert_int_equal(answer.epoch, 4);
    assert_int_equal(answer.commit, 17);
    assert_int_equal(answer.news_at.us, 5);
    assert_int_equal(answer.news_count, 1);
    assert_string_equal(answer.news[0].pool.s, "main/1430");
    assert_string_equal(set.scripted->requests[0].path, "/v1/availability");
    scripted_header(&set.scripted->requests[0], "Boxtill-Seen", text, sizeof(text));
    assert_string_equal(text, "4.12");
    assert_int_equal(news_ask(&set).contact, BX_CONTACT_GOOD);
    scripted_header(&set.scripted->requests[1], "Boxtill-Challenge", text, sizeof(text));
    assert_string_equal(text, "ab01");
    tear_down(&set);
}

static void nothing_forged_is_believed(void **state)
{
    (void)state;
    static const struct {
        enum trick trick;
        int status;
    } rows[] = {{CHANGED, 200},      {OTHER_STATUS, 500}, {NO_SIGNATURE, 200},
                {OTHER_KEY, 200},    {NO_SIGNATURE, 401}, {OTHER_KEY, 403},
                {NO_SIGNATURE, 404}, {CUT, 200},          {BAD_BODY, 200}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct set set;
        set_up(&set, rows[i].trick, rows[i].status,
               rows[i].trick == BAD_BODY ? "{\"epoch\":4}" : news);
        struct bx_booking_answer answer = news_ask(&set);
        assert_int_equal(answer.contact, BX_CONTACT_AGAIN);
        assert_int_not_equal(answer.fault.err, 0);
        assert_int_equal(answer.epoch, 0);
        tear_down(&set);
    }
}

static void an_answer_belongs_to_one_request(void **state)
{
    (void)state;
    struct set set;
    set_up(&set, REPLAY, 200, news);
    assert_int_equal(news_ask(&set).contact, BX_CONTACT_GOOD);
    /* The second request carries another challenge and so another signature. */
    struct bx_booking_answer answer = news_ask(&set);
    assert_int_equal(answer.contact, BX_CONTACT_AGAIN);
    assert_int_equal(answer.fault.err, BX_ERR_FORGED);
    tear_down(&set);
}

static void statuses_have_their_meaning(void **state)
{
    (void)state;
    static const struct {
        int status;
        enum bx_contact contact;
    } rows[] = {{401, BX_CONTACT_STRANGER}, {403, BX_CONTACT_STRANGER}, {400, BX_CONTACT_REFUSED},
                {404, BX_CONTACT_REFUSED},  {422, BX_CONTACT_REFUSED},  {409, BX_CONTACT_AGAIN},
                {408, BX_CONTACT_AGAIN},    {429, BX_CONTACT_AGAIN},    {500, BX_CONTACT_AGAIN},
                {503, BX_CONTACT_AGAIN},    {302, BX_CONTACT_AGAIN},    {202, BX_CONTACT_AGAIN},
                {304, BX_CONTACT_AGAIN}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct set set;
        set_up(&set, PLAIN, rows[i].status,
               rows[i].status == 304 ? "" : "{\"title\":\"Not \\u001btoday.\",\"status\":400}");
        set.server.extra = "Retry-After: 9\r\nLocation: http://127.0.0.1:1/\r\n";
        struct bx_booking_answer answer = news_ask(&set);
        assert_int_equal(answer.contact, rows[i].contact);
        assert_int_equal(answer.retry_after, 9);
        if (rows[i].status == 422)
            assert_string_equal(answer.fault.say, "Not today.");
        tear_down(&set);
    }
}

static void a_stale_challenge_is_renewed(void **state)
{
    (void)state;
    struct set set;
    set_up(&set, STALE_ONCE, 200, news);
    assert_int_equal(news_ask(&set).contact, BX_CONTACT_GOOD);
    assert_int_equal(set.scripted->count, 2);
    tear_down(&set);
    set_up(&set, STALE_ALWAYS, 200, news);
    assert_int_equal(news_ask(&set).contact, BX_CONTACT_AGAIN);
    assert_in_range(set.scripted->count, 2, 5);
    tear_down(&set);
    set_up(&set, STALE_FORGED, 200, news);
    assert_int_equal(news_ask(&set).contact, BX_CONTACT_AGAIN);
    assert_int_equal(set.scripted->count, 1);
    tear_down(&set);
}

static void entries_travel_as_they_are_stored(void **state)
{
    (void)state;
    static const char hash[] = "0000000000000000000000000000000000000000000000000000000000000000";
    struct set set;
    char body[512];
    struct bx_fault fault;
    struct bx_outgoing entries[2] = {
        {.envelope = {.till = 2, .incarnation = 3, .seq = 8}, .body = "{\"v\":1}", .len = 7},
        {.envelope = {.till = 2, .incarnation = 3, .seq = 9}, .body = "{\"v\": 1}", .len = 8}};
    entries[0].envelope.id.b[0] = 1;
    entries[1].envelope.id.b[0] = 2;
    snprintf(body, sizeof(body),
             "{\"seq\":8,\"id\":\"01000000-0000-0000-0000-000000000000\",\"hash\":\"%s\","
             "\"outcome\":\"recorded\",\"task\":\"\",\"say\":\"\"}\n",
             hash);
    set_up(&set, PLAIN, 200, body);
    assert_int_equal(set.booking->ops->entries(set.booking, 5, entries, 2, &fault), 0);
    assert_int_equal(set.booking->ops->entries(set.booking, 6, entries, 2, &fault), BX_ERR_BUSY);
    struct bx_booking_answer answer = answer_wait(&set);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    assert_int_equal(answer.request, 5);
    assert_int_equal(answer.entry_count, 1);
    assert_int_equal(answer.entries[0].seq, 8);
    assert_int_equal(answer.entries[0].outcome, BX_ENTRY_RECORDED);
    const char *sent = set.scripted->requests[0].body;
    assert_non_null(strstr(sent, "}\n{\"v\":1}\n{\"till\":2"));
    assert_string_equal(sent + strlen(sent) - 10, "\n{\"v\": 1}\n");
    tear_down(&set);
}

static struct bx_booking_answer document_ask(struct set *set, enum bx_document document,
                                             int64_t have)
{
    struct bx_fault fault;
    assert_int_equal(set->booking->ops->document(set->booking, 1, document, have, &fault), 0);
    return answer_wait(set);
}

static void a_document_is_fetched_once(void **state)
{
    (void)state;
    struct set set;
    char text[80];
    set_up(&set, PLAIN, 200, "{\"v\":1}");
    set.server.extra = "ETag: \"4.9\"\r\n";
    struct bx_booking_answer answer = document_ask(&set, BX_DOC_PROGRAMME, 9);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    assert_false(answer.unchanged);
    assert_string_equal(answer.bytes, "{\"v\":1}");
    scripted_header(&set.scripted->requests[0], "If-None-Match", text, sizeof(text));
    assert_string_equal(text, "");
    set.server.status = 304;
    set.server.body = "";
    answer = document_ask(&set, BX_DOC_PROGRAMME, 9);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    assert_true(answer.unchanged);
    scripted_header(&set.scripted->requests[1], "If-None-Match", text, sizeof(text));
    assert_string_equal(text, "\"4.9\"");
    /* The till does not have what was fetched: it must come again. */
    answer = document_ask(&set, BX_DOC_PROGRAMME, 8);
    assert_int_equal(answer.contact, BX_CONTACT_AGAIN);
    scripted_header(&set.scripted->requests[2], "If-None-Match", text, sizeof(text));
    assert_string_equal(text, "");
    tear_down(&set);
}

static void staff_and_keys_come_sealed(void **state)
{
    (void)state;
    struct set set;
    static const char staff[] = "{\"v\":1,\"users\":[]}";
    uint8_t sealed[sizeof(staff) - 1 + BX_SEAL_EXTRA];
    char hex[2 * sizeof(sealed) + 1], body[2 * sizeof(sealed) + 32] = "";
    set_up(&set, PLAIN, 200, body);
    assert_int_equal(bx_seal(&set.server.till, staff, sizeof(staff) - 1, sealed), 0);
    snprintf(body, sizeof(body), "{\"sealed\":\"%s\"}", bx_hex_format(sealed, sizeof(sealed), hex));
    struct bx_booking_answer answer = document_ask(&set, BX_DOC_STAFF, 0);
    assert_int_equal(answer.contact, BX_CONTACT_GOOD);
    assert_int_equal(answer.len, sizeof(staff) - 1);
    assert_memory_equal(answer.bytes, staff, answer.len);
    assert_int_equal(bx_seal(&set.server.other_public, staff, sizeof(staff) - 1, sealed), 0);
    snprintf(body, sizeof(body), "{\"sealed\":\"%s\"}", bx_hex_format(sealed, sizeof(sealed), hex));
    assert_int_equal(document_ask(&set, BX_DOC_KEYS, 0).contact, BX_CONTACT_AGAIN);
    snprintf(body, sizeof(body), "{\"sealed\":\"\"}");
    assert_int_equal(document_ask(&set, BX_DOC_KEYS, 0).contact, BX_CONTACT_AGAIN);
    tear_down(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verified_answer_is_good),
        cmocka_unit_test(nothing_forged_is_believed),
        cmocka_unit_test(an_answer_belongs_to_one_request),
        cmocka_unit_test(statuses_have_their_meaning),
        cmocka_unit_test(a_stale_challenge_is_renewed),
        cmocka_unit_test(entries_travel_as_they_are_stored),
        cmocka_unit_test(a_document_is_fetched_once),
        cmocka_unit_test(staff_and_keys_come_sealed),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
