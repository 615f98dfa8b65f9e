# SPDX-License-Identifier: Apache-2.0
"""A card terminal that dies with the till, and what is settled by command."""
import contextlib
import json

from till_lab import Till, rows, venue, wait_for


@contextlib.contextmanager
def at_work(tmp_path):
    server = venue(tmp_path / "server")
    server.start()
    till = Till(tmp_path / "till", config="[card]\nkind = simulator\n").enrol(server).login()
    yield server, till
    server.end()


def mood(till, word):
    (till.home / "card-mood").write_text(word)


def of(till, kind):
    return [entry for entry in till.entries() if entry.kind == kind]


def terminal(till):
    """What the terminal itself remembers: state by id."""
    told = json.loads((till.home / "card-simulator.json").read_text())
    return {attempt["id"]: attempt["state"] for attempt in told["attempts"]}


def test_killed_with_the_card_at_the_terminal(tmp_path):
    with at_work(tmp_path) as (_, till):
        mood(till, "wait")
        with till.screen() as screen:
            screen.wait("Total")
            screen.type("2a")
            screen.wait("48.00")
            screen.press("Enter")
            screen.wait("Enter exact")
            screen.press("c")
            screen.wait("Waiting for the card terminal")
            screen.kill()
        intent, = of(till, "tender-intent")
        assert not of(till, "sale") and intent.state == "asked"
        mood(till, "approve")
        # It had not been taken; the terminal, started anew, never heard of it.
        wait_for("no answer", lambda: till.run("sync", status=None) and of(till, "tender-result"))
        result, = of(till, "tender-result")
        assert result.state == "declined" and terminal(till) == {intent.attempt: "refused"}


def test_what_the_slip_says_by_command(tmp_path):
    with at_work(tmp_path) as (_, till):
        mood(till, "lost")
        till.run("sell", "2a", "--tender", "card", status=3)
        intent, = of(till, "tender-intent")
        assert not of(till, "sale")
        till.run("settle", intent.seq, "--action", "paid", status=1)  # and why?
        told = till.run("settle", intent.seq, "--action", "not-paid", "--note", "no slip", "--json").json()
        result, = of(till, "tender-result")
        assert told["kind"] == "tender-result" and told["id"] == result.id
        assert result.state == "declined" and "no slip" in result.say
        till.run("settle", intent.seq, "--action", "paid", "--note", "again", status=1)


def test_settles_what_needs_attention(tmp_path):
    """One voucher at two tills that the server cannot hear: the second is recorded with a task, which
    costs the venue something and so takes a supervisor's word, with a reason, once."""
    with at_work(tmp_path) as (server, till):
        other = Till(tmp_path / "other").enrol(server).login()
        other.sync()
        code = server.command("voucher", "single", "10.00", "2099-12-31").split()[0]
        server.stop()
        sales = [one.sell("a", "--tender", f"voucher:{code}", "--tender", "cash") for one in (other, till)]
        server.start()
        for one in (other, till):
            one.url(f"http://{server.host}:{server.port}")
            one.sync()
        assert till.run("queue", "--json").json()["attention"] == 1
        assert [row["word"] for row in rows(server, "SELECT word FROM task")] == ["voucher"]
        words = ["settle", sales[1]["seq"], "--reason", "accepted"]
        till.run(*words[:2], "--approver", 8, stdin="4321\n", status=1)  # and why?
        till.run(*words, status=1)
        till.run(*words, "--approver", 7, stdin="1234\n", status=1)
        assert not of(till, "settle")
        told = till.run(*words, "--approver", 8, "--json", stdin="4321\n").json()
        entry, = of(till, "settle")
        assert told["kind"] == "settle" and told["seq"] == entry.seq
        assert entry.n == sales[1]["seq"] and entry.about == "accept accepted by 8"
        assert till.run("queue", "--json").json()["attention"] == 0
        till.run(*words, "--approver", 8, stdin="4321\n", status=1)
        till.sync()
