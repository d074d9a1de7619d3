"""mq-bridge: Kafka in, HTTP out, in Rust behind Python bindings. No mapping, no order per key.

  mq-bridge.py BOOTSTRAP TOPIC GROUP URL EVENTS NGINX_STATUS_URL

The route does not say how much it has done, so the system's own count of requests (nginx's `stub_status`) does.
Prints the same object as limit.c.
"""
import json
import resource
import sys
import time
import urllib.request

from mq_bridge import Route

servers, topic, group, url, wanted, status = sys.argv[1:7]


def requests():
    text = urllib.request.urlopen(status).read().decode()
    return int(text.splitlines()[2].split()[2]) - 1  # less this one


route = Route.from_config({
    "input": {"kafka": {
        "url": servers, "topic": topic, "group_id": group,
        "consumer_options": [["auto.offset.reset", "earliest"]],
    }},
    "output": {"http": {"url": url, "batch_concurrency": 256}},
    "batch_size": 2048,
})
first = requests()
asked = 1
route.start()
start = end = None
done = 0
while done < int(wanted) and (start is None or time.monotonic() - start < 120):
    time.sleep(0.005)
    before = done
    done = requests() - first - asked
    asked += 1
    now = time.monotonic()
    if start is None and done > 0:
        start = now
    if done > before:
        end = now
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "events": done, "failed": 0, "start": start, "end": end, "cpu_seconds": usage.ru_utime + usage.ru_stime,
    "max_rss_kib": usage.ru_maxrss,
}), flush=True)
route.stop()
