/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator. Its QR holds one line of ASCII, fields between ";":
 *
 *   BXF1;DEVICE;PROCESS;NUMBER;TRANSACTION;COUNTER;BEGUN;ENDED;TOTAL;CURRENCY;HASH;SIGNATURE
 *
 * DEVICE is the serial number, 16 hex digits: the begin of its public key. PROCESS is a word of
 * domain/fiscal.h, NUMBER the document's, or its seq where it has none. TRANSACTION numbers
 * processes, started ones that were given up too; COUNTER numbers signatures, without gaps. BEGUN
 * and ENDED are seconds since 1970, TOTAL minor units. HASH is eight bytes of the BLAKE2b-256 of
 * what else the device was told (rates and tenders, as text); SIGNATURE is Ed25519 over all before
 * its ";", 128 hex digits. Hex is in capitals, which a QR packs closer.
 *
 * The counters are on disk before a signature leaves: who dies in between never signs twice under
 * one number. The last signature lies beside them, for a till that died before it had stored it. */

#include "boxtill/fiscal/simulator.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/outbox.h"
#include "boxtill/base/text.h"
#include "boxtill/sys/file.h"

enum {
    ANSWERS = 64,
    OPEN_MAX = 32, /* payments that are open at once */
    FILE_MAX = 4096,
    SEED = 32,
    SERIAL = 8
};

struct process {
    struct bx_id id;
    int64_t transaction;
    bx_utc begun;
};

struct simulator {
    struct bx_fiscal fiscal; /* first */
    char path[512], outage[512];
    bool silent;
    struct bx_clock *clock;
    uint8_t seed[SEED];
    struct bx_public_key open_key;
    struct bx_secret_key key;
    char serial[BX_SIGN_DEVICE];
    int64_t transaction, counter; /* the last of each */
    struct bx_id last_id;
    struct bx_sign last;
    size_t open_count;
    struct process open[OPEN_MAX];
    struct bx_outbox *answers;
};

static struct simulator *of(struct bx_fiscal *fiscal)
{
    return (struct simulator *)fiscal;
}

static bool is_silent(const struct simulator *simulator)
{
    return simulator->silent || (simulator->outage[0] && access(simulator->outage, F_OK) == 0);
}

static void capitals(const uint8_t *bytes, size_t len, char *out)
{
    bx_hex_format(bytes, len, out);
    for (char *at = out; *at; at++)
        *at = *at >= 'a' && *at <= 'f' ? (char)(*at - 'a' + 'A') : *at;
}

/* --- its file -----------------------------------------------------------------------------------
 */

static int store(const struct simulator *simulator, struct bx_fault *fault)
{
    const struct bx_sign *last = &simulator->last;
    struct bx_json_writer writer;
    bx_buf_auto text;
    bx_buf_init(&text, FILE_MAX);
    bx_json_write(&writer, &text);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", 1);
    bx_json_put_hex(&writer, "seed", simulator->seed, SEED);
    bx_json_put_int(&writer, "transaction", simulator->transaction);
    bx_json_put_int(&writer, "counter", simulator->counter);
    if (simulator->counter > 0) {
        bx_json_put_id(&writer, "last", &simulator->last_id);
        bx_json_put_int(&writer, "begun", last->begun.us);
        bx_json_put_int(&writer, "at", last->at.us);
        bx_json_put_int(&writer, "number", last->transaction);
        bx_json_put_string(&writer, "qr", last->qr);
    }
    bx_json_object_close(&writer);
    bx_buf_byte_add(&text, '\n');
    int err = bx_file_write(simulator->path, bx_buf_text(&text), text.len, true, fault);
    bx_wipe(text.data, text.len);
    return err;
}

static int parse(struct simulator *simulator, const struct bx_buf *text, struct bx_fault *fault)
{
    struct bx_json_reader root;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(bx_buf_text(text), text->len, FILE_MAX, fault);
    if (!doc)
        return fault->err;
    bx_json_read(&root, bx_json_root(doc), "fiscal-simulator.json", fault);
    bx_json_int(&root, "v", 1, 1);
    bx_json_hex(&root, "seed", simulator->seed, SEED);
    simulator->transaction = bx_json_int(&root, "transaction", 0, BX_MONEY_MAX);
    simulator->counter = bx_json_int(&root, "counter", 0, BX_MONEY_MAX);
    if (!root.err && simulator->counter > 0) {
        struct bx_sign *last = &simulator->last;
        bx_json_id(&root, "last", &simulator->last_id);
        last->begun.us = bx_json_int(&root, "begun", 0, BX_MONEY_MAX);
        last->at.us = bx_json_int(&root, "at", 0, BX_MONEY_MAX);
        last->transaction = bx_json_int(&root, "number", 0, BX_MONEY_MAX);
        last->counter = simulator->counter;
        bx_json_string(&root, "qr", BX_SIGN_QR - 1, last->qr, sizeof(last->qr));
    }
    return root.err;
}

