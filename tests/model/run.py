#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the model of the allotment rules with Spin; needs gcc, no network.

    run.py search NAME               the whole state space: no promise is ever broken
    run.py mutant NAME REAL PLANTED  the mutant breaks its promise; its shortest run is then played
                                     against the real code (REAL, which must keep all promises) and
                                     against a build with the same fault planted (PLANTED, which
                                     must break the same one)
    run.py follow REAL               random runs of the model, played against the real code, which
                                     must count the same after every step
    run.py trail NAME                prints that run
    run.py --mutants | --searches    prints the names
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = 'allotment.pml'

# What each search is about, and how many states it has at least: fewer, and the model has lost
# something. They take 1 to 10 s each, and at most 170 MB.
SEARCHES = {
    'two-tills': (dict(NT=2, R=2, CAP=2, WEB=1, RESTORE=0), 120000),
    'three-tills': (dict(NT=3, R=1, CAP=2, WEB=1, RESTORE=0), 150000),
    'three-leases': (dict(NT=1, R=3, CAP=3, WEB=1, RESTORE=0), 30000),
    'restore': (dict(NT=1, R=2, CAP=2, WEB=1, RESTORE=1), 350000),
    'restore-two-tills': (dict(NT=2, R=1, CAP=1, WEB=1, RESTORE=1), 350000),
    'restore-two-places': (dict(NT=2, R=1, CAP=2, WEB=0, RESTORE=1), 1150000),
}

OVERBOOKED, TWICE, COUNT = (2, 'overbooked'), (4, 'twice'), (6, 'count')
# The mutant's macro, the fault of the same kind in the product (plant.py), whether there is a
# restore, the promise it breaks, and what the real code refuses first when the run is played to it
# (None: nothing, it just does not do what the mutant does).
MUTANTS = {
    'freed-at-expiry': ('M_RECLAIM_AT_EXPIRY', 0, OVERBOOKED, 'hold'),
    'old-grant-accepted': ('M_OLD_GRANT', 0, OVERBOOKED, 'grant'),
    'entry-booked-twice': ('M_BOOKED_TWICE', 0, TWICE, None),
    'sale-after-close': ('M_SALE_AFTER_CLOSE', 0, OVERBOOKED, 'reserve'),
    'reserved-places-closed': ('M_CLOSE_RESERVED', 0, OVERBOOKED, 'close'),
    'lease-forgotten-in-restore': ('M_LEASE_FORGOTTEN', 1, OVERBOOKED, 'hold'),
    'restore-without-epoch': ('M_NO_EPOCH', 1, OVERBOOKED, 'hold'),
    'closing-counted-as-open': ('M_CLOSING_AS_OPEN', 1, COUNT, None),
}
FOLLOWED = 100  # random runs
FOLLOW_KINDS = {'req', 'give-up', 'grant', 'reserve', 'sell', 'leave', 'close', 'acked', 'learn',
                'greeted', 'stale', 'got-req', 'got-close', 'got-hello', 'got-entry', 'freeze',
                'hold', 'confirm', 'expire', 'reconcile', 'backup', 'restore', 'reopen'}
PLACES = 1  # of a mutant's model: enough, and its runs are short


def fail(what, said=''):
    sys.exit(f'{what}\n{said}')


def run(command, folder, what, good=(0,)):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode not in good:
        fail(f'{what} ended with {done.returncode}: {" ".join(command)}', done.stdout)
    return done.stdout


def compile_pan(folder, defines, options):
    """Spin's verifier for the model with DEFINES (name=value, or name alone)."""
    shutil.copy(os.path.join(HERE, MODEL), folder)
    run(['spin', '-a', *defines, MODEL], folder, 'spin')
    run(['gcc', '-w', '-DSAFETY', '-DNOFAIR', '-DNOREDUCE', '-DMEMLIM=400', *options, '-o', 'pan',
         'pan.c'], folder, 'gcc')


def flags(defines):
    return [f'-D{name}' if value is None else f'-D{name}={value}'
            for name, value in defines.items()]


def number(pattern, text):
    found = re.search(pattern, text)
    return int(found.group(1)) if found else -1


def search(name, folder):
    defines, least = SEARCHES[name]
    compile_pan(folder, flags(defines), ['-O1'])
    said = run(['./pan', '-w20', '-m10000'], folder, 'pan')
    print(said)
    if number(r'errors: (\d+)', said) != 0:
        fail('a promise is broken', run(['spin', '-t', *flags(defines), MODEL], folder, 'spin -t'))
    if re.search(r'not completed|max search depth|out of memory|resource|truncated', said):
        fail('the search is not complete')
    if number(r'(\d+) states, stored', said) < least:
        fail(f'fewer than {least} states: the model has lost something')
    # A step that no run ever takes proves nothing.
    idle = [line for line in said.split('\n')
            if re.search(r'allotment\.pml:\d+, state \d+', line) and '"-end-"' not in line]
    if idle or 'unreached in proctype Till' not in said:
        fail('some steps were never taken', '\n'.join(idle))


