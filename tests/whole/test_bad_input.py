# SPDX-License-Identifier: Apache-2.0
"""What comes from outside and is wrong: servers that answer nonsense, lies with a good signature,
configuration, terminals that go, windows that shrink, scans and keys nobody meant, lines on
till.sock, a journal that was edited. Nothing is lost, nothing is marked as sent, and the terminal
is given back as it was."""
import json
import os
import random
import re
import signal
import socket
import sqlite3
import threading

import nacl.signing
import pytest

from fault_proxy import FaultProxy, read_message, whole
from pty_lab import Terminal
from server_lab import body_hash, lines
from till_lab import PIN, Till, museum, rows, venue, wait_for


@pytest.fixture
def server(tmp_path):
    made = venue(tmp_path / "server")
    yield made.start()
    made.end()


@pytest.fixture
def till(server, tmp_path):
    return Till(tmp_path / "till", config="[server]\ntimeout = 1\n").enrol(server).login()


# --- servers ------------------------------------------------------------------------------------

class BadServer:
    """Answers every request with the same nonsense."""

    def __init__(self, answer, drip=None):
        self.answer, self.drip, self.asked = answer, drip, 0
        self.ended = threading.Event()

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=32)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(link,), daemon=True).start()

    def talk(self, link):
        with link:
            try:
                read_message(link, b"")
                self.asked += 1
                link.sendall(self.answer)
                while self.drip and not self.ended.wait(0.05):
                    link.sendall(self.drip)
            except Exception:  # the till has gone: it need not hear us out
                pass


def answer(body, status=b"200 OK", kind=b"application/json", length=None):
    return (b"HTTP/1.1 " + status + b"\r\nContent-Type: " + kind + b"\r\nContent-Length: %d\r\n\r\n"
            % (len(body) if length is None else length) + body)


