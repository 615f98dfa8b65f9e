/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: a file of what people do at the counter and of what must be seen then, played by real
 * programs. boxtill.1 describes the language under "demo --script"; verbs[] below is its list.
 *
 * One line is one step. "expect" waits until what it says is so; how long that takes never matters,
 * only that it comes before everything stands still for PATIENCE_S. */

#include "main/script.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/sys/file.h"
#include "sys/sys.h"

enum { PATIENCE_S = 20, TURN_MS = 20, SCRIPT_MAX = 256 << 10, WORDS_MAX = 24, SHEETS_TOLD = 4 };

/* --- saying what went wrong --------------------------------------------------------------- */

static int fail(struct bx_script *script, const char *format, ...) bx_format(2, 3);
static int fail(struct bx_script *script, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", script->path, script->line);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n  %s\n", script->text);
    va_end(args);
    const struct bx_stage *stage = script->now;
    if (stage && stage->screen.len > 0)
        fprintf(stderr, "%s", bx_buf_text(&stage->screen));
    if (script->said.len > 0)
        fprintf(stderr, "said: %s\n", bx_buf_text(&script->said));
    return -1;
}

/* --- waiting ------------------------------------------------------------------------------ */

static void turn_all(void *arg)
{
    struct bx_script *script = arg;
    for (int i = 0; i < BX_SCRIPT_TILLS; i++)
        if (script->stages[i] && script->stages[i]->session)
            bx_stage_turn(script->stages[i], script->stages[i] == script->now ? TURN_MS : 0);
}

/* Turns until IS says so; false when nothing comes of it. */
static bool wait_for(struct bx_script *script, bool (*is)(struct bx_script *script))
{
    struct bx_clock *clock = bx_sys_clock();
    int64_t until = clock->ops->mono(clock).ns + PATIENCE_S * BX_SECOND_NS;
    while (!is(script)) {
        if (clock->ops->mono(clock).ns > until)
            return false;
        turn_all(script);
    }
    return true;
}

static bool is_idle(struct bx_script *script)
{
    return bx_stage_is_idle(script->now);
}

/* Everything pressed so far has been worked on. A till may be busy with its server for ever, so
 * this is no promise that nothing is under way. */
static bool keys_are_done(struct bx_script *script)
{
    return !script->now || !script->now->session ||
           (script->now->key_count == 0 && !script->now->given);
}

static void settle(struct bx_script *script)
{
    turn_all(script);
    (void)wait_for(script, keys_are_done);
    turn_all(script);
}

/* --- words -------------------------------------------------------------------------------- */

/* TEXT with $NAME replaced by what `let` gave it. */
static void expand(struct bx_script *script, const char *text, char *out, size_t size)
{
    size_t len = 0;
    while (*text && len + 1 < size) {
        const struct bx_script_value *value = NULL;
        for (size_t i = 0; *text == '$' && i < script->value_count; i++)
            if (strncmp(text + 1, script->values[i].name, strlen(script->values[i].name)) == 0 &&
                (!value || strlen(script->values[i].name) > strlen(value->name)))
                value = &script->values[i];
        if (!value) {
            out[len++] = *text++;
            continue;
        }
        int n = snprintf(out + len, size - len, "%s", value->text);
        len += n < 0 ? 0 : (size_t)n < size - len ? (size_t)n : size - len - 1;
        text += 1 + strlen(value->name);
    }
    out[len] = '\0';
}

/* Splits TEXT at blanks in place; "…" keeps them together. Returns how many; WORDS ends with NULL.
 */
static size_t split(char *text, const char *words[WORDS_MAX + 1])
{
    size_t count = 0;
    while (count < WORDS_MAX) {
        text += strspn(text, " ");
        if (!*text)
            break;
        bool quoted = *text == '"';
        words[count++] = text += quoted;
        text += strcspn(text, quoted ? "\"" : " ");
        if (!*text)
            break;
        *text++ = '\0';
    }
    words[count] = NULL;
    return count;
}

/* The rest of the line after its first COUNT words, without quotes around it. */
static const char *rest(struct bx_script *script, int count)
{
    char *at = script->line_text;
    for (int i = 0; i < count; i++) {
        at += strspn(at, " ");
        at += strcspn(at, " ");
    }
    at += strspn(at, " ");
    size_t len = strlen(at);
    if (len >= 2 && at[0] == '"' && at[len - 1] == '"') {
        at[len - 1] = '\0';
        at++;
    }
    return at;
}

