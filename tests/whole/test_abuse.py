# SPDX-License-Identifier: Apache-2.0
"""Clients that mean harm or know no better, byte by byte: each gets an error or is hung up upon, the
server's memory stays bounded, and everybody else is served meanwhile."""
import random
import re
import socket
import threading
import time

import pytest

from server_lab import Server, Till, make, pool_news, tomorrow_pool

SILENCE = 30  # seconds, of src/server/api/service.c
GROWTH_KB = 96 << 10  # of the server's memory, by all that is done here


class Frugal(Server):
    """What was freed is soon used again under the sanitizer too, so that memory can be measured."""

    def environment(self):
        own = super().environment()
        asan = own.get("ASAN_OPTIONS", "")
        return {**own, "ASAN_OPTIONS": f"{asan}:quarantine_size_mb=8:malloc_context_size=1"}


def memory(server):
    """VmRSS in KB."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1])


class Witness(threading.Thread):
    """Another client, signed and on a connection of its own, all the while."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.till = Till(server)
        self.till.enrol()
        self.pool, _ = tomorrow_pool()
        self.over, self.served, self.slowest, self.wrong = threading.Event(), 0, 0.0, None

    def run(self):
        try:
            while not self.over.wait(0.01):
                begun = time.monotonic()
                answer = self.till.allot({"verb": "req", "pool": self.pool, "r": 1, "n": 5})
                assert answer[0]["word"] == "granted" and answer[0]["n"] == 5
                self.slowest = max(self.slowest, time.monotonic() - begun)
                self.served += 1
        except Exception as wrong:  # pylint: disable=broad-except
            self.wrong = wrong

    def end(self):
        self.over.set()
        self.join(30)
        if self.wrong:
            raise self.wrong
        assert self.served > 0 and self.slowest < 10


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = make(tmp_path_factory.mktemp("abuse") / "home", kind=Frugal)
    made.start()
    witness = Witness(made)
    witness.till.get("/v1/availability")
    made.before = memory(made)
    # Those who say nothing more; the last test sees what became of them.
    made.silent_since = time.monotonic()
    made.silent = [line_with(made, data) for data in (
        b"", b"G", b"GET /healthz HTT", b"GET /healthz HTTP/1.1\r\nHost: x\r\n",
        b"POST /v1/entries HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nab",
        b"POST /v1/entries HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nab")]
    witness.start()
    yield made
    witness.end()
    assert memory(made) - made.before < GROWTH_KB
    assert pool_news(witness.till, witness.pool)["leased"] == 5
    for line in made.silent:
        line.close()
    assert made.stop() == 0
    assert "agrees" in made.command("audit")


@pytest.fixture(autouse=True)
def unharmed(server):
    """After each of them the server lives, answers and has not grown."""
    yield
    assert server.process.poll() is None
    assert server.plain("GET", "/healthz").json()["ok"] is True
    assert memory(server) - server.before < GROWTH_KB


def line_with(server, data=b"", wait=20):
    line = socket.create_connection((server.host, server.port), timeout=wait)
    if data:
        line.sendall(data)
    return line


def rest(line):
    """All that comes until the server hangs up."""
    heard = b""
    try:
        while chunk := line.recv(65536):
            heard += chunk
    except ConnectionError:
        pass
    return heard


def exchange(server, data, end=True):
    """Sends DATA as it is; END: and says that nothing more comes. What came back."""
    with line_with(server) as line:
        try:
            line.sendall(data)
            if end:
                line.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return rest(line)


def statuses(heard):
    return [int(s) for s in re.findall(rb"(?:^|\n|\})HTTP/1\.[01] (\d{3}) ", heard)]


def refused(heard, *wanted):
    """It was hung up upon, or told one of the statuses WANTED (default: any 4xx) once."""
    told = statuses(heard)
    assert len(told) <= 1, heard[:300]
    if told:
        assert told[0] in (wanted or range(400, 500)), heard[:300]
    return told


POST = b"POST /v1/devices/enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"


# --- heads ----------------------------------------------------------------------------------------

