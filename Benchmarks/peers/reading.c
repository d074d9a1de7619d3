// What `penstock reconcile` cannot do without: reading a topic and a system's listing, and nothing else.
//
// All partitions are read from their beginnings, without a group; then the pages are asked for one after the other, over
// one connection. Nothing is parsed, mapped, sorted or compared.
//
//   reading BOOTSTRAP TOPIC EVENTS URL PAGES      (page N is URL/N.json)
//
// Prints one JSON object: the events and bytes that were read, and the seconds that the topic and the pages took.
#include <curl/curl.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static size_t bytes;

static void fail(const char *what, const char *why) {
    fprintf(stderr, "reading: %s: %s\n", what, why);
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t take(char *data, size_t size, size_t count, void *context) {
    (void)data, (void)context;
    bytes += size * count;
    return size * count;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char error[256];
    if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) fail(name, error);
}

static void read_topic(const char *servers, const char *topic, long wanted) {
    char error[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", servers);
    set(conf, "group.id", "reading");
    set(conf, "enable.auto.commit", "false");
    set(conf, "log_level", "3");
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (!client) fail("consumer", error);
    rd_kafka_poll_set_consumer(client);
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
    const struct rd_kafka_metadata *metadata;
    if (rd_kafka_metadata(client, 0, handle, &metadata, 10000)) fail("metadata", topic);
    rd_kafka_topic_partition_list_t *parts = rd_kafka_topic_partition_list_new(16);
    for (int i = 0; i < metadata->topics[0].partition_cnt; i++)
        rd_kafka_topic_partition_list_add(parts, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    if (rd_kafka_assign(client, parts)) fail("assign", topic);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
    rd_kafka_message_t *batch[1000];
    for (long count = 0; count < wanted;) {
        ssize_t taken = rd_kafka_consume_batch_queue(queue, 1000, batch, 1000);
        for (ssize_t i = 0; i < taken; i++) {
            if (!batch[i]->err) count++, bytes += batch[i]->len;
            rd_kafka_message_destroy(batch[i]);
        }
    }
}

static void read_pages(const char *url, long pages) {
    curl_global_init(CURL_GLOBAL_ALL);
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    for (long page = 1; page <= pages; page++) {
        char address[512];
        snprintf(address, sizeof address, "%s/%ld.json", url, page);
        curl_easy_setopt(easy, CURLOPT_URL, address);
        CURLcode code = curl_easy_perform(easy);
        if (code != CURLE_OK) fail(address, curl_easy_strerror(code));
    }
}

int main(int argc, char **argv) {
    if (argc != 6) fail("usage", "reading BOOTSTRAP TOPIC EVENTS URL PAGES");
    double start = now();
    read_topic(argv[1], argv[2], atol(argv[3]));
    double middle = now();
    read_pages(argv[4], atol(argv[5]));
    double end = now();
    printf("{\"bytes\":%zu,\"topic\":%.3f,\"pages\":%.3f}\n", bytes, middle - start, end - middle);
    return 0;
}
