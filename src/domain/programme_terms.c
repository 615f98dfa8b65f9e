/* SPDX-License-Identifier: Apache-2.0 */
/* What version 2 of the programme document adds: the terms on which things are sold. A venue that
 * has none of them keeps its version 1, so that its tills need nothing new. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/entry.h"
#include "programme_in.h"
#include "words.h"

enum {
    PERMILLE_MAX = 1000,
    PIECES_MAX = 999,
    DAY_MINUTES = 1440,
    ALL_DAYS = 127,
    EVERY_MAX = 100000
};

static const char *const line_kind_words[] = {
    [BX_LINE_VISIT] = "visit",
    [BX_LINE_ARTICLE] = "article",
    [BX_LINE_DONATION] = "donation",
    [BX_LINE_VOUCHER] = "voucher",
};

BX_WORDS_DEFINE(enum bx_line_kind, line_kind_words, bx_line_kind_word, bx_line_kind_parse)

static const char *const rule_words[] = {
    [BX_RULE_GROUP] = "group",
    [BX_RULE_BUNDLE] = "bundle",
    [BX_RULE_MEMBER] = "member",
    [BX_RULE_TIME] = "time",
};

BX_WORDS_DEFINE(enum bx_rule_kind, rule_words, bx_rule_kind_word, bx_rule_kind_parse)

static const char *const beyond_words[] = {
    [BX_BEYOND_WARN] = "warn",
    [BX_BEYOND_ASK] = "ask",
    [BX_BEYOND_BLOCK] = "block",
};

BX_WORDS_DEFINE(enum bx_beyond, beyond_words, bx_beyond_word, bx_beyond_parse)

const struct bx_limit_name bx_limit_names[BX_LIMITS] = {
    {"discount_permille", offsetof(struct bx_limits, discount_permille)},
    {"discount_amount", offsetof(struct bx_limits, discount_amount)},
    {"price_permille", offsetof(struct bx_limits, price_permille)},
    {"refund_amount", offsetof(struct bx_limits, refund_amount)},
    {"refund_offline", offsetof(struct bx_limits, refund_offline)},
    {"void_minutes", offsetof(struct bx_limits, void_minutes)},
    {"reprints", offsetof(struct bx_limits, reprints)},
    {"paid_out", offsetof(struct bx_limits, paid_out)},
    {"no_sales", offsetof(struct bx_limits, no_sales)},
    {"drawer_cash", offsetof(struct bx_limits, drawer_cash)},
    {"difference_reason", offsetof(struct bx_limits, difference_reason)},
    {"difference_approve", offsetof(struct bx_limits, difference_approve)},
    {"offline_minutes", offsetof(struct bx_limits, offline_minutes)},
    {"offline_sale", offsetof(struct bx_limits, offline_sale)},
    {"offline_total", offsetof(struct bx_limits, offline_total)},
    {"offline_programme_minutes", offsetof(struct bx_limits, offline_programme_minutes)},
};

const struct bx_limit *bx_limit_at(const struct bx_limits *limits, size_t nth)
{
    return (const struct bx_limit *)(const void *)((const char *)limits +
                                                   bx_limit_names[nth].offset);
}

static bool limits_exist(const struct bx_limits *limits)
{
    for (size_t i = 0; i < BX_LIMITS; i++)
        if (bx_limit_at(limits, i)->at != 0)
            return true;
    return limits->tenders != 0 || limits->offline_tenders != 0;
}

static bool product_has_terms(const struct bx_product *product)
{
    return product->kind != BX_LINE_VISIT || product->open_price || product->group_from != 0 ||
           !bx_slug_is_none(&product->proof) || product->code[0] != '\0';
}

bool bx_terms_exist(const struct bx_programme *programme)
{
    for (size_t i = 0; i < programme->product_count; i++)
        if (product_has_terms(&programme->products[i]))
            return true;
    return programme->rule_count > 0 || programme->reason_count > 0 ||
           programme->account_count > 0 || programme->origin_count > 0 ||
           programme->coin_count > 0 || programme->fact_count > 0 || programme->round_up ||
           limits_exist(&programme->limits);
}

/* --- products --------------------------------------------------------------------------------- */

