/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/sys/file.h"

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

static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/boxtill-file-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static void reads_what_it_wrote(void **state)
{
    (void)state;
    struct bx_fault fault;
    struct stat about;
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    assert_int_equal(bx_file_write(in_folder("a"), "first", 5, true, &fault), 0);
    assert_int_equal(bx_file_write(in_folder("a"), "second", 6, false, &fault), 0);
    assert_int_equal(bx_file_read(in_folder("a"), 6, &text, &fault), 0);
    assert_string_equal(bx_buf_text(&text), "second");
    assert_int_equal(stat(in_folder("a"), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(access(in_folder("a.new"), F_OK), -1);
    assert_int_equal(bx_file_remove(in_folder("a"), &fault), 0);
    assert_int_equal(bx_file_remove(in_folder("a"), &fault), 0);
}

static void refuses_what_is_too_long(void **state)
{
    (void)state;
    struct bx_fault fault;
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    assert_int_equal(bx_file_write(in_folder("b"), "1234567", 7, false, &fault), 0);
    assert_int_equal(bx_file_read(in_folder("b"), 6, &text, &fault), BX_ERR_INPUT);
    assert_int_equal(bx_file_remove(in_folder("b"), &fault), 0);
}

static void names_what_is_missing(void **state)
{
    (void)state;
    struct bx_fault fault;
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    assert_int_equal(bx_file_read(in_folder("none"), 6, &text, &fault), BX_ERR_MISSING);
    assert_non_null(strstr(fault.detail, "none"));
    assert_non_null(strstr(fault.say, "none")); /* it may be a file that a person named */
    assert_int_equal(bx_file_read(folder, 6, &text, &fault), BX_ERR_INPUT);
    assert_int_equal(bx_file_write(in_folder("no/way"), "x", 1, false, &fault), BX_ERR_MISSING);
}

static void makes_folders_down_to_the_last(void **state)
{
    (void)state;
    struct bx_fault fault;
    struct stat about;
    assert_int_equal(bx_folder_make(in_folder("x/y/z"), &fault), 0);
    assert_int_equal(bx_folder_make(in_folder("x/y/z"), &fault), 0);
    assert_int_equal(stat(in_folder("x/y/z"), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
    assert_int_equal(bx_file_write(in_folder("x/f"), "x", 1, false, &fault), 0);
    assert_int_not_equal(bx_folder_make(in_folder("x/f"), &fault), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(names_what_is_missing),
        cmocka_unit_test(makes_folders_down_to_the_last),
    };
    return cmocka_run_group_tests(tests, make_folder, NULL);
}
