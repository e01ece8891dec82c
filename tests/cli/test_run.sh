#!/bin/sh
# cupel run and compare from outside: records, refusals, interruption.
. tests/tap.sh
. tests/cli/records.sh
scratch run
export CUPEL_CACHE=$tmp/cache

json() { /usr/bin/python3 -c "import json,sys
for line in open(sys.argv[1]):
    r = json.loads(line)
    $2" "$1"; }

expect 0 'self/null' "$CUPEL" run self-null --seed 7 --out "$tmp/null.jsonl"
check "self-null runs"
schema_holds "$tmp/null.jsonl"
check "every record keeps to the schema"
json "$tmp/null.jsonl" 'r["record"] != "run" or r["seed"] == "7" or sys.exit(1)'
check "the seed is on record"
json "$tmp/null.jsonl" 'r["record"] != "comparison" or len(r["pairs"]) >= 10 or sys.exit(1)'
check "a comparison has at least ten pairs"
json "$tmp/null.jsonl" 'r["record"] != "comparison" or r["base"]["overhead"]["cpu"] > 0 or sys.exit(1)'
check "the harness's own cost of a slice is on record"
before=$(cksum <"$tmp/null.jsonl")
expect 2 'File exists' "$CUPEL" run self-null --out "$tmp/null.jsonl"
check "an existing results file is not overwritten"
[ "$before" = "$(cksum <"$tmp/null.jsonl")" ]
check "and stays as it was"

unread='import os, subprocess, sys; r, w = os.pipe(); os.close(r); sys.exit(subprocess.run(sys.argv[1:], stdout=w).returncode)'
# A table that no buffer holds.
printf '{"name": "wide", "kernel": "null", "scales": [{"name": "a"}], "compare": [{"name": "%05000d"}]}' 1 >"$tmp/wide.json"
expect 2 'standard output' /usr/bin/python3 -c "$unread" "$CUPEL" run "$tmp/wide.json" --quiet --out "$tmp/unread.jsonl" --export "junit=$tmp/unread.xml"
check "a reader of the table that has gone is told"
tail -n 1 "$tmp/unread.jsonl" | grep -q '"complete":true' && xmllint --noout "$tmp/unread.xml"
check "results and exports are whole all the same"

from_root() { (cd / && "$@"); }
expect 2 'no scale is named "none"' from_root "$(realpath "$CUPEL")" run capture-grid --scale none
check "a build finds its scenarios from any folder"
expect 2 'no scenario of that name' "$CUPEL" run capture-gird
check "a name that is none is told"

expect 2 'pairs: expected a whole number from 10' "$CUPEL" run self-null --pairs 9
check "fewer than ten pairs are refused"
expect 0 'data import' "$CUPEL" data --help
check "the first word of two-word commands lists them"
expect 2 'no command "datax"' "$CUPEL" datax
check "an unknown command is exit 2"
expect 2 'usage: cupel run' "$CUPEL" run
check "a missing scenario is a usage error"
expect 2 'no-such' "$CUPEL" run no-such
check "an unknown scenario is named"
expect 2 'work: expected a whole number from 1' "$CUPEL" run self-spin --set work=0
check "a setting out of range is named"
expect 2 'wrok: no such setting' "$CUPEL" run self-spin --set wrok=1
check "an unknown setting is named"
expect 2 '--seed: expected a whole number' "$CUPEL" run self-spin --seed x
check "a bad seed is named"
printf '{"name": "s",\n "kernel": }\n' >"$tmp/bad.json"
expect 2 'bad.json:2: not valid JSON' "$CUPEL" run "$tmp/bad.json"
check "a broken scenario is named by file and line"

printf '{"name": "x", "kernel": "spin", "scales": [{"name": "s"}], "compare": [{"expand": "each-alone"}]}' >"$tmp/none.json"
expect 2 'nothing was measured' "$CUPEL" run "$tmp/none.json" --out "$tmp/none.jsonl"
check "a scenario without a comparison is exit 2"
(
    "$CUPEL" run self-null --quiet >"$tmp/two-a" 2>&1 &
    "$CUPEL" run self-null --quiet >"$tmp/two-b" 2>&1
    wait $!
) && a=$(sed -n 's/^results: //p' "$tmp/two-a") && b=$(sed -n 's/^results: //p' "$tmp/two-b") &&
    [ -s "$a" ] && [ -s "$b" ] && [ "$a" != "$b" ]
check "two runs at the same time have a file each"
rm -f "$a" "$b"
mkdir "$TMPDIR/cupel-999999999-x" "$TMPDIR/cupel-1-x"
expect 0 '' "$CUPEL" run self-null --quiet --out "$tmp/sweep.jsonl"
[ ! -e "$TMPDIR/cupel-999999999-x" ] && [ -e "$TMPDIR/cupel-1-x" ]
check "the state folder of a killed run is removed, that of a living process is not"
rm -rf "$TMPDIR/cupel-1-x"

mkdir "$tmp/elsewhere"
expect 0 '' "$CUPEL" run self-null --quiet --state-dir "$tmp/elsewhere" --out "$tmp/there.jsonl"
json "$tmp/there.jsonl" 'r["record"] != "run" or r["environment"]["state_folder"].endswith("/elsewhere") or sys.exit(1)'
check "the folder of the sides' state can be chosen, and is on record"
expect 2 "state folder $tmp/nowhere" "$CUPEL" run self-null --state-dir "$tmp/nowhere" --out "$tmp/x.jsonl"
check "a state folder that is not there is named"
[ ! -e "$tmp/x.jsonl" ] && [ -z "$(ls "$tmp/elsewhere")" ]
check "and no results file is begun for it"

# Some of a scenario.
printf '{"name": "parts", "kernel": "spin", "scales": [{"name": "a"}, {"name": "b"}], "compare": [{"name": "x"}, {"name": "y"}]}' >"$tmp/parts.json"
expect 0 'a/y' "$CUPEL" run "$tmp/parts.json" --scale a --comparison y --quiet --out "$tmp/parts.jsonl" && [ "$(grep -c '"comparison"' "$tmp/parts.jsonl")" -eq 1 ]
check "--scale and --comparison choose cells"
expect 2 'no scale is named "c"' "$CUPEL" run "$tmp/parts.json" --scale a --scale c --out "$tmp/x.jsonl"
check "an unknown scale is named"
expect 2 'no comparison is named "z"' "$CUPEL" run "$tmp/parts.json" --comparison z --out "$tmp/x.jsonl" && [ ! -e "$tmp/x.jsonl" ]
check "an unknown comparison is named"
mkdir -p "$tmp/in/scenarios/folder" && cp "$tmp/parts.json" "$tmp/in/scenarios/folder/"
cupel=$(realpath "$CUPEL")
expect 0 'b/x' sh -c "cd '$tmp/in' && '$cupel' run folder/parts --scale b --comparison x --quiet --out parts.jsonl"
check "a scenario in a folder has a name, too"

# The backtest kernel on the synthetic bundle, small.
small() {
    cat >"$tmp/small.json" <<EOF
{"name": "small", "kernel": "backtest", "pairs": 10,
 "settings": {"bundle": "synth:mag7:1", "symbols": "AAPL", "param": ["fast=5,10", "slow=30"], "last": 100},
 "scales": [{"name": "s"}], "compare": [$1]$2}
EOF
}
small '{"new": {"layers": "all"}}, {"expand": "each-alone"}'
expect 0 's/pre-group' "$CUPEL" run "$tmp/small.json" --out "$tmp/small.jsonl"
check "each layer alone, and all, agree with the base"
schema_holds "$tmp/small.jsonl"
check "and their records keep to the schema"
json "$tmp/small.jsonl" 'r["record"] != "comparison" or all(p["prepare"]["new"]["cpu_ns"] > 0 for p in r["pairs"]) or sys.exit(1)'
check "the set-up of every pair is on record"
small '{"base": {"no_store": true}, "new": {"layers": "batch", "no_store": true}}'
expect 0 's/batch' "$CUPEL" run "$tmp/small.json" --out "$tmp/none-stored.jsonl"
schema_holds "$tmp/none-stored.jsonl" &&
    json "$tmp/none-stored.jsonl" 'r["record"] != "comparison" or r["new"]["no_store"] and r["new"]["counts"]["opens"] < r["new"]["counts"]["backtests"] * 4 and r["new"]["counts"]["writes"] == 0 or sys.exit(1)'
check "a side without a store writes nothing"
json "$tmp/small.jsonl" 'r["record"] != "run" or r["inputs"]["bundle"]["synthetic"] is True or sys.exit(1)'
check "synthetic data is on record as such"
json "$tmp/small.jsonl" 'r.get("id") != "s/all" or (r["base"]["counts"]["checkpoint_reads"], r["new"]["counts"]["checkpoint_reads"]) == (2, 1) or sys.exit(1)'
check "checkpoint reads fall from one a backtest to one"
small '{"new": {"settings": {"fee": 0.002}}}'
expect 4 'results differ' "$CUPEL" run "$tmp/small.json" --out "$tmp/differ.jsonl"
check "sides with other results are exit 4"
grep -q '"record":"failed"' "$tmp/differ.jsonl" && schema_holds "$tmp/differ.jsonl"
check "and it is on record"
small '{}' ', "expect": [{"scale": "s", "digest": "0000000000000000000000000000000000000000000000000000000000000000"}]'
expect 4 'the scenario expects' "$CUPEL" run "$tmp/small.json" --out "$tmp/expect.jsonl"
check "a digest that the scenario does not expect is exit 4"
small '{"expand": "coalitions", "groups": [{"name": "views", "layers": "array-return"}, {"name": "pool", "layers": "bundle-pool"}]}'
expect 0 's/pool' "$CUPEL" run "$tmp/small.json" --out "$tmp/coalitions.jsonl"
schema_holds "$tmp/coalitions.jsonl" &&
    [ "$(json "$tmp/coalitions.jsonl" 'print(r.get("id"), r.get("coalition"), r.get("worth"))' | grep '/')" = "s/views ['views'] []
s/pool ['pool'] None
s/views+pool ['views', 'pool'] ['pool']" ]
check "a coalition that is refused is on record with what it is worth"

# One slot of the workflow: the same calls, other data.
printf '{"name": "one", "kernel": "slots", "settings": {"bundle": "synth:mag7:1", "symbols": "longest:2", "strategy": "buy-hold", "slot": "assets", "calls": 20}, "scales": [{"name": "s"}], "compare": [{"new": {"layers": "asset-cache"}}, {"name": "windows", "base": {"settings": {"slot": "indicator"}}, "new": {"settings": {"slot": "indicator", "windows": "21"}}}]}' >"$tmp/slots.json"
expect 4 'results differ' "$CUPEL" run "$tmp/slots.json" --out "$tmp/slots.jsonl"
check "what two sides of a slot hand out is compared"
json "$tmp/slots.jsonl" 'r.get("id") != "s/asset-cache" or (r["new"]["counts"]["slot_calls"], r["new"]["counts"]["asset_cache_hits"]) == (20, 19) or sys.exit(1)' &&
    schema_holds "$tmp/slots.jsonl"
check "and its calls are counted"
expect 0 'micro/batch-write' "$CUPEL" run micro-grid --layers batch-write --pairs 10 --set param=fast=5 \
    --set param=slow=30 --set symbols=AAPL --out "$tmp/layers.jsonl"
check "--layers compares that set with none"
expect 2 'no layer "x"' "$CUPEL" run micro-grid --layers x --out "$tmp/never.jsonl"
check "an unknown layer is named"

# Ctrl-C in the middle: children end, what was measured stays, exit 130.
"$CUPEL" run self-spin --pairs 1000 --quiet --out "$tmp/cut.jsonl" >/dev/null 2>"$tmp/cut.err" &
pid=$!
sleep 1
kill -INT $pid
wait $pid
[ $? -eq 130 ]
check "an interrupted run is exit 130"
grep -q '"record":"end","complete":false' "$tmp/cut.jsonl" && schema_holds "$tmp/cut.jsonl"
check "and its file is marked incomplete"
[ -z "$(ls "$TMPDIR")" ]
check "no state folder is left"
"$CUPEL" gate --base 'sleep 30' --new 'sleep 30' --quiet --out "$tmp/cut2.jsonl" >/dev/null 2>&1 &
pid=$!
sleep 0.5
kill -TERM $pid
wait $pid
[ $? -eq 130 ]
check "a gate that waits for a command ends at SIGTERM"

expect 0 ADVISORY "$CUPEL" compare "$tmp/null.jsonl" "$tmp/null.jsonl"
check "compare is advisory"
expect 2 'is missing' "$CUPEL" compare "$tmp/null.jsonl" "$tmp/small.jsonl"
check "a comparison that the other file lacks is exit 2"
expect 2 'not valid JSON' "$CUPEL" compare results/schema.json "$tmp/null.jsonl"
check "another file is refused"
head -c 500 "$tmp/null.jsonl" >"$tmp/torn.jsonl"
expect 2 'not a results file' "$CUPEL" compare "$tmp/torn.jsonl" "$tmp/null.jsonl"
check "a torn file is refused"
finish
