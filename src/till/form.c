/* SPDX-License-Identifier: Apache-2.0 */
/* A form asks its fields one after another, all in sight. What is typed stands in the counter's
 * input while its field is asked for (so that a scan can be taken back), and in the field from the
 * moment it is left, right or wrong: going back loses nothing, and only taking it checks it. */

#include "screens.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum { SCANNED_COLUMNS = 60, LETTERS_MAX = 20, PIECES_MAX = 100000 };

struct bx_form *bx_form_top(struct bx_till *till)
{
    return till->counter.form;
}

/* --- building --------------------------------------------------------------------------------- */

struct bx_field *bx_form_field(struct bx_form *form, enum bx_field_kind kind, const char *label)
{
    bx_assert(form->count < BX_FIELDS_MAX);
    struct bx_field *field = &form->fields[form->count++];
    *field = (struct bx_field){.kind = kind, .columns = BX_NAME_COLUMNS, .most = BX_MONEY_MAX};
    BX_TEXT_COPY(field->label, bx_word(label));
    if (kind == BX_FIELD_CHOICE)
        field->n = -1;
    return field;
}

struct bx_field *bx_form_amount(struct bx_form *form, const char *label)
{
    return bx_form_field(form, BX_FIELD_AMOUNT, label);
}

struct bx_field *bx_form_number(struct bx_form *form, const char *label, int64_t least,
                                int64_t most)
{
    struct bx_field *field = bx_form_field(form, BX_FIELD_NUMBER, label);
    field->least = least;
    field->most = most;
    return field;
}

struct bx_field *bx_form_text(struct bx_form *form, const char *label, size_t columns,
                              bool optional)
{
    struct bx_field *field = bx_form_field(form, BX_FIELD_TEXT, label);
    field->columns = columns;
    field->optional = optional;
    return field;
}

struct bx_field *bx_form_choice(struct bx_form *form, const char *label)
{
    return bx_form_field(form, BX_FIELD_CHOICE, label);
}

void bx_form_option(struct bx_field *field, const char *id, const char *name, int64_t n)
{
    field->options = bx_realloc(field->options, field->option_count + 1, sizeof(*field->options));
    struct bx_option *option = &field->options[field->option_count++];
    *option = (struct bx_option){.n = n};
    BX_TEXT_COPY(option->id.s, id);
    BX_TEXT_COPY(option->name, bx_word(name));
}

void bx_form_options_drop(struct bx_field *field)
{
    field->options = bx_free(field->options);
    field->option_count = 0;
    field->n = -1;
}

void bx_form_coins(struct bx_till *till, struct bx_form *form)
{
    const struct bx_programme *programme = till->programme;
    char label[BX_MONEY_TEXT];
    bool hidden = form->count > 0 && form->fields[form->count - 1].countable;
    for (size_t i = 0; programme && i < programme->coin_count; i++) {
        bx_money value = bx_money_of(programme->coins[i]);
        struct bx_field *field =
            bx_form_number(form, bx_money_format(value, programme->exponent, label), 0, PIECES_MAX);
        field->piece = programme->coins[i];
        field->optional = true;
        field->hidden = hidden;
    }
}

bx_money bx_form_sum(const struct bx_form *form)
{
    bx_money sum = {0};
    for (size_t i = 0; i < form->count; i++) {
        bx_money one = {0};
        const struct bx_field *field = &form->fields[i];
        if (field->piece == 0 || field->hidden)
            continue;
        if (bx_money_times(bx_money_of(field->piece), field->n, &one) ||
            bx_money_add(sum, one, &sum))
            return bx_money_of(BX_MONEY_MAX);
    }
    return sum;
}

static bool has_coins(const struct bx_form *form)
{
    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].piece != 0 && !form->fields[i].hidden)
            return true;
    return false;
}

void bx_form_cash(const struct bx_form *form, const struct bx_field *field,
                  struct bx_cash_entry *ret)
{
    ret->piece_count = 0;
    if (field && !(field->countable && has_coins(form))) {
        ret->amount = bx_money_of(field->n);
        return;
    }
    ret->amount = bx_form_sum(form);
    for (size_t i = 0; i < form->count; i++) {
        const struct bx_field *coin = &form->fields[i];
        if (coin->piece != 0 && coin->n > 0 && ret->piece_count < BX_PIECES_MAX)
            ret->pieces[ret->piece_count++] =
                (struct bx_piece){.value = coin->piece, .count = coin->n};
    }
}

