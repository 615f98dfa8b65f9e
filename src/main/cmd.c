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

int bx_refuse_as(const struct bx_fault *fault, bool json)
{
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    if (json) {
        bx_said_refuse(fault, &text);
        printf("%s\n", bx_buf_text(&text));
    }
    return bx_refuse(fault);
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

/* Text of the till, word by word: washing would draw the columns of a table together. The ends of
 * lines and the spaces are ours. */
static void text_print(FILE *to, const char *prefix, const char *text)
{
    char word[512];
    while (*text) {
        fputs(prefix, to);
        while (*text && *text != '\n') {
            size_t spaces = strspn(text, " "), len = strcspn(text + spaces, " \n");
            bx_text_wash(text + spaces, len, sizeof(word), word, sizeof(word));
            fprintf(to, "%*s%s", (int)spaces, "", word);
            text += spaces + len;
        }
        fputc('\n', to);
        text += *text == '\n';
    }
}

int bx_cmd_tell(const struct bx_said *said, bool json)
{
    if (said->exit != BX_EXIT_DONE)
        text_print(stderr, "boxtill: ", said->text[0] ? said->text : "refused");
    if (json)
        printf("%s\n", said->json);
    else if (said->exit == BX_EXIT_DONE)
        text_print(stdout, "", said->text);
    fflush(stdout);
    return said->exit;
}

static void said_show(void *arg, const struct bx_said *said)
{
    const bool *json = arg;
    (void)bx_cmd_tell(said, *json);
}

int bx_cmd_send(const struct bx_place *place, const struct bx_buf *command, bool json,
                int64_t linger_ms)
{
    return bx_command_do(&place->home, &place->settings, bx_buf_text(command), command->len,
                         linger_ms, said_show, &json);
}
