#!/bin/bash
# cupel verify from outside: a covering array over real data (made-up where there are none), what it
# leaves behind, what it refuses.
set -u
. tests/tap.sh
work=$(mktemp -d "${CUPEL_BUILD:-build/release}/tests/verify.XXXXXX")
shm=$([ -w /dev/shm ] && echo /dev/shm || echo "$work") # stores on memory: what is tested is not the disk
place=$(mktemp -d "$shm/cupel-test-verify.XXXXXX")
trap 'rm -rf "$work" "$place"' EXIT

# Any three settings meet in every combination; where sanitizers slow it down, over fewer bars or any two.
strength=3 last=0
case ${CUPEL_BUILD:-} in
*asan) last=1500 ;;
*tsan) strength=2 last=1500 ;;
esac

csv=${CUPEL_DATA:-../shared/data}/mag7_daily.csv
name="real data: every set gives the results of no layers"
if [ -f "$csv" ]; then
    "$CUPEL" data import "$csv" --out "$work/b" >/dev/null
else
    skip "$name" "no $csv: set CUPEL_DATA to the folder of market data; synthetic prices instead"
    name="synthetic data: every set gives the results of no layers"
    "$CUPEL" data synth --preset mag7 --seed 1 --out "$work/b" >/dev/null
fi

before=$(cat "$work"/b/* | cksum)
expect 0 "every set gave the results of no layers" \
    "$CUPEL" verify --bundle "$work/b" --strength $strength --last $last --work "$place" &&
    case $tap_output in *"never at work"*) false ;; *) true ;; esac
check "$name, and every layer that counts what it does did something"
two_layers() {
    "$CUPEL" verify --bundle "$work/b" --full --last 200 --layers array-return,pre-group \
        --strategies momentum --searches grid --fills close --states cold --workers 1 --work "$place"
}
expect 0 "skipped: array-return: layer array-return needs columns of step 1" two_layers
check "a set that the kernel refuses is skipped with its reason"
expect 0 "3 cases, 3 sets, 1 sets skipped" two_layers
check "none, pre-group and both are tried, array-return alone is not"

test "$(cat "$work"/b/* | cksum)" = "$before" -a -z "$(ls -A "$place")"
check "the bundle is as it was, and nothing is left in the work folder"

expect 2 "states: expected all, or some of cold, warm, evicted, updated, resumed, found \"hot\"" \
    "$CUPEL" verify --bundle "$work/b" --states cold,hot
check "an unknown state is refused with those there are"
expect 2 "workers: expected numbers from 1 to 1024, found \"0\"" \
    "$CUPEL" verify --bundle "$work/b" --workers 2,0
check "no workers are refused"
expect 2 "expected at least 16 bar times, found 5" \
    "$CUPEL" verify --bundle "$work/b" --last 5 --work "$place"
check "too few bars are refused"
expect 2 "disable_simd: expected avx2 or nothing, found \"x\"" \
    env CUPEL_DISABLE_SIMD=x "$CUPEL" verify --bundle "$work/b" --last 60 --work "$place"
check "a variable of no sense is refused, and not passed over"
expect 2 "$work/none" "$CUPEL" verify --bundle "$work/none"
check "a bundle that is not there is named"
finish
