#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a fuzzer for a little while: run.py FUZZER CORPUS WORDS [SECONDS]. What it finds new is thrown
away, what it breaks on is shown. It must have taken up the corpus, and many inputs besides."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def main(fuzzer, corpus, words, seconds="10"):
    seeds = len(os.listdir(corpus))
    with tempfile.TemporaryDirectory() as found:
        run = subprocess.run(
            [fuzzer, f"-max_total_time={seconds}", "-seed=1", "-timeout=10", "-rss_limit_mb=1024",
             "-max_len=40000", f"-dict={words}", f"-artifact_prefix={found}/broke-", "-print_final_stats=1",
             found, corpus],
            capture_output=True, text=True, errors="replace", check=False)
        for name in pathlib.Path(found).glob("broke-*"):
            print(f"{name.name}: {name.read_bytes()!r:.4000}")
    print(run.stderr[-6000:])
    done = re.search(r"stat::number_of_executed_units: *(\d+)", run.stderr)
    if run.returncode or not seeds or not done or int(done[1]) < 1000 + seeds:
        sys.exit("the fuzzer broke, or did not get far")


if __name__ == "__main__":
    main(*sys.argv[1:])
