/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: a file of what people do at the counter and of what must be seen then, played by real
 * programs. boxtill.1 describes the language under "demo --script"; verbs[] below is its list.
 *
 * One line is one step. "expect" waits until what it says is so; how long that takes never matters,
 * only that it comes before everything stands still for PATIENCE_S. */

#include "main/script_in.h"

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

enum { PATIENCE_S = 20, TURN_MS = 20, SCRIPT_MAX = 256 << 10, WORDS_MAX = 24 };

/* --- saying what went wrong --------------------------------------------------------------- */

int bx_script_fail(struct bx_script *script, const char *format, ...)
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
bool bx_script_wait(struct bx_script *script, bool (*is)(struct bx_script *script))
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

bool bx_script_is_idle(struct bx_script *script)
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

void bx_script_settle(struct bx_script *script)
{
    turn_all(script);
    (void)bx_script_wait(script, keys_are_done);
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
const char *bx_script_rest(struct bx_script *script, int count)
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
            return bx_script_fail(script, "no such key: %s", text);
        if (!bx_stage_key(script->now, key))
            return bx_script_fail(script, "too many keys");
        script->keys++;
        text += len;
    }
    bx_script_settle(script);
    return 0;
}

static int do_keys(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    return press(script, bx_script_rest(script, 1));
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
    bx_script_settle(script);
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
        return bx_script_fail(script, "%s cannot be started", program);
    bx_script_settle(script);
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
        return bx_script_fail(script, "server stop, start, freeze or thaw");
    else if (script->demo->child.pid == 0 && bx_demo_server(script->demo, &fault))
        return bx_script_fail(script, "%s", fault.say);
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
        bx_script_settle(script);
        return 0;
    }
    return bx_script_fail(script, "printer ready, out, jam or off");
}

/* fiscal out, card lost */
static int do_device(struct bx_script *script, const char *const *words, size_t count)
{
    struct bx_fault fault = {0};
    bool card = strcmp(words[0], "card") == 0;
    (void)count;
    if (card ? bx_stage_card(script->now, words[1], &fault)
             : bx_stage_fiscal(script->now, words[1], &fault))
        return bx_script_fail(script, "%s", fault.say);
    bx_script_settle(script);
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
        bx_script_settle(script);
        return 0;
    }
    return bx_script_fail(script, "later N s, min, h or days");
}

static int do_size(struct bx_script *script, const char *const *words, size_t count)
{
    int64_t columns, rows;
    const char *by = strchr(words[1], 'x');
    (void)count;
    if (!by || bx_text_number(words[1], (size_t)(by - words[1]), 400, &columns) ||
        bx_text_number(by + 1, strlen(by + 1), 200, &rows))
        return bx_script_fail(script, "size 80x24");
    script->now->columns = (int)columns;
    script->now->rows = (int)rows;
    bx_script_settle(script);
    return 0;
}

static int do_till(struct bx_script *script, const char *const *words, size_t count)
{
    struct bx_fault fault = {0};
    int64_t n;
    (void)count;
    if (bx_text_number(words[1], strlen(words[1]), BX_SCRIPT_TILLS, &n) || n < 1)
        return bx_script_fail(script, "till 1 to %d", BX_SCRIPT_TILLS);
    if (!script->stages[n - 1] && bx_script_till(script, (int)n - 1, &fault))
        return bx_script_fail(script, "%s %s", fault.say, fault.detail);
    script->now = script->stages[n - 1];
    bx_script_settle(script);
    return 0;
}

static int do_restart(struct bx_script *script, const char *const *words, size_t count)
{
    struct bx_fault fault = {0};
    (void)words;
    (void)count;
    if (bx_stage_restart(script->now, &fault))
        return bx_script_fail(script, "%s", fault.say);
    bx_script_settle(script);
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
    const char *line = bx_script_rest(script, 1);
    const char *end = strchr(line, ']');
    if (line[0] != '[' || !end)
        return bx_script_fail(script, "config [section] key = value");
    bx_buf_format(&script->demo->config, "%.*s\n%s\n", (int)(end + 1 - line), line, end + 1);
    return 0;
}

