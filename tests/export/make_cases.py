#!/usr/bin/python3
"""Makes results files for the tests of exporters, deterministic; pairs and their statistics are those of
tests/data/make_results.py.

usage: make_cases.py FOLDER    gate, run, command, bench, several, stored, torn, failed, skipped.jsonl and random-N.jsonl
"""
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data"))
import make_results as make  # noqa: E402

RANDOM_FILES = 6
HOSTILE = ['<script>&"', "a b\tc\nd", "comma,quote\"and'one", "ünïcødé ✓ 日本", "\u0001\u001f\u007f\u0085\ufffe",
           "| `x` @all [a](b) **c** $d$ \\", "::error::x%0A", "]]>", "x" * 1500, "é" * 900, "-8", "a b", "a_b",
           "{label=\"v\"}", "\u2028\u00a0\u3000wide", "NaN", "Infinity", "=cmd()", "w\\n"]


def gate(verdict, policy="strict", metric="cpu", **more):
    return dict({"verdict": verdict, "policy": policy, "metric": metric, "margin_percent": 10,
                 "benchmarks": 3, "look": 20, "fail_error": 0.0016, "pass_error": 0.05,
                 "lower": 0.99, "upper": 1.08}, **more)


def judged():
    return [{"metric": "cpu", "kind": "timing", "verdict": "PASS", "fails": False, "margin_percent": 10,
             "lower": 0.99, "upper": 1.05, "base": 8.1e6, "new": 8.2e6, "unit": "ns",
             "detectable_percent": 2.5},
            {"metric": "instructions", "kind": "exact", "verdict": "FAIL", "fails": True,
             "margin_percent": 1, "lower": None, "upper": None, "base": 1000, "new": 1100,
             "unit": "instructions", "detectable_percent": None},
            {"metric": "peak", "kind": "advisory", "verdict": "ADVISORY", "fails": False,
             "margin_percent": None, "lower": None, "upper": None, "base": 1 << 20, "new": 1 << 21,
             "unit": "bytes", "detectable_percent": None}]


def untold():
    return [{"metric": "cpu", "kind": "timing", "verdict": "PASS", "fails": False, "margin_percent": 10,
             "lower": 0.99, "upper": 1.05, "base": 8.1e6, "new": 8.2e6, "unit": "ns", "detectable_percent": 2.5},
            {"metric": "opens", "kind": "exact", "verdict": "INCONCLUSIVE", "fails": False, "margin_percent": 0,
             "lower": None, "upper": None, "base": None, "new": None, "unit": "calls",
             "detectable_percent": None, "reason": "not the same in | every pair"}]


def compare(r, name, ratio=1.0, noise=0.02, n=20, **more):
    return make.comparison(r, "s", name, "pre-group", 8e6, ratio, noise, n, **more)


def one_sided(r, name):
    c = compare(r, name)
    return {"record": "benchmark", "id": c["id"], "name": name, "side": c["new"],
            "pairs": [{"slices": 20, "iterations": 0, "side": p["new"]} for p in c["pairs"]]}


def null_bounds(record):
    for contrast in record["compare"].values():
        contrast.update(lower=None, upper=None, mde_percent=None, se_log=None)
    record["gate"].update(lower=None, upper=None)
    return record


def without_net(record):
    del record["compare"]["net"]
    for side in ("base", "new"):
        del record[side]["metrics"]["net"]
    return record


def confirmed(r):
    first = compare(r, "waits", 1.2, gate=gate("FAIL", metric="wall"))
    second = compare(r, "waits (confirmation)", 1.0, gate=gate("PASS", metric="wall"))
    return [first, second]


def skipped(name):
    return {"record": "skipped", "id": "s/" + name, "reason": "needs a <store> | none was given"}


def failed(name, error):
    return {"record": "failed", "id": "s/" + name, "error": error}


def end(records, complete=True):
    cells = sum(x["record"] in ("comparison", "benchmark") for x in records)
    return {"record": "end", "complete": complete, "cells": cells, "seconds": 94.2}


