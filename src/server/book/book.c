/* SPDX-License-Identifier: Apache-2.0 */
/* The book itself holds no truth: all of it is in the store, and every call reads what it needs
 * there. What is kept here are parsed programmes, because parsing one a sale would cost more than
 * booking it, one sale's worth of memory, and what a batch has counted so far. */

#include "server/book/book.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/inside.h"
#include "server/store/schema.h"

int bd_meta(struct bd_store *store, struct bd_meta_row *ret, struct bx_fault *fault)
{
    *ret = (struct bd_meta_row){.one = 1};
    int err = bd_get(store, BD_META, ret, fault);
    if (err == BD_NOT)
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "There is no venue in this store yet: run boxtilld init.");
    return err;
}

int bd_must(int err, const char *what, struct bx_fault *fault)
{
    if (err != BD_NOT)
        return err;
    return bx_fault_set(fault, BX_ERR_CORRUPT, "The booking server's data contradict themselves.",
                        "%s", what);
}

struct first {
    void *row;
    size_t size;
};
static int take_first(void *arg, const void *row)
{
    const struct first *first = (const struct first *)arg;
    memcpy(first->row, row, first->size);
    return 1;
}

int bd_first(struct bd_store *store, const struct bd_scan *scan, void *ret, struct bx_fault *fault)
{
    struct first first = {ret, bd_shape_of(scan->table)->size};
    int found = bd_scan(store, scan, take_first, &first, fault);
    return found == 1 ? 0 : found == 0 ? BD_NOT : found;
}

int64_t bd_least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int bd_leave(struct bd_store *store, int err, struct bx_fault *fault)
{
    int end = store->ops->release(store, err == 0, err == 0 ? fault : NULL);
    return err != 0 ? err : end;
}

static int tally_add(struct bd_store *store, const struct bd_task_row *task, int64_t more,
                     struct bx_fault *fault)
{
    struct bd_tally_row row = {.till = task->till};
    BX_TEXT_COPY(row.word, task->word);
    int err = bd_get(store, BD_TALLY, &row, fault);
    if (err < 0)
        return err;
    row.count += more;
    return err == BD_NOT ? bd_insert(store, BD_TALLY, &row, fault)
                         : bd_must(bd_update(store, BD_TALLY, &row, fault), "tally", fault);
}

int bd_task(struct bd_store *store, const struct bd_task_row *task, struct bx_fault *fault)
{
    int err = bd_insert(store, BD_TASK, task, fault);
    if (err == 0)
        err = tally_add(store, task, 1, fault);
    return err == BD_NOT ? 0 : err;
}

int bd_task_end(struct bd_store *store, const struct bd_task_row *key, bx_utc now,
                struct bx_fault *fault)
{
    struct bd_task_row task = *key;
    int err = bd_get(store, BD_TASK, &task, fault);
    if (err != 0 || task.done != 0)
        return err == BD_NOT ? 0 : err;
    task.done = now.us;
    err = bd_must(bd_update(store, BD_TASK, &task, fault), "task", fault);
    return err != 0 ? err : tally_add(store, &task, -1, fault);
}

struct tallies {
    struct bd_tally_row *rows;
    size_t count;
};

static int tally_task(void *arg, const void *row)
{
    struct tallies *tallies = (struct tallies *)arg;
    const struct bd_task_row *task = (const struct bd_task_row *)row;
    size_t at = 0;
    while (at < tallies->count && (tallies->rows[at].till != task->till ||
                                   strcmp(tallies->rows[at].word, task->word) != 0))
        at++;
    if (at == tallies->count) {
        tallies->rows = (struct bd_tally_row *)bx_realloc(tallies->rows, ++tallies->count,
                                                          sizeof *tallies->rows);
        tallies->rows[at] = (struct bd_tally_row){.till = task->till};
        BX_TEXT_COPY(tallies->rows[at].word, task->word);
    }
    tallies->rows[at].count += task->done == 0;
    return 0;
}

