#include "kernels/spin.h"

#include "harness/base/mem.h"

#include <stdio.h>

struct spin_settings {
    long work;
    double extra_percent;
};

static const struct opt spin_options[] = {
    {.name = "work",
     .kind = OPT_INT,
     .offset = offsetof(struct spin_settings, work),
     .arg = "STEPS",
     .min = 1,
     .max = 1e9,
     .fallback = "10000",
     .help = "dependent multiply-adds per iteration"          },
    {.name = "extra_percent",
     .kind = OPT_REAL,
     .offset = offsetof(struct spin_settings, extra_percent),
     .arg = "PERCENT",
     .min = 0,
     .max = 1000,
     .fallback = "0",
     .help = "planted slowdown: this many per cent more steps"},
    OPT_END,
};

struct spin {
    long steps;
    uint64_t state;
};

static void *prepare_spin(const struct kernel_case *c, struct err *e)
{
    (void)e;
    const struct spin_settings *s = c->settings;
    struct spin *spin = mem_alloc_zero(MEM_BASE, sizeof *spin);
    spin->steps = s->work + (long)((double)s->work * s->extra_percent / 100 + 0.5);
    spin->state = c->seed | 1;
    return spin;
}

/* A linear congruential step: each needs the one before, so that nothing can be skipped. */
static bool step_spin(void *ctx, long lo, long hi, struct err *e)
{
    (void)e;
    struct spin *spin = ctx;
    uint64_t x = spin->state;
    for (long i = lo; i < hi; i++)
        for (long k = 0; k < spin->steps; k++)
            x = x * 6364136223846793005u + 1442695040888963407u;
    spin->state = x;
    return true;
}

/* How often it ran differs from side to side; what it computes is of no interest. */
static bool digest_spin(void *ctx, char hex[KERNEL_DIGEST_HEX], struct err *e)
{
    (void)ctx;
    (void)e;
    snprintf(hex, KERNEL_DIGEST_HEX, "%064d", 0);
    return true;
}

static void release_spin(void *ctx)
{
    mem_free(MEM_BASE, ctx);
}

const struct kernel kernel_spin = {
    .abi = CUPEL_KERNEL_ABI,
    .name = "spin",
    .summary = "a known, tunable cost: planted effects for the statistics",
    .cut = KERNEL_REPEAT,
    .options = spin_options,
    .settings_size = sizeof(struct spin_settings),
    .prepare = prepare_spin,
    .step = step_spin,
    .digest = digest_spin,
    .release = release_spin,
};
