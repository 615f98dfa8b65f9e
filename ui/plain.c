/* SPDX-License-Identifier: Apache-2.0 */
/* Lines have no time of their own: a script gives them all at once, and the till's guards against
 * keys that bounce would drop half of them. So a line is let in only when the one before has had
 * its moment, and while the till waits for an answer none is. */

#include "ui/plain.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/crypto.h"
#include "boxtill/base/text.h"
#include "boxtill/till/till.h"
#include "ui/speak.h"

enum { LINE_MAX_BYTES = 512, KEYS_MAX = 1024, MOMENT_MS = 400, ANSWER_TURNS = 50 };

struct ui_plain {
    int wake, timer; /* epoll over standard input and the timer */
    bool is_file;    /* standard input is always ready and cannot be waited for */
    bool utf8, ended, gone;
    bool rests; /* the timer runs: no line is let in */
    int turns;  /* how often the next line has waited for an answer */
    char in[4096];
    size_t in_len;
    int keys[KEYS_MAX];
    size_t key_count, key_at;
    struct ui_speech said, now;
    struct bx_till_view view; /* the last one */
    bool has_view, again;
    struct termios before;
    bool is_tty, is_hushed;
};

static void rest(struct ui_plain *plain, int ms)
{
    struct itimerspec at = {.it_value = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}};
    plain->rests = timerfd_settime(plain->timer, 0, &at, NULL) == 0;
}

struct ui_plain *ui_plain_start(struct bx_fault *fault)
{
    struct ui_plain *plain = bx_new(struct ui_plain);
    struct epoll_event event = {.events = EPOLLIN};
    setlocale(LC_CTYPE, "");
    plain->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    plain->wake = epoll_create1(EPOLL_CLOEXEC);
    plain->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (plain->wake < 0 || plain->timer < 0 ||
        epoll_ctl(plain->wake, EPOLL_CTL_ADD, plain->timer, &event) < 0) {
        bx_fault_set(fault, BX_ERR_IO, "Lines cannot be read here.", "%s", strerror(errno));
        return ui_plain_stop(plain);
    }
    plain->is_file = epoll_ctl(plain->wake, EPOLL_CTL_ADD, STDIN_FILENO, &event) < 0;
    plain->is_tty = tcgetattr(STDIN_FILENO, &plain->before) == 0;
    rest(plain, MOMENT_MS);
    return plain;
}

static void hush(struct ui_plain *plain, bool secret)
{
    struct termios mode = plain->before;
    if (!plain->is_tty || plain->is_hushed == secret)
        return;
    if (secret)
        mode.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &mode);
    plain->is_hushed = secret;
}

void *ui_plain_stop(struct ui_plain *plain)
{
    if (!plain)
        return NULL;
    hush(plain, false);
    if (plain->wake >= 0)
        close(plain->wake);
    if (plain->timer >= 0)
        close(plain->timer);
    bx_wipe(plain->in, sizeof(plain->in));
    bx_wipe(plain->keys, sizeof(plain->keys));
    return bx_free(plain);
}

int ui_plain_fd(const struct ui_plain *plain)
{
    return plain->wake;
}

bool ui_plain_is_gone(const struct ui_plain *plain)
{
    return plain->gone;
}

/* --- lines in --------------------------------------------------------------------------------- */

static void key_add(struct ui_plain *plain, int key)
{
    if (plain->key_count < KEYS_MAX)
        plain->keys[plain->key_count++] = key;
}

static bool choose(struct ui_plain *plain, int64_t number)
{
    for (int i = 0; i < plain->said.count; i++) {
        const struct ui_spoken *line = &plain->said.lines[i];
        if (line->number == 0 || line->number != number)
            continue;
        for (int n = 0; n < line->keys.times; n++)
            key_add(plain, line->keys.key);
        if (line->keys.then != 0)
            key_add(plain, line->keys.then);
        return true;
    }
    return false;
}

static int named(const char *name)
{
    static const struct {
        const char *name;
        int key;
    } names[] = {
        {"esc", BX_KEY_ESC},        {"up", BX_KEY_UP},        {"down", BX_KEY_DOWN},
        {"left", BX_KEY_LEFT},      {"right", BX_KEY_RIGHT},  {"del", BX_KEY_DELETE},
        {"bksp", BX_KEY_BACKSPACE}, {"pgup", BX_KEY_PAGE_UP}, {"pgdn", BX_KEY_PAGE_DOWN},
        {"home", BX_KEY_HOME},      {"end", BX_KEY_END},      {"tab", BX_KEY_TAB},
        {"enter", BX_KEY_ENTER},    {"quit", 0x03},
    };
    int64_t n;
    for (size_t i = 0; i < bx_countof(names); i++)
        if (strcasecmp(name, names[i].name) == 0)
            return names[i].key;
    if ((name[0] == 'f' || name[0] == 'F') &&
        bx_text_number(name + 1, strlen(name + 1), 12, &n) == 0 && n >= 1)
        return BX_KEY_F1 + (int)n - 1;
    return 0;
}

static void typed(struct ui_plain *plain, const char *text)
{
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        uint32_t c;
        size_t step = bx_text_decode(text + at, len - at, &c);
        if (c >= 0x20 && c != 0x7f)
            key_add(plain, (int)c);
        at += step > 0 ? step : 1;
    }
    if (ui_speak_is_writing(&plain->view, text))
        key_add(plain, BX_KEY_ENTER);
}

