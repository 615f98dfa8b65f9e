/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands have in common: their arguments, and how they say what came of them. */

#include "main/cmd.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"

int bx_usage(const char *rest)
{
    fprintf(stderr, "Usage: boxtill %s\n", rest);
    return BX_EXIT_USAGE;
}

int bx_refuse(const struct bx_fault *fault)
{
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    bx_text_log(&text, fault->say, strlen(fault->say));
    if (fault->detail[0]) {
        bx_buf_text_add(&text, " (");
        bx_text_log(&text, fault->detail, strlen(fault->detail));
        bx_buf_byte_add(&text, ')');
    }
    fprintf(stderr, "boxtill: %s\n", bx_buf_text(&text));
    return fault->err == BX_ERR_UNKNOWN   ? BX_EXIT_UNKNOWN
           : fault->err == BX_ERR_OFFLINE ? BX_EXIT_OFFLINE
                                          : BX_EXIT_REFUSED;
}

static bool value_take(struct bx_args *args, const char *name, const char *value)
{
    for (size_t i = 0; i < BX_ARGS_OPTIONS && args->options[i]; i++) {
        if (strcmp(name, args->options[i]) != 0)
            continue;
        if (!value || args->counts[i] == BX_ARGS_REPEATS)
            return false;
        args->values[i][args->counts[i]++] = value;
        return true;
    }
    return false;
}

bool bx_args_read(struct bx_args *args, int argc, char **argv)
{
    bool good = true;
    for (int i = 0; i < argc && good; i++) {
        if (strcmp(argv[i], "--json") == 0)
            args->json = true;
        else if (strncmp(argv[i], "--", 2) == 0) {
            good = value_take(args, argv[i] + 2, i + 1 < argc ? argv[i + 1] : NULL);
            i++;
        } else if (args->word_count < args->max && args->word_count < BX_ARGS_WORDS)
            args->words[args->word_count++] = argv[i];
        else
            good = false;
    }
    if (good && args->word_count >= args->min)
        return true;
    bx_usage(args->usage);
    return false;
}

/* Text of the till, line by line: each is washed, the ends of lines are ours. */
static void text_print(FILE *to, const char *prefix, const char *text)
{
    char line[512];
    while (*text) {
        size_t len = strcspn(text, "\n"), piece = len < sizeof(line) - 4 ? len : sizeof(line) - 4;
        size_t start = strspn(text, " ");
        if (start > piece)
            start = piece;
        /* Washing trims; the columns of a table are kept. */
        bx_text_wash(text + start, piece - start, sizeof(line), line, sizeof(line));
        fprintf(to, "%s%*s%s\n", prefix, (int)start, "", line);
        text += len + (text[len] == '\n');
    }
}

static void said_show(void *arg, const struct bx_said *said)
{
    const bool *json = arg;
    if (said->exit != BX_EXIT_DONE) {
        text_print(stderr, "boxtill: ", said->text[0] ? said->text : "refused");
        if (*json && strcmp(said->json, "{}") != 0)
            printf("%s\n", said->json);
    } else if (*json)
        printf("%s\n", said->json);
    else
        text_print(stdout, "", said->text);
    fflush(stdout);
}

int bx_cmd_send(const struct bx_place *place, const struct bx_buf *command, bool json,
                int64_t linger_ms)
{
    return bx_command_do(&place->home, &place->settings, bx_buf_text(command), command->len,
                         linger_ms, said_show, &json);
}
