# SPDX-License-Identifier: Apache-2.0
"""Holds and orders over HTTP, by an independent client: the MAC, who may call what, the way of an
order from hold to gate, races."""
import concurrent.futures

import pytest

from server_lab import CAPACITY, SUPERVISOR, Channel, Till, pool_news, tomorrow_pool, uuid7


@pytest.fixture
def config():
    return "[policy]\nhold_places = 200\n"


def test_from_hold_to_gate(web, till):
    pool, _ = tomorrow_pool()
    held = web.hold("ann-1", ("adult", pool, 3))
    assert (held["total"], held["currency"], held["state"]) == (7200, "EUR", "open")
    assert pool_news(till, pool)["held"] == 3
    assert web.change(held["hold"], "extend")["expires"] >= held["expires"]
    assert web.change(held["hold"], "pay")["state"] == "paying"
    order = web.order(7200, hold=held["hold"])
    assert order["outcome"] == "confirmed" and len(order["tickets"]) == 3
    news = pool_news(till, pool)
    assert (news["sold"], news["held"]) == (3, 0)
    ticket = till.get(f"/v1/tickets/{order['tickets'][0]['code']}").json()
    assert (ticket["state"], ticket["product"], ticket["slot"]) == ("valid", "adult", pool)
    assert ticket["number"] == order["number"] == f"{web.till}-000001"
    scan = till.post("/v1/check-ins", {"id": uuid7(), "scans": [
        {"id": uuid7(), "code": order["tickets"][0]["code"], "gate": "door", "at": 1}]})
    assert scan.json()["answers"][0]["verdict"] in ("admit", "refuse")
    now = web.get(f"/v1/orders/{order['order']}").json()
    assert len(now["tickets"]) == 3 and now["total"] == 7200
    assert web.post(f"/v1/orders/{uuid7()}/cancel", {"id": uuid7()}).status == 404


def test_an_order_is_placed_once(web, till):
    pool, _ = tomorrow_pool()
    asked = {"id": uuid7(), "total": 4800, "lines": [{"product": "adult", "slot": pool, "quantity": 2}],
             "payments": [{"kind": "card", "amount": 4800, "reference": "pi-7"}]}
    first, again = web.post("/v1/orders", asked), web.post("/v1/orders", asked)
    assert first.status == again.status == 200 and first.body == again.body
    assert pool_news(till, pool)["sold"] == 2
    asked["total"] = 2400
    assert web.post("/v1/orders", asked).code == "id_reused"
    back = {"id": uuid7()}
    for _ in range(2):
        answer = web.post(f"/v1/orders/{first.json()['order']}/cancel", back)
        assert answer.status == 200 and answer.json()["amount"] == 4800
    assert pool_news(till, pool)["sold"] == 0
    assert web.post(f"/v1/orders/{first.json()['order']}/cancel", {"id": uuid7()}).code == "state"


def test_the_mac_and_who_may_what(server, web, till):
    pool, _ = tomorrow_pool()
    assert web.get("/v1/availability").status == 200
    assert web.get("/v1/programme").status == 200
    for path in ("/v1/staff", "/v1/keys", "/v1/members", "/v1/arrivals"):
        assert web.get(path).code == "forbidden", path
    assert web.ask("POST", "/v1/entries", b"", kind="application/x-ndjson").code == "forbidden"
    hold = {"id": uuid7(), "client": "x", "lines": [{"product": "adult", "slot": pool, "quantity": 1}]}
    assert till.post("/v1/holds", hold).code == "forbidden"
    assert till.get(f"/v1/orders/{uuid7()}").code == "forbidden"
    thief = Channel(server)
    thief.till, thief.incarnation, thief.server_key = web.till, 1, web.server_key
    thief.secret, thief.challenge = bytes(32), web.challenge
    assert thief.get("/v1/availability").code == "signature"
    liar = Till(server)  # with the channel's own key, but signing as a till does
    liar.key, liar.till, liar.incarnation, liar.server_key = web.key, web.till, 1, web.server_key
    liar.challenge = web.challenge
    assert liar.get("/v1/availability").code == "signature"
    other = Channel(server)
    other.enrol(name="kiosk")
    held = web.hold("ann", ("adult", pool, 1))
    assert other.post(f"/v1/holds/{held['hold']}/release", {"id": uuid7()}).status == 404
    server.command("revoke", web.till)
    assert web.get("/v1/availability").code == "revoked"


