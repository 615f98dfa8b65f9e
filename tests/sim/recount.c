/* SPDX-License-Identifier: Apache-2.0 */
/* The money, counted once more: from the bytes of the bodies, in code of its own, into rows that
 * are called as the reports call theirs. Nothing of src/domain's figures is used here; whether
 * till, journal and server count alike is shown by three comparisons with these rows.
 *
 * Cash is followed a second way, by what was put down and given back, because that is what lies in
 * the drawer. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

int64_t sim_number(bx_json *object, const char *name)
{
    return bx_json_integer(bx_json_get(object, name));
}

const char *sim_text(bx_json *object, const char *name)
{
    return bx_json_text(bx_json_get(object, name));
}

bool sim_flag(bx_json *object, const char *name)
{
    struct bx_fault fault = {0};
    struct bx_json_reader reader;
    bx_json_read(&reader, object, "body", &fault);
    return bx_json_bool_or(&reader, name, false);
}

void sim_row_add(struct sim_rows *rows, const char *what, const char *name, int64_t count,
                 int64_t amount)
{
    size_t at = 0;
    while (at < rows->count &&
           (strcmp(rows->rows[at].what, what) != 0 || strcmp(rows->rows[at].name, name) != 0))
        at++;
    if (at == rows->count) {
        if (rows->count == rows->room) {
            rows->room = rows->room ? rows->room * 2 : 64;
            rows->rows = bx_realloc(rows->rows, rows->room, sizeof(*rows->rows));
        }
        rows->rows[rows->count++] = (struct sim_row){0};
        snprintf(rows->rows[at].what, sizeof(rows->rows[at].what), "%s", what);
        snprintf(rows->rows[at].name, sizeof(rows->rows[at].name), "%s", name);
    }
    rows->rows[at].count += count;
    rows->rows[at].amount += amount;
}

struct sim_shift *sim_shift_open(const struct sim_ghost *ghost, int till)
{
    size_t count = ghost->shift_counts[till];
    struct sim_shift *last = count ? &ghost->shifts[till][count - 1] : NULL;
    return last && !last->closed ? last : NULL;
}

/* --- one entry -------------------------------------------------------------------------------- */

struct counting {
    struct sim *sim;
    int till;
    const struct bx_entry_head *head;
    bx_json *body;
    const char *kind;
    struct sim_shift *shift;
};

static void add(const struct counting *c, const char *what, const char *name, int64_t count,
                int64_t amount)
{
    sim_row_add(&c->shift->rows, what, name, count, amount);
}

static void add_numbered(const struct counting *c, const char *what, int64_t name, int64_t count,
                         int64_t amount)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, name);
    add(c, what, text, count, amount);
}

/* AMOUNT is what a report should say, COINS what was laid into the drawer. */
static void cash_move(const struct counting *c, const char *why, int64_t amount, int64_t coins)
{
    char name[32];
    int64_t drawer = sim_number(c->body, "drawer");
    if (drawer < 1 || drawer > SIM_DRAWERS) {
        sim_broken(c->sim, "drawer", "till %d has no drawer %" PRId64, c->till, drawer);
        return;
    }
    snprintf(name, sizeof(name), "%" PRId64 "/%s", drawer, why);
    add(c, "drawer", name, 1, amount);
    c->shift->cash[drawer] += coins;
    c->shift->used[drawer] = true;
}

static void line(const struct counting *c, bx_json *one, int64_t sign)
{
    int64_t quantity = sim_number(one, "quantity");
    int64_t money = sim_number(one, "price") * quantity - sim_number(one, "off");
    int64_t persons = sim_number(one, "persons") * quantity;
    const char *kind = sim_text(one, "kind"), *slot = sim_text(one, "slot");
    const char *why = sim_text(one, "why");
    add(c, "product", sim_text(one, "product"), sign * quantity, sign * money);
    add(c, "event", sim_text(one, "event"), sign * persons, sign * money);
    add(c, "persons", "", sign * persons, 0);
    if (slot[0])
        add(c, "slot", slot, sign * persons, sign * money);
    if (strcmp(kind, "donation") == 0 || strcmp(kind, "voucher") == 0)
        add(c, "outside", kind, sign * quantity, sign * money);
    if (why[0])
        add(c, "discount", why, sign * quantity,
            sign * (sim_number(one, "list") * quantity - money));
}

