/* SPDX-License-Identifier: Apache-2.0 */
/* journal verify | show | export. The journal has one owner at a time: while a till runs, its
 * entries come page by page over till.sock and are checked here; else the file itself is opened,
 * and everything that lies in it beside the entries is checked as well. */

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/domain/wire.h"
#include "journal/journal.h"
#include "journal/owner.h"
#include "main/cmd.h"

enum { BUSY_MS = 30000, PAUSE_MS = 50 };

/* Bytes as they are exported, cut into entries again. */
struct reading {
    int (*entry)(struct reading *reading, const struct bx_envelope *envelope, const char *body,
                 size_t len, struct bx_fault *fault); /* NULL: to standard output */
    struct bx_buf line;
    bool has_envelope, wrong;
    struct bx_envelope envelope;
    struct bx_journal_found found;
    struct bx_fault *fault;
};

static int line_take(struct reading *reading)
{
    int err = 0;
    if (!reading->has_envelope)
        err = bx_envelope_decode(bx_buf_text(&reading->line), reading->line.len, &reading->envelope,
                                 reading->fault);
    else
        err = reading->entry(reading, &reading->envelope, bx_buf_text(&reading->line),
                             reading->line.len, reading->fault);
    reading->has_envelope = !reading->has_envelope;
    bx_buf_clear(&reading->line);
    return err;
}

static int bytes_take(void *arg, const char *bytes, size_t len)
{
    struct reading *reading = arg;
    if (!reading->entry)
        return fwrite(bytes, 1, len, stdout) == len
                   ? 0
                   : bx_fault_say(reading->fault, BX_ERR_IO, "The entries cannot be written.");
    while (len > 0) {
        const char *end = memchr(bytes, '\n', len);
        size_t piece = end ? (size_t)(end - bytes) : len;
        bx_buf_add(&reading->line, bytes, piece);
        int err = end ? line_take(reading) : 0;
        if (err)
            return err;
        piece += end != NULL;
        bytes += piece;
        len -= piece;
    }
    return 0;
}

/* --- where they come from ----------------------------------------------------------------- */

/* BX_ERR_MISSING when no till listens. */
static int from_till(const struct bx_place *place, int64_t from, struct reading *reading)
{
    char path[BX_PATH_SIZE], command[64];
    bx_home_file(&place->home, "till.sock", path);
    while (from > 0) {
        __attribute__((cleanup(bx_said_finish_at))) struct bx_said said = {0};
        int len = snprintf(command, sizeof(command), "{\"verb\":\"entries\",\"from\":%lld}",
                           (long long)from);
        int err = bx_run_ask(path, command, (size_t)len, BX_RUN_SILENCE_MS, bx_said_take, &said,
                             reading->fault);
        if (err)
            return err;
        if (said.exit != 0)
            return bx_fault_say(reading->fault, BX_ERR_REFUSED, "%s", said.text);
        err = bytes_take(reading, said.text, strlen(said.text));
        if (err)
            return err;
        bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
            bx_json_parse(said.json, strlen(said.json), 256, reading->fault);
        bx_json *next = doc ? bx_json_get(bx_json_root(doc), "next") : NULL;
        from = bx_json_is_integer(next) ? bx_json_integer(next) : 0;
    }
    return 0;
}

typedef int (*own_work)(struct bx_journal *journal, int64_t from, struct reading *reading);

static int from_file(const struct bx_place *place, int64_t from, struct reading *reading,
                     own_work work)
{
    char path[BX_PATH_SIZE];
    bx_cleanup(bx_owner_release) struct bx_owner *owner =
        bx_owner_take(bx_home_file(&place->home, "till.lock", path), reading->fault);
    if (!owner)
        return reading->fault->err;
    const struct bx_journal_options options = {
        .path = bx_home_file(&place->home, "journal.db", path), .inspect = true};
    bx_cleanup(bx_journal_destroy) struct bx_journal *journal =
        bx_journal_open_with(&options, reading->fault);
    if (!journal)
        return reading->fault->err;
    return work(journal, from, reading);
}

