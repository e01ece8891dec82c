#!/bin/bash
# Every option of cupel sweep does what its help says, and refuses by name what it cannot take.
set -u
. tests/tap.sh
export CUPEL_LAYERS=exact,-share-indicators # a job is one backtest, bytes are compared
. tests/cli/sweep.sh
for name in ENABLE_CACHING CACHE_SIZE_GB HISTORY_CACHE_MB LRU_MAXSIZE ENABLE_BUNDLE_POOLING \
    MAX_BUNDLE_POOL_SIZE; do unset "CUPEL_$name"; done
keys() { cut -d, -f2 "$work/out" | sed 1d; }
column() { # NAME: of the first row
    python3 -c 'import csv, sys; print(next(csv.DictReader(open(sys.argv[1])))[sys.argv[2]])' "$work/out" "$1"
}
one=(--symbols AAPL --param fast=5 --param slow=20)
sweep "${one[@]}" --metrics all && cp "$work/out" "$work/one.csv"
bars=$(column bars) sharpe=$(column sharpe) return=$(column total_return)

# ---- what runs ----
sweep --param fast=5 --param slow=20 --symbols longest:3
test "$(rows)" -eq 3
check "--symbols longest:3"
sweep --strategy buy-hold --symbols AAPL
test $status -eq 0 -a "$(rows)" -eq 1
check "--strategy buy-hold, which has no parameter"
sweep --strategy ema-cross "${one[@]}"
test "$(rows)" -eq 1 && ! cmp -s "$work/out" "$work/one.csv"
check "--strategy ema-cross"
sweep "${one[@]}" --metrics all --from 2010-01-04 --to 2019-12-31
n=$(column bars)
sweep "${one[@]}" --metrics all --from 2010-01-04
test "$n" -lt "$(column bars)" -a "$(column bars)" -lt "$bars"
check "--from and --to cut the bars"
sweep "${one[@]}" --metrics all --last 100
test "$(column bars)" -eq 100
check "--last 100"
sweep "${one[@]}" --fill next-open; test "$(column total_return)" != "$return"
check "--fill"
# Filled at the next close, or at the next open of data whose opens are their closes: the same.
python3 - "$work" <<'PY'
import random, sys
rng = random.Random(5)
for name, is_close in (("plain", False), ("doctored", True)):
    rng.seed(5)
    with open(f"{sys.argv[1]}/{name}.csv", "w") as f:
        f.write("date,symbol,open,high,low,close,volume\n")
        close = 100.0
        for day in range(300):
            opened, close = close + rng.uniform(-2, 2), close + rng.uniform(-3, 3)
            o = close if is_close else opened
            f.write(f"{2000 + day // 336}-{day % 336 // 28 + 1:02d}-{day % 28 + 1:02d},A,{o:.2f},"
                    f"{max(opened, close) + 1:.2f},{min(opened, close) - 1:.2f},{close:.2f},1\n")
PY
for name in plain doctored; do "$CUPEL" data import "$work/$name.csv" --out "$work/$name" >/dev/null; done
for pair in "plain next-close" "doctored next-open" "plain next-open"; do
    set -- $pair
    "$CUPEL" sweep --bundle "$work/$1" --param fast=2:6 --param slow=8:12 --fill "$2" --quiet --out "$work/$1-$2.csv"
done
cmp -s "$work/plain-next-close.csv" "$work/doctored-next-open.csv" &&
    ! cmp -s "$work/plain-next-close.csv" "$work/plain-next-open.csv"
check "--fill next-close"
sweep "${one[@]}" --fee 0; test "$(column total_return)" != "$return"
check "--fee"
sweep "${one[@]}" --periods-per-year 63
python3 -c 'import sys; a, b = map(float, sys.argv[1:]); assert abs(a / b - 2) < 1e-12' "$sharpe" "$(column sharpe)"
check "--periods-per-year 63 halves a Sharpe ratio of 252"
sweep --symbols AAPL --param fast=2:20 --param slow=21:60 --search random --trials 17 --seed 5
keys >"$work/seed5"
sweep --symbols AAPL --param fast=2:20 --param slow=21:60 --search random --trials 17 --seed 5 --workers 2
test "$(sort -u "$work/seed5" | wc -l)" -eq 17 && keys | cmp -s - "$work/seed5"
check "--search random --trials 17: so many different ones, the same for the same --seed"
sweep --symbols AAPL --param fast=2:20 --param slow=21:60 --search random --trials 17 --seed 6
test "$(rows)" -eq 17 && ! keys | cmp -s - "$work/seed5"
check "another seed tries others"
sweep "${small[@]}" --objective max-drawdown && says "best max-drawdown: -0."
check "--objective says what the best one is"
python3 - "$work/err" "$work/out" <<'PY'
import csv, re, sys
key = re.search(r"best max-drawdown.*with (\S+),", open(sys.argv[1]).read()).group(1)
sums = {}
for r in csv.DictReader(open(sys.argv[2])):
    sums[r["key"]] = sums.get(r["key"], 0) + float(r["max_drawdown"])
