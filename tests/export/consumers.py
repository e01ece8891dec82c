"""What reads each format, as strict as the reader itself: one function a format; a fault is an AssertionError.
Each returns what a consumer would know, so that tests can hold it against the records."""
import csv
import io
import json
import math
import os
import re
import subprocess
import unicodedata
import xml.etree.ElementTree as ET

import jsonschema

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")


def schema(path):
    with open(path, encoding="utf-8") as f:
        return jsonschema.Draft7Validator(json.load(f))


SCHEMAS = {name: schema(os.path.join(HERE, name + ".schema.json"))
           for name in ("google-benchmark", "github-action-benchmark", "bencher", "hyperfine")}
SCHEMAS["json"] = schema(os.path.join(ROOT, "results", "summary-schema.json"))


def no_constant(word):
    raise AssertionError("a bare " + word)


def no_duplicates(pairs):
    keys = [k for k, _ in pairs]
    assert len(keys) == len(set(keys)), "a key that stands twice"
    return dict(pairs)


def read_json(text, name):
    value = json.loads(text, parse_constant=no_constant, object_pairs_hook=no_duplicates)
    for fault in SCHEMAS[name].iter_errors(value):
        raise AssertionError("/".join(map(str, fault.absolute_path)) + ": " + fault.message[:200])
    return value


def summary(text):
    return read_json(text, "json")


def github_action_benchmark(text):
    entries = read_json(text, "github-action-benchmark")
    names = [e["name"] for e in entries]
    assert len(names) == len(set(names)), "a name that stands twice"
    return {e["name"]: e for e in entries}


def bencher(text):
    value = read_json(text, "bencher")
    for measures in value.values():
        for m in measures.values():
            assert m.get("lower_value", m["value"]) <= m["value"] <= m.get("upper_value", m["value"])
    return value


def hyperfine(text):
    """Reads what hyperfine's scripts read: command, times, and the figures made of them."""
    results = read_json(text, "hyperfine")["results"]
    for r in results:
        times = r["times"]
        assert math.isclose(r["mean"], sum(times) / len(times), rel_tol=1e-9)
        assert r["min"] == min(times) and r["max"] == max(times)
        assert len(r["exit_codes"]) == len(times)
        assert all(t < 1e5 for t in times), "seconds"
    return results


def google_benchmark(text):
    """As tools/gbench/report.py: rows by name and unit, real_time and cpu_time of each, then two sides."""
    rows = read_json(text, "google-benchmark")["benchmarks"]
    names = {}
    for row in rows:
        if "time_unit" in row and "real_time" in row and "cpu_time" in row:
            names.setdefault(row["name"], []).append(row)
    for row in rows:
        if row["run_type"] == "aggregate":
            assert row["name"] == row["run_name"] + "_" + row["aggregate_name"]
            assert row["run_name"] in names and len(names[row["name"]]) == 1
            if row["aggregate_name"] == "mean":
                times = [r["cpu_time"] for r in names[row["run_name"]]]
                assert math.isclose(row["cpu_time"], sum(times) / len(times), rel_tol=1e-9)
        else:
            assert row["name"] == row["run_name"]
            assert row["repetitions"] == len(names[row["name"]])
    for rows_of in names.values():
        if rows_of[0]["run_type"] == "iteration":
            assert [r["repetition_index"] for r in rows_of] == list(range(len(rows_of)))
    return names


# ---- benchstat: golang.org/x/perf/benchfmt ------------------------------------------------------------

def go_space(c):
    return c in "\t\n\v\f\r \u0085\u00a0" or unicodedata.category(c) in ("Zs", "Zl", "Zp")


def go_fields(line):
    fields, word = [], ""
    for c in line + " ":
        if go_space(c):
            if word:
                fields.append(word)
            word = ""
        else:
            word += c
    return fields


def go_key(line):
    """key, value of a configuration line, or None."""
    if not line or unicodedata.category(line[0]) != "Ll" or ":" not in line:
        return None
    key, value = line.split(":", 1)
    if any(go_space(c) or unicodedata.category(c) == "Lu" for c in key):
        return None
    if value and value[0] not in " \t":
        return None
    return key, value.lstrip(" \t")


def go(text):
    """{(side, benchmark): {unit: [values]}}; every line must be a result or a key."""
    found, config = {}, {}
    assert text.endswith("\n")
    for line in text[:-1].split("\n"):
        if not line.startswith("Benchmark"):
            pair = go_key(line)
            assert pair, "benchstat would pass over: " + line[:80]
            config[pair[0]] = pair[1]
            continue
        fields = go_fields(line)
        assert len(fields) >= 4 and len(fields) % 2 == 0, "fields: " + line[:80]
        assert fields[0][9:10] != "" and unicodedata.category(fields[0][9]) != "Ll", "go test: " + fields[0]
        assert re.fullmatch(r"[1-9][0-9]*", fields[1]), "iterations: " + fields[1]
        values = found.setdefault((config.get("pkg"), config.get("side"), fields[0][9:]), {})
        for value, unit in zip(fields[2::2], fields[3::2]):
            assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", value), "value: " + value
            values.setdefault(unit, []).append(float(value))
    assert found, "no benchmark"
    return found


# ---- OpenMetrics --------------------------------------------------------------------------------------

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)?\}})? (-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)")
META = re.compile(rf"# (TYPE|UNIT|HELP) ({NAME}) (.*)")


def label_value(text):
    return re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m.group(1), m.group(1)), text)


