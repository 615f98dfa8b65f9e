# SPDX-License-Identifier: Apache-2.0
"""The licence line on top, #pragma once in headers, no promises left in the text, no stray bytes."""
import os
import re

import tree

C_LINE = '/* SPDX-License-Identifier: Apache-2.0 */'
HASH_LINE = '# SPDX-License-Identifier: Apache-2.0'
# Spelt apart, so that this file may pass its own check.
PROMISE = re.compile(r'\b(TO' r'DO|FIX' r'ME|X' r'XX|HA' r'CK)\b')
CONFLICT = re.compile(r'^(<{7}|>{7}|\|{7}) ', re.M)
TEXTS = ('.c', '.h', '.py', '.md', '.build', '.txt', '.yaml', '.json', '.sh', '.1', '.ini', '.conf', '.till')
BIDI = re.compile('[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]')


def is_script(text):
    return text.startswith('#!')


def check(root):
    for path in tree.files(root):
        folder, name = os.path.split(path)
        is_text = name.endswith(TEXTS)
        if not is_text and ('.' in name or name == 'LICENSE'):
            continue
        text = tree.read(root, path)
        if not is_text and '\0' in text[:1000]:
            continue
        top = text.split('\n', 2)[:2]
        if name.endswith(('.c', '.h')) and top[0] != C_LINE:
            yield tree.Complaint(path, 1, f'the first line must be {C_LINE}')
        elif (name.endswith(('.py', '.sh', '.till')) or is_script(text)) and text.strip() \
                and HASH_LINE not in top:
            yield tree.Complaint(path, 1, f'the first line (or the second) must be {HASH_LINE}')
        if name.endswith('.h') and '\n#pragma once\n' not in text:
            yield tree.Complaint(path, 1, '#pragma once is missing')
        if name.endswith(('.c', '.h', '.py', '.build')) and '\t' in text:
            yield tree.Complaint(path, text[:text.index('\t')].count('\n') + 1, 'a tab')
        for pattern, what in ((PROMISE, 'finish it or file an issue'),
                              (CONFLICT, 'a merge conflict'), (BIDI, 'an invisible character')):
            for hit in pattern.finditer(text):
                yield tree.Complaint(path, text[:hit.start()].count('\n') + 1,
                                     f'{hit.group()!r}: {what}')


CLEAN = {
    'src/a.c': C_LINE + '\nint a = f("X' 'XXXXX");\n',
    'src/a.h': C_LINE + '\n#pragma once\n',
    'packaging/run': '#!/bin/sh\n' + HASH_LINE + '\n',
    'tests/a.py': HASH_LINE + '\n',
    'tests/__init__.py': '',
    'README.md': 'Hacks and todos\n',
}
PLANTS = [
    ('no licence line', {'src/b.c': 'int a;\n'}, 'src/b.c:1: the first line must be'),
    ('a late one', {'src/b.c': '\n' + C_LINE + '\n'}, 'the first line must be'),
    ('a script without', {'packaging/b': '#!/bin/sh\n:\n'}, 'packaging/b:1: the first line'),
    ('python without', {'tests/b.py': 'import os\n'}, 'the first line (or the second) must be'),
    ('no pragma', {'src/b.h': C_LINE + '\n'}, '#pragma once'),
    ('a promise', {'src/b.c': C_LINE + '\n/* TO' 'DO: more */\n'}, 'b.c:2: '),
    ('another', {'b.md': 'a\nb\n(FIX' 'ME)\n'}, 'b.md:3: '),
    ('a third', {'src/b.c': C_LINE + '\n// X' 'XX\n'}, 'finish it'),
    ('a tab', {'src/b.c': C_LINE + '\n\tint a;\n'}, 'b.c:2: a tab'),
    ('a conflict', {'src/b.c': C_LINE + '\n<<<<<' '<< HEAD\n'}, 'a merge conflict'),
    ('a hidden character', {'src/b.c': C_LINE + '\n/* \u202e */\n'}, 'an invisible character'),
]

if __name__ == '__main__':
    tree.main('marks', check, CLEAN, PLANTS)
