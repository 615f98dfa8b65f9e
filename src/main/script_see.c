/* SPDX-License-Identifier: Apache-2.0 */
/* What a scenario waits for: words on the screen, sheets that came out, entries of the journal,
 * what a command answered; and what it takes from there for its next lines. */

#include "main/script_in.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"

enum { SHEETS_TOLD = 4 };

/* --- what must be seen -------------------------------------------------------------------- */

static bool on_screen(struct bx_script *script)
{
    return strstr(bx_buf_text(&script->now->screen), script->wanted) != NULL;
}

static int expect_screen(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    script->wanted = bx_script_rest(script, 2);
    return bx_script_wait(script, on_screen) ? 0 : bx_script_fail(script, "not on the screen");
}

static int expect_off(struct bx_script *script, const char *const *words, size_t count)
{
    bool screen = strcmp(words[2], "screen") == 0;
    if ((!screen && strcmp(words[2], "display") != 0) || count < 4)
        return bx_script_fail(script, "expect no screen TEXT, or no display TEXT");
    (void)bx_script_wait(script, bx_script_is_idle);
    bx_script_settle(script);
    if (!screen)
        return bx_script_no_display(script, bx_script_rest(script, 3));
    script->wanted = bx_script_rest(script, 3);
    return on_screen(script) ? bx_script_fail(script, "still on the screen") : 0;
}

static int expect_keys(struct bx_script *script, const char *const *words, size_t count)
{
    int64_t n;
    (void)count;
    if (bx_text_number(words[2], strlen(words[2]), 10000, &n))
        return bx_script_fail(script, "expect keys N");
    return n == script->keys ? 0 : bx_script_fail(script, "%lld keys", (long long)script->keys);
}

static int expect_exit(struct bx_script *script, const char *const *words, size_t count)
{
    int64_t n;
    (void)count;
    if (bx_text_number(words[2], strlen(words[2]), 255, &n))
        return bx_script_fail(script, "expect exit N");
    script->exit_open = false;
    return n == script->exit ? 0 : bx_script_fail(script, "exit status %d", script->exit);
}

static int expect_said(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    return strstr(bx_buf_text(&script->said), bx_script_rest(script, 2))
               ? 0
               : bx_script_fail(script, "not said");
}

static const char *const sheet_words[] = {"receipt", "ticket", "report", "slip", "voucher"};

static size_t sheets_count(struct bx_script *script)
{
    size_t found = 0;
    const struct bx_stage_printer *printer = &script->now->printer;
    for (size_t i = script->sheets_from; i < printer->sheet_count; i++)
        found += (script->sheet_kind < 0 || (int)printer->sheets[i].kind == script->sheet_kind) &&
                 strstr(printer->sheets[i].text, script->wanted) != NULL;
    return found;
}

static bool sheets_are(struct bx_script *script)
{
    return script->sheets_wanted < 0 ? sheets_count(script) > 0
                                     : (int64_t)sheets_count(script) == script->sheets_wanted;
}

/* expect printed [N] ticket|receipt|report|slip|voucher|sheet ["words on it"] */
static int expect_printed(struct bx_script *script, const char *const *words, size_t count)
{
    size_t at = 2;
    script->sheets_wanted = -1;
    if (at < count &&
        bx_text_number(words[at], strlen(words[at]), 1000, &script->sheets_wanted) == 0)
        at++;
    script->sheet_kind = -1;
    for (size_t i = 0; at < count && i < bx_countof(sheet_words); i++)
        if (strcmp(words[at], sheet_words[i]) == 0)
            script->sheet_kind = (int)i;
    if (at >= count || (script->sheet_kind < 0 && strcmp(words[at], "sheet") != 0))
        return bx_script_fail(script, "printed what?");
    script->wanted = at + 1 < count ? words[at + 1] : "";
    if (script->sheets_wanted == 0)
        (void)bx_script_wait(script, bx_script_is_idle);
    if (bx_script_wait(script, sheets_are))
        return 0;
    size_t end = script->now->printer.sheet_count, from = script->sheets_from;
    for (size_t i = end > from + SHEETS_TOLD ? end - SHEETS_TOLD : from; i < end; i++)
        fprintf(stderr, "--- sheet %zu: %s\n%s", i,
                sheet_words[script->now->printer.sheets[i].kind],
                script->now->printer.sheets[i].text);
    return bx_script_fail(script, "%zu were printed", sheets_count(script));
}

static bool drawers_are(struct bx_script *script)
{
    return script->now->printer.drawers - script->drawers_from == script->sheets_wanted;
}

static int expect_drawer(struct bx_script *script, const char *const *words, size_t count)
{
    (void)count;
    if (bx_text_number(words[2], strlen(words[2]), 1000, &script->sheets_wanted))
        return bx_script_fail(script, "expect drawer N");
    if (script->sheets_wanted == script->drawers_from)
        (void)bx_script_wait(script, bx_script_is_idle);
    return bx_script_wait(script, drawers_are)
               ? 0
               : bx_script_fail(script, "it opened %d times",
                                script->now->printer.drawers - script->drawers_from);
}

/* --- the journal -------------------------------------------------------------------------- */

/* Visits by asking the till itself: `boxtill journal show` is the same for people. */
static bx_json *at_path(bx_json *value, const char *path)
{
    char name[64];
    while (value && *path) {
        size_t len = strcspn(path, ".");
        int64_t n;
        snprintf(name, sizeof(name), "%.*s", (int)(len < 63 ? len : 63), path);
        if (bx_json_is_array(value) && bx_text_number(name, strlen(name), 10000, &n) == 0) {
            value = bx_json_first(value);
            for (; value && n > 0; n--)
                value = bx_json_next(value);
        } else {
            value = bx_json_get(value, name);
        }
        path += len + (path[len] == '.');
    }
    return value;
}

