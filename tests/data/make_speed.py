#!/usr/bin/python3
"""Makes results files of kernels whose speed is known, for the report's tests; deterministic.

usage: make_speed.py LADDER.jsonl LINEAR.jsonl
LADDER: one scale; base 8 ns a bar-backtest, columns 4, simd 0.5, all 0.1, beside ceilings of 0.25 ns.
LINEAR: five amounts of bar-backtests over four decades; "line" costs 0.5 ns each, "bent" its power 1.2.
"""
import random
import sys

import make_results

BARS = 1000000
AMOUNTS = (10**6, 10**7, 10**8, 10**9, 10**10)


def throughput(side, amount, instructions=None):
    values = [v / amount for v in side["metrics"]["cpu"]["values"]]
    estimate = {"estimate": sum(values) / len(values), "lower": min(values), "upper": max(values),
                "level": 0.95}
    side["counts"] = {"backtests": 100, "bar_backtests": amount}
    side["throughput"] = {
        "backtests": 100, "bar_backtests": amount, "cpu_ns": estimate, "wall_ns": estimate,
        "min_ns": min(values), "backtests_per_s": 100 / (estimate["estimate"] * amount) * 1e9,
        "dense_share": 0.25 / estimate["estimate"], "instructions": instructions,
        "instructions_reason": None, "issue_share": instructions and 0.625, "contended_pairs": 1}


def with_speed(record, amount, instructions=None):
    throughput(record["base"], amount)
    throughput(record["new"], amount, instructions)
    ceiling = {"clock_ghz": 3.0, "ipc": 6.1, "dense_ns": 0.25}
    for i, pair in enumerate(record["pairs"]):
        pair["ceilings"] = [ceiling, ceiling]
        pair["contended"] = i == 0
    return record


def ladder(r):
    steps = (("columns", "none", "pre-group", 8, 4, None), ("simd", "none", "simd", 8, 0.5, None),
             ("events", "pre-group", "events", 4, 0.2, None), ("all", "none", "all", 8, 0.1, 1.25))
    records = [make_results.run("A ladder", "run", "scenarios/w1.json", False)]
    for name, below, layers, base, new, instructions in steps:
        record = make_results.comparison(r, "w1", name, layers, base * BARS, new / base, 0.005)
        record["base"]["layers"] = record["base"]["label"] = below
        records.append(with_speed(record, BARS, instructions))
    return records + [{"record": "end", "complete": True, "cells": 4, "seconds": 10}]


def linear(r):
    records = [make_results.run("A line", "run", "scenarios/linear.json", False)]
    for name, cost in (("line", lambda n: 0.5 * n), ("bent", lambda n: 0.05 * n**1.2)):
        for n in AMOUNTS:
            record = make_results.comparison(r, f"{n:.0e}", name, name, 2 * n, cost(n) / (2 * n), 0.005)
            records.append(with_speed(record, n))
    return records + [{"record": "end", "complete": True, "cells": 10, "seconds": 10}]


def main():
    make_results.write(sys.argv[1], ladder(random.Random(5)))
    make_results.write(sys.argv[2], linear(random.Random(6)))


if __name__ == "__main__":
    main()
