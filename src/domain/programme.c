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
#include "boxtill/base/json.h"

enum { OFFSET_MAX = 18 * 60, CASH_STEP_MAX = 1000, QUANTITY_MAX = 999 };

#define PRICE_MAX (BX_MONEY_MAX / 1000000)

/* Slots in order of id for the look-up by id; the longest slot bounds how far back one that still
 * runs can have begun. */
struct bx_programme_index {
    int64_t longest_us;
    const struct bx_slot *by_id[];
};

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

static int slot_against_id(const void *key, const void *element)
{
    const struct bx_slug *id = key;
    const struct bx_slot *const *slot = element;
    return strcmp(id->s, (*slot)->id.s);
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
    static const char *const names[] = {"id", "name", "class", NULL};
    struct bx_programme *programme = arg;
    struct bx_event_info *event = &programme->events[at];
    bx_json_only(reader, names);
    bx_slug_read(reader, "id", &event->id);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, event->name, sizeof event->name);
    bx_slug_read(reader, "class", &event->class);
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
    static const char *const names[] = {"id",     "name",    "key",    "price", "tax",
                                        "places", "persons", "events", "class", NULL};
    struct bx_programme *programme = arg;
    struct bx_product *product = &programme->products[at];
    char key[2];
    bx_json_only(reader, names);
    bx_slug_read(reader, "id", &product->id);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, product->name, sizeof product->name);
    bx_json_string(reader, "key", 1, key, sizeof key);
    product->price.minor = bx_json_int(reader, "price", 0, PRICE_MAX);
    product->tax_ppm = (int)bx_json_int(reader, "tax", 0, 1000000);
    product->places = (int)bx_json_int(reader, "places", 0, 99);
    product->persons = (int)bx_json_int(reader, "persons", 0, 99);
    read_sold_for(reader, programme, product);
    bx_slug_read_or_none(reader, "class", &product->class);
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

/* One of the three lists: LIST's elements through READ, which counts them. */
static int read_programme(bx_json *root, struct bx_programme *programme, struct bx_fault *fault)
{
    static const char *const names[] = {"v",      "epoch", "version",  "venue",
                                        "events", "slots", "products", NULL};
    struct bx_json_reader reader;
    bx_json_read(&reader, root, "programme", fault);
    bx_json_int(&reader, "v", 1, 1);
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
    bx_free(programme->index);
    return bx_free(programme);
}

/* ---- writing ---- */

