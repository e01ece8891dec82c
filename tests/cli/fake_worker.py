#!/usr/bin/python3
"""A worker that speaks the protocol and reports scripted times: gates are tested without a clock.

FAKE_FACTOR  what every slice takes, as a multiple of 4 ms
FAKE_DIGEST  one hex digit, repeated
FAKE_TRICK   "": none; "protocol": another version; "garbage": no JSON; "die": ends at the first step;
             "error": refuses to prepare
"""
import json
import os
import sys

FACTOR = float(os.environ.get("FAKE_FACTOR", "1"))
DIGEST = os.environ.get("FAKE_DIGEST", "0") * 64
TRICK = os.environ.get("FAKE_TRICK", "")


def slice_of(ns):
    return {"cpu_ns": int(ns), "wall_ns": int(ns), "delay_ns": 0}


def answer(ask):
    op = ask["op"]
    if op == "hello":
        return {"protocol": 99 if TRICK == "protocol" else 1, "abi": 1, "version": "fake",
                "commit": "fake", "compiler": "none", "flags": "none"}
    if op == "prepare":
        if TRICK == "error":
            return {"error": "the fake refuses", "code": 2}
        return {"jobs": 0, "slice": slice_of(1000)}
    if op == "step":
        if TRICK == "die":
            os._exit(7)
        return {"slice": slice_of(4e6 * FACTOR)}
    if op == "results":
        return {"digest": DIGEST, "counts": {}, "totals": [], "overhead": {}}
    return {}


def main():
    pipe = os.fdopen(int(os.environ["CUPEL_WORKER_FD"]), "r+b", buffering=0)
    received = b""
    while True:
        while b"\n" not in received:
            part = pipe.read(65536)
            if not part:
                return
            received += part
        line, received = received.split(b"\n", 1)
        ask = json.loads(line)
        if ask["op"] == "quit":
            return
        text = "not json" if TRICK == "garbage" else json.dumps(answer(ask))
        pipe.write(text.encode() + b"\n")


sys.exit(main())