def test_two_thousand_headers(server):
    heads = b"".join(b"X-%d: y\r\n" % n for n in range(2000))
    refused(exchange(server, GET + heads + b"\r\n"))
    refused(exchange(server, GET + b"A:\r\n" * 9000 + b"\r\n"))
    # one that has no end at all
    with line_with(server) as line:
        with pytest.raises(OSError):
            for _ in range(100_000):
                line.sendall(b"X-Filler: " + b"y" * 1000 + b"\r\n")


def test_a_uri_of_64_kb(server):
    for path in (b"/" + b"a" * 65536, b"/healthz?" + b"a" * 65536, b"/v1/tickets/" + b"%41" * 21845):
        refused(exchange(server, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n"))
    # as long as the head may be: it is read, and nothing is there
    told = exchange(server, b"GET /v1/tickets/" + b"a" * 8000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert statuses(told) == [404]


@pytest.mark.parametrize("path", ["/v1/tickets/%00", "/v1/tickets/%", "/v1/tickets/%4", "/v1/tickets/%zz",
                                  "/v1/tickets/a%2fb", "/v1/../healthz", "//healthz", "/%68ealthz",
                                  "/healthz/", "/healthz%00", "/v1/questions/..", "/v1/holds//extend",
                                  "/v1/tickets/\u00e9", "*", "?", "/healthz#x", "http://[", "http://x:99999/"])
def test_paths_that_are_none(server, path):
    told = refused(exchange(server, b"GET " + path.encode() + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    assert told or path.startswith(("http", "*", "?"))


def test_lengths_that_lie(server):
    two = POST + b"Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}{}"
    assert refused(exchange(server, two)) == [400]
    for lengths in (b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
                    b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
                    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                    b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: xchunked\r\n",
                    b"Transfer-Encoding : chunked\r\n", b"Transfer-Encoding:\x0bchunked\r\n"):
        heard = exchange(server, POST + lengths + b"\r\n0\r\n\r\nGET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b'"openapi"' not in heard, lengths  # what was smuggled in is never answered
        refused(heard, 400, 413, 415, 501)
    # what is the body of a GET to one reader is the next request to another
    hidden = b"GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    for body in (b"Content-Length: %d\r\n\r\n" % len(hidden) + hidden,
                 b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(hidden) + hidden + b"\r\n0\r\n\r\n"):
        assert refused(exchange(server, GET + body)) == [400]
    assert statuses(exchange(server, GET + b"Content-Length: 0\r\nConnection: close\r\n\r\n")) == [200]
    for length in (b"-1", b"+2", b"0x2", b"2 2", b"2,2", b"9" * 30, b"18446744073709551618",
                   b"4294967298", b"", b"2a", b"\xff"):
        refused(exchange(server, POST + b"Content-Length: " + length + b"\r\n\r\n{}" + GET + b"\r\n"))


def test_gigantic_lengths_reserve_nothing(server):
    before = memory(server)
    for length in (8 << 20, 900_000_000_000, 2**63 - 1):
        many = [line_with(server, POST + b"Content-Length: %d\r\n\r\n" % length) for _ in range(100)]
        assert server.plain("GET", "/healthz").status == 200
        assert memory(server) - before < 24 << 10
        for line in many:
            line.close()
    huge = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    for size in (b"ffffffffffffffff", b"7fffffffffffffff", b"-1", b"fffffffff", b"100000000", b"zz", b"",
                 b"0x5", b" 5", b"5;" + b"x" * 70000):
        refused(exchange(server, huge + size + b"\r\n{}\r\n0\r\n\r\n"))
    # chunk by chunk past what the largest call takes
    with line_with(server) as line:
        with pytest.raises(OSError):
            line.sendall(huge)
            for _ in range(4000):  # 64 MB
                line.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")


@pytest.mark.parametrize("data", [
    b"\0" * 4096, b"\xff\xfe" * 5000, b"\r\n" * 50_000, b"GET\r\n\r\n", b"GET  HTTP/1.1\r\n\r\n", b" / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1 x\r\n\r\n", b"GET / FTP/1.1\r\n\r\n", b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 64, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 512,
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"GET / HTTP/1.1\r\n: x\r\n\r\n", b"GET / HTTP/1.1\r\n folded\r\n\r\n",
    b"GET / HTTP/1.1\r\nA\0B: x\r\n\r\n", b"GET / HTTP/1.1\r\nBoxtill-Device: 1\0\r\n\r\n",
    b"X" * 70_000, b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", b"CONNECT x:1 HTTP/1.1\r\n\r\n", b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
], ids=lambda data: repr(data[:24]))
def test_what_is_no_request(server, data):
    refused(exchange(server, data), *range(400, 500), 501, 505)


@pytest.mark.parametrize("name", ["Device", "Incarnation", "Challenge", "Seen", "Signature", "Mac"])
def test_signed_headers_with_nonsense(server, name):
    whole = {"Device": "1", "Incarnation": "1", "Challenge": "0" * 48, "Seen": "0.0", "Signature": "0" * 128}
    for value in ("", "x" * 9000, "-1", "9" * 40, "1e3", "0x1", "1.", ".", "1.1.1", "\u00e9", "0" * 127, "\x7f", "%n%s"):
        head = {**whole, name: value}
        data = "GET /v1/availability HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        data += "".join(f"Boxtill-{k}: {v}\r\n" for k, v in head.items()) + "\r\n"
        assert refused(exchange(server, data.encode()), 400, 401, 403, 425)
    twice = GET + b"Boxtill-Device: 1\r\nBoxtill-Device: 2\r\n\r\n"
    assert refused(exchange(server, twice)) == [400]


# --- bodies ---------------------------------------------------------------------------------------

BODIES = {
    "a million deep": b'{"id":' + b"[" * 1_000_000,
    "a million deep, in pairs": b'{"a":' * 1_000_000,
    "deep enough to fit": b"[" * 100_000 + b"]" * 100_000,
    "deep objects that fit": b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
    "keys twice": b'{"id":"x","id":"y"}',
    "keys twice, escaped": b'{"id":"x","\\u0069d":"y"}',
    "keys twice, inside": b'{"id":"x","messages":[{"verb":"req","verb":"close"}]}',
    "wrong utf-8": b'{"id":"\xff\xfe"}',
    "overlong utf-8": b'{"id":"\xc0\xaf"}',
    "utf-8 cut short": b'{"id":"\xe2\x82"}',
    "surrogates in utf-8": b'{"id":"\xed\xa0\x80"}',
    "half a surrogate pair": b'{"id":"\\ud800"}',
    "beyond unicode": b'{"id":"\xf4\x90\x80\x80"}',
    "a zero byte": b'{"id":"a\0b"}',
    "a zero byte, escaped": b'{"id":"a\\u0000b"}',
    "a zero byte behind": b'{"id":"x"}\0',
    "more behind": b'{"id":"x"}{"id":"y"}',
    "a mark of byte order": b'\xef\xbb\xbf{"id":"x"}',
    "huge numbers": b'{"id":1e999999999}',
    "long numbers": b'{"id":' + b"9" * 100_000 + b"}",
    "no numbers": b'{"id":NaN}',
    "many members": b"{" + b",".join(b'"%d":0' % n for n in range(30_000)) + b"}",
    "many elements": b'{"id":"x","messages":[' + b"{}," * 80_000 + b"{}]}",
    "long strings": b'{"id":"' + b"x" * 250_000 + b'"}',
    "only blanks": b" " * 250_000,
    "comments": b'{"id":/* x */"y"}',
    "nothing": b"",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bodies_with_a_good_signature(server, body):
    """The sender is who it says: what it says is still refused, and leaves nothing behind."""
    till = server.__dict__.setdefault("sender", Till(server))
    if till.till is None:
        till.enrol()
    before = till.get("/v1/availability").json()["pools"]
    begun = time.monotonic()
    paths = ["/v1/allotments", "/v1/check-ins", "/v1/questions/sale", "/v1/questions/charge"]
    for path in paths:
        answer = till.ask("POST", path, body)
        assert (answer.status, answer.code) in ((400, "bad_json"), (400, "invalid"), (413, "too_large")), path
    answer = till.ask("POST", "/v1/entries", body + b"\n", kind="application/x-ndjson")
    assert answer.status == 400 and answer.code == "unreadable"
    assert time.monotonic() - begun < 20
    assert till.get("/v1/availability").json()["pools"] == before


def test_bodies_of_strangers(server):
    for body in BODIES.values():
        heard = exchange(server, POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert refused(heard, 400, 413)


# --- slowness and numbers -------------------------------------------------------------------------

def test_slow_heads_and_bodies(server):
    """A hundred of each, a byte at a time; each of them may yet come to its end."""
    starts = [GET + b"X: ", POST + b"Content-Length: 1000\r\n\r\n{", POST + b"Transfer-Encoding: chunked\r\n\r\n"]
    slow = [line_with(server, starts[n % 3]) for n in range(300)]
    drips = [b"x", b" ", b"1\r\n{\r\n"]
    for _ in range(8):
        for n, line in enumerate(slow):
            line.sendall(drips[n % 3])
        assert server.plain("GET", "/healthz").status == 200
    slow[0].sendall(b"\r\nConnection: close\r\n\r\n")
    assert statuses(rest(slow[0])) == [200]
    for line in slow:
        line.close()


def test_those_who_do_not_read(server):
    """Answers that nobody takes pile up in nobody's memory."""
    ask = b"GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    deaf = []
    for _ in range(20):
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(0.2)
        line.connect((server.host, server.port))
        try:
            for _ in range(200):
                line.sendall(ask * 100)
        except OSError:
            pass
        deaf.append(line)
    assert server.plain("GET", "/healthz").status == 200
    assert memory(server) - server.before < GROWTH_KB
    for line in deaf:
        line.close()


def test_pipelines_with_garbage(server):
    """What came whole before the garbage is answered in order, and the garbage ends it."""
    whole = GET + b"\r\n"
    heard = exchange(server, whole * 3 + b"\0\1garbage\r\n\r\n" + whole, end=False)
    told = statuses(heard)
    assert told[:3] == [200] * 3 and len(told) <= 4 and set(told[3:]) <= {400}
    heard = exchange(server, whole + POST + b"Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}" + whole, end=False)
    assert statuses(heard) == [200, 400]
    heard = exchange(server, (whole * 500) + GET + b"Connection: close\r\n\r\n", end=False)
    assert statuses(heard) == [200] * 501


def test_noise(server):
    """Good requests with a few bytes changed, many times over."""
    luck = random.Random(20)
    seeds = [GET + b"Connection: close\r\n\r\n",
             POST + b"Connection: close\r\nContent-Length: 37\r\n\r\n" + b'{"id":"x","code":"00000000","key":""}',
             POST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"]
    for _ in range(600):
        data = bytearray(luck.choice(seeds))
        for _ in range(luck.randint(1, 6)):
            at = luck.randrange(len(data))
            way = luck.randrange(3)
            if way == 0:
                data[at] = luck.randrange(256)
            elif way == 1:
                del data[at:at + luck.randint(1, 8)]
            else:
                data[at:at] = bytes(luck.randrange(256) for _ in range(luck.randint(1, 8)))
            if not data:
                break
        told = statuses(exchange(server, bytes(data)))
        assert all(status < 500 or status in (501, 505) for status in told), bytes(data)


def test_lines_that_come_and_go(server):
    for n in range(600):
        line = line_with(server, GET if n % 2 else b"")
        if n % 3 == 0:  # a reset, not a farewell
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        line.close()


def test_the_silent_are_hung_up_upon(server):
    until = server.silent_since + SILENCE + 15
    for line in server.silent:
        line.settimeout(max(1, until - time.monotonic()))
        told = statuses(rest(line))
        assert set(told) <= {400, 408}
    assert time.monotonic() < until
