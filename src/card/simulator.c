/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator. What it has done is on disk before it says so, as with a real terminal, whose
 * memory outlives the till's. It keeps the newest attempts only; one that it has forgotten would be
 * told as never heard of, so it keeps far more than a till can have open. */

#include "boxtill/card/simulator.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/outbox.h"
#include "boxtill/base/text.h"
#include "boxtill/sys/file.h"

enum { ANSWERS = 64, KEPT = 256, FILE_MAX = 64 << 10, MOOD_MAX = 64 };

enum mood { APPROVE, DECLINE, WAIT, SILENT, LOST, BROKEN };
static const char *const moods[] = {
    [APPROVE] = "approve", [DECLINE] = "decline", [WAIT] = "wait",
    [SILENT] = "silent",   [LOST] = "lost",       [BROKEN] = "broken"};

enum state { TAKEN, REFUSED, REVERSED };
static const char *const states[] = {
    [TAKEN] = "taken", [REFUSED] = "refused", [REVERSED] = "reversed"};

struct attempt {
    struct bx_id id;
    enum state state;
    int64_t amount, number;
};

struct simulator {
    struct bx_card card; /* first */
    char path[512], mood[512];
    int64_t number; /* of the last receipt */
    size_t count;
    struct attempt kept[KEPT]; /* oldest first */
    bool waits;                /* for the customer */
    struct bx_id waiting;
    bx_money amount;
    struct bx_outbox *answers;
};

static struct simulator *of(struct bx_card *card)
{
    return (struct simulator *)card;
}

static int word_of(const char *const words[], size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return (int)i;
    return -1;
}

bool bx_card_simulator_knows(const char *word)
{
    return word_of(moods, bx_countof(moods), word) >= 0;
}

static enum mood mood_of(const struct simulator *simulator)
{
    char word[MOOD_MAX];
    bx_buf_auto text;
    bx_buf_init(&text, MOOD_MAX);
    if (bx_file_read(simulator->mood, MOOD_MAX - 1, &text, NULL))
        return APPROVE;
    snprintf(word, sizeof(word), "%.*s", (int)strcspn(bx_buf_text(&text), "\n"),
             bx_buf_text(&text));
    int mood = word_of(moods, bx_countof(moods), word);
    return mood < 0 ? APPROVE : (enum mood)mood;
}

/* --- its memory ---------------------------------------------------------------------------------
 */

static int store(const struct simulator *simulator, struct bx_fault *fault)
{
    struct bx_json_writer writer;
    bx_buf_auto text;
    bx_buf_init(&text, FILE_MAX);
    bx_json_write(&writer, &text);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", 1);
    bx_json_put_int(&writer, "number", simulator->number);
    bx_json_array_open(&writer, "attempts");
    for (size_t i = 0; i < simulator->count; i++) {
        const struct attempt *attempt = &simulator->kept[i];
        bx_json_object_open(&writer, NULL);
        bx_json_put_id(&writer, "id", &attempt->id);
        bx_json_put_string(&writer, "state", states[attempt->state]);
        bx_json_put_int(&writer, "amount", attempt->amount);
        bx_json_put_int(&writer, "number", attempt->number);
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
    bx_buf_byte_add(&text, '\n');
    return bx_file_write(simulator->path, bx_buf_text(&text), text.len, true, fault);
}

static void attempt_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct simulator *simulator = arg;
    struct attempt *attempt = &simulator->kept[at];
    char word[12];
    bx_json_id(reader, "id", &attempt->id);
    bx_json_string(reader, "state", sizeof(word) - 1, word, sizeof(word));
    attempt->amount = bx_json_int(reader, "amount", -BX_MONEY_MAX, BX_MONEY_MAX);
    attempt->number = bx_json_int(reader, "number", 0, BX_MONEY_MAX);
    int state = reader->err ? -1 : word_of(states, bx_countof(states), word);
    if (!reader->err && state < 0)
        bx_json_fault(reader, "no such state");
    attempt->state = state < 0 ? REFUSED : (enum state)state;
}

