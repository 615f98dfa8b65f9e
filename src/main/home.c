/* SPDX-License-Identifier: Apache-2.0 */
/* Where a till's files lie and how it is set up. Everything is under one folder, so that a till is
 * moved, backed up or thrown away as one thing. */

#include "main/home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/ini.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/net/http.h"
#include "boxtill/sys/file.h"
#include "boxtill/sys/serial.h"

enum { CONFIG_MAX = 64 << 10, KEY_FILE_MAX = 8192 };

int bx_home_find(struct bx_home *ret, struct bx_fault *fault)
{
    static const char system_home[] = "/var/lib/boxtill";
    const char *given, *user = getenv("HOME");
    int len, err = bx_home_given(&given, fault);
    if (err)
        return err;
    if (given)
        len = snprintf(ret->path, sizeof(ret->path), "%s", given);
    else if (access(system_home, W_OK) == 0 || !user || !user[0])
        len = snprintf(ret->path, sizeof(ret->path), "%s", system_home);
    else
        len = snprintf(ret->path, sizeof(ret->path), "%s/.local/share/boxtill", user);
    if (len < 0 || (size_t)len >= sizeof(ret->path))
        return bx_fault_say(fault, BX_ERR_INPUT, "The path of the till's home is too long.");
    while (len > 1 && ret->path[len - 1] == '/')
        ret->path[--len] = '\0';
    return bx_folder_make(ret->path, fault);
}

const char *bx_home_file(const struct bx_home *home, const char *name, char out[BX_PATH_SIZE])
{
    snprintf(out, BX_PATH_SIZE, "%s/%s", home->path, name);
    return out;
}

/* --- boxtill.conf ------------------------------------------------------------------------- */

/* Words and numbers as they stand in the file. */
struct raw {
    char enter[8], printer[8], language[8], folder[256], fiscal[12], card[12];
    int64_t days_ahead, drawers, dots, dpi, columns;
};

static int word_find(const char *key, const char *word, const char *const words[], size_t count,
                     int *ret, struct bx_fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, words[i]) != 0)
            continue;
        *ret = (int)i;
        return 0;
    }
    return bx_fault_say(fault, BX_ERR_INPUT, "boxtill.conf: %s cannot be \"%.20s\".", key, word);
}

static bool is_language(const char *word)
{
    for (size_t i = 0; bx_words_known(i); i++)
        if (strcmp(bx_words_known(i), word) == 0)
            return true;
    return false;
}

static int words_take(const struct bx_home *home, const struct raw *raw, struct bx_settings *ret,
                      struct bx_fault *fault)
{
    static const char *const enters[] = {
        [BX_ENTER_CASH] = "cash", [BX_ENTER_CARD] = "card", [BX_ENTER_NONE] = "none"};
    static const char *const printers[] = {
        [BX_PRINTER_NONE] = "none", [BX_PRINTER_FOLDER] = "folder", [BX_PRINTER_CUPS] = "cups"};
    static const char *const devices[] = {"none", "simulator"};
    static const char *const terminals[] = {"manual", "simulator"};
    int enter = 0, printer = 0, fiscal = 0, card = 0;
    if (word_find("[till] enter", raw->enter, enters, bx_countof(enters), &enter, fault) ||
        word_find("[printer] kind", raw->printer, printers, bx_countof(printers), &printer,
                  fault) ||
        word_find("[fiscal] kind", raw->fiscal, devices, bx_countof(devices), &fiscal, fault) ||
        word_find("[card] kind", raw->card, terminals, bx_countof(terminals), &card, fault) ||
        tp_language_parse(raw->language, &ret->queue.language, fault))
        return BX_ERR_INPUT;
    if (ret->display_language[0] && !is_language(ret->display_language))
        return bx_fault_say(fault, BX_ERR_INPUT, "boxtill.conf: %s cannot be \"%.20s\".",
                            "[display] language", ret->display_language);
    if (!bx_serial_is_speed(ret->pole_baud))
        return bx_fault_say(fault, BX_ERR_INPUT, "A serial line cannot run at %lld baud.",
                            (long long)ret->pole_baud);
    if (!is_language(ret->till.language))
        return bx_fault_say(fault, BX_ERR_INPUT, "boxtill.conf: %s cannot be \"%.20s\".",
                            "[till] language", ret->till.language);
    ret->till.enter = (enum bx_enter_tender)enter;
    ret->simulator = ret->till.fiscal = fiscal == 1;
    ret->card_simulator = ret->till.card = card == 1;
    ret->printer = (enum bx_printer_kind)printer;
    ret->till.days_ahead = (int)raw->days_ahead;
    ret->till.drawers = (int)raw->drawers;
    ret->queue.device = (struct tp_device){
        .dots = (int)raw->dots, .dpi = (int)raw->dpi, .columns = (int)raw->columns};
    snprintf(ret->folder, sizeof(ret->folder), "%s%s%s", raw->folder[0] == '/' ? "" : home->path,
             raw->folder[0] == '/' ? "" : "/", raw->folder);
    if (ret->printer == BX_PRINTER_CUPS && !ret->queue.queue[0])
        return bx_fault_say(fault, BX_ERR_INPUT,
                            "boxtill.conf: [printer] queue must name a queue of CUPS.");
    return tp_device_check(&ret->queue.device, fault);
}

