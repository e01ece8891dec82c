#!/usr/bin/python3
"""Every exporter on every case, held to its consumer (consumers.py) and to the records; prints TAP.

usage: check_exports.py CUPEL FOLDER [RESULTS.jsonl...]    FOLDER: of make_cases.py
"""
import glob
import html
import json
import math
import os
import statistics
import subprocess
import sys
import xml.etree.ElementTree as ET

import consumers

CUPEL, FOLDER = sys.argv[1:3]
SIDED = ("google-benchmark", "github-action-benchmark", "bencher", "hyperfine", "go", "otava", "openmetrics")
NUMBERS_ONLY = SIDED
TEXTS = ("junit", "github-summary", "github-annotations", "go", "otava")
number = 0


def check(name, function, *arguments):
    global number
    number += 1
    try:
        function(*arguments)
        print(f"ok {number} - {name}")
    except (AssertionError, ValueError, KeyError, IndexError, TypeError) as fault:
        text = f"{type(fault).__name__}: {fault}"[:400].encode("ascii", "backslashreplace").decode()
        print(f"not ok {number} - {name}\n# " + text.replace("\n", "\n# "))


def run(*arguments):
    return subprocess.run([CUPEL, "export", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)


def export(form, *arguments):
    done = run(*arguments, "--format", form)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8")


def read(form, *arguments):
    return consumers.CONSUMERS[form](export(form, *arguments))


def case(name):
    return os.path.join(FOLDER, name + ".jsonl")


def records(path):
    found = []
    for line in open(path, encoding="utf-8", newline="\n"):
        if line.endswith("\n"):
            found.append(json.loads(line))
    return found


class Expected:
    """What the records of a file say, read by other words than the exporter's."""

    def __init__(self, path):
        self.records = records(path)
        self.complete = self.records[-1]["record"] == "end" and self.records[-1]["complete"]
        self.last = {}
        for r in self.records:
            if "id" in r:
                name = r["id"]
                if name.endswith(" (confirmation)") and self.records[0]["tool"] == "gate":
                    name = name[:-len(" (confirmation)")]
                self.last[name] = r

    def outcome(self, name):
        r = self.last[name]
        if r["record"] == "failed":
            return "error"
        if r["record"] == "skipped":
            return "skipped"
        gate = r.get("gate")
        if not gate:
            return "passed"
        if gate.get("provisional"):
            return "error"
        if gate["verdict"] == "INCONCLUSIVE":
            return "skipped"
        fails = gate.get("fails")
        if fails is None:
            over = gate["verdict"] == "BORDERLINE" and r["compare"][gate["metric"]]["ratio"] >= 1.1
            fails = gate["verdict"] == "FAIL" or gate["verdict"] == "BORDERLINE" and (
                gate["policy"] == "strict" or gate["policy"] == "estimate" and over)
        return "failure" if fails else "passed"

    def measured(self):
        return {k: r for k, r in self.last.items() if r["record"] in ("comparison", "benchmark") and
                not (r.get("gate") or {}).get("provisional")}


def side_of(record, side):
    return record["side"] if "side" in record else record[side]


def clean(text):
    return "".join(" " if c in "\t\n\r" else c for c in text
                   if c in "\t\n\r" or not (c < " " or "\x7f" <= c <= "\x9f" or c in "\ufffe\uffff"))


# ---- each format, each case ---------------------------------------------------------------------------

def consumer_reads(form, path, *side):
    text = export(form, path, *side)
    consumers.CONSUMERS[form](text)
    if "gate" not in os.path.basename(path):
        consumers.no_nan(text)
    if form in TEXTS:
        consumers.plain_text(text)


def all_formats(paths):
    for path in paths:
        for form in consumers.CONSUMERS:
            name = os.path.splitext(os.path.basename(path))[0]
            check(f"{name}: {form} is read", consumer_reads, form, path)


# ---- the numbers --------------------------------------------------------------------------------------

def values(record, side, metric):
    return side_of(record, side)["metrics"][metric]["values"]


def google_holds_every_pair(path):
    expected, rows = Expected(path).measured(), read("google-benchmark", path)
    for name, r in expected.items():
        for side in ("new",) if "side" in r else ("base", "new"):
            full = name if "side" in r else f"{name}/{side}"
            assert [x["cpu_time"] for x in rows[full]] == values(r, side, "cpu"), full
            assert [x["real_time"] for x in rows[full]] == values(r, side, "wall"), full
            for i, x in enumerate(rows[full]):
                pair = r["runs"][i] if "runs" in r else r["pairs"][i]["side" if "side" in r else side]
                assert math.isclose(x["iterations"] * x["real_time"], pair["wall_ns"], rel_tol=0.5)
    sides = {n for n in rows if not n.endswith(("_mean", "_median", "_stddev", "_cv"))}
    assert len(sides) == sum(1 if "side" in r else 2 for r in expected.values())


def two_files_compare():
    """compare.py benchmarks base.json new.json: the same names on both sides, the change of the records."""
    path = case("run")
    base, new = (read("google-benchmark", path, "--side", s) for s in ("base", "new"))
    assert list(base) == list(new) and "s/faster" in base
    change = new["s/faster_median"][0]["cpu_time"] / base["s/faster_median"][0]["cpu_time"] - 1
    assert -0.6 < change < -0.4, change


def go_holds_every_pair():
    found, expected = read("go", case("gate")), Expected(case("gate")).measured()
    assert len(found) == 2 * len(expected), (len(found), len(expected))
    for side in ("base", "new"):
        names = [k for k in found if k[1] == side]
        assert sorted(len(found[k]["ns/op"]) for k in names) == sorted(len(r["pairs"]) for r in expected.values())
        sums = sorted(sum(found[k]["cpu-ns/op"]) for k in names)
        assert sums == sorted(sum(values(r, side, "cpu")) for r in expected.values())
        twins = [k[2] for k in names if k[2].startswith("S/a_b")]
        assert len(twins) == 3, twins


def go_one_side_has_no_key():
    new = read("go", case("run"), "--side", "new")[("headline", None, "S/equal")]
    assert set(new["B/op"]) == {4096.0} and set(new["allocs/op"]) == {3.0}
    for side in ("base", "new"):
        keys = {k[1] for k in read("go", case("run"), "--side", side)}
        assert keys == {None}, keys


def hyperfine_names_commands():
    results = read("hyperfine", case("command"))
    assert [r["command"] for r in results] == ["./old --flag 'it'\\''s a file'", "./new --flag ''"]
    r = Expected(case("command")).measured()["./new --flag"]
    for one in results + read("hyperfine", case("run")):
        assert one["user"] is None and one["system"] is None, "nobody parted its CPU time"
    assert results[0]["times"] == [v / 1e9 for v in values(r, "base", "wall")]


def verdicts_tell_the_commands():
    old, new = "./old --flag 'it'\\''s a file'", "./new --flag ''"
    suite = ET.fromstring(export("junit", case("command")))[0]
    assert [(p.get("name"), p.get("value")) for p in suite.iter("property")] == [
        ("./new --flag: base", old), ("./new --flag: new", new)]
    assert suite.find("testcase/system-out").text.endswith(f"\nbase: {old}, new: {new}")
    assert read("github-annotations", case("command"))[0][2].endswith(f"; base: {old}, new: {new}")
    assert "<property" not in export("junit", case("gate")), "a kernel is no command"


def hyperfine_lists_commands_once():
    """plot_parametrized.py wants one parameter, a number; advanced_statistics.py the command."""
    results = read("hyperfine", case("several"))
    assert [r["command"] for r in results] == ["./a 10", "./b 10", "./b 10", "./a 20", "./b 20", "./b 20"], results
    assert [[(k, float(v)) for k, v in r["parameters"].items()] for r in results] == 3 * [[("n", 10)]] + 3 * [[("n", 20)]]
    assert results[0]["exit_codes"] == [0] * 10 and results[1]["exit_codes"] == [3] * 9 + [None]
    for r in results:
        assert math.isclose(r["user"], 600000e-9) and 1e-4 < r["system"] < 1e-3, r
    assert read("hyperfine", case("command"))[0]["exit_codes"][0] is None, "a gate's commands may fail"


def bench_is_told_by_its_metric():
    found = {b["id"]: b for b in read("json", case("several"))["benchmarks"]}
    b = found["n=10 b vs a"]
    assert (b["metric"], b["ratio"], b["lower"], b["upper"], b["verdict"]) == ("wall", 2, 1.99, 2.01, "slower"), b
    assert "n=10 b (confirmation)" in found and found["n=10 a"]["pairs"] == 10 and found["n=10 a"]["seconds"] > 0.3
    rows = {r[0]: r for r in read("github-summary", case("several"))}
    assert rows["n=10 a"][1] == "wall time" and rows["n=10 a"][6].startswith("40.0"), rows["n=10 a"]


def second_run_is_awaited():
    found = {b["id"]: b for b in read("json", case("gate"))["benchmarks"]}
    b = found["s/no-second"]
    assert b["state"] == "ERROR" and not b["fails"] and "second run" in b["reason"], b
    assert found["s/second"]["state"] == "PASS" and found["s/second"]["confirmed"]


def stored_baseline():
    cases = {k[1]: v for k, v in read("junit", case("stored")).items()}
    assert cases["s/fails"][0] == "failure" and "instructions +10.0 %" in cases["s/fails"][1], cases
    assert cases["s/same"][0] == "passed" and cases["s/told"][0] == "passed"
    found = {b["id"]: b for b in read("json", case("stored"))["benchmarks"]}
    assert found["s/fails"]["ratio"] == 1.1 and found["s/fails"]["new"] is None and found["s/told"]["state"] == "ADVISORY"
    assert read("github-annotations", case("stored"))[0][:2] == ("error", "FAIL s/fails")
    rows = read("github-summary", case("stored"))
    assert rows[0][2] == "**FAIL**" and rows[0][7] == "", rows[0]
    for form in SIDED:
        done = run(case("stored"), "--format", form)
        assert done.returncode == 2 and b"nothing was measured" in done.stderr and not done.stdout, form


def bencher_values():
    expected, found = Expected(case("gate")).measured(), read("bencher", case("gate"))
    assert len(found) == len(expected)
    for name, r in expected.items():
        key = name if len(name.encode()) <= 1024 else next(
            k for k in found if len(k) > 500 and k[:500] == name[:500])
        assert found[key]["latency"]["value"] == statistics.median(values(r, "new", "wall")), key
        assert found[key]["cpu-time"]["value"] == statistics.median(values(r, "new", "cpu")), key
        assert found[key]["cpu-ratio"]["value"] == r["compare"]["cpu"]["ratio"], key
        assert ("lower_value" in found[key]["latency"]) == (len(r["pairs"]) >= 6), key
        assert ("net-time" in found[key]) == ("net" in r["new"]["metrics"]), key


def action_values():
    found = read("github-action-benchmark", case("run"))
    r = Expected(case("run")).measured()["s/faster"]
    assert found["s/faster (CPU time)"]["value"] == statistics.median(values(r, "new", "cpu"))
    assert found["s/faster (CPU time, new/base)"]["value"] == r["compare"]["cpu"]["ratio"]
    assert len(found) == 6


def otava_rows():
    head, rows = read("otava", case("run"), "--commit", "abc", "--branch", "a,b")
    r = Expected(case("run")).measured()["s/equal"]
    assert rows[0][:3] == ["2025-03-02T11:45:10Z", "abc", "a,b"]
    assert float(rows[0][head.index("s/equal.cpu_ns")]) == statistics.median(values(r, "new", "cpu"))


def otava_drops_gaps():
    head, rows = read("otava", case("run"), case("torn"))
    assert len(rows) == 2 and "s/equal.cpu_ns" in head and "s/faster.cpu_ns" not in head, head


def openmetrics_values():
    families = read("openmetrics", case("gate"))
    expected = Expected(case("gate"))
    fails = {dict(k)["benchmark"]: v for k, v in families["cupel_benchmark_fails"].items()}
    assert set(fails) == set(expected.last)
    for name in fails:
        assert bool(fails[name]) == (expected.outcome(name) == "failure"), name
    times = families["cupel_time_seconds"]
    for name, r in expected.measured().items():
        key = (("benchmark", name), ("metric", "cpu"), ("side", "new"))
        assert math.isclose(times[key], statistics.median(values(r, "new", "cpu")) / 1e9), name
    assert list(families["cupel_run_timestamp_seconds"].values()) == [1740915910.0]


# ---- the verdicts -------------------------------------------------------------------------------------

def junit_outcomes(path):
    expected, cases = Expected(path), read("junit", path)
    scenario = clean(expected.records[0]["scenario"]["name"])
    for name in expected.last:
        outcome, message = cases[(scenario, clean(name))]
        assert outcome == expected.outcome(name), (name, outcome, message)
        assert outcome == "passed" or message
    extra = set(c[1] for c in cases) - {clean(n) for n in expected.last}
    assert extra == (set() if expected.complete else {"(all benchmarks were measured)"}), extra


def junit_words():
    cases = {k[1]: v for k, v in read("junit", case("gate")).items()}
    outcome, message = cases["s/slower"]
    assert outcome == "failure" and "CPU time +" in message and "margin 10 %" in message, message
    outcome, message = cases["s/noisy"]
    assert outcome == "skipped" and "half-width" in message, message
    outcome, message = cases["s/untold"]
    assert outcome == "skipped" and "not the same in" in message and "CPU time" not in message, message
    assert cases["s/told"][0] == "passed"
    assert cases["s/few"][0] == "skipped" and "half-width" not in cases["s/few"][1], cases["s/few"]
    assert cases["s/waits"][0] == "passed" and "s/waits (confirmation)" not in cases
    assert cases["s/cut"] == ("error", "interrupted")
    assert cases["s/other"][0] == "error" and "results differ" in cases["s/other"][1]
    assert cases['s/<script>&"'][0] == "failure"
    assert "instructions +10.0 %" in cases["s/judged"][1], cases["s/judged"]


def annotation_words():
    found = read("github-annotations", case("gate"))
    assert found[0] == ("error", "cupel", "the run ended before all benchmarks were measured")
    assert any(f[2].startswith("and ") and "more" in f[2] for f in found)
    assert not any(f[1] in ("PASS s/pass", "PASS s/waits") for f in found)
    levels = {f[1]: f[0] for f in found}
    assert levels["INCONCLUSIVE s/noisy"] == "warning" and levels["BORDERLINE s/edge-lenient"] == "warning"
    assert levels["SKIPPED s/not-here"] == "notice" and levels["FAIL s/slower"] == "error"
    assert export("github-annotations", case("bench")) == "", "nothing to look at"


def summary_words():
    text, rows = export("github-summary", case("gate")), read("github-summary", case("gate"))
    assert text.startswith("### cupel: failed\n") and "**Incomplete**" in text
    expected = Expected(case("gate"))
    bad = [clean(k) for k in expected.last if expected.outcome(k) in ("failure", "error")]
    names = list(dict.fromkeys(html.unescape(r[0]) for r in rows))
    assert len(names) == len(expected.last)
    assert all(any(b.startswith(n.removesuffix("...")) for b in bad) for n in names[:len(bad)]), names
    assert "s/pass" in names[len(bad):] and rows[0][2] == "**FAIL**"
    assert export("github-summary", case("run")).startswith("### cupel: measured\n")


def summary_states():
    found = {b["id"]: b for b in read("json", case("gate"))["benchmarks"]}
    expected = Expected(case("gate"))
    assert set(found) == set(expected.last)
    assert found["s/other"]["state"] == "MISMATCH" and found["s/cut"]["state"] == "ERROR"
    assert found["s/waits"]["confirmed"] and found["s/waits"]["state"] == "PASS"
    assert found["s/edge-strict"]["fails"] and not found["s/edge-lenient"]["fails"]
    assert not found["s/edge-told"]["fails"], "the record's own word wins over the policy"
    assert [j["kind"] for j in found["s/judged"]["judged"]] == ["timing", "exact", "advisory"]
    assert found["s/judged"]["metric"] == "instructions" and found["s/judged"]["ratio"] == 1.1
    assert found["s/few"]["lower"] is None and found["s/few"]["mde_percent"] is None
    r = expected.last["s/slower"]["compare"]["cpu"]
    assert [found["s/slower"][k] for k in ("ratio", "lower", "upper")] == [r[k] for k in ("ratio", "lower", "upper")]
    alone = read("json", case("bench"))["benchmarks"][0]
    assert alone["base"] is None and alone["new"]["cpu"]["n"] == 20 and alone["pairs"] == 20


# ---- what cannot be -----------------------------------------------------------------------------------

def numbers_are_needed(name):
    for form in consumers.CONSUMERS:
        done = run(case(name), "--format", form)
        wanted = 2 if form in NUMBERS_ONLY or name == "skipped" else 0
        assert done.returncode == wanted, (form, done.returncode, done.stderr)
        if wanted:
            assert b"nothing was measured" in done.stderr and not done.stdout, form


def sides_are_chosen():
    for form in consumers.CONSUMERS:
        for side in ("both", "base", "new"):
            done = run(case("run"), "--format", form, "--side", side)
            assert done.returncode == (0 if form in SIDED else 2), (form, side, done.stderr)
            if form in SIDED:
                consumers.CONSUMERS[form](done.stdout.decode())


def several_files():
    wanted = {"google-benchmark": 2, "openmetrics": 2, "bencher": 2, "github-action-benchmark": 2}
    for form in consumers.CONSUMERS:
        done = run(case("run"), case("torn"), "--format", form)
        assert done.returncode == wanted.get(form, 0), (form, done.stderr)
        done = run(case("run"), case("command"), "--format", form)
        assert done.returncode == (2 if form in ("google-benchmark", "openmetrics", "otava") else 0), (form, done.stderr)
        if done.returncode == 0:
            consumers.CONSUMERS[form](done.stdout.decode())


def main():
    files = sorted(glob.glob(os.path.join(FOLDER, "*.jsonl")))
    measured = [f for f in files if os.path.basename(f) not in ("failed.jsonl", "skipped.jsonl", "stored.jsonl")]
    all_formats(measured + sys.argv[3:])
    for path in measured:
        name = os.path.splitext(os.path.basename(path))[0]
        check(f"{name}: every pair is in Google Benchmark's JSON", google_holds_every_pair, path)
        check(f"{name}: JUnit has the outcome of every benchmark", junit_outcomes, path)
    for function in (two_files_compare, go_holds_every_pair, go_one_side_has_no_key, hyperfine_names_commands,
                     verdicts_tell_the_commands,
                     hyperfine_lists_commands_once, bench_is_told_by_its_metric, second_run_is_awaited, stored_baseline,
                     bencher_values, action_values, otava_rows, otava_drops_gaps, openmetrics_values,
                     junit_words, annotation_words, summary_words, summary_states, sides_are_chosen,
                     several_files):
        check(function.__name__.replace("_", " "), function)
    check("without numbers: only formats that tell failures", numbers_are_needed, "failed")
    check("nothing but skipped benchmarks is no result", numbers_are_needed, "skipped")
    print(f"1..{number}")


main()
