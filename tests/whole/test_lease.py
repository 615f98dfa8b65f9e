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
