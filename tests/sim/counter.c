/* SPDX-License-Identifier: Apache-2.0 */
/* What a counter does beside selling: corrections, shifts, the drawer, training, baskets put aside.
 * People try whatever comes to mind; a till that refuses is right as often as not. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

/* What a cashier says whenever asked why, and what a supervisor beside them keys in. */
#define WHY "\"reason\":\"r\",\"note\":\"asked for\""

static void tell(struct sim *sim, int till, const char *format, ...) bx_format(3, 4);
static void tell(struct sim *sim, int till, const char *format, ...)
{
    char json[900], verb[700];
    va_list args;
    va_start(args, format);
    vsnprintf(verb, sizeof(verb), format, args);
    va_end(args);
    snprintf(json, sizeof(json), "{%s," WHY "%s}", verb,
             sim_chance(&sim->rand, 600) ? ",\"approver\":9,\"approver_pin\":\"" SIM_PIN "\"" : "");
    sim_till_command(sim, till, json);
}

/* One of the last sales of TILL, now and then of another; NULL none. */
static const struct sim_doc *any_sale(struct sim *sim, int till)
{
    const struct sim_ghost *ghost = &sim->ghost;
    bool here = !sim_chance(&sim->rand, 120);
    size_t skip = (size_t)sim_below(&sim->rand, 6);
    bool begun = sim_chance(&sim->rand, 400); /* one of which something is back */
    for (size_t i = ghost->doc_count; i > 0; i--) {
        if ((ghost->docs[i - 1].till == till) != here || (begun && !ghost->docs[i - 1].begun))
            continue;
        if (skip-- == 0)
            return &ghost->docs[i - 1];
    }
    return NULL;
}

/* "tickets":[…], "pieces":[…] or nothing: all that is left. */
static void some(struct sim *sim, const struct sim_doc *doc, char *out, size_t size)
{
    int64_t draw = sim_below(&sim->rand, 10);
    out[0] = '\0';
    if (draw < 5 && doc->ticket_count > 0)
        snprintf(out, size, ",\"tickets\":[%d]",
                 (int)sim_between(&sim->rand, 1, doc->ticket_count));
    else if (draw < 7 && doc->line_count > 0)
        snprintf(out, size, ",\"pieces\":[\"%d:%d\"]",
                 (int)sim_between(&sim->rand, 1, doc->line_count),
                 (int)sim_between(&sim->rand, 1, 2));
}

static void take_back(struct sim *sim, int till, const struct sim_doc *doc)
{
    static const char *const tenders[] = {"", "", ",\"tender\":\"cash\"", ",\"tender\":\"card:R7\"",
                                          ",\"visit\":true"};
    char what[64];
    some(sim, doc, what, sizeof(what));
    tell(sim, till, "\"verb\":\"refund\",\"number\":\"%s\"%s%s", doc->number, what,
         tenders[sim_below(&sim->rand, (int64_t)bx_countof(tenders))]);
}

static void exchange(struct sim *sim, int till, const struct sim_doc *doc)
{
    static const char *const lines[] = {"1a", "2a", "1c", "1f", "2h", "1g"};
    static const char *const tenders[] = {"\"cash\"", "\"cash:20000\"", "\"card:R2\""};
    static const char *const slots[] = {"10:00", "11:00", "12:00", "09:30", "12:30"};
    char what[64], slot[64] = "";
    int64_t at = sim_below(&sim->rand, 8);
    some(sim, doc, what, sizeof(what));
    if (at < 5)
        snprintf(slot, sizeof(slot), ",\"slot\":\"%s\",\"event\":\"%s\"", slots[at],
                 at < 3 ? "main" : "tour");
    tell(sim, till,
         "\"verb\":\"exchange\",\"number\":\"%s\"%s,\"basket\":\"%s\"%s,\"tenders\":[%s]",
         doc->number, what, lines[sim_below(&sim->rand, (int64_t)bx_countof(lines))], slot,
         tenders[sim_below(&sim->rand, (int64_t)bx_countof(tenders))]);
}

static void retender(struct sim *sim, int till, const struct sim_doc *doc)
{
    static const char *const ways[] = {"\"from\":\"cash\",\"to\":\"card:R9\"",
                                       "\"from\":\"card\",\"to\":\"cash\"",
                                       "\"from\":\"cash\",\"to\":\"card\",\"amount\":500",
                                       "\"from\":\"card\",\"to\":\"cash\",\"amount\":905"};
    tell(sim, till, "\"verb\":\"tender\",\"number\":\"%s\",%s", doc->number,
         ways[sim_below(&sim->rand, (int64_t)bx_countof(ways))]);
}

static void paper(struct sim *sim, int till, const struct sim_doc *doc)
{
    tell(sim, till, "\"verb\":\"%s\",\"number\":\"%s\",\"ticket\":%d",
         sim_chance(&sim->rand, 500) ? "reprint" : "replace", doc->number,
         (int)sim_between(&sim->rand, 0, 2));
}

