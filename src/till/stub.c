#include "core.h"
#include <string.h>
int bx_question_ask(struct bx_till *till, enum bx_question question,
                    const struct bx_inquiry *inquiry, const struct bx_id *about, bx_asked done,
                    struct bx_fault *fault)
{
    (void)till;
    (void)question;
    (void)inquiry;
    (void)about;
    (void)done;
    (void)fault;
    return BX_ERR_OFFLINE;
}
int bx_exchange_check(struct bx_till *till, bx_origin origin, struct bx_fault *fault)
{
    (void)till;
    (void)origin;
    (void)fault;
    return 0;
}
void bx_exchange_begin(struct bx_till *till, bx_origin origin, const struct bx_sale *draft,
                       const struct bx_warrant *warrant)
{
    (void)till;
    (void)origin;
    (void)draft;
    (void)warrant;
}
