/* SPDX-License-Identifier: Apache-2.0 */
/* The programme as people write it. One JSON object (integers only, members not named here are
 * faults):
 *
 *   {"venue":{"id":"museum","name":"Sample Museum","zone":"Europe/Berlin","currency":"EUR",
 *             "exponent":2,"cash_step":1,"tax_included":true,"quantity_usual":10},
 *    "events":[{"id":"permanent","name":"Permanent collection","class":"main",
 *               "slots":[{"dates":["today","today+1","2026-11-30"],"from":"10:00","to":"18:00",
 *                         "every":15,"length":15,"capacity":250,"pool":"house",
 *                         "cancelled":false}]}],
 *    "products":[{"id":"adult","name":"Adult","key":"a","price":2400,"tax":70000,"places":1,
 *                 "persons":1,"events":["permanent"]},
 *                {"id":"guide","name":"Guide","key":"t","price":600,"tax":190000,"places":0,
 *                 "persons":0,"events":[],"class":"extras"}]}
 *
 *   venue     as in the programme document (src/domain/programme.c); by default exponent 2,
 *             cash_step 1, tax_included true, quantity_usual 10
 *   class     of an event: which day key signs its tickets; by default "main"
 *   dates     1 to 400 civil days: "2026-11-30", "today", or "today+N" with N from 1 to 365
 *   from, to  civil times "HH:MM" of the venue, "24:00" allowed in `to`; the last slot ends at or
 *             before `to`
 *   times     instead of from, to and every: ["11:00","15:00"], with a length
 *   every     minutes from one slot's start to the next, 1 to 1440; length in minutes, by default
 *             the same
 *   capacity  places of each slot, 0 to 1000000
 *   pool      what the slots draw on, by default the event's own. Events that name one pool share
 *             its places at the same date and time, and must agree on the capacity
 *   price     minor units; tax in ppm (70000 is 7 %); places and persons of one piece, by default 1
 *             (0 for an untimed product)
 *   events    ids the product is sold for; none: untimed. `class` is an untimed product's, and
 *             without it no ticket is printed
 *
 * An event may have, beside its slots or instead, a timetable of what recurs (timetable.c), and
 * both venue and event a list "closed" of days without any slot. A timetable makes slots for the
 * venue's "horizon", 1 to 400 days from today on, by default 60.
 *
 * A product may have per_slot, 1 to 100000: at most so many pieces of it for one slot are sold
 * online, counted with what tills sold. Tills do not stop at it.
 *
 * An event and a product may have "channels": who sells it, from when, until when
 * (import_windows.c).
 *
 * A product may have kind, open_price, proof, group_from and code, and the file rules, reasons,
 * accounts, origins, coins, facts, limits and round_up, all as in the programme document, but a
 * rule's weekdays are names, ["fri","sat"], and its minute_from and minute_to times, "17:00".
 *
 * A slot is called EVENT-YYYYMMDD-HHMM and its pool POOL-YYYYMMDD-HHMM, so that a second import
 * finds the pools of the first again. Of an hour that a timetable has twice, when clocks go back,
 * the later one ends in b.
 *
 * Parsing goes on after a fault, so that one run shows them all; what looks good is finally written
 * as a programme document and read again, and whatever that reader finds is a fault here too. */

#include "server/book/import_in.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/terms.h"

enum { FAULTS_MAX = 100, SERIES_MAX = 50 /* of one event */, IMPORT_BYTES = 4 << 20, HORIZON = 60 };

void bd_import_fault(struct bd_importing *parser, const char *format, ...)
{
    char line[320];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (parser->fault_count++ < FAULTS_MAX)
        bx_buf_format(parser->faults, "%s\n", line);
}

void bd_import_note(struct bd_importing *parser, const char *format, ...)
{
    char line[320];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    bx_buf_format(&parser->notes, "%s\n", line);
}

static void fault_tell(void *arg, const char *say)
{
    bd_import_fault((struct bd_importing *)arg, "%s", say);
}

void bd_reading_begin(struct bd_importing *parser, bx_json *object, const char *where,
                      struct bd_reading *ret)
{
    ret->parser = parser;
    ret->before = parser->fault_count;
    bx_json_read(&ret->reader, object, where, &ret->fault);
    if (ret->reader.err != 0) /* no object: nothing more can be said of it */
        bd_import_fault(parser, "%s", ret->fault.say);
    ret->reader.tell = fault_tell;
    ret->reader.arg = parser;
}

