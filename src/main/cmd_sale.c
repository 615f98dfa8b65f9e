/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about sales: sell, find, show, reprint, replace. Each is one command of the till; the
 * rules are the till's. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "main/cmd.h"

/* How long a command without a till waits for the paper and the server before it ends; what is
 * left over is stored, and goes on with the next command or till. */
enum { LINGER_MS = 5000, TICKETS_MAX = 9999 };

static void command_open(struct bx_json_writer *writer, struct bx_buf *out, const char *verb)
{
    bx_buf_init(out, 0);
    bx_json_write(writer, out);
    bx_json_object_open(writer, NULL);
    bx_json_put_string(writer, "verb", verb);
}

static bool is_code(const char *word)
{
    return strlen(word) > 20 && (word[0] == 'B' || word[0] == 'b');
}

/* A sale by its number, or by the code of one of its tickets. */
static void sale_put(struct bx_json_writer *writer, const char *word)
{
    bx_json_put_string(writer, is_code(word) ? "code" : "number", word);
}

int bx_cmd_sell(const struct bx_place *place, int argc, char **argv)
{
    struct bx_args args = {
        .usage = "sell LINE [--slot HH:MM] [--event NAME] [--tender cash[:MINOR]|card[:REF]]… "
                 "[--json]",
        .options = {"slot", "event", "tender"},
        .min = 1,
        .max = 1};
    struct bx_json_writer writer;
    bx_buf_auto command = {0};
    if (!bx_args_read(&args, argc, argv))
        return BX_EXIT_USAGE;
    command_open(&writer, &command, "sell");
    bx_json_put_string(&writer, "basket", args.words[0]);
    if (args.counts[0] > 0)
        bx_json_put_string(&writer, "slot", args.values[0][args.counts[0] - 1]);
    if (args.counts[1] > 0)
        bx_json_put_string(&writer, "event", args.values[1][args.counts[1] - 1]);
    if (args.counts[2] > 0) {
        bx_json_array_open(&writer, "tenders");
        for (size_t i = 0; i < args.counts[2]; i++)
            bx_json_put_string(&writer, NULL, args.values[2][i]);
        bx_json_array_close(&writer);
    }
    bx_json_object_close(&writer);
    return bx_cmd_send(place, &command, args.json, LINGER_MS);
}

int bx_cmd_find(const struct bx_place *place, int argc, char **argv)
{
    struct bx_args args = {.usage = "find [TEXT] [--json]", .min = 0, .max = 1};
    struct bx_json_writer writer;
    bx_buf_auto command = {0};
    if (!bx_args_read(&args, argc, argv))
        return BX_EXIT_USAGE;
    command_open(&writer, &command, "find");
    bx_json_put_string(&writer, "text", args.word_count > 0 ? args.words[0] : "");
    bx_json_object_close(&writer);
    return bx_cmd_send(place, &command, args.json, 0);
}

int bx_cmd_show(const struct bx_place *place, int argc, char **argv)
{
    struct bx_args args = {.usage = "show NUMBER|CODE [--json]", .min = 1, .max = 1};
    struct bx_json_writer writer;
    bx_buf_auto command = {0};
    if (!bx_args_read(&args, argc, argv))
        return BX_EXIT_USAGE;
    command_open(&writer, &command, "show");
    sale_put(&writer, args.words[0]);
    bx_json_object_close(&writer);
    return bx_cmd_send(place, &command, args.json, 0);
}

/* Both papers' commands: which sale, which of its tickets. A code says both. */
static int paper_send(const struct bx_place *place, const char *verb, const struct bx_args *args,
                      const char *reason)
{
    struct bx_json_writer writer;
    int64_t ticket = 1;
    bool code = is_code(args->words[0]);
    bx_buf_auto command = {0};
    bx_buf_init(&command, 0);
    /* A ticket's replacement is never guessed. */
    if (code ? args->word_count > 1 : reason && args->word_count < 2)
        return bx_usage(args->usage);
    if (args->word_count > 1 &&
        bx_text_number(args->words[1], strlen(args->words[1]), TICKETS_MAX, &ticket))
        return bx_usage(args->usage);
    command_open(&writer, &command, verb);
    sale_put(&writer, args->words[0]);
    if (!code)
        bx_json_put_int(&writer, "ticket", ticket);
    if (reason)
        bx_json_put_string(&writer, "reason", reason);
    bx_json_object_close(&writer);
    return bx_cmd_send(place, &command, args->json, LINGER_MS);
}

int bx_cmd_reprint(const struct bx_place *place, int argc, char **argv)
{
    struct bx_args args = {.usage = "reprint NUMBER [TICKET] | CODE [--json]", .min = 1, .max = 2};
    if (!bx_args_read(&args, argc, argv))
        return BX_EXIT_USAGE;
    return paper_send(place, "reprint", &args, NULL);
}

int bx_cmd_replace(const struct bx_place *place, int argc, char **argv)
{
    struct bx_args args = {.usage = "replace NUMBER TICKET | CODE [--reason WORD] [--json]",
                           .options = {"reason"},
                           .min = 1,
                           .max = 2};
    if (!bx_args_read(&args, argc, argv))
        return BX_EXIT_USAGE;
    return paper_send(place, "replace", &args, args.counts[0] > 0 ? args.values[0][0] : "lost");
}
