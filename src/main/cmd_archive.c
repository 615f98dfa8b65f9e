/* SPDX-License-Identifier: Apache-2.0 */
/* journal export FOLDER, verify --archive FOLDER, purge FOLDER. Making and purging take the journal
 * itself, so no till may run; verifying needs nothing but the folder, on any machine. */

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/sys/folder.h"
#include "journal/archive.h"
#include "journal/owner.h"
#include "main/cmd.h"
#include "sys/sys.h"

enum { BUSY_MS = 10000, PAUSE_MS = 50 };

/* An Ed25519 secret ends with its public half. */
static struct bx_public_key public_of(const struct bx_secret_key *secret)
{
    struct bx_public_key key;
    memcpy(key.b, secret->b + sizeof(secret->b) - sizeof(key.b), sizeof(key.b));
    return key;
}

/* The journal, held by us alone. */
struct held {
    struct bx_owner *owner;
    struct bx_journal *journal;
    struct bx_device device;
    struct bx_public_key key;
    struct bx_archive_act act;
};

static void held_finish(struct held *held)
{
    bx_journal_destroy(held->journal);
    bx_owner_release(held->owner);
    bx_wipe(&held->device, sizeof(held->device));
}

static int owner_take(const struct bx_place *place, struct held *held, struct bx_fault *fault)
{
    char path[BX_PATH_SIZE];
    bx_home_file(&place->home, "till.lock", path);
    for (int waited = 0; waited < BUSY_MS; waited += PAUSE_MS) {
        held->owner = bx_owner_take(path, fault);
        if (held->owner || fault->err != BX_ERR_BUSY)
            break;
        poll(NULL, 0, PAUSE_MS);
    }
    if (held->owner)
        return 0;
    return fault->err == BX_ERR_BUSY
               ? bx_fault_say(fault, BX_ERR_BUSY,
                              "A till is running here: the journal is archived when it has ended.")
               : fault->err;
}

static void act_fill(struct held *held, const struct bx_journal_state *state)
{
    struct bx_clock *clock = bx_sys_clock();
    struct bx_random *random = bx_sys_random();
    uint8_t seed[32];
    random->ops->seed(random, seed);
    held->act =
        (struct bx_archive_act){.at = clock->ops->utc(clock),
                                .boot = clock->ops->mono(clock).ns,
                                .user = state->user,
                                .boot_id = clock->ops->boot ? clock->ops->boot(clock) : NULL};
    held->act.id = bx_id_make(held->act.at, seed);
}

static int hold(const struct bx_place *place, struct held *held, struct bx_fault *fault)
{
    char path[BX_PATH_SIZE];
    struct bx_journal_state state = {0};
    int err = bx_device_load(&place->home, &held->device, fault);
    if (err == BX_ERR_MISSING)
        return bx_fault_say(fault, BX_ERR_MISSING, "This till is not enrolled: it has no journal.");
    if (!err)
        err = owner_take(place, held, fault);
    if (err)
        return err;
    held->key = public_of(&held->device.key);
    held->journal = bx_journal_open(bx_home_file(&place->home, "journal.db", path), fault);
    if (!held->journal)
        return fault->err;
    err = held->journal->ops->load(held->journal, &state, fault);
    if (!err)
        act_fill(held, &state);
    bx_journal_state_finish(&state);
    return err;
}