static const struct {
    const char *name;
    int key;
} key_names[] = {
    {"Enter", BX_KEY_ENTER},
    {"Esc", BX_KEY_ESC},
    {"BS", BX_KEY_BACKSPACE},
    {"Del", BX_KEY_DELETE},
    {"Tab", BX_KEY_TAB},
    {"Up", BX_KEY_UP},
    {"Down", BX_KEY_DOWN},
    {"Left", BX_KEY_LEFT},
    {"Right", BX_KEY_RIGHT},
    {"PgUp", BX_KEY_PAGE_UP},
    {"PgDn", BX_KEY_PAGE_DOWN},
    {"Home", BX_KEY_HOME},
    {"End", BX_KEY_END},
    {"C-c", 0x03},
    {"Space", ' '},
    {"lt", '<'},
};

/* The key that begins at TEXT; *ret_len bytes of it. 0: no such key. */
static int key_at(const char *text, size_t *ret_len)
{
    uint32_t c;
    size_t close = strcspn(text, ">");
    if (*text != '<' || text[close] != '>') {
        *ret_len = bx_text_decode(text, strlen(text), &c);
        return (int)c;
    }
    *ret_len = close + 1;
    for (size_t i = 0; i < bx_countof(key_names); i++)
        if (strlen(key_names[i].name) == close - 1 &&
            strncmp(text + 1, key_names[i].name, close - 1) == 0)
            return key_names[i].key;
    int64_t n;
    if (text[1] == 'F' && bx_text_number(text + 2, close - 2, 12, &n) == 0 && n >= 1)
        return BX_KEY_F1 + (int)n - 1;
    return 0;
}

/* --- doing -------------------------------------------------------------------------------- */

static int press(struct bx_script *script, const char *text)
{
    while (*text) {
        size_t len;
        int key = key_at(text, &len);
        if (key == 0)
            return fail(script, "no such key: %s", text);
        if (!bx_stage_key(script->now, key))
            return fail(script, "too many keys");
        script->keys++;
        text += len;
    }
    settle(script);
    return 0;
}

static int do_keys(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    return press(script, rest(script, 1));
}

/* A scanner types at once, its prefix first where there is one, and a person pressed nothing. */
static int do_scan(struct bx_script *script, const char *const *words, size_t count)
{
    (void)count;
    int64_t pause = script->now->pause_us;
    int64_t keys = script->keys;
    script->now->pause_us = 1000;
    int err = press(script, script->now->settings.till.scan_prefix);
    if (!err)
        err = press(script, words[1]);
    if (!err)
        err = press(script, "<Enter>");
    script->now->pause_us = pause;
    script->now->clock.ahead_us += pause;
    script->keys = keys;
    settle(script);
    return err;
}

static int program_run(struct bx_script *script, const char *const *words, size_t count,
                       const char *program, const char *home)
{
    const char *argv[WORDS_MAX + 2] = {program};
    const char *input = "";
    size_t n = 1;
    for (size_t i = 1; i < count; i++) {
        if (strcmp(words[i], "<") == 0 && i + 1 < count)
            input = words[++i];
        else
            argv[n++] = words[i];
    }
    char line[256];
    snprintf(line, sizeof(line), "%s\n", input);
    bx_buf_clear(&script->said);
    script->exit_open = true;
    int err = bx_child_run_beside(argv, home, line, &script->said, &script->exit, turn_all, script);
    if (err)
        return fail(script, "%s cannot be started", program);
    settle(script);
    return 0;
}

static int do_boxtill(struct bx_script *script, const char *const *words, size_t count)
{
    return program_run(script, words, count, script->demo->boxtill, script->now->home.path);
}

static int do_boxtilld(struct bx_script *script, const char *const *words, size_t count)
{
    return program_run(script, words, count, script->demo->boxtilld, script->demo->server);
}

static int do_server(struct bx_script *script, const char *const *words, size_t count)
{
    struct bx_fault fault = {0};
    const char *what = words[1];
    (void)count;
    if (strcmp(what, "stop") == 0)
        bx_child_stop(&script->demo->child);
    else if (strcmp(what, "freeze") == 0)
        kill(script->demo->child.pid, SIGSTOP);
    else if (strcmp(what, "thaw") == 0)
        kill(script->demo->child.pid, SIGCONT);
    else if (strcmp(what, "start") != 0)
        return fail(script, "server stop, start, freeze or thaw");
    else if (script->demo->child.pid == 0 && bx_demo_server(script->demo, &fault))
        return fail(script, "%s", fault.say);
    return 0;
}

