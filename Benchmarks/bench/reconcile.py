"""`penstock reconcile` with a listing, beside a C program that reads the same topic and pages and does nothing else."""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

from bench.common import ROOT, ROUNDS, row, say, start
from bench.end_to_end import BOOTSTRAP, PENSTOCK, broker, produce

KEYS = int(os.environ.get("BENCH_KEYS", "100000" if BOOTSTRAP else "15000"))
EVENTS_PER_KEY = 2
PAGE_SIZE = 1000


def key(number, keys):
    return f"CRM-{number * 7919 % keys:07d}"


def event(number, keys):
    name = key(number, keys)
    return {
        "specversion": "1.0", "id": str(uuid.UUID(int=number + 1)), "source": "/crm/eu",
        "type": "crm.customer.created", "subject": name, "time": "2026-01-01T00:00:00.000Z",
        "datacontenttype": "application/json",
        "data": {
            "id": name, "firstName": "Marguerite", "lastName": "Oyelaran-Whitfield",
            "email": f"Marguerite.{number}@customers.example", "version": number // keys + 1,
            "address": {"street": "1187 Hollow Creek Parkway", "city": "Springfield", "state": "IL", "zip": "62704"},
        },
    }


def client(number, keys):
    """What the ERP holds after the last event of a key; it numbers and dates its records itself."""
    return {
        "clientId": f"C{number}", "clientIdentifier": key(number, keys), "clientName": "Marguerite Oyelaran-Whitfield",
        "clientEmail": f"marguerite.{number}@customers.example",
        "clientAddress": {"street": "1187 Hollow Creek Parkway", "city": "Springfield", "state": "IL",
                          "zipCode": "62704"},
        "status": "active", "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
    }


def write_inputs(folder, keys):
    """Events, and the pages of the listing; the last one has no records."""
    path = folder / "events.ndjson"
    with open(path, "w", encoding="utf-8") as file:
        for number in range(EVENTS_PER_KEY * keys):
            file.write(json.dumps(event(number, keys), separators=(",", ":")) + "\n")
    pages = folder / "pages"
    pages.mkdir(exist_ok=True)
    first = (EVENTS_PER_KEY - 1) * keys
    count = -(-keys // PAGE_SIZE) + 1
    for page in range(count):
        numbers = range(first + page * PAGE_SIZE, min(first + keys, first + (page + 1) * PAGE_SIZE))
        text = json.dumps({"clients": [client(number, keys) for number in numbers]}, separators=(",", ":"))
        (pages / f"{page + 1}.json").write_text(text)
    return path, count


def configuration(folder, servers, url, topic):
    path = folder / "reconcile.yaml"
    path.write_text(
        f"""
kafka: {{ bootstrap_servers: "{servers}" }}
schemas: {ROOT}/Schemas
systems:
  erp:
    base_url: "{url}"
    entities:
      clients: {{ list: "GET erp/pages/{{page}}.json", key: .clientIdentifier }}
flows:
  bench:
    topic: {topic}
    group: {topic}
    receipts: {{ enabled: false }}
    schema: crm/customer-event.v1.json
    reconcile: {{ entity: erp/clients }}
    steps:
      - name: create
        map: {ROOT}/examples/crm-to-erp/mappings/customer-to-client.jq
        schema: erp/client.v2.json
        call: POST erp/clients
"""
    )
    return path


def timed(command):
    """The output, the seconds of the whole process, and its peak memory in MiB."""
    begun = time.monotonic()
    process = start(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}: {output[-2000:]}")
    return output, time.monotonic() - begun, usage.ru_maxrss / 1024


def ours(path, keys):
    with tempfile.TemporaryDirectory() as work:
        output, seconds, memory = timed(
            [PENSTOCK, "reconcile", "bench", "--config", path, "--work", work, "--output", "json"])
    summary = json.loads(output.splitlines()[-1])["summary"]
    if summary["equal"] != keys:
        sys.exit(f"of {keys} keys are equal: {summary}")
    return seconds, memory


def compare(folder, reading, servers, url, keys):
    topic = f"bench-reconcile-{uuid.uuid4()}"
    events, pages = write_inputs(folder, keys)
    produce(servers, topic, events)
    path = configuration(folder, servers, url, topic)
    mine, theirs, memory = [], [], 0
    for number in range(ROUNDS):
        seconds, peak = ours(path, keys)
        mine.append(seconds)
        memory = max(memory, peak)
        output, alone, _ = timed([reading, servers, topic, EVENTS_PER_KEY * keys, f"{url}/pages", pages])
        theirs.append(alone)
        say(f"  {keys} keys, round {number + 1}: {mine[-1]:.2f} s beside {alone:.2f} s {output.strip()}")
    row(f"reconcile {keys} keys beside reading alone", keys / statistics.median(mine),
        keys / statistics.median(theirs), "keys/s", statistics.median(b / a for a, b in zip(mine, theirs)))
    row(f"peak memory, reconcile of {keys} keys", memory, None, "MiB", None)


def run(folder, reading, url):
    servers = broker("unused")
    say(f"{KEYS} keys on {servers}{'' if BOOTSTRAP else ' (embedded)'}, nginx at {url}")
    for keys in (KEYS // 10, KEYS):
        compare(folder, reading, servers, url, keys)
