#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies a source file with one planted fault: mutants.py NAME SOURCE OUT.

Each fault is a list of places: the file, the text that stands there now and must stand there once,
and what replaces it. A text that is not found fails the build, so a fault cannot silently become
none when the code moves on. `mutants.py --list` names the faults with their files.
"""
import os
import sys

LEASE, ALLOT = 'src/server/book/lease.c', 'src/server/book/allot.c'
HELLO, RESTORE = 'src/server/book/hello.c', 'src/server/book/restore.c'
CUSTODY, BOOKING = 'src/server/book/custody.c', 'src/server/book/booking.c'
LEASES, EXCHANGE = 'src/till/leases.c', 'src/till/allot.c'
LINK, DRAFT = 'src/till/link.c', 'src/till/draft.c'

MUTANTS = {
    # --- the rules of allotments, as the model of them names its mutants ---
    'freed-at-expiry': [(ALLOT, '''\
        frozen.rows[i].state = BD_LEASE_FROZEN;
''', '''\
        frozen.rows[i].state = BD_LEASE_CLOSED;
        frozen.rows[i].used = frozen.rows[i].booked;
        if ((err = bd_lease_settle(book->store, &frozen.rows[i], fault)) < 0)
            break;
''')],
    'old-grant-accepted': [(EXCHANGE, '''\
        if (leases->batch[i].verb == answer->verb && leases->batch[i].r == answer->r &&
''', '''\
        if (leases->batch[i].verb == answer->verb &&
'''), (EXCHANGE, '''\
    if (row->r != answer->r)
        return;
''', '')],
    'entry-booked-twice': [(CUSTODY, '''\
        bx_id_equal(&held.id, &envelope->id)) {
''', '''\
        bx_id_equal(&held.id, &envelope->id)) {
        struct bd_booked again;
        held.body = (struct bd_blob){arrived->body, arrived->len};
        err = bd_entry_book(batch->book, batch->turn, &batch->meta, &batch->device, &held, &again,
                            fault);
        if (err < 0)
            return err;
'''), (BOOKING, '''\
    return bd_must(bd_insert(booking->book->store, BD_ORDER, &row, fault), "order", fault);
''', '''\
    int put = bd_insert(booking->book->store, BD_ORDER, &row, fault);
    return put < 0 ? put : 0;
'''), (BOOKING, '''\
            bd_must(bd_insert(booking->book->store, BD_ORDER_LINE, &row, fault), "line", fault);
''', '''\
            bd_insert(booking->book->store, BD_ORDER_LINE, &row, fault);
        err = err < 0 ? err : 0;
'''), (BOOKING, '''\
        err = bd_must(bd_insert(booking->book->store, BD_TICKET, &row, fault), "ticket", fault);
''', '''\
        err = bd_insert(booking->book->store, BD_TICKET, &row, fault);
        err = err < 0 ? err : 0;
''')],
    'sale-after-close': [(LEASES, '''\
    if (row->state != BX_LEASE_OPEN)
        return false;
    if (row->stops.ns != 0)
''', '''\
    if (row->state == BX_LEASE_CLOSING)
        return true;
    if (row->state != BX_LEASE_OPEN)
        return false;
    if (row->stops.ns != 0)
''')],
    'reserved-places-closed': [(EXCHANGE, '''\
    if (row->reserved > 0)
        return;
    row->state = BX_LEASE_CLOSING;
''', '''\
    row->state = BX_LEASE_CLOSING;
''')],
    'lease-forgotten-in-restore': [(HELLO, '''\
    if (message->state == BX_LEASE_OPEN)
        return reopen(greeting, lease, known, fault);
''', '''\
    if (message->state == BX_LEASE_OPEN && !known)
        return 0;
    if (message->state == BX_LEASE_OPEN)
        return reopen(greeting, lease, known, fault);
''')],
    'restore-without-epoch': [(RESTORE, '''\
    meta->epoch = (epoch > old ? epoch : old) + 1;
    meta->shut = 1;
''', '''\
    if (epoch <= MARK_MAX)
        return 0;
''')],
    # --- answers and entries ---
    'answer-without-echo': [(LINK, '''\
        if (twice || !is_echo(link, entry)) {
''', '''\
        if (i >= link->batch_count) {
            (void)twice;
            (void)is_echo;
'''), (LINK, '''\
        good[count++] = *entry;
''', '''\
        good[count] = *entry;
        good[count].seq = link->batch[i].seq;
        good[count].id = link->batch[i].id;
        good[count++].hash = link->batch[i].hash;
''')],
    'basket-sold-again': [(DRAFT, '''\
    if (bx_id_equal(&draft.basket.id, &event->of.start.state->last_sale.id)) {
''', '''\
    if (draft.basket.count < 0) {
'''), (DRAFT, '''\
    till->desk.basket = draft.basket;
    bx_draft_look(till);
''', '''\
    till->desk.basket = draft.basket;
''')],
    # --- what the simulation has found before ---
    'epoch-before-mark': [(LINK, '''\
    if (till->link.reoffer || till->next_seq - 1 - mark > till->link.queued)
''', '''\
    if (till->link.reoffer)
'''), (LINK, '''\
        effect->of.note.seen_epoch = link->reoffer ? 0 : link->epoch;
''', '''\
        effect->of.note.seen_epoch = link->epoch;
'''), (EXCHANGE, '''\
    effect->of.note.seen_epoch = till->link.reoffer ? 0 : till->link.epoch;
''', '''\
    effect->of.note.seen_epoch = till->link.epoch;
''')],
    'lacking-given-away': [(LEASE, '''\
    int64_t left = room(pool) - pool->lacking - pool->over;
''', '''\
    int64_t left = room(pool);
''')],
    'late-hello-counts': [(HELLO, '''\
    if (message->r != greeting->meta->epoch) {''', '''\
    if (message->r < 0) {''')],
}


def files(name):
    seen = []
    for place in MUTANTS[name]:
        if place[0] not in seen:
            seen.append(place[0])
    return seen


def main(words):
    if words == ['--list']:
        for name in MUTANTS:
            print(name, *files(name))
        return 0
    name, source, out = words
    with open(source, encoding='utf-8') as file:
        text = file.read()
    places = [place for place in MUTANTS[name]
              if os.path.abspath(source).endswith(os.sep + place[0])]
    if not places:
        sys.exit('mutants.py: %s changes nothing in %s' % (name, source))
    for _, old, new in places:
        if text.count(old) != 1:
            sys.exit('mutants.py: %s: found %d times in %s:\n%s'
                     % (name, text.count(old), source, old))
        text = text.replace(old, new)
    with open(out, 'w', encoding='utf-8') as file:
        file.write(text)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
