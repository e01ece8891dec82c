#include "tests/gate/noise.h"

#include <math.h>

static struct noise started(struct noise m, uint64_t seed)
{
    m.rng = rng_seeded(seed);
    m.drift = m.sd * rng_normal(&m.rng);
    return m;
}

struct noise noise_quiet(uint64_t seed)
{
    return started((struct noise){.phi = 0.8,
                                  .sd = 0.08,
                                  .jitter_sd = 0.015,
                                  .spike_probability = 0.08,
                                  .spike_mean = 0.1},
                   seed);
}

struct noise noise_busy(uint64_t seed)
{
    return started((struct noise){.phi = 0.8,
                                  .sd = 0.15,
                                  .jitter_sd = 0.02,
                                  .spike_probability = 0.15,
                                  .spike_mean = 0.15},
                   seed);
}

struct noise noise_storm(uint64_t seed)
{
    return started(
        (struct noise){
            .phi = 0.7, .sd = 0.3, .jitter_sd = 0.05, .spike_probability = 0.25, .spike_mean = 0.4},
        seed);
}

/* ln(time) of the next run. */
static double next_run(struct noise *m)
{
    m->drift = m->phi * m->drift + m->sd * sqrt(1 - m->phi * m->phi) * rng_normal(&m->rng);
    double spike =
        rng_unit(&m->rng) < m->spike_probability ? -m->spike_mean * log(1 - rng_unit(&m->rng)) : 0;
    return m->drift + m->jitter_sd * rng_normal(&m->rng) + spike;
}

static double interleaved_pair(struct noise *m, const struct design *d)
{
    bool base_first = d->fixed_order || rng_below(&m->rng, 2);
    double first = next_run(m), second = next_run(m) + d->position;
    return d->slowdown + (base_first ? second - first : first - second);
}

void noise_pairs(struct noise *m, const struct design *d, double *log_ratios, int n)
{
    if (!d->all_of_one_first) {
        for (int i = 0; i < n; i++)
            log_ratios[i] = interleaved_pair(m, d);
        return;
    }
    for (int i = 0; i < n; i++)
        log_ratios[i] = -next_run(m);
    for (int i = 0; i < n; i++)
        log_ratios[i] += next_run(m) + d->slowdown;
}
