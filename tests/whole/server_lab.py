# SPDX-License-Identifier: Apache-2.0
"""A booking server to look at from outside, and a till that knows it only by openapi.yaml and the
formats of include/boxtill/domain: nothing here shares a line with the programs under test."""
import datetime
import hashlib
import http.client
import json
import os
import pathlib
import secrets
import subprocess
import time
import uuid

import nacl.bindings
import nacl.public
import nacl.signing

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BOXTILL_BUILD", ROOT / "build"))
BOXTILLD = BUILD / "src/main/boxtilld"


class Server:
    """A home of its own; the process ends with the test, whatever happens to the test."""

    def __init__(self, home, config=""):
        self.home = pathlib.Path(home)
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "boxtilld.conf").write_text("[server]\nlisten = 127.0.0.1:0\n" + config)
        self.process = None

    def command(self, *arguments, stdin="", status=0):
        """Runs boxtilld with ARGUMENTS; its standard output."""
        run = subprocess.run([BOXTILLD, *map(str, arguments)], input=stdin, capture_output=True,
                             text=True, timeout=60, check=False, env=self.environment())
        assert run.returncode == status, (arguments, run.returncode, run.stdout, run.stderr)
        return run.stdout if status == 0 else run.stderr

    def environment(self):
        return {**os.environ, "BOXTILL_HOME": str(self.home)}

    def start(self, *options):
        address = self.home / "address"
        address.unlink(missing_ok=True)
        self.process = subprocess.Popen([BOXTILLD, "--lifeline", *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, env=self.environment())
        deadline = time.monotonic() + 30
        while not address.exists():
            assert self.process.poll() is None, "the server ended at once"
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.01)
        host, port = address.read_text().strip().rsplit(":", 1)
        self.host, self.port = host, int(port)
        return self

    def stop(self):
        """Ends it politely; its exit status."""
        self.process.terminate()
        return self.reap()

    def kill(self):
        self.process.kill()
        return self.reap()

    def reap(self):
        status = self.process.wait(30)
        self.process.stdin.close()
        self.process = None
        return status

    def end(self):
        if self.process:
            self.kill()

    def connection(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=30)

    def plain(self, method, path, body=None, headers=None):
        """An unsigned exchange on a connection of its own."""
        connection = self.connection()
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The problem's code, None for what is no problem."""
        if self.headers.get("Content-Type") != "application/problem+json":
            return None
        problem = self.json()
        assert problem["status"] == self.status
        return problem["code"]


# --- a venue

CAPACITY = 100
PROGRAMME = {
    "venue": {"id": "museum", "name": "Sample Museum", "zone": "UTC", "currency": "EUR"},
    "events": [{"id": "hall", "name": "Hall", "class": "main",
                "slots": [{"dates": ["today", "today+1"], "from": "00:00", "to": "24:00", "every": 360,
                           "capacity": CAPACITY}]}],
    "products": [{"id": "adult", "name": "Adult", "key": "a", "price": 2400, "tax": 70000,
                  "events": ["hall"]}],
}


SUPERVISOR = 8  # who answers for what a command changes


def make(home, programme=PROGRAMME, config="", kind=Server):
    """A server with that programme, a cashier and a supervisor; not started."""
    server = kind(home, config)
    server.command("init")
    file = server.home / "programme.json"
    file.write_text(json.dumps(programme))
    server.command("import", file)
    server.command("user", 7, "Ana", "cashier", stdin="1234\n")
    server.command("user", SUPERVISOR, "Ben", "supervisor", stdin="4321\n")
    return server


def pool_news(till, pool):
    answer = till.get("/v1/availability")
    assert answer.status == 200
    return next(p for p in answer.json()["pools"] if p["pool"] == pool)


def tomorrow_pool():
    day = datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=1)
    return f"hall-{day:%Y%m%d}-1200", day


# --- what devices say

def lines(*parts):
    return "".join(f"{part}\n" for part in parts).encode()


def body_hash(body):
    return hashlib.blake2b(body, digest_size=32).hexdigest()


