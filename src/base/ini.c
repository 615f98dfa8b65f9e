/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration. The caller lists the keys it knows and where their values go, so that one table
 * is the whole grammar, and a key misspelt by a tired hand is a message with a line number instead
 * of a default that nobody asked for. There are no trailing comments: a value may hold # and ;. */

#include "boxtill/base/ini.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

#define FILE_MAX ((size_t)64 << 10)

/* A piece of the file, not terminated. */
struct piece {
    const char *at;
    size_t len;
};

struct reading {
    const char *name;
    const struct bx_ini_key *keys;
    size_t count;
    bool *seen; /* one for each key */
    struct piece section;
    int line;
    struct bx_fault *fault;
};

static struct piece trim(struct piece piece)
{
    while (piece.len && (piece.at[0] == ' ' || piece.at[0] == '\t')) {
        piece.at++;
        piece.len--;
    }
    while (piece.len && strchr(" \t\r", piece.at[piece.len - 1]) && piece.at[piece.len - 1])
        piece.len--;
    return piece;
}

static bool piece_is(struct piece piece, const char *text)
{
    return strlen(text) == piece.len && memcmp(piece.at, text, piece.len) == 0;
}

static int line_fault(const struct reading *reading, const char *what, struct piece about)
{
    char shown[64];
    bx_text_wash(about.at, about.len, 40, shown, sizeof(shown));
    return bx_fault_say(reading->fault, BX_ERR_INPUT, "%s, line %d: %s%s%s.", reading->name,
                        reading->line, what, shown[0] ? ": " : "", shown);
}

static int value_fault(const struct reading *reading, const struct bx_ini_key *key,
                       const char *must, struct piece value)
{
    char shown[64];
    bx_text_wash(value.at, value.len, 40, shown, sizeof(shown));
    return bx_fault_say(reading->fault, BX_ERR_INPUT, "%s, line %d: %s must be %s, not \"%s\".",
                        reading->name, reading->line, key->name, must, shown);
}

static int text_set(const struct reading *reading, const struct bx_ini_key *key, struct piece value)
{
    if (value.len >= key->size)
        return line_fault(reading, "this value is too long", value);
    if (!bx_text_is_washed(value.at, value.len))
        return line_fault(reading, "this value holds characters that are not allowed", value);
    char *into = key->into;
    memcpy(into, value.at, value.len);
    into[value.len] = '\0';
    struct bx_fault why = {0};
    if (!key->check || value.len == 0 || key->check(into, &why) == 0)
        return 0;
    return bx_fault_say(reading->fault, BX_ERR_INPUT, "%s, line %d: %s", reading->name,
                        reading->line, why.say);
}

static int number_set(const struct reading *reading, const struct bx_ini_key *key,
                      struct piece value)
{
    bool minus = value.len > 1 && value.at[0] == '-';
    int64_t number;
    if (bx_text_number(value.at + minus, value.len - minus, INT64_MAX, &number))
        return value_fault(reading, key, "a whole number", value);
    if (minus)
        number = -number;
    if (number < key->min || number > key->max)
        return bx_fault_say(reading->fault, BX_ERR_INPUT,
                            "%s, line %d: %s must be from %lld to %lld.", reading->name,
                            reading->line, key->name, (long long)key->min, (long long)key->max);
    *(int64_t *)key->into = number;
    return 0;
}

static int bool_set(const struct reading *reading, const struct bx_ini_key *key, struct piece value)
{
    bool yes = piece_is(value, "yes") || piece_is(value, "true") || piece_is(value, "on");
    bool no = piece_is(value, "no") || piece_is(value, "false") || piece_is(value, "off");
    if (!yes && !no)
        return value_fault(reading, key, "yes or no", value);
    *(bool *)key->into = yes;
    return 0;
}

static int value_set(const struct reading *reading, const struct bx_ini_key *key,
                     struct piece value)
{
    switch (key->kind) {
    case BX_INI_TEXT: return text_set(reading, key, value);
    case BX_INI_NUMBER: return number_set(reading, key, value);
    case BX_INI_BOOL: return bool_set(reading, key, value);
    }
    bx_unreachable();
}

static int section_line(struct reading *reading, struct piece line)
{
    if (line.len < 3 || line.at[line.len - 1] != ']')
        return line_fault(reading, "this is not a section", line);
    struct piece section = trim((struct piece){line.at + 1, line.len - 2});
    for (size_t i = 0; i < reading->count; i++)
        if (piece_is(section, reading->keys[i].section)) {
            reading->section = section;
            return 0;
        }
    return line_fault(reading, "no such section", section);
}

static int key_line(struct reading *reading, struct piece line)
{
    const char *equals = memchr(line.at, '=', line.len);
    if (!equals)
        return line_fault(reading, "neither a section nor a key with a value", line);
    struct piece name = trim((struct piece){line.at, (size_t)(equals - line.at)});
    struct piece value =
        trim((struct piece){equals + 1, line.len - (size_t)(equals - line.at) - 1});
    for (size_t i = 0; i < reading->count; i++) {
        const struct bx_ini_key *key = &reading->keys[i];
        if (!piece_is(name, key->name) || !piece_is(reading->section, key->section))
            continue;
        if (reading->seen[i])
            return line_fault(reading, "this key stands here a second time", name);
        reading->seen[i] = true;
        return value_set(reading, key, value);
    }
    return line_fault(reading,
                      reading->section.len > 0 ? "no such key in this section"
                                               : "this key stands before any [section]",
                      name);
}

static int any_line(struct reading *reading, struct piece line)
{
    line = trim(line);
    if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
        return 0;
    return line.at[0] == '[' ? section_line(reading, line) : key_line(reading, line);
}

int bx_ini_parse(const char *name, const char *text, size_t len, const struct bx_ini_key *keys,
                 size_t count, struct bx_fault *fault)
{
    if (len > FILE_MAX)
        return bx_fault_say(fault, BX_ERR_INPUT, "%s is too long for a configuration file.", name);
    struct reading reading = {.name = name,
                              .keys = keys,
                              .count = count,
                              .seen = bx_alloc(count, sizeof(bool)),
                              .section = {"", 0},
                              .fault = fault};
    int err = 0;
    for (size_t at = 0; at < len && !err;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - text) - at : len - at;
        reading.line++;
        err = any_line(&reading, (struct piece){text + at, n});
        at += n + 1;
    }
    bx_free(reading.seen);
    return err;
}
