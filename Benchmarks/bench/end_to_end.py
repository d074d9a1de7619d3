"""End to end: events from a topic to a system's HTTP API, beside a C program that does nothing else."""
import json
import os
import statistics
import subprocess
import sys
import uuid

from bench.common import ROOT, ROUNDS, row, say, start

PENSTOCK = ROOT / ".build/release/penstock"
BOOTSTRAP = os.environ.get("BENCH_BOOTSTRAP")
EVENTS = int(os.environ.get("BENCH_EVENTS", "200000" if BOOTSTRAP else "60000"))
BACKLOG = int(os.environ.get("BENCH_BACKLOG", "1000000"))
IN_FLIGHT = 64
PARTITIONS = 12
KEYS = 10_000


def broker(topic):
    if BOOTSTRAP:
        return BOOTSTRAP
    command = [PENSTOCK, "broker", "--topic", f"{topic}:{PARTITIONS}", "--topic", f"{topic}.dead-letter:1"]
    process = start(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return process.stdout.readline().strip()


def events(path, count):
    """Customer events of about 600 bytes, for KEYS customers in turn."""
    with open(path, "w", encoding="utf-8") as file:
        for number in range(count):
            key = f"CRM-{number * 7919 % KEYS:06d}"
            event = {
                "specversion": "1.0", "id": str(uuid.UUID(int=number + 1)), "source": "/crm/eu",
                "type": "crm.customer.created", "subject": key, "time": "2026-01-01T00:00:00.000Z",
                "datacontenttype": "application/json",
                "data": {
                    "id": key, "firstName": "Marguerite", "lastName": "Oyelaran-Whitfield",
                    "email": f"marguerite.{number}@customers.example", "version": number // KEYS + 1,
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


def configuration(folder, servers, url, topic):
    example = ROOT / "examples/crm-to-erp"
    path = folder / "penstock.yaml"
    path.write_text(
        f"""
kafka: {{ bootstrap_servers: "{servers}" }}
schemas: {ROOT}/Schemas
systems:
  erp: {{ base_url: "{url}", concurrency: {IN_FLIGHT} }}
flows:
  bench:
    topic: {topic}
    group: ${{BENCH_GROUP}}
    schema: crm/customer-event.v1.json
    steps:
      - name: create
        when: .type == "crm.customer.created"
        map: {example}/mappings/customer-to-client.jq
        schema: erp/client.v2.json
        call: POST erp/clients
"""
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


def peer(limit, servers, url, topic, count, processes):
    group = f"limit-{uuid.uuid4()}"
    command = [limit, servers, topic, group, url + "/clients", str(count), str(IN_FLIGHT)]
    return measure([start(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)])


def ours(path, workers):
    environment = dict(os.environ, BENCH_GROUP=f"penstock-{uuid.uuid4()}")
    command = [PENSTOCK, "run", path, "--workers", str(workers), "--exit-when-idle", "2", "--log-level", "warning"]
    return measure([start(command, stdout=subprocess.PIPE, text=True, env=environment)])


def compare(limit, servers, url, topic, path, count):
    for number in (1, 2):
        mine, theirs = [], []
        for round_number in range(ROUNDS):
            mine.append(ours(path, number))
            theirs.append(peer(limit, servers, url, topic, count, number))
            say(f"  {number} beside {number}, round {round_number + 1}: "
                f"{mine[-1]['rate']:.0f} and {theirs[-1]['rate']:.0f} events/s")
        middle = lambda runs, key: statistics.median(run[key] for run in runs)
        ratio = statistics.median(a["rate"] / b["rate"] for a, b in zip(mine, theirs))
        who = "worker" if number == 1 else "workers"
        row(f"end to end, {number} {who} beside {number} C", middle(mine, "rate"), middle(theirs, "rate"),
            "events/s", ratio)
        row(f"CPU of an event, {number} {who} beside {number} C", middle(mine, "cpu"), middle(theirs, "cpu"), "us",
            middle(theirs, "cpu") / middle(mine, "cpu"))


def memory(folder, servers, url, counts):
    for count in counts:
        topic = f"bench-memory-{count}-{uuid.uuid4()}"
        path = folder / f"{count}.ndjson"
        events(path, min(count, 100_000))
        for _ in range(max(1, count // 100_000)):
            produce(servers, topic, path)
        result = ours(configuration(folder, servers, url, topic), 1)
        row(f"peak memory, {result['events']} events of backlog", result["rss"], None, "MiB", None)


def run(folder, limit, url):
    topic = f"bench-{uuid.uuid4()}"
    servers = broker(topic)
    say(f"{EVENTS} events on {servers}{'' if BOOTSTRAP else ' (embedded)'}, nginx at {url}")
    path = folder / "events.ndjson"
    events(path, EVENTS)
    produce(servers, topic, path)
    compare(limit, servers, url, topic, configuration(folder, servers, url, topic), EVENTS)
    if BOOTSTRAP:
        memory(folder, servers, url, (10_000, BACKLOG // 10, BACKLOG))
    else:
        say("memory with a large backlog is measured on a real Kafka only: set BENCH_BOOTSTRAP")
        memory(folder, servers, url, (10_000, 30_000))