/* clock, venue: demo.c has looked for them before anything was set up. */
static int do_nothing(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    return script->now ? bx_script_fail(script, "this comes before the first till") : 0;
}

static int do_say(struct bx_script *script, const char *const *words, size_t count)
{
    (void)words;
    (void)count;
    printf("%s\n", bx_script_rest(script, 1));
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
    bool idle = bx_script_wait(script, bx_script_is_idle);
    bx_script_settle(script);
    return idle ? 0 : bx_script_fail(script, "something is still under way");
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
    bx_script_settle(script);
    script->sheets_from = script->now->printer.sheet_count;
    script->drawers_from = script->now->printer.drawers;
    return 0;
}

/* --- a line ------------------------------------------------------------------------------- */

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

static const struct bx_script_verb verbs[] = {
    {"keys", 2, do_keys},
    {"scan", 2, do_scan},
    {"boxtill", 2, do_boxtill},
    {"boxtilld", 2, do_boxtilld},
    {"server", 2, do_server},
    {"printer", 2, do_printer},
    {"later", 3, do_later},
    {"size", 2, do_size},
    {"till", 2, do_till},
    {"restart", 1, do_restart},
    {"say", 2, do_say},
    {"show", 1, do_show},
    {"count", 1, do_count},
    {"clear", 1, do_clear},
    {"let", 4, bx_script_let},
    {"expect", 3, bx_script_expect},
    {"clock", 2, do_nothing},
    {"nobody", 1, do_nobody},
    {"config", 2, do_config},
    {"idle", 1, do_idle},
    {"fiscal", 2, do_device},
    {"card", 2, do_device},
    {"venue", 2, do_nothing},
    {"plain", 1, bx_script_plain},
    {"line", 1, bx_script_line},
    {"click", 2, bx_script_click},
    {"wrong", 3, bx_script_wrong},
    {"file", 3, bx_script_file},
    {"end", 1, bx_script_end},
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
        return bx_script_fail(script, "the command before ended with status %d", script->exit);
    struct bx_fault fault = {0};
    if (!script->now && needs_till(words[0]) && bx_script_till(script, 0, &fault))
        return bx_script_fail(script, "%s %s", fault.say, fault.detail);
    for (size_t i = 0; i < bx_countof(verbs); i++)
        if (strcmp(words[0], verbs[i].word) == 0)
            return count < verbs[i].least ? bx_script_fail(script, "this line says too little")
                                          : verbs[i].run(script, words, count);
    return bx_script_fail(script, "no such verb");
}

int bx_script_play(struct bx_script *script)
{
    struct bx_fault fault = {0};
    bx_buf_auto text;
    bx_buf_init(&text, SCRIPT_MAX);
    if (bx_file_read(script->path, SCRIPT_MAX, &text, &fault))
        return bx_script_fail(script, "%s", fault.say);
    const char *at = bx_buf_text(&text);
    int err = 0;
    const char *slash = strrchr(script->path, '/');
    struct bx_script_value *home = &script->values[script->value_count++];
    BX_TEXT_COPY(home->name, "HOME");
    BX_TEXT_COPY(home->text, script->demo->home);
    struct bx_script_value *here = &script->values[script->value_count++];
    BX_TEXT_COPY(here->name, "HERE");
    snprintf(here->text, sizeof(here->text), "%.*s", slash ? (int)(slash - script->path) : 1,
             slash ? script->path : ".");
    while (!err && *at) {
        size_t len = strcspn(at, "\n");
        script->line++;
        snprintf(script->text, sizeof(script->text), "%.*s", (int)len, at);
        if (len >= sizeof(script->text))
            return bx_script_fail(script, "a line of at most %d bytes", BX_SCRIPT_LINE - 1);
        err = line_run(script);
        at += len + (at[len] == '\n');
    }
    if (!err && script->exit_open && script->exit != 0)
        err = bx_script_fail(script, "the last command ended with status %d", script->exit);
    return err;
}
