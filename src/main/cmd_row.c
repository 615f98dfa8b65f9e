/* SPDX-License-Identifier: Apache-2.0 */
/* A row of the table of commands: its usage, and its way from the command line to the till's JSON.
 */

#include "main/cmd_table.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum { NUMBER_MAX = 1 << 30, REPEATS = 24 };

static const struct bx_arg warrant_options[] = {
    {"reason", "WORD", BX_ARG_TEXT, "reason", false},
    {"note", "TEXT", BX_ARG_TEXT, "note", false},
    {"approver", "NUMBER", BX_ARG_NUMBER, "approver", false},
    {0},
};

/* --- usage ------------------------------------------------------------------------------------ */

static void option_show(const struct bx_arg *option, struct bx_buf *out)
{
    bool many = option->kind == BX_ARG_TEXTS || option->kind == BX_ARG_NUMBERS;
    bx_buf_format(out, " %s--%s%s%s%s%s", option->must ? "" : "[", option->name,
                  option->show ? " " : "", option->show ? option->show : "",
                  option->must ? "" : "]", many ? "…" : "");
}

void bx_cmd_row_usage(const struct bx_cmd_row *row, struct bx_buf *out)
{
    bx_buf_text_add(out, row->name);
    if (row->usage) {
        bx_buf_format(out, "%s%s", row->usage[0] ? " " : "", row->usage);
        return;
    }
    if (row->act)
        bx_buf_format(out, " %s", row->act);
    for (size_t i = 0; i < BX_ROW_WORDS && row->words[i].kind; i++)
        bx_buf_format(out, row->words[i].must ? " %s" : " [%s]", row->words[i].show);
    for (const struct bx_arg *one = row->options; one && one->kind; one++)
        option_show(one, out);
    for (const struct bx_arg *one = warrant_options; row->warrants && one->kind; one++)
        option_show(one, out);
    bx_buf_text_add(out, " [--json]");
}

/* --- what was given --------------------------------------------------------------------------- */

struct given { /* in the order of the options, then those of a warrant */
    const struct bx_arg *arg;
    size_t count;
    const char *values[REPEATS];
};
enum { GIVEN_MAX = 16 };

struct filling {
    const struct bx_cmd_row *row;
    bool json;
    size_t word_count, given_count;
    const char *words[BX_ROW_WORDS];
    struct given given[GIVEN_MAX];
    const char *pin_file;
};

static void given_take(struct filling *filling, const struct bx_arg *options)
{
    for (; options && options->kind && filling->given_count < GIVEN_MAX; options++)
        filling->given[filling->given_count++].arg = options;
}

static bool option_take(struct filling *filling, const char *name, const char *value, int *at)
{
    if (filling->row->warrants && strcmp(name, "pin-file") == 0) {
        filling->pin_file = value;
        ++*at;
        return value != NULL;
    }
    for (size_t i = 0; i < filling->given_count; i++) {
        struct given *given = &filling->given[i];
        bool flag = given->arg->kind == BX_ARG_FLAG;
        if (strcmp(name, given->arg->name) != 0)
            continue;
        if ((!flag && !value) || given->count == REPEATS)
            return false;
        given->values[given->count++] = value;
        *at += !flag;
        return true;
    }
    return false;
}

static bool line_take(struct filling *filling, int argc, char **argv)
{
    const struct bx_cmd_row *row = filling->row;
    given_take(filling, row->options);
    if (row->warrants)
        given_take(filling, warrant_options);
    for (int i = 0; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--json") == 0)
            filling->json = true;
        else if (strncmp(argv[i], "--", 2) == 0) {
            if (!option_take(filling, argv[i] + 2, value, &i))
                return false;
        } else if (filling->word_count < BX_ROW_WORDS && row->words[filling->word_count].kind)
            filling->words[filling->word_count++] = argv[i];
        else
            return false;
    }
    for (size_t i = filling->word_count; i < BX_ROW_WORDS; i++)
        if (row->words[i].kind && row->words[i].must)
            return false;
    for (size_t i = 0; i < filling->given_count; i++)
        if (filling->given[i].arg->must && filling->given[i].count == 0)
            return false;
    return true;
}

/* --- as JSON ---------------------------------------------------------------------------------- */

static bool is_code(const char *word)
{
    return strlen(word) > 20 && (word[0] == 'B' || word[0] == 'b');
}

static bool number_read(const char *text, size_t len, int64_t *ret)
{
    bool minus = len > 1 && text[0] == '-';
    int64_t value;
    if (bx_text_number(text + minus, len - minus, NUMBER_MAX, &value))
        return false;
    *ret = minus ? -value : value;
    return true;
}

static bool number_put(struct bx_json_writer *writer, const char *member, const char *text)
{
    int64_t value;
    if (!number_read(text, strlen(text), &value))
        return false;
    bx_json_put_int(writer, member, value);
    return true;
}

/* One "A:B:C" of a list: up to COUNT numbers into RET, -1 where none stands. Returns what follows
 * the comma, "" at the end, NULL when it is none. */
static const char *numbers_read(const char *text, size_t count, int64_t *ret)
{
    for (size_t i = 0; i < count; i++)
        ret[i] = -1;
    for (size_t i = 0; i < count; i++) {
        size_t len = strcspn(text, ":,");
        if (!number_read(text, len, &ret[i]))
            return NULL;
        text += len;
        if (*text != ':')
            break;
        text++;
    }
    return *text == ',' ? text + 1 : *text ? NULL : text;
}

