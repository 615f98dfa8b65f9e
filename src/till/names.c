/* SPDX-License-Identifier: Apache-2.0 */
/* What people call things: the words of entries are for machines and stay English in every body, so
 * the names beside them stand here. */

#include "screens.h"

#include <string.h>

#include "boxtill/base/words.h"

const char *bx_tender_name(enum bx_tender_kind kind)
{
    static const char *const names[BX_TENDER_KINDS] = {
        [BX_TENDER_CASH] = BX_WORD("cash"),       [BX_TENDER_CARD] = BX_WORD("card"),
        [BX_TENDER_VOUCHER] = BX_WORD("voucher"), [BX_TENDER_STORED] = BX_WORD("gift card"),
        [BX_TENDER_ACCOUNT] = BX_WORD("account"), [BX_TENDER_PREPAID] = BX_WORD("prepaid"),
    };
    return bx_word(names[kind]);
}

const char *bx_kind_name(enum bx_kind kind)
{
    static const char *const names[BX_KINDS] = {
        [BX_KIND_SALE] = BX_WORD("sale"),
        [BX_KIND_REPRINT] = BX_WORD("reprint"),
        [BX_KIND_REPLACE] = BX_WORD("replacement"),
        [BX_KIND_PRINT_ANSWER] = BX_WORD("print answer"),
        [BX_KIND_SHIFT_OPEN] = BX_WORD("shift opened"),
        [BX_KIND_LOGIN] = BX_WORD("login"),
        [BX_KIND_LOGIN_FAILED] = BX_WORD("login failed"),
        [BX_KIND_LOGOUT] = BX_WORD("logout"),
        [BX_KIND_OFFLINE_START] = BX_WORD("offline"),
        [BX_KIND_OFFLINE_END] = BX_WORD("online again"),
        [BX_KIND_CLOCK_JUMP] = BX_WORD("clock jump"),
        [BX_KIND_SETTLE] = BX_WORD("settled by hand"),
        [BX_KIND_VOID] = BX_WORD("void"),
        [BX_KIND_REFUND] = BX_WORD("refund"),
        [BX_KIND_EXCHANGE] = BX_WORD("exchange"),
        [BX_KIND_TENDER_CORRECTION] = BX_WORD("tender correction"),
        [BX_KIND_TENDER_INTENT] = BX_WORD("payment asked"),
        [BX_KIND_TENDER_RESULT] = BX_WORD("payment answer"),
        [BX_KIND_SHIFT_CLOSE] = BX_WORD("Z report"),
        [BX_KIND_X_REPORT] = BX_WORD("X report"),
        [BX_KIND_CLOSING] = BX_WORD("closing"),
        [BX_KIND_FLOAT] = BX_WORD("float"),
        [BX_KIND_PAID_IN] = BX_WORD("paid in"),
        [BX_KIND_PAID_OUT] = BX_WORD("paid out"),
        [BX_KIND_DROP] = BX_WORD("drop"),
        [BX_KIND_COUNT] = BX_WORD("spot count"),
        [BX_KIND_NO_SALE] = BX_WORD("no sale"),
        [BX_KIND_HAND_OVER] = BX_WORD("hand over"),
        [BX_KIND_TRAINING_ON] = BX_WORD("training begun"),
        [BX_KIND_TRAINING_OFF] = BX_WORD("training ended"),
        [BX_KIND_INVOICE] = BX_WORD("invoice"),
        [BX_KIND_CONFIG] = BX_WORD("settings changed"),
        [BX_KIND_UPGRADE] = BX_WORD("upgrade"),
        [BX_KIND_EXPORT] = BX_WORD("export"),
        [BX_KIND_ERASE] = BX_WORD("data erased"),
        [BX_KIND_SIGN_LOST] = BX_WORD("signing device lost"),
        [BX_KIND_SIGN_BACK] = BX_WORD("signing device back"),
    };
    return bx_word(names[kind]);
}

const char *bx_day_name(struct bx_date date)
{
    static const char *const days[7] = {BX_WORD("Mon"), BX_WORD("Tue"), BX_WORD("Wed"),
                                        BX_WORD("Thu"), BX_WORD("Fri"), BX_WORD("Sat"),
                                        BX_WORD("Sun")};
    return bx_word(days[bx_date_weekday(date) % 7]);
}

const char *bx_month_name(struct bx_date date)
{
    static const char *const months[12] = {BX_WORD("Jan"), BX_WORD("Feb"), BX_WORD("Mar"),
                                           BX_WORD("Apr"), BX_WORD("May"), BX_WORD("Jun"),
                                           BX_WORD("Jul"), BX_WORD("Aug"), BX_WORD("Sep"),
                                           BX_WORD("Oct"), BX_WORD("Nov"), BX_WORD("Dec")};
    return bx_word(months[(date.month + 11) % 12]);
}

const char *bx_people_language(const struct bx_till *till)
{
    const struct bx_user *user =
        till->staff && till->people.user ? bx_staff_user(till->staff, till->people.user) : NULL;
    return user && user->language[0] ? user->language : till->config.language;
}

const char *bx_task_say(const struct bx_entry_answer *answer)
{
    static const struct {
        const char *word, *say;
    } tasks[] = {
        {"overlap", BX_WORD("Places of a lease were used twice: the journal may be forked.")},
        {"over", BX_WORD("Sold beyond the capacity; counted apart.")},
        {"cancelled", BX_WORD("Sold for a slot that is cancelled: refund.")},
        {"clash", BX_WORD("A ticket code was issued twice.")},
        {"replaced", BX_WORD("The ticket had been replaced already; the latest code counts.")},
        {"returned", BX_WORD("Returned twice: what it takes back was taken back before.")},
        {"used", BX_WORD("A ticket that was taken back had been used at a gate.")},
        {"collected", BX_WORD("Its order was collected or cancelled before.")},
        {"voucher", BX_WORD("A voucher of this sale was used before.")},
        {"cashier", BX_WORD("Done by a cashier who had been taken off the list.")},
        {"z", BX_WORD("The Z report is not what was booked of its shift.")},
        {"sums", BX_WORD("The sale does not add up.")},
        {"limit", BX_WORD("Sold beyond what a slot may have of the product.")},
        {"product", BX_WORD("The programme had this no more when it was sold.")},
        {"slot", BX_WORD("The programme had this time no more when it was sold.")},
        {"price", BX_WORD("A price differs from the programme's.")},
        {"clock", BX_WORD("The till's clock was moved: look at the times of its sales.")},
        {"gap", BX_WORD("Places used before are not reported yet: an entry is missing.")},
    };
    for (size_t i = 0; i < bx_countof(tasks); i++) {
        if (strcmp(tasks[i].word, answer->task) != 0)
            continue;
        const char *say = bx_word(tasks[i].say);
        return strcmp(say, tasks[i].say) == 0 ? answer->say : say;
    }
    return answer->say;
}
