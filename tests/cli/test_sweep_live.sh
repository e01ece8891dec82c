#!/bin/bash
# What cupel sweep says while it runs: progress, cache statistics, answers to signals.
set -u
. tests/tap.sh
. tests/cli/sweep.sh
export CUPEL_LAYERS=exact,-share-indicators # what caches do is looked at: one backtest a job
sweep "${small[@]}" && cp "$work/out" "$work/small.csv" && cp "$work/err" "$work/plain.err"

# ---- progress ----
! grep -q '/s' "$work/plain.err" && ! grep -q "$(printf '\r')" "$work/plain.err"
check "in a pipe there is no progress"
sweep "${small[@]}" --progress --range a=2003-01-01:2009-12-31 --range b=2012-01-01:2019-12-31
grep -q '^cupel: \[1/2\] a sma-cross  28/28  [0-9,]*/s  [^ ]* [a-z]* left  cache hits 0\.[0-9]*$' "$work/err" &&
    grep -q '^cupel: \[2/2\] b sma-cross  28/28  ' "$work/err"
check "--progress: a line at the end of each range: done, rate, time left, hits of the caches"
sweep "${small[@]}" --progress --window-filter 'sharpe > 0.2' --range a=2003-01-01:2009-12-31 \
    --range b=2012-01-01:2019-12-31
left=$(sed -n 's/^cupel: \[2.2\] b sma-cross  \([0-9]*\)\/\1 .*/\1/p' "$work/err")
[ "${left:-0}" -gt 0 ] && [ "$left" -lt 28 ]
check "the total of a range is what the filters left for it"
sweep "${small[@]}" --progress --workers 2 && says "sma-cross  28/28" && same "$work/out" "$work/small.csv"
check "with workers, too"
sweep "${small[@]}" --progress --quiet && [ ! -s "$work/err" ]
check "not when quiet"
terminal() { # OPTIONS...: what a terminal shows
    script -qec "$CUPEL sweep --bundle $work/b ${small[*]} --out $work/t.csv $*" /dev/null </dev/null >"$work/tty" 2>&1
}
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    terminal
    grep -q "$(printf '\r')sma-cross  1/28 .*$(printf '\033')\[K" "$work/tty" &&
        [ "$(tr -d '\r' <"$work/tty" | grep -c sma-cross.*/28)" -eq 1 ] && same "$work/t.csv" "$work/small.csv"
    check "on a terminal: one line, written over"
    tr '\r' '\n' <"$work/tty" | grep -A1 "/s" | tail -1 | grep -q "^$(printf '\033')\[K"
    check "and wiped before the summary"
    terminal --no-progress && ! grep -q "/28" "$work/tty"
    check "--no-progress: not even there"
else
    skip "on a terminal: one line, written over" "no script(1), or no terminal to be had"
fi

# ---- cache statistics ----
sweep "${small[@]}" --cache-stats
grep -q '^cache  *hits  *misses  *rate  *entries  *size  *limit  *evictions  *refusals' "$work/err" &&
    grep -q '^pre-group  *55  *1  *0.982  *2  ' "$work/err" && says "pre-group: hit rate excellent: "
check "--cache-stats: a table, and what it means"
[ "$(grep -cE '^(bundle-pool|pre-group|asset-cache|history-cache) ' "$work/err")" -eq 4 ]
check "a row for each of the four caches"
sweep "${small[@]}" --cache-stats --workers 2
grep -q '^pre-group  .*  ?  *?  ' "$work/err" && says "requests are those of 2 workers and this process" &&
    ! says "memory underused"
check "with workers it says that sizes are not known, and draws nothing from them"
python3 - "$work/err" <<'PY'
import sys
rows = [l.split() for l in open(sys.argv[1]) if not l.startswith("cupel")]
group = next(r for r in rows if r[0] == "pre-group")
hits, misses = (int(x.replace(",", "")) for x in group[1:3])
assert 28 * 2 <= hits + misses <= 28 * 2 + 2, group # backtests, symbols; and before the forks
PY
check "and that their requests are counted"
sweep "${small[@]}" --cache-log-every 10
[ "$(grep -c 'caches after' "$work/err")" -eq 2 ] && says "caches after 10 backtests" && says "caches after 20 backtests" &&
    [ "$(grep -c 'pre-group: [0-9]* hits' "$work/err")" -eq 2 ] && grep -q '^pre-group  *55 ' "$work/err" &&
    [ "$(grep -c 'pre-group: hit rate excellent' "$work/err")" -eq 1 ]
check "--cache-log-every 10: after 10 and 20 of 28, and the table at the end"
sweep "${small[@]}" --cache-log-every 14
[ "$(grep -c 'caches after' "$work/err")" -eq 1 ]
check "--cache-log-every 14: after 14, and what is true after 28 is in the table"
sweep "${small[@]}" --cache-log-every 10 --quiet; [ ! -s "$work/err" ]
check "not when quiet"

# ---- signals ----
# A reader that does not read holds the sweep up at a place where it has more to do: signals that are
# sent meanwhile are answered when it goes on.
mkfifo "$work/pipe"
signals() { # SIGNAL OPTIONS...
    local signal=$1 pid
    shift
    "$CUPEL" sweep --bundle "$work/b" --symbols AAPL,MSFT --param fast=2:40 --param slow=20:120 \
        --out "$work/pipe" "$@" 2>"$work/err" &
    pid=$!
    {
        read -r _ && read -r _
        kill "-$signal" $pid
        cat >/dev/null
    } <"$work/pipe"
    wait $pid
    status=$?
}
signals USR1
[ $status -eq 0 ] && [ "$(grep -c 'caches after' "$work/err")" -eq 1 ] && says "cupel: history-cache: "
check "SIGUSR1 says what the caches do, and the sweep goes on"
signals USR2 --cache-stats
[ $status -eq 0 ] && says "cupel: caches cleared" && grep -q '^pre-group  *[0-9,]*  *2 ' "$work/err"
check "SIGUSR2 empties them: columns are built twice"
signals USR2 --workers 2
[ $status -eq 0 ] && says "caches cleared, those of the workers too"
check "those of workers, too"
signals USR2 --layers batch
[ $status -eq 0 ] && says "no caches are on"
check "where there are none it says so"
finish
