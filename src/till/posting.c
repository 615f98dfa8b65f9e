/* SPDX-License-Identifier: Apache-2.0 */
/* `boxtill report posting`: the Z is read, the plan comes with the command, and what they make
 * together is the answer. Nothing of the moment goes into it: made again, it is the same file. */

#include "core.h"

#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/domain/posting.h"
#include "command.h"

enum { PLAN_BYTES = 12 << 10 };

void bx_command_posting(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    char format[8], number[BX_NUMBER_SIZE];
    bx_json *plan = bx_json_get(reader->object, "plan");
    int64_t n = bx_json_int_or(reader, "n", 1, BX_MONEY_MAX, 0);
    bx_json_string_or(reader, "format", 7, format, sizeof(format), "csv");
    if (!reader->err && !bx_json_is_string(plan))
        bx_json_fault(reader, "plan is the text of posting.conf");
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    command->plan = bx_new(struct bx_posting_plan);
    const char *text = bx_json_text(plan);
    if (bx_posting_plan_read(text, strlen(text), command->plan, &fault)) {
        bx_command_refuse(till, &fault);
        return;
    }
    till->shifts.z_asked = n ? n : till->next_number[BX_SERIES_Z] - 1;
    bx_number_format(till->till, BX_SERIES_Z, till->shifts.z_asked, number);
    bx_command_read(till, BX_QUERY_NUMBER, number, 1);
}

int bx_posting_text(const struct bx_till *till, const struct bx_row *rows, size_t count,
                    const struct bx_posting_plan *plan, struct bx_buf *json, struct bx_buf *csv,
                    struct bx_fault *fault)
{
    const char *currency = till->programme ? till->programme->currency : "";
    int exponent = till->programme ? till->programme->exponent : 2;
    if (count == 0 || rows[0].head.kind != BX_KIND_SHIFT_CLOSE)
        return bx_report_missing(till, fault);
    struct bx_report *report = bx_new(struct bx_report);
    struct bx_posting *posting = bx_new(struct bx_posting);
    int err = bx_report_decode(rows[0].body, rows[0].len, report, fault);
    if (!err)
        err = bx_posting_make(&rows[0].head, report, plan, posting, fault);
    if (!err) {
        bx_posting_json(&rows[0].head, report, posting, currency, exponent, json);
        bx_posting_csv(&rows[0].head, report, posting, currency, exponent, csv);
    }
    bx_report_finish(report);
    bx_free(report);
    bx_free(posting);
    return err;
}

void bx_command_posting_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    if (bx_posting_text(till, rows, count, command->plan, &command->json, &command->human, &fault))
        bx_command_refuse(till, &fault);
    else
        bx_command_answer(till);
}
