/* SPDX-License-Identifier: Apache-2.0 */
/* boxtilld, the booking server: arguments to a command. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/crypto.h"
#include "main/bd_cmd.h"

static const struct {
    const char *name;
    int (*run)(const struct bd_config *config, int argc, char **argv);
} commands[] = {
    {"init", bd_cmd_init},       {"import", bd_cmd_import},     {"enrol-code", bd_cmd_enrol_code},
    {"user", bd_cmd_user},       {"audit", bd_cmd_audit},       {"revoke", bd_cmd_revoke},
    {"lease", bd_cmd_lease},     {"settle", bd_cmd_settle},     {"reopen", bd_cmd_reopen},
    {"members", bd_cmd_members}, {"orders", bd_cmd_orders},     {"voucher", bd_cmd_voucher},
    {"report", bd_cmd_report},   {"check-in", bd_cmd_check_in}, {"backup", bd_cmd_backup},
    {"restore", bd_cmd_restore}, {"capacity", bd_cmd_capacity}, {"cancel", bd_cmd_cancel},
};

static const char manual[] =
    "usage: boxtilld [--config FILE] [--behind-proxy] [--lifeline]\n"
    "       boxtilld [--config FILE] COMMAND\n"
    "\n"
    "Without a command it serves. --behind-proxy: on any address, TLS is the proxy's; --lifeline:\n"
    "until standard input ends.\n"
    "\n"
    "  init                     make the home an empty venue\n"
    "  import FILE              take over a programme\n"
    "  capacity POOL N WHO      give a pool another capacity; --override: below what is taken\n"
    "  cancel SLOT WHO          a slot does not take place\n"
    "  enrol-code               a one-time code for a till; --channel NAME: for what sells online\n"
    "  user NUMBER NAME ROLE    add or change one; its PIN on standard input\n"
    "  members FILE             make it the whole list of members and passes\n"
    "  orders FILE              add or change groups, schools and web orders\n"
    "  voucher KIND VALUE       make vouchers, single (DATE [N]) or stored\n"
    "  report WHAT              what was booked of days or of a till's shift\n"
    "  check-in CODE GATE       let a ticket in, as a gate does\n"
    "  audit                    count everything twice\n"
    "  backup FILE              a copy of the venue, while it is served\n"
    "  restore FILE             put a copy back; without FILE: PostgreSQL was put back\n"
    "  revoke TILL              let a till in no more\n"
    "  lease WHAT               the places that a till holds; settle or write off some\n"
    "  settle TILL WHO          let a till out of quarantine\n"
    "  reopen WHO               open the timed slots that a restore has shut\n"
    "\n"
    "HOME is BOXTILL_HOME, else /var/lib/boxtilld; the configuration is HOME/boxtilld.conf.\n";

static int command_run(const char *file, bool behind_proxy, bool lifeline, int argc, char **argv)
{
    struct bd_config config;
    struct bx_fault fault = {0};
    if (bd_config_load(file, &config, &fault) < 0)
        return bd_refuse(&fault);
    if (argc == 0)
        return bd_cmd_serve(&config, behind_proxy, lifeline);
    for (size_t i = 0; i < bx_countof(commands); i++)
        if (strcmp(commands[i].name, argv[0]) == 0)
            return commands[i].run(&config, argc - 1, argv + 1);
    fprintf(stderr, "boxtilld: there is no command \"%.40s\"; see boxtilld --help\n", argv[0]);
    return BD_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    const char *file = NULL;
    bool behind_proxy = false, lifeline = false;
    int at = 1;
    umask(077);
    bx_crypto_init();
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        if (strcmp(argv[at], "--config") == 0 && at + 1 < argc) {
            file = argv[++at];
        } else if (strcmp(argv[at], "--behind-proxy") == 0) {
            behind_proxy = true;
        } else if (strcmp(argv[at], "--lifeline") == 0) {
            lifeline = true;
        } else if (strcmp(argv[at], "--version") == 0) {
            puts("boxtilld " BX_VERSION);
            return BD_EXIT_DONE;
        } else if (strcmp(argv[at], "--help") == 0) {
            fputs(manual, stdout);
            return BD_EXIT_DONE;
        } else {
            fputs(manual, stderr);
            return BD_EXIT_USAGE;
        }
    }
    return command_run(file, behind_proxy, lifeline, argc - at, argv + at);
}
