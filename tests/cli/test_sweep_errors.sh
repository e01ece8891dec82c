#!/bin/bash
# Backtests that fail: without and with --continue-on-error. On this bundle a window of 1,024 bars and
# more would make sums pass 2^63, so that some combinations fail and others do not.
set -u
. tests/tap.sh
export CUPEL_LAYERS=exact,-share-indicators # a job is one backtest, bytes are compared
. tests/cli/sweep.sh
python3 - >"$work/huge.csv" <<'PY'
import datetime
print("date,symbol,open,high,low,close,volume")
for i in range(1300):
    close = 9000000000 - i % 7 * 10000000
    day = datetime.date(2010, 1, 1) + datetime.timedelta(days=i)
    print(f"{day},BIG,{close},{close + 1},{close - 1},{close},1")
PY
rm -rf "$work/b" && "$CUPEL" data import "$work/huge.csv" --out "$work/b" >/dev/null 2>&1
grid=(--param fast=2:4 --param slow=5,50,1050,1100) # of 12 combinations 6 fail
keys() { cut -d, -f2 "$1" | sed 1d | tr '\n' ' '; }
good="2-5 2-50 3-5 3-50 4-5 4-50 "

for run in "none 1" "exact,-share-indicators 1" "none 2" "exact,-share-indicators 2"; do
    set -- $run
    how="layers $1, workers $2"
    rm -rf "$work/s"
    # ---- without ----
    sweep "${grid[@]}" --layers "$1" --workers "$2" --store "$work/s" --out "$work/t.csv"
    refuses "window 1050" && [ ! -e "$work/t.csv" ]
    check "$how: the first that fails ends the run, in one line, and there is no table"
    sweep --param fast=2 --param slow=5,50 --layers "$1" --store "$work/s" --resume
    says "(2 from the store)"
    check "$how: what was done before is stored"
    # ---- with ----
    rm -rf "$work/s"
    sweep "${grid[@]}" --layers "$1" --workers "$2" --store "$work/s" --continue-on-error
    [ $status -eq 1 ] && [ "$(keys "$work/out")" = "$good" ]
    check "$how: --continue-on-error: status 1, the table holds the others"
    [ "$(grep -c 'warning: failed: sma-cross [234]-1[01][05]0, .*BIG: window 1[01][05]0' "$work/err")" -eq 6 ] &&
        says "6 backtests failed"
    check "$how: each that failed is named with its reason"
    sweep "${grid[@]}" --layers "$1" --workers "$2" --store "$work/s" --resume --continue-on-error
    [ $status -eq 1 ] && says "(6 from the store)" && says "6 backtests failed" &&
        [ "$(keys "$work/out")" = "$good" ]
    check "$how: they are not in the checkpoint: --resume runs them again"
    sweep --param fast=2:4 --param slow=5,50 --layers "$1" --store "$work/s" --resume
    [ $status -eq 0 ] && says "(6 from the store)"
    check "$how: without them the store is whole"
done
sweep "${grid[@]}" --continue-on-error && false
[ $status -eq 1 ] && says "the table holds the others"
check "without a store, too"
sweep "${grid[@]}" --continue-on-error --batch-size 1 --quiet
[ $status -eq 1 ] && [ "$(grep -vc warning "$work/err")" -eq 1 ]
check "quiet leaves the warnings and the error"

# ---- a summary over what is left ----
sweep "${grid[@]}" --range a=2010-01-01:2011-12-31 --range b=2010-01-01:2013-07-01 --continue-on-error \
    --summary "$work/sum.csv" --store "$work/r" --quiet
[ $status -eq 1 ] && [ "$(grep -c '^[ab],' "$work/out")" -eq 12 ] &&
    [ "$(grep -c "failed: " "$work/err")" -eq 12 ] && [ "$(keys "$work/sum.csv" | tr ' ' '\n' | sort -u)" = \
    "$(printf %s "$good" | tr ' ' '\n' | sort -u)" ] && ! cut -d, -f3 "$work/sum.csv" | sed 1d | grep -qv 2
check "several ranges: the summary holds those that did not fail"
# Rows before the error are there in batches.
sweep "${grid[@]}" --batch-size 1; head -2 "$work/out" | tail -1 >"$work/first"
[ $status -eq 2 ] && grep -q ^BIG,2-5, "$work/first"
check "--batch-size 1: the first row was out before the third failed"
sweep "${grid[@]}" --batch-size 100
[ $status -eq 2 ] && ! grep -q BIG "$work/out"
check "--batch-size 100: they waited for more"
finish
