#!/bin/bash
# A sweep with a store keeps its code and parameters there; without one it looks at nothing. That it
# cannot is a warning and a record, and fails no sweep.
set -u
. tests/tap.sh
. tests/cli/stores.sh
so=$CUPEL_BUILD/tests/plugin
mkdir -p "$work/p/util" && : >"$work/p/Makefile"
cp "$so/strategy-channel.so" "$work/p/mine.so"
printf '#include "util/rsi.h"\nint mine;\n' >"$work/p/mine.c"
printf 'int rsi;\n' >"$work/p/util/rsi.h"
printf 'int other;\n' >"$work/p/other.c"
grid=(--strategy "$work/p/mine.so" --param days=3:5)
one() { set -- "$work/s/backtests/"*; [ $# -eq 1 ] && [ -d "$1" ] && run=$1 && meta=$1/metadata/backtest_metadata.json; }
# says FIELD.FIELD VALUE: the metadata has it
tells() {
    tap_why=$(/usr/bin/python3 - "$meta" "$1" <<'P'
import json, sys
value = json.load(open(sys.argv[1]))
for name in sys.argv[2].split("."):
    value = value[int(name) if name.isdigit() else name]
print(value)
P
    )
    [ "$tap_why" = "$2" ]
}
warns() { grep -qF -- "cupel: warning: $1" "$work/err"; }
stored() { rm -rf "$work/s"; sweep "$@" --store "$work/s"; }

# ---- what is kept ----
sweep "${grid[@]}"
cp "$work/out" "$work/expected"
stored "${grid[@]}" --source "$work/p/mine.c" && one && cmp -s "$work/out" "$work/expected" && cmp -s "$run/code/mine.c" "$work/p/mine.c" &&
    [ "$(find "$run" -type f | wc -l)" -eq 2 ]
check "one folder for the sweep: the entry file, and metadata"
[[ $(basename "$run") =~ ^[0-9]{8}_[0-9]{6}_[0-9]{3}$ ]] && tells id "$(basename "$run")"
check "its id is a time"
tells parameters.strategy channel && tells parameters.strategy_file "$(realpath "$work/p/mine.so")" &&
    tells parameters.strategy_sha256 "$(sha256sum <"$work/p/mine.so" | cut -d' ' -f1)" && tells parameters.param "['days=3:5']" &&
    tells parameters.backtests 3 && tells parameters.settings.fill close && tells parameters.argv.4 "$work/p/mine.so"
check "the parameters, the file of the strategy, the command line"
sweep "${grid[@]}" --format json
tells data.content "$(sed -n '1s/.*"content": *"\([0-9a-f]\{64\}\)".*/\1/p' "$work/out")" && tells data.bundle "$work/b"
check "the content of the bundle"
! tells parameters.layers none && [[ $tap_why == *checkpoint-cache* && $tap_why != *share-indicators* ]]
check "the layers"
stored "${grid[@]}" --source "$work/p/mine.c" --source "$work/p/other.c" && one && [ -s "$run/code/other.c" ] && tells entry_point mine.c && [ ! -e "$run/code/util" ]
check "several sources: the first is the entry file"
stored "${grid[@]}" --source "$work/p/mine.c" --capture includes && one && [ -s "$run/code/util/rsi.h" ] && tells code_capture.mode includes
check "--capture includes follows what it includes"
printf 'files:\n  - other.c\n' >"$work/p/strategy.yaml"
stored "${grid[@]}" --source "$work/p/mine.c" && one && [ -s "$run/code/other.c" ] && [ ! -e "$run/code/mine.c" ] && tells code_capture.yaml_config_used True
check "strategy.yaml beside the entry file is above it"
rm "$work/p/strategy.yaml"
ln -s gone.yaml "$work/p/strategy.yaml"
stored "${grid[@]}" --source "$work/p/mine.c" && one && [ -s "$run/code/mine.c" ] && warns 'code capture: strategy.yaml: is a link that leads nowhere: it is not used' &&
    tells code_capture.warnings "['strategy.yaml: is a link that leads nowhere: it is not used']"
check "one that is a link to nothing is told, and recorded"
rm "$work/p/strategy.yaml"
stored --strategy momentum --param window=2:4 && one && tells code_capture.mode disabled && tells captured_files '[]' &&
    tells parameters.strategy_code "built-in momentum, $("$CUPEL" --version | sed -n '1s/^\(cupel [^ ]*\) (\([^,]*\),.*/\1 \2/p')"
check "a built-in strategy is told by name and commit"
for off in --no-capture "--capture off"; do
    # shellcheck disable=SC2086
    stored "${grid[@]}" --source "$work/p/mine.c" $off && [ ! -e "$work/s/backtests" ] && [ $status -eq 0 ]
    check "nothing is kept with $off"
done
stored "${grid[@]}" && one && warns 'code capture: ' && grep -q 'no --source names its code' "$work/err" && [[ $(tells code_capture.warnings x; echo "$tap_why") == *"no --source"* ]]
check "a plugin without its source: told, and recorded"

# ---- the store ----
stored "${grid[@]}" --source "$work/p/mine.c"
mkdir "$work/s/backtests/keep" && touch "$work/s/backtests/keep/a.tmp.1" "$work/s/backtests/x.damaged"
expect 0 'whole: 3 results' "$CUPEL" store verify "$work/s"
check "store verify leaves it alone"
expect 0 'nothing to remove' "$CUPEL" store gc "$work/s" --yes && [ -e "$work/s/backtests/x.damaged" ]
check "so does store gc"
sweep "${grid[@]}" --source "$work/p/mine.c" --store "$work/s" --resume
[ $status -eq 0 ] && [ -e "$work/s/backtests/keep/a.tmp.1" ] && [ "$(ls -d "$work/s/backtests/"2* | wc -l)" -eq 2 ] && cmp -s "$work/out" "$work/expected"
check "so does a sweep that resumes, which has a folder of its own"

# ---- each content once ----
stored "${grid[@]}" --source "$work/p/mine.c" && one && tells store copies && [ ! -e "$work/s/objects" ]
check "each sweep has its own copies, when nothing else is said"
content=("${grid[@]}" --source "$work/p/mine.c" --capture includes --capture-how content)
stored "${content[@]}" && one && [ $status -eq 0 ] && cmp -s "$work/out" "$work/expected" && tells store content && [ ! -e "$run/code" ] && [ "$(find "$work/s/objects" -type f | wc -l)" -eq 2 ]
check "--capture-how content: the run holds hashes, the files are in objects/"
printf 'int mine_too;\n' >>"$work/p/mine.c"
sweep "${content[@]}" --store "$work/s" --resume
[ $status -eq 0 ] && [ "$(ls "$work/s/backtests" | wc -l)" -eq 2 ] && [ "$(find "$work/s/objects" -type f | wc -l)" -eq 3 ]
check "another sweep of it adds what is new"
for id in $(ls "$work/s/backtests"); do "$CUPEL" capture restore "$id" --base "$work/s" --out "$work/back-$id" || break; done >/dev/null &&
    cmp -s "$work/back-$id/mine.c" "$work/p/mine.c" && cmp -s "$work/back-$id/util/rsi.h" "$work/p/util/rsi.h" && head -2 "$work/p/mine.c" | cmp -s - "$work/back-$(basename "$run")/mine.c"
check "the code of both is given back"
expect 0 'whole: 3 results' "$CUPEL" store verify "$work/s" && expect 0 'nothing to remove' "$CUPEL" store gc "$work/s" --yes && "$CUPEL" storage ls "$work/s" --verify >/dev/null &&
    [ "$(find "$work/s/objects" -type f | wc -l)" -eq 3 ]
check "store verify and gc leave objects alone, and every run is whole"
expect 0 'code: ' "$CUPEL" storage usage "$work/s" && expect 0 '1 run, 3 files' "$CUPEL" storage archive "$work/s" "$id" --out "$work/a.tar.gz"
check "storage counts and archives them"
find "$work/s/objects" -type f -exec touch -d '1 hour ago' {} + && mv "$run" "$work/s/backtests/20200101_000000_000" && sed -i "s/$(basename "$run")/20200101_000000_000/" "$work/s/backtests/20200101_000000_000/metadata/backtest_metadata.json" &&
    expect 0 'removed: 1 run, 1 objects' "$CUPEL" storage clean "$work/s" --older-than 30m && "$CUPEL" storage ls "$work/s" --verify >/dev/null
check "clean takes the objects of old runs alone"
bad=0 told=0
for fault in write:{1..6} rename:{1..6}; do
    rm -rf "$work/s"
    CUPEL_IO_FAULT=$fault:ENOSPC sweep "${content[@]}" --store "$work/s"
    warns 'code capture: ' || continue
    told=$((told + 1))
    [ $status -eq 0 ] && cmp -s "$work/out" "$work/expected" && "$CUPEL" storage ls "$work/s" --verify >/dev/null 2>&1 || bad=$((bad + 1))
    ls -A "$work/s/backtests" | grep -q '^\.tmp' && bad=$((bad + 1))
done
tap_why="$bad bad, $told told"
[ $bad -eq 0 ] && [ $told -ge 3 ]
check "no room for it: a warning, what is there is whole"
sweep "${content[@]}" --capture-how both --store "$work/s"
[ $status -eq 2 ] && grep -q 'capture-how: ' "$work/err"
check "another word is refused"
printf '#include "util/rsi.h"\nint mine;\n' >"$work/p/mine.c"

# ---- without a store ----
# How many files a sweep opens: the first open that cannot be killed is past the last.
opens() {
    local n=1
    while CUPEL_IO_FAULT=open:$n:KILL "$CUPEL" sweep --bundle "$work/b" --quiet --strategy momentum --param window=3 "$@" >/dev/null 2>&1; [ $? -eq 137 ] && [ $n -lt 60 ]; do n=$((n + 1)); done 2>/dev/null
    echo $n
}
without=$(opens) with=$(opens --source "$work/p/mine.c" --capture includes)
tap_why="$without and $with"
[ "$without" -eq "$with" ] && [ "$without" -gt 1 ]
check "without a store no file is opened for it"
rm -rf "$work/s"
rm -rf "$work/s"
kept=$(opens --source "$work/p/mine.c" --store "$work/s" --resume)
[ "$kept" -gt "$without" ]
check "with one there are more (the count can count)"

# ---- what goes wrong ----
stored "${grid[@]}" --source "$work/p/none.c" && one && [ $status -eq 0 ] && cmp -s "$work/out" "$work/expected" && warns 'code capture: ' && tells code_capture.detection_method failed &&
    [ "$(grep -c warning "$work/err")" -eq 1 ]
check "a source that is not there: one warning, recorded, the sweep goes on"
stored "${grid[@]}" --source "$work/p/mine.c" --source /etc/passwd && one && warns 'code capture: /etc/passwd: left out: not below' && [ -s "$run/code/mine.c" ]
check "one that leads out of the project is left out"
# Each write, open and rename refused in its turn: the sweep's own errors stay errors; else it is whole.
bad=0 told=0
for fault in write:{1..6} rename:{1..5} open:{11..21}; do
    rm -rf "$work/s"
    CUPEL_IO_FAULT=$fault:ENOSPC sweep "${grid[@]}" --source "$work/p/mine.c" --store "$work/s"
    warns 'code capture: ' || continue
    told=$((told + 1))
    [ $status -eq 0 ] && cmp -s "$work/out" "$work/expected" && "$CUPEL" store verify "$work/s" >/dev/null || bad=$((bad + 1))
    # What counts as complete is complete: nothing half-written.
    "$CUPEL" storage ls "$work/s" --verify >/dev/null 2>&1 || bad=$((bad + 1))
    ls -A "$work/s/backtests" | grep -q '^\.tmp' && bad=$((bad + 1))
    grep -q 'nor can that be recorded' "$work/err" || { one && grep -q 'No space left' "$meta"; } || bad=$((bad + 1))
done
tap_why="$bad bad, $told told"
[ $bad -eq 0 ] && [ $told -ge 3 ]
check "no room for it: a warning, the sweep is whole, nothing half-written counts"
# Killed at each: what is left is a run that does not count, and the sweep resumes.
bad=0
for n in $(seq 1 6); do
    rm -rf "$work/s"
    CUPEL_IO_FAULT=write:$n:KILL sweep "${grid[@]}" --source "$work/p/mine.c" --store "$work/s"
    [ $status -eq 137 ] || continue
    sweep "${grid[@]}" --source "$work/p/mine.c" --store "$work/s" --resume
    [ $status -eq 0 ] && cmp -s "$work/out" "$work/expected" && "$CUPEL" storage ls "$work/s" --verify >/dev/null || bad=$((bad + 1))
done
[ $bad -eq 0 ]
check "killed while it was written: the next run goes on"
rm -rf "$work/s" && mkdir "$work/s" && sweep "${grid[@]}" --store "$work/s" --no-capture && rm -rf "$work/s/backtests" && : >"$work/s/backtests" &&
    sweep "${grid[@]}" --source "$work/p/mine.c" --store "$work/s" --resume && [ $status -eq 0 ] && warns 'code capture: ' && grep -q 'nor can that be recorded' "$work/err"
check "where nothing can be kept, that is said"
# ---- room on the disk ----
# on_disk SIZE LAYERS: a sweep of 1,000 backtests on a disk of its own; its warnings, bytes stored, status.
on_disk() {
    mkdir -p "$work/disk"
    unshare -m bash -c 'mount -t tmpfs -o size=$1 none "$2/disk" && "$CUPEL" sweep --bundle "$2/b" --strategy momentum --param window=1:1000 \
        --layers $3 --store "$2/disk/s" --out /dev/null --quiet 2>&1; echo "status $?"; du -sB1 "$2/disk/s/results"' - "$1" "$work" "$2"
}
if unshare -m mount -t tmpfs -o size=64k none "$work/b" 2>/dev/null; then
    expect 0 'status 0' on_disk 64m batch-write && [[ $tap_output != *warning* ]]
    check "a disk that is large enough: nothing is said"
    expect 0 'status 0' on_disk 1040k batch-write && [[ $tap_output == *"% of the disk of $work/disk/s will be used: needs about "* ]] && echo "$tap_output" >"$work/said"
    check "one that will be nearly full: a warning before it begins"
    awk '/needs about/ {for (i = 1; i < NF; i++) if ($i == "about") need = $(i + 1) * 1024} /results$/ {really = $1}
        END {print need, really; exit !(need > really / 2 && need < really * 2.5)}' "$work/said" >"$work/need"
    check "what it says is near what is then there"
    expect 0 'is too small: needs about' on_disk 400k none && [[ $tap_output == *"No space left on device"*"status 2"* ]]
    check "one that is too small: a warning, then the error"
else
    skip "room on the disk" "no tmpfs can be mounted here"
fi
finish
