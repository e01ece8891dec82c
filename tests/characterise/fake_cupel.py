#!/usr/bin/python3
"""Stands in for cupel where characterise is tested: writes at once what `run` and `profile` would leave.

Environment: FAKE_LOG gets the words of each call, a line. FAKE_COMMIT is its build. FAKE_FAIL, FAKE_SKIP,
FAKE_TORN, FAKE_HANG name scenarios: that fail, of which all is skipped, whose file lacks its end, that
wait to be interrupted.
"""
import json
import os
import sys
import time

COMMIT = os.environ.get("FAKE_COMMIT", "abc123")
SIDES = ["none", "layer1", "layer1+layer2", "layer1+layer2+layer3", "layer1+layer2+layer3+phase6b", "all"]


def is_named(variable, scenario):
    return scenario in os.environ.get(variable, "").split(",")


def run_record():
    return {"record": "run", "schema": 1, "environment": {"commit": COMMIT}, "scenario": {"name": "x"}}


def comparison(name):
    values = {"none": [30, 10, 20, 40, 60, 50, 80, 70, 100, 90], "all": [3, 1, 2, 4, 6, 5, 8, 7, 10, 9]}
    side = {k: {"label": k, "metrics": {m: {"median": v[3], "values": v} for m in ("cpu", "wall")}}
            for k, v in values.items()}
    contrast = {"pairs": 10, "ratio": 0.1, "lower": 0.09, "upper": 0.11, "level": 0.951171875,
                "percent": -90, "times": 10, "signed_rank_p": 0.001953125, "sign": {"p": 0.001953125},
                "paired_t": {"p": 1e-9}, "mde_percent": 2.5,
                "welch": {"t": -5, "df": 9.2, "p": 0.0006, "difference": -49.5, "lower": -70,
                          "upper": -29, "direction": "faster"}}
    return {"record": "comparison", "id": "micro/" + name, "name": name, "scale": "micro",
            "base": side["none"], "new": side["all"], "complete": True,
            "compare": {"cpu": contrast, "wall": dict(contrast, lower=None, upper=None)}}


def end():
    return {"record": "end", "complete": True, "cells": 1, "seconds": 0.5}


def write(path, records):
    with open(path, "x", encoding="utf-8") as out:
        out.writelines(json.dumps(r) + "\n" for r in records)


def run(scenario, out):
    if is_named("FAKE_SKIP", scenario):
        write(out, [run_record(), {"record": "skipped", "id": "micro/all", "reason": "needs 16 cores"},
                    dict(end(), complete=False)])
        sys.exit("cupel: nothing was measured")
    ends = [] if is_named("FAKE_TORN", scenario) else [end()]
    write(out, [run_record(), comparison("all")] + ends)


def side(out, kind, name):
    files = {"profile": {"flame": name + ".svg", "folded": name + ".folded"},
             "timeline": {"dat": name + ".dat"}, "profile-pair": {"page": name + ".html"}}[kind]
    for file in files.values():
        with open(os.path.join(out, file), "w", encoding="utf-8") as made:
            made.write(name)
    return {"record": kind, "id": "micro/" + name, "name": name, "files": files}


def profile(words, out):
    chosen = [words[i + 1] for i, word in enumerate(words) if word == "--side"]
    kinds = ["profile"] + (["timeline"] if "--memory" in words else [])
    os.makedirs(out)
    records = [side(out, kind, name) for kind in kinds for name in chosen or SIDES]
    write(os.path.join(out, "profile.jsonl"),
          [run_record()] + records + [side(out, "profile-pair", "all"), end()])


def main():
    words = sys.argv[1:]
    if "FAKE_LOG" in os.environ:
        with open(os.environ["FAKE_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{os.getpid()} {' '.join(words)}\n")
    if words == ["--version"]:
        print(f"cupel 0.1.0 ({COMMIT}, gcc 12.2.0)")
        return
    scenario, out = words[1].split("/")[-1], words[words.index("--out") + 1]
    if is_named("FAKE_HANG", scenario):
        time.sleep(60)
    print(f"results: {out}")
    if is_named("FAKE_FAIL", scenario):
        sys.exit("cupel: progress of it\ncupel: micro/all: results differ")
    if words[0] == "run":
        run(scenario, out)
    else:
        profile(words, out)


main()
