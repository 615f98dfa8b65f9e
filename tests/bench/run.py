# SPDX-License-Identifier: Apache-2.0
"""Figures of the release build in BOXTILL_BUILD: `run.py [NAME…]`, names of figures, of what measures
them, or of a group; none: all. A line a figure: name, value, unit, ratio to the bare limit that was
measured between the same samples (or -), that limit. What is being done goes to stderr.

BOXTILL_BENCH_TINY=1 makes everything small: the shape of the lines, no figures."""
import os
import pathlib
import random
import re
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "whole"))
import crowd  # noqa: E402
import till_lab  # noqa: E402
from terminal import Bare, echo  # noqa: E402

TINY = bool(os.environ.get("BOXTILL_BENCH_TINY"))
BENCH = till_lab.BUILD / "tests/bench/bench"


def size(full, tiny):
    return tiny if TINY else full


def say(text):
    print(text, file=sys.stderr, flush=True)


def bench(*words, stdin=""):
    """What tests/bench/bench printed: {word: [[number, …], …]}."""
    done = subprocess.run([BENCH, *map(str, words)], input=stdin, stdout=subprocess.PIPE, text=True,
                          check=True)
    found = {}
    for line in done.stdout.splitlines():
        word, *numbers = line.split()
        found.setdefault(word, []).append([int(n) for n in numbers])
    return found


def median_of(rows, column):
    return statistics.median(row[column] for row in rows)


def share(samples, part):
    """The value that PART of SAMPLES do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, -int(-len(ordered) * part // 1) - 1)]


def figure(name, value, unit, limit=None, ratio=None):
    if limit is not None and ratio is None:
        ratio = value / limit
    def text(x):
        return "-" if x is None else f"{x:.4g}" if abs(x) < 1000 else f"{x:.0f}"
    print(name, text(value), unit, text(ratio), text(limit), flush=True)


# --- a till with nobody at it ----------------------------------------------------------------------

def hall():
    """One slot large enough for every sale of a run, from which one till may have everything."""
    programme = till_lab.museum()
    programme["events"] = [{"id": "hall", "name": "Hall", "class": "main", "slots": [
        {"dates": ["today"], "from": "09:00", "to": "20:00", "every": 660, "capacity": 1000000}]}]
    for product in programme["products"]:
        product["events"] = ["hall"] if product["events"] else []
    return programme


def venue(folder, programme=None, config=""):
    return till_lab.venue(folder / "server", programme, config).start()


def enrolled(folder, server, name="till"):
    """A till that is logged in and has its documents and leases."""
    till = till_lab.Till(folder / name, "kind = none").enrol(server).login()
    till.run("allot")
    return till


def queued(till, count):
    """COUNT sales more in the till's queue."""
    entries = len(till.run("journal", "export").out.split("\n")) // 2
    bench("fill", till.home / "journal.db", entries + count, "printed")


# --- the journal -----------------------------------------------------------------------------------

def sale_commit(folder):
    found = bench("sale", folder, size(7, 1), size(1500, 20))
    for nth, name in enumerate(("sale_commit_p50", "sale_commit_p99")):
        value = median_of(found["sale"], nth) / 1e6
        figure(name, value, "ms", median_of(found["bare"], nth) / 1e6)


def commit_growth(folder):
    small, big = folder / "small.db", folder / "big.db"
    say(f"filling a journal with {size(1000000, 600)} entries")
    bench("fill", small, size(1000, 50), "sent")
    bench("fill", big, size(1000000, 600), "sent")
    found = bench("growth", small, big, size(7, 1), size(500, 10))
    cost = {word: median_of(rows, 0) / 1e6 for word, rows in found.items()}
    figure("commit_growth", cost["big"] / cost["small"], "times", cost["small"],
           cost["big"] / cost["small"])


# --- the till on a terminal ------------------------------------------------------------------------

def start_300k(folder):
    server = venue(folder)
    till = enrolled(folder, server)
    server.stop()
    entries = size(300000, 300)
    say(f"filling a journal with {entries} entries")
    bench("fill", till.home / "journal.db", entries, "sent")
    took = []
    for _ in range(size(7, 1)):
        begin = time.monotonic()
        with Bare([till_lab.BOXTILL], till.environment(TERM="xterm-256color")) as terminal:
            took.append(terminal.until(b"Total") - begin)
    figure("start_300k", statistics.median(took) * 1000, "ms")


def private_dirty(pid):
    """MB, from the kernel's own count; root may look into a till, its own account may not."""
    words = ["cat", f"/proc/{pid}/smaps_rollup"]
    words = words if os.getuid() == 0 else ["sudo", "-n", *words]
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return int(re.search(r"Private_Dirty:\s+(\d+) kB", text)[1]) / 1024


