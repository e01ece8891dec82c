#!/usr/bin/python3
"""Makes a history for its tests: results files, one a run, deterministic; a change planted in one.

usage: make_history.py DIR [--runs 40] [--first 0] [--change-at 25] [--percent 10] [--noise 0.01]
                       [--cpu NAME] [--seed 1] [--kind comparison|benchmark] [--count-at N]

DIR/run-NN.jsonl is of commit "c0NN" and of one day more than the one before it. Benchmarks: "micro/planted", which is
slower by --percent from run --change-at on, and "micro/steady", which is not; from run --count-at on planted opens
one file more.
"""
import argparse
import datetime
import math
import os
import random

from make_results import comparison, run, write


def environment(record, number, cpu):
    facts = record["environment"]
    facts["commit"] = f"c{number:03d}"
    facts["cpu_model"] = cpu
    day = datetime.datetime(2025, 1, 1, 12) + datetime.timedelta(days=number)
    facts["timestamp"] = day.strftime("%Y-%m-%dT%H:%M:%SZ")
    return record


def cell(r, name, ns, count, kind):
    one = comparison(r, "micro", name, "pool", ns, 0.9, 0.004, counts={"open": count})
    if kind == "benchmark":
        one = {"record": "benchmark", "id": one["id"], "name": one["name"], "kernel": "backtest", "side": one["new"]}
    return one


def records(o, number):
    r = random.Random(o.seed * 1000 + number)
    level = 8e6 * math.exp(r.gauss(0, o.noise))
    is_slower, opens_more = number >= o.change_at, number >= o.count_at
    return [environment(run("history", "run", "scenarios/headline.json", True), number, o.cpu),
            cell(r, "planted", level * (1 + o.percent / 100 if is_slower else 1), 73 if opens_more else 72, o.kind),
            cell(r, "steady", 5e6 * math.exp(r.gauss(0, o.noise)), 72, o.kind),
            {"record": "end", "complete": True, "cells": 2, "seconds": 3.5}]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("dir")
    p.add_argument("--runs", type=int, default=40)
    p.add_argument("--first", type=int, default=0)
    p.add_argument("--change-at", type=int, default=25)
    p.add_argument("--count-at", type=int, default=1000)
    p.add_argument("--percent", type=float, default=10)
    p.add_argument("--noise", type=float, default=0.01)
    p.add_argument("--cpu", default="Example CPU @ 2.50GHz")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--kind", default="comparison")
    o = p.parse_args()
    os.makedirs(o.dir, exist_ok=True)
    for number in range(o.first, o.first + o.runs):
        write(os.path.join(o.dir, f"run-{number:02d}.jsonl"), records(o, number))


if __name__ == "__main__":
    main()
