#!/usr/bin/python3
"""Makes results files for the report's tests, deterministic; figures are computed from the pairs.

usage: make_results.py FULL.jsonl COMMAND.jsonl INCOMPLETE.jsonl
FULL: two scales, five comparisons, a skipped and a failed cell, a gate, outliers, hostile names.
COMMAND: two command lines, nulls for counts. INCOMPLETE: FULL's start, the last line torn.
"""
import json
import math
import random
import statistics
import sys

HOSTILE = "<script>alert(1)</script>"


def summary(values, level=0.95):
    mean, sd = statistics.mean(values), statistics.stdev(values)
    half = 2.262 * sd / math.sqrt(len(values))
    median = statistics.median(values)
    mad = 1.4826 * statistics.median(abs(v - median) for v in values)
    outliers = [
        {"pair": i + 1, "value": v} for i, v in enumerate(values) if abs(v - median) > 3.5 * mad
    ]
    return {"n": len(values), "mean": mean, "sd": sd, "t_lower": mean - half,
            "t_upper": mean + half, "level": level, "median": median, "mad": mad,
            "min": min(values), "max": max(values), "outliers": outliers, "values": values}


def hodges_lehmann(logs):
    walsh = [(a + b) / 2 for i, a in enumerate(logs) for b in logs[i:]]
    walsh.sort()
    return statistics.median(walsh), walsh[8], walsh[-9]


def contrast(base, new):
    logs = [math.log(n / b) for b, n in zip(base, new)]
    mid, low, high = hodges_lehmann(logs)
    ratio = math.exp(mid)
    se = statistics.stdev(logs) / math.sqrt(len(logs))
    difference = statistics.mean(new) - statistics.mean(base)
    return {"pairs": len(base), "ratio": ratio, "lower": math.exp(low), "upper": math.exp(high),
            "level": 0.951171875, "percent": (ratio - 1) * 100, "times": 1 / ratio,
            "signed_rank_p": 0.001953125,
            "sign": {"p": 0.001953125, "lower": math.exp(min(logs)), "upper": math.exp(max(logs)),
                     "level": 0.978515625},
            "paired_t": {"p": 0.00012, "lower": math.exp(mid - 2.262 * se),
                         "upper": math.exp(mid + 2.262 * se)},
            "welch": {"t": difference / 1e5, "df": 16.4, "p": 0.00003, "difference": difference,
                      "lower": difference * 1.2, "upper": difference * 0.8,
                      "direction": "faster" if difference < 0 else "slower"},
            "mean_ratio": statistics.mean(new) / statistics.mean(base),
            "median_ratio": statistics.median(new) / statistics.median(base),
            "min_ratio": min(new) / min(base), "se_log": se,
            "mde_percent": (math.exp(3.97 * se) - 1) * 100, "position_effect": 1.0021,
            "autocorrelation": {"base": 0.41, "new": 0.38, "paired": -0.07}}


def totals(fault_count):
    rows = [("minor_faults", "faults", fault_count), ("voluntary_switches", "switches", 12),
            ("resident_peak", "bytes", 48234496), ("io_wchar", "bytes", fault_count * 64),
            ("task_clock", "ns", 184000000)]
    result = [{"name": n, "unit": u, "value": v}
              for n, u, v in rows]
    for name in ("cycles", "instructions"):
        result.append({"name": name, "unit": name, "value": None,
                       "reason": "hardware events are not supported by this machine (ENOENT)"})
    return result


def side(label, layers, values, counts, command=None):
    kernel = command is None
    return {"label": label, "layers": layers,
            "settings": {"bundle": "data/mag7", "param": ["fast=2:100", "slow=2:100"],
                         "workers": 1} if kernel else None,
            "command": command, "binary": None if command else "build/release/cupel",
            "digest": "9f" * 32 if kernel else None,
            "build": {"commit": "8671223", "compiler": "gcc 12.2.0"} if kernel else None,
            "counts": counts, "counts_exact": True, "totals": totals(sum(counts.values()) if counts else 900),
            "overhead": {"cpu": 412.0, "net": 655.0, "wall": 655.0} if kernel else None,
            "prepare": {"cpu_ns": 21400000, "wall_ns": 23900000} if kernel else None,
            "metrics": values}


BASE_COUNTS = {"open": 1600, "read": 3200, "write": 1600, "fsync": 1600, "bytes_read": 88473600,
               "bytes_written": 5242880, "rows_scanned": 17120400, "hits": 0, "backtests": 400}


