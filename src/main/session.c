/* SPDX-License-Identifier: Apache-2.0 */
/* Putting a till together, in the order in which its parts need each other, and taking it apart the
 * other way round. Here also is the host that src/run asks for: the draft file, the log, the
 * terminal. */

#include "main/session.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/booking/booking.h"
#include "boxtill/card/simulator.h"
#include "boxtill/fiscal/simulator.h"
#include "boxtill/fiscal/worker.h"
#include "boxtill/sys/file.h"
#include "journal/journal.h"
#include "journal/owner.h"
#include "main/log.h"
#include "main/office.h"
#include "printers/printers.h"
#include "sys/sys.h"
#include "ui/ui.h"

enum { DRAFT_MAX = 256 << 10, FDS_MAX = 32, BUSY_MS = 30000, PAUSE_MS = 50, CONTACT_MS = 2000 };

struct bx_session {
    struct bx_host host; /* first */
    struct bx_home home;
    struct bx_owner *owner;
    struct bx_log *log;
    struct bx_journal *journal;
    struct bx_booking *booking;
    struct bx_printer *printer;
    struct bx_fiscal *fiscal;
    struct bx_card *card;
    struct bx_run *run;
    struct ui *ui;
    struct bx_till_view *view;
    int stop_fd, size_fd;
    sigset_t before; /* what was blocked when it was opened */
    bool gone;       /* nobody can type any more */
    bool told;
    struct bx_play play;
    struct bx_buf plan; /* posting.conf as it was read last */
};

static struct bx_session *of(struct bx_host *host)
{
    return (struct bx_session *)host;
}

/* --- the host ----------------------------------------------------------------------------- */

static void host_wait(struct bx_host *host, struct pollfd *fds, size_t count, int ms)
{
    struct bx_session *session = of(host);
    struct signalfd_siginfo info;
    struct pollfd all[FDS_MAX];
    bx_assert(count + 1 <= FDS_MAX);
    memcpy(all, fds, count * sizeof(*fds));
    all[count] = (struct pollfd){.fd = session->size_fd, .events = POLLIN};
    if (session->booking)
        bx_booking_http_wait(session->booking, all, count + 1, ms);
    else if (poll(all, count + 1, ms) < 0)
        for (size_t i = 0; i <= count; i++)
            all[i].revents = 0;
    memcpy(fds, all, count * sizeof(*fds));
    if (all[count].revents && session->ui &&
        read(session->size_fd, &info, sizeof(info)) == sizeof(info))
        ui_resized(session->ui);
    for (size_t i = 0; i < count && session->ui; i++)
        if (fds[i].fd == ui_fd(session->ui) && fds[i].revents & (POLLHUP | POLLERR | POLLNVAL))
            session->gone = true;
    for (size_t i = 0; i < count; i++)
        if (fds[i].fd == session->stop_fd && fds[i].revents)
            session->told = true;
}

static int host_draft(struct bx_host *host, const char *json, size_t len, bool sync,
                      struct bx_fault *fault)
{
    char path[BX_PATH_SIZE];
    bx_home_file(&of(host)->home, "draft.json", path);
    return len > 0 ? bx_file_write(path, json, len, sync, fault) : bx_file_remove(path, fault);
}

static void host_log(struct bx_host *host, const char *line)
{
    struct bx_clock *clock = bx_sys_clock();
    bx_log_line(of(host)->log, clock->ops->utc(clock), line);
}

static int host_office(struct bx_host *host, const struct bx_office_job *job,
                       struct bx_office_done *ret, struct bx_fault *fault)
{
    struct bx_session *session = of(host);
    struct bx_clock *clock = session->play.clock ? session->play.clock : bx_sys_clock();
    return bx_office_do(&session->home, session->journal, clock->ops->utc(clock), job,
                        &session->plan, ret, fault);
}

static int host_fd(struct bx_host *host)
{
    return ui_fd(of(host)->ui);
}

static int host_key(struct bx_host *host, int *ret)
{
    struct bx_session *session = of(host);
    if (ui_key(session->ui, ret))
        return 1;
    return session->gone || ui_is_gone(session->ui) ? -1 : 0;
}

static void host_draw(struct bx_host *host, const struct bx_till *till)
{
    struct bx_session *session = of(host);
    bx_till_view(till, session->view);
    ui_draw(session->ui, session->view);
}

static int play_key(struct bx_host *host, int *ret)
{
    struct bx_play *play = &of(host)->play;
    return play->key(play->arg, ret) ? 1 : 0;
}

