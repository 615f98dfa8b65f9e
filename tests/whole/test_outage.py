# SPDX-License-Identifier: Apache-2.0
"""The outage: two tills sell, the server goes, they sell on from what is theirs, are killed at every
named point and at random moments, and the server comes back; over a good line, over a bad one, and
restored from a backup that is older than what it had acknowledged. Then everything is counted."""
import collections
import concurrent.futures
import datetime
import json
import random
import re
import signal
import sqlite3
import threading
import zoneinfo

import pytest

from fault_proxy import KINDS, FaultProxy
from server_lab import ROOT
from till_lab import Till, museum, rows, venue, wait_for

TILLS = 2
RANDOM_KILLS = 26  # a till
SLICE = 0.3        # seconds within which a random kill comes
PLENTY = "[policy]\ncounters_percent = 100\nshare_percent = 50\n"  # whole baskets sell from a till's own places


# A purge runs alone, without a till: tests/unit/journal/test_archive.c kills it at these.
PURGE = {"purge.told", "purge.copied", "journal.renamed"}
# Only a card terminal passes here: test_card.py kills at it.
CARD = {"card"}


def points():
    """Every named point of the sources, so that a new one cannot be forgotten."""
    found = set()
    for folder in ("src", "printers", "ui"):
        for path in (ROOT / folder).rglob("*.c"):
            found |= set(re.findall(r'\bbx_point\("([^"]+)"\)', path.read_text()))
    assert PURGE | CARD < found and len(found - PURGE - CARD) >= 9
    return sorted(found - PURGE - CARD)


