/* SPDX-License-Identifier: Apache-2.0 */
/* A log that cannot fill the disk the journal lies on, nor drive the terminal of whoever reads it.
 * That it cannot be written never stops a sale. */

#include "main/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/text.h"

enum { LINE_MAX_BYTES = 1000 };

struct bx_log {
    char *path;
    int fd;
    int64_t bytes, max_bytes;
};

static void file_open(struct bx_log *log)
{
    struct stat about;
    log->fd = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    log->bytes = log->fd >= 0 && fstat(log->fd, &about) == 0 ? about.st_size : 0;
}

struct bx_log *bx_log_open(const char *path, int64_t max_bytes)
{
    struct bx_log *log = bx_new(struct bx_log);
    log->path = bx_strdup(path);
    log->max_bytes = max_bytes;
    file_open(log);
    return log->fd >= 0 ? log : bx_log_close(log);
}

void *bx_log_close(struct bx_log *log)
{
    if (!log)
        return NULL;
    if (log->fd >= 0)
        close(log->fd);
    bx_free(log->path);
    return bx_free(log);
}

static void turn_over(struct bx_log *log)
{
    char older[1024];
    snprintf(older, sizeof(older), "%s.1", log->path);
    close(log->fd);
    if (rename(log->path, older))
        (void)unlink(log->path);
    file_open(log);
}

void bx_log_line(struct bx_log *log, bx_utc at, const char *line)
{
    char when[BX_UTC_TEXT];
    if (!log || log->fd < 0)
        return;
    size_t len = strlen(line);
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    bx_buf_format(&text, "%s ", bx_utc_format(at, when));
    bx_text_log(&text, line, len < LINE_MAX_BYTES ? len : LINE_MAX_BYTES);
    bx_buf_byte_add(&text, '\n');
    if (log->bytes + (int64_t)text.len > log->max_bytes)
        turn_over(log);
    if (log->fd < 0)
        return;
    ssize_t put = write(log->fd, text.data, text.len);
    log->bytes += put > 0 ? put : 0;
}
