/* SPDX-License-Identifier: Apache-2.0 */
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/crypto.h"
#include "boxtill/base/text.h"
#include "fake_journal.h"

static char reply_json[4096];
static int reply_exit;

/* The fake journal with one ear at its door. */
struct listener {
    struct bx_journal port; /* first */
    struct bx_journal *inner;
    struct stage *stage;
};
static struct listener listener;

static int idle_heard(struct bx_journal *journal, struct bx_fault *fault)
{
    (void)journal;
    listener.stage->slices++;
    return listener.inner->ops->idle(listener.inner, fault);
}

/* Every other call goes to the fake, which only knows itself. */
static int enrol(struct bx_journal *j, const struct bx_identity *identity, struct bx_fault *fault)
{
    (void)j;
    return listener.inner->ops->enrol(listener.inner, identity, fault);
}
static int load(struct bx_journal *j, struct bx_journal_state *ret, struct bx_fault *fault)
{
    (void)j;
    return listener.inner->ops->load(listener.inner, ret, fault);
}
static int document(struct bx_journal *j, enum bx_document which, struct bx_buf *out,
                    struct bx_fault *fault)
{
    (void)j;
    return listener.inner->ops->document(listener.inner, which, out, fault);
}
static enum bx_outcome commit(struct bx_journal *j, const struct bx_commit *what,
                              struct bx_ref *ret, struct bx_fault *fault)
{
    (void)j;
    return listener.inner->ops->commit(listener.inner, what, ret, fault);
}
static enum bx_outcome resolve(struct bx_journal *j, const struct bx_id *id, struct bx_ref *ret,
                               struct bx_fault *fault)
{
    (void)j;
    return listener.inner->ops->resolve(listener.inner, id, ret, fault);
}
static int note(struct bx_journal *j, const struct bx_journal_notes *notes, struct bx_ref *ret,
                struct bx_fault *fault)
{
    (void)j;
    return listener.inner->ops->note(listener.inner, notes, ret, fault);
}
static int read_rows(struct bx_journal *j, const struct bx_query *query, bx_row_visit visit,
                     void *arg, struct bx_fault *fault)
{
    (void)j;
    return listener.inner->ops->read(listener.inner, query, visit, arg, fault);
}

/* --- host, clock, random ------------------------------------------------------------------ */

static struct stage *of(struct bx_host *host)
{
    return (struct stage *)host;
}

static void host_wait(struct bx_host *host, struct pollfd *fds, size_t count, int ms)
{
    struct stage *stage = of(host);
    /* Whoever is due now comes first; only if nobody is, the time goes by. */
    int ready = poll(fds, count, stage->real_time && ms > 0 ? (ms < 50 ? ms : 50) : 0);
    if (ready == 0)
        stage->now_ms += ms > 0 ? ms : 0;
}

static int host_draft(struct bx_host *host, const char *json, size_t len, bool sync,
                      struct bx_fault *fault)
{
    (void)json;
    (void)fault;
    of(host)->drafts++;
    of(host)->draft_syncs += sync;
    of(host)->draft_len = len;
    return 0;
}

static void host_log(struct bx_host *host, const char *line)
{
    struct stage *stage = of(host);
    size_t at = strlen(stage->log);
    snprintf(stage->log + at, sizeof(stage->log) - at, "%s\n", line);
}

static int host_fd(struct bx_host *host)
{
    (void)host;
    return -1;
}

static int host_key(struct bx_host *host, int *ret)
{
    struct stage *stage = of(host);
    if (stage->key_count == 0)
        return 0;
    *ret = stage->keys[0];
    stage->key_count--;
    memmove(stage->keys, stage->keys + 1, stage->key_count * sizeof(stage->keys[0]));
    return *ret < 0 ? -1 : 1;
}

static void host_draw(struct bx_host *host, const struct bx_till *till)
{
    (void)till;
    of(host)->draws++;
}

static struct stage *stage_now;

static bx_utc utc(struct bx_clock *clock)
{
    (void)clock;
    return (bx_utc){1764000000000000 + stage_now->now_ms * 1000};
}

static bx_mono mono(struct bx_clock *clock)
{
    (void)clock;
    return (bx_mono){stage_now->now_ms * BX_MS_NS};
}

