/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in every archive for whoever opens it in twenty years. */

#include "journal/manifest.h"

const char *const bx_archive_text[] = {
    "ARCHIVE OF A TILL",
    "",
    "Everything that one till wrote into its journal, from the entry \"first\" to the entry "
    "\"last\"",
    "of manifest.json. All texts are UTF-8, lines end with LF, times are UTC, amounts are in the",
    "smallest unit of the currency (cents), tax rates in parts per million. Names and contacts of",
    "persons are not in it: a body holds at most a random id.",
    "",
    "entries.jsonl   Two lines an entry. The first is its envelope,",
    "                "
    "{\"till\":2,\"inc\":1,\"seq\":412,\"id\":\"…\",\"prev\":\"hex\",\"hash\":\"hex\"};",
    "                the second the body, byte for byte as it was stored: JSON with its version v,",
    "                till, inc, seq, id, kind, number, at (microseconds since 1970), boot, shift,",
    "                user, and then what its kind needs.",
    "signatures.jsonl",
    "                What a fiscal device said, a line for each entry that it was to sign: seq, id "
    "and",
    "                hash of the entry, state (signed; late: after an outage; open: not yet; "
    "refused),",
    "                and if it is signed begun and at (microseconds since 1970, by the device's "
    "clock),",
    "                transaction and counter (the device's numbers of the process and of the",
    "                signature), device (its serial number) and qr (what the receipt's code holds, "
    "the",
    "                signature itself in it). No such line: the entry needs no signature.",
    "entries.csv     seq, incarnation, id, kind, number, time, shift, user, answer (what the "
    "booking",
    "                server said of it; empty: nothing yet)",
    "lines.csv       seq (of the entry), side (sold, or taken back), line, product, name, event,",
    "                slot, date, quantity, persons, price (of one), amount (after discounts), tax",
    "tenders.csv     seq, tender, kind, amount (negative: paid out), received, change, reference",
    "signatures.csv  seq, state, begun, ended, transaction, counter, device, qr: the same",
    "figures.csv     shift, what, name, count, amount: everything that reports are made of, added "
    "up",
    "                by shift. Shift -1: of all shifts in earlier archives; 0: outside any shift.",
    "                Text that begins with = + - @ has an apostrophe before it.",
    "manifest.json   till, first and last entry, the hash before the first (prev) and of the last",
    "                (head), the last number of each series (sale, void, refund, exchange, Z, "
    "invoice,",
    "                training), perpetual totals, the sum of all figures, what stood before the "
    "first",
    "                entry (before; null: nothing), and size and hash of each other file.",
    "manifest.sig    Ed25519 signature (RFC 8032), 128 hex digits, of the till's key over the "
    "sixteen",
    "                bytes \"boxtill archive\" LF and then the bytes of manifest.json.",
    "",
    "TO CHECK IT",
    "",
    "boxtill journal verify --archive FOLDER does all of it, on any machine, without the till. By "
    "hand:",
    "1. The signature of manifest.json, with the till's public key as it is known from elsewhere "
    "(the",
    "   server has it); the key in the manifest proves only that nothing was damaged.",
    "2. The hash of each file: BLAKE2b-256 (RFC 7693), as of b2sum -l 256.",
    "3. The chain. The hash of an entry is BLAKE2b-256 of the three bytes \"bx1\" and then, each "
    "with",
    "   its length before it as eight bytes big endian: the hash before it (32 bytes), till,",
    "   incarnation and seq (eight bytes big endian each), and the body. prev and hash of every",
    "   envelope must be these, seq must go up by one, and the body's head must say the same.",
    "4. The numbers: each series goes up by one from what is in \"before\", or from 1.",
    "5. The signatures: each line is of an entry that is there, by seq, id and hash, at most one "
    "of",
    "   each; a device's counter goes up from line to line; how many are in which state stands in "
    "the",
    "   manifest (signs). Whether a signature is the device's, its maker's way of checking it "
    "tells.",
    "6. The sums: figures, sales and returns of the manifest are those of the entries, with "
    "\"before\".",
    NULL,
};
