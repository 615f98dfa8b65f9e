/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a sale that was written as text. It is read to its end before anything of it happens, and
 * what cannot be read is told with its column. */

#include "grammar.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

struct reading {
    struct bx_said *said;
    int exponent;
    struct bx_fault *fault;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int refuse(struct reading *to, const char *word, const char *say)
{
    return bx_fault_say(to->fault, BX_ERR_INPUT, "\"%.30s\" in column %d: %s", word,
                        to->said->column, bx_word(say));
}

/* "2a1c", "-a"; false when it is something else. */
static bool items_read(const char *word, struct bx_said *said)
{
    int count = said->item_count;
    for (const char *at = word; *at; at++) {
        bool minus = *at == '-';
        int quantity = 0;
        int column = said->column + (int)(at - word);
        at += minus;
        bool counted = is_digit(*at);
        for (; is_digit(*at) && quantity <= BX_QUANTITY_MAX; at++)
            quantity = quantity * 10 + (*at - '0');
        if (*at < 'a' || *at > 'z' || count == BX_WORDS_ITEMS || quantity > BX_QUANTITY_MAX ||
            (counted && quantity == 0)) {
            said->column += (int)(at - word);
            return false;
        }
        said->items[count].quantity = (counted ? quantity : 1) * (minus ? -1 : 1);
        said->items[count].open = false;
        said->items[count].column = column;
        said->items[count++].key = *at;
    }
    said->item_count = count;
    return true;
}

/* "d:5.00" */
static bool open_read(const char *word, struct reading *to)
{
    struct bx_said *said = to->said;
    bx_money amount;
    if (word[0] < 'a' || word[0] > 'z' || word[1] != ':' || said->item_count == BX_WORDS_ITEMS ||
        bx_money_parse(word + 2, strlen(word + 2), to->exponent, &amount))
        return false;
    said->items[said->item_count].quantity = 1;
    said->items[said->item_count].key = word[0];
    said->items[said->item_count].open = true;
    said->items[said->item_count].column = said->column;
    said->items[said->item_count++].amount = amount;
    return true;
}

/* "9:30", "14:30". */
static bool time_read(const char *word, struct bx_said *said)
{
    const char *colon = strchr(word, ':');
    if (!colon || strlen(colon + 1) != 2 || colon == word || colon - word > 2 ||
        !is_digit(word[0]) || !is_digit(colon[1]) || !is_digit(colon[2]))
        return false;
    int hour = word[0] - '0';
    int minute = (colon[1] - '0') * 10 + (colon[2] - '0');
    if (colon - word == 2)
        hour = is_digit(word[1]) ? hour * 10 + (word[1] - '0') : 24;
    said->minute = hour * 60 + minute;
    said->minute_column = said->column;
    return hour < 24 && minute < 60;
}

/* --- words with a colon ----------------------------------------------------------------------- */

/* Cuts FIELD off *AT, up to the next colon; false when it does not fit, or is empty. */
static bool field_cut(const char **at, char *field, size_t size)
{
    size_t len = strcspn(*at, ":");
    if (len == 0 || len >= size)
        return false;
    memcpy(field, *at, len);
    field[len] = '\0';
    *at += len + ((*at)[len] == ':');
    return true;
}

static int order_read(const char *value, struct reading *to)
{
    struct bx_said *said = to->said;
    char count[8], how[8] = "";
    int64_t n;
    said->coming = (struct bx_coming){.count = -1, .agreed = true};
    if (!field_cut(&value, said->order, sizeof(said->order)))
        return refuse(to, value, BX_WORD("an order is order:REF or order:REF:43."));
    if (!*value)
        return 0;
    if (!field_cut(&value, count, sizeof(count)) || bx_text_number(count, strlen(count), 99999, &n))
        return refuse(to, value, BX_WORD("how many came is a number."));
    said->coming.count = n;
    if (*value && (!field_cut(&value, how, sizeof(how)) || strcmp(how, "anew") != 0))
        return refuse(to, value, BX_WORD("only anew may follow the number."));
    said->coming.agreed = how[0] == '\0';
    return 0;
}

static int size_read(const char *text, struct bx_said_discount *discount, struct reading *to)
{
    char number[24];
    size_t len = strlen(text);
    bx_money value;
    if (len < 2 || text[len - 1] != '%')
        return bx_money_parse(text, len, to->exponent, &discount->amount)
                   ? refuse(to, text, BX_WORD("a discount is 10% or 2.50."))
                   : 0;
    snprintf(number, sizeof(number), "%.*s%s", (int)(len < 10 ? len - 1 : 9), text,
             strpbrk(text, ".,") ? "" : ".0");
    if (bx_money_parse(number, strlen(number), 2, &value) || value.minor % 10 != 0 ||
        value.minor > 10000)
        return refuse(to, text, BX_WORD("a discount is 10% or 2.50."));
    discount->permille = value.minor / 10;
    return 0;
}

/* REASON:25.00, the letter taken off. */
static int price_read(const char *text, struct bx_said_discount *price, struct reading *to)
{
    const char *at = text;
    if (!field_cut(&at, price->reason.s, sizeof(price->reason.s)) || !price->letter ||
        bx_money_parse(at, strlen(at), to->exponent, &price->amount))
        return refuse(to, text, BX_WORD("another price is price:REASON:25.00@b."));
    price->price = true;
    to->said->discount_count++;
    return 0;
}

static int discount_read(const char *value, bool price, struct reading *to)
{
    struct bx_said *said = to->said;
    char text[64], size[24];
    const char *at = text;
    if (said->discount_count == BX_WORDS_DISCOUNTS || strlen(value) >= sizeof(text))
        return refuse(to, value, BX_WORD("that is too much of it."));
    struct bx_said_discount *discount = &said->discounts[said->discount_count];
    *discount = (struct bx_said_discount){.letter = 0};
    BX_TEXT_COPY(text, value);
    char *where = strchr(text, '@');
    if (where) {
        discount->letter = where[1];
        if (where[1] < 'a' || where[1] > 'z' || where[2])
            return refuse(to, value, BX_WORD("behind @ stands a product's letter."));
        *where = '\0';
    }
    if (price)
        return price_read(at, discount, to);
    if (!field_cut(&at, discount->reason.s, sizeof(discount->reason.s)))
        return refuse(to, value, BX_WORD("a discount is discount:REASON or discount:REASON:10%."));
    if (*at && field_cut(&at, size, sizeof(size))) {
        int err = size_read(size, discount, to);
        if (err)
            return err;
    }
    said->discount_count++;
    return 0;
}

static int part_add(struct reading *to, const char *word)
{
    struct bx_said *said = to->said;
    if (said->part_count == BX_TENDERS_MAX)
        return refuse(to, word, BX_WORD("that are more parts than a payment has."));
    int err = bx_said_part_read(word, to->exponent, &said->parts[said->part_count], to->fault);
    said->part_count += !err;
    return err;
}

static int named_read(const char *word, struct reading *to)
{
    struct bx_said *said = to->said;
    const char *value = strchr(word, ':') + 1;
    if (strncmp(word, "order:", 6) == 0)
        return order_read(value, to);
    if (strncmp(word, "discount:", 9) == 0)
        return discount_read(value, false, to);
    if (strncmp(word, "price:", 6) == 0)
        return discount_read(value, true, to);
    if (strncmp(word, "member:", 7) == 0 && strlen(value) < sizeof(said->member)) {
        BX_TEXT_COPY(said->member, value);
        return 0;
    }
    if (strncmp(word, "origin:", 7) == 0 && bx_slug_is_valid(value)) {
        BX_TEXT_COPY(said->origin.s, value);
        return 0;
    }
    if (open_read(word, to))
        return 0;
    return refuse(to, word,
                  BX_WORD("this is not understood. A line is like 2a1c 14:30 cash 60.00"));
}

/* --- the parts of a payment ------------------------------------------------------------------- */

int bx_said_part_read(const char *text, int exponent, struct bx_said_part *ret,
                      struct bx_fault *fault)
{
    const char *colon = strchr(text, ':');
    const char *value = colon ? colon + 1 : "";
    size_t len = colon ? (size_t)(colon - text) : strlen(text);
    char word[12];
    *ret = (struct bx_said_part){.has_amount = false};
    if (len >= sizeof(word) || strlen(value) >= sizeof(ret->reference))
        return bx_fault_say(fault, BX_ERR_INPUT,
                            "A tender is cash, cash:AMOUNT, card, card:REFERENCE, voucher:CODE, "
                            "account:ID or prepaid.");
    memcpy(word, text, len);
    word[len] = '\0';
    int unknown = bx_tender_parse(word, &ret->kind);
    if (ret->kind == BX_TENDER_STORED) /* its code says what it is */
        ret->kind = BX_TENDER_VOUCHER;
    if (unknown)
        return bx_fault_say(fault, BX_ERR_INPUT,
                            "A tender is cash, cash:AMOUNT, card, card:REFERENCE, voucher:CODE, "
                            "account:ID or prepaid.");
    if (ret->kind == BX_TENDER_CASH && colon) {
        ret->has_amount = true;
        return bx_money_parse(value, strlen(value), exponent, &ret->amount)
                   ? bx_fault_say(fault, BX_ERR_INPUT, "%s is no amount.", value)
                   : 0;
    }
    if (ret->kind == BX_TENDER_CARD && strpbrk(value, ".,") &&
        bx_money_parse(value, strlen(value), exponent, &ret->amount) == 0) {
        ret->has_amount = true;
        return 0;
    }
    if (ret->kind == BX_TENDER_ACCOUNT) { /* account:ID:AMOUNT */
        const char *more = strchr(value, ':');
        if (more && bx_money_parse(more + 1, strlen(more + 1), exponent, &ret->amount))
            return bx_fault_say(fault, BX_ERR_INPUT, "%s is no amount.", more + 1);
        ret->has_amount = more != NULL;
        snprintf(ret->reference, sizeof(ret->reference), "%.*s",
                 more ? (int)(more - value) : (int)strlen(value), value);
        return 0;
    }
    if (ret->kind == BX_TENDER_VOUCHER && !value[0])
        return bx_fault_say(fault, BX_ERR_INPUT, "A voucher is written voucher:CODE.");
    BX_TEXT_COPY(ret->reference, value);
    return 0;
}

/* What may stand behind a tender's own word: its amount, a card's reference. */
static bool part_goes_on(const char *word, struct reading *to)
{
    struct bx_said *said = to->said;
    if (said->part_count == 0)
        return false;
    struct bx_said_part *part = &said->parts[said->part_count - 1];
    bool card = part->kind == BX_TENDER_CARD;
    bool cash = part->kind == BX_TENDER_CASH;
    bx_money amount;
    bool is_amount = bx_money_parse(word, strlen(word), to->exponent, &amount) == 0;
    if ((cash || (card && strpbrk(word, ".,"))) && !part->has_amount && !part->reference[0] &&
        is_amount) {
        part->amount = amount;
        part->has_amount = true;
        return true;
    }
    enum bx_tender_kind kind;
    if (!card || part->reference[0] || strchr(word, ':') || bx_tender_parse(word, &kind) == 0)
        return false;
    BX_TEXT_COPY(part->reference, word);
    return true;
}

static bool is_tender(const char *word)
{
    static const char *const words[] = {"cash", "card", "voucher", "stored", "account", "prepaid"};
    size_t len = strcspn(word, ":");
    for (size_t i = 0; i < bx_countof(words); i++)
        if (strlen(words[i]) == len && strncmp(words[i], word, len) == 0)
            return true;
    return false;
}

/* --- all of it -------------------------------------------------------------------------------- */

static bool flag_read(const char *word, struct bx_said *said)
{
    struct {
        const char *word;
        bool *flag;
    } flags[] = {{"list", &said->list},
                 {"group", &said->group},
                 {"over", &said->over},
                 {"round", &said->round}};
    for (size_t i = 0; i < bx_countof(flags); i++)
        if (strcmp(word, flags[i].word) == 0) {
            *flags[i].flag = true;
            return true;
        }
    return false;
}

static int word_read(const char *word, struct reading *to)
{
    struct bx_said *said = to->said;
    if (is_tender(word))
        return part_add(to, word);
    if (part_goes_on(word, to))
        return 0;
    if (said->part_count > 0)
        return refuse(to, word, BX_WORD("only what pays may follow here."));
    if (flag_read(word, said))
        return 0;
    if (time_read(word, said))
        return 0;
    if (strlen(word) == 10 && word[4] == '-' && bx_date_parse(word, &said->date) == 0) {
        said->dated = true;
        return 0;
    }
    if (strchr(word, ':'))
        return named_read(word, to);
    if (items_read(word, said))
        return 0;
    return refuse(to, word, BX_WORD("products are written like 2a1c: how many, then the letter."));
}

int bx_said_read(const char *text, int exponent, struct bx_said *ret, struct bx_fault *fault)
{
    struct reading to = {.said = ret, .exponent = exponent, .fault = fault};
    char word[BX_WORDS_PART + 16];
    *ret = (struct bx_said){.minute = -1};
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, " ");
        if (len > 0) {
            ret->column = (int)(at - text) + 1;
            if (len >= sizeof(word))
                return refuse(&to, at, BX_WORD("this is too long."));
            memcpy(word, at, len);
            word[len] = '\0';
            int err = word_read(word, &to);
            if (err)
                return err;
        }
        at += len + (at[len] == ' ');
    }
    ret->column = 0;
    return 0;
}
