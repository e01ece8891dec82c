#!/bin/bash
# Strategies out of shared objects: the same for every set of layers and with workers, stored and
# resumed; an edited one runs again; what is none is refused in one line.
set -u
. tests/tap.sh
. tests/cli/stores.sh
so=$CUPEL_BUILD/tests/plugin
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:handle_segv=0" TSAN_OPTIONS="${TSAN_OPTIONS:-}:handle_segv=0"
cp "$so/strategy-channel.so" "$work/mine.so"
mine=(--strategy "$work/mine.so" --param days=3:12 --param percent=0,2,4.5) # 30 combinations
says() { grep -qF -- "$1" "$work/err"; }

# ---- results ----
sweep "${mine[@]}" --layers none
cp "$work/out" "$work/expected"
[ $status -eq 0 ] && [ "$(wc -l <"$work/expected")" -eq 91 ] && grep -q '^SA,3-percent=0,' "$work/expected" && grep -q '^SC,12,' "$work/expected"
check "a sweep of a strategy of one's own: three rows a combination, the fallback unnamed"
# Its rule again, in awk, over the closes: entries and exits of one combination are the orders of its row.
awk -F, -v days=5 -v width=0.02 'NR > 1 && $2 == "SB" {
    close_[n++] = $6; sum += $6; if (n > days) sum -= close_[n - 1 - days]
    if (n < days) next
    if (!long && $6 * days > sum * (1 + width)) { long = 1; orders++ }
    else if (long && $6 * days < sum * (1 - width)) { long = 0; orders++ }
} END { print orders + 0 }' "$work/b.csv" >"$work/orders"
grep '^SB,5,' "$work/expected" | cut -d, -f6 | cmp -s - "$work/orders" && [ "$(cat "$work/orders")" -gt 0 ]
check "its trades are what its rule says"
for layers in exact pre-group,array-return share-indicators history-cache,batch shared-bundle,persistent-pool; do
    sweep "${mine[@]}" --layers "$layers" --workers 2 && cmp -s "$work/out" "$work/expected"
    check "the same bytes with layers $layers"
done
# These round otherwise, by at most 1e-10; orders and trades are exact.
near() {
    paste -d, "$work/expected" "$work/out" | awk -F, 'NR > 1 {
        if ($1 != $8 || $2 != $9 || $6 != $13 || $7 != $14) bad = 1
        for (i = 3; i < 6; i++) { d = $i - $(i + 7); if (d > 1e-10 || d < -1e-10) bad = 1 }
    } END { exit bad || NR != 91 }'
}
for layers in all events simd,share-indicators; do
    sweep "${mine[@]}" --layers "$layers" && near
    check "the same trades, and metrics to 1e-10, with layers $layers"
done

# ---- stores ----
sweep "${mine[@]}" --store "$work/s" && cmp -s "$work/out" "$work/expected"
check "stored"
resumed() { "$CUPEL" sweep --bundle "$work/b" "${mine[@]}" --store "$work/s" --resume --out "$work/out" 2>"$work/err"; }
resumed && says '(30 from the store)' && cmp -s "$work/out" "$work/expected"
check "resumed: all from the store"
expect 0 '30 results' "$CUPEL" store verify "$work/s"
check "store verify knows its parameters"
expect 0 '"percent":	4.5' "$CUPEL" store show "$work/s" 5-percent=4.5
check "store show, by the parameters"
expect 0 ' 30 ' "$CUPEL" store ls "$work/s" --bundle "$work/b" && [[ $(tail -1 <<<"$tap_output") =~ \ 30\ +30\ +0\ +0\  ]]
check "store ls: all are fresh"
mv "$work/mine.so" "$work/aside.so"
[[ $("$CUPEL" store ls "$work/s" --bundle "$work/b" | tail -1) =~ \ 30\ +0\ +0\ +30\  ]] &&
    expect 0 '30 results' "$CUPEL" store verify "$work/s"
check "without its file the results can be looked at: nobody knows how old they are"
cp "$so/strategy-edited.so" "$work/mine.so"
[[ $("$CUPEL" store ls "$work/s" --bundle "$work/b" | tail -1) =~ \ 30\ +0\ +30\ +0\  ]]
check "an edited strategy: all are stale"
resumed && says '(0 from the store)' && ! cmp -s "$work/out" "$work/expected"
check "it is never answered from the old store"
mv "$work/aside.so" "$work/mine.so"
resumed && says '(0 from the store)' && cmp -s "$work/out" "$work/expected"
check "nor is the old one answered from the new"
rm "$work/s/store.json"
expect 0 '' "$CUPEL" store rebuild "$work/s" && tr -d '\n\t ' <"$work/s/store.json" | grep -q '"params":\[{"name":"days"},{"name":"percent","fallback":2}\]'
check "store.json is rebuilt with its parameters"
sweep --strategy momentum --param window=3 --store "$work/s" --resume
[ $status -eq 2 ] && says 'made with strategy "channel"'
check "another strategy has no business in that store"

