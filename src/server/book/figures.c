/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted of the entries that were booked: rows (figures.h) of each shift and civil day,
 * made by the same function that the till counts with. A batch adds up in memory and puts its rows
 * once. A Z is compared with them when all of its shift is booked: at once if it came in order,
 * else after the batch that brought the last of it.
 *
 * The server's own row "channel" tells where a sale came from: the counter, or the kind of order
 * that it collected. No till knows it, so it is left out wherever a till's figures are meant. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/order.h"
#include "boxtill/domain/report.h"
#include "server/book/act.h"
#include "server/book/online.h"

static const char own_row[] = "channel";
enum { EXPECT_MAX = 256 };

int bd_figures_of(struct bd_store *store, const struct bx_entry_head *head,
                  const struct bx_content *content, struct bx_figures *ret, struct bx_fault *fault)
{
    if (bx_figures_of(ret, head, content) != 0)
        return bx_fault_say(fault, BX_ERR_FULL, "An entry counts beyond every limit.");
    if (content->sale == NULL || content->sale->training)
        return 0;
    struct bd_booking_row order = {.id = content->sale->order};
    const char *channel = "counter";
    int err = bx_id_is_zero(&order.id) ? BD_NOT : bd_get(store, BD_BOOKING, &order, fault);
    if (err < 0)
        return err;
    if (err == 0 && order.late == 0)
        channel = bx_order_kind_word((enum bx_order_kind)order.kind);
    const struct bx_sale *sale = content->sale;
    int64_t amount = sale->totals.total.minor - sale->back_totals.total.minor;
    bool sold = head->kind == BX_KIND_SALE || head->kind == BX_KIND_EXCHANGE;
    return bx_figures_add(ret, own_row, channel, sold, amount) != 0
               ? bx_fault_say(fault, BX_ERR_FULL, "An entry counts beyond every limit.")
               : 0;
}

/* --- adding up -------------------------------------------------------------------------------- */

void bd_counts_clear(struct bd_counts *counts)
{
    for (size_t i = 0; i < counts->count; i++)
        bx_figures_finish(&counts->rows[i].figures);
    counts->count = 0;
}

void bd_counts_finish(struct bd_counts *counts)
{
    bd_counts_clear(counts);
    counts->rows = (struct bd_count *)bx_free(counts->rows);
    counts->room = 0;
}

/* From the end: entries mostly come in order. */
static struct bd_count *count_of(struct bd_counts *counts, const struct bx_entry_head *head,
                                 int64_t day)
{
    for (size_t i = counts->count; i > 0; i--) {
        struct bd_count *count = &counts->rows[i - 1];
        if (count->till == head->till && count->incarnation == head->incarnation &&
            count->shift == head->shift && count->day == day)
            return count;
    }
    if (counts->count == counts->room) {
        counts->room = counts->room == 0 ? 16 : counts->room * 2;
        counts->rows =
            (struct bd_count *)bx_realloc(counts->rows, counts->room, sizeof *counts->rows);
    }
    struct bd_count *count = &counts->rows[counts->count++];
    *count = (struct bd_count){
        .till = head->till, .incarnation = head->incarnation, .shift = head->shift, .day = day};
    return count;
}

int bd_counts_add(struct bd_counts *counts, const struct bx_entry_head *head, int64_t day,
                  const struct bx_figures *figures, struct bx_fault *fault)
{
    struct bd_count *count = count_of(counts, head, day);
    if (bx_figures_merge(&count->figures, figures) != 0)
        return bx_fault_say(fault, BX_ERR_FULL, "A shift counts beyond every limit.");
    if (count->first_seq == 0 || head->seq < count->first_seq)
        count->first_seq = head->seq;
    if (head->seq > count->last_seq)
        count->last_seq = head->seq;
    if (head->kind == BX_KIND_SHIFT_CLOSE)
        count->closed = head->seq;
    else
        count->entries++;
    return 0;
}

/* A sum that no money comes to stays where it is: what is made of it is beyond every limit, too. */
static void grow(int64_t *sum, int64_t more)
{
    if (__builtin_add_overflow(*sum, more, sum))
        *sum = more < 0 ? INT64_MIN : INT64_MAX;
}

