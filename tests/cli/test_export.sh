#!/bin/sh
# cupel export and --export from outside: what is refused and when, files whole or not there, GitHub's step.
# What is in the files: tests/export.
. tests/tap.sh
. tests/cli/records.sh
scratch export
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY
results=results/kernel/w1.jsonl

export_it() { "$CUPEL" export "$@"; }
gate() {
    rm -f "$tmp/out.jsonl"
    "$CUPEL" gate --base true --new true --margin 1000 --out "$tmp/out.jsonl" "$@"
}
fake same FAKE_FACTOR=1
fake slow FAKE_FACTOR=1.5
fake wrong FAKE_DIGEST=a
spin() {
    rm -f "$tmp/out.jsonl"
    "$CUPEL" gate --scenario self-spin --seed 1 --out "$tmp/out.jsonl" --base "bin:$tmp/same" --profile-on-fail never "$@"
}

# The command.
expect 2 'format: missing' export_it $results
check "a format is asked for"
expect 2 'expected one of junit, github-summary' export_it $results --format xml
check "an unknown format: the choices are named"
expect 2 'usage: cupel export' export_it --format junit
check "no file is exit 2"
expect 2 'no/such.jsonl' export_it no/such.jsonl --format junit
check "a missing file is named"
sed 1d $results >"$tmp/bad.jsonl"
expect 2 'bad.jsonl: not a results file' export_it "$tmp/bad.jsonl" --format json
check "a file that is no results file is refused"
expect 2 'junit: tells of both sides' export_it $results --format junit --side new
check "a side where none can be chosen is refused"
expect 2 'holds one results file, found 2' export_it $results $results --format openmetrics
check "too many files are refused"
expect 2 'stands twice' export_it $results $results --format bencher
check "a benchmark in two files is refused where names are keys"
expect 2 'of one results file, found 2' export_it $results $results --format otava --commit abc
check "a commit is of one file"
cp $results "$tmp/mine.jsonl"
expect 2 'is a results file to read' export_it "$tmp/mine.jsonl" --format junit --out "$tmp/mine.jsonl" &&
    cmp -s $results "$tmp/mine.jsonl"
check "what is read is not written over"

# A record that is none: its benchmark and field are named.
sed 's/"values":\[[0-9.e+]*,/"values":["x",/' $results >"$tmp/bad.jsonl"
expect 2 'bad.jsonl: "w1/columns": base: metrics: cpu: values: expected numbers, found text at place 1' \
    export_it "$tmp/bad.jsonl" --format json
check "a value that is no number is named by file, benchmark and field"
sed 's/"gate":null/"gate":{"verdict":"MAYBE"}/' $results >"$tmp/bad.jsonl"
expect 2 'verdict: expected PASS, FAIL' export_it "$tmp/bad.jsonl" --format json
check "a verdict that is none is refused"
{ cat $results; sed -n 2p $results; } >"$tmp/bad.jsonl"
expect 2 'benchmark "w1/columns" stands twice' export_it "$tmp/bad.jsonl" --format json
check "a benchmark twice in a file is refused"

# Files.
expect 0 '' export_it $results --format junit --out "$tmp/a.xml" &&
    "$CUPEL" export $results --format junit | cmp -s - "$tmp/a.xml"
check "the file holds what standard output gets"
echo before >"$tmp/b.xml"
expect 2 'No space' env CUPEL_IO_FAULT=write:1:ENOSPC "$CUPEL" export $results --format junit --out "$tmp/b.xml" &&
    [ "$(cat "$tmp/b.xml")" = before ] && [ -z "$(find "$tmp" -name '*.tmp.*')" ]
check "a write that fails leaves what was there, and nothing beside it"
expect 2 '--out' export_it $results --format junit --out "$tmp/no/such/dir/x.xml"
check "a folder that is not there is refused"
expect 2 'standard output' sh -c '"$0" export "$1" --format junit >/dev/full' "$CUPEL" $results
check "a full device behind standard output is exit 2"

