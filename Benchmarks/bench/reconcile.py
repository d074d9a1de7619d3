"""`penstock reconcile` with a listing, beside a C program that reads the same topic and pages and does nothing else."""
import http.server
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid

from bench.common import ROOT, ROUNDS, row, say, start
from bench.end_to_end import BOOTSTRAP, PENSTOCK, broker, produce

KEYS = int(os.environ.get("BENCH_KEYS", "100000" if BOOTSTRAP else "15000"))
EVENTS_PER_KEY = 2
PAGE_SIZE = 1000
# How long a system takes for a page; beside it nginx, for which a page is a file.
PAGE_MILLISECONDS = (5, 20)


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


class SlowPages(http.server.BaseHTTPRequestHandler):
    """A listing whose pages take their time, as those of a system do that has to look its records up."""

    protocol_version = "HTTP/1.1"
    folder, seconds = None, 0.0

    def do_GET(self):
        due = time.monotonic() + self.seconds
        path = self.folder / self.path.lstrip("/")
        body = path.read_bytes() if path.is_file() else b""
        head = f"HTTP/1.1 {200 if body else 404} -\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        time.sleep(max(0, due - time.monotonic()))
        self.wfile.write(head.encode() + body)

    def log_message(self, *_):
        pass


def slow_listing(folder, milliseconds):
    """The server and its URL."""
    handler = type("Pages", (SlowPages,), {"folder": folder, "seconds": milliseconds / 1000})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


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


def prepared(folder, servers, keys):
    """A topic and a listing of that many keys: the topic, and the number of pages."""
    topic = f"bench-reconcile-{uuid.uuid4()}"
    events, pages = write_inputs(folder, keys)
    produce(servers, topic, events)
    return topic, pages


def compare(folder, reading, servers, url, keys, topic, pages, what):
    path = configuration(folder, servers, url, topic)
    mine, theirs, memory = [], [], 0
    for number in range(ROUNDS):
        seconds, peak = ours(path, keys)
        mine.append(seconds)
        memory = max(memory, peak)
        output, alone, _ = timed([reading, servers, topic, EVENTS_PER_KEY * keys, f"{url}/pages", pages])
        theirs.append(alone)
        say(f"  {keys} keys, {what}, round {number + 1}: {mine[-1]:.2f} s beside {alone:.2f} s {output.strip()}")
    row(f"reconcile {keys} keys, {what}, beside reading alone", keys / statistics.median(mine),
        keys / statistics.median(theirs), "keys/s", statistics.median(b / a for a, b in zip(mine, theirs)))
    row(f"peak memory, reconcile of {keys} keys", memory, None, "MiB", None)


def run(folder, reading, url):
    servers = broker("unused")
    say(f"{KEYS} keys on {servers}{'' if BOOTSTRAP else ' (embedded)'}, nginx at {url}")
    for keys in (KEYS // 10, KEYS):
        topic, pages = prepared(folder, servers, keys)
        compare(folder, reading, servers, url, keys, topic, pages, "pages from files")
    for milliseconds in PAGE_MILLISECONDS:
        server, slow = slow_listing(folder, milliseconds)
        compare(folder, reading, servers, slow, KEYS, topic, pages, f"{milliseconds} ms a page")
        server.shutdown()