bool bd_reading_is_good(const struct bd_reading *reading)
{
    return reading->parser->fault_count == reading->before;
}

/* --- the venue ------------------------------------------------------------------------------ */

enum { CHANGE_DAYS = 800 }; /* a slot may be 400 days away; nobody imports that seldom */

/* MINUTE may lie in the day after DATE. */
static bool has_offset(const struct bd_importing *parser, struct bx_date date, int minute,
                       int offset, bx_utc *ret_at)
{
    int there;
    int err = parser->zone(parser->zone_arg, parser->programme.zone,
                           bx_date_plus(date, minute / BD_DAY_MINUTES), minute % BD_DAY_MINUTES,
                           ret_at, &there);
    return err == 0 && there == offset;
}

/* The clock has OFFSET at noon of DATE and another at the next: it changes one minute after the
 * last that still has it. Hours that come twice are told as the first, those that are skipped have
 * none, so the search ends there in both cases. */
static bx_utc change_find(const struct bd_importing *parser, struct bx_date date, int offset)
{
    int good = 720, bad = 720 + BD_DAY_MINUTES;
    bx_utc at, last = {0};
    while (bad - good > 1) {
        int minute = (good + bad) / 2;
        if (has_offset(parser, date, minute, offset, &at))
            good = minute;
        else
            bad = minute;
    }
    (void)has_offset(parser, date, good, offset, &last);
    return (bx_utc){last.us + 60 * BX_SECOND_US};
}

/* From yesterday's noon on, so that a change of today is one of them. False: no such zone. */
static bool read_zone(struct bd_importing *parser)
{
    struct bx_programme *programme = &parser->programme;
    struct bx_date date = bx_date_plus(parser->today, -1);
    bx_utc noon;
    int offset, next;
    if (parser->zone(parser->zone_arg, programme->zone, date, 720, &noon, &offset) != 0)
        return false;
    programme->offset_min = offset;
    for (int day = 0; day < CHANGE_DAYS && programme->change_count < BX_CLOCK_CHANGES_MAX; day++) {
        struct bx_date tomorrow = bx_date_plus(date, 1);
        if (parser->zone(parser->zone_arg, programme->zone, tomorrow, 720, &noon, &next) == 0 &&
            next != offset) {
            programme->changes[programme->change_count++] =
                (struct bx_clock_change){change_find(parser, date, offset), next};
            offset = next;
        }
        date = tomorrow;
    }
    return true;
}

static void read_venue(struct bd_importing *parser, bx_json *object)
{
    static const char *const names[] = {
        "id",           "name",           "zone",    "currency", "exponent", "cash_step",
        "tax_included", "quantity_usual", "horizon", "closed",   NULL};
    struct bx_programme *programme = &parser->programme;
    struct bd_reading reading;
    struct bx_json_reader *reader = &reading.reader;
    bd_reading_begin(parser, object, "venue", &reading);
    bx_slug_read(reader, "id", &programme->venue);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, programme->name, sizeof programme->name);
    bx_json_string(reader, "zone", sizeof programme->zone - 1, programme->zone,
                   sizeof programme->zone);
    bx_json_string(reader, "currency", 3, programme->currency, sizeof programme->currency);
    programme->exponent = (int)bx_json_int_or(reader, "exponent", 0, 3, 2);
    programme->cash_step = bx_json_int_or(reader, "cash_step", 1, 1000, 1);
    programme->tax_included = bx_json_bool_or(reader, "tax_included", true);
    programme->quantity_usual = (int)bx_json_int_or(reader, "quantity_usual", 1, 999, 10);
    parser->horizon = (int)bx_json_int_or(reader, "horizon", 1, BD_DATES_MAX, HORIZON);
    bd_days_read(parser, reader, "closed", &parser->closed);
    bx_json_only(reader, names);
    if (programme->zone[0] != '\0' && !read_zone(parser)) {
        bx_json_fault(reader, "\"zone\" %s is not a time zone this machine knows", programme->zone);
        programme->zone[0] = '\0';
    }
}

/* --- slots ---------------------------------------------------------------------------------- */

