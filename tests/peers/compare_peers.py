#!/usr/bin/env python3
"""W1 (all pairs of averages fast < slow of windows LO..HI on one symbol) by cupel and by the backtesters
that this python3 can import, in turn, several rounds; prints ns a bar-backtest, least and median, and
how many times cupel's that is. Not a part of the tests' verdict: it needs other people's packages.

usage: compare_peers.py --cupel build/release/cupel --csv mag7_daily.csv [--symbol AAPL] [--rounds 5]
                        [--windows 2:100] [--backtesting-pairs 24]

What is timed: of cupel the CPU time of the whole process, from start to the last line of results (market
data imported before); of a peer the CPU time from prices in memory to all metrics of all pairs, after a
run that is not counted (compilers). backtesting.py does some of the pairs only, evenly spread.
Conventions of all: signal and fill at the close, fee 0.1 % a side, all cash, a position marked at the
last close; total return, Sharpe (252), maximum drawdown, orders and trades of every pair. What vectorbt
finds is held against cupel's results: ties that rounding decides there may differ (7 of 4,851 on AAPL).
"""
import argparse
import csv
import importlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

FEE = 0.001


def prices_of(path, symbol):
    """[(date, open, high, low, close, volume)] of one symbol."""
    with open(path, newline="", encoding="ascii") as f:
        rows = [r for r in csv.DictReader(f) if r["symbol"] == symbol]
    if not rows:
        sys.exit(f"{path}: no rows of {symbol}")
    return [(r["date"], *(float(r[k]) for k in ("open", "high", "low", "close", "volume")))
            for r in rows]


def pairs_of(lo, hi):
    return [(fast, slow) for fast in range(lo, hi) for slow in range(fast + 1, hi + 1)]


# ---- peers: each a class with prepare-by-constructor and run() -> {(fast, slow): total return} -----

class Vectorbt:
    module = "vectorbt"

    def __init__(self, rows, options):
        import numpy
        import pandas
        import vectorbt
        self.vbt, self.numpy = vectorbt, numpy
        vectorbt.settings.returns["year_freq"] = "252 days"
        self.close = pandas.Series([r[4] for r in rows],
                                   index=pandas.to_datetime([r[0] for r in rows]), name="close")
        self.lo, self.hi = options.lo, options.hi
        self.pairs = pairs_of(self.lo, self.hi)

    def run(self):
        windows = self.numpy.arange(self.lo, self.hi + 1)
        fast, slow = self.vbt.MA.run_combs(self.close, window=windows, r=2,
                                           short_names=["fast", "slow"])
        book = self.vbt.Portfolio.from_signals(self.close, fast.ma_crossed_above(slow),
                                               fast.ma_crossed_below(slow), fees=FEE, freq="1D")
        total = book.total_return()
        book.sharpe_ratio(), book.max_drawdown(), book.orders.count(), book.trades.count()
        return dict(zip(self.pairs, total.to_numpy().tolist()))


