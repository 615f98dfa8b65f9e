# SPDX-License-Identifier: Apache-2.0
"""A shift by commands alone, with everything that moves money, and what is made of it afterwards:
Z, reports over days, the posting, the archive, and the buyer who is forgotten."""
import csv
import io
import json
import shutil
import subprocess

import pytest

from server_lab import ROOT
from till_lab import Till, venue, wait_for

SUPERVISOR, HERS = 8, "4321\n"
# float, sales, what went back, the correction, in, out, the drop
EXPECTED = 20000 + 5300 + 2900 - 2400 - 1500 + 1000 + 700 - 100 - 5000


@pytest.fixture(scope="module", name="day")
def a_day(tmp_path_factory):
    """A till whose shift is closed, and what its commands answered."""
    folder = tmp_path_factory.mktemp("reports")
    server = venue(folder / "server")
    server.start()
    till = Till(folder / "till").enrol(server)
    said = {}

    def ask(name, *words, status=0, **more):
        said[name] = till.run(*words, "--json", status=status, **more).json()
        return said[name]
    try:
        ask("login", "login", 7, "--float", 20000, stdin="1234\n")
        first = ask("sell", "sell", "2a1k", "--tender", "cash:60.00")["number"]
        second = ask("card", "sell", "1a1c", "--tender", "card:77")["number"]
        third = ask("third", "sell", "3c")["number"]
        ask("donation", "sell", "1a d:5.00")
        ask("void", "void", third, "--reason", "mistake")
        ask("refund", "refund", first, "--ticket", 1, "--reason", "ill")
        ask("exchange", "exchange", first, "1c", "--ticket", 2, "--reason", "time")
        ask("tender", "tender", second, "card", "cash", "--amount", 1000, "--reason", "wrong-key")
        ask("dispute", "dispute", second, "--reason", "change")
        ask("in", "shift", "in", "--pieces", "500:1,100:2", "--reason", "change")
        ask("refused", "shift", "out", "--amount", 100, "--reason", "other", status=1)
        ask("out", "shift", "out", "--amount", 100, "--reason", "other", "--approver", SUPERVISOR,
            stdin=HERS)
        ask("drop", "shift", "drop", "--amount", 5000, "--reason", "full")
        ask("invoice", "invoice", second, "--name", "Ann Lee", "--street", "Main Street 1",
            "--town", "10115 Berlin", "--tax-number", "DE123")
        ask("second invoice", "invoice", second, "--name", "Ann Lee", status=1)
        ask("training", "training", "on")
        ask("practice", "sell", "2a")
        till.run("training", "off")
        pin = folder / "pin"
        pin.write_text(HERS)
        ask("x", "report", "x")
        counted = EXPECTED - 10
        ask("again", "shift", "close", "--amount", counted, "--reason", "miscount", status=1)
        ask("close", "shift", "close", "--amount", counted, "--first", counted - 5, "--next-float", 20000, "--bag", "7",
            "--reason", "miscount", "--approver", SUPERVISOR, "--pin-file", pin)
        till.run("sync")
        till.run("login", SUPERVISOR, stdin=HERS)
        said["counted"] = counted
        yield till, said
    finally:
        server.end()


def figure(report, what, name=""):
    return next((row["count"], row["amount"]) for row in report["figures"]
                if (row["what"], row["name"]) == (what, name))


def test_the_shift(day):
    _, said = day
    assert said["login"]["shift"] == 1
    assert said["refund"]["total"] == -2400 and said["refund"]["of"] == said["sell"]["number"]
    assert said["void"]["number"] == "1-V000001" and said["exchange"]["number"] == "1-X000001"
    assert said["practice"]["number"].startswith("1-T")
    assert said["refused"]["error"] == "refused"
    assert "Count once more" in said["again"]["say"]
    assert said["invoice"]["number"] == "1-I000001"
    assert "invoice" in said["second invoice"]["say"]