static int do_printer(struct bx_script *script, const char *const *words, size_t count)
{
    static const char *const moods[] = {"ready", "out", "jam", "off"};
    (void)count;
    for (size_t i = 0; i < bx_countof(moods); i++) {
        if (strcmp(words[1], moods[i]) != 0)
            continue;
        bx_stage_printer_mood(&script->now->printer, (enum bx_stage_mood)i);
        settle(script);
        return 0;
    }
    return fail(script, "printer ready, out, jam or off");
}

/* fiscal out, card lost */
static int do_device(struct bx_script *script, const char *const *words, size_t count)
{
    struct bx_fault fault = {0};
    bool card = strcmp(words[0], "card") == 0;
    (void)count;
    if (card ? bx_stage_card(script->now, words[1], &fault)
             : bx_stage_fiscal(script->now, words[1], &fault))
        return fail(script, "%s", fault.say);
    settle(script);
    return 0;
}

/* later 90 min */
static int do_later(struct bx_script *script, const char *const *words, size_t count)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"days", 86400}};
    int64_t n;
    for (size_t i = 0; count == 3 && i < bx_countof(units); i++) {
        if (strcmp(words[2], units[i].unit) != 0 ||
            bx_text_number(words[1], strlen(words[1]), 100000, &n))
            continue;
        for (int t = 0; t < BX_SCRIPT_TILLS; t++)
            if (script->stages[t])
                script->stages[t]->clock.ahead_us += n * units[i].seconds * BX_SECOND_US;
        settle(script);
        return 0;
    }
    return fail(script, "later N s, min, h or days");
}

static int do_size(struct bx_script *script, const char *const *words, size_t count)
{
    int64_t columns, rows;
    const char *by = strchr(words[1], 'x');
    (void)count;
    if (!by || bx_text_number(words[1], (size_t)(by - words[1]), 400, &columns) ||
        bx_text_number(by + 1, strlen(by + 1), 200, &rows))
        return fail(script, "size 80x24");
    script->now->columns = (int)columns;
    script->now->rows = (int)rows;
    settle(script);
    return 0;
}

static int do_till(struct bx_script *script, const char *const *words, size_t count)
{
    struct bx_fault fault = {0};
    int64_t n;
    (void)count;
    if (bx_text_number(words[1], strlen(words[1]), BX_SCRIPT_TILLS, &n) || n < 1)
        return fail(script, "till 1 to %d", BX_SCRIPT_TILLS);
    if (!script->stages[n - 1] && bx_script_till(script, (int)n - 1, &fault))
        return fail(script, "%s %s", fault.say, fault.detail);
    script->now = script->stages[n - 1];
    settle(script);
    return 0;
}

static int do_restart(struct bx_script *script, const char *const *words, size_t count)
{
    struct bx_fault fault = {0};
    (void)words;
    (void)count;
    if (bx_stage_restart(script->now, &fault))
        return fail(script, "%s", fault.say);
    settle(script);
    return 0;
}

/* The next till that is opened has nobody logged in. */
static int do_nobody(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    script->nobody = true;
    return 0;
}

/* A line of the boxtill.conf of tills that are opened from now on: config [till] drawers = 2 */
static int do_config(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    const char *line = rest(script, 1);
    const char *end = strchr(line, ']');
    if (line[0] != '[' || !end)
        return fail(script, "config [section] key = value");
    bx_buf_format(&script->demo->config, "%.*s\n%s\n", (int)(end + 1 - line), line, end + 1);
    return 0;
}

/* clock, venue: demo.c has looked for them before anything was set up. */
static int do_nothing(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    return script->now ? fail(script, "this comes before the first till") : 0;
}

static int do_say(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    printf("%s\n", rest(script, 1));
    return 0;
}

static int do_show(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    printf("%s", bx_buf_text(&script->now->screen));
    return 0;
}

/* Nothing is under way any more. */
static int do_idle(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    bool idle = wait_for(script, is_idle);
    settle(script);
    return idle ? 0 : fail(script, "something is still under way");
}

static int do_count(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    script->keys = 0;
    return 0;
}

