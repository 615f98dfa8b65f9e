# SPDX-License-Identifier: Apache-2.0
"""What whoever looks after a till meets: what is wrong is said, soon, and by its right name."""
import os
import re
import signal
import subprocess
import time

import pytest

from test_demo import morning
from till_lab import BUILD, PATIENCE, Till, venue, wait_for


@pytest.fixture
def server(tmp_path):
    server = venue(tmp_path / "server").start()
    yield server
    server.end()


@pytest.fixture
def till(tmp_path, server):
    return Till(tmp_path / "till").enrol(server).login()


def checks(run):
    return {check["name"]: check for check in run.json()["checks"]}


def test_offline_is_no_choice_of_nobody(till):
    said = till.run("offline", "on", status=1)
    assert "No till" in said.err and not said.out


def test_a_stopped_owner_is_told(till):
    """Neither a command nor a till waits for a process that does not turn."""
    watcher = till.begin("sync", "--watch")
    try:
        wait_for("the watcher does not listen", (till.home / "till.sock").exists)
        assert till.run("queue", "--json").json()["queued"] == 0
        os.kill(watcher.pid, signal.SIGSTOP)
        began = time.monotonic()
        assert "does not answer" in till.run("queue", status=3).err
        with till.screen() as screen:
            screen.ended()
            assert "does not answer" in screen.text()
        assert time.monotonic() - began < PATIENCE
        os.kill(watcher.pid, signal.SIGCONT)
        assert till.run("queue", "--json").json()["queued"] == 0
    finally:
        watcher.kill()
        watcher.communicate()


def test_doctor_names_the_server_it_asked(till, server):
    config = (till.home / "boxtill.conf").read_text()
    till.configure(config + f"[server]\nurl = http://localhost:{server.port}\n")
    found = checks(till.run("doctor", "--json", status=None))
    assert found["server"]["ok"] and f"http://localhost:{server.port} " in found["server"]["say"]


def test_doctor_always_tells_the_clock(till, server):
    found = checks(till.run("doctor", "--json", status=None))
    assert found["clock"]["ok"] and "server" in found["clock"]["say"]
    server.stop()
    till.sell("1a")
    found = checks(till.run("doctor", "--json", status=1))
    assert not found["server"]["ok"]
    assert found["clock"]["ok"] and "last entry" in found["clock"]["say"]


@pytest.mark.parametrize("line, ok, told", [
    ("{code}\n", True, "as it was printed"),
    ("{code}", True, "as it was printed"),
    ("{mistyped}\n", False, "keyboard layout"),
    ("hello\n", False, "no ticket code"),
    ("\n", False, "Nothing came"),
    ("", False, "Nothing came"),
])
def test_the_scanner(till, line, ok, told):
    code = till.sell("1a")["tickets"][0]["code"]
    mistyped = code.translate(str.maketrans("YZyz", "ZYzy"))
    if mistyped == code:  # as a keyboard that has other digits
        mistyped = code[:5] + ("8" if code[5] != "8" else "9") + code[6:]
    run = till.run("doctor", "--scan", "--json", stdin=line.format(code=code, mistyped=mistyped),
                   status=0 if ok else 1)
    assert list(checks(run)) == ["scanner"]
    assert checks(run)["scanner"]["ok"] is ok and told in checks(run)["scanner"]["say"]
    assert "--scan" in checks(till.run("doctor", "--json", status=None))["scanner"]["say"]


def test_a_code_is_looked_at_before_it_is_sent(tmp_path, server):
    till = Till(tmp_path / "till")
    url = f"http://{server.host}:{server.port}"
    for code in ("AAAA", "AAAAAAAAA", "AAAA-AAA", "AAAAAAAU"):
        assert "8 letters and digits" in till.run("enrol", url, code, status=2).err
    assert not (till.home / "device.key").exists()
    code = server.command("enrol-code").strip()
    # as a person writes it
    till.run("enrol", url, code.lower().replace("1", "l").replace("0", "o"))


def test_the_journal_is_shown_for_people(till):
    till.sell("1a")
    till.sell("2a")
    lines = till.run("journal", "show").out.splitlines()
    one, two = [line for line in lines if " sale " in line]
    assert re.search(r"  1 ticket  EUR 24\.00$", one) and re.search(r"  2 tickets  EUR 48\.00$", two)
    assert all(re.search(r"^ +\d+  \S+T\S+Z  ", line) for line in lines)


def test_one_demo_a_home(tmp_path):
    home = tmp_path / "demo"
    first = subprocess.Popen([BUILD / "src/main/boxtill", "demo"], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env={**os.environ, "BOXTILL_HOME": str(home)})
    wait_for("the demo does not begin", (home / "server").exists)
    second = subprocess.run([BUILD / "src/main/boxtill", "demo"], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, timeout=PATIENCE, check=False,
                            env={**os.environ, "BOXTILL_HOME": str(home)})
    assert second.returncode == 1 and "demo runs" in second.stderr
    out, err = first.communicate(timeout=PATIENCE * 2)
    assert first.returncode == 0, out + err
    assert "1-000006" in morning(home)
