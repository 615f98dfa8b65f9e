/* SPDX-License-Identifier: Apache-2.0 */
/* CUPS through the destination API, which CUPS 3 keeps. The destination is made here rather than
 * asked for: cupsGetNamedDest answers "no such printer" as well when cupsd is down, and waits for
 * minutes when it hangs. A connection whose exchange broke is closed, because what comes next on it
 * would be the answer to something else. */

#include "printers/link/cups.h"

#include <cups/cups.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

/* As long as a busy cupsd may be silent within an answer: there libcups asks nobody whether to wait
 * on. It is also how long `stop` may go unheard. */
enum { SLICE_MS = 1000 };

struct tp_cups {
    http_t *http;
    char *server, *queue;
    char uri[512], resource[256];
    cups_dest_t *dest;
    int dest_count;
    cups_dinfo_t *info; /* of this connection's queue; NULL until first needed */
    int timeout_ms;
    struct bx_clock *clock;
    bx_mono deadline;
    bool timed_out;
    bool (*stop)(void *arg);
    void *arg;
};

/* CUPS calls this after each slice of silence; 0 gives up. */
static int patience(http_t *http, void *arg)
{
    (void)http;
    struct tp_cups *cups = arg;
    bool late = cups->clock->ops->mono(cups->clock).ns >= cups->deadline.ns;
    if (!late && !cups->stop(cups->arg))
        return 1;
    cups->timed_out = true;
    return 0;
}

/* Never ask for a password on the cashier's terminal. */
static const char *no_password(const char *prompt, http_t *http, const char *method,
                               const char *resource, void *arg)
{
    (void)prompt, (void)http, (void)method, (void)resource, (void)arg;
    return NULL;
}

struct tp_cups *tp_cups_create(const struct tp_cups_config *config)
{
    struct tp_cups *cups = bx_new(struct tp_cups);
    cups->server = bx_strdup(config->server[0] ? config->server : NULL);
    cups->queue = bx_strdup(config->queue);
    cups->timeout_ms = config->timeout_ms;
    cups->clock = config->clock;
    cups->stop = config->stop;
    cups->arg = config->arg;
    snprintf(cups->resource, sizeof(cups->resource), "/printers/%s", cups->queue);
    snprintf(cups->uri, sizeof(cups->uri), "ipp://localhost%s", cups->resource);
    cups->dest_count = cupsAddDest(cups->queue, NULL, 0, &cups->dest);
    bx_assert(cups->dest_count == 1);
    cups->dest->num_options = cupsAddOption("printer-uri-supported", cups->uri,
                                            cups->dest->num_options, &cups->dest->options);
    return cups;
}

static void disconnect(struct tp_cups *cups)
{
    if (cups->info)
        cupsFreeDestInfo(cups->info);
    cups->info = NULL;
    if (cups->http)
        httpClose(cups->http);
    cups->http = NULL;
}

void *tp_cups_destroy(struct tp_cups *cups)
{
    if (!cups)
        return NULL;
    disconnect(cups);
    cupsFreeDests(cups->dest_count, cups->dest);
    bx_free(cups->server);
    bx_free(cups->queue);
    return bx_free(cups);
}

static int offline(struct tp_cups *cups, struct bx_fault *fault)
{
    disconnect(cups);
    return bx_fault_set(fault, BX_ERR_OFFLINE, "The print service of this machine does not answer.",
                        "cups: %s", cups->timed_out ? "timeout" : cupsLastErrorString());
}

static void deadline_set(struct tp_cups *cups)
{
    cups->timed_out = false;
    cups->deadline.ns = cups->clock->ops->mono(cups->clock).ns + cups->timeout_ms * BX_MS_NS;
}

/* Fresh deadline and a live connection, or BX_ERR_OFFLINE. */
static int connect_to(struct tp_cups *cups, struct bx_fault *fault)
{
    deadline_set(cups);
    if (cups->http)
        return 0;
    /* Both live in the thread, so they are set here, where the thread is the worker's. */
    cupsSetPasswordCB2(no_password, NULL);
    cupsSetServer(cups->server);
    cups->http = httpConnect2(cupsServer(), ippPort(), NULL, AF_UNSPEC,
                              HTTP_ENCRYPTION_IF_REQUESTED, 1, cups->timeout_ms, NULL);
    if (!cups->http)
        return offline(cups, fault);
    int slice = cups->timeout_ms < SLICE_MS ? cups->timeout_ms : SLICE_MS;
    httpSetTimeout(cups->http, slice / 1000.0, patience, cups);
    return 0;
}

