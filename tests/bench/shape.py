# SPDX-License-Identifier: Apache-2.0
"""The shape of what the benches print, from a run too small to mean anything."""
import os
import pathlib
import re
import subprocess
import sys

RUN = [sys.executable, "-B", str(pathlib.Path(__file__).with_name("run.py"))]
NUMBER = r"-?\d[\d.e+-]*"
LINE = re.compile(rf"(\w+) {NUMBER} (ms|MB|times|entries/s|orders/s) ({NUMBER}|-) ({NUMBER}|-)")
NAMES = ["sale_commit_p50", "sale_commit_p99", "key_to_screen_p50", "key_to_screen_p99", "start_300k",
         "till_private_dirty", "drain_10k", "commit_growth", "server_entries",
         *(f"orders_{at}_{what}" for at in ("sqlite", "postgres", "postgres2")
           for what in ("4", "4_p99", "open_p99")),
         "listeners_1500"]


def run(*words):
    return subprocess.run([*RUN, *words], capture_output=True, text=True, timeout=300, check=False,
                          env={**os.environ, "BOXTILL_BENCH_TINY": "1"})


def main():
    whole = run()
    assert whole.returncode == 0, whole.stderr
    found = [LINE.fullmatch(line) for line in whole.stdout.splitlines()]
    assert all(found), whole.stdout
    assert [line[1] for line in found] == NAMES, whole.stdout
    assert all((line[3] == "-") == (line[4] == "-") for line in found), whole.stdout
    wrong = run("sale_commit_p50", "nonsense")
    assert wrong.returncode == 2 and not wrong.stdout, wrong
    told = [name for name in NAMES if not name.startswith("orders_")] + ["orders", "till:", "server:"]
    assert all(name in wrong.stderr for name in told), wrong.stderr


if __name__ == "__main__":
    main()