assert max(sums, key=sums.get) == key, (key, sums)
PY
check "and it is the best by the mean over symbols"
sweep "${small[@]}" --objective sortino && says "best sortino: "
check "also by a metric that is not in the table otherwise"
walk=(--symbols AAPL --param fast=5:20:5 --param slow=20:60:10 --search walk-forward --train-bars 1500
    --test-bars 500)
windows() { grep -c '^w[0-9]' "$work/w.csv"; }
sweep "${walk[@]}" --summary "$work/w.csv" --out /dev/null; n=$(windows)
grep -q validation "$work/w.csv"; none=$?
sweep "${walk[@]}" --summary "$work/w.csv" --out /dev/null --step-bars 250 --validation-bars 250
test "$n" -eq 9 -a $none -eq 1 -a "$(windows)" -gt 9 && grep -q ',validation,' "$work/w.csv"
check "--train-bars, --test-bars, --validation-bars, --step-bars cut the windows"
sweep "${walk[@]}" --format json --expanding
test "$(head -1 "$work/out" | grep -o '"w[0-9]*-train","from":"2000-01-03' | wc -l)" -eq 9
check "--expanding: every training begins at the first bar"
two=(--range a=2003-01-01:2009-12-31 --range b=2012-01-01:2019-12-31)
sweep "${small[@]}" "${two[@]}"; cp "$work/out" "$work/two.csv"
sweep "${small[@]}" "${two[@]}" --range again=2003-01-01:2009-12-31 --range 2012-01-01:2019-12-31
says "range: 2 of 4 dropped: the same dates as another" && cmp -s "$work/out" "$work/two.csv"
check "--range: the same dates again are dropped, and that is said"
sweep "${small[@]}" "${two[@]}" && ! says dropped
check "and of different dates nothing is said"
sweep "${small[@]}" "${two[@]}" --window-filter 'sharpe > 0.2'
python3 - "$work/two.csv" "$work/out" <<'PY'
import csv, sys
def means(path):
    sums = {}
    for r in csv.DictReader(open(path)):
        sums.setdefault((r["range"], r["key"]), []).append(float(r["sharpe"]))
    return {k: sum(v) / len(v) for k, v in sums.items()}
every, left = means(sys.argv[1]), means(sys.argv[2])
keys = {k for r, k in every}
good = {k for k in keys if every["a", k] > 0.2 and every["b", k] > 0.2}
assert 0 < len(good) < len(keys) and {k for r, k in left} == good, (len(good), left)
PY
check "--window-filter: those that pass in each range"
says "results passed the filters"
check "and it is said how many"