static void product_check(struct bx_json_reader *reader, const struct bx_product *product)
{
    bool outside = product->kind == BX_LINE_DONATION || product->kind == BX_LINE_VOUCHER;
    size_t digits = strspn(product->code, "0123456789");
    if (product->kind != BX_LINE_VISIT && product->events != 0)
        bx_json_fault(reader, "a %s is sold for no event", bx_line_kind_word(product->kind));
    if (outside && (product->tax_ppm != 0 || !bx_slug_is_none(&product->class)))
        bx_json_fault(reader, "a %s has no tax and no class", bx_line_kind_word(product->kind));
    if (product->kind != BX_LINE_VISIT && (product->persons != 0 || product->places != 0))
        bx_json_fault(reader, "a %s takes no places and admits nobody",
                      bx_line_kind_word(product->kind));
    if (product->code[0] != '\0' && (product->code[digits] != '\0' || digits < 8 || digits > 14))
        bx_json_fault(reader, "\"code\" must be 8 to 14 digits");
}

void bx_product_terms_read(struct bx_json_reader *reader, struct bx_product *product)
{
    char word[17];
    bx_json_string_or(reader, "kind", sizeof word - 1, word, sizeof word, "visit");
    if (word[0] != '\0' && bx_line_kind_parse(word, &product->kind) != 0)
        bx_json_fault(reader, "\"kind\" must be visit, article, donation or voucher");
    product->open_price = bx_json_bool_or(reader, "open_price", false);
    bx_slug_read_or_none(reader, "proof", &product->proof);
    product->group_from = (int)bx_json_int_or(reader, "group_from", 0, PIECES_MAX, 0);
    bx_json_string_or(reader, "code", sizeof product->code - 1, product->code, sizeof product->code,
                      "");
    if (reader->err == 0)
        product_check(reader, product);
}

void bx_product_terms_write(struct bx_json_writer *writer, const struct bx_product *product)
{
    if (product->kind != BX_LINE_VISIT)
        bx_json_put_string(writer, "kind", bx_line_kind_word(product->kind));
    if (product->open_price)
        bx_json_put_bool(writer, "open_price", true);
    if (!bx_slug_is_none(&product->proof))
        bx_json_put_string(writer, "proof", product->proof.s);
    if (product->group_from != 0)
        bx_json_put_int(writer, "group_from", product->group_from);
    if (product->code[0] != '\0')
        bx_json_put_string(writer, "code", product->code);
}

static void codes_check(struct bx_json_reader *root, const struct bx_programme *programme)
{
    for (size_t i = 0; i < programme->product_count; i++) {
        const struct bx_product *product = &programme->products[i];
        const struct bx_product *first = bx_programme_article(programme, product->code);
        if (first != NULL && first != product)
            bx_json_fault(root, "the code %s of \"%s\" is taken by \"%s\"", product->code,
                          product->id.s, first->id.s);
    }
}

/* --- rules ------------------------------------------------------------------------------------ */

struct rule_reading {
    struct bx_programme *programme;
    struct bx_rule *rule;
    bool people;
};

static void part_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"product", "pieces", NULL};
    const struct rule_reading *reading = arg;
    struct bx_rule *rule = reading->rule;
    bx_json_only(reader, names);
    bx_slug_read(reader, "product", &rule->parts[at].product);
    if (rule->kind == BX_RULE_BUNDLE)
        rule->parts[at].pieces = (int)bx_json_int(reader, "pieces", 1, PIECES_MAX);
    else if (bx_json_get(reader->object, "pieces") != NULL)
        bx_json_fault(reader, "\"pieces\" belongs to a bundle");
    if (reader->err != 0)
        return;
    if (bx_slug_is_none(&rule->parts[at].product))
        return;
    if (bx_programme_product(reading->programme, &rule->parts[at].product) == NULL)
        bx_json_fault(reader, "there is no product \"%s\"", rule->parts[at].product.s);
    for (size_t i = 0; i < at; i++)
        if (bx_slug_equal(&rule->parts[i].product, &rule->parts[at].product))
            bx_json_fault(reader, "it names \"%s\" twice", rule->parts[at].product.s);
}