static void read_dates(struct bd_importing *parser, const char *where, int event,
                       const struct bd_days *closed, const struct bd_series *series, bx_json *dates)
{
    size_t nth = 0;
    for (bx_json *item = bx_json_first(dates); item != NULL; item = bx_json_next(item), nth++) {
        struct bx_date date;
        if (!bx_json_is_string(item) || !bd_day_read(parser, bx_json_text(item), &date))
            bd_import_fault(parser,
                            "%s.dates[%zu]: must be a day as 2026-11-30, today, or today+N with N "
                            "from 1 to 365",
                            where, nth);
        else if (!bd_days_have(closed, date) && !bd_days_have(&parser->closed, date))
            bd_slots_add(parser, where, event, series, date);
    }
}

static void read_series(struct bd_importing *parser, const char *where, int event,
                        const struct bd_days *closed, bx_json *object)
{
    static const char *const names[] = {"dates", BD_HOURS_NAMES, "capacity",
                                        "pool",  "cancelled",    NULL};
    struct bd_series series = {.pool = parser->programme.events[event].id};
    struct bd_reading reading;
    struct bx_json_reader *reader = &reading.reader;
    bd_reading_begin(parser, object, where, &reading);
    bd_hours_read(&reading, 0, &series);
    series.capacity = bx_json_int(reader, "capacity", 0, BD_CAPACITY_MAX);
    series.cancelled = bx_json_bool_or(reader, "cancelled", false);
    if (bx_json_get(object, "pool") != NULL)
        bd_stem_read(reader, "pool", &series.pool);
    bx_json *dates = bx_json_array(reader, "dates", BD_DATES_MAX);
    bx_json_only(reader, names);
    if (dates != NULL && bx_json_count(dates) == 0)
        bx_json_fault(reader, "\"dates\" must name a day");
    if (bd_reading_is_good(&reading))
        read_dates(parser, where, event, closed, &series, dates);
}

/* --- events and products -------------------------------------------------------------------- */

static void read_event(struct bd_importing *parser, bx_json *object, size_t nth)
{
    static const char *const names[] = {"id",        "name",   "class",    "slots",
                                        "timetable", "closed", "channels", NULL};
    struct bd_days closed = {0};
    struct bx_programme *programme = &parser->programme;
    struct bx_event_info *event = &programme->events[programme->event_count];
    char where[BD_WHERE_SIZE];
    struct bd_reading reading;
    struct bx_json_reader *reader = &reading.reader;
    snprintf(where, sizeof where, "events[%zu]", nth);
    bd_reading_begin(parser, object, where, &reading);
    bd_stem_read(reader, "id", &event->id);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, event->name, sizeof event->name);
    bx_slug_read_or_none(reader, "class", &event->class);
    if (bx_slug_is_none(&event->class))
        BX_TEXT_COPY(event->class.s, "main");
    bool recurs = bx_json_get(object, "timetable") != NULL;
    bx_json *slots = NULL, *table = NULL;
    if (!recurs || bx_json_get(object, "slots") != NULL)
        slots = bx_json_array(reader, "slots", SERIES_MAX);
    if (recurs)
        table = bx_json_array(reader, "timetable", SERIES_MAX);
    bd_days_read(parser, reader, "closed", &closed);
    bd_windows_read(parser, where, reader, true, &event->windows);
    bx_json_only(reader, names);
    int index = (int)programme->event_count++;
    size_t series = 0;
    for (bx_json *item = bx_json_first(slots); item != NULL; item = bx_json_next(item)) {
        snprintf(where, sizeof where, "events[%zu].slots[%zu]", nth, series++);
        read_series(parser, where, index, &closed, item);
    }
    series = 0;
    for (bx_json *item = bx_json_first(table); item != NULL; item = bx_json_next(item)) {
        snprintf(where, sizeof where, "events[%zu].timetable[%zu]", nth, series++);
        bd_timetable_read(parser, where, index, &closed, item);
    }
}

static uint32_t read_sold_for(struct bd_importing *parser, struct bx_json_reader *reader,
                              bx_json *list)
{
    uint32_t bits = 0;
    for (bx_json *item = bx_json_first(list); item != NULL; item = bx_json_next(item)) {
        size_t i = 0;
        const char *id = bx_json_text(item);
        while (i < parser->programme.event_count &&
               strcmp(parser->programme.events[i].id.s, id) != 0)
            i++;
        if (i == parser->programme.event_count)
            bx_json_fault(reader, "\"events\" names %.40s, which is no event here", id);
        else
            bits |= UINT32_C(1) << i;
    }
    return bits;
}

