/* SPDX-License-Identifier: Apache-2.0 */
/* The programme document, version 1. Compact JSON, integers only, members in this order (any order
 * is read, this one is written), members not named here refused:
 *
 *   {"v":1,"epoch":1,"version":7,
 *    "venue":{"id":"museum","name":"Sample Museum","zone":"Europe/Berlin","offset":60,
 *             "currency":"EUR","exponent":2,"cash_step":1,"tax_included":true,"quantity_usual":10},
 *    "events":[{"id":"permanent","name":"Permanent collection","class":"main"}],
 *    "slots":[{"id":"permanent-1124-1430","event":"permanent","pool":"permanent-1124-1430",
 *              "start":1795527000000000,"end":1795528800000000,"offset":60,"date":"2026-11-24"}],
 *    "products":[{"id":"adult","name":"Adult","key":"a","price":1200,"tax":70000,"places":1,
 *                 "persons":1,"events":["permanent"]}]}
 *
 *   epoch, version   0 to 2^53 - 1
 *   id, event, pool, class   short names (slug.h)
 *   name             1 to 40 columns of washed text
 *   zone             IANA name, at most 39 characters
 *   offset           minutes east of UTC, -1080 to 1080; the venue's: before its first change
 *   changes          of the venue's clocks after that, at most 4, in order:
 *                    [{"at":1774746000000000,"offset":120}]; written only when there are any
 *   currency         three capital letters; exponent 0, 2 or 3
 *   cash_step        1 to 1000 minor units; quantity_usual 1 to 999
 *   start, end       microseconds since 1970 UTC, 0 to 2^53 - 1 (in 2255); end after start
 *   date             the service date
 *   cancelled        written only when true
 *   price            minor units, 0 to BX_MONEY_MAX / 1,000,000, so that no sum of a sale overflows
 *   tax              ppm, 0 to 1,000,000
 *   places, persons  0 to 99
 *   events           ids of the events it is sold for; [] is an untimed product
 *   class            of an untimed product only; without it, it prints no ticket
 *
 * Version 2 adds to a product, each written only when it says something:
 *
 *   "kind":"article"   article, donation or voucher; without it, a visit. These are untimed; a
 *                    donation and a voucher carry no tax and print no ticket of their own
 *   "open_price":true  the amount is typed; price is what is offered
 *   "proof":"friend"   class of the member or pass that it needs
 *   "group_from":10    1 to 999
 *   "code":"4006381333931"   bar code of an article, 8 to 14 digits, unique
 *
 * and to the document, after the products, each only when there is any:
 *
 *   "rules":[{"id":"group10","name":"Group from 10","kind":"group",
 *             "parts":[{"product":"adult"}],"least":10,"price":1800},
 *            {"id":"fam","name":"Family","kind":"bundle",
 *             "parts":[{"product":"adult","pieces":2},{"product":"child","pieces":3}],"price":5500},
 *            {"id":"friend","name":"Friend","kind":"member","parts":[{"product":"adult"}],
 *             "price":0,"proof":"friend"},
 *            {"id":"late","name":"Evening","kind":"time","parts":[{"product":"adult"}],
 *             "permille":250,"from":"2026-11-01","to":"2027-03-31","weekdays":16,
 *             "minute_from":1020,"minute_to":1200}]
 *       pieces only of a bundle, least only of a group (2 to 999), proof only of a member's;
 *       price, or permille (1 to 1000) instead of it, but not in a bundle; from and to go together
 *       (days, both in it); weekdays 1 to 127, bit 0 Monday; minute_from 0 to 1439 and minute_to
 *       1 to 1440 go together, the latter not in it; without them the rule always holds, but a
 *       rule of time has one of them
 *   "reasons":[{"action":"discount","id":"staff","name":"Staff","permille":200,"approve":true}]
 *       permille of a discount only, 1 to 1000; approve only when true; unique per action
 *   "accounts":[{"id":"school-1","name":"School 1","blocked":true}]
 *   "origins":{"every":5,"choices":[{"id":"web","name":"Internet"}]}
 *   "coins":[50000,20000]          descending
 *   "facts":[{"name":"tax number","text":"DE123456789"}]        names are unique
 *   "limits":{"discount_permille":{"at":200,"beyond":"ask"},…,"offline_tenders":["cash"],
 *             "tenders":["cash","card"]}
 *       the names of struct bx_limits; at 1 and up, beyond warn, ask or block
 *   "round_up":"donation"          a product, a donation
 *
 * Version 3 adds to an event and to a product, when there are any, at most 6 sale windows
 * (window.h):
 *
 *   "channels":[{"channel":"counter","until":15},
 *               {"channel":"web","from_at":1793527000000000,"until":-60}]
 *       from and until in minutes after the slot's start, -576000 to 576000, or from_at and
 *       until_at as moments; each may be absent. An untimed product has moments only
 *
 * and to a product, when there is a limit, of a timed one only:
 *
 *   "per_slot":10    1 to 100000 pieces for one slot, through all online channels
 *
 * A document has the lowest version that can say what it says, so that a till of an earlier version
 * reads all that it may obey.
 *
 * Ids are unique per list. Two products that one screen could show together (they share an event,
 * or one of them is untimed) have different keys. Slots may come in any order and are kept by
 * start, event and id.
 *
 * Everything is checked here once, so that nothing behind this file checks it again: what sells
 * from a programme may rely on every line above. */

