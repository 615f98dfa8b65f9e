/* SPDX-License-Identifier: Apache-2.0 */
/* The programme document, written the one way in which it is signed (programme.c has the format).
 */

#include "boxtill/base/buf.h"
#include "programme_in.h"

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
    bx_product_terms_write(writer, product);
    bx_windows_write(writer, &product->windows);
    if (product->per_slot > 0)
        bx_json_put_int(writer, "per_slot", product->per_slot);
    bx_json_object_close(writer);
}

int bx_programme_format(const struct bx_programme *programme)
{
    bool windows = false;
    for (size_t i = 0; i < programme->event_count; i++)
        windows = windows || programme->events[i].windows.count > 0;
    for (size_t i = 0; i < programme->product_count; i++)
        windows = windows || programme->products[i].windows.count > 0 ||
                  programme->products[i].per_slot > 0;
    if (windows)
        return 3;
    return bx_terms_exist(programme) ? 2 : 1;
}

void bx_programme_encode(const struct bx_programme *programme, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", bx_programme_format(programme));
    bx_json_put_int(&writer, "epoch", programme->epoch);
    bx_json_put_int(&writer, "version", programme->version);
    write_venue(&writer, programme);
    bx_json_array_open(&writer, "events");
    for (size_t i = 0; i < programme->event_count; i++) {
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "id", programme->events[i].id.s);
        bx_json_put_string(&writer, "name", programme->events[i].name);
        bx_json_put_string(&writer, "class", programme->events[i].class.s);
        bx_windows_write(&writer, &programme->events[i].windows);
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
    bx_terms_write(&writer, programme);
    bx_json_object_close(&writer);
}
