#!/usr/bin/python3
"""Checks the profiles in a results file against themselves, their files and what is expected.

usage: check_profile.py FILE [--sides N] [--pairs N] [--first-changed FUNCTION] [--parts A,B]
"""
import argparse
import json
import os
import sys


OUTSIDE = ("fexecve", "sync_state", "channel_send", "channel_receive", "body_begin", "body_end", "probe_end")


def fail(message):
    print(message)
    sys.exit(1)


def check_folded(path, samples):
    """The stacks of the file hold as many samples as the record."""
    with open(path, encoding="utf-8") as f:
        total = sum(int(line.rsplit(" ", 1)[1]) for line in f)
    if total != samples:
        fail(f"{path}: {total} samples, the record has {samples}")


def check_side(record, folder):
    samples = record["samples"]
    if sum(f["self"] for f in record["functions"]) > samples:
        fail(f"{record['id']}: more samples of functions than there are")
    for f in record["functions"]:
        if f["module"].startswith("memfd:cupel-spawner") or f["name"] in OUTSIDE:
            fail(f"{record['id']}: {f['name']} in {f['module']} is no work of the side")
    if any(f["self"] > f["total"] or f["total"] > samples for f in record["functions"]):
        fail(f"{record['id']}: a function has more than its own")
    parts = record["parts"]
    if parts:
        if sum(p["samples"] for p in parts) != samples:
            fail(f"{record['id']}: parts do not add up")
        for p in parts:
            if samples and not p["low"] <= p["share"] <= p["high"]:
                fail(f"{record['id']}: {p['name']}: bounds do not hold the share")
        for key, wanted in (("overhead", True), ("computation", False)):
            found = sum(p["samples"] for p in parts if p["overhead"] == wanted and p["name"] != "other")
            if record[key]["samples"] != found:
                fail(f"{record['id']}: {key}: {record[key]['samples']}, its parts have {found}")
            if samples and not record[key]["low"] <= record[key]["share"] <= record[key]["high"]:
                fail(f"{record['id']}: {key}: bounds do not hold the share")
    for name in record["files"].values():
        if os.path.getsize(os.path.join(folder, name)) == 0:
            fail(f"{name}: empty")
    check_folded(os.path.join(folder, record["files"]["folded"]), samples)
    with open(os.path.join(folder, record["files"]["speedscope"]), encoding="utf-8") as f:
        json.load(f)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("file")
    p.add_argument("--sides", type=int)
    p.add_argument("--pairs", type=int)
    p.add_argument("--first-changed")
    p.add_argument("--parts")
    p.add_argument("--outside", action="store_true", help="some samples were of the harness, and left out")
    p.add_argument("--hz", type=float)
    p.add_argument("--hz-above", type=float)
    p.add_argument("--whole", type=float, help="at least this share of the stacks reaches its root")
    o = p.parse_args()
    with open(o.file, encoding="utf-8") as f:
        records = [json.loads(line) for line in f]
    folder = os.path.dirname(o.file)
    sides = [r for r in records if r["record"] == "profile"]
    pairs = [r for r in records if r["record"] == "profile-pair"]
    if o.sides is not None and len(sides) != o.sides or o.pairs is not None and len(pairs) != o.pairs:
        fail(f"{len(sides)} sides and {len(pairs)} pairs")
    for record in sides:
        if record["samples"] < 1:
            fail(f"{record['id']}: no samples")
        if o.outside and record["outside"] < 1:
            fail(f"{record['id']}: nothing was left out")
        if o.hz_above and record["hz"] <= o.hz_above or o.hz and record["hz"] != o.hz:
            fail(f"{record['id']}: {record['hz']} samples a second")
        if o.whole and record["cut"] > (1 - o.whole) * record["samples"]:
            fail(f"{record['id']}: {record['cut']} of {record['samples']} stacks are cut")
        check_side(record, folder)
    for record in pairs:
        for name in record["files"].values():
            if os.path.getsize(os.path.join(folder, name)) == 0:
                fail(f"{name}: empty")
    if o.first_changed:
        found = [r["changed"][0]["name"] for r in pairs]
        if not found or any(name != o.first_changed for name in found):
            fail(f"first of what changed: {found}")
        if not all(r["changed"][0]["shown"] and r["changed"][0]["points"] > 0 for r in pairs):
            fail("it is within noise, or took less")
    if o.parts and [p["name"] for p in sides[0]["parts"]] != o.parts.split(","):
        fail(f"parts: {[p['name'] for p in sides[0]['parts']]}")


main()
