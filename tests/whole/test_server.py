# SPDX-License-Identifier: Apache-2.0
"""boxtilld as a whole, seen by an independent client: enrolment, documents, leases, entries and the
gate; what is refused; and that what was acknowledged is there after a kill."""
import concurrent.futures
import datetime
import functools
import http.client
import json
import pathlib
import random
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import zoneinfo

import jsonschema
import nacl.exceptions
import pytest
import yaml

from server_lab import (BOXTILLD, CAPACITY, PROGRAMME, ROOT, SUPERVISOR, Answer, Server, Till, compact, make, pool_news,
                        ticket_code, tomorrow_pool, uuid7)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                  "Asia/Tokyo"])
def test_the_programme_tells_the_changes_of_the_clock(tmp_path, zone):
    """Each hour of the next years has the offset that Python's own reading of the zone has."""
    server = make(tmp_path / "home", {**PROGRAMME, "venue": {**PROGRAMME["venue"], "zone": zone}})
    with sqlite3.connect(server.home / "boxtilld.db") as link:
        bodies = [row[0] for row in link.execute("SELECT bytes FROM document")]
    link.close()
    venue = next(json.loads(body) for body in bodies if body[:1] == b"{")["venue"]
    moment = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
    for hour in range(500 * 24):
        at = moment + datetime.timedelta(hours=hour)
        offset = venue["offset"]
        for change in venue.get("changes", []):
            if change["at"] <= at.timestamp() * 1_000_000:
                offset = change["offset"]
        there = at.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset()
        assert offset * 60 == there.total_seconds(), at


# --- the interface and its description -----------------------------------------------------------

def document():
    with open(ROOT / "src/server/api/openapi.yaml", encoding="utf-8") as file:
        return yaml.safe_load(file)


def operations():
    for path, item in document()["paths"].items():
        for method in item:
            yield method.upper(), path, item[method]


def test_description_is_served(server):
    answer = server.plain("GET", "/v1/openapi.json")
    assert answer.status == 200 and answer.json() == document()


def test_every_described_route_is_there_and_no_other(server):
    sample = {"{code}": "B10040938NKRKAYDHZBPJQQ9TAH5E", "{word}": "parked", "{hold}": uuid7(),
              "{order}": uuid7()}
    described = {}
    for method, path, operation in operations():
        described.setdefault(path, set()).add(method)
        real = re.sub(r"\{\w+\}", lambda m: sample[m[0]], path)
        body = "{}" if method == "POST" else None
        asked = operation.get("requestBody", {})
        if "$ref" in asked:
            asked = document()["components"]["requestBodies"][asked["$ref"].rsplit("/", 1)[1]]
        kind = next(iter(asked.get("content", {"": 0})))
        answer = server.plain(method, real, body, {"Content-Type": kind} if body else {})
        assert answer.status not in (404, 405, 500), (method, path, answer.status)
        # what wants a signature says so
        signed = operation.get("security") != []
        assert (answer.code == "unsigned") == signed, (method, path, answer.body)
    for path, methods in described.items():
        real = re.sub(r"\{\w+\}", lambda m: sample[m[0]], path)
        for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - methods:
            answer = server.plain(method, real)
            assert answer.status == 405 and answer.code == "method", (method, path)
            assert set(answer.headers["Allow"].split(", ")) == methods
    for path in ("/", "/v1", "/v1/", "/v1/staff/", "/v1/tickets/", "/admin", "/v1/programme2"):
        answer = server.plain("GET", path)
        assert answer.status == 404 and answer.code == "no_route", path


@functools.cache
def schema_of(method, path, status):
    """The described JSON schema of an answer, its references made local."""
    whole = document()
    operation = whole["paths"][path][method.lower()]
    responses = operation["responses"]
    response = responses.get(str(status)) or responses[f"{status // 100}XX"]
    while "$ref" in response:
        node = whole
        for part in response["$ref"].removeprefix("#/").split("/"):
            node = node[part]
        response = node
    schema = next(iter(response["content"].values()))["schema"]
    return {**schema, "components": whole["components"]}