def uuid7():
    moment = int(time.time() * 1000).to_bytes(6, "big")
    rest = bytearray(secrets.token_bytes(10))
    rest[0] = rest[0] & 0x0F | 0x70
    rest[2] = rest[2] & 0x3F | 0x80
    return str(uuid.UUID(bytes=moment + bytes(rest)))


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Till:
    """A device: keys, challenge, the highest it saw, and a journal of its own."""

    def __init__(self, server):
        self.server = server
        self.key = nacl.signing.SigningKey.generate()
        self.till = self.incarnation = self.issuer = None
        self.server_key = None
        self.challenge = ""
        self.seen = (0, 0)
        self.connection = None
        self.seq, self.head = 0, bytes(32)
        self.sales = 0

    # --- talking

    def enrol(self, code=None, request=None, status=200):
        request = request or uuid7()
        code = code or self.server.command("enrol-code").strip()
        body = compact({"id": request, "code": code, "key": self.key.verify_key.encode().hex()})
        answer = self.server.plain("POST", "/v1/devices/enrol", body,
                                   {"Content-Type": "application/json"})
        assert answer.status == status, (answer.status, answer.body)
        if status != 200:
            return answer
        told = answer.json()
        self.till, self.incarnation, self.issuer = told["till"], told["incarnation"], told["issuer"]
        self.server_key = nacl.signing.VerifyKey(bytes.fromhex(told["server"]))
        self.secret = self.unseal(told["secret"])
        self.verify(answer, "")
        return answer

    def unseal(self, text):
        secret = nacl.bindings.crypto_sign_ed25519_sk_to_curve25519(
            self.key.encode() + self.key.verify_key.encode())
        return nacl.public.SealedBox(nacl.public.PrivateKey(secret)).decrypt(bytes.fromhex(text))

    def headers(self, method, path, body, **other):
        """The signed headers; OTHER replaces single values before signing."""
        seen = other.get("seen", "%d.%d" % self.seen)
        challenge = other.get("challenge", self.challenge)
        device, incarnation = other.get("device", self.till), other.get("incarnation", self.incarnation)
        text = lines("bxq1", method, path, body_hash(body), device, incarnation, seen, challenge)
        signature = other.get("key", self.key).sign(text).signature.hex()
        headers = {"Boxtill-Device": str(device), "Boxtill-Incarnation": str(incarnation),
                   "Boxtill-Seen": seen, "Boxtill-Signature": signature}
        if challenge:
            headers["Boxtill-Challenge"] = challenge
        return headers

    def verify(self, answer, signature):
        """Every answer must be the server's, and to this request."""
        get = answer.headers.get
        text = lines("bxa1", answer.status, body_hash(answer.body), get("Boxtill-Epoch"),
                     get("Boxtill-Commit"), get("Boxtill-Challenge"), signature)
        self.server_key.verify(text, bytes.fromhex(get("Boxtill-Signature")))
        self.challenge = get("Boxtill-Challenge")

    def once(self, method, path, body=b"", kind="application/json", sent_body=None, more=None, **other):
        """One signed exchange. SENT_BODY: what is sent instead of what was signed."""
        body = body.encode() if isinstance(body, str) else body
        headers = self.headers(method, path, body, **other)
        if method == "POST":
            headers["Content-Type"] = kind
        headers.update(more or {})
        self.connection = self.connection or self.server.connection()
        try:
            self.connection.request(method, path, body if sent_body is None else sent_body, headers)
            answer = Answer(self.connection.getresponse())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise
        self.verify(answer, headers.get("Boxtill-Signature") or headers["Boxtill-Mac"])
        return answer

    def ask(self, *arguments, **other):
        """As once, but comes again with the new challenge when the old one was stale."""
        answer = self.once(*arguments, **other)
        if answer.status == 425:
            assert answer.code == "challenge"
            answer = self.once(*arguments, **other)
        if answer.status < 400:
            seen = int(answer.headers["Boxtill-Epoch"]), int(answer.headers["Boxtill-Commit"])
            self.seen = max(self.seen, seen)
        return answer

    def get(self, path, **other):
        return self.ask("GET", path, **other)

    def post(self, path, value, **other):
        return self.ask("POST", path, compact(value), **other)

    def allot(self, *messages, request=None):
        answer = self.post("/v1/allotments", {"id": request or uuid7(), "messages": list(messages)})
        assert answer.status == 200, answer.body
        return answer.json()["answers"]

    def hello(self, *leases):
        """Says where its journal stands, and its open LEASES: (pool, r, n, used) of each."""
        journal = {"verb": "hello", "seq": self.seq, "head": self.head.hex()}
        return self.allot(
            {**journal, "pool": "", "r": self.seen[0], "n": len(leases), "used": 0, "state": "none"},
            *({**journal, "pool": pool, "r": r, "n": n, "used": used, "state": "open"}
              for pool, r, n, used in leases))

    # --- the journal

    def entry(self, kind, fields, entry_id=None, number="", at=None):
        """Makes the next entry: its envelope line and its body line."""
        self.seq += 1
        entry_id = entry_id or uuid7()
        body = compact({"v": 1, "till": self.till, "inc": self.incarnation, "seq": self.seq,
                        "id": entry_id, "kind": kind, "number": number,
                        "at": at or time.time_ns() // 1000, "boot": time.monotonic_ns() // 1000,
                        "shift": 1, "user": 7, **fields})
        pieces = [self.head, *(n.to_bytes(8, "big") for n in (self.till, self.incarnation, self.seq)),
                  body.encode()]
        text = b"bx1" + b"".join(len(p).to_bytes(8, "big") + p for p in pieces)
        hashed = hashlib.blake2b(text, digest_size=32).digest()
        envelope = compact({"till": self.till, "inc": self.incarnation, "seq": self.seq, "id": entry_id,
                            "prev": self.head.hex(), "hash": hashed.hex()})
        self.head = hashed
        return f"{envelope}\n{body}\n"

    def note(self, kind="login", about="", n=0):
        return self.entry(kind, {"about": about, "n": n})

    def send(self, entries, **other):
        """POST /v1/entries; the answer lines."""
        answer = self.ask("POST", "/v1/entries", entries, kind="application/x-ndjson", **other)
        assert answer.status == 200, answer.body
        return [json.loads(line) for line in answer.body.decode().splitlines()]

    def keys(self):
        document = self.get("/v1/keys")
        assert document.status == 200, document.body
        return json.loads(self.unseal(document.json()["sealed"]))


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"