static void write_changes(struct bx_json_writer *writer, const struct bx_programme *programme)
{
    bx_json_array_open(writer, "changes");
    for (size_t i = 0; i < programme->change_count; i++) {
        bx_json_object_open(writer, NULL);
        bx_json_put_int(writer, "at", programme->changes[i].at.us);
        bx_json_put_int(writer, "offset", programme->changes[i].offset_min);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static void write_venue(struct bx_json_writer *writer, const struct bx_programme *programme)
{
    bx_json_object_open(writer, "venue");
    bx_json_put_string(writer, "id", programme->venue.s);
    bx_json_put_string(writer, "name", programme->name);
    bx_json_put_string(writer, "zone", programme->zone);
    bx_json_put_int(writer, "offset", programme->offset_min);
    if (programme->change_count > 0)
        write_changes(writer, programme);
    bx_json_put_string(writer, "currency", programme->currency);
    bx_json_put_int(writer, "exponent", programme->exponent);
    bx_json_put_int(writer, "cash_step", programme->cash_step);
    bx_json_put_bool(writer, "tax_included", programme->tax_included);
    bx_json_put_int(writer, "quantity_usual", programme->quantity_usual);
    bx_json_object_close(writer);
}

static void write_slot(struct bx_json_writer *writer, const struct bx_programme *programme,
                       const struct bx_slot *slot)
{
    char date[BX_DATE_TEXT];
    bx_json_object_open(writer, NULL);
    bx_json_put_string(writer, "id", slot->id.s);
    bx_json_put_string(writer, "event", programme->events[slot->event].id.s);
    bx_json_put_string(writer, "pool", slot->pool.s);
    bx_json_put_int(writer, "start", slot->start.us);
    bx_json_put_int(writer, "end", slot->end.us);
    bx_json_put_int(writer, "offset", slot->offset_min);
    bx_json_put_string(writer, "date", bx_date_format(slot->date, date));
    if (slot->cancelled)
        bx_json_put_bool(writer, "cancelled", true);
    bx_json_object_close(writer);
}

static void write_product(struct bx_json_writer *writer, const struct bx_programme *programme,
                          const struct bx_product *product)
{
    char key[2] = {product->key, '\0'};
    bx_json_object_open(writer, NULL);
    bx_json_put_string(writer, "id", product->id.s);
    bx_json_put_string(writer, "name", product->name);
    bx_json_put_string(writer, "key", key);
    bx_json_put_int(writer, "price", product->price.minor);
    bx_json_put_int(writer, "tax", product->tax_ppm);
    bx_json_put_int(writer, "places", product->places);
    bx_json_put_int(writer, "persons", product->persons);
    bx_json_array_open(writer, "events");
    for (size_t i = 0; i < programme->event_count; i++)
        if ((product->events >> i & 1) != 0)
            bx_json_put_string(writer, NULL, programme->events[i].id.s);
    bx_json_array_close(writer);
    if (!bx_slug_is_none(&product->class))
        bx_json_put_string(writer, "class", product->class.s);
    bx_json_object_close(writer);
}

void bx_programme_encode(const struct bx_programme *programme, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", 1);
    bx_json_put_int(&writer, "epoch", programme->epoch);
    bx_json_put_int(&writer, "version", programme->version);
    write_venue(&writer, programme);
    bx_json_array_open(&writer, "events");
    for (size_t i = 0; i < programme->event_count; i++) {
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "id", programme->events[i].id.s);
        bx_json_put_string(&writer, "name", programme->events[i].name);
        bx_json_put_string(&writer, "class", programme->events[i].class.s);
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_array_open(&writer, "slots");
    for (size_t i = 0; i < programme->slot_count; i++)
        write_slot(&writer, programme, &programme->slots[i]);
    bx_json_array_close(&writer);
    bx_json_array_open(&writer, "products");
    for (size_t i = 0; i < programme->product_count; i++)
        write_product(&writer, programme, &programme->products[i]);
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
}

/* ---- looking up ---- */

int bx_programme_offset(const struct bx_programme *programme, bx_utc at)
{
    if (programme == NULL)
        return 0;
    int offset = programme->offset_min;
    for (size_t i = 0; i < programme->change_count && programme->changes[i].at.us <= at.us; i++)
        offset = programme->changes[i].offset_min;
    return offset;
}

const struct bx_slot *bx_programme_slot(const struct bx_programme *programme,
                                        const struct bx_slug *id)
{
    if (programme->index != NULL) {
        const struct bx_slot **found = bsearch(id, programme->index->by_id, programme->slot_count,
                                               sizeof *programme->index->by_id, slot_against_id);
        return found != NULL ? *found : NULL;
    }
    for (size_t i = 0; i < programme->slot_count; i++)
        if (bx_slug_equal(&programme->slots[i].id, id))
            return &programme->slots[i];
    return NULL;
}

const struct bx_product *bx_programme_product(const struct bx_programme *programme,
                                              const struct bx_slug *id)
{
    for (size_t i = 0; i < programme->product_count; i++)
        if (bx_slug_equal(&programme->products[i].id, id))
            return &programme->products[i];
    return NULL;
}

const struct bx_product *bx_programme_by_key(const struct bx_programme *programme, char key,
                                             int event)
{
    for (size_t i = 0; i < programme->product_count; i++) {
        const struct bx_product *product = &programme->products[i];
        bool sold = product->events == 0 ||
                    (event >= 0 && event < BX_EVENTS_MAX && (product->events >> event & 1) != 0);
        if (product->key == key && sold)
            return product;
    }
    return NULL;
}

/* The first slot that began so late that it may still run at NOW. */
static size_t first_candidate(const struct bx_programme *programme, bx_utc now)
{
    size_t low = 0, high = programme->index != NULL ? programme->slot_count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (programme->slots[middle].start.us + programme->index->longest_us <= now.us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct bx_slot *bx_programme_current(const struct bx_programme *programme, int event,
                                           bx_utc now)
{
    for (size_t i = first_candidate(programme, now); i < programme->slot_count; i++)
        if (programme->slots[i].event == event && programme->slots[i].end.us > now.us)
            return &programme->slots[i];
    return NULL;
}

const struct bx_slot *bx_programme_step(const struct bx_programme *programme,
                                        const struct bx_slot *slot, int step)
{
    bx_assert(slot >= programme->slots && slot < programme->slots + programme->slot_count);
    size_t at = (size_t)(slot - programme->slots);
    for (int left = step < 0 ? -step : step; left > 0;) {
        if (step < 0 ? at == 0 : at + 1 == programme->slot_count)
            return NULL;
        at = step < 0 ? at - 1 : at + 1;
        left -= programme->slots[at].event == slot->event;
    }
    return &programme->slots[at];
}
