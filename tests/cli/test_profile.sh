#!/bin/sh
# cupel profile from outside: what it writes and says, what it refuses; what a gate draws when it fails.
. tests/tap.sh
. tests/cli/records.sh
tmp=$PWD/$CUPEL_BUILD/tests/tmp/profile
rm -rf "$tmp" && mkdir -p "$tmp/state"
export TMPDIR=$tmp/state
plugins=$CUPEL_BUILD/tests/plugin
out=$tmp/out

profile() {
    rm -rf "$out"
    "$CUPEL" profile --quiet --out "$out" "$@"
}
record() { /usr/bin/python3 tests/profile/check_profile.py "$@"; }

# ---- a kernel's sides ----
expect 0 'data filtering and grouping' profile micro-grid --side none --side all --samples 150 --budget 4 &&
    [ -s "$out/micro-all.svg" ] && [ -s "$out/micro-all.diff.svg" ]
check "two sides of a scenario"
expect 0 '' schema_holds "$out/profile.jsonl" && expect 0 '' record "$out/profile.jsonl" --sides 2 --pairs 1
check "its records keep to the schema; shares, sums and files are right"
for svg in "$out"/*.svg; do xmllint --noout "$svg" || exit 1; done 2>/dev/null
check "every picture is well-formed"
# A sanitiser's frames are larger than the stack that is copied.
whole=0.97
case ${CUPEL_BUILD:-} in *asan) whole=0.94 ;; esac
expect 0 '' profile micro-grid --side none --set workers=2 --samples 300 --budget 10 && expect 0 '' record "$out/profile.jsonl" --whole $whole
check "stacks of worker processes reach down to main, through SQLite too"
expect 0 '' profile micro-grid --side none --samples 1 --budget 0 --memory --calls --heap &&
    schema_holds "$out/profile.jsonl" && grep -q '"record":"timeline"' "$out/profile.jsonl" && [ -s "$out/micro-none.dat" ]
check "memory over time"
if grep -q '"counted_reason"' "$out/profile.jsonl"; then
    skip "calls and instructions" "$(grep -o '"counted_reason":"[^"]*' "$out/profile.jsonl")"
else
    grep -q '"name":"group_base",[^}]*"calls":200,' "$out/profile.jsonl"
    check "calls and instructions, exactly"
fi
if grep -q '"heap_reason"' "$out/profile.jsonl"; then
    skip "who allocates" "$(grep -o '"heap_reason":"[^"]*' "$out/profile.jsonl")"
else
    grep -q 'serve_until_quit' "$out/micro-none.heap.folded"
    check "who allocates"
fi
expect 0 'stage_middle' profile --base "so:$plugins/stages.so" --new "so:$plugins/stages100.so" --samples 1000 --budget 60
check "two plugins, in the words of the gate"
expect 0 '' record "$out/profile.jsonl" --first-changed stage_middle
check "what was made slower is the first of what changed"
"$CUPEL" profile --quiet --out "$out-2" --base "so:$plugins/stages.so" --new "so:$plugins/stages100.so" --samples 300 --budget 20 >"$tmp/told"
awk '/^function .*change/ { on = 1; next } on && NF > 5 { n++; d = $4 - $2 - $6; if (d > 0.11 || d < -0.11) exit 1 } END { exit n < 3 }' "$tmp/told" &&
    grep -q 'all after is 1[0-9][0-9]\.[0-9] % of it' "$tmp/told"
check "before, after and the change are shares of one whole: they can be subtracted"
grep -Eq '^\(95 %: [0-9.]+\.\.[0-9.]+, by the scatter of ([6-9]|[1-9][0-9]+) and ([6-9]|[1-9][0-9]+) runs; it is in the intervals too\)$' "$tmp/told" &&
    schema_holds "$out-2/profile.jsonl" && grep -q '"cost_low":[0-9.]*,"cost_high":[0-9.]*,"cost_runs":{"base":[0-9]*,"new":[0-9]*}' "$out-2/profile.jsonl"
check "the ratio of their costs has an interval of its own, from several runs of each"
expect 0 '' record "$out/profile.jsonl" --parts first,others,other
check "parts as the plugin names them"

# ---- commands ----
expect 0 'sh -c' profile --samples 20 --budget 2 -- sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'
check "a command"
expect 0 '' schema_holds "$out/profile.jsonl" && expect 0 '' record "$out/profile.jsonl" --sides 1 --pairs 0
check "its record"
expect 0 '' profile --samples 60 --budget 10 -- true && expect 0 '' record "$out/profile.jsonl" --outside --hz-above 1250
check "a short command: the program that starts it is left out, and a run has more than a sample"
expect 0 '' profile --hz 500 --samples 1 --budget 0 -- sh -c 'i=0; while [ $i -lt 90000 ]; do i=$((i+1)); done' && expect 0 '' record "$out/profile.jsonl" --hz 500
check "... but not where the rate is given"
expect 0 'against' profile --samples 20 --budget 1 --base 'sh -c "i=0; while [ $i -lt 9000 ]; do i=$((i+1)); done"' \
    --new 'sh -c "i=0; while [ $i -lt 20000 ]; do i=$((i+2)); i=$((i-1)); done"'
check "two commands against each other"
expect 0 'no intervals: 1 and 1 runs are too few' profile --samples 9 --budget 0 --base 'sh -c "i=0; while [ $i -lt 90000 ]; do i=$((i+1)); done"' \
    --new 'sh -c "i=0; while [ $i -lt 90001 ]; do i=$((i+1)); done"' && schema_holds "$out/profile.jsonl" &&
    grep -q '"cost_low":null,"cost_high":null,.*"low":null,"high":null,"shown":false' "$out/profile.jsonl"
check "... of which too few runs give no interval: that is said"
expect 0 'against' profile --samples 2 --budget 5 --base 'sh -c "echo 1"' --new 'sh -c "echo -1"' &&
    [ -s "$out/sh-c-echo-1.svg" ] && [ -s "$out/sh-c-echo-1-2.svg" ] && expect 0 '' record "$out/profile.jsonl" --pairs 1
check "... whose names are as good as the same: each has files of its own"
expect 0 '' profile --samples 2 --budget 5 -- true "$(printf 'long-%.0s' 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0)"
check "a command of many letters"
profile --samples 2 --budget 5 -- true "$(printf 'red\033[31m\nnext')" >"$tmp/told" && ! LC_ALL=C grep -q "$(printf '\033')" "$tmp/told" && grep -q 'red?.31m?next' "$tmp/told"
check "what a command holds does not steer the terminal"
expect 2 'exit status 3' profile --samples 5 -- sh -c 'exit 3'
check "a command that fails"

# ---- what is refused ----
expect 2 'nonesuch: ' profile nonesuch
check "neither a scenario nor a program"
expect 2 'no program "nonesuch"' profile -- nonesuch
check "what stands behind -- is a command"
expect 2 'expected a scenario, a command' profile
check "nothing to profile"
expect 2 'expected one of micro' profile micro-grid --scale nonesuch
check "an unknown scale"
expect 2 'expected one of none, ' profile micro-grid --side nonesuch
check "an unknown side"
expect 2 'expected both' profile --base layers:none
check "one side alone"
expect 2 '--set: only scenarios' profile --set a=b -- true
check "settings of a command"
profile --samples 1 --budget 0 -- true >/dev/null 2>&1
expect 2 'profile.jsonl' "$CUPEL" profile --quiet --out "$out" --samples 1 -- true
check "a folder that holds a profile already"

# ---- a gate that fails ----
gate() {
    rm -rf "$tmp/gate"*
    "$CUPEL" gate --quiet --base "so:$plugins/stages.so" --new "so:$plugins/stages100.so" --out "$tmp/gate.jsonl" "$@"
}
expect 1 'stage_middle' gate --export "junit=$tmp/gate.xml"
check "a gate that fails draws what changed for a CI's report, and names the function"
expect 0 '' record "$tmp/gate.jsonl" --first-changed stage_middle && schema_holds "$tmp/gate.jsonl"
check "the function made slower comes first; records and files beside the results"
grep -q 'profile: stage_middle +' "$tmp/gate.xml" && grep -q 'gate.profile/.*html' "$tmp/gate.xml"
check "the report names the function and the page"
expect 1 'FAIL' gate && [ ! -e "$tmp/gate.profile" ]
check "not where nobody looks"

finish