def whole(head, records, complete=True):
    return [head, *records, end(records, complete)]


def gate_file(r):
    head = make.run("Gate", "gate", None, True)
    cut = dict(compare(r, "cut"), complete=False)
    first = gate("FAIL", metric="wall", fails=True, provisional=True)
    records = [
        compare(r, "pass", gate=gate("PASS")),
        compare(r, "slower", 1.15, gate=gate("FAIL")),
        compare(r, "noisy", 1.02, 0.3, gate=gate("INCONCLUSIVE")),
        compare(r, "edge-strict", 1.1, gate=gate("BORDERLINE")),
        compare(r, "edge-lenient", 1.1, gate=gate("BORDERLINE", "lenient")),
        compare(r, "edge-told", 1.1, gate=gate("BORDERLINE", fails=False)),
        compare(r, "estimate-over", 1.13, 0.001, gate=gate("BORDERLINE", "estimate")),
        compare(r, "estimate-under", 1.05, 0.001, gate=gate("BORDERLINE", "estimate")),
        null_bounds(compare(r, "few", n=4, gate=gate("INCONCLUSIVE"))),
        without_net(compare(r, "no-net", gate=gate("PASS"))),
        compare(r, "judged", gate=gate("FAIL", fails=True, judged=judged())),
        compare(r, "untold", gate=gate("INCONCLUSIVE", metric="opens", fails=False, judged=untold())),
        compare(r, "told", 1.5, gate=gate("ADVISORY", fails=False)),
        *confirmed(r), skipped("not-here"),
        compare(r, "no-second", 1.2, gate=first), compare(r, "second", 1.2, gate=first),
        compare(r, "second (confirmation)", gate=gate("PASS", metric="wall", fails=False)),
        failed("other", "results differ: 1234567890abcdef..., the base has fedcba0987654321..."),
        cut, failed("cut", "interrupted")]
    records += [compare(r, name, 1.2, gate=gate("FAIL")) for name in HOSTILE]
    return whole(head, records, False)


def command_file(r):
    words = [["./old", "--flag", "it's a file"], ["./new", "--flag", ""]]
    head = make.run("two commands", "gate", None, False, False)
    record = make.comparison(r, None, "./new --flag", None, 3.2e8, 1.2, 0.01, command=words,
                             gate=gate("FAIL"))
    for side in ("base", "new"):
        record[side]["totals"] = None
    return whole(head, [record])


def command(r, comparison, which, name, n, exits):
    """A record of cupel bench: wall 40 ms in one command, 80 ms in the other, all of it waiting."""
    side = comparison[which]
    runs = [{"cpu_ns": c, "wall_ns": w, "user_ns": 600000, "system_ns": c - 600000, "exit": e, "signal": None if e is not None else 9}
            for c, w, e in zip(side["metrics"]["cpu"]["values"], side["metrics"]["wall"]["values"], exits)]
    system = sum(x["system_ns"] for x in runs) / len(runs)
    return {"record": "benchmark", "id": f"n={n} {name}", "name": name, "scale": f"n={n}", "parameters": {"n": n}, "side": side,
            "usage": {"user_ns": {"mean": 600000}, "system_ns": {"mean": system}}, "runs": runs, "complete": True}


def several_file():
    r = random.Random(11)
    head = make.run("bench", "bench", None, False, False)
    records = []
    for n in ("10", "20"):
        c = make.comparison(r, None, "b vs a", None, 1e6, 1.0, 0.001, command=[["./a", n], ["./b", n]])
        for side, wall in (("base", 40e6), ("new", 80e6)):
            c[side]["metrics"]["wall"] = make.summary([wall + 1000 * i for i in range(10)])
            for i, pair in enumerate(c["pairs"]):
                pair[side]["wall_ns"] = wall + 1000 * i
        c.update(id=f"n={n} b vs a", simultaneous={"metric": "wall", "comparisons": 1, "level": 0.95, "ratio": 2.0,
                                                   "lower": 1.99, "upper": 2.01})
        records += [command(r, c, "base", "a", n, [0] * 10), command(r, c, "new", "b (confirmation)", n, [3] * 9 + [None]),
                    command(r, c, "new", "b", n, [0] * 10), c]
    return whole(head, records)


