#!/bin/bash
# cupel verify --kernel: sets of layers of any kernel, settings that must not matter, cuts into steps.
set -u
. tests/tap.sh
work=$(mktemp -d "${CUPEL_BUILD:-build/release}/tests/verify-kernel.XXXXXX")
trap 'rm -rf "$work"' EXIT
so=$CUPEL_BUILD/tests/plugin/layered.so

try() { "$CUPEL" verify --kernel "$so" --work "$work" --vary workers=1,2,3 --strength 3 "$@"; }

expect 0 "every set gave the results of no layers" try --set fault=none
check "a kernel whose layers change nothing"
expect 4 "the least that differs: steps whole, workers 1, layers a,b,c" try --set fault=layers
check "two layers that differ together, and the one that they need: the fewest are told"
expect 4 "again: cupel verify --kernel" try --set fault=layers
again=$(sed -n 's/^again: cupel //p' <<<"$tap_output" )
check "with the command that shows it again"
expect 4 "layers a,b,c" eval "'$CUPEL' $again"
check "which does"
expect 4 "the least that differs: steps uneven, workers 1, layers none" try --set fault=steps
check "results that depend on how the work is cut"
expect 4 "the least that differs: steps whole, workers 3, layers b" try --set fault=workers
check "results that depend on a setting, with one of the layers"
expect 2 "killed by signal 9" try --set fault=crash
check "a case that crashes is told with the signal"
expect 0 "1 cannot be" try --set fault=none --strength 2
check "what the kernel refuses is not tried"
expect 2 "layers: kernel layered has no layer \"e\"" try --layers e
check "an unknown layer is refused"
expect 2 "nothing: no such setting" try --vary nothing=1,2
check "an unknown setting is refused"
expect 2 "workers: expected a whole number from 1 to 9, found \"x\"" try --vary workers=1,x
check "a value of no sense is refused before anything runs"
test -z "$(ls -A "$work")"
check "nothing is left in the work folder, not even of the crash"
finish