/* What stands under a rate is the sum of its lines, and its tax is that of the sum to the cent. A
 * return's tax is cut from the sale's and not computed: documents.c sees that it comes out. */
static void rates(const struct counting *c, const char *lines, const char *name, int64_t sign,
                  bool exact)
{
    int64_t under = 0, all = 0;
    for (bx_json *one = bx_json_first(bx_json_get(c->body, lines)); one; one = bx_json_next(one)) {
        const char *kind = sim_text(one, "kind");
        line(c, one, sign);
        if (strcmp(kind, "donation") != 0 && strcmp(kind, "voucher") != 0)
            all += sim_number(one, "price") * sim_number(one, "quantity") - sim_number(one, "off");
    }
    for (bx_json *one = bx_json_first(bx_json_get(c->body, name)); one; one = bx_json_next(one)) {
        int64_t ppm = sim_number(one, "ppm"), gross = sim_number(one, "gross");
        int64_t net = sim_number(one, "net"), tax = sim_number(one, "tax");
        int64_t off = 2 * (tax * (1000000 + ppm) - gross * ppm);
        add_numbered(c, "gross", ppm, 0, sign * gross);
        add_numbered(c, "net", ppm, 0, sign * net);
        add_numbered(c, "tax", ppm, 0, sign * tax);
        under += gross;
        if (net + tax != gross || (exact && (off > 1000000 + ppm || -off > 1000000 + ppm)))
            sim_broken(c->sim, "tax",
                       "%s of till %d: of %" PRId64 " at %" PRId64 " ppm %" PRId64 " are tax",
                       c->head->number, c->till, gross, ppm, tax);
    }
    if (under != all)
        sim_broken(c->sim, "tax", "%s of till %d: lines of %" PRId64 ", rates of %" PRId64,
                   c->head->number, c->till, all, under);
}

static void tenders(const struct counting *c)
{
    int64_t sum = 0;
    for (bx_json *one = bx_json_first(bx_json_get(c->body, "tenders")); one;
         one = bx_json_next(one)) {
        int64_t amount = sim_number(one, "amount");
        int64_t coins = sim_number(one, "received") - sim_number(one, "change");
        add(c, "tender", sim_text(one, "kind"), 1, amount);
        sum += amount;
        if (strcmp(sim_text(one, "kind"), "cash") == 0 && amount != 0)
            cash_move(c, amount > 0 ? "sale" : "return", amount, coins);
    }
    if (sum != sim_number(c->body, "total") - sim_number(c->body, "back_total") +
                   sim_number(c->body, "rounding"))
        sim_broken(c->sim, "sums", "%s of till %d is not what is paid for it", c->head->number,
                   c->till);
}

static void warrant(const struct counting *c, bx_json *one)
{
    if (sim_number(one, "approver") != 0 && sim_text(one, "what")[0])
        add(c, "warrant", sim_text(one, "what"), 1, 0);
}

static void hour(const struct counting *c, int64_t sales, int64_t amount)
{
    char name[32];
    int64_t hours = sim_number(c->body, "at") / 1000000 / 3600;
    struct bx_date day = bx_date_from_days((int32_t)(hours / 24));
    snprintf(name, sizeof(name), "%04d-%02d-%02dT%02d", day.year, day.month, day.day,
             (int)(hours % 24));
    add(c, "hour", name, sales, amount);
}

static void sale(const struct counting *c)
{
    struct sim_ghost *ghost = &c->sim->ghost;
    int64_t in = sim_number(c->body, "total"), out = sim_number(c->body, "back_total");
    bool plain = strcmp(c->kind, "sale") == 0;
    int64_t sells = plain || strcmp(c->kind, "exchange") == 0;
    if (sim_flag(c->body, "training")) {
        add(c, "training", "", 1, in - out);
        return;
    }
    if (sells)
        add(c, "sale", "", 1, in);
    if (!plain)
        add(c, "return", c->kind, 1, out);
    if (!plain)
        add_numbered(c, "cashier-correction", c->head->user, 1, out);
    rates(c, "lines", "taxes", 1, true);
    rates(c, "back", "back_taxes", -1, false);
    if (sim_number(c->body, "rounding") != 0)
        add(c, "rounding", "", 1, sim_number(c->body, "rounding"));
    tenders(c);
    hour(c, sells, in - out);
    add_numbered(c, "cashier", c->head->user, sells, in - out);
    bx_json *one = bx_json_first(bx_json_get(c->body, "warrants"));
    for (; one; one = bx_json_next(one))
        warrant(c, one);
    add(c, "count", "correction", sim_number(c->body, "corrections"), 0);
    if (sim_flag(c->body, "offline"))
        add(c, "count", "offline", 1, in);
    ghost->sales_ever[c->till] += sells ? in : 0;
    ghost->returns_ever[c->till] += plain ? 0 : out;
    c->shift->documents += sells;
    c->shift->corrections += !plain;
}

