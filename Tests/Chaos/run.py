#!/usr/bin/env python3
"""Chaos on processes: workers and the ERP are killed, stopped, cut off and restarted under load; then the account.

    Tests/Chaos/run.py [--rounds N] [--seed N] [--probes] [--batches] [--program FILE]

Produces events of numbered changes to some hundred keys, all the time; each round does one thing to the plant and waits
until the ERP has effects of this round. At the end everything is left in peace, the group catches up, and the ERP's
journal is compared with what was produced: lost, out of order, duplicates. Exit code 1 if any is not 0.

With --probes the ERP honours no idempotency key, and the flow's step asks before it repeats. With --batches there are few keys,
and calls carry several events, those of a key in order. Without PENSTOCK_TEST_BOOTSTRAP an embedded broker is started. All processes are children of this one and end with it.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEYS = 300
# With batches: few, so that a call has several events of each.
FEW_KEYS = 20
PARTITIONS = 8
EVENTS_A_ROUND = 300
WORKERS = 3

CONFIGURATION = """
kafka: {{ bootstrap_servers: "{servers}" }}
systems:
  erp:
    base_url: http://127.0.0.1:{port}
    concurrency: 8
    timeout: 1s
    circuit: {{ open_for: 100ms, open_for_max: 1s }}
flows:
  chaos:
    topic: {topic}
    group: {topic}
    format: json
    identity: .external_id
    key: .key
    session_timeout: 6s
    drain_deadline: 2s
    backoff: {{ initial: 50ms, max: 1s }}
    steps:
      - name: change
{call}{probe}"""

SINGLE = """        call: POST erp/changes
        remember: { seen: "true" }
"""

BATCHES = """        map: { jq: "{ key, seq, external_id, name: $idempotency_key }" }
        call: POST erp/changes/bulk
        batch: { max: 50, same_key: in_order, key: .external_id }
        results: ".[] | { key: .external_id, status }"
"""

PROBE = """        probe:
          call: GET erp/changes?external_id={.external_id}
          hit: .body | length > 0
          wait: 2500ms
"""


class Plant:
    """The processes, and what is done to them."""

    def __init__(self, options, folder):
        self.program = options.program
        self.folder = folder
        self.probes = options.probes
        self.keys = FEW_KEYS if options.batches else KEYS
        self.topic = f"chaos-{uuid.uuid4().hex[:8]}"
        self.database = folder / "erp.sqlite"
        self.log = open(folder / "workers.log", "ab")
        self.broker = None
        self.workers = []
        self.stopped = []
        self.produced = collections.Counter()
        self.erp = None
        self.port = 0
        servers = os.environ.get("PENSTOCK_TEST_BOOTSTRAP") or self.start_broker()
        self.start_erp()
        self.path = folder / "penstock.yaml"
        self.path.write_text(CONFIGURATION.format(
            servers=servers, port=self.port, topic=self.topic, call=BATCHES if options.batches else SINGLE,
            probe=PROBE if self.probes else ""))
        if not self.broker:
            self.create_topics(servers)
        for _ in range(WORKERS):
            self.start_worker()

    def start_broker(self):
        topics = [f"{self.topic}:{PARTITIONS}", f"{self.topic}.dead-letter:{PARTITIONS}",
                  f"{self.topic}.receipts:{PARTITIONS}", f"{self.topic}.redrives:{PARTITIONS}"]
        command = [self.program, "broker"] + [part for topic in topics for part in ("--topic", topic)]
        self.broker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return self.broker.stdout.readline().strip()

    def create_topics(self, servers):
        """A real broker creates the topic when its first record comes; the others are Penstock's to create."""
        self.produce(1)

    def start_erp(self):
        command = [sys.executable, ROOT / "Tests/Chaos/erp.py", "--database", self.database, "--port", str(self.port)]
        if self.probes:
            command += ["--no-idempotency", "--late", "1.5"]
        self.erp = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        self.port = int(self.erp.stdout.readline())

    def start_worker(self):
        command = [self.program, "run", self.path, "--workers", "1", "--log-level", "warning"]
        self.workers.append(subprocess.Popen([str(part) for part in command], stdout=self.log, stderr=self.log))

    def produce(self, count):
        lines = []
        for _ in range(count):
            key = f"K-{random.randrange(self.keys):03d}"
            self.produced[key] += 1
            seq = self.produced[key]
            lines.append(json.dumps({"key": key, "seq": seq, "external_id": f"{key}/{seq}"}))
        command = [self.program, "produce", "--config", self.path, "--flow", "chaos", "--key", ".key",
                   "--format", "ndjson", "-"]
        subprocess.run([str(part) for part in command], input="\n".join(lines).encode(), check=True,
                       stdout=subprocess.DEVNULL, stderr=self.log)

    # MARK: what is done to it

    def kill_worker(self):
        worker = self.workers.pop(random.randrange(len(self.workers)))
        worker.kill()
        worker.wait()
        self.start_worker()

    def pause_worker(self):
        """Twice in three long enough that the group gives the worker's partitions to others, once that they go on."""
        worker = random.choice(self.workers)
        worker.send_signal(signal.SIGSTOP)
        time.sleep(random.choice([1, 9, 13]))
        worker.send_signal(signal.SIGCONT)

    def restart_erp(self):
        self.erp.kill()
        self.erp.wait()
        time.sleep(random.uniform(0, 1.5))
        self.start_erp()

    def cut_connections(self):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_chaos/cut", data=b"", timeout=5)
        except (urllib.error.URLError, ConnectionError, OSError):
            pass

    def join(self):
        if len(self.workers) < WORKERS + 2:
            self.start_worker()

    def leave(self):
        if len(self.workers) > 1:
            worker = self.workers.pop(0)
            worker.terminate()
            if worker.wait(timeout=60) != 0:
                sys.exit(f"a worker that was told to stop ended with {worker.returncode}; see {self.folder}")
        else:
            self.start_worker()

    # MARK: what the ERP holds

    def effects(self):
        store = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)
        try:
            return store.execute("SELECT key, seq FROM effects ORDER BY number").fetchall()
        finally:
            store.close()

    def effect_count(self):
        store = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)
        try:
            return store.execute("SELECT COALESCE(MAX(number), 0) FROM effects").fetchone()[0]
        finally:
            store.close()

    def check_workers(self):
        for worker in self.workers:
            if worker.poll() is not None:
                sys.exit(f"a worker ended by itself with {worker.returncode}; see {self.folder}/workers.log")

    def wait_for_effects(self, count, seconds):
        deadline = time.monotonic() + seconds
        while self.effect_count() < count:
            self.check_workers()
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def end(self):
        for process in self.workers + [self.erp, self.broker]:
            if process and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()


