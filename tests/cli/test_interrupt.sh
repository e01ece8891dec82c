#!/bin/sh
# Ctrl-C in a gate, a run and a baseline: exit 130, no process or folder left, what was measured is kept and
# marked incomplete. The signal goes to cupel alone, as from `kill`; when is told by the results or by ps.
. tests/tap.sh
. tests/cli/records.sh
scratch interrupt

fake fake FAKE_LOG="$PWD/$tmp/log"

# Starts cupel with these words, waits until so many workers have given results, interrupts it: the status
# in $status. At most a minute.
interrupted() { # interrupted SIGNAL PAIRS WORDS...
    signal=$1 wanted=$((2 * $2))
    shift 2
    rm -f "$tmp/log" "$tmp/out.jsonl"
    "$CUPEL" "$@" --out "$tmp/out.jsonl" >"$tmp/said" 2>&1 &
    pid=$!
    for _ in $(seq 600); do
        [ "$(grep -c ' results ' "$tmp/log" 2>/dev/null || true)" -ge $wanted ] 2>/dev/null && break
        sleep 0.1
    done
    kill -s "$signal" $pid
    wait $pid
    status=$?
}
# The processes of the log, but zombies that nobody is left to wait for.
none_lives() {
    for worker in $(cut -d ' ' -f 1 "$tmp/log" | sort -u); do
        ! kill -0 "$worker" 2>/dev/null || return 1
    done
}
printf '{"name":"long","kernel":"spin","pairs":1000,"scales":[{"name":"a"}],"compare":[{}]}\n' >"$tmp/s.json"

interrupted INT 3 gate --scenario "$tmp/s.json" --base "bin:$tmp/fake" --new "bin:$tmp/fake"
[ $status -eq 130 ]
check "an interrupted gate ends with 130"
none_lives
check "its workers have ended"
holds 'len(kept) == 1 and not kept[0]["complete"] and len(kept[0]["pairs"]) >= 3 and kept[0]["gate"] is None'
check "the pairs that were measured are kept, and marked incomplete, without a verdict"
holds 'end["record"] == "end" and not end["complete"] and end["status"] == 130 and end["verdict"] is None' && schema_holds
check "the end record says so"
interrupted TERM 1 gate --scenario "$tmp/s.json" --base "bin:$tmp/fake" --new "bin:$tmp/fake"
[ $status -eq 130 ] && none_lives
check "SIGTERM does the same"

# A run has no bin: sides; its workers are cupel's own, found as its children.
"$CUPEL" run "$tmp/s.json" --out "$tmp/run.jsonl" >"$tmp/said" 2>&1 &
pid=$!
for _ in $(seq 600); do
    [ -s "$tmp/run.jsonl" ] && [ "$(cat /proc/$pid/task/$pid/children 2>/dev/null | wc -w)" -eq 2 ] && break
    sleep 0.1
done
sleep 2
children=$(cat /proc/$pid/task/$pid/children)
kill -INT $pid
wait $pid
status=$?
[ $status -eq 130 ]
check "an interrupted run ends with 130"
left=
for child in $children; do kill -0 "$child" 2>/dev/null && left="$left $child"; done
[ -z "$left" ]
check "its workers have ended"
cp "$tmp/run.jsonl" "$tmp/out.jsonl"
holds 'not end["complete"] and (not kept or not kept[0]["complete"])' && schema_holds
check "its results are marked incomplete"
expect 0 '' "$CUPEL" compare "$tmp/out.jsonl" "$tmp/out.jsonl" || [ $tap_got -ne 139 ]
check "and can be read"

"$CUPEL" baseline save "$tmp/b.json" --scenario production-grid >"$tmp/said" 2>&1 &
pid=$!
for _ in $(seq 600); do
    [ "$(cat /proc/$pid/task/$pid/children 2>/dev/null | wc -w)" -eq 1 ] && break
    sleep 0.1
done
children=$(cat /proc/$pid/task/$pid/children)
kill -INT $pid
wait $pid
status=$?
[ $status -eq 130 ] && [ ! -e "$tmp/b.json" ]
check "an interrupted baseline is none, exit 130"

# A kernel that never comes back from a step, or from its set-up. One that ignores the signal is killed after ten seconds.
forever() { # forever SIGNAL WORDS...
    signal=$1
    shift
    timeout -s KILL 20 "$CUPEL" "$@" >"$tmp/said" 2>&1 &
    for _ in $(seq 100); do
        pid=$(cat "/proc/$!/task/$!/children")
        children=$([ -z "$pid" ] || cat "/proc/${pid% }/task/${pid% }/children")
        [ -n "$children" ] && break
        sleep 0.1
    done
    sleep 0.2
    kill -s "$signal" $pid
    for _ in $(seq 100); do
        kill -0 $pid 2>/dev/null || break
        sleep 0.1
    done
    kill -0 $pid 2>/dev/null && kill -9 $pid $children
    wait $!
    status=$?
    left=
    for child in $children; do kill -0 "$child" 2>/dev/null && left="$left $child"; done
    [ $status -eq 130 ] && [ -n "$children" ] && [ -z "$left" ]
}
so=$CUPEL_BUILD/tests/plugin/broken
forever TERM verify --kernel "$so-loop.so" && grep -q 'steps whole, layers none: interrupted' "$tmp/said"
check "a case of verify whose step has no end is ended with its worker, and named"
forever INT verify --kernel "$so-stuck.so"
check "and one whose set-up has none"
forever TERM gate --base "so:$so-loop.so" --new "so:$so-loop.so" --out "$tmp/loop.jsonl"
check "so are the workers of a gate"
[ -z "$(ls "$TMPDIR")" ]
check "no state folder is left"
finish
