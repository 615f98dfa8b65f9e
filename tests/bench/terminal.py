# SPDX-License-Identifier: Apache-2.0
"""A program on a pseudo-terminal, and when each of its bytes came. No emulator: taking the picture
would cost more than drawing it."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
import tty

PATIENCE = 60
SETTLED = 0.015  # seconds without a byte end a redraw; the redraw's time is its last byte's


class Bare:
    def __init__(self, words, environment):
        self.child, self.fd = pty.fork()
        if self.child == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
                os.execve(words[0], [str(word) for word in words], environment)
            finally:
                os._exit(127)
        self.bytes = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.child, signal.SIGTERM)
        self.quiet(0.1)
        os.close(self.fd)
        os.waitpid(self.child, 0)

    def take(self, seconds):
        """What comes within SECONDS; empty: nothing did."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            part = os.read(self.fd, 65536)
        except OSError:  # it ended
            return b""
        self.bytes += part
        return part

    def quiet(self, seconds):
        """Reads for SECONDS."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self.take(left):
                return

    def until(self, text):
        """When TEXT had come."""
        end = time.monotonic() + PATIENCE
        while text not in self.bytes:
            assert self.take(end - time.monotonic()), f"{text} does not come: {bytes(self.bytes[-400:])}"
        return time.monotonic()

    def key(self, key):
        """Seconds from KEY to the last byte of what it brought about."""
        begin = last = time.monotonic()
        os.write(self.fd, key.encode())
        wait = 1.0
        while self.take(wait):
            last, wait = time.monotonic(), SETTLED
        assert last > begin, f"nothing answers {key!r}"
        return last - begin


def echo():
    """A program that gives back every byte at once, and nothing else."""
    terminal = Bare(["/bin/cat"], {})
    tty.setraw(terminal.fd)
    return terminal
