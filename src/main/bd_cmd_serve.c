/* SPDX-License-Identifier: Apache-2.0 */
/* boxtilld as a server: one process a home, bound address in HOME/address for whoever started it
 * with port 0, a clean end on SIGTERM, SIGINT and SIGHUP. */

#include "main/bd_cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "server/api/service.h"
#include "server/http/http.h"
#include "sys/sys.h"

/* What the signal handler reaches. Only the main thread takes signals. */
static struct bd_service *running;

static void stop_now(int signal_number)
{
    (void)signal_number;
    bd_service_stop(running);
}

static void signals_take(void (*handler)(int signal_number))
{
    struct sigaction action = {.sa_handler = handler};
    sigset_t ours;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    /* Whoever started us may have held them back. */
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGHUP);
    pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
}

/* Whoever started us is gone when our standard input ends. This thread may outlive the service, so
 * it only sends a signal. */
static void *lifeline_watch(void *unused)
{
    (void)unused;
    char drain[64];
    ssize_t n;
    do
        n = read(STDIN_FILENO, drain, sizeof(drain));
    while (n > 0 || (n < 0 && errno == EINTR));
    kill(getpid(), SIGTERM);
    return NULL;
}

static int lifeline_start(void)
{
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int err = pthread_create(&thread, NULL, lifeline_watch, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return err == 0 ? pthread_detach(thread) : err;
}

int bd_home_lock(const struct bd_config *config, struct bx_fault *fault)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/boxtilld.lock", config->home);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 && errno == ENOENT)
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "There is no venue at %s: boxtilld init makes one.", config->home);
    if (fd < 0)
        return bx_fault_say(fault, BX_ERR_IO, "%s cannot be made: %s.", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close(fd);
    return bx_fault_say(fault, BX_ERR_BUSY, "A boxtilld serves %s already.", config->home);
}

/* HOME/address appears whole or not at all. */
static int address_write(const struct bd_config *config, const char *address,
                         struct bx_fault *fault)
{
    char path[300], fresh[310];
    snprintf(path, sizeof(path), "%s/address", config->home);
    snprintf(fresh, sizeof(fresh), "%s.new", path);
    FILE *file = fopen(fresh, "we");
    bool good = file && fprintf(file, "%s\n", address) > 0;
    good = file && fclose(file) == 0 && good;
    if (!good || rename(fresh, path) < 0)
        return bx_fault_say(fault, BX_ERR_IO, "%s cannot be written: %s.", path, strerror(errno));
    return 0;
}

static void address_remove(const struct bd_config *config)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/address", config->home);
    unlink(path);
}

static int service_run(const struct bd_config *config, struct bd_service *service, bool lifeline,
                       struct bx_fault *fault)
{
    if (lifeline && lifeline_start() != 0)
        return bx_fault_say(fault, BX_ERR_IO, "The lifeline cannot be watched.");
    const char *address = bd_service_address(service);
    int err = address_write(config, address, fault);
    if (err < 0)
        return err;
    printf("boxtilld listens on http://%s\n", address);
    fflush(stdout);
    err = bd_service_run(service, fault);
    address_remove(config);
    return err;
}

static int serve(const struct bd_config *config, const struct bd_service_setup *setup,
                 bool lifeline, struct bx_fault *fault)
{
    bx_cleanup(bd_service_destroy) struct bd_service *service = bd_service_create(setup, fault);
    if (!service)
        return fault->err;
    running = service;
    signals_take(stop_now);
    int err = service_run(config, service, lifeline, fault);
    signals_take(SIG_IGN); /* it ends already */
    return err;
}

int bd_cmd_serve(const struct bd_config *config, bool behind_proxy, bool lifeline)
{
    struct bx_fault fault = {0};
    if (!bd_http_is_address(config->listen)) {
        (void)bx_fault_say(&fault, BX_ERR_INPUT,
                           "\"%s\" is no address to listen on: [server] listen is a number as "
                           "127.0.0.1:8480 or [::1]:8480.",
                           config->listen);
        return bd_refuse(&fault);
    }
    if (!behind_proxy && !bd_http_is_loopback(config->listen)) {
        (void)bx_fault_say(&fault, BX_ERR_REFUSED,
                           "%s is no loopback address, and plain HTTP goes no further. Put a proxy "
                           "with TLS in front and start boxtilld with --behind-proxy.",
                           config->listen);
        return bd_refuse(&fault);
    }
    int lock = bd_home_lock(config, &fault);
    if (lock < 0)
        return bd_refuse(&fault);
    bx_cleanup(bd_store_destroy) struct bd_store *writer =
        bd_store_open(config, BD_OPEN_WRITE, &fault);
    bx_cleanup(bd_store_destroy) struct bd_store *reader =
        writer ? bd_store_open(config, BD_OPEN_READ, &fault) : NULL;
    struct bd_service_setup setup = {.listen = config->listen,
                                     .listeners = (int)config->listeners,
                                     .behind_proxy = behind_proxy,
                                     .reader = reader,
                                     .writer = writer,
                                     .policy = &config->policy,
                                     .clock = bx_sys_clock(),
                                     .random = bx_sys_random()};
    int err = reader ? serve(config, &setup, lifeline, &fault) : fault.err;
    close(lock);
    return err < 0 ? bd_refuse(&fault) : BD_EXIT_DONE;
}