def test_the_z(day):
    till, said = day
    z = till.run("report", "z", "--json").json()
    assert z["number"] == "1-Z000001" and z["confirmed"] == z["entries"]
    drawer = z["drawers"][0]
    assert drawer["expected"] == EXPECTED
    assert drawer["difference"] == -10 and drawer["counted"] == said["counted"]
    assert drawer["next_float"] == 20000 and drawer["bag"] == "7"
    sums = {what: sum(row["amount"] for row in z["figures"] if row["what"] == what)
            for what in ("gross", "net", "tax", "outside", "rounding", "tender", "drawer")}
    assert sums["gross"] == sums["net"] + sums["tax"]
    assert sums["gross"] + sums["outside"] + sums["rounding"] == sums["tender"]
    assert sums["drawer"] == drawer["expected"]
    assert figure(z, "outside", "donation") == (1, 500)
    table = list(csv.reader(io.StringIO(till.run("report", "z", 1, "--format", "csv").out)))
    assert table[0] == ["what", "name", "label", "count", "amount"]
    assert ["tender-change", "card>cash", "", "1", "10.00"] in table
    assert "1-Z000001" in till.run("report", "z", 1, "--format", "text").out
    assert till.run("report", "z", 1, "--format", "json").json() == z
    till.run("report", "z", 2, status=1)


@pytest.mark.parametrize("what", ["day", "types", "slots", "events", "hours", "channels", "tenders",
                                  "cashiers",
                                  "discounts", "corrections", "cash", "bookings"])
def test_a_report_over_days(day, what):
    till, _ = day
    z = till.run("report", "z", "--json").json()
    told = till.run("report", what, "--json").json()
    assert told["report"] == what and told["currency"] == "EUR"
    wanted = {"types": "product", "slots": "slot", "events": "event", "hours": "hour",
              "tenders": "tender", "cashiers": "cashier",
              "corrections": "cashier-correction", "discounts": "discount"}
    if what in wanted:
        assert {(row["name"], row["count"], row["amount"]) for row in told["rows"]} == \
            {(row["name"], row["count"], row["amount"]) for row in z["figures"]
             if row["what"] == wanted[what]}
    if what == "cash":  # the supervisor's shift is open, with a float of nothing
        assert {row["name"]: row["amount"] for row in told["rows"]} == \
            {row["name"]: row["amount"] for row in z["figures"] if row["what"] == "drawer"}
    if what == "channels":
        assert [(row["name"], row["amount"]) for row in told["rows"]] == \
            [("counter", sum(row["amount"] for row in z["figures"] if row["what"] == "cashier"))]
    if what == "day":
        assert {"sale", "return", "unsent", "attention", "unsure", "unknown", "parked"} <= \
            {row["what"] for row in told["rows"]}
    if what == "corrections":
        assert told["rows"][0]["count"] == 4
        assert told["rows"][0]["per_1000"] == 4 * 1000 // figure(z, "cashier", "7")[0]
    text = till.run("report", what, "--format", "csv").out
    assert text.startswith("what,name,label,count,amount\n")
    assert till.run("report", what, "--from", "2020-01-01", "--to", "2020-01-31", "--json")
    till.run("report", what, "--from", "yesterday", status=2)


def test_the_posting(day):
    till, said = day
    assert "posting.conf" in till.run("report", "posting", 1, status=1).err
    plan = (ROOT / "packaging/posting.conf.sample").read_text()
    (till.home / "posting.conf").write_text(plan.replace("card = 1460\n", ""))
    assert "tender card" in till.run("report", "posting", 1, status=1).err
    (till.home / "posting.conf").write_text(plan + "shells = 1\n")
    assert "shells" in till.run("report", "posting", 1, status=1).err
    (till.home / "posting.conf").write_text(plan)
    told = till.run("report", "posting", "--json").json()
    assert told["number"] == "1-Z000001"
    assert sum(line["debit"] for line in told["lines"]) == told["debit"] == told["credit"] == \
        sum(line["credit"] for line in told["lines"])
    of = {}
    for line in told["lines"]:
        of[line["account"]] = of.get(line["account"], 0) + line["debit"] - line["credit"]
    assert of["1600"] == 0 and of["4905"] == 10 and of["8200"] == -500 and of["1610"] == 5000
    assert of["1360"] == said["counted"] - 20000
    once, again = (till.run("report", "posting", 1).out for _ in range(2))
    assert once == again
    table = list(csv.DictReader(io.StringIO(once)))
    assert {row["account"] for row in table} == set(of)
    assert sum(round(float(row["debit"]) * 100) for row in table) == told["debit"]
    till.run("report", "posting", 2, status=1)


def printed(till, name):
    """The words on a sheet of the folder printer."""
    sheet = till.home / "prints" / name
    wait_for(f"{name} is not printed", sheet.exists)
    return subprocess.run(["pdftotext", "-layout", sheet, "-"], capture_output=True, text=True,
                          check=True).stdout


