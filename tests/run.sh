#!/bin/bash
# Runs every test program (cmocka, TAP) of a build folder and every tests/*/test_*.sh (TAP), each in
# a process group of its own with a time limit, JOBS at a time (default: as many as there are
# processors), those that took longest last time first. Usage: tests/run.sh BUILD_DIR [NAME...]; a
# name selects the tests whose path holds it, but for those that hold a word of $EXCEPT. A test's lines
# are shown together when it has ended, and all that failed tests said again at the end.
# Last line: "N passed, N failed".
set -u
build=$1
shift
export CUPEL_BUILD=$build CUPEL=$build/cupel CUPEL_DATA=${CUPEL_DATA:-../shared/data}
export CMOCKA_MESSAGE_OUTPUT=TAP
unset MAKEFLAGS MFLAGS MAKELEVEL # a make that a test runs is its own
log=$build/tests/log
jobs=${JOBS:-$(nproc)}
if ! [[ $jobs =~ ^[1-9][0-9]*$ ]]; then
    echo "tests/run.sh: JOBS: expected a whole number from 1, found \"$jobs\"" >&2
    exit 2
fi
mkdir -p "$log"
passed=0 failed=0 skipped=0 failures=
declare -A running=() started=() took=() # by test: process, microseconds, seconds
exec {ended}<> <(:)                      # a pipe: lines "TEST STATUS"

holds() { # TEXT WORD...
    local text=$1 word
    shift
    for word; do case $text in *"$word"*) return 0 ;; esac done
    return 1
}
selected() { # TEST [NAME...]
    # shellcheck disable=SC2086 # a list of words is meant
    ! holds "$1" ${EXCEPT:-} && { [ $# -eq 1 ] || holds "$@"; }
}
every_test() {
    local test
    for test in tests/*/test_*.sh $(find "$build/tests" -mindepth 2 -maxdepth 2 -type f -name "test_*" ! -name "*.*" | sort); do
        selected "$test" "$@" && echo "$test"
    done
}
# Longest first, so that none is left to run on alone: by the seconds of the last run, of this build or
# else of another; before them those that nobody has timed, scripts first.
longest_first() {
    awk -v build="$build/" '
        FILENAME != "-" { seconds[$1] = $2; next }
        { name = index($0, build) == 1 ? substr($0, length(build) + 1) : $0
          print (name in seconds ? seconds[name] : 1e9), $0 }' \
        $(find "$(dirname "$build")" -path '*/tests/log/seconds' ! -path "$log/*" 2>/dev/null) \
        $(find "$log" -name seconds) - | sort -srn -k1,1 | cut -d' ' -f2-
}
keep_seconds() {
    local test
    {
        [ -e "$log/seconds" ] && cat "$log/seconds"
        for test in "${!took[@]}"; do echo "$test ${took[$test]}"; done
    } | awk '{ seconds[$1] = $2 } END { for (name in seconds) print name, seconds[name] }' |
        sort >"$log/seconds.new" && mv "$log/seconds.new" "$log/seconds"
}

record() { echo "$log/$(basename "$(dirname "$1")")-$(basename "$1").tap"; }
count() { grep -cE "$1" "$2"; }

# Signals that a shell's background jobs ignore are the tests' own.
start() { # TEST
    (
        CUPEL_TEST_TMP=$build/tests/tmp/$(basename "$(record "$1")" .tap) \
            env --default-signal=INT,QUIT timeout --kill-after=5 "${CUPEL_TEST_SECONDS:-300}" \
            "$1" >"$(record "$1")" 2>&1 </dev/null {ended}>&-
        echo "$1 $?" >&"$ended"
    ) 2>/dev/null &
    running[$1]=$! started[$1]=${EPOCHREALTIME/[.,]/}
}
# Waits for one to end: $test, $status. A read that times out has what came of its line so far. One whose
# shell was killed has no line: it is given up when nothing came for as long again.
await() {
    local one part line='' gone=''
    until read -r -t 10 -u "$ended" part; do
        line+=$part
        if [ -n "$gone" ] && [ -z "$line" ]; then test=$gone status=137; return; fi
        for one in "${!running[@]}"; do kill -0 "${running[$one]}" 2>/dev/null || gone=$one; done
    done
    line+=$part
    test=${line% *} status=${line##* }
}
# Shows and counts what the next one to end has said.
reap() {
    local test status out name skips bad good plan
    await
    out=$(record "$test") name=${test#"$build"/}
    took[$name]=$(awk -v us=$((${EPOCHREALTIME/[.,]/} - ${started[$test]})) 'BEGIN { printf "%.1f", us / 1e6 }')
    unset "running[$test]"
    skips=$(count '^(not )?ok .*# SKIP' "$out")
    bad=$(($(count '^not ok' "$out") - $(count '^not ok .*# SKIP' "$out")))
    good=$(($(count '^ok' "$out") - $(count '^ok .*# SKIP' "$out")))
    plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$out" | tail -1)
    # Fewer results than planned, or no plan: it stopped early.
    if [ "${plan:-0}" -ne $((good + bad + skips)) ]; then bad=$((bad + 1)); echo "plan ${plan:-none}" >>"$out"; fi
    # A crash or a time-out without a failed line is a failure of its own, and so is a silent test.
    if [ $bad -eq 0 ] && { [ $status -ne 0 ] || [ $((good + skips)) -eq 0 ]; }; then bad=1; fi
    printf '%-44s %4d passed %3d failed %6.1f s\n' "$name" "$good" "$bad" "${took[$name]}"
    if [ $bad -gt 0 ]; then
        failures="$failures $out"
        grep '^not ok' "$out" | head -10
    fi
    grep -E '# SKIP' "$out" | sed 's/^/  skipped: /'
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
}
# What failed tests said, at the end, where it is looked for: the beginning and the end of what is long.
tell_failures() {
    local out lines
    for out in $failures; do
        echo "== failed: $(basename "$out" .tap)"
        lines=$(grep -vE '^ok' "$out")
        if [ "$(wc -l <<<"$lines")" -gt 80 ]; then
            lines=$(head -n 50 <<<"$lines" && echo "..." && tail -n 30 <<<"$lines")
        fi
        echo "$lines"
    done | head -n 400
}
# timeout passes the signal on to all of its group, and kills what does not heed it.
interrupted() { # STATUS
    trap '' INT TERM HUP
    local shell
    for shell in "${running[@]}"; do pkill -TERM -P "$shell"; done
    wait
    echo "tests/run.sh: interrupted; these had not ended: ${!running[*]}" | sed "s:$build/::g" >&2
    exit "$1"
}
trap 'interrupted 130' INT
trap 'interrupted 143' TERM HUP

for test in $(every_test "$@" | longest_first); do
    [ ${#running[@]} -lt "$jobs" ] || reap
    start "$test"
done
while [ ${#running[@]} -gt 0 ]; do reap; done
keep_seconds
tell_failures
[ -z "$failures" ] || echo "logs:$failures"
[ $skipped -eq 0 ] || echo "$skipped skipped (see above)"
[ ${#took[@]} -le 10 ] || echo "slowest: $(for test in "${!took[@]}"; do echo "${took[$test]} ${test#tests/}"; done |
    sort -rn | head | awk '{ printf "%s%s %.0f s", (NR > 1 ? ", " : ""), $2, $1 }')"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