#include "boxtill/domain/programme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "programme_in.h"

enum { OFFSET_MAX = 18 * 60, CASH_STEP_MAX = 1000, QUANTITY_MAX = 999 };

static int slot_by_start(const void *left, const void *right)
{
    const struct bx_slot *a = left, *b = right;
    if (a->start.us != b->start.us)
        return a->start.us < b->start.us ? -1 : 1;
    if (a->event != b->event)
        return a->event < b->event ? -1 : 1;
    return strcmp(a->id.s, b->id.s);
}

static int slot_by_id(const void *left, const void *right)
{
    const struct bx_slot *const *a = left, *const *b = right;
    return strcmp((*a)->id.s, (*b)->id.s);
}

static int event_of(const struct bx_programme *programme, const struct bx_slug *id)
{
    for (size_t i = 0; i < programme->event_count; i++)
        if (bx_slug_equal(&programme->events[i].id, id))
            return (int)i;
    return -1;
}

/* ---- reading ---- */

static bool read_flag(struct bx_json_reader *reader, const char *name)
{
    bx_json *member = bx_json_get(reader->object, name);
    if (member == NULL || bx_json_is_null(member))
        bx_json_fault(reader, "\"%s\" is missing", name);
    return bx_json_bool_or(reader, name, false);
}

static void read_zone(struct bx_json_reader *reader, struct bx_programme *programme)
{
    bx_json_string(reader, "zone", sizeof programme->zone - 1, programme->zone,
                   sizeof programme->zone);
    for (const char *c = programme->zone; *c != '\0' && reader->err == 0; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
              strchr("/_+-", *c) != NULL))
            bx_json_fault(reader, "\"zone\" must be an IANA time zone name");
}

static void read_currency(struct bx_json_reader *reader, struct bx_programme *programme)
{
    char *code = programme->currency;
    bx_json_string(reader, "currency", 3, code, sizeof programme->currency);
    if (reader->err != 0)
        return;
    bool good = strlen(code) == 3;
    for (size_t i = 0; i < 3 && good; i++)
        good = code[i] >= 'A' && code[i] <= 'Z';
    if (!good)
        bx_json_fault(reader, "\"currency\" must be three capital letters (ISO 4217)");
}

