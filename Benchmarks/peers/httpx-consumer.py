"""What a Python service of the usual kind does: confluent-kafka in, httpx out, commits behind. No mapping, no order.

  httpx-consumer.py BOOTSTRAP TOPIC GROUP URL EVENTS IN_FLIGHT

Prints the same object as limit.c.
"""
import asyncio
import json
import resource
import sys
import time

import httpx
from confluent_kafka import Consumer


async def main(servers, topic, group, url, wanted, limit):
    consumer = Consumer({
        "bootstrap.servers": servers, "group.id": group, "auto.offset.reset": "earliest",
        "enable.auto.commit": False, "log_level": 3,
    })
    consumer.subscribe([topic])
    finished = failed = 0
    start = cpu = None
    limits = httpx.Limits(max_connections=limit, max_keepalive_connections=limit)
    async with httpx.AsyncClient(limits=limits, timeout=10) as client:

        async def call(message):
            answer = await client.post(url, content=message.value(), headers={"Content-Type": "application/json"})
            return answer.status_code // 100 == 2

        while finished < wanted:
            messages = [message for message in consumer.consume(limit, 0.2) if not message.error()]
            if not messages:
                continue
            if start is None:
                start, cpu = time.monotonic(), time.process_time()
            results = await asyncio.gather(*map(call, messages))
            finished += len(results)
            failed += results.count(False)
            consumer.commit(asynchronous=True)
    print(json.dumps({
        "events": finished, "failed": failed, "start": start, "end": time.monotonic(),
        "cpu_seconds": time.process_time() - cpu,
        "max_rss_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }), flush=True)
    consumer.close()


asyncio.run(main(*sys.argv[1:5], int(sys.argv[5]), int(sys.argv[6])))
