/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that set a venue up and look it over. Each is one transaction on the store, beside
 * the server's own. */

#include "main/bd_cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/sys/file.h"
#include "server/book/import.h"
#include "server/store/postgres.h"
#include "server/store/sqlite.h"
#include "sys/sys.h"

enum { IMPORT_MAX = BX_PROGRAMME_BYTES };

int bd_refuse(const struct bx_fault *fault)
{
    bx_buf_auto clean;
    bx_buf_init(&clean, 4096);
    bx_text_log(&clean, fault->detail, strlen(fault->detail));
    fprintf(stderr, "boxtilld: %s\n", fault->say);
    if (clean.len)
        fprintf(stderr, "boxtilld: (%s)\n", bx_buf_text(&clean));
    return BD_EXIT_REFUSED;
}

struct bd_turn bd_turn_now(void)
{
    struct bx_clock *clock = bx_sys_clock();
    struct bx_random *random = bx_sys_random();
    struct bd_turn turn = {.now = clock->ops->utc(clock)};
    random->ops->seed(random, turn.seed);
    return turn;
}

int bd_usage(const char *how)
{
    fprintf(stderr, "usage: boxtilld [--config FILE] %s\n", how);
    return BD_EXIT_USAGE;
}

struct bd_store *bd_store_open(const struct bd_config *config, enum bd_open mode,
                               struct bx_fault *fault)
{
    if (bd_postgres_is(config->database))
        return bd_store_postgres_open(config->database, mode, fault);
    struct bd_store *store = bd_store_sqlite_open(config->database, mode, fault);
    if (!store && fault->err == BX_ERR_MISSING)
        (void)bx_fault_say(fault, BX_ERR_MISSING,
                           "There is no venue at %s: boxtilld init makes one.", config->database);
    return store;
}

/* --- one transaction ---------------------------------------------------------------------- */

/* *RET_AGAIN: the transaction was lost through no fault of its own. */
static int act_try(struct bd_deed *act, struct bd_store *store, const struct bd_policy *policy,
                   bool *ret_again, struct bx_fault *fault)
{
    struct bd_turn turn = bd_turn_now();
    *fault = (struct bx_fault){0};
    *ret_again = false;
    int err = store->ops->begin(store, fault);
    if (err < 0)
        return err;
    bx_cleanup(bd_book_destroy) struct bd_book *book = NULL;
    if (policy) {
        book = bd_book_create(store, policy, fault);
        err = book ? 0 : fault->err;
    }
    if (!err)
        err = act->run(act, store, book, &turn, fault);
    struct bx_fault ending = {0};
    switch (store->ops->end(store, err == 0, &ending)) {
    case BX_DONE: break;
    case BX_REFUSED:
        if (!err) {
            *fault = ending;
            err = ending.err;
        }
        break;
    case BX_UNKNOWN:
        return bx_fault_say(fault, BX_ERR_UNKNOWN,
                            "The disk did not say whether this was written. Look before trying "
                            "again.");
    }
    *ret_again = err == BX_ERR_BUSY;
    return err;
}

static int act_within(struct bd_deed *act, struct bd_store *store, const struct bd_policy *policy,
                      struct bx_fault *fault)
{
    bool again = true;
    int err = 0;
    for (int tries = 0; again && tries < BD_STORE_TRIES; tries++)
        err = act_try(act, store, policy, &again, fault);
    return err;
}

int bd_deed_do(const struct bd_config *config, struct bd_deed *act, bool make)
{
    struct bx_fault fault = {0};
    bx_cleanup(bd_store_destroy) struct bd_store *store =
        bd_store_open(config, make ? BD_OPEN_CREATE : BD_OPEN_WRITE, &fault);
    if (!store || act_within(act, store, make ? NULL : &config->policy, &fault) < 0)
        return bd_refuse(&fault);
    return BD_EXIT_DONE;
}

/* --- init --------------------------------------------------------------------------------- */

static int init_run(struct bd_deed *act, struct bd_store *store, struct bd_book *book,
                    const struct bd_turn *turn, struct bx_fault *fault)
{
    (void)act;
    (void)book;
    return bd_book_init(store, turn, fault);
}

int bd_cmd_init(const struct bd_config *config, int argc, char **argv)
{
    (void)argv;
    if (argc != 0)
        return bd_usage("init");
    if (mkdir(config->home, 0700) < 0 && errno != EEXIST) {
        struct bx_fault fault;
        (void)bx_fault_say(&fault, BX_ERR_IO, "%s cannot be made: %s.", config->home,
                           strerror(errno));
        return bd_refuse(&fault);
    }
    struct bd_deed act = {.run = init_run};
    return bd_deed_do(config, &act, true);
}

/* --- import ------------------------------------------------------------------------------- */

static int import_run(struct bd_deed *act, struct bd_store *store, struct bd_book *book,
                      const struct bd_turn *turn, struct bx_fault *fault)
{
    (void)store;
    int err = bd_book_import(book, turn, act->arg, fault);
    if (err < 0)
        return err;
    err = bd_book_waiting(book, turn, fault);
    return err < 0 ? err : 0;
}

