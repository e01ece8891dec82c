#!/bin/bash
# What cupel sweep writes: CSV and JSON, summaries, the walk-forward report; when it is there.
set -u
. tests/tap.sh
export CUPEL_LAYERS=exact,-share-indicators # a job is one backtest, bytes are compared
. tests/cli/sweep.sh
ranges=(--range early=2003-01-01:2009-12-31 --range late=2012-01-01:2019-12-31)

# ---- formats ----
sweep "${small[@]}" && cp "$work/out" "$work/small.csv"
sweep "${small[@]}" --format json
cp "$work/out" "$work/small.json"
python3 - "$work/small.csv" "$work/small.json" <<'PY'
import csv, json, sys
table = list(csv.DictReader(open(sys.argv[1])))
lines = [json.loads(l) for l in open(sys.argv[2])]
head, rows = lines[0], lines[1:]
assert head["table"] == "results" and head["params"] == ["fast", "slow"], head
assert head["symbols"] == ["AAPL", "MSFT"] and head["synthetic"] is True, head
assert len(rows) == len(table) == 56
for c, j in zip(table, rows):
    assert c["symbol"] == j["symbol"] and c["key"] == "%d-%d" % (j["params"]["fast"], j["params"]["slow"])
    for name in ["total_return", "sharpe", "max_drawdown", "orders", "trades"]:
        assert (float(c[name]) if c[name] else None) == j[name], (name, c, j)
    assert j["range"] == head["ranges"][0]["name"]
PY
check "JSON lines hold the numbers of the CSV, under a line that describes them"
sweep --symbols META --param fast=2 --param slow=5 --to 2012-05-18 --from 2012-05-18 --format json
grep -q '"sharpe":null' "$work/out"
check "an undefined Sharpe ratio is null"
sweep "${small[@]}" --metrics all
test "$(head -1 "$work/out" | cut -d, -f1-9)" = \
    "symbol,key,total_return,sharpe,max_drawdown,orders,trades,bars,closed" &&
    cut -d, -f1-7 "$work/out" | cmp -s - "$work/small.csv"
check "metrics all: more columns behind the same ones"
sweep "${small[@]}" --out "$work/o.csv" && same "$work/o.csv" "$work/small.csv" && [ ! -s "$work/out" ]
check "--out names the file"
sweep "${small[@]}" --out - && same "$work/out" "$work/small.csv"
check "a dash is standard output"
left() { find "$work" -maxdepth 1 -name '*.csv.tmp.*' | wc -l; }
{ CUPEL_IO_FAULT=rename:1:KILL "$CUPEL" sweep --bundle "$work/b" "${small[@]}" --out "$work/o.csv" \
    --summary "$work/sum.csv" 2>/dev/null; } 2>/dev/null
kept=$(left)
sweep "${small[@]}" --out "$work/o.csv" --summary "$work/sum.csv"
says "o.csv: removed 1 temporary file of killed runs" && says "sum.csv: removed 1 temporary file of killed" &&
    [ "$kept" -eq 2 ] && [ "$(left)" -eq 0 ] && same "$work/o.csv" "$work/small.csv"
check "what killed runs left beside their outputs is removed by the next one, and told"
sweep "${small[@]}" --csv "$work/o.csv" --out "$work/p.csv"; refuses "expected one of them"
check "--csv and --out together are refused"
sweep "${small[@]}" --csv "$work/o.csv" --format json; refuses "expected --out with --format json"
check "--csv is CSV"
sweep "${small[@]}" --format xml; refuses "expected one of csv, json"
check "another format is refused"

# ---- several ranges, filters, summary ----
sweep "${small[@]}" "${ranges[@]}" --summary "$work/sum.csv"
cp "$work/out" "$work/ranges.csv"
test "$(head -1 "$work/out" | cut -d, -f1-3)" = range,symbol,key &&
    test "$(grep -c ^early, "$work/out") $(grep -c ^late, "$work/out")" = "56 56"
