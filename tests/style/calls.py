# SPDX-License-Identifier: Apache-2.0
"""Calls against tests/style/banned, and formats that are not literals."""
import fnmatch
import os
import re

import tree

LIST = 'tests/style/banned'
FORMAT = re.compile(r'(\w+)\s*\((?:[^()]|\([^()]*\))*\)\s*(?:bx_must\s*)?bx_format\((\d+),')
# Give back a format that takes what their arguments (from 0) take.
LOOKED_UP = {'bx_word': (0,), 'bx_words_of': (1, 2)}
STATEMENTS = ('return', 'else', 'do', 'sizeof')
MACRO_TEXT = re.compile(r'(PRI[A-Za-z0-9]+|[A-Z][A-Z0-9_]*)$')


class Rules:
    def __init__(self, text):
        self.bans, self.literals, self.wrong = [], [], []
        for number, words in tree.table(text):
            kind, names, paths = (' '.join(words).split(':') + ['', ''])[:3]
            hit = re.fullmatch(r'literal (\d+)', kind.strip())
            if hit:
                self.literals.append((int(hit.group(1)), names.split(), paths.split()))
            elif names.split() and ' '.join(words).count(':') == 2:
                self.bans.append((kind.strip(), names.split(), paths.split()))
            else:
                self.wrong.append(number)

    def quick(self):
        """A pattern that finds any name of the list."""
        names = [n for _, names, _ in self.bans + self.literals for n in names]
        return re.compile(r'\b(?:' + '|'.join(re.escape(n).replace(r'\*', r'\w*')
                                              for n in names) + r')\b')


def fits(name, patterns):
    return any(fnmatch.fnmatchcase(name, p) for p in patterns)


def is_literal(toks):
    """A literal, several in a row, NULL, or a choice between such."""
    while len(toks) > 1 and toks[0].text == '(' and tree.closing(toks, 0) == len(toks) - 1:
        toks = toks[1:-1]
    choice = tree.split(toks, '?')
    if len(choice) > 1:
        return all(is_literal(part) for part in tree.split(choice[-1], ':'))
    if len(toks) > 3 and toks[0].text in LOOKED_UP and toks[1].text == '(' \
            and tree.closing(toks, 1) == len(toks) - 1:
        args = tree.split(toks[2:-1])
        return len(args) > 0 and all(is_literal(args[n]) for n in LOOKED_UP[toks[0].text]
                                     if n < len(args))
    return [t.text for t in toks] == ['NULL'] or any(t.kind == 'string' for t in toks) and all(
        t.kind == 'string' or t.kind == 'name' and MACRO_TEXT.match(t.text) for t in toks)


def declared_formats(root, paths):
    """{name: position} of the functions that bx_format() marks as printf-like."""
    found = {}
    for path in paths:
        if path.endswith('.h'):
            text = tree.read(root, path)
            if 'bx_format(' in text:
                text = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
                found.update((name, int(at)) for name, at in FORMAT.findall(text))
    return found


def calls(toks):
    """(token, index of its bracket) of each call. Outside of functions a name with a type before
    it is being declared, not called."""
    before, depth = '', 0
    for i, tok in enumerate(toks):
        if tok.kind == 'punct':
            depth += (tok.text == '{') - (tok.text == '}')
        elif tok.kind == 'name' and i + 1 < len(toks) and toks[i + 1].text == '(' \
                and before not in ('.', '->'):
            declared = depth == 0 and before not in STATEMENTS \
                and (before == '*' or before[:1].isidentifier())
            if not declared:
                yield tok, i + 1
        before = tok.text