def test_the_invoice_and_its_copies(day):
    till, _ = day
    told = printed(till, "1-I000001-slip.pdf")
    for words in ("Ann Lee", "Main Street 1", "10115 Berlin", "DE123", "1 x Adult", "1 x Child 6-17",
                  "Tax 7.00 %", "33.00"):
        assert words in told, told
    assert till.run("reprint", "1-I000001", "--json").json()["copy"] == 1
    assert "COPY 1" in printed(till, "1-I000001-slip-copy1.pdf")
    assert till.run("reprint", "1-000002", 0, "--json").json()["copy"] == 1  # the receipt's own
    assert till.run("replace", "1-I000001", 1, status=1).err


def test_the_buyer_is_forgotten(day):
    till, _ = day
    persons = till.run("person", "list", "--json").json()["persons"]
    assert [person["name"] for person in persons] == ["Ann Lee"]
    assert b"Ann Lee" not in b"".join(path.read_bytes() for path in till.home.glob("journal.db*"))
    before = till.run("report", "z", "--json").json()
    assert till.run("person", "retain", "--json").json()["erased"] == ""
    assert till.run("person", "list", "--json").json()["persons"] == persons
    who = persons[0]["id"]
    told = till.run("person", "erase", who, "--note", "asked for it", "--json").json()
    assert told["erased"] == who
    assert till.run("person", "list", "--json").json()["persons"] == []
    assert till.run("person", "erase", who, "--note", "again", status=1).err
    entry = till.entries()[told["seq"] - 1]
    assert entry.kind == "erase" and who in entry.about
    after = till.run("report", "z", "--json").json()
    assert after["chain"] == before["chain"] and after["figures"] == before["figures"]
    till.run("journal", "verify")
    till.run("reprint", "1-I000001")
    again = printed(till, "1-I000001-slip-copy2.pdf")
    assert "Ann Lee" not in again and "erased" in again and "33.00" in again
    assert till.run("show", "1-I000001", "--json").json()["entry"]["person"] == who


def test_the_archive(day, tmp_path):
    till, _ = day
    folder = tmp_path / "archive"
    told = till.run("journal", "export", folder, "--json").json()
    assert told["first"] == 1 and told["last"] == told["entries"]
    assert till.run("journal", "verify", "--archive", folder, "--json").json() == told
    elsewhere = Till(tmp_path / "elsewhere")
    assert elsewhere.run("journal", "verify", "--archive", folder, "--json").json() == told
    till.run("journal", "export", folder, status=1)  # there is one already
    bad = tmp_path / "bad"
    shutil.copytree(folder, bad)
    text = (bad / "entries.jsonl").read_text()
    (bad / "entries.jsonl").write_text(text.replace("cash", "cosh", 1))
    assert till.run("journal", "verify", "--archive", bad, "--json", status=1).json()["error"] == \
        "corrupt"
    till.run("journal", "purge", bad, status=1)
    till.run("journal", "purge", folder, "--before", "yesterday", status=2)
    till.run("sync")
    numbers = till.run("report", "z", "--json").json()["number"]
    gone = till.run("journal", "purge", folder, "--json").json()
    assert gone["first"] == 1 and gone["last"] > 1 and numbers == "1-Z000001"
    assert till.run("journal", "verify", "--json").json()["entries"] < told["last"] + 3
    till.run("login", SUPERVISOR, stdin=HERS)
    assert till.sell("1a")["number"] == "1-000005"  # numbers go on
    with till.screen():  # over till.sock as well
        assert till.run("journal", "verify", "--json").json()["entries"]
    first = json.loads(till.run("journal", "export").out.split("\n")[0])
    assert first["seq"] == gone["last"] + 1


def test_usages(day):
    till, _ = day
    for words in (["shift"], ["shift", "in", "--amount", "2.50"], ["void"], ["report", "nonsense"],
                  ["replace", "1-000001"], ["invoice", "1-000001"], ["training", "maybe"],
                  ["shift", "close", "--drawers", "1:x"], ["person", "erase"], ["tender", "1-000001"]):
        run = till.run(*words, status=2)
        assert run.err.startswith(f"Usage: boxtill {words[0]}"), run


def test_an_approver_s_pin_is_no_argument(day):
    till, said = day
    run = till.run("void", said["sell"]["number"], "--approver", SUPERVISOR, "--reason", "mistake",
                   stdin="", status=2)
    assert "no PIN" in run.err
    run = till.run("void", said["sell"]["number"], "--approver", SUPERVISOR, "--reason", "mistake",
                   "--pin-file", till.home / "nowhere", status=2)
    assert run.err