static void play_draw(struct bx_host *host, const struct bx_till *till)
{
    struct bx_play *play = &of(host)->play;
    play->draw(play->arg, till);
}

static void host_bell(struct bx_host *host)
{
    ui_bell(of(host)->ui);
}

/* --- putting together --------------------------------------------------------------------- */

/* Blocked before any thread is made, so that every thread has them blocked: they come through the
 * descriptors and nowhere else. */
static void signals_take(struct bx_session *session)
{
    sigset_t ends, sizes;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    sigemptyset(&sizes);
    sigaddset(&sizes, SIGWINCH);
    bx_assert(pthread_sigmask(SIG_BLOCK, &ends, &session->before) == 0);
    bx_assert(pthread_sigmask(SIG_BLOCK, &sizes, NULL) == 0);
    session->stop_fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
    session->size_fd = signalfd(-1, &sizes, SFD_CLOEXEC | SFD_NONBLOCK);
    bx_assert(session->stop_fd >= 0 && session->size_fd >= 0);
}

static int booking_open(struct bx_session *session, const struct bx_settings *settings,
                        struct bx_fault *fault)
{
    struct bx_device device;
    int err = bx_device_load(&session->home, &device, fault);
    if (err == BX_ERR_MISSING || (!err && device.till == 0))
        return 0; /* not enrolled: the till says so */
    if (err)
        return err;
    struct bx_booking_config config = bx_booking_config_of(settings, &device);
    session->booking = bx_booking_http_create(&config, fault);
    bx_wipe(&device, sizeof(device));
    bx_wipe(&config.key, sizeof(config.key));
    return session->booking ? 0 : fault->err;
}

static int printer_open(struct bx_session *session, const struct bx_settings *settings,
                        struct bx_fault *fault)
{
    struct tp_queue_config queue = settings->queue;
    queue.clock = bx_sys_clock();
    switch (settings->printer) {
    case BX_PRINTER_NONE: return 0;
    case BX_PRINTER_FOLDER:
        session->printer = tp_folder_create(settings->folder, &queue.device, fault);
        break;
    case BX_PRINTER_CUPS: session->printer = tp_spool_create(&queue, fault); break;
    }
    if (session->printer && session->play.clock)
        session->printer = session->play.printer(session->play.arg, session->printer);
    return session->printer ? 0 : fault->err;
}

static int fiscal_open(struct bx_session *session, const struct bx_settings *settings,
                       struct bx_fault *fault)
{
    char path[BX_PATH_SIZE], outage[BX_PATH_SIZE];
    struct bx_simulator_config config = {
        .path = bx_home_file(&session->home, "fiscal-simulator.json", path),
        .outage = bx_home_file(&session->home, "fiscal-outage", outage),
        .silent = settings->fiscal_silent,
        .clock = bx_sys_clock()}; /* its own: a played one belongs to this thread */
    if (!settings->simulator)
        return 0;
    struct bx_fiscal *device = bx_fiscal_simulator_create(&config, fault);
    if (!device)
        return fault->err;
    session->fiscal = bx_fiscal_worker_create(device);
    return 0;
}

static int card_open(struct bx_session *session, const struct bx_settings *settings,
                     struct bx_fault *fault)
{
    char path[BX_PATH_SIZE], mood[BX_PATH_SIZE];
    struct bx_card_simulator_config config = {
        .path = bx_home_file(&session->home, "card-simulator.json", path),
        .mood = bx_home_file(&session->home, "card-mood", mood)};
    if (!settings->card_simulator)
        return 0;
    session->card = bx_card_simulator_create(&config, fault);
    return session->card ? 0 : fault->err;
}

static int parts_open(struct bx_session *session, const struct bx_settings *settings,
                      struct bx_fault *fault)
{
    char path[BX_PATH_SIZE];
    session->owner = bx_owner_take(bx_home_file(&session->home, "till.lock", path), fault);
    if (!session->owner)
        return fault->err;
    session->log = bx_log_open(bx_home_file(&session->home, "log", path), settings->log_bytes);
    session->journal = bx_journal_open(bx_home_file(&session->home, "journal.db", path), fault);
    if (!session->journal)
        return fault->err;
    int err = booking_open(session, settings, fault);
    if (!err)
        err = fiscal_open(session, settings, fault);
    if (!err)
        err = card_open(session, settings, fault);
    return err ? err : printer_open(session, settings, fault);
}

