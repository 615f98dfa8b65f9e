/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of every screen and question: album TONGUE. A real till, with a journal in memory, is
 * driven through one sitting; each stop is painted at every size. What is painted is a matter of
 * keys and data alone, so the pictures are compared letter by letter (album.py). */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/domain/member.h"
#include "boxtill/domain/order.h"
#include "boxtill/till/action.h"
#include "rig.h"
#include "scenes.h"
#include "till/screens.h"
#include "tongues.h"
#include "ui/speak.h"
#include "ui/ui.h"

/* Only the fourth sale of the sitting is asked for its origin. */
enum { SLOTS = 9, KEY_MS = 1200, ORIGIN_EVERY = 4 };

static int hint_count;

static const struct size {
    int rows, columns;
} sizes[] = {{24, 80}, {30, 100}, {19, 59}};

static struct bx_reason reason_make(const char *action, const char *id, const char *name)
{
    struct bx_reason reason = {.action = rig_slug(action), .id = rig_slug(id)};
    BX_TEXT_COPY(reason.name, name);
    return reason;
}

static void programme_write(const struct tongue *tongue, struct bx_buf *out)
{
    static const char *const actions[] = {"discount", "price",    "void",    "refund", "exchange",
                                          "tender",   "paid-out", "paid-in", "drop",   "no-sale"};
    struct bx_event_info events[] = {{.id = rig_slug("perm"), .class = rig_slug("main")},
                                     {.id = rig_slug("special"), .class = rig_slug("main")}};
    struct bx_slot slots[SLOTS];
    struct bx_reason reasons[2 * bx_countof(actions)];
    struct bx_account account = {.id = rig_slug("school")};
    struct bx_product products[] = {rig_product(tongue->adult, 'a', 2400, 1, 3),
                                    rig_product(tongue->child, 'c', 900, 1, 3),
                                    rig_product(tongue->family, 'f', 5500, 4, 3),
                                    rig_product(tongue->book, 'b', 500, 0, 0),
                                    rig_product(tongue->free, 'u', 0, 1, 3),
                                    rig_product(tongue->group, 'g', 1800, 1, 1),
                                    rig_product(tongue->guide, 'h', 300, 0, 0),
                                    rig_product(tongue->map, 'i', 123456789, 0, 0),
                                    rig_product(tongue->gift, 'd', 0, 0, 0),
                                    rig_product(tongue->rule, 'j', 700, 1, 3)};
    struct bx_programme programme = {.epoch = 1,
                                     .version = 20,
                                     .venue = rig_slug("museum"),
                                     .zone = "Europe/Berlin",
                                     .offset_min = 60,
                                     .currency = "EUR",
                                     .exponent = 2,
                                     .cash_step = 5,
                                     .tax_included = true,
                                     .quantity_usual = 30,
                                     .event_count = bx_countof(events),
                                     .slot_count = SLOTS,
                                     .product_count = bx_countof(products),
                                     .reason_count = bx_countof(reasons),
                                     .account_count = 1,
                                     .origin_count = 2,
                                     .origin_every = ORIGIN_EVERY,
                                     .coin_count = 6,
                                     .coins = {5000, 2000, 1000, 500, 200, 100},
                                     .events = events,
                                     .slots = slots,
                                     .products = products,
                                     .reasons = reasons,
                                     .accounts = &account};
    for (size_t i = 0; i < programme.origin_count; i++) {
        snprintf(programme.origins[i].id.s, sizeof(programme.origins[i].id.s), "from-%zu", i);
        BX_TEXT_COPY(programme.origins[i].name, i == 0 ? tongue->museum : tongue->account);
    }
    products[8].kind = BX_LINE_DONATION;
    products[8].open_price = true;
    products[8].tax_ppm = 0;
    products[9].proof = rig_slug("friend");
    BX_TEXT_COPY(programme.name, tongue->museum);
    BX_TEXT_COPY(events[0].name, tongue->event);
    BX_TEXT_COPY(events[1].name, tongue->other_event);
    BX_TEXT_COPY(account.name, tongue->account);
    for (size_t i = 0; i < bx_countof(actions); i++) {
        reasons[2 * i] = reason_make(actions[i], "one", tongue->reason);
        reasons[2 * i + 1] = reason_make(actions[i], "two", tongue->other_reason);
    }
    for (int i = 0; i < SLOTS - 2; i++)
        slots[i] = rig_slot(i, i == 4, 24, 14 * 60 + 15 * (i + 1));
    slots[SLOTS - 2] = rig_slot(SLOTS - 2, 0, 25, 600);
    slots[SLOTS - 1] = rig_slot(SLOTS - 1, 0, 25, 615);
    bx_programme_encode(&programme, out);
    struct bx_fault fault = {0};
    struct bx_programme *read = bx_programme_parse(bx_buf_text(out), out->len, &fault);
    if (!read)
        fprintf(stderr, "%s: %s %s\n", tongue->name, fault.say, fault.detail);
    bx_programme_destroy(read);
}

