#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The model's mutants as faults in the product: plant.py NAME SOURCE OUT, or --files NAME.

Seven of them the simulation plants too; the eighth it cannot see, because such a lease is only
counted too high until its CLOSE comes. Two must be planted in the journal as well, the till's second
belt: it commits no sale from a lease that closes. It is the fake that is changed, which passes the
journal's own contract tests.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'sim'))
import mutants  # noqa: E402  (it lies beside the simulation)

mutants.MUTANTS['closing-counted-as-open'] = [(mutants.HELLO, '''\
    if (message->state == BX_LEASE_OPEN)
        return reopen(greeting, lease, known, fault);
''', '''\
    if (message->state == BX_LEASE_OPEN || message->state == BX_LEASE_CLOSING)
        return reopen(greeting, lease, known, fault);
''')]

for name in ('sale-after-close', 'reserved-places-closed'):
    mutants.MUTANTS[name].append(('tests/contract/fake_check.c', '''\
        if (!lease || lease->r != use->r || lease->state != BX_LEASE_OPEN)
''', '''\
        if (!lease || lease->r != use->r)
'''))

if __name__ == '__main__':
    if sys.argv[1] == '--files':
        print(*mutants.files(sys.argv[2]))
    else:
        sys.exit(mutants.main(sys.argv[1:]))