def test_answers_are_as_described(till):
    pool, _ = tomorrow_pool()
    fits = [("GET", "/v1/programme", till.get("/v1/programme")),
            ("GET", "/v1/staff", till.get("/v1/staff")),
            ("GET", "/v1/keys", till.get("/v1/keys")),
            ("GET", "/v1/availability", till.get("/v1/availability")),
            ("GET", "/healthz", till.get("/healthz")),
            ("GET", "/v1/tickets/{code}", till.get("/v1/tickets/B10040938NKRKAYDHZBPJQQ9TAH5E")),
            ("POST", "/v1/allotments", till.post("/v1/allotments", {"id": uuid7(), "messages": [
                {"verb": "req", "pool": pool, "r": 1, "n": 3}]})),
            ("GET", "/v1/members", till.get("/v1/members")),
            ("GET", "/v1/arrivals", till.get("/v1/arrivals")),
            ("POST", "/v1/questions/{word}", till.post("/v1/questions/parked", {"id": uuid7()})),
            ("POST", "/v1/questions/{word}", till.post("/v1/questions/parked", {})),
            ("POST", "/v1/questions/{word}", till.post("/v1/questions/weather", {"id": uuid7()})),
            ("POST", "/v1/allotments", till.post("/v1/allotments", {"id": "x"})),
            ("POST", "/v1/check-ins", till.post("/v1/check-ins", {"id": uuid7(), "scans": [
                {"id": uuid7(), "code": "B10040938NKRKAYDHZBPJQQ9TAH5E", "gate": "N", "at": 1}]}))]
    for method, path, answer in fits:
        jsonschema.validate(answer.json(), schema_of(method, path, answer.status),
                            jsonschema.Draft202012Validator)


# --- enrolment and signatures ---------------------------------------------------------------------

def test_enrolment_is_idempotent_and_codes_are_for_once(server):
    code, request = server.command("enrol-code").strip(), uuid7()
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{8}", code)
    till = Till(server)
    first = till.enrol(code, request)
    assert len(till.secret) == 32
    assert till.enrol(code, request).body == first.body
    assert Till(server).enrol(code, request, status=422).code == "id_reused"
    assert Till(server).enrol(code, status=403).code == "code_refused"
    assert Till(server).enrol("00000000", status=403).code == "code_refused"
    second = Till(server)
    second.enrol()
    assert second.till != till.till and second.issuer != till.issuer
    assert second.server_key == till.server_key


def test_signatures_and_challenges(till):
    assert till.get("/v1/programme").status == 200
    stranger = Till(till.server)
    refused = [
        (dict(key=stranger.key), 401, "signature"),
        (dict(sent_body=b'{"id":1}'), 401, "signature"),
        (dict(more={"Boxtill-Seen": "9.9"}), 401, "signature"),
        (dict(device=till.till + 50), 401, "device_unknown"),
        (dict(incarnation=2), 403, "incarnation"),
        (dict(challenge=""), 425, "challenge"),
        (dict(challenge="0" * 48), 425, "challenge"),
        (dict(challenge="né".encode().hex()), 425, "challenge"),
    ]
    for other, status, code in refused:
        answer = till.once("POST", "/v1/allotments", b"{}", **other)
        assert (answer.status, answer.code) == (status, code), other
    # the path is signed too
    signed = till.headers("GET", "/v1/programme", b"")
    answer = till.server.plain("GET", "/v1/programme?x=1", None, signed)
    assert answer.code == "signature"
    # an answer belongs to its request
    good = till.once("GET", "/v1/programme")
    with pytest.raises(nacl.exceptions.BadSignatureError):
        till.verify(good, "00" * 64)


def test_a_replayed_request_changes_nothing(till):
    pool, _ = tomorrow_pool()
    body = compact({"id": uuid7(), "messages": [{"verb": "req", "pool": pool, "r": 1, "n": 5}]})
    till.get("/v1/programme")
    headers = till.headers("POST", "/v1/allotments", body.encode())
    headers["Content-Type"] = "application/json"
    first = till.server.plain("POST", "/v1/allotments", body, headers)
    assert first.status == 200
    for _ in range(3):
        again = till.server.plain("POST", "/v1/allotments", body, headers)
        assert again.status == 200 and again.body == first.body
    assert pool_news(till, pool)["leased"] == 5


def test_a_restart_makes_challenges_stale_and_loses_nothing(till):
    pool, _ = tomorrow_pool()
    assert till.allot({"verb": "req", "pool": pool, "r": 1, "n": 5})[0]["word"] == "granted"
    assert till.server.stop() == 0
    till.server.start()
    till.connection = None
    assert till.once("GET", "/v1/availability").status == 425
    assert pool_news(till, pool)["leased"] == 5


def test_revoked_tills_are_let_in_no_more(till):
    assert till.get("/v1/programme").status == 200
    till.server.command("revoke", till.till)
    answer = till.get("/v1/programme")
    assert (answer.status, answer.code) == (403, "revoked")


# --- documents ------------------------------------------------------------------------------------

