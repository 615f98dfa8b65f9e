/* SPDX-License-Identifier: Apache-2.0 */
/* enrol: the till's key and the enrolment's id are on disk before they are sent, so that an answer
 * that was lost is fetched again by the same command; the code is used up only once. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/booking/booking.h"
#include "journal/journal.h"
#include "journal/owner.h"
#include "main/cmd.h"
#include "sys/sys.h"

enum { FETCH_MS = 15000, CODE_LEN = 8 };

/* As the server wrote it: upper case, and no look-alikes (the alphabet is Crockford's). */
static bool code_read(const char *text, char ret[CODE_LEN + 1])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    static const char mistaken[] = "OIL", meant[] = "011";
    if (strlen(text) != CODE_LEN)
        return false;
    for (int i = 0; i < CODE_LEN; i++) {
        char c = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
        const char *other = strchr(mistaken, c);
        ret[i] = other ? meant[other - mistaken] : c;
        if (!strchr(alphabet, ret[i]))
            return false;
    }
    ret[CODE_LEN] = '\0';
    return true;
}

/* The key and id of an enrolment that was begun with this server, or new ones, stored. */
static int device_begin(const struct bx_home *home, const char *url, struct bx_device *ret,
                        struct bx_fault *fault)
{
    struct bx_clock *clock = bx_sys_clock();
    struct bx_public_key public_key;
    uint8_t seed[32], random[10];
    int err = bx_device_load(home, ret, fault);
    if (!err && ret->till > 0)
        return bx_fault_say(fault, BX_ERR_CLASH, "This is till %lld of %s already.",
                            (long long)ret->till, ret->url);
    if (!err && strcmp(ret->url, url) == 0)
        return 0;
    if (err && err != BX_ERR_MISSING)
        return err;
    *ret = (struct bx_device){0};
    if (!BX_TEXT_COPY(ret->url, url))
        return bx_fault_say(fault, BX_ERR_INPUT, "The server's address is too long.");
    bx_random_fill(seed, sizeof(seed));
    bx_random_fill(random, sizeof(random));
    ret->id = bx_id_make(clock->ops->utc(clock), random);
    bx_key_make(seed, &public_key, &ret->key);
    bx_wipe(seed, sizeof(seed));
    return bx_device_store(home, ret, fault);
}

/* Gives an empty journal its till. One that was given the same already is the lost end of an
 * earlier try. */
static int journal_enrol(struct bx_journal *journal, const struct bx_enrolment *enrolment,
                         struct bx_fault *fault)
{
    const struct bx_identity identity = {.till = enrolment->till,
                                         .incarnation = enrolment->incarnation,
                                         .issuer = enrolment->issuer};
    struct bx_journal_state state = {0};
    int err = journal->ops->load(journal, &state, fault);
    if (err)
        return err;
    bool same = state.till == identity.till && state.incarnation == identity.incarnation;
    bool empty = state.till == 0;
    int64_t till = state.till;
    bx_journal_state_finish(&state);
    if (same)
        return 0;
    if (!empty)
        return bx_fault_say(fault, BX_ERR_CLASH,
                            "The journal here belongs to till %lld: a new till needs a new home.",
                            (long long)till);
    return journal->ops->enrol(journal, &identity, fault);
}

static int exchange(const struct bx_place *place, struct bx_journal *journal, const char *code,
                    struct bx_device *device, struct bx_fault *fault)
{
    struct bx_enrolment enrolment;
    struct bx_booking_config config = {.url = device->url,
                                       .ca_file = place->settings.ca_file,
                                       .pin = place->settings.pin,
                                       .key = device->key,
                                       .timeout_ms = place->settings.timeout * 1000};
    int err = bx_booking_enrol(&config, &device->id, code, &enrolment, fault);
    bx_wipe(&config.key, sizeof(config.key));
    if (!err)
        err = journal_enrol(journal, &enrolment, fault);
    if (err)
        return err;
    device->till = enrolment.till;
    device->incarnation = enrolment.incarnation;
    device->issuer = enrolment.issuer;
    device->server = enrolment.server;
    memcpy(device->secret, enrolment.secret, sizeof(device->secret));
    BX_TEXT_COPY(device->venue, enrolment.venue);
    bx_wipe(&enrolment, sizeof(enrolment));
    return bx_device_store(&place->home, device, fault);
}

static int enrol(const struct bx_place *place, const char *url, const char *code,
                 struct bx_device *device, struct bx_fault *fault)
{
    char path[BX_PATH_SIZE];
    bx_cleanup(bx_owner_release) struct bx_owner *owner =
        bx_owner_take(bx_home_file(&place->home, "till.lock", path), fault);
    if (!owner)
        return fault->err;
    bx_cleanup(bx_journal_destroy) struct bx_journal *journal =
        bx_journal_open(bx_home_file(&place->home, "journal.db", path), fault);
    if (!journal)
        return fault->err;
    int err = device_begin(&place->home, url, device, fault);
    return err ? err : exchange(place, journal, code, device, fault);
}

