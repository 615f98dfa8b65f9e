# SPDX-License-Identifier: Apache-2.0
"""packaging/check is only as honest as its tally: planted reports of test runners, and what must
be counted. There is nothing to check in the tree itself."""
import json
import os
import subprocess
import sys
import tempfile

import tree

TALLY = os.path.join(tree.ROOT, 'packaging', 'tally.py')


def meson(**results):
    return '\n'.join(json.dumps({'name': f'boxtill:unit / {n}', 'result': r, 'stdout': o})
                     for n, (r, o) in results.items())


def junit(*cases):
    return '<testsuites><testsuite>' + ''.join(
        f'<testcase classname="t" name="{n}">{inner}</testcase>' for n, inner in cases) \
        + '</testsuite></testsuites>'


# what, runner, its exit status, its report (None: it wrote none), the lines expected
PLANTS = [
    ('meson, all well', 'meson', 0, meson(a=('OK', ''), b=('OK', '')), 'pass a, pass b'),
    ('meson, one of each', 'meson', 1,
     meson(a=('OK', ''), b=('FAIL', ''), c=('SKIP', ''), d=('TIMEOUT', ''), e=('ERROR', '')),
     'pass a, fail b, fail c, fail d, fail e'),
    ('a test that cmocka skipped', 'meson', 0, meson(a=('OK', '[  SKIPPED ] test_x')), 'fail a'),
    ('meson without tests', 'meson', 0, None, 'fail no test ran'),
    ('meson breaking off', 'meson', 2, meson(a=('OK', '')), 'pass a, fail the runner ended with 2'),
    ('pytest, all well', 'pytest', 0, junit(('a', '')), 'pass t.a'),
    ('pytest, one of each', 'pytest', 1,
     junit(('a', ''), ('b', '<failure message="x"/>'), ('c', '<error/>'), ('d', '<skipped/>')),
     'pass t.a, fail t.b, fail t.c, fail t.d'),
    ('a broken teardown', 'pytest', 1, junit(('a', ''), ('a', '<error>x</error>')), 'fail t.a'),
    ('pytest finding nothing', 'pytest', 5, junit(), 'fail no test ran'),
    ('pytest cut off', 'pytest', 124, None, 'fail no test ran'),
    ('pytest with an inner error', 'pytest', 3, junit(('a', '')),
     'pass t.a, fail the runner ended with 3'),
]


def counted(folder, kind, status, report):
    at = {name: os.path.join(folder, name) for name in ('report', 'log', 'results')}
    tree.plant(folder, {'log': 'the log\n'} | ({} if report is None else {'report': report}))
    subprocess.run([sys.executable, '-B', TALLY, kind, 'x', str(status), at['report'], at['log'],
                    at['results']], check=True, stdout=subprocess.DEVNULL)
    lines = tree.read(folder, 'results').split('\n')[:-1]
    return ', '.join(line.replace('\tx:', '') for line in lines)


def main():
    bad = 0
    for what, kind, status, report, wanted in PLANTS:
        with tempfile.TemporaryDirectory() as folder:
            got = counted(folder, kind, status, report)
        right = sorted(got.split(', ')) == sorted(wanted.split(', '))
        bad += not right
        print(f'{"ok" if right else "WRONG"}: {what}' + ('' if right else f'\n    {got}'))
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