def test_documents_are_versioned_and_sealed(server, till):
    other = Till(server)
    other.enrol()
    for path in ("/v1/programme", "/v1/staff", "/v1/keys", "/v1/members", "/v1/arrivals"):
        answer = till.get(path)
        assert answer.status == 200
        tag = answer.headers["ETag"]
        assert re.fullmatch(r'"\d+\.\d+"', tag)
        unchanged = till.get(path, more={"If-None-Match": tag})
        assert unchanged.status == 304 and unchanged.body == b""
        if path != "/v1/programme":
            sealed = answer.json()["sealed"]
            assert json.loads(till.unseal(sealed))["v"] == 1
            with pytest.raises(nacl.exceptions.CryptoError):
                other.unseal(sealed)
    staff = json.loads(till.unseal(till.get("/v1/staff").json()["sealed"]))
    assert [(u["number"], u["name"], u["role"]) for u in staff["users"]] == [
        (7, "Ana", "cashier"), (SUPERVISOR, "Ben", "supervisor")]
    assert staff["users"][0]["pin"].startswith("$argon2id$") and "1234" not in str(staff)


def test_an_unchanged_book_costs_a_few_bytes(server, till):
    pool, _ = tomorrow_pool()
    first = till.get("/v1/availability")
    tag = first.headers["ETag"]
    again = till.get("/v1/availability", more={"If-None-Match": tag})
    if int(time.time()) // 600 == first.json()["at"] // 600_000_000:
        assert again.status == 304 and again.body == b"" and again.headers["ETag"] == tag
    till.allot({"verb": "req", "pool": pool, "r": 1, "n": 2})
    other = till.get("/v1/availability", more={"If-None-Match": tag})
    assert other.status == 200
    assert next(p for p in other.json()["pools"] if p["pool"] == pool)["leased"] == 2


def test_an_import_beside_the_server_is_noticed(server, till):
    pool, _ = tomorrow_pool()
    tag = till.get("/v1/programme").headers["ETag"]
    changed = json.loads(json.dumps(PROGRAMME))
    changed["products"][0]["price"] = 2500
    changed["events"].append({"id": "tour", "name": "Tour", "slots": [
        {"dates": ["today+1"], "from": "12:00", "to": "13:00", "every": 60, "capacity": 12}]})
    file = server.home / "next.json"
    file.write_text(json.dumps(changed))
    server.command("import", file)
    answer = till.get("/v1/programme", more={"If-None-Match": tag})
    assert answer.status == 200
    assert answer.json()["products"][0]["price"] == 2500
    tour = pool.replace("hall", "tour")
    assert till.allot({"verb": "req", "pool": tour, "r": 1, "n": 2})[0]["n"] == 2
    changed["products"][0]["price"] = -1
    file.write_text(json.dumps(changed))
    assert "price" in server.command("import", file, status=1)
    server.command("user", 8, "Bo", "supervisor", "--language", "de", stdin="4321\n")
    staff = json.loads(till.unseal(till.get("/v1/staff").json()["sealed"]))
    assert [u["number"] for u in staff["users"]] == [7, 8]
    assert [u.get("language") for u in staff["users"]] == [None, "de"]


# --- lists, vouchers, questions ---------------------------------------------------------------------

def question(till, word, request=None, status=200, **members):
    answer = till.post(f"/v1/questions/{word}", {"id": request or uuid7(), **members})
    assert answer.status == status, answer.body
    return answer.json()


def test_orders_hold_their_places(server, till):
    pool, day = tomorrow_pool()
    file = server.home / "orders.json"

    def orders(**changed):
        order = {"ref": "S-1", "kind": "school", "name": "School East", "date": "today+1",
                 "lines": [{"product": "adult", "event": "hall", "time": "12:00", "quantity": 40}]}
        file.write_text(json.dumps({"orders": [{**order, **changed}]}))
        return file

    def arrivals():
        return json.loads(till.unseal(till.get("/v1/arrivals").json()["sealed"]))["orders"]

    server.command("orders", orders())
    assert pool_news(till, pool)["held"] == 40
    (order,) = arrivals()
    assert (order["ref"], order["date"], order["minute"]) == ("S-1", f"{day:%Y-%m-%d}", 720)
    assert [(line["quantity"], line["price"]) for line in order["lines"]] == [(40, 2400)]
    # no till gets more than the rest
    assert till.allot({"verb": "req", "pool": pool, "r": 1, "n": 90})[0]["n"] <= 60
    assert "ref" in server.command("orders", orders(ref=""), status=1)
    server.command("orders", orders(cancelled=True))
    assert pool_news(till, pool)["held"] == 0 and arrivals()[0]["cancelled"]
    assert "agrees" in server.command("audit")