static void day_read(struct bx_json_reader *reader, const char *name, struct bx_date *ret)
{
    char text[BX_DATE_TEXT];
    bx_json_string(reader, name, sizeof text - 1, text, sizeof text);
    if (text[0] != '\0' && bx_date_parse(text, ret) != 0)
        bx_json_fault(reader, "\"%s\" must be a day like 2026-11-24", name);
}

static const char *const day_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

unsigned bx_weekdays_read(struct bx_json_reader *reader)
{
    unsigned bits = 0;
    bx_json *list = bx_json_array(reader, "weekdays", bx_countof(day_words));
    for (bx_json *item = bx_json_first(list); item != NULL; item = bx_json_next(item)) {
        size_t day = 0;
        while (day < bx_countof(day_words) && strcmp(day_words[day], bx_json_text(item)) != 0)
            day++;
        if (day == bx_countof(day_words))
            bx_json_fault(reader, "\"weekdays\" must be of mon, tue, wed, thu, fri, sat, sun");
        else
            bits |= 1U << day;
    }
    return bits;
}

/* "17:00", up to 24:00. */
static int minute_read(struct bx_json_reader *reader, const char *name)
{
    char text[8];
    int64_t hour, minute;
    bx_json_string(reader, name, 5, text, sizeof text);
    if (strlen(text) == 5 && text[2] == ':' && strspn(text, "0123456789") == 2 &&
        strspn(text + 3, "0123456789") == 2) {
        hour = (text[0] - '0') * 10 + text[1] - '0';
        minute = (text[3] - '0') * 10 + text[4] - '0';
        if (minute < 60 && hour * 60 + minute <= DAY_MINUTES)
            return (int)(hour * 60 + minute);
    }
    if (text[0] != '\0')
        bx_json_fault(reader, "\"%s\" must be a time from 00:00 to 24:00", name);
    return 0;
}

/* When a rule holds; *ret_any: not always. */
static void when_read(struct bx_json_reader *reader, struct bx_rule *rule, bool people,
                      bool *ret_any)
{
    bx_json *object = reader->object;
    bool season = bx_json_get(object, "from") != NULL || bx_json_get(object, "to") != NULL;
    bool day =
        bx_json_get(object, "minute_from") != NULL || bx_json_get(object, "minute_to") != NULL;
    if (season) {
        day_read(reader, "from", &rule->from);
        day_read(reader, "to", &rule->to);
        if (reader->err == 0 && bx_date_compare(rule->from, rule->to) > 0)
            bx_json_fault(reader, "\"to\" is before \"from\"");
    }
    if (!people)
        rule->weekdays = (unsigned)bx_json_int_or(reader, "weekdays", 1, ALL_DAYS, 0);
    else if (bx_json_get(object, "weekdays") != NULL)
        rule->weekdays = bx_weekdays_read(reader);
    if (day) {
        rule->minute_from = people ? minute_read(reader, "minute_from")
                                   : (int)bx_json_int(reader, "minute_from", 0, DAY_MINUTES - 1);
        rule->minute_to = people ? minute_read(reader, "minute_to")
                                 : (int)bx_json_int(reader, "minute_to", 1, DAY_MINUTES);
        if (reader->err == 0 && rule->minute_from >= rule->minute_to)
            bx_json_fault(reader, "\"minute_to\" is not after \"minute_from\"");
    }
    *ret_any = season || day || rule->weekdays != 0;
}

static void price_read(struct bx_json_reader *reader, struct bx_rule *rule)
{
    if (bx_json_get(reader->object, "permille") == NULL) {
        rule->price.minor = bx_json_int(reader, "price", 0, BX_PRICE_MAX);
        return;
    }
    rule->permille = (int)bx_json_int(reader, "permille", 1, PERMILLE_MAX);
    if (bx_json_get(reader->object, "price") != NULL || rule->kind == BX_RULE_BUNDLE)
        bx_json_fault(reader, "\"permille\" is instead of a price, and not for a bundle");
}

