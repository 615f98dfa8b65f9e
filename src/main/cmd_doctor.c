/* SPDX-License-Identifier: Apache-2.0 */
/* doctor: what a till stands on, looked at one by one, each with what to do about it. It changes
 * nothing and works beside a running till. */

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/booking/booking.h"
#include "boxtill/domain/code.h"
#include "journal/journal.h"
#include "journal/owner.h"
#include "main/cmd.h"
#include "sys/sys.h"

enum {
    SYNCS = 9,
    CHECKS_MAX = 9,
    SAID_MAX = 65536,
    SERVER_MS = 6000,
    PRINTER_MS = 4000,
    DRIFT_S = 120
};

/* Below: the disk cannot have synced. Above: every sale waits noticeably. */
#define SYNC_LEAST_NS (30 * 1000)
#define SYNC_MOST_NS  (50 * BX_MS_NS)

struct check {
    const char *name;
    bool good;
    char say[256];
};

struct visit {
    const struct bx_place *place;
    struct check checks[CHECKS_MAX];
    size_t count;
    bool drift_known;
    int64_t drift;  /* seconds that this machine is ahead of the server */
    bx_utc last_at; /* of the journal's last entry */
};

static void check_say(struct visit *visit, const char *name, bool good, const char *format, ...)
    bx_format(4, 5);
static void check_say(struct visit *visit, const char *name, bool good, const char *format, ...)
{
    struct check *check = &visit->checks[visit->count++];
    va_list args;
    check->name = name;
    check->good = good;
    va_start(args, format);
    vsnprintf(check->say, sizeof(check->say), bx_word(format), args);
    va_end(args);
}

