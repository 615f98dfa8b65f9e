/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of allotments as src/server/book/{allot,lease,hello,restore}.c and src/till/{allot,leases}.c
 * have them: one pool, NT tills, lease numbers 1..R, buyers on the web, one backup and one restore.
 *
 * The network is the set of all that was ever sent: whatever is in it may arrive at any moment, any
 * number of times, or never. So loss, duplication and reordering have no bound, and a message that can
 * be told from the state (REQ(r) was sent for every r the till has counted to) needs no room.
 * Expiry: the server freezes an open lease at any moment. At the till a frozen lease is one that is
 * not sold from, and nothing here ever forces a sale, so that every moment of its expiry is among the
 * runs. Every entry is of one place. What is not modelled: overrides, returns, quarantine (that it is
 * never needed is checked), HELLO within an epoch, a second restore, that everything ends well.
 *
 * Options: NT, R, CAP, SHARE, WEB, RESTORE; M_… plants a mutant; ONLY checks one promise alone;
 * FOLLOW keeps to what replay.c can have the real code do (no GROW, entries in order, R <= 2); WEB_LATE. */
#ifndef FOLLOW
#define FOLLOW 0
#endif
#ifndef SHARE
#define SHARE CAP
#endif
#define X(T, Q) ((T) * R + (Q)-1)
#define LEASES  (NT * R)

/* --- what is checked after every step ------------------------------------------------------- */
#define PROMISE_BOOKS      1 /* sold + held + leased <= capacity, at the server */
#define PROMISE_OVERBOOKED 2 /* tickets handed out <= capacity, in the world */
#define PROMISE_UNCOUNTED  3 /* an open server counts every ticket handed out */
#define PROMISE_TWICE      4 /* nothing is booked twice, nothing that was not sold */
#define PROMISE_NOTHING_OVER 5 /* without a restore nothing is over and nothing lacks */
#define PROMISE_COUNT      6 /* a lease counts n - booked while open, used - booked once closed */
#define PROMISE_ALARM      7 /* an honest till is never taken for a forked one */
#ifdef ONLY
#define BROKEN(P) (ONLY == P)
#else
#define BROKEN(P) true
#endif
/* The promise that is broken can be told from the assertion's text. */
#define KEEP(P, COND) assert(!BROKEN(P) || (COND))

/* --- the tills, durable but for reserved ----------------------------------------------------- */
#define NONE    0
#define WAITING 1
#define OPEN    2
#define CLOSING 3
#define CLOSED  4
byte st[NT], num[NT], n[NT], reserved[NT];
byte used[LEASES]; /* entry i of a lease exists when i < used */
byte said[LEASES]; /* used, as the CLOSE that is under way says */
bool shutting[LEASES]; /* a CLOSE is under way */
bool pend[NT];         /* HELLO is not answered: nothing else is sent */
byte knows[NT] = 1;    /* the epoch */
byte fresh[NT];        /* used, when it learnt the epoch: later entries wait for HELLO */

/* --- the server ------------------------------------------------------------------------------ */
#define S_NONE   0
#define S_OPEN   1
#define S_FROZEN 2
#define S_FADING 3
#define S_CLOSED 4
byte s_st[LEASES], s_n[LEASES], s_used[LEASES], s_booked[LEASES], s_part[LEASES], s_lack[LEASES];
byte got[LEASES]; /* custody: a bit an entry */
byte sold, held, leased, over, lacking, websold;
byte epoch = 1;
bool closed_all; /* slots are shut */
#if RESTORE
byte s_epoch[LEASES];
byte heard[NT] = 1; /* epoch of the last HELLO */
byte told_num[NT], told_used[NT];
bool fading[NT];
bool backed, restored;
byte b_st[LEASES], b_n[LEASES], b_used[LEASES], b_booked[LEASES], b_part[LEASES], b_got[LEASES];
byte b_sold, b_held, b_leased, b_websold;
#define MAY_TALK(T) (heard[T] == epoch)
#else
#define MAY_TALK(T) true
#endif