static int figure_put(struct bd_store *store, const struct bd_count *count,
                      const struct bx_figure *figure, struct bx_fault *fault)
{
    struct bd_figure_row row = {.till = count->till,
                                .incarnation = count->incarnation,
                                .shift = count->shift,
                                .day = count->day};
    BX_TEXT_COPY(row.what, figure->what);
    BX_TEXT_COPY(row.name, figure->name);
    int err = bd_get(store, BD_FIGURE, &row, fault);
    if (err < 0)
        return err;
    grow(&row.count, figure->count);
    grow(&row.amount, figure->amount);
    return bd_must(err == BD_NOT ? bd_insert(store, BD_FIGURE, &row, fault)
                                 : bd_update(store, BD_FIGURE, &row, fault),
                   "figure", fault);
}

static int shift_put(struct bd_store *store, const struct bd_count *count, struct bx_fault *fault)
{
    struct bd_shift_row row = {
        .till = count->till, .incarnation = count->incarnation, .shift = count->shift};
    if (count->shift == 0 || count->first_seq == 0)
        return 0; /* outside every shift, or nothing could be counted */
    int err = bd_get(store, BD_SHIFT, &row, fault);
    if (err < 0)
        return err;
    if (err == BD_NOT || count->first_seq < row.first_seq)
        row.first_seq = count->first_seq;
    if (count->last_seq > row.last_seq && row.state == BD_SHIFT_OPEN)
        row.last_seq = count->last_seq;
    row.entries += count->entries;
    if (count->closed != 0 || row.state != BD_SHIFT_OPEN) /* what comes after it is compared too */
        row.state = BD_SHIFT_CLOSED;
    if (count->closed != 0)
        row.last_seq = count->closed;
    return bd_must(err == BD_NOT ? bd_insert(store, BD_SHIFT, &row, fault)
                                 : bd_update(store, BD_SHIFT, &row, fault),
                   "shift", fault);
}

/* Their keys, so many at a time. */
static int figures_expect(struct bd_store *store, const struct bd_count *count,
                          struct bx_fault *fault)
{
    int err = 0;
    if (store->ops->expect == NULL)
        return 0;
    struct bd_figure_row *keys = (struct bd_figure_row *)bx_alloc(EXPECT_MAX, sizeof *keys);
    for (size_t from = 0; from < count->figures.count && err == 0; from += EXPECT_MAX) {
        size_t n = 0;
        for (; n < EXPECT_MAX && from + n < count->figures.count; n++) {
            keys[n] = (struct bd_figure_row){.till = count->till,
                                             .incarnation = count->incarnation,
                                             .shift = count->shift,
                                             .day = count->day};
            BX_TEXT_COPY(keys[n].what, count->figures.rows[from + n].what);
            BX_TEXT_COPY(keys[n].name, count->figures.rows[from + n].name);
        }
        err = bd_expect(store, BD_KEPT, BD_FIGURE, keys, n, fault);
    }
    bx_free(keys);
    return err;
}

int bd_counts_put(struct bd_store *store, struct bd_counts *counts, struct bx_fault *fault)
{
    int err = 0;
    for (size_t i = 0; i < counts->count && err == 0; i++) {
        const struct bd_count *count = &counts->rows[i];
        err = figures_expect(store, count, fault);
        if (err == 0)
            err = shift_put(store, count, fault);
        for (size_t k = 0; k < count->figures.count && err == 0; k++)
            err = figure_put(store, count, &count->figures.rows[k], fault);
    }
    bd_counts_clear(counts);
    return err;
}

/* --- gathering -------------------------------------------------------------------------------- */

void bd_book_gather(struct bd_book *book)
{
    book->gathers = true;
}

