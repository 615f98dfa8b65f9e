/* SPDX-License-Identifier: Apache-2.0 */
/* boxtill, the till: the program's beginning. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/point.h"
#include "boxtill/base/words.h"
#include "main/cmd_table.h"

static void help(void)
{
    printf("boxtill [--plain]      the till, in this terminal; plain: as lines of text\n");
    bx_cmd_usages(NULL);
    printf("boxtill demo [--script FILE]\n        a sample museum with server, till and printer, "
           "nothing to set up\n"
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
    int took = 0;
    bool is_till = argc < 2 || strcmp(argv[1], "--plain") == 0;
    const struct bx_cmd_row *row = bx_cmd_row_find(argc - 1, argv + 1, &took);
    if (!is_till && !row && bx_cmd_is_known(argv[1])) {
        bx_cmd_usages(argv[1]);
        return BX_EXIT_USAGE;
    }
    if (!is_till && !row) {
        fprintf(stderr, "boxtill: there is no command \"%.40s\"; see boxtill --help\n", argv[1]);
        return BX_EXIT_USAGE;
    }
    if (bx_home_find(&place.home, &fault) || bx_settings_load(&place.home, &place.settings, &fault))
        return bx_refuse(&fault);
    bx_words_use(place.settings.till.language);
    if (is_till)
        return bx_cmd_till(&place, argc - 1, argv + 1);
    argc -= 1 + took;
    argv += 1 + took;
    return row->run ? row->run(&place, argc, argv) : bx_cmd_row_run(&place, row, argc, argv);
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
