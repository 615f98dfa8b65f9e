/* SPDX-License-Identifier: Apache-2.0 */
/* Opened without becoming anybody's controlling terminal and without waiting for a carrier that a
 * three-wire cable never has. */

#include "boxtill/sys/serial.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"

static const struct {
    int64_t baud;
    speed_t speed;
} speeds[] = {{1200, B1200},   {2400, B2400},   {4800, B4800},   {9600, B9600},
              {19200, B19200}, {38400, B38400}, {57600, B57600}, {115200, B115200}};

static const speed_t *speed_of(int64_t baud)
{
    for (size_t i = 0; i < bx_countof(speeds); i++)
        if (speeds[i].baud == baud)
            return &speeds[i].speed;
    return NULL;
}

bool bx_serial_is_speed(int64_t baud)
{
    return speed_of(baud) != NULL;
}

int bx_serial_open(const char *path, int64_t baud, int *ret_fd, struct bx_fault *fault)
{
    struct termios mode;
    const speed_t *speed = speed_of(baud);
    if (!speed)
        return bx_fault_say(fault, BX_ERR_INPUT, "A serial line cannot run at %lld baud.",
                            (long long)baud);
    int fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return bx_fault_set(fault, errno == ENOENT ? BX_ERR_MISSING : BX_ERR_IO,
                            "The display's line cannot be opened.", "%s: %s", path,
                            strerror(errno));
    if (tcgetattr(fd, &mode) == 0) {
        cfmakeraw(&mode);
        mode.c_cflag &= ~(tcflag_t)(PARENB | CSTOPB | CRTSCTS | CSIZE);
        mode.c_cflag |= CS8 | CLOCAL;
        if (cfsetspeed(&mode, *speed) || tcsetattr(fd, TCSANOW, &mode)) {
            int why = errno;
            close(fd);
            return bx_fault_set(fault, BX_ERR_IO, "The display's line cannot be set up.", "%s: %s",
                                path, strerror(why));
        }
    }
    *ret_fd = fd;
    return 0;
}

int bx_serial_write(int fd, const void *bytes, size_t len, struct bx_fault *fault)
{
    ssize_t put;
    do
        put = write(fd, bytes, len);
    while (put < 0 && errno == EINTR);
    if (put == (ssize_t)len)
        return 0;
    return bx_fault_set(fault, BX_ERR_IO, "The display takes nothing more.", "%zd of %zu: %s", put,
                        len, put < 0 ? strerror(errno) : "");
}
