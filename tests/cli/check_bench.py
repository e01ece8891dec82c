#!/usr/bin/python3
"""Works out again, from the runs in a results file of `cupel bench`, every statistic that stands in it.

usage: check_bench.py FILE [OUTPUT]    exit 1 with a line for each that differs
OUTPUT: what the command printed; its sentences must say what the bounds say.
"""
import json
import math
import re
import statistics
import sys

USAGES = ["user_ns", "system_ns", "max_rss_bytes", "minor_faults", "major_faults",
          "voluntary_switches", "involuntary_switches"]
bad = 0


def same(name, found, expected):
    global bad
    if found is None and (expected is None or not math.isfinite(expected)):
        return
    if found is None or expected is None or not math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9):
        print(f"{name}: {found} in the file, {expected} from the runs")
        bad += 1


def median_bounds(values, level):
    """X(k) and X(n + 1 - k), k the largest with P(Bin(n, 1/2) <= k - 1) <= (1 - level) / 2."""
    n, k, below = len(values), 0, 0.0
    while below + math.comb(n, k) / 2**n <= (1 - level) / 2:
        below += math.comb(n, k) / 2**n
        k += 1
    if k == 0:
        return None, None
    ordered = sorted(values)
    return ordered[k - 1], ordered[n - k]


def hodges_lehmann(d, level):
    """The median of the Walsh averages, and its signed-rank bounds: the distribution is counted."""
    n = len(d)
    ways = [1] + [0] * (n * (n + 1) // 2)
    for rank in range(1, n + 1):
        for t in range(len(ways) - 1, rank - 1, -1):
            ways[t] += ways[t - rank]
    k, below = 0, 0
    while (below + ways[k]) / 2**n <= (1 - level) / 2 + 1e-15:
        below += ways[k]
        k += 1
    walsh = sorted((a + b) / 2 for i, a in enumerate(d) for b in d[i:])
    middle = statistics.median(walsh)
    return middle, walsh[k - 1] if k else None, walsh[-k] if k else None


def check_benchmark(r):
    runs = r["runs"]
    for metric in ("cpu", "wall"):
        v = [run[metric + "_ns"] for run in runs]
        s = r["side"]["metrics"][metric]
        same(r["id"] + " mean", s["mean"], statistics.mean(v))
        same(r["id"] + " median", s["median"], statistics.median(v))
        same(r["id"] + " min", s["min"], min(v))
        same(r["id"] + " max", s["max"], max(v))
        if len(v) > 1:
            same(r["id"] + " sd", s["sd"], statistics.stdev(v))
        low, high = median_bounds(v, 0.95)
        same(r["id"] + " estimate", r["median"][metric]["estimate"], statistics.median(v))
        same(r["id"] + " lower", r["median"][metric]["lower"], low)
        same(r["id"] + " upper", r["median"][metric]["upper"], high)
    for usage in USAGES:
        v = [run[usage] for run in runs]
        same(f"{r['id']} {usage}", r["usage"][usage]["median"], statistics.median(v))
        same(f"{r['id']} {usage}", r["usage"][usage]["mean"], statistics.mean(v))
        same(f"{r['id']} {usage}", r["usage"][usage]["max"], max(v))
    for run in runs:
        same(r["id"] + " cpu is user and system", run["cpu_ns"], run["user_ns"] + run["system_ns"])
    if len(runs) >= 4:
        wall = [run["wall_ns"] for run in runs]
        same(r["id"] + " first run", r["first_run_ratio"], wall[0] / statistics.median(wall[1:]))
    same(r["id"] + " failures", r["failures"], sum(run["exit"] != 0 for run in runs))


def check_comparison(r, reference, other, others):
    for metric in ("cpu", "wall"):
        d = [math.log(n[metric + "_ns"] / b[metric + "_ns"])
             for b, n in zip(reference["runs"], other["runs"])]
        middle, low, high = hodges_lehmann(d, 0.95)
        c = r["compare"][metric]
        same(f"{r['id']} {metric} ratio", c["ratio"], math.exp(middle))
        same(f"{r['id']} {metric} lower", c["lower"], low if low is None else math.exp(low))
        same(f"{r['id']} {metric} upper", c["upper"], high if high is None else math.exp(high))
        s = r["simultaneous"]
        if s["metric"] == metric:
            middle, low, high = hodges_lehmann(d, 1 - 0.05 / others)
            same(r["id"] + " level", s["level"], 1 - 0.05 / others)
            same(r["id"] + " simultaneous ratio", s["ratio"], math.exp(middle))
            same(r["id"] + " simultaneous lower", s["lower"], low if low is None else math.exp(low))
            same(r["id"] + " simultaneous upper", s["upper"], high if high is None else math.exp(high))
    for pair, b, n in zip(r["pairs"], reference["runs"], other["runs"]):
        first = "base" if b["position"] < n["position"] else "new"
        same(r["id"] + " first", float(pair["first"] == first), 1.0)


def check_sentence(r, reference, other, output):
    global bad
    low, high, ratio = (r["simultaneous"][key] for key in ("lower", "upper", "ratio"))
    if low is None or high is None:
        words, times = f'"{other}" against "{reference}": too few runs', None
    elif high < 1:
        words, times = f'"{other}" is ', 1 / ratio
    elif low > 1:
        words, times = f'"{reference}" is ', ratio
    else:
        words, times = f'no difference between "{other}" and "{reference}" is proven', None
    said = [re.match(r"[\d.,]+", output[at.end():]) for at in re.finditer(re.escape(words), output)]
    near = [s for s in said if times is None or (s and abs(float(s[0].replace(",", "")) / times - 1) < 0.006)]
    if not near:
        print(f"the output lacks: {words}{times or ''}")
        bad += 1


def main():
    global bad
    output = None
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding="utf-8") as f:
            output = f.read()
    groups = {}
    with open(sys.argv[1], encoding="utf-8") as f:
        records = [json.loads(line) for line in f]
    for r in records:
        if r["record"] == "benchmark":
            check_benchmark(r)
            groups.setdefault(r["scale"], []).append(r)
    for commands in groups.values():
        for runs in zip(*(c["runs"] for c in commands)):
            if sorted(run["position"] for run in runs) != list(range(1, len(runs) + 1)):
                print("a round in which the commands did not each run once")
                bad += 1
        found = [r for r in records if r["record"] == "comparison" and r["scale"] == commands[0]["scale"]]
        same("comparisons", len(found), len(commands) - 1)
        for r, other in zip(found, commands[1:]):
            check_comparison(r, commands[0], other, len(commands) - 1)
            if output is not None:
                check_sentence(r, commands[0]["id"], other["id"], output)
    if not groups:
        print("no benchmark in it")
        bad += 1
    return 1 if bad else 0


sys.exit(main())
