#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// Swift cannot call C's variadic functions; these say the same with fixed arguments.

/// `rd_kafka_producev`. Key and value are copied; `headers` passes to librdkafka only when the call succeeds.
/// `rd_kafka_produce` costs less, and knows neither headers nor times.
static inline rd_kafka_resp_err_t penstock_kafka_produce(
    rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition,
    const void *key, size_t key_size, const void *value, size_t value_size,
    int64_t timestamp_ms, rd_kafka_headers_t *headers, void *opaque) {
    if (!headers && !timestamp_ms)
        return rd_kafka_produce(
                   topic, partition, RD_KAFKA_MSG_F_COPY, (void *)value, value_size, key, key_size, opaque) == 0
            ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
    if (headers)
        return rd_kafka_producev(
            client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
            RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_TIMESTAMP(timestamp_ms),
            RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
    return rd_kafka_producev(
        client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
        RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_TIMESTAMP(timestamp_ms),
        RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}

/// `rd_kafka_mock_broker_push_request_error_rtts` for one error: the next request of this kind to the broker is
/// answered with `error` after `rtt_ms`.
static inline rd_kafka_resp_err_t penstock_kafka_mock_push_error_rtt(
    rd_kafka_mock_cluster_t *cluster, int32_t broker, int16_t api_key,
    rd_kafka_resp_err_t error, int rtt_ms) {
    return rd_kafka_mock_broker_push_request_error_rtts(cluster, broker, api_key, 1, error, rtt_ms);
}
