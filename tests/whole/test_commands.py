# SPDX-License-Identifier: Apache-2.0
"""Every command, by itself and over till.sock while the till is on the screen; how each ends: 0
done, 1 refused, 2 usage, 3 unknown outcome, 4 offline and not allowed offline."""
import json
import pathlib
import re
import signal
import subprocess
import threading

import pytest

import server_lab
from pty_lab import Terminal
from till_lab import BOXTILL, PIN, Till, rows, venue, wait_for


@pytest.fixture
def server(tmp_path):
    made = venue(tmp_path / "server")
    yield made.start()
    made.end()


@pytest.fixture
def till(server, tmp_path):
    return Till(tmp_path / "till").enrol(server).login()


@pytest.fixture(params=["alone", "beside a till on the screen"])
def either(request, till):
    """The same commands must do the same, whoever owns the journal."""
    if request.param == "alone":
        yield till
        return
    with Terminal(till) as screen:
        screen.wait("Total", "online")
        till.screen_shown = screen
        yield till


HERE = pathlib.Path(__file__).parent


def commands():
    """The table of src/main/boxtill.c, as --help prints it."""
    text = subprocess.run([BOXTILL, "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"(?m)^boxtill ([a-z]+)", text))


TRIED = {"login", "logout", "sell", "find", "show", "reprint", "replace", "queue", "sync", "allot",
         "offline", "journal", "enrol", "doctor"}


def test_no_command_is_forgotten():
    elsewhere = {command for name in ("test_reports.py", "test_docs.py", "test_display.py")
                 for command in re.findall(r'"(\w+)"', (HERE / name).read_text())}
    assert commands() - {"demo"} - elsewhere <= TRIED  # demo has a file of its own
    assert TRIED <= commands()


def test_a_day(either, server):
    """Sell, look, reprint, replace, send, verify."""
    till = either
    sold = till.sell("2a1c", "--slot", "15:00", "--tender", "cash:6000")
    assert (sold["total"], sold["received"], sold["change"]) == (5700, 6000, 300)
    assert len(sold["tickets"]) == 3 and sold["number"] == "1-000001"
    card = till.sell("1k", "--tender", "card:REF 12")
    assert card["total"] == 500 and not card["tickets"][1:]
    other = till.sell("2s", "--event", "Guided tour", "--slot", "16:00")
    assert {t["slot"][:5] for t in other["tickets"]} == {"tour-"}
    assert "1-000003" in till.run("find").out
    found = till.run("find", "1-000001", "--json").json()["sales"]
    assert [sale["number"] for sale in found] == ["1-000001"]
    code = sold["tickets"][0]["code"]
    assert till.run("find", code, "--json").json()["sales"] == found
    shown = till.run("show", code, "--json").json()
    assert shown["entry"]["number"] == "1-000001" and shown["entry"]["total"] == 5700
    assert code in till.run("show", "1-000001").out
    copy = till.run("reprint", "1-000001", "1", "--json").json()
    assert copy["copy"] == 1 and copy["code"] == code
    assert till.run("reprint", "1-000001", "1", "--json").json()["copy"] == 2
    till.run("reprint", "1-000001", "0")
    new = till.run("replace", "1-000001", "2", "--reason", "lost", "--json").json()
    assert new["old"] == sold["tickets"][1]["code"] != new["code"]
    till.run("sync")
    queue = till.run("queue", "--json").json()
    assert queue["queued"] == 0 and queue["attention"] == 0
    assert "0 waiting" in till.run("queue").out
    lease = next(lease for lease in till.run("allot", "--json").json()["leases"]
                 if lease["pool"] == shown["entry"]["lines"][0]["pool"])
    assert lease["used"] == 3 and lease["free"] == lease["n"] - 3
    assert lease["pool"] in till.run("allot").out
    # the server's side of it
    device = server_lab.Till(server)
    device.enrol()
    states = {c: device.get(f"/v1/tickets/{c}").json()["state"] for c in (code, new["old"], new["code"])}
    assert list(states.values()) == ["valid", "replaced", "valid"]
    kinds = [entry.kind for entry in till.entries()]
    assert kinds.count("sale") == 3 and kinds.count("reprint") == 3 and kinds.count("replace") == 1
    assert "all as they were written" in till.run("journal", "verify").out
    listed = till.run("journal", "show").out.splitlines()
    assert len(listed) == len(kinds) and "1-000002" in till.run("journal", "show", "4").out
    assert len(till.run("journal", "export", "3").out.splitlines()) == 2 * (len(kinds) - 2)
    assert "agrees" in server.command("audit")
    prints = {path.name for path in (till.home / "prints").glob("*.pdf")}
    assert {"1-000001-1-copy1.pdf", "1-000001-1-copy2.pdf", "1-000001-receipt-copy1.pdf"} <= prints


def test_cashiers(either):
    till = either
    till.sell("a")
    till.run("logout")
    assert "login" in till.run("sell", "a", status=1).err
    assert "logged in" in till.run("reprint", "1-000001", status=1).err
    for number, pin in ((7, "0000"), (9, PIN), (8, PIN)):
        assert till.run("login", number, stdin=f"{pin}\n", status=1).err.startswith("boxtill: ")
    till.run("login", "8", stdin="4321\n")
    till.sell("a")
    assert till.sales()[-1].user == 8
    for wrong in ("x", "0", "12345", "7x"):
        till.run("login", wrong, stdin=PIN + "\n", status=2)
    till.run("login", "7", stdin="", status=2)
    kinds = [entry.kind for entry in till.entries()]
    assert kinds.count("login-failed") == 3


def test_five_wrong_pins_bar_the_sixth(either):
    till = either
    till.run("logout")
    for _ in range(5):
        till.run("login", 7, stdin="0000\n", status=1)
    assert re.search(r"\d+ s|minute|barred|wait", till.run("login", 7, stdin=PIN + "\n", status=1).err)
    till.run("login", 8, stdin="4321\n")


USAGE = [
    ["nonsense"], ["sell"], ["sell", "a", "b"], ["sell", "a", "--slot"], ["sell", "a", "--what", "x"],
    ["find", "a", "b"], ["show"], ["reprint"], ["reprint", "1-000001", "x"], ["replace"], ["queue", "x"],
    ["sync", "--often"], ["allot", "x"], ["offline"], ["offline", "maybe"], ["journal"],
    ["journal", "burn"], ["journal", "show", "x"], ["enrol"], ["enrol", "http://127.0.0.1"],
    ["doctor", "x"], ["login", "7", "1234"], ["logout", "now"], ["--what"]]
REFUSED = [
    ["sell", "z"], ["sell", "2"], ["sell", "-1a"], ["sell", "a", "--slot", "25:00"],
    ["sell", "a", "--slot", "03:33"], ["sell", "a", "--event", "Nowhere"],
    ["sell", "a", "--tender", "shells"], ["sell", "a", "--tender", "cash:100"],
    ["sell", "9999999999999999999999a"], ["sell", "a;rm -rf /"], ["sell", "\x1b[2Ja"], ["sell", "ä"],
    ["sell", "a" * 5000], ["show", "1-999999"], ["show", "B1003NC0C6FR92A1Z5H0D1GVMT83F"],
    ["show", "x" * 300], ["reprint", "1-999999"], ["replace", "1-999999", "1"]]


def test_usage(till):
    for words in USAGE:
        run = till.run(*words, status=2)
        assert run.err and not run.out, run


def test_refusals(either):
    till = either
    before = len(till.entries())
    for words in REFUSED:
        run = till.run(*words, status=None)
        assert run.status in (1, 2) and run.err.startswith(("boxtill: ", "Usage: ")), run
        assert "\x1b" not in run.err + run.out
        if run.status == 1:
            told = till.run(*words, "--json", status=1).json()
            assert told["error"] and told["say"], run
    after = till.entries()[before:]
    assert {entry.kind for entry in after} <= {"offline-start", "offline-end"}


def test_offline_by_choice(till):
    assert "running" in till.run("offline", "on", status=1).err
    with Terminal(till) as screen:
        screen.wait("Total", "online")
        till.run("offline", "on")
        screen.wait("offline by choice")
        assert till.sell("a")["offline"] is True
        assert till.run("sync", status=4).err
        assert till.run("queue", "--json").json()["queued"] > 0
        till.run("offline", "off")
        screen.wait("online", "0 waiting")
    assert [entry.kind for entry in till.entries()][-3:] == ["offline-start", "sale", "offline-end"]


def test_offline(either, server):
    till = either
    till.sell("a")
    server.kill()
    assert till.sell("a")["number"] == "1-000002"
    assert till.run("sync", status=4).err
    # more than this till's own places: nobody to ask
    def refused():
        run = till.run("sell", "20a", "--event", "Special exhibition", "--json", status=None)
        return run.status == 4 and json.loads(run.out)["error"] == "offline"
    wait_for("not known to be offline", refused)
    assert len(till.sales()) == 2


def test_the_last_places(either):
    """A lease that is too small grows by the basket's need; beyond the house it is refused."""
    till = either
    words = ("--event", "Special exhibition", "--slot", "17:00")
    assert len(till.sell("20a", *words)["tickets"]) == 20
    assert len(till.sell("20a", *words)["tickets"]) == 20
    run = till.run("sell", "a", *words, status=1)
    assert "old out" in run.err


def test_enrolment(till, server, tmp_path):
    code = server.command("enrol-code").strip()
    url = f"http://{server.host}:{server.port}"
    assert "till 1" in till.run("enrol", url, code, status=1).err
    other = Till(tmp_path / "other")
    assert other.run("sell", "a", status=1).err
    assert other.run("enrol", url, "AAAAAAAA", status=1).err
    assert other.run("enrol", "http://127.0.0.1:1", code, status=None).status in (1, 3, 4)
    assert other.run("enrol", "http://192.0.2.1", code, status=1).err  # plain http to loopback only
    assert other.run("enrol", "file:///etc/passwd", code, status=1).err
    assert other.run("enrol", url, code, "--json").json()["till"] == 2
    assert (other.home / "device.key").stat().st_mode & 0o777 == 0o600
    third = Till(tmp_path / "third")
    assert third.run("enrol", url, code, status=1).err, "a code counts once"


def test_doctor(either, server):
    till = either
    told = till.run("doctor", "--json").json()
    assert told
    assert "ok" in till.run("doctor").out
    server.kill()
    run = till.run("doctor", status=1)
    assert "server" in run.out + run.err


def test_help_and_version(till):
    assert re.fullmatch(r"boxtill \d+\.\d+\.\d+\n", till.run("--version").out)
    assert "Exit status" in till.run("--help").out
    assert "terminal" in till.run(status=1).err


# --- one owner ---------------------------------------------------------------------------------

def test_a_sale_beside_the_screen_shows_there(till):
    with Terminal(till) as screen:
        screen.wait("Total", "online")
        screen.press("3", "a")
        screen.wait(r"72\.00")
        till.sell("1c")  # a basket of its own
        screen.wait(r"Total +EUR +72\.00")
        screen.press("Enter")
        screen.wait("Enter exact")
        screen.press("Enter")
        screen.wait(r"CHANGE 0\.00", "1-000002")
    assert [sale.total for sale in till.sales()] == [900, 7200]


def test_a_second_till_is_refused(till):
    with Terminal(till) as screen:
        screen.wait("Total")
        with Terminal(till) as second:
            assert second.wait_end() == 1
            assert re.search(r"at work here", second.text())
        screen.press("a")
        screen.wait(r"24\.00")
        mode = (till.home / "till.sock").stat().st_mode
        assert mode & 0o777 == 0o600
        screen.send("\x03")
        screen.press("y")
        assert screen.wait_end() == 0
    assert not (till.home / "till.sock").exists()


def test_watch_sends_and_hands_over(till, server):
    server.stop()
    till.sell("a")
    watching = till.begin("sync", "--watch")
    try:
        wait_for("nobody listens", (till.home / "till.sock").exists)
        server.start()
        till.url(f"http://{server.host}:{server.port}")
        watching.send_signal(signal.SIGTERM)
        assert watching.wait(60) == 0
        watching = till.begin("sync", "--watch")
        wait_for("nothing is sent", lambda: rows(server, "SELECT number FROM orders"))
        with Terminal(till) as screen:  # the till takes the journal from it
            screen.wait("Total", "1-000001")
            assert watching.poll() is None
            screen.press("a")
            screen.wait(r"24\.00")
    finally:
        watching.terminate()
        assert watching.wait(60) == 0


def test_many_at_once(till):
    """Ten commands, one journal: each is done, one after the other."""
    runs = [None] * 10

    def sell(nth):
        runs[nth] = till.run("sell", "1t", "--json", status=None)
    threads = [threading.Thread(target=sell, args=(nth,)) for nth in range(len(runs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [run for run in runs if run.status == 0]
    busy = [run for run in runs if run.status != 0]
    assert done and all("busy" in run.out for run in busy), runs
    assert sorted(sale.number for sale in till.sales()) == sorted(run.json()["number"] for run in done)


@pytest.mark.parametrize("point, sold", [("commit.begin", 0), ("commit.before", 0), ("commit.after", 1)])
def test_unknown_outcome(till, point, sold):
    """The till dies under a command: the outcome is unknown, said so, and the journal knows it."""
    with Terminal(till, BOXTILL_KILL_AT=f"{point}:1") as screen:
        screen.wait("Total", "online")
        run = till.run("sell", "a", "--json", status=3)
        assert json.loads(run.out)["error"] == "unknown" and run.err
        assert screen.wait_end() == -signal.SIGKILL
    assert len(till.sales()) == sold
    assert till.sell("a")["number"] == f"1-{sold + 1:06}"
    till.run("journal", "verify")
