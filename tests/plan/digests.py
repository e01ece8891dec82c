#!/usr/bin/python3
"""Computes the digests of scenarios without measuring them: one run of each scale by one worker, with
all layers and nothing stored. What is exact in a result is the same for any set of layers, so that this
is the digest of the slowest base too, in seconds; `cupel run` holds both sides against it.

usage: digests.py CUPEL [--scenarios DIR] [--bundles DIR] [--data DIR NAME:CSV...] >records.jsonl

--bundles  where bundles are made and kept (build/data)
--data     for these scenarios also the digests over a CSV file of that folder, where it is there

Prints records as a results file has them, for put_expect.py. Equal work is computed once.
"""
import argparse
import json
import os
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
from put_expect import KERNELS, files_in, work_of  # noqa: E402


class Worker:
    """`cupel worker`, asked by harness/run/protocol.h."""

    def __init__(self, cupel):
        ours, theirs = socket.socketpair()
        environment = {**os.environ, "CUPEL_WORKER_FD": str(theirs.fileno())}
        self.process = subprocess.Popen([cupel, "worker"], env=environment,
                                        pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()
        self.pipe = ours.makefile("rwb")
        self.ask(op="hello", protocol=2)

    def ask(self, **ask):
        self.pipe.write(json.dumps(ask).encode() + b"\n")
        self.pipe.flush()
        line = self.pipe.readline()
        answer = json.loads(line) if line else {"error": "it ended"}
        if "error" in answer:
            sys.exit(f"digests.py: worker, {ask['op']}: {answer['error']}")
        return answer

    def end(self):
        self.pipe.write(b'{"op":"quit"}\n')
        self.pipe.close()
        self.process.wait()


def digest_of(cupel, kernel, settings):
    worker = Worker(cupel)
    work = worker.ask(op="prepare", kernel=kernel, layers="all", settings=settings,
                      state_dir=None, seed="1", cpu=None)
    worker.ask(op="step", lo=0, hi=work["jobs"])
    worker.ask(op="finish")
    digest = worker.ask(op="results")["digest"]
    worker.ask(op="release")
    worker.end()
    return digest


def made(cupel, folder, words):
    """A bundle, made by `cupel data WORDS --out FOLDER` unless it is there."""
    if not os.path.exists(os.path.join(folder, "manifest.json")):
        subprocess.run([cupel, "data", *words, "--out", folder], check=True,
                       stdout=subprocess.DEVNULL)
    return folder


def facts(folder):
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    return {"path": folder, "source": manifest["source"], "content": manifest["content"]}


def bundles_of(arguments, name, recipe):
    preset, seed = recipe.split(":")[1:]
    yield made(arguments.cupel, f"{arguments.bundles}/synth-{preset}-{seed}",
               ["synth", "--preset", preset, "--seed", seed])
    for row in arguments.data[1:]:
        of, csv = row.split(":")
        path = os.path.join(arguments.data[0], csv)
        if of == name and os.path.exists(path):
            yield made(arguments.cupel, f"{arguments.bundles}/{csv.split('.csv')[0]}",
                       ["import", path])


def scenarios(folder):
    for path in files_in(folder):
        with open(path, encoding="utf-8") as file:
            scenario = json.load(file)
        if scenario["kernel"] in KERNELS:
            yield scenario


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cupel")
    parser.add_argument("--scenarios", default="scenarios")
    parser.add_argument("--bundles", default="build/data")
    parser.add_argument("--data", nargs="+", default=[""])
    arguments = parser.parse_args()
    os.makedirs(arguments.bundles, exist_ok=True)
    computed = {}
    for scenario in scenarios(arguments.scenarios):
        name, kernel = scenario["name"], scenario["kernel"]
        for folder in bundles_of(arguments, name, scenario["settings"]["bundle"]):
            bundle = facts(folder)
            print(json.dumps({"record": "run", "scenario": {"name": name},
                              "inputs": {"bundle": bundle}}))
            for scale in scenario["scales"]:
                settings = {**scenario["settings"], **scale.get("settings", {}), "bundle": folder}
                work = bundle["content"], work_of(kernel, settings)
                if work not in computed:
                    print(f"{name}/{scale['name']}", file=sys.stderr)
                    computed[work] = digest_of(arguments.cupel, kernel, settings)
                print(json.dumps({"record": "comparison", "kernel": kernel,
                                  "id": f"{name}/{scale['name']}",
                                  "base": {"digest": computed[work], "settings": settings}}))


main()
