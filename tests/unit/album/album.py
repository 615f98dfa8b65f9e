# SPDX-License-Identifier: Apache-2.0
"""Compares the pictures that album draws with those that somebody has looked at:
album.py PROGRAM. UPDATE_GOLDENS=1 writes them anew: look at the difference before you commit it."""
import concurrent.futures
import difflib
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
TONGUES = ('plain', 'german', 'wide', 'hostile')


def draw(tongue):
    done = subprocess.run([sys.argv[1], tongue], capture_output=True, timeout=120)
    return tongue, done.returncode, done.stdout.decode('utf-8', 'replace'), done.stderr.decode()


def main():
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for tongue, status, drawn, said in pool.map(draw, TONGUES):
            # A hash is another one with each change of what is written; only that one stands there counts.
            drawn = re.sub(r'\b[0-9a-f]{16}\b', 16 * 'f', drawn)
            path = HERE / f'{tongue}.txt'
            if status != 0:
                print(tongue, 'ended with', status, said)
                wrong += 1
            if os.environ.get('UPDATE_GOLDENS') == '1':
                path.write_text(drawn, encoding='utf-8')
            wanted = path.read_text(encoding='utf-8') if path.exists() else ''
            if wanted != drawn:
                wrong += 1
                print(*difflib.unified_diff(wanted.split('\n'), drawn.split('\n'), path.name,
                                            'drawn', n=2, lineterm=''), sep='\n')
    sys.exit(1 if wrong else 0)


main()