def test_the_samples_are_taken(tmp_path):
    sample = ROOT / "packaging/sample"
    server = make(tmp_path / "home", json.loads((sample / "museum.json").read_text()))
    server.command("members", sample / "members.json")
    for _ in range(2):
        server.command("orders", sample / "orders.json")
    assert "agrees" in server.command("audit")


def test_members_travel_sealed(server, till):
    file = server.home / "members.json"
    file.write_text(json.dumps({"members": [{"id": "m-1", "code": "F-1042", "class": "friend",
                                             "name": "Ida Berg", "until": "2099-12-31"}]}))
    server.command("members", file)
    answer = till.get("/v1/members")
    assert b"Ida" not in answer.body
    (member,) = json.loads(till.unseal(answer.json()["sealed"]))["members"]
    assert (member["code"], member["name"], member["guests"]) == ("F-1042", "Ida Berg", 0)
    file.write_text(json.dumps({"members": [{"id": "m-1", "code": "x", "class": "friend"}]}))
    assert "member 1" in server.command("members", file, status=1)


def test_a_balance_is_charged_once(server, till):
    code = server.command("voucher", "stored", "50.00").strip()
    charge, reverse = uuid7(), uuid7()
    for _ in range(2):
        got = question(till, "charge", charge, code=code, amount=3000)
        assert got["approved"] and got["balance"] == 2000
    assert till.post("/v1/questions/charge", {"id": charge, "code": code, "amount": 2999}).code == "id_reused"
    server.kill()
    server.start()
    till.connection = None
    got = question(till, "charge", charge, code=code, amount=3000)
    assert got["approved"] and got["balance"] == 2000
    assert not question(till, "charge", code=code, amount=2001)["approved"]
    for _ in range(2):
        assert question(till, "reverse", reverse, attempt=charge, amount=3000)["balance"] == 5000
    assert question(till, "voucher", code=code)["balance"] == 5000
    assert "agrees" in server.command("audit")


def test_vouchers_are_signed(server, till):
    vouchers = server.command("voucher", "single", "25", "2099-12-31", "3").split()
    assert len(set(vouchers)) == 3 and {len(v) for v in vouchers} == {133}
    got = question(till, "voucher", code=vouchers[0])
    assert (got["state"], got["value"], got["until"]) == ("good", 2500, "2099-12-31")
    assert till.keys()["voucher"] == till.server_key.encode().hex()
    for wrong in (["voucher"], ["voucher", "single", "25"], ["voucher", "stored", "1", "2"], ["report"],
                  ["report", "shift", "1"], ["orders"], ["members", "a", "b"]):
        server.command(*wrong, status=2)
    for refused in (["voucher", "single", "0", "2099-12-31"], ["voucher", "single", "25", "2001-01-01"],
                    ["voucher", "stored", "-1"], ["report", "day", "--from", "soon"],
                    ["report", "shift", "77", "1"]):
        server.command(*refused, status=1)


def test_figures_of_a_shift_and_a_day(server, till):
    pool, day = tomorrow_pool()
    programme, keys = till.get("/v1/programme").json(), till.keys()
    till.allot({"verb": "req", "pool": pool, "r": 1, "n": 10})
    line, codes = sale(till, keys, pool, day, 1, 0, 2, programme)
    till.send(line)
    booked = question(till, "shift", shift=1)
    assert booked["confirmed"] == 1 and ["sale", "", 1, 4800] in booked["figures"]
    told = json.loads(server.command("report", "shift", till.till, 1, "--json"))
    assert told["figures"] == booked["figures"] and told["confirmed"] == 1
    products = json.loads(server.command("report", "products", "--json"))
    assert products["figures"] == [["product", "adult", 2, 4800]]
    assert "48.00" in server.command("report", "channels")
    (found,) = question(till, "sales", text=codes[1])["sales"]
    assert found["number"] == f"{till.till}-000001"
    whole = question(till, "sale", sale=found["id"])
    assert len(whole["entries"]) == 1 and [t["state"] for t in whole["tickets"]] == ["good", "good"]
    question(till, "sale", status=404, sale=uuid7())


# --- leases, entries, tickets ----------------------------------------------------------------------

