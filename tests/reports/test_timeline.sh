#!/bin/bash
# What the report says of memory over time, on records whose figures are known. TAP.
set -u
. tests/tap.sh
tmp=$CUPEL_BUILD/tests/tmp/timeline-report
rm -rf "$tmp" && mkdir -p "$tmp"
/usr/bin/python3 tests/data/make_timeline.py "$tmp/t.jsonl"
# The tool of the run record may be newer than the schema.
grep '"timeline"' "$tmp/t.jsonl" >"$tmp/timelines.jsonl"
/usr/bin/python3 tests/result/check_schema.py results/schema.json "$tmp/timelines.jsonl"
check "the records that the report is tested with are valid by results/schema.json"
expect 0 'report.md' "$CUPEL" report "$tmp/t.jsonl" --out "$tmp/report"
check "a file that holds memory over time and no comparison is reported"
report=$tmp/report/report.md
figure() { cat "$tmp"/report/timeline-?-"$1".svg; }
row() { grep -F "| $1 |" "$report" | head -1; }

grep -qF '**Memory over time of 5 sides: at most 21.0 MiB resident, by long/all.**' "$report"
check "the headline tells the largest peak, and whose"
row micro/all | grep -qF '| 750 ms | 17.0 MiB | ≥ 9.00 MiB | ≥ 7.00 MiB | 2.00 MiB | 0 B | 0 B | 0 B | 4.00 MiB |'
check "peaks stand by component; those that are not true ones are said to be at least that"
row micro/all | grep -qF '| 1 | 7.50 ms | micro-all.dat |'
check "with the time between two rows and the file"
row '&lt;script&gt;alert(1)&lt;/script&gt;' | grep -qF '| ≥ 500 KiB | – | – | – |'
check "what cannot be had of a command is a dash"
[ "$(ls "$tmp"/report/timeline-*.svg | wc -l)" -eq 5 ]
check "every side is drawn"

figure micro-all | grep -q 'peak RSS 17.0 MiB' && figure script-alert-1-script | grep -q 'largest RSS seen 500 KiB'
check "the peak is marked, and one that was only seen is called so"
figure micro-all | grep -q 'history cache' && ! figure micro-none | grep -q 'history cache'
check "components that hold nothing are not drawn"
! figure script-alert-1-script | grep -q 'by component' && figure script-alert-1-script | grep -q '(KiB)'
check "a command has no components"
# The bytes at the axis of the upper panel: what stands before the time axis begins.
bytes_of() { figure "$1" | sed -n 's/^[^<]*<text>\(.*\)<.text>$/\1/p' | awk '$0 == "0" && ++zeros == 2 { exit } { printf "%s ", $0 }'; }
axis() { figure "$1" | grep -oE '>time since the start \(m?s\)' | sort -u; }
[ "$(axis micro-none)" = '>time since the start (s)' ] && [ "$(axis micro-all)" = '>time since the start (s)' ]
check "sides of about the same length share their time axis"
[ "$(axis long-none)" = '>time since the start (s)' ] && [ "$(axis long-all)" = '>time since the start (ms)' ]
check "one that is much shorter has its own"
tap_output=$(bytes_of micro-none; bytes_of micro-all)
[ "$tap_output" = '0 5 10 15 0 5 10 15 ' ]
check "and all of a scale share their axes of bytes"
! grep -qi '<script>alert' "$tmp/report/index.html" && [ -z "$(find . -maxdepth 1 -name pwned)" ]
check "a name that is a tag stays text, backquotes run nothing"
for svg in "$tmp"/report/*.svg; do xmllint --noout "$svg" || break; done
check "every picture is well-formed"
grep -qF 'cupel profile --memory scenarios/headline.json' "$report"
check "the command to do it again is that of a profile"
! grep -qwiE 'nan|inf|null' "$report"
check "nothing is shown that is no figure and no word"

sed 's/"columns": \["seconds", "rss"\]/"columns": ["rss"]/' "$tmp/t.jsonl" >"$tmp/broken.jsonl"
expect 2 'broken.jsonl:6: timeline <script>alert(1)</script>: columns[0]: expected "seconds" first' \
    "$CUPEL" report "$tmp/broken.jsonl" --out "$tmp/broken"
check "a record that is none is refused with line and field"
[ ! -e "$tmp/broken" ]
check "and nothing is written"
grep -v '"timeline"' "$tmp/t.jsonl" >"$tmp/none.jsonl"
expect 2 'nothing to report' "$CUPEL" report "$tmp/none.jsonl" --out "$tmp/none"
check "a file with nothing in it is refused as before"
finish
