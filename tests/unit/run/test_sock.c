/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/text.h"
#include "stage.h"

static int set_up(void **state)
{
    struct stage *stage = stage_create(false, false);
    stage->real_time = true;
    assert_int_equal(bx_run_listen(stage->run, stage->sock, NULL), 0);
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    stage_destroy(*state);
    return 0;
}

/* Somebody else on the machine, in a thread of its own. */
struct asker {
    const char *path, *json;
    atomic_bool over;
    int err, exit;
    char reply[2048], text[2048];
};

static void reply_take(void *arg, int exit, const char *json, const char *text)
{
    struct asker *asker = arg;
    asker->exit = exit;
    BX_TEXT_COPY(asker->reply, json);
    BX_TEXT_COPY(asker->text, text);
}

static void *ask(void *arg)
{
    struct asker *asker = arg;
    asker->err = bx_run_ask(asker->path, asker->json, strlen(asker->json), BX_RUN_SILENCE_MS,
                            reply_take, asker, NULL);
    atomic_store(&asker->over, true);
    return NULL;
}

/* Asks while the run turns; false when the run was over before the answer came. */
static bool asked(struct stage *stage, struct asker *asker, const char *json)
{
    pthread_t thread;
    bool going = true;
    *asker = (struct asker){.path = stage->sock, .json = json, .exit = -1};
    assert_int_equal(pthread_create(&thread, NULL, ask, asker), 0);
    while (!atomic_load(&asker->over) && going)
        going = bx_run_turn(stage->run, 20);
    pthread_join(thread, NULL);
    return going;
}