static int start(struct bx_session *session, const struct bx_settings *settings,
                 const struct bx_session_options *options, struct bx_fault *fault)
{
    struct bx_run_ports ports = {.host = &session->host,
                                 .clock =
                                     session->play.clock ? session->play.clock : bx_sys_clock(),
                                 .random = bx_sys_random(),
                                 .journal = session->journal,
                                 .booking = session->booking,
                                 .printer = session->printer,
                                 .fiscal = session->fiscal,
                                 .card = session->card,
                                 .stop_fd = session->stop_fd,
                                 .yields = options->yields};
    char path[BX_PATH_SIZE];
    bx_buf_auto draft;
    bx_buf_init(&draft, DRAFT_MAX + 1);
    /* A draft that cannot be read is a basket to be typed again, not a reason to stay shut. */
    if (bx_file_read(bx_home_file(&session->home, "draft.json", path), DRAFT_MAX, &draft, NULL))
        bx_buf_clear(&draft);
    struct bx_till_config till = settings->till;
    struct bx_device device = {0};
    if (bx_device_load(&session->home, &device, NULL) == 0)
        memcpy(till.secret, device.secret, sizeof(till.secret));
    session->run = bx_run_create(&till, &ports);
    bx_wipe(&device, sizeof(device));
    bx_wipe(&till, sizeof(till));
    int err = 0;
    if (options->listens)
        err = bx_run_listen(session->run, bx_home_file(&session->home, "till.sock", path), fault);
    if (!err && options->screen) {
        session->ui = options->plain ? ui_start_plain(fault) : ui_start(fault);
        err = session->ui ? 0 : fault->err;
    }
    if (!err)
        err = bx_run_start(session->run, draft.len > 0 ? bx_buf_text(&draft) : NULL, draft.len,
                           fault);
    return err;
}

struct bx_session *bx_session_open(const struct bx_home *home, const struct bx_settings *settings,
                                   const struct bx_session_options *options, struct bx_fault *fault)
{
    static const struct bx_host_ops quiet = {
        .wait = host_wait, .draft = host_draft, .log = host_log, .office = host_office};
    static const struct bx_host_ops screen = {.wait = host_wait,
                                              .draft = host_draft,
                                              .log = host_log,
                                              .office = host_office,
                                              .fd = host_fd,
                                              .key = host_key,
                                              .draw = host_draw,
                                              .bell = host_bell};
    static const struct bx_host_ops played = {.wait = host_wait,
                                              .draft = host_draft,
                                              .log = host_log,
                                              .office = host_office,
                                              .key = play_key,
                                              .draw = play_draw};
    struct bx_session *session = bx_new(struct bx_session);
    session->play = options->play;
    session->host.ops = options->screen ? &screen : session->play.clock ? &played : &quiet;
    session->home = *home;
    session->view = bx_new(struct bx_till_view);
    bx_buf_init(&session->plan, BX_OFFICE_PLAN_MAX + 1);
    signals_take(session);
    if (parts_open(session, settings, fault) || start(session, settings, options, fault))
        return bx_session_close(session);
    return session;
}

/* The signal that ended this was obeyed; it must not strike when it is no longer blocked. One that
 * nobody has seen yet must. */
static void signals_give_back(struct bx_session *session)
{
    struct signalfd_siginfo info;
    while (session->told && read(session->stop_fd, &info, sizeof(info)) == sizeof(info))
        continue;
    close(session->stop_fd);
    close(session->size_fd);
    (void)pthread_sigmask(SIG_SETMASK, &session->before, NULL);
}

void *bx_session_close(struct bx_session *session)
{
    if (!session)
        return NULL;
    bx_run_destroy(session->run);
    ui_stop(session->ui);
    if (session->printer)
        session->printer->ops->destroy(session->printer);
    if (session->fiscal)
        session->fiscal->ops->destroy(session->fiscal);
    if (session->card)
        session->card->ops->destroy(session->card);
    bx_booking_http_destroy(session->booking);
    bx_journal_destroy(session->journal);
    bx_log_close(session->log);
    bx_owner_release(session->owner);
    signals_give_back(session);
    bx_buf_finish(&session->plan);
    bx_free(session->view);
    return bx_free(session);
}

bool bx_session_turn(struct bx_session *session, int ms)
{
    return bx_run_turn(session->run, ms);
}

struct bx_run *bx_session_run(struct bx_session *session)
{
    return session->run;
}

struct bx_journal *bx_session_journal(struct bx_session *session)
{
    return session->journal;
}

bool bx_session_is_told(const struct bx_session *session)
{
    return session->told;
}