int bd_tally_make(struct bd_store *store, struct bx_fault *fault)
{
    struct bd_tally_row tally;
    struct tallies tallies = {0};
    struct bd_scan first = {.peek = true, .table = BD_TALLY}, tasks = {.table = BD_TASK};
    int err = bd_first(store, &first, &tally, fault);
    if (err != BD_NOT)
        return err;
    err = bd_scan(store, &tasks, tally_task, &tallies, fault);
    for (size_t i = 0; i < tallies.count && err == 0; i++)
        err = bd_insert(store, BD_TALLY, &tallies.rows[i], fault);
    bx_free(tallies.rows);
    return err;
}

int bd_quarantine(struct bd_store *store, const struct bd_turn *turn, struct bd_device_row *device,
                  int64_t seq, const char *say, struct bx_fault *fault)
{
    struct bd_task_row task = {.till = device->till,
                               .incarnation = device->incarnation,
                               .seq = seq,
                               .word = "quarantine",
                               .at = turn->now.us};
    BX_TEXT_COPY(task.say, say);
    device->quarantined = BD_QUARANTINED;
    return bd_task(store, &task, fault);
}

static int log_put(struct bd_store *store, const struct bd_turn *turn, struct bd_log_row *row,
                   struct bx_fault *fault)
{
    struct bx_rand rand = {0};
    memcpy(rand.seed, turn->seed, sizeof rand.seed);
    rand.drawn = UINT64_C(1) << 32; /* apart from what the call itself draws */
    row->at = turn->now.us;
    int err;
    do { /* again when the caller gave one seed to two calls */
        uint8_t random[10];
        bx_rand_draw(&rand, random, sizeof random);
        row->id = bx_id_make(turn->now, random);
        err = bd_insert(store, BD_LOG, row, fault);
    } while (err == BD_NOT);
    return err;
}

int bd_log(struct bd_store *store, const struct bd_turn *turn, const char *who,
           struct bx_fault *fault, const char *format, ...)
{
    struct bd_log_row row = {0};
    BX_TEXT_COPY(row.who, who);
    va_list args;
    va_start(args, format);
    vsnprintf(row.what, sizeof row.what, format, args);
    va_end(args);
    return log_put(store, turn, &row, fault);
}

int bd_log_by(struct bd_store *store, const struct bd_turn *turn, int64_t who,
              struct bx_fault *fault, const char *format, ...)
{
    struct bd_log_row row = {0};
    struct bd_user_row user = {.number = who};
    char text[BX_NAME_SIZE + 24];
    int err = bd_get(store, BD_USER, &user, fault);
    if (err < 0)
        return err;
    snprintf(text, sizeof text, "%" PRId64 " %s", who, user.name);
    BX_TEXT_COPY(row.who, text);
    va_list args;
    va_start(args, format);
    vsnprintf(row.what, sizeof row.what, format, args);
    va_end(args);
    return log_put(store, turn, &row, fault);
}

int bd_answerable(struct bd_store *store, int64_t who, struct bx_fault *fault)
{
    struct bd_user_row user = {.number = who};
    int err = bd_get(store, BD_USER, &user, fault);
    if (err < 0)
        return err;
    if (err == BD_NOT || user.gone_at != 0)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no user %" PRId64 ".", who);
    if (user.role != BX_ROLE_SUPERVISOR)
        return bx_fault_say(fault, BX_ERR_REFUSED, "User %" PRId64 " is no supervisor.", who);
    return 0;
}

struct bx_date bd_today(const struct bd_meta_row *meta, bx_utc at)
{
    struct bx_date date;
    int minute;
    bx_utc_civil(at, (int)meta->offset_min, &date, &minute);
    return date;
}

int64_t bd_day(const struct bx_programme *programme, bx_utc at)
{
    struct bx_date date;
    int minute;
    bx_utc_civil(at, bx_programme_offset(programme, at), &date, &minute);
    return bx_date_days(date);
}

