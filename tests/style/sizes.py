# SPDX-License-Identifier: Apache-2.0
"""Sizes a reader can hold: lines of a file, lines, branches, parameters and nesting of a function.

Branches are 1 + if, for, while, case, &&, ||, ?:. A run of case labels on one body is one branch:
-Wswitch-enum makes a switch name every value, and that must not be punished."""
import tree

LIMITS = {'.c': 800, '.h': 300}
LINES, BRANCHES, PARAMS, NESTING = 90, 20, 7, 3
BRANCHING = {'if', 'for', 'while', '&&', '||', '?'}


def branches(body):
    count, in_label, after_label = 1, False, False
    for tok in body:
        word = tok.text if tok.kind in ('name', 'punct') else ''
        count += word in BRANCHING
        if word in ('case', 'default'):
            count += word == 'case' and not after_label
            in_label = True
        elif in_label:
            in_label = word != ':'
            after_label = not in_label
        else:
            after_label = False
    return count


def params(function):
    parts = tree.split(function.params)
    return 0 if len(parts) == 1 and [t.text for t in parts[0]] == ['void'] else len(parts)


class Nesting:
    """The depth of control statements in a body, braces or not."""

    def __init__(self, body):
        self.toks, self.deepest = body, 0
        at = 0
        while at < len(body):
            at = self.statement(at, 0)

    def text(self, at):
        tok = self.toks[at] if at < len(self.toks) else None
        return tok.text if tok and tok.kind in ('name', 'punct') else ''

    def statement(self, at, depth):
        """Reads the statement at AT and returns where the next one starts."""
        self.deepest = max(self.deepest, depth)
        word = self.text(at)
        if word == '{':
            end = tree.closing(self.toks, at)
            at += 1
            while at < end:
                at = self.statement(at, depth)
            return end + 1
        if word in ('if', 'for', 'while', 'switch') and self.text(at + 1) == '(':
            at = self.statement(tree.closing(self.toks, at + 1) + 1, depth + 1)
            if word == 'if' and self.text(at) == 'else':
                # "else if" goes on at the same depth
                at = self.statement(at + 1, depth + (self.text(at + 1) != 'if'))
            return at
        if word == 'do':
            return self.plain(self.statement(at + 1, depth + 1), depth)
        return self.plain(at, depth)

    def plain(self, at, depth):
        """A declaration, an expression or a label; a macro with a block counts as a loop."""
        first = at
        while at < len(self.toks):
            word = self.text(at)
            if word == ';' or word == ':' and self.text(first) in ('case', 'default'):
                return at + 1
            if word == '{' and self.text(at - 1) == ')' and at > first + 2 \
                    and tree.closing(self.toks, first + 1 if self.text(first + 1) == '(' else at) \
                    == at - 1:
                return self.statement(at, depth + 1)
            at = tree.closing(self.toks, at) if word and word in '([{' else at
            at += 1
        return at


def check(root):
    for path in tree.files(root, '.c', '.h'):
        text = tree.read(root, path)
        lines, limit = text.count('\n'), LIMITS[path[-2:]]
        if lines > limit:
            yield tree.Complaint(path, limit + 1, f'{lines} lines, at most {limit}')
        if path.endswith('.h') and '{' not in text:
            continue
        for one in tree.functions(tree.tokens(text)):
            for value, most, what in (
                    (one.last - one.line + 1, LINES, 'lines'),
                    (branches(one.body), BRANCHES, 'branches'),
                    (params(one), PARAMS, 'parameters'),
                    (Nesting(one.body).deepest, NESTING, 'levels of nesting')):
                if value > most:
                    yield tree.Complaint(path, one.line,
                                         f'{one.name}() has {value} {what}, at most {most}')


def body(text, head='static int f(int a)'):
    return {'src/a.c': f'#include <x.h>\nstruct s {{ int a; }};\nstatic int t[] = {{1, 2}};\n'
                       f'{head}\n{{\n{text}}}\n'}


CLEAN = {
    **body('    if (a)\n        return 1;\n    else if (a > 1)\n        return 2;\n' * 9),
    'src/strings.c': 'static const char *f(void)\n{\n' + '    g("if { && (", \'{\');\n' * 40 + '}\n',
    'src/branch.c': 'int f(void)\n{\n#if A\n    if (a) {\n#else\n    if (b) {\n#endif\n    }\n}\n',
    'src/labels.c': 'int f(int a)\n{\n    switch (a) {\n' + '    case 1:\n' * 30 + '        g();\n'
                    '    }\n}\n',
    'src/full.c': '\n' * 800, 'src/full.h': '\n' * 300,
}
PLANTS = [
    ('a long file', {'src/b.c': '\n' * 801}, 'src/b.c:801: 801 lines, at most 800'),
    ('a long header', {'src/b.h': '\n' * 301}, '301 lines, at most 300'),
    ('a long function', body('    x;\n' * 88), 'src/a.c:4: f() has 91 lines'),
    ('the longest function', body('    x;\n' * 87), None),
    ('a long function of a header', {'src/b.h': 'static inline int g(void)\n{\n' + '    x;\n' * 88
                                     + '}\n'}, 'g() has 91 lines'),
    ('many ifs', body('    if (a)\n        b;\n' * 20), 'f() has 21 branches'),
    ('many conditions', body('    c = ' + 'a && b || c ? 1 : 2 + ' * 7 + '1;\n'), 'has 22 branches'),
    ('many cases', body('    switch (a) {\n' + ''.join(f'    case {i}:\n        x;\n'
                                                      for i in range(20)) + '    }\n'),
     'f() has 21 branches'),
    ('branches behind #if', body('#ifdef X\n' + '    if (a)\n        b;\n' * 20 + '#endif\n'),
     'f() has 21 branches'),
    ('many parameters', body('', 'int f(int a, int b, int (*c)(int, int), int d, int e, int f, int g,'
                                 ' int h)'), 'f() has 8 parameters'),
    ('seven parameters', body('', 'int f(int a, int b, int (*c)(int, int), int d, int e, int f, '
                                  'int g)'), None),
    ('deep nesting', body('    for (;;) {\n        while (a)\n            do {\n'
                          '                if (b)\n                    c;\n'
                          '            } while (0);\n    }\n'), 'f() has 4 levels of nesting'),
    ('nesting in an else', body('    if (a) {\n    } else {\n        switch (a) {\n        case 1:\n'
                                '            if (b) {\n                each(c) {\n                }\n'
                                '            }\n        }\n    }\n'), '4 levels of nesting'),
    ('three levels', body('    int x[] = {f({1}, (struct s){2})};\n    if (a) {\n        x;\n'
                          '    } else if (b) {\n        for (;;)\n            if (c)\n'
                          '                d;\n    }\n'), None),
    ('the second function', {'src/b.c': 'int f(void)\n{\n}\n\nint g(void)\n{\n' + '    x;\n' * 88
                             + '}\n'}, 'src/b.c:5: g() has 91 lines'),
]

if __name__ == '__main__':
    tree.main('sizes', check, CLEAN, PLANTS)