static void cash(const struct counting *c)
{
    static const struct {
        const char *kind, *name;
        int64_t sign;
    } moves[] = {{"shift-open", "float", 1},
                 {"float", "float", 1},
                 {"paid-in", "in", 1},
                 {"paid-out", "out", -1},
                 {"drop", "drop", -1}};
    int64_t amount = sim_number(c->body, "amount"), pieces = 0;
    bx_json *coins = bx_json_first(bx_json_get(c->body, "pieces"));
    for (bx_json *one = coins; one; one = bx_json_next(one))
        pieces += sim_number(one, "value") * sim_number(one, "count");
    if (coins && pieces != amount)
        sim_broken(c->sim, "sums", "till %d moves %" PRId64 " in coins of %" PRId64, c->till,
                   amount, pieces);
    for (size_t i = 0; i < bx_countof(moves); i++)
        if (strcmp(moves[i].kind, c->kind) == 0)
            cash_move(c, moves[i].name, moves[i].sign * amount, moves[i].sign * amount);
    if (strcmp(c->kind, "hand-over") == 0)
        c->shift->used[sim_number(c->body, "drawer") % (SIM_DRAWERS + 1)] = true;
    if (strcmp(c->kind, "no-sale") == 0)
        add(c, "count", "no-sale", 1, 0);
    int64_t drawer = sim_number(c->body, "drawer");
    if (strcmp(c->kind, "count") == 0 && drawer >= 1 && drawer <= SIM_DRAWERS &&
        sim_number(c->body, "expected") != c->shift->cash[drawer])
        sim_broken(c->sim, "drawer", "till %d expects %" PRId64 " at a count, there are %" PRId64,
                   c->till, sim_number(c->body, "expected"), c->shift->cash[drawer]);
    warrant(c, bx_json_get(c->body, "warrant"));
}

static void change(const struct counting *c)
{
    char name[64];
    const char *from = sim_text(c->body, "from"), *to = sim_text(c->body, "to");
    int64_t amount = sim_number(c->body, "amount");
    snprintf(name, sizeof(name), "%s>%s", from, to);
    add(c, "tender-change", name, 1, amount);
    add(c, "tender", from, 0, -amount);
    add(c, "tender", to, 0, amount);
    add_numbered(c, "cashier-correction", c->head->user, 1, 0);
    if (strcmp(from, "cash") == 0)
        cash_move(c, "correction", -amount, -amount);
    if (strcmp(to, "cash") == 0)
        cash_move(c, "correction", amount, amount);
    warrant(c, bx_json_get(c->body, "warrant"));
}

static void paper(const struct counting *c)
{
    add(c, "count", c->kind, 1, 0);
    if (sim_number(c->body, "approver") != 0)
        add(c, "warrant", c->kind, 1, 0);
}

/* --- reports ---------------------------------------------------------------------------------- */

/* The first row of A that B has otherwise. */
static const struct sim_row *differs(const struct sim_rows *a, const struct sim_rows *b)
{
    for (size_t i = 0; i < a->count; i++) {
        int64_t count = 0, amount = 0;
        for (size_t k = 0; k < b->count; k++) {
            if (strcmp(a->rows[i].what, b->rows[k].what) != 0 ||
                strcmp(a->rows[i].name, b->rows[k].name) != 0)
                continue;
            count = b->rows[k].count;
            amount = b->rows[k].amount;
        }
        if (a->rows[i].count != count || a->rows[i].amount != amount)
            return &a->rows[i];
    }
    return NULL;
}

