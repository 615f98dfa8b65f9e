# SPDX-License-Identifier: Apache-2.0
"""Orders a second for one hot slot: crowds of buyers (tests/bench/orders.c) at real servers, SQLite
and PostgreSQL, one and four of them, on this disk and on slower ones. Between every two crowds the
disk itself is measured. What was sold must be what was acknowledged, or there is no figure."""
import contextlib
import datetime
import json
import os
import pathlib
import platform
import resource
import socket
import subprocess
import sys
import tempfile

import server_lab
from pg_lab import Lab

PRICE = 2400
POSTGRES = {"max_connections": "60", "shared_buffers": "128MB", "max_wal_size": "4GB"}
SLOW = server_lab.BUILD / "tests/bench/slow.so"


def programme():
    return {
        "venue": {"id": "museum", "name": "Sample Museum", "zone": "UTC", "currency": "EUR"},
        "events": [{"id": "hall", "name": "Hall", "class": "main", "slots": [
            {"dates": ["today", "today+1"], "from": "09:00", "to": "20:00", "every": 660,
             "capacity": 1000000}]}],
        "products": [{"id": "adult", "name": "Adult", "key": "a", "price": PRICE, "tax": 70000,
                      "events": ["hall"]}]}


def slot():
    day = datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=1)
    return f"hall-{day:%Y%m%d}-0900"


@contextlib.contextmanager
def slowed(ms):
    """Every sync of what is started meanwhile takes MS longer."""
    if ms:
        os.environ.update(LD_PRELOAD=str(SLOW), BENCH_SYNC_MS=str(ms))
    try:
        yield
    finally:
        for name in "LD_PRELOAD", "BENCH_SYNC_MS":
            os.environ.pop(name, None)


class Shops:
    """COUNT servers of one venue, and a channel of each."""

    def __init__(self, folder, count, database=""):
        self.servers = [server_lab.Server(folder / f"server{n}", database) for n in range(count)]
        first = self.servers[0]
        first.command("init")
        (first.home / "programme.json").write_text(json.dumps(programme()))
        first.command("import", first.home / "programme.json")

    def __enter__(self):
        self.channels = []
        try:
            for n, server in enumerate(self.servers):
                channel = server_lab.Channel(server.start())
                channel.enrol(name=f"web{n}")
                self.channels.append(channel)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.end()

    def sold(self):
        pools = self.channels[0].get("/v1/availability").json()["pools"]
        return next(pool["sold"] for pool in pools if pool["pool"] == slot())

    def work(self):
        """Seconds of a core that the servers have used."""
        ticks = 0
        for server in self.servers:
            fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def lines(self):
        return "".join(f"{c.server.host} {c.server.port} {c.till} {c.incarnation} {c.secret.hex()}\n"
                       for c in self.channels)

    def audit(self):
        assert "agrees" in self.servers[0].command("audit"), "the books do not agree"


class Disk:
    """The bare rates of the disk under FOLDER: the mean of what was measured before and after."""

    def __init__(self, bench, folder, seconds):
        self.bench, self.folder, self.seconds = bench, folder, seconds
        self.last = self.measure()

    def measure(self):
        found = self.bench("syncs", self.folder, self.seconds, 64)
        return {word: rows[0][0] / rows[0][1] * 1e9 for word, rows in found.items()}

    def around(self):
        before, self.last = self.last, self.measure()
        return {word: (before[word] + self.last[word]) / 2 for word in before}


class Crowds:
    """Sends crowds and keeps their rows. TIMES: seconds of warming up, of a crowd, of the bare disk."""

    def __init__(self, bench, say, times):
        self.bench, self.say, self.times = bench, say, times
        self.rows = []

    def send(self, shops, disk, clients, rate=0, **row):
        """A crowd of CLIENTS, at RATE arrivals a second or each as soon as it is answered."""
        warm, seconds, _ = self.times
        before, worked = shops.sold(), shops.work()
        found = self.bench("orders", clients, rate, warm, seconds, "adult", slot(), PRICE,
                           stdin=shops.lines())["orders"][0]
        worked = shops.work() - worked
        count, took, p50, p99, most, sold, busy, other, false = found
        assert not false and not other, f"{false} answers were false, {other} refused"
        assert shops.sold() - before == sold, "sold is not what was acknowledged"
        limit = disk.around()
        made = {**row, "clients": clients, "arrivals": rate, "rate": count / took * 1e9,
                "p50": p50 / 1e6, "p99": p99 / 1e6, "max": most / 1e6, "acknowledged": sold,
                "work_us": worked / max(sold + busy, 1) * 1e6,
                "turned_away": busy, "bare": limit["bare"], "grouped": limit["grouped"]}
        self.rows.append(made)
        self.say("{store} x{servers} +{slow} ms, {clients} clients{open}: {rate:.0f}/s, p50 {p50:.2f}, "
                 "p99 {p99:.2f} ms, {work_us:.0f} us of work, {turned_away} turned away (disk {bare:.0f} bare, {grouped:.0f} grouped)".format(
                     open=f" at {rate}/s" if rate else "", **made))
        return made

    def store(self, folder, store, servers, slow, crowds, database=""):
        """CROWDS, each (clients, rate), at SERVERS new servers on a STORE."""
        folder.mkdir()
        shops = Shops(folder, servers, database)
        with shops:
            # PostgreSQL's files are where temporary ones are.
            place = folder if store == "sqlite" else pathlib.Path(tempfile.mkdtemp(prefix="bench-"))
            try:
                disk = Disk(self.bench, place, self.times[2])
                for clients, rate in crowds:
                    self.send(shops, disk, clients, rate, store=store, servers=servers, slow=slow)
            finally:
                if place != folder:
                    place.rmdir()
        shops.audit()

    def all(self, folder, slows, servers, crowds):
        """CROWDS at everything: each of SLOWS, SQLite, and PostgreSQL with each number of SERVERS."""
        for slow in slows:
            with slowed(slow):
                self.store(folder / f"sqlite{slow}", "sqlite", 1, slow, crowds)
                with Lab(**POSTGRES) as lab:
                    for count in servers:
                        url = lab.fresh(f"venue{count}")
                        self.store(folder / f"postgres{slow}-{count}", "postgres", count, slow, crowds,
                                   f"database = {url}\n")
        return self.rows


