/* SPDX-License-Identifier: Apache-2.0 */
/* A boxtilld of our own: its home in a new folder, its port a free one, its end by its pid. */

#include "booking_world.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/booking/booking.h"
#include "boxtill/sys/file.h"

struct http_world {
    struct world shown; /* first */
    const char *boxtilld;
    char home[64], url[80];
    pid_t pid;
};

static void pause_briefly(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}

/* Starts boxtilld with what stands in ARGV; its standard output goes to OUT (-1: away). */
static pid_t start(const struct http_world *world, const char *const argv[], int out)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(out >= 0 ? out : nothing, 1);
    setenv("BOXTILL_HOME", world->home, 1);
    execv(world->boxtilld, (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* Runs a command to its end; what it says into OUT[64]. */
static void command(const struct http_world *world, char out[64], const char *name,
                    const char *argument)
{
    const char *argv[] = {world->boxtilld, name, argument, NULL};
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = start(world, argv, ends[1]);
    close(ends[1]);
    ssize_t got = read(ends[0], out, 63);
    out[got > 0 ? got : 0] = '\0';
    out[strcspn(out, "\r\n")] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void write_config(const struct http_world *world, const char *listen)
{
    char path[128], text[128];
    struct bx_fault fault;
    snprintf(path, sizeof(path), "%s/boxtilld.conf", world->home);
    int len = snprintf(text, sizeof(text), "[server]\nlisten = %s\n", listen);
    assert_int_equal(bx_file_write(path, text, (size_t)len, false, &fault), 0);
}

static void serve(struct http_world *world)
{
    const char *argv[] = {world->boxtilld, NULL};
    char path[128];
    struct bx_fault fault;
    bx_buf_auto address;
    bx_buf_init(&address, 64);
    snprintf(path, sizeof(path), "%s/address", world->home);
    unlink(path);
    world->pid = start(world, argv, -1);
    for (int i = 0; i < 1000 && address.len == 0; i++) {
        pause_briefly();
        if (bx_file_read(path, 63, &address, &fault))
            bx_buf_clear(&address);
    }
    assert_true(address.len > 0);
    address.data[strcspn(address.data, "\n")] = '\0';
    snprintf(world->url, sizeof(world->url), "http://%s", address.data);
}

static void stop(struct http_world *world)
{
    int status;
    if (world->pid <= 0)
        return;
    kill(world->pid, SIGKILL);
    waitpid(world->pid, &status, 0);
    world->pid = 0;
}

static void cut(struct world *shown, bool is_cut)
{
    struct http_world *world = (struct http_world *)shown;
    if (is_cut)
        stop(world);
    else {
        /* Where it was before: the till knows no other address. */
        write_config(world, world->url + strlen("http://"));
        serve(world);
    }
}

static void till_revoke(struct world *shown)
{
    char till[24], out[64];
    snprintf(till, sizeof(till), "%lld", (long long)shown->till);
    command((struct http_world *)shown, out, "revoke", till);
}

static void wait_a_little(struct world *shown)
{
    bx_booking_http_wait(shown->booking, NULL, 0, 100);
}

static void *destroy(struct world *shown)
{
    static const char *const files[] = {"boxtilld.conf",   "boxtilld.db",   "boxtilld.db-wal",
                                        "boxtilld.db-shm", "boxtilld.sock", "address",
                                        "boxtilld.lock"};
    struct http_world *world = (struct http_world *)shown;
    char path[128];
    stop(world);
    bx_booking_http_destroy(shown->booking);
    for (size_t i = 0; i < bx_countof(files); i++) {
        snprintf(path, sizeof(path), "%s/%s", world->home, files[i]);
        unlink(path);
    }
    rmdir(world->home);
    return bx_free(world);
}

struct world *world_http_create(const char *boxtilld, const char *museum)
{
    static const struct world_ops ops = {wait_a_little, cut, till_revoke, destroy};
    struct http_world *world = bx_new(struct http_world);
    struct bx_booking_config config = {.timeout_ms = 10000};
    struct bx_enrolment enrolment;
    struct bx_public_key public_key;
    struct bx_fault fault = {0};
    struct bx_id id = {{1}};
    uint8_t seed[32] = {7};
    char out[64];
    world->shown.ops = &ops;
    world->boxtilld = boxtilld;
    snprintf(world->home, sizeof(world->home), "/tmp/boxtill-contract-XXXXXX");
    assert_non_null(mkdtemp(world->home));
    write_config(world, "127.0.0.1:0");
    command(world, out, "init", NULL);
    command(world, out, "import", museum);
    command(world, out, "enrol-code", NULL);
    serve(world);
    config.url = world->url;
    bx_key_make(seed, &public_key, &config.key);
    assert_int_equal(bx_booking_enrol(&config, &id, out, &enrolment, &fault), 0);
    world->shown.till = config.till = enrolment.till;
    world->shown.incarnation = config.incarnation = enrolment.incarnation;
    config.server = enrolment.server;
    world->shown.booking = bx_booking_http_create(&config, &fault);
    assert_non_null(world->shown.booking);
    return &world->shown;
}
