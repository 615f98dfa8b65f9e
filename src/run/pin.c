/* SPDX-License-Identifier: Apache-2.0 */
/* One thread; questions go in through a ring, answers come out through an outbox. */

#include "pin.h"

#include <pthread.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/crypto.h"
#include "boxtill/base/outbox.h"
#include "boxtill/base/ring.h"
#include "boxtill/base/text.h"

enum { WAITING_MAX = 8, PIN_SIZE = 32 };

struct question {
    int64_t request;
    char hash[BX_PIN_HASH_TEXT], pin[PIN_SIZE];
};

struct answer {
    int64_t request;
    bool good;
};

struct bx_pins {
    struct bx_ring *questions;
    struct bx_outbox *answers;
    int under_way; /* asked and not taken: both rings have room for as many */
    pthread_t thread;
};

static void *work(void *arg)
{
    struct bx_pins *pins = arg;
    struct question question;
    while (bx_ring_wait(pins->questions, &question)) {
        struct answer answer = {.request = question.request,
                                .good = bx_pin_verify(question.hash, question.pin)};
        bx_wipe(&question, sizeof(question));
        bx_assert(bx_outbox_put(pins->answers, &answer));
    }
    return NULL;
}

struct bx_pins *bx_pins_create(void)
{
    struct bx_pins *pins = bx_new(struct bx_pins);
    pins->questions = bx_ring_create(WAITING_MAX, sizeof(struct question));
    pins->answers = bx_outbox_create(WAITING_MAX, sizeof(struct answer));
    bx_assert(pins->answers);
    bx_assert(pthread_create(&pins->thread, NULL, work, pins) == 0);
    return pins;
}

void *bx_pins_destroy(struct bx_pins *pins)
{
    if (!pins)
        return NULL;
    bx_ring_close(pins->questions);
    pthread_join(pins->thread, NULL);
    bx_ring_destroy(pins->questions);
    bx_outbox_destroy(pins->answers);
    return bx_free(pins);
}

bool bx_pins_ask(struct bx_pins *pins, int64_t request, const char *hash, const char *pin)
{
    struct question question = {.request = request};
    bool asked = pins->under_way < WAITING_MAX && BX_TEXT_COPY(question.hash, hash) &&
                 BX_TEXT_COPY(question.pin, pin) && bx_ring_put(pins->questions, &question);
    bx_wipe(&question, sizeof(question));
    pins->under_way += asked;
    return asked;
}

bool bx_pins_answer(struct bx_pins *pins, int64_t *ret_request, bool *ret_good)
{
    struct answer answer;
    if (!bx_outbox_take(pins->answers, &answer))
        return false;
    pins->under_way--;
    *ret_request = answer.request;
    *ret_good = answer.good;
    return true;
}

int bx_pins_fd(const struct bx_pins *pins)
{
    return bx_outbox_fd(pins->answers);
}
