#include "kernels/spin.h"

#include "harness/base/mem.h"
#include "kernels/null.h"
#include "kernels/pool/pool.h"

#include <string.h>

struct spin_settings {
    long work;
    double extra_percent;
    long workers;
};

#define AT(field) offsetof(struct spin_settings, field)

static const struct opt spin_options[] = {
    {.name = "work",
     .kind = OPT_INT,
     .offset = AT(work),
     .arg = "STEPS",
     .min = 1,
     .max = 1e9,
     .fallback = "10000",
     .help = "dependent multiply-adds per iteration"                                 },
    {.name = "extra_percent",
     .kind = OPT_REAL,
     .offset = AT(extra_percent),
     .arg = "PERCENT",
     .min = 0,
     .max = 1000,
     .fallback = "0",
     .help = "planted slowdown: this many per cent more steps"                       },
    {.name = "workers",
     .kind = OPT_INT,
     .offset = AT(workers),
     .arg = "N",
     .min = 0,
     .max = 64,
     .fallback = "0",
     .help = "processes that share the iterations and live on; 0: this one does them"},
    OPT_END,
};

struct spin {
    long steps;
    uint64_t state;
    int workers;
    struct pool *pool; /* NULL: this process does the work */
};

/* A linear congruential step: each needs the one before, so that nothing can be skipped. */
static void iterate(struct spin *spin, long n)
{
    uint64_t x = spin->state;
    for (long i = 0; i < n; i++)
        for (long k = 0; k < spin->steps; k++)
            x = x * 6364136223846793005u + 1442695040888963407u;
    spin->state = x;
}

/* ---- with workers ---------------------------------------------------------------------------- */

static bool run_share(void *context, struct str job, struct text *out, struct err *e)
{
    (void)e;
    struct spin *spin = context;
    long n;
    memcpy(&n, job.p, sizeof n);
    iterate(spin, n);
    text_add(out, (const char *)&spin->state, sizeof spin->state);
    return true;
}

struct share {
    long n;
    int workers;
};

static bool make_share(void *context, long number, struct text *bytes, struct err *e)
{
    (void)e;
    const struct share *s = context;
    long n = s->n / s->workers + (number < s->n % s->workers);
    text_add(bytes, (const char *)&n, sizeof n);
    return true;
}

static bool drop_result(void *context, long number, struct str result, struct err *e)
{
    (void)context;
    (void)number;
    (void)result;
    (void)e;
    return true;
}

static bool step_workers(struct spin *spin, long n, struct err *e)
{
    struct share share = {n, spin->workers};
    struct pool_batch batch = {
        .context = &share, .jobs = spin->workers, .job = make_share, .done = drop_result};
    return pool_run(spin->pool, &batch, e);
}

static int pids_spin(const void *ctx, pid_t *out, int max)
{
    const struct spin *spin = ctx;
    return spin->pool ? pool_pids(spin->pool, out, max) : 0;
}

static long width_spin(const void *settings)
{
    const struct spin_settings *s = settings;
    return s->workers > 1 ? s->workers : 1;
}

/* ---- the kernel ------------------------------------------------------------------------------ */

static void release_spin(void *ctx)
{
    struct spin *spin = ctx;
    pool_close(spin->pool);
    mem_free(MEM_BASE, spin);
}

static void *prepare_spin(const struct kernel_case *c, struct err *e)
{
    const struct spin_settings *s = c->settings;
    struct spin *spin = mem_alloc_zero(MEM_BASE, sizeof *spin);
    spin->steps = s->work + (long)((double)s->work * s->extra_percent / 100 + 0.5);
    spin->state = c->seed | 1;
    spin->workers = (int)s->workers;
    struct pool_settings settings = {.workers = spin->workers};
    struct pool_work work = {.context = spin, .run = run_share};
    if (spin->workers > 0 && !(spin->pool = pool_open(&settings, &work, e))) {
        release_spin(spin);
        return NULL;
    }
    return spin;
}

static bool step_spin(void *ctx, long lo, long hi, struct err *e)
{
    struct spin *spin = ctx;
    if (spin->pool)
        return step_workers(spin, hi - lo, e);
    iterate(spin, hi - lo);
    return true;
}

const struct kernel kernel_spin = {
    .abi = CUPEL_KERNEL_ABI,
    .name = "spin",
    .summary = "a known, tunable cost: planted effects for the statistics",
    .cut = KERNEL_REPEAT,
    .options = spin_options,
    .settings_size = sizeof(struct spin_settings),
    .width = width_spin,
    .prepare = prepare_spin,
    .step = step_spin,
    .digest = null_digest,
    .pids = pids_spin,
    .release = release_spin,
};