def trail(name, folder):
    """The shortest run in which the mutant breaks its promise, as replay.c reads it."""
    macro, restore, (promise, _), _ = MUTANTS[name]
    defines = {'NT': 1, 'R': 2, 'CAP': PLACES, 'WEB': 1, 'RESTORE': restore, macro: None,
               'ONLY': promise}
    if restore:
        defines['WEB_LATE'] = None
    compile_pan(folder, flags(defines), ['-O0', '-DBFS'])
    said = run(['./pan', '-w18'], folder, 'pan')
    broken = re.search(r'pan:1: assertion violated \( *!\(\((\d+)==(\d+)\)\)', said)
    if number(r'errors: (\d+)', said) != 1 or not broken or broken.group(1) != str(promise):
        fail(f'{name}: the mutant does not break promise {promise}', said)
    run_of_it = run(['spin', '-t', *flags(defines), MODEL], folder, 'spin -t', (0, 1))
    return trace(run_of_it, PLACES, 0)


def trace(run_of_it, places, follow_it):
    """What spin printed of a run, as replay.c reads it."""
    events = re.findall(r'EV e_(\S+) ([\d ]+)', run_of_it)
    if not events:
        fail('the run has no events', run_of_it)
    lines = [f'{what.replace("_", "-")} {numbers}' for what, numbers in events]
    return f'capacity {places} follow {follow_it}\n' + '\n'.join(lines) + '\n'


def follow(folder, real):
    """Random runs of the model itself: the book counts what the model counts."""
    shutil.copy(os.path.join(HERE, MODEL), folder)
    defines = {'NT': 1, 'R': 2, 'CAP': 2, 'WEB': 1, 'RESTORE': 1, 'FOLLOW': 1}
    path = os.path.join(folder, 'trace')
    kinds, steps = set(), 0
    for seed in range(1, FOLLOWED + 1):
        said = run(['spin', f'-n{seed}', '-u1200', *flags(defines), MODEL], folder, 'spin')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(trace(said, 2, 1))
        status, _, broken, said = play(real, path)
        if status != 0:
            fail(f'seed {seed}: {broken}', said)
        done = said.split('refused: ')[0]
        kinds |= set(re.findall(r'^done: (\S+)', done, re.M))
        steps += done.count('done: ')
    print(f'{FOLLOWED} runs, {steps} steps in which the code did what the model did:', *sorted(kinds))
    if steps < FOLLOWED * 10 or not FOLLOW_KINDS <= kinds:
        fail('the code parts from the model too soon to prove anything', FOLLOW_KINDS - kinds)


def play(program, path, *promise):
    done = subprocess.run([program, path, *promise], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    refused = re.search(r'^refused: (\S+)', done.stdout, re.M)
    broken = re.search(r'broken: (\w+)', done.stdout)
    return (done.returncode, refused and refused.group(1), broken and broken.group(1),
            done.stdout)


def mutant(name, folder, real, planted):
    _, _, (_, promise), refuses = MUTANTS[name]
    path = os.path.join(folder, 'trace')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(trail(name, folder))
    status, refused, broken, said = play(real, path)
    print('--- the real code', said, sep='\n')
    if status != 0:
        fail(f'{name}: the real code breaks a promise: {broken}')
    if refused != refuses:
        fail(f'{name}: the real code first refuses {refused}, not {refuses}')
    status, _, broken, said = play(planted, path, promise)
    print('--- with the fault planted', said, sep='\n')
    if status == 0 or broken != promise:
        fail(f'{name}: planted in the code, the fault breaks {broken}, not {promise}')


def main(words):
    if words == ['--mutants']:
        print(*MUTANTS, sep='\n')
    elif words == ['--searches']:
        print(*SEARCHES, sep='\n')
    elif len(words) >= 2:
        with tempfile.TemporaryDirectory(prefix='boxtill-model-') as folder:
            if words[0] == 'search':
                search(words[1], folder)
            elif words[0] == 'follow':
                follow(folder, words[1])
            elif words[0] == 'trail':
                print(trail(words[1], folder), end='')
            else:
                mutant(words[1], folder, *words[2:])
    else:
        sys.exit(__doc__)


if __name__ == '__main__':
    main(sys.argv[1:])