check "several ranges: a column tells which"
python3 - "$work/ranges.csv" "$work/sum.csv" <<'PY'
import csv, sys
rows = {(r["range"], r["symbol"], r["key"]): r for r in csv.DictReader(open(sys.argv[1]))}
summary = list(csv.DictReader(open(sys.argv[2])))
days = {"early": 2557, "late": 2922}
assert len(summary) == 28 * 3, len(summary)
for s in summary:
    assert s["ranges"] == "2"
    if s["symbol"] == "mean":
        both = [t for t in summary if t["key"] == s["key"] and t["symbol"] != "mean"]
        assert abs(float(s["sharpe"]) - sum(float(t["sharpe"]) for t in both) / 2) < 1e-12
        continue
    parts = [rows[r, s["symbol"], s["key"]] for r in days]
    assert int(s["orders"]) == sum(int(p["orders"]) for p in parts)
    assert float(s["max_drawdown"]) == min(float(p["max_drawdown"]) for p in parts)
    mean = sum(float(p["sharpe"]) * d for p, d in zip(parts, days.values())) / sum(days.values())
    assert abs(float(s["sharpe"]) - mean) < 1e-12
PY
check "the summary weights the ranges by their days; mean is over symbols"
sweep "${small[@]}" --summary "$work/one.csv"
test "$(grep -v mean "$work/one.csv" | cut -d, -f1,2,4-)" = "$(cat "$work/small.csv")" &&
    test "$(grep -c ^mean, "$work/one.csv")" -eq 28
check "the summary of one range is that of its results, with their means"
sweep "${small[@]}" "${ranges[@]}" --summary "$work/sum.json" --format json
test "$(sed -n 1p "$work/sum.json" | cut -c1-18)" = '{"table":"summary"' &&
    test "$(rows "$work/sum.json")" -eq 84 && grep -q '"symbol":"mean"' "$work/sum.json"
check "the summary follows the format"
sweep "${small[@]}" "${ranges[@]}" --final-filter 'sharpe > 0.2' --summary "$work/f.csv"
keys=$(grep ^mean, "$work/sum.csv" | awk -F, '$5 > 0.2 {print $2}' | sort)
test -n "$keys" && test "$(grep ^mean, "$work/f.csv" | cut -d, -f2 | sort)" = "$keys" &&
    test "$(cut -d, -f3 "$work/out" | grep -v key | sort -u)" = "$keys"
check "a final filter leaves the same combinations in results and summary"
sweep "${small[@]}" --summary "$work/x" --out "$work/x"; refuses "another file than that of the results"
check "results and summary in one file are refused"
sweep "${small[@]}" --summary "$work"; refuses "summary: $work: expected a file, found a folder"
check "a summary that cannot be written is refused at once"

# ---- walk-forward ----
walk=(--symbols AAPL,MSFT --param fast=5:20:5 --param slow=20:60:10 --search walk-forward
    --train-bars 1500 --validation-bars 400 --test-bars 400)
sweep "${walk[@]}" --summary "$work/walk.csv"
cp "$work/err" "$work/walk.err"
python3 - "$work/out" "$work/walk.csv" <<'PY'
import csv, statistics as st, sys
results, report = (list(csv.DictReader(open(p))) for p in sys.argv[1:3])
def sharpe(range, key):
    return st.fmean(float(r["sharpe"]) for r in results if r["range"] == range and r["key"] == key)
windows = [r for r in report if r["window"].startswith("w")]
assert len(windows) == 10, len(windows)
short = 0
for w in windows:
    trained = {}
    for r in results:
        if r["range"] == w["window"] + "-train":
            trained.setdefault(r["key"], []).append(float(r["sharpe"]))
    best = max(trained, key=lambda k: st.fmean(trained[k]))
    assert best == w["fast"] + "-" + w["slow"], (best, w)
    assert abs(float(w["train"]) - st.fmean(trained[best])) < 1e-12
    for phase in ["validation", "test"]:
        assert abs(float(w[phase]) - sharpe(w["window"] + "-" + phase, best)) < 1e-12
    v, t = float(w["validation"]), float(w["test"])
    assert w["falls_short"] == ("yes" if t < (1.3 if v < 0 else 0.7) * v else "no"), w
