/* SPDX-License-Identifier: Apache-2.0 */
/* The door to cJSON, and the only file that knows it. The library accepts more than JSON and keeps
 * every number as a double besides an int that saturates, so three locks stand around it: a scan
 * of the bytes before it runs, a check for repeated names after, and accessors that never hand out
 * its fields. What remains for the library is what it does well: the tree.
 *
 * A whole number within 2^53 survives its double exactly, so valuedouble is the one to read;
 * valueint is not. */

#include "boxtill/base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/crypto.h"
#include "boxtill/base/text.h"
#include "json_scan.h"

enum { FEW = 32 };

struct bx_json_doc {
    cJSON *root;
};

/* At a line and column, since the text may be a person's; TEXT is not terminated. */
static int parse_fault(struct bx_fault *fault, const char *what, const char *text, size_t at)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < at; i++) {
        column = text[i] == '\n' ? 1 : column + 1;
        line += text[i] == '\n';
    }
    return bx_fault_set(fault, BX_ERR_INPUT, "What was received cannot be read.",
                        "JSON: %s at line %zu, column %zu", what, line, column);
}

static int compare_names(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;
    return strcmp(*left, *right);
}

/* Whether a later sibling of MEMBER has its name. */
static bool is_repeated(const bx_json *member)
{
    for (const bx_json *other = member->next; other; other = other->next)
        if (member->string[0] == other->string[0] && strcmp(member->string, other->string) == 0)
            return true;
    return false;
}

/* A name that OBJECT has twice, or NULL. Few members, the usual case, are compared in pairs; many
 * are sorted, so that a hostile object cannot buy quadratic time. */
