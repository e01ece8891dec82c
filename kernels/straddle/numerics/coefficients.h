/* Of elementary_body.h and normal_body.h. Printed by tests/straddle/coefficients.py: not to be
 * changed by hand. */
#ifndef CUPEL_STRADDLE_COEFFICIENTS_H
#define CUPEL_STRADDLE_COEFFICIENTS_H

#define COEFFICIENTS_LN2_HIGH       0x1.62e42fee00000p-1  /* 32 bits of ln 2 */
#define COEFFICIENTS_LN2_LOW        0x1.a39ef35793c76p-33 /* the rest */
#define COEFFICIENTS_LOG2_E         0x1.71547652b82fep+0  /* 1 / ln 2 */
#define COEFFICIENTS_NORMAL_CENTRE  0x1.4000000000000p+2  /* t = (a - centre) / (a + centre) */
#define COEFFICIENTS_NORMAL_WEIGHT  0x1.4000000000000p+0  /* in (a + weight) exp(a^2 / 2) N(-a) */
#define COEFFICIENTS_NORMAL_LARGEST 0x1.2c00000000000p+5  /* the largest a */

/* (exp r - 1 - r) / r^2 by powers of r, |r| <= ln 2 / 2 */
static const double coefficients_exp[] = {
    0x1.0000000000001p-1,  0x1.5555555555557p-3,  0x1.5555555553d36p-5,  0x1.11111111100bdp-7,
    0x1.6c16c1789d53bp-10, 0x1.a01a01abf881cp-13, 0x1.a019b8c9728e5p-16, 0x1.71de01fd535cdp-19,
    0x1.2891d5bb21b57p-22, 0x1.af4e560b572dbp-26,
};

/* (2 artanh s - 2 s) / s^3 by powers of s^2, |s| <= (sqrt 2 - 1) / (sqrt 2 + 1) */
static const double coefficients_log[] = {
    0x1.5555555555558p-1, 0x1.9999999995219p-2, 0x1.2492492e0644ep-2, 0x1.c71c62cbfea3fp-3,
    0x1.7462bba41c635p-3, 0x1.39fd807189bb6p-3, 0x1.2b62ca3da2e33p-3,
};

/* (a + weight) exp(a^2 / 2) N(-a) by powers of t, 0 <= a <= 37.5 */
static const double coefficients_normal[] = {
    0x1.ec4896da77b19p-2,   -0x1.04f3080b418b4p-3, 0x1.ebe8e26b67157p-5,   -0x1.4ed7f8c39d815p-7,
    -0x1.d9140d6f7575bp-7,  0x1.321c3a9d84f55p-6,  -0x1.a77265b3d8d19p-7,  0x1.84736ad916c5cp-8,
    -0x1.a8fbdc74e6db9p-10, 0x1.5af5d91b16698p-15, 0x1.5eb37d14dc2c9p-13,  -0x1.bfae3c06993f1p-15,
    -0x1.1455111505d3cp-17, 0x1.25632bab1c563p-17, -0x1.fea7bbbcfd833p-23, -0x1.4f4cc77667351p-20,
    0x1.357a7ee799a39p-23,  0x1.962500c9154fap-23, -0x1.aa71ffc5f0250p-26, -0x1.0786c23bf6837p-25,
    0x1.d4d2a8722262ap-31,  0x1.0d0ff58df8248p-28, 0x1.896720b8e49e3p-31,
};

#endif
