# SPDX-License-Identifier: Apache-2.0
"""A day's shift of a real till, with everything that moves money in it, and its Z beside what the
server has booked: to the cent and the row."""
import json
import socket

from till_lab import ROOT, Till, rows, venue, wait_for


class Line:
    """Commands over till.sock, one at a time."""

    def __init__(self, till):
        self.path = str(till.home / "till.sock")

    def ask(self, status=0, **command):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(self.path)
            link.settimeout(60)
            link.sendall(json.dumps(command).encode() + b"\n")
            told = b""
            while b'"done":true' not in told or not told.endswith(b"\n"):
                more = link.recv(65536)
                assert more, told
                told += more
        answer = json.loads(told.strip().split(b"\n")[-1])
        assert answer["exit"] == status, (command, answer)
        return answer["json"]


def test_a_z_is_what_the_server_booked(tmp_path):
    server = venue(tmp_path / "server")
    voucher = server.command("voucher", "single", "24", "2099-01-01").strip()
    server.start()
    till = Till(tmp_path / "till").enrol(server).login(8, "4321")
    with till.screen():
        line = Line(till)
        wait_for("no till.sock", (till.home / "till.sock").exists)
        wait_for("offline", lambda: line.ask(verb="status")["online"])
        first = line.ask(verb="sell", basket="2a1k")["number"]
        second = line.ask(verb="sell", basket="1a1c", tenders=["card:77"])["number"]
        third = line.ask(verb="sell", basket="3c")["number"]
        fourth = line.ask(verb="sell", basket="1a", tenders=[f"voucher:{voucher}"])
        line.ask(verb="void", number=third, reason="mistake")
        back = line.ask(verb="refund", number=first, tickets=[1], reason="complaint")
        line.ask(verb="refund", number=fourth["number"], reason="ill")
        line.ask(verb="tender", number=second, **{"from": "card", "to": "cash"}, amount=1000,
                 reason="wrong-key")
        line.ask(verb="shift", act="in", amount=500, reason="change", note="coins")
        line.ask(verb="shift", act="no-sale", reason="change", note="coins")
        line.ask(verb="replace", number=second, ticket=1, reason="lost")
        line.ask(verb="training", on=True)
        line.ask(verb="sell", basket="2a")
        line.ask(verb="training", on=False)
        close = {"verb": "shift", "act": "close", "amount": 100, "next_float": 0,
                 "reason": "miscount", "note": "counted twice"}
        line.ask(status=1, **close)
        line.ask(**close)
        line.ask(verb="sync", once=True)
    z = next(entry for entry in till.entries() if entry.kind == "shift-close")
    told = json.loads(server.command("report", "shift", till.number, z.shift, "--json"))

    def counted(figures):
        return sorted(row for row in figures if row[2:] != [0, 0])

    assert counted(told["figures"]) == counted(z.body["figures"])
    assert told["confirmed"] == z.seq - 1
    assert ["return", "refund", 2, 4800] in told["figures"] and back["total"] == -2400
    assert ["tender", "card", 1, 2300] in told["figures"]
    assert rows(server, "SELECT word FROM task") == []
    assert [row["state"] for row in rows(server, "SELECT state FROM shift")] == [2]
    states = rows(server, "SELECT state FROM ticket")
    assert sum(row["state"] == 3 for row in states) == 5  # taken back
    # one voucher, used and given back: good again
    assert [row["used_at"] > 0 for row in rows(server, "SELECT * FROM voucher")] == [True]
    assert [bytes(row["sale"]) for row in rows(server, "SELECT sale FROM voucher")] == [bytes(16)]
    assert "all agrees" in server.command("audit")
    server.end()


def test_orders_members_and_an_exchange(tmp_path):
    server = venue(tmp_path / "server")
    server.command("orders", ROOT / "packaging/sample/orders.json")
    server.command("members", ROOT / "packaging/sample/members.json")
    server.start()
    till = Till(tmp_path / "till").enrol(server).login(8, "4321")
    with till.screen():
        line = Line(till)
        wait_for("no till.sock", (till.home / "till.sock").exists)
        wait_for("no arrivals", lambda: line.ask(verb="arrivals", text="W-20417")["orders"])
        paid = line.ask(verb="sell", basket="order:W-20417", tenders=["prepaid"])
        assert paid["total"] == 4800 and len(paid["tickets"]) == 2
        line.ask(verb="sell", basket="order:W-20418")
        member = line.ask(verb="sell", basket="1a member:F-1042")
        assert member["total"] < 2400
        sale = line.ask(verb="sell", basket="2a")
        line.ask(verb="exchange", number=sale["number"], tickets=[1], reason="time", basket="1a",
                 slot="15:00")
        line.ask(verb="sync", once=True)
        # again, as if another till had: refused by what this one knows
        line.ask(status=1, verb="sell", basket="order:W-20417", tenders=["prepaid"])
    states = {row["ref"]: row["state"] for row in rows(server, "SELECT ref, state FROM booking")}
    assert (states["W-20417"], states["W-20418"], states["G-1001"]) == (1, 1, 0)
    assert rows(server, "SELECT word FROM task") == []
    channels = json.loads(server.command("report", "channels", "--json"))["figures"]
    assert ["channel", "web", 2, 9500] in channels
    assert "all agrees" in server.command("audit")
    server.end()
