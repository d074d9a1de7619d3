// How long after a record is handed to the broker's client a worker's call arrives, beside a plain consumer.
//
// Three threads with one clock: one produces customer events at a low rate, one is a plain librdkafka consumer in a
// group of its own, and one is the system that the worker calls. Each event has a number in its key, which the
// consumer finds in the record and the system in the body of the call.
//
//   latency BOOTSTRAP TOPIC EVENTS EVENTS_PER_SECOND
//
// Prints the system's port. Produces one event again and again until consumer and worker have seen it; then those that
// count. Prints one JSON object: median and 99th percentile in milliseconds from producing to the plain consumer, to the
// call, and to the acknowledgement.
#define _GNU_SOURCE
#include <librdkafka/rdkafka.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char *servers, *topic;
static int events, interval;
static int64_t *produced, *acknowledged, *consumed, *called;

static void fail(const char *what, const char *why) {
    fprintf(stderr, "latency: %s: %s\n", what, why);
    exit(1);
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char error[256];
    if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) fail(name, error);
}

// Notes when the number after "LAT-" was seen for the first time; the number beyond the last is the warm-up's.
static void note(int64_t *times, const void *bytes, size_t count) {
    const char *mark = memmem(bytes, count, "LAT-", 4);
    if (!mark) return;
    int number = atoi(mark + 4);
    if (number >= 0 && number <= events && times[number] == 0) times[number] = now();
}

static void *consume(void *unused) {
    (void)unused;
    char error[256], group[64];
    snprintf(group, sizeof group, "latency-%d", getpid());
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", servers);
    set(conf, "group.id", group);
    set(conf, "auto.offset.reset", "earliest");
    set(conf, "log_level", "3");
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (!client) fail("consumer", error);
    rd_kafka_poll_set_consumer(client);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
    if (rd_kafka_subscribe(client, topics)) fail("subscribe", topic);
    for (;;) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, 100);
        if (!message) continue;
        if (!message->err) note(consumed, message->payload, message->len);
        rd_kafka_message_destroy(message);
    }
    return NULL;
}

static void *serve(void *argument) {
    static const char answer[] = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    int listener = *(int *)argument, epoll = epoll_create1(0), on = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, happened[64];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    static char bytes[65536];
    for (;;) {
        int count = epoll_wait(epoll, happened, 64, -1);
        for (int i = 0; i < count; i++) {
            int d = happened[i].data.fd;
            if (d == listener) {
                int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (accepted < 0) continue;
                setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                event.data.fd = accepted;
                epoll_ctl(epoll, EPOLL_CTL_ADD, accepted, &event);
                continue;
            }
            // A request of this size comes in one piece on the loopback interface.
            ssize_t received = read(d, bytes, sizeof bytes);
            if (received <= 0) {
                close(d);
                continue;
            }
            note(called, bytes, (size_t)received);
            send(d, answer, sizeof answer - 1, MSG_NOSIGNAL);
        }
    }
    return NULL;
}

static void reported(rd_kafka_t *client, const rd_kafka_message_t *message, void *unused) {
    (void)client, (void)unused;
    if (message->err) fail("produce", rd_kafka_err2str(message->err));
    acknowledged[(intptr_t)message->_private] = now();
}

static void send_event(rd_kafka_t *client, int number) {
    char key[32], value[1024];
    snprintf(key, sizeof key, "LAT-%07d", number);
    snprintf(value, sizeof value,
             "{\"specversion\":\"1.0\",\"id\":\"latency-%d-%d\",\"source\":\"/crm/eu\",\"type\":\"crm.customer.created\","
             "\"subject\":\"%s\",\"time\":\"2026-01-01T00:00:00.000Z\",\"datacontenttype\":\"application/json\","
             "\"data\":{\"id\":\"%s\",\"firstName\":\"Marguerite\",\"lastName\":\"Oyelaran-Whitfield\","
             "\"email\":\"marguerite@customers.example\",\"version\":1,\"address\":{\"street\":\"1187 Hollow Creek "
             "Parkway\",\"city\":\"Springfield\",\"state\":\"IL\",\"zip\":\"62704\"}}}",
             getpid(), number, key, key);
    produced[number] = now();
    rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, strlen(key)),
                      RD_KAFKA_V_VALUE(value, strlen(value)), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                      RD_KAFKA_V_OPAQUE((void *)(intptr_t)number), RD_KAFKA_V_END);
}

static void produce(void) {
    char error[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", servers);
    set(conf, "linger.ms", "0");
    set(conf, "acks", "1");
    set(conf, "log_level", "3");
    rd_kafka_conf_set_dr_msg_cb(conf, reported);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    if (!client) fail("producer", error);
    for (int tries = 0; !consumed[events] || !called[events]; tries++) {
        if (tries == 600) fail("warm-up", "no call within 60 s");
        send_event(client, events);
        rd_kafka_poll(client, 0);
        usleep(100000);
    }
    usleep(1000000);
    int64_t next = now();
    for (int i = 0; i < events; i++, next += interval) {
        // Never a negative time: that would wait for a report for ever.
        for (int64_t left; (left = next - now()) > 0;) rd_kafka_poll(client, (int)(left / 1000000));
        send_event(client, i);
    }
    rd_kafka_flush(client, 10000);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *name, const int64_t *times, const char *end) {
    double *spans = calloc((size_t)events, sizeof *spans);
    int count = 0;
    for (int i = 0; i < events; i++)
        if (times[i]) spans[count++] = (double)(times[i] - produced[i]) / 1e6;
    qsort(spans, (size_t)count, sizeof *spans, ascending);
    printf("\"%s\":{\"events\":%d,\"median\":%.3f,\"p99\":%.3f}%s", name, count, count ? spans[count / 2] : -1.0,
           count ? spans[count * 99 / 100] : -1.0, end);
}

int main(int argc, char **argv) {
    if (argc != 5) fail("usage", "latency BOOTSTRAP TOPIC EVENTS EVENTS_PER_SECOND");
    servers = argv[1], topic = argv[2], events = atoi(argv[3]), interval = 1000000000 / atoi(argv[4]);
    produced = calloc((size_t)events + 1, sizeof(int64_t)), acknowledged = calloc((size_t)events + 1, sizeof(int64_t));
    consumed = calloc((size_t)events + 1, sizeof(int64_t)), called = calloc((size_t)events + 1, sizeof(int64_t));
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 256)) fail("listen", "no port");
    getsockname(listener, (struct sockaddr *)&address, &length);
    pthread_t consumer, server;
    pthread_create(&server, NULL, serve, &listener);
    pthread_create(&consumer, NULL, consume, NULL);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    produce();
    // Until each has come, or ten seconds.
    for (int64_t end = now() + 10000000000; now() < end; usleep(10000)) {
        int missing = 0;
        for (int i = 0; i < events; i++) missing += !called[i] || !consumed[i];
        if (!missing) break;
    }
    printf("{");
    print("acknowledged", acknowledged, ",");
    print("consumed", consumed, ",");
    print("called", called, "}\n");
    return 0;
}