static const char *repeated_name(bx_json *object, size_t count)
{
    if (count <= FEW) {
        for (bx_json *a = object->child; a; a = a->next)
            if (is_repeated(a))
                return a->string;
        return NULL;
    }
    const char **names = bx_alloc(count, sizeof(*names));
    size_t n = 0;
    for (bx_json *child = object->child; child; child = child->next)
        names[n++] = child->string;
    qsort(names, n, sizeof(*names), compare_names);
    const char *twice = NULL;
    for (size_t i = 1; i < n && !twice; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            twice = names[i];
    bx_free(names);
    return twice;
}

/* Anywhere in VALUE; as deep as the scan allowed, no deeper. */
static const char *repeated_name_within(bx_json *value)
{
    if (bx_json_is_object(value)) {
        const char *twice = repeated_name(value, bx_json_count(value));
        if (twice)
            return twice;
    }
    for (bx_json *child = bx_json_first(value); child; child = child->next) {
        const char *twice = repeated_name_within(child);
        if (twice)
            return twice;
    }
    return NULL;
}

int bx_json_check(const char *text, size_t len, size_t max, struct bx_fault *fault)
{
    if (len > max)
        return parse_fault(fault, "more than is allowed here", text, max);
    size_t at;
    const char *wrong = bx_json_scan(text, len, &at);
    return wrong ? parse_fault(fault, wrong, text, at) : 0;
}

struct bx_json_doc *bx_json_parse(const char *text, size_t len, size_t max, struct bx_fault *fault)
{
    if (bx_json_check(text, len, max, fault))
        return NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(text, len, NULL, 0);
    if (!root) {
        parse_fault(fault, "something the reader refuses", text, 0);
        return NULL;
    }
    const char *twice = repeated_name_within(root);
    if (twice) {
        char shown[64];
        bx_text_wash(twice, strlen(twice), 40, shown, sizeof(shown));
        bx_fault_set(fault, BX_ERR_INPUT, "What was received cannot be read.",
                     "JSON: the name \"%s\" stands twice in one object", shown);
        cJSON_Delete(root);
        return NULL;
    }
    struct bx_json_doc *doc = bx_new(struct bx_json_doc);
    doc->root = root;
    return doc;
}

void *bx_json_destroy(struct bx_json_doc *doc)
{
    if (!doc)
        return NULL;
    cJSON_Delete(doc->root);
    return bx_free(doc);
}

bx_json *bx_json_root(const struct bx_json_doc *doc)
{
    return doc->root;
}

bool bx_json_is_object(bx_json *value)
{
    return cJSON_IsObject(value);
}

bool bx_json_is_array(bx_json *value)
{
    return cJSON_IsArray(value);
}

bool bx_json_is_string(bx_json *value)
{
    return cJSON_IsString(value);
}

bool bx_json_is_integer(bx_json *value)
{
    return cJSON_IsNumber(value);
}

bool bx_json_is_null(bx_json *value)
{
    return cJSON_IsNull(value);
}

bx_json *bx_json_get(bx_json *object, const char *name)
{
    return bx_json_is_object(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

bx_json *bx_json_first(bx_json *container)
{
    return container ? container->child : NULL;
}

bx_json *bx_json_next(bx_json *child)
{
    return child ? child->next : NULL;
}

const char *bx_json_name(bx_json *child)
{
    return child && child->string ? child->string : "";
}

size_t bx_json_count(bx_json *container)
{
    size_t count = 0;
    for (bx_json *child = bx_json_first(container); child; child = child->next)
        count++;
    return count;
}

const char *bx_json_text(bx_json *value)
{
    return bx_json_is_string(value) ? value->valuestring : "";
}

int64_t bx_json_integer(bx_json *value)
{
    return bx_json_is_integer(value) ? (int64_t)value->valuedouble : 0;
}

void bx_json_fault(struct bx_json_reader *reader, const char *format, ...)
{
    if (reader->err)
        return;
    char what[160];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    int err = bx_fault_say(reader->fault, BX_ERR_INPUT, "%s: %s", reader->where, what);
    if (reader->tell)
        reader->tell(reader->arg, reader->fault->say);
    else
        reader->err = err;
}

void bx_json_read(struct bx_json_reader *reader, bx_json *object, const char *where,
                  struct bx_fault *fault)
{
    bx_assert(fault);
    *reader = (struct bx_json_reader){.object = object, .where = where, .fault = fault};
    if (bx_json_is_object(object))
        reader->guess = object->child;
    else
        bx_json_fault(reader, "this is not an object");
}

void bx_json_read_inside(struct bx_json_reader *reader, bx_json *object, const char *where,
                         const struct bx_json_reader *outer)
{
    bx_json_read(reader, object, where, outer->fault);
    if (reader->err && outer->tell) /* no object: nothing more can be said of it */
        outer->tell(outer->arg, outer->fault->say);
    reader->tell = outer->tell;
    reader->arg = outer->arg;
}

/* The member, NULL after a fault; a null counts as missing. A missing one is a fault if MUST. */
static bx_json *member(struct bx_json_reader *reader, const char *name, bool must)
{
    if (reader->err)
        return NULL;
    bx_json *value = reader->guess;
    if (!value || strcmp(value->string, name) != 0)
        value = bx_json_get(reader->object, name);
    if (value)
        reader->guess = value->next;
    if (value && !bx_json_is_null(value))
        return value;
    if (must)
        bx_json_fault(reader, "\"%s\" is missing", name);
    return NULL;
}

static int64_t integer_within(struct bx_json_reader *reader, bx_json *value, int64_t min,
                              int64_t max)
{
    int64_t number = bx_json_integer(value);
    if (bx_json_is_integer(value) && number >= min && number <= max)
        return number;
    bx_json_fault(reader, "\"%s\" is not a whole number from %lld to %lld", bx_json_name(value),
                  (long long)min, (long long)max);
    return 0;
}

int64_t bx_json_int(struct bx_json_reader *reader, const char *name, int64_t min, int64_t max)
{
    bx_json *value = member(reader, name, true);
    return value ? integer_within(reader, value, min, max) : 0;
}

int64_t bx_json_int_or(struct bx_json_reader *reader, const char *name, int64_t min, int64_t max,
                       int64_t fallback)
{
    bx_json *value = member(reader, name, false);
    if (value)
        return integer_within(reader, value, min, max);
    return reader->err ? 0 : fallback;
}

bool bx_json_bool_or(struct bx_json_reader *reader, const char *name, bool fallback)
{
    bx_json *value = member(reader, name, false);
    if (!value)
        return reader->err ? false : fallback;
    if (cJSON_IsBool(value))
        return cJSON_IsTrue(value);
    bx_json_fault(reader, "\"%s\" is neither true nor false", name);
    return false;
}

static bool string_into(struct bx_json_reader *reader, bx_json *value, size_t columns, char *out,
                        size_t size)
{
    const char *text = bx_json_text(value);
    size_t len = strlen(text);
    if (!bx_json_is_string(value))
        bx_json_fault(reader, "\"%s\" is not a text", bx_json_name(value));
    else if (!bx_text_is_washed(text, len))
        bx_json_fault(reader, "\"%s\" holds characters that are not allowed", bx_json_name(value));
    else if (len >= size || bx_text_columns(text) > columns)
        bx_json_fault(reader, "\"%s\" is longer than %zu columns", bx_json_name(value), columns);
    else {
        memcpy(out, text, len + 1);
        return true;
    }
    return false;
}

void bx_json_string(struct bx_json_reader *reader, const char *name, size_t columns, char *out,
                    size_t size)
{
    bx_assert(size > 0);
    out[0] = '\0';
    bx_json *value = member(reader, name, true);
    if (!value)
        return;
    if (string_into(reader, value, columns, out, size) && !out[0])
        bx_json_fault(reader, "\"%s\" is empty", name);
}

void bx_json_string_or(struct bx_json_reader *reader, const char *name, size_t columns, char *out,
                       size_t size, const char *fallback)
{
    bx_assert(size > 0);
    out[0] = '\0';
    bx_json *value = member(reader, name, false);
    if (value)
        (void)string_into(reader, value, columns, out, size);
    else if (!reader->err)
        bx_text_copy(out, size, fallback);
}

void bx_json_id(struct bx_json_reader *reader, const char *name, struct bx_id *ret)
{
    *ret = (struct bx_id){0};
    bx_json *value = member(reader, name, true);
    if (value && bx_id_parse(bx_json_text(value), ret))
        bx_json_fault(reader, "\"%s\" is not an id", name);
}

void bx_json_hex(struct bx_json_reader *reader, const char *name, uint8_t *out, size_t len)
{
    memset(out, 0, len);
    bx_json *value = member(reader, name, true);
    if (value && (!bx_json_is_string(value) || bx_hex_parse(bx_json_text(value), out, len)))
        bx_json_fault(reader, "\"%s\" is not %zu bytes in lower-case hex", name, len);
}

bx_json *bx_json_array(struct bx_json_reader *reader, const char *name, size_t max)
{
    bx_json *value = member(reader, name, true);
    if (!value)
        return NULL;
    if (bx_json_is_array(value) && bx_json_count(value) <= max)
        return value;
    bx_json_fault(reader, "\"%s\" is not a list of at most %zu", name, max);
    return NULL;
}

size_t bx_json_each(struct bx_json_reader *reader, bx_json *list, const char *what,
                    bx_json_read_element read, void *arg)
{
    size_t count = 0;
    for (bx_json *child = bx_json_first(list); child && !reader->err; child = child->next) {
        struct bx_json_reader element;
        char where[64];
        snprintf(where, sizeof(where), "%s %zu", what, count + 1);
        bx_json_read_inside(&element, child, where, reader);
        read(arg, &element, count++);
        if (!reader->tell)
            reader->err = element.err;
    }
    return count;
}

bx_json *bx_json_object(struct bx_json_reader *reader, const char *name)
{
    bx_json *value = member(reader, name, true);
    if (!value)
        return NULL;
    if (bx_json_is_object(value))
        return value;
    bx_json_fault(reader, "\"%s\" is not an object", name);
    return NULL;
}

/* Where NAME stands among NAMES, or their end. */
static const char *const *name_find(const char *const names[], const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return names;
}

void bx_json_only(struct bx_json_reader *reader, const char *const names[])
{
    if (reader->err)
        return;
    const char *const *guess = names;
    for (bx_json *child = bx_json_first(reader->object); child; child = child->next) {
        const char *const *name = guess;
        if (!*name || strcmp(*name, child->string) != 0)
            name = name_find(names, child->string);
        if (*name) {
            guess = name + 1;
            continue;
        }
        char shown[64];
        bx_text_wash(child->string, strlen(child->string), 40, shown, sizeof(shown));
        bx_json_fault(reader, "\"%s\" is not known here", shown);
    }
}

void bx_json_put_value(struct bx_json_writer *writer, const char *name, bx_json *value)
{
    bool object = bx_json_is_object(value), array = bx_json_is_array(value);
    if (object)
        bx_json_object_open(writer, name);
    else if (array)
        bx_json_array_open(writer, name);
    else if (bx_json_is_string(value))
        bx_json_put_string(writer, name, bx_json_text(value));
    else if (bx_json_is_integer(value))
        bx_json_put_int(writer, name, bx_json_integer(value));
    else if (cJSON_IsBool(value))
        bx_json_put_bool(writer, name, cJSON_IsTrue(value));
    else
        bx_json_put_null(writer, name);
    if (!object && !array)
        return;
    for (bx_json *child = bx_json_first(value); child; child = bx_json_next(child))
        bx_json_put_value(writer, object ? bx_json_name(child) : NULL, child);
    if (object)
        bx_json_object_close(writer);
    else
        bx_json_array_close(writer);
}
