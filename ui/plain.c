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
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/crypto.h"
#include "boxtill/base/text.h"
#include "boxtill/till/till.h"
#include "ui/typed.h"

enum { LINE_MAX_BYTES = 512, MOMENT_MS = 400, ANSWER_TURNS = 50 };

struct ui_plain {
    int wake, timer; /* epoll over standard input and the timer */
    bool is_file;    /* standard input is always ready and cannot be waited for */
    bool utf8, ended, gone;
    bool rests; /* the timer runs: no line is let in */
    int turns;  /* how often the next line has waited for an answer */
    char in[4096];
    size_t in_len;
    struct ui_typed typed;
    size_t key_at;
    struct ui_speech said, now;
    struct bx_till_view view; /* the last one */
    bool has_view;
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
    bx_wipe(&plain->typed, sizeof(plain->typed));
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
    if (plain->key_at < plain->typed.count) {
        *ret_key = plain->typed.keys[plain->key_at++];
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
    ui_typed_line(&plain->said, &plain->view, line, &plain->typed);
    plain->key_at = 0;
    bx_wipe(line, sizeof(line));
    rest(plain, MOMENT_MS);
    if (plain->key_at >= plain->typed.count)
        return false;
    *ret_key = plain->typed.keys[plain->key_at++];
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
    bool fresh = !plain->has_view || plain->typed.again || view->screen != plain->view.screen ||
                 strcmp(view->title, plain->view.title) != 0;
    ui_speak(view, &plain->now);
    for (int i = 0; i < plain->now.count; i++)
        if (fresh || !was_said(&plain->said, &plain->now.lines[i]))
            put(plain, &plain->now.lines[i]);
    fflush(stdout);
    plain->said = plain->now;
    plain->view = *view;
    plain->has_view = true;
    plain->typed.again = false;
    hush(plain, ui_speak_is_secret(view));
}