/* What the last answer's status means, when it was no success. */
static int refusal(struct tp_cups *cups, ipp_status_t status, struct bx_fault *fault)
{
    char words[96];
    const char *text = cupsLastErrorString();
    bx_text_wash(text ? text : "", text ? strlen(text) : 0, 80, words, sizeof(words));
    if (cups->timed_out || status == IPP_STATUS_ERROR_SERVICE_UNAVAILABLE ||
        status == IPP_STATUS_ERROR_INTERNAL)
        return offline(cups, fault);
    if (status == IPP_STATUS_ERROR_NOT_FOUND)
        return bx_fault_set(fault, BX_ERR_MISSING, "The print service has no such queue or job.",
                            "cups: 0x%04x %s", (unsigned)status, words);
    if (status == IPP_STATUS_ERROR_NOT_ACCEPTING_JOBS)
        return bx_fault_set(fault, BX_ERR_REFUSED, "The printer's queue takes no jobs now.",
                            "cups: 0x%04x %s", (unsigned)status, words);
    return bx_fault_set(fault, BX_ERR_REFUSED, "The print service refused the job.",
                        "cups: 0x%04x %s", (unsigned)status, words);
}

static int queue_info(struct tp_cups *cups, struct bx_fault *fault)
{
    if (!cups->info)
        cups->info = cupsCopyDestInfo(cups->http, cups->dest);
    return cups->info ? 0 : refusal(cups, cupsLastError(), fault);
}

/* Everything before the answer to the last byte: what fails here has printed nothing. */
static int document_send(struct tp_cups *cups, int number, const char *name, const char *format,
                         const struct bx_buf *document, struct bx_fault *fault)
{
    http_status_t status =
        cupsStartDestDocument(cups->http, cups->dest, cups->info, number, name, format, 0, NULL, 1);
    if (status == HTTP_STATUS_CONTINUE)
        status = cupsWriteRequestData(cups->http, document->data, document->len);
    if (status == HTTP_STATUS_CONTINUE)
        return 0;
    int err = refusal(cups, cupsLastError(), fault);
    disconnect(cups);
    return err;
}

/* 0, an error that proves that nothing is printed, or BX_ERR_UNKNOWN. */
static int document_finish(struct tp_cups *cups, struct bx_fault *fault)
{
    ipp_status_t status = cupsFinishDestDocument(cups->http, cups->dest, cups->info);
    if (status >= IPP_STATUS_OK && status <= IPP_STATUS_OK_EVENTS_COMPLETE)
        return 0;
    if (!cups->timed_out && status >= IPP_STATUS_ERROR_BAD_REQUEST &&
        status < IPP_STATUS_ERROR_INTERNAL)
        return refusal(cups, status, fault);
    int err = offline(cups, fault);
    if (fault && err != 0)
        fault->err = BX_ERR_UNKNOWN;
    return BX_ERR_UNKNOWN;
}

static int submit_once(struct tp_cups *cups, const char *name, const char *format,
                       const struct bx_buf *document, int *ret_number, struct bx_fault *fault)
{
    int err = queue_info(cups, fault);
    if (err != 0)
        return err;
    cups_option_t *options = NULL;
    int count = 0, number = 0;
    if (strcmp(format, "application/pdf") == 0)
        count = cupsAddOption("print-scaling", "none", count, &options);
    ipp_status_t status =
        cupsCreateDestJob(cups->http, cups->dest, cups->info, &number, name, count, options);
    cupsFreeOptions(count, options);
    if (status > IPP_STATUS_OK_CONFLICTING || status < IPP_STATUS_OK || number <= 0)
        return refusal(cups, status, fault);
    deadline_set(cups);
    err = document_send(cups, number, name, format, document, fault);
    if (err == 0)
        err = document_finish(cups, fault);
    if (err == 0) {
        *ret_number = number;
        return 0;
    }
    if (err != BX_ERR_UNKNOWN && tp_cups_cancel(cups, number, NULL) != 0)
        return err; /* it stays empty, and CUPS aborts it after a while */
    return err;
}