const struct bx_option *bx_field_option(const struct bx_field *field)
{
    if (field->n < 0 || (size_t)field->n >= field->option_count)
        return NULL;
    return &field->options[field->n];
}

/* --- which options are shown ------------------------------------------------------------------ */

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool bx_form_holds(const char *text, const char *part)
{
    for (; *text; text++) {
        size_t i = 0;
        while (part[i] && small(text[i]) == small(part[i]))
            i++;
        if (part[i] == '\0')
            return true;
    }
    return part[0] == '\0';
}

bool bx_form_filters(const struct bx_field *field)
{
    return field->narrows || field->option_count > LETTERS_MAX;
}

int bx_form_shown(const struct bx_till *till, const struct bx_field *field, size_t nth)
{
    const char *filter = bx_form_filters(field) ? till->counter.input : "";
    for (size_t i = 0; i < field->option_count; i++)
        if (bx_form_holds(field->options[i].name, filter) && nth-- == 0)
            return (int)i;
    return -1;
}

char bx_form_letter(size_t nth)
{
    static const char letters[] = "acdefghijklmnopqrstu";
    return nth < sizeof(letters) - 1 ? letters[nth] : '\0';
}

/* --- opening and closing ------------------------------------------------------------------------
 */

static struct bx_field *asked(struct bx_form *form)
{
    return &form->fields[form->at];
}

static bool is_asked(const struct bx_field *field)
{
    return !field->hidden;
}

/* The field's own text becomes the input. */
static void enter(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    struct bx_form *form = counter->form;
    bx_input_clear(till);
    form->selected = 0;
    form->fresh = true;
    if (form->at >= form->count)
        return;
    const struct bx_field *field = asked(form);
    if (field->kind == BX_FIELD_CHOICE) {
        form->selected = field->n > 0 ? (size_t)field->n : 0;
        return;
    }
    BX_TEXT_COPY(counter->input, field->text);
    counter->input_len = strlen(counter->input);
}

static void leave(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    struct bx_form *form = counter->form;
    if (form->at < form->count && asked(form)->kind != BX_FIELD_CHOICE)
        BX_TEXT_COPY(asked(form)->text, counter->input);
}

static bool step(struct bx_form *form, int by)
{
    size_t at = form->at;
    for (;;) {
        if (by < 0 ? at == 0 : at + 1 >= form->count)
            return false;
        at = by < 0 ? at - 1 : at + 1;
        if (is_asked(&form->fields[at])) {
            form->at = at;
            return true;
        }
    }
}

static void form_free(struct bx_form *form)
{
    for (size_t i = 0; i < form->count; i++)
        bx_free(form->fields[i].options);
    bx_free(form->data);
    bx_wipe(form, sizeof(*form));
    bx_free(form);
}

void bx_form_forget(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    while (counter->form) {
        struct bx_form *under = counter->form->under;
        form_free(counter->form);
        counter->form = under;
    }
}

struct bx_form *bx_form_open(struct bx_till *till, const struct bx_form_kind *kind,
                             const void *data, size_t size)
{
    struct bx_counter *counter = &till->counter;
    struct bx_form *form = bx_new(struct bx_form);
    form->kind = kind;
    BX_TEXT_COPY(form->title, bx_word(kind->title));
    if (size > 0) {
        form->data = bx_alloc(1, size);
        memcpy(form->data, data, size);
    }
    kind->fields(till, form);
    while (form->at + 1 < form->count && !is_asked(asked(form)))
        form->at++;
    if (counter->form && counter->screen == BX_SCREEN_FORM) {
        leave(till);
        form->under = counter->form;
        counter->form = form;
        counter->opened = counter->now;
    } else {
        bx_form_forget(till); /* what lies under another screen */
        bx_counter_open(till, BX_SCREEN_FORM);
        counter->form = form;
    }
    enter(till);
    return form;
}

void bx_form_close(struct bx_till *till, struct bx_form *form)
{
    struct bx_counter *counter = &till->counter;
    bool open = false;
    for (const struct bx_form *one = counter->form; one; one = one->under)
        open = open || one == form;
    while (open && counter->form) {
        struct bx_form *top = counter->form;
        open = top != form;
        counter->form = top->under;
        form_free(top);
    }
    if (counter->form) {
        enter(till);
        return;
    }
    if (counter->screen == BX_SCREEN_FORM)
        bx_counter_back(till);
    if (counter->screen == BX_SCREEN_MENU)
        bx_counter_back(till);
}

/* --- taking -------------------------------------------------------------------------------------
 */

