/* SPDX-License-Identifier: Apache-2.0 */
/* One table of keys is the whole grammar; the header is its manual. */

#include "main/bd_config.h"

#include <stdio.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/ini.h"
#include "boxtill/base/text.h"
#include "boxtill/sys/file.h"
#include "server/store/postgres.h"

enum { DATABASE_NAME = 250, CONFIG_MAX = 64 << 10 };

static int home_find(struct bd_config *config, struct bx_fault *fault)
{
    const char *given;
    int err = bx_home_given(&given, fault);
    if (err)
        return err;
    if (!BX_TEXT_COPY(config->home, given ? given : "/var/lib/boxtilld"))
        return bx_fault_say(fault, BX_ERR_INPUT, "BOXTILL_HOME is too long.");
    return 0;
}

static int text_parse(const char *name, const char *text, size_t len, struct bd_config *config,
                      struct bx_fault *fault)
{
    struct bd_policy *policy = &config->policy;
    int64_t share = policy->share_percent, days = policy->key_days;
    int64_t counters = policy->counters_percent;
    const struct bx_ini_key keys[] = {
        {"server", "listen", BX_INI_TEXT, config->listen, BD_LISTEN_SIZE, 0, 0},
        {"server", "database", BX_INI_TEXT, config->database, DATABASE_NAME, 0, 0},
        {"server", "listeners", BX_INI_NUMBER, &config->listeners, 0, 0, 4000},
        {"policy", "share_percent", BX_INI_NUMBER, &share, 0, 1, 100},
        {"policy", "counters_percent", BX_INI_NUMBER, &counters, 0, 1, 100},
        {"policy", "lease_ttl", BX_INI_NUMBER, &policy->lease_ttl, 0, 60, 604800},
        {"policy", "slot_grace", BX_INI_NUMBER, &policy->slot_grace, 0, 0, 86400},
        {"policy", "key_days", BX_INI_NUMBER, &days, 0, 1, 60},
        {"policy", "hold_seconds", BX_INI_NUMBER, &policy->hold_seconds, 0, 10, 3600},
        {"policy", "hold_places", BX_INI_NUMBER, &policy->hold_places, 0, 1, 10000},
    };
    int err = bx_ini_parse(name, text, len, keys, bx_countof(keys), fault);
    policy->share_percent = (int)share;
    policy->counters_percent = (int)counters;
    policy->key_days = (int)days;
    return err;
}

static void path_complete(struct bd_config *config)
{
    if (config->database[0] == '/' || bd_postgres_is(config->database))
        return;
    char name[sizeof(config->database)];
    (void)BX_TEXT_COPY(name, config->database);
    snprintf(config->database, sizeof(config->database), "%.255s/%.250s", config->home, name);
}

int bd_config_load(const char *file, struct bd_config *ret, struct bx_fault *fault)
{
    struct bd_config config = {.listen = "127.0.0.1:8480",
                               .database = "boxtilld.db",
                               .listeners = 1500,
                               .policy = {.share_percent = 30,
                                          .counters_percent = 30,
                                          .lease_ttl = 14400,
                                          .slot_grace = 0,
                                          .key_days = 3,
                                          .hold_seconds = 600,
                                          .hold_places = 50}};
    int err = home_find(&config, fault);
    if (err < 0)
        return err;
    char path[300];
    snprintf(path, sizeof(path), "%s/boxtilld.conf", config.home);
    bx_buf_auto text;
    bx_buf_init(&text, CONFIG_MAX + 1);
    err = bx_file_read(file ? file : path, CONFIG_MAX, &text, fault);
    if (err == 0)
        err = text_parse(file ? file : path, bx_buf_text(&text), text.len, &config, fault);
    else if (!file && err == BX_ERR_MISSING)
        err = 0;
    if (err < 0)
        return err;
    path_complete(&config);
    *ret = config;
    return 0;
}
