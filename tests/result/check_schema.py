#!/usr/bin/python3
"""Validates results files against results/schema.json, line by line.

usage: check_schema.py SCHEMA FILE...   prints the first fault of each bad line; exit 1 when there is one
"""
import json
import sys

import jsonschema


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        validator = jsonschema.Draft7Validator(json.load(f))
    bad = 0
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                record = json.loads(line)
                kind = record.get("record")
                part = validator.schema["definitions"].get(kind)
                if part is None:
                    print(f"{path}:{number}: unknown record {kind!r}")
                    bad += 1
                    continue
                # One definition alone gives a message that names the field; oneOf would not.
                schema = dict(validator.schema, oneOf=[{"$ref": f"#/definitions/{kind}"}])
                schema.pop("oneOf")
                schema["$ref"] = f"#/definitions/{kind}"
                for fault in jsonschema.Draft7Validator(schema).iter_errors(record):
                    where = "/".join(str(p) for p in fault.absolute_path)
                    print(f"{path}:{number}: {kind}/{where}: {fault.message[:200]}")
                    bad += 1
    return 1 if bad else 0


sys.exit(main())
