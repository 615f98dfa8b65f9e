# SPDX-License-Identifier: Apache-2.0
"""No floating point where money and places are counted."""
import re

import tree

FOLDERS = ('src/domain/', 'src/till/', 'src/server/book/', 'include/boxtill/domain/',
           'include/boxtill/till/')
WORDS = {'float', 'double', '_Complex', '_Imaginary', '_Float16', '_Float32', '_Float64',
         '_Float128', '_Decimal32', '_Decimal64', '_Decimal128', '__float128', '__bf16'}
HEADERS = re.compile(r'#\s*include\s*[<"](math|tgmath|float|complex|fenv)\.h[>"]')


def is_floating(number):
    if number[:2] in ('0x', '0X'):
        return '.' in number or 'p' in number.lower()
    return '.' in number or 'e' in number.lower()


def check(root):
    for path in tree.files(root, '.c', '.h'):
        if not path.startswith(FOLDERS):
            continue
        toks = tree.tokens(tree.read(root, path))
        for tok in toks:
            if tok.kind == 'pp' and HEADERS.match(tok.text):
                yield tree.Complaint(path, tok.line, f'{tok.text}: no floating point here')
        for tok in tree.with_macros(toks):
            if tok.kind == 'name' and tok.text in WORDS \
                    or tok.kind == 'number' and is_floating(tok.text):
                yield tree.Complaint(path, tok.line, f'{tok.text}: no floating point here')


CLEAN = {
    'src/domain/a.c': '/* a double 1.5 */\nint a = 0xE1 + 12 + x.e1 + 1UL; /* float */\n'
                      'char *b = "1.5 double";\n#include <stdint.h>\n',
    'src/base/a.c': 'double a = 1.5;\n',
}
PLANTS = [
    ('a double', {'src/domain/b.c': '\ndouble a;\n'}, 'b.c:2: double: no floating point'),
    ('a float in a header', {'include/boxtill/till/b.h': 'float a;\n'}, 'float: no'),
    ('a literal', {'src/till/b.c': 'int a = 1.5;\n'}, '1.5: no'),
    ('a short literal', {'src/till/b.c': 'int a = .5f;\n'}, '.5f: no'),
    ('an exponent', {'src/server/book/b.c': 'int a = 1e6;\n'}, '1e6: no'),
    ('a hexadecimal one', {'src/server/book/b.c': 'int a = 0x1p3;\n'}, '0x1p3: no'),
    ('one in a macro', {'src/domain/b.c': '#define A 0.5\n'}, '0.5: no'),
    ('math', {'src/domain/b.c': '# include <math.h>\n'}, 'no floating point'),
]

if __name__ == '__main__':
    tree.main('floats', check, CLEAN, PLANTS)
