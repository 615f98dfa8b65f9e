/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the checks is the order of their cost and of what they may give away: form, route,
 * size, sender, body. Every way out is an answer, and every answer is signed: a till that pauses
 * because of a 401 must know that its server said so, and not somebody between. */

#include "server/api/api.h"

#include <string.h>
#include <strings.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/api/operation.h"
#include "server/store/store.h"

struct bd_api {
    struct bd_api_setup setup;
    struct bx_secret_key key;
    struct bd_challenger challenger;
    struct bd_lately lately;
    struct bd_mark mark; /* as last read: for answers that did not get as far as the store */
};

struct bd_api *bd_api_create(const struct bd_api_setup *setup, struct bx_fault *fault)
{
    struct bd_api *api = bx_new(struct bd_api);
    api->setup = *setup;
    setup->random->ops->seed(setup->random, api->challenger.key);
    if (bd_book_server_key(setup->store, &api->key, fault) < 0 ||
        bd_book_mark(setup->store, &api->mark, fault) < 0)
        return bd_api_destroy(api);
    return api;
}

void *bd_api_destroy(struct bd_api *api)
{
    if (!api)
        return NULL;
    bx_wipe(api, sizeof(*api));
    return bx_free(api);
}

static void finish_with(struct bd_work *work, enum bd_problem problem, const char *detail)
{
    bd_problem_set(&work->answer, problem, detail, NULL);
    work->ready = true;
}

/* "application/json" before any ';'. */
static bool media_type_is(const char *sent, const char *wanted)
{
    size_t len = strcspn(sent, "; \t");
    return len == strlen(wanted) && strncasecmp(sent, wanted, len) == 0;
}

/* Route, size and kind of body. False when the answer stands. */
static bool form_check(struct bd_work *work, const struct bd_request *request)
{
    struct bd_routed routed;
    switch (bd_route_find(request->method, request->path, &routed)) {
    case BD_ROUTED: break;
    case BD_NO_ROUTE: finish_with(work, BD_PROBLEM_NO_ROUTE, NULL); return false;
    case BD_NO_METHOD:
        (void)BX_TEXT_COPY(work->answer.allow, routed.allow);
        finish_with(work, BD_PROBLEM_METHOD, NULL);
        return false;
    }
    work->route = routed.route;
    memcpy(work->param, routed.param, sizeof(work->param));
    if (request->len > routed.route->max_body)
        finish_with(work, BD_PROBLEM_TOO_LARGE, NULL);
    else if (routed.route->max_body &&
             !media_type_is(request->content_type, routed.route->content_type))
        finish_with(work, BD_PROBLEM_MEDIA_TYPE, routed.route->content_type);
    return !work->ready;
}

static bool sender_check(struct bd_api *api, struct bd_work *work, const struct bd_request *request)
{
    if (work->route->auth == BD_AUTH_NONE)
        return true;
    enum bd_problem problem = BD_PROBLEM_STORE;
    struct bx_clock *clock = api->setup.clock;
    struct bd_store *store = work->lately ? NULL : api->setup.store;
    if (bd_caller_check(store, &api->challenger, clock->ops->mono(clock), request, &api->lately,
                        &work->caller, &problem) < 0) {
        if (!work->lately)
            finish_with(work, problem, NULL);
        return false;
    }
    work->known = true;
    bool channel = work->caller.device.channel[0] != '\0';
    if (work->route->auth != BD_AUTH_EITHER && channel != (work->route->auth == BD_AUTH_CHANNEL)) {
        finish_with(work, BD_PROBLEM_FORBIDDEN, NULL);
        return false;
    }
    return true;
}

/* The signature that the answer will name. One that is none at all is left out. */
static void signature_keep(struct bd_work *work, const struct bd_request *request)
{
    struct bx_signature signature;
    if (request->mac[0] && strlen(request->mac) == 64 &&
        bx_hex_parse(request->mac, signature.b, 32) == 0)
        BX_TEXT_COPY(work->request_signature, request->mac);
    else if (bx_hex_parse(request->signature, signature.b, sizeof(signature.b)) == 0)
        BX_TEXT_COPY(work->request_signature, request->signature);
}

