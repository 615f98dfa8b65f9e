/* SPDX-License-Identifier: Apache-2.0 */
/* Children of the demo. Both pipes are close-on-exec, so that no child keeps another's lifeline
 * open. */

#include "main/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct pipes {
    int in[2], out[2]; /* the child's standard input and output */
};

/* Without pipe2, which POSIX.1-2008 lacks: this process has one thread while it starts children. */
static int pipe_make(int ends[2])
{
    if (pipe(ends) < 0)
        return -1;
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

static int spawn(const char *const argv[], const char *home, struct pipes *pipes, bool all,
                 pid_t *ret, struct bx_fault *fault)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    union {
        const char *const *given;
        char *const *wanted;
    } args = {.given = argv};

    if (home && setenv("BOXTILL_HOME", home, 1) < 0)
        return bx_fault_set(fault, BX_ERR_IO, "The demo cannot go on.", "setenv: %s",
                            strerror(errno));
    if (pipe_make(pipes->in) < 0)
        return bx_fault_set(fault, BX_ERR_IO, "The demo cannot go on.", "pipe: %s",
                            strerror(errno));
    if (pipe_make(pipes->out) < 0) {
        close(pipes->in[0]);
        close(pipes->in[1]);
        return bx_fault_set(fault, BX_ERR_IO, "The demo cannot go on.", "pipe: %s",
                            strerror(errno));
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes->in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipes->out[1], STDOUT_FILENO);
    if (all)
        posix_spawn_file_actions_adddup2(&actions, pipes->out[1], STDERR_FILENO);
    /* A till that is open holds its signals back; a child that inherited that could not be ended.
     */
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int err = posix_spawnp(ret, argv[0], &actions, &attributes, args.wanted, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(pipes->in[0]);
    close(pipes->out[1]);
    if (err == 0)
        return 0;
    close(pipes->in[1]);
    close(pipes->out[0]);
    return bx_fault_say(fault, BX_ERR_MISSING, "%.100s cannot be started: %s.", argv[0],
                        strerror(err));
}

static int status_of(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int bx_child_run(const char *const argv[], const char *home, const char *input, struct bx_buf *out,
                 int *ret_status, struct bx_fault *fault)
{
    struct pipes pipes;
    pid_t pid;
    char piece[4096];
    ssize_t n;
    int err = spawn(argv, home, &pipes, false, &pid, fault);

    if (err)
        return err;
    if (write(pipes.in[1], input, strlen(input)) < 0)
        out->full = false; /* it did not want to read: its status tells */
    close(pipes.in[1]);
    while ((n = read(pipes.out[0], piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            bx_buf_add(out, piece, (size_t)n);
    close(pipes.out[0]);
    *ret_status = status_of(pid);
    return 0;
}

int bx_child_run_beside(const char *const argv[], const char *home, const char *input,
                        struct bx_buf *out, int *ret_status, void (*turn)(void *arg), void *arg)
{
    struct pipes pipes;
    pid_t pid;
    char piece[4096];
    ssize_t n = 1;
    int err = spawn(argv, home, &pipes, true, &pid, NULL);
    if (err)
        return err;
    if (write(pipes.in[1], input, strlen(input)) < 0)
        out->full = false; /* it did not want to read: its status tells */
    close(pipes.in[1]);
    while (n > 0) {
        struct pollfd ready = {.fd = pipes.out[0], .events = POLLIN};
        turn(arg);
        if (poll(&ready, 1, 0) > 0 && (n = read(pipes.out[0], piece, sizeof(piece))) > 0)
            bx_buf_add(out, piece, (size_t)n);
    }
    close(pipes.out[0]);
    *ret_status = status_of(pid);
    return 0;
}

int bx_child_start(const char *const argv[], const char *home, struct bx_child *ret,
                   struct bx_buf *first_line, struct bx_fault *fault)
{
    struct pipes pipes;
    char c;
    int err = spawn(argv, home, &pipes, false, &ret->pid, fault);

    if (err)
        return err;
    ret->lifeline = pipes.in[1];
    while (read(pipes.out[0], &c, 1) == 1 && c != '\n')
        bx_buf_byte_add(first_line, (uint8_t)c);
    close(pipes.out[0]);
    if (first_line->len > 0)
        return 0;
    bx_child_stop(ret);
    return bx_fault_say(fault, BX_ERR_IO, "%.100s ended at once.", argv[0]);
}

void bx_child_stop(struct bx_child *child)
{
    if (child->pid <= 0)
        return;
    kill(child->pid, SIGTERM);
    close(child->lifeline);
    (void)status_of(child->pid);
    child->pid = 0;
}
