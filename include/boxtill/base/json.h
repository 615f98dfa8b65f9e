/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The strict JSON door (RFC 8259, narrower). The only file behind it that knows cJSON is json.c.
 *
 * Refused at parsing: anything after the value, nesting deeper than 16, more than the caller's
 * maximum of bytes, invalid UTF-8, \u0000 and lone surrogates, duplicate keys, numbers that are not
 * plain integers within ±(2^53 - 1) (no sign on zero, no leading zeros, no fraction or exponent).
 * Names are case-sensitive. A value read through here is therefore exactly what was written. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/fault.h"
#include "boxtill/base/id.h"

/* A parsed document; owns every bx_json value reached from it. */
struct bx_json_doc;
/* A borrowed value in a document, or NULL for "not there". */
typedef const struct cJSON bx_json;

/* NULL on failure, with what is wrong and at which byte in FAULT. MAX in bytes. */
struct bx_json_doc *bx_json_parse(const char *text, size_t len, size_t max, struct bx_fault *fault);
/* Would bx_json_parse() take it? Only names that repeat are not seen: no tree is made. */
int bx_must bx_json_check(const char *text, size_t len, size_t max, struct bx_fault *fault);
void *bx_json_destroy(struct bx_json_doc *doc);
BX_CLEANUP_DEFINE(struct bx_json_doc, bx_json_destroy)
bx_json *bx_json_root(const struct bx_json_doc *doc);

bool bx_json_is_object(bx_json *value);
bool bx_json_is_array(bx_json *value);
bool bx_json_is_string(bx_json *value);
bool bx_json_is_integer(bx_json *value);
bool bx_json_is_null(bx_json *value);

/* Member or NULL; walking: FIRST child, then NEXT; NAME of a member. */
bx_json *bx_json_get(bx_json *object, const char *name);
bx_json *bx_json_first(bx_json *container);
bx_json *bx_json_next(bx_json *child);
const char *bx_json_name(bx_json *child);
size_t bx_json_count(bx_json *container);

/* Values already known to be of the kind; "" and 0 otherwise. Borrowed until the document goes. */
const char *bx_json_text(bx_json *value);
int64_t bx_json_integer(bx_json *value);

/* A reader over one object that collects the first fault, so that a decoder reads as a list of its
 * fields. Every getter names the member; after the first fault all give zeros. */
struct bx_json_reader {
    bx_json *object;
    const char *where;      /* what the object is, for the sentence: "product 3" */
    struct bx_fault *fault; /* never NULL */
    int err;                /* 0 so far, else BX_ERR_INPUT */
    bx_json *guess;         /* the member after the last one read: most are read in order */
    /* When set, every fault is told and none ends the reading: for files that people write. */
    void (*tell)(void *arg, const char *say);
    void *arg;
};

void bx_json_read(struct bx_json_reader *reader, bx_json *object, const char *where,
                  struct bx_fault *fault);
/* A reader of something inside OUTER's object: its faults go where OUTER's go. */
void bx_json_read_inside(struct bx_json_reader *reader, bx_json *object, const char *where,
                         const struct bx_json_reader *outer);
int64_t bx_json_int(struct bx_json_reader *reader, const char *name, int64_t min, int64_t max);
/* FALLBACK when the member is missing or null. */
int64_t bx_json_int_or(struct bx_json_reader *reader, const char *name, int64_t min, int64_t max,
                       int64_t fallback);
bool bx_json_bool_or(struct bx_json_reader *reader, const char *name, bool fallback);
/* Washed text of 1 to COLUMNS columns into out[size]; text that washing would change is a fault. */
void bx_json_string(struct bx_json_reader *reader, const char *name, size_t columns, char *out,
                    size_t size);
/* As above, FALLBACK when missing or null; an empty text is taken as it is. */
void bx_json_string_or(struct bx_json_reader *reader, const char *name, size_t columns, char *out,
                       size_t size, const char *fallback);
void bx_json_id(struct bx_json_reader *reader, const char *name, struct bx_id *ret);
/* Exactly LEN bytes in lower-case hex. */
void bx_json_hex(struct bx_json_reader *reader, const char *name, uint8_t *out, size_t len);
/* The member as array of at most MAX elements, or NULL with a fault. */
bx_json *bx_json_array(struct bx_json_reader *reader, const char *name, size_t max);
/* Reads LIST (NULL: none) as objects that are called "WHAT 1", "WHAT 2" …; READ gets a reader of
 * its own for each. The first fault ends it and is READER's too. Returns how many were read. */
typedef void (*bx_json_read_element)(void *arg, struct bx_json_reader *reader, size_t at);
size_t bx_json_each(struct bx_json_reader *reader, bx_json *list, const char *what,
                    bx_json_read_element read, void *arg);
/* The member as object, or NULL with a fault. */
bx_json *bx_json_object(struct bx_json_reader *reader, const char *name);
/* Any member not in NAMES (ends with NULL) is a fault that names it. */
void bx_json_only(struct bx_json_reader *reader, const char *const names[]);
/* A fault of the caller's own about this object: "product 3: FORMAT…". */
void bx_json_fault(struct bx_json_reader *reader, const char *format, ...) bx_format(2, 3);

/* Writing: compact, in the order written, no blanks. Members with the plain calls, array elements
 * and the outermost value with NAME NULL. The writer asserts that a name stands where one belongs,
 * that what is closed was opened, and that numbers and depth stay within what is read back.
 * Strings should be valid UTF-8 (what is not becomes U+FFFD); escapes only what must be (", \ and
 * controls). */
struct bx_json_writer {
    struct bx_buf *out;
    int depth;
    uint32_t objects; /* bit d: what is open at depth d is an object */
    bool comma;
};

void bx_json_write(struct bx_json_writer *writer, struct bx_buf *out);
void bx_json_object_open(struct bx_json_writer *writer, const char *name);
void bx_json_object_close(struct bx_json_writer *writer);
void bx_json_array_open(struct bx_json_writer *writer, const char *name);
void bx_json_array_close(struct bx_json_writer *writer);
void bx_json_put_int(struct bx_json_writer *writer, const char *name, int64_t value);
void bx_json_put_bool(struct bx_json_writer *writer, const char *name, bool value);
void bx_json_put_string(struct bx_json_writer *writer, const char *name, const char *text);
void bx_json_put_id(struct bx_json_writer *writer, const char *name, const struct bx_id *id);
void bx_json_put_hex(struct bx_json_writer *writer, const char *name, const uint8_t *bytes,
                     size_t len);
void bx_json_put_null(struct bx_json_writer *writer, const char *name);
/* What was read: numbers must be whole. */
void bx_json_put_value(struct bx_json_writer *writer, const char *name, bx_json *value);
/* JSON that is already text, verbatim. */
void bx_json_put_raw(struct bx_json_writer *writer, const char *name, const char *json, size_t len);
