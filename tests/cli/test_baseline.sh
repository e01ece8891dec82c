#!/bin/sh
# Stored baselines from outside: saved, shown, held against this build, refused when they are of other work.
. tests/tap.sh
. tests/cli/records.sh
scratch baseline
b=$tmp/b.json

# Python statements over the document `d` and its first benchmark `x`, written back.
edit() {
    /usr/bin/python3 - "$b" "$tmp/edited.json" "$1" <<'EOF'
import json, sys
d = json.load(open(sys.argv[1]))
x = d["benchmarks"][0]
exec(sys.argv[3])
json.dump(d, open(sys.argv[2], "w"))
EOF
}
follows_schema() {
    /usr/bin/python3 -c 'import json, sys, jsonschema
jsonschema.Draft7Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))' results/baseline.schema.json "$1"
}
save() { "$CUPEL" baseline save "$b" --scenario "$tmp/s.json" "$@"; }
gate() {
    rm -f "$tmp/out.jsonl"
    "$CUPEL" gate --out "$tmp/out.jsonl" --baseline "$@"
}
# The margins leave times alone: a busy machine is none of this test's business.
scenario() {
    printf '{"name":"s","kernel":"backtest","settings":{"bundle":"synth:mag7:1","symbols":"longest:2","strategy":"sma-cross",
"param":["fast=5:10:5","slow=30"],"last":%s},"scales":[%s],"compare":[{"new":{"layers":"all"}}]}\n' "$1" "$2" >"$tmp/s.json"
}
scenario 60 '{"name":"a"}'
exact=opens,reads,writes,fsyncs

expect 0 '2 benchmarks' save --layers all --layers none --metric "$exact"
check "a baseline is saved"
follows_schema "$b"
check "it keeps to results/baseline.schema.json"
cp "$b" "$tmp/before.json"
expect 2 'b.json exists: --refresh replaces it' save && cmp -s "$b" "$tmp/before.json"
check "it is not replaced unasked"
expect 0 '' save --layers all --layers none --metric "$exact" --refresh && ! cmp -s "$b" "$tmp/before.json"
check "--refresh replaces it"
expect 0 'a/none' "$CUPEL" baseline show "$b"
check "show prints a row for each metric"
expect 0 'b.json' "$CUPEL" baseline ls "$tmp"
check "ls lists it"
mkdir "$tmp/others" && cp "$b" "$tmp/others/" && echo '{"name": "x"}' >"$tmp/others/package.json" && echo '[1' >"$tmp/others/torn.json"
expect 0 'b.json' "$CUPEL" baseline ls "$tmp/others"
case $tap_output in *warning*) false ;; esac
check "other JSON in the folder is passed over"
echo '{"baseline": 1}' >"$tmp/others/bad.json"
expect 0 'warning: baseline' "$CUPEL" baseline ls "$tmp/others"
check "what calls itself a baseline and is none is told"
rm "$tmp/others/b.json" "$tmp/others/bad.json"
expect 2 'no baseline' "$CUPEL" baseline ls "$tmp/others"
check "a folder without any is said to have none"

expect 0 '' gate "$b" && expect 0 '' "$CUPEL" report "$tmp/out.jsonl" --out "$tmp/report"
grep -q '2 benchmarks against the stored baseline .*b.json: none fails' "$tmp/report/report.md" &&
    grep -q '| a/all | opens | exact | \*\*PASS\*\* |' "$tmp/report/report.md"
check "a report has a table of it"
expect 0 ADVISORY gate "$b" && holds 'judged["opens"]["verdict"] == "PASS" and judged["cpu"]["kind"] == "advisory" and
    judged["cpu"]["verdict"] == "ADVISORY" and not judged["cpu"]["fails"] and end["status"] == 0'
check "the build that saved it passes, and times are advisory"
/usr/bin/python3 tests/result/check_schema.py results/schema.json "$tmp/out.jsonl"
check "the record keeps to the schema"
expect 0 PASS gate "$b" --metric exact && holds '"cpu" not in judged and end["verdict"] == "PASS"'
check "exact metrics alone"

edit 'x["exact"]["fsyncs"] -= 1'
expect 1 FAIL gate "$tmp/edited.json" && holds 'judged["fsyncs"]["fails"] and judged["fsyncs"]["new"] == judged["fsyncs"]["base"] + 1 and end["status"] == 1'
check "one fsync more than stored fails"
expect 0 PASS gate "$tmp/edited.json" --metric "$exact" --margin fsyncs=100
check "unless the margin lets it"
edit 'x["exact"]["fsyncs"] += 1'
expect 0 PASS gate "$tmp/edited.json"
check "one fewer passes"
edit 'for t in x["times"].values(): t["estimate"] /= 1e3; t["lower"] /= 1e3; t["upper"] /= 1e3'
expect 0 'slower than the stored time' gate "$tmp/edited.json"
check "times that are slower are a warning"
expect 1 ADVISORY gate "$tmp/edited.json" --advisory fail && holds 'judged["cpu"]["fails"] and judged["cpu"]["verdict"] == "ADVISORY" and end["status"] == 1'
check "and fail when that is asked for"
expect 1 ADVISORY gate "$tmp/edited.json" --advisory fail --export "junit=$tmp/told.xml" --export "json=$tmp/told.json" &&
    grep -q '<failure type="ADVISORY"' "$tmp/told.xml" && grep -q '"metric":.*"opens"' "$tmp/told.json"
