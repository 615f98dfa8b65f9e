# SPDX-License-Identifier: Apache-2.0
"""A till behind TLS: whose certificate it takes, which key it insists on, how old a TLS it refuses.
The proxy in front of boxtilld is Python's, the certificates are openssl's."""
import base64
import hashlib
import socket
import ssl
import subprocess
import threading

import pytest

from till_lab import Till, venue


def openssl(*words, **more):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, **more).stdout


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """An authority, and a certificate it gave to localhost."""
    folder = tmp_path_factory.mktemp("papers")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2,
            "-subj", "/CN=Test authority", "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
            "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "request.pem")
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    openssl("x509", "-req", "-days", 2, "-in", folder / "request.pem", "-CA", folder / "ca.pem", "-CAkey",
            folder / "ca.key", "-CAcreateserial", "-extfile", folder / "names", "-out", folder / "cert.pem")
    public = openssl("pkey", "-in", folder / "key.pem", "-pubout", "-outform", "DER")
    return folder, "sha256//" + base64.b64encode(hashlib.sha256(public).digest()).decode()


class Proxy:
    """Takes TLS off and hands the bytes on."""

    def __init__(self, papers, target, newest=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if newest:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = newest
        context.load_cert_chain(papers / "cert.pem", papers / "key.pem")
        self.context, self.target = context, target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=[link], daemon=True).start()

    def serve(self, link):
        try:
            with self.context.wrap_socket(link, server_side=True) as inside, \
                    socket.create_connection(self.target) as outside:
                back = threading.Thread(target=self.pour, args=[outside, inside], daemon=True)
                back.start()
                self.pour(inside, outside)
                back.join(5)
        except OSError:
            link.close()

    @staticmethod
    def pour(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def end(self):
        self.listener.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = venue(tmp_path_factory.mktemp("server") / "home").start()
    yield server
    server.end()


@pytest.fixture
def front(papers, server):
    proxy = Proxy(papers[0], (server.host, server.port))
    yield proxy
    proxy.end()


def till(home, *lines):
    return Till(home, config="[server]\ntimeout = 10\n" + "".join(f"{line}\n" for line in lines))


def refused(home, server, url, *lines):
    """The till will have nothing to do with URL; what it says."""
    run = till(home, *lines).run("enrol", url, server.command("enrol-code").strip(), status=None)
    assert run.status != 0, run
    assert run.err.startswith("boxtill: "), run
    return run.err


def test_a_certificate_of_ours_is_taken(tmp_path, papers, server, front):
    ours = till(tmp_path / "till", f"ca_file = {papers[0] / 'ca.pem'}")
    ours.enrol(server, f"https://localhost:{front.port}").login()
    assert ours.sell("a")["offline"] is False
    ours.sync()


def test_a_stranger_s_certificate_is_not(tmp_path, server, front):
    assert "certificate" in refused(tmp_path / "till", server, f"https://localhost:{front.port}")


def test_nor_one_of_another_name(tmp_path, papers, server, front):
    assert "certificate" in refused(tmp_path / "till", server, f"https://127.0.0.1:{front.port}",
                                    f"ca_file = {papers[0] / 'ca.pem'}")


def test_a_pinned_key_is_insisted_on(tmp_path, papers, server, front):
    ca, pin = f"ca_file = {papers[0] / 'ca.pem'}", papers[1]
    other = "sha256//" + base64.b64encode(bytes(32)).decode()
    url = f"https://localhost:{front.port}"
    till(tmp_path / "one", ca, f"pin = {pin}").enrol(server, url)
    till(tmp_path / "two", ca, f"pin = {other};{pin}").enrol(server, url)
    assert "certificate" in refused(tmp_path / "three", server, url, ca, f"pin = {other}")
    # The pin does not stand in for the authority.
    assert "certificate" in refused(tmp_path / "four", server, url, f"pin = {pin}")


def test_old_tls_is_refused(tmp_path, papers, server):
    proxy = Proxy(papers[0], (server.host, server.port), ssl.TLSVersion.TLSv1_1)
    try:
        refused(tmp_path / "till", server, f"https://localhost:{proxy.port}",
                f"ca_file = {papers[0] / 'ca.pem'}")
    finally:
        proxy.end()


def test_plain_http_stays_on_this_machine(tmp_path, server):
    assert "https" in refused(tmp_path / "till", server, "http://192.0.2.1:8480")
    assert "https" in refused(tmp_path / "till", server, "http://tickets.example.org")
