/* SPDX-License-Identifier: Apache-2.0 */
/* The goods: what each sale still has, which code stands for which ticket, how many places of each
 * pool are out. From the bytes of the bodies, as recount.c. What a return takes must have been
 * there (as far as its till could know), and when nothing is left of a sale, nothing is left of its
 * tax either. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

/* --- codes ------------------------------------------------------------------------------------ */

struct sim_code *sim_code_find(struct sim_ghost *ghost, const char *code)
{
    for (size_t i = ghost->code_count; i > 0; i--)
        if (strcmp(ghost->codes[i - 1].code, code) == 0)
            return &ghost->codes[i - 1];
    return NULL;
}

static struct sim_code *code_add(struct sim *sim, const struct sim_code *like, const char *code)
{
    struct sim_ghost *ghost = &sim->ghost;
    struct sim_code made = *like;
    if (sim_code_find(ghost, code))
        sim_broken(sim, "codes", "code %s stands on two tickets", code);
    if (ghost->code_count == ghost->code_room) {
        ghost->code_room = ghost->code_room ? ghost->code_room * 2 : 64;
        ghost->codes = bx_realloc(ghost->codes, ghost->code_room, sizeof(*ghost->codes));
    }
    snprintf(made.code, sizeof(made.code), "%s", code);
    made.copies = 0;
    ghost->codes[ghost->code_count] = made;
    return &ghost->codes[ghost->code_count++];
}

/* The code that stands for ticket NTH now: the last one made. */
static struct sim_code *code_of(struct sim_ghost *ghost, const struct bx_id *doc, int64_t nth)
{
    for (size_t i = ghost->code_count; i > 0; i--)
        if (ghost->codes[i - 1].nth == nth && bx_id_equal(&ghost->codes[i - 1].doc, doc))
            return &ghost->codes[i - 1];
    return NULL;
}

static void replace(struct sim *sim, int till, const struct bx_entry_head *head, bx_json *body)
{
    struct bx_id doc;
    struct sim_code *old = NULL;
    if (bx_id_parse(sim_text(body, "sale"), &doc) == 0)
        old = code_of(&sim->ghost, &doc, sim_number(body, "ticket"));
    if (!old || strcmp(old->code, sim_text(body, "old")) != 0 || old->till != till) {
        sim_broken(sim, "codes", "till %d replaces %s, which is not the ticket's code", till,
                   sim_text(body, "old"));
        return;
    }
    struct sim_code next = *old;
    next.seq = head->seq;
    next.replaced = false;
    old->replaced = true;
    sim->ghost.doubled = sim->ghost.doubled || old->returned; /* at another till */
    code_add(sim, &next, sim_text(body, "code"));
}

/* --- sales ------------------------------------------------------------------------------------ */

static struct sim_doc *doc_find(struct sim_ghost *ghost, const struct bx_id *id)
{
    for (size_t i = ghost->doc_count; i > 0; i--)
        if (bx_id_equal(&ghost->docs[i - 1].id, id))
            return &ghost->docs[i - 1];
    return NULL;
}

const struct sim_doc *sim_doc_of(const struct sim_ghost *ghost, const struct bx_id *id)
{
    return doc_find((struct sim_ghost *)(uintptr_t)ghost, id);
}

static void places(struct sim *sim, const char *pool, int64_t q)
{
    for (int i = 0; i < SIM_POOLS; i++)
        if (strcmp(sim_pool_names[i], pool) == 0)
            sim->ghost.handed[i] += q;
}

static void line_take(struct sim *sim, struct sim_doc *doc, bx_json *one)
{
    struct sim_doc_line *line = &doc->lines[doc->line_count++];
    *line = (struct sim_doc_line){.quantity = sim_number(one, "quantity"),
                                  .places = sim_number(one, "places"),
                                  .printed = sim_text(one, "class")[0] != '\0',
                                  .group = sim_flag(one, "group")};
    line->amount = sim_number(one, "price") * line->quantity - sim_number(one, "off");
    snprintf(line->product, sizeof(line->product), "%s", sim_text(one, "product"));
    snprintf(line->pool, sizeof(line->pool), "%s", sim_text(one, "pool"));
    if (!doc->training && line->pool[0])
        places(sim, line->pool, line->places * line->quantity);
}