static int open_file(struct simulator *simulator, struct bx_fault *fault)
{
    bx_buf_auto text;
    bx_buf_init(&text, FILE_MAX + 1);
    int err = bx_file_read(simulator->path, FILE_MAX, &text, fault);
    if (err == BX_ERR_MISSING) {
        bx_random_fill(simulator->seed, SEED);
        err = store(simulator, fault);
    } else if (!err) {
        err = parse(simulator, &text, fault);
    }
    if (text.data)
        bx_wipe(text.data, text.len);
    if (err)
        return err;
    bx_key_make(simulator->seed, &simulator->open_key, &simulator->key);
    capitals(simulator->open_key.b, SERIAL, simulator->serial);
    BX_TEXT_COPY(simulator->last.device, simulator->serial);
    return 0;
}

/* --- answers ------------------------------------------------------------------------------------
 */

static int say(struct simulator *simulator, const struct bx_fiscal_answer *answer,
               struct bx_fault *fault)
{
    return bx_outbox_put(simulator->answers, answer)
               ? 0
               : bx_fault_say(fault, BX_ERR_BUSY, "The signing device has not caught up.");
}

static bool answer(struct bx_fiscal *fiscal, struct bx_fiscal_answer *ret)
{
    return bx_outbox_take(of(fiscal)->answers, ret);
}

/* --- processes ----------------------------------------------------------------------------------
 */

static struct process begin(struct simulator *simulator, const struct bx_id *id)
{
    return (struct process){.id = *id,
                            .transaction = ++simulator->transaction,
                            .begun = simulator->clock->ops->utc(simulator->clock)};
}

/* Takes the process ID out of those that are open; false when it is not there. */
static bool take(struct simulator *simulator, const struct bx_id *id, struct process *ret)
{
    for (size_t i = 0; i < simulator->open_count; i++) {
        if (!bx_id_equal(&simulator->open[i].id, id))
            continue;
        *ret = simulator->open[i];
        simulator->open_count--;
        memmove(simulator->open + i, simulator->open + i + 1,
                (simulator->open_count - i) * sizeof(simulator->open[0]));
        return true;
    }
    return false;
}

static int start(struct bx_fiscal *fiscal, const struct bx_id *id, enum bx_process process,
                 struct bx_fault *fault)
{
    struct simulator *simulator = of(fiscal);
    struct process earlier;
    (void)process;
    if (is_silent(simulator))
        return 0;
    (void)take(simulator, id, &earlier); /* it begins anew */
    if (simulator->open_count == OPEN_MAX) {
        simulator->open_count--; /* nobody came back for the oldest */
        memmove(simulator->open, simulator->open + 1,
                simulator->open_count * sizeof(simulator->open[0]));
    }
    simulator->open[simulator->open_count++] = begin(simulator, id);
    return store(simulator, fault);
}

static int cancel(struct bx_fiscal *fiscal, const struct bx_id *id, struct bx_fault *fault)
{
    struct simulator *simulator = of(fiscal);
    struct process gone;
    (void)fault;
    if (!is_silent(simulator))
        (void)take(simulator, id, &gone);
    return 0;
}

static struct bx_hash rest_of(const struct bx_fiscal_document *document)
{
    bx_buf_auto text;
    bx_buf_init(&text, 4096);
    bx_buf_format(&text, "%" PRId64 " %" PRId64, document->rounding.minor, document->outside.minor);
    for (int i = 0; i < document->rate_count; i++)
        bx_buf_format(&text, ";%d %" PRId64 " %" PRId64 " %" PRId64, document->rates[i].ppm,
                      document->rates[i].gross.minor, document->rates[i].net.minor,
                      document->rates[i].tax.minor);
    for (int i = 0; i < BX_TENDER_KINDS; i++)
        bx_buf_format(&text, ";%s %" PRId64, bx_tender_word((enum bx_tender_kind)i),
                      document->tenders[i].minor);
    return bx_hash_of(bx_buf_text(&text), text.len);
}

