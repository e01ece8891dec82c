#!/bin/bash
# Kills sweeps with SIGKILL at random moments and resumes them with other layers and workers:
#     tests/kill.sh BUILD_DIR [KILLS] [SEED] [SLOW]      (make kill-test KILLS=200)
# SLOW: values of the slow average, times 40 the backtests (50: 2,000). After each kill: no result
# that the checkpoint names is lost, what it names never grows less, no worker survives. After each
# last resume: the bytes of the undisturbed run, every result stored once and named.
# Prints "N kills, N resumes, failures N"; exit 1 when something failed.
set -u
build=$1 kills=${2:-200} seed=${3:-$((EPOCHSECONDS % 32768))} slow=${4:-50}
cupel=$build/cupel
here=$build/tests
[ -w /dev/shm ] && here=/dev/shm # fsync costs nothing there: more kills a minute
work=$(mktemp -d "$here/cupel-kill.XXXXXX")
trap 'rm -rf "$work"' EXIT
RANDOM=$seed
echo "# seed $seed, $((slow * 40)) backtests, in $work"

switches="checkpoint-cache batch-write bundle-pool pre-group asset-cache array-return history-cache
batch selective-load sqlite-checkpoint stream-results shared-bundle persistent-pool"
done_kills=0 resumes=0 failures=0 of_workers=0 early=0
declare -A span # what a run of a kind takes, in microseconds

fail() {
    failures=$((failures + 1))
    echo "# FAILED (kill $done_kills, layers $layers, workers $workers): $1"
    [ $# -lt 2 ] || printf '%s\n' "$2" | head -8 | sed 's/^/#   /'
}
random() { # LIMIT: 0..LIMIT-1, to $number
    number=$(((RANDOM << 15 | RANDOM) % $1))
}
now() { echo $((${EPOCHREALTIME/./})); }

sweep=(sweep --bundle "$work/b" --symbols META,TSLA --from 2021-01-01 --param fast=2:41
    --param "slow=42:$((41 + slow))" --quiet)

# Sets $layers and $workers to something that the program accepts.
choose() {
    local name chosen
    random 3
    workers=$((number == 0 ? 1 : 2))
    while :; do
        chosen=
        for name in $switches; do
            # Without batch-write a run takes ten times as long: not so often.
            [ $((RANDOM % 4)) -lt $([ $name = batch-write ] && echo 3 || echo 2) ] &&
                chosen=$chosen,$name
        done
        layers=${chosen#,}
        layers=${layers:-none}
        "$cupel" sweep --bundle "$work/b" --symbols META --param fast=2 --param slow=9 --quiet \
            --layers "$layers" --csv /dev/null 2>/dev/null && break
    done
    case $layers in *batch-write*) kind=batch ;; *) kind=single ;; esac
    kind=$kind-$workers
}
# The same bytes, with nobody in the way: the time that a run of this kind takes.
measure() {
    [ -n "${span[$kind]:-}" ] && return
    local start
    start=$(now)
    "$cupel" "${sweep[@]}" --layers "$layers" --workers $workers --store "$work/whole" \
        --csv "$work/whole.csv" 2>"$work/err" || fail "undisturbed" "$(cat "$work/err")"
    span[$kind]=$(($(now) - start))
    rm -rf "$work/whole"
    [ -e "$work/expected.csv" ] || cp "$work/whole.csv" "$work/expected.csv"
    cmp -s "$work/whole.csv" "$work/expected.csv" || fail "undisturbed runs differ"
}
begin() { # starts a run in a session of its own: all of its processes are found by it
    setsid "$cupel" "${sweep[@]}" --layers "$layers" --workers $workers --store "$work/s" --resume \
        --csv "$work/out.csv" 2>"$work/err" &
    pid=$!
}
pause() { # MICROSECONDS
    sleep "$(printf '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000)))"
}
all_gone() {
    for _ in $(seq 200); do
        pgrep -s $pid >/dev/null || return 0
        sleep 0.01
    done
    return 1
}
# What a kill may leave: results that no checkpoint names, nothing else.
check_store() {
    local said last
    [ -e "$work/s/store.json" ] || return # killed before there was a store
    said=$("$cupel" store verify "$work/s" 2>&1)
    last=$(tail -1 <<<"$said")
    case $last in
    *": whole: "*) count=${last#*: whole: } ;;
    *"; "*) [[ $last =~ ^[^\;]*\;\ not\ named:\ [0-9,]+$ ]] || fail "lost" "$said" ;;
    *) fail "verify" "$said" ;;
    esac
    local names=${last%% named*}
    names=${names##* } names=${names//,/}
    [[ $last == *": whole: "* ]] && names=${count%% *} names=${names//,/}
    [ "$names" -ge "$named" ] || fail "it named $named, now $names" "$said"
    named=$names
}
# One run that ends in a kill; 1: it was quicker.
killed_run() {
    measure
    begin
    random 10
    # The moment is uniform over what is left to do; of ten, one is right after the start.
    local left=$((${span[$kind]} * (slow * 40 - named) / (slow * 40) + 5000))
    [ $number -eq 0 ] && left=20000
    random $left
    pause $number
    random 10
    if [ $workers -gt 1 ] && [ $number -lt 3 ]; then
        local one
        one=$(pgrep -P $pid | shuf -n 1 --random-source=<(yes $number))
        [ -n "$one" ] && kill -9 "$one" 2>/dev/null && of_workers=$((of_workers + 1))
        pause 20000
    fi
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    local status=$?
    all_gone || fail "a worker outlives its parent" "$(ps -o pid,ppid,stat,args -s $pid)"
    [ $status -eq 137 ]
}
last_run() {
    begin
    wait $pid || fail "resume" "$(cat "$work/err")"
    resumes=$((resumes + 1))
    cmp -s "$work/out.csv" "$work/expected.csv" || fail "other results" "$(cat "$work/err")"
    local said
    said=$("$cupel" store verify "$work/s" 2>&1) || fail "not whole at the end" "$said"
    "$cupel" store gc "$work/s" --yes >/dev/null 2>&1 || fail "gc"
    said=$("$cupel" store gc "$work/s" 2>&1)
    case $said in *"nothing to remove") ;; *) fail "left after gc" "$said" ;; esac
    said=$("$cupel" store verify "$work/s" 2>&1)
    case $said in *": whole: $expected results"*) ;; *) fail "not whole after gc" "$said" ;; esac
}

layers=none workers=1
"$cupel" data synth --preset mag7 --seed 1 --out "$work/b" >/dev/null 2>&1 || fail "bundle"
expected=$(sed -E ':a; s/^([0-9]+)([0-9]{3})/\1,\2/; ta' <<<$((slow * 40)))
while [ $done_kills -lt "$kills" ] && [ $failures -lt 5 ]; do
    rm -rf "$work/s"
    random 3
    named=0
    for again in $(seq 0 "$number"); do
        [ $done_kills -lt "$kills" ] || break
        choose
        [ "$again" -eq 0 ] || resumes=$((resumes + 1))
        if killed_run; then
            done_kills=$((done_kills + 1))
        else
            early=$((early + 1))
        fi
        check_store
    done
    choose
    last_run
done
echo "# $of_workers workers killed besides; $early runs had ended before their kill"
echo "$done_kills kills, $resumes resumes, failures $failures"
[ $failures -eq 0 ]
