/* SPDX-License-Identifier: Apache-2.0 */
/* boxtill demo: a sample museum with nothing to set up. A real server, a real till enrolled with
 * it, a printer that writes files; all state in one folder, so that a second start finds the first.
 * Every step is the command that an operator would give. */

#include "main/demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/sys/file.h"
#include "journal/owner.h"
#include "main/script.h"
#include "sys/sys.h"

#define DEMO_USER      "7"
#define DEMO_PIN       "1234"
#define DEMO_CHIEF     "9"
#define DEMO_CHIEF_PIN "4321"

static bool is_there(const char *folder, const char *name)
{
    char path[BX_PATH_SIZE + 40];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return access(path, R_OK) == 0;
}

static int file_put(const char *folder, const char *name, const char *text, struct bx_fault *fault)
{
    char path[BX_PATH_SIZE + 40];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return bx_file_write(path, text, strlen(text), true, fault);
}

struct samples {
    char museum[BX_PATH_SIZE], members[BX_PATH_SIZE], orders[BX_PATH_SIZE];
};

static void sample_find(const char *folder, const char *name, char ret[BX_PATH_SIZE])
{
    snprintf(ret, BX_PATH_SIZE, "%s/%s", folder, name);
    if (access(ret, R_OK) < 0)
        snprintf(ret, BX_PATH_SIZE, "%s/%s", BX_DATADIR, name);
}

/* The programs lie side by side, built or installed; so do the samples when they are not installed.
 */
static int programs_find(struct bx_demo *demo, struct samples *samples, struct bx_fault *fault)
{
    char self[BX_PATH_SIZE - 40];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (n <= 0)
        return bx_fault_say(fault, BX_ERR_IO, "The demo cannot tell where boxtill lies.");
    self[n] = '\0';
    char *slash = strrchr(self, '/');
    snprintf(demo->boxtill, sizeof(demo->boxtill), "%s", self);
    *slash = '\0';
    snprintf(demo->boxtilld, sizeof(demo->boxtilld), "%s/boxtilld", self);
    sample_find(self, "museum.json", samples->museum);
    if (demo->venue[0])
        snprintf(samples->museum, sizeof(samples->museum), "%s", demo->venue);
    sample_find(self, "members.json", samples->members);
    sample_find(self, "orders.json", samples->orders);
    return 0;
}

/* `boxtilld ARGS…` in the server's home. */
static int server_do(struct bx_demo *demo, const char *const args[], const char *input,
                     struct bx_buf *out, struct bx_fault *fault)
{
    const char *argv[8] = {demo->boxtilld};
    int status;
    for (int i = 0; i < 6 && args[i]; i++)
        argv[i + 1] = args[i];
    int err = bx_child_run(argv, demo->server, input, out, &status, fault);
    if (!err && status != 0)
        err = bx_fault_say(fault, BX_ERR_REFUSED, "boxtilld %.40s ended with status %d.", args[0],
                           status);
    return err;
}

static int server_point(const struct bx_demo *demo, const char *listen, struct bx_fault *fault)
{
    bx_buf_auto text = {0};
    bx_buf_format(&text, "[server]\nlisten = %s\n[policy]\nshare_percent = 20\n", listen);
    return file_put(demo->server, "boxtilld.conf", bx_buf_text(&text), fault);
}

static int server_prepare(struct bx_demo *demo, const struct samples *samples,
                          struct bx_fault *fault)
{
    bx_buf_auto out = {0};
    int err = 0;

    if (!is_there(demo->server, "boxtilld.conf"))
        err = server_point(demo, "127.0.0.1:0", fault);
    if (!err && !is_there(demo->server, "boxtilld.db"))
        err = server_do(demo, (const char *const[]){"init", NULL}, "", &out, fault);
    /* Each time, since the sample's slots begin today. */
    if (!err)
        err = server_do(demo, (const char *const[]){"import", samples->museum, NULL}, "", &out,
                        fault);
    if (!err)
        err = server_do(demo, (const char *const[]){"members", samples->members, NULL}, "", &out,
                        fault);
    /* Tills of an earlier demo may hold the places by now: then there are no arrivals. */
    if (!err && !demo->venue[0] &&
        server_do(demo, (const char *const[]){"orders", samples->orders, NULL}, "", &out, fault) <
            0)
        *fault = (struct bx_fault){0};
    if (!err)
        err = server_do(demo, (const char *const[]){"user", DEMO_USER, "Ana", "cashier", NULL},
                        DEMO_PIN "\n", &out, fault);
    if (!err)
        err = server_do(demo, (const char *const[]){"user", DEMO_CHIEF, "Vera", "supervisor", NULL},
                        DEMO_CHIEF_PIN "\n", &out, fault);
    return err;
}

