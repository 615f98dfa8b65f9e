# SPDX-License-Identifier: Apache-2.0
"""Golden pictures of every screen, at 80x24 and 100x30, in colour and mono, from the bytes that the
real program sends to a real pseudo-terminal, through an emulator that is not ours. The clock of
till and server stands near one moment (libfaketime moves the civil clock only), and the minute is
masked; nothing else varies. UPDATE_GOLDENS=1 writes them anew: look at the difference before you
commit it."""
import concurrent.futures
import datetime
import difflib
import glob
import os
import pathlib
import re
import time

import pytest

from pty_lab import Terminal
from till_lab import PATIENCE, PIN, Till, museum, venue, wait_for

GOLDENS = pathlib.Path(__file__).parent / "goldens"
UPDATE = os.environ.get("UPDATE_GOLDENS") == "1"
MOMENT = datetime.datetime(2026, 11, 24, 13, 32, 5, tzinfo=datetime.timezone.utc)  # 14:32 at the venue
# what a run's own length moves
MASKS = [(r"14:3[2-9]", "14:32"), (r"\d+ s old, [^|]*?  ", "1 s old, offline by choice")]
LOOKS = {
    "80x24-colour": (80, 24, {"terminal": "xterm-256color"}),
    "100x30-colour": (100, 30, {"terminal": "screen-256color"}),
    "80x24-mono": (80, 24, {"terminal": "vt100"}),
    "100x30-mono": (100, 30, {"terminal": "xterm-256color", "NO_COLOR": "1"}),
}


def moment(patch):
    library, = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    ahead = (MOMENT - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
    patch.setenv("LD_PRELOAD", library)
    patch.setenv("FAKETIME", f"{ahead:+.0f}")
    patch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")


class Album:
    """Compares pictures, goes on after a difference, and tells all differences at the end."""

    def __init__(self, terminal, look):
        self.terminal, self.look, self.wrong = terminal, look, []

    def quiet(self):
        """The picture once nothing more comes."""
        before = None
        while before != (before := len(self.terminal.bytes)):
            time.sleep(0.4)
        return self.terminal.golden(MASKS)

    def take(self, name, *patterns):
        self.terminal.wait(*patterns)
        path = GOLDENS / f"{name}-{self.look}.txt"
        if UPDATE:
            GOLDENS.mkdir(exist_ok=True)
            path.write_text(self.quiet())
        wanted = path.read_text() if path.exists() else ""
        try:
            wait_for(name, lambda: self.terminal.golden(MASKS) == wanted, min(PATIENCE, 10))
        except AssertionError:
            shown = self.terminal.golden(MASKS)
            self.wrong += ["", *difflib.unified_diff(wanted.split("\n"), shown.split("\n"), path.name,
                                                    "the screen", n=1, lineterm="")]

    def end(self):
        assert not self.wrong, "\n".join(self.wrong)


def visit(look, server, folder):
    """All screens in one sitting."""
    columns, rows, options = LOOKS[look]
    till = Till(folder / "till").enrol(server)
    with Terminal(till, columns, rows, **options) as screen:
        album = Album(screen, look)
        album.take("login", "Cashier number", "online")
        screen.press("7", "Enter")
        album.take("login-pin", "PIN")
        screen.send(f"{PIN}\r")
        album.take("float", "Float in the drawer", "75 yours", "printer ready")
        screen.press("Enter")
        screen.wait("Shift 1 is open", "0 waiting")
        screen.press("Escape")
        album.take("sell-empty", "Ana", "75 yours", "printer ready")
        screen.press("2", "a", "1", "c")
        album.take("sell-basket", r"57\.00")
        screen.press("Enter")
        album.take("pay", "Enter exact")
        screen.press("6", "0", "0", "0")
        album.take("pay-amount", "6000")
        screen.press("Enter")
        album.take("change", r"CHANGE 3\.00", "printed", "0 waiting")
        screen.press("s")
        album.take("sell-next", r"1-000001", r"12\.00")
        screen.press("F")
        album.take("find", "1-000001 .*3 persons|1-000001 .*Adult")
        screen.press("Enter")
        album.take("sale", "Receipt")
        screen.press("Escape", "R")
        album.take("paper", "Paper problem")
        screen.press("Down", "g")
        album.take("question", "(?i)replace")
        screen.press("Escape")
        screen.press("Escape", "Escape", "Q")
        album.take("queue", "Queue")
        screen.press("Escape", "Escape", ":")
        album.take("palette", "All actions")
        screen.press("Escape", "?")
        album.take("keys", "Keys")
        screen.press("Escape", "S")
        album.take("shift", "Shift and drawer")
        screen.press("Escape", "L")
        album.take("lock", "Locked by Ana")
        screen.send(f"{PIN}\r")
        screen.wait("Total", "0 waiting")
        screen.press("Q", "O")
        album.take("queue-offline", "Queue", "offline by choice")
        screen.press("Escape", "Enter")
        screen.wait("Enter exact")
        screen.press("c")
        screen.wait("CHANGE", "printed")
        screen.press("2", "a")
        album.take("offline", "offline by choice", "[1-9] waiting", r"Total +EUR +48\.00")
        screen.press("Q")
        album.take("queue-waiting", "1-000002")
        assert "colour" in look or not re.search(rb"\x1b\[(\d+;)*3[0-7](;\d+)*m", screen.bytes)
        album.end()


@pytest.fixture(scope="module")
def sittings(tmp_path_factory):
    """All looks side by side: most of the time goes by between keys."""
    folders = {look: tmp_path_factory.mktemp(look) for look in LOOKS}
    with pytest.MonkeyPatch.context() as patch:
        moment(patch)
        servers = {look: venue(folder / "server", museum("Europe/Berlin")).start()
                   for look, folder in folders.items()}
        with concurrent.futures.ThreadPoolExecutor(len(LOOKS)) as pool:
            done = {look: pool.submit(visit, look, servers[look], folders[look]) for look in LOOKS}
        yield done
        for server in servers.values():
            server.end()


@pytest.mark.parametrize("look", LOOKS)
def test_screens(look, sittings):
    sittings[look].result()


def test_goldens_are_all_in_use():
    names = {path.name for path in GOLDENS.glob("*")}
    text = pathlib.Path(__file__).read_text()
    screens = set(re.findall(r'album\.take\("([\w-]+)"', text))
    assert names == {f"{name}-{look}.txt" for name in screens for look in LOOKS}
