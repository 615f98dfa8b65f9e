/* SPDX-License-Identifier: Apache-2.0 */
/* report posting: posting.conf is read here, the rest is the till's. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/sys/file.h"
#include "main/cmd.h"

enum { PLAN_MAX = 12 << 10 };

int bx_cmd_posting(const struct bx_place *place, int argc, char **argv)
{
    struct bx_args args = {.usage = "report posting [N] [--format csv|json] [--json]",
                           .options = {"format"},
                           .min = 0,
                           .max = 1};
    struct bx_json_writer writer;
    struct bx_fault fault = {0};
    char path[BX_PATH_SIZE];
    int64_t n = 0;
    bx_buf_auto plan, command;
    bx_buf_init(&plan, PLAN_MAX + 1);
    bx_buf_init(&command, 0);
    if (!bx_args_read(&args, argc, argv))
        return BX_EXIT_USAGE;
    const char *format = args.counts[0] > 0 ? args.values[0][0] : "csv";
    bool json = args.json || strcmp(format, "json") == 0;
    if ((!json && strcmp(format, "csv") != 0) ||
        (args.word_count > 0 &&
         bx_text_number(args.words[0], strlen(args.words[0]), BX_MONEY_MAX, &n)))
        return bx_usage(args.usage);
    int err =
        bx_file_read(bx_home_file(&place->home, "posting.conf", path), PLAN_MAX, &plan, &fault);
    if (err == BX_ERR_MISSING)
        bx_fault_set(&fault, BX_ERR_MISSING,
                     "There is no posting.conf: it says which account each thing goes to.", "%s",
                     path);
    if (err)
        return bx_refuse_as(&fault, json);
    bx_json_write(&writer, &command);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "verb", "posting");
    if (n > 0)
        bx_json_put_int(&writer, "n", n);
    bx_json_put_string(&writer, "plan", bx_buf_text(&plan));
    bx_json_object_close(&writer);
    return bx_cmd_send(place, &command, json, 0);
}