/* What belongs to one kind only. */
static void kind_read(struct bx_json_reader *reader, struct bx_rule *rule)
{
    char word[17];
    bx_json_string(reader, "kind", sizeof word - 1, word, sizeof word);
    if (word[0] != '\0' && bx_rule_kind_parse(word, &rule->kind) != 0)
        bx_json_fault(reader, "\"kind\" must be group, bundle, member or time");
    bx_slug_read_or_none(reader, "proof", &rule->proof);
    rule->least = (int)bx_json_int_or(reader, "least", 2, PIECES_MAX, 0);
    if (reader->err == 0 && (rule->least != 0) != (rule->kind == BX_RULE_GROUP))
        bx_json_fault(reader, "\"least\" belongs to a group, and a group has it");
    if (reader->err == 0 && bx_slug_is_none(&rule->proof) == (rule->kind == BX_RULE_MEMBER))
        bx_json_fault(reader, "\"proof\" belongs to a member's rule, and that has it");
}

static void rule_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"id",       "name",        "kind",      "parts", "least",
                                        "price",    "permille",    "proof",     "from",  "to",
                                        "weekdays", "minute_from", "minute_to", NULL};
    struct rule_reading *reading = arg;
    struct bx_programme *programme = reading->programme;
    struct bx_rule *rule = &programme->rules[at];
    bool when = false;
    bx_json_only(reader, names);
    reading->rule = rule;
    bx_slug_read(reader, "id", &rule->id);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, rule->name, sizeof rule->name);
    kind_read(reader, rule);
    bx_json *list = bx_json_array(reader, "parts", BX_RULE_PARTS);
    rule->part_count = (int)bx_json_each(reader, list, "rule, part", part_read, reading);
    if (reader->err == 0 && rule->part_count == 0)
        bx_json_fault(reader, "\"parts\" names no product");
    price_read(reader, rule);
    when_read(reader, rule, reading->people, &when);
    if (reader->err == 0 && rule->kind == BX_RULE_TIME && !when)
        bx_json_fault(reader, "a rule of time says no time");
    for (size_t i = 0; i < at && reader->err == 0; i++)
        if (bx_slug_equal(&programme->rules[i].id, &rule->id))
            bx_json_fault(reader, "the id \"%s\" is taken by another rule", rule->id.s);
    programme->rule_count++;
}

static void rule_write(struct bx_json_writer *writer, const struct bx_rule *rule)
{
    char date[BX_DATE_TEXT];
    bx_json_object_open(writer, NULL);
    bx_json_put_string(writer, "id", rule->id.s);
    bx_json_put_string(writer, "name", rule->name);
    bx_json_put_string(writer, "kind", bx_rule_kind_word(rule->kind));
    bx_json_array_open(writer, "parts");
    for (int i = 0; i < rule->part_count; i++) {
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "product", rule->parts[i].product.s);
        if (rule->kind == BX_RULE_BUNDLE)
            bx_json_put_int(writer, "pieces", rule->parts[i].pieces);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
    if (rule->kind == BX_RULE_GROUP)
        bx_json_put_int(writer, "least", rule->least);
    if (rule->permille != 0)
        bx_json_put_int(writer, "permille", rule->permille);
    else
        bx_json_put_int(writer, "price", rule->price.minor);
    if (rule->kind == BX_RULE_MEMBER)
        bx_json_put_string(writer, "proof", rule->proof.s);
    if (rule->from.year != 0) {
        bx_json_put_string(writer, "from", bx_date_format(rule->from, date));
        bx_json_put_string(writer, "to", bx_date_format(rule->to, date));
    }
    if (rule->weekdays != 0)
        bx_json_put_int(writer, "weekdays", rule->weekdays);
    if (rule->minute_to != 0) {
        bx_json_put_int(writer, "minute_from", rule->minute_from);
        bx_json_put_int(writer, "minute_to", rule->minute_to);
    }
    bx_json_object_close(writer);
}

/* --- lists ------------------------------------------------------------------------------------ */

static void reason_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"action", "id", "name", "permille", "approve", NULL};
    struct bx_programme *programme = arg;
    struct bx_reason *reason = &programme->reasons[at];
    bx_json_only(reader, names);
    bx_slug_read(reader, "action", &reason->action);
    bx_slug_read(reader, "id", &reason->id);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, reason->name, sizeof reason->name);
    reason->permille = (int)bx_json_int_or(reader, "permille", 1, PERMILLE_MAX, 0);
    reason->approve = bx_json_bool_or(reader, "approve", false);
    if (reader->err == 0 && reason->permille != 0 && strcmp(reason->action.s, "discount") != 0)
        bx_json_fault(reader, "\"permille\" belongs to a discount");
    if (reader->err == 0 && bx_programme_reason(programme, reason->action.s, &reason->id) != NULL)
        bx_json_fault(reader, "there is another \"%s\" for \"%s\"", reason->id.s, reason->action.s);
    programme->reason_count++;
}

