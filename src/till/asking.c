/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the server. Each is answered once, whatever happens: by the server, by its refusal,
 * or by nobody, which says nothing about what became of it over there. */

#include "core.h"

#include <string.h>

int bx_question_ask(struct bx_till *till, enum bx_question question,
                    const struct bx_inquiry *inquiry, const struct bx_id *about, bx_asked done,
                    struct bx_fault *fault)
{
    struct bx_askings *askings = &till->askings;
    bx_buf_auto json;
    bx_buf_init(&json, BX_QUESTION_BYTES);
    if (!bx_link_is_up(till))
        return bx_fault_say(fault, BX_ERR_OFFLINE, "The server does not answer now.");
    if (askings->count == BX_ASKING_MAX)
        return bx_fault_say(fault, BX_ERR_BUSY, "The server is being asked: one moment.");
    if (bx_inquiry_encode(question, inquiry, &json))
        return bx_fault_say(fault, BX_ERR_FULL, "This is too much to ask the server.");
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_ASK);
    effect->request = bx_till_request(till);
    effect->of.ask.question = question;
    effect->of.ask.json = bx_effects_hold(till->out, bx_buf_text(&json), json.len);
    effect->of.ask.len = json.len;
    askings->rows[askings->count++] = (struct bx_asking){
        .request = effect->request, .question = question, .about = *about, .done = done};
    return 0;
}

bool bx_question_is_open(const struct bx_till *till)
{
    return till->askings.count > 0 || till->attempts.read_request || till->voucher.read_request ||
           till->offline.request;
}

bool bx_question_answer(struct bx_till *till, const struct bx_booking_answer *answer)
{
    struct bx_askings *askings = &till->askings;
    struct bx_fault fault = answer->fault;
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = NULL;
    enum bx_contact contact = answer->contact;
    size_t at = 0;
    while (at < askings->count && askings->rows[at].request != answer->request)
        at++;
    if (at == askings->count)
        return false;
    struct bx_asking asking = askings->rows[at];
    askings->rows[at] = askings->rows[--askings->count];
    if (bx_link_contact(till, answer)) {
        reply = bx_reply_create();
        if (bx_reply_decode(asking.question, answer->bytes, answer->len, reply, &fault)) {
            bx_till_log(till, "%s: the answer cannot be read: %s",
                        bx_question_word(asking.question), fault.detail);
            contact = BX_CONTACT_AGAIN;
            reply = bx_reply_destroy(reply);
        }
    } else if (contact == BX_CONTACT_GOOD) {
        contact = BX_CONTACT_AGAIN;
    }
    if (!reply && !fault.say[0])
        bx_fault_say(&fault, BX_ERR_OFFLINE, "The server did not answer.");
    asking.done(till, &asking.about, reply, contact, &fault);
    return true;
}
