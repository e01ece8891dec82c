#!/usr/bin/python3
"""What a shell cannot see of a run of `cupel bench`.

usage: bench_process.py memory KIB COMMAND...     its peak memory, children included, stays below
       bench_process.py ctrl-c FILE BYTES COMMAND...   in a session of its own; when FILE has grown to
                                                  BYTES its whole group gets SIGINT: exit 130
"""
import os
import resource
import signal
import subprocess
import sys
import time


def memory(limit, *command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return None if peak < int(limit) else f"it took {peak} KiB"


def ctrl_c(path, size, *command):
    p = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    while p.poll() is None and (not os.path.exists(path) or os.path.getsize(path) < int(size)):
        time.sleep(0.02)
    if p.poll() is None:
        os.killpg(p.pid, signal.SIGINT)
    return None if p.wait() == 130 else f"exit {p.returncode}"


sys.exit({"memory": memory, "ctrl-c": ctrl_c}[sys.argv[1]](*sys.argv[2:]))
