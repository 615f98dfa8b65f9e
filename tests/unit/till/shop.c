/* SPDX-License-Identifier: Apache-2.0 */
#include "shop.h"

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

static struct bx_public_key public_key;
static struct bx_secret_key voucher_key;
static int64_t answered;

static void product_add(struct bx_product *to, const char *name, char key, int64_t price)
{
    *to = (struct bx_product){.key = key, .price = {price}, .tax_ppm = 70000};
    to->id.s[0] = key;
    BX_TEXT_COPY(to->name, name);
}

static void products_make(struct bx_programme *programme)
{
    size_t count = programme->product_count;
    struct bx_product *products = bx_alloc(count + 5, sizeof(*products));
    memcpy(products, programme->products, count * sizeof(*products));
    product_add(&products[count], "Donation", 'd', 0);
    products[count].kind = BX_LINE_DONATION;
    products[count].open_price = true;
    products[count++].tax_ppm = 0;
    product_add(&products[count], "Voucher", 'v', 0);
    products[count].kind = BX_LINE_VOUCHER;
    products[count].open_price = true;
    products[count++].tax_ppm = 0;
    product_add(&products[count], "Friend", 'm', 0);
    products[count].events = 3;
    products[count].places = products[count].persons = 1;
    products[count++].proof = rig_slug("friend");
    product_add(&products[count], "Pupil", 'p', 600);
    products[count].events = 3;
    products[count].places = products[count].persons = 1;
    count++;
    product_add(&products[count], "Guide book", 'k', 1290);
    products[count].kind = BX_LINE_ARTICLE;
    products[count].tax_ppm = 190000;
    BX_TEXT_COPY(products[count++].code, "4006381333931");
    bx_free(programme->products);
    programme->products = products;
    programme->product_count = count;
    programme->round_up = true;
    programme->round_up_product = rig_slug("d");
}

static void terms_make(struct bx_programme *programme)
{
    programme->reason_count = 4;
    bx_free(programme->reasons);
    programme->reasons = bx_alloc(4, sizeof(*programme->reasons));
    programme->reasons[0] = (struct bx_reason){
        .action = rig_slug("discount"), .id = rig_slug("press"), .name = "Press", .permille = 500};
    programme->reasons[1] = (struct bx_reason){
        .action = rig_slug("discount"), .id = rig_slug("other"), .name = "Other"};
    programme->reasons[2] = (struct bx_reason){
        .action = rig_slug("price"), .id = rig_slug("damaged"), .name = "Damaged"};
    programme->reasons[3] = (struct bx_reason){.action = rig_slug("discount"),
                                               .id = rig_slug("boss"),
                                               .name = "Director",
                                               .permille = 1000,
                                               .approve = true};
    programme->account_count = 2;
    bx_free(programme->accounts);
    programme->accounts = bx_alloc(2, sizeof(*programme->accounts));
    programme->accounts[0] =
        (struct bx_account){.id = rig_slug("lincoln"), .name = "Lincoln School"};
    programme->accounts[1] =
        (struct bx_account){.id = rig_slug("owing"), .name = "Owing", .blocked = true};
    programme->origin_count = 2;
    programme->origins[0] = (struct bx_choice){.id = rig_slug("local"), .name = "From here"};
    programme->origins[1] = (struct bx_choice){.id = rig_slug("abroad"), .name = "Abroad"};
    programme->limits.tenders = 63;
    programme->limits.offline_tenders = 63;
    programme->limits.discount_permille = (struct bx_limit){.at = 500, .beyond = BX_BEYOND_ASK};
    programme->limits.discount_amount = (struct bx_limit){.at = 10000, .beyond = BX_BEYOND_BLOCK};
}

