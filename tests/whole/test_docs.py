# SPDX-License-Identifier: Apache-2.0
"""The manual held to the programs: what a page says exists, exists; what exists is said. The pages
are read as their source; answers come from real programs at a real server."""
import json
import re
import subprocess
import textwrap

import pytest

from server_lab import BOXTILLD, ROOT
from till_lab import BOXTILL, Till, venue, zone_of_day

MAN = ROOT / "packaging/man"
PAGES = sorted(path.name for path in MAN.iterdir())
ESCAPES = {"&": "", "-": "-", "(dq": '"', "(mc": "µ", "e": "\\"}


def plain(text):
    return re.sub(r"\\(\([a-z]{2}|.)", lambda hit: ESCAPES[hit.group(1)], text)


def source(page):
    return [line for line in (MAN / page).read_text().splitlines() if not line.startswith('.\\"')]


class Section:
    """One .Sh or .Ss: its examples, its tagged items, its lines."""

    def __init__(self):
        self.lines, self.examples, self.items = [], [], []


def sections(page):
    """{"COMMANDS": …, "COMMANDS/login": …}; the literal blocks of each, and what its items name."""
    found, top, block = {}, "", None
    section = Section()
    for line in source(page):
        if line.startswith((".Sh ", ".Ss ")):
            name = plain(line[4:])
            top = name if line.startswith(".Sh ") else top
            section = found[name if line.startswith(".Sh ") else f"{top}/{name}"] = Section()
        elif line.startswith(".Bd -literal"):
            block = []
        elif line == ".Ed":
            section.examples.append("\n".join(block))
            block = None
        elif block is not None:
            block.append(plain(line))
        else:
            section.lines.append(line)
            if line.startswith(".It "):
                section.items.append(plain(line[4:]))
    return found


def names(section, macro):
    return [item[len(macro) + 1:] for item in section.items if item.startswith(macro + " ")]


def synopsis(page):
    """The usages as they are shown, in one line each."""
    shown = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=1000", MAN / page], text=True,
                           capture_output=True, check=True).stdout
    shown = re.sub(".\b", "", shown)
    text = re.search(r"^SYNOPSIS\n(.*?)^DESCRIPTION", shown, re.S | re.M).group(1)
    return [usage_words(line) for line in text.splitlines() if line.strip()]


def usage_words(text):
    """A usage without what only differs in typesetting."""
    return " ".join(text.replace("…", "...").replace("\u2212", "-").split())


def help_of(program):
    return subprocess.run([program, "--help"], text=True, capture_output=True, check=True).stdout


# --- the pages themselves ---------------------------------------------------------------------------

def test_there_are_the_pages():
    assert PAGES == ["boxtill.1", "boxtill.conf.5", "boxtilld.8", "boxtilld.conf.5"]


@pytest.mark.parametrize("page", PAGES)
def test_the_linter_is_silent(page):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "style", MAN / page], text=True,
                          capture_output=True, check=False)
    # Other pages are not installed where this is checked.
    words = [line for line in done.stdout.splitlines() if "referenced manual not found" not in line]
    assert not words, "\n".join(words)


@pytest.mark.parametrize("page", PAGES)
def test_references_lead_somewhere(page):
    for line in source(page):
        hit = re.match(r"\.(?:It )?Xr (\S+) (\d)", line)
        if hit:
            assert f"{hit.group(1)}.{hit.group(2)}" in PAGES, line


def test_they_are_installed():
    told = (ROOT / "packaging/meson.build").read_text()
    assert sorted(re.findall(r"'man/([^']+)'", told)) == PAGES


# --- commands ---------------------------------------------------------------------------------------

def test_every_command_of_boxtill_and_its_usage():
    told = [re.split(r"\s{2,}", line)[0] for line in help_of(BOXTILL).splitlines()
            if line.startswith("boxtill")]
    usages = [usage_words(line) for line in told if not line.startswith("boxtill.conf")]
    assert sorted(synopsis("boxtill.1")) == sorted(usages)
    commands = {usage.split()[1] for usage in usages if usage != "boxtill"} - {"--version", "[--plain]"}
    described = {name.split("/")[1] for name in sections("boxtill.1") if name.startswith("COMMANDS/")}
    assert described == commands