static void account_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"id", "name", "blocked", NULL};
    struct bx_programme *programme = arg;
    struct bx_account *account = &programme->accounts[at];
    bx_json_only(reader, names);
    bx_slug_read(reader, "id", &account->id);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, account->name, sizeof account->name);
    account->blocked = bx_json_bool_or(reader, "blocked", false);
    if (reader->err == 0 && bx_programme_account(programme, &account->id) != NULL)
        bx_json_fault(reader, "the id \"%s\" is taken by another account", account->id.s);
    programme->account_count++;
}

static void choice_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"id", "name", NULL};
    struct bx_programme *programme = arg;
    struct bx_choice *choice = &programme->origins[at];
    bx_json_only(reader, names);
    bx_slug_read(reader, "id", &choice->id);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, choice->name, sizeof choice->name);
    for (size_t i = 0; i < at; i++)
        if (bx_slug_equal(&programme->origins[i].id, &choice->id))
            bx_json_fault(reader, "the id \"%s\" is taken by another choice", choice->id.s);
    programme->origin_count++;
}

static void origins_read(struct bx_json_reader *root, struct bx_programme *programme)
{
    static const char *const names[] = {"every", "choices", NULL};
    struct bx_json_reader reader;
    bx_json *object = bx_json_object(root, "origins");
    if (object == NULL)
        return;
    bx_json_read_inside(&reader, object, "origins", root);
    bx_json_only(&reader, names);
    programme->origin_every = (int)bx_json_int(&reader, "every", 0, EVERY_MAX);
    bx_json *choices = bx_json_array(&reader, "choices", BX_CHOICES_MAX);
    bx_json_each(&reader, choices, "origin", choice_read, programme);
    if (reader.err == 0 && programme->origin_count == 0)
        bx_json_fault(&reader, "there are no choices");
    if (reader.err != 0)
        root->err = reader.err;
}

static void fact_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"name", "text", NULL};
    struct bx_programme *programme = arg;
    struct bx_fact *fact = &programme->facts[at];
    bx_json_only(reader, names);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, fact->name, sizeof fact->name);
    bx_json_string(reader, "text", BX_NAME_COLUMNS, fact->text, sizeof fact->text);
    for (size_t i = 0; i < at; i++)
        if (strcmp(programme->facts[i].name, fact->name) == 0)
            bx_json_fault(reader, "\"%s\" is said twice", fact->name);
    programme->fact_count++;
}

static void coins_read(struct bx_json_reader *root, struct bx_programme *programme)
{
    bx_json *list = bx_json_array(root, "coins", BX_COINS_MAX);
    for (bx_json *item = bx_json_first(list); item != NULL; item = bx_json_next(item)) {
        int64_t value = bx_json_is_integer(item) ? bx_json_integer(item) : 0;
        size_t at = programme->coin_count;
        if (value < 1 || value > BX_PRICE_MAX || (at > 0 && value >= programme->coins[at - 1])) {
            bx_json_fault(root, "\"coins\" must be values in minor units, the largest first");
            return;
        }
        programme->coins[programme->coin_count++] = value;
    }
}

/* --- limits ----------------------------------------------------------------------------------- */

static void limit_read(struct bx_json_reader *limits, const char *name, struct bx_limit *ret)
{
    static const char *const names[] = {"at", "beyond", NULL};
    struct bx_json_reader reader;
    char word[17];
    bx_json *object = bx_json_object(limits, name);
    if (object == NULL)
        return;
    bx_json_read_inside(&reader, object, name, limits);
    bx_json_only(&reader, names);
    ret->at = bx_json_int(&reader, "at", 1, BX_MONEY_MAX);
    bx_json_string(&reader, "beyond", sizeof word - 1, word, sizeof word);
    if (word[0] != '\0' && bx_beyond_parse(word, &ret->beyond) != 0)
        bx_json_fault(&reader, "\"beyond\" must be warn, ask or block");
    if (reader.err != 0)
        limits->err = reader.err;
}

