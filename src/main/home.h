/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A till's home: the folder that holds all its state, and the two files in it that people and
 * enrolment write: boxtill.conf and device.key. */

#include <stdbool.h>
#include <stdint.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/fault.h"
#include "boxtill/base/id.h"
#include "boxtill/booking/booking.h"
#include "boxtill/domain/programme.h"
#include "boxtill/till/till.h"
#include "printers/printers.h"

enum { BX_PATH_SIZE = 512, BX_URL_SIZE = 256 };

struct bx_home {
    char path[400];
};
/* BOXTILL_HOME, else /var/lib/boxtill where that is ours to write, else
 * ~/.local/share/boxtill. Makes the folder. */
int bx_must bx_home_find(struct bx_home *ret, struct bx_fault *fault);
/* The path of NAME in it. */
const char *bx_home_file(const struct bx_home *home, const char *name, char out[BX_PATH_SIZE]);

/* boxtill.conf; every key is described in packaging/boxtill.conf.sample. */
enum bx_printer_kind { BX_PRINTER_NONE, BX_PRINTER_FOLDER, BX_PRINTER_CUPS };
struct bx_settings {
    struct bx_till_config till;
    char url[BX_URL_SIZE]; /* "": as enrolled */
    char ca_file[256], pin[256];
    int64_t timeout; /* seconds for one attempt */
    enum bx_printer_kind printer;
    char folder[BX_PATH_SIZE];
    struct tp_queue_config queue;
    bool simulator;      /* the fiscal device is a simulator; else there is none */
    bool fiscal_silent;  /* and it is out of order */
    bool card_simulator; /* the card terminal is a simulator; else cards are taken on trust */
    int64_t log_bytes;
    char display_language[8]; /* of the customer's display; "": as the till's */
    char pole[256];           /* serial line of a pole display; "": none */
    int64_t pole_baud;
};
/* The defaults when there is no file. A fault names file, line and key. */
int bx_must bx_settings_load(const struct bx_home *home, struct bx_settings *ret,
                             struct bx_fault *fault);

/* device.key: who this till is to which server. `till` 0: enrolment was begun and its answer has
 * not come. */
struct bx_device {
    char url[BX_URL_SIZE];
    int64_t till, incarnation;
    int issuer;
    struct bx_id id; /* of the enrolment */
    struct bx_secret_key key;
    struct bx_public_key server;
    uint8_t secret[32]; /* for settlement codes */
    char venue[BX_NAME_SIZE];
    bool rotates; /* the server was asked to take another key, and has not said that it did: */
    struct bx_id next_id;
    struct bx_secret_key next;
};
/* BX_ERR_MISSING when there is none. */
int bx_must bx_device_load(const struct bx_home *home, struct bx_device *ret,
                           struct bx_fault *fault);
/* On disk, mode 0600, when it returns 0. */
int bx_must bx_device_store(const struct bx_home *home, const struct bx_device *device,
                            struct bx_fault *fault);
/* How this till speaks to its server. The key in it is the caller's to wipe; texts are borrowed. */
struct bx_booking_config bx_booking_config_of(const struct bx_settings *settings,
                                              const struct bx_device *device);