int bx_settings_load(const struct bx_home *home, struct bx_settings *ret, struct bx_fault *fault)
{
    struct tp_device usual = tp_device_usual();
    struct raw raw = {.enter = "cash",
                      .printer = "none",
                      .fiscal = "none",
                      .card = "manual",
                      .language = "escpos",
                      .folder = "prints",
                      .days_ahead = 1,
                      .drawers = 1,
                      .dots = usual.dots,
                      .dpi = usual.dpi,
                      .columns = usual.columns};
    char path[BX_PATH_SIZE];
    *ret = (struct bx_settings){.timeout = 20, .log_bytes = 1 << 20, .pole_baud = 9600};
    bx_till_config_defaults(&ret->till);
    BX_TEXT_COPY(ret->till.language, "en");
    const struct bx_ini_key keys[] = {
        {"server", "url", BX_INI_TEXT, ret->url, sizeof(ret->url), 0, 0, bx_http_url_check},
        {"server", "ca_file", BX_INI_TEXT, ret->ca_file, sizeof(ret->ca_file), 0, 0},
        {"server", "pin", BX_INI_TEXT, ret->pin, sizeof(ret->pin), 0, 0},
        {"server", "timeout", BX_INI_NUMBER, &ret->timeout, 0, 1, 300},
        {"till", "enter", BX_INI_TEXT, raw.enter, sizeof(raw.enter), 0, 0},
        {"till", "lock_after", BX_INI_NUMBER, &ret->till.lock_after, 0, 0, 86400},
        {"till", "drawers", BX_INI_NUMBER, &raw.drawers, 0, 1, 9},
        {"till", "scan_prefix", BX_INI_TEXT, ret->till.scan_prefix, sizeof(ret->till.scan_prefix),
         0, 0},
        {"till", "days_ahead", BX_INI_NUMBER, &raw.days_ahead, 0, 1, 30},
        {"till", "language", BX_INI_TEXT, ret->till.language, sizeof(ret->till.language), 0, 0},
        {"till", "print_receipt", BX_INI_BOOL, &ret->till.print_receipt, 0, 0, 0},
        {"printer", "kind", BX_INI_TEXT, raw.printer, sizeof(raw.printer), 0, 0},
        {"printer", "folder", BX_INI_TEXT, raw.folder, sizeof(raw.folder), 0, 0},
        {"printer", "queue", BX_INI_TEXT, ret->queue.queue, sizeof(ret->queue.queue), 0, 0},
        {"printer", "cups_server", BX_INI_TEXT, ret->queue.server, sizeof(ret->queue.server), 0, 0},
        {"printer", "language", BX_INI_TEXT, raw.language, sizeof(raw.language), 0, 0},
        {"printer", "dots", BX_INI_NUMBER, &raw.dots, 0, 1, 100000},
        {"printer", "dpi", BX_INI_NUMBER, &raw.dpi, 0, 1, 100000},
        {"printer", "columns", BX_INI_NUMBER, &raw.columns, 0, 1, 1000},
        {"fiscal", "kind", BX_INI_TEXT, raw.fiscal, sizeof(raw.fiscal), 0, 0},
        {"fiscal", "outage", BX_INI_BOOL, &ret->fiscal_silent, 0, 0, 0},
        {"card", "kind", BX_INI_TEXT, raw.card, sizeof(raw.card), 0, 0},
        {"display", "language", BX_INI_TEXT, ret->display_language, sizeof(ret->display_language),
         0, 0},
        {"display", "member", BX_INI_BOOL, &ret->till.display_member, 0, 0, 0},
        {"display", "pole", BX_INI_TEXT, ret->pole, sizeof(ret->pole), 0, 0},
        {"display", "baud", BX_INI_NUMBER, &ret->pole_baud, 0, 1200, 115200},
        {"log", "bytes", BX_INI_NUMBER, &ret->log_bytes, 0, 4096, 1 << 30},
    };
    bx_home_file(home, "boxtill.conf", path);
    bx_buf_auto text;
    bx_buf_init(&text, CONFIG_MAX + 1);
    int err = bx_file_read(path, CONFIG_MAX, &text, fault);
    if (err && err != BX_ERR_MISSING)
        return err;
    if (!err)
        err = bx_ini_parse("boxtill.conf", bx_buf_text(&text), text.len, keys, bx_countof(keys),
                           fault);
    else
        err = 0;
    return err ? err : words_take(home, &raw, ret, fault);
}

