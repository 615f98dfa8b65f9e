# SPDX-License-Identifier: Apache-2.0
"""The nginx that is shipped, in front of boxtilld: what passes, what is cut, and what nobody outside
sees. 127.0.0.2 is a client from elsewhere."""
import http.client
import http.server
import json
import ssl
import threading
import time
import warnings

import pytest

from nginx_lab import Front
from server_lab import Till, make, tomorrow_pool, uuid7

OUTSIDE = "127.0.0.2"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = make(tmp_path_factory.mktemp("nginx") / "home")
    yield made.start("--behind-proxy")
    made.end()


@pytest.fixture
def front(server):
    with Front(server, seconds=2) as made:
        yield made


def test_tls_of_today_only(front):
    for version, good in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True),
                          (ssl.TLSVersion.TLSv1_3, True)):
        context = front.context()
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols(["h2", "http/1.1"])
        if good:
            with front.line(context=context) as line:
                assert line.selected_alpn_protocol() == "h2"
        else:
            with pytest.raises(ssl.SSLError, match="(?i)alert.protocol.version"):
                front.line(context=context)
    with front.line() as line:  # and who speaks no HTTP/2 is served as well
        line.sendall(b"GET /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert line.recv(20).startswith(b"HTTP/1.1 200")


def test_a_signed_exchange_passes_unchanged(front):
    """The till verifies every answer, the server every request; both through nginx."""
    till = Till(front)
    till.enrol()
    pool, _ = tomorrow_pool()
    assert till.allot({"verb": "req", "pool": pool, "r": 1, "n": 5})[0]["word"] == "granted"
    entries = "".join(till.note(about="é" * 40) for _ in range(250))
    assert len(till.send(entries)) == 250
    large = "".join(till.note(about="x" * 120, n=n) for n in range(200))
    assert len(till.send(large)) == 200
    # a path that could be written otherwise is signed, and handed on, as it was sent
    for path in ("/v1/tickets/%42%310040938NKRKAYDHZBPJQQ9TAH5E", "/v1/availability?x=%2F..%2f//y&&"):
        assert till.get(path).status in (200, 404)
    assert till.get("/v1/programme").status == 200
    assert till.keys()["keys"]


class Headers(http.server.BaseHTTPRequestHandler):
    """Tells the headers it was sent."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = json.dumps(self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_who_asks_is_what_nginx_saw():
    backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Headers)
    backend.host, backend.port = backend.server_address
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    try:
        with Front(backend) as front:
            lies = {"X-Forwarded-For": "192.0.2.7", "Forwarded": "for=192.0.2.7", "X-Forwarded-Proto": "x",
                    "Boxtill-Device": "3", "Connection": "close"}
            told = json.loads(front.plain("GET", "/v1/programme", headers=lies, source=OUTSIDE).body)
        by_name = {}
        for name, value in told:
            by_name.setdefault(name.lower(), []).append(value)
        assert by_name["x-forwarded-for"] == [OUTSIDE]
        assert by_name["x-forwarded-proto"] == ["https"]
        assert by_name["boxtill-device"] == ["3"]
        assert "forwarded" not in by_name and "connection" not in by_name
    finally:
        backend.shutdown()
        backend.server_close()


def is_cut(line, within):
    """Does the server hang up, without a good answer?"""
    begin, heard = time.monotonic(), b""
    line.settimeout(within)
    try:
        while piece := line.recv(4096):
            heard += piece
    except (ssl.SSLError, ConnectionError):
        pass
    assert time.monotonic() - begin < within
    return not heard.startswith(b"HTTP/1.1 2")


def test_slow_clients_are_cut_and_others_served(front):
    start = b"POST /v1/allotments HTTP/1.1\r\nHost: x\r\n"
    body = start + b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    slow = [front.line() for _ in range(10)]
    for nth, line in enumerate(slow):
        line.sendall(start if nth % 2 else body)
    dripping = front.line()

    def drip():  # a byte now and then does not help a header
        try:
            for byte in start + b"X: " + b"y" * 200:
                dripping.send(bytes([byte]))
                time.sleep(0.2)
        except OSError:
            pass
    thread = threading.Thread(target=drip)
    thread.start()
    assert front.plain("GET", "/v1/openapi.json", source=OUTSIDE).status == 200
    assert all(is_cut(line, 30) for line in [*slow, dripping])
    for line in [*slow, dripping]:
        line.close()
    thread.join()


def test_a_flood_is_turned_away_and_others_served(front):
    statuses, other = [], []
    till = Till(front)
    till.enrol()

    def flood():
        connection = front.connection(OUTSIDE)
        for _ in range(150):
            connection.request("GET", "/v1/openapi.json")
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
            if answer.headers.get("Connection") == "close":
                connection.close()
        connection.close()
    crowd = [threading.Thread(target=flood) for _ in range(4)]
    for one in crowd:
        one.start()
    while any(one.is_alive() for one in crowd):
        other.append(till.get("/v1/availability").status)
        time.sleep(0.03)
    for one in crowd:
        one.join()
    assert statuses.count(429) > 100 and set(statuses) == {200, 429}
    assert other and set(other) == {200}
    codes = [front.plain("POST", "/v1/devices/enrol", json.dumps({"id": uuid7(), "code": f"{n:08}",
                                                                  "key": "00" * 32}),
                         {"Content-Type": "application/json"}, source=OUTSIDE).status for n in range(20)]
    assert codes.count(429) >= 8


def test_bodies_have_a_size(front):
    kind = {"Content-Type": "application/x-ndjson"}
    connection = front.connection()
    for path, size, status in (("/v1/programme", 70_000, 413), ("/v1/entries", 10_000_000, 413),
                               ("/v1/entries", 8_000_000, 401)):
        connection.putrequest("POST", path)
        for name, value in {**kind, "Content-Length": str(size)}.items():
            connection.putheader(name, value)
        connection.endheaders()
        if status != 413:
            connection.send(b"x" * size)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status, (path, size)
        connection.close()
    long = front.plain("GET", "/v1/tickets/" + "a" * 9000)
    assert long.status == 414
    assert front.plain("GET", "/v1/openapi.json", headers={"X": "y" * 20000}).status == 400


def test_what_is_for_the_inside(front, server):
    for path in ("/metrics", "/healthz", "/readyz"):
        lie = {"X-Forwarded-For": "127.0.0.1"}
        assert front.plain("GET", path, headers=lie, source=OUTSIDE).status == 403, path
    for path in ("//metrics", "/./metrics", "/v1/../metrics", "/%6Detrics"):
        assert front.plain("GET", path, source=OUTSIDE).status in (400, 403, 404), path
    assert b"boxtilld_requests_total" in front.plain("GET", "/metrics").body
    assert front.plain("GET", "/healthz").json()["ok"] is True
    assert server.plain("GET", "/healthz").status == 200


def test_pages_and_the_way_to_tls(front):
    page = front.plain("GET", "/")
    assert page.status == 200 and b"Tickets" in page.body
    assert page.headers["Strict-Transport-Security"]
    assert front.plain("GET", "/../key.pem").status in (400, 404)
    assert front.plain("POST", "/", "x").status in (403, 405)
    connection = http.client.HTTPConnection("127.0.0.1", front.port_plain, timeout=30)
    connection.request("GET", "/v1/programme?x=1", headers={"Host": "tickets.example.org"})
    answer = connection.getresponse()
    assert answer.status == 301
    assert answer.headers["Location"] == "https://tickets.example.org/v1/programme?x=1"
    connection.close()
