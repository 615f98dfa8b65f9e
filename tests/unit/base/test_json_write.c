/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/json.h"
#include "boxtill/base/rand.h"

static void compact_and_in_order(void **state)
{
    (void)state;
    bx_buf_auto buf;
    bx_buf_init(&buf, 0);
    struct bx_json_writer writer;
    bx_json_write(&writer, &buf);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", 1);
    bx_json_put_string(&writer, "s", "a \"b\" \\ /\n\x01é");
    bx_json_array_open(&writer, "l");
    bx_json_put_int(&writer, NULL, -9007199254740991);
    bx_json_array_open(&writer, NULL);
    bx_json_array_close(&writer);
    bx_json_object_open(&writer, NULL);
    bx_json_object_close(&writer);
    bx_json_put_null(&writer, NULL);
    bx_json_array_close(&writer);
    bx_json_put_bool(&writer, "t", true);
    bx_json_put_bool(&writer, "f", false);
    bx_json_put_hex(&writer, "h", (const uint8_t[]){0, 255}, 2);
    bx_json_put_id(&writer, "i", &(struct bx_id){{0xAB}});
    bx_json_put_raw(&writer, "r", "{\"x\":1}junk", 7);
    bx_json_object_close(&writer);
    assert_int_equal(writer.depth, 0);
    assert_string_equal(bx_buf_text(&buf),
                        "{\"v\":1,\"s\":\"a \\\"b\\\" \\\\ /\\u000a\\u0001é\","
                        "\"l\":[-9007199254740991,[],{},null],\"t\":true,\"f\":false,"
                        "\"h\":\"00ff\",\"i\":\"ab000000-0000-0000-0000-000000000000\","
                        "\"r\":{\"x\":1}}");
}

static void what_was_read_is_written_again(void **state)
{
    (void)state;
    static const char text[] =
        "{\"n\":-1795521600000001,\"s\":\"a \\\"b\\\"\",\"l\":[[],{},null,true,"
        "false,{\"x\":[1]}],\"\":0}";
    bx_buf_auto buf;
    bx_buf_init(&buf, 0);
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse(text, strlen(text), sizeof(text), NULL);
    assert_non_null(doc);
    struct bx_json_writer writer;
    bx_json_write(&writer, &buf);
    bx_json_put_value(&writer, NULL, bx_json_root(doc));
    assert_string_equal(bx_buf_text(&buf), text);
}

static void whatever_is_written_can_be_read(void **state)
{
    (void)state;
    struct bx_rand rand = {.seed = {4}};
    for (int i = 0; i < 2000; i++) {
        char text[65] = "";
        int64_t number;
        bx_rand_draw(&rand, text, (size_t)i % 64);
        bx_rand_draw(&rand, &number, sizeof(number));
        number /= INT64_C(1024) << (i % 32);
        bx_buf_auto buf;
        bx_buf_init(&buf, 0);
        struct bx_json_writer writer;
        bx_json_write(&writer, &buf);
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "text", text);
        bx_json_put_int(&writer, "number", number);
        bx_json_object_close(&writer);
        struct bx_fault fault;
        bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
            bx_json_parse(buf.data, buf.len, buf.len, &fault);
        if (!doc)
            fail_msg("%s: %s", fault.detail, buf.data);
        bx_json *root = bx_json_root(doc);
        assert_true(bx_json_integer(bx_json_get(root, "number")) == number);
        /* What was read is written the same way again. */
        bx_buf_auto again;
        bx_buf_init(&again, 0);
        bx_json_write(&writer, &again);
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "text", bx_json_text(bx_json_get(root, "text")));
        bx_json_put_int(&writer, "number", number);
        bx_json_object_close(&writer);
        assert_string_equal(bx_buf_text(&again), bx_buf_text(&buf));
    }
}

static void name_in_a_list(struct bx_json_writer *writer)
{
    bx_json_array_open(writer, NULL);
    bx_json_put_int(writer, "a", 1);
}

static void no_name_in_an_object(struct bx_json_writer *writer)
{
    bx_json_object_open(writer, NULL);
    bx_json_put_int(writer, NULL, 1);
}

static void close_what_is_not_open(struct bx_json_writer *writer)
{
    bx_json_object_open(writer, NULL);
    bx_json_array_close(writer);
}

static void close_too_often(struct bx_json_writer *writer)
{
    bx_json_object_close(writer);
}

static void too_large(struct bx_json_writer *writer)
{
    bx_json_put_int(writer, NULL, INT64_C(9007199254740992));
}

static void too_deep(struct bx_json_writer *writer)
{
    for (int i = 0; i < 17; i++)
        bx_json_array_open(writer, NULL);
}

static void two_values(struct bx_json_writer *writer)
{
    bx_json_put_int(writer, NULL, 1);
    bx_json_put_int(writer, NULL, 2);
}

static bool aborts(void (*what)(struct bx_json_writer *writer))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        struct bx_buf buf;
        bx_buf_init(&buf, 0);
        struct bx_json_writer writer;
        bx_json_write(&writer, &buf);
        what(&writer);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void mistakes_of_ours_abort(void **state)
{
    (void)state;
    assert_true(aborts(name_in_a_list));
    assert_true(aborts(no_name_in_an_object));
    assert_true(aborts(close_what_is_not_open));
    assert_true(aborts(close_too_often));
    assert_true(aborts(too_large));
    assert_true(aborts(too_deep));
    assert_true(aborts(two_values));
}

int main(void)
{
    bx_crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compact_and_in_order),
        cmocka_unit_test(what_was_read_is_written_again),
        cmocka_unit_test(whatever_is_written_can_be_read),
        cmocka_unit_test(mistakes_of_ours_abort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