# --- listeners -------------------------------------------------------------------------------------

STREAM = "/v1/availability/stream"


def private(process):
    """MB of it that it shares with nobody."""
    text = pathlib.Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_")) / 1024


def listen(channel):
    """A listener that has its snapshot."""
    headers = "".join(f"{k}: {v}\r\n" for k, v in channel.headers("GET", STREAM, b"").items())
    line = socket.create_connection((channel.server.host, channel.server.port), 30)
    line.sendall(f"GET {STREAM} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
    heard = b""
    while b"event: snapshot" not in heard:
        got = line.recv(65536)
        assert got, heard
        heard += got
    assert heard.startswith(b"HTTP/1.1 200"), heard
    return line


def listeners(folder, count):
    """MB that COUNT of them cost a server."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    with Shops(folder / "listeners", 1) as shops:
        lines = [listen(shops.channels[0])]
        try:
            before = private(shops.servers[0].process)
            lines += [listen(shops.channels[0]) for _ in range(count - 1)]
            return private(shops.servers[0].process) - before
        finally:
            for line in lines:
                line.close()


# --- what is told of it ----------------------------------------------------------------------------

def name_of(row):
    name = f"orders_{row['store']}" + ("" if row["servers"] == 1 else str(row["servers"]))
    name += "_open" if row["arrivals"] else f"_{row['clients']}"
    return name + (f"_slow{row['slow']}" if row["slow"] else "")


def best(rows, **where):
    found = [row for row in rows if all(row[key] == value for key, value in where.items())]
    return max(found, key=lambda row: row["rate"]) if found else None


def aims(rows):
    """(what, wanted, reached, whether) of each aim that ROWS have something to say about."""
    quick = {"slow": 0, "arrivals": 0}
    found = []

    def add(what, row, value, wanted, more):
        if row:
            reached = value(row)
            found.append({"aim": what, "wanted": wanted, "value": reached,
                          "reached": reached >= wanted if more else reached <= wanted})
    row = best(rows, store="sqlite", clients=64, **quick)
    add("SQLite, 64 clients: orders to the bare sync rate", row,
        lambda row: row["rate"] / row["bare"], 3.5, True)
    add("SQLite, 64 clients: p99, ms", row, lambda row: row["p99"], 10, False)
    add("PostgreSQL, one server: orders a second", best(rows, store="postgres", servers=1, **quick),
        lambda row: row["rate"], 10000, True)
    add("PostgreSQL, four servers: orders a second", best(rows, store="postgres", servers=4, **quick),
        lambda row: row["rate"], 20000, True)
    for store in "sqlite", "postgres":
        add(f"{store}, 5,000 arrivals a second: p99, ms",
            best(rows, store=store, servers=1, slow=0, arrivals=5000), lambda row: row["p99"], 5, False)
    return found


def table(rows, out=sys.stderr):
    head = ("store", "servers", "sync", "clients", "orders/s", "x bare", "x group", "p50 ms", "p99 ms",
            "max ms", "work us", "bare/s", "group/s")
    print(("{:<9}{:>8}{:>7}{:>12}" + "{:>10}" * 9).format(*head), file=out)
    for row in rows:
        who = f"{row['clients']} @{row['arrivals']}" if row["arrivals"] else str(row["clients"])
        print(f"{row['store']:<9}{row['servers']:>8}{'+%d ms' % row['slow']:>7}{who:>12}"
              f"{row['rate']:>10.0f}{row['rate'] / row['bare']:>10.2f}"
              f"{row['rate'] / row['grouped']:>10.3f}{row['p50']:>10.2f}{row['p99']:>10.2f}"
              f"{row['max']:>10.1f}{row['work_us']:>10.0f}{row['bare']:>10.0f}{row['grouped']:>10.0f}", file=out)
    for aim in aims(rows):
        print(f"aim {'reached' if aim['reached'] else 'missed'}: {aim['aim']}: {aim['value']:.4g}, "
              f"wanted {aim['wanted']}", file=out)


def written(rows, file):
    """Everything, for programs."""
    version = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=server_lab.ROOT, text=True,
                             capture_output=True, check=False).stdout.strip()
    file.write_text(json.dumps({
        "version": version, "at": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        "machine": {"cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()},
        "rows": rows, "aims": aims(rows)}, indent=1) + "\n")