NONSENSE = {
    "silence": (b"", None),
    "noise": (random.Random(7).randbytes(5000), None),
    "half a head": (b"HTTP/1.1 200 OK\r\nContent-Le", None),
    "half a body": (answer(b'{"answers":[{"seq":', length=4000), None),
    "500 for an hour": (answer(b"oops", b"500 Oops", b"text/plain"), None),
    "unsigned": (answer(b'{"answers":[]}'), None),
    "signed by nobody": (answer(b"{}").replace(b"\r\n\r\n", b"\r\nBoxtill-Epoch: 1\r\nBoxtill-Commit: 1\r\n"
                                b"Boxtill-Challenge: " + b"0" * 32 + b"\r\nBoxtill-Signature: " +
                                b"0" * 128 + b"\r\n\r\n", 1), None),
    "elsewhere": (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", None),
    "no end of a head": (b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 1000 + b"\r\n"),
    "no end of a body": (b"HTTP/1.1 200 OK\r\n\r\n", b"[" * 65536),
    "unknown device": (answer(b'{"status":401,"code":"unknown_device"}', b"401 No",
                              b"application/problem+json"), None),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_marks_nothing_as_sent(name, server, till):
    good = f"http://{server.host}:{server.port}"
    till.sync()
    with BadServer(*NONSENSE[name]) as bad:
        till.url(bad.url)
        numbers = [till.sell("a")["number"] for _ in range(2)]
        run = till.run("sync", status=None)
        assert run.status in (1, 3, 4) and run.err, run
        queue = till.run("queue", "--json").json()
        assert queue["online"] is False and queue["attention"] == 0
        assert [e["number"] for e in queue["entries"] if e["kind"] == "sale"] == numbers
        assert bad.asked
    till.run("journal", "verify")
    assert not rows(server, "SELECT * FROM orders")
    till.url(good)
    till.sync()
    assert [o["number"] for o in rows(server, "SELECT number FROM orders ORDER BY seq")] == numbers


class Liar(FaultProxy):
    """Has the server's own key, and signs answers about something else."""

    def __init__(self, server, lie):
        super().__init__(server, 1, 1, ("lie",))
        seed, = rows(server, "SELECT server_seed FROM meta")
        self.key = nacl.signing.SigningKey(bytes(seed["server_seed"])[:32])
        self.lie, self.lies = lie, 0

    def exchange(self, link, far, request, kind, rand):
        far.sendall(request)
        head, body, _ = read_message(far, b"")
        if request.startswith(b"POST /v1/entries "):
            head, body = self.tell(request, head, body)
            self.lies += 1
        link.sendall(whole(head, body))

    def tell(self, request, head, body):
        told = [json.loads(line) for line in body.splitlines()]
        body = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in self.lie(told)).encode()

        def field(text, name):
            return re.search(rb"(?im)^" + name + rb": *(.*?)\r?$", text)[1].decode()
        status = int(head.split(b" ")[1])
        text = lines("bxa1", status, body_hash(body), field(head, b"Boxtill-Epoch"),
                     field(head, b"Boxtill-Commit"), field(head, b"Boxtill-Challenge"),
                     field(request, b"Boxtill-Signature"))
        signature = self.key.sign(text).signature.hex().encode()
        head = re.sub(rb"(?im)^(Boxtill-Signature: *)[0-9a-f]+", rb"\g<1>" + signature, head)
        head = re.sub(rb"(?im)^(Content-Length: *)\d+", rb"\g<1>%d" % len(body), head)
        return head, body


def other(member, change):
    def lie(told):
        for one in told:
            one[member] = change(one[member])
        return told
    return lie


LIES = {
    "none": lambda told: told,
    "another seq": other("seq", lambda seq: seq + 1000),
    "another id": other("id", lambda one: one[:-1] + ("0" if one[-1] != "0" else "1")),
    "another hash": other("hash", lambda one: one[:-1] + ("0" if one[-1] != "0" else "1")),
    "each other's": lambda told: [{**one, "seq": two["seq"]} for one, two in zip(told, told[1:] + told[:1])]
    if len(told) > 1 else [{**told[0], "seq": 77}],
    "nothing": lambda told: [],
}


@pytest.mark.parametrize("name", LIES)
def test_an_answer_to_another_entry_is_none(name, server, till):
    till.sync()
    with Liar(server, LIES[name]) as line:
        till.url(line.url)
        till.sell("a")
        run = till.run("sync", status=None)
        queued = till.run("queue", "--json").json()["queued"]
        assert line.lies
        if name == "none":  # the liar's signature is good: it is the lie that is not believed
            assert run.status == 0 and queued == 0
            return
        assert run.status != 0 and queued > 0
    till.url(f"http://{server.host}:{server.port}")
    till.sync()
    assert len(rows(server, "SELECT * FROM orders")) == 1
    assert not rows(server, "SELECT * FROM aside")


# --- files --------------------------------------------------------------------------------------

@pytest.mark.parametrize("text, names", [
    ("[till]\nentre = cash\n", ("entre", "line 2")),
    ("\n\n[printer]\nkind = none\nqueu = x\n", ("queu", "line 5")),
    ("[til]\nenter = cash\n", ("til", "line")),
    ("enter = cash\n", ("line 1",)),
    ("[till]\nenter cash\n", ("line 2",)),
    ("[till]\nenter = shells\n", ("enter", "shells")),
    ("[till]\ndays_ahead = 9999999999999999999\n", ("days_ahead",)),
    ("[printer]\nkind = cups\n", ("queue",)),
    ("[till]\nlock_after = -1\n", ("lock_after",)),
    ("[server]\ntimeout = 1e3\n", ("timeout",)),
    ("[till]\n" + "x" * 200000, ("boxtill.conf",)),
    ("[till]\nenter = cash\0\n", ("line 2",)),
], ids=lambda one: repr(one)[1:30] if isinstance(one, str) else "")
def test_configuration_is_refused_by_name_and_line(text, names, tmp_path):
    till = Till(tmp_path / "till")
    till.configure(text)
    for words in (["queue"], ["journal", "verify"]):
        said = till.run(*words, status=1).err
        assert all(name in said for name in names), said
    with Terminal(till) as screen:
        assert screen.wait_end() == 1
        wait_for("the sentence", lambda: names[0] in screen.text().replace("\n", ""))


def test_a_bad_key_file_and_draft(till):
    key = (till.home / "device.key").read_text()
    till.sell("a")
    (till.home / "draft.json").write_text("{" * 100000)
    till.sell("a")  # a basket to be typed again is no reason to stay shut
    for bad in ("", "{}", "x" * 9000, key.replace('"v":1', '"v":2'), key[:-30]):
        (till.home / "device.key").write_text(bad)
        assert till.run("sell", "a", status=1).err.startswith("boxtill: ")
    (till.home / "device.key").write_text(key)
    till.sell("a")
    till.sync()


def test_an_edited_journal_is_noticed(till):
    for _ in range(3):
        till.sell("a")
    assert till.run("journal", "verify").status == 0
    path = till.home / "journal.db"
    good = path.read_bytes()

    def edit(*statements):
        path.write_bytes(good)
        with sqlite3.connect(path) as link:
            triggers = link.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                link.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                assert link.execute(statement).rowcount
            for _, sql in triggers:
                link.execute(sql)
        link.close()
        for end in ("-wal", "-shm"):
            (till.home / ("journal.db" + end)).unlink(missing_ok=True)
        return till.run("journal", "verify", status=1).err
    sale, = [e.seq for e in till.entries() if e.kind == "sale"][1:2]
    cheaper = f"UPDATE entry SET body = replace(body, '2400', '0400') WHERE seq = {sale}"
    assert str(sale) in edit(cheaper)
    assert edit(f"UPDATE entry SET at = at + 1 WHERE seq = {sale}")
    assert edit(f"UPDATE entry SET user = 8 WHERE seq = {sale}")
    assert edit(f"DELETE FROM answer WHERE seq = {sale}", f"DELETE FROM print_job WHERE seq = {sale}",
                f"DELETE FROM entry WHERE seq = {sale}")
    path.write_bytes(good)
    till.run("journal", "verify")


def test_hostile_names_do_not_drive_the_terminal(tmp_path):
    programme = museum()
    programme["products"][0]["name"] = "Adult <b>&amp; 票"
    server = venue(tmp_path / "server", programme)
    try:
        server.start()
        till = Till(tmp_path / "till").enrol(server).login()
        with Terminal(till) as screen:
            screen.wait("Total", "Adult <b>")
        till.sell("a")
    finally:
        server.end()
    strange = venue(tmp_path / "other")
    for name in ("\x1b]0;owned\x07\x1b[2J", "Ad\u202eult", "Ad\u200bult", "x" * 500):
        programme["products"][0]["name"] = name
        (strange.home / "bad.json").write_text(json.dumps(programme))
        said = strange.command("import", strange.home / "bad.json", status=1)
        assert "products[0]" in said and "name" in said and "\x1b" not in said


# --- ends ---------------------------------------------------------------------------------------

def shell(till, folder):
    """A shell that runs the till and looks at the terminal before and after."""
    script = folder / "session"
    script.write_text(f"""trap : INT TERM HUP
stty -a >{folder}/before
{till.program}
echo "ended with $?"
stty -a >{folder}/after
exec cat
""")
    return ["/bin/sh", str(script)]


def pid_of(till):
    return int((till.home / "till.lock").read_text())


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGHUP", "Ctrl-C", "left"])
def test_the_terminal_is_given_back(how, till, tmp_path):
    from till_lab import BOXTILL
    till.program = BOXTILL
    with till.screen(command=shell(till, tmp_path)) as screen:
        screen.wait("Total", "online")
        assert screen.ask("alternate_on") == "1"
        screen.press("3", "a")
        screen.wait(r"72\.00")
        if how == "Ctrl-C":
            screen.press("C-c")
            screen.wait("(?i)leave")
            screen.press("y")
        elif how == "left":
            screen.press(":")
            screen.wait("All actions")
            screen.type("leave")
            screen.press("Enter")
            screen.wait("(?i)leave")
            screen.press("y")
        else:
            os.kill(pid_of(till), getattr(signal, how))
        screen.wait("ended with 0")
        wait_for("stty", lambda: (tmp_path / "after").exists() and (tmp_path / "after").read_text())
        assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()
        modes = ("alternate_on", "cursor_flag", "keypad_flag", "keypad_cursor_flag", "insert_flag",
                 "mouse_any_flag", "wrap_flag")
        assert [screen.ask(mode) for mode in modes] == ["0", "1", "0", "0", "0", "0", "1"]
    till.run("journal", "verify")
    with Terminal(till) as again:  # the basket stays
        again.wait(r"Total +EUR +72\.00")


def test_a_terminal_that_goes_away(till):
    with Terminal(till) as screen:
        screen.wait("Total", "online")
        screen.press("2", "a", "Enter")
        screen.wait("Enter exact")
        screen.hang_up()
        assert screen.wait_end() == 0
    till.run("journal", "verify")
    assert not till.sales()
    with Terminal(till) as again:
        again.wait(r"48\.00")


def test_a_storm_of_sizes(till):
    rand = random.Random(5)
    with Terminal(till) as screen:
        screen.wait("Total", "online")
        screen.press("2", "a")
        for _ in range(300):
            screen.resize(rand.randrange(1, 250), rand.randrange(1, 90))
        screen.resize(50, 12)
        screen.wait("(?i)too small", r"48\.00")
        screen.press("c")  # no input is lost
        screen.wait(r"57\.00")
        screen.resize(80, 24)
        screen.wait(r"Total +EUR +57\.00", "Child 6-17")
        screen.resize(100, 30)
        screen.wait(r"Total +EUR +57\.00", "all +.* keys")
        screen.press("Enter")
        screen.wait("Enter exact")
        screen.press("Enter")
        screen.wait(r"CHANGE 0\.00")
    assert [sale.total for sale in till.sales()] == [5700]
    till.run("journal", "verify")


# --- keys ---------------------------------------------------------------------------------------

def test_keys_nobody_meant(till):
    """Bytes that are no keys change nothing; whatever comes, the till stands and the journal holds."""
    with Terminal(till) as screen:
        screen.wait("Total", "online")
        screen.press("2", "a")
        screen.wait(r"48\.00")
        for junk in (b"\x00\x01\x02\x0e\x0f\x1c\x1f", b"\xff\xfe\xc0\x80\xed\xa0\x80", "é ß 字 🎟".encode(),
                     b"\x1b[200~", b"\x1b[I\x1b[O", b"\x1b[1;5A", b"\x9b31m"):
            screen.send(junk)
            screen.press("Escape")
        screen.wait(r"Total +EUR +48\.00")
        screen.send("9" * 400)
        screen.press("Escape")
        screen.wait(r"Total +EUR +48\.00")
        # a held Enter buys nothing
        screen.send("\r" * 40)
        screen.wait("Enter exact")
        screen.press("Escape")
        screen.wait(r"Total +EUR +48\.00")
    assert not till.sales()
    till.run("journal", "verify")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_cat_on_the_keyboard(till, server, seed):
    rand = random.Random(seed)
    keys = [c.encode() for c in "abcstfkmnpqwyxz0123456789NDEFRPBQLUY:=?/-. "] * 2
    keys += [b"\r", b"\x1b", b"\x7f", b"\x1bOA", b"\x1bOB", b"\x1b[3~", b"\x1b[6~", b"\x1bOQ"] * 3
    with Terminal(till) as screen:
        screen.wait("Total", "online")
        for _ in range(40):
            screen.send(b"".join(rand.choice(keys) for _ in range(30)))
            threading.Event().wait(0.03)
            if screen.ended():
                break
        if not screen.ended():
            screen.press("Escape")
            os.kill(screen.child, signal.SIGTERM)
        assert screen.wait_end() == 0
    till.run("journal", "verify")
    if not till.run("queue", "--json").json()["queued"] == 0:
        till.sync()
    assert "agrees" in server.command("audit")
    numbers = [sale.number for sale in till.sales()]
    assert numbers == [f"1-{i:06}" for i in range(1, len(numbers) + 1)]


def test_a_scan_presses_no_button(till):
    code = till.sell("a")["tickets"][0]["code"]
    strange = "B1003NC0C6FR92A1Z5H0D1GVMT83F"
    with Terminal(till) as screen:
        screen.wait("Total", "online")
        screen.press("2", "a")
        screen.wait(r"48\.00")
        screen.send(code + "\r")
        screen.wait("1-000001", "Receipt")
        screen.press("Escape", "Escape")
        screen.wait(r"Total +EUR +48\.00")
        screen.press("Enter")
        screen.wait("Enter exact")
        for scan in (strange, code, code[:-1] + ("0" if code[-1] != "0" else "1")):
            screen.send(scan + "\r")  # on the pay screen an Enter would be money
            screen.wait("Scanned", "Enter exact")
            screen.press("Down")
        screen.press("Escape")
        screen.send(strange + "\r")
        screen.wait("Nothing was sold with")
    assert len(till.sales()) == 1
    till.run("journal", "verify")


# --- till.sock -----------------------------------------------------------------------------------

def test_lines_nobody_meant(till):
    path = str(till.home / "till.sock")

    def say(data):
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(30)
            link.connect(path)
            try:
                link.sendall(data)
                link.shutdown(socket.SHUT_WR)
                while link.recv(65536):
                    pass
            except OSError:
                pass
    with Terminal(till) as screen:
        screen.wait("Total", "online")
        held = []
        for _ in range(12):  # more than it takes at once, and none says anything
            link = socket.socket(socket.AF_UNIX)
            link.connect(path)
            held.append(link)
        screen.press("2", "a")
        screen.wait(r"48\.00")
        for link in held:
            link.close()
        for data in (b"", b"\n", b"{}\n", b"nonsense\n", b"\xff\xfe\n", b"[" * 100000 + b"\n", b"x" * 1000000,
                     b'{"verb":"sell"}\n', b'{"verb":"sell","line":7}\n', b'{"verb":"login","number":1e400}\n',
                     b'{"verb":"\\u0000"}\n', b'{"verb":"entries","from":-5}\n',
                     b'{"verb":"entries","from":99999999999999999999}\n', b'{"verb":"fly","verb":"queue"}\n',
                     b'{"verb":"queue"}\n' * 500, b'{"verb":"sell","line":"a"'):
            say(data)
        screen.wait(r"Total +EUR +48\.00")
        till.sell("c")
    assert [sale.total for sale in till.sales()] == [900]
    till.run("journal", "verify")


def test_a_stale_socket_and_lock_are_no_obstacle(till):
    with Terminal(till) as screen:
        screen.wait("Total")
        os.kill(screen.child, signal.SIGKILL)
        assert screen.wait_end() == -signal.SIGKILL
    assert (till.home / "till.sock").exists()
    assert till.sell("a")["number"] == "1-000001"
    (till.home / "till.lock").write_text("4294967296 nonsense")
    with Terminal(till) as screen:
        screen.wait("Total", "1-000001")
        assert (till.home / "till.sock").stat().st_mode & 0o777 == 0o600
    assert PIN not in (till.home / "log").read_text()
