/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about the server's side of things: sync, offline. */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "main/cmd.h"

enum { SETTLE_MS = 3000, WATCH_MS = 1000, AFTER_YIELD_MS = 3000 };

static int simple(const struct bx_place *place, const char *usage, const char *command_text,
                  int argc, char **argv, int64_t linger_ms)
{
    struct bx_args args = {.usage = usage, .min = 0, .max = 0};
    bx_buf_auto command;
    bx_buf_init(&command, 0);
    if (!bx_args_read(&args, argc, argv))
        return BX_EXIT_USAGE;
    bx_buf_text_add(&command, command_text);
    return bx_cmd_send(place, &command, args.json, linger_ms);
}

int bx_cmd_offline(const struct bx_place *place, int argc, char **argv)
{
    struct bx_args args = {.usage = "offline on|off [--json]", .min = 1, .max = 1};
    struct bx_fault fault = {0};
    char path[BX_PATH_SIZE];
    __attribute__((cleanup(bx_said_finish_at))) struct bx_said said = {0};
    bx_buf_auto command;
    bx_buf_init(&command, 0);
    if (!bx_args_read(&args, argc, argv))
        return BX_EXIT_USAGE;
    bool on = strcmp(args.words[0], "on") == 0;
    if (!on && strcmp(args.words[0], "off") != 0)
        return bx_usage(args.usage);
    bx_buf_format(&command, "{\"verb\":\"offline\",\"on\":%s}", on ? "true" : "false");
    bx_home_file(&place->home, "till.sock", path);
    int err = bx_run_ask(path, bx_buf_text(&command), command.len, BX_RUN_SILENCE_MS, bx_said_take,
                         &said, &fault);
    if (!err)
        return bx_cmd_tell(&said, args.json);
    /* A choice lasts as long as the till that it was made for. */
    if (err == BX_ERR_MISSING)
        bx_fault_say(&fault, BX_ERR_MISSING, "No till is running here: start it first.");
    return bx_refuse_as(&fault, args.json);
}

/* --- sync --watch ------------------------------------------------------------------------- */

/* Waits on the signals that end a program; true when one came. */
static bool told_to_end(int fd, int ms)
{
    struct pollfd stop = {.fd = fd, .events = POLLIN};
    return poll(&stop, 1, ms) > 0;
}

static int watch(const struct bx_place *place)
{
    const struct bx_session_options options = {.listens = true, .yields = true};
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    bx_assert(pthread_sigmask(SIG_BLOCK, &ends, NULL) == 0);
    int fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
    bx_assert(fd >= 0);
    int status = BX_EXIT_DONE;
    for (bool ended = false; !ended && status == BX_EXIT_DONE;) {
        struct bx_fault fault = {0};
        struct bx_session *session =
            bx_session_open(&place->home, &place->settings, &options, &fault);
        if (!session && fault.err != BX_ERR_BUSY) {
            status = bx_refuse(&fault);
            break;
        }
        while (session && bx_session_turn(session, -1))
            continue;
        ended = session && bx_session_is_told(session);
        bx_session_close(session);
        /* Whoever asked for the journal has to be quicker than we are. */
        ended = ended || told_to_end(fd, session ? AFTER_YIELD_MS : WATCH_MS);
    }
    close(fd);
    return status;
}

int bx_cmd_sync(const struct bx_place *place, int argc, char **argv)
{
    static const char usage[] = "sync [--once | --watch] [--json]";
    if (argc == 1 && strcmp(argv[0], "--watch") == 0)
        return watch(place);
    if (argc > 0 && strcmp(argv[0], "--once") == 0) {
        argc--;
        argv++;
    }
    return simple(place, usage, "{\"verb\":\"sync\",\"once\":true}", argc, argv, SETTLE_MS);
}
