# SPDX-License-Identifier: Apache-2.0
"""Several boxtilld over one PostgreSQL: what one of them does, the others know: a change of places,
another key, a device that was revoked."""
import concurrent.futures

import nacl.signing
import pytest

from pg_lab import Lab
from server_lab import SUPERVISOR, Channel, Server, Till, make, tomorrow_pool, uuid7
from test_devices import PATH as ROTATE, request
from test_service import metrics, ready, until
from test_stream import Listener, by_name


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    with Lab() as lab:
        database = f"database = {lab.fresh('several')}\n"
        home = tmp_path_factory.mktemp("several")
        first = make(home / "first", config=database).start()
        second = Server(home / "second", database).start()
        yield first, second
        first.end()
        assert "agrees" in second.command("audit")
        second.end()


def at(server, till):
    """TILL, talking to another server."""
    other = Till(server)
    for name in ("key", "till", "incarnation", "issuer", "server_key", "seen"):
        setattr(other, name, getattr(till, name))
    return other


def test_a_change_at_one_is_told_by_the_other(servers):
    first, second = servers
    till = Till(first)
    till.enrol()
    elsewhere = at(second, till)
    elsewhere.get("/v1/programme")
    pool, _ = tomorrow_pool()
    listener = Listener(elsewhere)
    assert listener.event()[0] == "snapshot"
    till.allot({"verb": "req", "pool": pool, "r": 1, "n": 3})
    event, data = listener.event()
    assert event == "change" and by_name(data)[pool]["leased"] == 3
    listener.close()
    assert metrics(second)["boxtilld_places", 'state="leased"'] == 3
    for server in servers:
        until(lambda server=server: ready(server)["ready"])


def test_of_two_keys_at_two_servers_one_is_taken(servers):
    for _ in range(5):
        till = Till(servers[0])
        till.enrol()
        keys = [nacl.signing.SigningKey.generate() for _ in range(4)]
        asking = [at(servers[n % 2], till) for n in range(4)]
        for one in asking:
            one.get("/v1/programme")
        with concurrent.futures.ThreadPoolExecutor(4) as crowd:
            answers = list(crowd.map(lambda one, key: one.post(ROTATE, request(one, key)), asking, keys))
        assert sorted(a.status for a in answers)[0] == 200
        assert [a.status for a in answers].count(200) == 1, [a.status for a in answers]
        assert {a.status for a in answers} <= {200, 401, 409}
        for key, answer in zip(keys, answers):
            till.key = key
            assert (till.get("/v1/programme").status == 200) == (answer.status == 200)


def test_revoked_at_one_is_revoked_at_the_other(servers):
    till = Till(servers[0])
    till.enrol()
    elsewhere = at(servers[1], till)
    assert elsewhere.get("/v1/programme").status == 200
    servers[0].command("revoke", till.till)
    assert elsewhere.get("/v1/programme").code == "revoked"


def test_backup_is_left_to_the_database(servers, tmp_path):
    assert "pg_dump" in servers[0].command("backup", tmp_path / "copy", status=1)


def test_a_database_that_was_put_back_says_so(servers):
    """The web is given nothing of what may be sold, though no device has shown a higher mark yet."""
    web, till = Channel(servers[0]), Till(servers[0])
    web.enrol()
    till.enrol()
    pool, _ = tomorrow_pool()
    servers[0].command("restore", "copy", status=2)
    servers[0].command("restore", status=1)  # a server runs there
    for server in servers:
        server.stop()
    assert "shut" in servers[0].command("restore")
    for server in servers:
        server.start()
        health = server.plain("GET", "/healthz").json()
        assert (health["epoch"], health["shut"]) == (2, True)
    web.connection = None
    want = {"product": "adult", "slot": pool, "quantity": 1}
    assert web.post("/v1/holds", {"id": uuid7(), "client": "ann", "lines": [want]}).code == "closed"
    servers[1].command("reopen", SUPERVISOR)
    assert web.hold("ann", ("adult", pool, 1))["state"] == "open"