static int read_entries(const struct bx_place *place, int64_t from, struct reading *reading,
                        own_work work)
{
    int err = BX_ERR_BUSY;
    for (int waited = 0; waited < BUSY_MS && err == BX_ERR_BUSY; waited += PAUSE_MS) {
        err = from_till(place, from, reading);
        if (err != BX_ERR_MISSING || reading->found.count > 0)
            return err;
        err = from_file(place, from, reading, work);
        if (err == BX_ERR_BUSY)
            poll(NULL, 0, PAUSE_MS);
    }
    return err;
}

static int export_work(struct bx_journal *journal, int64_t from, struct reading *reading)
{
    return bx_journal_export(journal, from, bytes_take, reading, reading->fault);
}

/* --- verify ------------------------------------------------------------------------------- */

static int entry_verify(struct reading *reading, const struct bx_envelope *envelope,
                        const char *body, size_t len, struct bx_fault *fault)
{
    struct bx_entry_head head;
    struct bx_hash hash = bx_entry_hash(&envelope->prev, envelope->till, envelope->incarnation,
                                        envelope->seq, body, len);
    int err = bx_entry_head_decode(body, len, &head, fault);
    /* One from a newer version is chained like any other. */
    bool good = err == BX_ERR_MISSING ||
                (!err && head.till == envelope->till && head.seq == envelope->seq &&
                 head.incarnation == envelope->incarnation && bx_id_equal(&head.id, &envelope->id));
    /* A journal that was purged begins at a later entry: it stands on what went before. */
    bool follows = reading->found.count == 0
                       ? envelope->seq > 1 || bx_hash_equal(&envelope->prev, &reading->found.head)
                       : envelope->seq == reading->found.last_seq + 1 &&
                             bx_hash_equal(&envelope->prev, &reading->found.head);
    if (!good || !follows || !bx_hash_equal(&envelope->hash, &hash))
        return bx_fault_say(fault, BX_ERR_CORRUPT,
                            "Entry %lld is not what was written: the journal was changed.",
                            (long long)envelope->seq);
    reading->found.count++;
    reading->found.last_seq = envelope->seq;
    reading->found.head = hash;
    if (!err)
        reading->found.last_at = head.at;
    return 0;
}

static int verify_work(struct bx_journal *journal, int64_t from, struct reading *reading)
{
    struct bx_journal_report report = {0};
    struct bx_journal_state state = {0};
    (void)from;
    if (journal->ops->load(journal, &state, NULL) == 0)
        reading->found.last_at = state.last_at;
    bx_journal_state_finish(&state);
    int err = bx_journal_verify(journal, &report, reading->fault);
    reading->found.count = report.entries;
    reading->found.head = report.head;
    return err;
}

int bx_journal_check(const struct bx_place *place, struct bx_journal_found *ret,
                     struct bx_fault *fault)
{
    struct reading reading = {.entry = entry_verify, .fault = fault};
    bx_buf_init(&reading.line, BX_BODY_MAX + 1);
    int err = read_entries(place, 1, &reading, verify_work);
    bx_buf_finish(&reading.line);
    *ret = reading.found;
    return err;
}

static int verify(const struct bx_place *place, bool json)
{
    struct bx_fault fault = {0};
    struct bx_journal_found found;
    char text[BX_HASH_TEXT];
    if (bx_journal_check(place, &found, &fault))
        return bx_refuse_as(&fault, json);
    bx_hash_format(&found.head, text);
    if (json)
        printf("{\"entries\":%lld,\"head\":\"%s\"}\n", (long long)found.count, text);
    else {
        printf(bx_word("%lld entries, all as they were written; chain head %.8s"),
               (long long)found.count, text);
        printf("\n");
    }
    return BX_EXIT_DONE;
}

