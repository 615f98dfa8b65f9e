# SPDX-License-Identifier: Apache-2.0
"""The booking server held to its openapi.yaml by tools that others wrote (tests/contract-api):
redocly reads the document, Prism stands between a signed client and boxtilld and lets nothing pass
that the document does not name, fast-check and ajv make requests of its schemas at random."""
import json
import os
import pathlib
import re
import socket
import subprocess
import time

import nacl.signing
import pytest

import test_devices
import test_server
from server_lab import ROOT, Channel, Server, Till, pool_news, ticket_code, tomorrow_pool, uuid7

HERE = ROOT / "tests/contract-api"
DOCUMENT = ROOT / "src/server/api/openapi.yaml"


@pytest.fixture(scope="session")
def tools():
    run = subprocess.run([ROOT / "packaging/npm-install"], capture_output=True, text=True, timeout=400,
                         check=False)
    assert run.returncode == 0, run.stderr
    return pathlib.Path(run.stdout.strip())


def node(tools, script, *arguments, **more):
    return subprocess.run(["node", tools / script, *map(str, arguments)], capture_output=True, text=True,
                          check=False, cwd=tools, **more)


def test_redocly_has_no_complaint(tools):
    lint = "node_modules/@redocly/cli/bin/cli.js"
    run = node(tools, lint, "lint", "--config", HERE / "redocly.yaml", DOCUMENT, timeout=60,
               env={**os.environ, "REDOCLY_TELEMETRY": "off"})
    assert run.returncode == 0, run.stdout + run.stderr


def test_redocly_sees_what_is_wrong(tools, tmp_path):
    """The rules are in force: a document without one description of an answer is refused."""
    wrong = tmp_path / "openapi.yaml"
    wrong.write_text(DOCUMENT.read_text().replace("          description: The hold\n", "", 1))
    lint = "node_modules/@redocly/cli/bin/cli.js"
    assert node(tools, lint, "lint", "--config", HERE / "redocly.yaml", wrong, timeout=60).returncode != 0


class Through:
    """The server as its clients see it through Prism."""

    def __init__(self, server, tools, log, document=DOCUMENT):
        self.server, self.log = server, log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.host, self.port = free.getsockname()
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                ["node", tools / "node_modules/@stoplight/prism-cli/dist/index.js", "proxy", document,
                 f"http://{server.host}:{server.port}", "--errors", "--host", self.host, "--port", str(self.port)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=tools)
        deadline = time.monotonic() + 60
        while "Prism is listening" not in log.read_text():
            assert self.process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)

    def __getattr__(self, name):
        return getattr(self.server, name)

    def connection(self):
        return Server.connection(self)

    def plain(self, *arguments):
        return Server.plain(self, *arguments)

    def end(self):
        self.process.kill()
        self.process.wait(30)


@pytest.fixture
def through(server, tools, tmp_path):
    made = Through(server, tools, tmp_path / "prism.log")
    yield made
    made.end()


def fine(answer, *status):
    """It is the server's, signed as every answer of it, and has one of the statuses."""
    assert answer.status in (status or (200,)), (answer.status, answer.body)
    assert b"stoplight" not in answer.body, answer.body
    assert "sl-violations" not in answer.headers, answer.headers["sl-violations"]
    return answer


def test_a_day_through_prism(through):
    """Every operation, most with a refusal or two, by clients whose signatures cover what they send
    and verify what comes back: Prism changes nothing, and finds nothing to complain of."""
    till, web = Till(through), Channel(through)
    till.enrol()
    web.enrol()
    pool, day = tomorrow_pool()
    used = set()
    asking = Till.once

    def once(asker, method, path, *arguments, **other):
        used.add((method, path.split("?")[0]))
        return asking(asker, method, path, *arguments, **other)
    Till.once = once
    try:
        the_day(till, web, pool, day)
    finally:
        Till.once = asking
    templates = {(method, re.compile(re.sub(r"\{\w+\}", "[^/]+", path.replace(".", "\\.")))) for method, path, _ in
                 test_server.operations()}
    left = {(m, p.pattern) for m, p in templates if not any(m == um and p.fullmatch(up) for um, up in used)}
    assert left <= NOT_HERE, left


NOT_HERE = {("POST", "/v1/devices/enrol"), ("GET", "/v1/openapi\\.json"),  # asked, unsigned
            ("GET", "/v1/availability/stream")}  # has no end, for which Prism waits


