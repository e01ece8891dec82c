#!/usr/bin/env python3
"""Values straddles anew, from the rules alone, and compares: oracle_valuation.py FILE

FILE: one JSON object a line: months, anchor code, n, offset, overrides, the series (volatility, then
hedges) as [day, value], and what was made of them (test_oracle_valuation.c writes it). Exit 1 with a line on the
first difference above 1e-12."""
import json
import sys
from datetime import date, timedelta
from math import copysign, erfc, log, sqrt

WEEKDAYS = {"F": 4, "R": 3, "W": 2}
DAY = timedelta(days=1)


def month_days(month):
    year, number = map(int, month.split("-"))
    day = date(year, number, 1)
    days = []
    while day.month == number:
        days.append(day)
        day += DAY
    return days


def anchor(case, month):
    if case["code"] == "OVERRIDE":
        text = case["overrides"].get(month)
        return date.fromisoformat(text) if text else None
    wanted = [d for d in month_days(month)
              if (d.weekday() < 5 if case["code"] == "BD" else d.weekday() == WEEKDAYS[case["code"]])]
    return wanted[case["n"] - 1] if case["n"] <= len(wanted) else None


def normal(x):
    return erfc(-x / sqrt(2)) / 2


def model(s, x, vol, days):
    if not (s > 0 and x > 0 and vol > 0):
        return None
    if days == 0:
        return abs(s - x) / x, 0.0 if s == x else copysign(1, s - x)
    tv = vol / 100 * sqrt(days / 365)
    d1 = log(s / x) / tv + tv / 2
    call = s * normal(d1) - x * normal(d1 - tv)
    put = x * normal(tv - d1) - s * normal(-d1)
    return (call + put) / x, normal(d1) - normal(-d1)


def value(case):
    """State, entry, expiry, rows."""
    begin, end = anchor(case, case["entry"]), anchor(case, case["expiry"])
    if begin is None or end is None:
        return "no anchor", None, None, []
    series = [{date.fromisoformat(d): v for d, v in one} for one in case["series"]]
    good = [d for d in sorted(series[0]) if all(d in one for one in series)]
    here = [d for d in good if d.isoformat()[:7] == case["entry"]]
    last = [d for d in good if d.isoformat()[:7] == case["expiry"] and d >= end]
    if not here or not last:
        return "no good day", None, None, []
    entry = next((d for d in here if d >= begin + DAY * case["offset"]), here[-1])
    expiry = last[0]
    known = [one[entry] for one in series]
    strike = known[1]
    rows, day, before = [], entry, None
    while day <= expiry:
        known = [one.get(day, v) for one, v in zip(series, known)]
        both = model(known[1], strike, known[0], (expiry - day).days)
        if both is not None:
            mv, delta = both
            opnl = hpnl = 0.0
            if before:
                opnl = mv - before[0]
                hpnl = -before[1] * (known[1] - before[2]) / strike
            before = mv, delta, known[1]
            rows.append([day.isoformat(), *known, mv, delta, opnl, hpnl, opnl + hpnl])
        day += DAY
    return ("valued" if rows else "no day can be valued"), entry.isoformat(), expiry.isoformat(), rows


def differ(mine, theirs):
    if isinstance(mine, list):
        return len(mine) != len(theirs) or any(map(differ, mine, theirs))
    if isinstance(mine, float):
        return not abs(mine - theirs) <= 1e-12 * max(1, abs(mine))
    return mine != theirs


def main():
    straddles = rows = 0
    for line in open(sys.argv[1]):
        case = json.loads(line)
        mine = list(value(case))
        theirs = [case["state"], case["from"], case["to"], case["rows"]]
        if differ(mine, theirs):
            for a, b in zip([*mine[:3], *mine[3]], [*theirs[:3], *theirs[3]]):
                if differ(a, b):
                    sys.exit(f"straddle {straddles}: {b}, expected {a}")
            sys.exit(f"straddle {straddles}: {len(theirs[3])} rows, expected {len(mine[3])}")
        straddles += 1
        rows += len(mine[3])
    print(f"# {straddles} straddles, {rows} rows")
    if rows < 1000:
        sys.exit("too few rows")


if __name__ == "__main__":
    main()