static unsigned tenders_read(struct bx_json_reader *reader, const char *name)
{
    unsigned bits = 0;
    bx_json *list = bx_json_array(reader, name, BX_TENDER_KINDS);
    for (bx_json *item = bx_json_first(list); item != NULL; item = bx_json_next(item)) {
        enum bx_tender_kind kind;
        if (!bx_json_is_string(item) || bx_tender_parse(bx_json_text(item), &kind) != 0)
            bx_json_fault(reader, "\"%s\" names a tender that is not known", name);
        else
            bits |= 1U << kind;
    }
    if (list != NULL && bits == 0)
        bx_json_fault(reader, "\"%s\" names no tender", name);
    return bits;
}

static void limits_read(struct bx_json_reader *root, struct bx_limits *limits)
{
    const char *names[BX_LIMITS + 3] = {0};
    struct bx_json_reader reader;
    bx_json *object = bx_json_object(root, "limits");
    if (object == NULL)
        return;
    bx_json_read_inside(&reader, object, "limits", root);
    for (size_t i = 0; i < BX_LIMITS; i++) {
        names[i] = bx_limit_names[i].name;
        if (bx_json_get(object, names[i]) != NULL)
            limit_read(&reader, names[i],
                       (struct bx_limit *)(void *)((char *)limits + bx_limit_names[i].offset));
    }
    names[BX_LIMITS] = "offline_tenders";
    names[BX_LIMITS + 1] = "tenders";
    if (bx_json_get(object, "offline_tenders") != NULL)
        limits->offline_tenders = tenders_read(&reader, "offline_tenders");
    if (bx_json_get(object, "tenders") != NULL)
        limits->tenders = tenders_read(&reader, "tenders");
    bx_json_only(&reader, names);
    if (reader.err != 0)
        root->err = reader.err;
}

static void tenders_write(struct bx_json_writer *writer, const char *name, unsigned bits)
{
    if (bits == 0)
        return;
    bx_json_array_open(writer, name);
    for (enum bx_tender_kind kind = 0; kind < BX_TENDER_KINDS; kind++)
        if ((bits >> kind & 1) != 0)
            bx_json_put_string(writer, NULL, bx_tender_word(kind));
    bx_json_array_close(writer);
}

