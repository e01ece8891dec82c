#!/usr/bin/python3
"""Puts the digests of results (of `cupel run`, or of digests.py) into the scenarios that ask for them.

usage: put_expect.py RESULTS.jsonl... [--scenarios DIR]

A scenario's scale gets the digest of any comparison with the same settings over the same market data:
the scenario's own recipe, or other data over which the scenario of that name was run. Settings that
cannot change a result (workers, sizes of batches and caches) do not count. Two digests for the same
work are an error: nothing is written then. What nobody has computed stays as it is.
"""
import argparse
import glob
import json
import os
import sys

KERNELS = ("backtest", "slots")  # whose results are expected

# How it is computed, not what. What workers of the kernel slots hand out, they hand out each.
FREE = {"bundle", "workers", "batch_size", "checkpoint_batch_size", "worker_timeout", "preset",
        "enable_caching", "enable_bundle_pooling", "cache_size_gb", "history_cache_mb",
        "lru_maxsize", "max_bundle_pool_size", "cache_log_every", "check_caches", "disable_simd"}
DEFAULTS = {"strategy": "sma-cross", "fill": "close", "fee": 0.001, "symbols": "all", "last": 0}
WIDTH = 98


def work_of(kernel, settings):
    """The kernel and the settings that decide the result, as a key."""
    free = FREE - {"workers"} if kernel == "slots" else FREE
    kept = {k: v for k, v in settings.items() if k not in free and DEFAULTS.get(k) != v}
    return kernel + json.dumps(kept, sort_keys=True)


def add(found, key, value, where):
    if found.setdefault(key, value) != value:
        sys.exit(f"{where}: {value}, elsewhere {found[key]}")


def digests_of(paths):
    """{(recipe or scenario, work, content of the bundle): digest}"""
    found, contents = {}, {}
    for path in paths:
        bundles, name = {}, None
        for line in open(path, encoding="utf-8"):
            record = json.loads(line)
            if record["record"] == "run":
                bundles = {b["path"]: b for b in record["inputs"].values()}
                name = record.get("scenario", {}).get("name")
            if record["record"] != "comparison" or record["kernel"] not in KERNELS:
                continue
            base = record["base"]
            bundle = bundles[base["settings"]["bundle"]]
            is_recipe = bundle["source"].startswith("synth:")
            if is_recipe:
                add(contents, bundle["source"], bundle["content"], f"{path}: {record['id']}")
            work = work_of(record["kernel"], base["settings"])
            key = bundle["source"] if is_recipe else name, work, bundle["content"]
            add(found, key, base["digest"], f"{path}: {record['id']}")
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


def expected(scenario, scale, found):
    """{content: digest} of a scale: what was expected before, and in its place what was computed."""
    settings = {**scenario.get("settings", {}), **scale.get("settings", {})}
    work = work_of(scenario["kernel"], settings)
    entries = {e.get("bundle"): e["digest"] for e in scenario.get("expect", [])
               if e["scale"] == scale["name"]}
    recipes, others = {}, {}
    for (of, what, content), digest in found.items():
        if what == work and of == settings["bundle"]:
            recipes[content] = digest
        elif what == work and of == scenario["name"]:
            others[content] = digest
    return {**entries, **recipes, **others}


def put(path, found):
    """How many scales of this scenario have a digest now, of how many."""
    with open(path, encoding="utf-8") as file:
        scenario = json.load(file)
    if scenario["kernel"] not in KERNELS:
        return None
    expect, scales = [], 0
    for scale in scenario["scales"]:
        entries = expected(scenario, scale, found)
        scales += len(entries) > 0
        for content, digest in entries.items():
            bundle = {"bundle": content} if content else {}
            expect.append({"scale": scale["name"], **bundle, "digest": digest})
    scenario.pop("expect", None)
    if expect:
        scenario["expect"] = expect
    with open(path, "w", encoding="utf-8") as file:
        file.write(shown(scenario) + "\n")
    return scales, len(scenario["scales"])


def files_in(folder):
    """Scenario files, those of its folders too."""
    return sorted(glob.glob(os.path.join(folder, "**", "*.json"), recursive=True))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results", nargs="+")
    parser.add_argument("--scenarios", default="scenarios")
    arguments = parser.parse_args()
    found = digests_of(arguments.results)
    for path in files_in(arguments.scenarios):
        scales = put(path, found)
        if scales:
            print(f"{path}: {scales[0]} of {scales[1]} scales have a digest")


if __name__ == "__main__":
    main()