void sim_counter_correct(struct sim *sim, int till)
{
    const struct sim_doc *doc = any_sale(sim, till);
    int64_t draw = sim_below(&sim->rand, 100);
    if (sim->options.plain && sim_chance(&sim->rand, 700))
        draw = 80;
    if (!doc)
        return;
    if (draw < 18)
        tell(sim, till, "\"verb\":\"void\",\"number\":\"%s\"", doc->number);
    else if (draw < 45)
        take_back(sim, till, doc);
    else if (draw < 62)
        exchange(sim, till, doc);
    else if (draw < 74)
        retender(sim, till, doc);
    else if (draw < 90)
        paper(sim, till, doc);
    else if (draw < 93)
        tell(sim, till, "\"verb\":\"invoice\",\"number\":\"%s\",\"name\":\"Ann Lee\"", doc->number);
    else if (draw < 96)
        tell(sim, till, "\"verb\":\"dispute\",\"number\":\"%s\",\"counted\":%d", doc->number,
             (int)sim_below(&sim->rand, 20000));
    else if (draw < 98)
        tell(sim, till, "\"verb\":\"show\",\"number\":\"%s\"", doc->number);
    else
        tell(sim, till, "\"verb\":\"find\",\"text\":\"%s\",\"scope\":\"venue\"", doc->number);
}

/* --- the shift -------------------------------------------------------------------------------- */

/* Counts each drawer, rightly or not; "" when there is nothing to count. STANDS, a bit per
 * drawer: what was counted before is left as it is. */
static void counts(struct sim *sim, int till, unsigned stands, char *out, size_t size)
{
    const struct sim_shift *shift = sim_shift_open(&sim->ghost, till);
    size_t len = 0;
    out[0] = '\0';
    for (int drawer = 1; shift && drawer <= SIM_DRAWERS; drawer++) {
        bool known = shift->used[drawer];
        int64_t off =
            sim_chance(&sim->rand, 300) ? sim_between(&sim->rand, -1500, 1500) / 5 * 5 : 0;
        int64_t counted = shift->cash[drawer] + off > 0 ? shift->cash[drawer] + off : 0;
        int64_t next = counted > 10000 ? 10000 : counted;
        if (known && (stands >> (drawer - 1) & 1))
            len += (size_t)snprintf(out + len, size - len, "%s{\"drawer\":%d}", len ? "," : "",
                                    drawer);
        else if (known)
            len += (size_t)snprintf(out + len, size - len,
                                    "%s{\"drawer\":%d,\"amount\":%" PRId64
                                    ",\"next_float\":%" PRId64 "}",
                                    len ? "," : "", drawer, counted, next);
    }
}

void sim_counter_close(struct sim *sim, int till, unsigned stands)
{
    char drawers[500];
    counts(sim, till, stands, drawers, sizeof(drawers));
    for (int tries = 0; tries < 2 && drawers[0] && !sim->failed; tries++) {
        tell(sim, till, "\"verb\":\"shift\",\"act\":\"close\",\"drawers\":[%s]", drawers);
        sim_run(sim, sim->now + sim_between(&sim->rand, 300, 3000) * BX_MS_NS);
        if (!sim_shift_open(&sim->ghost, till))
            break;
    }
}

void sim_counter_open(struct sim *sim, int till)
{
    if (sim_chance(&sim->rand, 500))
        tell(sim, till, "\"verb\":\"shift\",\"act\":\"open\",\"amount\":%d",
             (int)sim_below(&sim->rand, 6) * 5000);
    else
        tell(sim, till,
             "\"verb\":\"shift\",\"act\":\"open\",\"pieces\":[[2000,2],[500,4],[100,3]]");
}

static void drawer_move(struct sim *sim, int till)
{
    static const char *const acts[] = {"in",    "in",      "out",     "drop",
                                       "float", "no-sale", "no-sale", "count"};
    const char *act = acts[sim_below(&sim->rand, (int64_t)bx_countof(acts))];
    int64_t amount = strcmp(act, "no-sale") == 0 ? 0 : sim_between(&sim->rand, 1, 900) * 5;
    tell(sim, till, "\"verb\":\"shift\",\"act\":\"%s\",\"amount\":%" PRId64, act, amount);
}

void sim_counter_shift(struct sim *sim, int till)
{
    int64_t draw = sim_below(&sim->rand, 100);
    if (!sim_shift_open(&sim->ghost, till))
        sim_counter_open(sim, till);
    else if (draw < 50)
        drawer_move(sim, till);
    else if (draw < 66)
        tell(sim, till, "\"verb\":\"shift\",\"act\":\"x\"");
    else if (draw < 72)
        tell(sim, till, "\"verb\":\"report\",\"what\":\"%s\"", draw < 69 ? "x" : "z");
    else if (draw < 77)
        tell(sim, till, "\"verb\":\"shift\",\"act\":\"hand-over\",\"to\":%d,\"amount\":0",
             SIM_USER + (int)sim_below(&sim->rand, 3));
    else if (draw < 80)
        sim_counter_open(sim, till); /* a drawer of one's own, where there are some */
    else
        sim_counter_close(sim, till,
                          sim_chance(&sim->rand, 250) ? (unsigned)sim_below(&sim->rand, 8) : 0);
}

void sim_counter_train(struct sim *sim, int till)
{
    bool on = !sim->ghost.training[till] && sim_chance(&sim->rand, 400);
    tell(sim, till, "\"verb\":\"training\",\"on\":%s", on ? "true" : "false");
}

/* --- baskets put aside ------------------------------------------------------------------------ */

void sim_counter_park(struct sim *sim, int till)
{
    const char *hex = sim->parked;
    int64_t draw = sim_below(&sim->rand, 10);
    if (draw < 4) {
        for (const char *at = "1a1c\n"; *at && !sim->failed; at++)
            if (*at != '\n')
                sim_till_key(sim, till, *at);
        tell(sim, till, "\"verb\":\"park\",\"name\":\"later\"");
    } else if (draw < 6 || !hex[0]) {
        tell(sim, till, "\"verb\":\"parked\"");
    } else {
        tell(sim, till, "\"verb\":\"sell\",\"resume\":\"%s\",\"tenders\":[\"cash\"]", hex);
    }
}
