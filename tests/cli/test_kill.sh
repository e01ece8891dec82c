#!/bin/bash
# The short version of `make kill-test`: ten sweeps killed at random moments, resumed otherwise.
set -u
. tests/tap.sh
expect 0 "10 kills, " tests/kill.sh "${CUPEL_BUILD:-build/release}" 10 "$((EPOCHSECONDS % 32768))" 10
status=$?
grep '^# seed' <<<"$tap_output"
[ $status -eq 0 ]
check "ten kills lose nothing"
finish