def the_day(till, web, pool, day):
    for path in ("/v1/programme", "/v1/staff", "/v1/keys", "/v1/members", "/v1/arrivals", "/v1/availability"):
        answer = fine(till.get(path))
        fine(till.get(path, more={"If-None-Match": answer.headers["ETag"]}), 200, 304)
    for path in ("/healthz", "/readyz", "/metrics"):
        fine(till.get(path))
    # Prism reads and writes JSON anew, which moves members named by numbers and so spoils a signature.
    fine(till.server.plain("GET", "/v1/openapi.json"))
    fine(till.once("GET", "/v1/availability", challenge="0" * 48), 425)
    assert fine(till.once("GET", "/v1/availability", device=till.till + 50), 401).code == "device_unknown"
    fine(web.get("/v1/programme"))
    # leases, and a sale of one
    assert till.allot({"verb": "req", "pool": pool, "r": 1, "n": 5})[0]["word"] == "granted"
    till.hello((pool, 1, 5, 0))
    keys = till.keys()
    key = next(k for k in keys["keys"] if k["date"] == f"{day:%Y-%m-%d}")
    code = ticket_code(bytes.fromhex(key["key"]), keys["epoch"], keys["issuer"])
    fine(till.ask("POST", "/v1/entries", till.note(), kind="application/x-ndjson"))
    assert fine(till.get(f"/v1/tickets/{code}"), 200, 404).code in (None, "not_found")
    fine(till.post("/v1/check-ins", {"id": uuid7(), "scans": [
        {"id": uuid7(), "code": code, "gate": "N", "at": 1}]}))
    for word in ("parked", "sales", "days"):
        fine(till.post(f"/v1/questions/{word}", {"id": uuid7()}), 200, 400)
    # an order from hold to cancel
    held = web.hold("ann-1", ("adult", pool, 3))
    web.change(held["hold"], "extend")
    web.change(held["hold"], "pay")
    order = web.order(7200, hold=held["hold"])
    fine(web.get(f"/v1/orders/{order['order']}"))
    for entry in order["tickets"]:
        fine(till.get(f"/v1/tickets/{entry['code']}"))
    other = web.hold("ann-1", ("adult", pool, 1))
    assert web.change(other["hold"], "release")["state"] == "released"
    fine(web.post(f"/v1/holds/{other['hold']}/extend", {"id": uuid7()}), 409)
    fine(web.post(f"/v1/holds/{uuid7()}/extend", {"id": uuid7()}), 404)
    fine(web.post("/v1/orders", {"id": uuid7(), "total": 1, "payments": [],
                                 "lines": [{"product": "adult", "slot": pool, "quantity": 1}]}), 409)
    fine(web.post(f"/v1/orders/{order['order']}/cancel", {"id": uuid7()}))
    assert pool_news(till, pool)["sold"] == 0
    key = nacl.signing.SigningKey.generate()
    fine(till.post("/v1/devices/rotate", test_devices.request(till, key)))
    assert fine(till.once("GET", "/v1/availability"), 401).code == "signature"
    till.key = key
    fine(till.get("/v1/availability"))


def test_prism_sees_what_is_not_described(server, tools, tmp_path):
    """The proxy would tell: a document that names one answer less, and it is refused."""
    wrong = tmp_path / "openapi.yaml"
    text = DOCUMENT.read_text()
    wrong.write_text(text.replace("required: [epoch, commit, at, pools]", "required: [epoch, weather]", 1))
    assert wrong.read_text() != text
    through = Through(server, tools, tmp_path / "prism.log", wrong)
    try:
        till = Till(server)
        till.enrol()
        signed = till.headers("GET", "/v1/availability", b"")
        answer = through.plain("GET", "/v1/availability", None, signed)
        assert answer.status == 500 and b"VIOLATIONS" in answer.body, answer.body
    finally:
        through.end()


def test_requests_at_random(server, tools):
    """See tests/contract-api/random.mjs for what must hold of each answer."""
    till, web = Till(server), Channel(server)
    till.enrol()
    web.enrol()
    pool, _ = tomorrow_pool()
    till.allot({"verb": "req", "pool": pool, "r": 1, "n": 5})
    held = web.hold("ann-1", ("adult", pool, 3))
    order = web.order(4800, ("adult", pool, 2))

    def device(one, **more):
        return {"device": one.till, "incarnation": one.incarnation, "challenge": one.challenge,
                "seen": "%d.%d" % one.seen, "server": one.server_key.encode().hex(), **more}
    known = {"slugs": [pool, "adult", "hall"], "holds": [held["hold"]], "orders": [order["order"]],
             "codes": [t["code"] for t in order["tickets"]] + ["B10040938NKRKAYDHZBPJQQ9TAH5E"],
             "price": 2400}
    told = {"host": server.host, "port": server.port, "known": known,
            "till": device(till, seed=till.key.encode().hex()),
            "channel": device(web, secret=web.secret.hex()),
            "seed": int(os.environ.get("BOXTILL_SEED", "20261124")), "runs": 800}
    before = server.command("audit")
    script = tools / "random.mjs"
    script.write_bytes((HERE / "random.mjs").read_bytes())  # beside the packages it imports
    run = node(tools, "random.mjs", input=json.dumps(told), timeout=120)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-6000:]
    report = json.loads(run.stdout.splitlines()[-1])
    # It did what it is for: each operation was reached, refused and, mostly, granted.
    assert report["requests"] == told["runs"] and report["granted"] >= 100 and report["refused"] >= 100, report
    for name in ("order", "hold", "allotments", "question", "check_ins"):
        assert report["operations"][name].get("200", 0) >= 3, (name, report)
    reached = {name for name, statuses in report["operations"].items() if statuses}
    wanted = {operation["operationId"] for _, _, operation in test_server.operations()}
    wanted -= {"stream"}  # has no end
    assert wanted <= reached, report
    assert "agrees" in before
