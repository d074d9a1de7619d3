"""jsonschema-rs's side of the comparison: is_valid of a document that is parsed already, formats asserted.

    jsonschema-rs.py SCHEMA DOCUMENT MILLISECONDS

Prints one JSON object: the CPU time of one verdict, and that of one of the schema `true`, which is what it costs to
hand the Python object over to Rust.
"""
import json
import sys
import time

import jsonschema_rs


def measure(validator, document, milliseconds):
    is_valid = validator.is_valid
    for _ in range(200):
        is_valid(document)
    count, start, elapsed = 0, time.process_time_ns(), 0
    while elapsed < milliseconds * 1_000_000:
        for _ in range(200):
            is_valid(document)
        count += 200
        elapsed = time.process_time_ns() - start
    return elapsed / count


def main():
    schema = json.load(open(sys.argv[1], encoding="utf-8"))
    document = json.load(open(sys.argv[2], encoding="utf-8"))
    milliseconds = int(sys.argv[3])
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    if not validator.is_valid(document):
        sys.exit("not valid")
    everything = jsonschema_rs.Draft202012Validator(True)
    print(json.dumps({
        "nanoseconds": measure(validator, document, milliseconds),
        "empty": measure(everything, document, milliseconds // 2),
    }))


main()
