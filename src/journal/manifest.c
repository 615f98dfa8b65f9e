/* SPDX-License-Identifier: Apache-2.0 */
/* What is signed begins with a word of its own, so that no other signature of the till's key can be
 * taken for one of an archive. */

#include "journal/manifest.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

static const char purpose[] = "boxtill archive\n";

static const char *const names_of_1[] = {"README.txt", "entries.jsonl", "entries.csv",
                                         "lines.csv",  "tenders.csv",   "figures.csv"};

void bx_manifest_finish(struct bx_manifest *manifest)
{
    bx_figures_finish(&manifest->figures);
    bx_anchor_finish(&manifest->before);
}

int bx_manifest_encode(const struct bx_manifest *manifest, const struct bx_buf *before,
                       struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", 2);
    bx_json_put_string(&writer, "what", "boxtill archive");
    bx_json_put_int(&writer, "till", manifest->till);
    bx_json_put_int(&writer, "inc", manifest->incarnation);
    bx_json_put_int(&writer, "made", manifest->made.us);
    bx_json_put_int(&writer, "first", manifest->first);
    bx_json_put_int(&writer, "last", manifest->last);
    bx_json_put_int(&writer, "entries", manifest->entries);
    bx_json_put_hex(&writer, "prev", manifest->prev.b, sizeof(manifest->prev.b));
    bx_json_put_hex(&writer, "head", manifest->head.b, sizeof(manifest->head.b));
    bx_json_array_open(&writer, "numbers");
    for (int i = 0; i < BX_SERIES_COUNT; i++)
        bx_json_put_int(&writer, NULL, manifest->numbers[i]);
    bx_json_array_close(&writer);
    bx_json_put_int(&writer, "sales", manifest->sales);
    bx_json_put_int(&writer, "returns", manifest->returns);
    bx_figures_put(&writer, "figures", &manifest->figures);
    if (before->len)
        bx_json_put_raw(&writer, "before", before->data, before->len);
    else
        bx_json_put_null(&writer, "before");
    bx_json_put_hex(&writer, "key", manifest->key.b, sizeof(manifest->key.b));
    bx_json_object_open(&writer, "signs");
    for (int i = BX_SIGN_OPEN; i < BX_SIGN_STATES; i++)
        bx_json_put_int(&writer, bx_sign_state_word((enum bx_sign_state)i), manifest->signs[i]);
    bx_json_object_close(&writer);
    bx_json_array_open(&writer, "files");
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct bx_archive_file *file = &manifest->files[i];
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "name", file->name);
        bx_json_put_int(&writer, "bytes", file->bytes);
        bx_json_put_hex(&writer, "hash", file->hash.b, sizeof(file->hash.b));
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
    return out->full ? BX_ERR_FULL : 0;
}

static void file_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct bx_manifest *manifest = arg;
    struct bx_archive_file *file = &manifest->files[at];
    const char *name = manifest->has_signs ? bx_archive_names[at] : names_of_1[at];
    bx_json_string(reader, "name", sizeof(file->name) - 1, file->name, sizeof(file->name));
    file->bytes = bx_json_int(reader, "bytes", 0, BX_MONEY_MAX);
    bx_json_hex(reader, "hash", file->hash.b, sizeof(file->hash.b));
    /* Which files there are is fixed, so no name leads anywhere else. */
    if (!reader->err && strcmp(file->name, name) != 0)
        bx_json_fault(reader, "\"name\" is not %s", name);
}

static void before_read(struct bx_json_reader *root, struct bx_manifest *manifest,
                        struct bx_fault *fault)
{
    bx_json *value = bx_json_get(root->object, "before");
    if (!value || bx_json_is_null(value) || root->err)
        return;
    bx_buf_auto text;
    struct bx_json_writer writer;
    bx_buf_init(&text, 0);
    bx_json_write(&writer, &text);
    bx_json_put_value(&writer, NULL, value);
    manifest->has_before = true;
    if (bx_anchor_decode(bx_buf_text(&text), text.len, &manifest->before, fault))
        root->err = BX_ERR_INPUT;
}

