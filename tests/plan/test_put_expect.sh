#!/bin/sh
# tests/plan/put_expect.py and digests.py: digests of results into the scenarios that ask for the same
# work, measured before or computed now.
. tests/tap.sh
tmp=$CUPEL_BUILD/tests/tmp/put-expect
rm -rf "$tmp" && mkdir -p "$tmp/scenarios"
put() { /usr/bin/python3 tests/plan/put_expect.py "$@" --scenarios "$tmp/scenarios"; }
digest() { printf "%064d" "$1"; }
results() { # results FILE DIGEST SETTINGS
    cat >"$tmp/$1" <<EOF
{"record": "run", "inputs": {"bundle": {"path": "/cache/x", "source": "synth:mag7:1", "content": "$(digest 9)"}}}
{"record": "comparison", "kernel": "backtest", "id": "s/all", "base": {"digest": "$(digest "$2")", "settings": {"bundle": "/cache/x", $3}}}
EOF
}
scenario() { # scenario NAME SETTINGS
    echo '{"name": "'"$1"'", "kernel": "backtest", "settings": {"bundle": "synth:mag7:1"}, "scales": [{"name": "s", "settings": {'"$2"'}}, {"name": "t", "settings": {"last": 7}}], "compare": [{}]}' \
        >"$tmp/scenarios/$1.json"
}
expected() { /usr/bin/python3 -c "import json,sys; print([(e['scale'], int(e['digest'])) for e in json.load(open(sys.argv[1])).get('expect', [])])" "$tmp/scenarios/$1.json"; }

scenario same '"last": 252, "workers": 4'
scenario other '"last": 251'
results a.jsonl 5 '"last": 252, "fee": 0.001, "batch_size": 50'
expect 0 'same.json: 1 of 2' put "$tmp/a.jsonl"
[ "$(expected same)" = "[('s', 5)]" ]
check "the same work gets the digest, however it is computed"
[ "$(expected other)" = "[]" ]
check "other work does not"
before=$(cat "$tmp/scenarios/same.json")
results b.jsonl 6 '"last": 252'
expect 1 "elsewhere" put "$tmp/a.jsonl" "$tmp/b.jsonl"
check "two digests for the same work are refused"
[ "$before" = "$(cat "$tmp/scenarios/same.json")" ]
check "and nothing is written then"

# Over other data: the scenario of that name alone, beside what there was.
sed 's/synth:mag7:1/own.csv/; s/"record": "run"/"record": "run", "scenario": {"name": "same"}/' "$tmp/b.jsonl" |
    sed "s/$(digest 9)/$(digest 8)/" >"$tmp/c.jsonl"
scenario like '"last": 252'
expect 0 'same.json: 1 of 2' put "$tmp/c.jsonl"
[ "$(expected same)" = "[('s', 5), ('s', 6)]" ] && [ "$(expected like)" = "[]" ]
check "digests over other data stand beside those of the recipe, where that scenario was run"

# Computed, and held against by cupel run.
rm "$tmp"/scenarios/*
export CUPEL_CACHE=$tmp/cache
mkdir "$tmp/csv"
{
    echo date,symbol,open,high,low,close,volume
    for i in $(seq 10 28); do for s in AAPL MSFT; do echo "2020-01-$i,$s,1$i,1$i,1$i,1$i,1"; done; done
} >"$tmp/csv/own.csv"
echo '{"name": "small", "kernel": "backtest", "settings": {"bundle": "synth:mag7:1", "symbols": "AAPL", "last": 100}, "scales": [{"name": "s", "settings": {"param": ["fast=2,5", "slow=9"]}}, {"name": "t", "settings": {"param": ["fast=3", "slow=7"]}}], "compare": [{"new": {"layers": "pre-group"}}]}' >"$tmp/scenarios/small.json"
tests/plan/digests.py "$CUPEL" --scenarios "$tmp/scenarios" --bundles "$tmp/data" --data "$tmp/csv" small:own.csv other:none.csv >"$tmp/computed.jsonl" 2>"$tmp/log"
expect 0 'small.json: 2 of 2' put "$tmp/computed.jsonl"
check "digests are computed without a measurement"
[ "$(grep -c '"digest"' "$tmp/scenarios/small.json")" -eq 4 ]
check "for the recipe and for the file that is there"
expect 0 's/pre-group' "$CUPEL" run "$tmp/scenarios/small.json" --out "$tmp/r1.jsonl"
check "a run over the recipe has them"
expect 0 's/pre-group' "$CUPEL" run "$tmp/scenarios/small.json" --set bundle="$tmp/data/own" --out "$tmp/r2.jsonl"
check "and one over the file"
sed -i '/"digest"/s/"[0-9a-f]\{64\}"/"'"$(digest 1)"'"/' "$tmp/scenarios/small.json"
expect 4 'the scenario expects' "$CUPEL" run "$tmp/scenarios/small.json" --out "$tmp/r3.jsonl"
check "others are a mismatch"
sed -i 's/"symbols": "AAPL"/"symbols": "NONE"/' "$tmp/scenarios/small.json"
expect 1 'prepare: ' tests/plan/digests.py "$CUPEL" --scenarios "$tmp/scenarios" --bundles "$tmp/data"
check "a scenario that cannot be run is named by the kernel's own words"
finish
