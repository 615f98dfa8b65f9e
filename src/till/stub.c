#include "core.h"
#include <string.h>
int bx_question_ask(struct bx_till *till, enum bx_question question,
                            const struct bx_inquiry *inquiry, const struct bx_id *about,
                            bx_asked done, struct bx_fault *fault)
{(void)till;(void)question;(void)inquiry;(void)about;(void)done;(void)fault; return BX_ERR_OFFLINE;}
void bx_remains_init(struct bx_remains *remains, const struct bx_sale *sale){memset(remains,0,sizeof*remains);remains->sale=sale;}
int bx_remains_take(struct bx_remains *remains, const struct bx_sale *correction,
                            struct bx_fault *fault){(void)remains;(void)correction;(void)fault;return 0;}
bool bx_remains_is_empty(const struct bx_remains *remains){(void)remains;return false;}
int bx_return_make(const struct bx_remains *remains, const int quantities[BX_LINES_MAX],
                           const bool tickets[BX_TICKETS_MAX], struct bx_sale *ret,
                           struct bx_fault *fault){(void)remains;(void)quantities;(void)tickets;(void)ret;(void)fault;return 0;}
int bx_return_tenders(const struct bx_remains *remains,
                              const bx_money given[BX_TENDER_KINDS], int64_t cash_step,
                              struct bx_sale *ret, struct bx_fault *fault){(void)remains;(void)given;(void)cash_step;(void)ret;(void)fault;return 0;}

int bx_exchange_check(struct bx_till *till, bx_origin origin, struct bx_fault *fault){(void)till;(void)origin;(void)fault;return 0;}
void bx_exchange_begin(struct bx_till *till, bx_origin origin, const struct bx_sale *draft,
                       const struct bx_warrant *warrant){(void)till;(void)origin;(void)draft;(void)warrant;}
void bx_command_exchange_go(struct bx_till *till){(void)till;}
