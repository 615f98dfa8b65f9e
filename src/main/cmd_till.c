/* SPDX-License-Identifier: Apache-2.0 */
/* The till on the screen. A process that only sends is asked to let go of the journal; another till
 * is not. */

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/words.h"
#include "main/cmd.h"

/* A watcher lets go within 5 s; a command that prints may take longer. */
enum { YIELD_MS = 15000, PAUSE_MS = 50 };

static struct bx_session *open_or_ask(const struct bx_place *place, bool plain,
                                      struct bx_fault *fault)
{
    static const char yield[] = "{\"verb\":\"yield\"}";
    const struct bx_session_options options = {.screen = true, .plain = plain, .listens = true};
    char path[BX_PATH_SIZE];
    bx_home_file(&place->home, "till.sock", path);
    for (int waited = 0; waited < YIELD_MS; waited += PAUSE_MS) {
        struct bx_session *session =
            bx_session_open(&place->home, &place->settings, &options, fault);
        if (session || fault->err != BX_ERR_BUSY)
            return session;
        __attribute__((cleanup(bx_said_finish_at))) struct bx_said said = {0};
        struct bx_fault why = {0};
        int err =
            bx_run_ask(path, yield, strlen(yield), BX_RUN_SILENCE_MS, bx_said_take, &said, &why);
        if (!err && said.exit != 0)
            bx_fault_say(fault, BX_ERR_REFUSED, "%s", said.text);
        if (err == BX_ERR_UNKNOWN)
            bx_fault_set(fault, BX_ERR_BUSY,
                         "The process that holds this till's journal does not answer.", "%s; %s",
                         fault->say, why.detail);
        if (err == BX_ERR_UNKNOWN || (!err && said.exit != 0))
            return NULL;
        poll(NULL, 0, PAUSE_MS);
    }
    return NULL;
}

int bx_cmd_till(const struct bx_place *place, int argc, char **argv)
{
    struct bx_fault fault = {0};
    bool plain = argc > 0 && strcmp(argv[0], "--plain") == 0;
    if (argc > (plain ? 1 : 0))
        return bx_usage("[--plain]");
    if (!plain && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
        fprintf(stderr, "boxtill: %s\n",
                bx_word("the till needs a terminal; see boxtill --help for commands"));
        return BX_EXIT_REFUSED;
    }
    struct bx_session *session = open_or_ask(place, plain, &fault);
    if (!session)
        return bx_refuse(&fault);
    while (bx_session_turn(session, -1))
        continue;
    bx_session_close(session);
    return BX_EXIT_DONE;
}
