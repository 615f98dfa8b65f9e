# SPDX-License-Identifier: Apache-2.0
"""Corrections between two real tills, a gate and the server that knows them all."""
import contextlib
import time

from server_lab import Till as Device, uuid7
from test_closing import Line
from till_lab import Till, rows, venue, wait_for


@contextlib.contextmanager
def two_tills(tmp_path):
    server = venue(tmp_path / "server")
    server.start()
    one = Till(tmp_path / "one").enrol(server).login(7, "1234")
    other = Till(tmp_path / "other").enrol(server).login(8, "4321")
    with one.screen(), other.screen():
        lines = []
        for till in (one, other):
            wait_for("no till.sock", (till.home / "till.sock").exists)
            line = Line(till)
            wait_for("offline", lambda line=line: line.ask(verb="status")["online"])
            lines.append(line)
        yield server, *lines
    server.end()


def sent(line):
    wait_for("not sent", lambda: line.ask(verb="status")["queued"] == 0)


def test_what_one_till_takes_back_the_other_knows(tmp_path):
    with two_tills(tmp_path) as (server, ana, ben):
        sale = ana.ask(verb="sell", basket="3a")
        ana.ask(verb="sync", once=True)
        number = sale["number"]
        found = ben.ask(verb="find", text=number, scope="venue")["sales"]
        assert [row["number"] for row in found] == [number]
        back = ben.ask(verb="refund", number=number, tickets=[1], reason="ill")
        assert back["of"] == number and back["total"] == -2400
        ben.ask(verb="sync", once=True)
        # by code, and the ticket that is gone already
        ben.ask(status=1, verb="refund", number=number, tickets=[1], reason="ill")
        ana.ask(status=1, verb="refund", code=sale["tickets"][0]["code"], reason="ill")
        ben.ask(status=1, verb="void", number=number, reason="mistake")
        ana.ask(verb="refund", code=sale["tickets"][1]["code"], reason="ill")
        ana.ask(verb="sync", once=True)
        ben.ask(verb="exchange", number=number, tickets=[3], basket="a", reason="time")
        ben.ask(verb="sync", once=True)
        assert rows(server, "SELECT word FROM task") == []
        assert sorted(row["state"] for row in rows(server, "SELECT state FROM ticket"))[-3:] == [3] * 3


def test_a_used_ticket_stays_used(tmp_path):
    with two_tills(tmp_path) as (server, ana, ben):
        sale = ana.ask(verb="sell", basket="2a")
        ana.ask(verb="sync", once=True)
        gate = Device(server)
        gate.enrol()
        scan = {"id": uuid7(), "code": sale["tickets"][0]["code"], "gate": "North",
                "at": time.time_ns() // 1000}
        told = gate.post("/v1/check-ins", {"id": uuid7(), "scans": [scan]}).json()["answers"][0]
        assert told["verdict"] == "admit", told
        ana.ask(status=1, verb="refund", number=sale["number"], reason="ill")
        ana.ask(status=1, verb="refund", number=sale["number"], visit=True, reason="cancelled")
        ana.ask(verb="refund", number=sale["number"], visit=True, reason="cancelled", approver=8,
                approver_pin="4321")
        ana.ask(verb="sync", once=True)
        assert ana.ask(verb="queue")["attention"] == 0


def test_offline_a_till_corrects_its_own(tmp_path):
    with two_tills(tmp_path) as (server, ana, ben):
        own = ana.ask(verb="sell", basket="a")
        foreign = ben.ask(verb="sell", basket="a")
        ben.ask(verb="sync", once=True)
        ana.ask(verb="offline", on=True)
        ana.ask(status=4, verb="refund", number=foreign["number"], reason="ill")
        ana.ask(verb="refund", number=own["number"], reason="ill")
        ana.ask(verb="offline", on=False)
        wait_for("offline", lambda: ana.ask(verb="status")["online"])
        sent(ana)
        assert ana.ask(verb="queue")["attention"] == 0