class World:
    """A venue and its tills, each at its own line."""

    def __init__(self, folder, seed, bad=False):
        self.folder, self.seed = folder, seed
        programme = museum()
        self.zone = zoneinfo.ZoneInfo(programme["venue"]["zone"])
        self.server = venue(folder / "server", programme, PLENTY).start()
        self.lines = [FaultProxy(self.server, seed * 100 + nth) if bad else None for nth in range(TILLS)]
        self.tills, self.rands, self.told = [], [], []
        self.killed = collections.Counter()
        for nth, line in enumerate(self.lines):
            url = line.__enter__().url if line else None
            till = Till(folder / f"till{nth}", config="[server]\ntimeout = 2\n")
            till.enrol(self.server, url)
            self.tills.append(till)
            self.rands.append(random.Random(seed * 10 + nth))
        self.each(lambda nth: self.tills[nth].login())
        self.each(self.leased)

    def leased(self, nth):
        """Places of every time to come; through a bad line they take several tries. Those of a time
        that is nearly over may come too late to be asked for again."""
        def tried():
            self.tills[nth].run("sync", "--once", status=None)
            leases = self.tills[nth].run("allot", "--json").json()["leases"]
            now = f"{datetime.datetime.now(self.zone):%Y%m%d-%H%M}"
            coming = [lease for lease in leases if lease["pool"].split("-", 1)[1] > now]
            return len(coming) >= 24 and all(lease["state"] == "open" for lease in coming)
        wait_for("no places come", tried)

    def end(self):
        for line in self.lines:
            if line:
                line.__exit__()
        self.server.end()

    def each(self, work):
        """WORK(nth) for all tills at once."""
        with concurrent.futures.ThreadPoolExecutor(TILLS) as pool:
            return list(pool.map(work, range(TILLS)))

    def url(self, nth):
        line = self.lines[nth]
        return line.url if line else f"http://{self.server.host}:{self.server.port}"

    def again(self):
        """The server anew, at another address."""
        self.server.start()
        for nth, till in enumerate(self.tills):
            till.url(self.url(nth))

    def basket(self, nth):
        rand = self.rands[nth]
        hour, quarter = rand.randrange(13, 19), rand.choice(("00", "15", "30", "45"))
        return rand.choice(("a", "2a", "2a1c", "f", "1s1k", "t")), "--slot", f"{hour}:{quarter}", "--json"

    def took(self, nth, out):
        """A sale that was told of must be in the journal, whatever became of the program."""
        if out.strip() and "number" in json.loads(out):
            self.told.append((nth, json.loads(out)["number"]))

    def sell(self, nth, count=1):
        for _ in range(count):
            self.took(nth, self.tills[nth].run("sell", *self.basket(nth)).out)

    def scarce(self, nth, count):
        """From the small exhibition, where both want the same places; some are refused."""
        for _ in range(count):
            run = self.tills[nth].run("sell", "4a", "--event", "Special exhibition", "--slot", "14:00",
                                      "--json", status=None)
            assert run.status in (0, 1, 4), run
            if run.status == 0:
                self.took(nth, run.out)

    def kill_at_points(self, nth):
        """At each point's first and second pass; on a bad line it may take several sales to get there."""
        for name in points():
            before = self.killed[name]
            for count in (1, 2, 1, 1, 1, 1, 1, 1):
                if count == 1 and self.killed[name] > before:
                    continue
                run = self.tills[nth].run("sell", *self.basket(nth), status=None,
                                          BOXTILL_KILL_AT=f"{name}:{count}")
                assert run.status in (0, -signal.SIGKILL), run
                self.killed[name] += run.status != 0
                self.took(nth, run.out)

    def kill_at_random(self, nth, count):
        rand = self.rands[nth]
        for _ in range(count):
            process = self.tills[nth].begin("sell", *self.basket(nth))
            threading.Event().wait(rand.uniform(0, SLICE))
            process.kill()
            out, err = process.communicate()
            assert process.returncode in (0, -signal.SIGKILL), err
            self.killed["random"] += process.returncode != 0
            # a line that is not whole was not said
            self.took(nth, out if out.endswith("\n") else "")

    def kill_on_screen(self, nth, count=3):
        """The till on the screen, killed between and after the keys of a sale; the basket stays."""
        rand = self.rands[nth]
        with self.tills[nth].screen() as screen:
            for _ in range(count):
                screen.wait("Total")
                screen.press("2", "a")
                screen.wait("Adult .*[1-9]\\d?\\.00")
                screen.press("N")  # the time that runs may be over before it is paid
                screen.press("Enter")
                screen.wait("Enter exact")
                screen.press("Enter")
                threading.Event().wait(rand.uniform(0, 0.05))
                screen.kill()
                screen.ended()
                screen.again()
            screen.wait("Total")
            screen.kill(signal.SIGTERM)
            screen.ended()

    # --- counting

    def settle(self):
        self.each(lambda nth: self.tills[nth].sync())

    def check(self):
        self.server.command("audit")
        for nth, till in enumerate(self.tills):
            self.check_till(nth, till)
        self.check_places()
        assert not rows(self.server, "SELECT * FROM aside")
        assert not rows(self.server, "SELECT * FROM task WHERE done = 0")

    def check_till(self, nth, till):
        till.run("journal", "verify")
        queue = till.run("queue", "--json").json()
        assert queue["queued"] == 0 and queue["attention"] == 0, queue
        entries = till.entries()
        sales = [entry for entry in entries if entry.kind == "sale"]
        assert [sale.number for sale in sales] == [f"{till.number}-{i:06}"
                                                   for i in range(1, len(sales) + 1)]
        numbers = {sale.number for sale in sales}
        assert {number for who, number in self.told if who == nth} <= numbers
        # once each, byte by byte
        kept = rows(self.server, "SELECT seq, hex(hash) AS hash, body FROM entry WHERE till = ? "
                                 "ORDER BY seq", till.number)
        assert [row["seq"] for row in kept] == [entry.seq for entry in entries]
        assert [row["hash"].lower() for row in kept] == [entry.envelope["hash"] for entry in entries]
        assert [row["body"].decode() for row in kept] == [entry.raw for entry in entries]
        orders = rows(self.server, "SELECT hex(id) AS id, number, total, rounding FROM orders "
                                   "WHERE till = ? ORDER BY seq", till.number)
        assert [(order["id"].lower(), order["number"], order["total"]) for order in orders] == \
            [(sale.id.replace("-", ""), sale.number, sale.total) for sale in sales]
        assert sum(order["total"] for order in orders) == sum(sale.total for sale in sales) > 0
        # nothing was printed that was not sold
        printed = {re.match(r"(\d+-\d+)-", path.name)[1]
                   for path in (till.home / "prints").glob("*.pdf")}
        assert printed <= numbers

    def check_places(self):
        sold, codes = collections.Counter(), []
        for till in self.tills:
            for sale in till.sales():
                codes += sale.codes()
                for line in sale.lines:
                    if line["pool"]:
                        sold[line["pool"]] += line["quantity"] * line["places"]
        pools = {pool["id"]: pool for pool in rows(self.server, "SELECT * FROM pool")}
        for name, pool in pools.items():
            assert pool["sold"] == sold[name] and pool["over"] == 0, pool
            assert pool["sold"] + pool["held"] + pool["leased"] <= pool["capacity"], pool
        assert set(sold) <= set(pools)
        assert len(set(codes)) == len(codes)
        assert sorted(row["code"] for row in rows(self.server, "SELECT code FROM ticket")) == sorted(codes)
        for lease in rows(self.server, "SELECT * FROM lease"):
            assert lease["gaps"] == 0 and lease["overlaps"] == 0, lease


