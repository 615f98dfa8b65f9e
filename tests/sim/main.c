/* SPDX-License-Identifier: Apache-2.0 */
/* sim [--seed N] [--histories N] [--steps N] [--trace] [--day] [--image] [--plain | --everything]
 * [--twice]
 *     [--plant WORD] [--must-find]
 *
 * Plays histories of seeds N, N+1, …; the first broken promise is told with its seed, and the exit
 * status is 1. --plain: people sell and do little else. --day: a day
 * of so many sales (steps) instead; --image: a till that is put back to an image of its disk.
 * --twice plays each a second time and compares every line. --must-find turns it round: for a
 * planted fault the status is 0 when it was found and 1 when all histories passed. */

#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim.h"

static int64_t playing;
static bool must_find;

static const char *const plants[] = {"none", "key-at-send", "early-print"};

int sim_plant_parse(const char *word, enum sim_plant *ret)
{
    for (size_t i = 0; i < bx_countof(plants); i++)
        if (strcmp(plants[i], word) == 0) {
            *ret = (enum sim_plant)i;
            return 0;
        }
    return BX_ERR_INPUT;
}

/* An assertion of the core or the book is a finding like any other; it needs its seed said. */
static void aborted(int signal)
{
    char text[96];
    (void)signal;
    int len =
        snprintf(text, sizeof(text), "seed %" PRId64 ": an assertion does not hold\n", playing);
    if (len > 0 && write(STDOUT_FILENO, text, (size_t)len) < 0)
        _exit(2);
    _exit(must_find ? 0 : 1);
}

static int usage(void)
{
    fputs("usage: sim [--seed N] [--histories N] [--steps N] [--trace] [--day] [--image] "
          "[--plain|--everything] [--twice] "
          "[--plant WORD] "
          "[--must-find]\n",
          stderr);
    return 2;
}

struct run {
    struct sim_options options;
    int64_t histories;
    bool twice;
    int64_t sales, sheets, lines, seconds, transactions;
};

static int take_number(const char *text, int64_t *ret)
{
    char *end;
    *ret = strtoll(text, &end, 10);
    return *text == '\0' || *end != '\0' || *ret < 0;
}

static int options_take(struct run *run, int count, char **words)
{
    for (int i = 1; i < count; i++) {
        const char *value = i + 1 < count ? words[i + 1] : "";
        int64_t number = 0;
        bool alone = true;
        if (strcmp(words[i], "--trace") == 0)
            run->options.trace = true;
        else if (strcmp(words[i], "--day") == 0)
            run->options.day = true;
        else if (strcmp(words[i], "--image") == 0)
            run->options.image = true;
        else if (strcmp(words[i], "--plain") == 0)
            run->options.plain = true;
        else if (strcmp(words[i], "--everything") == 0)
            run->options.plain = false;
        else if (strcmp(words[i], "--twice") == 0)
            run->twice = true;
        else if (strcmp(words[i], "--must-find") == 0)
            must_find = true;
        else
            alone = false;
        if (alone)
            continue;
        i++;
        if (strcmp(words[i - 1], "--plant") == 0) {
            if (sim_plant_parse(value, &run->options.plant) != 0)
                return 1;
            continue;
        }
        if (take_number(value, &number) != 0)
            return 1;
        if (strcmp(words[i - 1], "--seed") == 0)
            run->options.seed = number;
        else if (strcmp(words[i - 1], "--histories") == 0)
            run->histories = number;
        else if (strcmp(words[i - 1], "--steps") == 0)
            run->options.steps = (int)number;
        else
            return 1;
    }
    return 0;
}

static uint64_t play(struct run *run, int *ret_failed)
{
    struct sim *sim = bx_new(struct sim);
    playing = run->options.seed;
    *ret_failed = run->options.image ? sim_image(sim, &run->options)
                  : run->options.day ? sim_day(sim, &run->options)
                                     : sim_history(sim, &run->options);
    uint64_t digest = sim->digest ^ sim->lines;
    if (*ret_failed)
        printf("seed %" PRId64 ": %s: %s\n", run->options.seed, sim->promise, sim->what);
    run->sales += sim->ghost.sales;
    run->sheets += sim->ghost.sheets;
    run->lines += (int64_t)sim->lines;
    run->seconds += sim->now / BX_SECOND_NS;
    run->transactions += sim->server.transactions;
    sim_finish(sim);
    bx_free(sim);
    return digest;
}

static int play_all(struct run *run)
{
    int64_t first = run->options.seed;
    for (int64_t i = 0; i < run->histories; i++) {
        int failed, again;
        run->options.seed = first + i;
        uint64_t digest = play(run, &failed);
        if (failed)
            return 1;
        if (run->twice && play(run, &again) != digest) {
            printf("seed %" PRId64 ": two runs differ\n", run->options.seed);
            return 1;
        }
    }
    return 0;
}

int main(int count, char **words)
{
    struct run run = {.options = {.seed = 1, .steps = 150}, .histories = 1};
    if (options_take(&run, count, words) != 0)
        return usage();
    mallopt(M_MMAP_THRESHOLD, 32 << 20); /* large rows come and go all the time */
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGABRT, aborted);
    bx_crypto_init();
    int failed = play_all(&run);
    printf("%" PRId64 " sales, %" PRId64 " sheets, %" PRId64 " requests, %" PRId64
           " simulated seconds, %" PRId64 " lines\n",
           run.sales, run.sheets, run.transactions, run.seconds, run.lines);
    if (must_find)
        return failed ? 0 : 1;
    return failed;
}