# ---- the store ----
files() { find "$work/s/results" -type f ! -name '*.json.tmp*' | wc -l; }
sweep "${small[@]}" --store "$work/s" --checkpoint-batch-size 10; n=$(files)
rm -rf "$work/s"
sweep "${small[@]}" --store "$work/s" --checkpoint-batch-size 2
test "$n" -lt "$(files)"
check "--checkpoint-batch-size: fewer files when it is larger"
sweep "${small[@]}" --store "$work/s" --resume && says "(28 from the store)"
check "--resume"
sweep "${small[@]}" --store "$work/s" --force-rerun && says "(0 from the store)" && test $status -eq 0
check "--force-rerun computes what is stored"
sweep "${one[@]}" --store "$work/p" --layers none; plain=$(cat "$work"/p/results/*/* | wc -c)
sweep "${one[@]}" --store "$work/q" --layers none --trades
grep -q trades_at "$work"/q/results/*/* && ! grep -q trades_at "$work"/p/results/*/*
check "--trades stores them"
sweep "${one[@]}" --store "$work/d" --layers none --snapshots daily; daily=$(cat "$work"/d/results/*/* | wc -c)
sweep "${one[@]}" --store "$work/w" --layers none --snapshots weekly; weekly=$(cat "$work"/w/results/*/* | wc -c)
test "$plain" -lt "$weekly" -a $((weekly * 3)) -lt "$daily"
check "--snapshots stores the equity, weekly less of it than daily"

# ---- workers: a parent that cannot write waits, its workers with it ----
mkfifo "$work/pipe"
children() { # OPTIONS...: how many processes work
    local pid
    "$CUPEL" sweep --bundle "$work/b" --param fast=2:60 --param slow=20:160 --out "$work/pipe" "$@" 2>/dev/null &
    pid=$!
    {
        read -r _ && read -r _
        cat "/proc/$pid/task/$pid/children" | wc -w
        kill -9 $pid
    } <"$work/pipe"
    wait $pid 2>/dev/null
}
test "$(children --workers 1) $(children --workers 3) $(children --workers -1)" = "0 3 $(nproc)"
check "--workers 1, 3, -1: none, 3, one for each core"

# ---- caches ----
limit() { awk -v name="$1" '$1 == name' "$work/err"; }
sweep "${small[@]}" --cache-stats --cache-size-gb 0.25 --history-cache-mb 12 --lru-maxsize 7 --max-bundle-pool-size 3
limit pre-group | grep -q "256 MiB" && limit history-cache | grep -q "12.0 MiB" &&
    limit asset-cache | grep -q " 7 entries" && limit bundle-pool | grep -q " 3 entries"
check "--cache-size-gb, --history-cache-mb, --lru-maxsize, --max-bundle-pool-size are the limits"
export CUPEL_CACHE_SIZE_GB=0.25 CUPEL_LRU_MAXSIZE=9
sweep "${small[@]}" --cache-stats
limit pre-group | grep -q "256 MiB" && limit asset-cache | grep -q " 9 entries"
check "so are their variables"
export CUPEL_CACHE_SIZE_GB=much
sweep "${small[@]}"; refuses CUPEL_CACHE_SIZE_GB
check "a bad variable is refused by its name"
unset CUPEL_CACHE_SIZE_GB CUPEL_LRU_MAXSIZE
sweep "${small[@]}" --cache-stats --preset memory-constrained; limit pre-group | grep -q "512 MiB"
check "--preset memory-constrained: half a GiB"
sweep "${small[@]}" --cache-stats --preset memory-constrained --cache-size-gb 1; limit pre-group | grep -q "1.00 GiB"
check "what is given goes before the preset"
sweep "${small[@]}" --cache-stats --enable-caching off
test -z "$(limit pre-group)$(limit asset-cache)$(limit history-cache)" -a -n "$(limit bundle-pool)"
check "--enable-caching off: the bundle pool alone is left"
sweep "${small[@]}" --cache-stats --enable-bundle-pooling off
test -n "$(limit pre-group)" -a -z "$(limit bundle-pool)"
check "--enable-bundle-pooling off"
sweep "${small[@]}" --cache-stats --layers none && says "no caches are on"
check "--layers none: no caches"
sweep "${small[@]}" && cp "$work/out" "$work/small.csv"
sweep "${small[@]}" --check-caches && same "$work/out" "$work/small.csv"
check "--check-caches finds nothing wrong"

# ---- what is refused: the option, its value, words of the line ----
while read -r option value words; do
    sweep "${small[@]}" "--$option" "$value"
    refuses "$words" && says "$option" || { says "${option//-/_}" && refuses "$words"; }
    check "--$option $value: $words"
done <<'BAD'
workers many expected a whole number from -1 to 1024
workers 0 found 0
workers -2 expected a whole number from -1 to 1024
batch-size 0 expected a whole number from 1 to 100000
checkpoint-batch-size 0 expected a whole number from 1 to 100000
trials 5 with search random or walk-forward only
seed x expected a whole number
search best expected one of grid, random, walk-forward
objective fame expected one of sharpe, sortino
metrics some expected one of core, all
snapshots yearly expected one of none, daily, weekly
range 2010-13-01:2011-01-01 2010-13-01
range 2011-01-01:2010-01-01 2011-01-01
train-bars 10 with search walk-forward only
window-filter sharp>1 sharp
final-filter sharpe> final_filter
from 2010-1-4 expected a date as 2024-12-31
last -1 expected a whole number from 0
fee -1 expected a number from 0 to 0.5
periods-per-year 0 expected a number from 0.001
fill never expected one of close
strategy magic magic
symbols AAPL,AAPL listed twice
layers exact,-nothing no layer "nothing"
cache-size-gb 0 expected a number from
history-cache-mb 0 expected a number from
lru-maxsize 0 expected a whole number from 1
max-bundle-pool-size 0 expected a whole number from 1
enable-caching maybe expected one of on, off
preset fast expected one of
cache-log-every -1 expected a whole number from 0
worker-timeout -1 expected a number from 0
disable-simd sse9 expected avx2 or nothing, found "sse9"
disable-simd avx2,nonsense found "nonsense"
BAD
CUPEL_DISABLE_SIMD=nonsense sweep "${small[@]}"; refuses 'expected avx2 or nothing, found "nonsense"'
check "CUPEL_DISABLE_SIMD with an unknown name is refused"
sweep "${small[@]}" --layers events; cp "$work/out" "$work/simd.csv"
CUPEL_DISABLE_SIMD=avx2 sweep "${small[@]}" --layers events
[ $status -eq 0 ] && same "$work/out" "$work/simd.csv"
check "CUPEL_DISABLE_SIMD=avx2 gives the same bytes"
sweep "${small[@]}" --layers events --disable-simd avx2
[ $status -eq 0 ] && same "$work/out" "$work/simd.csv"
check "--disable-simd avx2 gives the same bytes"
sweep "${small[@]}" --trades; refuses "--trades needs --store DIR"
check "--trades without a store is refused"
sweep "${small[@]}" --snapshots daily; refuses "--snapshots needs --store DIR"
check "--snapshots without a store is refused"
sweep "${small[@]}" --force-rerun; refuses "--force-rerun needs --store DIR"
check "--force-rerun without a store is refused"
sweep "${small[@]}" --progress --no-progress; refuses "expected one of them"
check "--progress and --no-progress are refused together"
sweep "${small[@]}" --search walk-forward --train-bars 100 --test-bars 100 --window-filter 'sharpe > 0'
refuses "window_filter"
check "a walk-forward search takes no filter"
finish