static int amount_take(const struct bx_till *till, struct bx_field *field, struct bx_fault *fault)
{
    bx_money amount;
    int exponent = till->programme ? till->programme->exponent : 2;
    if (bx_money_parse(field->text, strlen(field->text), exponent, &amount))
        return bx_fault_say(fault, BX_ERR_INPUT, "%s is no amount: 1250 or 12.50 is one.",
                            field->text);
    if (amount.minor < field->least || amount.minor > field->most)
        return bx_fault_say(fault, BX_ERR_INPUT, "That amount is not possible here.");
    field->n = amount.minor;
    return 0;
}

static int number_take(struct bx_field *field, struct bx_fault *fault)
{
    const char *text = field->text + strspn(field->text, "0");
    int64_t n;
    if (*text == '\0')
        text = "0";
    if (bx_text_number(text, strlen(text), field->most, &n) || n < field->least)
        return bx_fault_say(fault, BX_ERR_INPUT, "A number from %lld to %lld.",
                            (long long)field->least, (long long)field->most);
    field->n = n;
    return 0;
}

static int field_take(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    struct bx_field *field = asked(form);
    char washed[sizeof(field->text)];
    if (field->kind == BX_FIELD_CHOICE) {
        int index = bx_form_shown(till, field, form->selected);
        if (index < 0)
            return bx_fault_say(fault, BX_ERR_INPUT, "Choose one of the list.");
        field->n = index;
        field->filled = true;
        return 0;
    }
    bx_text_wash(field->text, strlen(field->text), field->columns, washed, sizeof(washed));
    BX_TEXT_COPY(field->text, washed);
    bx_wipe(washed, sizeof(washed));
    field->filled = field->text[0] != '\0';
    if (!field->filled) {
        field->n = 0;
        if (field->optional || (field->countable && has_coins(form)))
            return 0;
        return bx_fault_say(fault, BX_ERR_INPUT, "%s: this is needed.", field->label);
    }
    if (field->kind == BX_FIELD_AMOUNT)
        return amount_take(till, field, fault);
    return field->kind == BX_FIELD_NUMBER ? number_take(field, fault) : 0;
}

static void finish(struct bx_till *till, struct bx_form *form)
{
    struct bx_fault fault = {0};
    int err = form->kind->done(till, form, &fault);
    if (err == BX_FORM_STAYS)
        return;
    if (err == 0) {
        if (till->counter.form == form)
            bx_form_close(till, form);
        return;
    }
    enter(till);
    bx_counter_fault(till, &fault);
}

/* The field that is asked for; false: it was refused. */
static bool is_taken(struct bx_till *till, struct bx_form *form)
{
    struct bx_fault fault = {0};
    leave(till);
    int err = form->count > 0 ? field_take(till, form, &fault) : 0;
    if (!err && form->kind->check && form->count > 0)
        err = form->kind->check(till, form, form->at, &fault);
    if (err)
        bx_counter_fault(till, &fault);
    return !err;
}

/* Takes it and goes on to the next. */
static void take(struct bx_till *till)
{
    struct bx_form *form = till->counter.form;
    if (!is_taken(till, form))
        return;
    if (step(form, 1))
        enter(till);
    else
        finish(till, form);
}

void bx_form_resume(struct bx_till *till, struct bx_form *form, const struct bx_fault *fault)
{
    form->waiting = false;
    if (!fault) {
        finish(till, form);
        return;
    }
    if (form == till->counter.form) {
        if (form->count > 0 && asked(form)->kind == BX_FIELD_PIN)
            bx_wipe(asked(form)->text, sizeof(asked(form)->text));
        enter(till);
    }
    bx_counter_fault(till, fault);
}

void bx_form_back(struct bx_till *till)
{
    struct bx_form *form = till->counter.form;
    if (!form) {
        bx_counter_back(till);
        return;
    }
    leave(till);
    if (!form->waiting && step(form, -1)) {
        enter(till);
        return;
    }
    struct bx_form *under = form->under;
    if (form->kind->closed)
        form->kind->closed(till, form);
    if (till->counter.form != form)
        return;
    till->counter.form = under;
    form_free(form);
    if (under)
        enter(till);
    else
        bx_counter_back(till);
}

void bx_form_turn(struct bx_till *till, struct bx_form *form, size_t at, const char *text)
{
    leave(till);
    form->at = at;
    BX_TEXT_COPY(form->fields[at].text, text);
    enter(till);
}