static void rows_compare(struct sim *sim, const struct sim_shift *shift,
                         const struct sim_rows *theirs, const char *who, int till)
{
    const struct sim_row *row = differs(&shift->rows, theirs);
    if (row)
        sim_broken(sim, "figures",
                   "%s of till %d, shift %" PRId64 ": %s %s is not %" PRId64 " / %" PRId64, who,
                   till, shift->id, row->what, row->name, row->count, row->amount);
    else if ((row = differs(theirs, &shift->rows)) != NULL)
        sim_broken(sim, "figures",
                   "%s of till %d, shift %" PRId64 ": says %s %s %" PRId64 " / %" PRId64, who, till,
                   shift->id, row->what, row->name, row->count, row->amount);
}

void sim_recount_compare(struct sim *sim, const struct sim_shift *shift,
                         const struct bx_figures *figures, const char *who, int till)
{
    struct sim_rows theirs = {0};
    for (size_t i = 0; i < figures->count; i++)
        if (strcmp(figures->rows[i].what, "channel") != 0) /* the server's own */
            sim_row_add(&theirs, figures->rows[i].what, figures->rows[i].name,
                        figures->rows[i].count, figures->rows[i].amount);
    rows_compare(sim, shift, &theirs, who, till);
    bx_free(theirs.rows);
}

static void drawers(const struct counting *c, const char *who)
{
    bx_json *one = bx_json_first(bx_json_get(c->body, "drawers"));
    int64_t sum = 0, all = 0;
    for (int i = 1; i <= SIM_DRAWERS; i++)
        all += c->shift->cash[i];
    for (; one; one = bx_json_next(one)) {
        int64_t drawer = sim_number(one, "drawer"), expected = sim_number(one, "expected");
        sum += expected;
        if (drawer < 1 || drawer > SIM_DRAWERS || expected != c->shift->cash[drawer])
            sim_broken(c->sim, "drawer",
                       "%s of till %d expects %" PRId64 " in drawer %" PRId64
                       ", there are %" PRId64,
                       who, c->till, expected, drawer, c->shift->cash[drawer % 10]);
        if (strcmp(c->kind, "shift-close") == 0 &&
            sim_number(one, "deposit") + sim_number(one, "next_float") !=
                sim_number(one, "counted"))
            sim_broken(c->sim, "drawer", "%s of till %d loses money of a count", who, c->till);
    }
    if (sum != all)
        sim_broken(c->sim, "drawer", "%s of till %d expects %" PRId64 ", there are %" PRId64, who,
                   c->till, sum, all);
}

static void report(const struct counting *c)
{
    struct sim_ghost *ghost = &c->sim->ghost;
    struct sim_rows theirs = {0};
    bx_json *before = bx_json_get(c->body, "before"), *after = bx_json_get(c->body, "after");
    const char *who = c->kind;
    bx_json *one = bx_json_first(bx_json_get(c->body, "figures"));
    for (; one; one = bx_json_next(one)) {
        bx_json *what = bx_json_first(one), *name = bx_json_next(what);
        bx_json *count = bx_json_next(name), *amount = bx_json_next(count);
        sim_row_add(&theirs, bx_json_text(what), bx_json_text(name), bx_json_integer(count),
                    bx_json_integer(amount));
    }
    rows_compare(c->sim, c->shift, &theirs, who, c->till);
    bx_free(theirs.rows);
    drawers(c, who);
    if (sim_number(c->body, "of") != c->shift->id ||
        sim_number(c->body, "first_seq") != c->shift->first ||
        sim_number(c->body, "last_seq") != c->shift->last ||
        sim_number(c->body, "entries") != c->shift->entries)
        sim_broken(c->sim, "report",
                   "%s of till %d: shift %" PRId64 " of %" PRId64 " entries, %" PRId64
                   " to %" PRId64 ", is another's",
                   who, c->till, c->shift->id, c->shift->entries, c->shift->first, c->shift->last);
    if (sim_number(before, "sales") != c->shift->sales ||
        sim_number(before, "returns") != c->shift->returns ||
        sim_number(after, "sales") != ghost->sales_ever[c->till] ||
        sim_number(after, "returns") != ghost->returns_ever[c->till])
        sim_broken(c->sim, "perpetual",
                   "%s of till %d goes from %" PRId64 " less %" PRId64 " to %" PRId64
                   " less %" PRId64 ", it should be to %" PRId64 " less %" PRId64,
                   who, c->till, sim_number(before, "sales"), sim_number(before, "returns"),
                   sim_number(after, "sales"), sim_number(after, "returns"),
                   ghost->sales_ever[c->till], ghost->returns_ever[c->till]);
    ghost->reports++;
}