def test_bodies_that_are_none(web):
    pool, _ = tomorrow_pool()
    line = {"product": "adult", "slot": pool, "quantity": 1}
    for body in ({"id": uuid7(), "client": "", "lines": [line]},
                 {"id": uuid7(), "client": "a b", "lines": [line]},
                 {"id": uuid7(), "client": "a", "lines": []},
                 {"id": uuid7(), "client": "a", "lines": [{**line, "quantity": 0}]},
                 {"id": uuid7(), "client": "a", "lines": [line] * 21}):
        answer = web.post("/v1/holds", body)
        assert (answer.status, answer.code) == (400, "invalid"), body
    card = {"kind": "card", "amount": 2400, "reference": "pi"}
    for body in ({"id": uuid7(), "total": 2400, "payments": [card]},
                 {"id": uuid7(), "total": 2400, "payments": [card], "lines": [line], "hold": uuid7()},
                 {"id": uuid7(), "total": 2400, "payments": [{**card, "kind": "cash"}], "lines": [line]}):
        answer = web.post("/v1/orders", body)
        assert (answer.status, answer.code) == (400, "invalid"), body
    number = {**card, "reference": "4111 1111 1111 1111"}
    answer = web.post("/v1/orders", {"id": uuid7(), "total": 2400, "payments": [number], "lines": [line]})
    assert answer.status == 409
    assert web.post("/v1/holds/none/extend", {"id": uuid7()}).status in (400, 404)


@pytest.mark.parametrize("through", ["holds", "orders"])
def test_the_last_places(server, through):
    """Asked for in pairs by many at once: all are sold, none twice, and every answer is true."""
    pool, _ = tomorrow_pool()
    crowd = [Channel(server) for _ in range(4)]
    for one in crowd:
        one.enrol()

    def buy(one):
        got = 0
        for n in range(CAPACITY):
            quantity = 2 if n % 3 else 1
            want = ("adult", pool, quantity)
            asked = {"id": uuid7(), "client": f"c{n}", "lines": [
                {"product": "adult", "slot": pool, "quantity": quantity}]}
            if through == "holds":
                answer = one.post("/v1/holds", asked)
                if answer.status == 200:
                    one.order(2400 * quantity, hold=answer.json()["hold"])
                    got += quantity
            else:
                answer = one.post("/v1/orders", {
                    "id": uuid7(), "total": 2400 * quantity, "lines": asked["lines"],
                    "payments": [{"kind": "card", "amount": 2400 * quantity, "reference": "pi"}]})
                got += quantity if answer.status == 200 else 0
            if answer.status != 200:
                assert answer.code == "sold_out", answer.body
                if want[2] == 1:
                    return got
        return got
    with concurrent.futures.ThreadPoolExecutor(4) as pool_of_threads:
        got = sum(pool_of_threads.map(buy, crowd))
    news = pool_news(crowd[0], pool)
    assert got == news["sold"] == CAPACITY and news["held"] == 0


def test_capacity_and_cancelling_beside_the_server(server, web, till):
    """A change by name counts at once, stands in the log, and outlives the next import."""
    pool, _ = tomorrow_pool()
    held = web.hold("ann", ("adult", pool, 6))
    assert "6 places" in server.command("capacity", pool, 5, SUPERVISOR, status=1)
    server.command("capacity", pool, 6, SUPERVISOR)
    line = {"product": "adult", "slot": pool, "quantity": 1}
    asked = {"id": uuid7(), "client": "ben", "lines": [line]}
    assert web.post("/v1/holds", asked).code == "sold_out"
    server.command("capacity", pool, 7, SUPERVISOR)
    server.command("import", server.home / "programme.json")
    assert pool_news(till, pool)["capacity"] == 7
    web.order(14400, hold=held["hold"])
    assert "6 places" in server.command("cancel", pool, SUPERVISOR)
    assert web.post("/v1/holds", {**asked, "id": uuid7()}).code == "closed"
    server.command("import", server.home / "programme.json")
    assert web.post("/v1/holds", {**asked, "id": uuid7()}).code == "closed"
