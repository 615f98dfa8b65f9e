/* SPDX-License-Identifier: Apache-2.0 */
/* A crowd of buyers on connections that stay open, all in one thread. In the closed loop each asks
 * anew as soon as it is answered. In the open loop requests arrive by themselves, at random moments
 * of a given rate; one that finds all buyers waiting waits too, and its time counts from the moment
 * it should have left: a server that stalls is not spared the requests that it kept away.
 *
 * The first seconds warm up and count for nothing but the truth at the end. */

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "bench.h"
#include "boxtill/base/alloc.h"
#include "boxtill/base/crypto.h"
#include "buyers.h"
#include "maker.h"

enum { SHOPS_MAX = 16, EVENTS = 256, PATIENCE_S = 30 };
static const int64_t second_ns = 1000000000;

struct buyer {
    struct shop *shop;
    int fd;
    bool waits;
    bool again; /* has been told that its challenge is old, once */
    int64_t due;
    struct question question;
    char reply[REPLY_SIZE];
    size_t got;
};

struct crowd {
    struct shop shops[SHOPS_MAX];
    size_t shop_count;
    struct want want;
    struct buyer *buyers;
    size_t count;
    struct buyer **idle;
    size_t idle_count;
    int epoll, timer;
    double rate; /* arrivals a second; 0: closed */
    uint64_t dice;
    int64_t start, from, until, due; /* measured is from FROM to UNTIL; DUE: the next arrival */
    int64_t *samples;
    size_t sample_count, sample_max;
    int64_t sold, busy, other, wrong, waiting;
    int64_t last; /* the last answer that counted */
};

static int64_t utc_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* xorshift64*: for ids and gaps, nothing secret. */
static uint64_t dice_next(struct crowd *crowd)
{
    crowd->dice ^= crowd->dice >> 12;
    crowd->dice ^= crowd->dice << 25;
    crowd->dice ^= crowd->dice >> 27;
    return crowd->dice * 2685821657736338717U;
}

static void question_send(struct crowd *crowd, struct buyer *buyer)
{
    const struct question *question = &buyer->question;
    buyer->got = 0;
    /* A socket that was empty takes a thousand bytes at once. */
    if (write(buyer->fd, question->text, question->len) != (ssize_t)question->len)
        give_up("a request could not be sent", NULL);
    if (!buyer->waits)
        crowd->waiting++;
    buyer->waits = true;
}

static void ask(struct crowd *crowd, struct buyer *buyer, int64_t due)
{
    uint64_t random[2] = {dice_next(crowd), dice_next(crowd)};
    uint8_t ten[10];
    memcpy(ten, random, sizeof(ten));
    struct bx_id id = bx_id_make((bx_utc){utc_us()}, ten);
    question_make(buyer->shop, &crowd->want, &id, &buyer->question);
    buyer->due = due;
    buyer->again = false;
    question_send(crowd, buyer);
}

static void sample_add(struct crowd *crowd, const struct buyer *buyer, int64_t now)
{
    bool counts = crowd->rate > 0 ? buyer->due >= crowd->from && buyer->due < crowd->until
                                  : now >= crowd->from && now < crowd->until;
    if (!counts)
        return;
    if (crowd->sample_count == crowd->sample_max)
        give_up("more answers than there is room for", NULL);
    crowd->samples[crowd->sample_count++] = now - buyer->due;
    crowd->last = now;
}

/* --- arrivals --------------------------------------------------------------------------------- */

static void due_advance(struct crowd *crowd)
{
    double part = ((double)(dice_next(crowd) >> 11) + 1) / 9007199254740993.0;
    crowd->due += (int64_t)(-log(part) / crowd->rate * 1e9);
}

static void timer_set(const struct crowd *crowd)
{
    struct itimerspec at = {.it_value = {crowd->due / second_ns, crowd->due % second_ns}};
    if (timerfd_settime(crowd->timer, TFD_TIMER_ABSTIME, &at, NULL))
        give_up("the timer", NULL);
}

