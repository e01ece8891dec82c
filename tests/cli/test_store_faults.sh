#!/bin/bash
# Every open, write, sync, rename and removal of a sweep with a store, refused once (no room, a
# read-only folder, no permission) and died at once: one line and exit 2, a store that is intact, and
# a resume that gives the same bytes. For each kind of layers, with and without workers.
set -u
. tests/tap.sh
. tests/cli/stores.sh

errors=(ENOSPC EROFS EACCES)
# Opens are many: each third of them, with CUPEL_FAULTS=all each. Other builds are slower.
case ${CUPEL_BUILD:-release},${CUPEL_FAULTS:-} in
*,all) stride=1 ;;
*release,*) stride=3 ;;
*) stride=11 ;;
esac
grid=(--symbols SA,SB --param fast=2:3 --param slow=5:6 --checkpoint-batch-size 3)

# A store that is large enough for a database; the grid's results are not in it.
"$CUPEL" sweep --bundle "$work/b" --symbols SA,SB --param fast=2:41 --param slow=60:112 --quiet \
    --store "$work/large" --csv /dev/null
[ -e "$work/large/checkpoint.sqlite" ]
check "a store of 2,120 results has a database for a checkpoint"
mkdir "$work/empty"

# run LAYERS WORKERS TEMPLATE FAULT: leaves $status, $work/out, $work/err and the store $work/s.
run() {
    rm -rf "$work/s"
    cp -r "$3" "$work/s"
    [ "$3" = "$work/empty" ] && rmdir "$work/s"
    CUPEL_IO_FAULT=$4 sweep "${grid[@]}" --layers "$1" --workers "$2" --store "$work/s" --resume
}
# goes_on LAYERS WORKERS: with room again, the same bytes, and a store that is whole.
goes_on() {
    sweep "${grid[@]}" --layers "$1" --workers "$2" --store "$work/s" --resume
    [ $status -eq 0 ] && cmp -s "$work/out" "$work/expected" &&
        "$CUPEL" store verify "$work/s" >"$work/verify" 2>&1
}
# What a run that was refused says: one line, and nothing of results.
is_told() {
    [ "$1" -eq 2 ] && [ "$(grep -vc '^cupel: warning: ' "$work/err")" -eq 1 ] && [ ! -s "$work/out" ]
}
note() {
    bad=$((bad + 1))
    [ $bad -gt 2 ] || tap_output="$tap_output$1: $(cat "$work/err" "$work/verify" 2>/dev/null | head -4)
"
}
# every LAYERS WORKERS TEMPLATE OP (KILL): each operation of that kind in its turn, until there is none.
every() {
    local n passed=0 fault step=1
    bad=0 seen=0 tap_output=
    case $4,$stride in open,* | write,11 | fsync,11) step=$stride ;; esac
    n=$((1 - step))
    while [ $passed -lt 2 ] && [ $n -lt 400 ]; do
        n=$((n + step))
        fault=$4:$n:${5:-${errors[n % 3]}}
        : >"$work/verify"
        run "$1" "$2" "$3" "$fault"
        if [ $status -eq 0 ]; then
            passed=$((passed + 1))
            cmp -s "$work/out" "$work/expected" || note "$fault: other bytes"
            continue
        fi
        passed=0 seen=$((seen + 1))
        if [ $# -eq 5 ]; then
            [ $status -eq 137 ] || note "$fault: status $status"
        else
            is_told $status || note "$fault: status $status"
        fi
        intact "$work/s" || note "$fault: the store"
        goes_on "$1" "$2" || note "$fault: resume, status $status"
    done
    [ $bad -eq 0 ] && [ "$seen" -gt 0 ]
}

sweep "${grid[@]}" --layers none
cp "$work/out" "$work/expected"

cases="none,1,empty batch-write,1,empty exact,1,empty exact,1,large exact,2,empty exact,2,large none,2,empty"
for case in $cases; do
    IFS=, read -r layers workers template <<<"$case"
    for op in open write fsync rename; do
        every "$layers" "$workers" "$work/$template" $op
        check "layers $layers, workers $workers, store $template: each $op refused ($seen)"
        [ "$workers" -eq 1 ] || continue
        every "$layers" "$workers" "$work/$template" $op KILL
        check "layers $layers, workers $workers, store $template: killed at each $op ($seen)"
    done
done
# The same conversions: a database is left behind by a run that has none.
for op in open write fsync rename remove; do
    every none 1 "$work/large" $op
    check "a database that becomes JSON: each $op refused ($seen)"
    every none 1 "$work/large" $op KILL
    check "a database that becomes JSON: killed at each $op ($seen)"
done
finish
