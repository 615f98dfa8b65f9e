# SPDX-License-Identifier: Apache-2.0
"""`boxtilld backup` while the server is busy, `boxtilld restore`, and the whole drill: killed,
restored, tills say what they have, slots open again, and nothing acknowledged is missing."""
import http.client
import os
import re
import sqlite3
import threading

from server_lab import Server, Till, make, pool_news, tomorrow_pool


class Load:
    """Tills that hand over entries until the server has gone; keeps every line as it was sent."""

    def __init__(self, server, count):
        self.tills = [Till(server) for _ in range(count)]
        self.sent, self.acknowledged = {}, {}
        for till in self.tills:
            till.enrol()
            self.sent[till.till], self.acknowledged[till.till] = [], set()
        self.threads = [threading.Thread(target=self.upload, args=(till,)) for till in self.tills]
        self.grown = threading.Condition()
        for thread in self.threads:
            thread.start()

    def upload(self, till):
        try:
            while True:
                entries = [till.note() for _ in range(3)]
                self.sent[till.till] += entries
                for answer in till.send("".join(entries)):
                    assert answer["outcome"] == "recorded"
                    self.acknowledged[till.till].add((answer["seq"], answer["id"], answer["hash"]))
                with self.grown:
                    self.grown.notify_all()
        except (OSError, http.client.HTTPException):
            till.connection = None

    def least(self):
        return min(len(mine) for mine in self.acknowledged.values())

    def wait(self, more):
        goal = self.least() + more
        with self.grown:
            assert self.grown.wait_for(lambda: self.least() >= goal, 120)

    def join(self):
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive()


def held(server):
    with sqlite3.connect(f"file:{server.home}/boxtilld.db?mode=ro", uri=True) as link:
        rows = link.execute("SELECT till, seq, hex(id), hex(hash) FROM entry").fetchall()
    link.close()
    return {(t, s, i.lower(), h.lower()) for t, s, i, h in rows}


def test_the_drill(server, tmp_path):
    pool, _ = tomorrow_pool()
    load = Load(server, 4)
    load.wait(9)
    file = tmp_path / "copies" / "museum.db"
    file.parent.mkdir()
    told = server.command("backup", file)
    assert re.fullmatch(rf"{file}: epoch 1, commit \d+, all agrees\n", told)
    assert [p.name for p in file.parent.iterdir()] == ["museum.db"]  # and nothing beside it
    assert os.stat(file).st_mode & 0o777 == 0o600
    load.wait(9)  # what the copy does not know
    keeper, closer = load.tills[:2]
    server.kill()
    load.join()
    server.start()  # goes on for a while after the copy, with leases
    keeper.allot({"verb": "req", "pool": pool, "r": 1, "n": 30})
    assert closer.allot({"verb": "req", "pool": pool, "r": 1, "n": 20})[0]["word"] == "granted"
    seen = max(till.seen for till in load.tills)
    server.kill()

    # the machine is gone; its folder is moved away and the copy put back
    assert "already" in server.command("restore", file, status=1)
    for end in ("", "-wal", "-shm"):
        path = server.home / f"boxtilld.db{end}"
        if path.exists():
            path.rename(tmp_path / path.name)
    told = server.command("restore", file)
    assert re.fullmatch(r".*/boxtilld\.db: epoch 2, commit \d+, all agrees\n", told)
    server.start()
    assert server.plain("GET", "/healthz").json()["shut"] is True  # before any till was heard
    for till in load.tills:
        till.connection = None

    # nobody is given a place before everybody has said what he has
    late = Till(server)
    late.enrol()
    assert late.allot({"verb": "req", "pool": pool, "r": 1, "n": 1})[0]["word"] == "none"
    for till in load.tills:
        assert int(till.get("/v1/availability").headers["Boxtill-Epoch"]) > seen[0]
        mine = load.sent[till.till]
        for at in range(0, len(mine), 200):  # the tills offer all of it again
            till.send("".join(mine[at:at + 200]))
        assert server.plain("GET", "/healthz").json()["shut"] is True
        places = {keeper: 30, closer: 20}.get(till, 0)
        words = {answer["word"] for answer in till.hello(*([(pool, 1, places, 0)] if places else []))}
        assert words == {"acked"}
    assert server.plain("GET", "/healthz").json()["shut"] is False
    assert pool_news(late, pool)["leased"] == 50
    assert late.allot({"verb": "req", "pool": pool, "r": 1, "n": 5})[0]["word"] == "granted"
    there = held(server)
    for till, mine in load.acknowledged.items():
        lost = [a for a in mine if (till, a[0], a[1].replace("-", ""), a[2]) not in there]
        assert mine and not lost, (till, lost[:3])
    assert "agrees" in server.command("audit")


def test_a_copy_takes_no_name_that_is_taken(server, tmp_path):
    file = tmp_path / "copy.db"
    server.command("backup", file)
    before = file.read_bytes()
    assert "not overwritten" in server.command("backup", file, status=1)
    assert file.read_bytes() == before
    (tmp_path / "hanging").symlink_to(tmp_path / "nowhere")
    assert "not overwritten" in server.command("backup", tmp_path / "hanging", status=1)
    assert server.command("backup", tmp_path / "no" / "folder.db", status=1).startswith("boxtilld: ")
    server.command("backup", status=2)
    server.command("backup", file, "x", status=2)
    server.command("restore", status=2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.db", "hanging", "home"]


def test_what_is_not_whole_is_not_put_back(server, tmp_path):
    file = tmp_path / "copy.db"
    server.command("backup", file)
    assert "serves" in server.command("restore", file, status=1)
    other = Server(tmp_path / "other")
    for n, damage in enumerate((b"", b"SQLite format 3\0" + bytes(5000), file.read_bytes()[:40000])):
        bad = tmp_path / f"bad{n}"
        bad.write_bytes(damage)
        assert other.command("restore", bad, status=1).startswith("boxtilld: ")
    other.command("restore", tmp_path / "nothing", status=1)
    assert not [p.name for p in other.home.iterdir() if p.name.startswith("boxtilld.db")]
    (other.home / "boxtilld.db-wal").write_bytes(b"left behind")
    assert "not overwritten" in other.command("restore", file, status=1)
    (other.home / "boxtilld.db-wal").unlink()
    assert "all agrees" in other.command("restore", file)
    assert "all agrees" in other.command("audit")


def test_a_copy_that_does_not_count_right_is_told(tmp_path):
    server = make(tmp_path / "home")
    with sqlite3.connect(server.home / "boxtilld.db", isolation_level=None) as link:
        link.execute("UPDATE pool SET sold = sold + 1 WHERE id = ?", (tomorrow_pool()[0],))
    link.close()
    file = tmp_path / "copy.db"
    server.command("backup", file, status=1)
    assert file.exists()


def test_postgres_is_left_to_its_tools(tmp_path):
    server = Server(tmp_path / "home", "database = postgresql://nobody@127.0.0.1:1/none\n")
    said = server.command("backup", tmp_path / "copy", status=1)
    assert "pg_dump" in said and "pg_basebackup" in said
    assert "PostgreSQL's own tools" in server.command("restore", tmp_path / "copy", status=2)
    assert not (tmp_path / "copy").exists()