def test_every_command_of_boxtilld():
    told = re.findall(r"^  ([a-z-]+(?: [A-Z]+)*)  ", help_of(BOXTILLD), re.M)
    shown = synopsis("boxtilld.8")
    with_command = [usage.removeprefix("boxtilld [--config FILE] ") for usage in shown[1:-1]]
    assert sorted(with_command) == sorted(told)
    assert shown[0] == "boxtilld [--config FILE] [--behind-proxy] [--lifeline]"
    described = {name.split("/")[1] for name in sections("boxtilld.8") if name.startswith("COMMANDS/")}
    assert described == {command.split()[0] for command in told}


def test_a_command_that_is_not_there():
    for program in (BOXTILL, BOXTILLD):
        done = subprocess.run([program, "nonsense"], capture_output=True, text=True, check=False)
        assert done.returncode == 2 and done.stderr


# --- keys -------------------------------------------------------------------------------------------

def arguments_of(row):
    """ROW, the inside of an initialiser in C, cut at its own commas."""
    parts, depth, quoted, part = [], 0, False, ""
    for c in row:
        quoted ^= c == '"'
        depth += not quoted and (c == "(") - (c == ")")
        if c == "," and depth == 0 and not quoted:
            parts.append(part.strip())
            part = ""
        else:
            part += c
    return parts + [part.strip()]


def actions():
    """The action table: (keys, screens, name, help)."""
    header = (ROOT / "include/boxtill/till/action.h").read_text()
    screens = re.findall(r"\bBX_SCREEN_([A-Z]+)\b", re.search(r"enum bx_screen \{.*?\};", header,
                                                            re.S).group())
    text = (ROOT / "src/till/action.c").read_text()
    masks = {name: 1 << nth for nth, name in enumerate(screens)}
    macros = {name: value.replace("1u", "1") for name, value in
              re.findall(r"#define ([A-Z_]+) +(\(.*\))", text)}
    macros["BX_SCREENS"] = str(len(screens))

    def mask(expression):
        while re.search("[A-Z]", expression):
            expression = re.sub(r"ON\((\w+)\)", lambda hit: str(masks[hit.group(1)]), expression)
            expression = re.sub(r"\b[A-Z_]+\b", lambda hit: macros[hit.group()], expression)
        assert re.fullmatch(r"[0-9|&~() <-]+", expression), expression
        return eval(expression, {})  # pylint: disable=eval-used

    body = re.search(r"bx_action_rows\[\] = \{(.*?)\n\};", text, re.S).group(1)
    rows = []
    for row in re.findall(r"\{(BX_ACTION_.*?)\s*\}", body, re.S):
        cut = arguments_of(row)
        on = mask(cut[1])
        where = [name.lower() for name, bit in masks.items() if on & bit]
        rows.append((cut[4].strip('"'), where, cut[6].strip('"'), cut[7].strip('"')))
    assert len(rows) > 25
    return rows, [name.lower() for name in screens]


def keys_source():
    """The list of keys as the page has it."""
    rows, screens = actions()
    out = []
    for keys, where, name, sentence in rows:
        if not keys:
            continue
        shown = " , ".join(f"\\&{key}" if not key[0].isalnum() else key for key in keys.split(", "))
        on = "every screen but stop" if where == [s for s in screens if s != "stop"] else ", ".join(where)
        out += [f".It Sy {shown}", f"{name}", f".Pq on {on} ."]
        for piece in sentence.replace(". ", ".\n").splitlines():
            out += textwrap.wrap(piece, 80)
    return out


def test_every_key():
    lines = sections("boxtill.1")["KEYS"].lines
    start = lines.index(".Bl -tag -width 10n")
    assert lines[start + 1:-1] == keys_source()


# --- configuration ----------------------------------------------------------------------------------

def keys_known(path):
    """(section, key) → (least, most) or None, from the program's own table."""
    rows = re.findall(r'\{"(\w+)",\s*"(\w+)",\s*BX_INI_(\w+),\s*[^,]+,\s*[^,]+,\s*([^,]+?),\s*([^}]+?)\s*\}',
                      (ROOT / path).read_text())
    assert rows
    return {(section, key): (least, most) if kind == "NUMBER" else None
            for section, key, kind, least, most in rows}


