#include "kernels/straddle/numerics/elementary.h"
#include "kernels/straddle/numerics/elementary_body.h"

double elementary_log(double x)
{
    return x >= DBL_MIN && x <= DBL_MAX ? body_log(x) : NAN;
}

double elementary_exp(double x)
{
    if (x < -708)
        return 0;
    return x > 709 ? INFINITY : body_exp(x, 0);
}
