/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* office.c: the books on the screen. Included by core.h. */

#include "boxtill/port/office.h"

struct bx_posting_plan; /* boxtill/domain/posting.h */

struct bx_office {
    int64_t read_request; /* of entries or persons */
    int64_t file_request; /* of the host */
    enum bx_office_want {
        BX_WANT_NOTHING,
        BX_WANT_CLOSINGS,
        BX_WANT_POSTING,
        BX_WANT_PERSONS,
        BX_WANT_FILE,
        BX_WANT_ARCHIVE
    } want;
    bool json;
    int64_t n;                    /* of the Z */
    struct bx_posting_plan *plan; /* owned */
};

void bx_office_finish(struct bx_office *office);
/* READ answers; false: not ours. */
bool bx_office_rows(struct bx_till *till, const struct bx_event *event);
void bx_office_answer(struct bx_till *till, const struct bx_event *event);
/* Writes TEXT into the file NAME, then says where it is. */
void bx_office_keep(struct bx_till *till, const char *name, const struct bx_buf *text);

/* The actions, as rows of a menu and of the palette. */
void bx_office_days(struct bx_till *till);
void bx_office_closings(struct bx_till *till);
void bx_office_posting(struct bx_till *till);
void bx_office_persons(struct bx_till *till);
void bx_office_archive(struct bx_till *till);
