/* SPDX-License-Identifier: Apache-2.0 */
/* Reprints and replacements are entries of their own, because each puts one more paper into the
 * world: the counters of a shift and the gate's list of refused codes follow from them. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "body.h"

int bx_paper_encode(const struct bx_entry_head *head, const struct bx_paper_entry *paper,
                    struct bx_buf *out)
{
    bx_assert(head->kind == BX_KIND_REPRINT || head->kind == BX_KIND_REPLACE);
    char reason[sizeof(paper->reason)];
    bx_text_wash(paper->reason, strlen(paper->reason), 40, reason, sizeof(reason));
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_head_put(&writer, paper->approver ? 2 : 1, head);
    bx_json_put_id(&writer, "sale", &paper->sale);
    bx_json_put_int(&writer, "ticket", paper->ticket);
    bx_json_put_string(&writer, "code", paper->code.s);
    bx_json_put_string(&writer, "old", paper->old.s);
    bx_json_put_int(&writer, "copy", paper->copy);
    bx_json_put_string(&writer, "reason", reason);
    if (paper->approver)
        bx_json_put_int(&writer, "approver", paper->approver);
    bx_json_object_close(&writer);
    return out->full ? BX_ERR_FULL : 0;
}

/* What a reprint and a replacement each must and must not name. */
static void rules_check(struct bx_json_reader *root, enum bx_kind kind,
                        const struct bx_paper_entry *paper)
{
    bool code = paper->code.s[0] != '\0';
    bool old = paper->old.s[0] != '\0';
    if (kind == BX_KIND_REPLACE) {
        if (paper->ticket < 0 || !code || !old || paper->copy != 0 ||
            strcmp(paper->code.s, paper->old.s) == 0)
            bx_json_fault(root, "a replacement names a ticket, its old code and another new one");
    } else if (kind == BX_KIND_REPRINT) {
        if (old || paper->copy < 1 || code != (paper->ticket >= 0))
            bx_json_fault(root, "a reprint names one code (none for a receipt) and its copy");
    } else {
        bx_json_fault(root, "a %s is no paper", bx_kind_word(kind));
    }
}

int bx_paper_decode(const char *body, size_t len, struct bx_paper_entry *ret,
                    struct bx_fault *fault)
{
    static const char *const names[] = {BX_HEAD_NAMES, "sale",   "ticket",   "code", "old",
                                        "copy",        "reason", "approver", NULL};
    bx_body_auto state;
    struct bx_entry_head head;
    int err = bx_body_open(&state, body, len, "paper", fault);
    if (err || (err = bx_head_read(&state, &head)))
        return err;
    struct bx_json_reader *root = &state.root;
    struct bx_paper_entry paper = {0};
    bx_json_id(root, "sale", &paper.sale);
    paper.ticket = (int)bx_json_int(root, "ticket", -1, BX_TICKETS_MAX - 1);
    bx_code_read_or_empty(root, "code", &paper.code);
    bx_code_read_or_empty(root, "old", &paper.old);
    paper.copy = (int)bx_json_int(root, "copy", 0, BX_TILL_MAX);
    bx_json_string(root, "reason", 40, paper.reason, sizeof(paper.reason));
    if (state.v == 2)
        paper.approver = bx_json_int(root, "approver", 1, BX_MONEY_MAX);
    bx_json_only(root, names);
    rules_check(root, head.kind, &paper);
    if (root->err)
        return root->err;
    bx_buf_auto spelled;
    bx_buf_init(&spelled, BX_BODY_MAX);
    err = bx_body_same(&state, bx_paper_encode(&head, &paper, &spelled), &spelled, body, len);
    if (err)
        return err;
    *ret = paper;
    return 0;
}
