#!/bin/sh
# cupel gate from outside: verdicts and exit codes by scripted workers, bad sides, commands.
. tests/tap.sh
. tests/cli/records.sh
scratch gate

gate() {
    rm -f "$tmp/out.jsonl"
    "$CUPEL" gate --scenario self-spin --seed 1 --out "$tmp/out.jsonl" "$@"
}

fake same FAKE_FACTOR=1
fake slow15 FAKE_FACTOR=1.15
fake slow9 FAKE_FACTOR=1.09
fake wrong FAKE_DIGEST=a
fake old FAKE_TRICK=protocol
fake garbage FAKE_TRICK=garbage
fake dies FAKE_TRICK=die
fake refuses FAKE_TRICK=error

# Takes its ten seconds while the others are at work.
printf '#!/bin/sh\nexec sleep 100\n' >"$tmp/silent" && chmod +x "$tmp/silent"
"$CUPEL" gate --scenario self-spin --out "$tmp/silent.jsonl" --base "bin:$tmp/silent" --new "bin:$tmp/same" >"$tmp/silent.said" 2>&1 &
silent=$!

expect 0 PASS gate --base "bin:$tmp/same" --new "bin:$tmp/same"
check "equal sides pass"
schema_holds
check "its record keeps to the schema"
expect 1 FAIL gate --base "bin:$tmp/same" --new "bin:$tmp/slow15"
check "a slowdown of 15 % fails with exit 1"
schema_holds
check "the record of a FAIL keeps to the schema"
grep -q '"verdict":"FAIL"' "$tmp/out.jsonl" && grep -q '"look":14' "$tmp/out.jsonl"
check "it is found at the first look that can prove it"
expect 0 PASS gate --base "bin:$tmp/slow15" --new "bin:$tmp/same"
check "a speed-up passes"
expect 0 PASS gate --base "bin:$tmp/same" --new "bin:$tmp/slow9"
check "9 % is below the margin of 10 %"
expect 1 FAIL gate --base "bin:$tmp/same" --new "bin:$tmp/slow9" --margin 5
check "and above one of 5 %"

# The order of what a pair does, from the workers' own log.
fake logged_base FAKE_SIDE=base FAKE_JOBS=60 FAKE_LOG="$PWD/$tmp/order.log"
fake logged_new FAKE_SIDE=new FAKE_JOBS=60 FAKE_LOG="$PWD/$tmp/order.log"
expect 0 PASS env CUPEL_CACHE="$tmp/cache" "$CUPEL" gate --scenario micro-grid --set last=50 --seed 3 --out "$tmp/order.jsonl" \
    --base "bin:$tmp/logged_base" --new "bin:$tmp/logged_new" &&
    expect 0 '' tests/cli/check_order.py "$tmp/order.log" 60 10
check "pairs: fresh processes, warm-up on another state, the same jobs by turns, a fair coin"

# A ONCE kernel: its last flush counts, its waiting is judged, its work is the same on both sides.
once() {
    rm -f "$tmp/once.jsonl"
    env CUPEL_CACHE="$tmp/cache" "$CUPEL" gate --scenario micro-grid --set last=50 --seed 3 --out "$tmp/once.jsonl" "$@"
}
fake jobs10 FAKE_JOBS=10
fake slow_finish FAKE_JOBS=10 FAKE_FINISH=3
fake waits FAKE_JOBS=10 FAKE_NET=0.8
fake jobs9 FAKE_JOBS=9
fake fickle FAKE_JOBS=10 FAKE_TRICK=fickle
expect 1 FAIL once --base "bin:$tmp/jobs10" --new "bin:$tmp/slow_finish"
check "a slow last flush fails"
expect 1 'pairs  wall time less waiting for a CPU 1.25' once --base "bin:$tmp/jobs10" --new "bin:$tmp/waits"
check "waiting that CPU time does not see fails by wall less queueing, and progress tells that ratio"
grep -q '"metric":"net"' "$tmp/once.jsonl"
check "and the record names the metric"
expect 2 'different work: 10 jobs and 9' once --base "bin:$tmp/jobs10" --new "bin:$tmp/jobs9"
check "sides with different work are refused"
expect 4 'results differ' once --base "bin:$tmp/fickle" --new "bin:$tmp/fickle"
check "results that change from process to process are exit 4"
expect 4 'the scenario expects' env CUPEL_CACHE="$tmp/cache" "$CUPEL" gate --scenario micro-grid --out "$tmp/exp.jsonl" \
    --base "bin:$tmp/jobs10" --new "bin:$tmp/jobs10"
check "two sides that are wrong alike do not pass: the scenario expects a digest"