/* The venue's own date, since a file may say "today". A zone that is none is told by the parser. */
static struct bx_date today_at_venue(const char *text, size_t len)
{
    bx_utc now = bd_turn_now().now;
    struct bx_date today;
    int minute;
    bx_utc_civil(now, 0, &today, &minute);
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(text, len, IMPORT_MAX, NULL);
    if (!doc)
        return today;
    bx_json *venue = bx_json_get(bx_json_root(doc), "venue");
    bx_json *zone = bx_json_is_object(venue) ? bx_json_get(venue, "zone") : NULL;
    struct bx_date there;
    if (bx_json_is_string(zone) && bx_sys_zone_date(bx_json_text(zone), now, &there) == 0)
        return there;
    return today;
}

int bd_cmd_import(const struct bd_config *config, int argc, char **argv)
{
    if (argc != 1)
        return bd_usage("import FILE");
    struct bx_fault fault = {0};
    bx_buf_auto text, faults;
    bx_buf_init(&text, IMPORT_MAX + 1);
    bx_buf_init(&faults, 64 << 10);
    if (bx_file_read(argv[0], IMPORT_MAX, &text, &fault))
        return bd_refuse(&fault);
    bx_cleanup(bd_import_destroy) struct bd_import *import =
        bd_import_parse(bx_buf_text(&text), text.len, today_at_venue(bx_buf_text(&text), text.len),
                        bx_sys_zone, NULL, &faults);
    if (!import) {
        fprintf(stderr, "boxtilld: %s is not imported:\n%s", argv[0], bx_buf_text(&faults));
        return BD_EXIT_REFUSED;
    }
    struct bd_deed act = {.run = import_run, .arg = import};
    int status = bd_deed_do(config, &act, false);
    if (status == BD_EXIT_DONE)
        fputs(bx_buf_text(&import->notes), stdout);
    return status;
}

/* --- enrol-code --------------------------------------------------------------------------- */

struct enrolling {
    const char *channel;
    char code[9];
};

static int enrol_code_run(struct bd_deed *act, struct bd_store *store, struct bd_book *book,
                          const struct bd_turn *turn, struct bx_fault *fault)
{
    (void)store;
    struct enrolling *enrolling = act->arg;
    return bd_book_enrol_code(book, turn, enrolling->channel, enrolling->code, fault);
}

int bd_cmd_enrol_code(const struct bd_config *config, int argc, char **argv)
{
    struct enrolling enrolling = {.channel = argc == 2 ? argv[1] : ""};
    if (argc != 0 && (argc != 2 || strcmp(argv[0], "--channel") != 0 || !argv[1][0]))
        return bd_usage("enrol-code [--channel NAME]");
    struct bd_deed act = {.run = enrol_code_run, .arg = &enrolling};
    int status = bd_deed_do(config, &act, false);
    if (status == BD_EXIT_DONE)
        printf("%s\n", enrolling.code);
    return status;
}

/* --- user --------------------------------------------------------------------------------- */

static int user_run(struct bd_deed *act, struct bd_store *store, struct bd_book *book,
                    const struct bd_turn *turn, struct bx_fault *fault)
{
    const struct bx_user *user = act->arg;
    (void)store;
    return user->name[0] ? bd_book_user(book, turn, user, fault)
                         : bd_book_user_remove(book, turn, user->number, fault);
}

/* One line of standard input: four to twelve digits. */
static int pin_read(char pin[16], struct bx_fault *fault)
{
    char line[64] = "";
    bool came = fgets(line, sizeof(line), stdin) != NULL;
    size_t len = strcspn(line, "\r\n");
    bool good = came && len >= 4 && len <= 12 && strspn(line, "0123456789") == len;
    if (good) {
        memcpy(pin, line, len);
        pin[len] = '\0';
    }
    bx_wipe(line, sizeof(line));
    if (!good)
        return bx_fault_say(fault, BX_ERR_INPUT,
                            "A PIN of 4 to 12 digits must come on standard "
                            "input.");
    return 0;
}

bool bd_who_take(const char *text, int64_t *ret)
{
    return bx_text_number(text, strlen(text), 9999, ret) == 0 && *ret > 0;
}

static int user_number(struct bx_user *user, const char *text, struct bx_fault *fault)
{
    if (!bd_who_take(text, &user->number))
        return bx_fault_say(fault, BX_ERR_INPUT, "A user's number is from 1 to 9999.");
    return 0;
}

static int user_fill(struct bx_user *user, char **argv, struct bx_fault *fault)
{
    int err = user_number(user, argv[0], fault);
    if (err < 0)
        return err;
    if (bx_text_wash(argv[1], strlen(argv[1]), BX_NAME_COLUMNS, user->name, sizeof(user->name)) ||
        !user->name[0])
        return bx_fault_say(fault, BX_ERR_INPUT, "A user's name has 1 to %d plain characters.",
                            BX_NAME_COLUMNS);
    if (bx_role_parse(argv[2], &user->role) < 0)
        return bx_fault_say(fault, BX_ERR_INPUT, "A role is cashier, supervisor or auditor.");
    char pin[16];
    err = pin_read(pin, fault);
    if (err < 0)
        return err;
    err = bx_pin_hash(pin, user->pin_hash);
    bx_wipe(pin, sizeof(pin));
    return err < 0 ? bx_fault_say(fault, err, "The PIN cannot be hashed.") : 0;
}