static void numbers_read(struct bx_json_reader *root, struct bx_manifest *manifest)
{
    bx_json *list = bx_json_array(root, "numbers", BX_SERIES_COUNT);
    int i = 0;
    for (bx_json *item = bx_json_first(list); item && i < BX_SERIES_COUNT;
         item = bx_json_next(item))
        manifest->numbers[i++] = bx_json_integer(item);
    if (i != BX_SERIES_COUNT)
        bx_json_fault(root, "\"numbers\" are not those of all series");
}

static void signs_read(struct bx_json_reader *root, struct bx_manifest *manifest)
{
    struct bx_json_reader reader;
    bx_json_read_inside(&reader, bx_json_object(root, "signs"), "signs", root);
    for (int i = BX_SIGN_OPEN; i < BX_SIGN_STATES; i++)
        manifest->signs[i] =
            bx_json_int(&reader, bx_sign_state_word((enum bx_sign_state)i), 0, BX_MONEY_MAX);
}

static void files_read(struct bx_json_reader *root, struct bx_manifest *manifest)
{
    size_t count = manifest->has_signs ? BX_ARCHIVE_FILES : bx_countof(names_of_1);
    bx_json *files = bx_json_array(root, "files", count);
    manifest->file_count = bx_json_each(root, files, "file", file_read, manifest);
    if (!root->err && manifest->file_count != count)
        bx_json_fault(root, "\"files\" are not all");
}

int bx_manifest_decode(const char *text, size_t len, struct bx_manifest *ret,
                       struct bx_fault *fault)
{
    char what[32];
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(text, len, BX_MANIFEST_MAX, fault);
    if (!doc)
        return (int)fault->err;
    struct bx_json_reader root;
    struct bx_manifest manifest = {0};
    bx_json_read(&root, bx_json_root(doc), "manifest", fault);
    int64_t version = bx_json_int(&root, "v", 1, BX_MONEY_MAX);
    manifest.has_signs = version == 2;
    if (version > 2 && !root.err)
        bx_json_fault(&root, "\"v\" is of a newer Boxtill");
    bx_json_string(&root, "what", sizeof(what) - 1, what, sizeof(what));
    if (!root.err && strcmp(what, "boxtill archive") != 0)
        bx_json_fault(&root, "\"what\" is something else");
    manifest.till = bx_json_int(&root, "till", 1, 999999);
    manifest.incarnation = bx_json_int(&root, "inc", 1, 999999);
    manifest.made.us = bx_json_int(&root, "made", 0, BX_MONEY_MAX);
    manifest.first = bx_json_int(&root, "first", 1, BX_MONEY_MAX);
    manifest.last = bx_json_int(&root, "last", 0, BX_MONEY_MAX);
    manifest.entries = bx_json_int(&root, "entries", 0, BX_MONEY_MAX);
    bx_json_hex(&root, "prev", manifest.prev.b, sizeof(manifest.prev.b));
    bx_json_hex(&root, "head", manifest.head.b, sizeof(manifest.head.b));
    numbers_read(&root, &manifest);
    manifest.sales = bx_json_int(&root, "sales", -BX_MONEY_MAX, BX_MONEY_MAX);
    manifest.returns = bx_json_int(&root, "returns", -BX_MONEY_MAX, BX_MONEY_MAX);
    bx_figures_read(&root, "figures", &manifest.figures);
    before_read(&root, &manifest, fault);
    bx_json_hex(&root, "key", manifest.key.b, sizeof(manifest.key.b));
    if (manifest.has_signs)
        signs_read(&root, &manifest);
    files_read(&root, &manifest);
    if (root.err) {
        bx_manifest_finish(&manifest);
        return root.err;
    }
    *ret = manifest;
    return 0;
}

static void signed_make(const struct bx_buf *text, struct bx_buf *out)
{
    bx_buf_init(out, 0);
    bx_buf_add(out, purpose, sizeof(purpose) - 1);
    bx_buf_add(out, bx_buf_text(text), text->len);
}

void bx_manifest_sign(const struct bx_buf *text, const struct bx_secret_key *key,
                      struct bx_signature *ret)
{
    bx_buf_auto whole;
    signed_make(text, &whole);
    bx_sign(key, whole.data, whole.len, ret);
}

bool bx_manifest_is_signed(const struct bx_buf *text, const struct bx_public_key *key,
                           const struct bx_signature *signature)
{
    bx_buf_auto whole;
    signed_make(text, &whole);
    return bx_verify(key, whole.data, whole.len, signature);
}
