/* A kernel of one's own: random numbers, each made from the one before. EXTRA: so many per cent more of
 * them. How to write one: kernels/README.md. */
#include <kernels/kernel.h>
#include <string.h>

#ifndef EXTRA
#define EXTRA 0
#endif

static const struct opt options[] = {
    {.name = "n", .kind = OPT_INT, .min = 1, .max = 1e9, .fallback = "10000", .help = "how many"},
    OPT_END,
};
static long count;
static unsigned long last;

static void *prepare(const struct kernel_case *c, struct err *e)
{
    (void)e;
    count = *(const long *)c->settings * (100 + EXTRA) / 100;
    return &last;
}

static bool step(void *context, long lo, long hi, struct err *e)
{
    (void)e;
    for (long i = (hi - lo) * count; i > 0; i--)
        last = last * 6364136223846793005u + 1442695040888963407u;
    return context != NULL;
}

static bool digest(void *context, struct kernel_digest *out, struct err *e)
{
    (void)context, (void)e;
    memset(out->exact, '0', sizeof out->exact - 1); /* what to compare: here nothing */
    return true;
}

static void release(void *context)
{
    (void)context;
}

const struct kernel *cupel_kernel(void);
const struct kernel *cupel_kernel(void)
{
    static const struct kernel lcg = {
        .abi = CUPEL_KERNEL_ABI,
        .name = "lcg",
        .summary = "makes random numbers",
        .cut = KERNEL_REPEAT,
        .options = options,
        .settings_size = sizeof(long),
        .prepare = prepare,
        .step = step,
        .digest = digest,
        .release = release,
    };
    return &lcg;
}