def sale(till, keys, pool, day, r, before, count, server_programme):
    """A sale of COUNT adults for cash, and its ticket codes."""
    slot = next(s for s in server_programme["slots"] if s["pool"] == pool)
    subkey = next(bytes.fromhex(k["key"]) for k in keys["keys"]
                  if k["date"] == f"{day:%Y-%m-%d}" and k["class"] == "main")
    codes = [ticket_code(subkey, keys["key_epoch"], keys["issuer"]) for _ in range(count)]
    till.sales += 1
    total = 2400 * count
    net = (total * 1000000 + 535000) // 1070000
    fields = {
        "currency": "EUR", "exponent": 2, "tax_included": True,
        "programme": server_programme["version"], "offline": False,
        "lines": [{"product": "adult", "name": "Adult", "event": "hall", "event_name": "Hall",
                   "slot": slot["id"], "pool": pool, "class": "main", "start": slot["start"],
                   "end": slot["end"], "offset": 0, "date": f"{day:%Y-%m-%d}", "price": 2400,
                   "tax": 70000, "places": 1, "persons": 1, "quantity": count}],
        "total": total,
        "taxes": [{"ppm": 70000, "gross": total, "net": net, "tax": total - net}],
        "rounding": 0,
        "tenders": [{"kind": "cash", "amount": total, "received": total, "change": 0, "reference": ""}],
        "uses": [{"pool": pool, "r": r, "before": before, "q": count}],
        "tickets": [{"code": code, "line": 0, "nth": i + 1} for i, code in enumerate(codes)],
    }
    return till.entry("sale", fields, number=f"{till.till}-{till.sales:06d}"), codes