# ---- scenarios ----
cat >"$work/s.json" <<J
{"name": "mine", "kernel": "backtest", "settings": {"bundle": "$work/b", "strategy": "$work/mine.so", "param": ["days=3:8"]},
 "scales": [{"name": "small"}], "compare": [{"name": "all", "new": {"layers": "all"}}]}
J
expect 0 'small/all' "$CUPEL" run "$work/s.json" --quiet --out "$work/run.jsonl"
check "a scenario names it"

expect 0 'every set gave the results of no layers' "$CUPEL" verify --bundle "$work/b" --strategies "$work/mine.so" --strength 1 \
    --param days=3:7 --param percent=0,2 --workers 1,2 --fills close,next-open --quiet
check "cupel verify holds every layer against none"
expect 2 'param: expected it with --strategies FILE.so only' "$CUPEL" verify --bundle "$work/b" --strategies momentum --param window=2
check "of built-in strategies it knows the values itself"
expect 2 'no-strategy-abi.so: abi: expected 1' "$CUPEL" verify --bundle "$work/b" --strategies "$so/no-strategy-abi.so" --param days=2 --quiet
check "and it refuses what is none"

# ---- what is none ----
refused() {
    sweep --strategy "$1" --param days=1:5
    tap_output=$(cat "$work/err")
    [ $status -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && [ ! -s "$work/out" ] && says "$1: $2"
    check "refused in one line, by name: $2"
}
refused "$so/no-strategy-abi.so" 'abi: expected 1, found 2: build it against'
refused "$so/no-strategy-symbol.so" 'exports no cupel_strategy'
refused "$so/lcg.so" 'exports no cupel_strategy'
refused "$so/no-strategy-null.so" 'cupel_strategy gave no record'
refused "$so/no-strategy-signal.so" 'signal: expected a function, found NULL'
refused "$so/no-strategy-params.so" 'param_count: expected 0 to 8, found 9'
refused "$so/no-strategy-reserved.so" 'name: "sma-cross" is reserved'
refused "$so/no-strategy-kind.so" 'asks of days=1: [0]: kind: expected one of enum bt_indicator_kind'
refused "$so/no-strategy-window.so" 'asks of days=3: [0]: window: expected 1 to'
refused "$so/no-strategy-asks.so" 'asks of days=1: expected 0 to 8, found 9'
refused "$work/none.so" 'no such file'
refused "$work" 'not a file'
refused ./README.md 'invalid ELF header'
sweep --strategy mine --param days=1
[ $status -eq 2 ] && says 'expected one of sma-cross, ema-cross, rsi-bollinger, momentum, buy-hold or the path of a .so, found "mine"'
check "a name that is neither"
for layers in none all; do
    sweep --strategy "$so/no-strategy-unwritten.so" --param days=1 --layers $layers
    [ $status -eq 2 ] && says 'SA: signal: bar 30 of 60: expected -1, 0 or 1, found nothing written'
    check "a signal that is not written is told, layers $layers"
    sweep --strategy "$so/no-strategy-value.so" --param days=1 --layers $layers
    [ $status -eq 2 ] && says 'SA: signal: bar 59 of 60: expected -1, 0 or 1, found another value'
    check "so is one that is none, layers $layers"
done
sweep --strategy "$so/no-strategy-crash.so" --param days=1:3 --workers 2
[ $status -eq 2 ] && says 'signal 11'
check "a crash within a worker is an error that names the signal"

# ---- one that never returns: stored are the three before it ----
# Until this holds: a minute.
until_holds() {
    for _ in $(seq 600); do
        "$@" && return
        sleep 0.1
    done
    return 1
}
is_looping() { [ "$(find "$work/l/results" -name '*.json' 2>/dev/null | wc -l)" -ge 3 ]; }
has_ended() { ! kill -0 "$1" 2>/dev/null; }
loop=(--bundle "$work/b" --strategy "$so/no-strategy-loop.so" --layers none --store "$work/l")
for workers in 1 2; do
    rm -rf "$work/l"
    "$CUPEL" sweep "${loop[@]}" --workers $workers --param days=1:6 --out "$work/out" >"$work/said" 2>"$work/err" &
    pid=$!
    until_holds is_looping && kill -TERM $pid && until_holds says 'again ends it at once; what is stored stays whole' && kill -0 $pid
    check "a strategy that never returns is interrupted: that it does not end is said, $workers workers"
    kill -TERM $pid
    until_holds has_ended $pid || kill -KILL $pid
    wait $pid
    [ $? -eq 143 ]
    check "a second signal ends it"
    intact "$work/l"
    check "its store is whole"
    "$CUPEL" sweep "${loop[@]}" --param days=1:3 --resume --out "$work/out" 2>"$work/err" && says '(3 from the store)'
    check "what was stored is not computed again"
done
finish
