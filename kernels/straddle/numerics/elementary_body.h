/* elementary.h for any NUM (num_plain.h, num_avx2.h). The order of evaluation is what is written. */
#ifndef CUPEL_STRADDLE_ELEMENTARY_BODY_H
#define CUPEL_STRADDLE_ELEMENTARY_BODY_H

#include "kernels/straddle/numerics/coefficients.h"

#ifndef NUM
#include "kernels/straddle/numerics/num_plain.h"
#endif

/* c[0] + c[1] x + ... + c[n - 1] x^(n - 1), even and odd powers by Horner's rule each, then
 * even + x * odd. n is a constant, at least 2. */
NUM_CODE NUM body_polynomial(const double *c, int n, NUM x)
{
    NUM square = x * x;
    NUM last = num_of(c[n - 1]), last_but_one = num_of(c[n - 2]);
#pragma GCC unroll 16
    for (int i = n - 3; i > 0; i -= 2) {
        last = last * square + num_of(c[i]);
        last_but_one = last_but_one * square + num_of(c[i - 1]);
    }
    if (n % 2 == 0)
        return last_but_one + x * last;
    last = last * square + num_of(c[0]);
    return last + x * last_but_one;
}

#define BODY_POLYNOMIAL(c, x) body_polynomial(c, (int)(sizeof(c) / sizeof *(c)), x)

/* Of a positive normal x: x = m * 2^k, f = m - 1, s = f / (2 + f),
 * ln m = f - (f^2 / 2 - s * (f^2 / 2 + R(s^2))). */
NUM_CODE NUM body_log(NUM x)
{
    NUM k, f = num_split(x, &k) - num_of(1);
    NUM s = f / (f + num_of(2)), square = s * s, half = num_of(0.5) * (f * f);
    NUM rest = square * BODY_POLYNOMIAL(coefficients_log, square);
    NUM low = s * (half + rest) + k * num_of(COEFFICIENTS_LN2_LOW);
    return k * num_of(COEFFICIENTS_LN2_HIGH) - ((half - low) - f);
}

/* exp(x + low), -708 <= x <= 709, low small beside x. */
NUM_CODE NUM body_exp(NUM x, NUM low)
{
    NUM sum = x * num_of(COEFFICIENTS_LOG2_E) + num_of(NUM_ROUNDER);
    NUM k = sum - num_of(NUM_ROUNDER);
    NUM r = (x - k * num_of(COEFFICIENTS_LN2_HIGH)) - (k * num_of(COEFFICIENTS_LN2_LOW) - low);
    NUM more = r + (r * r) * BODY_POLYNOMIAL(coefficients_exp, r);
    return (num_of(1) + more) * num_power(sum);
}

#endif
