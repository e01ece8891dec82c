#include "kernels/straddle/numerics/es.h"
#include "kernels/straddle/numerics/es_body.h"

static void run_plain(struct es_days *d, double strike, int days, int n)
{
    for (int i = 0; i < n; i++)
        d->mv[i] = body_es(d->price[i], strike, d->vol[i], days - i, &d->delta[i]);
}

es_run_fn *es_run_for(int lanes)
{
    (void)lanes;
    return run_plain;
}
