#!/bin/bash
# Runs and their stores: two at once, killed parents, a disk that is full or read-only, data and code
# that have changed under the same ids.
set -u
. tests/tap.sh
. tests/cli/stores.sh
grid=(--symbols SA --param fast=2:4 --param slow=5:8 --checkpoint-batch-size 5)
sweep "${grid[@]}"
cp "$work/out" "$work/expected"

# ---- two at once ----
held() { # LAYERS WORKERS: a run on $work/s, stopped in the middle of its work; $pid
    rm -rf "$work/s"
    setsid "$CUPEL" sweep --bundle "$work/b" --param fast=2:30 --param slow=31:59 --quiet --layers "$1" \
        --workers "$2" --checkpoint-batch-size 1 --store "$work/s" --csv /dev/null 2>/dev/null &
    pid=$!
    for _ in $(seq 1000); do
        ls "$work/s/results"/*/* >/dev/null 2>&1 && break
        sleep 0.005
    done
    kill -STOP $pid
}
end() {
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
}
gone() {
    for _ in $(seq 500); do
        pgrep -s $pid >/dev/null || return 0
        sleep 0.01
    done
    return 1
}
held batch-write 2
sweep "${grid[@]}" --store "$work/s" --resume
[ $status -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q "another run is using this store (process $pid)" "$work/err"
check "a second run is refused by the first's pid"
for command in verify rebuild gc; do
    expect 2 "process $pid" "$CUPEL" store $command "$work/s"
    check "store $command is refused while a sweep runs"
done
expect 2 "process $pid" "$CUPEL" store gc "$work/s" --yes
check "store gc --yes too"
expect 0 "in use      by process $pid" "$CUPEL" store ls "$work/s"
check "store ls tells who uses it"
id=$("$CUPEL" store ls "$work/s" --ids | sed -n 2p | cut -d, -f2)
[ -n "$id" ] && expect 0 "$id" "$CUPEL" store show "$work/s" "$id"
check "and show shows what is there already"
workers=$(pgrep -P $pid | wc -l)
end
[ "$workers" -eq 2 ] && gone
check "workers end with their parent, which was killed ($workers)"
expect 0 "in use      by nobody" "$CUPEL" store ls "$work/s"
check "then nobody uses it"
sweep --param fast=2:30 --param slow=31:59 --store "$work/s" --resume
[ $status -eq 0 ] && expect 0 "whole" "$CUPEL" store verify "$work/s"
check "and it goes on"
held batch-write 2
for worker in $(pgrep -P $pid); do kill -STOP "$worker"; done
end
sweep --symbols SA,SB,SC --param fast=2:30 --param slow=31:59 --store "$work/s" --resume
[ $status -eq 0 ]
check "a stopped worker of a killed parent does not keep the lock"
gone
check "nor does it stay"

# ---- a disk that is full, and one that is read-only ----
# In a namespace of its own, so that nothing is left mounted. Prints a line for what went wrong.
on_small_disk() {
    unshare -m bash -c '
        . tests/tap.sh
        work=$1 disk=$1/disk layers=$2 workers=$3
        shift 3
        sweep() {
            "$CUPEL" sweep --bundle "$work/b" "$@" --layers $layers --workers $workers --store "$disk/s" \
                --resume --quiet >"$work/out" 2>"$work/err"
            status=$?
        }
        intact() {
            [ ! -e "$disk/s/store.json" ] ||
                "$CUPEL" store verify "$disk/s" 2>&1 | tail -1 | grep -qE ": whole: |named; not named: [0-9,]+$" ||
                echo "$at: $("$CUPEL" store verify "$disk/s" 2>&1 | head -2)"
        }
        mkdir -p "$disk" && mount -t tmpfs -o size=1m none "$disk" || exit 9
        full=0
        for pages in $(seq 1 24) 30 36 44; do
            at="$pages pages"
            mount -o remount,size=$((pages * 4))k "$disk"
            sweep "$@"
            if [ $status -ne 0 ]; then
                full=$((full + 1))
                [ $status -eq 2 ] && [ "$(grep -vc "warning: code capture: " "$work/err")" -eq 1 ] && [ ! -s "$work/out" ] &&
                    grep -q "No space left on device" "$work/err" || echo "$at: $status: $(head -2 "$work/err")"
            else
                cmp -s "$work/out" "$work/expected" || echo "$at: other bytes"
            fi
            intact
            mount -o remount,size=1m,ro "$disk"
            at="$at, read-only"
            sweep "$@"
            [ $status -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q "Read-only" "$work/err" ||
                echo "$at: $status: $(head -2 "$work/err")"
            intact
            "$CUPEL" store ls "$disk/s" >/dev/null 2>&1 || [ ! -e "$disk/s/store.json" ] || echo "$at: ls"
            mount -o remount,rw,size=1m "$disk"
            at="$pages pages, then room"
            sweep "$@"
            [ $status -eq 0 ] && cmp -s "$work/out" "$work/expected" || echo "$at: $status: $(head -2 "$work/err")"
            "$CUPEL" store verify "$disk/s" >/dev/null 2>&1 || echo "$at: not whole"
            rm -rf "$disk/s"
        done
        [ $full -gt 3 ] || echo "only $full runs found it full"
    ' small-disk "$work" "$@" 2>&1
}
if unshare -m mount -t tmpfs -o size=64k none "$work/b" 2>/dev/null; then
    for case in none,1 batch-write,1 exact,1 none,2 exact,2; do
        tap_output=$(on_small_disk "${case%,*}" "${case#*,}" "${grid[@]}")
        [ -z "$tap_output" ]
        check "a disk full at any point, or read-only, layers and workers $case: one line, intact, goes on"
    done
else
    skip "a full disk" "no tmpfs can be mounted here"
fi
# A limit on the size of files is met by any write that is too large, without being root.
(
    ulimit -f 1 # KB
    "$CUPEL" sweep --bundle "$work/b" "${grid[@]}" --trades --snapshots daily --layers batch-write --quiet \
        --store "$work/limited" >"$work/out" 2>"$work/err"
    [ $? -eq 2 ] && [ "$(grep -vc "warning: code capture: " "$work/err")" -eq 1 ] && grep -q "File too large" "$work/err"
) && intact "$work/limited"
check "a limit on file sizes: one line, status 2, the store is intact"

# ---- what has changed under the same ids ----
changed() { # LAYERS, then words of the one warning
    "$CUPEL" sweep --bundle "$work/b" "${grid[@]}" --quiet >"$work/fresh" 2>/dev/null
    sweep "${grid[@]}" --layers "$1" --store "$work/s" --resume
    tap_output=$(cat "$work/err")
    [ $status -eq 0 ] && cmp -s "$work/out" "$work/fresh" && [ "$(wc -l <"$work/err")" -eq 1 ] &&
        grep -qF "$2" "$work/err"
}
from_store() {
    "$CUPEL" sweep --bundle "$work/b" "${grid[@]}" --store "$work/s" --resume "$@" --csv /dev/null 2>&1 |
        grep -q "^cupel: 12 backtests ($count from the store)"
}
seed=10
for layers in none exact; do
    rm -rf "$work/s"
    sweep "${grid[@]}" --layers $layers --store "$work/s"
    small_bundle "$work/b" $((++seed))
    expect 0 " 12      0     12 " "$CUPEL" store ls "$work/s" --bundle "$work/b"
    check "layers $layers: other prices under the same dates: ls says that all are stale"
    changed $layers "12 stored results are of other data or code, or with less stored than is asked for (stale)" &&
        ! cmp -s "$work/fresh" "$work/expected"
    check "layers $layers: a resume says so in one line and runs all of them"
    count=12 from_store
    check "layers $layers: which stay"
    count=0 from_store --force-rerun
    check "layers $layers: --force-rerun runs them again"
    expect 0 "whole: 12" "$CUPEL" store verify "$work/s"
    check "layers $layers: and the store is whole"
done
# Other code: its hash is in the stamp. A checkpoint without a seal is taken as it is.
for layers in none exact; do
    rm -rf "$work/s"
    sweep "${grid[@]}" --layers $layers --store "$work/s"
    /usr/bin/python3 - "$work/s/checkpoint.json" <<'P'
import json, sys
doc = json.load(open(sys.argv[1]))
doc = {r: {i: "0123456789abcdef" for i in ids} for r, ids in doc.items() if not r.startswith(".")}
json.dump(doc, open(sys.argv[1], "w"))
P
    changed $layers "12 stored results are of other data or code, or with less stored than is asked for (stale)"
    check "layers $layers: results of other code run again, and are told"
    count=12 from_store
    check "layers $layers: and then stay"
done
rm -rf "$work/s"
sweep "${grid[@]}" --store "$work/s"
sweep "${grid[@]}" --store "$work/s" --resume --trades
grep -q "12 stored results are of other data or code" "$work/err"
check "more to be stored than is: told and run again"
"$CUPEL" store show "$work/s" 3-7 --trades >"$work/one"
count=12 from_store && "$CUPEL" store show "$work/s" 3-7 --trades | cmp -s - "$work/one"
check "less to be stored than is: all of it serves, and stays"
sweep --symbols SA --param fast=9 --param slow=20 --store "$work/s" --resume --trades
[ $status -eq 0 ] && [ ! -s "$work/err" ]
check "where nothing is stale nothing is said"
finish