@pytest.fixture
def world(request, tmp_path):
    made = World(tmp_path, **getattr(request, "param", {"seed": 1}))
    yield made
    made.end()


def outage(world, stop):
    """Sell, lose the server, sell 20, be killed, sell on, get it back."""
    def online(nth):
        world.sell(nth, 2)
        world.kill_at_points(nth)
        world.scarce(nth, 2)

    def offline(nth):
        world.sell(nth, 10)
        world.kill_at_random(nth, RANDOM_KILLS // 2)
        world.kill_on_screen(nth)
        world.scarce(nth, 2)
        world.sell(nth, 10)

    def after(nth):
        world.kill_at_random(nth, RANDOM_KILLS // 2)
        world.sell(nth, 2)
        world.scarce(nth, 2)
    world.each(online)
    for name in points():
        assert world.killed[name], f"nothing was killed at {name}"
    stop()
    world.each(offline)
    world.again()
    world.each(after)
    assert world.killed["random"] >= RANDOM_KILLS // 2, "the kills come too late to hit"


def counting_can_fail(world):
    """A check that sees no difference would pass for ever."""
    world.server.stop()
    path = world.server.home / "boxtilld.db"
    good = path.read_bytes()
    for harm in ("DELETE FROM orders WHERE number = '1-000003'", "DELETE FROM entry WHERE till = 2 AND seq = 5",
                 "UPDATE orders SET total = total + 1 WHERE number = '2-000002'",
                 "UPDATE pool SET sold = sold + 1, capacity = capacity + 1 WHERE sold > 0",
                 "UPDATE ticket SET code = 'B1' || code WHERE nth = 0",
                 "UPDATE lease SET gaps = 1 WHERE booked > 0"):
        with sqlite3.connect(path) as link:
            assert link.execute(harm).rowcount, harm
        link.close()
        with pytest.raises(AssertionError):
            for nth, till in enumerate(world.tills):
                world.check_till(nth, till)
            world.check_places()
        path.write_bytes(good)


def test_outage(world):
    outage(world, world.server.kill)
    world.settle()
    world.check()
    counting_can_fail(world)


@pytest.mark.parametrize("world", [{"seed": 2, "bad": True}], indirect=True)
def test_outage_on_a_bad_line(world):
    outage(world, world.server.stop)
    world.settle()
    world.check()
    done = sum((line.done for line in world.lines), collections.Counter())
    exchanges = sum(line.exchanges for line in world.lines)
    assert set(done) == set(KINDS) and sum(done.values()) > exchanges / 5, (exchanges, done)


def copy(server, path):
    with sqlite3.connect(f"file:{server.home}/boxtilld.db?mode=ro", uri=True) as source:
        with sqlite3.connect(path) as target:
            source.backup(target)
    source.close()
    target.close()


def restore(server, path):
    for end in ("-wal", "-shm"):
        (server.home / ("boxtilld.db" + end)).unlink(missing_ok=True)
    (server.home / "boxtilld.db").write_bytes(path.read_bytes())


@pytest.mark.parametrize("world", [{"seed": 3}], indirect=True)
def test_outage_and_an_old_backup(world, tmp_path):
    backup = tmp_path / "backup.db"
    world.each(lambda nth: world.sell(nth, 2))
    world.settle()
    copy(world.server, backup)
    acknowledged = rows(world.server, "SELECT count(*) AS n FROM orders")[0]["n"]
    epoch = rows(world.server, "SELECT epoch FROM meta")[0]["epoch"]

    def stop():
        world.settle()
        assert rows(world.server, "SELECT count(*) AS n FROM orders")[0]["n"] > acknowledged
        world.server.kill()
        restore(world.server, backup)
    outage(world, stop)
    world.settle()
    assert world.server.plain("GET", "/healthz").json()["shut"] is False
    assert rows(world.server, "SELECT epoch FROM meta")[0]["epoch"] > epoch
    world.check()
    world.each(lambda nth: world.sell(nth))
    world.settle()
    world.check()
