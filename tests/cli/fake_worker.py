#!/usr/bin/python3
"""A worker that speaks the protocol and reports scripted times: gates are tested without a clock.

FAKE_FACTOR  what every slice takes, as a multiple of 4 ms
FAKE_DIGEST  one hex digit, repeated
FAKE_SUM     the sum over its metrics (none)
FAKE_ERROR   how far these may be off (0)
FAKE_JOBS    how many jobs it claims to have (0: as a REPEAT kernel)
FAKE_LOG     a file to which it appends "PID SIDE OP DETAILS" of each ask
FAKE_SIDE    its name in that file
FAKE_FINISH  what finish takes, as a multiple of 4 ms (0.00025)
FAKE_COUNTS  what it counted: "opens=3,fsyncs=1"
FAKE_NET     the share of the wall time that is CPU time (1)
FAKE_TRICK   "": none; "fickle": another digest in each process;
             "vary": one open more in every second process; "slow": a step takes a second of true time;
             "nodigest", "badcount": results that are none; "protocol": another version; "garbage": no JSON; "die": ends at the first step;
             "error": refuses to prepare
"""
import hashlib
import json
import os
import sys
import time

FACTOR = float(os.environ.get("FAKE_FACTOR", "1"))
DIGEST = os.environ.get("FAKE_DIGEST", "0") * 64
TRICK = os.environ.get("FAKE_TRICK", "")
FINISH = float(os.environ.get("FAKE_FINISH", "0.00025"))
NET = float(os.environ.get("FAKE_NET", "1"))
COUNTS = dict((name, int(value)) for name, value in
              (part.split("=") for part in os.environ.get("FAKE_COUNTS", "").split(",") if part))
JOBS = int(os.environ.get("FAKE_JOBS", "0"))


def note(ask):
    """One line of the log; appended whole, so that two workers may share the file."""
    path = os.environ.get("FAKE_LOG")
    if not path:
        return
    details = {"prepare": lambda: ask["state_dir"] or "-",
               "step": lambda: f"{ask['lo']} {ask['hi']}"}.get(ask["op"], lambda: "-")()
    line = f"{os.getpid()} {os.environ.get('FAKE_SIDE', '?')} {ask['op']} {details}\n"
    with open(path, "a", encoding="utf-8") as log:
        log.write(line)


def slice_of(ns):
    return {"cpu_ns": int(ns), "wall_ns": int(ns / NET), "delay_ns": 0}


def counts():
    """What the kernel counted; the trick needs a file to know which process of many this is."""
    if TRICK == "badcount":
        return {"opens": -1}
    if TRICK == "vary":
        with open(os.environ["FAKE_LOG"] + ".runs", "a+", encoding="utf-8") as log:
            log.write("x")
            log.seek(0)
            return dict(COUNTS, opens=COUNTS.get("opens", 0) + len(log.read()) % 2)
    return COUNTS


def metrics():
    value = os.environ.get("FAKE_SUM")
    if not value:
        return None
    return {"digest": hashlib.sha256(value.encode()).hexdigest(),
            "error": float(os.environ.get("FAKE_ERROR", "0")),
            "sums": {"sharpe": {"sum": float(value), "weight": 1, "defined": 1, "undefined": 0}}}


def answer(ask):
    op = ask["op"]
    if op == "hello":
        return {"protocol": 99 if TRICK == "protocol" else 2, "abi": 3, "version": "fake",
                "commit": "fake", "compiler": "none", "flags": "none"}
    if op == "prepare":
        if TRICK == "error":
            return {"error": "the fake refuses", "code": 2}
        return {"jobs": JOBS, "grain": 1, "has_delay": True, "slice": slice_of(1000)}
    if op == "step":
        if TRICK == "die":
            os._exit(7)
        if TRICK == "slow":
            time.sleep(1)
        return {"slice": slice_of(4e6 * FACTOR)}
    if op == "finish":
        return {"slice": slice_of(4e6 * FINISH * FACTOR)}
    if op == "results":
        digest = f"{os.getpid():064x}" if TRICK == "fickle" else DIGEST
        if TRICK == "nodigest":
            digest = ""
        return {"digest": digest, "result_metrics": metrics(), "counts": counts(), "totals": [], "overhead": {}}
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
        note(ask)
        if ask["op"] == "quit":
            return
        text = "not json" if TRICK == "garbage" else json.dumps(answer(ask))
        pipe.write(text.encode() + b"\n")


sys.exit(main())