bool bx_form_scanned(struct bx_till *till, const char *text)
{
    struct bx_counter *counter = &till->counter;
    struct bx_form *form = counter->form;
    if (counter->screen != BX_SCREEN_FORM || !form || form->waiting || form->at >= form->count ||
        asked(form)->kind != BX_FIELD_TEXT || asked(form)->columns < strlen(text))
        return false;
    bx_text_wash(text, strlen(text), SCANNED_COLUMNS, counter->input, sizeof(counter->input));
    counter->input_len = strlen(counter->input);
    take(till);
    return true;
}

/* --- keys ---------------------------------------------------------------------------------------
 */

/* `d` in an amount that can be counted: its coins are asked for, or no longer. */
static void coins_turn(struct bx_till *till, struct bx_form *form)
{
    bool shown = has_coins(form);
    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].piece != 0)
            form->fields[i].hidden = shown;
    bx_input_clear(till);
    if (!shown)
        take(till);
}

static size_t shown_count(const struct bx_till *till, const struct bx_field *field)
{
    size_t count = 0;
    while (bx_form_shown(till, field, count) >= 0)
        count++;
    return count;
}

static void choice_key(struct bx_till *till, struct bx_form *form, int key)
{
    struct bx_field *field = asked(form);
    size_t count = shown_count(till, field);
    if (key == BX_KEY_UP) {
        form->selected -= form->selected > 0;
    } else if (key == BX_KEY_DOWN) {
        form->selected += form->selected + 1 < count;
    } else if (bx_form_filters(field)) {
        if (key == BX_KEY_BACKSPACE)
            bx_input_drop(till);
        else if (bx_key_is_text(key))
            bx_input_add(till, key, BX_NAME_COLUMNS);
        form->selected = 0;
    } else {
        for (size_t i = 0; i < count; i++)
            if (key == bx_form_letter(i)) {
                form->selected = i;
                take(till);
                return;
            }
    }
}

static void typed(struct bx_till *till, struct bx_form *form, int key)
{
    struct bx_field *field = asked(form);
    bool digit = key >= '0' && key <= '9';
    bool mark = key == '.' || key == ',';
    if (form->fresh && digit && field->kind != BX_FIELD_TEXT)
        bx_input_clear(till);
    form->fresh = false;
    switch (field->kind) {
    case BX_FIELD_AMOUNT:
        if (field->countable && key == 'd')
            coins_turn(till, form);
        else if ((digit || mark) && !(field->countable && has_coins(form)))
            bx_input_add(till, mark ? bx_words_mark() : key, 16);
        break;
    case BX_FIELD_NUMBER:
    case BX_FIELD_PIN:
        if (digit)
            bx_input_add(till, key, 16);
        break;
    case BX_FIELD_TEXT: bx_input_add(till, key, field->columns); break;
    case BX_FIELD_CHOICE: break;
    }
}

static bool has_next(const struct bx_form *form)
{
    for (size_t i = form->at + 1; i < form->count; i++)
        if (is_asked(&form->fields[i]))
            return true;
    return false;
}

/* The NTH field that is shown was pressed. Backwards nothing is checked; forwards each field on the
 * way is taken, and one that is refused, or a choice that was not made, is where it stops. */
static void go_to(struct bx_till *till, struct bx_form *form, size_t nth)
{
    size_t to = 0;
    while (to < form->count && (!is_asked(&form->fields[to]) || nth-- > 0))
        to++;
    if (to >= form->count)
        return;
    if (form->at > to) {
        leave(till);
        form->at = to;
        enter(till);
    }
    while (form->at < to) {
        bool made = asked(form)->kind != BX_FIELD_CHOICE || asked(form)->n >= 0;
        if (!made || !is_taken(till, form) || !step(form, 1))
            return;
        enter(till);
    }
}

void bx_form_key(struct bx_till *till, int key)
{
    struct bx_form *form = till->counter.form;
    if (!form || form->waiting)
        return;
    if (key >= BX_KEY_FIELD) {
        go_to(till, form, (size_t)(key - BX_KEY_FIELD));
        return;
    }
    if (key == BX_KEY_ENTER || key == BX_KEY_TAB) {
        take(till);
    } else if (form->count == 0) {
        return;
    } else if (asked(form)->kind == BX_FIELD_CHOICE) {
        choice_key(till, form, key);
    } else if (key == BX_KEY_BACKSPACE) {
        form->fresh = false;
        bx_input_drop(till);
    } else if (key == BX_KEY_DOWN) {
        if (has_next(form))
            take(till);
    } else if (key == BX_KEY_UP) {
        leave(till);
        if (step(form, -1))
            enter(till);
    } else {
        typed(till, form, key);
    }
}
