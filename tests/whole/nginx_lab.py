# SPDX-License-Identifier: Apache-2.0
"""A private nginx with the configuration that is shipped, in front of a boxtilld: a folder and free
ports of its own, a certificate of its own, ended by its pid. As root it runs as nobody."""
import contextlib
import ctypes
import http.client
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

from server_lab import ROOT, Answer

SHIPPED = ROOT / "packaging/nginx/boxtill.conf"
MAIN = """
daemon off;
worker_processes 1;
pid {dir}/pid;
error_log {dir}/error.log warn;
events {{ worker_connections 4000; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {dir}/body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    include {dir}/boxtill.conf;
}}
"""


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Front:
    """What a till needs of a server, by way of nginx. SECONDS: its deadlines, cut to test them."""

    def __init__(self, server, seconds=None):
        self.server, self.seconds = server, seconds
        self.command = getattr(server, "command", None)

    def __enter__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="boxtill-nginx-"))
        self.process = None
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        self.port, self.port_plain = free_port(), free_port()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
                        self.dir / "key.pem", "-out", self.dir / "cert.pem"], check=True,
                       capture_output=True)
        (self.dir / "www").mkdir()
        (self.dir / "www/index.html").write_text("<title>Tickets</title>\n")
        (self.dir / "boxtill.conf").write_text(self.configuration())
        (self.dir / "nginx.conf").write_text(MAIN.format(dir=self.dir))
        user = {}
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for path in [self.dir, *self.dir.rglob("*")]:
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        words = ["nginx", "-p", self.dir, "-c", self.dir / "nginx.conf", "-e", self.dir / "error.log"]
        path = {**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        subprocess.run([*words, "-t"], check=True, capture_output=True, env=path, cwd="/", **user)
        self.process = subprocess.Popen(words, env=path, cwd="/", stdin=subprocess.DEVNULL,
                                        preexec_fn=die_with_parent, **user)
        deadline = time.monotonic() + 30
        while True:
            assert self.process.poll() is None, (self.dir / "error.log").read_text()
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                break
            assert time.monotonic() < deadline, "nginx does not start"
            time.sleep(0.02)

    def configuration(self):
        """The shipped file with what an operator sets, and nothing else, replaced."""
        text = SHIPPED.read_text()
        changes = [(r"listen 80 default_server;", f"listen 127.0.0.1:{self.port_plain} default_server;"),
                   (r"listen \[::\]:80 .*;", ""), (r"listen \[::\]:443 .*;", ""),
                   (r"listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
                   (r"/etc/ssl/certs/boxtill.pem", f"{self.dir}/cert.pem"),
                   (r"/etc/ssl/private/boxtill.key", f"{self.dir}/key.pem"),
                   (r"server 127.0.0.1:8480;", f"server {self.server.host}:{self.server.port};"),
                   (r"/usr/share/boxtill/www", f"{self.dir}/www")]
        for old, new in changes:
            text, count = re.subn(old, new, text)
            assert count == 1, old
        if self.seconds:
            text, count = re.subn(r"(client_(?:header|body)_timeout) 10s;", rf"\1 {self.seconds}s;", text)
            assert count == 3
        return text

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            self.process.wait(30)
        shutil.rmtree(self.dir, ignore_errors=True)

    def context(self):
        return ssl.create_default_context(cafile=self.dir / "cert.pem")

    def connection(self, source="127.0.0.1"):
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.context(),
                                           source_address=(source, 0))

    def plain(self, method, path, body=None, headers=None, source="127.0.0.1"):
        connection = self.connection(source)
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def line(self, **how):
        """A TLS connection to write bytes on."""
        context = how.pop("context", None) or self.context()
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 30),
                                   server_hostname="localhost", **how)
