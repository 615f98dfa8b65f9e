/* SPDX-License-Identifier: Apache-2.0 */
/* login. A PIN never stands on a command line, where every process could read it: it is
 * typed unseen, or comes as a line on standard input. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/sys/file.h"
#include "main/cmd.h"

enum { LINE_SIZE = BX_PIN_SIZE, STORE_MS = 2000 };

/* One line, without its end; false at the end of input or when it is too long. Read byte by byte:
 * what stands after it belongs to the next question. */
static bool line_read(char out[LINE_SIZE])
{
    size_t len = 0;
    for (;;) {
        char byte;
        ssize_t got = read(STDIN_FILENO, &byte, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || byte == '\n') {
            out[len] = '\0';
            return got > 0 || len > 0;
        }
        if (byte == '\r')
            continue;
        if (len + 1 >= LINE_SIZE)
            return false;
        out[len++] = byte;
    }
}

static bool question(const char *text, bool hidden, char out[LINE_SIZE])
{
    struct termios before, silent;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        fprintf(stderr, "%s", text);
        silent = before;
        silent.c_lflag &= ~(tcflag_t)(hidden ? ECHO : 0);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    bool got = line_read(out);
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        if (hidden)
            fprintf(stderr, "\n");
    }
    return got;
}

bool bx_pin_read(const char *file, const char *prompt, char out[BX_PIN_SIZE])
{
    struct bx_fault fault = {0};
    bx_buf_auto text;
    bx_buf_init(&text, LINE_SIZE);
    if (!file && question(prompt, true, out))
        return true;
    if (!file) {
        fprintf(stderr, "boxtill: %s\n", bx_word("no PIN was given"));
        return false;
    }
    int err = bx_file_read(file, LINE_SIZE - 1, &text, &fault);
    size_t len = err ? 0 : strcspn(bx_buf_text(&text), "\r\n");
    if (len > 0)
        bx_text_copy(out, BX_PIN_SIZE, bx_buf_text(&text));
    out[len] = '\0';
    if (text.data)
        bx_wipe(text.data, text.len);
    if (len == 0)
        fprintf(stderr, "boxtill: %s\n", err ? fault.say : bx_word("the file holds no PIN"));
    return len > 0;
}

int bx_cmd_login(const struct bx_place *place, int argc, char **argv)
{
    struct bx_args args = {.usage = "login [NUMBER] [--float MINOR] [--pin-file FILE] [--json]",
                           .options = {"float", "pin-file"},
                           .min = 0,
                           .max = 1};
    struct bx_json_writer writer;
    char text[LINE_SIZE], pin[LINE_SIZE];
    int64_t number, amount = 0;
    bx_buf_auto command;
    bx_buf_init(&command, 0);
    if (!bx_args_read(&args, argc, argv))
        return BX_EXIT_USAGE;
    const char *given = args.counts[0] > 0 ? args.values[0][0] : "0";
    if (bx_text_number(given, strlen(given), BX_MONEY_MAX, &amount))
        return bx_usage(args.usage);
    if (args.word_count > 0)
        BX_TEXT_COPY(text, args.words[0]);
    else if (!question(bx_word("Cashier number: "), false, text))
        return bx_usage(args.usage);
    if (bx_text_number(text, strlen(text), 9999, &number)) {
        fprintf(stderr, "boxtill: %s\n", bx_word("a cashier's number is a number from 1 to 9999"));
        return BX_EXIT_USAGE;
    }
    if (!bx_pin_read(args.counts[1] > 0 ? args.values[1][0] : NULL, "PIN: ", pin))
        return BX_EXIT_USAGE;
    bx_json_write(&writer, &command);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "verb", "login");
    bx_json_put_int(&writer, "number", number);
    bx_json_put_string(&writer, "pin", pin);
    bx_json_put_int(&writer, "float", amount);
    bx_json_object_close(&writer);
    int status = bx_cmd_send(place, &command, args.json, STORE_MS);
    bx_wipe(pin, sizeof(pin));
    bx_wipe(command.data, command.len);
    return status;
}
