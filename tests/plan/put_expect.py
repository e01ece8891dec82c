#!/usr/bin/python3
"""Puts the digests of measured results into the scenarios that ask for the same results.

usage: put_expect.py RESULTS.jsonl... [--scenarios DIR]

A scenario's scale gets the digest of any comparison with the same settings and the same market data;
settings that cannot change a result (workers, sizes of batches and caches) do not count. Two digests
for the same work are an error: nothing is written then.
"""
import argparse
import glob
import json
import os
import sys

# How it is computed, not what.
FREE = {"bundle", "workers", "batch_size", "checkpoint_batch_size", "worker_timeout", "preset",
        "enable_caching", "enable_bundle_pooling", "cache_size_gb", "history_cache_mb",
        "lru_maxsize", "max_bundle_pool_size", "cache_log_every", "check_caches"}
DEFAULTS = {"strategy": "sma-cross", "fill": "close", "fee": 0.001, "symbols": "all", "last": 0}
WIDTH = 98


def work_of(settings):
    """The settings that decide the result, as a key."""
    kept = {k: v for k, v in settings.items() if k not in FREE and DEFAULTS.get(k) != v}
    return json.dumps(kept, sort_keys=True)


def digests_of(paths):
    found = {}
    for path in paths:
        bundles = {}
        for line in open(path, encoding="utf-8"):
            record = json.loads(line)
            if record["record"] == "run":
                bundles = {b["path"]: b for b in record["inputs"].values()}
            if record["record"] != "comparison" or record["kernel"] != "backtest":
                continue
            settings = record["base"]["settings"]
            bundle = bundles[settings["bundle"]]
            key = bundle["source"], work_of(settings)
            value = bundle["content"], record["base"]["digest"]
            if found.setdefault(key, value) != value:
                sys.exit(f"{path}: {record['id']}: {value}, elsewhere {found[key]}")
    return found


def shown(value, indent=0):
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or (indent >= 2 and len(flat) + indent <= WIDTH):
        return flat
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        inner = [f"{pad}{json.dumps(k)}: {shown(v, indent + 2)}" for k, v in value.items()]
        return "{\n" + ",\n".join(inner) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(pad + shown(v, indent + 2) for v in value) + "\n" + " " * indent + "]"


def put(path, found):
    """How many scales of this scenario have a digest now, of how many."""
    with open(path, encoding="utf-8") as file:
        scenario = json.load(file)
    if scenario["kernel"] != "backtest":
        return None
    expect = []
    for scale in scenario["scales"]:
        settings = {**scenario.get("settings", {}), **scale.get("settings", {})}
        value = found.get((settings["bundle"], work_of(settings)))
        if value:
            expect.append({"scale": scale["name"], "bundle": value[0], "digest": value[1]})
    scenario.pop("expect", None)
    if expect:
        scenario["expect"] = expect
    with open(path, "w", encoding="utf-8") as file:
        file.write(shown(scenario) + "\n")
    return len(expect), len(scenario["scales"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results", nargs="+")
    parser.add_argument("--scenarios", default="scenarios")
    arguments = parser.parse_args()
    found = digests_of(arguments.results)
    for path in sorted(glob.glob(os.path.join(arguments.scenarios, "*.json"))):
        scales = put(path, found)
        if scales:
            print(f"{path}: {scales[0]} of {scales[1]} scales have a digest")


main()
