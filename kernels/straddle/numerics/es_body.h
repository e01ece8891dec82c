/* es.h for any NUM (num_plain.h, num_avx2.h). */
#ifndef CUPEL_STRADDLE_ES_BODY_H
#define CUPEL_STRADDLE_ES_BODY_H

#include "kernels/straddle/numerics/es.h"
#include "kernels/straddle/numerics/normal_body.h"

NUM_CODE NUM_MASK body_within(NUM x, double low, double high)
{
    return num_both(num_at_most(num_of(low), x), num_at_most(x, num_of(high)));
}

/* Before expiry. Returns mv; what it says where *valued is not set means nothing. */
NUM_CODE NUM body_before(NUM price, NUM strike, NUM vol, NUM days, NUM *delta, NUM_MASK *valued)
{
    NUM ratio = price / strike;
    NUM spread = vol / num_of(100) * num_sqrt(days / num_of(365));
    NUM first = body_log(ratio) / spread + num_of(0.5) * spread, second = first - spread;
    NUM calls = num_of(2) * body_normal(first), strikes = num_of(2) * body_normal(second);
    *delta = calls - num_of(1);
    *valued = num_both(body_within(ratio, DBL_MIN, DBL_MAX), body_within(spread, DBL_MIN, DBL_MAX));
    return (((price * calls - strike * strikes) + strike) - price) / strike;
}

/* At expiry. */
NUM_CODE NUM body_at(NUM price, NUM strike, NUM *delta)
{
    const NUM one = num_of(1), none = num_of(0);
    *delta =
        num_pick(num_less(strike, price), one, num_pick(num_less(price, strike), num_of(-1), none));
    return num_size(price - strike) / strike;
}

/* Of one day. */
NUM_CODE NUM body_es(NUM price, NUM strike, NUM vol, NUM days, NUM *delta)
{
    NUM delta_at, delta_before;
    NUM_MASK valued;
    NUM at = body_at(price, strike, &delta_at);
    NUM before = body_before(price, strike, vol, days, &delta_before, &valued);
    NUM_MASK is_before = num_less(num_of(0), days);
    NUM mv = num_pick(is_before, num_pick(valued, before, num_of(NAN)), at);
    NUM_MASK known =
        num_both(body_within(vol, DBL_MIN, DBL_MAX), body_within(price, DBL_MIN, DBL_MAX));
    known = num_both(known, body_within(strike, DBL_MIN, DBL_MAX));
    known = num_both(known, num_at_most(num_size(mv), num_of(DBL_MAX)));
    *delta = num_pick(known, num_pick(is_before, delta_before, delta_at), num_of(0));
    return num_pick(known, mv, num_of(NAN));
}

#endif