# --export of gate and run.
expect 2 'expected one of junit' gate --export xml=x && [ ! -e "$tmp/out.jsonl" ]
check "gate: an unknown format is refused before anything is measured"
expect 2 'expected junit=FILE' gate --export junit && [ ! -e "$tmp/out.jsonl" ]
check "a format without a file is refused"
expect 2 'expected junit=FILE' gate --export junit= && [ ! -e "$tmp/out.jsonl" ]
check "and an empty one"
expect 2 'no/such' gate --export "junit=$tmp/no/such/x.xml" && [ ! -e "$tmp/out.jsonl" ]
check "a file that cannot be written is refused before anything is measured"
expect 2 'named twice' gate --export "junit=$tmp/x" --export "json=$tmp/x" && [ ! -e "$tmp/out.jsonl" ]
check "two exports to one file are refused"
expect 2 'is the results file' gate --export "json=$tmp/out.jsonl" && [ ! -e "$tmp/out.jsonl" ]
check "an export over the results file is refused"
expect 0 PASS gate --export "junit=$tmp/pass.xml" --export "json=$tmp/pass.json" &&
    grep -q 'failures="0"' "$tmp/pass.xml" && grep -q '"state":.*"PASS"' "$tmp/pass.json"
check "gate writes several exports"
"$CUPEL" export "$tmp/out.jsonl" --format junit | cmp -s - "$tmp/pass.xml"
check "they are what cupel export makes of the results file"
expect 1 FAIL spin --new "bin:$tmp/slow" --export "junit=$tmp/fail.xml" && grep -q '<failure type="regression"' "$tmp/fail.xml"
check "a gate that fails is exported all the same"
expect 4 'results differ' spin --new "bin:$tmp/wrong" --export "junit=$tmp/wrong.xml" &&
    grep -q '<error type="MISMATCH"' "$tmp/wrong.xml"
check "so are results that differ, and the exit code stays"
expect 4 'nothing was measured' spin --new "bin:$tmp/wrong" --export "go=$tmp/wrong.txt" && [ ! -e "$tmp/wrong.txt" ]
check "a format of numbers is not written when there are none"
rm -f "$tmp/run.jsonl"
expect 0 'results:' "$CUPEL" run self-null --pairs 10 --quiet --out "$tmp/run.jsonl" --export "google-benchmark=$tmp/run.json" &&
    "$CUPEL" export "$tmp/run.jsonl" --format google-benchmark | cmp -s - "$tmp/run.json"
check "run writes exports too"
expect 2 'expected one of junit' "$CUPEL" run self-null --export nothing=x
check "and refuses what is none"

# GitHub Actions.
expect 0 'nothing will be written' gate --export github
check "elsewhere --export github says that it writes nothing"
expect 2 'GITHUB_STEP_SUMMARY is not set' env GITHUB_ACTIONS=true "$CUPEL" gate --base true --new true --export github
check "a step without a summary file is refused"
echo "before" >"$tmp/summary.md"
rm -f "$tmp/out.jsonl"
expect 1 '::error title=FAIL ' env GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY="$tmp/summary.md" "$CUPEL" gate --scenario self-spin \
    --seed 1 --out "$tmp/out.jsonl" --base "bin:$tmp/same" --new "bin:$tmp/slow" --export github
check "in a step, annotations go to standard output"
head -n 1 "$tmp/summary.md" | grep -qx before && grep -q '^### cupel: failed' "$tmp/summary.md" && grep -q '\*\*FAIL\*\*' "$tmp/summary.md"
check "and the summary is appended to the step's"

# Docs keep up with the table of formats.
for name in $("$CUPEL" export --help | sed -n 's/.*(junit \(.*\); required).*/junit \1/p' | tr -d '|'); do
    grep -q "^| \`$name\`" harness/export/README.md || { tap_why="harness/export/README.md lacks $name"; false; break; }
done
check "the README has a row for every format"
finish
