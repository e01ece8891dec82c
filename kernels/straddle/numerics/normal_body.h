/* normal.h for any NUM (num_plain.h, num_avx2.h). The order of evaluation is what is written. */
#ifndef CUPEL_STRADDLE_NORMAL_BODY_H
#define CUPEL_STRADDLE_NORMAL_BODY_H

#include "kernels/straddle/numerics/elementary_body.h"

/* N(-a), 0 <= a <= 37.5. The square of a is taken exactly in two parts: an error of one unit in the
 * last place of a^2 / 2 would be one of 10^-13 in the result. */
NUM_CODE NUM body_tail(NUM a)
{
    NUM head = num_head(a);
    NUM power = body_exp(num_of(-0.5) * (head * head), num_of(-0.5) * ((a - head) * (a + head)));
    NUM t = (a - num_of(COEFFICIENTS_NORMAL_CENTRE)) / (a + num_of(COEFFICIENTS_NORMAL_CENTRE));
    NUM part = BODY_POLYNOMIAL(coefficients_normal, t);
    return power * part / (a + num_of(COEFFICIENTS_NORMAL_WEIGHT));
}

NUM_CODE NUM body_normal(NUM x)
{
    const NUM largest = num_of(COEFFICIENTS_NORMAL_LARGEST);
    NUM a = num_size(x);
    NUM_MASK inside = num_at_most(a, largest);
    NUM tail = num_pick(inside, body_tail(num_pick(inside, a, largest)), num_of(0));
    return num_pick(num_less(x, num_of(0)), tail, num_of(1) - tail);
}

#endif
