# SPDX-License-Identifier: Apache-2.0
"""What clang-format 14 would change."""
import os
import re
import subprocess

import tree

FORMATTER = 'clang-format-14'
SAID = re.compile(r'^(.*?):(\d+):\d+: error: (.*)')


def check(root):
    paths = tree.files(root, '.c', '.h')
    batches = [b for b in (paths[i::2] for i in range(2)) if b]
    running = []
    for batch in batches:
        try:
            running.append(subprocess.Popen([FORMATTER, '--dry-run', '-Werror', '--style=file']
                                            + batch, cwd=root, stderr=subprocess.PIPE, text=True))
        except FileNotFoundError:
            yield tree.Complaint(FORMATTER, 1, 'is not installed')
            return
    for one in running:
        _, said = one.communicate()
        hits = [SAID.match(line) for line in said.split('\n')]
        for path in dict.fromkeys(h.group(1) for h in hits if h):
            line = next(int(h.group(2)) for h in hits if h and h.group(1) == path)
            yield tree.Complaint(path, line, f'run {FORMATTER} -i {path}')
        if one.returncode and not any(hits):
            yield tree.Complaint('.clang-format', 1, said.strip() or f'{FORMATTER} failed')


CLEAN = {
    '.clang-format': tree.read(tree.ROOT, '.clang-format'),
    'src/a.c': 'int bx_a(int b)\n{\n    return b;\n}\n',
}
PLANTS = [
    ('a wrong indent', {'src/b.c': 'int bx_a(int b)\n{\n  return b;\n}\n'}, 'src/b.c:2: run clang'),
    ('a brace in the wrong place', {'ui/b.h': 'int bx_a(int b) {\n    return b;\n}\n'}, 'ui/b.h:'),
    ('a long line', {'src/b.c': 'int a = 1' + ' + 1' * 30 + ';\n'}, 'src/b.c:1'),
    ('a spoilt style', {'.clang-format': 'Nonsense: 1\n'}, '.clang-format:1'),
]

if __name__ == '__main__':
    tree.main('layout', check, CLEAN, PLANTS)