static void staff_write(const struct tongue *tongue, struct bx_buf *out)
{
    static const char hash[] = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                               "c29tZWhhc2hzb21laGFzaHNvbWVoYXNoc29tZWhhc2g";
    struct bx_user users[] = {{.number = 7, .role = BX_ROLE_CASHIER},
                              {.number = 8, .role = BX_ROLE_SUPERVISOR},
                              {.number = 9, .role = BX_ROLE_AUDITOR}};
    for (size_t i = 0; i < bx_countof(users); i++) {
        BX_TEXT_COPY(users[i].pin_hash, hash);
        BX_TEXT_COPY(users[i].name, i == 0 ? tongue->ana : i == 1 ? tongue->ben : tongue->guide);
        BX_TEXT_COPY(users[i].language, tongue->language);
    }
    struct bx_staff staff = {.epoch = 1, .version = 4, .count = 3, .users = users};
    bx_staff_encode(&staff, out);
}

static void members_write(const struct tongue *tongue, struct bx_buf *out)
{
    struct bx_member rows[] = {{.id = rig_slug("m1"), .until = {2027, 3, 31}, .guests = 1},
                               {.id = rig_slug("m2"), .until = {2026, 3, 31}}};
    struct bx_members members = {.epoch = 1, .version = 1, .count = 2, .members = rows};
    for (size_t i = 0; i < bx_countof(rows); i++) {
        snprintf(rows[i].code, sizeof(rows[i].code), "FRIEND-%zu", i + 1);
        rows[i].class = rig_slug("friend");
        BX_TEXT_COPY(rows[i].name, i == 0 ? tongue->ana : tongue->ben);
    }
    bx_members_encode(&members, out);
}

static struct bx_order order_make(int i, enum bx_order_kind kind, const char *name, int quantity)
{
    struct bx_order order = {.id = {{(uint8_t)i, 1}},
                             .kind = kind,
                             .date = {2026, 11, 24},
                             .minute = 14 * 60 + 15 * (i + 2),
                             .line_count = 1};
    snprintf(order.ref, sizeof(order.ref), "W-2041%d", i);
    snprintf(order.lines[0].slot.s, sizeof(order.lines[0].slot.s), "s%d", i + 1);
    order.lines[0].product = rig_slug("g");
    order.lines[0].quantity = quantity;
    order.lines[0].price = bx_money_of(1800);
    BX_TEXT_COPY(order.name, name);
    return order;
}

static void arrivals_write(const struct tongue *tongue, struct bx_buf *out)
{
    struct bx_order rows[] = {order_make(0, BX_ORDER_SCHOOL, tongue->account, 12),
                              order_make(1, BX_ORDER_GROUP, tongue->museum, 15),
                              order_make(2, BX_ORDER_WEB, tongue->ana, 2)};
    struct bx_orders orders = {.epoch = 1, .version = 1, .count = 3, .orders = rows};
    rows[0].account = rig_slug("school");
    rows[0].group_ticket = true;
    BX_TEXT_COPY(rows[1].note, tongue->reason);
    rows[2].prepaid = bx_money_of(3600);
    bx_orders_encode(&orders, out);
}

