#!/usr/bin/env python3
"""Option straddles valued anew, by nothing but Python's own library, and held against `cupel straddle`.

    oracle.py --world DIR --table OUT.tsv [--summary OUT.json] [--amt FILE] PATTERN FROM TO

Reads the asset file, the chain, the overrides and prices.sqlite of DIR, values the straddles that expire
in the years FROM..TO of the live assets whose Underlying PATTERN finds, and compares with the table: asset,
straddle, dates, actions and models exactly, numbers within 1e-9; of the summary how many straddles ended in which
state. Says how many agree; exit 1 with the first that differs.
"""
import argparse
import csv
import datetime
import hashlib
import json
import math
import os
import re
import sqlite3
import sys

EPOCH = datetime.date(1970, 1, 1)
LETTERS = "FGHJKMNQUVXZ"
BOUND = 1e-9


# ---- the asset file: as much of YAML as it needs ----------------------------------------------------

class Yaml:
    """Mappings and lists by indentation or in brackets, quotes, anchors, aliases; all scalars text."""

    def __init__(self, path):
        self.anchors, self.lines, self.at = {}, [], 0
        for line in open(path, encoding="utf-8"):
            text = re.sub(r"^\s*#.*$|\s#[^\"']*$", "", line.rstrip())
            if text.strip():
                self.lines.append((len(text) - len(text.lstrip()), text.strip()))

    def read(self):
        return self.block(0)

    def block(self, indent):
        return self.list(indent) if self.lines[self.at][1].startswith("- ") else self.mapping(indent)

    def list(self, indent):
        out = []
        while self.here(indent) and self.lines[self.at][1].startswith("- "):
            out.append(self.inline(self.lines[self.at][1][2:].strip()))
            self.at += 1
        return out

    def here(self, indent):
        return self.at < len(self.lines) and self.lines[self.at][0] == indent

    def mapping(self, indent):
        out = {}
        while self.here(indent):
            key, rest = re.match(r"([^:]+):(?:\s+(.*))?$", self.lines[self.at][1]).groups()
            self.at += 1
            value = self.value(indent, rest or "")
            out[key.strip("\"'")] = value
        return out

    def value(self, indent, rest):
        name = re.match(r"&(\S+)\s*(.*)$", rest)
        rest = name.group(2) if name else rest
        if rest:
            out = self.inline(rest)
        elif self.at < len(self.lines) and self.lines[self.at][0] > indent:
            out = self.block(self.lines[self.at][0])
        else:
            out = ""
        if name:
            self.anchors[name.group(1)] = out
        return out

    def inline(self, text):
        tokens = re.findall(r"\"[^\"]*\"|'[^']*'|[\[\]{},]|:(?=\s)|[^\s\[\]{},:\"'](?:[^\[\]{},:]|:(?!\s))*", text)
        if text[0] not in "[{":
            return self.scalar(text)
        out, rest = self.flow(tokens)
        assert not rest, text
        return out

    def flow(self, tokens):
        first, rest = tokens[0], tokens[1:]
        if first == "[":
            out = []
            while rest[0] != "]":
                item, rest = self.flow(rest)
                out.append(item)
                rest = rest[1:] if rest[0] == "," else rest
            return out, rest[1:]
        if first == "{":
            out = {}
            while rest[0] != "}":
                key = self.scalar(rest[0])
                assert rest[1] == ":", rest
                out[key], rest = self.flow(rest[2:])
                rest = rest[1:] if rest[0] == "," else rest
            return out, rest[1:]
        return self.scalar(first), rest

    def scalar(self, text):
        text = text.strip()
        if text.startswith("*"):
            return self.anchors[text[1:]]
        return text[1:-1] if text[:1] in "\"'" else text


# ---- dates ------------------------------------------------------------------------------------------