class Backtesting:
    module = "backtesting"

    def __init__(self, rows, options):
        import pandas
        from backtesting import Backtest, Strategy
        from backtesting.lib import crossover

        def average(values, n):
            return pandas.Series(values).rolling(n).mean()

        class Cross(Strategy):
            fast, slow = 5, 20

            def init(self):
                self.quick = self.I(average, self.data.Close, self.fast)
                self.late = self.I(average, self.data.Close, self.slow)

            def next(self):
                if crossover(self.quick, self.late):
                    self.buy()
                elif crossover(self.late, self.quick):
                    self.position.close()

        frame = pandas.DataFrame([r[1:] for r in rows],
                                 columns=["Open", "High", "Low", "Close", "Volume"],
                                 index=pandas.to_datetime([r[0] for r in rows]))
        # Whole units: so much cash that rounding to them is nothing.
        self.test = Backtest(frame, Cross, cash=1e12, commission=FEE, trade_on_close=True)
        every = pairs_of(options.lo, options.hi)
        step = max(1, len(every) // options.backtesting_pairs)
        self.pairs = every[step // 2::step]

    def run(self):
        return {p: self.test.run(fast=p[0], slow=p[1])["Return [%]"] / 100 for p in self.pairs}


PEERS = {"vectorbt": Vectorbt, "backtesting.py": Backtesting}


def serve(name, options):
    """In a process of its own: a line in, a run, a line "CPU-seconds wall-seconds pairs" out."""
    peer = PEERS[name](prices_of(options.csv, options.symbol), options)
    found = peer.run()
    agree = ";".join(f"{f}-{s}={v!r}" for (f, s), v in found.items())
    print(f"ready {len(peer.pairs)} {agree}", flush=True)
    for _ in sys.stdin:
        cpu, wall = time.process_time(), time.perf_counter()
        peer.run()
        print(time.process_time() - cpu, time.perf_counter() - wall, flush=True)


# ---- the two kinds of participants -----------------------------------------------------------------

class Peer:
    def __init__(self, name, options):
        self.name = name
        words = [sys.executable, os.path.abspath(__file__), "--serve", name, "--csv", options.csv,
                 "--symbol", options.symbol, "--windows", options.windows,
                 "--backtesting-pairs", str(options.backtesting_pairs)]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline().split(" ", 2)
        if ready[0] != "ready":
            lines = self.process.communicate()[1].strip().splitlines()
            raise RuntimeError(lines[-1] if lines else "it ended without a word")
        self.pairs = int(ready[1])
        self.found = {key: float(v) for key, v in
                      (entry.split("=") for entry in ready[2].strip().split(";"))}

    def turn(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        cpu, wall = self.process.stdout.readline().split()
        return float(cpu), float(wall)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Cupel:
    name = "cupel"

    def __init__(self, options, folder):
        self.results = os.path.join(folder, "results.csv")
        bundle = os.path.join(folder, "bundle")
        subprocess.run([options.cupel, "data", "import", options.csv, "--out", bundle], check=True,
                       stdout=subprocess.DEVNULL)
        self.words = [options.cupel, "sweep", "--bundle", bundle, "--symbols", options.symbol,
                      "--strategy", "sma-cross", "--param", f"fast={options.lo}:{options.hi - 1}",
                      "--param", f"slow={options.lo + 1}:{options.hi}", "--fee", str(FEE),
                      "--layers", "all", "--out", self.results]
        self.pairs = len(pairs_of(options.lo, options.hi))
        self.turn()
        with open(self.results, newline="", encoding="ascii") as f:
            self.found = {r["key"]: float(r["total_return"]) for r in csv.DictReader(f)}

    def turn(self):
        if os.path.exists(self.results):
            os.remove(self.results)
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(self.words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall = time.perf_counter() - wall
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall

    def stop(self):
        pass


def participants(options, folder):
    """Those that are here; why the others are not is printed."""
    there = [Cupel(options, folder)]
    for name, peer in PEERS.items():
        try:
            importlib.import_module(peer.module)
            there.append(Peer(name, options))
        except Exception as e:  # pylint: disable=broad-except # whatever an import of theirs throws
            print(f"skipped {name}: {e} (python3 -m pip install {peer.module})")
    return there


def agreement(peer, cupel):
    """How many of the peer's total returns are cupel's to 1e-9 (of 1 + return)."""
    same = sum(abs(v - cupel.found[k]) <= 1e-9 * abs(1 + v) for k, v in peer.found.items())
    return f"{same} of {len(peer.found)} returns agree"


def measure(options):
    with tempfile.TemporaryDirectory(prefix="cupel-peers-") as folder:
        there = participants(options, folder)
        bars = len(prices_of(options.csv, options.symbol))
        spent = {p.name: [] for p in there}
        for _ in range(options.rounds):
            for p in there:
                cpu, _wall = p.turn()
                spent[p.name].append(cpu * 1e9 / (bars * p.pairs))
        print(f"{'ns of CPU a bar-backtest':26} {'least':>10} {'median':>10} {'times cupel':>22}")
        ours = spent["cupel"]
        for p in there:
            v = spent[p.name]
            ratio = "" if p is there[0] else (f"{min(v) / min(ours):.0f} (least), "
                                              f"{statistics.median(v) / statistics.median(ours):.0f}")
            print(f"{p.name:26} {min(v):10.4g} {statistics.median(v):10.4g} {ratio:>22}"
                  + ("" if p is there[0] else f"   {agreement(p, there[0])}"))
            p.stop()
        print(f"{len(ours)} rounds by turns, {bars} bars x {there[0].pairs} pairs of {options.symbol}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cupel")
    parser.add_argument("--csv", required=True)
    parser.add_argument("--symbol", default="AAPL")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--windows", default="2:100")
    parser.add_argument("--backtesting-pairs", type=int, default=24)
    parser.add_argument("--serve", choices=PEERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.lo, options.hi = (int(x) for x in options.windows.split(":"))
    if options.serve:
        serve(options.serve, options)
    elif not options.cupel or options.rounds < 1 or options.lo >= options.hi:
        parser.error("expected --cupel PROGRAM, --rounds 1 or more, --windows LO:HI with LO < HI")
    else:
        measure(options)


if __name__ == "__main__":
    main()