/* --- answers under way (of the till's epoch: older ones it ignores) -------------------------- */
byte grant[LEASES]; /* the largest n that was ever answered; 0: none */
bool stale[LEASES], acked[LEASES];

/* --- ghosts ---------------------------------------------------------------------------------- */
byte tickets, webtickets; /* in people's hands */

/* For use within a step. A breadth-first search, which finds shortest runs, cannot hide them. */
#ifdef ONLY
#define SCRATCH
#else
#define SCRATCH hidden
#endif
SCRATCH short k, more, whole, last, room, unused;

/* A run as run.py reads it from a trail. */
mtype = { e_req, e_give_up, e_grant, e_grown, e_reserve, e_leave, e_sell, e_close, e_acked, e_stale, e_learn, e_greeted, e_got_hello, e_got_entry, e_got_req, e_got_grow, e_got_close, e_freeze, e_hold, e_confirm, e_expire, e_reconcile, e_backup, e_restore, e_reopen };
#define EV(WHAT, T, Q, V) \
    printf("EV %e %d %d %d  %d %d %d %d %d\n", WHAT, T, Q, V, sold, held, leased, over, lacking)

inline measure() {
    room = CAP - sold - held - leased;
    room = (room > 0 -> room : 0);
    unused = room - lacking - over;
    unused = (unused > 0 -> unused : 0)
}

inline check() {
    KEEP(PROMISE_BOOKS, sold + held + leased <= CAP);
    KEEP(PROMISE_OVERBOOKED, tickets + webtickets <= CAP);
    KEEP(PROMISE_UNCOUNTED,
         closed_all || tickets + webtickets <= sold + over + leased + lacking);
    KEEP(PROMISE_TWICE, sold + over <= tickets + webtickets);
#if RESTORE
    KEEP(PROMISE_NOTHING_OVER, restored || over + lacking == 0)
#else
    KEEP(PROMISE_NOTHING_OVER, over + lacking == 0)
#endif
}

/* Places came back to a pool that is sold beyond its capacity. */
inline over_lower() {
    measure();
    k = (over < room -> over : room);
    sold = sold + k;
    over = over - k
}

/* bd_lease_settle() */
inline settle(x) {
    whole = (s_st[x] == S_CLOSED -> s_used[x] : s_n[x]);
    whole = (whole > s_booked[x] -> whole - s_booked[x] : 0);
    more = whole - s_part[x];
    lacking = lacking - s_lack[x];
    measure();
    more = (more > unused -> unused : more);
    s_part[x] = s_part[x] + more;
    leased = leased + more;
    if
    :: more < 0 -> over_lower()
    :: else
    fi;
    s_lack[x] = whole - s_part[x];
    lacking = lacking + s_lack[x];
    KEEP(PROMISE_COUNT, s_part[x] + s_lack[x] == whole)
}

inline find_last(t) {
    last = R;
    do
    :: last > 0 && s_st[X(t, last)] == S_NONE -> last--
    :: else -> break
    od
}

/* The real till asks as soon as it can, closes what is granted with no time left to live, and has one
 * exchange at a time. And random runs are to sell something first. */
#if FOLLOW
#define WARM     (tickets > 0)
#define HEARS(T) (!pend[T])
#define WEB_LEAVES (held + websold == 0)
#define LIVES(T) (s_st[X(T, num[T])] == S_OPEN && knows[T] == epoch)
#define BUSY(T)  (num[T] == R || (st[T] != NONE && st[T] != CLOSED))
#else
#define WARM     true
#define HEARS(T) true
#define WEB_LEAVES true
#define LIVES(T) true
#define BUSY(T)  true
#endif