def comparison(r, scale, name, layers, base_ns, ratio, noise, n=10, counts=None, gate=None,
               spikes=(), command=None):
    base = [base_ns * math.exp(r.gauss(0, noise)) for _ in range(n)]
    new = [b * ratio * math.exp(r.gauss(0, noise / 2)) for b in base]
    for pair, factor in spikes:
        base[pair - 1] *= factor
    base, new = [round(v) for v in base], [round(v) for v in new]
    wall = [[round(v * 1.04 + 150000) for v in values] for values in (base, new)]
    delay = [[round(v * 0.01) for v in values] for values in (base, new)]
    net = [[w - d for w, d in zip(*both)] for both in zip(wall, delay)]
    pairs = [{"first": r.choice(["base", "new"]), "slices": 20, "iterations": 0,
              "base": {"cpu_ns": base[i], "wall_ns": wall[0][i], "delay_ns": delay[0][i]},
              "new": {"cpu_ns": new[i], "wall_ns": wall[1][i], "delay_ns": delay[1][i]},
              "log_ratio": {"cpu": math.log(new[i] / base[i]),
                            "net": math.log(net[1][i] / net[0][i]),
                            "wall": math.log(wall[1][i] / wall[0][i])}} for i in range(n)]
    metrics = [{"cpu": summary(c), "net": summary(q), "wall": summary(w)}
               for c, q, w in ((base, net[0], wall[0]), (new, net[1], wall[1]))]
    cpu = contrast(base, new)
    verdict = ("faster" if cpu["upper"] < 1 else
               "slower" if cpu["lower"] > 1 else "no difference proven")
    old_counts = None if command else BASE_COUNTS
    new_counts = None if command else dict(BASE_COUNTS, **(counts or {}))
    return {"record": "comparison", "id": f"{scale}/{name}" if scale else name, "name": name,
            "scale": scale, "kernel": None if command else "backtest",
            "base": side("none" if not command else " ".join(command[0]), None if command else "none",
                         metrics[0], old_counts, command and command[0]),
            "new": side(layers if not command else " ".join(command[1]), None if command else layers,
                        metrics[1], new_counts, command and command[1]),
            "pairs": pairs,
            "compare": {"cpu": cpu, "net": contrast(*net), "wall": contrast(*wall)},
            "verdict": verdict, "gate": gate, "complete": True}


def run(title, tool, path, synthetic, inputs=True):
    environment = {"cpu_model": "Example CPU @ 2.50GHz", "cores_online": 2,
                   "memory_bytes": 25275355136, "governor": "not exposed", "kernel": "6.1.0-18",
                   "compiler": "gcc 12.2.0", "flags": "-O2 -DNDEBUG", "commit": "8671223a1b2c",
                   "version": "0.1.0", "allocator": "jemalloc 5.3.0",
                   "cache_bytes": {"L1d": 32768, "L2": 1048576}, "load_average": [0.31, 0.22, 0.18], "steal_ticks": None, "seed": "42",
                   "timestamp": "2025-03-02T11:45:10Z", "hostname": "example"}
    source = "synthetic, preset mag7, seed 1" if synthetic else "mag7_daily.csv"
    return {"record": "run", "schema": 1, "tool": tool,
            "scenario": {"name": "headline", "title": title, "path": path, "kernel": "backtest",
                         "margin_percent": 10},
            "environment": environment,
            "inputs": {"bundle": {"path": "data/mag7", "source": source, "synthetic": synthetic,
                                  "content": "ab" * 32, "rows": 42801, "assets": 8,
                                  "first": "2000-01-03", "last": "2024-12-31"}} if inputs else {},
            "seed": "42"}


def full(r):
    gate = {"verdict": "BORDERLINE", "policy": "strict", "metric": "cpu", "margin_percent": 10,
            "look": 2, "fail_error": 0.0005, "pass_error": 0.0121, "lower": 0.981, "upper": 1.104,
            "fails": True, "judged": [
                {"metric": "cpu", "kind": "timing", "verdict": "BORDERLINE", "fails": True,
                 "margin_percent": 10, "lower": 0.981, "upper": 1.104, "base": 8.1e6, "new": 8e6,
                 "unit": "ns", "detectable_percent": 4.2},
                {"metric": "fsyncs", "kind": "exact", "verdict": "PASS", "fails": False,
                 "margin_percent": 0, "lower": 1, "upper": 1, "base": 1234, "new": 1234,
                 "unit": "calls", "detectable_percent": None}]}
    batch = {"write": 8, "fsync": 8, "bytes_written": 1048576}
    cells = [
        comparison(r, "micro", "bundle-pool", "bundle-pool", 8.1e6, 0.985, 0.03, 14,
                   counts={"open": 72, "hits": 24}, gate=gate, spikes=((3, 1.6), (9, 1.45))),
        comparison(r, "micro", "pre-group", "pre-group", 8.2e6, 0.41, 0.02,
                   counts={"rows_scanned": 2140050}),
        comparison(r, "micro", HOSTILE, "pre-group", 8.2e6, 1.23, 0.02),
        comparison(r, "production", "{it's_a \"name\"}\n`touch pwned` @x %g | end", "batch-write",
                   1.4e9, 0.71, 0.015, counts=batch),
        comparison(r, "production", "all", "checkpoint-cache,batch-write,bundle-pool,pre-group",
                   1.41e9, 0.13, 0.015, counts=dict(batch, open=8, hits=392, rows_scanned=42801)),
    ]
    skipped = {"record": "skipped", "id": "micro/sqlite-checkpoint",
               "reason": "needs a store | none was given"}
    failed = {"record": "failed", "id": "production/<b>bold</b>",
              "error": "worker ended by signal 9"}
    end = {"record": "end", "complete": True, "cells": 7, "seconds": 94.2}
    return [run("Layers of the backtest " + HOSTILE, "run", "scenarios/headline.json", True),
            *cells[:3], skipped, *cells[3:], failed, end]


def command(r):
    words = [["gzip", "-1", "it's a file.csv"], ["gzip", "-9", "it's a file.csv"]]
    return [run("gzip -1 against gzip -9", "gate", None, False, False),
            comparison(r, None, "gzip -9", None, 3.2e8, 1.9, 0.01, command=words),
            {"record": "end", "complete": True, "cells": 1, "seconds": 7.5}]


def write(path, records, torn=False):
    lines = [json.dumps(record) for record in records]
    text = "\n".join(lines) + "\n"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text[: -len(lines[-1]) // 2] if torn else text)


def main():
    records = full(random.Random(1))
    write(sys.argv[1], records)
    write(sys.argv[2], command(random.Random(2)))
    write(sys.argv[3], records[:4], torn=True)


if __name__ == "__main__":
    main()