def check_character(text):
    """ISO 7064, mod 37,36."""
    product = 36
    for c in text:
        total = (product + CHECK.index(c)) % 36 or 36
        product = total * 2 % 37
    return CHECK[(37 - product) % 36]


def ticket_code(subkey, key_epoch, issuer):
    """A genuine code, made from the words of include/boxtill/domain/code.h."""
    first = key_epoch << 66 | issuer << 56 | int.from_bytes(secrets.token_bytes(7), "big")
    tag = hashlib.blake2b((first << 2).to_bytes(9, "big"), digest_size=16, key=subkey).digest()
    number = first << 60 | int.from_bytes(tag, "big") >> 68
    text = "B1" + "".join(ALPHABET[number >> 5 * i & 31] for i in range(25, -1, -1))
    return text + check_character(text)


class Channel(Till):
    """A device that sells by holds and orders; it signs with a MAC under its secret."""

    def enrol(self, code=None, request=None, status=200, name="web"):
        code = code or self.server.command("enrol-code", "--channel", name).strip()
        return super().enrol(code, request, status)

    def headers(self, method, path, body, **other):
        signed = super().headers(method, path, body, **other)
        text = lines("bxq1", method, path, body_hash(body), signed["Boxtill-Device"],
                     signed["Boxtill-Incarnation"], signed["Boxtill-Seen"],
                     signed.get("Boxtill-Challenge", ""))
        del signed["Boxtill-Signature"]
        secret = other.get("secret", self.secret)
        signed["Boxtill-Mac"] = hashlib.blake2b(text, digest_size=32, key=secret).hexdigest()
        return signed

    def verify(self, answer, signature):
        if "Boxtill-Mac" not in answer.headers:
            super().verify(answer, signature)
            return
        get = answer.headers.get
        text = lines("bxa1", answer.status, body_hash(answer.body), get("Boxtill-Epoch"),
                     get("Boxtill-Commit"), get("Boxtill-Challenge"), signature)
        wanted = hashlib.blake2b(text, digest_size=32, key=self.secret).hexdigest()
        assert get("Boxtill-Mac") == wanted
        self.challenge = get("Boxtill-Challenge")

    # --- buying

    def hold(self, client, *wants, status=200, **more):
        """WANTS are (product, slot, quantity)."""
        rows = [{"product": p, "slot": s, "quantity": q} for p, s, q in wants]
        answer = self.post("/v1/holds", {"id": uuid7(), "client": client, "lines": rows, **more})
        assert answer.status == status, answer.body
        return answer.json()

    def order(self, total, *wants, hold=None, order=None, status=200):
        asked = {"id": order or uuid7(), "total": total,
                 "payments": [{"kind": "card", "amount": total, "reference": "pi-1"}] if total else []}
        if hold:
            asked["hold"] = hold
        else:
            asked["lines"] = [{"product": p, "slot": s, "quantity": q} for p, s, q in wants]
        answer = self.post("/v1/orders", asked)
        assert answer.status == status, answer.body
        return answer.json()

    def change(self, hold, verb, status=200):
        answer = self.post(f"/v1/holds/{hold}/{verb}", {"id": uuid7()})
        assert answer.status == status, answer.body
        return answer.json()