static void document_store(struct rig *rig, enum bx_document document, const struct tongue *tongue,
                           void (*write)(const struct tongue *, struct bx_buf *))
{
    bx_buf_auto buf;
    bx_buf_init(&buf, 0);
    write(tongue, &buf);
    struct bx_journal_notes notes = {.reoffer_above = -1,
                                     .has_document = true,
                                     .document = document,
                                     .bytes = bx_buf_text(&buf),
                                     .len = buf.len};
    assert_int_equal(rig->journal->ops->note(rig->journal, &notes, NULL, NULL), 0);
}

static void venue_open(struct rig *rig, const struct tongue *tongue)
{
    document_store(rig, BX_DOC_PROGRAMME, tongue, programme_write);
    document_store(rig, BX_DOC_STAFF, tongue, staff_write);
    document_store(rig, BX_DOC_MEMBERS, tongue, members_write);
    document_store(rig, BX_DOC_ARRIVALS, tongue, arrivals_write);
    for (rig->pool_count = 0; rig->pool_count < RIG_POOLS; rig->pool_count++) {
        struct rig_pool *pool = &rig->pools[rig->pool_count];
        *pool = (struct rig_pool){.capacity = 20 + 20 * (int64_t)rig->pool_count};
        snprintf(pool->id.s, sizeof(pool->id.s), "s%d", (int)rig->pool_count);
    }
    rig->share = 20;
    rig->config.days_ahead = 1;
    rig->contact = BX_CONTACT_GOOD;
    BX_TEXT_COPY(rig->config.language, tongue->language);
    rig_restart(rig, false);
    rig_wait(rig, 10000);
    assert_non_null(rig->till->staff);
    assert_non_null(rig->till->members);
    assert_non_null(rig->till->orders);
}

/* --- keys ------------------------------------------------------------------------------------- */

static int key_of(char c)
{
    switch (c) {
    case '\n': return BX_KEY_ENTER;
    case '\033': return BX_KEY_ESC;
    case '\b': return BX_KEY_BACKSPACE;
    case '\v': return BX_KEY_DOWN;
    case '\f': return BX_KEY_UP;
    case '\t': return BX_KEY_TAB;
    case '\x7f': return BX_KEY_DELETE;
    default: return (int)(unsigned char)c;
    }
}

static void press_one(struct rig *rig, int key)
{
    struct bx_event event = {.kind = BX_EVENT_KEY, .of.key.key = key};
    rig_event(rig, &event);
    rig_wait(rig, KEY_MS);
}

static void press(struct rig *rig, const char *keys)
{
    for (; *keys; keys++)
        press_one(rig, key_of(*keys));
}

/* Typed into the palette as the language calls it. */
static void act(struct rig *rig, enum bx_action action)
{
    const char *name = bx_word(bx_action_row(action)->name);
    uint32_t letter;
    press(rig, ":");
    for (size_t len; (len = bx_text_decode(name, strlen(name), &letter)) > 0; name += len)
        press_one(rig, (int)letter);
    press(rig, "\n");
}

/* --- pictures --------------------------------------------------------------------------------- */