def keys_sampled(path):
    """(section, key) → default, from the sample; defaults may stand there as comments."""
    found, section = {}, None
    for line in (ROOT / path).read_text().splitlines():
        hit = re.fullmatch(r"\[(\w+)\]", line)
        section = hit.group(1) if hit else section
        hit = re.fullmatch(r"#?(\w+) =\s*(.*)", line)
        if hit:
            found[section, hit.group(1)] = hit.group(2)
    return found


def keys_described(page):
    """(section, key) → (default, the words about it)."""
    found = {}
    for name, section in sections(page).items():
        hit = re.fullmatch(r"DESCRIPTION/\[(\w+)\]", name)
        at = None
        for line in section.lines if hit else []:
            item = re.fullmatch(r"\.It Ic (\w+) =\s*(.*)", line)
            if item:
                at = hit.group(1), item.group(1)
                found[at] = (item.group(2), [])
            elif at:
                found[at][1].append(line)
    return {at: (default, " ".join(words)) for at, (default, words) in found.items()}


@pytest.mark.parametrize("page, code, sample", [
    ("boxtill.conf.5", "src/main/home.c", "packaging/boxtill.conf.sample"),
    ("boxtilld.conf.5", "src/main/bd_config.c", "packaging/boxtilld.conf.sample")])
def test_every_configuration_key(page, code, sample):
    known, described, sampled = keys_known(code), keys_described(page), keys_sampled(sample)
    assert set(described) == set(known) == set(sampled)
    assert {at: default for at, (default, _) in described.items()} == sampled
    own = {("printer", key) for key in ("dots", "dpi", "columns")}  # the printer knows better
    for at, limits in known.items():
        if limits and at not in own:
            least, most = (eval(limit, {}) for limit in limits)  # pylint: disable=eval-used
            assert re.search(rf"\b{least} to {most}\b", described[at][1]), (at, described[at])


def test_the_samples_are_taken(tmp_path):
    server = venue(tmp_path / "server")
    (server.home / "boxtilld.conf").write_text(
        (ROOT / "packaging/boxtilld.conf.sample").read_text().replace("\n#", "\n")
        .replace("# boxtilld", "#boxtilld").replace("\n ", "\n# "))
    assert "all agrees" in server.command("audit")
    till = Till(tmp_path / "till")
    till.configure((ROOT / "packaging/boxtill.conf.sample").read_text())
    till.run("journal", "verify")
    till.configure("[till]\nentre = cash\n")
    assert "line 2" in till.run("queue", status=1).err and "entre" in till.run("queue", status=1).err


# --- the programme file -----------------------------------------------------------------------------

def programme_of_the_page():
    return json.loads(sections("boxtilld.8")["PROGRAMME FILE"].examples[0])


def test_every_member_of_the_programme_file():
    folder = ROOT / "src/server/book"
    told = "".join((folder / file).read_text() for file in
                   ("import.c", "import_hours.c", "import_windows.c", "timetable.c"))
    terms = (ROOT / "src/domain/programme_terms.c").read_text()
    tables = re.findall(r"names\[\] = \{(.*?)NULL\}", told + terms, re.S)
    tables += re.findall(r"TERMS_NAMES \\\n(.*)", (ROOT / "include/boxtill/domain/terms.h").read_text())
    tables += re.findall(r"_TERMS_NAMES (\".*)", (ROOT / "include/boxtill/domain/terms.h").read_text())
    tables += re.findall(r"limit_names\[BX_LIMITS\] = \{(.*?)\n\};", terms, re.S)
    tables += re.findall(r"_NAMES (\".*)", (folder / "import_in.h").read_text())
    tables += ['"offline_tenders", "tenders"']
    known = {name for table in tables for name in re.findall(r'"(\w+)"', table)}
    section = sections("boxtilld.8")["PROGRAMME FILE"]
    top = {"venue", "events", "products"}
    inline = {name for line in section.lines if line.startswith(".Va ")
              for name in re.findall(r"\w+", line[4:])}
    shown = {name for line in section.lines for name in re.findall(r'"(\w+)":', line)} - {"counter", "web"}
    assert set(names(section, "Va")) | inline | shown | top == known
    assert top <= set(programme_of_the_page())