/* A point and something: a key by name, or a number. Anything else is typed as it stands. */
static bool pointed(struct ui_plain *plain, const char *text)
{
    int64_t number;
    int key = named(text + 1);
    if (text[1] == '\0')
        plain->again = true;
    else if (key != 0)
        key_add(plain, key);
    else
        return bx_text_number(text + 1, strlen(text + 1), 9999, &number) == 0 &&
               choose(plain, number);
    return true;
}

static void line_take(struct ui_plain *plain, const char *text)
{
    int64_t number;
    bool is_number = bx_text_number(text, strlen(text), 9999, &number) == 0;
    plain->key_count = plain->key_at = 0;
    if (text[0] == '\0')
        key_add(plain, BX_KEY_ENTER);
    else if (text[0] == '.' && pointed(plain, text))
        return;
    else if (!is_number || ui_speak_is_writing(&plain->view, text) ||
             plain->view.screen == BX_SCREEN_FIND || !choose(plain, number))
        typed(plain, text);
}

static void input_read(struct ui_plain *plain)
{
    struct epoll_event event;
    uint64_t passed;
    if (read(plain->timer, &passed, sizeof(passed)) == sizeof(passed))
        plain->rests = false;
    while (!plain->ended && plain->in_len < sizeof(plain->in)) {
        /* The timer is read, so what is ready can only be the input. */
        if (!plain->is_file && epoll_wait(plain->wake, &event, 1, 0) <= 0)
            return;
        ssize_t got =
            read(STDIN_FILENO, plain->in + plain->in_len, sizeof(plain->in) - plain->in_len);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            return;
        if (got <= 0) {
            plain->ended = true;
            (void)epoll_ctl(plain->wake, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
            return;
        }
        plain->in_len += (size_t)got;
    }
}

/* The next whole line (the last may want its end) into OUT; false: none is there. */
static bool line_next(struct ui_plain *plain, char out[LINE_MAX_BYTES])
{
    char *end = memchr(plain->in, '\n', plain->in_len);
    size_t len = end ? (size_t)(end - plain->in) : plain->in_len;
    if (!end && (!plain->ended || len == 0) && len < sizeof(plain->in))
        return false;
    size_t keep = len < LINE_MAX_BYTES - 1 ? len : LINE_MAX_BYTES - 1;
    memcpy(out, plain->in, keep);
    if (keep > 0 && out[keep - 1] == '\r')
        keep--;
    out[keep] = '\0';
    size_t used = end ? len + 1 : len;
    plain->in_len -= used;
    memmove(plain->in, plain->in + used, plain->in_len);
    return true;
}

bool ui_plain_key(struct ui_plain *plain, int *ret_key)
{
    char line[LINE_MAX_BYTES];
    input_read(plain);
    if (plain->key_at < plain->key_count) {
        *ret_key = plain->keys[plain->key_at++];
        return true;
    }
    if (plain->rests || !plain->has_view)
        return false;
    if (plain->view.busy && plain->turns++ < ANSWER_TURNS) {
        rest(plain, MOMENT_MS / 4);
        return false;
    }
    plain->turns = 0;
    if (!line_next(plain, line)) {
        plain->gone = plain->ended;
        return false;
    }
    line_take(plain, line);
    bx_wipe(line, sizeof(line));
    rest(plain, MOMENT_MS);
    if (plain->key_at >= plain->key_count)
        return false;
    *ret_key = plain->keys[plain->key_at++];
    return true;
}

/* --- lines out -------------------------------------------------------------------------------- */

static void put(const struct ui_plain *plain, const struct ui_spoken *line)
{
    char number[16] = "";
    if (line->number > 0)
        snprintf(number, sizeof(number), "%d ", line->number);
    fputs(number, stdout);
    for (const char *at = line->text; *at; at++)
        if (plain->utf8 || (unsigned char)*at < 0x80)
            fputc(*at, stdout);
        else if (((unsigned char)*at & 0xC0) != 0x80)
            fputc('?', stdout);
    fputc('\n', stdout);
}

/* The same words; with any figures when FIGURES are not to count. */
static bool is_same(const char *a, const char *b, bool figures)
{
    for (;; a++, b++) {
        while (!figures && *a >= '0' && *a <= '9')
            a++;
        while (!figures && *b >= '0' && *b <= '9')
            b++;
        if (*a != *b)
            return false;
        if (*a == '\0')
            return true;
    }
}

static bool was_said(const struct ui_speech *speech, const struct ui_spoken *line)
{
    for (int i = 0; i < speech->count; i++)
        if (speech->lines[i].number == line->number &&
            is_same(speech->lines[i].text, line->text, !line->is_restless))
            return true;
    return false;
}

void ui_plain_draw(struct ui_plain *plain, const struct bx_till_view *view)
{
    bool fresh = !plain->has_view || plain->again || view->screen != plain->view.screen ||
                 strcmp(view->title, plain->view.title) != 0;
    ui_speak(view, &plain->now);
    for (int i = 0; i < plain->now.count; i++)
        if (fresh || !was_said(&plain->said, &plain->now.lines[i]))
            put(plain, &plain->now.lines[i]);
    fflush(stdout);
    plain->said = plain->now;
    plain->view = *view;
    plain->has_view = true;
    plain->again = false;
    hush(plain, ui_speak_is_secret(view));
}
