#!/usr/bin/env python3
"""How long a person waits for `cupel sweep`: from the start of the process to the first row of results,
and to the last, by the clock on the wall. The bundle is imported before.

usage: first_result.py CUPEL BUNDLE [--rounds 20] [-- OPTIONS OF SWEEP]   (default: W1 on AAPL)
"""
import statistics
import subprocess
import sys
import time

W1 = ["--symbols", "AAPL", "--strategy", "sma-cross", "--param", "fast=2:99", "--param", "slow=3:100",
      "--layers", "all"]


def once(words):
    begin = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdout.readline()  # the heading
        row = process.stdout.readline()
        first = time.perf_counter() - begin
        rows = 1 + process.stdout.read().count(b"\n")
        process.wait()
        last = time.perf_counter() - begin
    if process.returncode or not row:
        sys.exit(f"{' '.join(words)}: exit {process.returncode}")
    return first * 1e3, last * 1e3, rows


def main():
    arguments, sweep = sys.argv[1:], W1
    if "--" in arguments:
        at = arguments.index("--")
        arguments, sweep = arguments[:at], arguments[at + 1:]
    rounds = 20
    if "--rounds" in arguments:
        at = arguments.index("--rounds")
        rounds = int(arguments[at + 1])
        del arguments[at:at + 2]
    if len(arguments) != 2 or rounds < 1:
        sys.exit(__doc__)
    words = [arguments[0], "sweep", "--bundle", arguments[1], *sweep]
    taken = [once(words) for _ in range(rounds)]
    print(f"{'ms of wall time':20} {'least':>8} {'median':>8} {'most':>8}")
    for name, i in (("to the first row", 0), ("to the last row", 1)):
        v = [t[i] for t in taken]
        print(f"{name:20} {min(v):8.2f} {statistics.median(v):8.2f} {max(v):8.2f}")
    print(f"{rounds} processes, {taken[0][2]} rows each")


if __name__ == "__main__":
    main()