def test_a_sale_from_lease_to_gate(server, till):
    pool, day = tomorrow_pool()
    programme, keys = till.get("/v1/programme").json(), till.keys()
    assert till.allot({"verb": "req", "pool": pool, "r": 1, "n": 10})[0]["n"] == 10
    assert pool_news(till, pool) == {"pool": pool, "capacity": CAPACITY, "sold": 0, "held": 0, "leased": 10}
    batch = till.note("login")
    line, codes = sale(till, keys, pool, day, 1, 0, 2, programme)
    answers = till.send(batch + line)
    assert [(a["seq"], a["outcome"], a["task"]) for a in answers] == [(1, "recorded", ""),
                                                                     (2, "recorded", "")]
    assert answers[1]["hash"] == till.head.hex()
    # sent again, in part and in another batch: the same words, nothing twice
    again = till.send(batch + line)
    assert again == answers
    news = pool_news(till, pool)
    assert (news["sold"], news["leased"]) == (2, 8)
    # the ticket is known, and good once
    ticket = till.get(f"/v1/tickets/{codes[0]}").json()
    assert (ticket["state"], ticket["product"], ticket["number"]) == ("valid", "adult", f"{till.till}-000001")
    closed = till.allot({"verb": "close", "pool": pool, "r": 1, "used": 2, "seq": till.seq,
                         "head": till.head.hex()})
    assert closed[0]["word"] == "acked"
    news = pool_news(till, pool)
    assert (news["sold"], news["leased"]) == (2, 0)
    assert "agrees" in server.command("audit")
    assert till.get("/v1/tickets/" + ticket_code(bytes(32), 0, 1)).code == "not_found"
    scan = {"id": uuid7(), "code": codes[0], "gate": "North", "at": time.time_ns() // 1000}
    first = till.post("/v1/check-ins", {"id": uuid7(), "scans": [scan]}).json()["answers"][0]
    assert first["id"] == scan["id"] and first["verdict"] in ("admit", "refuse")
    # the same scan in another request: the same verdict; another code under its id: a clash
    again = till.post("/v1/check-ins", {"id": uuid7(), "scans": [scan]}).json()["answers"][0]
    assert again == first
    clash = till.post("/v1/check-ins", {"id": uuid7(), "scans": [{**scan, "code": codes[1]}]})
    assert clash.json()["answers"][0]["verdict"] == "clash"


def test_entries_that_contradict_are_kept_aside(till):
    first = till.note("login")
    assert till.send(first)[0]["outcome"] == "recorded"
    till.seq, till.head = 0, bytes(32)
    forked = till.note("logout")
    assert till.send(forked)[0]["outcome"] == "conflict"
    # a body that is not what its envelope says
    till.seq, till.head = 1, bytes.fromhex(json.loads(first.splitlines()[0])["hash"])
    changed = till.note("logout").replace('"user":7', '"user":8')
    answer = till.ask("POST", "/v1/entries", changed, kind="application/x-ndjson")
    assert answer.status == 400 or json.loads(answer.body.splitlines()[0])["outcome"] == "conflict"


def test_two_tills_never_get_more_than_there_is(server):
    pool, _ = tomorrow_pool()
    tills = [Till(server) for _ in range(4)]
    for till in tills:
        till.enrol()

    def greedy(till):
        got = 0
        for want in range(10, 200, 10):
            verb = "req" if want == 10 else "grow"
            answer = till.allot({"verb": verb, "pool": pool, "r": 1, "n": want})[0]
            if answer["word"] == "granted":
                got = max(got, answer["n"])
        return got
    with concurrent.futures.ThreadPoolExecutor(4) as crowd:
        got = sum(crowd.map(greedy, tills))
    news = pool_news(tills[0], pool)
    assert got == news["leased"] <= CAPACITY
    assert news["sold"] + news["held"] + news["leased"] <= news["capacity"]


# --- what is no request -----------------------------------------------------------------------------

def raw(server, data, wait=5):
    """Sends bytes as they are; what came back until the server hung up or WAIT was over."""
    with socket.create_connection((server.host, server.port), timeout=wait) as line:
        heard = b""
        try:
            line.sendall(data)
            line.shutdown(socket.SHUT_WR)
            while chunk := line.recv(65536):
                heard += chunk
        except OSError:
            pass
        return heard


def test_requests_that_could_be_two(server):
    start = b"POST /v1/devices/enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    twice = raw(server, start + b"Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}{}")
    assert twice.startswith(b"HTTP/1.1 400") and b"Content-Length stands twice" in twice
    assert twice.count(b"HTTP/1.1") == 1 and b"Connection: close" in twice
    both = raw(server, start + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    assert both.startswith(b"HTTP/1.1 400")
    assert server.plain("GET", "/healthz").status == 200


def test_garbage_and_oversize(server, till):
    for data in (b"", b"\0" * 100, b"\xff\xfe" * 5000, b"GET", b"GET /healthz HTTP/1.1\r\nA" + b"b" * 40000,
                 b"GET /" + b"a" * 60000 + b" HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                 b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):
        heard = raw(server, data, wait=1)
        assert not heard or heard.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4", b"HTTP/1.1 5")), heard[:80]
    huge = b"POST /v1/entries HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000000\r\n\r\n"
    for _ in range(20):  # and whoever comes next is heard
        assert raw(server, huge).startswith(b"HTTP/1.1 413")
        assert server.plain("GET", "/healthz").status == 200
    answer = server.plain("POST", "/v1/devices/enrol", "x" * 5000, {"Content-Type": "application/json"})
    assert (answer.status, answer.code) == (413, "too_large")
    bad = [b"", b"{", b"[]]", b'{"id":1,"id":2}', b'{"a":1.5}', b"\xff", b"[" * 5000, b"nul", b'"\\ud800"']
    for body in bad:
        answer = till.ask("POST", "/v1/allotments", body)
        assert answer.status == 400 and answer.code in ("bad_json", "invalid"), body
        answer = till.ask("POST", "/v1/entries", body + b"\n", kind="application/x-ndjson")
        assert (answer.status, answer.code) == (400, "unreadable"), body
    answer = till.ask("POST", "/v1/allotments", b"{}", kind="text/plain")
    assert (answer.status, answer.code) == (415, "media_type")
    assert server.plain("GET", "/healthz").json()["ok"] is True


def test_no_body_breaks_the_server(till):
    """Bodies that nearly are what they should be: never a 5xx, and what is refused changes nothing."""
    luck = random.Random(7)
    pool, _ = tomorrow_pool()
    values = [0, -1, 1, 2**53 - 1, 2**53, 2**63, True, None, "", "x", "é" * 50, [], {}, [[]], {"a": {}}, pool,
              "hello", "close", "00" * 32, "\u202e", "open"]
    seeds = [("/v1/allotments", {"id": "", "messages": [
                 {"verb": "grow", "pool": pool, "r": 3, "n": 4},
                 {"verb": "close", "pool": pool, "r": 9, "used": 0, "seq": 0, "head": "00" * 32}]}),
             ("/v1/check-ins", {"id": "", "scans": [
                 {"id": uuid7(), "code": "B10040938NKRKAYDHZBPJQQ9TAH5E", "gate": "N", "at": 1}]})]

    def places(node):
        for key in node if isinstance(node, dict) else range(len(node)):
            yield node, key
            if isinstance(node[key], (dict, list)):
                yield from places(node[key])
    refused = 0
    for _ in range(400):
        path, seed = luck.choice(seeds)
        body = json.loads(json.dumps({**seed, "id": uuid7()}))
        for _ in range(luck.randint(1, 2)):
            node, key = luck.choice(list(places(body)))
            if luck.random() < 0.2:
                node.pop(key)
            else:
                node[key] = luck.choice(values)
        before = till.get("/healthz").json()["commit"]
        answer = till.post(path, body)
        assert answer.status in (200, 400, 422), (body, answer.status, answer.body)
        jsonschema.validate(answer.json(), schema_of("POST", path, answer.status),
                            jsonschema.Draft202012Validator)
        if answer.status != 200:
            refused += 1
            assert till.get("/healthz").json()["commit"] == before, body
    assert 100 < refused < 400
    assert "agrees" in till.server.command("audit")


def test_clients_that_leave_take_nothing_with_them(server, till):
    pool, _ = tomorrow_pool()
    till.allot({"verb": "req", "pool": pool, "r": 1, "n": 1})
    for n in range(2, 60):
        grow = {"verb": "grow", "pool": pool, "r": 1, "n": n}
        body = compact({"id": uuid7(), "messages": [grow]}).encode()
        headers = till.headers("POST", "/v1/allotments", body)
        text = "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        line = socket.create_connection((server.host, server.port))
        line.sendall(f"POST /v1/allotments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{text}"
                     f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        if n % 2:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        line.close()
    # more than any of them asked for, whenever the last of them is done
    answer = till.allot({"verb": "grow", "pool": pool, "r": 1, "n": 80})[0]
    assert answer["word"] == "granted" and server.process.poll() is None
    assert pool_news(till, pool)["leased"] == answer["n"]


# --- the process ------------------------------------------------------------------------------------

def test_no_acknowledged_entry_is_missing_after_a_kill(tmp_path):
    server = make(tmp_path / "home").start()
    try:
        for turn in range(3):
            tills = [Till(server) for _ in range(6)]
            for till in tills:
                till.enrol()
            acknowledged = {}
            enough = threading.Event()

            def upload(till):
                mine = acknowledged.setdefault(till.till, [])
                try:
                    while True:
                        for answer in till.send("".join(till.note() for _ in range(3))):
                            assert answer["outcome"] == "recorded"
                            mine.append((answer["seq"], answer["id"], answer["hash"]))
                        if len(mine) > 60:
                            enough.set()
                except (OSError, http.client.HTTPException):
                    pass
            crowd = [threading.Thread(target=upload, args=(till,)) for till in tills]
            for one in crowd:
                one.start()
            assert enough.wait(60)
            server.kill()
            for one in crowd:
                one.join()
            with sqlite3.connect(server.home / "boxtilld.db") as store:
                assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                held = {(t, s, i.hex(), h.hex()) for t, s, i, h in
                        store.execute("SELECT till, seq, id, hash FROM entry")}
            store.close()
            for till, mine in acknowledged.items():
                assert mine
                missing = [a for a in mine if (till, a[0], a[1].replace("-", ""), a[2]) not in held]
                assert not missing, (turn, till, missing[:3])
            assert "agrees" in server.command("audit")
            server.start()
    finally:
        server.end()


def test_ends_politely_and_with_its_parent(tmp_path):
    server = make(tmp_path / "home")
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        server.start()
        server.process.send_signal(signal_number)
        assert server.process.wait(30) == 0
        assert not (server.home / "address").exists()
        server.process.stdin.close()
    server.start()
    server.process.stdin.close()  # the lifeline
    assert server.process.wait(30) == 0
    for _ in range(8):  # both at once: what ends last finds nothing that is gone
        server.start()
        server.process.terminate()
        server.process.stdin.close()
        assert server.process.wait(30) == 0
    server.process = None


def test_one_server_a_home_and_loopback_only(server, tmp_path):
    second = subprocess.run([BOXTILLD], env=server.environment(), capture_output=True, text=True,
                            timeout=30, check=False)
    assert second.returncode == 1 and "serves" in second.stderr
    other = make(tmp_path / "other")
    conf = other.home / "boxtilld.conf"
    conf.write_text("[server]\nlisten = 0.0.0.0:0\n")
    run = subprocess.run([BOXTILLD], env=other.environment(), capture_output=True, text=True,
                         timeout=30, check=False)
    assert run.returncode == 1 and "--behind-proxy" in run.stderr
    other.start("--behind-proxy")
    other.host = "127.0.0.1"
    assert other.plain("GET", "/healthz").status == 200
    other.end()


def test_commands_and_their_status(tmp_path):
    server = Server(tmp_path / "home")
    assert "init" in server.command("audit", status=1)
    server.command("init")
    assert server.command("init", status=1)
    for usage in (["nonsense"], ["init", "x"], ["import"], ["user", "7"], ["revoke"], ["revoke", "x"],
                  ["reopen"], ["reopen", "Ana"], ["capacity", "x", "y", "8"], ["capacity", "x", "1", "8", "y"],
                  ["capacity", "x", "1", "Ana"], ["cancel", "x"], ["cancel", "x", "Ana"], ["settle", "1", "0"],
                  ["--nonsense"], ["--config"]):
        server.command(*usage, status=2)
    assert "--help" in server.command("nonsense", status=2)
    refused = [(["user", "0", "Ana", "cashier"], "1234\n"), (["user", "7", "Ana", "king"], "1234\n"),
               (["user", "7", "Ana", "cashier"], "12\n"), (["user", "7", "Ana", "cashier"], "abcd\n"),
               (["user", "7", "", "cashier"], "1234\n"), (["import", "/nonexistent"], ""),
               (["revoke", "77"], ""), (["capacity", "house", "1", "8"], ""),
               (["cancel", "UPPER", "8"], "")]
    for arguments, stdin in refused:
        assert server.command(*arguments, stdin=stdin, status=1).startswith("boxtilld: ")
    (server.home / "boxtilld.conf").write_text("[server]\nlisen = 127.0.0.1:0\n")
    assert "line 2" in server.command("audit", status=1)
    (server.home / "boxtilld.conf").write_text("[server]\nlisten = nonsense\n")
    said = server.command(status=1)
    assert "nonsense" in said and "loopback" not in said
    server.home = pathlib.Path("relative")
    assert "BOXTILL_HOME" in server.command("init", status=1) and not server.home.exists()
    server.home = tmp_path / "home"
    other = tmp_path / "other.conf"
    other.write_text("[policy]\nshare_percent = 10\n")
    assert "agrees" in server.command("--config", other, "audit")
    assert "boxtilld" in server.command("--version")


def test_the_sample_configuration_is_taken_and_whole(tmp_path):
    server = Server(tmp_path / "home")
    sample = (ROOT / "packaging/boxtilld.conf.sample").read_text()
    (server.home / "boxtilld.conf").write_text(re.sub(r"(?m)^#(\w+ =)", r"\1", sample))
    server.command("init")
    assert "agrees" in server.command("audit")
    table = (ROOT / "src/main/bd_config.c").read_text()
    keys = set(re.findall(r'\{"(?:server|policy)", +"(\w+)"', table))
    assert keys and keys == set(re.findall(r"(?m)^#(\w+) =", sample))


def test_a_restored_backup_is_noticed(server, till):
    pool, _ = tomorrow_pool()
    server.stop()
    with sqlite3.connect(server.home / "boxtilld.db") as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    backup = (server.home / "boxtilld.db").read_bytes()
    server.start()
    till.connection = None
    till.allot({"verb": "req", "pool": pool, "r": 1, "n": 5})
    seen = till.seen
    server.stop()
    for name in ("boxtilld.db-wal", "boxtilld.db-shm"):
        (server.home / name).unlink(missing_ok=True)
    (server.home / "boxtilld.db").write_bytes(backup)
    server.start()
    till.connection = None
    answer = till.get("/v1/availability")
    assert int(answer.headers["Boxtill-Epoch"]) > seen[0]
    assert server.plain("GET", "/healthz").json()["shut"] is True
    assert till.allot({"verb": "req", "pool": pool, "r": 2, "n": 5})[0]["word"] == "say-hello"
    server.command("reopen", SUPERVISOR)
    assert server.plain("GET", "/healthz").json()["shut"] is False


def test_what_is_stored_was_answered_also_at_the_end(server):
    """Stopped under load: whoever got no answer left nothing behind, and nobody waits."""
    tills = [Till(server) for _ in range(8)]
    for till in tills:
        till.enrol()
        till.get("/healthz")
    answered, begun = [0] * len(tills), threading.Barrier(len(tills) + 1)

    def work(nth):
        begun.wait()
        while True:
            try:
                answer = tills[nth].once("POST", "/v1/entries", tills[nth].note(),
                                         kind="application/x-ndjson")
            except (OSError, http.client.HTTPException, nacl.exceptions.BadSignatureError, TypeError):
                return  # hung up, or turned away unsigned
            if answer.status != 200:
                return
            answered[nth] = tills[nth].seq

    crowd = [threading.Thread(target=work, args=(nth,)) for nth in range(len(tills))]
    for one in crowd:
        one.start()
    begun.wait()
    while min(answered) < 3:
        time.sleep(0.01)
    assert server.stop() == 0
    for one in crowd:
        one.join(30)
        assert not one.is_alive()
    with sqlite3.connect(server.home / "boxtilld.db") as link:
        stored = dict(link.execute("SELECT till, MAX(seq) FROM entry GROUP BY till"))
    link.close()
    assert [stored[till.till] for till in tills] == answered


def test_many_keep_alive_clients(server):
    till = Till(server)
    till.enrol()
    till.get("/v1/programme")

    def talk(_):
        connection = server.connection()
        for _ in range(30):
            connection.request("GET", "/v1/availability", headers=till.headers("GET", "/v1/availability", b""))
            answer = Answer(connection.getresponse())
            assert answer.status == 200
        connection.close()
        return True
    with concurrent.futures.ThreadPoolExecutor(16) as crowd:
        assert all(crowd.map(talk, range(16)))
