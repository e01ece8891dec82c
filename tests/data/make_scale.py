#!/usr/bin/python3
"""Makes a results file whose costs and memory are known lines, for the report's tests; deterministic.

usage: make_scale.py SCALE.jsonl SETTINGS.jsonl
SCALE: five numbers of backtests; what each comparison costs and holds stands in SERIES.
SETTINGS: workers 1 against 2 and 8, batch sizes, and a comparison that changes layers as well.
"""
import json
import random
import sys

import make_results

COUNTS = (1, 5, 25, 100, 400)
# name: CPU time in us of the base and of the new side for n backtests
BASE = lambda n: 200 + 600 * n  # noqa: E731
SERIES = {
    "late": lambda n: BASE(n) + 900 - 30 * n,        # cheaper above 30
    "never": lambda n: BASE(n) + 300 + 40 * n,
    "always": lambda n: BASE(n) - 50 - 200 * n,
    "bent": lambda n: BASE(n) + 3 * n * n,           # no line
    "other length": lambda n: BASE(n) / 2,           # at 400 its backtests are longer: four remain
}
MIB = 1 << 20


def peaks(resident, **components):
    rows = {"resident_peak": resident, "child_resident_peak": 0, "peak_base": MIB,
            "peak_bundle_pool": 0, "peak_grouped_columns": 0, "peak_asset_cache": 0,
            "peak_history_cache": 0, "peak_checkpoint": 0, "peak_results": 0}
    rows.update(components)
    return [{"name": name, "unit": "bytes", "value": value} for name, value in rows.items()]


def counts(n, bars, **more):
    return dict({"backtests": n, "bar_backtests": bars * n, "checkpoint_reads": n,
                 "checkpoint_writes": n, "result_writes": n, "results_parsed": 0, "opens": 8 * n,
                 "fsyncs": 4 * n, "bundle_opens": n, "asset_lists": n, "rows_scanned": 100 * n},
                **more)


def put(record, n, bars=2000):
    record["base"]["counts"] = counts(n, bars)
    record["new"]["counts"] = counts(n, bars, checkpoint_reads=1)
    # The base holds 4 KiB a backtest, the new side a fixed 300 KiB of history.
    record["base"]["totals"] = peaks(16 * MIB + 4096 * n, peak_results=4096 * n)
    record["new"]["totals"] = peaks(16 * MIB, peak_history_cache=300 * 1024)
    return record


def with_set_up(record):
    """100 us of what a pair takes is set-up before the work."""
    for pair in record["pairs"]:
        pair["prepare"] = {side: {"cpu_ns": 100000, "wall_ns": 100000, "delay_ns": 0}
                           for side in ("base", "new")}
    return record


def scale(r):
    records = [make_results.run("A line and its break-even", "run", "scenarios/scale.json", False)]
    for name, cost in SERIES.items():
        for n in COUNTS:
            base, new = BASE(n) - 100, cost(n) - 100
            record = make_results.comparison(r, str(n), name, name.split()[0], base * 1e3,
                                             new / base, 0.01, n=20)
            longer = name == "other length" and n == 400
            records.append(with_set_up(put(record, n, 50000 if longer else 2000)))
    return records + [{"record": "end", "complete": True, "cells": 25, "seconds": 10}]


def setting(r, name, key, base, new, ratio, layers="all", new_layers=None):
    record = put(make_results.comparison(r, "production", name, layers, 4e8, ratio, 0.005), 400)
    record["base"]["layers"] = layers
    record["new"]["layers"] = new_layers or layers
    for side, value in (("base", base), ("new", new)):
        record[side]["settings"] = {"bundle": "data/mag7"}
        if value is not None:
            record[side]["settings"][key] = value
    record["new"]["totals"] = peaks(16 * MIB, child_resident_peak=5 * MIB)
    return record


def settings(r):
    return [make_results.run("Workers and batches", "run", "scenarios/workers.json", False),
            setting(r, "2 workers", "workers", 1, 2, 0.5),
            setting(r, "8 workers", "workers", None, 8, 0.48),
            setting(r, "small batches", "checkpoint_batch_size", 50, 25, 1.2),
            setting(r, "other layers too", "batch_size", 100, 50, 0.9, "none", "batch"),
            {"record": "end", "complete": True, "cells": 4, "seconds": 10}]


def main():
    make_results.write(sys.argv[1], scale(random.Random(3)))
    make_results.write(sys.argv[2], settings(random.Random(4)))


if __name__ == "__main__":
    main()
