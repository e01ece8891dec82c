#!/bin/sh
# tests/plan/put_expect.py: digests of results into the scenarios that ask for the same work.
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
finish