void bx_session_settle(struct bx_session *session, int64_t ms)
{
    struct bx_clock *clock = bx_sys_clock();
    int64_t until = clock->ops->mono(clock).ns + ms * BX_MS_NS;
    while (!bx_run_is_idle(session->run)) {
        int64_t left = (until - clock->ops->mono(clock).ns) / BX_MS_NS;
        if (left <= 0 || !bx_run_turn(session->run, (int)left))
            return;
    }
}

/* --- commands ----------------------------------------------------------------------------- */

void bx_said_finish(struct bx_said *said)
{
    bx_free(said->json);
    bx_free(said->text);
    *said = (struct bx_said){0};
}

void bx_said_take(void *arg, int exit, const char *json, const char *text)
{
    struct bx_said *said = arg;
    bx_said_finish(said);
    *said = (struct bx_said){.come = true,
                             .exit = exit,
                             .json = bx_strdup(json ? json : "{}"),
                             .text = bx_strdup(text ? text : "")};
}

static int own_session_do(struct bx_session *session, const char *json, size_t len,
                          int64_t linger_ms, bx_said_show show, void *arg)
{
    __attribute__((cleanup(bx_said_finish_at))) struct bx_said said = {0};
    /* A command that acts first gives the server a moment, as it would have had with a till that
     * was there all the time. */
    if (linger_ms > 0) {
        bx_run_turn(session->run, 0);
        bx_session_settle(session, CONTACT_MS);
    }
    if (!bx_run_command(session->run, json, len, bx_said_take, &said))
        return 1;
    while (!said.come && bx_run_turn(session->run, -1))
        continue;
    if (!said.come)
        return 3;
    show(arg, &said);
    int exit = said.exit;
    /* What follows from it is stored: ending early only leaves it to the next who opens. */
    bx_session_settle(session, linger_ms);
    bx_run_stop(session->run);
    while (bx_run_turn(session->run, -1))
        continue;
    return exit;
}

void bx_said_refuse(const struct bx_fault *fault, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "error", bx_err_word(fault->err));
    bx_json_put_string(&writer, "say", fault->say);
    bx_json_object_close(&writer);
}

static int fault_show(const struct bx_fault *fault, int exit, bx_said_show show, void *arg)
{
    __attribute__((cleanup(bx_said_finish_at))) struct bx_said said = {0};
    bx_buf_auto json;
    bx_buf_init(&json, 0);
    bx_said_refuse(fault, &json);
    bx_said_take(&said, exit, bx_buf_text(&json), fault->say);
    show(arg, &said);
    return exit;
}

/* Refused before anything of it happened, for a reason that passes. */
static bool is_busy(const struct bx_said *said)
{
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        said->exit == 1 ? bx_json_parse(said->json, strlen(said->json), 4096, NULL) : NULL;
    bx_json *error = doc && bx_json_is_object(bx_json_root(doc))
                         ? bx_json_get(bx_json_root(doc), "error")
                         : NULL;
    return bx_json_is_string(error) && strcmp(bx_json_text(error), bx_err_word(BX_ERR_BUSY)) == 0;
}

int bx_command_do(const struct bx_home *home, const struct bx_settings *settings, const char *json,
                  size_t len, int64_t linger_ms, bx_said_show show, void *arg)
{
    const struct bx_session_options options = {0};
    struct bx_fault fault = {0};
    char path[BX_PATH_SIZE];
    bx_home_file(home, "till.sock", path);
    /* Between a session of another command, which does not listen, and a till, which does, the
     * owner may change at any moment, and one that is ending takes nothing more: whoever answers
     * first is the one. */
    for (int64_t waited = 0; waited < BUSY_MS; waited += PAUSE_MS) {
        __attribute__((cleanup(bx_said_finish_at))) struct bx_said said = {0};
        int err = bx_run_ask(path, json, len, BX_RUN_SILENCE_MS, bx_said_take, &said, &fault);
        if (!err && is_busy(&said) && waited + PAUSE_MS < BUSY_MS) {
            poll(NULL, 0, PAUSE_MS);
            continue;
        }
        if (!err) {
            show(arg, &said);
            return said.exit;
        }
        if (err != BX_ERR_MISSING)
            return fault_show(&fault, err == BX_ERR_UNKNOWN ? 3 : 1, show, arg);
        bx_cleanup(bx_session_close) struct bx_session *session =
            bx_session_open(home, settings, &options, &fault);
        if (session)
            return own_session_do(session, json, len, linger_ms, show, arg);
        if (fault.err != BX_ERR_BUSY)
            return fault_show(&fault, 1, show, arg);
        poll(NULL, 0, PAUSE_MS);
    }
    return fault_show(&fault, 1, show, arg);
}
