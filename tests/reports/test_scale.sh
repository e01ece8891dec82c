#!/bin/bash
# What the report says of scale, on records whose costs and memory are known lines. TAP.
set -u
. tests/tap.sh
tmp=$CUPEL_BUILD/tests/tmp/scale-report
rm -rf "$tmp" && mkdir -p "$tmp"
/usr/bin/python3 tests/data/make_scale.py "$tmp/scale.jsonl" "$tmp/settings.jsonl" &&
    /usr/bin/python3 tests/result/check_schema.py results/schema.json "$tmp"/*.jsonl
check "the files that the report is tested with are valid by results/schema.json"
expect 0 'report.md' "$CUPEL" report "$tmp/scale.jsonl" "$tmp/settings.jsonl" --out "$tmp/report"
check "a report of several scales and settings is drawn"
report=$tmp/report/report.md

section() { sed -n "/^###* $1\$/,/^###* [A-Z]/p" "$report"; }
row() { # row SECTION NAME: the cells of the row so named
    section "$1" | grep -F "| $2 |" | head -1 | sed 's/\*\*//g; s/\\//g'
}
holds() { # holds SECTION NAME WORDS...: the row is there and has all the words
    local found word
    found=$(row "$1" "$2")
    shift 2
    for word; do
        case $found in *"$word"*) ;; *) tap_output="$found"; tap_why="no \"$word\""; return 1 ;; esac
    done
    [ -n "$found" ]
}
number() { # number SECTION NAME COLUMN: the figure in that column, without unit
    row "$1" "$2" | cut -d'|' -f"$3" | tr -dc '0-9.+-'
}
near() { # near VALUE EXPECTED PERCENT
    tap_output="$1, expected $2"
    awk -v a="$1" -v b="$2" -v p="$3" 'BEGIN { exit !(a != "" && a > b - b * p / 100 && a < b + b * p / 100) }'
}

cost='Fixed cost and cost per backtest'
near "$(number "$cost" 'base: none' 4)" 200 25
check "the base's fixed cost of 200 us is found, set-up in it"
near "$(number "$cost" 'base: none' 6)" 600 1
check "and its 600 us a backtest"
near "$(number "$cost" late 6)" 570 1
check "and the new side's 570"
holds "$cost" late '| yes (F'
check "a line is called one"
holds "$cost" bent '| no (F'
check "and what bends is not"
[ "$(section "$cost" | grep -c 'base: none')" -eq 1 ]
check "the base that all share stands once"
holds Break-even late 'proven from 3' '1: dearer' '400: cheaper'
check "a layer that pays from 30 on is said to pay from there on"
near "$(number Break-even late 8 | sed 's/[(].*//' | cut -c1-4)" 30 15
check "its break-even is 30"
holds Break-even never '| at no number |' '1: dearer' '400: dearer'
check "one that never pays is said never to"
holds Break-even always '| at every number |' '1: cheaper'
check "one that always pays is said to"
holds Break-even 'other length' '100: cheaper' && ! row Break-even 'other length' | grep -q '400:'
check "backtests of another length are no point of a line"

svg=$(echo "$tmp"/report/break-even-*-late.svg | cut -d' ' -f1)
grep -q 'backtests (logarithmic axis)' "$svg" && grep -q 'CPU time of one run' "$svg" && grep -q 'break-even 30' "$svg" &&
    grep -q '>base<' "$svg" && grep -q '>new<' "$svg"
check "the break-even is drawn and named"
grep -q 'no crossing' "$tmp"/report/break-even-*-never.svg
check "and that there is none"

holds 'Memory by component' 400/late '17.6 MiB' '16.0 MiB' '+1.67 %' '300 KiB'
check "caches are a share of the base's peak"
holds 'Memory by component' 1/late '+1.83 %'
check "at every scale"
growth='Memory against number of backtests'
section "$growth" | grep -F '| base: none | peak resident | 16.0 MiB | 17.6 MiB | +9.7 % | 4.00 KiB |' >/dev/null
check "4 KiB a backtest are found by the fit"
section "$growth" | grep -F '| new: late | peak resident | 16.0 MiB | 16.0 MiB | **+0.0 %** | 0 B |' >/dev/null
check "and flat memory is called flat"
holds 'Reads, writes and opens' 400/late '| 400 | 400 → 1 | 400 |' '| 3,200 |'
check "checkpoint reads stand base to new, equal counts once"

row Workers production | grep -qE '\| 1 \| 2 \| (2|1\.9[0-9]*|2\.0[0-9]*) x \| .* \| (100|99\.[0-9]) % \| (100|99\.[0-9]) %'
check "two workers are twice as fast"
section Workers | sed 's/\*\*//g' | grep -qE '\| 1 \| 8 \| 2\.[01][0-9]* x .*\| 26(\.[0-9])? % \| 104 % .*5\.00 MiB'
check "eight are no faster, and their efficiency is told a worker and a core"
section Settings | tr -d '\\' | grep -F '| checkpoint_batch_size | 50 | 25 | 1.2' >/dev/null
check "a setting's two values stand beside their ratio"
! section Settings | tr -d '\\' | grep -qE 'workers|[^_]batch_size \| 100'
check "workers have a table of their own, and changed layers are no setting"

holds 'Recommended settings' late 'either' 'on: -'
check "advice for a layer that pays late depends on the size of the work"
grep -qF 'production/2 workers: workers 2 rather than 1' "$report" &&
    grep -qF 'production/8 workers: workers 8 rather than the default' "$report" &&
    grep -qF 'checkpoint\_batch\_size 50 rather than 25' "$report"
check "the better value of a setting is named"
! grep -qwiE 'nan|inf|-inf|null' "$report"
check "nothing is shown that is no figure and no word"
grep -q 'memory-[0-9]*-' "$report"
[ $? -eq 1 ]
check "memory that hardly grows is not drawn"

sed 's/"name": "peak_[a-z_]*"/"name": "x"/g; s/"backtests": [0-9]*/"backtests": 0/' "$tmp/scale.jsonl" >"$tmp/old.jsonl"
expect 0 '' "$CUPEL" report "$tmp/old.jsonl" --out "$tmp/old"
check "a file without counts and peaks is drawn"
! grep -qE '^## (Fixed|Break|Memory|Recommended)' "$tmp/old/report.md"
check "without the sections that need them"
finish
