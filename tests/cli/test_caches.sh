#!/bin/bash
# Cache settings from the outside: words, variables, presets, what a sweep tells of its caches.
set -u
. tests/tap.sh
export CUPEL_LAYERS=exact,-share-indicators # what caches do is looked at: one backtest a job
tmp=$CUPEL_BUILD/tests/tmp/cli-caches
rm -rf "$tmp" && mkdir -p "$tmp"
tap_log=$tmp/log

{
    echo 'date,symbol,open,high,low,close,volume'
    for i in $(seq 100 199); do
        for s in AA BB; do
            echo "$(date -u -d "2020-01-01 +$i days" +%F),$s,1$((i % 7)),1$((i % 7)),1$((i % 7)),1$((i % 7)),1"
        done
    done
} >"$tmp/a.csv"
"$CUPEL" data import "$tmp/a.csv" --out "$tmp/b" >/dev/null 2>"$tmp/log"
# 4 x 6 = 24 backtests of 2 symbols, 10 windows.
sweep=("$CUPEL" sweep --bundle "$tmp/b" --param fast=2:5 --param slow=10:15 --history-cache-reuse 1 --batch-size 2)
"${sweep[@]}" --layers none --csv "$tmp/none.csv" 2>"$tmp/log"

expect 0 'history-cache    76      20  0.792       20' \
    "${sweep[@]}" --csv "$tmp/all.csv" --cache-log-every 10 && cmp -s "$tmp/none.csv" "$tmp/all.csv"
check "a sweep tells of its caches, and they change no result"
[ "$(grep -c 'pre-group: [0-9]* hits' "$tmp/log")" = 2 ] && grep -q 'pre-group: hit rate excellent' "$tmp/log"
check "--cache-log-every 10 tells after 10 and 20 of 24 backtests, and at the end, then what it means"
"${sweep[@]}" --csv "$tmp/all.csv" >"$tmp/log" 2>&1
! grep -q 'hit rate' "$tmp/log"
check "without it nothing is told"
expect 0 'of 1.00 GiB' env CUPEL_CACHE_SIZE_GB=1 "${sweep[@]}" --csv "$tmp/all.csv" --cache-log-every 10
check "a variable sets what is not given"
expect 0 'of 3.00 GiB' env CUPEL_CACHE_SIZE_GB=1 "${sweep[@]}" --csv "$tmp/all.csv" --cache-log-every 10 --cache-size-gb 3
check "what is given beats it"
expect 0 'of 512 MiB' "${sweep[@]}" --csv "$tmp/all.csv" --cache-log-every 10 --preset memory-constrained &&
    grep -q 'of 32 entries' "$tmp/log"
check "a preset sets what it names"
expect 0 'bundle-pool    23 ' "${sweep[@]}" --csv "$tmp/all.csv" --preset debugging &&
    ! grep -qE 'pre-group|asset-cache|history-cache' "$tmp/log" && cmp -s "$tmp/none.csv" "$tmp/all.csv"
check "preset debugging: no caching, statistics told, the same results"
expect 0 'bundle-pool: covered: shared-bundle answers before it is asked' \
    "${sweep[@]}" --csv "$tmp/all.csv" --workers 2 --cache-stats && cmp -s "$tmp/none.csv" "$tmp/all.csv" &&
    ! grep -qE 'max_bundle_pool_size|enable_caching off' "$tmp/log"
check "a cache that another layer covers gets no advice"
expect 0 'bundle-pool: hit rate excellent' "${sweep[@]}" --csv "$tmp/all.csv" --workers 2 --cache-stats \
    --layers exact,-share-indicators,-shared-bundle && ! grep -q covered "$tmp/log"
check "and without that layer it is asked"
expect 0 'no caches are on' env CUPEL_ENABLE_BUNDLE_POOLING=off "${sweep[@]}" --csv "$tmp/all.csv" --preset debugging
check "nothing cached is said"
expect 0 'backtests' "${sweep[@]}" --csv "$tmp/all.csv" --check-caches && cmp -s "$tmp/none.csv" "$tmp/all.csv"
check "--check-caches finds nothing wrong"

for bad in 'CUPEL_CACHE_SIZE_GB=0' 'CUPEL_CACHE_SIZE_GB=much' 'CUPEL_LRU_MAXSIZE=0' 'CUPEL_LRU_MAXSIZE=1.5' \
    'CUPEL_MAX_BUNDLE_POOL_SIZE=-1' 'CUPEL_HISTORY_CACHE_MB=nan' 'CUPEL_ENABLE_CACHING=yes' \
    'CUPEL_ENABLE_BUNDLE_POOLING=1'; do
    expect 2 "${bad%%=*}: expected " env "$bad" "${sweep[@]}" --csv "$tmp/bad.csv" --store "$tmp/store" &&
        [ "$(wc -l <"$tmp/log")" = 1 ] && [ ! -e "$tmp/bad.csv" ] && [ ! -e "$tmp/store" ]
    check "$bad is one line by that name, exit 2, nothing written"
done
finish
