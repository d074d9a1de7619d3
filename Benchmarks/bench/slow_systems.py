"""Systems that take their time: what order per key costs, what more workers bring, and how soon a call starts."""
import json
import statistics
import subprocess
import uuid

from bench import end_to_end
from bench.common import ROUNDS, row, say, start, stop
from bench.end_to_end import configuration, events, ours, peer, produce, start_worker, topic_with

KEY_COUNTS = (1, 2, 5, 10, 20, 50, 100, 1_000, 10_000)
# Beside the bare case, which is what others publish: the next event of a key waits for the receipt, too.
WITH_RECEIPTS = (20, 1_000)
CALLS = 10_000
SCALE_CALLS = 200_000
IN_FLIGHT = 100
MEAN_SECONDS = 0.0025


def slow_system(program, shortest, longest):
    """A system whose calls take from `shortest` to `longest` microseconds: its process and URL."""
    process = start([program, str(shortest), str(longest)], stdout=subprocess.PIPE, text=True)
    return process, f"http://127.0.0.1:{process.stdout.readline().strip()}"


def seconds(result):
    return result["events"] / result["rate"]


# MARK: order per key


def timed(folder, slow, servers, topic, receipts):
    system, url = slow_system(slow, 0, 5_000)
    path = configuration(folder, servers, url, topic, IN_FLIGHT, receipts)
    result = seconds(ours(path, 1))
    stop(system)
    return result


def keys(folder, limit, slow):
    """Parallel Consumer's published case over real HTTP: calls of 0 to 5 ms, one partition, 100 in flight."""
    unordered = None
    for count in KEY_COUNTS:
        servers, topic = topic_with(partitions=1)
        path = folder / f"keys-{count}.ndjson"
        events(path, CALLS, count)
        produce(servers, topic, path)
        mine, recorded, theirs = [], [], []
        for _ in range(1 if count < 5 else ROUNDS):
            mine.append(timed(folder, slow, servers, topic, receipts=False))
            if count in WITH_RECEIPTS:
                recorded.append(timed(folder, slow, servers, topic, receipts=True))
            if count == 1_000:
                system, url = slow_system(slow, 0, 5_000)
                theirs.append(seconds(peer(limit, servers, url, topic, CALLS, 1, IN_FLIGHT)))
                stop(system)
        ideal = CALLS * MEAN_SECONDS / min(count, IN_FLIGHT)
        middle = statistics.median(mine)
        row(f"0-5 ms a call, {count:,} keys, beside the ideal", middle, ideal, "s", ideal / middle)
        if recorded:
            middle_recorded = statistics.median(recorded)
            row(f"  with receipts, {count:,} keys", middle_recorded, ideal, "s", ideal / middle_recorded)
        if theirs:
            unordered = statistics.median(theirs)
            row(f"0-5 ms a call, {count:,} keys, beside unordered C", middle, unordered, "s", unordered / middle,
                "bar: 0.8")
        say(f"  {count} keys: {middle:.2f} s; ideal {ideal:.2f} s")


# MARK: more workers


def scale(folder, slow):
    """1, 2 and 4 workers and calls of 20 ms: in proportion, until the cores are full.

    Once each, and long: what counts is the calls' time, and until the last worker has joined the first ones have all of
    the topic, which takes a second or two where the group begins with the first one (`group.initial.rebalance.delay.ms`).
    """
    servers, topic = topic_with(partitions=8)
    path = folder / "scale.ndjson"
    events(path, SCALE_CALLS)
    produce(servers, topic, path)
    system, url = slow_system(slow, 20_000, 20_000)
    for workers in (1, 2, 4):
        rate = ours(configuration(folder, servers, url, topic), workers)["rate"]
        ideal = workers * end_to_end.IN_FLIGHT / 0.020
        row(f"20 ms a call, {workers} workers, beside the ideal", rate, ideal, "events/s", rate / ideal)
        say(f"  {workers} workers: {rate:.0f} events/s")
    stop(system)


# MARK: latency


def latency(folder, program):
    """At 200 events a second: from producing an event to its call, beside a plain consumer."""
    servers, topic = topic_with(partitions=4)
    command = [program, servers, topic, "4000", "200"]
    probe = start(command, stdout=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{probe.stdout.readline().strip()}"
    path = configuration(folder, servers, url, topic)
    worker = start_worker(path, 1, idle=60)
    result = json.loads(probe.stdout.readline())
    stop(worker)
    for name in ("median", "p99"):
        mine, theirs = result["called"][name], result["consumed"][name]
        row(f"from producing to the call, {name}, beside a plain consumer", mine, theirs, "ms", theirs / mine,
            f"bar: {'2' if name == 'median' else '10'} ms")
    say(f"  {json.dumps(result)}")


def run(folder, limit, slow, latency_program):
    say("systems that take their time")
    latency(folder, latency_program)
    keys(folder, limit, slow)
    scale(folder, slow)
