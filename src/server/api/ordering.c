/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of channels: holds and orders. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "server/api/operation.h"
#include "server/book/online.h"

static enum bd_problem problem_of(enum bd_no no)
{
    switch (no) {
    case BD_NO_SOLD_OUT: return BD_PROBLEM_SOLD_OUT;
    case BD_NO_CLOSED: return BD_PROBLEM_CLOSED;
    case BD_NO_LIMIT: return BD_PROBLEM_LIMIT;
    case BD_NO_PRICE: return BD_PROBLEM_PRICE;
    case BD_NO_STATE: return BD_PROBLEM_STATE;
    }
    bx_unreachable();
}

int bd_ordering_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_fault fault = {0};
    const struct bd_input *input = &work->input;
    struct bx_buf *out = &work->answer.body;
    enum bd_no no = BD_NO_STATE;
    struct bd_asking asking = {desk->book, &desk->turn, &work->caller.device, &no};
    int err = 0;
    if (work->route->operation == BD_OPERATION_HOLD)
        err = bd_book_hold(&asking, input->hold, out, &fault);
    else if (work->route->operation == BD_OPERATION_ORDER)
        err = bd_book_order(&asking, input->order, out, &fault);
    else if (work->route->operation == BD_OPERATION_ORDER_CANCEL)
        err = bd_book_order_cancel(&asking, &input->about, &input->id, out, &fault);
    else
        err =
            bd_book_hold_change(&asking,
                                work->route->operation == BD_OPERATION_HOLD_EXTEND ? BD_HOLD_EXTEND
                                : work->route->operation == BD_OPERATION_HOLD_PAY  ? BD_HOLD_PAY
                                                                                  : BD_HOLD_RELEASE,
                                &input->about, out, &fault);
    if (err != BX_ERR_REFUSED)
        return err < 0 ? bd_fault_answer(work, err, &fault) : 0;
    bd_problem_set(&work->answer, problem_of(no), fault.say, NULL);
    return err;
}

int bd_order_read_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_fault fault = {0};
    struct bx_id order;
    int err = bx_id_parse(work->param, &order);
    if (err < 0)
        (void)bx_fault_say(&fault, BX_ERR_MISSING, "There is no such order.");
    else
        err = bd_book_order_read(desk->store, &work->caller.device, &order, &work->answer.body,
                                 &fault);
    return err < 0 ? bd_fault_answer(work, fault.err, &fault) : 0;
}
