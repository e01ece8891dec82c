#!/bin/bash
# The comparison with other backtesters, with stand-ins for them: who is skipped, whose turn it is, what
# is divided by what. And the waiting time for a first result. No time is judged. TAP.
set -u
. tests/tap.sh
tmp=$CUPEL_BUILD/tests/tmp/peers
rm -rf "$tmp" && mkdir -p "$tmp/absent" "$tmp/there/backtesting"
# A price that rises and falls, 120 days.
awk 'BEGIN { print "date,symbol,open,high,low,close,volume"; p = 100
    for (i = 0; i < 120; i++) { p += (int(i / 9) % 2) ? -1.25 : 1.5
        printf "20%02d-%02d-%02d,AAPL,%g,%g,%g,%g,1000\n", 10 + int(i / 28 / 12), 1 + int(i / 28) % 12, 1 + i % 28, p, p + 1, p - 1, p } }' >"$tmp/bars.csv"
for name in vectorbt backtesting; do echo 'raise ImportError("no such package here")' >"$tmp/absent/$name.py"; done
compare() { PYTHONPATH=$tmp/$1 python3 tests/peers/compare_peers.py --cupel "$CUPEL" --csv "$tmp/bars.csv" --rounds 2 --windows 2:9 "${@:2}"; }

expect 0 'skipped vectorbt: no such package here (python3 -m pip install vectorbt)' compare absent
said=$tap_output; [ -z "${tap_why:-}" ]
check "a package that cannot be imported is skipped, with the reason"
case $said in *"skipped backtesting.py"*) true ;; *) false ;; esac
check "so is the other"
case $said in *"2 rounds by turns, 120 bars x 28 pairs of AAPL"*) true ;; *) false ;; esac
check "cupel runs all the same"

# pandas as far as it is asked for; a backtester that finds -0.001 whatever it is given.
cat >"$tmp/there/pandas.py" <<'EOF'
class DataFrame:
    def __init__(self, rows, columns, index):
        assert len(rows) == len(index) == 120 and columns[3] == "Close"
def to_datetime(dates):
    return dates
EOF
cat >"$tmp/there/backtesting/__init__.py" <<'EOF'
class Strategy:
    pass
class Backtest:
    def __init__(self, frame, strategy, cash, commission, trade_on_close):
        assert commission == 0.001 and trade_on_close
    def run(self, fast, slow):
        assert fast < slow
        sum(range(100000))
        return {"Return [%]": -0.1}
EOF
echo 'def crossover(a, b): return False' >"$tmp/there/backtesting/lib.py"
echo 'raise ImportError("no such package here")' >"$tmp/there/vectorbt.py"
expect 0 'backtesting.py ' compare there --backtesting-pairs 7
said=$tap_output; [ -z "${tap_why:-}" ]
check "a package that is there takes part"
case $said in *"of 7 returns agree"*) true ;; *) false ;; esac
check "on as many pairs as asked for, and its results are held against cupel's"
echo 'class Strategy: pass
def Backtest(*a, **k): raise RuntimeError("it is broken")' >"$tmp/there/backtesting/__init__.py"
expect 0 'skipped backtesting.py: RuntimeError: it is broken' compare there
check "one that fails is skipped in its own words"
expect 2 'LO < HI' python3 tests/peers/compare_peers.py --cupel "$CUPEL" --csv "$tmp/bars.csv" --windows 9:9
check "windows that are none are refused"

"$CUPEL" data import "$tmp/bars.csv" --out "$tmp/bundle" >/dev/null
expect 0 'to the first row' python3 tests/peers/first_result.py "$CUPEL" "$tmp/bundle" --rounds 2 -- --param fast=2:5 --param slow=6:9
said=$tap_output; [ -z "${tap_why:-}" ]
check "the time to the first result is told"
case $said in *"2 processes, 16 rows each"*) true ;; *) false ;; esac
check "of all rows"
expect 1 'exit 2' python3 tests/peers/first_result.py "$CUPEL" "$tmp/nowhere" --rounds 1
check "a sweep that fails is no time"
finish
