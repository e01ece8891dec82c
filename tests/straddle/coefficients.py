#!/usr/bin/env python3
"""Prints kernels/straddle/numerics/coefficients.h, before clang-format. Needs mpmath: to change it, not to
build.

Chebyshev series of the functions below, cut where what is left out is under 2^-56 of the value,
as powers, each coefficient rounded to a double."""
from mpmath import mp, mpf, atanh, cos, erfc, exp, fsum, ln, pi, sqrt

mp.dps = 70
NODES = 80
CENTRE = mpf(5)
WEIGHT = mpf(1.25)  # makes the function nearly flat at a = 0
LARGEST = mpf(37.5)


def chebyshev(f, low, high):
    at = [cos(pi * (k + mpf(1) / 2) / NODES) for k in range(NODES)]
    y = [f((high - low) / 2 * x + (high + low) / 2) for x in at]
    c = [2 * fsum(y[k] * cos(j * pi * (k + mpf(1) / 2) / NODES) for k in range(NODES)) / NODES
         for j in range(NODES)]
    return [c[0] / 2] + c[1:]


def times(a, b):
    out = [mpf(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            out[i + j] += x * y
    return out


def powers(c, low, high):
    """The series as a polynomial of x, lowest power first."""
    u = [-(high + low) / (high - low), 2 / (high - low)]
    before, now = [mpf(1)], u
    total = [mpf(0)] * len(c)
    for k, coefficient in enumerate(c):
        t = before if k == 0 else now
        if k > 1:
            t = times([2 * x for x in u], now)
            for i, x in enumerate(before):
                t[i] -= x
            before, now = now, t
        for i, x in enumerate(t):
            total[i] += coefficient * x
    return total


def table(name, comment, f, low, high, weight):
    """weight: the part that a unit of f has in the result, at most."""
    c = chebyshev(f, low, high)
    n = next(n for n in range(1, NODES) if fsum(abs(x) for x in c[n:]) * weight < mpf(2) ** -56)
    print(f"/* {comment} */\nstatic const double coefficients_{name}[] = {{")
    for x in powers(c[:n], low, high):
        print(f"    {float(x).hex()},")
    print("};\n")


def constant(name, comment, value):
    print(f"#define COEFFICIENTS_{name} {float(value).hex()} /* {comment} */")


def cut(x, bits):
    return mp.floor(x * 2 ** bits) / 2 ** bits


def normal(t):
    a = CENTRE * (1 + t) / (1 - t)
    return (a + WEIGHT) * exp(a * a / 2) * erfc(a / sqrt(2)) / 2


def main():
    print("""/* Of elementary_body.h and normal_body.h. Printed by tests/straddle/coefficients.py: not to be
 * changed by hand. */
#ifndef CUPEL_STRADDLE_COEFFICIENTS_H
#define CUPEL_STRADDLE_COEFFICIENTS_H
""")
    high = cut(ln(2), 32)
    constant("LN2_HIGH", "32 bits of ln 2", high)
    constant("LN2_LOW", "the rest", ln(2) - high)
    constant("LOG2_E", "1 / ln 2", 1 / ln(2))
    constant("NORMAL_CENTRE", "t = (a - centre) / (a + centre)", CENTRE)
    constant("NORMAL_WEIGHT", "in (a + weight) exp(a^2 / 2) N(-a)", WEIGHT)
    constant("NORMAL_LARGEST", "the largest a", LARGEST)
    print()
    edge = ln(2) / 2 * mpf("1.001")
    table("exp", "(exp r - 1 - r) / r^2 by powers of r, |r| <= ln 2 / 2",
          lambda r: (exp(r) - 1 - r) / r ** 2, -edge, edge, edge ** 2)
    # Chebyshev nodes are never 0.
    edge = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf("1.001")
    table("log", "(2 artanh s - 2 s) / s^3 by powers of s^2, |s| <= (sqrt 2 - 1) / (sqrt 2 + 1)",
          lambda z: (2 * atanh(sqrt(z)) / sqrt(z) - 2) / z, mpf(0), edge, edge / 2)
    table("normal", "(a + weight) exp(a^2 / 2) N(-a) by powers of t, 0 <= a <= 37.5",
          normal, mpf(-1), (LARGEST - CENTRE) / (LARGEST + CENTRE), 1 / mpf("0.39"))
    print("#endif")


if __name__ == "__main__":
    main()
