# SPDX-License-Identifier: Apache-2.0
"""The till on a pseudo-terminal whose other end is pyte: an emulator that shares nothing with
ncurses or with our own grid. Its screen as text, and as a golden picture: characters, and under
them one letter a cell for the look, with its legend."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import threading

import pyte

from till_lab import BOXTILL, KEY_PACE, NAME, NUMBER, PIN, wait_for

KEYS = {"Enter": "\r", "Escape": "\x1b", "Up": "\x1bOA", "Down": "\x1bOB", "PgDn": "\x1b[6~",
        "Backspace": "\x7f", "Delete": "\x1b[3~", "F2": "\x1bOQ"}


class Emulator(pyte.Screen):
    """pyte, and what xterm has and pyte 0.8 does not: to repeat a character, to scroll a region."""
    last = " "

    def draw(self, data):
        super().draw(data)
        self.last = data[-1] if data else self.last

    def repeat(self, count=1, **_more):
        super().draw(self.last * (count or 1))

    def scrolled(self, move, edge, count):
        x, y = self.cursor.x, self.cursor.y
        for _ in range(count or 1):
            self.cursor.y = edge
            move()
        self.cursor.x, self.cursor.y = x, y

    def scroll_down(self, count=1, **_more):
        top = self.margins.top if self.margins else 0
        self.scrolled(self.reverse_index, top, count)

    def scroll_up(self, count=1, **_more):
        bottom = self.margins.bottom if self.margins else self.lines - 1
        self.scrolled(self.index, bottom, count)


class Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "b": "repeat", "S": "scroll_up", "T": "scroll_down"}
    events = pyte.ByteStream.events | {"repeat", "scroll_up", "scroll_down"}


class Terminal:
    def __init__(self, till, columns=80, rows=24, terminal="xterm-256color", command=None, **environment):
        self.picture = Emulator(columns, rows)
        self.stream = Stream(self.picture)
        self.lock = threading.Lock()
        self.bytes = bytearray()
        self.till = till
        variables = till.environment(TERM=terminal, **environment)
        words = [str(word) for word in command or [BOXTILL]]
        self.child, self.fd = pty.fork()
        if self.child == 0:
            try:
                self.size(0, columns, rows)
                os.execvpe(words[0], words, variables)
            finally:
                os._exit(127)
        self.status, self.gone = None, False
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    @staticmethod
    def size(fd, columns, rows):
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def read(self):
        while not self.gone:
            if not select.select([self.fd], [], [], 0.1)[0]:
                continue
            try:
                part = os.read(self.fd, 65536)
            except OSError:
                return
            if not part:
                return
            with self.lock:
                self.bytes += part
                self.stream.feed(part)

    def hang_up(self):
        """The terminal goes away, as when an SSH connection is lost."""
        self.gone = True
        self.reader.join()
        os.close(self.fd)

    def ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.child, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None

    def wait_end(self):
        """The status the program ended with; negative: the signal."""
        wait_for("the program does not end", self.ended)
        return self.status

    def end(self):
        if self.status is None:
            os.kill(self.child, signal.SIGKILL)
            self.wait_end()
        if not self.gone:
            self.hang_up()

    def resize(self, columns, rows):
        with self.lock:
            self.picture.resize(rows, columns)
        self.size(self.fd, columns, rows)

    def send(self, data):
        os.write(self.fd, data if isinstance(data, bytes) else data.encode())

    def press(self, *keys):
        """Keys one by one, as a person does."""
        for key in keys:
            threading.Event().wait(KEY_PACE)
            self.send(KEYS.get(key, key))

    def click(self, pattern):
        """A press of the first button on PATTERN's first letter, as xterm tells it (SGR)."""
        self.wait(pattern)
        threading.Event().wait(KEY_PACE)
        row, line = next((n, line) for n, line in enumerate(self.text().split("\n"))
                         if re.search(pattern, line))
        at = f"{re.search(pattern, line).start() + 1};{row + 1}"
        self.send(f"\x1b[<0;{at}M\x1b[<0;{at}m")

    def text(self):
        with self.lock:
            return "\n".join(self.picture.display)

    def wait(self, *patterns):
        found = None
        for pattern in patterns:
            found = wait_for(lambda p=pattern: f"{p!r} does not appear on\n{self.text()}",
                             lambda p=pattern: re.search(p, self.text()))
        return found

    def login(self, number=NUMBER, pin=PIN, name=NAME):
        self.wait("Cashier number")
        self.send(f"{number}\r")
        self.wait("PIN")
        self.send(f"{pin}\r")
        self.wait(name, "Total")

    # --- the picture

    LOOKS = ".abcdefghijklmnopqrstuvwxyz"

    def golden(self, masks=()):
        """Text of the picture. MASKS: (pattern, words) replaced where they stand, columns kept."""
        with self.lock:
            lines = list(self.picture.display)
            looks, legend = [], {}
            for y in range(self.picture.lines):
                row = ""
                for x in range(self.picture.columns):
                    cell = self.picture.buffer[y][x]
                    look = self.look(cell)
                    row += "." if not look else legend.setdefault(look, self.LOOKS[len(legend) + 1])
                looks.append(row)
            cursor = self.picture.cursor
            place = f"{cursor.x + 1},{cursor.y + 1}" + (" hidden" if cursor.hidden else "")
        text = "\n".join(lines)
        for pattern, words in masks:
            text = re.sub(pattern, lambda m, w=words: w(m) if callable(w) else w.ljust(len(m[0]))[:len(m[0])],
                          text)
        names = [f"{letter} {look}" for look, letter in legend.items()]
        body = [f"|{line}|" for line in text.split("\n")] + [""] + [f"|{row}|" for row in looks]
        return "\n".join(body + ["", f"cursor {place}", *names]) + "\n"

    @staticmethod
    def look(cell):
        words = [word for word in ("bold", "italics", "underscore", "strikethrough", "reverse", "blink")
                 if getattr(cell, word, False)]
        if cell.fg != "default":
            words.append(cell.fg)
        if cell.bg != "default":
            words.append("on " + cell.bg)
        return " ".join(words)