static void value_text(bx_json *value, char *out, size_t size)
{
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    struct bx_json_writer writer;
    if (!value) {
        snprintf(out, size, "(none)");
        return;
    }
    if (bx_json_is_string(value)) {
        snprintf(out, size, "%s", bx_json_text(value));
        return;
    }
    bx_json_write(&writer, &text);
    bx_json_put_value(&writer, NULL, value);
    snprintf(out, size, "%s", bx_buf_text(&text));
}

struct look {
    struct bx_script *script;
    const char *kind;
    const char *const *words; /* name=value … */
    const char *path;         /* `let`: what of it */
    char found[1024], why[200];
    int64_t count;
};

static bool fits(struct look *look, bx_json *root)
{
    for (const char *const *word = look->words; *word; word++) {
        char name[128], text[512];
        const char *equal = strchr(*word, '=');
        if (!equal)
            continue;
        snprintf(name, sizeof(name), "%.*s", (int)(equal - *word), *word);
        value_text(at_path(root, name), text, sizeof(text));
        if (strcmp(text, equal + 1) != 0) {
            snprintf(look->why, sizeof(look->why), "%.60s is %.100s", name, text);
            return false;
        }
    }
    return true;
}

static int row_look(void *arg, const struct bx_row *row)
{
    struct look *look = arg;
    if (strcmp(bx_kind_word(row->head.kind), look->kind) != 0)
        return 0;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(row->body, row->len, BX_BODY_MAX, NULL);
    if (!doc || !fits(look, bx_json_root(doc)))
        return 0;
    look->count++;
    if (look->path)
        value_text(at_path(bx_json_root(doc), look->path), look->found, sizeof(look->found));
    return 0;
}

static int journal_look(struct bx_script *script, struct look *look)
{
    struct bx_journal *journal = bx_session_journal(script->now->session);
    struct bx_query query = {.kind = BX_QUERY_FROM, .from = 1, .limit = BX_ROWS_MAX};
    struct bx_journal_state state = {0};
    struct bx_fault fault = {0};
    int err = journal->ops->load(journal, &state, &fault);
    int64_t end = state.next_seq;
    bx_journal_state_finish(&state);
    for (; !err && query.from < end; query.from += BX_ROWS_MAX)
        err = journal->ops->read(journal, &query, row_look, look, &fault);
    return err ? bx_script_fail(script, "%s", fault.say) : 0;
}

/* expect journal [N] KIND [name=value …]: at least one such entry, or exactly N. */
static int expect_journal(struct bx_script *script, const char *const *words, size_t count)
{
    int64_t wanted = -1;
    size_t at = 2;
    if (at < count && bx_text_number(words[at], strlen(words[at]), 100000, &wanted) == 0)
        at++;
    if (at >= count)
        return bx_script_fail(script, "expect journal KIND");
    (void)bx_script_wait(script, bx_script_is_idle);
    struct look look = {.script = script, .kind = words[at], .words = words + at + 1};
    if (journal_look(script, &look))
        return -1;
    if (wanted < 0 ? look.count > 0 : look.count == wanted)
        return 0;
    return bx_script_fail(script, "%lld such entries; %s", (long long)look.count, look.why);
}

/* let NAME KIND PATH [name=value …]: of the newest such entry; let NAME said PATH: of an answer;
 * let NAME said line: its first line. */
int bx_script_let(struct bx_script *script, const char *const *words, size_t count)
{
    if (count < 4 || script->value_count == BX_SCRIPT_VALUES)
        return bx_script_fail(script, "let NAME KIND PATH");
    struct look look = {.script = script, .kind = words[2], .words = words + 4, .path = words[3]};
    (void)bx_script_wait(script, bx_script_is_idle);
    if (strcmp(words[2], "said") == 0 && strcmp(words[3], "line") == 0) {
        const char *said = bx_buf_text(&script->said);
        snprintf(look.found, sizeof(look.found), "%.*s", (int)strcspn(said, "\n"), said);
        look.count = 1;
    } else if (strcmp(words[2], "said") == 0) {
        bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
            bx_json_parse(bx_buf_text(&script->said), script->said.len, BX_BUF_MAX, NULL);
        look.count = doc != NULL;
        value_text(doc ? at_path(bx_json_root(doc), words[3]) : NULL, look.found,
                   sizeof(look.found));
    } else if (journal_look(script, &look)) {
        return -1;
    }
    if (look.count == 0)
        return bx_script_fail(script, "no such entry; %s", look.why);
    struct bx_script_value *value = NULL;
    for (size_t i = 0; i < script->value_count; i++)
        if (strcmp(script->values[i].name, words[1]) == 0)
            value = &script->values[i];
    if (!value)
        value = &script->values[script->value_count++];
    BX_TEXT_COPY(value->name, words[1]);
    BX_TEXT_COPY(value->text, look.found);
    return 0;
}

static const struct bx_script_verb expects[] = {
    {"screen", 3, expect_screen}, {"no", 3, expect_off},          {"keys", 3, expect_keys},
    {"exit", 3, expect_exit},     {"said", 3, expect_said},       {"printed", 3, expect_printed},
    {"drawer", 3, expect_drawer}, {"journal", 3, expect_journal}, {"display", 3, bx_script_display},
};

int bx_script_expect(struct bx_script *script, const char *const *words, size_t count)
{
    for (size_t i = 0; i < bx_countof(expects); i++)
        if (strcmp(words[1], expects[i].word) == 0)
            return count < expects[i].least ? bx_script_fail(script, "this line says too little")
                                            : expects[i].run(script, words, count);
    return bx_script_fail(script, "expect what?");
}