check "what was judged is exported"
expect 2 'nothing was measured' gate "$b" --export "go=$tmp/none.txt" && [ ! -e "$tmp/none.txt" ]
check "formats of both sides' numbers are refused: there are none"
edit 'x["digest"] = "00" * 32'
expect 4 'results differ' gate "$tmp/edited.json" --export "junit=$tmp/wrong.xml" && grep -q '<error type="MISMATCH"' "$tmp/wrong.xml"
check "other results are an error in JUnit"
expect 2 'expected with --baseline' "$CUPEL" gate --base true --new true --advisory fail
check "--advisory is of baselines only"

edit 'd["fingerprint"] = "0" * 16; d["environment"]["cpu_model"] = "Another CPU"'
expect 0 'is of another machine or build, 0000000000000000 (Another CPU' gate "$tmp/edited.json" --metric exact
check "another machine is named"
edit 'd["inputs"]["bundle"]["content"] = "0" * 64'
expect 2 'is not the data of the baseline' gate "$tmp/edited.json"
check "other market data are refused"
edit 'x["digest"] = "0" * 64'
expect 4 'a/all: results differ' gate "$tmp/edited.json"
check "other results are a MISMATCH"
edit 'x["settings"]["last"] = 61'
expect 2 "setting last is not the baseline's" gate "$tmp/edited.json"
check "another setting is named"
edit 'd["benchmarks"].append(dict(x, id="gone/all", scale="gone"))'
expect 2 'benchmark "gone/all" is missing: scenario s has no scale "gone"' gate "$tmp/edited.json"
check "a benchmark that the scenario lost is an error"
scenario 60 '{"name":"a"},{"name":"more"}'
expect 2 'no benchmark "more/all"' gate "$b"
check "and so is one that the baseline does not have"
scenario 60 '{"name":"renamed"}'
expect 2 'benchmark "a/all" is missing' gate "$b"
check "a renamed one is missing"
scenario 60 '{"name":"a"}'
edit 'x["layers"] = "no-such-layer"'
expect 2 'no layer "no-such-layer"' gate "$tmp/edited.json"
check "a layer that is gone is named"
expect 2 'bytes-written is not in the baseline' gate "$b" --metric bytes-written
check "a metric that is not stored is an error when it is asked for"
edit 'x["exact"] = {"allocated-bytes": 1, "nonsense": 2}; x["times"] = {}; d["benchmarks"] = [x]'
case $CUPEL_BUILD in
*san) expect 3 'not available here: this process does not use jemalloc' gate "$tmp/edited.json" ;;
*) expect 1 FAIL gate "$tmp/edited.json" ;;
esac
check "a stored metric that cannot be read here is never a pass"
edit 'x["exact"] = {}; x["times"] = {}'
expect 2 'nothing to judge by' gate "$tmp/edited.json"
check "a baseline that says nothing is an error"

edit 'del x["digest"]'
expect 2 'benchmarks[0]: digest' gate "$tmp/edited.json"
check "a bad file is named by field"
edit 'd["baseline"] = 2'
expect 2 'expected schema 1, found 2' gate "$tmp/edited.json"
check "another schema is refused"
echo '{' >"$tmp/edited.json"
expect 2 'edited.json:2: not valid JSON' gate "$tmp/edited.json"
check "no JSON"
expect 2 'results/baselines/no-such.json' gate no-such
check "a baseline that is not there is named"
expect 2 'the sides and the seed are those of the file' gate "$b" --base layers:none
check "a baseline and a side do not go together"
for option in cap=20 budget=5 fail-error=0.01 pass-error=0.01 policy=lenient timeout=5; do
    expect 2 "--${option%=*}: expected two sides, not --baseline" gate "$b" "--$option"
    check "--${option%=*} is refused, not left out of account"
done
expect 2 '--build: expected beside --against' gate "$b" --build make
check "and so is --build"
expect 2 'expected --scenario S or --from' "$CUPEL" baseline save "$tmp/n.json"
check "save needs something to save"
expect 2 'expected a name, found nothing' "$CUPEL" baseline save '' --scenario "$tmp/s.json"
check "a baseline has a name"
"$CUPEL" baseline save "$tmp/s.json/b" --scenario "$tmp/s.json" >"$tmp/early" 2>&1
[ $? -eq 2 ] && ! grep -q measured "$tmp/early" && grep -q 'expected a folder' "$tmp/early"
check "a place that cannot be is told before anything is measured"
expect 2 'expected an exact metric' "$CUPEL" baseline save "$tmp/n.json" --scenario "$tmp/s.json" --metric cpu
check "a baseline of times alone is none"
[ ! -e "$tmp/n.json" ]
check "nothing is left of what failed"

# From results.
"$CUPEL" gate --scenario "$tmp/s.json" --base layers:none --new layers:all --metric "$exact" --quiet --out "$tmp/r.jsonl" >/dev/null
expect 0 '1 benchmark' "$CUPEL" baseline save "$tmp/from.json" --from "$tmp/r.jsonl" && follows_schema "$tmp/from.json"
check "a baseline out of a results file"
expect 0 PASS gate "$tmp/from.json" --metric "$exact"
check "it is as good"
expect 0 '' "$CUPEL" baseline rm "$tmp/from.json" && [ ! -e "$tmp/from.json" ]
check "rm removes it"
expect 2 'not valid JSON' "$CUPEL" baseline rm ./README.md && [ -e README.md ]
check "and nothing but baselines"

# This repository's own: what micro-grid opens, reads, writes and syncs.
expect 0 PASS gate micro-grid --metric "$exact"
check "this build does no more I/O than the committed baseline (results/baselines/micro-grid.json)"
follows_schema results/baselines/micro-grid.json
check "which keeps to the schema"
[ -z "$(ls "$TMPDIR")" ]
check "no state folder is left"
finish
