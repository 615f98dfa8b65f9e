/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The commands of the command line, as the core takes them (BX_EVENT_COMMAND) and answers them
 * (BX_EFFECT_REPLY): one JSON object each way, compact, on one line. Over till.sock the same
 * objects travel, so whoever asks need not know whether a till is on the screen.
 *
 *   {"verb":"login","number":7,"pin":"4711"}
 *   {"verb":"logout"}
 *   {"verb":"sell","line":"2a1c","slot":"14:30","event":"main","tenders":["cash:6000"]}
 *       Absent: `slot` (the next with room), `event` (the programme's first), `tenders` (exact
 *       cash). A tender is "cash", "cash:MINOR", "card" or "card:REFERENCE".
 *   {"verb":"queue"}
 *   {"verb":"sync"}         tries now; the reply comes when the queue is empty (exit 0) or an
 *                           exchange failed (exit 4)
 *   {"verb":"allot"}        the leases
 *   {"verb":"find","text":"2-0004"}      `text` may be absent: the last sales
 *   {"verb":"show","what":"2-000412"}    a number, a ticket code or an entry's id
 *   {"verb":"reprint","what":"2-000412","ticket":1}     ticket from 1; 0 the receipt
 *   {"verb":"replace","what":"2-000412","ticket":1,"reason":"lost"}
 *   {"verb":"offline","on":true}
 *   {"verb":"facts"}        what bx_till_facts() says, for `doctor`
 *
 * An unknown verb or member, or a missing one, is answered with exit 2. The replies:
 *
 *   sell      {"number":"2-000412","seq":412,"id":"…","total":4800,"currency":"EUR",
 *              "received":5000,"change":200,"offline":false,"chain":"8 hex","tickets":["B1…"]}
 *   show      the same and "state", "at", "lines":[…], "papers":[{"ticket":1,"state":"confirmed"}]
 *   queue     {"waiting":3,"attention":0,"online":true,"forced":false,"entries":[{"seq":412,
 *              "kind":"sale","number":"2-000412","state":"queued","task":"","say":""}]}
 *   sync      {"waiting":0,"attention":0,"online":true}
 *   allot     {"leases":[{"pool":"…","r":1,"n":50,"used":9,"free":41,"state":"open"}]}
 *   find      {"sales":[{"number":"…","seq":412,"at":"RFC 3339","total":4800,"state":"recorded"}]}
 *   reprint, replace   {"number":"…","ticket":1,"code":"B1…","copy":1}
 *   others    {}
 *
 * A refusal's JSON is {} and its sentence is the reply's `text`. */

enum { BX_COMMAND_MAX = 4096 };