def stored(name, **decided):
    return {"record": "judged", "id": name, "scale": "s", "kernel": "mock", "layers": "none", "baseline": "b.json",
            "digest": "9f" * 32, "gate": dict({"margin_percent": 1}, **decided)}


def stored_file():
    """cupel gate --baseline: no sides, what was judged alone."""
    cpu, counted, told = judged()
    told = dict(cpu, kind="advisory", verdict="ADVISORY", lower=1.2, upper=1.3)
    same = dict(counted, verdict="PASS", fails=False, lower=1, upper=1, new=1000)
    return whole(make.run("s", "gate", None, True),
                 [stored("s/fails", verdict="FAIL", fails=True, metric="instructions", judged=[counted, told]),
                  stored("s/same", verdict="PASS", fails=False, metric="instructions", judged=[same]),
                  stored("s/told", verdict="ADVISORY", fails=False, metric="cpu", judged=[told])])


def random_name(r):
    alphabet = "ab/ \t\n\r\"'<>&|,;:%@#=\\{}[]()*_`~-+\u0007\u0080\u00e9\u2028\u65e5\U0001f4a5"
    return "".join(r.choice(alphabet) for _ in range(r.randint(1, 30)))


def random_record(r, i):
    name = f"{i}{random_name(r)}"
    kind = r.randrange(8)
    if kind == 0:
        return skipped(name)
    if kind == 1:
        return failed(name, r.choice(["results differ in sharpe", "exit status 3\nits last line: " + name]))
    if kind == 2:
        return one_sided(r, name)
    g = r.choice([None, gate(r.choice(["PASS", "FAIL", "BORDERLINE", "INCONCLUSIVE"]),
                             r.choice(["strict", "estimate", "lenient"]), r.choice(["cpu", "wall"]))])
    record = make.comparison(r, "s", name, "x", 10 ** r.uniform(0.5, 12), r.uniform(0.1, 3),
                             r.uniform(0.001, 0.5), r.randint(9, 40), gate=g)
    if g and r.random() < 0.3:
        null_bounds(record)
    if g and r.random() < 0.3:
        g.update(fails=r.random() < 0.5, judged=r.choice([judged, untold])())
    if r.random() < 0.2:
        without_net(record)
    return record


def random_file(seed):
    r = random.Random(seed)
    head = make.run(random_name(r), "gate", None, True)
    head["scenario"]["name"] = "n" + random_name(r)
    head["environment"].update(hostname=random_name(r), cpu_model=random_name(r))
    records = [compare(r, "always")] + [random_record(r, i) for i in range(r.randint(0, 12))]
    return whole(head, records, r.random() < 0.8)


def main():
    folder = sys.argv[1]
    r = random.Random(7)
    head = make.run("Cases", "run", None, True)
    equal = compare(r, "equal")
    equal["new"]["totals"] += [{"name": "body_allocated", "unit": "bytes", "value": 4096},
                               {"name": "body_allocations", "unit": "calls", "value": 3}]
    files = {
        "gate": gate_file(r),
        "run": whole(head, [equal, compare(r, "faster", 0.5), skipped("not-here")]),
        "command": command_file(r),
        "bench": whole(head, [one_sided(r, "alone"), one_sided(r, HOSTILE[0])]),
        "several": several_file(),
        "stored": stored_file(),
        "failed": whole(head, [failed("all", "results differ: a, the base has b")], False),
        "skipped": whole(head, [skipped("all")]),
    }
    files.update({f"random-{i}": random_file(100 + i) for i in range(RANDOM_FILES)})
    for name, records in files.items():
        make.write(os.path.join(folder, name + ".jsonl"), records)
    make.write(os.path.join(folder, "torn.jsonl"), files["run"][:3], torn=True)


if __name__ == "__main__":
    main()