/* What breaks off before the document is whole has printed nothing: it is said once more, on a new
 * connection. A job that was made meanwhile stays empty. */
int tp_cups_submit(struct tp_cups *cups, const char *name, const char *format,
                   const struct bx_buf *document, int *ret_number, struct bx_fault *fault)
{
    int err = 0;
    for (int tries = 0; tries < 2; tries++) {
        err = connect_to(cups, fault);
        if (err != 0)
            return err;
        err = submit_once(cups, name, format, document, ret_number, fault);
        if (err != BX_ERR_OFFLINE || cups->timed_out)
            return err;
    }
    return err;
}

static ipp_t *request_new(const struct tp_cups *cups, ipp_op_t operation)
{
    ipp_t *request = ippNewRequest(operation);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", NULL, cups->uri);
    return request;
}

static void request_as_us(ipp_t *request)
{
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", NULL,
                 cupsUser());
}

/* Sends REQUEST (freed); NULL with *ret_err on any failure. */
static ipp_t *ask(struct tp_cups *cups, ipp_t *request, int *ret_err, struct bx_fault *fault)
{
    *ret_err = connect_to(cups, fault);
    if (*ret_err != 0) {
        ippDelete(request);
        return NULL;
    }
    ipp_t *response = cupsDoRequest(cups->http, request, cups->resource);
    ipp_status_t status = response ? ippGetStatusCode(response) : cupsLastError();
    if (response && status >= IPP_STATUS_OK && status <= IPP_STATUS_OK_EVENTS_COMPLETE)
        return response;
    ippDelete(response);
    *ret_err = refusal(cups, status, fault);
    return NULL;
}

static const char *const job_attributes[] = {"job-id", "job-name", "job-state", "job-state-reasons",
                                             "job-impressions-completed"};

static int integer_of(ipp_t *response, const char *name)
{
    ipp_attribute_t *attr = ippFindAttribute(response, name, IPP_TAG_ZERO);
    return attr ? ippGetInteger(attr, 0) : 0;
}

static bool reasons_hold(ipp_attribute_t *attr, const char *word)
{
    for (int i = 0; attr && i < ippGetCount(attr); i++) {
        const char *one = ippGetString(attr, i, NULL);
        if (one && strcmp(one, word) == 0)
            return true;
    }
    return false;
}

int tp_cups_look(struct tp_cups *cups, int number, const char *name, struct tp_cups_job *ret,
                 struct bx_fault *fault)
{
    int err = 0;
    ipp_t *request = request_new(cups, IPP_OP_GET_JOB_ATTRIBUTES);
    ippAddInteger(request, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", number);
    request_as_us(request);
    ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                  (int)bx_countof(job_attributes), NULL, job_attributes);
    ipp_t *response = ask(cups, request, &err, fault);
    if (!response)
        return err;
    ipp_attribute_t *attr = ippFindAttribute(response, "job-name", IPP_TAG_ZERO);
    const char *found = attr ? ippGetString(attr, 0, NULL) : NULL;
    if (found && strcmp(found, name) == 0) {
        ret->number = number;
        ret->state = (enum tp_cups_state)integer_of(response, "job-state");
        ret->impressions = integer_of(response, "job-impressions-completed");
        attr = ippFindAttribute(response, "job-state-reasons", IPP_TAG_ZERO);
        ret->incoming = reasons_hold(attr, "job-incoming");
    } else {
        err = bx_fault_set(fault, BX_ERR_MISSING, "The print service has lost the job.",
                           "cups: job %d is now \"%.60s\"", number, found ? found : "");
    }
    ippDelete(response);
    return err;
}

/* One job of a Get-Jobs answer, from *AT to the separator behind it; false at the end. */
struct seen {
    struct tp_cups_job job;
    const char *name;
};
static bool seen_next(ipp_t *response, ipp_attribute_t **at, struct seen *ret)
{
    memset(ret, 0, sizeof(*ret));
    while (*at && ippGetGroupTag(*at) != IPP_TAG_JOB)
        *at = ippNextAttribute(response);
    if (!*at)
        return false;
    for (; *at && ippGetGroupTag(*at) == IPP_TAG_JOB; *at = ippNextAttribute(response)) {
        const char *name = ippGetName(*at);
        if (!name)
            continue;
        if (strcmp(name, "job-id") == 0)
            ret->job.number = ippGetInteger(*at, 0);
        else if (strcmp(name, "job-state") == 0)
            ret->job.state = (enum tp_cups_state)ippGetInteger(*at, 0);
        else if (strcmp(name, "job-impressions-completed") == 0)
            ret->job.impressions = ippGetInteger(*at, 0);
        else if (strcmp(name, "job-state-reasons") == 0)
            ret->job.incoming = reasons_hold(*at, "job-incoming");
        else if (strcmp(name, "job-name") == 0)
            ret->name = ippGetString(*at, 0, NULL);
    }
    return true;
}