static void limits_write(struct bx_json_writer *writer, const struct bx_limits *limits)
{
    bx_json_object_open(writer, "limits");
    for (size_t i = 0; i < BX_LIMITS; i++) {
        const struct bx_limit *limit = bx_limit_at(limits, i);
        if (limit->at == 0)
            continue;
        bx_json_object_open(writer, bx_limit_names[i].name);
        bx_json_put_int(writer, "at", limit->at);
        bx_json_put_string(writer, "beyond", bx_beyond_word(limit->beyond));
        bx_json_object_close(writer);
    }
    tenders_write(writer, "offline_tenders", limits->offline_tenders);
    tenders_write(writer, "tenders", limits->tenders);
    bx_json_object_close(writer);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void round_up_read(struct bx_json_reader *root, struct bx_programme *programme)
{
    bx_slug_read(root, "round_up", &programme->round_up_product);
    if (bx_slug_is_none(&programme->round_up_product))
        return;
    const struct bx_product *product =
        bx_programme_product(programme, &programme->round_up_product);
    programme->round_up = true;
    if (product == NULL || product->kind != BX_LINE_DONATION)
        bx_json_fault(root, "\"round_up\" names no donation: \"%s\"",
                      programme->round_up_product.s);
}

static bool has(const struct bx_json_reader *root, const char *name)
{
    return root->err == 0 && bx_json_get(root->object, name) != NULL;
}

void bx_terms_read(struct bx_json_reader *root, struct bx_programme *programme, bool people)
{
    struct rule_reading rules = {.programme = programme, .people = people};
    programme->rules = bx_alloc(BX_RULES_MAX, sizeof *programme->rules);
    programme->reasons = bx_alloc(BX_REASONS_MAX, sizeof *programme->reasons);
    programme->accounts = bx_alloc(BX_ACCOUNTS_MAX, sizeof *programme->accounts);
    if (has(root, "rules"))
        bx_json_each(root, bx_json_array(root, "rules", BX_RULES_MAX), "rule", rule_read, &rules);
    if (has(root, "reasons"))
        bx_json_each(root, bx_json_array(root, "reasons", BX_REASONS_MAX), "reason", reason_read,
                     programme);
    if (has(root, "accounts"))
        bx_json_each(root, bx_json_array(root, "accounts", BX_ACCOUNTS_MAX), "account",
                     account_read, programme);
    if (has(root, "origins"))
        origins_read(root, programme);
    if (has(root, "coins"))
        coins_read(root, programme);
    if (has(root, "facts"))
        bx_json_each(root, bx_json_array(root, "facts", BX_CHOICES_MAX), "fact", fact_read,
                     programme);
    if (has(root, "limits"))
        limits_read(root, &programme->limits);
    if (has(root, "round_up"))
        round_up_read(root, programme);
    if (root->err == 0)
        codes_check(root, programme);
}

static void write_choices(struct bx_json_writer *writer, const struct bx_programme *programme)
{
    bx_json_object_open(writer, "origins");
    bx_json_put_int(writer, "every", programme->origin_every);
    bx_json_array_open(writer, "choices");
    for (size_t i = 0; i < programme->origin_count; i++) {
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "id", programme->origins[i].id.s);
        bx_json_put_string(writer, "name", programme->origins[i].name);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
    bx_json_object_close(writer);
}

static void write_reasons(struct bx_json_writer *writer, const struct bx_programme *programme)
{
    bx_json_array_open(writer, "reasons");
    for (size_t i = 0; i < programme->reason_count; i++) {
        const struct bx_reason *reason = &programme->reasons[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "action", reason->action.s);
        bx_json_put_string(writer, "id", reason->id.s);
        bx_json_put_string(writer, "name", reason->name);
        if (reason->permille != 0)
            bx_json_put_int(writer, "permille", reason->permille);
        if (reason->approve)
            bx_json_put_bool(writer, "approve", true);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static void write_accounts(struct bx_json_writer *writer, const struct bx_programme *programme)
{
    bx_json_array_open(writer, "accounts");
    for (size_t i = 0; i < programme->account_count; i++) {
        const struct bx_account *account = &programme->accounts[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "id", account->id.s);
        bx_json_put_string(writer, "name", account->name);
        if (account->blocked)
            bx_json_put_bool(writer, "blocked", true);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static void write_coins_and_facts(struct bx_json_writer *writer,
                                  const struct bx_programme *programme)
{
    if (programme->coin_count > 0) {
        bx_json_array_open(writer, "coins");
        for (size_t i = 0; i < programme->coin_count; i++)
            bx_json_put_int(writer, NULL, programme->coins[i]);
        bx_json_array_close(writer);
    }
    if (programme->fact_count > 0) {
        bx_json_array_open(writer, "facts");
        for (size_t i = 0; i < programme->fact_count; i++) {
            bx_json_object_open(writer, NULL);
            bx_json_put_string(writer, "name", programme->facts[i].name);
            bx_json_put_string(writer, "text", programme->facts[i].text);
            bx_json_object_close(writer);
        }
        bx_json_array_close(writer);
    }
}

void bx_terms_write(struct bx_json_writer *writer, const struct bx_programme *programme)
{
    if (programme->rule_count > 0) {
        bx_json_array_open(writer, "rules");
        for (size_t i = 0; i < programme->rule_count; i++)
            rule_write(writer, &programme->rules[i]);
        bx_json_array_close(writer);
    }
    if (programme->reason_count > 0)
        write_reasons(writer, programme);
    if (programme->account_count > 0)
        write_accounts(writer, programme);
    if (programme->origin_count > 0)
        write_choices(writer, programme);
    write_coins_and_facts(writer, programme);
    if (limits_exist(&programme->limits))
        limits_write(writer, &programme->limits);
    if (programme->round_up)
        bx_json_put_string(writer, "round_up", programme->round_up_product.s);
}
