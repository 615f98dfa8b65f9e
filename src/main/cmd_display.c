/* SPDX-License-Identifier: Apache-2.0 */
/* The customer's display: on a second terminal, on a pole at a serial line, or as lines. It only
 * watches; a till that ends, is upgraded or dies leaves it waiting for the next one, and a display
 * that is unplugged costs the till nothing. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/run/run.h"
#include "boxtill/sys/serial.h"
#include "main/cmd.h"
#include "ui/shown.h"
#include "ui/ui.h"

enum { AGAIN_MS = 1000, LINE_MAX_BYTES = 256 << 10, PIECE = 4096, KEY_QUIT = 0x03 };

struct display {
    const struct bx_place *place;
    struct ui *ui; /* NULL: no screen */
    int pole;      /* -1: none */
    bool lines;
    int till; /* -1: not connected */
    int signals;
    struct bx_buf in;
    struct ui_shown shown;
    char pole_said[UI_POLE_BYTES];
};

static void lines_show(const char *pole)
{
    for (int row = 0; row < UI_POLE_ROWS; row++)
        printf("%.*s\n", UI_POLE_COLUMNS, pole + 1 + row * UI_POLE_COLUMNS);
    fflush(stdout);
}

/* A pole that was unplugged is looked for again at the next change. */
static void pole_show(struct display *display, const char *pole, size_t len)
{
    const struct bx_settings *settings = &display->place->settings;
    struct bx_fault fault;
    if (!settings->pole[0])
        return;
    if (display->pole < 0 &&
        bx_serial_open(settings->pole, settings->pole_baud, &display->pole, &fault))
        return;
    if (bx_serial_write(display->pole, pole, len, &fault)) {
        close(display->pole);
        display->pole = -1;
    }
}

static void show(struct display *display)
{
    char pole[UI_POLE_BYTES] = "";
    if (display->ui)
        ui_draw_shown(display->ui, &display->shown);
    size_t len = ui_shown_pole(&display->shown, pole);
    if (memcmp(pole, display->pole_said, sizeof(pole)) == 0)
        return;
    memcpy(display->pole_said, pole, sizeof(pole));
    pole_show(display, pole, len);
    if (display->lines)
        lines_show(pole);
}

/* --- the till --------------------------------------------------------------------------------- */

static void till_lose(struct display *display)
{
    char venue[sizeof(display->shown.venue)];
    if (display->till >= 0)
        close(display->till);
    display->till = -1;
    bx_buf_clear(&display->in);
    BX_TEXT_COPY(venue, display->shown.venue);
    display->shown = (struct ui_shown){.state = UI_SHOWN_CLOSED};
    BX_TEXT_COPY(display->shown.venue, venue);
}

static void till_find(struct display *display)
{
    static const char watch[] = "{\"verb\":\"display\"}";
    char path[BX_PATH_SIZE];
    bx_home_file(&display->place->home, "till.sock", path);
    if (bx_run_call(path, watch, strlen(watch), AGAIN_MS, &display->till, NULL))
        display->till = -1;
}

/* Only the newest line counts. */
static void lines_take(struct display *display)
{
    struct bx_buf *in = &display->in;
    const char *end;
    while (in->len > 0 && (end = memchr(in->data, '\n', in->len))) {
        size_t len = (size_t)(end - (const char *)in->data);
        struct ui_shown shown;
        if (len > 0 && ui_shown_parse(in->data, len, &shown, NULL) == 0)
            display->shown = shown;
        bx_buf_drop(in, len + 1);
    }
}

static void till_read(struct display *display)
{
    char piece[PIECE];
    ssize_t got = recv(display->till, piece, sizeof(piece), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got > 0)
        bx_buf_add(&display->in, piece, (size_t)got);
    if (got <= 0 || display->in.full)
        till_lose(display);
    else
        lines_take(display);
}

/* --- the loop --------------------------------------------------------------------------------- */

/* False when it is to end. */
static bool keys_take(struct display *display)
{
    int key;
    while (ui_key(display->ui, &key))
        if (key == KEY_QUIT || key == 'q')
            return false;
    return true;
}

static bool signals_take(struct display *display)
{
    struct signalfd_siginfo info;
    while (read(display->signals, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo != SIGWINCH)
            return false;
        if (display->ui)
            ui_resized(display->ui);
    }
    return true;
}

static bool turn(struct display *display)
{
    struct pollfd fds[] = {{.fd = display->till, .events = POLLIN},
                           {.fd = display->signals, .events = POLLIN},
                           {.fd = display->ui ? ui_fd(display->ui) : -1, .events = POLLIN}};
    (void)poll(fds, bx_countof(fds), display->till < 0 ? AGAIN_MS : -1);
    if (fds[1].revents && !signals_take(display))
        return false;
    if (fds[2].revents & (POLLHUP | POLLERR | POLLNVAL))
        return false;
    if (fds[2].revents && !keys_take(display))
        return false;
    if (display->till < 0)
        till_find(display);
    else if (fds[0].revents)
        till_read(display);
    return true;
}

static void signals_open(struct display *display)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGWINCH);
    bx_assert(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    display->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    bx_assert(display->signals >= 0);
}

int bx_cmd_display(const struct bx_place *place, int argc, char **argv)
{
    struct bx_fault fault = {0};
    struct display display = {.place = place, .pole = -1, .till = -1};
    bool lines = argc == 1 && strcmp(argv[0], "--lines") == 0;
    if (argc > 0 && !lines)
        return bx_usage("display [--lines]");
    const struct bx_settings *settings = &place->settings;
    bx_words_use(settings->display_language[0] ? settings->display_language
                                               : settings->till.language);
    bool screen = !lines && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    display.lines = lines || (!screen && !settings->pole[0]);
    if (settings->pole[0] &&
        bx_serial_open(settings->pole, settings->pole_baud, &display.pole, &fault) && !screen &&
        !lines)
        return bx_refuse(&fault);
    signals_open(&display);
    if (screen && !(display.ui = ui_start(&fault)))
        return bx_refuse(&fault);
    bx_buf_init(&display.in, LINE_MAX_BYTES);
    till_find(&display);
    do
        show(&display);
    while (turn(&display));
    ui_stop(display.ui);
    till_lose(&display);
    if (display.pole >= 0)
        close(display.pole);
    close(display.signals);
    bx_buf_finish(&display.in);
    return BX_EXIT_DONE;
}