static int gather(struct bd_counts *gathered, const struct bd_count *more, struct bx_fault *fault)
{
    struct bx_entry_head head = {
        .till = more->till, .incarnation = more->incarnation, .shift = more->shift};
    struct bd_count *count = count_of(gathered, &head, more->day);
    if (bx_figures_merge(&count->figures, &more->figures) != 0)
        return bx_fault_say(fault, BX_ERR_FULL, "A shift counts beyond every limit.");
    if (count->first_seq == 0 || more->first_seq < count->first_seq)
        count->first_seq = more->first_seq;
    if (more->last_seq > count->last_seq)
        count->last_seq = more->last_seq;
    count->entries += more->entries;
    return 0;
}

int bd_book_gather_call(struct bd_book *book, bool kept, struct bx_fault *fault)
{
    int err = 0;
    for (size_t i = 0; kept && i < book->counts.count && err == 0; i++)
        err = gather(&book->gathered, &book->counts.rows[i], fault);
    bd_counts_clear(&book->counts);
    return err;
}

int bd_book_gather_end(struct bd_book *book, struct bx_fault *fault)
{
    return bd_counts_put(book->store, &book->gathered, fault);
}

/* --- a shift ---------------------------------------------------------------------------------- */

static int add_figure(void *arg, const void *row)
{
    const struct bd_figure_row *figure = (const struct bd_figure_row *)row;
    if (strcmp(figure->what, own_row) == 0)
        return 0;
    return bx_figures_add((struct bx_figures *)arg, figure->what, figure->name, figure->count,
                          figure->amount);
}

static bool is_of(const struct bd_count *count, const struct bd_shift_row *shift)
{
    return count->till == shift->till && count->incarnation == shift->incarnation &&
           count->shift == shift->shift;
}

int bd_shift_figures(struct bd_store *store, const struct bd_counts *counts,
                     const struct bd_shift_row *shift, struct bx_figures *ret,
                     struct bx_fault *fault)
{
    struct bd_figure_row from = {
        .till = shift->till, .incarnation = shift->incarnation, .shift = shift->shift};
    struct bd_scan scan = {.table = BD_FIGURE, .fixed = 3, .from = &from};
    int err = bd_scan(store, &scan, add_figure, ret, fault);
    for (size_t i = 0; counts != NULL && i < counts->count; i++) {
        const struct bx_figures *more = &counts->rows[i].figures;
        for (size_t k = 0; is_of(&counts->rows[i], shift) && k < more->count && err == 0; k++)
            if (strcmp(more->rows[k].what, own_row) != 0)
                err = bx_figures_add(ret, more->rows[k].what, more->rows[k].name,
                                     more->rows[k].count, more->rows[k].amount);
    }
    return err == BX_ERR_FULL ? bx_fault_say(fault, err, "A shift counts beyond every limit.")
                              : err;
}

int bd_waits(struct bd_store *store, enum bd_entry_state state, const struct bd_shift_row *shift,
             struct bx_fault *fault)
{
    struct bd_entry_row from = {.till = shift->till,
                                .incarnation = shift->incarnation,
                                .seq = shift->first_seq,
                                .state = state};
    struct bd_scan scan = {
        .table = BD_ENTRY, .index = 2, .fixed = 3, .edge = BD_FROM, .from = &from};
    struct bd_entry_row entry;
    int err = bd_first(store, &scan, &entry, fault);
    return err < 0 ? err : err == 0 && entry.seq <= shift->last_seq;
}

/* Is all of the shift booked, from its first entry to its Z? The mark may lack the Z itself, which
 * is being booked. */
static int is_whole(struct bd_store *store, const struct bd_device_row *device,
                    const struct bd_shift_row *shift, struct bx_fault *fault)
{
    if (device->incarnation == shift->incarnation && device->mark < shift->last_seq - 1)
        return 0;
    int waits = bd_waits(store, BD_ENTRY_WAITS_PARENT, shift, fault);
    if (waits == 0)
        waits = bd_waits(store, BD_ENTRY_WAITS_FORMAT, shift, fault);
    return waits < 0 ? waits : waits == 0;
}