/* --- a till ---------------------------------------------------------------------------------- */
proctype Till(byte t)
{
end:
    do
    /* The number is stored, waiting, before anything is sent. */
    :: d_step { (st[t] == NONE || st[t] == CLOSED) && num[t] < R && !pend[t] ->
        num[t]++; st[t] = WAITING; n[t] = 0; EV(e_req, t, num[t], 0); check() }
    :: d_step { st[t] == WAITING && !pend[t] && WARM -> /* given up */
        st[t] = CLOSING; said[X(t, num[t])] = 0; shutting[X(t, num[t])] = 1;
        EV(e_give_up, t, num[t], 0); check() }
    :: d_step { st[t] == WAITING && grant[X(t, num[t])] > 0 && LIVES(t) ->
        st[t] = OPEN; n[t] = grant[X(t, num[t])]; EV(e_grant, t, num[t], n[t]); check() }
#if CAP > 1 && !FOLLOW
    :: d_step { st[t] == WAITING && grant[X(t, num[t])] > 1 -> /* an earlier answer */
        st[t] = OPEN; n[t] = grant[X(t, num[t])] - 1; EV(e_grant, t, num[t], n[t]); check() }
    :: d_step { st[t] == OPEN && grant[X(t, num[t])] > n[t] -> /* of GROW */
        n[t] = grant[X(t, num[t])]; EV(e_grown, t, num[t], n[t]); check() }
#endif
#ifdef M_OLD_GRANT
    :: d_step { st[t] == WAITING && num[t] > 1 && grant[X(t, num[t] - 1)] > 0 ->
        st[t] = OPEN; n[t] = grant[X(t, num[t] - 1)]; EV(e_grant, t, num[t] - 1, n[t]); check() }
#endif
    /* A payment opens, and is made or left. */
#ifdef M_SALE_AFTER_CLOSE
    :: d_step { st[t] == CLOSING && !reserved[t] && used[X(t, num[t])] < n[t] ->
        reserved[t] = 1; EV(e_reserve, t, num[t], 0); check() }
#endif
    :: d_step { st[t] == OPEN && !reserved[t] && used[X(t, num[t])] < n[t] ->
        reserved[t] = 1; EV(e_reserve, t, num[t], 0); check() }
    :: d_step { reserved[t] -> reserved[t] = 0; EV(e_leave, t, num[t], 0); check() }
    :: d_step { reserved[t] ->
        reserved[t] = 0; used[X(t, num[t])]++; tickets++; EV(e_sell, t, num[t], 0); check() }
#ifdef M_CLOSE_RESERVED
    :: d_step { st[t] == OPEN && !pend[t] ->
#else
    :: d_step { st[t] == OPEN && !pend[t] && !reserved[t] ->
#endif
        st[t] = CLOSING; said[X(t, num[t])] = used[X(t, num[t])]; shutting[X(t, num[t])] = 1;
        EV(e_close, t, num[t], used[X(t, num[t])]); check() }
    :: d_step { st[t] == CLOSING && acked[X(t, num[t])] && HEARS(t) ->
        st[t] = CLOSED; EV(e_acked, t, num[t], 0); check() }
#if RESTORE
    :: d_step { st[t] == WAITING && stale[X(t, num[t])] && HEARS(t) ->
        st[t] = CLOSED; EV(e_stale, t, num[t], 0); check() }
    /* Any answer of the new epoch: what is under way of the old one counts no more. */
    :: d_step { knows[t] < epoch && BUSY(t) ->
        knows[t] = epoch; pend[t] = 1; fresh[t] = (num[t] > 0 -> used[X(t, num[t])] : 0);
        k = 1;
        do
        :: k <= R -> grant[X(t, k)] = 0; stale[X(t, k)] = 0; acked[X(t, k)] = 0; k++
        :: else -> break
        od;
        EV(e_learn, t, num[t], epoch); check() }
    :: d_step { pend[t] && heard[t] == knows[t] -> pend[t] = 0; EV(e_greeted, t, num[t], 0); check() }
#endif
    od
}

/* --- the server, about number Q of till T ----------------------------------------------------- */

/* Every entry that the till had at its HELLO has come: the mark has reached it. */
#if RESTORE
inline all_here(t) {
    whole = 1;
    k = 1;
    do
    :: k < told_num[t] -> whole = whole && got[X(t, k)] == (1 << used[X(t, k)]) - 1; k++
    :: else -> break
    od;
    if
    :: told_num[t] > 0 ->
        more = (1 << told_used[t]) - 1;
        whole = whole && (got[X(t, told_num[t])] & more) == more
    :: else
    fi
}

inline fade(t) {
    all_here(t);
    if
    :: fading[t] && whole ->
        fading[t] = 0;
        last = 1;
        do
        :: last <= R ->
            if
            :: s_st[X(t, last)] == S_FADING ->
                s_st[X(t, last)] = S_CLOSED; s_used[X(t, last)] = s_booked[X(t, last)];
                settle(X(t, last))
            :: else
            fi;
            last++
        :: else -> break
        od
    :: else
    fi
}

#ifdef M_LEASE_FORGOTTEN
#define FORGOTTEN(X) (s_st[X] == S_NONE)
#else
#define FORGOTTEN(X) false
#endif

inline hello(t, x, says) {
    if
    :: num[t] > 0 && st[t] == WAITING ->
        KEEP(PROMISE_ALARM, s_booked[x] == 0 && s_used[x] == 0);
        s_st[x] = S_CLOSED; s_used[x] = 0; s_epoch[x] = epoch;
        settle(x)
    :: FORGOTTEN(x) && num[t] > 0 && st[t] == OPEN
    :: !FORGOTTEN(x) && num[t] > 0 && st[t] == OPEN ->
        KEEP(PROMISE_ALARM, s_st[x] != S_CLOSED && says >= s_booked[x]);
        s_st[x] = S_OPEN; s_n[x] = (n[t] > s_n[x] -> n[t] : s_n[x]); s_epoch[x] = epoch;
        settle(x)
    :: num[t] > 0 && st[t] == CLOSING ->
        KEEP(PROMISE_ALARM, says >= s_booked[x] && (s_st[x] != S_CLOSED || says == s_used[x]));
        s_epoch[x] = epoch;
#ifdef M_CLOSING_AS_OPEN
        s_st[x] = S_OPEN; s_n[x] = (n[t] > s_n[x] -> n[t] : s_n[x]);
#else
        s_st[x] = S_CLOSED; s_used[x] = says;
#endif
        settle(x);
        KEEP(PROMISE_COUNT, s_part[x] + s_lack[x] == says - s_booked[x])
    :: num[t] > 0 && st[t] == CLOSED -> /* so that no old REQ finds its number free */
        KEEP(PROMISE_ALARM, says >= s_booked[x]);
        if
        :: s_st[x] == S_CLOSED
        :: else -> s_st[x] = S_CLOSED; s_used[x] = says; s_epoch[x] = epoch; settle(x)
        fi
    :: st[t] == NONE
    fi;
    heard[t] = epoch;
    told_num[t] = num[t];
    told_used[t] = says;
    k = 1;
    do
    :: k <= R ->
        if
        :: s_st[X(t, k)] != S_NONE && s_st[X(t, k)] != S_CLOSED && s_epoch[X(t, k)] != epoch ->
            s_st[X(t, k)] = S_FADING; fading[t] = 1
        :: else
        fi;
        k++
    :: else -> break
    od;
    fade(t);
    EV(e_got_hello, t, num[t], says);
    check()
}
#define SENT(I) ((I) < used[x] && IN_ORDER(I) && (!pend[t] || q != num[t] || (I) < fresh[t]))
#else
#define SENT(I) ((I) < used[x] && IN_ORDER(I))
#define fade(t) skip
#endif

#if FOLLOW
#define ALL(X) (got[X] == (1 << used[X]) - 1)
#define IN_ORDER(I) (((I) == 0 || (got[x] & (1 << ((I)-1)))) && (q == 1 || ALL(X(t, q - 1))))
#else
#define IN_ORDER(I) true
#endif

inline book(t, x) {
    if
    :: s_st[x] == S_NONE -> s_st[x] = S_FADING
    :: else
    fi;
    if
    :: s_lack[x] > 0 -> settle(x)
    :: else
    fi;
    if
    :: s_part[x] > 0 -> s_part[x]--; leased--; sold++
    :: else ->
        measure();
        if
        :: unused > 0 -> sold++
        :: else -> over++
        fi
    fi;
    s_booked[x]++;
    KEEP(PROMISE_TWICE, s_booked[x] <= used[x]);
    KEEP(PROMISE_ALARM, s_st[x] != S_CLOSED || s_booked[x] <= s_used[x]);
    settle(x)
}

inline entry(t, x, i) {
    if
    :: got[x] & (1 << i) -> /* the stored answer again */
#ifdef M_BOOKED_TWICE
        book(t, x)
#else
        skip
#endif
    :: else -> got[x] = got[x] | (1 << i); book(t, x)
    fi;
    fade(t);
    EV(e_got_entry, t, q, i);
    check()
}

proctype Line(byte t; byte q; byte x)
{
end:
    do
    :: d_step { num[t] >= q && MAY_TALK(t) -> /* REQ */
        find_last(t);
        if
        :: q < last || (q == last && s_st[x] >= S_FADING) -> stale[x] = 1
        :: q == last && s_st[x] < S_FADING ->
            grant[x] = (s_n[x] > grant[x] -> s_n[x] : grant[x])
        :: q > last ->
            measure();
            more = (unused < SHARE -> unused : SHARE);
            if
            :: (last > 0 && s_st[X(t, last)] < S_FADING) || more == 0 || closed_all
            :: else ->
                s_st[x] = S_OPEN; s_n[x] = more; grant[x] = more;
#if RESTORE
                s_epoch[x] = epoch;
#endif
                settle(x)
            fi
        fi;
        EV(e_got_req, t, q, s_n[x]); check() }
#if CAP > 1 && !FOLLOW
    :: d_step { num[t] >= q && MAY_TALK(t) && s_st[x] == S_OPEN && !closed_all -> /* GROW */
        find_last(t); measure();
        if
        :: q == last && unused > 0 -> s_n[x]++; grant[x] = s_n[x]; settle(x)
        :: else
        fi;
        EV(e_got_grow, t, q, s_n[x]); check() }
#endif
    :: d_step { shutting[x] && MAY_TALK(t) -> /* CLOSE */
        KEEP(PROMISE_ALARM, s_st[x] == S_NONE || (s_st[x] == S_CLOSED -> s_used[x] == said[x] :
             said[x] >= s_booked[x] && (s_st[x] == S_FADING || said[x] <= s_n[x])));
        acked[x] = 1;
        if
        :: s_st[x] == S_CLOSED
        :: else -> s_st[x] = S_CLOSED; s_used[x] = said[x]; settle(x)
        fi;
        EV(e_got_close, t, q, said[x]); check() }
    :: d_step { SENT(0) -> entry(t, x, 0) }
#if CAP > 1
    :: d_step { SENT(1) -> entry(t, x, 1) }
#endif
#if CAP > 2
    :: d_step { SENT(2) -> entry(t, x, 2) }
#endif
    :: d_step { s_st[x] == S_OPEN -> /* its time is over */
#ifdef M_RECLAIM_AT_EXPIRY
        s_st[x] = S_CLOSED; s_used[x] = s_booked[x]; settle(x);
#else
        s_st[x] = S_FROZEN;
#endif
        EV(e_freeze, t, q, 0); check() }
#if RESTORE
    /* HELLO as it was first said, or as it is said now; nothing but used can differ. */
    :: d_step { q == (num[t] > 0 -> num[t] : 1) && heard[t] < epoch && knows[t] == epoch ->
        hello(t, x, fresh[t]) }
    :: d_step { q == num[t] && heard[t] < epoch && knows[t] == epoch && used[x] > fresh[t] ->
        hello(t, x, used[x]) }
#endif
    od
}

/* --- the web ---------------------------------------------------------------------------------- */
#if WEB
/* WEB_LATE: nobody comes by the web before the restore, so that a shortest run is about the till. */
#ifdef WEB_LATE
#define WEB_MAY restored
#else
#define WEB_MAY true
#endif
active proctype Web()
{
end:
    do
    :: d_step { WEB_MAY && WEB_LEAVES && !closed_all && CAP - sold - held - leased - lacking - over > 0 ->
        held++; EV(e_hold, 0, 0, 0); check() }
    :: d_step { held > 0 && !closed_all ->
        held--; sold++; websold++; webtickets++; EV(e_confirm, 0, 0, 0); check() }
    :: d_step { held > 0 -> held--; over_lower(); EV(e_expire, 0, 0, 0); check() }
#if RESTORE
    /* Who had paid is known to the payment provider; the backup's other holds end before slots
     * open again, since one that was over by then may have come back to life. */
    :: d_step { closed_all && websold < webtickets ->
        if
        :: held > 0 -> held--; sold++
        :: else ->
            measure();
            if
            :: unused > 0 -> sold++
            :: else -> over++
            fi
        fi;
        websold++; EV(e_reconcile, 0, 0, 0); check() }
#endif
    od
}
#endif

/* --- backup, restore -------------------------------------------------------------------------- */
#if RESTORE
#define EACH(DO) k = 0; do :: k < LEASES -> DO; k++ :: else -> break od
active proctype Fate()
{
end:
    do
    :: d_step { !backed ->
        backed = 1;
        EACH(b_st[k] = s_st[k]; b_n[k] = s_n[k]; b_used[k] = s_used[k]; b_booked[k] = s_booked[k];
             b_part[k] = s_part[k]; b_got[k] = got[k]);
        b_sold = sold; b_held = held; b_leased = leased; b_websold = websold;
        EV(e_backup, 0, 0, 0) }
    :: d_step { backed && !restored && WARM ->
        restored = 1;
        EACH(s_st[k] = b_st[k]; s_n[k] = b_n[k]; s_used[k] = b_used[k]; s_booked[k] = b_booked[k];
             s_part[k] = b_part[k]; got[k] = b_got[k];
             s_epoch[k] = (b_st[k] == S_NONE -> 0 : 1));
        sold = b_sold; held = b_held; leased = b_leased; websold = b_websold;
        EACH(b_st[k] = 0; b_n[k] = 0; b_used[k] = 0; b_booked[k] = 0; b_part[k] = 0; b_got[k] = 0);
        b_sold = 0; b_held = 0; b_leased = 0; b_websold = 0;
#ifndef M_NO_EPOCH
        epoch++;
        closed_all = 1;
#endif
        EV(e_restore, 0, 0, 0);
        check() }
#ifndef M_NO_EPOCH
    :: d_step { closed_all && websold == webtickets && held == 0 ->
        unused = 1;
        last = 0;
        do
        :: last < NT -> all_here(last); unused = unused && whole && heard[last] == epoch; last++
        :: else -> break
        od;
        closed_all = (unused -> 0 : 1);
        EV(e_reopen, 0, 0, 1 - closed_all);
        check() }
#endif
    od
}
#endif

init {
    byte t, q;
    atomic {
        for (t : 0 .. NT - 1) {
            run Till(t);
            for (q : 1 .. R) {
                run Line(t, q, X(t, q))
            }
        }
        t = 0; q = 0
    }
}
