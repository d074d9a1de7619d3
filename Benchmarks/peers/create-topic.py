"""Creates a topic at a real broker: create-topic.py BOOTSTRAP TOPIC PARTITIONS"""
import sys

from confluent_kafka.admin import AdminClient, NewTopic

servers, topic, partitions = sys.argv[1:]
client = AdminClient({"bootstrap.servers": servers})
for future in client.create_topics([NewTopic(topic, int(partitions), 1)]).values():
    future.result(30)