expect 4 'results differ' gate --base "bin:$tmp/same" --new "bin:$tmp/wrong"
check "other results are a MISMATCH, exit 4"
fake off FAKE_SUM=1.5 FAKE_ERROR=1e-10
fake near FAKE_SUM=1.00000000009 FAKE_ERROR=1e-10
fake exact FAKE_SUM=1
fake bits FAKE_SUM=1.00000000009
expect 0 PASS gate --base "bin:$tmp/exact" --new "bin:$tmp/near"
check "metrics within the bound that a side's layers declare pass"
expect 4 'results differ in sharpe: the sum is 1.5, the base has 1' gate --base "bin:$tmp/exact" --new "bin:$tmp/off"
check "metrics beyond it are a MISMATCH"
expect 4 'results differ in metrics' gate --base "bin:$tmp/exact" --new "bin:$tmp/bits"
check "and any other bit is, where no side declares a bound"
expect 4 'results differ' gate --base "bin:$tmp/near" --new "bin:$tmp/wrong"
check "a bound is none for what must be exact"
expect 2 'speaks protocol 99, this harness speaks 2' gate --base "bin:$tmp/same" --new "bin:$tmp/old"
check "another protocol is named"
expect 2 'not valid JSON' gate --base "bin:$tmp/same" --new "bin:$tmp/garbage"
check "a worker that speaks no JSON is exit 2"
expect 2 'ended' gate --base "bin:$tmp/same" --new "bin:$tmp/dies"
check "a worker that dies is exit 2"
fake nodigest FAKE_TRICK=nodigest
fake still FAKE_FACTOR=0
fake badcount FAKE_TRICK=badcount
expect 2 'digest: expected 64 hex digits' gate --base "bin:$tmp/nodigest" --new "bin:$tmp/same"
check "a worker without a digest is exit 2"
expect 2 'stood still' gate --base "bin:$tmp/same" --new "bin:$tmp/still"
check "clocks that stand still are no measurement"
expect 2 'counts: opens: expected' gate --base "bin:$tmp/badcount" --new "bin:$tmp/badcount"
check "counts that are none are refused"
expect 2 'the fake refuses' gate --base "bin:$tmp/same" --new "bin:$tmp/refuses"
check "a worker's own refusal is passed on"
schema_holds && grep -q '"record":"failed"' "$tmp/out.jsonl"
check "the failure is on record"
expect 2 '/bin/true' gate --base "bin:$tmp/same" --new bin:/bin/true
check "a program that is no worker is named"
expect 2 'no/such' gate --base "bin:$tmp/same" --new bin:no/such
check "a missing program is named"

expect 2 '--new: expected layers:SET' gate --base layers:none --new ''
check "an empty side is exit 2"
expect 2 'new: missing' gate --base layers:none
check "a missing side is exit 2"
expect 2 'no layer "fast"' gate --base layers:none --new layers:fast
check "an unknown layer is named"
expect 2 'on both sides' gate --base layers:none --new cmd:true
check "a kernel against a command is refused"
expect 2 'expected a whole number from 10' gate --base layers:none --new layers:none --cap 9
check "fewer than 10 pairs are refused"
expect 2 'no program "no-such-command"' "$CUPEL" gate --base true --new no-such-command --out "$tmp/c.jsonl"
check "a command that does not exist is named"
expect 2 'exit status 3; its last line: why' "$CUPEL" gate --base true --new "sh -c 'echo why; exit 3'" --out "$tmp/c.jsonl"
check "a command that fails is exit 2 with its last line"
rm -f "$tmp/c.jsonl"
crash="sh -c 'test \$1 != 2 || kill -6 \$\$' sh"
expect 2 "command: new: sh -c 'test \$1 != 2 || kill -6 \$\$' sh 2: ended by signal 6 (SIGABRT" \
    "$CUPEL" gate --base "$crash 1" --new "$crash 2" --out "$tmp/c.jsonl" --export "junit=$tmp/c.xml"
check "a crash names its side and the whole command line"
grep -q '<testsuites [^>]*errors="1"' "$tmp/c.xml" && grep -q '<testsuite [^>]*errors="1" skipped="1"' "$tmp/c.xml" &&
    grep -q '<error [^>]*message="command: new: sh -c' "$tmp/c.xml"
check "so does JUnit, where it is one error"
rm -f "$tmp/c.jsonl"
expect 2 'command: base: sh -c' "$CUPEL" gate --base "$crash 2" --new "$crash 1" --out "$tmp/c.jsonl"
check "one of the base is the base's"
rm -f "$tmp/c.jsonl"
expect 0 PASS "$CUPEL" gate --base true --new cmd:true --margin 1000 --out "$tmp/c.jsonl"
check "commands are gated without a scenario"
/usr/bin/python3 tests/result/check_schema.py results/schema.json "$tmp/c.jsonl"
check "the record of commands keeps to the schema"
for name in one two; do
    rm -f "$tmp/$name.jsonl"
    expect 0 PASS "$CUPEL" gate --name $name --base true --new cmd:true --margin 1000 --out "$tmp/$name.jsonl"
done
expect 0 '"two (CPU time, new/base)"' "$CUPEL" export "$tmp/one.jsonl" "$tmp/two.jsonl" --format github-action-benchmark
check "commands have a name of their own, and two gates one file"
expect 2 '--name: expected letters' "$CUPEL" gate --name a/b --base true --new true --out "$tmp/c.jsonl" &&
    expect 2 '--name: only commands have it' gate --name a --base layers:none --new layers:none
check "a name that is none, or of kernels, is refused"
wait $silent
[ $? -eq 2 ] && grep -q 'silent: no answer within 10 s: not a cupel worker' "$tmp/silent.said"
check "a worker that never answers is exit 2 after a while"
[ -z "$(ls "$TMPDIR")" ]
check "no state folder is left"
finish