def check(root):
    if not os.path.exists(os.path.join(root, LIST)):
        yield tree.Complaint(LIST, 1, 'is missing')
        return
    rules = Rules(tree.read(root, LIST))
    for number in rules.wrong:
        yield tree.Complaint(LIST, number, 'is not a line of this list')
    paths = tree.files(root, '.c', '.h')
    formats = declared_formats(root, paths)
    quick = rules.quick()
    for path in paths:
        text = tree.read(root, path)
        if not quick.search(text) and not any(name in text for name in formats):
            continue
        bans = [b for b in rules.bans if not fits(path, b[2])]
        literals = {n: at for at, names, free in rules.literals if not fits(path, free)
                    for n in names}
        if not path.startswith('tests/'):
            literals.update(formats)
        toks = list(tree.with_macros(tree.tokens(text)))
        for tok, at in calls(toks):
            for why, names, where in bans:
                if fits(tok.text, names):
                    yield tree.Complaint(path, tok.line, f'{tok.text}() is banned ({why}), only '
                                                         f'in: {" ".join(where) or "no file"}')
            if tok.text in literals:
                args = tree.split(toks[at + 1:tree.closing(toks, at)])
                n = literals[tok.text]
                if len(args) < n or not is_literal(args[n - 1]):
                    yield tree.Complaint(path, tok.line,
                                         f'argument {n} of {tok.text}() must be a literal')


CLEAN = {
    LIST: 'bounds : strcpy gets :\nmemory : malloc free : src/base/alloc.c tests/*\n'
          'random : arc4random* :\nliteral 2 : fprintf sqlite3_exec : tests/* # not there\n',
    'src/w.c': 'void f(void)\n{\n    fprintf(e, bx_words_of(n, "a", "b"));\n    fprintf(e, bx_word("c"));\n}\n',
    'src/base/alloc.c': 'void *bx_alloc(void)\n{\n    return malloc(1);\n}\n',
    'tests/a.c': 'void f(void)\n{\n    free(x);\n    fprintf(a, b);\n}\n',
    'src/a.h': '/* strcpy() is bad */\nint bx_say(int a, const char *f, ...) bx_format(2, 3);\n',
    'src/a.c': 'struct s {\n    int (*free)(int);\n    int malloc;\n};\nvoid free(void *p);\n'
               'void f(void)\n{\n    s->free(1);\n    s.free (2);\n    int free = "strcpy(a)";\n'
               '    fprintf(e, "a" PRId64\n            "b", f(x));\n'
               '    fprintf(e, (a ? "a" : "b"));\n    bx_say(1, NULL);\n    bx_say(f(2, 3), "x");\n}\n',
}
F = 'void f(void)\n{{\n    {};\n}}\n'
PLANTS = [
    ('a banned call', {'src/b.c': F.format('strcpy(a, b)')}, 'b.c:3: strcpy() is banned (bounds)'),
    ('a banned call in a test', {'tests/b.c': F.format('gets (a)')}, 'gets() is banned'),
    ('memory outside its door', {'src/b.c': F.format('return free(a)')},
     'free() is banned (memory), only in: src/base/alloc.c'),
    ('a call in a macro', {'src/b.h': '#define X(a) \\\n    free(a)\n'}, 'free() is banned'),
    ('a call in a plain macro', {'src/b.h': '#define X free(a)\n'}, 'free() is banned'),
    ('a call in a product', {'src/b.c': F.format('a = b * malloc(c)')}, 'malloc() is banned'),
    ('a call behind #if', {'src/b.c': '#if 1\n#else\nint i = malloc(1);\n#endif\n'}, 'b.c:3: mall'),
    ('a call after a line splice', {'src/b.c': F.format('x = \\\n malloc\\\n(2)')}, 'malloc()'),
    ('a wildcard', {'src/b.c': F.format('arc4random_uniform(2)')}, 'arc4random_uniform()'),
    ('a format from a variable', {'src/b.c': F.format('fprintf(e, text)')},
     'argument 2 of fprintf() must be a literal'),
    ('a format chosen among variables', {'src/b.c': F.format('fprintf(e, a ? "b" : c)')},
     'must be a literal'),
    ('a format in one\'s own function', {'src/b.c': F.format('bx_say(1, text)')},
     'argument 2 of bx_say() must be a literal'),
    ('a format looked up by a variable', {'src/b.c': F.format('fprintf(e, bx_word(text))')},
     'must be a literal'),
    ('a number as a format', {'src/b.c': F.format('fprintf(e, PRId64)')}, 'must be a literal'),
    ('SQL from a variable', {'src/b.c': F.format('sqlite3_exec(db, sql, 0, 0, 0)')},
     'argument 2 of sqlite3_exec() must be a literal'),
    ('a spoilt list', {LIST: CLEAN[LIST] + 'strcat\n'}, 'banned:5: is not a line'),
]

if __name__ == '__main__':
    tree.main('calls', check, CLEAN, PLANTS)
