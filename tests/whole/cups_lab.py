# SPDX-License-Identifier: Apache-2.0
"""A private CUPS with two printers: a raw ESC/POS queue to a TCP port that keeps the bytes, and an
IPP Everywhere queue to ippeveprinter. Nothing of the machine's own CUPS is touched; root is not
needed, and as root the schedulers' children run as lp.

    with Lab() as lab:            lab.env, lab.catcher.jobs, lab.documents(), lab.cupsd_stop() …
    cups_lab.py run -- COMMAND    runs it with CUPS_SERVER, LAB_ESCPOS, LAB_PDF (queues' names),
                                  LAB_RAW and LAB_DOCUMENTS (folders) and exits as it did
"""
import ctypes
import glob
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ESCPOS, PDF = 'escpos', 'pdf'
TOOLS = ('cupsd', 'lpadmin', 'ippeveprinter', 'dbus-daemon')
PATIENCE = 60  # seconds until a service that does not come up is a failure

CUPSD = '''LogLevel warn
MaxLogSize 0
Listen {dir}/s
Browsing No
WebInterface No
DefaultAuthType None
DirtyCleanInterval 0
PreserveJobFiles No
ErrorPolicy retry-job
IdleExitTimeout 0
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess default
  JobPrivateValues default
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
'''
FILES = '''User {user}
Group {group}
SystemGroup {system}
FileDevice Yes
ServerRoot {dir}/etc
CacheDir {dir}/cache
StateDir {dir}/state
RequestRoot {dir}/spool
TempDir {dir}/spool/tmp
AccessLog {dir}/log/access
ErrorLog {dir}/log/error
PageLog {dir}/log/page
'''
BUS = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={dir}/bus</listen>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>
</policy></busconfig>
'''


def wait_for(what, ready, seconds=PATIENCE):
    """READY's first true answer; a failure named WHAT when it never comes."""
    end = time.monotonic() + seconds
    while True:
        answer = ready()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Catcher:
    """A raw TCP printer. Each connection is a job; its bytes are kept in .jobs and in FOLDER."""

    def __init__(self, folder):
        self.folder, self.jobs, self.stalled, self.links = folder, [], False, 0
        self.port = free_port()
        self.listener = None
        self.on()

    def on(self):
        """Switched on. It reads everything it is sent."""
        self.stalled = False
        if self.listener:
            return
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(('127.0.0.1', self.port))
        self.listener.listen(16)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def off(self):
        """Switched off: nobody answers."""
        listener, self.listener = self.listener, None
        if listener:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def stall(self):
        """Out of paper: it takes connections and reads nothing, until on()."""
        self.stalled = True

    def idle(self):
        return self.links == 0

    def accept(self, listener):
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            self.links += 1
            threading.Thread(target=self.read, args=(link,), daemon=True).start()

    def read(self, link):
        data = b''
        with link:
            while self.stalled:
                time.sleep(0.02)
            try:
                while True:
                    part = link.recv(65536)
                    if not part:
                        break
                    data += part
            except OSError:
                pass
        if data:
            with open(os.path.join(self.folder, f'{len(self.jobs) + 1:03}.bin'), 'wb') as out:
                out.write(data)
            self.jobs.append(data)
        self.links -= 1


class Lab:
    def __enter__(self):
        os.environ['PATH'] += ':/usr/sbin:/sbin'
        missing = [t for t in TOOLS if not shutil.which(t)]
        if missing:
            raise FileNotFoundError(', '.join(missing))
        self.children = []
        self.cupsd = None
        # Short: the socket's path has to fit into 107 characters.
        self.dir = tempfile.mkdtemp(prefix='cl', dir='/tmp')
        try:
            self.lay_out()
            self.bus_start()
            self.catcher = Catcher(self.folder('raw'))
            self.env = dict(os.environ, CUPS_SERVER=f'{self.dir}/s', LAB_ESCPOS=ESCPOS, LAB_PDF=PDF,
                            LAB_RAW=f'{self.dir}/raw', LAB_DOCUMENTS=f'{self.dir}/doc')
            self.ipp_start()
            self.cupsd_start()
            self.queues_make()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        if self.cupsd:
            self.cupsd.send_signal(signal.SIGCONT)
        for child in reversed(self.children):
            child.terminate()
        for child in self.children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if getattr(self, 'catcher', None):
            self.catcher.off()
        if os.environ.get('LAB_KEEP'):
            print('kept', self.dir, file=sys.stderr)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    def folder(self, name):
        path = os.path.join(self.dir, name)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, 0o777)
        return path

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, 'w', encoding='utf-8') as out:
            out.write(text)
        return path

    def lay_out(self):
        os.chmod(self.dir, 0o755)
        root = os.geteuid() == 0
        user = 'lp' if root else pwd.getpwuid(os.geteuid()).pw_name
        group = 'lp' if root else grp.getgrgid(os.getegid()).gr_name
        for name in ('etc', 'etc/ppd', 'cache', 'state', 'spool', 'spool/tmp', 'log', 'doc'):
            path = self.folder(name)
            os.chmod(path, 0o755)
            if root:
                shutil.chown(path, user, group)
        system = 'root' if root else group
        self.write('etc/cupsd.conf', CUPSD.format(dir=self.dir))
        self.write('etc/cups-files.conf',
                   FILES.format(dir=self.dir, user=user, group=group, system=system))
        self.write('bus.conf', BUS.format(dir=self.dir))

    def spawn(self, *words, log, **more):
        with open(os.path.join(self.dir, log), 'ab') as out:
            child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                     preexec_fn=die_with_parent, **more)
        self.children.append(child)
        return child

    def bus_start(self):
        """ippeveprinter wants a system bus, even when it is told not to register itself."""
        self.spawn('dbus-daemon', f'--config-file={self.dir}/bus.conf', '--nofork', '--nopidfile',
                   log='log/bus')
        wait_for('the private bus', lambda: os.path.exists(f'{self.dir}/bus'))
        self.bus = {'DBUS_SYSTEM_BUS_ADDRESS': f'unix:path={self.dir}/bus'}

    def ipp_start(self):
        self.ipp_port = free_port()
        # Without a command it sleeps 5 to 15 s a job, to look like a printer.
        self.spawn('ippeveprinter', '-p', str(self.ipp_port), '-d', f'{self.dir}/doc', '-k', '-v',
                   '-c', shutil.which('true'), '-f', 'application/pdf', '-r', 'off',
                   '-n', 'localhost', 'Lab', log='log/ipp',
                   env={**os.environ, **self.bus})

        def answers():
            with socket.socket() as one:
                return one.connect_ex(('127.0.0.1', self.ipp_port)) == 0
        wait_for('ippeveprinter', answers)

    def cupsd_start(self):
        etc = f'{self.dir}/etc'
        self.cupsd = self.spawn('cupsd', '-f', '-c', f'{etc}/cupsd.conf', '-s',
                                f'{etc}/cups-files.conf', log='log/cupsd',
                                env={**os.environ, **self.bus})
        wait_for('cupsd', lambda: self.run('lpstat', '-r', check=False).returncode == 0 and
                 'is running' in self.run('lpstat', '-r').stdout)

    def cupsd_stop(self, how=signal.SIGTERM):
        self.cupsd.send_signal(how)
        self.cupsd.wait(PATIENCE)
        self.children.remove(self.cupsd)
        self.cupsd = None

    def run(self, *words, check=True):
        return subprocess.run(words, env={**self.env, 'LC_ALL': 'C'}, check=check, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE)

    def queues_make(self):
        self.run('lpadmin', '-p', ESCPOS, '-E', '-v', f'socket://127.0.0.1:{self.catcher.port}',
                 '-m', 'raw')
        self.run('lpadmin', '-p', PDF, '-E', '-v', f'ipp://127.0.0.1:{self.ipp_port}/ipp/print',
                 '-m', 'everywhere')
        # lpadmin returns before the queue's description is there.
        ppd = f'{self.dir}/etc/ppd/{PDF}.ppd'
        wait_for('the IPP queue', lambda: os.path.exists(ppd) and os.path.getsize(ppd) > 0)

    def documents(self):
        """What the IPP printer was sent, oldest first."""
        paths = [p for p in glob.glob(f'{self.dir}/doc/*') if not p.endswith('.prn')]
        return sorted(paths, key=os.path.getmtime)

    def ipp_paper(self, there):
        """Takes the paper out of the IPP printer, or puts it back."""
        sizes = ['na_letter_8.5x11in', 'iso_a4_210x297mm', 'na_index-4x6_4x6in', 'iso_a4_210x297mm']
        fields = '&'.join(f'size{i}={sizes[i % 4]}&type{i}=stationery&level{i}='
                          f'{250 if there else 0}' for i in range(1, 5))
        url = f'http://127.0.0.1:{self.ipp_port}/media?{fields}'
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            answer.read()


def main(words):
    if len(words) < 3 or words[:2] != ['run', '--']:
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Lab() as lab:
        return subprocess.call(words[2:], env=lab.env, preexec_fn=die_with_parent)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