static int tender_kind(const char *word)
{
    static const char *const words[BX_TENDER_KINDS] = {"cash",   "card",    "voucher",
                                                       "stored", "account", "prepaid"};
    for (int i = 0; i < BX_TENDER_KINDS; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    bx_unreachable();
}

static int64_t *tender(struct sim_doc *doc, const char *word)
{
    return &doc->by[tender_kind(word)];
}

/* Adds what was paid, or goes back, and by what. */
static void tenders(struct sim_doc *doc, bx_json *body)
{
    for (bx_json *one = bx_json_first(bx_json_get(body, "tenders")); one; one = bx_json_next(one)) {
        const char *kind = sim_text(one, "kind");
        *tender(doc, kind) += sim_number(one, "amount");
        doc->paid += sim_number(one, "amount");
        doc->moved = doc->moved || strcmp(kind, "cash") != 0;
    }
}

static void retender(struct sim *sim, struct sim_doc *doc, bx_json *body)
{
    int64_t amount = sim_number(body, "amount");
    int64_t *from = tender(doc, sim_text(body, "from"));
    bool held = *from >= 0;
    doc->moved = true;
    *from -= amount;
    *tender(doc, sim_text(body, "to")) += amount;
    int64_t *own = &doc->own[tender_kind(sim_text(body, "from"))];
    if (*own > 0 ? amount > *own : amount < *own)
        sim_broken(sim, "tenders", "%s itself has less in %s than is moved out of it", doc->number,
                   sim_text(body, "from"));
    *own -= amount;
    doc->own[tender_kind(sim_text(body, "to"))] += amount;
    if (sim_number(body, "drawer") != doc->drawer)
        sim_broken(sim, "drawer", "%s is of drawer %" PRId64 " and corrected in %" PRId64,
                   doc->number, doc->drawer, sim_number(body, "drawer"));
    if (held && *from < 0 && !doc->foreign)
        sim_broken(sim, "tenders", "more is moved out of %s than %s has in it",
                   sim_text(body, "from"), doc->number);
}

/* A void undoes a sale: nothing is left in any tender, unless another till has corrected it and
 * this one did not know. */
static void void_check(struct sim *sim, const struct sim_doc *doc)
{
    for (int i = 0; i < BX_TENDER_KINDS; i++)
        if (doc->by[i] != 0 && !doc->foreign)
            sim_broken(sim, "tenders", "%s is void, and %" PRId64 " stay in tender %d", doc->number,
                       doc->by[i], i);
}

static void doc_add(struct sim *sim, int till, const struct bx_entry_head *head, bx_json *body)
{
    struct sim_ghost *ghost = &sim->ghost;
    if (ghost->doc_count == ghost->doc_room) {
        ghost->doc_room = ghost->doc_room ? ghost->doc_room * 2 : 32;
        ghost->docs = bx_realloc(ghost->docs, ghost->doc_room, sizeof(*ghost->docs));
    }
    struct sim_doc *doc = &ghost->docs[ghost->doc_count++];
    *doc = (struct sim_doc){.id = head->id,
                            .till = till,
                            .seq = head->seq,
                            .training = sim_flag(body, "training"),
                            .moved = head->kind != BX_KIND_SALE};
    tenders(doc, body);
    memcpy(doc->own, doc->by, sizeof(doc->own));
    doc->drawer = sim_number(body, "drawer");
    snprintf(doc->number, sizeof(doc->number), "%s", head->number);
    for (bx_json *one = bx_json_first(bx_json_get(body, "lines")); one; one = bx_json_next(one))
        line_take(sim, doc, one);
    for (bx_json *one = bx_json_first(bx_json_get(body, "taxes")); one; one = bx_json_next(one))
        doc->left[doc->rate_count++] =
            (struct sim_rate){sim_number(one, "ppm"), sim_number(one, "gross"),
                              sim_number(one, "net"), sim_number(one, "tax")};
    for (bx_json *one = bx_json_first(bx_json_get(body, "tickets")); one; one = bx_json_next(one)) {
        struct sim_code code = {.till = till,
                                .seq = head->seq,
                                .doc = head->id,
                                .nth = doc->ticket_count++,
                                .line = (int)sim_number(one, "line"),
                                .training = doc->training};
        code_add(sim, &code, sim_text(one, "code"));
    }
}

/* --- what is taken back ----------------------------------------------------------------------- */

/* PIECES of a line come back; more than there are, only when two tills did not know of each other.
 */
static void line_back(struct sim *sim, struct sim_doc *doc, int64_t at, int64_t pieces)
{
    struct sim_doc_line *line = &doc->lines[at];
    int64_t left = line->quantity - line->gone;
    if (pieces > left && !doc->foreign)
        sim_broken(sim, "returns", "%" PRId64 " of %" PRId64 " pieces of %s are taken back", pieces,
                   left, doc->number);
    if (pieces > left)
        sim->ghost.doubled = true;
    pieces = pieces > left ? left : pieces;
    line->gone += pieces;
    if (!doc->training && line->pool[0])
        places(sim, line->pool, -line->places * pieces);
}

static void ticket_back(struct sim *sim, struct sim_doc *doc, int64_t nth)
{
    struct sim_code *code = code_of(&sim->ghost, &doc->id, nth);
    if (!code) {
        sim_broken(sim, "returns", "%s has no ticket %" PRId64, doc->number, nth);
        return;
    }
    if (code->returned && !doc->foreign)
        sim_broken(sim, "returns", "ticket %" PRId64 " of %s is taken back twice", nth,
                   doc->number);
    if (code->returned) {
        sim->ghost.doubled = true;
        return;
    }
    code->returned = true;
    line_back(sim, doc, code->line,
              doc->lines[code->line].group ? doc->lines[code->line].quantity : 1);
}

/* When nothing is left of what was sold, nothing is left of its tax; before that, what is left is
 * taxed as if it had been sold so. */
static void rate_check(struct sim *sim, const struct sim_doc *doc, const struct sim_rate *left,
                       bool gone)
{
    int64_t off = 2 * (left->tax * (1000000 + left->ppm) - left->gross * left->ppm);
    bool anew = off > 1000000 + left->ppm || -off > 1000000 + left->ppm;
    bool rest = left->gross != 0 || left->net != 0 || left->tax != 0;
    if (left->gross < 0 || left->net < 0 || left->tax < 0 || anew || (gone && rest))
        sim_broken(sim, "returns",
                   "at %" PRId64 " ppm %s has %" PRId64 " left, %" PRId64 " net and %" PRId64
                   " tax%s",
                   left->ppm, doc->number, left->gross, left->net, left->tax,
                   gone ? ", and nothing that it is for" : "");
}

static void rate_back(struct sim_doc *doc, bx_json *one)
{
    for (int i = 0; i < doc->rate_count; i++) {
        struct sim_rate *left = &doc->left[i];
        if (left->ppm != sim_number(one, "ppm"))
            continue;
        left->gross -= sim_number(one, "gross");
        left->net -= sim_number(one, "net");
        left->tax -= sim_number(one, "tax");
    }
}

static void rates_back(struct sim *sim, struct sim_doc *doc, bx_json *body)
{
    bool gone = true;
    bx_json *one = bx_json_first(bx_json_get(body, "back_taxes"));
    for (int i = 0; i < doc->line_count; i++)
        gone = gone && doc->lines[i].gone == doc->lines[i].quantity;
    for (; one; one = bx_json_next(one))
        rate_back(doc, one);
    for (int i = 0; i < doc->rate_count && !doc->foreign; i++)
        rate_check(sim, doc, &doc->left[i], gone);
    if (gone && !doc->foreign && !doc->moved && doc->paid != 0)
        sim_broken(sim, "returns", "%s is taken back whole, and %" PRId64 " of its cash is not",
                   doc->number, doc->paid);
}

static void back(struct sim *sim, int till, const struct bx_entry_head *head, bx_json *body)
{
    struct bx_id of;
    struct sim_doc *doc =
        bx_id_parse(sim_text(body, "of"), &of) ? NULL : doc_find(&sim->ghost, &of);
    if (!doc || doc->training != sim_flag(body, "training")) {
        sim_broken(sim, "returns", "%s of till %d corrects no sale", head->number, till);
        return;
    }
    doc->foreign = doc->foreign || doc->till != till;
    doc->begun = true;
    tenders(doc, body);
    doc->moved = doc->moved || head->kind == BX_KIND_EXCHANGE;
    if (head->kind == BX_KIND_VOID)
        void_check(sim, doc);
    bx_json *at = bx_json_first(bx_json_get(body, "back_lines"));
    for (bx_json *one = bx_json_first(bx_json_get(body, "back")); one && at;
         one = bx_json_next(one), at = bx_json_next(at)) {
        int64_t line = bx_json_integer(at);
        if (line < 0 || line >= doc->line_count ||
            strcmp(doc->lines[line].product, sim_text(one, "product")) != 0)
            sim_broken(sim, "returns", "%s takes back what %s never sold", head->number,
                       doc->number);
        else if (!doc->lines[line].printed)
            line_back(sim, doc, line, sim_number(one, "quantity"));
    }
    for (at = bx_json_first(bx_json_get(body, "back_tickets")); at; at = bx_json_next(at))
        ticket_back(sim, doc, bx_json_integer(at));
    rates_back(sim, doc, body);
    sim->ghost.returns++;
}

/* --- vouchers --------------------------------------------------------------------------------- */

static void voucher(struct sim *sim, int till, const char *name)
{
    struct sim_ghost *ghost = &sim->ghost;
    for (size_t i = 0; i < ghost->voucher_count; i++)
        if (strcmp(ghost->vouchers[i].name, name) == 0) {
            ghost->vouched = ghost->vouched || ghost->vouchers[i].till != till;
            return;
        }
    ghost->vouchers =
        bx_realloc(ghost->vouchers, ghost->voucher_count + 1, sizeof(*ghost->vouchers));
    struct sim_voucher *made = &ghost->vouchers[ghost->voucher_count++];
    *made = (struct sim_voucher){.till = till};
    snprintf(made->name, sizeof(made->name), "%s", name);
}

void sim_documents_take(struct sim *sim, int till, const struct bx_entry_head *head, bx_json *body)
{
    struct sim_ghost *ghost = &sim->ghost;
    if (head->kind == BX_KIND_REPLACE)
        replace(sim, till, head, body);
    if (head->kind == BX_KIND_TENDER_CORRECTION) {
        struct bx_id of;
        struct sim_doc *doc =
            bx_id_parse(sim_text(body, "sale"), &of) ? NULL : doc_find(ghost, &of);
        if (doc)
            retender(sim, doc, body);
    }
    if (!bx_json_get(body, "lines"))
        return;
    bool training = sim_flag(body, "training");
    ghost->orders += !training;
    ghost->sales += head->kind == BX_KIND_SALE || head->kind == BX_KIND_EXCHANGE;
    for (bx_json *one = bx_json_first(bx_json_get(body, "tenders")); one; one = bx_json_next(one)) {
        if (strcmp(sim_text(one, "kind"), "voucher") == 0 && !training)
            voucher(sim, till, sim_text(one, "reference"));
        if (strcmp(sim_text(one, "kind"), "card") == 0)
            sim_terminal_document(sim, till, sim_text(one, "attempt"));
    }
    if (head->kind != BX_KIND_SALE)
        back(sim, till, head, body);
    if (head->kind == BX_KIND_SALE || head->kind == BX_KIND_EXCHANGE)
        doc_add(sim, till, head, body);
}

void sim_code_use(struct sim_ghost *ghost, const struct sim_code *code)
{
    for (size_t i = 0; i < ghost->code_count; i++)
        if (ghost->codes[i].nth == code->nth && bx_id_equal(&ghost->codes[i].doc, &code->doc))
            ghost->codes[i].used = true;
}
