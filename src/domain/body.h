/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the writers and readers of entry bodies and of the draft file share: the head that every
 * body begins with, and the lines of a basket. */

#include "boxtill/base/json.h"
#include "boxtill/domain/basket.h"
#include "boxtill/domain/cash.h"
#include "boxtill/domain/entry.h"

/* The members of the head, for lists of what a body may hold. */
#define BX_HEAD_NAMES \
    "v", "till", "inc", "seq", "id", "kind", "number", "at", "boot", "shift", "user"

/* Numbers of tills, incarnations and pieces that nobody will ever reach honestly. */
enum { BX_TILL_MAX = 999999, BX_OFFSET_MAX = 24 * 60 - 1, BX_PIECE_MAX = 99, BX_PPM_MAX = 1000000 };

/* A decode in progress: the document, its root's reader, a fault that is never NULL. */
struct bx_body {
    struct bx_json_doc *doc;
    struct bx_json_reader root;
    struct bx_fault *fault, spare;
    int v; /* once the head was read */
};

/* Parses BODY into *BODY_STATE, whatever its kind; WHERE names it. 0 or the fault's err. */
int bx_must bx_body_open(struct bx_body *state, const char *body, size_t len, const char *where,
                         struct bx_fault *fault);
void bx_body_close(struct bx_body *state);
#define bx_body_auto __attribute__((cleanup(bx_body_close))) struct bx_body

/* SPELLED was made again from what was read, with the result MADE. 0, or BX_ERR_INPUT unless it is
 * BODY byte for byte. */
int bx_must bx_body_same(struct bx_body *state, int made, const struct bx_buf *spelled,
                         const char *body, size_t len);

/* Writes the members of the head of format version V, BX_V_NEWEST at most; the object is the
 * caller's to open and close. */
enum { BX_V_NEWEST = 2 };
void bx_head_put(struct bx_json_writer *writer, int v, const struct bx_entry_head *head);
/* Reads them; a v that the kind never had is a fault, and state->v says which it is. 0,
 * BX_ERR_INPUT, or BX_ERR_MISSING for a v or a kind of the future. */
int bx_must bx_head_read(struct bx_body *state, struct bx_entry_head *ret);

/* May B's pieces be counted into A: is one piece of each the same thing on the same terms? */
bool bx_line_joins(const struct bx_line *a, const struct bx_line *b);

/* The member NAME: the lines of a basket as a body of version V has them, and its reading through
 * READER into *RET (count and lines). */
void bx_lines_put(struct bx_json_writer *writer, int v, const char *name,
                  const struct bx_basket *basket);
void bx_lines_read(struct bx_json_reader *reader, int v, const char *name, struct bx_basket *ret);
/* Is TEXT a number of TILL in SERIES, as bx_number_format() spells it? */
bool bx_number_is(int64_t till, enum bx_series series, const char *text);

/* A member that is "" for none, but must be there. */
void bx_slug_read_or_empty(struct bx_json_reader *reader, const char *name, struct bx_slug *ret);
void bx_code_read_or_empty(struct bx_json_reader *reader, const char *name, struct bx_code *ret);
bool bx_bool_read(struct bx_json_reader *reader, const char *name);
/* "" is the zero id. */
void bx_id_put_or_empty(struct bx_json_writer *writer, const char *name, const struct bx_id *id);
void bx_id_read_or_empty(struct bx_json_reader *reader, const char *name, struct bx_id *ret);

/* {"what":"void","reason":"mistake","note":"","approver":9}: why, and who allowed it (warrant.c).
 * NAME NULL: an element. The reader is of that object; all of it is read. */
void bx_warrant_put(struct bx_json_writer *writer, const char *name,
                    const struct bx_warrant *warrant);
void bx_warrant_read(struct bx_json_reader *reader, struct bx_warrant *ret);
/* The member NAME as one. */
void bx_warrant_member_read(struct bx_json_reader *reader, const char *name,
                            struct bx_warrant *ret);

/* The member "pieces" (cash.c); read, they must descend and add up to AMOUNT unless there are none.
 * RET has room for BX_PIECES_MAX; returns how many. */
void bx_pieces_put(struct bx_json_writer *writer, const struct bx_piece *pieces, int count);
int bx_pieces_read(struct bx_json_reader *reader, bx_money amount, struct bx_piece *ret);