static int found_show(const struct bx_archive_found *found, const char *folder, bool json)
{
    char head[BX_HASH_TEXT], manifest[BX_HASH_TEXT];
    long long signs = (long long)found->signs[BX_SIGN_SIGNED];
    long long late = (long long)found->signs[BX_SIGN_LATE];
    long long open = (long long)(found->signs[BX_SIGN_OPEN] + found->signs[BX_SIGN_REFUSED]);
    bx_hash_format(&found->head, head);
    bx_hash_format(&found->manifest, manifest);
    if (json)
        printf("{\"till\":%lld,\"first\":%lld,\"last\":%lld,\"entries\":%lld,\"head\":\"%s\","
               "\"archive\":\"%s\",\"sales\":%lld,\"returns\":%lld,\"signed\":%lld,"
               "\"late\":%lld,\"unsigned\":%lld}\n",
               (long long)found->till, (long long)found->first, (long long)found->last,
               (long long)found->entries, head, manifest, (long long)found->perpetual.sales.minor,
               (long long)found->perpetual.returns.minor, signs, late, open);
    else {
        printf(bx_word("%s: till %lld, entries %lld to %lld, all as they were written; chain head "
                       "%.8s, archive %.8s"),
               folder, (long long)found->till, (long long)found->first, (long long)found->last,
               head, manifest);
        printf("\n");
    }
    if (!json && signs + late + open > 0) {
        printf(bx_word("Fiscal signatures: %lld at once, %lld late, %lld documents not signed"),
               signs, late, open);
        printf("\n");
    }
    return BX_EXIT_DONE;
}

int bx_archive_export(const struct bx_place *place, const char *path, bool json)
{
    __attribute__((cleanup(held_finish))) struct held held = {0};
    struct bx_fault fault = {0};
    struct bx_folder folder;
    struct bx_archive_found found = {0};
    if (hold(place, &held, &fault) || bx_folder_create(&folder, path, &fault))
        return bx_refuse_as(&fault, json);
    const struct bx_archive_sink sink = {bx_folder_add, &folder};
    int err = bx_archive_make(held.journal, &held.act, &held.device.key, &sink, &found, &fault);
    bx_folder_finish(&folder);
    return err ? bx_refuse_as(&fault, json) : found_show(&found, path, json);
}

/* The key of the till whose home this is, where there is one; else the archive's own. */
int bx_archive_check(const struct bx_place *place, const char *path, bool json)
{
    struct bx_fault fault = {0};
    struct bx_folder folder;
    struct bx_archive_found found = {0};
    struct bx_device device;
    bx_folder_init(&folder, path);
    const struct bx_archive_source source = {bx_folder_each, &folder};
    int err = bx_archive_verify(&source, NULL, &found, &fault);
    bool ours = !err && bx_device_load(&place->home, &device, NULL) == 0;
    if (ours && device.till == found.till) {
        struct bx_public_key key = public_of(&device.key);
        err = bx_archive_verify(&source, &key, &found, &fault);
    }
    if (ours)
        bx_wipe(&device, sizeof(device));
    bx_folder_finish(&folder);
    return err ? bx_refuse_as(&fault, json) : found_show(&found, path, json);
}

int bx_archive_purge(const struct bx_place *place, const char *path, const char *before, bool json)
{
    __attribute__((cleanup(held_finish))) struct held held = {0};
    struct bx_fault fault = {0};
    struct bx_folder folder;
    struct bx_purged purged = {0};
    bx_utc until = {0};
    char text[BX_UTC_TEXT];
    snprintf(text, sizeof(text), "%.10sT00:00:00Z", before ? before : "");
    if (before && (strlen(before) != 10 || bx_utc_parse(text, &until)))
        return bx_usage("journal purge FOLDER [--before YYYY-MM-DD] [--json]");
    if (hold(place, &held, &fault))
        return bx_refuse_as(&fault, json);
    bx_folder_init(&folder, path);
    const struct bx_archive_source source = {bx_folder_each, &folder};
    int err = bx_journal_purge(held.journal, &held.act, &source, &held.key, until, &purged, &fault);
    bx_folder_finish(&folder);
    if (err)
        return bx_refuse_as(&fault, json);
    if (json)
        printf("{\"first\":%lld,\"last\":%lld,\"entries\":%lld,\"seq\":%lld}\n",
               (long long)purged.first, (long long)purged.last, (long long)purged.entries,
               (long long)purged.ref.seq);
    else {
        printf(bx_word("%lld entries, %lld to %lld, are in the archive only; numbers and totals go "
                       "on"),
               (long long)purged.entries, (long long)purged.first, (long long)purged.last);
        printf("\n");
    }
    return BX_EXIT_DONE;
}
