# SPDX-License-Identifier: Apache-2.0
"""Every include against src/floors: who may include whose headers, and which file is the door of
which library."""
import fnmatch
import os
import re

import tree

LIST = 'src/floors'
INCLUDE = re.compile(r'#\s*include\s*(?:<([^>]*)>|"([^"]*)")?')
PRODUCT = ('include/', 'src/', 'ui/', 'printers/')


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, p) for p in patterns)


class Floors:
    def __init__(self, text):
        self.roots, self.floors, self.doors = [], {}, []
        self.libc, self.generated, self.wrong = [], [], []
        for number, (kind, *words) in tree.table(text):
            left, right = words, None
            if ':' in words:
                left, right = words[:words.index(':')], words[words.index(':') + 1:]
            if kind == 'floor' and right is not None and len(left) == 1:
                self.floors[left[0]] = right
            elif kind == 'door' and right is not None:
                self.doors.append((left, right))
            elif kind in ('roots', 'libc', 'generated') and right is None:
                getattr(self, kind).extend(left)
            else:
                self.wrong.append(number)

    def floor_of(self, path):
        folder = os.path.dirname(path)
        while folder and folder not in self.floors:
            folder = os.path.dirname(folder)
        return folder or None

    def may(self, floor, header):
        folder = os.path.dirname(header)
        return self.floor_of(header) == floor or any(
            w in ('*', folder) or w.endswith('/') and header.startswith(w)
            for w in self.floors[floor])

    def complaint(self, path, floor, system, quoted):
        """What is wrong with an include in PATH, or None."""
        name = system if system is not None else quoted
        for headers, doors in self.doors:
            if matches(name, headers):
                if matches(path, doors):
                    return None
                return f'<{name}> has one door: {" ".join(doors) or "none yet"}'
        if matches(name, self.generated) or system and matches(name, self.libc):
            return None
        if system is not None:
            return f'<{name}> is neither libc nor behind a door in {LIST}'
        places = [os.path.dirname(path)] + self.roots
        for place in (os.path.normpath(os.path.join(p, name)) for p in places):
            if os.path.isfile(os.path.join(self.root, place)):
                if self.may(floor, place):
                    return None
                return f'{floor} may not include {place}'
        return f'"{name}" is not in the tree'


def check(root):
    if not os.path.exists(os.path.join(root, LIST)):
        yield tree.Complaint(LIST, 1, 'is missing')
        return
    floors = Floors(tree.read(root, LIST))
    floors.root = root
    for number in floors.wrong:
        yield tree.Complaint(LIST, number, 'is not a line of this list')
    for path in tree.files(root, '.c', '.h'):
        if not path.startswith(PRODUCT):
            continue
        floor = floors.floor_of(path)
        if not floor:
            yield tree.Complaint(path, 1, f'this folder stands on no floor of {LIST}')
            continue
        text = tree.read(root, path)
        for tok in tree.tokens(text) if 'include' in text else ():
            hit = INCLUDE.match(tok.text) if tok.kind == 'pp' else None
            if not hit:
                continue
            if hit.group(1) is None and hit.group(2) is None:
                said = 'an include must name its header'
            else:
                said = floors.complaint(path, floor, hit.group(1), hit.group(2))
            if said:
                yield tree.Complaint(path, tok.line, said)


CLEAN = {
    LIST: 'roots include src\n'
          'floor include/boxtill/base :\n'
          'floor src/base : include/boxtill/base\n'
          'floor src/domain : include/boxtill/base # and no more\n'
          'floor printers : printers/\n'
          'floor src/main : *\n'
          'door curses.h : ui/term.c src/base/term*.c\n'
          'libc stdio.h sys/*\n'
          'generated made.h\n',
    'include/boxtill/base/a.h': '#pragma once\n',
    'src/base/own.h': '#pragma once\n',
    'src/base/term1.c': '#include <curses.h>\n#include "own.h"\n#  include <sys/x.h>\n',
    'src/domain/a.c': '#include "boxtill/base/a.h"\n#include <stdio.h>\n/*\n#include <zlib.h>\n*/\n'
                      '#include "made.h"\n',
    'printers/link/a.h': '',
    'printers/a.c': '#include "link/a.h"\n',
    'src/main/a.c': '#include "base/own.h"\n',
    'tests/unit/a.c': '#include <cmocka.h>\n',
}
PLANTS = [
    ('an upward include', {'src/base/b.c': '#include "domain/x.h"\n', 'src/domain/x.h': ''},
     'src/base/b.c:1: src/base may not include src/domain/x.h'),
    ('a neighbour\'s own header', {'src/domain/b.c': '\n#include "../base/own.h"\n'},
     'src/domain/b.c:2: src/domain may not include src/base/own.h'),
    ('an include behind #if', {'src/domain/b.c': '#if 1\n#else\n# include <curses.h>\n#endif\n'},
     'b.c:3: <curses.h> has one door: ui/term.c'),
    ('a library in quotes', {'src/domain/b.c': '#include "curses.h"\n'}, 'has one door'),
    ('a library nobody listed', {'src/domain/b.c': '#include <zlib.h>\n'}, 'neither libc'),
    ('a header that is not there', {'src/domain/b.c': '#include "gone.h"\n'}, 'not in the tree'),
    ('a header named by a macro', {'src/domain/b.c': '#include WHAT\n'}, 'must name its header'),
    ('a folder without a floor', {'src/utils/b.c': ''}, 'stands on no floor'),
    ('a spoilt list', {LIST: CLEAN[LIST] + 'flor src/x : *\n'}, 'src/floors:10: is not a line'),
    ('no list', {LIST: ''}, 'stands on no floor'),
]

if __name__ == '__main__':
    tree.main('floors', check, CLEAN, PLANTS)
