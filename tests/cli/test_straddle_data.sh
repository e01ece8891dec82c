#!/bin/bash
# cupel data straddles from the outside: what it says, what it refuses, nothing half-written.
set -u
. tests/tap.sh
tmp=$CUPEL_BUILD/tests/tmp/cli-straddle-data
rm -rf "$tmp" && mkdir -p "$tmp"
gone() { ! compgen -G "$1*" >/dev/null; }

expect 0 'SYNTHETIC' "$CUPEL" data straddles --out "$tmp/w" --assets 6 &&
    grep -qE '^assets      7, 6 of them live, 24 straddles a month$' <<<"$tap_output"
check "six assets, called synthetic"
[ "$(cd "$tmp/w" && echo *)" = 'amt.yaml chain.csv manifest.json overrides.csv prices.blocks' ]
check "the folder holds what it should and nothing else"
expect 0 'content' "$CUPEL" data straddles --out "$tmp/again" --assets 6 && diff -r "$tmp/w" "$tmp/again" >/dev/null
check "the same seed gives the same bytes"
expect 0 'content' "$CUPEL" data straddles --out "$tmp/again" --assets 6 --seed 2 --replace &&
    ! cmp -s "$tmp/w/prices.blocks" "$tmp/again/prices.blocks"
check "--replace, and another seed gives others"

expect 2 'exists' "$CUPEL" data straddles --out "$tmp/w" --assets 6
check "a folder that is there is exit 2"
mkdir "$tmp/mine" && echo thesis >"$tmp/mine/thesis.txt"
expect 2 'mine: not replaced: it holds thesis.txt, which is no part of a world' "$CUPEL" data straddles --out "$tmp/mine" \
    --assets 6 --replace && [ "$(cat "$tmp/mine/thesis.txt")" = thesis ]
check "--replace takes away nothing but a world"
expect 2 'prices: expected blocks' "$CUPEL" data straddles --out "$tmp/n" --assets 6 --prices blocks,csv && gone "$tmp/n"
check "an unknown kind of prices"
expect 2 'assets: ' "$CUPEL" data straddles --out "$tmp/n" --assets 3 && gone "$tmp/n"
check "fewer than four assets"
expect 2 "$tmp/none" "$CUPEL" data straddles --out "$tmp/n" --real "$tmp/none" && gone "$tmp/n"
check "a folder of real data that is not there"

mkdir "$tmp/real"
list='asset,entry_code,entry_value,expiry_code,expiry_value,weight'
for row in Z,0,F,3,25:entry_code N,-1,F,3,25:entry_value N,0,X,3,25:expiry_code N,0,F,x,25:expiry_value N,0,F,3,much:weight; do
    printf '%s\nQQ Comdty,%s\n' $list "${row%:*}" >"$tmp/real/straddles_all.csv.gz"
    expect 2 "straddles_all.csv.gz:2: ${row#*:}: expected " "$CUPEL" data straddles --out "$tmp/n" --real "$tmp/real" && gone "$tmp/n"
    check "a list with a bad ${row#*:}"
done
printf '%s\nQQ Comdty,N,0,F,3,25\n' $list >"$tmp/real/straddles_all.csv.gz"
printf 'kind,symbol,contract_month,expiry\nfuture,CL,2020,2020-01-01\n' >"$tmp/real/contract_expiries.csv"
expect 2 'contract_expiries.csv:2: contract_month: expected YYYY-MM' "$CUPEL" data straddles --out "$tmp/n" --real "$tmp/real" &&
    gone "$tmp/n"
check "bad real data: the file, the line and the field"

for fault in open:2 write:1 write:2 fsync:2 rename:1; do
    expect 2 'cupel: ' env CUPEL_IO_FAULT=$fault:ENOSPC "$CUPEL" data straddles --out "$tmp/n" --assets 4 && gone "$tmp/n"
    check "$fault fails: exit 2, nothing left"
done

# Ended in mid-work: the walk over 3,000 assets takes seconds.
"$CUPEL" data straddles --out "$tmp/k" --assets 3000 >"$tmp/log" 2>&1 &
pid=$!
while [ ! -e "$tmp/k.tmp.$pid" ] && kill -0 $pid 2>/dev/null; do :; done
kill -TERM $pid
wait $pid
[ $? -eq 130 ] && gone "$tmp/k"
check "interrupted: exit 130, nothing left"
finish