rest = {r["window"]: r for r in report[10:]}
assert list(rest) == ["mean", "median", "sd", "min", "max", "variation"]
for column in ["fast", "slow", "train", "validation", "test"]:
    v = [float(w[column]) for w in windows]
    expected = [st.fmean(v), st.median(v), st.stdev(v), min(v), max(v), st.stdev(v) / abs(st.fmean(v))]
    for name, x in zip(rest, expected):
        assert abs(float(rest[name][column]) - x) < 1e-9 * max(1, abs(x)), (name, column)
PY
check "walk-forward: each window's best on train, validation and test, and what they are together"
cp "$work/walk.err" "$work/err"
short=$(grep -c '^w.*,yes$' "$work/walk.csv")
[ "$short" -gt 0 ] && says "less than 0.7 of the validation in $short of 10 windows" && says "varies by" &&
    grep -q "^w01  *[0-9]" "$work/err" && grep -q "^variation " "$work/err"
check "and as text, with a warning where the test falls short"
sweep "${walk[@]}" --quiet
[ "$(wc -l <"$work/err")" -eq 1 ] && says "warning: the test is worth less"
check "quiet leaves the warning"
sweep "${walk[@]}" --store "$work/ws" --out /dev/null --layers none
sweep "${walk[@]}" --store "$work/ws" --resume --workers 2 --summary "$work/again.csv" --out /dev/null
says "from the store)" && same "$work/again.csv" "$work/walk.csv"
check "the report of a resumed search is the same"

# ---- when it is there ----
echo old >"$work/kept.csv"
"$CUPEL" sweep --bundle "$work/b" --param fast=2:60 --param slow=20:160 --layers none \
    --out "$work/kept.csv" --store "$work/ks" 2>/dev/null &
pid=$!
for _ in $(seq 500); do
    [ -n "$(find "$work/ks/results" -type f 2>/dev/null | head -1)" ] && break
    sleep 0.01
done
kill -TERM $pid
wait $pid
[ $? -eq 130 ] && [ "$(cat "$work/kept.csv")" = old ] && [ -z "$(ls "$work" | grep kept.csv.tmp)" ]
check "a run that is ended leaves the old file, and nothing beside it"
ulimit_run() { (ulimit -f 100; trap '' XFSZ; sweep --param fast=2:60 --param slow=20:160 --out "$work/kept.csv"; exit $status); }
ulimit_run; status=$?
[ $status -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && says "File too large" &&
    [ "$(cat "$work/kept.csv")" = old ]
check "no room for the table: one line, status 2, the old file"
timeout 60 "$CUPEL" sweep --bundle "$work/b" --param fast=2:100 --param slow=2:100 2>"$work/err" | head -1 >"$work/first"
status=${PIPESTATUS[0]}
: >"$work/out"
refuses "standard output: write: Broken pipe" && grep -q ^symbol,key "$work/first"
check "a reader that leaves after the first line: one line, status 2"
"$CUPEL" sweep --bundle "$work/b" "${small[@]}" --store "$work/closed" 2>"$work/err" >&-
status=$?
: >"$work/out"
refuses "standard output" && [ ! -s "$work/closed/lock" ]
check "standard output closed: one line, status 2, and no file takes its place"
# A writer that nobody reads from stops when the pipe is full: what is stored by then was done by then.
mkfifo "$work/pipe"
"$CUPEL" sweep --bundle "$work/b" --param fast=2:60 --param slow=20:160 --store "$work/ps" \
    --out "$work/pipe" 2>/dev/null &
pid=$!
{ read -r head && read -r first && kill -9 $pid; } <"$work/pipe"
wait $pid 2>/dev/null
sweep --param fast=2:60 --param slow=20:160 --store "$work/ps" --resume --out /dev/null
stored=$(sed -n 's/.*(\([0-9,]*\) from the store).*/\1/p' "$work/err" | tr -d ,)
[ "${first%%,*}" = AAPL ] && [ "$stored" -gt 0 ] && [ "$stored" -lt 4000 ]
check "rows come while later ones are computed (at $stored of 7,458)"
finish