static void read_changes(struct bx_json_reader *outer, struct bx_programme *programme)
{
    static const char *const names[] = {"at", "offset", NULL};
    bx_json *list = bx_json_array(outer, "changes", BX_CLOCK_CHANGES_MAX);
    int64_t after = -1;
    for (bx_json *item = bx_json_first(list); item != NULL; item = bx_json_next(item)) {
        struct bx_clock_change *change = &programme->changes[programme->change_count];
        struct bx_json_reader reader;
        bx_json_read(&reader, item, "venue: change", outer->fault);
        bx_json_only(&reader, names);
        change->at.us = bx_json_int(&reader, "at", 0, BX_MONEY_MAX);
        change->offset_min = (int)bx_json_int(&reader, "offset", -OFFSET_MAX, OFFSET_MAX);
        if (change->at.us <= after)
            bx_json_fault(&reader, "they are not in order of time");
        if (reader.err != 0) {
            outer->err = reader.err;
            return;
        }
        after = change->at.us;
        programme->change_count++;
    }
}

static int read_venue(bx_json *object, struct bx_programme *programme, struct bx_fault *fault)
{
    static const char *const names[] = {"id",           "name",           "zone",     "offset",
                                        "changes",      "currency",       "exponent", "cash_step",
                                        "tax_included", "quantity_usual", NULL};
    struct bx_json_reader reader;
    bx_json_read(&reader, object, "venue", fault);
    bx_json_only(&reader, names);
    bx_slug_read(&reader, "id", &programme->venue);
    bx_json_string(&reader, "name", BX_NAME_COLUMNS, programme->name, sizeof programme->name);
    read_zone(&reader, programme);
    programme->offset_min = (int)bx_json_int(&reader, "offset", -OFFSET_MAX, OFFSET_MAX);
    if (bx_json_get(object, "changes") != NULL)
        read_changes(&reader, programme);
    read_currency(&reader, programme);
    programme->exponent = (int)bx_json_int(&reader, "exponent", 0, 3);
    programme->cash_step = bx_json_int(&reader, "cash_step", 1, CASH_STEP_MAX);
    programme->tax_included = read_flag(&reader, "tax_included");
    programme->quantity_usual = (int)bx_json_int(&reader, "quantity_usual", 1, QUANTITY_MAX);
    if (programme->exponent == 1)
        bx_json_fault(&reader, "\"exponent\" must be 0, 2 or 3");
    return reader.err;
}

static void read_event(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"id", "name", "class", "channels", NULL};
    struct bx_programme *programme = arg;
    struct bx_event_info *event = &programme->events[at];
    bx_json_only(reader, names);
    bx_slug_read(reader, "id", &event->id);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, event->name, sizeof event->name);
    bx_slug_read(reader, "class", &event->class);
    bx_windows_read(reader, &event->windows);
    if (reader->err == 0 && event_of(programme, &event->id) >= 0)
        bx_json_fault(reader, "the id \"%s\" is taken by another event", event->id.s);
    programme->event_count++;
}

static void read_slot(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {"id",     "event", "pool",      "start", "end",
                                        "offset", "date",  "cancelled", NULL};
    struct bx_programme *programme = arg;
    struct bx_slot *slot = &programme->slots[at];
    struct bx_slug event;
    char date[BX_DATE_TEXT];
    bx_json_only(reader, names);
    bx_slug_read(reader, "id", &slot->id);
    bx_slug_read(reader, "event", &event);
    bx_slug_read(reader, "pool", &slot->pool);
    slot->start.us = bx_json_int(reader, "start", 0, BX_MONEY_MAX);
    slot->end.us = bx_json_int(reader, "end", 0, BX_MONEY_MAX);
    slot->offset_min = (int)bx_json_int(reader, "offset", -OFFSET_MAX, OFFSET_MAX);
    bx_json_string(reader, "date", sizeof date - 1, date, sizeof date);
    slot->cancelled = bx_json_bool_or(reader, "cancelled", false);
    slot->event = event_of(programme, &event);
    programme->slot_count++;
    if (reader->err != 0)
        return;
    if (slot->event < 0)
        bx_json_fault(reader, "there is no event \"%s\"", event.s);
    else if (slot->end.us <= slot->start.us)
        bx_json_fault(reader, "\"%s\" ends before it begins", slot->id.s);
    else if (bx_date_parse(date, &slot->date) != 0)
        bx_json_fault(reader, "\"date\" must be a day like 2026-11-24");
}

