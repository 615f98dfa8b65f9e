/* SPDX-License-Identifier: Apache-2.0 */
/* Short names are compared, stored, signed and put into addresses, so their alphabet is small
 * enough that no two of them look alike in another case or another spelling of the same letter. */

#include "boxtill/domain/slug.h"

#include <string.h>

#include "boxtill/base/text.h"

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool bx_slug_is_valid(const char *text)
{
    size_t len = strnlen(text, BX_SLUG_SIZE);
    if (len == 0 || len == BX_SLUG_SIZE || !is_alnum(text[0]))
        return false;
    for (size_t i = 1; i < len; i++)
        if (!is_alnum(text[i]) && strchr("._:/-", text[i]) == NULL)
            return false;
    return true;
}

bool bx_slug_equal(const struct bx_slug *a, const struct bx_slug *b)
{
    return strcmp(a->s, b->s) == 0;
}

void bx_slug_read(struct bx_json_reader *reader, const char *name, struct bx_slug *ret)
{
    *ret = (struct bx_slug){0};
    bx_json *member = bx_json_get(reader->object, name);
    if (reader->err != 0)
        return;
    if (!bx_json_is_string(member) || !bx_slug_is_valid(bx_json_text(member))) {
        bx_json_fault(reader,
                      "\"%s\" must be a short name: 1 to %d of a-z 0-9 . _ : / -, a letter or "
                      "digit first",
                      name, BX_SLUG_SIZE - 1);
        return;
    }
    BX_TEXT_COPY(ret->s, bx_json_text(member));
}

void bx_slug_read_or_none(struct bx_json_reader *reader, const char *name, struct bx_slug *ret)
{
    *ret = (struct bx_slug){0};
    if (bx_json_get(reader->object, name) != NULL)
        bx_slug_read(reader, name, ret);
}
