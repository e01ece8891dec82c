#!/usr/bin/python3
"""Makes a folder as `cupel characterise` leaves it, without measuring; deterministic.

usage: make_characteristics.py DIR [quick|only|broken]
Whole: every study has every record that the document asks for. quick: as an effort that leaves the production
scale of costly studies out. only: two studies of them. broken: one study failed, one is not measurable, one file is missing.
"""
import json
import math
import os
import random
import statistics
import sys

import make_results

DATE = "2025-03-02"
MIB = 1 << 20
SIZES = {"first": 1, "cached": 200, "100-backtests": 100, "filter": 1, "filter-again": 20,
         "convert": 100, "combined": 100, "1": 20, "10": 20, "50": 20}
GROUPS = ("storage", "layer1", "layer2", "layer3", "phase6b", "kernel")
BUILT_UP = ["layer1", "layer1+layer2", "layer1+layer2+layer3", "layer1+layer2+layer3+phase6b",
            "layer1+layer2+layer3+phase6b+kernel", "all"]
ADDING = ["adding " + group for group in ("layer2", "layer3", "phase6b", "kernel", "storage")]
PARTS = (("assets", "asset list extraction", 0.12, 0.01), ("group", "data filtering", 0.45, 0.05),
         ("history", "frame construction", 0.1, 0.02), ("bundle", "bundle opening", 0.08, 0.03),
         ("indicator", "indicators", 0.1, 0.4), ("account", "accounting", 0.1, 0.4),
         ("other", "", 0.05, 0.09))


def totals(peak, **components):
    rows = {"resident_peak": peak, "child_resident_peak": 0, "peak_base": MIB}
    for name in ("bundle_pool", "grouped_columns", "asset_cache", "history_cache", "price_tables",
                 "checkpoint", "results"):
        rows["peak_" + name] = components.get(name, 0)
    found = [{"name": name, "unit": "bytes", "value": value} for name, value in rows.items()]
    return found + [{"name": "cycles", "unit": "cycles", "value": None,
                     "reason": "not supported by this machine"}]


