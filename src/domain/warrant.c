/* SPDX-License-Identifier: Apache-2.0 */
/* A warrant stands in every entry that did something out of the usual. One that is empty in all its
 * members says that nothing was: it is written all the same, so that a body has one spelling. */

#include <string.h>

#include "boxtill/base/text.h"
#include "body.h"

void bx_id_put_or_empty(struct bx_json_writer *writer, const char *name, const struct bx_id *id)
{
    if (bx_id_is_zero(id))
        bx_json_put_string(writer, name, "");
    else
        bx_json_put_id(writer, name, id);
}

void bx_id_read_or_empty(struct bx_json_reader *reader, const char *name, struct bx_id *ret)
{
    *ret = (struct bx_id){0};
    bx_json *value = bx_json_get(reader->object, name);
    if (!bx_json_is_string(value) || bx_json_text(value)[0])
        bx_json_id(reader, name, ret);
}

void bx_warrant_put(struct bx_json_writer *writer, const char *name,
                    const struct bx_warrant *warrant)
{
    char note[BX_NAME_SIZE];
    bx_text_wash(warrant->note, strlen(warrant->note), BX_NAME_COLUMNS, note, sizeof(note));
    bx_json_object_open(writer, name);
    bx_json_put_string(writer, "what", warrant->what.s);
    bx_json_put_string(writer, "reason", warrant->reason.s);
    bx_json_put_string(writer, "note", note);
    bx_json_put_int(writer, "approver", warrant->approver);
    bx_json_object_close(writer);
}

void bx_warrant_read(struct bx_json_reader *reader, struct bx_warrant *ret)
{
    static const char *const names[] = {"what", "reason", "note", "approver", NULL};
    bx_slug_read_or_empty(reader, "what", &ret->what);
    bx_slug_read_or_empty(reader, "reason", &ret->reason);
    bx_json_string_or(reader, "note", BX_NAME_COLUMNS, ret->note, sizeof(ret->note), "");
    ret->approver = bx_json_int(reader, "approver", 0, BX_MONEY_MAX);
    bx_json_only(reader, names);
}

void bx_warrant_member_read(struct bx_json_reader *reader, const char *name, struct bx_warrant *ret)
{
    struct bx_json_reader inner;
    bx_json *object = bx_json_object(reader, name);
    if (!object)
        return;
    bx_json_read(&inner, object, name, reader->fault);
    bx_warrant_read(&inner, ret);
    if (inner.err)
        reader->err = inner.err;
}
