#!/bin/bash
# tests/run.sh on a build folder of made-up tests: what it counts, shows and remembers, and that it
# leaves nobody behind.
set -u
. tests/tap.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
run() { # JOBS BUILD [VARIABLE=VALUE...]
    local jobs=$1 build=$tmp/$2/build
    shift 2
    env JOBS="$jobs" "$@" tests/run.sh "$build" /fake/ 2>/dev/null
}
fake() { # BUILD NAME LINES...: a test program
    local file=$tmp/$1/build/tests/fake/test_$2
    mkdir -p "${file%/*}"
    shift 2
    printf '%s\n' '#!/bin/bash' "$@" >"$file"
    chmod +x "$file"
}
last() { tail -1 <<<"$tap_output"; }
said() { grep -qE -- "$1" <<<"$tap_output" || { tap_why="no $1" && false; }; }

fake good a 'echo "ok 1 - a"; sleep 0.3; echo "ok 2 - b"; echo "1..2"'
fake good b 'echo "ok 1 - a # SKIP no reason"; echo "ok 2 - b"; echo "1..2"'
expect 0 '1 skipped' run 2 good
[ "$(last)" = '3 passed, 0 failed' ]
check "good tests: the last line counts them, skipped ones apart"
for kind in 'not echo "ok 1 - a"; echo "not ok 2 - b"; echo "1..2"' 'plan echo "ok 1 - a"' \
    'short echo "ok 1 - a"; echo "1..2"' 'silent :' 'status echo "ok 1 - a"; echo "1..1"; exit 3' \
    'crash echo "ok 1 - a"; echo "1..1"; kill -SEGV $$' \
    'hang echo "ok 1 - a"; echo "1..1"; sleep 100'; do
    name=${kind%% *}
    fake "$name" a 'echo "ok 1 - a"; echo "1..1"'
    fake "$name" b "${kind#* }"
    expect 1 "logs: $tmp/$name/build/tests/log/fake-test_b.tap" run 2 "$name" CUPEL_TEST_SECONDS=1 &&
        [[ $(last) == *', 1 failed' ]]
    check "a test that fails ($name) is counted as one failure"
done

fake told a 'echo "ok 1 - a"; echo "not ok 2 - b"; echo "# why it failed"; echo "1..2"'
fake told b 'echo "ok 1 - a"; for i in $(seq 200); do echo "line $i"; done; echo "the last word"; exit 3'
expect 1 '== failed: fake-test_a' run 1 told && tail -n 100 <<<"$tap_output" | grep -q '^# why it failed' &&
    said '^line 1$' && said '^the last word$' && ! said '^line 100$'
check "what failed tests said stands at the end, the beginning and the end of what is long"

# Each writes its mark, and waits for the other's: at the same time, or never.
for one in a b; do
    fake both $one 'cd "${0%/*}" && touch here_'$one \
        'for _ in $(seq 100); do [ -e here_a ] && [ -e here_b ] && break; sleep 0.05; done' \
        '[ -e here_a ] && [ -e here_b ] && echo "ok 1 - both"; echo "1..1"'
done
expect 0 '2 passed, 0 failed' run 2 both
check "two jobs run two tests at a time"
# Whoever finds the other's mark has not been alone.
for one in a b c; do
    fake alone $one 'mkdir "${0%/*}/mark" && echo "ok 1 - alone"; sleep 0.1; rmdir "${0%/*}/mark"; echo "1..1"'
done
expect 0 '3 passed, 0 failed' run 1 alone
check "one job runs one"
expect 2 'JOBS: expected a whole number from 1' env JOBS=0 tests/run.sh "$tmp/alone/build" /fake/
check "no jobs are refused"

for i in $(seq 4); do fake blocks $i 'for i in 1 2 3; do echo "not ok $i - of '"$i"'"; sleep 0.05; done; echo "1..3"'; done
expect 1 '0 passed, 12 failed' run 4 blocks
awk '/ passed +3 failed/ { of = substr($1, length($1)); left = 4; next }
    left > 1 { left--; if ($0 !~ "of " of "$") exit 1 }' <<<"$tap_output"
check "what tests say is not mixed"

fake order a 'echo "ok 1 - a"; echo "1..1"'
fake order b 'sleep 0.6; echo "ok 1 - a"; echo "1..1"'
fake order c 'sleep 0.3; echo "ok 1 - a"; echo "1..1"'
names() { grep -oE 'test_[a-c] ' <<<"$tap_output" | tr -dc abc; }
expect 0 passed run 1 order
check "a run of unknown tests"
expect 0 passed run 1 order
[ "$(names)" = bca ]
check "the next begins with those that took longest"
mkdir -p "$tmp/order/other/tests" && cp -r "$tmp/order/build/tests/fake" "$tmp/order/other/tests"
tap_output=$(JOBS=1 tests/run.sh "$tmp/order/other" /fake/)
[ "$(names)" = bca ]
check "that of another build, too"
for i in $(seq 11); do fake many "$i" 'echo "ok 1 - a"; echo "1..1"'; done
expect 0 'slowest: fake/test_' run 2 many && [ "$(last)" = '11 passed, 0 failed' ]
check "of many tests the slowest are named"

fake stop a 'sleep 300 & echo $! >"${0%/*}/pid"; wait'
stop() { # SIGNAL: $status, and whether what the test had started has ended
    local mark=$tmp/stop/build/tests/fake/pid
    rm -f "$mark"
    env --default-signal=INT JOBS=2 tests/run.sh "$tmp/stop/build" /fake/ >"$tmp/stop/out" 2>&1 &
    local pid=$!
    for _ in $(seq 200); do [ -s "$mark" ] && break || sleep 0.05; done
    kill "-$1" $pid
    wait $pid
    status=$?
    tap_output=$(cat "$tmp/stop/out")
    for _ in $(seq 100); do is_gone "$(cat "$mark")" && return || sleep 0.05; done
    false
}
is_gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status"; } # or waits for its parent's word
stop TERM && [ $status -eq 143 ] && said 'interrupted; these had not ended: tests/fake/test_a'
check "SIGTERM ends the tests and what they have started"
stop INT && [ $status -eq 130 ]
check "so does Ctrl-C"
finish
