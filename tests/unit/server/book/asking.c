/* SPDX-License-Identifier: Apache-2.0 */
#include "asking.h"

int till_question(struct venue *venue, const struct till *till, enum bx_question question,
                  const struct bx_inquiry *inquiry, struct bx_reply *reply)
{
    struct bx_fault fault = {0};
    bx_buf_auto json, out;
    bx_buf_init(&json, 0);
    bx_buf_init(&out, 0);
    MUST(bx_inquiry_encode(question, inquiry, &json));
    const struct bd_question asked = {question, bx_buf_text(&json), json.len};
    venue_begin(venue);
    int err = bd_book_ask(venue->store, &venue->turn, &till->device, &asked, &out, &fault);
    venue_end(venue);
    if (err == 0 && bx_reply_decode(question, bx_buf_text(&out), out.len, reply, &fault) != 0)
        fail_msg("%s %s", fault.say, fault.detail);
    return err;
}