static bool pieces_put(struct bx_json_writer *writer, const char *member, const char *text)
{
    int64_t pair[2];
    bx_json_array_open(writer, member);
    while (text && *text) {
        text = numbers_read(text, 2, pair);
        if (!text || pair[0] < 0 || pair[1] < 0)
            return false;
        bx_json_array_open(writer, NULL);
        bx_json_put_int(writer, NULL, pair[0]);
        bx_json_put_int(writer, NULL, pair[1]);
        bx_json_array_close(writer);
    }
    bx_json_array_close(writer);
    return text != NULL;
}

static bool drawers_put(struct bx_json_writer *writer, const char *member, const char *text)
{
    int64_t part[4];
    bx_json_array_open(writer, member);
    while (text && *text) {
        text = numbers_read(text, 4, part);
        if (!text || part[0] < 0 || part[1] < 0)
            return false;
        bx_json_object_open(writer, NULL);
        bx_json_put_int(writer, "drawer", part[0]);
        bx_json_put_int(writer, "amount", part[1]);
        if (part[2] >= 0)
            bx_json_put_int(writer, "next_float", part[2]);
        if (part[3] >= 0)
            bx_json_put_int(writer, "first", part[3]);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
    return text != NULL;
}

static bool list_put(struct bx_json_writer *writer, const struct given *given)
{
    bool good = true;
    bx_json_array_open(writer, given->arg->member);
    for (size_t i = 0; i < given->count && good; i++)
        if (given->arg->kind == BX_ARG_NUMBERS)
            good = number_put(writer, NULL, given->values[i]);
        else
            bx_json_put_string(writer, NULL, given->values[i]);
    bx_json_array_close(writer);
    return good;
}

static bool value_put(struct bx_json_writer *writer, const struct bx_arg *arg, const char *text)
{
    bool on = strcmp(text, "on") == 0;
    switch (arg->kind) {
    case BX_ARG_TEXT: bx_json_put_string(writer, arg->member, text); return true;
    case BX_ARG_SALE:
        bx_json_put_string(writer, is_code(text) ? "code" : "number", text);
        return true;
    case BX_ARG_NUMBER:
    case BX_ARG_CHOSEN:
    case BX_ARG_TICKET: return number_put(writer, arg->member, text);
    case BX_ARG_SWITCH:
        bx_json_put_bool(writer, arg->member, on);
        return on || strcmp(text, "off") == 0;
    case BX_ARG_PIECES: return pieces_put(writer, arg->member, text);
    case BX_ARG_DRAWERS: return drawers_put(writer, arg->member, text);
    case BX_ARG_NONE:
    case BX_ARG_FLAG:
    case BX_ARG_TEXTS:
    case BX_ARG_NUMBERS: break;
    }
    return false;
}

static bool given_put(struct bx_json_writer *writer, const struct given *given)
{
    enum bx_arg_kind kind = given->arg->kind;
    if (given->count == 0)
        return true;
    if (kind == BX_ARG_TEXTS || kind == BX_ARG_NUMBERS)
        return list_put(writer, given);
    if (kind != BX_ARG_FLAG)
        return value_put(writer, given->arg, given->values[given->count - 1]);
    bx_json_put_bool(writer, given->arg->member, true);
    return true;
}

/* A code names sale and ticket at once; a number alone does not. */
static bool tickets_agree(const struct filling *filling)
{
    enum bx_arg_kind kind = filling->row->words[1].kind;
    if (kind != BX_ARG_TICKET && kind != BX_ARG_CHOSEN)
        return true;
    if (is_code(filling->words[0]))
        return filling->word_count == 1;
    return kind == BX_ARG_TICKET || filling->word_count == 2;
}

static bool all_put(struct bx_json_writer *writer, const struct filling *filling, const char *act)
{
    const struct bx_cmd_row *row = filling->row;
    bool good = true;
    bx_json_put_string(writer, "verb", row->name);
    if (row->act && row->member)
        bx_json_put_string(writer, row->member, act);
    for (size_t i = 0; i < filling->word_count && good; i++)
        good = value_put(writer, &row->words[i], filling->words[i]);
    for (size_t i = 0; i < filling->given_count && good; i++)
        good = given_put(writer, &filling->given[i]);
    return good;
}

static bool approves(const struct filling *filling)
{
    for (size_t i = 0; i < filling->given_count; i++)
        if (strcmp(filling->given[i].arg->name, "approver") == 0 && filling->given[i].count > 0)
            return true;
    return false;
}

static bool wants_json(const struct filling *filling)
{
    for (size_t i = 0; i < filling->given_count; i++) {
        const struct given *given = &filling->given[i];
        if (strcmp(given->arg->name, "format") == 0 && given->count > 0)
            return strcmp(given->values[given->count - 1], "json") == 0;
    }
    return false;
}

int bx_cmd_row_run(const struct bx_place *place, const struct bx_cmd_row *row, int argc,
                   char **argv)
{
    struct filling filling = {.row = row};
    struct bx_json_writer writer;
    char pin[BX_PIN_SIZE] = "";
    bx_buf_auto command;
    bx_buf_init(&command, 0);
    bx_json_write(&writer, &command);
    bx_json_object_open(&writer, NULL);
    if (!line_take(&filling, argc, argv) || !tickets_agree(&filling) ||
        !all_put(&writer, &filling, row->act ? argv[-1] : NULL)) {
        bx_cmd_usages(row->name);
        return BX_EXIT_USAGE;
    }
    filling.json = filling.json || wants_json(&filling);
    if (approves(&filling)) {
        if (!bx_pin_read(filling.pin_file, bx_word("Supervisor's PIN: "), pin))
            return BX_EXIT_USAGE;
        bx_json_put_string(&writer, "approver_pin", pin);
        bx_wipe(pin, sizeof(pin));
    }
    bx_json_object_close(&writer);
    int status = bx_cmd_send(place, &command, filling.json, row->linger_ms);
    bx_wipe(command.data, command.len);
    return status;
}