/* The port is another each time: the till's configuration says which. */
static int till_point(struct bx_demo *demo, struct bx_fault *fault)
{
    bx_buf_auto text = {0};
    bx_buf_format(&text, "[server]\nurl = %s\ntimeout = 5\n", demo->url);
    bx_buf_format(&text, "[till]\ndays_ahead = 2\n[printer]\nkind = folder\nfolder = %s\n",
                  demo->prints);
    bx_buf_add(&text, bx_buf_text(&demo->config), demo->config.len);
    return file_put(demo->till, "boxtill.conf", bx_buf_text(&text), fault);
}

int bx_demo_server(struct bx_demo *demo, struct bx_fault *fault)
{
    const char *const argv[] = {demo->boxtilld, "--lifeline", NULL};
    bx_buf_auto line = {0};
    /* The tills that are there know the first one's port. */
    int err = demo->url[0] ? server_point(demo, demo->url + strlen("http://"), fault) : 0;
    if (!err)
        err = bx_child_start(argv, demo->server, &demo->child, &line, fault);
    if (err)
        return err;
    const char *url = strstr(bx_buf_text(&line), "http://");
    if (!url)
        return bx_fault_set(fault, BX_ERR_IO, "The server did not say where it listens.", "%.100s",
                            bx_buf_text(&line));
    snprintf(demo->url, sizeof(demo->url), "%s", url);
    return till_point(demo, fault);
}

int bx_demo_till(struct bx_demo *demo, const char *const args[], const char *input, int wanted,
                 struct bx_buf *out, struct bx_fault *fault)
{
    const char *argv[16] = {demo->boxtill};
    int status;
    for (int i = 0; i < 14 && args[i]; i++)
        argv[i + 1] = args[i];
    int err = bx_child_run(argv, demo->till, input, out, &status, fault);
    if (!err && status != wanted)
        err = bx_fault_say(fault, BX_ERR_REFUSED, "boxtill %.40s ended with status %d.", args[0],
                           status);
    return err;
}

int bx_demo_enrol(struct bx_demo *demo, bool nobody, struct bx_fault *fault)
{
    bx_buf_auto out = {0};
    bx_buf_auto code = {0};
    int err = till_point(demo, fault);

    if (!err && !is_there(demo->till, "device.key")) {
        err = server_do(demo, (const char *const[]){"enrol-code", NULL}, "", &code, fault);
        if (!err) {
            char *end = strchr(code.data ? code.data : "", '\n');
            if (end)
                *end = '\0';
            err = bx_demo_till(demo,
                               (const char *const[]){"enrol", demo->url, bx_buf_text(&code), NULL},
                               "", BX_EXIT_DONE, &out, fault);
        }
    }
    if (!err && !nobody)
        err = bx_demo_till(demo, (const char *const[]){"login", DEMO_USER, NULL}, DEMO_PIN "\n",
                           BX_EXIT_DONE, &out, fault);
    return err;
}

static int set_up(struct bx_demo *demo, struct bx_fault *fault)
{
    struct samples samples;
    int err = programs_find(demo, &samples, fault);

    snprintf(demo->till, sizeof(demo->till), "%s/till", demo->home);
    snprintf(demo->server, sizeof(demo->server), "%s/server", demo->home);
    snprintf(demo->prints, sizeof(demo->prints), "%s/prints", demo->home);
    const char *const folders[] = {demo->till, demo->server, demo->prints};
    for (size_t i = 0; !err && i < sizeof(folders) / sizeof(folders[0]); i++)
        err = bx_folder_make(folders[i], fault);
    if (!err)
        err = server_prepare(demo, &samples, fault);
    if (!err)
        err = bx_demo_server(demo, fault);
    if (!err && !demo->script)
        err = bx_demo_enrol(demo, false, fault);
    return err;
}

static int home_choose(struct bx_demo *demo, struct bx_fault *fault)
{
    const char *given, *own = getenv("HOME");
    int err = bx_home_given(&given, fault);
    if (err)
        return err;
    if (!given && demo->script) {
        snprintf(demo->home, sizeof(demo->home), "/tmp/boxtill-demo-XXXXXX");
        if (!mkdtemp(demo->home))
            return bx_fault_say(fault, BX_ERR_IO, "No folder can be made in /tmp.");
    } else if (given)
        snprintf(demo->home, sizeof(demo->home), "%s", given);
    else
        snprintf(demo->home, sizeof(demo->home), "%.300s/.local/share/boxtill-demo",
                 own && own[0] == '/' ? own : "/tmp");
    return 0;
}

/* Two at once would take turns with one server and one till. */
static int home_take(const struct bx_demo *demo, struct bx_owner **ret, struct bx_fault *fault)
{
    char path[BX_PATH_SIZE];
    int err = bx_folder_make(demo->home, fault);
    if (err)
        return err;
    snprintf(path, sizeof(path), "%s/demo.lock", demo->home);
    *ret = bx_owner_take(path, fault);
    if (!*ret && fault->err == BX_ERR_BUSY)
        return bx_fault_say(fault, BX_ERR_BUSY, "A demo runs in %.120s already.", demo->home);
    return *ret ? 0 : fault->err;
}

