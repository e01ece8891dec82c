"""Rules by which figures of the characteristics document follow from records; see check_characteristics.py."""
import itertools
import json
import math
import re
import statistics

CACHES = ("bundle_pool", "grouped_columns", "asset_cache", "history_cache", "price_tables", "checkpoint")

# Of the fields' values.
SIMPLE = {
    "value": lambda v: v, "saving": lambda r: 100 * (1 - r), "change": lambda r: 100 * (r - 1),
    "times": lambda r: 1 / r, "percent": lambda v: 100 * v, "negated": lambda v: -v, "whole": lambda v: math.floor(v + 0.5),
    "milliseconds": lambda v: 1e6 * v, "giga": lambda v: v / 1e9, "difference": lambda a, b: a - b, "quotient": lambda a, b: a / b,
    "sum": lambda a, b: a + b,
    "more": lambda a, b, of: 100 * (a - b) / of, "fewer": lambda a, b: 100 * (1 - a / b),
    "sharing": lambda a, b: 100 * a / b, "a-minute": lambda ns, n: math.floor(60e9 * n / ns + 0.5),
    "hit-rate": lambda h, m: 100 * h / (h + m), "efficiency": lambda r, n: 100 / (r * n),
    "saved-each": lambda a, b, n: (a - b) / n,
}
UNITS = {"ns": 1, "us": 1e3, "\u00b5s": 1e3, "ms": 1e6, "s": 1e9, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
         "%": 1, "x": 1, "": 1}


class Studies:
    def __init__(self, folder):
        self.manifest = json.load(open(f"{folder}/manifest.json", encoding="utf-8"))
        self.files, self.ids = {}, {}
        for study in self.manifest["studies"]:
            self.ids[study["file"]] = study
            try:
                lines = open(f"{folder}/{study['file']}", encoding="utf-8")
            except FileNotFoundError:
                continue
            self.files[study["file"]] = [json.loads(line) for line in lines if line.endswith("\n")]

    def records(self, file, kind="comparison"):
        return [r for r in self.files.get(file, []) if r["record"] == kind]

    def find(self, file, record):
        for r in self.files.get(file, []):
            if record in (r.get("id"), r["record"]) and r["record"] not in ("skipped", "failed"):
                return r
        return None

    def has(self, file, record):
        return bool(file and record and self.find(file, record))


def at(value, path):
    for word in path.split("."):
        key, _, element = word.partition("[")
        value = value.get(key) if isinstance(value, dict) else None
        if element:
            value = next((v for v in value or [] if v["name"] == element[:-1]), None)
    if isinstance(value, dict) and "value" in value:
        value = value["value"]
    return value


def shown(text):
    """The value of a figure's text and how far it may be off; None: no figure."""
    text = text.split(" (")[0].replace(",", "")
    minutes = re.fullmatch(r"(\d+) (min|h) (\d+) (s|min)", text)
    if minutes:
        scale = 60e9 if minutes[2] == "min" else 3600e9
        return int(minutes[1]) * scale + int(minutes[3]) * scale / 60, scale / 60 * 0.51
    found = re.match(r"(< )?([-+]?[\d.]+)(e[-+]?\d+)?\s?(%|x|[a-zA-Z\u00b5]+)?$", text)
    if not found or (found[4] or "") not in UNITS:
        return None
    digits = found[2] + (found[3] or "")
    scale = UNITS[found[4] or ""]
    power = int(found[3][1:]) if found[3] else 0
    step = 10.0 ** (power - (len(found[2].split(".")[1]) if "." in found[2] else 0))
    return float(digits) * scale, step * scale * (1 if found[1] else 0.51)


def is_near(a, b, slack=1e-9):
    return a is not None and b is not None and abs(a - b) <= slack * max(1, abs(a), abs(b))


# ---- lines ----------------------------------------------------------------------------------------

def cost(pair, side):
    def one(which):
        return pair[which]["cpu_ns"] + pair.get("prepare", {}).get(which, {"cpu_ns": 0})["cpu_ns"]
    return one("new") - one("base") if side == "difference" else one(side)


def line(studies, file, name, side):
    """Fixed and each of a weighted fit: weights 1 / variance at each number of backtests."""
    points = {}
    for r in studies.records(file):
        if r["name"] == name:
            points.setdefault(r["base"]["counts"]["backtests"], []).extend(cost(p, side) for p in r["pairs"])
    few = any(len(v) < 4 for v in points.values())
    weight = {x: 1 if few else 1 / statistics.variance(v) for x, v in points.items()}
    sums = [0.0] * 5
    for x, values in points.items():
        for y in values:
            for i, term in enumerate((1, x, y, x * x, x * y)):
                sums[i] += weight[x] * term
    w, sx, sy, sxx, sxy = sums
    each = (w * sxy - sx * sy) / (w * sxx - sx * sx)
    return (sy - each * sx) / w, each, max(points)


