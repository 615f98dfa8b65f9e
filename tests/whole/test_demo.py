# SPDX-License-Identifier: Apache-2.0
"""boxtill demo, as somebody meets it who has just built it: without a terminal, twice."""
import os
import pathlib
import re
import subprocess

BUILD = os.environ['BOXTILL_BUILD']
ROOT = pathlib.Path(__file__).resolve().parents[2]


def morning(home):
    done = subprocess.run([os.path.join(BUILD, 'src/main/boxtill'), 'demo'], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120,
                          env={**os.environ, 'BOXTILL_HOME': str(home)})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_morning_twice(tmp_path):
    home = tmp_path / 'demo'
    first = morning(home)
    assert str(home) in first.splitlines()[0]
    assert re.search(r'sold +2a1c +1-000002 +EUR 57\.00, change 3\.00, 3 tickets', first)
    assert '3 waiting' in first and '0 waiting' in first
    assert 'COPY 1' in first and ' replaces ' in first
    path = re.search(r'A printed ticket: (\S+)', first).group(1)
    assert os.path.getsize(path) > 0 and path.startswith(str(home))
    held = re.search(r'its QR holds +(\S+)', first).group(1)
    known = re.search(r'the journal has +(\S+)', first).group(1)
    assert held == known and held.startswith('B1') and len(held) == 29
    # The second start finds the first one's state and goes on from it.
    assert '1-000006' in morning(home)


def test_try_builds_all_that_the_demo_needs():
    """packaging/try builds one target; what it lacks is missing only where nothing else was built."""
    tried = (ROOT / 'packaging/try').read_text()
    assert 'ninja -C build-try demo ' in tried
    built = subprocess.run(['ninja', '-C', BUILD, '-t', 'query', 'demo'], capture_output=True,
                           text=True, check=True).stdout.split()
    samples = {path.name for path in (ROOT / 'packaging/sample').iterdir()}
    assert samples and {f'src/main/{name}' for name in samples | {'boxtill', 'boxtilld'}} <= set(built)
