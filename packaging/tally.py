# SPDX-License-Identifier: Apache-2.0
"""Reads what test runners wrote for packaging/check, adds a line a test to its results, and shows
the ends of what failed.

    tally.py meson|pytest STAGE STATUS REPORT LOG RESULTS
    tally.py suites BUILD           prints the names of the meson suites that have tests
"""
import json
import os
import subprocess
import sys
import xml.etree.ElementTree

TAIL = 40


def from_meson(report):
    """(name, right, said) of each test in meson's testlog.json."""
    with open(report, encoding='utf-8', errors='replace') as f:
        for line in f:
            one = json.loads(line)
            result = one['result']
            said = (one.get('stdout') or '') + '\n' + (one.get('stderr') or '')
            # A skipped test proves nothing, nor does one that cmocka skipped within.
            right = result in ('OK', 'EXPECTEDFAIL') and '[  SKIPPED ]' not in said
            yield one['name'].split(' / ')[-1], right, f'{said.strip()}\n[{result}]'


def from_pytest(report):
    """The same of a JUnit file; a test that passed and then broke its teardown has failed."""
    found = {}
    for case in xml.etree.ElementTree.parse(report).iter('testcase'):
        name = '.'.join(filter(None, (case.get('classname'), case.get('name'))))
        wrong = [one for one in case if one.tag in ('failure', 'error', 'skipped')]
        said = '\n'.join(f'{one.get("message") or ""}\n{one.text or ""}' for one in wrong)
        right, before = found.get(name, (True, ''))
        found[name] = (right and not wrong, before + said)
    return [(name, right, said) for name, (right, said) in found.items()]


def show(name, said):
    print(f'   FAILED {name}')
    for line in said.strip().split('\n')[-TAIL:]:
        print(f'   | {line[:300]}')


def tally(kind, stage, status, report, log, results):
    tests = []
    if os.path.exists(report):
        tests = list({'meson': from_meson, 'pytest': from_pytest}[kind](report))
    wrong = [(name, said) for name, right, said in tests if not right]
    if not tests or status != '0' and not wrong:
        # The runner itself went wrong, or found nothing.
        with open(log, encoding='utf-8', errors='replace') as f:
            what = f'the runner ended with {status}' if tests else 'no test ran'
            wrong.append((what, f.read()))
    for name, said in wrong:
        show(name, said)
    with open(results, 'a', encoding='utf-8') as f:
        f.writelines(f'pass\t{stage}: {name}\n' for name, right, _ in tests if right)
        f.writelines(f'fail\t{stage}: {name}\n' for name, _ in wrong)
    print(f'   {sum(right for _, right, _ in tests)} right, {len(wrong)} wrong')


def suites(build):
    listed = subprocess.run(['meson', 'introspect', '--tests', build], capture_output=True,
                            check=True).stdout
    names = {suite.split(':')[-1] for test in json.loads(listed) for suite in test['suite']}
    print(*sorted(names), sep='\n')


if __name__ == '__main__':
    if sys.argv[1] == 'suites':
        suites(sys.argv[2])
    else:
        tally(*sys.argv[1:])