def of_line(studies, entry):
    word, _, size = entry["rule"].partition(" at ")
    file, name = entry["file"], entry["record"]
    if word == "line-most":
        return line(studies, file, name, "base")[2]
    if word in ("line-saving", "line-break-even"):
        fixed, each, _ = line(studies, file, name, "difference")
        if word == "line-break-even":
            return -fixed / each
        base = line(studies, file, name, "base")
        return -100 * (fixed + each * float(size)) / (base[0] + base[1] * float(size))
    _, side, part = word.split("-")
    return line(studies, file, name, side)[0 if part == "fixed" else 1]


# ---- coalitions -----------------------------------------------------------------------------------

def worths(studies, file, scale):
    worth = {frozenset(): 0.0}
    for r in studies.records(file):
        if r["scale"] == scale and "coalition" in r:
            worth[frozenset(r["coalition"])] = math.log(r["compare"]["cpu"]["ratio"])
    for r in studies.records(file, "skipped"):
        if r["id"].startswith(scale + "/") and "coalition" in r:
            worth[frozenset(r["coalition"])] = worth[frozenset(r["worth"])]
    return worth


def orders(group, worth, of):
    """The mean of what `of` says over the sets that a random order puts before the group."""
    everyone = max(worth, key=len)
    rest = everyone - set(group)
    total = 0.0
    for size in range(len(rest) + 1):
        for before in itertools.combinations(sorted(rest), size):
            chance = 1 / ((len(rest) + 1) * math.comb(len(rest), size))
            total += chance * of(frozenset(before))
    return total


def of_shapley(studies, entry):
    rule, (scale, _, name) = entry["rule"], entry["record"].partition("/")
    worth = worths(studies, entry["file"], scale)
    everyone = max(worth, key=len)
    if rule == "shapley-whole":
        return math.exp(worth[everyone])
    group = name.split("+")
    if rule == "shapley-pair":
        a, b = ({g} for g in group)
        return math.exp(orders(group, worth, lambda s: worth[s | a | b] - worth[s | a] - worth[s | b] + worth[s]))
    if rule == "shapley-alone":
        return math.exp(worth[frozenset(group)])
    if rule == "shapley-last":
        return math.exp(worth[everyone] - worth[everyone - set(group)])
    value = orders(group, worth, lambda s: worth[s | set(group)] - worth[s])
    return 100 * value / worth[everyone] if rule == "shapley-share" else math.exp(value)


# ---- the rest -------------------------------------------------------------------------------------

def of_caches(studies, entry):
    r = studies.find(entry["file"], entry["record"])
    more = sum(at(r, f"{side}.totals[peak_{cache}]") * sign for cache in CACHES
               for side, sign in (("new", 1), ("base", -1))
               if at(r, f"{side}.totals[peak_{cache}]") is not None)
    return more if entry["rule"] == "caches-bytes" else 100 * more / at(r, "base.totals[resident_peak]")


def of_windows(studies, entry):
    r = studies.find(entry["file"], entry["record"])
    trials = 1
    for parameter in at(r, "new.settings.param"):
        values = [float(v) for v in parameter.split("=")[1].split(":")]
        trials *= 1 if len(values) == 1 else int((values[1] - values[0]) / (values + [1])[2]) + 1
    rule, _, metric = entry["rule"].partition(" ")
    windows = at(r, "new.counts.backtests") / (trials + 1)
    side = rule.split("-")[0]
    return {"trials": trials, "windows": windows}.get(rule) or at(r, f"{side}.metrics.{metric}.median") / windows


def of_eliminated(studies, entry):
    part, whole = (studies.find(entry["file"], id) for id in entry["record"].split(", "))
    saved = (at(part, "base.metrics.cpu.median") - at(part, "new.metrics.cpu.median")) / at(part, "base.counts.slot_calls")
    return 100 * saved / (at(whole, "base.metrics.cpu.median") / at(whole, "base.counts.slot_calls"))


def of_across(studies, entry):
    old, new = (studies.find(entry["file"], id) for id in entry["record"].split(" | "))
    return at(old, "base.metrics.wall.median") / at(new, entry["fields"][0])


def of_roofline(studies, entry):
    """Operations and bytes of a bar-backtest are counted by hand (reports/roofline.c)."""
    records, name = studies.records(entry["file"]), entry["record"]
    side = next((r["new"] for r in records if r["name"] == name), None)
    side = side or next(r["base"] for r in records if name.startswith("base: "))
    fast = {"all", "events", "simd"} & set(side["layers"].split(","))
    flops, size = (8, 8.125) if fast else (12, 73)
    values = [v / s["throughput"]["bar_backtests"] for r in records for s in (r["base"], r["new"])
              if (s["layers"], s["settings"]) == (side["layers"], side["settings"])
              for v in s["metrics"]["cpu"]["values"]]
    rate = flops / statistics.median((a + b) / 2 for i, a in enumerate(values) for b in values[i:])
    peak = studies.find(entry["file"], "ceilings")["flops"] / 1e9
    return {"roofline-intensity": flops / size, "roofline-rate": rate}.get(entry["rule"], 100 * rate / peak)