/* Sheets and drawer openings so far do not count any more. */
static int do_clear(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    settle(script);
    script->sheets_from = script->now->printer.sheet_count;
    script->drawers_from = script->now->printer.drawers;
    return 0;
}

/* --- what must be seen -------------------------------------------------------------------- */

static bool on_screen(struct bx_script *script)
{
    return strstr(bx_buf_text(&script->now->screen), script->wanted) != NULL;
}

static int expect_screen(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    script->wanted = rest(script, 2);
    return wait_for(script, on_screen) ? 0 : fail(script, "not on the screen");
}

static int expect_off(struct bx_script *script, const char *const *words, size_t count)
{
    if (strcmp(words[2], "screen") != 0 || count < 4)
        return fail(script, "expect no screen TEXT");
    (void)wait_for(script, is_idle);
    settle(script);
    script->wanted = rest(script, 3);
    return on_screen(script) ? fail(script, "still on the screen") : 0;
}

static int expect_keys(struct bx_script *script, const char *const *words, size_t count)
{
    int64_t n;
    (void)count;
    if (bx_text_number(words[2], strlen(words[2]), 10000, &n))
        return fail(script, "expect keys N");
    return n == script->keys ? 0 : fail(script, "%lld keys", (long long)script->keys);
}

static int expect_exit(struct bx_script *script, const char *const *words, size_t count)
{
    int64_t n;
    (void)count;
    if (bx_text_number(words[2], strlen(words[2]), 255, &n))
        return fail(script, "expect exit N");
    script->exit_open = false;
    return n == script->exit ? 0 : fail(script, "exit status %d", script->exit);
}

static int expect_said(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    return strstr(bx_buf_text(&script->said), rest(script, 2)) ? 0 : fail(script, "not said");
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
        return fail(script, "printed what?");
    script->wanted = at + 1 < count ? words[at + 1] : "";
    if (script->sheets_wanted == 0)
        (void)wait_for(script, is_idle);
    if (wait_for(script, sheets_are))
        return 0;
    size_t end = script->now->printer.sheet_count, from = script->sheets_from;
    for (size_t i = end > from + SHEETS_TOLD ? end - SHEETS_TOLD : from; i < end; i++)
        fprintf(stderr, "--- sheet %zu: %s\n%s", i,
                sheet_words[script->now->printer.sheets[i].kind],
                script->now->printer.sheets[i].text);
    return fail(script, "%zu were printed", sheets_count(script));
}

static bool drawers_are(struct bx_script *script)
{
    return script->now->printer.drawers - script->drawers_from == script->sheets_wanted;
}

