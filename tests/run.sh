#!/bin/bash
# Runs every test program (cmocka, TAP) of a build folder and every tests/*/test_*.sh (TAP), each in
# a process of its own with a time limit. Usage: tests/run.sh BUILD_DIR [NAME...]; a name selects the
# tests whose path holds it. Last line: "N passed, N failed".
set -u
build=$1
shift
export CUPEL_BUILD=$build CUPEL=$build/cupel CUPEL_DATA=${CUPEL_DATA:-../shared/data}
export CMOCKA_MESSAGE_OUTPUT=TAP
log=$build/tests/log
mkdir -p "$log"
passed=0 failed=0 skipped=0 failures=

selected() {
    [ $# -eq 1 ] && return 0
    local path=$1 name
    shift
    for name; do case $path in *"$name"*) return 0 ;; esac done
    return 1
}

count() { grep -cE "$1" "$2"; }

for test in $(find "$build/tests" -type f -name "test_*" ! -name "*.*" | sort) tests/*/test_*.sh; do
    selected "$test" "$@" || continue
    out=$log/$(basename "$(dirname "$test")")-$(basename "$test").tap
    start=$EPOCHREALTIME
    timeout "${CUPEL_TEST_SECONDS:-300}" "$test" >"$out" 2>&1
    status=$?
    skips=$(count '^(not )?ok .*# SKIP' "$out")
    bad=$(($(count '^not ok' "$out") - $(count '^not ok .*# SKIP' "$out")))
    good=$(($(count '^ok' "$out") - $(count '^ok .*# SKIP' "$out")))
    plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$out" | tail -1)
    # Fewer results than planned, or no plan: it stopped early.
    if [ "${plan:-0}" -ne $((good + bad + skips)) ]; then bad=$((bad + 1)); echo "plan ${plan:-none}" >>"$out"; fi
    # A crash or a time-out without a failed line is a failure of its own, and so is a silent test.
    if [ $bad -eq 0 ] && { [ $status -ne 0 ] || [ $((good + skips)) -eq 0 ]; }; then bad=1; fi
    printf '%-44s %4d passed %3d failed %6.1f s\n' "${test#"$build"/}" "$good" "$bad" \
        "$(echo "$EPOCHREALTIME - $start" | awk '{print $1 - $3}')"
    if [ $bad -gt 0 ]; then
        failures="$failures $out"
        grep -vE '^ok' "$out" | head -40
    fi
    grep -E '# SKIP' "$out" | sed 's/^/  skipped: /'
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
done
[ -z "$failures" ] || echo "logs:$failures"
[ $skipped -eq 0 ] || echo "$skipped skipped (see above)"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
