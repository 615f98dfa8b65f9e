# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL: a cluster of its own in a temporary folder, reached by a socket in it only.
As root it runs as the user postgres, since it refuses to run as root.

    with Lab() as lab:            lab.url, lab.sql('SELECT 1'), lab.kill(), lab.start() …
    pg_lab.py run -- COMMAND      runs it with LAB_POSTGRES (a URL) and exits as it did
"""
import ctypes
import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

PATIENCE = 60  # seconds until a service that does not come up is a failure


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG; QUIT: at once


def tool(name):
    found = sorted(glob.glob(f'/usr/lib/postgresql/*/bin/{name}'))
    assert found, f'{name} of PostgreSQL is missing'
    return found[-1]


class Lab:
    def __init__(self, **settings):
        self.settings = {'listen_addresses': '', 'max_connections': '40', 'shared_buffers': '64MB',
                         'logging_collector': 'off', 'log_min_messages': 'fatal', **settings}
        self.process = None

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix='boxtill-pg-')
        self.user = {}
        if os.getuid() == 0:
            postgres = pwd.getpwnam('postgres')
            os.chown(self.dir, postgres.pw_uid, postgres.pw_gid)
            self.user = {'user': postgres.pw_uid, 'group': postgres.pw_gid, 'extra_groups': []}
        self.data = os.path.join(self.dir, 'data')
        subprocess.run([tool('initdb'), '-D', self.data, '-U', 'boxtill', '-A', 'trust', '-E', 'UTF8',
                        '--locale=C', '--no-sync', '--no-instructions'], check=True, cwd=self.dir,
                       stdout=subprocess.DEVNULL, **self.user)
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        words = [tool('postgres'), '-D', self.data, '-k', self.dir]
        for name, value in self.settings.items():
            words += ['-c', f'{name}={value}']
        with open(os.path.join(self.dir, 'log'), 'ab') as log:
            self.process = subprocess.Popen(words, cwd=self.dir, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, preexec_fn=die_with_parent, **self.user)
        deadline = time.monotonic() + PATIENCE
        while self.sql('SELECT 1', check=False) is None:
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, 'PostgreSQL does not come up'
            time.sleep(0.05)

    def log(self):
        with open(os.path.join(self.dir, 'log'), encoding='utf-8', errors='replace') as log:
            return log.read()

    @property
    def url(self):
        return f'postgresql:///postgres?host={self.dir}&user=boxtill'

    def sql(self, text, check=True, url=None):
        run = subprocess.run(['psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', text,
                              url or self.url], capture_output=True, text=True, check=False)
        assert not check or run.returncode == 0, run.stderr
        return run.stdout.strip() if run.returncode == 0 else None

    def fresh(self, name, **settings):
        """A new, empty database; its URL, for sessions with SETTINGS of their own."""
        self.sql(f'DROP DATABASE IF EXISTS {name}')
        self.sql(f"CREATE DATABASE {name} ENCODING 'UTF8'")
        url = self.url.replace('///postgres?', f'///{name}?')
        words = ' '.join(f'-c {key}={value}' for key, value in settings.items())
        return f'{url}&options={urllib.parse.quote(words, safe="")}' if words else url

    def kill(self, how=signal.SIGQUIT):
        self.process.send_signal(how)
        self.process.wait(PATIENCE)

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)


def main(words):
    if len(words) < 3 or words[:2] != ['run', '--']:
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Lab() as lab:
        return subprocess.call(words[2:], env={**os.environ, 'LAB_POSTGRES': lab.url},
                               preexec_fn=die_with_parent)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