def till_private_dirty(folder):
    server = venue(folder)
    try:
        till = enrolled(folder, server)
        with Bare([till_lab.BOXTILL], till.environment(TERM="xterm-256color")) as terminal:
            terminal.until(b"Total")
            for key in ["a", "\x7f"] * 10:
                terminal.key(key)
            terminal.quiet(size(10, 0.5))
            figure("till_private_dirty", private_dirty(terminal.child), "MB")
    finally:
        server.end()


def key_to_screen(folder):
    """Keys of a cashier, each answered by the screen, none held: a held key rings up nothing. Between
    them a terminal that only echoes."""
    server = venue(folder)
    try:
        till = enrolled(folder, server)
        drawn, bare = [], []
        with (Bare([till_lab.BOXTILL], till.environment(TERM="xterm-256color")) as terminal,
              echo() as other):
            terminal.until(b"Total")
            terminal.quiet(1)
            for _ in range(size(200, 5)):
                for key in "a", "\x7f", "c", "\x7f":
                    drawn.append(terminal.key(key))
                    bare.append(other.key("a"))
                    time.sleep(random.uniform(0.02, 0.12))
        for name, part in ("key_to_screen_p50", 0.5), ("key_to_screen_p99", 0.99):
            figure(name, share(drawn, part) * 1000, "ms", share(bare, part) * 1000)
    finally:
        server.end()


# --- to the server ---------------------------------------------------------------------------------

def drained(tills):
    """Seconds until all TILLS have sent what they have, all at once."""
    begin = time.monotonic()
    running = [till.begin("sync", "--once") for till in tills]
    for process in running:
        _, err = process.communicate(timeout=600)
        assert process.returncode == 0, err
    return time.monotonic() - begin


def drain(name, folder, tills, count):
    server = venue(folder, hall(), "[policy]\nshare_percent = 20\n")
    try:
        tills = [enrolled(folder, server, f"till{nth}") for nth in range(tills)]
        for till in tills:
            queued(till, count // len(tills))
        bare = folder / "bare"
        bare.mkdir()
        entries, took = bench("batches", tills[0].home / "journal.db", bare)["batches"][0]
        limit = entries / took * 1e9
        figure(name, count / drained(tills), "entries/s", limit)
    finally:
        server.end()


def drain_10k(folder):
    drain("drain_10k", folder, 1, size(10000, 40))


def server_entries(folder):
    drain("server_entries", folder, size(4, 2), size(20000, 40))


# --- orders of many buyers for one slot -------------------------------------------------------------

CROWDS = [(1, 0), (16, 0), (64, 0), (256, 0), (256, 5000)]


def orders(folder):
    crowds = crowd.Crowds(bench, say, size((1, 3, 0.5), (0.1, 0.2, 0.1)))
    rows = crowds.all(folder, size((0, 1, 8), (0,)), size((1, 4), (1, 2)),
                      size(CROWDS, [(4, 0), (4, 50)]))
    for row in rows:
        name = crowd.name_of(row)
        if not row["arrivals"]:
            figure(name, row["rate"], "orders/s", row["bare"])
        figure(f"{name}_p99", row["p99"], "ms")
    crowd.table(rows)
    crowd.written(rows, till_lab.BUILD / "orders.json")


def listeners(folder):
    """What those cost who listen to availability, until there is something to hear."""
    used = crowd.listeners(folder, size(1500, 15))
    figure("listeners_1500", used, "MB")
    say(f"aim {'reached' if used <= 20 else 'missed'}: 1,500 listeners: {used:.3g} MB, wanted 20")


# --- which -----------------------------------------------------------------------------------------

GROUPS = {
    "till": {
        sale_commit: ("sale_commit_p50", "sale_commit_p99"),
        key_to_screen: ("key_to_screen_p50", "key_to_screen_p99"),
        start_300k: ("start_300k",),
        till_private_dirty: ("till_private_dirty",),
        drain_10k: ("drain_10k",),
        commit_growth: ("commit_growth",),
    },
    "server": {
        server_entries: ("server_entries",),
        orders: ("orders",),
        listeners: ("listeners_1500",),
    },
}


def chosen(words):
    """The functions that WORDS name, in our order; None when a word names nothing."""
    parts = {part: {group, part.__name__, *names}
             for group, parts in GROUPS.items() for part, names in parts.items()}
    known = set().union(*parts.values())
    if any(word not in known for word in words):
        return None
    return [part for part, names in parts.items() if not words or names & set(words)]


def main(words):
    parts = chosen(words)
    if parts is None:
        names = [f"{group}: " + " ".join(name for names in parts.values() for name in names)
                 for group, parts in GROUPS.items()]
        print("usage: bench [NAME…], of a group or of a figure:", *names, sep="\n  ", file=sys.stderr)
        return 2
    for part in parts:
        say(f"measuring {part.__name__}")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=till_lab.BUILD))
        try:
            part(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