static void commands_are_answered(void **state)
{
    struct stage *stage = *state;
    struct asker asker;
    assert_true(asked(stage, &asker, "{\"verb\":\"queue\"}"));
    assert_int_equal(asker.err, 0);
    assert_int_equal(asker.exit, 0);
    assert_int_equal(asker.reply[0], '{');
    assert_int_equal(asker.reply[strlen(asker.reply) - 1], '}');
    assert_non_null(strstr(asker.reply, "\"queued\""));
    assert_true(asked(stage, &asker, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}"));
    assert_int_equal(asker.exit, 0);
    assert_true(asked(stage, &asker, "garbage"));
    assert_int_equal(asker.exit, 2);
    assert_true(asked(stage, &asker, "{\"verb\":\"sell\",\"basket\":\"zz\"}"));
    assert_int_equal(asker.exit, 1);
    assert_true(asker.text[0]);
}

static void entries_come_in_pages(void **state)
{
    struct stage *stage = *state;
    struct asker asker;
    assert_true(asked(stage, &asker, "{\"verb\":\"entries\",\"from\":1}"));
    assert_int_equal(asker.exit, 0);
    assert_string_equal(asker.reply, "{\"next\":0}");
    assert_string_equal(asker.text, "");
    assert_true(asked(stage, &asker, "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}"));
    assert_true(asked(stage, &asker, "{\"verb\":\"entries\",\"from\":1}"));
    assert_string_equal(asker.reply, "{\"next\":3}");
    assert_non_null(strstr(asker.text, "{\"till\":2,\"inc\":1,\"seq\":1,"));
    assert_non_null(strstr(asker.text, "\"kind\":\"login\""));
    assert_true(asked(stage, &asker, "{\"verb\":\"entries\",\"from\":3}"));
    assert_string_equal(asker.reply, "{\"next\":0}");
}

static void only_a_watcher_yields(void **state)
{
    struct stage *stage = *state;
    struct asker asker;
    assert_true(asked(stage, &asker, "{\"verb\":\"yield\"}"));
    assert_int_equal(asker.exit, 1);
    stage_destroy(stage);
    *state = stage = stage_create(false, true);
    stage->real_time = true;
    assert_int_equal(bx_run_listen(stage->run, stage->sock, NULL), 0);
    asked(stage, &asker, "{\"verb\":\"yield\"}");
    assert_int_equal(asker.exit, 0);
    for (int i = 0; bx_run_turn(stage->run, 20); i++)
        assert_true(i < 1000);
}

static void it_is_ours_alone(void **state)
{
    struct stage *stage = *state;
    struct stat about;
    assert_int_equal(stat(stage->sock, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

static void nobody_there_is_missing(void **state)
{
    struct stage *stage = *state;
    struct asker asker = {.exit = -1};
    char path[128];
    snprintf(path, sizeof(path), "%s/other", stage->folder);
    assert_int_equal(bx_run_ask(path, "{}", 2, BX_RUN_SILENCE_MS, reply_take, &asker, NULL),
                     BX_ERR_MISSING);
    assert_int_equal(bx_run_ask("/none/x", "{}", 2, BX_RUN_SILENCE_MS, reply_take, &asker, NULL),
                     BX_ERR_MISSING);
    assert_int_equal(asker.exit, -1);
}

static int raw_connect(const struct stage *stage)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    BX_TEXT_COPY(at.sun_path, stage->sock);
    assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static void bad_manners_cost_the_connection_only(void **state)
{
    struct stage *stage = *state;
    struct asker asker;
    static char flood[64 << 10];
    memset(flood, 'x', sizeof(flood));
    int endless = raw_connect(stage), leaver = raw_connect(stage), silent = raw_connect(stage);
    (void)send(endless, flood, sizeof(flood), MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)send(leaver, "{\"verb\":\"queue\"}\n{\"verb\"", 24, MSG_NOSIGNAL);
    for (int i = 0; i < 100; i++)
        bx_run_turn(stage->run, 0);
    close(leaver);
    for (int i = 0; i < 20; i++)
        bx_run_turn(stage->run, 0);
    char byte;
    assert_true(recv(endless, &byte, 1, MSG_DONTWAIT) <= 0);
    assert_true(asked(stage, &asker, "{\"verb\":\"queue\"}"));
    assert_int_equal(asker.exit, 0);
    close(endless);
    close(silent);
}

/* A loop that turns says so while a command takes its time: here a PIN, which a worker tries. */
static void a_working_till_gives_signs_of_life(void **state)
{
    struct stage *stage = *state;
    static const char login[] = "{\"verb\":\"login\",\"number\":7,\"pin\":\"1234\"}\n";
    int fd = raw_connect(stage);
    char byte = 0;
    assert_int_equal(send(fd, login, strlen(login), MSG_NOSIGNAL), (ssize_t)strlen(login));
    stage->real_time = false; /* seconds go by while the worker has milliseconds */
    for (int i = 0; i < 20 && byte == 0; i++) {
        bx_run_turn(stage->run, -1);
        (void)recv(fd, &byte, 1, MSG_DONTWAIT);
    }
    assert_int_equal(byte, ' ');
    stage->real_time = true;
    while (byte != '\n') {
        bx_run_turn(stage->run, 20);
        (void)recv(fd, &byte, 1, MSG_DONTWAIT);
    }
    close(fd);
}

/* Another end of the line: takes one command and replies TEXT, or nothing at all. */
struct odd_till {
    int listener, fd;
    const char *text;
};

static void *odd_till_run(void *arg)
{
    struct odd_till *till = arg;
    char piece[256];
    till->fd = accept(till->listener, NULL, NULL);
    (void)recv(till->fd, piece, sizeof(piece), 0);
    (void)send(till->fd, till->text, strlen(till->text), MSG_NOSIGNAL);
    return NULL;
}

static void odd_till_ask(const struct stage *stage, const char *text, struct asker *asker)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct odd_till till = {.listener = socket(AF_UNIX, SOCK_STREAM, 0), .text = text};
    pthread_t thread;
    snprintf(at.sun_path, sizeof(at.sun_path), "%s/odd", stage->folder);
    assert_int_equal(bind(till.listener, (const struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(till.listener, 1), 0);
    assert_int_equal(pthread_create(&thread, NULL, odd_till_run, &till), 0);
    *asker = (struct asker){.exit = -1};
    asker->err = bx_run_ask(at.sun_path, "{}", 2, 100, reply_take, asker, NULL);
    pthread_join(thread, NULL);
    close(till.fd);
    close(till.listener);
    unlink(at.sun_path);
}

static void a_silent_till_is_given_up(void **state)
{
    struct asker asker;
    odd_till_ask(*state, "", &asker);
    assert_int_equal(asker.err, BX_ERR_UNKNOWN);
    odd_till_ask(*state, "  {\"done\":tr", &asker);
    assert_int_equal(asker.err, BX_ERR_UNKNOWN);
    assert_int_equal(asker.exit, -1);
}

/* Ends while somebody waits to be heard (READS: or was heard). */
struct leaving_till {
    int listener;
    bool reads;
};

static void *leaving_till_run(void *arg)
{
    struct leaving_till *till = arg;
    char piece[256];
    struct pollfd waits = {.fd = till->listener, .events = POLLIN};
    (void)poll(&waits, 1, -1);
    if (till->reads) {
        int fd = accept(till->listener, NULL, NULL);
        (void)recv(fd, piece, sizeof(piece), 0);
        close(fd);
    }
    close(till->listener);
    return NULL;
}

static int leaving_till_ask(const struct stage *stage, bool reads)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct leaving_till till = {.listener = socket(AF_UNIX, SOCK_STREAM, 0), .reads = reads};
    struct asker asker = {.exit = -1};
    pthread_t thread;
    snprintf(at.sun_path, sizeof(at.sun_path), "%s/leaving", stage->folder);
    assert_int_equal(bind(till.listener, (const struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(till.listener, 1), 0);
    assert_int_equal(pthread_create(&thread, NULL, leaving_till_run, &till), 0);
    int err = bx_run_ask(at.sun_path, "{}", 2, BX_RUN_SILENCE_MS, reply_take, &asker, NULL);
    pthread_join(thread, NULL);
    unlink(at.sun_path);
    assert_int_equal(asker.exit, -1);
    return err;
}

static void only_what_was_read_is_unknown(void **state)
{
    assert_int_equal(leaving_till_ask(*state, false), BX_ERR_MISSING);
    assert_int_equal(leaving_till_ask(*state, true), BX_ERR_UNKNOWN);
}

static void members_come_in_any_order(void **state)
{
    struct asker asker;
    odd_till_ask(*state, " {\"json\":{\"a\":[1,\"x\"]},\"text\":\"t\",\"exit\":4,\"done\":true}\n",
                 &asker);
    assert_int_equal(asker.err, 0);
    assert_int_equal(asker.exit, 4);
    assert_string_equal(asker.reply, "{\"a\":[1,\"x\"]}");
    assert_string_equal(asker.text, "t");
}

static void a_long_path_is_no_obstacle(void **state)
{
    (void)state;
    struct stage *stage = stage_create(false, false);
    struct asker asker;
    char folder[192];
    static const char name[] = "a-folder-whose-name-alone-is-longer-than-the-address-of-a-socket-"
                               "may-be-which-is-108-bytes-on-this-system";
    snprintf(folder, sizeof(folder), "%s/%s", stage->folder, name);
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(stage->sock, sizeof(stage->sock), "%s/till.sock", folder);
    stage->real_time = true;
    assert_int_equal(bx_run_listen(stage->run, stage->sock, NULL), 0);
    assert_true(asked(stage, &asker, "{\"verb\":\"queue\"}"));
    assert_int_equal(asker.exit, 0);
    stage->run = bx_run_destroy(stage->run);
    assert_int_equal(rmdir(folder), 0);
    stage_destroy(stage);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(commands_are_answered),
        TEST(entries_come_in_pages),
        TEST(only_a_watcher_yields),
        TEST(it_is_ours_alone),
        TEST(nobody_there_is_missing),
        TEST(bad_manners_cost_the_connection_only),
        TEST(a_working_till_gives_signs_of_life),
        TEST(a_silent_till_is_given_up),
        TEST(only_what_was_read_is_unknown),
        TEST(members_come_in_any_order),
        cmocka_unit_test(a_long_path_is_no_obstacle),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