def openmetrics(text):
    """{family: {labels: value}}; families are whole and together, metadata come first, nothing twice."""
    families, current, seen = {}, None, set()
    assert text.endswith("\n# EOF\n"), "# EOF must be the last line"
    for line in text[:-1].split("\n")[:-1]:
        meta = META.fullmatch(line)
        if meta:
            kind, name, rest = meta.groups()
            if name != current:
                assert name not in families, "family in two places: " + name
                families[name], current = {}, name
            assert not families[name] and (kind, name) not in seen, "metadata after samples"
            seen.add((kind, name))
            if kind == "TYPE":
                assert rest == "gauge"
            if kind == "UNIT":
                assert name.endswith("_" + rest), f"unit {rest} of {name}"
            assert kind != "HELP" or not re.search(r"\\(?![\\n\"])", rest)
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, "no sample: " + line[:120]
        name, labels, value = sample.groups()
        assert name == current, "a sample outside its family: " + name
        pairs = re.findall(LABEL, labels or "")
        keys = [p.split("=", 1)[0] for p in pairs]
        assert len(keys) == len(set(keys)), "a label twice"
        key = tuple(sorted((p.split("=", 1)[0], label_value(p.split("=", 1)[1][1:-1])) for p in pairs))
        assert key not in families[name], "a series twice: " + line[:120]
        families[name][key] = float(value)
    assert all(families.values()), "a family without samples"
    return families


# ---- Otava --------------------------------------------------------------------------------------------

def otava(text):
    """Rows as otava/importer.py takes them: all metrics are floats, times in order."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=",", quotechar='"', strict=True))
    head, rows = rows[0], rows[1:]
    assert head[:3] == ["time", "commit", "branch"] and len(head) > 3
    assert len(head) == len(set(head)), "a column twice"
    assert rows and all(len(row) == len(head) for row in rows), "row length"
    assert [r[0] for r in rows] == sorted(r[0] for r in rows), "order of time"
    for row in rows:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row[0])
        assert all(math.isfinite(float(v)) for v in row[3:])
    return head, rows


# ---- JUnit --------------------------------------------------------------------------------------------

def junit(text):
    """{(class, name): (outcome, message)}, after xmllint and the schema; the sums must be right."""
    done = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", os.path.join(HERE, "junit.xsd"), "-"],
                          input=text.encode(), stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr.decode()[:300]
    root, cases = ET.fromstring(text), {}
    for suite in root:
        count = {"failure": 0, "error": 0, "skipped": 0}
        tests = suite.findall("testcase")
        for case in tests:
            outcome, message = "passed", ""
            for child in case:
                if child.tag in count:
                    outcome, message = child.tag, child.get("message")
                    assert child.text == message, "GitLab shows the text, not the attribute"
                    count[child.tag] += 1
            key = (case.get("classname"), case.get("name"))
            cases.setdefault(key, (outcome, message))
        assert int(suite.get("tests")) == len(tests)
        assert [int(suite.get(k)) for k in ("failures", "errors", "skipped")] == list(count.values())
        seconds = sum(float(c.get("time")) for c in tests)
        assert abs(float(suite.get("time")) - seconds) < 1e-4 * (1 + len(tests))
    for k in ("tests", "failures", "errors"):
        assert int(root.get(k)) == sum(int(s.get(k)) for s in root)
    return cases


# ---- GitHub -------------------------------------------------------------------------------------------

def github_annotations(text):
    """[(level, title, message)], with the runner's unescaping."""
    found = []
    for line in text.split("\n")[:-1]:
        m = re.fullmatch(r"::(error|warning|notice) title=([^:,\r\n]*)::([^\r\n]+)", line)
        assert m, "no command: " + line[:120]
        for part in m.groups()[1:]:
            assert not re.search(r"%(?!25|3A|2C|0A|0D)", part), "a bare %"
        plain = [p.replace("%3A", ":").replace("%2C", ",").replace("%25", "%") for p in m.groups()[1:]]
        found.append((m.group(1), *plain))
    for level in ("error", "warning", "notice"):
        assert sum(f[0] == level for f in found) <= 10, "GitHub shows ten of " + level
    return found


def github_summary(text):
    """[cells] of each table row; nothing in a cell is markup but the bold verdict."""
    assert len(text.encode()) < 1 << 20
    lines = [line for line in text.split("\n") if line.startswith("|")]
    assert len(lines) >= 3 and re.fullmatch(r"\|( :--| --:)( \| (:--|--:))* \|", lines[1])
    rows = []
    for line in lines[2:]:
        cells = [c.strip() for c in line.split("|")[1:-1]]
        assert len(cells) == 9, "cells: " + line[:120]
        for cell in cells:
            bare = re.sub(r"&#?[a-z0-9]+;", "", re.sub(r"^\*\*(.*)\*\*$", r"\1", cell))
            assert not re.search(r"[<>`*_~@\[\]\\#$]", bare), "markup: " + cell[:80]
        rows.append(cells)
    return rows


CONSUMERS = {
    "junit": junit, "github-summary": github_summary, "github-annotations": github_annotations,
    "google-benchmark": google_benchmark, "github-action-benchmark": github_action_benchmark,
    "bencher": bencher, "hyperfine": hyperfine, "go": go, "otava": otava, "openmetrics": openmetrics,
    "json": summary,
}


def no_nan(text):
    assert not re.search(r"\b(nan|inf|infinity)\b", text, re.IGNORECASE), "NaN or an infinity"


def plain_text(text):
    """No control characters but the line feed (and cJSON's tabs)."""
    bad = re.search(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ufffe\uffff]", text)
    assert not bad, f"control character {bad.group(0)!r}"