static void sign(const struct simulator *simulator, const struct bx_fiscal_document *document,
                 struct bx_sign *ret)
{
    char number[BX_NUMBER_SIZE], hash[2 * SERIAL + 1], hex[2 * sizeof(struct bx_signature) + 1];
    struct bx_signature signature;
    struct bx_hash rest = rest_of(document);
    snprintf(number, sizeof(number), "%s", document->number);
    if (!number[0])
        snprintf(number, sizeof(number), "%" PRId64, document->seq);
    capitals(rest.b, SERIAL, hash);
    int len =
        snprintf(ret->qr, sizeof(ret->qr),
                 "BXF1;%s;%s;%s;%" PRId64 ";%" PRId64 ";%" PRId64 ";%" PRId64 ";%" PRId64 ";%s;%s",
                 simulator->serial, bx_process_word(document->process), number, ret->transaction,
                 ret->counter, ret->begun.us / BX_SECOND_US, ret->at.us / BX_SECOND_US,
                 document->total.minor, document->currency, hash);
    bx_sign(&simulator->key, ret->qr, (size_t)len, &signature);
    capitals(signature.b, sizeof(signature.b), hex);
    snprintf(ret->qr + len, sizeof(ret->qr) - (size_t)len, ";%s", hex);
    BX_TEXT_COPY(ret->device, simulator->serial);
}

static int finish(struct bx_fiscal *fiscal, const struct bx_ref *proof,
                  const struct bx_fiscal_document *document, struct bx_fault *fault)
{
    struct simulator *simulator = of(fiscal);
    struct bx_fiscal_answer said = {.id = document->id, .outcome = BX_FISCAL_SIGNED};
    bx_assert(proof->seq == document->seq);
    if (is_silent(simulator))
        return 0;
    if (simulator->counter > 0 && bx_id_equal(&simulator->last_id, &document->id)) {
        said.sign = simulator->last;
        return say(simulator, &said, fault);
    }
    struct simulator before = *simulator;
    struct process process;
    if (!take(simulator, &document->id, &process))
        process = begin(simulator, &document->id);
    said.sign = (struct bx_sign){.begun = process.begun,
                                 .at = simulator->clock->ops->utc(simulator->clock),
                                 .transaction = process.transaction,
                                 .counter = ++simulator->counter};
    sign(simulator, document, &said.sign);
    simulator->last_id = document->id;
    simulator->last = said.sign;
    int err = store(simulator, fault);
    if (err) {
        *simulator = before; /* it did not happen */
        return err;
    }
    return say(simulator, &said, fault);
}

static int ask(struct bx_fiscal *fiscal, struct bx_fault *fault)
{
    struct bx_fiscal_answer said = {.outcome = BX_FISCAL_READY};
    return is_silent(of(fiscal)) ? 0 : say(of(fiscal), &said, fault);
}

/* --- life ---------------------------------------------------------------------------------------
 */

static int fd(struct bx_fiscal *fiscal)
{
    return bx_outbox_fd(of(fiscal)->answers);
}

static void *destroy(struct bx_fiscal *fiscal)
{
    if (!fiscal)
        return NULL;
    struct simulator *simulator = of(fiscal);
    bx_outbox_destroy(simulator->answers);
    bx_wipe(&simulator->key, sizeof(simulator->key));
    bx_wipe(simulator->seed, sizeof(simulator->seed));
    return bx_free(simulator);
}

struct bx_fiscal *bx_fiscal_simulator_create(const struct bx_simulator_config *config,
                                             struct bx_fault *fault)
{
    static const struct bx_fiscal_ops ops = {.start = start,
                                             .finish = finish,
                                             .cancel = cancel,
                                             .ask = ask,
                                             .answer = answer,
                                             .fd = fd,
                                             .destroy = destroy};
    struct simulator *simulator = bx_new(struct simulator);
    simulator->fiscal.ops = &ops;
    simulator->silent = config->silent;
    simulator->clock = config->clock;
    BX_TEXT_COPY(simulator->path, config->path);
    BX_TEXT_COPY(simulator->outage, config->outage ? config->outage : "");
    int err = open_file(simulator, fault);
    simulator->answers = err ? NULL : bx_outbox_create(ANSWERS, sizeof(struct bx_fiscal_answer));
    if (!err && !simulator->answers)
        err = bx_fault_set(fault, BX_ERR_IO, "The signing device cannot be opened.", "%s",
                           strerror(errno));
    return err ? destroy(&simulator->fiscal) : &simulator->fiscal;
}

struct bx_public_key bx_fiscal_simulator_key(const struct bx_fiscal *fiscal)
{
    return ((const struct simulator *)fiscal)->open_key;
}

bool bx_fiscal_simulator_verify(const struct bx_public_key *key, const char *qr)
{
    struct bx_signature signature;
    char hex[2 * sizeof(signature) + 1];
    const char *last = strrchr(qr, ';');
    if (!last || strlen(last + 1) != sizeof(hex) - 1)
        return false;
    BX_TEXT_COPY(hex, last + 1);
    for (char *at = hex; *at; at++)
        *at = *at >= 'A' && *at <= 'F' ? (char)(*at - 'A' + 'a') : *at;
    return bx_hex_parse(hex, signature.b, sizeof(signature.b)) == 0 &&
           bx_verify(key, qr, (size_t)(last - qr), &signature);
}
