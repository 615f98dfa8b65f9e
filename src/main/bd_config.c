/* SPDX-License-Identifier: Apache-2.0 */
/* One table of keys is the whole grammar; the header is its manual. */

#include "main/bd_config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/ini.h"
#include "boxtill/base/text.h"

enum { DATABASE_NAME = 250, CONFIG_MAX = 64 << 10 };

char *bd_file_read(const char *path, size_t max, size_t *ret_len, struct bx_fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        int err = errno == ENOENT ? BX_ERR_MISSING : BX_ERR_IO;
        (void)bx_fault_say(fault, err, "%s cannot be read: %s.", path, strerror(errno));
        return NULL;
    }
    char *text = bx_alloc(max + 2, 1);
    size_t len = 0;
    ssize_t n = 1;
    while (len <= max && (n = read(fd, text + len, max + 1 - len)) > 0)
        len += (size_t)n;
    close(fd);
    if (n >= 0 && len <= max) {
        *ret_len = len;
        return text;
    }
    (void)bx_fault_say(fault, BX_ERR_IO, "%s %s.", path,
                       len > max ? "is too large" : "cannot be read");
    return bx_free(text);
}

static int home_find(struct bd_config *config, struct bx_fault *fault)
{
    const char *home = getenv("BOXTILL_HOME");
    if (!home || !home[0])
        home = "/var/lib/boxtilld";
    if (!BX_TEXT_COPY(config->home, home))
        return bx_fault_say(fault, BX_ERR_INPUT, "BOXTILL_HOME is too long.");
    return 0;
}

static int text_parse(const char *name, const char *text, size_t len, struct bd_config *config,
                      struct bx_fault *fault)
{
    struct bd_policy *policy = &config->policy;
    int64_t share = policy->share_percent, days = policy->key_days;
    const struct bx_ini_key keys[] = {
        {"server", "listen",        BX_INI_TEXT,   config->listen,        BD_LISTEN_SIZE, 0,  0     },
        {"server", "database",      BX_INI_TEXT,   config->database,      DATABASE_NAME,  0,  0     },
        {"server", "behind_proxy",  BX_INI_BOOL,   &config->behind_proxy, 0,              0,  0     },
        {"policy", "share_percent", BX_INI_NUMBER, &share,                0,              1,  100   },
        {"policy", "lease_ttl",     BX_INI_NUMBER, &policy->lease_ttl,    0,              60, 604800},
        {"policy", "slot_grace",    BX_INI_NUMBER, &policy->slot_grace,   0,              0,  86400 },
        {"policy", "key_days",      BX_INI_NUMBER, &days,                 0,              1,  60    },
    };
    int err = bx_ini_parse(name, text, len, keys, bx_countof(keys), fault);
    policy->share_percent = (int)share;
    policy->key_days = (int)days;
    return err;
}

static void path_complete(struct bd_config *config)
{
    if (config->database[0] == '/')
        return;
    char name[sizeof(config->database)];
    (void)BX_TEXT_COPY(name, config->database);
    snprintf(config->database, sizeof(config->database), "%.255s/%.250s", config->home, name);
}

int bd_config_load(const char *file, struct bd_config *ret, struct bx_fault *fault)
{
    struct bd_config config = {
        .listen = "127.0.0.1:8480",
        .database = "boxtilld.db",
        .policy = {.share_percent = 30, .lease_ttl = 14400, .slot_grace = 0, .key_days = 3}
    };
    int err = home_find(&config, fault);
    if (err < 0)
        return err;
    char path[300];
    snprintf(path, sizeof(path), "%s/boxtilld.conf", config.home);
    size_t len = 0;
    struct bx_fault why = {0};
    char *text = bd_file_read(file ? file : path, CONFIG_MAX, &len, &why);
    if (text)
        err = text_parse(file ? file : path, text, len, &config, fault);
    else if (file || why.err != BX_ERR_MISSING)
        err = bx_fault_say(fault, BX_ERR_INPUT, "%s", why.say);
    bx_free(text);
    if (err < 0)
        return err;
    path_complete(&config);
    *ret = config;
    return 0;
}
