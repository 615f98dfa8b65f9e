/* SPDX-License-Identifier: Apache-2.0 */
/* Recursion follows the schema, whose depth is ours, not the sender's. */

#include "server/api/validator.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/text.h"

/* Where we are: the pointer grows on the way in and shrinks on the way out. */
struct walk {
    struct bd_finding *finding;
    size_t len; /* of finding->at */
};

static bool value_check(struct walk *walk, bx_json *value, const struct bd_schema *schema);

static bool bx_format(2, 3) wrong(struct walk *walk, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(walk->finding->what, sizeof(walk->finding->what), format, args);
    va_end(args);
    return false;
}

/* Appends "/NAME", escaped and made printable; returns the length to go back to. */
static size_t step_in(struct walk *walk, const char *name)
{
    size_t before = walk->len;
    char *at = walk->finding->at;
    size_t size = sizeof(walk->finding->at);
    if (walk->len + 1 < size)
        at[walk->len++] = '/';
    for (; *name && walk->len + 3 < size; name++) {
        bool escape = *name == '~' || *name == '/';
        if (escape)
            at[walk->len++] = '~';
        at[walk->len++] = *name == '~' ? '0' : *name == '/' ? '1' : *name;
        if (*name < ' ' || *name > '~')
            at[walk->len - 1] = '?';
    }
    at[walk->len] = '\0';
    return before;
}

static void step_out(struct walk *walk, size_t before)
{
    walk->len = before;
    walk->finding->at[before] = '\0';
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static bool pattern_fits(const struct bd_schema *schema, const char *text)
{
    for (size_t i = 0; i < schema->piece_count; i++) {
        const struct bd_piece *piece = &schema->piece[i];
        int64_t n = 0;
        while (*text && n < piece->max && strchr(piece->set, *text)) {
            text++;
            n++;
        }
        if (n < piece->min)
            return false;
    }
    return *text == '\0';
}

static bool string_check(struct walk *walk, bx_json *value, const struct bd_schema *schema)
{
    if (!bx_json_is_string(value))
        return wrong(walk, "must be a string");
    const char *text = bx_json_text(value);
    int64_t length = (int64_t)characters(text);
    if (length < schema->min || length > schema->max)
        return wrong(walk, "must have %lld to %lld characters", (long long)schema->min,
                     (long long)schema->max);
    if (schema->piece && !pattern_fits(schema, text))
        return wrong(walk, "does not have the form it must have");
    for (size_t i = 0; i < schema->word_count; i++)
        if (strcmp(schema->words[i], text) == 0)
            return true;
    return schema->word_count == 0 || wrong(walk, "is none of the words it may be");
}

static bool integer_check(struct walk *walk, bx_json *value, const struct bd_schema *schema)
{
    if (!bx_json_is_integer(value))
        return wrong(walk, "must be a whole number");
    int64_t number = bx_json_integer(value);
    if (number < schema->min || number > schema->max)
        return wrong(walk, "must be from %lld to %lld", (long long)schema->min,
                     (long long)schema->max);
    return true;
}

static bool array_check(struct walk *walk, bx_json *value, const struct bd_schema *schema)
{
    if (!bx_json_is_array(value))
        return wrong(walk, "must be an array");
    int64_t count = (int64_t)bx_json_count(value);
    if (count < schema->min || count > schema->max)
        return wrong(walk, "must have %lld to %lld items", (long long)schema->min,
                     (long long)schema->max);
    int index = 0;
    bx_json *item = schema->items ? bx_json_first(value) : NULL;
    for (; item; item = bx_json_next(item)) {
        char name[12];
        snprintf(name, sizeof(name), "%d", index++);
        size_t before = step_in(walk, name);
        if (!value_check(walk, item, schema->items))
            return false;
        step_out(walk, before);
    }
    return true;
}

static const struct bd_member *member_find(const struct bd_schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->member_count; i++)
        if (strcmp(schema->members[i].name, name) == 0)
            return &schema->members[i];
    return NULL;
}

static bool object_check(struct walk *walk, bx_json *value, const struct bd_schema *schema)
{
    if (!bx_json_is_object(value))
        return wrong(walk, "must be an object");
    for (size_t i = 0; i < schema->member_count; i++) {
        const struct bd_member *member = &schema->members[i];
        if (member->required && !bx_json_get(value, member->name)) {
            step_in(walk, member->name);
            return wrong(walk, "is missing");
        }
    }
    for (bx_json *child = bx_json_first(value); child; child = bx_json_next(child)) {
        const struct bd_member *member = member_find(schema, bx_json_name(child));
        if (!member && schema->open)
            continue;
        size_t before = step_in(walk, bx_json_name(child));
        if (!member)
            return wrong(walk, "is not known here");
        if (!value_check(walk, child, member->schema))
            return false;
        step_out(walk, before);
    }
    return true;
}

static bool value_check(struct walk *walk, bx_json *value, const struct bd_schema *schema)
{
    switch (schema->kind) {
    case BD_SCHEMA_OBJECT: return object_check(walk, value, schema);
    case BD_SCHEMA_ARRAY: return array_check(walk, value, schema);
    case BD_SCHEMA_STRING: return string_check(walk, value, schema);
    case BD_SCHEMA_INTEGER: return integer_check(walk, value, schema);
    }
    return true;
}

bool bd_validate(bx_json *value, const struct bd_schema *schema, struct bd_finding *finding)
{
    *finding = (struct bd_finding){0};
    struct walk walk = {.finding = finding};
    return value_check(&walk, value, schema);
}
