/* SPDX-License-Identifier: Apache-2.0 */
#include "main/home.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/sys/file.h"

static char folder[64];
static struct bx_home home;

static int set_up(void **state)
{
    (void)state;
    struct bx_fault fault;
    snprintf(folder, sizeof(folder), "/tmp/boxtill-home-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    setenv("BOXTILL_HOME", folder, 1);
    return bx_home_find(&home, &fault);
}

static int tear_down(void **state)
{
    (void)state;
    char path[BX_PATH_SIZE];
    unlink(bx_home_file(&home, "boxtill.conf", path));
    unlink(bx_home_file(&home, "device.key", path));
    return rmdir(folder);
}

static int load(const char *text, struct bx_settings *ret, struct bx_fault *fault)
{
    char path[BX_PATH_SIZE];
    assert_int_equal(
        bx_file_write(bx_home_file(&home, "boxtill.conf", path), text, strlen(text), false, fault),
        0);
    return bx_settings_load(&home, ret, fault);
}

static void without_a_file_there_are_defaults(void **state)
{
    (void)state;
    struct bx_settings settings;
    struct bx_fault fault;
    char prints[BX_PATH_SIZE];
    assert_string_equal(home.path, folder);
    assert_int_equal(bx_settings_load(&home, &settings, &fault), 0);
    assert_int_equal(settings.printer, BX_PRINTER_NONE);
    assert_int_equal(settings.till.enter, BX_ENTER_CASH);
    assert_true(settings.till.print_receipt);
    assert_int_equal(settings.queue.device.columns, 48);
    assert_string_equal(settings.folder, bx_home_file(&home, "prints", prints));
}

static void the_sample_is_the_defaults(void **state)
{
    (void)state;
    struct bx_settings plain, sample;
    struct bx_fault fault = {0};
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    assert_int_equal(bx_settings_load(&home, &plain, &fault), 0);
    assert_int_equal(bx_file_read(SAMPLE, 64 << 10, &text, &fault), 0);
    assert_int_equal(load(bx_buf_text(&text), &sample, &fault), 0);
    assert_int_equal(plain.timeout, sample.timeout);
    assert_int_equal(plain.log_bytes, sample.log_bytes);
    assert_int_equal(plain.printer, sample.printer);
    assert_string_equal(plain.folder, sample.folder);
    assert_string_equal(plain.url, sample.url);
    assert_int_equal(plain.till.enter, sample.till.enter);
    assert_int_equal(plain.till.lock_after, sample.till.lock_after);
    assert_int_equal(plain.till.days_ahead, sample.till.days_ahead);
    assert_int_equal(plain.till.print_receipt, sample.till.print_receipt);
    assert_int_equal(plain.queue.device.dots, sample.queue.device.dots);
}

static void what_is_set_is_taken(void **state)
{
    (void)state;
    struct bx_settings settings;
    struct bx_fault fault = {0};
    assert_int_equal(load("[server]\nurl = https://a.example\n[till]\nenter = card\ndays_ahead = "
                          "3\nprint_receipt = no\n[printer]\nkind = cups\nqueue = front\nlanguage "
                          "= pdf\nfolder = /x/y\n",
                          &settings, &fault),
                     0);
    assert_string_equal(settings.url, "https://a.example");
    assert_int_equal(settings.till.enter, BX_ENTER_CARD);
    assert_int_equal(settings.till.days_ahead, 3);
    assert_false(settings.till.print_receipt);
    assert_int_equal(settings.printer, BX_PRINTER_CUPS);
    assert_string_equal(settings.queue.queue, "front");
    assert_int_equal(settings.queue.language, TP_PDF);
    assert_string_equal(settings.folder, "/x/y");
}

static void a_home_is_a_full_path(void **state)
{
    (void)state;
    struct bx_home other;
    struct bx_fault fault = {0};
    setenv("BOXTILL_HOME", "relative", 1);
    assert_int_equal(bx_home_find(&other, &fault), BX_ERR_INPUT);
    assert_non_null(strstr(fault.say, "relative"));
    assert_int_equal(access("relative", F_OK), -1);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *named;
    } rows[] = {
        {"[till]\nenter = cash\nentre = card\n", "entre"},
        {"[till]\nenter = credit\n", "enter"},
        {"[printer]\nkind = laser\n", "kind"},
        {"[printer]\nkind = cups\n", "queue"},
        {"[till]\ndays_ahead = 0\n", "days_ahead"},
        {"[server]\ntimeout = soon\n", "line 2"},
        {"\n[server]\nurl = http://a.example\n", "line 3"},
        {"[server]\nurl = tickets\n", "line 2"},
        {"days_ahead = 2\n", "[section]"},
        {"[printer]\ncolumns = 43\n", ""},
        {"[printer]\nlanguage = zpl\n", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bx_settings settings;
        struct bx_fault fault = {0};
        assert_int_not_equal(load(rows[i].text, &settings, &fault), 0);
        if (!strstr(fault.say, rows[i].named))
            fail_msg("%s is not in: %s", rows[i].named, fault.say);
        if (i == 0)
            assert_non_null(strstr(fault.say, "3"));
    }
}

static void a_device_is_kept_to_itself(void **state)
{
    (void)state;
    struct bx_device device = {.till = 2, .incarnation = 3, .issuer = 4}, back;
    struct bx_fault fault = {0};
    struct stat about;
    char path[BX_PATH_SIZE];
    assert_int_equal(bx_device_load(&home, &back, &fault), BX_ERR_MISSING);
    snprintf(device.url, sizeof(device.url), "https://tickets.example.org");
    snprintf(device.venue, sizeof(device.venue), "Sample Museum");
    memset(device.key.b, 7, sizeof(device.key.b));
    memset(device.secret, 9, sizeof(device.secret));
    device.id.b[0] = 1;
    assert_int_equal(bx_device_store(&home, &device, &fault), 0);
    assert_int_equal(stat(bx_home_file(&home, "device.key", path), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(bx_device_load(&home, &back, &fault), 0);
    assert_string_equal(back.url, device.url);
    assert_string_equal(back.venue, device.venue);
    assert_int_equal(back.till, 2);
    assert_int_equal(back.incarnation, 3);
    assert_int_equal(back.issuer, 4);
    assert_true(bx_id_equal(&back.id, &device.id));
    assert_memory_equal(&back.key, &device.key, sizeof(device.key));
    assert_memory_equal(back.secret, device.secret, sizeof(device.secret));
    assert_int_equal(bx_file_write(path, "{\"v\":1}", 7, false, &fault), 0);
    assert_int_equal(bx_device_load(&home, &back, &fault), BX_ERR_INPUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_file_there_are_defaults),
        TEST(the_sample_is_the_defaults),
        TEST(what_is_set_is_taken),
        TEST(a_home_is_a_full_path),
        TEST(what_is_wrong_is_named),
        TEST(a_device_is_kept_to_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