def test_a_file_that_is_wrong_is_told_place_by_place(tmp_path):
    server = venue(tmp_path / "server")
    before = (server.home / "boxtilld.db").stat().st_size
    wrong = programme_of_the_page()
    wrong["events"][0]["slots"][0]["capacity"] = -1
    wrong["products"][1]["prize"] = 5
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(wrong))
    said = server.command("import", file, status=1)
    assert "events[0].slots[0]:" in said and "products[1]:" in said and before
    file.write_text('{"venue":')
    assert "file: JSON" in server.command("import", file, status=1)
    wrong = programme_of_the_page()
    wrong["venue"]["currency"] = "CHF"
    file.write_text(json.dumps(wrong))
    assert "cannot become" in server.command("import", file, status=1)


# --- answers ----------------------------------------------------------------------------------------

def members(value, path=""):
    """The names in a document: "tickets[].code"; the elements of an array are one."""
    if isinstance(value, dict):
        found = set()
        for name, inner in value.items():
            own = f"{path}.{name}" if path else name
            found |= {own} | members(inner, own)
        return found
    if isinstance(value, list):
        return {f"{path}[]"} - {path} | set().union(*(members(item, path + "[]") for item in value))
    return set()


def document(value):
    """As members, an array named by its elements alone."""
    found = members(value)
    return {name for name in found if f"{name}[]" not in found}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Every command's document from one small day: the page's own programme, one sale with papers,
    an outage."""
    folder = tmp_path_factory.mktemp("docs")
    programme = programme_of_the_page()
    programme["venue"]["zone"] = zone_of_day()
    server = venue(folder / "server", programme)
    server.start()
    till = Till(folder / "till")
    found = {"homes": (server.home, till.home)}
    orders = folder / "orders.json"
    orders.write_text(json.dumps({"orders": [{
        "ref": "W-20417", "kind": "web", "name": "Marta Quist", "date": "today", "time": "15:00",
        "prepaid": 2400, "lines": [{"product": "adult", "event": "permanent", "time": "15:00",
                                    "quantity": 2}]}]}))
    server.command("orders", orders)

    def ask(name, *words, status=0, **more):
        run = till.run(*words, "--json", status=status, **more)
        found[name] = run.json()
        return run.json()

    try:
        code = server.command("enrol-code").strip()
        ask("enrol", "enrol", f"http://{server.host}:{server.port}", code)
        ask("refused", "sell", "a", status=1)
        ask("login", "login", 7, stdin="1234\n")
        sale = ask("sell", "sell", "2a1k", "--tender", "cash:10000")
        found["again"] = till.run("reprint", sale["tickets"][1]["code"], "--json").json()
        ask("reprint", "reprint", sale["number"])
        ask("replace", "replace", sale["tickets"][0]["code"], "--reason", "gone")
        ask("find", "find")
        ask("show", "show", sale["number"])
        ask("refund", "refund", sale["number"], "--ticket", 2, "--note", "ill")
        ask("exchange", "exchange", sale["number"], "1a", "--ticket", 1, "--note", "another day")
        mistake = till.sell("a")["number"]
        ask("tender", "tender", mistake, "cash", "card:77", "--note", "wrong key")
        ask("dispute", "dispute", mistake, "--note", "asked for change")
        ask("invoice", "invoice", mistake, "--name", "Ann Lee")
        ask("void", "void", mistake, "--note", "rung up twice")
        ask("shift", "shift", "in", "--amount", 500, "--note", "coins from the bank")
        till.run("shift", "x")
        ask("training", "training", "on")
        till.run("training", "off")
        ask("arrivals", "arrivals")
        ask("report", "report", "types")
        ask("allot", "allot")
        ask("sync", "sync")
        ask("doctor", "doctor")
        ask("journal", "journal", "verify")
        found["entries"] = till.entries()
        with till.screen() as screen:
            screen.wait("Total")
            screen.type("2a")
            screen.wait("24.00")
            ask("park", "park", "Ann")
            ask("parked", "parked")
            ask("offline", "offline", "on")
            found["by choice"] = till.run("sync", "--json", status=4).json()
            till.run("offline", "off")
            found["there"] = [path.name for path in till.home.iterdir()]
        server.stop()
        till.sell("a")
        ask("queue", "queue")
        attention = found["queue"]["entries"][0]["seq"]
        found["settle"] = till.run("settle", attention, "--note", "looked at", "--json",
                                   status=None).json()
        ask("away", "sync", status=4)
        ask("nobody", "offline", "on", status=1)
        ask("logout", "logout")
        till.run("login", 8, stdin="4321\n")
        ask("person", "person", "list")
        yield found
    finally:
        server.end()


COMMANDS = ["login", "logout", "sell", "park", "parked", "arrivals", "find", "show", "reprint", "replace",
            "void", "refund", "exchange", "tender", "dispute", "invoice", "shift", "training", "report",
            "person", "queue", "sync", "allot", "offline", "journal", "enrol", "doctor"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_member_of_an_answer(answers, command):
    section = sections("boxtill.1")[f"COMMANDS/{command}"]
    described = names(section, "Va")
    assert len(described) == len(set(described))
    real = answers[command]
    example = json.loads(section.examples[-1].replace("\n", ""))
    if command == "show":  # the stored documents are described under ENTRIES
        assert document(real["entry"]) == document(example["entry"])
        real, example = ({**value, "entry": 1, "about": [1]} for value in (real, example))
    assert document(real) == document(example)
    assert {name for name in described if not name.endswith("[]")} == \
        {name for name in document(real) if not name.endswith("[]")}
    assert {name for name in described if name.endswith("[]")} == \
        {name for name in members(real) if name.endswith("[]")}


def test_every_command_with_an_answer_is_tried():
    with_json = {line.split()[1] for line in help_of(BOXTILL).splitlines()
                 if line.startswith("boxtill ") and "[--json]" in line}
    assert with_json == {*COMMANDS, "settle"}  # nothing needs attention on this day


def test_a_refusal(answers):
    page = sections("boxtill.1")["DESCRIPTION"]
    example = json.loads(page.examples[0])
    assert answers["refused"] == example
    for name in ("by choice", "away"):
        assert answers[name]["error"] == "offline"
    assert answers["nobody"]["error"] == "missing"
    words = set(re.findall(r'return "([a-z]+)";', (ROOT / "src/base/fault.c").read_text())) \
        - {"ok", "unnamed"}
    told = {plain(line.split()[1]) for line in page.lines if line.startswith(".Sy ")}
    assert words <= told


def test_papers_by_code(answers):
    codes = [ticket["code"] for ticket in answers["sell"]["tickets"]]
    assert answers["again"] == {"ticket": 2, "code": codes[1], "copy": 1}
    assert answers["replace"]["ticket"] == 1 and answers["replace"]["old"] == codes[0]
    assert [entry["kind"] for entry in answers["show"]["about"]] == ["reprint", "reprint", "replace"]


SHAPES = {"sale": "sale void refund exchange", "paper": "reprint replace",
          "cash": "shift-open float paid-in paid-out drop no-sale count hand-over",
          "change": "tender-correction", "attempt": "tender-intent tender-result", "invoice": "invoice",
          "report": "shift-close x-report closing"}


def parts_of_entries():
    """The lists of ENTRIES in order: head, one for each shape, notes; and the kinds. With each member
    whether it is of the second version only."""
    lists, current = [], None
    for line in sections("boxtill.1")["ENTRIES"].lines:
        if line.startswith(".Bl "):
            current = {}
            lists.append(current)
        elif line.startswith(".It "):
            member = line.split(" ", 2)[2]
            current[member] = False
        elif current and line.startswith("(2)"):
            current[member] = True
    return lists


def test_every_member_of_an_entry(answers):
    head, *shapes, note, kinds = parts_of_entries()
    shape_of = {kind: shape for name, shape in zip(SHAPES, shapes) for kind in SHAPES[name].split()}
    seen, there = {}, {}
    for entry in answers["entries"]:
        told = {**head, **shape_of.get(entry.kind, note)}
        mine = {name for name in members(entry.body)
                if not name.startswith(("back[].", "back_taxes[].", "figures[]["))}
        mine = {name for name in mine if f"{name}[]" not in told}
        assert mine <= set(told), (entry.kind, mine - set(told))
        missing = {name for name, second in told.items()
                   if "." not in name and "[]" not in name and not (second and entry.body["v"] == 1)}
        assert missing <= set(entry.body), (entry.kind, missing - set(entry.body))
        shape = id(shape_of.get(entry.kind, note))
        seen[entry.kind] = shape
        there[shape] = there.get(shape, set()) | mine
    for shape, told in ((id(told), told) for told in shapes):
        rare = {name for name, second in told.items() if "pieces[]" in name or name == "approver"}
        assert shape not in there or set(told) - rare <= there[shape], set(told) - there[shape]
    assert {"sale", "void", "refund", "exchange", "reprint", "replace", "paid-in", "tender-correction",
            "invoice", "x-report", "login"} <= set(seen)
    words = re.findall(r'\[BX_KIND_\w+\] = "([a-z-]+)"', (ROOT / "src/domain/entry.c").read_text())
    assert {*kinds, "sale", "reprint", "replace"} == set(words)
    assert {kind for names_ in SHAPES.values() for kind in names_.split()} <= set(words)
    envelope = json.loads(sections("boxtill.1")["COMMANDS/journal"].examples[0].replace("\n", ""))
    assert set(envelope) == set(answers["entries"][0].envelope)


def test_every_state():
    told = re.findall(r'return "([a-z]+)";',
                      re.search(r"bx_command_state.*?\n\}", (ROOT / "src/till/enquiry.c").read_text(), re.S).group())
    assert set(names(sections("boxtill.1")["STATES"], "Sy")) == set(told)


@pytest.mark.parametrize("page, which", [("boxtill.1", 1), ("boxtilld.8", 0)])
def test_every_file_of_a_home(answers, page, which):
    section = sections(page)["FILES"]
    text = " ".join(section.lines)
    described = set(re.findall(r"\.(?:It )?Pa ([\w.-]+)", text)) | {"log.1", "museum.json"}
    home = answers["homes"][which]
    there = {path.name for path in home.iterdir()} | set(answers["there"] if which else [])
    assert there <= described, there - described
    for path in home.iterdir():
        if path.name not in ("boxtill.conf", "boxtilld.conf", "museum.json"):  # written by the test
            assert path.stat().st_mode & 0o077 == 0, path


def test_every_variable():
    asked = set()
    for path in list(ROOT.glob("src/**/*.c")) + list(ROOT.glob("ui/*.c")):
        asked |= set(re.findall(r'getenv\("(\w+)"\)', path.read_text()))
    told = {name for page in ("boxtill.1", "boxtilld.8")
            for item in names(sections(page)["ENVIRONMENT"], "Ev") for name in item.split(" , ")}
    assert asked - {"HOME", "TZ"} <= told
    assert told - {"LANG", "LC_ALL", "LC_CTYPE"} <= asked


# --- what the server's page says of its end ---------------------------------------------------------

def test_a_hang_up_is_an_end(tmp_path):
    server = venue(tmp_path / "server")
    server.start()
    try:
        address = server.home / "address"
        server.process.send_signal(1)
        assert server.reap() == 0 and not address.exists()
    finally:
        server.end()


def test_a_home_that_is_no_venue(tmp_path):
    environment = {"BOXTILL_HOME": str(tmp_path / "nowhere")}
    done = subprocess.run([BOXTILLD], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "boxtilld init" in done.stderr


if __name__ == "__main__":  # writes the list of keys into the page
    PAGE = MAN / "boxtill.1"
    BEFORE, LIST, AFTER = re.fullmatch(r"(.*\n\.Sh KEYS\n.*?\.Bl -tag -width 10n\n)(.*?)(\n\.El\n.*)",
                                       PAGE.read_text(), re.S).groups()
    PAGE.write_text(BEFORE + "\n".join(keys_source()) + AFTER)
