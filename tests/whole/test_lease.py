# SPDX-License-Identifier: Apache-2.0
"""Places that lie at a till: called back by the server, settled by a code when nobody answers, written
off when the till is lost. With the programs, as people use them."""
import re

import pytest

from server_lab import SUPERVISOR
from till_lab import Till, venue, wait_for


@pytest.fixture
def pair(tmp_path):
    server = venue(tmp_path / "server").start()
    till = Till(tmp_path / "till")
    till.enrol(server)
    till.login()
    till.run("sync", "--once")
    yield server, till
    server.end()


def lease_of(till):
    """An open one with places to spare."""
    def there():
        till.run("sync", "--once", status=None)
        leases = till.run("allot", "--json").json()["leases"]
        return [lease for lease in leases if lease["state"] == "open" and lease["n"] >= 6]
    leases = wait_for("no places come", there)
    return leases[0]


def test_settled_by_a_code(pair):
    server, till = pair
    lease = lease_of(till)
    server.end()
    shown = till.run("allot", "settle", lease["pool"], "--json").json()
    assert shown["pool"] == lease["pool"] and shown["used"] == lease["used"] and shown["n"] == lease["n"]
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{10}", shown["code"])
    text = till.run("allot", "settle", lease["pool"]).out
    words = text.strip().splitlines()[-1].split()
    assert words[:3] == ["boxtilld", "lease", "settle"] and words[-2].replace("-", "") == shown["code"]
    leases = till.run("allot", "--json").json()["leases"]
    assert [row["free"] for row in leases if row["pool"] == lease["pool"]] == [0]
    # at the server's machine
    told = [str(word) for word in (shown["till"], shown["pool"], shown["r"], shown["used"])]
    assert f"{lease['pool']} r {lease['r']} open" in server.command("lease", shown["till"])
    server.command("lease", "settle", *told[:-1], shown["used"] + 1, shown["code"], SUPERVISOR, status=1)
    server.command("lease", "settle", *told, "0000000000", SUPERVISOR, status=1)
    server.command("lease", "settle", *told, words[-2].lower(), SUPERVISOR)
    assert lease["pool"] + " r" not in server.command("lease", shown["till"])
    assert "agrees" in server.command("audit")
    # and the till agrees when it is back
    server.start()
    till.url(f"http://{server.host}:{server.port}")

    def closed():
        till.run("sync", "--once", status=None)
        rows = till.run("allot", "--json").json()["leases"]
        return [row for row in rows if row["pool"] == lease["pool"] and
                (row["state"] == "closed" or row["r"] > lease["r"])]
    wait_for("the till does not come to rest", closed)
    assert "agrees" in server.command("audit")


def test_written_off(pair):
    server, till = pair
    lease = lease_of(till)
    number = till.run("allot", "--json").json() and server.command("lease", 1) and 1
    server.command("lease", "write-off", number, lease["pool"], lease["r"] + 7, SUPERVISOR, status=1)
    server.command("lease", "write-off", number, lease["pool"], lease["r"], SUPERVISOR)
    assert f"{lease['pool']} r {lease['r']} closed, written off" in server.command("lease", number)
    assert "agrees" in server.command("audit")


def test_usage(pair):
    server, till = pair
    server.command("lease", status=2)
    server.command("lease", "settle", 1, "p", 1, status=2)
    server.command("lease", 99, status=1)
    till.run("allot", "settle", "nowhere", status=1)
    till.run("allot", "settle", status=2)


def test_given_to_another_till(pair, tmp_path):
    """Two tills, no server: places go over by a code. The taker is back first, and its own CLOSE and a
    sale of what was given come before the giver is heard of again."""
    server, giver = pair
    taker = Till(tmp_path / "taker")
    taker.enrol(server)
    taker.login()
    lease = lease_of(giver)
    pool = lease["pool"]
    lease_of(taker)

    def own(till):
        return [row for row in till.run("allot", "--json").json()["leases"] if row["pool"] == pool][0]
    wait_for("the other till has no places", lambda: taker.run("sync", "--once", status=None) and
             own(taker)["state"] == "open")
    server.end()
    before = own(giver)["free"], own(taker)["free"]
    given = giver.run("allot", "give", pool, taker.number, 3, "--json").json()
    assert given == {"pool": pool, "to": taker.number, "places": 3, "code": given["code"]}
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{15}", given["code"])
    giver.run("allot", "take", given["code"], status=1)
    giver.run("allot", "give", pool, taker.number, before[0], status=1)
    taken = taker.run("allot", "take", given["code"].lower(), "--json").json()
    assert taken == {"pool": pool, "from": giver.number, "places": 3}
    assert "used before" in taker.run("allot", "take", given["code"], status=1).err
    assert (own(giver)["free"], own(taker)["free"]) == (before[0] - 3, before[1] + 3)
    assert own(giver)["used"] == lease["used"] + 3
    taker.run("allot", "settle", pool, status=1)  # the server does not know of them yet
    # a day may pass: the taker is heard first
    server.start()
    for till in (taker, giver):
        till.url(f"http://{server.host}:{server.port}")
    wait_for("the take does not come", lambda: taker.run("sync", "--once", status=None).status == 0)
    told = server.command("lease", giver.number)
    assert f"{pool} r {lease['r']} open places {lease['n']} booked {lease['used'] + 3}" in told
    assert f"3 given to till {taker.number}, by its own word only" in told
    assert "agrees" in server.command("audit")
    wait_for("the give does not come", lambda: giver.run("sync", "--once", status=None).status == 0)
    assert "by its own word only" not in server.command("lease", giver.number)
    assert "agrees" in server.command("audit")
    giver.run("journal", "verify")
    taker.run("journal", "verify")
