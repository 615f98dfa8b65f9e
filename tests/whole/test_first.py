# SPDX-License-Identifier: Apache-2.0
"""The whole path, with nothing faked: keys in a terminal, the journal, paper out of CUPS on a raw
ESC/POS queue and on an IPP Everywhere queue, and the server. What the QR on the paper says is what
the journal and the server say."""
import json
import subprocess

import pytest

import cups_lab
import escpos
import server_lab
from till_lab import PIN, NUMBER, Till, rows, venue, wait_for


@pytest.fixture(scope="module")
def cups():
    with cups_lab.Lab() as lab:
        yield lab


@pytest.fixture
def server(tmp_path):
    made = venue(tmp_path / "server")
    yield made.start()
    made.end()


def decoded(picture):
    """The QR codes in a picture, read by a program that is not ours."""
    done = subprocess.run(["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)],
                          capture_output=True, text=True, check=False)
    return done.stdout.split()


def codes_of_raw(lab, since, folder):
    """What came out of the raw printer: the codes in the rasters, and the receipts' text."""
    codes, texts = [], []
    for nth, data in enumerate(list(lab.catcher.jobs[since:])):
        document = escpos.decode(data)
        if b"\x1bp" in data and not document.cuts:
            continue  # the drawer, by a job of its own
        assert document.cuts
        texts.append(document.text())
        if document.images:
            codes += decoded(document.png(str(folder / f"{nth}.png")))
    return codes, "\n".join(texts)


def codes_of_pages(lab, since, folder):
    codes, texts = [], []
    for nth, path in enumerate(lab.documents()[since:]):
        stem = folder / f"page{nth}"
        subprocess.run(["pdftoppm", "-r", "203", "-png", path, str(stem)], check=True,
                       capture_output=True)
        for picture in sorted(folder.glob(f"page{nth}-*.png")):
            codes += decoded(picture)
        texts.append(subprocess.run(["pdftotext", "-layout", path, "-"], check=True,
                                    capture_output=True, text=True).stdout)
    return codes, "\n".join(texts)


QUEUES = {"raw": ("escpos", codes_of_raw, lambda lab: len(lab.catcher.jobs)),
          "everywhere": ("pdf", codes_of_pages, lambda lab: len(lab.documents()))}


@pytest.mark.parametrize("kind", QUEUES)
def test_four_keys_two_adults(kind, cups, server, tmp_path):
    language, read, count = QUEUES[kind]
    queue = cups_lab.ESCPOS if language == "escpos" else cups_lab.PDF
    till = Till(tmp_path / "till", f"kind = cups\nqueue = {queue}\nlanguage = {language}\n"
                                   f"cups_server = {cups.dir}/s")
    till.environ = {"CUPS_SERVER": f"{cups.dir}/s"}
    till.enrol(server)
    since = count(cups)
    with till.screen() as screen:
        screen.login()
        screen.wait("online", r"[1-9]\d* yours", "printer ready")
        pressed = ["2", "a", "Enter", "Enter"]  # all that a walk-in sale takes
        assert len(pressed) == 4
        screen.press(*pressed[:3])
        screen.wait(r"Total +EUR +48\.00", "Enter exact")
        screen.press(pressed[3])
        screen.wait(r"CHANGE 0\.00")
        screen.wait("0 waiting")
        # the last sale stays in view, and the next key starts the next one
        screen.press("a")
        screen.wait(r"Total +EUR +24\.00", r"1-000001")
    wait_for("three documents", lambda: count(cups) >= since + 3)
    sale, = till.sales()
    assert sale.number == "1-000001" and sale.total == 4800 and sale.user == NUMBER
    assert [(line["product"], line["quantity"]) for line in sale.lines] == [("adult", 2)]
    assert [(t["kind"], t["amount"], t["change"]) for t in sale.tenders] == [("cash", 4800, 0)]
    shown = till.run("journal", "show").out
    assert "1-000001  2 tickets  EUR 48.00" in shown
    codes = sale.codes()
    assert len(set(codes)) == 2

    # paper
    folder = tmp_path / "paper"
    folder.mkdir()
    printed, text = read(cups, since, folder)
    assert sorted(printed) == sorted(codes)
    assert "1-000001" in text and "48.00" in text
    assert sale.envelope["hash"][:8] in text.lower()  # the receipt bears witness

    # server
    device = server_lab.Till(server)
    device.enrol()
    for code in codes:
        ticket = device.get(f"/v1/tickets/{code}").json()
        assert ticket["code"] == code and ticket["state"] == "valid", ticket
    order, = rows(server, "SELECT hex(id) AS id, number, total, offline FROM orders")
    assert order == {"id": sale.id.replace("-", "").upper(), "number": "1-000001", "total": 4800,
                     "offline": 0}
    kept, = rows(server, "SELECT body FROM entry WHERE seq = ? AND till = ?", sale.seq, sale.till)
    assert kept["body"].decode() == sale.raw
    pool, = rows(server, "SELECT * FROM pool WHERE id = ?", sale.lines[0]["pool"])
    assert pool["sold"] == 2 and pool["sold"] + pool["held"] + pool["leased"] <= pool["capacity"]
    assert "agrees" in server.command("audit")
    till.run("journal", "verify")


def test_one_adult_by_card(server, tmp_path):
    """Three keys for one adult, `c` in place of the second Enter, and change for what is typed."""
    till = Till(tmp_path / "till").enrol(server)
    with till.screen() as screen:
        screen.login()
        screen.wait(r"[1-9]\d* yours")
        screen.press("a", "Enter")
        screen.wait("Enter exact")
        screen.press("c")
        screen.wait(r"CHANGE 0\.00")
        screen.press("a", "c")
        screen.wait(r"Total +EUR +33\.00")
        screen.press("Enter")
        screen.wait("Enter exact")
        screen.press("4", "0", "0", "0", "Enter")
        screen.wait(r"CHANGE 7\.00", r"Total 33\.00 +Received 40\.00", "0 waiting")
    card, cash = till.sales()
    assert [t["kind"] for t in card.tenders] == ["card"] and card.total == 2400
    assert cash.tenders == [{"kind": "cash", "amount": 3300, "received": 4000, "change": 700,
                             "reference": "", "attempt": ""}]
    assert sum(order["total"] for order in rows(server, "SELECT total FROM orders")) == 5700


def test_a_sale_on_paper_only_when_it_is_stored(server, tmp_path):
    """Every document in the printer's folder is of a sale in the journal, and shows its code."""
    till = Till(tmp_path / "till").enrol(server).login()
    for line in ("a", "2a1c", "1k", "f"):
        till.sell(line)
    folder = till.home / "prints"
    for sale in till.sales():
        assert (folder / f"{sale.number}-receipt.pdf").exists()
        for nth, code in enumerate(sale.codes(), 1):
            assert decoded(folder / f"{sale.number}-{nth}.png") == [code]
    tickets = [p for p in folder.glob("*.png") if "receipt" not in p.name]
    assert len(tickets) == sum(len(sale.codes()) for sale in till.sales())
    assert json.loads(till.run("find", "--json").out)["sales"]
    assert PIN not in (till.home / "log").read_text()
