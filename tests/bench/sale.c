/* SPDX-License-Identifier: Apache-2.0 */
/* What a sale costs, from the tender to the answer of the disk. The bare limit is taken between two
 * sales, so that both meet the same disk in the same mood. Housekeeping is let in after each sale,
 * outside of the time, as a till does that has no key to wait for. */

#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "journal/journal.h"
#include "maker.h"

enum { PATH_SIZE = 4096, WARM = 50 };

static int order(const void *a, const void *b)
{
    const int64_t *one = a, *two = b;
    return (*one > *two) - (*one < *two);
}

int64_t bench_share(int64_t *samples, size_t count, int share)
{
    qsort(samples, count, sizeof(*samples), order);
    size_t at = (count * (size_t)share + 999) / 1000;
    return samples[at > 0 ? at - 1 : 0];
}

static int64_t sale_time(struct maker *maker)
{
    struct bx_fault fault = {0};
    maker_ring(maker);
    int64_t begin = now_ns();
    maker_sell(maker);
    int64_t took = now_ns() - begin;
    if (maker->journal->ops->idle(maker->journal, &fault) < 0)
        give_up("idle", &fault);
    return took;
}

static int64_t bare_time(int fd, const struct bx_buf *bytes)
{
    int64_t begin = now_ns();
    if (write(fd, bytes->data, bytes->len) != (ssize_t)bytes->len || fdatasync(fd))
        give_up("append", NULL);
    return now_ns() - begin;
}

static void print_shares(const char *word, int64_t *samples, size_t count)
{
    int64_t half = bench_share(samples, count, 500);
    printf("%s %lld %lld\n", word, (long long)half, (long long)bench_share(samples, count, 990));
}

int bench_sale(int argc, char **argv)
{
    struct bx_fault fault = {0};
    char path[PATH_SIZE];
    if (argc < 3)
        return 2;
    int rounds = (int)strtol(argv[1], NULL, 10);
    size_t sales = strtoul(argv[2], NULL, 10);
    snprintf(path, sizeof(path), "%s/journal.db", argv[0]);
    bx_cleanup(bx_journal_destroy) struct bx_journal *journal = bx_journal_open(path, &fault);
    if (!journal)
        give_up(path, &fault);
    struct maker *maker = maker_create(journal);
    int64_t *samples = bx_alloc(sales, sizeof(*samples)), *bare = bx_alloc(sales, sizeof(*bare));
    snprintf(path, sizeof(path), "%s/append", argv[0]);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    for (int i = 0; i < WARM; i++)
        sale_time(maker);
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < sales; i++) {
            samples[i] = sale_time(maker);
            bare[i] = bare_time(fd, &maker->body);
        }
        print_shares("sale", samples, sales);
        print_shares("bare", bare, sales);
    }
    close(fd);
    maker_destroy(maker);
    bx_free(samples);
    bx_free(bare);
    return 0;
}

int bench_growth(int argc, char **argv)
{
    struct bx_fault fault = {0};
    struct bx_journal *journals[2];
    struct maker *makers[2];
    int64_t *samples[2];
    static const char *const words[] = {"small", "big"};
    if (argc < 4)
        return 2;
    int rounds = (int)strtol(argv[2], NULL, 10);
    size_t sales = strtoul(argv[3], NULL, 10);
    for (int k = 0; k < 2; k++) {
        journals[k] = bx_journal_open(argv[k], &fault);
        if (!journals[k])
            give_up(argv[k], &fault);
        makers[k] = maker_create(journals[k]);
        samples[k] = bx_alloc(sales, sizeof(*samples[k]));
        for (int i = 0; i < WARM; i++)
            sale_time(makers[k]);
    }
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < sales; i++)
            for (int k = 0; k < 2; k++)
                samples[k][i] = sale_time(makers[k]);
        for (int k = 0; k < 2; k++)
            print_shares(words[k], samples[k], sales);
    }
    for (int k = 0; k < 2; k++) {
        maker_destroy(makers[k]);
        bx_journal_destroy(journals[k]);
        bx_free(samples[k]);
    }
    return 0;
}