static void read_sold_for(struct bx_json_reader *reader, const struct bx_programme *programme,
                          struct bx_product *product)
{
    bx_json *list = bx_json_array(reader, "events", BX_EVENTS_MAX);
    for (bx_json *at = bx_json_first(list); at != NULL && reader->err == 0; at = bx_json_next(at)) {
        struct bx_slug id = {0};
        if (bx_json_is_string(at) && bx_slug_is_valid(bx_json_text(at)))
            snprintf(id.s, sizeof id.s, "%s", bx_json_text(at));
        int event = event_of(programme, &id);
        if (event < 0)
            bx_json_fault(reader, "\"events\" names an event that does not exist: \"%s\"", id.s);
        else if ((product->events >> event & 1) != 0)
            bx_json_fault(reader, "\"events\" names \"%s\" twice", id.s);
        else
            product->events |= UINT32_C(1) << event;
    }
}

/* Can one screen show both? */
static bool products_meet(const struct bx_product *a, const struct bx_product *b)
{
    return a->events == 0 || b->events == 0 || (a->events & b->events) != 0;
}

static void check_product(struct bx_json_reader *reader, const struct bx_programme *programme,
                          const struct bx_product *product)
{
    for (const struct bx_product *other = programme->products; other < product; other++) {
        if (bx_slug_equal(&other->id, &product->id))
            bx_json_fault(reader, "the id \"%s\" is taken by another product", product->id.s);
        else if (other->key == product->key && products_meet(other, product))
            bx_json_fault(reader, "the key %c of \"%s\" is taken by \"%s\"", product->key,
                          product->id.s, other->id.s);
    }
    if (product->events != 0 && !bx_slug_is_none(&product->class))
        bx_json_fault(reader, "\"class\" belongs to untimed products only");
}

static void read_product(void *arg, struct bx_json_reader *reader, size_t at)
{
    static const char *const names[] = {
        "id",       "name",     "key",    "price", "tax",
        "places",   "persons",  "events", "class", BX_PRODUCT_TERMS_NAMES,
        "channels", "per_slot", NULL};
    struct bx_programme *programme = arg;
    struct bx_product *product = &programme->products[at];
    char key[2];
    bx_json_only(reader, names);
    bx_slug_read(reader, "id", &product->id);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, product->name, sizeof product->name);
    bx_json_string(reader, "key", 1, key, sizeof key);
    product->price.minor = bx_json_int(reader, "price", 0, BX_PRICE_MAX);
    product->tax_ppm = (int)bx_json_int(reader, "tax", 0, 1000000);
    product->places = (int)bx_json_int(reader, "places", 0, 99);
    product->persons = (int)bx_json_int(reader, "persons", 0, 99);
    read_sold_for(reader, programme, product);
    bx_slug_read_or_none(reader, "class", &product->class);
    bx_product_terms_read(reader, product);
    bx_windows_read(reader, &product->windows);
    if (product->events == 0 && bx_windows_are_relative(&product->windows))
        bx_json_fault(reader, "\"channels\" count from a slot, and it has none");
    product->per_slot = (int)bx_json_int_or(reader, "per_slot", 1, BX_PER_SLOT_MAX, 0);
    if (product->events == 0 && product->per_slot != 0)
        bx_json_fault(reader, "\"per_slot\" is of a slot, and it has none");
    programme->product_count++;
    if (reader->err != 0)
        return;
    product->key = key[0];
    if (product->key < 'a' || product->key > 'z')
        bx_json_fault(reader, "\"key\" must be a letter, a to z");
    else
        check_product(reader, programme, product);
}

