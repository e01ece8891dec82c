#include "kernels/straddle/numerics/es.h"
#include "kernels/straddle/numerics/es_body.h"
#include "kernels/straddle/numerics/es_cpu.h"

static void run_plain(struct es_days *d, double strike, int days, int n)
{
    for (int i = 0; i < n; i++)
        d->mv[i] = body_es(d->price[i], strike, d->vol[i], days - i, &d->delta[i]);
}

es_run_fn *es_run_for(int lanes)
{
    return lanes == 4 ? es_run_avx2 : run_plain;
}
