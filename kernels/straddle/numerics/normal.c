#include "kernels/straddle/numerics/normal.h"
#include "kernels/straddle/numerics/normal_body.h"

double normal_cdf(double x)
{
    return x != x ? x : body_normal(x);
}
