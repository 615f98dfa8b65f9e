# SPDX-License-Identifier: Apache-2.0
"""A real till beside a real server: a venue, tills' homes, their commands, their journals read with
our own eyes, and the till on the screen in tmux. Screens are waited for by condition, never for a
time; PATIENCE only bounds how long a failure takes."""
import datetime
import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

from server_lab import BUILD, ROOT, SUPERVISOR, Server

BOXTILL = BUILD / "src/main/boxtill"
PATIENCE = float(os.environ.get("BOXTILL_PATIENCE", 60))
NUMBER, NAME, PIN = 7, "Ana", "1234"
DAY_HOUR = 11  # the venue's hour while tests run: slots before and after it, midnight far away
KEY_PACE = 0.35  # seconds between keys of a person; sooner after a sale is taken for a bounce


def wait_for(what, ready, patience=PATIENCE):
    """READY's first true answer; fails by name when it never comes."""
    end = time.monotonic() + patience
    while True:
        answer = ready()
        if answer:
            return answer
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.03)


def zone_of_day():
    """A time zone in which it is about DAY_HOUR now, so that no test depends on when it runs."""
    ahead = DAY_HOUR - datetime.datetime.now(datetime.timezone.utc).hour
    ahead += 24 if ahead < -12 else 0
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def museum(zone=None):
    programme = json.loads((ROOT / "packaging/sample/museum.json").read_text())
    programme["venue"]["zone"] = zone or zone_of_day()
    return programme


@functools.cache
def venue_store(programme):
    """The store of such a venue, made once: init, import, two people who may log in."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        server.command("init")
        file = server.home / "museum.json"
        file.write_text(programme)
        server.command("import", file)
        server.command("user", NUMBER, NAME, "cashier", stdin=PIN + "\n")
        server.command("user", SUPERVISOR, "Ben", "supervisor", stdin="4321\n")
        return (server.home / "boxtilld.db").read_bytes()


def venue(home, programme=None, config=""):
    """A booking server with the sample museum; not started."""
    server = Server(home, config)
    store_file = server.home / "boxtilld.db"
    store_file.write_bytes(venue_store(json.dumps(programme or museum())))
    store_file.chmod(0o600)
    return server


class Run:
    """What a command said and how it ended."""

    def __init__(self, words, done):
        self.words, self.status, self.out, self.err = words, done.returncode, done.stdout, done.stderr

    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"<boxtill {self.words} ended with {self.status}: {self.out[-600:]!r} {self.err[-600:]!r}>"


class Entry:
    """One entry as exported: the envelope, the body's bytes, the body."""

    def __init__(self, envelope, raw):
        self.envelope, self.raw, self.body = json.loads(envelope), raw, json.loads(raw)

    def __getattr__(self, name):
        return self.body[name]

    def codes(self):
        return [ticket["code"] for ticket in self.body["tickets"]]


class Till:
    """A home with its boxtill.conf. PRINTER: lines of the section [printer]."""

    def __init__(self, home, printer="kind = folder", config=""):
        self.home = pathlib.Path(home)
        self.home.mkdir(parents=True, exist_ok=True)
        self.environ = {}
        self.configure(f"[printer]\n{printer}\n{config}")

    def configure(self, text):
        (self.home / "boxtill.conf").write_text(text)

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("BOXTILL_")}
        return {**kept, "LC_ALL": "C.UTF-8", "BOXTILL_HOME": str(self.home), **self.environ, **more}

    def run(self, *words, stdin="", status=0, **environment):
        """A command; STATUS is what it must end with, None for whatever it likes."""
        done = subprocess.run([BOXTILL, *map(str, words)], input=stdin, capture_output=True, text=True,
                              timeout=PATIENCE * 2, check=False, env=self.environment(**environment))
        run = Run(words, done)
        assert status is None or run.status == status, run
        return run

    def begin(self, *words, **environment):
        """The same, not waited for."""
        return subprocess.Popen([BOXTILL, *map(str, words)], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.environment(**environment))

    def enrol(self, server, url=None):
        """The same command again is the way through a bad line: the code is used up once."""
        words = ["enrol", url or f"http://{server.host}:{server.port}",
                 server.command("enrol-code").strip(), "--json"]
        told = wait_for("no enrolment", lambda: not (run := self.run(*words, status=None)).status and run)
        self.number = told.json()["till"]
        return self

    def login(self, number=NUMBER, pin=PIN):
        """Until the staff's document has come nobody is known; sync fetches it, on a bad line at last."""
        def known():
            run = self.run("login", number, stdin=pin + "\n", status=None)
            if run.status and "has to reach the server" in run.err:
                self.run("sync", "--once", status=None)
                return None
            assert run.status == 0, run
            return run
        wait_for("no cashiers", known)
        return self

    def sell(self, line="2a", *more):
        return self.run("sell", line, "--json", *more).json()

    def url(self, url):
        """From now on the server is looked for there."""
        text = re.sub(r"(?m)^url = .*\n", "", (self.home / "boxtill.conf").read_text())
        if "[server]\n" not in text:
            text += "[server]\n"
        self.configure(text.replace("[server]\n", f"[server]\nurl = {url}\n"))

    def sync(self):
        """Sends until nothing waits; through a bad line that takes several times."""
        def tried():
            self.last = self.run("sync", status=None)
            return self.last.status == 0
        wait_for(lambda: f"the queue does not empty: {self.last}", tried)

    def entries(self):
        """The whole journal, its chain computed anew."""
        lines = self.run("journal", "export").out.split("\n")
        assert lines.pop() == "" and len(lines) % 2 == 0
        found = [Entry(lines[i], lines[i + 1]) for i in range(0, len(lines), 2)]
        head = bytes(32)
        for nth, entry in enumerate(found, 1):
            told = entry.envelope
            assert told["seq"] == entry.seq == nth and told["id"] == entry.id
            assert told["till"] == entry.till and told["inc"] == entry.inc
            assert told["prev"] == head.hex()
            pieces = [head, *(n.to_bytes(8, "big") for n in (entry.till, entry.inc, nth)),
                      entry.raw.encode()]
            text = b"bx1" + b"".join(len(p).to_bytes(8, "big") + p for p in pieces)
            head = hashlib.blake2b(text, digest_size=32).digest()
            assert told["hash"] == head.hex()
        return found

    def sales(self):
        return [entry for entry in self.entries() if entry.kind == "sale"]

    def screen(self, **options):
        return Screen(self, **options)