/* A job that never had its document says less than one that had. */
static int weight(const struct tp_cups_job *job)
{
    if (job->incoming)
        return 1;
    return job->state == TP_CUPS_ABORTED || job->state == TP_CUPS_CANCELED ? 2 : 3;
}

int tp_cups_find(struct tp_cups *cups, const char *name, struct tp_cups_job *ret,
                 struct bx_fault *fault)
{
    int err = 0;
    ipp_t *request = request_new(cups, IPP_OP_GET_JOBS);
    request_as_us(request);
    ippAddBoolean(request, IPP_TAG_OPERATION, "my-jobs", 1);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "which-jobs", NULL, "all");
    ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                  (int)bx_countof(job_attributes), NULL, job_attributes);
    ipp_t *response = ask(cups, request, &err, fault);
    if (!response)
        return err;
    struct tp_cups_job best = {0};
    struct seen seen;
    ipp_attribute_t *at = ippFirstAttribute(response);
    while (seen_next(response, &at, &seen))
        if (seen.name && strcmp(seen.name, name) == 0 &&
            (best.number == 0 || weight(&seen.job) > weight(&best)))
            best = seen.job;
    ippDelete(response);
    if (best.number == 0)
        return bx_fault_set(fault, BX_ERR_MISSING, "The print service does not know the job.",
                            "cups: no job named %s", name);
    *ret = best;
    return 0;
}

int tp_cups_cancel(struct tp_cups *cups, int number, struct bx_fault *fault)
{
    int err = connect_to(cups, fault);
    if (err != 0)
        return err;
    ipp_status_t status = cupsCancelDestJob(cups->http, cups->dest, number);
    if ((status >= IPP_STATUS_OK && status <= IPP_STATUS_OK_EVENTS_COMPLETE) ||
        status == IPP_STATUS_ERROR_NOT_POSSIBLE)
        return 0;
    return refusal(cups, status, fault);
}

static void reasons_join(ipp_attribute_t *attr, char *out, size_t size)
{
    size_t used = 0;
    for (int i = 0; attr && i < ippGetCount(attr); i++) {
        const char *one = ippGetString(attr, i, NULL);
        if (!one || strcmp(one, "none") == 0 || used + strlen(one) + 2 > size)
            continue;
        used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? " " : "", one);
    }
}

int tp_cups_printer(struct tp_cups *cups, struct tp_cups_printer *ret, struct bx_fault *fault)
{
    static const char *const wanted[] = {"printer-state", "printer-state-reasons",
                                         "printer-state-message", "printer-is-accepting-jobs",
                                         "queued-job-count"};
    int err = 0;
    ipp_t *request = request_new(cups, IPP_OP_GET_PRINTER_ATTRIBUTES);
    request_as_us(request);
    ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                  (int)bx_countof(wanted), NULL, wanted);
    ipp_t *response = ask(cups, request, &err, fault);
    if (!response)
        return err;
    memset(ret, 0, sizeof(*ret));
    ret->stopped = integer_of(response, "printer-state") == IPP_PSTATE_STOPPED;
    ret->queued = integer_of(response, "queued-job-count");
    ipp_attribute_t *attr = ippFindAttribute(response, "printer-is-accepting-jobs", IPP_TAG_ZERO);
    ret->accepting = !attr || ippGetBoolean(attr, 0);
    reasons_join(ippFindAttribute(response, "printer-state-reasons", IPP_TAG_ZERO), ret->reasons,
                 sizeof(ret->reasons));
    attr = ippFindAttribute(response, "printer-state-message", IPP_TAG_ZERO);
    const char *message = attr ? ippGetString(attr, 0, NULL) : NULL;
    if (message)
        bx_text_wash(message, strlen(message), 90, ret->message, sizeof(ret->message));
    ippDelete(response);
    return 0;
}
