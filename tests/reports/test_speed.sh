#!/bin/bash
# What the report says of speed, on records whose nanoseconds a bar-backtest are known. TAP.
set -u
. tests/tap.sh
tmp=$CUPEL_BUILD/tests/tmp/speed-report
rm -rf "$tmp" && mkdir -p "$tmp"
/usr/bin/python3 tests/data/make_speed.py "$tmp/ladder.jsonl" "$tmp/linear.jsonl" &&
    /usr/bin/python3 tests/result/check_schema.py results/schema.json "$tmp"/*.jsonl
check "the files that the report is tested with are valid by results/schema.json"
expect 0 'ladder-' "$CUPEL" report "$tmp/ladder.jsonl" --out "$tmp/ladder"
check "a ladder is drawn"
expect 0 'report.md' "$CUPEL" report "$tmp/linear.jsonl" --out "$tmp/linear"
check "a report of many amounts is drawn"

row() { # row REPORT SECTION NAME COLUMN: that cell of the row that holds the name
    sed -n "/^##* $2\$/,/^##* [A-Z]/p" "$tmp/$1/report.md" | grep -F "| $3 |" | head -1 | cut -d'|' -f"$4" | tr -d ' *'
}
near() { # near VALUE EXPECTED PERCENT
    tap_output="$1, expected $2"
    awk -v a="$1" -v b="$2" -v p="$3" 'BEGIN { exit !(a != "" && a > b - b * p / 100 && a < b + b * p / 100) }'
}
speed='Nanoseconds a bar-backtest'
near "$(row ladder "$speed" 'base: none' 5)" 8 1
check "the base's 8 ns are found"
[ "$(sed -n "/^##* $speed/,/^##* S/p" "$tmp/ladder/report.md" | grep -c 'base: none')" -eq 1 ]
check "the base that three comparisons share stands once"
[ "$(row ladder "$speed" 'base: none' 12)" = 3of30 ]
check "with the pairs of all three, and those on a shared core"
[ -z "$(row ladder "$speed" 'base: pre-group' 5)" ] && near "$(row ladder "$speed" columns 5)" 4 1
check "a base that is the new side elsewhere stands by that name"
near "$(row ladder "$speed" simd 9 | tr -d %)" 50 2
check "simd takes twice the dense ceiling's time: 50 %"
near "$(row ladder "$speed" all 9 | tr -d %)" 250 2
check "what looks at trades only is above it"
[ "$(row ladder "$speed" all 10),$(row ladder "$speed" all 11)" = 1.25,62.5% ]
check "instructions and their ceiling are shown where they were counted"
svg=$(echo "$tmp"/ladder/ladder-*-w1.svg)
grep -q 'dense ceiling' "$svg" && grep -q 'base: none' "$svg" && grep -q '>simd<' "$svg"
check "the ladder names its steps and the ceiling"
awk '/base: none/ { base = NR } />all</ { all = NR } END { exit !(base && all && base < all) }' "$svg"
check "the slowest step first"

cost='Cost against bars and combinations'
near "$(row linear "$cost" 'new: line' 3)" 0.5 1
check "0.5 ns a bar-backtest over four decades are found"
near "$(row linear "$cost" 'new: line' 5)" 1 0.3
check "twice the work takes twice the time"
near "$(row linear "$cost" 'new: bent' 5)" 1.2 0.3
check "and what bends has the exponent that it was given"
! grep -q "$cost" "$tmp/ladder/report.md"
check "one amount alone is no line"
finish
