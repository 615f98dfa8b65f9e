/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/attr.h"

static int frees;

static void *text_destroy(char *text)
{
    if (text)
        frees++;
    return bx_free(text);
}
BX_CLEANUP_DEFINE(char, text_destroy)

static char *make_or_lose(bool keep)
{
    bx_cleanup(text_destroy) char *text = bx_strdup("held");
    if (!keep)
        return NULL;
    return bx_steal(&text);
}

static void memory_is_zeroed_and_never_null(void **state)
{
    (void)state;
    unsigned char *bytes = bx_alloc(100, 3);
    for (int i = 0; i < 300; i++)
        assert_int_equal(bytes[i], 0);
    bytes = bx_realloc(bytes, 1000, 1);
    assert_int_equal(bytes[299], 0);
    assert_null(bx_free(bytes));
    void *nothing = bx_alloc(0, 8);
    assert_non_null(nothing);
    bx_free(nothing);
    assert_null(bx_free(NULL));
    assert_null(bx_strdup(NULL));
}

static void stealing_leaves_nothing_to_clean_up(void **state)
{
    (void)state;
    frees = 0;
    char *kept = make_or_lose(true);
    assert_string_equal(kept, "held");
    assert_int_equal(frees, 0);
    assert_null(make_or_lose(false));
    assert_int_equal(frees, 1);
    bx_free(kept);
}

static void wish_too_much(void)
{
    volatile size_t many = SIZE_MAX / 2;
    bx_free(bx_alloc(many, 4));
}

static void resize_too_much(void)
{
    volatile size_t many = SIZE_MAX / 2;
    bx_free(bx_realloc(NULL, many, 4));
}

static void assert_falsehood(void)
{
    volatile int one = 1;
    bx_assert(one == 2);
}

/* The signal that ends a process that runs WHAT. */
static int signal_of(void (*what)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        what();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void overflow_and_falsehood_abort(void **state)
{
    (void)state;
    assert_int_equal(signal_of(wish_too_much), SIGABRT);
    assert_int_equal(signal_of(resize_too_much), SIGABRT);
    assert_int_equal(signal_of(assert_falsehood), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_never_null),
        cmocka_unit_test(stealing_leaves_nothing_to_clean_up),
        cmocka_unit_test(overflow_and_falsehood_abort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