static int expect_drawer(struct bx_script *script, const char *const *words, size_t count)
{
    (void)count;
    if (bx_text_number(words[2], strlen(words[2]), 1000, &script->sheets_wanted))
        return fail(script, "expect drawer N");
    if (script->sheets_wanted == script->drawers_from)
        (void)wait_for(script, is_idle);
    return wait_for(script, drawers_are)
               ? 0
               : fail(script, "it opened %d times",
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
    return err ? fail(script, "%s", fault.say) : 0;
}

/* expect journal [N] KIND [name=value …]: at least one such entry, or exactly N. */
static int expect_journal(struct bx_script *script, const char *const *words, size_t count)
{
    int64_t wanted = -1;
    size_t at = 2;
    if (at < count && bx_text_number(words[at], strlen(words[at]), 100000, &wanted) == 0)
        at++;
    if (at >= count)
        return fail(script, "expect journal KIND");
    (void)wait_for(script, is_idle);
    struct look look = {.script = script, .kind = words[at], .words = words + at + 1};
    if (journal_look(script, &look))
        return -1;
    if (wanted < 0 ? look.count > 0 : look.count == wanted)
        return 0;
    return fail(script, "%lld such entries; %s", (long long)look.count, look.why);
}

/* let NAME KIND PATH [name=value …]: of the newest such entry; let NAME said PATH: of an answer;
 * let NAME said line: its first line. */
static int do_let(struct bx_script *script, const char *const *words, size_t count)
{
    if (count < 4 || script->value_count == BX_SCRIPT_VALUES)
        return fail(script, "let NAME KIND PATH");
    struct look look = {.script = script, .kind = words[2], .words = words + 4, .path = words[3]};
    (void)wait_for(script, is_idle);
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
        return fail(script, "no such entry; %s", look.why);
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

/* --- a line ------------------------------------------------------------------------------- */

typedef int (*verb_do)(struct bx_script *script, const char *const *words, size_t count);
struct verb {
    const char *word;
    size_t least; /* words, the verb's own counted */
    verb_do run;
};

static const struct verb expects[] = {
    {"screen", 3, expect_screen}, {"no", 3, expect_off},          {"keys", 3, expect_keys},
    {"exit", 3, expect_exit},     {"said", 3, expect_said},       {"printed", 3, expect_printed},
    {"drawer", 3, expect_drawer}, {"journal", 3, expect_journal},
};

static int do_expect(struct bx_script *script, const char *const *words, size_t count)
{
    for (size_t i = 0; i < bx_countof(expects); i++)
        if (strcmp(words[1], expects[i].word) == 0)
            return count < expects[i].least ? fail(script, "this line says too little")
                                            : expects[i].run(script, words, count);
    return fail(script, "expect what?");
}

/* What happens before a till is there; every other verb opens the first one. */
static const char *const before[] = {"boxtilld", "server", "say",   "nobody", "till",
                                     "config",   "clock",  "venue", NULL};

static bool needs_till(const char *word)
{
    for (size_t i = 0; before[i]; i++)
        if (strcmp(before[i], word) == 0)
            return false;
    return true;
}

static const struct verb verbs[] = {
    {"keys", 2, do_keys},         {"scan", 2, do_scan},     {"boxtill", 2, do_boxtill},
    {"boxtilld", 2, do_boxtilld}, {"server", 2, do_server}, {"printer", 2, do_printer},
    {"later", 3, do_later},       {"size", 2, do_size},     {"till", 2, do_till},
    {"restart", 1, do_restart},   {"say", 2, do_say},       {"show", 1, do_show},
    {"count", 1, do_count},       {"clear", 1, do_clear},   {"let", 4, do_let},
    {"expect", 3, do_expect},     {"clock", 2, do_nothing}, {"nobody", 1, do_nobody},
    {"config", 2, do_config},     {"idle", 1, do_idle},     {"fiscal", 2, do_device},
    {"venue", 2, do_nothing},     {"card", 2, do_device},
};

static int line_run(struct bx_script *script)
{
    char text[BX_SCRIPT_LINE];
    const char *words[WORDS_MAX + 1];
    expand(script, script->text, script->line_text, sizeof(script->line_text));
    BX_TEXT_COPY(text, script->line_text);
    size_t count = split(text, words);
    if (count == 0 || words[0][0] == '#')
        return 0;
    if (script->exit_open && script->exit != 0 &&
        !(count >= 2 && strcmp(words[0], "expect") == 0 && strcmp(words[1], "exit") == 0))
        return fail(script, "the command before ended with status %d", script->exit);
    struct bx_fault fault = {0};
    if (!script->now && needs_till(words[0]) && bx_script_till(script, 0, &fault))
        return fail(script, "%s %s", fault.say, fault.detail);
    for (size_t i = 0; i < bx_countof(verbs); i++)
        if (strcmp(words[0], verbs[i].word) == 0)
            return count < verbs[i].least ? fail(script, "this line says too little")
                                          : verbs[i].run(script, words, count);
    return fail(script, "no such verb");
}

int bx_script_play(struct bx_script *script)
{
    struct bx_fault fault = {0};
    bx_buf_auto text;
    bx_buf_init(&text, SCRIPT_MAX);
    if (bx_file_read(script->path, SCRIPT_MAX, &text, &fault))
        return fail(script, "%s", fault.say);
    const char *at = bx_buf_text(&text);
    int err = 0;
    const char *slash = strrchr(script->path, '/');
    struct bx_script_value *here = &script->values[script->value_count++];
    BX_TEXT_COPY(here->name, "HERE");
    snprintf(here->text, sizeof(here->text), "%.*s", slash ? (int)(slash - script->path) : 1,
             slash ? script->path : ".");
    while (!err && *at) {
        size_t len = strcspn(at, "\n");
        script->line++;
        snprintf(script->text, sizeof(script->text), "%.*s", (int)len, at);
        if (len >= sizeof(script->text))
            return fail(script, "a line of at most %d bytes", BX_SCRIPT_LINE - 1);
        err = line_run(script);
        at += len + (at[len] == '\n');
    }
    if (!err && script->exit_open && script->exit != 0)
        err = fail(script, "the last command ended with status %d", script->exit);
    return err;
}
