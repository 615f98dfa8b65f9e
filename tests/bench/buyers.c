/* SPDX-License-Identifier: Apache-2.0 */
/* An answer is taken for true when its MAC is the shop's over this very question, and it confirms
 * the order that was asked for, at its price, with one ticket. */

#include "buyers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boxtill/base/buf.h"
#include "boxtill/base/crypto.h"
#include "boxtill/domain/wire.h"

static const char path[] = "/v1/orders";

static void text_mac(const struct shop *shop, const struct bx_buf *text, char ret[MAC_TEXT])
{
    uint8_t mac[32];
    bx_mac(shop->secret, sizeof(shop->secret), text->data, text->len, mac, sizeof(mac));
    bx_hex_format(mac, sizeof(mac), ret);
}

void question_make(const struct shop *shop, const struct want *want, const struct bx_id *id,
                   struct question *ret)
{
    char name[BX_ID_TEXT], body[512];
    int len = snprintf(body, sizeof(body),
                       "{\"id\":\"%s\",\"total\":%lld,\"payments\":[{\"kind\":\"card\","
                       "\"amount\":%lld,\"reference\":\"pi-1\"}],\"lines\":[{\"product\":\"%s\","
                       "\"slot\":\"%s\",\"quantity\":1}]}",
                       bx_id_format(id, name), (long long)want->price, (long long)want->price,
                       want->product, want->slot);
    struct bx_request_facts facts = {.method = "POST",
                                     .path = path,
                                     .body = body,
                                     .len = (size_t)len,
                                     .device = shop->device,
                                     .incarnation = shop->incarnation,
                                     .challenge = shop->challenge};
    bx_buf_auto text;
    bx_buf_init(&text, 4096);
    bx_request_text(&facts, &text);
    text_mac(shop, &text, ret->mac);
    ret->id = *id;
    len = snprintf(ret->text, sizeof(ret->text),
                   "POST %s HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
                   "Content-Length: %d\r\nBoxtill-Device: %lld\r\nBoxtill-Incarnation: %lld\r\n"
                   "Boxtill-Seen: 0.0\r\n%s%s%sBoxtill-Mac: %s\r\n\r\n%s",
                   path, len, (long long)shop->device, (long long)shop->incarnation,
                   shop->challenge[0] ? "Boxtill-Challenge: " : "", shop->challenge,
                   shop->challenge[0] ? "\r\n" : "", ret->mac, body);
    ret->len = (size_t)len;
}

/* The value of the header NAME ("\r\nName: ") between TEXT and END; "" when there is none. */
static void header_read(const char *text, const char *end, const char *name, char *ret, size_t size)
{
    ret[0] = '\0';
    const char *at = strstr(text, name);
    if (!at || at >= end)
        return;
    at += strlen(name);
    size_t len = strcspn(at, "\r");
    if (len < size) {
        memcpy(ret, at, len);
        ret[len] = '\0';
    }
}

static long long number_read(const char *text, const char *end, const char *name)
{
    char value[24];
    long long n;
    header_read(text, end, name, value, sizeof(value));
    return sscanf(value, "%lld", &n) == 1 ? n : -1;
}

static bool mac_holds(const struct shop *shop, const struct question *question, const char *text,
                      const char *head_end, struct bx_answer_facts *facts)
{
    char challenge[sizeof(shop->challenge)], told[MAC_TEXT], wanted[MAC_TEXT];
    header_read(text, head_end, "\r\nBoxtill-Challenge: ", challenge, sizeof(challenge));
    header_read(text, head_end, "\r\nBoxtill-Mac: ", told, sizeof(told));
    facts->epoch = number_read(text, head_end, "\r\nBoxtill-Epoch: ");
    facts->commit = number_read(text, head_end, "\r\nBoxtill-Commit: ");
    facts->challenge = challenge;
    facts->request_signature = question->mac;
    bx_buf_auto lines;
    bx_buf_init(&lines, 4096);
    bx_answer_text(facts, &lines);
    text_mac(shop, &lines, wanted);
    return strcmp(told, wanted) == 0;
}

static bool is_sold(const struct question *question, const char *body)
{
    char name[BX_ID_TEXT], wanted[80];
    snprintf(wanted, sizeof(wanted), "\"order\":\"%s\"", bx_id_format(&question->id, name));
    const char *code = strstr(body, "\"code\":\"B1");
    return strstr(body, "\"outcome\":\"confirmed\"") && strstr(body, wanted) && code &&
           !strstr(code + 1, "\"code\":");
}

struct reply reply_read(struct shop *shop, const struct question *question, char *text, size_t len)
{
    struct reply reply = {.verdict = REPLY_PART};
    const char *end = strstr(text, "\r\n\r\n");
    if (!end)
        return reply;
    long long long_ = number_read(text, end, "\r\nContent-Length: ");
    const char *body = end + 4;
    reply.verdict = REPLY_FALSE;
    if (long_ < 0 || sscanf(text, "HTTP/1.1 %d", &reply.status) != 1)
        return reply;
    reply.len = (size_t)(body - text) + (size_t)long_;
    if (len < reply.len) {
        reply.verdict = REPLY_PART;
        return reply;
    }
    struct bx_answer_facts facts = {.status = reply.status, .body = body, .len = (size_t)long_};
    if (reply.status != 401 && !mac_holds(shop, question, text, end, &facts))
        return reply;
    header_read(text, end, "\r\nBoxtill-Challenge: ", shop->challenge, sizeof(shop->challenge));
    if (reply.status == 200)
        reply.verdict = is_sold(question, body) ? REPLY_SOLD : REPLY_FALSE;
    else
        reply.verdict = reply.status == 425   ? REPLY_STALE
                        : reply.status == 503 ? REPLY_BUSY
                                              : REPLY_OTHER;
    return reply;
}
