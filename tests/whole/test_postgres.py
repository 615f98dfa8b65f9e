# SPDX-License-Identifier: Apache-2.0
"""boxtilld over PostgreSQL: what test_server.py asks of it over SQLite, and what only a database of
many can be asked: several servers, one killed, the database killed."""
import http.client
import signal
import threading
import time

import pytest

from pg_lab import Lab
from server_lab import CAPACITY, PROGRAMME, Channel, Server, Till, make, tomorrow_pool, uuid7
from test_server import (  # noqa: F401
    test_a_balance_is_charged_once, test_a_restart_makes_challenges_stale_and_loses_nothing,
    test_a_sale_from_lease_to_gate, test_an_import_beside_the_server_is_noticed,
    test_answers_are_as_described, test_documents_are_versioned_and_sealed,
    test_enrolment_is_idempotent_and_codes_are_for_once,
    test_entries_that_contradict_are_kept_aside, test_figures_of_a_shift_and_a_day,
    test_members_travel_sealed, test_orders_hold_their_places,
    test_revoked_tills_are_let_in_no_more, test_two_tills_never_get_more_than_there_is,
    test_vouchers_are_signed)


@pytest.fixture(scope="module")
def lab():
    with Lab() as made:
        made.count = 0
        yield made


@pytest.fixture
def database(lab):
    lab.count += 1
    return f"database = {lab.fresh(f'venue{lab.count}')}\n"


@pytest.fixture
def config(database):
    return database


def beside(tmp_path, database, count):
    """COUNT more servers on the same venue."""
    return [Server(tmp_path / f"beside{n}", database).start() for n in range(count)]


def entries_held(lab, database):
    rows = lab.sql("SELECT till, seq, encode(id, 'hex'), encode(hash, 'hex') FROM entry",
                   url=database.split("=", 1)[1].strip())
    return {(int(t), int(s), i, h) for t, s, i, h in (row.split("|") for row in rows.splitlines())}


def upload(till, acknowledged, enough, stop):
    """Sends notes until the server has gone, or STOP; keeps what was acknowledged."""
    mine = acknowledged.setdefault(till.till, [])
    try:
        while not stop.is_set():
            for answer in till.send("".join(till.note() for _ in range(3))):
                assert answer["outcome"] == "recorded"
                mine.append((till.till, answer["seq"], answer["id"].replace("-", ""), answer["hash"]))
            if len(mine) > 30:
                enough.set()
    except (OSError, http.client.HTTPException):
        pass


def test_one_of_two_servers_is_killed(tmp_path, lab, database):
    """What it had acknowledged is there, and the other one goes on."""
    first = make(tmp_path / "home", config=database).start()
    second, = beside(tmp_path, database, 1)
    acknowledged, enough, stop = {}, threading.Event(), threading.Event()
    try:
        tills = [Till(first), Till(first), Till(second), Till(second)]
        for till in tills:
            till.enrol()
        crowd = [threading.Thread(target=upload, args=(till, acknowledged, enough, stop))
                 for till in tills]
        for one in crowd:
            one.start()
        assert enough.wait(60)
        first.kill()
        before = len(acknowledged[tills[2].till])
        deadline = time.monotonic() + 60
        while len(acknowledged[tills[2].till]) < before + 30:
            assert time.monotonic() < deadline, "the other server stands still"
            time.sleep(0.01)
        stop.set()
        for one in crowd:
            one.join()
        held = entries_held(lab, database)
        for till in tills:
            mine = acknowledged[till.till]
            assert mine and not [entry for entry in mine if entry not in held]
        assert "agrees" in second.command("audit")
    finally:
        stop.set()
        first.end()
        second.end()


def test_servers_share_the_places(tmp_path, database):
    """However many grant at once: never more than there are, and all of them when asked for."""
    first = make(tmp_path / "home", config=database).start()
    servers = [first, *beside(tmp_path, database, 2)]
    pool, _ = tomorrow_pool()
    got = {}
    try:
        tills = [Till(servers[n % 3]) for n in range(6)]
        for till in tills:
            till.enrol()

        def ask(till):
            granted = 0
            for _ in range(CAPACITY + 1):  # a basket waits for one more each time
                verb, n = ("grow" if granted else "req"), granted + 1
                word = till.allot({"verb": verb, "pool": pool, "r": 1, "n": n, "need": n})[0]
                if word["word"] != "granted" or word["n"] == granted:
                    break
                granted = word["n"]
            got[till.till] = granted
        crowd = [threading.Thread(target=ask, args=(till,)) for till in tills]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        assert sum(got.values()) == CAPACITY
        assert "agrees" in servers[2].command("audit")
    finally:
        for server in servers:
            server.end()


def test_servers_share_a_products_limit(tmp_path, database):
    """Ten of it for a slot, through whichever of three servers."""
    limited = {**PROGRAMME, "products": [
        {**product, "per_slot": 10} if product["id"] == "adult" else product
        for product in PROGRAMME["products"]]}
    first = make(tmp_path / "home", limited, config=database).start()
    servers = [first, *beside(tmp_path, database, 2)]
    pool, _ = tomorrow_pool()
    codes = []
    try:
        shops = [Channel(server) for server in servers]
        for shop in shops:
            shop.enrol()

        def ask(shop):
            for n in range(12):
                lines = [{"product": "adult", "slot": pool, "quantity": 1}]
                answer = shop.post("/v1/holds", {"id": uuid7(), "client": f"c{n}", "lines": lines})
                codes.append(answer.status if answer.status == 200 else answer.code)
        crowd = [threading.Thread(target=ask, args=(shop,)) for shop in shops]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        assert codes.count(200) == 10 and codes.count("sold_out") == 26
        assert "agrees" in servers[2].command("audit")
    finally:
        for server in servers:
            server.end()


def test_the_database_goes_and_comes_back(tmp_path):
    """Meanwhile nothing is promised; afterwards all goes on, and what was promised is there."""
    with Lab() as lab:
        database = f"database = {lab.fresh('venue')}\n"
        server = make(tmp_path / "home", config=database).start()
        try:
            till = Till(server)
            till.enrol()
            assert till.send(till.note())[0]["outcome"] == "recorded"
            later = till.note()
            lab.kill()
            answer = till.ask("POST", "/v1/entries", later, kind="application/x-ndjson")
            assert (answer.status, answer.code) == (503, "store")
            lab.start()
            deadline = time.monotonic() + 60
            while True:
                answer = till.ask("POST", "/v1/entries", later, kind="application/x-ndjson")
                if answer.status == 200:
                    break
                assert answer.status == 503 and time.monotonic() < deadline
                time.sleep(0.05)
            assert len(entries_held(lab, database)) == 2
            assert "agrees" in server.command("audit")
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(30) == 0
        finally:
            server.end()


def test_a_database_that_forgets_is_refused(tmp_path):
    with Lab(fsync="off") as lab:
        server = Server(tmp_path / "home", f"database = {lab.fresh('venue')}\n")
        assert "fsync" in server.command("init", status=1)