/* Sends what is due, as long as there are buyers to send it. */
static void arrive(struct crowd *crowd)
{
    int64_t now = now_ns();
    while (crowd->due <= now && crowd->due < crowd->until && crowd->idle_count > 0) {
        ask(crowd, crowd->idle[--crowd->idle_count], crowd->due);
        due_advance(crowd);
    }
    if (crowd->due > now && crowd->due < crowd->until)
        timer_set(crowd);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void reply_done(struct crowd *crowd, struct buyer *buyer, const struct reply *reply)
{
    int64_t now = now_ns();
    if (reply->verdict == REPLY_STALE && !buyer->again) {
        struct bx_id id = buyer->question.id;
        question_make(buyer->shop, &crowd->want, &id, &buyer->question);
        buyer->again = true;
        question_send(crowd, buyer);
        return;
    }
    crowd->sold += reply->verdict == REPLY_SOLD;
    crowd->busy += reply->verdict == REPLY_BUSY;
    crowd->other += reply->verdict == REPLY_OTHER || reply->verdict == REPLY_STALE;
    if (reply->verdict == REPLY_FALSE || buyer->got != reply->len) {
        crowd->wrong++;
        fprintf(stderr, "a false answer: %.*s\n", (int)buyer->got, buyer->reply);
    }
    if (reply->verdict == REPLY_OTHER && crowd->other == 1)
        fprintf(stderr, "refused: %.*s\n", (int)buyer->got, buyer->reply);
    if (reply->verdict == REPLY_SOLD)
        sample_add(crowd, buyer, now);
    buyer->waits = false;
    crowd->waiting--;
    if (crowd->rate > 0)
        crowd->idle[crowd->idle_count++] = buyer;
    else if (now < crowd->until)
        ask(crowd, buyer, now);
}

static void hear(struct crowd *crowd, struct buyer *buyer)
{
    ssize_t got = read(buyer->fd, buyer->reply + buyer->got, REPLY_SIZE - 1 - buyer->got);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0)
        give_up("a server hung up", NULL);
    buyer->got += (size_t)got;
    buyer->reply[buyer->got] = '\0';
    struct reply reply = reply_read(buyer->shop, &buyer->question, buyer->reply, buyer->got);
    if (reply.verdict != REPLY_PART)
        reply_done(crowd, buyer, &reply);
}

/* --- the run ---------------------------------------------------------------------------------- */

static void shops_read(struct crowd *crowd)
{
    char secret[MAC_TEXT];
    long long device, incarnation;
    while (crowd->shop_count < SHOPS_MAX) {
        struct shop *shop = &crowd->shops[crowd->shop_count];
        if (scanf("%47s %d %lld %lld %64s", shop->host, &shop->port, &device, &incarnation,
                  secret) != 5)
            break;
        if (bx_hex_parse(secret, shop->secret, sizeof(shop->secret)))
            give_up("a secret is no hex", NULL);
        shop->device = device;
        shop->incarnation = incarnation;
        crowd->shop_count++;
    }
    if (!crowd->shop_count)
        give_up("no server on standard input", NULL);
}

static void buyer_connect(struct crowd *crowd, struct buyer *buyer)
{
    int one = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)buyer->shop->port)};
    buyer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (buyer->fd < 0 || inet_pton(AF_INET, buyer->shop->host, &at.sin_addr) != 1 ||
        connect(buyer->fd, (struct sockaddr *)&at, sizeof(at)))
        give_up("connect", NULL);
    setsockopt(buyer->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = buyer};
    if (fcntl(buyer->fd, F_SETFL, O_NONBLOCK) ||
        epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, buyer->fd, &event))
        give_up("epoll", NULL);
}

static void crowd_gather(struct crowd *crowd)
{
    crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
    crowd->timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (crowd->epoll < 0 || crowd->timer < 0 ||
        epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, crowd->timer, &event))
        give_up("epoll", NULL);
    crowd->buyers = bx_alloc(crowd->count, sizeof(*crowd->buyers));
    crowd->idle = bx_alloc(crowd->count, sizeof(struct buyer *));
    for (size_t i = 0; i < crowd->count; i++) {
        crowd->buyers[i].shop = &crowd->shops[i % crowd->shop_count];
        buyer_connect(crowd, &crowd->buyers[i]);
        crowd->idle[crowd->idle_count++] = &crowd->buyers[i];
    }
}

