#!/usr/bin/python3
"""Makes a results file that holds memory over time and nothing else, for the report's tests.

usage: make_timeline.py TIMELINES.jsonl
micro: a base of 1 s and a side of half of it, whose history cache grows to 4 MiB; long: a run ten times as
long as its base; command: the RSS of a command whose name is a tag.
"""
import sys

import make_results

MIB = 1 << 20
COMPONENTS = ["base", "bundle pool", "grouped columns", "asset cache", "history cache", "price tables",
              "checkpoint", "results"]


def timeline(scale, name, seconds, history, rows=101):
    columns = ["seconds", "allocated", "resident", "rss"] + COMPONENTS
    out = []
    for i in range(rows):
        held = dict.fromkeys(COMPONENTS, 0)
        held["base"] = 2 * MIB
        held["history cache"] = history * i // (rows - 1)
        total = sum(held.values())
        out.append([seconds * i / (rows - 1), total + MIB, total + 3 * MIB, total + 10 * MIB] +
                   list(held.values()))
    peak = {column: max(row[i] for row in out) for i, column in enumerate(columns) if i}
    peak["rss"] = peak["rss"] + MIB  # between two rows
    return {"record": "timeline", "id": f"{scale}/{name}", "name": name, "scale": scale, "kernel": "backtest",
            "label": name, "layers": name, "settings": {"workers": 1}, "command": None,
            "interval_ms": seconds * 1e3 / (rows - 1), "processes": 1, "columns": columns, "rows": out,
            "peak": peak, "peak_sampled": ["allocated", "resident"],
            "files": {"dat": f"{scale}-{name}.dat"}}


def command():
    rows = [[0, 300 * 1024], [0.001, 500 * 1024], [0.002, None], [0.003, 400 * 1024]]
    return {"record": "timeline", "id": "<script>alert(1)</script>", "name": "<script>", "scale": None,
            "label": "<script>alert(1)</script>", "layers": None, "settings": None,
            "command": ["sh", "-c", "echo `touch pwned`"], "interval_ms": 1.0, "processes": 3,
            "columns": ["seconds", "rss"], "rows": rows, "peak": {"rss": 500 * 1024},
            "peak_sampled": ["rss"], "files": {}}


def main():
    run = make_results.run("Memory", "profile", "scenarios/headline.json", False)
    make_results.write(sys.argv[1], [
        run,
        timeline("micro", "none", 1.5, 0),
        timeline("micro", "all", 0.75, 4 * MIB),
        timeline("long", "none", 20, 0),
        timeline("long", "all", 0.5, 8 * MIB),
        command(),
        {"record": "end", "complete": True, "cells": 5, "seconds": 10}])


if __name__ == "__main__":
    main()