/* The first row that differs, in a sentence; false when all agree. */
static bool differs(const struct bx_figures *z, const struct bx_figures *booked, char say[128])
{
    const struct bx_figure *row = bx_figures_differ(z, booked);
    if (row == NULL)
        return false;
    const struct bx_figure said = *row;
    const struct bx_figure *mine = bx_figures_get(booked, said.what, said.name);
    const struct bx_figure *theirs = bx_figures_get(z, said.what, said.name);
    snprintf(say, 128, "Z: %s %s is %" PRId64 " / %" PRId64 "; booked %" PRId64 " / %" PRId64 ".",
             said.what, said.name, theirs->count, theirs->amount, mine->count, mine->amount);
    return true;
}

static void shift_raise(struct bd_counts *counts, const struct bd_shift_row *shift,
                        struct bd_shift_row *ret)
{
    for (size_t i = 0; i < counts->count; i++)
        if (is_of(&counts->rows[i], shift) &&
            (ret->first_seq == 0 || counts->rows[i].first_seq < ret->first_seq))
            ret->first_seq = counts->rows[i].first_seq;
}

int bd_z_book(struct bd_act *booking, struct bx_fault *fault)
{
    struct bd_book *book = booking->book;
    const struct bx_entry_head *head = &booking->head;
    struct bd_shift_row shift = {
        .till = head->till, .incarnation = head->incarnation, .shift = head->shift};
    struct bx_figures booked = {0};
    if (head->kind != BX_KIND_SHIFT_CLOSE || booking->content.report == NULL)
        return 0;
    int err = bd_get(book->store, BD_SHIFT, &shift, fault);
    if (err < 0)
        return err;
    shift_raise(&book->counts, &shift, &shift);
    shift.last_seq = head->seq;
    int whole = is_whole(book->store, booking->device, &shift, fault);
    if (whole <= 0)
        return whole;
    err = bd_shift_figures(book->store, &book->counts, &shift, &booked, fault);
    if (err == BX_ERR_FULL) { /* no honest shift; its Z is held all the same */
        booking->off[BD_OFF_Z] = true;
        err = 0;
    } else if (err == 0)
        booking->off[BD_OFF_Z] =
            differs(&booking->content.report->figures, &booked, booking->why[BD_OFF_Z]);
    bx_figures_finish(&booked);
    return err;
}

/* --- Zs that came before some of their entries ------------------------------------------------ */

/* Of one till in one pass; the next goes on from there. So many that wait for ever hold up neither
 * another till's nor, for long, its own. */
enum { LATE_MAX = 16 };
struct late {
    struct bd_shift_row rows[LATE_MAX];
    int count;
};

static int collect_late(void *arg, const void *row)
{
    struct late *late = (struct late *)arg;
    late->rows[late->count++] = *(const struct bd_shift_row *)row;
    return late->count == LATE_MAX;
}

/* The Z's entry says so from now on. */
static int z_tell(struct bd_store *store, const struct bd_turn *turn,
                  const struct bd_shift_row *shift, const char *say, struct bx_fault *fault)
{
    struct bd_entry_row entry = {
        .till = shift->till, .incarnation = shift->incarnation, .seq = shift->last_seq};
    struct bd_task_row task = {.till = shift->till,
                               .incarnation = shift->incarnation,
                               .seq = shift->last_seq,
                               .word = "z",
                               .at = turn->now.us};
    BX_TEXT_COPY(task.say, say);
    int err = bd_task(store, &task, fault);
    if (err == 0)
        err = bd_must(bd_get(store, BD_ENTRY, &entry, fault), "Z", fault);
    if (err != 0)
        return err;
    bx_buf_auto body;
    bx_buf_init(&body, BX_BODY_MAX);
    bx_buf_add(&body, entry.body.data, entry.body.len);
    entry.body = (struct bd_blob){bx_buf_text(&body), body.len};
    entry.outcome = BX_ENTRY_RECORDED_TASK;
    BX_TEXT_COPY(entry.task, "z");
    BX_TEXT_COPY(entry.say, say);
    return bd_must(bd_update(store, BD_ENTRY, &entry, fault), "Z", fault);
}

