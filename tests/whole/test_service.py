# SPDX-License-Identifier: Apache-2.0
"""What boxtilld tells those who keep it running: readiness, metrics, and to whom."""
import re
import sqlite3
import time

from server_lab import CAPACITY, SUPERVISOR, Till, make, tomorrow_pool

SAMPLE = re.compile(r'^([a-z_]+)(?:\{([^}]*)\})? (-?[0-9.]+)$')


def metrics(server, **headers):
    """{(name, labels): number}; each name has its HELP and TYPE before it."""
    answer = server.plain("GET", "/metrics", headers=headers)
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    values, types = {}, {}
    for line in answer.body.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name not in types
            types[name] = kind
        elif not line.startswith("# HELP "):
            name, labels, number = SAMPLE.match(line).groups()
            base = re.sub("_(bucket|sum|count)$", "", name)
            assert types.get(name) or types[base] == "histogram", line
            assert (name, labels) not in values
            values[name, labels] = float(number)
    return values


def until(look, seconds=30):
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)
    return found


def test_metrics_count_what_was_done(server):
    before = metrics(server)
    tills = [Till(server) for _ in range(3)]
    for till in tills:
        till.enrol()
    pool, _ = tomorrow_pool()
    tills[0].allot({"verb": "req", "pool": pool, "r": 1, "n": 7})
    tills[0].send(tills[0].note())
    tills[1].send(tills[1].note())
    server.command("revoke", tills[2].till)
    assert tills[2].get("/v1/programme").status == 403
    assert server.plain("GET", "/nothing").status == 404
    now = metrics(server)

    def grew(name, labels):
        return now.get((name, labels), 0) - before.get((name, labels), 0)
    assert grew("boxtilld_requests_total", 'operation="enrol",class="2xx"') == 3
    assert grew("boxtilld_requests_total", 'operation="entries",class="2xx"') == 2
    assert grew("boxtilld_requests_total", 'operation="none",class="4xx"') == 1
    assert grew("boxtilld_requests_total", 'operation="metrics",class="2xx"') == 1
    assert now["boxtilld_requests_total", 'operation="programme",class="4xx"'] >= 1
    assert now["boxtilld_places", 'state="leased"'] == 7
    assert now["boxtilld_places", 'state="sold"'] == 0
    assert now["boxtilld_places", 'state="capacity"'] == CAPACITY * now["boxtilld_pools", None]
    assert now["boxtilld_devices", 'state="enrolled"'] == 2
    assert now["boxtilld_devices", 'state="revoked"'] == 1
    assert now["boxtilld_batches_failed_total", None] == 0
    for name in ("commit_seconds", "batch_requests", "writer_waited_seconds"):
        buckets = [v for (n, _), v in now.items() if n == f"boxtilld_{name}_bucket"]
        assert buckets == sorted(buckets) and len(buckets) == 13
        assert buckets[-1] == now[f"boxtilld_{name}_count", None]
        assert grew(f"boxtilld_{name}_count", None) >= 5
    assert now["boxtilld_commit_seconds_sum", None] > 0


def test_labels_stay_few(server):
    for n in range(50):
        server.plain("GET", f"/v1/tickets/{n}")
        server.plain("GET", f"/{n}")
        server.plain("POST", f"/v1/questions/q{n}", "{}", {"Content-Type": "application/json"})
    names = [key for key in metrics(server) if key[0] == "boxtilld_requests_total"]
    assert len(names) < 12


def test_metrics_are_for_this_machine(server, tmp_path):
    for header in ({"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}):
        answer = server.plain("GET", "/metrics", headers=header)
        assert (answer.status, answer.code) == (403, "forbidden")
        assert server.plain("GET", "/healthz", headers=header).status == 200
    behind = make(tmp_path / "behind").start("--behind-proxy")
    try:  # there the proxy's rule decides
        assert behind.plain("GET", "/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status == 200
    finally:
        behind.end()


def ready(server):
    answer = server.plain("GET", "/readyz")
    told = answer.json()
    assert (answer.status == 200) == told["ready"]
    assert told["ready"] == (told["store"] and told["open"] and told["queue"])
    return told


def test_ready_while_the_store_can_be_written(server):
    until(lambda: ready(server)["ready"])
    with sqlite3.connect(server.home / "boxtilld.db", isolation_level=None) as link:
        link.execute("BEGIN IMMEDIATE")
        until(lambda: not ready(server)["store"], 60)
        assert server.plain("GET", "/healthz").status == 200
        link.execute("ROLLBACK")
    link.close()
    until(lambda: ready(server)["ready"])


def test_not_ready_while_slots_are_shut(server):
    till = Till(server)
    till.enrol()
    until(lambda: ready(server)["ready"])
    till.seen = (9, 0)  # it has seen a later server: this one is a restored backup
    assert till.get("/v1/availability").status == 200
    until(lambda: ready(server) == {"ready": False, "store": True, "open": False, "queue": True})
    server.command("reopen", SUPERVISOR)
    until(lambda: ready(server)["ready"])
