#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plays one scenario in a folder of its own: play.py BOXTILL FILE. What failed stays to be looked at."""
import os
import shutil
import subprocess
import sys
import tempfile


def main():
    boxtill, script = sys.argv[1:3]
    home = tempfile.mkdtemp(prefix='boxtill-scenario-')
    env = dict(os.environ, BOXTILL_HOME=home, LC_ALL='C.UTF-8')
    done = subprocess.run([boxtill, 'demo', '--script', script], env=env, stdin=subprocess.DEVNULL)
    if done.returncode == 0:
        shutil.rmtree(home)
    return done.returncode


sys.exit(main())
