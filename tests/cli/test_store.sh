#!/bin/bash
# cupel store: ls, show, verify, rebuild, gc of a store that is in order, of what is left over, and
# what they refuse. Damage is in test_store_damage.sh, runs beside and full disks in test_store_runs.sh.
set -u
. tests/tap.sh
. tests/cli/stores.sh
grid=(--symbols SA --param fast=2:4 --param slow=5:8 --checkpoint-batch-size 5)
rich=(--trades --snapshots daily)
store() { "$CUPEL" store "$@"; }
tree() { (cd "$1" && find . -type f ! -name lock | sort | xargs cksum); }

# ---- the two forms of a result ----
sweep "${grid[@]}" "${rich[@]}" --layers none --store "$work/single"
cp "$work/out" "$work/expected"
sweep "${grid[@]}" "${rich[@]}" --layers exact,-share-indicators --store "$work/packed"
expect 0 "12 results" store verify "$work/single"
check "verify passes single files"
expect 0 "12 results" store verify "$work/packed"
check "verify passes segments"
[ "$(find "$work/single/results" -name '*.json' | wc -l)" -eq 12 ] &&
    [ "$(find "$work/packed/results" -name 'segment-*' | wc -l)" -eq 3 ]
check "they are stored in different forms"
for what in "" --trades --curve "--returns monthly" "--returns yearly"; do
    # shellcheck disable=SC2086
    store show "$work/single" 3-7 $what >"$work/one" && store show "$work/packed" 3-7 $what >"$work/two" &&
        [ -s "$work/one" ] && cmp -s "$work/one" "$work/two"
    check "show $what is the same of both"
done
store ls "$work/single" --ids >"$work/one" && store ls "$work/packed" --ids >"$work/two" &&
    [ "$(sort "$work/one" | cksum)" = "$(sort "$work/two" | cksum)" ]
check "ls --ids is the same of both"

# ---- ls ----
expect 0 "12" store ls "$work/packed" && [[ $tap_output == *"in use      by nobody"* ]]
check "ls tells how many, and that nobody uses it"
[ "$(wc -l <"$work/one")" -eq 13 ]
check "--ids has a line for each result"
# One symbol: the mean is its row. CSV: symbol,key,total_return,sharpe,...
join -t, <(tail -n +2 "$work/expected" | cut -d, -f2-4 | sort) \
    <(tail -n +2 "$work/one" | awk -F, '{print $3 "," $10 "," $12}' | sort) |
    awk -F, '$2 != $4 || $3 != $5 {bad = 1} END {exit bad || NR != 12}'
check "and its numbers are those of the sweep"
expect 0 "stale" store ls "$work/packed" --bundle "$work/b" &&
    [[ $(tail -1 <<<"$tap_output") =~ \ 12\ +12\ +0\ +0\ +0\ +0\ +3\  ]]
check "ls --bundle: all are fresh"

# ---- show ----
id=$(awk -F, '$3 == "3-7" {print $2}' "$work/one")
store show "$work/packed" "$id" | cmp -s - <(store show "$work/packed" 3-7)
check "by id or by parameters"
store show "$work/packed" 3-7 --curve >"$work/curve"
return=$(awk -F, '$2 == "3-7" {print $3}' "$work/expected")
tail -1 "$work/curve" | awk -F, -v r="$return" '{d = $2 / 100000 - 1 - r; exit !(d < 1e-12 && d > -1e-12)}'
check "the curve ends at cash times the total return"
[ "$(sed -n 2p "$work/curve" | cut -d, -f1)" = 2020-01-01 ] && [ "$(wc -l <"$work/curve")" -eq 61 ]
check "the curve has the days of the bundle"
for period in monthly yearly; do
    store show "$work/packed" 3-7 --returns $period | awk -F, -v r="$return" '
        NR > 1 {p = (NR == 2 ? 1 : p) * (1 + $2)} END {d = p - 1 - r; exit !(d < 1e-12 && d > -1e-12)}'
    check "$period returns multiply to the total return"
done
[ "$(store show "$work/packed" 3-7 --returns monthly | cut -d, -f1 | tr '\n' ' ')" = "month 2020-01 2020-02 2020-03 " ]
check "months by name"
store show "$work/packed" 3-7 --curve | awk -F, 'NR == 1 {next} {m = substr($1, 1, 7)
    if (m != last) {base = last == "" ? 100000 : before; last = m}
    before = $2; r[m] = $2 / base - 1} END {for (m in r) printf "%s,%.17g\n", m, r[m]}' | sort >"$work/one"