static int open_file(struct simulator *simulator, struct bx_fault *fault)
{
    struct bx_json_reader root;
    bx_buf_auto text;
    bx_buf_init(&text, FILE_MAX + 1);
    int err = bx_file_read(simulator->path, FILE_MAX, &text, fault);
    if (err == BX_ERR_MISSING)
        return store(simulator, fault);
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        err ? NULL : bx_json_parse(bx_buf_text(&text), text.len, FILE_MAX, fault);
    if (!doc)
        return fault->err;
    bx_json_read(&root, bx_json_root(doc), "card-simulator.json", fault);
    bx_json_int(&root, "v", 1, 1);
    simulator->number = bx_json_int(&root, "number", 0, BX_MONEY_MAX);
    bx_json *list = bx_json_array(&root, "attempts", KEPT);
    if (!root.err)
        simulator->count = bx_json_each(&root, list, "attempt", attempt_read, simulator);
    return root.err;
}

static struct attempt *find(struct simulator *simulator, const struct bx_id *id)
{
    for (size_t i = 0; i < simulator->count; i++)
        if (bx_id_equal(&simulator->kept[i].id, id))
            return &simulator->kept[i];
    return NULL;
}

/* The attempt as it ends; on disk when this returns 0, forgotten else. */
static int keep(struct simulator *simulator, const struct bx_id *id, enum state state,
                bx_money amount, struct bx_fault *fault)
{
    struct simulator before = *simulator;
    if (simulator->count == KEPT) {
        simulator->count--;
        memmove(simulator->kept, simulator->kept + 1, simulator->count * sizeof(struct attempt));
    }
    simulator->kept[simulator->count++] = (struct attempt){
        .id = *id, .state = state, .amount = amount.minor, .number = ++simulator->number};
    int err = store(simulator, fault);
    if (err)
        *simulator = before;
    return err;
}

/* --- answers ------------------------------------------------------------------------------------
 */

static int say(struct simulator *simulator, const struct bx_card_answer *answer,
               struct bx_fault *fault)
{
    return bx_outbox_put(simulator->answers, answer)
               ? 0
               : bx_fault_say(fault, BX_ERR_BUSY, "The card terminal has not caught up.");
}

static int lose(struct simulator *simulator, const struct bx_id *id, bool reversal,
                struct bx_fault *fault)
{
    struct bx_card_answer answer = {
        .id = *id, .reversal = reversal, .outcome = BX_UNKNOWN, .say = "the line broke"};
    return say(simulator, &answer, fault);
}

/* As it stands in the memory; the four digits are made up from the number of the receipt. */
static int tell(struct simulator *simulator, const struct bx_id *id, struct bx_fault *fault)
{
    const struct attempt *attempt = find(simulator, id);
    struct bx_card_answer answer = {.id = *id, .outcome = BX_REFUSED, .say = "not heard of"};
    if (attempt && attempt->state == TAKEN) {
        answer.outcome = BX_DONE;
        answer.say[0] = '\0';
        snprintf(answer.reference, sizeof(answer.reference), "****%04d %06lld",
                 (int)(attempt->number * 7 % 10000), (long long)attempt->number);
    } else if (attempt) {
        BX_TEXT_COPY(answer.say, attempt->state == REVERSED ? "it was given back"
                                 : attempt->amount == 0     ? "not heard of"
                                                            : "card refused");
    }
    return say(simulator, &answer, fault);
}

/* --- what it is asked ---------------------------------------------------------------------------
 */

static int end(struct simulator *simulator, const struct bx_id *id, enum state state,
               bx_money amount, struct bx_fault *fault)
{
    int err = keep(simulator, id, state, amount, fault);
    return err ? err : tell(simulator, id, fault);
}

static int start(struct bx_card *card, const struct bx_ref *proof, const struct bx_id *id,
                 bx_money amount, const char *currency, struct bx_fault *fault)
{
    struct simulator *simulator = of(card);
    enum mood mood = mood_of(simulator);
    bx_assert(proof->seq > 0 && currency[0]);
    if (simulator->waits)
        return bx_fault_say(fault, BX_ERR_BUSY, "The card terminal is busy with another payment.");
    if (mood == SILENT)
        return 0;
    if (mood == BROKEN)
        return lose(simulator, id, false, fault);
    if (find(simulator, id))
        return tell(simulator, id, fault);
    switch (mood) {
    case APPROVE: return end(simulator, id, TAKEN, amount, fault);
    case DECLINE: return end(simulator, id, REFUSED, amount, fault);
    case WAIT:
        simulator->waits = true;
        simulator->waiting = *id;
        simulator->amount = amount;
        return 0;
    case LOST: {
        int err = keep(simulator, id, TAKEN, amount, fault);
        return err ? err : lose(simulator, id, false, fault);
    }
    case SILENT:
    case BROKEN: break;
    }
    return 0;
}

