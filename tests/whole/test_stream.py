# SPDX-License-Identifier: Apache-2.0
"""Availability as server-sent events: what is told and by whom, that it agrees with what a question
gets, and what many, slow and leaving listeners cost."""
import json
import pathlib
import resource
import socket
import threading
import time

from nginx_lab import Front
from server_lab import BUILD, Channel, Till, body_hash, lines, make, tomorrow_pool

PATH = "/v1/availability/stream"


class Head:
    """An answer of which the signature covers no body."""

    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, b""


class Listener:
    """One signed request whose answer goes on; every event's signature is verified."""

    def __init__(self, till, front=None):
        self.till = till
        self.connection = (front or till.server).connection()
        headers = till.headers("GET", PATH, b"")
        self.connection.request("GET", PATH, headers=headers)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        if self.status == 200:
            assert self.answer.headers["Content-Type"] == "text/event-stream"
            till.verify(Head(self.answer), headers.get("Boxtill-Signature") or headers["Boxtill-Mac"])

    def block(self):
        """The fields up to the next empty line; None at the end."""
        fields = {}
        while line := self.answer.readline():
            if line == b"\n":
                return fields
            name, _, value = line.decode().rstrip("\n").partition(":")
            fields[name] = value.removeprefix(" ")
        return None

    def event(self):
        while "event" not in (fields := self.block()):
            pass
        text = lines("bxe1", fields["event"], fields["id"], body_hash(fields["data"].encode()))
        self.till.server_key.verify(text, bytes.fromhex(fields["signature"]))
        data = json.loads(fields["data"])
        assert fields["id"] == f"{data['epoch']}.{data['commit']}"
        return fields["event"], data

    def close(self):
        self.answer.close()
        self.connection.close()


def by_name(data):
    return {pool["pool"]: pool for pool in data["pools"]}


def test_a_snapshot_then_what_changes(server, till):
    pool, _ = tomorrow_pool()
    listener = Listener(till)
    event, data = listener.event()
    known = by_name(data)
    assert event == "snapshot" and known == by_name(till.get("/v1/availability").json())
    till.allot({"verb": "req", "pool": pool, "r": 1, "n": 4})
    event, data = listener.event()
    assert event == "change" and set(by_name(data)) == {pool} and by_name(data)[pool]["leased"] == 4
    till.send(till.note())  # changes no pool: nothing is told of it
    till.allot({"verb": "grow", "pool": pool, "r": 1, "n": 9})
    event, data = listener.event()
    assert event == "change" and by_name(data)[pool]["leased"] == 9
    known.update(by_name(data))
    assert known == by_name(till.get("/v1/availability").json())
    other = Listener(till)
    assert other.event() == ("snapshot", {**data, "pools": sorted(known.values(), key=lambda p: p["pool"])})
    other.close()
    # what another process changes is told as well
    file = server.home / "programme.json"
    programme = json.loads(file.read_text())
    programme["events"][0]["slots"][0]["capacity"] = 150
    file.write_text(json.dumps(programme))
    server.command("import", file)
    event, data = listener.event()
    assert event == "change" and len(data["pools"]) >= 4
    assert {p["capacity"] for p in data["pools"]} == {150}
    listener.close()


def test_a_crowd_of_changes_is_told_in_few(server, till):
    pool, _ = tomorrow_pool()
    listener = Listener(till)
    listener.event()
    till.allot({"verb": "req", "pool": pool, "r": 1, "n": 1})
    begin = time.monotonic()
    for n in range(2, 80):
        answer = till.allot({"verb": "grow", "pool": pool, "r": 1, "n": n})[0]
    events = 0
    while True:
        _, data = listener.event()
        events += 1
        if by_name(data)[pool]["leased"] == answer["n"]:
            break
    assert events <= (time.monotonic() - begin) * 4 + 2
    listener.close()


def test_who_may_listen(server, till):
    web = Channel(server)
    web.enrol()
    web.get("/v1/programme")
    listener = Listener(web)
    assert listener.event()[0] == "snapshot"
    listener.close()
    assert server.plain("GET", PATH).code == "unsigned"
    server.command("revoke", till.till)
    assert Listener(till).status == 403


def test_revocation_ends_what_is_heard(server, till):
    """Also of those who would only listen on; the others are told as before, and nobody waits for them."""
    pool, _ = tomorrow_pool()
    gone = Till(server)
    gone.enrol()
    gone.get("/v1/programme")
    lost, kept = [Listener(gone) for _ in range(5)], [Listener(till) for _ in range(5)]
    for listener in lost + kept:
        assert listener.event()[0] == "snapshot"
    server.command("revoke", gone.till)
    till.allot({"verb": "req", "pool": pool, "r": 1, "n": 4})
    for listener in lost:
        while fields := listener.block():
            assert "event" not in fields  # nothing that was so after it
        listener.close()
    assert Listener(gone).status == 403
    for listener in kept:
        event, data = listener.event()
        assert event == "change" and by_name(data)[pool]["leased"] == 4
        listener.close()


