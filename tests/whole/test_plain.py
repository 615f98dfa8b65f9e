# SPDX-License-Identifier: Apache-2.0
"""The till without a screen: lines in, lines out, on pipes; and the screen's keys by mouse."""
import re
import subprocess

import pytest

from pty_lab import Terminal
from till_lab import BOXTILL, PATIENCE, PIN, Till, venue


@pytest.fixture
def server(tmp_path):
    made = venue(tmp_path / "server")
    yield made.start()
    made.end()


@pytest.fixture
def till(server, tmp_path):
    return Till(tmp_path / "till").enrol(server).login()


def speak(till, *lines, config=""):
    """What the till said to these lines, and how it ended."""
    done = subprocess.run([BOXTILL, "--plain"], input="".join(line + "\n" for line in lines), text=True,
                          capture_output=True, timeout=PATIENCE * 2, check=False, env=till.environment())
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    return done.stdout


def test_a_sale_by_lines(till):
    said = speak(till, "2a", "", "6000", ".esc")
    assert re.search(r"(?m)^Total EUR 48\.00$", said), said
    assert re.search(r"(?m)^CHANGE 12\.00$", said), said
    assert till.run("find", "--json").json()["sales"][0]["total"] == 4800


def test_a_number_chooses(till):
    said = speak(till, "2", "1a", "Q", ".esc", "B", "1")
    second = re.search(r"(?m)^2 (\d\d:\d\d) .*\(chosen\)$", said)
    assert second and re.search(rf"(?m)^1 1 Adult {second[1]} 24\.00", said), said


def test_login_is_not_echoed(till):
    till.run("logout")
    said = speak(till, "7", PIN, "a")
    assert "Ana" in said and PIN not in said and re.search(r"(?m)^Total EUR 24\.00$", said), said


def test_a_whole_day_by_lines(till):
    """A sale, its void, the count of the drawer and the Z, as somebody hears and types them."""
    said = speak(till, "2a", "", "6000", ".esc", "F", "", "v", "", "", ".esc", ".esc", "S", "c",
                 *["0"] * 15, "", "", "y")
    assert re.search(r"(?m)^CHANGE 12\.00$", said), said
    assert "difference 0.00" in said and "Z report 1-Z000001" in said, said
    sale, void = sorted(till.run("find", "--json").json()["sales"], key=lambda row: row["seq"])
    assert (sale["total"], void["kind"]) == (4800, "void")


def test_german(till):
    till.configure("[till]\nlanguage = de\n[printer]\nkind = folder\n")
    said = speak(till, "2a", "", "")
    assert "RÜCKGELD 0,00" in said and "Summe EUR 48,00" in said, said


def test_mouse(till):
    """A press on a product, on Enter's hint, on a question's answer: the same as their keys."""
    with Terminal(till) as screen:
        screen.wait("Total", "online")
        screen.click("Adult")
        screen.wait(r"Total +EUR +24\.00")
        screen.click("Enter pay")
        screen.wait("Enter exact")
        screen.click("c card")
        screen.wait("CHANGE 0.00")
    assert till.run("find", "--json").json()["sales"][0]["total"] == 2400
