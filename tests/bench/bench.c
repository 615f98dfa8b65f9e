/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/crypto.h"

int main(int argc, char **argv)
{
    static const struct {
        const char *word;
        int (*run)(int argc, char **argv);
    } parts[] = {
        {"fill", bench_fill},       {"sale", bench_sale},     {"growth", bench_growth},
        {"batches", bench_batches}, {"orders", bench_orders}, {"syncs", bench_syncs},
    };
    bx_crypto_init();
    for (size_t i = 0; argc > 1 && i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcmp(argv[1], parts[i].word) == 0)
            return parts[i].run(argc - 2, argv + 2);
    fprintf(stderr, "usage: bench fill|sale|growth|batches|orders|syncs …\n");
    return 2;
}