def test_revoked_while_nothing_else_happens(server, till):
    listener = Listener(till)
    listener.event()
    server.command("revoke", till.till)
    while fields := listener.block():
        assert "event" not in fields
    listener.close()


def test_the_end_of_the_server_ends_the_stream(server, till):
    listeners = [Listener(till) for _ in range(20)]
    for listener in listeners:
        listener.event()
    assert server.stop() == 0
    for listener in listeners:
        assert listener.block() is None
        listener.close()


def test_there_is_room_for_so_many(tmp_path):
    server = make(tmp_path / "home", config="listeners = 3\n").start()
    try:
        till = Till(server)
        till.enrol()
        till.get("/v1/programme")
        held = [Listener(till) for _ in range(3)]
        assert [one.status for one in held] == [200] * 3
        late = Listener(till)
        assert late.status == 503 and int(late.answer.headers["Retry-After"]) > 1
        late.close()
        held.pop().close()
        end = time.monotonic() + 30
        while (again := Listener(till)).status == 503:
            assert time.monotonic() < end
            again.close()
            time.sleep(0.1)
        assert again.event()[0] == "snapshot"
        assert b"boxtilld_listeners" in server.plain("GET", "/metrics").body
    finally:
        server.end()


def test_through_nginx_at_once(server, till):
    pool, _ = tomorrow_pool()
    with Front(server) as front:
        listener = Listener(till, front)
        assert listener.event()[0] == "snapshot"
        till.allot({"verb": "req", "pool": pool, "r": 1, "n": 4})
        assert listener.event()[0] == "change"
        listener.close()


def memory(process):
    """Bytes of it in memory that it shares with nobody."""
    text = pathlib.Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_")) * 1024


def open_raw(server, till):
    """A listener that is only a socket; reads nothing."""
    headers = "".join(f"{k}: {v}\r\n" for k, v in till.headers("GET", PATH, b"").items())
    line = socket.create_connection((server.host, server.port), 30)
    line.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
    return line


def test_1500_listeners_in_20_megabytes(server, till):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4000, hard), hard))
    try:
        pool, _ = tomorrow_pool()
        first = Listener(till)
        first.event()
        before = memory(server.process)
        crowd = [open_raw(server, till) for _ in range(1499)]
        for line in crowd:
            heard = b""
            while b"event: snapshot" not in heard:
                heard += line.recv(65536)
                assert heard.startswith(b"HTTP/1.1 200")
        idle = memory(server.process)
        till.allot({"verb": "req", "pool": pool, "r": 1, "n": 1})
        for n in range(2, 30):
            till.allot({"verb": "grow", "pool": pool, "r": 1, "n": n})
        while by_name(first.event()[1])[pool]["leased"] != 29:
            pass
        for line in crowd:
            heard = b""
            while b'"leased":29' not in heard:
                assert (piece := line.recv(65536))
                heard += piece
        busy = memory(server.process)
        print(f"1500 listeners: {(idle - before) / 1e6:.1f} MB, told {(busy - before) / 1e6:.1f} MB")
        if "asan" not in BUILD.name:  # whose own bookkeeping is larger
            assert max(idle, busy) - before <= 20_000_000
        assert server.plain("GET", "/healthz").status == 200
        for line in crowd:
            line.close()
        first.close()
        end = time.monotonic() + 60
        while b"\nboxtilld_listeners 0\n" not in server.plain("GET", "/metrics").body:
            assert time.monotonic() < end
            time.sleep(0.1)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_who_does_not_read_costs_little(server, till):
    """Nor who sends what nobody asked for; the others are told all the same."""
    pool, _ = tomorrow_pool()
    good = Listener(till)
    good.event()
    silent = []
    for _ in range(3):
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        line.connect((server.host, server.port))
        headers = "".join(f"{k}: {v}\r\n" for k, v in till.headers("GET", PATH, b"").items())
        line.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
        silent.append(line)
    chatty = open_raw(server, till)  # and one that sends what nobody reads

    def chatter():
        try:
            for _ in range(20000):
                chatty.sendall(b"x" * 4096)
        except OSError:
            pass
    thread = threading.Thread(target=chatter)
    thread.start()
    before = memory(server.process)
    till.allot({"verb": "req", "pool": pool, "r": 1, "n": 1})
    for n in range(2, 20):
        till.allot({"verb": "grow", "pool": pool, "r": 1, "n": n})
    while by_name(good.event()[1])[pool]["leased"] != 19:
        pass
    assert memory(server.process) - before < 8_000_000
    chatty.shutdown(socket.SHUT_RDWR)
    thread.join(30)
    chatty.close()
    for line in silent:
        line.close()
    good.close()
