#!/usr/bin/python3
"""Holds the log of fake workers against the design of a pair of a ONCE kernel.

usage: check_order.py LOG JOBS PAIRS
Each pair: two fresh processes; both prepare a warm-up state, do some jobs, release it; both prepare a
private run state; then by turns, both sides the same jobs, each job once, in order, finish, results and release.
Who begins a turn is a coin's choice: over all turns both sides begin often.
"""
import sys


def fail(why):
    print(why)
    sys.exit(1)


def main():
    path, jobs, pairs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    by_process, order, turns = {}, [], []
    with open(path, encoding="utf-8") as log:
        for line in log:
            pid, side, op, details = line.rstrip("\n").split(" ", 3)
            by_process.setdefault(pid, (side, []))[1].append((op, details))
            order.append((side, op, details))
    sides = [side for side, _ in by_process.values()]
    if sorted(sides) != ["base"] * pairs + ["new"] * pairs:
        fail(f"expected {pairs} fresh processes a side, found {sides.count('base')} and {sides.count('new')}")
    states = set()
    for side, asks in by_process.values():
        ops = [op for op, _ in asks]
        if ops[:2] != ["hello", "prepare"] or ops[-4:] != ["finish", "results", "release", "quit"]:
            fail(f"{side}: unexpected order of asks: {ops[:3]} ... {ops[-3:]}")
        released = ops.index("release")
        if set(ops[2:released]) != {"step"} or ops[released + 1] != "prepare":
            fail(f"{side}: warm-up is not prepare, steps, release, prepare")
        if asks[1][1] == asks[released + 1][1]:
            fail(f"{side}: the warm-up's state is the run's")
        states.add((side, asks[released + 1][1]))
        done = 0
        for op, details in asks[released + 2:-4]:
            lo, hi = map(int, details.split())
            if op != "step" or lo != done or hi <= lo:
                fail(f"{side}: {op} {details} after job {done}")
            done = hi
        if done != jobs:
            fail(f"{side}: {done} of {jobs} jobs were done")
    if len({state for _, state in states}) < 2:
        fail("the sides share a state folder")
    steps = [(side, details) for side, op, details in order if op == "step"]
    for first, second in zip(steps[::2], steps[1::2]):
        if first[0] == second[0] or first[1] != second[1]:
            fail(f"a turn is not one step of each side over the same jobs: {first} {second}")
        turns.append(first[0])
    began = turns.count("base")
    if not len(turns) / 4 < began < len(turns) * 3 / 4:
        fail(f"base began {began} of {len(turns)} turns: no fair coin")
    starts = [side for side, op, _ in order if op == "hello"][::2]
    if len(set(starts)) != 2:
        fail("the same side was started first in every pair")


main()
