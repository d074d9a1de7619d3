"""The transformation of an event: beside libjq, beside jsonschema-rs, beside the HTTP call of the same event.

Both sides of a comparison run one after the other, several times over; the medians and the median ratio count. CPU
time is measured, inside each process, after a warm-up.
"""
import json
import pathlib
import statistics
import subprocess
import sys

from bench.common import ROOT, PEERS, ROUNDS, row, say
from bench.python import python

INPUTS = ROOT / "Benchmarks/inputs"
MILLISECONDS = 400
CALLS = 30_000
JSONSCHEMA_RS = "jsonschema-rs==0.60.3"


def output(command):
    """The JSON objects that a command prints."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def alternating(mine, theirs):
    """Runs both sides in turn; the results of each round."""
    rounds = max(ROUNDS, 5)
    return [(output(mine)[0], output(theirs)[0]) for _ in range(rounds)]


def compare(name, pairs, cost=lambda result: result["nanoseconds"], note=""):
    ours = statistics.median(mine["nanoseconds"] for mine, _ in pairs)
    theirs = statistics.median(cost(other) for _, other in pairs)
    ratio = statistics.median(cost(other) / mine["nanoseconds"] for mine, other in pairs)
    row(name, ours, theirs, "ns CPU", ratio, note)


def mappings(ours, libjq):
    for program in sorted((INPUTS / "mapping").glob("*.jq")):
        document = program.with_suffix(".json")
        arguments = [program, document, MILLISECONDS]
        pairs = alternating([ours, "map", *arguments], [libjq, *arguments])
        mine, theirs = pairs[0]
        if not same(mine["output"], theirs["output"]):
            sys.exit(f"{program.name}: ours gives {mine['output']}, libjq {theirs['output']}")
        size = document.stat().st_size
        compare(f"parse + map + print, {program.stem}, beside libjq", pairs, note=f"{size} bytes")


def same(ours, theirs):
    """The same document; numbers to the precision of doubles in decimal notation."""
    if isinstance(ours, float) or isinstance(theirs, float):
        return abs(ours - theirs) <= 1e-9 * max(abs(ours), abs(theirs))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return ours == theirs


def validations(ours):
    interpreter = python(JSONSCHEMA_RS)
    if not interpreter:
        return
    for schema in sorted((INPUTS / "validation").glob("*.schema.json")):
        name = schema.name.removesuffix(".schema.json")
        arguments = [schema, schema.with_name(f"{name}.json"), MILLISECONDS]
        pairs = alternating([ours, "validate", *arguments], [interpreter, PEERS / "jsonschema-rs.py", *arguments])
        compare(f"validate, {name}, beside jsonschema-rs", pairs)
        compare("  the same, less the cost of an empty schema", pairs,
                cost=lambda result: result["nanoseconds"] - result["empty"])


def whole_beside_call(ours, url):
    pairs = alternating([ours, "whole", ROOT, MILLISECONDS], [ours, "call", ROOT, url, CALLS])
    if any(call["failed"] for _, call in pairs):
        sys.exit("calls failed")
    compare("whole transformation beside its HTTP call", pairs, note="bar: 3")


def stages(ours):
    for line in output([ours, "stages", ROOT]):
        row(f"stage: {line['stage']}", line["nanoseconds"], None, "ns CPU", None)
    for line in output([ours, "allocations", ROOT]):
        row(f"heap allocations: {line['stage']}", line["allocations"], None, "an event", None)


def run(ours, libjq, url):
    say("the transformation, beside libjq, jsonschema-rs and its own HTTP call")
    mappings(ours, libjq)
    validations(ours)
    whole_beside_call(ours, url)
    stages(ours)
