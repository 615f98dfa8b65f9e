# SPDX-License-Identifier: Apache-2.0
"""What every style check shares: the files of the tree, a small C tokenizer, and the frame that
runs a check over the tree or over planted violations it has to see.

A check is `check(root) -> iterable of Complaint`. Its plants are a list of
(what, {path: text}, words), laid over CLEAN in an empty folder: the check must be silent about
CLEAN and say WORDS about the plant (None: must stay silent, for what only looks like a breach).
"""
import os
import re
import subprocess
import sys
import tempfile
from collections import namedtuple

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
Complaint = namedtuple('Complaint', 'path line text')
Token = namedtuple('Token', 'kind text line')  # kind: name number string char punct pp

TOKEN = re.compile(r'''
    (?P<space>[ \t\r\f\v]+|\\\n)
  | (?P<newline>\n)
  | (?P<comment>//(?:\\\n|[^\n])*|/\*.*?(?:\*/|\Z))
  | (?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\\n])*(?:"|(?=\n)|\Z))
  | (?P<char>[uUL]?'(?:\\.|[^'\\\n])*(?:'|(?=\n)|\Z))
  | (?P<number>\.?[0-9](?:[eEpP][+-]|[0-9A-Za-z_.])*)
  | (?P<name>[A-Za-z_$][A-Za-z0-9_$]*)
  | (?P<punct>->|\+\+|--|<<=?|>>=?|<=|>=|==|!=|&&|\|\||\.\.\.|[-+*/%&|^]=|\#\#|.)
''', re.X | re.S)
DIRECTIVE = re.compile(r'[ \t]*#(?:/\*.*?\*/|//(?:\\\n|[^\n])*|\\\n|[^\n])*', re.S)


def files(root, *endings):
    """Paths relative to ROOT, sorted: git's list where there is git, else the tree walked."""
    found = []
    if os.path.exists(os.path.join(root, '.git')):
        try:
            listed = subprocess.run(
                ['git', '-c', 'safe.directory=*', '-C', root, 'ls-files', '-z', '--cached',
                 '--others', '--exclude-standard'], capture_output=True, check=True)
            found = listed.stdout.decode('utf-8', 'surrogateescape').split('\0')[:-1]
        except (OSError, subprocess.CalledProcessError):
            found = []
    if not found:
        for folder, names, here in os.walk(root):
            names[:] = [n for n in names if not n.startswith('.git') and n != '__pycache__'
                        and not (folder == root and n.startswith('build'))
                        and not os.path.exists(os.path.join(folder, n, 'meson-private'))]
            found += [os.path.relpath(os.path.join(folder, name), root) for name in here]
    found = {path for path in found if not endings or path.endswith(endings)}
    return sorted(p for p in found if os.path.isfile(os.path.join(root, p)))


def read(root, path):
    with open(os.path.join(root, path), encoding='utf-8', errors='surrogateescape') as f:
        return f.read()


def tokens(text, line=1, directives=True):
    """The tokens of C TEXT without comments; a preprocessor line is one token of kind pp."""
    out, at, fresh, end = [], 0, directives, len(text)
    while at < end:
        if fresh:
            fresh = False
            hit = DIRECTIVE.match(text, at)
            if hit:
                out.append(Token('pp', hit.group().strip(), line))
                line += hit.group().count('\n')
                at = hit.end()
                continue
        hit = TOKEN.match(text, at)
        kind, word = hit.lastgroup, hit.group()
        at = hit.end()
        if kind == 'newline':
            line += 1
            fresh = directives
        elif kind in ('space', 'comment'):
            line += word.count('\n')
        else:
            out.append(Token(kind, word, line))
            line += word.count('\n')
    return out


def with_macros(toks):
    """TOKS without directives, but with what each #define stands for."""
    for tok in toks:
        if tok.kind == 'pp' and re.match(r'#\s*define\b', tok.text):
            name = re.match(r'#\s*define\s+\w+(\([^)]*\))?', tok.text)
            yield Token('punct', ';', tok.line)
            yield from tokens(tok.text[name.end() if name else 0:], tok.line, False)
            yield Token('punct', ';', tok.line)
        elif tok.kind != 'pp':
            yield tok


def first_branches(toks):
    """TOKS without directives and with one branch of each #if, so that braces balance."""
    stack = []
    for tok in toks:
        if tok.kind != 'pp':
            if all(state == 'taken' for state in stack):
                yield tok
            continue
        word = re.match(r'#\s*(\w*)', tok.text).group(1)
        if word in ('if', 'ifdef', 'ifndef'):
            stack.append('waiting' if re.match(r'#\s*if\s+0\b', tok.text) else 'taken')
        elif word in ('else', 'elif') and stack:
            stack[-1] = 'taken' if stack[-1] == 'waiting' else 'over'
        elif word == 'endif' and stack:
            stack.pop()