def of_counts(studies, entry):
    records = studies.records(entry["file"])
    if entry["rule"] == "seconds":
        return 1e9 * studies.ids[entry["file"]]["seconds"]
    return len(records) if entry["rule"] == "count-comparisons" else sum(len(r["pairs"]) for r in records)


def of_samples(studies, entry):
    r = studies.find(entry["file"], entry["record"])
    first, second = (at(r, field) for field in entry["fields"][:2])
    return 100 * first / second if entry["rule"] == "sampled-share" else first / second


def tail(k, n, p, upper):
    """The chance of at least (upper) or at most k of n, each with chance p."""
    if p <= 0 or p >= 1:
        return 1.0 if (p <= 0) != upper or (k == 0 and upper) or (k == n and not upper) else 0.0
    ln = lambda i: (math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
                    + i * math.log(p) + (n - i) * math.log1p(-p))
    return math.fsum(math.exp(ln(i)) for i in (range(k, n + 1) if upper else range(k + 1)))


def bounds_fault(studies, entry):
    """Clopper and Pearson's: at each bound what was found is as unlikely as 2.5 %."""
    r = studies.find(entry["file"], entry["record"])
    first, second = (at(r, field) for field in entry["fields"][:2])
    share = entry["rule"] == "sampled-share"
    n = second if share else first + second
    low, high = (v / 100 if share else v / (1 + v) for v in (entry["low"], entry["high"]))
    if first > 0 and not is_near(tail(first, n, low, True), 0.025, 1e-4):
        return f"at the low bound {low} the chance is {tail(first, n, low, True)}"
    if first < n and not is_near(tail(first, n, high, False), 0.025, 1e-4):
        return f"at the high bound {high} the chance is {tail(first, n, high, False)}"
    return None


RULES = (("sampled-", of_samples), ("line-", of_line), ("shapley-", of_shapley), ("caches-", of_caches), ("trials", of_windows),
         ("windows", of_windows), ("base-window", of_windows), ("new-window", of_windows),
         ("eliminated", of_eliminated), ("across", of_across), ("count-", of_counts), ("roofline-", of_roofline), ("seconds", of_counts))


def worked_out(studies, entry):
    for start, rule in RULES:
        if entry["rule"].startswith(start):
            return rule(studies, entry)
    return None


def text_fault(studies, entry):
    rule, text = entry["rule"], entry["text"]
    if entry["record"] == "manifest":
        found = studies.ids[entry["file"]][entry["fields"][0]]
        return None if found == text else f"the manifest says {found!r}"
    if rule in ("line-pays", "line-cheaper", "line-dearer") or rule.startswith("line-"):
        return None
    record = studies.find(entry["file"], entry["record"])
    found = at(record, entry["fields"][0])
    if rule == "significant":
        return None if text == ("yes" if found < 0.05 else "no") else f"p is {found}"
    plain = found if isinstance(found, str) else json.dumps(found, separators=(",", ":"))
    return None if " ".join(plain.split()) == " ".join(text.split()) else f"the record says {plain!r}"


def simple_fault(studies, entry):
    record = studies.find(entry["file"], entry["record"])
    if record is None:
        return "no such record"
    values = [at(record, field) for field in entry["fields"]]
    if any(v is None for v in values):
        return f"a field is not there: {values}"
    values = [float(v) for v in values]
    rule = SIMPLE[entry["rule"]]
    if entry["kind"] == "interval":
        low, high, rest = values[0], values[-1], values[1:-1]
        ends = sorted((rule(low, *rest), rule(high, *rest)))
        return None if is_near(ends[0], entry["low"]) and is_near(ends[1], entry["high"]) else f"found {ends}"
    found = rule(*values)
    return None if is_near(found, entry["value"]) else f"found {found}"


def fault(studies, entry):
    """What is wrong with an entry of the trace; None: nothing."""
    if entry["kind"] == "text":
        return text_fault(studies, entry)
    if entry["rule"] in SIMPLE:
        why = simple_fault(studies, entry)
    else:
        found = worked_out(studies, entry)
        why = None
        if found is None and not entry["rule"].startswith("usl-"):
            why = "no such rule"
        elif found is not None and not is_near(found, entry["value"], 1e-7):
            why = f"found {found}, the trace has {entry['value']}"
    if not why and entry["rule"].startswith("sampled-"):
        why = bounds_fault(studies, entry)
    if why:
        return why
    low, high = entry.get("low"), entry.get("high")
    if low is not None and high is not None and not low <= entry["value"] * (1 + 1e-9) + 1e-12 <= high + 1e-9 * abs(high) + 2e-12:
        if entry["rule"] != "line-break-even":
            return f"{entry['value']} lies outside {low}..{high}"
    ends = entry["text"].split("..") if entry["kind"] == "interval" else [entry["text"]]
    for text, value in zip(ends, (low, high) if entry["kind"] == "interval" else (entry["value"],)):
        figure = shown(text.replace(" samples", ""))
        if figure is None:
            if not text.startswith("below 1"):
                return f"{text!r} is no figure"
        elif abs(figure[0] - value) > figure[1] + 1e-9 * abs(value):
            return f"{text!r} shows {figure[0]}, the value is {value}"
    return None