/* What the last row offers can be pressed, unless a question lies over it. */
static void hints_check(const struct bx_till_view *view, const struct ui_grid *grid)
{
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    ui_grid_row_text(grid, grid->rows - 1, &text);
    for (size_t i = 0; i < bx_action_count && !view->ask[0]; i++) {
        const struct bx_action_row *row = &bx_action_rows[i];
        char hint[80];
        if (!row->hint || !(row->screens >> view->screen & 1))
            continue;
        snprintf(hint, sizeof(hint), "%s %s", bx_word(row->keys), bx_word(row->hint));
        const char *at = strstr(bx_buf_text(&text), hint);
        char before[512];
        if (!at)
            continue;
        snprintf(before, sizeof(before), "%.*s", (int)(at - bx_buf_text(&text)),
                 bx_buf_text(&text));
        const struct ui_hit *hit = ui_hit_at(grid, grid->rows - 1, (int)bx_text_columns(before));
        if (!hit || bx_action_of_key(view->screen, hit->key) != row->action)
            fprintf(stderr, "\"%s\" cannot be pressed\n", hint);
        assert_non_null(hit);
        assert_int_equal(bx_action_of_key(view->screen, hit->key), row->action);
        hint_count++;
    }
}

/* A finger gets back from every screen but home, and from what any key ends. */
static void back_check(const struct bx_till_view *view, const struct ui_grid *grid)
{
    bool found = view->screen == BX_SCREEN_SELL || view->screen == BX_SCREEN_CHANGE ||
                 view->screen == BX_SCREEN_STOP;
    for (int i = 0; i < grid->hit_count; i++)
        found = found || grid->hits[i].key == BX_KEY_ESC;
    assert_true(found);
    assert_true(grid->hit_count < UI_HITS);
}

/* Each field that is drawn can be pressed. */
static void fields_check(const struct bx_till_view *view, const struct ui_grid *grid)
{
    size_t pressed = 0;
    for (int i = 0; i < grid->hit_count; i++)
        pressed += grid->hits[i].key >= BX_KEY_FIELD;
    assert_true(view->screen != BX_SCREEN_FORM || view->field_count < 2 || pressed > 0);
}

static void picture(const struct bx_till_view *view, const char *name, const struct size *size)
{
    struct ui_grid *grid = ui_grid_create(size->rows, size->columns, true);
    bx_buf_auto text;
    bx_buf_init(&text, 1 << 16);
    ui_paint(view, grid);
    if (size->rows >= 20)
        hints_check(view, grid);
    if (size->rows >= 20) {
        back_check(view, grid);
        fields_check(view, grid);
    }
    printf("=== %s %dx%d, cursor %d,%d\n", name, size->columns, size->rows, grid->cursor_row,
           grid->cursor_column);
    for (int row = 0; row < size->rows; row++) {
        bx_buf_clear(&text);
        ui_grid_row_text(grid, row, &text);
        assert_true((int)bx_text_columns(bx_buf_text(&text)) <= size->columns);
        printf("%s\n", bx_buf_text(&text));
    }
    ui_grid_destroy(grid);
}

/* The same as lines, for whoever has no screen. */
static void words(const struct bx_till_view *view, const char *name)
{
    static struct ui_speech speech;
    ui_speak(view, &speech);
    printf("=== %s as lines\n", name);
    for (int i = 0; i < speech.count; i++)
        printf("%2d %s\n", speech.lines[i].number, speech.lines[i].text);
}

static void scene_show(struct rig *rig, const struct scene *scene)
{
    const struct bx_till_view *view = rig_view(rig);
    for (size_t i = 0; i < bx_countof(sizes); i++)
        picture(view, scene->name, &sizes[i]);
    words(view, scene->name);
}

int main(int argc, char **argv)
{
    const struct tongue *tongue = NULL;
    void *state = NULL;
    for (size_t i = 0; i < tongue_count && argc == 2; i++)
        if (strcmp(tongues[i].name, argv[1]) == 0)
            tongue = &tongues[i];
    if (!tongue)
        return 2;
    rig_open(&state);
    struct rig *rig = state;
    venue_open(rig, tongue);
    for (size_t i = 0; i < scene_count; i++) {
        press(rig, scenes[i].keys);
        if (scenes[i].action != BX_ACTION_NONE)
            act(rig, scenes[i].action);
        if (scenes[i].prepare)
            scenes[i].prepare(rig);
        if (scenes[i].name)
            scene_show(rig, &scenes[i]);
    }
    rig_close(&state);
    assert_true(hint_count > 300);
    return 0;
}
