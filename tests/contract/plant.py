#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Faults planted in an adapter, for its contract to find: plant.py NAME SOURCE OUT."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'sim'))
import mutants  # noqa: E402  (it lies beside the simulation)

mutants.MUTANTS['lost-notes-stay'] = [('src/server/store/postgres_overlay.c', '''\
    bd_pg_forget(postgres, 0);
    postgres->mark_count = 0;
''', '''\
    if (postgres->lost == 0)
        bd_pg_forget(postgres, 0);
    postgres->mark_count = 0;
''')]

mutants.MUTANTS['late-without-guard'] = [('src/server/store/postgres_late.c', '''\
    "AND \\"sold\\" + \\"held\\" + \\"leased\\" + $3 + $4 + $5 <= \\"capacity\\" + \\"planned_over\\" "
''', '')]

if __name__ == '__main__':
    sys.exit(mutants.main(sys.argv[1:]))