/* A word like "en" or "de"; "" is the till's own. */
static bool language_fill(struct bx_user *user, const char *text, struct bx_fault *fault)
{
    size_t len = strlen(text);
    if (len < sizeof(user->language) && strspn(text, "abcdefghijklmnopqrstuvwxyz") == len) {
        memcpy(user->language, text, len + 1);
        return true;
    }
    (void)bx_fault_say(fault, BX_ERR_INPUT, "A language is a word like en or de.");
    return false;
}

int bd_cmd_user(const struct bd_config *config, int argc, char **argv)
{
    bool spoken = argc == 5 && strcmp(argv[3], "--language") == 0;
    bool removed = argc == 2 && strcmp(argv[1], "--remove") == 0;
    if (argc != 3 && !spoken && !removed)
        return bd_usage("user NUMBER NAME cashier|supervisor|auditor [--language LANGUAGE]   (PIN "
                        "on standard input), or user NUMBER --remove");
    struct bx_fault fault = {0};
    struct bx_user user = {0};
    if (spoken && !language_fill(&user, argv[4], &fault))
        return bd_refuse(&fault);
    int err = removed ? user_number(&user, argv[0], &fault) : user_fill(&user, argv, &fault);
    if (err < 0)
        return bd_refuse(&fault);
    struct bd_deed act = {.run = user_run, .arg = &user};
    return bd_deed_do(config, &act, false);
}

/* --- audit -------------------------------------------------------------------------------- */

int bd_store_audit(struct bd_store *store, struct bx_buf *out, struct bx_fault *fault)
{
    int err = store->ops->begin(store, fault);
    if (err < 0)
        return err;
    int count = bd_book_audit(store, out, fault);
    (void)store->ops->end(store, false, NULL);
    return count;
}

int bd_cmd_audit(const struct bd_config *config, int argc, char **argv)
{
    (void)argv;
    if (argc != 0)
        return bd_usage("audit");
    struct bx_fault fault = {0};
    bx_buf_auto findings;
    bx_buf_init(&findings, BD_AUDIT_MAX);
    bx_cleanup(bd_store_destroy) struct bd_store *store =
        bd_store_open(config, BD_OPEN_READ, &fault);
    int count = store ? bd_store_audit(store, &findings, &fault) : -1;
    if (count < 0)
        return bd_refuse(&fault);
    fputs(bx_buf_text(&findings), stdout);
    if (count == 0)
        puts("all agrees");
    return count == 0 ? BD_EXIT_DONE : BD_EXIT_REFUSED;
}

/* --- revoke, reopen ----------------------------------------------------------------------- */

static int revoke_run(struct bd_deed *act, struct bd_store *store, struct bd_book *book,
                      const struct bd_turn *turn, struct bx_fault *fault)
{
    (void)store;
    const int64_t *till = act->arg;
    return bd_book_revoke(book, turn, *till, fault);
}

int bd_cmd_revoke(const struct bd_config *config, int argc, char **argv)
{
    int64_t till = 0;
    if (argc != 1 || bx_text_number(argv[0], strlen(argv[0]), INT32_MAX, &till) < 0)
        return bd_usage("revoke TILL");
    struct bd_deed act = {.run = revoke_run, .arg = &till};
    return bd_deed_do(config, &act, false);
}

/* WHO has looked at a till in quarantine. */
struct settling {
    int64_t till;
    int64_t who;
};

static int settle_run(struct bd_deed *act, struct bd_store *store, struct bd_book *book,
                      const struct bd_turn *turn, struct bx_fault *fault)
{
    (void)store;
    const struct settling *settling = act->arg;
    return bd_book_settle(book, turn, settling->till, settling->who, fault);
}

int bd_cmd_settle(const struct bd_config *config, int argc, char **argv)
{
    struct settling settling = {0};
    if (argc != 2 || bx_text_number(argv[0], strlen(argv[0]), INT32_MAX, &settling.till) < 0 ||
        !bd_who_take(argv[1], &settling.who))
        return bd_usage("settle TILL WHO   (the number of the supervisor who looked at it)");
    struct bd_deed act = {.run = settle_run, .arg = &settling};
    return bd_deed_do(config, &act, false);
}

static int reopen_run(struct bd_deed *act, struct bd_store *store, struct bd_book *book,
                      const struct bd_turn *turn, struct bx_fault *fault)
{
    (void)store;
    const int64_t *who = act->arg;
    return bd_book_reopen(book, turn, *who, fault);
}

int bd_cmd_reopen(const struct bd_config *config, int argc, char **argv)
{
    int64_t who = 0;
    if (argc != 1 || !bd_who_take(argv[0], &who))
        return bd_usage("reopen WHO   (the number of the supervisor who answers for it)");
    struct bd_deed act = {.run = reopen_run, .arg = &who};
    return bd_deed_do(config, &act, false);
}
