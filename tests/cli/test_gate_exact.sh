#!/bin/sh
# Exact metrics through the gate: counts of scripted workers and of real runs, instructions under valgrind.
. tests/tap.sh
. tests/cli/records.sh
scratch gate_exact

gate() {
    rm -f "$tmp/out.jsonl"
    "$CUPEL" gate --scenario self-spin --seed 1 --out "$tmp/out.jsonl" "$@"
}

fake five FAKE_COUNTS=opens=5,fsyncs=2
fake six FAKE_COUNTS=opens=6,fsyncs=2
fake four FAKE_COUNTS=opens=4,fsyncs=2
fake slow FAKE_COUNTS=opens=5,fsyncs=2 FAKE_FACTOR=1.3
fake varies FAKE_COUNTS=opens=5,fsyncs=2 FAKE_TRICK=vary FAKE_LOG="$PWD/$tmp/vary.log"

expect 0 PASS gate --base "bin:$tmp/five" --new "bin:$tmp/five" --metric exact &&
    holds 'sorted(judged) == ["fsyncs", "opens"] and len(r["pairs"]) == 2 and judged["opens"]["kind"] == "exact" and
           judged["opens"]["base"] == 5 and judged["opens"]["lower"] == 1 and judged["opens"]["detectable_percent"] is None'
check "equal counts pass, from two runs of each side"
schema_holds
check "the record keeps to the schema"
expect 1 FAIL gate --base "bin:$tmp/five" --new "bin:$tmp/six" --metric exact &&
    holds 'g["metric"] == "opens" and g["fails"] and judged["opens"]["new"] == 6 and judged["fsyncs"]["verdict"] == "PASS" and end["status"] == 1'
check "one more open fails, with both figures"
expect 0 PASS gate --base "bin:$tmp/five" --new "bin:$tmp/four" --metric opens
check "one fewer passes"
expect 0 PASS gate --base "bin:$tmp/five" --new "bin:$tmp/six" --metric opens --margin opens=20
check "a margin of 20 % lets one of five more through"
expect 1 FAIL gate --base "bin:$tmp/five" --new "bin:$tmp/six" --metric opens --margin opens=19
check "and one of 19 % does not"
expect 3 'not exact here: base 5, new 5..6' gate --base "bin:$tmp/five" --new "bin:$tmp/varies" --metric opens,fsyncs &&
    holds 'judged["opens"]["verdict"] == "INCONCLUSIVE" and "not exact" in judged["opens"]["reason"] and judged["fsyncs"]["verdict"] == "PASS" and end["status"] == 3'
check "a count that varies is not exact: exit 3, never a pass"
schema_holds
check "its record keeps to the schema"
expect 1 FAIL gate --base "bin:$tmp/five" --new "bin:$tmp/slow" --metric timing,exact &&
    holds 'sorted(judged) == ["cpu", "fsyncs", "opens"] and g["metric"] == "cpu" and judged["opens"]["verdict"] == "PASS" and g["benchmarks"] == 1'
check "times and counts together: the exact ones are no part of the shared error"
expect 1 FAIL gate --base "bin:$tmp/five" --new "bin:$tmp/six" --metric timing,exact && holds 'judged["cpu"]["verdict"] == "PASS" and g["metric"] == "opens"'
check "a count fails where time does not"
expect 2 'self: writes is not available: the kernel does not count it' gate --base "bin:$tmp/five" --new "bin:$tmp/five" --metric writes
check "a count that is not there is an error when it is asked for by name"
expect 2 'allocated-bytes is not available: the worker does not tell it' gate --base "bin:$tmp/five" --new "bin:$tmp/five" --metric allocated-bytes
check "an older worker that tells no allocations"
fake none FAKE_FACTOR=1
expect 2 'no exact metric is available' gate --base "bin:$tmp/none" --new "bin:$tmp/none" --metric exact
check "nothing to judge is an error"
expect 2 'opens is not available' "$CUPEL" gate --base true --new true --metric opens --out "$tmp/c.jsonl"
check "a command counts nothing"
fake wrong FAKE_COUNTS=opens=5 FAKE_DIGEST=a
expect 4 'results differ' gate --base "bin:$tmp/five" --new "bin:$tmp/wrong" --metric opens
check "other results are a MISMATCH"

# Real runs.
real() {
    rm -f "$tmp/out.jsonl"
    "$CUPEL" gate --scenario micro-grid --set last=50 --out "$tmp/out.jsonl" "$@"
}
expect 0 PASS real --base layers:none --new layers:none --metric exact --seed 3
check "a build against itself"
expect 1 FAIL real --base layers:all --new layers:none --metric fsyncs,opens && holds 'judged["fsyncs"]["new"] > judged["fsyncs"]["base"] > 0'
check "without layers there are more opens and fsyncs"
case $CUPEL_BUILD in
*san) skip "instructions" "a sanitiser and valgrind do not go together" ;;
*)
    expect 0 PASS gate --base layers:none --new layers:none --metric instructions && holds 'judged["instructions"]["base"] == judged["instructions"]["new"] > 1e6'
    check "instructions of a REPEAT kernel are equal to the last one"
    expect 1 FAIL real --base layers:all --new layers:none --metric instructions && holds 'judged["instructions"]["lower"] > 2'
    check "and more without layers"
    expect 2 'instructions is not available: this worker does not tell valgrind' gate --base "bin:$tmp/five" --new "bin:$tmp/five" --metric instructions
    check "a worker that does not say where its work begins"
    ;;
esac
expect 2 'instructions is not available: valgrind is not installed' env PATH=/nowhere "$CUPEL" gate --scenario self-spin --base layers:none --new layers:none --metric instructions --out "$tmp/v.jsonl"
check "without valgrind one line says so"
expect 2 'several processes work at once' gate --base layers:none --new layers:none --set workers=2 --metric instructions
check "several processes are not counted"
[ -z "$(ls "$TMPDIR")" ]
check "no state folder is left"
finish
