/* SPDX-License-Identifier: Apache-2.0 */
/* A printer's reasons, worst first. The severity suffix says how the driver felt about it, and
 * drivers disagree (media-empty-warning is an empty tray), so only the keyword counts. */

#include "printers/reasons.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/words.h"

static const struct {
    const char *word, *say;
    bool blocks;
} known[] = {
    {"media-empty", BX_WORD("out of paper"), true},
    {"media-needed", BX_WORD("out of paper"), true},
    {"media-jam", BX_WORD("paper jam"), true},
    {"cover-open", BX_WORD("cover open"), true},
    {"door-open", BX_WORD("cover open"), true},
    {"interlock-open", BX_WORD("cover open"), true},
    {"cutter-error", BX_WORD("the cutter is stuck"), true},
    {"offline", BX_WORD("printer is off or unplugged"), true},
    {"shutdown", BX_WORD("printer is off or unplugged"), true},
    {"timed-out", BX_WORD("printer does not answer"), true},
    {"paused", BX_WORD("its queue is stopped"), true},
    {"moving-to-paused", BX_WORD("its queue is stopped"), true},
    {"stopped-partly", BX_WORD("its queue is stopped"), true},
    {"spool-area-full", BX_WORD("the print spool is full"), true},
    {"marker-supply-empty", BX_WORD("out of ink or toner"), true},
    {"toner-empty", BX_WORD("out of ink or toner"), true},
    {"media-low", BX_WORD("paper is running out"), false},
    {"marker-supply-low", BX_WORD("ink or toner is running out"), false},
    {"toner-low", BX_WORD("ink or toner is running out"), false},
};

static size_t word_len(const char *word, size_t len)
{
    static const char *const suffixes[] = {"-error", "-warning", "-report"};
    for (size_t i = 0; i < bx_countof(suffixes); i++) {
        size_t tail = strlen(suffixes[i]);
        if (len > tail && memcmp(word + len - tail, suffixes[i], tail) == 0)
            return len - tail;
    }
    return len;
}

static size_t rank_of(const char *word, size_t len)
{
    for (size_t i = 0; i < bx_countof(known); i++)
        if (strlen(known[i].word) == len && memcmp(known[i].word, word, len) == 0)
            return i;
    return bx_countof(known);
}

/* CUPS's notes to itself: cups-waiting-for-job-completed, cups-remote-pending …, and what every job
 * passes through. */
static bool is_chatter(const char *word, size_t len)
{
    return len == 0 || (len > 5 && memcmp(word, "cups-", 5) == 0) ||
           (len == 4 && memcmp(word, "none", 4) == 0) ||
           (len == 20 && memcmp(word, "connecting-to-device", 20) == 0);
}

static void own_words(const char *word, size_t len, char out[TP_SAY_SIZE])
{
    size_t used = 0;
    for (size_t i = 0; i < len && used + 1 < TP_SAY_SIZE; i++) {
        char c = word[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        out[used++] = plain || c == '.' ? c : ' ';
    }
    out[used] = '\0';
}

bool tp_reasons_say(const char *reasons, char out[TP_SAY_SIZE])
{
    size_t worst = bx_countof(known);
    out[0] = '\0';
    for (const char *at = reasons; *at; at += strspn(at, " ")) {
        size_t whole = strcspn(at, " ");
        size_t len = word_len(at, whole);
        size_t rank = rank_of(at, whole); /* "cutter-error" is a whole word */
        if (rank == bx_countof(known))
            rank = rank_of(at, len);
        if (rank < worst)
            worst = rank;
        else if (worst == bx_countof(known) && !out[0] && !is_chatter(at, whole))
            own_words(at, len, out);
        at += whole;
    }
    if (worst == bx_countof(known))
        return false;
    snprintf(out, TP_SAY_SIZE, "%s", known[worst].say);
    return known[worst].blocks;
}
