#!/usr/bin/python3
"""Checks a characteristics document against the studies' files, by its trace; prints TAP.

usage: check_characteristics.py DIR [OUT]
DIR holds the manifest and the studies, OUT (or DIR) the document. Every figure is worked out again here, from
the JSON and by rules written down here; the document's own code has no part in it.
"""
import json
import os
import re
import sys

import characteristics_rules as rules

PLACEHOLDER = re.compile(r"XXX|TBD|\bn/a\b|\bnan\b|^-?inf|^[-\u2013]?$|\u2013", re.IGNORECASE)
MISSING = re.compile(r"not measurable here: \S|not measured at this effort: run --effort (normal|full)$|"
                     r"not measured: left out by --only$")
AGAIN = re.compile(r"not measurable here$|not measured at this effort$|not measured$")  # as before in its row
# The paper's own headings, in its order.
HEADINGS = """Performance Characteristics; Executive Summary; Methodology; Benchmark Environment;
Statistical Validation; Benchmark Workloads; Production-Scale Grid Search; Micro-Scale Benchmarks;
Scale-Dependent Optimization Behavior; Overview; Production Scale; Micro Scale; Interpretation;
Threshold Guidance; Layer 1: User Code Optimizations; Overview; Performance Results; Asset List Caching;
Data Pre-Grouping; Layer 1 Combined; Layer 2: Framework Data Access Optimizations; Overview;
Performance Results; Array Return Path; Multi-Tier Cache; Layer 2 Combined;
Layer 3: Bundle Connection Pooling; Overview; Performance Results; Worker Initialization;
Scaling Efficiency; Layer 3 Combined; Phase 6B: Heavy Operations Optimizations; Overview;
Performance Results; Shared Bundle Context (Fork Mode); Persistent Worker Pool; Phase 6B Combined;
Cumulative Performance Summary; Production-Scale Results; Overhead-to-Computation Ratio;
Wall Clock Time Comparison; Memory Characteristics; Memory Overhead Analysis; Memory Efficiency;
Profiling Data; Workflow-Specific Results; Grid Search Performance; Walk Forward Performance;
Option Straddles: Memoized Backtests; Code Capture: What Is Stored with Each Backtest;
Flame Graph Analysis; Baseline (Pre-Optimization); Optimized; Comparison;
Statistical Validation Results; Confidence Intervals; Significance Testing; Regression Testing;
CI Integration; Coverage Metrics; Limitations and Edge Cases; When Optimizations May Not Help;
Platform-Specific Behavior; Recommendations; For Small-Scale Users; For Medium-Scale Users;
For Large-Scale Users; Archived Data"""
# What a sentence may say in digits without a record: names, levels, sizes of users, what is aimed at.
PLAIN = re.compile(r"95 %|5 %|[Ll]ayers \d( and |\+| to )\d(\+\d)*|[Ll]ayers? \d|6B|layer\d|phase6b|\d+ assets?|50 symbols|"
                   r"fewer than 50|100 to 500|more than 500|\d+ \(extrapolation\)|1e9|25 years")

# Whose record a row must show, whatever its figures are: the words of table and row, scale/comparison.
ROWS = """
Asset list caching | First access | first/asset-cache
Asset list caching | Cached access | cached/asset-cache
Asset list caching | 100 backtests | 100-backtests/asset-cache
Data pre-grouping | Filtering (50 | filter/pre-group
Data pre-grouping | Type conversion | convert/
Data pre-grouping | Combined | combined/
Array returns | Single-asset | 1/
Array returns | 10 assets | 10/
Array returns | 50 assets | 50/
History cache: | 20 (permanent) | 20/
History cache: | 200 (permanent) | 200/
History cache: | Variable | variable/
Worker initialization: wall | 2 | 2/pooled
Worker initialization: wall | 16 | 16/pooled
Worker initialization, ten times | 4 | 4-again/p
Scaling with all layers | 16 | production/all, 16 workers
Scaling with no layer | 4 | production/none, 4 workers
Shared bundle context | initialization x 8 | 8/shared-bundle
Shared bundle context | sweep by 2 | 2-sweep/shared-bundle
Persistent worker pool | Single | 1-run/
Persistent worker pool | 10 consecutive | 10-runs/
Layer 1 against | production | production/layer1
Layer 2 on top | Additional (on top of Layer 1): production | production/adding layer2
Layer 3 on top | Cumulative (Layers 1+2+3): micro | micro/layer1+layer2+layer3
Phase 6B on top | Additional (on top of Layers 1 to 3): production | production/adding phase6b
Phase 6B on top | Total cumulative (Layers 1 to 3, 6B): micro | micro/layer1+layer2+layer3+phase6b
All layers at production scale | Total Speedup | production/all
Memory by component | Asset cache | production/asset-cache
Memory by component | pre-grouping | production/pre-group
Memory by component | HistoryCache | production/history-cache
Memory by component | Bundle connection pool | production/bundle-pool
Memory by component | Total | production/all
Grid search, all layers | production | production/all
Grid search, all layers | micro | micro/all
Walk-forward (production | micro | micro/
Two thousand backtests stored | Checkpoint | 2000/storage
Straddles without any cache | One asset, one year | 1 asset, 1 year/all
Straddles without any cache | Three assets | 3 assets, 2 years/all
The same against what the original | One asset, six years | 1 asset, 6 years/all against no-memoize
One asset and year: layers added | and chain | 1 asset, 1 year/+ chain
The full set: what each cache | memo-tickers | 231192/2 workers
Against no cache and one worker | All layers, four | 1 asset, 1 year/all, 4 workers
All layers: workers against one | The full set | 231192/2 workers
Three years of all assets | No limit | 3 years/shuffled, no limit
Prices asked for one straddle | SQLite, batches of 512 | sqlite/batch of 512
The full set, wall time | four | 231192/simd
What is kept of a strategy | Entry file only, once | 100/entry-point-content
The entry file of a strategy | 5000 | 5000/entry-point
All its files, each content | 10 | 10/content-store
Twenty backtests | All files | 5x4/content-store
""".strip().split("\n")

