#!/usr/bin/env python3
"""Are the documents true? usage: check_docs.py CHECK [CUPEL], in the root of the project.

    links      every link among the Markdown files leads somewhere, headings too
    commands   every `cupel` and `make` in them exists, with the options that it is given
    figures    what they quote of committed records is what the records say
"""
import glob
import json
import math
import os
import re
import subprocess
import sys

WRITTEN = "results/characteristics/"  # by a program, and checked by check_characteristics.py


def documents():
    found = glob.glob("*.md") + glob.glob("*/**/*.md", recursive=True)
    return sorted(f for f in found if not f.startswith(("build/", WRITTEN)))


def text_of(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


# ---- links ---------------------------------------------------------------------------------------
def anchors(path):
    heads = re.findall(r"^#+ (.*)$", text_of(path), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", h.strip().lower()).replace(" ", "-") for h in heads}


def links():
    for path in documents():
        text = re.sub(r"```.*?```", "", text_of(path), flags=re.S)
        for link in re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", text):
            target, _, anchor = (link[0] or link[1]).partition("#")
            if target.startswith(("http:", "https:")):
                continue
            there = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
            if not os.path.exists(there):
                yield f"{path}: no {target}"
            elif anchor and anchor not in anchors(there):
                yield f"{path}: no heading #{anchor} in {there}"


# ---- commands ------------------------------------------------------------------------------------
def code_of(path):
    """Lines of indented and fenced blocks, continued ones joined, and what stands between backticks."""
    text = re.sub(r"\\\n\s*", " ", text_of(path))
    fenced = re.findall(r"```.*?\n(.*?)```", text, flags=re.S)
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    indented = re.findall(r"^ {4,}(\S.*)$", text, flags=re.M)
    inline = re.findall(r"`([^`]+)`", re.sub(r"^ {4,}.*$", "", text, flags=re.M))
    for block in fenced + indented:
        yield from re.sub(r"\n {6,}(?=--)", " ", block).splitlines()  # YAML's way to continue
    for words in inline:
        yield re.sub(r"\s+", " ", words)


def said(program, *words):
    done = subprocess.run([program, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    return done.stdout


class Program:
    """What a build of cupel knows: its commands by name, and the options of each."""

    def __init__(self, path):
        self.path, self.options = path, {}
        # the page has names in a column of 18
        self.names = {line[2:20].strip() for line in said(path, "--help").splitlines()
                      if re.match("  [a-z]", line)}

    def command_of(self, words):
        for n in (3, 2, 1):
            if " ".join(words[:n]) in self.names:
                return " ".join(words[:n])
        return None

    def options_of(self, command):
        if command not in self.options:
            text = (said(self.path + "-report", "--help") if command == "report"
                    else said(self.path, *command.split(), "--help"))
            self.options[command] = set(re.findall(r"--[a-z][a-z-]*", text)) | {"--help"}
        return self.options[command]


def words_before(line):
    """What a shell would give to the program: without comment, quoted text, and what follows -- or | > &."""
    line = re.sub(r"'[^']*'|\"[^\"]*\"", "QUOTED", line)
    line = re.split(r"\s#|\s--(?:\s|$)|[|&;)]|\s>{1,2}\s", line)[0]
    return line.split()


def cupel_errors(program, line):
    line = line.replace("-C cupel ", "")  # make in its folder
    for call in re.findall(r"(?:^|[\s(/])cupel(?:\s+.*)?$", line)[:1]:
        rest = call.split("cupel", 1)[1]
        for part in re.split(r"\bcupel\s", rest):
            words = words_before(part)
            if not words or not re.fullmatch(r"[a-z]+|--[a-z]+", words[0]):
                continue
            if words[0] in ("help", "--help", "--version"):
                continue
            command = program.command_of(words)
            if command is None:
                is_group = any(n.startswith(words[0] + " ") for n in program.names)
                if not is_group or len(words) > 1 and words[1].isalpha():
                    yield f"no command: cupel {' '.join(words[:3])}"
                continue
            for word in words:
                option = word.split("=")[0]
                if re.fullmatch(r"--[a-z][a-z-]*", option) and option not in program.options_of(command):
                    yield f"cupel {command} has no {option}"


def make_errors(makefile, line):
    found = re.match(r"\s*make\s+(.*)", line)
    for word in words_before(found.group(1)) if found else []:
        word = word.strip("[]")
        name, is_setting, _ = word.partition("=")
        if is_setting and not re.search(rf"\b{re.escape(name)}\b", makefile):
            yield f"make knows no {name}="
        if not is_setting and re.fullmatch(r"[a-z][a-z-]*", word) and \
                not re.search(rf"^{re.escape(word)}\s*:|^\.PHONY:.*\b{re.escape(word)}\b|^\s+.*\b{re.escape(word)}\b \\$",
                              makefile, flags=re.M):
            yield f"make has no target {word}"


def commands(cupel):
    program, makefile = Program(cupel), text_of("Makefile")
    for path in documents():
        for line in code_of(path):
            for error in [*cupel_errors(program, line), *make_errors(makefile, line)]:
                yield f"{path}: {error}"


# ---- figures -------------------------------------------------------------------------------------
def records(path):
    with open(path, encoding="utf-8") as f:
        return {r["id"]: r for r in map(json.loads, f) if r.get("record") == "comparison"}


def ratio(path, name, metric="wall"):
    c = records(path)[name]["compare"][metric]
    return [c["ratio"], c["lower"], c["upper"]]


def of_side(path, name, side, *keys):
    value = records(path)[name][side]
    for key in keys:
        value = value[key]
    return [value["estimate"], value["lower"], value["upper"]]


def each_bar(workload):
    return of_side(f"results/kernel/{workload}.jsonl", f"{workload}/all", "new", "throughput", "cpu_ns")


def contended():
    rows = [records(f"results/kernel/w{w}.jsonl")[f"w{w}/all"] for w in range(1, 7)]
    return [sum(r["new"]["throughput"]["contended_pairs"] for r in rows), sum(len(r["pairs"]) for r in rows)]


def campaign(planted):
    with open("results/gate-campaign.json", encoding="utf-8") as f:
        return next(c for c in json.load(f)["cases"]
                    if c["cell"] == "spin/quiet" and c["planted_percent"] == planted)


def bases():
    found = [r["base"]["metrics"]["cpu"]["median"] / 1e6
             for r in records("results/headline/headline.jsonl").values() if r["scale"] == "micro"]
    return [min(found), max(found)]


STRADDLES = "results/straddles/straddle-"
FULL, MATRIX, EXPERIMENTS = (STRADDLES + f"{n}.jsonl" for n in ("full", "matrix", "experiments"))
ONE = "1 asset, 1 year"
THREE = (ONE, "1 asset, 6 years", "3 assets, 2 years")


def rate(path, name, side):
    return of_side(path, name, side, "rate", "wall_per_s")


def straddle_figures():
    two, one = rate(FULL, "231192/2 workers", "new"), rate(FULL, "231192/2 workers", "base")
    here = "kernels/straddle/README.md"
    again = rate(FULL, "231192/simd", "new")
    yield "README.md", "{} ({}..{}) a second by two workers, in another comparison of that minute {} ({}..{}), " \
        "and {} ({}..{}) by one", two + again + one
    yield here, "two workers, all layers | {} ({}..{}) | {} ({}..{})", two + ratio(FULL, "231192/2 workers")
    yield here, "one worker, all layers | {} ({}..{}) |", one
    yield here, "all but `simd` (four days a vector) | {} ({}..{}) | {} ({}..{})", \
        again + ratio(FULL, "231192/simd")
    yield here, "no cache at all | {} ({}..{})", rate(MATRIX, f"{ONE}/all, 1 worker", "base")
    yield here, "96 straddles, all layers, one worker | {} ({}..{}) | {} ({}..{})", \
        rate(MATRIX, f"{ONE}/all, 1 worker", "new") + ratio(MATRIX, f"{ONE}/all, 1 worker")
    yield here, "the same, two workers | {} ({}..{}) | takes {} ({}..{}) times", \
        rate(MATRIX, f"{ONE}/all, 2 workers", "new") + ratio(MATRIX, f"{ONE}/all, 2 workers against 1")
    yield here, "take 1/{}, 1/{} and 1/{} of the time", [1 / ratio(EXPERIMENTS, f"{s}/all")[0] for s in THREE]
    yield here, "take {} ({}..{}), {} ({}..{}) and {} ({}..{}): most of", \
        sum((ratio(EXPERIMENTS, f"{s}/all against no-memoize") for s in THREE), [])
    yield here, "three years take {} ({}..{}) times", \
        ratio(STRADDLES + "locality.jsonl", "3 years/shuffled, 1,024 entries")
    yield here, "64 straddles a trip take {} ({}..{})", ratio(STRADDLES + "batch.jsonl", "sqlite/batch of 64")


def capture_figures():
    row = records("results/capture/capture-modes.jsonl")["100/content-store"]
    disk = [row[s]["counts"]["allocated_bytes"] for s in ("base", "new")]
    yield "kernels/capture/README.md", "take {} ({} to {}) of the CPU and {} of the disk", \
        ratio("results/capture/capture-modes.jsonl", "100/content-store", "cpu") + [disk[1] / disk[0]]


def kernel_figures():
    for workload in ("W1", "W2", "W3", "W5", "W6"):
        yield "README.md", f"| {workload}: ~ | {{}} ({{}}..{{}}) |", each_bar(workload.lower())
    w4 = each_bar("w4")
    yield "README.md", "| W4: ~ | {} ({}..{}): {} ms in all |", w4 + [w4[0] * 26000 / 1e6]
    yield "README.md", "in {} of these {} pairs", contended()
    yield "README.md", "W1 takes {} ({}..{}) times as long with them, W5 {} ({}..{})", \
        ratio("results/kernel/w1.jsonl", "w1/2 workers") + ratio("results/kernel/w5.jsonl", "w5/2 workers")


def campaign_figures():
    none, five, ten, twelve = (campaign(p) for p in (0, 5, 10, 12))
    yield "README.md", "| none | {} (at most {} %) | {} | {} s | {} |", \
        [none["exit_1"], none["exit_1_percent_at_most"], none["pairs_mean"],
         none["seconds_mean"], none["trials"]]
    yield "README.md", "| +5 % | {} (at most {} %) | {} | {} s | {} |", \
        [five["exit_1"], five["exit_1_percent_at_most"], five["pairs_mean"],
         five["seconds_mean"], five["trials"]]
    yield "README.md", "the margin | {}, of which {} BORDERLINE | {} | {} s | {} |", \
        [ten["exit_1"], ten["borderline"], ten["pairs_mean"], ten["seconds_mean"], ten["trials"]]
    yield "README.md", "+12, +15, +20 % | {} of each (at least {} %) | {} | {} to {} s |", \
        [twelve["exit_1"], twelve["exit_1_percent_at_least"], twelve["pairs_mean"],
         *sorted(campaign(p)["seconds_mean"] for p in (12, 15, 20))[::2]]


def headline_figures():
    yield "README.md", "took from {} to {} ms", bases()
    for r in records("results/headline/headline.jsonl").values():
        if f"\n    {r['id']} " not in text_of("README.md"):
            continue
        c, sides = r["compare"]["cpu"], [r[s]["metrics"]["cpu"]["median"] for s in ("base", "new")]
        units = [1e9 if v >= 1e9 else 1e6 for v in sides]
        names = ["s" if u == 1e9 else "ms" for u in units]
        yield "README.md", f"{r['id']} {{}} {names[0]} {{}} {names[1]} {{}} {{}}..{{}} {{}} % {{}} {{}} {{}} {r['verdict']}", \
            [v / u for v, u in zip(sides, units)] + \
            [c["ratio"], c["lower"], c["upper"], c["percent"], c["times"], r["compare"]["net"]["ratio"], len(r["pairs"])]


def agrees(text, value):
    """Is the text the value, rounded to as many digits as it has?"""
    plain = text.replace(",", "").lstrip("+")
    decimals = len(plain.partition(".")[2])
    return math.isclose(float(plain), value, rel_tol=1e-12, abs_tol=0.5000001 * 10 ** -decimals)


def figures():
    for path, words, values in [*headline_figures(), *campaign_figures(), *kernel_figures(),
                                *straddle_figures(), *capture_figures()]:
        pattern = re.escape(words).replace(r"\{\}", r"([-+]?[\d.,]*\d)").replace(r"\~", "[^|]*")
        found = re.search(re.sub(r"(?:\\ )+", r"\\s+", pattern), text_of(path))
        if not found:
            yield f"{path}: lacks \"{words}\""
        for text, value in zip(found.groups() if found else [], values):
            if not agrees(text, value):
                yield f"{path}: \"{words}\": {text}, the record says {value:.6g}"


def main():
    checks = {"links": links, "commands": commands, "figures": figures}
    errors = list(checks[sys.argv[1]](*sys.argv[2:]))
    if errors:
        print("\n".join(errors))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
