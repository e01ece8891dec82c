#include "kernels/straddle/numerics/normal.h"
#include "kernels/straddle/numerics/normal_body.h"

double normal_cdf(double x)
{
    return body_normal(x);
}