/* --- device.key --------------------------------------------------------------------------- */

int bx_device_load(const struct bx_home *home, struct bx_device *ret, struct bx_fault *fault)
{
    struct bx_fault spare;
    struct bx_json_reader root;
    struct bx_device device = {0};
    char path[BX_PATH_SIZE];
    bx_buf_auto text;
    bx_buf_init(&text, KEY_FILE_MAX + 1);
    if (!fault)
        fault = &spare;
    int err = bx_file_read(bx_home_file(home, "device.key", path), KEY_FILE_MAX, &text, fault);
    if (err)
        return err;
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(bx_buf_text(&text), text.len, KEY_FILE_MAX, fault);
    if (text.data)
        bx_wipe(text.data, text.len);
    if (!doc)
        return fault->err;
    bx_json_read(&root, bx_json_root(doc), "device.key", fault);
    bx_json_int(&root, "v", 1, 1);
    bx_json_string(&root, "url", sizeof(device.url) - 1, device.url, sizeof(device.url));
    device.till = bx_json_int(&root, "till", 0, 999999);
    device.incarnation = bx_json_int(&root, "incarnation", 0, 999999);
    device.issuer = (int)bx_json_int(&root, "issuer", 0, BX_ISSUERS_MAX - 1);
    bx_json_id(&root, "id", &device.id);
    bx_json_hex(&root, "key", device.key.b, sizeof(device.key.b));
    bx_json_hex(&root, "server", device.server.b, sizeof(device.server.b));
    bx_json_hex(&root, "secret", device.secret, sizeof(device.secret));
    bx_json_string_or(&root, "venue", sizeof(device.venue) - 1, device.venue, sizeof(device.venue),
                      "");
    device.rotates = !root.err && bx_json_get(root.object, "next") != NULL;
    if (device.rotates) {
        bx_json_id(&root, "next_id", &device.next_id);
        bx_json_hex(&root, "next", device.next.b, sizeof(device.next.b));
    }
    if (!root.err)
        *ret = device;
    bx_wipe(&device, sizeof(device));
    return root.err;
}

int bx_device_store(const struct bx_home *home, const struct bx_device *device,
                    struct bx_fault *fault)
{
    struct bx_json_writer writer;
    char path[BX_PATH_SIZE];
    bx_buf_auto text;
    bx_buf_init(&text, KEY_FILE_MAX);
    bx_json_write(&writer, &text);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", 1);
    bx_json_put_string(&writer, "url", device->url);
    bx_json_put_int(&writer, "till", device->till);
    bx_json_put_int(&writer, "incarnation", device->incarnation);
    bx_json_put_int(&writer, "issuer", device->issuer);
    bx_json_put_id(&writer, "id", &device->id);
    bx_json_put_hex(&writer, "key", device->key.b, sizeof(device->key.b));
    bx_json_put_hex(&writer, "server", device->server.b, sizeof(device->server.b));
    bx_json_put_hex(&writer, "secret", device->secret, sizeof(device->secret));
    bx_json_put_string(&writer, "venue", device->venue);
    if (device->rotates) {
        bx_json_put_id(&writer, "next_id", &device->next_id);
        bx_json_put_hex(&writer, "next", device->next.b, sizeof(device->next.b));
    }
    bx_json_object_close(&writer);
    bx_buf_byte_add(&text, '\n');
    int err = bx_file_write(bx_home_file(home, "device.key", path), bx_buf_text(&text), text.len,
                            true, fault);
    bx_wipe(text.data, text.len);
    return err;
}

struct bx_booking_config bx_booking_config_of(const struct bx_settings *settings,
                                              const struct bx_device *device)
{
    return (struct bx_booking_config){.url = settings->url[0] ? settings->url : device->url,
                                      .ca_file = settings->ca_file,
                                      .pin = settings->pin,
                                      .till = device->till,
                                      .incarnation = device->incarnation,
                                      .key = device->key,
                                      .server = device->server,
                                      .timeout_ms = settings->timeout * 1000};
}