/* --- shifts ----------------------------------------------------------------------------------- */

static struct sim_shift *shift_begin(struct sim *sim, int till, const struct bx_entry_head *head)
{
    struct sim_ghost *ghost = &sim->ghost;
    size_t count = ghost->shift_counts[till]++;
    if (count > 0 && head->shift != ghost->shifts[till][count - 1].id + 1)
        sim_broken(sim, "shifts", "till %d opens shift %" PRId64, till, head->shift);
    ghost->shifts[till] = bx_realloc(ghost->shifts[till], count + 1, sizeof(*ghost->shifts[till]));
    struct sim_shift *made = &ghost->shifts[till][count];
    *made = (struct sim_shift){.id = head->shift,
                               .first = head->seq,
                               .sales = ghost->sales_ever[till],
                               .returns = ghost->returns_ever[till]};
    return made;
}

static struct sim_shift *shift_of(struct sim *sim, int till, const struct bx_entry_head *head,
                                  const char *kind)
{
    struct sim_shift *open = sim_shift_open(&sim->ghost, till);
    bool opens = strcmp(kind, "shift-open") == 0;
    if (opens && open) {
        sim_broken(sim, "shifts", "till %d opens a shift in a shift", till);
        return NULL;
    }
    if (opens)
        return shift_begin(sim, till, head);
    if (head->shift != (open ? open->id : 0))
        sim_broken(sim, "shifts",
                   "entry %" PRId64 " of till %d counts itself to shift %" PRId64
                   ", open is %" PRId64,
                   head->seq, till, head->shift, open ? open->id : 0);
    return open;
}

static void shift_entry(const struct counting *c)
{
    if (strcmp(c->kind, "x-report") == 0 || strcmp(c->kind, "shift-close") == 0)
        report(c);
    else if (bx_json_get(c->body, "lines"))
        sale(c);
    else if (strcmp(c->kind, "tender-correction") == 0)
        change(c);
    else if (strcmp(c->kind, "reprint") == 0 || strcmp(c->kind, "replace") == 0)
        paper(c);
    else if (bx_json_get(c->body, "pieces"))
        cash(c);
}

void sim_recount_take(struct sim *sim, int till, const struct bx_entry_head *head, bx_json *body)
{
    struct counting c = {sim, till, head, body, sim_text(body, "kind"), NULL};
    c.shift = shift_of(sim, till, head, c.kind);
    if (strcmp(c.kind, "training-on") == 0 || strcmp(c.kind, "training-off") == 0)
        sim->ghost.training[till] = strcmp(c.kind, "training-on") == 0;
    if (!c.shift) {
        if (bx_json_get(body, "lines") || bx_json_get(body, "pieces"))
            sim_broken(sim, "shifts", "till %d moves money outside a shift", till);
        return;
    }
    shift_entry(&c);
    c.shift->entries++;
    c.shift->last = head->seq;
    c.shift->closed = strcmp(c.kind, "shift-close") == 0;
}

void sim_recount_state(struct sim *sim, int till, const struct bx_journal_state *state)
{
    const struct sim_ghost *ghost = &sim->ghost;
    const struct sim_shift none = {0}, *open = sim_shift_open(ghost, till);
    sim_recount_compare(sim, open ? open : &none, &state->figures, "the journal", till);
    if (state->shift != (open ? open->id : 0) || state->training != ghost->training[till])
        sim_broken(sim, "shifts", "the journal of till %d is in shift %" PRId64 "%s", till,
                   state->shift, state->training ? ", training" : "");
    if (state->perpetual.sales.minor != ghost->sales_ever[till] ||
        state->perpetual.returns.minor != ghost->returns_ever[till])
        sim_broken(sim, "perpetual",
                   "the journal of till %d has sold %" PRId64 " less %" PRId64 " ever, not %" PRId64
                   " less %" PRId64,
                   till, state->perpetual.sales.minor, state->perpetual.returns.minor,
                   ghost->sales_ever[till], ghost->returns_ever[till]);
    for (int i = 0; i < BX_SERIES_COUNT; i++)
        if (state->next_number[i] != ghost->numbers[till][i] + 1)
            sim_broken(sim, "numbers",
                       "series %d of till %d goes on with %" PRId64 " after %" PRId64, i, till,
                       state->next_number[i], ghost->numbers[till][i]);
}