def closing(toks, at):
    """Index of the token that closes the bracket at TOKS[AT]; the last index when nothing does."""
    pairs, depth = {'(': ')', '[': ']', '{': '}'}, 0
    opens, shuts = toks[at].text, pairs[toks[at].text]
    for i in range(at, len(toks)):
        if toks[i].kind == 'punct':
            depth += (toks[i].text == opens) - (toks[i].text == shuts)
            if depth == 0:
                return i
    return len(toks) - 1


def split(toks, mark=','):
    """TOKS cut at each MARK outside brackets; [] for no tokens."""
    parts, depth = [[]], 0
    for tok in toks:
        if tok.kind == 'punct' and tok.text in '([{':
            depth += 1
        elif tok.kind == 'punct' and tok.text in ')]}':
            depth -= 1
        if depth == 0 and tok.kind == 'punct' and tok.text == mark:
            parts.append([])
        else:
            parts[-1].append(tok)
    return parts if toks else []


Function = namedtuple('Function', 'name line last head params body')


def functions(toks):
    """The functions defined in TOKS: head is what stands before the name, params and body are the
    tokens between the brackets."""
    toks = list(first_branches(toks))
    start = i = 0
    while i < len(toks):
        tok = toks[i]
        if tok.kind != 'punct' or tok.text not in '([{;':
            i += 1
        elif tok.text in '([':
            i = closing(toks, i) + 1
        elif tok.text == ';':
            start = i = i + 1
        else:
            end = closing(toks, i)
            head, body = toks[start:i], toks[i + 1:end]
            i = end + 1
            if not head or head[-1].text != ')' or any(t.text == '=' for t in head):
                continue  # a type or an initializer: its ; ends it
            at, depth = len(head) - 1, 1
            while at > 0 and depth:
                at -= 1
                depth += (head[at].text == ')') - (head[at].text == '(')
            if at > 0 and head[at - 1].kind == 'name':
                yield Function(head[at - 1].text, head[at - 1].line, toks[end].line,
                               head[:at - 1], head[at + 1:-1], body)
            start = i


def table(text):
    """The lines of a plain-text table as (line number, words), without comments."""
    for number, line in enumerate(text.split('\n'), 1):
        words = line.split('#')[0].split()
        if words:
            yield number, words


def excuse(root, name, complaints):
    """COMPLAINTS less what tests/style/allowed excuses, plus one for each excuse not needed."""
    allowed = 'tests/style/allowed'
    lines = []
    if os.path.exists(os.path.join(root, allowed)):
        lines = [(n, w) for n, w in table(read(root, allowed)) if w[0] == name]
    used, left = set(), []
    for one in complaints:
        for number, words in lines:
            if len(words) >= 3 and words[1] == one.path and ' '.join(words[2:]) in one.text:
                used.add(number)
                break
        else:
            left.append(one)
    left += [Complaint(allowed, n, 'excuses nothing') for n, w in lines if n not in used]
    return left


def plant(folder, content):
    for path, text in content.items():
        at = os.path.join(folder, path)
        os.makedirs(os.path.dirname(at), exist_ok=True)
        with open(at, 'w', encoding='utf-8') as f:
            f.write(text)


def selftest(name, check, clean, plants):
    bad = 0
    for what, content, words in [('a clean tree', {}, None)] + plants:
        with tempfile.TemporaryDirectory() as folder:
            plant(folder, {**clean, **content})
            said = [f'{c.path}:{c.line}: {c.text}' for c in excuse(folder, name, check(folder))]
        right = not said if words is None else any(words in line for line in said)
        bad += not right
        print(f'{"ok" if right else "WRONG"}: {what}')
        if not right:
            print(f'    wanted: {words or "no complaint"}')
            print(*[f'    said: {line}' for line in said] or ['    said nothing'], sep='\n')
    return bad


def main(name, check, clean, plants):
    """--tree (or nothing) checks the project, --selftest the check, a folder that folder."""
    arg = sys.argv[1] if len(sys.argv) > 1 else '--tree'
    if arg == '--selftest':
        sys.exit(1 if selftest(name, check, clean, plants) else 0)
    root = ROOT if arg == '--tree' else arg
    complaints = excuse(root, name, check(root))
    for one in complaints:
        print(f'{one.path}:{one.line}: {one.text}')
    print(f'{name}: {len(complaints)} complaints')
    sys.exit(1 if complaints else 0)
