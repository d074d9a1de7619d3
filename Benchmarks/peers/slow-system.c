// A system whose calls take time: an HTTP/1.1 server that answers each request after a delay of its own.
//
// One thread, one epoll instance. Delays are spread evenly over MIN to MAX microseconds by a fixed sequence, so that
// each run has the same ones in the order of the requests. Keep-alive, a Content-Length or no body, no pipelining.
//
//   slow-system MIN_US MAX_US
//
// Prints its port and runs until it is ended.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 4096, BUFFER = 16384 };

typedef struct {
    size_t count;
    char bytes[BUFFER];
} connection_t;

typedef struct {
    int64_t due;
    int descriptor;
} answer_t;

static connection_t *connections[MAX_CONNECTIONS];
static answer_t heap[MAX_CONNECTIONS];
static int waiting;

static const char answer[] =
    "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"clientId\":\"1\"}";

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void push(answer_t entry) {
    int at = waiting++;
    for (; at > 0 && heap[(at - 1) / 2].due > entry.due; at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
    heap[at] = entry;
}

static answer_t pop(void) {
    answer_t first = heap[0], last = heap[--waiting];
    int at = 0;
    for (;;) {
        int child = 2 * at + 1;
        if (child >= waiting) break;
        if (child + 1 < waiting && heap[child + 1].due < heap[child].due) child++;
        if (last.due <= heap[child].due) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = last;
    return first;
}

// Bytes of a whole request at the start of the buffer, or 0 while it is not whole.
static size_t request(const connection_t *c) {
    const char *end = memmem(c->bytes, c->count, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t head = (size_t)(end - c->bytes) + 4, body = 0;
    for (const char *line = c->bytes; line < end; line = (const char *)memmem(line, (size_t)(end + 2 - line), "\r\n", 2) + 2)
        if (strncasecmp(line, "content-length:", 15) == 0) body = strtoul(line + 15, NULL, 10);
    return head + body <= c->count ? head + body : 0;
}

int main(int argc, char **argv) {
    if (argc != 3) return fprintf(stderr, "slow-system MIN_US MAX_US\n"), 2;
    int64_t shortest = atoll(argv[1]) * 1000, span = atoll(argv[2]) * 1000 - shortest;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 1024)) fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    uint32_t sequence = 0;
    for (;;) {
        struct timespec limit = {3600, 0};
        if (waiting) {
            int64_t left = heap[0].due - now();
            if (left < 0) left = 0;
            limit = (struct timespec){left / 1000000000, left % 1000000000};
        }
        int count = epoll_pwait2(epoll, events, 256, &limit, NULL);
        if (count < 0 && errno != EINTR) fail("epoll_pwait2");
        int64_t time = now();
        for (int i = 0; i < count; i++) {
            int d = events[i].data.fd;
            if (d == listener) {
                int accepted;
                while ((accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    if (accepted >= MAX_CONNECTIONS) { close(accepted); continue; }
                    setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                    if (!connections[accepted]) connections[accepted] = malloc(sizeof(connection_t));
                    connections[accepted]->count = 0;
                    event.data.fd = accepted;
                    epoll_ctl(epoll, EPOLL_CTL_ADD, accepted, &event);
                }
                continue;
            }
            connection_t *c = connections[d];
            ssize_t received = read(d, c->bytes + c->count, BUFFER - c->count);
            if (received <= 0) {
                if (received < 0 && errno == EAGAIN) continue;
                close(d);
                continue;
            }
            c->count += (size_t)received;
            if (!request(c)) continue;
            c->count = 0;
            sequence += 2654435769u;  // an even spread: multiples of the golden ratio
            push((answer_t){time + shortest + (int64_t)((double)span * sequence / 4294967296.0), d});
        }
        time = now();
        while (waiting && heap[0].due <= time) {
            answer_t done = pop();
            send(done.descriptor, answer, sizeof answer - 1, MSG_NOSIGNAL);
        }
    }
}
