# SPDX-License-Identifier: Apache-2.0
"""The prefix tells the floor: what a file offers to others starts with its part's prefix, what it
keeps to itself is static and carries none. And no file is called after a drawer."""
import os
import re

import tree

# The first fit counts.
PREFIXES = [('include/boxtill/', 'bx_'), ('src/server/', 'bd_'), ('src/main/', None),
            ('src/', 'bx_'), ('ui/', 'ui_'), ('printers/', 'tp_')]
DRAWERS = re.compile(r'(^|[_/-])(utils?|misc|helpers?|managers?|handlers?|common)([_.-]|$)')


def check(root):
    for path in tree.files(root, '.c', '.h'):
        prefix = next((p for start, p in PREFIXES if path.startswith(start)), None)
        if prefix and DRAWERS.search(os.path.basename(path)):
            yield tree.Complaint(path, 1, 'name the file after what it holds')
        text = tree.read(root, path) if prefix else ''
        if '{' not in text:
            continue
        for one in tree.functions(tree.tokens(text)):
            own = path.endswith('.c') and any(t.text == 'static' for t in one.head)
            known = re.match(r'(bx|ui|tp|bd)_', one.name)
            if own and known:
                yield tree.Complaint(path, one.line, f'{one.name}() is static: no prefix')
            elif not own and not one.name.startswith(prefix):
                yield tree.Complaint(path, one.line, f'{one.name}() should start with {prefix}')


CLEAN = {
    'src/base/a.c': 'int bx_a(void)\n{\n}\n\nstatic int b(void)\n{\n}\n',
    'src/server/book/a.c': 'struct bd_s *bd_a(void)\n{\n}\n',
    'ui/a.c': 'void ui_a(void)\n{\n}\n', 'printers/link/a.h': 'static inline int tp_a(int)\n{\n}\n',
    'src/main/boxtill.c': 'int main(void)\n{\n}\n', 'tests/misc.c': 'int x(void)\n{\n}\n',
}
PLANTS = [
    ('no prefix', {'src/base/b.c': '\nint a(void)\n{\n}\n'}, 'b.c:2: a() should start with bx_'),
    ('another\'s prefix', {'src/server/b.c': 'int bx_a(void)\n{\n}\n'}, 'should start with bd_'),
    ('in a header', {'ui/b.h': 'static inline int a(int b)\n{\n}\n'}, 'should start with ui_'),
    ('a static with a prefix', {'ui/b.c': 'static int ui_a(int b)\n{\n}\n'}, 'is static: no prefix'),
    ('a drawer', {'src/base/utils.c': ''}, 'name the file after what it holds'),
    ('another drawer', {'src/till/sale_helper.h': ''}, 'name the file after what it holds'),
    ('no drawer', {'src/till/commonwealth.h': ''}, None),
]

if __name__ == '__main__':
    tree.main('names', check, CLEAN, PLANTS)
