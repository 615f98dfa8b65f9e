/* SPDX-License-Identifier: Apache-2.0 */
/* The staff document lists only the people of one device, so it is short and searched in order. It
 * holds the hashes of their PINs, which are few enough to be guessed from: memory that held them is
 * wiped. */

#include "boxtill/domain/staff.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/json.h"
#include "words.h"

enum { STAFF_BYTES = 1 << 20, NUMBER_MAX = 9999 };

static const char *const role_words[] = {
    [BX_ROLE_CASHIER] = "cashier",
    [BX_ROLE_SUPERVISOR] = "supervisor",
    [BX_ROLE_AUDITOR] = "auditor",
};

BX_WORDS_DEFINE(enum bx_role, role_words, bx_role_word, bx_role_parse)

static void read_user(void *arg, struct bx_json_reader *reader, size_t nth)
{
    static const char *const names[] = {"number", "name", "role", "language", "pin", NULL};
    static const char argon[] = "$argon2id$";
    struct bx_staff *staff = arg;
    struct bx_user *user = &staff->users[nth];
    char role[16];
    bx_json_only(reader, names);
    user->number = bx_json_int(reader, "number", 1, NUMBER_MAX);
    bx_json_string(reader, "name", BX_NAME_COLUMNS, user->name, sizeof user->name);
    bx_json_string(reader, "role", sizeof role - 1, role, sizeof role);
    bx_json_string_or(reader, "language", sizeof user->language - 1, user->language,
                      sizeof user->language, "");
    bx_json_string(reader, "pin", sizeof user->pin_hash - 1, user->pin_hash, sizeof user->pin_hash);
    if (reader->err != 0)
        return;
    if (bx_role_parse(role, &user->role) != 0)
        bx_json_fault(reader, "\"role\" must be cashier, supervisor or auditor");
    if (strncmp(user->pin_hash, argon, sizeof argon - 1) != 0)
        bx_json_fault(reader, "\"pin\" must be an Argon2id hash");
    for (size_t i = 0; i < nth; i++)
        if (staff->users[i].number == user->number)
            bx_json_fault(reader, "the number %d is taken by another user", (int)user->number);
}

static int read_staff(bx_json *root, struct bx_staff *staff, struct bx_fault *fault)
{
    static const char *const names[] = {"v", "epoch", "version", "users", NULL};
    struct bx_json_reader reader;
    bx_json_read(&reader, root, "staff", fault);
    bx_json_int(&reader, "v", 1, 1);
    bx_json_only(&reader, names);
    staff->epoch = bx_json_int(&reader, "epoch", 0, BX_MONEY_MAX);
    staff->version = bx_json_int(&reader, "version", 0, BX_MONEY_MAX);
    bx_json *users = bx_json_array(&reader, "users", BX_USERS_MAX);
    if (reader.err != 0)
        return reader.err;
    staff->count = bx_json_count(users);
    staff->users = bx_alloc(staff->count + 1, sizeof *staff->users);
    bx_json_each(&reader, users, "user", read_user, staff);
    return reader.err;
}

struct bx_staff *bx_staff_parse(const char *json, size_t len, struct bx_fault *fault)
{
    struct bx_fault unheard;
    fault = fault != NULL ? fault : &unheard;
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, STAFF_BYTES, fault);
    if (doc == NULL)
        return NULL;
    struct bx_staff *staff bx_cleanup(bx_staff_destroy) = bx_new(struct bx_staff);
    if (read_staff(bx_json_root(doc), staff, fault) != 0)
        return NULL;
    return bx_steal(&staff);
}

void *bx_staff_destroy(struct bx_staff *staff)
{
    if (staff == NULL)
        return NULL;
    if (staff->users != NULL)
        bx_wipe(staff->users, staff->count * sizeof *staff->users);
    bx_free(staff->users);
    return bx_free(staff);
}

void bx_staff_encode(const struct bx_staff *staff, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", 1);
    bx_json_put_int(&writer, "epoch", staff->epoch);
    bx_json_put_int(&writer, "version", staff->version);
    bx_json_array_open(&writer, "users");
    for (size_t i = 0; i < staff->count; i++) {
        const struct bx_user *user = &staff->users[i];
        bx_json_object_open(&writer, NULL);
        bx_json_put_int(&writer, "number", user->number);
        bx_json_put_string(&writer, "name", user->name);
        bx_json_put_string(&writer, "role", bx_role_word(user->role));
        if (user->language[0] != '\0')
            bx_json_put_string(&writer, "language", user->language);
        bx_json_put_string(&writer, "pin", user->pin_hash);
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
}

const struct bx_user *bx_staff_user(const struct bx_staff *staff, int64_t number)
{
    for (size_t i = 0; i < staff->count; i++)
        if (staff->users[i].number == number)
            return &staff->users[i];
    return NULL;
}