static void people_make(struct bx_till *till)
{
    static const char members[] =
        "{\"v\":1,\"epoch\":1,\"version\":2,\"members\":["
        "{\"id\":\"m-7\",\"code\":\"F-0007\",\"class\":\"friend\",\"name\":\"Old Friend\","
        "\"until\":\"2026-01-31\",\"guests\":1,\"blocked\":\"\"},"
        "{\"id\":\"m-1042\",\"code\":\"F-1042\",\"class\":\"friend\",\"name\":\"Mara Friend\","
        "\"until\":\"2027-03-31\",\"guests\":1,\"blocked\":\"\"},"
        "{\"id\":\"m-13\",\"code\":\"F-1313\",\"class\":\"friend\",\"name\":\"Bad Friend\","
        "\"until\":\"2027-03-31\",\"guests\":0,\"blocked\":\"card lost\"}]}";
    static const char orders[] =
        "{\"v\":1,\"epoch\":1,\"version\":2,\"orders\":["
        "{\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"ref\":\"W-1\",\"kind\":\"school\","
        "\"name\":\"Lincoln 4b\",\"note\":\"\",\"date\":\"2026-11-24\",\"minute\":885,"
        "\"prepaid\":0,\"account\":\"lincoln\",\"group_ticket\":true,\"collected\":false,"
        "\"cancelled\":false,\"lines\":[{\"product\":\"p\",\"slot\":\"s2\",\"quantity\":50,"
        "\"price\":500}]},"
        "{\"id\":\"01890a5d-ac96-774b-bcce-b302099a8058\",\"ref\":\"W-2\",\"kind\":\"web\","
        "\"name\":\"Doe\",\"note\":\"\",\"date\":\"2026-11-24\",\"minute\":885,\"prepaid\":4800,"
        "\"account\":\"\",\"group_ticket\":false,\"collected\":false,\"cancelled\":false,"
        "\"lines\":[{\"product\":\"a\",\"slot\":\"s2\",\"quantity\":2,\"price\":2400}]}]}";
    struct bx_fault fault = {0};
    till->members = bx_members_parse(members, strlen(members), &fault);
    if (!till->members)
        fail_msg("%s %s", fault.say, fault.detail);
    till->orders = bx_orders_parse(orders, strlen(orders), &fault);
    if (!till->orders)
        fail_msg("%s %s", fault.say, fault.detail);
}

static void venue_make(struct bx_till *till)
{
    struct bx_fault fault = {0};
    bx_buf_auto json;
    bx_buf_init(&json, 0);
    products_make(till->programme);
    terms_make(till->programme);
    bx_programme_encode(till->programme, &json);
    bx_programme_destroy(till->programme);
    till->programme = bx_programme_parse(bx_buf_text(&json), json.len, &fault);
    if (!till->programme)
        fail_msg("%s %s", fault.say, fault.detail);
    people_make(till);
    till->keys->has_voucher = true;
    till->keys->voucher = public_key;
}

int shop_open(void **state)
{
    uint8_t seed[32] = {9};
    assert_int_equal(bench_open(state), 0);
    bx_key_make(seed, &public_key, &voucher_key);
    answered = 0;
    bench.rig->hold[BX_EFFECT_ASK] = true;
    venue_make(bench.till);
    return 0;
}

int shop_close(void **state)
{
    return bench_close(state);
}

void shop_online(void)
{
    bench.rig->contact = BX_CONTACT_GOOD;
    bench_keys("QO\033");
    bench_wait(12000);
    assert_true(bench.till->link.online);
}

void shop_offline(void)
{
    bench_keys("QO\033");
    bench.rig->contact = BX_CONTACT_AGAIN;
    bench_wait(1000);
}

const struct bx_effect *shop_question(enum bx_question question)
{
    const struct bx_effect *effect = rig_last(bench.rig, BX_EFFECT_ASK);
    assert_non_null(effect);
    assert_true(effect->request != answered);
    assert_int_equal(effect->of.ask.question, question);
    return effect;
}

void shop_answer(const struct bx_reply *reply)
{
    const struct bx_effect *effect = rig_last(bench.rig, BX_EFFECT_ASK);
    bx_buf_auto json;
    bx_buf_init(&json, 0);
    assert_non_null(effect);
    assert_true(effect->request != answered);
    struct bx_event event = {.kind = BX_EVENT_BOOKING};
    event.of.booking = (struct bx_booking_answer){.request = effect->request,
                                                  .exchange = BX_EXCHANGE_QUESTION,
                                                  .contact = BX_CONTACT_AGAIN,
                                                  .question = effect->of.ask.question};
    answered = effect->request;
    if (reply) {
        assert_int_equal(bx_reply_encode(effect->of.ask.question, reply, &json), 0);
        event.of.booking.contact = BX_CONTACT_GOOD;
        event.of.booking.epoch = bench.till->link.epoch;
        event.of.booking.commit = bench.till->link.commit;
        event.of.booking.bytes = bx_buf_text(&json);
        event.of.booking.len = json.len;
    }
    rig_event(bench.rig, &event);
}

const char *shop_voucher(int64_t value, int n)
{
    static char text[BX_VOUCHER_SIZE];
    struct bx_voucher voucher = {
        .id = {1, 2, 3, (uint8_t)n}, .value = {value}, .until = {2027, 1, 31}};
    bx_voucher_make(&voucher, &voucher_key, text);
    return text;
}

const char *shop_stored(int n)
{
    static char text[BX_STORED_SIZE];
    uint8_t random[10] = {7, (uint8_t)n};
    bx_stored_make(random, text);
    return text;
}

void shop_command(const char *json, int exit)
{
    int replies = bench.rig->replies;
    rig_command(bench.rig, json);
    assert_int_equal(bench.rig->replies, replies + 1);
    if (bench.rig->exit != exit)
        fail_msg("%s: %d: %s", json, bench.rig->exit, bench.rig->text);
}
