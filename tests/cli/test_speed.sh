#!/bin/sh
# What cupel run says and stores of a kernel that counts bar-backtests; instructions under valgrind.
. tests/tap.sh
. tests/cli/records.sh
scratch speed
export CUPEL_CACHE=$tmp/cache

json() { /usr/bin/python3 -c "import json,sys
for line in open(sys.argv[1]):
    r = json.loads(line)
    if r['record'] == 'comparison' and not ($2): sys.exit(1)" "$1"; }
cat >"$tmp/small.json" <<EOF
{"name": "small", "kernel": "backtest", "pairs": 10,
 "settings": {"bundle": "synth:mag7:1", "symbols": "AAPL", "param": ["fast=5,10", "slow=30"], "last": 300},
 "scales": [{"name": "s"}],
 "compare": [{"name": "few", "base": {"no_store": true}, "new": {"no_store": true, "layers": "bundle-pool,pre-group"}}]}
EOF

expect 0 'ns a bar-backtest' "$CUPEL" run "$tmp/small.json" --out "$tmp/small.jsonl"
check "run shows nanoseconds a bar-backtest"
schema_holds "$tmp/small.jsonl"
check "and its records keep to the schema"
json "$tmp/small.jsonl" 'r["new"]["throughput"]["bar_backtests"] == 600 and r["new"]["throughput"]["cpu_ns"]["lower"] > 0'
check "both are on record"
json "$tmp/small.jsonl" 'all(abs(r[s]["metrics"]["cpu"]["min"] / 600 - r[s]["throughput"]["min_ns"]) < 1e-9 * r[s]["throughput"]["min_ns"] for s in ("base", "new"))'
check "the fastest pair is the metric's, a bar-backtest"
if grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo; then
    json "$tmp/small.jsonl" 'all(len(p["ceilings"]) == 2 and p["ceilings"][0]["dense_ns"] > 0 for p in r["pairs"]) and r["new"]["throughput"]["dense_share"] > 0'
    check "the ceilings stand beside every pair"
else
    skip "the ceilings stand beside every pair" "this CPU has no AVX2"
fi
json "$tmp/small.jsonl" 'r["new"]["throughput"]["instructions"] is None and r["new"]["throughput"]["instructions_reason"] is None'
check "instructions that nobody asked for are null without a reason"
expect 0 'self/null' "$CUPEL" run self-null --ceilings --out "$tmp/null.jsonl"
case $tap_output in *'a bar-backtest'*) false ;; *'ceilings of one core: '*' GB/s'*) true ;; *) false ;; esac
check "a kernel without bars has no such table, and --ceilings tells what one core can do"
schema_holds "$tmp/null.jsonl" && [ "$(grep -c '"record":"ceilings"' "$tmp/null.jsonl")" -eq 1 ] &&
    sed -n 2p "$tmp/null.jsonl" | grep -q '"flops":[1-9]'
check "which is on record once, before the first comparison"
! grep -q '"record":"ceilings"' "$tmp/small.jsonl"
check "and nowhere unasked"

expect 0 'not counted: valgrind is not installed' env PATH=/nowhere "$CUPEL" run "$tmp/small.json" --instructions --out "$tmp/without.jsonl"
check "without valgrind one line says so, and the run is good"
json "$tmp/without.jsonl" '"not installed" in r["new"]["throughput"]["instructions_reason"]' && schema_holds "$tmp/without.jsonl"
check "and it is on record"
sed 's/"kernel"/"instructions": true, "ceilings": true, "kernel"/' "$tmp/small.json" >"$tmp/asked.json"
case $CUPEL_BUILD in
*san) skip "instructions are counted" "a sanitiser and valgrind do not go together" ;;
*)
    if command -v valgrind >/dev/null; then
        expect 0 'instructions' "$CUPEL" run "$tmp/asked.json" --out "$tmp/counted.jsonl" &&
            json "$tmp/counted.jsonl" 'r["base"]["throughput"]["instructions"] > r["new"]["throughput"]["instructions"] > 10' &&
            schema_holds "$tmp/counted.jsonl" && grep -q '"record":"ceilings"' "$tmp/counted.jsonl"
        check "instructions are counted when the scenario asks, fewer with layers, and ceilings measured"
    else
        skip "instructions are counted" "valgrind is not installed"
    fi
    ;;
esac
[ -z "$(ls "$TMPDIR")" ]
check "no state folder is left"
finish
