/* SPDX-License-Identifier: Apache-2.0 */
/* A report that was written, shown again with what the server has confirmed of it by now. */

#include "screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/words.h"
#include "command.h"

static void counted(struct bx_till *till, int64_t unsent)
{
    struct bx_reporting *reporting = &till->shifts.reporting;
    struct bx_report *report = bx_steal(&reporting->report);
    struct bx_entry_head *head = bx_steal(&reporting->head);
    bx_origin origin = reporting->origin;
    reporting->then = NULL;
    bx_report_confirm(till, unsent, report);
    if (origin == 0) {
        bx_report_show(till, head, report);
    } else if (till->command.request == origin) {
        bx_report_put(till, head, report);
        bx_command_answer(till);
    }
    bx_report_finish(report);
    bx_free(report);
    bx_free(head);
}

int bx_report_again(struct bx_till *till, bx_origin origin, const struct bx_row *row,
                    struct bx_fault *fault)
{
    struct bx_reporting *reporting = &till->shifts.reporting;
    struct bx_report report;
    if (reporting->then)
        return bx_fault_say(fault, BX_ERR_BUSY, "A report is being made: one moment.");
    if (row->head.kind != BX_KIND_SHIFT_CLOSE && row->head.kind != BX_KIND_CLOSING)
        return bx_fault_say(fault, BX_ERR_MISSING, "This till has no such Z report.");
    int err = bx_report_decode(row->body, row->len, &report, fault);
    if (err)
        return err;
    reporting->report = bx_new(struct bx_report);
    *reporting->report = report;
    reporting->head = bx_new(struct bx_entry_head);
    *reporting->head = row->head;
    bx_reporting_begin(till, origin, report.first_seq - 1, report.last_seq, counted);
    return 0;
}

/* --- on the screen ------------------------------------------------------------------------------
 */

/* Numbers have no gaps: one that was given and is not there has gone into an archive. */
int bx_report_missing(const struct bx_till *till, struct bx_fault *fault)
{
    char number[BX_NUMBER_SIZE];
    int64_t n = till->shifts.z_asked;
    if (n < 1 || n >= till->next_number[BX_SERIES_Z])
        return bx_fault_say(fault, BX_ERR_MISSING, "This till has no such Z report.");
    bx_number_format(till->till, BX_SERIES_Z, n, number);
    return bx_fault_say(fault, BX_ERR_MISSING,
                        "Z report %s was purged from this till: it is in the archive that was "
                        "verified before, and its figures are at the server.",
                        number);
}

void bx_report_again_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_fault fault = {0};
    int err =
        count > 0 ? bx_report_again(till, 0, &rows[0], &fault) : bx_report_missing(till, &fault);
    if (err)
        bx_counter_fault(till, &fault);
}

static int64_t last_z(const struct bx_till *till)
{
    return till->next_number[BX_SERIES_Z] - 1;
}

static void z_fields(struct bx_till *till, struct bx_form *form)
{
    struct bx_field *n = bx_form_number(form, "Number of the Z", 1, last_z(till));
    snprintf(n->text, sizeof(n->text), "%" PRId64, last_z(till));
}

static int z_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    (void)fault;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->shifts.z_request = bx_till_request(till);
    effect->of.query = (struct bx_query){.kind = BX_QUERY_NUMBER, .limit = 1};
    till->shifts.z_asked = form->fields[0].n;
    bx_number_format(till->till, BX_SERIES_Z, form->fields[0].n, effect->of.query.text);
    return 0;
}

static const struct bx_form_kind z_form = {BX_WORD("A Z report again"), z_fields, NULL, z_done,
                                           NULL};

bool bx_report_has_z(const struct bx_till *till)
{
    return last_z(till) > 0;
}

void bx_report_z_form(struct bx_till *till)
{
    bx_form_open(till, &z_form, NULL, 0);
}