/* The programme, the staff and the keys, so that somebody can log in when the line is cut next. */
static void documents_fetch(const struct bx_place *place)
{
    const struct bx_session_options options = {0};
    struct bx_fault fault = {0};
    bx_cleanup(bx_session_close) struct bx_session *session =
        bx_session_open(&place->home, &place->settings, &options, &fault);
    if (!session)
        return;
    bx_session_turn(session, 0);
    bx_session_settle(session, FETCH_MS);
    bx_run_stop(bx_session_run(session));
    while (bx_session_turn(session, -1))
        continue;
}

/* --- another key -------------------------------------------------------------------------- */

/* The key that is to come, on disk; that of an earlier try whose answer was lost, if there was. */
static int rotation_begin(const struct bx_home *home, struct bx_device *device,
                          struct bx_fault *fault)
{
    struct bx_clock *clock = bx_sys_clock();
    struct bx_public_key public_key;
    uint8_t seed[32], random[10];
    if (device->rotates)
        return 0;
    bx_random_fill(seed, sizeof(seed));
    bx_random_fill(random, sizeof(random));
    device->rotates = true;
    device->next_id = bx_id_make(clock->ops->utc(clock), random);
    bx_key_make(seed, &public_key, &device->next);
    bx_wipe(seed, sizeof(seed));
    return bx_device_store(home, device, fault);
}

static int rotate(const struct bx_place *place, struct bx_device *device, struct bx_fault *fault)
{
    char path[BX_PATH_SIZE];
    bx_cleanup(bx_owner_release) struct bx_owner *owner =
        bx_owner_take(bx_home_file(&place->home, "till.lock", path), fault);
    if (!owner)
        return fault->err;
    int err = bx_device_load(&place->home, device, fault);
    if (err == BX_ERR_MISSING || (!err && device->till == 0))
        return bx_fault_say(fault, BX_ERR_MISSING, "This till is not enrolled.");
    if (!err)
        err = rotation_begin(&place->home, device, fault);
    if (err)
        return err;
    struct bx_booking_config config = bx_booking_config_of(&place->settings, device);
    err = bx_booking_rotate(&config, &device->next_id, &device->next, fault);
    bx_wipe(&config.key, sizeof(config.key));
    if (err)
        return err;
    device->key = device->next;
    device->rotates = false;
    return bx_device_store(&place->home, device, fault);
}

static int rotate_cmd(const struct bx_place *place, int argc, char **argv)
{
    struct bx_args args = {.usage = "enrol --new-key [--json]"};
    struct bx_fault fault = {0};
    struct bx_device device = {0};
    if (!bx_args_read(&args, argc, argv))
        return BX_EXIT_USAGE;
    int err = rotate(place, &device, &fault);
    int64_t till = device.till;
    bx_wipe(&device, sizeof(device));
    if (err)
        return bx_refuse_as(&fault, args.json);
    if (args.json)
        printf("{\"till\":%lld}\n", (long long)till);
    else {
        printf(bx_word("Till %lld has another key."), (long long)till);
        printf("\n");
    }
    return BX_EXIT_DONE;
}

int bx_cmd_enrol(const struct bx_place *place, int argc, char **argv)
{
    if (argc > 0 && strcmp(argv[0], "--new-key") == 0)
        return rotate_cmd(place, argc - 1, argv + 1);
    struct bx_args args = {
        .usage = "enrol URL CODE [--json] | --new-key [--json]", .min = 2, .max = 2};
    struct bx_fault fault = {0};
    struct bx_device device = {0};
    char code[CODE_LEN + 1];
    if (!bx_args_read(&args, argc, argv))
        return BX_EXIT_USAGE;
    if (!code_read(args.words[1], code)) {
        fprintf(stderr, "boxtill: %s\n",
                bx_word("A code has 8 letters and digits, without the letter U "
                        "(boxtilld enrol-code makes one)."));
        return BX_EXIT_USAGE;
    }
    int err = enrol(place, args.words[0], code, &device, &fault);
    if (err)
        return bx_refuse_as(&fault, args.json);
    if (args.json)
        printf("{\"till\":%lld,\"incarnation\":%lld,\"issuer\":%d}\n", (long long)device.till,
               (long long)device.incarnation, device.issuer);
    else {
        printf(bx_word("This is till %lld of %s."), (long long)device.till, device.venue);
        printf("\n");
    }
    bx_wipe(&device, sizeof(device));
    documents_fetch(place);
    return BX_EXIT_DONE;
}