# Which fields a column must show, where a wrong one would look as good: table, column, a part of each field.
FIELDS = """
What is kept of a strategy | Code, all files | base.counts.code_bytes
What is kept of a strategy | Less code | counts.code_bytes
What is kept of a strategy | After | new.counts.copies
The entry file: what the file system | Less disk | counts.allocated_bytes
Detection, copies and metadata | Kept | new.
Straddles without any cache | Straddles a second | new.rate.wall_per_s
Straddles without any cache | Valued days | new.counts.valued_days
The full set: what each cache | Misses | _misses
Three years of all assets | Tickers' hit rate, sorted | base.counts.memo_tickers
Prices asked for one straddle | Trips, in batches | new.counts.price_trips
The full set, wall time | Straddles a second, before | base.rate
""".strip().split("\n")

number = 0


def check(good, name, detail=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    if not good:
        print(f"# {str(detail)[:1500]}")


def unescaped(text):
    return re.sub(r"\\(.)", r"\1", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def cells_of(line):
    parts = re.split(r"(?<!\\)\|", line.strip())[1:-1]
    return [unescaped(re.sub(r"^\*\*|\*\*$", "", part.strip())) for part in parts]


def tables_of(markdown):
    """(caption, flat list of cells) of every table, in order."""
    caption, rows, tables = "", [], []
    for line in markdown.split("\n") + [""]:
        if line.startswith("|"):
            rows.append(cells_of(line))
        elif rows:
            tables.append((caption, [cell for row in rows[2:] for cell in row]))
            rows = []
        if re.fullmatch(r"\*[^*].*\*", line):
            caption = unescaped(line[1:-1])
    return tables


def entry_name(entry):
    return f"{entry['section']} | {entry['table']} | {entry['row']} | {entry['column']}: {entry['text']!r}"


def check_rows(trace):
    wrong, unused = [], []
    for line in ROWS:
        table, row, record = line.split(" | ")
        cells = [e for e in trace if e["table"].startswith(table) and row in e["row"]
                 and (e["row"] == row or not row.isdigit()) and e.get("record")]
        wrong += [entry_name(e) for e in cells if not e["record"].startswith(record)]
        unused += [line] if not cells and any(e["table"].startswith(table) for e in trace) else []
    check(not wrong and not unused, "rows show the comparisons that they are named after", wrong[:4] or unused)


def check_fields(trace):
    wrong, unused = [], []
    for line in FIELDS:
        table, column, part = line.split(" | ")
        cells = [e for e in trace if e["table"].startswith(table) and e["column"] == column and e.get("fields")]
        wrong += [entry_name(e) for e in cells if not all(part in field for field in e["fields"])]
        unused += [line] if not cells and any(e["table"].startswith(table) for e in trace) else []
    check(not wrong and not unused, "columns show the fields that they are named after", wrong[:4] or unused)


def check_tables(trace, markdown):
    shown, traced = {}, {}
    for caption, cells in tables_of(markdown):
        shown.setdefault(caption, []).extend(cells)
    for entry in trace:
        if entry["table"]:
            traced.setdefault(entry["table"], []).append(entry["text"])
    check(len(shown) > 3, "the document has tables", list(shown))
    check(shown.keys() == traced.keys(), "every table is in the trace, and no other",
          shown.keys() ^ traced.keys())
    wrong = [(caption, pair) for caption in shown
             for pair in zip(shown[caption], traced.get(caption, [])) if pair[0].split() != pair[1].split()]
    wrong += [c for c in shown if len(shown[c]) != len(traced.get(c, []))]
    check(not wrong, "every cell shows what the trace says of it", wrong[:3])
    empty = [c for c in shown if not shown[c]]
    check(not empty, "no table is empty", empty)


def sentences_of(trace):
    """The sentences that figures stand in, put together again."""
    said, at = set(), 0
    spoken = [entry for entry in trace if not entry["table"]]
    while at < len(spoken):
        text = spoken[at]["row"]
        for _ in range(text.count("{}")):
            text = text.replace("{}", spoken[at]["text"], 1)
            at += 1
        said.add(" ".join(text.split()))
    return said


def check_sentences(trace, markdown):
    """A digit in a sentence is a traced figure's, or of the few plain words that may have one."""
    said, typed, fenced = sentences_of(trace), [], False
    for line in markdown.split("\n"):
        fenced ^= line.startswith("```")
        if fenced or not re.search(r"\d", line) or re.match(r"[|#`!\[]|\*[^*]|<details", line):
            continue
        text = " ".join(unescaped(re.sub(r"^- |^\*\*|\*\*$|^> ", "", line)).split())
        if text in said or text.startswith(("Measured on ", "Workload: ")):
            continue
        if re.search(r"\d", re.sub(r"\w+-\w+|Layer.*\)|\w+\+[\w+]+", "", PLAIN.sub("", text))):
            typed.append(text)
    check(not typed, "no figure of a sentence is typed in", typed[:4])
    for entry in trace:
        if not entry["table"] and re.search(r"\d", PLAIN.sub("", entry["row"].replace("{}", ""))):
            typed.append(entry["row"])
    check(not typed, "no figure stands in the words around a figure", typed[:4])


def main():
    folder = sys.argv[1]
    out = sys.argv[2] if len(sys.argv) > 2 else folder
    trace = json.load(open(f"{out}/trace.json", encoding="utf-8"))
    markdown = open(f"{out}/characteristics.md", encoding="utf-8").read()
    page = open(f"{out}/index.html", encoding="utf-8").read()
    studies = rules.Studies(folder)

    kinds = {entry["kind"] for entry in trace}
    check(kinds <= {"figure", "interval", "text", "label", "missing", "claim", "target"}, "kinds are known", kinds)
    bad = [entry_name(e) for e in trace if not e["text"].strip() or PLACEHOLDER.search(e["text"])]
    check(not bad, "no cell is empty or a placeholder", bad[:5])
    told, lost = {}, []
    for e in trace:
        if e["kind"] == "missing":
            row = (e["section"], e["table"], e["row"])
            if MISSING.match(e["text"]):
                told[row] = e["text"]
            elif not (AGAIN.match(e["text"]) and told.get(row, "").startswith(e["text"] + ":")):
                lost.append(entry_name(e))
    check(not lost, "what is missing says why, in one of three ways", lost[:5])
    there = [entry_name(e) for e in trace if e["kind"] == "missing" and "at this effort" in e["text"]
             and studies.has(e.get("file"), e.get("record"))]
    check(not there, "what is called not measured is in no file", there[:5])
    left = {row["file"] for row in studies.manifest.get("left_out", [])}
    false = [entry_name(e) for e in trace if e["kind"] == "missing"
             and (re.match(r"not measured(:|$)", e["text"]) is not None) != (e.get("file") in left)]
    check(not false, "what is called left out is what --only left out, and no other", false[:5])
    bare = [entry_name(e) for e in trace if e["kind"] in ("figure", "interval", "text")
            and not (e.get("file") and e.get("record") and e.get("rule") and e.get("fields"))]
    check(not bare, "every figure names file, record, rule and field", bare[:5])
    wrong, counted = [], 0
    for entry in trace:
        if entry["kind"] in ("figure", "interval", "text"):
            counted += 1
            why = rules.fault(studies, entry)
            if why:
                wrong.append(f"{entry_name(entry)}: {why}")
    check(not wrong, f"all {counted} figures are what their records say", "\n# ".join(wrong[:12]))
    turned = [entry_name(e) for e in trace if e.get("rule") == "fewer"
              and [field.split(".")[0] for field in e["fields"][:2]] != ["new", "base"]]
    check(not turned, "what there is less of is the new side's, of the base's", turned[:3])
    typed = [entry_name(e) for e in trace if e["kind"] == "label" and e["column"] and e["text"] != e["row"]
             and re.search(r"\d\s?(%|[mun]?s\b|[KMG]iB|x\b)", e["text"])]
    check(not typed, "no figure is called a label", typed[:5])

    check_rows(trace)
    check_fields(trace)
    check_tables(trace, markdown)
    check_sentences(trace, markdown)
    found = [unescaped(h) for h in re.findall(r"^#+ (.*)$", markdown, re.MULTILINE)]
    rest = iter(found)
    absent = [h for h in (" ".join(h.split()) for h in HEADINGS.split(";")) if h not in rest]
    check(not absent, "the paper's headings stand in its order", absent[:3])
    targets = re.findall(r'<a href="([^#"][^"]*)"', page) + re.findall(r"\]\(([^)#]+)\)", markdown)
    dead = [t for t in targets if not os.path.exists(f"{out}/{t}") and not os.path.exists(f"{folder}/{t}")]
    check(not dead, "every link and picture is there", dead[:5])
    check(page.count("title=\"") > 20, "figures of the page say where they come from")
    print(f"1..{number}")


main()
