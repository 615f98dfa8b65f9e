/* SPDX-License-Identifier: Apache-2.0 */
/* boxtilld check-in: a ticket let in where no gate could ask, from a list or by hand. It is the
 * check-in of a gate in every respect, so the same ticket is refused at all of them afterwards. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "main/bd_cmd.h"

enum { ANSWER_MAX = 4096, GATE_COLUMNS = 40 };

struct passing {
    struct bx_code code;
    char gate[44];
    struct bx_buf answer;
};

static int check_in_run(struct bd_deed *act, struct bd_store *store, struct bd_book *book,
                        const struct bd_turn *turn, struct bx_fault *fault)
{
    struct passing *passing = act->arg;
    struct bd_gate_scan scan = {.id = bx_id_make(turn->now, turn->seed),
                                .code = passing->code,
                                .gate = passing->gate,
                                .at = turn->now};
    (void)store;
    bx_buf_clear(&passing->answer);
    return bd_book_check_in(book, turn, &scan, &passing->answer, fault);
}

/* One line: "admit 2", or "refuse used North 2026-11-24T09:20:31Z". */
static int verdict_say(const struct bx_buf *answer, struct bx_fault *fault)
{
    char verdict[16], why[32], gate[44], at[BX_UTC_TEXT];
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(bx_buf_text(answer), answer->len, ANSWER_MAX, fault);
    if (!doc)
        return bd_refuse(fault);
    struct bx_json_reader reader;
    bx_json_read(&reader, bx_json_root(doc), "answer", fault);
    bx_json_string_or(&reader, "verdict", 12, verdict, sizeof(verdict), "");
    bx_json_string_or(&reader, "why", 30, why, sizeof(why), "");
    bx_json_string_or(&reader, "first_gate", GATE_COLUMNS, gate, sizeof(gate), "");
    int64_t persons = bx_json_int_or(&reader, "persons", 0, INT32_MAX, 0);
    int64_t first = bx_json_int_or(&reader, "first_at", 0, INT64_MAX, 0);
    bool admitted = strcmp(verdict, "admit") == 0;
    if (admitted)
        printf("admit %" PRId64 "\n", persons);
    else
        printf("refuse %s%s%s%s%s\n", why, first ? " " : "", gate, first ? " " : "",
               first ? bx_utc_format((bx_utc){first}, at) : "");
    return admitted ? BD_EXIT_DONE : BD_EXIT_REFUSED;
}

int bd_cmd_check_in(const struct bd_config *config, int argc, char **argv)
{
    struct passing passing = {.gate = ""};
    struct bx_fault fault = {0};
    if (argc != 2)
        return bd_usage("check-in CODE GATE   (where it was let in)");
    if (bx_code_read(argv[0], strlen(argv[0]), &passing.code, &fault))
        return bd_refuse(&fault);
    if (bx_text_wash(argv[1], strlen(argv[1]), GATE_COLUMNS, passing.gate, sizeof(passing.gate)) ||
        !passing.gate[0]) {
        (void)bx_fault_say(&fault, BX_ERR_INPUT, "A gate's name has 1 to %d plain characters.",
                           GATE_COLUMNS);
        return bd_refuse(&fault);
    }
    bx_buf_init(&passing.answer, ANSWER_MAX);
    struct bd_deed act = {.run = check_in_run, .arg = &passing};
    int status = bd_deed_do(config, &act, false);
    if (status == BD_EXIT_DONE)
        status = verdict_say(&passing.answer, &fault);
    bx_buf_finish(&passing.answer);
    return status;
}