store show "$work/packed" 3-7 --returns monthly | tail -n +2 | cmp -s - "$work/one"
check "and they follow from the curve"
expect 2 "expected one of them" store show "$work/packed" 3-7 --curve --trades
check "one thing at a time"
expect 2 'no result has the id or the parameters "3-99"' store show "$work/packed" 3-99
check "unknown parameters are refused"
expect 2 "no result 0123456789abcdef" store show "$work/packed" 0123456789abcdef
check "an unknown id is refused"
sweep "${grid[@]}" --store "$work/plain"
expect 2 "stored without its trades" store show "$work/plain" 3-7 --trades
check "trades that were not stored"
expect 2 "stored without equity" store show "$work/plain" 3-7 --curve
check "equity that was not stored"
small_bundle "$work/other" 2
expect 2 "its content is" store show "$work/packed" 3-7 --curve --bundle "$work/other"
check "dates of another bundle are refused"
mv "$work/b" "$work/away"
content=$(sed -n 's/.*"content":[[:space:]]*"\(............\).*/\1/p' "$work/away/manifest.json" | head -1)
expect 2 "bundle $work/b, content $content...: not to be had" store show "$work/packed" 3-7 --curve &&
    [ "$(wc -l <<<"$tap_output")" -eq 1 ] &&
    expect 0 "2020-03" store show "$work/packed" 3-7 --returns monthly --bundle "$work/away"
check "a bundle that has moved can be named"
mv "$work/away" "$work/b"

# ---- ranges and filters ----
sweep "${grid[@]}" --store "$work/pair" --range a=2020-01-01:2020-01-28 \
    --range b=2020-02-01:2020-03-04 --window-filter 'total_return > 0'
expect 2 "is there of a and of b; expected one of them" store show "$work/pair" \
    "$(store ls "$work/pair" --ids | awk -F, '$1 == "b" {print $2; exit}')"
check "an id of two ranges needs --range"
expect 0 '"range":	"b"' store show "$work/pair" --range b \
    "$(store ls "$work/pair" --ids | awk -F, '$1 == "b" {print $2; exit}')"
check "and with it is shown"
store ls "$work/pair" >"$work/one" && grep -q 'filtered .* left out, window: total_return > 0' "$work/one" &&
    left=$(store ls "$work/pair" --ids | awk -F, '$1 == "a" && $6 == "yes"' | wc -l) &&
    [ "$left" -gt 0 ] && grep -q "filtered    $left left out" "$work/one"
check "ls tells what the filters left out"

# ---- rebuild ----
cp "$work/single/checkpoint.json" "$work/before"
echo garbage >"$work/single/checkpoint.json"
expect 0 "names 12 results; there was none" store rebuild "$work/single" &&
    cmp -s "$work/single/checkpoint.json" "$work/before" &&
    grep -q garbage "$work/single/checkpoint.json.damaged"
check "rebuild gives the same checkpoint and keeps the damaged one"
rm "$work/packed/checkpoint.json"
expect 0 "names 12 results" store rebuild "$work/packed" &&
    cmp -s "$work/packed/checkpoint.json" "$work/before"
check "rebuild of segments gives the same as of single files"
expect 0 "whole" store verify "$work/packed"
check "which fits"

# ---- gc ----
# A store with a result that is not named, older copies, and files of killed runs.
make_garbage() {
    rm -rf "$work/g"
    sweep "${grid[@]}" --layers exact,-share-indicators --store "$work/g"
    cp "$work/g/checkpoint.json" "$work/kept"
    sweep "${grid[@]}" --layers exact,-share-indicators --store "$work/g" --resume --force-rerun
    sweep --symbols SA --param fast=2:3 --param slow=20 --store "$work/g" --resume --layers none
    cp "$work/kept" "$work/g/checkpoint.json"
    echo x >"$work/g/checkpoint.json.damaged"
    echo xx >"$work/g/results/$(ls "$work/g/results")/0123.json.tmp.77"
    rm -rf "$work/garbage"
    cp -r "$work/g" "$work/garbage"
}
make_garbage
tree "$work/g" >"$work/one"
expect 0 "to remove (--yes does it)" store gc "$work/g" && tree "$work/g" | cmp -s - "$work/one"
check "gc without --yes changes nothing"
tap_output=$(store gc "$work/g")
[[ $tap_output == *"2  results that the checkpoint does not name"* ]] &&
    [[ $tap_output == *"12  older copies"* ]] && [[ $tap_output == *"1  damaged files"* ]] &&
    [[ $tap_output == *"1  temporary files"* ]]