/* Products that stand beside each other on a screen have different keys. The programme's own reader
 * says so too, but only of a file without other faults. */
static void key_check(const struct bd_importing *parser, struct bx_json_reader *reader,
                      const struct bx_product *product)
{
    for (size_t i = 0; i < parser->programme.product_count; i++) {
        const struct bx_product *other = &parser->programme.products[i];
        bool meet =
            other->events == 0 || product->events == 0 || (other->events & product->events) != 0;
        if (product->key != '\0' && other->key == product->key && meet)
            bx_json_fault(reader, "\"key\" %c is taken by %s", product->key, other->id.s);
    }
}

static void read_product(struct bd_importing *parser, bx_json *object, size_t nth)
{
    static const char *const names[] = {
        "id",       "name",     "key",    "price", "tax",
        "places",   "persons",  "events", "class", BX_PRODUCT_TERMS_NAMES,
        "channels", "per_slot", NULL};
    struct bx_product *product = &parser->programme.products[parser->programme.product_count];
    char where[BD_WHERE_SIZE], key[8];
    struct bd_reading reading;
    struct bx_json_reader *reader = &reading.reader;
    snprintf(where, sizeof where, "products[%zu]", nth);
    bd_reading_begin(parser, object, where, &reading);
    *product = (struct bx_product){.key = 0};
    bx_slug_read(reader, "id", &product->id);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, product->name, sizeof product->name);
    bx_json_string(reader, "key", 1, key, sizeof key);
    if (key[0] != '\0' && (key[0] < 'a' || key[0] > 'z'))
        bx_json_fault(reader, "\"key\" must be a letter from a to z");
    bx_json *events = bx_json_array(reader, "events", BX_EVENTS_MAX);
    product->events = read_sold_for(parser, reader, events);
    int64_t usual = product->events != 0;
    product->price = bx_money_of(bx_json_int(reader, "price", 0, BX_MONEY_MAX / 1000000));
    product->tax_ppm = (int)bx_json_int(reader, "tax", 0, 1000000);
    product->places = (int)bx_json_int_or(reader, "places", 0, 99, usual);
    product->persons = (int)bx_json_int_or(reader, "persons", 0, 99, usual);
    bx_slug_read_or_none(reader, "class", &product->class);
    bx_product_terms_read(reader, product);
    bd_windows_read(parser, where, reader, product->events != 0, &product->windows);
    product->per_slot = (int)bx_json_int_or(reader, "per_slot", 1, BX_PER_SLOT_MAX, 0);
    if (product->per_slot != 0 && bx_json_count(events) == 0)
        bx_json_fault(reader, "\"per_slot\" is of a slot, and it has none");
    bx_json_only(reader, names);
    /* Of one whose events are wrong nobody knows whom it meets. */
    product->key = '\0';
    if (product->events != 0 || bx_json_count(events) == 0)
        product->key = key[0];
    key_check(parser, reader, product);
    parser->programme.product_count++;
}

/* --- the whole ------------------------------------------------------------------------------ */

static void read_all(struct bd_importing *parser, bx_json *root)
{
    static const char *const names[] = {"venue", "events", "products", BX_TERMS_NAMES, NULL};
    struct bd_reading reading;
    bd_reading_begin(parser, root, "programme", &reading);
    bx_json *venue = bx_json_object(&reading.reader, "venue");
    bx_json *events = bx_json_array(&reading.reader, "events", BX_EVENTS_MAX);
    bx_json *products = bx_json_array(&reading.reader, "products", BX_PRODUCTS_MAX);
    bx_json_only(&reading.reader, names);
    if (venue != NULL)
        read_venue(parser, venue);
    size_t nth = 0;
    for (bx_json *item = bx_json_first(events); item != NULL; item = bx_json_next(item))
        read_event(parser, item, nth++);
    nth = 0;
    for (bx_json *item = bx_json_first(products); item != NULL; item = bx_json_next(item))
        read_product(parser, item, nth++);
    bx_terms_read(&reading.reader, &parser->programme, true);
}

static int by_start(const void *left, const void *right)
{
    const struct bx_slot *a = (const struct bx_slot *)left;
    const struct bx_slot *b = (const struct bx_slot *)right;
    if (a->start.us != b->start.us)
        return a->start.us < b->start.us ? -1 : 1;
    return (a->event > b->event) - (a->event < b->event);
}

