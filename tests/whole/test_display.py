# SPDX-License-Identifier: Apache-2.0
"""What the customer sees: as lines, on a second terminal, on a pole, through a till's restart."""
import os
import pty
import re
import subprocess
import threading

import pytest

from pty_lab import Terminal
from till_lab import BOXTILL, Till, venue, wait_for


@pytest.fixture
def server(tmp_path):
    made = venue(tmp_path / "server")
    yield made.start()
    made.end()


@pytest.fixture
def till(server, tmp_path):
    return Till(tmp_path / "till").enrol(server).login()


class Lines:
    """boxtill display --lines, read as it comes."""

    def __init__(self, till):
        self.text = ""
        self.process = subprocess.Popen([BOXTILL, "display", "--lines"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, text=True, env=till.environment())
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.text += line

    def wait(self, pattern):
        wait_for(lambda: f"{pattern} does not come in {self.text}", lambda: re.search(pattern, self.text))
        self.text = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(10) == 0


def test_a_sale_is_shown(till):
    with Lines(till) as lines:
        lines.wait("One moment, please")
        with Terminal(till) as screen:
            screen.wait("Total", "online")
            lines.wait(r"(?s)Museum.*Welcome")
            screen.press("2", "a")
            lines.wait(r"2 Adult +48\.00\nTotal +48\.00")
            screen.press("Enter")
            lines.wait(r"Total +48\.00\nTo pay +48\.00")
            screen.press(*"6000", "Enter")
            lines.wait(r"Your change +12\.00\nThank you")
        lines.wait("One moment, please")  # killed
        with Terminal(till) as screen:
            screen.wait("Total")
            lines.wait("Welcome")


def test_a_second_terminal_in_german(till):
    till.configure("[display]\nlanguage = de\n")
    with Terminal(till, command=[BOXTILL, "display"]) as display, Terminal(till) as screen:
        screen.wait("Total", "online")
        display.wait("Willkommen")
        screen.press("a", "c")
        display.wait("Summe EUR", r"1  Adult +24,00", r"1  Child 6-17 +9,00")
        display.resize(40, 12)
        display.wait(r"Summe EUR")
        display.send("q")
        assert display.wait_end() == 0
        screen.press("u")
        screen.wait("3 persons")


def test_a_pole(till):
    line, far = pty.openpty()
    till.configure(f"[display]\npole = {os.ttyname(far)}\nbaud = 19200\n")
    seen = bytearray()

    def listen():
        while True:
            try:
                seen.extend(os.read(line, 4096))
            except OSError:
                return
    threading.Thread(target=listen, daemon=True).start()
    process = subprocess.Popen([BOXTILL, "display"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               env=till.environment())
    try:
        with Terminal(till) as screen:
            screen.wait("Total", "online")
            screen.press("a")
            wait_for(lambda: bytes(seen),
                     lambda: b"\x0c1 Adult        24.00Total          24.00" in bytes(seen))
            screen.press("Enter")
            screen.wait("Enter exact")
            screen.press(*"3000", "Enter")
            wait_for(lambda: bytes(seen),
                     lambda: b"\x0cYour change     6.00Thank you           " in bytes(seen))
    finally:
        process.terminate()
        assert process.wait(10) == 0
    os.close(far)
