/* SPDX-License-Identifier: Apache-2.0 */
/* What must be done at the very least to hand a queue over: its bytes go through a socket on
 * loopback, the one end writes and syncs them, answers with a line an entry, and the other end
 * writes and syncs the answers. One batch after the other, of the size a till sends. */

#include "bench.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/domain/wire.h"
#include "journal/journal.h"
#include "maker.h"

enum { PATH_SIZE = 4096, ANSWER_BYTES = 180, PIECE = 64 << 10 };

struct batch {
    struct bx_buf bytes;
    int64_t count, last;
};

struct head {
    int64_t len, count;
};

static int entry_add(void *arg, const struct bx_row *row)
{
    struct batch *batch = arg;
    struct bx_envelope envelope = {.till = row->head.till,
                                   .incarnation = row->head.incarnation,
                                   .seq = row->head.seq,
                                   .id = row->head.id,
                                   .prev = row->prev,
                                   .hash = row->hash};
    bx_envelope_encode(&envelope, &batch->bytes);
    bx_buf_add(&batch->bytes, row->body, row->len);
    bx_buf_byte_add(&batch->bytes, '\n');
    batch->last = row->head.seq;
    batch->count++;
    return 0;
}

static int file_open(const char *folder, const char *name)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        give_up(path, NULL);
    return fd;
}

static void store(int fd, const char *bytes, size_t len)
{
    if (write(fd, bytes, len) != (ssize_t)len || fdatasync(fd))
        give_up("store", NULL);
}

static void say(int fd, const void *bytes, size_t len)
{
    for (const char *at = bytes; len > 0;) {
        ssize_t sent = write(fd, at, len);
        if (sent <= 0)
            give_up("send", NULL);
        at += sent;
        len -= (size_t)sent;
    }
}

static bool hear(int fd, void *bytes, size_t len)
{
    for (char *at = bytes; len > 0;) {
        ssize_t got = read(fd, at, len);
        if (got <= 0)
            return false;
        at += got;
        len -= (size_t)got;
    }
    return true;
}

struct sink {
    int fd, file;
    char *bytes;
};

static void *sink_run(void *arg)
{
    struct sink *sink = arg;
    struct head head;
    int one = 1;
    int fd = accept(sink->fd, NULL, NULL);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    while (hear(fd, &head, sizeof(head))) {
        if (!hear(fd, sink->bytes, (size_t)head.len))
            break;
        store(sink->file, sink->bytes, (size_t)head.len);
        say(fd, sink->bytes, (size_t)head.count * ANSWER_BYTES);
    }
    close(fd);
    return NULL;
}

static int sink_listen(struct sockaddr_in *ret)
{
    socklen_t len = sizeof(*ret);
    *ret = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)ret, len) || listen(fd, 1) ||
        getsockname(fd, (struct sockaddr *)ret, &len))
        give_up("listen", NULL);
    return fd;
}

static int64_t send_all(struct bx_journal *journal, int fd, int file, int64_t *ret_took)
{
    struct bx_fault fault = {0};
    struct bx_query query = {.kind = BX_QUERY_QUEUED, .limit = BX_BATCH_MAX};
    struct batch batch = {.count = 0};
    char *answers = bx_alloc(BX_BATCH_MAX, ANSWER_BYTES);
    int64_t entries = 0, took = 0;
    bx_buf_init(&batch.bytes, 0);
    for (;;) {
        bx_buf_clear(&batch.bytes);
        batch.count = 0;
        if (journal->ops->read(journal, &query, entry_add, &batch, &fault))
            give_up("read", &fault);
        if (batch.count == 0)
            break;
        int64_t begin = now_ns();
        struct head head = {(int64_t)batch.bytes.len, batch.count};
        size_t len = (size_t)batch.count * ANSWER_BYTES;
        say(fd, &head, sizeof(head));
        say(fd, batch.bytes.data, batch.bytes.len);
        if (!hear(fd, answers, len))
            give_up("hear", NULL);
        store(file, answers, len);
        took += now_ns() - begin;
        entries += batch.count;
        query.from = batch.last;
    }
    bx_buf_finish(&batch.bytes);
    bx_free(answers);
    *ret_took = took;
    return entries;
}

int bench_batches(int argc, char **argv)
{
    struct bx_fault fault = {0};
    struct sockaddr_in at;
    pthread_t thread;
    int64_t took;
    if (argc < 2)
        return 2;
    struct bx_journal_options options = {.path = argv[0], .careless = true};
    bx_cleanup(bx_journal_destroy) struct bx_journal *journal =
        bx_journal_open_with(&options, &fault);
    if (!journal)
        give_up(argv[0], &fault);
    struct sink sink = {.fd = sink_listen(&at),
                        .file = file_open(argv[1], "custody"),
                        .bytes = bx_alloc(BX_BATCH_BYTES + PIECE, 1)};
    int file = file_open(argv[1], "answers");
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || pthread_create(&thread, NULL, sink_run, &sink) ||
        connect(fd, (struct sockaddr *)&at, sizeof(at)))
        give_up("connect", NULL);
    int64_t entries = send_all(journal, fd, file, &took);
    close(fd);
    pthread_join(thread, NULL);
    printf("batches %lld %lld\n", (long long)entries, (long long)took);
    close(sink.fd);
    close(sink.file);
    close(file);
    bx_free(sink.bytes);
    return 0;
}