def first_of(month):
    return (datetime.date(month // 12, month % 12 + 1, 1) - EPOCH).days


def day_of(text):
    return (datetime.date.fromisoformat(text) - EPOCH).days


def date_text(day):
    return (EPOCH + datetime.timedelta(day)).isoformat()


def month_text(month):
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def month_of(text):
    return 12 * int(text[:4]) + int(text[5:7]) - 1


# ---- straddles --------------------------------------------------------------------------------------

def entries_of(schedule, underlying):
    h = int(hashlib.md5(underlying.encode()).hexdigest()[:8], 16) % 10**6
    out = []
    for k, entry in enumerate(schedule):
        term, offset, code, n, weight = re.match(
            r"([NF])(\d*)_(OVERRIDE|BD|LB|F|R|W)([a-d]|\d*)_(.*)$", entry).groups()
        if n and n in "abcd":
            n = str(k * int(20 / (len(schedule) + 1)) + h % 5 + 1)
        out.append((term, offset, code, n, weight))
    return out


def split(ticker, expiry):
    m = re.match(r"(.+):(\d{4}-\d{2}):(.+)$", ticker)
    if not m:
        return ticker
    return m.group(1) if expiry < month_of(m.group(2)) else m.group(3)


class World:
    def __init__(self, folder, amt):
        self.amt = Yaml(amt or os.path.join(folder, "amt.yaml")).read()
        self.chain, self.overrides, self.series = {}, {}, {}
        for row in csv.DictReader(open(os.path.join(folder, "chain.csv"), newline="")):
            if row["normalized_future"] and row["actual_future"]:
                self.chain[row["normalized_future"]] = row["actual_future"]
        for row in csv.DictReader(open(os.path.join(folder, "overrides.csv"), newline="")):
            self.overrides[row["ticker"], month_of(row["expiry"])] = day_of(row["expiry"])
        self.base = sqlite3.connect(f"file:{os.path.join(folder, 'prices.sqlite')}?mode=ro", uri=True)

    def prices(self, ticker, field):
        key = ticker, field
        if key not in self.series:
            self.series[key] = dict(self.base.execute(
                "SELECT day, value FROM price JOIN series ON series.id = price.series"
                " WHERE ticker = ? AND field = ?", key))
        return self.series[key]

    def future(self, hedge, expiry):
        letter = hedge["fut_month_map"][expiry % 12]
        later = max(int(letter < LETTERS[expiry % 12]), int(hedge.get("min_year_offset") or 0))
        name = f"{hedge['fut_code']}{letter}{expiry // 12 + later} {hedge['market_code']}"
        return self.chain.get(name, name)

    def hedges(self, asset, expiry):
        hedge = asset["Hedge"]
        if hedge["Source"] == "fut":
            return [(self.future(hedge, expiry), "PX_LAST")]
        if hedge["Source"] == "nonfut":
            return [(split(hedge["Ticker"], expiry), hedge.get("Field") or "PX_LAST")]
        if hedge["Source"] == "cds":
            return [(split(hedge[k], expiry), "PX_LAST") for k in ("hedge", "hedge1") if hedge.get(k)]
        return [(f"{hedge['ccy']}_{leg}_{hedge['tenor']}", "none")
                for leg in ("fsw0m", "fsw6m", "pva0m", "pva6m")]

    def vol(self, asset, term, expiry):
        vol = asset["Vol"]
        if vol["Source"] == "BBG_LMEVOL":
            return "", ""
        field = vol["Near"] if term == "N" else vol["Far"]
        return (field, "none") if vol["Source"] == "CV" else (split(vol["Ticker"], expiry), field)

    def anchor(self, underlying, code, n, month):
        if code == "OVERRIDE":
            return self.overrides.get((underlying, month))
        if code == "LB" or not n:
            return None
        weekdays = {"BD": range(5), "F": (4,), "R": (3,), "W": (2,)}[code]
        days = [d for d in range(first_of(month), first_of(month + 1))
                if (EPOCH + datetime.timedelta(d)).weekday() in weekdays]
        return days[int(n) - 1] if int(n) <= len(days) else None


# ---- valuation --------------------------------------------------------------------------------------

def normal(x):
    return 0.5 * math.erfc(-x / math.sqrt(2))


def model(price, strike, vol, days):
    if not (price > 0 and strike > 0 and vol > 0):
        return None
    if days == 0:
        return abs(price - strike) / strike, (price > strike) - (price < strike)
    tv = vol / 100 * math.sqrt(days / 365)
    d1 = math.log(price / strike) / tv + tv / 2
    call_and_put = price * (2 * normal(d1) - 1) - strike * (2 * normal(d1 - tv) - 1)
    return call_and_put / strike, 2 * normal(d1) - 1


def first_good(good, low, high):
    return next((d for d in range(low, high) if d in good), None)


def rows_of(world, asset, entry, expiry):
    """Rows of the straddle, or why there are none."""
    underlying, (term, offset, code, n, _) = asset["Underlying"], entry
    entered = expiry - (1 if term == "N" else 2)
    if asset["Valuation"]["Model"] not in ("ES", "CDS_ES"):
        return "no model"
    anchors = [world.anchor(underlying, code, n, m) for m in (entered, expiry)]
    if None in anchors:
        return "no anchor"
    series = [world.prices(*t) for t in [world.vol(asset, term, expiry)] + world.hedges(asset, expiry)]
    good = {d for d in range(first_of(entered), first_of(expiry + 1)) if all(d in s for s in series)}
    begin = first_good(good, anchors[0] + int(offset or 0), first_of(entered + 1))
    if begin is None:
        begin = max((d for d in good if d < first_of(entered + 1)), default=None)
    end = first_good(good, anchors[1], first_of(expiry + 1))
    if begin is None or end is None:
        return "no good day"
    return value_days(series, begin, end) or "no day can be valued"


def value_days(series, begin, end):
    known = [s[begin] for s in series]
    strikes, out, before = list(known), [], None
    for day in range(begin, end + 1):
        known = [s.get(day, k) for s, k in zip(series, known)]
        value = model(known[1], strikes[1], known[0], end - day)
        if value is None:
            continue
        mv, delta = value
        opnl = mv - before[0] if before else 0
        hpnl = -before[1] * (known[1] - before[2]) / strikes[1] if before else 0
        before = mv, delta, known[1]
        action = "expiry" if day == end else "entry" if day == begin else "hold"
        out.append((day, known, action, strikes, end, mv, delta, opnl, hpnl, opnl + hpnl))
    return out


def value_all(world, pattern, years):
    """{(asset, straddle): rows or why there are none}"""
    out = {}
    for asset in world.amt["amt"].values():
        if float(asset["WeightCap"]) <= 0 or not re.search(pattern, asset["Underlying"]):
            continue
        entries = entries_of(world.amt["expiry_schedules"][asset["Options"]], asset["Underlying"])
        for expiry in range(12 * years[0], 12 * years[1] + 12):
            for entry in entries:
                term, offset, code, n, weight = entry
                entered = month_text(expiry - (1 if term == "N" else 2))
                text = f"|{entered}|{month_text(expiry)}|{term}|{offset}|{code}|{n}|{weight}|"
                out[asset["Underlying"], text] = rows_of(world, asset, entry, expiry)
    return out


# ---- comparison -------------------------------------------------------------------------------------

def differ(found, expected):
    return abs(float(found) - expected) > BOUND * max(1, abs(expected))


def compare_row(cells, row, model_word):
    """The first column that differs, as text."""
    day, known, action, strikes, end, *numbers = row
    texts = {"date": date_text(day), "action": action, "expiry": date_text(end), "model": model_word}
    values = dict(zip(("mv", "delta", "opnl", "hpnl", "pnl"), numbers))
    values["vol"], values["strike_vol"] = known[0], strikes[0]
    for k in range(1, len(known)):
        values[f"hedge{k - 1 or ''}"], values[f"strike{k - 1 or ''}"] = known[k], strikes[k]
    for column, text in texts.items():
        if cells[column] != text:
            return f"{column} {cells[column]}, expected {text}"
    for column, value in values.items():
        if differ(cells[column], value):
            return f"{column} {cells[column]}, expected {value!r}"
    return None


def compare(expected, models, table):
    """(straddles with rows, rows) or the first difference."""
    found, order = {}, []
    with open(table, newline="", encoding="utf-8") as f:
        for cells in csv.DictReader((line for line in f if line[0] != "#"), delimiter="\t",
                                    quoting=csv.QUOTE_NONE):
            found.setdefault((cells["asset"], cells["straddle"]), []).append(cells)
            order.append((cells["asset"].encode(), cells["straddle"].encode(), cells["date"]))
    if order != sorted(order):
        return "rows are not sorted by asset, straddle and date"
    valued = {k: v for k, v in expected.items() if not isinstance(v, str)}
    for key in sorted(set(valued) ^ set(found)):
        return f"{key}: " + ("no rows" if key in valued else f"has rows, expected {expected.get(key, 'no such straddle')}")
    for key, rows in valued.items():
        if len(rows) != len(found[key]):
            return f"{key}: {len(found[key])} rows, expected {len(rows)}"
        for cells, row in zip(found[key], rows):
            what = compare_row(cells, row, models[key[0]])
            if what:
                return f"{key} {date_text(row[0])}: {what}"
    return len(valued), len(order)


def compare_states(states, path):
    """None, or what differs."""
    found = {k: n for k, n in json.load(open(path))["states"].items() if n}
    return None if found == states else f"states {found}, expected {states}"


def main():
    p = argparse.ArgumentParser()
    for name in ("--world", "--table", "--summary", "--amt"):
        p.add_argument(name, required=name in ("--world", "--table"))
    p.add_argument("pattern")
    p.add_argument("years", type=int, nargs=2)
    a = p.parse_args()
    world = World(a.world, a.amt)
    models = {asset["Underlying"]: asset["Valuation"]["Model"] for asset in world.amt["amt"].values()}
    expected = value_all(world, a.pattern, a.years)
    states = {}
    for rows in expected.values():
        state = rows if isinstance(rows, str) else "valued"
        states[state] = states.get(state, 0) + 1
    got = compare(expected, models, a.table)
    why = got if isinstance(got, str) else a.summary and compare_states(states, a.summary)
    if why:
        sys.exit(why)
    said = ", ".join(f"{n} {state}" for state, n in sorted(states.items()))
    print(f"{len(expected)} straddles ({said}), {got[1]} rows agree")


if __name__ == "__main__":
    main()
