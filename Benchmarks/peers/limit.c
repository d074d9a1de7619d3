// The limit that Penstock is measured against: consume, call, commit, and nothing else.
//
// One thread, one libcurl multi handle, one librdkafka consumer; no validation, no mapping, no order per key, no retry:
// the record's value is posted as it is. Offsets are stored when all before them are done, and committed by the client
// every second.
//
//   limit BOOTSTRAP TOPIC GROUP URL EVENTS IN_FLIGHT
//
// Ends after EVENTS, or two seconds after its last answer when other members of the group took the rest.
// Prints one JSON object: events, the monotonic time of the first record and of the last answer, and the CPU time between.
#include <curl/curl.h>
#include <librdkafka/rdkafka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { MAX_PARTITIONS = 256, WINDOW = 65536 };

typedef struct {
    int64_t next;                // first offset that is not done; -1 before the first record
    unsigned char done[WINDOW];  // done[offset % WINDOW], ahead of `next`
} progress_t;

typedef struct {
    CURL *easy;
    rd_kafka_message_t *message;
} call_t;

static progress_t *progress[MAX_PARTITIONS];
static rd_kafka_t *client;
static long finished, failed;

static void fail(const char *what, const char *why) {
    fprintf(stderr, "limit: %s: %s\n", what, why);
    exit(1);
}

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t ignore(char *data, size_t size, size_t count, void *context) {
    (void)data, (void)context;
    return size * count;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char error[256];
    if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) fail(name, error);
}

static void subscribe(const char *topic) {
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t error = rd_kafka_subscribe(client, topics);
    if (error) fail("subscribe", rd_kafka_err2str(error));
    rd_kafka_topic_partition_list_destroy(topics);
}

static progress_t *progress_of(int32_t partition) {
    if (partition < 0 || partition >= MAX_PARTITIONS) fail("partition", "too many partitions");
    if (!progress[partition]) {
        progress[partition] = calloc(1, sizeof(progress_t));
        progress[partition]->next = -1;
    }
    return progress[partition];
}

static void settle(rd_kafka_message_t *message) {
    progress_t *p = progress_of(message->partition);
    p->done[message->offset % WINDOW] = 1;
    int64_t first = p->next;
    while (p->done[p->next % WINDOW]) p->done[p->next++ % WINDOW] = 0;
    if (p->next != first) rd_kafka_offset_store(message->rkt, message->partition, p->next - 1);
    rd_kafka_message_destroy(message);
}

int main(int argc, char **argv) {
    if (argc != 7) fail("usage", "limit BOOTSTRAP TOPIC GROUP URL EVENTS IN_FLIGHT");
    long wanted = atol(argv[5]);
    int in_flight_limit = atoi(argv[6]);

    char error[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", argv[1]);
    set(conf, "group.id", argv[3]);
    set(conf, "auto.offset.reset", "earliest");
    set(conf, "enable.auto.offset.store", "false");
    set(conf, "auto.commit.interval.ms", "1000");
    // As often as Penstock's: two processes that start together are to share the topic as soon.
    set(conf, "heartbeat.interval.ms", "500");
    set(conf, "log_level", "3");
    client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (!client) fail("consumer", error);
    rd_kafka_poll_set_consumer(client);
    subscribe(argv[2]);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);

    curl_global_init(CURL_GLOBAL_ALL);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)in_flight_limit);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    call_t *calls = calloc((size_t)in_flight_limit, sizeof *calls);
    call_t **idle = calloc((size_t)in_flight_limit, sizeof *idle);
    int idle_count = 0;
    for (int i = 0; i < in_flight_limit; i++) {
        CURL *easy = calls[i].easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, argv[4]);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 10000L);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)&calls[i]);
        idle[idle_count++] = &calls[i];
    }

    double start = 0, cpu_start = 0, end = 0, cpu_end = 0;
    rd_kafka_message_t *batch[64];
    while (finished < wanted && !(finished > 0 && idle_count == in_flight_limit && seconds(CLOCK_MONOTONIC) - end > 2)) {
        if (idle_count > 0) {
            int none_in_flight = idle_count == in_flight_limit;
            ssize_t count = rd_kafka_consume_batch_queue(queue, none_in_flight ? 100 : 0, batch,
                                                         idle_count < 64 ? (size_t)idle_count : 64);
            for (ssize_t i = 0; i < count; i++) {
                rd_kafka_message_t *message = batch[i];
                if (message->err) {
                    rd_kafka_message_destroy(message);
                    continue;
                }
                if (start == 0) start = seconds(CLOCK_MONOTONIC), cpu_start = seconds(CLOCK_PROCESS_CPUTIME_ID);
                progress_t *p = progress_of(message->partition);
                if (p->next < 0) p->next = message->offset;
                call_t *call = idle[--idle_count];
                call->message = message;
                curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)message->len);
                curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, message->payload);
                curl_multi_add_handle(multi, call->easy);
            }
        }
        int running = 0, left = 0;
        curl_multi_perform(multi, &running);
        CURLMsg *info;
        int completed = 0;
        while ((info = curl_multi_info_read(multi, &left))) {
            if (info->msg != CURLMSG_DONE) continue;
            call_t *call = NULL;
            long status = 0;
            curl_easy_getinfo(info->easy_handle, CURLINFO_PRIVATE, (char **)&call);
            curl_easy_getinfo(info->easy_handle, CURLINFO_RESPONSE_CODE, &status);
            if (info->data.result != CURLE_OK || status / 100 != 2) failed++;
            curl_multi_remove_handle(multi, call->easy);
            settle(call->message);
            idle[idle_count++] = call;
            finished++;
            completed++;
        }
        if (completed) end = seconds(CLOCK_MONOTONIC), cpu_end = seconds(CLOCK_PROCESS_CPUTIME_ID);
        if (!completed && running) curl_multi_poll(multi, NULL, 0, 10, NULL);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"events\":%ld,\"failed\":%ld,\"start\":%.6f,\"end\":%.6f,\"cpu_seconds\":%.4f,\"max_rss_kib\":%ld}\n",
           finished, failed, start, end, cpu_end - cpu_start, usage.ru_maxrss);
    fflush(stdout);
    rd_kafka_commit(client, NULL, 0);
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(client);
    return failed != 0;
}