static int64_t now_ns(void)
{
    struct bx_clock *clock = bx_sys_clock();
    return clock->ops->mono(clock).ns;
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The middle of some syncs of one block, or -1. */
static int64_t sync_time(const char *path)
{
    int64_t times[SYNCS];
    static const char block[4096];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool good = fd >= 0;
    for (int i = 0; i < SYNCS && good; i++) {
        int64_t start = now_ns();
        good = write(fd, block, sizeof(block)) == sizeof(block) && fdatasync(fd) == 0;
        times[i] = now_ns() - start;
    }
    if (fd >= 0) {
        close(fd);
        (void)unlink(path);
    }
    if (!good)
        return -1;
    qsort(times, SYNCS, sizeof(times[0]), by_size);
    return times[SYNCS / 2];
}

static void disk_check(struct visit *visit)
{
    char path[BX_PATH_SIZE];
    struct statvfs room;
    const struct bx_home *home = &visit->place->home;
    int64_t ns = sync_time(bx_home_file(home, "doctor.tmp", path));
    if (ns < 0)
        check_say(visit, "disk", false, "%s cannot be written: free space, or look at its rights.",
                  home->path);
    else if (ns < SYNC_LEAST_NS)
        check_say(
            visit, "disk", false,
            "a sync takes %lld µs, too quick to be true: this disk may lose the last sales in a "
            "power cut. Use another one.",
            (long long)(ns / 1000));
    else
        check_say(
            visit, "disk", ns <= SYNC_MOST_NS, "a sync takes %lld µs%s", (long long)(ns / 1000),
            ns <= SYNC_MOST_NS ? "." : bx_word(": every sale waits for it. Use a quicker disk."));
    if (statvfs(home->path, &room))
        check_say(visit, "room", false, "the free space cannot be told.");
    else {
        int64_t mb = (int64_t)room.f_bavail * (int64_t)room.f_frsize >> 20;
        check_say(visit, "room", mb >= BX_JOURNAL_LINE >> 20, "%lld MB free%s", (long long)mb,
                  mb >= BX_JOURNAL_LINE >> 20 ? "."
                                              : bx_word(": selling stops below 50. Free some."));
    }
}

static void server_tell(struct visit *visit, const char *url,
                        const struct bx_booking_answer *answer)
{
    struct bx_clock *clock = bx_sys_clock();
    if (answer->contact != BX_CONTACT_GOOD) {
        check_say(visit, "server", false, "%.120s: %s", url, answer->fault.say);
        return;
    }
    check_say(visit, "server", true, "%.150s answers, and it is the one this till knows.", url);
    visit->drift_known = true;
    visit->drift = (clock->ops->utc(clock).us - answer->news_at.us) / BX_SECOND_US;
}

static void server_check(struct visit *visit)
{
    struct bx_fault fault = {0};
    struct bx_device device;
    struct bx_booking_answer answer;
    int err = bx_device_load(&visit->place->home, &device, &fault);
    if (err || device.till == 0) {
        check_say(visit, "server", false, "%s",
                  err && err != BX_ERR_MISSING ? fault.say
                                               : bx_word("not enrolled: boxtill enrol URL CODE"));
        return;
    }
    struct bx_booking_config config = bx_booking_config_of(&visit->place->settings, &device);
    config.timeout_ms = SERVER_MS;
    bx_cleanup(bx_booking_http_destroy) struct bx_booking *booking =
        bx_booking_http_create(&config, &fault);
    if (!booking || booking->ops->news(booking, 1, &fault))
        check_say(visit, "server", false, "%s", fault.say);
    else {
        while (!booking->ops->answer(booking, &answer))
            bx_booking_http_wait(booking, NULL, 0, 1000);
        server_tell(visit, config.url, &answer);
    }
    bx_wipe(&device, sizeof(device));
    bx_wipe(&config.key, sizeof(config.key));
}

static void key_check(struct visit *visit)
{
    char path[BX_PATH_SIZE];
    struct stat about;
    if (stat(bx_home_file(&visit->place->home, "device.key", path), &about))
        check_say(visit, "key", false, "there is none: boxtill enrol URL CODE");
    else
        check_say(visit, "key", (about.st_mode & 077) == 0, "device.key is %s",
                  (about.st_mode & 077) == 0
                      ? bx_word("ours alone.")
                      : bx_word("open to others: chmod 600, and enrol anew if in doubt."));
}

static void printer_check(struct visit *visit)
{
    const struct bx_settings *settings = &visit->place->settings;
    struct tp_queue_config queue = settings->queue;
    struct bx_print_report report = {0};
    struct bx_fault fault = {0};
    if (settings->printer == BX_PRINTER_NONE) {
        check_say(visit, "printer", false, "none is set up: [printer] in boxtill.conf.");
        return;
    }
    if (settings->printer == BX_PRINTER_FOLDER) {
        check_say(visit, "printer", true, "writes into %.200s", settings->folder);
        return;
    }
    queue.clock = bx_sys_clock();
    struct bx_printer *printer = tp_spool_create(&queue, &fault);
    if (!printer) {
        check_say(visit, "printer", false, "%s", fault.say);
        return;
    }
    int64_t until = now_ns() + PRINTER_MS * BX_MS_NS;
    bool heard = false;
    while (!heard && now_ns() < until) {
        struct pollfd fd = {.fd = printer->ops->fd(printer), .events = POLLIN};
        (void)poll(&fd, 1, 100);
        heard = printer->ops->report(printer, &report) && bx_id_is_zero(&report.job);
    }
    if (!heard)
        check_say(visit, "printer", false, "%s: CUPS says nothing of it.", queue.queue);
    else
        check_say(visit, "printer", report.printer_ready, "%s: %s", queue.queue,
                  report.say[0] ? report.say : bx_word("ready."));
    printer->ops->destroy(printer);
}

static void journal_check(struct visit *visit)
{
    struct bx_fault fault = {0};
    struct bx_journal_found found;
    if (bx_journal_check(visit->place, &found, &fault))
        check_say(visit, "journal", false, "%s", fault.say);
    else
        check_say(visit, "journal", true, "%lld entries, all as they were written.",
                  (long long)found.count);
    visit->last_at = found.last_at;
}

struct signing { /* of fiscal documents */
    bool lost;
    int64_t open;
};

/* By the till that runs here. */
static int signing_ask(const struct bx_place *place, struct signing *ret, struct bx_fault *fault)
{
    static const char command[] = "{\"verb\":\"status\"}";
    char path[BX_PATH_SIZE];
    struct bx_json_reader root;
    __attribute__((cleanup(bx_said_finish_at))) struct bx_said said = {0};
    int err = bx_run_ask(bx_home_file(&place->home, "till.sock", path), command,
                         sizeof(command) - 1, BX_RUN_SILENCE_MS, bx_said_take, &said, fault);
    if (err)
        return err;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(said.json, strlen(said.json), SAID_MAX, fault);
    if (!doc)
        return (int)fault->err;
    bx_json_read(&root, bx_json_root(doc), "status", fault);
    ret->lost = !bx_json_bool_or(&root, "signing", true);
    ret->open = bx_json_int_or(&root, "unsigned", 0, BX_MONEY_MAX, 0);
    return root.err;
}

static int signing_load(const struct bx_place *place, struct signing *ret, struct bx_fault *fault)
{
    char path[BX_PATH_SIZE];
    struct bx_journal_state state = {0};
    struct bx_journal_options options = {.path = bx_home_file(&place->home, "journal.db", path),
                                         .inspect = true};
    char lock[BX_PATH_SIZE];
    bx_cleanup(bx_owner_release) struct bx_owner *owner =
        bx_owner_take(bx_home_file(&place->home, "till.lock", lock), fault);
    bx_cleanup(bx_journal_destroy) struct bx_journal *journal =
        owner ? bx_journal_open_with(&options, fault) : NULL;
    if (!journal)
        return (int)fault->err;
    int err = journal->ops->load(journal, &state, fault);
    *ret = (struct signing){.lost = state.sign_lost, .open = state.unsigned_count};
    bx_journal_state_finish(&state);
    return err;
}

/* Said where a device is set up, and where documents wait for one that is not any more. */
static void signing_check(struct visit *visit)
{
    struct bx_fault fault = {0};
    struct signing signing = {0};
    bool set_up = visit->place->settings.simulator;
    int err = signing_ask(visit->place, &signing, &fault);
    if (err == BX_ERR_MISSING)
        err = signing_load(visit->place, &signing, &fault);
    if (err && err != BX_ERR_MISSING && set_up)
        check_say(visit, "signing", false, "%s", fault.say);
    else if (signing.open > 0 && !set_up)
        check_say(visit, "signing", false,
                  "%lld documents are not signed, and no device is set up: [fiscal] in "
                  "boxtill.conf.",
                  (long long)signing.open);
    else if (set_up)
        check_say(visit, "signing", !signing.lost,
                  signing.lost ? "the device is out of order; %lld documents are not signed."
                               : "%lld documents are not signed yet.",
                  (long long)signing.open);
}

/* Against the server's; without it, against what was written last. */
static void clock_check(struct visit *visit)
{
    struct bx_clock *clock = bx_sys_clock();
    int64_t drift = visit->drift;
    bool good = drift > -DRIFT_S && drift < DRIFT_S;
    if (visit->drift_known) {
        check_say(visit, "clock", good, "%lld s from the server's%s", (long long)drift,
                  good ? "." : bx_word(": set this machine's clock."));
        return;
    }
    int64_t behind = (visit->last_at.us - clock->ops->utc(clock).us) / BX_SECOND_US;
    if (behind > 0)
        check_say(visit, "clock", false,
                  "%lld s before the journal's last entry: set this machine's "
                  "clock.",
                  (long long)behind);
    else
        check_say(visit, "clock", true,
                  "not before the journal's last entry; the server did not tell its time.");
}

/* --- the scanner -------------------------------------------------------------------------- */

static void scan_judge(struct visit *visit, const char *line)
{
    const char *prefix = visit->place->settings.till.scan_prefix;
    size_t skip = strlen(prefix), len = strlen(line);
    struct bx_code code;
    char shown[64];
    if (skip > 0 && strncmp(line, prefix, skip) == 0) {
        line += skip;
        len -= skip;
    }
    bx_text_wash(line, len, 40, shown, sizeof(shown));
    if (len == 0)
        check_say(visit, "scanner", false,
                  "Nothing came: is the scanner plugged in, in keyboard mode, "
                  "and ending with Enter?");
    else if (bx_code_read(line, len, &code, NULL) == 0)
        check_say(visit, "scanner", true, "%s came, a ticket code as it was printed.", code.s);
    else if (bx_code_has_shape(line, len))
        check_say(
            visit, "scanner", false,
            "%s came, whose check character is wrong: give the scanner the keyboard layout of "
            "this machine.",
            shown);
    else
        check_say(visit, "scanner", false,
                  "%s came, which is no ticket code. From a ticket: give the scanner the keyboard "
                  "layout of this machine.",
                  shown);
}

static void scan_check(struct visit *visit)
{
    char line[256];
    if (isatty(STDIN_FILENO))
        fprintf(stderr, "%s\n", bx_word("Scan a printed ticket now (Enter ends)."));
    if (!fgets(line, sizeof(line), stdin))
        line[0] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    scan_judge(visit, line);
}

/* --- the whole ---------------------------------------------------------------------------- */

static void checks_print(const struct visit *visit, bool json)
{
    struct bx_json_writer writer;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    if (!json) {
        for (size_t i = 0; i < visit->count; i++) {
            char say[sizeof(visit->checks[i].say)];
            bx_text_wash(visit->checks[i].say, strlen(visit->checks[i].say), sizeof(say), say,
                         sizeof(say));
            printf("%-4s  %-8s %s\n", visit->checks[i].good ? "ok" : "LOOK", visit->checks[i].name,
                   say);
        }
        return;
    }
    bx_json_write(&writer, &out);
    bx_json_object_open(&writer, NULL);
    bx_json_array_open(&writer, "checks");
    for (size_t i = 0; i < visit->count; i++) {
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "name", visit->checks[i].name);
        bx_json_put_bool(&writer, "ok", visit->checks[i].good);
        bx_json_put_string(&writer, "say", visit->checks[i].say);
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
    printf("%s\n", bx_buf_text(&out));
}

static void all_check(struct visit *visit)
{
    disk_check(visit);
    key_check(visit);
    server_check(visit);
    printer_check(visit);
    journal_check(visit);
    signing_check(visit);
    clock_check(visit);
    check_say(visit, "scanner", true, "boxtill doctor --scan reads one ticket.");
}

int bx_cmd_doctor(const struct bx_place *place, int argc, char **argv)
{
    struct bx_args args = {.usage = "doctor [--scan] [--json]", .min = 0, .max = 0};
    struct visit visit = {.place = place};
    int status = BX_EXIT_DONE;
    bool scan = argc > 0 && strcmp(argv[0], "--scan") == 0;
    if (!bx_args_read(&args, argc - scan, argv + scan))
        return BX_EXIT_USAGE;
    if (scan)
        scan_check(&visit);
    else
        all_check(&visit);
    for (size_t i = 0; i < visit.count; i++)
        if (!visit.checks[i].good)
            status = BX_EXIT_REFUSED;
    checks_print(&visit, args.json);
    return status;
}
