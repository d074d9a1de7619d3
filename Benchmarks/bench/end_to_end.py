"""End to end: events from a topic to a system's HTTP API, beside a C program that does nothing else."""
import json
import os
import statistics
import subprocess
import sys
import uuid

from bench.common import PEERS, ROOT, ROUNDS, row, say, start
from bench.python import python

PENSTOCK = ROOT / ".build/release/penstock"
BOOTSTRAP = os.environ.get("BENCH_BOOTSTRAP")
EVENTS = int(os.environ.get("BENCH_EVENTS", "200000" if BOOTSTRAP else "60000"))
WARM_UP = int(os.environ.get("BENCH_WARM_UP", "12" if BOOTSTRAP else "1"))
BACKLOG = int(os.environ.get("BENCH_BACKLOG", "1000000"))
IN_FLIGHT = 64
PARTITIONS = 12
KEYS = 10_000
FEW_KEYS_EVENTS = 20_000
CONFLUENT_KAFKA = "confluent-kafka==2.16.1"
HTTPX = "httpx==0.28.1"
MQ_BRIDGE = "mq-bridge==1.2.0"


def broker(topic, partitions=PARTITIONS):
    if BOOTSTRAP:
        return BOOTSTRAP
    command = [PENSTOCK, "broker", "--topic", f"{topic}:{partitions}", "--topic", f"{topic}.dead-letter:1"]
    process = start(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return process.stdout.readline().strip()


def topic_with(partitions):
    """A new topic with so many partitions: brokers and name."""
    topic = f"bench-{uuid.uuid4()}"
    if BOOTSTRAP:
        creation = [python(CONFLUENT_KAFKA), PEERS / "create-topic.py", BOOTSTRAP, topic, str(partitions)]
        subprocess.run(creation, check=True)
    return broker(topic, partitions), topic


def events(path, count, keys=KEYS, first=0):
    """Customer events of about 600 bytes, numbered from `first`, for `keys` customers in turn."""
    with open(path, "w", encoding="utf-8") as file:
        for number in range(first, first + count):
            key = f"CRM-{number * 7919 % keys:06d}"
            event = {
                "specversion": "1.0", "id": str(uuid.UUID(int=number + 1)), "source": "/crm/eu",
                "type": "crm.customer.created", "subject": key, "time": "2026-01-01T00:00:00.000Z",
                "datacontenttype": "application/json",
                "data": {
                    "id": key, "firstName": "Marguerite", "lastName": "Oyelaran-Whitfield",
                    "email": f"marguerite.{number}@customers.example", "version": number // keys + 1,
                    "address": {"street": "1187 Hollow Creek Parkway", "city": "Springfield", "state": "IL",
                                "zip": "62704"},
                    "note": "Prefers to be called in the morning; the second entrance is behind the bakery.",
                },
            }
            file.write(json.dumps(event, separators=(",", ":")) + "\n")


def produce(servers, topic, path):
    command = [PENSTOCK, "produce", "--bootstrap-servers", servers, "--topic", topic, "--no-validation", path]
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


# MARK: one run


def configuration(folder, servers, url, topic, in_flight=IN_FLIGHT, receipts=True, batch=None):
    example = ROOT / "examples/crm-to-erp"
    path = folder / f"penstock-{uuid.uuid4()}.yaml"
    path.write_text(
        f"""
kafka: {{ bootstrap_servers: "{servers}" }}
schemas: {ROOT}/Schemas
systems:
  erp: {{ base_url: "{url}", concurrency: {in_flight} }}
flows:
  bench:
    topic: {topic}
    group: ${{BENCH_GROUP}}
    schema: crm/customer-event.v1.json
    receipts: {{ enabled: {str(receipts).lower()} }}
    steps:
      - name: create
        when: .type == "crm.customer.created"
        map: {example}/mappings/customer-to-client.jq
        schema: erp/client.v2.json
        call: POST erp/clients
"""
        + (f"        batch: {batch}\n" if batch else "")
    )
    return path


def wait(processes):
    """Results and the sums of CPU seconds and of peak memory, each process's whole life."""
    results, cpu, memory = [], 0.0, 0
    for process in processes:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{process.args[0]} ended with {process.returncode}: {output}")
        results += [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        cpu += usage.ru_utime + usage.ru_stime
        memory = max(memory, usage.ru_maxrss)
    return results, cpu, memory


def measure(processes):
    results, cpu, memory = wait(processes)
    count = sum(result["events"] for result in results)
    busy = [result for result in results if result["events"] > 0]
    seconds = max(result["end"] for result in busy) - min(result["start"] for result in busy)
    return {"rate": count / seconds, "cpu": cpu / count * 1e6, "rss": memory / 1024, "events": count}


def peer(limit, servers, url, topic, count, processes, in_flight=IN_FLIGHT):
    group = f"limit-{uuid.uuid4()}"
    command = [limit, servers, topic, group, url + "/clients", str(count), str(in_flight)]
    return measure([start(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)])


def python_peer(name, package, servers, url, topic, count, last):
    """A peer in Python; None where its packages cannot be had."""
    interpreter = python(CONFLUENT_KAFKA, *package)
    if not interpreter:
        return None
    group = f"{name}-{uuid.uuid4()}"
    command = [interpreter, PEERS / f"{name}.py", servers, topic, group, url + "/clients", str(count), last]
    return measure([start(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)])


def start_worker(path, workers, idle=2):
    environment = dict(os.environ, BENCH_GROUP=f"penstock-{uuid.uuid4()}")
    command = [PENSTOCK, "run", path, "--workers", str(workers), "--exit-when-idle", str(idle),
               "--log-level", "warning"]
    return start(command, stdout=subprocess.PIPE, text=True, env=environment)


def ours(path, workers):
    return measure([start_worker(path, workers)])


def middle(runs, key):
    return statistics.median(run[key] for run in runs)


def ratio(mine, theirs):
    """The median of the rounds' ratios."""
    return statistics.median(a["rate"] / b["rate"] for a, b in zip(mine, theirs))


def in_turn(name, sides):
    """Runs all sides in rounds, each in its turn the first: what one leaves to the next favours nobody."""
    runs = {side: [] for side in sides}
    order = list(sides)
    for number in range(ROUNDS):
        for side in order:
            runs[side].append(sides[side]())
        order.append(order.pop(0))
        rates = [f"{side} {done[-1]['rate']:.0f}" for side, done in runs.items() if done[-1]]
        say(f"  {name}, round {number + 1}: {', '.join(rates)} events/s")
    return runs


def compare(limit, servers, url, topic, path, bare, count):
    """Beside the C program: with receipts, and without; mq-bridge in the same rounds as two workers."""
    # Not counted: a broker that has just started compiles its own code for what it is asked to do, for two million
    # receipts and longer (docs/performance.md).
    for number in range(WARM_UP):
        say(f"  warming up, {number + 1} of {WARM_UP}: {ours(path, 2)['rate']:.0f} events/s")
    for number in (1, 2):
        sides = {
            "receipts": lambda: ours(path, number),
            "without": lambda: ours(bare, number),
            "C": lambda: peer(limit, servers, url, topic, count, number),
        }
        if number == 2:
            sides["mq-bridge"] = lambda: python_peer(
                "mq-bridge", [MQ_BRIDGE], servers, url, topic, count, url + "/status")
        runs = in_turn(f"{number} beside {number}", sides)
        tell_compared("1 worker beside 1 C" if number == 1 else "2 workers beside 2 C", runs)
        if number == 2 and all(runs["mq-bridge"]):
            tell_bridge(runs)


def tell_compared(who, runs):
    mine, without, theirs = runs["receipts"], runs["without"], runs["C"]
    row(f"end to end, {who}", middle(mine, "rate"), middle(theirs, "rate"), "events/s", ratio(mine, theirs),
        "bar: 0.8")
    row(f"  without receipts, {who}", middle(without, "rate"), middle(theirs, "rate"), "events/s",
        ratio(without, theirs))
    row("  with receipts beside without", middle(mine, "rate"), middle(without, "rate"), "events/s",
        ratio(mine, without), "bar: 0.85")
    row(f"CPU of an event, {who}", middle(mine, "cpu"), middle(theirs, "cpu"), "us",
        middle(theirs, "cpu") / middle(mine, "cpu"))
    row(f"  without receipts, {who}", middle(without, "cpu"), middle(theirs, "cpu"), "us",
        middle(theirs, "cpu") / middle(without, "cpu"))


def tell_bridge(runs):
    mine, without, bridge = runs["receipts"], runs["without"], runs["mq-bridge"]
    row("end to end, 2 workers beside mq-bridge", middle(mine, "rate"), middle(bridge, "rate"), "events/s",
        ratio(mine, bridge), "bar: 1")
    row("  without receipts, 2 workers beside mq-bridge", middle(without, "rate"), middle(bridge, "rate"),
        "events/s", ratio(without, bridge))
    row("CPU of an event, 2 workers beside mq-bridge", middle(mine, "cpu"), middle(bridge, "cpu"), "us",
        middle(bridge, "cpu") / middle(mine, "cpu"))


def compare_httpx(servers, url, topic, path):
    """Slow enough that fewer events tell."""
    theirs = python_peer("httpx-consumer", [HTTPX], servers, url, topic, 5_000, str(IN_FLIGHT))
    if not theirs:
        return
    mine = ours(path, 1)
    row("end to end, 1 worker beside confluent-kafka and httpx", mine["rate"], theirs["rate"], "events/s",
        mine["rate"] / theirs["rate"])


def beside(name, path, other):
    """One worker with one configuration beside the same with another."""
    runs = in_turn(name, {"mine": lambda: ours(path, 1), "other": lambda: ours(other, 1)})
    row(name, middle(runs["mine"], "rate"), middle(runs["other"], "rate"), "events/s",
        ratio(runs["mine"], runs["other"]))


def batches(folder, servers, url, topic, flow, bare):
    """Several events in one call, beside a call for each; and of few keys, where calls stay empty."""
    hundred = "{ max: 100 }"
    for name, alone, receipts in (("with receipts", flow, True), ("without receipts", bare, False)):
        together = configuration(folder, servers, url, topic, receipts=receipts, batch=hundred)
        beside(f"up to 100 events a call, {name}, beside one a call", together, alone)
    servers, topic = topic_with(PARTITIONS)
    path = folder / "few-keys.ndjson"
    events(path, FEW_KEYS_EVENTS, keys=PARTITIONS)
    produce(servers, topic, path)
    for name, receipts in (("with receipts", True), ("without receipts", False)):
        apart = configuration(folder, servers, url, topic, receipts=receipts, batch=hundred)
        order = configuration(folder, servers, url, topic, receipts=receipts, batch="{ max: 100, same_key: in_order }")
        beside(f"{PARTITIONS} keys, in order in a call, {name}, beside apart", order, apart)


def memory(folder, url, counts):
    """Backlogs of distinct events, of as many keys up to a million."""
    for count in counts:
        servers, topic = topic_with(PARTITIONS)
        path = folder / f"{count}.ndjson"
        for first in range(0, count, 100_000):
            events(path, min(count - first, 100_000), min(count, 1_000_000), first)
            produce(servers, topic, path)
        result = ours(configuration(folder, servers, url, topic), 1)
        row(f"peak memory, {result['events']} events of backlog", result["rss"], None, "MiB", None)


def run(folder, limit, url):
    servers, topic = topic_with(PARTITIONS)
    say(f"{EVENTS} events on {servers}{'' if BOOTSTRAP else ' (embedded)'}, nginx at {url}")
    path = folder / "events.ndjson"
    events(path, EVENTS)
    produce(servers, topic, path)
    flow = configuration(folder, servers, url, topic)
    bare = configuration(folder, servers, url, topic, receipts=False)
    compare(limit, servers, url, topic, flow, bare, EVENTS)
    compare_httpx(servers, url, topic, flow)
    batches(folder, servers, url, topic, flow, bare)
    if BOOTSTRAP:
        memory(folder, url, (10_000, BACKLOG // 10, BACKLOG))
    else:
        say("memory with a large backlog is measured on a real Kafka only: set BENCH_BOOTSTRAP")
        memory(folder, url, (10_000, 30_000))