static int z_compare(struct bd_book *book, const struct bd_turn *turn, struct bd_shift_row *shift,
                     struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_entry_row entry = {
        .till = shift->till, .incarnation = shift->incarnation, .seq = shift->last_seq};
    struct bx_entry_head head;
    struct bx_content content;
    struct bx_figures booked = {0};
    char say[128];
    int err = bd_must(bd_get(store, BD_ENTRY, &entry, fault), "Z", fault);
    if (err == 0)
        err = bx_content_read(book->room, (const char *)entry.body.data, entry.body.len, &head,
                              &content, fault);
    if (err == 0)
        err = bd_shift_figures(store, NULL, shift, &booked, fault);
    bool beyond = err == BX_ERR_FULL; /* no honest shift, and no other till's trouble */
    err = beyond ? 0 : err;
    if (err == 0 && content.report != NULL) {
        BX_TEXT_COPY(say, "The shift counts beyond every limit.");
        bool off = beyond || differs(&content.report->figures, &booked, say);
        shift->state = off ? BD_SHIFT_DIFFERS : BD_SHIFT_AGREES;
        if (off)
            err = z_tell(store, turn, shift, say, fault);
    }
    bx_figures_finish(&booked);
    return err != 0 ? err : bd_must(bd_update(store, BD_SHIFT, shift, fault), "shift", fault);
}

/* The shift of TILL at which its last pass ended. */
static struct bd_late *late_of(struct bd_book *book, int64_t till)
{
    for (size_t i = 0; i < book->late_count; i++)
        if (book->late[i].till == till)
            return &book->late[i];
    book->late = (struct bd_late *)bx_realloc(book->late, book->late_count + 1, sizeof *book->late);
    struct bd_late *late = &book->late[book->late_count++];
    *late = (struct bd_late){.till = till};
    return late;
}

static int till_compare(struct bd_book *book, const struct bd_turn *turn, int64_t till,
                        struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_late *last = late_of(book, till);
    struct bd_device_row device = {.till = till};
    struct bd_shift_row from = {.state = BD_SHIFT_CLOSED,
                                .till = till,
                                .incarnation = last->incarnation,
                                .shift = last->shift};
    struct bd_scan scan = {
        .table = BD_SHIFT, .index = 1, .fixed = 2, .edge = BD_AFTER, .from = &from};
    struct late late = {.count = 0};
    int err = bd_scan(store, &scan, collect_late, &late, fault);
    err = err > 0 ? 0 : err;
    *last = (struct bd_late){.till = till};
    if (late.count == LATE_MAX) {
        last->incarnation = late.rows[LATE_MAX - 1].incarnation;
        last->shift = late.rows[LATE_MAX - 1].shift;
    }
    if (err == 0)
        err = bd_must(bd_get(store, BD_DEVICE, &device, fault), "device", fault);
    for (int i = 0; i < late.count && err == 0; i++) {
        int whole = is_whole(store, &device, &late.rows[i], fault);
        err = whole == 1 ? z_compare(book, turn, &late.rows[i], fault) : whole;
    }
    return err;
}

int bd_shifts_compare(struct bd_book *book, const struct bd_turn *turn, struct bx_fault *fault)
{
    struct bd_shift_row from = {.state = BD_SHIFT_CLOSED}, shift;
    struct bd_scan scan = {
        .table = BD_SHIFT, .index = 1, .fixed = 1, .edge = BD_AFTER, .from = &from};
    int err;
    while ((err = bd_first(book->store, &scan, &shift, fault)) == 0) {
        err = till_compare(book, turn, shift.till, fault);
        if (err != 0)
            return err;
        from.till = shift.till;
        from.incarnation = from.shift = INT64_MAX; /* on to the next till */
    }
    return err == BD_NOT ? 0 : err;
}

/* --- from the bodies -------------------------------------------------------------------------- */

struct recount {
    struct bd_store *store;
    struct bx_content_room *room;
    const struct bx_programme *programme;
    struct bd_counts *counts;
    struct bx_fault *fault;
};

