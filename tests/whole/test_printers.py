# SPDX-License-Identifier: Apache-2.0
"""Paper, read by others: QR by zbar and ZXing, ESC/POS by a decoder of its own, PDF by poppler; and
the spooler against a CUPS that is stopped, killed, frozen, out of paper or of another mind."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import uuid

import pytest

import escpos
from cups_lab import ESCPOS, PDF, Lab, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get('BOXTILL_BUILD', ROOT / 'build'))
DUMP = BUILD / 'tests/unit/printers/paper_dump'
PROBE = BUILD / 'tests/contract/printer_probe'
CODE = 'B17K3M9QX2V5TR8HW4NJ{}PDCAFE0Z'
USUAL = (576, 203, 48)
DEVICES = [USUAL, (512, 180, 42), (384, 203, 32), (832, 300, 44)]
ENDS = ('confirmed', 'sent', 'unsure', 'failed-safe', 'cancelled')


def run(*words, **more):
    return subprocess.run([str(w) for w in words], check=True, stdout=subprocess.PIPE,
                          timeout=120, **more).stdout


def dump(form, kind='plain', ticket=0, copy=0, replaced=0, device=USUAL):
    return run(DUMP, form, kind, ticket, copy, replaced, *device)


def codes(path):
    """What two independent readers see in the picture; they have to agree."""
    zbar = run('zbarimg', '--nodbus', '-q', '--raw', '-S*.enable=0', '-Sqrcode.enable=1', path)
    zxing = run('ZXingReader', '-format', 'QRCode', path).decode()
    seen = re.findall(r'^Text: +"?([^"\n]*)"?$', zxing, re.M)
    assert seen == [zbar.decode().strip()]
    return seen


def pdf_picture(path, dpi=203):
    run('pdftoppm', '-r', dpi, '-png', '-singlefile', path, f'{path}.{dpi}')
    return f'{path}.{dpi}.png'


@pytest.mark.parametrize('device', DEVICES)
@pytest.mark.parametrize('kind', ['plain', 'hostile', 'long'])
def test_ticket_as_escpos(tmp_path, device, kind):
    document = escpos.decode(dump('escpos', kind, 1, device=device))
    assert document.lines == [] and document.realtime == [] and document.pulses == 0
    assert document.cuts == 1 and document.resets == 1 and document.kanji_off
    width, rows = document.rows()
    assert width == (device[0] + 7) // 8
    assert all(len(data) // wide <= 200 for wide, data in document.images)
    assert 80 < len(rows) / device[1] * 25.4 < 160  # millimetres of paper
    assert codes(document.png(tmp_path / 'ticket.png')) == [CODE.format(2)]


def test_ticket_as_png_is_the_same_bitmap(tmp_path):
    (tmp_path / 'a.png').write_bytes(dump('png'))
    assert codes(tmp_path / 'a.png') == [CODE.format(1)]


@pytest.mark.parametrize('device', DEVICES)
def test_ticket_as_pdf(tmp_path, device):
    path = tmp_path / 'ticket.pdf'
    path.write_bytes(dump('pdf', ticket=2, device=device))
    for dpi in (203, 150, 300):
        assert codes(pdf_picture(path, dpi)) == [CODE.format(3)]
    text = run('pdftotext', '-layout', path, '-').decode()
    for part in ('Museum am Fluß', 'Child 6–17', 'Tue 24 Nov 2026', '14:30–14:45', '2-000412',
                 'B17K 3M9Q X2V5', 'chain 3fa9c1d2'):
        assert part in text
    assert path.read_bytes() == dump('pdf', ticket=2, device=device)


def test_copies_and_replacements_are_marked(tmp_path):
    path = tmp_path / 'ticket.pdf'
    path.write_bytes(dump('pdf', copy=2, replaced=1))
    text = run('pdftotext', path, '-').decode()
    assert 'COPY 2' in text and 'REPLACES AN EARLIER TICKET' in text
    assert 'COPY' not in run('pdftotext', '-', '-', input=dump('pdf')).decode()


@pytest.mark.parametrize('device', DEVICES)
def test_receipt_as_native_text(device):
    columns = device[2]
    document = escpos.decode(dump('escpos', ticket=-1, copy=1, device=device))
    assert document.images == [] and document.cuts == 1 and document.pulses == 0
    assert all(line.cells <= columns for line in document.lines)
    text = document.text()
    assert 'Museum am Fluß' in text and '14:30–14:45' in text and text.count('COPY 1') == 2
    total = next(line for line in document.lines if line.text.startswith('TOTAL'))
    assert total.text.endswith('EUR 61.99') and total.wide == 2 and total.bold
    assert total.cells == columns
    amounts = [line for line in document.lines if re.search(r' \d+\.\d\d$', line.text)
               and not line.text.startswith('    at ')]
    assert len(amounts) >= 10 and {line.cells for line in amounts} == {columns}


def test_hostile_names_stay_text():
    document = escpos.decode(dump('escpos', 'hostile', -1))
    assert document.resets == 1 and document.cuts == 1 and document.pulses == 0
    assert document.realtime == []
    assert '<b>100%</b>' in document.text() and '%s%n' in document.text()


class Probe:
    """The spooler on lines, in a process of its own."""

    def __init__(self, lab, queue, kind, *more, env=None):
        self.process = subprocess.Popen(
            [str(PROBE), queue, kind, *more], env={**lab.env, **(env or {})}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.reports, self.printer = [], None
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            word, job, state, ready, say = line.rstrip('\n').split(' ', 4)
            assert word == 'report'
            if set(job) == set('0-'):
                self.printer = (ready == '1', say)
            else:
                self.reports.append((job, state, say))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        start = time.monotonic()
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
        assert self.process.returncode in (0, -signal.SIGKILL)
        self.left_after = time.monotonic() - start

    def tell(self, verb, job=None, ticket=0):
        job = job or str(uuid.uuid4())
        self.process.stdin.write(f'{verb} {job} {ticket}\n')
        self.process.stdin.flush()
        return job

    def states(self, job):
        return [state for name, state, _ in list(self.reports) if name == job]

    def say(self, job):
        return [say for name, _, say in list(self.reports) if name == job][-1]

    def until(self, job, *states):
        wait_for(f'{states} in {self.states(job)}',
                 lambda: self.states(job) and self.states(job)[-1] in states)
        return self.states(job)[-1]


class Halves:
    """Before cupsd's socket: its answers come in two halves, the body LATE seconds after the head;
    the first answer to Create-Job (RFC 8011, 5.4.15: operation 5), if it is to be CUT, ends there."""

    def __init__(self, lab, late=0, cut=0):
        self.path, self.door = f'{lab.dir}/halves', f'{lab.dir}/s'
        self.late, self.cut, self.links = late, cut, []

    def __enter__(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        os.unlink(self.path)

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(self.door)
            link = {'near': near, 'far': far, 'asked': b''}
            threading.Thread(target=self.pump, args=(link, near, far), daemon=True).start()
            threading.Thread(target=self.pump, args=(link, far, near), daemon=True).start()

    def pump(self, link, source, sink):
        try:
            while data := source.recv(65536):
                if source is link['near']:
                    link['asked'] = (link['asked'] + data)[-4000:]
                    sink.sendall(data)
                elif not self.answer(link, data):
                    break
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def answer(self, link, data):
        head, blank, body = data.partition(b'\r\n\r\n')
        if head.startswith(b'HTTP/1.1 100') and body:
            link['near'].sendall(head + blank)
            head, blank, body = body.partition(b'\r\n\r\n')
            data = head + blank + body
        if not head.startswith(b'HTTP/1.1 200') or not blank:
            link['near'].sendall(data)
            return True
        link['near'].sendall(head + blank)
        makes = b'\x02\x00\x00\x05\x00\x00' in link['asked']
        link['asked'] = b''
        if makes and self.cut > 0:
            self.cut -= 1
            return False
        time.sleep(self.late)
        link['near'].sendall(body)
        return True


@pytest.fixture(scope='module')
def lab():
    with Lab() as one:
        yield one


@pytest.fixture(autouse=True)
def as_found(request):
    """Each test finds the lab in order, whatever the one before did to it."""
    yield
    if 'lab' not in request.fixturenames:
        return
    one = request.getfixturevalue('lab')
    if not one.cupsd:
        one.cupsd_start()
    one.cupsd.send_signal(signal.SIGCONT)
    one.catcher.on()
    for queue in (ESCPOS, PDF):
        one.run('cupsaccept', queue)
        one.run('cancel', '-a', queue, check=False)
        one.run('cupsenable', queue)


def test_both_queues_print_the_code(lab, tmp_path):
    printed = len(lab.catcher.jobs)
    with Probe(lab, ESCPOS, 'escpos') as probe:
        job = probe.tell('submit', ticket=1)
        assert probe.until(job, *ENDS) == 'sent'
        assert probe.printer == (True, '')
    wait_for('the bytes', lambda: len(lab.catcher.jobs) > printed)
    picture = escpos.decode(lab.catcher.jobs[-1]).png(tmp_path / 'raw.png')
    assert codes(picture) == [CODE.format(2)]
    with Probe(lab, PDF, 'pdf') as probe:
        job = probe.tell('submit', ticket=2)
        assert probe.until(job, *ENDS) == 'confirmed'
        receipt = probe.tell('submit', ticket=-1)
        assert probe.until(receipt, *ENDS) == 'confirmed'
    ticket = next(p for p in lab.documents() if f'bx-{job}' in p)
    assert codes(pdf_picture(ticket)) == [CODE.format(3)]
    receipt = next(p for p in lab.documents() if f'bx-{receipt}' in p)
    assert 'EUR 61.99' in run('pdftotext', receipt, '-').decode()


def test_queue_that_takes_no_jobs_is_safe(lab):
    lab.run('cupsreject', ESCPOS)
    with Probe(lab, ESCPOS, 'escpos') as probe:
        job = probe.tell('submit')
        assert probe.until(job, *ENDS) == 'failed-safe'
        wait_for('the printer', lambda: probe.printer == (False, 'its queue takes no jobs'))


def test_queue_that_is_not_there_is_safe(lab):
    with Probe(lab, 'nobody', 'escpos') as probe:
        job = probe.tell('submit')
        assert probe.until(job, *ENDS) == 'failed-safe'
        wait_for('the printer', lambda: probe.printer and not probe.printer[0])
        assert 'no queue of that name' in probe.printer[1]


def test_cupsd_down_is_safe_and_comes_back(lab):
    lab.cupsd_stop()
    with Probe(lab, ESCPOS, 'escpos') as probe:
        job = probe.tell('submit')
        assert probe.until(job, *ENDS) == 'failed-safe'
        wait_for('the printer', lambda: probe.printer and not probe.printer[0])
        lab.cupsd_start()
        wait_for('the printer', lambda: probe.printer[0])
        assert probe.until(probe.tell('submit', job), 'sent') == 'sent'


def test_cupsd_frozen_holds_up_nobody(lab):
    with Probe(lab, ESCPOS, 'escpos', 'timeout=300') as probe:
        wait_for('the printer', lambda: probe.printer)
        lab.cupsd.send_signal(signal.SIGSTOP)
        job = probe.tell('submit')
        assert probe.until(job, *ENDS) == 'failed-safe'  # it never got as far as the document
    with Probe(lab, ESCPOS, 'escpos', 'timeout=60000') as probe:
        time.sleep(0.3)
        probe.tell('submit')
    assert probe.left_after < 10  # although an answer may take a minute
    lab.cupsd.send_signal(signal.SIGCONT)


@pytest.mark.parametrize('harm', [{'late': 0.3}, {'cut': 1}])
def test_answer_in_halves(lab, harm):
    """Of a busy cupsd. It took the job, or made one that stays empty: one sheet comes out."""
    printed = len(lab.catcher.jobs)
    with Halves(lab, **harm) as line:
        with Probe(lab, ESCPOS, 'escpos', env={'CUPS_SERVER': line.path}) as probe:
            job = probe.tell('submit')
            assert probe.until(job, *ENDS) == 'sent', probe.say(job)
        assert line.cut == 0
    wait_for('the sheet', lab.catcher.idle)
    assert len(lab.catcher.jobs) == printed + 1


def test_cupsd_frozen_after_it_took_the_job(lab):
    lab.run('cupsdisable', ESCPOS)
    with Probe(lab, ESCPOS, 'escpos', 'timeout=300', 'lost=600') as probe:
        job = probe.tell('submit')
        probe.until(job, 'spooled')
        lab.cupsd.send_signal(signal.SIGSTOP)
        assert probe.until(job, *ENDS) == 'unsure'
        assert 'does not answer' in probe.say(job)
    lab.cupsd.send_signal(signal.SIGCONT)


def test_stopped_queue_says_so_and_cancels(lab):
    printed = len(lab.catcher.jobs)
    lab.run('cupsdisable', '-r', 'changing the roll', ESCPOS)
    with Probe(lab, ESCPOS, 'escpos') as probe:
        job = probe.tell('submit')
        wait_for('the reason', lambda: probe.states(job) and 'stopped' in probe.say(job))
        assert probe.states(job)[-1] == 'spooled'
        wait_for('the printer', lambda: probe.printer == (False, 'its queue is stopped'))
        probe.tell('cancel', job)
        assert probe.until(job, *ENDS) == 'cancelled'
        assert probe.say(job) == ''
    assert len(lab.catcher.jobs) == printed


def test_somebody_else_cancels(lab):
    lab.run('cupsdisable', ESCPOS)
    with Probe(lab, ESCPOS, 'escpos') as probe:
        job = probe.tell('submit')
        probe.until(job, 'spooled')
        lab.run('cancel', '-a', ESCPOS)
        assert probe.until(job, *ENDS) == 'unsure'
        assert 'cancelled' in probe.say(job)


def test_held_and_purged_jobs_are_unsure(lab):
    lab.run('cupsdisable', ESCPOS)
    with Probe(lab, ESCPOS, 'escpos') as probe:
        held, purged = probe.tell('submit'), probe.tell('submit')
        probe.until(held, 'spooled')
        probe.until(purged, 'spooled')
        jobs = re.findall(r'^escpos-(\d+)', lab.run('lpstat', '-o', ESCPOS).stdout, re.M)
        first, second = sorted(jobs, key=int)[-2:]
        lab.run('lp', '-i', f'{ESCPOS}-{first}', '-H', 'hold')
        lab.run('cancel', '-x', f'{ESCPOS}-{second}')
        assert probe.until(held, *ENDS) == 'unsure'
        assert probe.until(purged, *ENDS) == 'unsure'


def test_printer_off_stays_printing_and_says_why(lab):
    lab.catcher.off()
    with Probe(lab, ESCPOS, 'escpos', 'slow=300') as probe:
        job = probe.tell('submit')
        wait_for('a reason', lambda: probe.states(job) and probe.say(job) not in ('', 'still printing'))
        assert probe.states(job)[-1] == 'printing'
        lab.catcher.on()
        assert probe.until(job, *ENDS) == 'sent'


def test_old_job_is_not_left_for_tomorrow(lab):
    lab.run('cupsdisable', ESCPOS)
    printed = len(lab.catcher.jobs)
    with Probe(lab, ESCPOS, 'escpos', 'stale=700') as probe:
        job = probe.tell('submit')
        assert probe.until(job, *ENDS) == 'unsure'
    lab.run('cupsenable', ESCPOS)
    wait_for('an empty queue', lambda: not lab.run('lpstat', '-o', ESCPOS).stdout)
    assert len(lab.catcher.jobs) == printed


def test_paper_out_on_an_ipp_printer(lab):
    lab.ipp_paper(False)
    try:
        with Probe(lab, PDF, 'pdf', 'slow=500') as probe:
            job = probe.tell('submit')
            wait_for('the reason', lambda: probe.states(job) and probe.say(job) == 'out of paper')
            assert probe.states(job)[-1] == 'printing'
            lab.ipp_paper(True)
            assert probe.until(job, *ENDS) == 'confirmed'
    finally:
        lab.ipp_paper(True)


@pytest.mark.parametrize('point, ends', [('print.submit', {'unsure'}), ('print.submitted', {'sent'})])
def test_killed_at(lab, point, ends):
    """A till killed while it prints asks by name in its next life and gets the truth."""
    with Probe(lab, ESCPOS, 'escpos', env={'BOXTILL_KILL_AT': f'{point}:1'}) as probe:
        job = probe.tell('submit')
        probe.process.wait(60)
    with Probe(lab, ESCPOS, 'escpos') as probe:
        probe.tell('ask', job)
        assert probe.until(job, *ENDS) in ends


def test_killed_while_the_job_waits(lab):
    lab.run('cupsdisable', ESCPOS)
    with Probe(lab, ESCPOS, 'escpos') as probe:
        job = probe.tell('submit')
        probe.until(job, 'spooled')
        probe.process.kill()
    with Probe(lab, ESCPOS, 'escpos') as probe:
        probe.tell('ask', job)
        probe.until(job, 'spooled')
        lab.run('cupsenable', ESCPOS)
        assert probe.until(job, *ENDS) == 'sent'


def test_cupsd_killed_while_the_job_waits(lab):
    printed = len(lab.catcher.jobs)
    lab.run('cupsdisable', ESCPOS)
    with Probe(lab, ESCPOS, 'escpos') as probe:
        job = probe.tell('submit')
        probe.until(job, 'spooled')
        lab.cupsd_stop(signal.SIGKILL)
        lab.cupsd_start()
        lab.run('cupsenable', ESCPOS)
        assert probe.until(job, *ENDS) in ('sent', 'unsure')
    assert len(lab.catcher.jobs) <= printed + 1


def test_cupsd_restarted_while_the_printer_reads_nothing(lab):
    """The ghost: pending, counted nowhere, and printed again at the start after next."""
    lab.catcher.stall()
    with Probe(lab, ESCPOS, 'escpos') as probe:
        job = probe.tell('submit', ticket=-1)  # small: the kernel takes it all
        probe.until(job, 'printing')
        time.sleep(1)
        lab.cupsd_stop()
        lab.cupsd_start()
        assert probe.until(job, *ENDS) == 'unsure'
        assert 'forgot' in probe.say(job) and probe.states(job) == ['spooled', 'printing', 'unsure']
    lab.catcher.on()
    wait_for('what was on its way', lambda: lab.catcher.idle())
    printed = len(lab.catcher.jobs)
    lab.cupsd_stop()
    lab.cupsd_start()
    time.sleep(1)
    assert len(lab.catcher.jobs) == printed