static int pool_by_id(const void *left, const void *right)
{
    const struct bd_import_pool *a = (const struct bd_import_pool *)left;
    const struct bd_import_pool *b = (const struct bd_import_pool *)right;
    return strcmp(a->id.s, b->id.s);
}

/* One pool for all the slots that draw on it; they must agree on its capacity. */
static void pools_merge(struct bd_importing *parser)
{
    size_t count = 0;
    if (parser->pool_count > 0)
        qsort(parser->pools, parser->pool_count, sizeof *parser->pools, pool_by_id);
    for (size_t i = 0; i < parser->pool_count; i++) {
        const struct bd_import_pool *next = &parser->pools[i];
        struct bd_import_pool *last = count > 0 ? &parser->pools[count - 1] : NULL;
        if (last == NULL || !bx_slug_equal(&last->id, &next->id)) {
            parser->pools[count++] = *next;
            continue;
        }
        if (last->capacity != next->capacity)
            bd_import_fault(parser, "pool %s: its slots have capacities of %lld and %lld",
                            next->id.s, (long long)last->capacity, (long long)next->capacity);
        if (next->ends.us > last->ends.us)
            last->ends = next->ends;
        if (next->starts.us < last->starts.us)
            last->starts = next->starts;
        last->cancelled = last->cancelled && next->cancelled;
    }
    parser->pool_count = count;
}

/* Through the programme's own writer and reader, so that it is what a till will accept. */
static struct bx_programme *programme_make(struct bd_importing *parser)
{
    struct bx_programme *programme = &parser->programme;
    struct bx_fault fault;
    bx_buf_auto bytes;
    bx_buf_init(&bytes, BX_PROGRAMME_BYTES);
    if (programme->slot_count > 0)
        qsort(programme->slots, programme->slot_count, sizeof *programme->slots, by_start);
    bx_programme_encode(programme, &bytes);
    if (bytes.full) {
        bd_import_fault(parser, "programme: larger than %d bytes", BX_PROGRAMME_BYTES);
        return NULL;
    }
    struct bx_programme *made = bx_programme_parse(bytes.data, bytes.len, &fault);
    if (made == NULL)
        bd_import_fault(parser, "%s", fault.say);
    return made;
}

struct bd_import *bd_import_parse(const char *json, size_t len, struct bx_date today, bd_zone zone,
                                  void *arg, struct bx_buf *faults)
{
    struct bd_importing parser = {.today = today, .zone = zone, .zone_arg = arg, .faults = faults};
    struct bx_programme *programme = &parser.programme;
    struct bd_import *import = NULL;
    struct bx_fault fault;
    bx_buf_init(&parser.notes, 64 << 10);
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, IMPORT_BYTES, &fault);
    if (doc == NULL) {
        bd_import_fault(&parser, "file: %s", fault.detail[0] ? fault.detail : fault.say);
        return NULL;
    }
    programme->events = (struct bx_event_info *)bx_alloc(BX_EVENTS_MAX, sizeof *programme->events);
    programme->slots = (struct bx_slot *)bx_alloc(BX_SLOTS_MAX, sizeof *programme->slots);
    programme->products =
        (struct bx_product *)bx_alloc(BX_PRODUCTS_MAX, sizeof *programme->products);
    parser.pools = (struct bd_import_pool *)bx_alloc(BX_SLOTS_MAX, sizeof *parser.pools);
    read_all(&parser, bx_json_root(doc));
    pools_merge(&parser);
    struct bx_programme *made = parser.fault_count == 0 ? programme_make(&parser) : NULL;
    if (made != NULL) {
        import = bx_new(struct bd_import);
        import->programme = made;
        import->pools = (struct bd_import_pool *)bx_steal(&parser.pools);
        import->pool_count = parser.pool_count;
        import->notes = parser.notes;
        bx_buf_init(&parser.notes, 0);
    }
    bx_buf_finish(&parser.notes);
    bx_free(programme->events);
    bx_free(programme->slots);
    bx_free(programme->products);
    bx_free(programme->rules);
    bx_free(programme->reasons);
    bx_free(programme->accounts);
    bx_free(parser.pools);
    return import;
}

void *bd_import_destroy(struct bd_import *import)
{
    if (import == NULL)
        return NULL;
    bx_programme_destroy(import->programme);
    bx_free(import->pools);
    bx_buf_finish(&import->notes);
    return bx_free(import);
}