def counts(backtests, calls, reads):
    hits = {f"{cache}_cache_{what}": value for cache in ("asset", "group", "history")
            for what, value in (("hits", 90 * calls), ("misses", 10), ("evictions", 3))}
    return dict({"backtests": backtests, "bar_backtests": 252 * backtests, "slot_calls": calls,
                 "history_cache_passed": 5 * calls,
                 "checkpoint_reads": reads, "writes": 2 * reads, "fsyncs": 4 * reads,
                 "worker_private_bytes": 3 * MIB // (1 + (reads == 1)),
                 "worker_pss_bytes": 4 * MIB // (1 + (reads == 1))}, **hits)


def cell(r, scale, name, ratio, base_ns=8e6, noise=0.01, backtests=25, settings=None,
         coalition=None):
    record = make_results.comparison(r, scale, name, name, base_ns, ratio, noise, n=12)
    calls = SIZES.get(scale, 10 if scale.endswith("-again") else 1)
    for side, reads, more in (("base", backtests, 0), ("new", 1, 120000)):
        record[side]["counts"] = counts(backtests, calls, reads)
        record[side]["totals"] = totals(16 * MIB + 5 * more, grouped_columns=more,
                                        history_cache=more // 2, bundle_pool=more // 4)
        record[side]["settings"] = dict({"symbols": "longest:8",
                                         "param": ["fast=10", "slow=20:60:10"]},
                                        **(settings or {}).get(side, {}))
    for pair in record["pairs"]:
        pair["prepare"] = {side: {"cpu_ns": 100000, "wall_ns": 100000, "delay_ns": 0}
                           for side in ("base", "new")}
    if coalition:
        record["coalition"] = coalition
    return record


def workers(n, scale="production"):
    return {"base": {"workers": 1}, "new": {"workers": n}} if scale == "production" else {}


def several(r, scales, names, ratio=0.5, **more):
    return [cell(r, scale, name, ratio * r.uniform(0.8, 1.1), **more)
            for scale in scales for name in names]


def same_layers(record, layers):
    for side in ("base", "new"):
        record[side]["layers"] = layers
    return record


def coalitions(r, scale):
    """Each group has a factor of its own; layer2 without layer1 cannot be."""
    factor = dict(zip(GROUPS, (0.8, 0.5, 0.9, 0.85, 1.0, 0.6)))
    for mask in range(1, 64):
        of = [group for i, group in enumerate(GROUPS) if mask >> i & 1]
        name = "+".join(of)
        if "layer2" in of and "layer1" not in of:
            yield {"record": "skipped", "id": f"{scale}/{name}", "scale": scale, "coalition": of,
                   "reason": "array-return needs pre-group",
                   "worth": [group for group in of if group != "layer2"]}
            continue
        yield cell(r, scale, name, math.prod(factor[group] for group in of), coalition=of)


def profile(r, scale, name, after):
    samples = 2000
    parts = [{"name": part, "title": title, "overhead": part in ("assets", "group", "history", "bundle"),
              "samples": round(samples * row[after]), "share": row[after],
              "low": max(0, row[after] - 0.02), "high": row[after] + 0.02}
             for part, title, *row in PARTS]
    over = sum(p["share"] for p in parts if p["overhead"])
    rest = sum(p["share"] for p in parts if p["name"] in ("indicator", "account"))
    return {"record": "profile", "id": f"{scale}/{name}", "name": name, "scale": scale,
            "kernel": "backtest", "label": name, "layers": name, "settings": {}, "command": None,
            "sampler": "perf task-clock", "sampler_note": "", "hz": 997, "period_ns": 1003009,
            "samples": samples, "lost": 0, "cut": 3, "runs": 12, "processes": 12, "threads": 12,
            "cpu_ns": 2.04e9 * r.uniform(0.9, 1.1), "functions": [], "parts": parts,
            "computation": {"samples": round(samples * rest), "share": rest},
            "overhead": {"samples": round(samples * over), "share": over, "ratio": over / rest},
            "files": {}}


def profiles(r, scale):
    names = ["none", *BUILT_UP[:4], "all"]
    return [profile(r, scale, name, i > 2) for i, name in enumerate(names)]


def timelines():
    columns = ["seconds", "allocated", "resident", "rss", "base"]
    for name, size in (("none", 8), ("all", 9)):
        rows = [[i / 10, (size + i % 3) * MIB, (size + 2) * MIB, (size + 9) * MIB, MIB]
                for i in range(20)]
        yield {"record": "timeline", "id": f"production/{name}", "name": name, "scale": "production",
               "label": name, "layers": name, "settings": {}, "command": None, "interval_ms": 100.0,
               "processes": 1, "columns": columns, "rows": rows, "peak_sampled": [],
               "peak": {c: max(row[i] for row in rows) for i, c in enumerate(columns) if i},
               "files": {"dat": f"{name}.dat"}}


def break_even(r):
    for n, scale in ((1, "1"), (5, "5"), (25, "25"), (100, "100"), (400, "400")):
        base = (300 + 600 * n) * 1e3
        for name, cost in (("pre-group", (900 + 300 * n) * 1e3), ("events", (290 + 500 * n) * 1e3),
                           ("all", (1300 + 100 * n) * 1e3)):
            yield cell(r, scale, name, (cost - 1e5) / (base - 1e5), base_ns=base - 1e5, noise=0.004,
                       backtests=n)


def roofline(r):
    records = several(r, ["w1"], ["up to share-indicators", "up to simd", "up to events"])
    for record in records:
        record["new"]["layers"] = record["name"].split()[-1]
        for side in ("base", "new"):
            record[side]["throughput"] = throughput(record[side]["metrics"]["cpu"]["values"])
    return [{"record": "ceilings", "clock_ghz": 3.3, "flops": 5.2e10, "flops_by": "AVX2 FMA",
             "l1_bytes_per_s": 2e11, "l1_bytes": 16384, "l2_bytes_per_s": 1e11, "l2_bytes": 524288,
             "l3_bytes_per_s": 5e10, "l3_bytes": 16777216, "dram_bytes_per_s": 1.3e10,
             "dram_bytes": 134217728}, *records]


def throughput(values):
    bars = 2000000
    ns = {"estimate": statistics.median(values) / bars, "lower": None, "upper": None, "level": 0.95}
    return {"backtests": 100, "bar_backtests": bars, "cpu_ns": ns, "wall_ns": ns,
            "min_ns": min(values) / bars, "backtests_per_s": 1e4, "dense_share": 0.4,
            "instructions": None, "instructions_reason": None, "issue_share": None,
            "contended_pairs": 0}


MEMOS = ("paths", "amt", "asset", "schedule", "expand", "schemas", "tickers", "chain", "overrides", "prices")
LADDER = ["memo-amt", "+ paths, asset, schemas", "+ tickers, schedule, expand", "+ chain, overrides", "+ prices",
          "+ batch-prices, simd"]


def straddles(r, scale, names, many=96, ratio=0.1):
    """Cells of the straddle kernel: what it counts, and how many a second."""
    for record in several(r, [scale], names, ratio, base_ns=5e7):
        for side, trips in (("base", many), ("new", 1 + many // 64)):
            found = record[side]["counts"] = {"straddles": many, "valued_days": 30 * many, "price_queries": 2 * many,
                                              "price_trips": trips}
            for i, memo in enumerate(MEMOS):
                found[f"memo_{memo}_hits"], found[f"memo_{memo}_misses"] = many * (i + 2), i + 1
            rate = many * 1e9 / statistics.median(record[side]["metrics"]["wall"]["values"])
            record[side]["rate"] = {"unit": "straddles", "count": many,
                                    "wall_per_s": {"estimate": rate, "lower": 0.9 * rate, "upper": 1.1 * rate, "level": 0.95},
                                    "cpu_per_s": {"estimate": rate, "lower": 0.9 * rate, "upper": 1.1 * rate, "level": 0.95}}
        yield record


def captures(r, scale, names, runs):
    """Cells of the capture kernel; what is stored once is stored once."""
    for record in several(r, [scale], names, 0.4):
        kept = {"entry-point": 2048 * runs, "yaml": 6144 * runs, "detect-once": 12288 * runs}.get(record["name"], 12288)
        for side, code, copies in (("base", 12288 * runs, 5 * runs), ("new", kept, max(1, kept // 2048))):
            record[side]["counts"] = {"runs": runs, "detections": runs, "copies": copies, "code_bytes": code,
                                      "allocated_bytes": 2 * code + 16384 * runs, "apparent_bytes": code + 900 * runs}
        yield record


def straddle_studies(r):
    one, six, three = "1 asset, 1 year", "1 asset, 6 years", "3 assets, 2 years"
    workers = [f"{layers}, {n} worker{'s' if n > 1 else ''}" for layers in ("none", "all") for n in (1, 2, 4)][1:]
    return {
        "straddle-experiments": [c for scale, many in ((one, 96), (six, 576), (three, 384)) for c in
                                 straddles(r, scale, ["all", "all against no-memoize"], many, 0.01)] +
                                list(straddles(r, one, LADDER)),
        "straddle-matrix": list(straddles(r, one, [*workers, "all, 2 workers against 1", "all, 4 workers against 1"])),
        "straddle-locality": list(straddles(r, "3 years", ["shuffled, 64 entries", "shuffled, 1,024 entries",
                                                           "shuffled, no limit"], 26676, 1.3)),
        "straddle-batch": [c for store in ("sqlite", "blocks") for c in
                           straddles(r, store, ["batch of 8", "batch of 64", "batch of 512"], 960, 0.9)],
        "straddle-full": list(straddles(r, "231192", ["2 workers", "simd"], 231192, 0.55)),
    }


def capture_studies(r):
    return {
        "capture-modes": list(captures(r, "100", ["entry-point", "yaml", "detect-once", "content-store",
                                                  "entry-point-content"], 100)),
        "capture-grid": list(captures(r, "5x4", ["entry-point", "content-store"], 20)),
        "capture-scaling": [c for n in (10, 50, 100, 500, 1000, 5000) for c in
                            captures(r, str(n), ["entry-point", "content-store"], n)],
    }


def whole(r):
    both = ["micro", "production"]
    tiers = ["20", "50", "200", "variable"]
    start = ["2", "4", "8", "16"]
    scaling = [same_layers(cell(r, "production", f"{side}, {n} workers", 1.05 / n + 0.03,
                    settings=workers(n)), side) for side in ("none", "all") for n in (2, 4, 8, 16)]
    return {
        "asset-list": several(r, ["first", "cached", "100-backtests"], ["asset-cache"]),
        "pre-group": several(r, ["filter", "filter-again"], ["pre-group"], 0.3) +
                     several(r, ["convert", "combined"], ["pre-group", "with array-return"]),
        "array-path": several(r, ["1", "10", "50"], ["array-return", "from rows"]) +
                      several(r, ["1-convert", "10-convert", "50-convert"], ["array-return"]),
        "history-tiers": several(r, tiers, ["from cold", "hits"]) +
                         several(r, ["variable-small"], ["from cold"]),
        "worker-init": several(r, start, ["pooled", "bundle-pool", "shared-bundle"]) +
                       several(r, [n + "-again" for n in start], ["pooled", "persistent"]),
        "shared-context": several(r, [n + what for n in start[:3] for what in ("", "-columns", "-sweep")],
                                  ["shared-bundle"]),
        "persistent-pool": several(r, ["1-run", "10-runs"],
                                   ["persistent-pool", "adding persistent-pool"]),
        "cumulative": several(r, both, BUILT_UP + ADDING),
        "scaling": scaling,
        "grid-search": several(r, ["micro"], ["all", "layers"]) +
                       several(r, ["production"], ["all", "layers"], 0.2, backtests=400) +
                       several(r, ["100"], ["layer1", "all"], backtests=100),
        "walk-forward": several(r, both, ["all", "layers"], backtests=30),
        "memory": several(r, ["production"],
                          ["asset-cache", "pre-group", "history-cache", "bundle-pool", "all"]),
        "storage": several(r, ["2000"], ["storage"], backtests=2000),
        "break-even": list(break_even(r)),
        "coalitions": [c for scale in both for c in coalitions(r, scale)],
        "roofline": roofline(r),
        "profile-micro": profiles(r, "micro"),
        "profile-production": profiles(r, "production"),
        "timeline": list(timelines()),
        **straddle_studies(r),
        **capture_studies(r),
    }


def is_left_out(study, record):
    costly = ("cumulative", "coalitions", "walk-forward", "profile-production", "memory")
    return study in costly and record.get("scale") == "production" and record.get("name") != "all"


def folder_of(study):
    if study.startswith("profile"):
        return "flame_graphs"
    return "memory_profiles" if study == "timeline" else "benchmark_results"


def row(study, file, **more):
    return dict({"id": study, "title": study.replace("-", " "), "file": file, "kind": "run",
                 "command": f"cupel run characteristics/{study} --pairs 12", "seconds": 12.3,
                 "state": "complete", "reason": ""}, **more)


def main():
    out, mode = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "whole"
    rows, left_out = [], []
    for study, records in whole(random.Random(7)).items():
        file = f"{folder_of(study)}/{study}_{DATE}.jsonl"
        os.makedirs(f"{out}/{folder_of(study)}", exist_ok=True)
        state = {}
        if mode == "quick":
            records = [record for record in records if not is_left_out(study, record)]
        if mode == "only" and study not in ("history-tiers", "straddle-batch"):
            left_out.append({"id": study, "title": study.replace("-", " "), "file": file})
            continue
        if mode == "broken" and study == "scaling":
            state = {"state": "failed", "reason": "worker ended by signal 9 | </td>"}
            records = records[:2]
        if mode == "broken" and study == "profile-micro":
            state = {"state": "not-measurable", "reason": "no sampler works on this machine"}
            records = []
        rows.append(row(study, file, **state))
        if mode == "broken" and study in ("coalitions", "profile-micro"):
            continue
        run = make_results.run(study, "run", f"scenarios/characteristics/{study}.json", True)
        run["environment"].update(os="Debian GNU/Linux 12", virtualisation="hypervisor",
                                  state_folder="/dev/shm", file_system="tmpfs", boost=None)
        run["environment"]["cache_bytes"]["L3"] = 33554432
        if mode == "quick":
            run["environment"].update(cores_online=16, cores_allowed=16)
        end = {"record": "end", "complete": not state, "cells": len(records), "seconds": 1}
        make_results.write(f"{out}/{file}", [run, *records, end])
    for name in ("baseline_grid_search", "optimized_grid_search"):
        with open(f"{out}/flame_graphs/{name}_{DATE}.svg", "w", encoding="utf-8") as file:
            file.write("<svg xmlns='http://www.w3.org/2000/svg'/>\n")
    manifest = {"schema": 1, "date": DATE, "effort": "quick" if mode in ("quick", "only") else "normal",
                "complete": mode not in ("broken", "only"), "commit": "8671223a1b2c", "studies": rows}
    if left_out:
        manifest["left_out"] = left_out
    with open(f"{out}/manifest.json", "w", encoding="utf-8") as file:
        json.dump(manifest, file)


if __name__ == "__main__":
    main()