def account(plant):
    """Lost, out of order, duplicates: by the ERP's own journal."""
    seen = collections.Counter()
    last = collections.Counter()
    out_of_order = 0
    for key, seq in plant.effects():
        seen[key, seq] += 1
        if seen[key, seq] == 1:
            out_of_order += seq < last[key]
            last[key] = max(last[key], seq)
    wanted = {(key, seq) for key, count in plant.produced.items() for seq in range(1, count + 1)}
    lost = sum(1 for name in wanted if seen[name] == 0)
    return {"events": len(wanted), "effects": sum(seen.values()), "lost": lost, "out_of_order": out_of_order,
            "duplicates": sum(count - 1 for count in seen.values())}


def run(options, folder):
    plant = Plant(options, folder)
    done = collections.Counter()
    began = time.monotonic()
    try:
        actions = [plant.kill_worker, plant.pause_worker, plant.restart_erp, plant.cut_connections, plant.join,
                   plant.leave]
        for number in range(1, options.rounds + 1):
            action = random.choice(actions)
            before = plant.effect_count()
            plant.produce(EVENTS_A_ROUND)
            action()
            done[action.__name__] += 1
            if not plant.wait_for_effects(before + EVENTS_A_ROUND // 3, 90):
                sys.exit(f"round {number}, {action.__name__}: no progress in 90 s; see {folder}")
            if number % 10 == 0:
                print(f"  {number} rounds, {sum(plant.produced.values())} events, {plant.effect_count()} effects, "
                      f"{time.monotonic() - began:.0f} s", flush=True)
        total = sum(plant.produced.values())
        if not plant.wait_for_effects(total, 120):
            print("not all effects came within two minutes of peace")
        # Whatever would still be repeated has its time to be.
        time.sleep(10)
        result = account(plant)
        print(json.dumps({"rounds": options.rounds, **done, **result, "seconds": round(time.monotonic() - began)}))
        return result
    finally:
        plant.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--probes", action="store_true")
    parser.add_argument("--batches", action="store_true")
    parser.add_argument("--program", default=str(ROOT / ".build/release/penstock"))
    options = parser.parse_args()
    random.seed(options.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="penstock-chaos-"))
    result = run(options, folder)
    if result["lost"] or result["out_of_order"] or result["duplicates"]:
        print(f"NOT balanced; what the workers said: {folder}/workers.log")
        sys.exit(1)
    shutil.rmtree(folder)
    print("balanced")


if __name__ == "__main__":
    main()
