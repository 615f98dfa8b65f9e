/* SPDX-License-Identifier: Apache-2.0 */
/* boxtill, the till: the program's beginning, and the table of its commands. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/point.h"
#include "main/cmd.h"

static const struct {
    const char *name;
    bx_cmd run;
    const char *usage, *what;
} commands[] = {
    {"login", bx_cmd_login, "login [NUMBER] [--json]",
     "log a cashier in; the PIN is asked, or read from "
     "standard input"},
    {"logout", bx_cmd_logout, "logout [--json]", "log out; basket and queue stay"},
    {"sell", bx_cmd_sell,
     "sell LINE [--slot HH:MM] [--event NAME] [--tender cash[:MINOR]|card[:REF]]… [--json]",
     "sell, 2a1c = two of key a, one of key c"},
    {"find", bx_cmd_find, "find [TEXT] [--json]",
     "the last sales, or those with this number or "
     "ticket code"},
    {"show", bx_cmd_show, "show NUMBER|CODE [--json]", "one sale"},
    {"reprint", bx_cmd_reprint, "reprint NUMBER [TICKET] | CODE [--json]",
     "torn in the hand: the same code again, marked COPY; ticket 0 is the receipt"},
    {"replace", bx_cmd_replace, "replace NUMBER TICKET | CODE [--reason WORD] [--json]",
     "gone or unsure: a new code, the old one is refused at the gate"},
    {"queue", bx_cmd_queue, "queue [--json]", "what the server has not acknowledged"},
    {"sync", bx_cmd_sync, "sync [--once | --watch] [--json]", "send what waits, once or for good"},
    {"allot", bx_cmd_allot, "allot [--json]", "the places that are this till's own"},
    {"offline", bx_cmd_offline, "offline on|off [--json]", "send nothing by choice, or again"},
    {"journal", bx_cmd_journal, "journal verify [--json] | show [FROM] | export [FROM]",
     "check, read or copy the journal"},
    {"enrol", bx_cmd_enrol, "enrol URL CODE [--json]", "make this till known to a booking server"},
    {"display", bx_cmd_display, "display [--lines]",
     "what the customer sees, on a second terminal or a pole; --lines: as text"},
    {"doctor", bx_cmd_doctor, "doctor [--scan] [--json]",
     "look after disk, clock, server, keys, printer, "
     "journal"},
};

static void help(void)
{
    printf("boxtill [--plain]      the till, in this terminal; plain: as lines of text\n");
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        printf("boxtill %s\n        %s\n", commands[i].usage, commands[i].what);
    printf(
        "boxtill demo\n        a sample museum with server, till and printer, nothing to set up\n"
        "boxtill --version | --help\n\n"
        "All state lies in BOXTILL_HOME (else /var/lib/boxtill or ~/.local/share/boxtill);\n"
        "boxtill.conf there sets the till up. Exit status: 0 done, 1 refused, 2 usage,\n"
        "3 unknown outcome, 4 offline and not allowed offline.\n");
}

/* PINs and keys must not end in a core file, nor be read by another process of this account. The
 * leak checker of a test build has to look into us. */
static void secrets_guard(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return;
#else
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

static int command_run(int argc, char **argv)
{
    struct bx_place place;
    struct bx_fault fault = {0};
    bool is_till = argc < 2 || strcmp(argv[1], "--plain") == 0;
    bx_cmd run = is_till ? bx_cmd_till : NULL;
    for (size_t i = 0; !run && i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            run = commands[i].run;
    if (!run) {
        fprintf(stderr, "boxtill: there is no command \"%.40s\"; see boxtill --help\n", argv[1]);
        return BX_EXIT_USAGE;
    }
    if (bx_home_find(&place.home, &fault) || bx_settings_load(&place.home, &place.settings, &fault))
        return bx_refuse(&fault);
    return run(&place, is_till ? argc - 1 : argc - 2, argv + (is_till ? 1 : 2));
}

int main(int argc, char **argv)
{
    umask(077);
    secrets_guard();
    bx_point_init();
    bx_crypto_init();
    signal(SIGPIPE, SIG_IGN);
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("boxtill " BX_VERSION "\n");
        return BX_EXIT_DONE;
    }
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        help();
        return BX_EXIT_DONE;
    }
    int status = argc >= 2 && strcmp(argv[1], "demo") == 0 ? bx_cmd_demo(argc - 2, argv + 2)
                                                           : command_run(argc, argv);
    /* What could not be written was not said. */
    if (fflush(stdout) && status == BX_EXIT_DONE)
        status = BX_EXIT_REFUSED;
    return status;
}
