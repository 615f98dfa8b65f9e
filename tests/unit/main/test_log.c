/* SPDX-License-Identifier: Apache-2.0 */
#include "main/log.h"

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

static void lines_are_washed_and_bounded(void **state)
{
    (void)state;
    char folder[] = "/tmp/boxtill-log-XXXXXX", path[64], older[64];
    static char longest[5000];
    struct stat about;
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/log", folder);
    snprintf(older, sizeof(older), "%s/log.1", folder);
    struct bx_log *log = bx_log_open(path, 4096);
    assert_non_null(log);
    bx_log_line(log, (bx_utc){0}, "red \x1b[31m and a line\nmore");
    assert_int_equal(bx_file_read(path, 4096, &text, NULL), 0);
    assert_null(strchr(bx_buf_text(&text), '\x1b'));
    assert_ptr_equal(strchr(bx_buf_text(&text), '\n'), bx_buf_text(&text) + text.len - 1);
    assert_non_null(strstr(bx_buf_text(&text), "1970-01-01T00:00:00"));
    memset(longest, 'x', sizeof(longest) - 1);
    for (int i = 0; i < 20; i++)
        bx_log_line(log, (bx_utc){0}, longest);
    assert_int_equal(stat(path, &about), 0);
    assert_true(about.st_size <= 4096);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(stat(older, &about), 0);
    assert_true(about.st_size <= 4096);
    bx_log_close(log);
    bx_log_line(NULL, (bx_utc){0}, "nowhere");
    unlink(path);
    unlink(older);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_are_washed_and_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