/* --- programmes ----------------------------------------------------------------------------- */

static int programme_load(struct bd_book *book, int64_t version, struct bd_catalogue *ret,
                          struct bx_fault *fault)
{
    struct bd_document_row row = {.kind = BD_DOC_PROGRAMME, .version = version};
    int err = bd_get(book->store, BD_DOCUMENT, &row, fault);
    if (err != 0)
        return err;
    ret->at = row.at;
    ret->hash = bx_hash_of(row.bytes.data, row.bytes.len);
    ret->programme = bx_programme_parse((const char *)row.bytes.data, row.bytes.len, fault);
    return ret->programme != NULL ? 0 : BX_ERR_CORRUPT;
}

int bd_programme(struct bd_book *book, const struct bd_meta_row *meta, int64_t version,
                 const struct bx_programme **ret, struct bx_fault *fault)
{
    bool newest = version == 0 || version == meta->programme;
    version = newest ? meta->programme : version;
    *ret = NULL;
    if (version <= 0 || version > meta->programme)
        return 0;
    for (size_t i = 0; i < BD_CATALOGUES; i++) {
        struct bd_catalogue *held = &book->catalogues[i];
        if (held->programme == NULL || held->programme->version != version)
            continue;
        if (!newest || bx_hash_equal(&held->hash, &meta->programme_hash)) {
            *ret = held->programme;
            return 0;
        }
        held->programme = (struct bx_programme *)bx_programme_destroy(held->programme);
    }
    struct bd_catalogue loaded = {0};
    int err = programme_load(book, version, &loaded, fault);
    if (err != 0)
        return err == BD_NOT ? 0 : err;
    struct bd_catalogue *place = &book->catalogues[book->next];
    book->next = (book->next + 1) % BD_CATALOGUES;
    bx_programme_destroy(place->programme);
    *place = loaded;
    *ret = loaded.programme;
    return 0;
}

int64_t bd_programme_at(const struct bd_book *book, const struct bx_programme *programme)
{
    for (size_t i = 0; i < BD_CATALOGUES; i++)
        if (book->catalogues[i].programme == programme)
            return book->catalogues[i].at;
    return 0;
}

int bd_book_programme(struct bd_book *book, const struct bd_turn *turn,
                      const struct bx_programme **ret, struct bx_date *ret_today,
                      struct bx_fault *fault)
{
    struct bd_meta_row meta;
    int err = bd_meta(book->store, &meta, fault);
    if (err == 0)
        err = bd_programme(book, &meta, 0, ret, fault);
    if (err == 0)
        *ret_today = bd_today(&meta, turn->now);
    return err;
}

/* --- life ----------------------------------------------------------------------------------- */

struct bd_book *bd_book_create(struct bd_store *store, const struct bd_policy *policy,
                               struct bx_fault *fault)
{
    struct bd_book *book bx_cleanup(bd_book_destroy) = bx_new(struct bd_book);
    struct bd_meta_row meta;
    const struct bx_programme *programme;
    book->store = store;
    book->policy = *policy;
    book->room = bx_content_room_create();
    if (bd_meta(store, &meta, fault) != 0 || bd_programme(book, &meta, 0, &programme, fault) != 0)
        return NULL;
    if (meta.figured == 0 && bd_figures_make(book, &meta, fault) != 0)
        return NULL;
    if (bd_tally_make(store, fault) != 0)
        return NULL;
    return (struct bd_book *)bx_steal(&book);
}

void *bd_book_destroy(struct bd_book *book)
{
    if (book == NULL)
        return NULL;
    for (size_t i = 0; i < BD_CATALOGUES; i++)
        bx_programme_destroy(book->catalogues[i].programme);
    bx_content_room_destroy(book->room);
    bd_counts_finish(&book->counts);
    bd_counts_finish(&book->gathered);
    bx_free(book->late);
    return bx_free(book);
}