static const char *boot(struct bx_clock *clock)
{
    (void)clock;
    return stage_now->boot;
}

static void seed(struct bx_random *random, uint8_t out[32])
{
    (void)random;
    memset(out, ++stage_now->seeds, 32);
}

/* --- life --------------------------------------------------------------------------------- */

static void staff_store(struct stage *stage)
{
    char hash[BX_PIN_HASH_TEXT], json[512];
    assert_int_equal(bx_pin_hash("1234", hash), 0);
    int len = snprintf(json, sizeof(json),
                       "{\"v\":1,\"epoch\":1,\"version\":1,\"users\":[{\"number\":7,\"name\":"
                       "\"Ana\",\"role\":\"cashier\",\"pin\":\"%s\"}]}",
                       hash);
    struct bx_journal_notes notes = {.reoffer_above = -1,
                                     .has_document = true,
                                     .document = BX_DOC_STAFF,
                                     .bytes = json,
                                     .len = (size_t)len};
    assert_int_equal(stage->journal->ops->note(stage->journal, &notes, NULL, NULL), 0);
}

struct stage *stage_create(bool screen, bool yields)
{
    static const struct bx_journal_ops heard = {enrol,   load, document,  commit,
                                                resolve, note, read_rows, idle_heard};
    static const struct bx_host_ops with = {.wait = host_wait,
                                            .draft = host_draft,
                                            .log = host_log,
                                            .fd = host_fd,
                                            .key = host_key,
                                            .draw = host_draw};
    static const struct bx_host_ops without = {
        .wait = host_wait, .draft = host_draft, .log = host_log};
    static const struct bx_clock_ops clock = {utc, mono, boot};
    static const struct bx_random_ops random = {seed};
    const struct bx_identity identity = {.till = 2, .incarnation = 1, .issuer = 3};
    struct stage *stage = bx_new(struct stage);
    stage_now = stage;
    stage->now_ms = 1000000;
    stage->host.ops = screen ? &with : &without;
    stage->clock.ops = &clock;
    stage->random.ops = &random;
    listener = (struct listener){{&heard}, fake_journal_create(), stage};
    stage->journal = &listener.port;
    assert_int_equal(enrol(stage->journal, &identity, NULL), 0);
    staff_store(stage);
    snprintf(stage->folder, sizeof(stage->folder), "/tmp/boxtill-run-XXXXXX");
    assert_non_null(mkdtemp(stage->folder));
    snprintf(stage->sock, sizeof(stage->sock), "%s/till.sock", stage->folder);
    assert_int_equal(pipe(stage->stop), 0);
    stage->yields = yields;
    stage->boot = "one";
    stage_restart(stage);
    return stage;
}

void stage_restart(struct stage *stage)
{
    struct bx_run_ports ports = {.host = &stage->host,
                                 .clock = &stage->clock,
                                 .random = &stage->random,
                                 .journal = stage->journal,
                                 .stop_fd = stage->stop[0],
                                 .yields = stage->yields};
    struct bx_till_config config;
    bx_run_destroy(stage->run);
    bx_till_config_defaults(&config);
    stage->run = bx_run_create(&config, &ports);
    assert_int_equal(bx_run_start(stage->run, NULL, 0, NULL), 0);
}

void *stage_destroy(struct stage *stage)
{
    bx_run_destroy(stage->run);
    fake_journal_destroy(listener.inner);
    close(stage->stop[0]);
    close(stage->stop[1]);
    assert_int_equal(access(stage->sock, F_OK), -1);
    assert_int_equal(rmdir(stage->folder), 0);
    return bx_free(stage);
}

static void reply_take(void *arg, int exit, const char *json, const char *text)
{
    (void)text;
    *(bool *)arg = true;
    reply_exit = exit;
    BX_TEXT_COPY(reply_json, json);
}

int stage_command(struct stage *stage, const char *json)
{
    bool come = false;
    stage->real_time = true;
    assert_true(bx_run_command(stage->run, json, strlen(json), reply_take, &come));
    while (!come && bx_run_turn(stage->run, -1))
        continue;
    stage->real_time = false;
    assert_true(come);
    return reply_exit;
}

const char *stage_reply(void)
{
    return reply_json;
}