def store(server):
    """The server's store, read beside it."""
    link = sqlite3.connect(f"file:{server.home}/boxtilld.db?mode=ro", uri=True)
    link.row_factory = sqlite3.Row
    return link


def rows(server, question, *values):
    link = store(server)
    try:
        return [dict(row) for row in link.execute(question, values)]
    finally:
        link.close()


# --- a till on the screen, in tmux -----------------------------------------------------------------

TMUX = """set -g escape-time 0
set -g status off
set -g remain-on-exit on
set -g remain-on-exit-format ""
set -g history-limit 0
set -g default-terminal {terminal}
"""


class Screen:
    """`boxtill` (or COMMAND) in a tmux of its own. Ends with kill-server on its private socket."""

    def __init__(self, till, columns=80, rows=24, terminal="tmux-256color", command=None, **environment):
        self.till = till
        self.folder = tempfile.mkdtemp(prefix="bxs", dir="/tmp")  # short: a socket's path
        conf = os.path.join(self.folder, "conf")
        with open(conf, "w", encoding="utf-8") as out:
            out.write(TMUX.format(terminal=terminal))
        self.socket = os.path.join(self.folder, "s")
        self.start = ["-f", conf, "new-session", "-d", "-x", str(columns), "-y", str(rows)]
        self.environment = till.environment(**environment)
        self.environment.pop("TMUX", None)
        self.tmux(*self.start, *(command or [str(BOXTILL)]))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        self.tmux("kill-server", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def tmux(self, *words, check=True):
        done = subprocess.run(["tmux", "-S", self.socket, *words], env=self.environment, text=True,
                              capture_output=True, timeout=PATIENCE, check=False)
        assert not check or done.returncode == 0, (words, done.stderr)
        return done.stdout

    def again(self):
        """The program anew, in the same window."""
        self.tmux("respawn-pane", "-k", str(BOXTILL))

    def text(self):
        return self.tmux("capture-pane", "-p")

    def ask(self, name):
        return self.tmux("display-message", "-p", "#{" + name + "}").strip()

    @property
    def pid(self):
        return int(self.ask("pane_pid"))

    def kill(self, how=signal.SIGKILL):
        os.kill(self.pid, how)

    def ended(self):
        """Waits for the program's end."""
        wait_for("the program does not end", lambda: self.ask("pane_dead") == "1")

    def keys(self, *keys):
        """Keys by tmux's names: "a", "Enter", "Escape", "F2"."""
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def press(self, *keys):
        """Keys one by one, as a person does."""
        for key in keys:
            time.sleep(KEY_PACE)
            self.keys(key)

    def shows(self, pattern):
        return re.search(pattern, self.text())

    def wait(self, *patterns):
        """Waits until the screen shows all PATTERNS; the match of the last."""
        found = None
        for pattern in patterns:
            found = wait_for(lambda p=pattern: f"{p!r} does not appear on\n{self.text()}",
                             lambda p=pattern: self.shows(p))
        return found

    def login(self, number=NUMBER, pin=PIN, name=NAME):
        self.wait("(?i)number|log in")
        self.type(str(number))
        self.keys("Enter")
        self.wait("(?i)pin")
        self.type(pin)
        self.keys("Enter")
        self.wait(name, "Total")
        if self.shows("Open the shift"):  # with a float of nothing; a form takes no key at once
            time.sleep(0.2)
            self.keys("Enter")
            wait_for("the shift does not open", lambda: not self.shows("Open the shift"))