/* Has this device seen more of us than we know ourselves? */
static bool is_ahead(const struct bd_work *work, const struct bd_mark *mark)
{
    const struct bd_caller *caller = &work->caller;
    return work->known &&
           (caller->seen_epoch > mark->epoch ||
            (caller->seen_epoch == mark->epoch && caller->seen_commit > mark->commit));
}

/* Under an open view of the store. */
static void look(struct bd_api *api, struct bd_work *work)
{
    struct bd_desk desk = {.store = api->setup.store,
                           .policy = api->setup.policy,
                           .metrics = api->setup.metrics,
                           .mono = api->setup.clock->ops->mono(api->setup.clock)};
    if (bd_book_mark(desk.store, &desk.mark, NULL) < 0) {
        finish_with(work, BD_PROBLEM_STORE, NULL);
        return;
    }
    api->mark = desk.mark;
    work->mark = desk.mark;
    if (bd_operation_writes(work) || is_ahead(work, &desk.mark))
        return; /* the writer's */
    desk.turn.now = api->setup.clock->ops->utc(api->setup.clock);
    api->setup.random->ops->seed(api->setup.random, desk.turn.seed);
    int err = bd_operation_do(&desk, work); /* the answer says it as well */
    work->ready = err <= 0;
}

/* What the writer will do anyway, for a device that was seen a moment ago. */
static bool serve_lately(struct bd_api *api, struct bd_work *work, const struct bd_request *request)
{
    /* Whether a question writes is said in its body. */
    if (work->route->auth == BD_AUTH_NONE || work->route->operation == BD_OPERATION_QUESTION ||
        !bd_operation_writes(work))
        return false;
    work->lately = true;
    if (!sender_check(api, work, request) && !work->ready) {
        work->lately = false;
        return false;
    }
    if (!work->ready)
        work->ready = !bd_operation_read(work, request->body, request->len);
    return true;
}

/* All that is read for one request is read from one state of the store. */
static void serve(struct bd_api *api, struct bd_work *work, const struct bd_request *request)
{
    struct bd_store *store = api->setup.store;
    if (serve_lately(api, work, request))
        return;
    if (store->ops->begin(store, NULL) < 0) {
        finish_with(work, BD_PROBLEM_STORE, NULL);
        return;
    }
    if (sender_check(api, work, request)) {
        work->ready = !bd_operation_read(work, request->body, request->len);
        if (!work->ready)
            look(api, work);
    }
    (void)store->ops->end(store, false, NULL);
}

struct bd_work *bd_api_take(struct bd_api *api, const struct bd_request *request)
{
    struct bd_work *work = bd_work_create();
    work->mark = api->mark;
    work->inside = api->setup.behind_proxy || (request->nearby && !request->handed_on);
    signature_keep(work, request);
    BX_TEXT_COPY(work->if_none_match, request->if_none_match);
    if (request->ill) {
        finish_with(work, BD_PROBLEM_BAD_REQUEST, request->ill);
        work->answer.hang_up = true;
    } else if (form_check(work, request)) {
        serve(api, work, request);
    }
    return work;
}

void bd_api_turn_away(struct bd_work *work, int retry_after)
{
    finish_with(work, BD_PROBLEM_BUSY, NULL);
    work->answer.retry_after = retry_after;
}

void bd_api_sign(struct bd_api *api, struct bd_work *work)
{
    struct bx_clock *clock = api->setup.clock;
    char challenge[BD_CHALLENGE_TEXT];
    if (work->answer.body.full)
        finish_with(work, BD_PROBLEM_STORE, "The answer is too large.");
    if (work->mark.epoch > api->mark.epoch ||
        (work->mark.epoch == api->mark.epoch && work->mark.commit > api->mark.commit))
        api->mark = work->mark;
    bd_challenge_make(&api->challenger, clock->ops->mono(clock), challenge);
    const struct bd_device *device = &work->caller.device;
    bd_answer_sign(&work->answer, &api->key, device->channel[0] ? device->secret : NULL,
                   &work->mark, challenge, work->request_signature);
}