check "and counts by kind"
expect 0 "removed" store gc "$work/g" --yes && expect 0 "nothing to remove" store gc "$work/g" &&
    expect 0 "whole: 12 results" store verify "$work/g" &&
    [ "$(find "$work/g" -name '*.damaged' -o -name '*.tmp.*' | wc -l)" -eq 0 ]
check "gc --yes leaves what is named, once"
expect 0 "12 backtests (12 from the store)" "$CUPEL" sweep --bundle "$work/b" "${grid[@]}" \
    --store "$work/g" --resume --csv "$work/one" && cut -d, -f1-7 "$work/expected" | cmp -s - "$work/one"
check "a run finds all of it"
# Killed at each operation: nothing that is named is lost, and gc again comes to the same end.
lost=0 tries=0
for op in open write fsync rename remove; do
    for n in $(seq 60); do
        rm -rf "$work/g"
        cp -r "$work/garbage" "$work/g"
        { CUPEL_IO_FAULT=$op:$n:KILL store gc "$work/g" --yes >/dev/null 2>&1; } 2>/dev/null
        [ $? -eq 137 ] || break
        tries=$((tries + 1))
        intact "$work/g" && store gc "$work/g" --yes >/dev/null 2>&1 &&
            expect 0 "whole: 12 results" store verify "$work/g" || lost=$((lost + 1))
    done
done
echo "# killed at $tries operations"
[ $lost -eq 0 ] && [ $tries -gt 20 ]
check "gc killed at any operation loses nothing"
cp -r "$work/garbage" "$work/stale"
cp -r "$work/b" "$work/kept-b"
small_bundle "$work/b" 3
expect 0 "14  stale" store gc "$work/stale" --bundle "$work/b" --yes &&
    expect 0 "whole: 0 results" store verify "$work/stale"
check "with --bundle what is stale goes, and its entries"
rm -rf "$work/b" && mv "$work/kept-b" "$work/b"
rm -rf "$work/g" && cp -r "$work/garbage" "$work/g" && rm "$work/g/checkpoint.json"
expect 2 "nobody knows what is needed" store gc "$work/g" --yes
check "gc without a checkpoint is refused"
echo "{" >"$work/g/checkpoint.json"
expect 2 "nobody knows what is needed" store gc "$work/g" --yes
check "and with a damaged one"
find "$work/g/results" -name '*.bin' | grep -q bin
check "and nothing was removed"

# ---- memory ----
peak() { # WORDS: most memory of `cupel store WORDS`, KB
    /usr/bin/python3 -c '
import os, subprocess, sys
p = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
print(os.wait4(p.pid, 0)[2].ru_maxrss)' "$CUPEL" store "$@"
}
case ${CUPEL_BUILD:-release} in
*release | *clang)
    sweep --symbols SA --param fast=2:21 --param slow=22:146 --store "$work/some"
    sweep --symbols SA --param fast=2:21 --param slow=22:521 --store "$work/many"
    for command in "ls" "ls --ids" "verify"; do
        # shellcheck disable=SC2086
        set -- $command
        small=$(peak "$1" "$work/some" ${2:-}) big=$(peak "$1" "$work/many" ${2:-})
        [ "$big" -lt $((small * 105 / 100)) ]
        check "$command: 10,000 results take no more memory than 2,500 ($small KB, $big KB)"
    done
    ;;
*) skip "memory of ls and verify" "this build keeps what is freed" ;;
esac

# ---- refusals ----
for command in ls verify rebuild gc "show 3-7"; do
    # shellcheck disable=SC2086
    set -- $command
    expect 2 "not a store (store.json is missing)" store "$1" "$work/nothing" ${2:-} &&
        expect 2 "not a store" store "$1" "$work/b" ${2:-} && [ ! -e "$work/nothing" ] &&
        [ ! -e "$work/b/lock" ]
    check "$1: a folder that is no store is refused and left alone"
done
mkdir "$work/later" && echo '{"schema": 4}' >"$work/later/store.json"
expect 2 "schema: expected 3, found 4" store ls "$work/later"
check "another schema is refused"
expect 2 "usage: cupel store ls" store ls
check "a folder is asked for"
finish
