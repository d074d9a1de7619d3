// The limit that HTTP calls are measured against: libcurl's multi interface in C, and nothing else.
//
// One thread keeps IN_FLIGHT POSTs of a small JSON document under way on kept connections, until CALLS are done. Easy
// handles are reused; nothing is set per call but the body. Two ways to drive libcurl:
//
//   poll    curl_multi_poll + curl_multi_perform: walks over all calls in flight in each turn
//   epoll   curl_multi_socket_action with epoll: only what happened
//
//   http-limit URL CALLS IN_FLIGHT poll|epoll
//
// Prints one JSON object: calls, failed, seconds, the CPU time per call in microseconds.
//
//   cc -O2 -o http-limit http-limit.c -lcurl
#include <curl/curl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

static const char body[] = "{\"customer\":\"C-1042\",\"name\":\"Acme\",\"address\":{\"city\":\"Bern\"},\"active\":true}";

static CURLM *multi;
static long wanted, started, finished, failed;
static int epoll = -1;
static double timer = -1;  // when libcurl's timer is due, on the monotonic clock; negative: never

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t ignore(char *data, size_t size, size_t count, void *context) {
    (void)data, (void)context;
    return size * count;
}

static void start(CURL *easy) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(sizeof body - 1));
    curl_multi_add_handle(multi, easy);
    started++;
}

static void collect(void) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        CURL *easy = message->easy_handle;
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        if (message->data.result != CURLE_OK || status / 100 != 2) failed++;
        curl_multi_remove_handle(multi, easy);
        finished++;
        if (started < wanted) start(easy);
    }
}

static int want(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
    (void)easy, (void)context;
    struct epoll_event event = {0};
    event.data.fd = socket;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(epoll, EPOLL_CTL_DEL, socket, &event);
        return 0;
    }
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
    epoll_ctl(epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    if (!known) curl_multi_assign(multi, socket, &epoll);
    return 0;
}

static int set_timer(CURLM *handle, long milliseconds, void *context) {
    (void)handle, (void)context;
    timer = milliseconds < 0 ? -1 : seconds(CLOCK_MONOTONIC) + (double)milliseconds / 1e3;
    return 0;
}

static void turn_epoll(void) {
    int running;
    int sleep = -1;
    if (timer >= 0) {
        double left = timer - seconds(CLOCK_MONOTONIC);
        sleep = left > 0 ? (int)(left * 1e3) + 1 : 0;
    }
    if (sleep == 0) {
        timer = -1;
        curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
        return;
    }
    struct epoll_event events[256];
    int count = epoll_wait(epoll, events, 256, sleep);
    for (int i = 0; i < count; i++) {
        int mask = (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0)
                 | (events[i].events & ~(uint32_t)EPOLLOUT ? CURL_CSELECT_IN : 0);
        curl_multi_socket_action(multi, events[i].data.fd, mask, &running);
    }
}

static void turn_poll(void) {
    int running;
    long before = finished;
    curl_multi_perform(multi, &running);
    collect();
    if (finished == before) curl_multi_poll(multi, NULL, 0, 1000, NULL);
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: http-limit URL CALLS IN_FLIGHT poll|epoll\n");
        return 64;
    }
    wanted = atol(argv[2]);
    int in_flight = atoi(argv[3]);
    int uses_epoll = strcmp(argv[4], "epoll") == 0;

    curl_global_init(CURL_GLOBAL_ALL);
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)in_flight * 2);
    if (uses_epoll) {
        epoll = epoll_create1(EPOLL_CLOEXEC);
        curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, want);
        curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
    }
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Idempotency-Key: 5f3d2f6e-1c1b-5d55-9d8a-0d6c2c7f1a11");
    headers = curl_slist_append(headers, "Expect:");

    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < in_flight && started < wanted; i++) {
        CURL *easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30000L);
        start(easy);
    }
    while (finished < wanted) {
        if (uses_epoll) turn_epoll(), collect();
        else turn_poll();
    }
    wall = seconds(CLOCK_MONOTONIC) - wall;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("{\"calls\":%ld,\"failed\":%ld,\"seconds\":%.3f,\"cpu_us_per_call\":%.2f}\n", finished, failed, wall,
           cpu * 1e6 / (double)finished);
    return failed != 0;
}
