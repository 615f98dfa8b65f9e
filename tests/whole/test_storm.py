# SPDX-License-Identifier: Apache-2.0
"""Everybody wants the last places: 1,001 of them, asked for in pairs and singles through holds, orders
and six tills' allotments at once. Never above capacity, counters = lines = tickets, and every
client's answer true; through ten kills of the server; also over PostgreSQL, and by four servers on
one database, two of which are killed."""
import collections
import http.client
import random
import threading
import time

import pytest

import server_lab
from pg_lab import Lab
from server_lab import Channel, Server, Till, compact, make, pool_news, tomorrow_pool, uuid7

CAPACITY = 1001
PROGRAMME = {**server_lab.PROGRAMME, "events": [
    {"id": "hall", "name": "Hall", "class": "main",
     "slots": [{"dates": ["today+1"], "from": "00:00", "to": "24:00", "every": 360,
                "capacity": CAPACITY}]}]}
CONFIG = "[policy]\nhold_places = 10000\nshare_percent = 5\n"
ADULT = 2400


class Venue:
    """One or more servers on one store."""

    def __init__(self, tmp_path, servers, database):
        config = (f"database = {database}\n" if database else "") + CONFIG
        first = make(tmp_path / "home", PROGRAMME, config)
        self.servers = [first] + [Server(tmp_path / f"beside{n}", config) for n in range(1, servers)]
        for server in self.servers:
            server.start()
        self.pool, _ = tomorrow_pool()

    def at(self, n):
        return self.servers[n % len(self.servers)]

    def end(self):
        for server in self.servers:
            server.end()


def again(device, *arguments, **more):
    """Asks until there is an answer: what was cut off may have happened, the id says."""
    deadline = time.monotonic() + 120
    while True:
        try:
            answer = device.ask(*arguments, **more)
            if answer.status != 503:
                return answer
        except (OSError, http.client.HTTPException):
            device.connection = None
        assert time.monotonic() < deadline, "nobody answers"
        time.sleep(0.02)


class Shopper(threading.Thread):
    """Buys online until nothing is left; by holds or at once."""

    def __init__(self, web, pool, seed):
        super().__init__()
        self.web, self.pool, self.random = web, pool, random.Random(seed)
        self.bought, self.orders, self.refused, self.wrong = 0, {}, 0, None

    def post(self, path, value):
        return again(self.web, "POST", path, compact(value))

    def buy(self, quantity):
        lines = [{"product": "adult", "slot": self.pool, "quantity": quantity}]
        asked = {"id": uuid7(), "total": ADULT * quantity, "payments": [
            {"kind": "card", "amount": ADULT * quantity, "reference": "pi"}]}
        if self.random.random() < 0.5:
            hold = {"id": uuid7(), "client": uuid7(), "lines": lines}
            answer = self.post("/v1/holds", hold)
            if answer.status == 200 and self.random.random() < 0.2:
                answer = self.post(f"/v1/holds/{hold['id']}/release", {"id": uuid7()})
                assert answer.status == 200, answer.body
                return True
            asked["hold"] = hold["id"]
        else:
            asked["lines"] = lines
            answer = None
        if answer is None or answer.status == 200:
            answer = self.post("/v1/orders", asked)
        if answer.status == 200:
            told = answer.json()
            assert told["outcome"] == "confirmed" and len(told["tickets"]) == quantity, told
            self.orders[told["order"]] = [ticket["code"] for ticket in told["tickets"]]
            self.bought += quantity
            return True
        assert answer.code == "sold_out", answer.body
        self.refused += 1
        return False

    def run(self):
        try:
            idle = 0
            while idle < 4:
                idle = 0 if self.buy(self.random.choice((1, 2))) else idle + 1
        except BaseException as error:  # told by whoever joins
            self.wrong = error


class Counter(threading.Thread):
    """A till that takes slices of the pool, grows them, and closes what is left of the last one."""

    def __init__(self, till, pool, seed):
        super().__init__()
        self.till, self.pool, self.random = till, pool, random.Random(seed)
        self.used, self.wrong = 0, None

    def say(self, **message):
        body = {"id": uuid7(), "messages": [{"pool": self.pool, **message}]}
        answer = again(self.till, "POST", "/v1/allotments", compact(body))
        assert answer.status == 200, answer.body
        return answer.json()["answers"][0]

    def run(self):
        try:
            head, r = self.till.head.hex(), 0
            for _ in range(40):
                r += 1
                answer = self.say(verb="req", r=r, n=self.random.randint(2, 40))
                if answer["word"] == "none":
                    break
                assert answer["word"] == "granted", answer
                # what it closes with as used stays counted, though its entries have not come
                used = self.random.randint(0, answer["n"])
                self.used += used
                closed = self.say(verb="close", r=r, used=used, seq=self.till.seq, head=head)
                assert closed["word"] == "acked", closed
        except BaseException as error:
            self.wrong = error


def storm(venue, clients, kills=0):
    webs = [Channel(venue.at(n)) for n in range(clients)]
    tills = [Till(venue.at(n)) for n in range(6)]
    for device in webs[:8] + tills:
        device.enrol()
    for n, web in enumerate(webs[8:], 8):  # more sessions of the same channels
        like = webs[n % 8]
        web.server = like.server
        web.till, web.incarnation, web.server_key, web.secret = (
            like.till, like.incarnation, like.server_key, like.secret)
    crowd = [Shopper(web, venue.pool, n) for n, web in enumerate(webs)]
    crowd += [Counter(till, venue.pool, n) for n, till in enumerate(tills)]
    for one in crowd:
        one.start()
    for n in range(kills):
        time.sleep(0.15)
        server = venue.at(n)
        port = server.port
        server.kill()
        conf = server.home / "boxtilld.conf"
        conf.write_text(conf.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))
        server.start()
    for one in crowd:
        one.join(300)
        assert not one.is_alive()
        assert one.wrong is None, repr(one.wrong)
    last = Shopper(webs[0], venue.pool, 4711)  # what a till gave back when all others had gone
    while last.buy(1):
        pass
    return [last, *crowd]


def check(venue, crowd):
    till = Till(venue.servers[0])
    till.enrol()
    news = pool_news(till, venue.pool)
    bought = sum(one.bought for one in crowd if isinstance(one, Shopper))
    used = sum(one.used for one in crowd if isinstance(one, Counter))
    assert news["sold"] == bought and news["leased"] == used and news["held"] == 0, news
    assert bought + used == CAPACITY, (bought, used)
    codes = collections.Counter(
        code for one in crowd if isinstance(one, Shopper) for order in one.orders.values()
        for code in order)
    assert len(codes) == bought and set(codes.values()) <= {1}
    for one in crowd[:3]:
        for order, its in list(one.orders.items())[:20]:
            held = again(one.web, "GET", f"/v1/orders/{order}").json()
            assert [ticket["code"] for ticket in held["tickets"]] == its
    assert "agrees" in venue.servers[0].command("audit")


def test_storm_over_sqlite(tmp_path):
    venue = Venue(tmp_path, 1, None)
    try:
        check(venue, storm(venue, 64, kills=10))
    finally:
        venue.end()


@pytest.mark.parametrize("servers,isolation", [(1, "read committed"), (4, "read committed"), (4, "serializable")])
def test_storm_over_postgres(tmp_path, servers, isolation):
    with Lab() as lab:
        setting = {"default_transaction_isolation": isolation.replace(" ", r"\ ")}
        venue = Venue(tmp_path, servers, lab.fresh("venue", **setting))
        try:
            check(venue, storm(venue, 64, kills=2 if servers > 1 else 0))
        finally:
            venue.end()
