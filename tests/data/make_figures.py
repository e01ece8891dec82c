#!/usr/bin/python3
"""Makes results files whose figures are known by hand, for the report's tests; deterministic.

usage: make_figures.py FOLDER    writes coalitions, gap, scaling, shared, roofline, profile and one .jsonl there
coalitions: groups a (x 0.5), b (x 0.8, nothing beside a), c (x 0.5, needs a). gap: one coalition is missing.
scaling: speed-ups of sigma 0.05, kappa 0.002 on 16 cores, 32 oversubscribed. shared: the same on 2 cores.
roofline: make_speed's ladder under ceilings. profile: two sides, with a pair; one: a side alone.
"""
import random
import sys

import make_results
import make_speed

END = {"record": "end", "complete": True, "cells": 1, "seconds": 10}
WORTH = {("a",): 0.5, ("b",): 0.8, ("a", "b"): 0.5, ("a", "c"): 0.25, ("a", "b", "c"): 0.25}
CANNOT = {("c",): [], ("b", "c"): ["b"]}


def coalitions(r):
    records = [make_results.run("Groups of layers", "run", "scenarios/x.json", False)]
    for scale in ("micro",):
        for groups, ratio in WORTH.items():
            record = make_results.comparison(r, scale, "+".join(groups), "all", 2e7, ratio, 0.01)
            record["coalition"] = list(groups)
            records.append(record)
        for groups, worth in CANNOT.items():
            records.append({"record": "skipped", "id": f"{scale}/{'+'.join(groups)}", "scale": scale,
                            "reason": "array-return needs pre-group", "coalition": list(groups),
                            "worth": worth})
    return records + [END]


def speed_up(n, sigma=0.05, kappa=0.002):
    return n / (1 + sigma * (n - 1) + kappa * n * (n - 1))


def scaling(r, cores):
    run = make_results.run("Workers", "run", "scenarios/workers.json", False)
    run["environment"]["cores_allowed"] = cores
    records = [run]
    for layers in ("none",):
        for n in (2, 4, 8, 16, 32):
            record = make_results.comparison(r, "production", f"{layers}, {n} workers", layers, 4e10,
                                             1 / speed_up(n), 0.01)
            for side, workers in (("base", 1), ("new", n)):
                record[side]["layers"] = layers
                record[side]["settings"] = {"bundle": "data/mag7", "workers": workers}
            records.append(record)
    return records + [END]


def roofline(r):
    records = make_speed.ladder(r)
    ceilings = {"record": "ceilings", "clock_ghz": 3.0, "flops": 48e9, "flops_by": "AVX2 FMA"}
    for level, rate, size in (("l1", 190e9, 16384), ("l2", 96e9, 524288), ("l3", 40e9, 16 << 20),
                              ("dram", None, None)):
        ceilings[f"{level}_bytes_per_s"] = rate
        ceilings[f"{level}_bytes"] = size
    return [records[0], ceilings, *records[1:]]


PARTS = (("group", "data filtering and grouping", True), ("indicators", "indicators", False),
         ("accounting", "accounting", False), ("init", "bundle initialisation", True),
         ("other", "other", True))


def profile(scale, name, layers, shares, samples, runs):
    parts = [{"name": part, "title": title, "overhead": overhead, "samples": round(share * samples),
              "share": share, "low": max(0, share - 0.02), "high": min(1, share + 0.02)}
             for (part, title, overhead), share in zip(PARTS, shares)]
    overhead = sum(p["share"] for p in parts if p["overhead"])
    functions = [{"name": f"f{i}", "file": "kernels/x.c" if i else "", "line": 10 + i, "module": "libc.so.6",
                  "self": samples // (i + 2), "total": samples // (i + 1), "calls": None}
                 for i in range(25)]
    slug = f"{scale}-{name}"
    return {"record": "profile", "id": f"{scale}/{name}", "name": name, "scale": scale,
            "kernel": "backtest", "label": layers, "layers": layers, "settings": {}, "command": None,
            "sampler": "perf task-clock", "sampler_note": "", "hz": 997, "period_ns": 1003009,
            "samples": samples, "lost": 0, "cut": 3, "runs": runs, "processes": runs, "threads": runs,
            "cpu_ns": samples * 1003009.0, "wall_ns": samples * 1003009.0, "functions": functions, "parts": parts,
            "computation": {"samples": round((1 - overhead) * samples), "share": 1 - overhead},
            "overhead": {"samples": round(overhead * samples), "share": overhead,
                         "ratio": overhead / (1 - overhead)},
            "files": {"folded": f"{slug}.folded", "speedscope": f"{slug}.speedscope.json",
                      "pprof": f"{slug}.pb.gz", "flame": f"{slug}.svg"}}


def profiles():
    run = make_results.run("Two profiles", "profile", "scenarios/profile.json", False)
    before = profile("micro", "none", "none", (0.44, 0.2, 0.1, 0.25, 0.01), 2000, 10)
    after = profile("micro", "all", "a,b", (0.0, 0.55, 0.4, 0.02, 0.03), 2000, 40)
    pair = {"record": "profile-pair", "id": "micro/all", "base": "micro/none", "new": "micro/all",
            "cost_ratio": 0.25, "changed": [],
            "files": {"diff": "micro-all.diff.svg", "reverse": "micro-all.reverse.svg",
                      "page": "micro-all.html"}}
    return [run, before, after, pair, END], [run, before, END]


def main():
    folder = sys.argv[1]
    groups = coalitions(random.Random(7))
    both, one = profiles()
    files = {"coalitions": groups,
             "gap": [g for g in groups if g.get("id") != "micro/a+b"],
             "scaling": scaling(random.Random(18), 16), "shared": scaling(random.Random(18), 2),
             "roofline": roofline(random.Random(9)), "profile": both, "one": one}
    for name, records in files.items():
        make_results.write(f"{folder}/{name}.jsonl", records)


if __name__ == "__main__":
    main()
