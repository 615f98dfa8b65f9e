/* SPDX-License-Identifier: Apache-2.0 */
/* printer_probe QUEUE escpos|pdf [KEY=MS…]: a printer on lines, for tests that do things to CUPS
 * meanwhile. In: "submit ID TICKET", "ask ID", "cancel ID"; out: "report ID STATE READY SAY". Ends
 * at the end of its input. TICKET -1: the receipt. KEY: timeout, lost, slow, stale. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/point.h"
#include "boxtill/base/text.h"
#include "sys/sys.h"
#include "printers/printers.h"
#include "../unit/printers/sample.h"

static const char *const states[] = {"new",  "submitting", "spooled",     "printing", "confirmed",
                                     "sent", "unsure",     "failed-safe", "cancelled"};

static int command(struct bx_printer *printer, const char *line)
{
    char verb[16], id[40];
    int ticket = -1;
    struct bx_print_job job = {.seq = 1, .sale = 1, .state = BX_JOB_SUBMITTING};
    struct bx_fault fault = {0};
    if (sscanf(line, "%15s %39s %d", verb, id, &ticket) < 2 || bx_id_parse(id, &job.id) != 0)
        return -1;
    if (strcmp(verb, "ask") == 0)
        return printer->ops->ask(printer, &job, &fault);
    if (strcmp(verb, "cancel") == 0)
        return printer->ops->cancel(printer, &job, &fault);
    struct bx_ref proof = {.seq = 1};
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, ticket);
    int err = printer->ops->submit(printer, &proof, &job, paper, &fault);
    bx_free(paper);
    return err;
}

static void reports(struct bx_printer *printer)
{
    struct bx_print_report report;
    char id[BX_ID_TEXT];
    while (printer->ops->report(printer, &report))
        printf("report %s %s %d %s\n", bx_id_format(&report.job, id), states[report.state],
               report.printer_ready, report.say);
    fflush(stdout);
}

static int config_read(struct tp_queue_config *config, int argc, char **argv)
{
    struct bx_fault fault;
    *config = (struct tp_queue_config){.device = tp_device_usual(), .clock = bx_sys_clock()};
    if (argc < 3 || tp_language_parse(argv[2], &config->language, &fault) != 0)
        return -1;
    BX_TEXT_COPY(config->queue, argv[1]);
    for (int i = 3; i < argc; i++) {
        char key[16];
        int ms;
        if (sscanf(argv[i], "%15[a-z]=%d", key, &ms) != 2)
            return -1;
        int *at = strcmp(key, "timeout") == 0 ? &config->timeout_ms
                  : strcmp(key, "lost") == 0  ? &config->lost_ms
                  : strcmp(key, "slow") == 0  ? &config->slow_ms
                                              : &config->stale_ms;
        *at = ms;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct tp_queue_config config;
    struct bx_fault fault;
    char line[128];
    size_t used = 0;
    bx_point_init();
    if (config_read(&config, argc, argv) != 0)
        return 2;
    struct bx_printer *printer = tp_spool_create(&config, &fault);
    if (!printer) {
        fprintf(stderr, "%s\n", fault.say);
        return 1;
    }
    struct pollfd fds[2] = {{.fd = 0, .events = POLLIN}, {.events = POLLIN}};
    fds[1].fd = printer->ops->fd(printer);
    for (bool open = true; open;) {
        poll(fds, 2, -1);
        reports(printer);
        if (!fds[0].revents)
            continue;
        char c;
        open = read(0, &c, 1) == 1;
        if (open && c != '\n' && used + 1 < sizeof(line)) {
            line[used++] = c;
            continue;
        }
        line[used] = '\0';
        if (used > 0 && command(printer, line) != 0)
            printf("refused %s\n", line);
        used = 0;
    }
    printer->ops->destroy(printer);
    return 0;
}