/* --- show --------------------------------------------------------------------------------- */

static int entry_show(struct reading *reading, const struct bx_envelope *envelope, const char *body,
                      size_t len, struct bx_fault *fault)
{
    struct bx_entry_head head;
    struct bx_sale *sale;
    char at[BX_UTC_TEXT], money[BX_MONEY_TEXT];
    reading->found.count++;
    if (bx_entry_head_decode(body, len, &head, fault)) {
        printf("%8lld  %s\n", (long long)envelope->seq, bx_word("of a newer version"));
        return 0;
    }
    printf("%8lld  %.19sZ  %-14s %4lld", (long long)head.seq, bx_utc_format(head.at, at),
           bx_kind_word(head.kind), (long long)head.user);
    sale = head.kind == BX_KIND_SALE ? bx_new(struct bx_sale) : NULL;
    if (sale && bx_sale_decode(body, len, sale, fault) == 0) {
        printf("  %s  ", head.number);
        printf(bx_words_of(sale->ticket_count, "%d ticket", "%d tickets"), sale->ticket_count);
        printf("  %s %s", sale->currency,
               bx_money_format(sale->totals.total, sale->exponent, money));
    }
    bx_free(sale);
    printf("\n");
    return 0;
}

static int show(const struct bx_place *place, int64_t from)
{
    struct bx_fault fault = {0};
    struct reading reading = {.entry = entry_show, .fault = &fault};
    bx_buf_init(&reading.line, BX_BODY_MAX + 1);
    int err = read_entries(place, from, &reading, export_work);
    bx_buf_finish(&reading.line);
    return err ? bx_refuse(&fault) : BX_EXIT_DONE;
}

static const char usage[] =
    "journal verify [--archive FOLDER] [--json] | show [FROM] | export [FROM] | "
    "export FOLDER [--json] | purge FOLDER [--before YYYY-MM-DD] [--json]";

static int entries_out(const struct bx_place *place, int64_t from)
{
    struct bx_fault fault = {0};
    struct reading reading = {.fault = &fault};
    return read_entries(place, from, &reading, export_work) ? bx_refuse(&fault) : BX_EXIT_DONE;
}

/* show [FROM], export [FROM], export FOLDER; -1 as below. */
static int copy_act(const struct bx_place *place, const char *word, const char *rest, bool json)
{
    int64_t from = 1;
    bool number = !rest || bx_text_number(rest, strlen(rest), INT64_MAX, &from) == 0;
    bool export = strcmp(word, "export") == 0;
    if (export && !number)
        return bx_archive_export(place, rest, json);
    if (json || !number)
        return -1;
    from = from > 0 ? from : 1;
    if (strcmp(word, "show") == 0)
        return show(place, from);
    return export ? entries_out(place, from) : -1;
}

/* The command as it was given; -1: there is no such one. */
static int act(const struct bx_place *place, const struct bx_args *args)
{
    const char *word = args->words[0], *rest = args->word_count > 1 ? args->words[1] : NULL;
    const char *archive = args->counts[0] > 0 ? args->values[0][0] : NULL;
    const char *before = args->counts[1] > 0 ? args->values[1][0] : NULL;
    if (strcmp(word, "verify") == 0 && !rest && !before)
        return archive ? bx_archive_check(place, archive, args->json) : verify(place, args->json);
    if (strcmp(word, "purge") == 0 && rest && !archive)
        return bx_archive_purge(place, rest, before, args->json);
    return archive || before ? -1 : copy_act(place, word, rest, args->json);
}

int bx_cmd_journal(const struct bx_place *place, int argc, char **argv)
{
    struct bx_args args = {.usage = usage, .options = {"archive", "before"}, .min = 1, .max = 2};
    if (!bx_args_read(&args, argc, argv))
        return BX_EXIT_USAGE;
    int status = act(place, &args);
    return status < 0 ? bx_usage(usage) : status;
}
