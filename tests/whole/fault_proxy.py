# SPDX-License-Identifier: Apache-2.0
"""A bad line between a till and its server. It understands just enough of HTTP to do harm by the
exchange: RATE of them, drawn from a seed, are harmed in one of the ways of KINDS.

    with FaultProxy(server, seed) as line:   till.enrol(server, line.url) …; line.done counts
"""
import collections
import random
import socket
import threading

KINDS = ("undelivered", "half request", "lost answer", "half answer", "late answer", "hanging",
         "garbled body", "garbled head", "error", "another answer", "delivered twice")
HANG = 2.5  # seconds: longer than the till of these tests waits


class Cut(Exception):
    pass


def read_message(link, kept):
    """The head and body of one HTTP message; KEPT: bytes that came with the one before."""
    while b"\r\n\r\n" not in kept:
        part = link.recv(65536)
        if not part:
            raise Cut
        kept += part
    head, _, kept = kept.partition(b"\r\n\r\n")
    fields = dict(line.split(b":", 1) for line in head.split(b"\r\n")[1:])
    fields = {name.strip().lower(): value.strip() for name, value in fields.items()}
    if fields.get(b"expect"):
        link.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = int(fields.get(b"content-length", 0))
    while len(kept) < length:
        part = link.recv(65536)
        if not part:
            raise Cut
        kept += part
    return head, kept[:length], kept[length:]


def whole(head, body):
    return head + b"\r\n\r\n" + body


class FaultProxy:
    def __init__(self, server, seed=1, rate=0.3, kinds=KINDS):
        self.server, self.rate, self.kinds = server, rate, kinds
        self.random, self.lock = random.Random(seed), threading.Lock()
        self.done = collections.Counter()
        self.exchanges = 0
        self.before = None
        self.ended = threading.Event()

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        while not self.ended.is_set():
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(link,), daemon=True).start()

    def draw(self):
        """What becomes of the next exchange; None: nothing."""
        with self.lock:
            self.exchanges += 1
            kind = self.random.choice(self.kinds) if self.random.random() < self.rate else None
            if kind:
                self.done[kind] += 1
            return kind, random.Random(self.random.random())

    def carry(self, link):
        far, kept = None, b""
        try:
            while not self.ended.is_set():
                head, body, kept = read_message(link, kept)
                kind, rand = self.draw()
                if kind == "undelivered":
                    return
                far = far or socket.create_connection((self.server.host, self.server.port), 30)
                self.exchange(link, far, whole(head, body), kind, rand)
        except (Cut, OSError):
            pass
        finally:
            for end in (link, far):
                if end:
                    end.close()

    def exchange(self, link, far, request, kind, rand):
        if kind == "half request":
            far.sendall(request[:rand.randrange(1, len(request))])
            raise Cut
        for _ in range(2 if kind == "delivered twice" else 1):
            far.sendall(request)
            head, body, _ = read_message(far, b"")
        if kind == "lost answer":
            raise Cut
        if kind in ("late answer", "hanging"):
            self.ended.wait(HANG if kind == "hanging" else rand.uniform(0.01, 0.3))
        self.before, before = whole(head, body), self.before
        answer = self.harm(head, body, before, kind, rand)
        link.sendall(answer)
        if kind == "half answer":
            raise Cut

    @staticmethod
    def harm(head, body, before, kind, rand):
        answer = whole(head, body)
        if kind == "half answer":
            return answer[:rand.randrange(1, len(answer))]
        if kind == "garbled body" and body:
            harmed = bytearray(body)
            for _ in range(rand.randrange(1, 5)):
                harmed[rand.randrange(len(harmed))] ^= rand.randrange(1, 256)
            return whole(head, bytes(harmed))
        if kind == "garbled head":
            return rand.randbytes(rand.randrange(1, 200)) + b"\r\n\r\n"
        if kind == "error":
            text = b"<html>Bad gateway \x1b[2J</html>"
            status = rand.choice((b"500 No", b"502 No", b"503 No", b"429 No", b"200 OK", b"301 There"))
            return (b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html\r\nLocation: http://127.0.0.1:1/"
                    b"\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
        if kind == "another answer" and before:
            return before
        return answer
