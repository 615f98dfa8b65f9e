/* SPDX-License-Identifier: Apache-2.0 */
/* Members are looked up by what their card holds, often and among many, so they are kept in order
 * of it. Their names are personal: memory that held them is wiped. */

#include "boxtill/domain/member.h"

#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/crypto.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"

enum { MEMBERS_BYTES = 16 << 20, CODE_LEAST = 4, GUESTS_MAX = 99 };

static int by_code(const void *left, const void *right)
{
    const struct bx_member *a = left, *b = right;
    return strcmp(a->code, b->code);
}

static bool is_code(const char *code)
{
    size_t len = strlen(code);
    return len >= CODE_LEAST && strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == len;
}

static void read_member(void *arg, struct bx_json_reader *reader, size_t nth)
{
    static const char *const names[] = {"id",    "code",   "class",   "name",
                                        "until", "guests", "blocked", NULL};
    struct bx_member *member = (struct bx_member *)arg + nth;
    char date[BX_DATE_TEXT];
    bx_json_only(reader, names);
    bx_slug_read(reader, "id", &member->id);
    bx_json_string(reader, "code", sizeof member->code - 1, member->code, sizeof member->code);
    bx_slug_read(reader, "class", &member->class);
    bx_json_string_or(reader, "name", BX_NAME_COLUMNS, member->name, sizeof member->name, "");
    bx_json_string(reader, "until", sizeof date - 1, date, sizeof date);
    member->guests = (int)bx_json_int(reader, "guests", 0, GUESTS_MAX);
    bx_json_string_or(reader, "blocked", BX_NAME_COLUMNS, member->blocked, sizeof member->blocked,
                      "");
    if (reader->err != 0)
        return;
    if (!is_code(member->code))
        bx_json_fault(reader, "\"code\" must be 4 to 31 of A-Z 0-9 -");
    if (bx_date_parse(date, &member->until) != 0)
        bx_json_fault(reader, "\"until\" must be a day like 2026-11-24");
}

static int read_members(bx_json *root, struct bx_members *members, struct bx_fault *fault)
{
    static const char *const names[] = {"v", "epoch", "version", "members", NULL};
    struct bx_json_reader reader;
    bx_json_read(&reader, root, "members", fault);
    bx_json_int(&reader, "v", 1, 1);
    bx_json_only(&reader, names);
    members->epoch = bx_json_int(&reader, "epoch", 0, BX_MONEY_MAX);
    members->version = bx_json_int(&reader, "version", 0, BX_MONEY_MAX);
    bx_json *list = bx_json_array(&reader, "members", BX_MEMBERS_MAX);
    if (reader.err != 0)
        return reader.err;
    members->count = bx_json_count(list);
    members->members = bx_alloc(members->count + 1, sizeof *members->members);
    bx_json_each(&reader, list, "member", read_member, members->members);
    if (reader.err != 0)
        return reader.err;
    qsort(members->members, members->count, sizeof *members->members, by_code);
    for (size_t i = 1; i < members->count; i++)
        if (strcmp(members->members[i - 1].code, members->members[i].code) == 0)
            bx_json_fault(&reader, "two of them have the code %s", members->members[i].code);
    return reader.err;
}

struct bx_members *bx_members_parse(const char *json, size_t len, struct bx_fault *fault)
{
    struct bx_fault unheard;
    fault = fault != NULL ? fault : &unheard;
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, MEMBERS_BYTES, fault);
    if (doc == NULL)
        return NULL;
    struct bx_members *members bx_cleanup(bx_members_destroy) = bx_new(struct bx_members);
    if (read_members(bx_json_root(doc), members, fault) != 0)
        return NULL;
    return bx_steal(&members);
}

void *bx_members_destroy(struct bx_members *members)
{
    if (members == NULL)
        return NULL;
    if (members->members != NULL)
        bx_wipe(members->members, members->count * sizeof *members->members);
    bx_free(members->members);
    return bx_free(members);
}

void bx_members_encode(const struct bx_members *members, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", 1);
    bx_json_put_int(&writer, "epoch", members->epoch);
    bx_json_put_int(&writer, "version", members->version);
    bx_json_array_open(&writer, "members");
    for (size_t i = 0; i < members->count; i++) {
        const struct bx_member *member = &members->members[i];
        char date[BX_DATE_TEXT];
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "id", member->id.s);
        bx_json_put_string(&writer, "code", member->code);
        bx_json_put_string(&writer, "class", member->class.s);
        bx_json_put_string(&writer, "name", member->name);
        bx_json_put_string(&writer, "until", bx_date_format(member->until, date));
        bx_json_put_int(&writer, "guests", member->guests);
        bx_json_put_string(&writer, "blocked", member->blocked);
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
}

const struct bx_member *bx_members_find(const struct bx_members *members, const char *code)
{
    struct bx_member key = {0};
    size_t len = strlen(code);
    if (len >= sizeof key.code)
        return NULL;
    for (size_t i = 0; i < len; i++)
        key.code[i] = code[i] >= 'a' && code[i] <= 'z' ? (char)(code[i] - 'a' + 'A') : code[i];
    return bsearch(&key, members->members, members->count, sizeof key, by_code);
}

int bx_member_check(const struct bx_member *member, struct bx_date today, struct bx_fault *fault)
{
    char date[BX_DATE_TEXT];
    if (member->blocked[0] != '\0')
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is blocked: %s.", member->code,
                            member->blocked);
    if (bx_date_compare(today, member->until) > 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s expired on %s.", member->code,
                            bx_date_show(member->until, date));
    return 0;
}