static int recount_entry(void *arg, const void *row)
{
    struct recount *recount = (struct recount *)arg;
    const struct bd_entry_row *entry = (const struct bd_entry_row *)row;
    struct bx_entry_head head;
    struct bx_content content;
    struct bx_figures figures = {0};
    struct bx_fault *fault = recount->fault;
    if (entry->state != BD_ENTRY_BOOKED)
        return 0;
    int err = bx_content_read(recount->room, (const char *)entry->body.data, entry->body.len, &head,
                              &content, fault);
    if (err == 0)
        err = bd_figures_of(recount->store, &head, &content, &figures, fault);
    if (err == 0)
        err = bd_counts_add(recount->counts, &head,
                            recount->programme == NULL ? 0 : bd_day(recount->programme, head.at),
                            &figures, fault);
    bx_figures_finish(&figures);
    return err;
}

int bd_recount(struct bd_store *store, struct bx_content_room *room,
               const struct bx_programme *programme, struct bd_counts *ret, struct bx_fault *fault)
{
    struct recount recount = {store, room, programme, ret, fault};
    struct bd_scan scan = {.table = BD_ENTRY};
    return bd_scan(store, &scan, recount_entry, &recount, fault);
}

/* --- what names a sale ------------------------------------------------------------------------ */

struct bx_id bd_about_of(const struct bx_content *content)
{
    if (content->sale != NULL)
        return content->sale->of;
    if (content->paper != NULL)
        return content->paper->sale;
    if (content->change != NULL)
        return content->change->sale;
    if (content->invoice != NULL)
        return content->invoice->sale;
    return content->cash != NULL ? content->cash->about : (struct bx_id){{0}};
}

int bd_about_add(struct bd_store *store, const struct bx_id *sale, const struct bx_entry_head *head,
                 struct bx_fault *fault)
{
    struct bd_about_row row = {.sale = *sale,
                               .till = head->till,
                               .incarnation = head->incarnation,
                               .seq = head->seq,
                               .kind = head->kind};
    struct bd_scan scan = {.table = BD_ABOUT, .fixed = 1, .down = true, .from = &row};
    struct bd_about_row last = {.nth = 0};
    int found = bd_first(store, &scan, &last, fault);
    row.nth = last.nth + 1;
    return found < 0 ? found : bd_must(bd_insert(store, BD_ABOUT, &row, fault), "about", fault);
}

/* --- a store of the first format -------------------------------------------------------------- */

struct about {
    struct bx_id sale;
    struct bx_entry_head head;
};
struct abouts {
    struct bx_content_room *room;
    struct about *rows;
    size_t count, room_for;
};

static int collect_about(void *arg, const void *row)
{
    struct abouts *abouts = (struct abouts *)arg;
    const struct bd_entry_row *entry = (const struct bd_entry_row *)row;
    struct about about;
    struct bx_content content;
    if (entry->state != BD_ENTRY_BOOKED ||
        bx_content_read(abouts->room, (const char *)entry->body.data, entry->body.len, &about.head,
                        &content, NULL) != 0)
        return 0;
    about.sale = bd_about_of(&content);
    if (bx_id_is_zero(&about.sale))
        return 0;
    if (abouts->count == abouts->room_for) {
        abouts->room_for = abouts->room_for == 0 ? 256 : abouts->room_for * 2;
        abouts->rows =
            (struct about *)bx_realloc(abouts->rows, abouts->room_for, sizeof *abouts->rows);
    }
    abouts->rows[abouts->count++] = about;
    return 0;
}

int bd_figures_make(struct bd_book *book, struct bd_meta_row *meta, struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    const struct bx_programme *now;
    struct abouts abouts = {.room = book->room};
    struct bd_scan scan = {.table = BD_ENTRY};
    bd_counts_clear(&book->counts);
    int err = bd_programme(book, meta, 0, &now, fault);
    if (err == 0)
        err = bd_recount(store, book->room, now, &book->counts, fault);
    if (err == 0)
        err = bd_counts_put(store, &book->counts, fault);
    if (err == 0)
        err = bd_scan(store, &scan, collect_about, &abouts, fault);
    for (size_t i = 0; i < abouts.count && err == 0; i++)
        err = bd_about_add(store, &abouts.rows[i].sale, &abouts.rows[i].head, fault);
    bx_free(abouts.rows);
    meta->figured = 1;
    return err != 0 ? err : bd_must(bd_update(store, BD_META, meta, fault), "meta", fault);
}