static void begin(struct crowd *crowd, double warm, double seconds)
{
    bx_random_fill(&crowd->dice, sizeof(crowd->dice));
    crowd->dice |= 1;
    crowd->start = crowd->due = now_ns();
    crowd->from = crowd->start + (int64_t)(warm * 1e9);
    crowd->until = crowd->from + (int64_t)(seconds * 1e9);
    if (crowd->rate > 0) {
        due_advance(crowd);
        timer_set(crowd);
        return;
    }
    while (crowd->idle_count > 0)
        ask(crowd, crowd->idle[--crowd->idle_count], now_ns());
}

static void run(struct crowd *crowd)
{
    struct epoll_event events[EVENTS];
    int64_t patience = crowd->until + PATIENCE_S * second_ns;
    bool arriving = crowd->rate > 0;
    while (crowd->waiting > 0 || arriving) {
        int count = epoll_wait(crowd->epoll, events, EVENTS, 1000);
        for (int i = 0; i < count; i++) {
            uint64_t ticks;
            if (events[i].data.ptr)
                hear(crowd, events[i].data.ptr);
            else if (read(crowd->timer, &ticks, sizeof(ticks)) < 0 && errno != EAGAIN)
                give_up("the timer", NULL);
        }
        if (crowd->rate > 0)
            arrive(crowd);
        arriving = crowd->rate > 0 && crowd->due < crowd->until;
        if (now_ns() > patience)
            give_up("no answer", NULL);
    }
}

static void crowd_leave(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->count; i++)
        close(crowd->buyers[i].fd);
    close(crowd->timer);
    close(crowd->epoll);
    bx_free(crowd->buyers);
    bx_free(crowd->idle);
    bx_free(crowd->samples);
}

/* CLIENTS RATE WARM SECONDS PRODUCT SLOT PRICE; on standard input a line a server: HOST PORT DEVICE
 * INCARNATION SECRET. */
int bench_orders(int argc, char **argv)
{
    long clients, price;
    double rate, warm, seconds;
    if (argc < 7 || sscanf(argv[0], "%ld", &clients) != 1 || sscanf(argv[1], "%lf", &rate) != 1 ||
        sscanf(argv[2], "%lf", &warm) != 1 || sscanf(argv[3], "%lf", &seconds) != 1 ||
        sscanf(argv[6], "%ld", &price) != 1 || clients < 1 || clients > 4096 || rate < 0)
        return 2;
    struct crowd crowd = {.want = {argv[4], argv[5], price},
                          .count = (size_t)clients,
                          .rate = rate,
                          .sample_max = (size_t)(seconds * (rate > 0 ? rate * 2 : 200000)) + 10000};
    crowd.samples = bx_alloc(crowd.sample_max, sizeof(*crowd.samples));
    shops_read(&crowd);
    crowd_gather(&crowd);
    begin(&crowd, warm, seconds);
    run(&crowd);
    int64_t p50 = 0, p99 = 0, most = 0;
    if (crowd.sample_count) {
        p50 = bench_share(crowd.samples, crowd.sample_count, 500);
        p99 = bench_share(crowd.samples, crowd.sample_count, 990);
        most = bench_share(crowd.samples, crowd.sample_count, 1000);
    }
    int64_t end = crowd.rate > 0 && crowd.last > crowd.until ? crowd.last : crowd.until;
    printf("orders %lld %lld %lld %lld %lld %lld %lld %lld %lld\n", (long long)crowd.sample_count,
           (long long)(end - crowd.from), (long long)p50, (long long)p99, (long long)most,
           (long long)crowd.sold, (long long)crowd.busy, (long long)crowd.other,
           (long long)crowd.wrong);
    crowd_leave(&crowd);
    return 0;
}