/* Nobody may hear of it first and be charged later. */
static int ask(struct bx_card *card, const struct bx_id *id, struct bx_fault *fault)
{
    struct simulator *simulator = of(card);
    enum mood mood = mood_of(simulator);
    if (mood == SILENT || (simulator->waits && bx_id_equal(&simulator->waiting, id)))
        return 0;
    if (mood == LOST || mood == BROKEN)
        return lose(simulator, id, false, fault);
    int err = find(simulator, id) ? 0 : keep(simulator, id, REFUSED, (bx_money){0}, fault);
    return err ? err : tell(simulator, id, fault);
}

static int stop(struct bx_card *card, const struct bx_id *id, struct bx_fault *fault)
{
    struct simulator *simulator = of(card);
    if (!simulator->waits || !bx_id_equal(&simulator->waiting, id))
        return ask(card, id, fault);
    simulator->waits = false;
    return end(simulator, id, REFUSED, simulator->amount, fault);
}

static int reverse(struct bx_card *card, const struct bx_ref *proof, const struct bx_id *id,
                   bx_money amount, struct bx_fault *fault)
{
    struct simulator *simulator = of(card);
    enum mood mood = mood_of(simulator);
    struct attempt *attempt = find(simulator, id);
    struct bx_card_answer answer = {.id = *id, .reversal = true, .outcome = BX_DONE};
    int err = 0;
    bx_assert(proof->seq > 0);
    if (mood == SILENT)
        return 0;
    if (mood == LOST || mood == BROKEN)
        return lose(simulator, id, true, fault);
    if (!attempt) {
        err = keep(simulator, id, REVERSED, amount, fault);
    } else if (attempt->state == TAKEN) {
        attempt->state = REVERSED;
        err = store(simulator, fault);
        if (err)
            attempt->state = TAKEN;
    }
    return err ? err : say(simulator, &answer, fault);
}

/* The customer comes, or goes, when the word is another. */
static void customer(struct simulator *simulator)
{
    struct bx_fault fault = {0};
    enum mood mood = simulator->waits ? mood_of(simulator) : WAIT;
    if (mood == WAIT || mood == SILENT)
        return;
    simulator->waits = false;
    if (mood == BROKEN)
        (void)lose(simulator, &simulator->waiting, false, &fault);
    else if (mood != LOST)
        (void)end(simulator, &simulator->waiting, mood == APPROVE ? TAKEN : REFUSED,
                  simulator->amount, &fault);
    else if (keep(simulator, &simulator->waiting, TAKEN, simulator->amount, &fault) == 0)
        (void)lose(simulator, &simulator->waiting, false, &fault);
}

static bool answer(struct bx_card *card, struct bx_card_answer *ret)
{
    customer(of(card));
    return bx_outbox_take(of(card)->answers, ret);
}

/* --- life ---------------------------------------------------------------------------------------
 */

static int fd(struct bx_card *card)
{
    return of(card)->waits ? -1 : bx_outbox_fd(of(card)->answers);
}

static void *destroy(struct bx_card *card)
{
    if (!card)
        return NULL;
    struct simulator *simulator = of(card);
    bx_outbox_destroy(simulator->answers);
    return bx_free(simulator);
}

struct bx_card *bx_card_simulator_create(const struct bx_card_simulator_config *config,
                                         struct bx_fault *fault)
{
    static const struct bx_card_ops ops = {.start = start,
                                           .ask = ask,
                                           .stop = stop,
                                           .reverse = reverse,
                                           .answer = answer,
                                           .fd = fd,
                                           .destroy = destroy};
    struct simulator *simulator = bx_new(struct simulator);
    simulator->card.ops = &ops;
    BX_TEXT_COPY(simulator->path, config->path);
    BX_TEXT_COPY(simulator->mood, config->mood);
    int err = open_file(simulator, fault);
    simulator->answers = err ? NULL : bx_outbox_create(ANSWERS, sizeof(struct bx_card_answer));
    if (!err && !simulator->answers)
        err = bx_fault_set(fault, BX_ERR_IO, "The card terminal cannot be opened.", "%s",
                           strerror(errno));
    return err ? destroy(&simulator->card) : &simulator->card;
}