/* Sorts the slots, then builds the index over where they now lie. */
static int index_slots(struct bx_programme *programme, struct bx_fault *fault)
{
    size_t count = programme->slot_count;
    struct bx_programme_index *index =
        bx_alloc(1, sizeof *index + count * sizeof(const struct bx_slot *));
    programme->index = index;
    qsort(programme->slots, count, sizeof *programme->slots, slot_by_start);
    for (size_t i = 0; i < count; i++) {
        const struct bx_slot *slot = &programme->slots[i];
        index->by_id[i] = slot;
        if (slot->end.us - slot->start.us > index->longest_us)
            index->longest_us = slot->end.us - slot->start.us;
    }
    qsort(index->by_id, count, sizeof *index->by_id, slot_by_id);
    for (size_t i = 1; i < count; i++)
        if (bx_slug_equal(&index->by_id[i - 1]->id, &index->by_id[i]->id))
            return bx_fault_say(fault, BX_ERR_INPUT, "programme: two slots have the id \"%s\"",
                                index->by_id[i]->id.s);
    return 0;
}

static int read_programme(bx_json *root, struct bx_programme *programme, struct bx_fault *fault)
{
    static const char *const names[] = {"v",     "epoch",    "version",      "venue", "events",
                                        "slots", "products", BX_TERMS_NAMES, NULL};
    struct bx_json_reader reader;
    bx_json_read(&reader, root, "programme", fault);
    int64_t v = bx_json_int(&reader, "v", 1, 3);
    bx_json_only(&reader, names);
    programme->epoch = bx_json_int(&reader, "epoch", 0, BX_MONEY_MAX);
    programme->version = bx_json_int(&reader, "version", 0, BX_MONEY_MAX);
    bx_json *venue = bx_json_object(&reader, "venue");
    bx_json *events = bx_json_array(&reader, "events", BX_EVENTS_MAX);
    bx_json *slots = bx_json_array(&reader, "slots", BX_SLOTS_MAX);
    bx_json *products = bx_json_array(&reader, "products", BX_PRODUCTS_MAX);
    int err = reader.err != 0 ? reader.err : read_venue(venue, programme, fault);
    if (err != 0)
        return err;
    programme->events = bx_alloc(bx_json_count(events) + 1, sizeof *programme->events);
    programme->slots = bx_alloc(bx_json_count(slots) + 1, sizeof *programme->slots);
    programme->products = bx_alloc(bx_json_count(products) + 1, sizeof *programme->products);
    bx_json_each(&reader, events, "event", read_event, programme);
    bx_json_each(&reader, slots, "slot", read_slot, programme);
    bx_json_each(&reader, products, "product", read_product, programme);
    bx_terms_read(&reader, programme, false);
    if (reader.err == 0 && v != bx_programme_format(programme))
        bx_json_fault(&reader,
                      "\"v\" is 3 with channels or per_slot, else 2 with terms, 1 without any");
    return reader.err != 0 ? reader.err : index_slots(programme, fault);
}

struct bx_programme *bx_programme_parse(const char *json, size_t len, struct bx_fault *fault)
{
    struct bx_fault unheard;
    fault = fault != NULL ? fault : &unheard;
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, BX_PROGRAMME_BYTES, fault);
    if (doc == NULL)
        return NULL;
    struct bx_programme *programme bx_cleanup(bx_programme_destroy) = bx_new(struct bx_programme);
    if (read_programme(bx_json_root(doc), programme, fault) != 0)
        return NULL;
    return bx_steal(&programme);
}

void *bx_programme_destroy(struct bx_programme *programme)
{
    if (programme == NULL)
        return NULL;
    bx_free(programme->events);
    bx_free(programme->slots);
    bx_free(programme->products);
    bx_free(programme->rules);
    bx_free(programme->reasons);
    bx_free(programme->accounts);
    bx_free(programme->index);
    return bx_free(programme);
}