static int screen(struct bx_demo *demo)
{
    struct bx_place place;
    struct bx_fault fault = {0};
    if (setenv("BOXTILL_HOME", demo->till, 1) < 0)
        return BX_EXIT_REFUSED;
    if (bx_home_find(&place.home, &fault) || bx_settings_load(&place.home, &place.settings, &fault))
        return bx_refuse(&fault);
    int status = bx_cmd_till(&place, 0, NULL);
    printf("The demo's state stays in %s.\nIts cashier is number %s, PIN %s; its supervisor %s, "
           "PIN %s.\n",
           demo->home, DEMO_USER, DEMO_PIN, DEMO_CHIEF, DEMO_CHIEF_PIN);
    return status;
}

/* What stands behind WORD on a line of TEXT, else OTHER. */
static void before_all(const char *text, const char *word, const char *other, char *out,
                       size_t size)
{
    const char *said = strstr(text, word);
    snprintf(out, size, "%s", other);
    if (said)
        snprintf(out, size, "%.*s", (int)strcspn(said + strlen(word), "\n"), said + strlen(word));
}

/* A scenario plays at its own hour, "clock 2026-03-29T00:40:00Z" before anything else in it;
 * without one on a Tuesday morning. Set before anybody asks for the time, and inherited by every
 * child. "venue house.json", beside the scenario, takes the place of the sample museum. */
static int prologue(struct bx_demo *demo, struct bx_fault *fault)
{
    char text[64], name[128];
    bx_buf_auto script;
    bx_utc at;
    bx_buf_init(&script, 0);
    int err = bx_file_read(demo->script, BX_BUF_MAX, &script, fault);
    if (err)
        return err;
    before_all(bx_buf_text(&script), "\nclock ", "2026-11-24T09:20:00Z", text, sizeof(text));
    before_all(bx_buf_text(&script), "\nvenue ", "", name, sizeof(name));
    const char *slash = strrchr(demo->script, '/');
    if (name[0])
        snprintf(demo->venue, sizeof(demo->venue), "%.*s%s",
                 slash ? (int)(slash + 1 - demo->script) : 0, demo->script, name);
    if (bx_utc_parse(text, &at))
        return bx_fault_say(fault, BX_ERR_INPUT, "The scenario's clock is no time: %.40s", text);
    return bx_sys_clock_begin(at);
}

/* Each till of a scenario has a home and a printer of its own. */
int bx_script_till(struct bx_script *script, int at, struct bx_fault *fault)
{
    struct bx_demo *demo = script->demo;
    snprintf(demo->till, sizeof(demo->till), "%.400s/till-%d", demo->home, at + 1);
    snprintf(demo->prints, sizeof(demo->prints), "%.400s/prints-%d", demo->home, at + 1);
    int err = bx_folder_make(demo->till, fault);
    if (!err)
        err = bx_folder_make(demo->prints, fault);
    if (!err)
        err = bx_demo_enrol(demo, script->nobody, fault);
    script->nobody = false;
    if (err)
        return err;
    script->stages[at] = bx_new(struct bx_stage);
    script->now = script->stages[at];
    return bx_stage_open(script->stages[at], demo->till, fault);
}

static int scenario(struct bx_demo *demo)
{
    struct bx_script *script = bx_new(struct bx_script);
    script->demo = demo;
    script->path = demo->script;
    bx_buf_init(&script->said, 0);
    int failed = bx_script_play(script);
    for (int i = BX_SCRIPT_TILLS - 1; i >= 0; i--) {
        if (script->stages[i])
            bx_stage_close(script->stages[i]);
        bx_free(script->stages[i]);
    }
    if (failed)
        fprintf(stderr, "Everything of it lies in %s\n", demo->home);
    bx_buf_finish(&script->said);
    bx_free(script);
    return failed ? BX_EXIT_REFUSED : BX_EXIT_DONE;
}

int bx_cmd_demo(int argc, char **argv)
{
    struct bx_demo demo = {0};
    struct bx_fault fault = {0};
    if (argc == 2 && strcmp(argv[0], "--script") == 0)
        demo.script = argv[1];
    else if (argc > 0)
        return bx_usage("demo [--script FILE]");
    bx_buf_init(&demo.config, 0);
    bx_cleanup(bx_owner_release) struct bx_owner *owner = NULL;
    int status = demo.script ? prologue(&demo, &fault) : 0;
    if (!status)
        status = home_choose(&demo, &fault);
    if (!status)
        status = home_take(&demo, &owner, &fault);
    if (!status)
        status = set_up(&demo, &fault);
    if (status)
        status = bx_refuse(&fault);
    else if (demo.script)
        status = scenario(&demo);
    else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        status = screen(&demo);
    else
        status = bx_demo_morning(&demo);
    bx_child_stop(&demo.child);
    bx_buf_finish(&demo.config);
    return status;
}
